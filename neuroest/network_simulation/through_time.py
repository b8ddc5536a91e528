"""Back-propagation through time in a network of ideal neurons."""

from collections.abc import Callable, Sequence

import numpy as np

from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.files import NeuronLayer

Slope = Callable[[int, Array], Array]


def errors_back(layer: NeuronLayer, gradient: Array) -> Array:
    """Gradients of a layer's neurons, back through its weights over the largest of them, to those before it.

    Scaling the weights scales the steps of a whole layer, which is what its learning rate does.
    """
    largest = max(float(np.max(np.abs(layer.weights))), 1.0)
    return np.asarray(layer.weights.T @ gradient / largest)


def gradients_through_time(
    layers: Sequence[NeuronLayer], errors: Sequence[Array], potentials: Sequence[Sequence[Array]], slope: Slope
) -> list[list[Array]]:  # fmt: skip
    """What the errors of all timesteps ask of the potential of each neuron in each timestep.

    A potential acts on the errors of its own timestep, on the next potential by its decay, and by its spike on the
    layer behind and, in a recurrent layer, on the next potentials of its own layer. The reset is taken as no path, as
    usual with surrogate gradients.

    Parameters
    ----------
    layers : sequence of NeuronLayer
        One after the other.
    errors : sequence of ndarray
        Error of the outputs in each timestep.
    potentials : sequence of sequence of ndarray
        Potential of each layer in each timestep.
    slope : callable
        Surrogate slope of a layer, by its place and potential, one at the threshold.

    Returns
    -------
    list of list of ndarray
        For each timestep the gradient of each layer's neurons.
    """
    later = [np.zeros(layer.outputs) for layer in layers]
    found: list[list[Array]] = []
    for error, potential in zip(reversed(errors), reversed(potentials), strict=True):
        here, below = [np.zeros(0)] * len(layers), np.asarray(error)
        for place in range(len(layers) - 1, -1, -1):
            layer = layers[place]
            slopes = slope(place, potential[place])
            # outputs are moved by their errors as they are, hidden neurons by what their spikes do
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
