"""Off-chip dynamic memory: energy and standby power from its data-sheet currents, rows, refresh and latency.

The currents are those of the loops that JEDEC defines: activating and precharging rows (IDD0), standby with
rows closed or open (IDD2N, IDD3N), bursts (IDD4R, IDD4W) and refresh (IDD5B).
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided, rounded_up


@equation
def one_bank_current(
    precharged_standby_current: u.Ampere, active_standby_current: u.Ampere, open_banks: u.Dimensionless
) -> u.Ampere:
    """Standby current with one bank open. [A].

    Parameters
    ----------
    precharged_standby_current : float or array
        Current at rest with all rows closed, IDD2N. [A]
    active_standby_current : float or array
        Current at rest with rows open, IDD3N. [A]
    open_banks : float or array
        Banks that are open in the loop of IDD3N: all in DDR3, DDR4 and DDR5, one in LPDDR, GDDR and HBM. [1]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I_1 = I_2N + (I_3N - I_2N) / n

    Valid: standby currents that rise equally for each open bank

    References
    ----------
    .. [1] JEDEC, "DDR4 SDRAM", JESD79-4 (2012), measurement conditions of IDD.
    .. [2] Derivation: docs/models/dram.md.

    Examples
    --------
    34 mA, and 43 mA with 16 banks open: 34.6 mA with one.

    >>> f"{one_bank_current(0.034, 0.043, 16.0):.3g}"
    '0.0346'
    """
    return precharged_standby_current + divided(
        active_standby_current - precharged_standby_current, open_banks
    )


@equation
def activation_energy(
    supply_voltage: u.Volt,
    activating_current: u.Ampere,
    one_bank_current: u.Ampere,
    precharged_standby_current: u.Ampere,
    row_active_time: u.Second,
    row_cycle_time: u.Second,
) -> u.Joule:
    """Energy of activating and precharging one row, above standby. [J].

    Parameters
    ----------
    supply_voltage : float or array
        Supply that the currents flow from. [V]
    activating_current : float or array
        Current while rows are opened and closed as often as allowed, IDD0. [A]
    one_bank_current : float or array
        Current at rest with one bank open. [A]
    precharged_standby_current : float or array
        Current at rest with all rows closed, IDD2N. [A]
    row_active_time : float or array
        Time that a row is open in the loop, t_RAS. [s]
    row_cycle_time : float or array
        Time from one row to the next in the loop, t_RC, not below t_RAS. [s]

    Returns
    -------
    float or array
        Energy; zero where the loop draws no more than standing by. [J]

    Notes
    -----
    Formula: E_act = V [I_0 t_RC - I_1 t_RAS - I_2N (t_RC - t_RAS)]

    Valid: currents of one data sheet, with a loop over the rows of one bank

    Together with the standby power it reproduces the loop current in the data sheet. TN-41-01 uses IDD3N for
    I_1, which is too high if that is measured with all banks open.

    References
    ----------
    .. [1] Micron, "Calculating memory system power for DDR3", TN-41-01 (2007).
    .. [2] Derivation: docs/models/dram.md.
    .. [3] Micron TN-41-01 and TN-40-07; docs/models/dram.md.

    Examples
    --------
    A pseudo-channel of HBM2 at 1.2 V, 28.5 mA, 12.4 mA and 11.8 mA, 33.3 ns of 48.3 ns:
    1.2 x (1380 - 413 - 176) pC = 0.95 nJ.

    >>> f"{activation_energy(1.2, 28.544e-3, 12.394e-3, 11.756e-3, 33.334e-9, 48.334e-9):.3g}"
    '9.48e-10'
    """
    charge = (
        activating_current * row_cycle_time
        - one_bank_current * row_active_time
        - precharged_standby_current * (row_cycle_time - row_active_time)
    )
    energy: u.Joule = supply_voltage * charge
    return energy * np.where(charge > 0.0, 1.0, 0.0)


@equation
def energy_above_standby(
    supply_voltage: u.Volt, current: u.Ampere, active_standby_current: u.Ampere, duration: u.Second
) -> u.Joule:
    """Energy of one command above standby with rows open. [J].

    Parameters
    ----------
    supply_voltage : float or array
        Supply that the currents flow from. [V]
    current : float or array
        Current while the command is repeated without a gap. [A]
    active_standby_current : float or array
        Current at rest with rows open, IDD3N. [A]
    duration : float or array
        Time that the command takes: of a burst on the pins, or of a refresh, t_RFC. [s]

    Returns
    -------
    float or array
        Energy; zero where the command draws no more than standing by. [J]

    Notes
    -----
    Formula: E = V (I - I_3N) t

    Valid: reading and writing bursts (I = IDD4R, IDD4W) and refreshing all banks (I = IDD5B)

    References
    ----------
    .. [1] Micron, "Calculating memory system power for DDR3", TN-41-01 (2007).
    .. [2] Derivation: docs/models/dram.md.
    .. [3] Micron TN-41-01 and TN-40-07; docs/models/dram.md.

    Examples
    --------
    DDR4-2400, eight pins: 1.2 V x (135 - 43) mA x 3.33 ns = 0.368 nJ for 64 bits, 5.8 pJ a bit.

    >>> f"{energy_above_standby(1.2, 0.135, 0.043, 3.3333e-9):.3g}"
    '3.68e-10'
    """
    above = current - active_standby_current
    energy: u.Joule = supply_voltage * above * duration
    return energy * np.where(above > 0.0, 1.0, 0.0)


@equation
def standby_power(supply_voltage: u.Volt, current: u.Ampere) -> u.Watt:
    """Standby power of a device. [W].

    Parameters
    ----------
    supply_voltage : float or array
        Supply that the current flows from. [V]
    current : float or array
        Current in the state that it rests in: IDD3N, IDD2N, IDD2P or IDD6. [A]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = V I

    Valid: one standby state

    References
    ----------
    .. [1] Micron, "Calculating memory system power for DDR3", TN-41-01 (2007).
    .. [2] Micron TN-41-01 and TN-40-07; docs/models/dram.md.

    Examples
    --------
    34 mA at 1.2 V: 41 mW.

    >>> f"{standby_power(1.2, 0.034):.3g}"
    '0.0408'
    """
    return supply_voltage * current


@equation
def rows_opened_per_bit(run_length: u.Bit, row_size: u.Bit, burst_size: u.Bit) -> u.PerBit:
    """Row activations per transferred bit. [1/bit].

    Parameters
    ----------
    run_length : float or array
        Bits that are moved from one place on before the next run begins elsewhere; infinite for a stream. [bit]
    row_size : float or array
        Bits of a row, over all devices that are read together. [bit]
    burst_size : float or array
        Bits of one burst, over the same devices, not above the run. [bit]

    Returns
    -------
    float or array
        Rows per bit: one over the row for a stream, one over the burst for single bursts anywhere. [1/bit]

    Notes
    -----
    Formula: a = 1/L + (1 - B/L) / R

    Valid: runs that start at any burst of a row, each row closed before the next run

    A run of L bits that starts at a random burst touches 1 + (L - B) / R rows on average.

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    Bursts of 512 bits in rows of 65536 bits, runs of 4096 bits: 1/4096 + (1 - 1/8)/65536 = 1/3885.

    >>> f"{1.0 / rows_opened_per_bit(4096.0, 65536.0, 512.0):.0f}"
    '3884'
    """
    return 1.0 / run_length + (1.0 - burst_size / run_length) / row_size


@equation
def termination_energy(
    loop_voltage: u.Volt, loop_resistance: u.Ohm, conducting_share: u.Dimensionless, data_rate: u.BitPerSecond
) -> u.JoulePerBit:
    """Energy of driver and termination of a pin for one bit. [J/bit].

    Parameters
    ----------
    loop_voltage : float or array
        Voltage over driver and termination while current flows. [V]
    loop_resistance : float or array
        Resistance of the driver and of the termination in series, above zero. [ohm]
    conducting_share : float or array
        Share of the bits for which current flows; zero without a termination. [1]
    data_rate : float or array
        Bits a second on the pin. [bit/s]

    Returns
    -------
    float or array
        Energy from the supply. [J/bit]

    Notes
    -----
    Formula: e = p V^2 / (R f)

    Valid: p = 1/2 if current flows at one of two levels; 1 for a centre tap, with V of half the supply

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    1.2 V over 34 and 48 ohm for half of the bits at 2.4 Gbit/s: 8.8 mW, 3.7 pJ a bit.

    >>> f"{termination_energy(1.2, 82.0, 0.5, 2.4e9):.3g}"
    '3.66e-12'
    """
    return conducting_share * loop_voltage**2 / (loop_resistance * data_rate)


@equation
def pin_charge_energy(
    charging_probability: u.Dimensionless,
    capacitance: u.Farad,
    supply_voltage: u.Volt,
    swing: u.Volt,
    bits_per_transfer: u.Bit,
) -> u.JoulePerBit:
    """Energy of charging pads and line of a pin for one bit. [J/bit].

    Parameters
    ----------
    charging_probability : float or array
        How often a bit charges the line: 1/4 for random bits. [1]
    capacitance : float or array
        Pads of both ends and the line. [F]
    supply_voltage : float or array
        Supply of the driver. [V]
    swing : float or array
        Difference of the two levels. [V]
    bits_per_transfer : float or array
        Bits that a level carries, above zero: 1 bit for two levels. [bit]

    Returns
    -------
    float or array
        Energy from the supply. [J/bit]

    Notes
    -----
    Formula: e = p C V V_s / b

    Valid: lines that are charged to a swing V_s from a supply V

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    2 pF at 1.2 V with random bits: 0.25 x 2 pF x 1.44 V^2 = 0.72 pJ.

    >>> f"{pin_charge_energy(0.25, 2e-12, 1.2, 1.2, 1.0):.3g}"
    '7.2e-13'
    """
    return charging_probability * capacitance * supply_voltage * swing / bits_per_transfer


@equation
def open_row_energy(open_power: u.Watt, resting_power: u.Watt, rate: u.BitPerSecond) -> u.JoulePerBit:
    """Energy of open rows during the transfer of a bit, above the idle state. [J/bit].

    Parameters
    ----------
    open_power : float or array
        Power at rest with rows open. [W]
    resting_power : float or array
        Power of the state that it rests in. [W]
    rate : float or array
        Data rate of the channel, above zero. [bit/s]

    Returns
    -------
    float or array
        Energy; zero where it rests with rows open. [J/bit]

    Notes
    -----
    Formula: e = (P_open - P_rest) / r

    Valid: devices that are idle between transfers

    With a busy share s, the mean power is P_rest + s (P_open - P_rest).

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    8 devices of 52 mW that rest at 30 mW, at 138 Gbit/s: 1.3 pJ a bit.

    >>> f"{open_row_energy(0.416, 0.24, 138e9):.3g}"
    '1.28e-12'
    """
    above = open_power - resting_power
    return above * np.where(above > 0.0, 1.0, 0.0) / rate


@equation
def devices_of_a_rank(
    channels: u.Dimensionless, channel_width: u.Bit, device_width: u.Bit, device_channels: u.Dimensionless
) -> u.Dimensionless:
    """Devices of one rank over all channels. [1].

    Parameters
    ----------
    channels : float or array
        Independent channels. [1]
    channel_width : float or array
        Data pins of a channel, each with one bit. [bit]
    device_width : float or array
        Data pins of one channel of a device. [bit]
    device_channels : float or array
        Channels of a device, at least one. [1]

    Returns
    -------
    float or array
        Devices: chips, packages or stacks. [1]

    Notes
    -----
    Formula: N = ceil(n_channels (W / w) / n_device)

    Valid: channels of whole devices in parallel

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    One channel of 64 pins takes eight devices of eight; twenty pseudo-channels of HBM2 take two stacks of sixteen.

    >>> f"{devices_of_a_rank(1.0, 64.0, 8.0, 1.0):g} {devices_of_a_rank(20.0, 64.0, 64.0, 16.0):g}"
    '8 2'
    """
    return rounded_up(divided(channels * (channel_width / device_width), device_channels))


@equation
def ranks(capacity: u.Bit, rank_capacity: u.Bit) -> u.Dimensionless:
    """Ranks needed for a capacity. [1].

    Parameters
    ----------
    capacity : float or array
        Capacity that is asked for. [bit]
    rank_capacity : float or array
        Capacity of one rank of all channels, above zero. [bit]

    Returns
    -------
    float or array
        Ranks, at least one: nobody sells a part of a device. [1]

    Notes
    -----
    Formula: n = max(1, ceil(S / S_rank))

    Valid: ranks of equal devices

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    20 GiB of ranks of 8 GiB take three.

    >>> f"{ranks(20.0, 8.0):g}"
    '3'
    """
    return np.maximum(rounded_up(capacity / rank_capacity), 1.0)


_ACTIVATIONS_OF_THE_WINDOW = 2.0**2  # the window that bounds activations holds four


@equation
def row_interval(
    activation_interval: u.Second,
    activation_window: u.Second,
    row_cycle_time: u.Second,
    banks: u.Dimensionless,
) -> u.Second:
    """Shortest mean time between two row activations. [s].

    Parameters
    ----------
    activation_interval : float or array
        Shortest time between two activations, t_RRD. [s]
    activation_window : float or array
        Time in which no more than four rows may be opened, t_FAW. [s]
    row_cycle_time : float or array
        Time from one row to the next of the same bank, t_RC. [s]
    banks : float or array
        Banks that take turns. [1]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = max(t_RRD, t_FAW / 4, t_RC / n)

    Valid: accesses distributed evenly over the banks

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    3.3 ns between two, 21 ns for four, 46 ns over 16 banks: 5.25 ns.

    >>> f"{row_interval(3.3e-9, 21e-9, 46e-9, 16.0):.3g}"
    '5.25e-09'
    """
    return np.maximum(
        np.maximum(activation_interval, activation_window / _ACTIVATIONS_OF_THE_WINDOW),
        divided(row_cycle_time, banks),
    )


@equation
def sustained_rate(
    peak_rate: u.BitPerSecond,
    bus_share: u.Dimensionless,
    rows_per_bit: u.PerBit,
    row_interval: u.Second,
    refresh_share: u.Dimensionless,
) -> u.BitPerSecond:
    """Sustained data rate of a channel. [bit/s].

    Parameters
    ----------
    peak_rate : float or array
        Pins times their data rate. [bit/s]
    bus_share : float or array
        Share of the time for which the pins can move data while rows do not hold them up; the rest goes into turning
        the bus round and into gaps between bursts. [1]
    rows_per_bit : float or array
        Rows that are opened for every bit. [1/bit]
    row_interval : float or array
        Time from one row to the next. [s]
    refresh_share : float or array
        Share of the time that refreshing takes. [1]

    Returns
    -------
    float or array
        Data rate; zero where refreshing takes all the time. [bit/s]

    Notes
    -----
    Formula: r = min(eta r_peak, 1 / (a t_row)) (1 - u)

    Valid: requests known far enough ahead to activate rows while others are read

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    Single bursts of 512 bits anywhere, a row every 5.25 ns, 4.5 % refresh, on pins of 153.6 Gbit/s:
    512 / 5.25 ns = 97.5 Gbit/s; 93.1 remain.

    >>> f"{sustained_rate(153.6e9, 0.9, 1.0 / 512.0, 5.25e-9, 0.045):.3g}"
    '9.31e+10'
    """
    rate: u.BitPerSecond = np.minimum(bus_share * peak_rate, 1.0 / (rows_per_bit * row_interval))
    left: u.Dimensionless = np.maximum(1.0 - refresh_share, 0.0)
    return rate * left


@equation
def refresh_interval(interval: u.Second, temperature: u.Kelvin, halving_temperature: u.Kelvin) -> u.Second:
    """Time from one refresh command to the next at a temperature. [s].

    Parameters
    ----------
    interval : float or array
        Time in the normal range of temperature, t_REFI. [s]
    temperature : float or array
        Temperature of the memory. [K]
    halving_temperature : float or array
        Temperature above which rows are refreshed twice as often. [K]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_REFI, halved above T_h

    Valid: up to ten kelvin above the temperature at which it halves

    References
    ----------
    .. [1] JEDEC, "DDR4 SDRAM", JESD79-4 (2012).
    .. [2] JEDEC JESD79-4 and JESD209-4: 85 degrees Celsius; docs/models/dram.md.

    Examples
    --------
    7.8 us up to 358 K, 3.9 us above.

    >>> f"{refresh_interval(7.8e-6, 365.0, 358.15):.3g}"
    '3.9e-06'
    """
    return interval * np.where(temperature > halving_temperature, 1.0 / 2.0, 1.0)


@equation
def refresh_share(
    refresh_time: u.Second,
    refresh_interval: u.Second,
    refreshed_banks: u.Dimensionless,
    banks: u.Dimensionless,
) -> u.Dimensionless:
    """Share of the time in which refresh blocks a channel. [1].

    Parameters
    ----------
    refresh_time : float or array
        Time that one refresh takes, t_RFC. [s]
    refresh_interval : float or array
        Time from one refresh to the next, t_REFI; above zero. [s]
    refreshed_banks : float or array
        Banks that wait: all, or one where they are refreshed one after the other. [1]
    banks : float or array
        Banks. [1]

    Returns
    -------
    float or array
        Share; above one where rows fade faster than they can be refreshed. [1]

    Notes
    -----
    Formula: u = (t_RFC / t_REFI) n / N

    Valid: accesses distributed evenly over the banks

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    350 ns of 7.8 us with all banks waiting.

    >>> f"{refresh_share(350e-9, 7.8e-6, 16.0, 16.0):.3g}"
    '0.0449'
    """
    return refresh_time / refresh_interval * divided(refreshed_banks, banks)


@equation
def access_latency(
    controller_time: u.Second,
    wake_time: u.Second,
    precharge_time: u.Second,
    row_to_column_time: u.Second,
    column_time: u.Second,
    burst_time: u.Second,
    refresh_time: u.Second,
    refresh_share: u.Dimensionless,
) -> u.Second:
    """Time from a request to the end of its first burst. [s].

    Parameters
    ----------
    controller_time : float or array
        Controller and interface, both ways. [s]
    wake_time : float or array
        Time to leave the state that the device rests in; zero for standby. [s]
    precharge_time : float or array
        Closing the row that is open, t_RP. [s]
    row_to_column_time : float or array
        Opening the row, t_RCD. [s]
    column_time : float or array
        From the read command to the first bit, t_CL. [s]
    burst_time : float or array
        One burst on the pins. [s]
    refresh_time : float or array
        Time that one refresh takes, t_RFC. [s]
    refresh_share : float or array
        Share of the time that refreshing takes: who comes then waits for half of it on average. [1]

    Returns
    -------
    float or array
        Latency. [s]

    Notes
    -----
    Formula: t = t_c + t_x + t_RP + t_RCD + t_CL + t_B + t_RFC u / 2

    Valid: a request with another row open and an empty queue

    References
    ----------
    .. [1] Derivation: docs/models/dram.md.

    Examples
    --------
    20 ns of controller, three times 14.16 ns, a burst of 3.33 ns and 0.045 of half of 350 ns: 73.7 ns.

    >>> f"{access_latency(20e-9, 0.0, 14.16e-9, 14.16e-9, 14.16e-9, 3.33e-9, 350e-9, 0.045):.3g}"
    '7.37e-08'
    """
    return (
        controller_time
        + wake_time
        + precharge_time
        + row_to_column_time
        + column_time
        + burst_time
        + refresh_time * refresh_share / 2.0
    )
