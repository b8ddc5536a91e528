"""Digital compute-in-memory: weights in cells with adder trees, bit-serial adders, or AND-and-count units."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from neuroest.blocks.base import Check, Component, Structural, slot
from neuroest.blocks.digital.in_memory_column import (
    BitSerialCell,
    BitSerialCellBlock,
    InMemoryColumn,
    InMemoryColumnBlock,
)
from neuroest.blocks.digital.units import AndCountBlock, AndCountUnit
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import AddsPartialSums, UpdatesNeurons
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError, MappingError
from neuroest.equations import accelerators, adder_trees, mapping
from neuroest.levels.base import LevelCounts, Mapper, Placement, Traffic
from neuroest.levels.digital_array import DigitalArrayMapper
from neuroest.levels.digital_layers import MatrixProduct
from neuroest.levels.time_multiplexing import ROUNDING
from neuroest.specs.architecture import ComputingLevel
from neuroest.specs.base import Count, Frequency, Time, WordWidth
from neuroest.workloads.layout import of_one_point

_BIT = 1.0
"""One bit: that of a spike, the growth per level of a tree of counts, and the unit in which columns are counted."""


class AndCountLevel(ComputingLevel):
    """Array of AND-and-count units for spikes."""

    slots = ("unit",)
    mapper: Literal["and_count_array"]
    """The mapper of this level."""
    columns: Count
    """Units in parallel: outputs that receive the same spikes of the left factor."""
    clock_frequency: Frequency
    """Clock."""
    outputs: Literal["neurons", "random"]
    """How counts become spikes. neurons: a digital_lif block with persistent state; random: comparison with a new
    random number in every timestep, as in stochastic attention."""
    unit: AndCountBlock
    """AND gates and counter of one output."""


class AndCountMapper(Mapper):
    """The right factor stays in the units while the positions of the left factor stream through, in each timestep.

    Model errors
    ------------
    time
        waits for memories between layers are not modelled
    """

    schema = AndCountLevel
    multiplies_computed = True
    turns_by_steps = True
    prior_error = model_errors(time=1.3)
    family = "digital"
    unit: AndCountUnit = slot("unit")
    """What is at each place of the array."""

    unit_name = "array"

    def check_supported(self) -> None:
        """Refuse numbers, layers with weights, and neurons that are not there.

        Refused
        -------
        dense_network
            {path} counts spikes and cannot run a dense network; use a digital_array
        no_neurons
            {path}.outputs is neurons, but the chip has no digital_lif block; add one with a memory that stores
            state, or set it to random
        """
        self.refuse("dense_network", not self.network.spiking, CodingError)
        t = self.layers
        weighted = of_one_point(t.is_weighted * (t.stationary_elements <= 0.0)) > 0.0
        for name, stored in zip(t.names, weighted, strict=True):
            if stored:
                raise MappingError(
                    f"layer {name!r} has weights, but {self.level.path} multiplies spikes of two layers only; name it "
                    "in the `layers` of another level"
                )
        self.refuse("no_neurons", self.spec.outputs == "neurons" and not self.chip.find(UpdatesNeurons))

    def blocks(self) -> tuple[Array, Array]:
        """Parts into which the sum of an output, and the outputs of a head, are cut."""
        t, unit = self.layers, self.unit
        deep = np.maximum(mapping.block_count(t.reduction, unit.options["inputs"]), 1.0)
        across = np.maximum(mapping.block_count(t.outputs, self.options["columns"]), 1.0)
        return np.asarray(deep), np.asarray(across)

    def cycles(self) -> Array:
        """Clock cycles of one timestep of each layer: all positions of the left factor for each block of the right."""
        t = self.layers
        deep, across = self.blocks()
        return np.asarray(t.is_weighted * t.groups * t.positions * deep * across)

    def place(self) -> Placement:
        """Every layer uses all arrays, one layer after the other."""
        t, unit = self.layers, self.unit
        _, across = self.blocks()
        ones = t.is_weighted * 1.0
        filled = t.macs / np.maximum(self.cycles() * unit.options["inputs"] * self.options["columns"], 1.0)
        return self.placed(ones * self.arrays, t.is_weighted * filled, column_blocks=across, shared=True)

    def right_rate(self) -> Array:
        """Spikes of the factor that stays, per element and timestep."""
        t = self.layers
        rates = np.array(np.broadcast_to(t.output_rate, np.shape(t.output_rate)))
        sources = [inputs[1] if len(inputs) > 1 else index for index, inputs in enumerate(t.reads)]
        outside = np.array([len(inputs) > 1 and inputs[1] < 0 for inputs in t.reads])
        return np.asarray(np.where(outside, t.input_rate, rates[..., sources]))

    def action_counts(self, placement: Placement) -> LevelCounts:
        """ANDs that switch, additions of the trees, counts that are taken up, and spikes that are decided."""
        t, unit = self.layers, self.unit
        deep, across = self.blocks()
        inputs = unit.options["inputs"]
        pairs = self.steps * t.is_weighted * t.macs
        switching = np.asarray(2.0 * adder_trees.product_toggle_rate(t.input_rate, self.right_rate()))
        trees = adder_trees.tree_activity(inputs, _BIT, _BIT, switching / 2.0)
        outputs = self.steps * t.is_weighted * t.output_elements
        read = self.steps * t.is_weighted * t.input_taps * across * _BIT
        stays = self.steps * t.is_weighted * t.stationary_elements * _BIT
        decided = self.spec.outputs == "random"
        actions = {
            (unit.path, "coincidence"): pairs * switching,
            (unit.path, "tree_addition"): pairs * trees * np.maximum(1.0 - 1.0 / inputs, 0.0),
            (unit.path, "load"): read + stays,
            (unit.path, "count"): outputs * deep,
        }
        if decided:
            actions[unit.path, "decide"] = outputs
        written = np.asarray(self.steps * t.is_weighted * t.input_elements * _BIT)
        return LevelCounts(
            actions={key: np.asarray(count) for key, count in actions.items()},
            traffic=[Traffic("activations", np.asarray(read + stays), written, required=False)],
            element_operations=self.elementwise(),
            neuron_updates=0.0 if decided else outputs,
        )

    def peak_rate(self) -> u.Numeric:
        """Every pair meets in every cycle."""
        return 2.0 * self.unit.options["inputs"] * self.options["columns"] * self.options["clock_frequency"]

    def unit_time(self, placement: Placement) -> Array:
        """Cycles of one timestep over the clock, shared by the arrays."""
        return np.asarray(self.cycles() / (self.options["clock_frequency"] * self.arrays))

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Units of all arrays."""
        return {self.unit.path: units * self.options["columns"]}


class BitSerialLevel(ComputingLevel):
    """Array of memory cells with adders: weights are stored, inputs are bit-serial, sums ripple through it."""

    slots = ("cell",)
    mapper: Literal["bit_serial"]
    """The mapper of this level."""
    rows: Count
    """Rows, one per input."""
    columns: Count
    """Columns, one per bit of the weights and their sums."""
    guard_bits: WordWidth
    """Additional columns for the bit growth of a weight's sum."""
    registers: Count
    """Pipeline registers along a column, which divide the ripple path of the sums into stages."""
    adder_delay: Time
    """Delay of one full adder, which sets the cycle."""
    cell: BitSerialCellBlock
    """The cell."""


class BitSerialMapper(Mapper):
    """Weight-stationary: every cell is active in every cycle, also in unused columns.

    Model errors
    ------------
    time
        margins of the clock
    """

    schema = BitSerialLevel
    writes_weights_back = False
    prior_error = model_errors(time=1.2)
    family = "digital"
    cell: BitSerialCell = slot("cell")
    """The cell."""

    unit_name = "array"

    @property
    def weight_store(self) -> Component[Any]:
        """The cells."""
        return self.cell

    def check_supported(self) -> None:
        """Refuse spikes, weights wider than the array, and partial sums without an adder."""
        self.refuse_spikes()
        if np.any(self.weights_per_row() < 1.0):
            raise MappingError(f"{self.level.path} has too few columns for a weight with its guard bits")

    def weights_per_row(self) -> u.Numeric:
        """Number of weights in one row."""
        each = self.network.weight_bits + self.options["guard_bits"]
        return np.floor(self.options["columns"] / each)

    def place(self) -> Placement:
        """Split every layer over arrays."""
        t = self.layers
        row_blocks = np.maximum(
            mapping.block_count(t.reduction + t.recurrent_reduction, self.options["rows"]), 1.0
        )
        column_blocks = np.maximum(mapping.block_count(t.outputs, self.weights_per_row()), 1.0)
        units = t.is_weighted * t.groups * row_blocks * column_blocks
        bits = t.weights * self.network.weight_bits
        filled = bits / np.maximum(units * self.options["rows"] * self.options["columns"], 1.0)
        if np.any(row_blocks > 1.0) and not (
            self.chip.find(AddsPartialSums) or self.chip.covers("additions")
        ):
            raise MappingError(f"{self.level.path} splits a fan-in over arrays; add an accumulator block")
        used, reached = t.is_weighted * filled, t.is_weighted * column_blocks
        return self.placed(
            units, used, row_blocks=row_blocks, column_blocks=column_blocks, reached_units=reached
        )

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Cell cycles, and additions of partial sums across arrays."""
        t, bits = self.layers, self.network.activation_bits
        cycles = t.positions * bits * placement.units * self.options["rows"] * self.options["columns"]
        sums = t.is_weighted * t.output_elements * (placement.row_blocks - 1.0)
        outputs = t.is_weighted * t.output_elements
        return LevelCounts(
            actions={(self.cell.path, "cycle"): np.asarray(cycles)},
            traffic=[
                Traffic(
                    "activations", t.input_taps * bits, outputs * self.network.written_bits, required=False
                )
            ],
            element_operations=self.elementwise(),
            additions=sums,
        )

    def pass_time(self) -> u.Second:
        """Time of one position: its input bits in series."""
        o = self.options
        cycle = accelerators.bit_serial_cycle_time(
            o["adder_delay"], self.network.weight_bits, o["guard_bits"], o["rows"], o["registers"], _BIT
        )
        return self.network.activation_bits * cycle

    def peak_rate(self) -> u.Numeric:
        """Every stored weight is multiplied once per pass."""
        return self.at_best(2.0 * self.options["rows"] * self.weights_per_row() / self.pass_time())

    def unit_time(self, placement: Placement) -> Array:
        """Position after position."""
        return np.asarray(self.layers.is_weighted * self.layers.positions * self.pass_time())

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Cells of all arrays."""
        return {self.cell.path: units * self.options["rows"] * self.options["columns"]}


class DigitalInMemoryLevel(ComputingLevel):
    """Memory whose columns multiply stored weights by the inputs and add the products digitally."""

    slots = ("unit",)
    mapper: Literal["digital_in_memory"]
    """The mapper of this level."""
    columns: Count
    """Columns, each with an adder tree and one weight slice per row."""
    write_width: WordWidth
    """Weight bits written into an array per cycle."""
    clock_frequency: Frequency | None = None
    """Clock frequency. Default: the highest that the adders allow at this process and supply."""
    batch: Count = 1.0
    """Inferences that share one loading of the weights."""
    unit: InMemoryColumnBlock
    """The column."""


class DigitalInMemoryMapper(DigitalArrayMapper):
    """Weight-stationary: a block of weights is loaded, all positions stream through, then the next block is loaded.

    Model errors
    ------------
    time
        margins of the clock, stalls and configuration between layers
    """

    schema = DigitalInMemoryLevel
    array = Structural
    multiplies_computed = False
    writes_weights_back = False
    prior_error = model_errors(time=1.3)
    family = "digital"

    tree = True

    column: InMemoryColumn = slot("unit")
    """The column."""

    @property
    def rows(self) -> u.Numeric:
        """Inputs that a tree adds up."""
        return self.column.options["rows"]

    @property
    def cycles_of_weight(self) -> u.Numeric:
        """Slices of a weight lie in columns side by side, not one after the other."""
        return 1.0

    @property
    def slices(self) -> u.Numeric:
        """Columns that hold one weight."""
        return np.ceil(self.network.weight_bits / self.column.options["weight_slice"])

    @property
    def columns(self) -> u.Numeric:
        """Weights side by side."""
        return np.floor(self.options["columns"] / self.slices)

    @property
    def clock(self) -> u.PerSecond:
        """Clock as chosen, or the fastest."""
        return self.options.get("clock_frequency", 1.0 / self.column.cycle_time(self.options["columns"]))

    @property
    def cycles_per_vector(self) -> Array:
        """Cycles in which all bits of an input come."""
        bits = np.maximum(self.network.activation_bits, self.layers.input_bits)
        return np.asarray(np.ceil(bits / self.column.options["input_slice"]))

    @property
    def blocks_held(self) -> u.Numeric:
        """Blocks of weights that all arrays hold."""
        return self.arrays * self.column.options["weights_per_multiplier"]

    def peak_rate(self) -> u.Numeric:
        """Every weight that is at work is multiplied by an input once its bits have come."""
        cycles = np.ceil(self.network.activation_bits / self.column.options["input_slice"])
        return self.at_best(2.0 * self.rows * self.columns * self.clock / cycles)

    def share_at_peak(self, placement: Placement) -> Array:
        """None where the clock follows from the delays of gates."""
        return super().share_at_peak(placement) if "clock_frequency" in self.options else self.zeros()

    def check_supported(self) -> None:
        """Refuse weights wider than all columns, and spikes without neurons.

        Refused
        -------
        products_of_results
            {path} multiplies by weights only, not two results of the network; use a digital_array
        """
        if np.any(self.columns < 1.0):
            raise MappingError(
                f"{self.level.path} has {np.min(self.options['columns']):g} columns, a weight of "
                f"{np.max(self.network.weight_bits):g} bits takes {np.max(self.slices):g}"
            )
        self.refuse("products_of_results", np.any(self.layers.stationary_elements > 0.0))
        if self.network.spiking and not self.chip.find(UpdatesNeurons):
            raise CodingError("the chip has no neurons for a spiking network; add a digital_lif block")

    def blocks_needed(self, placement: Placement) -> Array:
        """Blocks of weights of all layers."""
        blocks = placement.row_blocks * placement.column_blocks * self.turns()
        return np.asarray(np.sum(blocks * self.layers.is_weighted, axis=-1, keepdims=True))

    def stays(self, placement: Placement) -> Array:
        """One where the weights of all layers stay in the cells from one inference to the next."""
        return np.asarray(np.where(self.blocks_needed(placement) <= self.blocks_held, 1.0, 0.0))

    def place(self) -> Placement:
        """Every layer uses all arrays, one layer after the other; without a memory of weights they must all stay."""
        placement = super().place()
        if "clock_frequency" in self.options:
            shortest, cycle = self.column.path_time(self.options["columns"]), 1.0 / self.clock
            settles = Check(
                "column_settles", self.column.path, "design_rule", shortest <= cycle * (1.0 + ROUNDING),
                "the tree of a column takes longer than the stated clock; use more stages or a slower clock",
                shortest, cycle, "s",
            )  # fmt: skip
            placement = replace(placement, checks=(*placement.checks, settles))
        if self.memory("weights") is not None:
            return placement
        needed = self.blocks_needed(placement)
        check = Check(
            "weights_fit", self.level.path, "infeasible", needed <= self.blocks_held,
            f"the cells hold {int(np.max(self.blocks_held))} blocks of weights, the network has {int(np.max(needed))}; "
            "add a memory that stores weights, or more arrays", needed, self.blocks_held,
        )  # fmt: skip
        return replace(placement, checks=(*placement.checks, check))

    def sums_each(self, placement: Placement) -> Array:
        """Sums wait in a memory only where several blocks of rows add to them."""
        return np.asarray(np.where(placement.row_blocks > 1.0, placement.row_blocks, 0.0))

    def weights_read(self, placement: Placement) -> Array:
        """Nothing where all weights stay, as they must without a memory to come from."""
        if self.memory("weights") is None:
            return self.zeros()
        return np.asarray(super().weights_read(placement) * (1.0 - self.stays(placement)))

    def unit_actions(self, placement: Placement, product: MatrixProduct) -> dict[tuple[str, str], Array]:
        """Cycles of the columns at work, each action as often as random data would switch as much."""
        t, unit = self.layers, self.column.path
        sums = (
            self.steps * product.vectors * product.outputs * t.groups * t.is_weighted * placement.row_blocks
        )
        cycles = sums * self.slices * self.cycles_per_vector
        filled = product.reduction / (placement.row_blocks * self.rows)
        lines, products, tree = self.column.activity(t.input_bit_density)
        return {
            (unit, "input"): np.asarray(cycles * filled * lines),
            (unit, "multiply"): np.asarray(cycles * filled * products),
            (unit, "tree"): np.asarray(cycles * filled * tree),
            (unit, "cycle"): np.asarray(cycles),
            (unit, "accumulate"): np.asarray(cycles / self.column.options["columns_per_accumulator"]),
            (unit, "fusion"): np.asarray(sums * self.final_additions()),
            (unit, "write"): self.weights_read(placement),
        }

    def final_additions(self) -> u.Numeric:
        """Additions of whole sums: of the columns of a weight, and of the carries of each where they are saved."""
        sums = np.ceil(self.slices / self.column.options["columns_per_accumulator"])
        return sums - 1.0 + np.where(self.column.carries_saved, sums, 0.0)

    def cycles(self, product: MatrixProduct, vectors: Array) -> Array:
        """Cycles of the blocks of one group, with those in which weights are written where no others hide them."""
        streaming = super().cycles(product, vectors * self.cycles_per_vector)
        row_blocks, column_blocks = self.blocks(product)
        bits = self.rows * self.options["columns"] * self.column.options["weight_slice"]
        writing = row_blocks * column_blocks * mapping.block_count(bits, self.options["write_width"])
        others = self.column.options["weights_per_multiplier"] > 1.0
        loading = np.where(others, np.maximum(writing - streaming, 0.0), writing)
        return np.asarray(streaming + loading * (1.0 - self.stays(self.place())))

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Columns of all arrays."""
        return {self.column.path: units * self.options["columns"]}
