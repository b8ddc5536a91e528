"""Read schedules that the circuits of an array do not support."""

from collections.abc import Iterator

import numpy as np

from neuroest.blocks.base import Component, NetworkContext
from neuroest.blocks.columns.interfaces import CapacitiveMerge
from neuroest.blocks.converters.base import Converter
from neuroest.blocks.roles import ClampsColumn, CouplesDirectly, DrivesOneBit, HoldsResults
from neuroest.core import units as u
from neuroest.levels.crossbar.array import CrossbarArray


def schedule_faults(array: CrossbarArray, spiking: bool) -> Iterator[str]:
    """Reasons why the schedule cannot run, one line each.

    Parameters
    ----------
    array : CrossbarArray
        With the schedule and the circuits.
    spiking : bool
        Whether the network spikes.
    """
    chosen, converter = array.read_schedule.spec, array.converter
    if converter is not None:
        yield from _counting_faults(array, converter)
    if "schedule" not in array.slots:
        return
    if converter is None:
        yield "it schedules reads and conversions, but neurons read this array; leave it out"
        return
    if converter.integrates and (chosen.holding in ("converter", "none") or chosen.pulse_widths != "equal"):
        yield f"{converter.model} already integrates and holds; leave out holding and pulse_widths"
    if chosen.columns == "in_turn":
        yield from _turn_faults(array)
    if chosen.holding == "converter" and not converter.holds_input:
        yield (
            f"holding is converter, but this {converter.model} needs its column to the end; use stage or none, or a "
            "converter that samples, such as sar_macro"
        )
    if chosen.holding in ("converter", "none") and array.sampler is not None:
        yield f"holding is {chosen.holding}, but there is a sample_and_hold; leave one of them out"
    yield from _pulse_faults(array)
    if spiking and (chosen.input_signs == "in_turn" or chosen.pulse_widths != "equal"):
        yield "spikes have neither signs nor bits; leave out input_signs and pulse_widths"
    if chosen.input_signs == "in_turn" and converter.integrates:
        yield f"input_signs is in_turn, but a {converter.model} takes the sign with the pulse; use sign_bits"
    if spiking and np.any(np.asarray(array.read_schedule.reads_per_result) > 1.0):
        yield "reads_per_result is above 1, and a timestep of spikes is read once; leave it out"
    if np.any(np.asarray(array.read_schedule.reads_per_conversion) > 1.0) and array.counts_during_pulse:
        yield "converted is last_read, but the converter counts during each read; use each_read"
    yield from _row_faults(array)
    bits = array.read_schedule.options.get("bits_per_phase")
    if bits is not None and np.any(np.asarray(bits) > 1.0) and not array.driver.whole_numbers:
        yield f"bits_per_phase is above 1, and a {array.driver.model} applies one bit; use another driver"


def _counting_faults(array: CrossbarArray, converter: Converter) -> Iterator[str]:
    """Reasons why a converter cannot count while the rows are driven."""
    if not converter.counts_during_pulse:
        return
    if not converter.steps_in_time:
        yield (
            f"counts is during_pulse, but this {converter.model} decides bit by bit; use a counting converter, such as "
            "oscillator_macro"
        )
    if not array.cell.summation.flows:
        yield "counts is during_pulse, but the columns add charges, whose sum is there at the end; use after_pulse"
    elif not converter.takes_columns and array.interface is None:
        yield "counts is during_pulse, which adds up the current of a column; use takes: current, or a current_clamp"
    columns, joined = array.readout.options["columns_per_converter"], array.merge is not None
    if np.any(columns > 1.0) and not (joined or array.read_schedule.in_turn):
        yield (
            f"counts is during_pulse, but {float(np.max(columns)):g} columns wait for a converter; use one converter a "
            "column, or schedule.columns: in_turn"
        )
    if array.sampler is not None:
        yield "counts is during_pulse, and a sample_and_hold has nothing to hold; leave it out"


def _pulse_faults(array: CrossbarArray) -> Iterator[str]:
    """Reasons why input bits cannot be weighted before the converter."""
    chosen = array.read_schedule.spec
    if chosen.pulse_widths != "equal" and not isinstance(array.driver, DrivesOneBit):
        driver = array.driver.model
        yield f"pulse_widths is {chosen.pulse_widths}, but a {driver} applies whole inputs; use a one_bit_driver"
    if chosen.pulse_widths != "equal" and array.holding != "stage":
        stage = " with a sample_and_hold or a merge" if chosen.pulse_widths == "shared" else ""
        yield f"pulse_widths is {chosen.pulse_widths}, which needs a stage that adds charges; use holding: stage{stage}"
    summation = array.cell.summation
    if chosen.pulse_widths == "binary" and not summation.grows:
        yield f"pulse_widths is binary, but {summation.result} does not depend on the width of a pulse; use shared"
    if chosen.pulse_widths == "shared" and array.sampler is None and array.merge is None:
        yield "pulse_widths is shared, which needs a sample_and_hold or a merge whose capacitors share the results"


def _row_faults(array: CrossbarArray) -> Iterator[str]:
    """Reasons why this number of rows cannot be read at once."""
    rows, at_once = array.options["rows"], array.rows_at_once()
    if np.any(at_once > rows):
        yield f"rows_at_once is {float(np.max(at_once)):g}, more than the {float(np.min(rows)):g} rows of an array"
    if not array.cell.summation.some_rows and np.any(at_once < rows):
        yield (
            "rows_at_once is below the rows, but all capacitors of a column share its charge; use "
            f"{float(np.min(at_once)):g} rows and a higher count of arrays"
        )


def _turn_faults(array: CrossbarArray) -> Iterator[str]:
    """Reasons why columns cannot be driven one after another."""
    if not array.cell.summation.single_columns:
        yield "columns is in_turn, but a driven row moves the charges of all columns; use together"
    elif array.cell.idle_rows_conduct:
        yield "columns is in_turn, but cells without transistors conduct into every column; use together"
    if array.column_stages:
        yield "columns is in_turn, but a time_encoder or a current_adder works with all columns; use together"
    if array.weights.reference_columns:
        yield (
            "columns is in_turn, but the reference column of offset coding is read with all columns; use together, or "
            "offset_subtraction: digital_sum of the array"
        )


def readout_faults(array: CrossbarArray, network: NetworkContext) -> Iterator[str]:
    """Reasons why columns cannot be joined, merged, or read directly, one line each.

    Parameters
    ----------
    array : CrossbarArray
        With the circuit that merges.
    network : NetworkContext
        With the bits of the weights.
    """
    yield from (f"column_circuits is per_stack, but {fault}" for fault in _stack_faults(array))
    yield from (f"interface is direct_coupling, but {fault}" for fault in _coupling_faults(array))
    yield from _merge_faults(array, network)


def _merge_faults(array: CrossbarArray, network: NetworkContext) -> Iterator[str]:
    """Reasons why columns cannot be merged before a converter."""
    if array.converter is None:
        return
    if array.merge is None:
        if array.readout.spec.merged != "slices":
            yield f"merged is {array.readout.spec.merged}, but nothing merges columns; add a merge"
        if "merged_slices" in array.readout.options:
            yield "merged_slices is given, but nothing merges columns; add a merge"
        return
    slices, joined = array.weights.slices(network), array.merged_slices(network)
    if np.any(slices % joined > 0.0):
        yield (
            f"merged_slices is {float(np.max(joined)):g}, which does not divide the {float(np.max(slices)):g} slices "
            "of a weight; use one of its divisors"
        )
    merged, shared = array.merged_columns(network), array.readout.options["columns_per_converter"]
    if np.any(merged > shared):
        yield (
            f"{float(np.max(merged)):g} columns are merged and {float(np.min(shared)):g} share a converter; raise "
            "columns_per_converter to a multiple of what is merged"
        )
    if not array.cell.summation.flows and array.merge.model != "capacitive_merge":
        yield f"charges on capacitors are not currents; they cannot feed a {array.merge.model}; use a capacitive_merge"
    cell_bits = array.weights.bits_per_cell(network)
    if isinstance(array.merge, CapacitiveMerge) and array.merge.is_ladder and np.any(cell_bits > 1.0):
        yield f"a ladder of {array.merge.path} weights bits, and cells have {float(np.max(cell_bits)):g}; use binary"
    if "pairs" in array.readout.spec.merged and array.spec.weight_encoding != "column_differential":
        yield f"merged is {array.readout.spec.merged}, but {array.spec.weight_encoding} has no pairs; use slices"


def _stack_faults(array: CrossbarArray) -> Iterator[str]:
    """Reasons why columns of several arrays cannot be joined to one line."""
    if not array.stacks_columns:
        return
    sums = array.readout.spec.partial_sums
    if sums != "analog_merge":
        yield f"partial_sums is {sums}, which adds no currents of arrays; use analog_merge or per_array"
    if array.spec.sharing == "layers":
        yield "sharing is layers, whose arrays are read at different times; use none or per_array"
    if "column_buffer" in array.slots:
        yield "a column_buffer cuts the columns into pieces that a line cannot join; leave it out or use per_array"


def _coupling_faults(array: CrossbarArray) -> Iterator[str]:
    """Reasons why columns cannot drive their neurons directly."""
    if not isinstance(array.interface, CouplesDirectly) or array.neuron is None:
        return
    if type(array.neuron).loads is Component.loads:
        yield f"a {array.neuron.model} takes a current or states no load; use a diffusive neuron"
    if not array.weights.offset_coded or array.weights.offset_subtraction != "none":
        yield (
            "nothing subtracts the voltages of columns; use weight_encoding: offset with offset_subtraction: none, so "
            "that weights are positive"
        )
    if array.cell.idle_rows_conduct:
        yield "cells without transistors conduct into idle rows; use one_transistor_one_resistor cells or voltage_mode"
    if array.merge is not None:
        yield "a merge takes currents; leave it out"
    if array.readout.spec.partial_sums == "analog_merge" and not array.stacks_columns:
        yield "the columns of arrays either share one line or none; set column_circuits to per_stack"


def event_faults(array: CrossbarArray, mode: str, input_bits: u.Bit) -> Iterator[str]:
    """Reasons why single events cannot be read on arrival, one line each.

    Parameters
    ----------
    array : CrossbarArray
        With its reads and what is at its columns.
    mode : str
        How the chip is operated.
    input_bits : array
        Bits of an input of each layer. [bit]
    """
    if not array.reads_events:
        return
    circuit = array.interface
    if array.neuron is None or not (isinstance(circuit, HoldsResults) and circuit.adds_results):
        found = "a converter" if array.neuron is None else circuit.model if circuit is not None else "nothing"
        yield f"the columns end in {found}, which adds up no events; use pulse_coupling to neurons"
    if mode == "duty_cycled":
        yield "operation.mode is duty_cycled, and a chip that is off misses events; use always_on with a period"
    if array.readout.spec.partial_sums == "digital_counter":
        yield "partial_sums is digital_counter, which adds counts of a timestep; use analog_merge"
    if array.spec.sharing == "layers":
        yield "sharing is layers, whose time slots on an array are parts of a timestep; use none"
    if array.spec.silent_blocks == "skip":
        yield "silent_blocks is skip, and blocks without an event are not read anyway; leave it out"
    if array.readout.spec.integration == "within_timestep":
        yield "integration is within_timestep, but there are no timesteps; use across_timesteps"
    if np.any(np.asarray(input_bits) > 1.0):
        yield "a layer reads multi-bit values, not events; encode the input as spikes"


def charge_faults(array: CrossbarArray) -> Iterator[str]:
    """Options that an array which adds charges cannot have, one line each."""
    summation, driver = array.cell.summation, array.driver
    if summation.flows:
        return
    one_bit, timed = isinstance(driver, DrivesOneBit), driver.whole_numbers and not driver.analog
    other = (timed and summation.takes_pulses) or (driver.analog and summation.takes_voltages)
    if array.neuron is not None or not (one_bit or other):
        yield summation.refusal
    if array.line_buffers:
        yield "with one plate per column, which buffers cannot split; leave out row_buffer and column_buffer"
    if array.write_circuit is not None:
        yield ("of static memory cells, whose area includes their write circuits; leave out write_circuit")
    if driver.analog and array.cell.signed_product:
        yield "of products of plus and minus one, which voltages between them do not make; use product: and"
    if array.cell.follows_row and not driver.analog:
        yield (
            f"on capacitors that followers charge from a voltage of the row, and a {driver.model} gives none; use a "
            "capacitive_dac or resistive_ladder, or charged_by: row"
        )
    if isinstance(array.interface, ClampsColumn) and summation.settles:
        clamp = array.interface.model
        yield f"whose column voltage is the result, and a {clamp} would fix it; leave out readout.interface"
