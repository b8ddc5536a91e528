"""The ideal neuron that a network was trained with: a leaky integrator in discrete time, without noise."""

from __future__ import annotations

import numpy as np

from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.files import NeuronLayer


def weighted_sum(layer: NeuronLayer, spikes: Array, own: Array | None = None) -> Array:
    """What each neuron is given in a timestep, in the network's own units."""
    total = spikes.astype(float) @ layer.weights.T
    if layer.recurrent is not None and own is not None:
        total = total + own.astype(float) @ layer.recurrent.T
    result: Array = layer.step * total
    return result


def ideal_spikes(layer: NeuronLayer, drive: Array) -> Array:
    """Spikes of leaky integrate-and-fire neurons, reset by subtraction in the step after a spike.

    Parameters
    ----------
    layer : NeuronLayer
        Decay and threshold.
    drive : ndarray of shape (samples, timesteps, neurons)
        Weighted sums.
    """
    state, spikes = np.zeros(drive[:, 0].shape), np.zeros(drive.shape, dtype=bool)
    for step in range(drive.shape[1]):
        reset = layer.threshold * (state > layer.threshold)
        state = layer.decay * state + drive[:, step] - reset
        spikes[:, step] = state > layer.threshold
    return spikes


def ideal_network(layers: list[NeuronLayer], spikes: Array) -> dict[str, Array]:
    """Spikes of every layer of the ideal network, (samples, timesteps, neurons)."""
    found, given = {}, spikes
    for layer in layers:
        if layer.recurrent is None:
            drive = weighted_sum(layer, given)
            given = ideal_spikes(layer, drive)
        else:
            given = _recurrent(layer, given)
        found[layer.name] = given
    return found


def _recurrent(layer: NeuronLayer, spikes: Array) -> Array:
    samples, steps = spikes.shape[:2]
    state, own = np.zeros((samples, layer.outputs)), np.zeros((samples, layer.outputs), dtype=bool)
    found = np.zeros((samples, steps, layer.outputs), dtype=bool)
    for step in range(steps):
        reset = layer.threshold * (state > layer.threshold)
        state = layer.decay * state + weighted_sum(layer, spikes[:, step], own) - reset
        own = state > layer.threshold
        found[:, step] = own
    return found


def decided(output: Array) -> Array:
    """Class of each sample: the output neuron with most spikes, the first of those with equally many."""
    counts = np.sum(np.minimum(output, 1), axis=1)
    result: Array = np.argmax(counts, axis=1)
    return result
