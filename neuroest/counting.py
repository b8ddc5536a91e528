"""The stage that counts: how often every component acts in one inference, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.components.base import Component
from neuroest.components.chip import LevelNode
from neuroest.components.networks import Mesh, Network
from neuroest.equations import mapping as equations
from neuroest.equations import network as network_equations
from neuroest.errors import MappingError
from neuroest.mapping.base import Array, Mapper, NetworkMapping, Traffic
from neuroest.mapping.cores import producers
from neuroest.units import Numeric


@dataclass(frozen=True, eq=False)
class Transport:
    """What the on-chip network carries, by layer.

    Attributes
    ----------
    bits : array
        Bits that enter the network on the way into each layer, every destination counted.
    hops : array
        Routers that each of them passes.
    farthest : array
        Routers that the last of them to arrive passes.
    lanes : array
        Links side by side over which the bits leave the layer before: those of a mesh that the busiest link bounds.
    packet : Numeric
        Bits of one address event; zero for frames, which come when they are scheduled.
    """

    bits: Array
    hops: Array
    farthest: Array
    lanes: Array
    packet: Numeric


@dataclass(frozen=True, eq=False)
class ActionCounts:
    """How often each component does what in one inference.

    Attributes
    ----------
    actions : mapping
        Array over the layers by component path and action.
    transport : Transport or None
        Load of the on-chip network.
    exclusions : tuple of str
        What found no component to be counted on.
    """

    actions: Mapping[tuple[str, str], Array]
    transport: Transport | None
    exclusions: tuple[str, ...]


def count_actions(mapper: Mapper, mapped: NetworkMapping) -> ActionCounts:
    """Counts of all actions in one inference.

    Raises
    ------
    MappingError
        When the chip has no memory for what the network must keep.
    """
    work = mapper.work(mapped.placement)
    actions: dict[tuple[str, str], Array] = {key: np.asarray(count) for key, count in work.actions.items()}
    exclusions: list[str] = []
    traffic = list(work.traffic)
    for model, action, count in (
        ("accumulator", "addition", work.additions),
        *(("vector_unit", action, number) for action, number in work.element_operations.items()),
        ("digital_lif", "update", work.neuron_updates),
    ):
        blocks = mapper.chip.find(model)
        if blocks and np.any(count > 0.0):
            block = blocks[-1][1]
            actions[block.path, action] = count
            if model == "digital_lif":
                moved = count * block.options["state_bits"]
                traffic.append(Traffic("state", moved, moved))
    if mapper.reprograms:
        _reprogram(mapper, mapped, actions)
    for stream in traffic:
        _serve(mapper, stream, actions, exclusions)
    transport = _transport(mapper, mapped, actions)
    _off_chip(mapper, mapped, actions)
    return ActionCounts(MappingProxyType(actions), transport, tuple(exclusions))


def _reprogram(mapper: Mapper, mapped: NetworkMapping, actions: dict[tuple[str, str], Array]) -> None:
    """Cells that are written in each inference because the arrays hold a part of the network only."""
    key = mapper.compute.slots["cell"].path, "program"
    cells = mapper.programmed_cells(mapped.placement) / mapper.options["inferences_per_pass"]
    actions[key] = np.where(mapped.passes > 1.0, cells, actions.get(key, mapper.zeros()))


def _serve(
    mapper: Mapper, stream: Traffic, actions: dict[tuple[str, str], Array], exclusions: list[str]
) -> None:
    memory = mapper.memory(stream.contents)
    if memory is None:
        if mapper.chip.stands_for(stream.contents):
            return
        if stream.required and np.any(stream.read + stream.written > 0.0):
            raise MappingError(
                f"nothing on the chip stores {stream.contents}; add an sram block with "
                f"`stores: [{stream.contents}]` in {mapper.level.path} or above"
            )
        if np.any(stream.read + stream.written > 0.0):
            exclusions.append(f"buffering of {stream.contents} (no memory block stores them)")
        return
    width = memory.options["width"]
    for action, bits in (("read", stream.read), ("write", stream.written)):
        if np.any(bits > 0.0):
            key = (memory.path, action)
            actions[key] = actions.get(key, 0.0) + bits / width


def event_packet_bits(mapper: Mapper, mesh: Component[Any], mapped: NetworkMapping) -> Numeric:
    """Bits of an address-event packet: as chosen, or what the addresses of units and rows need."""
    if "packet_bits" in mesh.options:
        return mesh.options["packet_bits"]
    axons = mapper.options["rows"] if "rows" in mapper.options else np.max(mapper.layers.input_elements)
    return network_equations.address_bits(np.maximum(mapped.counts[mapper.level.path], 1.0), axons)


def _mesh(mapper: Mapper) -> tuple[LevelNode, Network] | None:
    meshes = mapper.chip.networks()
    if len(meshes) > 1:
        names = " and ".join(mesh.path for _, mesh in meshes)
        raise MappingError(f"a chip has one on-chip network; this one has {names}")
    return meshes[0] if meshes else None


def _transport(
    mapper: Mapper, mapped: NetworkMapping, actions: dict[tuple[str, str], Array]
) -> Transport | None:
    found = _mesh(mapper)
    if found is None:
        return None
    level, mesh = found
    t, placement = mapper.layers, mapped.placement
    per_router = mapped.units_per_child.get(level.path, 1.0)
    child = next(iter(level.levels.values()), None)
    if child is not None:
        per_router = mapped.counts[mapper.level.path] / mapped.counts[child.path]
    routers = np.asarray(equations.units_for(placement.units, per_router))
    events = np.asarray(mapper.steps * mapper.inputs_active())
    packet: Numeric = 0.0
    if mesh.spec.packet == "address_event" and mapper.network.spiking:
        packet = event_packet_bits(mapper, mesh, mapped)
        numbers = mapper.steps * t.input_rate * t.input_elements * mapper.value_bits()
        payload: Numeric = events * packet + numbers
    else:
        wide = np.maximum(mapper.network.activation_bits, mapper.value_bits())
        payload = network_equations.frame_bits(mapper.steps * t.input_elements, wide)
        payload = payload + network_equations.frame_bits(
            mapper.steps * t.recurrent_reduction, mapper.network.activation_bits
        )
    reached = equations.units_for(placement.reached_units, per_router)
    destinations = mesh.options.get("destinations", np.maximum(reached, 1.0))
    hops: Any = mesh.options.get("hops") if isinstance(mesh, Mesh) else 1.0
    senders, receivers = np.maximum(producers(routers, t.reads), 1.0), np.maximum(routers, 1.0)
    lanes = network_equations.boundary_links(senders, receivers)
    farthest = hops
    if hops is None:
        hops = network_equations.feed_forward_hops(senders, receivers)
        farthest = network_equations.farthest_hops(senders, receivers)
    travels = np.where((t.is_weighted + t.is_addition) > 0.0, 1.0, 0.0)
    entries = np.asarray(travels * payload * destinations)
    if mesh.everybody_hears:
        bits, entries = (
            np.asarray(travels * payload + 0.0 * entries),
            np.asarray(travels * payload + 0.0 * entries),
        )
    elif isinstance(mesh, Mesh) and mesh.spec.routing == "multicast":
        hops = network_equations.multicast_hops(hops, destinations, 1.0)  # neighbours of the last router
        lanes = np.ones_like(lanes)  # every column of the receiver is told of every packet
        bits = np.asarray(travels * payload + 0.0 * entries)
    else:
        bits = entries
    actions[mesh.path, "bit_hop"] = bits * hops
    actions[mesh.path, "bit_entry"] = entries
    nothing = 0.0 * bits
    return Transport(
        bits, np.asarray(hops + nothing), np.asarray(farthest + nothing), np.asarray(lanes), packet
    )


def _off_chip(mapper: Mapper, mapped: NetworkMapping, actions: dict[tuple[str, str], Array]) -> None:
    t = mapper.layers
    found = _mesh(mapper)
    by_event = mapper.network.spiking and found is not None and found[1].spec.packet == "address_event"
    packet = event_packet_bits(mapper, found[1], mapped) if by_event and found is not None else 1.0
    reads_input = np.array([1.0 if -1 in inputs else 0.0 for inputs in t.reads])
    is_last = np.zeros_like(reads_input)
    is_last[-1] = 1.0
    first = np.zeros_like(reads_input)
    first[int(np.argmax(reads_input))] = 1.0
    for link in mapper.chip.links():
        read: Any = 0.0 * mapper.steps * t.input_rate
        written: Any = read
        if "inputs" in link.spec.carries:
            value = mapper.value_bits()
            wide = np.maximum(mapper.network.activation_bits, value)
            rate: Numeric = t.input_rate * (packet + value) if by_event else wide
            read = read + first * mapper.steps * t.input_elements * rate
        if "outputs" in link.spec.carries:
            rate = t.output_rate * packet if by_event else mapper.network.activation_bits
            written = written + is_last * mapper.steps * t.output_elements * rate
        if "between_chips" in link.spec.carries:
            read = read + _between_chips(mapper, mapped, packet if by_event else None)
        if "weights" in link.spec.carries:
            read = read + _reloaded_weights(mapper, mapped)
        if "activations" in link.spec.carries:
            returning, leaving = _spilled_activations(mapper)
            read, written = read + returning, written + leaving
        if link.reads_and_writes:
            actions[link.path, "read"], actions[link.path, "write"] = np.asarray(read), np.asarray(written)
        else:
            actions[link.path, "bit"] = np.asarray(read + written)


def _between_chips(mapper: Mapper, mapped: NetworkMapping, packet: Numeric | None) -> Array:
    """Bits that enter each layer from another chip, the layers placed one after the other and never moved."""
    t, units = mapper.layers, mapped.placement.units
    chips = mapped.counts[mapper.chip.top.path]
    each = mapped.counts[mapper.level.path] / chips
    ends = np.cumsum(units, axis=-1)
    first, last = np.floor((ends - units) / each), np.floor(np.maximum(ends - 1.0, 0.0) / each)
    source = producers(last + 1.0, t.reads) - 1.0
    reached = np.where(units > 0.0, last - first + np.where(first > source, 1.0, 0.0), 0.0)
    if packet is not None:
        return np.asarray(mapper.steps * mapper.inputs_active() * packet * reached)
    return np.asarray(mapper.steps * t.input_elements * mapper.network.activation_bits * reached)


def _reloaded_weights(mapper: Mapper, mapped: NetworkMapping) -> Array:
    """Weight bits that come from outside in each inference, because no memory on the chip holds them all."""
    stored = mapper.stored_weight_bits()
    if mapper.reprograms:
        shared = mapper.options["inferences_per_pass"]
        return np.asarray(np.where(mapped.passes > 1.0, stored / shared, stored * mapper.reloads_weights()))
    return np.asarray(stored * mapper.reloads_weights() / mapper.options.get("batch", 1.0))


def _spilled_activations(mapper: Mapper) -> tuple[Array, Array]:
    """Activation bits that return and that leave the chip, because a layer's input and output do not fit together.

    The network's own input and output are left to `inputs` and `outputs`.
    """
    t = mapper.layers
    memory = mapper.memory("activations")
    if memory is None or mapper.network.spiking:
        return mapper.zeros(), mapper.zeros()
    bits = mapper.network.activation_bits
    read, written = t.input_elements * bits, t.output_elements * bits
    outside = mapper.external_maps()
    if outside is not None:
        returning = outside.read * bits + mapper.repeated_bits(read)
        return np.asarray(returning), np.asarray(outside.written * bits)
    from_outside = np.array([1.0 if inputs == (-1,) else 0.0 for inputs in t.reads])
    last = np.zeros_like(from_outside)
    last[-1] = 1.0
    spills = np.where(read + written > memory.options["capacity"], 1.0, 0.0)
    returning = spills * (read * (1.0 - from_outside) + mapper.repeated_bits(read))
    return np.asarray(returning), np.asarray(spills * written * (1.0 - last))
