"""Spikes of large populations: destinations of a spike, and the energy of a brain neuron."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

_EULER = 0.5772156649015329
"""Euler's constant; mathematics."""
_SERIES_TO = 12.0
"""Below it the series is exact to rounding, above it the asymptotic form; numerical."""
_TERMS = 64
"""Terms of the series; it ends far below rounding at the end of its range; numerical."""
_HALF, _ZETA = 1.0 / 2.0, np.pi**2 / (1 + 2 + 3)
"""Of the asymptotic form: a half, and the sum of 1/k^2; mathematics."""
_AXES = 2.0
"""Of a plane; mathematics."""


def _touched(peak: u.Dimensionless) -> u.Dimensionless:
    """Integral of (1 - exp(-a exp(-x))) x over x from 0 on: Sum (-1)^(k+1) a^k / (k! k^2)."""
    a = np.asarray(peak, dtype=np.float64)
    small, large = np.minimum(a, _SERIES_TO), np.maximum(a, _SERIES_TO)
    term, found = np.ones_like(small), np.zeros_like(small)
    for k in range(1, _TERMS):
        term = -term * small / k
        found = found - term / k**2
    far = _HALF * ((np.log(large) + _EULER) ** 2 + _ZETA)
    return np.where(a < _SERIES_TO, found, far)


@equation
def reached_places(
    targets: u.Dimensionless, place_area: u.SquareMetre, decay_length: u.Metre
) -> u.Dimensionless:
    """Places of a sheet of neurons with at least one target of a neuron, including its own place. [1].

    Parameters
    ----------
    targets : float or array
        Targets of a neuron. [1]
    place_area : float or array
        Area of the sheet whose neurons one place (core, chip, board) holds. [m^2]
    decay_length : float or array
        Length in which the density of targets falls to 1/e. [m]

    Returns
    -------
    float or array
        Places, between one and the number of targets plus one. [1]

    Notes
    -----
    Formula: a = K min(1, A / (2 pi L^2)); S = 2 pi L^2 Int_0^inf (1 - exp(-a e^-x)) x dx; R = sqrt(S / pi);
    m = 1 + 4 R / sqrt(A) + S / A

    Valid: independent targets with density exp(-r/L) / (2 pi L^2) around a neuron anywhere in its
    place; square places. S is the area in which a place the size of A (at most that of the whole cloud) holds a
    target; m is the mean number of squares that a disc of this area touches. Borders of the
    sheet are left out. Compared with sampled targets it is up to a third too high, with the largest error at
    A of about ten L^2

    References
    ----------
    .. [1] V. Braitenberg and A. Schuz, "Cortex: statistics and geometry of neuronal connectivity", Springer (1998), for
       connections that fall with distance. The count of places is derived here.

    Examples
    --------
    In places of the size of single neurons each target is a place of its own; one place that holds everything is
    the only one but for its border.

    >>> f"{reached_places(4000.0, 1e-13, 3e-4):.0f}", f"{reached_places(4000.0, 1.0, 3e-4):.3f}"
    ('4001', '1.011')
    """
    cloud: u.SquareMetre = 2.0 * np.pi * decay_length**2
    peak: u.Dimensionless = targets * np.minimum(1.0, place_area / cloud)
    area: u.SquareMetre = cloud * _touched(peak)
    radius: u.Metre = np.sqrt(area / np.pi)
    found: u.Dimensionless = 1.0 + _AXES**2 * radius / np.sqrt(place_area) + area / place_area
    return np.minimum(found, 1.0 + targets)


@equation
def mean_grid_steps(decay_length: u.Metre, place_area: u.SquareMetre) -> u.Dimensionless:
    """Steps on a grid of places to a target, on average over local targets. [1].

    Parameters
    ----------
    decay_length : float or array
        Length in which the density of targets falls to 1/e. [m]
    place_area : float or array
        Area of the sheet whose neurons one place holds. [m^2]

    Returns
    -------
    float or array
        Steps along rows and columns. [1]

    Notes
    -----
    Formula: d = (4 / pi) 2 L / sqrt(A)

    Valid: square places; targets with density exp(-r/L) / (2 pi L^2), whose mean distance is 2 L

    References
    ----------
    .. [1] Derived here: |cos| + |sin| is 4/pi on average over directions, and Int r^2 exp(-r/L) dr / L^2 is 2 L.

    Examples
    --------
    >>> f"{mean_grid_steps(3e-4, 1e-6):.3f}"
    '0.764'
    """
    return (_AXES**2 / np.pi) * 2.0 * decay_length / np.sqrt(place_area)
