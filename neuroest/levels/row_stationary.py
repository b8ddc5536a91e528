"""Array of multiply-accumulate units that each keep one row of a kernel."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from neuroest.blocks.base import Structural, slot
from neuroest.blocks.digital.multiply_accumulate import MultiplyAccumulateBlock
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accelerators, adder_trees, mapping
from neuroest.levels.base import LevelCounts, Placement, Traffic
from neuroest.levels.digital_array import DigitalArrayMapper
from neuroest.levels.digital_layers import SkipsZeros
from neuroest.specs.base import Count, CountOrUnlimited, Frequency
from neuroest.specs.blocks import AnyMemoryBlock


class RowStationaryLevel(SkipsZeros):
    """Array of multiply-accumulate units that each keep one row of a kernel and slide it over a row of the input."""

    slots = ("unit", "filter_memory")
    mapper: Literal["row_stationary"]
    """The mapper of this level."""
    rows: Count
    """Rows of units: the rows of a kernel."""
    columns: Count
    """Columns of units: the rows of an output map."""
    filters_per_unit: Count
    """Filters that a unit processes in turn with the same input."""
    channels_per_unit: Count
    """Maximum number of input channels that a unit accumulates before it passes on a partial sum."""
    inputs_per_unit: CountOrUnlimited = "unlimited"
    """Inputs stored in a unit: one window of kernel width for each of its channels."""
    sums_per_cycle: CountOrUnlimited = "unlimited"
    """Partial sums that enter the array per cycle; the same number leaves it."""
    gating: Literal["none", "zero_inputs"]
    """zero_inputs: a unit neither reads its storage nor multiplies if the input is zero. This saves energy but no
    time."""
    clock_frequency: Frequency
    """Clock."""
    batch: Count
    """Inferences that share one loading of the weights."""
    unit: MultiplyAccumulateBlock
    """The processing element."""
    filter_memory: AnyMemoryBlock | None = None
    """Filter memory of each unit. Without one, the unit's own storage contains the filters."""


@frozen_dataclass(eq=False)
class _Pass:
    """What the units work on between two exchanges of partial sums with the buffer.

    Attributes
    ----------
    filters, channels : array
        Filters and input channels of one pass.
    input_rows : array
        Rows of the input that all strips of the map read, those that two strips share counted twice.
    """

    filters: Array
    channels: Array
    input_rows: Array


class RowStationaryMapper(DigitalArrayMapper):
    """Row-stationary: every unit convolves one row of a kernel with one row of the input.

    Model errors
    ------------
    time
        stalls and loading between layers are not modelled
    """

    schema = RowStationaryLevel
    array = Structural
    multiplies_computed = False
    prior_error = model_errors(time=1.3)
    family = "digital"

    filter_memory: Memory | None = slot("filter_memory")
    """Memory of the weights at each unit."""

    def check_supported(self) -> None:
        """Refuse spikes, and numbers wider than the units.

        Refused
        -------
        weight_slice
            {unit}.weight_slice: a row-stationary array multiplies all bits of a weight at once; leave it out, or
            use mapper digital_array
        """
        self.refuse_spikes()
        unit = self.unit
        self.refuse("weight_slice", "weight_slice" in unit.options, unit=unit.path)
        super().check_supported()

    @property
    def input_channels(self) -> Array:
        """Input channels of one group of each layer."""
        t = self.layers
        return np.asarray(t.reduction / (t.kernel_rows * t.kernel_columns))

    def array_cycles(self) -> Array:
        """Cycles that the units need for each layer."""
        t = self.layers
        kernel_rows, output_rows = t.kernel_rows, t.output_rows
        channels = t.reduction / kernel_rows  # kernel columns included, which lie in time
        pairs_by_columns = channels * t.outputs * t.groups
        columns = np.maximum(t.positions / output_rows, 1.0)
        return np.asarray(
            t.is_weighted
            * accelerators.row_stationary_cycles(
                kernel_rows, output_rows, np.maximum(pairs_by_columns, 1.0), columns, self.options["rows"],
                self.options["columns"],
            )
        )  # fmt: skip

    def one_pass(self) -> _Pass:
        """Filters and channels of one pass: what units and buffer hold, filters first."""
        t, o = self.layers, self.options
        strip = np.minimum(t.output_rows, o["columns"])
        stacked = np.maximum(np.floor(o["rows"] / t.kernel_rows), 1.0)
        sets_across = np.maximum(np.floor(o["columns"] / t.output_rows), 1.0)
        sets = stacked * sets_across
        reach = t.dilation * (t.kernel_rows - 1.0) + 1.0
        rows = accelerators.rows_with_halo(strip, strip, reach, t.row_stride)
        words = rows * t.padded_columns
        per_filter = strip * t.positions / t.output_rows
        room = self.buffer_words()
        filters = accelerators.filters_of_a_pass(
            t.outputs, o["filters_per_unit"] * sets, room, words, per_filter
        )
        # sets that have no filter of their own take further channels
        spare = np.maximum(np.floor(sets / np.minimum(sets, filters)), 1.0)
        window = np.maximum(np.floor(o.get("inputs_per_unit", np.inf) / t.kernel_columns), 1.0)
        held = np.minimum(o["channels_per_unit"], window) * spare
        channels = np.maximum(self.input_channels, 1.0)
        return _Pass(
            np.asarray(filters),
            np.asarray(accelerators.channels_of_a_pass(channels, held, room, words, filters * per_filter)),
            np.asarray(accelerators.rows_with_halo(t.output_rows, strip, reach, t.row_stride)),
        )

    def buffer_words(self) -> u.Numeric:
        """Partial sums and inputs of a pass that the chip can hold; no limit where nothing stores either."""
        words: u.Numeric = np.inf
        for contents, bits in (
            ("partial_sums", self.unit.options["accumulator_bits"]),
            ("activations", self.network.activation_bits),
        ):
            memory = self.memory(contents)
            if memory is not None:
                words = np.minimum(words, memory.options["capacity"] / bits)
        return words

    def place(self) -> Placement:
        """Every layer uses all arrays, one layer after the other."""
        t, one = self.layers, self.one_pass()
        ones = t.is_weighted * 1.0
        units = self.options["rows"] * self.options["columns"]
        used = t.macs / np.maximum(self.array_cycles() * units, 1.0)
        rows = np.maximum(mapping.block_count(self.input_channels, one.channels), 1.0)
        columns = np.maximum(mapping.block_count(t.outputs, one.filters), 1.0)
        return self.placed(
            ones * self.arrays, ones * used, row_blocks=rows, column_blocks=columns, shared=True
        )

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Multiply-accumulates with their operands in the units, and what the units exchange with the memories."""
        t, bits = self.layers, self.network.activation_bits
        unit = self.unit
        skips, kept = self.spec.zero_skipping != "none", self.kept
        gated = self.spec.gating == "zero_inputs" or skips
        done = t.macs * (kept.products if skips else t.input_density if gated else 1.0)
        moved = bits + 2.0 * unit.options["accumulator_bits"]
        filters = self.filter_memory
        if filters is None:
            moved = moved + self.network.weight_bits
        outputs = t.is_weighted * t.output_elements
        sums = outputs * placement.row_blocks * unit.options["accumulator_bits"]
        loaded = self.stored_weight_bits() * self.strips() / self.options["batch"]
        fetched = t.is_weighted * (t.input_elements * bits + self.repeated_inputs() * bits) * kept.inputs
        # what is gated leaves its operands as they were
        switched = done if gated else done * adder_trees.operand_activity(t.input_density)
        actions = {
            (unit.path, "multiply"): np.asarray(switched),
            (unit.path, "multiply_accumulate"): done,
            (unit.path, "storage_bit"): done * moved,
        }
        if filters is not None:
            actions[filters.path, "read"] = done * self.network.weight_bits / filters.options["width"]
            actions[filters.path, "write"] = loaded / filters.options["width"]
        return LevelCounts(
            actions=actions,
            traffic=[
                Traffic(
                    "activations",
                    self.inputs_read() * placement.column_blocks * bits * kept.inputs,
                    fetched,
                    distinct=t.is_weighted * t.input_elements * bits * kept.inputs,
                ),
                Traffic("partial_sums", sums, sums, distinct=outputs * unit.options["accumulator_bits"]),
                Traffic(
                    "weights",
                    loaded,
                    loaded * self.reloads_weights(),
                    distinct=self.stored_weight_bits() / self.options["batch"],
                ),
            ],
            element_operations=self.elementwise(),
        )

    def strips(self) -> Array:
        """Strips of rows in which a map is worked on, each with all weights again."""
        return np.asarray(np.ceil(self.layers.output_rows / self.options["columns"]))

    def inputs_read(self) -> Array:
        """Inputs that one pass after the other takes from the buffer, for one group of filters."""
        t = self.layers
        channels = self.input_channels * t.groups
        return np.asarray(t.is_weighted * self.one_pass().input_rows * t.padded_columns * channels)

    def repeated_inputs(self) -> Array:
        """Inputs that come to the buffer more than once, as they do not all fit next to the partial sums."""
        t, one = self.layers, self.one_pass()
        strip = np.minimum(t.output_rows, self.options["columns"])
        sums = one.filters * strip * t.positions / t.output_rows
        every = self.inputs_read() * np.maximum(mapping.block_count(t.outputs, one.filters), 1.0)
        fits = t.input_elements + sums <= self.buffer_words()
        return np.asarray(np.where(fits, 0.0, np.maximum(every - t.input_elements, 0.0)))

    def repeated_bits(self, activations: Array) -> Array:
        """Inputs for every group of filters and weights for every strip of the map."""
        weights = self.stored_weight_bits() * (self.strips() - 1.0) / self.options["batch"]
        return np.asarray(self.repeated_inputs() * self.network.activation_bits + weights)

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Units of all arrays, each with its memory."""
        each = units * self.options["rows"] * self.options["columns"]
        return {slot.path: each for slot in self.slots.values()}

    def unit_time(self, placement: Placement) -> Array:
        """Cycles of each layer: multiplying, or moving partial sums where that takes longer."""
        t, o = self.layers, self.options
        moving = t.is_weighted * t.output_elements * placement.row_blocks / o.get("sums_per_cycle", np.inf)
        cycle = 1.0 / o["clock_frequency"]
        filters = self.filter_memory
        # every multiply-accumulate reads a filter word
        multiplying = cycle if filters is None else np.maximum(cycle, filters.access_time())
        working = self.array_cycles() * multiplying * self.kept.cycles
        return np.asarray(np.maximum(working, moving * cycle) / self.arrays)
