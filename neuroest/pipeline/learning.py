"""The learning stage: cost of weight changes on top of inference, and lifetime of the cells.

It is separate from inference. For a workload without `learning` it adds nothing to the estimate.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.neurons.base import Neuron
from neuroest.blocks.roles import Learns
from neuroest.core import units as u
from neuroest.core.arrays import Actions
from neuroest.core.errors import MappingError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.levels.base import Array, LevelMapping, MappedLevel, Mapper, Traffic
from neuroest.levels.learning import LevelLearning
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.memory_traffic import memory_accesses
from neuroest.specs.learning import LEARNING, LearningSpec, named_rules
from neuroest.specs.workload import WorkloadSpec, workload_claims
from neuroest.workloads.learning import LearningCounts, learning_counts

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
        Computing level whose weights change.
    actions : ActionCounts
        Every action of the chip, by layer.
    times : mapping
        Time of each resource in a sample. [s]
    kept : mapping
        Bits that must be stored, by kind. [bit]
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
    alongside: bool
    checks: tuple[Check, ...]
    left_out: tuple[str, ...]

    @property
    def busy(self) -> Array:
        """Time of the slowest resource in a sample. [s]."""
        found = np.zeros(1)
        for time in self.times.values():
            found = np.maximum(found, time)
        return found


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
    place = _learning_level(workload.learning, levels)
    mapper, mapped = place.mapper, place.mapped
    _refuse_hidden_states(mapper, workload.learning)
    stated = {
        path: claim.value for path, claim in workload_claims(workload).items() if path.startswith(LEARNING)
    }
    given = {path: value for path, value in values.items() if path.startswith(LEARNING)}
    asked = learning_counts(workload.learning, mapper.layers, {**stated, **given})
    level: LevelLearning = mapper.learn(mapped.placement, asked)
    actions = Actions(level.actions)
    times = {mapper.level.path: _of_layers(level.time, by_layer=level.by_layer)}
    kept: Mapping[str, Array] = {}
    engine = _engine(mapper, workload.learning.called) if level.engine else None
    left_out = [*level.left_out]
    if engine is not None:
        kept = _kept(asked)
        actions |= _datapath(asked, engine, back_in_arrays=mapper.weights_in_cells)
        times[engine.path] = _datapath_time(engine, actions, mapped, mapper)
        for stream in _traffic(asked, kept):
            served, unserved = memory_accesses(mapper, mapped, stream)
            left_out += unserved
            actions.add_all(served)
        if np.any(asked.threshold_updates > 0.0) and mapper.memory("state") is None:
            left_out.append(
                "what keeps and sets the thresholds of neurons that learn (no memory stores state)"
            )
        left_out += _sent(mapper, mapped, asked, actions)
    for memory in mapper.chip.memories() + _slot_memories(mapper):
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
        alongside=engine is not None and engine.spec.timing == "alongside",
        checks=(*level.checks, *_room(mapper, mapped, kept)),
        left_out=tuple(left_out),
    )  # fmt: skip


def _learning_level(learning: LearningSpec, levels: Sequence[MappedLevel]) -> MappedLevel:
    """The computing level whose layers learn; the other levels of the chip keep their weights.

    Raises
    ------
    MappingError
        If layers of several levels learn, or errors would propagate back through layers of another level.
    """
    if len(levels) == 1:
        return levels[0]
    names = levels[0].mapper.layers.names
    runs = {
        name: next(level for level in levels if level.own[index] > 0.0) for index, name in enumerate(names)
    }
    weighted = [
        name for i, name in enumerate(names) if np.any(runs[name].mapper.layers.is_weighted[..., i] > 0.0)
    ]
    learns = [name for name in weighted if learning.layers is None or name in learning.layers]
    first = runs[learns[0]]
    other = next((name for name in learns if runs[name] is not first), None)
    if other is not None:
        raise MappingError(
            f"layers {learns[0]!r} on {first.path} and {other!r} on {runs[other].path} learn, but a rule moves the "
            "weights of one computing level; name the layers of one of them under learning.layers"
        )
    behind = weighted[weighted.index(learns[0]) :]
    foreign = next((name for name in behind if runs[name] is not first), None)
    if learning.stated.error == "backward" and foreign is not None:
        raise MappingError(
            f"the rule sends errors back through {foreign!r} on {runs[foreign].path}, which only the level that "
            f"learns, {first.path}, has circuits for; use a rule that broadcasts errors"
        )
    return first


def _refuse_hidden_states(mapper: Mapper, learning: LearningSpec) -> None:
    """Refuse a rule that takes the slope of neurons whose state no circuit can read.

    Raises
    ------
    MappingError
        With the rules that need spikes only.
    """
    if not learning.stated.slope:
        return
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


def _of_layers(times: Array, *, by_layer: bool) -> Array:
    """Time of layers that are updated sequentially or in parallel."""
    reduce: Any = np.sum if by_layer else np.max
    return np.asarray(reduce(times, axis=-1, keepdims=True))


def _engine(mapper: Mapper, rule: str) -> Any:
    found = mapper.chip.find(Learns)
    if not found:
        raise MappingError(
            f"the network learns by the rule {rule}, and nothing on the chip computes it; add a learning_engine block"
        )
    return found[-1][1]


def _slot_memories(mapper: Mapper) -> list[Any]:
    """Memories in slots of the computing level."""
    return [slot for slot in mapper.compute.slots.values() if hasattr(slot, "busy_time")]


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


def _datapath_time(
    engine: Any, actions: Mapping[tuple[str, str], Array], mapped: LevelMapping, mapper: Mapper
) -> Array:
    """Time of the datapath: its instances share the layers."""
    rule = mapper.network.learning
    cycles = {"update": rule.update, "tag": rule.tag, "threshold": rule.threshold}
    total: u.Numeric = 0.0
    for (path, action), count in actions.items():
        if path == engine.path:
            each = engine.cycles(cycles[action]) if action in cycles else 1.0
            total = total + np.sum(count, axis=-1, keepdims=True) * each
    return np.asarray(total / (engine.action_rate() * mapped.instances[engine.path]))


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


def _room(mapper: Mapper, mapped: LevelMapping, kept: Mapping[str, Array]) -> Iterator[Check]:
    """Whether the memories can store the learning data; all data of one memory count together."""
    needed: dict[str, Any] = {}
    found = {}
    for contents in _KEPT:
        memory = mapper.memory(contents)
        if memory is not None and contents in kept:
            found[memory.path] = memory
            bits = np.sum(kept[contents], axis=-1, keepdims=True)
            needed[memory.path] = needed.get(memory.path, 0.0) + bits
    for path, memory in found.items():
        room = memory.options["capacity"] * mapped.instances[path]
        yield Check(
            "learning_fits", path, "design_rule", needed[path] <= room,
            "traces, tags and errors of learning do not fit the memory that stores them", needed[path], room, "bit",
        )  # fmt: skip
