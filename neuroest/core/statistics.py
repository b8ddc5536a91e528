"""Percentiles, defined once, and the Shapley decomposition of a ratio into factors."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array

NORMAL_P90 = 1.2815515655446004
"""90th percentile of the standard normal distribution."""
P10_P50_P90 = (0.1, 0.5, 0.9)
"""Probabilities of a band."""


def quantiles(values: NDArray[np.float64], probabilities: Sequence[float] = P10_P50_P90) -> tuple[float, ...]:
    """Quantiles of a sample by linear interpolation between its order statistics.

    `numpy.quantile` gives the same numbers, but first imports masked arrays, which delays a short run, and returns NaN
    for samples with infinite values. Here a quantile between a finite and an infinite value is infinite.

    Parameters
    ----------
    values : array
        The sample, at least one value.
    probabilities : sequence of float
        From 0 to 1.

    Examples
    --------
    >>> quantiles(np.array([4.0, 1.0, np.inf, 2.0, 3.0]), (0.0, 0.5, 0.6, 0.9))
    (1.0, 3.0, 3.4, inf)
    """
    ordered = np.sort(values, axis=None)
    places = np.asarray(probabilities) * (ordered.size - 1)
    first = np.floor(places)
    below, above = ordered[first.astype(np.intp)], ordered[np.ceil(places).astype(np.intp)]
    with np.errstate(invalid="ignore"):  # two infinite values have no difference
        found = np.where(below == above, below, below + (places - first) * (above - below))
    return tuple(float(quantile) for quantile in found)


def shapley_logarithms(values: Array, players: int) -> Array:
    """Share of each player in the logarithm of a ratio: the mean over all orders in which the players can be exchanged.

    Parameters
    ----------
    values : array
        Positive value of each coalition, by coalitions and points. The number of a coalition has bit ``i`` if
        player ``i`` is exchanged.
    players : int
        Number of players, with ``2**players`` coalitions.

    Returns
    -------
    array
        Players by points. The sum over the players is the logarithm of the value with all of them exchanged over that
        with none.

    References
    ----------
    L. S. Shapley, A value for n-person games, 1953; A. F. Shorrocks, Decomposition procedures for distributional
    analysis, J. Econ. Inequal. 11, 2013.

    Examples
    --------
    A cost ``a + b t`` of 1 + 1 x 1 becomes 1 + 2 x 4 when b doubles and t is four times as long, a ratio of 4.5. The
    first player alone gives 1.5, the second alone 2.5, so their factors are ``sqrt(1.5 x 4.5 / 2.5)`` and
    ``sqrt(2.5 x 4.5 / 1.5)``.

    >>> shares = shapley_logarithms(np.array([[2.0], [3.0], [5.0], [9.0]]), 2)
    >>> np.exp(shares[:, 0]).round(4).tolist()
    [1.6432, 2.7386]
    """
    coalitions = (np.arange(2**players)[:, np.newaxis] >> np.arange(players) & 1).astype(bool)
    with np.errstate(all="ignore"):
        logarithms = np.log(values)
    weight = np.array([1.0 / (players * math.comb(players - 1, size)) for size in range(players)])
    exchanged = coalitions.T
    of_others = weight[coalitions.sum(axis=1) - exchanged]  # by the number of the others in the coalition
    with np.errstate(invalid="ignore"):  # a point without a value has no shares
        shares: Array = np.where(exchanged, of_others, -of_others) @ logarithms
    return shares
