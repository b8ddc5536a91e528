"""Classes by the name that files give, each imported when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

_T = TypeVar("_T")


class Registry(Mapping[str, _T]):
    """Classes by name, so that what a run loads does not grow with what the library offers.

    Parameters
    ----------
    package : str
        Package of the modules.
    homes : mapping
        ``module.Class`` by name.

    Examples
    --------
    >>> Registry("concurrent", {"ahead": "futures.Future"})["ahead"].__name__
    'Future'
    """

    def __init__(self, package: str, homes: Mapping[str, str]) -> None:
        self._package = package
        self._homes = dict(homes)

    def __getitem__(self, name: str) -> _T:
        module, _, attribute = self._homes[name].rpartition(".")
        found: Any = getattr(import_module(f"{self._package}.{module}"), attribute)
        return found  # type: ignore[no-any-return]

    def __contains__(self, name: object) -> bool:
        return name in self._homes

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)
