"""Read-out of crossbar columns: resolution, sharing, front ends and samples, mirrors, spikes.

Converters from their components are in `converter_circuits`, the regression over published ones in
`converter_survey`. Decibels and bits are plain numbers. Derivations: docs/models/converters.md.
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
