"""Ageing of stored weights: drift, relaxation, fluctuation, retention, and wear as a distribution over many cells."""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import BOLTZMANN, JoulePerKelvin, bounded_exponential


@equation
def drift_logarithm(time: u.Second, reference_time: u.Second) -> u.Dimensionless:
    """Natural logarithm of the time since writing over the time of the first reading. [1].

    Parameters
    ----------
    time : float or array
        Time since the write. [s]
    reference_time : float or array
        Time after the write at which a conductance is first known. [s]

    Returns
    -------
    float or array
        Logarithm, zero before the reference time. [1]

    Notes
    -----
    Formula: L = ln(max(t, t_0) / t_0)

    Valid: t_0 > 0; times before t_0 count as t_0

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A day after writing, first read after 20 s: ln(86400/20) = 8.37.

    >>> f"{drift_logarithm(86400.0, 20.0):.2f}"
    '8.37'
    """
    return np.log(np.maximum(time, reference_time) / reference_time)


@equation
def drifted_conductance(
    initial_conductance: u.Siemens,
    time: u.Second,
    reference_time: u.Second,
    drift_exponent: u.Dimensionless,
    exponent_spread: u.Dimensionless,
) -> u.Siemens:
    """Mean conductance of drifting cells at a time after writing. [S].

    Parameters
    ----------
    initial_conductance : float or array
        Mean conductance at the reference time. [S]
    time : float or array
        Time since the write. [s]
    reference_time : float or array
        Time after the write at which the initial conductance was read; it is taken for all earlier times. [s]
    drift_exponent : float or array
        Mean exponent; 0 for no drift. [1]
    exponent_spread : float or array
        Standard deviation of the exponent from cell to cell; 0 for a single cell. [1]

    Returns
    -------
    float or array
        Conductance. [S]

    Notes
    -----
    Formula: G(t) = G_0 exp(-nu L + (sigma_nu L)^2 / 2), L = ln(t / t_0)

    Valid: t >= t_0; empirical law of drift, normally distributed exponents

    The mean of a power law over varying exponents is above the power law of the mean exponent.

    References
    ----------
    S. R. Nandakumar et al., "Phase-change memory models for deep learning training and inference", ICECS (2019),
    doi:10.1109/ICECS46596.2019.8964852, as the documentation of IBM/aihwkit states it, docs/source/pcm_inference.rst.

    Examples
    --------
    Exponent 0.5 over two decades of time leaves a tenth:

    >>> f"{drifted_conductance(10e-6, 100.0, 1.0, 0.5, 0.0):.3g}"
    '1e-06'
    """
    logarithm = drift_logarithm(time, reference_time)
    return initial_conductance * np.exp((exponent_spread * logarithm) ** 2 / 2.0 - drift_exponent * logarithm)


@equation
def relaxation_spread(
    time: u.Second, reference_time: u.Second, reference_spread: u.Dimensionless, growth: u.Dimensionless
) -> u.Dimensionless:
    """Standard deviation of the conductance change since writing. [1].

    Parameters
    ----------
    time : float or array
        Time since the write. [s]
    reference_time : float or array
        Time at which the spread was first read. [s]
    reference_spread : float or array
        Standard deviation then, over the largest conductance, s_0. [1]
    growth : float or array
        Growth of it per decade of time, g. [1]

    Returns
    -------
    float or array
        Standard deviation over the largest conductance. [1]

    Notes
    -----
    Formula: s(t) = s_0 + g log10(max(t, t_0) / t_0)

    Valid: t >= t_0; spread measured from 1 s to some days, extended to later times

    References
    ----------
    D. F. Falcone et al., "All-in-one analog AI hardware", Adv. Funct. Mater. (2025), doi:10.1002/adfm.202504688, as the
    noise model of IBM/aihwkit states it, src/aihwkit/inference/noise/reram.py, ReRamCMONoiseModel.

    Examples
    --------
    That model has 0.412 uS + 0.042 uS ln(t/s) on 88 uS: 0.0967 uS a decade; ten years later 1.23 uS, 1.4 %.

    >>> f"{relaxation_spread(3.156e8, 1.0, 0.412 / 88, 0.0967 / 88):.4f}"
    '0.0140'
    """
    return reference_spread + growth * np.log10(np.maximum(time, reference_time) / reference_time)


@equation
def flicker_spread(flicker_noise: u.Dimensionless, time: u.Second, pulse_width: u.Second) -> u.Dimensionless:
    """Relative standard deviation of a conductance with 1/f noise. [1].

    Parameters
    ----------
    flicker_noise : float or array
        Root of the relative spectral density times frequency, q. [1]
    time : float or array
        Time since the write, from which on the noise has built up. [s]
    pulse_width : float or array
        Width of the pulse that reads, t_p. [s]

    Returns
    -------
    float or array
        Relative standard deviation; zero within the first pulse. [1]

    Notes
    -----
    Formula: s = q sqrt(ln((t + t_p) / (2 t_p)))

    Valid: noise of spectral density q^2/f, integrated from one pulse width to the time since writing; t >=
    t_p

    References
    ----------
    S. R. Nandakumar et al., "Phase-change memory models for deep learning training and inference", ICECS (2019),
    doi:10.1109/ICECS46596.2019.8964852, as the documentation of IBM/aihwkit states it, docs/source/pcm_inference.rst.

    Examples
    --------
    q of 0.0088 and 250 ns, 20 s after writing: ln(4e7) = 17.5, root 4.18: 3.7 %.

    >>> f"{flicker_spread(0.0088, 20.0, 250e-9):.4f}"
    '0.0368'
    """
    return flicker_noise * np.sqrt(np.maximum(np.log((time + pulse_width) / (2.0 * pulse_width)), 0.0))


@equation
def weight_share(
    low: u.Siemens, high: u.Siemens, low_then: u.Siemens, high_then: u.Siemens
) -> u.Dimensionless:
    """Share of a weight that its conductance still represents. [1].

    Parameters
    ----------
    low, high : float or array
        Ends of the window as they were written. [S]
    low_then, high_then : float or array
        The same ends some time later. [S]

    Returns
    -------
    float or array
        Share, one where nothing has drifted. [1]

    Notes
    -----
    Formula: g = (G_high(t) - G_low(t)) / (G_high - G_low)

    Valid: weights on a line between the two ends, at both times

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A window of 1 to 25 uS that has become 0.5 to 18.5 uS is 18/24 of what it was.

    >>> weight_share(1e-6, 25e-6, 0.5e-6, 18.5e-6)
    0.75
    """
    return (high_then - low_then) / (high - low)


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


@equation
def failed_share(
    cycles: u.Dimensionless, endurance: u.Dimensionless, shape: u.Dimensionless
) -> u.Dimensionless:
    """Share of failed cells after a number of cycles. [1].

    Parameters
    ----------
    cycles : float or array
        Cycles of each cell, n. [1]
    endurance : float or array
        Cycles after which 63 % of the cells have failed, N_63. [1]
    shape : float or array
        Weibull slope, beta. [1]

    Returns
    -------
    float or array
        Share. [1]

    Notes
    -----
    Formula: F = 1 - exp(-(n/N_63)^beta)

    Valid: cells that fail independently by one mechanism

    References
    ----------
    .. [1] W. Weibull, Journal of Applied Mechanics 18 (1951) 293.

    Examples
    --------
    At N_63 itself: 1 - 1/e.

    >>> f"{failed_share(1e6, 1e6, 2.0):.4f}"
    '0.6321'
    """
    return -np.expm1(-((cycles / endurance) ** shape))


@equation
def cycles_to_failure(
    endurance: u.Dimensionless, shape: u.Dimensionless, cells: u.Dimensionless, groups: u.Dimensionless,
    spares: u.Dimensionless,
) -> u.Dimensionless:  # fmt: skip
    """Mean cycles until one of several groups of cells has lost one cell more than it has spares. [1].

    Parameters
    ----------
    endurance : float or array
        Cycles after which 63 % of the cells have failed, N_63. [1]
    shape : float or array
        Weibull slope, beta. [1]
    cells : float or array
        Cells of one group, n. [1]
    groups : float or array
        Groups with spares of their own, A. [1]
    spares : float or array
        Failed cells of a group that others replace, S. [1]

    Returns
    -------
    float or array
        Cycles. [1]

    Notes
    -----
    Formula: n = N_63 n^(-1/beta) ((S + 1)!/A)^(1/(beta (S + 1))) Gamma(1 + 1/(beta (S + 1)))

    Valid: equal wear and independent failures; exact for S = 0, because the minimum of n A Weibull lifetimes
    is a Weibull lifetime; with spares a group fails with probability lambda^(S+1)/(S+1)!, which is too high
    for lambda near one, so the cycles are too few

    References
    ----------
    .. [1] W. Weibull, Journal of Applied Mechanics 18 (1951) 293.
    .. [2] Derivation: docs/models/learning.md.

    Examples
    --------
    10^6 cells in one group, a slope of 2 and N_63 of 10^8: 10^5 x Gamma(1.5) = 88.6 thousand cycles.

    >>> f"{cycles_to_failure(1e8, 2.0, 1e6, 1.0, 0.0):.3g}"
    '8.86e+04'
    """
    failures = spares + 1.0
    of_groups = np.exp((_log_gamma(failures + 1.0) - np.log(groups)) / (shape * failures))
    of_cells = np.maximum(cells, 1.0) ** (-1.0 / shape)
    return endurance * of_cells * of_groups * np.exp(_log_gamma(1.0 + 1.0 / (shape * failures)))


def _log_gamma(x: u.Dimensionless) -> u.Dimensionless:
    """Logarithm of the gamma function, of numbers and of arrays."""
    if np.ndim(x) == 0:
        return math.lgamma(float(x))
    return np.asarray(np.frompyfunc(math.lgamma, 1, 1)(x), dtype=np.float64)


@equation
def cycles_to_share(
    share: u.Dimensionless, endurance: u.Dimensionless, shape: u.Dimensionless
) -> u.Dimensionless:
    """Cycles after which a share of the cells has failed. [1].

    Parameters
    ----------
    share : float or array
        Share, F, below one. [1]
    endurance : float or array
        Cycles after which 63 % of the cells have failed, N_63. [1]
    shape : float or array
        Weibull slope, beta. [1]

    Returns
    -------
    float or array
        Cycles. [1]

    Notes
    -----
    Formula: n = N_63 (-ln(1 - F))^(1/beta)

    Valid: as for `failed_share`

    References
    ----------
    .. [1] W. Weibull, Journal of Applied Mechanics 18 (1951) 293.

    Examples
    --------
    One per cent with a slope of 2 and N_63 of 10^6: 10^6 x sqrt(0.01005) = 1.00e5.

    >>> f"{cycles_to_share(0.01, 1e6, 2.0):.3g}"
    '1e+05'
    """
    return endurance * (-np.log1p(-share)) ** (1.0 / shape)


@equation
def wear_lifetime(cycles: u.Dimensionless, per_sample: u.Dimensionless, sample_rate: u.PerSecond) -> u.Second:
    """Time until a cell has had a number of cycles. [s].

    Parameters
    ----------
    cycles : float or array
        Cycles, n. [1]
    per_sample : float or array
        Cycles of the cell in a sample, c. [1]
    sample_rate : float or array
        Samples in a second of use, f. [1/s]

    Returns
    -------
    float or array
        Time; infinite where the cell has no cycles. [s]

    Notes
    -----
    Formula: t = n/(c f)

    Valid: a constant use

    References
    ----------
    .. [1] Derivation: docs/models/learning.md.

    Examples
    --------
    10^6 cycles, one a sample and a sample in 4.5 s: 4.5e6 s, 52 days.

    >>> f"{wear_lifetime(1e6, 1.0, 1 / 4.5):.3g}"
    '4.5e+06'
    """
    with np.errstate(divide="ignore"):
        return np.divide(cycles, per_sample * sample_rate)
