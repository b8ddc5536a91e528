"""Energy, area, refresh and time of embedded dynamic memory, from its cells and lines."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided, rounded_up

_HALF = 1.0 / 2.0
_QUARTER = 1.0 / 2.0**2


@equation
def cell_line_capacitance(
    cells: u.Dimensionless,
    transistor_width: u.Metre,
    capacitance_per_width: u.FaradPerMetre,
    wire_capacitance: u.FaradPerMetre,
    cell_pitch: u.Metre,
) -> u.Farad:
    """Capacitance of a line in a cell array. [F].

    Parameters
    ----------
    cells : float or array
        Cells on the line. [1]
    transistor_width : float or array
        Width of the transistor of a cell. [m]
    capacitance_per_width : float or array
        Capacitance of its junction or gate per width. [F/m]
    wire_capacitance : float or array
        Capacitance of the wire per length. [F/m]
    cell_pitch : float or array
        Length of the line at a cell. [m]

    Returns
    -------
    float or array
        Capacitance. [F]

    Notes
    -----
    Formula: C = n (c w + c_w p)

    Valid: lines with one transistor per cell: its junction on bit lines, its gate on word lines

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    33 cells of 32 nm x 0.76 fF/um and 0.24 um x 0.2 fF/um: 33 x 0.072 fF = 2.4 fF.

    >>> f"{cell_line_capacitance(33.0, 32e-9, 0.76e-9, 0.2e-9, 0.24e-6):.3g}"
    '2.39e-15'
    """
    return cells * (transistor_width * capacitance_per_width + wire_capacitance * cell_pitch)


@equation
def sensing_energy(bitline_capacitance: u.Farad, supply_voltage: u.Volt) -> u.Joule:
    """Energy of reading one cell and writing it back. [J].

    Parameters
    ----------
    bitline_capacitance : float or array
        Bit line with its amplifier. [F]
    supply_voltage : float or array
        Supply of the array. [V]

    Returns
    -------
    float or array
        Energy, the mean over random bits. [J]

    Notes
    -----
    Formula: E = C V^2 / 2

    Valid: random bits: bit lines that start at half of the supply, or at one end of it

    From one end of the supply every second bit needs C V^2; from half of it every bit needs C V V / 2. The
    charge of the cell itself is restored, except for the leaked part.

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    5.4 fF at 0.9 V: 2.2 fJ.

    >>> f"{sensing_energy(5.4e-15, 0.9):.3g}"
    '2.19e-15'
    """
    return bitline_capacitance * supply_voltage**2 * _HALF


@equation
def written_cell_energy(cell_capacitance: u.Farad, supply_voltage: u.Volt) -> u.Joule:
    """Energy of charging the cell of a written bit. [J].

    Parameters
    ----------
    cell_capacitance : float or array
        Capacitor of a cell. [F]
    supply_voltage : float or array
        Supply of the array. [V]

    Returns
    -------
    float or array
        Energy, the mean over random bits; one in four is a one over a zero. [J]

    Notes
    -----
    Formula: E = C_s V^2 / 4

    Valid: random bits that are written over random bits

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    18 fF at 0.9 V: 3.6 fJ.

    >>> f"{written_cell_energy(18e-15, 0.9):.3g}"
    '3.64e-15'
    """
    return cell_capacitance * supply_voltage**2 * _QUARTER


@equation
def faded_cell_energy(
    cell_capacitance: u.Farad, supply_voltage: u.Volt, lost_share: u.Dimensionless
) -> u.Joule:
    """Energy of restoring the leaked charge of a cell at a refresh. [J].

    Parameters
    ----------
    cell_capacitance : float or array
        Capacitor of a cell. [F]
    supply_voltage : float or array
        Supply of the array. [V]
    lost_share : float or array
        Share of its charge that a cell loses from one refresh to the next. [1]

    Returns
    -------
    float or array
        Energy, the mean over random bits. [J]

    Notes
    -----
    Formula: E = s C_s V^2 / 2

    Valid: random bits; cells that lose the charge of ones

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    18 fF at 0.9 V that lost 0.4 of their charge: 2.9 fJ.

    >>> f"{faded_cell_energy(18e-15, 0.9, 0.4):.3g}"
    '2.92e-15'
    """
    return lost_share * cell_capacitance * supply_voltage**2 * _HALF


@equation
def wordline_energy(
    wordline_capacitance: u.Farad, swing: u.Volt, pump_efficiency: u.Dimensionless
) -> u.Joule:
    """Energy of raising a word line once. [J].

    Parameters
    ----------
    wordline_capacitance : float or array
        Word line. [F]
    swing : float or array
        From its low to its high level; both may lie beyond the supply. [V]
    pump_efficiency : float or array
        Share of the energy that the pumps deliver; above zero. [1]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = C V_s^2 / eta

    Valid: word lines from a pumped supply

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    42 fF by 2.1 V with pumps of 40 %: 0.46 pJ.

    >>> f"{wordline_energy(42e-15, 2.1, 0.4):.3g}"
    '4.63e-13'
    """
    return wordline_capacitance * swing**2 * divided(1.0, pump_efficiency)


@equation
def activated_cells(
    width: u.Bit, cells_per_wordline: u.Dimensionless, bits_per_cell: u.Bit
) -> u.Dimensionless:
    """Cells that are read and written back in one access. [1].

    Parameters
    ----------
    width : float or array
        Bits of a word. [bit]
    cells_per_wordline : float or array
        Cells on a word line, at least one. [1]
    bits_per_cell : float or array
        Bits of a cell: 1 bit. [bit]

    Returns
    -------
    float or array
        Cells: all of as many word lines as the word needs, since reading destroys what is in them. [1]

    Notes
    -----
    Formula: n = n_w ceil(W / n_w)

    Valid: words that begin at the first cell of a word line

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    A word of 64 bits on word lines of 512 cells, and one of 600.

    >>> f"{activated_cells(64.0, 512.0, 1.0):g} {activated_cells(600.0, 512.0, 1.0):g}"
    '512 1024'
    """
    return rounded_up(divided(width / bits_per_cell, cells_per_wordline)) * cells_per_wordline


@equation
def macro_area(
    capacity: u.Bit,
    cell_area: u.SquareMetrePerBit,
    array_efficiency: u.Dimensionless,
    banks: u.Dimensionless,
    width: u.Bit,
    port_area: u.SquareMetrePerBit,
    control_area: u.SquareMetre,
) -> u.SquareMetre:
    """Area of a memory with its amplifiers, drivers, ports and control. [m^2].

    Parameters
    ----------
    capacity : float or array
        Capacity. [bit]
    cell_area : float or array
        Area of a cell. [m^2/bit]
    array_efficiency : float or array
        Share of the cells in the arrays with their amplifiers and drivers. [1]
    banks : float or array
        Banks. [1]
    width : float or array
        Bits of a word. [bit]
    port_area : float or array
        Latches and drivers of one bit of a port. [m^2/bit]
    control_area : float or array
        Decoders, clocks and pumps of a bank. [m^2]

    Returns
    -------
    float or array
        Area; infinite where the efficiency is not positive. [m^2]

    Notes
    -----
    Formula: A = S a / eta + n (W a_p + A_c)

    Valid: banks of equal shape with a port each

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    64 KiB of 0.0394 um^2 at 0.5, 256 bits of 20 um^2 and 0.01 mm^2: 0.0564 mm^2.

    >>> f"{macro_area(524288.0, 0.0394e-12, 0.5, 1.0, 256.0, 20e-12, 1e-8):.3g}"
    '5.64e-08'
    """
    return capacity * cell_area * divided(1.0, array_efficiency) + banks * (width * port_area + control_area)


@equation
def fading_time(
    retention_time: u.Second,
    temperature: u.Kelvin,
    reference_temperature: u.Kelvin,
    halving_temperature: u.Kelvin,
) -> u.Second:
    """Retention time of cells at a temperature. [s].

    Parameters
    ----------
    retention_time : float or array
        That time at the reference temperature. [s]
    temperature : float or array
        Temperature. [K]
    reference_temperature : float or array
        Temperature that the retention time belongs to. [K]
    halving_temperature : float or array
        Rise of the temperature that halves it, above zero. [K]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_0 2^((T_0 - T) / T_h)

    Valid: leakage of the access transistor that doubles in equal steps of temperature

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    40 us at 398 K are four times as long 40 K below, where 20 K halve it.

    >>> f"{fading_time(40e-6, 358.0, 398.0, 20.0):.3g}"
    '0.00016'
    """
    return retention_time * np.exp2((reference_temperature - temperature) / halving_temperature)


@equation
def refresh_power(capacity: u.Bit, energy_per_bit: u.JoulePerBit, interval: u.Second) -> u.Watt:
    """Mean power of refreshing a memory. [W].

    Parameters
    ----------
    capacity : float or array
        Capacity. [bit]
    energy_per_bit : float or array
        Energy of refreshing one cell, with its share of the word line. [J/bit]
    interval : float or array
        Time from one refresh of a cell to the next, above zero. [s]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = S e / t

    Valid: every row refreshed once in the time

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    64 KiB, 14 fJ a cell each 40 us: 0.18 mW.

    >>> f"{refresh_power(524288.0, 14e-15, 40e-6):.3g}"
    '0.000184'
    """
    return capacity * energy_per_bit / interval


@equation
def refreshing_share(
    capacity: u.Bit, banks: u.Dimensionless, cells_at_a_time: u.Bit, cycle_time: u.Second, interval: u.Second
) -> u.Dimensionless:
    """Share of the time in which a bank is busy with refresh. [1].

    Parameters
    ----------
    capacity : float or array
        Capacity of all banks. [bit]
    banks : float or array
        Banks, at least one. [1]
    cells_at_a_time : float or array
        Bits that a bank refreshes in one cycle, above zero. [bit]
    cycle_time : float or array
        Time of a cycle. [s]
    interval : float or array
        Time from one refresh of a cell to the next, above zero. [s]

    Returns
    -------
    float or array
        Share; above one where cells fade faster than they can be refreshed. [1]

    Notes
    -----
    Formula: u = S t_c / (n_b n t)

    Valid: banks that refresh in parallel, one word line at a time

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    64 KiB, 512 cells each 1.9 ns, 40 us: 1024 rows take 4.9 %.

    >>> f"{refreshing_share(524288.0, 1.0, 512.0, 1.9e-9, 40e-6):.3g}"
    '0.0486'
    """
    return divided(capacity / cells_at_a_time, banks) * cycle_time / interval


@equation
def mean_way(area: u.SquareMetre) -> u.Metre:
    """Mean distance from the port of a memory to a cell. [m].

    Parameters
    ----------
    area : float or array
        Area. [m^2]

    Returns
    -------
    float or array
        Length: a quarter of the side along the edge and half of it across. [m]

    Notes
    -----
    Formula: l = 3/4 sqrt(A)

    Valid: a square memory with its port in the middle of an edge, and straight wires

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    0.16 mm^2 have a side of 0.4 mm: 0.3 mm.

    >>> f"{mean_way(0.16e-6):.3g}"
    '0.0003'
    """
    return (_HALF + _QUARTER) * np.sqrt(area)


@equation
def cell_side(cell_area: u.SquareMetrePerBit, bits_per_cell: u.Bit, aspect_ratio: u.Dimensionless) -> u.Metre:
    """Side of a cell. [m].

    Parameters
    ----------
    cell_area : float or array
        Area of a cell for each of its bits. [m^2/bit]
    bits_per_cell : float or array
        Bits of a cell. [bit]
    aspect_ratio : float or array
        This side over the other one. [1]

    Returns
    -------
    float or array
        Length. [m]

    Notes
    -----
    Formula: s = sqrt(a r)

    Valid: rectangular cells

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    0.0394 um^2, one and a half times as long as wide: 0.243 um.

    >>> f"{cell_side(0.0394e-12, 1.0, 1.5):.3g}"
    '2.43e-07'
    """
    return np.sqrt(cell_area * bits_per_cell * aspect_ratio)
