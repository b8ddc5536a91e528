"""Types of arrays, and columns that are equal at every design point, which a list computes once."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from neuroest.core.recording import recording_of

Array: TypeAlias = NDArray[np.float64]
"""Numbers."""
Mask: TypeAlias = NDArray[np.bool_]
"""Truth values, one for each element."""

_Key = TypeVar("_Key", bound=Hashable)


def at_points(value: Any, points: int) -> Array:
    """A result at each of a list of points, as an array with one axis."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64).reshape(-1), (points,))


def single(value: Array) -> Array | float:
    """The number in an array of one point; other arrays stay as they are."""
    return float(value[0]) if value.shape == (1,) else value


class Sums(dict[_Key, Array]):
    """Arrays by key that add up."""

    def add(self, key: _Key, value: Any) -> None:
        """Add to the array of a key."""
        self[key] = self[key] + value if key in self else np.asarray(value)

    def add_all(self, values: Mapping[_Key, Any]) -> None:
        """Add to the arrays of several keys."""
        for key, value in values.items():
            self.add(key, value)


Actions: TypeAlias = Sums[tuple[str, str]]
"""Action counts, by component and action."""


FEW = 2**12
"""Array size below which all columns are computed, since finding equal ones takes longer."""


def without_repetitions(
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


def equal_columns_once(function: Callable[..., Any], *given: Any, axes: int = 3) -> Any:
    """Evaluate a function of arrays once per distinct column; the first of the axes is the design points.

    Columns, such as layers or their blocks of rows, for which all numbers are equal at every point are computed once.
    Short arrays, and those with another number of axes, are evaluated as they are.

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
    if len(shape) != axes or np.prod(shape) <= FEW or recording_of(given) is not None:
        return function(*given)
    same = (1,) * (axes - 1)
    whole = [np.asarray(each).reshape((1,) * (axes - np.ndim(each)) + np.shape(each)) for each in given]
    varied = [np.broadcast_to(each, (each.shape[0], *shape[1:])) for each in whole if each.shape[1:] != same]
    columns = [[each[:, *place] for each in varied] for place in np.ndindex(shape[1:])]
    places, kinds = without_repetitions(columns)
    few = iter(np.array(column).T for column in zip(*(columns[place] for place in places), strict=True))
    found = function(*(each.reshape(-1, 1) if each.shape[1:] == same else next(few) for each in whole))
    return np.asarray(np.asarray(found)[..., kinds.reshape(shape[1:])])
