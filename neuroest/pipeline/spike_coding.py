"""Spikes that a chip makes of numbers at its input, and what it reads from those of its output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.roles import CodesSpikes
from neuroest.equations import mapping as equations
from neuroest.levels.base import Array, Mapper


@dataclass(frozen=True, eq=False, repr=False)
class SpikeCoding:
    """What a block for it does in one inference, by layer.

    Attributes
    ----------
    actions : mapping
        Count by component path and action.
    inputs, outputs : array or None
        Bits of the numbers that enter the chip, and of what leaves it, in place of spikes; None where spikes enter.
    checks : tuple of Check
        Whether the block is large enough.
    """

    actions: dict[tuple[str, str], Array]
    inputs: Array | None
    outputs: Array
    checks: tuple[Check, ...]


def spike_coding(mapper: Mapper) -> SpikeCoding | None:
    """The coding of a spiking network on a chip with a block for it; None elsewhere."""
    found = mapper.chip.find(CodesSpikes)
    if not found or not mapper.network.spiking:
        return None
    coder: Any = found[-1][1]
    t = mapper.layers
    first, last = np.zeros(len(t.names)), np.zeros(len(t.names))
    first[next(n for n, inputs in enumerate(t.reads) if -1 in inputs)] = 1.0
    last[-1] = 1.0
    outputs = last * t.output_elements
    wide = coder.count_bits(mapper.network)
    # numbers that a first layer takes as they are need no spikes
    encoded = coder.spec.input == "numbers" and not np.any(t.input_bits > 1.0)
    decides = coder.spec.output == "class"
    actions = {(coder.path, "count"): np.asarray(mapper.steps * outputs * t.output_rate)}
    if encoded:
        actions[coder.path, "encode"] = np.asarray(mapper.steps * first * t.input_elements)
    if decides:
        actions[coder.path, "decide"] = np.asarray(outputs + 0.0 * mapper.steps)
    number = last * equations.block_count(np.log2(np.maximum(t.output_elements, 2.0)), 1.0)
    most = np.max(outputs, axis=-1, keepdims=True)
    fits = Check(
        "counters_suffice", coder.path, "infeasible", most <= coder.options["counters"],
        "the network has more outputs than the spike_coder has counters", most, coder.options["counters"],
    )  # fmt: skip
    return SpikeCoding(
        actions,
        np.asarray(first * t.input_elements * coder.options["input_bits"]) if encoded else None,
        np.asarray(number if decides else outputs * wide),
        (fits,),
    )
