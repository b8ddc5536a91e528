"""Changes of conductance after writing: drift, relaxation, and read-to-read fluctuation.

Laws, sources of their constants and tests: docs/models/crossbar.md.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


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
