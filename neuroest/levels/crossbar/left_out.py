"""Exclusions of a crossbar estimate: circuits that no block of the chip describes."""

import numpy as np

from neuroest.blocks.converters.base import Converter
from neuroest.blocks.roles import IdealColumn
from neuroest.core.docstrings import stated
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.layout import CrossbarLayout


def left_out_of_arrays(mapper: CrossbarLayout) -> list[str]:
    """Circuits that crossbar arrays need and that no block represents."""
    array = mapper.compute
    found = [*_left_out_of_readout(array, mapper), *_left_out_of_references(array)]
    if not array.adds_charges:
        found += [*_left_out_of_ageing(array), *_left_out_of_cells(array), *_left_out_of_writing(array)]
    if np.any(array.driver.drive_voltage() > array.technology.supply_voltage):
        found.append("generation of the row voltage, which is above the supply")
    if array.converter is not None:
        found += _left_out_of_columns(array, array.converter, mapper)
    return found


def _left_out_of_readout(array: CrossbarArray, mapper: CrossbarLayout) -> list[str]:
    """Circuits between the columns and what reads them, up to the mirrors that merge arrays.

    Left out
    --------
    ideal_to_neuron
        circuit between column and neuron (interface: ideal), so this is not a system estimate
    ideal_to_converter
        circuit between column and converter (interface: ideal), so this is not a system estimate
    spike_buffers
        buffers that drive the wires of the neurons' spikes (no fan_out_buffer block)
    neuron_switches
        switches among the neurons that share one output in time, and the counter that selects them
    mean_of_rows
        accuracy that the network loses because neurons see the mean of the active rows instead of their weighted sum,
        and have only positive weights
    nonlinear_rows
        nonlinearity of the cell current against the row voltage
    negative_events
        accuracy that the network loses because events of negative weight arrive when a neuron has no drive left to
        shorten, and the circuits that pass events on without a clock
    silent_blocks
        circuits that find a silent block of rows and wake its columns, and the time to wake
    column_switches
        switches between a column and the neurons of its positions, or of the layers that share it
    slice_mirrors
        weighting of the bit slices of a weight by current mirrors before the neuron
    merging_mirrors
        mirrors that merge the currents of arrays with a common output (no merge block)
    """
    neuron, readout = array.neuron, array.readout
    found = {"ideal_to_neuron" if neuron else "ideal_to_converter": isinstance(array.interface, IdealColumn)}
    own = [] if neuron is None else neuron.left_out()
    outside = neuron is not None and neuron.output_buffer == "outside"
    in_turn = np.any(np.asarray(array.neurons_per_output) > 1.0)
    unmerged = neuron is not None and array.merge is None
    merges = readout.spec.partial_sums == "analog_merge" if neuron else False
    return stated(_left_out_of_readout, "Left out", found) + own + stated(_left_out_of_readout, "Left out", {
        "spike_buffers": outside and "fan_out_buffer" not in readout.slots,
        "neuron_switches": neuron is not None and array.multiplexer is None and in_turn,
        "mean_of_rows": array.driven_load is not None,
        "nonlinear_rows": array.adds_charges and array.cell.discharges and array.driver.analog,
        "negative_events": array.reads_events,
        "silent_blocks": array.spec.silent_blocks == "skip",
        "column_switches": _lacks_switches(array, mapper),
        "slice_mirrors": unmerged and np.any(array.slices(mapper.network) > 1.0),
        "merging_mirrors": unmerged and merges and not array.stacks_columns,
    })  # fmt: skip


def _lacks_switches(array: CrossbarArray, mapper: CrossbarLayout) -> bool:
    """Whether several neurons share columns without switches that select them."""
    if array.neuron is None or array.multiplexer is not None:
        return False
    several = np.any(mapper.layers.is_weighted * mapper.layers.positions > 1.0)
    return bool(several) or array.spec.sharing == "layers"


def _left_out_of_references(array: CrossbarArray) -> list[str]:
    """Exclusions of the offset correction.

    Left out
    --------
    offset
        the offset that offset coding subtracts from every result: a reference column, or the sum of the inputs
    reference_mirrors
        mirrors that subtract the current of the reference column from every column
    """
    offset = array.spec.weight_encoding == "offset" and array.offset_subtraction == "none"
    reads = {"offset": offset and not array.adds_charges}
    reads["reference_mirrors"] = bool(array.reference_columns) and array.neuron is not None
    return stated(_left_out_of_references, "Left out", reads)


def _left_out_of_cells(array: CrossbarArray) -> list[str]:
    """Exclusions of stuck cells: their repair, or that none is known.

    Left out
    --------
    spare_columns
        switches that replace columns by spare ones, and writing of spare columns
    stuck_cells
        stuck cells (the device states no share of them)
    """
    spare = np.any(np.asarray(array.options["spare_columns"]) > 0.0)
    found = {"spare_columns": spare, "stuck_cells": not array.memory.has_stuck_cells}
    return stated(_left_out_of_cells, "Left out", found)


def _left_out_of_writing(array: CrossbarArray) -> list[str]:
    """Exclusions of the write circuits.

    Left out
    --------
    write_circuits
        write circuits of the cells: decoders, write drivers and their supply
    control
        control and references of programming and verifying
    voltage
        generation of the programming voltage, which is above the supply
    input_of_pump
        generation of the input voltage of the charge pump, which is not the supply of the chip
    fractions
        generation of the fractions of the programming voltage that bias the lines around written cells
    """
    circuit = array.write_circuit
    pump = None if circuit is None else circuit.pump
    above = np.any(array.program_voltage > array.technology.supply_voltage)
    return stated(_left_out_of_writing, "Left out", {
        "write_circuits": circuit is None,
        "control": circuit is not None,
        "voltage": circuit is not None and pump is None and above,
        "input_of_pump": pump is not None and "input_voltage" in pump.options,
        "fractions": circuit is not None and array.memory.holds_parts,
    })  # fmt: skip


def _left_out_of_columns(array: CrossbarArray, converter: Converter, mapper: CrossbarLayout) -> list[str]:
    """Exclusions of the circuits between a column and its converter.

    Left out
    --------
    multiplexers
        multiplexers between columns and shared converters
    charging_units
        charging units that convert column results to times (no time_encoder)
    interface
        circuits that fix the column potentials and pass the currents to the converters (no interface)
    sampling_time
        sampling time of the column stages (schedule.sample_time)
    samples
        sample-and-hold stages that keep the results while the next read settles
    samples_of_ramps
        sample-and-hold stages that keep the result of a column during the ramp
    """
    shared = np.any(np.asarray(array.columns_switched(mapper.network)) > 1.0)
    encoded, staged = "time_encoder" in array.readout.slots, array.holding == "stage"
    untimed = converter.takes_times and not encoded and not array.cell.in_series
    direct = converter.takes_columns or array.adds_charges or encoded
    free = not encoded and not converter.integrates
    unsampled = free and array.sampler is None
    shares = array.shares_bits and array.merge is not None
    instant = not np.any(np.asarray(array.schedule(mapper.network).sampling) > 0.0)
    return stated(_left_out_of_columns, "Left out", {
        "multiplexers": shared and array.multiplexer is None,
        "charging_units": untimed,
        "interface": not untimed and array.interface is None and not direct,
        "sampling_time": staged and free and instant,
        "samples": unsampled and staged and not shares,
        "samples_of_ramps": unsampled and not (staged and not shares) and converter.ramps and not array.adds_charges,
    })  # fmt: skip


def _left_out_of_ageing(array: CrossbarArray) -> list[str]:
    """Exclusions of the changes after writing.

    Left out
    --------
    ageing
        conductance drift after programming (the array states no time_since_programming)
    drift
        drift of the conductances, which the device of the cell does not state
    common_gain
        reads and circuits that find and correct the common gain of drifted arrays
    weaker_input
        effect of the weaker input of a drifted array on neurons of this model
    """
    ages, aged = array.memory.ages, array.age is not None
    corrected = array.spec.drift_correction == "common_gain"
    scales = array.neuron is None or array.neuron.supports_input_scaling
    return stated(_left_out_of_ageing, "Left out", {
        "ageing": ages and not aged,
        "drift": aged and not ages,
        "common_gain": aged and ages and corrected,
        "weaker_input": aged and ages and not corrected and not scales,
    })  # fmt: skip
