"""The neuron of one diffusive memristor, one transistor and one resistor (1M1T1R).

The input drives the memristor; behind it lies the gate node with its capacitance and the control resistor to
ground; the transistor pulls the output down through a load resistor. The neuron integrates in the ions of the
memristor, a filament and a residue that outlives it, and not in the charge of a capacitor.

- integration: `filament_gain`, `dc_threshold_voltage`, `immediate_switching_voltage`,
  `quasi_steady_integration_time`, `driven_integration_time`, `residue_assisted_integration_time`,
  `integration_time`, `timescale_separation`, `memristor_resistance`, `firing_probability`
- reset and rate: `gate_peak_voltage`, `refractory_time`, `control_resistance_for_refractory`,
  `residue_rest_time`, `maximum_spike_rate`, `lifetime`, `activation_factor`, `filament_heating`
- energy of a spike, one function a term: `gate_charge_energy`, `divider_energy`, `subthreshold_energy`,
  `output_pulse_duration`, `output_branch_energy`, `output_load_energy`, `off_state_power`
- restoring and passing on the spike: `output_swing`, `unbuffered_load_limit`, `slow_edge_energy`,
  `tapered_buffer_stages`, `tapered_buffer_energy`, `tapered_buffer_area`
- between column and neuron: `transresistance_voltage`, `unbuffered_row_voltage`, `gap_closing_time`
- geometry and noise: `plate_capacitance`, `node_capacitance`, `feedthrough_limit`, `thermal_noise_voltage`,
  `noise_limited_capacitance`, `stored_electrons`, `thin_film_resistor_area`, `serpentine_resistor_area`,
  `stacked_footprint`, `planar_footprint`
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import numpy as np

from neuroest.equations._arithmetic import rounded_up
from neuroest.equations._constants import (
    BOLTZMANN,
    ELEMENTARY_CHARGE,
    VACUUM_PERMITTIVITY,
    Coulomb,
    JoulePerKelvin,
)
from neuroest.equations._special import normal_distribution
from neuroest.provenance import equation
from neuroest.units import (
    Ampere,
    AmperePerMetre,
    Dimensionless,
    Farad,
    FaradPerMetre,
    Joule,
    Kelvin,
    Metre,
    Numeric,
    Ohm,
    OhmMetre,
    PerSecond,
    PerVolt,
    PerVoltSecond,
    Second,
    Siemens,
    SquareMetre,
    Unit,
    Volt,
    Watt,
)

KelvinPerWatt: TypeAlias = Annotated[Numeric, Unit("K/W")]

_DERIVATION = "derivation: docs/models/neurons.md"
_AIRY_ZERO = 2.33810741  # minus the first zero of the Airy function Ai
_PASSAGE_PHASE = 1.5 * np.pi  # 3/2 of the half turn of phase between two zeros of an oscillation


@equation(formula="q = mu / (gamma_1 + beta)", reference=_DERIVATION, valid="steady drive")
def filament_gain(
    field_mobility: PerVoltSecond, filament_decay: PerSecond, residue_rate: PerSecond
) -> PerVolt:
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


@equation(
    formula="V_dc = (1 + alpha)^2 / (4 q (1 + beta/gamma_2))",
    reference=_DERIVATION,
    valid="deterministic device; noise makes it fire now and then below",
)
def dc_threshold_voltage(
    field_mobility: PerVoltSecond,
    field_offset: Dimensionless,
    residue_rate: PerSecond,
    filament_decay: PerSecond,
    residue_decay: PerSecond,
) -> Volt:
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
    return half_gap * half_gap * remaining * (filament_decay + residue_rate) / field_mobility


@equation(formula="V_fast = (1 + alpha)^2 / (4 q)", reference=_DERIVATION, valid="beta, gamma_2 << gamma_1")
def immediate_switching_voltage(
    field_mobility: PerVoltSecond,
    field_offset: Dimensionless,
    residue_rate: PerSecond,
    filament_decay: PerSecond,
) -> Volt:
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
    return half_gap * half_gap * (filament_decay + residue_rate) / field_mobility


@equation(
    formula="(gamma_1 + beta) / (gamma_2 + beta)",
    reference=_DERIVATION,
    valid="20 and more: integration times within 10 %; 5: within 15 %; below 2: up to 50 % too short",
)
def timescale_separation(
    residue_rate: PerSecond, filament_decay: PerSecond, residue_decay: PerSecond
) -> Dimensionless:
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


@equation(
    formula=(
        "t = ln(F*/F0)/gamma_2 - (1/a + 1/gamma_2)/2 ln(F* rho/(beta F0^2))"
        " + s beta/(a d) [atan((2 a F* - gamma_2 s)/d) - atan((2 a F0 - gamma_2 s)/d)]"
        " + 2.338 (F*/(k^2 rho))^(1/3)"
    ),
    reference=_DERIVATION,
    valid="V_dc < V <= V_fast, beta and gamma_2 << gamma_1 + beta, sqrt(q V) > alpha",
)
def quasi_steady_integration_time(
    drive_voltage: Volt,
    field_mobility: PerVoltSecond,
    field_offset: Dimensionless,
    residue_rate: PerSecond,
    filament_decay: PerSecond,
    residue_decay: PerSecond,
) -> Second:
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
    filament = field_mobility * drive_voltage / settling
    return _quasi_steady_time(filament, 1.0 + field_offset, residue_rate, settling, residue_decay)


@equation(
    formula="t = [ln(u/(u - alpha))/2 + (s/d) (atan((2 - s)/d) + atan(s/d))] / (gamma_1 + beta)",
    reference=_DERIVATION,
    valid="V > V_fast, upper bound: 7 % long at 1.5 V_fast for beta = 0.03 gamma_1; diverges towards V_fast",
)
def driven_integration_time(
    drive_voltage: Volt,
    field_mobility: PerVoltSecond,
    field_offset: Dimensionless,
    residue_rate: PerSecond,
    filament_decay: PerSecond,
) -> Second:
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
    filament = field_mobility * drive_voltage / settling
    above = filament > gap * gap / 4.0
    safe = np.where(above, filament, gap * gap)
    root = np.sqrt(4.0 * safe - gap * gap)
    result: Second = gap / root * _growth_angle(safe, gap, root) / settling * np.where(above, 1.0, np.inf)
    return result


@equation(
    formula="t = c (p + e)/(p^2 + p e + e^2) [A + L d/s]/pi",
    reference=_DERIVATION,
    valid="V > 1.03 V_fast within 9 % of the rate equations, 1.1 V_fast within 4 %; 20 % too long at V_fast",
)
def residue_assisted_integration_time(
    drive_voltage: Volt,
    field_mobility: PerVoltSecond,
    field_offset: Dimensionless,
    residue_rate: PerSecond,
    filament_decay: PerSecond,
) -> Second:
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
    filament = field_mobility * drive_voltage / settling
    above = filament > gap * gap / 4.0
    safe = np.where(above, filament, gap * gap)
    root = np.sqrt(4.0 * safe - gap * gap)
    excess = np.sqrt((safe - gap * gap / 4.0) / (gap / 2.0))
    passage = _PASSAGE_PHASE * np.sqrt(gap / 2.0) / settling
    lifted = np.cbrt(excess * excess * excess + passage * residue_rate * gap / 2.0)
    through = passage * (lifted + excess) / (lifted * lifted + lifted * excess + excess * excess)
    angle = _growth_angle(safe, gap, root)
    result: Second = through * angle / np.pi * np.where(above, 1.0, np.inf)
    return result


@equation(
    formula="inf for V <= V_dc; quasi-steady to V_fast; above, residue-assisted, at most t(V_fast)",
    reference=_DERIVATION,
    valid="(gamma_1 + beta)/(gamma_2 + beta) > 20: within 10 % of the rate equations at every drive",
)
def integration_time(
    drive_voltage: Volt,
    field_mobility: PerVoltSecond,
    field_offset: Dimensionless,
    residue_rate: PerSecond,
    filament_decay: PerSecond,
    residue_decay: PerSecond,
) -> Second:
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
    settling = filament_decay + residue_rate
    gap = 1.0 + field_offset
    filament = np.minimum(field_mobility * drive_voltage / settling, gap * gap / 4.0)
    result: Second = np.minimum(
        _quasi_steady_time(filament, gap, residue_rate, settling, residue_decay),
        residue_assisted_integration_time(
            drive_voltage, field_mobility, field_offset, residue_rate, filament_decay
        ),
    )
    return result


@equation(
    formula="t = (g^2/2 + alpha g)/(mu V), g = lambda ln(1 + (exp(1/lambda) - 1) R_c/R_off)",
    reference="derivation: docs/models/neurons.md, When the gate follows",
    valid="decay neglected beside the field; g well below 1",
)
def gap_closing_time(
    drive_voltage: Volt,
    field_mobility: PerVoltSecond,
    field_offset: Dimensionless,
    control_resistance: Ohm,
    off_resistance: Ohm,
    conduction_length: Dimensionless,
) -> Second:
    """Time in which the last of the gap closes, once the memristor conducts as the control resistor does. [s].

    Parameters
    ----------
    drive_voltage : float or ndarray
        Voltage across the memristor. [V]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]
    control_resistance : float or ndarray
        Resistor from the gate node to ground, R_c. [ohm]
    off_resistance : float or ndarray
        Resistance without a filament, R_off. [ohm]
    conduction_length : float or ndarray
        Decay length of the conduction through the gap, lambda. [1]

    Returns
    -------
    float or ndarray
        Time from equal resistances to the complete filament. [s]

    References
    ----------
    docs/models/neurons.md, "When the gate follows".

    Examples
    --------
    Bench device at 0.8 V with 250 Mohm under 1 Tohm: g = 0.2 ln(1 + 147.4 x 2.5e-4) = 7.24e-3, and
    (2.62e-5 + 7.24e-5)/(150 x 0.8) = 0.82 us.

    >>> f"{1e6 * gap_closing_time(0.8, 150.0, 0.01, 250e6, 1e12, 0.2):.2f} us"
    '0.82 us'
    """
    gap = conduction_length * np.log1p(
        np.expm1(1.0 / conduction_length) * control_resistance / off_resistance
    )
    result: Second = gap * (gap / 2.0 + field_offset) / (field_mobility * drive_voltage)
    return result


@equation(
    formula="V_in = min(max(V_0 + R_T I, 0), V_s)",
    reference="assumption: docs/models/neurons.md, Behind a column",
    valid="a mirror into a resistor between the rails; V_0 and R_T are chosen, not measured",
)
def transresistance_voltage(
    column_current: Ampere, transresistance: Ohm, offset_voltage: Volt, supply_voltage: Volt
) -> Volt:
    """Input voltage that a column's current becomes in front of the memristor. [V].

    Parameters
    ----------
    column_current : float or ndarray
        Current of the positive less that of the negative column. [A]
    transresistance : float or ndarray
        Load that the mirrored current flows through, R_T. [ohm]
    offset_voltage : float or ndarray
        Voltage without a current, V_0. [V]
    supply_voltage : float or ndarray
        Supply of the circuit, V_s. [V]

    Returns
    -------
    float or ndarray
        Voltage between the rails. [V]

    References
    ----------
    docs/models/neurons.md, "Behind a column".

    Examples
    --------
    3 uA through 200 kohm on top of 0.1 V:

    >>> f"{transresistance_voltage(3e-6, 200e3, 0.1, 0.9):.2f} V"
    '0.70 V'
    """
    result: Volt = np.minimum(
        np.maximum(offset_voltage + transresistance * column_current, 0.0), supply_voltage
    )
    return result


@equation(
    formula="V_row = V_dd/(1 + R_l G_row)",
    reference="derivation: docs/models/neurons.md, Behind a column",
    valid="the drain pulls its row up through R_l with the transistor off; upper bound of the swing",
)
def unbuffered_row_voltage(
    output_supply_voltage: Volt, load_resistance: Ohm, row_conductance: Siemens
) -> Volt:
    """Voltage to which a bare drain can pull a row of cells. [V].

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


@equation(
    formula="R = R_on x + R_off (exp((1 - x)/lambda) - 1)/(exp(1/lambda) - 1)",
    reference="Zhao et al., Nat. Electron. 8, 1211 (2025), Supplementary Note 4",
    valid="0 <= x <= 1; beyond, the value at the nearer end",
)
def memristor_resistance(
    state: Dimensionless, on_resistance: Ohm, off_resistance: Ohm, conduction_length: Dimensionless
) -> Ohm:
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
    result: Ohm = on_resistance * x + off_resistance * gap
    return result


@equation(
    formula="P = Phi((V - V_50)/sigma_V)",
    reference=_DERIVATION,
    valid="one pulse of the length that V_50 and sigma_V were measured at, empty device",
)
def firing_probability(pulse_voltage: Volt, median_voltage: Volt, spread: Volt) -> Dimensionless:
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


@equation(formula="V_g,max = V_in R_c/(R_on + R_c)", reference=_DERIVATION, valid="input held for 3 R_on C_g")
def gate_peak_voltage(input_voltage: Volt, on_resistance: Ohm, control_resistance: Ohm) -> Volt:
    """Gate voltage that the switched memristor and the control resistor settle at. [V].

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


@equation(
    formula="t_ref = R_c C_g ln(V_g,max/V_re)",
    reference=_DERIVATION,
    valid="50 M to 500 Mohm on the bench device; 32 % short of the measured interval at 1 Gohm",
)
def refractory_time(
    control_resistance: Ohm, gate_capacitance: Farad, gate_peak_voltage: Volt, rearm_voltage: Volt
) -> Second:
    """Time that the gate needs to fall until the neuron can integrate again. [s].

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
    result: Second = control_resistance * gate_capacitance * np.log(fall)
    return result


@equation(
    formula="R_c = t_ref/(C_g ln(V_g,max/V_re))",
    reference=_DERIVATION,
    valid="the ratio is V_in R_c/((R_on + R_c) V_re), which is V_in/V_re for R_c >> R_on",
)
def control_resistance_for_refractory(
    refractory_time: Second, gate_capacitance: Farad, peak_to_rearm_ratio: Dimensionless
) -> Ohm:
    """Control resistor that gives a wanted refractory time. [ohm].

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
    result: Ohm = refractory_time / (gate_capacitance * constants) * np.where(falls, 1.0, np.inf)
    return result


@equation(formula="t_rest = n/gamma_2", reference=_DERIVATION, valid="no forced erasure")
def residue_rest_time(residue_decay: PerSecond, time_constants: Dimensionless) -> Second:
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


@equation(
    formula="f_max = 1/(t_int + max(t_ref, t_relax))",
    reference=_DERIVATION,
    valid="steady drive, one spike a cycle",
)
def maximum_spike_rate(
    integration_time: Second, refractory_time: Second, relaxation_time: Second
) -> PerSecond:
    """Highest rate of spikes at a given drive. [1/s].

    Parameters
    ----------
    integration_time : float or ndarray
        Time from re-arming to the spike. [s]
    refractory_time : float or ndarray
        Time that the gate node keeps the memristor from integrating. [s]
    relaxation_time : float or ndarray
        Time in which the filament ruptures once the drive is gone. [s]

    Returns
    -------
    float or ndarray
        Spike rate; zero where the integration time is infinite. [1/s]

    References
    ----------
    docs/models/neurons.md, "Reset".

    Examples
    --------
    6 ms to integrate, 4 ms refractory, 250 ns to relax.

    >>> f"{maximum_spike_rate(6e-3, 4e-3, 250e-9):.0f} Hz"
    '100 Hz'
    """
    result: PerSecond = 1.0 / (integration_time + np.maximum(refractory_time, relaxation_time))
    return result


@equation(formula="t_life = N_end/f", reference=_DERIVATION, valid="one switching cycle a spike")
def lifetime(endurance_cycles: Dimensionless, spike_rate: PerSecond) -> Second:
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
        result: Second = np.divide(endurance_cycles, spike_rate)
    return result


@equation(
    formula="r(T)/r(T_0) = exp(E_a/k (1/T_0 - 1/T))",
    reference=_DERIVATION,
    valid="one thermally activated step; activation energies of these devices are not published",
)
def activation_factor(
    activation_energy: Joule,
    temperature: Kelvin,
    reference_temperature: Kelvin,
    boltzmann_constant: JoulePerKelvin = BOLTZMANN,
) -> Dimensionless:
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
    result: Dimensionless = np.exp(steps)
    return result


@equation(
    formula="dT = R_th V^2/R_on", reference=_DERIVATION, valid="steady state, whole voltage over the filament"
)
def filament_heating(drive_voltage: Volt, on_resistance: Ohm, thermal_resistance: KelvinPerWatt) -> Kelvin:
    """Temperature rise of the complete filament while the drive stays on. [K].

    Parameters
    ----------
    drive_voltage : float or ndarray
        Voltage across the memristor. [V]
    on_resistance : float or ndarray
        Resistance of the complete filament, R_on. [ohm]
    thermal_resistance : float or ndarray
        Temperature rise of the filament per dissipated power. [K/W]

    Returns
    -------
    float or ndarray
        Temperature rise. [K]

    References
    ----------
    docs/models/neurons.md, "Temperature".

    Examples
    --------
    0.45 V over 1 Mohm is 0.2 uW, at 1e7 K/W some 2 K.

    >>> f"{filament_heating(0.45, 1e6, 1e7):.3f} K"
    '2.025 K'
    """
    return drive_voltage * drive_voltage / on_resistance * thermal_resistance


@equation(
    formula="E = C_g V_in (V_g,max - V_re)",
    reference=_DERIVATION,
    valid="drawn from whoever drives the input; half of it heats the filament",
)
def gate_charge_energy(
    gate_capacitance: Farad, input_voltage: Volt, gate_peak_voltage: Volt, rearm_voltage: Volt
) -> Joule:
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

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    The quoted "pJ per spike" of the bench neuron: 10 pF * 0.45 V * (0.45 V - 0.09 V).

    >>> f"{1e12 * gate_charge_energy(10e-12, 0.45, 0.45, 0.09):.2f} pJ"
    '1.62 pJ'
    """
    result: Joule = gate_capacitance * input_voltage * np.maximum(gate_peak_voltage - rearm_voltage, 0.0)
    return result


@equation(
    formula="E = V_in^2 t_high/(R_on + R_c)",
    reference=_DERIVATION,
    valid="filament stays complete for t_high",
)
def divider_energy(
    input_voltage: Volt, on_resistance: Ohm, control_resistance: Ohm, high_time: Second
) -> Joule:
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


@equation(
    formula="E = V_in^2 t_int/R_off",
    reference=_DERIVATION,
    valid="R_off is the mean over the growing filament, below that of the empty device",
)
def subthreshold_energy(input_voltage: Volt, off_resistance: Ohm, integration_time: Second) -> Joule:
    """Energy that leaks through the memristor while it integrates. [J].

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
    result: Joule = power * np.where(power > 0.0, integration_time, 0.0)
    return result


@equation(
    formula="t_O = t_high + R_c C_g ln(V_g,max/V_th)",
    reference=_DERIVATION,
    valid="transistor is a switch at V_th",
)
def output_pulse_duration(
    high_time: Second,
    control_resistance: Ohm,
    gate_capacitance: Farad,
    gate_peak_voltage: Volt,
    output_threshold: Volt,
) -> Second:
    """Time that the output transistor conducts in one spike. [s].

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
    result: Second = (high_time + fall) * np.where(ratio > 1.0, 1.0, 0.0)
    return result


@equation(
    formula="E = V_dd^2 t_O/(R_l + R_ds)",
    reference=_DERIVATION,
    valid="static current of the output branch only",
)
def output_branch_energy(
    supply_voltage: Volt, load_resistance: Ohm, transistor_on_resistance: Ohm, output_pulse_duration: Second
) -> Joule:
    """Energy that the output branch burns while the transistor conducts. [J].

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


@equation(formula="E = C_l V_dd^2", reference=_DERIVATION, valid="load charged from the supply once a spike")
def output_load_energy(load_capacitance: Farad, supply_voltage: Volt) -> Joule:
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


@equation(formula="P = i_off W V_dd", reference=_DERIVATION, valid="transistor off, temperature of i_off")
def off_state_power(off_current_per_width: AmperePerMetre, width: Metre, supply_voltage: Volt) -> Watt:
    """Power that leaks through the output transistor between spikes. [W].

    Parameters
    ----------
    off_current_per_width : float or ndarray
        Leakage of the transistor per gate width. [A/m]
    width : float or ndarray
        Gate width, W. [m]
    supply_voltage : float or ndarray
        Supply of the output branch. [V]

    Returns
    -------
    float or ndarray
        Leakage power. [W]

    References
    ----------
    docs/models/neurons.md, "Energy of a spike".

    Examples
    --------
    A fin of the 3 nm class: 158 pA/um * 0.101 um * 0.5 V.

    >>> f"{1e12 * off_state_power(158e-6, 0.101e-6, 0.5):.1f} pW"
    '8.0 pW'
    """
    return off_current_per_width * width * supply_voltage


@equation(formula="swing = V_dd R_l/(R_l + R_ds)", reference=_DERIVATION, valid="output unloaded")
def output_swing(supply_voltage: Volt, load_resistance: Ohm, transistor_on_resistance: Ohm) -> Volt:
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


@equation(formula="C_L <= t_O/(n R_l)", reference=_DERIVATION, valid="rise through the load resistor alone")
def unbuffered_load_limit(
    output_pulse_duration: Second, load_resistance: Ohm, time_constants: Dimensionless
) -> Farad:
    """Largest capacitance that the output drives within its pulse without a buffer. [F].

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


@equation(
    formula="E = V_dd I_peak t_edge/3",
    reference="Veendrick, IEEE J. Solid-State Circuits 19, 468 (1984)",
    valid="linear edge, square-law transistors of equal strength, little load",
)
def slow_edge_energy(edge_time: Second, peak_current: Ampere, supply_voltage: Volt) -> Joule:
    """Energy that flows straight through an inverter while its input crosses slowly. [J].

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


@equation(
    formula="N = ceil(ln(C_L/C_0)/ln f), at least 1",
    reference=_DERIVATION,
    valid="f > 1; at least one inverter, as the output of the neuron is inverted",
)
def tapered_buffer_stages(
    load_capacitance: Farad, input_capacitance: Farad, stage_ratio: Dimensionless
) -> Dimensionless:
    """Inverters in a chain that drives a load from a small input. [1].

    Parameters
    ----------
    load_capacitance : float or ndarray
        Capacitance to drive, C_L. [F]
    input_capacitance : float or ndarray
        Input capacitance of the first inverter, C_0. [F]
    stage_ratio : float or ndarray
        Ratio of the sizes of two inverters in a row, f. [1]

    Returns
    -------
    float or ndarray
        Whole number of stages. [1]

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    64 fF from 1 fF in steps of 4.

    >>> f"{tapered_buffer_stages(64e-15, 1e-15, 4.0):.0f}"
    '3'
    """
    steps = np.log(load_capacitance / input_capacitance) / np.log(stage_ratio)
    result: Dimensionless = np.maximum(rounded_up(steps), 1.0)
    return result


@equation(
    formula="E = C_L V^2 (1 + 1/(f - 1))",
    reference=_DERIVATION,
    valid="f > 1; gates of all stages, without their drains and through currents; upper bound for few stages",
)
def tapered_buffer_energy(load_capacitance: Farad, supply_voltage: Volt, stage_ratio: Dimensionless) -> Joule:
    """Energy to charge a load and the inverter chain before it once. [J].

    Parameters
    ----------
    load_capacitance : float or ndarray
        Capacitance to drive, C_L. [F]
    supply_voltage : float or ndarray
        Supply of the chain. [V]
    stage_ratio : float or ndarray
        Ratio of the sizes of two inverters in a row, f. [1]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    64 fF at 0.9 V, ratio 4: 51.84 fJ * 4/3.

    >>> f"{1e15 * tapered_buffer_energy(64e-15, 0.9, 4.0):.2f} fJ"
    '69.12 fJ'
    """
    return load_capacitance * supply_voltage * supply_voltage * (1.0 + 1.0 / (stage_ratio - 1.0))


@equation(
    formula="A = A_inv (f^N - 1)/(f - 1)", reference=_DERIVATION, valid="f > 1; area proportional to drive"
)
def tapered_buffer_area(
    inverter_area: SquareMetre, stages: Dimensionless, stage_ratio: Dimensionless
) -> SquareMetre:
    """Area of a chain of growing inverters. [m^2].

    Parameters
    ----------
    inverter_area : float or ndarray
        Area of the first inverter. [m^2]
    stages : float or ndarray
        Number of inverters, N. [1]
    stage_ratio : float or ndarray
        Ratio of the sizes of two inverters in a row, f. [1]

    Returns
    -------
    float or ndarray
        Area of all inverters. [m^2]

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    Three stages of ratio 4 from 0.5 um^2: (1 + 4 + 16) * 0.5 um^2.

    >>> f"{1e12 * tapered_buffer_area(0.5e-12, 3.0, 4.0):.1f} um^2"
    '10.5 um^2'
    """
    result: SquareMetre = inverter_area * (np.power(stage_ratio, stages) - 1.0) / (stage_ratio - 1.0)
    return result


@equation(
    formula="C = eps_0 eps_r A/d", reference=_DERIVATION, valid="plate much wider than its oxide is thick"
)
def plate_capacitance(
    relative_permittivity: Dimensionless,
    area: SquareMetre,
    thickness: Metre,
    vacuum_permittivity: FaradPerMetre = VACUUM_PERMITTIVITY,
) -> Farad:
    """Capacitance of the memristor's stack. [F].

    Parameters
    ----------
    relative_permittivity : float or ndarray
        Relative permittivity of the switching oxide. [1]
    area : float or ndarray
        Area of the memristor. [m^2]
    thickness : float or ndarray
        Thickness of the switching oxide, d. [m]
    vacuum_permittivity : float, optional
        Permittivity of vacuum. [F/m]

    Returns
    -------
    float or ndarray
        Capacitance. [F]

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    A 100 nm via with 10 nm of HfO2 (22): 8.854e-12 * 22 * 1e-14/1e-8.

    >>> f"{1e15 * plate_capacitance(22.0, 1e-14, 10e-9):.3f} fF"
    '0.195 fF'
    """
    return vacuum_permittivity * relative_permittivity * area / thickness


@equation(
    formula="C_g = c_gate W + C_m + c_w L + C_explicit",
    reference=_DERIVATION,
    valid="average of the gate over its swing",
)
def node_capacitance(
    gate_capacitance_per_width: FaradPerMetre,
    gate_width: Metre,
    memristor_capacitance: Farad,
    wire_capacitance_per_length: FaradPerMetre,
    local_wire_length: Metre,
    explicit_capacitance: Farad,
) -> Farad:
    """Capacitance of the gate node from its parts. [F].

    Parameters
    ----------
    gate_capacitance_per_width : float or ndarray
        Gate capacitance per transistor width, with fringe. [F/m]
    gate_width : float or ndarray
        Width of the transistor, all fins together. [m]
    memristor_capacitance : float or ndarray
        Capacitance of the memristor's stack, C_m. [F]
    wire_capacitance_per_length : float or ndarray
        Capacitance of a wire per length. [F/m]
    local_wire_length : float or ndarray
        Wire between memristor, gate and resistor. [m]
    explicit_capacitance : float or ndarray
        Capacitor added on purpose. [F]

    Returns
    -------
    float or ndarray
        Total capacitance of the gate node. [F]

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    28 nm: 1 um of gate at 1 fF/um, a 100 nm via, 5 um of wire at 0.2 fF/um: 1 + 0.195 + 1 fF.

    >>> f"{1e15 * node_capacitance(1e-9, 1e-6, 0.195e-15, 0.2e-9, 5e-6, 0.0):.3f} fF"
    '2.195 fF'
    """
    return (
        gate_capacitance_per_width * gate_width
        + memristor_capacitance
        + wire_capacitance_per_length * local_wire_length
        + explicit_capacitance
    )


@equation(
    formula="C_m <= C/(2 V_in/V_th - 1)",
    reference=_DERIVATION,
    valid="step input through an empty memristor, at most half the threshold",
)
def feedthrough_limit(gate_capacitance: Farad, input_voltage: Volt, output_threshold: Volt) -> Farad:
    """Largest memristor capacitance that does not pass an input edge straight to the output. [F].

    Parameters
    ----------
    gate_capacitance : float or ndarray
        Capacitance of the gate node to ground, without the memristor. [F]
    input_voltage : float or ndarray
        Voltage step at the input of the neuron. [V]
    output_threshold : float or ndarray
        Gate voltage above which the output is on. [V]

    Returns
    -------
    float or ndarray
        Limit of the memristor's capacitance; infinite where the whole step is below half the threshold. [F]

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    4.14 aF, 0.45 V, 0.2 V: 4.14/3.5.

    >>> f"{1e18 * feedthrough_limit(4.14e-18, 0.45, 0.2):.2f} aF"
    '1.18 aF'
    """
    excess = 2.0 * input_voltage / output_threshold - 1.0
    limited = excess > 0.0
    result: Farad = gate_capacitance / np.where(limited, excess, 1.0) * np.where(limited, 1.0, np.inf)
    return result


@equation(formula="v_n = sqrt(k T/C)", reference=_DERIVATION, valid="thermal equilibrium")
def thermal_noise_voltage(
    temperature: Kelvin, capacitance: Farad, boltzmann_constant: JoulePerKelvin = BOLTZMANN
) -> Volt:
    """Root mean square of the thermal noise on a capacitor. [V].

    Parameters
    ----------
    temperature : float or ndarray
        Temperature. [K]
    capacitance : float or ndarray
        Capacitance of the node. [F]
    boltzmann_constant : float, optional
        Boltzmann's constant. [J/K]

    Returns
    -------
    float or ndarray
        Noise voltage. [V]

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    4.14 aF at 300 K: sqrt(4.142e-21/4.14e-18).

    >>> f"{1e3 * thermal_noise_voltage(300.0, 4.14e-18):.1f} mV"
    '31.6 mV'
    """
    result: Volt = np.sqrt(boltzmann_constant * temperature / capacitance)
    return result


@equation(formula="C = k T n^2/V_th^2", reference=_DERIVATION, valid="thermal noise only")
def noise_limited_capacitance(
    temperature: Kelvin,
    output_threshold: Volt,
    sigmas: Dimensionless,
    boltzmann_constant: JoulePerKelvin = BOLTZMANN,
) -> Farad:
    """Smallest gate node whose threshold stands a given number of deviations above thermal noise. [F].

    Parameters
    ----------
    temperature : float or ndarray
        Temperature. [K]
    output_threshold : float or ndarray
        Gate voltage above which the output is on. [V]
    sigmas : float or ndarray
        Standard deviations of noise between rest and threshold. [1]
    boltzmann_constant : float, optional
        Boltzmann's constant. [J/K]

    Returns
    -------
    float or ndarray
        Capacitance. [F]

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    Six deviations of 0.2 V at 300 K: 36 * 4.142e-21/0.04.

    >>> f"{1e18 * noise_limited_capacitance(300.0, 0.2, 6.0):.2f} aF"
    '3.73 aF'
    """
    ratio = sigmas / output_threshold
    return boltzmann_constant * temperature * ratio * ratio


@equation(
    formula="n = C V/e",
    reference=_DERIVATION,
    valid="mean charge; below some hundred, electrons can be counted",
)
def stored_electrons(
    capacitance: Farad, voltage: Volt, elementary_charge: Coulomb = ELEMENTARY_CHARGE
) -> Dimensionless:
    """Electrons that a voltage puts on a capacitance. [1].

    Parameters
    ----------
    capacitance : float or ndarray
        Capacitance of the node. [F]
    voltage : float or ndarray
        Voltage of the node. [V]
    elementary_charge : float, optional
        Charge of an electron. [C]

    Returns
    -------
    float or ndarray
        Number of electrons. [1]

    References
    ----------
    docs/models/neurons.md, "The gate node".

    Examples
    --------
    The spike of the 3 nm projection: 4.14 aF at 0.45 V.

    >>> f"{stored_electrons(4.14e-18, 0.45):.1f}"
    '11.6'
    """
    return capacitance * voltage / elementary_charge


@equation(formula="A = rho t/R", reference=_DERIVATION, valid="vertical film contacted above and below")
def thin_film_resistor_area(resistivity: OhmMetre, thickness: Metre, resistance: Ohm) -> SquareMetre:
    """Area of a resistor that stands in the stack as a vertical film. [m^2].

    Parameters
    ----------
    resistivity : float or ndarray
        Resistivity of the film. [ohm m]
    thickness : float or ndarray
        Height of the film between its contacts. [m]
    resistance : float or ndarray
        Wanted resistance. [ohm]

    Returns
    -------
    float or ndarray
        Cross-section of the film. [m^2]

    References
    ----------
    docs/models/neurons.md, "Footprint".

    Examples
    --------
    1 kohm m, 50 nm high, 500 Mohm: 1e3 * 50e-9/5e8.

    >>> f"{1e12 * thin_film_resistor_area(1e3, 50e-9, 500e6):.2f} um^2"
    '0.10 um^2'
    """
    return resistivity * thickness / resistance


@equation(
    formula="A = W^2 R/R_sq", reference=_DERIVATION, valid="folded line without its spacing and contacts"
)
def serpentine_resistor_area(resistance: Ohm, sheet_resistance: Ohm, line_width: Metre) -> SquareMetre:
    """Area of a resistor that lies in one layer as a folded line. [m^2].

    Parameters
    ----------
    resistance : float or ndarray
        Wanted resistance. [ohm]
    sheet_resistance : float or ndarray
        Resistance of a square of the layer. [ohm]
    line_width : float or ndarray
        Width of the line. [m]

    Returns
    -------
    float or ndarray
        Area of the line, without the space between its folds. [m^2]

    References
    ----------
    docs/models/neurons.md, "Footprint".

    Examples
    --------
    1 Gohm of 2 kohm poly, 0.2 um wide: 5e5 squares of 0.04 um^2.

    >>> f"{1e12 * serpentine_resistor_area(1e9, 2e3, 0.2e-6):.0f} um^2"
    '20000 um^2'
    """
    return line_width * line_width * resistance / sheet_resistance


@equation(
    formula="A = max(A_T, A_mem, A_Rc)",
    reference=_DERIVATION,
    valid="memristor and resistor stacked on the transistor",
)
def stacked_footprint(
    transistor_area: SquareMetre, memristor_area: SquareMetre, resistor_area: SquareMetre
) -> SquareMetre:
    """Area of a neuron whose three parts stand on top of each other. [m^2].

    Parameters
    ----------
    transistor_area : float or ndarray
        Area of the transistor with its contacts. [m^2]
    memristor_area : float or ndarray
        Area of the memristor. [m^2]
    resistor_area : float or ndarray
        Area of the control resistor. [m^2]

    Returns
    -------
    float or ndarray
        Footprint, without interface, row driver and buffer. [m^2]

    References
    ----------
    docs/models/neurons.md, "Footprint".

    Examples
    --------
    4 um^2 of memristor over 0.3 um^2 of transistor and 0.1 um^2 of resistor.

    >>> f"{1e12 * stacked_footprint(0.3e-12, 4e-12, 0.1e-12):.1f} um^2"
    '4.0 um^2'
    """
    result: SquareMetre = np.maximum(np.maximum(transistor_area, memristor_area), resistor_area)
    return result


@equation(formula="A = A_T + A_mem + A_Rc", reference=_DERIVATION, valid="parts side by side")
def planar_footprint(
    transistor_area: SquareMetre, memristor_area: SquareMetre, resistor_area: SquareMetre
) -> SquareMetre:
    """Area of a neuron whose three parts lie side by side. [m^2].

    Parameters
    ----------
    transistor_area : float or ndarray
        Area of the transistor with its contacts. [m^2]
    memristor_area : float or ndarray
        Area of the memristor. [m^2]
    resistor_area : float or ndarray
        Area of the control resistor. [m^2]

    Returns
    -------
    float or ndarray
        Footprint, without interface, row driver and buffer. [m^2]

    References
    ----------
    docs/models/neurons.md, "Footprint".

    Examples
    --------
    0.3 + 4 + 0.1 um^2.

    >>> f"{1e12 * planar_footprint(0.3e-12, 4e-12, 0.1e-12):.1f} um^2"
    '4.4 um^2'
    """
    return transistor_area + memristor_area + resistor_area


def _quasi_steady_time(
    filament: Dimensionless,
    gap: Dimensionless,
    residue_rate: PerSecond,
    settling: PerSecond,
    residue_decay: PerSecond,
) -> Second:
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
    result: Second = (settled + passage) * np.where(within, 1.0, np.inf)
    return result


def _growth_angle(filament: Dimensionless, gap: Dimensionless, root: Dimensionless) -> Dimensionless:
    # Time to grow from 0 to 1 without residue, over gap/(root settling); pi where the drive barely suffices.
    along = np.arctan2(2.0 - gap, root) + np.arctan2(gap, root)
    ends = np.log(filament / (filament + 1.0 - gap)) / 2.0
    result: Dimensionless = along + ends * root / gap
    return result
