"""What functions of numpy do with symbolic arrays.

Each takes the recording and the arguments of the function.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from neuroest.core.operations import to_bool

_REDUCE = {
    np.sum: np.add, np.prod: np.multiply, np.max: np.maximum, np.min: np.minimum, np.any: np.logical_or,
    np.all: np.logical_and,
}  # fmt: skip
"""Functions that reduce axes by a ufunc."""
OF_SHAPES = frozenset({np.shape, np.ndim, np.size, np.result_type})
"""Functions of what an array is, not of its numbers."""
REARRANGE = frozenset({
    np.reshape, np.ravel, np.squeeze, np.expand_dims, np.transpose, np.moveaxis, np.swapaxes, np.broadcast_to,
    np.broadcast_arrays, np.stack, np.concatenate, np.take, np.repeat, np.atleast_1d, np.tile, np.flip, np.delete,
    np.copy,
})  # fmt: skip


def _least(recording: Any, array: Any, axis: int | None, compare: Any) -> Any:
    """Place of the first least or largest element along an axis."""
    rows = np.moveaxis(array, axis, 0) if axis is not None else array.reshape(-1)
    best, place = rows[0], recording.symbolic(np.zeros(rows.shape[1:], dtype=np.intp))
    for number in range(1, len(rows)):
        better = recording.elementwise(compare, rows[number], best)
        best = recording.elementwise(np.where, better, rows[number], best)
        place = recording.elementwise(np.where, better, number, place)
    return place


def _clip(recording: Any, array: Any, low: Any = None, high: Any = None) -> Any:
    found = array if low is None else recording.elementwise(np.maximum, array, low)
    return found if high is None else recording.elementwise(np.minimum, found, high)


def _reduction(ufunc: Any) -> Any:
    def taken(recording: Any, array: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
        return recording.reduced(ufunc, array, axis, keepdims=keepdims)

    return taken


def _mean(recording: Any, array: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    total = recording.reduced(np.add, array, axis, keepdims=keepdims)
    return total / (np.size(array) / total.size)


def _array_equal(recording: Any, one: Any, other: Any) -> Any:
    if np.shape(one) != np.shape(other):
        return False
    return recording.reduced(np.logical_and, recording.elementwise(np.equal, one, other), None)


def _bincount(recording: Any, places: Any, weights: Any, minlength: int = 0) -> Any:
    """Sums of weights by place, where no place moves."""
    each = [list[Any]() for _ in range(max(minlength, int(np.max(places)) + 1))]
    for place, weight in zip(np.asarray(places).tolist(), weights, strict=True):
        each[place].append(weight)
    return np.stack([functools.reduce(np.add, some) if some else recording.symbolic(0.0) for some in each])


def _alike(number: Any) -> Any:
    def taken(recording: Any, array: Any, fill: Any = number, dtype: Any = None, **_options: Any) -> Any:
        fill = recording.symbolic(fill).astype(dtype or array.dtype)
        return np.broadcast_to(fill, np.shape(array)).copy()

    return taken


def _zeros_like(number: float) -> Any:
    def taken(recording: Any, array: Any, dtype: Any = None, **_options: Any) -> Any:
        return recording.symbolic(np.full(np.shape(array), number, dtype or array.dtype)).copy()

    return taken


COPIES: Mapping[Any, Any] = {
    np.zeros_like: _zeros_like(0.0), np.ones_like: _zeros_like(1.0), np.empty_like: _zeros_like(0.0),
    np.full_like: _alike(None),
}  # fmt: skip
TAKEN: Mapping[Any, Any] = {
    np.bincount: _bincount,
    np.where: lambda recording, *given: recording.elementwise(np.where, *given),
    np.clip: _clip, np.mean: _mean, np.array_equal: _array_equal,
    np.cumsum: lambda recording, array, axis=-1, out=None: recording.accumulated(np.add, array, axis)
    if out is None else out.__setitem__(..., recording.accumulated(np.add, array, axis)),
    np.argmin: lambda recording, array, axis=None: _least(recording, array, axis, np.less),
    np.argmax: lambda recording, array, axis=None: _least(recording, array, axis, np.greater),
    np.count_nonzero: lambda recording, array, axis=None, keepdims=False: recording.reduced(
        np.add, recording.elementwise(to_bool, array), axis, keepdims=keepdims),
    np.flatnonzero: lambda _recording, array: np.ravel(array).nonzero()[0],
    np.nonzero: lambda _recording, array: array.nonzero(),
    np.round: lambda recording, array: recording.elementwise(np.rint, array),
    np.copyto: lambda recording, into, values, where=True: into.__setitem__(
        ..., values if where is True else recording.elementwise(np.where, where, values, into)),
    **COPIES, **{function: _reduction(ufunc) for function, ufunc in _REDUCE.items()},
}  # fmt: skip
