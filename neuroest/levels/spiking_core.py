"""Digital spiking core: one datapath, time-multiplexed over many neurons."""

from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
from pydantic import ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import Check, Component, slot
from neuroest.blocks.digital.digital_lif import DigitalNeuron, DigitalNeuronBlock
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.equations import counting, mapping, neurons
from neuroest.levels.base import LevelCounts, Placement, Traffic, share_of_peak
from neuroest.levels.cores import CoreLevel, CoreMapper
from neuroest.levels.learning import LearnsInMemory
from neuroest.specs.base import Count, WordWidth
from neuroest.specs.blocks import AnyMemoryBlock

_STORED = {"synapse_memory": "weights", "state_memory": "state", "sum_memory": "partial_sums"}
"""Contents of the memory in each slot."""


class SpikingCoreLevel(CoreLevel):
    """Digital spiking core: one datapath, time-multiplexed over many neurons."""

    slots = ("neuron", "synapse_memory", "state_memory", "sum_memory")
    mapper: Literal["spiking_core"]
    """The mapper of this level."""
    neurons: Count
    """Maximum number of neurons per core."""
    accumulation: Literal["state_memory", "sum_memory", "register"]
    """Where synaptic inputs accumulate during a timestep: in the state memory, with a read and a write for each
    synaptic operation; in a memory of sums, which each update of a neuron reads and clears, while the state is read by
    updates alone; or, where `order` is every_tick, in a register for the neuron being processed."""
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
    states_per_word: Count | None = None
    """States in one word of the state memory; a read or a write moves the whole word. If left out, as many as fit, and
    the estimate says so where these are several."""
    sum_memory: AnyMemoryBlock | None = None
    """Memory of the sums, for `accumulation: sum_memory`."""
    sum_bits: WordWidth | None = None
    """Bits of a sum. If left out, those of an accumulator of the workload."""
    sums_per_word: Count | None = None
    """Sums in a word of their memory, as `states_per_word`."""

    @model_validator(mode="after")
    def _sums_have_a_memory(self) -> Self:
        apart = self.accumulation == "sum_memory"
        if apart and self.sum_memory is None:
            raise PydanticCustomError("sum_memory", "`accumulation: sum_memory` needs a `sum_memory`")
        stated = [
            key for key in ("sum_memory", "sum_bits", "sums_per_word") if getattr(self, key) is not None
        ]
        if stated and not apart:
            raise PydanticCustomError(
                "sum_memory", "`{key}` is for `accumulation: sum_memory`", {"key": stated[0]}
            )
        return self

    @field_validator("synapse_memory", "state_memory", "sum_memory")
    @classmethod
    def _stores_its_own(cls, stated: Any, info: ValidationInfo) -> Any:
        own = _STORED[str(info.field_name)]
        if stated is not None and set(stated.stores) != {own}:
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
    family = "spiking"
    synapse_memory: Memory = slot("synapse_memory")
    """Memory of the weights."""
    state_memory: Memory = slot("state_memory")
    """Memory of the states."""
    sum_memory: Memory | None = slot("sum_memory")
    """Memory of the sums, where they are kept apart from the states."""
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
        return counting.items_held(memory["capacity"], self.network.weight_bits, memory["width"])

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Weight words, states, additions and updates."""
        weights, state, neuron = self.synapse_memory, self.state_memory, self.neuron
        operations, updates = self.operations(), self.updates()
        words, states, sums = self.accesses(placement)
        kept = {} if self.sum_memory is None else {
            (self.sum_memory.path, "read"): sums, (self.sum_memory.path, "write"): sums,
        }  # fmt: skip
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
                **kept,
            },
            traffic=[
                Traffic("activations", events * address, events * address, required=False, item=address)
            ],
            element_operations=self.elementwise(),
        )

    def place(self) -> Placement:
        """As many cores as neurons or weights fill, if the memories of a core hold what its neurons need.

        Checks
        ------
        states_fit
            the core has more `neurons` than states fit into its memory
        sums_fit
            the core has more `neurons` than sums fit into its memory
        field_fits
            fewer values of this width fit into a word of the memory than the file states
        states_share_words
            several states share a word of this memory, because they fit, and each access moves all of them; state
            `states_per_word`
        sums_share_words
            several sums share a word of this memory, because they fit, and each access moves all of them; state
            `sums_per_word`
        """
        placement = super().place()
        states, neurons = self.state_memory, self.core_neurons()
        held = self.values_held("states", states, self.state_bits)
        checks = [self.require("infeasible", "states_fit", neurons, "<=", held, path=states.path)]
        if "states_per_word" in self.options:
            checks.append(self.word_check("states", states, self.state_bits))
        else:
            share = np.floor(states.options["width"] / self.state_bits)
            checks.append(self.require("advice", "states_share_words", share, "<=", 1.0, path=states.path))
        sums = self.sum_memory
        if sums is not None:
            held = self.values_held("sums", sums, self.sum_bits)
            checks.append(self.require("infeasible", "sums_fit", neurons, "<=", held, path=sums.path))
            if "sums_per_word" in self.options:
                checks.append(self.word_check("sums", sums, self.sum_bits))
            else:
                share = np.floor(sums.options["width"] / self.sum_bits)
                checks.append(self.require("advice", "sums_share_words", share, "<=", 1.0, path=sums.path))
        return replace(placement, checks=(*placement.checks, *checks))

    def values_held(self, name: str, memory: Memory, bits: u.Bit) -> u.Dimensionless:
        """Number of values, states or sums, that a memory holds."""
        capacity, width = memory.options["capacity"], memory.options["width"]
        return counting.items_held(capacity, self.field_bits(name, memory, bits), width)

    def word_check(self, name: str, memory: Memory, bits: u.Bit) -> Check:
        """Whether the stated number of values fits into a word of their memory."""
        stated, width = self.options[f"{name}_per_word"], memory.options["width"]
        return self.require("infeasible", "field_fits", stated * bits, "<=", width, "bit", path=memory.path)

    def field_bits(self, name: str, memory: Memory, bits: u.Bit) -> u.Bit:
        """Bits that a value takes in a word: its own, or its part of a word with a stated number of them."""
        stated = self.options.get(f"{name}_per_word")
        return bits if stated is None else memory.options["width"] / stated

    @property
    def state_bits(self) -> u.Bit:
        """Bits of a state."""
        return self.neuron.options["state_bits"]

    @property
    def sum_bits(self) -> u.Bit:
        """Bits of a sum that is kept apart from the state."""
        return self.options.get("sum_bits", self.network.accumulator_bits)

    def check_supported(self) -> None:
        """Refuse dense networks, and sums in a place that does not suit the order in which neurons are served.

        Refused
        -------
        sums_in_memory
            {path} serves every neuron once in every tick, which needs no sums in a memory; write
            accumulation: register
        sums_in_register
            {path} serves each event when it comes, and one register cannot hold the sums of all neurons that it
            reaches; write accumulation: state_memory (which may be a register_file) or order: every_tick
        events_only
            {path} serves every neuron in every tick, so neuron_updates is every_step
        sums_of_events
            {path} updates neurons at events alone, so nothing collects in a memory of sums; write accumulation:
            state_memory
        added_operations
            {path} updates neurons at events alone, so every operation compares with the threshold; write
            synaptic_operation: update of the neuron
        """
        super().check_supported()
        spec = self.spec
        self.refuse("sums_in_memory", spec.order == "every_tick" and spec.accumulation != "register")
        self.refuse("sums_in_register", spec.order == "per_event" and spec.accumulation == "register")
        if spec.neuron_updates == "at_events":
            self.refuse("events_only", spec.order == "every_tick")
            self.refuse("sums_of_events", spec.accumulation == "sum_memory")
            self.refuse("added_operations", self.neuron.spec.synaptic_operation != "update")

    def updates(self) -> Array:
        """Updates besides synaptic operations: all neurons in every step, or none."""
        return super().updates() if self.spec.neuron_updates == "every_step" else self.zeros()

    def accesses(self, placement: Placement) -> tuple[Array, Array, Array]:
        """Weight words read in one inference, and words of states and of sums that are read and written."""
        weights, t, nothing = self.synapse_memory, self.layers, self.zeros()
        cores = np.maximum(np.ceil(placement.units), 1.0)
        bits, width = self.network.weight_bits, weights.options["width"]
        there = t.is_weighted * self.steps * cores * (self.spec.neuron_updates == "every_step")

        def words_of(name: str, memory: Memory, bits: u.Bit, items: u.Numeric) -> Array:
            field = self.field_bits(name, memory, bits)
            return np.asarray(counting.words_of_items(items, field, memory.options["width"]))

        neurons_each = t.output_elements / cores
        served = there * words_of("states", self.state_memory, self.state_bits, neurons_each)
        if self.spec.order == "every_tick":
            inputs = (t.connections + t.recurrent_connections) / np.maximum(t.output_elements, 1.0)
            row = counting.words_of_items(inputs, bits, width)
            return np.asarray(self.steps * t.is_weighted * t.output_elements * row), served, nothing
        events = self.steps * t.is_weighted * self.inputs_active() * placement.reached_units
        targets = self.operations() / np.where(events > 0.0, events, 1.0)
        words = np.asarray(events * counting.words_of_items(targets, bits, width))
        # the channels of a position are neighbours in the memory, the positions that a kernel reaches are not
        group = np.maximum(t.output_elements / np.maximum(t.positions * t.groups, 1.0), 1.0)
        channels = np.maximum(group / self.channels_of_a_core(cores)[1], 1.0)
        runs = np.maximum(targets / channels, 1.0)
        if self.sum_memory is None:
            added = events * runs * words_of("states", self.state_memory, self.state_bits, targets / runs)
            return words, served + added, nothing
        added = events * runs * words_of("sums", self.sum_memory, self.sum_bits, targets / runs)
        return words, served, added + there * words_of("sums", self.sum_memory, self.sum_bits, neurons_each)

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

    def share_at_peak(self, placement: Placement) -> Array:
        """Synaptic operations of each layer over those of all lanes of its cores in its time."""
        operations, cores = self.operations() / self.steps, np.maximum(placement.units, 1.0)
        return share_of_peak(operations, self.peak_rate() * cores, self.unit_time(placement))

    def unit_time(self, placement: Placement) -> Array:
        """Updates and operations of the fullest core, or its busier memory, for one step."""
        weights, state, sum_memory = self.synapse_memory, self.state_memory, self.sum_memory
        cores = np.maximum(placement.units, 1.0) * self.steps
        words, states, sums = (accesses / cores for accesses in self.accesses(placement))
        memories = np.maximum(weights.busy_time(words, 0.0 * words), state.busy_time(states, states))
        if sum_memory is not None:
            memories = np.maximum(memories, sum_memory.busy_time(sums, sums))
        return np.asarray(np.maximum(self.datapath_time(placement, self.operations()), memories))
