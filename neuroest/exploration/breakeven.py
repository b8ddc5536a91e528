"""Parameter value at which one chip begins to beat another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.text_layout import wrapped
from neuroest.core.units import format_quantity
from neuroest.error_analysis.draws import SEED, draw
from neuroest.error_analysis.model_error import discrepancy_claims
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.errors import ExplorationError
from neuroest.exploration.space import Axis, Range, Space, setting_axis
from neuroest.exploration.structures import Group, NumericAxis, resolve, spelled_out
from neuroest.registry import render
from neuroest.results.quantities import QUANTITIES, check_quantities, column_name
from neuroest.results.uncertainty import Band
from neuroest.specs.loaded import Named

if TYPE_CHECKING:
    import pandas as pd

_SCAN = 1025
"""Points of the first comparison; it misses break-even points that are closer together than a step."""
_ZOOM = 65
_ROUNDS = 12
_SAMPLES, _PLACES = 128, 65
"""Draws of the uncertain inputs, and points along the parameter at which each draw compares the chips."""
_RELATIVE_WIDTH = 1e-9
VARIED = ("first", "second", "both")
"""Choices of the chip whose parameter varies if both chips have it."""


@dataclass(frozen=True)
class BreakEvenPoint:
    """Parameter value at which both chips cost the same.

    Attributes
    ----------
    value : float
        Value of the parameter, in SI.
    better_below, better_above : str
        Chip with the better result on each side.
    jump : bool
        Whether one result jumps there, so that the two are never equal.
    band : Band or None
        Band over the draws of the uncertain inputs; None if fewer than half of them have a crossing in the range.
    """

    value: float
    better_below: str
    better_above: str
    jump: bool
    band: Band | None = None


@dataclass(frozen=True)
class BreakevenResult:
    """Two chips along one parameter.

    Attributes
    ----------
    values, first, second : array
        The parameter and both results; NaN where a chip has no estimate.
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
    values: Array
    first: Array
    second: Array
    break_even_points: tuple[BreakEvenPoint, ...]
    varied: tuple[str, ...]
    failed_checks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The break-even and the curves as plain data."""
        return {
            "parameter": self.path, "unit": self.unit, "quantity": self.quantity, "designs": list(self.names),
            "varied": list(self.varied), "break_even_points": [asdict(crossing) for crossing in self.break_even_points],
            "failed_checks": list(self.failed_checks),
            "curves": {
                "values": self.values.tolist(),
                **{
                    name: [float(v) if np.isfinite(v) else None for v in curve]
                    for name, curve in zip(self.names, (self.first, self.second), strict=True)
                },
            },
        }  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """The curves as a table."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        return pd.DataFrame(
            {
                column_name(self.path, self.unit): self.values,
                self.names[0]: self.first,
                self.names[1]: self.second,
            }
        )

    def rows(self) -> list[dict[str, Any]]:
        """The ends of the curves and the break-even points between them, for a document."""
        both = np.flatnonzero(np.isfinite(self.first) & np.isfinite(self.second))
        ends = [
            ("lowest value", float(self.values[both[0]])),
            ("highest value", float(self.values[both[-1]])),
        ]
        points = [("break-even", crossing.value) for crossing in self.break_even_points]
        bands = {crossing.value: crossing.band for crossing in self.break_even_points}
        rows = []
        for what, value in (ends[0], *points, ends[1]):
            band = bands.get(value)
            costs = (
                float(np.interp(value, self.values[both], curve[both])) for curve in (self.first, self.second)
            )
            rows.append(
                {
                    "point": what, column_name(self.path, self.unit): value,
                    "p10": band.low if band else None, "p90": band.high if band else None,
                    **dict(zip(self.names, costs, strict=True)),
                }
            )  # fmt: skip
        return rows

    def to_text(self) -> str:
        """The comparison as text for a terminal."""
        one, other = self.names
        unit = QUANTITIES[self.quantity].unit
        lines = [f"! {failed}" for failed in self.failed_checks]
        lines.append(f"{self.quantity} of {one} and {other} along {self.path}")
        lines.append(f"varied in {' and '.join(self.varied)}")
        both = np.isfinite(self.first) & np.isfinite(self.second)
        for index in (0, -1):
            where = np.flatnonzero(both)[index]
            lines.append(
                f"  at {format_quantity(self.values[where], self.unit)}: "
                f"{format_quantity(self.first[where], unit)} and {format_quantity(self.second[where], unit)}"
            )
        for crossing in self.break_even_points:
            kind = "one of them jumps there" if crossing.jump else "they are equal there"
            lines.append(
                f"break-even at {_three_digits(crossing.value, self.unit)}{self._interval(crossing)}: below it "
                f"{crossing.better_below} is better, above it {crossing.better_above} ({kind})"
            )
        if not self.break_even_points:
            lines.append(f"no break-even in this range: {self._always()}")
        if not both.all():
            lines.append(f"{np.mean(~both):.1%} of the range has no estimate of one of the two")
        return "\n".join(part for line in lines for part in _folded(line)) + "\n"

    def _interval(self, crossing: BreakEvenPoint) -> str:
        if crossing.band is None:
            return ""
        ends = (_three_digits(end, self.unit) for end in (crossing.band.low, crossing.band.high))
        return f" (p10 .. p90: {' .. '.join(ends)})"

    def _always(self) -> str:
        sign = np.sign(_difference(self.quantity, self.first, self.second))
        sign = sign[np.isfinite(sign)]
        if not np.any(sign):
            return "both are equal throughout"
        return f"{self.names[0] if np.sum(sign) < 0 else self.names[1]} is better throughout"

    def plot(self, path: str | Path | None = None) -> Any:
        """Both results along the parameter; written to `path` if given, and returned."""
        return render(self, "figure", path)

    def __repr__(self) -> str:
        found = len(self.break_even_points)
        return f"<BreakevenResult: {self.names[0]} and {self.names[1]}, {found} break-even points>"

    def _repr_html_(self) -> str:
        return f"<pre>{self.to_text()}</pre>"


def _three_digits(value: float, unit: str) -> str:
    """A quantity with three digits; a point with a band needs no more."""
    return format_quantity(float(f"{value:.3g}"), unit)


def _folded(line: str) -> list[str]:
    indent = len(line) - len(line.lstrip())
    return wrapped(line.lstrip(), indent=indent, hanging=indent + 2)


def _difference(quantity: str, first: Array, second: Array) -> Array:
    """Sign of the comparison: below zero where the first chip is better."""
    return second - first if QUANTITIES[quantity].better == "more" else first - second


@dataclass(frozen=True)
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

    def drawn(self, places: Array, quantity: str) -> Array:
        """The result for each draw of the uncertain inputs, at each point along the parameter."""
        claims = {**self.group.claims, **discrepancy_claims(self.group.design)}
        columns = {p: v.reshape(-1, 1, 1) for p, v in draw(claims, _SAMPLES, SEED).items()}
        if self.axis is not None:
            columns |= {path: places.reshape(1, -1, 1) for path in self.axis.tracks}
        shape = (_SAMPLES, places.size)
        return self._results(columns, shape, quantity).reshape(shape)

    def failed(self, quantity: str) -> tuple[str, ...]:
        """Checks that fail at the values in the files."""
        return evaluate_points(self.group, {}, (1,), [quantity]).reasons


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

    Raises
    ------
    NeuroestError
        If neither chip has the parameter, or the chips have no common point with an estimate.
    """
    axis = _ranged(axis)
    _check(quantity, varied)
    pairs = ((first, workload), (second, second_workload or workload))
    axis = _spelled_out(axis, pairs)
    sides = _sides(pairs, axis, varied, settings)
    moved = next(side.axis for side in sides if side.axis is not None)
    unit = next(side.group.claims[axis.name].unit for side in sides if side.axis is not None)
    found = next(iter(moved.tracks.values()))
    values = _spaced(found.low, found.high, _SCAN, log=found.log, whole=found.whole)
    curves = [side.at(values, quantity) for side in sides]
    difference = _difference(quantity, *curves)
    if not np.any(np.isfinite(difference)):
        raise ExplorationError("nowhere in this range do both chips have an estimate")
    names = (sides[0].group.design.spec.name, sides[1].group.design.spec.name)
    if names[0] == names[1]:
        names = (f"{names[0]} (first)", f"{names[1]} (second)")
    break_even_points = _break_even_points(sides, names, quantity, values, difference, whole=found.whole)
    if len(break_even_points) == 1:
        places = _spaced(found.low, found.high, _PLACES, log=found.log, whole=found.whole)
        break_even_points = (
            replace(break_even_points[0], band=_band(sides, quantity, places, log=found.log)),
        )
    named = tuple(zip(names, sides, strict=True))
    moves = tuple(name for name, side in named if side.axis is not None)
    failed = tuple(f"{name}: {reason}" for name, side in named for reason in side.failed(quantity))
    return BreakevenResult(
        axis.name, unit, quantity, names, values, curves[0], curves[1], break_even_points, moves, failed
    )


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
            unknown = unknown or error
    raise unknown or ExplorationError(f"{axis.name}: no chip to look it up in")


def _check(quantity: str, varied: str) -> None:
    if varied not in VARIED:
        raise UnknownNameError("choice of the chip that varies", varied, VARIED)
    check_quantities([quantity])
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
        raise problems[0]
    return sides


def _break_even_points(
    sides: list[_Side],
    names: tuple[str, str],
    quantity: str,
    values: Array,
    difference: Array,
    *,
    whole: bool,
) -> tuple[BreakEvenPoint, ...]:
    """Locate the sign changes of the difference."""
    sign, found = np.sign(difference), []
    defined = np.flatnonzero(np.isfinite(sign) & (sign != 0.0))
    for left, right in pairwise(defined):
        if sign[left] != sign[right] and np.isfinite(sign[left : right + 1]).all():
            value, jump = _narrowed(sides, quantity, values[left], values[right], whole=whole)
            below, above = names if sign[left] < 0 else names[::-1]
            found.append(BreakEvenPoint(value, below, above, jump))
    return tuple(found)


def _band(sides: list[_Side], quantity: str, places: Array, *, log: bool) -> Band | None:
    """Band of the only crossing over draws of the uncertain inputs; shared parameters are drawn once for both chips."""
    first, second = (side.drawn(places, quantity) for side in sides)
    with np.errstate(all="ignore"):
        difference = _difference(quantity, np.log(first), np.log(second))
    along = np.log(places) if log else places
    found = []
    for row in difference:
        turns = np.flatnonzero(
            np.isfinite(row[:-1]) & np.isfinite(row[1:]) & (np.sign(row[:-1]) != np.sign(row[1:]))
        )
        if turns.size:
            at = int(turns[0])
            found.append(along[at] + (along[at + 1] - along[at]) * row[at] / (row[at] - row[at + 1]))
    if 2 * len(found) < len(difference):
        return None
    values = np.array(found)
    return Band.of(np.exp(values) if log else values)


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


def _spaced(low: float, high: float, count: int, *, log: bool, whole: bool) -> Array:
    values = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
    return np.unique(np.round(values)) if whole else np.asarray(values)


def _narrowed(
    sides: list[_Side], quantity: str, low: float, high: float, *, whole: bool
) -> tuple[float, bool]:
    """Locate a sign change between two values, with many points per round."""
    for _ in range(_ROUNDS):
        values = _spaced(low, high, _ZOOM, log=False, whole=whole)
        curves = [side.at(values, quantity) for side in sides]
        sign = np.sign(_difference(quantity, *curves))
        step = int(np.argmax(sign != sign[0]))
        if sign[step] == 0.0:
            return float(values[step]), False
        low, high = values[step - 1], values[step]
        if abs(high - low) <= _RELATIVE_WIDTH * abs(high) or (whole and high - low <= 1.0):
            break
    ends = np.array([low, high])
    first, second = (side.at(ends, quantity) for side in sides)
    gap = abs(first[1] - second[1]) / max(abs(first[1]), abs(second[1]))
    return float(high if whole else (low + high) / 2.0), bool(gap > 1e-6)
