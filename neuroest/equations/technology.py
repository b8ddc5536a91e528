"""Scaling of energy, delay, area and leakage of CMOS with node, supply voltage and temperature.

The coefficients of every fit are arguments: they belong to a process and are in its spec file.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def logic_energy_factor(
    supply_voltage: u.Volt, quadratic: u.PerSquareVolt, linear: u.PerVolt, constant: u.Dimensionless
) -> u.Dimensionless:
    """Relative energy of a logic gate in one process at one supply voltage. [1].

    Parameters
    ----------
    supply_voltage : float or array
        Supply voltage of the logic. [V]
    quadratic, linear, constant : float or array
        Coefficients of the process. [1/V^2, 1/V, 1]

    Returns
    -------
    float or array
        Energy factor; only ratios of two factors mean something. [1]

    Notes
    -----
    Formula: x_E = e2 V^2 + e1 V + e0

    Valid: supply voltages inside the fitted range of the node; dynamic energy of static logic

    A value that is not positive shows that the voltage is outside the fit. 65 nm to 130 nm have one fit, the
    smaller nodes one for high-performance and one for low-power transistors; the two do not mix.

    References
    ----------
    .. [1] A. Stillmaker, B. Baas, "Scaling equations for the accurate prediction of CMOS device performance
       from 180 nm to 7 nm", Integration 58, 74-81 (2017), Table 5 and corrigendum to its Section 4.2.1.
    .. [2] Stillmaker and Baas, Integration 58, 74-81 (2017), doi:10.1016/j.vlsi.2017.02.002, energy fit,
       Table 5.

    Examples
    --------
    The corrigendum evaluates 32 nm at 0.9 V as 0.4571 and 65 nm at 1.3 V as 2.604.

    >>> f"{logic_energy_factor(0.9, 0.8367, -0.4341, 0.1701):.4f}"
    '0.4571'
    >>> f"{logic_energy_factor(1.3, 3.755, -4.398, 1.975):.3f}"
    '2.604'
    """
    return quadratic * supply_voltage**2 + linear * supply_voltage + constant


@equation
def logic_delay_factor(
    supply_voltage: u.Volt,
    cubic: u.PerCubicVolt,
    quadratic: u.PerSquareVolt,
    linear: u.PerVolt,
    constant: u.Dimensionless,
) -> u.Dimensionless:
    """Relative delay of a logic gate in one process at one supply voltage. [1].

    Parameters
    ----------
    supply_voltage : float or array
        Supply voltage of the logic. [V]
    cubic, quadratic, linear, constant : float or array
        Coefficients of the process. [1/V^3, 1/V^2, 1/V, 1]

    Returns
    -------
    float or array
        Delay factor; only ratios of two factors mean something. [1]

    Notes
    -----
    Formula: x_t = d3 V^3 + d2 V^2 + d1 V + d0

    Valid: supply voltages inside the fitted range of the node; static logic

    The fits of 45 nm and 32 nm high-performance logic have a shallow minimum below their nominal voltage and
    rise a little after it, so a slope of the wrong sign does not show that a voltage is outside the fit; a
    value that is not positive does.

    References
    ----------
    .. [1] A. Stillmaker, B. Baas, Integration 58, 74-81 (2017), doi:10.1016/j.vlsi.2017.02.002.
    .. [2] Stillmaker and Baas, Integration 58, 74-81 (2017), doi:10.1016/j.vlsi.2017.02.002, delay fit.

    Examples
    --------
    7 nm at 0.7 V by hand: -28.58 x 0.343 + 76.6 x 0.49 - 70.26 x 0.7 + 24.69 = 3.239.

    >>> f"{logic_delay_factor(0.7, -28.58, 76.6, -70.26, 24.69):.3f}"
    '3.239'
    """
    return cubic * supply_voltage**3 + quadratic * supply_voltage**2 + linear * supply_voltage + constant


@equation
def leakage_at_temperature(
    leakage: u.Watt, temperature: u.Kelvin, reference_temperature: u.Kelvin, doubling_temperature: u.Kelvin
) -> u.Watt:
    """Leakage power at a temperature, from that at a reference temperature. [W].

    Parameters
    ----------
    leakage : float or array
        Leakage power at the reference temperature. [W]
    temperature, reference_temperature : float or array
        Temperature that is wanted, and that of the given leakage. [K]
    doubling_temperature : float or array
        Rise of temperature that doubles the leakage, above zero. [K]

    Returns
    -------
    float or array
        Leakage power at the temperature. [W]

    Notes
    -----
    Formula: P = P_ref 2^((T - T_ref) / dT_2)

    Valid: subthreshold leakage over some tens of kelvin around the reference temperature

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Two doublings: 1 mW at 300 K with 10 K each is 4 mW at 320 K.

    >>> float(leakage_at_temperature(1e-3, 320.0, 300.0, 10.0))
    0.004
    """
    return leakage * np.exp2((temperature - reference_temperature) / doubling_temperature)


@equation
def off_current_at_supply(
    off_current_per_width: u.AmperePerMetre,
    slope: u.PerVolt,
    supply_voltage: u.Volt,
    nominal_supply_voltage: u.Volt,
) -> u.AmperePerMetre:
    """Leakage of a transistor per width at a supply, from that at the nominal one. [A/m].

    The drain lowers the barrier in front of the source, and a threshold that is lower by one subthreshold swing leaks
    ten times as much: the slope is ln(10) times the drain-induced lowering over the subthreshold swing.

    Parameters
    ----------
    off_current_per_width : float or array
        Leakage at the nominal supply. [A/m]
    slope : float or array
        Rise of its logarithm per volt. [1/V]
    supply_voltage, nominal_supply_voltage : float or array
        Supply, and the one that the leakage was stated at. [V]

    Returns
    -------
    float or array
        Leakage at the supply. [A/m]

    Notes
    -----
    Formula: I_off(V) = I_off exp(s (V - V_nom))

    Valid: from half the nominal supply to a tenth above it; subthreshold leakage with what the drain field adds

    References
    ----------
    .. [1] T. Sakurai, A. R. Newton, IEEE J. Solid-State Circuits 25, 584-594 (1990); drain-induced barrier lowering in
       N. H. E. Weste, D. M. Harris, "CMOS VLSI Design", 4th ed., Addison-Wesley (2011), section 2.4.4.
    .. [2] Derivation: docs/models/technology.md.

    Examples
    --------
    FreePDK45, standard thresholds, mean of both types: 13.34 nA/um at 1.1 V and 2.56 per volt make 3.26 nA/um at
    0.55 V, where its transistor models have 3.24 nA/um.

    >>> f"{off_current_at_supply(13.34e-3, 2.56, 0.55, 1.1):.3g}"
    '0.00326'
    """
    return off_current_per_width * np.exp(slope * (supply_voltage - nominal_supply_voltage))


@equation
def mixed_off_current(
    low_share: u.Dimensionless,
    standard_share: u.Dimensionless,
    low_off_current_per_width: u.AmperePerMetre,
    standard_off_current_per_width: u.AmperePerMetre,
    high_off_current_per_width: u.AmperePerMetre,
) -> u.AmperePerMetre:
    """Mean leakage per width of logic that mixes thresholds. [A/m].

    Parameters
    ----------
    low_share, standard_share : float or array
        Shares of the width with low and with standard thresholds; the rest has high ones. [1]
    low_off_current_per_width, standard_off_current_per_width, high_off_current_per_width : float or array
        Leakage of each. [A/m]

    Returns
    -------
    float or array
        Mean leakage. [A/m]

    Notes
    -----
    Formula: I_off = f_l I_l + f_s I_s + (1 - f_l - f_s) I_h

    Valid: thresholds that are chosen gate by gate, shares of the width of all gates

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    One percent of gates that leak a thousand times as much make most of the leakage: 0.01 x 100 + 0.99 x 0.1.

    >>> f"{mixed_off_current(0.01, 0.0, 100.0, 10.0, 0.1):.4g}"
    '1.099'
    """
    high_share = 1.0 - low_share - standard_share
    return (
        low_share * low_off_current_per_width
        + standard_share * standard_off_current_per_width
        + high_share * high_off_current_per_width
    )


@equation
def gate_leakage_power(
    off_current_per_width: u.AmperePerMetre, width: u.Metre, supply_voltage: u.Volt
) -> u.Watt:
    """Leakage power of transistors that are off between the supply rails. [W].

    Parameters
    ----------
    off_current_per_width : float or array
        Off current of a transistor per gate width at the supply. [A/m]
    width : float or array
        Total width of the transistors that are off. [m]
    supply_voltage : float or array
        Supply voltage. [V]

    Returns
    -------
    float or array
        Leakage power. [W]

    Notes
    -----
    Formula: P = W I_off V_dd

    Valid: total width of the transistors that are off at a time; subthreshold leakage

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    1 m of high-performance gates at 100 nA/um and 1 V: 0.1 A x 1 V = 0.1 W.

    >>> f"{gate_leakage_power(0.1, 1.0, 1.0):.3g}"
    '0.1'
    """
    return off_current_per_width * width * supply_voltage


@equation
def voltage_scaled_energy(energy: u.Joule, voltage: u.Volt, reference_voltage: u.Volt) -> u.Joule:
    """Energy of charging a fixed capacitance, moved from a reference voltage to another. [J].

    Parameters
    ----------
    energy : float or array
        Energy at the reference voltage. [J]
    voltage, reference_voltage : float or array
        Voltage that is wanted, and that of the given energy, the latter above zero. [V]

    Returns
    -------
    float or array
        Energy at the voltage. [J]

    Notes
    -----
    Formula: E = E_ref (V / V_ref)^2

    Valid: energies that charge a capacitance which does not change: wires, capacitors, pads

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Half the voltage takes a quarter of the energy.

    >>> voltage_scaled_energy(8e-15, 0.5, 1.0)
    2e-15
    """
    return energy * (voltage / reference_voltage) ** 2


@equation
def analog_node_ratio(factor: u.Dimensionless, stated_factor: u.Dimensionless) -> u.Dimensionless:
    """Energy, area or time of an analog circuit on one process over that on the process it is stated for. [1].

    Parameters
    ----------
    factor, stated_factor : float or array
        The quantity relative to 28 nm, as the process states it, and as the one of the circuit does, above zero. [1]

    Returns
    -------
    float or array
        Ratio. [1]

    Notes
    -----
    Formula: r = k / k_0

    Valid: between processes that both state the factor; the further their nodes, the wider its spread

    References
    ----------
    .. [1] Derivation: docs/models/converters.md.

    Examples
    --------
    Areas go with the node: from 28 nm to 65 nm they grow by 65 / 28.

    >>> f"{analog_node_ratio(65 / 28, 1.0):.3g}"
    '2.32'
    """
    return factor / stated_factor


@equation
def supply_energy_factor(supply_voltage: u.Volt, reference_voltage: u.Volt) -> u.Dimensionless:
    """Switching energy of logic at one supply over that at another, in the same process. [1].

    Parameters
    ----------
    supply_voltage, reference_voltage : float or array
        Supply that is wanted, and that of the known energy, the latter above zero. [V]

    Returns
    -------
    float or array
        Ratio of the energies. [1]

    Notes
    -----
    Formula: x = (V / V_ref)^2

    Valid: switching energy of logic within one process: the capacitances stay, only the supply moves

    The fits over nodes include leakage during a step that lasts longer at a low supply; at 65 nm their energy
    therefore hardly falls below 0.8 V and rises below 0.59 V, which no measured chip does at a given clock.

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.
    .. [2] H. Jia et al., IEEE J. Solid-State Circuits 55, 2609-2621 (2020): energies of three digital and mixed blocks
       in 65 nm grow by 1.77 to 2.10 from 0.85 V to 1.2 V, where the square of the supply grows by 1.99.

    Examples
    --------
    0.7 V instead of 0.8 V: 0.49 / 0.64.

    >>> f"{supply_energy_factor(0.7, 0.8):.4g}"
    '0.7656'
    """
    return (supply_voltage / reference_voltage) ** 2


@equation
def leakage_factor(
    feature_size: u.Metre,
    reference_feature_size: u.Metre,
    off_current_per_width: u.AmperePerMetre,
    reference_off_current_per_width: u.AmperePerMetre,
    supply_voltage: u.Volt,
    reference_voltage: u.Volt,
) -> u.Dimensionless:
    """Leakage power of a circuit relative to the same circuit in another process. [1].

    The transistors shrink with the feature size, each metre of width leaks the off-current of its process, and the
    supply drives that current. This law is separate: leakage does not scale like switching energy.

    Parameters
    ----------
    feature_size, reference_feature_size : float or array
        Feature size here, and of the process that the leakage is known for. [m]
    off_current_per_width, reference_off_current_per_width : float or array
        Off-current of a transistor per gate width on the two processes, each at its supply. [A/m]
    supply_voltage, reference_voltage : float or array
        Supply here and there. [V]

    Returns
    -------
    float or array
        Ratio of the powers, both at the same temperature. [1]

    Notes
    -----
    Formula: k = (F / F_ref) (I_off / I_off,ref) (V / V_ref)

    Valid: equal circuits of minimum width on both processes; subthreshold leakage

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Half the width, three times the off-current, 0.8 V instead of 1 V: 0.5 x 3 x 0.8.

    >>> f"{leakage_factor(14e-9, 28e-9, 3e-4, 1e-4, 0.8, 1.0):.3g}"
    '1.2'
    """
    widths = feature_size / reference_feature_size
    currents = off_current_per_width / reference_off_current_per_width
    return widths * currents * (supply_voltage / reference_voltage)


@equation
def cell_area_ratio(
    bitcell_area_per_bit: u.SquareMetrePerBit, squares_per_bit: u.PerBit, feature_size: u.Metre
) -> u.Dimensionless:
    """Memory cell area of a process relative to the model's cell, which scales with feature size. [1].

    Parameters
    ----------
    bitcell_area_per_bit : float or array
        Area of the memory cell of the process. [m^2/bit]
    squares_per_bit : float or array
        Area of the model's cell in squares of its feature size, above zero. [1/bit]
    feature_size : float or array
        Feature size of the model's node, above zero. [m]

    Returns
    -------
    float or array
        Ratio of the areas. [1]

    Notes
    -----
    Formula: k = a_cell / (n_F F^2)

    Valid: a memory model that draws its cell as a fixed number of squares of the feature size

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    A cell of 0.127 um^2 at 28 nm against 146 squares of 28 nm, which are 0.1145 um^2: 1.110.

    >>> f"{cell_area_ratio(0.127e-12, 146.0, 28e-9):.4g}"
    '1.11'
    """
    return bitcell_area_per_bit / (squares_per_bit * feature_size**2)


@equation
def corner_factor(corner_ratio: u.Dimensionless, depth: u.Dimensionless) -> u.Dimensionless:
    """Delay, current, leakage or energy at a corner of the process over the typical one. [1].

    Parameters
    ----------
    corner_ratio : float or array
        The same ratio in the kit that it was found in, above zero. [1]
    depth : float or array
        How far this process's corner lies out compared with the kit's, as an exponent; 0 is a typical die. [1]

    Returns
    -------
    float or array
        Ratio. [1]

    Notes
    -----
    Formula: x = k^s

    Valid: a whole chip at one corner of its process; k of transistors at the same supply and temperature

    With any positive exponent a ratio above one stays above one, so slow remains slow. The exponent is linear
    in the threshold shift, the main part of a corner, because leakage is exponential in it.

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    A corner twice as far out as one where logic takes 1.2 times as long: 1.44.

    >>> f"{corner_factor(1.2, 2.0):.4g}"
    '1.44'
    """
    return corner_ratio**depth


@equation
def threshold_at_corner(typical_threshold: u.Volt, threshold_shift: u.Volt, depth: u.Dimensionless) -> u.Volt:
    """Threshold voltage of a transistor at a corner of the process. [V].

    Parameters
    ----------
    typical_threshold : float or array
        Threshold on a typical die. [V]
    threshold_shift : float or array
        Threshold at the corner less that on a typical die, of the kit that it was found in. [V]
    depth : float or array
        How far this process's corner lies out compared with the kit's. [1]

    Returns
    -------
    float or array
        Threshold voltage, not below zero. [V]

    Notes
    -----
    Formula: V_T = V_T,typical + s dV_T

    Valid: transistors of the logic process

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    0.4 V and a slow corner of 25 mV, once and a half as far out: 0.4375 V.

    >>> f"{threshold_at_corner(0.4, 0.025, 1.5):.4g}"
    '0.4375'
    """
    return np.maximum(typical_threshold + threshold_shift * depth, 0.0)
