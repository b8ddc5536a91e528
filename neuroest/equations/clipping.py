"""Converters that cover a part of the range of a column's sums, and the clipping outside it."""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.provenance import equation
from neuroest.core.recording import recording_of
from neuroest.equations._numbers import normal_distribution

# The tail of a normal distribution out there is the smallest double.
_FARTHEST = 30.0
"""Mathematics: standard deviations."""


@equation
def column_sum_mean(
    active_inputs: u.Dimensionless, mean_cell: u.Dimensionless, rows: u.Dimensionless
) -> u.Dimensionless:
    """Mean sum of a column over the largest one. [1].

    Parameters
    ----------
    active_inputs : float or array
        Sum of the mean inputs of its rows, each over the largest input. [1]
    mean_cell : float or array
        Mean of its cells over their window. [1]
    rows : float or array
        Rows of the array. [1]

    Returns
    -------
    float or array
        Mean. [1]

    Notes
    -----
    Formula: m = sum(x) g / n

    Valid: inputs and cells independent of each other

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A fifth of 128 rows, and a quarter of the cells on:

    >>> f"{column_sum_mean(25.6, 0.25, 128.0):.3f}"
    '0.050'
    """
    return active_inputs * mean_cell / rows


@equation
def column_sum_variance(
    inputs: u.Dimensionless,
    input_mean: u.Dimensionless,
    input_mean_square: u.Dimensionless,
    cell_mean: u.Dimensionless,
    cell_mean_square: u.Dimensionless,
    rows: u.Dimensionless,
) -> u.Dimensionless:
    """Variance of the sum of a column over the square of the largest one, between reads and columns. [1].

    Parameters
    ----------
    inputs : float or array
        Rows of the column that hold weights. [1]
    input_mean, input_mean_square : float or array
        Of an input over the largest one. [1]
    cell_mean, cell_mean_square : float or array
        Of a cell over its window. [1]
    rows : float or array
        Rows of the array. [1]

    Returns
    -------
    float or array
        Variance. [1]

    Notes
    -----
    Formula: v = n_w (E[x^2] E[g^2] - (E[x] E[g])^2) / n^2

    Valid: inputs and cells independent of each other

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    128 binary inputs, a fifth of them one, on binary cells, a quarter of them on: a product is one with probability
    0.05, so that the sum varies by 128 x 0.05 x 0.95 = 6.08, over 128^2.

    >>> f"{column_sum_variance(128.0, 0.2, 0.2, 0.25, 0.25, 128.0) * 128.0**2:.2f}"
    '6.08'
    """
    products = input_mean_square * cell_mean_square - (input_mean * cell_mean) ** 2
    return inputs * products / (rows * rows)


@equation
def clipping_error(
    mean: u.Dimensionless, variance: u.Dimensionless, lowest: u.Dimensionless, highest: u.Dimensionless
) -> u.Dimensionless:
    """Root mean square of the clipping error of sums outside the range of a converter. [1].

    Parameters
    ----------
    mean, variance : float or array
        Of the sums, over the largest one. [1]
    lowest, highest : float or array
        Ends of the range, over the largest sum. [1]

    Returns
    -------
    float or array
        Error over the largest sum. [1]

    Notes
    -----
    Formula: e^2 = v (h(a) + h(b)), h(a) = (1 + a^2) Q(a) - a exp(-a^2/2)/sqrt(2 pi), a and b the distances of the ends
    from the mean in standard deviations, Q the tail of the normal distribution

    Valid: sums of many products, which are nearly normal; sparse inputs on few rows have a longer upper tail

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A range that ends at the mean loses all of one side, half of the variance:

    >>> f"{clipping_error(0.5, 0.01, -10.0, 0.5):.4f}"
    '0.0707'
    """
    spread = np.sqrt(np.maximum(variance, np.finfo(float).eps ** 2))
    above, below = (highest - mean) / spread, (mean - lowest) / spread
    return spread * np.sqrt(_square_beyond(above) + _square_beyond(below))


def _square_beyond(distance: u.Dimensionless) -> u.Dimensionless:
    """Mean square of the excess of a standard normal variable over a threshold."""
    near = np.logical_not(distance >= _FARTHEST)  # both terms vanish beyond
    if recording_of(near) is not None:
        return np.where(near, _square_near(np.where(near, distance, 0.0)), 0.0)
    excess = np.zeros(near.shape)
    excess[near] = _square_near(np.asarray(distance)[near])
    return excess[()]


def _square_near(far: Array) -> Array:
    beyond = (1.0 + far * far) * normal_distribution(-far)
    square = beyond - far * np.exp(-far * far / 2.0) / math.sqrt(2.0 * math.pi)
    return np.asarray(np.maximum(square, 0.0))
