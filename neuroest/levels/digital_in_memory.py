"""Digital compute-in-memory: weights in memory cells, inputs in bit slices, sums by adder trees."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from neuroest.blocks.attributes import slot
from neuroest.blocks.base import Check, Structural
from neuroest.blocks.digital.in_memory_column import InMemoryColumn, InMemoryColumnBlock
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import UpdatesNeurons
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError, MappingError
from neuroest.equations import accelerators, mapping
from neuroest.levels.base import Placement
from neuroest.levels.digital_array import DigitalArrayMapper
from neuroest.levels.matrix_product import MatrixProduct
from neuroest.levels.time_multiplexing import ROUNDING
from neuroest.specs.architecture import ComputingLevel
from neuroest.specs.base import Count, Frequency, WordWidth


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
        """Blocks of weights of each layer."""
        blocks = placement.row_blocks * placement.column_blocks * self.turns()
        return np.asarray(blocks * self.layers.is_weighted)

    def stays(self, placement: Placement) -> Array:
        """One where the weights of all layers stay in the cells from one inference to the next."""
        needed = np.sum(self.blocks_needed(placement), axis=-1, keepdims=True)
        return np.asarray(np.where(needed <= self.blocks_held, 1.0, 0.0))

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
        needed = np.sum(self.blocks_needed(placement), axis=-1, keepdims=True)
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
        streaming = accelerators.tree_cycles(
            np.maximum(product.reduction, 1.0), np.maximum(product.outputs, 1.0),
            vectors * self.cycles_per_vector, self.rows, self.columns,
        )  # fmt: skip
        blocks = np.maximum(mapping.block_count(product.reduction, self.rows), 1.0) * np.maximum(
            mapping.block_count(product.outputs, self.columns), 1.0
        )
        bits = self.rows * self.options["columns"] * self.column.options["weight_slice"]
        writing = blocks * mapping.block_count(bits, self.options["write_width"])
        others = self.column.options["weights_per_multiplier"] > 1.0
        loading = np.where(others, np.maximum(writing - streaming, 0.0), writing)
        return np.asarray(streaming + loading * (1.0 - self.stays(self.place())))

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Columns of all arrays."""
        return {self.column.path: units * self.options["columns"]}
