"""The circuit of the neuron of one diffusive memristor, one transistor and one resistor (1M1T1R).

The input drives the memristor, whose ions integrate (`filament_growth`). It is followed by the gate node with
its capacitance and the control resistor to ground; the transistor pulls the output down against a load
resistor.

- reset and rate: `gate_peak_voltage`, `refractory_time`, `control_resistance_for_refractory`,
  `lifetime`
- energy of a spike, one function a term: `gate_charge_energy`, `divider_energy`, `subthreshold_energy`,
  `output_branch_energy`
- output branch: `output_pulse_duration`, `output_swing`, and the loads that it drives
- between column and neuron: `unbuffered_row_voltage`
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def unbuffered_row_voltage(
    output_supply_voltage: u.Volt, load_resistance: u.Ohm, row_conductance: u.Siemens
) -> u.Volt:
    """Voltage to which the drain can pull a row of cells without a buffer. [V].

    Parameters
    ----------
    output_supply_voltage : float or ndarray
        Supply of the output branch, V_dd. [V]
    load_resistance : float or ndarray
        Load resistor, R_l. [ohm]
    row_conductance : float or ndarray
        All cells of the row, their columns held near ground. [S]

    Returns
    -------
    float or ndarray
        Voltage of the row. [V]

    Notes
    -----
    Formula: V_row = V_dd/(1 + R_l G_row)

    Valid: the drain pulls its row up through R_l with the transistor off; upper bound of the swing

    References
    ----------
    docs/models/neurons.md, "Behind a column".

    Examples
    --------
    0.5 V through 47 kohm into 20 columns of 5 uS: 0.5/(1 + 4.7) = 88 mV.

    >>> f"{1e3 * unbuffered_row_voltage(0.5, 47e3, 100e-6):.0f} mV"
    '88 mV'
    """
    return output_supply_voltage / (1.0 + load_resistance * row_conductance)


@equation
def gate_peak_voltage(input_voltage: u.Volt, on_resistance: u.Ohm, control_resistance: u.Ohm) -> u.Volt:
    """Final gate voltage with the memristor on. [V].

    Parameters
    ----------
    input_voltage : float or ndarray
        Voltage at the input of the neuron. [V]
    on_resistance : float or ndarray
        Resistance of the complete filament, R_on. [ohm]
    control_resistance : float or ndarray
        Resistor from the gate node to ground, R_c. [ohm]

    Returns
    -------
    float or ndarray
        Peak of the gate voltage. [V]

    Notes
    -----
    Formula: V_g,max = V_in R_c/(R_on + R_c)

    Valid: input held for 3 R_on C_g

    References
    ----------
    docs/models/neurons.md, "Reset".

    Examples
    --------
    0.8 V over 1 Mohm and 249 Mohm: 0.8 * 249/250.

    >>> f"{gate_peak_voltage(0.8, 1e6, 249e6):.4f} V"
    '0.7968 V'
    """
    return input_voltage * control_resistance / (on_resistance + control_resistance)


@equation
def refractory_time(
    control_resistance: u.Ohm, gate_capacitance: u.Farad, gate_peak_voltage: u.Volt, rearm_voltage: u.Volt
) -> u.Second:
    """Time until the gate has discharged and the neuron can integrate again. [s].

    Parameters
    ----------
    control_resistance : float or ndarray
        Resistor from the gate node to ground, R_c. [ohm]
    gate_capacitance : float or ndarray
        Total capacitance of the gate node, C_g. [F]
    gate_peak_voltage : float or ndarray
        Gate voltage at the spike. [V]
    rearm_voltage : float or ndarray
        Gate voltage at which the memristor sees enough drive again. [V]

    Returns
    -------
    float or ndarray
        Refractory time; zero where the gate never rises above the re-arm voltage. [s]

    Notes
    -----
    Formula: t_ref = R_c C_g ln(V_g,max/V_re)

    Valid: 50 M to 500 Mohm on the bench device; 32 % short of the measured interval at 1 Gohm

    References
    ----------
    docs/models/neurons.md, "Reset". Measured intervals: Zhao et al., Nat. Electron. 8, 1211 (2025), Fig. 4d.

    Examples
    --------
    250 Mohm and 10 pF from 0.8 V to 0.16 V: 2.5 ms * ln 5.

    >>> f"{1e3 * refractory_time(250e6, 10e-12, 0.8, 0.16):.2f} ms"
    '4.02 ms'
    """
    fall = np.maximum(gate_peak_voltage / rearm_voltage, 1.0)
    return control_resistance * gate_capacitance * np.log(fall)


@equation
def control_resistance_for_refractory(
    refractory_time: u.Second, gate_capacitance: u.Farad, peak_to_rearm_ratio: u.Dimensionless
) -> u.Ohm:
    """Control resistor for a given refractory time. [ohm].

    Parameters
    ----------
    refractory_time : float or ndarray
        Wanted refractory time. [s]
    gate_capacitance : float or ndarray
        Total capacitance of the gate node, C_g. [F]
    peak_to_rearm_ratio : float or ndarray
        Gate voltage at the spike over the one at which the neuron re-arms. [1]

    Returns
    -------
    float or ndarray
        Control resistance; infinite where the ratio is 1 or below and no resistor does it. [ohm]

    Notes
    -----
    Formula: R_c = t_ref/(C_g ln(V_g,max/V_re))

    Valid: the ratio is V_in R_c/((R_on + R_c) V_re), which is V_in/V_re for R_c >> R_on

    References
    ----------
    docs/models/neurons.md, "Reset".

    Examples
    --------
    1 us on 2.2 fF with V_g,max = e V_re, so that the time is one R_c C_g: 1e-6/2.2e-15.

    >>> f"{control_resistance_for_refractory(1e-6, 2.2e-15, 2.718281828459045) / 1e6:.1f} Mohm"
    '454.5 Mohm'
    """
    falls = peak_to_rearm_ratio > 1.0
    constants = np.log(np.where(falls, peak_to_rearm_ratio, 2.0))
    return refractory_time / (gate_capacitance * constants) * np.where(falls, 1.0, np.inf)


@equation
def lifetime(endurance_cycles: u.Dimensionless, spike_rate: u.PerSecond) -> u.Second:
    """Time after which the memristor has used up its switching cycles. [s].

    Parameters
    ----------
    endurance_cycles : float or ndarray
        Switching cycles before the device fails. [1]
    spike_rate : float or ndarray
        Mean spike rate of the neuron. [1/s]

    Returns
    -------
    float or ndarray
        Lifetime; infinite for a silent neuron. [s]

    Notes
    -----
    Formula: t_life = N_end/f

    Valid: one switching cycle a spike

    References
    ----------
    docs/models/neurons.md, "Wear".

    Examples
    --------
    1e8 cycles at 1 kHz: 1e5 s.

    >>> f"{lifetime(1e8, 1e3) / 3600.0:.0f} h"
    '28 h'
    """
    with np.errstate(divide="ignore"):
        result: u.Second = np.divide(endurance_cycles, spike_rate)
    return result


@equation
def gate_charge_energy(
    gate_capacitance: u.Farad, input_voltage: u.Volt, gate_peak_voltage: u.Volt, rearm_voltage: u.Volt
) -> u.Joule:
    """Energy drawn from the input to recharge the gate node in one spike. [J].

    Parameters
    ----------
    gate_capacitance : float or ndarray
        Total capacitance of the gate node, C_g. [F]
    input_voltage : float or ndarray
        Voltage at the input of the neuron. [V]
    gate_peak_voltage : float or ndarray
        Gate voltage at the spike. [V]
    rearm_voltage : float or ndarray
        Gate voltage from which the recharge starts. [V]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = C_g V_in (V_g,max - V_re)

    Valid: drawn from the driver of the input; half of it heats the filament

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    The quoted "pJ per spike" of the bench neuron: 10 pF * 0.45 V * (0.45 V - 0.09 V).

    >>> f"{1e12 * gate_charge_energy(10e-12, 0.45, 0.45, 0.09):.2f} pJ"
    '1.62 pJ'
    """
    return gate_capacitance * input_voltage * np.maximum(gate_peak_voltage - rearm_voltage, 0.0)


@equation
def divider_energy(
    input_voltage: u.Volt, on_resistance: u.Ohm, control_resistance: u.Ohm, high_time: u.Second
) -> u.Joule:
    """Energy lost in memristor and control resistor while the input stays high after switching. [J].

    Parameters
    ----------
    input_voltage : float or ndarray
        Voltage at the input of the neuron. [V]
    on_resistance : float or ndarray
        Resistance of the complete filament, R_on. [ohm]
    control_resistance : float or ndarray
        Resistor from the gate node to ground, R_c. [ohm]
    high_time : float or ndarray
        Time that the input stays high after the memristor switched. [s]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = V_in^2 t_high/(R_on + R_c)

    Valid: filament stays complete for t_high

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    The 65 nm estimate of Zhao et al. 2025, Supplementary Table 7: 0.45 V over 1.001 Gohm for 10 ms.

    >>> f"{1e12 * divider_energy(0.45, 1e6, 1e9, 10e-3):.2f} pJ"
    '2.02 pJ'
    """
    return input_voltage * input_voltage / (on_resistance + control_resistance) * high_time


@equation
def subthreshold_energy(input_voltage: u.Volt, off_resistance: u.Ohm, integration_time: u.Second) -> u.Joule:
    """Leakage energy through the memristor during integration. [J].

    Parameters
    ----------
    input_voltage : float or ndarray
        Voltage at the input of the neuron. [V]
    off_resistance : float or ndarray
        Effective resistance of the memristor before it switches. [ohm]
    integration_time : float or ndarray
        Time to the spike. [s]

    Returns
    -------
    float or ndarray
        Energy per spike; infinite where the neuron never fires. [J]

    Notes
    -----
    Formula: E = V_in^2 t_int/R_off

    Valid: R_off is the mean over the growing filament, below that of the empty device

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    0.8 V over 1 Tohm for 34.6 ms.

    >>> f"{1e15 * subthreshold_energy(0.8, 1e12, 34.6e-3):.1f} fJ"
    '22.1 fJ'
    """
    power = input_voltage * input_voltage / off_resistance
    # without input the neuron never fires, and nothing leaks in that infinite time
    return power * np.where(power > 0.0, integration_time, 0.0)


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
