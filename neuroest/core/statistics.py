"""Percentiles, defined once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
