"""Errors of the weights in a crossbar: conductances, cells in parallel, stuck cells and spare columns."""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def digit_error_gain(digit_bits: u.Dimensionless, digits: u.Dimensionless) -> u.Dimensionless:
    """Squared relative error of a number relative to that of its digits. [1].

    Parameters
    ----------
    digit_bits : float or array
        Bits of one digit, b. [1]
    digits : float or array
        Digits of the number, n. [1]

    Returns
    -------
    float or array
        Gain: one for a single digit, towards (B - 1)/(B + 1) for many. [1]

    Notes
    -----
    Formula: F = (B - 1)(B^n + 1) / ((B + 1)(B^n - 1)), B = 2^b

    Valid: digits weighed by powers of B, each with an error of its own of one size over its largest value

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Eight digits of one bit: (1 + 4 + ... + 4^7)/255^2 = 21845/65025 = 0.336.

    >>> f"{digit_error_gain(1.0, 8.0):.3f}"
    '0.336'
    """
    base, whole = np.exp2(digit_bits), np.exp2(digit_bits * digits)
    return (base - 1.0) * (whole + 1.0) / ((base + 1.0) * (whole - 1.0))


@equation
def weight_mean_square(mean_absolute_weight: u.Dimensionless) -> u.Dimensionless:
    """Mean square of weights over the square of the largest one, from their mean absolute value. [1].

    Parameters
    ----------
    mean_absolute_weight : float or array
        Mean absolute weight over the largest absolute weight, 0 to 1. [1]

    Returns
    -------
    float or array
        Mean square, never more than the mean absolute value itself. [1]

    Notes
    -----
    Formula: E[w^2]/w_max^2 = min((pi/2) (E|w|/w_max)^2, E|w|/w_max)

    Valid: Gaussian weights that are hardly clipped, or weights of two or three values

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Gaussian weights clipped at three standard deviations: 0.266 gives 0.111, one ninth.

    >>> f"{weight_mean_square(0.266):.3f}"
    '0.111'
    """
    gaussian = mean_absolute_weight * mean_absolute_weight * (math.pi / 2.0)
    return np.minimum(gaussian, mean_absolute_weight)


@equation
def root_mean_square_conductance(
    low_conductance: u.Siemens,
    window: u.Siemens,
    mean_share: u.Dimensionless,
    mean_square_share: u.Dimensionless,
) -> u.Siemens:
    """Root mean square of the conductances of cells. [S].

    Parameters
    ----------
    low_conductance : float or array
        Lower end of the window. [S]
    window : float or array
        Upper less lower end, dG. [S]
    mean_share, mean_square_share : float or array
        Mean and mean square of the share of the window that a cell is above its lower end. [1]

    Returns
    -------
    float or array
        Root mean square. [S]

    Notes
    -----
    Formula: G_rms = sqrt(G_low^2 + 2 G_low dG u + dG^2 u2)

    Valid: conductances on a line between the ends of the window

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Half of the cells at 1 uS and half at 7 uS: sqrt((1 + 49)/2) = 5 uS.

    >>> f"{root_mean_square_conductance(1e-6, 6e-6, 0.5, 0.5):.3g}"
    '5e-06'
    """
    mixed = 2.0 * low_conductance * window * mean_share
    return np.sqrt(low_conductance * low_conductance + mixed + window * window * mean_square_share)


@equation
def parallel_cell_spread(
    low_conductance: u.Siemens,
    window: u.Siemens,
    mean_square_share: u.Dimensionless,
    low_spread: u.Dimensionless,
    high_spread: u.Dimensionless,
) -> u.Siemens:
    """Standard deviation of cells whose states scatter differently, root mean square over the states. [S].

    Parameters
    ----------
    low_conductance : float or array
        Lower end of the window. [S]
    window : float or array
        Upper less lower end, dG. [S]
    mean_square_share : float or array
        Mean square of the share of the window that a cell is above its lower end, u2. [1]
    low_spread, high_spread : float or array
        Relative standard deviation at the lower and at the upper end. [1]

    Returns
    -------
    float or array
        Standard deviation. [S]

    Notes
    -----
    Formula: s = sqrt((s_low G_low)^2 + (s_high dG)^2 u2)

    Valid: a cell between the ends behaves like fractions of both in parallel, which scatter independently

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 uS that scatters by 30 %, and a window of 24 uS, 4 % of a ninth of it in the square: sqrt(0.3^2 + 0.32^2) uS.

    >>> f"{parallel_cell_spread(1e-6, 24e-6, 1 / 9, 0.3, 0.04):.3g}"
    '4.39e-07'
    """
    low, high = low_spread * low_conductance, high_spread * window
    return np.sqrt(low * low + high * high * mean_square_share)


@equation
def stuck_cell_spread(
    window: u.Siemens,
    mean_share: u.Dimensionless,
    mean_square_share: u.Dimensionless,
    stuck_low_share: u.Dimensionless,
    stuck_high_share: u.Dimensionless,
) -> u.Siemens:
    """Standard deviation of a possibly stuck cell around its mean, root mean square over written values. [S].

    Parameters
    ----------
    window : float or array
        Upper less lower end of the window, dG. [S]
    mean_share, mean_square_share : float or array
        Mean and mean square of the share of the window that is written, u and u2. [1]
    stuck_low_share, stuck_high_share : float or array
        Shares of the cells that stay at the lower and at the upper end, p0 and p1, together at most one. [1]

    Returns
    -------
    float or array
        Standard deviation. [S]

    Notes
    -----
    Formula: s^2 = dG^2 [p0 u2 + p1 (1 - 2 u + u2) - p1^2 (1 - 2 u + u2) + 2 p0 p1 (u - u2) - p0^2 u2]

    Valid: cells that are stuck independently of each other and of what is written

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    One cell in a hundred at the upper end where all are written to the lower one: dG sqrt(0.01 x 0.99).

    >>> f"{stuck_cell_spread(50e-6, 0.0, 0.0, 0.0, 0.01):.4g}"
    '4.975e-06'
    """
    missing = 1.0 - 2.0 * mean_share + mean_square_share
    square = stuck_low_share * mean_square_share + stuck_high_share * missing
    mean_square = (
        stuck_high_share**2 * missing
        - 2.0 * stuck_low_share * stuck_high_share * (mean_share - mean_square_share)
        + stuck_low_share**2 * mean_square_share
    )
    return window * np.sqrt(np.maximum(square - mean_square, 0.0))


@equation
def weight_error(
    written_spread: u.Siemens, opposite_spread: u.Siemens, full_weight: u.Siemens, gain: u.Dimensionless
) -> u.Dimensionless:
    """Standard deviation of a weight over the largest weight. [1].

    Parameters
    ----------
    written_spread : float or array
        Standard deviation of the cell that holds the weight, or a digit of it. [S]
    opposite_spread : float or array
        Standard deviation of what is subtracted: the other cell of a pair, a cell of the reference column, or zero. [S]
    full_weight : float or array
        Difference of conductance that the largest weight stands for: the window, half of it with offset coding. [S]
    gain : float or array
        Gain of errors of digits, F; one for a weight in one cell. [1]

    Returns
    -------
    float or array
        Error of a weight. [1]

    Notes
    -----
    Formula: s_w = sqrt(F (s_1^2 + s_2^2)) / W

    Valid: errors of cells independent of each other

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    3 uS and 4 uS on a window of 50 uS: 10 %.

    >>> f"{weight_error(3e-6, 4e-6, 50e-6, 1.0):.3g}"
    '0.1'
    """
    together = written_spread * written_spread + opposite_spread * opposite_spread
    return np.sqrt(gain * together) / full_weight


@equation
def clean_column_fraction(stuck_share: u.Dimensionless, rows: u.Dimensionless) -> u.Dimensionless:
    """Share of the columns of an array without a stuck cell. [1].

    Parameters
    ----------
    stuck_share : float or array
        Share of the cells that cannot be written, p. [1]
    rows : float or array
        Cells of a column, R. [1]

    Returns
    -------
    float or array
        Share. [1]

    Notes
    -----
    Formula: q = (1 - p)^R

    Valid: cells that are stuck independently of each other

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    One stuck cell in a thousand and 128 rows: 0.999^128.

    >>> f"{clean_column_fraction(1e-3, 128.0):.2f}"
    '0.88'
    """
    return np.maximum(1.0 - stuck_share, 0.0) ** rows


def _faulty_columns(
    columns: u.Dimensionless, spare_columns: u.Dimensionless, clean_fraction: u.Dimensionless
) -> list[tuple[int, u.Dimensionless]]:
    """Probability of 0, 1, ... faulty ones among all columns, up to as many as there are spares."""
    total, least = columns + spare_columns, np.finfo(float).tiny
    clean, faulty = np.maximum(clean_fraction, least), np.maximum(1.0 - clean_fraction, least)
    logarithm, odds = total * np.log(clean), np.log(faulty) - np.log(clean)
    faulty_columns: list[tuple[int, u.Dimensionless]] = [(0, np.exp(logarithm))]
    for number in range(1, int(np.max(np.asarray(spare_columns, dtype=float))) + 1):
        logarithm = logarithm + np.log(np.maximum(total - number + 1.0, 1.0) / number) + odds
        faulty_columns.append((number, np.exp(logarithm)))
    return faulty_columns


@equation
def faulty_share_after_repair(
    columns: u.Dimensionless, spare_columns: u.Dimensionless, clean_fraction: u.Dimensionless
) -> u.Dimensionless:
    """Share of the columns in use that still contain a stuck cell. [1].

    Parameters
    ----------
    columns, spare_columns : float or array
        Columns that are needed, and those next to them, C and S. [1]
    clean_fraction : float or array
        Share of columns without such a cell, q. [1]

    Returns
    -------
    float or array
        Share, 1 - q without spares. [1]

    Notes
    -----
    Formula: f = [C - N q + sum_(j < S) (S - j) P(j)] / C, N = C + S, P(j) = (N over j) q^(N - j) (1 - q)^j

    Valid: columns that are faulty independently of each other; any spare can replace any column

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    One column of two is needed, a tenth are faulty: both are with a probability of 0.01.

    >>> f"{faulty_share_after_repair(1.0, 1.0, 0.9):.3g}"
    '0.01'
    """
    missing = columns - (columns + spare_columns) * clean_fraction
    for faulty, probability in _faulty_columns(columns, spare_columns, clean_fraction):
        missing = missing + np.maximum(spare_columns - faulty, 0.0) * probability
    return np.clip(missing / columns, 0.0, 1.0)


@equation
def repaired_array_fraction(
    columns: u.Dimensionless, spare_columns: u.Dimensionless, clean_fraction: u.Dimensionless
) -> u.Dimensionless:
    """Share of arrays whose spare columns suffice. [1].

    Parameters
    ----------
    columns, spare_columns : float or array
        Columns that are needed, and those next to them, C and S. [1]
    clean_fraction : float or array
        Share of columns without a cell that cannot be written, q. [1]

    Returns
    -------
    float or array
        Share of arrays. [1]

    Notes
    -----
    Formula: Y = sum_(j <= S) P(j), N = C + S, P(j) = (N over j) q^(N - j) (1 - q)^j

    Valid: columns that are faulty independently of each other; any spare can replace any column

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    One column of two is needed, a tenth are faulty: 0.81 + 2 x 0.9 x 0.1.

    >>> f"{repaired_array_fraction(1.0, 1.0, 0.9):.3g}"
    '0.99'
    """
    found: u.Dimensionless = 0.0
    for faulty, probability in _faulty_columns(columns, spare_columns, clean_fraction):
        found = found + np.where(np.asarray(spare_columns) >= faulty, probability, 0.0)
    return np.minimum(found, 1.0)
