"""Firing of a diffusive memristor from pulse to pulse: probability, residue, erasure, temperature, random bits."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import BOLTZMANN, JoulePerKelvin, normal_distribution
from neuroest.equations.filament_growth import filament_gain, residue_assisted_integration_time

_AIRY_ZERO = 2.33810741
"""Minus the first zero of the Airy function Ai."""
_RISEN = 0.7
"""Residue that rises while the filament passes the fold, over its drift at the fold times the time of the passage, in
which the filament is mostly below the fold; a fit to the rate equations (docs/models/neurons.md)."""


@equation
def firing_probability(pulse_voltage: u.Volt, median_voltage: u.Volt, spread: u.Volt) -> u.Dimensionless:
    """Firing probability of the neuron for one pulse. [1].

    Parameters
    ----------
    pulse_voltage : float or ndarray
        Amplitude of the pulse. [V]
    median_voltage : float or ndarray
        Amplitude at which half of all pulses fire, V_50. [V]
    spread : float or ndarray
        Standard deviation of the firing amplitude, sigma_V. [V]

    Returns
    -------
    float or ndarray
        Probability. [1]

    Notes
    -----
    Formula: P = Phi((V - V_50)/sigma_V)

    Valid: one pulse with the width of the measurement of V_50 and sigma_V, device without residue

    The normal distribution has a relative error of 2e-12, also in the far tail.

    References
    ----------
    docs/models/neurons.md, "Stochastic firing".

    Examples
    --------
    One standard deviation above the median.

    >>> f"{firing_probability(0.947, 0.886, 0.061):.4f}"
    '0.8413'
    """
    return normal_distribution((pulse_voltage - median_voltage) / spread)


@equation
def total_firing_spread(pulse_spread: u.Volt, device_spread: u.Volt) -> u.Volt:
    """Standard deviation of the firing amplitude over the pulses of all devices. [V].

    Parameters
    ----------
    pulse_spread : float or ndarray
        Standard deviation of one device from pulse to pulse, sigma_V. [V]
    device_spread : float or ndarray
        Standard deviation between devices, sigma_D. [V]

    Returns
    -------
    float or ndarray
        Standard deviation. [V]

    Notes
    -----
    Formula: sigma = sqrt(sigma_V^2 + sigma_D^2)

    Valid: both normal and independent of each other

    References
    ----------
    docs/models/neurons.md, "Stochastic firing".

    Examples
    --------
    61 mV from pulse to pulse and 62 mV between devices. A margin of 122 mV is two deviations of the first, and 1.40 of
    both: 92.0 % of all pulses of all devices fire instead of 97.7 %.

    >>> f"{1e3 * total_firing_spread(0.061, 0.062):.0f} mV"
    '87 mV'
    """
    return np.sqrt(pulse_spread * pulse_spread + device_spread * device_spread)


@equation
def assured_firing_time(assured_time: u.Second, median_time: u.Second, pulse_time: u.Second) -> u.Second:
    """Drive time for a given firing probability. [s].

    Parameters
    ----------
    assured_time : float or ndarray
        Integration time by the rate equations at the amplitude less z deviations, t(V - z sigma_V). [s]
    median_time : float or ndarray
        Integration time by the rate equations at the amplitude at which half of all pulses fire, t(V_50). [s]
    pulse_time : float or ndarray
        Length of those pulses, t_p. [s]

    Returns
    -------
    float or ndarray
        Time. [s]

    Notes
    -----
    Formula: t = t_p t(V - z sigma_V)/t(V_50)

    Valid: the deviation of the amplitude does not depend on the length of the drive; for t = t_p it is the measured
        law P = Phi((V - V_50)/sigma_V)

    References
    ----------
    docs/models/neurons.md, "Stochastic firing".

    Examples
    --------
    Half of the pulses of 15 ms fire where the rate equations take 24.5 ms; where they take 35 ms it is 21.4 ms.

    >>> f"{1e3 * assured_firing_time(35e-3, 24.5e-3, 15e-3):.1f} ms"
    '21.4 ms'
    """
    return pulse_time * assured_time / median_time


@equation
def residue_after_spike(
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
    residue_decay: u.PerSecond,
) -> u.Dimensionless:
    """Residue after the filament of a fresh device has completed under a constant drive. [1].

    Parameters
    ----------
    drive_voltage : float or ndarray
        Constant voltage across the memristor. [V]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]
    residue_rate : float or ndarray
        Rate at which filament turns into residue, beta. [1/s]
    filament_decay : float or ndarray
        Rate at which the filament dissolves, gamma_1. [1/s]
    residue_decay : float or ndarray
        Rate at which the residue dissolves, gamma_2. [1/s]

    Returns
    -------
    float or ndarray
        Residue, below one. [1]

    Notes
    -----
    Formula: R = s - 2 F + 0.7 2.338 rho (F/(k^2 rho))^(1/3), F = min(sqrt(q V), s/2), rho = beta F - gamma_2 (s - 2 F)

    Valid: 0.4 to 1.05 V_fast within 0.01 of the rate equations

    References
    ----------
    docs/models/neurons.md, "After a spike".

    Examples
    --------
    Bench device at 0.9 V; a numerical solution of the rate equations gives 0.151.

    >>> f"{residue_after_spike(0.9, 150.0, 0.01, 20.0, 600.0, 5.0):.3f}"
    '0.152'
    """
    settling, gap = filament_decay + residue_rate, 1.0 + field_offset
    sustained = filament_gain(field_mobility, filament_decay, residue_rate) * drive_voltage
    fold = np.sqrt(np.minimum(sustained, (gap / 2.0) ** 2))
    drift = residue_rate * fold - residue_decay * (gap - 2.0 * fold)
    rises = drift > 0.0
    safe = np.where(rises, drift, residue_rate)
    passed = np.where(rises, _RISEN * _AIRY_ZERO * safe * np.cbrt(fold / (settling * settling * safe)), 0.0)
    return np.clip(gap - 2.0 * fold + passed, 0.0, 1.0 - field_offset)


@equation
def integration_time_after_spike(
    drive_voltage: u.Volt,
    residue: u.Dimensionless,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
) -> u.Second:
    """Time to the next spike after rupture of the filament, with the residue of the last spike. [s].

    Parameters
    ----------
    drive_voltage : float or ndarray
        Constant voltage across the memristor. [V]
    residue : float or ndarray
        Residue that the last spike has left, R, below one. [1]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]
    residue_rate : float or ndarray
        Rate at which filament turns into residue, beta. [1/s]
    filament_decay : float or ndarray
        Rate at which the filament dissolves, gamma_1. [1/s]

    Returns
    -------
    float or ndarray
        Time; infinite where the residue alone does not let the filament through. [s]

    Notes
    -----
    Formula: t at V/(1 - R)^2 and alpha/(1 - R), by `residue_assisted_integration_time`

    Valid: with `residue_after_spike`, 0.4 to 1.05 V_fast: 12 % shorter to 4 % longer than by the
    rate equations; above, up to 19 % shorter

    Growth in the gap 1 - R is equivalent to growth in a whole gap with 1/(1 - R)^2 times the drive.

    References
    ----------
    docs/models/neurons.md, "After a spike".

    Examples
    --------
    Bench device at 0.9 V with the residue that the rate equations leave, 0.151; they give 7.4 ms.

    >>> f"{1e3 * integration_time_after_spike(0.9, 0.151, 150.0, 0.01, 20.0, 600.0):.1f} ms"
    '7.2 ms'
    """
    left = 1.0 - residue
    return residue_assisted_integration_time(
        drive_voltage / (left * left), field_mobility, field_offset / left, residue_rate, filament_decay
    )


@equation
def residue_rest_time(residue_decay: u.PerSecond, time_constants: u.Dimensionless) -> u.Second:
    """Pause after which the residue of the last input has decayed. [s].

    Parameters
    ----------
    residue_decay : float or ndarray
        Rate at which the residue dissolves, gamma_2. [1/s]
    time_constants : float or ndarray
        Time constants to wait; 5 leave 0.7 % of the residue. [1]

    Returns
    -------
    float or ndarray
        Pause between two unrelated inputs. [s]

    Notes
    -----
    Formula: t_rest = n/gamma_2

    Valid: no forced erasure

    References
    ----------
    docs/models/neurons.md, "Reset".

    Examples
    --------
    Five time constants of the bench device, gamma_2 = 5/s.

    >>> f"{residue_rest_time(5.0, 5.0):.1f} s"
    '1.0 s'
    """
    return time_constants / residue_decay


@equation
def erasing_time(
    residue: u.Dimensionless,
    reverse_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
) -> u.Second:
    """Time of a reverse pulse that moves the residue back to its electrode. [s].

    Parameters
    ----------
    residue : float or ndarray
        Residue that is to go, R, one at most. [1]
    reverse_voltage : float or ndarray
        Amplitude of the reverse pulse, V. [V]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]

    Returns
    -------
    float or ndarray
        Time. [s]

    Notes
    -----
    Formula: t = R (1 + alpha - R/2)/(mu V)

    Valid: ions drift back in the field V/(1 + alpha - R) with the same mobility, without decay; we found no
    measurement of a reverse pulse

    References
    ----------
    docs/models/neurons.md, "Erasing the residue".

    Examples
    --------
    All of it at 0.8 V: (1.01 - 0.5)/(150/V/s x 0.8 V) = 4.25 ms.

    >>> f"{1e3 * erasing_time(1.0, 0.8, 150.0, 0.01):.2f} ms"
    '4.25 ms'
    """
    return residue * (1.0 + field_offset - residue / 2.0) / (field_mobility * reverse_voltage)


@equation
def activation_factor(
    activation_energy: u.Joule,
    temperature: u.Kelvin,
    reference_temperature: u.Kelvin,
    boltzmann_constant: JoulePerKelvin = BOLTZMANN,
) -> u.Dimensionless:
    """Factor by which the ionic rates grow from a reference temperature. [1].

    Parameters
    ----------
    activation_energy : float or ndarray
        Barrier of the ionic hop. [J]
    temperature : float or ndarray
        Temperature of the device. [K]
    reference_temperature : float or ndarray
        Temperature at which the rates were measured. [K]
    boltzmann_constant : float, optional
        Boltzmann's constant. [J/K]

    Returns
    -------
    float or ndarray
        Multiplier of mobility, residue rate and decay rates. [1]

    Notes
    -----
    Formula: r(T)/r(T_0) = exp(E_a/k (1/T_0 - 1/T))

    Valid: one thermally activated step; activation energies of these devices are not published

    References
    ----------
    docs/models/neurons.md, "Temperature".

    Examples
    --------
    0.3 eV from 300 K to 310 K: exp(0.3/8.617e-5 * (1/300 - 1/310)).

    >>> f"{activation_factor(0.3 * 1.602176634e-19, 310.0, 300.0):.2f}"
    '1.45'
    """
    steps = activation_energy / boltzmann_constant * (1.0 / reference_temperature - 1.0 / temperature)
    return np.exp(steps)


@equation
def firing_correlation(
    residue: u.Dimensionless, drive_voltage: u.Volt, pulse_spread: u.Volt, waits: u.Dimensionless
) -> u.Dimensionless:
    """Correlation of a pulse's outcome with that of the last pulse, for pulses of which half fire. [1].

    Parameters
    ----------
    residue : float or ndarray
        Residue that a spike leaves, R. [1]
    drive_voltage : float or ndarray
        Amplitude of the pulses, V. [V]
    pulse_spread : float or ndarray
        Deviation of the firing amplitude from pulse to pulse, sigma_V. [V]
    waits : float or ndarray
        Pause between two pulses over the decay time of the residue, n. [1]

    Returns
    -------
    float or ndarray
        Probability of a spike after a spike less that after none. [1]

    Notes
    -----
    Formula: rho = 2 R V exp(-n)/(sqrt(2 pi) sigma_V)

    A residue r shortens the gap to 1 - r, which is equivalent to a drive of V/(1 - r)^2; that is 2 r V more, or
    2 r V/sigma_V deviations, each of which moves the probability of a half by 1/sqrt(2 pi).

    Valid: an upper bound, as if a pulse without a spike left no residue; in the rate equations of the bench neuron it
    leaves as much within some per cent. Residue of pulses before the last one is neglected.

    References
    ----------
    docs/tutorials/random_bits.md.

    Examples
    --------
    Bench neuron with a residue of 0.152: five decay times leave 1.2 %.

    >>> f"{firing_correlation(0.152, 0.886, 0.061, 5.0):.4f}"
    '0.0119'
    """
    shift = 2.0 * residue * drive_voltage / pulse_spread
    decayed: u.Dimensionless = shift * np.exp(-waits) / np.sqrt(2.0 * np.pi)
    return decayed


@equation
def independent_waits(
    residue: u.Dimensionless, drive_voltage: u.Volt, pulse_spread: u.Volt, correlation: u.Dimensionless
) -> u.Dimensionless:
    """Pause, in decay times of the residue, after which two pulses are correlated by no more than a limit. [1].

    Parameters
    ----------
    residue : float or ndarray
        Residue that a spike leaves, R. [1]
    drive_voltage : float or ndarray
        Amplitude of the pulses, V. [V]
    pulse_spread : float or ndarray
        Deviation of the firing amplitude from pulse to pulse, sigma_V. [V]
    correlation : float or ndarray
        The limit, rho. [1]

    Returns
    -------
    float or ndarray
        Pause over the decay time. [1]

    Notes
    -----
    Formula: n = max(ln(2 R V/(sqrt(2 pi) sigma_V rho)), 0)

    Valid: as `firing_correlation`, of which this is the inverse

    References
    ----------
    docs/tutorials/random_bits.md.

    Examples
    --------
    >>> f"{independent_waits(0.152, 0.886, 0.061, 0.01):.2f}"
    '5.17'
    """
    at_once = firing_correlation(residue, drive_voltage, pulse_spread, 0.0)
    return np.maximum(np.log(at_once / correlation), 0.0)


@equation
def extracted_bits(device_spread: u.Volt, pulse_spread: u.Volt) -> u.Dimensionless:
    """Unbiased bits per pulse that von Neumann's rule extracts from devices that share one amplitude. [1].

    Parameters
    ----------
    device_spread : float or ndarray
        Deviation of the firing amplitude between devices, sigma_D. [V]
    pulse_spread : float or ndarray
        Deviation from pulse to pulse, sigma_V. [V]

    Returns
    -------
    float or ndarray
        Bits per pulse, at most a quarter. [1]

    Notes
    -----
    Formula: b = arccos(s^2/(1 + s^2))/(2 pi), s = sigma_D/sigma_V

    Two pulses that differ give one bit, whatever the probability p of the device: p (1 - p) bits a pulse. Its mean
    over devices whose probability is Phi(s x), with a normal x, follows from the probability that two normal numbers of
    correlation s^2/(1 + s^2) are both positive.

    Valid: amplitude at the median of all devices; pulses of one device independent

    References
    ----------
    J. von Neumann, Nat. Bur. Stand. Appl. Math. Ser. 12, 36-38 (1951).

    Examples
    --------
    Alike devices give a quarter; with equal deviations p is uniform, and the mean of p (1 - p) is a sixth.

    >>> [f"{extracted_bits(spread, 0.06):.4f}" for spread in (0.0, 0.06)]
    ['0.2500', '0.1667']
    """
    s = device_spread / pulse_spread
    return np.arccos(s * s / (1.0 + s * s)) / (2.0 * np.pi)


@equation
def units_for_rate(bit_rate: u.PerSecond, unit_rate: u.PerSecond) -> u.Dimensionless:
    """Number of generators that deliver bits at a rate. [1].

    Parameters
    ----------
    bit_rate : float or ndarray
        Rate that is needed. [1/s]
    unit_rate : float or ndarray
        Rate of one generator. [1/s]

    Returns
    -------
    float or ndarray
        Whole number, at least one. [1]

    Notes
    -----
    Formula: N = max(ceil(f/f_1), 1)

    Valid: generators that work independently of each other

    References
    ----------
    docs/tutorials/random_bits.md.

    Examples
    --------
    >>> [f"{units_for_rate(rate, 10.0):.0f}" for rate in (1.0, 10.0, 11.0)]
    ['1', '1', '2']
    """
    return np.maximum(np.ceil(bit_rate / unit_rate), 1.0)
