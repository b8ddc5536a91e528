"""Columns of cells in series: their resistances add up, and a capacitor is discharged through all of them."""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

LN2 = math.log(2.0)
"""Natural logarithm of two: a voltage falls to half in so many time constants."""


@equation
def string_time(
    cells: u.Dimensionless, resistance: u.Ohm, load_capacitance: u.Farad, cell_capacitance: u.Farad
) -> u.Second:
    """Time in which the load of a string of cells falls to half of its voltage. [s].

    Parameters
    ----------
    cells : float or array
        Cells in series.
    resistance : float or array
        Resistance of one cell. [ohm]
    load_capacitance : float or array
        Capacitor at the end of the string. [F]
    cell_capacitance : float or array
        Capacitance of one cell to ground. [F]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = ln 2 n R (C_L + n c / 2)

    Valid: cells alike; the delay of the line of cells is that of Elmore

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    64 cells of 9 kohm and 1 fF, 10 fF at the end: 0.693 x 576 kohm x 42 fF.

    >>> f"{string_time(64.0, 9e3, 10e-15, 1e-15):.3g}"
    '1.68e-08'
    """
    return LN2 * cells * resistance * (load_capacitance + cells * cell_capacitance / 2.0)


@equation
def string_swing(voltage: u.Volt, low_resistance: u.Ohm, high_resistance: u.Ohm) -> u.Volt:
    """Difference between the voltages of the smallest and of the largest sum after one time constant. [V].

    Parameters
    ----------
    voltage : float or array
        Voltage that the load is charged to. [V]
    low_resistance, high_resistance : float or array
        Resistance of a cell in either state, switches included. [ohm]

    Returns
    -------
    float or array
        Difference. [V]

    Notes
    -----
    Formula: dV = V (exp(-R_m/R_h) - exp(-R_m/R_l)), R_m = (R_l + R_h)/2

    Valid: one capacitor; a reader of times has the same ratio of signal to noise at this moment

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    7 and 11 kohm at 0.8 V: 0.8 (exp(-9/11) - exp(-9/7)).

    >>> f"{string_swing(0.8, 7e3, 11e3):.3f}"
    '0.132'
    """
    middle = (low_resistance + high_resistance) / 2.0
    return voltage * (np.exp(-middle / high_resistance) - np.exp(-middle / low_resistance))


@equation
def string_mismatch_error(
    relative_spread: u.Dimensionless, low_resistance: u.Ohm, high_resistance: u.Ohm, cells: u.Dimensionless,
    share_of_ones: u.Dimensionless,
) -> u.Dimensionless:  # fmt: skip
    """Error of a sum of resistances from the mismatch of the cells, over its full scale. [1].

    Parameters
    ----------
    relative_spread : float or array
        Standard deviation of the resistance of one cell over its mean.
    low_resistance, high_resistance : float or array
        Resistance of what differs, in either state. [ohm]
    cells : float or array
        Cells in series.
    share_of_ones : float or array
        Share of the cells in the low state.

    Returns
    -------
    float or array
        One standard deviation.

    Notes
    -----
    Formula: s = sigma sqrt((p R_l^2 + (1 - p) R_h^2) / n) / (R_h - R_l)

    Valid: independent cells, small spreads

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    6 % of 4 and 8 kohm in 64 cells, half of each: 0.06 x 6.32 / (8 x 4).

    >>> f"{string_mismatch_error(0.06, 4e3, 8e3, 64.0, 0.5):.4f}"
    '0.0119'
    """
    squares = share_of_ones * low_resistance**2 + (1.0 - share_of_ones) * high_resistance**2
    return relative_spread * np.sqrt(squares / cells) / (high_resistance - low_resistance)
