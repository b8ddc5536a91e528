"""Layers and blocks of rows with the same errors, which a list of design points computes once."""

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask
from neuroest.core.frozen_dataclass import frozen_dataclass

_FEW = 2**12
"""Array size below which all layers are computed, since finding equal ones takes longer."""
_AXES = 3
"""Axes of a list of design points with row blocks: points, layers, blocks."""


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
        if np.prod(shape) <= _FEW:
            return cls(every, every, 0)
        by_layer = [np.asarray(each) for each in numbers if np.shape(each)[-1:] == (layers,)]
        ever = np.any(used.reshape(-1, layers), axis=0)
        columns = [
            [each[..., layer] for each in by_layer] if ever[layer] else None for layer in range(layers)
        ]
        places, kinds = _without_repetitions(columns)
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


def _without_repetitions(
    columns: Sequence[Sequence[Array] | None],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the columns that differ from all earlier ones, and for each column the one that it equals."""
    places, kinds = list[int](), list[int]()
    alike: dict[object, list[int]] = {}
    for place, column in enumerate(columns):
        # most differ at the first point
        known = alike.setdefault(None if column is None else tuple(each.item(0) for each in column), [])
        kind = next((kind for kind in known if _equal(column, columns[places[kind]])), len(places))
        if kind == len(places):
            places.append(place)
            known.append(kind)
        kinds.append(kind)
    return np.array(places, dtype=np.intp), np.array(kinds, dtype=np.intp)


def _equal(one: Sequence[Array] | None, other: Sequence[Array] | None) -> bool:
    """Whether two columns have the same numbers, or neither is used."""
    if one is None or other is None:
        return one is other
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def equal_columns_once(function: Callable[..., u.Numeric], *given: u.Numeric) -> u.Numeric:
    """Evaluate a function of arrays whose axes are points, layers and blocks once per distinct layer and block.

    Layers and blocks for which all numbers are equal at every point are computed once.

    Examples
    --------
    >>> calls = []
    >>> def doubled(x):
    ...     calls.append(x.size)
    ...     return 2.0 * x
    >>> blocks = np.ones((3000, 2, 2))
    >>> equal_columns_once(doubled, blocks).shape, calls
    ((3000, 2, 2), [3000])
    """
    shape = np.broadcast_shapes(*map(np.shape, given))
    if len(shape) != _AXES or np.prod(shape) <= _FEW:
        return function(*given)
    whole = [np.asarray(each).reshape((1,) * (_AXES - np.ndim(each)) + np.shape(each)) for each in given]
    varied = [
        np.broadcast_to(each, (each.shape[0], *shape[1:])) for each in whole if each.shape[1:] != (1, 1)
    ]
    columns = [[each[:, i, k] for each in varied] for i in range(shape[1]) for k in range(shape[2])]
    places, kinds = _without_repetitions(columns)
    few = iter(np.array(column).T for column in zip(*(columns[place] for place in places), strict=True))
    found = function(*(each[..., 0] if each.shape[1:] == (1, 1) else next(few) for each in whole))
    return np.asarray(np.asarray(found)[..., kinds.reshape(shape[1:])])
