"""Conversion of numbers into spikes at the input of a chip, and of spikes into numbers at its output."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.roles import CodesSpikes
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.equations import mapping as equations
from neuroest.levels.base import Array, MappedLevel
from neuroest.workloads.layers import LayerTable


@frozen_dataclass(eq=False)
class SpikeCoding:
    """Actions of the conversion block in one inference, by layer.

    Attributes
    ----------
    actions : mapping
        Count by component path and action.
    inputs, outputs : array or None
        Bits of the numbers that enter the chip, and of what leaves it, instead of spikes; None where nothing is
        converted.
    checks : tuple of Check
        Whether the block is large enough.
    """

    actions: dict[tuple[str, str], Array]
    inputs: Array | None
    outputs: Array | None
    checks: tuple[Check, ...]


def spike_coding(layers: LayerTable, levels: Sequence[MappedLevel]) -> SpikeCoding | None:
    """Conversion for a spiking network on a chip with a conversion block; None otherwise."""
    first, last = entry_of(layers), len(layers.names) - 1
    entry, end = (next(level for level in levels if level.own[index] > 0.0) for index in (first, last))
    spiking = [level for level in (entry, end) if level.mapper.network.spiking]
    found = spiking[0].mapper.chip.find(CodesSpikes) if spiking else []
    if not found:
        return None
    coder: Any = found[-1][1]
    t, mapper = layers, spiking[0].mapper
    begins, ends = np.zeros(len(t.names)), np.zeros(len(t.names))
    begins[first], ends[last] = 1.0, 1.0
    outputs = ends * t.output_elements
    wide = coder.count_bits(mapper.network)
    # numbers that a first layer takes as they are need no spikes
    encoded = entry in spiking and coder.spec.input == "numbers" and not np.any(t.input_bits > 1.0)
    # spikes of a population stay in it
    counted = end in spiking and not np.any(ends * t.population > 0.0)
    decides = coder.spec.output == "class" and counted
    actions: dict[tuple[str, str], Array] = {}
    if counted:
        actions[coder.path, "count"] = np.asarray(mapper.steps * outputs * t.output_rate)
    if encoded:
        actions[coder.path, "encode"] = np.asarray(mapper.steps * begins * t.input_elements)
    if decides:
        actions[coder.path, "decide"] = np.asarray(outputs + 0.0 * mapper.steps)
    number = ends * equations.block_count(np.log2(np.maximum(t.output_elements, 2.0)), 1.0)
    most = np.max(outputs, axis=-1, keepdims=True)
    fits = Check(
        "counters_suffice", coder.path, "infeasible", most <= coder.options["counters"],
        "the network has more outputs than the spike_coder has counters", most, coder.options["counters"],
    )  # fmt: skip
    return SpikeCoding(
        actions,
        np.asarray(begins * t.input_elements * coder.options["input_bits"]) if encoded else None,
        np.asarray(number if decides else outputs * wide) if counted else None,
        (fits,) if counted else (),
    )


def entry_of(layers: LayerTable) -> int:
    """The first layer that reads the network's input."""
    return next(n for n, inputs in enumerate(layers.reads) if -1 in inputs)
