"""The ideal neuron of the training: a leaky integrator in discrete time, without noise."""

from collections.abc import Callable
from functools import partial

import numpy as np

from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.files import NeuronLayer


def ideal_spikes(layer: NeuronLayer, given: Array, drive: Callable[[Array], Array]) -> Array:
    """Spikes of leaky integrate-and-fire neurons, reset by subtraction in the step after a spike.

    Parameters
    ----------
    layer : NeuronLayer
        Decay and threshold.
    given : ndarray of shape (samples, timesteps, inputs)
        Input spikes of the layer.
    drive : callable
        Returns the weighted sums of one timestep from its input spikes and, in a recurrent layer, from the layer's own
        spikes of the previous timestep.
    """
    state = np.zeros((len(given), layer.outputs))
    own, found = state > 0.0, []
    for step in range(given.shape[1]):
        rows = given[:, step] if layer.recurrent is None else np.hstack([given[:, step], own])
        reset = layer.threshold * (state > layer.threshold)
        state = layer.decay * state + drive(rows) - reset
        own = state > layer.threshold
        found.append(own)
    return np.stack(found, axis=1)


def ideal_network(layers: list[NeuronLayer], spikes: Array) -> dict[str, Array]:
    """Spikes of every layer of the ideal network, (samples, timesteps, neurons)."""
    found, given = {}, spikes
    for layer in layers:
        given = ideal_spikes(layer, given, partial(_weighted_sum, layer))
        found[layer.name] = given
    return found


def _weighted_sum(layer: NeuronLayer, rows: Array) -> Array:
    """Weighted input of each neuron in a timestep, in the network's own units."""
    return np.asarray(layer.step * (rows.astype(float) @ layer.matrix.T))


def decided(output: Array) -> Array:
    """Class of each sample: the output neuron with the most spikes; the first one in a tie."""
    counts = np.sum(np.minimum(output, 1), axis=1)
    return np.asarray(np.argmax(counts, axis=1))
