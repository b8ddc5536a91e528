"""Partition of a network over the chips of a system, and the traffic between the chips."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import network as network_equations
from neuroest.levels.base import MappedLevel
from neuroest.levels.populations import any_population, copies, links_of_a_copy
from neuroest.pipeline.unit_allocation import NEAR
from neuroest.workloads.layers import LayerTable
from neuroest.workloads.layout import of_one_point

_KEPT = 256
"""Networks and chips whose borders are kept: the points of a sweep share few of them."""


_MOST_CHIPS = 200
"""Chips up to which cuts are searched, since the search grows with their square; a convention."""


@frozen_dataclass(eq=False)
class ChipPlaces:
    """Location of the layers of a network in a row of chips.

    Attributes
    ----------
    begin, end : array
        First and last place of each layer, counted in chips; a layer without units is where its inputs end.
    first, last : array
        First and last chip of each layer.
    """

    begin: Array
    end: Array
    borders: tuple[tuple[float, ...], ...] = ()
    """Units before each chip, by design point, if chips have different numbers of units."""

    def share(self, layer: int, low: Array, high: Array) -> Array:
        """Share of a layer on the chips between two places."""
        sides = [self.begin[..., layer], self.end[..., layer], low, high]
        if self.borders:
            sides = [self._units(side) for side in sides]
        begin, end, low, high = sides
        inside = np.minimum(end, high) - np.maximum(begin, low)
        return np.asarray(np.clip(inside / np.maximum(end - begin, NEAR), 0.0, 1.0))

    def _units(self, places: Array) -> Array:
        """Units before a place."""
        flat = np.broadcast_to(places, np.shape(self.begin)[:-1]).reshape(-1)
        found = [
            np.interp(place, range(len(cuts)), cuts) for place, cuts in zip(flat, self.borders, strict=True)
        ]
        return np.array(found).reshape(np.shape(self.begin)[:-1])

    @property
    def first(self) -> Array:
        """First chip of each layer."""
        return np.asarray(np.floor(self.begin + NEAR))

    @property
    def last(self) -> Array:
        """Last chip of each layer."""
        return np.asarray(np.maximum(np.ceil(self.end - NEAR) - 1.0, self.first))

    @property
    def chips(self) -> Array:
        """Number of chips with a part of each layer."""
        return self.last - self.first + 1.0


@frozen_dataclass(eq=False)
class ChipTraffic:
    """Traffic between chips, by reading layer.

    Attributes
    ----------
    bits : array
        Bits that enter the chips of each layer, counted per chip.
    hops, farthest : array
        Links between chips that each bit passes, and the last of them to arrive.
    lanes : array
        Parallel links that share the bits.
    """

    bits: Array
    hops: Array
    farthest: Array
    lanes: Array


def chip_places(layers: LayerTable, levels: Sequence[MappedLevel], rule: str) -> ChipPlaces:
    """The chips of each layer.

    `order`: layers fill the chips one after the other in the order of the network; `balance`: all chips get equal parts
    of the units; `traffic`: as few chips as `order`, cut where the least bits cross.

    Raises
    ------
    MappingError
        For the least traffic of several computing levels.
    """
    begin = end = np.zeros(1)
    borders: tuple[tuple[float, ...], ...] = ()
    for level in levels:
        units = level.mapped.placement.units
        chips = level.mapped.counts[level.mapper.chip.top.path]
        each = np.asarray(level.mapped.counts[level.path] / chips)
        ends = np.cumsum(units, axis=-1)
        begins = ends - units
        if rule == "traffic":
            if len(levels) > 1:
                raise MappingError(
                    "partition: traffic is for chips with one computing level; use order or balance"
                )
            if np.any(ends[..., -1:] > _MOST_CHIPS * each):
                needed = float(np.max(ends[..., -1:] / each))
                raise MappingError(
                    f"partition: traffic searches the cuts of at most {_MOST_CHIPS} chips, and the network fills "
                    f"{needed:.3g}; use order or balance"
                )
            starts, stops, borders = _least_traffic(layers, begins, ends, each)
        else:
            size = each if rule == "order" else np.where(ends[..., -1:] > 0.0, ends[..., -1:] / chips, each)
            starts, stops = begins / size, ends / size
        begin, end = np.where(level.own > 0.0, starts, begin), np.where(level.own > 0.0, stops, end)
    # layers without units are where the last of their inputs ends
    used: Any = sum(level.mapped.placement.units for level in levels)
    shape = np.broadcast_shapes(np.shape(begin), np.shape(used))
    begin, end = (np.array(np.broadcast_to(side, shape)) for side in (begin, end))
    for layer, inputs in enumerate(layers.reads):
        own = np.broadcast_to(used[..., layer] > 0.0, shape[:-1])
        if not np.all(own):
            before = [end[..., source] if source >= 0 else 0.0 * end[..., layer] for source in inputs]
            latest = np.max(np.stack(before, axis=-1), axis=-1)
            begin[..., layer] = np.where(own, begin[..., layer], np.maximum(latest - NEAR, 0.0))
            end[..., layer] = np.where(own, end[..., layer], latest)
    return ChipPlaces(begin, end, borders)


def chip_traffic(
    layers: LayerTable, levels: Sequence[MappedLevel], packets: Sequence[u.Numeric | None], places: ChipPlaces,
    topology: str,
) -> ChipTraffic:  # fmt: skip
    """Bits that enter the chips of each layer from other chips, and their route.

    Every chip that holds a part of a layer gets all that the layer reads and that does not come from itself, in the
    coding of the reader. Where the rows of a layer are split over chips, sums of their columns go on to the next.
    """
    owner = [
        next(n for n, level in enumerate(levels) if level.own[index] > 0.0)
        for index in range(len(layers.names))
    ]
    found = [
        _entering_bits(layers, levels[number], packets[number], places, layer)
        for layer, number in enumerate(owner)
    ]
    chips = places.chips
    entering = _with_layers_last([bits for bits, _ in found])
    for level in levels:
        # sums that go on from one chip to the next
        mapper, placement = level.mapper, level.mapped.placement
        units = placement.units
        split = np.where(placement.row_blocks > 1.0, placement.row_blocks / np.maximum(units, 1.0), 0.0)
        sums = mapper.steps * mapper.layers.output_elements * mapper.partial_sum_bits() * split
        entering = entering + sums * np.where(units > 0.0, chips - 1.0, 0.0)
    senders = _with_layers_last([sending for _, sending in found])
    shape = np.broadcast_shapes(np.shape(entering), np.shape(senders), np.shape(chips))
    receivers = np.broadcast_to(chips, shape)
    if topology == "grid":
        # a packet is copied where its ways part, so that each link carries it once
        way = network_equations.feed_forward_hops(senders, receivers)
        hops = network_equations.multicast_hops(way, receivers, 1.0) / receivers
        farthest = network_equations.farthest_hops(senders, receivers)
        lanes = receivers
    else:
        hops = farthest = np.ones(shape)
        lanes = np.minimum(senders, receivers)
    if any_population(layers):
        inside = layers.population > 0.0
        lanes = np.where(inside, receivers, lanes)
        if topology == "grid":
            hops = np.where(inside, links_of_a_copy(layers, receivers), hops)
    return ChipTraffic(np.asarray(entering), np.asarray(hops), np.asarray(farthest), np.asarray(lanes))


def _entering_bits(
    layers: LayerTable, level: MappedLevel, packet: u.Numeric | None, places: ChipPlaces, layer: int
) -> tuple[Any, Any]:
    """Bits that enter the chips of a layer, before those of split sums, and the most chips that send to it."""
    t, step = level.mapper.layers, _one(level.mapper.steps)
    here, low, high = (array[..., layer] for array in (places.chips, places.first, places.last + 1.0))

    bits_read = np.asarray(level.mapper.network.activation_bits)
    wide = bits_read[..., layer] if level.mapper.network.output_bits is not None else _one(bits_read)

    def bits(rate: Any) -> Any:
        return rate * _one(packet) if packet is not None else wide

    entering: Any = 0.0
    senders: Any = 1.0
    for source in layers.reads[layer]:
        inside: Any = 1.0
        elements: Any = t.input_elements[..., layer]
        rate = t.input_rate[..., layer]
        if source >= 0:
            elements, rate = layers.output_elements[..., source], layers.output_rate[..., source]
            inside = places.share(source, low, high)
            senders = np.maximum(senders, places.chips[..., source])
        entering = entering + step * elements * bits(rate) * np.maximum(here - inside, 0.0)
    sequential = np.where(t.sequential_steps[..., layer] > 1.0, t.output_elements[..., layer], 0.0)
    again, others = t.recurrent_reduction[..., layer] + sequential, here - 1.0
    if any_population(t):
        is_one, many = t.population[..., layer] > 0.0, copies(t, places.chips)[..., layer]
        again = np.where(is_one, t.population[..., layer], again)
        others = np.where(is_one, many - 1.0, others)
    return entering + step * again * bits(layers.output_rate[..., layer]) * others, senders


def _with_layers_last(columns: Sequence[Any]) -> Array:
    """Values of each layer, with the axes of the design points that any of them has, as one array."""
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


def _one(value: u.Numeric) -> Any:
    """A value a point without the axis of the layers."""
    return np.asarray(value)[..., 0] if np.ndim(value) else value


def _least_traffic(
    layers: LayerTable, begins: Array, ends: Array, each: Array
) -> tuple[Array, Array, tuple[tuple[float, ...], ...]]:
    """Places of the layers, in chips, where the cuts between chips let the fewest outputs through, point by point.

    Outputs are counted however often they are active: a board is wired once.
    """
    size = len(layers.names)
    outputs = layers.output_elements if any_population(layers) else of_one_point(layers.output_elements)
    shape = np.broadcast_shapes(np.shape(begins), np.shape(each), outputs.shape)
    begin, end, sent = (np.broadcast_to(array, shape).reshape(-1, size) for array in (begins, ends, outputs))
    room = np.broadcast_to(each, (*shape[:-1], 1)).reshape(-1)
    borders = tuple(
        _cuts(
            layers.reads, tuple(low), tuple(high), tuple(elements), layers.input_elements_total, float(units)
        )
        for low, high, elements, units in zip(begin.tolist(), end.tolist(), sent.tolist(), room, strict=True)
    )
    sides = [
        np.array([np.interp(row, cuts, range(len(cuts))) for row, cuts in zip(side, borders, strict=True)])
        for side in (begin, end)
    ]
    return sides[0].reshape(shape), sides[1].reshape(shape), borders


@lru_cache(maxsize=_KEPT)
def _cuts(
    reads: tuple[tuple[int, ...], ...], begin: tuple[float, ...], end: tuple[float, ...], sent: tuple[float, ...],
    given: float, room: float,
) -> tuple[float, ...]:  # fmt: skip
    """Borders of the chips, by dynamic programming over the ends of layers and of full chips.

    As many chips as the units need; among their borders those with the least sum of what enters the chips.
    """
    total = end[-1]
    number = max(int(np.ceil(total / room - NEAR)), 1)
    fill = {0.0, total}
    for low, high in zip(begin, end, strict=True):
        steps = int(np.ceil((high - low) / room))
        fill |= {high, *(low + k * room for k in range(1, steps + 1))}
        fill |= {high - k * room for k in range(1, steps + 1)}
    fill |= {k * room for k in range(1, number)} | {total - k * room for k in range(1, number)}
    places = sorted(place for place in fill if -NEAR <= place <= total + NEAR)
    entering = _entering(reads, begin, end, sent, given)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, -1)}]
    for index in range(1, len(places)):
        here: dict[int, tuple[float, int]] = {}
        nearest = bisect_left(places, places[index] - room * (1.0 + NEAR))
        for source in range(nearest, index):
            cost = entering(places[source], places[index])
            for used, (before, _) in best[source].items():
                chips_left = number - used - 1
                if chips_left < 0 or total - places[index] > chips_left * room * (1.0 + NEAR) + NEAR:
                    continue
                if before + cost < here.get(used + 1, (inf, -1))[0]:
                    here[used + 1] = (before + cost, source)
        best.append(here)
    used = min(best[-1], key=lambda chips: best[-1][chips][0])
    borders, index = [places[-1]], len(places) - 1
    while index > 0:
        index = best[index][used][1]
        used -= 1
        borders.append(places[index])
    return tuple(borders[::-1])


def _entering(
    reads: tuple[tuple[int, ...], ...], begin: Sequence[float], end: Sequence[float], sent: Sequence[float],
    given: float,
) -> Callable[[float, float], float]:  # fmt: skip
    """Elements that enter a chip which holds all between two places: what its layers read and it did not make."""

    def inside(layer: int, low: float, high: float) -> float:
        width = max(end[layer] - begin[layer], NEAR)
        return min(max((min(end[layer], high) - max(begin[layer], low)) / width, 0.0), 1.0)

    def entering(low: float, high: float) -> float:
        found = 0.0
        for reader, sources in enumerate(reads):
            if end[reader] <= low + NEAR or begin[reader] >= high - NEAR:
                continue
            for source in sources:
                found += given if source < 0 else sent[source] * (1.0 - inside(source, low, high))
        return found

    return entering
