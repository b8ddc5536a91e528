"""Compute methods of immutable objects once for each object.

Components and mappers live for one evaluation. The result of one of their methods depends only on their fields and
sometimes on the network, its placement or the burst of its drives, so a second call gives the same number. In a batch
of thousands of points it costs nothing.
"""

import functools
from collections.abc import Callable
from inspect import CO_GENERATOR, CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

_ALONE, _FIXED = ("self",), frozenset({"network", "placement", "burst"})
"""Arguments of methods whose results are kept: none, or one of these, each the same object in a whole evaluation."""
_NUMBERS = (float, np.ndarray, NDArrayOperatorsMixin, np.generic, tuple)


def _is_frozen(found: object) -> bool:
    """Whether a result other than numbers is kept: the caller might append to a list, and iterators end."""
    dataclass = getattr(type(found), "__dataclass_params__", None)
    return getattr(found, "immutable", False) if dataclass is None else bool(dataclass.frozen)


def memoize_numbers(cls: type) -> None:
    """Make methods of a class that take no argument, or only network, placement or burst, compute their result once.

    Results are numbers, arrays, tuples and frozen objects, such as a circuit drawn for the network.
    """
    for name, member in list(vars(cls).items()):
        if not isinstance(member, FunctionType) or getattr(member, "__isabstractmethod__", False):
            continue
        code = member.__code__
        takes = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if name.startswith("__") or code.co_flags & (CO_GENERATOR | CO_VARARGS | CO_VARKEYWORDS):
            continue
        if takes == _ALONE:
            setattr(cls, name, _alone(member))
        elif len(takes) == len(_ALONE) + 1 and takes[-1] in _FIXED and member.__defaults__ is None:
            setattr(cls, name, _with_one(member))


def _alone(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    key = f"{method.__qualname__}()"  # cannot be a field name, and an overriding method has another one

    @functools.wraps(method)
    def once(self: Any) -> Any:
        known = self.__dict__
        if key in known:
            return known[key]
        found = method(self)
        if isinstance(found, _NUMBERS) or _is_frozen(found):
            known[key] = found
        return found

    return once


def _with_one(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    key = f"{method.__qualname__}()"

    @functools.wraps(method)
    def once(self: Any, given: Any) -> Any:
        known = self.__dict__.get(key)
        if known is not None and known[0] is given:
            return known[1]
        found = method(self, given)
        if isinstance(found, _NUMBERS) or _is_frozen(found):
            self.__dict__[key] = (given, found)
        return found

    return once
