"""Layers that share units in time: shortest initiation interval, and latency of an inference."""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass

Flags: TypeAlias = NDArray[np.bool_]

ROUNDING = 2.0**-40
"""What a sum of times may be off by."""


@frozen_dataclass(eq=False)
class TimeMultiplexing:
    """Groups of layers that share a unit, at all design points.

    Attributes
    ----------
    kinds : tuple of array of bool
        Layers by unit, one table for each way in which design points share: true for the layers that are on the unit.
    kind : array of int
        Which of them holds, by design point.
    """

    kinds: tuple[Flags, ...]
    kind: NDArray[np.intp]

    def busiest(self, times: Array) -> Array:
        """Busy time of the busiest unit, with its layers in series: the lower bound of the interval.

        Parameters
        ----------
        times : array
            Time for which a layer keeps its units busy, by layer.
        """
        points = np.shape(times)[:-1]
        if self.kind.shape not in {(), points}:
            points = np.broadcast_shapes(points, self.kind.shape)
        longest = np.zeros(points)
        if not any(len(units) for units in self.kinds):
            return longest[..., np.newaxis]
        for here, units, each in self.each_kind(times):
            longest[here] = np.max(np.einsum("...l,ul->...u", each, units.astype(float)), axis=-1)
        return longest[..., np.newaxis]

    def each_kind(self, times: Array) -> Iterator[tuple[Flags, Flags, Array]]:
        """Design points of one kind, the units that they share, and their times, as a list of points."""
        points = np.broadcast_shapes(np.shape(times)[:-1], self.kind.shape)
        every = np.broadcast_to(times, (*points, np.shape(times)[-1]))
        kinds = np.broadcast_to(self.kind, points)
        for index, units in enumerate(self.kinds):
            here = np.asarray(kinds == index)
            if len(units) and np.any(here):
                yield here, units, every[here]


def single_shared_unit(members: Array | Flags) -> TimeMultiplexing:
    """The time slots of some layers on one unit; of no layers where all points agree that none is on it."""
    here = np.any(members, axis=tuple(range(np.ndim(members) - 1)))
    return TimeMultiplexing(
        (here[np.newaxis] if np.any(here) else np.zeros((0, len(here)), bool),), np.zeros((), np.intp)
    )


def no_sharing(layers: int) -> TimeMultiplexing:
    """No unit that layers share."""
    return single_shared_unit(np.zeros(layers))


def mean_longest_step(silent: Array, active: Array, share: Array) -> Array:
    """Mean of the longest timestep of all layers, which synchronise after each timestep.

    A layer takes its longer time in a share of the steps and its shorter time in the others, independently of the other
    layers: E = sum_i a_i f_i prod_{j<i} (1 - f_j) + max(s) prod (1 - f), longest first, no a_i below max(s). Exact.

    Parameters
    ----------
    silent, active : array
        Time of a step in which no spike comes, and of one in which spikes come, by layer. [s]
    share : array
        Share of the steps in which spikes come, above zero. [1]

    Returns
    -------
    array
        Mean time, with a last axis of length one; the longest where spikes come in all steps.
    """
    if np.all(share >= 1.0):
        return np.asarray(np.max(active, axis=-1, keepdims=True))
    floor = np.max(silent, axis=-1, keepdims=True)
    active, share = np.broadcast_arrays(np.maximum(active, floor), share)
    order = np.argsort(-active, axis=-1)
    times, shares = (np.take_along_axis(array, order, axis=-1) for array in (active, share))
    left = np.cumprod(1.0 - shares, axis=-1)
    before = np.concatenate([np.ones_like(left[..., :1]), left[..., :-1]], axis=-1)
    spiking = np.sum(times * shares * before, axis=-1, keepdims=True)
    return np.asarray(spiking + floor * left[..., -1:])


def critical_path(times: Array, reads: tuple[tuple[int, ...], ...]) -> Array:
    """Latency of a network in which every layer starts when all its inputs are ready.

    Parameters
    ----------
    times : array
        Time of each layer; the layers on the last axis.
    reads : tuple of tuple of int
        Layers that each layer reads; negative for the input of the network.
    """
    if all(inputs == (layer - 1,) for layer, inputs in enumerate(reads)):
        return np.asarray(np.sum(times, axis=-1, keepdims=True))
    ends: list[Array] = []
    for layer, inputs in enumerate(reads):
        ends.append(_ready(ends, inputs) + times[..., layer])
    return np.asarray(reduce(np.maximum, ends)[..., np.newaxis])


def modulo_schedule(
    steps: Array,
    reads: tuple[tuple[int, ...], ...],
    shared: Sequence[tuple[TimeMultiplexing, Array]],
    period: Array,
) -> Array:
    """Latency of an inference in a pipeline with a fixed period, where layers wait for shared units.

    A modulo schedule [1]_: each unit repeats the same plan in every period. The layers are taken in the order of the
    network, and each gets the first time that its unit has left, from the moment at which all that it reads is there.
    A turn may be broken off between two reads and taken up again, so a plan is found for every period in which the
    busiest unit can do its work.

    Parameters
    ----------
    steps : array
        Time of each layer with nobody in its way; the layers on the last axis.
    reads : tuple of tuple of int
        Layers that each layer reads; negative for the input of the network.
    shared : sequence of tuple
        Who shares units, and the time for which each layer keeps them busy.
    period : array
        Time from one inference to the next, at least the work of the busiest unit.

    References
    ----------
    .. [1] B. R. Rau, "Iterative modulo scheduling: an algorithm for software pipelining loops", MICRO-27, 63 (1994),
       doi:10.1145/192724.192731.
    """
    layers = np.shape(steps)[-1]
    points = np.broadcast_shapes(
        *(np.shape(a)[:-1] for a in (steps, period)),
        *(
            np.broadcast_shapes(np.shape(times)[:-1], time_sharing.kind.shape)
            for time_sharing, times in shared
        ),
    )
    every = [np.broadcast_to(steps, (*points, layers)), np.broadcast_to(period, (*points, 1))]
    every += [np.broadcast_to(times, (*points, layers)) for _, times in shared]
    kinds = [np.broadcast_to(time_sharing.kind, points) for time_sharing, _ in shared]
    found = np.zeros(points)
    for combination in np.unique(np.stack([k.ravel() for k in kinds], axis=1), axis=0).tolist():
        here = np.logical_and.reduce([k == index for k, index in zip(kinds, combination, strict=True)])
        own, interval, *busy = (array[here] for array in every)
        units = [
            (members, times)
            for (time_sharing, _), index, times in zip(shared, combination, busy, strict=True)
            for members in time_sharing.kinds[index]
        ]
        found[here] = _planned(own, reads, units, interval[..., 0])
    return found[..., np.newaxis]


def _planned(
    steps: Array, reads: tuple[tuple[int, ...], ...], units: Sequence[tuple[Flags, Array]], period: Array
) -> Array:
    """End of the last layer, for a list of points that share in one way."""
    plans: list[list[tuple[Array, Array]]] = [[] for _ in units]
    ends: list[Array] = []
    for layer, inputs in enumerate(reads):
        ready = _ready(ends, inputs) + 0.0 * period
        end = ready + steps[:, layer]
        for plan, (members, times) in zip(plans, units, strict=True):
            if members[layer]:
                done = _worked_off(ready, times[:, layer], plan, period)
                plan.append((ready, done))
                end = np.maximum(end, done)
        ends.append(end)
    return np.asarray(reduce(np.maximum, ends))


def _ready(ends: Sequence[Array], inputs: tuple[int, ...]) -> Array:
    """When all that a layer reads is there."""
    found = [ends[source] for source in inputs if source >= 0]
    return reduce(np.maximum, found) if found else np.zeros(1)[0]


def _worked_off(ready: Array, time: Array, plan: Sequence[tuple[Array, Array]], period: Array) -> Array:
    """When so much time of a unit has passed that its plan leaves free.

    All that lies between a turn's begin and its end is taken afterwards, by it or by those before it.
    """
    if not plan:
        return ready + time
    begins, ends = (np.stack(side, axis=-1) for side in zip(*plan, strict=True))
    each = period[:, np.newaxis]
    since = np.mod(begins - ready[:, np.newaxis], each)
    until = since + np.minimum(ends - begins, each)
    # what begins before the layer is ready reaches into its first period from behind
    begin = np.concatenate([np.zeros_like(since), since], axis=-1)
    end = np.concatenate([np.maximum(until - each, 0.0), until], axis=-1)
    order = np.argsort(begin, axis=-1)
    begin, end = np.take_along_axis(begin, order, -1), np.take_along_axis(end, order, -1)
    covered = np.maximum.accumulate(end, axis=-1)
    before = np.concatenate([np.zeros_like(covered[:, :1]), covered[:, :-1]], axis=-1)
    begin = np.maximum(begin, before)
    taken = np.maximum(end - begin, 0.0)
    free = begin - (np.cumsum(taken, axis=-1) - taken)
    in_the_way = free < time[:, np.newaxis] - ROUNDING * each
    return np.asarray(ready + time + np.sum(np.where(in_the_way, taken, 0.0), axis=-1))
