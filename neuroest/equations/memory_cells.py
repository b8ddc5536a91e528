"""Memory cells: area, pitch and access transistors, and sneak and half-select currents without transistors."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

# Length, in feature sizes, of a planar access transistor with its share of the two contacts.
_CELL_LENGTH = 3.0
"""Geometry of a planar transistor."""


@equation
def access_transistor_width(
    write_current: u.Ampere,
    on_current_density: u.AmperePerMetre,
    drive_factor: u.Dimensionless,
    minimum_width: u.Metre,
) -> u.Metre:
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

    Notes
    -----
    Formula: W = max(W_min, I_write / (k j_on))

    Valid: planar transistor whose current grows with its width

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


@equation
def transistor_limited_cell_area(access_width: u.Metre, feature_size: u.Metre) -> u.SquareMetre:
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
    Formula: A = 3 (W/F + 1) F^2

    Valid: planar one-transistor one-resistor cell in logic rules; F is the feature size of the transistor

    Do not combine with an area quoted in feature squares from a layout, which already includes the
    transistor.

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


@equation
def cell_area(
    feature_squares: u.Dimensionless, feature_size: u.Metre, minimum_area: u.SquareMetre
) -> u.SquareMetre:
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

    Notes
    -----
    Formula: A = max(n F^2, A_min)

    Valid: any layout quoted in feature squares

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


@equation
def access_width_in_cell(width: u.Metre, stated_pitch: u.Metre, pitch: u.Metre) -> u.Metre:
    """Width of an access transistor in a cell on another process. [m].

    Parameters
    ----------
    width : float or array
        Width on the process that it is stated for. [m]
    stated_pitch, pitch : float or array
        Side of the cell there and here. [m]

    Returns
    -------
    float or array
        Width. [m]

    Notes
    -----
    Formula: W = W_0 min(1, p / p_0)

    Valid: transistors that withstand the writing voltage and do not shrink with the node, and cells that they fill

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A cell of 0.085 um^2 at 40 nm that becomes 0.049 um^2 at 22 nm leaves three quarters of the width:

    >>> f"{access_width_in_cell(320e-9, 0.291e-6, 0.220e-6):.3g}"
    '2.42e-07'
    """
    return width * np.minimum(1.0, pitch / stated_pitch)


@equation
def passive_cell_area(half_pitch: u.Metre, layers: u.Dimensionless) -> u.SquareMetre:
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

    Notes
    -----
    Formula: A = (2 p)^2 / n

    Valid: cells at the wire crossings only, without the CMOS below the array

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


@equation
def cell_pitch(cell_area: u.SquareMetre) -> u.Metre:
    """Pitch of square cells. [m].

    Parameters
    ----------
    cell_area : float or array
        Area of one cell. [m^2]

    Returns
    -------
    float or array
        Pitch. [m]

    Notes
    -----
    Formula: p = sqrt(A)

    Valid: square cells

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> cell_pitch(4.0)
    np.float64(2.0)
    """
    return np.sqrt(cell_area)


# The biasing scheme that puts a third of the write voltage on every unselected cell.
_THIRD = 3.0
"""The scheme's name: a third of the voltage."""


@equation
def sneak_conductance(conductance: u.Siemens, rows: u.Dimensionless, columns: u.Dimensionless) -> u.Siemens:
    """Conductance of all sneak paths around one selected cell of a floating passive array. [S].

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
    Formula: G_sneak = G (R - 1)(C - 1) / (R + C - 1)

    Valid: all cells alike and ohmic, all lines but the two selected ones floating

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


@equation
def half_select_power(
    rows: u.Dimensionless,
    columns: u.Dimensionless,
    write_voltage: u.Volt,
    write_current: u.Ampere,
    nonlinearity: u.Dimensionless,
) -> u.Watt:
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

    Notes
    -----
    Formula: P = (R + C - 2) (V/2) I(V) / k

    Valid: one selected cell, V/2 scheme, k = I(V)/I(V/2)

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


@equation
def third_select_power(
    rows: u.Dimensionless, columns: u.Dimensionless, write_voltage: u.Volt, third_voltage_current: u.Ampere
) -> u.Watt:
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

    Notes
    -----
    Formula: P = (R C - 1) (V/3) I(V/3)

    Valid: one selected cell, V/3 scheme: every other cell sees V/3

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


@equation
def half_voltage(write_voltage: u.Volt) -> u.Volt:
    """Voltage of the unselected lines while a cell is written in the V/2 scheme. [V].

    Parameters
    ----------
    write_voltage : float or array
        Voltage across the selected cell. [V]

    Returns
    -------
    float or array
        Voltage. [V]

    Notes
    -----
    Formula: V_c = V/2

    Valid: V/2 scheme, voltages of one sign

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> half_voltage(2.0)
    1.0
    """
    return write_voltage / 2.0


@equation
def two_thirds_voltage(write_voltage: u.Volt) -> u.Volt:
    """Voltage of the unselected columns while a cell is written in the V/3 scheme. [V].

    Parameters
    ----------
    write_voltage : float or array
        Voltage across the selected cell. [V]

    Returns
    -------
    float or array
        Voltage. [V]

    Notes
    -----
    Formula: V_c = 2 V/3

    Valid: V/3 scheme, voltages of one sign

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> two_thirds_voltage(3.0)
    2.0
    """
    return 2.0 * write_voltage / _THIRD


@equation
def third_voltage_current(write_current: u.Ampere, nonlinearity: u.Dimensionless) -> u.Ampere:
    """Current of a cell at a third of the voltage, from those at all of it and at half of it. [A].

    Parameters
    ----------
    write_current : float or array
        Current at the whole voltage. [A]
    nonlinearity : float or array
        Current at the whole voltage over the current at half of it; 2 for an ohmic cell.

    Returns
    -------
    float or array
        Current at a third of the voltage. [A]

    Notes
    -----
    Formula: I(V/3) = I(V) 3^(-log2 k), k = I(V) / I(V/2)

    Valid: a power law through the currents at V and V/2; a current that rises exponentially is larger at V/3

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    An ohmic cell carries a third; one with k = 8, whose current scales with the cube, a 27th.

    >>> f"{third_voltage_current(270e-6, 2.0):.3g} {third_voltage_current(270e-6, 8.0):.3g}"
    '9e-05 1e-05'
    """
    current: u.Ampere = write_current * np.exp(-np.log(_THIRD) * np.log2(nonlinearity))
    return current


@equation
def selector_array_side(
    on_current: u.Ampere, half_select_current: u.Ampere, current_margin: u.Dimensionless
) -> u.Dimensionless:
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

    Notes
    -----
    Formula: N = I_on / (m I_half)

    Valid: rule of thumb: the half-selected cells of one line together stay m times below the selected one

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
