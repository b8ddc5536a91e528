"""Cells without transistors: sneak and half-select currents, and maximum array sizes."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

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
