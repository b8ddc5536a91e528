"""Exclusions of a crossbar estimate: circuits that no block of the chip describes."""

import numpy as np

from neuroest.blocks.converters.base import Converter
from neuroest.blocks.roles import IdealColumn
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.layout import CrossbarLayout


def left_out_of_arrays(mapper: CrossbarLayout) -> list[str]:
    """What crossbar arrays need and no block stands for."""
    array = mapper.compute
    left_out = _left_out_of_readout(array, mapper)
    resistive = not array.adds_charges
    if array.spec.weight_encoding == "offset" and resistive and array.offset_subtraction == "none":
        left_out.append(
            "the offset that offset coding subtracts from every result: a reference column, or the sum of the inputs"
        )
    if array.reference_columns and array.neuron is not None:
        left_out.append("mirrors that subtract the current of the reference column from every column")
    if resistive:
        left_out.extend(_left_out_of_ageing(array))
        if np.any(np.asarray(array.options["spare_columns"]) > 0.0):
            left_out.append("switches that replace columns by spare ones, and writing of spare columns")
        if not array.memory.has_stuck_cells:
            left_out.append("stuck cells (the device states no share of them)")
        left_out.extend(_left_out_of_writing(array))
    if np.any(array.driver.drive_voltage() > array.technology.supply_voltage):
        left_out.append("generation of the row voltage, which is above the supply")
    if array.converter is not None:
        left_out.extend(_left_out_of_columns(array, array.converter, mapper))
    return left_out


def _left_out_of_readout(array: CrossbarArray, mapper: CrossbarLayout) -> list[str]:
    """Circuits between the columns and what reads them, up to the mirrors that merge arrays."""
    left_out = []
    if isinstance(array.interface, IdealColumn):
        reader = "neuron" if array.neuron is not None else "converter"
        left_out.append(
            f"circuit between column and {reader} (interface: ideal), so this is not a system estimate"
        )
    if array.neuron is not None:
        left_out.extend(array.neuron.left_out())
        if array.neuron.output_buffer == "outside" and "fan_out_buffer" not in array.readout.slots:
            left_out.append("buffers that drive the wires of the neurons' spikes (no fan_out_buffer block)")
        if array.multiplexer is None and np.any(np.asarray(array.neurons_per_output) > 1.0):
            left_out.append(
                "switches among the neurons that share one output in time, and the counter that selects them"
            )
    if array.driven_load is not None:
        left_out.append(
            "what the network loses where neurons see the mean of the active rows instead of their weighted sum, and "
            "have positive weights only"
        )
    if array.adds_charges and array.cell.discharges and array.driver.analog:
        left_out.append("nonlinearity of the cell current against the row voltage")
    if array.reads_events:
        left_out.append(
            "accuracy that the network loses where events of negative weight arrive while a neuron has no drive left "
            "that they could shorten, and the circuits that pass events on without a clock"
        )
    if array.spec.silent_blocks == "skip":
        left_out.append(
            "circuits that find a silent block of rows and wake its columns, and the time to wake"
        )
    if _lacks_switches(array, mapper):
        left_out.append(
            "switches between a column and the neurons of its positions, or of the layers that share it"
        )
    merges = array.neuron is not None and array.readout.spec.partial_sums == "analog_merge"
    if array.neuron is not None and array.merge is None and np.any(array.slices(mapper.network) > 1.0):
        left_out.append("weighting of the bit slices of a weight by current mirrors before the neuron")
    if merges and array.merge is None and not array.stacks_columns:
        left_out.append("mirrors that merge the currents of arrays with a common output (no merge block)")
    return left_out


def _left_out_of_writing(array: CrossbarArray) -> list[str]:
    """Circuits for writing the cells that no block accounts for."""
    writing = array.write_circuit
    if writing is None:
        return ["write circuits of the cells: decoders, write drivers and their supply"]
    left_out = ["control and references of programming and verifying"]
    above = np.any(array.program_voltage > array.technology.supply_voltage)
    if writing.pump is None and above:
        left_out.append("generation of the programming voltage, which is above the supply")
    elif writing.pump is not None and "input_voltage" in writing.pump.options:
        left_out.append(
            "generation of the input voltage of the charge pump, which is not the supply of the chip"
        )
    if array.memory.holds_parts:
        left_out.append(
            "generation of the fractions of the programming voltage that bias the lines around written cells"
        )
    return left_out


def _lacks_switches(array: CrossbarArray, mapper: CrossbarLayout) -> bool:
    """Whether columns are read for several neurons and nothing stands for what switches between them."""
    if array.neuron is None or array.multiplexer is not None:
        return False
    several = np.any(mapper.layers.is_weighted * mapper.layers.positions > 1.0)
    return bool(several) or array.spec.sharing == "layers"


def _left_out_of_columns(array: CrossbarArray, converter: Converter, mapper: CrossbarLayout) -> list[str]:
    """Circuits that a column needs in front of its converter and that no block stands for."""
    left_out = []
    shared = np.any(np.asarray(array.columns_switched(mapper.network)) > 1.0)
    if shared and array.multiplexer is None:
        left_out.append("multiplexers between columns and shared converters")
    encoded = "time_encoder" in array.readout.slots
    takes_columns = converter.takes_columns or array.adds_charges
    if converter.takes_times and not encoded and not array.cell.in_series:
        left_out.append("charging units that convert column results to times (no time_encoder)")
    elif array.interface is None and not (takes_columns or encoded):
        left_out.append(
            "circuits that hold the columns and pass their currents to the converters (no interface)"
        )
    samples = array.holding == "stage" and not converter.integrates and not encoded
    if samples and not np.any(np.asarray(array.schedule(mapper.network).sampling) > 0.0):
        left_out.append("sampling time of the column stages (schedule.sample_time)")
    if array.sampler is None and not encoded and not converter.integrates:
        if array.holding == "stage" and not (array.shares_bits and array.merge is not None):
            left_out.append("sample-and-hold stages that keep the results while the next read settles")
        elif converter.ramps and not array.adds_charges:
            left_out.append("sample-and-hold stages that keep a column's result while a ramp passes it")
    return left_out


def _left_out_of_ageing(array: CrossbarArray) -> list[str]:
    """What of the time after writing is not in the estimate."""
    if array.age is None:
        return (
            ["conductance drift after programming (the array states no time_since_programming)"]
            if array.memory.ages
            else []
        )
    left_out = []
    if not array.memory.ages:
        left_out.append("drift of the conductances, which the device of the cell does not state")
    elif array.spec.drift_correction == "common_gain":
        left_out.append("reads and circuits that find and correct the common gain of drifted arrays")
    elif array.neuron is not None and not array.neuron.supports_input_scaling:
        left_out.append("effect of the weaker input of a drifted array on neurons of this model")
    return left_out
