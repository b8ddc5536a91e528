"""A spiking chip as an architecture of SANA-FE, which simulates each spike.

SANA-FE charges an energy and a time for each event: a message that leaves a core for another one, a hop of it, a spike
at a synapse, an access, an update and a spike of a neuron (its `arch/loihi.yaml`).
"""

from math import ceil, sqrt
from typing import Any

import numpy as np
import yaml

from neuroest.blocks.chip.event_energies import EventEnergies
from neuroest.blocks.interconnect.base import NetworkOnChip
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.reporting.exports.commented import Account, action_costs, heading, number
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import first_number

FORM = "sana-fe"
_SIDES = ("north", "east", "south", "west")


@frozen_dataclass
class Events:
    """SANA-FE input: energy and time of each event, and the neurons of each core."""

    synapse: tuple[float, float]
    access: tuple[float, float]
    update: tuple[float, float]
    spike: tuple[float, float]
    message: tuple[float, float]
    received: float
    hop: tuple[float, float]
    barrier: float
    neurons: int
    cores: int
    cores_per_tile: int
    account: Account


def architecture_text(estimate: Estimate) -> str:
    """The chip of an estimate as an architecture file of SANA-FE.

    Raises
    ------
    NeuroestError
        For a network without spikes, and for a chip with several computing levels.
    """
    result = estimate.evaluation
    if result.layers.coding != "spiking":
        raise NeuroestError(
            f"SANA-FE simulates spikes, and {estimate.workload.name} has none; name a spiking network with -w"
        )
    if len(result.levels) != 1 or result.layers.in_numbers is not None:
        raise NeuroestError("SANA-FE supports one kind of core; this chip uses several computing levels")
    compute = result.one_level.mapper.compute
    events = next((b for b in compute.slots.values() if isinstance(b, EventEnergies)), None)
    found = _averages(estimate) if events is None else _published(estimate, events)
    inputs = int(np.prod(estimate.workload.input.shape))
    text = yaml.safe_dump(_tree(estimate.architecture, found, inputs), sort_keys=False, width=120)
    return heading(estimate, FORM, found.account) + text


def _published(estimate: Estimate, events: Any) -> Events:
    """Events of a chip modelled by published event energies, unchanged."""
    d, result = events.device, estimate.evaluation
    counts = result.mapped.counts
    level = result.one_level
    active, inactive = events.times_of_updates()
    numbers = {
        name: first_number(getattr(d, name))
        for name in (
            "synaptic_operation_energy", "synaptic_operation_time", "inactive_update_energy", "active_update_energy",
            "spike_energy", "spike_time", "hop_energy", "hop_time", "synchronisation_time", "neurons_per_core",
            "cores_per_tile",
        )
    }  # fmt: skip
    more = numbers["active_update_energy"] - numbers["inactive_update_energy"]
    longer = first_number(active) - first_number(inactive)
    share = (
        "of the neurons that fire"
        if "active_fraction" not in events.options
        else "that `active_fraction` sets"
    )
    return Events(
        synapse=(numbers["synaptic_operation_energy"], numbers["synaptic_operation_time"]),
        access=(numbers["inactive_update_energy"], first_number(inactive)),
        update=(0.0, 0.0),
        spike=(more, longer),
        message=(numbers["spike_energy"], numbers["spike_time"]),
        received=numbers["spike_time"],
        hop=(numbers["hop_energy"], numbers["hop_time"]),
        barrier=numbers["synchronisation_time"],
        neurons=int(numbers["neurons_per_core"]),
        cores=ceil(first_number(counts[level.path])),
        cores_per_tile=int(numbers["cores_per_tile"]),
        account=Account.of("sana-fe of events", _busy(events), share=share),
    )


def _busy(events: Any) -> tuple[str, ...]:
    """Power of a running core, which SANA-FE events cannot represent and which may include their energies."""
    power = first_number(events.device.core_active_power)
    if power == 0.0:
        return ()
    return (
        f"the power of a busy core, {format_quantity(power, 'W')}, which contains what the events do not state",
    )


def _averages(estimate: Estimate) -> Events:
    """Events of a chip described by its blocks: means over this network that sum to its dynamic energy."""
    result = estimate.evaluation
    level = result.one_level
    layers, placement = result.layers, level.mapped.placement
    weighted = np.ravel(np.broadcast_to(layers.is_weighted, (len(layers.names),)))
    outputs = np.ravel(layers.output_elements) * weighted
    steps = first_number(layers.timesteps)
    updates, spikes = (
        steps * float(np.sum(outputs)),
        steps * float(np.sum(outputs * np.ravel(layers.output_rate))),
    )
    reached = np.ravel(np.broadcast_to(placement.reached_units, weighted.shape)) * weighted
    messages = steps * float(np.sum(np.ravel(level.mapper.inputs_active()) * reached))
    operations = first_number(layers.synaptic_operations)
    neuron = getattr(level.mapper.compute, "neuron", None) or level.mapper.compute.slots.get("neuron")
    nets = {part.path for part in result.chip.components() if isinstance(part, NetworkOnChip)}
    energy = {"access": 0.0, "spike": 0.0, "message": 0.0, "synapse": 0.0}
    for (component, action), (_, joule) in action_costs(estimate).items():
        own = neuron is not None and component == neuron.path
        kind = {"update": "access", "spike": "spike"}.get(action, "synapse") if own else "synapse"
        if kind == "spike" and spikes == 0.0:
            kind = "access"
        energy["message" if component in nets and messages > 0.0 else kind] += joule
    columns = np.maximum(np.ravel(np.broadcast_to(placement.column_blocks, weighted.shape)), 1.0) * weighted
    most = float(np.max(outputs / np.maximum(columns, 1.0)))
    return Events(
        synapse=(energy["synapse"] / operations if operations > 0.0 else 0.0, 0.0),
        access=(energy["access"] / updates, 0.0),
        update=(0.0, 0.0),
        spike=(energy["spike"] / spikes if spikes > 0.0 else 0.0, 0.0),
        message=(energy["message"] / messages if messages > 0.0 else 0.0, 0.0),
        received=0.0,
        hop=(0.0, 0.0),
        barrier=first_number(result.timing.initiation_interval) / steps,
        neurons=ceil(most),
        cores=ceil(float(np.sum(columns))),
        cores_per_tile=1,
        account=Account.of("sana-fe of blocks"),
    )


def _tree(name: str, found: Events, inputs: int) -> dict[str, Any]:
    """Architecture: tiles of cores, and one tile whose core sends the network's input and has no other cost."""

    def costs(**pairs: tuple[float, float]) -> dict[str, float]:
        return {
            f"{what}_{key}": number(value)
            for key, pair in pairs.items()
            for what, value in zip(("energy", "latency"), pair, strict=True)
        }

    tiles = -(-found.cores // found.cores_per_tile)
    width = ceil(sqrt(tiles + 1))
    hops = costs(**{f"{side}_hop": found.hop for side in _SIDES})
    free = {"access_neuron": (0.0, 0.0), "update_neuron": (0.0, 0.0), "spike_out": (0.0, 0.0)}

    def core(label: str, neurons: int, soma: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": label,
            "attributes": {"buffer_position": "soma", "max_neurons_supported": neurons},
            "axon_in": [_unit("axon_in", costs(message_in=(0.0, found.received)))],
            "synapse": [_unit("synapse", costs(process_spike=found.synapse), model="current_based")],
            "dendrite": [_unit("dendrite", costs(update=(0.0, 0.0)), model="accumulator")],
            "soma": [soma],
            "axon_out": [_unit("axon_out", costs(message_out=found.message))],
        }

    neuron = _unit(
        "neuron",
        costs(access_neuron=found.access, update_neuron=found.update, spike_out=found.spike),
        model="leaky_integrate_fire",
    )
    sources = _unit(f"input[0..{inputs - 1}]", costs(**free), model="input")
    return {
        "architecture": {
            "name": name,
            "attributes": {
                "topology": "mesh", "width": width, "height": -(-(tiles + 1) // width), "link_buffer_size": 16,
                "sync_model": "fixed", "latency_sync": number(found.barrier),
            },
            "tile": [
                {
                    "name": f"tile[0..{tiles - 1}]",
                    "attributes": dict(hops),  # no anchors, which SANA-FE does not read
                    "core": [core(f"core[0..{found.cores_per_tile - 1}]", found.neurons, neuron)],
                },
                {"name": "input_tile", "attributes": hops, "core": [core("input_core", inputs, sources)]},
            ],
        }
    }  # fmt: skip


def _unit(name: str, costs: dict[str, float], *, model: str = "") -> dict[str, Any]:
    return {"name": name, "attributes": {**({"model": model} if model else {}), **costs}}
