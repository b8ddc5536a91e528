"""Rows and columns of a crossbar array: capacitance, energy of moving them, settling time and IR drop.

"Row" is the driven line, "column" the line whose current or voltage is read. Errors of the
closed forms relative to a full solution of the array: docs/models/crossbar.md.
"""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

# Mean of u - u^2/2 over 0..1, the profile of the voltage lost along a uniformly loaded line, 1/2 at its end.
_MEAN_LINE_LOSS = 1.0 / 3.0
"""Integral over a uniform line."""
# Standard deviation of that profile over its range.
_LINE_LOSS_SPREAD = 2.0 / math.sqrt(45.0)
"""Integral over a uniform line."""
# Slowest time constant of an open-ended uniform RC line driven by an ideal source, over its total RC.
_SLOWEST_LINE_MODE = 4.0 / math.pi**2
"""Eigenvalue of a uniform line."""


@equation
def cell_wire_resistance(resistance_per_length: u.OhmPerMetre, cell_pitch: u.Metre) -> u.Ohm:
    """Wire resistance between two neighbouring cells. [ohm].

    Parameters
    ----------
    resistance_per_length : float or array
        Resistance of the wire per length, barrier and surface scattering included. [ohm/m]
    cell_pitch : float or array
        Pitch of the cells along the wire. [m]

    Returns
    -------
    float or array
        Resistance. [ohm]

    Notes
    -----
    Formula: r = r_wire p

    Valid: wire of constant cross-section

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    11.6 ohm/um over 4 widths of 40 nm: 11.6 x 0.16 = 1.86 ohm.

    >>> f"{cell_wire_resistance(11.6e6, 0.16e-6):.3g}"
    '1.86'
    """
    return resistance_per_length * cell_pitch


@equation
def row_time_constant(driver_resistance: u.Ohm, row_resistance: u.Ohm, row_capacitance: u.Farad) -> u.Second:
    """Time constant with which the far end of a driven row settles. [s].

    Parameters
    ----------
    driver_resistance : float or array
        Resistance of the row driver. [ohm]
    row_resistance : float or array
        Resistance of the whole row. [ohm]
    row_capacitance : float or array
        Capacitance of the whole row. [F]

    Returns
    -------
    float or array
        Time constant. [s]

    Notes
    -----
    Formula: tau = R_driver C + (4/pi^2) R_row C

    Valid: uniform open-ended row; 0 to 6 % above the exact slowest mode at every driver resistance

    4/pi^2 = 0.405 is the slowest mode of the line. The often used 0.38 gives the time to 50 %, which must not
    be multiplied by a number of time constants.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 kohm and a row of 256 ohm and 26.7 fF: 26.7 + 0.405 x 6.84 = 29.5 ps.

    >>> f"{row_time_constant(1e3, 256.0, 26.7e-15):.3g}"
    '2.95e-11'
    """
    return (driver_resistance + _SLOWEST_LINE_MODE * row_resistance) * row_capacitance


@equation
def column_time_constant_clamped(
    input_resistance: u.Ohm,
    column_conductance: u.Siemens,
    column_resistance: u.Ohm,
    column_capacitance: u.Farad,
) -> u.Second:
    """Time constant of a column whose current is read by a clamp. [s].

    Parameters
    ----------
    input_resistance : float or array
        Input resistance of the clamp. [ohm]
    column_conductance : float or array
        Sum of the conductances that join the column to driven or grounded rows. [S]
    column_resistance : float or array
        Resistance of the whole column wire. [ohm]
    column_capacitance : float or array
        Capacitance of the whole column. [F]

    Returns
    -------
    float or array
        Time constant. [s]

    Notes
    -----
    Formula: tau = C R_in / (1 + G R_in) + (4/pi^2) R_column C

    Valid: uniform column terminated by a clamp of resistance R_in; never below the exact slowest mode

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 kohm in parallel with 1 mS is 500 ohm; with 30 fF and no wire resistance 15 ps:

    >>> f"{column_time_constant_clamped(1e3, 1e-3, 0.0, 30e-15):.3g}"
    '1.5e-11'
    """
    clamp = input_resistance / (1.0 + column_conductance * input_resistance)
    return (clamp + _SLOWEST_LINE_MODE * column_resistance) * column_capacitance


@equation
def column_time_constant_floating(
    conducting_conductance: u.Siemens, column_resistance: u.Ohm, column_capacitance: u.Farad
) -> u.Second:
    """Time constant of a column whose voltage is read by a high impedance. [s].

    Parameters
    ----------
    conducting_conductance : float or array
        Sum of the conductances of the cells that conduct. [S]
    column_resistance : float or array
        Resistance of the whole column wire. [ohm]
    column_capacitance : float or array
        Capacitance of the whole column with its load. [F]

    Returns
    -------
    float or array
        Time constant; infinite if no cell conducts. [s]

    Notes
    -----
    Formula: tau = C / G + (4/pi^2) R_column C

    Valid: column without a load; never below the exact slowest mode, equal to it without wire resistance

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    30 fF through 100 uS, no wire resistance: 0.3 ns.

    >>> f"{column_time_constant_floating(100e-6, 0.0, 30e-15):.3g}"
    '3e-10'
    """
    with np.errstate(divide="ignore"):
        cells: u.Second = np.divide(column_capacitance, conducting_conductance)
    return cells + _SLOWEST_LINE_MODE * column_resistance * column_capacitance


@equation
def settling_time(
    row_time_constant: u.Second, column_time_constant: u.Second, bits: u.Dimensionless
) -> u.Second:
    """Time until a read has settled to half an LSB of its resolution. [s].

    Parameters
    ----------
    row_time_constant, column_time_constant : float or array
        Time constants of row and column. [s]
    bits : float or array
        Resolution of the read-out.

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = (tau_row + tau_column) ln 2^(b+1)

    Valid: b >= 1; conservative for two cascaded poles

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    3 ps in all, 8 bits: 3 x 9 x 0.693 = 18.7 ps.

    >>> f"{settling_time(1e-12, 2e-12, 8.0):.3g}"
    '1.87e-11'
    """
    return (row_time_constant + column_time_constant) * (bits + 1.0) * math.log(2.0)


def _relative_loss(load: u.Dimensionless) -> u.Dimensionless:
    # First order would exceed 1 in large arrays; x/(1+x) agrees with it for small x and stays below 1.
    return load / (1.0 + load)


@equation
def ir_drop_error_near(
    conductance: u.Siemens,
    column_segment_resistance: u.Ohm,
    rows: u.Dimensionless,
    conducting_fraction: u.Dimensionless,
) -> u.Dimensionless:
    """IR-drop loss of the column nearest to the row drivers, as a share of its current. [1].

    Parameters
    ----------
    conductance : float or array
        Mean conductance of a cell. [S]
    column_segment_resistance : float or array
        Resistance of the column wire between two cells. [ohm]
    rows : float or array
        Number of rows.
    conducting_fraction : float or array
        Share of the rows whose cells conduct: the active share if access transistors cut the idle cells off,
        1 if idle rows are grounded.

    Returns
    -------
    float or array
        Lost share of the column current, 0 to 1.

    Notes
    -----
    Formula: x = G a r_column R^2 / 3; error = x / (1 + x)

    Valid: uniform G, rows driven from one side; 15 % up to G r N^2 = 6.6, worse with few gated rows active

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    5 uS, 6 ohm, 128 rows: x = 5e-6 x 6 x 128^2 / 3 = 0.164, error 0.164 / 1.164 = 14.1 %.

    >>> f"{ir_drop_error_near(5e-6, 6.0, 128.0, 1.0):.3f}"
    '0.141'
    """
    column = conducting_fraction * column_segment_resistance * rows**2
    return _relative_loss(conductance * column * _MEAN_LINE_LOSS)


@equation
def ir_drop_error_mean(
    conductance: u.Siemens,
    row_segment_resistance: u.Ohm,
    column_segment_resistance: u.Ohm,
    rows: u.Dimensionless,
    columns: u.Dimensionless,
    conducting_fraction: u.Dimensionless,
) -> u.Dimensionless:
    """IR-drop loss of all columns, as a share of their current. [1].

    Parameters
    ----------
    conductance : float or array
        Mean conductance of a cell. [S]
    row_segment_resistance, column_segment_resistance : float or array
        Resistance of the row and of the column wire between two cells. [ohm]
    rows, columns : float or array
        Size of the array.
    conducting_fraction : float or array
        Share of the rows whose cells conduct: the active share if access transistors cut the idle cells off,
        1 if idle rows are grounded.

    Returns
    -------
    float or array
        Lost share of the current, 0 to 1. The power drawn from equally driven rows falls by the same share.

    Notes
    -----
    Formula: x = G (r_row C^2 / 3 + a r_column R^2 / 3); error = x / (1 + x)

    Valid: uniform G, rows driven from one side, column read at one end; 5 % relative up to G r N^2 = 6.6

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    5 uS, 2 and 6 ohm, 128 x 128: x = 5e-6 x 8 x 128^2 / 3 = 0.218, error 17.9 %.

    >>> f"{ir_drop_error_mean(5e-6, 2.0, 6.0, 128.0, 128.0, 1.0):.3f}"
    '0.179'
    """
    row = row_segment_resistance * columns**2
    column = conducting_fraction * column_segment_resistance * rows**2
    return _relative_loss(conductance * (row + column) * _MEAN_LINE_LOSS)


@equation
def ir_drop_error_far(
    conductance: u.Siemens,
    row_segment_resistance: u.Ohm,
    column_segment_resistance: u.Ohm,
    rows: u.Dimensionless,
    columns: u.Dimensionless,
    conducting_fraction: u.Dimensionless,
) -> u.Dimensionless:
    """IR-drop loss of the column farthest from the row drivers, as a share of its current. [1].

    Parameters
    ----------
    conductance : float or array
        Mean conductance of a cell. [S]
    row_segment_resistance, column_segment_resistance : float or array
        Resistance of the row and of the column wire between two cells. [ohm]
    rows, columns : float or array
        Size of the array.
    conducting_fraction : float or array
        Share of the rows whose cells conduct: the active share if access transistors cut the idle cells off,
        1 if idle rows are grounded.

    Returns
    -------
    float or array
        Lost share of the column current, 0 to 1.

    Notes
    -----
    Formula: x = G (r_row C^2 / 2 + a r_column R^2 / 3); error = x / (1 + x)

    Valid: uniform G, rows driven from one side, column read at one end; 15 % relative up to G r N^2 = 6.6

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    5 uS, 2 and 6 ohm, 128 x 128: x = 5e-6 x (1 + 2) x 128^2 = 0.246, error 19.7 %.

    >>> f"{ir_drop_error_far(5e-6, 2.0, 6.0, 128.0, 128.0, 1.0):.3f}"
    '0.197'
    """
    row = row_segment_resistance * columns**2 / 2.0
    column = conducting_fraction * column_segment_resistance * rows**2 * _MEAN_LINE_LOSS
    return _relative_loss(conductance * (row + column))


@equation
def ir_drop_error_at(
    row_conductance: u.Siemens,
    column_conductance: u.Siemens,
    row_segment_resistance: u.Ohm,
    column_segment_resistance: u.Ohm,
    rows: u.Dimensionless,
    columns: u.Dimensionless,
    active_fraction: u.Dimensionless,
    row: u.Dimensionless,
    column: u.Dimensionless,
) -> u.Dimensionless:
    """Share of the current of one cell that wires take, at the mean activity. [1].

    Parameters
    ----------
    row_conductance, column_conductance : float or ndarray
        Mean conductance of the cells of a row and of those of a column, G_row and G_column. [S]
    row_segment_resistance : float or ndarray
        Row wire from one cell to the next, r_row. [ohm]
    column_segment_resistance : float or ndarray
        Column wire from one cell to the next, r_column. [ohm]
    rows : float or ndarray
        Cells of a column, R. [1]
    columns : float or ndarray
        Cells of a row, C. [1]
    active_fraction : float or ndarray
        Share of the rows that are on, a. [1]
    row : float or ndarray
        Cells from the end at which the column is read, i. [1]
    column : float or ndarray
        Cells from the driver of the row, j. [1]

    Returns
    -------
    float or ndarray
        Lost share. [1]

    Notes
    -----
    Formula: x = G_row r_row (C j - j^2/2) + a G_column r_column (R i - i^2/2); error = x / (1 + x)

    Valid: uniform rows and columns, rows driven from one side, column read at one end; on average at most
    `ir_drop_error_mean`

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    5 uS, 2 and 6 ohm, 128 x 128, all rows on, at the far end of both lines: x = 5e-6 x 8 x 128^2 / 2 = 0.328, error
    24.7 %.

    >>> f"{ir_drop_error_at(5e-6, 5e-6, 2.0, 6.0, 128.0, 128.0, 1.0, 128.0, 128.0):.3f}"
    '0.247'
    """
    along = columns * column - column * column / 2.0
    down = rows * row - row * row / 2.0
    across = row_conductance * row_segment_resistance * along
    return _relative_loss(across + active_fraction * column_conductance * column_segment_resistance * down)


@equation
def ir_drop_residual_spread(near_error: u.Dimensionless, far_error: u.Dimensionless) -> u.Dimensionless:
    """Spread of the IR-drop error from column to column after one common gain correction. [1].

    Parameters
    ----------
    near_error, far_error : float or array
        Errors of the nearest and of the farthest column.

    Returns
    -------
    float or array
        Standard deviation as a share of the column current.

    Notes
    -----
    Formula: sigma = (2/sqrt(45)) (error_far - error_near)

    Valid: losses small enough for the parabolic profile along the rows

    A gain per column removes the systematic part completely.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    14.1 and 19.7 %: 0.298 x 5.6 % = 1.67 %.

    >>> f"{ir_drop_residual_spread(0.141, 0.197):.4f}"
    '0.0167'
    """
    return _LINE_LOSS_SPREAD * (far_error - near_error)


@equation
def current_left(loss: u.Dimensionless, beyond: u.Dimensionless) -> u.Dimensionless:
    """Share of the current that the lines leave, with the loss bounded at the end of its model's range. [1].

    Parameters
    ----------
    loss : float or array
        Lost share of the current (`ir_drop_error_mean`), below 1.
    beyond : float or array
        Resistance of the lines over that at the end of the range, at least 1.

    Returns
    -------
    float or array
        Share, above 0.

    Notes
    -----
    Formula: 1/(1 + x/b), x = error/(1 - error)

    Valid: as `ir_drop_error_mean`, whose x is proportional to the resistance of the lines

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    17.9 % lost leave 82.1 %; 90 % lost, x = 9, with twice the resistance that the model covers count as x = 4.5.

    >>> f"{current_left(0.179, 1.0):.3f} {current_left(0.9, 2.0):.3f}"
    '0.821 0.182'
    """
    return 1.0 / (1.0 + loss / (1.0 - loss) / beyond)


@equation
def wires_within_loss(loss_of_one: u.Dimensionless, allowed_loss: u.Dimensionless) -> u.Dimensionless:
    """Smallest number of parallel wires per line with which the IR drop of an array is within a limit. [1].

    Parameters
    ----------
    loss_of_one : float or array
        Lost share of the current with one wire (`ir_drop_error_mean`), below 1.
    allowed_loss : float or array
        Largest share that may be lost, above 0.

    Returns
    -------
    float or array
        Whole number, at least 1.

    Notes
    -----
    Formula: n = ceil(x_1 (1 - L) / L), x_1 = error_1 / (1 - error_1)

    Valid: as `ir_drop_error_mean`, whose x is proportional to the resistance of the lines

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    17.9 % with one wire is x = 0.218; for 5 % x may be 0.0526, so that 4.14 wires are needed.

    >>> float(wires_within_loss(0.179, 0.05))
    5.0
    """
    loss = loss_of_one / (1.0 - loss_of_one)
    return np.maximum(np.ceil(loss * (1.0 - allowed_loss) / allowed_loss), 1.0)


@equation
def line_width_capacitance(
    wires: u.Dimensionless, cell_pitch: u.Metre, metal_pitch: u.Metre
) -> u.Dimensionless:
    """Capacitance per length of a line with the resistance of several minimum wires, over that of one. [1].

    Parameters
    ----------
    wires : float or array
        Minimum wires with the resistance of the line, at least 1.
    cell_pitch : float or array
        Pitch of the cells, the room for the width of a line. [m]
    metal_pitch : float or array
        Smallest metal pitch. [m]

    Returns
    -------
    float or array
        Ratio, at least 1.

    Notes
    -----
    Formula: c_n / c_1 = max(1, n / k^2), k = max(1, p / p_metal)

    A wire of k pitches on an upper layer is k times as wide and thick: the resistance of k^2 minimum wires, the
    capacitance per length of one. Layers of open kits: resistance 0.5 to 1.4 of it, capacitance 0.9 to 1.25.

    Valid: cross-sections of the same shape on all layers

    References
    ----------
    Derivation: docs/models/crossbar.md. Layers: `orfs` in device_specs/sources.yaml.

    Examples
    --------
    20 wires over cells of 360 nm, with a metal pitch of 90 nm: one wire of 4 pitches replaces 16, so 20 / 16 = 1.25.

    >>> float(line_width_capacitance(20.0, 360e-9, 90e-9))
    1.25

    10 wires are one wire that fits. Smaller cells leave room for minimum wires only.

    >>> float(line_width_capacitance(10.0, 360e-9, 90e-9)), float(line_width_capacitance(2.0, 60e-9, 90e-9))
    (1.0, 2.0)
    """
    return np.maximum(wires / np.maximum(cell_pitch / metal_pitch, 1.0) ** 2, 1.0)


@equation
def maximum_array_side(
    allowed_error: u.Dimensionless,
    conductance: u.Siemens,
    segment_resistance: u.Ohm,
    conducting_fraction: u.Dimensionless,
) -> u.Dimensionless:
    """Side of the largest square array whose farthest column is within an allowed IR-drop error. [1].

    Parameters
    ----------
    allowed_error : float or array
        Largest share of its current that a column may lose, below 1.
    conductance : float or array
        Mean conductance of a cell. [S]
    segment_resistance : float or array
        Resistance of the wire between two cells, in both directions. [ohm]
    conducting_fraction : float or array
        Share of the rows whose cells conduct: the active share if access transistors cut the idle cells off,
        1 if idle rows are grounded.

    Returns
    -------
    float or array
        Number of rows and of columns, not rounded; infinite without loss or if all current may be lost.

    Notes
    -----
    Formula: N = sqrt((error / (1 - error)) / (G r (1/2 + a/3)))

    Valid: square array with the same segment resistance in rows and columns; error < 1

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    5 %, 1 uS, 2 ohm, all rows: sqrt(0.0526 / (2e-6 x 5/6)) = 178.

    >>> f"{maximum_array_side(0.05, 1e-6, 2.0, 1.0):.0f}"
    '178'
    """
    loss_of_one_cell = conductance * segment_resistance * (1.0 / 2.0 + conducting_fraction * _MEAN_LINE_LOSS)
    possible = allowed_error < 1.0
    load = allowed_error / np.where(possible, 1.0 - allowed_error, 1.0)
    limited = possible & (loss_of_one_cell > 0.0)
    return np.where(limited, np.sqrt(load / np.where(limited, loss_of_one_cell, 1.0)), np.inf)


@equation
def line_capacitance(
    cells: u.Dimensionless, cell_pitch: u.Metre, wire_capacitance_per_length: u.FaradPerMetre, load_per_cell: u.Farad
) -> u.Farad:  # fmt: skip
    """Capacitance of a row or column with the cells on it. [F].

    Parameters
    ----------
    cells : float or array
        Number of cells along the line.
    cell_pitch : float or array
        Pitch of the cells along the line. [m]
    wire_capacitance_per_length : float or array
        Capacitance of the wire per length. [F/m]
    load_per_cell : float or array
        Capacitance that each cell adds: its access gate on a row, its junction and memristor on a column, or the
        other way round where rows drive sources. [F]

    Returns
    -------
    float or array
        Capacitance. [F]

    Notes
    -----
    Formula: C = n (p c_wire + C_cell)

    Valid: one cell at each crossing

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    128 cells of 0.204 um at 0.2 fF/um with gates of 0.168 fF: 128 (0.0408 + 0.168) fF = 26.7 fF.

    >>> f"{line_capacitance(128.0, 0.204e-6, 0.2e-9, 0.168e-15):.3g}"
    '2.67e-14'

    100 cells of 1 um at 0.2 fF/um with 0.1 fF each: 100 (0.2 + 0.1) fF = 30 fF.

    >>> f"{line_capacitance(100.0, 1e-6, 0.2e-9, 0.1e-15):.3g}"
    '3e-14'
    """
    return cells * (cell_pitch * wire_capacitance_per_length + load_per_cell)


@equation
def line_toggle_energy(capacitance: u.Farad, voltage: u.Volt) -> u.Joule:
    """Energy that one pulse on a line draws from the supply. [J].

    Parameters
    ----------
    capacitance : float or array
        Capacitance of the line. [F]
    voltage : float or array
        Swing, equal to the supply. [V]

    Returns
    -------
    float or array
        Energy of charging and discharging once. [J]

    Notes
    -----
    Formula: E = C V^2

    Valid: full swing from a supply of that voltage; both edges together

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    26.7 fF at 0.9 V: 26.7 x 0.81 = 21.6 fJ.

    >>> f"{line_toggle_energy(26.7e-15, 0.9):.3g}"
    '2.16e-14'
    """
    return capacitance * voltage**2


@equation
def column_swing_energy(capacitance: u.Farad, swing_voltage: u.Volt, supply_voltage: u.Volt) -> u.Joule:
    """Energy that one reduced swing of a line draws from the supply. [J].

    Parameters
    ----------
    capacitance : float or array
        Capacitance of the line. [F]
    swing_voltage : float or array
        How far the line moves. [V]
    supply_voltage : float or array
        Voltage of the supply that the charge comes from. [V]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = C V_swing V_supply

    Valid: V_supply >= V_swing

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    30 fF by 0.2 V from 0.9 V: 30 x 0.18 = 5.4 fJ.

    >>> f"{column_swing_energy(30e-15, 0.2, 0.9):.3g}"
    '5.4e-15'
    """
    return capacitance * swing_voltage * supply_voltage
