"""Action counts of crossbar arrays, their drivers and their read-out."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.blocks import roles
from neuroest.blocks.columns.interfaces import CurrentClamp
from neuroest.blocks.neurons.base import Neuron
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.equations import counting, crossbar, multiplexing
from neuroest.equations import mapping as equations
from neuroest.levels.base import LevelCounts, Placement, Traffic
from neuroest.levels.crossbar.layout import CrossbarLayout
from neuroest.workloads.shapes import GATES


class ArrayActions:
    """Action counts of one inference, for layers at these places."""

    def __init__(self, mapper: CrossbarLayout, placement: Placement) -> None:
        self.mapper, self.placement, self.array = mapper, placement, mapper.compute
        self.layers, self.network, self.chip = mapper.layers, mapper.network, mapper.chip
        self.on_array, self.steps = mapper.on_array, mapper.steps

    def counts(self) -> LevelCounts:
        """Row toggles, cell and column reads, conversions, spikes."""
        t, array, steps = self.layers, self.array, self._reads_of_an_input
        columns_each, rows_each = array.weights.devices_per_weight()
        slices = array.weights.slices(self.network)
        taps = self.on_array * (self._toggling * t.input_taps + t.output_rate * t.recurrent_reduction)
        operations = self.on_array * (
            t.input_bit_density * t.connections + t.output_rate * t.recurrent_connections
        )
        toggles = counting.row_activations(steps * taps, self.placement.column_blocks, rows_each)
        reads = counting.cell_events(steps * operations, rows_each, columns_each, slices)
        used_columns = self.on_array * t.positions * t.groups * t.outputs * columns_each * slices
        signs = array.read_schedule.sign_phases
        column_reads = counting.conversions(signs * steps, self.mapper.read_blocks(), used_columns)
        driver = array.driver
        pulses = toggles * self._row_pulses()
        lines = pulses * self._pulses_of_a_number()
        actions: dict[tuple[str, str], u.Numeric] = {
            (array.cell.path, "row_toggle"): lines,
            (driver.path, "row_toggle"): lines / (rows_each if driver.drives_pairs else 1.0),
        }
        if np.any(t.groups > 1.0) and array.cell.unselected_cells_conduct:
            others = equations.off_diagonal_groups(np.maximum(t.groups, 1.0), self.mapper.groups_together())
            actions[array.cell.path, "off_diagonal_read"] = toggles * others * self.mapper.block[1]
        if driver.whole_numbers:
            actions[driver.path, "input"] = pulses / rows_each  # both rows of a pair have one conversion
        if isinstance(driver, roles.DrivesOneBit) and driver.shifter is not None:
            actions[driver.shifter.path, "row_toggle"] = pulses
        # one read per array and per group of a layer, since groups differ in inputs
        references = self._array_reads if array.weights.reference_columns else 0.0
        results = column_reads / array.merged_columns(self.network) + references
        column_reads = column_reads + references
        conversions = results / self._reads_of_a_conversion
        if array.weights.reference_columns:
            actions[array.cell.path, "reference_read"] = toggles
        if not isinstance(array.interface, roles.IdealColumn):
            actions[array.cell.path, "column_read"] = column_reads * array.stacked_arrays(self.network)
        actions.update(self._reading(reads, toggles, column_reads))
        actions.update(self._clamping(reads, column_reads))
        if array.merge is not None:
            actions[array.merge.path, "merge"] = np.where(self._merges(), column_reads, 0.0)
        if array.sampler is not None:
            actions[array.sampler.path, "sample"] = (
                results if array.read_schedule.shares_bits else conversions
            )
        actions.update(self._writing())
        actions.update(self._switching(conversions))
        nothing = 0.0 * t.output_elements
        additions: u.Numeric = nothing
        updates: u.Numeric = nothing
        if array.neuron is not None:
            additions, updates = self._neuron_work(array.neuron, actions)
        elif array.converter is not None:
            actions[array.converter.path, "conversion"] = conversions
            additions = conversions * self.mapper.adds_conversions + self._offset_additions()
            updates = self.steps * self.on_array * t.output_elements if self.network.spiking else nothing
        if np.any(t.stationary_elements > 0.0):  # products of two computed factors, which no array stores
            actions |= {
                (unit.path, "multiply_accumulate"): (t.is_weighted - self.on_array) * t.macs
                for _, unit in self.chip.find(roles.MultipliesComputedFactors)[-1:]
            }
        counted = {key: np.asarray(count) for key, count in actions.items()}
        return LevelCounts(
            counted, self._traffic(), self.mapper.elementwise(), np.asarray(additions), np.asarray(updates)
        )

    @cached_property
    def _reads_of_an_input(self) -> u.Numeric:
        """Reads of an array for one input, for one of its signs: its timesteps, its digits, and those of a result."""
        return self.steps * self.mapper.planes * self.array.read_schedule.reads_per_result

    @cached_property
    def _reads_of_a_conversion(self) -> u.Numeric:
        """Reads of a column that one conversion takes: of the bits of an input, and of a result that takes several."""
        bits = self.mapper.planes if self.array.adds_pulses else 1.0
        return bits * self.array.read_schedule.reads_per_conversion

    def _merges(self) -> Any:
        """Whether columns of a layer are joined: slices or pairs for a converter, slices or arrays for a neuron."""
        array = self.array
        if array.converter is not None:
            return array.merged_columns(self.network) > 1.0
        several = np.logical_and(self.placement.row_blocks > 1.0, not array.stacks_columns)
        return np.logical_or(array.weights.slices(self.network) > 1.0, several)

    def _writing(self) -> Mapping[tuple[str, str], u.Numeric]:
        """Cells rewritten per inference."""
        rewritten = self.mapper.inferences_per_writing
        if rewritten is None:
            return {}
        cells = self.mapper.programmed_cells(self.placement) / rewritten
        return {(writer.path, "program"): cells for writer in self.mapper.writers()}

    @cached_property
    def _array_reads(self) -> Array:
        """Array reads, counted separately for each group of a layer."""
        t = self.layers
        each = self.on_array * t.positions * t.groups * self.placement.column_blocks
        reads = self._reads_of_an_input * self.array.read_schedule.sign_phases
        return np.asarray(counting.conversions(reads, self.mapper.read_blocks(), each))

    @cached_property
    def _inputs_switched(self) -> Array:
        """Inputs of the multiplexer at a column: the columns of a converter, or the neurons that share a column."""
        array = self.array
        if array.converter is not None:
            return np.asarray(array.columns_switched(self.network) + 0.0 * self.on_array)
        neurons = np.ceil(self.layers.positions / np.maximum(self.placement.replication, 1.0))
        neurons = neurons * array.neurons_per_output
        # the other layers of a shared array are connected by one more way
        return np.asarray(np.maximum(neurons, 1.0) + (1.0 if self.mapper.shares else 0.0))

    def switch_instances(self, units: u.Numeric) -> tuple[u.Numeric, u.Numeric]:
        """Transmission gates of the whole chip, and the logic gates that select among them."""
        array, inputs = self.array, self._inputs_switched
        switches = array.multiplexer
        if switches is None:
            return 0.0, 0.0
        levels = switches.options["levels"]
        gates = np.asarray(multiplexing.multiplexer_gates(inputs, levels))
        selecting = np.asarray(multiplexing.select_gates(inputs, levels, switches.device.counter_gates))
        if array.converter is not None:  # the same for all layers, and there in arrays that hold none
            return units * array.converters_each() * gates[..., :1], units * selecting[..., :1]
        lines = self.held_results * array.neurons_per_output / inputs
        return (
            np.sum(lines * gates, axis=-1, keepdims=True),
            np.sum(
                self.placement.units / array.stacked_arrays(self.network) * selecting, axis=-1, keepdims=True
            ),
        )

    def _switching(self, conversions: u.Numeric) -> Mapping[tuple[str, str], u.Numeric]:
        """Values passed by the switches, the lines that they charge, and the steps of the select logic."""
        array, switches = self.array, self.array.multiplexer
        if switches is None:
            return {}
        inputs, levels = self._inputs_switched, switches.options["levels"]
        several = inputs > 1.0
        if array.converter is not None:
            converted = self._reads_of_a_conversion
            passes = conversions
            steps = self._array_reads * inputs / converted
        else:
            passes = self._drives(self.held_results)
            steps = self._array_reads
        passes, steps = np.where(several, passes, 0.0), np.where(several, steps, 0.0)
        gates = multiplexing.multiplexer_gates(inputs, levels)
        on_path = multiplexing.path_gates(inputs, levels)
        # columns lie in one row; neurons in rows one above the other, so that each line passes its own gates only
        pitches = gates if array.converter is not None else on_path
        logic = multiplexing.select_switching(inputs, switches.device.counter_gates)
        return {
            (switches.path, "switch"): passes * gates / inputs,
            (switches.path, "line_junction"): passes * on_path,
            (switches.path, "line_pitch"): passes * pitches,
            (switches.path, "select"): steps * logic,
            (switches.path, "select_line"): steps,
        }

    def _offset_additions(self) -> u.Numeric:
        """Offset subtractions, one per result, and the sum of the inputs if it is formed digitally."""
        t, reference = self.layers, self.array.weights.offset_subtraction
        if reference == "none":
            return 0.0
        subtracted = self.steps * self.on_array * t.output_elements
        if reference == "reference_column":
            return subtracted
        inputs = t.input_density * t.input_taps + t.output_rate * t.recurrent_reduction
        return subtracted + self.steps * self.on_array * inputs

    @cached_property
    def _toggling(self) -> Array:
        """Share of the inputs that toggle their row in one read."""
        t, array = self.layers, self.array
        if array.cell.signed_product:
            return np.ones_like(t.input_bit_density)
        if not array.driver.whole_numbers:
            return t.input_bit_density
        bits = array.phase_bits(self.network)
        digit = crossbar.active_digit_probability(t.input_bit_density, bits)
        return np.where(
            bits < array.read_schedule.input_bits(self.network),
            np.minimum(digit, t.input_density),
            t.input_density,
        )

    def _row_pulses(self) -> u.Numeric:
        """Times that a row is raised for one pulse of an input: once per group of columns that needs it."""
        array, schedule = self.array, self.array.read_schedule
        timed = array.driver.whole_numbers and not array.driver.analog
        if not schedule.in_turn:
            return 1.0
        one_by_one = schedule.input_bits(self.network) if schedule.binary else 1.0
        bits = array.phase_bits(self.network) if timed else one_by_one
        # a single bit stays on for all groups
        return np.where(np.asarray(bits) > 1.0, array.columns_switched(self.network), 1.0)

    def _pulses_of_a_number(self) -> u.Numeric:
        """Pulses of a row for an input that is not zero: one, or as many as its digit where the rows count."""
        if not self.array.driver.counts_pulses or self.network.spiking:
            return 1.0
        largest = np.exp2(self.array.phase_bits(self.network)) - 1.0
        number, share = self.layers.input_bit_density * largest, self._toggling
        return np.where(share > 0.0, number / np.where(share > 0.0, share, 1.0), 1.0)

    def _reading(
        self, reads: u.Numeric, toggles: u.Numeric, column_reads: u.Numeric
    ) -> Mapping[tuple[str, str], u.Numeric]:
        """Buffers and stages along the lines, and the cells."""
        array, passed = self.array, {"rows": toggles, "columns": column_reads}
        actions: dict[tuple[str, str], u.Numeric] = {
            (buffer.path, "pass"): passed[lines] * buffer.buffers(self.mapper.options[cells])
            for buffer, cells, lines in array.line_buffers
        }
        actions |= {(stage.path, "column_read"): column_reads for stage in array.column_stages}
        used = self.mapper.block[0] / self.mapper.row_reads
        of_cells = array.cell.read_counts(
            self.network, array.at_rest, reads, column_reads, used, self.mapper.active_share()
        )
        return actions | {(array.cell.path, action): count for action, count in of_cells.items()}

    def _neuron_work(
        self, neuron: Neuron, actions: dict[tuple[str, str], u.Numeric]
    ) -> tuple[u.Numeric, u.Numeric]:
        """Spikes, steps and resets of the neurons; additions and updates where they count partial sums."""
        t, array = self.layers, self.array
        outputs = self.on_array * t.output_elements
        spikes = counting.spikes(self.steps, t.output_rate, outputs)
        actions[neuron.path, "spike"] = spikes
        actions[neuron.path, "time_step"] = self._drives(self.placement.neurons)
        if neuron.reset_between_inferences:
            actions[neuron.path, "inference"] = self.placement.neurons
        if array.buffer is not None:
            actions[array.buffer.path, "spike"] = spikes
        if not self.mapper.counts_partial_sums:
            return 0.0 * spikes, 0.0 * spikes
        split = self.placement.row_blocks > 1.0
        additions = np.where(split, spikes + self.steps * outputs * (self.placement.row_blocks - 1.0), 0.0)
        return additions, np.where(split, self.steps * outputs, 0.0)

    def _clamping(self, reads: u.Numeric, column_reads: u.Numeric) -> Mapping[tuple[str, str], u.Numeric]:
        """Conveyors at the columns in use, and stages that store the inputs of the neurons."""
        array, interface = self.array, self.array.front_end(self.network)
        actions: dict[tuple[str, str], u.Numeric] = {}
        if isinstance(interface, roles.ClampsColumn):
            # where a sink takes the bias, the cells bring a part of it at their own supply, and no more energy is taken
            # off it than that supply is charged for; as much current of opposed rows leaves a column as enters it
            brought: u.Numeric = 0.0
            if not (array.opposed or (isinstance(interface, CurrentClamp) and interface.follows_column)):
                cell = array.weights.conductance(self.network) * array.options["read_voltage"]
                cell = cell * array.current_left(self.network)
                supply = interface.technology.supply_voltage
                charged = np.minimum(array.read_supply_voltage() / supply, 1.0)
                brought = reads * cell * charged / interface.device.bias_current
            actions[interface.path, "column_bias"] = np.maximum(column_reads - brought, 0.0)
        if isinstance(interface, roles.CouplesDirectly):
            actions[interface.path, "couple"] = column_reads
        if isinstance(interface, roles.HoldsResults):
            actions[interface.path, "hold"] = self._drives(self.held_results)
        return actions

    def _drives(self, driven: Array) -> u.Numeric:
        """How often neurons are driven in an inference: once a timestep, or once for each event that reaches them."""
        return counting.spikes(self.steps, self.network.events, driven)

    @cached_property
    def held_results(self) -> Array:
        """Results integrated at a time: one per neuron behind mirrors, or one per column of the neuron."""
        array = self.array
        if array.merge is not None:
            return self.placement.neurons
        arrays = 1.0 if self.mapper.counts_partial_sums or array.stacks_columns else self.placement.row_blocks
        columns = array.weights.devices_per_weight()[0] * array.weights.slices(self.network)
        return np.asarray(self.placement.neurons * arrays * columns)

    def _traffic(self) -> list[Traffic]:
        t, bits = self.layers, self.network.activation_bits
        if self.network.spiking:
            # every memory in reach of the layer has the events that enter it written into it, and read once
            numbers = t.input_rate * t.input_elements * self.mapper.value_bits()
            events = (
                self.steps * self.on_array * (self.mapper.inputs_active() * self.mapper.event_bits + numbers)
            )
            one = np.asarray(self.mapper.event_bits + self.mapper.value_bits())
            return [
                Traffic("activations", events, events, required=False, inputs=events, item=one),
                *self._waiting_sums(),
            ]
        read = t.input_taps * bits
        inputs = self.on_array * (t.input_elements + t.recurrent_reduction) * bits
        traffic = self._waiting_sums()
        # cell states of long short-term memories, read and written in each step in addition to the output
        hidden = t.output_elements / np.maximum(t.positions, 1.0)
        is_long = self.on_array * (t.window_elements > 0.0) * (t.outputs == GATES["lstm"] * hidden)
        if np.any(is_long > 0.0):
            moved = np.asarray(is_long * t.output_elements * self.network.accumulator_bits)
            traffic.insert(
                0, Traffic("state" if self.mapper.memory("state") else "activations", moved, moved)
            )
        for _, unit in self.chip.find(roles.MultipliesComputedFactors)[-1:]:
            # the left factor once for each block of columns, the right one once, and sums between blocks of rows
            product = t.is_weighted - self.on_array
            across = equations.block_count(t.outputs, unit.options["columns"])
            deep = equations.block_count(t.reduction, unit.options["rows"])
            again = np.maximum(across - 1.0, 0.0) * t.input_taps + t.stationary_elements
            read = read + product * again * bits
            sums = product * np.maximum(deep - 1.0, 0.0) * t.output_elements * self.network.accumulator_bits
            traffic.append(Traffic("partial_sums", sums, sums, required=False))
        entering = np.array([t.input_elements_total if -1 in sources else 0.0 for sources in t.reads])
        written = t.output_elements * self.network.written_bits + entering * bits
        return [
            Traffic(
                "activations",
                np.asarray(read),
                np.asarray(written),
                inputs=np.asarray(inputs),
                distinct=np.asarray(inputs),
                held=np.asarray(t.line_buffer_elements * bits),
            ),
            *traffic,
        ]

    def _waiting_sums(self) -> list[Traffic]:
        """Partial sums in shared arrays, written and read again between the time slots of a layer's arrays."""
        moved = np.asarray(self.steps * self.mapper.pending_partial_sums() * self.mapper.partial_sum_bits())
        return [Traffic("partial_sums", moved, moved, required=False)] if np.any(moved > 0.0) else []
