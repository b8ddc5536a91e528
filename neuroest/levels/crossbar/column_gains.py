"""Gains of columns with a series resistance: unequal between blocks, and nonlinear within each."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from neuroest.core import units as u
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.equations import accuracy, front_ends
from neuroest.levels.base import Array
from neuroest.levels.crossbar.distinct_layers import equal_columns_once


@frozen_dataclass(eq=False)
class DigitColumns:
    """The columns of one digit of the weights, in every block of rows, which lie along the last axis.

    Attributes
    ----------
    value : float or array
        What the largest digit adds to a weight, over the largest weight.
    conductance : array
        Mean of the active cells of a column. [S]
    spread : array
        Standard deviation, from read to read, of the sum of both columns of a pair. [S]
    apart, alike : float or array
        Variance of the digit over its largest value, and the mean with the sign of the weight.
    """

    value: u.Numeric
    conductance: Array
    spread: Array
    apart: u.Numeric
    alike: u.Numeric


@frozen_dataclass(eq=False)
class Clamp:
    """A class-A clamp at the feet of the columns of each layer.

    Attributes
    ----------
    voltage : float
        That active rows are driven to. [V]
    bias : float or array
        Of each clamp. [A]
    """

    voltage: u.Numeric
    bias: u.Numeric


@frozen_dataclass(eq=False)
class ColumnGains:
    """Effect of a series resistance at the columns on the results of each block and digit.

    Digits of a weight share its sign, so that errors of their mean values add up, and those of their spreads as
    squares.

    Attributes
    ----------
    resistance : float or array
        At the end of each column. [ohm]
    active : array
        Active rows of each block.
    times : float or array
        How many equal blocks of the layer each one stands for.
    columns : tuple of DigitColumns
        The highest digit first.
    clamp : Clamp or None
        Whose transistor the resistance is of; without it the resistance is the same whatever the current.
    """

    resistance: u.Numeric
    active: Array
    times: u.Numeric
    columns: tuple[DigitColumns, ...]
    clamp: Clamp | None = None

    @cached_property
    def _depths(self) -> tuple[u.Numeric, ...]:
        """Depth to which the current of each digit's columns drives the clamp transistor towards cut-off."""
        clamp = self.clamp
        if clamp is None:
            return tuple(0.0 for _ in self.columns)
        return tuple(
            equal_columns_once(
                front_ends.clamp_depth, clamp.voltage, each.conductance, self.resistance, clamp.bias
            )
            for each in self.columns
        )

    @cached_property
    def _gains(self) -> tuple[Array, ...]:
        clamp = self.clamp
        if clamp is None:
            return tuple(
                np.asarray(accuracy.clamp_gain(self.resistance, each.conductance)) for each in self.columns
            )
        return tuple(
            np.asarray(
                front_ends.class_a_gain(clamp.voltage, each.conductance, self.resistance, clamp.bias, depth)
            )
            for each, depth in zip(self.columns, self._depths, strict=True)
        )

    def _curvature(self, each: DigitColumns, depth: u.Numeric) -> Array:
        if self.clamp is None:
            return np.asarray(accuracy.clamp_curvature(self.resistance, each.conductance, each.spread))
        return np.asarray(front_ends.class_a_curvature(each.conductance, self.resistance, depth, each.spread))

    @cached_property
    def _as_they_are(self) -> tuple[Array, ...]:
        return tuple(np.ones_like(each.conductance) for each in self.columns)

    def _power(self, factors: Sequence[Array], others: Sequence[Array]) -> Array:
        """Mean product of two versions of a layer's result, whose columns are scaled by one and by the other factor."""
        both = zip(self.columns, factors, others, strict=True)
        apart = sum(c.value * c.value * c.apart * factor * other for c, factor, other in both)
        first, second = (
            sum(c.value * c.alike * factor for c, factor in zip(self.columns, given, strict=True))
            for given in (factors, others)
        )
        return np.asarray(np.sum(self.times * self.active * (apart + first * second), axis=-1))

    @cached_property
    def _result(self) -> Array:
        return self._power(self._as_they_are, self._as_they_are)

    @cached_property
    def common(self) -> Array:
        """Gain common to all results, which is not an error."""
        return self._power(self._gains, self._as_they_are) / self._result

    @cached_property
    def uneven(self) -> Array:
        """Relative result error from unequal gains of blocks and digits."""
        common = self.common[..., np.newaxis]
        off = tuple(gain / common - 1.0 for gain in self._gains)
        return np.sqrt(self._power(off, off) / self._result)

    @cached_property
    def curved(self) -> Array:
        """Relative result error because the gain of a block varies from read to read with its active cells."""
        common = self.common[..., np.newaxis]
        moved = tuple(
            np.asarray(gain / common * self._curvature(each, depth))
            for gain, each, depth in zip(self._gains, self.columns, self._depths, strict=True)
        )
        return np.sqrt(self._power(moved, moved) / self._result)

    @cached_property
    def root_mean_square(self) -> Array:
        """Root-mean-square effective column conductance over all digits and blocks, over the common gain. [S]."""
        squares = [
            each.value**2 * gain * (each.conductance**2 + (each.spread / 2.0) ** 2)
            for gain, each in zip(self._gains, self.columns, strict=True)
        ]
        return np.asarray(np.sqrt(np.sum(self.times * sum(squares), axis=-1)) / self.common)


def along_blocks(value: u.Numeric) -> u.Numeric:
    """Value by layer, with an additional last axis for row blocks."""
    return np.asarray(value)[..., np.newaxis]
