"""Parameter value at which one chip begins to beat another.

The headline is the median over the draws of `estimate`, as everywhere; the nominal value, with all inputs as stated,
is given with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.core.text_layout import Printed, wrapped
from neuroest.core.units import three_digits
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.draws_along import band_at, band_over_draws, break_even_values, results_along
from neuroest.exploration.space import Axis, ExplorationError, Range, Space, setting_axis
from neuroest.exploration.structures import AxisValues, Group, NumericAxis, resolve, spelled_out
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, Headline, column_name, label_and_unit, quantity_names
from neuroest.specs.loaded import Named

if TYPE_CHECKING:
    import pandas as pd

_SCAN = 1025
"""Points of the first comparison; it misses break-even points that are closer together than a step."""
_ZOOM = 65
_ROUNDS = 12
_PLACES = 65
"""Points along the parameter at which each draw compares the chips."""
_ALONG = "--along"
"""Option that the parameter is given to."""
_RELATIVE_WIDTH = 1e-9
VARIED = ("first", "second", "both")
"""Choices of the chip whose parameter varies if both chips have it."""


@frozen_dataclass
class BreakEvenPoint:
    """Parameter value at which both chips cost the same.

    Attributes
    ----------
    value : float or None
        Nominal value of the parameter, in SI, with all other inputs as stated; None if only the draws have one.
    better_below, better_above : str
        Chip with the better result on each side.
    jump : bool
        Whether one result jumps there, so that the two are never equal.
    band : Band or None
        Median and band over all draws of the uncertain inputs; an end is infinite if these draws cross outside of the
        range. None if there are several points, or if fewer than half of the draws have an estimate.
    """

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


@frozen_dataclass
class BreakevenResult(Printed):
    """Two chips along one parameter.

    Attributes
    ----------
    names, labels : pair of str
        The chips, and their names in the figure.
    values, first, second : array
        The parameter and both nominal results; NaN where a chip has no estimate.
    places, samples : array, pair of array
        Fewer values of the parameter, and the results of both chips by draw and value.
    break_even_points : tuple of BreakEvenPoint
        In the order of the parameter.
    varied : tuple of str
        Chips whose parameter varies.
    failed_checks : tuple of str
        Checks that a chip fails at the values in its file.
    """

    path: str
    unit: str
    quantity: str
    names: tuple[str, str]
    labels: tuple[str, str]
    values: Array
    first: Array
    second: Array
    break_even_points: tuple[BreakEvenPoint, ...]
    varied: tuple[str, ...]
    failed_checks: tuple[str, ...]
    places: Array
    samples: tuple[Array, Array]

    def bands(self) -> tuple[Array, Array]:
        """10th, 50th and 90th percentile of each chip, by percentile and place; NaN where too few draws exist."""
        none = Band(np.nan, np.nan, np.nan)
        first, second = (
            np.array(
                [(band.low, band.median, band.high) for band in (one or none for one in band_at(drawn))]
            ).T
            for drawn in self.samples
        )
        return first, second

    def to_dict(self) -> dict[str, Any]:
        """The break-even points, the nominal curves and the bands as plain data."""

        def plain(values: Array) -> list[float | None]:
            return [float(value) if np.isfinite(value) else None for value in values]

        points = [asdict(crossing) for crossing in self.break_even_points]
        for point in points:
            if point["band"]:
                point["band"] = {k: v if np.isfinite(v) else None for k, v in point["band"].items()}
        bands = {
            name: dict(zip(("p10", "median", "p90"), map(plain, band), strict=True))
            for name, band in zip(self.names, self.bands(), strict=True)
        }
        return {
            "parameter": self.path, "unit": self.unit, "quantity": self.quantity, "designs": list(self.names),
            "varied": list(self.varied), "break_even_points": points, "draws": len(self.samples[0]),
            "failed_checks": list(self.failed_checks),
            "curves": {
                "values": self.values.tolist(), self.names[0]: plain(self.first), self.names[1]: plain(self.second),
            },
            "bands": {"values": self.places.tolist(), **bands},
        }  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Nominal values, medians and bands of both chips as a table."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        frame: dict[str, Array] = {column_name(self.path, self.unit): self.places}
        for name, nominal, band in zip(self.names, (self.first, self.second), self.bands(), strict=True):
            frame[f"{name}_nominal"] = nominal[np.searchsorted(self.values, self.places)]
            frame |= dict(zip((f"{name}_p10", f"{name}_median", f"{name}_p90"), band, strict=True))
        return pd.DataFrame(frame)

    def rows(self) -> list[dict[str, Any]]:
        """Medians of both chips at the ends of the range and at the break-even points, for a document."""
        medians = [band[1] for band in self.bands()]
        named, nothing = column_name(self.path, self.unit), BreakEvenPoint(None, "", "", jump=False)
        points = [
            ("lowest value", float(self.places[0]), nothing),
            *(("break-even", one.headline, one) for one in self.break_even_points),
            ("highest value", float(self.places[-1]), nothing),
        ]
        return [
            {
                "point": what, named: value, "nominal": one.value,
                "p10": one.band.low if one.band else None, "p90": one.band.high if one.band else None,
                **{
                    name: float(np.interp(value, self.places, median))
                    for name, median in zip(self.names, medians, strict=True)
                },
            }
            for what, value, one in points
        ]  # fmt: skip

    def to_text(self) -> str:
        """The comparison as text for a terminal."""
        one, other = self.names
        unit = QUANTITIES[self.quantity].unit
        lines = [f"! {failed}" for failed in self.failed_checks]
        lines.append(f"{self.quantity} of {one} and {other} along {self.path}")
        lines.append(f"varied in {' and '.join(self.varied)}")
        lines.append(f"medians of {len(self.samples[0])} draws of the uncertain inputs")
        medians = [band[1] for band in self.bands()]
        both = np.flatnonzero(np.isfinite(medians).all(axis=0))
        for where in both[[0, -1]] if both.size else ():
            own, others = (three_digits(median[where], unit) for median in medians)
            lines.append(f"  at {three_digits(self.places[where], self.unit)}: {own} and {others}")
        for point in self.break_even_points:
            lines.append(
                f"break-even at {three_digits(point.headline, self.unit)}: below it {point.better_below} is better, "
                f"above it {point.better_above}{', and one of them jumps there' if point.jump else ''}"
            )
            lines.append(f"  {self._statistic(point)}")
        if not self.break_even_points:
            lines.append(f"no break-even in this range: {self._always()}")
        missing = ~(np.isfinite(self.first) & np.isfinite(self.second))
        if missing.any():
            lines.append(f"{np.mean(missing):.1%} of the range has no estimate of one of the two")
        return "\n".join(row for line in lines for row in _folded(line)) + "\n"

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
        side, edge = ("below", self.places[0]) if value < 0.0 else ("above", self.places[-1])
        return f"{side} {three_digits(edge, self.unit)}"

    def _always(self) -> str:
        sign = np.sign(_difference(self.quantity, *(band[1] for band in self.bands())))
        sign = sign[np.isfinite(sign)]
        if not sign.size:
            return "too few draws have an estimate of both"
        if not np.any(sign):
            return "both are equal throughout"
        better = self.names[0] if np.sum(sign) < 0 else self.names[1]
        return f"{better} is better{' throughout' if np.all(sign == sign[0]) else ' or equal'}"

    def plot(self, path: str | Path | None = None) -> Any:
        """Both results along the parameter; written to `path` if given, and returned."""
        return render(self, "figure", path)

    @property
    def lead(self) -> str:
        """Where both cost the same, with bands, or which one is better throughout."""
        points = ", ".join(
            Headline.of(one.value, one.band).words(self.unit) for one in self.break_even_points
        )
        where = f"equal at {self.path} {points}; median (p10 .. p90)" if points else self._always()
        return f"{label_and_unit(self.quantity)[0]} of {self.names[0]} and {self.names[1]}, {where}"


def _folded(line: str) -> list[str]:
    indent = len(line) - len(line.lstrip())
    return wrapped(line.lstrip(), indent=indent, hanging=indent + 2)


def _difference(quantity: str, first: Array, second: Array) -> Array:
    """Sign of the comparison: below zero where the first chip is better."""
    return second - first if QUANTITIES[quantity].better == "more" else first - second


@frozen_dataclass
class _Side:
    group: Group
    axis: NumericAxis | None

    def at(self, values: Array, quantity: str) -> Array:
        if self.axis is None:
            return np.full(values.size, self._results({}, (1,), quantity)[0])
        columns = {path: values.reshape(-1, 1) for path in self.axis.tracks}
        return self._results(columns, (values.size,), quantity)

    def _results(self, columns: Mapping[str, Array], shape: tuple[int, ...], quantity: str) -> Array:
        return evaluate_points(self.group, columns, shape, [quantity], judged=False).totals[quantity]

    def drawn(self, places: Array, quantity: str, progress: Progress) -> Array:
        """The result by draw of the uncertain inputs and by point along the parameter, whose values are exact."""
        moved = {} if self.axis is None else dict.fromkeys(self.axis.tracks, places)
        found = results_along(self.group, moved, places.size if moved else 1, quantity, progress)
        return np.broadcast_to(found, (len(found), places.size))

    def failed(self, quantity: str) -> tuple[str, ...]:
        """Checks that fail at the values in the files."""
        return evaluate_points(self.group, {}, (1,), [quantity]).reasons


@frozen_dataclass
class _Pair:
    """Both chips along the parameter."""

    sides: Sequence[_Side]
    names: tuple[str, str]
    quantity: str
    track: AxisValues

    def at(self, values: Array) -> tuple[Array, Array]:
        """Nominal results of both."""
        first, second = (side.at(values, self.quantity) for side in self.sides)
        return first, second

    def spaced(self, low: float, high: float, count: int, *, log: bool) -> Array:
        """Values of the parameter."""
        values = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
        return np.unique(np.round(values)) if self.track.whole else np.asarray(values)

    def break_even_points(self, values: Array, first: Array, second: Array) -> tuple[BreakEvenPoint, ...]:
        """Locate the sign changes of the difference of the results."""
        sign, found = np.sign(_difference(self.quantity, first, second)), []
        defined = np.flatnonzero(np.isfinite(sign) & (sign != 0.0))
        for left, right in pairwise(defined):
            if sign[left] != sign[right] and np.isfinite(sign[left : right + 1]).all():
                value, jump = self._narrowed(values[left], values[right])
                below, above = self.names if sign[left] < 0 else self.names[::-1]
                found.append(BreakEvenPoint(value, below, above, jump))
        return tuple(found)

    def over_draws(
        self, points: tuple[BreakEvenPoint, ...], samples: tuple[Array, Array], places: Array
    ) -> tuple[BreakEvenPoint, ...]:
        """The only point with its band over the draws, or that of the median draw where the nominal results have none.

        Parameters that both chips share are drawn once for both.
        """
        log = self.track.log
        with np.errstate(all="ignore"):
            difference = _difference(self.quantity, *(np.log(drawn) for drawn in samples))
        found = break_even_values(np.log(places) if log else places, difference)
        if found is None:
            return points
        with np.errstate(over="ignore"):
            values = np.where(np.isfinite(found), np.exp(found), found) if log else found
            band = band_over_draws(np.ceil(values) if self.track.whole else values)
        if points:
            return (replace(points[0], band=band),)
        if not np.isfinite(band.median):
            return ()
        falls = np.nanmedian(difference[:, -1]) < np.nanmedian(difference[:, 0])
        below, above = self.names[::-1] if falls else self.names
        return (BreakEvenPoint(None, below, above, jump=False, band=band),)

    def _narrowed(self, low: float, high: float) -> tuple[float, bool]:
        """Locate a sign change between two values, with many points per round."""
        whole = self.track.whole
        for _ in range(_ROUNDS):
            values = self.spaced(low, high, _ZOOM, log=False)
            sign = np.sign(_difference(self.quantity, *self.at(values)))
            step = int(np.argmax(sign != sign[0]))
            if sign[step] == 0.0:
                return float(values[step]), False
            low, high = values[step - 1], values[step]
            if abs(high - low) <= _RELATIVE_WIDTH * abs(high) or (whole and high - low <= 1.0):
                break
        first, second = self.at(np.array([low, high]))
        gap = abs(first[1] - second[1]) / max(abs(first[1]), abs(second[1]))
        return float(high if whole else (low + high) / 2.0), bool(gap > 1e-6)


def breakeven(
    first: Named,
    second: Named,
    workload: Named,
    axis: Axis | str,
    *,
    varied: str = "both",
    second_workload: Named | None = None,
    quantity: str = "energy_per_inference_J",
    settings: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> BreakevenResult:
    """Find the parameter values at which two chips cost the same.

    Parameters
    ----------
    first, second
        The chips. The parameter may belong to one chip, both chips or the workload.
    workload, second_workload
        Their workloads; the second chip runs the first workload by default.
    axis : Axis or str
        A range, as text such as ``path=1 ns..1 ms:log`` or from `neuroest.exploration.space.setting_axis`.
    varied : str
        ``first``, ``second`` or ``both``: the chip whose parameter varies if both chips have it.
    quantity : str
        Result to compare.
    settings : mapping, optional
        Values to change first, by path; each chip gets the values of the paths that it has.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    BreakevenResult
        Values of both chips along the axis, and the points at which they are equal.

    Raises
    ------
    NeuroestError
        If neither chip has the parameter, or the chips have no common point with an estimate.
    """
    axis = _ranged(axis)
    (quantity,) = quantity_names([quantity])
    _check(quantity, varied)
    pairs = ((first, workload), (second, second_workload or workload))
    axis = _spelled_out(axis, pairs)
    sides = _sides(pairs, axis, varied, settings)
    moved = next(side.axis for side in sides if side.axis is not None)
    unit = next(side.group.claims[axis.name].unit for side in sides if side.axis is not None)
    names, labels = (
        _told_apart(*(getattr(side.group.design.spec, name) for side in sides)) for name in ("name", "label")
    )
    pair = _Pair(sides, names, quantity, next(iter(moved.tracks.values())))
    values = pair.spaced(pair.track.low, pair.track.high, _SCAN, log=pair.track.log)
    curves = pair.at(values)
    if not np.any(np.isfinite(_difference(quantity, *curves))):
        raise ExplorationError("the two chips have no estimate at the same point of this range")
    points = pair.break_even_points(values, *curves)
    places = values[np.unique(np.linspace(0, values.size - 1, _PLACES).round().astype(int))]
    first_drawn, second_drawn = (
        side.drawn(places, quantity, part(progress, at, 2)) for at, side in enumerate(sides)
    )
    samples = (first_drawn, second_drawn)
    if len(points) <= 1:
        points = pair.over_draws(points, samples, places)
    named = tuple(zip(names, sides, strict=True))
    moves = tuple(name for name, side in named if side.axis is not None)
    failed = tuple(f"{name}: {reason}" for name, side in named for reason in side.failed(quantity))
    return BreakevenResult(
        axis.name,
        unit,
        quantity,
        names,
        labels,
        values,
        curves[0],
        curves[1],
        points,
        moves,
        failed,
        places,
        samples,
    )


def _told_apart(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first != second else (f"{first} (first)", f"{second} (second)")


def _ranged(axis: Axis | str) -> Axis:
    """Return a range axis, given as an axis or as text."""
    if isinstance(axis, str):
        path, equals, text = axis.partition("=")
        if not equals or not text.strip():
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


def _check(quantity: str, varied: str) -> None:
    check_names("choice of the chip that varies", [varied], VARIED)
    if not QUANTITIES[quantity].better:
        directed = ", ".join(name for name, known in QUANTITIES.items() if known.better)
        raise ExplorationError(f"{quantity} is better neither large nor small; compare one of {directed}")


def _sides(
    pairs: Sequence[tuple[Named, Named]], axis: Axis, varied: str, settings: Mapping[str, str] | None
) -> list[_Side]:
    """Both chips; a chip gets the axis if it has the parameter and is to be varied."""
    own = [_own(chip, net, settings) for chip, net in pairs]
    for path in settings or {}:
        if not any(path in kept for kept in own):
            resolve(*pairs[0], Space(()), {path: (settings or {})[path]})  # raises the right error
    sides, problems = [], []
    for (chip, net), kept, side in zip(pairs, own, VARIED, strict=False):
        try:
            space = Space((axis,) if varied in {side, "both"} else ())
            resolved = resolve(chip, net, space, kept)
            sides.append(_Side(resolved.groups[0], resolved.numeric[0] if resolved.numeric else None))
        except UnknownNameError as error:
            problems.append(error)
            sides.append(_Side(resolve(chip, net, Space(()), kept).groups[0], None))
    if all(side.axis is None for side in sides):
        raise problems[0].at(_ALONG)
    return sides


def _own(chip: Named, net: Named, settings: Mapping[str, str] | None) -> dict[str, str]:
    """Settings whose paths a chip has."""
    kept = {}
    for path, value in (settings or {}).items():
        try:
            resolve(chip, net, Space(()), {path: value})
        except UnknownNameError:
            continue
        except NeuroestError:
            pass
        kept[path] = value
    return kept
