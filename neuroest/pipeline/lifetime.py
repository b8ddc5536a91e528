"""Wear and fading: lifetimes of neurons and cells, programming, and refresh of cells that fade."""

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from neuroest.core.arrays import Array
from neuroest.equations import ageing, diffusive_neuron
from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar_roles import is_crossbar, maps_to_crossbars
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.cost_table import CostTable
from neuroest.pipeline.energy import energy_of_terms, total

if TYPE_CHECKING:
    from neuroest.levels.crossbar.array import CrossbarArray


def shortest(times: Iterable[Array | None]) -> Array | None:
    """Shortest of the known times; None if none is known."""
    known = [time for time in times if time is not None]
    return np.asarray(reduce(np.fmin, known)) if known else None


def together(parts: Iterable[Array | None]) -> Array | None:
    """Sum of the existing parts; None if there are none."""
    known = [part for part in parts if part is not None]
    return np.asarray(reduce(np.add, known)) if known else None


def neuron_lifetime(level: MappedLevel, period: Array) -> Array | None:
    """Time until the busiest neuron reaches its endurance; None if nothing wears out. [s]."""
    mapper, layers = level.mapper, level.mapper.layers
    neuron = getattr(mapper.compute, "neuron", None)
    endurance = neuron.endurance() if neuron is not None else None
    if neuron is None or endurance is None:
        return None
    cycles = np.where(layers.is_weighted > 0.0, layers.output_rate, 0.0) * layers.timesteps
    if is_crossbar(mapper.compute):  # neurons that take turns share the spikes of an output
        own = mapper.compute.drive(mapper.network).spikes_for_one
        cycles = cycles * own / mapper.compute.neurons_per_output
    cycles = np.max(cycles, axis=-1, keepdims=True)
    cycles = cycles + (1.0 if neuron.reset_between_inferences else 0.0)
    return np.asarray(diffusive_neuron.lifetime(endurance, cycles / period))


def programming_energy(level: MappedLevel) -> Array | None:
    """Energy to write all weights once; None if the chip stores no weights in cells. [J]."""
    array = level.mapper.compute
    if not (is_crossbar(array) and maps_to_crossbars(level.mapper)):
        return None
    cells = level.mapper.programmed_cells(level.mapped.placement)
    energy = array.programming_energy(level.mapper.network)
    return np.asarray(np.sum(cells, axis=-1, keepdims=True) * energy)


def programming_time(level: MappedLevel) -> Array | None:
    """Time to write all weights once, one array after the other. [s]."""
    return np.asarray(level.mapper.writing_time(level.mapped)) if maps_to_crossbars(level.mapper) else None


def cell_lifetime(level: MappedLevel, counts: ActionCounts, period: Array) -> Array | None:
    """Time until the cells reach their endurance; None if they are not written in operation. [s]."""
    mapper, array = level.mapper, level.mapper.compute
    if not is_crossbar(array):
        return None
    often, passes = mapper.chip.inferences_per_programming, np.asarray(level.mapped.passes)
    rate = _rewriting_rate(array, level, counts, period)
    if mapper.reprograms and np.any(passes > 1.0):
        # every cell stores a part of the network in each pass
        written = np.where(passes > 1.0, passes, 0.0)
        rate = rate + written / (period * mapper.options["inferences_per_pass"])
    elif often is not None:
        rate = rate + 1.0 / (period * often)
    if not np.any(rate > 0.0) or not np.any(np.isfinite(array.cell.storage.endurance)):
        return None
    return np.asarray(
        ageing.wear_lifetime(array.cell.storage.endurance, rate, array.cell.storage.write_pulses)
    )


def refresh(
    level: MappedLevel, counts: ActionCounts, costs: CostTable, statics: Iterable[InstanceRow],
    period: Array, powered: Array,
) -> tuple[Array, Array] | None:  # fmt: skip
    """Interval and mean power of weight refresh; None if weights do not fade. [s], [W].

    The results already include this power, as static power of the cells and as a part of each read.
    """
    array = level.mapper.compute
    if not (is_crossbar(array) and maps_to_crossbars(level.mapper)):
        return None
    rate = _rewriting_rate(array, level, counts, period)
    if not np.any(rate > 0.0):
        return None
    interval = 1.0 / np.where(rate > 0.0, rate, np.nan)
    path = array.cell.path
    faded = [r.total for r in statics if r.component == path and r.term == "refresh"]
    rewriting = [c for c in costs.energies if c.component == path and c.term == "disturb_rewriting"]
    return interval, total([*faded, energy_of_terms(counts, rewriting) / powered])


def refreshed_share(array: "CrossbarArray", level: MappedLevel, counts: ActionCounts, period: Array) -> Array:
    """Share of the refreshes of all cells that reads do not already cause. [1]."""
    cells = level.mapper.programmed_cells(level.mapped.placement)
    rate = reads_per_cell(array, level, counts) / period
    left = cells * ageing.refresh_share(array.writing.interval, array.cell.storage.disturb_reads, rate)
    held = np.sum(cells, axis=-1, keepdims=True)
    return np.asarray(np.sum(left, axis=-1, keepdims=True) / np.maximum(held, 1.0))


def reads_per_cell(array: "CrossbarArray", level: MappedLevel, counts: ActionCounts) -> Array:
    """Reads of one cell of each layer in an inference."""
    reads = counts.actions.get((array.cell.path, "cell_read"), level.mapper.zeros())
    return np.asarray(reads / np.maximum(level.mapper.programmed_cells(level.mapped.placement), 1.0))


def _rewriting_rate(array: "CrossbarArray", level: MappedLevel, counts: ActionCounts, period: Array) -> Array:
    """Refresh rate of the cells of the busiest layer. [1/s]."""
    each = np.max(reads_per_cell(array, level, counts), axis=-1, keepdims=True)
    interval, reads = array.writing.interval, array.cell.storage.disturb_reads
    return np.asarray(ageing.rewriting_rate(interval, reads, each / period))
