"""Ion dynamics between the electrodes of a diffusive memristor: switching and decay.

A filament grows under the voltage, from a residue that outlives it; both decay without a voltage. They are
the state of the 1M1T1R neuron, which has no membrane capacitor.

- thresholds: `filament_gain`, `dc_threshold_voltage`, `immediate_switching_voltage`
- time to a spike: `quasi_steady_integration_time`, `residue_assisted_integration_time`, `integration_time`,
  `timescale_separation`

Its conductance is in `filament_conduction`; pulse-to-pulse firing and the time after a spike are in
`firing_statistics`.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.core.recording import surely

LARGEST_GATE_CHARGING = 0.5
"""Time constants of the gate within the closing of the gap up to which the filament completes before the gate takes
its drive: the rate equations fire at 0.5 and stay on at 0.8."""
_AIRY_ZERO = 2.33810741
"""Minus the first zero of the Airy function Ai."""
_PASSAGE_PHASE = 1.5 * np.pi
"""3/2 of the half turn of phase between two zeros of an oscillation."""


@equation
def filament_gain(
    field_mobility: u.PerVoltSecond, filament_decay: u.PerSecond, residue_rate: u.PerSecond
) -> u.PerVolt:
    """Filament that a volt across a unit gap sustains. [1/V].

    Parameters
    ----------
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    filament_decay : float or ndarray
        Rate at which the filament dissolves, gamma_1. [1/s]
    residue_rate : float or ndarray
        Rate at which filament turns into residue, beta. [1/s]

    Returns
    -------
    float or ndarray
        Gain q. [1/V]

    Notes
    -----
    Formula: q = mu / (gamma_1 + beta)

    Valid: steady drive

    References
    ----------
    docs/models/neurons.md, "Integration". Rates: Zhao et al., Nat. Electron. 8, 1211 (2025),
    doi:10.1038/s41928-025-01488-x, Supplementary Eq. S1-S5.

    Examples
    --------
    The bench device, Supplementary Table 1: 150 / (600 + 20).

    >>> f"{filament_gain(150.0, 600.0, 20.0):.3f} 1/V"
    '0.242 1/V'
    """
    return field_mobility / (filament_decay + residue_rate)


@equation
def dc_threshold_voltage(
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
    residue_decay: u.PerSecond,
) -> u.Volt:
    """Drive below which the neuron never fires, for any duration. [V].

    Parameters
    ----------
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
        Threshold of the voltage across the memristor. [V]

    Notes
    -----
    Formula: V_dc = (1 + alpha)^2 / (4 q (1 + beta/gamma_2))

    Valid: deterministic device; with noise it fires occasionally below

    References
    ----------
    docs/models/neurons.md, "Two thresholds".

    Examples
    --------
    Bench device: 1.01^2 / (4 * 0.2419 * (1 + 20/5)).

    >>> f"{dc_threshold_voltage(150.0, 0.01, 20.0, 600.0, 5.0):.3f} V"
    '0.211 V'
    """
    half_gap = (1.0 + field_offset) / 2.0
    remaining = residue_decay / (residue_decay + residue_rate)
    return half_gap * half_gap * remaining / filament_gain(field_mobility, filament_decay, residue_rate)


@equation
def immediate_switching_voltage(
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
) -> u.Volt:
    """Drive above which the filament completes immediately, without residue. [V].

    Parameters
    ----------
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
        Threshold of the voltage across the memristor. [V]

    Notes
    -----
    Formula: V_fast = (1 + alpha)^2 / (4 q)

    Valid: beta, gamma_2 << gamma_1

    References
    ----------
    docs/models/neurons.md, "Two thresholds".

    Examples
    --------
    Bench device: 1.01^2 / (4 * 0.2419).

    >>> f"{immediate_switching_voltage(150.0, 0.01, 20.0, 600.0):.3f} V"
    '1.054 V'
    """
    half_gap = (1.0 + field_offset) / 2.0
    return half_gap * half_gap / filament_gain(field_mobility, filament_decay, residue_rate)


@equation
def timescale_separation(
    residue_rate: u.PerSecond, filament_decay: u.PerSecond, residue_decay: u.PerSecond
) -> u.Dimensionless:
    """Ratio of the settling rates of filament and residue, assumed to be large by the integration times. [1].

    Parameters
    ----------
    residue_rate : float or ndarray
        Rate at which filament turns into residue, beta. [1/s]
    filament_decay : float or ndarray
        Rate at which the filament dissolves, gamma_1. [1/s]
    residue_decay : float or ndarray
        Rate at which the residue dissolves, gamma_2. [1/s]

    Returns
    -------
    float or ndarray
        Ratio of the two rates. [1]

    Notes
    -----
    Formula: (gamma_1 + beta) / (gamma_2 + beta)

    Valid: 20 and more: integration times within 10 %; 5: within 15 %; below 2: up to 50 % too short

    References
    ----------
    docs/models/neurons.md, "Accuracy of the closed forms".

    Examples
    --------
    Bench device: 620 / 25.

    >>> f"{timescale_separation(20.0, 600.0, 5.0):.1f}"
    '24.8'
    """
    return (filament_decay + residue_rate) / (residue_decay + residue_rate)


@equation
def quasi_steady_integration_time(
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
    residue_decay: u.PerSecond,
) -> u.Second:
    """Time to the first spike while the filament follows the slowly rising residue. [s].

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
        Time from an empty device to the complete filament; infinite outside of V_dc < V <= V_fast. [s]

    Notes
    -----
    Formula: t = ln(F*/F0)/gamma_2 - (1/a + 1/gamma_2)/2 ln(F* rho/(beta F0^2)) + s beta/(a d) [atan((2 a F* -
        gamma_2 s)/d) - atan((2 a F0 - gamma_2 s)/d)] + 2.338 (F*/(k^2 rho))^(1/3)

    Valid: V_dc < V <= V_fast, beta and gamma_2 << gamma_1 + beta, sqrt(q V) > alpha

    With k = gamma_1 + beta, a = beta + gamma_2, s = 1 + alpha, u = q V, F0 = (s - sqrt(s^2 - 4u))/2,
    F* = sqrt(u), d = sqrt(4 a gamma_2 u - (gamma_2 s)^2) and rho = beta F* - gamma_2 (s - 2 F*). The last
    term is the delay at the fold F*, where the filament runs away from the residue.

    References
    ----------
    docs/models/neurons.md, "Between the thresholds".

    Examples
    --------
    Bench device at 0.8 V; a numerical solution of the rate equations gives 34.9 ms.

    >>> f"{1e3 * quasi_steady_integration_time(0.8, 150.0, 0.01, 20.0, 600.0, 5.0):.1f} ms"
    '34.6 ms'
    """
    settling = filament_decay + residue_rate
    gap = 1.0 + field_offset
    filament = filament_gain(field_mobility, filament_decay, residue_rate) * drive_voltage
    fast = immediate_switching_voltage(field_mobility, field_offset, residue_rate, filament_decay)
    # at the upper threshold itself rounding must not decide on which side of the fold it lies
    safe = np.where(drive_voltage < fast, np.minimum(filament, gap * gap / 4.0), gap * gap / 4.0)
    slow = _quasi_steady_time(safe, gap, residue_rate, settling, residue_decay)
    return slow * np.where(drive_voltage <= fast, 1.0, np.inf)


@equation
def residue_assisted_integration_time(
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
) -> u.Second:
    """Time to the first spike under a strong drive, with the residue that forms during integration. [s].

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

    Returns
    -------
    float or ndarray
        Time from an empty device to the complete filament; infinite up to V_fast. [s]

    Notes
    -----
    Formula: t = c (p + e)/(p^2 + p e + e^2) [A + L d/s]/pi

    Valid: V > 1.03 V_fast within 9 % of the rate equations, 1.1 V_fast within 4 %; 20 % too long at V_fast

    The time without residue times the ratio of two passages of the bottleneck at F = s/2: with the residue
    rising at beta s/2, and without. With k = gamma_1 + beta and excess e^2 = (u - s^2/4)/(s/2),
    c = (3 pi/2) sqrt(s/2)/k and p^3 = e^3 + c beta s/2; A and L are the angles and the logarithm of the time
    without residue.

    References
    ----------
    docs/models/neurons.md, "Above the upper threshold".

    Examples
    --------
    The 3 nm projection of Zhao et al. 2025, Supplementary Table 8, at 0.8 V; a numerical solution of the rate
    equations gives 39.8 ns.

    >>> f"{1e9 * residue_assisted_integration_time(0.8, 3e7, 0.01, 2e6, 6e7):.1f} ns"
    '40.0 ns'
    """
    settling = filament_decay + residue_rate
    gap = 1.0 + field_offset
    filament = filament_gain(field_mobility, filament_decay, residue_rate) * drive_voltage
    square, half = gap * gap, gap / 2.0
    above = filament > square / 4.0
    safe = np.where(above, filament, square)
    root, root_of_half = np.sqrt(4.0 * safe - square), np.sqrt(half)
    excess = root / (2.0 * root_of_half)
    passage = _PASSAGE_PHASE / settling * root_of_half
    lifted = np.cbrt(excess * excess * excess + passage * residue_rate * half)
    through = passage * (lifted + excess) / (lifted * lifted + lifted * excess + excess * excess)
    # Time to grow from 0 to 1 without residue, over gap/(root settling), with pi where the drive barely
    # suffices: the sum of the angles of 2 - gap and of gap over the root, which lies between 0 and pi.
    along = np.arctan2(2.0 * root, root * root - gap * (2.0 - gap))
    ends = np.log(safe / (safe + 1.0 - gap)) / 2.0
    result: u.Second = through * (along + ends * root / gap) * np.where(above, 1.0 / np.pi, np.inf)
    return result


@equation
def integration_time(
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
    residue_decay: u.PerSecond,
) -> u.Second:
    """Time to the first spike of a device without residue under a constant drive. [s].

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
        Time to the complete filament; infinite at and below the DC threshold. [s]

    Notes
    -----
    Formula: inf for V <= V_dc; quasi-steady to V_fast; above, residue-assisted, at most t(V_fast)

    Valid: (gamma_1 + beta)/(gamma_2 + beta) > 20: within 10 % of the rate equations at every drive

    Continuous and decreasing in the drive. A higher drive never needs longer, so the time at V_fast bounds
    all times above it; this bound is the smaller value up to about 1.03 V_fast.

    References
    ----------
    docs/models/neurons.md, "Combined formula".

    Examples
    --------
    Bench device at 1.0 V; a numerical solution of the rate equations gives 15.4 ms.

    >>> f"{1e3 * integration_time(1.0, 150.0, 0.01, 20.0, 600.0, 5.0):.1f} ms"
    '15.0 ms'
    """
    rates = field_mobility, field_offset, residue_rate, filament_decay
    fast = immediate_switching_voltage(*rates)
    slow = quasi_steady_integration_time(np.minimum(drive_voltage, fast), *rates, residue_decay)
    if surely(np.all(drive_voltage <= fast)):
        return slow
    result: u.Second = np.minimum(slow, residue_assisted_integration_time(drive_voltage, *rates))
    return result


def _quasi_steady_time(
    filament: u.Dimensionless,
    gap: u.Dimensionless,
    residue_rate: u.PerSecond,
    settling: u.PerSecond,
    residue_decay: u.PerSecond,
) -> u.Second:
    highest = gap * gap / 4.0
    leading = residue_rate + residue_decay
    lowest = highest * residue_decay / leading
    within = (filament > lowest) & (filament <= highest)
    everywhere = surely(np.all(within))  # nearly always; choices would take a fifth of the time

    def there(value: u.Numeric, otherwise: u.Numeric) -> u.Numeric:
        return value if everywhere else np.where(within, value, otherwise)

    safe = there(filament, highest)

    fold = np.sqrt(safe)
    # (s - sqrt(s^2 - 4u))/2, written without the difference that cancels for small u
    start = 2.0 * safe / (gap + np.sqrt(gap * gap - 4.0 * safe))
    drift = there(residue_rate * fold - residue_decay * (gap - 2.0 * fold), leading)
    # residue_decay^2 gap^2 is 4 leading residue_decay lowest; this form cannot turn negative by rounding
    root = np.sqrt(4.0 * leading * residue_decay * there(safe - lowest, highest))
    slope_at_fold = 2.0 * leading * fold - residue_decay * gap
    slope_at_start = 2.0 * leading * start - residue_decay * gap
    rates = there(fold * drift / (there(residue_rate, leading) * start * start), 1.0)
    settled = (
        np.log(fold / start) / residue_decay
        - (1.0 / leading + 1.0 / residue_decay) / 2.0 * np.log(rates)
        + gap
        * residue_rate
        / leading
        / root
        * np.arctan2((slope_at_fold - slope_at_start) * root, root * root + slope_at_fold * slope_at_start)
    )
    passage = _AIRY_ZERO * np.cbrt(fold * settling / drift) / settling
    result: u.Second = there(settled + passage, np.inf)
    return result
