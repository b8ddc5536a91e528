"""Read-only mappings that can be sent to other processes."""

import copyreg
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from neuroest.core.errors import UnknownNameError

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class _Named(dict[str, _Value]):
    """A mapping that says which names it has when it lacks one."""

    def __init__(self, content: Mapping[str, _Value], what: str) -> None:
        super().__init__(content)
        self.what = what

    def __missing__(self, name: str) -> _Value:
        raise UnknownNameError(self.what, name, self)

    def copy(self) -> "_Named[_Value]":
        return _Named(self, self.what)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Named, (dict(self), self.what)


def named(content: Mapping[str, _Value], what: str) -> Mapping[str, _Value]:
    """A copy that cannot be changed, and whose `KeyError` is an `UnknownNameError` of what the names stand for.

    Examples
    --------
    >>> named({"area_m2": 1e-6}, "result")["area_m2"]
    1e-06
    """
    return MappingProxyType(_Named(content, what))


def frozen(content: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    """A copy that cannot be changed."""
    return MappingProxyType(dict(content))


def _view(content: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    return MappingProxyType(content)


def _reduced(view: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _view, (view.copy(),)


copyreg.pickle(MappingProxyType, _reduced)  # Python itself refuses to pickle a read-only view
