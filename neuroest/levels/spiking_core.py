"""Digital spiking core: one datapath shared in time by many neurons."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from neuroest.blocks.base import Component
from neuroest.blocks.digital.digital_lif import DigitalNeuronBlock
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.core import units as u
from neuroest.equations import mapping, neurons
from neuroest.levels.base import Array, LevelCounts, Placement, Traffic
from neuroest.levels.cores import CoreMapper
from neuroest.specs.architecture import Level
from neuroest.specs.base import Count
from neuroest.specs.blocks import AnyMemoryBlock


class SpikingCoreLevel(Level):
    """Digital spiking core: one datapath shared in time by many neurons."""

    slots: ClassVar[tuple[str, ...]] = ("neuron", "synapse_memory", "state_memory")
    mapper: Literal["spiking_core"]
    """The mapper of this level."""
    neurons: Count
    """Neurons whose state one core can hold."""
    accumulation: Literal["state_memory", "register"]
    """Where weights are added up during a time step: in the state memory, read and written for each synaptic
    operation, or in a register of the neuron that is being served."""
    neuron: DigitalNeuronBlock
    """The neuron datapath."""
    synapse_memory: AnyMemoryBlock
    """Memory of the weights."""
    state_memory: AnyMemoryBlock
    """Memory of the neurons' state."""


class SpikingCoreMapper(CoreMapper):
    """Digital cores built from memories and a shared neuron datapath."""

    schema: ClassVar[type[Level]] = SpikingCoreLevel
    prior_error: ClassVar[ModelErrors] = model_errors(
        time=ModelError(1.3, "arbitration is not modelled"),
    )

    @property
    def weight_store(self) -> Component[Any]:
        """The synapse memory."""
        return self.compute.slots["synapse_memory"]

    def core_neurons(self) -> u.Numeric:
        """Neurons whose state fits, as chosen."""
        return self.options["neurons"]

    def core_weights(self) -> u.Numeric:
        """Weights that the synapse memory holds."""
        return self.compute.slots["synapse_memory"].options["capacity"] / self.network.weight_bits

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Weight words, states, additions and updates."""
        weights, state, neuron = (self.compute.slots[n] for n in ("synapse_memory", "state_memory", "neuron"))
        operations, updates = self.operations(), self.updates()
        words, states = self.accesses()
        t = self.layers
        events = self.steps * t.is_weighted * self.inputs_active()
        address = mapping.block_count(np.log2(np.maximum(t.input_elements, 2.0)), 1.0)
        loaded = self.stored_weight_bits() * self.reloads_weights() / weights.options["width"]
        return LevelCounts(
            actions={
                (weights.path, "read"): words,
                (weights.path, "write"): loaded,
                (state.path, "read"): states,
                (state.path, "write"): states,
                (neuron.path, "accumulate"): operations,
                (neuron.path, "update"): updates,
            },
            traffic=[
                Traffic("activations", events * address, events * address, required=False, item=address)
            ],
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

    def silent_time(self, placement: Placement) -> Array:
        """Time of a step in which no spike comes: the updates of the fullest core."""
        neuron = self.compute.slots["neuron"]
        cores = np.maximum(placement.units, 1.0) * self.steps
        return np.asarray(
            neurons.time_multiplexed_step_time(
                self.updates() / cores, self.zeros(), neuron.options["lanes"],
                neuron.options["clock_frequency"],
            )
        )  # fmt: skip

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
