"""Layers with the same numbers, which a list of design points computes once."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import FEW, Array, Mask, without_repetitions
from neuroest.core.frozen import frozen_dataclass


@frozen_dataclass(eq=False)
class DistinctLayers:
    """Layers that differ from all earlier ones at some design point.

    Attributes
    ----------
    places : array of int
        Place in the network of each distinct layer.
    kinds : array of int
        Distinct layer that each layer of the network equals.
    points : int
        Length of the list of design points; zero for a single point and for an open grid.
    """

    places: NDArray[np.intp]
    kinds: NDArray[np.intp]
    points: int

    @classmethod
    def of(cls, used: Mask, numbers: Sequence[u.Numeric], others: Sequence[u.Numeric]) -> Self:
        """The distinct layers of a network.

        Parameters
        ----------
        used : array of bool
            Layers whose results are used. All others count as equal.
        numbers : sequence of float or array
            Everything that differs between layers, with the layers on the last axis.
        others : sequence of float or array
            Numbers of the design points that are the same for all layers.
        """
        layers = used.shape[-1]
        shape = np.broadcast_shapes(*map(np.shape, (used, *numbers, *others)))
        points = shape[0] if len(shape) == 2 else 0
        every = np.arange(layers, dtype=np.intp)
        if np.prod(shape) <= FEW:
            return cls(every, every, 0)
        by_layer = [np.asarray(each) for each in numbers if np.shape(each)[-1:] == (layers,)]
        ever = np.any(used.reshape(-1, layers), axis=0)
        columns = [
            [each[..., layer] for each in by_layer] if ever[layer] else None for layer in range(layers)
        ]
        places, kinds = without_repetitions(columns)
        return cls(places, kinds, points)

    def of_each(self, value: u.Numeric) -> u.Numeric:
        """A value by layer, reduced to the distinct layers."""
        if np.shape(value)[-1:] != self.kinds.shape or self.places.size == self.kinds.size:
            return value
        return np.asarray(value)[..., self.places]

    def blocks(self, values: Array) -> Array:
        """Values by layer and row block, reduced to the distinct layers; in a list, points are adjacent in memory."""
        found = values[..., self.places, :] if values.shape[-2] == self.kinds.size else values
        if not self.points:
            return found
        return np.asfortranarray(np.broadcast_to(found, (self.points, *found.shape[-2:])))

    def by_layer(self, value: Array) -> Array:
        """A value of the distinct layers, expanded to all layers."""
        return value if self.places.size == self.kinds.size else np.asarray(value[..., self.kinds])
