"""How long an inference takes, when the next may start, and what holds it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuroest.blocks.interconnect.base import Link
from neuroest.blocks.roles import AddsPartialSums, MultipliesComputedFactors, SharedInTime
from neuroest.core import units as u
from neuroest.equations import network as network_equations
from neuroest.equations import pipelining
from neuroest.levels.base import Array, Mapper, NetworkMapping
from neuroest.levels.time_multiplexing import (
    ROUNDING,
    TimeMultiplexing,
    critical_path,
    modulo_schedule,
    single_shared_unit,
)
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.off_chip_traffic import parts_of_layers
from neuroest.pipeline.unit_allocation import UnitAllocation


@dataclass(frozen=True, eq=False, repr=False)
class Timing:
    """Times of a network on a chip.

    Attributes
    ----------
    resources : mapping
        Time that each resource needs for one time step of each layer, by component path.
    loads : mapping
        Share of the time for which the busiest link of the network on the chip works, by layer, by component path.
    step : array
        Time of one time step of each layer: its slowest resource, or where its next step waits for what this one
        gives, one after the other.
    turns : mapping
        Time for which the busiest instance of a resource works for all layers that it serves, by component path; of
        nothing where all layers share the units, one after the other.
    pace : Numeric
        From one time step of a pipeline to the next (of a dense network from one inference to the next): the slowest
        layer, or the layers that take turns on one unit; the own step of each layer where all share the units.
    latency : Numeric
        From the first input to the last output.
    initiation_interval : Numeric
        From one inference to the next.
    rest : Numeric
        Part of the interval in which the neurons only forget.
    writing : Numeric
        Part of the interval in which cells are written.
    together : Numeric
        Inferences that share the latency: those of a batch, or of one writing of a part of the network.
    """

    resources: Mapping[str, Array]
    loads: Mapping[str, Array]
    step: Array
    time_sharing: Mapping[str, Array]
    stage_interval: Array
    latency: u.Second
    initiation_interval: u.Second
    rest: u.Second
    writing: u.Second
    together: u.Numeric

    @property
    def bottleneck(self) -> str | None:
        """Resource on which layers take turns for longer than the slowest layer needs; None where there is none."""
        slowest = np.max(self.step, axis=-1)
        longest = max(
            self.time_sharing, key=lambda path: float(np.max(self.time_sharing[path])), default=None
        )
        if longest is None or np.max(self.time_sharing[longest]) <= np.max(slowest) * (1.0 + ROUNDING):
            return None
        return longest


def time_network(mapper: Mapper, mapped: NetworkMapping, counts: ActionCounts) -> Timing:
    """Latency and initiation interval of a mapped network."""
    placement = mapped.placement
    level = mapped.level.path
    off = mapper.chip.discrepancy.get(f"{mapped.level.mapper}.time", 1.0)
    resources: dict[str, Array] = {level: mapper.unit_time(placement) * off}
    places = UnitAllocation(mapped, mapper.layers.reads)
    time_sharing = _blocks(mapper, places, counts, resources)
    sharing = [(mapper.time_sharing(), resources[level])]
    for _, unit in mapper.chip.find(MultipliesComputedFactors):
        capacity = unit.options["clock_frequency"] * mapped.instances[unit.path]
        resources[unit.path] = mapper.product_cycles() / (mapper.steps * capacity)
        sharing.append((single_shared_unit(mapper.layers.stationary_elements > 0.0), resources[unit.path]))
        time_sharing[unit.path] = sharing[-1][0].busiest(resources[unit.path])
    time_sharing[level] = sharing[0][0].busiest(resources[level])
    if mapper.divides_units:
        work = resources[level] * np.maximum(placement.units, 1.0)
        time_sharing[level] = places.busiest(f"{level}.", work)
    busy = _network_times(mapper, places, counts, resources)
    chips = mapped.counts[mapper.chip.top.path]
    for link in mapper.chip.links():
        if link.path in resources:
            # every chip has links of its own, and the busiest carries at least the mean
            time_sharing[link.path] = np.sum(resources[link.path], axis=-1, keepdims=True) / chips
    if placement.shared:
        time_sharing = {}  # all layers take the chip in turns, and their times add up
    stage_interval = _pace(mapper, mapped, _steps(mapper, mapped, resources), time_sharing)
    loads = {path: time / np.where(stage_interval > 0.0, stage_interval, 1.0) for path, time in busy.items()}
    _wait(mapper, counts, busy, loads, resources)
    return _totals(mapper, mapped, counts, resources, loads, time_sharing, sharing)


def _blocks(
    mapper: Mapper, places: UnitAllocation, counts: ActionCounts, resources: dict[str, Array]
) -> dict[str, Array]:
    """Times of adders, vector units, neurons and memories; the busiest instance of each."""
    alone: dict[str, Array] = {}
    for _, block in mapper.chip.find(SharedInTime):
        alone[block.path] = _demand(mapper, counts, block.path) / (mapper.steps * block.action_rate())
    for memory in mapper.chip.memories():
        reads, writes = (
            counts.actions.get((memory.path, action), mapper.zeros()) / mapper.steps
            for action in ("read", "write")
        )
        alone[memory.path] = np.asarray(memory.busy_time(reads, writes))
    for path, time in alone.items():
        resources[path] = time / places.serving(path)
    if places.shared:
        return {}
    return {path: places.busiest(path, time) for path, time in alone.items() if np.any(time > 0.0)}


def _steps(mapper: Mapper, mapped: NetworkMapping, resources: Mapping[str, Array]) -> Array:
    """Time of one step of each layer.

    The resources of a layer work at the same time on what streams through it. A layer that reads its own output must
    wait for it: what is not part of the reading itself comes after it.
    """
    slowest = _slowest(resources)
    t = mapper.layers
    loops = np.logical_or(t.recurrent_reduction > 0.0, t.sequential_steps > 1.0)
    if not np.any(loops) or mapped.placement.shared:
        return slowest
    outside = {link.path for link in mapper.chip.links()}
    reading = {mapped.level.path, *(block.path for _, block in mapper.chip.find(AddsPartialSums))}
    parts = [time for path, time in resources.items() if path not in reading | outside]
    around = _slowest({p: time for p, time in resources.items() if p in reading}) + sum(parts)
    return np.asarray(np.where(loops, np.maximum(around, slowest), slowest))


def _slowest(resources: Mapping[str, Array]) -> Array:
    """Time of one step of each layer where all its resources work at once."""
    first, *others = resources.values()
    for needed in others:
        first = np.maximum(first, needed)
    return first


def _pace(mapper: Mapper, mapped: NetworkMapping, step: Array, time_sharing: Mapping[str, Array]) -> Array:
    """From one step to the next: that of each layer where all share the units, else of the slowest."""
    if mapped.placement.shared:
        return step
    stage_interval = mapper.longest_step(mapped.placement, step)
    for together in time_sharing.values():
        stage_interval = np.maximum(stage_interval, together)
    return np.asarray(stage_interval)


def _demand(mapper: Mapper, counts: ActionCounts, path: str) -> Array:
    """Actions of a block, all kinds of them."""
    first, *others = [c for (owner, _), c in counts.actions.items() if owner == path] or [mapper.zeros()]
    return sum(others, start=first)


def _network_times(
    mapper: Mapper, places: UnitAllocation, counts: ActionCounts, resources: dict[str, Array]
) -> dict[str, Array]:
    """Time of network and links, packets that wait for each other left out; the part for which a link is busy."""
    steps, busy = mapper.steps, {}
    carried = counts.transport
    for _, mesh in mapper.chip.networks():
        if carried is not None:
            there = carried.bits > 0.0
            bits, links = carried.bits / steps, carried.lanes
            sums = carried.sums / steps
            if mesh.one_medium:
                links = places.serving(mesh.path) if places.shared else np.ones_like(bits)
                if not places.shared:
                    bits = np.sum(bits, axis=-1, keepdims=True) * there
                    sums = np.sum(sums, axis=-1, keepdims=True) * there
            busy[mesh.path] = bits / links / mesh.payload_rate(carried.packet) + sums / mesh.link_rate()
            time = network_equations.packet_latency(carried.farthest, mesh.hop_time(), busy[mesh.path], 0.0)
            resources[mesh.path] = np.asarray(time * there)
    for link in mapper.chip.links():
        if any(path == link.path for path, _ in counts.actions):
            # weights come while cells are written, not while layers work
            sent = _demand(mapper, counts, link.path) - counts.weights.get(link.path, 0.0)
            # streamed: one request a step and layer waits for the far end
            waiting = np.asarray(link.latency() * (sent > 0.0))
            time = network_equations.packet_latency(1.0, waiting, sent / steps / link.rate(), 0.0)
            resources[link.path] = np.asarray(time * _link_discrepancy(mapper, link))
    return busy


def _link_discrepancy(mapper: Mapper, link: Link) -> u.Numeric:
    return mapper.chip.discrepancy.get(f"{link.model}.time", 1.0)


def _wait(
    mapper: Mapper, counts: ActionCounts, busy: Mapping[str, Array], loads: Mapping[str, Array],
    resources: dict[str, Array],
) -> None:  # fmt: skip
    """Let the address events of a mesh wait for each other at every link, as often as the load has it."""
    carried = counts.transport
    for _, mesh in mapper.chip.networks():
        if carried is not None and np.any(carried.packet > 0.0) and not mesh.one_medium:
            wait = network_equations.queueing_wait(mesh.packet_time(carried.packet), loads[mesh.path])
            time = network_equations.packet_latency(carried.farthest, mesh.hop_time(), busy[mesh.path], wait)
            resources[mesh.path] = np.where(carried.bits > 0.0, time, 0.0)


def _totals(
    mapper: Mapper,
    mapped: NetworkMapping,
    counts: ActionCounts,
    resources: Mapping[str, Array],
    loads: Mapping[str, Array],
    time_sharing: Mapping[str, Array],
    sharing: Sequence[tuple[TimeMultiplexing, Array]],
) -> Timing:
    """Latency and interval."""
    step = _steps(mapper, mapped, resources)
    stage_interval = _pace(mapper, mapped, step, time_sharing)
    total = np.sum(step, axis=-1, keepdims=True)
    reads = mapper.layers.reads
    drain = mapper.drain_time()
    neuron = getattr(mapper.compute, "neuron", None)
    rest: u.Numeric = neuron.recovery_time() if neuron is not None else 0.0
    latency: u.Numeric
    together: u.Numeric = 1.0
    if mapped.placement.shared:
        together = mapper.options.get("batch", getattr(mapper, "batch", 1.0))
        interval = mapper.steps * total
        latency = interval * together
    elif mapper.network.spiking:
        depth = critical_path(np.where(step > 0.0, 1.0, 0.0), reads)
        latency = pipelining.layer_pipelined_latency(mapper.steps, stage_interval, depth)
        passage = mapper.passage_time()
        if passage is not None:
            others = sum(time for path, time in resources.items() if path != mapped.level.path)
            latency = mapper.steps * stage_interval + critical_path(passage + others, reads)
        latency = latency + critical_path(drain, reads)
        turns = getattr(mapper.compute, "neurons_per_output", 1.0)
        rest = pipelining.rest_in_turns(rest, mapper.steps * stage_interval, turns)
        interval = pipelining.initiation_interval(mapper.steps, stage_interval, rest)
    else:
        latency, interval = _pipelined(mapper, step + drain, stage_interval, sharing), stage_interval
    writing = _writing(mapper, mapped, counts)
    if mapper.reprograms:
        shared = mapper.options["inferences_per_pass"]
        part_by_part = mapped.passes > 1.0
        # a layer that goes on in the next part reads all of its positions again
        parts = parts_of_layers(mapped)
        # and what it has held is converted before the next part is written
        worked = np.sum((mapper.steps * step + drain) * parts, axis=-1, keepdims=True)
        latency = np.where(part_by_part, (worked + writing) * shared, latency)
        interval = np.where(part_by_part, worked, interval)
        together = np.where(part_by_part, shared, together)
    if mapper.weights_are_volatile:
        latency = latency + writing
    interval = interval + writing
    return Timing(
        resources, loads, step, time_sharing, stage_interval, latency, interval, rest, writing, together
    )


def _writing(mapper: Mapper, mapped: NetworkMapping, counts: ActionCounts) -> u.Numeric:
    """Time of an inference in which cells are written that cannot be read meanwhile: the slower of cells and links."""
    often = mapper.inferences_per_writing
    amortised: u.Numeric = 0.0 if often is None else 1.0 / often
    if mapper.reprograms:
        amortised = np.where(mapped.passes > 1.0, 1.0 / mapper.options["inferences_per_pass"], amortised)
    if not np.any(np.asarray(amortised) > 0.0):
        return 0.0
    writing: u.Numeric = mapper.writing_time(mapped) * amortised
    chips = mapped.counts[mapper.chip.top.path]
    for link in mapper.chip.links():
        if link.path in counts.weights:
            off = _link_discrepancy(mapper, link)
            sent = np.sum(counts.weights[link.path], axis=-1, keepdims=True)
            writing = np.maximum(writing, sent / (link.rate() * chips) * off)
    return writing


def _pipelined(
    mapper: Mapper, step: Array, stage_interval: Array, sharing: Sequence[tuple[TimeMultiplexing, Array]]
) -> Array:
    """Latency of a dense network; where layers share units, amid the stream of inferences of the chip's operation."""
    shared = [
        (time_sharing, times)
        for time_sharing, times in sharing
        if any(len(units) for units in time_sharing.kinds)
    ]
    if not shared:
        return critical_path(step, mapper.layers.reads)
    if mapper.chip.operation.mode == "duty_cycled":
        # nobody follows before the chip was off, so nobody is in the way
        alone = np.sum(step, axis=-1, keepdims=True) + sum(
            np.sum(times, axis=-1, keepdims=True) for _, times in shared
        )
        return modulo_schedule(step, mapper.layers.reads, shared, np.asarray(2.0 * alone))
    period = stage_interval if mapper.chip.period is None else np.maximum(stage_interval, mapper.chip.period)
    return modulo_schedule(step, mapper.layers.reads, shared, period)
