"""Interpolation in tables: power laws between the points of a grid, any number of axes, any shape of points.

Between neighbouring points of every axis the logarithm of the value is linear in the logarithm of the coordinate, so
each cell of the grid is a product of power laws. A value that rises along an axis of the table then rises
everywhere; higher-order splines guarantee this for one axis only.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array


def bracketed(axis: Array, value: u.Numeric) -> tuple[NDArray[np.intp], Array]:
    """Point of an ascending axis before `value`, and the fraction to the next; clamped at both ends."""
    inside = np.clip(np.asarray(value, dtype=np.float64), axis[0], axis[-1])
    if len(axis) == 1:
        return np.zeros(inside.shape, dtype=np.intp), np.zeros(inside.shape)
    place = np.clip(np.searchsorted(axis, inside, side="right") - 1, 0, len(axis) - 2)
    return place, (inside - axis[place]) / (axis[place + 1] - axis[place])


def interpolated(values: Array, places: Sequence[tuple[NDArray[np.intp], Array]]) -> Any:
    """Values of a grid between its points, linear along each of the last axes.

    Parameters
    ----------
    values : array
        The grid; axes before those of `places` are kept.
    places : sequence
        What `bracketed` says of each axis.
    """
    total: Any = 0.0
    used = [(place, part, (0,) if not np.any(part) else (0, 1)) for place, part in places]
    for corner in product(*(ends for _, _, ends in used)):
        weight: Any = 1.0
        index: list[Any] = [...]
        for (place, part, _), end in zip(used, corner, strict=True):
            index.append(place + end)
            weight = weight * (part if end else 1.0 - part)
        total = total + weight * values[tuple(index)]
    return total
