"""Layers one after the other on cores that hold so many neurons and so many weights."""

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass

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
    places, shares, whole = (
        np.zeros((2, layers, points)),
        np.zeros((2, layers, points)),
        np.zeros((layers, points)),
    )
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
