"""Read-only mappings that can be sent to other processes."""

import copyreg
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def frozen(content: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    """A copy that cannot be changed."""
    return MappingProxyType(dict(content))


def _reduced(view: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return frozen, (dict(view),)


copyreg.pickle(MappingProxyType, _reduced)  # Python itself refuses to pickle a read-only view
