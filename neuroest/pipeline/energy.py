"""Dynamic energy of one inference: action counts times energy per action."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.equations import digital, power
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.cost_table import CostTable

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class EnergyRow:
    """Energy of one term of one component in one inference, by layer. [J]."""

    component: str
    action: str
    term: str
    energy: Array
    count: Array


def energy_rows(counts: ActionCounts, costs: CostTable) -> tuple[EnergyRow, ...]:
    """Dynamic energy by component, action and term, and by layer. [J]."""
    rows = []
    for cost in costs.energies:
        count = counts.actions.get((cost.component, cost.action))
        if count is not None:
            rows.append(EnergyRow(cost.component, cost.action, cost.term, count * cost.energy, count))
    if costs.overheads is not None:
        clocked: Any = sum(
            (row.energy for row in rows if row.component in costs.synchronous),
            start=0.0 * next(iter(counts.actions.values())),
        )
        for term, energy in _clock_and_control(clocked, costs):
            rows.append(EnergyRow(costs.overheads, term, term, energy, np.ones_like(energy)))
    return tuple(rows)


def _clock_and_control(clocked: Any, costs: CostTable) -> tuple[tuple[str, Array], ...]:
    """Energy of clock and control in synchronous blocks. [J]."""
    clock = power.clock_energy(clocked, costs.clock_fraction)
    control = digital.control_energy(clocked, costs.control_fraction)
    return ("clock", np.asarray(clock)), ("control", np.asarray(control))


def dynamic_energy(counts: ActionCounts, costs: CostTable) -> Array:
    """Dynamic energy of one inference. [J].

    The sum of `energy_rows` over rows and layers. Where an action costs the same in every layer, its counts are
    added up first, so that a batch that asks for totals only never holds an energy for each layer and term.
    """
    prices: dict[tuple[str, str], list[Any]] = {}
    for cost in costs.energies:
        if (cost.component, cost.action) in counts.actions:
            prices.setdefault((cost.component, cost.action), []).append(cost.energy)
    parts, clocked = [], []
    for key, terms in prices.items():
        count, price = counts.actions[key], sum(terms[1:], start=terms[0])
        by_layer = np.ndim(price) > 0 and np.shape(price)[-1] > 1
        energy = np.sum(count * price if by_layer else count, axis=-1, keepdims=True)
        if not by_layer:
            # an action that never occurs costs nothing, even at an infinite price
            with np.errstate(invalid="ignore"):
                energy = np.where(energy == 0.0, 0.0, energy * price)
        parts.append(energy)
        if key[0] in costs.synchronous:
            clocked.append(parts[-1])
    if costs.overheads is not None:
        parts += [energy for _, energy in _clock_and_control(total(clocked), costs)]
    return total(parts)


def operation_energy(costs: CostTable, rows: Iterable[EnergyRow]) -> Array:
    """Energy of only the operations of one inference: no memory, traffic, clock or control. [J].

    It includes cells and read-out of a crossbar, and the whole energy of a chip that is priced by events.
    """
    operations = {(c.component, c.action, c.term) for c in costs.energies if c.operation}
    return total(
        np.sum(row.energy, axis=-1, keepdims=True)
        for row in rows
        if (row.component, row.action, row.term) in operations
    )


def total(parts: Iterable[Any]) -> Array:
    """Sum of numbers or arrays; zero of none."""
    found: Any = np.zeros(1)
    for part in parts:
        found = found + part
    return np.asarray(found)
