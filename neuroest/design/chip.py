"""A chip as a tree of components with numeric values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from neuroest.blocks.base import Component, Corner, SignalVia, TechnologyPoint, double_bookings
from neuroest.blocks.interconnect.on_chip import Link, NetworkOnChip
from neuroest.blocks.memories.base import Memory, MemoryBlock
from neuroest.blocks.process_scaling import SleepOptions
from neuroest.blocks.roles import CoversWork
from neuroest.blocks.technology.process import Process, ProcessCorners, ThresholdOptions, TransistorFlavour
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.provenance import recorded
from neuroest.design import build
from neuroest.equations import technology
from neuroest.equations._numbers import bracketed, interpolated
from neuroest.registry import COMPONENTS, MAPPERS
from neuroest.specs.architecture import Level, Operation

_Role = TypeVar("_Role")
DISCREPANCY = "model_discrepancy."
"""Path prefix of the factors for model discrepancy."""


@frozen_dataclass(eq=False)
class LevelNode:
    """One level of the chip with its components.

    Attributes
    ----------
    count : Numeric or None
        Instances per instance of the level above; None if the network determines it.
    compute : Component or None
        The computing part; its slots are the blocks required by the mapper.
    blocks : mapping
        Free blocks by name.
    levels : mapping
        Levels inside this one, by name.
    """

    path: str
    name: str
    count: u.Numeric | None
    mapper: str | None
    compute: Component[Any] | None
    blocks: Mapping[str, Component[Any]]
    levels: Mapping[str, LevelNode]

    def walk(self) -> Iterator[LevelNode]:
        """This level and all below it, from the top."""
        yield self
        for level in self.levels.values():
            yield from level.walk()


@frozen_dataclass(eq=False)
class Chip:
    """A chip with numeric values, ready for mapping and costing."""

    technology: TechnologyPoint
    operation: Operation
    period: u.Numeric | None
    inferences_per_programming: u.Numeric | None
    top: LevelNode
    exclusions: tuple[str, ...]
    discrepancy: Mapping[str, u.Numeric]
    """Model discrepancy factors by ``model.quantity``; empty except when bands are sampled."""
    heat_path: tuple[u.Kelvin, u.KelvinPerWatt] | None = None
    """Ambient temperature and thermal resistance, if the chip's power determines its temperature."""
    technology_keys: frozenset[str] = frozenset()
    """Keys of the technology that its file states."""

    @property
    def data_period(self) -> u.Numeric | None:
        """Time in which the data of an inference arrive at a chip that works on them meanwhile; else None. [s]."""
        return self.period if self.operation.mode == "streaming" else None

    def computing_levels(self) -> list[LevelNode]:
        """Levels that compute, from the top down."""
        return [level for level in self.top.walk() if level.mapper is not None]

    def seen_from(self, level: LevelNode) -> Chip:
        """The chip without branches that belong only to other computing levels."""
        others = [other.path for other in self.computing_levels() if other is not level]
        return replace(self, top=_pruned(self.top, level.path, others)) if others else self

    def path_to(self, level: LevelNode) -> list[LevelNode]:
        """Levels from the top down to `level`."""
        return _path(self.top, level) or []

    def components(self) -> tuple[Component[Any], ...]:
        """All components, slots of slots included."""
        return self._components

    @cached_property
    def _components(self) -> tuple[Component[Any], ...]:
        return tuple(
            part
            for level in self.top.walk()
            for block in (*level.blocks.values(), *([] if level.compute is None else [level.compute]))
            for part in with_slots(block)
        )

    def find(self, role: type[_Role]) -> tuple[tuple[LevelNode, _Role], ...]:
        """Free blocks with a given role, with their level, from the top down."""
        if role not in self._by_role:
            self._by_role[role] = tuple(
                (level, block) for level, block in self._free_blocks if isinstance(block, role)
            )
        return self._by_role[role]

    @cached_property
    def _by_role(self) -> dict[type[Any], tuple[tuple[LevelNode, Any], ...]]:
        """Blocks by the roles that were asked for."""
        return {}

    @cached_property
    def _free_blocks(self) -> tuple[tuple[LevelNode, Component[Any]], ...]:
        return tuple((level, block) for level in self.top.walk() for block in level.blocks.values())

    def covers(self, work: str) -> bool:
        """Whether a block described by its published power does this work."""
        return any(work in block.spec.covers for _, block in self.find(CoversWork))

    def memories(self) -> list[Memory]:
        """Free memories, from the top down."""
        return [memory for _, memory in self.find(Memory)]

    def links(self) -> list[Link]:
        """Links off the chip, from the top down."""
        return [link for _, link in self.find(Link)]

    def networks(self) -> tuple[tuple[LevelNode, NetworkOnChip], ...]:
        """Networks on the chip with the level whose children they connect."""
        return self.find(NetworkOnChip)


def _pruned(here: LevelNode, own: str, others: list[str]) -> LevelNode:
    """A level without the branches of other computing levels; everything inside the level at `own` is kept."""
    if not f"{own}.".startswith(f"{here.path}.") or here.path == own:
        return here
    levels = {
        name: _pruned(inside, own, others)
        for name, inside in here.levels.items()
        if f"{own}.".startswith(f"{inside.path}.")
        or not any(f"{other}.".startswith(f"{inside.path}.") for other in others)
    }
    return replace(here, levels=MappingProxyType(levels))


def _path(here: LevelNode, wanted: LevelNode) -> list[LevelNode] | None:
    if here is wanted:
        return [here]
    for level in here.levels.values():
        below = _path(level, wanted)
        if below is not None:
            return [here, *below]
    return None


def with_slots(component: Component[Any]) -> Iterator[Component[Any]]:
    """A component and everything in its slots."""
    yield component
    for slot in component.slots.values():
        yield from with_slots(slot)


def instantiate(design: build.Design, values: Mapping[str, u.Numeric]) -> Chip:
    """Instantiate the chip of a design with values in place of its claims.

    Parameters
    ----------
    design : Design
        The structure.
    values : mapping
        Value by path: floats, or arrays of design points with a last axis of length one.
    """
    point = _technology_point(design, values)
    top = _level(design.root, values, point)
    discrepancy = {
        path.removeprefix(DISCREPANCY): values[path]
        for path in values.keys() - design.claims.keys()
        if path.startswith(DISCREPANCY)
    }
    chip = Chip(
        point, design.spec.operation, values.get("operation.period"),
        values.get("operation.inferences_per_programming"), top, design.spec.exclusions,
        MappingProxyType(discrepancy), heat_path(values) if build.AMBIENT in values else None,
        frozenset(design.spec.technology.model_fields_set),
    )  # fmt: skip
    _refuse_double_bookings(frozenset(map(type, chip.components())))
    return chip


def instantiate_block(design: build.Design, values: Mapping[str, u.Numeric]) -> Component[Any]:
    """Instantiate a single-block design with values in place of its claims; see `instantiate`."""
    spec: Any = design.root.spec
    return _component(design.root, COMPONENTS[spec.model], values, _technology_point(design, values))


@lru_cache
def _refuse_double_bookings(blocks: frozenset[type[Component[Any]]]) -> None:
    """Reject blocks that would count the same energy twice."""
    found = double_bookings(blocks)
    if found:
        raise NeuroestError(f"blocks of this chip count an energy twice: {'; '.join(found)}")


def _technology_point(design: build.Design, values: Mapping[str, u.Numeric]) -> TechnologyPoint:
    process = Process.from_values(values, build.PROCESS)
    if design.spec.technology.mixes_thresholds:  # the leakage is the mean of the mix of the logic
        options = ThresholdOptions.from_values(values, build.THRESHOLDS)
        low, standard = (
            values.get(f"{build.TECHNOLOGY}.{kind}_threshold_share", 0.0) for kind in ("low", "standard")
        )
        mixed = technology.mixed_off_current(
            low, standard, options.low_off_current, options.standard_off_current, options.high_off_current
        )
        process = process.changed(off_current=mixed)
    if build.TRANSISTORS in design.devices:
        process = TransistorFlavour.from_values(values, build.TRANSISTORS).of(process)
    supply, temperature = values[f"{build.TECHNOLOGY}.supply_voltage"], values[build.TEMPERATURE]
    asleep = SleepOptions.from_values(values, build.SLEEP) if build.SLEEP in design.devices else None
    vias = _vias(design, values)
    if build.CORNER not in design.devices:
        return TechnologyPoint(process, supply, temperature, sleep=asleep, vias=vias)
    corner_at = partial(_corner, design, values, process, temperature)
    return TechnologyPoint(process, supply, temperature, corner_at(supply), asleep, corner_at, vias)


_NO_VIAS: Mapping[str, SignalVia] = MappingProxyType({})


def _vias(design: build.Design, values: Mapping[str, u.Numeric]) -> Mapping[str, SignalVia]:
    """Vias between each block of a stacked tier and the logic, in series through the tiers between."""
    tiers = build.stacked_tiers(design.root)
    if not tiers:
        return _NO_VIAS
    vias: dict[str, SignalVia] = {}
    for part in tiers.values():
        spec: Any = part.spec
        capacitance, resistance = values[f"{part.path}.capacitance"], values[f"{part.path}.resistance"]
        below = spec.over
        while below in tiers:
            lower: Any = tiers[below]
            capacitance = capacitance + values[f"{lower.path}.capacitance"]
            resistance = resistance + values[f"{lower.path}.resistance"]
            below = lower.spec.over
        vias.update(dict.fromkeys(spec.contains, SignalVia(capacitance, resistance)))
    return MappingProxyType(vias)


def heat_path(values: Mapping[str, Any]) -> tuple[Any, Any]:
    """Ambient temperature [K] and thermal resistance from die to ambient [K/W]."""
    stated = f"{build.TECHNOLOGY}.thermal_resistance"
    resistance = values[stated] if stated in values else values[f"{build.PACKAGE}.thermal_resistance"]
    return values[build.AMBIENT], resistance


def _corner(
    design: build.Design,
    values: Mapping[str, u.Numeric],
    process: Process,
    temperature: u.Kelvin,
    supply: u.Volt,
) -> Corner:
    """Effect of the design's process corner at this temperature and supply."""
    name, table = design.spec.technology.corner, design.devices[build.CORNER].table
    depths = ProcessCorners.from_values(values, build.CORNER)
    share = supply / process.nominal_supply_voltage
    places = [
        bracketed(np.log(table.nodes), np.log(np.asarray(process.feature_size, dtype=np.float64))),
        bracketed(table.shares, share),
        bracketed(table.temperatures, temperature),
    ]

    def reported(value: u.Numeric, what: str) -> Any:
        return recorded(
            value, f"{name}_{what}", "between the rows of a table", "docs/models/technology.md",
            node=process.feature_size, supply_share=share, temperature=temperature,
        )  # fmt: skip

    ratios = {
        quantity: reported(np.exp(interpolated(table.ratios[name, quantity], places)), quantity)
        for quantity in table.QUANTITIES
    }
    shift = reported(interpolated(table.shifts[name], places), "threshold_shift")
    return Corner(
        delay=ratios["delay"], drive=ratios["drive"], leakage=ratios["leakage"], switching_energy=ratios["energy"],
        threshold_shift=shift, speed_depth=depths.speed_depth, leakage_depth=depths.leakage_depth, table=table,
    )  # fmt: skip


_SUPPLY = "supply_voltage"
"""Key of a voltage domain in a level or a memory."""


def _level(part: build.Part, values: Mapping[str, u.Numeric], point: TechnologyPoint) -> LevelNode:
    mapper = getattr(part.spec, "mapper", None)
    compute = None
    if f"{part.path}.{_SUPPLY}" in values:
        point = point.domain(values[f"{part.path}.{_SUPPLY}"])
    slots = set(part.spec.slots)
    if mapper is not None:
        compute = _component(part, MAPPERS[mapper].array, values, point, only=slots)
    inside = {name: child for name, child in part.parts.items() if name not in slots}
    levels = {n: _level(p, values, point) for n, p in inside.items() if isinstance(p.spec, Level)}
    blocks = {
        n: _component(p, COMPONENTS[p.spec.model], values, point)
        for n, p in inside.items()
        if not isinstance(p.spec, Level)
    }
    return LevelNode(
        part.path, part.name, values.get(f"{part.path}.count"), mapper, compute,
        MappingProxyType(blocks), MappingProxyType(levels),
    )  # fmt: skip


def _component(
    part: build.Part, cls: type[Component[Any]], values: Mapping[str, u.Numeric], point: TechnologyPoint,
    only: set[str] | None = None, given: Mapping[str, u.Numeric] = MappingProxyType({}),
) -> Component[Any]:  # fmt: skip
    device = part.record.from_values(values, part.path) if part.record is not None else None
    partners = {
        name: record.from_values(values, f"{part.path}.{name}") for name, record in part.partners.items()
    }
    if partners:
        device = cls.with_partners(device, partners, point)
    reference = None
    if part.reference_process is not None and f"{part.path}.process.feature_size" in values:
        reference = Process.from_values(values, f"{part.path}.process")
    options = {name: values[path] for name, path in part.options if path in values}
    if isinstance(part.spec, MemoryBlock) and _SUPPLY in options:
        point = point.domain(options[_SUPPLY])
    options |= dict.fromkeys(part.at_supply, point.supply_voltage)
    # units share the adder tree for their products
    trees = getattr(part.spec, "summation", None) == "tree"
    to_slots = {"tree_inputs": options["rows"]} if trees else {}
    if trees and "tree_stages" in options:
        to_slots |= {"tree_stages": options["tree_stages"]}
    if isinstance(part.spec, Level) and "clock_frequency" in options:
        to_slots |= {"array_clock": options["clock_frequency"]}
    slots = {
        name: _component(child, COMPONENTS[child.spec.model], values, point, given=to_slots)
        for name, child in part.parts.items()
        if not isinstance(child.spec, Level) and (only is None or name in only)
    }
    return cls(
        part.path, part.spec, device, reference, {**given, **options}, point, MappingProxyType(slots), part.table
    )  # fmt: skip
