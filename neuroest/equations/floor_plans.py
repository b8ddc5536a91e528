"""Area of a die around its blocks."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided


@equation
def floorplan_area(block_area: u.SquareMetre, utilisation: u.Dimensionless) -> u.SquareMetre:
    """Area of a die core from the area of its blocks. [m^2].

    Parameters
    ----------
    block_area : float or array
        Sum of all blocks. [m^2]
    utilisation : float or array
        Share of the core that blocks fill; the rest is routing, fill and power. [1]

    Returns
    -------
    float or array
        Area; infinite where the utilisation is not positive. [m^2]

    Notes
    -----
    Formula: A = A_blocks / eta

    Valid: floor plans of one die without its pad ring

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    0.7 mm^2 of blocks at 70 %.

    >>> f"{floorplan_area(0.7e-6, 0.7):.3g}"
    '1e-06'
    """
    return divided(block_area, utilisation)


@equation
def pad_ring_area(core_area: u.SquareMetre, width: u.Metre, dies: u.Dimensionless = 1.0) -> u.SquareMetre:
    """Area of the rings of pads around square cores. [m^2].

    Parameters
    ----------
    core_area : float or array
        Area inside of the rings, of all dies. [m^2]
    width : float or array
        Width of a ring. [m]
    dies : float or array
        Dies that the core is divided into. [1]

    Returns
    -------
    float or array
        Area of the rings alone. [m^2]

    Notes
    -----
    Formula: A_ring = n (sqrt(A/n) + 2 w)^2 - A

    Valid: square dies whose pads form one row along all sides

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    4 mm^2 behind a ring of 0.2 mm are a die of 2.4 mm by 2.4 mm, 1.76 mm^2 of ring:

    >>> f"{pad_ring_area(4e-6, 0.2e-3):.3g}"
    '1.76e-06'
    """
    return dies * (np.sqrt(core_area / dies) + 2.0 * width) ** 2.0 - core_area
