"""Layers on resistive crossbar arrays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.components.base import Check, Component
from neuroest.components.charge import ChargeDomainArray
from neuroest.components.column_circuits import CurrentClamp, IdealInterface, SampledClamp
from neuroest.components.converters import IntegratingAdc
from neuroest.components.crossbar import CrossbarArray
from neuroest.components.inputs import SpikeDriver
from neuroest.components.neurons import Neuron
from neuroest.equations import accelerators
from neuroest.equations import mapping as equations
from neuroest.errors import MappingError
from neuroest.mapping.base import Array, Mapper, Placement, Traffic, Work
from neuroest.mapping.packing import Sharing, share_arrays
from neuroest.mapping.replication import copies_within
from neuroest.units import Numeric


class CrossbarMapper(Mapper):
    """Weights stay in the cells; every output of a neuron-read array owns its neuron."""

    unit_name = "array"
    compute: CrossbarArray

    def refuse(self) -> None:
        """Refuse dense networks on spiking neurons, and spiking ones on converters without a neuron."""
        if self.compute.neuron is not None and not self.network.spiking:
            raise MappingError(
                f"{self.level.path} is read by spiking neurons and cannot run a dense network; "
                "use a spiking workload, or an adc read-out"
            )
        if self.compute.neuron is None and self.network.spiking and not self.chip.find("digital_lif"):
            raise MappingError(
                f"{self.level.path} is read by converters and the chip has no neurons for a spiking network; "
                "add a digital_lif block and a memory that stores state"
            )
        accumulates = self.chip.find("accumulator") or self.chip.stands_for("additions")
        if self.compute.converter is not None and not accumulates:
            raise MappingError(
                f"{self.level.path} is read by converters, whose partial sums need an accumulator block"
            )
        if self.reprograms and self.compute.neuron is not None:
            raise MappingError(
                f"{self.level.path} is read by neurons that hold the state of one output each, so its arrays cannot "
                "take a further part of the network; use several chips (chip.count: auto) or converters"
            )
        if self.counts_partial_sums and not (self.chip.find("accumulator") and self.chip.find("digital_lif")):
            raise MappingError(
                f"{self.level.path} counts partial sums, which needs an accumulator block to add the counts and a "
                "digital_lif block to make spikes of them"
            )
        if self.compute.driver.whole_numbers and self.network.spiking:
            raise MappingError(
                f"{self.compute.driver.path} turns numbers into pulses or voltages and has none in a spiking network; "
                "use a spike_driver"
            )

        charges = isinstance(self.compute, ChargeDomainArray)
        if self.shares and (charges or self.compute.cell.idle_rows_conduct):
            kind = "cells that add charges drive" if charges else "cells without transistors conduct into"
            raise MappingError(
                f"{self.level.path}.sharing is layers, but {kind} every column of a driven row, also those of another "
                "layer; use none, or one_transistor_one_resistor cells"
            )
        if isinstance(self.compute, ChargeDomainArray) and (
            self.compute.neuron is not None or not isinstance(self.compute.driver, SpikeDriver)
        ):
            raise MappingError(
                f"{self.level.path} adds charges: its inputs come bit by bit (input: spike_driver) and its columns are "
                "read by converters (readout: adc)"
            )
        if isinstance(self.compute, ChargeDomainArray) and self.compute.line_buffers:
            raise MappingError(
                f"{self.level.path} adds charges on one plate a column, which buffers cannot cut; leave out "
                "row_buffer and column_buffer"
            )
        if self.integrates and not isinstance(self.compute.driver, SpikeDriver):
            raise MappingError(
                f"{self.compute.readout.path} integrates the bits of an input one after the other, and "
                f"{self.compute.driver.path} applies it at once; use a spike_driver"
            )

    @cached_property
    def held(self) -> Array:
        """One for layers whose weights lie in arrays; zero for others, products of two computed factors among them."""
        t = self.layers
        return np.asarray(t.is_weighted * np.where(t.stationary_elements > 0.0, 0.0, 1.0))

    @property
    def integrates(self) -> bool:
        """Whether one conversion covers all bits of an input."""
        return self.compute.converter is not None and self.compute.converter.integrates

    @property
    def counts_partial_sums(self) -> bool:
        """Whether arrays that share an output have neurons of their own whose spikes are counted and added."""
        readout = self.compute.readout.spec
        return self.compute.neuron is not None and readout.partial_sums == "digital_counter"

    @property
    def reprograms(self) -> bool:
        """Whether the arrays are written anew with the next part of a network that is too large."""
        return bool(self.compute.spec.when_too_small == "reprogram")

    @property
    def shares(self) -> bool:
        """Whether an array may hold pieces of several layers."""
        return bool(self.compute.spec.sharing == "layers")

    @cached_property
    def _block(self) -> tuple[Array, Array]:
        """Rows and columns of one group of each layer, all devices of a weight counted."""
        t, array = self.layers, self.compute
        columns_each, rows_each = array.devices_per_weight()
        rows = (t.reduction + t.recurrent_reduction) * rows_each
        return np.asarray(rows), np.asarray(t.outputs * columns_each * array.slices(self.network))

    def _groups_together(self) -> Array:
        """Groups of a layer that may lie on the diagonal of one array."""
        rows, columns = (np.maximum(side, 1.0) for side in self._block)
        found = equations.groups_per_array(self.options["rows"], self.options["columns"], rows, columns)
        return np.asarray(np.maximum(found, 1.0))

    @cached_property
    def _cut(self) -> tuple[Array, Array]:
        """Arrays over which rows and columns of one group of each layer are split."""
        rows, columns = self._block
        down = equations.block_count(rows, self.options["rows"])
        across = equations.block_count(columns, self.options["columns"])
        return np.asarray(np.maximum(down, 1.0)), np.asarray(np.maximum(across, 1.0))

    @cached_property
    def _copy(self) -> Array:
        """Arrays of one copy of each layer that shares none with others."""
        row_blocks, column_blocks = self._cut
        groups = self.layers.groups
        one_array = np.logical_and(row_blocks == 1.0, column_blocks == 1.0)
        whole = np.where(
            one_array, np.ceil(groups / self._groups_together()), groups * row_blocks * column_blocks
        )
        return np.asarray(self.held * whole)

    @cached_property
    def _sharing(self) -> Sharing | None:
        """Arrays that layers share; currents that meet before a neuron flow at one time, so theirs are not shared."""
        if not self.shares:
            return None
        merged = self.compute.neuron is not None and self.compute.readout.spec.partial_sums == "analog_merge"
        alone = np.logical_and(merged, self._cut[0] > 1.0)
        copies = self._replication(self._copy)
        return share_arrays(
            (self.options["rows"], self.options["columns"]),
            [*self._block, self.layers.groups, self.held * copies, alone],
            self._layer_time(copies), self.options.get("target_interval"),
        )  # fmt: skip

    def place(self) -> Placement:
        """Split every layer over arrays; packed where several groups fit one array, or layers share some."""
        t, array, sharing = self.layers, self.compute, self._sharing
        rows, columns = self._block
        row_blocks, column_blocks = self._cut
        replication = self._replication(self._copy)
        units = self._copy * replication if sharing is None else sharing.units
        cells = self.held * t.groups * rows * columns * replication
        filled = cells / np.maximum(units * self.options["rows"] * self.options["columns"], 1.0)
        uses = t.input_taps / np.maximum(t.input_elements, 1.0)
        neurons = self.held * t.output_elements if array.neuron is not None else 0.0 * t.output_elements
        if self.counts_partial_sums:
            neurons = neurons * row_blocks
        return Placement(
            units=units,
            utilisation=filled,
            replication=replication,
            row_blocks=row_blocks,
            column_blocks=column_blocks,
            reached_units=self.held * column_blocks * np.minimum(replication, np.maximum(uses, 1.0)),
            neurons=np.asarray(neurons),
            shared=False,
            checks=tuple(self._checks(row_blocks)),
            together=None if sharing is None else sharing.needed,
        )

    def turn_time(self, times: Array) -> Array:
        """Layers that share an array take turns on it."""
        return self._sharing.busy(times) if self._sharing is not None else super().turn_time(times)

    def _replication(self, arrays: Array) -> Array:
        """Copies of each layer: what the longest run, the interval or the budget of arrays asks for."""
        t, target = self.layers, self.options.get("target_interval")
        limit = self.options.get("sequential_reads", np.inf)
        copies = np.maximum(np.ceil(t.positions / limit), 1.0)
        most = np.maximum(t.positions, 1.0)
        if target is not None:
            left = np.maximum(target - self._tail_time(), 0.0)
            wanted = equations.replication_for_interval(t.positions, self.cycle_time(), left)
            copies = np.maximum(copies, np.minimum(wanted, most))
        budget = self.options.get("array_budget")
        if budget is not None:
            copies = copies_within(
                t.positions * self.cycle_time(), arrays, copies + 0.0 * arrays, most, budget
            )
        return np.asarray(copies)

    def cycle_time(self) -> Numeric:
        """Time from one position of a layer to the next."""
        array = self.compute
        conversion = array.conversion_time(self.network)
        if self.integrates:
            return np.asarray(np.maximum(array.read_time(self.network) * self.planes, conversion))
        return np.asarray(np.maximum(array.read_time(self.network), conversion) * self.planes)

    def _tail_time(self) -> Numeric:
        """Time after the last read of a step in which the neurons finish."""
        array = self.compute
        if array.neuron is None:
            return 0.0
        late = array.hold_time() if array.frees_array else 0.0
        return late + array.neuron.refractory_time()

    def _checks(self, row_blocks: Array) -> list[Check]:
        t, array = self.layers, self.compute
        loss = array.ir_drop(self.network, np.clip(self._active(), 0.0, 1.0))
        worst = np.max(np.where(self.held > 0.0, loss, 0.0), axis=-1, keepdims=True)
        checks = [
            Check(
                "ir_drop", array.path, "limit", worst <= self.options["ir_drop_limit"],
                "the wires of an array take more of the column current than allowed", worst,
                self.options["ir_drop_limit"],
            )
        ]  # fmt: skip
        if isinstance(array.interface, CurrentClamp):
            current = array.column_current(self.network, np.clip(self._active(), 0.0, 1.0))
            largest = np.max(np.where(self.held > 0.0, current, 0.0), axis=-1, keepdims=True)
            bias = array.interface.device.bias_current
            checks.append(
                Check(
                    "clamp_carries_current", array.interface.path, "limit", largest <= bias,
                    "the mean current of a column exceeds the bias of its clamp", largest, bias, "A",
                )
            )  # fmt: skip
        if array.neuron is not None:
            rate = np.max(np.where(self.held > 0.0, t.output_rate, 0.0), axis=-1, keepdims=True)
            fastest = 1.0 / array.neuron.steps_per_spike() + 0.0 * rate
            checks.append(
                Check(
                    "neuron_keeps_rate", array.neuron.path, "limit", rate <= fastest,
                    "the network's neurons spike more often than full drive in every timestep makes these fire",
                    rate, fastest,
                )
            )  # fmt: skip
        if array.neuron is not None and array.readout.spec.partial_sums == "none":
            most = np.max(np.where(self.held > 0.0, row_blocks, 0.0), axis=-1, keepdims=True)
            checks.append(
                Check(
                    "fan_in_fits", array.path, "refuse", most <= 1.0,
                    "a layer's fan-in exceeds the rows of an array and partial sums cannot be merged; use more "
                    "rows or analog_merge", most, 1.0,
                )
            )  # fmt: skip
        if (
            array.interface is not None
            and array.interface.model == "voltage_mode"
            and array.neuron is not None
        ):
            checks.append(
                Check(
                    "column_counts_spikes", array.path, "limit", array.cell.idle_rows_conduct,
                    "transistors cut the idle rows off, so that an unclamped column shows the mean of the active "
                    "rows and loses how many there are; use a clamp, or cells without transistors",
                )
            )  # fmt: skip
            reached = array.column_voltage(self._active())
            lowest = np.min(np.where(self.held > 0.0, reached, np.inf), axis=-1, keepdims=True)
            wanted = getattr(array.neuron.device, "input_voltage", 0.0)
            checks.append(
                Check(
                    "column_reaches_neuron", array.path, "refuse", lowest >= wanted,
                    "the idle rows attenuate the column below the neuron's input voltage; raise the read voltage "
                    "or use a current_clamp", lowest, wanted, "V",
                )
            )  # fmt: skip
        return checks

    def _active(self) -> Array:
        """Share of the rows of a layer that are active in one read."""
        t = self.layers
        rows = np.maximum(t.reduction + t.recurrent_reduction, 1.0)
        return np.asarray((t.input_bit_density * t.reduction + t.output_rate * t.recurrent_reduction) / rows)

    @property
    def planes(self) -> Numeric:
        """Reads in which an input is applied: one for spikes, pulse widths and voltages, else one for each bit."""
        converter = self.compute.converter
        if isinstance(converter, IntegratingAdc):
            return converter.magnitude_bits(self.network)
        return self.layers.input_bits if self.network.spiking else self.compute.driver.planes(self.network)

    def work(self, placement: Placement) -> Work:
        """Row toggles, cell and column reads, conversions, spikes."""
        t, array, steps = self.layers, self.compute, self.steps * self.planes
        columns_each, rows_each = array.devices_per_weight()
        slices = array.slices(self.network)
        taps = self.held * (self._toggling() * t.input_taps + t.output_rate * t.recurrent_reduction)
        operations = self.held * (
            t.input_bit_density * t.connections + t.output_rate * t.recurrent_connections
        )
        toggles = equations.row_activations(steps * taps, placement.column_blocks, rows_each)
        reads = equations.cell_events(steps * operations, rows_each, columns_each, slices)
        used_columns = self.held * t.positions * t.groups * t.outputs * columns_each * slices
        column_reads = equations.conversions(steps, placement.row_blocks, used_columns)
        driver = array.driver
        actions: dict[tuple[str, str], Numeric] = {
            (array.cell.path, "row_toggle"): toggles,
            (driver.path, "row_toggle"): toggles,
        }
        if np.any(t.groups > 1.0) and array.unused_cells_answer:
            beside = equations.groups_beside(np.maximum(t.groups, 1.0), self._groups_together())
            actions[array.cell.path, "off_diagonal_read"] = toggles * beside * self._block[1]
        if not isinstance(array.interface, IdealInterface):
            actions[array.cell.path, "column_read"] = column_reads
        if driver.whole_numbers:
            actions[driver.path, "input"] = toggles
        if isinstance(driver, SpikeDriver) and driver.shifter is not None:
            actions[driver.shifter.path, "row_toggle"] = toggles
        actions.update(self._reading(placement, reads, column_reads))
        actions.update(self._buffering(toggles, column_reads))
        actions.update(self._clamping(placement, column_reads))
        if array.merge is not None:
            merged = np.logical_or(slices > 1.0, placement.row_blocks > 1.0)
            actions[array.merge.path, "merge"] = np.where(merged, column_reads, 0.0)
        if array.sampler is not None:
            actions[array.sampler.path, "sample"] = column_reads
        rewritten = self.chip.inferences_per_programming
        if rewritten is not None:
            actions[array.cell.path, "program"] = self.programmed_cells(placement) / rewritten
        nothing = 0.0 * t.output_elements
        additions: Numeric = nothing
        updates: Numeric = nothing
        if array.neuron is not None:
            additions, updates = self._neuron_work(placement, array.neuron, actions)
        elif array.converter is not None:
            additions = column_reads / (self.planes if self.integrates else 1.0)
            actions[array.converter.path, "conversion"] = additions
            updates = self.steps * self.held * t.output_elements if self.network.spiking else nothing
        activation = nothing if self.network.spiking else self.held * t.output_elements
        elementwise = self.steps * (t.window_elements * t.output_elements) + activation
        for _, unit in self.chip.find("matrix_unit")[-1:]:
            if np.any(t.stationary_elements > 0.0):
                actions[unit.path, "multiply_accumulate"] = (t.is_weighted - self.held) * t.macs
        counted = {key: np.asarray(count) for key, count in actions.items()}
        return Work(counted, self._traffic(), elementwise, np.asarray(additions), np.asarray(updates))

    def _toggling(self) -> Array:
        """Share of the inputs that move their row in one read."""
        t, array = self.layers, self.compute
        if isinstance(array, ChargeDomainArray) and array.every_input_toggles:
            return np.ones_like(t.input_bit_density)
        return t.input_density if array.driver.whole_numbers else t.input_bit_density

    def _buffering(self, toggles: Numeric, column_reads: Numeric) -> Mapping[tuple[str, str], Numeric]:
        """Values that buffers hand on along rows and columns, and those that pass the stages at the columns."""
        array = self.compute
        passed = {"rows": toggles, "columns": column_reads}
        found: dict[tuple[str, str], Numeric] = {
            (buffer.path, "pass"): passed[lines] * buffer.buffers(self.options[cells])
            for buffer, cells, lines in array.line_buffers
        }
        return found | {(stage.path, "column_read"): column_reads for stage in array.column_stages}

    def _reading(
        self, placement: Placement, reads: Numeric, column_reads: Numeric
    ) -> Mapping[tuple[str, str], Numeric]:
        """Cells that conduct or, where columns add charges, capacitors that the reads of the columns charge."""
        t, array = self.layers, self.compute
        if not isinstance(array, ChargeDomainArray):
            return {(array.cell.path, "cell_read"): reads}
        _, rows_each = array.devices_per_weight()
        used = rows_each * (t.reduction + t.recurrent_reduction) / placement.row_blocks
        active = self._active()
        return {
            (array.cell.path, "charge"): column_reads * array.capacitors_charged(used, active),
            (array.cell.path, "product"): column_reads * array.products_of_one(used, active),
        }

    def product_cycles(self) -> Array:
        """Passes of a systolic array over the factor that stays, head after head."""
        t = self.layers
        units = self.chip.find("matrix_unit")
        if not units or not np.any(t.stationary_elements > 0.0):
            return self.zeros()
        options = units[-1][1].options
        cycles = accelerators.systolic_cycles(
            np.maximum(t.reduction, 1.0), np.maximum(t.outputs, 1.0), t.positions, options["rows"], options["columns"]
        )  # fmt: skip
        return np.asarray((t.is_weighted - self.held) * t.groups * cycles)

    def _neuron_work(
        self, placement: Placement, neuron: Neuron, actions: dict[tuple[str, str], Numeric]
    ) -> tuple[Numeric, Numeric]:
        """Spikes, steps and resets of the neurons; additions and updates where they count partial sums."""
        t, array = self.layers, self.compute
        outputs = self.held * t.output_elements
        spikes = equations.spikes(self.steps, t.output_rate, outputs)
        actions[neuron.path, "spike"] = spikes
        actions[neuron.path, "time_step"] = equations.spikes(self.steps, 1.0, placement.neurons)
        if neuron.reset_between_inferences:
            actions[neuron.path, "inference"] = placement.neurons
        if array.buffer is not None:
            actions[array.buffer.path, "spike"] = spikes
        if not self.counts_partial_sums:
            return 0.0 * spikes, 0.0 * spikes
        split = placement.row_blocks > 1.0
        additions = np.where(split, spikes + self.steps * outputs * (placement.row_blocks - 1.0), 0.0)
        return additions, np.where(split, self.steps * outputs, 0.0)

    def _clamping(self, placement: Placement, column_reads: Numeric) -> Mapping[tuple[str, str], Numeric]:
        """Conveyors at the columns that are read, and stages that hold what neurons integrate."""
        interface = self.compute.interface
        found: dict[tuple[str, str], Numeric] = {}
        if isinstance(interface, CurrentClamp):
            found[interface.path, "column_read"] = column_reads
        if isinstance(interface, SampledClamp):
            held = equations.spikes(self.steps, 1.0, self._held_results(placement))
            found[interface.path, "hold"] = held
        return found

    def _held_results(self, placement: Placement) -> Array:
        """Results that neurons integrate at a time: behind mirrors one a neuron, without them one a column of it."""
        array = self.compute
        if array.merge is not None:
            return placement.neurons
        arrays = 1.0 if self.counts_partial_sums else placement.row_blocks
        columns = array.devices_per_weight()[0] * array.slices(self.network)
        return np.asarray(placement.neurons * arrays * columns)

    def programmed_cells(self, placement: Placement) -> Array:
        """Cells that hold a weight, all copies of a layer counted."""
        held = placement.utilisation * placement.units
        return np.asarray(held * self.options["rows"] * self.options["columns"])

    def writing_time(self, placement: Placement) -> Numeric:
        """Time to write all arrays that the network needs."""
        groups = np.ceil(placement.needed / self.options["arrays_programmed_together"])
        return np.asarray(groups * self.compute.programming_time())

    def _traffic(self) -> list[Traffic]:
        t, bits = self.layers, self.network.activation_bits
        if self.network.spiking:
            return [
                Traffic("activations", self.steps * self.held * self.inputs_active() * self.event_bits,
                        self.steps * self.held * self.inputs_active() * self.event_bits, required=False)
            ]  # fmt: skip
        read = t.input_taps * bits
        traffic = []
        for _, unit in self.chip.find("matrix_unit")[-1:]:
            # the left factor once for each block of columns, the right one once, and sums between blocks of rows
            product = t.is_weighted - self.held
            across = equations.block_count(t.outputs, unit.options["columns"])
            deep = equations.block_count(t.reduction, unit.options["rows"])
            again = np.maximum(across - 1.0, 0.0) * t.input_taps + t.stationary_elements
            read = read + product * again * bits
            sums = product * np.maximum(deep - 1.0, 0.0) * t.output_elements * self.network.accumulator_bits
            traffic.append(Traffic("partial_sums", sums, sums, required=False))
        return [Traffic("activations", np.asarray(read), t.output_elements * bits), *traffic]

    @property
    def event_bits(self) -> Numeric:
        """Bits in which a spike waits in a buffer: its row's address."""
        return equations.block_count(np.log2(self.options["rows"]), 1.0)

    def unit_time(self, placement: Placement) -> Array:
        """Positions one after the other, each read for as long as its neuron integrates, then the refractory time.

        Where the columns' results are kept for the neurons, only the last integration is waited for: every output
        has its own neuron.
        """
        return self._layer_time(placement.replication)

    def _layer_time(self, replication: Array) -> Array:
        reads = np.ceil(self.layers.positions / replication)
        return np.asarray(self.held * (reads * self.cycle_time() + self._tail_time()))

    def slot_instances(self, placement: Placement, units: Numeric) -> Mapping[str, Numeric]:
        """Cells, drivers and column circuits per array; neurons per output of the network."""
        array, rows, columns = self.compute, self.options["rows"], self.options["columns"]
        found: dict[str, Numeric] = {
            array.cell.path: units * rows * columns,
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
        at_columns: tuple[Component[Any] | None, ...] = (
            array.interface, array.merge, array.sampler, *array.column_stages
        )  # fmt: skip
        for circuit in at_columns:
            if circuit is not None:
                found[circuit.path] = units * columns
        if isinstance(array.interface, SampledClamp):
            stages = np.sum(self._held_results(placement), axis=-1, keepdims=True)
            found[array.interface.held] = stages
        at_outputs: tuple[Component[Any] | None, ...] = (array.neuron, array.buffer)
        for owned in at_outputs:
            if owned is not None:
                found[owned.path] = np.sum(placement.neurons, axis=-1, keepdims=True)
        if array.converter is not None:
            found[array.converter.path] = units * np.ceil(
                columns / array.readout.options["columns_per_converter"]
            )
        return found
