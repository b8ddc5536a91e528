"""Spare columns that replace columns with stuck cells."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


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
