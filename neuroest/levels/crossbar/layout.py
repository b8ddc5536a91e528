"""Partitioning of layers into crossbar arrays, replication, and packing."""

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.blocks.base import Component, NetworkContext, chosen
from neuroest.blocks.roles import MultipliesComputedFactors
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.design.chip import Chip, LevelNode
from neuroest.equations import accelerators, counting, crossbar, pipelining
from neuroest.equations import mapping as equations
from neuroest.levels.base import LevelMapping, Mapper, Placement
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.packing import Rows, Sharing, Wanted, copies_within, row_blocks, share_arrays
from neuroest.levels.time_multiplexing import TimeMultiplexing
from neuroest.workloads.layers import LayerTable


class CrossbarLayout(Mapper):
    """Arrays used by each layer, and the time for which it keeps them busy."""

    unit_name = "array"
    compute: CrossbarArray

    def __init__(self, chip: Chip, level: LevelNode, layers: LayerTable, network: NetworkContext) -> None:
        super().__init__(chip, level, layers, network)
        if self.compute.reads_events:
            rows, neuron = self.options["rows"] * self.compute.stacked_arrays(network), self.compute.neuron
            least = network.pace.least_timestep
            if neuron is not None and chip.period is not None:  # a timestep of the data
                work = pipelining.longest_work_in_turns(
                    chip.period, neuron.recovery_time(), self.compute.neurons_per_output
                )
                least = np.maximum(least, np.maximum(work, 0.0) / self.layers.timesteps)
            self.network = replace(
                network, events=self._events(), active_share=1.0 / rows + 0.0 * network.fan_in,
                pace=replace(network.pace, least_timestep=least),
            )  # fmt: skip
        array = self.compute
        if array.converter is not None:
            together = np.minimum(array.merged_groups(network), array.converters_each())
            self.network = replace(
                self.network, result_bits=np.ceil(array.resolution(network)), results_together=together
            )

    @property
    def follows_data(self) -> bool:  # type: ignore[override]
        """Whether each event is read when it comes."""
        return self.compute.reads_events

    def _events(self) -> Array:
        """Input spikes of an output per timestep if each is a separate read; one for layers without input spikes."""
        t = self.layers
        spikes = t.input_bit_density * t.input_taps + t.output_rate * t.recurrent_reduction
        found = self.on_array * spikes / np.maximum(t.positions * t.groups, 1.0)
        return np.asarray(np.where(found > 0.0, found, 1.0))

    def longest_step(self, placement: Placement, step: Array) -> Array:
        """Longest step; events do not arrive faster than the data contains them."""
        own = super().longest_step(placement, step)
        return (
            np.asarray(np.maximum(own, self.network.pace.least_timestep))
            if self.compute.reads_events
            else own
        )

    def passage_time(self) -> Array | None:
        """Time from an event at a layer to the resulting spike, if each event is read separately."""
        array = self.compute
        if not array.reads_events:
            return None
        return np.asarray(self.on_array * (array.drive_time(self.network) + array.hold_time(self.network)))

    @cached_property
    def on_array(self) -> Array:
        """One for layers whose weights are in arrays; zero for others, including products of two computed factors."""
        t = self.layers
        return np.asarray(t.is_weighted * np.where(t.stationary_elements > 0.0, 0.0, 1.0))

    @property
    def weight_store(self) -> Component[Any]:
        """The cells."""
        return self.compute.cell

    @property
    def counts_partial_sums(self) -> bool:
        """Whether each array of a shared output has its own neurons, whose spikes are counted and added."""
        readout = self.compute.readout.spec
        return self.compute.neuron is not None and readout.partial_sums == "digital_counter"

    reprograms: bool = chosen("oversize", "time_multiplex")
    """Whether arrays are rewritten with the next part of a network that does not fit."""

    shares: bool = chosen("sharing", "layers")
    """Whether an array may contain parts of several layers."""

    @property
    def placed_by_time(self) -> bool:  # type: ignore[override]
        """Whether the time of a read decides how many copies a layer has, or which layers share an array."""
        return self.shares or bool({"target_interval", "array_budget"} & self.options.keys())

    @cached_property
    def block(self) -> tuple[Array, Array]:
        """Rows and columns of one group of each layer, including all devices of a weight."""
        t, array = self.layers, self.compute
        columns_each, rows_each = array.weights.devices_per_weight()
        rows = (t.reduction + t.recurrent_reduction) * rows_each
        return np.asarray(rows), np.asarray(t.outputs * columns_each * array.weights.slices(self.network))

    def groups_together(self) -> Array:
        """Groups of a layer that fit on the diagonal of one array."""
        rows, columns = (np.maximum(side, 1.0) for side in self.block)
        found = equations.groups_per_array(self.options["rows"], self.options["columns"], rows, columns)
        return np.asarray(np.maximum(found, 1.0))

    @cached_property
    def _cut(self) -> tuple[Array, Array]:
        """Arrays along the rows and along the columns of one group of each layer."""
        rows, columns = self.block
        down = equations.block_count(rows, self.options["rows"])
        across = equations.block_count(columns, self.options["columns"])
        return np.asarray(np.maximum(down, 1.0)), np.asarray(np.maximum(across, 1.0))

    @cached_property
    def row_reads(self) -> Array:
        """Blocks of rows whose columns are read, over all arrays that one group of each layer is cut into.

        A stack of arrays with joined columns is one block.
        """
        if self.compute.stacks_columns:
            return np.ones_like(self.block[0])
        rows = crossbar.row_groups(self.block[0], self.options["rows"], self.compute.rows_at_once())
        return np.asarray(np.maximum(rows, 1.0))

    @cached_property
    def reads_in_array(self) -> Array:
        """Row blocks that one array of each layer reads in sequence."""
        array = equations.block_count(self.options["rows"], self.compute.rows_at_once())
        return np.asarray(np.where(self._cut[0] > 1.0, array, self.row_reads))

    @cached_property
    def kinds_of_blocks(self) -> tuple[tuple[tuple[Array, Array], ...], Array]:
        """Weights in each kind of row block read at once, on a last axis, and how often one is active in a read.

        Inputs come first, outputs that layers feed back into themselves after them if there are any; then how many
        blocks of each kind a layer has.
        """
        t, array = self.layers, self.compute
        each = array.rows_at_once()
        rows = array.options["rows"]
        devices = array.weights.devices_per_weight()[1]
        if array.stacks_columns:
            each = rows = np.maximum(self.block[0], 1.0)
        found = row_blocks(t.reduction, t.recurrent_reduction, Rows(rows, each, devices))
        toggles = array.cell.signed_product
        share, rate = (
            1.0 + 0.0 * t.reduction if toggles else share for share in (t.input_bit_density, t.output_rate)
        )
        active = [np.clip(each_read, 0.0, 1.0)[..., np.newaxis] for each_read in (share, rate)]
        both = tuple(zip((found.inputs, found.fed_back), active, strict=True))
        return both if np.any(t.recurrent_reduction > 0.0) else both[:1], found.times

    def read_blocks(self) -> Array:
        """Row blocks read for an output in a timestep: one per event, or all blocks that are read."""
        if self.compute.reads_events:
            return np.asarray(self.on_array * self.network.events)
        if self.spec.silent_blocks == "read":
            return self.row_reads
        ((own, share), *fed_back), times = self.kinds_of_blocks
        if self.compute.driver.whole_numbers or self.compute.adds_pulses:
            # one read for all bits of an input, which any of them wakes
            share = np.clip(self.layers.input_density, 0.0, 1.0)[..., np.newaxis]
        silent = counting.silent_block_share(own, share)
        for rows, rate in fed_back:
            silent = silent * counting.silent_block_share(rows, rate)
        return np.asarray(np.sum(times * (1.0 - silent), axis=-1))

    @cached_property
    def _copy(self) -> Array:
        """Arrays of one copy of each layer, without sharing."""
        row_blocks, column_blocks = self._cut
        groups = self.layers.groups
        one_array = np.logical_and(row_blocks == 1.0, column_blocks == 1.0)
        whole = np.where(
            one_array, np.ceil(groups / self.groups_together()), groups * row_blocks * column_blocks
        )
        return np.asarray(self.on_array * whole)

    @cached_property
    def adds_conversions(self) -> Array:
        """One for layers whose results combine several conversions: of slices, lines, input bits or arrays."""
        columns_each, _ = self.compute.weights.devices_per_weight()
        columns = (
            columns_each
            * self.compute.weights.slices(self.network)
            / self.compute.merged_columns(self.network)
        )
        several = self.conversions_each * columns * self.row_reads > 1.0
        return np.asarray(self.on_array * several)

    def pending_partial_sums(self) -> Array:
        """Partial sums of a step that wait because a layer's arrays work in different time slots."""
        if self._sharing is None:
            return self.zeros()
        columns_each, _ = self.compute.weights.devices_per_weight()
        split = np.where(self._cut[0] > 1.0, self._sharing.waiting, 0.0)
        of_a_copy = self.layers.positions / np.maximum(self._copies, 1.0)
        return np.asarray(split / (columns_each * self.compute.weights.slices(self.network)) * of_a_copy)

    @cached_property
    def _sharing(self) -> Sharing | None:
        """Arrays that layers share; arrays whose currents merge before a neuron are not shared."""
        if not self.shares:
            return None
        merged = self.compute.neuron is not None and self.compute.readout.spec.partial_sums == "analog_merge"
        alone = np.logical_and(merged, self._cut[0] > 1.0)
        rows, columns = self.block
        return share_arrays(
            Wanted(
                rows, columns, self.layers.groups, self.on_array * self._least_copies(),
                self.on_array * self._most_copies(),
                alone + 0.0, self.cycle_time() + 0.0 * rows, self.layers.positions + 0.0 * rows,
                self._tail_time() + 0.0 * rows, _layered(self.options["rows"]), _layered(self.options["columns"]),
                _layered(self.options.get("target_interval", np.inf)),
                _layered(self.options.get("array_budget", np.inf)),
            )
        )  # fmt: skip

    def _parallel(self) -> Array:
        """Positions that can be processed in parallel; the steps of a recurrent cell cannot."""
        return np.asarray(self.layers.positions / np.maximum(self.layers.sequential_steps, 1.0))

    def _most_copies(self) -> Array:
        """Maximum useful number of copies of a layer."""
        return np.asarray(np.maximum(self._parallel(), 1.0))

    def _least_copies(self) -> Array:
        """Minimum number of copies for the limit on sequential reads and for the target interval."""
        target = self.options.get("target_interval")
        copies = np.maximum(np.ceil(self._parallel() / self.options.get("sequential_reads", np.inf)), 1.0)
        if target is not None:
            left = np.maximum(target - self._tail_time(), 0.0)
            wanted = equations.replication_for_interval(self.layers.positions, self.cycle_time(), left)
            copies = np.maximum(copies, np.minimum(wanted, self._most_copies()))
        return np.asarray(copies)

    @cached_property
    def _copies(self) -> Array:
        """Copies of each layer for the limit on sequential reads, the target interval or the array budget.

        A budget counts arrays as they are in the end, after layers have been put next to each other.
        """
        copies, budget = self._least_copies(), self.options.get("array_budget")
        if budget is None:
            return copies
        if self._sharing is not None:
            return np.where(self.on_array > 0.0, self._sharing.copies, copies)
        work = self.layers.positions * self.cycle_time()
        return copies_within(work, self._copy, copies + 0.0 * self._copy, self._most_copies(), budget)

    def cycle_time(self) -> u.Numeric:
        """Time between successive positions of a layer."""
        reads = self.network.events if self.compute.reads_events else self.reads_in_array
        return np.asarray(self.compute.schedule(self.network).interval * self.conversions_each * reads)

    def share_at_peak(self, placement: Placement) -> u.Dimensionless:
        """All of the time where the clock of the reads is stated: their number is a count."""
        return 0.0 if self.compute.read_schedule.cycle is None else 1.0

    def peak_rate(self) -> u.Numeric:
        """Peak operations per second of an array: every weight is used once per position, in the fastest layer."""
        columns_each, rows_each = self.compute.weights.devices_per_weight()
        held = self.options["rows"] / rows_each * self.options["columns"] / columns_each
        times = np.where(self.on_array > 0.0, self.cycle_time(), np.inf)
        fastest = np.min(times + 0.0 * self.on_array, axis=-1, keepdims=True)
        return np.asarray(2.0 * held / self.compute.weights.slices(self.network) / fastest)

    @property
    def conversions_each(self) -> u.Numeric:
        """Results of an input that are converted separately: of its digits, its signs, and its repeated reads."""
        digits = 1.0 if self.compute.adds_pulses else self.planes
        return digits * self.compute.read_schedule.results_of_phase

    def product_time(self) -> Array:
        """Time from the inputs of a position at the rows to its converted results, or to the spikes of its neurons."""
        return np.asarray(self.on_array * (self.cycle_time() + self._tail_time())) + self.drain_time()

    def drain_time(self) -> Array:
        """Time to convert held results after the last read of a layer."""
        return np.asarray(self.on_array * self.compute.schedule(self.network).held)

    def _tail_time(self) -> u.Numeric:
        """Time that the neurons need after the last read of a step."""
        array = self.compute
        if array.neuron is None:
            return 0.0
        hold = array.hold_time(self.network)
        late = hold if array.samples_columns else 0.0
        return late + array.neuron.time_after_drive(hold)

    def neuron_time(self) -> u.Numeric:
        """Part of a step that the neurons determine: their last integration, or that of all events."""
        array = self.compute
        if array.neuron is not None and array.reads_events:
            return array.drive(self.network).busy_time(array.hold_time(self.network))
        if (
            array.neuron is not None and not array.samples_columns
        ):  # columns are read for as long as neurons integrate
            return self._tail_time() + array.hold_time(self.network)
        return self._tail_time()

    def unit_time(self, placement: Placement) -> Array:
        """Time of all positions in series, each read for as long as its neuron integrates, and of the refractory time.

        Where the columns' results are kept for the neurons, only the last integration is waited for: every output
        has its own neuron.
        """
        reads = np.ceil(self.layers.positions / placement.replication)
        if self.compute.reads_events:  # the capacitors take the next event while the neurons integrate
            return np.asarray(self.on_array * np.maximum(reads * self.cycle_time(), self.neuron_time()))
        return np.asarray(self.on_array * (reads * self.cycle_time() + self._tail_time()))

    def time_sharing(self) -> TimeMultiplexing:
        """Time multiplexing of layers that share an array."""
        return self._sharing.time_sharing if self._sharing is not None else super().time_sharing()

    @property
    def planes(self) -> u.Numeric:
        """Reads per input: one for spikes, pulse widths and voltages, otherwise one per bit."""
        array = self.compute
        if array.adds_pulses:
            return array.pulses_converted(self.network)
        if self.network.spiking:
            return self.layers.input_bits
        bits = array.read_schedule.input_bits(self.network)
        return crossbar.input_digits(bits, array.phase_bits(self.network))

    def writers(self) -> list[Component[Any]]:
        """The cells and their write circuits."""
        return self.compute.writers

    def programmed_cells(self, placement: Placement) -> Array:
        """Cells that hold a weight, in all copies of a layer."""
        held = placement.utilisation * placement.units
        return np.asarray(held * self.options["rows"] * self.options["columns"])

    def writing_time(self, mapped: LevelMapping) -> u.Numeric:
        """Time to write all arrays that the network needs, in several passes if the chips have fewer."""
        chips, together = mapped.counts[self.chip.top.path], self.options["arrays_programmed_together"]
        each = mapped.counts[self.level.path] / chips
        needed = mapped.placement.needed
        full = np.floor(np.maximum(needed - 1.0, 0.0) / (each * chips))
        last = np.minimum(needed - full * each * chips, each)
        groups = full * np.ceil(each / together) + np.ceil(last / together)
        return np.asarray(groups * self.compute.writing.time)

    def driven_share(self) -> Array:
        """Share of the rows of an array that are active at a time."""
        if self.compute.reads_events:
            return np.asarray(self.on_array * self.network.active_share)
        at_once = self.compute.rows_at_once() / self.options["rows"]
        return np.asarray(np.clip(self.active_share(), 0.0, 1.0) * at_once)

    def active_share(self) -> Array:
        """Share of the rows of a layer that are active in the reads of one phase."""
        t = self.layers
        rows = np.maximum(t.reduction + t.recurrent_reduction, 1.0)
        return np.asarray((t.input_bit_density * t.reduction + t.output_rate * t.recurrent_reduction) / rows)

    def product_cycles(self) -> Array:
        """Passes of a systolic array over the stationary factor, one head after another."""
        t = self.layers
        units = self.chip.find(MultipliesComputedFactors)
        if not units or not np.any(t.stationary_elements > 0.0):
            return self.zeros()
        options = units[-1][1].options
        cycles = accelerators.systolic_cycles(
            np.maximum(t.reduction, 1.0), np.maximum(t.outputs, 1.0), t.positions, options["rows"], options["columns"]
        )  # fmt: skip
        return np.asarray((t.is_weighted - self.on_array) * t.groups * cycles)

    def partial_sum_bits(self) -> u.Numeric:
        """Bits of a partial sum: of a converter, or a spike count; zero for currents added on a neuron's line."""
        if self.compute.converter is not None:
            return self.network.accumulator_bits
        if self.counts_partial_sums:
            bits = equations.block_count(np.log2(self._cut[0] + 1.0), 1.0)
            # where nothing fired nothing is sent
            return np.asarray(bits * np.minimum(self.layers.output_rate, 1.0))
        return 0.0

    @property
    def event_bits(self) -> u.Numeric:
        """Bits of a spike in a buffer: the address of its row."""
        return equations.block_count(np.log2(self.options["rows"]), 1.0)


def _layered(value: u.Numeric) -> Array:
    """A value for all layers, with a layer axis."""
    return np.asarray(value, dtype=float).reshape(np.shape(value) or (1,))
