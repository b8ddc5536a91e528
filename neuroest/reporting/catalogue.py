"""Catalogue of everything with a name: shipped files, models, mappers and sources."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple
from typing import Any

from neuroest.core.errors import UnknownNameError
from neuroest.core.files import read_entry, write_entry
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.lazy_registry import load
from neuroest.loading.kinds import data_digest
from neuroest.registry import DATA_PACKAGES

CATALOGUE = ("architectures", "contests", "devices", "mappers", "models", "sources", "workloads")
"""Kinds of entries; `catalogue_entries` has a function for each."""
SPOKEN: Mapping[str, str] = {"chip": "architecture", "network": "workload"}
"""Everyday names of kinds, without the plural."""
LEAST_MATURE_FIRST = ("concept", "simulated", "projected", "laboratory_device", "test_chip", "product")
FROM_FILES = ("architectures", "contests", "devices", "sources", "workloads")
"""Kinds whose entries come from shipped files alone."""


@frozen_dataclass
class Entry:
    """One entry of the catalogue.

    Attributes
    ----------
    group : str
        What it belongs to: the folder of a device, the mapper of an architecture, the coding of a workload.
    maturity : str
        How far a device has come, or the least mature device of an architecture; empty for the rest.
    """

    name: str
    kind: str
    group: str
    description: str
    maturity: str = ""

    @property
    def text(self) -> str:
        """All words of the entry."""
        return f"{self.name} {self.description} {self.group} {self.maturity.replace('_', ' ')}"


def entries(kind: str | None = None) -> list[Entry]:
    """All entries of a kind in alphabetical order; without a kind, all shipped files.

    Raises
    ------
    UnknownNameError
        For a kind that does not exist.
    """
    if kind is None:
        return [entry for name in ("architectures", "devices", "workloads") for entry in entries(name)]
    spoken = SPOKEN.get(kind.removesuffix("s"), kind)
    plural = spoken if spoken in CATALOGUE else f"{spoken}s"
    if plural not in CATALOGUE:
        raise UnknownNameError("kind", kind, CATALOGUE)
    found = _shipped(plural) if plural in FROM_FILES and not DATA_PACKAGES else read_entries(plural)
    return sorted(found, key=lambda entry: entry.name)


def read_entries(kind: str) -> list[Entry]:
    """Entries of a kind from its files, which are all validated, or from its classes."""
    return [*load(f"neuroest.reporting.catalogue_entries.{kind}")()]


def _shipped(kind: str) -> list[Entry]:
    """Entries of shipped files, kept for as long as no file changes."""
    try:
        digest = data_digest()
    except OSError:
        return read_entries(kind)  # the reader says which file cannot be read
    kept = read_entry(rows_name(kind))
    with suppress(TypeError, LookupError):  # no entry, or one of something else
        if kept["files"] == digest:
            return [Entry(*row) for row in kept["rows"]]
    found = read_entries(kind)
    write_entry(rows_name(kind), rows_of(found))
    return found


def rows_name(kind: str) -> str:
    """Name under which the entries of a kind are kept."""
    return f"catalogue-{kind}.json"


def rows_of(found: list[Entry]) -> dict[str, Any]:
    """What is kept of the entries of shipped files."""
    return {"files": data_digest(), "rows": [astuple(entry) for entry in found]}


def most_mature_first(found: Iterable[Entry]) -> list[Entry]:
    """Entries by maturity, products first, then by name."""
    stages = (*reversed(LEAST_MATURE_FIRST), "")
    return sorted(found, key=lambda entry: (stages.index(entry.maturity), entry.name))


def list_entries(kind: str | None = None, word: str | None = None) -> list[Entry]:
    """List everything with a name: shipped files, models, mappers, sources.

    Parameters
    ----------
    kind : str, optional
        One of `CATALOGUE`, or a kind of device such as ``neurons``; all files that ship if not given.
    word : str, optional
        Only entries with this word in their name, text or group.

    Returns
    -------
    list of Entry
        In alphabetical order.

    Raises
    ------
    UnknownNameError
        For a kind that does not exist, and for a word that no entry has.
    """
    try:
        found = entries(kind)
    except UnknownNameError:
        devices = entries("devices")
        folders = {entry.group for entry in devices}
        if kind not in folders:
            raise UnknownNameError("kind", str(kind), [*CATALOGUE, *sorted(folders)]) from None
        found = [entry for entry in devices if entry.group == kind]
    if word is not None:
        found = [entry for entry in found if word.lower() in entry.text.lower()]
        if not found:
            raise UnknownNameError(f"word in {kind or 'what ships'}", word, ())
    return found
