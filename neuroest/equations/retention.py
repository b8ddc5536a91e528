"""Loss of weights: retention by temperature, read disturb, and the resulting rewriting rate."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import BOLTZMANN, JoulePerKelvin, bounded_exponential


@equation
def retention_at_temperature(
    retention_time: u.Second,
    activation_energy: u.Joule,
    temperature: u.Kelvin,
    reference_temperature: u.Kelvin,
    boltzmann: JoulePerKelvin = BOLTZMANN,
) -> u.Second:
    """Retention time, converted from one temperature to another. [s].

    Parameters
    ----------
    retention_time : float or array
        Time at the reference temperature, t_ref; infinite where a state is taken to stay. [s]
    activation_energy : float or array
        Barrier, E; zero where temperature changes nothing. [J]
    temperature, reference_temperature : float or array
        Temperature of the cell, and the one that the time is known for. [K]
    boltzmann : float, optional
        The exact constant. [J/K]

    Returns
    -------
    float or array
        Time at the temperature. [s]

    Notes
    -----
    Formula: t = t_ref exp(E/k (1/T - 1/T_ref))

    Valid: one thermally activated process, around the temperature that the time is known for

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Ten years at 85 C with 1.5 eV are two days at 150 C: 1/423.15 - 1/358.15 = -4.289e-4 1/K, times 17406.8 K is -7.466,
    and exp(-7.466) = 5.72e-4 of 3652.5 days is 2.09 days.

    >>> f"{retention_at_temperature(10 * 365.25, 1.5 * 1.602177e-19, 423.15, 358.15):.2f} days"
    '2.09 days'
    """
    barrier = activation_energy / boltzmann
    return retention_time * bounded_exponential(barrier / temperature - barrier / reference_temperature)


@equation
def disturb_rewriting_energy(programming_energy: u.Joule, disturb_reads: u.Dimensionless) -> u.Joule:
    """Rewriting energy per read due to read disturb. [J].

    Parameters
    ----------
    programming_energy : float or array
        Energy of writing the cell, E_write. [J]
    disturb_reads : float or array
        Reads that a state stands, N; infinite where reading does not disturb. [1]

    Returns
    -------
    float or array
        Energy per read of one cell. [J]

    Notes
    -----
    Formula: E = E_write / N

    Valid: on average over many reads with equal disturb

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    180 pJ every million reads: 0.18 fJ a read.

    >>> f"{disturb_rewriting_energy(180e-12, 1e6):.3g}"
    '1.8e-16'
    """
    return programming_energy / disturb_reads


@equation
def rewriting_rate(
    retention_time: u.Second, disturb_reads: u.Dimensionless, read_rate: u.PerSecond
) -> u.PerSecond:
    """Rewriting rate of a weight because of retention or read disturb. [1/s].

    Parameters
    ----------
    retention_time : float or array
        Time for which the state is kept without reading, at the temperature of the cell, above zero. [s]
    disturb_reads : float or array
        Reads that a state stands, N, above zero. [1]
    read_rate : float or array
        Reads of the cell per time, f_read. [1/s]

    Returns
    -------
    float or array
        Rate; zero where neither happens. [1/s]

    Notes
    -----
    Formula: f = max(1 / t_retention, f_read / N)

    Valid: the first of the two causes; they do not add up

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A year against 1e9 reads at 1 kHz: the reads come first, every 1e6 s.

    >>> f"{rewriting_rate(3.156e7, 1e9, 1e3):.3g}"
    '1e-06'
    """
    return np.maximum(1.0 / retention_time, read_rate / disturb_reads)


@equation
def refresh_share(
    retention_time: u.Second, disturb_reads: u.Dimensionless, read_rate: u.PerSecond
) -> u.Dimensionless:
    """Share of the refreshes in addition to rewriting due to read disturb. [1].

    Parameters
    ----------
    retention_time : float or array
        Time after which weights are written again without being read. [s]
    disturb_reads : float or array
        Reads that a state stands, N, above zero; infinite where reading does not disturb. [1]
    read_rate : float or array
        Reads of the cell per time, f_read. [1/s]

    Returns
    -------
    float or array
        Share, 0 to 1. [1]

    Notes
    -----
    Formula: share = max(1 - t f_read / N, 0)

    Valid: reads with equal disturb; every rewrite restores a weight

    Rewriting due to reads and these refreshes add up to `rewriting_rate`.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Reads ask every 1e6 s, refreshes every 4e5 s: of 2.5 rewritings in 1e6 s the reads have caused one.

    >>> f"{refresh_share(4e5, 1e9, 1e3):.2f}"
    '0.60'
    """
    with np.errstate(invalid="ignore"):
        asked = np.where(read_rate > 0.0, retention_time * (read_rate / disturb_reads), 0.0)
    return np.maximum(1.0 - np.where(np.isnan(asked), 0.0, asked), 0.0)


@equation
def refresh_power(array_programming_energy: u.Joule, retention_time: u.Second) -> u.Watt:
    """Mean power of rewriting an array once per retention time. [W].

    Parameters
    ----------
    array_programming_energy : float or array
        Energy of programming all cells once. [J]
    retention_time : float or array
        Time between two rewrites. [s]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = E_array / t_retention

    Valid: the whole array rewritten once per retention time

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    0.27 mJ every 1000 s: 270 nW.

    >>> f"{refresh_power(0.27e-3, 1000.0):.3g}"
    '2.7e-07'
    """
    with np.errstate(divide="ignore"):
        return np.divide(array_programming_energy, retention_time)


@equation
def retention_time(
    attempt_time: u.Second,
    activation_energy: u.Joule,
    temperature: u.Kelvin,
    boltzmann: JoulePerKelvin = BOLTZMANN,
) -> u.Second:
    """Retention time at a temperature. [s].

    Parameters
    ----------
    attempt_time : float or array
        Prefactor of the Arrhenius law. [s]
    activation_energy : float or array
        Barrier. [J]
    temperature : float or array
        Temperature of the cell. [K]
    boltzmann : float, optional
        The exact constant. [J/K]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_0 exp(E / (k T))

    Valid: one thermally activated process

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A barrier of 20 kT keeps a state 4.85e8 attempt times:

    >>> f"{retention_time(1.0, 20 * 1.380649e-23 * 300, 300.0):.3g}"
    '4.85e+08'
    """
    return attempt_time * np.exp(activation_energy / (boltzmann * temperature))
