"""Stacked tiers of a chip: which area is in which tier, the vias between them, their heat and their yield."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from neuroest.blocks.base import AreaCost, Check, Component, EnergyCost
from neuroest.blocks.chip.die import StackedTier
from neuroest.blocks.roles import StacksTier
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError, did_you_mean
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.build import LOGIC
from neuroest.design.chip import Chip
from neuroest.equations import stacked_tiers
from neuroest.levels.base import NetworkMapping
from neuroest.levels.crossbar_roles import is_crossbar


@frozen_dataclass(eq=False)
class Connected:
    """A block in a stacked tier with the signals that leave it.

    Attributes
    ----------
    paths : tuple of str
        Paths that the tier states: of the block, or of some of its area terms.
    block : Component
        The block.
    counted_as : str
        Path that the instances are counted under: of the array for its cells.
    instances, signals : Numeric
        Instances on the whole chip, and signals of one of them.
    lines : bool
        Whether the signals are lines of an array, which has their vias in its loads.
    """

    paths: tuple[str, ...]
    block: Component[Any]
    counted_as: str
    instances: u.Numeric
    signals: u.Numeric
    lines: bool


def stack(chip: Chip) -> tuple[StackedTier, ...]:
    """The stacked tiers from the lowest up; empty for a chip with one tier."""
    over: dict[str, Any] = {tier.spec.over: tier for _, tier in chip.find(StacksTier)}
    found: list[StackedTier] = []
    below = LOGIC
    while below in over:
        found.append(over[below])
        below = found[-1].path.rpartition(".")[2]
    return tuple(found)


def tier_of(tiers: Iterable[StackedTier], component: str, term: str) -> int:
    """Number of the tier of an area term of a component: 0 for the logic."""
    name = f"{component}.{term}."
    for number, tier in enumerate(tiers, 1):
        if component == tier.path or any(name.startswith(f"{path}.") for path in tier.spec.contains):
            return number
    return 0


def highest_tier_of(tiers: Iterable[StackedTier], component: str) -> int:
    """Number of the highest tier that has a component or a part of it: 0 for the logic."""
    found = [
        number
        for number, tier in enumerate(tiers, 1)
        if component == tier.path
        or any(
            f"{component}.".startswith(f"{path}.") or path.startswith(f"{component}.")
            for path in tier.spec.contains
        )
    ]
    return max(found, default=0)


def widest(areas: Iterable[u.Numeric]) -> list[Any]:
    """Whether each tier is the widest one; the lowest of those that are equally wide."""
    areas = [np.asarray(area) for area in areas]
    largest = reduce(stacked_tiers.stacked_area, areas)
    found: list[Any] = []
    taken: Any = np.zeros(np.shape(largest), dtype=bool)
    for area in areas:
        here = np.logical_and(area >= largest, ~taken)
        found.append(here)
        taken = np.logical_or(taken, here)
    return found


def connected(tier: StackedTier, chip: Chip, mapped: NetworkMapping) -> Iterator[Connected]:
    """The blocks of a tier with their signals.

    Raises
    ------
    MappingError
        If the signals of a block are not known and not stated.
    """
    blocks = {block.path: block for block in chip.components()}
    arrays: Mapping[str, Any] = {
        level.compute.cell.path: level.compute
        for level in chip.computing_levels()
        if is_crossbar(level.compute)
    }
    stated: dict[str, list[str]] = {}
    for path in tier.spec.contains:
        stated.setdefault(path if path in blocks else path.rpartition(".")[0], []).append(path)
    for name, paths in stated.items():
        block, array = blocks[name], arrays.get(name)
        counted_as = name if array is None else array.path
        signals = tier.options.get("signals")
        if signals is None:
            signals = block.signals() if array is None else array.line_count()
        if signals is None:
            raise MappingError(
                f"{tier.path}: the signals of {name} do not follow from it; state `signals`, their number for one "
                "instance"
            )
        yield Connected(
            tuple(paths), block, counted_as, mapped.instances[counted_as], signals, array is not None
        )


def refuse_unknown_terms(tiers: Iterable[StackedTier], areas: Iterable[AreaCost]) -> None:
    """Reject a tier with a block that has no area, or with an area term that does not exist.

    Raises
    ------
    MappingError
        With the nearest area term.
    """
    terms = [f"{cost.component}.{cost.term}" for cost in areas]
    for tier in tiers:
        for path in tier.spec.contains:
            if not any(f"{term}.".startswith(f"{path}.") for term in terms):
                raise MappingError(
                    f"{tier.path} contains {path}, which has no area{did_you_mean(path, terms)}"
                )


def via_areas(tiers: tuple[StackedTier, ...], chip: Chip, mapped: NetworkMapping) -> Iterator[AreaCost]:
    """Area of the vias: those of a block pass through its own tier and all stacked tiers below it."""
    for number, tier in enumerate(tiers, 1):
        for each in connected(tier, chip, mapped):
            for passed in tiers[:number]:
                yield from passed.via_areas(each.counted_as, each.signals)


def via_energies(
    tiers: tuple[StackedTier, ...], chip: Chip, mapped: NetworkMapping, energies: Iterable[EnergyCost]
) -> Iterator[EnergyCost]:
    """Energy of the vias of blocks other than cells, whose lines contain it."""
    actions: dict[str, dict[str, None]] = {}
    for cost in energies:
        actions.setdefault(cost.component, {})[cost.action] = None
    for number, tier in enumerate(tiers, 1):
        for each in connected(tier, chip, mapped):
            for action in () if each.lines else actions.get(each.block.path, ()):
                for passed in tiers[:number]:
                    yield passed.via_energy(each.block, action, each.signals)


def via_checks(
    tiers: tuple[StackedTier, ...], chip: Chip, mapped: NetworkMapping, areas: Iterable[AreaCost]
) -> Iterator[Check]:
    """Whether the vias of each block fit over it."""
    costs = tuple(areas)
    for tier in tiers:
        for each in connected(tier, chip, mapped):
            own = sum(
                cost.area * mapped.instances[cost.counted_as or cost.component]
                for cost in costs
                if any(f"{cost.component}.{cost.term}.".startswith(f"{path}.") for path in each.paths)
            )
            built = np.asarray(each.instances) > 0.0
            area = np.where(built, own / np.where(built, each.instances, 1.0), np.inf)
            yield tier.via_check(each.block.path, each.signals, area)


def thermal_resistance(tiers: Iterable[StackedTier]) -> u.Numeric:
    """Thermal resistance from the highest tier to the logic, for a unit of area. [m^2 K/W]."""
    return sum((tier.device.tier_thermal_resistance for tier in tiers), start=0.0)


def temperature_rises(
    tiers: Iterable[StackedTier], powers: Sequence[u.Numeric], area: u.Numeric
) -> list[Any]:
    """Temperature of each tier above the logic, which is first, with the power of each tier of a die. [K]."""
    rises: list[Any] = [0.0]
    for number, tier in enumerate(tiers, 1):
        through: u.Numeric = sum(powers[number:], start=0.0)
        step = stacked_tiers.tier_temperature_rise(through, tier.device.tier_thermal_resistance, area)
        rises.append(rises[-1] + step)
    return rises


def vias(tiers: tuple[StackedTier, ...], chip: Chip, mapped: NetworkMapping) -> list[Array]:
    """Vias between each stacked tier and the one below, on the whole chip. [1]."""
    own = [
        sum(np.asarray(each.instances * each.signals) for each in connected(tier, chip, mapped))
        for tier in tiers
    ]
    return [np.asarray(sum(own[number:])) for number in range(len(own))]
