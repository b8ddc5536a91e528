"""Independent random bits from a neuron that fires by chance."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


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
