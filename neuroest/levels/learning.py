"""Weight updates of computing levels: in memories, by published events, or in software.

For crossbar arrays, see `neuroest.levels.crossbar.learning`.
"""

from collections.abc import Mapping
from dataclasses import field

import numpy as np

from neuroest.blocks.base import Check, slot
from neuroest.blocks.chip.event_energies import EventEnergies
from neuroest.blocks.chip.roofline_processor import RooflineProcessor
from neuroest.blocks.roles import Learns
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import counting, processors
from neuroest.equations import learning as equations
from neuroest.levels.base import Mapper, Placement
from neuroest.specs.learning import LearningContext
from neuroest.workloads.learning import LearningCounts, Visits

BACKWARD_READOUT = "backward_readout"
"""Term of the area of read-outs that only learning needs."""


@frozen_dataclass(eq=False)
class LevelLearning:
    """Work of a computing level to learn one sample.

    Attributes
    ----------
    actions : mapping
        Count by component path and action, by layer.
    time : array
        Time that changing the weights of each layer takes, memories left out. [s]
    by_layer : bool
        Whether the layers are changed one after the other, and not side by side.
    engine : bool
        Whether a datapath of the chip computes the rule, with traces and tags in its memories.
    pulses : array or None
        Pulses on the cells of each layer; None where weights lie in no cells that wear out.
    cells : array
        Cells of the weights that learn, by layer.
    contained : bool
        Whether the energy of inference contains that of learning, so that it has none of its own.
    left_out : tuple of str
        What the level does not price.
    """

    actions: Mapping[tuple[str, str], Array]
    time: Array
    by_layer: bool
    engine: bool
    pulses: Array | None = None
    cells: Array | None = None
    contained: bool = False
    left_out: tuple[str, ...] = ()
    checks: tuple[Check, ...] = field(default=())


def due_per_value(counts: LearningCounts, steps: u.Numeric) -> tuple[u.Dimensionless, u.Dimensionless]:
    """Share of the due updates that write, and pulses of a due update, by how the rule turns changes into steps.

    Parameters
    ----------
    counts : LearningCounts
        What the rule asks for.
    steps : float or array
        Mean change in steps of the device.
    """
    write = counts.rule.write
    if write == "sign":
        return 1.0, 1.0
    if write == "threshold":
        return equations.written_share(steps), equations.threshold_pulses(steps)
    # at random or by a sum that is kept: as many steps as are asked for, on average
    return np.minimum(steps, 1.0), steps


class LearnsInMemory(Mapper):
    """Weights lie in a memory; a datapath of the chip changes them word by word."""

    def learn(self, placement: Placement, counts: LearningCounts) -> LevelLearning:
        """Words of the weight memory that are read and written back."""
        store = self.weight_store
        if store is None:
            raise MappingError(f"nothing on the chip stores the weights that {self.level.path} should learn")
        engine = self.chip.find(Learns)
        shared = bool(engine) and engine[-1][1].spec.weight_reads == "shared"
        bits, width = self.network.weight_bits, store.options["width"]
        held = np.maximum(np.floor(width / bits), 1.0)
        steps = equations.asked_steps(1.0, counts.asked_share, 2.0**bits - 1.0)
        share, _ = due_per_value(counts, steps)
        read, written = self.zeros(), self.zeros()
        for visit in counts.updates:
            words, due = self._words(visit, bits, width, held)
            read = read + words * (0.0 if shared and visit.access == "row" else 1.0)
            written = written + words * equations.any_share(due * share, held)
        back = counts.backward_steps * counts.weights / held
        actions = {(store.path, "read"): np.asarray(read + back), (store.path, "write"): np.asarray(written)}
        return LevelLearning(actions, self.zeros(), by_layer=False, engine=True)

    def _words(self, visit: Visits, bits: u.Bit, width: u.Bit, held: u.Dimensionless) -> tuple[Array, Array]:
        """Words that a visit touches, and the share of the values of such a word that are due.

        Weights lie row by row: a column has each of its weights in a word of its own.
        """
        t = self.layers
        if visit.access == "column":
            return visit.values, np.asarray(1.0 / held + 0.0 * visit.values)
        rows = np.maximum(t.reduction * t.groups + t.recurrent_reduction, 1.0)
        targets = t.weights / rows
        due = np.minimum(visit.values / np.maximum(visit.events * targets, 1.0), 1.0)
        words = visit.events * counting.words_of_items(targets, bits, width)
        return np.asarray(words * equations.any_share(due, held)), due


class LearnsByEvents(Mapper):
    """Every synaptic update has a published energy and time."""

    events: EventEnergies = slot("events")
    """Energies and times of its events."""

    def learn(self, placement: Placement, counts: LearningCounts) -> LevelLearning:
        """Updates, one after the other in each core."""
        events = self.events
        rule = counts.called
        if events.spec.rules and rule not in events.spec.rules:
            known = " and ".join(events.spec.rules)
            raise MappingError(f"{events.path} learns by {known}; the network learns by {rule}")
        if events.spec.updates == "contained":
            note = (
                "an energy of its own for the change of a weight, which that of a synaptic operation contains"
            )
            return LevelLearning(
                {}, self.zeros(), by_layer=False, engine=False, contained=True, left_out=(note,)
            )
        if not np.all(np.asarray(events.device.synaptic_update_energy) > 0.0):
            raise MappingError(
                f"{events.path} publishes no energy of a synaptic update, so the network cannot learn on it; state "
                "synaptic_update_energy and synaptic_update_time in its device"
            )
        updates = counts.synaptic_updates
        time = updates * events.device.synaptic_update_time / np.maximum(placement.units, 1.0)
        left_out = ["traces and thresholds of neurons, which the published energy of an update does not name"]
        if counts.rule.tags:
            left_out.append("tags of synapses, which the published energy of an update does not name")
        if counts.rule.error != "none":
            left_out.append("errors of neurons, which the published energies do not name")
        return LevelLearning(
            {(events.path, "synaptic_update"): updates}, np.asarray(time), by_layer=False, engine=False,
            left_out=tuple(left_out),
        )  # fmt: skip


class LearnsInSoftware(Mapper):
    """A processor computes the rule as one more kernel of each layer."""

    processor: RooflineProcessor = slot("processor")
    """The processor."""

    def learn(self, placement: Placement, counts: LearningCounts) -> LevelLearning:
        """Seconds of work: operations and traffic of all changes, or the launch of their kernels."""
        t, processor = self.layers, self.processor
        d, rule = processor.device, LearningContext.of(counts.rule)
        if processor.spec.updates == "none":
            raise MappingError(
                f"{processor.path} runs no learning; write updates: dense, or updates: events for a loop over spikes"
            )
        dense = processor.spec.updates == "dense"
        synapses = counts.learns * (t.connections + t.recurrent_connections)

        def values(visits: tuple[Visits, ...]) -> Array:
            found = self.zeros() + 0.0 * counts.trace_updates
            for visit in visits:
                moments = np.where(visit.written < visit.values, 1.0, self.steps)
                found = found + (synapses * moments if dense and visit.access != "array" else visit.values)
            return np.asarray(found)

        updates, tags = values(counts.updates), values(counts.tags)
        each = rule.update.multiplications + rule.update.additions
        operations = updates * each + tags * (rule.tag.multiplications + rule.tag.additions)
        operations = operations + counts.trace_updates + counts.errors + counts.threshold_updates
        operations = operations + 2.0 * (counts.error_products + counts.backward_steps * synapses)
        weight = np.maximum(self.network.weight_bits, BYTE)
        tag = np.maximum(float(counts.rule.tag_bits), BYTE)
        moved = 2.0 * (updates * weight + tags * tag + counts.trace_updates * BYTE)
        # one kernel a timestep, unless the rule waits for the end; a batch shares them
        at_end = all("s" in product.factors for product in counts.rule.formulas.get("update", ()))
        backward = np.max(counts.backward_steps, axis=-1, keepdims=True)
        own: u.Numeric = 1.0 if at_end and not counts.rule.tags else self.steps
        kernels = np.where(operations > 0.0, (own + backward) / processor.options["batch"], 0.0)
        time = processors.roofline_time(
            operations, moved, d.peak_rate, d.memory_rate, d.compute_efficiency, d.memory_efficiency, kernels,
            d.launch_time,
        )  # fmt: skip
        return LevelLearning(
            {(processor.path, "busy_second"): np.asarray(time)}, np.asarray(time), by_layer=True, engine=False
        )


BYTE = 8.0
"""Bits; a processor moves nothing smaller."""
