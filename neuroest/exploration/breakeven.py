"""A design and others along one axis: their results with bands, and the values at which they cost the same.

The axis is a range of a parameter, or one that architects draw, by its name. The headline is the median over the draws
of `estimate`, as everywhere; the nominal value, with all inputs as stated, is given with it. The designs share the
draws of common inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError, check_names, did_you_mean
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.error_analysis.draws import SAMPLES
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.breakeven_result import BreakEvenPoint, BreakevenResult, Curve, difference
from neuroest.exploration.draws_along import band_over_draws, break_even_values, results_along
from neuroest.exploration.named_axes import NAMED_AXES, Line, Segment
from neuroest.exploration.space import Axis, ExplorationError, Range, Space, setting_axis
from neuroest.exploration.structures import Group, NumericAxis, resolve, spelled_out
from neuroest.results.quantities import QUANTITIES, quantity_names
from neuroest.specs.loaded import Named, listed

_SCAN = 1025
"""Points of the first nominal comparison; it misses break-even points that are closer together than a step."""
_ZOOM = 65
_ROUNDS = 12
_PLACES = 65
"""Points along a range at which each draw compares the chips."""
_ALONG = "--along"
"""Option that the parameter is given to."""
_RELATIVE_WIDTH = 1e-9
_NO_COMMON_POINT = "the two chips have no estimate at the same point of this range"
VARIED = ("first", "second", "both")
"""Choices of the chips whose parameter varies if several have it: the design, the others, or all."""


@frozen_dataclass
class _Ranged:
    """A chip along the range of a parameter."""

    group: Group
    axis: NumericAxis | None

    def segments(self, values: Array) -> tuple[Segment, ...]:
        """The chip at values of the parameter, which are exact; the same everywhere if it does not change."""
        rows = {} if self.axis is None else dict.fromkeys(self.axis.tracks, values)
        return (Segment(np.arange(values.size), self.group, rows, rows),)

    def nominal(self, values: Array, quantity: str) -> Array:
        """The result with all other inputs as stated."""
        return _nominal(self.segments(values), values.size, quantity, judged=False)[0]


def _nominal(
    segments: Sequence[Segment], size: int, quantity: str, *, judged: bool = True
) -> tuple[Array, tuple[str, ...]]:
    """The result at each point with all other inputs as stated, and the check that fails there."""
    results, failed = np.empty(size), np.full(size, "", dtype=object)
    for one in segments:
        columns = {path: values.reshape(-1, 1) for path, values in one.stated.items()}
        count = len(one.places) if columns else 1
        points = evaluate_points(one.group, columns, (count,), [quantity], judged=judged)
        results[one.places] = points.totals[quantity]
        failed[one.places] = [points.reasons[code] if code >= 0 else "" for code in points.failed]
    return results, tuple(failed)


def _curve(
    names: tuple[str, str], segments: Sequence[Segment], size: int, quantity: str, progress: Progress
) -> Curve:
    nominal, failed = _nominal(segments, size, quantity)
    samples = np.empty((SAMPLES, size))
    for number, one in enumerate(segments):
        count = len(one.places) if one.drawn else 1
        share = part(progress, number, len(segments))
        samples[:, one.places] = results_along(one.group, one.drawn, count, quantity, share)
    return Curve(*names, nominal, samples, failed)


@frozen_dataclass
class _Scan:
    """Two chips along a range with all other inputs as stated."""

    first: _Ranged
    second: _Ranged
    quantity: str
    whole: bool

    def sign(self, values: Array) -> Array:
        """Below zero where the first chip is better."""
        return np.sign(difference(self.quantity, *self._both(values)))

    def _both(self, values: Array) -> tuple[Array, Array]:
        return self.first.nominal(values, self.quantity), self.second.nominal(values, self.quantity)

    def sign_changes(self, values: Array) -> list[tuple[float, bool, bool]]:
        """Each value at which the sign changes, whether one result jumps there, and whether the first is better below.

        Raises
        ------
        ExplorationError
            If the two have no estimate at any common point.
        """
        sign, changes = self.sign(values), []
        if not np.any(np.isfinite(sign)):
            raise ExplorationError(_NO_COMMON_POINT)
        defined = np.flatnonzero(np.isfinite(sign) & (sign != 0.0))
        for left, right in pairwise(defined):
            if sign[left] != sign[right] and np.isfinite(sign[left : right + 1]).all():
                changes.append((*self._narrowed(values[left], values[right]), bool(sign[left] < 0)))
        return changes

    def _narrowed(self, low: float, high: float) -> tuple[float, bool]:
        """Locate a sign change between two values, with many points per round."""
        for _ in range(_ROUNDS):
            values = _spaced(low, high, _ZOOM, log=False, whole=self.whole)
            sign = self.sign(values)
            step = int(np.argmax(sign != sign[0]))
            if sign[step] == 0.0:
                return float(values[step]), False
            low, high = values[step - 1], values[step]
            if abs(high - low) <= _RELATIVE_WIDTH * abs(high) or (self.whole and high - low <= 1.0):
                break
        first, second = self._both(np.array([low, high]))
        gap = abs(first[1] - second[1]) / max(abs(first[1]), abs(second[1]))
        return float(high if self.whole else (low + high) / 2.0), bool(gap > 1e-6)


def _spaced(low: float, high: float, count: int, *, log: bool, whole: bool) -> Array:
    """Values of a parameter."""
    values = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
    return np.unique(np.round(values)) if whole else np.asarray(values)


def _with_band(
    points: list[BreakEvenPoint], values: Array, curves: tuple[Curve, Curve], quantity: str, *, log: bool, whole: bool
) -> list[BreakEvenPoint]:  # fmt: skip
    """The only point with its band over the draws, or that of the median draw where the nominal results have none.

    Parameters that both chips share are drawn once for both. Draws that are never equal on the axis count as
    equal below or above it, so the band covers all draws.
    """
    if len(points) > 1:
        return points
    with np.errstate(all="ignore"):
        gap = difference(quantity, *(np.log(curve.samples) for curve in curves))
    equal_at = break_even_values(np.log(values) if log else values, gap)
    if equal_at is None:
        return points
    with np.errstate(over="ignore"):
        equal_at = np.where(np.isfinite(equal_at), np.exp(equal_at), equal_at) if log else equal_at
        band = band_over_draws(np.ceil(equal_at) if whole else equal_at)
    if points:
        return [replace(points[0], band=band)]
    if not np.isfinite(band.median):
        return []
    names = tuple(curve.name for curve in curves)
    falls = np.nanmedian(gap[:, -1]) < np.nanmedian(gap[:, 0])
    below, above = names[::-1] if falls else names
    return [BreakEvenPoint(names[1], None, below, above, jump=False, band=band)]


def breakeven(
    design: Named,
    others: Named | Sequence[Named],
    workload: Named,
    along: Axis | str,
    *,
    varied: str = "both",
    other_workload: Named | None = None,
    quantity: str = "energy_per_inference_J",
    settings: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> BreakevenResult:
    """Compute a result of chips along one axis, with bands, and find where the first costs the same as each other.

    Parameters
    ----------
    design : str, Path or Loaded
        The design.
    others : the same, or a sequence of them
        Chips to compare with; none for the design alone along a named axis.
    workload, other_workload
        Network of the design, and of the others if it differs.
    along : Axis or str
        A range, as text such as ``path=1 ns..1 ms:log`` or from `neuroest.exploration.space.setting_axis`; the
        parameter may belong to any of the chips or to the workload. Or an axis by name: ``integration-time`` of the
        design's neurons, ``adc-bits``, ``array-size``, or ``spike-rate`` of the network, which all chips share. There,
        a varied input keeps its spread; in a range it is exact.
    varied : str
        ``first``, ``second`` or ``both``: the design, the others, or all, if several have the parameter of a range.
    quantity : str
        Result to compare.
    settings : mapping, optional
        Values to change first, by path; each chip gets the values of the paths that it has.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    BreakevenResult
        Values of the chips along the axis, and the points at which the design equals another.

    Raises
    ------
    NeuroestError
        If no chip has the parameter, or the design and another have no common point with an estimate.

    Examples
    --------
    >>> found = breakeven("adc_crossbar_28nm", [], "mlp_mnist_dense", "array-size")
    >>> [float(side) for side in found.values]
    [32.0, 64.0, 128.0, 256.0, 512.0]
    """
    (quantity,) = quantity_names([quantity])
    check_names("choice of the chip that varies", [varied], VARIED)
    chips = [design, *listed(others)]
    if len(chips) > 1 and not QUANTITIES[quantity].better:
        directed = ", ".join(name for name, known in QUANTITIES.items() if known.better)
        raise ExplorationError(f"{quantity} is better neither large nor small; compare one of {directed}")
    nets = [workload, *[other_workload or workload] * (len(chips) - 1)]
    pairs = tuple(zip(chips, nets, strict=True))
    if isinstance(along, str) and "=" not in along:
        if varied != "both":
            raise ExplorationError(
                f"{along}: which chip varies is chosen along a range only; along a named axis the design changes, and "
                "every chip along spike-rate"
            )
        return _along_named(along.strip(), pairs, quantity, settings or {}, progress)
    return _along_range(_ranged(along), pairs, varied, quantity, settings or {}, progress)


def _along_range(
    axis: Axis, pairs: Sequence[tuple[Named, Named]], varied: str, quantity: str, settings: Mapping[str, str],
    progress: Progress,
) -> BreakevenResult:  # fmt: skip
    axis = _spelled_out(axis, pairs)
    sides = _sides(pairs, axis, varied, settings)
    moved, claims = next((side.axis, side.group.claims) for side in sides if side.axis is not None)
    track = next(iter(moved.tracks.values()))
    scanned = _spaced(track.low, track.high, _SCAN, log=track.log, whole=track.whole)
    values = scanned[np.unique(np.linspace(0, scanned.size - 1, _PLACES).round().astype(int))]
    groups = [side.group for side in sides]
    names = _distinct(groups)
    changes = [_Scan(sides[0], other, quantity, track.whole).sign_changes(scanned) for other in sides[1:]]
    curves = tuple(
        _curve(name, side.segments(values), values.size, quantity, part(progress, at, len(sides)))
        for at, (name, side) in enumerate(zip(names, sides, strict=True))
    )
    points = []
    for other, changed in zip(curves[1:], changes, strict=True):
        nominal = [
            BreakEvenPoint(other.name, value, *_order(curves[0].name, other.name, first=below), jump)
            for value, jump, below in changed
        ]
        points += _with_band(nominal, values, (curves[0], other), quantity, log=track.log, whole=track.whole)
    return BreakevenResult(
        axis.name, axis.name, claims[axis.name].unit, quantity, groups[0].workload.name, values,
        claims[axis.name].value, curves, tuple(points),
        tuple(name for (name, _), side in zip(names, sides, strict=True) if side.axis is not None),
        _failed(names, groups, quantity),
    )  # fmt: skip


def _order(design: str, other: str, *, first: bool) -> tuple[str, str]:
    return (design, other) if first else (other, design)


def _along_named(
    name: str, pairs: Sequence[tuple[Named, Named]], quantity: str, settings: Mapping[str, str], progress: Progress
) -> BreakevenResult:  # fmt: skip
    if name not in NAMED_AXES:
        raise ExplorationError(
            f"{name!r}: expected PATH=LO..HI, such as workload.activity.rate=0.01..0.3, or an axis by name"
            f"{did_you_mean(name, NAMED_AXES)}"
        )
    axis, kept = NAMED_AXES[name], _kept(pairs, settings)

    def structure(at: int, changes: Mapping[str, str]) -> Group:
        return resolve(*pairs[at], Space(()), {**kept[at], **changes}).groups[0]

    design = axis.line(lambda changes: structure(0, changes))
    size, groups, lines = design.values.size, [structure(0, {})], [design]
    for at in range(1, len(pairs)):
        groups.append(structure(at, {}))
        still = Line(design.values, np.nan, (Segment(np.arange(size), groups[at], {}, {}),))
        lines.append(axis.line(lambda changes, at=at: structure(at, changes)) if axis.shared else still)  # type: ignore[misc]
    names = _distinct(groups)
    curves = tuple(
        _curve(named, line.segments, size, quantity, part(progress, at, len(pairs)))
        for at, (named, line) in enumerate(zip(names, lines, strict=True))
    )
    points = []
    for other in curves[1:]:
        both = (curves[0], other)
        with np.errstate(all="ignore"):
            gap = difference(quantity, *(np.log(curve.nominal) for curve in both))
        if not np.isfinite(gap).any():
            raise ExplorationError(_NO_COMMON_POINT)
        equal_at = break_even_values(np.log(design.values), gap[np.newaxis])
        nominal = []
        if equal_at is not None and np.isfinite(equal_at[0]):
            sign = gap[np.isfinite(gap)][0]
            ends = _order(curves[0].name, other.name, first=bool(sign < 0))
            nominal = [BreakEvenPoint(other.name, float(np.exp(equal_at[0])), *ends, jump=False)]
        points += _with_band(nominal, design.values, both, quantity, log=True, whole=False)
    return BreakevenResult(
        name, axis.label, axis.unit, quantity, groups[0].workload.name, design.values, design.stated, curves,
        tuple(points), tuple(named for named, _ in (names if axis.shared else names[:1])),
        _failed(names, groups, quantity),
    )  # fmt: skip


def _failed(names: Sequence[tuple[str, str]], groups: Sequence[Group], quantity: str) -> tuple[str, ...]:
    """Checks that fail at the values in the files."""
    return tuple(
        f"{name}: {reason}"
        for (name, _), group in zip(names, groups, strict=True)
        for reason in evaluate_points(group, {}, (1,), [quantity]).reasons
    )


def _distinct(groups: Sequence[Group]) -> list[tuple[str, str]]:
    """Name and label of each chip; those of the same name are numbered."""

    def numbered(words: list[str]) -> list[str]:
        return [
            f"{word} ({words[: at + 1].count(word)})" if words.count(word) > 1 else word
            for at, word in enumerate(words)
        ]

    specs = [group.design.spec for group in groups]
    return list(
        zip(numbered([one.name for one in specs]), numbered([one.label for one in specs]), strict=True)
    )


def _ranged(axis: Axis | str) -> Axis:
    """Return a range axis, given as an axis or as text."""
    if isinstance(axis, str):
        path, _, text = axis.partition("=")
        if not text.strip():
            raise ExplorationError(
                f"{axis!r}: expected PATH=LO..HI, such as workload.activity.rate=0.01..0.3"
            )
        axis = setting_axis(path.strip(), text.strip())
    if not isinstance(axis.tracks[axis.name], Range):
        raise ExplorationError(f"{axis.name}: a break-even is looked for in a range lo..hi, not in a list")
    return axis


def _spelled_out(axis: Axis, pairs: Sequence[tuple[Named, Named]]) -> Axis:
    """Expand a short path of the axis, using the first chip that knows it."""
    unknown = None
    for chip, net in pairs:
        try:
            return spelled_out(Space((axis,)), chip, net).axes[0]
        except UnknownNameError as error:
            unknown = unknown or error.at(_ALONG)
    raise unknown or ExplorationError(f"{axis.name}: no chip to look it up in")


def _sides(
    pairs: Sequence[tuple[Named, Named]], axis: Axis, varied: str, settings: Mapping[str, str]
) -> list[_Ranged]:
    """All chips; a chip gets the axis if it has the parameter and is to be varied."""
    sides, problems = [], []
    for at, ((chip, net), kept) in enumerate(zip(pairs, _kept(pairs, settings), strict=True)):
        try:
            space = Space((axis,) if varied in {VARIED[min(at, 1)], "both"} else ())
            resolved = resolve(chip, net, space, kept)
            sides.append(_Ranged(resolved.groups[0], resolved.numeric[0] if resolved.numeric else None))
        except UnknownNameError as error:
            problems.append(error)
            sides.append(_Ranged(resolve(chip, net, Space(()), kept).groups[0], None))
    if all(side.axis is None for side in sides):
        raise problems[0].at(_ALONG)
    return sides


def _kept(pairs: Sequence[tuple[Named, Named]], settings: Mapping[str, str]) -> list[dict[str, str]]:
    """Settings by chip whose paths it has; a setting that no chip has is refused."""
    kept: list[dict[str, str]] = []
    for chip, net in pairs:
        kept.append({})
        for path, value in settings.items():
            try:
                resolve(chip, net, Space(()), {path: value})
            except UnknownNameError:
                continue
            except NeuroestError:
                pass
            kept[-1][path] = value
    for path, value in settings.items():
        if not any(path in one for one in kept):
            resolve(*pairs[0], Space(()), {path: value})  # raises the right error
    return kept
