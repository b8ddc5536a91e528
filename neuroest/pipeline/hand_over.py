"""Cost of passing results from one computing level of a chip to another, and of converting spikes to numbers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.roles import CodesSpikes
from neuroest.core.arrays import Actions
from neuroest.core.errors import MappingError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.levels.base import Array, MappedLevel
from neuroest.workloads.layers import LayerTable


@frozen_dataclass(eq=False)
class HandOver:
    """What one inference takes where layers of different levels meet.

    Attributes
    ----------
    actions : mapping
        Count by component path and action, by the layer that reads.
    checks : tuple of Check
        Whether there are counters for all spikes that become numbers at a time.
    """

    actions: Actions
    checks: tuple[Check, ...] = ()


def hand_over(layers: LayerTable, levels: Sequence[MappedLevel]) -> HandOver:
    """Words that go from the memory of one level to that of another, and conversions between spikes and numbers.

    Numbers that two levels keep in one memory stay where they are. Others are read once from the memory of the level
    that computes them and written once into that of each level that reads them. Spikes are events, which the network on
    the chip carries and the buffers of the reader take in, so nothing is added. The sender converts: the
    counters of a `spike_coder` make numbers of spikes, its comparisons spikes of numbers, once for all layers
    that read them.

    Raises
    ------
    MappingError
        Where spikes meet numbers and no block converts them.
    """
    found = HandOver(Actions())
    checks: list[Check] = []
    for source, sender, reader, receiver in _meetings(layers, levels):
        elements = np.zeros(np.broadcast_shapes(layers.output_rate.shape, layers.output_elements.shape))
        elements[..., reader] = layers.output_elements[..., source]
        here, there = sender.mapper.network.spiking, receiver.mapper.network.spiking
        if here != there:
            checks += _convert(layers, source, sender, receiver, elements, found.actions)
        if not there:
            _copy(sender, receiver, elements, found.actions)
    return HandOver(found.actions, tuple(checks))


def _meetings(
    layers: LayerTable, levels: Sequence[MappedLevel]
) -> Iterator[tuple[int, MappedLevel, int, MappedLevel]]:
    """Each layer that another level reads, with its own level, the first reader there, and the level of that."""
    owner = [next(level for level in levels if level.own[index] > 0.0) for index in range(len(layers.names))]
    seen: set[tuple[int, str]] = set()
    for reader, sources in enumerate(layers.reads):
        for source in sources:
            key = source, owner[reader].path
            if source >= 0 and owner[source] is not owner[reader] and key not in seen:
                seen.add(key)
                yield source, owner[source], reader, owner[reader]


def _copy(sender: MappedLevel, receiver: MappedLevel, elements: Array, actions: Actions) -> None:
    """Read numbers from the memory of one level and write them into that of another."""
    kept, wanted = (level.mapper.memory("activations") for level in (sender, receiver))
    if kept is not None and wanted is not None and kept.path == wanted.path:
        return
    bits = elements * receiver.mapper.network.activation_bits
    # what spikes are counted into comes from the counters, not from a memory
    if kept is not None and not sender.mapper.network.spiking:
        actions.add((kept.path, "read"), bits / kept.options["width"])
    if wanted is not None:
        actions.add((wanted.path, "write"), bits / wanted.options["width"])


def _convert(
    layers: LayerTable, source: int, sender: MappedLevel, receiver: MappedLevel, elements: Array,
    actions: Actions,
) -> list[Check]:  # fmt: skip
    """Make numbers of spikes, or spikes of numbers."""
    coders = [*receiver.mapper.chip.find(CodesSpikes), *sender.mapper.chip.find(CodesSpikes)]
    name, spiking = layers.names[source], sender.mapper.network.spiking
    if not coders:
        sent, read = ("spikes", "numbers") if spiking else ("numbers", "spikes")
        raise MappingError(
            f"layer {name!r} sends {sent} and {receiver.path} reads {read}, but nothing converts them; add a "
            "spike_coder block to a level around both"
        )
    coder: Any = coders[-1][1]
    if not spiking:
        actions.add((coder.path, "encode"), receiver.mapper.steps * elements)
        return []
    spikes = sender.mapper.steps * elements * layers.output_rate[..., source : source + 1]
    actions.add((coder.path, "count"), spikes)
    held = np.max(elements, axis=-1, keepdims=True)
    return [
        Check(
            "counters_suffice", coder.path, "infeasible", held <= coder.options["counters"],
            f"layer {name!r} has more outputs to count than the spike_coder has counters", held,
            coder.options["counters"],
        )
    ]  # fmt: skip
