"""Where layers lie among the units of a chip, and which block works for which of them."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.recording import recording_of
from neuroest.levels.base import LevelMapping, MappedLevel

Index: TypeAlias = NDArray[np.intp]

NEAR = 2.0**-30
"""Share of a unit within which two places are one; what rounding leaves of sums of parts of units."""
_NOWHERE = np.inf
"""Number of an instance that no layer reaches."""


class UnitAllocation:
    """Layers in the order of the network, one after the other on the units; a layer without weights where its input is.

    Where layers use the whole chip one after the other, every block works for each of them.
    """

    def __init__(self, mapped: LevelMapping, reads: tuple[tuple[int, ...], ...]) -> None:
        self._mapped, self.shared = mapped, mapped.placement.shared
        self._units = units = mapped.placement.units
        empty = np.all(units.reshape(-1, units.shape[-1]) == 0.0, axis=0)
        at = list(range(len(empty)))
        for layer in np.flatnonzero(empty).tolist():
            if reads[layer] and reads[layer][0] >= 0:
                at[layer] = at[reads[layer][0]]
        self._at = np.array(at)
        alone = not np.any(
            empty[self._at]
        )  # what has neither units nor an input lies where the next layer begins
        self._together = np.flatnonzero(np.bincount(self._at)[self._at] > 1) if alone else np.arange(len(at))
        self._serving: dict[str, Array] = {}
        self._instances: dict[tuple[str, tuple[int, ...]], SharedInstances] = {}

    def serving(self, block: str) -> Array:
        """Instances of a block that work for each layer, at least one."""
        if self.shared:
            return np.asarray(np.maximum(self._mapped.instances[block] + 0.0 * self._units, 1.0))
        level = block.rpartition(".")[0]
        if level not in self._serving:
            most = np.maximum(self._mapped.counts[level], 1.0)  # a part of a large network has no more
            found = np.minimum(np.maximum(self._units / units_each(self._mapped, level), 1.0), most)
            self._serving[level] = found[..., self._at]
        return self._serving[level]

    def busiest(self, block: str, work: Array) -> Array:
        """Time for which the busiest instance of a block works for all layers that it serves.

        Parameters
        ----------
        block : str
            Path of the block.
        work : array
            Time that one instance alone would take, by layer; a layer spreads it over its units.
        """
        level = block.rpartition(".")[0]
        each = np.asarray(units_each(self._mapped, level))
        if recording_of(self._units, each):
            return _busiest_in_turn(self._units, each, np.asarray(work), self._at, self._together)
        own = np.broadcast_shapes(self._units.shape[:-1], each.shape[:-1])
        points = np.broadcast_shapes(own, np.shape(work)[:-1])
        if np.prod(own) == 1:
            own = ()
        elif own != points:
            own = points  # an open grid along whose other axes the instances are the same
        if (level, own) not in self._instances:
            self._instances[level, own] = shared_instances(
                _by_layer(self._units, own), _by_layer(each, own), self._at, self._together
            )
        return self._instances[level, own].busiest(_by_layer(work, points)).reshape(*points, 1)


class BlockAllocation:
    """Which instances of the blocks of a chip work for which layers, on whatever level these are.

    A block in the branch of a computing level works for its layers; one around several levels works for all of them.
    """

    def __init__(self, levels: Sequence[MappedLevel], reads: tuple[tuple[int, ...], ...]) -> None:
        self._levels = levels
        self._units = [UnitAllocation(level.mapped, reads) for level in levels]
        self.shared = len(levels) == 1 and self._units[0].shared

    def _of(self, block: str) -> int | None:
        """Place of the level that the block works for; None where it works for several."""
        if len(self._levels) == 1:
            return 0
        within = [
            place
            for place, level in enumerate(self._levels)
            if any(block == own.path for node in level.mapper.chip.top.walk() for own in node.blocks.values())
        ]
        return within[0] if len(within) == 1 else None

    def serving(self, block: str) -> Array:
        """Instances of a block that work for each layer, at least one."""
        place = self._of(block)
        if place is None:
            return np.asarray(np.maximum(self._levels[0].mapped.instances[block], 1.0))
        return self._units[place].serving(block)

    def busiest(self, block: str, work: Array) -> Array:
        """Time for which the busiest instance of a block works for all layers that it serves; see `UnitAllocation`."""
        place = self._of(block)
        if place is None or self._units[place].shared:
            # layers use such a block one after the other, wherever they are placed
            return np.asarray(np.sum(work / self.serving(block), axis=-1, keepdims=True))
        return self._units[place].busiest(block, work)

    def of_level(self, place: int) -> UnitAllocation:
        """The layers of one level among its units."""
        return self._units[place]


@frozen_dataclass(eq=False)
class SharedInstances:
    """Instances that work for several layers: a list of their parts of the work of one layer at one point.

    Attributes
    ----------
    works : array of int
        Place of the work in a table of layers and points.
    instances : array of int
        Place of the instance in a table of instances and points.
    shares : array
        Part of the work of the layer that the instance does.
    several : array of bool, of shape (instances, points)
        Whether an instance works for several layers; one point stands for all.
    """

    works: Index
    instances: Index
    shares: Array
    several: NDArray[np.bool_]

    def busiest(self, work: Array) -> Array:
        """Longest work of all instances; by a sum of which equal points stay equal to the last bit.

        Parameters
        ----------
        work : array of shape (layers, points)
            Work of each layer.
        """
        rows, own = self.several.shape
        points = work.shape[1]
        if own == points:
            parts, instances = work.reshape(-1)[self.works] * self.shares, self.instances
        else:
            parts = (work[self.works] * self.shares[:, np.newaxis]).reshape(-1)
            instances = (self.instances[:, np.newaxis] * points + np.arange(points)).reshape(-1)
        times = np.bincount(instances, parts, rows * points).reshape(rows, points)
        return np.asarray(np.max(np.where(self.several, times, 0.0), axis=0))


def units_each(mapped: LevelMapping, level: str) -> u.Numeric:
    """Computing units in one instance of a level; their mean where the level does not hold them."""
    if level in mapped.units_per_child:
        return mapped.units_per_child[level]
    return mapped.counts[mapped.level.path] / np.maximum(mapped.counts[level], 1.0)


def _busiest_in_turn(units: Array, each: Array, work: Array, at: Index, together: Index) -> Array:
    """Longest work of all instances of `shared_instances` at a point that is recorded, one layer after the other.

    On the way are the instance in which a layer begins, that in which the next one does, and what lies between them,
    each with its work so far and the number of layers that do it.
    """
    layers, each = range(units.shape[-1]), np.broadcast_to(each, units.shape)
    begin = np.cumsum(units, axis=-1) - units
    wide, first = np.maximum(units, NEAR), np.floor(begin / each)
    other = first[..., 1:] > first[..., :-1]
    number = np.full_like(first[..., :1], _NOWHERE)
    following = [number]
    for layer in reversed(layers[:-1]):
        one = slice(layer, layer + 1)
        number = np.where(other[..., one], first[..., layer + 1 : layer + 2], number)
        following.insert(0, number)
    nearest = np.concatenate(following, axis=-1)
    between = np.where(nearest > first + 1.0, first + 1.0, _NOWHERE) if len(together) else nearest
    share = np.clip((first * each - begin + each) / wide, 0.0, 1.0)
    work = np.broadcast_to(work, np.broadcast_shapes(work.shape, units.shape))
    here = [np.flatnonzero(at == layer) for layer in layers]

    def reached(number: Array, there: Index, one: slice) -> tuple[Any, Any]:
        """Work of the layers at a place in an instance with a later number, and how many they are."""
        if not there.size:
            return 0.0, 0.0
        own, width = each[..., one], wide[..., one]
        until = number[..., one] * own - begin[..., one]
        part = np.minimum((until + own) / width, 1.0) - until / width
        reaches = until < width
        done = np.sum(work[..., there], axis=-1, keepdims=True) * part
        return np.where(reaches, done, 0.0), np.where(reaches, float(there.size), 0.0)

    nothing = np.zeros_like(first[..., :1])
    states = [[nothing, nothing], [nothing, nothing], [nothing, nothing]]
    longest = nothing
    for layer in layers:
        one = slice(layer, layer + 1)
        if layer:
            new = other[..., layer - 1 : layer]
            now, after, _ = states
            states = [
                [np.where(new, later, earlier) for earlier, later in zip(now, after, strict=True)],
                *([np.where(new, 0.0, state) for state in pair] for pair in states[1:]),
            ]
        there = here[layer]
        begun = np.sum(work[..., there], axis=-1, keepdims=True) * share[..., one], float(there.size)
        gains = (
            begun if there.size else (0.0, 0.0),
            reached(nearest, there, one),
            reached(between, np.intersect1d(there, together), one),
        )
        states = [
            [state + more for state, more in zip(pair, gain, strict=True)]
            for pair, gain in zip(states, gains, strict=True)
        ]
        for done, several in (states[0], states[2]):
            longest = np.maximum(longest, np.where(several > 1.0, done, 0.0))
    return longest


def _by_layer(array: Array, points: tuple[int, ...]) -> Array:
    """A table of layers and points."""
    if array.ndim == 0:
        return array.reshape(1, 1)
    spread = np.broadcast_to(array, (*points, array.shape[-1])) if points else array
    return np.moveaxis(spread, -1, 0).reshape(array.shape[-1], -1)


def shared_instances(units: Array, each: Array, at: Index, together: Index) -> SharedInstances:
    """The instances of a level that work for several layers.

    Layers that begin in one instance follow each other. Such an instance also works for those that began in the one
    before and reach into it. One in which no layer begins has several only where layers lie at the same place.

    Parameters
    ----------
    units : array of shape (layers, points)
        Units of each layer.
    each : array of shape (1, points) or (layers, points)
        Units of an instance.
    at : array of int
        Layer at whose place each layer is; its own number where it has one.
    together : array of int
        Layers that may lie where another one lies.
    """
    points = units.shape[1]
    begin = np.zeros_like(units)
    np.cumsum(units[:-1], axis=0, out=begin[1:])
    wide = np.maximum(units, NEAR)
    first = np.floor(begin / each)
    other = first[1:] > first[:-1]
    following = np.full_like(units, _NOWHERE)
    np.copyto(following[:-1], first[1:], where=other)
    following = np.minimum.accumulate(following[::-1], axis=0)[::-1]
    row = np.empty(units.shape, np.intp)
    row[0] = np.arange(points)
    np.multiply(other, 2 * points, out=row[1:])  # and one for what lies between an instance and the following
    np.cumsum(row, axis=0, out=row)
    work = np.arange(units.size).reshape(units.shape)
    share = np.minimum(np.maximum((first * each - begin + each) / wide, 0.0), 1.0)
    works, instances, shares = [work.reshape(-1)], [row[at].reshape(-1)], [share[at].reshape(-1)]
    each = np.broadcast_to(each, units.shape)
    between = np.where(following > first + 1.0, first + 1.0, _NOWHERE) if len(together) else following
    for number, layers, later in ((following, np.arange(len(at)), 2 * points), (between, together, points)):
        until = number * each - begin
        there = np.flatnonzero((until < wide)[at[layers]])
        place = work[at[layers]].reshape(-1)[there]
        gone, own, width = (table.reshape(-1)[place] for table in (until, each, wide))
        works.append(work[layers].reshape(-1)[there])
        instances.append(row.reshape(-1)[place] + later)
        shares.append(np.minimum((gone + own) / width, 1.0) - gone / width)
    instance = np.concatenate(instances)
    rows = int(np.max(instance)) // points + 1
    several = np.bincount(instance, minlength=rows * points) > 1
    return SharedInstances(
        np.concatenate(works), instance, np.concatenate(shares), several.reshape(rows, points)
    )
