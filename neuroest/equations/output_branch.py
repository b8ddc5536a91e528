"""Output branch of the 1M1T1R neuron: pulse, energies, swing and drivable loads."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def output_pulse_duration(
    high_time: u.Second,
    control_resistance: u.Ohm,
    gate_capacitance: u.Farad,
    gate_peak_voltage: u.Volt,
    output_threshold: u.Volt,
) -> u.Second:
    """On-time of the output transistor in one spike. [s].

    Parameters
    ----------
    high_time : float or ndarray
        Time that the input stays high after the memristor switched. [s]
    control_resistance : float or ndarray
        Resistor from the gate node to ground, R_c. [ohm]
    gate_capacitance : float or ndarray
        Total capacitance of the gate node, C_g. [F]
    gate_peak_voltage : float or ndarray
        Gate voltage at the spike. [V]
    output_threshold : float or ndarray
        Gate voltage above which the output is on. [V]

    Returns
    -------
    float or ndarray
        Duration of the output pulse; zero where the gate stays below the threshold. [s]

    Notes
    -----
    Formula: t_O = t_high + R_c C_g ln(V_g,max/V_th)

    Valid: transistor is a switch at V_th

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    Bench neuron after a short pulse: 250 Mohm * 10 pF * ln(0.8/0.2).

    >>> f"{1e3 * output_pulse_duration(0.0, 250e6, 10e-12, 0.8, 0.2):.2f} ms"
    '3.47 ms'
    """
    ratio = gate_peak_voltage / output_threshold
    fall = control_resistance * gate_capacitance * np.log(np.maximum(ratio, 1.0))
    return (high_time + fall) * np.where(ratio > 1.0, 1.0, 0.0)


@equation
def output_branch_energy(
    supply_voltage: u.Volt,
    load_resistance: u.Ohm,
    transistor_on_resistance: u.Ohm,
    output_pulse_duration: u.Second,
) -> u.Joule:
    """Energy of the output branch while the transistor conducts. [J].

    Parameters
    ----------
    supply_voltage : float or ndarray
        Supply of the output branch. [V]
    load_resistance : float or ndarray
        Resistor between the supply and the output, R_l. [ohm]
    transistor_on_resistance : float or ndarray
        Resistance of the output transistor while on, R_ds. [ohm]
    output_pulse_duration : float or ndarray
        Time that the output transistor conducts. [s]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = V_dd^2 t_O/(R_l + R_ds)

    Valid: static current of the output branch only

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    Bench neuron: (0.5 V)^2/47 kohm for 3.47 ms, ten thousand times the quoted pJ.

    >>> f"{1e9 * output_branch_energy(0.5, 47e3, 0.0, 3.466e-3):.1f} nJ"
    '18.4 nJ'
    """
    return (
        supply_voltage * supply_voltage / (load_resistance + transistor_on_resistance) * output_pulse_duration
    )


@equation
def output_load_energy(load_capacitance: u.Farad, supply_voltage: u.Volt) -> u.Joule:
    """Energy drawn from the supply to recharge the load of the output once. [J].

    Parameters
    ----------
    load_capacitance : float or ndarray
        Capacitance at the output of the neuron, C_l. [F]
    supply_voltage : float or ndarray
        Supply of the output branch. [V]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = C_l V_dd^2

    Valid: load charged from the supply once a spike

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    1 pF at 0.5 V.

    >>> f"{1e12 * output_load_energy(1e-12, 0.5):.2f} pJ"
    '0.25 pJ'
    """
    return load_capacitance * supply_voltage * supply_voltage


@equation
def output_swing(supply_voltage: u.Volt, load_resistance: u.Ohm, transistor_on_resistance: u.Ohm) -> u.Volt:
    """Height of the (inverted) output pulse. [V].

    Parameters
    ----------
    supply_voltage : float or ndarray
        Supply of the output branch. [V]
    load_resistance : float or ndarray
        Resistor between the supply and the output, R_l. [ohm]
    transistor_on_resistance : float or ndarray
        Resistance of the output transistor while on, R_ds. [ohm]

    Returns
    -------
    float or ndarray
        Voltage step at the output. [V]

    Notes
    -----
    Formula: swing = V_dd R_l/(R_l + R_ds)

    Valid: output unloaded

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    0.5 V over 47 kohm and 3 kohm: 0.5 * 47/50.

    >>> f"{output_swing(0.5, 47e3, 3e3):.2f} V"
    '0.47 V'
    """
    return supply_voltage * load_resistance / (load_resistance + transistor_on_resistance)


@equation
def unbuffered_load_limit(
    output_pulse_duration: u.Second, load_resistance: u.Ohm, time_constants: u.Dimensionless
) -> u.Farad:
    """Largest capacitance that the output can drive within its pulse without a buffer. [F].

    Parameters
    ----------
    output_pulse_duration : float or ndarray
        Time that the output pulse lasts. [s]
    load_resistance : float or ndarray
        Resistor between the supply and the output, R_l. [ohm]
    time_constants : float or ndarray
        Time constants in which the output must settle; 3 settle to 95 %. [1]

    Returns
    -------
    float or ndarray
        Load capacitance. [F]

    Notes
    -----
    Formula: C_L <= t_O/(n R_l)

    Valid: rise through the load resistor alone

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    3.47 ms, three time constants of 47 kohm.

    >>> f"{1e9 * unbuffered_load_limit(3.47e-3, 47e3, 3.0):.1f} nF"
    '24.6 nF'
    """
    return output_pulse_duration / (time_constants * load_resistance)


@equation
def slow_edge_energy(edge_time: u.Second, peak_current: u.Ampere, supply_voltage: u.Volt) -> u.Joule:
    """Short-circuit energy of an inverter with a slow input edge. [J].

    Parameters
    ----------
    edge_time : float or ndarray
        Time during which both transistors conduct: the input between V_tn and V_dd - abs(V_tp). [s]
    peak_current : float or ndarray
        Through current at the middle of the edge. [A]
    supply_voltage : float or ndarray
        Supply of the inverter. [V]

    Returns
    -------
    float or ndarray
        Energy of one edge. [J]

    Notes
    -----
    Formula: E = V_dd I_peak t_edge/3

    Valid: linear edge, square-law transistors of equal strength, little load

    References
    ----------
    H. J. M. Veendrick, "Short-circuit dissipation of static CMOS circuitry and its impact on the design of
    buffer circuits", IEEE J. Solid-State Circuits 19, 468-473 (1984); docs/models/neurons.md, "Passing the
    spike on".

    Examples
    --------
    1 us, 1 uA at 0.9 V: 0.3 pJ, a thousand times the charge of a small gate.

    >>> f"{1e12 * slow_edge_energy(1e-6, 1e-6, 0.9):.1f} pJ"
    '0.3 pJ'
    """
    return supply_voltage * peak_current * edge_time / 3.0
