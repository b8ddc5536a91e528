"""Cost of passing numbers on: from the front end of a chip, into spikes and back, and between computing levels."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.roles import CodesSpikes, SensesInput
from neuroest.core.arrays import Actions, Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import mapping as equations
from neuroest.levels.base import MappedLevel
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


SENSOR_LEFT_OUT = (
    "the sensor, and the conversion of what it senses into the network's input (no front_end block)"
)


def senses_on_die(chip: Chip) -> bool:
    """Whether the inputs of a chip come from a sensor on it, and so pass no link."""
    return any(sensor.on_die for _, sensor in chip.find(SensesInput))


def sensed(layers: LayerTable, levels: Sequence[MappedLevel], coding: SpikeCoding | None) -> Actions:
    """Events that sensors send in one inference, by layer: spikes, or the numbers of a frame for other networks."""
    found = Actions()
    entry = entry_of(layers)
    level = next(level for level in levels if level.own[entry] > 0.0)
    first = np.zeros(len(layers.names))
    first[entry] = 1.0
    t, mapper = level.mapper.layers, level.mapper
    for _, sensor in mapper.chip.find(SensesInput):
        sent = np.asarray(t.input_elements)
        # numbers are sensed once where the chip makes spikes of them
        if coding is None or coding.inputs is None:
            rate = t.input_rate if mapper.network.spiking else 1.0
            sent = np.asarray(mapper.steps * rate * t.input_elements)
        found.add((sensor.path, "event"), first * sent)
    return found


def left_out_of_front_end(layers: LayerTable, chip: Chip) -> Iterator[str]:
    """What an estimate leaves out of the path from the sensor to the chip."""
    if not layers.input_elements_total > 0.0:
        return
    sensors = [sensor for _, sensor in chip.find(SensesInput)]
    if not sensors:
        yield SENSOR_LEFT_OUT
    elif not all(sensor.on_die for sensor in sensors):
        yield "area of the sensor, which is not on the die"
        if not any("inputs" in link.spec.carries for link in chip.links()):
            yield "transport of the inputs from the sensor to the chip (no off_chip_link that carries inputs)"


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
