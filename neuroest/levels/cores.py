"""Common part of spiking cores."""

from abc import abstractmethod
from typing import Literal

import numpy as np

from neuroest.blocks.attributes import chosen
from neuroest.core import units as u
from neuroest.core.errors import CodingError
from neuroest.equations import mapping
from neuroest.levels.base import Array, Mapper, Placement
from neuroest.levels.populations import any_population, copies
from neuroest.levels.time_multiplexing import mean_longest_step
from neuroest.specs.architecture import ComputingLevel


class CoreLevel(ComputingLevel):
    """Common keys of spiking-core levels."""

    packing: Literal["own_cores", "shared_cores"] = "own_cores"
    """own_cores: every layer starts in a new core; shared_cores: it starts in the last core of the previous layer."""


class CoreMapper(Mapper):
    """Common part: a layer occupies as many cores as its neurons or weights need."""

    unit_name = "core"
    skips_silent_inputs = True

    def check_supported(self) -> None:
        """Refuse dense networks.

        Refused
        -------
        dense_network
            {path} runs spikes only and cannot run a dense network; use a spiking workload
        """
        self.refuse("dense_network", not self.network.spiking, CodingError)

    @abstractmethod
    def core_neurons(self) -> u.Numeric:
        """Neurons per core."""

    @abstractmethod
    def core_weights(self) -> u.Numeric:
        """Weight capacity of one core."""

    @abstractmethod
    def silent_time(self, placement: Placement) -> Array:
        """Time of a step of each layer in which no spike comes."""

    def longest_step(self, placement: Placement, step: Array) -> Array:
        """Mean of the longest step: cores synchronise after each step, also if spikes come in bursts."""
        share = self.layers.input_active_steps
        silent = np.minimum(self.silent_time(placement), step)
        return mean_longest_step(silent, silent + (step - silent) / share, share)

    divides_units: bool = chosen("packing", "shared_cores")
    """Whether a layer begins in the core in which the layer before ends."""

    def place(self) -> Placement:
        """As many cores as the neurons or the weights of a layer fill; a convolution stores its kernels once."""
        t = self.layers
        by_neurons = mapping.units_for(t.output_elements, self.core_neurons())
        by_weights = mapping.units_for(t.weights, self.core_weights())
        cores = t.is_weighted * np.maximum(by_neurons, by_weights)
        units: u.Numeric = cores
        together: Array | None = None
        if self.divides_units:
            units = t.is_weighted * np.maximum(
                t.output_elements / self.core_neurons(), t.weights / self.core_weights()
            )
            together = np.asarray(mapping.units_for(np.sum(units, axis=-1, keepdims=True), 1.0))
        filled = np.minimum(t.output_elements / np.maximum(cores * self.core_neurons(), 1.0), 1.0)
        targets = np.maximum(
            (t.connections + t.recurrent_connections)
            / np.maximum(t.input_elements + t.recurrent_reduction, 1.0),
            1.0,
        )
        reached = np.minimum(cores, targets)
        if any_population(t):
            senders = np.maximum(t.input_elements + t.recurrent_reduction, 1.0)
            reached = np.where(t.population > 0.0, t.population * copies(t, cores) / senders, reached)
        used, blocks = t.is_weighted * filled, np.maximum(cores, 1.0)
        return self.placed(units, used, column_blocks=blocks, reached_units=reached, together=together)

    def operations(self) -> Array:
        """Synaptic operations of each layer in one inference."""
        return self.layers.layer_synaptic_operations

    def updates(self) -> Array:
        """Neuron updates of each layer in one inference: all neurons, every step."""
        t = self.layers
        return np.asarray(self.steps * t.is_weighted * t.output_elements)


def producer_of(units: Array, reads: tuple[tuple[int, ...], ...]) -> list[int]:
    """Layer with units that each layer reads first, through layers without units; -1 for the network's input."""
    found = []
    without = np.all(units.reshape(-1, units.shape[-1]) == 0.0, axis=0).tolist()
    for index, inputs in enumerate(reads):
        source = inputs[0] if inputs else -1
        while source >= 0 and without[source]:
            source = reads[source][0] if reads[source] else -1
        found.append(source if source < index else -1)
    return found


def producers(units: Array, reads: tuple[tuple[int, ...], ...]) -> Array:
    """Units of the layer that each layer reads first, through layers without units; one for the network's input."""
    found = np.ones_like(units)
    for index, source in enumerate(producer_of(units, reads)):
        if source >= 0:
            found[..., index] = units[..., source]
    return found


def destinations(units: Array, reached: Array, reads: tuple[tuple[int, ...], ...]) -> Array:
    """Units that each spike of a layer is sent to: those of all layers that read it first."""
    found = np.zeros_like(units)
    for index, source in enumerate(producer_of(units, reads)):
        if source >= 0:
            found[..., source] += np.where(units[..., index] > 0.0, reached[..., index], 0.0)
    return found
