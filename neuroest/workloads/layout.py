"""How the arrays of a list of design points lie in memory.

Layers are the last axis. In numpy's usual order they are then also neighbours in memory, and where a value a point
meets a value a layer numpy starts a loop over a handful of layers for every one of thousands of points. If the
points are neighbours instead, a handful of long loops does the same. Indices and results stay as they are; numpy
keeps the order of what it is given, so it is enough to hand out the tables of a network in it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from neuroest.core.arrays import Array

_FEWEST_POINTS = 256
"""Shorter lists gain nothing."""
_MOST_LAYERS = 24
"""With more layers the loops over them are long enough, and tables that repeat them for every point too large."""


def points_first(points: int, layers: int) -> bool:
    """Whether the points of a list should be neighbours in memory."""
    return points >= _FEWEST_POINTS and layers <= _MOST_LAYERS


def points_apart(array: Array, points: int) -> Array:
    """The same values with an axis of points before that of the layers, the points neighbours in memory."""
    return np.asfortranarray(np.broadcast_to(array, (points, array.shape[-1])))


def of_one_point(array: Array) -> Array:
    """One value a layer, of an array in which all points agree."""
    return np.asarray(array[(0,) * (array.ndim - 1)])


class LaidOut:
    """Counts of a network, repeated for as many points as anybody asked for and kept for the next list."""

    def __init__(self) -> None:
        self._points, self._kept = 0, dict[str, Array]()

    def counts(self, counts: Mapping[str, Any], points: int) -> dict[str, Any]:
        """All counts, the arrays among them with an axis of points."""
        if points > self._points:
            self._kept = {n: points_apart(a, points) for n, a in counts.items() if isinstance(a, np.ndarray)}
            self._points = points
            for array in self._kept.values():
                array.flags.writeable = False
        return {**counts, **{name: array[:points] for name, array in self._kept.items()}}
