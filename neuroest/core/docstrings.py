"""Sections of docstrings that a program reads, since the text of a class or method stands where it is written.

``python -OO`` drops docstrings; texts of this package are part of its output and are kept.
"""

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, MappingProxyType, ModuleType
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
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        for member in vars(base).values():
            if inspect.isfunction(member):
                texts |= section(member, title)
    return MappingProxyType(texts)


_WITHOUT_ASSERTIONS = 1
"""Level of optimisation that keeps docstrings."""


class _Loader(SourceFileLoader):
    """Compiles a module with its docstrings."""

    def source_to_code(self, data: Any, path: Any, **_options: Any) -> CodeType:  # type: ignore[override]
        """Compile a module without its assertions."""
        code: CodeType = compile(data, path, "exec", dont_inherit=True, optimize=_WITHOUT_ASSERTIONS)
        return code

    def path_stats(self, path: Any) -> Any:
        """No compiled file is read or written: it would have no docstrings."""
        raise OSError


class _Finder(MetaPathFinder):
    """Finds the modules of one package."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module of the package as Python finds it, with another loader."""
        if not fullname.startswith(f"{self.package}."):
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and isinstance(found.loader, SourceFileLoader):
            found.loader = _Loader(fullname, found.loader.path)
        return found


def keep_texts(package: str) -> None:
    """Keep the docstrings of a package's modules that are imported from now on."""
    sys.meta_path.insert(0, _Finder(package))
