"""Memristor crossbar arrays: area, conductance, read and write energy, wires, settling, IR drop, sneak paths.

Counts (rows, columns, bits, pulses) are plain numbers. "Row" is the driven line, "column" the line whose
current or voltage is read. Energies are those of one cell or one line for one event; events are counted
elsewhere. The derivations, and how far each closed form is from a full solution: docs/models/crossbar.md.
"""

from __future__ import annotations

import math

import numpy as np

from neuroest.equations._constants import BOLTZMANN, JoulePerKelvin
from neuroest.equations._special import complementary_error_function
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
    Ohm,
    OhmPerMetre,
    PerSecond,
    Second,
    Siemens,
    SquareMetre,
    Volt,
    Watt,
)

# Length, in feature sizes, of a planar access transistor with its share of the two contacts.
_CELL_LENGTH = 3.0
# Variance of an error spread evenly over one step is step^2/12.
_UNIFORM_VARIANCE = 12.0
# Mean of u - u^2/2 over 0..1, the profile of the voltage lost along a uniformly loaded line, 1/2 at its end.
_MEAN_LINE_LOSS = 1.0 / 3.0
# Standard deviation of that profile over its range.
_LINE_LOSS_SPREAD = 2.0 / math.sqrt(45.0)
# Slowest time constant of an open-ended uniform RC line driven by an ideal source, over its total RC.
_SLOWEST_LINE_MODE = 4.0 / math.pi**2
# The biasing scheme that puts a third of the write voltage on every unselected cell.
_THIRD = 3.0


@equation(
    formula="W = max(W_min, I_write / (k j_on))",
    reference="derivation: docs/models/crossbar.md",
    valid="planar transistor whose current grows with its width",
)
def access_transistor_width(
    write_current: Ampere,
    on_current_density: AmperePerMetre,
    drive_factor: Dimensionless,
    minimum_width: Metre,
) -> Metre:
    """Width of the access transistor that carries the write current. [m].

    Parameters
    ----------
    write_current : float or array
        Largest current of a cell, normally while it is programmed. [A]
    on_current_density : float or array
        Saturated on-current per transistor width. [A/m]
    drive_factor : float or array
        Share of the saturated current that is available: 1 in saturation, less in the linear region.
    minimum_width : float or array
        Smallest width of the process. [m]

    Returns
    -------
    float or array
        Width. [m]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    100 uA at 0.79 mA/um (22 nm, low standby power) take 100 / 790 um = 127 nm:

    >>> f"{access_transistor_width(100e-6, 790.0, 1.0, 22e-9):.3g}"
    '1.27e-07'
    """
    return np.maximum(minimum_width, write_current / (drive_factor * on_current_density))


@equation(
    formula="A = 3 (W/F + 1) F^2",
    reference="X. Dong et al., NVSim, IEEE TCAD 31, 994 (2012), Eq. 7",
    valid="planar one-transistor one-resistor cell in logic rules; F is the feature size of the transistor",
)
def transistor_limited_cell_area(access_width: Metre, feature_size: Metre) -> SquareMetre:
    """Area of a cell whose access transistor sets its size. [m^2].

    Parameters
    ----------
    access_width : float or array
        Width of the access transistor. [m]
    feature_size : float or array
        Feature size of the process. [m]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Do not mix with an area quoted in feature squares from a layout: that one already holds its transistor.

    References
    ----------
    X. Dong, C. Xu, Y. Xie and N. P. Jouppi, "NVSim: a circuit-level performance, energy, and area model for
    emerging nonvolatile memory", IEEE TCAD 31, 994 (2012), doi:10.1109/TCAD.2012.2185930, Eq. 7.

    Examples
    --------
    W/F = 6 is 3 (6 + 1) = 21 feature squares:

    >>> f"{transistor_limited_cell_area(6.0, 1.0):.0f}"
    '21'
    """
    return _CELL_LENGTH * (access_width / feature_size + 1.0) * feature_size**2


@equation(
    formula="A = max(n F^2, A_min)",
    reference="derivation: docs/models/crossbar.md",
    valid="any layout quoted in feature squares",
)
def cell_area(feature_squares: Dimensionless, feature_size: Metre, minimum_area: SquareMetre) -> SquareMetre:
    """Area of a cell that is quoted in feature squares, with the floor that does not scale. [m^2].

    Parameters
    ----------
    feature_squares : float or array
        Cell area over the square of the feature size.
    feature_size : float or array
        Feature size that the quotation means: node label or half metal pitch. [m]
    minimum_area : float or array
        Floor set by the access transistor that withstands the write voltage; 0 for none. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    53 squares of 28 nm are 53 x 784 nm^2 = 0.0416 um^2:

    >>> f"{cell_area(53.0, 28e-9, 0.0):.3g}"
    '4.16e-14'
    """
    return np.maximum(feature_squares * feature_size**2, minimum_area)


@equation(
    formula="A = (2 p)^2 / n",
    reference="derivation: docs/models/crossbar.md",
    valid="cells at the wire crossings only; the CMOS below the array is not in it",
)
def passive_cell_area(half_pitch: Metre, layers: Dimensionless) -> SquareMetre:
    """Footprint of a cell without transistor, one at each crossing of two wires. [m^2].

    Parameters
    ----------
    half_pitch : float or array
        Half of the wire pitch. [m]
    layers : float or array
        Number of stacked cell layers.

    Returns
    -------
    float or array
        Area. [m^2]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A half-pitch of 10 nm gives 20 nm x 20 nm:

    >>> f"{passive_cell_area(10e-9, 1.0):.3g}"
    '4e-16'
    """
    return (2.0 * half_pitch) ** 2 / layers


@equation(formula="p = sqrt(A)", reference="derivation: docs/models/crossbar.md", valid="square cells")
def cell_pitch(cell_area: SquareMetre) -> Metre:
    """Pitch of square cells. [m].

    Parameters
    ----------
    cell_area : float or array
        Area of one cell. [m^2]

    Returns
    -------
    float or array
        Pitch. [m]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> cell_pitch(4.0)
    np.float64(2.0)
    """
    return np.sqrt(cell_area)


@equation(
    formula="A = R C A_cell",
    reference="derivation: docs/models/crossbar.md",
    valid="cells only, no periphery",
)
def array_area(rows: Dimensionless, columns: Dimensionless, cell_area: SquareMetre) -> SquareMetre:
    """Area of the cells of one array. [m^2].

    Parameters
    ----------
    rows, columns : float or array
        Size of the array.
    cell_area : float or array
        Area of one cell. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> array_area(2.0, 3.0, 5.0)
    30.0
    """
    return rows * columns * cell_area


@equation(
    formula="n = ceil(b / b_cell)",
    reference="derivation: docs/models/crossbar.md",
    valid="b without the sign bit when a pair of cells carries the sign",
)
def slices_per_weight(magnitude_bits: Dimensionless, bits_per_cell: Dimensionless) -> Dimensionless:
    """Cells over which the bits of one weight are spread. [1].

    Parameters
    ----------
    magnitude_bits : float or array
        Bits of the weight that the cells must hold: one less than its precision if a pair carries the sign.
    bits_per_cell : float or array
        Bits that one cell holds.

    Returns
    -------
    float or array
        Cells per weight (or per half of a pair).

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    8 bits with the sign in a pair leave 7 for cells of 2 bits:

    >>> f"{slices_per_weight(7.0, 2.0):.0f}"
    '4'
    """
    return np.ceil(magnitude_bits / bits_per_cell)


@equation(
    formula="G = (2 G_low + (G_high - G_low) E|w|/w_max) / 2",
    reference="derivation: docs/models/crossbar.md",
    valid="linear mapping, the idle half of the pair at the lowest conductance",
)
def pair_mean_conductance(
    low_conductance: Siemens, high_conductance: Siemens, mean_absolute_weight: Dimensionless
) -> Siemens:
    """Mean conductance of one device of a differential pair. [S].

    Parameters
    ----------
    low_conductance, high_conductance : float or array
        Ends of the window that the mapping uses. [S]
    mean_absolute_weight : float or array
        Mean absolute weight over the largest absolute weight, 0 to 1.

    Returns
    -------
    float or array
        Mean per device, half of that of the pair. [S]

    Notes
    -----
    Energy needs the mean, not the median: for a lognormal spread of standard deviation s the mean is
    exp(s^2/2) times the median.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 to 40 uS at 0.266: (2 + 39 x 0.266) / 2 = 6.19 uS.

    >>> f"{pair_mean_conductance(1e-6, 40e-6, 0.266):.3g}"
    '6.19e-06'
    """
    return low_conductance + (high_conductance - low_conductance) * mean_absolute_weight / 2.0


@equation(
    formula="G = (G_low + G_high) / 2",
    reference="derivation: docs/models/crossbar.md",
    valid="weights distributed evenly around zero, coded around the middle of the window",
)
def offset_mean_conductance(low_conductance: Siemens, high_conductance: Siemens) -> Siemens:
    """Mean conductance of a cell with offset coding; small weights do not lower it. [S].

    Parameters
    ----------
    low_conductance, high_conductance : float or array
        Ends of the window that the mapping uses. [S]

    Returns
    -------
    float or array
        Mean per device. [S]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{offset_mean_conductance(1e-6, 40e-6):.3g}"
    '2.05e-05'
    """
    return (low_conductance + high_conductance) / 2.0


@equation(
    formula="E|w|/w_max = sqrt(2/pi) (1 - exp(-k^2/2)) / k + erfc(k/sqrt(2))",
    reference="derivation: docs/models/crossbar.md",
    valid="Gaussian weights around zero",
)
def clipped_gaussian_mean_weight(clip_sigmas: Dimensionless) -> Dimensionless:
    """Mean absolute weight over the largest one, of clipped Gaussian weights. [1].

    Parameters
    ----------
    clip_sigmas : float or array
        Largest weight that is stored, in standard deviations.

    Returns
    -------
    float or array
        Ratio, 0 to 1; sqrt(2/pi)/k within 2 % from k = 2 on.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{clipped_gaussian_mean_weight(3.0):.3f}"
    '0.266'
    """
    clips = clip_sigmas > 0.0
    limit = np.where(clips, clip_sigmas, 1.0)
    inside = -math.sqrt(2.0 / math.pi) * np.expm1(-(limit**2) / 2.0) / limit
    outside = complementary_error_function(limit / math.sqrt(2.0))
    return np.where(clips, inside + outside, 1.0)


@equation(
    formula="s = sqrt(exp(sigma^2) - 1)",
    reference="derivation: docs/models/crossbar.md",
    valid="lognormal conductances",
)
def lognormal_relative_spread(sigma: Dimensionless) -> Dimensionless:
    """Standard deviation of a lognormal conductance over its mean. [1].

    Parameters
    ----------
    sigma : float or array
        Standard deviation of the logarithm of the conductance. [1]

    Returns
    -------
    float or array
        Relative spread. [1]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A high-resistance state of sigma 1: sqrt(e - 1) = 1.31.

    >>> f"{lognormal_relative_spread(1.0):.2f}"
    '1.31'
    """
    return np.sqrt(np.expm1(sigma * sigma))


@equation(
    formula="s_column = s / sqrt(n)",
    reference="derivation: docs/models/crossbar.md",
    valid="independent cells of equal mean; errors that all cells share do not average out",
)
def column_current_spread(relative_spread: Dimensionless, active_cells: Dimensionless) -> Dimensionless:
    """Standard deviation of a column's current over its mean, from cells that differ. [1].

    Parameters
    ----------
    relative_spread : float or array
        Standard deviation of one cell over its mean, s. [1]
    active_cells : float or array
        Cells that conduct in a read, n; less than one counts as one. [1]

    Returns
    -------
    float or array
        Relative spread of the sum. [1]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    10 % of each of 100 cells: 1 %.

    >>> f"{column_current_spread(0.1, 100.0):.3g}"
    '0.01'
    """
    return relative_spread / np.sqrt(np.maximum(active_cells, 1.0))


@equation(
    formula="G_eff = G / (1 + G R_access)",
    reference="derivation: docs/models/crossbar.md",
    valid="access transistor in its linear region",
)
def access_limited_conductance(conductance: Siemens, access_resistance: Ohm) -> Siemens:
    """Conductance of a cell in series with its access transistor. [S].

    Parameters
    ----------
    conductance : float or array
        Conductance of the memristor. [S]
    access_resistance : float or array
        On-resistance of the access transistor. [ohm]

    Returns
    -------
    float or array
        Conductance of the two in series. [S]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    100 uS (10 kohm) behind 10 kohm are 20 kohm:

    >>> f"{access_limited_conductance(100e-6, 10e3):.3g}"
    '5e-05'
    """
    return conductance / (1.0 + conductance * access_resistance)


@equation(
    formula="E = G V_read V_supply t",
    reference="derivation: docs/models/crossbar.md",
    valid="ohmic cell; V_supply >= V_read",
)
def cell_read_energy(
    conductance: Siemens, read_voltage: Volt, supply_voltage: Volt, read_time: Second
) -> Joule:
    """Energy that one driven device takes from the supply during one read. [J].

    Parameters
    ----------
    conductance : float or array
        Mean conductance of the device with its access transistor. [S]
    read_voltage : float or array
        Voltage across the cell. [V]
    supply_voltage : float or array
        Voltage of the supply that the current comes from: the read voltage only if an ideal switching
        converter makes it, the full supply behind a linear regulator or a clamped column. [V]
    read_time : float or array
        Time that the row is driven. [s]

    Returns
    -------
    float or array
        Energy. [J]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A pair of 12.4 uS together at 0.2 V from 0.9 V for 10 ns: 12.4e-6 x 0.18 x 10e-9 = 22.3 fJ.

    >>> f"{cell_read_energy(12.4e-6, 0.2, 0.9, 10e-9):.3g}"
    '2.23e-14'
    """
    return conductance * read_voltage * supply_voltage * read_time


@equation(
    formula="C_row = n (p c_wire + C_gate)",
    reference="derivation: docs/models/crossbar.md",
    valid="one cell at each crossing",
)
def row_capacitance(
    columns: Dimensionless,
    cell_pitch: Metre,
    wire_capacitance_per_length: FaradPerMetre,
    gate_capacitance_per_cell: Farad,
) -> Farad:
    """Capacitance of one row with the access gates on it. [F].

    Parameters
    ----------
    columns : float or array
        Number of cells along the row.
    cell_pitch : float or array
        Pitch of the cells along the row. [m]
    wire_capacitance_per_length : float or array
        Capacitance of the wire per length. [F/m]
    gate_capacitance_per_cell : float or array
        Access-gate capacitance that each cell adds; junction capacitance if the row drives the sources. [F]

    Returns
    -------
    float or array
        Capacitance. [F]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    128 cells of 0.204 um at 0.2 fF/um with gates of 0.168 fF: 128 (0.0408 + 0.168) fF = 26.7 fF.

    >>> f"{row_capacitance(128.0, 0.204e-6, 0.2e-9, 0.168e-15):.3g}"
    '2.67e-14'
    """
    return columns * (cell_pitch * wire_capacitance_per_length + gate_capacitance_per_cell)


@equation(
    formula="C_column = n (p c_wire + C_junction)",
    reference="derivation: docs/models/crossbar.md",
    valid="one cell at each crossing",
)
def column_capacitance(
    rows: Dimensionless,
    cell_pitch: Metre,
    wire_capacitance_per_length: FaradPerMetre,
    junction_capacitance_per_cell: Farad,
) -> Farad:
    """Capacitance of one column with the cells on it. [F].

    Parameters
    ----------
    rows : float or array
        Number of cells along the column.
    cell_pitch : float or array
        Pitch of the cells along the column. [m]
    wire_capacitance_per_length : float or array
        Capacitance of the wire per length. [F/m]
    junction_capacitance_per_cell : float or array
        Junction and memristor capacitance that each cell adds. [F]

    Returns
    -------
    float or array
        Capacitance. [F]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    100 cells of 1 um at 0.2 fF/um with 0.1 fF each: 100 (0.2 + 0.1) fF = 30 fF.

    >>> f"{column_capacitance(100.0, 1e-6, 0.2e-9, 0.1e-15):.3g}"
    '3e-14'
    """
    return rows * (cell_pitch * wire_capacitance_per_length + junction_capacitance_per_cell)


@equation(
    formula="E = C V^2",
    reference="derivation: docs/models/crossbar.md",
    valid="full swing from a supply of that voltage; both edges together",
)
def line_toggle_energy(capacitance: Farad, voltage: Volt) -> Joule:
    """Energy that one pulse on a line takes from the supply. [J].

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


@equation(
    formula="E = C V_swing V_supply",
    reference="derivation: docs/models/crossbar.md",
    valid="V_supply >= V_swing",
)
def column_swing_energy(capacitance: Farad, swing_voltage: Volt, supply_voltage: Volt) -> Joule:
    """Energy that one swing of a line by less than the supply takes from it. [J].

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


@equation(
    formula="E = 24 k T 4^b",
    reference="derivation: docs/models/crossbar.md",
    valid="thermal noise of the cells alone, integrated over the read",
)
def thermal_noise_energy_floor(
    temperature: Kelvin, bits: Dimensionless, boltzmann: JoulePerKelvin = BOLTZMANN
) -> Joule:
    """Least energy in the cells of one column for which thermal noise stays below quantisation noise. [J].

    Parameters
    ----------
    temperature : float or array
        Temperature of the cells. [K]
    bits : float or array
        Resolution of the column current.
    boltzmann : float, optional
        The exact constant. [J/K]

    Returns
    -------
    float or array
        Energy that all cells of the column together must dissipate in one read. [J]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    24 x 1.380649e-23 x 300 x 4^8 = 6.51 fJ.

    >>> f"{thermal_noise_energy_floor(300.0, 8.0):.3g}"
    '6.51e-15'
    """
    return 2.0 * _UNIFORM_VARIANCE * boltzmann * temperature * np.exp2(2.0 * bits)


@equation(
    formula="r = r_wire p",
    reference="derivation: docs/models/crossbar.md",
    valid="wire of constant cross-section",
)
def cell_wire_resistance(resistance_per_length: OhmPerMetre, cell_pitch: Metre) -> Ohm:
    """Resistance of the piece of wire between two neighbouring cells. [ohm].

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


@equation(
    formula="tau = R_driver C + (4/pi^2) R_row C",
    reference="derivation: docs/models/crossbar.md",
    valid="uniform open-ended row; 0 to 6 % above the exact slowest mode at every driver resistance",
)
def row_time_constant(driver_resistance: Ohm, row_resistance: Ohm, row_capacitance: Farad) -> Second:
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


@equation(
    formula="tau = C R_in / (1 + G R_in) + (4/pi^2) R_column C",
    reference="derivation: docs/models/crossbar.md",
    valid="uniform column with a clamp of resistance R_in at its foot; never below the exact slowest mode",
)
def column_time_constant_clamped(
    input_resistance: Ohm,
    column_conductance: Siemens,
    column_resistance: Ohm,
    column_capacitance: Farad,
) -> Second:
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

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 kohm beside 1 mS is 500 ohm; with 30 fF and no wire resistance 15 ps:

    >>> f"{column_time_constant_clamped(1e3, 1e-3, 0.0, 30e-15):.3g}"
    '1.5e-11'
    """
    clamp = input_resistance / (1.0 + column_conductance * input_resistance)
    return (clamp + _SLOWEST_LINE_MODE * column_resistance) * column_capacitance


@equation(
    formula="tau = C / G + (4/pi^2) R_column C",
    reference="derivation: docs/models/crossbar.md",
    valid="column without a load; never below the exact slowest mode, equal to it without wire resistance",
)
def column_time_constant_floating(
    conducting_conductance: Siemens, column_resistance: Ohm, column_capacitance: Farad
) -> Second:
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
        cells: Second = np.divide(column_capacitance, conducting_conductance)
    return cells + _SLOWEST_LINE_MODE * column_resistance * column_capacitance


@equation(
    formula="t = (tau_row + tau_column) ln 2^(b+1)",
    reference="derivation: docs/models/crossbar.md",
    valid="b >= 1; on the safe side for two poles in cascade",
)
def settling_time(row_time_constant: Second, column_time_constant: Second, bits: Dimensionless) -> Second:
    """Time until a read has settled to half a step of its resolution. [s].

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


def _relative_loss(load: Dimensionless) -> Dimensionless:
    # First order would exceed 1 in large arrays; x/(1+x) agrees with it for small x and stays below 1.
    return load / (1.0 + load)


@equation(
    formula="x = G a r_column R^2 / 3; error = x / (1 + x)",
    reference="derivation: docs/models/crossbar.md",
    valid="uniform G, rows driven from one side; 15 % up to G r N^2 = 6.6, worse with few gated rows active",
)
def ir_drop_error_near(
    conductance: Siemens,
    column_segment_resistance: Ohm,
    rows: Dimensionless,
    conducting_fraction: Dimensionless,
) -> Dimensionless:
    """Share of its current that the column nearest to the row drivers loses to the wires. [1].

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


@equation(
    formula="x = G (r_row C^2 / 3 + a r_column R^2 / 3); error = x / (1 + x)",
    reference="derivation: docs/models/crossbar.md",
    valid="uniform G, rows driven from one side, column read at one end; 5 % relative up to G r N^2 = 6.6",
)
def ir_drop_error_mean(
    conductance: Siemens,
    row_segment_resistance: Ohm,
    column_segment_resistance: Ohm,
    rows: Dimensionless,
    columns: Dimensionless,
    conducting_fraction: Dimensionless,
) -> Dimensionless:
    """Share of the current of all columns that is lost to the wires. [1].

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


@equation(
    formula="x = G (r_row C^2 / 2 + a r_column R^2 / 3); error = x / (1 + x)",
    reference="derivation: docs/models/crossbar.md",
    valid="uniform G, rows driven from one side, column read at one end; 15 % relative up to G r N^2 = 6.6",
)
def ir_drop_error_far(
    conductance: Siemens,
    row_segment_resistance: Ohm,
    column_segment_resistance: Ohm,
    rows: Dimensionless,
    columns: Dimensionless,
    conducting_fraction: Dimensionless,
) -> Dimensionless:
    """Share of its current that the column farthest from the row drivers loses to the wires. [1].

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


@equation(
    formula="sigma = (2/sqrt(45)) (error_far - error_near)",
    reference="derivation: docs/models/crossbar.md",
    valid="losses small enough for the parabolic profile along the rows",
)
def ir_drop_residual_spread(near_error: Dimensionless, far_error: Dimensionless) -> Dimensionless:
    """Spread of the IR-drop error from column to column, left after one common gain correction. [1].

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
    A gain for every column removes the systematic part altogether.

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


@equation(
    formula="N = sqrt((error / (1 - error)) / (G r (1/2 + a/3)))",
    reference="derivation: docs/models/crossbar.md",
    valid="square array with the same segment resistance in rows and columns; error < 1",
)
def maximum_array_side(
    allowed_error: Dimensionless,
    conductance: Siemens,
    segment_resistance: Ohm,
    conducting_fraction: Dimensionless,
) -> Dimensionless:
    """Side of the square array whose farthest column just keeps an allowed IR-drop error. [1].

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


@equation(
    formula="G_sneak = G (R - 1)(C - 1) / (R + C - 1)",
    reference="derivation: docs/models/crossbar.md",
    valid="all cells alike and ohmic, all lines but the two selected ones floating",
)
def sneak_conductance(conductance: Siemens, rows: Dimensionless, columns: Dimensionless) -> Siemens:
    """Conductance of all sneak paths beside one selected cell of a floating passive array. [S].

    Parameters
    ----------
    conductance : float or array
        Conductance of an unselected cell. [S]
    rows, columns : float or array
        Size of the array.

    Returns
    -------
    float or array
        Conductance parallel to the selected cell. [S]

    Notes
    -----
    With every line driven or clamped, as in a matrix-vector product, there is no sneak path.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    64 x 64 cells of 10 uS: 10 x 63 x 63 / 127 = 313 uS.

    >>> f"{sneak_conductance(10e-6, 64.0, 64.0):.3g}"
    '0.000313'
    """
    return conductance * (rows - 1.0) * (columns - 1.0) / (rows + columns - 1.0)


@equation(
    formula="P = (R + C - 2) (V/2) I(V) / k",
    reference="derivation: docs/models/crossbar.md",
    valid="one selected cell, V/2 scheme, k = I(V)/I(V/2)",
)
def half_select_power(
    rows: Dimensionless,
    columns: Dimensionless,
    write_voltage: Volt,
    write_current: Ampere,
    nonlinearity: Dimensionless,
) -> Watt:
    """Power in the half-selected cells while one cell is written in the V/2 scheme. [W].

    Parameters
    ----------
    rows, columns : float or array
        Size of the array.
    write_voltage : float or array
        Voltage across the selected cell. [V]
    write_current : float or array
        Current of an unselected cell if it had that voltage. [A]
    nonlinearity : float or array
        Current at the write voltage over the current at half of it; 2 for an ohmic cell.

    Returns
    -------
    float or array
        Power. [W]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    128 x 128, 2 V, 100 uA, ohmic: 254 x 1 V x 50 uA = 12.7 mW.

    >>> f"{half_select_power(128.0, 128.0, 2.0, 100e-6, 2.0):.3g}"
    '0.0127'
    """
    half_selected = rows + columns - 2.0
    return half_selected * (write_voltage / 2.0) * write_current / nonlinearity


@equation(
    formula="P = (R C - 1) (V/3) I(V/3)",
    reference="derivation: docs/models/crossbar.md",
    valid="one selected cell, V/3 scheme: every other cell sees V/3",
)
def third_select_power(
    rows: Dimensionless, columns: Dimensionless, write_voltage: Volt, third_voltage_current: Ampere
) -> Watt:
    """Power in the unselected cells while one cell is written in the V/3 scheme. [W].

    Parameters
    ----------
    rows, columns : float or array
        Size of the array.
    write_voltage : float or array
        Voltage across the selected cell. [V]
    third_voltage_current : float or array
        Current of an unselected cell at a third of that voltage. [A]

    Returns
    -------
    float or array
        Power. [W]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    10 x 10, 3 V, 1 uA at 1 V: 99 x 1 V x 1 uA = 99 uW.

    >>> f"{third_select_power(10.0, 10.0, 3.0, 1e-6):.3g}"
    '9.9e-05'
    """
    unselected = rows * columns - 1.0
    return unselected * (write_voltage / _THIRD) * third_voltage_current


@equation(
    formula="N = I_on / (m I_half)",
    reference="derivation: docs/models/crossbar.md",
    valid="rule of thumb: the half-selected cells of one line together stay m times below the selected one",
)
def selector_array_side(
    on_current: Ampere, half_select_current: Ampere, current_margin: Dimensionless
) -> Dimensionless:
    """Largest side of a passive array that its selector allows. [1].

    Parameters
    ----------
    on_current : float or array
        Current of the selected cell. [A]
    half_select_current : float or array
        Current of one half-selected cell. [A]
    current_margin : float or array
        How many times the selected current must exceed the sum of the half-selected ones on its line.

    Returns
    -------
    float or array
        Number of cells on one line, not rounded; infinite for a perfect selector.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    100 uA against 10 nA with a margin of 10: 1000 cells.

    >>> f"{selector_array_side(100e-6, 10e-9, 10.0):.0f}"
    '1000'
    """
    with np.errstate(divide="ignore"):
        return np.divide(on_current, current_margin * half_select_current)


@equation(
    formula="V_column = V_drive G_active / G_total",
    reference="derivation: docs/models/crossbar.md",
    valid="idle rows grounded, no current into the load, no wire resistance",
)
def grounded_idle_column_voltage(
    drive_voltage: Volt, active_conductance: Siemens, total_conductance: Siemens
) -> Volt:
    """Voltage of a column that only a high impedance reads, with the idle rows grounded. [V].

    Parameters
    ----------
    drive_voltage : float or array
        Voltage of the active rows. [V]
    active_conductance : float or array
        Sum of the conductances to active rows. [S]
    total_conductance : float or array
        Sum of the conductances to all rows. [S]

    Returns
    -------
    float or array
        Voltage: the drive attenuated by about the active share of the rows; 0 if no cell conducts. [V]

    Notes
    -----
    With idle rows floating or cut off the column takes the drive voltage however many rows are active: the
    number of spikes is lost.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 of 10 equal rows at 0.5 V:

    >>> f"{grounded_idle_column_voltage(0.5, 1e-6, 10e-6):.3g}"
    '0.05'
    """
    with np.errstate(invalid="ignore"):
        share: Dimensionless = np.divide(active_conductance, total_conductance)
    return drive_voltage * np.where(total_conductance > 0.0, share, 0.0)


@equation(
    formula="I = V_read G_active",
    reference="derivation: docs/models/crossbar.md",
    valid="column held at a fixed voltage; wire resistance not in it",
)
def clamped_column_current(read_voltage: Volt, active_conductance: Siemens) -> Ampere:
    """Output current of a column that a clamp holds at a fixed voltage. [A].

    Parameters
    ----------
    read_voltage : float or array
        Voltage across the active cells. [V]
    active_conductance : float or array
        Sum of the conductances to active rows. [S]

    Returns
    -------
    float or array
        Current. [A]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{clamped_column_current(0.2, 100e-6):.3g}"
    '2e-05'
    """
    return read_voltage * active_conductance


@equation(
    formula="I = min(V_read G/(1 + R_in G), I_b)",
    reference="derivation: docs/models/crossbar.md",
    valid="class-A clamp: its input resistance lifts the column, and no more than its bias flows on",
)
def biased_clamp_current(
    read_voltage: Volt, active_conductance: Siemens, input_resistance: Ohm, bias_current: Ampere
) -> Ampere:
    """Current that a class-A clamp passes on from its column. [A].

    Parameters
    ----------
    read_voltage : float or array
        Voltage that active rows are driven to. [V]
    active_conductance : float or array
        Sum of the conductances to active rows; idle rows are cut off. [S]
    input_resistance : float or array
        Resistance that the column sees. [ohm]
    bias_current : float or array
        Bias, the most that a class-A circuit carries. [A]

    Returns
    -------
    float or array
        Current into the neuron's circuit. [A]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    80 uS at 0.1 V behind 3 kohm: 8 uA/(1 + 0.24) = 6.45 uA; with a bias of 5 uA no more than that.

    >>> f"{1e6 * biased_clamp_current(0.1, 80e-6, 3e3, 12e-6):.3g}"
    '6.45'
    >>> f"{1e6 * biased_clamp_current(0.1, 80e-6, 3e3, 5e-6):.3g}"
    '5'
    """
    return np.minimum(
        read_voltage * active_conductance / (1.0 + input_resistance * active_conductance), bias_current
    )


@equation(
    formula="E = N (V I t + E_line + E_verify)",
    reference="derivation: docs/models/crossbar.md",
    valid="mean over the cells; the half-selected cells of a passive array come on top",
)
def write_verify_energy(
    pulses: Dimensionless,
    write_voltage: Volt,
    write_current: Ampere,
    pulse_width: Second,
    line_energy: Joule,
    verify_energy: Joule,
) -> Joule:
    """Energy of programming one cell with write-verify pulses. [J].

    Parameters
    ----------
    pulses : float or array
        Mean number of pulses: about 1 for two states, more for several.
    write_voltage : float or array
        Voltage of the supply that the write current comes from. [V]
    write_current : float or array
        Mean current during a pulse. [A]
    pulse_width : float or array
        Duration of a pulse. [s]
    line_energy : float or array
        Energy of charging the lines for one pulse. [J]
    verify_energy : float or array
        Energy of reading the cell back once. [J]

    Returns
    -------
    float or array
        Energy. [J]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    9 pulses of 2 V, 100 uA and 100 ns: 9 x 20 pJ = 180 pJ.

    >>> f"{write_verify_energy(9.0, 2.0, 100e-6, 100e-9, 0.0, 0.0):.3g}"
    '1.8e-10'
    """
    return pulses * (write_voltage * write_current * pulse_width + line_energy + verify_energy)


@equation(
    formula="t = ceil(n_cells / n_parallel) N (t_write + t_verify)",
    reference="derivation: docs/models/crossbar.md",
    valid="groups written one after another, each for the same number of pulses",
)
def array_programming_time(
    cells: Dimensionless,
    parallel_cells: Dimensionless,
    pulses: Dimensionless,
    pulse_width: Second,
    verify_time: Second,
) -> Second:
    """Time of programming all cells of an array. [s].

    Parameters
    ----------
    cells : float or array
        Number of cells to be written.
    parallel_cells : float or array
        Number of cells written at once.
    pulses : float or array
        Pulses of each group: that of its slowest cell, if all wait for it.
    pulse_width, verify_time : float or array
        Duration of a pulse and of the read after it. [s]

    Returns
    -------
    float or array
        Time. [s]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1.5 million cells, 128 at once: 11719 x 9 x 200 ns = 21.1 ms.

    >>> f"{array_programming_time(1.5e6, 128.0, 9.0, 100e-9, 100e-9):.3g}"
    '0.0211'
    """
    return np.ceil(cells / parallel_cells) * pulses * (pulse_width + verify_time)


@equation(
    formula="t = N_endurance / (f N)",
    reference="derivation: docs/models/crossbar.md",
    valid="every cell updated alike",
)
def write_lifetime(endurance: Dimensionless, update_rate: PerSecond, pulses: Dimensionless) -> Second:
    """Time until the cells have used up their endurance. [s].

    Parameters
    ----------
    endurance : float or array
        Number of pulses that a cell withstands.
    update_rate : float or array
        How often each cell is rewritten. [1/s]
    pulses : float or array
        Mean number of pulses of one rewrite.

    Returns
    -------
    float or array
        Time; infinite if the cells are never rewritten. [s]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1e6 pulses, 10 rewrites a second of 1 pulse: 1e5 s.

    >>> f"{write_lifetime(1e6, 10.0, 1.0):.3g}"
    '1e+05'
    """
    with np.errstate(divide="ignore"):
        return np.divide(endurance, update_rate * pulses)


@equation(
    formula="P = E_array / t_retention",
    reference="derivation: docs/models/crossbar.md",
    valid="the whole array rewritten once per retention time",
)
def refresh_power(array_programming_energy: Joule, retention_time: Second) -> Watt:
    """Mean power of rewriting an array before it forgets. [W].

    Parameters
    ----------
    array_programming_energy : float or array
        Energy of programming all cells once. [J]
    retention_time : float or array
        Time between two rewrites. [s]

    Returns
    -------
    float or array
        Power. [W]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    0.27 mJ every 1000 s: 270 nW.

    >>> f"{refresh_power(0.27e-3, 1000.0):.3g}"
    '2.7e-07'
    """
    with np.errstate(divide="ignore"):
        return np.divide(array_programming_energy, retention_time)


@equation(
    formula="t = t_0 exp(E / (k T))",
    reference="derivation: docs/models/crossbar.md",
    valid="one thermally activated process",
)
def retention_time(
    attempt_time: Second,
    activation_energy: Joule,
    temperature: Kelvin,
    boltzmann: JoulePerKelvin = BOLTZMANN,
) -> Second:
    """Time for which a state is kept at a temperature. [s].

    Parameters
    ----------
    attempt_time : float or array
        Prefactor of the Arrhenius law. [s]
    activation_energy : float or array
        Barrier. [J]
    temperature : float or array
        Temperature of the cell. [K]
    boltzmann : float, optional
        The exact constant. [J/K]

    Returns
    -------
    float or array
        Time. [s]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A barrier of 20 kT keeps a state 4.85e8 attempt times:

    >>> f"{retention_time(1.0, 20 * 1.380649e-23 * 300, 300.0):.3g}"
    '4.85e+08'
    """
    return attempt_time * np.exp(activation_energy / (boltzmann * temperature))


@equation(
    formula="G(t) = G_0 (t / t_0)^-nu",
    reference="derivation: docs/models/crossbar.md",
    valid="t >= t_0; empirical law of drift",
)
def drifted_conductance(
    initial_conductance: Siemens, time: Second, reference_time: Second, drift_exponent: Dimensionless
) -> Siemens:
    """Conductance of a drifting cell some time after it was written. [S].

    Parameters
    ----------
    initial_conductance : float or array
        Conductance at the reference time. [S]
    time : float or array
        Time since the write. [s]
    reference_time : float or array
        Time after the write at which the initial conductance was read; it is taken for all earlier times. [s]
    drift_exponent : float or array
        Exponent; 0 for no drift.

    Returns
    -------
    float or array
        Conductance. [S]

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Exponent 0.5 over two decades of time leaves a tenth:

    >>> f"{drifted_conductance(10e-6, 100.0, 1.0, 0.5):.3g}"
    '1e-06'
    """
    return initial_conductance * np.exp(
        -drift_exponent * np.log(np.maximum(time, reference_time) / reference_time)
    )
