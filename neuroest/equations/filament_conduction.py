"""Conductance of a memristor while its filament grows, and charging of its gate node."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations.filament_growth import filament_gain, integration_time

_AIRY_ZERO = 2.33810741
"""Minus the first zero of the Airy function Ai."""
_ORDERS = np.arange(1.0, 16.0)
"""Orders of the Legendre polynomials below that whose roots are the points; numerical."""
# eigenvalues of their recurrence (Golub and Welsch), since `numpy.polynomial` takes longer to import
_ROOTS, _VECTORS = np.linalg.eigh(np.diag(1.0 / (2.0 * np.sqrt(1.0 - 1.0 / (2.0 * _ORDERS) ** 2)), -1))
_POINTS, _WEIGHTS = (1.0 + _ROOTS) / 2.0, _VECTORS[0] ** 2
"""Points and weights of Gauss and Legendre between 0 and 1; numerical."""


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
    """Gate time constants until the gap closes, from a memristor resistance of R_c. [1].

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

    Valid: decay neglected against the field; g well below lambda, with a resistance proportional to it

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
    return time_over_resistance / (field_mobility * drive_voltage * gate_capacitance)


@equation
def memristor_resistance(
    state: u.Dimensionless, on_resistance: u.Ohm, off_resistance: u.Ohm, conduction_length: u.Dimensionless
) -> u.Ohm:
    """Resistance of the memristor for a given state of filament and residue. [ohm].

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
    return on_resistance * x + off_resistance * gap


@equation
def integrating_conductance(
    drive_voltage: u.Volt, field_mobility: u.PerVoltSecond, field_offset: u.Dimensionless, residue_rate: u.PerSecond,
    filament_decay: u.PerSecond, residue_decay: u.PerSecond, on_resistance: u.Ohm, off_resistance: u.Ohm,
    conduction_length: u.Dimensionless, control_resistance: u.Ohm,
) -> u.Siemens:  # fmt: skip
    """Mean conductance of the memristor over an integration with a growing filament. [S].

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

    Valid: within 15 % of the rate equations; with a large gate node an upper bound of the current besides its
    charge

    The three parts are those of the integration time: the filament follows the residue, with the gap at u/F -
    alpha; it passes the fold at g* = F* - alpha in t_p; then the rest of the gap closes, down to gc with
    R(gc) = R_c. Names as in `quasi_steady_integration_time`; integrals by Gauss and Legendre in sixteen
    points.

    References
    ----------
    docs/models/neurons.md, "Current while the filament grows".

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
    # Gap at which the memristor has the resistance of the control resistor.
    slope = off_resistance / (conduction_length * np.expm1(1.0 / conduction_length))
    least = conduction_length * np.log1p(control_resistance / (slope * conduction_length))
    rates = field_mobility, field_offset, residue_rate, filament_decay, residue_decay
    device = on_resistance, off_resistance, conduction_length
    time = integration_time(drive_voltage, *rates)
    fires, below = np.isfinite(time), filament <= fold_of_rest
    slow = _slow_charge(np.where(below & fires, filament, fold_of_rest), gain, rates, least, device) / time
    fast = _conductance_without_rest(np.where(below, gap * gap, filament), gap, least, device)
    return np.where(fires, np.where(below, slow, fast), 1.0 / off_resistance)


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
