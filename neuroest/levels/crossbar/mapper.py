"""Layers on resistive crossbar arrays."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from neuroest.blocks.base import Check, Component, largest_of_layers
from neuroest.blocks.cells.base import ResistiveMemory
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.neurons.base import Neuron
from neuroest.blocks.roles import AddsPartialSums, ClampsColumn, DrivesOneBit, HoldsResults, UpdatesNeurons
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError, MappingError
from neuroest.levels.base import LevelCounts, Placement
from neuroest.levels.crossbar.action_counts import ArrayActions
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.layout import CrossbarLayout
from neuroest.levels.crossbar.learning import learn_in_arrays
from neuroest.levels.crossbar.read_rules import charge_faults, event_faults, readout_faults, schedule_faults
from neuroest.levels.crossbar.schema import CrossbarLevel, left_out_of_arrays, unused_key_checks
from neuroest.levels.learning import LevelLearning
from neuroest.workloads.learning import LearningCounts

_TWICE = 2.0
"""Conversions of one product: two design studies have one, the macros that were estimated too high two or more."""
_SEVERAL_LEVELS, _TRAINED = 3.0, 0.3
"""Bits of a cell from which on it stores a number, and the largest mean weight of the shipped networks; conventions."""
_RECTIFIED = 0.35
"""Largest share of ones among the bits of rectified activations, by the spreads of the shipped networks."""


class CrossbarMapper(CrossbarLayout):
    """Mapper of layers to crossbar arrays: weights stay in the cells, and every output read by a neuron has its own.

    Model errors
    ------------
    time
        sequences between reads and waits between tiles are not modelled; studies and macros with a known read time run
        at 0.85 to 1.16 of the rate that follows from it
    """

    schema = CrossbarLevel
    array = CrossbarArray
    weights_in_cells = True
    prior_error = model_errors(time=1.2)
    family = "analog"

    def check_supported(self) -> None:
        """Refuse dense networks on spiking neurons, and spiking ones on converters without a neuron.

        Refused
        -------
        dense_network
            {path} is read by spiking neurons and cannot run a dense network; use a spiking workload, or an adc
            read-out
        no_neurons
            {path} is read by converters and the chip has no neurons for a spiking network; add a digital_lif block
            and a memory that stores state
        no_accumulator
            {path} is read by converters, whose partial sums need an accumulator block
        neurons_in_turns
            {path} is read by neurons that hold the state of one output each, so its arrays cannot take a further
            part of the network; use several chips (chip.count: auto) or converters
        no_counters
            {path} counts partial sums, which needs an accumulator block to add the counts and a digital_lif block
            to make spikes of them
        no_numbers
            {driver} turns numbers into pulses or voltages and has none in a spiking network; use a one_bit_driver
        time_encoder
            {multiplexer} is for currents and voltages, and a time_encoder passes on edges; leave out the
            multiplexer
        inputs_at_once
            {readout} integrates the bits of an input one after the other, and {driver} applies it at once; use a
            one_bit_driver
        """
        array, spiking, updates = self.compute, self.network.spiking, self.chip.find(UpdatesNeurons)
        self.refuse("dense_network", array.neuron is not None and not spiking, CodingError)
        self.refuse("no_neurons", array.neuron is None and spiking and not updates, CodingError)
        accumulates = self.chip.find(AddsPartialSums) or self.chip.covers("additions")
        adds = np.any(self.adds_conversions > 0.0) or self.compute.weights.offset_subtraction != "none"
        self.refuse("no_accumulator", self.compute.converter is not None and adds and not accumulates)
        self.refuse("neurons_in_turns", self.reprograms and self.compute.neuron is not None)
        digital = bool(self.chip.find(AddsPartialSums)) and bool(updates)
        self.refuse("no_counters", self.counts_partial_sums and not digital)
        driver, readout = array.driver.path, array.readout.path
        self.refuse("no_numbers", array.driver.whole_numbers and spiking, CodingError, driver=driver)
        charges = not self.compute.cell.summation.flows
        if self.shares and (charges or self.compute.cell.idle_rows_conduct):
            kind = "charge-domain cells drive" if charges else "cells without transistors conduct into"
            raise MappingError(
                f"{self.level.path}.sharing is layers, but {kind} every column of a driven row, also those of another "
                "layer; use none, or one_transistor_one_resistor cells"
            )
        for fault in charge_faults(self.compute):
            raise MappingError(f"{self.level.path} adds charges {fault}")
        self._refuse_times_and_references()
        if array.multiplexer is not None:
            switches = array.multiplexer.path
            self.refuse("time_encoder", "time_encoder" in array.readout.slots, multiplexer=switches)
        at_once = array.adds_pulses and not isinstance(array.driver, DrivesOneBit)
        self.refuse("inputs_at_once", at_once, readout=readout, driver=driver)
        for fault in schedule_faults(self.compute, self.network.spiking):
            raise MappingError(f"{self.level.path}.schedule: {fault}")
        for fault in event_faults(self.compute, self.chip.operation.mode, self.layers.input_bits):
            raise MappingError(f"{self.level.path}.reads is each_event, but {fault}")
        for fault in readout_faults(self.compute, self.network):
            raise MappingError(f"{self.compute.readout.path}: {fault}")

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Row toggles, cell and column reads, conversions, spikes."""
        return ArrayActions(self, placement).counts()

    def learn(self, placement: Placement, counts: LearningCounts) -> LevelLearning:
        """Pulses on the cells that store the weights."""
        return learn_in_arrays(self, placement, counts)

    def left_out_of_units(self) -> list[str]:
        """Circuits around the arrays that no block represents."""
        return left_out_of_arrays(self)

    def _refuse_times_and_references(self) -> None:
        """Refuse an age for cells that do not age, and references that neither the weights nor the read-out use.

        Refused
        -------
        two_ranges
            {readout} states its range as full_scale and as full_scale_spreads; leave out one
        ageless_cells
            {path} adds charges of static memory cells, which do not age; leave out time_since_programming and
            refresh_interval
        digital_sum
            {path}.offset_subtraction is digital_sum, but neurons receive currents, from which a digital sum cannot
            be subtracted; use reference_column
        """
        spec, array, readout = self.spec, self.compute, self.compute.readout
        charges, ranges = not array.cell.summation.flows, {"full_scale", "full_scale_spreads"}
        self.refuse("two_ranges", ranges <= readout.options.keys(), readout=readout.path)
        self.refuse("ageless_cells", charges and array.weights.age is not None)
        if spec.offset_subtraction not in (None, "none") and (charges or spec.weight_encoding != "offset"):
            raise MappingError(
                f"{self.level.path}.offset_subtraction is {spec.offset_subtraction}, but "
                + (
                    "charge-domain cells have no offset"
                    if charges
                    else f"{spec.weight_encoding} has no offset"
                )
                + "; leave it out"
            )
        summed = array.weights.offset_subtraction == "digital_sum"
        self.refuse("digital_sum", summed and array.neuron is not None)

    def place(self) -> Placement:
        """Divide every layer over arrays, packed if several groups fit in one array or layers share arrays.

        Checks
        ------
        array_budget
            the network needs more arrays than its budget, even with the fewest copies
        """
        t, array, sharing = self.layers, self.compute, self._sharing
        rows, columns = self.block
        row_blocks, column_blocks = self._cut
        replication = self._copies
        units = self._copy * replication if sharing is None else sharing.units
        cells = self.on_array * t.groups * rows * columns * replication
        filled = cells / np.maximum(units * self.options["rows"] * self.options["columns"], 1.0)
        uses = t.input_taps / np.maximum(t.input_elements, 1.0)
        neurons = self.on_array * t.output_elements if array.neuron is not None else 0.0 * t.output_elements
        if self.counts_partial_sums:
            neurons = neurons * row_blocks
        found = Placement(
            units=units,
            utilisation=filled,
            replication=replication,
            row_blocks=row_blocks,
            column_blocks=column_blocks,
            reached_units=self.on_array * column_blocks * np.minimum(replication, np.maximum(uses, 1.0)),
            neurons=np.asarray(neurons),
            shared=False,
            checks=tuple(self._checks(row_blocks)),
            together=None if sharing is None else sharing.needed,
        )
        budget = self.options.get("array_budget")
        if budget is None:
            return found
        within = self.require("design_rule", "array_budget", found.needed, "<=", budget)
        return replace(found, checks=(*found.checks, within))

    def _highest(self, values: u.Numeric) -> Array:
        """Highest value of the layers that lie in arrays."""
        return np.asarray(np.max(np.where(self.on_array > 0.0, values, 0.0), axis=-1, keepdims=True))

    def _lowest(self, values: u.Numeric) -> Array:
        """Lowest value of the layers that lie in arrays."""
        return np.asarray(np.min(np.where(self.on_array > 0.0, values, np.inf), axis=-1, keepdims=True))

    def _checks(self, row_blocks: Array) -> list[Check]:
        """Checks of the arrays of each layer.

        Checks
        ------
        ir_drop
            the IR drop along the wires of an array exceeds its limit; give its lines parallel_wires, or read fewer
            rows_at_once
        clamp_carries_current
            the mean current of a column exceeds the bias of its clamp
        stack_stands_together
            a stack has more arrays than one tile, but its column line is modelled as long as the arrays alone;
            raise the count of arrays
        fan_in_fits
            a layer's fan-in exceeds the rows of an array and partial sums cannot be merged; use more rows or
            analog_merge
        column_counts_spikes
            transistors disconnect the idle rows, so an unclamped column settles to the mean of the active rows and
            not to their sum; use a clamp, or cells without transistors
        column_reaches_neuron
            the idle rows attenuate the column below the neuron's input voltage; raise the read voltage or use a
            current_clamp
        """
        array = self.compute
        loss = array.ir_drop(self.network, self.driven_share())
        checks = [
            self.require("design_rule", "ir_drop", self._highest(loss), "<=", self.options["ir_drop_limit"])
        ]
        checks += unused_key_checks(array)
        front_end = array.front_end(self.network)
        if isinstance(front_end, ClampsColumn):
            current = array.column_current(self.network, self.driven_share())
            largest = self._highest(current)
            bias, clamp = front_end.device.bias_current, front_end.path
            most = largest_of_layers(bias)
            carried = np.all(np.logical_or(self.on_array <= 0.0, current <= bias), axis=-1, keepdims=True)
            checks.append(
                self.check("design_rule", "clamp_carries_current", carried, largest, most, "A", path=clamp)
            )
        if array.driven_load is not None and array.neuron is not None:
            checks.extend(self._coupling_checks(array.neuron))
        tallest = self._highest(row_blocks)
        together = self.level.count
        if array.stacks_columns and together is not None:
            checks.append(self.require("design_rule", "stack_stands_together", tallest, "<=", together))
        if array.neuron is not None and array.readout.spec.partial_sums == "none":
            checks.append(self.require("infeasible", "fan_in_fits", tallest, "<=", 1.0))
        if (
            array.interface is not None
            and array.interface.model == "voltage_mode"
            and array.neuron is not None
        ):
            checks.append(self.check("design_rule", "column_counts_spikes", array.cell.idle_rows_conduct))
            lowest = self._lowest(array.column_voltage(self.active_share()))
            drive = array.neuron.drive_voltage()
            wanted = 0.0 if drive is None else drive
            checks.append(self.require("infeasible", "column_reaches_neuron", lowest, ">=", wanted, "V"))
        return checks if array.converter is None or self.network.spiking else checks + self._macro_checks()

    def _macro_checks(self) -> list[Check]:
        """Checks of what descriptions of published macros most often have wrong.

        Checks
        ------
        conversions_of_a_product
            one product takes two conversions or more; published macros described like this were estimated 2 to 70 times
            too high: look for bits that are combined before a conversion (merge, merged_slices, pulse_widths,
            bits_per_phase) or for more rows_at_once
        mean_weight
            cells of several levels hold weights whose weights.mean_absolute is above that of trained networks (0.13 to
            0.3), to which their energy is proportional; two macros described like this were estimated 2.5 times too
            high. It is right for random weights
        input_bits
            the inputs of all layers have a bit_density above that of rectified activations (0.07 to 0.35); texts on
            resistive macros that name their inputs measured a network, and the current of the cells is proportional to
            it. It is right for random inputs and for inputs with a sign
        """
        array = self.compute
        # of a result, over the products that it sums up in an array whose rows are all used
        columns, rows = array.weights.devices_per_weight()
        of_weight = array.merged_groups(self.network) * columns / array.merged_lines
        of_input = array.read_schedule.results_of_phase * (1.0 if array.adds_pulses else self.planes)
        each = largest_of_layers(of_weight * of_input * rows / array.rows_at_once())
        checks = [self.require("advice", "conversions_of_a_product", each, "<", _TWICE)]
        levels = array.weights.bits_per_cell(self.network)
        if array.cell.summation.flows and np.all(levels >= _SEVERAL_LEVELS):
            mean = largest_of_layers(self.network.mean_absolute_weight)
            checks.append(self.require("advice", "mean_weight", mean, "<=", _TRAINED))
        if isinstance(array.cell, ResistiveMemory) and np.all(self.network.activation_bits > 1.0):
            ones = self._lowest(self.layers.input_bit_density)
            checks.append(self.require("advice", "input_bits", ones, "<=", _RECTIFIED))
        return checks

    def _coupling_checks(self, neuron: Neuron) -> list[Check]:
        """Whether the active rows drive a neuron to its input voltage, and carry its spike.

        Checks
        ------
        one_cell_holds_weight
            a directly driven neuron cannot weight the bit slices of a weight; set weight_bits to the bits of one
            cell
        weights_count
            one cell at its lowest conductance already fires the neuron, so neither the weights nor the number of
            active rows matter: the neuron computes an OR of its rows
        """
        array = self.compute
        lowest, drive = self._lowest(array.driven_voltage(self.network)), neuron.drive_voltage()
        wanted, cells = 0.0 if drive is None else drive, array.weights.slices(self.network)
        alone = array.voltage_through(array.weights.ends()[0])
        loaded = Check(  # another text than where no neuron loads the column
            "column_reaches_neuron", array.path, "design_rule", lowest >= wanted,
            "the column, with the neuron as its load, stays below the neuron's input voltage; raise the read voltage "
            "or the conductance of the cells", lowest, wanted, "V",
        )  # fmt: skip
        return [
            self.require("design_rule", "one_cell_holds_weight", cells, "<=", 1.0),
            loaded,
            self.require("advice", "weights_count", alone, "<", wanted, "V"),
            *neuron.fed_checks(1.0 / self._lowest(array.driven_conductance(self.network))),
        ]

    def instances_of_chips(self, chips: u.Numeric) -> Mapping[str, u.Numeric]:
        """A charge pump that all arrays of a chip share."""
        writing = self.compute.write_circuit
        pump = None if writing is None else writing.pump
        return {} if pump is None or "arrays_per_pump" in pump.options else {pump.path: chips}

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Cells, drivers and column circuits per array; neurons per output of the network."""
        array, rows, columns = self.compute, self.options["rows"], self.options["columns"]
        found: dict[str, u.Numeric] = {
            array.cell.path: units
            * rows
            * (columns + array.weights.reference_columns + self.options["spare_columns"]),
            array.driver.path: units * rows,
            array.readout.path: units,
            array.slots["read_supply"].path: units,
            array.cell.programmed: np.minimum(
                np.sum(self.programmed_cells(placement), axis=-1, keepdims=True), units * rows * columns
            ),
        }
        for shifter in array.driver.slots.values():
            found[shifter.path] = units * rows
        for buffer, cells, lines in array.line_buffers:
            found[buffer.path] = units * self.options[lines] * buffer.buffers(self.options[cells])
        if array.write_circuit is not None:
            found.update(array.write_circuit.instances(array.writing.written, units))
        at_columns: tuple[Component[Any] | None, ...] = (
            array.interface, array.merge, *array.column_stages
        )  # fmt: skip
        # a stack has one set of them; arrays that no layer uses belong to no stack
        below = 1.0 - 1.0 / array.stacked_arrays(self.network)
        feet = units - np.sum(placement.units * below, axis=-1, keepdims=True)
        for circuit in at_columns:
            if circuit is not None:
                found[circuit.path] = feet * array.column_circuits(self.network)
        if array.sampler is not None:
            found[array.sampler.path] = (
                units * array.column_circuits(self.network) / array.merged_columns(self.network)
            )
        if isinstance(array.interface, HoldsResults):
            stages = np.sum(ArrayActions(self, placement).held_results, axis=-1, keepdims=True)
            found[array.interface.held] = stages
        if array.multiplexer is not None:
            switches, selecting = ArrayActions(self, placement).switch_instances(units)
            found[array.multiplexer.path] = switches
            found[array.multiplexer.selecting] = selecting
        neurons = np.sum(placement.neurons, axis=-1, keepdims=True)
        if array.neuron is not None:
            found[array.neuron.path] = neurons * array.neurons_per_output
        if array.buffer is not None:
            found[array.buffer.path] = neurons
        if array.converter is not None:
            found[array.converter.path] = units * array.converters_each()
        return found
