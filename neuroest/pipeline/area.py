"""Area of a chip: block areas times their instances, and the white space of the floor plan."""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np

from neuroest.core import units as u
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.equations import floor_plans
from neuroest.levels.base import NetworkMapping
from neuroest.pipeline.cost_table import CostTable
from neuroest.pipeline.energy import Array, total

PAD_RING = "pad_ring"
"""Term of the area of the pad rings, which include no white space."""


@frozen_dataclass(eq=False)
class InstanceRow:
    """Area or static power of one term of one component on the whole chip. [m^2] or [W]."""

    component: str
    term: str
    total: u.Numeric
    instances: u.Numeric
    when: Literal["powered", "standby", "awake", "asleep", "waking", "working"] = "powered"
    """When power is drawn: while the chip is powered; only while it is and a network runs (`working`); or while it is
    switched off; of a block that sleeps while it is awake, or asleep. `waking` is no power but the energy of waking
    once. [J]."""


def area_rows(mapped: NetworkMapping, costs: CostTable) -> tuple[InstanceRow, ...]:
    """Area by component and term. [m^2]."""
    rows = [
        InstanceRow(a.component, a.term, a.area * number, number)
        for a in costs.areas
        for number in (mapped.instances[a.counted_as or a.component],)
    ]
    if costs.overheads is not None:
        logic: Any = sum(
            (r.total for r in rows if r.component in costs.synchronous - costs.macros), start=0.0
        )
        macros: Any = sum((r.total for r in rows if r.component in costs.macros), start=0.0)
        control = (
            logic * costs.around.control_area_fraction + macros * costs.around.macro_control_area_fraction
        )
        rows.append(InstanceRow(costs.overheads, "control", control, 1.0))
        if np.any(np.asarray(costs.around.pad_ring_width) > 0.0):
            dies = mapped.counts[min(mapped.counts, key=len)]
            ring = floor_plans.pad_ring_area(chip_area(costs, rows), costs.around.pad_ring_width, dies)
            rows.append(InstanceRow(costs.overheads, PAD_RING, ring, dies))
    return tuple(rows)


def _known_dies(costs: CostTable) -> set[tuple[str | None, str]]:
    """Component and term of the areas that include their white space."""
    return {(a.component, a.term) for a in costs.areas if a.placed} | {(costs.overheads, PAD_RING)}


def area_by_component(costs: CostTable, rows: Iterable[InstanceRow]) -> dict[str, Array]:
    """Area of each component with its white space; their sum is the area of the chip. [m^2]."""
    known_dies, found = _known_dies(costs), dict[str, Array]()
    for row in rows:
        if (row.component, row.term) in known_dies:
            share: u.Numeric = 1.0
        else:
            macro = row.component in costs.macros
            share = costs.around.macro_utilisation if macro else costs.around.floorplan_utilisation
        placed = np.asarray(floor_plans.floorplan_area(row.total, share))
        found[row.component] = found.get(row.component, 0.0) + placed
    return found


def chip_area(costs: CostTable, rows: Iterable[InstanceRow]) -> Array:
    """Area of the chip: blocks and macros over their utilisations of the die, plus dies of known total area. [m^2]."""
    known_dies = _known_dies(costs)
    blocks: list[u.Numeric] = []
    macros: list[u.Numeric] = []
    dies: list[u.Numeric] = []
    for row in rows:
        if (row.component, row.term) in known_dies:
            dies.append(row.total)
        else:
            (macros if row.component in costs.macros else blocks).append(row.total)
    return np.asarray(
        floor_plans.floorplan_area(total(blocks), costs.around.floorplan_utilisation)
        + floor_plans.floorplan_area(total(macros), costs.around.macro_utilisation)
        + total(dies)
    )
