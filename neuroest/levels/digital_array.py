"""Digital array of multiply-accumulate units, systolic or with adder trees."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import AreaCost, Check, Component, NetworkContext, chosen, slot
from neuroest.blocks.digital.multiply_accumulate import ReportedMac
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import logic_area_ratio
from neuroest.blocks.roles import UpdatesNeurons
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError, MappingError
from neuroest.equations import accelerators, adder_trees, mapping
from neuroest.equations import digital as equations
from neuroest.levels.base import (
    ExternalMaps,
    LevelCounts,
    Mapper,
    Placement,
    Traffic,
    moved_to,
    share_of_peak,
)
from neuroest.levels.digital_layers import (
    Kept,
    LoopOrder,
    MatrixProduct,
    SkipsZeros,
    best_order,
    kept_of,
    matrix_product,
)
from neuroest.specs.architecture import Level
from neuroest.specs.base import Count, Duration, Frequency, PositiveNumber, WordWidth
from neuroest.specs.blocks import ProcessingElementBlock
from neuroest.workloads.layout import of_one_point


class DigitalArrayLevel(SkipsZeros):
    """Array of multiply-accumulate units."""

    slots = ("unit",)
    mapper: Literal["digital_array"]
    """The mapper of this level."""
    rows: Count
    """Rows of units: the reduction dimension."""
    columns: Count
    """Columns of units: the output dimension."""
    dataflow: Literal["weight_stationary", "output_stationary", "input_stationary", "fastest"]
    """Dataflow. weight_stationary: a block of weights stays in the units, and all positions stream through.
    output_stationary: the sums stay, one position per row and one output per column, and their fan-in streams; weights
    are fetched once per group of positions (with adder trees: one position per array). input_stationary: the inputs
    stay, one position per column, and all weights stream. fastest: the dataflow with the fewest cycles for each
    layer."""
    summation: Literal["systolic", "tree"] = "systolic"
    """How the products of a column are added: from unit to unit, with fill and drain for every block of weights; or by
    an adder tree, with inputs broadcast to all columns. Each level of the tree is one bit wider, and its root has the
    accumulator width."""
    tree_stages: Count | None = None
    """Pipeline stages of an adder tree; 1: only the root has a register. If left out, the fewest that settle in a cycle
    of the clock. A systolic array registers every sum anyway."""
    convolution: Literal["direct", "winograd"] = "direct"
    """winograd: 3 x 3 kernels with stride one multiply tiles of 4 x 4 inputs by transformed weights: 16 multiplications
    for four outputs instead of 36."""
    strides: Literal["native", "extended"] = "native"
    """extended: a strided convolution runs with stride one and stride-squared times as many channels. Its kernels are
    stored with zero padding; zeros are not multiplied."""
    tiling: Literal["none", "search"] = "none"
    """Loop order for intermediate memories of activations and weights, between the units and outer memories. search:
    for each layer, the order and tile with the least traffic into these memories; none: data that do not fit as a whole
    are fetched again for every access."""
    gating: Literal["none", "zero_inputs"] = "none"
    """zero_inputs: a unit neither multiplies nor adds if the input is zero. This saves energy but no time."""
    input_feed: Literal["each_array", "shared"] = "each_array"
    """each_array: every array reads its inputs; shared: arrays that work on other outputs of the same positions get an
    input from one read. This applies where weights stay in the units."""
    layer_outputs: Literal["kept", "external"] = "kept"
    """kept: a layer's output stays on the chip if it fits; external: the output goes to the external memory, after any
    pooling and additions that follow directly, and the next layer reads it from there."""
    layer_setup: Duration | None = None
    """Idle time of the array before each layer: configuration by a processor, and copies of the data for its first
    cycles. Default: none."""
    layer_setup_cycles: PositiveNumber | None = None
    """Idle time of the array before each layer in cycles of its clock, instead of `layer_setup`: a program on a
    processor that starts the layer. Two published engines take 4000 and 22 000 cycles (docs/calibration.md). Default:
    none."""
    copy_width: WordWidth | None = None
    """Bits per cycle that a DMA engine copies between the outer memories and those next to the array, before and after
    a layer. If left out, copies overlap with the layer, as with double buffering."""
    clock_frequency: Frequency
    """Clock."""
    batch: Count
    """Inferences that share one loading of the weights."""
    unit: ProcessingElementBlock
    """The processing element."""

    @field_validator("layer_setup_cycles")
    @classmethod
    def _one_setup(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated is not None and info.data.get("layer_setup") is not None:
            raise PydanticCustomError(
                "layer_setup", "is stated as a time too, in `layer_setup`; leave one of them out"
            )
        return stated


_ORDERS = ("weight_stationary", "output_stationary", "input_stationary")
_WEIGHTS, _SUMS, _INPUTS = 0.0, 1.0, 2.0
"""Stationary operand, as an index of the orders; the first wins a tie."""


class DigitalArray(Component[None]):
    """Array of processing elements: its parts other than these."""

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Adders that transform inputs and sums, where the array has them."""
        if self.spec.convolution == "direct":
            return []
        unit, o = self.slots["unit"], self.options
        inputs = accelerators.INPUT_ADDITIONS * o["rows"] / accelerators.PRODUCTS
        outputs = o["columns"] * accelerators.transform_adders(
            accelerators.OUTPUT_ADDITIONS, o["rows"], accelerators.PRODUCTS
        )
        bits = inputs * unit.options["activation_bits"] + outputs * unit.options["accumulator_bits"]
        area = equations.adder_area(unit.device.adder_area, bits)
        return [AreaCost(self.path, "transform", area * logic_area_ratio(unit) * unit.device.area_overhead)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the stages of a tree are those of an array that has one.

        Checks
        ------
        tree_stages
            tree_stages changes nothing, because a systolic array registers every sum; set summation to tree, or
            leave it out
        """
        if "tree_stages" not in self.options or self.spec.summation == "tree":
            return []
        return [self.check("advice", "tree_stages", passed=False)]


class DigitalArrayMapper(Mapper):
    """Weight-stationary: a block of weights is loaded, all positions stream by, the next block follows.

    Model errors
    ------------
    time
        stalls and configuration between layers are not modelled
    """

    schema: ClassVar[type[Level]] = DigitalArrayLevel
    array: ClassVar[type[Component[Any]]] = DigitalArray
    multiplies_computed = True
    prior_error = model_errors(time=1.3)
    family = "digital"
    unit: Component[Any] = slot("unit")
    """What is at each place of the array."""

    unit_name = "array"

    @property
    def rows(self) -> u.Numeric:
        """Inputs that a column adds up."""
        return self.options["rows"]

    @property
    def columns(self) -> u.Numeric:
        """Outputs that an array works on at once."""
        return self.options["columns"]

    @property
    def clock(self) -> u.PerSecond:
        """Clock of the units."""
        return self.options["clock_frequency"]

    tree: bool = chosen("summation", "tree")
    """Whether a tree of adders sums a column, so that nothing has to fill and drain."""

    @property
    def reported(self) -> bool:
        """Whether the units are known by the energy of a multiply-accumulate only."""
        return isinstance(self.unit, ReportedMac)

    winograd: bool = chosen("convolution", "winograd")
    """Whether kernels of 3 x 3 work on tiles of transformed inputs."""

    extends_strides: bool = chosen("strides", "extended")
    """Whether kernels of strided convolutions are stored with the zeros of a convolution of stride one."""

    external: bool = chosen("layer_outputs", "external")
    """Whether every layer reads its input from the external memory and writes its output there."""

    @cached_property
    def kept(self) -> Kept:
        """Remaining work of each layer without its zeros."""
        return kept_of(self)

    def products_kept(self) -> u.Numeric:
        """Those of an array that skips zeros."""
        return self.kept.turns

    def check_supported(self) -> None:
        """Refuse numbers wider than the units, and sums that stay where trees or spikes make them.

        Refused
        -------
        stationary_in_tree
            {path}.dataflow is {dataflow}, but a tree of adders keeps weights or sums; set it to weight_stationary
            or output_stationary
        skipped_in_winograd
            {path}.gating and zero_skipping need inputs as they are, which Winograd transforms; set convolution to
            direct
        spikes_in_winograd
            {path}.convolution is winograd, whose transformed inputs are not spikes; set it to direct
        external_spikes
            {path}.layer_outputs is external, but spikes stay on the chip; set it to kept
        no_link_for_activations
            {path}.layer_outputs is external, but no off_chip_link carries activations
        """
        dataflow = getattr(self.spec, "dataflow", "weight_stationary")
        if dataflow != "weight_stationary" and (self.winograd or self.network.spiking):
            cause = "spikes need" if self.network.spiking else "Winograd needs"
            raise MappingError(
                f"{self.level.path}.dataflow is {dataflow}, but {cause} weights that stay; set it to weight_stationary"
            )
        moves = dataflow not in {"weight_stationary", "output_stationary"}
        self.refuse("stationary_in_tree", moves and self.tree, dataflow=dataflow)
        unit = self.unit
        self.refuse("skipped_in_winograd", self.winograd and self.kept.products is not Kept.products)
        if self.reported and (self.tree or self.winograd or self.network.spiking):
            what = "spikes" if self.network.spiking else "trees of adders and Winograd"
            raise MappingError(
                f"{unit.path} is a reported_mac, whose energy of a multiply-accumulate does not hold for {what}; use "
                "multiply_accumulate"
            )
        pairs = (("weight_bits", self.network.weight_bits), ("activation_bits", self.network.activation_bits))
        if np.any(self.layers.input_bits > unit.options["activation_bits"]):
            raise MappingError(
                f"{unit.path}.activation_bits is {np.min(unit.options['activation_bits']):g}, the network's input "
                f"has {np.max(self.layers.input_bits):g}"
            )
        for name, needed in pairs:
            if np.any(needed > unit.options[name]):
                raise MappingError(
                    f"{unit.path}.{name} is {np.min(unit.options[name]):g}, the network needs {np.max(needed):g}"
                )
        if self.network.spiking and not self.chip.find(UpdatesNeurons):
            raise CodingError("the chip has no neurons for a spiking network; add a digital_lif block")
        self.refuse("spikes_in_winograd", self.network.spiking and self.winograd, CodingError)
        self.refuse("external_spikes", self.network.spiking and self.external, CodingError)
        carried = any("activations" in link.spec.carries for link in self.chip.links())
        self.refuse("no_link_for_activations", self.external and not carried)

    @property
    def factor_bits(self) -> u.Bit:
        """Bits of a weight that a unit multiplies at once."""
        bits = self.network.weight_bits
        return np.minimum(bits, self.unit.options.get("weight_slice", bits))

    @property
    def cycles_of_weight(self) -> u.Numeric:
        """Cycles that a unit takes for all bits of a weight."""
        return np.ceil(self.network.weight_bits / self.factor_bits)

    def peak_rate(self) -> u.Numeric:
        """Every unit multiplies and adds in every cycle."""
        rate = 2.0 * self.rows * self.columns * self.clock / self.cycles_of_weight
        return self.at_best(rate)

    @cached_property
    def product(self) -> MatrixProduct:
        """Every layer as a product of a matrix with vectors."""
        return matrix_product(
            self.layers, self.rows, winograd=self.winograd, extends_strides=self.extends_strides
        )

    def turns(self) -> Array:
        """Passes of all groups of a layer: several lie on the diagonal of an array, with zeros between them."""
        t, product = self.layers, self.product
        side_by_side = mapping.groups_per_array(
            self.rows, self.columns,
            np.maximum(product.reduction, 1.0), np.maximum(product.outputs, 1.0),
        )  # fmt: skip
        return np.asarray(mapping.block_count(t.groups, np.maximum(side_by_side, 1.0)))

    def blocks(self, product: MatrixProduct) -> tuple[Array, Array]:
        """Blocks of rows and of columns that hold the matrix of one group."""
        rows = np.maximum(mapping.block_count(product.reduction, self.rows), 1.0)
        columns = np.maximum(mapping.block_count(product.outputs, self.columns), 1.0)
        return np.asarray(rows), np.asarray(columns)

    @cached_property
    def order(self) -> Array:
        """What stays in the units in each layer."""
        dataflow = getattr(self.spec, "dataflow", "weight_stationary")
        if dataflow != "fastest":
            return self.zeros() + _ORDERS.index(dataflow)
        product = self.product
        streamed = product.vectors / self.layers.sequential_steps * self.options["batch"]
        orders = self.cycles_of_weights(product, streamed), *self.cycles_of_others
        return np.asarray(np.argmin(np.stack(np.broadcast_arrays(*orders)), axis=0), float)

    def cycles_of_weights(self, product: MatrixProduct, vectors: Array) -> Array:
        """Cycles of a layer whose weights stay, for all inferences of a batch with so many vectors in a step.

        Skipped zeros shorten what streams by, here and in the other orders. Fill and drain take as long as before.
        """
        passed = self.cycles(product, vectors * self.kept.cycles)
        return np.asarray(self.turns() * self.layers.sequential_steps * passed)

    @cached_property
    def cycles_of_others(self) -> tuple[Array, Array]:
        """Cycles of a layer whose sums stay, and of one whose inputs do, for all inferences of a batch."""
        t, product, size = self.layers, self.product, (self.rows, self.columns)
        positions = product.vectors / t.sequential_steps * self.options["batch"]
        reduction, outputs = np.maximum(product.reduction, 1.0), np.maximum(product.outputs, 1.0)
        if self.tree:  # it neither fills nor drains, so that what stays makes no difference in time
            passes = self.turns() * t.sequential_steps
            same = passes * accelerators.tree_cycles(reduction, outputs, positions, *size) * self.kept.cycles
            return np.asarray(same), np.asarray(same)
        kept = self.kept.cycles
        # sums lie where weights do otherwise, and their fan-in streams by as positions do
        sums = accelerators.systolic_cycles(positions, outputs, reduction * kept, *size)
        # inputs lie where weights do otherwise, and weights stream by as positions do
        inputs = accelerators.systolic_cycles(reduction, positions, outputs * kept, *size)
        passes = t.groups * t.sequential_steps
        return np.asarray(passes * sums), np.asarray(passes * inputs)

    def cycles_of_layer(self, product: MatrixProduct, vectors: Array) -> Array:
        """Cycles of a layer by its order, for all inferences of a batch with so many vectors in a step."""
        weights = self.cycles_of_weights(product, vectors)
        if np.all(self.order == _WEIGHTS):
            return weights
        orders = np.broadcast_arrays(weights, *self.cycles_of_others)
        return np.asarray(np.choose(self.order.astype(int), orders))

    def cycles(self, product: MatrixProduct, vectors: Array) -> Array:
        """Cycles in which so many vectors pass all weights of one group."""
        count = accelerators.tree_cycles if self.tree else accelerators.systolic_cycles
        return np.asarray(
            count(
                np.maximum(product.reduction, 1.0), np.maximum(product.outputs, 1.0), vectors,
                self.rows, self.columns,
            )
        )  # fmt: skip

    def place(self) -> Placement:
        """Every layer uses all arrays, one layer after the other."""
        t, product = self.layers, self.product
        rows, columns = self.rows, self.columns
        streamed = np.maximum(product.vectors * self.steps * self.options["batch"], 1.0) * self.kept.cycles
        used = (accelerators.tree_utilisation if self.tree else accelerators.systolic_utilisation)(
            np.maximum(product.reduction, 1.0), np.maximum(product.outputs, 1.0), streamed, rows, columns
        ) * (t.groups / np.maximum(self.turns(), 1.0))
        row_blocks, column_blocks = self.blocks(product)
        ones, macs = t.is_weighted * 1.0, product.reduction * product.outputs * product.vectors * t.groups
        if not np.all(self.order == _WEIGHTS):
            sums, inputs = self.cycles_of_others
            cycles = np.where(self.order == _SUMS, sums, inputs)
            filled = macs * self.options["batch"] * self.kept.cycles / (cycles * rows * columns)
            used = np.where(self.order == _WEIGHTS, used, filled)
        units, used = ones * self.arrays, t.is_weighted * used
        return self.placed(
            units, used, row_blocks=row_blocks, column_blocks=column_blocks,
            reached_units=self.arrays_reached(column_blocks), shared=True,
        )  # fmt: skip

    def arrays_reached(self, column_blocks: Array) -> Array:
        """Arrays that need an input: they share the positions of a layer, and its outputs where these are fewer."""
        t = self.layers
        rows = np.maximum(t.output_rows, 1.0)
        across = np.maximum(t.positions / rows, 1.0)
        strips = np.minimum(self.arrays, rows)
        parts = np.minimum(np.ceil(self.arrays / strips), across)
        reached = mapping.strips_reached(strips, rows, t.kernel_rows, t.row_stride) * mapping.strips_reached(
            parts, across, t.kernel_columns, t.column_stride
        )
        return np.asarray(t.is_weighted * reached * np.minimum(self.outputs_at_once(), column_blocks))

    def outputs_at_once(self) -> Array:
        """Arrays that work on other outputs of the same positions, where a layer has fewer positions than arrays."""
        return np.asarray(np.maximum(np.floor(self.arrays / np.maximum(self.layers.positions, 1.0)), 1.0))

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Every multiply-accumulate, padding included: this array skips nothing."""
        t, bits, product = self.layers, self.network.activation_bits, self.product
        outputs = self.steps * t.positions * t.outputs * t.groups * t.is_weighted
        inputs = self.steps * product.vectors * product.reduction * t.groups * self.kept.inputs
        distinct = self.steps * t.is_weighted * (t.input_elements + t.recurrent_reduction) * self.kept.inputs
        sums = outputs * self.sums_each(placement) * self.network.accumulator_bits
        weights = self.weights_read(placement)
        wide = np.maximum(bits, t.input_bits)
        stationary = self.steps * t.stationary_elements * bits
        stationary_read = stationary * self.loads(placement)
        updates = self.steps * t.is_weighted * t.output_elements if self.network.spiking else 0.0
        elements = self.elementwise()
        outside = self.external_maps()
        if outside is None:
            written = self.steps * t.output_elements * self.network.written_bits * self.kept.outputs
            loaded = self.stored_weight_bits() / self.options["batch"] * self.reloads_weights()
        else:
            read = t.input_elements * bits
            written = t.is_weighted * (read + self.repeated_bits(read))
            loaded = weights * self.reloads_weights()
            elements = {action: moved_to(count, outside.owner) for action, count in elements.items()}
        inputs_read = inputs * self.input_passes(placement) * wide + stationary_read
        order = self.loop_order(placement, product, distinct * wide, inputs_read, weights)
        return LevelCounts(
            actions=self.unit_actions(placement, product),
            traffic=[
                Traffic(
                    "activations",
                    inputs_read,
                    written,
                    distinct=distinct * wide + stationary,
                    order=None if order is None else (order.inputs_held, order.inputs + stationary_read),
                ),
                Traffic("partial_sums", sums, sums, distinct=outputs * self.network.accumulator_bits),
                Traffic(
                    "weights",
                    weights,
                    loaded,
                    distinct=self.stored_weight_bits() / self.options["batch"],
                    order=None if order is None else (order.weights_held, order.weights),
                ),
            ],
            element_operations=elements,
            neuron_updates=updates,
        )

    def loop_order(
        self,
        placement: Placement,
        product: MatrixProduct,
        distinct: Array,
        inputs_read: Array,
        weights_read: Array,
    ) -> LoopOrder | None:
        """The order of the loops that brings the fewest bits into the memories next to the units."""
        if getattr(self.spec, "tiling", "none") == "none":
            return None
        room = {
            name: memories[0].options["capacity"] if len(memories := self.memories(name)) > 1 else 0.0
            for name in ("activations", "weights")
        }
        orders = self.loop_orders(placement, product, distinct, weights_read)
        return best_order(orders, inputs_read, weights_read, room["activations"], room["weights"])

    def loop_orders(
        self, placement: Placement, product: MatrixProduct, distinct: Array, weights_read: Array
    ) -> tuple[LoopOrder, ...]:
        """Columns of weights around positions, and the other way round.

        Blocks of columns outside: rows of the map that a kernel passes stay for its next positions, and the map comes
        for every block of columns. Rows outside: the inputs of one block of rows stay for all columns, whose sums then
        have to wait for the next block of rows. Where sums stay in the units, weights of a block of columns stay for
        all positions, or inputs of the positions at work for all columns.
        """
        t, rows = self.layers, np.maximum(product.reduction, 1.0)
        passes, nothing = self.input_passes(placement), self.zeros()
        bits = distinct / np.maximum(t.input_elements + t.recurrent_reduction, 1.0) / self.steps
        share = np.minimum(self.rows / rows, 1.0)
        lines = t.row_elements * t.kernel_rows * bits
        stored = self.stored_weight_bits() / self.options["batch"]
        columns_outside = LoopOrder(lines * share, distinct * passes, nothing, weights_read)
        waiting = self.sums_wait(placement)
        whole = np.where(waiting, distinct / np.maximum(self.turns(), 1.0) * share, np.inf)
        rows_outside = LoopOrder(whole, distinct, nothing, weights_read)
        at_work = np.minimum(self.columns / np.maximum(product.outputs, 1.0), 1.0)
        kept = LoopOrder(
            lines, distinct * passes, stored / np.maximum(t.groups, 1.0) * at_work, np.maximum(stored, 0.0)
        )
        positions_outside = LoopOrder(lines, distinct, nothing, weights_read)
        sums_stay = self.order == _SUMS
        return tuple(
            LoopOrder(*(np.where(sums_stay, getattr(b, n), getattr(a, n)) for n in a.__dataclass_fields__))
            for a, b in ((columns_outside, kept), (rows_outside, positions_outside))
        )

    def sums_wait(self, placement: Placement) -> Array:
        """Whether the sums of all outputs can wait for the next block of rows."""
        memory, t = self.memory("partial_sums"), self.layers
        if memory is None:
            return np.asarray(placement.row_blocks <= 1.0)
        waiting = t.positions * self.steps * self.options["batch"] * t.outputs * self.network.accumulator_bits
        return np.asarray((placement.row_blocks <= 1.0) | (waiting <= memory.options["capacity"]))

    def sums_each(self, placement: Placement) -> Array:
        """How often a sum is written to its memory and read from it, the last time on its way out."""
        return np.asarray(np.where(self.order == _SUMS, 0.0, placement.row_blocks))

    def input_passes(self, placement: Placement) -> Array:
        """How often the inputs of a layer come into the arrays."""
        passes = placement.column_blocks
        if getattr(self.spec, "input_feed", "each_array") == "shared":
            fed = mapping.block_count(passes, self.outputs_at_once())
            passes = np.where(self.order == _WEIGHTS, fed, passes)
        return np.asarray(np.where(self.order == _INPUTS, 1.0, passes))

    def loads(self, placement: Placement) -> Array:
        """How often the weights of a layer come into the arrays."""
        # blocks that do not all stay in the arrays come again for each step that waits for the one before
        kept = placement.row_blocks * placement.column_blocks <= self.arrays
        often = np.where(kept, 1.0, np.maximum(self.layers.sequential_steps, self.tiles(placement)))
        # trees of all arrays work on a position each with the same weights
        there = np.where(self.order == _SUMS, self.arrays if self.tree else self.rows, self.columns)
        groups_of_positions = mapping.block_count(self.layers.positions * self.options["batch"], there)
        return np.asarray(np.where(self.order == _WEIGHTS, often, groups_of_positions))

    def weights_read(self, placement: Placement) -> Array:
        """Bits of weights that come into the arrays in one inference."""
        # where weights stream by, none come for an input that is skipped
        fetched = np.where(self.order == _WEIGHTS, 1.0, self.kept.fetched)
        return np.asarray(self.stored_weight_bits() / self.options["batch"] * self.loads(placement) * fetched)

    def unit_actions(self, placement: Placement, product: MatrixProduct) -> dict[tuple[str, str], Array]:
        """What the units do in one inference."""
        t, unit = self.layers, self.unit.path
        groups = t.groups * t.is_weighted
        operations = self.steps * product.vectors * product.reduction * product.outputs * groups
        operations = operations * self.kept.products
        products, sums = self.activity(product)
        actions = {(unit, "multiply_accumulate"): operations}
        if not self.network.spiking and not self.reported:
            actions[unit, "multiply"] = operations * products
        if self.tree:
            # a column adds to its root in each cycle; cycles that are skipped have neither roots nor leaves
            blocks = placement.row_blocks * self.kept.cycles
            apart = self.steps * product.vectors * product.outputs * product.sums * blocks
            additions = np.maximum(operations - apart * groups, 0.0)
            actions[unit, "tree_addition"] = additions * sums
            actions[unit, "tree_sum"] = additions
            roots = self.steps * t.positions * t.outputs * groups * blocks
            # with units that wait, some cycles have no product to add
            actions[unit, "column_sum"] = np.minimum(roots, operations)
        if self.winograd:
            actions[unit, "input_addition"] = product.input_additions * placement.column_blocks
            actions[unit, "output_addition"] = product.output_additions * placement.row_blocks
        return actions

    def activity(self, product: MatrixProduct) -> tuple[Array, Array]:
        """Switching of multipliers and of trees of adders by the zeros of the network, over that of random data."""
        # what is neither skipped nor gated is no zero
        skips = self.kept.products is not Kept.products
        density = np.ones_like(self.layers.input_density) if skips else self.layers.input_density
        if self.network.spiking:
            # a leaf is the weight or nothing, as the spike comes and goes; half of the weight's bits are one
            changed = 2.0 * adder_trees.product_toggle_rate(density, 1.0)
        else:
            changed = adder_trees.operand_activity(density)
        # transformed inputs are sums of several numbers, hardly ever zero
        changed = np.where(product.input_additions > 0.0, 1.0, changed)
        bits = self.factor_bits + (0.0 if self.network.spiking else self.network.activation_bits)
        trees = adder_trees.tree_activity(self.rows, bits, 1.0, changed / 2.0)
        return np.asarray(changed), np.asarray(trees)

    def tiles(self, placement: Placement) -> Array:
        """Parts of a map whose sums fit their memory; every part takes all blocks of weights again."""
        memory, t = self.memory("partial_sums"), self.layers
        if memory is None:
            return np.ones_like(t.positions)
        streamed = t.positions * self.steps * self.options["batch"]
        needed = streamed * np.minimum(t.outputs, self.columns) * self.network.accumulator_bits
        parts = mapping.block_count(needed, memory.options["capacity"])
        return np.asarray(np.where(placement.row_blocks > 1.0, np.maximum(parts, 1.0), 1.0))

    def unit_time(self, placement: Placement) -> Array:
        """Cycles of all blocks, for one inference of the batch."""
        t, product = self.layers, self.product
        streamed = product.vectors / t.sequential_steps * self.steps * self.options["batch"]
        time = t.is_weighted * self.cycles_of_layer(product, streamed) * self.cycles_of_weight / self.clock
        return np.asarray(time / self.arrays / (self.options["batch"] * self.steps) + self.setup_time())

    def share_at_peak(self, placement: Placement) -> Array:
        """Products of each layer over those of all units in its time."""
        products = self.layers.macs * self.products_kept()
        return share_of_peak(products, self.peak_rate() * self.arrays, self.unit_time(placement))

    def setup_time(self) -> Array:
        """Once for each layer with weights and batch."""
        get = self.options.get
        setup = get("layer_setup", 0.0) + get("layer_setup_cycles", 0.0) / self.clock
        return np.asarray(self.layers.is_weighted * setup / (self.options["batch"] * self.steps))

    def stored_weight_bits(self) -> Array:
        """Transformed weights are more than those of the network, those without zeros fewer."""
        bits = self.layers.weights * self.network.weight_bits * self.product.growth
        return np.asarray(bits * self.kept.weights)

    def repeated_bits(self, activations: Array) -> Array:
        """One operand stays as far as it fits, next to the buffer that the other needs to stream."""
        memory, other = self.memory("activations"), self.memory("weights")
        if memory is None or other is None:
            return self.zeros()
        room, room_for_weights = memory.options["capacity"], other.options["capacity"]
        if other.path == memory.path:
            at_hand = self.layers.row_elements * self.layers.kernel_rows * self.network.activation_bits
            # kernels of all columns are at work while the next ones come
            kernels = np.minimum(2.0 * self.columns / np.maximum(self.layers.outputs, 1.0), 1.0)
            streaming = self.stored_weight_bits() * kernels / np.maximum(self.layers.groups, 1.0)
            room, room_for_weights = (
                np.maximum(room - streaming, room / 2.0), np.maximum(room - at_hand, room / 2.0),
            )  # fmt: skip
        return np.asarray(
            accelerators.repeated_reading(self.stored_weight_bits(), activations, room_for_weights, room)
        )

    def external_maps(self) -> ExternalMaps | None:
        """Maps of all layers; pooling, additions and activations are done on the way out of the layer before."""
        if not self.external:
            return None
        t = self.layers
        weighted, readers = of_one_point(t.is_weighted) > 0.0, of_one_point(t.fan_out_layers)
        sizes = [float(np.prod(shape)) for shape in t.output_shapes]
        read, written = of_one_point(t.input_elements).copy(), np.array(sizes)
        owner = list(range(len(sizes)))
        first = next(layer for layer, sources in enumerate(t.reads) if -1 in sources)
        read[first] -= t.input_elements_total
        for layer, sources in enumerate(t.reads):
            latest = max(sources)
            if latest >= 0 and not weighted[layer] and readers[latest] == 1:
                read[layer] -= sizes[latest]
                written[latest] = 0.0
                owner[layer] = owner[latest]
        written[-1] = 0.0
        owners = tuple(owner)
        return ExternalMaps(
            self.zeros() + moved_to(read, owners), self.zeros() + moved_to(written, owners), owners
        )

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Processing elements of all arrays."""
        return {self.unit.path: units * self.rows * self.columns}
