"""SRAM compute cells: scaling between nodes, and charge-domain or discharged columns.

In charge-domain columns, each memory cell puts one bit of a product on a capacitor. All capacitors of a column are
equal (`C_u`) and share one plate, or switches join them after they were charged. The plate itself has a capacitance to
ground, given here as its ratio to `C_u`.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import BOLTZMANN, UNIFORM_VARIANCE, JoulePerKelvin


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


@equation
def stacked_cell_area(
    transistor_area: u.SquareMetre, capacitance: u.Farad, capacitance_density: u.FaradPerSquareMetre
) -> u.SquareMetre:
    """Area of a cell with its capacitor above its transistors. [m^2].

    Parameters
    ----------
    transistor_area : float or array
        Area of the transistors. [m^2]
    capacitance : float or array
        Capacitance of the cell's capacitor. [F]
    capacitance_density : float or array
        Capacitance per area of the metal layers that are free for it. [F/m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = max(A_t, C / c_A)

    Valid: capacitor of metal fingers above the transistors of the cell

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    3 fF at 1 fF/um^2 take more than 1.8 um^2 of transistors:

    >>> f"{stacked_cell_area(1.8e-12, 3e-15, 1e-3):.3g}"
    '3e-12'
    """
    return np.maximum(transistor_area, capacitance / capacitance_density)


@equation
def shared_plate_charges(
    cells: u.Dimensionless,
    probability: u.Dimensionless,
    capacitors: u.Dimensionless,
    plate_ratio: u.Dimensionless,
) -> u.Dimensionless:
    """Unit capacitors that the supply charges in one read of a column with a common floating plate. [1].

    Parameters
    ----------
    cells : float or array
        Cells whose product may be one, n.
    probability : float or array
        Probability that the product of one of them is one, p.
    capacitors : float or array
        Capacitors on the plate, N.
    plate_ratio : float or array
        Capacitance of the plate to ground over that of one capacitor, c.

    Returns
    -------
    float or array
        Mean of k (N - k + c) / (N + c) over the number k of ones; times C_u V^2 it is the energy from the supply.

    Notes
    -----
    Formula: q = n p - [n p (1 - p) + n^2 p^2] / (N + c)

    Valid: products independent of each other; capacitors of idle cells stay at ground; the plate floats

    The k capacitors that are driven high are in series with the N - k that stay low. The charge is zero if
    all or none are driven, and largest, N/4, if half of them are.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    4 cells with fair products on a plate of 4 capacitors: (0 x 1 + 0.75 x 4 + 1 x 6 + 0.75 x 4 + 0 x 1) / 16.

    >>> float(shared_plate_charges(4.0, 0.5, 4.0, 0.0))
    0.75
    """
    ones = cells * probability
    squared = ones * (1.0 - probability) + ones**2
    return ones - squared / (capacitors + plate_ratio)


@equation
def separate_charges(cells: u.Dimensionless, probability: u.Dimensionless) -> u.Dimensionless:
    """Unit capacitors that the supply charges in one read of a column with cells joined by switches. [1].

    Parameters
    ----------
    cells : float or array
        Cells whose product may be one, n.
    probability : float or array
        Probability that the product of one of them is one, p.

    Returns
    -------
    float or array
        Mean number of charged capacitors; times C_u V^2 it is the energy from the supply.

    Notes
    -----
    Formula: q = n p

    Valid: every capacitor is charged from ground on its own and joined with the others afterwards

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> separate_charges(2304.0, 0.5)
    1152.0
    """
    return cells * probability


@equation
def product_probability(input_density: u.Dimensionless, weight_density: u.Dimensionless) -> u.Dimensionless:
    """Probability that an input bit and a weight bit are both one. [1].

    Parameters
    ----------
    input_density : float or array
        Share of the input bits that are one.
    weight_density : float or array
        Share of the weight bits that are one.

    Returns
    -------
    float or array
        Probability.

    Notes
    -----
    Formula: p = d w

    Valid: bits independent of each other; weights in two's complement that are symmetric around zero have w = 1/2

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> product_probability(0.5, 0.5)
    0.25
    """
    return input_density * weight_density


@equation
def plate_swing(drive_voltage: u.Volt, capacitors: u.Dimensionless, plate_ratio: u.Dimensionless) -> u.Volt:
    """Voltage of the plate when all products are one. [V].

    Parameters
    ----------
    drive_voltage : float or array
        Voltage that a product of one drives its capacitor to. [V]
    capacitors : float or array
        Capacitors on the plate, N.
    plate_ratio : float or array
        Capacitance of the plate to ground over that of one capacitor, c.

    Returns
    -------
    float or array
        Full scale of the column. [V]

    Notes
    -----
    Formula: V_fs = V N / (N + c)

    Valid: the plate floats while the capacitors are driven, or keeps its charge while they are joined

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A plate with a quarter of the capacitors' sum to ground keeps four fifths of 1 V:

    >>> plate_swing(1.0, 100.0, 25.0)
    0.8
    """
    return drive_voltage * capacitors / (capacitors + plate_ratio)


@equation
def charging_current(capacitance: u.Farad, voltage: u.Volt, time: u.Second) -> u.Ampere:
    """Mean current that charges a row and the capacitors of its cells. [A].

    Parameters
    ----------
    capacitance : float or array
        Row line and capacitors. [F]
    voltage : float or array
        Largest voltage of an input. [V]
    time : float or array
        Time in which it settles. [s]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = C V / t

    Valid: mean over the settling; a buffer of class A draws several times as much, which its overhead states

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 pF to 1 V in 10 ns:

    >>> f"{charging_current(1e-12, 1.0, 10e-9):.3g}"
    '0.0001'
    """
    return capacitance * voltage / time


@equation
def charge_noise_energy_floor(
    temperature: u.Kelvin, bits: u.Dimensionless, boltzmann: JoulePerKelvin = BOLTZMANN
) -> u.Joule:
    """Smallest C V^2 of a column with thermal noise below the quantisation noise. [J].

    Parameters
    ----------
    temperature : float or array
        Temperature. [K]
    bits : float or array
        Bits to which the column is read.
    boltzmann : float
        Boltzmann constant. [J/K]

    Returns
    -------
    float or array
        Capacitance of the whole column times its full scale squared. [J]

    Notes
    -----
    Formula: E = 12 k T 4^b

    Valid: noise of a switched capacitor, kT/C, against the quantisation noise of b bits

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    8 bits at 300 K take 12 x 4.14e-21 J x 65536 = 3.26 fJ:

    >>> f"{charge_noise_energy_floor(300.0, 8.0):.3g}"
    '3.26e-15'
    """
    return UNIFORM_VARIANCE * boltzmann * temperature * np.exp2(2.0 * bits)


@equation
def capacitor_mismatch_error(
    relative_spread: u.Dimensionless, capacitors: u.Dimensionless
) -> u.Dimensionless:
    """Error of a column's voltage from the mismatch of its capacitors, over its full scale. [1].

    Parameters
    ----------
    relative_spread : float or array
        Standard deviation of one capacitor over its mean.
    capacitors : float or array
        Capacitors of the column.

    Returns
    -------
    float or array
        One standard deviation.

    Notes
    -----
    Formula: s = sigma / (2 sqrt(N))

    Valid: independent capacitors, half of them driven, where the error is largest

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 % on each of 2500 capacitors: 0.01 / (2 x 50).

    >>> f"{capacitor_mismatch_error(0.01, 2500.0):.1e}"
    '1.0e-04'
    """
    return relative_spread / (2.0 * np.sqrt(capacitors))
