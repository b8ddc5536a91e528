"""Division, rounding up and exponentials that stay defined at the edge of their range."""

import numpy as np

from neuroest.core import units as u

# A product of two floats is off by a few units in 2^53; what exceeds a whole number by less is that number.
_ROUNDING = 2.0**-40
"""Rounding error of a double."""
# So that neither the exponential nor what is made of two of them overflows.
_LARGEST_EXPONENT: float = np.log(np.finfo(np.float64).max) / 2.0


def divided(numerator: u.Numeric, denominator: u.Numeric) -> u.Numeric:
    """`numerator` over a plain number: infinite if that is not positive; a zero numerator stays zero."""
    possible = denominator > 0.0
    safe = np.where(possible, denominator, 1.0)
    return numerator / safe * np.where(np.logical_or(possible, numerator == 0.0), 1.0, np.inf)


def rounded_up(number: u.Numeric) -> u.Numeric:
    """Smallest whole number that is not below a plain number, apart from its rounding error."""
    return np.ceil(number * (1.0 - _ROUNDING))


def rounded_down(number: u.Numeric) -> u.Numeric:
    """Largest whole number that is not above a plain number, apart from its rounding error."""
    return np.floor(number * (1.0 + _ROUNDING))


def bounded_exponential(exponent: u.Numeric) -> u.Numeric:
    """Exponential of a plain number, bounded to finite values above zero."""
    result: u.Numeric = np.exp(np.clip(exponent, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
    return result
