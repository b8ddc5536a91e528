"""Classes by their names in spec files, imported on demand; other packages may add their own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from neuroest.core.errors import NeuroestError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_T = TypeVar("_T")


class PluginWarning(UserWarning):
    """A plug-in cannot be used; everything else works without it."""


class Registry(Mapping[str, _T], Generic[_T]):
    """Classes by name.

    A run imports only the classes that it uses, however many the library offers: a class is imported when its name is
    looked up. Entry points are read only when a name is not in the table, or when all names are requested.

    Parameters
    ----------
    package : str
        Package of the modules.
    homes : mapping
        ``module.Class`` by name.
    group : str
        Group of entry points under which other packages add classes; empty where they cannot.
    fault : callable, optional
        Returns what is wrong with the class of a plug-in, or an empty text.

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
        self._loaded: dict[str, _T] = {}
        self._group = group
        self._fault = fault

    def __getitem__(self, name: str) -> _T:
        if name not in self._homes:
            if name not in self.added:
                raise UnknownNameError(f"name in {self._package}", name, self)
            return self.added[name]
        if name not in self._loaded:
            self._loaded[name] = load(f"{self._package}.{self._homes[name]}")
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._homes or name in self.added

    def __iter__(self) -> Iterator[str]:
        yield from self._homes
        yield from self.added

    def __len__(self) -> int:
        return len(self._homes) + len(self.added)

    def shipped(self) -> Iterator[_T]:
        """Classes of the table, without plug-ins."""
        return (self[name] for name in self._homes)

    def foreign(self, names: Iterable[str]) -> list[_T]:
        """Classes with these names that other packages add."""
        return [self.added[name] for name in names if name not in self._homes]

    @cached_property
    def added(self) -> Mapping[str, _T]:
        """Classes that other packages add, by name.

        A plug-in is left out, with one `PluginWarning` that names it, if it fails to import, uses a name of the table
        or is rejected by `fault`.
        """
        if not self._group:
            return {}
        from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and most runs use no plug-in

        found: dict[str, _T] = {}
        for point in sorted(entry_points(group=self._group), key=lambda p: p.name):
            package = point.dist.name if point.dist is not None else point.value
            try:
                found[point.name] = self._plugin(point, found)
            except NeuroestError as error:
                left_out(f"{point.name!r} of {package}", str(error))
        return MappingProxyType(found)

    def _plugin(self, point: EntryPoint, earlier: Collection[str]) -> _T:
        if point.name in self._homes or point.name in earlier:
            raise NeuroestError("the name is taken")
        try:
            loaded = point.load()
            reason = self._fault(point.name, loaded)
        except NeuroestError:  # its class is refused where it is made
            raise
        except Exception as error:  # the code of another package may raise anything
            raise NeuroestError(f"{type(error).__name__}: {error}") from error
        if reason:
            raise NeuroestError(reason)
        return cast("_T", loaded)


def left_out(what: str, reason: str) -> None:
    """Warn in one line that a plug-in is not used."""
    line = " ".join(reason.split())[:300]
    warnings.warn(f"plug-in {what} is left out: {line}", PluginWarning, stacklevel=2)


def load(home: str) -> Any:
    """The object under ``module.name``."""
    module, _, attribute = home.rpartition(".")
    return getattr(import_module(module), attribute)
