"""What moved between two golden tables, as text."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from neuroest.core.units import format_quantity
from neuroest.results.quantities import QUANTITIES
from tests.golden.table import FAILS, VALUES, Row, Table

TOLERANCE = 1e-9
"""Relative difference that counts as none."""
ILL_CONDITIONED = {
    ("diffusive_28nm_capacitor", "cortical_microcircuit_spiking"): 1e-4,
    ("diffusive_low_power_28nm", "mouse_brain_spiking"): 1e-4,
}
"""The tolerance of the bands of pairs in which samples are ill-conditioned.

Their neurons fire at a rate that a longer drive hardly raises: in sample 228 of the first, d ln(rate)/d ln(drive) is
6e-11 at the rate that is needed, in samples 328 and 349 of the second 3e-8, and 1 in others. The shortest drive of that
rate, and with it timestep and energy, moves by the inverse of that slope times the last digit of an exponential, which
processors compute differently: by 1e-5 and 1e-7 without AVX-512."""
_RESULTS_OF_A_CHIP = 8


@dataclass(frozen=True)
class Move:
    """The value of a row that moved most; None before where the row is new, None after where it is gone."""

    row: Row
    value: str
    before: float | None
    after: float | None

    @property
    def size(self) -> float:
        """Absolute logarithm of the ratio; infinite from or to zero or no value."""
        if self.before is None or self.after is None or self.before * self.after <= 0.0:
            return math.inf
        return abs(math.log(self.after / self.before))

    @property
    def change(self) -> str:
        """Change in per cent, or as a factor where it is two or more."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        if self.before * self.after <= 0.0:
            return f"{self.after - self.before:+.3g}"
        ratio = self.after / self.before
        return f"{100.0 * (ratio - 1.0):+.3g} %" if 0.5 < ratio < 2.0 else f"x {ratio:.3g}"

    @property
    def values(self) -> str:
        """Both values with their unit."""
        unit = QUANTITIES[self.row[2]].unit if self.row[2] in QUANTITIES else "1"
        return " -> ".join(
            "none" if value is None else format_quantity(value, unit, 4)
            for value in (self.before, self.after)
        )


def moves(before: Table, after: Table) -> list[Move]:
    """Rows that differ by more than the tolerance, largest first."""
    different = []
    for row in dict.fromkeys((*before, *after)):
        nothing = (None,) * len(VALUES)
        both = zip(VALUES, before.get(row, nothing), after.get(row, nothing), strict=True)
        largest = max(
            (Move(row, *values) for values in both if not _same(row, *values)), key=_size, default=None
        )
        if largest is not None:
            different.append(largest)
    return sorted(different, key=_size, reverse=True)


def _same(row: Row, value: str, before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    tolerance = TOLERANCE if value == "nominal" else ILL_CONDITIONED.get(row[:2], TOLERANCE)
    return math.isclose(before, after, rel_tol=tolerance)


def _size(move: Move) -> float:
    return move.size


def report(before: Table, after: Table) -> str:
    """What moved, most first: pairs that are new or gone, checks, then each result and each chip; empty if nothing."""
    pairs = [{row[:2] for row in table} for table in (before, after)]
    different = moves(before, after)
    in_both = [move for move in different if move.row[:2] in pairs[0] & pairs[1]]
    checks = [move for move in in_both if move.row[2].startswith(FAILS)]
    numbers = [move for move in in_both if not move.row[2].startswith(FAILS)]
    lines = [f"new: {chip} on {network}" for chip, network in sorted(pairs[1] - pairs[0])]
    lines += [f"gone: {chip} on {network}" for chip, network in sorted(pairs[0] - pairs[1])]
    for words, group in _groups(checks, lambda move: (move.row[2], move.after is None)):
        text = f"{words[0].removeprefix(FAILS)} {'passes now' if words[1] else 'fails now'}"
        lines.append(f"{text}: {', '.join(f'{move.row[0]} on {move.row[1]}' for move in group)}")
    if numbers:
        chips = len({move.row[0] for move in numbers})
        lines.append(f"{len(numbers)} of {len(after)} rows moved, of {chips} chips. By result, most first:")
        lines += [
            f"  {_of_result(name, group)}" for name, group in _groups(numbers, lambda move: move.row[2])
        ]
        lines.append("By chip, most first:")
        lines += [f"  {_of_chip(chip, group)}" for chip, group in _groups(numbers, lambda move: move.row[0])]
    return "\n".join(lines)


def _groups(some: list[Move], key: Callable[[Move], Any]) -> Iterator[tuple[Any, list[Move]]]:
    grouped: defaultdict[Any, list[Move]] = defaultdict(list)
    for move in some:
        grouped[key(move)].append(move)
    yield from grouped.items()


def _of_result(name: str, group: list[Move]) -> str:
    first = group[0]
    where = f"{first.row[0]} on {first.row[1]}"
    return f"{name}: {_range(group)} in {len(group)}, most {first.value} {first.values} of {where}"


def _of_chip(chip: str, group: list[Move]) -> str:
    results = [f"{name} {_range(rows)}" for name, rows in _groups(group, lambda move: move.row[2])]
    more = len(results) - _RESULTS_OF_A_CHIP
    rest = [f"{more} more"] if more > 0 else []
    networks = len({move.row[1] for move in group})
    return f"{chip} on {networks}: {', '.join([*results[:_RESULTS_OF_A_CHIP], *rest])}"


def _range(group: list[Move]) -> str:
    """The changes of a group from the largest to the smallest."""
    ends = dict.fromkeys((group[0].change, group[-1].change))
    return " to ".join(ends)
