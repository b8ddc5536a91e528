"""Capacitance of the rows and columns of an array, and the energy of moving them."""

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def row_capacitance(
    columns: u.Dimensionless,
    cell_pitch: u.Metre,
    wire_capacitance_per_length: u.FaradPerMetre,
    gate_capacitance_per_cell: u.Farad,
) -> u.Farad:
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

    Notes
    -----
    Formula: C_row = n (p c_wire + C_gate)

    Valid: one cell at each crossing

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


@equation
def column_capacitance(
    rows: u.Dimensionless,
    cell_pitch: u.Metre,
    wire_capacitance_per_length: u.FaradPerMetre,
    junction_capacitance_per_cell: u.Farad,
) -> u.Farad:
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

    Notes
    -----
    Formula: C_column = n (p c_wire + C_junction)

    Valid: one cell at each crossing

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
