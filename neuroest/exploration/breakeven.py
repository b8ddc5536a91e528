"""A design and others along one axis: their results with bands, and the values at which they cost the same.

The axis is a range of a parameter, or one that architects draw, by its name. The headline is the median over the draws
of `estimate`, as everywhere; the nominal value, with all inputs as stated, is given with it. The designs share the
draws of common inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError, check_names, did_you_mean
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.core.text_layout import Printed, wrapped
from neuroest.core.units import three_digits
from neuroest.error_analysis.draws import SAMPLES
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.draws_along import band_at, band_over_draws, break_even_values, results_along
from neuroest.exploration.named_axes import NAMED_AXES, Line, Segment
from neuroest.exploration.space import Axis, ExplorationError, Range, Space, setting_axis
from neuroest.exploration.structures import Group, NumericAxis, resolve, spelled_out
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, Headline, column_name, label_and_unit, quantity_names
from neuroest.specs.loaded import Named, listed

if TYPE_CHECKING:
    import pandas as pd

_SCAN = 1025
"""Points of the first nominal comparison; it misses break-even points that are closer together than a step."""
_ZOOM = 65
_ROUNDS = 12
_PLACES = 65
"""Points along a range at which each draw compares the chips."""
_ALONG = "--along"
"""Option that the parameter is given to."""
_RELATIVE_WIDTH = 1e-9
VARIED = ("first", "second", "both")
"""Choices of the chips whose parameter varies if several have it: the design, the others, or all."""


@frozen_dataclass(eq=False)
class Curve:
    """One chip along the axis.

    Attributes
    ----------
    name, label : str
        The chip, and its name in the figure.
    nominal : array
        The result by point with all inputs as stated; NaN without an estimate.
    samples : array
        The result by draw and point; NaN without an estimate.
    failed : tuple of str
        Check that fails at each point at the stated inputs; empty if all pass.
    """

    name: str
    label: str
    nominal: Array
    samples: Array
    failed: tuple[str, ...]

    def bands(self) -> list[Band | None]:
        """Band at each point; None if fewer than half of the draws have an estimate."""
        return band_at(self.samples)

    def percentiles(self) -> Array:
        """10th, 50th and 90th percentile by point; NaN without a band."""
        none = Band(np.nan, np.nan, np.nan)
        return np.array(
            [(band.low, band.median, band.high) for band in (one or none for one in self.bands())]
        ).T


@frozen_dataclass
class BreakEvenPoint:
    """Value of the axis at which the design and another chip cost the same.

    Attributes
    ----------
    other : str
        The other chip.
    value : float or None
        Nominal value, in SI, with all other inputs as stated; None if only the draws have one. Along a named axis it is
        interpolated between points.
    better_below, better_above : str
        Chip with the better result on each side.
    jump : bool
        Whether one result jumps there, so that the two are never equal.
    band : Band or None
        Median and band over all draws of the uncertain inputs; an end is infinite if these draws cross outside of the
        range. None if there are several points, or if fewer than half of the draws have an estimate.
    """

    other: str
    value: float | None
    better_below: str
    better_above: str
    jump: bool
    band: Band | None = None

    @property
    def headline(self) -> float:
        """The median over the draws if the range contains it, otherwise the nominal value."""
        if self.band is not None and (self.value is None or np.isfinite(self.band.median)):
            return self.band.median
        return float("nan") if self.value is None else self.value


@frozen_dataclass(eq=False)
class BreakevenResult(Printed):
    """A design and others along one axis.

    Attributes
    ----------
    path, label, unit : str
        The parameter or the name of the axis, its label in figures, and its unit.
    quantity : str
        The result.
    workload : str
        The network of the design.
    values : array
        Points of the axis.
    stated : float
        Value that the file of the design, or else of the first chip that has it, states; NaN without one.
    curves : tuple of Curve
        The design first.
    break_even_points : tuple of BreakEvenPoint
        By other chip, in the order of the axis.
    varied : tuple of str
        Chips that change along the axis.
    failed_checks : tuple of str
        Checks that a chip fails at the values in its file.
    """

    path: str
    label: str
    unit: str
    quantity: str
    workload: str
    values: Array
    stated: float
    curves: tuple[Curve, ...]
    break_even_points: tuple[BreakEvenPoint, ...]
    varied: tuple[str, ...]
    failed_checks: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The chips, the design first."""
        return tuple(curve.name for curve in self.curves)

    def to_dict(self) -> dict[str, Any]:
        """The break-even points, the nominal curves and the bands as plain data."""

        def plain(values: Iterable[float]) -> list[float | None]:
            return [float(value) if np.isfinite(value) else None for value in values]

        points = [asdict(point) for point in self.break_even_points]
        for point in points:
            if point["band"]:
                point["band"] = {k: v if np.isfinite(v) else None for k, v in point["band"].items()}
        values = self.values.tolist()
        return {
            "parameter": self.path, "unit": self.unit, "quantity": self.quantity, "designs": list(self.names),
            "varied": list(self.varied), "break_even_points": points, "draws": SAMPLES,
            "failed_checks": list(self.failed_checks),
            "curves": {"values": values, **{one.name: plain(one.nominal) for one in self.curves}},
            "bands": {
                "values": values,
                **{
                    one.name: dict(zip(("p10", "median", "p90"), map(plain, one.percentiles()), strict=True))
                    for one in self.curves
                },
            },
            "failed": {"values": values, **{one.name: list(one.failed) for one in self.curves}},
        }  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Nominal values, medians, bands and failed checks of all chips as a table."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        frame: dict[str, Any] = {column_name(self.path, self.unit): self.values}
        for one in self.curves:
            frame[f"{one.name}_nominal"] = one.nominal
            ends = (f"{one.name}_p10", f"{one.name}_median", f"{one.name}_p90")
            frame |= dict(zip(ends, one.percentiles(), strict=True))
            frame[f"{one.name}_failed_check"] = list(one.failed)
        return pd.DataFrame(frame)

    def rows(self) -> list[dict[str, Any]]:
        """Medians of all chips at the ends of the axis and at the break-even points, for a document."""
        named, nothing = column_name(self.path, self.unit), BreakEvenPoint("", None, "", "", jump=False)
        points = [
            ("lowest value", float(self.values[0]), nothing),
            *((f"break-even with {one.other}", one.headline, one) for one in self.break_even_points),
            ("highest value", float(self.values[-1]), nothing),
        ]
        return [
            {
                "point": what, named: value, "nominal": one.value,
                "p10": one.band.low if one.band else None, "p90": one.band.high if one.band else None,
                **{
                    curve.name: float(np.interp(value, self.values, curve.percentiles()[1]))
                    for curve in self.curves
                },
            }
            for what, value, one in points
        ]  # fmt: skip

    def to_text(self) -> str:
        """The comparison as text for a terminal."""
        unit = QUANTITIES[self.quantity].unit
        lines = [f"! {failed}" for failed in self.failed_checks]
        lines += [
            f"! {one.name}: {sum(map(bool, one.failed))} of {len(one.failed)} points fail a check: {', '.join(checks)}"
            for one in self.curves
            if (checks := sorted({check.partition(":")[0] for check in one.failed if check}))
        ]
        lines.append(f"{label_and_unit(self.quantity)[0]} of {_and(self.names)} along {self.label}")
        lines.append(f"varied in {_and(self.varied)}")
        lines.append(f"medians of {SAMPLES} draws of the uncertain inputs")
        medians = [one.percentiles()[1] for one in self.curves]
        everywhere = np.flatnonzero(np.isfinite(medians).all(axis=0))
        for where in everywhere[[0, -1]] if everywhere.size else ():
            at = _and([three_digits(median[where], unit) for median in medians])
            lines.append(f"  at {three_digits(self.values[where], self.unit)}: {at}")
        design, *others = self.curves
        for other in others:
            lines += self._against(design, other)
        return "\n".join(row for line in lines for row in _folded(line)) + "\n"

    def _against(self, design: Curve, other: Curve) -> list[str]:
        """Break-even points with one chip, or which of the two is better."""
        lines, name = [], f" with {other.name}" if len(self.curves) > 2 else ""
        points = [one for one in self.break_even_points if one.other == other.name]
        for point in points:
            lines.append(
                f"break-even{name} at {three_digits(point.headline, self.unit)}: below it {point.better_below} is "
                f"better, above it {point.better_above}{', and one of them jumps there' if point.jump else ''}"
            )
            lines.append(f"  {self._statistic(point)}")
        if not points:
            lines.append(f"no break-even{name} in this range: {self._always(design, other)}")
        missing = ~(np.isfinite(design.nominal) & np.isfinite(other.nominal))
        if missing.any():
            lines.append(f"{np.mean(missing):.1%} of the range has no estimate of one of the two")
        return lines

    def _statistic(self, point: BreakEvenPoint) -> str:
        """Meaning of the value of a point: a median with its band and the nominal value, or the nominal value alone."""
        nominal = "none in this range" if point.value is None else three_digits(point.value, self.unit)
        if point.band is None:
            return "at the stated inputs (nominal), without a band"
        low, median, high = (self._end(end) for end in (point.band.low, point.band.median, point.band.high))
        ends = f"p10 .. p90: {low} .. {high}"
        if not np.isfinite(point.band.median):
            return f"at the stated inputs (nominal); the median of the draws is {median}, {ends}"
        return f"median; {ends}; nominal: {nominal}"

    def _end(self, value: float) -> str:
        if np.isfinite(value):
            return three_digits(value, self.unit)
        side, edge = ("below", self.values[0]) if value < 0.0 else ("above", self.values[-1])
        return f"{side} {three_digits(edge, self.unit)}"

    def _always(self, design: Curve, other: Curve) -> str:
        sign = np.sign(_difference(self.quantity, design.percentiles()[1], other.percentiles()[1]))
        sign = sign[np.isfinite(sign)]
        if not sign.size:
            return "too few draws have an estimate of both"
        if not np.any(sign):
            return "both are equal throughout"
        better = design.name if np.sum(sign) < 0 else other.name
        return f"{better} is better{' throughout' if np.all(sign == sign[0]) else ' or equal'}"

    def plot(self, path: str | Path | None = None) -> Any:
        """All results along the axis; written to `path` if given, and returned."""
        return render(self, "figure", path)

    @property
    def lead(self) -> str:
        """Where the design and each other chip cost the same, with bands, or which one is better throughout."""
        design, *others = self.curves
        points = ", ".join(
            Headline.of(one.headline, one.band).words(self.unit)
            + (f" with {one.other}" if len(others) > 1 else "")
            for one in self.break_even_points
        )
        where = (
            f"equal at {self.path} {points}; median (p10 .. p90)" if points else "no break-even in this range"
        )
        if len(others) == 1 and not points:
            where = self._always(design, others[0])
        return f"{label_and_unit(self.quantity)[0]} of {_and(self.names)}, {where}"


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _folded(line: str) -> list[str]:
    indent = len(line) - len(line.lstrip())
    return wrapped(line.lstrip(), indent=indent, hanging=indent + 2)


def _difference(quantity: str, first: Array, second: Array) -> Array:
    """Sign of the comparison: below zero where the first chip is better."""
    return second - first if QUANTITIES[quantity].better == "more" else first - second


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
        return np.sign(_difference(self.quantity, *self._both(values)))

    def _both(self, values: Array) -> tuple[Array, Array]:
        return self.first.nominal(values, self.quantity), self.second.nominal(values, self.quantity)

    def crossings(self, values: Array) -> list[tuple[float, bool, bool]]:
        """Each value at which the sign changes, whether one result jumps there, and whether the first is better below.

        Raises
        ------
        ExplorationError
            If the two have no estimate at any common point.
        """
        sign, crossings = self.sign(values), []
        if not np.any(np.isfinite(sign)):
            raise ExplorationError("the two chips have no estimate at the same point of this range")
        defined = np.flatnonzero(np.isfinite(sign) & (sign != 0.0))
        for left, right in pairwise(defined):
            if sign[left] != sign[right] and np.isfinite(sign[left : right + 1]).all():
                crossings.append((*self._narrowed(values[left], values[right]), bool(sign[left] < 0)))
        return crossings

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

    Parameters that both chips share are drawn once for both. Draws that do not cross on the axis count as crossing
    below or above it, so the band covers all draws.
    """
    if len(points) > 1:
        return points
    with np.errstate(all="ignore"):
        difference = _difference(quantity, *(np.log(curve.samples) for curve in curves))
    crossing = break_even_values(np.log(values) if log else values, difference)
    if crossing is None:
        return points
    with np.errstate(over="ignore"):
        crossing = np.where(np.isfinite(crossing), np.exp(crossing), crossing) if log else crossing
        band = band_over_draws(np.ceil(crossing) if whole else crossing)
    if points:
        return [replace(points[0], band=band)]
    if not np.isfinite(band.median):
        return []
    names = tuple(curve.name for curve in curves)
    falls = np.nanmedian(difference[:, -1]) < np.nanmedian(difference[:, 0])
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
    crossings = [_Scan(sides[0], other, quantity, track.whole).crossings(scanned) for other in sides[1:]]
    curves = tuple(
        _curve(name, side.segments(values), values.size, quantity, part(progress, at, len(sides)))
        for at, (name, side) in enumerate(zip(names, sides, strict=True))
    )
    points = []
    for other, crossed in zip(curves[1:], crossings, strict=True):
        nominal = [
            BreakEvenPoint(other.name, value, *_order(curves[0].name, other.name, first=below), jump)
            for value, jump, below in crossed
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
            difference = _difference(quantity, *(np.log(curve.nominal) for curve in both))
        crossing = break_even_values(np.log(design.values), difference[np.newaxis])
        nominal = []
        if crossing is not None and np.isfinite(crossing[0]):
            sign = difference[np.isfinite(difference)][0]
            ends = _order(curves[0].name, other.name, first=bool(sign < 0))
            nominal = [BreakEvenPoint(other.name, float(np.exp(crossing[0])), *ends, jump=False)]
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
