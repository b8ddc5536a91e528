"""Gains of columns with a series resistance: unequal between blocks, and nonlinear within each."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array, equal_columns_once
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accuracy, front_ends


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
    def _gains_and_curvatures(self) -> tuple[tuple[Array, Array], ...]:
        return tuple(self._gain_and_curvature(each) for each in self.columns)

    def _gain_and_curvature(self, each: DigitColumns) -> tuple[Array, Array]:
        clamp, resistance = self.clamp, self.resistance
        if clamp is None:
            gain = accuracy.clamp_gain(resistance, each.conductance)
            return np.asarray(gain), np.asarray(
                accuracy.clamp_curvature(resistance, each.conductance, each.spread)
            )
        given = (clamp.voltage, each.conductance, resistance, clamp.bias, each.spread)
        gain, curvature = np.asarray(equal_columns_once(_of_class_a, *given))
        return gain, curvature

    @cached_property
    def _occurrences(self) -> Array:
        """Active rows of each block and of its equals."""
        return np.asarray(self.times * self.active)

    @cached_property
    def _shares(self) -> tuple[tuple[u.Numeric, ...], tuple[u.Numeric, ...]]:
        """Variance of a weight by each digit, and mean of each digit with the sign of the weight."""
        columns = self.columns
        return tuple(c.value * c.value * c.apart for c in columns), tuple(c.value * c.alike for c in columns)

    def _power(self, factors: Sequence[Array]) -> Array:
        """Mean square of a layer's result whose columns are scaled by these factors."""
        apart, alike = self._shares
        together = _products(alike, factors)
        power = _products(apart, [factor * factor for factor in factors]) + together * together
        return np.asarray(np.sum(self._occurrences * power, axis=-1))

    @cached_property
    def _result(self) -> Array:
        """Mean square of a layer's result as it is."""
        apart, alike = self._shares
        return np.asarray(np.sum(self._occurrences * (sum(apart) + sum(alike) ** 2), axis=-1))

    @cached_property
    def common(self) -> Array:
        """Gain common to all results, which is not an error: the mean product with the ideal result over its square."""
        apart, alike = self._shares
        mean = sum(alike)
        shares = [variance + each * mean for variance, each in zip(apart, alike, strict=True)]
        product = _products(shares, [gain for gain, _ in self._gains_and_curvatures])
        return np.asarray(np.sum(self._occurrences * product, axis=-1)) / self._result

    @cached_property
    def uneven(self) -> Array:
        """Relative result error from unequal gains of blocks and digits."""
        common = self.common[..., np.newaxis]
        off = [gain / common - 1.0 for gain, _ in self._gains_and_curvatures]
        return np.sqrt(self._power(off) / self._result)

    @cached_property
    def curved(self) -> Array:
        """Relative result error because the gain of a block varies from read to read with its active cells."""
        moved = [gain * curvature for gain, curvature in self._gains_and_curvatures]
        return np.sqrt(self._power(moved) / self._result) / self.common

    @cached_property
    def root_mean_square(self) -> Array:
        """Root-mean-square effective column conductance over all digits and blocks, over the common gain. [S]."""
        squares = [
            each.value**2 * gain * (each.conductance**2 + (each.spread / 2.0) ** 2)
            for (gain, _), each in zip(self._gains_and_curvatures, self.columns, strict=True)
        ]
        return np.asarray(np.sqrt(np.sum(self.times * sum(squares), axis=-1)) / self.common)


def along_blocks(value: u.Numeric) -> u.Numeric:
    """Value by layer, with an additional last axis for row blocks."""
    return np.asarray(value)[..., np.newaxis]


def _of_class_a(
    voltage: u.Volt, conductance: Array, resistance: u.Ohm, bias: u.Ampere, spread: Array
) -> Array:
    """Gain and curvature of columns with class-A clamps, along a first axis."""
    depth = front_ends.clamp_depth(voltage, conductance, resistance, bias)
    gain = front_ends.class_a_gain(voltage, conductance, resistance, bias, depth)
    return np.stack((gain, front_ends.class_a_curvature(conductance, resistance, depth, spread)))


def _products(shares: Sequence[u.Numeric], factors: Sequence[Array]) -> Array:
    """Sum over the digits of what each contributes, scaled by its factor."""
    first, *others = (share * factor for share, factor in zip(shares, factors, strict=True))
    return np.asarray(sum(others, first))
