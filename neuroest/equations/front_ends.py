"""Circuits at the ends of rows and columns, drawn for the current that they carry."""

from __future__ import annotations

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def drawn_bias(
    stated_bias: u.Ampere, current: u.Ampere, stated_current: u.Ampere, least_bias: u.Ampere
) -> u.Ampere:
    """Bias of a class-A circuit that is drawn for another current than the one that it is stated for. [A].

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

    Valid: transistors at one current density, so that resistances go with 1/I_b and areas with I_b

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
def loaded_column_voltage(
    drive_voltage: u.Volt,
    active_conductance: u.Siemens,
    load_conductance: u.Siemens,
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

    Where G_active is far below G_load this is the sum of the active conductances; where it is far above, the mean of
    the rows' voltages, which says neither how many rows are active nor what their conductances are.

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
    """Power of a bias that is never switched off. [W].

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
    """Root mean square of the current of a column whose pairs of rows are driven in opposite ways. [A].

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

    Valid: weights of both signs equally often and independent of each other; the currents of the two cells of a pair
    oppose each other in the column, so that the column carries their difference

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
