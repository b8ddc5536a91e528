"""Entries of the catalogue, from the files and classes themselves."""

from collections.abc import Iterator
from pathlib import Path

from neuroest.core.files import PACKAGE, data_entry, parsed_data, write_packaged
from neuroest.core.text_layout import one_line
from neuroest.design.build import build_without_values
from neuroest.exploration.contest_spec import read_contest
from neuroest.loading.kinds import shipped
from neuroest.loading.library import (
    bibliography,
    load_architecture,
    load_device,
    load_workload,
    named,
    read_spec,
)
from neuroest.loading.prepared import entry_of
from neuroest.registry import BLOCKS, DEVICE_MODELS, LEVELS
from neuroest.reporting.catalogue import (
    FROM_FILES,
    LEAST_MATURE_FIRST,
    Entry,
    read_entries,
    rows_name,
    rows_of,
)
from neuroest.specs.device import DeviceSpec
from neuroest.specs.layers import Population

_TAGS = {"memristor_neurons": "memristive (memristor neurons)"}
"""Search synonyms of tags."""


def architectures() -> Iterator[Entry]:
    """Chips: mappers and tags, and the least mature of their devices."""
    for name in named("architecture"):
        loaded = load_architecture(name)
        design = build_without_values(loaded)
        mappers = [m for part in design.root.walk() if (m := getattr(part.spec, "mapper", None)) is not None]
        stages = {device.spec.maturity.stage for device in design.devices.values()}
        text = one_line(loaded.spec.description)
        groups = (*mappers, *(_TAGS.get(tag, tag.replace("_", " ")) for tag in loaded.spec.tags))
        least_mature = next((stage for stage in LEAST_MATURE_FIRST if stage in stages), "")
        yield Entry(name, "architecture", ", ".join(groups), text, least_mature)


def devices() -> Iterator[Entry]:
    """Devices with their folder."""
    for name, path in named("device").items():
        spec = read_spec(DeviceSpec, path).spec
        yield Entry(name, "device", path.parent.name, one_line(spec.description), spec.maturity.stage)


def workloads() -> Iterator[Entry]:
    """Networks with their coding."""
    for name in named("workload"):
        spec = load_workload(name).spec
        alone = all(isinstance(layer, Population) for layer in spec.layers)
        yield Entry(name, "workload", "population" if alone else spec.coding, one_line(spec.description))


def contests() -> Iterator[Entry]:
    """Contests with the number of contenders."""
    for name, path in named("contest").items():
        spec = read_contest(path).spec
        yield Entry(name, "contest", f"{len(spec.contenders)} contenders", one_line(spec.description))


def models() -> Iterator[Entry]:
    """Device models and blocks."""
    for name, record in DEVICE_MODELS.items():
        yield Entry(name, "model", "device", summary(record))
    for name in BLOCKS:
        if name not in DEVICE_MODELS:
            yield Entry(name, "model", "block", summary(BLOCKS[name]))


def mappers() -> Iterator[Entry]:
    """Computing levels."""
    for name in LEVELS:
        yield Entry(name, "mapper", "level", summary(LEVELS[name]))


def sources() -> Iterator[Entry]:
    """The shared bibliography."""
    for key, source in bibliography().items():
        yield Entry(key, "source", f"{source.year or source.type}", one_line(source.title))


def summary(documented: type) -> str:
    """First sentence of a class's text."""
    return one_line((documented.__doc__ or "").split("\n\n", 1)[0])


def write_all(folder: str) -> None:
    """Write entries for shipped chips, devices, networks and their catalogue, and for data files of the program.

    Raises
    ------
    SpecError
        If a shipped file has a problem.
    """
    place = Path(folder)
    for name in shipped("architecture"):
        write_packaged(place, *entry_of("architecture", load_architecture(name)))
    for name in shipped("workload"):
        write_packaged(place, *entry_of("workload", load_workload(name)))
    for name, path in shipped("device").items():
        load_device(name)
        write_packaged(place, *entry_of("device", read_spec(DeviceSpec, path)))
    for kind in FROM_FILES:
        write_packaged(place, rows_name(kind), rows_of(read_entries(kind)))
    for file in PACKAGE.rglob("*.yaml"):
        write_packaged(place, data_entry(file), parsed_data(file))
