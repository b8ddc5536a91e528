"""Errors of a weight that lies in resistive cells: what each cause adds, and the time in which they reach a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neuroest.components.array_circuit import ArrayCircuit
from neuroest.components.base import NetworkContext
from neuroest.equations import accuracy, crossbar, drift
from neuroest.units import Dimensionless, Second, Siemens

_LONGEST = 1e12
"""Seconds up to which a refresh interval is looked for; longer ones count as never."""
_HALVINGS = 60
"""Halvings of the interval, on a logarithmic scale, in which that time is looked for."""


@dataclass(frozen=True, eq=False)
class WeightErrors:
    """Standard deviations of a weight over the largest weight, root mean square over the weights.

    Attributes
    ----------
    lasting : mapping
        Errors that stay from read to read, by cause.
    fluctuating : mapping
        Errors that are new in each read, by cause.
    """

    lasting: Mapping[str, Dimensionless]
    fluctuating: Mapping[str, Dimensionless]

    @property
    def total(self) -> Dimensionless:
        """All lasting errors together, which are independent of each other."""
        squares = sum((error * error for error in self.lasting.values()), start=0.0)
        found: Dimensionless = np.sqrt(squares)
        return found


def full_weight(array: ArrayCircuit, age: Second | None) -> Siemens:
    """Difference of conductance that the largest weight stands for so long after writing."""
    low, high = (array.memory.limited(end) for end in array.memory.ends(age))
    return (high - low) / 2.0 if array.spec.pairing == "offset" else high - low


def subtracts_column(array: ArrayCircuit) -> bool:
    """Whether offset coding subtracts the result of a column of cells, which has errors of its own."""
    return array.offset_reference == "reference_column"


def result_weight(array: ArrayCircuit, age: Second | None) -> Siemens:
    """The same for results as they are used: with a corrected gain the drifted one, without it that of writing."""
    return full_weight(array, age if array.spec.drift_correction == "common_gain" else None)


def digit_gain(array: ArrayCircuit, network: NetworkContext) -> Dimensionless:
    """Square of the error of a weight over that of the cells that hold its digits."""
    return accuracy.digit_error_gain(array.bits_per_cell(network), array.slices(network))


def weight_errors(array: ArrayCircuit, network: NetworkContext, age: Second | None) -> WeightErrors:
    """What each cause adds to the error of a weight so long after writing; None: just written.

    A cell between the ends of the window behaves like parts of both in parallel, which drift on their own. Digits of
    a weight in several cells are taken to be spread like the weight.
    """
    d = array.memory.device
    moment = accuracy.weight_mean_square(network.mean_absolute_weight)
    offset = array.spec.pairing == "offset"
    # mean and mean square of the share of the window, of the cell that is written and of what is subtracted
    shares = (1.0 / 2.0, (1.0 + moment) / 2.0 / 2.0) if offset else (network.mean_absolute_weight, moment)
    opposite: tuple[Dimensionless, Dimensionless] | None = (0.0, 0.0)
    if offset:
        opposite = (1.0 / 2.0, 1.0 / 2.0 / 2.0) if subtracts_column(array) else None
    whole, gain = result_weight(array, age), digit_gain(array, network)
    low, high = (array.memory.limited(end) for end in array.memory.ends(age))
    written = array.memory.limited(d.high_conductance)

    def weight(of_shares: tuple[Siemens, Siemens]) -> Dimensionless:
        return accuracy.weight_error(*of_shares, whole, gain)

    def relative(spread: Dimensionless) -> Dimensionless:
        return weight((spread * rms(shares), spread * rms(opposite)))

    def rms(of: tuple[Dimensionless, Dimensionless] | None) -> Siemens:
        return 0.0 if of is None else accuracy.root_mean_square_conductance(low, high - low, *of)

    def absolute(spread: Siemens) -> Dimensionless:
        return weight((spread, 0.0 if opposite is None else spread))

    def apart(low_spread: Dimensionless, high_spread: Dimensionless) -> Dimensionless:
        both = (
            0.0 if of is None else accuracy.parallel_cell_spread(low, high - low, of[1], low_spread, high_spread)
            for of in (shares, opposite)
        )  # fmt: skip
        return weight((next(both), next(both)))

    scatter = relative(crossbar.lognormal_relative_spread(d.conductance_spread))
    missed = absolute(d.programming_error * high)
    lasting: dict[str, Dimensionless] = {"programming": np.sqrt(scatter * scatter + missed * missed)}
    if age is not None:
        logarithm = drift.drift_logarithm(age, d.drift_reference_time)
        lasting["drift, cells apart"] = apart(
            *(
                crossbar.lognormal_relative_spread(spread * logarithm)
                for spread in (d.low_drift_exponent_spread, d.high_drift_exponent_spread)
            )
        )
        lasting["relaxation"] = absolute(
            written
            * drift.relaxation_spread(
                age, d.relaxation_reference_time, d.relaxation_spread, d.relaxation_growth
            )
        )
        if array.spec.drift_correction == "none":
            left = full_weight(array, age) / whole
            lasting["drift, all cells alike"] = np.abs(1.0 - left) * np.sqrt(moment)
    flicker = drift.flicker_spread(
        d.flicker_noise, d.drift_reference_time if age is None else age, d.flicker_pulse_width
    )
    white, pink = absolute(d.read_noise * high), relative(flicker)
    return WeightErrors(lasting, {"noise of the cells": np.sqrt(white * white + pink * pink)})


def cell_error(array: ArrayCircuit, network: NetworkContext, age: Second | None) -> Dimensionless:
    """Lasting error of one cell over its window, the mean drift left out, which moves all levels alike."""
    errors = weight_errors(array, network, age).lasting
    squares = sum(
        (error * error for cause, error in errors.items() if cause != "drift, all cells alike"), start=0.0
    )
    devices = 2.0 if array.spec.pairing != "offset" or subtracts_column(array) else 1.0
    half = 2.0 if array.spec.pairing == "offset" else 1.0
    found: Dimensionless = np.sqrt(squares / (digit_gain(array, network) * devices)) / half
    return found


def time_to_error(array: ArrayCircuit, network: NetworkContext, limit: Dimensionless) -> Second:
    """Longest time after writing for which the lasting error of a weight keeps to a limit; zero, or for ever."""
    first = array.memory.device.drift_reference_time
    early, late = np.log(first) + 0.0 * np.asarray(limit), np.log(_LONGEST) + 0.0 * np.asarray(limit)
    for _ in range(_HALVINGS):
        middle = (early + late) / 2.0
        keeps = weight_errors(array, network, np.exp(middle)).total <= limit
        early, late = np.where(keeps, middle, early), np.where(keeps, late, middle)
    at_once = weight_errors(array, network, first).total <= limit
    never = weight_errors(array, network, _LONGEST).total <= limit
    return np.where(at_once, np.where(never, np.inf, np.exp(early)), 0.0)
