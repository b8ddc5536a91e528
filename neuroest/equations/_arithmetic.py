"""Division and rounding up that stay defined at the edge of their range."""

from __future__ import annotations

import numpy as np

from neuroest.units import Numeric

# A product of two floats is off by a few units in 2^53; what exceeds a whole number by less is that number.
_ROUNDING = 2.0**-40


def divided(numerator: Numeric, denominator: Numeric) -> Numeric:
    """`numerator` over a plain number: infinite where that is not positive, but zero over it stays zero."""
    possible = denominator > 0.0
    safe = np.where(possible, denominator, 1.0)
    quotient: Numeric = numerator / safe * np.where(np.logical_or(possible, numerator == 0.0), 1.0, np.inf)
    return quotient


def rounded_up(number: Numeric) -> Numeric:
    """Smallest whole number that is not below a plain number, apart from its rounding error."""
    whole: Numeric = np.ceil(number * (1.0 - _ROUNDING))
    return whole
