"""Timing of a read: when columns are driven and converted, and when the next read starts."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import rounded_down, rounded_up


@equation
def column_driven_time(settling: u.Second, sampling: u.Second, conversion: u.Second) -> u.Second:
    """Time for which a column must be driven in one read. [s].

    Parameters
    ----------
    settling : float or array
        Time until the column has settled, or the pulse of its inputs where that is longer. [s]
    sampling : float or array
        Time in which a stage takes the settled result; zero where none does. [s]
    conversion : float or array
        Time of the conversions that need the column itself, since nothing holds its result. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_settle + t_sample + t_convert

    Valid: the rows stay driven until the last conversion that needs them has ended

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    Settling in 10 ns, then eight conversions of 10 ns from the column itself:

    >>> f"{column_driven_time(10e-9, 0.0, 80e-9):.3g}"
    '9e-08'
    """
    return settling + sampling + conversion


@equation
def read_interval(
    settling: u.Second, sampling: u.Second, conversion: u.Second, conversion_held: u.Second
) -> u.Second:
    """Time from one read of a group of columns to the next. [s].

    Parameters
    ----------
    settling : float or array
        Time until the columns have settled, their reset before it included. [s]
    sampling : float or array
        Time in which a stage takes the settled results; zero where none does. [s]
    conversion : float or array
        Time of the conversions that need the columns themselves. [s]
    conversion_held : float or array
        Time of the conversions of held results, during which the columns may settle for the next read. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = max(t_settle, t_held) + t_sample + t_convert

    Valid: each column has one holding capacitor, which takes the next result when the last has been converted

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    Settling in 20 ns, sampling in 2 ns, and 80 ns of conversions: the next read begins after 82 ns where a stage holds
    the results, and after 100 ns where nothing holds and samples them.

    >>> f"{read_interval(20e-9, 2e-9, 0.0, 80e-9):.3g} {read_interval(20e-9, 0.0, 80e-9, 0.0):.3g}"
    '8.2e-08 1e-07'
    """
    return np.maximum(settling, conversion_held) + sampling + conversion


@equation
def input_digits(bits: u.Dimensionless, bits_per_phase: u.Dimensionless) -> u.Dimensionless:
    """Phases in which an input is applied. [1].

    Parameters
    ----------
    bits : float or array
        Bits of the input.
    bits_per_phase : float or array
        Bits that one phase carries, as a pulse or a voltage.

    Returns
    -------
    float or array
        Whole number of phases.

    Notes
    -----
    Formula: p = ceil(b / b_phase)

    Valid: whole bits

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    8 bits in steps of 3:

    >>> float(input_digits(8.0, 3.0))
    3.0
    """
    return rounded_up(bits / bits_per_phase)


@equation
def mean_binary_width(bits: u.Dimensionless) -> u.Dimensionless:
    """Mean pulse width of an input with binary-weighted pulse widths. [1].

    Parameters
    ----------
    bits : float or array
        Bits of the input, one pulse each.

    Returns
    -------
    float or array
        Mean width over the shortest.

    Notes
    -----
    Formula: w = (2^b - 1) / b

    Valid: one pulse for each bit, in proportion to its place

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    1, 2, 4 and 8 shortest widths for four bits:

    >>> float(mean_binary_width(4.0))
    3.75
    """
    return (np.exp2(bits) - 1.0) / bits


@equation
def active_digit_probability(bit_density: u.Dimensionless, bits: u.Dimensionless) -> u.Dimensionless:
    """Probability that a digit of several bits is not zero. [1].

    Parameters
    ----------
    bit_density : float or array
        Share of the bits that are one.
    bits : float or array
        Bits of the digit.

    Returns
    -------
    float or array
        Probability.

    Notes
    -----
    Formula: p = 1 - (1 - d)^b

    Valid: bits independent of each other

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    Three of the four digits of two fair bits:

    >>> float(active_digit_probability(0.5, 2.0))
    0.75
    """
    return 1.0 - (1.0 - bit_density) ** bits


@equation
def row_groups(
    rows: u.Dimensionless, array_rows: u.Dimensionless, rows_at_once: u.Dimensionless
) -> u.Dimensionless:
    """Reads of the rows of one group of a layer, over all its arrays. [1].

    Parameters
    ----------
    rows : float or array
        Rows that the layer takes.
    array_rows : float or array
        Rows of one array.
    rows_at_once : float or array
        Rows that are summed in one read.

    Returns
    -------
    float or array
        Whole number of reads.

    Notes
    -----
    Formula: g = floor(R / N) ceil(N / n) + ceil((R mod N) / n)

    Valid: reads that never reach from one array into the next

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    300 rows on arrays of 256, 16 at a time: 16 reads of the full array and three of the second.

    >>> float(row_groups(300.0, 256.0, 16.0))
    19.0
    """
    full = rounded_down(rows / array_rows)
    return full * rounded_up(array_rows / rows_at_once) + rounded_up(
        (rows - full * array_rows) / rows_at_once
    )
