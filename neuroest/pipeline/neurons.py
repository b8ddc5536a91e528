"""Neurons of a chip: which components they are, and the spikes of the network."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from neuroest.blocks.base import Component
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.roles import UpdatesNeurons
from neuroest.core.arrays import Array
from neuroest.workloads.layers import LayerTable

_NEURONS = "neuroest.blocks.neurons."
_STATE = ("state",)


def is_neuron(component: Component[Any]) -> bool:
    """Whether a component is a neuron, or a datapath that updates neurons in turn."""
    return isinstance(component, UpdatesNeurons) or type(component).__module__.startswith(_NEURONS)


def neuron_parts(components: Iterable[Component[Any]]) -> frozenset[str]:
    """Paths of the neurons among some components, and of the memories that store nothing but their states."""
    return frozenset(
        part.path
        for part in components
        if is_neuron(part) or (isinstance(part, Memory) and part.spec.stores == _STATE)
    )


def network_spikes(layers: LayerTable) -> Array:
    """Spikes of all layers with weights in one inference; none of a dense network, or of layers in numbers. [1]."""
    if layers.coding != "spiking":
        return np.zeros(1)
    firing = (
        layers.is_weighted * layers.output_elements * np.where(layers.numbers > 0.0, 0.0, layers.output_rate)
    )
    return np.asarray(np.sum(firing, axis=-1, keepdims=True) * layers.timesteps)
