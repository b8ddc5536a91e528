"""The stage that maps a network onto a chip."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from neuroest.blocks.base import NetworkContext
from neuroest.blocks.learning.context import LearningContext
from neuroest.blocks.roles import (
    ExecutesElementwise,
    MultipliesComputedFactors,
    UpdatesNeurons,
)
from neuroest.blocks.sleep import LEFT_OUT
from neuroest.core import units as u
from neuroest.core.errors import MappingError
from neuroest.design.chip import Chip
from neuroest.equations import writing
from neuroest.levels.base import Mapper, NetworkMapping, computing_level, level_counts
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.registry import MAPPERS
from neuroest.specs.learning import LearningRule
from neuroest.workloads.layers import LayerTable
from neuroest.workloads.layout import of_one_point


def network_context(
    layers: LayerTable, least_timestep: u.Second = 0.0, rule: LearningRule | None = None
) -> NetworkContext:
    """What the cost of an action depends on, with the timestep that the rest of the chip makes where that is known."""
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
        mean_absolute_weight=layers.mean_absolute_weight,
        output_rate=layers.is_weighted * layers.output_rate,
        active_share=np.where(layers.is_weighted > 0.0, np.clip(active, 0.0, 1.0), 1.0),
        least_timestep=least_timestep,
        largest_fan_in=float(np.max(fan_in)),
        fan_in=fan_in,
        positions=np.where(layers.is_weighted > 0.0, layers.positions, 0.0),
        learning=None if rule is None else LearningContext.of(rule),
    )


def mapper_for(
    chip: Chip, layers: LayerTable, least_timestep: u.Second = 0.0, rule: LearningRule | None = None
) -> Mapper:
    """The mapper that the chip's computing level names, ready for a network.

    Raises
    ------
    MappingError
        When the chip cannot run the network.
    """
    level = computing_level(chip)
    network = network_context(layers, least_timestep, rule)
    mapper: Mapper = MAPPERS[str(level.mapper)](chip, level, layers, network)
    mapper.check_supported()
    _refuse_numbers(mapper, chip, layers)
    elementwise = [
        n for n, w in zip(layers.names, of_one_point(layers.window_elements), strict=True) if w > 0
    ]
    runs_them = chip.find(ExecutesElementwise) or chip.covers("element_operations")
    if elementwise and not runs_them and not mapper.runs_elementwise:
        raise MappingError(
            f"layer {elementwise[0]!r} is no matrix product and the chip has nothing to run it; add a vector_unit block"
        )
    return mapper


def _refuse_numbers(mapper: Mapper, chip: Chip, layers: LayerTable) -> None:
    """Refuse products of two computed factors, and numbers at the input of a chip that takes spikes only."""
    if mapper.multiplies_computed:
        return
    kind, beside = mapper.level_name(), mapper.weights_in_cells and layers.coding == "dense"
    stationary, given = of_one_point(layers.stationary_elements), of_one_point(layers.input_bits)
    for name, elements, bits in zip(layers.names, stationary, given, strict=True):
        if elements > 0 and not (beside and chip.find(MultipliesComputedFactors)):
            add = "add a matrix_unit block to the chip, " if beside else ""
            raise MappingError(
                f"layer {name!r} multiplies two computed factors, but a {kind} level keeps one factor as stored "
                f"weights{_cost_of_writing(chip, layers) if beside else ''}; {add}run it on a digital_array or "
                "roofline chip, or import the network with that part on the host"
            )
        if bits > 1 and not (mapper.weights_in_cells and chip.find(UpdatesNeurons)):
            raise MappingError(
                f"layer {name!r} reads numbers of {bits:g} bits (direct coding), but this {kind} level takes spikes "
                "only; encode the input as spikes, or import the network with its first layer on the host"
            )


def _cost_of_writing(chip: Chip, layers: LayerTable) -> str:
    """What it would take to write the computed factors of all products into cells in every inference."""
    array = computing_level(chip).compute
    if not isinstance(array, CrossbarArray):
        return ""
    network = network_context(layers)
    columns, rows = array.devices_per_weight()
    each = rows * columns * array.slices(network)
    cells = writing.rewritten_cells(np.sum(of_one_point(layers.stationary_elements)), each)
    lasts = writing.rewriting_limit(array.cell.endurance(), array.cell.write_pulses())
    return (
        f" (writing it would take {float(np.max(cells)):.2g} cell writes for the products of every inference, and "
        f"the cells would last {float(np.max(lasts)):.2g} inferences)"
    )


def map_network(mapper: Mapper) -> NetworkMapping:
    """Placement of the layers and the instances of every component that it implies.

    Raises
    ------
    MappingError
        When the counts of the chip's levels cannot be settled.
    """
    placement = mapper.place()
    needed: u.Numeric = placement.needed
    counts, per_child, checks = level_counts(
        mapper.chip, mapper.level, needed, mapper.unit_name, reprograms=mapper.reprograms
    )
    units = counts[mapper.level.path]
    passes = np.maximum(np.ceil(needed / units), 1.0) if mapper.reprograms else 1.0
    instances: dict[str, u.Numeric] = {}
    for level in mapper.chip.top.walk():
        for block in level.blocks.values():
            number = counts[level.path]
            if block.one_per_child:
                number = sum((counts[child.path] for child in level.levels.values()), start=0.0 * number)
            instances[block.path] = number
    instances.update(mapper.slot_instances(placement, units))
    instances.update(mapper.instances_of_chips(counts[mapper.chip.top.path]))
    instances[mapper.compute.path] = units
    return NetworkMapping(
        level=mapper.level,
        placement=placement,
        instances=MappingProxyType(instances),
        counts=MappingProxyType(counts),
        units_per_child=MappingProxyType(per_child),
        passes=passes,
        checks=(*placement.checks, *checks),
        exclusions=(*mapper.chip.exclusions, *mapper.left_out(passes), *_left_out_asleep(mapper.chip)),
    )


def _left_out_asleep(chip: Chip) -> tuple[str, ...]:
    """What no estimate of a chip with sleeping blocks contains."""
    return () if chip.technology.sleep is None else (LEFT_OUT,)
