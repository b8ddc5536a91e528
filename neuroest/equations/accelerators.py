"""Digital accelerators that memristive chips are compared with.

Systolic arrays, trees of adders, serial units, row-stationary arrays, and arrays that pass over zeros; processors are
in `processors`.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided


def _passes(reduction: u.Numeric, outputs: u.Numeric, rows: u.Numeric, columns: u.Numeric) -> u.Numeric:
    """Number of weight loads: tiles of the matrix with the size of the array."""
    return np.ceil(reduction / rows) * np.ceil(outputs / columns)


@equation
def systolic_cycles(
    reduction: u.Dimensionless,
    outputs: u.Dimensionless,
    positions: u.Dimensionless,
    rows: u.Dimensionless,
    columns: u.Dimensionless,
) -> u.Dimensionless:
    """Cycles of one layer on a weight-stationary systolic array. [1].

    On an array whose units keep sums, outputs lie along the columns, positions take the part of the inputs, and the
    inputs of an output that of the positions.

    Parameters
    ----------
    reduction : float or array
        Inputs that are summed into one output. [1]
    outputs : float or array
        Outputs of one position. [1]
    positions : float or array
        Positions times batch: vectors that pass the same weights. [1]
    rows, columns : float or array
        Size of the array, at least one each. [1]

    Returns
    -------
    float or array
        Clock cycles. [1]

    Notes
    -----
    Formula: n = ceil(K / R) ceil(M / C) (P + R + C - 2)

    Valid: weight-stationary arrays that load the next weights while they work

    If the next weights are not loaded in the background, every pass needs additional cycles, one for each row
    of the array (2 R + C + P - 2, the form of SCALE-Sim).

    References
    ----------
    .. [1] A. Samajdar et al., "A systematic methodology for characterizing scalability of DNN accelerators
       using SCALE-Sim", ISPASS 2020, 58-68, doi:10.1109/ISPASS48437.2020.00016.
    .. [2] Derivation: docs/models/mapping.md.

    Examples
    --------
    256 x 128 weights on 128 x 128 are two passes of 100 + 128 + 128 - 2 = 354 cycles.

    >>> f"{systolic_cycles(256.0, 128.0, 100.0, 128.0, 128.0):g}"
    '708'
    """
    return _passes(reduction, outputs, rows, columns) * (positions + rows + columns - 2.0)


@equation
def tree_cycles(
    reduction: u.Dimensionless,
    outputs: u.Dimensionless,
    positions: u.Dimensionless,
    rows: u.Dimensionless,
    columns: u.Dimensionless,
) -> u.Dimensionless:
    """Cycles of one layer on an array of multipliers with a tree of adders in each column. [1].

    Parameters
    ----------
    reduction : float or array
        Inputs that are summed into one output. [1]
    outputs : float or array
        Outputs of one position. [1]
    positions : float or array
        Positions times batch: vectors that pass the same weights. [1]
    rows, columns : float or array
        Size of the array, at least one each. [1]

    Returns
    -------
    float or array
        Clock cycles. [1]

    Notes
    -----
    Formula: n = ceil(K / R) ceil(M / C) P

    Valid: inputs reach all columns at once, adder trees sum a column, the next weights load in the background

    A systolic array of the same size needs R + C - 2 cycles more for every block of weights.

    References
    ----------
    .. [1] NVDLA hardware documentation, unit description, "stripe operation": weights stay in the cells while
       inputs slide by, the next weights are fetched meanwhile.
    .. [2] Derivation: docs/models/mapping.md.

    Examples
    --------
    256 x 128 weights on 128 x 128 are two passes of 100 cycles.

    >>> f"{tree_cycles(256.0, 128.0, 100.0, 128.0, 128.0):g}"
    '200'
    """
    return _passes(reduction, outputs, rows, columns) * positions


@equation
def extended_kernel(kernel: u.Dimensionless, stride: u.Dimensionless) -> u.Dimensionless:
    """Stored over given elements of a kernel along one axis, with zero padding to whole strides. [1].

    Parameters
    ----------
    kernel, stride : float or array
        Size of the kernel and its stride along the axis, at least one. [1]

    Returns
    -------
    float or array
        Growth, at least one. [1]

    Notes
    -----
    Formula: g = U ceil(R / U) / R

    Valid: strided convolutions computed as one of stride one over interleaved inputs; one axis of the kernel

    References
    ----------
    .. [1] NVDLA hardware, performance sheet, weight data size.
    .. [2] Derivation: docs/models/mapping.md.
    .. [3] NVDLA performance sheet (perf/NVDLA_OpenSource_Performance.xlsx); derivation:
       docs/models/mapping.md.

    Examples
    --------
    A kernel of 1 x 1 with stride 2 becomes four channels, three of them zero: twice along either axis.

    >>> f"{extended_kernel(1.0, 2.0):g}"
    '2'
    """
    return stride * np.ceil(kernel / stride) / kernel


@equation
def tree_utilisation(
    reduction: u.Dimensionless,
    outputs: u.Dimensionless,
    positions: u.Dimensionless,
    rows: u.Dimensionless,
    columns: u.Dimensionless,
) -> u.Dimensionless:
    """Share of its units that an array with a tree of adders in each column spends on multiplying. [1].

    Parameters
    ----------
    reduction : float or array
        Inputs that are summed into one output. [1]
    outputs : float or array
        Outputs of one position. [1]
    positions : float or array
        Positions times batch, which do not matter here: nothing fills or drains. [1]
    rows, columns : float or array
        Size of the array, at least one each. [1]

    Returns
    -------
    float or array
        Utilisation, at most 1. [1]

    Notes
    -----
    Formula: u = K M / [R C ceil(K / R) ceil(M / C)]

    Valid: arrays without fill and drain cycles between blocks of weights

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    147 inputs of 64 outputs on 64 x 32: three blocks of rows for 2.3, and two of columns: 147 / 192.

    >>> f"{tree_utilisation(147.0, 64.0, 1.0, 64.0, 32.0):.3g}"
    '0.766'
    """
    work = reduction * outputs * positions
    return divided(work, tree_cycles(reduction, outputs, positions, rows, columns) * rows * columns)


@equation
def winograd_tiles(output_rows: u.Dimensionless, output_columns: u.Dimensionless) -> u.Dimensionless:
    """Tiles of four outputs that cover a map. [1].

    Parameters
    ----------
    output_rows, output_columns : float or array
        Size of the output map. [1]

    Returns
    -------
    float or array
        Tiles; each takes 16 multiplications a channel and filter, a direct convolution 36. [1]

    Notes
    -----
    Formula: n = ceil(E / 2) ceil(F / 2)

    Valid: kernels of 3 x 3 and stride one

    References
    ----------
    .. [1] A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, 4013-4021,
       doi:10.1109/CVPR.2016.435.

    Examples
    --------
    A map of 7 x 7 takes 4 x 4 tiles, as many as one of 8 x 8.

    >>> f"{winograd_tiles(7.0, 7.0):g}"
    '16'
    """
    return np.ceil(output_rows / 2.0) * np.ceil(output_columns / 2.0)


@equation
def systolic_utilisation(
    reduction: u.Dimensionless,
    outputs: u.Dimensionless,
    positions: u.Dimensionless,
    rows: u.Dimensionless,
    columns: u.Dimensionless,
) -> u.Dimensionless:
    """Share of its units and cycles that a systolic array spends on multiplying. [1].

    Parameters
    ----------
    reduction : float or array
        Inputs that are summed into one output. [1]
    outputs : float or array
        Outputs of one position. [1]
    positions : float or array
        Positions times batch: vectors that pass the same weights. [1]
    rows, columns : float or array
        Size of the array, at least one each. [1]

    Returns
    -------
    float or array
        Utilisation, at most 1. [1]

    Notes
    -----
    Formula: u = K M P / [R C ceil(K / R) ceil(M / C) (P + R + C - 2)]

    Valid: weight-stationary arrays that load the next weights while they work

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A layer of exactly 128 x 128 and 254 vectors: 254 / (254 + 254) = 0.5.

    >>> f"{systolic_utilisation(128.0, 128.0, 254.0, 128.0, 128.0):g}"
    '0.5'
    """
    work = reduction * outputs * positions
    slots = _passes(reduction, outputs, rows, columns) * (positions + rows + columns - 2.0) * rows * columns
    return divided(work, slots)


@equation
def repeated_reading(
    weights: u.Bit, activations: u.Bit, weight_capacity: u.Bit, activation_capacity: u.Bit
) -> u.Bit:
    """Bits of a layer that are read more than once because neither operand fits on the chip. [bit].

    Parameters
    ----------
    weights : float or array
        Weights of the layer. [bit]
    activations : float or array
        Activations that the layer reads. [bit]
    weight_capacity, activation_capacity : float or array
        Room on the chip for either, above zero. [bit]

    Returns
    -------
    float or array
        Bits beyond one reading of both. [bit]

    Notes
    -----
    Formula: S = min[S_a (ceil(S_w / C_w) - 1), S_w (ceil(S_a / C_a) - 1)]

    Valid: a layer processed in pieces that fit, with the better of the two loop orders

    With a piece of the weights on the chip, all activations are streamed once per piece, or vice versa. If
    either operand fits completely, nothing is read twice.

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    8 Mbit of weights in four pieces of 2 Mbit: 1 Mbit of activations is read three times more, which is less than
    reading the weights twice.

    >>> f"{repeated_reading(8e6, 1e6, 2e6, 0.5e6):.3g}"
    '3e+06'
    """
    weight_pieces = np.maximum(np.ceil(weights / weight_capacity), 1.0)
    activation_pieces = np.maximum(np.ceil(activations / activation_capacity), 1.0)
    of_activations, of_weights = activations * (weight_pieces - 1.0), weights * (activation_pieces - 1.0)
    return np.where(of_activations < of_weights, of_activations, of_weights)


@equation
def transform_adders(
    additions: u.Dimensionless, rows: u.Dimensionless, tile_products: u.Dimensionless
) -> u.Dimensionless:
    """Adders that a column of multipliers needs to transform its sums back at full rate. [1].

    Parameters
    ----------
    additions : float or array
        Additions that turn the sums of one tile into outputs. [1]
    rows : float or array
        Multipliers of a column. [1]
    tile_products : float or array
        Products of one tile and channel, above zero. [1]

    Returns
    -------
    float or array
        Adders of one column. [1]

    Notes
    -----
    Formula: n = k min(R / t^2, 1)

    Valid: columns that sum all their channels before the inverse transform

    If there are fewer rows than products per tile, a tile needs several cycles, which share the adders.

    References
    ----------
    .. [1] A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, 4013-4021.
    .. [2] Derivation: docs/models/mapping.md.
    .. [3] Lavin and Gray, CVPR 2016, 4013-4021, doi:10.1109/CVPR.2016.435; derivation:
       docs/models/mapping.md.

    Examples
    --------
    8 rows need two cycles for the 16 products of a tile: 12 adders do its 24 additions.

    >>> f"{transform_adders(24.0, 8.0, 16.0):g}"
    '12'
    """
    return additions * np.minimum(rows / tile_products, 1.0)


@equation
def bit_serial_cycle_time(
    adder_delay: u.Second, weight_bits: u.Bit, guard_bits: u.Bit, rows: u.Dimensionless, registers: u.Dimensionless,
    one_bit: u.Bit,
) -> u.Second:  # fmt: skip
    """Shortest cycle of a bit-serial adder array. [s].

    Parameters
    ----------
    adder_delay : float or array
        Delay of one full adder. [s]
    weight_bits, guard_bits : float or array
        Bits of a weight, and columns kept next to it for the growth of its sum. [bit]
    rows : float or array
        Rows of the array. [1]
    registers : float or array
        Registers along a column. [1]
    one_bit : float
        One bit, the unit in which columns are counted. [bit]

    Returns
    -------
    float or array
        Time of a cycle. [s]

    Notes
    -----
    Formula: t = t_adder (b_weight + b_guard + R / n + 2)

    Valid: columns of full adders that ripple down to the next register and along the bits of a weight

    References
    ----------
    .. [1] H. Kim, T. Yoo, T. T.-H. Kim and B. Kim, "Colonnade: a reconfigurable SRAM-based digital bit-serial
       compute-in-memory macro for processing neural networks", IEEE J. Solid-State Circuits 56, 2221-2233 (2021).

    Examples
    --------
    128 rows in 16 stages, one-bit weights with 7 guard bits, 0.4 ns: 18 adders.

    >>> f"{bit_serial_cycle_time(0.4e-9, 1.0, 7.0, 128.0, 16.0, 1.0):.3g}"
    '7.2e-09'
    """
    ripple = (weight_bits + guard_bits) / one_bit + rows / registers + 2.0
    return adder_delay * ripple


KERNEL = 3.0
"""Rows and columns of the kernel."""
TILE = 4.0
"""Rows and columns of inputs that make two rows and columns of outputs."""
PRODUCTS = TILE * TILE
"""Multiplications of a tile, a channel and a filter."""
INPUT_ADDITIONS = 32.0
"""Additions that transform a tile of inputs."""
OUTPUT_ADDITIONS = 24.0
"""Additions that transform the sums of a tile into its outputs."""


@equation
def row_stationary_cycles(
    kernel_rows: u.Dimensionless, output_rows: u.Dimensionless, pairs: u.Dimensionless, row_operations: u.Dimensionless,
    rows: u.Dimensionless, columns: u.Dimensionless,
) -> u.Dimensionless:  # fmt: skip
    """Cycles of a convolution in the row-stationary dataflow. [1].

    Parameters
    ----------
    kernel_rows : float or array
        Rows of the kernel, which lie along the rows of the array. [1]
    output_rows : float or array
        Rows of the output map, which lie along its columns. [1]
    pairs : float or array
        Pairs of input channel and filter. [1]
    row_operations : float or array
        Multiply-accumulates of a row of the kernel with a row of the input: output columns times kernel columns. [1]
    rows, columns : float or array
        Rows and columns of units. [1]

    Returns
    -------
    float or array
        Clock cycles. [1]

    Notes
    -----
    Formula: n = ceil[P / (v h)] ceil(E / X) ceil(R / Y) W, v = max[floor(Y / R), 1], h = max[floor(X / E), 1]

    Valid: units that each convolve one row of the kernel with one row of the input, without stalls

    A small kernel is put several times above itself for further channels, a small map several times next to itself;
    a map with more rows than there are columns, or a kernel with more rows than there are rows, is folded.

    References
    ----------
    .. [1] Y.-H. Chen, T. Krishna, J. S. Emer and V. Sze, "Eyeriss: an energy-efficient reconfigurable accelerator
       for deep convolutional neural networks", IEEE J. Solid-State Circuits 52, 127-138 (2017).
    .. [2] Chen, Krishna, Emer and Sze, IEEE J. Solid-State Circuits 52, 127-138 (2017), section III.

    Examples
    --------
    Third layer of AlexNet, 3 x 3 kernels over 13 rows on 12 x 14 units: 156 of 168 units work, as published.

    >>> pairs, work = 256 * 384, 13 * 3
    >>> cycles = row_stationary_cycles(3.0, 13.0, pairs, work, 12.0, 14.0)
    >>> f"{pairs * work * 3 * 13 / cycles:.0f}"
    '156'
    """
    stacked = np.maximum(np.floor(rows / kernel_rows), 1.0)
    side_by_side = np.maximum(np.floor(columns / output_rows), 1.0)
    folds = np.ceil(output_rows / columns) * np.ceil(kernel_rows / rows)
    cycles: u.Dimensionless = np.ceil(pairs / (stacked * side_by_side)) * folds * row_operations
    return cycles


@equation
def filters_of_a_pass(
    filters: u.Dimensionless, held_filters: u.Dimensionless, buffer_words: u.Dimensionless,
    input_words: u.Dimensionless,
    sums_per_filter: u.Dimensionless,
) -> u.Dimensionless:  # fmt: skip
    """Filters that share one reading of the input in the row-stationary dataflow. [1].

    Parameters
    ----------
    filters : float or array
        Filters of the layer. [1]
    held_filters : float or array
        Filters that all units together hold. [1]
    buffer_words : float or array
        Words that the buffer holds, partial sums and inputs together. [1]
    input_words : float or array
        Inputs of one channel that a strip of output rows needs. [1]
    sums_per_filter : float or array
        Outputs of one filter in a strip, above zero. [1]

    Returns
    -------
    float or array
        Filters of one pass. [1]

    Notes
    -----
    Formula: m = min[M, p_max, floor((B - H W) / (e F))], at least 1

    Valid: partial sums of one pass stay in the buffer with the input rows of at least one channel

    Inputs come from the external memory once for each pass, so as many filters as fit are taken first; what is left
    of the buffer goes to further channels.

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.
    .. [2] Y.-H. Chen et al., IEEE J. Solid-State Circuits 52, 127-138 (2017), section III.

    Examples
    --------
    51200 words, strips of 14 rows of 224 outputs and 16 x 226 inputs: (51200 - 3616) / 3136 = 15.2.

    >>> f"{filters_of_a_pass(64.0, 64.0, 51200.0, 3616.0, 3136.0):g}"
    '15'
    """
    fitting = np.floor((buffer_words - input_words) / sums_per_filter)
    return np.maximum(np.minimum(np.minimum(filters, held_filters), fitting), 1.0)


@equation
def channels_of_a_pass(
    channels: u.Dimensionless, held_channels: u.Dimensionless, buffer_words: u.Dimensionless,
    input_words: u.Dimensionless,
    sums: u.Dimensionless,
) -> u.Dimensionless:  # fmt: skip
    """Input channels that are added up before partial sums return to the buffer. [1].

    Parameters
    ----------
    channels : float or array
        Input channels of a filter. [1]
    held_channels : float or array
        Channels that the units together add up. [1]
    buffer_words : float or array
        Words that the buffer holds, partial sums and inputs together. [1]
    input_words : float or array
        Inputs of one channel that a strip of output rows needs, above zero. [1]
    sums : float or array
        Partial sums of the pass. [1]

    Returns
    -------
    float or array
        Channels of one pass. [1]

    Notes
    -----
    Formula: q = min[C, q_max, floor((B - m e F) / (H W))], at least 1

    Valid: input rows of one pass stay in the buffer with its partial sums

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.
    .. [2] Y.-H. Chen et al., IEEE J. Solid-State Circuits 52, 127-138 (2017), section III.

    Examples
    --------
    51200 words hold 64 x 14 x 28 sums and the rows of many channels; a unit adds up four of them.

    >>> f"{channels_of_a_pass(256.0, 4.0, 51200.0, 480.0, 25088.0):g}"
    '4'
    """
    fitting = np.floor((buffer_words - sums) / input_words)
    return np.maximum(np.minimum(np.minimum(channels, held_channels), fitting), 1.0)


@equation
def rows_with_halo(
    output_rows: u.Dimensionless,
    strip_rows: u.Dimensionless,
    kernel_rows: u.Dimensionless,
    stride: u.Dimensionless,
) -> u.Dimensionless:
    """Input rows that all strips of a map read together. [1].

    Parameters
    ----------
    output_rows, strip_rows : float or array
        Rows of the output map and of a strip of it, at least one. [1]
    kernel_rows, stride : float or array
        Rows of the kernel and its stride along them. [1]

    Returns
    -------
    float or array
        Input rows, those that two strips share counted twice. [1]

    Notes
    -----
    Formula: H = (e - 1) U + R, n = ceil(E / e) H

    Valid: maps that are worked on in strips of rows, each with the rows that its kernels reach over its ends

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.
    .. [2] Chen, Krishna, Emer and Sze, IEEE J. Solid-State Circuits 52, 127-138 (2017), section III;
       derivation: docs/models/mapping.md.

    Examples
    --------
    55 rows in strips of 7 with kernels of 11 rows and stride 4: eight strips of 35 rows.

    >>> f"{rows_with_halo(55.0, 7.0, 11.0, 4.0):g}"
    '280'
    """
    each = (strip_rows - 1.0) * stride + kernel_rows
    return np.ceil(output_rows / strip_rows) * each


@equation
def kept_products(input_density: u.Dimensionless, weight_density: u.Dimensionless) -> u.Dimensionless:
    """Share of the products of a layer that have no factor of zero. [1].

    Parameters
    ----------
    input_density, weight_density : float or array
        Share of the inputs and of the weights that are not zero; one where their zeros are multiplied. [1]

    Returns
    -------
    float or array
        Share of all products. [1]

    Notes
    -----
    Formula: s = d_x d_w

    Valid: zeros of inputs and weights that are independent of each other

    References
    ----------
    .. [1] S. Han et al., "EIE: efficient inference engine on compressed deep neural network", ISCA 2016, 243-254,
           doi:10.1109/ISCA.2016.30: weights of 10 % and activations of 30 % leave 3 % of the work.
    .. [2] Derivation: docs/models/digital.md.

    Examples
    --------
    Weights of 10 % and activations of 30 %:

    >>> f"{kept_products(0.3, 0.1):.3g}"
    '0.03'
    """
    return input_density * weight_density


@equation
def skipped_cycles(products: u.Dimensionless, balance: u.Dimensionless) -> u.Dimensionless:
    """Cycles of a zero-skipping array relative to a dense one. [1].

    Parameters
    ----------
    products : float or array
        Share of the products that are computed. [1]
    balance : float or array
        Share of the cycles in which a unit has a product, above zero. [1]

    Returns
    -------
    float or array
        Share, at most one: an array may always work as a dense one does. [1]

    Notes
    -----
    Formula: c = min(s / b, 1)

    Valid: layers with many more products than units

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    A quarter of the products at a balance of one half take half of the cycles.

    >>> f"{skipped_cycles(0.25, 0.5):g}"
    '0.5'
    """
    return np.minimum(products / balance, 1.0)


@equation
def packed_share(density: u.Dimensionless, bits: u.Bit, index_bits: u.Bit) -> u.Dimensionless:
    """Bits of operands that are stored without their zeros, over all of them. [1].

    Parameters
    ----------
    density : float or array
        Share that is not zero. [1]
    bits : float or array
        Bits of one operand, above zero. [bit]
    index_bits : float or array
        Bits that say where an operand belongs. [bit]

    Returns
    -------
    float or array
        Share; above one where the places take more than the zeros did. [1]

    Notes
    -----
    Formula: s = d (b + i) / b

    Valid: a list of operands, each with its place; bit maps and padding are not in it

    References
    ----------
    .. [1] S. Han et al., "EIE: efficient inference engine on compressed deep neural network", ISCA 2016, 243-254,
           doi:10.1109/ISCA.2016.30: weights of 4 bits with places of 4 bits.
    .. [2] Derivation: docs/models/digital.md.

    Examples
    --------
    A tenth of the weights, of 4 bits with places of 4 bits: a fifth.

    >>> f"{packed_share(0.1, 4.0, 4.0):.3g}"
    '0.2'
    """
    return density * (bits + index_bits) / bits
