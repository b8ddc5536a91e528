"""Layers of digital arrays: as matrix-vector products, their loop orders with traffic, and zeros that are skipped."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from pydantic import ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accelerators
from neuroest.levels.base import Mapper
from neuroest.specs.architecture import ComputingLevel
from neuroest.specs.base import PositiveFraction, WordWidth
from neuroest.workloads.layers import LayerTable


@frozen_dataclass(eq=False)
class MatrixProduct:
    """A layer as a product of a matrix of weights with vectors that stream by.

    Attributes
    ----------
    reduction, outputs, vectors : array
        Inputs that are summed into one output, outputs of one vector, and vectors of one inference.
    growth : array
        Stored weights over those of the network.
    input_additions, output_additions : array
        Additions that turn inputs into vectors, for one group of columns, and sums into outputs, for one block of rows.
    sums : array
        Sums that the products of one vector, one output and one block of rows make.
    """

    reduction: Array
    outputs: Array
    vectors: Array
    growth: Array
    input_additions: Array
    output_additions: Array
    sums: Array


def matrix_product(t: LayerTable, rows: u.Numeric, *, winograd: bool, extends_strides: bool) -> MatrixProduct:
    """Every layer as a product of a matrix with vectors."""
    reduction, vectors = t.reduction + t.recurrent_reduction, t.positions
    nothing = np.zeros_like(t.positions)
    stored = np.ones_like(t.positions)
    if extends_strides:
        stored = np.asarray(
            accelerators.extended_kernel(t.kernel_rows, t.row_stride)
            * accelerators.extended_kernel(t.kernel_columns, t.column_stride)
        )
    if not winograd:
        return MatrixProduct(
            reduction, t.outputs, vectors, stored, nothing, nothing, np.ones_like(t.positions)
        )
    taken = (
        (t.kernel_rows == accelerators.KERNEL)
        & (t.kernel_columns == accelerators.KERNEL)
        & (t.row_stride == 1)
        & (t.column_stride == 1)
        & (t.dilation == 1)
    )
    tiles = accelerators.winograd_tiles(t.output_rows, t.positions / t.output_rows)
    channels = reduction / accelerators.KERNEL**2
    return MatrixProduct(
        np.where(taken, channels * accelerators.PRODUCTS, reduction),
        t.outputs,
        np.where(taken, tiles, vectors),
        np.where(taken, accelerators.PRODUCTS / accelerators.KERNEL**2, stored),
        np.where(taken, accelerators.INPUT_ADDITIONS * tiles * channels * t.groups, nothing),
        np.where(taken, accelerators.OUTPUT_ADDITIONS * tiles * t.outputs * t.groups, nothing),
        # the products of a tile stay apart, and only channels are summed
        np.where(taken, np.minimum(accelerators.PRODUCTS, rows), 1.0),
    )


@frozen_dataclass(eq=False)
class LoopOrder:
    """One order of the loops of a layer, with what the memories next to the units hold meanwhile.

    Attributes
    ----------
    inputs_held, weights_held : array
        Bits that such a memory must hold for the order. [bit].
    inputs, weights : array
        Bits that then come into it. [bit].
    """

    inputs_held: Array
    inputs: Array
    weights_held: Array
    weights: Array


def best_order(
    orders: Sequence[LoopOrder],
    inputs_read: Array,
    weights_read: Array,
    inputs_room: u.Bit,
    weights_room: u.Bit,
) -> LoopOrder:
    """The order that brings the fewest bits into memories of these sizes, layer by layer.

    Parameters
    ----------
    orders : sequence of LoopOrder
        All orders that the units can work in.
    inputs_read, weights_read : array
        Bits that the units read, which all come from outside where the memory cannot hold what an order needs. [bit].
    inputs_room, weights_room : float or array
        Sizes of the memories; zero where there is none. [bit].

    Examples
    --------
    >>> one, other = LoopOrder(8.0, 100.0, 0.0, 50.0), LoopOrder(64.0, 25.0, 0.0, 50.0)
    >>> best_order((one, other), 400.0, 50.0, 32.0, 0.0).inputs, best_order((one, other), 400.0, 50.0, 64.0, 0.0).inputs
    (array(100.), array(25.))
    """
    moved = [
        np.where(order.inputs_held <= inputs_room, np.minimum(order.inputs, inputs_read), inputs_read)
        + np.where(order.weights_held <= weights_room, np.minimum(order.weights, weights_read), weights_read)
        for order in orders
    ]
    chosen = np.argmin(np.stack(np.broadcast_arrays(*moved)), axis=0)

    def of_chosen(name: str) -> Array:
        return np.asarray(
            np.choose(chosen, np.broadcast_arrays(chosen, *(getattr(o, name) for o in orders))[1:])
        )

    return LoopOrder(*map(of_chosen, ("inputs_held", "inputs", "weights_held", "weights")))


class SkipsZeros(ComputingLevel):
    """Level whose units may skip zeros."""

    zero_skipping: Literal["none", "inputs", "inputs_and_weights"] = "none"
    """Zeros that need no cycle. inputs: products with a zero input; inputs_and_weights: also products with a zero
    weight (`weights.density` of the workload)."""
    load_balance: PositiveFraction = 1.0
    """Utilisation of a unit when zeros are skipped: units with more nonzero products make the others wait. 1: input
    queues balance the load."""
    index_bits: WordWidth | None = None
    """Index bits per operand, if maps (and weights, if their zeros are skipped) are stored without zeros. If left out,
    zeros are stored."""

    @field_validator("load_balance", "index_bits")
    @classmethod
    def _skips(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated not in {None, 1.0} and info.data.get("zero_skipping") == "none":
            raise PydanticCustomError("zero_skipping", "is for arrays with `zero_skipping`")
        return stated

    @model_validator(mode="after")
    def _spread_of_what_skips(self) -> Self:
        if self.zero_skipping == "none" and "load_balance" in self.uncertain:
            raise PydanticCustomError(
                "zero_skipping", "`uncertain.load_balance` is for arrays with `zero_skipping`"
            )
        return self


@frozen_dataclass(eq=False)
class Kept:
    """What is left of a layer without its zeros, over what a dense array does.

    Attributes
    ----------
    products : array or float
        Products that are computed.
    cycles : array or float
        Cycles that they take.
    inputs, outputs, weights : array or float
        Bits of a stored map that is read, of one that is written, and of weights.
    fetched : array or float
        Weights that are streamed for the present inputs.
    turns : array or float
        Products that take a turn of the units, computed or not.
    """

    products: u.Numeric = 1.0
    cycles: u.Numeric = 1.0
    inputs: u.Numeric = 1.0
    outputs: u.Numeric = 1.0
    weights: u.Numeric = 1.0
    fetched: u.Numeric = 1.0
    turns: u.Numeric = 1.0


def kept_of(mapper: Mapper) -> Kept:
    """What a level keeps of each layer.

    Raises
    ------
    CodingError
        For spikes, which are events already.
    """
    spec: Any = mapper.compute.spec
    how = getattr(spec, "zero_skipping", "none")
    if how == "none" and getattr(spec, "gating", "none") == "none":
        return Kept()
    if mapper.network.spiking:
        raise CodingError(
            f"{mapper.level.path} gates or skips zeros, but spikes are not numbers; set gating and "
            "zero_skipping to none"
        )
    t, options = mapper.layers, mapper.compute.options
    if how == "none":
        return Kept(products=t.input_density)
    dense_weights = how == "inputs"
    weights = 1.0 if dense_weights else t.weight_density
    products = accelerators.kept_products(t.input_density, weights)
    index = options.get("index_bits")

    def packed(density: u.Dimensionless, bits: u.Bit) -> u.Dimensionless:
        return 1.0 if index is None else accelerators.packed_share(density, bits, index)

    bits, wide = mapper.network.written_bits, np.maximum(mapper.network.activation_bits, t.input_bits)
    return Kept(
        products=products,
        cycles=accelerators.skipped_cycles(products, options["load_balance"]),
        inputs=packed(t.input_density, wide),
        outputs=packed(t.output_density, bits),
        weights=1.0 if dense_weights else packed(weights, mapper.network.weight_bits),
        fetched=t.input_density,
        turns=products,
    )
