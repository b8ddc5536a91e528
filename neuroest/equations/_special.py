"""Special functions that numpy does not have, vectorised."""

import numpy as np

from neuroest.core import units as u

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


def _chebyshev_series(coefficients: tuple[float, ...], t: u.Dimensionless) -> u.Dimensionless:
    """Sum of a Chebyshev series by Clenshaw's recurrence: the loop runs over the coefficients, never over points."""
    first, *others = coefficients
    twice, after, afterwards = 2.0 * t, 0.0 * t, 0.0 * t
    if not isinstance(twice, np.ndarray):
        for coefficient in reversed(others):
            after, afterwards = twice * after - afterwards + coefficient, after
        return t * after - afterwards + first
    room = np.empty_like(twice)  # new arrays in each step would take longer than the arithmetic
    for coefficient in reversed(others):
        np.multiply(twice, after, out=room)
        room -= afterwards
        room += coefficient
        after, afterwards, room = room, after, afterwards
    return t * after - afterwards + first


def complementary_error_function(x: u.Dimensionless) -> u.Dimensionless:
    """Complementary error function with a relative error below 2e-12, also in the far tail. [1]."""
    size = np.minimum(np.abs(x), _ERFC_UNDERFLOW)
    t = (size - _ERFC_CENTRE) / (size + _ERFC_CENTRE)
    series = _chebyshev_series(_ERFC_COEFFICIENTS, t)
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
