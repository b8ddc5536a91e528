"""Column read-out by an integrator that weights input bits by repetition, and a step-wise converter.

Inputs are bit-serial. The bit of weight 2^k is sampled and integrated 2^k times, so m magnitude bits need 2^m
- 1 integrations; a long input is split into two halves that are integrated and converted one after the other.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def input_phases(magnitude_bits: u.Dimensionless, single_phase_bits: u.Dimensionless) -> u.Dimensionless:
    """Phases in which an input is integrated and converted.

    Parameters
    ----------
    magnitude_bits : float or array
        Bits of the input without its sign.
    single_phase_bits : float or array
        Bits up to which one phase is enough.

    Returns
    -------
    float or array
        One or two.

    Notes
    -----
    Formula: p = 1 if m <= m_1 else 2

    Valid: inputs of at least one magnitude bit

    References
    ----------
    .. [1] W. Wan et al., Nature 608:504 (2022), doi:10.1038/s41586-022-04992-8.
    .. [2] W. Wan et al., Nature 608:504 (2022); schedule as in mit-emze/cimloop,
       wan_nature_2022/helper_functions.py.

    Examples
    --------
    >>> float(input_phases(3.0, 3.0)), float(input_phases(4.0, 3.0))
    (1.0, 2.0)
    """
    return np.where(magnitude_bits > single_phase_bits, 2.0, 1.0)


@equation
def integration_steps(magnitude_bits: u.Dimensionless, single_phase_bits: u.Dimensionless) -> u.Dimensionless:
    """Integrations of one input, all phases together.

    Parameters
    ----------
    magnitude_bits : float or array
        Bits of the input without its sign.
    single_phase_bits : float or array
        Bits up to which one phase is enough.

    Returns
    -------
    float or array
        Number of integrations.

    Notes
    -----
    Formula: n = 2^m - 1, or 2^ceil(m/2) + 2^floor(m/2) - 2 in two phases

    Valid: a bit of weight 2^k is integrated 2^k times

    References
    ----------
    .. [1] W. Wan et al., Nature 608:504 (2022), doi:10.1038/s41586-022-04992-8.
    .. [2] W. Wan et al., Nature 608:504 (2022); schedule as in mit-emze/cimloop,
       wan_nature_2022/helper_functions.py.

    Examples
    --------
    Seven bits in two phases of four and three: 15 + 7.

    >>> float(integration_steps(3.0, 3.0)), float(integration_steps(7.0, 3.0))
    (7.0, 22.0)
    """
    first, second = np.ceil(magnitude_bits / 2.0), np.floor(magnitude_bits / 2.0)
    halves = np.exp2(first) + np.exp2(second) - 2.0
    return np.where(magnitude_bits > single_phase_bits, halves, np.exp2(magnitude_bits) - 1.0)


@equation
def conversion_steps(
    magnitude_bits: u.Dimensionless, single_phase_bits: u.Dimensionless, output_bits: u.Dimensionless
) -> u.Dimensionless:
    """Steps of the converter for one input, all phases together.

    Parameters
    ----------
    magnitude_bits : float or array
        Bits of the input without its sign.
    single_phase_bits : float or array
        Bits up to which one phase is enough.
    output_bits : float or array
        Resolution of the result.

    Returns
    -------
    float or array
        Number of steps.

    Notes
    -----
    Formula: c = b, or b + max(b - ceil(m/2), 0) in two phases

    Valid: the second phase skips the bits determined in the first

    References
    ----------
    .. [1] W. Wan et al., Nature 608:504 (2022), doi:10.1038/s41586-022-04992-8.
    .. [2] W. Wan et al., Nature 608:504 (2022); schedule as in mit-emze/cimloop,
       wan_nature_2022/helper_functions.py.

    Examples
    --------
    Ten bits of result: 10 in one phase, 10 + (10 - 4) in two of four and three bits.

    >>> float(conversion_steps(3.0, 3.0, 10.0)), float(conversion_steps(7.0, 3.0, 10.0))
    (10.0, 16.0)
    """
    second = np.maximum(output_bits - np.ceil(magnitude_bits / 2.0), 0.0)
    return output_bits + np.where(magnitude_bits > single_phase_bits, second, 0.0)


@equation
def integrating_read_time(
    integrations: u.Dimensionless,
    phases: u.Dimensionless,
    conversions: u.Dimensionless,
    integration_step_time: u.Second,
    sample_time: u.Second,
    conversion_step_time: u.Second,
) -> u.Second:
    """Time of one input from the first integration to the last bit of the result. [s].

    Parameters
    ----------
    integrations, phases, conversions : float or array
        Integrations, phases and conversion steps of the input.
    integration_step_time : float or array
        Time of one integration. [s]
    sample_time : float or array
        Time between integration and conversion of a phase. [s]
    conversion_step_time : float or array
        Time of one bit of the conversion. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = n t_int + p t_s + c t_cmp

    Valid: integrations, samples and conversion steps one after the other

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    7 x 2 ns + 1 x 3 ns + 6 x 1 ns = 23 ns.

    >>> f"{integrating_read_time(7.0, 1.0, 6.0, 2e-9, 3e-9, 1e-9):.3g}"
    '2.3e-08'
    """
    return integrations * integration_step_time + phases * sample_time + conversions * conversion_step_time


@equation
def integrating_read_energy(
    integrations: u.Dimensionless,
    phases: u.Dimensionless,
    conversions: u.Dimensionless,
    integration_step_energy: u.Joule,
    sample_energy: u.Joule,
    conversion_step_energy: u.Joule,
) -> u.Joule:
    """Energy of one column for one input. [J].

    Parameters
    ----------
    integrations, phases, conversions : float or array
        Integrations, phases and conversion steps of the input.
    integration_step_energy : float or array
        Energy of one integration. [J]
    sample_energy : float or array
        Energy between integration and conversion of a phase. [J]
    conversion_step_energy : float or array
        Energy of one bit of the conversion. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = n E_int + p E_s + c E_cmp

    Valid: energy of a step independent of the value

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    7 x 2 fJ + 1 x 3 fJ + 6 x 1 fJ = 23 fJ.

    >>> f"{integrating_read_energy(7.0, 1.0, 6.0, 2e-15, 3e-15, 1e-15):.3g}"
    '2.3e-14'
    """
    return (
        integrations * integration_step_energy + phases * sample_energy + conversions * conversion_step_energy
    )
