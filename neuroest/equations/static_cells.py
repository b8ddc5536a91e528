"""SRAM compute cells: scaling between nodes, and discharged columns."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def bitcell_area(
    ratio: u.Dimensionless, memory_cell: u.SquareMetrePerBit, bits: u.Bit = 1.0
) -> u.SquareMetre:
    """Area of a compute cell, from the memory cell area of its process. [m^2].

    Parameters
    ----------
    ratio : float or array
        Area over that of the six-transistor cell of the process.
    memory_cell : float or array
        Area of that cell. [m^2/bit]
    bits : float
        Bits that it holds. [bit]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = k A_6T b

    Valid: cells of the same transistors in the same kind of layout rules on processes whose memory cell is published

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    A cell 41 % larger than one of 0.525 um^2, as published at 65 nm:

    >>> f"{bitcell_area(1.41, 0.525e-12):.3g}"
    '7.4e-13'
    """
    return ratio * memory_cell * bits


@equation
def width_at_node(width: u.Metre, node: u.Metre, stated_node: u.Metre) -> u.Metre:
    """Width of a transistor of a cell at another node. [m].

    Parameters
    ----------
    width : float or array
        Width at the node that it is stated for. [m]
    node, stated_node : float or array
        Feature size of the process, and of the one that the width is stated for. [m]

    Returns
    -------
    float or array
        Width. [m]

    Notes
    -----
    Formula: W = W_0 F / F_0

    Valid: transistors near the smallest of their node

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    >>> f"{width_at_node(0.13e-6, 28e-9, 65e-9):.3g}"
    '5.6e-08'
    """
    return width * node / stated_node


@equation
def finger_capacitance_density(
    density: u.FaradPerSquareMetre, pitch: u.Metre, stated_pitch: u.Metre
) -> u.FaradPerSquareMetre:
    """Capacitance per area of metal fingers on the layers of another process. [F/m^2].

    Parameters
    ----------
    density : float or array
        Density in the process that it is stated for. [F/m^2]
    pitch, stated_pitch : float or array
        Metal pitch of the process, and of the one that the density is stated for. [m]

    Returns
    -------
    float or array
        Density. [F/m^2]

    Notes
    -----
    Formula: c = c_0 p_0 / p

    Valid: as many layers of fingers, whose height scales with their pitch: a finger has the same capacitance per length

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    Half of the pitch, twice the fingers:

    >>> f"{finger_capacitance_density(1.5e-3, 90e-9, 180e-9):.3g}"
    '0.003'
    """
    return density * stated_pitch / pitch


@equation
def transistor_resistance_ratio(
    supply_voltage: u.Volt,
    on_current: u.AmperePerMetre,
    width: u.Metre,
    stated_supply: u.Volt,
    stated_on_current: u.AmperePerMetre,
    stated_width: u.Metre,
) -> u.Dimensionless:
    """On-resistance of a transistor relative to the same transistor in another process. [1].

    Parameters
    ----------
    supply_voltage : float or array
        Nominal supply of the process. [V]
    on_current : float or array
        On current of the process at this supply. [A/m]
    width : float or array
        Width of the transistor. [m]
    stated_supply : float or array
        Nominal supply of the process that the resistance is stated for. [V]
    stated_on_current : float or array
        On current of that process. [A/m]
    stated_width : float or array
        Width of the transistor there. [m]

    Returns
    -------
    float or array
        Ratio.

    Notes
    -----
    Formula: r = (V / (j W)) / (V_0 / (j_0 W_0))

    Valid: transistors at their nominal supplies

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    Half as wide at the same current per width and supply:

    >>> f"{transistor_resistance_ratio(1.0, 500.0, 1e-7, 1.0, 500.0, 2e-7):.3g}"
    '2'
    """
    return supply_voltage / (on_current * width) * (stated_on_current * stated_width / stated_supply)


@equation
def cell_current(
    on_current: u.AmperePerMetre,
    width: u.Metre,
    linearity: u.Dimensionless,
    supply_ratio: u.Dimensionless,
    delay_ratio: u.Dimensionless,
) -> u.Ampere:
    """Current by which a cell discharges its column. [A].

    Parameters
    ----------
    on_current : float or array
        On current of the process at its nominal supply. [A/m]
    width : float or array
        Width of the transistors of the read port. [m]
    linearity : float or array
        Current of the read port over that of one such transistor: two are in series, and their gates may be driven
        below the supply.
    supply_ratio : float or array
        Supply over the nominal one.
    delay_ratio : float or array
        Delay of a gate over that at the nominal supply.

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = k j W (V/V_0) / (d/d_0)

    Valid: gates whose delay is C V / I, so that the fitted delay gives the current at other supplies

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    A tenth of 600 uA/um through 0.1 um is 6 uA; at 0.8 of the supply, where gates are twice as slow, 0.4 of that:

    >>> f"{cell_current(600.0, 1e-7, 0.1, 0.8, 2.0):.3g}"
    '2.4e-06'
    """
    return linearity * on_current * width * supply_ratio / delay_ratio


@equation
def discharge_swing(
    cells: u.Dimensionless, current: u.Ampere, time: u.Second, capacitance: u.Farad
) -> u.Volt:
    """Voltage by which cells discharge a column. [V].

    Parameters
    ----------
    cells : float or array
        Cells that conduct for all of the time.
    current : float or array
        Current of one. [A]
    time : float or array
        Time. [s]
    capacitance : float or array
        Capacitance of the column. [F]

    Returns
    -------
    float or array
        Voltage. [V]

    Notes
    -----
    Formula: V = n I t / C

    Valid: transistors in saturation, so that the current does not depend on the voltage of the column

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    16 cells of 5 uA for 0.1 ns on 20 fF:

    >>> f"{discharge_swing(16.0, 5e-6, 0.1e-9, 20e-15):.3g}"
    '0.4'
    """
    return cells * current * time / capacitance


@equation
def discharge_charge(
    products: u.Dimensionless, current: u.Ampere, time: u.Second, capacitance: u.Farad, voltage: u.Volt
) -> u.Coulomb:
    """Charge that one product removes from a column, at most the charge of the column. [C].

    Parameters
    ----------
    products : float or array
        Products of one in a read of the column, on average.
    current : float or array
        Current of one cell. [A]
    time : float or array
        Time for which it flows. [s]
    capacitance : float or array
        Capacitance of the column. [F]
    voltage : float or array
        Voltage that the column was charged to. [V]

    Returns
    -------
    float or array
        Charge. [C]

    Notes
    -----
    Formula: q = min(I t, C V / n)

    Valid: an upper bound for fully discharged columns, because the currents fall before

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    Four cells of 5 uA for 1 ns would take 20 fC off a column that holds 18 fC: 4.5 fC each.

    >>> f"{discharge_charge(4.0, 5e-6, 1e-9, 20e-15, 0.9):.3g}"
    '4.5e-15'
    """
    return np.minimum(current * time, capacitance * voltage / np.maximum(products, 1.0))


@equation
def current_mismatch_error(relative_spread: u.Dimensionless, cells: u.Dimensionless) -> u.Dimensionless:
    """Error of a column's discharge from the mismatch of its cells, over its full scale. [1].

    Parameters
    ----------
    relative_spread : float or array
        Standard deviation of the current of one cell over its mean.
    cells : float or array
        Cells that are read at once.

    Returns
    -------
    float or array
        One standard deviation.

    Notes
    -----
    Formula: s = sigma / sqrt(N)

    Valid: independent cells, all of them on, where the error is largest

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    6 % a cell in 16 cells:

    >>> f"{current_mismatch_error(0.06, 16.0):.3g}"
    '0.015'
    """
    return relative_spread / np.sqrt(cells)


@equation
def pull_conductance(current: u.Ampere, supply_voltage: u.Volt) -> u.Siemens:
    """Conductance of a cell that pulls its column to one of the rails. [S].

    Parameters
    ----------
    current : float or array
        Current of one cell with half of the supply across it. [A]
    supply_voltage : float or array
        Supply. [V]

    Returns
    -------
    float or array
        Conductance. [S]

    Notes
    -----
    Formula: g = 2 I / V

    Valid: columns near half of the supply, where as many cells pull up as pull down

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    4 uA at 0.4 V, half of a supply of 0.8 V:

    >>> f"{pull_conductance(4e-6, 0.8):.3g}"
    '1e-05'
    """
    return 2.0 * current / supply_voltage


@equation
def divider_charge(
    conductance: u.Siemens, voltage: u.Volt, time: u.Second, share_of_ones: u.Dimensionless
) -> u.Coulomb:
    """Charge of one pull-up cell of a divider column, which the pull-down cells draw to ground. [C].

    Parameters
    ----------
    conductance : float or array
        Conductance by which a cell pulls at its column. [S]
    voltage : float or array
        Supply of the column. [V]
    time : float or array
        Time for which the rows are driven. [s]
    share_of_ones : float or array
        Share of the cells of a read that pull up.

    Returns
    -------
    float or array
        Charge of one cell that pulls up. [C]

    Notes
    -----
    Formula: q = g V (1 - p) t

    Valid: cells of one resistance in either direction; n cells take n p q, which is n g V t / 4 at most

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    Half of the cells pull up; 10 uS at 0.8 V for 5 ns:

    >>> f"{divider_charge(1e-5, 0.8, 5e-9, 0.5):.3g}"
    '2e-14'
    """
    return conductance * voltage * (1.0 - share_of_ones) * time


@equation
def divider_mismatch_error(
    relative_spread: u.Dimensionless, cells: u.Dimensionless, share_of_ones: u.Dimensionless
) -> u.Dimensionless:
    """Error of the voltage of a divider from the mismatch of its cells, over the supply. [1].

    Parameters
    ----------
    relative_spread : float or array
        Standard deviation of the conductance of one cell over its mean.
    cells : float or array
        Cells that are read at once.
    share_of_ones : float or array
        Share of them that pull up.

    Returns
    -------
    float or array
        One standard deviation.

    Notes
    -----
    Formula: s = sigma sqrt(p (1 - p) / N)

    Valid: independent cells, small spreads

    References
    ----------
    .. [1] Derivation: docs/models/static_cells.md.

    Examples
    --------
    10 % a cell in 100 cells, half of them pulling up:

    >>> f"{divider_mismatch_error(0.1, 100.0, 0.5):.3g}"
    '0.005'
    """
    return relative_spread * np.sqrt(share_of_ones * (1.0 - share_of_ones) / cells)
