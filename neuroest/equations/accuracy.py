"""Errors of the results of a column, in units of its weights, and the remaining accuracy.

A result is the sum of inputs times weights, both over their largest value; weights are symmetric around zero.
Converters may cover only a part of the range of these sums. Errors are standard deviations in the same unit.
Derivations, and a random array against them: docs/models/crossbar.md.
"""

import math

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.provenance import equation
from neuroest.core.recording import recording_of
from neuroest.equations._numbers import BOLTZMANN, UNIFORM_VARIANCE, JoulePerKelvin, normal_distribution
from neuroest.equations.weight_spreads import digit_error_gain

# A power ratio of ten is 10 dB.
_DECIBELS_PER_DECADE = 10.0
"""Definition of the decibel."""


@equation
def input_mean_square(bit_density: u.Dimensionless, bits: u.Dimensionless) -> u.Dimensionless:
    """Mean square of an input over the square of the largest one. [1].

    Parameters
    ----------
    bit_density : float or array
        Probability that a bit is one, d. [1]
    bits : float or array
        Bits of an input, b. [1]

    Returns
    -------
    float or array
        Mean square; d itself for one bit. [1]

    Notes
    -----
    Formula: E[x^2] = d^2 + d (1 - d) F(1, b)

    Valid: independent bits, each one with probability d

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Eight even bits: 1/4 + 0.336/4 = 0.334, close to the third of an even distribution.

    >>> f"{input_mean_square(0.5, 8.0):.3f}"
    '0.334'
    """
    return bit_density * bit_density + bit_density * (1.0 - bit_density) * digit_error_gain(1.0, bits)


@equation
def dot_product_spread(
    fan_in: u.Dimensionless, input_mean_square: u.Dimensionless, weight_spread: u.Dimensionless
) -> u.Dimensionless:
    """Standard deviation of a sum of products, of the weights themselves or of their errors. [1].

    Parameters
    ----------
    fan_in : float or array
        Products in the sum, n. [1]
    input_mean_square : float or array
        Mean square of the inputs over the square of the largest. [1]
    weight_spread : float or array
        Standard deviation of the weights, or of their errors, over the largest weight. [1]

    Returns
    -------
    float or array
        Standard deviation in units of the largest product. [1]

    Notes
    -----
    Formula: s_y = s_w sqrt(n E[x^2])

    Valid: weights, or their errors, independent of each other and of the inputs, with mean zero

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A hundred inputs of one, weights of a third: 10/3.

    >>> f"{dot_product_spread(100.0, 1.0, 1 / 3):.3f}"
    '3.333'
    """
    return weight_spread * np.sqrt(fan_in * input_mean_square)


@equation
def thermal_noise_spread(
    temperature: u.Kelvin,
    total_conductance: u.Siemens,
    read_time: u.Second,
    read_voltage: u.Volt,
    full_weight: u.Siemens,
    boltzmann: JoulePerKelvin = BOLTZMANN,
) -> u.Dimensionless:
    """Thermal noise of a column over the current of one cell pair with the largest weight. [1].

    Parameters
    ----------
    temperature : float or array
        Temperature of the cells. [K]
    total_conductance : float or array
        Sum of the conductances at the columns that one result comes from. [S]
    read_time : float or array
        Time over which the current is averaged. [s]
    read_voltage : float or array
        Voltage of an active row. [V]
    full_weight : float or array
        Difference of conductance that the largest weight stands for. [S]
    boltzmann : float, optional
        The exact constant. [J/K]

    Returns
    -------
    float or array
        Standard deviation in units of the largest product. [1]

    Notes
    -----
    Formula: s = sqrt(2 k T G / t) / (V W)

    Valid: thermal noise of conductances, averaged over the read

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 mS for 10 ns at 300 K: 29 nA; a weight of 40 uS at 0.2 V carries 8 uA.

    >>> f"{thermal_noise_spread(300.0, 1e-3, 10e-9, 0.2, 40e-6):.2e}"
    '3.60e-03'
    """
    current = np.sqrt(2.0 * boltzmann * temperature * total_conductance / read_time)
    return current / (read_voltage * full_weight)


@equation
def charge_noise_spread(
    temperature: u.Kelvin, signal_energy: u.Joule, boltzmann: JoulePerKelvin = BOLTZMANN
) -> u.Dimensionless:
    """Thermal noise of a stored voltage over its full scale. [1].

    Parameters
    ----------
    temperature : float or array
        Temperature. [K]
    signal_energy : float or array
        Capacitance times the square of the full scale. [J]
    boltzmann : float, optional
        The exact constant. [J/K]

    Returns
    -------
    float or array
        Standard deviation over full scale. [1]

    Notes
    -----
    Formula: s = sqrt(k T / E)

    Valid: a settled capacitance, E = C V^2 at full scale

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 fF at 1 V and 300 K: sqrt(4.14e-21 / 1e-15) = 0.2 %.

    >>> f"{charge_noise_spread(300.0, 1e-15):.2e}"
    '2.04e-03'
    """
    return np.sqrt(boltzmann * temperature / signal_energy)


@equation
def converter_step(
    rows: u.Dimensionless, input_bits: u.Dimensionless, cell_bits: u.Dimensionless, bits: u.Dimensionless
) -> u.Dimensionless:
    """Step of a converter in levels of a column's sum. [1].

    Parameters
    ----------
    rows : float or array
        Rows of the array, n. [1]
    input_bits, cell_bits : float or array
        Bits of an input in one conversion, and of one cell. [1]
    bits : float or array
        Resolution, b. [1]

    Returns
    -------
    float or array
        Step; one and less where every sum has a code of its own. [1]

    Notes
    -----
    Formula: step = n (2^b_in - 1)(2^b_cell - 1) / 2^b

    Valid: codes spread evenly over the largest sum of a column

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    128 rows of one bit on two-bit cells have sums up to 384; seven bits step by three.

    >>> f"{converter_step(128.0, 1.0, 2.0, 7.0):.0f}"
    '3'
    """
    largest_sum = rows * (np.exp2(input_bits) - 1.0) * (np.exp2(cell_bits) - 1.0)
    return largest_sum / np.exp2(bits)


@equation
def quantisation_spread(step: u.Dimensionless) -> u.Dimensionless:
    """Standard deviation of the rounding error of a converter, for continuous values. [1].

    Parameters
    ----------
    step : float or array
        Step of the converter. [1]

    Returns
    -------
    float or array
        Standard deviation, in the unit of the step. [1]

    Notes
    -----
    Formula: s = step / sqrt(12)

    Valid: values spread evenly over a step

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> f"{quantisation_spread(2.0):.3f}"
    '0.577'
    """
    return step / math.sqrt(UNIFORM_VARIANCE)


@equation
def rounding_spread(step: u.Dimensionless) -> u.Dimensionless:
    """Standard deviation of the rounding error of a converter, for integers. [1].

    Parameters
    ----------
    step : float or array
        Step of the converter in levels; up to one nothing is lost. [1]

    Returns
    -------
    float or array
        Standard deviation in levels. [1]

    Notes
    -----
    Formula: s = sqrt((max(step, 1)^2 - 1) / 12)

    Valid: whole numbers, equally often; exact for steps of whole levels

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Steps of four levels are off by -1, 0, 1 and 2, about their mean of a half: sqrt(15/12) = 1.118.

    >>> f"{rounding_spread(4.0):.3f}"
    '1.118'
    """
    counted = np.maximum(step, 1.0)
    return np.sqrt((counted * counted - 1.0) / UNIFORM_VARIANCE)


@equation
def clamp_gain(input_resistance: u.Ohm, column_conductance: u.Siemens) -> u.Dimensionless:
    """Gain of the difference of a pair of columns behind the input resistance of their clamps. [1].

    Parameters
    ----------
    input_resistance : float or array
        Of the clamp, R. [ohm]
    column_conductance : float or array
        Mean conductance of the active cells of one column, G. [S]

    Returns
    -------
    float or array
        Gain, one without the resistance. [1]

    Notes
    -----
    Formula: g = 1/(1 + R G)^2

    Valid: difference of the columns small against their sum; slope of G/(1 + R G)

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    3 kohm and 100 uS a column: 1/1.69.

    >>> f"{clamp_gain(3e3, 100e-6):.4f}"
    '0.5917'
    """
    return 1.0 / (1.0 + input_resistance * column_conductance) ** 2


@equation
def clamp_curvature(
    input_resistance: u.Ohm, column_conductance: u.Siemens, pair_spread: u.Siemens
) -> u.Dimensionless:
    """Relative error of a column pair from its clamps' resistance, after removing a common gain. [1].

    Parameters
    ----------
    input_resistance : float or array
        Of the clamp, R. [ohm]
    column_conductance : float or array
        Mean conductance of the active cells of one column, G. [S]
    pair_spread : float or array
        Standard deviation, from read to read, of the sum of both columns, s_G. [S]

    Returns
    -------
    float or array
        Standard deviation over that of the result. [1]

    Notes
    -----
    Formula: s = R s_G / (1 + R G)

    Valid: second order in R s_G, sum and difference of the columns of a pair independent

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    3 kohm, 100 uS a column, 40 uS of spread: 0.12/1.3.

    >>> f"{clamp_curvature(3e3, 100e-6, 40e-6):.4f}"
    '0.0923'
    """
    return input_resistance * pair_spread / (1.0 + input_resistance * column_conductance)


@equation
def column_sum_spread(
    rows: u.Dimensionless,
    active_share: u.Dimensionless,
    mean_conductance: u.Siemens,
    root_mean_square: u.Siemens,
) -> u.Siemens:
    """Standard deviation, from read to read, of the conductance that active rows show. [S].

    Parameters
    ----------
    rows : float or array
        Weights of a column, n. [1]
    active_share : float or array
        Probability that a row is on. [1]
    mean_conductance, root_mean_square : float or array
        Of what one row adds, both columns of a pair together. [S]

    Returns
    -------
    float or array
        Standard deviation. [S]

    Notes
    -----
    Formula: s_G = sqrt(n (E[x] E[g^2] - (E[x] E[g])^2))

    Valid: rows that are on or off, independent of each other

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A hundred equal rows of 2 uS, half of them on: 2 uS sqrt(25) = 10 uS.

    >>> f"{column_sum_spread(100.0, 0.5, 2e-6, 2e-6):.3g}"
    '1e-05'
    """
    mean = active_share * mean_conductance
    variance = active_share * root_mean_square * root_mean_square - mean * mean
    return np.sqrt(rows * np.maximum(variance, 0.0 * variance))


@equation
def settling_residue(read_time: u.Second, settling_time: u.Second, bits: u.Dimensionless) -> u.Dimensionless:
    """Remaining settling error of a column at the end of a read, as a share of its final value. [1].

    Parameters
    ----------
    read_time : float or array
        Time that the rows are driven, t. [s]
    settling_time : float or array
        Time to settle to half a step, t_s, above zero. [s]
    bits : float or array
        Bits that half step belongs to, b. [1]

    Returns
    -------
    float or array
        Share. [1]

    Notes
    -----
    Formula: eps = 2^(-(b + 1) t / t_s)

    Valid: one slowest mode, settled to half a step of b bits after t_s

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    Six bits after twice their settling time: 2^-14.

    >>> f"{settling_residue(20e-9, 10e-9, 6.0):.2e}"
    '6.10e-05'
    """
    return np.exp2(-(bits + 1.0) * read_time / settling_time)


@equation
def signal_to_error_ratio(result_spread: u.Dimensionless, error: u.Dimensionless) -> u.Dimensionless:
    """Ratio of signal variance to error variance of a column. [1].

    Parameters
    ----------
    result_spread : float or array
        Standard deviation of the exact results. [1]
    error : float or array
        Standard deviation of the errors, all causes together. [1]

    Returns
    -------
    float or array
        Ratio of powers; infinite without an error. [1]

    Notes
    -----
    Formula: SNR = (s_y / s_e)^2

    Valid: errors independent of the result

    References
    ----------
    .. [1] S. K. Gonugondla, C. Sakr, H. Dbouk and N. R. Shanbhag, "Fundamental limits on
       energy-delay-accuracy of in-memory architectures in inference applications", IEEE TCAD 41, 3188 (2022),
       doi:10.1109/TCAD.2021.3124757, abstract.
    .. [2] S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, abstract: ratio
       of the variances of result and error.

    Examples
    --------
    An error of a tenth: a ratio of 100.

    >>> f"{signal_to_error_ratio(5.0, 0.5):.0f}"
    '100'
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.divide(result_spread, error)
    return np.where(error > 0.0, ratio * ratio, np.inf)


@equation
def decibels(power_ratio: u.Dimensionless) -> u.Dimensionless:
    """A ratio of powers in decibels. [1].

    Parameters
    ----------
    power_ratio : float or array
        Ratio. [1]

    Returns
    -------
    float or array
        In dB. [1]

    Notes
    -----
    Formula: SNR_dB = 10 log10(SNR)

    Valid: ratios of powers above zero

    References
    ----------
    .. [1] Definition.
    .. [2] Definition of the decibel.

    Examples
    --------
    >>> f"{decibels(100.0):.0f}"
    '20'
    """
    return _DECIBELS_PER_DECADE * np.log10(power_ratio)


@equation
def effective_bits(power_ratio: u.Dimensionless) -> u.Dimensionless:
    """Information in one read of a column about its exact result, in bits. [1].

    Parameters
    ----------
    power_ratio : float or array
        Variance of the results over that of their errors. [1]

    Returns
    -------
    float or array
        Bits, zero where the error hides the result. [1]

    Notes
    -----
    Formula: b = log2(1 + SNR) / 2

    Valid: results and errors about Gaussian, as sums of many are

    This is not the ENOB of a converter, which refers to a full-scale sine: results of a column use only a
    small part of full scale.

    References
    ----------
    .. [1] C. E. Shannon, "Communication in the presence of noise", Proc. IRE 37, 10 (1949),
       doi:10.1109/JRPROC.1949.232969.
    .. [2] C. E. Shannon, Proc. IRE 37, 10 (1949), doi:10.1109/JRPROC.1949.232969, capacity of a Gaussian
       channel.

    Examples
    --------
    A ratio of 63: three bits.

    >>> f"{effective_bits(63.0):.0f}"
    '3'
    """
    return np.log2(1.0 + power_ratio) / 2.0


# The tail of a normal distribution out there is the smallest double.
_FARTHEST = 30.0
"""Mathematics: standard deviations."""


@equation
def column_sum_mean(
    active_inputs: u.Dimensionless, mean_cell: u.Dimensionless, rows: u.Dimensionless
) -> u.Dimensionless:
    """Mean sum of a column over the largest one. [1].

    Parameters
    ----------
    active_inputs : float or array
        Sum of the mean inputs of its rows, each over the largest input. [1]
    mean_cell : float or array
        Mean of its cells over their window. [1]
    rows : float or array
        Rows of the array. [1]

    Returns
    -------
    float or array
        Mean. [1]

    Notes
    -----
    Formula: m = sum(x) g / n

    Valid: inputs and cells independent of each other

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A fifth of 128 rows, and a quarter of the cells on:

    >>> f"{column_sum_mean(25.6, 0.25, 128.0):.3f}"
    '0.050'
    """
    return active_inputs * mean_cell / rows


@equation
def column_sum_variance(
    inputs: u.Dimensionless,
    input_mean: u.Dimensionless,
    input_mean_square: u.Dimensionless,
    cell_mean: u.Dimensionless,
    cell_mean_square: u.Dimensionless,
    rows: u.Dimensionless,
) -> u.Dimensionless:
    """Variance of the sum of a column over the square of the largest one, between reads and columns. [1].

    Parameters
    ----------
    inputs : float or array
        Rows of the column that hold weights. [1]
    input_mean, input_mean_square : float or array
        Of an input over the largest one. [1]
    cell_mean, cell_mean_square : float or array
        Of a cell over its window. [1]
    rows : float or array
        Rows of the array. [1]

    Returns
    -------
    float or array
        Variance. [1]

    Notes
    -----
    Formula: v = n_w (E[x^2] E[g^2] - (E[x] E[g])^2) / n^2

    Valid: inputs and cells independent of each other

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    128 binary inputs, a fifth of them one, on binary cells, a quarter of them on: a product is one with probability
    0.05, so that the sum varies by 128 x 0.05 x 0.95 = 6.08, over 128^2.

    >>> f"{column_sum_variance(128.0, 0.2, 0.2, 0.25, 0.25, 128.0) * 128.0**2:.2f}"
    '6.08'
    """
    products = input_mean_square * cell_mean_square - (input_mean * cell_mean) ** 2
    return inputs * products / (rows * rows)


@equation
def clipping_error(
    mean: u.Dimensionless, variance: u.Dimensionless, lowest: u.Dimensionless, highest: u.Dimensionless
) -> u.Dimensionless:
    """Root mean square of the clipping error of sums outside the range of a converter. [1].

    Parameters
    ----------
    mean, variance : float or array
        Of the sums, over the largest one. [1]
    lowest, highest : float or array
        Ends of the range, over the largest sum. [1]

    Returns
    -------
    float or array
        Error over the largest sum. [1]

    Notes
    -----
    Formula: e^2 = v (h(a) + h(b)), h(a) = (1 + a^2) Q(a) - a exp(-a^2/2)/sqrt(2 pi), a and b the distances of the ends
    from the mean in standard deviations, Q the tail of the normal distribution

    Valid: sums of many products, which are nearly normal; sparse inputs on few rows have a longer upper tail

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A range that ends at the mean loses all of one side, half of the variance:

    >>> f"{clipping_error(0.5, 0.01, -10.0, 0.5):.4f}"
    '0.0707'
    """
    spread = np.sqrt(np.maximum(variance, np.finfo(float).eps ** 2))
    above, below = (highest - mean) / spread, (mean - lowest) / spread
    return spread * np.sqrt(_square_beyond(above) + _square_beyond(below))


def _square_beyond(distance: u.Dimensionless) -> u.Dimensionless:
    """Mean square of the excess of a standard normal variable over a threshold."""
    near = np.logical_not(distance >= _FARTHEST)  # both terms vanish beyond
    if recording_of(near) is not None:
        return np.where(near, _square_near(np.where(near, distance, 0.0)), 0.0)
    excess = np.zeros(near.shape)
    excess[near] = _square_near(np.asarray(distance)[near])
    return excess[()]


def _square_near(far: Array) -> Array:
    beyond = (1.0 + far * far) * normal_distribution(-far)
    square = beyond - far * np.exp(-far * far / 2.0) / math.sqrt(2.0 * math.pi)
    return np.asarray(np.maximum(square, 0.0))
