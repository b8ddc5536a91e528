"""Classes by the name that files give, each imported when it is asked for; other packages may add their own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


class PluginWarning(UserWarning):
    """A plug-in that cannot be used; everything else works without it."""


class Registry(Mapping[str, _T], Generic[_T]):
    """Classes by name.

    What a run imports does not grow with what the library offers: a class is imported when its name is asked for,
    and entry points are read only when a name is not one of the table's own, or when all names are asked for.

    Parameters
    ----------
    package : str
        Package of the modules.
    homes : mapping
        ``module.Class`` by name.
    group : str
        Group of entry points under which other packages add classes; empty where they cannot.
    fault : callable, optional
        What is wrong with the class of a plug-in, or an empty text.

    Examples
    --------
    >>> Registry("concurrent", {"ahead": "futures.Future"})["ahead"].__name__
    'Future'
    """

    def __init__(
        self,
        package: str,
        homes: Mapping[str, str],
        group: str = "",
        fault: Callable[[str, Any], str] = lambda _name, _found: "",
    ) -> None:
        self._package = package
        self._homes = dict(homes)
        self._group = group
        self._fault = fault

    def __getitem__(self, name: str) -> _T:
        if name not in self._homes:
            found: _T = plugins(self._group, self._fault)[name]
            return found
        return load(f"{self._package}.{self._homes[name]}")  # type: ignore[no-any-return]

    def __contains__(self, name: object) -> bool:
        return name in self._homes or (bool(self._group) and name in plugins(self._group, self._fault))

    def __iter__(self) -> Iterator[str]:
        yield from self._homes
        yield from self.added()

    def __len__(self) -> int:
        return len(self._homes) + len(self.added())

    def added(self) -> Mapping[str, _T]:
        """Classes that other packages add, by name, without those that the table has itself."""
        found = plugins(self._group, self._fault) if self._group else {}
        return {name: cls for name, cls in found.items() if name not in self._homes}


def load(home: str) -> Any:
    """The object under ``module.name``."""
    module, _, attribute = home.rpartition(".")
    return getattr(import_module(module), attribute)


@cache
def plugins(group: str, fault: Callable[[str, Any], str]) -> Mapping[str, Any]:
    """Usable classes of a group of entry points, by name.

    A plug-in that fails to import, or whose class `fault` rejects, is named in one `PluginWarning` and left out.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and most runs use no plug-in

    found: dict[str, Any] = {}
    for point in sorted(entry_points(group=group), key=lambda p: p.name):
        package = point.dist.name if point.dist is not None else point.value
        try:
            loaded = point.load()
            reason = fault(point.name, loaded)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
        if reason:
            line = " ".join(reason.split())[:300]
            warnings.warn(
                f"plug-in {point.name!r} of {package} is left out: {line}", PluginWarning, stacklevel=2
            )
        else:
            found[point.name] = loaded
    return found
