"""The stage that maps a network onto a chip."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from neuroest.blocks.base import UNKNOWN_PACE, NetworkContext, Pace
from neuroest.blocks.process_scaling import LEFT_OUT
from neuroest.blocks.roles import (
    EmitsCarbon,
    ExecutesElementwise,
    MultipliesComputedFactors,
    SensesInput,
    StacksTier,
    UpdatesNeurons,
)
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.design.chip import Chip, LevelNode, with_slots
from neuroest.equations import mapping as equations
from neuroest.equations import write_circuits
from neuroest.levels import base
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.levels.level_counts import level_counts
from neuroest.registry import MAPPERS
from neuroest.specs.learning import LearningContext, LearningRule
from neuroest.workloads.layers import LayerTable
from neuroest.workloads.layout import of_one_point
from neuroest.workloads.level_view import layers_of


def network_context(
    layers: LayerTable, pace: Pace = UNKNOWN_PACE, rule: LearningRule | None = None
) -> NetworkContext:
    """Inputs of the cost of an action, including its known timesteps."""
    rows = np.maximum(layers.reduction + layers.recurrent_reduction, 1.0)
    fan_in = layers.is_weighted * (layers.reduction + layers.recurrent_reduction)
    driven = layers.input_bit_density * layers.reduction + layers.output_rate * layers.recurrent_reduction
    active = driven / rows
    return NetworkContext(
        spiking=layers.coding == "spiking",
        timesteps=layers.timesteps,
        weight_bits=layers.weight_bits,
        activation_bits=layers.activation_bits,
        accumulator_bits=layers.accumulator_bits,
        output_bits=layers.output_bits,
        mean_absolute_weight=layers.mean_absolute_weight,
        weight_bit_density=layers.weight_bit_density,
        output_rate=layers.is_weighted * layers.output_rate,
        firing_threshold=layers.firing_threshold,
        recorded_drive=layers.recorded_drive,
        active_share=np.where(layers.is_weighted > 0.0, np.clip(active, 0.0, 1.0), 1.0),
        pace=pace,
        inputs=layers.input_elements_total,
        largest_fan_in=float(np.max(fan_in)),
        fan_in=fan_in,
        positions=np.where(layers.is_weighted > 0.0, layers.positions, 0.0),
        learning=None if rule is None else LearningContext.of(rule),
    )


def mapper_for(
    chip: Chip, level: LevelNode, layers: LayerTable, pace: Pace = UNKNOWN_PACE,
    rule: LearningRule | None = None, *, idle: bool = False,
) -> base.Mapper:  # fmt: skip
    """Create the mapper of a computing level for its layers.

    Parameters
    ----------
    chip : Chip
        The chip as the level sees it.
    level : LevelNode
        The computing level.
    layers : LayerTable
        The network as the level sees it.
    pace : Pace
        Known timesteps of the level.
    rule : LearningRule or None
        How the network learns, where it does.
    idle : bool
        Whether it runs no layers, so that it cannot refuse any.

    Raises
    ------
    MappingError
        If the level cannot run its layers.
    """
    network = network_context(layers, pace, rule)
    mapper: base.Mapper = MAPPERS[str(level.mapper)](chip, level, layers, network)
    if idle:
        return mapper
    mapper.check_supported()
    _refuse_numbers(mapper, chip, layers)
    elementwise = [
        n for n, w in zip(layers.names, of_one_point(layers.window_elements), strict=True) if w > 0
    ]
    runs_them = chip.find(ExecutesElementwise) or chip.covers("element_operations")
    if elementwise and not runs_them and not mapper.runs_elementwise:
        raise MappingError(
            f"layer {elementwise[0]!r} is an element-wise operation, and the chip has no vector_unit to execute it"
        )
    return mapper


def mappers_for(
    chip: Chip, layers: LayerTable, owner: Sequence[int], paces: Sequence[Pace] = (),
    rule: LearningRule | None = None,
) -> tuple[tuple[base.Mapper, Array], ...]:  # fmt: skip
    """Create the mapper of each computing level, with an array that is one for its layers and zero for others.

    Parameters
    ----------
    chip : Chip
        The chip.
    layers : LayerTable
        The network.
    owner : sequence of int
        Place of the level of each layer.
    paces : sequence of Pace
        Known timesteps of each level; empty if nothing is known.
    rule : LearningRule or None
        How the network learns, where it does.

    Raises
    ------
    MappingError
        If a level cannot run its layers, or the levels cannot work together.
    """
    found: list[tuple[base.Mapper, Array]] = []
    levels = chip.computing_levels()
    for place, level in enumerate(levels):
        own = np.array([float(mine == place) for mine in owner])
        table = in_coding(layers, own, level)
        seen = layers_of(table, own) if len(levels) > 1 else table
        pace = paces[place] if paces else UNKNOWN_PACE
        idle = not np.any(own)  # it waits for another network, and takes its area and leakage
        mapper = mapper_for(chip.seen_from(level), level, seen, pace, rule, idle=idle)
        if len(levels) > 1:
            _refuse_alone(mapper)
        found.append((mapper, own))
    return tuple(found)


def in_coding(layers: LayerTable, own: Array, level: LevelNode) -> LayerTable:
    """The network in the coding of the layers of a level.

    Raises
    ------
    MappingError
        If some of them use spikes and others numbers.
    """
    if layers.in_numbers is None:
        return layers
    kinds: dict[bool, str] = {}
    for name, number, here in zip(layers.names, layers.numbers, own, strict=True):
        if here > 0.0:
            kinds.setdefault(bool(number), name)
    if len(kinds) > 1:
        raise MappingError(
            f"{level.path} runs layer {kinds[False]!r} in spikes and {kinds[True]!r} in numbers, but a level runs one "
            "coding; give either to another level of the chip (layers)"
        )
    return layers.in_numbers if True in kinds else layers


def _refuse_alone(mapper: base.Mapper) -> None:
    """Refuse features that need a chip with a single computing level."""
    path = mapper.level.path
    if np.any(np.asarray(mapper.options.get("batch", getattr(mapper, "batch", 1.0))) > 1.0):
        raise MappingError(
            f"{path}.batch is more than 1, but the other levels of the chip take one inference at a time; set it to 1"
        )
    if mapper.reprograms:
        raise MappingError(
            f"{path}.oversize is time_multiplex, but the other levels of the chip do not wait for its arrays to be "
            "written; set it to refuse"
        )
    if getattr(mapper, "external", False):
        raise MappingError(
            f"{path}.layer_outputs is external, but the other levels of the chip read them from its memories; set it "
            "to kept"
        )
    if not mapper.built_of_blocks:
        raise MappingError(
            f"{path} is known by published numbers of a whole chip, which cannot be a part of another chip"
        )


def _refuse_numbers(mapper: base.Mapper, chip: Chip, layers: LayerTable) -> None:
    """Refuse products of two computed factors, and numbers at the input of a chip that takes spikes only."""
    if mapper.multiplies_computed:
        return
    kind, in_cells = mapper.level_name(), mapper.weights_in_cells and layers.coding == "dense"
    stationary, given = of_one_point(layers.stationary_elements), of_one_point(layers.input_bits)
    for name, elements, bits in zip(layers.names, stationary, given, strict=True):
        if elements > 0 and not (in_cells and chip.find(MultipliesComputedFactors)):
            add = "add a matrix_unit block to the chip, " if in_cells else ""
            raise MappingError(
                f"layer {name!r} multiplies two computed factors, but a {kind} level keeps one factor as stored "
                f"weights{_cost_of_writing(chip, layers) if in_cells else ''}; {add}run it on a digital_array or "
                "roofline chip, or import the network with that part on the host"
            )
        if bits > 1 and not (mapper.weights_in_cells and chip.find(UpdatesNeurons)):
            raise MappingError(
                f"layer {name!r} reads numbers of {bits:g} bits (direct coding), but this {kind} level takes spikes "
                "only; encode the input as spikes, or import the network with its first layer on the host"
            )


def _cost_of_writing(chip: Chip, layers: LayerTable) -> str:
    """Cost of writing the computed factors of all products into cells in every inference."""
    array = next((level.compute for level in chip.computing_levels()), None)
    if not is_crossbar(array):
        return ""
    network = network_context(layers)
    columns, rows = array.weights.devices_per_weight()
    each = rows * columns * array.weights.slices(network)
    cells = write_circuits.rewritten_cells(np.sum(of_one_point(layers.stationary_elements)), each)
    lasts = write_circuits.rewriting_limit(array.cell.storage.endurance, array.cell.storage.write_pulses)
    return (
        f" (writing it would take {float(np.max(cells)):.2g} cell writes for the products of every inference, and "
        f"the cells would last {float(np.max(lasts)):.2g} inferences)"
    )


def map_network(chip: Chip, mappers: Sequence[tuple[base.Mapper, Array]]) -> tuple[base.MappedLevel, ...]:
    """Place the layers on each computing level and derive the instances of every component.

    Raises
    ------
    MappingError
        If the instance counts of the levels cannot be determined.
    """
    placements = [mapper.place() for mapper, _ in mappers]
    settled = _shared_counts(mappers, placements)
    counts: dict[str, u.Numeric] = {}
    children, checks = [], []
    for (mapper, _), placement in zip(mappers, placements, strict=True):
        own, per_child, found = level_counts(
            mapper.chip, mapper.level, placement.needed, mapper.unit_name, reprograms=mapper.reprograms,
            settled=settled,
        )  # fmt: skip
        counts |= own
        children.append(per_child)
        checks.append((*placement.checks, *found))
    instances = _instances(chip, mappers, placements, counts)
    levels = []
    for place, ((mapper, own_layers), placement) in enumerate(zip(mappers, placements, strict=True)):
        units = counts[mapper.level.path]
        passes = np.maximum(np.ceil(placement.needed / units), 1.0) if mapper.reprograms else 1.0
        mapped = base.LevelMapping(
            level=mapper.level,
            placement=placement,
            instances=instances,
            counts=MappingProxyType(counts),
            units_per_child=MappingProxyType(children[place]),
            passes=passes,
            checks=checks[place],
        )
        levels.append(base.MappedLevel(mapper, mapped, own_layers))
    return tuple(levels)


def _shared_counts(
    mappers: Sequence[tuple[base.Mapper, Array]], placements: Sequence[base.Placement]
) -> dict[str, u.Numeric]:
    """Instances of levels with an automatic count that several computing levels are in: what the largest needs."""
    if len(mappers) == 1:
        return {}
    shared_counts: dict[str, u.Numeric] = {}
    for (mapper, _), placement in zip(mappers, placements, strict=True):
        path = mapper.chip.path_to(mapper.level)
        for node in path[:-1]:
            if node.count is None:
                others: u.Numeric = 1.0
                for other in path:
                    others = others * (1.0 if other.count is None else other.count)
                wanted = equations.units_for(placement.needed, others)
                shared_counts[node.path] = np.maximum(shared_counts.get(node.path, 1.0), wanted)
    return shared_counts


def children(level: LevelNode, counts: Mapping[str, u.Numeric]) -> u.Numeric:
    """Instances of all levels inside of a level together."""
    return sum((counts[child.path] for child in level.levels.values()), start=0.0 * counts[level.path])


def _instances(
    chip: Chip, mappers: Sequence[tuple[base.Mapper, Array]], placements: Sequence[base.Placement],
    counts: Mapping[str, u.Numeric],
) -> Mapping[str, u.Numeric]:  # fmt: skip
    """Instances of every component on the chip."""
    instances: dict[str, u.Numeric] = {}
    for level in chip.top.walk():
        for block in level.blocks.values():
            number = children(level, counts) if block.one_per_child else counts[level.path]
            if isinstance(block, SensesInput):
                number = 1.0 + 0.0 * number  # the sensors of the network, however many chips run it
            instances.update((part.path, number) for part in with_slots(block))
    for (mapper, _), placement in zip(mappers, placements, strict=True):
        units = counts[mapper.level.path]
        instances.update(mapper.slot_instances(placement, units))
        instances.update(mapper.instances_of_chips(counts[mapper.chip.top.path]))
        instances[mapper.compute.path] = units
    return MappingProxyType(instances)


def joined(levels: Sequence[base.MappedLevel]) -> base.NetworkMapping:
    """The network on all computing levels of a chip; with one level its very mapping."""
    if len(levels) == 1:
        return levels[0].mapped
    first = levels[0].mapped
    return base.NetworkMapping(
        placement=_joined_placement(levels),
        instances=first.instances,
        counts=first.counts,
        checks=tuple(check for level in levels for check in level.mapped.checks),
    )


def exclusions(levels: Sequence[base.MappedLevel]) -> Iterator[str]:
    """What an estimate leaves out of the computing levels and of their parts of the chip."""
    for level in levels:
        mapper = level.mapper
        yield from (*mapper.chip.exclusions, *mapper.left_out(level.mapped.passes))
        technology = mapper.chip.technology
        if technology.sleep is not None:
            yield LEFT_OUT
        points = (part.technology for part in mapper.chip.components())
        supplies = [point.supply_voltage for point in points if point is not technology]
        if not all(np.all(supply == technology.supply_voltage) for supply in supplies):
            yield "level shifters between voltage domains, and their converters"
        if mapper.chip.find(StacksTier):
            yield "slower transistors of stacked tiers: those in them are taken to be those of the process"
            yield "vias for the supply of stacked tiers"
            if mapper.chip.find(EmitsCarbon):
                yield "carbon of making stacked tiers"


def _joined_placement(levels: Sequence[base.MappedLevel]) -> base.Placement:
    """Location of all layers, each on its own level."""

    def each(name: str, elsewhere: float) -> Array:
        found: Array = np.asarray(elsewhere)
        for level in levels:
            found = np.where(level.own > 0.0, getattr(level.mapped.placement, name), found)
        return found

    return base.Placement(
        units=each("units", 0.0),
        utilisation=each("utilisation", 0.0),
        replication=each("replication", 1.0),
        row_blocks=each("row_blocks", 1.0),
        column_blocks=each("column_blocks", 1.0),
        reached_units=each("reached_units", 0.0),
        neurons=each("neurons", 0.0),
        shared=False,
        together=np.asarray(sum(level.mapped.placement.needed for level in levels)),
    )
