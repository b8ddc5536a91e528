"""Carbon of making and of running a chip."""

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided


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
