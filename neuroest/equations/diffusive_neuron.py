"""The circuit of the neuron of one diffusive memristor, one transistor and one resistor (1M1T1R).

The input drives the memristor, whose ions integrate (`filament_growth`). It is followed by the gate node with
its capacitance and the control resistor to ground; the transistor pulls the output down against a load
resistor.

- reset and rate: `gate_peak_voltage`, `refractory_time`, `control_resistance_for_refractory`,
  `lifetime`
- energy of a spike, one function a term: `gate_charge_energy`, `divider_energy`, `subthreshold_energy`; the output
  branch and what passes the spike on are in `output_branch`
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
