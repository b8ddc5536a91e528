"""Layers on spiking cores: digital ones built from blocks, and ones known by their event energies."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from neuroest.components.base import Component
from neuroest.equations import mapping, network, neurons
from neuroest.errors import MappingError
from neuroest.mapping.base import Array, Mapper, Placement, Traffic, Work
from neuroest.units import Numeric


class _CoreMapper(Mapper):
    """Common part: neurons and weights of a layer fill as many cores as they need."""

    unit_name = "core"

    def refuse(self) -> None:
        """Refuse dense networks."""
        if not self.network.spiking:
            raise MappingError(
                f"{self.level.path} runs spikes only and cannot run a dense network; use a spiking workload"
            )

    @abstractmethod
    def core_neurons(self) -> Numeric:
        """Neurons that one core can hold."""

    @abstractmethod
    def core_weights(self) -> Numeric:
        """Weights that one core can hold."""

    def place(self) -> Placement:
        """As many cores as the neurons or the weights of a layer fill; a convolution stores its kernels once."""
        t = self.layers
        by_neurons = mapping.units_for(t.output_elements, self.core_neurons())
        by_weights = mapping.units_for(t.weights, self.core_weights())
        cores = t.is_weighted * np.maximum(by_neurons, by_weights)
        filled = np.minimum(t.output_elements / np.maximum(cores * self.core_neurons(), 1.0), 1.0)
        targets = np.maximum(
            (t.connections + t.recurrent_connections)
            / np.maximum(t.input_elements + t.recurrent_reduction, 1.0),
            1.0,
        )
        return Placement(
            units=cores,
            utilisation=t.is_weighted * filled,
            replication=np.ones_like(t.positions),
            row_blocks=np.ones_like(t.positions),
            column_blocks=np.maximum(cores, 1.0),
            reached_units=np.minimum(cores, targets),
            neurons=self.zeros(),
            shared=False,
        )

    def operations(self) -> Array:
        """Synaptic operations of each layer in one inference."""
        return self.layers.layer_synaptic_operations

    def updates(self) -> Array:
        """Neuron updates of each layer in one inference: all neurons, every step."""
        t = self.layers
        return np.asarray(self.steps * t.is_weighted * t.output_elements)


class SpikingCoreMapper(_CoreMapper):
    """Digital cores built from memories and a shared neuron datapath."""

    @property
    def weight_store(self) -> Component[Any]:
        """The synapse memory."""
        return self.compute.slots["synapse_memory"]

    def core_neurons(self) -> Numeric:
        """Neurons whose state fits, as chosen."""
        return self.options["neurons"]

    def core_weights(self) -> Numeric:
        """Weights that the synapse memory holds."""
        return self.compute.slots["synapse_memory"].options["capacity"] / self.network.weight_bits

    def work(self, placement: Placement) -> Work:
        """Weight words, states, additions and updates."""
        weights, state, neuron = (self.compute.slots[n] for n in ("synapse_memory", "state_memory", "neuron"))
        operations, updates = self.operations(), self.updates()
        words, states = self.accesses()
        t = self.layers
        events = self.steps * t.is_weighted * self.inputs_active()
        address = mapping.block_count(np.log2(np.maximum(t.input_elements, 2.0)), 1.0)
        loaded = self.stored_weight_bits() * self.reloads_weights() / weights.options["width"]
        return Work(
            actions={
                (weights.path, "read"): words,
                (weights.path, "write"): loaded,
                (state.path, "read"): states,
                (state.path, "write"): states,
                (neuron.path, "accumulate"): operations,
                (neuron.path, "update"): updates,
            },
            traffic=[Traffic("activations", events * address, events * address, required=False)],
            element_operations=self.elementwise(),
            additions=self.zeros(),
            neuron_updates=self.zeros(),
        )

    def accesses(self) -> tuple[Array, Array]:
        """Weight words that are read, and state words that are read and written, in one inference."""
        weights, state, neuron = (self.compute.slots[n] for n in ("synapse_memory", "state_memory", "neuron"))
        operations = self.operations()
        per_word = np.maximum(np.floor(weights.options["width"] / self.network.weight_bits), 1.0)
        state_words = np.maximum(np.ceil(neuron.options["state_bits"] / state.options["width"]), 1.0)
        adds_in_memory = self.compute.spec.accumulation == "state_memory"
        touched = self.updates() + (operations if adds_in_memory else 0.0)
        return np.asarray(operations / per_word), np.asarray(touched * state_words)

    def unit_time(self, placement: Placement) -> Array:
        """Updates and operations of the fullest core, one lane each a cycle, or its busier memory, for one step."""
        weights: Any = self.compute.slots["synapse_memory"]
        state: Any = self.compute.slots["state_memory"]
        neuron = self.compute.slots["neuron"]
        cores = np.maximum(placement.units, 1.0) * self.steps
        datapath = neurons.time_multiplexed_step_time(
            self.updates() / cores, self.operations() / cores, neuron.options["lanes"],
            neuron.options["clock_frequency"],
        )  # fmt: skip
        words, states = (accesses / cores for accesses in self.accesses())
        memories = np.maximum(weights.busy_time(words, 0.0 * words), state.busy_time(states, states))
        return np.asarray(np.maximum(datapath, memories))


class EventCoreMapper(_CoreMapper):
    """Cores of a chip known by its published energies per event."""

    def core_neurons(self) -> Numeric:
        """Neurons of one core, as published."""
        found: Numeric = self.compute.slots["events"].device.neurons_per_core
        return found

    def core_weights(self) -> Numeric:
        """Synapses that the published memory holds."""
        device = self.compute.slots["events"].device
        found: Numeric = device.synapse_memory / device.bits_per_synapse
        return found

    def work(self, placement: Placement) -> Work:
        """Operations, updates, spikes and hops."""
        events, t = self.compute.slots["events"], self.layers
        active = events.options.get("active_fraction", t.output_rate)
        updates = self.updates()
        sent = self.steps * t.is_weighted * self.inputs_active()
        hops = events.options.get(
            "hops", network.feed_forward_hops(self.units_before(placement), placement.units)
        )
        return Work(
            actions={
                (events.path, "synaptic_operation"): self.operations(),
                (events.path, "active_update"): updates * active,
                (events.path, "inactive_update"): updates * (1.0 - active),
                (events.path, "spike"): sent,
                (events.path, "hop"): sent * placement.reached_units * hops,
            },
            traffic=[],
            element_operations={},
            additions=self.zeros(),
            neuron_updates=self.zeros(),
        )

    def units_before(self, placement: Placement) -> Array:
        """Cores of the layer that each layer reads first."""
        return producers(placement.units, self.layers.reads)

    def unit_time(self, placement: Placement) -> Array:
        """Updates and operations of a core, one after the other, and the barrier."""
        d, t = self.compute.slots["events"].device, self.layers
        cores = np.maximum(placement.units, 1.0) * self.steps
        busy = (self.operations() * d.synaptic_operation_time + self.updates() * d.update_time) / cores
        return np.asarray(t.is_weighted * (busy + d.synchronisation_time))


def producers(units: Array, reads: tuple[tuple[int, ...], ...]) -> Array:
    """Units of the layer that each layer reads first, through layers without units; one for the network's input."""
    found = np.ones_like(units)
    without = np.all(units.reshape(-1, units.shape[-1]) == 0.0, axis=0).tolist()
    for index, inputs in enumerate(reads):
        source = inputs[0] if inputs else -1
        while source >= 0 and without[source]:
            source = reads[source][0] if reads[source] else -1
        if 0 <= source < index:
            found[..., index] = units[..., source]
    return found
