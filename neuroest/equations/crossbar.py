"""Memristor crossbar arrays: weights as conductances, reading and its timing, and column circuits.

Sizes of cells are in `memory_cells`, rows and columns as capacitances in `crossbar_wires`.

Counts (rows, columns, bits, pulses) are plain numbers. "Row" is the driven line, "column" the line whose
current or voltage is read. Energies are for one cell or one line and one event; events are counted elsewhere.
Derivations, and the error of each closed form relative to a full solution: docs/models/crossbar.md.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations import front_ends
from neuroest.equations._numbers import BOLTZMANN, UNIFORM_VARIANCE, JoulePerKelvin, rounded_down, rounded_up


@equation
def slices_per_weight(magnitude_bits: u.Dimensionless, bits_per_cell: u.Dimensionless) -> u.Dimensionless:
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

    Notes
    -----
    Formula: n = ceil(b / b_cell)

    Valid: b without the sign bit when a pair of cells carries the sign

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


@equation
def pair_mean_conductance(
    low_conductance: u.Siemens, high_conductance: u.Siemens, mean_absolute_weight: u.Dimensionless
) -> u.Siemens:
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
    Formula: G = (2 G_low + (G_high - G_low) E|w|/w_max) / 2

    Valid: linear mapping, the idle half of the pair at the lowest conductance

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


@equation
def stuck_mean_conductance(
    written_conductance: u.Siemens,
    low_conductance: u.Siemens,
    high_conductance: u.Siemens,
    stuck_low_share: u.Dimensionless,
    stuck_high_share: u.Dimensionless,
) -> u.Siemens:
    """Mean conductance of cells, some of them stuck at an end of the window. [S].

    Parameters
    ----------
    written_conductance : float or array
        Mean of what is written. [S]
    low_conductance, high_conductance : float or array
        Ends of the window. [S]
    stuck_low_share, stuck_high_share : float or array
        Shares of the cells that stay at them, together at most one. [1]

    Returns
    -------
    float or array
        Mean conductance. [S]

    Notes
    -----
    Formula: G = (1 - p0 - p1) G_written + p0 G_low + p1 G_high

    Valid: cells that are stuck independently of what is written

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A tenth at 1 uS and a tenth at 41 uS, and cells of 6 uS: 0.8 x 6 + 0.1 + 4.1 = 9 uS.

    >>> f"{stuck_mean_conductance(6e-6, 1e-6, 41e-6, 0.1, 0.1):.3g}"
    '9e-06'
    """
    working = 1.0 - stuck_low_share - stuck_high_share
    return (
        working * written_conductance
        + stuck_low_share * low_conductance
        + stuck_high_share * high_conductance
    )


@equation
def offset_mean_conductance(low_conductance: u.Siemens, high_conductance: u.Siemens) -> u.Siemens:
    """Mean conductance of a cell with offset coding; small weights do not lower it. [S].

    Parameters
    ----------
    low_conductance, high_conductance : float or array
        Ends of the window that the mapping uses. [S]

    Returns
    -------
    float or array
        Mean per device. [S]

    Notes
    -----
    Formula: G = (G_low + G_high) / 2

    Valid: weights distributed evenly around zero, coded around the middle of the window

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{offset_mean_conductance(1e-6, 40e-6):.3g}"
    '2.05e-05'
    """
    return (low_conductance + high_conductance) / 2.0


@equation
def lognormal_relative_spread(sigma: u.Dimensionless) -> u.Dimensionless:
    """Standard deviation of a lognormal conductance over its mean. [1].

    Parameters
    ----------
    sigma : float or array
        Standard deviation of the logarithm of the conductance. [1]

    Returns
    -------
    float or array
        Relative spread. [1]

    Notes
    -----
    Formula: s = sqrt(exp(sigma^2) - 1)

    Valid: lognormal conductances

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


@equation
def column_current_spread(relative_spread: u.Dimensionless, active_cells: u.Dimensionless) -> u.Dimensionless:
    """Standard deviation of a column's current over its mean, from cell variation. [1].

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

    Notes
    -----
    Formula: s_column = s / sqrt(n)

    Valid: independent cells of equal mean; errors that all cells share do not average out

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


@equation
def access_limited_conductance(conductance: u.Siemens, access_resistance: u.Ohm) -> u.Siemens:
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

    Notes
    -----
    Formula: G_eff = G / (1 + G R_access)

    Valid: access transistor in its linear region

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


@equation
def cell_read_energy(
    conductance: u.Siemens, read_voltage: u.Volt, supply_voltage: u.Volt, read_time: u.Second
) -> u.Joule:
    """Energy that one driven device draws from the supply during one read. [J].

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

    Notes
    -----
    Formula: E = G V_read V_supply t

    Valid: ohmic cell; V_supply >= V_read

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


@equation
def thermal_noise_energy_floor(
    temperature: u.Kelvin, bits: u.Dimensionless, boltzmann: JoulePerKelvin = BOLTZMANN
) -> u.Joule:
    """Smallest energy in the cells of one column with thermal noise below quantisation noise. [J].

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

    Notes
    -----
    Formula: E = 24 k T 4^b

    Valid: thermal noise of the cells alone, integrated over the read

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    24 x 1.380649e-23 x 300 x 4^8 = 6.51 fJ.

    >>> f"{thermal_noise_energy_floor(300.0, 8.0):.3g}"
    '6.51e-15'
    """
    return 2.0 * UNIFORM_VARIANCE * boltzmann * temperature * np.exp2(2.0 * bits)


@equation
def grounded_idle_column_voltage(
    drive_voltage: u.Volt, active_conductance: u.Siemens, total_conductance: u.Siemens
) -> u.Volt:
    """Voltage of a column with high-impedance read-out and grounded idle rows. [V].

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
    Formula: V_column = V_drive G_active / G_total

    Valid: idle rows grounded, no current into the load, no wire resistance

    With floating or disconnected idle rows the column has the drive voltage for any number of active rows:
    the number of spikes is lost.

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
        share: u.Dimensionless = np.divide(active_conductance, total_conductance)
    return drive_voltage * np.where(total_conductance > 0.0, share, 0.0)


@equation
def clamped_column_current(read_voltage: u.Volt, active_conductance: u.Siemens) -> u.Ampere:
    """Output current of a column that is clamped to a fixed voltage. [A].

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

    Notes
    -----
    Formula: I = V_read G_active

    Valid: clamped column, without wire resistance

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{clamped_column_current(0.2, 100e-6):.3g}"
    '2e-05'
    """
    return read_voltage * active_conductance


@equation
def biased_clamp_current(
    read_voltage: u.Volt, active_conductance: u.Siemens, input_resistance: u.Ohm, bias_current: u.Ampere
) -> u.Ampere:
    """Current that a class-A clamp passes on from its column. [A].

    Parameters
    ----------
    read_voltage : float or array
        Voltage that active rows are driven to. [V]
    active_conductance : float or array
        Sum of the conductances to active rows; idle rows are cut off. [S]
    input_resistance : float or array
        Resistance that the column sees without a current. [ohm]
    bias_current : float or array
        Bias, the most that a class-A circuit carries. [A]

    Returns
    -------
    float or array
        Current into the neuron's circuit. [A]

    Notes
    -----
    Formula: I = min(G (V_read - R_in I_b y), I_b), y = ln(I_b/(I_b - I)) (`front_ends.clamp_depth`)

    Valid: class-A clamp in weak inversion: its transistor carries the bias minus the column current, so the
    input resistance R_in grows as the current approaches the bias

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    80 uS at 0.1 V behind 3 kohm: 8 uA/(1 + 0.24) = 6.45 uA with all the bias that one wants, 6.0 uA of 12 uA; of 5 uA
    nearly all.

    >>> [f"{1e6 * biased_clamp_current(0.1, 80e-6, 3e3, bias):.3g}" for bias in (1.0, 12e-6, 5e-6)]
    ['6.45', '6', '4.68']
    """
    full = read_voltage * active_conductance
    limited = np.isfinite(bias_current)  # without a bias it is a resistance that no current moves
    bias = np.where(limited, bias_current, full)
    depth = front_ends.clamp_depth(read_voltage, active_conductance, input_resistance, bias_current)
    left = active_conductance * (read_voltage - input_resistance * bias * depth)
    unlimited = full / (1.0 + input_resistance * active_conductance)
    return np.minimum(np.where(limited, left, unlimited), bias_current)


@equation
def column_driven_time(settling: u.Second, sampling: u.Second, conversion: u.Second) -> u.Second:
    """Time for which a column must be driven in one read. [s].

    Parameters
    ----------
    settling : float or array
        Time until the column has settled, or the pulse of its inputs where that is longer. [s]
    sampling : float or array
        Time in which a stage takes the settled result; zero where none does. [s]
    conversion : float or array
        Time of the conversions that need the column itself, since nothing holds its result. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_settle + t_sample + t_convert

    Valid: the rows stay driven until the last conversion that needs them has ended

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    Settling in 10 ns, then eight conversions of 10 ns from the column itself:

    >>> f"{column_driven_time(10e-9, 0.0, 80e-9):.3g}"
    '9e-08'
    """
    return settling + sampling + conversion


@equation
def read_interval(
    settling: u.Second, sampling: u.Second, conversion: u.Second, conversion_held: u.Second
) -> u.Second:
    """Time from one read of a group of columns to the next. [s].

    Parameters
    ----------
    settling : float or array
        Time until the columns have settled, their reset before it included. [s]
    sampling : float or array
        Time in which a stage takes the settled results; zero where none does. [s]
    conversion : float or array
        Time of the conversions that need the columns themselves. [s]
    conversion_held : float or array
        Time of the conversions of held results, during which the columns may settle for the next read. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = max(t_settle, t_held) + t_sample + t_convert

    Valid: each column has one holding capacitor, which takes the next result when the last has been converted

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    Settling in 20 ns, sampling in 2 ns, and 80 ns of conversions: the next read begins after 82 ns where a stage holds
    the results, and after 100 ns where nothing holds and samples them.

    >>> f"{read_interval(20e-9, 2e-9, 0.0, 80e-9):.3g} {read_interval(20e-9, 0.0, 80e-9, 0.0):.3g}"
    '8.2e-08 1e-07'
    """
    return np.maximum(settling, conversion_held) + sampling + conversion


@equation
def input_digits(bits: u.Dimensionless, bits_per_phase: u.Dimensionless) -> u.Dimensionless:
    """Phases in which an input is applied. [1].

    Parameters
    ----------
    bits : float or array
        Bits of the input.
    bits_per_phase : float or array
        Bits that one phase carries, as a pulse or a voltage.

    Returns
    -------
    float or array
        Whole number of phases.

    Notes
    -----
    Formula: p = ceil(b / b_phase)

    Valid: whole bits

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    8 bits in steps of 3:

    >>> float(input_digits(8.0, 3.0))
    3.0
    """
    return rounded_up(bits / bits_per_phase)


@equation
def mean_binary_width(bits: u.Dimensionless) -> u.Dimensionless:
    """Mean pulse width of an input with binary-weighted pulse widths. [1].

    Parameters
    ----------
    bits : float or array
        Bits of the input, one pulse each.

    Returns
    -------
    float or array
        Mean width over the shortest.

    Notes
    -----
    Formula: w = (2^b - 1) / b

    Valid: one pulse for each bit, in proportion to its place

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    1, 2, 4 and 8 shortest widths for four bits:

    >>> float(mean_binary_width(4.0))
    3.75
    """
    return (np.exp2(bits) - 1.0) / bits


@equation
def active_digit_probability(bit_density: u.Dimensionless, bits: u.Dimensionless) -> u.Dimensionless:
    """Probability that a digit of several bits is not zero. [1].

    Parameters
    ----------
    bit_density : float or array
        Share of the bits that are one.
    bits : float or array
        Bits of the digit.

    Returns
    -------
    float or array
        Probability.

    Notes
    -----
    Formula: p = 1 - (1 - d)^b

    Valid: bits independent of each other

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    Three of the four digits of two fair bits:

    >>> float(active_digit_probability(0.5, 2.0))
    0.75
    """
    return 1.0 - (1.0 - bit_density) ** bits


@equation
def row_groups(
    rows: u.Dimensionless, array_rows: u.Dimensionless, rows_at_once: u.Dimensionless
) -> u.Dimensionless:
    """Reads of the rows of one group of a layer, over all its arrays. [1].

    Parameters
    ----------
    rows : float or array
        Rows that the layer takes.
    array_rows : float or array
        Rows of one array.
    rows_at_once : float or array
        Rows that are summed in one read.

    Returns
    -------
    float or array
        Whole number of reads.

    Notes
    -----
    Formula: g = floor(R / N) ceil(N / n) + ceil((R mod N) / n)

    Valid: reads that never reach from one array into the next

    References
    ----------
    .. [1] Derivation: docs/models/read_schedule.md.

    Examples
    --------
    300 rows on arrays of 256, 16 at a time: 16 reads of the full array and three of the second.

    >>> float(row_groups(300.0, 256.0, 16.0))
    19.0
    """
    full = rounded_down(rows / array_rows)
    return full * rounded_up(array_rows / rows_at_once) + rounded_up(
        (rows - full * array_rows) / rows_at_once
    )
