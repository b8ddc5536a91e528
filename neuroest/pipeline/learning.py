"""Learning: cost of weight changes on top of inference, what training takes, and how long cells and neurons last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.roles import COLUMN_ACCESS, TIMERS, Learns
from neuroest.core import units as u
from neuroest.core.arrays import Actions, Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import ageing, dies
from neuroest.levels.base import LevelMapping, MappedLevel, Mapper, Traffic
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.levels.learning import BACKWARD_READOUT, LevelLearning
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.cost_table import CostTable
from neuroest.pipeline.energy import EnergyRow, dynamic_energy, energy_rows, total
from neuroest.pipeline.power import DRAWN, static_power
from neuroest.pipeline.traffic import memory_accesses
from neuroest.specs.learning import LEARNING, LearningSpec, named_rules
from neuroest.specs.workload import WorkloadSpec, workload_claims
from neuroest.workloads.learning import LearningCounts, learning_counts

if TYPE_CHECKING:
    from neuroest.levels.crossbar.array import CrossbarArray

_KEPT = ("traces", "tags", "errors")


@frozen_dataclass(eq=False)
class Learning:
    """Cost of learning from one sample.

    Attributes
    ----------
    counts : LearningCounts
        Counts that the rule requires.
    level : LevelLearning
        Actions of the computing level.
    place : MappedLevel
        Computing level whose weights change; of several, the one whose weights are in cells that wear out.
    actions : ActionCounts
        Every action of the chip, by layer.
    times : mapping
        Time of each resource in a sample. [s]
    kept : mapping
        Bits that must be stored, by kind. [bit]
    held : mapping
        Bits of them in each memory, by path. [bit]
    alongside : bool
        Whether weights change during the inference of a sample.
    checks : tuple of Check
        Checks of capacity.
    left_out : tuple of str
        Parts without a cost.
    """

    counts: LearningCounts
    level: LevelLearning
    place: MappedLevel
    actions: ActionCounts
    times: Mapping[str, Array]
    kept: Mapping[str, Array]
    held: Mapping[str, Array]
    alongside: bool
    checks: tuple[Check, ...]
    left_out: tuple[str, ...]

    @property
    def busy(self) -> Array:
        """Time of the slowest resource in a sample. [s]."""
        return reduce(np.maximum, self.times.values(), np.zeros(1))


def learn(
    workload: WorkloadSpec, values: Mapping[str, u.Numeric], levels: Sequence[MappedLevel], counts: ActionCounts
) -> Learning | None:  # fmt: skip
    """Counts and times of learning for a workload; None if it does not learn.

    Raises
    ------
    MappingError
        If the chip lacks a circuit that the rule needs.
    """
    if workload.learning is None:
        return None
    stated = {
        path: claim.value for path, claim in workload_claims(workload).items() if path.startswith(LEARNING)
    }
    given = {path: value for path, value in values.items() if path.startswith(LEARNING)}
    parts = [
        _learn_on(place, workload.learning, {**stated, **given}, counts)
        for place in _learning_levels(workload.learning, levels)
    ]
    learning = reduce(_together, parts)
    memories = {m.path: (m, part.place.mapped) for part in parts for m in part.place.mapper.chip.memories()}
    checks = list(learning.checks)
    for path, needed in learning.held.items():  # all data of one memory count together
        memory, mapped = memories[path]
        room = memory.options["capacity"] * mapped.instances[path]
        checks.append(Check(
            "learning_fits", path, "design_rule", needed <= room,
            "traces, tags and errors of learning do not fit the memory that stores them", needed, room, "bit",
        ))  # fmt: skip
    return replace(learning, checks=tuple(checks))


def _learn_on(
    place: MappedLevel, spec: LearningSpec, numbers: Mapping[str, u.Numeric], counts: ActionCounts
) -> Learning:  # fmt: skip
    """Counts and times of learning for the layers of one level."""
    mapper, mapped = place.mapper, place.mapped
    _refuse_hidden_states(mapper, spec)
    asked = learning_counts(spec, mapper.layers, numbers)
    level: LevelLearning = mapper.learn(mapped.placement, asked)
    actions = Actions(level.actions)
    updated: Any = np.sum if level.by_layer else np.max  # sequentially or in parallel
    times = {mapper.level.path: np.asarray(updated(level.time, axis=-1, keepdims=True))}
    kept: Mapping[str, Array] = {}
    engine = _engine(mapper, spec.called) if level.engine else None
    left_out = [*level.left_out]
    if engine is not None:
        kept = _kept(asked)
        actions |= _datapath(asked, engine, back_in_arrays=mapper.weights_in_cells)
        # the instances of the datapath share the layers
        rule = mapper.network.learning
        work: u.Numeric = 0.0
        formulas = {"update": rule.update, "tag": rule.tag, "threshold": rule.threshold}
        for (path, action), count in actions.items():
            if path == engine.path:
                cycles = engine.cycles(formulas[action]) if action in formulas else 1.0
                work = work + np.sum(count, axis=-1, keepdims=True) * cycles
        times[engine.path] = np.asarray(work / (engine.action_rate() * mapped.instances[engine.path]))
        for stream in _traffic(asked, kept):
            served, unserved = memory_accesses(mapper, mapped, stream)
            left_out += unserved
            actions.add_all(served)
        if np.any(asked.threshold_updates > 0.0) and mapper.memory("state") is None:
            left_out.append(
                "what keeps and sets the thresholds of neurons that learn (no memory stores state)"
            )
        left_out += _sent(mapper, mapped, asked, actions)
    in_slots: list[Any] = [slot for slot in mapper.compute.slots.values() if hasattr(slot, "busy_time")]
    for memory in mapper.chip.memories() + in_slots:
        reads, writes = (
            np.sum(actions.get((memory.path, action), mapper.zeros()), axis=-1, keepdims=True)
            for action in ("read", "write")
        )
        if np.any(reads + writes > 0.0):
            times[memory.path] = np.asarray(memory.busy_time(reads, writes) / mapped.instances[memory.path])
    return Learning(
        counts=asked, level=level, place=place,
        actions=replace(counts, actions=MappingProxyType({k: np.asarray(n) for k, n in actions.items()})),
        times=MappingProxyType(times), kept=MappingProxyType(dict(kept)),
        held=MappingProxyType(_held(mapper, kept)),
        alongside=engine is not None and engine.spec.timing == "alongside",
        checks=level.checks, left_out=tuple(left_out),
    )  # fmt: skip


def _together(one: Learning, other: Learning) -> Learning:
    """Learning of two levels, each with layers of its own; what both share takes turns.

    Raises
    ------
    MappingError
        If both have cells that wear out, whose lifetimes are results of one array.
    """
    if one.level.pulses is not None and other.level.pulses is not None:
        raise MappingError(
            f"layers on {one.place.path} and {other.place.path} learn, and the cells of both wear out; name the layers "
            "of one of them under learning.layers"
        )
    worn = one if one.level.pulses is not None else other
    actions = Actions(one.actions.actions)
    actions.add_all(other.actions.actions)
    return Learning(
        counts=one.counts.plus(other.counts), place=worn.place,
        level=replace(worn.level, contained=one.level.contained and other.level.contained),
        actions=replace(one.actions, actions=MappingProxyType(dict(actions))),
        times=_sums(one.times, other.times), kept=_sums(one.kept, other.kept), held=_sums(one.held, other.held),
        alongside=one.alongside and other.alongside, checks=(*one.checks, *other.checks),
        left_out=tuple(dict.fromkeys((*one.left_out, *other.left_out))),
    )  # fmt: skip


def _sums(one: Mapping[str, Array], other: Mapping[str, Array]) -> Mapping[str, Array]:
    """Values of two mappings, added where both have one."""
    return MappingProxyType(
        {name: np.asarray(one.get(name, 0.0) + other.get(name, 0.0)) for name in (*one, *other)}
    )


def _learning_levels(learning: LearningSpec, levels: Sequence[MappedLevel]) -> list[MappedLevel]:
    """The computing levels whose layers learn; the other levels of the chip keep their weights.

    Raises
    ------
    MappingError
        If errors would propagate back through layers of a level that does not learn.
    """
    if len(levels) == 1:
        return list(levels)
    names = levels[0].mapper.layers.names
    runs = {
        name: next(level for level in levels if level.own[index] > 0.0) for index, name in enumerate(names)
    }
    weighted = [
        name for i, name in enumerate(names) if np.any(runs[name].mapper.layers.is_weighted[..., i] > 0.0)
    ]
    learns = [name for name in weighted if learning.layers is None or name in learning.layers]
    places = list(dict.fromkeys(runs[name] for name in learns))
    behind = weighted[weighted.index(learns[0]) :]
    foreign = next((name for name in behind if runs[name] not in places), None)
    if learning.stated.error == "backward" and foreign is not None:
        raise MappingError(
            f"the rule sends errors back through {foreign!r} on {runs[foreign].path}, which only levels that "
            f"learn, here {places[0].path}, have circuits for; use a rule that broadcasts errors"
        )
    return places


def _refuse_hidden_states(mapper: Mapper, learning: LearningSpec) -> None:
    """Refuse a rule that takes the slope of neurons whose state no circuit can read.

    Raises
    ------
    MappingError
        With the rules that need spikes only.
    """
    if not learning.stated.slope:
        return
    from neuroest.blocks.neurons.base import Neuron  # noqa: PLC0415 - with its equations; few networks learn

    for part in mapper.chip.components():
        if isinstance(part, Neuron) and not part.state_can_be_read:
            others = ", ".join(
                name
                for name, rule in named_rules().items()
                if rule.update and not rule.slope and rule.error == "none"
            )
            raise MappingError(
                f"the rule {learning.called} takes a slope at the state of a neuron, and that of {part.path} is ions, "
                f"which no circuit reads; rules of spikes: {others}"
            )


def _engine(mapper: Mapper, rule: str) -> Any:
    found = mapper.chip.find(Learns)
    if not found:
        raise MappingError(
            f"the network learns by the rule {rule}, and nothing on the chip computes it; add a learning_engine block"
        )
    return found[-1][1]


def _datapath(asked: LearningCounts, engine: Any, *, back_in_arrays: bool) -> dict[tuple[str, str], Array]:
    """Operations of the datapath, by action."""
    path, updates = engine.path, asked.synaptic_updates
    found = {
        "update": updates, "tag": asked.tag_updates, "trace": asked.trace_updates, "error": asked.errors,
        "error_product": asked.error_products + (0.0 if back_in_arrays else asked.backward_products),
        "threshold": asked.threshold_updates,
    }  # fmt: skip
    if asked.rule.write == "accumulated":
        found["accumulation"] = updates
    return {(path, action): count for action, count in found.items() if np.any(count > 0.0)}


def _kept(asked: LearningCounts) -> dict[str, Array]:
    """Bits that learning stores from one timestep to the next, by layer."""
    rule = asked.rule
    tags = asked.tag_values * (float(rule.tag_bits) if rule.tag_memory == "memory" else 0.0)
    if rule.write == "accumulated":
        tags = tags + asked.weights * float(rule.accumulator_bits)
    return {
        "traces": asked.traces * float(rule.trace_bits), "tags": tags,
        "errors": asked.stored_activity + asked.errors * 0.0,
    }  # fmt: skip


def _traffic(asked: LearningCounts, kept: Mapping[str, Array]) -> list[Traffic]:
    """Memory traffic of learning: all values are read, changed and written back."""
    rule = asked.rule
    in_memory = 1.0 if rule.tag_memory == "memory" else 0.0
    tags = asked.tag_updates * float(rule.tag_bits) * in_memory
    read = asked.synaptic_updates * (float(rule.tag_bits) * in_memory if rule.tags else 0.0)
    if rule.write == "accumulated":
        sums = asked.synaptic_updates * float(rule.accumulator_bits)
        tags = tags + sums
    thresholds = asked.threshold_updates * float(rule.trace_bits)
    traces = asked.trace_updates * float(rule.trace_bits)
    return [
        Traffic("traces", traces, traces, distinct=kept["traces"]),
        Traffic("tags", tags + read, tags, distinct=kept["tags"]),
        Traffic("state", thresholds, thresholds, required=False),
        Traffic("errors", kept["errors"], kept["errors"], distinct=kept["errors"]),
    ]


def _sent(mapper: Mapper, mapped: LevelMapping, asked: LearningCounts, actions: Actions) -> list[str]:
    """Traffic of errors and rewards to the layers over the on-chip network."""
    if not np.any(asked.broadcast > 0.0):
        return []
    networks = mapper.chip.networks()
    if not networks:
        return ["sending errors and rewards to the layers (no network block)"]
    _, network = networks[0]
    # an error concerns all parts of a layer, also where an event reaches but a few of them
    placement = mapped.placement
    units = np.maximum(np.maximum(placement.reached_units, placement.column_blocks), 1.0) * asked.learns
    # a tree that reaches all units of a layer has one link for each
    for action in ("bit_hop", "bit_entry"):
        actions[network.path, action] = np.asarray(asked.broadcast * units)
    return []


def _held(mapper: Mapper, kept: Mapping[str, Array]) -> dict[str, Array]:
    """Bits of learning data in each memory that stores them."""
    held: dict[str, Array] = {}
    for contents in _KEPT:
        memory = mapper.memory(contents)
        if memory is not None and contents in kept:
            bits = np.sum(kept[contents], axis=-1, keepdims=True)
            held[memory.path] = np.asarray(held.get(memory.path, 0.0) + bits)
    return held


AUXILIARY = "auxiliary_arrays"
"""Term of the area of arrays whose cells hold tags."""
EVIDENCE = "endurance_evidence.time"
"""Factor of an endurance whose claim names no devices, or no criterion of a failure."""
_TRAINING = frozenset({"training", "learning", "on-line learning", "on-chip learning"})
"""Words by which chips say that learning is not in their estimates."""


def left_out(learning: Learning | None, texts: Iterable[str]) -> tuple[str, ...]:
    """What an estimate leaves out: training no more where it is in, but what of learning is not priced.

    Parameters
    ----------
    learning : Learning or None
        Where the network learns.
    texts : iterable of str
        What chip, network and stages leave out.
    """
    if learning is None:
        return tuple(dict.fromkeys(texts))
    rest = (", ".join(word for word in text.split(", ") if word not in _TRAINING) for text in texts)
    return tuple(dict.fromkeys(text for text in (*rest, *learning.left_out) if text))


def sample_period(learning: Learning, interval: Array, period: Array) -> Array:
    """Time from one sample to the next while the network learns. [s].

    Inference and learning follow each other or are side by side; a stated period may be longer than both.
    """
    if learning.alongside:
        return np.asarray(np.maximum(np.maximum(interval, learning.busy), period))
    return np.asarray(np.maximum(interval + learning.busy, period))


@frozen_dataclass(eq=False)
class LearningResults:
    """Results of a network that learns.

    Attributes
    ----------
    chip : Chip
        The chip.
    costs : CostTable
        Costs of its actions.
    learning : Learning
        The learning stage.
    inference_interval : ndarray
        Shortest time from one inference to the next. [s]
    inference_period : ndarray
        Time from one inference to the next as the chip is operated. [s].
    """

    chip: Chip
    costs: CostTable
    learning: Learning
    inference_interval: Array
    inference_period: Array

    @cached_property
    def rows(self) -> tuple[EnergyRow, ...]:
        """Dynamic energy of learning by component, action and term, and by layer. [J]."""
        return energy_rows(self.learning.actions, self.costs)

    @cached_property
    def statics(self) -> tuple[InstanceRow, ...]:
        """Power of write circuits and pumps that are on while the network learns and off without it. [W]."""
        array, mapped = self.learning.place.mapper.compute, self.learning.place.mapped
        if not is_crossbar(array) or array.write_circuit is None or self.learning.level.pulses is None:
            return ()
        circuit = array.write_circuit
        if circuit.spec.between_writes == "powered":
            return ()
        rows = []
        for cost in circuit.standing_costs(array.writing.written):
            number = mapped.instances[cost.counted_as or cost.component]
            rows.append(InstanceRow(cost.component, f"learning_{cost.term}", cost.power * number, number))
        return tuple(rows)

    @cached_property
    def period(self) -> Array:
        """Time from one sample to the next while the network learns. [s]."""
        return sample_period(self.learning, self.inference_interval, self.inference_period)

    @property
    def time(self) -> Array:
        """Time by which learning makes a sample longer. [s]."""
        return np.asarray(np.maximum(self.period - self.inference_period, 0.0))

    def powered(self, rows: Iterable[InstanceRow]) -> Iterator[tuple[InstanceRow, Array]]:
        """What learning keeps powered, with that time: the chip, and circuits that are off without it. [W, s]."""
        yield from ((row, self.time) for row in rows if row.when in DRAWN)
        yield from ((row, self.period) for row in self.statics)

    def energy(self, power_of_chip: Array) -> Array | None:
        """Energy of learning from a sample, inference left out; None where it has none of its own. [J]."""
        if self.learning.level.contained:
            return None
        moved = dynamic_energy(self.learning.actions, self.costs)
        return np.asarray(moved + power_of_chip * self.time + static_power(self.statics) * self.period)

    def auxiliary_rows(self, rows: Iterable[InstanceRow]) -> tuple[InstanceRow, ...]:
        """Area of the further arrays whose cells hold tags, as large a part of the arrays as their cells are. [m^2]."""
        level, mapper = self.learning.level, self.learning.place.mapper
        if self.learning.counts.rule.tag_memory != "cells" or level.cells is None:
            return ()
        cells = mapper.compute.slots["cell"].path
        held = np.sum(self.learning.counts.tag_values, axis=-1, keepdims=True)
        share = held / np.maximum(np.sum(level.cells, axis=-1, keepdims=True), 1.0)
        inside = f"{mapper.level.path}."
        area = total(row.total for row in rows if row.component.startswith(inside))
        return (InstanceRow(cells, AUXILIARY, area * share, 1.0),)

    def area(self, rows: Iterable[InstanceRow]) -> Array | None:
        """Area of what only learning needs, with its part of the floor plan; None without such a block. [m^2]."""
        if not self.learning.place.mapper.built_of_blocks:
            return None
        engines = {block.path for _, block in self.chip.find(Learns)}
        terms = {COLUMN_ACCESS, TIMERS, BACKWARD_READOUT, AUXILIARY}
        shares = {memory.path: self._share_of(memory) for memory in self.chip.memories()}
        parts: list[u.Numeric] = []
        for row in rows:
            if row.component in engines or row.term in terms:
                parts.append(row.total)
            elif row.component in shares:
                parts.append(row.total * shares[row.component])
        return np.asarray(dies.floorplan_area(total(parts), self.costs.around.floorplan_utilisation))

    def _share_of(self, memory: Memory) -> u.Numeric:
        """Share of a memory that learning needs: all of one that holds nothing else, else the bits that it keeps."""
        stored = set(memory.spec.stores)
        learned = stored.intersection(_KEPT)
        if learned == stored:
            return 1.0
        if not learned:
            return 0.0
        return np.minimum(self.learning.held.get(memory.path, 0.0) / memory.options["capacity"], 1.0)

    @property
    def memory_bits(self) -> Array:
        """Bits that learning keeps from one timestep to the next. [bit]."""
        return total(np.sum(bits, axis=-1, keepdims=True) for bits in self.learning.kept.values())

    @property
    def synaptic_updates(self) -> Array:
        """Weights whose change is computed in a sample. [1]."""
        return np.asarray(np.sum(self.learning.counts.synaptic_updates, axis=-1, keepdims=True))

    @property
    def samples(self) -> u.Numeric:
        """Samples of the whole training. [1]."""
        return self.learning.counts.samples

    @cached_property
    def pulses_per_cell(self) -> Array | None:
        """Pulses of the mean cell of the layer that is moved most, in a sample; None without such cells. [1]."""
        level = self.learning.level
        if level.pulses is None or level.cells is None or not np.any(level.pulses > 0.0):
            return None
        each = level.pulses / np.maximum(level.cells, 1.0)
        return np.asarray(np.max(each, axis=-1, keepdims=True))

    @property
    def _worn(self) -> "tuple[CrossbarArray, Array] | None":
        """The array whose cells learning moves, and the pulses of a cell in a sample; None without such cells."""
        array, each = self.learning.place.mapper.compute, self.pulses_per_cell
        return None if each is None or not is_crossbar(array) else (array, each)

    def _endurance(self, array: "CrossbarArray") -> tuple[u.Numeric, u.Numeric]:
        """Cycles after which 63 % of the cells have failed, and the slope of their distribution."""
        claimed = array.cell.storage.endurance * self.chip.discrepancy.get(EVIDENCE, 1.0)
        return claimed, array.memory.device.endurance_shape

    @property
    def _rate(self) -> u.Numeric:
        """Samples per second over the life of the chip. [1/s]."""
        return self.learning.counts.duty / np.maximum(self.period, self.learning.counts.use_period)

    @cached_property
    def first_cell_failure(self) -> Array | None:
        """Time until an array has lost a cell more than it has spare columns, or the hottest cell has failed. [s]."""
        if self._worn is None or self.learning.level.cells is None:
            return None
        array, each = self._worn
        claimed, shape = self._endurance(array)
        cells = np.sum(self.learning.level.cells, axis=-1, keepdims=True)
        arrays = np.maximum(self.learning.place.mapped.placement.needed, 1.0)
        spares = array.options["spare_columns"]
        cycles = ageing.cycles_to_failure(claimed, shape, cells / arrays, arrays, spares)
        first = ageing.wear_lifetime(cycles, each, self._rate)
        alone = ageing.cycles_to_failure(claimed, shape, 1.0, 1.0, 0.0)
        hottest = ageing.wear_lifetime(alone, each * self.learning.counts.hottest, self._rate)
        return np.asarray(np.minimum(first, hottest))

    @cached_property
    def tolerated_failures(self) -> Array | None:
        """Time until the share of the busiest layer's cells has failed that the network tolerates. [s]."""
        if self._worn is None:
            return None
        array, each = self._worn
        cycles = ageing.cycles_to_share(self.learning.counts.tolerated_failures, *self._endurance(array))
        return np.asarray(ageing.wear_lifetime(cycles, each, self._rate))

    @cached_property
    def failed_cells(self) -> Array | None:
        """Share of the cells of the layer that is moved most which has failed by the end of the training. [1]."""
        if self._worn is None:
            return None
        array, each = self._worn
        return np.asarray(ageing.failed_share(each * self.samples, *self._endurance(array)))

    def worn_by_both(self, otherwise: Array | None) -> Array | None:
        """Time until the mean cell is worn out by learning and by what else writes it, as cycles add up. [s]."""
        if self._worn is None:
            return otherwise
        array, each = self._worn
        by_learning = ageing.wear_lifetime(self._endurance(array)[0], each, self._rate)
        if otherwise is None:
            return np.asarray(by_learning)
        return np.asarray(1.0 / (1.0 / by_learning + 1.0 / otherwise))


def first_neuron_failure(level: MappedLevel, discrepancy: u.Numeric, lifetime: Array | None) -> Array | None:
    """Time until the first neuron has failed, all wearing as the busiest does; None where none wears out. [s]."""
    neuron = getattr(level.mapper.compute, "neuron", None)
    if neuron is None or lifetime is None:
        return None
    shape = getattr(neuron.device, "endurance_shape", np.inf)
    number = np.sum(level.mapped.placement.neurons, axis=-1, keepdims=True)
    number = number * getattr(level.mapper.compute, "neurons_per_output", 1.0)
    return np.asarray(lifetime * ageing.cycles_to_failure(discrepancy, shape, number, 1.0, 0.0))
