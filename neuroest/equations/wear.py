"""Wear of many cells as a distribution: the first failures, and the share that has failed."""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def failed_share(
    cycles: u.Dimensionless, endurance: u.Dimensionless, shape: u.Dimensionless
) -> u.Dimensionless:
    """Share of failed cells after a number of cycles. [1].

    Parameters
    ----------
    cycles : float or array
        Cycles of each cell, n. [1]
    endurance : float or array
        Cycles after which 63 % of the cells have failed, N_63. [1]
    shape : float or array
        Weibull slope, beta. [1]

    Returns
    -------
    float or array
        Share. [1]

    Notes
    -----
    Formula: F = 1 - exp(-(n/N_63)^beta)

    Valid: cells that fail independently by one mechanism

    References
    ----------
    .. [1] W. Weibull, Journal of Applied Mechanics 18 (1951) 293.

    Examples
    --------
    At N_63 itself: 1 - 1/e.

    >>> f"{failed_share(1e6, 1e6, 2.0):.4f}"
    '0.6321'
    """
    return -np.expm1(-((cycles / endurance) ** shape))


@equation
def cycles_to_failure(
    endurance: u.Dimensionless, shape: u.Dimensionless, cells: u.Dimensionless, groups: u.Dimensionless,
    spares: u.Dimensionless,
) -> u.Dimensionless:  # fmt: skip
    """Mean cycles until one of several groups of cells has lost one cell more than it has spares. [1].

    Parameters
    ----------
    endurance : float or array
        Cycles after which 63 % of the cells have failed, N_63. [1]
    shape : float or array
        Weibull slope, beta. [1]
    cells : float or array
        Cells of one group, n. [1]
    groups : float or array
        Groups with spares of their own, A. [1]
    spares : float or array
        Failed cells of a group that others replace, S. [1]

    Returns
    -------
    float or array
        Cycles. [1]

    Notes
    -----
    Formula: n = N_63 n^(-1/beta) ((S + 1)!/A)^(1/(beta (S + 1))) Gamma(1 + 1/(beta (S + 1)))

    Valid: equal wear and independent failures; exact for S = 0, because the minimum of n A Weibull lifetimes
    is a Weibull lifetime; with spares a group fails with probability lambda^(S+1)/(S+1)!, which is too high
    for lambda near one, so the cycles are too few

    References
    ----------
    .. [1] W. Weibull, Journal of Applied Mechanics 18 (1951) 293.
    .. [2] Derivation: docs/models/learning.md.

    Examples
    --------
    10^6 cells in one group, a slope of 2 and N_63 of 10^8: 10^5 x Gamma(1.5) = 88.6 thousand cycles.

    >>> f"{cycles_to_failure(1e8, 2.0, 1e6, 1.0, 0.0):.3g}"
    '8.86e+04'
    """
    failures = spares + 1.0
    of_groups = np.exp((_log_gamma(failures + 1.0) - np.log(groups)) / (shape * failures))
    of_cells = np.maximum(cells, 1.0) ** (-1.0 / shape)
    return endurance * of_cells * of_groups * np.exp(_log_gamma(1.0 + 1.0 / (shape * failures)))


def _log_gamma(x: u.Dimensionless) -> u.Dimensionless:
    """Logarithm of the gamma function, of numbers and of arrays."""
    if np.ndim(x) == 0:
        return math.lgamma(float(x))
    return np.asarray(np.frompyfunc(math.lgamma, 1, 1)(x), dtype=np.float64)


@equation
def cycles_to_share(
    share: u.Dimensionless, endurance: u.Dimensionless, shape: u.Dimensionless
) -> u.Dimensionless:
    """Cycles after which a share of the cells has failed. [1].

    Parameters
    ----------
    share : float or array
        Share, F, below one. [1]
    endurance : float or array
        Cycles after which 63 % of the cells have failed, N_63. [1]
    shape : float or array
        Weibull slope, beta. [1]

    Returns
    -------
    float or array
        Cycles. [1]

    Notes
    -----
    Formula: n = N_63 (-ln(1 - F))^(1/beta)

    Valid: as for `failed_share`

    References
    ----------
    .. [1] W. Weibull, Journal of Applied Mechanics 18 (1951) 293.

    Examples
    --------
    One per cent with a slope of 2 and N_63 of 10^6: 10^6 x sqrt(0.01005) = 1.00e5.

    >>> f"{cycles_to_share(0.01, 1e6, 2.0):.3g}"
    '1e+05'
    """
    return endurance * (-np.log1p(-share)) ** (1.0 / shape)


@equation
def wear_lifetime(cycles: u.Dimensionless, per_sample: u.Dimensionless, sample_rate: u.PerSecond) -> u.Second:
    """Time until a cell has had a number of cycles. [s].

    Parameters
    ----------
    cycles : float or array
        Cycles, n. [1]
    per_sample : float or array
        Cycles of the cell in a sample, c. [1]
    sample_rate : float or array
        Samples in a second of use, f. [1/s]

    Returns
    -------
    float or array
        Time; infinite where the cell has no cycles. [s]

    Notes
    -----
    Formula: t = n/(c f)

    Valid: a constant use

    References
    ----------
    .. [1] Derivation: docs/models/learning.md.

    Examples
    --------
    10^6 cycles, one a sample and a sample in 4.5 s: 4.5e6 s, 52 days.

    >>> f"{wear_lifetime(1e6, 1.0, 1 / 4.5):.3g}"
    '4.5e+06'
    """
    with np.errstate(divide="ignore"):
        return np.divide(cycles, per_sample * sample_rate)
