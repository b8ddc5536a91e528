"""At what value of a parameter one chip begins to beat another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.text_layout import wrapped
from neuroest.core.units import format_quantity
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.errors import ExplorationError
from neuroest.exploration.space import Axis, Range, Space
from neuroest.exploration.structures import Group, NumericAxis, resolve
from neuroest.registry import render
from neuroest.results.quantities import QUANTITIES, check_quantities, column_name
from neuroest.specs.loaded import Named

if TYPE_CHECKING:
    import pandas as pd

_SCAN = 1025
"""Points at which the two are compared first; narrower crossings than a step are not seen."""
_ZOOM = 65
_ROUNDS = 12
_RELATIVE_WIDTH = 1e-9


@dataclass(frozen=True)
class Crossing:
    """Where the two change places.

    Attributes
    ----------
    value : float
        Of the parameter, in SI.
    better_below, better_above : str
        Chip that has the better result on either side.
    jump : bool
        Whether one of them jumps there, so that they are never equal.
    """

    value: float
    better_below: str
    better_above: str
    jump: bool


@dataclass(frozen=True)
class BreakevenResult:
    """Two chips along one parameter.

    Attributes
    ----------
    values, first, second : array
        The parameter and both results; not a number where a chip has no estimate.
    crossings : tuple of Crossing
        In the order of the parameter.
    """

    path: str
    unit: str
    quantity: str
    names: tuple[str, str]
    values: Array
    first: Array
    second: Array
    crossings: tuple[Crossing, ...]

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

    def to_text(self) -> str:
        """What there is to say, for a terminal."""
        one, other = self.names
        unit = QUANTITIES[self.quantity].unit
        lines = [f"{self.quantity} of {one} and {other} along {self.path}"]
        both = np.isfinite(self.first) & np.isfinite(self.second)
        for index in (0, -1):
            where = np.flatnonzero(both)[index]
            lines.append(
                f"  at {format_quantity(self.values[where], self.unit)}: "
                f"{format_quantity(self.first[where], unit)} and {format_quantity(self.second[where], unit)}"
            )
        for crossing in self.crossings:
            kind = "one of them jumps there" if crossing.jump else "they are equal there"
            lines.append(
                f"break-even at {format_quantity(crossing.value, self.unit, 6)}: below it {crossing.better_below} is "
                f"better, above it {crossing.better_above} ({kind})"
            )
        if not self.crossings:
            lines.append(f"no break-even in this range: {self._always()}")
        if not both.all():
            lines.append(f"{np.mean(~both):.1%} of the range has no estimate of one of the two")
        return "\n".join(part for line in lines for part in _folded(line)) + "\n"

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
        return f"<BreakevenResult: {self.names[0]} and {self.names[1]}, {len(self.crossings)} crossings>"

    def _repr_html_(self) -> str:
        return f"<pre>{self.to_text()}</pre>"


def _folded(line: str) -> list[str]:
    indent = len(line) - len(line.lstrip())
    return wrapped(line.lstrip(), indent=indent, hanging=indent + 2)


def _difference(quantity: str, first: Array, second: Array) -> Array:
    """Below zero where the first is better."""
    return second - first if QUANTITIES[quantity].better == "more" else first - second


@dataclass(frozen=True)
class _Side:
    group: Group
    axis: NumericAxis | None

    def at(self, values: Array, quantity: str) -> Array:
        if self.axis is None:
            return np.full(values.size, evaluate_points(self.group, {}, (1,), [quantity]).totals[quantity][0])
        columns = {path: values.reshape(-1, 1) for path in self.axis.tracks}
        return evaluate_points(self.group, columns, (values.size,), [quantity]).totals[quantity]


def breakeven(
    first: Named,
    second: Named,
    workload: Named,
    axis: Axis,
    *,
    second_workload: Named | None = None,
    quantity: str = "energy_per_inference_J",
    settings: Mapping[str, str] | None = None,
) -> BreakevenResult:
    """Where two chips change places along a parameter.

    Parameters
    ----------
    first, second
        The chips. The parameter may belong to one of them or to both, or to the workload.
    workload, second_workload
        What they run; the second is that of the first unless given.
    axis : Axis
        A range, see `neuroest.exploration.space.setting_axis`.
    quantity : str
        What is compared.
    settings : mapping, optional
        Values to change first, by path; of each chip those that it has.

    Raises
    ------
    NeuroestError
        When neither chip has the parameter, or nowhere have both an estimate.
    """
    check_quantities([quantity])
    if not QUANTITIES[quantity].better:
        directed = ", ".join(name for name, known in QUANTITIES.items() if known.better)
        raise ExplorationError(f"{quantity} is better neither large nor small; compare one of {directed}")
    track = axis.tracks[axis.name]
    if not isinstance(track, Range):
        raise ExplorationError(f"{axis.name}: a break-even is looked for in a range lo..hi, not in a list")
    pairs = ((first, workload), (second, second_workload or workload))
    own = [_own(chip, net, settings) for chip, net in pairs]
    for path in settings or {}:
        if not any(path in kept for kept in own):
            resolve(first, workload, Space(()), {path: (settings or {})[path]})  # says what is wrong with it
    sides, problems = [], []
    for (chip, net), kept in zip(pairs, own, strict=True):
        try:
            resolved = resolve(chip, net, Space((axis,)), kept)
            sides.append(_Side(resolved.groups[0], resolved.numeric[0]))
        except UnknownNameError as error:
            problems.append(error)
            sides.append(_Side(resolve(chip, net, Space(()), kept).groups[0], None))
    moving = [(side.axis, side.group.claims[axis.name].unit) for side in sides if side.axis is not None]
    if not moving:
        raise problems[0]
    moved, unit = moving[0]
    found = next(iter(moved.tracks.values()))
    values = _spaced(found.low, found.high, _SCAN, log=found.log, whole=found.whole)
    curves = [side.at(values, quantity) for side in sides]
    difference = _difference(quantity, *curves)
    if not np.any(np.isfinite(difference)):
        raise ExplorationError("nowhere in this range do both chips have an estimate")
    names = (sides[0].group.design.spec.name, sides[1].group.design.spec.name)
    if names[0] == names[1]:
        names = (f"{names[0]} (first)", f"{names[1]} (second)")
    sign = np.sign(difference)
    crossings = []
    defined = np.flatnonzero(np.isfinite(sign) & (sign != 0.0))
    for left, right in pairwise(defined):
        if sign[left] != sign[right] and np.isfinite(sign[left : right + 1]).all():
            value, jump = _narrowed(sides, quantity, values[left], values[right], whole=found.whole)
            below, above = (names[0], names[1]) if sign[left] < 0 else (names[1], names[0])
            crossings.append(Crossing(value, below, above, jump))
    return BreakevenResult(axis.name, unit, quantity, names, values, curves[0], curves[1], tuple(crossings))


def _own(chip: Named, net: Named, settings: Mapping[str, str] | None) -> dict[str, str]:
    """Those settings that a chip has a place for."""
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
    """Where the sign changes between two values, many points a round."""
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
