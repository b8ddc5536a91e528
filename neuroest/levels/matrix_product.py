"""A layer of a digital array as a matrix-vector product."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accelerators
from neuroest.equations import winograd as tiles_of
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
        (t.kernel_rows == tiles_of.KERNEL)
        & (t.kernel_columns == tiles_of.KERNEL)
        & (t.row_stride == 1)
        & (t.column_stride == 1)
        & (t.dilation == 1)
    )
    tiles = accelerators.winograd_tiles(t.output_rows, t.positions / t.output_rows)
    channels = reduction / tiles_of.KERNEL**2
    return MatrixProduct(
        np.where(taken, channels * tiles_of.PRODUCTS, reduction),
        t.outputs,
        np.where(taken, tiles, vectors),
        np.where(taken, tiles_of.PRODUCTS / tiles_of.KERNEL**2, stored),
        np.where(taken, tiles_of.INPUT_ADDITIONS * tiles * channels * t.groups, nothing),
        np.where(taken, tiles_of.OUTPUT_ADDITIONS * tiles * t.outputs * t.groups, nothing),
        # the products of a tile stay apart, and only channels are summed
        np.where(taken, np.minimum(tiles_of.PRODUCTS, rows), 1.0),
    )
