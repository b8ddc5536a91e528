"""Digits of a weight that is stored in several cells: the mean conductance of each cell.

Weights are Gaussian and hardly clipped, and scaled such that the largest one fills the window of every cell.
The first digit of such a weight is small, the lower ones are almost uniform. A weight in one cell is not
divided: its moments are those of the weight itself. Places count from 0 for the highest digit.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.provenance import equation
from neuroest.equations._special import normal_distribution
from neuroest.equations.weight_spreads import weight_mean_square

_FINEST = 2**9
"""Parts of the range down to which the distribution of a digit is summed up; finer digits are spread evenly."""
_FEW = 2**10
"""Points up to which it takes longer to find equal ones than to compute them."""
_KEPT = 16
"""Distributions that are kept: those of two places of a digit in the arrays of a few chips."""


@equation
def digit_place_value(
    digit_bits: u.Dimensionless, digits: u.Dimensionless, place: u.Dimensionless
) -> u.Dimensionless:
    """Contribution of the largest value of a digit to a weight, over the largest weight. [1].

    Parameters
    ----------
    digit_bits : float or array
        Bits of one digit, b. [1]
    digits : float or array
        Digits of the number, n. [1]
    place : float or array
        The digit, k. [1]

    Returns
    -------
    float or array
        Share; nothing behind the last digit. [1]

    Notes
    -----
    Formula: a_k = B^(n - 1 - k) (B - 1)/(B^n - 1), B = 2^b

    Valid: digits weighed by powers of B

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Two digits of four bits: 240 and 15 of 255.

    >>> f"{digit_place_value(4.0, 2.0, 0.0):.4f}"
    '0.9412'
    """
    base, whole = np.exp2(digit_bits), np.exp2(digit_bits * digits)
    there = np.where(place < digits, 1.0, 0.0)
    return there * whole / base ** (1.0 + place) * (base - 1.0) / (whole - 1.0)


@equation
def digit_mean_share(
    mean_absolute_weight: u.Dimensionless,
    centre: u.Dimensionless,
    digit_bits: u.Dimensionless,
    digits: u.Dimensionless,
    place: u.Dimensionless,
) -> u.Dimensionless:
    """Mean of a digit over its largest value. [1].

    Parameters
    ----------
    mean_absolute_weight : float or array
        Mean absolute weight over the largest absolute weight, 0 to 1. [1]
    centre : float or array
        What a weight of zero is written as, over the largest: 0 for pairs of cells, 1/2 for offset coding. [1]
    digit_bits : float or array
        Bits of one digit, b. [1]
    digits : float or array
        Digits of the number, n. [1]
    place : float or array
        The digit, k. [1]

    Returns
    -------
    float or array
        Mean share of the window; nothing behind the last digit. [1]

    Notes
    -----
    Formula: u_k = E[d_k]/(B - 1), d_k = floor(x B^(k + 1)) mod B, B = 2^b

    Valid: Gaussian weights that are hardly clipped, in two or more digits; one digit is the weight itself

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    The lower of two digits of four bits is nearly even:

    >>> f"{digit_mean_share(0.266, 0.0, 4.0, 2.0, 1.0):.3f}"
    '0.488'
    """
    whole = centre + (1.0 - 2.0 * centre) * mean_absolute_weight
    return _of_digit(np.positive, whole, mean_absolute_weight, centre, digit_bits, digits, place)


@equation
def digit_mean_square_share(
    mean_absolute_weight: u.Dimensionless,
    centre: u.Dimensionless,
    digit_bits: u.Dimensionless,
    digits: u.Dimensionless,
    place: u.Dimensionless,
) -> u.Dimensionless:
    """Mean square of a digit over the square of its largest value. [1].

    Parameters
    ----------
    mean_absolute_weight : float or array
        Mean absolute weight over the largest absolute weight, 0 to 1. [1]
    centre : float or array
        What a weight of zero is written as, over the largest: 0 for pairs of cells, 1/2 for offset coding. [1]
    digit_bits : float or array
        Bits of one digit, b. [1]
    digits : float or array
        Digits of the number, n. [1]
    place : float or array
        The digit, k. [1]

    Returns
    -------
    float or array
        Mean square share of the window; nothing behind the last digit. [1]

    Notes
    -----
    Formula: u2_k = E[d_k^2]/(B - 1)^2, d_k = floor(x B^(k + 1)) mod B, B = 2^b

    Valid: Gaussian weights that are hardly clipped, in two or more digits; one digit is the weight itself

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Even digits of four bits: (0 + 1 + 4 + ... + 225)/16/225 = 0.344.

    >>> f"{digit_mean_square_share(0.266, 0.0, 4.0, 3.0, 2.0):.3f}"
    '0.344'
    """
    square = weight_mean_square(mean_absolute_weight)
    # (1 + w)/2 has the mean square (1 + E[w^2])/4
    whole = centre * centre + (1.0 - centre) ** 2 * square
    return _of_digit(np.square, whole, mean_absolute_weight, centre, digit_bits, digits, place)


@equation
def digit_zero_share(
    mean_absolute_weight: u.Dimensionless,
    centre: u.Dimensionless,
    digit_bits: u.Dimensionless,
    digits: u.Dimensionless,
    place: u.Dimensionless,
) -> u.Dimensionless:
    """Probability that a digit is zero and its cell at the lowest conductance. [1].

    Parameters
    ----------
    mean_absolute_weight : float or array
        Mean absolute weight over the largest absolute weight, 0 to 1. [1]
    centre : float or array
        What a weight of zero is written as, over the largest: 0 for pairs of cells, 1/2 for offset coding. [1]
    digit_bits : float or array
        Bits of one digit, b. [1]
    digits : float or array
        Digits of the number, n. [1]
    place : float or array
        The digit, k. [1]

    Returns
    -------
    float or array
        Probability; nothing behind the last digit. [1]

    Notes
    -----
    Formula: z_k = P(d_k = 0), d_k = floor(x B^(k + 1)) mod B, B = 2^b

    Valid: Gaussian weights that are hardly clipped, in two or more digits; a weight in one cell counts as not zero

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    The first bit is set from 1.5 standard deviations on, by 13.4 % of the weights:

    >>> f"{digit_zero_share(0.266, 0.0, 1.0, 7.0, 0.0):.3f}"
    '0.866'
    """
    nothing = 0.0 * mean_absolute_weight
    return _of_digit(_is_zero, nothing, mean_absolute_weight, centre, digit_bits, digits, place)


def _is_zero(share: Array) -> Array:
    return np.where(share == 0.0, 1.0, 0.0)


def _of_digit(
    counted: Callable[[Array], Array],
    whole: u.Dimensionless,
    mean_absolute_weight: u.Dimensionless,
    centre: u.Dimensionless,
    digit_bits: u.Dimensionless,
    digits: u.Dimensionless,
    place: u.Dimensionless,
) -> u.Dimensionless:
    """Mean of what is counted of a digit's share; `whole`, that of the weight, where it is in one cell."""
    bases, numbers, at = np.round(np.exp2(digit_bits)), np.ceil(digits), np.round(place)
    if np.all(numbers <= 1.0):
        return np.where(at < numbers, whole, 0.0)[()]
    if np.size(bases) == np.size(numbers) == np.size(at) == 1:
        cut, base, behind = bool(at < numbers), float(np.ravel(bases)[0]), float(np.ravel(at)[0])
        shape = np.broadcast(whole, mean_absolute_weight, centre, bases, numbers, at).shape
        mean, middle = (
            np.broadcast_to(np.asarray(each, dtype=float), shape) for each in (mean_absolute_weight, centre)
        )
        only = _of_sets(counted, mean, middle, base, behind) if cut else np.zeros(shape)
        return only[()]
    points = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (whole, mean_absolute_weight, centre, bases, numbers, at))
    )
    moment, mean, middle, bases, numbers, at = points
    found = np.where(at < numbers, moment, 0.0)
    several = np.logical_and(numbers > 1.0, at < numbers)
    for base in _distinct(bases[several]):
        for behind in _distinct(at[several & (bases == base)]):
            here = several & (bases == base) & (at == behind)
            found[here] = _of_sets(counted, mean[here], middle[here], base, behind)
    result: u.Dimensionless = found[()]
    return result


def _distinct(numbers: NDArray[Any]) -> NDArray[Any]:
    """Each of the numbers once."""
    # asked for counts too, numpy does not import its masked arrays, which would take 8 ms of a run
    return np.asarray(np.unique(numbers, return_counts=True)[0])


def _of_sets(
    counted: Callable[[Array], Array], mean: Array, centre: Array, base: float, place: float
) -> Array:
    """The same of one place of digits with one base; points with the same weights are worked out once."""
    shape, means, centres = mean.shape, mean.ravel(), centre.ravel()
    places: Any = ...
    if means.size > _FEW and np.all(centres == centres[0]):  # sweeps vary other parameters far more often
        weights, first, own = np.unique(means, return_index=True, return_inverse=True)
        if 2 * weights.size <= means.size:
            means, centres, places = means[first], centres[first], own
    found = _distributed(counted, means, centres, int(base), int(place))
    return np.reshape(found[places], shape)


def _distributed(
    counted: Callable[[Array], Array], mean: Array, centre: Array, base: int, place: int
) -> Array:
    """Mean of what is counted of one digit's share over its distribution."""
    values = counted(np.arange(base) / (base - 1))
    if base ** (place + 1) > _FINEST:
        return np.full_like(mean, np.mean(values))
    chances = _chances(mean.tobytes(), centre.tobytes(), base, place)
    # a product of matrices would round by the place of a point among the others
    return np.asarray(np.sum(values[:, np.newaxis] * chances, axis=0))


@lru_cache(maxsize=_KEPT)
def _chances(mean_bytes: bytes, centre_bytes: bytes, base: int, place: int) -> Array:
    """How often a digit has each of its values; kept for a few arrays, as three moments ask for the same one."""
    mean, centre, parts = np.frombuffer(mean_bytes), np.frombuffer(centre_bytes), base ** (place + 1)
    edges = np.arange(1, parts)[:, np.newaxis] / parts
    # a Gaussian around the centre, folded there for pairs; weights that are clipped have the first or last code
    spread = np.maximum((1.0 - centre) * mean * np.sqrt(np.pi / 2.0), np.finfo(float).tiny)
    one_sided = np.asarray(normal_distribution((edges - centre) / spread))
    below = one_sided - np.where(centre > 0.0, 0.0, 1.0 - one_sided)
    ends = np.zeros_like(below[:1])
    chances = np.diff(np.concatenate([ends, below, ends + 1.0]), axis=0).reshape(-1, base, np.size(mean))
    return np.asarray(np.sum(chances, axis=0))
