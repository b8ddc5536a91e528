"""Rows, refresh and latency of off-chip memory."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided

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
