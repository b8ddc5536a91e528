"""Converters by a regression over published ones: energy and area by resolution and rate.

The regression is a fit in nanometre, hertz, picojoule and square micrometre. Its equations take physical quantities,
and next to the coefficients the unit of each axis of the fit (``reference_length``, ``reference_rate``, ...),
so no unit is hidden in a coefficient. Derivations and accuracy of the fit: docs/models/converters.md.
"""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations.converters import signal_to_noise_ratio

# A power ratio of ten is 10 dB.
_DECIBELS_PER_DECADE = 10.0
"""Definition of the decibel."""


@equation
def survey_figure_of_merit(
    bits: u.Dimensionless,
    sample_rate: u.PerSecond,
    reference_rate: u.PerSecond,
    speed_limited_intercept: u.Dimensionless,
    speed_limited_slope: u.Dimensionless,
    resolution_limited_intercept: u.Dimensionless,
    resolution_limited_slope: u.Dimensionless,
) -> u.Dimensionless:
    """Best Schreier figure of merit, in decibels, of the converters in a survey. [1].

    Parameters
    ----------
    bits : float or array
        Effective number of bits.
    sample_rate : float or array
        Samples per second of one converter. [1/s]
    reference_rate : float or array
        Unit of rate of the fit. [1/s]
    speed_limited_intercept, speed_limited_slope : float or array
        Of the limit by speed, against the natural logarithm of the rate. [dB]
    resolution_limited_intercept, resolution_limited_slope : float or array
        Of the limit by resolution, against the bits rounded up. [dB]

    Returns
    -------
    float or array
        Figure of merit in dB.

    Notes
    -----
    Formula: FOM = min(s_0 + s_1 ln(f/f_0), r_0 + r_1 ceil(b))

    Valid: b >= 4, f <= 10 GHz for one converter

    The fit rounds the bits up. Just above an integer the figure of merit therefore jumps up by
    `resolution_limited_slope`, and the energy jumps down: use integer numbers of bits.

    References
    ----------
    T. Andrulis, R. Chen, H.-S. Lee, J. S. Emer and V. Sze, "Modeling analog-digital-converter energy and area
    for compute-in-memory accelerator design", arXiv:2404.06553 (2024). Coefficients: repository
    Accelergy-Project/hwcomponents-adc, hwcomponents_adc/adc_data/model.yaml.

    Examples
    --------
    8 bits at 1 MHz are limited by resolution, 128.307 + 8 x 3.22051 dB:

    >>> f"{survey_figure_of_merit(8.0, 1e6, 1.0, 213.781, -2.87190, 128.307, 3.22051):.3f}"
    '154.071'
    """
    speed_limit = speed_limited_intercept + speed_limited_slope * np.log(sample_rate / reference_rate)
    resolution_limit = resolution_limited_intercept + resolution_limited_slope * np.ceil(bits)
    return np.minimum(speed_limit, resolution_limit)


@equation
def survey_conversion_energy(
    bits: u.Dimensionless,
    feature_size: u.Metre,
    figure_of_merit: u.Dimensionless,
    reference_length: u.Metre,
    reference_energy: u.Joule,
    intercept: u.Dimensionless,
    feature_size_exponent: u.Dimensionless,
    bits_exponent: u.Dimensionless,
    best_case_shift: u.Dimensionless,
) -> u.Joule:
    """Energy of one conversion of the best converters in a survey. [J].

    Parameters
    ----------
    bits : float or array
        Effective number of bits.
    feature_size : float or array
        Technology node. [m]
    figure_of_merit : float or array
        Best figure of merit at these bits and this rate, in dB.
    reference_length, reference_energy : float or array
        Units of length and energy of the fit. [m], [J]
    intercept : float or array
        Of the logarithm of the energy.
    feature_size_exponent, bits_exponent : float or array
        Powers of feature size and bits.
    best_case_shift : float or array
        Added to the logarithm: from the middle of the residuals to the quantile that counts as best.

    Returns
    -------
    float or array
        Energy, leakage included. [J]

    Notes
    -----
    Formula: E = (E_0/2) 10^((SNDR - FOM)/10) exp(a_0 + a_1 ln(n/n_0) + a_2 ln b + a_3)

    Valid: best converters of the survey (top fifth); b >= 4; nodes 14 to 250 nm

    This is a best case: the median of the same survey needs 2 to 5 times more, see docs/models/converters.md.

    References
    ----------
    T. Andrulis, R. Chen, H.-S. Lee, J. S. Emer and V. Sze, "Modeling analog-digital-converter energy and area
    for compute-in-memory accelerator design", arXiv:2404.06553 (2024). Coefficients: repository
    Accelergy-Project/hwcomponents-adc, hwcomponents_adc/adc_data/model.yaml.

    Examples
    --------
    8 bits at 28 nm: 10^((49.925 - 154.071)/10) / 2 = 1.925e-11 times
    exp(26.0496 + 6.2647 - 5.8830 - 1.4702) = 6.93e10, so 1.33 pJ:

    >>> energy = survey_conversion_energy(
    ...     8.0, 28e-9, 154.071, 1e-9, 1e-12, 26.0496, 1.88004, -2.82913, -1.47020
    ... )
    >>> f"{energy:.3g}"
    '1.33e-12'
    """
    decades = (signal_to_noise_ratio(bits) - figure_of_merit) / _DECIBELS_PER_DECADE
    logarithm = (
        intercept
        + feature_size_exponent * np.log(feature_size / reference_length)
        + bits_exponent * np.log(bits)
        + best_case_shift
    )
    # One exponential of the sum, because either factor alone can leave the range of a double.
    return reference_energy / 2.0 * np.exp(decades * math.log(10.0) + logarithm)


@equation
def survey_converter_area(
    feature_size: u.Metre,
    sample_rate: u.PerSecond,
    conversion_energy: u.Joule,
    reference_length: u.Metre,
    reference_rate: u.PerSecond,
    reference_energy: u.Joule,
    reference_area: u.SquareMetre,
    intercept: u.Dimensionless,
    feature_size_exponent: u.Dimensionless,
    rate_exponent: u.Dimensionless,
    energy_exponent: u.Dimensionless,
) -> u.SquareMetre:
    """Area of the smallest converters in a survey. [m^2].

    Parameters
    ----------
    feature_size : float or array
        Technology node. [m]
    sample_rate : float or array
        Samples per second of one converter. [1/s]
    conversion_energy : float or array
        Energy of one conversion by the energy fit of the same survey, without any factor on top. [J]
    reference_length, reference_rate, reference_energy, reference_area : float or array
        Units of the fit. [m], [1/s], [J], [m^2]
    intercept : float or array
        Of the logarithm of the area.
    feature_size_exponent, rate_exponent, energy_exponent : float or array
        Powers of feature size, rate and energy.

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = A_0 exp(a_0 + a_1 ln(n/n_0) + a_2 ln(f/f_0) + a_3 ln(E/E_0))

    Valid: smallest converters of the survey (bottom tenth); f <= 10 GHz; nodes 14 to 250 nm

    A best case: the medians of the same survey are 3 to 19 times larger, see docs/models/converters.md.

    References
    ----------
    T. Andrulis, R. Chen, H.-S. Lee, J. S. Emer and V. Sze, "Modeling analog-digital-converter energy and area
    for compute-in-memory accelerator design", arXiv:2404.06553 (2024). Coefficients: repository
    Accelergy-Project/hwcomponents-adc, hwcomponents_adc/adc_data/model.yaml.

    Examples
    --------
    28 nm, 100 MHz, 1.33 pJ: exp(3.3098 + 3.3289 + 0.0853 + 1.3462) = exp(8.0702) = 3198 um^2.

    >>> area = survey_converter_area(
    ...     28e-9, 1e8, 1.33e-12, 1e-9, 1.0, 1e-12, 1e-12, 1.346192, 0.993279, 0.180715, 0.299124
    ... )
    >>> f"{area:.2g}"
    '3.2e-09'
    """
    logarithm = (
        intercept
        + feature_size_exponent * np.log(feature_size / reference_length)
        + rate_exponent * np.log(sample_rate / reference_rate)
        + energy_exponent * np.log(conversion_energy / reference_energy)
    )
    return reference_area * np.exp(logarithm)
