"""The ideal neuron of the training: a leaky integrator in discrete time, without noise."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from neuroest.core.progress import Progress, silent
from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.networks import Network, NeuronLayer, Reset


class Neurons(Protocol):
    """Neurons of one layer for all samples, with the state that they carry from timestep to timestep."""

    def advance(self, results: Array) -> Array:
        """Run one timestep with results (samples, neurons) in thresholds, and return the spikes that are passed on."""
        ...


class Products(Protocol):
    """Weights of one layer where a chip stores them."""

    def of(self, rows: Array) -> Array:
        """Results (samples, outputs) in the unit of the layer's `step`, without errors that depend on the neuron."""
        ...


def after_spikes(state: Array, fired: Array, threshold: float, decay: float, reset: Reset) -> Array:
    """State of leaky integrate-and-fire neurons at the next timestep, before its input is added."""
    if reset is Reset.ZERO:
        return np.asarray(decay * np.where(fired, 0.0, state))
    if reset is Reset.SUBTRACT:
        return np.asarray(decay * (state - threshold * fired))
    return np.asarray(decay * state - threshold * fired)


class IdealNeurons:
    """Leaky integrate-and-fire neurons of a layer; states are in thresholds."""

    def __init__(self, layer: NeuronLayer, samples: int) -> None:
        self.layer = layer
        self.state = np.zeros((samples, layer.outputs))

    def advance(self, results: Array) -> Array:
        """Spikes of one timestep."""
        layer = self.layer
        kept = after_spikes(self.state, self.state > 1.0, 1.0, layer.decay, layer.reset)
        self.state = kept + results
        return np.asarray(self.state > 1.0)


class ExactProducts:
    """Integer weights multiplied exactly, as in the training and in digital cores."""

    def __init__(self, layer: NeuronLayer) -> None:
        self.matrix = layer.matrix.T

    def of(self, rows: Array) -> Array:
        """Integer results."""
        return np.asarray(rows.astype(float) @ self.matrix)


def run_network(
    network: Network, given: Array, products: Mapping[str, Products], neurons: Mapping[str, Neurons],
    watched: Callable[[str, Array], None] = lambda *_: None, progress: Progress = silent,
) -> dict[str, Array]:  # fmt: skip
    """Spikes of every layer with neurons, (samples, timesteps, neurons).

    Parameters
    ----------
    network : Network
        The layers.
    given : ndarray of shape (samples, timesteps, inputs)
        Input spikes.
    products, neurons : mapping
        Weights and neurons of each layer.
    watched : callable
        Receives the name of a layer and its results in thresholds, once for each timestep.
    progress : callable
        Called with the completed share of the timesteps.
    """

    def advance(layer: NeuronLayer, rows: Array) -> Array:
        results = layer.results(products[layer.name].of(rows))
        watched(layer.name, results)
        return neurons[layer.name].advance(results)

    found = []
    for timestep in network.spikes(given, advance):
        found.append(timestep)
        progress(len(found) / given.shape[1])
    return {layer.name: np.stack([one[layer.name] for one in found], axis=1) for layer in network.layers}


def ideal_network(
    network: Network, given: Array, watched: Callable[[str, Array], None] = lambda *_: None
) -> dict[str, Array]:
    """Spikes of every layer of the ideal network."""
    exact = {layer.name: ExactProducts(layer) for layer in network.layers}
    return run_network(network, given, exact, ideal_neurons(network, len(given)), watched)


def ideal_neurons(network: Network, samples: int) -> dict[str, Neurons]:
    """Ideal neurons of every layer, at rest."""
    return {layer.name: IdealNeurons(layer, samples) for layer in network.layers}


def decided(output: Array) -> Array:
    """Class of each sample: the output neuron with the most spikes; the first one in a tie."""
    counts = np.sum(np.minimum(output, 1), axis=1)
    return np.asarray(np.argmax(counts, axis=1))
