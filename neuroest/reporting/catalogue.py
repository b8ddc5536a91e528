"""Catalogue of everything with a name: shipped files, models, mappers and sources."""

from collections.abc import Callable, Iterator, Mapping

from neuroest.core.errors import UnknownNameError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.design.build import build_without_values
from neuroest.exploration.contest_spec import read_contest
from neuroest.loading.library import bibliography, load_architecture, load_workload, named, read_spec
from neuroest.registry import BLOCKS, DEVICE_MODELS, LEVELS
from neuroest.reporting.text_style import one_line
from neuroest.specs.device import DeviceSpec
from neuroest.specs.layers import Population

LEAST_MATURE_FIRST = ("concept", "simulated", "projected", "laboratory_device", "test_chip", "product")


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
    plural = kind if kind in CATALOGUE else f"{kind}s"
    if plural not in CATALOGUE:
        raise UnknownNameError("kind", kind, CATALOGUE)
    return sorted(CATALOGUE[plural](), key=lambda entry: entry.name)


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
    found = _of_kind(kind)
    if word is not None:
        found = [entry for entry in found if word.lower() in entry.text.lower()]
        if not found:
            raise UnknownNameError(f"word in {kind or 'what ships'}", word, ())
    return found


def _of_kind(kind: str | None) -> list[Entry]:
    """Entries of a kind, or the devices of a folder."""
    try:
        return entries(kind)
    except UnknownNameError:
        devices = entries("devices")
        folders = {entry.group for entry in devices}
        if kind not in folders:
            raise UnknownNameError("kind", str(kind), [*CATALOGUE, *sorted(folders)]) from None
        return [entry for entry in devices if entry.group == kind]


def least_mature(stages: set[str]) -> str:
    """Maturity stage furthest from a product."""
    return next((stage for stage in LEAST_MATURE_FIRST if stage in stages), "")


_TAGS = {"memristor_neurons": "memristive (memristor neurons)"}
"""Search synonyms of tags."""


def _architectures() -> Iterator[Entry]:
    for name in named("architecture"):
        loaded = load_architecture(name)
        design = build_without_values(loaded)
        mappers = [m for part in design.root.walk() if (m := getattr(part.spec, "mapper", None)) is not None]
        stages = {device.spec.maturity.stage for device in design.devices.values()}
        text = one_line(loaded.spec.description)
        groups = (*mappers, *(_TAGS.get(tag, tag.replace("_", " ")) for tag in loaded.spec.tags))
        yield Entry(name, "architecture", ", ".join(groups), text, least_mature(set(stages)))


def _devices() -> Iterator[Entry]:
    for name, path in named("device").items():
        spec = read_spec(DeviceSpec, path).spec
        yield Entry(name, "device", path.parent.name, one_line(spec.description), spec.maturity.stage)


def _workloads() -> Iterator[Entry]:
    for name in named("workload"):
        spec = load_workload(name).spec
        alone = all(isinstance(layer, Population) for layer in spec.layers)
        yield Entry(name, "workload", "population" if alone else spec.coding, one_line(spec.description))


def _contests() -> Iterator[Entry]:
    for name, path in named("contest").items():
        spec = read_contest(path).spec
        yield Entry(name, "contest", f"{len(spec.contenders)} contenders", one_line(spec.description))


def _models() -> Iterator[Entry]:
    for name, record in DEVICE_MODELS.items():
        yield Entry(name, "model", "device", summary(record))
    for name in BLOCKS:
        if name not in DEVICE_MODELS:
            yield Entry(name, "model", "block", summary(BLOCKS[name]))


def _mappers() -> Iterator[Entry]:
    for name in LEVELS:
        yield Entry(name, "mapper", "level", summary(LEVELS[name]))


def _sources() -> Iterator[Entry]:
    for key, source in bibliography().items():
        yield Entry(key, "source", f"{source.year or source.type}", one_line(source.title))


def summary(documented: type) -> str:
    """First sentence of a class's text."""
    return one_line((documented.__doc__ or "").split("\n\n", 1)[0])


CATALOGUE: Mapping[str, Callable[[], Iterator[Entry]]] = {
    "architectures": _architectures,
    "contests": _contests,
    "devices": _devices,
    "mappers": _mappers,
    "models": _models,
    "sources": _sources,
    "workloads": _workloads,
}
"""Functions that list the entries, by kind."""
