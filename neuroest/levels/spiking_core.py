"""Digital spiking core: one datapath, time-multiplexed over many neurons."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.attributes import slot
from neuroest.blocks.base import Check, Component
from neuroest.blocks.digital.digital_lif import DigitalNeuron, DigitalNeuronBlock
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import mapping, neurons, spiking_cores
from neuroest.levels.base import Array, LevelCounts, Placement, Traffic
from neuroest.levels.cores import CoreLevel, CoreMapper
from neuroest.levels.learning import LearnsInMemory
from neuroest.specs.base import Count
from neuroest.specs.blocks import AnyMemoryBlock


class SpikingCoreLevel(CoreLevel):
    """Digital spiking core: one datapath, time-multiplexed over many neurons."""

    slots = ("neuron", "synapse_memory", "state_memory")
    mapper: Literal["spiking_core"]
    """The mapper of this level."""
    neurons: Count
    """Maximum number of neurons per core."""
    accumulation: Literal["state_memory", "register"]
    """Where synaptic inputs accumulate during a timestep: in the state memory, with a read and a write for each
    synaptic operation, or, where `order` is every_tick, in a register for the neuron being processed."""
    order: Literal["per_event", "every_tick"] = "per_event"
    """per_event: a spike reads the weights of its target neurons; every_tick: each timestep processes every neuron once
    and reads the weights of all its inputs, whether or not they fired."""
    neuron_updates: Literal["every_step", "at_events"] = "every_step"
    """every_step: each timestep also updates all neurons once, as a leak per step needs; at_events: only synaptic
    operations touch a state, as in integrate-and-fire neurons without a leak. Every operation then passes the whole
    datapath with its threshold (`synaptic_operation: update` of the neuron)."""
    neuron: DigitalNeuronBlock
    """The neuron datapath."""
    synapse_memory: AnyMemoryBlock
    """Memory of the weights."""
    state_memory: AnyMemoryBlock
    """Memory of the neuron states."""

    @field_validator("synapse_memory", "state_memory")
    @classmethod
    def _stores_its_own(cls, stated: Any, info: ValidationInfo) -> Any:
        own = "weights" if info.field_name == "synapse_memory" else "state"
        if set(stated.stores) != {own}:
            raise PydanticCustomError(
                "stores", "it has `stores: [{own}]`; other contents need a memory of their own in the level",
                {"own": own},
            )  # fmt: skip
        return stated


class SpikingCoreMapper(LearnsInMemory, CoreMapper):
    """Digital cores built from memories and a shared neuron datapath.

    Model errors
    ------------
    time
        arbitration is not modelled
    """

    schema = SpikingCoreLevel
    prior_error = model_errors(time=1.3)
    synapse_memory: Memory = slot("synapse_memory")
    """Memory of the weights."""
    state_memory: Memory = slot("state_memory")
    """Memory of the states."""
    neuron: DigitalNeuron = slot("neuron")
    """Datapath of the neurons."""

    @property
    def weight_store(self) -> Component[Any]:
        """The synapse memory."""
        return self.synapse_memory

    def core_neurons(self) -> u.Numeric:
        """Neurons whose state fits, as chosen."""
        return self.options["neurons"]

    def core_weights(self) -> u.Numeric:
        """Weights that the synapse memory holds."""
        memory = self.synapse_memory.options
        return spiking_cores.items_held(memory["capacity"], self.network.weight_bits, memory["width"])

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Weight words, states, additions and updates."""
        weights, state, neuron = self.synapse_memory, self.state_memory, self.neuron
        operations, updates = self.operations(), self.updates()
        words, states = self.accesses(placement)
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
        )

    def place(self) -> Placement:
        """As many cores as neurons or weights fill, if the state memory of a core holds all its neurons."""
        placement, state = super().place(), self.state_memory
        bits, neurons = self.neuron.options["state_bits"], self.core_neurons()
        held = spiking_cores.items_held(state.options["capacity"], bits, state.options["width"])
        fits = Check(
            "states_fit", state.path, "infeasible", neurons <= held,
            "the core has more `neurons` than states fit into its memory", neurons, held,
        )  # fmt: skip
        return replace(placement, checks=(*placement.checks, fits))

    def check_supported(self) -> None:
        """Refuse dense networks, and sums in a place that does not suit the order in which neurons are served.

        Refused
        -------
        sums_in_memory
            {path} serves every neuron once in every tick, which needs no sums in the state memory; write
            accumulation: register
        sums_in_register
            {path} serves each event when it comes, and one register cannot hold the sums of all neurons that it
            reaches; write accumulation: state_memory (which may be a register_file) or order: every_tick
        events_only
            {path} serves every neuron in every tick, so neuron_updates is every_step
        added_operations
            {path} updates neurons at events alone, so every operation compares with the threshold; write
            synaptic_operation: update of the neuron
        """
        super().check_supported()
        spec = self.spec
        self.refuse("sums_in_memory", spec.order == "every_tick" and spec.accumulation == "state_memory")
        self.refuse("sums_in_register", spec.order == "per_event" and spec.accumulation == "register")
        if spec.neuron_updates == "at_events":
            self.refuse("events_only", spec.order == "every_tick")
            self.refuse("added_operations", self.neuron.spec.synaptic_operation != "update")

    def updates(self) -> Array:
        """Updates besides synaptic operations: all neurons in every step, or none."""
        return super().updates() if self.spec.neuron_updates == "every_step" else self.zeros()

    def accesses(self, placement: Placement) -> tuple[Array, Array]:
        """Weight words that are read, and state words that are read and written, in one inference."""
        weights, state, neuron = self.synapse_memory, self.state_memory, self.neuron
        t, cores = self.layers, np.maximum(np.ceil(placement.units), 1.0)
        bits, width = self.network.weight_bits, weights.options["width"]
        state_bits, state_width = neuron.options["state_bits"], state.options["width"]
        there = t.is_weighted * self.steps * cores
        served = spiking_cores.words_of_items(t.output_elements / cores, state_bits, state_width) * there
        served = served * (self.spec.neuron_updates == "every_step")
        if self.spec.order == "every_tick":
            inputs = (t.connections + t.recurrent_connections) / np.maximum(t.output_elements, 1.0)
            row = spiking_cores.words_of_items(inputs, bits, width)
            return np.asarray(self.steps * t.is_weighted * t.output_elements * row), np.asarray(served)
        events = self.steps * t.is_weighted * self.inputs_active() * placement.reached_units
        targets = self.operations() / np.where(events > 0.0, events, 1.0)
        words = events * spiking_cores.words_of_items(targets, bits, width)
        # the channels of a position are neighbours in the memory, the positions that a kernel reaches are not
        group = np.maximum(t.output_elements / np.maximum(t.positions * t.groups, 1.0), 1.0)
        channels = np.maximum(group / self.channels_of_a_core(cores)[1], 1.0)
        runs = np.maximum(targets / channels, 1.0)
        run = spiking_cores.words_of_items(targets / runs, state_bits, state_width)
        served = served + events * runs * run
        return np.asarray(words), np.asarray(served)

    def datapath_time(self, placement: Placement, operations: Array) -> Array:
        """Time of a step of the fullest core: its updates and so many operations, one after the other in each lane."""
        neuron = self.neuron
        cores, lanes = np.maximum(placement.units, 1.0) * self.steps, neuron.options["lanes"]
        return np.asarray(
            neurons.time_multiplexed_step_time(
                self.updates() / cores, operations / cores, lanes, neuron.action_rate() / lanes
            )
        )

    def silent_time(self, placement: Placement) -> Array:
        """Time of a step in which no spike comes: the updates of the fullest core."""
        return self.datapath_time(placement, self.zeros())

    def peak_rate(self) -> u.Numeric:
        """A synaptic operation in every cycle of every lane."""
        return 2.0 * self.neuron.action_rate()

    def unit_time(self, placement: Placement) -> Array:
        """Updates and operations of the fullest core, or its busier memory, for one step."""
        weights, state = self.synapse_memory, self.state_memory
        cores = np.maximum(placement.units, 1.0) * self.steps
        words, states = (accesses / cores for accesses in self.accesses(placement))
        memories = np.maximum(weights.busy_time(words, 0.0 * words), state.busy_time(states, states))
        return np.asarray(np.maximum(self.datapath_time(placement, self.operations()), memories))
