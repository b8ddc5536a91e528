"""Circuits at the ends of rows and columns, sized for their current."""

from typing import Any

import numpy as np

from neuroest.core import units as u
from neuroest.core.operations import NotRecordedError
from neuroest.core.provenance import equation
from neuroest.core.recording import recording_of

_ROUNDS, _RECORDED_ROUNDS = 10, 5
"""Most rounds of Halley's method; numerical."""
_LAST_STEP = 2.0**-26
"""Relative step after which Halley's method is exact, since its error is below the square; numerical."""
_LEAST_LOSS = 1e-100
"""Loss in place of none, by which a current may be divided; numerical."""
_DEEPEST = 50.0
"""Logarithm at which all of a bias counts as used; numerical, since what is left is lost in rounding."""


@equation
def drawn_bias(
    stated_bias: u.Ampere, current: u.Ampere, stated_current: u.Ampere, least_bias: u.Ampere
) -> u.Ampere:
    """Bias of a class-A circuit that is sized for another current. [A].

    Parameters
    ----------
    stated_bias : float or array
        Bias of the circuit as stated. [A]
    current : float or array
        Current that it has to carry. [A]
    stated_current : float or array
        Current that the stated bias carries, above zero. [A]
    least_bias : float or array
        Bias that it does not go below. [A]

    Returns
    -------
    float or array
        Bias. [A]

    Notes
    -----
    Formula: I_b = max(I_b0 I/I_0, I_min)

    Valid: transistors at constant current density: resistances scale with 1/I_b and areas with I_b

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A conveyor of 80 uA for 40 uA takes 20 uA for 10 uA.

    >>> f"{drawn_bias(80e-6, 10e-6, 40e-6, 5e-6):.3g}"
    '2e-05'
    """
    return np.maximum(stated_bias * current / stated_current, least_bias)


@equation
def clamp_depth(
    read_voltage: u.Volt, column_conductance: u.Siemens, input_resistance: u.Ohm, bias_current: u.Ampere
) -> u.Dimensionless:
    """Logarithmic bias depletion of a class-A clamp by the current of a column: ln(I_b/(I_b - I)). [1].

    Parameters
    ----------
    read_voltage : float or array
        Voltage that active rows are driven to, above zero. [V]
    column_conductance : float or array
        Sum of the conductances to active rows; idle rows are cut off. [S]
    input_resistance : float or array
        Of the clamp without a current of the column, R. [ohm]
    bias_current : float or array
        Bias, the most that a class-A circuit carries, above zero. [A]

    Returns
    -------
    float or array
        Logarithm of the bias over what is left of it. [1]

    Notes
    -----
    Formula: y from I_b (1 - e^-y) = G (V - R I_b y)

    Valid: a transistor in weak inversion carries the bias minus the column current, so its gate or source
    moves by n U_T y = R I_b y. Halley's method from max(f/(1 + R G), (f - 1)/(R G)), f = G V/I_b, comes from
    one side; most columns take two rounds

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    80 uS at 0.1 V behind 3 kohm and 12 uA: 80 uS x (100 mV - 36 mV x 0.694) = 6.00 uA, and ln(12/(12 - 6.00)) = 0.693.

    >>> f"{clamp_depth(0.1, 80e-6, 3e3, 12e-6):.3f}"
    '0.694'
    """
    full = np.asarray(read_voltage * column_conductance / bias_current, dtype=float)
    depth: u.Dimensionless = _depth(full, np.asarray(input_resistance * column_conductance, dtype=float))
    return depth


def _depth(full: Any, lost: Any) -> u.Dimensionless:
    """Solution of 1 - e^-y + lost y = full by Halley's method."""
    if recording_of(full, lost) is not None:
        # The same in rounds that suffice for nearly all; whether they do is a question to each point.
        exceeding = (full - 1.0) / np.maximum(lost, _LEAST_LOSS)
        now = np.minimum(np.maximum(full / (1.0 + lost), exceeding), _DEEPEST)
        for _ in range(_RECORDED_ROUNDS):
            before, left = now, np.exp(-now)
            slope, missing = left + lost, full - lost * before - (1.0 - left)
            step = 2.0 * missing * slope / (2.0 * slope * slope - missing * left)
            now = np.where(before < _DEEPEST, np.minimum(before + step, _DEEPEST), before)
        if not np.all(np.abs(now - before) <= _LAST_STEP * (1.0 + now)):
            raise NotRecordedError("the depth of a clamp takes more rounds")
        return np.asarray(now)
    shape = np.broadcast_shapes(full.shape, lost.shape)
    full, lost = (np.broadcast_to(one, shape).ravel() for one in (full, lost))
    # the current is at least that of a circuit without depletion, and takes at least what exceeds the bias
    exceeding = (full - 1.0) / np.maximum(lost, _LEAST_LOSS)
    depth = np.minimum(np.maximum(full / (1.0 + lost), exceeding), _DEEPEST)
    places = (depth < _DEEPEST).nonzero()[0]
    full, lost, before = full[places], lost[places], depth[places]
    for _ in range(_ROUNDS):
        left = np.exp(-before)
        slope, missing = left + lost, full - lost * before - (1.0 - left)
        step = 2.0 * missing * slope / (2.0 * slope * slope - missing * left)
        now = np.minimum(before + step, _DEEPEST)
        depth[places] = now
        going = (np.abs(now - before) > _LAST_STEP * (1.0 + now)).nonzero()[0]
        if not going.size:
            break
        places, before, full, lost = places[going], now[going], full[going], lost[going]
    found: u.Dimensionless = depth.reshape(shape)[()]
    return found


@equation
def class_a_gain(
    read_voltage: u.Volt,
    column_conductance: u.Siemens,
    input_resistance: u.Ohm,
    bias_current: u.Ampere,
    depth: u.Dimensionless,
) -> u.Dimensionless:
    """Small-signal gain of a class-A clamp relative to an ideal clamp, for a change of column conductance. [1].

    Parameters
    ----------
    read_voltage : float or array
        Voltage that active rows are driven to, above zero. [V]
    column_conductance : float or array
        Sum of the conductances to active rows; idle rows are cut off. [S]
    input_resistance : float or array
        Of the clamp without a current of the column, R. [ohm]
    bias_current : float or array
        Bias, the most that a class-A circuit carries, above zero. [A]
    depth : float or array
        Logarithm of the bias over what the column leaves of it, y, as `clamp_depth` gives it. [1]

    Returns
    -------
    float or array
        Gain. [1]

    Notes
    -----
    Formula: g = (1 - R I_b y/V)/(1 + R e^y G), y = ln(I_b/(I_b - I)) (`clamp_depth`)

    Valid: as `clamp_depth`; 1/(1 + R G)^2 for a bias far above the current

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A bias of 1 A leaves the resistance alone: 3 kohm and 100 uS give 1/1.69; 12 uA are nearly used up.

    >>> given = ((0.1, 100e-6, 3e3, bias) for bias in (1.0, 12e-6))
    >>> [f"{class_a_gain(*each, clamp_depth(*each)):.4f}" for each in given]
    ['0.5917', '0.4048']
    """
    kept = 1.0 - input_resistance * bias_current * depth / read_voltage
    return kept / (1.0 + input_resistance * np.exp(depth) * column_conductance)


@equation
def class_a_curvature(
    column_conductance: u.Siemens, input_resistance: u.Ohm, depth: u.Dimensionless, pair_spread: u.Siemens
) -> u.Dimensionless:
    """Relative error of a column pair with class-A clamps, after removing a common gain. [1].

    Parameters
    ----------
    column_conductance : float or array
        Sum of the conductances to active rows; idle rows are cut off. [S]
    input_resistance : float or array
        Of the clamp without a current of the column, R. [ohm]
    depth : float or array
        Logarithm of the bias over what the column leaves of it, y, as `clamp_depth` gives it. [1]
    pair_spread : float or array
        Standard deviation, from read to read, of the sum of both columns, s_G. [S]

    Returns
    -------
    float or array
        Standard deviation over that of the result. [1]

    Notes
    -----
    Formula: s = (r s_G/(1 + r G)) (1 + (e^y - 1)/(2 (1 + r G))), r = R e^y, y from `clamp_depth`

    Valid: second order in r s_G, sum and difference of the columns of a pair independent

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A bias of 1 A leaves 3 kohm alone, 0.12/1.3; 12 uA are nearly used up by 100 uS at 0.1 V.

    >>> depths = (clamp_depth(0.1, 100e-6, 3e3, bias) for bias in (1.0, 12e-6))
    >>> [f"{class_a_curvature(100e-6, 3e3, depth, 40e-6):.3f}" for depth in depths]
    ['0.092', '0.232']
    """
    resistance = input_resistance * np.exp(depth)
    loaded = 1.0 + resistance * column_conductance
    return resistance * pair_spread / loaded * (1.0 + np.expm1(depth) / (2.0 * loaded))


@equation
def loaded_column_voltage(
    drive_voltage: u.Volt, active_conductance: u.Siemens, load_conductance: u.Siemens
) -> u.Volt:
    """Voltage of a column that drives a load directly, without a circuit between them. [V].

    Parameters
    ----------
    drive_voltage : float or array
        Voltage of the active rows. [V]
    active_conductance : float or array
        Sum of the conductances to active rows. [S]
    load_conductance : float or array
        Conductance of the load to ground. [S]

    Returns
    -------
    float or array
        Voltage, once the line has settled; at most the drive. [V]

    Notes
    -----
    Formula: V = V_drive G_active/(G_active + G_load)

    Valid: idle rows cut off, grounded load, G_load > 0, no wire resistance

    If G_active is far below G_load, this is proportional to the sum of the active conductances; if it is far
    above, it is the mean of the row voltages, which is independent of the number of active rows and of their
    conductances.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Ten cells of 1 nS at 1 V against 100 Mohm: 10 nS over 20 nS.

    >>> f"{loaded_column_voltage(1.0, 10e-9, 10e-9):.3g}"
    '0.5'
    """
    return drive_voltage * active_conductance / (active_conductance + load_conductance)


@equation
def bias_power(bias_current: u.Ampere, supply_voltage: u.Volt) -> u.Watt:
    """Power of a permanent bias. [W].

    Parameters
    ----------
    bias_current : float or array
        Bias. [A]
    supply_voltage : float or array
        Its supply. [V]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = I_b V

    Valid: class-A circuits

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{bias_power(80e-6, 0.9):.3g}"
    '7.2e-05'
    """
    return bias_current * supply_voltage


@equation
def opposed_column_current(
    read_voltage: u.Volt,
    window: u.Siemens,
    pairs: u.Dimensionless,
    active_share: u.Dimensionless,
    cell_mean_square: u.Dimensionless,
) -> u.Ampere:
    """Root mean square of the current of a column with opposed pairs of rows. [A].

    Parameters
    ----------
    read_voltage : float or array
        Voltage across a cell, of either sign. [V]
    window : float or array
        Highest less lowest conductance of a cell. [S]
    pairs : float or array
        Pairs of rows that hold weights. [1]
    active_share : float or array
        Share of the pairs that are driven. [1]
    cell_mean_square : float or array
        Mean square of what a weight takes of the window. [1]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = V dG sqrt(n d E[g^2])

    Valid: independent weights, both signs equally often; the column carries the difference of the currents of
    the two cells of a pair

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    784 pairs, half of them driven, half of the weights not zero, 16.65 uS at 0.2 V: 3.33 uA times the root of 196.

    >>> f"{opposed_column_current(0.2, 16.65e-6, 784.0, 0.5, 0.5):.4g}"
    '4.662e-05'
    """
    return read_voltage * window * np.sqrt(pairs * active_share * cell_mean_square)


@equation
def mean_magnitude(spread: u.Ampere) -> u.Ampere:
    """Mean magnitude of a current of either sign. [A].

    Parameters
    ----------
    spread : float or array
        Root mean square of the current. [A]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: E|I| = I_rms sqrt(2/pi)

    Valid: a sum of many independent cells, normally distributed about zero

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{mean_magnitude(10e-6):.4g}"
    '7.979e-06'
    """
    return spread * float(np.sqrt(2.0 / np.pi))
