"""Area of a chip, and what its dies cost.

Block areas times their instances and the white space of the floor plan make a die; from it follow yield, cost and
carbon.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from neuroest.blocks.chip.die import StackedTierParameters
from neuroest.blocks.roles import EmitsCarbon, PricesDie
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import dies as die_equations
from neuroest.equations import stacked_tiers
from neuroest.levels.base import NetworkMapping
from neuroest.pipeline import tiers
from neuroest.pipeline.cost_table import CostTable
from neuroest.pipeline.energy import total

CONTROL = "control"
"""Term of the area of control logic, which is in the tier of the blocks that it controls."""
PAD_RING = "pad_ring"
"""Term of the area of the pad rings, which include no white space."""
AREA_LAWS: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = MappingProxyType({
    CONTROL: (die_equations.control_area, ("control_area_fraction", "macro_control_area_fraction")),
    "white_space": (die_equations.floorplan_area, ("floorplan_utilisation", "macro_utilisation")),
    PAD_RING: (die_equations.pad_ring_area, ("pad_ring_width",)),
})  # fmt: skip
"""What a floor plan adds to its blocks: the law of each area, and the parameters of the law."""


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


def area_rows(mapped: NetworkMapping, costs: CostTable) -> list[InstanceRow]:
    """Area by component and term in whichever tier, without pad rings. [m^2]."""
    rows = [
        InstanceRow(a.component, a.term, a.area * number, number)
        for a in costs.areas
        for number in (mapped.instances[a.counted_as or a.component],)
    ]
    if costs.overheads is None:
        return rows
    paths = (costs.overheads, *(tier.path for tier in costs.tiers))
    around, clocked = costs.around, costs.synchronous - costs.macros
    controls = []
    for path, here in zip(paths, _by_tier(costs, rows), strict=True):
        logic: Any = sum((row.total for row in here if row.component in clocked), start=0.0)
        macros: Any = sum((row.total for row in here if row.component in costs.macros), start=0.0)
        control = die_equations.control_area(
            logic, macros, around.control_area_fraction, around.macro_control_area_fraction
        )
        controls.append(InstanceRow(path, CONTROL, control, 1.0))
    return rows + controls


def _by_tier(costs: CostTable, rows: list[InstanceRow]) -> list[list[InstanceRow]]:
    """Rows of each tier, the logic first."""
    if not costs.tiers:
        return [rows]
    parts: list[list[InstanceRow]] = [[] for _ in range(len(costs.tiers) + 1)]
    for row in rows:
        parts[tiers.tier_of(costs.tiers, row.component, row.term)].append(row)
    return parts


def footprint_rows(
    mapped: NetworkMapping, costs: CostTable, rows: list[InstanceRow]
) -> tuple[InstanceRow, ...]:
    """Rows of the widest tier, which make the area of the die; those of the others add none. [m^2]."""
    if costs.tiers:
        stands = tiers.widest(tier_areas(costs, rows))
        rows = [
            replace(
                row,
                total=np.where(stands[tiers.tier_of(costs.tiers, row.component, row.term)], row.total, 0.0),
            )
            for row in rows
        ]
    if costs.overheads is not None and np.any(np.asarray(costs.around.pad_ring_width) > 0.0):
        dies = mapped.counts[min(mapped.counts, key=len)]
        ring = die_equations.pad_ring_area(chip_area(costs, rows), costs.around.pad_ring_width, dies)
        rows = [*rows, InstanceRow(costs.overheads, PAD_RING, ring, dies)]
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
        placed = np.asarray(die_equations.floorplan_area(row.total, share))
        found[row.component] = found.get(row.component, 0.0) + placed
    return found


def placed_areas(costs: CostTable, rows: Iterable[InstanceRow]) -> dict[str, Array]:
    """Area of each component in a floor plan, with its white space and unlisted logic; their sum is the chip. [m^2]."""
    around, clocked = costs.around, costs.synchronous - costs.macros
    control = {(path, CONTROL) for path in (costs.overheads, *(tier.path for tier in costs.tiers))}
    listed = [row for row in rows if (row.component, row.term) not in control]
    areas = area_by_component(costs, listed)
    for paths, fraction in (
        (clocked, around.control_area_fraction),
        (costs.macros, around.macro_control_area_fraction),
    ):
        for row in listed:
            if row.component in paths:
                unlisted = die_equations.floorplan_area(row.total * fraction, around.floorplan_utilisation)
                areas[row.component] = areas[row.component] + unlisted
    return areas


def tier_areas(costs: CostTable, rows: list[InstanceRow]) -> list[Array]:
    """Area of each tier with its white space, the logic first. [m^2]."""
    return [chip_area(costs, part) for part in _by_tier(costs, rows)]


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
        die_equations.floorplan_area(total(blocks), costs.around.floorplan_utilisation)
        + die_equations.floorplan_area(total(macros), costs.around.macro_utilisation)
        + total(dies)
    )


@frozen_dataclass(eq=False)
class DieTier:
    """A stacked tier of a die.

    Attributes
    ----------
    device : StackedTierParameters
        How it is stacked.
    area, vias : Numeric
        Area of its blocks with their white space [m^2], and vias to the tier below [1].
    """

    device: StackedTierParameters
    area: u.Numeric
    vias: u.Numeric


@frozen_dataclass(eq=False)
class Die:
    """Area of a die [m^2], and its stacked tiers."""

    area: Array
    tiers: tuple[DieTier, ...] = ()


def _first(chip: Chip, role: type[Any]) -> Any:
    """The chip's block of a role; None without one."""
    return next((block for _, block in chip.find(role)), None)


def good_shares(chip: Chip, die: Die) -> tuple[u.Numeric, ...]:
    """Share of the dies whose lowest tier works, and whose other tiers do, from the lowest up. [1].

    Empty if the chip has no block for it.
    """
    block = _first(chip, PricesDie)
    if block is None:
        return ()
    own = [block.good_share(tier.area, tier.device.defect_density) for tier in die.tiers]
    stacked = (
        stacked_tiers.stacking_yield(share, tier.device.stacking_yield, tier.vias, tier.device.via_failure)
        for share, tier in zip(own, die.tiers, strict=True)
    )
    return (block.good_share(die.area), *stacked)


def _good_share(chip: Chip, die: Die) -> u.Numeric:
    """Share of the dies of which all tiers work. [1]."""
    share: u.Numeric = 1.0
    for one in good_shares(chip, die):
        share = share * one
    return share


def yield_and_cost(chip: Chip, die: Die) -> tuple[Array, Array] | None:
    """Yield and cost of a good die in US dollars; None if the chip has no block for it. [1], [USD]."""
    block = _first(chip, PricesDie)
    if block is None:
        return None
    good = _good_share(chip, die)
    stacked = sum((tier.device.tier_wafer_cost for tier in die.tiers), start=0.0)
    return np.asarray(good), np.asarray(block.cost(die.area, good, stacked))


def wafers(chip: Chip, die: Die, chips: u.Numeric) -> Array | None:
    """Wafers needed for a number of good dies; None if the chip has no block for it. [1]."""
    block = _first(chip, PricesDie)
    if block is None:
        return None
    good = np.asarray(block.dies(die.area) * _good_share(chip, die))
    return np.asarray(np.where(good > 0.0, chips / np.where(good > 0.0, good, 1.0), np.inf))


def carbon(chip: Chip, die: Die, power: Array) -> tuple[Array, Array] | None:
    """Carbon from making a good die, and from its electricity in use; None if the chip has no block for it. [kg]."""
    block = _first(chip, EmitsCarbon)
    if block is None:
        return None
    known = yield_and_cost(chip, die)
    return np.asarray(block.embodied(die.area, None if known is None else known[0])), np.asarray(
        block.operational(power)
    )
