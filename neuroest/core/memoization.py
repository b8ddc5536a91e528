"""Methods of objects that never change are computed once for each object.

Components and mappers live for one evaluation. What a method of theirs returns depends on their fields, and at most
on the network, so asking again gives the same number; in a batch of thousands of points the second answer is free.
"""

import functools
from collections.abc import Callable
from inspect import CO_GENERATOR, CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import Any

import numpy as np

_ALONE, _WITH_NETWORK = ("self",), ("self", "network")
_NUMBERS = (float, np.ndarray, np.generic)
"""What is kept. A list might be added to by the one who gets it, and all else is cheap."""


def memoize_numbers(cls: type) -> None:
    """Let the methods of a class that take nothing, or the network alone, compute a number only once."""
    for name, member in list(vars(cls).items()):
        if not isinstance(member, FunctionType) or getattr(member, "__isabstractmethod__", False):
            continue
        code = member.__code__
        takes = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if name.startswith("__") or code.co_flags & (CO_GENERATOR | CO_VARARGS | CO_VARKEYWORDS):
            continue
        if takes == _ALONE:
            setattr(cls, name, _alone(member))
        elif takes == _WITH_NETWORK:
            setattr(cls, name, _with_network(member))


def _alone(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    key = f"{method.__qualname__}()"  # no name of a field, and one that an overriding method does not share

    @functools.wraps(method)
    def once(self: Any) -> Any:
        known = self.__dict__
        if key in known:
            return known[key]
        found = method(self)
        if isinstance(found, _NUMBERS):
            known[key] = found
        return found

    return once


def _with_network(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    key = f"{method.__qualname__}()"

    @functools.wraps(method)
    def once(self: Any, network: Any) -> Any:
        known = self.__dict__.get(key)
        if known is not None and known[0] is network:
            return known[1]
        found = method(self, network)
        if isinstance(found, _NUMBERS):
            self.__dict__[key] = (network, found)
        return found

    return once
