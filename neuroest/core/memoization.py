"""Compute methods of immutable objects once for each object.

Components and mappers live for one evaluation. The result of one of their methods depends only on their fields and
sometimes on the network, so a second call gives the same number. In a batch of thousands of points it costs nothing.
"""

import functools
from collections.abc import Callable
from inspect import CO_GENERATOR, CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import Any

import numpy as np

_ALONE, _WITH_NETWORK = ("self",), ("self", "network")
_NUMBERS = (float, np.ndarray, np.generic)
"""Types of results that are kept. The caller might append to a list, and all other results are cheap."""


def memoize_numbers(cls: type) -> None:
    """Make methods of a class that take no argument, or only the network, compute their result once."""
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
    key = f"{method.__qualname__}()"  # cannot be a field name, and an overriding method has another one

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
