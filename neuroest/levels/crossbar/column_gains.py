"""What distorts the sums of columns: unequal gains by a series resistance, and the range of the converters."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from neuroest.blocks.base import NetworkContext
from neuroest.core import units as u
from neuroest.core.arrays import Array, equal_columns_once
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accuracy, digits, front_ends
from neuroest.levels.crossbar.array import CrossbarArray


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
        clamp, resistance, found = self.clamp, self.resistance, []
        for each in self.columns:
            if clamp is None:
                gain = np.asarray(accuracy.clamp_gain(resistance, each.conductance))
                curvature = np.asarray(accuracy.clamp_curvature(resistance, each.conductance, each.spread))
            else:
                # where a layer has no block of this kind, nothing is searched
                conductance = np.where(np.greater(self.times, 0.0), each.conductance, 0.0)
                given = (clamp.voltage, conductance, resistance, clamp.bias, each.spread)
                gain, curvature = np.asarray(equal_columns_once(_of_class_a, *given))
            found.append((gain, curvature))
        return tuple(found)

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
        return _over_blocks(self._occurrences, power)

    @cached_property
    def _result(self) -> Array:
        """Mean square of a layer's result as it is."""
        apart, alike = self._shares
        return _over_blocks(self._occurrences, sum(apart) + sum(alike) ** 2)

    @cached_property
    def common(self) -> Array:
        """Gain common to all results, which is not an error: the mean product with the ideal result over its square."""
        apart, alike = self._shares
        mean = sum(alike)
        shares = [variance + each * mean for variance, each in zip(apart, alike, strict=True)]
        product = _products(shares, [gain for gain, _ in self._gains_and_curvatures])
        return _over_blocks(self._occurrences, product) / self._result

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
        return np.asarray(np.sqrt(_over_blocks(self.times, sum(squares))) / self.common)


def _over_blocks(times: u.Numeric, values: u.Numeric) -> Array:
    """Sum over the kinds of blocks of each layer; a kind of which it has none counts nothing, whatever its value."""
    return np.asarray(np.sum(times * np.where(np.not_equal(times, 0.0), values, 0.0), axis=-1))


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


@frozen_dataclass(eq=False)
class ConverterRange:
    """Range of the sums of each layer that the converters cover, over the largest possible column sum.

    Attributes
    ----------
    array : CrossbarArray
        With the converters.
    network : NetworkContext
        The network.
    kinds_of_blocks : tuple
        Blocks of rows of each layer, as `CrossbarMapper.kinds_of_blocks` has them.
    input_bits : float or array
        Bits of an input in one conversion.
    """

    array: CrossbarArray
    network: NetworkContext
    kinds_of_blocks: tuple[Sequence[tuple[Array, Array]], Array]
    input_bits: u.Numeric

    @property
    def share(self) -> u.Dimensionless:
        """Width of the converter range, as a share of the range of all sums."""
        low, high = self.ends
        return high - low

    @cached_property
    def ends(self) -> tuple[u.Dimensionless, u.Dimensionless]:
        """Lowest and highest sum with a code of its own: as chosen, or all sums."""
        chosen = self.array.readout.options
        least = self._least
        if "full_scale_spreads" not in chosen:
            share = chosen.get("full_scale", 1.0)
            return least * share, (1.0 + least) * share
        reach = chosen["full_scale_spreads"] * self._spread
        return np.maximum(self._mean - reach, least), np.minimum(self._mean + reach, 1.0 + least)

    @property
    def limited(self) -> bool:
        """Whether the codes cover only part of the sums."""
        return not {"full_scale", "full_scale_spreads"}.isdisjoint(self.array.readout.options)

    @property
    def _signed(self) -> bool:
        """Whether a converted sum contains signed products: from rows of opposite drive, or from subtracted columns."""
        array = self.array
        return bool(array.spec.weight_encoding == "row_differential" or float(array.merged_lines) > 1.0)

    def _moments(self) -> Iterator[tuple[u.Numeric, u.Numeric, u.Numeric]]:
        """Place value, mean and mean square of the part of a weight in a converted sum, highest digit first."""
        array, network = self.array, self.network
        if np.any(np.asarray(array.merged_slices(network)) > 1.0):  # one sum has all digits of a group
            bits, groups = array.converted_bits(network), array.merged_groups(network)
            for place in range(int(np.max(groups))):
                digit = (network.mean_absolute_weight, array.weights.centre, bits, groups, float(place))
                value = digits.digit_place_value(bits, groups, float(place))
                yield value, digits.digit_mean_share(*digit), digits.digit_mean_square_share(*digit)
            return
        yield from array.weights.digit_moments(network)

    @property
    def _least(self) -> float:
        """Lowest possible column sum."""
        return -1.0 / 2.0 if self._signed else 0.0

    @cached_property
    def _sums(self) -> tuple[tuple[u.Dimensionless, Array, Array], ...]:
        """Place value of each digit, with mean and variance of its sums in each block, highest digit first."""
        array = self.array
        found = []
        for value, mean, square in self._moments():
            offset = array.weights.offset_coded
            # one cell of a pair holds the digit, the other none, at even odds; both rows of a pair are one signed cell
            cell = along_blocks(mean if offset else 0.0 * mean if self._signed else mean / 2.0)
            squared = along_blocks(square if offset or self._signed else square / 2.0)
            centre: u.Dimensionless = 0.0
            variance: u.Dimensionless = 0.0
            for inputs, share in self.kinds_of_blocks[0]:
                rows = along_blocks(array.rows_at_once() * array.merged_lines)
                power = accuracy.input_mean_square(share, along_blocks(self.input_bits))
                centre = centre + accuracy.column_sum_mean(inputs * share, cell, rows)
                variance = variance + accuracy.column_sum_variance(inputs, share, power, cell, squared, rows)
            found.append((along_blocks(value), np.asarray(centre), np.asarray(variance)))
        return tuple(found)

    @cached_property
    def _pooled(self) -> tuple[Array, Array]:
        """Mean and mean square of the sums over all digits and the blocks that hold weights."""
        blocks, times = self.kinds_of_blocks
        filled = np.where(sum(inputs for inputs, _ in blocks) > 0.0, times, 0.0)
        count = np.maximum(np.sum(filled, axis=-1), 1.0) * len(self._sums)
        mean = sum(np.sum(filled * centre, axis=-1) for _, centre, _ in self._sums) / count
        square = sum(np.sum(filled * (c * c + v), axis=-1) for _, c, v in self._sums) / count
        return np.asarray(mean), np.asarray(square)

    @property
    def _mean(self) -> Array:
        return self._pooled[0]

    @property
    def _spread(self) -> Array:
        mean, square = self._pooled
        return np.sqrt(np.maximum(square - mean * mean, 0.0))

    @cached_property
    def clipped(self) -> Array:
        """Result error from clipping, for one read of one column of each digit, over the largest column sum."""
        low, high = (along_blocks(end) for end in self.ends)
        # no sum lies beyond the ends of what a column can have, whatever the tails of a normal distribution say
        low = np.where(low > self._least, low, low - 1.0)
        high = np.where(high < 1.0 + self._least, high, high + 1.0)
        squares = [
            (value * equal_columns_once(accuracy.clipping_error, centre, variance, low, high)) ** 2
            for value, centre, variance in self._sums
        ]
        return np.sqrt(_over_blocks(self.kinds_of_blocks[1], sum(squares)))
