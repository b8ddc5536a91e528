"""Row-stationary arrays: passes over filters and channels, rows with their halo, and cycles."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


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
