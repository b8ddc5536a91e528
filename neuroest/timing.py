"""How long an inference takes, when the next may start, and what holds it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neuroest.counting import ActionCounts
from neuroest.equations import mapping as equations
from neuroest.equations import network as network_equations
from neuroest.mapping.base import Array, Mapper, NetworkMapping
from neuroest.units import Numeric, Second


@dataclass(frozen=True, eq=False)
class Timing:
    """Times of a network on a chip.

    Attributes
    ----------
    resources : mapping
        Time that each resource needs for one time step of each layer, by component path.
    loads : mapping
        Share of the time for which the busiest link of the network on the chip works, by layer, by component path.
    step : array
        Time of one time step of each layer: its slowest resource.
    pace : Numeric
        From one time step of a pipeline to the next (of a dense network from one inference to the next): the slowest
        layer, or the layers that take turns on one unit; the own step of each layer where all share the units.
    latency : Numeric
        From the first input to the last output.
    initiation_interval : Numeric
        From one inference to the next.
    rest : Numeric
        Part of the interval in which the neurons only forget.
    """

    resources: Mapping[str, Array]
    loads: Mapping[str, Array]
    step: Array
    pace: Array
    latency: Second
    initiation_interval: Second
    rest: Second


def time_network(mapper: Mapper, mapped: NetworkMapping, counts: ActionCounts) -> Timing:
    """Latency and initiation interval of a mapped network."""
    placement = mapped.placement
    off = mapper.chip.discrepancy.get(f"{mapped.level.mapper}.time", 1.0)
    resources: dict[str, Array] = {mapped.level.path: mapper.unit_time(placement) * off}
    serving = _Serving(mapped)
    for model in ("accumulator", "vector_unit", "digital_lif"):
        for _, block in mapper.chip.find(model):
            capacity = block.options["lanes"] * block.options["clock_frequency"]
            demand = _demand(mapper, counts, block.path)
            resources[block.path] = demand / (mapper.steps * capacity * serving.of(block.path))
    for memory in mapper.chip.memories():
        reads, writes = (
            counts.actions.get((memory.path, action), mapper.zeros()) / mapper.steps
            for action in ("read", "write")
        )
        resources[memory.path] = np.asarray(memory.busy_time(reads, writes)) / serving.of(memory.path)
    turns = mapper.turn_time(resources[mapped.level.path])
    for _, unit in mapper.chip.find("matrix_unit"):
        capacity = unit.options["clock_frequency"] * mapped.instances[unit.path]
        resources[unit.path] = mapper.product_cycles() / (mapper.steps * capacity)
        turns = np.maximum(turns, np.sum(resources[unit.path], axis=-1, keepdims=True))
    busy = _network_times(mapper, serving, counts, resources)
    pace = _pace(mapped, _slowest(resources), turns)
    loads = {path: time / np.where(pace > 0.0, pace, 1.0) for path, time in busy.items()}
    _wait(mapper, counts, busy, loads, resources)
    return _totals(mapper, mapped, resources, loads, turns)


def _slowest(resources: Mapping[str, Array]) -> Array:
    """Time of one step of each layer."""
    first, *others = resources.values()
    for needed in others:
        first = np.maximum(first, needed)
    return first


def _pace(mapped: NetworkMapping, step: Array, turns: Array) -> Array:
    """From one step to the next: that of each layer where all share the units, else of the slowest."""
    if mapped.placement.shared:
        return step
    return np.asarray(np.maximum(np.max(step, axis=-1, keepdims=True), turns))


def _demand(mapper: Mapper, counts: ActionCounts, path: str) -> Array:
    """Actions of a block, all kinds of them."""
    first, *others = [c for (owner, _), c in counts.actions.items() if owner == path] or [mapper.zeros()]
    return sum(others, start=first)


class _Serving:
    """Instances of a block that serve one layer: all where layers take turns, else in proportion to its units."""

    def __init__(self, mapped: NetworkMapping) -> None:
        self.shared, self.units = mapped.placement.shared, mapped.placement.units
        self._instances = mapped.instances
        self._total = np.maximum(np.sum(self.units, axis=-1, keepdims=True), 1.0)
        self._known: dict[int, Array] = {}  # blocks of one level have the same array of instances

    def of(self, path: str) -> Array:
        """By layer, at least one."""
        instances = self._instances[path]
        if id(instances) not in self._known:
            part = instances + 0.0 * self.units if self.shared else instances * self.units / self._total
            self._known[id(instances)] = np.asarray(np.maximum(part, 1.0))
        return self._known[id(instances)]


def _network_times(
    mapper: Mapper, serving: _Serving, counts: ActionCounts, resources: dict[str, Array]
) -> dict[str, Array]:
    """Time of network and links, packets that wait for each other left out; the part for which a link is busy."""
    steps, busy = mapper.steps, {}
    carried = counts.transport
    for _, mesh in mapper.chip.networks():
        if carried is not None:
            there = carried.bits > 0.0
            bits, links = carried.bits / steps, carried.lanes
            if mesh.one_medium:
                links = serving.of(mesh.path) if serving.shared else np.ones_like(bits)
                if not serving.shared:
                    bits = np.sum(bits, axis=-1, keepdims=True) * there
            busy[mesh.path] = bits / (mesh.link_rate() * links)
            time = network_equations.packet_latency(carried.farthest, mesh.hop_time(), busy[mesh.path], 0.0)
            resources[mesh.path] = np.asarray(time * there)
    for link in mapper.chip.links():
        if any(path == link.path for path, _ in counts.actions):
            sent = _demand(mapper, counts, link.path)
            off = mapper.chip.discrepancy.get(f"{link.model}.time", 1.0)
            # streamed: one request a step and layer waits for the far end
            waiting = np.asarray(link.latency() * (sent > 0.0), dtype=np.float64)
            time = network_equations.packet_latency(1.0, waiting, sent / steps / link.rate(), 0.0)
            resources[link.path] = np.asarray(time * off)
    return busy


def _wait(
    mapper: Mapper, counts: ActionCounts, busy: Mapping[str, Array], loads: Mapping[str, Array],
    resources: dict[str, Array],
) -> None:  # fmt: skip
    """Let the address events of a mesh wait for each other at every link, as often as the load has it."""
    carried = counts.transport
    for _, mesh in mapper.chip.networks():
        if carried is not None and np.any(carried.packet > 0.0) and not mesh.one_medium:
            wait = network_equations.queueing_wait(carried.packet / mesh.link_rate(), loads[mesh.path])
            time = network_equations.packet_latency(carried.farthest, mesh.hop_time(), busy[mesh.path], wait)
            resources[mesh.path] = np.where(carried.bits > 0.0, time, 0.0)


def _totals(
    mapper: Mapper,
    mapped: NetworkMapping,
    resources: Mapping[str, Array],
    loads: Mapping[str, Array],
    turns: Array,
) -> Timing:
    """Latency and interval; `turns` is the time of the unit that layers of a pipeline take one after the other."""
    weighted = mapper.layers.is_weighted
    step = _slowest(resources)
    pace = _pace(mapped, step, turns)
    total = np.sum(step, axis=-1, keepdims=True)
    neuron = getattr(mapper.compute, "neuron", None)
    rest: Numeric = neuron.rest_time() if neuron is not None else 0.0
    latency: Numeric
    if mapped.placement.shared:
        batch = mapper.options.get("batch", getattr(mapper, "batch", 1.0))
        interval = mapper.steps * total
        latency = interval * batch
    elif mapper.network.spiking:
        depth = np.sum(weighted, axis=-1, keepdims=True)
        latency = equations.layer_pipelined_latency(mapper.steps, pace, depth)
        interval = equations.initiation_interval(mapper.steps, pace, rest)
    else:
        latency, interval = total, pace
    if mapper.reprograms:
        shared = mapper.options["inferences_per_pass"]
        writing = mapper.writing_time(mapped.placement)
        worked = mapper.steps * total
        part_by_part = mapped.passes > 1.0
        latency = np.where(part_by_part, worked * shared + writing, latency)
        interval = np.where(part_by_part, worked + writing / shared, interval)
    return Timing(resources, loads, step, pace, latency, interval, rest)
