"""Dies: area around the blocks, yield, cost, and carbon of making and running them."""

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
def control_area(
    logic_area: u.SquareMetre,
    macro_area: u.SquareMetre,
    logic_share: u.Dimensionless,
    macro_share: u.Dimensionless,
) -> u.SquareMetre:
    """Area of sequencers and interfaces that no block lists, from clocked logic and macros. [m^2].

    Parameters
    ----------
    logic_area, macro_area : float or array
        Area of the clocked logic without macros, and of the macros of memories. [m^2]
    logic_share, macro_share : float or array
        Unlisted area for each of the two. [1]

    Returns
    -------
    float or array
        Area of the unlisted circuits alone. [m^2]

    Notes
    -----
    Formula: A_control = a_logic A_logic + a_macro A_macro

    Valid: chips with sequencers of their own

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    As much as 1 mm^2 of logic, and a quarter of 2 mm^2 of memories:

    >>> f"{control_area(1e-6, 2e-6, 1.0, 0.25):.3g}"
    '1.5e-06'
    """
    return logic_share * logic_area + macro_share * macro_area


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


@equation
def embodied_carbon(
    area: u.SquareMetre,
    fab_energy: u.JoulePerSquareMetre,
    fab_carbon_intensity: u.KilogramPerJoule,
    gas_emissions: u.KilogramPerSquareMetre,
    material_emissions: u.KilogramPerSquareMetre,
    die_yield: u.Dimensionless,
    package_carbon: u.Kilogram,
) -> u.Kilogram:
    """Carbon dioxide equivalent of making one good die and its package. [kg].

    Parameters
    ----------
    area : float or array
        Area of the die. [m^2]
    fab_energy : float or array
        Electrical energy of the fab per area of wafer. [J/m^2]
    fab_carbon_intensity : float or array
        Carbon of that energy. [kg/J]
    gas_emissions, material_emissions : float or array
        Carbon of the gases and of the materials per area of wafer. [kg/m^2]
    die_yield : float or array
        Share of good dies. [1]
    package_carbon : float or array
        Carbon of the package. [kg]

    Returns
    -------
    float or array
        Carbon; infinite where no die is good. [kg]

    Notes
    -----
    Formula: C = A (CI e + g + m) / Y + C_package

    Valid: logic wafers; masks, development, transport and everything around the die are not included

    References
    ----------
    .. [1] U. Gupta et al., "ACT: designing sustainable computer systems with an architectural carbon modeling tool",
       Proc. 49th Int. Symp. Computer Architecture (ISCA), 784-799 (2022), doi:10.1145/3470496.3527408.

    Examples
    --------
    The check of ACT's own tests, 145 mm^2 at 10 nm: 1.45 cm^2 x (1.475 kWh/cm^2 x 583 g/kWh + 240 g/cm^2 + 500 g/cm^2)
    / 0.943543 + 150 g = 2.6087 kg.

    >>> kwh = 3.6e6
    >>> carbon = embodied_carbon(1.45e-4, 1.475e4 * kwh, 0.583 / kwh, 2400.0, 5000.0, 0.943543, 0.15)
    >>> f"{carbon:.4f}"
    '2.6087'
    """
    wafer: u.Kilogram = area * (fab_carbon_intensity * fab_energy + gas_emissions + material_emissions)
    return divided(wafer, die_yield) + package_carbon


@equation
def operational_carbon(
    power: u.Watt, use_share: u.Dimensionless, service_life: u.Second, carbon_intensity: u.KilogramPerJoule
) -> u.Kilogram:
    """Carbon dioxide equivalent of the electricity that a chip uses over its life. [kg].

    Parameters
    ----------
    power : float or array
        Mean power while it is in use. [W]
    use_share : float or array
        Share of its life in which it is. [1]
    service_life : float or array
        Life. [s]
    carbon_intensity : float or array
        Carbon of the electricity. [kg/J]

    Returns
    -------
    float or array
        Carbon. [kg]

    Notes
    -----
    Formula: C = P s t CI

    Valid: the chip alone; conversion losses and cooling are not included

    References
    ----------
    .. [1] U. Gupta et al., "ACT: designing sustainable computer systems with an architectural carbon modeling tool",
       Proc. 49th Int. Symp. Computer Architecture (ISCA), 784-799 (2022), doi:10.1145/3470496.3527408.

    Examples
    --------
    The check of ACT's own tests, 273 mW for 72.3 % of 3.5 years at the 597 g/kWh of Australia: 6.0558 kWh x 597 g/kWh =
    3.6153 kg.

    >>> f"{operational_carbon(0.273, 0.723, 3.5 * 31557600.0, 0.597 / 3.6e6):.4f}"
    '3.6153'
    """
    return power * use_share * service_life * carbon_intensity
