"""Converters and read-out of crossbar columns.

- read-out: resolution, sharing, front ends and samples, mirrors, spikes
- converters from their components: successive approximation, flash, ramp, time to digital, and an integrator. The
  integrator takes the bits of an input in series. It samples and integrates the bit of weight 2^k 2^k times, so m
  magnitude bits need 2^m - 1 integrations; a long input is split into two halves that are integrated and converted one
  after the other.
- regression over published converters: a fit in nanometre, hertz, picojoule and square micrometre. Its equations take
  physical quantities, and next to the coefficients the unit of each axis of the fit (``reference_length``,
  ``reference_rate``, ...), so no unit is hidden in a coefficient.
- whole converters of macros: energy, area and time as functions of bits and node

Decibels and bits are plain numbers. Derivations, and the converters that the laws are fitted to:
docs/models/converters.md.
"""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

# Signal-to-noise ratio of an ideal quantiser, for a sine of full scale: power ratio 1.5 x 4^b.
_DECIBELS_PER_BIT = 20.0 * math.log10(2.0)
"""20 log10 2, definition of the decibel."""
_DECIBELS_OF_SINE = 10.0 * math.log10(1.5)
"""10 log10 1.5, a sine against quantisation noise."""


@equation
def lossless_resolution(
    active_rows: u.Dimensionless, input_bits: u.Dimensionless, cell_bits: u.Dimensionless
) -> u.Dimensionless:
    """Bits that distinguish every possible sum of a column. [1].

    Parameters
    ----------
    active_rows : float or array
        Largest number of rows that are active at once.
    input_bits : float or array
        Input bits applied in one cycle.
    cell_bits : float or array
        Bits of one cell.

    Returns
    -------
    float or array
        Whole number of bits.

    Notes
    -----
    Formula: b = ceil(log2(n (2^b_in - 1)(2^b_cell - 1) + 1))

    Valid: every possible sum its own code; inputs and cells unsigned

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    128 rows of 1 bit on 2-bit cells: sums 0 to 384.

    >>> f"{lossless_resolution(128.0, 1.0, 2.0):.0f}"
    '9'
    """
    largest_sum = active_rows * (np.exp2(input_bits) - 1.0) * (np.exp2(cell_bits) - 1.0)
    # The sums are whole numbers, so half a level less changes nothing but keeps clear of exact powers of two,
    # where one rounding error in the logarithm would cost a bit.
    return np.ceil(np.log2(largest_sum + 1.0 / 2.0))


@equation
def resolution_of_levels(levels: u.Dimensionless) -> u.Dimensionless:
    """Bits of a converter with any number of levels. [1].

    Parameters
    ----------
    levels : float or array
        Levels that it distinguishes, N. [1]

    Returns
    -------
    float or array
        Resolution. [1]

    Notes
    -----
    Formula: b = log2(N)

    Valid: N >= 2

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    A ternary result:

    >>> f"{resolution_of_levels(3.0):.2f}"
    '1.58'
    """
    return np.log2(levels)


@equation
def signal_to_noise_ratio(bits: u.Dimensionless) -> u.Dimensionless:
    """Signal to noise and distortion ratio, in decibels, that defines an effective number of bits. [1].

    Parameters
    ----------
    bits : float or array
        Effective number of bits, which is below the nominal one.

    Returns
    -------
    float or array
        Ratio in dB.

    Notes
    -----
    Formula: SNDR = 20 log10(2) b + 10 log10(1.5) = 6.0206 b + 1.761 dB

    Valid: sine of full scale; b is the effective number of bits

    References
    ----------
    .. [1] W. R. Bennett, "Spectra of quantized signals", Bell Syst. Tech. J. 27, 446 (1948).
    .. [2] W. R. Bennett, Bell Syst. Tech. J. 27, 446 (1948); derivation: docs/models/converters.md.

    Examples
    --------
    >>> f"{signal_to_noise_ratio(8.0):.2f}"
    '49.93'
    """
    return _DECIBELS_PER_BIT * bits + _DECIBELS_OF_SINE


@equation
def cascaded_error(stage_error: u.Dimensionless, stages: u.Dimensionless) -> u.Dimensionless:
    """Error of a value that passed through several analog stages, over full scale. [1].

    Parameters
    ----------
    stage_error : float or array
        Standard deviation that one stage adds.
    stages : float or array
        Stages one after the other.

    Returns
    -------
    float or array
        One standard deviation.

    Notes
    -----
    Formula: s = eps sqrt(n)

    Valid: errors of the stages independent of each other

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> cascaded_error(0.01, 16.0)
    np.float64(0.04)
    """
    return stage_error * np.sqrt(stages)


@equation
def shared_read_time(columns_per_converter: u.Dimensionless, sample_rate: u.PerSecond) -> u.Second:
    """Time in which one converter reads all the columns that share it. [s].

    Parameters
    ----------
    columns_per_converter : float or array
        Number of columns.
    sample_rate : float or array
        Conversions per second. [1/s]

    Returns
    -------
    float or array
        Time; a lower bound of the interval between two reads of the array. [s]

    Notes
    -----
    Formula: t = n / f_s

    Valid: columns sampled at once and converted one after another

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    128 columns at 1.28 GHz:

    >>> f"{shared_read_time(128.0, 1.28e9):.3g}"
    '1e-07'
    """
    return columns_per_converter / sample_rate


@equation
def weak_inversion_resistance(
    reference_resistance: u.Ohm, reference_current: u.Ampere, bias_current: u.Ampere
) -> u.Ohm:
    """Input resistance of a conveyor in weak inversion at another bias. [ohm].

    Parameters
    ----------
    reference_resistance : float or array
        Input resistance at the reference current. [ohm]
    reference_current : float or array
        Bias current that it belongs to. [A]
    bias_current : float or array
        Bias current. [A]

    Returns
    -------
    float or array
        Resistance. [ohm]

    Notes
    -----
    Formula: R = R_0 I_0/I

    Valid: weak inversion, where the resistance is n U_T over the current

    References
    ----------
    docs/models/converters.md.

    Examples
    --------
    3 kohm at 12 uA are 36 kohm at 1 uA.

    >>> f"{weak_inversion_resistance(3e3, 12e-6, 1e-6) / 1e3:.0f} kohm"
    '36 kohm'
    """
    return reference_resistance * reference_current / bias_current


@equation
def front_end_bias_energy(bias_current: u.Ampere, supply_voltage: u.Volt, on_time: u.Second) -> u.Joule:
    """Energy of the clamp, mirror or amplifier between a column and its neuron. [J].

    Parameters
    ----------
    bias_current : float or array
        Bias current of the stage. [A]
    supply_voltage : float or array
        Its supply. [V]
    on_time : float or array
        Time for which it is on. [s]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = I_bias V_supply t

    Valid: class-A stage: the bias flows for any signal

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    1 uA at 0.9 V for 10 ns: 9 fJ.

    >>> f"{front_end_bias_energy(1e-6, 0.9, 10e-9):.3g}"
    '9e-15'
    """
    return bias_current * supply_voltage * on_time


@equation
def comparator_current(load_capacitance: u.Farad, supply_voltage: u.Volt, delay: u.Second) -> u.Ampere:
    """Bias of a comparator that charges its output within a delay. [A].

    Parameters
    ----------
    load_capacitance : float or array
        What it charges. [F]
    supply_voltage : float or array
        By how much. [V]
    delay : float or array
        Time for it. [s]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = C V / t

    Valid: slewing, with the input far from the threshold for most of the time

    References
    ----------
    B. Razavi, Principles of Data Conversion System Design (IEEE Press, 1995), chapter 8. Derivation:
    docs/models/integration.md, section "Driving a slow neuron".

    Examples
    --------
    10 fF by 0.9 V within 0.1 ms: 90 pA.

    >>> f"{1e12 * comparator_current(10e-15, 0.9, 1e-4):.0f} pA"
    '90 pA'
    """
    return load_capacitance * supply_voltage / delay


@equation
def sample_droop(droop_current: u.Ampere, hold_time: u.Second, hold_capacitance: u.Farad) -> u.Volt:
    """Droop of a stored sample. [V].

    Parameters
    ----------
    droop_current : float or array
        Leakage off the capacitor. [A]
    hold_time : float or array
        Time for which it is kept. [s]
    hold_capacitance : float or array
        Capacitor. [F]

    Returns
    -------
    float or array
        Lost voltage. [V]

    Notes
    -----
    Formula: V_droop = I_leak t / C_hold

    Valid: leak that does not depend on the stored voltage

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    1 pA off 100 fF for 1 ms: 10 mV.

    >>> f"{sample_droop(1e-12, 1e-3, 100e-15):.3g}"
    '0.01'
    """
    return droop_current * hold_time / hold_capacitance


@equation
def half_step(signal_swing: u.Volt, bits: u.Dimensionless) -> u.Volt:
    """Half an LSB: the error that changes a signal to the next code. [V].

    Parameters
    ----------
    signal_swing : float or array
        Full range of the signal. [V]
    bits : float or array
        Resolution.

    Returns
    -------
    float or array
        Half a step. [V]

    Notes
    -----
    Formula: V_half = V_swing / 2^(b + 1)

    Valid: steps of equal size

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    0.8 V in 8 steps: half of 0.1 V.

    >>> f"{half_step(0.8, 3.0):.3g}"
    '0.05'
    """
    return signal_swing / np.exp2(bits + 1.0)


@equation
def settled_bits(settling_error: u.Dimensionless) -> u.Dimensionless:
    """Bits to which a line has settled, within half an LSB. [1].

    Parameters
    ----------
    settling_error : float or array
        Share of the swing that remains.

    Returns
    -------
    float or array
        Resolution in bits, not rounded.

    Notes
    -----
    Formula: b = -log2(eps) - 1

    Valid: settling error above 0 and below 1

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    1/16 of the swing is half a step of three bits.

    >>> f"{settled_bits(1.0 / 16.0):.0f}"
    '3'
    """
    return -np.log2(settling_error) - 1.0


@equation
def mirror_unit_transistors(slices: u.Dimensionless, cell_bits: u.Dimensionless) -> u.Dimensionless:
    """Unit transistors of the mirrors that weight the slices of a weight by powers of two. [1].

    Parameters
    ----------
    slices : float or array
        Cells that a weight is cut into.
    cell_bits : float or array
        Bits of one cell.

    Returns
    -------
    float or array
        Unit transistors of all slices together.

    Notes
    -----
    Formula: n = (2^(s b) - 1) / (2^b - 1)

    Valid: slices of equal width, with k unit transistors for a ratio of k

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    Three slices of two bits weigh 1, 4 and 16.

    >>> f"{mirror_unit_transistors(3.0, 2.0):.0f}"
    '21'
    """
    return (np.exp2(slices * cell_bits) - 1.0) / (np.exp2(cell_bits) - 1.0)


@equation
def equivalent_resolution(timesteps: u.Dimensionless, maximum_rate: u.Dimensionless) -> u.Dimensionless:
    """Bits that a spike count can distinguish. [1].

    Parameters
    ----------
    timesteps : float or array
        Number of time steps.
    maximum_rate : float or array
        Largest mean number of spikes in one step.

    Returns
    -------
    float or array
        Resolution in bits, not rounded.

    Notes
    -----
    Formula: b = log2(1 + T r_max)

    Valid: value encoded by the spike count; an upper bound, because random counts scatter

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    15 steps, up to one spike each: counts 0 to 15.

    >>> f"{equivalent_resolution(15.0, 1.0):.0f}"
    '4'
    """
    return np.log2(1.0 + timesteps * maximum_rate)


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
    Formula: E = ceil(b) (E_comparator + E_logic) + E_dac

    Valid: one decision per bit; a part of a bit takes a whole one

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    8 bits, 20 + 30 fJ a decision, 100 fJ in the capacitors: 400 + 100 = 500 fJ.

    >>> f"{successive_approximation_energy(8.0, 20e-15, 30e-15, 100e-15):.3g}"
    '5e-13'
    """
    return np.ceil(bits) * (comparator_energy + logic_energy) + dac_energy


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
    Formula: t = (ceil(b) + 1) t_clock

    Valid: one period for sampling and one per bit

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> f"{successive_approximation_time(8.0, 1e-9):.3g}"
    '9e-09'
    """
    return (np.ceil(bits) + 1.0) * clock_period


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
    Formula: A = ceil(b) A_logic + A_comparator + A_dac

    Valid: capacitors next to the transistors, not above them

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> successive_approximation_area(8.0, 10.0, 50.0, 200.0)
    np.float64(330.0)
    """
    return np.ceil(bits) * logic_area + comparator_area + dac_area


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
    Formula: E = 2^b x E_comparator + ceil(b) E_latch + E_ramp / n

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
    return comparator_energy + np.ceil(bits) * latch_energy + generator_energy / sharing_columns


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
    Formula: A = A_comparator + ceil(b) A_latch + A_ramp / n

    Valid: one comparator per column

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    >>> ramp_area(8.0, 40.0, 2.0, 1280.0, 128.0)
    np.float64(66.0)
    """
    return comparator_area + np.ceil(bits) * latch_area + generator_area / sharing_columns


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


@equation
def whole_conversion_energy(bits: u.Dimensionless, bit_energy: u.Joule, step_energy: u.Joule) -> u.Joule:
    """Energy of one conversion with references, buffers, sampling and calibration. [J].

    Parameters
    ----------
    bits : float or array
        Nominal resolution.
    bit_energy : float or array
        Energy for each bit: decisions and logic. [J]
    step_energy : float or array
        Energy for each of the 2^b steps: capacitors, comparators of a flash converter, cycles of a counter. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = b E_b + 2^b E_s

    Valid: resolutions of the fitted converters

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    8 bits of 50 fJ and 256 steps of 3 fJ: 400 + 768 fJ.

    >>> f"{whole_conversion_energy(8.0, 50e-15, 3e-15):.4g}"
    '1.168e-12'
    """
    return bits * bit_energy + np.exp2(bits) * step_energy


@equation
def whole_converter_area(
    bits: u.Dimensionless, bit_area: u.SquareMetre, step_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of one converter with references, buffers, sampling and calibration. [m^2].

    Parameters
    ----------
    bits : float or array
        Nominal resolution.
    bit_area : float or array
        Area for each bit. [m^2]
    step_area : float or array
        Area for each of the 2^b steps. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = b A_b + 2^b A_s

    Valid: resolutions of the fitted converters

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    8 bits of 20 um2 and 256 steps of 3 um2: 160 + 768 um2.

    >>> f"{whole_converter_area(8.0, 20e-12, 3e-12):.3g}"
    '9.28e-10'
    """
    return bits * bit_area + np.exp2(bits) * step_area


@equation
def whole_conversion_time(
    bits: u.Dimensionless, base_time: u.Second, bit_time: u.Second, step_time: u.Second
) -> u.Second:
    """Time of one conversion, sampling included. [s].

    Parameters
    ----------
    bits : float or array
        Nominal resolution.
    base_time : float or array
        Time that does not depend on the resolution. [s]
    bit_time : float or array
        Time for each bit. [s]
    step_time : float or array
        Time for each of the 2^b steps. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_0 + b t_b + 2^b t_s

    Valid: resolutions of the fitted converters

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    One sampling and 8 bits of 1.5 ns each:

    >>> f"{whole_conversion_time(8.0, 1.5e-9, 1.5e-9, 0.0):.3g}"
    '1.35e-08'
    """
    return base_time + bits * bit_time + np.exp2(bits) * step_time


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
