"""Yield and cost of a die."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided


@equation
def poisson_yield(area: u.SquareMetre, defect_density: u.PerSquareMetre) -> u.Dimensionless:
    """Share of the dies without a defect, for independent defects. [1].

    Parameters
    ----------
    area : float or array
        Area of the die. [m^2]
    defect_density : float or array
        Killing defects per area. [1/m^2]

    Returns
    -------
    float or array
        Yield. [1]

    Notes
    -----
    Formula: Y = exp(-A D)

    Valid: independent defects; pessimistic for large dies

    References
    ----------
    .. [1] B. T. Murphy, "Cost-size optima of monolithic integrated circuits", Proc. IEEE 52, 1537-1545
       (1964), doi:10.1109/PROC.1964.3442.
    .. [2] Poisson statistics, as in Murphy, Proc. IEEE 52, 1537-1545 (1964), doi:10.1109/PROC.1964.3442.

    Examples
    --------
    1 cm^2 at 0.1 per cm^2: exp(-0.1).

    >>> f"{poisson_yield(1e-4, 0.1e4):.3f}"
    '0.905'
    """
    return np.exp(-area * defect_density)


@equation
def murphy_yield(area: u.SquareMetre, defect_density: u.PerSquareMetre) -> u.Dimensionless:
    """Share of the dies without a defect, after Murphy. [1].

    Parameters
    ----------
    area : float or array
        Area of the die. [m^2]
    defect_density : float or array
        Mean of the killing defects per area. [1/m^2]

    Returns
    -------
    float or array
        Yield. [1]

    Notes
    -----
    Formula: Y = [(1 - exp(-A D)) / (A D)]^2

    Valid: defect densities that vary triangularly from wafer to wafer

    References
    ----------
    .. [1] B. T. Murphy, "Cost-size optima of monolithic integrated circuits", Proc. IEEE 52, 1537-1545
       (1964), doi:10.1109/PROC.1964.3442.

    Examples
    --------
    One defect per die: (1 - 1/e)^2 = 0.3996.

    >>> f"{murphy_yield(1e-4, 1e4):.4f}"
    '0.3996'
    """
    defects = area * defect_density
    some = defects > 0.0
    safe = np.where(some, defects, 1.0)
    return np.where(some, -np.expm1(-safe) / safe, 1.0) ** 2


@equation
def negative_binomial_yield(
    area: u.SquareMetre, defect_density: u.PerSquareMetre, clustering: u.Dimensionless
) -> u.Dimensionless:
    """Share of the dies without a defect, for clustered defects. [1].

    Parameters
    ----------
    area : float or array
        Area of the die. [m^2]
    defect_density : float or array
        Mean of the killing defects per area. [1/m^2]
    clustering : float or array
        Clustering parameter, above zero: small for strong clusters. [1]

    Returns
    -------
    float or array
        Yield. [1]

    Notes
    -----
    Formula: Y = (1 + A D / a)^-a

    Valid: clustered defects; a of 2 to 5, Poisson for a towards infinity

    References
    ----------
    .. [1] C. H. Stapper, F. M. Armstrong, K. Saji, "Integrated circuit yield statistics", Proc. IEEE 71,
       453-470 (1983), doi:10.1109/PROC.1983.12619.

    Examples
    --------
    4 cm^2 at 0.1 per cm^2 and a = 3: (1 + 0.4 / 3)^-3 = 0.687.

    >>> f"{negative_binomial_yield(4e-4, 0.1e4, 3.0):.3f}"
    '0.687'
    """
    return (1.0 + area * defect_density / clustering) ** (-clustering)


@equation
def dies_per_wafer(wafer_diameter: u.Metre, area: u.SquareMetre) -> u.Dimensionless:
    """Whole dies on a round wafer. [1].

    Parameters
    ----------
    wafer_diameter : float or array
        Diameter of the wafer without its edge exclusion. [m]
    area : float or array
        Area of the die, above zero. [m^2]

    Returns
    -------
    float or array
        Number of dies, good and bad. [1]

    Notes
    -----
    Formula: n = floor[max(0, pi (d / 2)^2 / A - pi d / sqrt(2 A))]

    Valid: nearly square dies much smaller than the wafer; saw lanes are part of the area

    References
    ----------
    .. [1] D. K. de Vries, "Investigation of gross die per wafer formulas", IEEE Trans. Semicond. Manuf. 18,
       136-139 (2005), doi:10.1109/TSM.2004.836656.

    Examples
    --------
    400 mm^2 on 300 mm: 176.7 - 33.3 = 143.4.

    >>> f"{dies_per_wafer(0.3, 400e-6):g}"
    '143'
    """
    inside = np.pi * (wafer_diameter / 2.0) ** 2 / area
    lost = np.pi * wafer_diameter / np.sqrt(2.0 * area)
    return np.floor(np.maximum(inside - lost, 0.0))


@equation
def cost_per_good_die(
    wafer_cost: u.Dimensionless,
    dies: u.Dimensionless,
    die_yield: u.Dimensionless,
    test_and_package_cost: u.Dimensionless,
) -> u.Dimensionless:
    """Cost of one working die, in the currency of its wafer. [1].

    Parameters
    ----------
    wafer_cost : float or array
        Cost of a processed wafer with the memristor layers. [1]
    dies : float or array
        Dies on the wafer. [1]
    die_yield : float or array
        Share of them that works. [1]
    test_and_package_cost : float or array
        Cost of testing and packaging one die. [1]

    Returns
    -------
    float or array
        Cost; infinite where no die is good. [1]

    Notes
    -----
    Formula: c = c_wafer / (n Y) + c_test

    Valid: any currency; development and masks are not included

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    10 000 for 143 dies, 68.7 % of them good, and 2 for each: 103.8.

    >>> f"{cost_per_good_die(10000.0, 143.0, 0.687, 2.0):.4g}"
    '103.8'
    """
    return divided(wafer_cost, dies * die_yield) + test_and_package_cost
