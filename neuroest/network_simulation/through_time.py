"""Back-propagation through time in a network of ideal neurons."""

from collections.abc import Callable, Sequence

import numpy as np

from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.files import NeuronLayer

Slope = Callable[[int, Array], Array]


def errors_back(layer: NeuronLayer, gradient: Array) -> Array:
    """Propagate gradients back through a layer's weights, normalized to the largest weight.

    Scaling the weights scales the steps of the whole layer, like its learning rate.
    """
    largest = max(float(np.max(np.abs(layer.weights))), 1.0)
    return np.asarray(layer.weights.T @ gradient / largest)


def gradients_through_time(
    layers: Sequence[NeuronLayer], errors: Sequence[Array], potentials: Sequence[Sequence[Array]], slope: Slope
) -> list[list[Array]]:  # fmt: skip
    """Gradient of the errors of all timesteps with respect to each neuron's potential in each timestep.

    A potential affects the errors of its own timestep and, by decay, the next potential. Its spike affects the next
    layer and, in a recurrent layer, the next potentials of its own layer. The reset is excluded from the gradient, as
    usual with surrogate gradients.

    Parameters
    ----------
    layers : sequence of NeuronLayer
        Layers, each feeding the next.
    errors : sequence of ndarray
        Error of the outputs in each timestep.
    potentials : sequence of sequence of ndarray
        Potential of each layer in each timestep.
    slope : callable
        Returns the surrogate slope of a layer from its index and potential; one at the threshold.

    Returns
    -------
    list of list of ndarray
        Gradient of each layer's neurons, for each timestep.
    """
    later = [np.zeros(layer.outputs) for layer in layers]
    found: list[list[Array]] = []
    for error, potential in zip(reversed(errors), reversed(potentials), strict=True):
        here, below = [np.zeros(0)] * len(layers), np.asarray(error)
        for place in range(len(layers) - 1, -1, -1):
            layer = layers[place]
            slopes = slope(place, potential[place])
            # output neurons get their errors directly, hidden neurons through the effect of their spikes
            gradient = below if place == len(layers) - 1 else slopes * below
            gradient = gradient + layer.decay * later[place]
            if layer.recurrent is not None:
                own = layer.recurrent.T @ later[place]
                gradient = gradient + slopes * layer.step / layer.threshold * own
            here[place] = np.asarray(gradient)
            below = errors_back(layer, here[place])
        later = here
        found.append(here)
    return found[::-1]
