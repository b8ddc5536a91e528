"""Numbers of the equations: exact constants, arithmetic without warnings, special functions and grids.

An equation takes them as arguments with these values as defaults, so that its units can be tested.

Between neighbouring points of every axis the logarithm of the value is linear in the logarithm of the coordinate, so
each cell of the grid is a product of power laws. A value that rises along an axis of the table then rises
everywhere; higher-order splines guarantee this for one axis only.
"""

from collections.abc import Sequence
from itertools import product
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.units import Unit

Coulomb: TypeAlias = Annotated[u.Numeric, Unit("C")]
JoulePerKelvin: TypeAlias = Annotated[u.Numeric, Unit("J/K")]

BOLTZMANN = 1.380649e-23
"""J/K, exact in the SI since 2019."""
ELEMENTARY_CHARGE = 1.602176634e-19
"""C, exact in the SI since 2019."""
VACUUM_PERMITTIVITY = 8.8541878128e-12
"""F/m, CODATA 2018."""

UNIFORM_VARIANCE = 12.0
"""An error spread evenly over a step has the variance step^2/12."""


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


# Chebyshev coefficients of (1 + 2 x) exp(x^2) erfc(x) in t = (x - 3.75) / (x + 3.75) for x >= 0, the form of
# Shepherd and Laframboise, Math. Comp. 36 (1981) 249-253; sampled at 200 Chebyshev nodes in double precision.
_ERFC_COEFFICIENTS = (
    1.1775789345674e00,
    -4.5900545806464e-03,
    -8.4249133366518e-02,
    5.9209939998192e-02,
    -2.6658668435306e-02,
    9.0749976707055e-03,
    -2.4131635404178e-03,
    4.9077583652579e-04,
    -6.9169733024959e-05,
    4.1390279860209e-06,
    7.7403830676559e-07,
    -2.1886401029292e-07,
    1.0764999274215e-08,
    4.5219595712354e-09,
    -7.7544008547648e-10,
    -6.3180696230347e-11,
    2.8687621167478e-11,
    1.9488410885060e-13,
)
"""Coefficients of a mathematical series."""
_ERFC_CENTRE = 3.75
"""The x at which t = 0."""
_ERFC_UNDERFLOW = 30.0
"""Erfc of it is far below the smallest double, and its square far below the largest."""


def complementary_error_function(x: u.Dimensionless) -> u.Dimensionless:
    """Complementary error function with a relative error below 2e-12, also in the far tail. [1]."""
    size = np.minimum(np.abs(x), _ERFC_UNDERFLOW)
    t = (size - _ERFC_CENTRE) / (size + _ERFC_CENTRE)
    # Clenshaw's recurrence; the loop runs over the coefficients, never over points
    first, *others = _ERFC_COEFFICIENTS
    twice, after, afterwards = 2.0 * t, 0.0 * t, 0.0 * t
    if isinstance(twice, np.ndarray):
        room = np.empty_like(twice)  # new arrays in each step would take longer than the arithmetic
        for coefficient in reversed(others):
            np.multiply(twice, after, out=room)
            room -= afterwards
            room += coefficient
            after, afterwards, room = room, after, afterwards
    else:
        for coefficient in reversed(others):
            after, afterwards = twice * after - afterwards + coefficient, after
    series = t * after - afterwards + first
    tail = np.exp(-size * size) * series / (1.0 + 2.0 * size)
    # erfc(-x) = 2 - erfc(x); where x >= 0 nothing is added, so the small numbers of the tail survive.
    result: u.Dimensionless = tail + np.where(x < 0.0, 2.0 - 2.0 * tail, 0.0)
    return result


def normal_distribution(z: u.Dimensionless) -> u.Dimensionless:
    """Probability that a standard normal variable is below `z`. [1]."""
    return complementary_error_function(-z / np.sqrt(2.0)) / 2.0


_LAMBERT_STEPS = 3
"""Steps of Halley's method from the parabola at the branch point to the rounding error, everywhere on the branch."""


def lambert_fraction(z: u.Dimensionless) -> u.Dimensionless:
    """The y from 0 to 1 with y exp(-y) = z, which is -W0(-z), for z from 0 to 1/e; 1 beyond. [1]."""
    inside = np.clip(z, 0.0, np.exp(-1.0))
    # the parabola at the branch point, where steps from elsewhere would divide by nothing
    y = np.clip(1.0 - np.sqrt(np.maximum(2.0 * (1.0 - np.e * inside), 0.0)), 0.0, 1.0)
    for _ in range(_LAMBERT_STEPS):
        off = y * np.exp(-y) - inside
        slope = np.exp(-y) * (1.0 - y)
        bend = np.exp(-y) * (y - 2.0)
        denominator = 2.0 * slope * slope - off * bend
        possible = np.logical_and(denominator > 0.0, slope > 0.0)
        step = np.where(possible, 2.0 * off * slope / np.where(possible, denominator, 1.0), 0.0)
        y = np.clip(y - step, 0.0, 1.0)
    return y


def bracketed(axis: Array, value: u.Numeric) -> tuple[NDArray[np.intp], Array]:
    """Point of an ascending axis before `value`, and the fraction to the next; clamped at both ends."""
    inside = np.clip(np.asarray(value, dtype=np.float64), axis[0], axis[-1])
    if len(axis) == 1:
        return np.zeros(inside.shape, dtype=np.intp), np.zeros(inside.shape)
    place = np.clip(np.searchsorted(axis, inside, side="right") - 1, 0, len(axis) - 2)
    return place, (inside - axis[place]) / (axis[place + 1] - axis[place])


def interpolated(values: Array, places: Sequence[tuple[NDArray[np.intp], Array]]) -> Any:
    """Values of a grid between its points, linear along each of the last axes.

    Parameters
    ----------
    values : array
        The grid; axes before those of `places` are kept.
    places : sequence
        What `bracketed` says of each axis.
    """
    total: Any = 0.0
    used = [(place, part, (0,) if not np.any(part) else (0, 1)) for place, part in places]
    for corner in product(*(ends for _, _, ends in used)):
        weight: Any = 1.0
        index: list[Any] = [...]
        for (place, part, _), end in zip(used, corner, strict=True):
            index.append(place + end)
            weight = weight * (part if end else 1.0 - part)
        total = total + weight * values[tuple(index)]
    return total
