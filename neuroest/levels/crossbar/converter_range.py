"""Range of the converters of a crossbar: how much of a column's sums their codes cover, and what they clip."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from neuroest.blocks.base import NetworkContext
from neuroest.core import units as u
from neuroest.core.arrays import Array, equal_columns_once
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import accuracy, clipping, digits
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.column_gains import along_blocks


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
            centre = 1.0 / 2.0 if array.spec.weight_encoding == "offset" else 0.0
            bits, groups = array.converted_bits(network), array.merged_groups(network)
            for place in range(int(np.max(groups))):
                digit = (network.mean_absolute_weight, centre, bits, groups, float(place))
                value = digits.digit_place_value(bits, groups, float(place))
                yield value, digits.digit_mean_share(*digit), digits.digit_mean_square_share(*digit)
            return
        yield from zip(
            array.place_values(network),
            array.over_digits(digits.digit_mean_share, network),
            array.over_digits(digits.digit_mean_square_share, network),
            strict=True,
        )

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
            offset = array.spec.weight_encoding == "offset"
            # one cell of a pair holds the digit, the other none, at even odds; both rows of a pair are one signed cell
            cell = along_blocks(mean if offset else 0.0 * mean if self._signed else mean / 2.0)
            squared = along_blocks(square if offset or self._signed else square / 2.0)
            centre: u.Dimensionless = 0.0
            variance: u.Dimensionless = 0.0
            for inputs, share in self.kinds_of_blocks[0]:
                rows = along_blocks(array.rows_at_once() * array.merged_lines)
                power = accuracy.input_mean_square(share, along_blocks(self.input_bits))
                centre = centre + clipping.column_sum_mean(inputs * share, cell, rows)
                variance = variance + clipping.column_sum_variance(inputs, share, power, cell, squared, rows)
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
            (value * equal_columns_once(clipping.clipping_error, centre, variance, low, high)) ** 2
            for value, centre, variance in self._sums
        ]
        return np.asarray(np.sqrt(np.sum(self.kinds_of_blocks[1] * sum(squares), axis=-1)))
