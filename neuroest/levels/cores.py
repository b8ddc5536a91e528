"""Common part of spiking cores."""

from abc import abstractmethod
from typing import Literal

import numpy as np

from neuroest.blocks.base import chosen
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import CodingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import mapping
from neuroest.levels.base import Mapper, Placement
from neuroest.levels.populations import any_population, copies
from neuroest.levels.time_multiplexing import mean_longest_step
from neuroest.specs.architecture import ComputingLevel

NEAR = 2.0**-30
"""Share of a core below which nothing is left of a layer; what rounding leaves of sums of shares."""


@frozen_dataclass(eq=False)
class SharedCores:
    """Layers on cores that they share.

    Attributes
    ----------
    units : array of shape (..., layers)
        Cores of each layer. Layers of one core divide it; each takes its share of what they use together.
    cores : array of shape (..., 1)
        Cores of all layers; a whole number.
    """

    units: Array
    cores: Array


def shared_cores(neurons: Array, weights: Array) -> SharedCores:
    """Place each layer from the core on in which the layer before ends.

    A core takes parts of layers until its neurons or its weights are full, so a layer of many neurons shares a core
    with one of many weights.

    Parameters
    ----------
    neurons, weights : array of shape (..., layers)
        Cores that the neurons of a layer fill, and those that its weights fill; zero for a layer without weights.

    Examples
    --------
    A layer of 3/4 and 1/8 and one of 1/8 and 3/4 fit one core and divide it; two layers of 0.6 need two.

    >>> packed = shared_cores(np.array([0.75, 0.125]), np.array([0.125, 0.75]))
    >>> packed.units.tolist(), packed.cores.tolist()
    ([0.5, 0.5], [1.0])
    >>> shared_cores(np.array([0.6, 0.6]), np.array([0.1, 0.1])).cores.tolist()
    [2.0]
    """
    neurons, weights = np.broadcast_arrays(neurons, weights)
    larger = np.maximum(neurons, weights)
    if np.all(neurons >= weights) or np.all(weights >= neurons):
        whole = np.ceil(np.sum(larger, axis=-1, keepdims=True) - NEAR)
        return SharedCores(larger, np.asarray(np.maximum(whole, 1.0)))
    parts = _parts(*(np.moveaxis(each, -1, 0).reshape(each.shape[-1], -1) for each in (neurons, weights)))
    units = np.moveaxis(parts.units.reshape(-1, *larger.shape[:-1]), 0, -1)
    return SharedCores(np.ascontiguousarray(units), parts.cores.reshape(*larger.shape[:-1], 1))


def _parts(neurons: Array, weights: Array) -> SharedCores:
    """Units of each layer and cores at each point, for tables of layers and points."""
    layers, points = neurons.shape
    room = np.ones((2, points))
    core = np.zeros(points)
    places = np.zeros((2, layers, points))
    shares = np.zeros((2, layers, points))
    whole = np.zeros((layers, points))
    for layer in range(layers):
        needed = np.stack([neurons[layer], weights[layer]])
        larger = np.max(needed, axis=0)
        used = np.where(needed > 0.0, needed, 1.0)
        here = np.min(np.where(needed > 0.0, np.minimum(room / used, 1.0), 1.0), axis=0)
        left = (1.0 - here) * larger
        left = np.where(left > NEAR, left, 0.0)
        further = np.ceil(left - NEAR)
        last = np.where(further > 0.0, left - further + 1.0, 0.0)
        places[:, layer], shares[:, layer] = (core, core + further), (here * larger, last)
        whole[layer] = np.maximum(further - 1.0, 0.0)
        each = needed / np.where(larger > 0.0, larger, 1.0)
        room = np.maximum(np.where(further > 0.0, 1.0 - last * each, room - here * needed), 0.0)
        core = core + further
    # what the layers of a core use together; a core in which one layer is alone has no more than one
    _, numbers = np.unique(places * points + np.arange(points), return_inverse=True)
    together = np.bincount(numbers.reshape(-1), shares.reshape(-1))[numbers].reshape(shares.shape)
    units = whole + np.sum(shares / np.maximum(together, 1.0), axis=0)
    return SharedCores(np.asarray(units), core + 1.0)


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
