"""Sections of docstrings that a program reads, since the text of a class or method stands where it is written."""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

_ENTRY = re.compile(r"^(\S+)\n((?:[ ]+\S.*\n?)+)", re.MULTILINE)


@cache
def section(documented: Any, title: str) -> Mapping[str, str]:
    """Texts of a section of a docstring, by the name above each; none without such a section.

    Parameters
    ----------
    documented : type or callable
        What has the docstring itself; those of its bases do not count.
    title : str
        Heading of the section, which is underlined with hyphens.
    """
    if f"{title}\n" not in (documented.__doc__ or ""):
        return MappingProxyType({})
    _, _, text = inspect.cleandoc(documented.__doc__ or "").partition(f"\n{title}\n{'-' * len(title)}\n")
    return MappingProxyType(
        {name: " ".join(lines.split()) for name, lines in _ENTRY.findall(text.split("\n\n")[0])}
    )


def stated(documented: type | Callable[..., Any], title: str, applies: Mapping[str, Any]) -> list[str]:
    """Texts of a section of a docstring whose names apply."""
    texts = section(documented, title)
    return [texts.get(name, name.replace("_", " ")) for name, holds in applies.items() if holds]


@cache
def texts_of(cls: Any, title: str) -> Mapping[str, str]:
    """Texts of a section in the docstrings of all methods of a class and of its bases, by name."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        for member in vars(base).values():
            if inspect.isfunction(member):
                found |= section(member, title)
    return MappingProxyType(found)
