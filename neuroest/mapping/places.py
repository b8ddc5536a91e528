"""Where layers lie among the units of a chip, and which block works for which of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuroest.mapping.base import Array, NetworkMapping
from neuroest.units import Numeric

NEAR = 2.0**-30
"""Share of a unit within which two places are one; what rounding leaves of sums of parts of units."""
_AT_ONCE = 2**17
"""Numbers that are worked on at a time."""


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
        self._levels: dict[str, tuple[Array, Array, NDArray[np.intp]]] = {}

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
        _, shares, kind = self._level(block)
        if len(shares) == 1:
            return _busiest(work, shares[0])[..., np.newaxis]
        layers = np.shape(work)[-1]
        points = np.broadcast_shapes(np.shape(work)[:-1], kind.shape)
        every = np.broadcast_to(work, (*points, layers)).reshape(-1, layers)
        which, found = np.broadcast_to(kind, points).reshape(-1), np.zeros(len(every))
        for some in _portions(len(every), shares[0].size):
            found[some] = _busiest(every[some], shares[which[some]])
        return found.reshape(*points, 1)

    def _level(self, block: str) -> tuple[Array, Array, NDArray[np.intp]]:
        """Instances that serve a layer, shares of its work that instances have by kind of point, and those kinds."""
        level = block.rpartition(".")[0]
        if level not in self._levels:
            each = units_each(self._mapped, level)
            most = np.maximum(self._mapped.counts[level], 1.0)  # a part of a large network has no more
            serving = np.asarray(np.minimum(np.maximum(self._width / each, 1.0), most))
            self._levels[level] = serving, *self._shares_by_kind(each)
        return self._levels[level]

    def _shares_by_kind(self, each: Numeric) -> tuple[Array, NDArray[np.intp]]:
        layers = self._width.shape[-1]
        size = np.asarray(each) + 0.0 * self._width
        shape = size.shape
        table = np.stack(
            [np.broadcast_to(a, shape).reshape(-1, layers) for a in (self._begin, self._width, size)], axis=1
        )
        if len(table) == 1 or np.all(table == table[0]):
            return _shares(table[:1]), np.zeros(shape[:-1], np.intp)
        kinds, kind = _kinds(table.reshape(len(table), -1))
        kinds = kinds.reshape(len(kinds), -1, layers)
        parts = [_shares(kinds[some]) for some in _portions(len(kinds), 2 * layers * layers)]
        found = np.zeros((len(kinds), max(part.shape[1] for part in parts), layers))
        for some, part in zip(_portions(len(kinds), 2 * layers * layers), parts, strict=True):
            found[some, : part.shape[1]] = part
        return found, kind.reshape(shape[:-1])


def _kinds(rows: Array) -> tuple[Array, NDArray[np.intp]]:
    """Different rows, and which of them each row is; sums of a row tell rows apart sooner than comparing them does."""
    sums = rows @ np.sqrt(np.arange(1.0, rows.shape[1] + 1.0))
    _, first, kind = np.unique(sums, return_index=True, return_inverse=True)
    if np.array_equal(rows[first][kind], rows):
        return rows[first], kind
    different, kind = np.unique(rows, axis=0, return_inverse=True)
    return different, kind


def _portions(count: int, each: int) -> list[slice]:
    """Some after the other, so that the numbers of one portion stay in the cache."""
    some = max(_AT_ONCE // max(each, 1), 1)
    return [slice(begin, begin + some) for begin in range(0, count, some)]


def units_each(mapped: NetworkMapping, level: str) -> Numeric:
    """Computing units in one instance of a level; their mean where the level does not hold them."""
    if level in mapped.units_per_child:
        return mapped.units_per_child[level]
    return mapped.counts[mapped.level.path] / np.maximum(mapped.counts[level], 1.0)


def _shares(kinds: Array) -> Array:
    """Share of each layer's work that an instance does, of the instances that work for several.

    In such an instance, or in the one before, begins one of its layers. A kind with fewer of them has zeros beside.

    Parameters
    ----------
    kinds : array of shape (kinds, 3, layers)
        Where a layer begins, how many units it takes, and how many an instance has.
    """
    begin, width, each = np.moveaxis(kinds, 1, 0)[:, :, np.newaxis]
    first = np.floor(begin / each)[:, 0]
    instances = np.sort(np.concatenate([first, first + 1.0], axis=-1), axis=-1)
    other = np.ones(instances.shape, bool)
    other[:, 1:] = instances[:, 1:] > instances[:, :-1]
    wide, until = np.maximum(width, NEAR), instances[..., np.newaxis] * each - begin
    until, before = (np.minimum(np.maximum(place / wide, 0.0), 1.0) for place in (until + each, until))
    shares = until - before
    several = np.logical_and(other, np.count_nonzero(shares, axis=-1) > 1)
    most = int(np.max(np.count_nonzero(several, axis=-1)))
    order = np.argsort(~several, axis=-1, kind="stable")[:, :most]
    kept = np.take_along_axis(several, order, axis=-1)[..., np.newaxis]
    return np.asarray(np.where(kept, np.take_along_axis(shares, order[..., np.newaxis], axis=1), 0.0))


def _busiest(work: Array, shares: Array) -> Array:
    """Longest work of all instances; by a sum of which equal points stay equal to the last bit."""
    if not shares.shape[-2]:
        return np.zeros(np.shape(work)[:-1])
    return np.asarray(np.max(np.einsum("...l,...il->...i", work, shares), axis=-1))
