"""Results of learning: energy, time and area of it apart from inference, and how long cells and neurons last."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from neuroest.blocks.memories.base import Memory
from neuroest.blocks.programming.write_circuit import COLUMN_ACCESS, TIMERS
from neuroest.blocks.roles import Learns
from neuroest.core import units as u
from neuroest.design.chip import Chip
from neuroest.equations import power, wear
from neuroest.levels.base import LevelMapping, Mapper
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.levels.learning import BACKWARD_READOUT
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.cost_table import CostTable
from neuroest.pipeline.energy import Array, total
from neuroest.pipeline.learning import Learning

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


def standby_rows(mapper: Mapper, mapped: LevelMapping, learning: Learning) -> tuple[InstanceRow, ...]:
    """Power of write circuits and pumps that stay on while the network learns, though they are off without it. [W]."""
    array = mapper.compute
    if not is_crossbar(array) or array.write_circuit is None or learning.level.pulses is None:
        return ()
    circuit = array.write_circuit
    if circuit.spec.between_writes == "powered":
        return ()
    rows = []
    for cost in circuit.standing_costs(array.written):
        number = mapped.instances[cost.counted_as or cost.component]
        rows.append(InstanceRow(cost.component, f"learning_{cost.term}", cost.power * number, number))
    return tuple(rows)


def auxiliary_rows(
    mapper: Mapper, learning: Learning, rows: Iterable[InstanceRow]
) -> tuple[InstanceRow, ...]:
    """Area of the further arrays whose cells hold tags, as large a part of the arrays as their cells are. [m^2]."""
    level = learning.level
    if learning.counts.rule.tag_memory != "cells" or level.cells is None:
        return ()
    cells = mapper.compute.slots["cell"].path
    held = np.sum(learning.counts.tag_values, axis=-1, keepdims=True)
    share = held / np.maximum(np.sum(level.cells, axis=-1, keepdims=True), 1.0)
    inside = f"{mapper.level.path}."
    area = total(row.total for row in rows if row.component.startswith(inside))
    return (InstanceRow(cells, AUXILIARY, area * share, 1.0),)


def learning_area(chip: Chip, costs: CostTable, learning: Learning, rows: Iterable[InstanceRow]) -> Array:
    """Area of what only learning needs, with its part of the floor plan. [m^2]."""
    engines = {block.path for _, block in chip.find(Learns)}
    terms = {COLUMN_ACCESS, TIMERS, BACKWARD_READOUT, AUXILIARY}
    shares = {memory.path: _learned_share(memory, learning) for memory in chip.memories()}
    parts: list[u.Numeric] = []
    for row in rows:
        if row.component in engines or row.term in terms:
            parts.append(row.total)
        elif row.component in shares:
            parts.append(row.total * shares[row.component])
    return np.asarray(power.floorplan_area(total(parts), costs.floorplan_utilisation))


def _learned_share(memory: Memory, learning: Learning) -> u.Numeric:
    """Share of a memory that learning needs: all of one that holds nothing else, else the bits that it keeps there."""
    learned = _LEARNED & set(memory.spec.stores)
    if learned == set(memory.spec.stores):
        return 1.0
    if not learned:
        return 0.0
    kept: u.Numeric = 0.0
    for contents in learned:
        if contents in learning.kept:
            kept = kept + np.sum(learning.kept[contents], axis=-1, keepdims=True)
    return np.minimum(kept / memory.options["capacity"], 1.0)


def pulses_per_cell(learning: Learning) -> Array | None:
    """Pulses of the mean cell of the layer whose cells are moved most, in a sample; None without such cells. [1]."""
    level = learning.level
    if level.pulses is None or level.cells is None or not np.any(level.pulses > 0.0):
        return None
    each = level.pulses / np.maximum(level.cells, 1.0)
    return np.asarray(np.max(each, axis=-1, keepdims=True))


def endurance(chip: Chip, array: "CrossbarArray") -> tuple[u.Numeric, u.Numeric]:
    """Cycles after which 63 % of the cells have failed, and the slope of their distribution."""
    claimed = array.cell.endurance() * chip.discrepancy.get(EVIDENCE, 1.0)
    return claimed, array.memory.device.endurance_shape


def first_cell_failure(
    chip: Chip, mapper: Mapper, mapped: LevelMapping, learning: Learning, period: u.Second
) -> Array | None:
    """Time until an array has lost a cell more than it has spare columns, or the hottest cell has failed. [s]."""
    each, array = pulses_per_cell(learning), mapper.compute
    if each is None or learning.level.cells is None or not is_crossbar(array):
        return None
    claimed, shape = endurance(chip, array)
    used = learning.counts.duty / np.maximum(period, learning.counts.use_period)
    cells = np.sum(learning.level.cells, axis=-1, keepdims=True)
    arrays = np.maximum(mapped.placement.needed, 1.0)
    spares = array.options["spare_columns"]
    cycles = wear.cycles_to_failure(claimed, shape, cells / arrays, arrays, spares)
    first = wear.wear_lifetime(cycles, each, used)
    alone = wear.cycles_to_failure(claimed, shape, 1.0, 1.0, 0.0)
    hottest = wear.wear_lifetime(alone, each * learning.counts.hottest, used)
    return np.asarray(np.minimum(first, hottest))


def tolerated_failures(
    chip: Chip, mapper: Mapper, learning: Learning, period: u.Second
) -> Array | None:  # fmt: skip
    """Time until the share of the busiest layer's cells has failed that the network tolerates. [s]."""
    each, array = pulses_per_cell(learning), mapper.compute
    if each is None or not is_crossbar(array):
        return None
    counts = learning.counts
    cycles = wear.cycles_to_share(counts.tolerated_failures, *endurance(chip, array))
    used = counts.duty / np.maximum(period, counts.use_period)
    return np.asarray(wear.wear_lifetime(cycles, each, used))


def worn_by_both(
    chip: Chip, mapper: Mapper, learning: Learning, period: u.Second, otherwise: Array | None
) -> Array | None:
    """Time until the mean cell is worn out by learning and by what else writes it, as cycles add up. [s]."""
    each, array = pulses_per_cell(learning), mapper.compute
    if each is None or not is_crossbar(array):
        return otherwise
    used = learning.counts.duty / np.maximum(period, learning.counts.use_period)
    by_learning = wear.wear_lifetime(endurance(chip, array)[0], each, used)
    if otherwise is None:
        return np.asarray(by_learning)
    return np.asarray(1.0 / (1.0 / by_learning + 1.0 / otherwise))


def failed_cells(chip: Chip, mapper: Mapper, learning: Learning, samples: u.Numeric) -> Array | None:
    """Share of the cells of the layer that is moved most which has failed after so many samples. [1]."""
    each, array = pulses_per_cell(learning), mapper.compute
    if each is None or not is_crossbar(array):
        return None
    return np.asarray(wear.failed_share(each * samples, *endurance(chip, array)))


def first_neuron_failure(
    chip: Chip, mapper: Mapper, mapped: LevelMapping, lifetime: Array | None
) -> Array | None:
    """Time until the first neuron has failed, all wearing as the busiest does; None where none wears out. [s]."""
    neuron = getattr(mapper.compute, "neuron", None)
    if neuron is None or lifetime is None:
        return None
    shape = getattr(neuron.device, "endurance_shape", np.inf)
    number = np.sum(mapped.placement.neurons, axis=-1, keepdims=True)
    number = number * getattr(mapper.compute, "neurons_per_output", 1.0)
    claimed = chip.discrepancy.get(EVIDENCE, 1.0)
    return np.asarray(lifetime * wear.cycles_to_failure(claimed, shape, number, 1.0, 0.0))
