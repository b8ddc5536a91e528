"""How long an inference takes, when the next may start, and what holds it up."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from neuroest.blocks.interconnect.on_chip import Link
from neuroest.blocks.roles import AddsPartialSums, MultipliesComputedFactors, SharedInTime
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import network as network_equations
from neuroest.equations import pipelining
from neuroest.levels.base import MappedLevel
from neuroest.levels.time_multiplexing import (
    ROUNDING,
    TimeMultiplexing,
    critical_path,
    modulo_schedule,
    single_shared_unit,
)
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.cost_table import description_error
from neuroest.pipeline.traffic import parts_of_layers
from neuroest.pipeline.unit_allocation import BlockAllocation
from neuroest.workloads.layers import LayerTable

SETUP = "set-up of layers"
KERNELS = "kernels slower than the peak rate"
MEMORY = "kernels limited by the memory"
"""Causes of idle units that are no part of the chip."""


@frozen_dataclass(eq=False)
class Timing:
    """Times of a network on a chip.

    Attributes
    ----------
    resources : mapping
        Time that each resource needs for one time step of each layer, by component path; of a whole inference where
        `by_steps` is false.
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
        layer, or the layers that share one unit; the own step of each layer where all share the units.
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
    waiting : Numeric
        Part of an inference in which a chip that streams waits for the data of its next timestep.
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
    waiting: u.Second = 0.0
    by_steps: bool = False
    """Whether layers hand on their spikes after every timestep."""

    def timestep(self, level: MappedLevel) -> Array:
        """Time of the longest timestep of the layers of a level."""
        if self.by_steps or not level.mapper.network.spiking or np.all(level.own > 0.0):
            return np.asarray(np.max(self.stage_interval, axis=-1, keepdims=True))
        return np.asarray(np.max(self.step * level.own, axis=-1, keepdims=True) / level.mapper.steps)

    def limiting_shares(self) -> dict[str, float]:
        """Share of the time in which each resource is the slowest one of a layer, by component path."""
        whole = float(np.sum(self.step))
        return {
            path: float(np.sum(np.where(time >= self.step, self.step, 0.0))) / whole
            for path, time in self.resources.items()
        }

    def idle_shares(self, levels: Sequence[MappedLevel]) -> dict[str, float]:
        """Share of the time that units which all layers share lose to each cause, or in which another part limits them.

        Keys are paths of other parts, `SETUP` for programs that set up layers, `MEMORY` for units that wait for a
        memory of their own, and `KERNELS` for units that do not reach their peak rate for another reason.
        """
        units = {level.path for level in levels}
        shares = {path: share for path, share in self.limiting_shares().items() if path not in units}
        whole, waiting, slow, moving = float(np.sum(self.step)), 0.0, 0.0, 0.0
        for level in levels:
            own = self.resources[level.path] >= self.step
            setup = level.mapper.setup_time()
            waiting += float(np.sum(np.where(own, setup, 0.0)))
            below = np.where(own, (self.step - setup) * (1.0 - level.mapper.sustained_share()), 0.0)
            memory = level.mapper.waits_for_memory()
            slow += float(np.sum(np.where(memory, 0.0, below)))
            moving += float(np.sum(np.where(memory, below, 0.0)))
        return {**shares, SETUP: waiting / whole, KERNELS: slow / whole, MEMORY: moving / whole}

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


class Unpaced(NamedTuple):
    """Times of a mapped network that are the same at any pace of its neurons.

    Attributes
    ----------
    places : BlockAllocation
        Instances of blocks by layer.
    blocks, networks : mapping of str to array
        Time of a timestep by layer, of blocks and of networks and links, packets that wait for each other left out. [s]
    time_sharing : mapping of str to array
        Time of the busiest instance of each block for all layers. [s]
    busy : mapping of str to array
        The part for which a network or link is busy. [s]
    """

    places: BlockAllocation
    blocks: Mapping[str, Array]
    networks: Mapping[str, Array]
    time_sharing: Mapping[str, Array]
    busy: Mapping[str, Array]


def times_at_any_pace(
    chip: Chip, layers: LayerTable, levels: Sequence[MappedLevel], counts: ActionCounts
) -> Unpaced:
    """Times of blocks, networks and links, which depend on what is counted alone."""
    run, places = _Run(chip, layers, levels, counts), BlockAllocation(levels, layers.reads)
    blocks, time_sharing = _blocks(run, places)
    networks, busy = _network_times(run, places)
    return Unpaced(places, blocks, networks, time_sharing, busy)


def time_network(
    chip: Chip, layers: LayerTable, levels: Sequence[MappedLevel], counts: ActionCounts,
    unpaced: Unpaced | None = None,
) -> Timing:  # fmt: skip
    """Latency and initiation interval of a mapped network; `unpaced` may be that of the same at another pace."""
    run = _Run(chip, layers, levels, counts)
    places, blocks, networks, shared, busy = unpaced or times_at_any_pace(chip, layers, levels, counts)
    resources: dict[str, Array] = {}
    for level in levels:
        placement = level.mapped.placement
        off = chip.discrepancy.get(f"{level.mapped.level.mapper}.time", 1.0)
        off = off * description_error(chip, level.mapper.family, "time")
        if chip.discrepancy:
            # no chip is faster than its units at their clock: only what they lose is uncertain
            at_peak = level.mapper.share_at_peak(placement)
            off = at_peak + (1.0 - at_peak) * off
        resources[level.path] = run.each_step(level.mapper.unit_time(placement), level) * off
        resources[level.path] = resources[level.path] + _copies(run, level) * off
    resources |= blocks
    time_sharing = dict(shared)
    # which layers of a level take turns on its units, and for how long each keeps them busy
    sharing = [
        (
            single_shared_unit(level.mapper.layers.is_weighted)
            if len(levels) > 1 and level.mapped.placement.shared
            else level.mapper.time_sharing(),
            resources[level.path],
        )
        for level in levels
    ]
    for level in levels:
        for _, unit in level.mapper.chip.find(MultipliesComputedFactors):
            if unit.path not in resources:
                cycles = [
                    one.mapper.product_cycles()
                    for one in levels
                    if unit in [other for _, other in one.mapper.chip.find(MultipliesComputedFactors)]
                ]
                capacity = unit.options["clock_frequency"] * levels[0].mapped.instances[unit.path]
                resources[unit.path] = np.asarray(reduce(np.add, cycles) / (run.steps * capacity))
                members = layers.stationary_elements > 0.0
                sharing.append((single_shared_unit(members), resources[unit.path]))
                time_sharing[unit.path] = sharing[-1][0].busiest(resources[unit.path])
    for level, (turns, times) in zip(levels, sharing, strict=False):
        time_sharing[level.path] = turns.busiest(times)
    for place, level in enumerate(levels):
        if level.mapper.divides_units:
            work = resources[level.path] * np.maximum(level.mapped.placement.units, 1.0)
            time_sharing[level.path] = places.of_level(place).busiest(f"{level.path}.", work)
    resources |= networks
    for link in chip.links():
        if link.path in resources:
            # every chip has links of its own, and the busiest carries at least the mean
            time_sharing[link.path] = _mean_time_of_links(run, link, resources[link.path])
    if run.in_turns:
        time_sharing = {}  # the layers use the chip one after the other, so their times add up
    stage_interval = np.maximum(_pace(run, _steps(run, resources), time_sharing), run.data_timestep)
    loads = {path: time / np.where(stage_interval > 0.0, stage_interval, 1.0) for path, time in busy.items()}
    _wait(run, busy, loads, resources)
    return _totals(run, resources, loads, time_sharing, sharing)


@frozen_dataclass(eq=False)
class _Run:
    """A network on its computing levels, and what is counted of it."""

    chip: Chip
    layers: LayerTable
    levels: Sequence[MappedLevel]
    counts: ActionCounts

    @property
    def in_turns(self) -> bool:
        """Whether all layers share the whole chip in time."""
        return len(self.levels) == 1 and self.levels[0].mapped.placement.shared

    @property
    def by_steps(self) -> bool:
        """Whether layers hand on their spikes after every timestep; else whole maps, or all spikes of an inference.

        A level whose units take another layer only when they are done with one waits for all of its timesteps.
        """
        if len(self.levels) == 1:
            return self.levels[0].mapper.network.spiking
        return all(
            one.mapper.network.spiking and (one.mapper.turns_by_steps or not one.mapped.placement.shared)
            for one in self.levels
        )

    @property
    def steps(self) -> u.Numeric:
        """Pieces of an inference that layers hand on."""
        if len(self.levels) == 1 or self.by_steps:
            return self.levels[0].mapper.steps
        return 1.0

    @property
    def chips(self) -> u.Numeric:
        """Chips of the system."""
        return self.levels[0].mapped.counts[self.chip.top.path]

    @property
    def data_timestep(self) -> u.Numeric:
        """Shortest time of such a piece, for which a chip that streams waits. [s]."""
        return streamed_timestep(self.chip, self.steps) if self.by_steps else 0.0

    def each_step(self, time: Array, level: MappedLevel) -> Array:
        """Time of a timestep of a level as that of a piece which its layers hand on."""
        if len(self.levels) == 1 or self.by_steps:
            return time
        return np.asarray(time * level.mapper.steps)


def _copies(run: _Run, level: MappedLevel) -> Array:
    """Time in which an engine copies data of each layer between memories while the units wait; none if they overlap."""
    options = getattr(level.mapper.compute, "options", {})
    if "copy_width" not in options:
        return _nothing(run)
    chains = [level.mapper.memories(contents) for contents in ("activations", "weights")]
    outer = {chain[-1].path: chain[-1] for chain in chains if len(chain) > 1}
    bits = _nothing(run)
    for path, memory in outer.items():
        for action in ("read", "write"):
            bits = bits + run.counts.actions.get((path, action), 0.0) * memory.options["width"]
    return np.asarray(bits / (run.steps * options["copy_width"] * options["clock_frequency"]))


def _blocks(run: _Run, places: BlockAllocation) -> tuple[dict[str, Array], dict[str, Array]]:
    """Times of adders, vector units, neurons and memories; the busiest instance of each."""
    alone: dict[str, Array] = {}
    for _, block in run.chip.find(SharedInTime):
        alone[block.path] = _demand(run, block.path) / (run.steps * block.action_rate())
    for memory in run.chip.memories():
        reads, writes = (
            run.counts.actions.get((memory.path, action), _nothing(run)) / run.steps
            for action in ("read", "write")
        )
        alone[memory.path] = np.asarray(memory.busy_time(reads, writes))
    times = {path: time / places.serving(path) for path, time in alone.items()}
    if places.shared:
        return times, {}
    return times, {path: places.busiest(path, time) for path, time in alone.items() if np.any(time > 0.0)}


def _nothing(run: _Run) -> Array:
    """Nothing, for every layer."""
    return np.zeros_like(run.layers.positions)


def _steps(run: _Run, resources: Mapping[str, Array]) -> Array:
    """Time of one step of each layer.

    The resources of a layer work at the same time on what streams through it. A layer that reads its own output must
    wait for it: what is not part of the reading itself comes after it.
    """
    slowest: Array = reduce(np.maximum, resources.values())
    t = run.layers
    loops = np.logical_or(t.recurrent_reduction > 0.0, t.sequential_steps > 1.0)
    if not np.any(loops) or run.in_turns:
        return slowest
    outside = {link.path for link in run.chip.links()}
    reading = {
        *(level.path for level in run.levels),
        *(block.path for _, block in run.chip.find(AddsPartialSums)),
    }
    parts = [time for path, time in resources.items() if path not in reading | outside]
    around = reduce(np.maximum, (time for path, time in resources.items() if path in reading)) + sum(parts)
    return np.asarray(np.where(loops, np.maximum(around, slowest), slowest))


def _pace(run: _Run, step: Array, time_sharing: Mapping[str, Array]) -> Array:
    """From one step to the next: that of each layer where all share the units, else of the slowest."""
    if run.in_turns:
        return step
    alone = len(run.levels) == 1
    longest = (
        level.mapper.longest_step(level.mapped.placement, step if alone else np.asarray(step * level.own))
        for level in run.levels
    )
    return np.asarray(reduce(np.maximum, (*longest, *time_sharing.values())))


def streamed_timestep(chip: Chip, steps: u.Numeric) -> u.Numeric:
    """Shortest timestep of a chip that streams, that of the data; zero for any other chip. [s]."""
    return 0.0 if chip.data_period is None else pipelining.data_timestep(chip.data_period, steps)


def _demand(run: _Run, path: str) -> Array:
    """Actions of a block, all kinds of them."""
    first, *others = [c for (owner, _), c in run.counts.actions.items() if owner == path] or [_nothing(run)]
    return sum(others, start=first)


def _network_times(run: _Run, places: BlockAllocation) -> tuple[dict[str, Array], dict[str, Array]]:
    """Time of network and links, packets that wait for each other left out; the part for which a link is busy."""
    steps, times, busy = run.steps, dict[str, Array](), dict[str, Array]()
    carried = run.counts.transport
    for _, mesh in run.chip.networks():
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
            times[mesh.path] = np.asarray(time * there)
    for link in run.chip.links():
        if any(path == link.path for path, _ in run.counts.actions):
            # weights come while cells are written, not while layers work
            sent = _demand(run, link.path) - run.counts.weights.get(link.path, 0.0)
            between = run.counts.between_chips.get(link.path)
            if between is not None:
                sent = np.maximum(sent - between.bits * between.hops, 0.0)
            # streamed: one request a step and layer waits for the far end
            waiting = np.asarray(link.latency() * (sent > 0.0))
            spent: u.Numeric = network_equations.packet_latency(1.0, waiting, sent / steps / link.rate(), 0.0)
            if between is not None:
                there = between.bits > 0.0
                busy[link.path] = between.bits / steps / between.lanes / link.rate()
                way = network_equations.packet_latency(between.farthest, link.latency(), busy[link.path], 0.0)
                spent = np.asarray(spent + way * there, dtype=np.float64)
            times[link.path] = np.asarray(spent * _link_discrepancy(run.chip, link))
    return times, busy


_NEIGHBOURS = 4.0
"""Links of a chip in a grid."""


def _mean_time_of_links(run: _Run, link: Link, times: Array) -> Array:
    """Time for which the mean link of its kind works for all layers; what chips exchange spreads over those of all."""
    between = run.counts.between_chips.get(link.path)
    if between is None:
        return np.asarray(np.sum(times, axis=-1, keepdims=True) / run.chips)
    off = _link_discrepancy(run.chip, link)
    own = np.where(between.bits > 0.0, between.farthest * link.latency() * off, 0.0)
    crossing = between.bits / run.steps / link.rate() * off
    alone = np.sum(times - own - crossing / between.lanes, axis=-1, keepdims=True)
    each = _NEIGHBOURS if link.spec.topology == "grid" else 1.0
    carried = np.sum(crossing * between.hops, axis=-1, keepdims=True) / each
    return np.asarray((np.maximum(alone, 0.0) + carried) / run.chips)


def _link_discrepancy(chip: Chip, link: Link) -> u.Numeric:
    return chip.discrepancy.get(f"{link.model}.time", 1.0)


def _wait(
    run: _Run, busy: Mapping[str, Array], loads: Mapping[str, Array], resources: dict[str, Array]
) -> None:
    """Let the address events of a mesh wait for each other at every link, as often as the load has it."""
    carried = run.counts.transport
    for _, mesh in run.chip.networks():
        if carried is not None and np.any(carried.packet > 0.0) and not mesh.one_medium:
            wait = network_equations.queueing_wait(mesh.packet_time(carried.packet), loads[mesh.path])
            time = network_equations.packet_latency(carried.farthest, mesh.hop_time(), busy[mesh.path], wait)
            resources[mesh.path] = np.where(carried.bits > 0.0, time, 0.0)


def _totals(
    run: _Run,
    resources: Mapping[str, Array],
    loads: Mapping[str, Array],
    time_sharing: Mapping[str, Array],
    sharing: Sequence[tuple[TimeMultiplexing, Array]],
) -> Timing:
    """Latency and interval."""
    step = _steps(run, resources)
    own_interval = _pace(run, step, time_sharing)
    stage_interval = np.maximum(own_interval, run.data_timestep)
    drain = reduce(np.add, (level.mapper.drain_time() for level in run.levels))
    neurons = [getattr(level.mapper.compute, "neuron", None) for level in run.levels]
    rest = reduce(np.maximum, (0.0 if neuron is None else neuron.recovery_time() for neuron in neurons))
    if run.in_turns:  # layers that follow each other on the same units, for a batch of inferences
        mapper = run.levels[0].mapper
        together = mapper.options.get("batch", getattr(mapper, "batch", 1.0))
        interval = mapper.steps * np.sum(step, axis=-1, keepdims=True)
        times = _Times(interval * together, interval, rest, together)
    elif run.by_steps:
        # less the time slots of the neurons, and the wait for the first data of the next inference
        turns = reduce(
            np.maximum, (getattr(one.mapper.compute, "neurons_per_output", 1.0) for one in run.levels)
        )
        rest = pipelining.rest_in_turns(rest, run.steps * stage_interval, turns)
        if run.chip.data_period is not None:
            late = np.max(stage_interval - own_interval, axis=-1, keepdims=True)
            rest = np.maximum(rest - late, 0.0)
        interval = pipelining.initiation_interval(run.steps, stage_interval, rest)
        times = _Times(_latency_by_steps(run, resources, step, stage_interval, drain), interval, rest, 1.0)
    else:
        spiking = any(level.mapper.network.spiking for level in run.levels)
        interval = pipelining.initiation_interval(1.0, stage_interval, rest) if spiking else stage_interval
        times = _Times(_pipelined(run, step + drain, stage_interval, sharing), interval, rest, 1.0)
    writing = reduce(np.maximum, (_writing(run, level) for level in run.levels))
    if run.levels[0].mapper.reprograms:
        times = _part_by_part(run, times, resources, step, drain, writing)
    volatile = any(level.mapper.weights_are_volatile for level in run.levels)
    interval = np.asarray(times.interval + writing)
    waiting: u.Numeric = 0.0
    if run.chip.data_period is not None:
        # a chip whose layers take turns is done with them when a timestep of the data ends
        worked = run.steps * own_interval if run.by_steps and not run.in_turns else interval
        waiting = np.maximum(run.chip.data_period - np.max(worked, axis=-1, keepdims=True), 0.0)
    return Timing(
        resources,
        loads,
        step,
        time_sharing,
        stage_interval,
        times.latency + writing if volatile else times.latency,
        interval,
        times.rest,
        writing,
        times.together,
        waiting,
        run.by_steps,
    )


@frozen_dataclass(eq=False)
class _Times:
    """Latency, initiation interval without writing, and rest between two inferences [s]; inferences at a time [1]."""

    latency: u.Numeric
    interval: u.Numeric
    rest: u.Numeric
    together: u.Numeric


def _latency_by_steps(
    run: _Run, resources: Mapping[str, Array], step: Array, stage_interval: Array, drain: Array
) -> u.Numeric:
    """Time from the first timestep to the last result: through a pipeline of layers, or event by event. [s]."""
    reads = run.layers.reads
    passages = [level.mapper.passage_time() for level in run.levels]
    known = [passage for passage in passages if passage is not None]
    if known:
        paths = {level.path for level in run.levels}
        others = sum(time for path, time in resources.items() if path not in paths)
        passage = critical_path(reduce(np.add, known) + others, reads)
        latency = pipelining.event_latency(run.steps, stage_interval, passage)
    else:
        depth = critical_path(np.where(step > 0.0, 1.0, 0.0), reads)
        latency = pipelining.layer_pipelined_latency(run.steps, stage_interval, depth)
    return latency + critical_path(drain, reads)


def _part_by_part(
    run: _Run, times: _Times, resources: Mapping[str, Array], step: Array, drain: Array, writing: u.Numeric
) -> _Times:
    """The times of a network that is loaded part by part, where it does not fit as a whole."""
    one = run.levels[0]
    shared = one.mapper.options["inferences_per_pass"]
    split = one.mapped.passes > 1.0
    # arrays read all positions again where a layer goes on in the next part, and what they have held is converted
    # before it is written; adders, memories and links have the same work, divided among the parts
    parts = parts_of_layers(one.mapped)
    longest = np.maximum(step, resources[one.path] * parts)
    worked = np.sum(one.mapper.steps * longest + drain * parts, axis=-1, keepdims=True)
    return _Times(
        np.where(split, (worked + writing) * shared, times.latency),
        np.where(split, worked, times.interval),
        times.rest,
        np.where(split, shared, times.together),
    )


def _writing(run: _Run, level: MappedLevel) -> u.Numeric:
    """Time of an inference in which cells are written that cannot be read meanwhile: the slower of cells and links."""
    mapper, mapped = level.mapper, level.mapped
    often = mapper.inferences_per_writing
    amortised: u.Numeric = 0.0 if often is None else 1.0 / often
    if mapper.reprograms:
        amortised = np.where(mapped.passes > 1.0, 1.0 / mapper.options["inferences_per_pass"], amortised)
    if not np.any(np.asarray(amortised) > 0.0):
        return 0.0
    writing: u.Numeric = mapper.writing_time(mapped) * amortised
    for link in run.chip.links():
        if link.path in run.counts.weights:
            off = _link_discrepancy(run.chip, link)
            sent = np.sum(run.counts.weights[link.path], axis=-1, keepdims=True)
            writing = np.maximum(writing, sent / (link.rate() * run.chips) * off)
    return writing


def _pipelined(
    run: _Run, step: Array, stage_interval: Array, sharing: Sequence[tuple[TimeMultiplexing, Array]]
) -> Array:
    """Latency of a dense network; where layers share units, within the stream of inferences of the chip's operation."""
    reads = run.layers.reads
    shared = [
        (time_sharing, times)
        for time_sharing, times in sharing
        if any(len(units) for units in time_sharing.kinds)
    ]
    if not shared:
        return critical_path(step, reads)
    if run.chip.operation.mode == "duty_cycled":
        # nobody follows before the chip was off, so nobody is in the way
        alone = np.sum(step, axis=-1, keepdims=True) + sum(
            np.sum(times, axis=-1, keepdims=True) for _, times in shared
        )
        return modulo_schedule(step, reads, shared, np.asarray(2.0 * alone))
    period = stage_interval if run.chip.period is None else np.maximum(stage_interval, run.chip.period)
    return modulo_schedule(step, reads, shared, period)
