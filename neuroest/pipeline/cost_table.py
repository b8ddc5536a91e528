"""The cost stage: energy per action, area and static power of each component."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from neuroest.blocks import base
from neuroest.blocks.chip.die import StackedTier
from neuroest.blocks.chip.overheads import NO_OVERHEADS, ChipOverheads, Overheads
from neuroest.blocks.interconnect.on_chip import NetworkOnChip
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE, moves_between_nodes
from neuroest.core import units as u
from neuroest.core.arrays import single
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.recording import surely
from neuroest.design.chip import Chip, with_slots
from neuroest.equations import stacked_tiers, wiring
from neuroest.levels.base import MappedLevel, NetworkMapping
from neuroest.pipeline import tiers
from neuroest.pipeline.mapping import children, network_context
from neuroest.registry import MAPPERS
from neuroest.workloads.layers import LayerTable

_LEAKAGE_REACH = 75.0
"""Range around room temperature, in kelvin, in which leakage doubles in equal steps; a convention."""

_TECHNOLOGY = "technology"
EXTRAPOLATION = "extrapolation"
"""Model name of the extra discrepancy of a model outside of its range."""
DESCRIPTION = "description"
"""End of the model name of the discrepancy of a description; it begins with the family of the chip."""

_Cost = TypeVar("_Cost", base.EnergyCost, base.AreaCost, base.StaticCost)


@frozen_dataclass(eq=False)
class CostTable:
    """Costs of all components: the field's energy and area reference tables in one.

    Attributes
    ----------
    energies : tuple of EnergyCost
        One entry for each term of each action.
    areas : tuple of AreaCost
        One entry for each term of each component, for one instance.
    statics : tuple of StaticCost
        One entry for each term of each component, for one instance.
    around : Overheads
        What clock, control, floor plan and pads add to the blocks, and the power density that the package can cool.
    synchronous : frozenset of str
        Paths of the components with clock and control overhead.
    macros : frozenset of str
        Paths of the compiled macros, which have their own fraction of control and their own share of the die.
    overheads : str or None
        Path of the block to which clock and control costs are assigned.
    checks : tuple of Check
        Range checks of the component models.
    tiers : tuple of StackedTier
        Stacked tiers from the lowest up.
    """

    energies: tuple[base.EnergyCost, ...]
    areas: tuple[base.AreaCost, ...]
    statics: tuple[base.StaticCost, ...]
    around: Overheads
    synchronous: frozenset[str]
    macros: frozenset[str]
    overheads: str | None
    checks: tuple[base.Check, ...]
    tiers: tuple[StackedTier, ...] = ()


def costed_components(chip: Chip) -> list[base.Component[Any]]:
    """Components that report costs: free blocks, levels, and slots whose level does not report for them."""
    components = [c for level in chip.top.walk() for b in level.blocks.values() for c in with_slots(b)]
    components += [level.compute for level in chip.top.walk() if level.compute is not None]
    for level in chip.top.walk():
        if level.compute is not None and not level.compute.answers_for_slots:
            components += list(level.compute.slots.values())
    return components


@frozen_dataclass(eq=False)
class Contexts:
    """Network context of each component: that of its computing level, or that of all levels.

    Attributes
    ----------
    common : NetworkContext
        For components around several levels.
    own : mapping
        For those in the branch of a computing level, by the beginning of their paths.
    """

    common: base.NetworkContext
    own: Mapping[str, base.NetworkContext] = field(default_factory=dict)

    def of(self, path: str) -> base.NetworkContext:
        """The network as a component has it."""
        if not self.own:
            return self.common
        return next((net for start, net in self.own.items() if f"{path}.".startswith(start)), self.common)

    def changed(self, change: Callable[[base.NetworkContext], base.NetworkContext]) -> Contexts:
        """The same, each network changed."""
        return Contexts(change(self.common), {start: change(net) for start, net in self.own.items()})


def contexts(layers: LayerTable, levels: Sequence[MappedLevel]) -> Contexts:
    """The network as the components of a chip have it."""
    if len(levels) == 1:
        return Contexts(levels[0].mapper.network)
    own: dict[str, base.NetworkContext] = {}
    for level in levels:
        path = level.path.split(".")
        # the branch begins below what the level shares with another one
        common = max(_shared_names(path, other.path.split(".")) for other in levels if other is not level)
        own[".".join(path[: common + 1]) + "."] = level.mapper.network
    return Contexts(network_context(layers), own)


def _shared_names(one: Sequence[str], other: Sequence[str]) -> int:
    """Names at the beginning that two paths share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def cost_components(chip: Chip, mapped: NetworkMapping, networks: Contexts) -> CostTable:
    """Costs of every component of a chip for a network's bits and weights."""
    components = costed_components(chip)
    # layers of all widths share the hardware
    shared = networks if networks.common.output_bits is None else networks.changed(lambda net: net.widest)
    areas = tuple(a for c in components for a in c.areas(shared.of(c.path)))
    stack = tiers.stack(chip)
    through: list[base.Check] = []
    if stack:
        tiers.refuse_unknown_terms(stack, areas)
        through += tiers.via_checks(stack, chip, mapped, areas)
        areas = (*areas, *tiers.via_areas(stack, chip, mapped))
    statics = tuple(s for c in components for s in c.slept(c.statics(shared.of(c.path)), shared.of(c.path)))
    energies = [e for c in components for e in c.energies(networks.of(c.path))]
    if stack:
        energies += list(tiers.via_energies(stack, chip, mapped, energies))
    wires: list[base.Check] = []
    for c in components:
        if isinstance(c, NetworkOnChip):
            level = next(level for level, block in chip.networks() if block is c)
            places = children(level, mapped.counts)
            pitch = _tile_pitch(c, mapped, areas, places, stack)
            energies += c.transport(pitch, places)
            wires += c.wire_checks(pitch, places)
    checks = [k for c in components for k in c.checks(shared.of(c.path))]
    checks += [
        *process_checks(chip.components()),
        *wires,
        *through,
        *technology_checks(chip.technology),
        *_domain_checks(chip),
    ]
    overheads = next((c for c in components if isinstance(c, ChipOverheads)), None)
    if overheads is not None and np.any(overheads.device.leakage_width > 0.0):
        statics += tuple(_unlisted_leakage(overheads, components, areas, statics))
    if chip.discrepancy:
        energies, areas, statics = _with_discrepancy(chip, energies, areas, statics, _inside(checks))
    around = NO_OVERHEADS
    if overheads is not None:
        around = overheads.device
        # what is between the blocks of a description takes die area like white space
        between = chip.discrepancy.get("chip_overheads.area", 1.0)
        utilised = {n: getattr(around, n) / between for n in ("floorplan_utilisation", "macro_utilisation")}
        around = around.changed(**utilised)
    return CostTable(
        energies=tuple(energies),
        areas=areas,
        statics=statics,
        around=around,
        synchronous=frozenset(c.path for c in components if c.clocked),
        macros=frozenset(c.path for c in components if c.compiled_macro),
        overheads=overheads.path if overheads is not None else None,
        checks=tuple(checks),
        tiers=stack,
    )


def _unlisted_leakage(
    overheads: ChipOverheads, components: Iterable[base.Component[Any]],
    areas: Iterable[base.AreaCost], statics: Iterable[base.StaticCost],
) -> Iterator[base.StaticCost]:  # fmt: skip
    """Leakage of the logic that comes with the clocked blocks and memories of a chip and that no block lists."""
    device = overheads.device
    for block in components:
        if not (block.compiled_macro or block.clocked):
            continue
        fraction = (
            device.macro_control_area_fraction if block.compiled_macro else device.control_area_fraction
        )
        own = [each for each in statics if each.component == block.path]
        for cost in areas:
            if cost.component == block.path:
                leakage = overheads.unlisted_leakage(block, cost.area * fraction, own)
                yield replace(leakage, counted_as=cost.counted_as or block.path)


def _with_discrepancy(
    chip: Chip, energies: list[base.EnergyCost], areas: tuple[base.AreaCost, ...], statics: tuple[base.StaticCost, ...],
    inside: Mapping[str, Any],
) -> tuple[list[base.EnergyCost], tuple[base.AreaCost, ...], tuple[base.StaticCost, ...]]:  # fmt: skip
    """Multiply costs by the errors of each component model and of the description; by more if a model extrapolates."""
    models = {c.path: c.model for c in chip.components()}
    # each component has the family of the computing level that it is in; those around levels of several families have
    # the first by name: analog ones, whose errors are the widest, before digital and spiking ones, in whatever order a
    # file lists its levels
    levels = {level.path: MAPPERS[str(level.mapper)].family for level in chip.computing_levels()}
    around = min((family for family in levels.values() if family is not None), default=None)
    families = {
        path: next((family for level, family in levels.items() if f"{path}.".startswith(f"{level}.")), around)
        for path in models
    }

    def scaled(cost: _Cost, quantity: str, field: str, described: str) -> _Cost:
        factor = chip.discrepancy.get(f"{models.get(cost.component, '')}.{quantity}", 1.0)
        factor = factor * description_error(chip, families.get(cost.component), described)
        found = [
            inside[path]
            for path in (f"{cost.component}.{quantity}", f"{_TECHNOLOGY}.{quantity}")
            if path in inside
        ]
        if found:
            beyond = chip.discrepancy.get(f"{EXTRAPOLATION}.{quantity}", 1.0)
            factor = factor * np.where(reduce(np.logical_and, found), 1.0, beyond)
        if type(factor) is float and factor == 1.0:  # unchanged outside of the sampling of bands
            return cost
        return replace(cost, **{field: getattr(cost, field) * factor})

    return (
        [scaled(e, "energy", "energy", "energy") for e in energies],
        tuple(scaled(a, "area", "area", "area") for a in areas),
        # a free-running clock and a processor switch capacitances; this is not leakage
        tuple(
            scaled(s, "energy", "power", "energy")
            if s.switching
            else scaled(s, "static_power", "power", "rest")
            for s in statics
        ),
    )


def description_error(chip: Chip, family: str | None, cost: str) -> u.Numeric:
    """Sampled factor of what the description of a chip of this family leaves out or states wrongly."""
    of_cost = chip.discrepancy.get(f"{family}_{DESCRIPTION}.{cost}")
    if of_cost is None and cost == "rest":
        return description_error(chip, family, "energy")
    return 1.0 if of_cost is None else of_cost


def _inside(checks: list[base.Check]) -> Mapping[str, Any]:
    """Whether the models of each component are within their stated ranges, by component and quantity."""
    found: dict[str, Any] = {}
    for check in checks:
        if check.severity == "extrapolation" and not surely(np.all(check.passed)):
            # the temperature moves what all components leak
            quantities = ("static_power",) if check.component == _TECHNOLOGY else check.quantities
            for path in (f"{check.component}.{quantity}" for quantity in quantities):
                found[path] = np.logical_and(found.get(path, True), check.passed)
    return found


def technology_checks(point: base.TechnologyPoint) -> list[base.Check]:
    """Whether scaling laws, leakage and corners hold at this process, supply and temperature."""
    away = point.temperature - ROOM_TEMPERATURE
    temperature = base.Check(
        "temperature", _TECHNOLOGY, "extrapolation", np.abs(away) <= _LEAKAGE_REACH,
        f"the temperature is more than {_LEAKAGE_REACH:g} K away from {ROOM_TEMPERATURE:g} K, where leakage no longer "
        "doubles in equal steps", point.temperature, ROOM_TEMPERATURE + np.copysign(_LEAKAGE_REACH, away), "K",
    )  # fmt: skip
    return [_supply_check(point), temperature, *_corner_checks(point)]


def process_checks(components: Iterable[base.Component[Any]]) -> list[base.Check]:
    """Whether values that nothing moves between processes were taken on the chip's."""
    return [
        base.Check(
            "values_process", c.path, "extrapolation", passed=False,
            message=c.unmoved,
        )
        for c in components
        if c.device_process is not None and not c.scales_with_process
        and not (c.analog_circuit and moves_between_nodes(c.process, c.device_process))
    ]  # fmt: skip


def _tile_pitch(
    mesh: NetworkOnChip, mapped: NetworkMapping, areas: tuple[base.AreaCost, ...], places: u.Numeric,
    stack: tuple[StackedTier, ...] = (),
) -> u.Metre:  # fmt: skip
    """Distance between routers: as chosen, or the side length of the area of the widest tier per router."""
    if "tile_pitch" in mesh.options:
        return mesh.options["tile_pitch"]
    parts: list[u.Numeric] = [0.0] * (len(stack) + 1)
    for area in areas:
        if not area.placed:
            tier = tiers.tier_of(stack, area.component, area.term) if stack else 0
            parts[tier] = parts[tier] + np.asarray(
                mapped.instances[area.counted_as or area.component], dtype=float
            ) * np.asarray(area.area, dtype=float)
    return single(np.asarray(wiring.router_pitch(reduce(stacked_tiers.stacked_area, parts), places)))


_CORNER_SUPPLY = "corner_supply"


def _corner_checks(point: base.TechnologyPoint, where: str = _TECHNOLOGY) -> Iterator[base.Check]:
    """Whether process, supply and temperature are within the corner table."""
    if point.corner is None:
        return
    table = point.corner.table
    share = point.supply_voltage / point.process.nominal_supply_voltage
    for name, value, axis, unit, what in (
        ("corner_node", point.process.feature_size, table.nodes, "m", "process"),
        (_CORNER_SUPPLY, share, table.shares, "1", "supply over the nominal one"),
        ("corner_temperature", point.temperature, table.temperatures, "K", "temperature"),
    ):
        low, high = float(axis[0]), float(axis[-1])
        yield base.Check(
            name, where, "extrapolation", np.logical_and(value >= low, value <= high),
            f"the corner table does not cover this {what}; the nearest entry is used", value,
            np.where(value < low, low, high), unit,
        )  # fmt: skip


def _domain_checks(chip: Chip) -> list[base.Check]:
    """Whether the supply of each voltage domain is within the range of the process and of its corners."""
    domains = {id(c.technology): c for c in chip.components() if c.technology is not chip.technology}
    points = [(c.technology, c.path) for c in domains.values()]
    corners = [k for point, path in points for k in _corner_checks(point, path) if k.name == _CORNER_SUPPLY]
    return [*(_supply_check(*point) for point in points), *corners]


def _supply_check(point: base.TechnologyPoint, where: str = _TECHNOLOGY) -> base.Check:
    supply, process = point.supply_voltage, point.process
    inside = np.logical_and(
        supply >= process.minimum_supply_voltage, supply <= process.maximum_supply_voltage
    )
    nominal = process.energy_factor(process.nominal_supply_voltage)
    low, high = float(np.min(process.minimum_supply_voltage)), float(np.max(process.maximum_supply_voltage))
    return base.Check(
        "supply_voltage", where, "infeasible", np.logical_and(inside, nominal > 0.0),
        f"the supply is outside the {low:g} to {high:g} V that the scaling laws of the process cover",
        supply, base.either(
            supply < process.minimum_supply_voltage, process.minimum_supply_voltage, process.maximum_supply_voltage
        ), "V",
    )  # fmt: skip
