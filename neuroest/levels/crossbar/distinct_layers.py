"""Layers of a network with the same errors, which a list of design points computes once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask

_FEW = 2**12
"""Numbers up to which it takes longer to find equal layers than to compute all of them."""


@dataclass(frozen=True, eq=False, repr=False)
class DistinctLayers:
    """Layers without those that equal an earlier one at every design point.

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
        if np.prod(shape) <= _FEW:
            return cls(every, every, 0)
        by_layer = [np.asarray(each) for each in numbers if np.shape(each)[-1:] == (layers,)]
        ever = np.any(used.reshape(-1, layers), axis=0)
        kinds, places = every.copy(), list[int]()
        for layer in range(layers):
            equal = (k for k, other in enumerate(places) if _equal(by_layer, ever, layer, other))
            kinds[layer] = next(equal, len(places))
            if kinds[layer] == len(places):
                places.append(layer)
        return cls(np.array(places), kinds, points)

    def of_each(self, value: u.Numeric) -> u.Numeric:
        """A value by layer, of the distinct layers."""
        if np.shape(value)[-1:] != self.kinds.shape or self.places.size == self.kinds.size:
            return value
        return np.asarray(value)[..., self.places]

    def blocks(self, values: Array) -> Array:
        """Values by layer and block of rows, of the distinct layers; in a list the points are neighbours in memory."""
        found = values[..., self.places, :] if values.shape[-2] == self.kinds.size else values
        if not self.points:
            return found
        return np.asfortranarray(np.broadcast_to(found, (self.points, *found.shape[-2:])))

    def by_layer(self, value: Array) -> Array:
        """A value of the distinct layers, of every layer."""
        return value if self.places.size == self.kinds.size else np.asarray(value[..., self.kinds])


def _equal(numbers: Sequence[Array], used: Mask, layer: int, other: int) -> bool:
    """Whether two layers have the same numbers, or neither is used."""
    if not (used[layer] and used[other]):
        return bool(used[layer] == used[other])
    return all(np.array_equal(each[..., layer], each[..., other]) for each in numbers)
