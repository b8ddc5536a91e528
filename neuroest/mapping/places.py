"""Where layers lie among the units of a chip, and which block works for which of them."""

from __future__ import annotations

import numpy as np

from neuroest.mapping.base import Array, NetworkMapping
from neuroest.units import Numeric

NEAR = 2.0**-30
"""Share of a unit within which two places are one; what rounding leaves of sums of parts of units."""


class Places:
    """Layers in the order of the network, one after the other on the units; a layer without weights where its input is.

    Where layers take the whole chip in turns, every block works for each of them.
    """

    def __init__(self, mapped: NetworkMapping, reads: tuple[tuple[int, ...], ...]) -> None:
        self._mapped, self.shared = mapped, mapped.placement.shared
        units = mapped.placement.units
        self._begin = np.cumsum(units, axis=-1) - units
        self._width = np.array(units)
        empty = units == 0.0
        somewhere = np.any(empty.reshape(-1, empty.shape[-1]), axis=0).tolist()
        for layer, inputs in enumerate(reads):
            if somewhere[layer] and inputs and inputs[0] >= 0:
                for array in (self._begin, self._width):
                    array[..., layer] = np.where(empty[..., layer], array[..., inputs[0]], array[..., layer])
        self._levels: dict[str, tuple[Array, list[tuple[Array, Array]]]] = {}

    def serving(self, block: str) -> Array:
        """Instances of a block that work for each layer, at least one."""
        if self.shared:
            return np.asarray(np.maximum(self._mapped.instances[block] + 0.0 * self._width, 1.0))
        return self._level(block)[0]

    def busiest(self, block: str, work: Array) -> Array:
        """Time for which the busiest instance of a block works for all layers that it serves.

        Parameters
        ----------
        block : str
            Path of the block.
        work : array
            Time that one instance alone would take, by layer; a layer spreads it over its units.
        """
        kinds = self._level(block)[1]
        if len(kinds) == 1:
            return _busiest(work, kinds[0][1])[..., np.newaxis]
        points = np.broadcast_shapes(np.shape(work)[:-1], kinds[0][0].shape)
        found = np.zeros(points)
        every = np.broadcast_to(work, (*points, np.shape(work)[-1]))
        for here, shares in kinds:
            where = np.broadcast_to(here, points)
            found[where] = _busiest(every[where], shares)
        return found[..., np.newaxis]

    def _level(self, block: str) -> tuple[Array, list[tuple[Array, Array]]]:
        """Instances that serve a layer, and by kind of design points the shares of its work that instances have."""
        level = block.rpartition(".")[0]
        if level not in self._levels:
            each = units_each(self._mapped, level)
            most = np.maximum(self._mapped.counts[level], 1.0)  # a part of a large network has no more
            serving = np.asarray(np.minimum(np.maximum(self._width / each, 1.0), most))
            self._levels[level] = serving, self._shares_by_kind(each)
        return self._levels[level]

    def _shares_by_kind(self, each: Numeric) -> list[tuple[Array, Array]]:
        layers = self._width.shape[-1]
        size = np.asarray(each) + 0.0 * self._width
        shape = size.shape
        if size.size == layers:
            one = (array.reshape(-1) for array in (self._begin, self._width, size))
            return [(np.ones(shape[:-1], bool), _shares(*one))]
        table = np.stack(
            [np.broadcast_to(a, shape).reshape(-1, layers) for a in (self._begin, self._width, size)], axis=1
        )
        if np.all(table == table[0]):
            return [(np.ones(shape[:-1], bool), _shares(*table[0]))]
        kinds, index = np.unique(table.reshape(len(table), -1), axis=0, return_inverse=True)
        where = index.reshape(shape[:-1])
        return [(where == n, _shares(*kind.reshape(-1, layers))) for n, kind in enumerate(kinds)]


def units_each(mapped: NetworkMapping, level: str) -> Numeric:
    """Computing units in one instance of a level; their mean where the level does not hold them."""
    if level in mapped.units_per_child:
        return mapped.units_per_child[level]
    return mapped.counts[mapped.level.path] / np.maximum(mapped.counts[level], 1.0)


def _shares(begin: Array, width: Array, each: Array) -> Array:
    """Share of each layer's work that an instance does, of the instances that work for several.

    In such an instance, or in the one before, begins one of its layers.
    """
    first = np.floor(begin / each).tolist()
    instances = np.array(sorted({*first, *(place + 1.0 for place in first)}))[:, np.newaxis]
    wide, until = np.maximum(width, NEAR), instances * each - begin
    until, before = (np.minimum(np.maximum(place / wide, 0.0), 1.0) for place in (until + each, until))
    shares = until - before
    return np.asarray(shares[np.count_nonzero(shares, axis=1) > 1])


def _busiest(work: Array, shares: Array) -> Array:
    """Longest work of all instances; by a sum of which equal points stay equal to the last bit."""
    if not len(shares):
        return np.zeros(np.shape(work)[:-1])
    return np.asarray(np.max(np.einsum("...l,il->...i", work, shares), axis=-1))
