"""Results of learning: energy, time and area of it apart from inference, and how long cells and neurons last."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from neuroest.blocks.memories.base import Memory
from neuroest.blocks.roles import COLUMN_ACCESS, TIMERS, Learns
from neuroest.core import units as u
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import floor_plans, wear
from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.levels.learning import BACKWARD_READOUT
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.cost_table import CostTable
from neuroest.pipeline.energy import Array, EnergyRow, dynamic_energy, energy_rows, total
from neuroest.pipeline.learning import Learning
from neuroest.pipeline.power import DRAWN, static_power

if TYPE_CHECKING:
    from neuroest.levels.crossbar.array import CrossbarArray

AUXILIARY = "auxiliary_arrays"
"""Term of the area of arrays whose cells hold tags."""
EVIDENCE = "endurance_evidence.time"
"""Factor of an endurance whose claim names no devices, or no criterion of a failure."""
_TRAINING = frozenset({"training", "learning", "on-line learning", "on-chip learning"})
"""Words by which chips say that learning is not in their estimates."""
_LEARNED = frozenset({"traces", "tags", "errors"})


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
        for cost in circuit.standing_costs(array.written):
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
        return np.asarray(floor_plans.floorplan_area(total(parts), self.costs.around.floorplan_utilisation))

    def _share_of(self, memory: Memory) -> u.Numeric:
        """Share of a memory that learning needs: all of one that holds nothing else, else the bits that it keeps."""
        learned = _LEARNED & set(memory.spec.stores)
        if learned == set(memory.spec.stores):
            return 1.0
        if not learned:
            return 0.0
        kept: u.Numeric = 0.0
        for contents in learned:
            if contents in self.learning.kept:
                kept = kept + np.sum(self.learning.kept[contents], axis=-1, keepdims=True)
        return np.minimum(kept / memory.options["capacity"], 1.0)

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
        claimed = array.cell.endurance() * self.chip.discrepancy.get(EVIDENCE, 1.0)
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
        cycles = wear.cycles_to_failure(claimed, shape, cells / arrays, arrays, spares)
        first = wear.wear_lifetime(cycles, each, self._rate)
        alone = wear.cycles_to_failure(claimed, shape, 1.0, 1.0, 0.0)
        hottest = wear.wear_lifetime(alone, each * self.learning.counts.hottest, self._rate)
        return np.asarray(np.minimum(first, hottest))

    @cached_property
    def tolerated_failures(self) -> Array | None:
        """Time until the share of the busiest layer's cells has failed that the network tolerates. [s]."""
        if self._worn is None:
            return None
        array, each = self._worn
        cycles = wear.cycles_to_share(self.learning.counts.tolerated_failures, *self._endurance(array))
        return np.asarray(wear.wear_lifetime(cycles, each, self._rate))

    @cached_property
    def failed_cells(self) -> Array | None:
        """Share of the cells of the layer that is moved most which has failed by the end of the training. [1]."""
        if self._worn is None:
            return None
        array, each = self._worn
        return np.asarray(wear.failed_share(each * self.samples, *self._endurance(array)))

    def worn_by_both(self, otherwise: Array | None) -> Array | None:
        """Time until the mean cell is worn out by learning and by what else writes it, as cycles add up. [s]."""
        if self._worn is None:
            return otherwise
        array, each = self._worn
        by_learning = wear.wear_lifetime(self._endurance(array)[0], each, self._rate)
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
    return np.asarray(lifetime * wear.cycles_to_failure(discrepancy, shape, number, 1.0, 0.0))
