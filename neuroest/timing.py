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
    step : array
        Time of one time step of each layer: its slowest resource.
    latency : Numeric
        From the first input to the last output.
    initiation_interval : Numeric
        From one inference to the next.
    rest : Numeric
        Part of the interval in which the neurons only forget.
    """

    resources: Mapping[str, Array]
    step: Array
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
        demand = _demand(mapper, counts, memory.path)
        resources[memory.path] = demand / mapper.steps * memory.access_time() / serving.of(memory.path)
    turns = []
    for _, unit in mapper.chip.find("matrix_unit"):
        capacity = unit.options["clock_frequency"] * mapped.instances[unit.path]
        resources[unit.path] = mapper.product_cycles() / (mapper.steps * capacity)
        turns.append(resources[unit.path])
    _network_times(mapper, serving, counts, resources)
    step = resources[mapped.level.path]
    for needed in resources.values():
        step = np.maximum(step, needed)
    return _totals(mapper, mapped, resources, step, turns)


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
) -> None:
    steps = mapper.steps
    for _, mesh in mapper.chip.networks():
        if counts.transport is not None:
            carried = counts.transport.bits * counts.transport.hops / steps
            links = serving.of(mesh.path)
            if mesh.one_medium and not serving.shared:
                links = np.ones_like(carried)
                carried = np.sum(carried, axis=-1, keepdims=True) * (counts.transport.bits > 0.0)
            serial = carried / (mesh.link_rate() * links)
            travel = counts.transport.hops * mesh.hop_time() * (counts.transport.bits > 0.0)
            resources[mesh.path] = np.asarray(network_equations.packet_latency(1.0, travel, serial, 0.0))
    for _, link in mapper.chip.find("off_chip_link"):
        bits = counts.actions.get((link.path, "bit"))
        if bits is not None:
            # streamed: one request a step and layer waits for the far end
            waiting = link.device.latency * (bits > 0.0)
            resources[link.path] = np.asarray(
                network_equations.packet_latency(1.0, waiting, bits / steps / link.device.rate, 0.0)
            )


def _totals(
    mapper: Mapper, mapped: NetworkMapping, resources: Mapping[str, Array], step: Array, turns: list[Array]
) -> Timing:
    """Latency and interval; `turns` are the times of units that the layers of a pipeline take one after the other."""
    weighted = mapper.layers.is_weighted
    slowest = np.max(step, axis=-1, keepdims=True)
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
        latency = equations.layer_pipelined_latency(mapper.steps, slowest, depth)
        interval = equations.initiation_interval(mapper.steps, slowest, rest)
    else:
        latency, interval = total, slowest
        for times in turns:
            interval = np.maximum(interval, np.sum(times, axis=-1, keepdims=True))
    if mapper.reprograms:
        shared = mapper.options["inferences_per_pass"]
        writing = mapper.writing_time(mapped.placement)
        worked = mapper.steps * total
        part_by_part = mapped.passes > 1.0
        latency = np.where(part_by_part, worked * shared + writing, latency)
        interval = np.where(part_by_part, worked + writing / shared, interval)
    return Timing(resources, step, latency, interval, rest)
