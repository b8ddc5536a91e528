"""Geometry of a small neuron: capacitance and noise of its node, resistors, footprint.

- node: `plate_capacitance`, `node_capacitance`, `feedthrough_limit`
- noise: `thermal_noise_voltage`, `noise_limited_capacitance`, `stored_electrons`
- area: `thin_film_resistor_area`, `stacked_footprint`, `planar_footprint`
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import (
    BOLTZMANN,
    ELEMENTARY_CHARGE,
    VACUUM_PERMITTIVITY,
    Coulomb,
    JoulePerKelvin,
)


@equation
def plate_capacitance(
    relative_permittivity: u.Dimensionless,
    area: u.SquareMetre,
    thickness: u.Metre,
    vacuum_permittivity: u.FaradPerMetre = VACUUM_PERMITTIVITY,
) -> u.Farad:
    """Capacitance of the memristor's stack. [F].

    Parameters
    ----------
    relative_permittivity : float or ndarray
        Relative permittivity of the switching oxide. [1]
    area : float or ndarray
        Area of the memristor. [m^2]
    thickness : float or ndarray
        Thickness of the switching oxide, d. [m]
    vacuum_permittivity : float, optional
        Permittivity of vacuum. [F/m]

    Returns
    -------
    float or ndarray
        Capacitance. [F]

    Notes
    -----
    Formula: C = eps_0 eps_r A/d

    Valid: plate much wider than its oxide is thick

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    A 100 nm via with 10 nm of HfO2 (22): 8.854e-12 * 22 * 1e-14/1e-8.

    >>> f"{1e15 * plate_capacitance(22.0, 1e-14, 10e-9):.3f} fF"
    '0.195 fF'
    """
    return vacuum_permittivity * relative_permittivity * area / thickness


@equation
def node_capacitance(
    gate_capacitance_per_width: u.FaradPerMetre,
    gate_width: u.Metre,
    memristor_capacitance: u.Farad,
    wire_capacitance_per_length: u.FaradPerMetre,
    local_wire_length: u.Metre,
    explicit_capacitance: u.Farad,
) -> u.Farad:
    """Capacitance of the gate node from its parts. [F].

    Parameters
    ----------
    gate_capacitance_per_width : float or ndarray
        Gate capacitance per transistor width, with fringe. [F/m]
    gate_width : float or ndarray
        Width of the transistor, all fins together. [m]
    memristor_capacitance : float or ndarray
        Capacitance of the memristor's stack, C_m. [F]
    wire_capacitance_per_length : float or ndarray
        Capacitance of a wire per length. [F/m]
    local_wire_length : float or ndarray
        Wire between memristor, gate and resistor. [m]
    explicit_capacitance : float or ndarray
        Capacitor added on purpose. [F]

    Returns
    -------
    float or ndarray
        Total capacitance of the gate node. [F]

    Notes
    -----
    Formula: C_g = c_gate W + C_m + c_w L + C_explicit

    Valid: average of the gate over its swing

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    28 nm: 1 um of gate at 1 fF/um, a 100 nm via, 5 um of wire at 0.2 fF/um: 1 + 0.195 + 1 fF.

    >>> f"{1e15 * node_capacitance(1e-9, 1e-6, 0.195e-15, 0.2e-9, 5e-6, 0.0):.3f} fF"
    '2.195 fF'
    """
    return (
        gate_capacitance_per_width * gate_width
        + memristor_capacitance
        + wire_capacitance_per_length * local_wire_length
        + explicit_capacitance
    )


@equation
def feedthrough_limit(gate_capacitance: u.Farad, input_voltage: u.Volt, output_threshold: u.Volt) -> u.Farad:
    """Largest memristor capacitance without feed-through of an input edge to the output. [F].

    Parameters
    ----------
    gate_capacitance : float or ndarray
        Capacitance of the gate node to ground, without the memristor. [F]
    input_voltage : float or ndarray
        Voltage step at the input of the neuron. [V]
    output_threshold : float or ndarray
        Gate voltage above which the output is on. [V]

    Returns
    -------
    float or ndarray
        Limit of the memristor's capacitance; infinite where the whole step is below half the threshold. [F]

    Notes
    -----
    Formula: C_m <= C/(2 V_in/V_th - 1)

    Valid: step input through an empty memristor, at most half the threshold

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    4.14 aF, 0.45 V, 0.2 V: 4.14/3.5.

    >>> f"{1e18 * feedthrough_limit(4.14e-18, 0.45, 0.2):.2f} aF"
    '1.18 aF'
    """
    excess = 2.0 * input_voltage / output_threshold - 1.0
    limited = excess > 0.0
    return gate_capacitance / np.where(limited, excess, 1.0) * np.where(limited, 1.0, np.inf)


@equation
def thermal_noise_voltage(
    temperature: u.Kelvin, capacitance: u.Farad, boltzmann_constant: JoulePerKelvin = BOLTZMANN
) -> u.Volt:
    """Root mean square of the thermal noise on a capacitor. [V].

    Parameters
    ----------
    temperature : float or ndarray
        Temperature. [K]
    capacitance : float or ndarray
        Capacitance of the node. [F]
    boltzmann_constant : float, optional
        Boltzmann's constant. [J/K]

    Returns
    -------
    float or ndarray
        Noise voltage. [V]

    Notes
    -----
    Formula: v_n = sqrt(k T/C)

    Valid: thermal equilibrium

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    4.14 aF at 300 K: sqrt(4.142e-21/4.14e-18).

    >>> f"{1e3 * thermal_noise_voltage(300.0, 4.14e-18):.1f} mV"
    '31.6 mV'
    """
    return np.sqrt(boltzmann_constant * temperature / capacitance)


@equation
def noise_limited_capacitance(
    temperature: u.Kelvin,
    output_threshold: u.Volt,
    sigmas: u.Dimensionless,
    boltzmann_constant: JoulePerKelvin = BOLTZMANN,
) -> u.Farad:
    """Smallest gate node with a threshold a given number of standard deviations above thermal noise. [F].

    Parameters
    ----------
    temperature : float or ndarray
        Temperature. [K]
    output_threshold : float or ndarray
        Gate voltage above which the output is on. [V]
    sigmas : float or ndarray
        Standard deviations of noise between rest and threshold. [1]
    boltzmann_constant : float, optional
        Boltzmann's constant. [J/K]

    Returns
    -------
    float or ndarray
        Capacitance. [F]

    Notes
    -----
    Formula: C = k T n^2/V_th^2

    Valid: thermal noise only

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    Six deviations of 0.2 V at 300 K: 36 * 4.142e-21/0.04.

    >>> f"{1e18 * noise_limited_capacitance(300.0, 0.2, 6.0):.2f} aF"
    '3.73 aF'
    """
    ratio = sigmas / output_threshold
    return boltzmann_constant * temperature * ratio * ratio


@equation
def stored_electrons(
    capacitance: u.Farad, voltage: u.Volt, elementary_charge: Coulomb = ELEMENTARY_CHARGE
) -> u.Dimensionless:
    """Number of electrons on a capacitance at a voltage. [1].

    Parameters
    ----------
    capacitance : float or ndarray
        Capacitance of the node. [F]
    voltage : float or ndarray
        Voltage of the node. [V]
    elementary_charge : float, optional
        Charge of an electron. [C]

    Returns
    -------
    float or ndarray
        Number of electrons. [1]

    Notes
    -----
    Formula: n = C V/e

    Valid: mean charge; below some hundred, electrons can be counted

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    The spike of the 3 nm projection: 4.14 aF at 0.45 V.

    >>> f"{stored_electrons(4.14e-18, 0.45):.1f}"
    '11.6'
    """
    return capacitance * voltage / elementary_charge


@equation
def thin_film_resistor_area(resistivity: u.OhmMetre, thickness: u.Metre, resistance: u.Ohm) -> u.SquareMetre:
    """Area of a resistor as a vertical film in the stack. [m^2].

    Parameters
    ----------
    resistivity : float or ndarray
        Resistivity of the film. [ohm m]
    thickness : float or ndarray
        Height of the film between its contacts. [m]
    resistance : float or ndarray
        Wanted resistance. [ohm]

    Returns
    -------
    float or ndarray
        Cross-section of the film. [m^2]

    Notes
    -----
    Formula: A = rho t/R

    Valid: vertical film contacted above and below

    References
    ----------
    docs/models/neurons.md, "Footprint".

    Examples
    --------
    1 kohm m, 50 nm high, 500 Mohm: 1e3 * 50e-9/5e8.

    >>> f"{1e12 * thin_film_resistor_area(1e3, 50e-9, 500e6):.2f} um^2"
    '0.10 um^2'
    """
    return resistivity * thickness / resistance


@equation
def stacked_footprint(
    transistor_area: u.SquareMetre, memristor_area: u.SquareMetre, resistor_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of a neuron whose three parts are stacked. [m^2].

    Parameters
    ----------
    transistor_area : float or ndarray
        Area of the transistor with its contacts. [m^2]
    memristor_area : float or ndarray
        Area of the memristor. [m^2]
    resistor_area : float or ndarray
        Area of the control resistor. [m^2]

    Returns
    -------
    float or ndarray
        Footprint, without interface, row driver and buffer. [m^2]

    Notes
    -----
    Formula: A = max(A_T, A_mem, A_Rc)

    Valid: memristor and resistor stacked on the transistor

    References
    ----------
    docs/models/neurons.md, "Footprint".

    Examples
    --------
    4 um^2 of memristor over 0.3 um^2 of transistor and 0.1 um^2 of resistor.

    >>> f"{1e12 * stacked_footprint(0.3e-12, 4e-12, 0.1e-12):.1f} um^2"
    '4.0 um^2'
    """
    return np.maximum(np.maximum(transistor_area, memristor_area), resistor_area)


@equation
def planar_footprint(
    transistor_area: u.SquareMetre, memristor_area: u.SquareMetre, resistor_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of a neuron with its three parts side by side. [m^2].

    Parameters
    ----------
    transistor_area : float or ndarray
        Area of the transistor with its contacts. [m^2]
    memristor_area : float or ndarray
        Area of the memristor. [m^2]
    resistor_area : float or ndarray
        Area of the control resistor. [m^2]

    Returns
    -------
    float or ndarray
        Footprint, without interface, row driver and buffer. [m^2]

    Notes
    -----
    Formula: A = A_T + A_mem + A_Rc

    Valid: parts side by side

    References
    ----------
    docs/models/neurons.md, "Footprint".

    Examples
    --------
    0.3 + 4 + 0.1 um^2.

    >>> f"{1e12 * planar_footprint(0.3e-12, 4e-12, 0.1e-12):.1f} um^2"
    '4.4 um^2'
    """
    return transistor_area + memristor_area + resistor_area
