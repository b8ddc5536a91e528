"""Schema of a crossbar level, keys without an effect on the chip as described, and exclusions of an estimate."""

from typing import Any, Literal

import numpy as np

from neuroest.blocks.base import Check, Component
from neuroest.blocks.converters.base import Converter
from neuroest.blocks.roles import IdealColumn
from neuroest.core.docstrings import section, stated
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.layout import CrossbarLayout
from neuroest.specs import base, blocks
from neuroest.specs.architecture import ComputingLevel


class CrossbarLevel(ComputingLevel):
    """Crossbar arrays that store the weights and multiply in place."""

    slots = (
        "cell", "input", "readout", "read_supply", "schedule", "row_buffer", "column_buffer",
        "write_circuit",
    )  # fmt: skip
    mapper: Literal["crossbar"]
    """The mapper of this level."""
    rows: base.Count
    """Rows of one array."""
    columns: base.Count
    """Columns of one array."""
    spare_columns: base.SpareNumber = 0.0
    """Spare columns, which replace columns with stuck cells."""
    weight_encoding: Literal["column_differential", "row_differential", "offset"]
    """Encoding of signed weights: two columns, two rows with opposite drive, or one column with an offset."""
    offset_subtraction: Literal["reference_column", "digital_sum", "none"] | None = None
    """Offset correction for `weight_encoding: offset`. reference_column: one extra column per array with cells at
    mid-window; it is read like the others and subtracted from each result. digital_sum: the accumulator sums the
    inputs. none: no correction is counted, and the estimate reports this. Default: reference_column, except for
    charge-domain cells, which need none."""
    weight_bits: base.Count | None = None
    """Stored bits per weight, including the sign, if fewer than in the network. The weights are rounded, and the
    rounding error adds to the errors of a result. Default: all bits of the network."""
    bits_per_cell: base.CountOrAuto = "auto"
    """Bits per cell; auto: as many as the device can store, at most the bits of the weight."""
    read_voltage: base.VoltageOrSupply
    """Read voltage across an active cell; for static cells, the precharge voltage of the columns. supply: the chip's
    supply voltage, the usual choice for static cells."""
    pulse_width: base.Time
    """Shortest drive time of an active row. Slow neurons extend it to their share of a timestep; conversions that need
    the driven column add to it."""
    sequential_reads: base.CountOrUnlimited = "unlimited"
    """Maximum number of convolution positions that one copy of a layer's arrays processes in series. A layer with more
    positions gets more copies."""
    target_interval: base.Time | None = None
    """Target time per layer for one timestep, or for one inference of a dense network. A slower layer gets more
    copies."""
    array_budget: base.Count | None = None
    """Total number of arrays for the network, an area target. Layers get more copies, for the shortest interval, as
    long as arrays remain. An array shared by several layers counts once."""
    sharing: Literal["none", "layers"] = "none"
    """Whether an array may contain parts of several layers, which then share it in time: less area, longer interval.
    With a `target_interval`, sharing is limited to time slots that fit into it; with an `array_budget`, to what the
    budget requires."""
    cells_programmed_together: base.CountOrAuto = "auto"
    """Cells of one array that are written in parallel, all in one row; auto: one row, or as many as the `write_circuit`
    allows."""
    arrays_programmed_together: base.Count = 1.0
    """Arrays of the chip that are written in parallel."""
    time_since_programming: base.Time | None = None
    """Age of the weights at which the chip is estimated. Conductances drift and fluctuate over this time. Default: the
    `refresh_interval`; without one, the cells are as written."""
    refresh_interval: base.Time | None = None
    """Interval after which all weights are rewritten, regardless of drift."""
    drift_correction: Literal["none", "common_gain"] = "none"
    """common_gain: results are multiplied by one factor per array, which compensates the mean drift of its cells; none:
    results decrease with the conductances, and slow neurons integrate for longer."""
    weight_error_limit: base.PositiveFraction | None = None
    """Limit of the weight error (one standard deviation relative to the largest weight). Above it a design check
    fails."""
    error_limit: base.PositiveFraction = 1.0
    """Limit of the result error in the worst layer (one standard deviation relative to the spread of its results).
    Above it a design check fails, and sweeps and searches treat the design as infeasible. At 100 % the errors are as
    large as the results; the page on crossbars states what networks need."""
    oversize: Literal["refuse", "time_multiplex"] = "refuse"
    """Behaviour of a fixed-size chip if a network needs more arrays: reject the network, or rewrite the arrays with the
    next part of the network in every inference."""
    inferences_per_pass: base.Count = 1.0
    """Inferences per rewrite of a network part. Intermediate results wait in the activation memory, or off-chip over a
    link that carries them."""
    updated_cells: Literal["all", "one"] = "all"
    """Cells of a weight that a learning rule updates: both cells of a pair in opposite directions, or one cell next to
    a fixed one."""
    backward_readout: Literal["none", "at_rows"] = "none"
    """at_rows: the rows have a second set of column circuits, so errors can be read back through the weights."""
    silent_blocks: Literal["read", "skip"] = "read"
    """Read of a block of rows without any active row. skip: no read; bias and converters of an array wake on the first
    event and are otherwise idle. read: a read in every timestep."""
    reads: Literal["each_timestep", "each_event"] = "each_timestep"
    """When the columns are read. each_timestep: once for all rows active in the timestep; each_event: once for each
    input spike on arrival, without timesteps; this needs `pulse_coupling` to neurons. With `operation.period` the
    events are spread over the whole period; without it they arrive as fast as the chip can process them."""
    settling_error: base.PositiveFraction
    """Settling error of a column at read-out, which sets the settling time."""
    parallel_wires: base.WireNumberOrAuto = "auto"
    """Number of minimum-pitch wires whose parallel resistance an array line has. The line is one wide wire of an upper
    layer, with the capacitance of one, as far as the cells leave room for its width. auto: the fewest wires that keep
    the mean loss within `ir_drop_limit` with all rows of a read active and cells at mid-window, one where that is
    enough. The `ir_drop` check fails if there are too few."""
    ir_drop_limit: base.PositiveFraction
    """Limit of the mean column-current loss from IR drop. Above it a design check fails."""
    cell: blocks.CellBlock
    """The cell."""
    input: blocks.InputBlock
    """The row driver."""
    readout: blocks.ReadoutBlock
    """Neuron or converter at the columns."""
    read_supply: blocks.ReadSupplyBlock
    """Source of the read voltage."""
    schedule: blocks.ScheduleBlock | None = None
    """Sequence of a read. Default: all columns are read together, and the next read overlaps only if a sample-and-hold
    stage or time encoder stores the results."""
    row_buffer: blocks.LineBufferBlock | None = None
    """Analog buffers that divide the rows into segments, so all segments share one input conversion."""
    column_buffer: blocks.LineBufferBlock | None = None
    """Analog buffers that divide the columns into segments, whose sum is converted once."""
    write_circuit: blocks.WritingBlock | None = None
    """Write circuit of the cells. Without it, the estimate lists it as an exclusion."""


def unused_key_checks(array: CrossbarArray) -> list[Check]:
    """Whether each key that needs another one finds it; one check for each key that the file states.

    Checks
    ------
    offset_subtraction_used
        offset_subtraction has no effect, since only weight_encoding offset has an offset; leave it out
    drift_correction_used
        drift_correction has no effect, since the array states no time_since_programming or refresh_interval
    inferences_per_pass_used
        inferences_per_pass has no effect, since oversize is refuse; use oversize time_multiplex
    dropped_bits_used
        dropped_bits has no effect, since the converter states its bits; leave one of them out
    takes_used
        takes has no effect, since an interface or charge-domain cells determine what the converter receives; it
        applies to converters directly at columns of conducting cells
    full_scale_used
        full scales have no effect on a sense amplifier, which compares with one threshold; leave them out
    current_spreads_used
        current_spreads has no effect, since only weight_encoding row_differential sizes the clamp by it; use
        active_rows
    active_rows_used
        active_rows has no effect, since bias_follows is mapped_current
    rows_per_driver_used
        rows_per_driver has no effect, since only weight_encoding row_differential has pairs of rows
    overlap_window_used
        overlap_window has no effect, since update_timing is not overlapping_pulses
    plates_used
        plates has no effect, since polarity one grounds them
    """
    spec, slots = array.spec, array.readout.slots
    checks = [
        _check(array, "offset_subtraction", array.weights.offset_coded),
        _check(array, "drift_correction", array.weights.age is not None or spec.drift_correction == "none"),
        _check(array, "inferences_per_pass", spec.oversize == "time_multiplex"),
    ]
    opposed = spec.weight_encoding == "row_differential"
    checks.append(_check(array.driver, "rows_per_driver", opposed or not array.driver.drives_pairs))
    converter, interface = slots.get("converter"), slots.get("interface")
    if converter is not None:
        none_dropped = not np.any(np.asarray(converter.options.get("dropped_bits", 0.0)) > 0.0)
        checks.append(_check(converter, "dropped_bits", none_dropped or "bits" not in converter.options))
        bare = interface is None and array.cell.summation.flows
        checks.append(_check(converter, "takes", bare or getattr(converter.spec, "takes", "") != "current"))
        ranged = {"full_scale", "full_scale_spreads"} & array.readout.spec.model_fields_set
        if ranged and isinstance(converter, Converter) and not converter.rounds:
            checks.append(_stated(array.readout, "full_scale_used", used=False))
    if interface is not None:
        follows = getattr(interface.spec, "bias_follows", "stated_current")
        checks.append(_check(interface, "current_spreads", opposed))
        checks.append(_check(interface, "active_rows", follows == "stated_current"))
    writing = array.write_circuit
    if writing is not None:
        timed = writing.spec.update_timing == "overlapping_pulses"
        checks.append(_check(writing, "overlap_window", timed))
        checks.append(_check(writing, "plates", writing.spec.polarity == "both"))
    return [check for check in checks if check is not None]


def _check(part: Component[Any], key: str, used: bool) -> Check | None:
    """The check of a key, if the file states it."""
    return _stated(part, f"{key}_used", used=used) if key in part.spec.model_fields_set else None


def _stated(part: Component[Any], name: str, *, used: bool) -> Check:
    """Advice about a key of a part."""
    return Check(
        name,
        part.path,
        "advice",
        np.asarray(used),
        section(unused_key_checks, "Checks").get(name, name.replace("_", " ")),
    )


def left_out_of_arrays(mapper: CrossbarLayout) -> list[str]:
    """Circuits that crossbar arrays need and that no block represents."""
    array = mapper.compute
    exclusions = [*_left_out_of_readout(array, mapper), *_left_out_of_references(array)]
    if array.cell.summation.flows:
        exclusions += [*_left_out_of_ageing(array), *_left_out_of_cells(array), *_left_out_of_writing(array)]
    if np.any(array.driver.drive_voltage() > array.technology.supply_voltage):
        exclusions.append("generation of the row voltage, which is above the supply")
    if array.converter is not None:
        exclusions += _left_out_of_columns(array, array.converter, mapper)
    return exclusions


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
    exclusions = {
        "ideal_to_neuron" if neuron else "ideal_to_converter": isinstance(array.interface, IdealColumn)
    }
    own = [] if neuron is None else neuron.left_out()
    outside = neuron is not None and neuron.output_buffer == "outside"
    in_turn = np.any(np.asarray(array.neurons_per_output) > 1.0)
    positions = np.any(mapper.layers.is_weighted * mapper.layers.positions > 1.0)
    several = positions or array.spec.sharing == "layers"
    unmerged = neuron is not None and array.merge is None
    merges = readout.spec.partial_sums == "analog_merge" if neuron else False
    return stated(_left_out_of_readout, "Left out", exclusions) + own + stated(_left_out_of_readout, "Left out", {
        "spike_buffers": outside and "fan_out_buffer" not in readout.slots,
        "neuron_switches": neuron is not None and array.multiplexer is None and in_turn,
        "mean_of_rows": array.driven_load is not None,
        "nonlinear_rows": not array.cell.summation.settles and array.driver.analog,
        "negative_events": array.reads_events,
        "silent_blocks": array.spec.silent_blocks == "skip",
        "column_switches": neuron is not None and array.multiplexer is None and several,
        "slice_mirrors": unmerged and np.any(array.weights.slices(mapper.network) > 1.0),
        "merging_mirrors": unmerged and merges and not array.stacks_columns,
    })  # fmt: skip


def _left_out_of_references(array: CrossbarArray) -> list[str]:
    """Exclusions of the offset correction.

    Left out
    --------
    offset
        the offset that offset coding subtracts from every result: a reference column, or the sum of the inputs
    reference_mirrors
        mirrors that subtract the current of the reference column from every column
    """
    offset = array.weights.offset_coded and array.weights.offset_subtraction == "none"
    reads = {"offset": offset and array.cell.summation.flows}
    reads["reference_mirrors"] = bool(array.weights.reference_columns) and array.neuron is not None
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
    exclusions = {"spare_columns": spare, "stuck_cells": not array.memory.has_stuck_cells}
    return stated(_left_out_of_cells, "Left out", exclusions)


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
    above = np.any(array.memory.device.program_voltage > array.technology.supply_voltage)
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
    untimed = converter.takes_times and not encoded
    flows = array.cell.summation.flows
    direct = converter.takes_columns or not flows or encoded
    free = not encoded and not converter.integrates
    unsampled = free and array.sampler is None
    shares = array.read_schedule.shares_bits and array.merge is not None
    # pulses that share a charge have the stated time in their settling
    chosen = array.read_schedule.options["sample_time"]
    instant = not np.any(np.asarray(array.schedule(mapper.network).sampling + chosen) > 0.0)
    return stated(_left_out_of_columns, "Left out", {
        "multiplexers": shared and array.multiplexer is None,
        "charging_units": untimed,
        "interface": not untimed and array.interface is None and not direct,
        "sampling_time": staged and free and instant,
        "samples": unsampled and staged and not shares,
        "samples_of_ramps": unsampled and not (staged and not shares) and converter.ramps and flows,
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
    ages, aged = array.memory.ages, array.weights.age is not None
    corrected = array.spec.drift_correction == "common_gain"
    scales = array.neuron is None or array.neuron.supports_input_scaling
    return stated(_left_out_of_ageing, "Left out", {
        "ageing": ages and not aged,
        "drift": aged and not ages,
        "common_gain": aged and ages and corrected,
        "weaker_input": aged and ages and not corrected and not scales,
    })  # fmt: skip
