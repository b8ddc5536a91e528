"""Gains of columns that end on a resistance: uneven from block to block, and curved within each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neuroest.core import units as u
from neuroest.equations import accuracy, front_ends
from neuroest.levels.base import Array


@dataclass(frozen=True, eq=False, repr=False)
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


@dataclass(frozen=True, eq=False, repr=False)
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


@dataclass(frozen=True, eq=False, repr=False)
class ColumnGains:
    """What a resistance at the feet of the columns makes of the results of each block and digit.

    Digits of a weight share its sign, so that errors of their mean values add up, and those of their spreads as
    squares.

    Attributes
    ----------
    resistance : float or array
        At the end of each column. [ohm]
    active : array
        Active rows of each block.
    times : float or array
        How many equal blocks each one stands for.
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

    def _gain(self, each: DigitColumns) -> Array:
        if self.clamp is None:
            return np.asarray(accuracy.clamp_gain(self.resistance, each.conductance))
        clamp = self.clamp
        return np.asarray(
            front_ends.class_a_gain(clamp.voltage, each.conductance, self.resistance, clamp.bias)
        )

    def _curvature(self, each: DigitColumns) -> Array:
        if self.clamp is None:
            return np.asarray(accuracy.clamp_curvature(self.resistance, each.conductance, each.spread))
        clamp = self.clamp
        return np.asarray(
            front_ends.class_a_curvature(
                clamp.voltage, each.conductance, self.resistance, clamp.bias, each.spread
            )
        )

    def _power(
        self, factor: Callable[[DigitColumns], Array], other: Callable[[DigitColumns], Array]
    ) -> Array:
        """Mean product of a layer's results when each column's is multiplied by one and by the other factor."""
        apart = sum(c.value * c.value * c.apart * factor(c) * other(c) for c in self.columns)
        first, second = (sum(c.value * c.alike * by(c) for c in self.columns) for by in (factor, other))
        return np.asarray(np.sum(self.times * self.active * (apart + first * second), axis=-1))

    @cached_property
    def _result(self) -> Array:
        return self._power(_as_it_is, _as_it_is)

    @cached_property
    def common(self) -> Array:
        """Gain of the results as a whole, which is no error."""
        return self._power(self._gain, _as_it_is) / self._result

    @cached_property
    def uneven(self) -> Array:
        """Relative error of a result because blocks and digits are read with different gains."""
        common = self.common[..., np.newaxis]

        def off(each: DigitColumns) -> Array:
            return self._gain(each) / common - 1.0

        return np.sqrt(self._power(off, off) / self._result)

    @cached_property
    def curved(self) -> Array:
        """Relative error of a result because the gain of a block moves from read to read with its active cells."""
        common = self.common[..., np.newaxis]

        def moved(each: DigitColumns) -> Array:
            return np.asarray(self._gain(each) / common * self._curvature(each))

        return np.sqrt(self._power(moved, moved) / self._result)

    @cached_property
    def root_mean_square(self) -> Array:
        """Conductances that columns show, all digits and blocks of one sign, over the common gain. [S]."""
        squares = [
            each.value**2 * self._gain(each) * (each.conductance**2 + (each.spread / 2.0) ** 2)
            for each in self.columns
        ]
        return np.asarray(np.sqrt(np.sum(self.times * sum(squares), axis=-1)) / self.common)


def _as_it_is(each: DigitColumns) -> Array:
    return np.ones_like(each.conductance)


def along_blocks(value: u.Numeric) -> u.Numeric:
    """A value of each layer with a last axis for the blocks of rows."""
    return np.asarray(value)[..., np.newaxis]
