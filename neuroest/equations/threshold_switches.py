"""Neurons of a threshold switch (VO2, NbO2, ovonic, perovskite ...) with a series resistor and a capacitor."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations.neurons import capacitor_area


@equation
def switch_charge_time(
    series_resistance: u.Ohm,
    off_resistance: u.Ohm,
    capacitance: u.Farad,
    supply_voltage: u.Volt,
    threshold_voltage: u.Volt,
    hold_voltage: u.Volt,
) -> u.Second:
    """Charging time of the capacitor from the hold to the threshold voltage. [s].

    Parameters
    ----------
    series_resistance : float or ndarray
        Resistor between the supply and the switch, R_s. [ohm]
    off_resistance : float or ndarray
        Resistance of the open switch, which drains the capacitor meanwhile, R_off. [ohm]
    capacitance : float or ndarray
        Capacitor in parallel with the switch, C. [F]
    supply_voltage : float or ndarray
        Voltage behind the series resistor, V_s. [V]
    threshold_voltage : float or ndarray
        Voltage at which the switch turns on, V_t. [V]
    hold_voltage : float or ndarray
        Voltage at which the switch turns off, V_h. [V]

    Returns
    -------
    float or ndarray
        Charge time; infinite where the divider of both resistors does not exceed the threshold. [s]

    Notes
    -----
    Formula: t = R C ln((V - V_h)/(V - V_t)), R = R_s/(1 + R_s/R_off), V = V_s/(1 + R_s/R_off)

    Valid: exact for a resistive open switch, V_h < V_t

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    100 kohm, 1 pF, 1.2 V, 0.9 V, 0.3 V without a leak: 100 ns * ln(0.9/0.3). With 2 Mohm the divider is 1.143 V, the
    resistance 95.2 kohm: 95.2 ns * ln(0.843/0.243).

    >>> f"{1e9 * switch_charge_time(100e3, float('inf'), 1e-12, 1.2, 0.9, 0.3):.1f} ns"
    '109.9 ns'
    >>> f"{1e9 * switch_charge_time(100e3, 2e6, 1e-12, 1.2, 0.9, 0.3):.1f} ns"
    '118.5 ns'
    """
    leak = 1.0 + series_resistance / off_resistance
    rest = supply_voltage / leak
    fires = rest > threshold_voltage
    remaining = np.where(fires, rest - threshold_voltage, rest + threshold_voltage)
    start = np.where(fires, rest - hold_voltage, rest + threshold_voltage)
    constants = np.log(np.maximum(start / remaining, 1.0)) + np.where(fires, 0.0, np.inf)
    return series_resistance / leak * capacitance * constants


@equation
def switch_time_constant(series_resistance: u.Ohm, off_resistance: u.Ohm, capacitance: u.Farad) -> u.Second:
    """Time constant of the capacitor of an open switch, with the series resistor at its input. [s].

    Parameters
    ----------
    series_resistance : float or ndarray
        Resistor between the input and the switch, R_s. [ohm]
    off_resistance : float or ndarray
        Resistance of the open switch, R_off. [ohm]
    capacitance : float or ndarray
        Capacitor in parallel with the switch, C. [F]

    Returns
    -------
    float or ndarray
        Time constant, the same whether the input drives or is grounded. [s]

    Notes
    -----
    Formula: tau = C R_s/(1 + R_s/R_off)

    Valid: exact for a resistive open switch

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    100 kohm in parallel with 2 Mohm, 1 pF: 95.2 ns.

    >>> f"{1e9 * switch_time_constant(100e3, 2e6, 1e-12):.1f} ns"
    '95.2 ns'
    """
    return capacitance * series_resistance / (1.0 + series_resistance / off_resistance)


@equation
def switch_final_voltage(series_resistance: u.Ohm, off_resistance: u.Ohm, supply_voltage: u.Volt) -> u.Volt:
    """Final capacitor voltage of an open switch under a constant drive. [V].

    Parameters
    ----------
    series_resistance : float or ndarray
        Resistor between the input and the switch, R_s. [ohm]
    off_resistance : float or ndarray
        Resistance of the open switch, R_off. [ohm]
    supply_voltage : float or ndarray
        Voltage behind the series resistor, V_s. [V]

    Returns
    -------
    float or ndarray
        Voltage. [V]

    Notes
    -----
    Formula: V = V_s/(1 + R_s/R_off)

    Valid: exact for a resistive open switch

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    1.2 V behind 100 kohm, 2 Mohm to ground.

    >>> f"{switch_final_voltage(100e3, 2e6, 1.2):.3f} V"
    '1.143 V'
    """
    return supply_voltage / (1.0 + series_resistance / off_resistance)


@equation
def switch_discharge_time(
    on_resistance: u.Ohm, capacitance: u.Farad, threshold_voltage: u.Volt, hold_voltage: u.Volt
) -> u.Second:
    """Discharge time of the capacitor from the threshold to the hold voltage. [s].

    Parameters
    ----------
    on_resistance : float or ndarray
        Resistance of the switch while on, R_on. [ohm]
    capacitance : float or ndarray
        Capacitor in parallel with the switch, C. [F]
    threshold_voltage : float or ndarray
        Voltage at which the switch turns on, V_t. [V]
    hold_voltage : float or ndarray
        Voltage at which the switch turns off, V_h. [V]

    Returns
    -------
    float or ndarray
        Discharge time, the width of the spike. [s]

    Notes
    -----
    Formula: t = R_on C ln(V_t/V_h)

    Valid: R_on << R_s, V_h < V_t

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    5 kohm, 1 pF, 0.9 V to 0.3 V: 5 ns * ln 3.

    >>> f"{1e9 * switch_discharge_time(5e3, 1e-12, 0.9, 0.3):.2f} ns"
    '5.49 ns'
    """
    return on_resistance * capacitance * np.log(np.maximum(threshold_voltage / hold_voltage, 1.0))


@equation
def switch_rest_voltage(
    hold_voltage: u.Volt, relaxation_time: u.Second, on_resistance: u.Ohm, capacitance: u.Farad
) -> u.Volt:
    """Residual voltage on the capacitor when the switch is fully off again. [V].

    Parameters
    ----------
    hold_voltage : float or ndarray
        Voltage at which the switch begins to turn off, V_h. [V]
    relaxation_time : float or ndarray
        Time until it is fully off, t_rel. [s]
    on_resistance : float or ndarray
        Resistance of the switch while on, R_on. [ohm]
    capacitance : float or ndarray
        Capacitor in parallel with the switch, C. [F]

    Returns
    -------
    float or ndarray
        Voltage from which the next charge begins. [V]

    Notes
    -----
    Formula: V_0 = V_h exp(-t_rel/(R_on C))

    Valid: upper bound of the loss: the switch conducts fully until it is off, without a drive

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    0.3 V, and one time constant of 5 kohm and 1 pF.

    >>> f"{switch_rest_voltage(0.3, 5e-9, 5e3, 1e-12):.4f} V"
    '0.1104 V'
    """
    return hold_voltage * np.exp(-relaxation_time / (on_resistance * capacitance))


@equation
def switch_recharge_energy(
    capacitance: u.Farad, supply_voltage: u.Volt, threshold_voltage: u.Volt, hold_voltage: u.Volt
) -> u.Joule:
    """Energy drawn to recharge the capacitor after a spike. [J].

    Parameters
    ----------
    capacitance : float or ndarray
        Capacitor in parallel with the switch, C. [F]
    supply_voltage : float or ndarray
        Voltage behind the series resistor, V_s. [V]
    threshold_voltage : float or ndarray
        Voltage at which the switch turns on, V_t. [V]
    hold_voltage : float or ndarray
        Voltage that the charge begins at: V_h, or what the relaxation of the switch leaves of it. [V]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = C V_s (V_t - V_h)

    Valid: drawn from the supply, half lost in R_s or more

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    1 pF * 1.2 V * 0.6 V.

    >>> f"{1e12 * switch_recharge_energy(1e-12, 1.2, 0.9, 0.3):.2f} pJ"
    '0.72 pJ'
    """
    return capacitance * supply_voltage * (threshold_voltage - hold_voltage)


@equation
def switch_discharge_energy(
    supply_voltage: u.Volt, series_resistance: u.Ohm, on_resistance: u.Ohm, discharge_time: u.Second
) -> u.Joule:
    """Energy that the supply delivers through the open switch while it discharges the capacitor. [J].

    Parameters
    ----------
    supply_voltage : float or ndarray
        Voltage behind the series resistor, V_s. [V]
    series_resistance : float or ndarray
        Resistor between the supply and the switch, R_s. [ohm]
    on_resistance : float or ndarray
        Resistance of the switch while on, R_on. [ohm]
    discharge_time : float or ndarray
        Time from the threshold to the hold voltage. [s]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = V_s^2 t_dis/(R_s + R_on)

    Valid: upper bound: the node starts at V_t, not at 0

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    1.44 V^2/105 kohm for 5.49 ns.

    >>> f"{1e15 * switch_discharge_energy(1.2, 100e3, 5e3, 5.49e-9):.1f} fJ"
    '75.3 fJ'
    """
    return supply_voltage * supply_voltage / (series_resistance + on_resistance) * discharge_time


@equation
def switch_leakage_energy(
    supply_voltage: u.Volt, threshold_voltage: u.Volt, off_resistance: u.Ohm, charge_time: u.Second
) -> u.Joule:
    """Energy that leaks through the closed switch while the capacitor charges. [J].

    Parameters
    ----------
    supply_voltage : float or ndarray
        Voltage behind the series resistor, V_s. [V]
    threshold_voltage : float or ndarray
        Voltage at which the switch turns on, V_t. [V]
    off_resistance : float or ndarray
        Resistance of the switch while off, R_off. [ohm]
    charge_time : float or ndarray
        Time from the hold to the threshold voltage. [s]

    Returns
    -------
    float or ndarray
        Energy per spike; infinite where the capacitor never reaches the threshold. [J]

    Notes
    -----
    Formula: E = V_s V_t t_charge/R_off

    Valid: upper bound: the node is below V_t all the time

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    1.2 V * 0.9 V/10 Mohm for 110 ns.

    >>> f"{1e15 * switch_leakage_energy(1.2, 0.9, 10e6, 110e-9):.1f} fJ"
    '11.9 fJ'
    """
    power = supply_voltage * threshold_voltage / off_resistance
    # without supply the switch never fires, and nothing leaks in that infinite time
    return power * np.where(power > 0.0, charge_time, 0.0)


@equation
def limiting_series_resistance(
    supply_voltage: u.Volt, switch_voltage: u.Volt, switch_current: u.Ampere
) -> u.Ohm:
    """Series resistance that holds a switch at one of its corners, where it turns on or off. [ohm].

    Below that of the corner where it turns off, the switch latches on instead of oscillating; above that of the corner
    where it turns on, its leakage keeps it from firing.

    Parameters
    ----------
    supply_voltage : float or ndarray
        Voltage behind the series resistor, V_s. [V]
    switch_voltage : float or ndarray
        Voltage at which the switch turns off or on, V. [V]
    switch_current : float or ndarray
        Current through the switch just before it does, I. [A]

    Returns
    -------
    float or ndarray
        Limit of the series resistance; negative where the supply is below the voltage. [ohm]

    Notes
    -----
    Formula: R_s = (V_s - V)/I

    Valid: steady state

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    1.2 V, 0.3 V, and 60 uA through 5 kohm at the hold point: 0.9 V/60 uA; 1.2 V, 0.9 V and 1 uA of leakage at the
    threshold.

    >>> f"{limiting_series_resistance(1.2, 0.3, 60e-6) / 1e3:.1f} kohm"
    '15.0 kohm'
    >>> f"{limiting_series_resistance(1.2, 0.9, 1e-6) / 1e3:.0f} kohm"
    '300 kohm'
    """
    return (supply_voltage - switch_voltage) / switch_current


@equation
def transition_voltage_factor(
    temperature: u.Kelvin, transition_temperature: u.Kelvin, reference_temperature: u.Kelvin
) -> u.Dimensionless:
    """Threshold of a thermally triggered switch, over that at another temperature.

    Parameters
    ----------
    temperature : float or ndarray
        Temperature around the switch, T. [K]
    transition_temperature : float or ndarray
        Temperature at which the switch turns on, T_c; infinite for one that does not turn on by heat. [K]
    reference_temperature : float or ndarray
        Temperature at which the threshold is known, T_0, below T_c. [K]

    Returns
    -------
    float or ndarray
        Ratio of the voltages.

    Notes
    -----
    Formula: V(T)/V(T_0) = sqrt((T_c - T)/(T_c - T_0))

    Valid: self-heated switch, resistance and heat flow as at T_0; zero at T_c and above

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    Vanadium dioxide, 340 K: from 300 K to 330 K a quarter of the heating is left, half of the voltage.

    >>> f"{transition_voltage_factor(330.0, 340.0, 300.0):.2f}"
    '0.50'
    """
    span = transition_temperature - reference_temperature
    apart = span > 0.0
    warming = (temperature - reference_temperature) / np.where(apart, span, reference_temperature)
    return np.sqrt(np.where(apart, np.maximum(1.0 - warming, 0.0), 0.0))


@equation
def switch_neuron_area(
    switch_area: u.SquareMetre,
    transistor_area: u.SquareMetre,
    capacitance: u.Farad,
    capacitance_density: u.FaradPerSquareMetre,
) -> u.SquareMetre:
    """Area of a threshold-switch neuron with its capacitor. [m^2].

    Parameters
    ----------
    switch_area : float or ndarray
        Area of the threshold switch. [m^2]
    transistor_area : float or ndarray
        Area of the transistor or resistor below it. [m^2]
    capacitance : float or ndarray
        Capacitor in parallel with the switch, C. [F]
    capacitance_density : float or ndarray
        Capacitance per area of the kind of capacitor, c_A. [F/m^2]

    Returns
    -------
    float or ndarray
        Footprint. [m^2]

    Notes
    -----
    Formula: A = max(A_TS, A_T) + C/c_A

    Valid: switch above its transistor, capacitor next to both

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    1 um^2 of switch over 0.3 um^2 of transistor, 1 pF at 2 fF/um^2.

    >>> f"{1e12 * switch_neuron_area(1e-12, 0.3e-12, 1e-12, 2e-3):.0f} um^2"
    '501 um^2'
    """
    return np.maximum(switch_area, transistor_area) + capacitor_area(capacitance, capacitance_density)
