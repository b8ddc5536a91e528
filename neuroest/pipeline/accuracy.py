"""Accuracy of the results of crossbar columns, and of the network that is made of them."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar_roles import maps_to_crossbars
from neuroest.specs.workload import AccuracyCurve

if TYPE_CHECKING:
    from neuroest.levels.crossbar.column_errors import ColumnErrors


def network_errors(levels: Sequence[MappedLevel]) -> "ColumnErrors | None":
    """Errors of the column results, by layer and cause; None if no layer is computed in arrays."""
    arrays = [
        (level.own, level.mapper, level.mapped.placement)
        for level in levels
        if maps_to_crossbars(level.mapper) and np.any(level.mapper.on_array > 0.0)
    ]
    if not arrays:
        return None
    from neuroest.levels.crossbar.column_errors import column_errors, joined_errors  # noqa: PLC0415 - only chips with crossbars need it

    return joined_errors([(own, column_errors(mapper, placement)) for own, mapper, placement in arrays])


FLUCTUATING = frozenset(
    {"noise of the cells", "thermal noise", "thermal noise of held results", "quantisation"}
)
"""Causes of errors that are new in each read; those of the others stay."""


@frozen_dataclass(eq=False)
class NetworkAccuracy:
    """Accuracy of a network on a chip.

    Attributes
    ----------
    exact : float
        On ideal neurons, without errors.
    least : float
        The lowest accuracy of the curve, below which nothing is stated.
    losses : mapping of str to Array
        What each cause takes of it.
    """

    exact: float
    least: float
    losses: Mapping[str, Array]

    @property
    def value(self) -> Array:
        """Accuracy that is left."""
        return np.atleast_1d(np.maximum(self.exact - sum(self.losses.values()), self.least))

    @property
    def largest_cause(self) -> str:
        """The cause that takes most at the first point."""
        return max(self.losses, key=lambda cause: float(np.ravel(self.losses[cause])[0]))


def network_accuracy(
    curve: AccuracyCurve, levels: Sequence[MappedLevel], errors: "ColumnErrors | None"
) -> NetworkAccuracy | None:
    """Accuracy of the network on the chip, from its curve.

    Errors that stay and errors that are new in each read lose what the curve states for the layer in which each is
    largest; deviations of the drive that fires a neuron, what it states for the worst level. Neurons that take no
    negative drive have an accuracy of their own without errors. None for neurons that forget between timesteps, which
    the curve does not cover.
    """
    neurons = [
        (level, neuron)
        for level in levels
        if (neuron := getattr(getattr(level.mapper, "compute", None), "neuron", None)) is not None
        and np.any(level.own > 0.0)
    ]
    for level, neuron in neurons:
        # a neuron that keeps little from one timestep to the next is on no curve of integrating ones
        array: Any = getattr(level.mapper, "compute", None)
        if np.any(np.asarray(neuron.state_memory()) < array.drive(level.mapper.network).own_timestep):
            return None
    spreads = [neuron.firing_spreads() for _, neuron in neurons]
    between, within = (reduce(np.maximum, (one[side] for one in spreads), 0.0) for side in (0, 1))
    # accuracy on neurons of each kind without errors, and what they lack
    reached, why = curve.exact, ""
    for level, neuron in neurons:
        membrane, array = neuron.membrane(), getattr(level.mapper, "compute", None)
        timed = getattr(getattr(array, "interface", None), "adds_results", False)
        if membrane is not None and membrane.signed and not timed:
            alone, lack = curve.signed, "neurons whose charge never falls below zero"
        else:
            alone, lack = curve.unsigned, "neurons that take no negative drive"
        if alone is not None and alone < reached:
            reached, why = alone, lack
    lasting, fluctuating = _of_columns(errors)
    losses = {
        "errors of the columns": _lost(curve, lasting, curve.lasting)
        + _lost(curve, fluctuating, curve.fluctuating),
        "deviations of the neurons": _deviating(curve, between, curve.between)
        + _deviating(curve, within, curve.within),
        **({why: np.asarray(curve.exact - reached)} if why else {}),
    }
    return NetworkAccuracy(curve.exact, min(*curve.lasting, *curve.fluctuating), losses)


def accuracy_at_ratio(
    power_ratio: u.Dimensionless, ratios: Array, accuracies: Array, exact: float
) -> u.Dimensionless:
    """Accuracy of a network whose results have errors, from a measured curve: linear in log SNR between the points.

    Below the first point it is that of the point; above the last one the loss falls as 1/SNR (docs/accuracy.md).

    Examples
    --------
    Half-way in decibels between 4 and 16, at 82.5 and 94.3 %: 88.4 %.

    >>> curve = np.array([4.0, 16.0]), np.array([0.825, 0.943]), 0.967
    >>> f"{accuracy_at_ratio(8.0, *curve):.3f}, {accuracy_at_ratio(160.0, *curve):.4f}"
    '0.884, 0.9646'
    """
    first, last = ratios[0], ratios[-1]
    found = np.interp(np.log(np.clip(power_ratio, first, last)), np.log(ratios), accuracies)
    beyond = exact - (exact - accuracies[-1]) * last / np.maximum(power_ratio, last)
    return np.asarray(np.where(power_ratio > last, beyond, found))


def _lost(curve: AccuracyCurve, square: u.Numeric, accuracies: Sequence[float]) -> Array:
    """Accuracy that errors take, from their square over that of the results."""
    with np.errstate(divide="ignore"):
        ratio = 1.0 / np.asarray(square, dtype=float)
    ratios = np.asarray(curve.signal_to_error_ratio)
    found = accuracy_at_ratio(ratio, ratios, np.asarray(accuracies), curve.exact)
    return np.asarray(np.maximum(curve.exact - found, 0.0))


def _deviating(curve: AccuracyCurve, deviation: u.Numeric, accuracies: Sequence[float]) -> Array:
    """Accuracy that a deviation of the neurons takes, linear between the points of the curve."""
    if not accuracies:
        return np.zeros(1)
    points = np.concatenate([[0.0], curve.deviation])
    found = np.interp(np.asarray(deviation, dtype=float), points, np.concatenate([[curve.exact], accuracies]))
    return np.asarray(np.maximum(curve.exact - found, 0.0))


def _of_columns(errors: "ColumnErrors | None") -> tuple[u.Numeric, u.Numeric]:
    """Largest squares over all layers of the errors that stay, and of those that are new in each read."""
    if errors is None:
        return 0.0, 0.0
    parts = []
    for wanted in (False, True):
        squares = sum(
            (error * error for name, error in errors.causes.items() if (name in FLUCTUATING) is wanted),
            start=0.0 * errors.result,
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(errors.held > 0.0, squares / errors.result**2, 0.0)
        parts.append(np.max(relative, axis=-1, keepdims=True))
    return parts[0], parts[1]
