"""Converters from their components: successive approximation, flash, ramp, time to digital."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def successive_approximation_energy(
    bits: u.Dimensionless, comparator_energy: u.Joule, logic_energy: u.Joule, dac_energy: u.Joule
) -> u.Joule:
    """Energy of one conversion by successive approximation. [J].

    Parameters
    ----------
    bits : float or array
        Resolution.
    comparator_energy, logic_energy : float or array
        Energy of one decision of the comparator and of the logic. [J]
    dac_energy : float or array
        Energy of the capacitor array over the whole search. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = b (E_comparator + E_logic) + E_dac

    Valid: one decision per bit

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    8 bits, 20 + 30 fJ a decision, 100 fJ in the capacitors: 400 + 100 = 500 fJ.

    >>> f"{successive_approximation_energy(8.0, 20e-15, 30e-15, 100e-15):.3g}"
    '5e-13'
    """
    return bits * (comparator_energy + logic_energy) + dac_energy


@equation
def successive_approximation_time(bits: u.Dimensionless, clock_period: u.Second) -> u.Second:
    """Time of one conversion by successive approximation. [s].

    Parameters
    ----------
    bits : float or array
        Resolution.
    clock_period : float or array
        Period of its clock. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = (b + 1) t_clock

    Valid: one period for sampling and one per bit

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> f"{successive_approximation_time(8.0, 1e-9):.3g}"
    '9e-09'
    """
    return (bits + 1.0) * clock_period


@equation
def successive_approximation_area(
    bits: u.Dimensionless, logic_area: u.SquareMetre, comparator_area: u.SquareMetre, dac_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of a converter by successive approximation. [m^2].

    Parameters
    ----------
    bits : float or array
        Resolution.
    logic_area : float or array
        Area of the logic of one bit. [m^2]
    comparator_area, dac_area : float or array
        Area of the comparator and of the capacitor array. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = b A_logic + A_comparator + A_dac

    Valid: capacitors next to the transistors, not above them

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> successive_approximation_area(8.0, 10.0, 50.0, 200.0)
    330.0
    """
    return bits * logic_area + comparator_area + dac_area


@equation
def flash_energy(bits: u.Dimensionless, comparator_energy: u.Joule, ladder_energy: u.Joule) -> u.Joule:
    """Energy of one flash conversion. [J].

    Parameters
    ----------
    bits : float or array
        Resolution.
    comparator_energy : float or array
        Energy of one decision of one comparator. [J]
    ladder_energy : float or array
        Energy of the reference ladder during the conversion. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = (2^b - 1) E_comparator + E_ladder

    Valid: b <= 5 in practice

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    4 bits at 40 fJ: 15 x 40 = 600 fJ.

    >>> f"{flash_energy(4.0, 40e-15, 0.0):.3g}"
    '6e-13'
    """
    return (np.exp2(bits) - 1.0) * comparator_energy + ladder_energy


@equation
def flash_time(clock_cycles: u.Dimensionless, clock_period: u.Second) -> u.Second:
    """Time of one flash conversion. [s].

    Parameters
    ----------
    clock_cycles : float or array
        Periods that it takes: 1, or 2 if sampling takes one of its own.
    clock_period : float or array
        Period of its clock. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = n t_clock

    Valid: n = 1 or 2

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> flash_time(2.0, 1e-9)
    2e-09
    """
    return clock_cycles * clock_period


@equation
def flash_area(
    bits: u.Dimensionless, comparator_area: u.SquareMetre, ladder_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of a flash converter. [m^2].

    Parameters
    ----------
    bits : float or array
        Resolution.
    comparator_area : float or array
        Area of one comparator with its share of the encoder. [m^2]
    ladder_area : float or array
        Area of the reference ladder. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = (2^b - 1) A_comparator + A_ladder

    Valid: b <= 5 in practice

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    4 bits at 40 um^2: 15 x 40 = 600 um^2.

    >>> f"{flash_area(4.0, 40e-12, 0.0):.3g}"
    '6e-10'
    """
    return (np.exp2(bits) - 1.0) * comparator_area + ladder_area


@equation
def ramp_energy(
    bits: u.Dimensionless,
    comparator_cycle_energy: u.Joule,
    mean_fraction: u.Dimensionless,
    latch_energy: u.Joule,
    generator_energy: u.Joule,
    sharing_columns: u.Dimensionless,
) -> u.Joule:
    """Energy of one conversion by comparison with a ramp. [J].

    Parameters
    ----------
    bits : float or array
        Resolution.
    comparator_cycle_energy : float or array
        Energy of the comparator in one step of the ramp. [J]
    mean_fraction : float or array
        Mean share of the ramp during which the comparator is on.
    latch_energy : float or array
        Energy of latching one bit of the count. [J]
    generator_energy : float or array
        Energy of the ramp and the counter for one whole ramp. [J]
    sharing_columns : float or array
        Columns that share them.

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = 2^b x E_comparator + b E_latch + E_ramp / n

    Valid: comparator off once it has tripped; x = 1 if it stays on

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    6 bits, 1 fJ a step for half of the ramp, 1 fJ a latch, 128 fJ of ramp for 128 columns: 32 + 6 + 1 fJ.

    >>> f"{ramp_energy(6.0, 1e-15, 0.5, 1e-15, 128e-15, 128.0):.3g}"
    '3.9e-14'
    """
    comparator_energy = np.exp2(bits) * mean_fraction * comparator_cycle_energy
    return comparator_energy + bits * latch_energy + generator_energy / sharing_columns


@equation
def ramp_time(bits: u.Dimensionless, clock_period: u.Second) -> u.Second:
    """Time of one conversion by comparison with a ramp. [s].

    Parameters
    ----------
    bits : float or array
        Resolution.
    clock_period : float or array
        Time of one step. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = 2^b t_clock

    Valid: one step of the ramp per period

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> f"{ramp_time(8.0, 1e-9):.3g}"
    '2.56e-07'
    """
    return np.exp2(bits) * clock_period


@equation
def ramp_area(
    bits: u.Dimensionless,
    comparator_area: u.SquareMetre,
    latch_area: u.SquareMetre,
    generator_area: u.SquareMetre,
    sharing_columns: u.Dimensionless,
) -> u.SquareMetre:
    """Area per column of a converter by comparison with a ramp. [m^2].

    Parameters
    ----------
    bits : float or array
        Resolution.
    comparator_area : float or array
        Area of the comparator. [m^2]
    latch_area : float or array
        Area of one latch of the count. [m^2]
    generator_area : float or array
        Area of the ramp generator and the counter. [m^2]
    sharing_columns : float or array
        Columns that share them.

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = A_comparator + b A_latch + A_ramp / n

    Valid: one comparator per column

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> ramp_area(8.0, 40.0, 2.0, 1280.0, 128.0)
    66.0
    """
    return comparator_area + bits * latch_area + generator_area / sharing_columns


@equation
def time_converter_energy(bits: u.Dimensionless, step_energy: u.Joule) -> u.Joule:
    """Energy of one conversion of a time to a number. [J].

    Parameters
    ----------
    bits : float or array
        Resolution.
    step_energy : float or array
        Energy of one step of the counter or delay line. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = 2^b E_lsb

    Valid: counter or delay line that always runs for the longest time

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    8 bits of 0.57 fJ a step: 256 x 0.57 fJ = 146 fJ.

    >>> f"{time_converter_energy(8.0, 0.57e-15):.3g}"
    '1.46e-13'
    """
    return np.exp2(bits) * step_energy
