"""Ions that gather between the electrodes of a diffusive memristor: when it switches, and when it has forgotten.

A filament grows under the voltage from a residue that outlives it; both decay by themselves. The neuron of one
memristor, one transistor and one resistor integrates in them, and not in the charge of a capacitor.

- after a spike: `residue_after_spike`, `integration_time_after_spike`
- thresholds: `filament_gain`, `dc_threshold_voltage`, `immediate_switching_voltage`, `firing_probability`
- time to a spike: `quasi_steady_integration_time`, `driven_integration_time`, `residue_assisted_integration_time`,
  `integration_time`, `gate_charging`, `timescale_separation`
- the device: `memristor_resistance`, `integrating_conductance`, `residue_rest_time`, `erasing_time`,
  `activation_factor`
"""

from __future__ import annotations

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._constants import (
    BOLTZMANN,
    JoulePerKelvin,
)
from neuroest.equations._special import normal_distribution

_DERIVATION = "derivation: docs/models/neurons.md"

LARGEST_GATE_CHARGING = 0.5
"""Time constants of the gate within the closing of the gap up to which the filament completes before the gate takes
its drive: the rate equations fire at 0.5 and stay on at 0.8."""
_AIRY_ZERO = 2.33810741
"""Minus the first zero of the Airy function Ai."""
_POINTS, _WEIGHTS = (
    (1.0 + np.polynomial.legendre.leggauss(16)[0]) / 2.0,
    np.polynomial.legendre.leggauss(16)[1] / 2.0,
)
"""Points and weights of Gauss and Legendre between 0 and 1; numerical."""
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
    """Drive below which the neuron never fires, however long it is held. [V].

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

    Valid: deterministic device; noise makes it fire now and then below

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
    """Drive above which the filament grows through at once, without waiting for residue. [V].

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
    """How much faster the filament settles than the residue, on which the integration times rest. [1].

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
    docs/models/neurons.md, "How good the closed forms are".

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
    term is the delay of passing the fold at F*, where the filament outruns the residue.

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
    result: u.Second = slow * np.where(drive_voltage <= fast, 1.0, np.inf)
    return result


@equation
def driven_integration_time(
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
) -> u.Second:
    """Time to the first spike under a strong drive, with the residue left out. [s].

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
        Upper bound of the time to the complete filament; infinite up to V_fast. [s]

    Notes
    -----
    Formula: t = [ln(u/(u - alpha))/2 + (s/d) (atan((2 - s)/d) + atan(s/d))] / (gamma_1 + beta)

    Valid: V > V_fast, upper bound: 7 % long at 1.5 V_fast for beta = 0.03 gamma_1; diverges towards V_fast

    With s = 1 + alpha, u = q V and d = sqrt(4u - s^2). Residue only ever helps, so this is an upper bound.

    References
    ----------
    docs/models/neurons.md, "Above the upper threshold".

    Examples
    --------
    The 3 nm projection of Zhao et al. 2025, Supplementary Table 8, at 0.8 V = 1.5 V_fast; with residue 40 ns.

    >>> f"{1e9 * driven_integration_time(0.8, 3e7, 0.01, 2e6, 6e7):.0f} ns"
    '42 ns'
    """
    settling = filament_decay + residue_rate
    gap = 1.0 + field_offset
    filament = filament_gain(field_mobility, filament_decay, residue_rate) * drive_voltage
    above = filament > gap * gap / 4.0
    safe = np.where(above, filament, gap * gap)
    root = np.sqrt(4.0 * safe - gap * gap)
    result: u.Second = gap / root * _growth_angle(safe, gap, root) / settling * np.where(above, 1.0, np.inf)
    return result


@equation
def residue_assisted_integration_time(
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
) -> u.Second:
    """Time to the first spike under a strong drive, sped up by the residue that forms meanwhile. [s].

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

    `driven_integration_time` times the ratio of two passages of the bottleneck at F = s/2: with the residue
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
    above = filament > gap * gap / 4.0
    safe = np.where(above, filament, gap * gap)
    root = np.sqrt(4.0 * safe - gap * gap)
    excess = np.sqrt((safe - gap * gap / 4.0) / (gap / 2.0))
    passage = _PASSAGE_PHASE * np.sqrt(gap / 2.0) / settling
    lifted = np.cbrt(excess * excess * excess + passage * residue_rate * gap / 2.0)
    through = passage * (lifted + excess) / (lifted * lifted + lifted * excess + excess * excess)
    alone = np.pi * gap / (root * settling)
    unaided = driven_integration_time(
        drive_voltage, field_mobility, field_offset, residue_rate, filament_decay
    )
    result: u.Second = unaided * (through / alone)
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
    """Time to the first spike of an empty device under a constant drive. [s].

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

    Continuous and falling in the drive. More drive never takes longer, so the time at V_fast bounds all times
    above it; that bound is the better one up to some 1.03 V_fast.

    References
    ----------
    docs/models/neurons.md, "One time for every drive".

    Examples
    --------
    Bench device at 1.0 V; a numerical solution of the rate equations gives 15.4 ms.

    >>> f"{1e3 * integration_time(1.0, 150.0, 0.01, 20.0, 600.0, 5.0):.1f} ms"
    '15.0 ms'
    """
    fast = immediate_switching_voltage(field_mobility, field_offset, residue_rate, filament_decay)
    result: u.Second = np.minimum(
        quasi_steady_integration_time(
            np.minimum(drive_voltage, fast), field_mobility, field_offset, residue_rate, filament_decay,
            residue_decay,
        ),
        residue_assisted_integration_time(
            drive_voltage, field_mobility, field_offset, residue_rate, filament_decay
        ),
    )  # fmt: skip
    return result


@equation
def gate_charging(
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    gate_capacitance: u.Farad,
    control_resistance: u.Ohm,
    on_resistance: u.Ohm,
    off_resistance: u.Ohm,
    conduction_length: u.Dimensionless,
) -> u.Dimensionless:
    """Time constants of the gate within the closing of the gap, from where the memristor conducts as R_c does. [1].

    Parameters
    ----------
    drive_voltage : float or ndarray
        Voltage across the memristor. [V]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]
    gate_capacitance : float or ndarray
        Capacitance of the gate node, C_g. [F]
    control_resistance : float or ndarray
        Resistor from the gate node to ground, R_c. [ohm]
    on_resistance, off_resistance : float or ndarray
        Resistance of the complete filament and without one, R_on and R_off. [ohm]
    conduction_length : float or ndarray
        Decay length of the conduction through the gap, lambda. [1]

    Returns
    -------
    float or ndarray
        Integral of dt/(R(g) C_g). [1]

    Notes
    -----
    Formula: X = [(alpha - R_on/k) ln(1 + k g/R_on)/k + g/k]/(mu V C_g), k = R_off/(lambda (exp(1/lambda) -
        1)), g = lambda ln(1 + R_c/(k lambda))

    Valid: decay neglected against the field; g well below lambda, where the resistance grows in proportion to
        it

    References
    ----------
    docs/models/neurons.md, "When the gate follows".

    Examples
    --------
    Node of 2.64 fF under 235 Mohm, 1 Mohm to 1 Tohm, lambda 0.2: k = 3.39e10 ohm, g = 6.82e-3, so
    (9.97e-3 x 5.45 + 6.8e-3)/3.39e10 over 120/s x 2.64 fF = 5.7.

    >>> f"{gate_charging(0.8, 150.0, 0.01, 2.64e-15, 235e6, 1e6, 1e12, 0.2):.1f}"
    '5.7'
    """
    slope = off_resistance / (conduction_length * np.expm1(1.0 / conduction_length))
    gap = conduction_length * np.log1p(control_resistance / (slope * conduction_length))
    logarithm = np.log1p(slope * gap / on_resistance)
    time_over_resistance = ((field_offset - on_resistance / slope) * logarithm + gap) / slope
    result: u.Dimensionless = time_over_resistance / (field_mobility * drive_voltage * gate_capacitance)
    return result


@equation
def memristor_resistance(
    state: u.Dimensionless, on_resistance: u.Ohm, off_resistance: u.Ohm, conduction_length: u.Dimensionless
) -> u.Ohm:
    """Resistance of the memristor with its filament and residue grown to a given state. [ohm].

    Parameters
    ----------
    state : float or ndarray
        Filament plus residue, x: 0 for an empty device, 1 for a complete filament. [1]
    on_resistance : float or ndarray
        Resistance of the complete filament, R_on. [ohm]
    off_resistance : float or ndarray
        Resistance without a filament, R_off. [ohm]
    conduction_length : float or ndarray
        Decay length of the conduction through the gap, lambda, in units of the gap. [1]

    Returns
    -------
    float or ndarray
        Resistance. [ohm]

    Notes
    -----
    Formula: R = R_on x + R_off (exp((1 - x)/lambda) - 1)/(exp(1/lambda) - 1)

    Valid: 0 <= x <= 1; beyond, the value at the nearer end

    References
    ----------
    Zhao et al., Nat. Electron. 8, 1211 (2025), doi:10.1038/s41928-025-01488-x, Supplementary Note 4.
    Wang et al., IEEE Trans. Circuits Syst. Artif. Intell. 1, 141 (2024), doi:10.1109/TCASAI.2024.3484370.

    Examples
    --------
    Half grown, 1 Mohm and 1 Tohm, lambda 0.2: 0.5e6 + 1e12 (e^2.5 - 1)/(e^5 - 1) = 7.59e10 ohm.

    >>> f"{memristor_resistance(0.5, 1e6, 1e12, 0.2):.3g} ohm"
    '7.59e+10 ohm'
    """
    x = np.minimum(np.maximum(state, 0.0), 1.0)
    # multiplied out by exp(-1/lambda), which cannot overflow for a short conduction length
    gap = (
        np.exp(-x / conduction_length)
        * np.expm1(-(1.0 - x) / conduction_length)
        / np.expm1(-1.0 / conduction_length)
    )
    result: u.Ohm = on_resistance * x + off_resistance * gap
    return result


@equation
def integrating_conductance(
    drive_voltage: u.Volt, field_mobility: u.PerVoltSecond, field_offset: u.Dimensionless, residue_rate: u.PerSecond,
    filament_decay: u.PerSecond, residue_decay: u.PerSecond, on_resistance: u.Ohm, off_resistance: u.Ohm,
    conduction_length: u.Dimensionless, control_resistance: u.Ohm,
) -> u.Siemens:  # fmt: skip
    """Mean conductance of the memristor over an integration, in which the filament grows. [S].

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
    on_resistance : float or ndarray
        Resistance of the complete filament, R_on. [ohm]
    off_resistance : float or ndarray
        Resistance without a filament, R_off. [ohm]
    conduction_length : float or ndarray
        Decay length of the conduction through the gap, lambda, in units of the gap. [1]
    control_resistance : float or ndarray
        Resistor from the gate node to ground, R_c; what flows once the memristor has less charges the gate node. [ohm]

    Returns
    -------
    float or ndarray
        Mean of 1/R over the integration time; that of the empty device where it never fires. [S]

    Notes
    -----
    Formula: G = [int_F0^F* dt/R(u/F - alpha) + t_p/R(g*) + int_gc^g* (alpha + g) (1/R(g) - 1/R(g*)) dg/(mu V)]/t up to
        V_fast; above, the mean of 1/R(1 - F) with dt = (s - F) dF/(k (u - s F + F^2))

    Valid: within 15 % of the rate equations; with a large gate node an upper bound of what flows besides its charge

    The three parts are those of the integration time: the filament follows the residue, with the gap at u/F - alpha; it
    passes the fold at g* = F* - alpha in t_p; and the rest of the gap closes, down to gc with R(gc) = R_c. Names as in
    `quasi_steady_integration_time`; integrals by Gauss and Legendre in sixteen points.

    References
    ----------
    docs/models/neurons.md, "What flows while the filament grows".

    Examples
    --------
    The neuron with a capacitor of 28 nm at 0.8 V: 290 fJ over 34.6 ms; a numerical solution of the rate equations takes
    272 fJ until the switch, and the empty device would 22 fJ.

    >>> mean = integrating_conductance(0.8, 150.0, 0.01, 20.0, 600.0, 5.0, 1e6, 1e12, 0.2, 27.4e6)
    >>> f"{1e15 * 0.8**2 * mean * 34.6e-3:.0f} fJ"
    '290 fJ'
    """
    gap, gain = 1.0 + field_offset, filament_gain(field_mobility, filament_decay, residue_rate)
    filament, fold_of_rest = gain * drive_voltage, (gap / 2.0) ** 2  # where the two states of rest meet
    least = _least_gap(control_resistance, off_resistance, conduction_length)
    rates = field_mobility, field_offset, residue_rate, filament_decay, residue_decay
    device = on_resistance, off_resistance, conduction_length
    time = integration_time(drive_voltage, *rates)
    fires, below = np.isfinite(time), filament <= fold_of_rest
    slow = _slow_charge(np.where(below & fires, filament, fold_of_rest), gain, rates, least, device) / time
    fast = _conductance_without_rest(np.where(below, gap * gap, filament), gap, least, device)
    result: u.Siemens = np.where(fires, np.where(below, slow, fast), 1.0 / off_resistance)
    return result


@equation
def firing_probability(pulse_voltage: u.Volt, median_voltage: u.Volt, spread: u.Volt) -> u.Dimensionless:
    """Probability that one pulse makes the neuron fire. [1].

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

    Valid: one pulse of the length that V_50 and sigma_V were measured at, empty device

    The normal distribution is evaluated to a relative error of 2e-12, in the far tail too.

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
def assured_firing_time(assured_time: u.Second, median_time: u.Second, pulse_time: u.Second) -> u.Second:
    """Time of a drive that fires with the probability that belongs to an amplitude below its own. [s].

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
    """Residue that is left when the filament of an empty device has completed under a constant drive. [1].

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
    Formula: R = s - 2 F + 2.338 rho (F/(k^2 rho))^(1/3), F = min(sqrt(q V), s/2), rho = beta F - gamma_2 (s - 2 F)

    Valid: 0.3 to 1 V_fast within 0.04 of the rate equations; above, up to 0.1 too much

    References
    ----------
    docs/models/neurons.md, "After a spike".

    Examples
    --------
    Bench device at 0.9 V; a numerical solution of the rate equations gives 0.151.

    >>> f"{residue_after_spike(0.9, 150.0, 0.01, 20.0, 600.0, 5.0):.3f}"
    '0.184'
    """
    settling, gap = filament_decay + residue_rate, 1.0 + field_offset
    sustained = filament_gain(field_mobility, filament_decay, residue_rate) * drive_voltage
    fold = np.sqrt(np.minimum(sustained, (gap / 2.0) ** 2))
    drift = residue_rate * fold - residue_decay * (gap - 2.0 * fold)
    rises = drift > 0.0
    safe = np.where(rises, drift, residue_rate)
    passed = np.where(rises, _AIRY_ZERO * safe * np.cbrt(fold / (settling * settling * safe)), 0.0)
    result: u.Dimensionless = np.clip(gap - 2.0 * fold + passed, 0.0, 1.0 - field_offset)
    return result


@equation
def integration_time_after_spike(
    drive_voltage: u.Volt,
    residue: u.Dimensionless,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
) -> u.Second:
    """Time to the next spike of a device whose filament has ruptured and whose residue has stayed. [s].

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

    Valid: with `residue_after_spike`, 0.3 to 2 V_fast: 7 % to 29 % shorter than by the rate equations

    A filament that grows in the gap 1 - R is one in a whole gap under 1/(1 - R)^2 times the drive.

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
    result: u.Second = residue_assisted_integration_time(
        drive_voltage / (left * left), field_mobility, field_offset / left, residue_rate, filament_decay
    )
    return result


@equation
def residue_rest_time(residue_decay: u.PerSecond, time_constants: u.Dimensionless) -> u.Second:
    """Pause after which the residue of the last input is forgotten. [s].

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

    Valid: ions that drift back in the field V/(1 + alpha - R) as fast as they came, without decay; no measurement of a
        reverse pulse was seen

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
    result: u.Dimensionless = np.exp(steps)
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
    safe = np.where(within, filament, highest)

    fold = np.sqrt(safe)
    # (s - sqrt(s^2 - 4u))/2, written without the difference that cancels for small u
    start = 2.0 * safe / (gap + np.sqrt(gap * gap - 4.0 * safe))
    drift = np.where(within, residue_rate * fold - residue_decay * (gap - 2.0 * fold), leading)
    # residue_decay^2 gap^2 is 4 leading residue_decay lowest; this form cannot turn negative by rounding
    root = np.sqrt(4.0 * leading * residue_decay * np.where(within, safe - lowest, highest))
    slope_at_fold = 2.0 * leading * fold - residue_decay * gap
    slope_at_start = 2.0 * leading * start - residue_decay * gap
    rates = np.where(within, fold * drift / (np.where(within, residue_rate, leading) * start * start), 1.0)
    settled = (
        np.log(fold / start) / residue_decay
        - (1.0 / leading + 1.0 / residue_decay) / 2.0 * np.log(rates)
        + gap
        * residue_rate
        / leading
        / root
        * (np.arctan2(slope_at_fold, root) - np.arctan2(slope_at_start, root))
    )
    passage = _AIRY_ZERO * np.cbrt(fold * settling / drift) / settling
    result: u.Second = (settled + passage) * np.where(within, 1.0, np.inf)
    return result


def _charge_to_fold(
    filament: u.Dimensionless,
    gap: u.Dimensionless,
    residue_rate: u.PerSecond,
    settling: u.PerSecond,
    residue_decay: u.PerSecond,
    device: tuple[u.Ohm, u.Ohm, u.Dimensionless],
) -> u.Numeric:
    """Charge over the drive until the filament has passed its fold: it follows the residue, and then waits there."""
    fold = np.sqrt(filament)
    start = filament / (gap / 2.0 + np.sqrt(np.maximum((gap / 2.0) ** 2 - filament, 0.0)))
    charge: u.Numeric = 0.0
    for point, weight in zip(_POINTS, _WEIGHTS, strict=True):
        grown = start + (fold - start) * point
        rise = residue_rate * grown - residue_decay * (gap - grown - filament / grown)
        spent = (filament / (grown * grown) - 1.0) / rise * (fold - start) * weight
        charge = charge + spent / memristor_resistance(gap - filament / grown, *device)
    drift = residue_rate * fold - residue_decay * (gap - 2.0 * fold)
    passage = _AIRY_ZERO * np.cbrt(fold / (settling * settling * drift))
    return charge + passage / memristor_resistance(gap - fold, *device)


def _least_gap(
    control_resistance: u.Ohm, off_resistance: u.Ohm, conduction_length: u.Dimensionless
) -> u.Dimensionless:
    """Gap at which the memristor has the resistance of the control resistor."""
    slope = off_resistance / (conduction_length * np.expm1(1.0 / conduction_length))
    result: u.Dimensionless = conduction_length * np.log1p(control_resistance / (slope * conduction_length))
    return result


def _slow_charge(
    filament: u.Dimensionless, gain: u.PerVolt,
    rates: tuple[u.PerVoltSecond, u.Dimensionless, u.PerSecond, u.PerSecond, u.PerSecond], least: u.Dimensionless,
    device: tuple[u.Ohm, u.Ohm, u.Dimensionless],
) -> u.Numeric:  # fmt: skip
    """Charge over the drive up to the fold, and of the gap that closes from there to `least`; up to V_fast."""
    field_mobility, field_offset, residue_rate, filament_decay, residue_decay = rates
    settling = filament_decay + residue_rate
    charge = _charge_to_fold(filament, 1.0 + field_offset, residue_rate, settling, residue_decay, device)
    speed = field_mobility * filament / gain
    fold = np.sqrt(filament) - field_offset
    at_fold = 1.0 / memristor_resistance(1.0 - fold, *device)
    for point, weight in zip(_POINTS, _WEIGHTS, strict=True):
        left = least + (fold - least) * point
        # what flows beyond that of the fold, at which all of the passage is counted
        beyond = 1.0 / memristor_resistance(1.0 - left, *device) - at_fold
        charge = charge + weight * np.maximum(fold - least, 0.0) * (field_offset + left) / speed * beyond
    return charge


def _conductance_without_rest(
    filament: u.Dimensionless, gap: u.Dimensionless, least: u.Dimensionless,
    device: tuple[u.Ohm, u.Ohm, u.Dimensionless],
) -> u.Siemens:  # fmt: skip
    """Mean conductance of a filament that grows without a state of rest, above V_fast."""
    passed: u.Numeric = 0.0
    conducted: u.Numeric = 0.0
    for point, weight in zip(_POINTS, _WEIGHTS, strict=True):
        grown = (1.0 - least) * point
        spent = weight * (gap - grown) / (filament - gap * grown + grown * grown)
        passed, conducted = passed + spent, conducted + spent / memristor_resistance(grown, *device)
    return conducted / passed


def _growth_angle(filament: u.Dimensionless, gap: u.Dimensionless, root: u.Dimensionless) -> u.Dimensionless:
    # Time to grow from 0 to 1 without residue, over gap/(root settling); pi where the drive barely suffices.
    along = np.arctan2(2.0 - gap, root) + np.arctan2(gap, root)
    ends = np.log(filament / (filament + 1.0 - gap)) / 2.0
    result: u.Dimensionless = along + ends * root / gap
    return result
