"""Where an evaluation is recorded, and what functions say of themselves for that.

Numpy turns whatever it is given into a plain array. While one point is recorded, those of its functions that do so let
symbolic arrays (`neuroest.core.symbolic`) pass; for all else, also in other threads, they do what they did.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import numpy as np

_P = ParamSpec("_P")
_T = TypeVar("_T")

UNREAD = "\N{REPLACEMENT CHARACTER}"
"""What a text says in the place of a number that is not known."""
_current: ContextVar[Any] = ContextVar("neuroest_recording", default=None)


def _is_symbolic(item: Any) -> bool:
    return getattr(type(item), "is_symbolic", False)


def arrays_in(item: Any) -> Iterator[Any]:
    """The symbolic arrays in nested tuples, lists and dicts."""
    if _is_symbolic(item):
        yield item
    elif isinstance(item, tuple | list):
        for one in item:
            yield from arrays_in(one)
    elif type(item) is dict:
        yield from arrays_in(tuple(item.values()))


def recording_of(*items: Any) -> Any:
    """The recording of the first array that moves among these, also in tuples and lists; or None."""
    if _current.get() is None:  # nearly always
        return None
    return next((one.recording for one in arrays_in(items) if not one.is_constant), None)


def each_alike(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Mark a function that treats every element of its arrays alike, as one operation for each distinct element.

    Examples
    --------
    >>> @each_alike
    ... def larger(x, y):
    ...     return np.where(x > y, x, y)
    >>> larger(np.array([1.0, 2.0]), 1.5).tolist()
    [1.5, 2.0]
    """

    @functools.wraps(function)
    def wrapper(*given: _P.args, **options: _P.kwargs) -> _T:
        recording = recording_of(given)
        if recording is None:
            return function(*given, **options)
        call = functools.partial(function, **options) if options else function
        return recording.for_each(call, given)  # type: ignore[no-any-return]

    return wrapper


def surely(condition: Any) -> bool:
    """Whether a condition is true whatever point is asked for: never one of numbers that move.

    For shortcuts: what they save is right in any case.
    """
    return recording_of(condition) is None and bool(condition)


def surely_none(mask: Any) -> bool:
    """Whether nothing is true, whatever point is asked for: never of numbers that move."""
    return surely(np.logical_not(np.any(mask)))


_MAKERS = ("asarray", "asanyarray", "array", "ascontiguousarray", "asfortranarray")
_EMPTY = ("zeros", "ones", "empty")
_ONE_AT_A_TIME = threading.RLock()
"""Numpy's functions are replaced and put back by one thread at a time."""


@contextmanager
def recording(found: Any) -> Iterator[Any]:
    """Record what is computed from the inputs of a recording, in this thread, without warnings of numpy.

    Functions of numpy that turn anything into a plain array let symbolic arrays pass, and new arrays can be filled with
    them; for all else, and in other threads, they do what they did. Another thread that records waits.
    """
    with _ONE_AT_A_TIME, np.errstate(all="ignore"):
        plain = {name: getattr(np, name) for name in (*_MAKERS, *_EMPTY, "full")}
        token = _current.set(found)
        try:
            for names, replacement in ((_MAKERS, _maker), (_EMPTY, _empty), (("full",), _full)):
                for name in names:
                    setattr(np, name, replacement(plain[name], found))
            yield found
        finally:
            for name, function in plain.items():
                setattr(np, name, function)
            _current.reset(token)


def _maker(plain: Any, found: Any) -> Any:
    @functools.wraps(plain)
    def made(values: Any, dtype: Any = None, **options: Any) -> Any:
        if _is_symbolic(values):
            if dtype is not None and np.dtype(dtype) != values.dtype:
                return values.astype(dtype)
            return values.copy() if plain.__name__ == "array" else values
        if type(values) in {list, tuple} and recording_of(values) is not None:
            rows = [made(one) if type(one) in {list, tuple} else found.symbolic(one) for one in values]
            stacked = np.stack(rows)
            return stacked if dtype is None else stacked.astype(dtype)
        return plain(values, dtype, **options)

    return made


def _empty(plain: Any, found: Any) -> Any:
    @functools.wraps(plain)
    def made(shape: Any, dtype: Any = np.float64, **options: Any) -> Any:
        array = plain(shape, dtype, **options)
        if _current.get() is not found:  # another thread
            return array
        if plain.__name__ == "empty":
            array.fill(0)
        return found.symbolic(array) if array.dtype.kind in "fib" else array

    return made


def _full(plain: Any, _found: Any) -> Any:
    @functools.wraps(plain)
    def made(shape: Any, value: Any, dtype: Any = None, **options: Any) -> Any:
        if _is_symbolic(value):
            return np.broadcast_to(value, shape).copy()
        return plain(shape, value, dtype, **options)

    return made
