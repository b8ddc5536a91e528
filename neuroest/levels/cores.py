"""Common part of spiking cores."""

from abc import abstractmethod
from typing import Literal

import numpy as np

from neuroest.blocks.attributes import chosen
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError
from neuroest.equations import mapping
from neuroest.levels.base import Mapper, Placement
from neuroest.levels.core_packing import shared_cores
from neuroest.levels.populations import any_population, copies
from neuroest.levels.time_multiplexing import mean_longest_step
from neuroest.specs.architecture import ComputingLevel


class CoreLevel(ComputingLevel):
    """Common keys of spiking-core levels."""

    packing: Literal["own_cores", "shared_cores"] = "own_cores"
    """own_cores: every layer starts in a new core; shared_cores: it starts in the last core of the previous layer. A
    core takes parts of layers until its neurons or its weights are full."""


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
            packed = shared_cores(
                np.asarray(t.is_weighted * t.output_elements / self.core_neurons()),
                np.asarray(t.is_weighted * t.weights / self.core_weights()),
            )
            units, together = packed.units, packed.cores
        filled = np.minimum(t.output_elements / np.maximum(cores * self.core_neurons(), 1.0), 1.0)
        reached = self.reached_by_an_event(cores)
        if any_population(t):
            senders = np.maximum(t.input_elements + t.recurrent_reduction, 1.0)
            reached = np.where(t.population > 0.0, t.population * copies(t, cores) / senders, reached)
        used, blocks = t.is_weighted * filled, np.maximum(cores, 1.0)
        return self.placed(units, used, column_blocks=blocks, reached_units=reached, together=together)

    def channels_of_a_core(self, cores: u.Numeric) -> tuple[Array, Array]:
        """Channels of a position that a core holds, and cores that hold those of one group of channels.

        A core holds all channels of a position if its neurons and the kernels fit; else they are divided over several.
        """
        t = self.layers
        each = np.maximum(t.output_elements / np.maximum(t.positions, 1.0), 1.0)
        by_neurons = each * cores / np.maximum(t.output_elements, 1.0)
        by_weights = mapping.units_for(t.weights, self.core_weights())
        divided = np.clip(np.maximum(by_neurons, by_weights), 1.0, each)
        held, group = each / divided, each / np.maximum(t.groups, 1.0)
        return np.asarray(held), np.asarray(np.minimum(1.0 + (group - 1.0) / held, divided))

    def reached_by_an_event(self, cores: u.Numeric) -> Array:
        """Cores with targets of an event: those of a fully connected layer, or of the neighbourhood of a kernel.

        Positions lie on the cores row by row, their channels side by side.
        """
        t = self.layers
        inputs = np.maximum(t.input_elements + t.recurrent_reduction, 1.0)
        targets = np.maximum((t.connections + t.recurrent_connections) / inputs, 1.0)
        if np.all(t.positions <= 1.0):
            return np.asarray(np.minimum(cores, targets))
        held, of_position = self.channels_of_a_core(cores)
        width = np.maximum(t.positions / np.maximum(t.output_rows, 1.0), 1.0)
        group = t.output_elements / np.maximum(t.positions * t.groups, 1.0)
        positions = np.maximum(targets / np.maximum(group, 1.0), 1.0)
        rows = np.clip(t.kernel_rows / t.row_stride, 1.0, np.minimum(t.output_rows, positions))
        # elements of a dilated kernel lie further apart
        apart = np.maximum(t.dilation / t.row_stride, 1.0)
        columns = np.minimum((positions / rows - 1.0) * apart + 1.0, width)
        in_a_core = np.maximum(t.output_elements / np.maximum(cores, 1.0) / held, 1.0)
        around = mapping.cores_of_a_window(rows, columns, np.maximum(width * apart, columns), in_a_core)
        return np.asarray(np.minimum(of_position * np.minimum(around, positions), np.minimum(cores, targets)))

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
