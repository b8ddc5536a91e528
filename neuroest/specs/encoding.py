"""Validated specs as plain data that JSON can keep, and back, without validating them again.

A spec is a list ``[class, fields that its file states, values in the order of the fields, further keys]``, a tuple
``["t", ...]``, a list ``["l", ...]``; all else stands for itself. Classes are listed by their place in this package.
"""

import re
from functools import cache
from typing import Any

from neuroest.core.lazy_registry import load
from neuroest.specs.base import Spec

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
