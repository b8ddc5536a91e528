"""Digits of a weight that is stored in several cells: the mean conductance of each cell.

Weights are Gaussian and hardly clipped, and scaled such that the largest one fills the window of every cell.
The first digit of such a weight is small, the lower ones are almost uniform. A weight in one cell is not
divided: its moments are those of the weight itself. Places count from 0 for the highest digit.
"""

from functools import lru_cache

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.provenance import equation
from neuroest.core.recording import each_alike, recording_of
from neuroest.equations._numbers import normal_distribution
from neuroest.equations.weight_spreads import weight_mean_square

_FINEST = 2**9
"""Parts of the range down to which the distribution of a digit is summed up; finer digits are spread evenly."""
_MEAN, _MEAN_SQUARE, _ZERO = range(3)
"""Moments of a digit."""
_PIECES, _COEFFICIENTS = 4, 14
"""Pieces of an octave of spreads, and coefficients of the polynomial of a piece; numerical."""
_WIDEST = 2.0**100
"""Spread above which all weights are clipped."""
_KEPT = 2**12
"""Pieces that are kept: those of all digits of dozens of chips."""


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
    return _of_digit(_MEAN, whole, mean_absolute_weight, centre, digit_bits, digits, place)


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
    return _of_digit(_MEAN_SQUARE, whole, mean_absolute_weight, centre, digit_bits, digits, place)


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
    return _of_digit(_ZERO, nothing, mean_absolute_weight, centre, digit_bits, digits, place)


def _of_digit(
    moment: int,
    whole: u.Dimensionless,
    mean_absolute_weight: u.Dimensionless,
    centre: u.Dimensionless,
    digit_bits: u.Dimensionless,
    digits: u.Dimensionless,
    place: u.Dimensionless,
) -> u.Dimensionless:
    """A moment of a digit's share; `whole`, that of the weight, where it is in one cell."""
    bases, numbers, at = np.round(np.exp2(digit_bits)), np.ceil(digits), np.round(place)
    if np.all(numbers <= 1.0):
        return np.where(at < numbers, whole, 0.0)[()]
    arrays = (whole, mean_absolute_weight, centre, bases, numbers, at)
    if all(np.size(each) == 1 for each in arrays[2:]):
        middle, base, number, behind = (float(np.ravel(each)[0]) for each in arrays[2:])
        mean = np.asarray(mean_absolute_weight, dtype=float)
        only = _of_place(moment, mean, middle, int(base), int(behind)) if behind < number else 0.0
        return np.full(np.broadcast_shapes(*map(np.shape, arrays)), only)[()]
    moments, means, centres, bases, numbers, at = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in arrays)
    )
    found = np.where(at < numbers, moments, 0.0)
    several = np.logical_and(numbers > 1.0, at < numbers)
    kinds = np.array([each[several] for each in (centres, bases, at)])
    # numpy.unique would import masked arrays, which takes 8 ms of a run
    for middle, base, behind in sorted(set(map(tuple, kinds.T.tolist()))):
        here = several & (centres == middle) & (bases == base) & (at == behind)
        found[here] = _of_place(moment, means[here], middle, int(base), int(behind))
    result: u.Dimensionless = found[()]
    return result


def _of_place(moment: int, mean: Array, centre: float, base: int, place: int) -> Array:
    """A moment of one place of digits with one base and one centre."""
    if base ** (place + 1) > _FINEST:
        return np.full_like(mean, np.mean(_counted(base)[moment]))
    if recording_of(mean) is not None:  # nearly always all are read, and together take as long as two
        return _moments(mean, centre, base, place)[moment]
    return _gaussian(moment, mean, centre, base, place)


@each_alike
def _moments(mean: Array, centre: float, base: int, place: int) -> tuple[Array, ...]:
    """All moments of one place of digits that is not spread evenly."""
    return tuple(_gaussian(slice(None), mean, centre, base, place))


def _gaussian(moment: int | slice, mean: Array, centre: float, base: int, place: int) -> Array:
    """Moments of a place of Gaussian weights around the centre, folded there for pairs."""
    spread = (1.0 - centre) * mean * np.sqrt(np.pi / 2.0)
    known = np.fmax(np.fmin(spread, _WIDEST), np.finfo(float).tiny)
    # A moment by the polynomials of the pieces that the spreads are in, to an error below 2e-14. Several
    # moments are along a first axis. A piece is a quarter of an octave of spreads. A point and a list go
    # through the same operations.
    fraction, exponent = np.frexp(known)
    along = (fraction - 1.0 / 2.0) * (2.0 * _PIECES)
    within = np.floor(along)
    pieces = (exponent * _PIECES + within).astype(np.intp)
    first = pieces.min()
    there = np.bincount(pieces.ravel() - first) > 0
    rows = [_piece(centre, base, place, piece)[moment] for piece in (first + np.flatnonzero(there)).tolist()]
    each = (np.cumsum(there) - 1)[pieces - first]
    highest, *lower, last = np.ascontiguousarray(np.transpose(rows)).take(each, axis=-1)
    x = along - within - 1.0 / 2.0
    found = highest * x
    for coefficient in lower:
        found += coefficient
        found *= x
    return np.where(np.isnan(mean), np.nan, np.asarray(np.minimum(np.maximum(found + last, 0.0), 1.0)))


def _counted(base: int) -> Array:
    """What the moments are means of, for each value of a digit: its share, its square, and whether it is zero."""
    share = np.arange(base) / (base - 1)
    return np.array([share, share * share, np.where(share == 0.0, 1.0, 0.0)])


@lru_cache(maxsize=_KEPT)
def _piece(centre: float, base: int, place: int, piece: int) -> Array:
    """Coefficients, the highest power first, of the three moments over a piece that is as long as one, around zero."""
    angles = (np.arange(_COEFFICIENTS) + 1.0 / 2.0) * (np.pi / _COEFFICIENTS)
    x = np.cos(angles) / 2.0
    exponent, part = divmod(piece, _PIECES)
    spread = np.ldexp(1.0 / 2.0 + (part + 1.0 / 2.0 + x) / (2.0 * _PIECES), exponent)
    values = _counted(base) @ _chances(spread, centre, base, place)
    return np.asarray(np.linalg.solve(np.vander(x), values.T).T)


def _chances(spread: Array, centre: float, base: int, place: int) -> Array:
    """How often a digit has each of its values, for Gaussian weights of these standard deviations."""
    parts = base ** (place + 1)
    edges = np.arange(1, parts)[:, np.newaxis] / parts
    # weights that are clipped have the first or the last code
    one_sided = np.asarray(normal_distribution((edges - centre) / spread))
    below = one_sided - np.where(centre > 0.0, 0.0, 1.0 - one_sided)
    ends = np.zeros_like(below[:1])
    chances = np.diff(np.concatenate([ends, below, ends + 1.0]), axis=0).reshape(-1, base, np.size(spread))
    return np.asarray(np.sum(chances, axis=0))
