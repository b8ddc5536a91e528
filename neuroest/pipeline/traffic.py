"""Traffic of a chip: of its memories, and of everything beyond its edge.

The nearest memory serves the units, and each further one serves the one inside it. Off the chip go inputs and outputs,
results for other chips, weights, and maps that do not fit on the chip.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeAlias

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.memories.base import Memory
from neuroest.core import units as u
from neuroest.core.arrays import Actions, Array, Sums
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import mapping as equations
from neuroest.levels.base import LevelMapping, MappedLevel, Mapper, Traffic
from neuroest.pipeline.hand_over import SpikeCoding, entry_of, senses_on_die, spike_coding
from neuroest.pipeline.partition import ChipTraffic, chip_places, chip_traffic
from neuroest.pipeline.unit_allocation import NEAR, units_each
from neuroest.workloads.layers import LayerTable

_Moved: TypeAlias = Iterator[tuple[Memory, Array, Array]]


def memory_accesses(
    mapper: Mapper, mapped: LevelMapping, stream: Traffic
) -> tuple[dict[tuple[str, str], Array], list[str]]:
    """Words that memories read and write for one kind of data, and what no memory holds.

    Raises
    ------
    MappingError
        When the chip has no memory for what the network must keep.
    """
    memories, moves = mapper.memories(stream.contents), bool(np.any(stream.read + stream.written > 0.0))
    if not moves or (not memories and mapper.chip.covers(stream.contents)):
        return {}, []
    if not memories:
        if stream.required:
            raise MappingError(
                f"nothing on the chip stores {stream.contents}; add an sram block with "
                f"`stores: [{stream.contents}]` in {mapper.level.path} or above"
            )
        return {}, [f"buffering of {stream.contents} (no memory block stores them)"]
    served = _filled if stream.contents in {"weights", "activations"} else _temporary
    actions = {}
    for memory, read, written in served(mapped, stream, memories):
        for action, bits in (("read", read), ("write", written)):
            if np.any(bits > 0.0):
                actions[memory.path, action] = stream.words(bits, memory.options["width"])
    return actions, []


def _temporary(mapped: LevelMapping, stream: Traffic, memories: tuple[Memory, ...]) -> _Moved:
    """Sums and states lie in the nearest memory that holds those of a layer, else in the outermost."""
    distinct = stream.read if stream.distinct is None else stream.distinct
    left = np.ones_like(stream.read)
    for memory in memories:
        fits = distinct <= memory.options["capacity"] * mapped.instances[memory.path]
        here = left if memory is memories[-1] else left * fits
        yield memory, here * stream.read, here * stream.written
        left = left - here


def _filled(mapped: LevelMapping, stream: Traffic, memories: tuple[Memory, ...]) -> _Moved:
    """Weights and activations lie in the outermost memory and come inwards to the layers that read them.

    Of a layer that an inner memory holds, everything comes into it once; of another, every access goes on outwards.
    Where the level orders its loops for inner memories, one that holds what the order asks for gets so much. Inner
    memories divide the weights among them, and each has all activations of its layers.
    """
    distinct = stream.read if stream.distinct is None else stream.distinct
    held = distinct if stream.held is None else stream.held
    read, asked = stream.read, stream.read * _parts(mapped, stream, memories[0])
    for memory in memories[:-1]:
        room, copies = memory.options["capacity"], instances_reached(mapped, memory.path.rpartition(".")[0])
        if stream.contents == "weights":
            room, copies = room * mapped.instances[memory.path], 1.0
        missed = np.where(held <= room, np.minimum(distinct, read), read)
        if stream.order is not None:
            needed, moved = stream.order
            missed = np.minimum(missed, np.where(needed <= room, moved, read))
        if stream.contents == "weights":
            # those of a network that fits as a whole stay from one inference to the next
            missed = missed * (np.sum(held, axis=-1, keepdims=True) > room)
        yield memory, asked, missed * np.maximum(copies, 1.0)
        read = asked = np.asarray(missed)
    written = stream.written
    if len(memories) == 1 and stream.inputs is not None:
        every = instances_reached(mapped, memories[0].path.rpartition(".")[0])
        written = written + (np.maximum(every, 1.0) - 1.0) * stream.inputs
    yield memories[-1], asked, written


def _parts(mapped: LevelMapping, stream: Traffic, memory: Memory) -> Array | float:
    """Parts of a copy of a layer that all read its inputs nearby; the copies divide the positions."""
    if stream.inputs is None:
        return 1.0
    return np.asarray(
        np.maximum(instances_reached(mapped, memory.path.rpartition(".")[0], copies=False), 1.0)
    )


@frozen_dataclass(eq=False)
class OffChipTraffic:
    """Bits over the links of a chip in one inference, by layer.

    Attributes
    ----------
    actions : mapping
        All bits, by path of the link and action; a memory distinguishes reads and writes.
    weights : mapping
        The part of them that are weights on their way into cells.
    checks : tuple of Check
        Checks of capacity on the chip.
    exclusions : tuple of str
        Data from outside without a link.
    between : mapping
        Traffic between chips, by path of the link. The actions include its bits once for each link on the way.
    """

    actions: dict[tuple[str, str], Array]
    weights: dict[str, Array]
    checks: tuple[Check, ...]
    exclusions: tuple[str, ...]
    between: Mapping[str, ChipTraffic] = field(default_factory=dict)


def off_chip(
    layers: LayerTable,
    levels: Sequence[MappedLevel],
    packets: Sequence[u.Numeric | None],
    rule: str = "order",
) -> OffChipTraffic:
    """Count the bits over the links of a chip.

    Parameters
    ----------
    layers : LayerTable
        The network.
    levels : sequence of MappedLevel
        Its layers on the computing levels.
    packets : sequence of float, array or None
        Bits of an event on each level; None if whole maps are sent.
    rule : str
        How a network is divided among several chips, see `neuroest.pipeline.partition`.
    """
    coding = spike_coding(layers, levels)
    actions, weights = Actions(), Sums[str]()
    checks: list[Check] = []
    exclusions: list[str] = []
    for level, packet in zip(levels, packets, strict=True):
        own = _of_level(layers, level, packet, coding)
        actions.add_all(own.actions)
        weights.add_all(own.weights)
        checks += own.checks
        exclusions += own.exclusions
    chip, between = levels[0].mapper.chip, dict[str, ChipTraffic]()
    links = [link for link in chip.links() if "between_chips" in link.spec.carries]
    if links and np.any(np.asarray(levels[0].mapped.counts[chip.top.path]) > 1.0):
        places = chip_places(layers, levels, rule)
        for link in links:
            topology = getattr(link.spec, "topology", "switched")
            between[link.path] = chip_traffic(layers, levels, packets, places, topology)
    actions.add_all({(path, "bit"): found.bits * found.hops for path, found in between.items()})
    return OffChipTraffic(actions, weights, tuple(checks), tuple(dict.fromkeys(exclusions)), between)


def _of_level(
    layers: LayerTable, level: MappedLevel, packet: u.Numeric | None, coding: SpikeCoding | None
) -> OffChipTraffic:
    """Traffic over the links due to the layers of one level."""
    mapper, mapped = level.mapper, level.mapped
    t = mapper.layers
    first, last = np.zeros(len(t.names)), np.zeros(len(t.names))
    first[entry_of(layers)], last[-1] = 1.0, 1.0
    # spikes of a population go to other neurons of it, and no host reads them all
    first = first * (0.0 if senses_on_die(mapper.chip) else 1.0)
    first, last = first * level.own, last * level.own * (t.population == 0.0)
    written, kept = _written_weights(mapper, mapped), _kept_results(mapper, mapped)
    links = mapper.chip.links()
    actions: dict[tuple[str, str], Array] = {}
    weights: dict[str, Array] = {}
    for link in links:
        carries = link.spec.carries
        read: Any = 0.0 * mapper.steps * t.input_rate
        left: Any = read
        if "inputs" in carries and coding is not None and coding.inputs is not None:
            read = read + coding.inputs * first
        elif "inputs" in carries:
            value = mapper.value_bits()
            wide = np.maximum(mapper.network.activation_bits, value)
            rate: u.Numeric = t.input_rate * (packet + value) if packet is not None else wide
            read = read + first * mapper.steps * t.input_elements * rate
        if "outputs" in carries and coding is not None and coding.outputs is not None:
            left = left + coding.outputs * last
        elif "outputs" in carries:
            rate = t.output_rate * packet if packet is not None else mapper.network.written_bits
            left = left + last * mapper.steps * t.output_elements * rate
        if "weights" in carries:
            if written is not None:
                weights[link.path] = written
                read = read + written
            else:  # what no memory on the chip holds comes from outside in each inference
                reloaded = mapper.stored_weight_bits() * mapper.reloads_weights()
                read = read + np.asarray(reloaded / mapper.options.get("batch", 1.0))
        if "activations" in carries:
            returning, leaving = _spilled_activations(mapper)
            read, left = read + returning + kept.spilled, left + leaving + kept.spilled
        moved = {"read": read, "write": left} if link.reads_and_writes else {"bit": read + left}
        actions.update({(link.path, action): np.asarray(count) for action, count in moved.items()})
    carried = {what for link in links for what in link.spec.carries}
    exclusions = []
    if written is not None and np.any(written > 0.0) and "weights" not in carried:
        exclusions.append("transport of the weights to the chip (no off_chip_link that carries weights)")
    if np.any(mapped.counts[mapper.chip.top.path] > 1.0) and "between_chips" not in carried:
        exclusions.append("transport between the chips (no off_chip_link that carries between_chips)")
    checks = () if "activations" in carried else (*kept.checks, *_map_checks(level))
    return OffChipTraffic(actions, weights, checks, tuple(exclusions))


def _chips(begin: Array, end: Array, each: Array) -> tuple[Array, Array]:
    """First and last chip of what lies between two places."""
    lowest = np.floor(begin / each + NEAR)
    return lowest, np.maximum(np.ceil(end / each - NEAR) - 1.0, lowest)


def _cuts(begins: Array, ends: Array, each: u.Numeric) -> Array:
    """Ends of chips, or of parts, between the first and the last unit of each layer."""
    lowest, highest = _chips(begins, ends, np.asarray(each))
    return np.asarray(np.where(ends > begins, highest - lowest, 0.0))


def parts_of_layers(mapped: LevelMapping) -> Array:
    """Parts in which each layer is worked on, where a chip takes a network part by part."""
    ends = np.cumsum(mapped.placement.units, axis=-1)
    return _cuts(ends - mapped.placement.units, ends, mapped.counts[mapped.level.path]) + 1.0


def _written_weights(mapper: Mapper, mapped: LevelMapping) -> Array | None:
    """Weight bits written into cells in each inference; None if weights are not in cells or stay there."""
    stored = mapper.stored_weight_bits()
    often = mapper.inferences_per_writing
    if not np.any(np.asarray(mapper.writing_time(mapped)) > 0.0):
        return None
    amortised = stored / often if often is not None else 0.0 * stored
    if mapper.reprograms:
        shared = mapper.options["inferences_per_pass"]
        return np.asarray(np.where(mapped.passes > 1.0, stored / shared, amortised))
    return amortised if often is not None else None


def _spilled_activations(mapper: Mapper) -> tuple[Array, Array]:
    """Activation bits that return and that leave the chip, because a layer's input and output do not fit together.

    The network's own input and output are left to `inputs` and `outputs`.
    """
    t = mapper.layers
    memory = mapper.memory("activations")
    if memory is None or mapper.network.spiking:
        return mapper.zeros(), mapper.zeros()
    bits, wide = mapper.network.activation_bits, mapper.network.written_bits
    read, written = t.input_elements * bits, t.output_elements * wide
    outside = mapper.external_maps()
    if outside is not None:
        returning = outside.read * bits + mapper.repeated_bits(read)
        return np.asarray(returning), np.asarray(outside.written * wide)
    from_outside = np.array([1.0 if inputs == (-1,) else 0.0 for inputs in t.reads])
    last = np.zeros_like(from_outside)
    last[-1] = 1.0
    spills = np.where(read + written > memory.options["capacity"], 1.0, 0.0)
    returning = spills * (read * (1.0 - from_outside) + mapper.repeated_bits(read))
    return np.asarray(returning), np.asarray(spills * written * (1.0 - last))


def _map_checks(level: MappedLevel) -> tuple[Check, ...]:
    """Whether units that all layers share find input and output of a layer in their memory, if no link carries them."""
    mapper, t = level.mapper, level.mapper.layers
    memory = mapper.memory("activations")
    if (
        memory is None
        or mapper.network.spiking
        or not (level.mapped.placement.shared and mapper.chip.links())
    ):
        return ()
    network = mapper.network
    bits = t.input_elements * network.activation_bits + t.output_elements * network.written_bits
    needed = np.max(bits * level.own, axis=-1, keepdims=True)
    room = memory.options["capacity"] * level.mapped.instances[memory.path]
    return (
        Check(
            "maps_fit", memory.path, "design_rule", needed <= room,
            "input and output of a layer do not fit this memory together, and what does not fit is not counted; raise "
            "the capacity, or add activations to `carries` of a link", needed, room, "bit",
        ),
    )  # fmt: skip


@frozen_dataclass(eq=False)
class _Kept:
    """Results that wait between two parts of a network: bits that leave and return, and whether they fit."""

    spilled: Array
    checks: tuple[Check, ...]


def _kept_results(mapper: Mapper, mapped: LevelMapping) -> _Kept:
    """Data that a chip must store while its arrays are rewritten with the next part of the network.

    The inferences that share a part leave all that later layers read: whole maps, and the columns that are done of a
    layer which goes on in the next part.
    """
    if not mapper.reprograms or not np.any(np.asarray(mapped.passes) > 1.0):
        return _Kept(mapper.zeros(), ())
    units = mapped.placement.units
    each = np.asarray(mapped.counts[mapper.level.path], dtype=float)
    ends = np.cumsum(units, axis=-1)
    begins = ends - units
    inside = _cuts(begins, ends, each)
    before = np.where(
        (units > 0.0) & (begins > 0.0) & (np.abs(begins / each - np.round(begins / each)) < NEAR), 1.0, 0.0
    )
    # what earlier layers have left when a layer begins and later ones read, besides its own output
    layers = mapper.layers
    own = layers.output_elements
    until = {source: layer for layer, inputs in enumerate(layers.reads) for source in inputs}
    waiting = np.zeros_like(own)
    for layer in range(own.shape[-1]):
        for source, last in until.items():
            if source < layer <= last:
                waiting[..., layer] += own[..., source] if source >= 0 else layers.input_elements_total
    bits = mapper.network.written_bits
    together = mapper.options["inferences_per_pass"]
    most = np.maximum(np.where(before > 0.0, waiting, 0.0), np.where(inside > 0.0, waiting + own, 0.0))
    held = np.max(most * bits, axis=-1, keepdims=True) * together
    memory = mapper.memory("activations")
    room: u.Numeric = 0.0
    if memory is not None:
        room = memory.options["capacity"] * mapped.instances[memory.path]
    moved = (before * waiting + inside * (waiting + own)) * bits
    part_by_part = np.asarray(mapped.passes) > 1.0
    fits = Check(
        "results_between_parts", memory.path if memory is not None else mapper.level.path, "design_rule",
        np.logical_or(held <= room, ~part_by_part),
        "the results of a pass do not fit the memory until the next part of the network runs; use a smaller batch, "
        "or add an off_chip_link that carries activations", held, room, "bit",
    )  # fmt: skip
    return _Kept(np.asarray(np.where((held > room) & part_by_part, moved, 0.0)), (fits,))


def instances_reached(mapped: LevelMapping, level: str, *, copies: bool = True) -> u.Numeric:
    """Instances of a level that each input of a layer must reach.

    In an instance that holds n units stand units with the rows of one output first, so that their sums meet in it: of
    a layer split over r units along its inputs, floor(n / min(r, n)) columns of units.

    Parameters
    ----------
    mapped : LevelMapping
        Placement of the layers on the units.
    level : str
        Path of the level.
    copies : bool
        Whether all copies of a layer that use an input are meant, or the parts of one.
    """
    placement = mapped.placement
    each = units_each(mapped, level)
    stacked = np.minimum(placement.row_blocks, each)
    across = placement.reached_units if copies else placement.column_blocks * (placement.units > 0.0)
    return equations.units_for(across, np.maximum(np.floor(each / stacked), 1.0))
