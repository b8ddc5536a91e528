"""The counting stage: actions of every component in one inference, layer by layer.

A level counts the actions of its own units (`Mapper.action_counts`: reads, conversions, spikes) and states what it
moves and what it needs from blocks outside. Only `count_actions` combines the counts of a chip: those of the level, of
adders, vector units and neurons outside of it, of memories, of the network on chip and of the links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property, reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.blocks.base import Check, Component
from neuroest.blocks.interconnect.on_chip import NetworkOnChip
from neuroest.blocks.roles import AddsPartialSums, ExecutesElementwise, SharedInTime, UpdatesNeurons
from neuroest.core import units as u
from neuroest.core.arrays import Actions, Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import Chip, LevelNode
from neuroest.equations import mapping as equations
from neuroest.equations import network as network_equations
from neuroest.levels.base import LevelMapping, MappedLevel, Mapper, Traffic
from neuroest.levels.cores import producers
from neuroest.pipeline.hand_over import hand_over, left_out_of_front_end, sensed, spike_coding
from neuroest.pipeline.mapping import children
from neuroest.pipeline.partition import ChipTraffic
from neuroest.pipeline.traffic import instances_reached, memory_accesses, off_chip
from neuroest.pipeline.unit_allocation import units_each
from neuroest.workloads.layers import LayerTable


def table_reads(mapper: Mapper, mapped: LevelMapping) -> tuple[dict[tuple[str, str], Array], list[str]]:
    """Words that memories read and bits over links for the rows that the layers of one level ask for, and what none do.

    Tables lie in the outermost memory of the weights where it has room for both, else outside of the chip, from where
    the rows come over the link that carries weights.
    """
    t, bits = mapper.layers, mapper.network.weight_bits
    read = np.asarray(mapper.steps * t.table_reads * bits)
    stored = np.sum(t.table_elements * bits + mapper.stored_weight_bits(), axis=-1, keepdims=True)
    memories = mapper.memories("weights")
    actions: dict[tuple[str, str], Array] = {}
    outside = read
    if memories:
        memory = memories[-1]
        fits = stored <= memory.options["capacity"] * mapped.instances[memory.path]
        actions[memory.path, "read"] = np.asarray(np.where(fits, read, 0.0) / memory.options["width"])
        outside = np.where(fits, 0.0, read)
    if not np.any(outside > 0.0):
        return actions, []
    link = next((one for one in mapper.chip.links() if "weights" in one.spec.carries), None)
    if link is None:
        sizes = np.broadcast_to(t.table_elements, (*np.shape(t.table_elements)[:-1], len(t.names)))
        there = np.any(sizes.reshape(-1, len(t.names)) > 0.0, axis=0)
        names = ", ".join(name for name, has_table in zip(t.names, there, strict=True) if has_table)
        return actions, [
            f"storage and reads of the tables of {names} (no memory has room, and no link carries weights)"
        ]
    actions[link.path, "read" if link.reads_and_writes else "bit"] = np.asarray(outside)
    return actions, []


@frozen_dataclass(eq=False)
class Transport:
    """Load of the on-chip network, by layer.

    Attributes
    ----------
    bits : array
        Bits that enter the network on the way into each layer, counted per destination.
    hops : array
        Routers that each bit passes.
    farthest : array
        Routers that the last bit to arrive passes.
    lanes : array
        Parallel links over which the bits leave the previous layer; in a mesh the busiest link sets their number.
    packet : Numeric
        Bits of one address event; zero for frames, which arrive on a schedule.
    sums : array
        Bits of partial sums on the busiest link between the nodes of a layer; all of them on a shared medium.
    """

    bits: Array
    hops: Array
    farthest: Array
    lanes: Array
    packet: u.Numeric
    sums: Array


@frozen_dataclass(eq=False)
class ActionCounts:
    """Action counts of each component in one inference.

    Attributes
    ----------
    actions : mapping
        Count per layer, by component path and action.
    transport : Transport or None
        Load of the on-chip network.
    exclusions : tuple of str
        Actions without a component that performs them.
    weights : mapping
        Weight bits on their way into cells, for each link of the chip.
    checks : tuple of Check
        Checks of capacity on the chip.
    between_chips : mapping
        Traffic between chips, by path of the link.
    """

    actions: Mapping[tuple[str, str], Array]
    transport: Transport | None
    exclusions: tuple[str, ...]
    weights: Mapping[str, Array]
    checks: tuple[Check, ...]
    between_chips: Mapping[str, ChipTraffic] = field(default_factory=dict)

    @cached_property
    def totals(self) -> Mapping[tuple[str, str], Array]:
        """Count over all layers, by component path and action."""
        return {key: np.add.reduce(count, axis=-1, keepdims=True) for key, count in self.actions.items()}


def count_actions(
    layers: LayerTable, levels: Sequence[MappedLevel], partition: str = "order"
) -> ActionCounts:
    """Count all actions in one inference, of the levels and of all blocks around them.

    Raises
    ------
    MappingError
        If the chip has no memory for data that the network must store.
    """
    actions = Actions()
    exclusions: list[str] = []
    checks: list[Check] = []
    for level in levels:
        exclusions += _count_level(level, actions)
    coding = spike_coding(layers, levels)
    if coding is not None:
        actions.add_all(coding.actions)
        checks += coding.checks
    actions.add_all(sensed(layers, levels, coding))
    between = hand_over(layers, levels)
    actions.add_all(between.actions)
    checks += between.checks
    transport = _transport(layers, levels, actions)
    packets: list[u.Numeric | None] = []
    for level in levels:
        found = _mesh(level.mapper.chip)
        by_event = (
            level.mapper.network.spiking and found is not None and found[1].spec.packet == "address_event"
        )
        packets.append(event_packet_bits(level, found[1]) if by_event and found is not None else None)
    outside = off_chip(layers, levels, packets, partition)
    actions.add_all(outside.actions)
    buffers = [check for level in levels for check in _line_buffer_checks(level)]
    return ActionCounts(
        MappingProxyType(actions),
        transport,
        tuple(
            dict.fromkeys(
                (*exclusions, *outside.exclusions, *left_out_of_front_end(layers, levels[0].mapper.chip))
            )
        ),
        outside.weights,
        (*outside.checks, *buffers, *checks),
        outside.between,
    )


def _count_level(one: MappedLevel, actions: Actions) -> list[str]:
    """Add what one level does, and what it asks of memories, adders, vector units and neurons; what nothing does."""
    mapper, mapped = one.mapper, one.mapped
    level = mapper.action_counts(mapped.placement)
    actions.add_all(level.actions)
    exclusions: list[str] = []
    traffic = list(level.traffic)
    shared: tuple[tuple[type[SharedInTime], str, u.Numeric], ...] = (
        (AddsPartialSums, "addition", level.additions),
        *((ExecutesElementwise, action, number) for action, number in level.element_operations.items()),
        (UpdatesNeurons, "update", level.neuron_updates),
    )
    for role, action, count in shared:
        blocks = mapper.chip.find(role)
        if blocks and np.any(count > 0.0):
            block, counted = blocks[-1][1], np.asarray(count)
            actions.add((block.path, action), counted)
            if role is UpdatesNeurons:
                moved = counted * block.options["state_bits"]
                traffic.append(Traffic("state", moved, moved, distinct=moved / mapper.steps))
    if mapper.reprograms:  # the arrays store only a part of the network
        cells = mapper.programmed_cells(mapped.placement) / mapper.options["inferences_per_pass"]
        for writer in mapper.writers():
            key = writer.path, "program"
            actions[key] = np.where(mapped.passes > 1.0, cells, actions.get(key, mapper.zeros()))
    if mapper.layers.table_elements.any():
        served, unserved = table_reads(mapper, mapped)
        actions.add_all(served)
        exclusions += unserved
    for stream in traffic:
        served, unserved = memory_accesses(mapper, mapped, stream)
        actions.add_all(served)
        exclusions += unserved
    return exclusions


def _line_buffer_checks(level: MappedLevel) -> list[Check]:
    """Whether the buffers of a pipeline can store the rows of a map that kernels on neighbouring arrays need."""
    mapper, mapped = level.mapper, level.mapped
    memories = mapper.memories("activations")
    if not memories or mapper.network.spiking or not mapper.weights_in_cells:
        return []
    memory = memories[0]
    placement = mapped.placement
    there = np.minimum(units_each(mapped, memory.path.rpartition(".")[0]) / placement.row_blocks, 1.0)
    rows = mapper.layers.line_buffer_elements * (placement.units > 0.0) * there
    needed = np.max(rows * mapper.network.activation_bits, axis=-1, keepdims=True)
    return [
        Check(
            "line_buffer", memory.path, "design_rule", needed <= memory.options["capacity"],
            "the rows of a feature map that a kernel needs do not fit the buffer of its tile", needed,
            memory.options["capacity"], "bit",
        )
    ]  # fmt: skip


def event_packet_bits(level: MappedLevel, mesh: Component[Any]) -> u.Numeric:
    """Bits of an address-event packet: as chosen, or as the addresses of units and rows require."""
    mapper = level.mapper
    if "packet_bits" in mesh.options:
        return mesh.options["packet_bits"]
    axons = mapper.options["rows"] if "rows" in mapper.options else np.max(mapper.layers.input_elements)
    return network_equations.address_bits(np.maximum(level.mapped.counts[level.path], 1.0), axons)


def _mesh(chip: Chip) -> tuple[LevelNode, NetworkOnChip] | None:
    meshes = chip.networks()
    if len(meshes) > 1:
        names = " and ".join(mesh.path for _, mesh in meshes)
        raise MappingError(f"a chip has one on-chip network; this one has {names}")
    return meshes[0] if meshes else None


@frozen_dataclass(eq=False)
class _Entering:
    """Traffic into the layers of one level over the on-chip network, by layer.

    Attributes
    ----------
    routers : array
        Network nodes that each layer fills.
    payload : array
        Bits per destination.
    destinations : Numeric
        Destination nodes.
    packet : Numeric
        Bits of one address event; zero for frames.
    travels : array
        One for layers that read over the network.
    sums : array
        Bits of partial sums between the places of a layer.
    beyond : array
        Nodes of a layer, along its inputs, that pass on their sums.
    """

    routers: Array
    payload: u.Numeric
    destinations: u.Numeric
    packet: u.Numeric
    travels: Array
    sums: u.Numeric
    beyond: Array


def _entering(one: MappedLevel, level: LevelNode, mesh: NetworkOnChip) -> _Entering:
    """Compute the traffic into the layers of a level over the on-chip network."""
    mapper, mapped = one.mapper, one.mapped
    t, placement = mapper.layers, mapped.placement
    per_router = mapped.units_per_child.get(level.path, 1.0)
    children = list(level.levels.values())
    on_the_way = [child for child in children if f"{one.path}.".startswith(f"{child.path}.")]
    child = next(iter([*on_the_way, *children]), None)
    if child is not None:
        per_router = mapped.counts[one.path] / mapped.counts[child.path]
    routers = np.asarray(equations.units_for(placement.units, per_router))
    events = np.asarray(mapper.steps * mapper.inputs_active())
    packet: u.Numeric = 0.0
    if mesh.spec.packet == "address_event" and mapper.network.spiking:
        packet = event_packet_bits(one, mesh)
        numbers = mapper.steps * t.input_rate * t.input_elements * mapper.value_bits()
        payload: u.Numeric = events * packet + numbers
    else:
        wide = np.maximum(mapper.network.activation_bits, mapper.value_bits())
        payload = network_equations.frame_bits(mapper.steps * t.input_elements, wide)
        payload = payload + network_equations.frame_bits(
            mapper.steps * t.recurrent_reduction, mapper.network.activation_bits
        )
    reached = instances_reached(mapped, child.path) if child is not None else placement.reached_units
    destinations = mesh.options.get("destinations", np.maximum(reached, 1.0))
    travels = np.where((t.is_weighted + t.is_addition) > 0.0, 1.0, 0.0)
    beyond = np.maximum(equations.units_for(placement.row_blocks, per_router) - 1.0, 0.0)
    sums = mapper.steps * t.output_elements * mapper.partial_sum_bits() * beyond * (placement.units > 0.0)
    return _Entering(routers, payload, destinations, packet, travels, sums, beyond)


def _transport(layers: LayerTable, levels: Sequence[MappedLevel], actions: Actions) -> Transport | None:
    """Compute the traffic of the on-chip network into the layers of all levels."""
    found = _mesh(levels[0].mapper.chip)
    if found is None:
        return None
    mesh = found[1]
    parts = [
        _entering(one, next(lv for lv, block in one.mapper.chip.networks() if block is mesh), mesh)
        for one in levels
    ]
    routers = reduce(np.add, (part.routers for part in parts))
    hops: Any = 1.0 if mesh.one_medium else mesh.options.get("hops")
    senders, receivers = np.maximum(producers(routers, layers.reads), 1.0), np.maximum(routers, 1.0)
    several: u.Numeric = 1.0
    counts = levels[0].mapped.counts
    chips = counts[levels[0].mapper.chip.top.path]
    if np.any(np.asarray(chips) > 1.0):
        # each chip has a network of its own, and what comes from another enters at its border
        there = np.maximum(children(found[0], counts) / chips, 1.0)
        several = np.maximum(np.ceil(receivers / there), 1.0)
        senders, receivers = np.minimum(senders, there), np.minimum(receivers, there)
    lanes = network_equations.boundary_links(senders, receivers) * several
    farthest = hops
    if hops is None:
        hops = network_equations.feed_forward_hops(senders, receivers)
        farthest = network_equations.farthest_hops(senders, receivers)
    entries = reduce(np.add, (np.asarray(part.travels * part.payload * part.destinations) for part in parts))
    alone = reduce(np.add, (np.asarray(part.travels * part.payload + 0.0 * entries) for part in parts))
    if mesh.everybody_hears:
        bits, entries = alone, alone
    elif getattr(mesh.spec, "routing", "unicast") == "multicast":
        # neighbours of the last router
        reached = parts[0].destinations if len(parts) == 1 else entries / np.where(alone > 0.0, alone, 1.0)
        hops = network_equations.multicast_hops(hops, reached, 1.0)
        lanes = network_equations.multicast_links(lanes, np.maximum(routers, 1.0), reached)
        bits = alone
    else:
        bits = entries
    # sums of a layer that more than one place adds up go on to the neighbour
    sums = reduce(np.add, (np.asarray(part.sums) for part in parts))
    actions.add((mesh.path, "bit_hop"), np.asarray(bits * hops + sums))
    actions.add((mesh.path, "bit_entry"), np.asarray(entries + sums))
    nothing = 0.0 * bits
    on_busiest = sums if mesh.one_medium else reduce(
        np.add,
        (part.sums / np.maximum(one.mapped.placement.units / one.mapped.placement.row_blocks * part.beyond, 1.0)
         for part, one in zip(parts, levels, strict=True)),
    )  # fmt: skip
    packet = reduce(np.maximum, (part.packet for part in parts))
    return Transport(
        bits, np.asarray(hops + nothing), np.asarray(farthest + nothing), np.asarray(lanes), packet,
        np.asarray(on_busiest),
    )  # fmt: skip
