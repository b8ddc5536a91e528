"""Analog CMOS and digital neurons; `threshold_switches` has the relaxation oscillators.

- subthreshold analog CMOS: `membrane_hold_time`, `membrane_charge_energy`, `ramp_edge_time`,
  `integrator_maximum_rate`, `thermal_voltage`, `threshold_mismatch`, `subthreshold_current_spread`
- digital, one datapath for many neurons: `leaky_integration_energy`, `time_multiplexed_step_time`
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import BOLTZMANN, ELEMENTARY_CHARGE, Coulomb, JoulePerKelvin


@equation
def capacitor_area(capacitance: u.Farad, capacitance_density: u.FaradPerSquareMetre) -> u.SquareMetre:
    """Area of an on-chip capacitor. [m^2].

    Parameters
    ----------
    capacitance : float or ndarray
        Wanted capacitance. [F]
    capacitance_density : float or ndarray
        Capacitance per area of the kind of capacitor, c_A. [F/m^2]

    Returns
    -------
    float or ndarray
        Area. [m^2]

    Notes
    -----
    Formula: A = C/c_A

    Valid: large capacitor, without its guard ring

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    1 pF of metal-insulator-metal capacitor at 2 fF/um^2.

    >>> f"{1e12 * capacitor_area(1e-12, 2e-3):.0f} um^2"
    '500 um^2'
    """
    return capacitance / capacitance_density


@equation
def membrane_hold_time(
    membrane_capacitance: u.Farad, threshold_voltage: u.Volt, leak_current: u.Ampere
) -> u.Second:
    """Longest time constant of a membrane that only the switches at it discharge. [s].

    Parameters
    ----------
    membrane_capacitance : float or ndarray
        Membrane capacitor, C_mem. [F]
    threshold_voltage : float or ndarray
        Membrane voltage at which the neuron fires, V_th. [V]
    leak_current : float or ndarray
        Off-current of the switches at the membrane, above zero, I_leak. [A]

    Returns
    -------
    float or ndarray
        Time constant. [s]

    Notes
    -----
    Formula: tau = C_mem V_th/I_leak

    Valid: off-current at the nominal supply, which a switch between membrane and supply sees; the membrane loses a
        threshold in this time at a constant current, and 63 % of it as an exponential decay

    References
    ----------
    docs/streaming.md, "Membranes leak".

    Examples
    --------
    26 fF at 0.25 V, and 1 pF at 0.45 V, with a switch of 0.1 um that leaks 10 pA.

    >>> small, large = membrane_hold_time(26e-15, 0.25, 10e-12), membrane_hold_time(1e-12, 0.45, 10e-12)
    >>> f"{1e3 * small:.2f} ms {1e3 * large:.0f} ms"
    '0.65 ms 45 ms'
    """
    return membrane_capacitance * threshold_voltage / leak_current


@equation
def membrane_charge_energy(
    membrane_capacitance: u.Farad, threshold_voltage: u.Volt, supply_voltage: u.Volt
) -> u.Joule:
    """Energy drawn from the supply to charge the membrane up to a spike. [J].

    Parameters
    ----------
    membrane_capacitance : float or ndarray
        Membrane capacitor, C_mem. [F]
    threshold_voltage : float or ndarray
        Membrane voltage at which the neuron fires, V_th. [V]
    supply_voltage : float or ndarray
        Supply of the neuron, V_dd. [V]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = C_mem V_th V_dd

    Valid: membrane charged from the supply, reset to ground

    References
    ----------
    docs/models/neurons.md, "Analog CMOS".

    Examples
    --------
    10 fF, 0.15 V, 0.25 V.

    >>> f"{1e15 * membrane_charge_energy(10e-15, 0.15, 0.25):.3f} fJ"
    '0.375 fJ'
    """
    return membrane_capacitance * threshold_voltage * supply_voltage


@equation
def ramp_edge_time(
    membrane_capacitance: u.Farad, conduction_window: u.Volt, input_current: u.Ampere
) -> u.Second:
    """Time for which a membrane ramp keeps the comparator in its conducting window. [s].

    Parameters
    ----------
    membrane_capacitance : float or ndarray
        Membrane capacitor, C_mem. [F]
    conduction_window : float or ndarray
        Membrane voltage over which both transistors of the comparator conduct. [V]
    input_current : float or ndarray
        Current into the membrane. [A]

    Returns
    -------
    float or ndarray
        Edge time, for `slow_edge_energy`. [s]

    Notes
    -----
    Formula: t_edge = C_mem dV/I_in

    Valid: constant input current

    References
    ----------
    docs/models/neurons.md, "Analog CMOS".

    Examples
    --------
    10 fF, 50 mV at 100 pA.

    >>> f"{1e6 * ramp_edge_time(10e-15, 0.05, 100e-12):.0f} us"
    '5 us'
    """
    return membrane_capacitance * conduction_window / input_current


@equation
def integrator_maximum_rate(
    maximum_input_current: u.Ampere, membrane_capacitance: u.Farad, threshold_voltage: u.Volt
) -> u.PerSecond:
    """Maximum rate at which an input current can charge the membrane to its threshold. [1/s].

    Parameters
    ----------
    maximum_input_current : float or ndarray
        Largest current into the membrane. [A]
    membrane_capacitance : float or ndarray
        Membrane capacitor, C_mem. [F]
    threshold_voltage : float or ndarray
        Membrane voltage at which the neuron fires, V_th. [V]

    Returns
    -------
    float or ndarray
        Spike rate. [1/s]

    Notes
    -----
    Formula: f_max = I_max/(C_mem V_th)

    Valid: without refractory time and leak

    References
    ----------
    docs/models/neurons.md, "Analog CMOS".

    Examples
    --------
    450 pA on 10 fF and 0.15 V.

    >>> f"{integrator_maximum_rate(450e-12, 10e-15, 0.15) / 1e3:.0f} kHz"
    '300 kHz'
    """
    return maximum_input_current / (membrane_capacitance * threshold_voltage)


@equation
def thermal_voltage(
    temperature: u.Kelvin,
    boltzmann_constant: JoulePerKelvin = BOLTZMANN,
    elementary_charge: Coulomb = ELEMENTARY_CHARGE,
) -> u.Volt:
    """Thermal voltage. [V].

    Parameters
    ----------
    temperature : float or ndarray
        Temperature. [K]
    boltzmann_constant : float, optional
        Boltzmann's constant. [J/K]
    elementary_charge : float, optional
        Charge of an electron. [C]

    Returns
    -------
    float or ndarray
        Thermal voltage. [V]

    Notes
    -----
    Formula: U_T = k T/e

    Valid: thermal equilibrium

    References
    ----------
    .. [1] SI Brochure, 9th edition (2019), section 2.2: k and e are exact.
    .. [2] Definition.

    Examples
    --------
    >>> f"{1e3 * thermal_voltage(300.0):.2f} mV"
    '25.85 mV'
    """
    return boltzmann_constant * temperature / elementary_charge


@equation
def threshold_mismatch(
    matching_coefficient: u.VoltMetre, gate_width: u.Metre, gate_length: u.Metre
) -> u.Volt:
    """Root mean square difference of the thresholds of two equal transistors. [V].

    Parameters
    ----------
    matching_coefficient : float or ndarray
        Pelgrom coefficient of the process, A_VT. [V m]
    gate_width : float or ndarray
        Gate width, W. [m]
    gate_length : float or ndarray
        Gate length, L. [m]

    Returns
    -------
    float or ndarray
        Threshold mismatch. [V]

    Notes
    -----
    Formula: sigma = A_VT/sqrt(W L)

    Valid: random mismatch of neighbours, without gradients over the die

    References
    ----------
    M. J. M. Pelgrom et al., "Matching properties of MOS transistors", IEEE J. Solid-State Circuits 24,
    1433-1439 (1989), doi:10.1109/JSSC.1989.572629.

    Examples
    --------
    2 mV um over a gate of 1 um by 0.1 um: 2/sqrt(0.1).

    >>> f"{1e3 * threshold_mismatch(2e-9, 1e-6, 0.1e-6):.1f} mV"
    '6.3 mV'
    """
    return matching_coefficient / np.sqrt(gate_width * gate_length)


@equation
def subthreshold_current_spread(
    threshold_mismatch: u.Volt, slope_factor: u.Dimensionless, thermal_voltage: u.Volt
) -> u.Dimensionless:
    """Current ratio of two weak-inversion transistors with one standard deviation of mismatch. [1].

    Parameters
    ----------
    threshold_mismatch : float or ndarray
        Threshold difference. [V]
    slope_factor : float or ndarray
        Subthreshold slope factor, n. [1]
    thermal_voltage : float or ndarray
        Thermal voltage U_T. [V]

    Returns
    -------
    float or ndarray
        Ratio of the currents; its logarithm is the deviation of a lognormal distribution. [1]

    Notes
    -----
    Formula: ratio = exp(sigma/(n U_T))

    Valid: weak inversion

    References
    ----------
    docs/models/neurons.md, "Analog CMOS".

    Examples
    --------
    6.3 mV, n = 1.3 at 300 K: exp(6.3/33.6).

    >>> f"{subthreshold_current_spread(6.3e-3, 1.3, 25.85e-3):.2f}"
    '1.21'
    """
    return np.exp(threshold_mismatch / (slope_factor * thermal_voltage))


@equation
def leaky_integration_energy(decay_energy: u.Joule, add_energy: u.Joule, compare_energy: u.Joule) -> u.Joule:
    """Arithmetic energy of one step of a digital leaky integrate-and-fire neuron. [J].

    Parameters
    ----------
    decay_energy : float or ndarray
        Energy of the multiplication or shift of the leak. [J]
    add_energy : float or ndarray
        Energy of an addition of the width of the state. [J]
    compare_energy : float or ndarray
        Energy of the comparison with the threshold. [J]

    Returns
    -------
    float or ndarray
        Energy per step. [J]

    Notes
    -----
    Formula: E = E_decay + 2 E_add + E_compare

    Valid: one decay, input and threshold subtraction per step; a shift can replace the multiplication

    References
    ----------
    docs/models/neurons.md, "Digital".

    Examples
    --------
    200 + 2 * 30 + 10 fJ.

    >>> f"{1e15 * leaky_integration_energy(200e-15, 30e-15, 10e-15):.0f} fJ"
    '270 fJ'
    """
    return decay_energy + 2.0 * add_energy + compare_energy


@equation
def time_multiplexed_step_time(
    updates: u.Dimensionless,
    synaptic_operations: u.Dimensionless,
    lanes: u.Dimensionless,
    clock_frequency: u.PerSecond,
) -> u.Second:
    """Shortest time step of a datapath that serves its neurons one after another. [s].

    Parameters
    ----------
    updates : float or ndarray
        Neuron updates in the step. [1]
    synaptic_operations : float or ndarray
        Synaptic operations in the step. [1]
    lanes : float or ndarray
        Operations that run side by side. [1]
    clock_frequency : float or ndarray
        Rate of one lane: the clock frequency over the cycles of an operation. [1/s]

    Returns
    -------
    float or ndarray
        Time step. [s]

    Notes
    -----
    Formula: t_step = (N_update + N_sop)/(lanes f_clk)

    Valid: operations of a lane one after the other, no stalls

    References
    ----------
    docs/models/neurons.md, "Digital".

    Examples
    --------
    (256 + 1744)/(4 * 100 MHz).

    >>> f"{1e6 * time_multiplexed_step_time(256.0, 1744.0, 4.0, 100e6):.0f} us"
    '5 us'
    """
    return (updates + synaptic_operations) / (lanes * clock_frequency)
