"""Capacitance of the rows and columns of an array, and the energy of moving them."""

from neuroest.core import units as u
from neuroest.core.provenance import equation


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
