"""Laws for measured device curves: delay, relaxation, pulse response, noise, wear and rate.

- threshold switches: `switching_delay`, `incubation_time`, `relaxation_after_pulse`, `capacitance_of_area`
- resistive cells: `conductance_after_pulses`, `read_noise_deviation`, `surviving_share`
- leaky integrators: `leaky_firing_rate`
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import bounded_exponential

_STEPS = 144
"""Steps of voltage on the way of the node to its final voltage; numerical."""
_LAST_SHARE = 1e-3
"""Share of the way that is left where the node counts as settled; numerical."""
_NO_GROWTH = 1e-9
"""Growth of the rate within a step that is none; numerical."""


@equation
def switching_delay(
    voltage: u.Volt,
    reference_voltage: u.Volt,
    reference_delay: u.Second,
    steepness: u.Dimensionless,
    exponent: u.Dimensionless,
    floor: u.Second,
) -> u.Second:
    """Time from the edge of a voltage step until a threshold switch turns on. [s].

    One formula for the three laws that are in use: with the exponent 1 the delay falls exponentially with the voltage,
    with 0 by a power of it, with -1 exponentially with its inverse. A step that no voltage shortens adds a floor.

    Parameters
    ----------
    voltage : float or ndarray
        Voltage across the switch, V. [V]
    reference_voltage : float or ndarray
        Voltage of the reference, V_r. [V]
    reference_delay : float or ndarray
        Delay at that voltage, without the floor, t_r. [s]
    steepness : float or ndarray
        Minus d ln t/d ln V of it at that voltage, S. [1]
    exponent : float or ndarray
        Exponent of the voltage, k. [1]
    floor : float or ndarray
        Part of the delay that does not depend on the voltage, t_0. [s]

    Returns
    -------
    float or ndarray
        Delay. [s]

    Notes
    -----
    Formula: t = t_0 + t_r exp(-S ((V/V_r)^k - 1)/k), at k = 0: t = t_0 + t_r (V/V_r)^-S

    Valid: between the voltages of the measurement; one process depends on the voltage, others do not

    References
    ----------
    .. [1] Derivation: docs/models/neurons.md, "Delay of a switch".
    .. [2] G. E. P. Box and D. R. Cox, J. R. Stat. Soc. B 26, 211 (1964): the transformation of the voltage.
    .. [3] J. van den Hurk, S. Menzel, R. Waser and I. Valov, J. Phys. Chem. C 119, 18678 (2015): in a silver cell
       nucleation, electron transfer and ion hopping follow each other, and another one limits at other voltages.

    Examples
    --------
    ln t = ln(2 ns) + 9 V/V is 16.2 us and S = 9 at 1 V: at 1.5 V 2 ns exp(6) = 0.807 us; with a floor of 3 us 3.807 us.

    >>> f"{1e6 * switching_delay(1.5, 1.0, 2e-9 * np.exp(9.0), 9.0, -1.0, 0.0):.3f} us"
    '0.807 us'
    >>> f"{1e6 * switching_delay(1.5, 1.0, 2e-9 * np.exp(9.0), 9.0, -1.0, 3e-6):.3f} us"
    '3.807 us'
    >>> f"{switching_delay(2.0, 1.0, 1e-6, 3.0, 0.0, 0.0):.3g}"
    '1.25e-07'
    """
    logarithm = np.log(np.maximum(voltage / reference_voltage, np.finfo(float).tiny))
    curved = np.abs(exponent) > 0.0
    power = np.where(curved, exponent, 1.0)
    transformed = np.where(curved, (bounded_exponential(power * logarithm) - 1.0) / power, logarithm)
    return floor + reference_delay * bounded_exponential(-steepness * transformed)


@equation
def incubation_time(
    threshold_voltage: u.Volt,
    final_voltage: u.Volt,
    time_constant: u.Second,
    reference_voltage: u.Volt,
    reference_delay: u.Second,
    steepness: u.Dimensionless,
    exponent: u.Dimensionless,
    floor: u.Second,
) -> u.Second:
    """Time from the threshold until a switch with a delay turns on, while its node settles. [s].

    Parameters
    ----------
    threshold_voltage : float or ndarray
        Voltage from which on the switch incubates, V_t. [V]
    final_voltage : float or ndarray
        Voltage that the node settles at, V_f. [V]
    time_constant : float or ndarray
        Time constant of the node, tau. [s]
    reference_voltage, reference_delay, steepness, exponent, floor : float or ndarray
        The law of `switching_delay`. [V], [s], [1], [1], [s]

    Returns
    -------
    float or ndarray
        Time. [s]

    Notes
    -----
    Formula: t with integral from 0 to t of ds/t_delay(V(s)) = 1, V(s) = V_f - (V_f - V_t) exp(-s/tau)

    Valid: the rate of incubation follows the voltage of the moment; within 1 % of the integral up to S = 10

    The rate is taken to grow exponentially in each of some steps, whose ends divide the way in equal ratios.

    References
    ----------
    .. [1] Derivation: docs/models/neurons.md, "Delay of a switch".

    Examples
    --------
    A node that settles at once waits for the delay at its final voltage, a slow one for that at the threshold:

    >>> law = (1.0, 1e-6, 9.0, -1.0, 0.0)
    >>> f"{1e6 * incubation_time(0.9, 1.0, 1e-12, *law):.3f} us {1e6 * incubation_time(0.9, 1.0, 1.0, *law):.2f} us"
    '1.000 us 2.72 us'
    """
    kept = _LAST_SHARE ** (1.0 / _STEPS)
    length = -np.log(kept) * time_constant
    span = final_voltage - threshold_voltage
    law = (reference_voltage, reference_delay, steepness, exponent, floor)
    spent, missing = 0.0 * time_constant, 1.0 + 0.0 * steepness
    waits = reference_delay + floor > 0.0 * reference_delay
    late = switching_delay(threshold_voltage, *law)
    for step in range(_STEPS):
        early, late = late, switching_delay(final_voltage - span * kept ** (step + 1.0), *law)
        ratio = np.where(waits, early, length) / np.where(waits, late, length)
        growth = np.maximum(np.log(ratio), _NO_GROWTH)
        share = np.minimum(np.log1p(missing * growth * early / length) / growth, 1.0)
        passed = np.expm1(growth) / growth * length / np.where(waits, early, length)
        spent = spent + share * length
        missing = np.where(share < 1.0, 0.0, np.maximum(missing - passed, 0.0))
    return spent + missing * switching_delay(final_voltage, *law)


@equation
def relaxation_after_pulse(
    amplitude: u.Volt,
    pulse_width: u.Second,
    reference_amplitude: u.Volt,
    reference_width: u.Second,
    reference_time: u.Second,
    amplitude_exponent: u.Dimensionless,
    width_exponent: u.Dimensionless,
) -> u.Second:
    """Time until a volatile switch is off again, after a pulse of an amplitude and a width. [s].

    Parameters
    ----------
    amplitude, pulse_width : float or ndarray
        The pulse. [V], [s]
    reference_amplitude, reference_width, reference_time : float or ndarray
        A pulse and the relaxation after it. [V], [s], [s]
    amplitude_exponent, width_exponent : float or ndarray
        Powers of the two. [1]

    Returns
    -------
    float or ndarray
        Time. [s]

    Notes
    -----
    Formula: t = t_r (V/V_r)^a (w/w_r)^b

    Valid: between the pulses of the measurement; an empirical law

    References
    ----------
    Derivation: docs/models/neurons.md, "Delay of a switch".

    Examples
    --------
    Four times the width at the square root, the amplitude doubled at the first power: 2 x 2.

    >>> f"{relaxation_after_pulse(2.0, 4e-6, 1.0, 1e-6, 1e-3, 1.0, 0.5):.3g}"
    '0.004'
    """
    return (
        reference_time
        * (amplitude / reference_amplitude) ** amplitude_exponent
        * (pulse_width / reference_width) ** width_exponent
    )


@equation
def capacitance_of_area(
    area: u.SquareMetre, capacitance_density: u.FaradPerSquareMetre, parasitic_capacitance: u.Farad
) -> u.Farad:
    """Capacitance of a capacitor including the measured pads and wires. [F].

    Parameters
    ----------
    area : float or ndarray
        Area of the capacitor, A. [m^2]
    capacitance_density : float or ndarray
        Capacitance per area, c_A. [F/m^2]
    parasitic_capacitance : float or ndarray
        What does not grow with the area. [F]

    Returns
    -------
    float or ndarray
        Capacitance. [F]

    Notes
    -----
    Formula: C = c_A A + C_0

    Valid: large capacitors; their edges are part of the parasitic capacitance

    References
    ----------
    docs/models/neurons.md, "Threshold switch with a capacitor".

    Examples
    --------
    100 um^2 at 2 fF/um^2 and 50 fF of pads.

    >>> f"{1e15 * capacitance_of_area(100e-12, 2e-3, 50e-15):.0f} fF"
    '250 fF'
    """
    return area * capacitance_density + parasitic_capacitance


@equation
def conductance_after_pulses(
    pulses: u.Dimensionless,
    first_conductance: u.Siemens,
    last_conductance: u.Siemens,
    pulse_constant: u.Dimensionless,
) -> u.Siemens:
    """Conductance after a number of equal pulses, with shrinking steps. [S].

    Parameters
    ----------
    pulses : float or ndarray
        Pulses so far, n. [1]
    first_conductance : float or ndarray
        Before the first, G_0. [S]
    last_conductance : float or ndarray
        After very many, G_1. [S]
    pulse_constant : float or ndarray
        Pulses that take it to 1/e of the way, A. [1]

    Returns
    -------
    float or ndarray
        Conductance. [S]

    Notes
    -----
    Formula: G = G_1 - (G_1 - G_0) exp(-n/A)

    Valid: equal pulses

    References
    ----------
    P.-Y. Chen, X. Peng and S. Yu, "NeuroSim+", IEDM (2017), doi:10.1109/IEDM.2017.8268337: the form of its weight
    update, whose constants are stated otherwise.

    Examples
    --------
    From 1 uS to 11 uS with ten pulses a factor e: after ten 11 - 10/e = 7.32 uS.

    >>> f"{1e6 * conductance_after_pulses(10.0, 1e-6, 11e-6, 10.0):.2f} uS"
    '7.32 uS'
    """
    return last_conductance - (last_conductance - first_conductance) * np.exp(-pulses / pulse_constant)


@equation
def read_noise_deviation(
    conductance: u.Siemens, constant_noise: u.Siemens, relative_noise: u.Dimensionless
) -> u.Siemens:
    """Read-to-read standard deviation of a conductance. [S].

    Parameters
    ----------
    conductance : float or ndarray
        Mean conductance, G. [S]
    constant_noise : float or ndarray
        Deviation that every conductance has. [S]
    relative_noise : float or ndarray
        Deviation in proportion to the conductance. [1]

    Returns
    -------
    float or ndarray
        Deviation. [S]

    Notes
    -----
    Formula: sigma = sqrt(sigma_0^2 + (r G)^2)

    Valid: two independent causes

    References
    ----------
    Sum of independent variances.

    Examples
    --------
    0.3 uS and 4 % of 10 uS: 0.5 uS.

    >>> f"{1e6 * read_noise_deviation(10e-6, 0.3e-6, 0.04):.2f} uS"
    '0.50 uS'
    """
    return np.sqrt(constant_noise * constant_noise + (relative_noise * conductance) ** 2)


@equation
def surviving_share(
    cycles: u.Dimensionless, characteristic_cycles: u.Dimensionless, shape: u.Dimensionless
) -> u.Dimensionless:
    """Share of the devices that still work after a number of cycles. [1].

    Parameters
    ----------
    cycles : float or ndarray
        Cycles so far, n. [1]
    characteristic_cycles : float or ndarray
        Cycles after which 1/e works, eta. [1]
    shape : float or ndarray
        Weibull shape, beta; above one devices wear out, below one the weak ones fail first. [1]

    Returns
    -------
    float or ndarray
        Share. [1]

    Notes
    -----
    Formula: S = exp(-(n/eta)^beta)

    Valid: the weakest part of a device decides

    References
    ----------
    W. Weibull, "A statistical distribution function of wide applicability", J. Appl. Mech. 18, 293 (1951).

    Examples
    --------
    Half of the characteristic life at shape two: exp(-1/4).

    >>> f"{surviving_share(5e5, 1e6, 2.0):.3f}"
    '0.779'
    """
    return np.exp(-((cycles / characteristic_cycles) ** shape))


@equation
def leaky_firing_rate(
    input_current: u.Ampere,
    rheobase_current: u.Ampere,
    leak_time_constant: u.Second,
    refractory_time: u.Second,
) -> u.PerSecond:
    """Rate of a leaky integrator under a constant current: its f-I curve. [1/s].

    Parameters
    ----------
    input_current : float or ndarray
        Current into the membrane, I. [A]
    rheobase_current : float or ndarray
        Current below which the neuron never fires, C_mem V_th/tau. [A]
    leak_time_constant : float or ndarray
        Time constant of the membrane, tau. [s]
    refractory_time : float or ndarray
        Time after a spike in which nothing is integrated. [s]

    Returns
    -------
    float or ndarray
        Rate; zero at and below the rheobase. [1/s]

    Notes
    -----
    Formula: f = 1/(t_ref + tau ln(I/(I - I_0)))

    Valid: constant current, linear leak, reset to zero

    References
    ----------
    W. Gerstner, W. M. Kistler, R. Naud and L. Paninski, Neuronal Dynamics (Cambridge 2014), section 5.2.

    Examples
    --------
    Twice the rheobase, 10 ms and 2 ms: 1/(2 ms + 10 ms ln 2) = 112 /s.

    >>> f"{leaky_firing_rate(2e-9, 1e-9, 10e-3, 2e-3):.0f} /s"
    '112 /s'
    """
    fires = input_current > rheobase_current
    above = np.where(fires, input_current, 2.0 * rheobase_current)
    interval = refractory_time + leak_time_constant * np.log(above / (above - rheobase_current))
    return np.where(fires, 1.0, 0.0) / interval
