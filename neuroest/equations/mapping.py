"""Mapping of layers to arrays, copies and placement.

All arguments are counts, rates and times that may be arrays: an axis of layers broadcasts against axes of
design points.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided, rounded_up


@equation
def strips_reached(
    strips: u.Dimensionless, outputs: u.Dimensionless, kernel: u.Dimensionless, stride: u.Dimensionless
) -> u.Dimensionless:
    """Strips of a map that need an input, on average, along one of its sides. [1].

    Parameters
    ----------
    strips : float or array
        Strips of equal size that the side of the output map is divided into, at most its outputs. [1]
    outputs : float or array
        Outputs along that side. [1]
    kernel : float or array
        Inputs along that side that an output needs. [1]
    stride : float or array
        Inputs from one output to the next. [1]

    Returns
    -------
    float or array
        Strips, at least one.

    Notes
    -----
    Formula: r = max(n [(H / n - 1) s + k] / [(H - 1) s + k], 1)

    Valid: strips that are as large as each other; an input that lies between two windows counts like the others

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    14 rows on 7 elements with kernels of three rows: each two rows need four of the 16 input rows.

    >>> f"{strips_reached(7.0, 14.0, 3.0, 1.0):g}"
    '1.75'
    """
    each = (outputs / strips - 1.0) * stride + kernel
    return np.maximum(strips * each / ((outputs - 1.0) * stride + kernel), 1.0)


@equation
def block_count(size: u.Dimensionless, capacity: u.Dimensionless) -> u.Dimensionless:
    """Arrays along one side that a matrix needs. [1].

    Parameters
    ----------
    size : float or array
        Rows or columns of the matrix, all copies and slices of a weight counted. [1]
    capacity : float or array
        Rows or columns of one array. [1]

    Returns
    -------
    float or array
        Number of arrays; infinite where an array has none. [1]

    Notes
    -----
    Formula: n = ceil(size / capacity)

    Valid: whole numbers

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A 3 x 3 convolution of 64 channels has 576 rows: five arrays of 128.

    >>> f"{block_count(576.0, 128.0):g}"
    '5'
    """
    return np.ceil(divided(size, capacity))


@equation
def groups_per_array(
    rows: u.Dimensionless,
    columns: u.Dimensionless,
    group_rows: u.Dimensionless,
    group_columns: u.Dimensionless,
) -> u.Dimensionless:
    """Capacity of one array in groups of a convolution that share neither a row nor a column. [1].

    Parameters
    ----------
    rows, columns : float or array
        Rows and columns of one array. [1]
    group_rows, group_columns : float or array
        Rows and columns of one group, above zero. [1]

    Returns
    -------
    float or array
        Whole groups in one array; 0 where a group needs more than one array. [1]

    Notes
    -----
    Formula: n = min(floor(R / R_group), floor(C / C_group))

    Valid: grouped and depthwise convolutions packed as blocks on the diagonal of an array

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A depthwise 3 x 3 convolution has groups of 9 rows and 2 columns: 14 on the diagonal of 128 x 128.

    >>> f"{groups_per_array(128.0, 128.0, 9.0, 2.0):g}"
    '14'
    """
    return np.minimum(np.floor(rows / group_rows), np.floor(columns / group_columns))


@equation
def off_diagonal_groups(groups: u.Dimensionless, packed: u.Dimensionless) -> u.Dimensionless:
    """Mean number of other groups whose columns a driven row of a group reads, off the diagonal. [1].

    Parameters
    ----------
    groups : float or array
        Groups of the convolution, g, above zero. [1]
    packed : float or array
        Groups that lie on the diagonal of one array, p, at least one. [1]

    Returns
    -------
    float or array
        Mean number of other groups in the array of a group. [1]

    Notes
    -----
    Formula: n = (q p^2 + r^2) / g - 1, q = floor(g / p), r = g - q p

    Valid: all groups of an array read at once; cells off the diagonal left at their low conductance

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    64 groups, 14 in an array: four arrays of 14 and one of 8, (4 x 196 + 64) / 64 - 1.

    >>> f"{off_diagonal_groups(64.0, 14.0):g}"
    '12.25'
    """
    full = np.floor(groups / packed)
    rest = groups - full * packed
    return (full * packed**2 + rest**2) / groups - 1.0


@equation
def replication_for_interval(
    work: u.Dimensionless, cycle_time: u.Second, interval: u.Second
) -> u.Dimensionless:
    """Fewest copies of a layer's arrays that keep up with an initiation interval. [1].

    Parameters
    ----------
    work : float or array
        Array cycles of one inference: output positions times cycles of one position. [1]
    cycle_time : float or array
        Time of one array cycle. [s]
    interval : float or array
        Initiation interval that is wanted, above zero. [s]

    Returns
    -------
    float or array
        Copies, at least one. [1]

    Notes
    -----
    Formula: n = max(1, ceil(N_work t_cycle / t_interval))

    Valid: pipelined layers, copies that hold the same weights

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    3136 positions of 100 ns in 100 us: 3.136, so four copies.

    >>> f"{replication_for_interval(3136.0, 100e-9, 100e-6):g}"
    '4'
    """
    return np.maximum(rounded_up(work * (cycle_time / interval)), 1.0)


@equation
def units_for(needed: u.Dimensionless, per_unit: u.Dimensionless) -> u.Dimensionless:
    """Units of the next level (tiles, cores, chips) needed. [1].

    Parameters
    ----------
    needed : float or array
        Arrays, neurons or whatever a unit holds, as many as all layers need. [1]
    per_unit : float or array
        How many one unit holds. [1]

    Returns
    -------
    float or array
        Number of units; infinite where a unit holds none. [1]

    Notes
    -----
    Formula: n = ceil(n_needed / n_unit)

    Valid: identical units; a value slightly above an integer because of rounding counts as that integer

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    92 arrays in tiles of 8.

    >>> f"{units_for(92.0, 8.0):g}"
    '12'
    """
    return rounded_up(divided(needed, per_unit))


@equation
def cores_of_a_window(
    rows: u.Dimensionless, columns: u.Dimensionless, row_distance: u.Dimensionless, held: u.Dimensionless
) -> u.Dimensionless:
    """Mean number of cores that hold the positions of a window, if each core holds a run of positions. [1].

    Parameters
    ----------
    rows : float or array
        Rows of the window, r, at least one. [1]
    columns : float or array
        Neighbouring positions of one of its rows, c, at most the row distance. [1]
    row_distance : float or array
        Positions from one row of the window to the next, W. [1]
    held : float or array
        Positions of a core, m, at least one. [1]

    Returns
    -------
    float or array
        Cores, the mean over all places of the window. [1]

    Notes
    -----
    Formula: n = 1 + ((r - 1) W + c - 1) / m - (r - 1) max(W - c - m + 1, 0) / m

    Valid: positions of the map row by row on the cores, and windows at all places alike

    References
    ----------
    .. [1] Derivation: docs/models/digital.md, "Spiking cores".

    Examples
    --------
    A window of 3 x 3 in rows of 16 positions, with two rows in a core, 1 + 34 / 32, and with four positions in a core,
    1 + 34 / 4 - 2 x 10 / 4.

    >>> [f"{cores_of_a_window(3.0, 3.0, 16.0, held):.4g}" for held in (32.0, 4.0)]
    ['2.062', '4.5']
    """
    between = np.maximum(row_distance - columns - held + 1.0, 0.0)
    return 1.0 + ((rows - 1.0) * (row_distance - between) + columns - 1.0) / held
