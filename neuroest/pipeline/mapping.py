"""The stage that maps a network onto a chip."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from neuroest.blocks.base import ROOM_TEMPERATURE, NetworkContext
from neuroest.blocks.converters.base import Converter
from neuroest.core.errors import MappingError
from neuroest.core.units import Numeric
from neuroest.design.chip import Chip
from neuroest.equations import writing
from neuroest.levels.base import Mapper, NetworkMapping, computing_level, level_counts
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.charge_domain_array import ChargeDomainArray
from neuroest.registry import MAPPERS
from neuroest.workloads.layers import LayerTable
from neuroest.workloads.layout import of_one_point


def network_context(layers: LayerTable) -> NetworkContext:
    """What the cost of an action depends on."""
    return NetworkContext(
        spiking=layers.coding == "spiking",
        timesteps=layers.timesteps,
        weight_bits=layers.weight_bits,
        activation_bits=layers.activation_bits,
        accumulator_bits=layers.accumulator_bits,
        mean_absolute_weight=layers.mean_absolute_weight,
    )


def mapper_for(chip: Chip, layers: LayerTable) -> Mapper:
    """The mapper that the chip's computing level names, ready for a network.

    Raises
    ------
    MappingError
        When the chip cannot run the network.
    """
    level = computing_level(chip)
    mapper: Mapper = MAPPERS[str(level.mapper)](chip, level, layers, network_context(layers))
    mapper.refuse()
    _refuse_numbers(level.mapper, chip, layers)
    elementwise = [
        n for n, w in zip(layers.names, of_one_point(layers.window_elements), strict=True) if w > 0
    ]
    runs_them = chip.find("vector_unit") or chip.stands_for("element_operations")
    if elementwise and not runs_them and level.mapper not in {"roofline", "event_core"}:
        raise MappingError(
            f"layer {elementwise[0]!r} is no matrix product and the chip has nothing to run it; add a vector_unit block"
        )
    return mapper


def _refuse_numbers(kind: str | None, chip: Chip, layers: LayerTable) -> None:
    """Refuse products of two computed factors, and numbers at the input of a chip that takes spikes only."""
    if kind in {"digital_array", "roofline"}:
        return
    beside = kind == "crossbar" and layers.coding == "dense"
    stationary, given = of_one_point(layers.stationary_elements), of_one_point(layers.input_bits)
    for name, elements, bits in zip(layers.names, stationary, given, strict=True):
        if elements > 0 and not (beside and chip.find("matrix_unit")):
            add = "add a matrix_unit block to the chip, " if beside else ""
            raise MappingError(
                f"layer {name!r} multiplies two computed factors, but a {kind} level keeps one factor as stored "
                f"weights{_cost_of_writing(chip, layers) if beside else ''}; {add}run it on a digital_array or "
                "roofline chip, or import the network with that part on the host"
            )
        if bits > 1 and not (kind == "crossbar" and chip.find("digital_lif")):
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
    needed: Numeric = placement.needed
    counts, per_child, checks = level_counts(
        mapper.chip, mapper.level, needed, mapper.unit_name, reprograms=mapper.reprograms
    )
    units = counts[mapper.level.path]
    passes = np.maximum(np.ceil(needed / units), 1.0) if mapper.reprograms else 1.0
    instances: dict[str, Numeric] = {}
    for level in mapper.chip.top.walk():
        for block in level.blocks.values():
            number = counts[level.path]
            if block.model == "mesh":
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
        exclusions=_left_out(mapper, passes),
    )


def _left_out(mapper: Mapper, passes: Numeric) -> tuple[str, ...]:
    left_out = list(mapper.chip.exclusions)
    chip, compute = mapper.chip, mapper.compute
    readout = compute.slots.get("readout")
    if readout is not None and "interface" in readout.slots and readout.slots["interface"].model == "ideal":
        reader = "neuron" if "neuron" in readout.slots else "converter"
        left_out.append(
            f"circuit between column and {reader} (interface: ideal), so this is no system estimate"
        )
    level = str(mapper.level.mapper)
    if chip.technology.corner is not None:
        left_out.append(
            "what the corner does to values that stand as chosen or as published: clock and sample rates, converters, "
            "bias currents of references, macros and neurons known by their energies"
        )
    if isinstance(compute, CrossbarArray):
        if _ions_stay_cold(compute):
            left_out.append(
                "ions of the neurons at the temperature of the chip (no activation_energy and no kinetics): "
                "they move as measured"
            )
        left_out.extend(_left_out_of_array(compute, mapper))
    if level == "event_core" and np.any(mapper.layers.window_elements > 0.0):
        left_out.append("pooling and addition of spikes, which the published event energies do not name")
    if chip.operation.mode == "duty_cycled" and level in {"bit_serial", "event_core", "roofline"}:
        left_out.append("writing the weights back after each time that the chip was switched off")
    if level in {"bit_serial", "crossbar", "digital_array", "row_stationary", "spiking_core"}:
        left_out.extend(_left_out_without_blocks(mapper, passes))
    return tuple(left_out)


def _left_out_without_blocks(mapper: Mapper, passes: Numeric) -> list[str]:
    """What a chip that is put together of blocks leaves out because no block stands for it."""
    chip, level = mapper.chip, str(mapper.level.mapper)
    left_out = []
    stays = not mapper.loses_weights and not np.all(passes > 1.0)
    if level == "crossbar" and chip.inferences_per_programming is None and stays:
        left_out.append("programming of the weights, which stands on a line of its own")
    if not chip.networks():
        left_out.append("transport between the computing units (no network block)")
    if not chip.links():
        left_out.append("input and output of the chip (no off_chip_link block)")
    if not chip.find("chip_overheads"):
        left_out.append("clock, control and floor plan (no chip_overheads block)")
    has_unit = chip.find("vector_unit") or chip.stands_for("element_operations")
    if not mapper.network.spiking and not has_unit:
        left_out.append("activation functions (no vector_unit block)")
    if mapper.network.spiking and not chip.find("spike_coder"):
        left_out.append("making spikes of the input, and reading those of the output (no spike_coder block)")
    units = [block for _, block in chip.find("vector_unit")[-1:]]
    if not mapper.network.spiking and any(unit.spec.rescaling == "none" for unit in units):
        left_out.append("bringing sums back to the bits of an activation (rescaling of the vector_unit)")
    return left_out


def _ions_stay_cold(array: CrossbarArray) -> bool:
    """Whether the chip's temperature is not the one that the rates of its memristor neurons are taken at."""
    neuron = array.neuron
    if neuron is None or not hasattr(neuron.spec, "kinetics") or neuron.spec.kinetics is not None:
        return False
    follows = np.asarray(neuron.device.activation_energy) > 0.0
    return bool(np.any(~follows & (np.asarray(array.technology.temperature) != ROOM_TEMPERATURE)))


def _left_out_of_array(array: CrossbarArray, mapper: Mapper) -> list[str]:
    left_out = []
    if _lacks_switches(array, mapper):
        left_out.append(
            "switches between a column and the neurons of its positions, or of the layers that share it"
        )
    merges = array.neuron is not None and array.readout.spec.partial_sums == "analog_merge"
    if array.neuron is not None and array.merge is None and np.any(array.slices(mapper.network) > 1.0):
        left_out.append("weighting of the bit slices of a weight by current mirrors before the neuron")
    if merges and array.merge is None:
        left_out.append("mirrors that merge the currents of arrays with a common output (no merge block)")
    resistive = not isinstance(array, ChargeDomainArray)
    if array.spec.pairing == "offset" and resistive and array.offset_reference == "none":
        left_out.append(
            "what offset coding subtracts from every result: a reference column, or the sum of the inputs"
        )
    if array.reference_columns and array.neuron is not None:
        left_out.append("mirrors that subtract the current of the reference column from every column")
    if resistive:
        left_out.extend(_left_out_of_ageing(array))
        if np.any(np.asarray(array.options["spare_columns"]) > 0.0):
            left_out.append(
                "switches that put spare columns in the place of others, and what writes spare columns"
            )
        if not array.memory.has_stuck_cells:
            left_out.append("cells that cannot be written, of which the device states no share")
        left_out.extend(_left_out_of_writing(array))
    if np.any(array.driver.drive_voltage() > array.technology.supply_voltage):
        left_out.append("making the voltage of the rows, which is above the supply")
    if array.converter is not None:
        left_out.extend(_left_out_of_columns(array, array.converter))
    return left_out


def _left_out_of_writing(array: CrossbarArray) -> list[str]:
    """What it takes to write the cells and no block stands for."""
    writing = array.write_circuit
    if writing is None:
        return ["circuits that write the cells: decoders, write drivers and their supply"]
    left_out = ["sequencing of writing and verifying cells, and the references of both"]
    above = np.any(array.program_voltage > array.technology.supply_voltage)
    if writing.pump is None and above:
        left_out.append("making the programming voltage, which is above the supply")
    elif writing.pump is not None and "input_voltage" in writing.pump.options:
        left_out.append("making the input voltage of the charge pump, which is not the supply of the chip")
    if array.memory.holds_parts:
        left_out.append(
            "making the parts of the programming voltage that lines are held at beside written cells"
        )
    return left_out


def _lacks_switches(array: CrossbarArray, mapper: Mapper) -> bool:
    """Whether columns are read for several neurons and nothing stands for what switches between them."""
    if array.neuron is None or array.multiplexer is not None:
        return False
    several = np.any(mapper.layers.is_weighted * mapper.layers.positions > 1.0)
    return bool(several) or array.spec.sharing == "layers"


def _left_out_of_columns(array: CrossbarArray, converter: Converter) -> list[str]:
    """Circuits that a column needs in front of its converter and that no block stands for."""
    left_out = []
    shared = np.any(array.readout.options["columns_per_converter"] > 1.0)
    if shared and array.multiplexer is None:
        left_out.append("multiplexers between columns and shared converters")
    encoded = "time_encoder" in array.readout.slots
    takes_columns = converter.takes_columns or isinstance(array, ChargeDomainArray)
    if converter.takes_times and not encoded:
        left_out.append("charging units that turn the columns' results into times (no time_encoder)")
    elif array.interface is None and not (takes_columns or encoded):
        left_out.append(
            "circuits that hold the columns and hand their currents to the converters (no interface)"
        )
    if array.sampler is None and not encoded:
        if shared:
            left_out.append("sample-and-hold stages between columns and shared converters")
        elif converter.ramps:
            left_out.append("sample-and-hold stages that keep a column's result while a ramp passes it")
    return left_out


def _left_out_of_ageing(array: CrossbarArray) -> list[str]:
    """What of the time after writing is not in the estimate."""
    if array.age is None:
        return (
            ["change of the cells' conductances after writing (the array states no time since then)"]
            if array.memory.ages
            else []
        )
    left_out = []
    if not array.memory.ages:
        left_out.append(
            "change of the conductances with time, of which the device of the cell states nothing"
        )
    elif array.spec.drift_correction == "common_gain":
        left_out.append("reads and circuits that find and correct the common gain of drifted arrays")
    elif array.neuron is not None and not array.neuron.feels_drive:
        left_out.append("what the weaker input of a drifted array does to neurons of this model")
    return left_out
