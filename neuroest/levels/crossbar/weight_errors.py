"""Errors of a weight in resistive cells: contribution of each cause, and time to reach a limit."""

from collections.abc import Callable, Collection, Mapping

import numpy as np

from neuroest.blocks.base import NetworkContext
from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accuracy, ageing, crossbar, digits, weight_spreads
from neuroest.levels.crossbar.array_circuit import ArrayCircuit

COMMON_DRIFT = "common drift"
"""Name of the error cause common to all cells, whose levels drift together."""
STUCK_CELLS = "stuck cells"
"""Name of the error cause of cells that cannot be written, which refresh does not remove."""
_LONGEST = 1e12
"""Longest refresh interval searched, in seconds; longer ones count as never."""
_HALVINGS = 60
"""Bisections of the refresh interval on a logarithmic scale."""


@frozen_dataclass(eq=False)
class WeightErrors:
    """Standard deviations of a weight over the largest weight, root mean square over all weights.

    Attributes
    ----------
    lasting : mapping
        Errors that stay from read to read, by cause.
    fluctuating : mapping
        Errors that are new in each read, by cause.
    """

    lasting: Mapping[str, u.Dimensionless]
    fluctuating: Mapping[str, u.Dimensionless]

    @property
    def total(self) -> u.Dimensionless:
        """Total of all lasting errors, which are independent."""
        squares = sum((error * error for error in self.lasting.values()), start=0.0)
        return np.sqrt(squares)


def full_weight(array: ArrayCircuit, age: u.Second | None) -> u.Siemens:
    """Conductance difference that represents the largest weight at this age."""
    low, high = array.window(age)
    return (high - low) / 2.0 if array.spec.weight_encoding == "offset" else high - low


def subtracts_column(array: ArrayCircuit) -> bool:
    """Whether offset correction subtracts the result of a column of cells, which has errors of its own."""
    return array.offset_subtraction == "reference_column"


def result_weight(array: ArrayCircuit, age: u.Second | None) -> u.Siemens:
    """Conductance difference by which results are scaled: drifted if the gain is corrected, as written otherwise."""
    return full_weight(array, age if array.spec.drift_correction == "common_gain" else None)


def digit_gain(array: ArrayCircuit, network: NetworkContext) -> u.Dimensionless:
    """Squared ratio of a weight error to the error of the cells that hold its digits."""
    return weight_spreads.digit_error_gain(array.bits_per_cell(network), array.slices(network))


def digit_shares(
    array: ArrayCircuit, network: NetworkContext
) -> tuple[u.Dimensionless, u.Dimensionless, u.Dimensionless]:
    """Mean and mean square of a written cell's share of the window, and its probability of being zero.

    Each digit of a weight is counted by the square of its place, as its errors are.
    """
    squares, gain = [value * value for value in array.place_values(network)], digit_gain(array, network)

    def weighed(moment: Callable[..., u.Dimensionless]) -> u.Dimensionless:
        pairs = zip(squares, array.over_digits(moment, network), strict=True)
        return sum((square * each for square, each in pairs), start=0.0) / gain

    return (
        weighed(digits.digit_mean_share), weighed(digits.digit_mean_square_share), weighed(digits.digit_zero_share)
    )  # fmt: skip


def wandered(array: ArrayCircuit, age: u.Second) -> tuple[u.Dimensionless, u.Dimensionless]:
    """Relaxation of written cells and of cells at the low conductance: spreads over the highest conductance."""
    d = array.memory.device
    written, at_low = (
        ageing.relaxation_spread(age, d.relaxation_reference_time, spread, growth)
        for spread, growth in (
            (d.relaxation_spread, d.relaxation_growth),
            (d.low_relaxation_spread, d.low_relaxation_growth),
        )
    )
    return written, at_low


def weight_errors(array: ArrayCircuit, network: NetworkContext, age: u.Second | None) -> WeightErrors:
    """Contribution of each cause to the error of a weight at this age; None: just written.

    A cell between the ends of the window behaves like parts of both in parallel, which drift on their own.
    """
    d = array.memory.device
    moment = weight_spreads.weight_mean_square(network.mean_absolute_weight)
    offset = array.spec.weight_encoding == "offset"
    # mean and mean square of the share of the window, of the cell that is written and of what is subtracted
    *moments, nothing = digit_shares(array, network)
    shares = (moments[0], moments[1])
    opposite: tuple[u.Dimensionless, u.Dimensionless] | None = (0.0, 0.0)
    if offset:
        opposite = (1.0 / 2.0, 1.0 / 2.0 / 2.0) if subtracts_column(array) else None
    whole, gain = result_weight(array, age), digit_gain(array, network)
    low, high = array.window(age)
    as_written = array.memory.limited(d.high_conductance)

    def weight(of_shares: tuple[u.Siemens, u.Siemens]) -> u.Dimensionless:
        return weight_spreads.weight_error(*of_shares, whole, gain)

    def relative(spread: u.Dimensionless) -> u.Dimensionless:
        return weight((spread * rms(shares), spread * rms(opposite)))

    def rms(of: tuple[u.Dimensionless, u.Dimensionless] | None) -> u.Siemens:
        return 0.0 if of is None else weight_spreads.root_mean_square_conductance(low, high - low, *of)

    def absolute(spread: u.Siemens, at_low: u.Siemens) -> u.Dimensionless:
        # the other cell of a pair is left at the low conductance, those of a reference column are written
        partner = spread if subtracts_column(array) else at_low
        written = np.sqrt((1.0 - nothing) * spread * spread + nothing * at_low * at_low)
        return weight((written, 0.0 if opposite is None else partner))

    def apart(low_spread: u.Dimensionless, high_spread: u.Dimensionless) -> u.Dimensionless:
        both = (
            0.0 if of is None else weight_spreads.parallel_cell_spread(low, high - low, of[1], low_spread, high_spread)
            for of in (shares, opposite)
        )  # fmt: skip
        return weight((next(both), next(both)))

    def stuck_among(of: tuple[u.Dimensionless, u.Dimensionless] | None) -> u.Siemens:
        if of is None:
            return 0.0
        return weight_spreads.stuck_cell_spread(high - low, *of, *array.stuck_shares())

    scatter = relative(crossbar.lognormal_relative_spread(d.conductance_spread))
    missed = absolute(d.programming_error * high, d.low_programming_error * high)
    lasting: dict[str, u.Dimensionless] = {"programming": np.sqrt(scatter * scatter + missed * missed)}
    if "weight_bits" in array.options:
        levels = accuracy.quantisation_spread(1.0 / (2.0 ** array.magnitude_bits(network) - 1.0))
        lasting["rounding"] = np.where(array.stored_weight_bits(network) < network.weight_bits, levels, 0.0)
    if array.memory.has_stuck_cells:
        stuck = weight((stuck_among(shares), stuck_among(opposite)))
        # and every weight is by so much smaller on average
        lost = sum(array.stuck_shares()) * np.sqrt(moment)
        lasting[STUCK_CELLS] = np.sqrt(stuck * stuck + lost * lost)
    if age is not None:
        logarithm = ageing.drift_logarithm(age, d.drift_reference_time)
        exponents = (d.low_drift_exponent_spread, d.high_drift_exponent_spread)
        lasting["uneven drift"] = apart(
            *(crossbar.lognormal_relative_spread(e * logarithm) for e in exponents)
        )
        lasting["relaxation"] = absolute(*(spread * as_written for spread in wandered(array, age)))
        if array.spec.drift_correction == "none":
            lasting[COMMON_DRIFT] = np.abs(1.0 - full_weight(array, age) / whole) * np.sqrt(moment)
    flicker = ageing.flicker_spread(
        d.flicker_noise, d.drift_reference_time if age is None else age, d.flicker_pulse_width
    )
    white, pink = absolute(d.read_noise * high, d.read_noise * high), relative(flicker)
    return WeightErrors(lasting, {"noise of the cells": np.sqrt(white * white + pink * pink)})


def cell_error(array: ArrayCircuit, network: NetworkContext, age: u.Second | None) -> u.Dimensionless:
    """Lasting error of a working cell over its window, without the mean drift common to all levels."""
    errors, apart = weight_errors(array, network, age).lasting, {COMMON_DRIFT, STUCK_CELLS}
    squares = sum((error * error for cause, error in errors.items() if cause not in apart), start=0.0)
    devices = 2.0 if array.spec.weight_encoding != "offset" or subtracts_column(array) else 1.0
    half = 2.0 if array.spec.weight_encoding == "offset" else 1.0
    return np.sqrt(squares / (digit_gain(array, network) * devices)) / half


def time_to_error(array: ArrayCircuit, network: NetworkContext, limit: u.Dimensionless) -> u.Second:
    """Longest time after writing for which the lasting weight error stays within a limit; may be zero or infinite."""
    first = array.memory.device.drift_reference_time
    early, late = np.log(first) + 0.0 * np.asarray(limit), np.log(_LONGEST) + 0.0 * np.asarray(limit)
    for _ in range(_HALVINGS):
        middle = (early + late) / 2.0
        keeps = weight_errors(array, network, np.exp(middle)).total <= limit
        early, late = np.where(keeps, middle, early), np.where(keeps, late, middle)
    at_once = weight_errors(array, network, first).total <= limit
    never = weight_errors(array, network, _LONGEST).total <= limit
    return np.where(at_once, np.where(never, np.inf, np.exp(early)), 0.0)


def drawn_conductances(
    array: ArrayCircuit,
    levels: u.Numeric,
    age: u.Second | None,
    generator: "np.random.Generator",  # importing numpy.random takes longer than an estimate
    without: Collection[str] = (),
) -> u.Siemens:
    """Random conductances of single cells, with the lasting errors whose spread `weight_errors` states.

    Parameters
    ----------
    array : ArrayCircuit
        Its cells.
    levels : array
        What each cell was written to, as a share of the window.
    age : float or None
        Time since writing; None for just written.
    generator : Generator
        Source of chance; each call is another array.
    without : collection of str
        Causes that are left out: ``programming``, `STUCK_CELLS`.

    Returns
    -------
    array
        Conductances, access transistor included, never below zero.
    """
    d, shape = array.memory.device, np.shape(levels)
    low, high = array.window(age)

    def scatter(sigma: u.Dimensionless) -> u.Dimensionless:
        return np.exp(sigma * generator.standard_normal(shape) - sigma * sigma / 2.0)

    def wander(spread: u.Siemens) -> u.Siemens:
        return spread * generator.standard_normal(shape)

    lower, upper = low + 0.0 * levels, (high - low) * levels
    if age is not None:
        logarithm = ageing.drift_logarithm(age, d.drift_reference_time)
        lower = lower * scatter(d.low_drift_exponent_spread * logarithm)
        upper = upper * scatter(d.high_drift_exponent_spread * logarithm)
    bottom = levels <= 0.0
    found = lower + upper
    if "programming" not in without:
        missed = np.where(bottom, d.low_programming_error, d.programming_error)
        found = found * scatter(d.conductance_spread) + wander(missed * high)
    if age is not None:
        spread, at_low = wandered(array, age)
        found = found + wander(np.where(bottom, at_low, spread) * array.memory.limited(d.high_conductance))
    if array.memory.has_stuck_cells and STUCK_CELLS not in without:
        chance, (at_low, at_high) = generator.random(shape), array.stuck_shares()
        found = np.where(chance < at_low, low, found)
        found = np.where(chance >= 1.0 - at_high, high, found)
    return np.maximum(found, 0.0)
