"""A spec together with its file, and validated specs as plain data that are not validated again.

A spec is a list ``[class, fields that its file states, values in the order of the fields, further keys]``, a tuple
``["t", ...]``, a list ``["l", ...]``; all else stands for itself. Classes are listed by their place in this package.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar, overload

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.lazy_registry import load
from neuroest.specs.base import Spec
from neuroest.specs.reading import Document

_T = TypeVar("_T", bound=Spec)


@frozen_dataclass(eq=False)
class Loaded(Generic[_T]):
    """A validated spec with the file it came from."""

    spec: _T
    file: str
    sha256: str
    document: Document

    def __repr__(self) -> str:
        return (
            f"<Loaded {getattr(self.spec, 'kind', 'spec')} {getattr(self.spec, 'name', '')!r} of {self.file}>"
        )


Named: TypeAlias = str | Path | Loaded[Any]
"""How to request a spec: a shipped name, the path of a file, or the spec object."""


@overload
def listed(given: str | Iterable[str]) -> tuple[str, ...]: ...
@overload
def listed(given: str | Path | Iterable[str | Path]) -> tuple[str | Path, ...]: ...
@overload
def listed(given: Named | Iterable[Named]) -> tuple[Named, ...]: ...
def listed(given: Named | Iterable[Named]) -> tuple[Named, ...]:
    """Wrap one name, path or spec in a tuple, since a text is also a sequence of letters.

    Raises
    ------
    NeuroestError
        If the value is neither one spec nor several.

    Examples
    --------
    >>> listed("loihi_14nm"), listed(["one", "two"])
    (('loihi_14nm',), ('one', 'two'))
    """
    if isinstance(given, str | Path | Loaded):
        return (given,)
    if not isinstance(given, Iterable):
        raise NeuroestError(f"expected a name or a list of names, got {type(given).__name__}")
    return tuple(given)


_PLACE = re.compile(r"(?:blocks|levels|specs)(?:\.[a-z][a-z0-9_]*)+\.[A-Z]\w*")
"""Modules that declare schemas; importing one of them does nothing else."""
_TUPLE, _LIST = "t", "l"
_PLAIN = (str, float, int, type(None))


def encoded(spec: Spec) -> list[Any]:
    """A spec as plain data.

    Raises
    ------
    TypeError
        If it has values that are not plain.
    """
    classes: dict[type[Spec], int] = {}
    row = _encoded(spec, classes)
    return [[_place(cls) for cls in classes], row]


def decoded(content: Any) -> Any:
    """The spec that `encoded` wrote.

    Raises
    ------
    ValueError, TypeError, LookupError, AttributeError, ImportError
        If the content is anything else.
    """
    places, row = content
    return _decoded(row, [_class_at(place) for place in places])


def _encoded(value: Any, classes: dict[type[Spec], int]) -> Any:
    if isinstance(value, Spec):
        cls = type(value)
        number = classes.setdefault(cls, len(classes))
        stated = sorted(value.model_fields_set & cls.model_fields.keys())
        values = [_encoded(vars(value)[name], classes) for name in cls.model_fields]
        return [number, stated, values, _encoded(value.model_extra, classes)]
    if isinstance(value, tuple | list):
        return [_TUPLE if isinstance(value, tuple) else _LIST, *(_encoded(item, classes) for item in value)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _encoded(item, classes) for key, item in value.items()}
    if isinstance(value, _PLAIN):
        return value
    raise TypeError(f"{type(value).__name__} is not plain data")


def _decoded(value: Any, classes: list[type[Spec]]) -> Any:
    if isinstance(value, dict):
        return {key: _decoded(item, classes) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if value[0] == _TUPLE:
        return tuple([_decoded(item, classes) for item in value[1:]])
    if value[0] == _LIST:
        return [_decoded(item, classes) for item in value[1:]]
    number, stated, values, extra = value
    cls = classes[number]
    content = {
        name: _decoded(item, classes) if isinstance(item, list | dict) else item
        for name, item in zip(cls.model_fields, values, strict=True)
    }
    further = _decoded(extra, classes)
    spec = cls.__new__(cls)
    spec.__setstate__(  # what pickle would do
        {
            "__dict__": content,
            "__pydantic_fields_set__": {*stated, *(further or ())},
            "__pydantic_extra__": further,
            "__pydantic_private__": None,
        }
    )
    return spec


def _place(cls: type[Spec]) -> str:
    place = f"{cls.__module__}.{cls.__qualname__}".partition(".")[2]
    if _class_at(place) is not cls:
        raise TypeError(f"{place} is another class")
    return place


@cache
def _class_at(place: str) -> type[Spec]:
    if not _PLACE.fullmatch(place):
        raise ValueError(f"{place} is no schema")
    found = load(f"neuroest.{place}")
    if not (isinstance(found, type) and issubclass(found, Spec)):
        raise TypeError(f"{place} is no schema")
    return found
