"""The one table of all names in files: blocks, computing levels, device models, importers, kinds of files.

The rows are in `registry.yaml` next to this file. A row is all that the program knows of a block before it is used; the
rest is in the block's own file. Another package adds rows through the entry points ``neuroest.blocks``,
``neuroest.levels`` and ``neuroest.importers``, and spec files through ``neuroest.data`` (docs/extending/plugins.md).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from neuroest.core.errors import UnknownNameError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen, named
from neuroest.core.lazy_registry import Registry, load

ANYWHERE = "anywhere"
"""Role of a block that may be under any name in any level."""

_TABLE = read_data(Path(__file__).with_suffix(".yaml"))
_BLOCKS: Mapping[str, Sequence[str]] = frozen(_TABLE["blocks"])
"""Component class of each block by its model, and the roles that it fills: slots, or a place in any level."""
_DEVICES: Mapping[str, str] = frozen(_TABLE["devices"])
"""Device models that are not those of a block of the same name."""
_RENDERERS: Mapping[str, str] = frozen(_TABLE["renderers"])
"""What turns a result into text or a figure. Results are data and import none of it."""
FILE_KINDS: Mapping[str, Sequence[str]] = frozen(_TABLE["kinds"])
"""Schema, loader and folders of each kind of file; `neuroest.loading.kinds` reads them."""
EXPORTS: Mapping[str, str] = named(_TABLE["exports"], "export format")
"""What writes an estimate as a file of another tool, by the name of the format: ``(estimate) -> text``."""


def export(estimate: Any, form: str) -> str:
    """An estimate as the text of a file of another tool."""
    return str(load(f"neuroest.{EXPORTS[form]}")(estimate))


def render(result: Any, form: str, *arguments: Any, **options: Any) -> Any:
    """A result as ``document`` or ``figure``, or what a renderer has words for."""
    names = (f"{cls.__name__}.{form}" for cls in type(result).__mro__)
    draw = load(f"neuroest.{next(_RENDERERS[name] for name in names if name in _RENDERERS)}")
    return draw(result, *arguments, **options)


def _importer_fault(_name: str, found: Any) -> str:
    return "" if callable(found) else "it is not a function (path, options) -> ImportedNetwork"


IMPORTERS: Mapping[str, Any] = Registry(
    "neuroest.workloads.importers", _TABLE["importers"], "neuroest.importers", _importer_fault
)
"""Reader of each kind of model file by its suffix: ``(path, options) -> ImportedNetwork``.

A suffix that other files have too is after the name of the format, whose files `MARKS` distinguishes.
"""

MARKS: Mapping[str, str] = frozen(_TABLE["marks"])
"""Mark of each format without a suffix of its own: how its text begins, or a line of it."""
NO_NETWORKS: Mapping[str, str] = frozen(_TABLE["no_networks"])
"""Files of other tools that are no network, by their mark, and what may be done with them."""
_LOOKED_AT = 65_536
"""Bytes in which the mark of a format must come; a convention."""


def importer_suffixes() -> list[str]:
    """Suffixes of all model files as messages list them, with the format before a suffix that others have too."""
    return [" .".join(name.rpartition(".")[::2]) if name in MARKS else f".{name}" for name in IMPORTERS]


def importer_of(path: Path) -> str | None:
    """Name of the importer of a file, by its suffix or by its mark; None where there is none."""
    suffix = path.suffix.lower().removeprefix(".").replace("yml", "yaml")
    named = [name for name in MARKS if name.endswith(f".{suffix}")]
    if suffix and not named:
        return suffix if suffix in IMPORTERS else None
    text = _beginning(path) if named else ""
    return next((name for name in named if re.search(MARKS[name], text, re.MULTILINE)), None)


def why_no_network(path: Path) -> str:
    """What a file of another tool is that no importer reads as a network; empty where that is not known."""
    text = _beginning(path)
    return next((why for mark, why in NO_NETWORKS.items() if re.search(mark, text, re.MULTILINE)), "")


def is_yaml_with(path: Path, mark: str) -> bool:
    """Whether a file is called YAML and has the mark of a format."""
    return path.suffix.lower() in {".yaml", ".yml"} and bool(re.search(mark, _beginning(path), re.MULTILINE))


def _beginning(path: Path) -> str:
    """Text in which marks are looked for; empty for a file that cannot be read, whose reader says what is wrong."""
    try:
        if not path.is_file():  # opening a pipe would wait for who writes into it
            return ""
        with path.open("rb") as file:
            return file.read(_LOOKED_AT).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _block_fault(name: str, found: Any) -> str:
    """What a block of another package lacks; a quantity of its own must not be one of a block that ships."""
    if not (isinstance(found, type) and issubclass(found, load("neuroest.blocks.base.Component"))):
        return "it is not a subclass of Component"
    double_bookings = load("neuroest.blocks.base.double_bookings")
    block: Any = found
    return str(block.contract_fault(name) or "; ".join(double_bookings([block, *COMPONENTS.shipped()])))


def _level_fault(name: str, found: Any) -> str:
    """What a level of another package lacks."""
    level: Any = found
    if not (isinstance(found, type) and issubclass(found, load("neuroest.levels.base.Mapper"))):
        return "it is not a subclass of Mapper"
    return str(level.contract_fault(name))


def _data_fault(_name: str, found: Any) -> str:
    kinds = load("neuroest.loading.kinds.KINDS")
    folders = [kinds[kind].folder for kind in ("architecture", "device", "workload")]
    places = [Path(place) / folder for place in getattr(found, "__path__", ()) for folder in folders]
    return (
        ""
        if any(place.is_dir() for place in places)
        else f"it is not a package with a folder {', '.join(folders)}"
    )


DATA_PACKAGES: Registry[Any] = Registry("neuroest", {}, "neuroest.data", _data_fault)
"""Packages of plug-ins with folders of devices, architectures and workloads."""
COMPONENTS: Registry[Any] = Registry(
    "neuroest.blocks", {name: home for name, (home, *_) in _BLOCKS.items()}, "neuroest.blocks", _block_fault
)
"""Component class of each block by its model."""
MAPPERS: Registry[Any] = Registry("neuroest.levels", _TABLE["levels"], "neuroest.levels", _level_fault)
"""Mapper class of each computing level by its name."""
ROLES = frozenset(role for _, *roles in _BLOCKS.values() for role in roles)
"""Slots that blocks fill, and `ANYWHERE`."""


def roles_of(model: str) -> frozenset[str]:
    """Slots that a block fills, and `ANYWHERE`; those of no block that is known are none."""
    if model in _BLOCKS:
        return frozenset(_BLOCKS[model][1:])
    return frozenset(COMPONENTS[model].fills) if model in COMPONENTS else frozenset()


class Filling(Sequence[str]):
    """Models of the blocks that fill a role: those that ship, then those of other packages."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._shipped = tuple(name for name, (_, *roles) in _BLOCKS.items() if role in roles)

    def _all(self) -> tuple[str, ...]:
        added = (name for name, cls in COMPONENTS.added.items() if self._role in cls.fills)
        return (*self._shipped, *added)

    def __contains__(self, name: object) -> bool:
        return name in self._shipped or (name not in _BLOCKS and name in self._all())

    def __getitem__(self, index: Any) -> Any:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())


class _Schemas(Mapping[str, Any]):
    """Schema of each block or computing level by its name."""

    def __init__(self, classes: Registry[Any]) -> None:
        self._classes = classes

    def __getitem__(self, name: str) -> Any:
        return self._classes[name].schema

    def __contains__(self, name: object) -> bool:
        return name in self._classes

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)


class _DeviceModels(Mapping[str, Any]):
    """Parameter record of each device model by its name."""

    def __getitem__(self, name: str) -> Any:
        found = load(f"neuroest.{_DEVICES[name]}") if name in _DEVICES else self._of_block(name)
        if found is None:
            raise UnknownNameError("device model", name, self)
        return found

    def _of_block(self, name: str) -> Any:
        """Record of the block of that model, where its device model has the same name."""
        block = COMPONENTS[name].schema if name in COMPONENTS else None
        return block.record if block is not None and block.device_model() == name else None

    def __contains__(self, name: object) -> bool:
        return name in _DEVICES or (isinstance(name, str) and self._of_block(name) is not None)

    def __iter__(self) -> Iterator[str]:
        yield from sorted([*_DEVICES, *(name for name in COMPONENTS if self._of_block(name) is not None)])

    def __len__(self) -> int:
        return sum(1 for _ in self)


BLOCKS: Mapping[str, Any] = _Schemas(COMPONENTS)
FREE_BLOCKS = Filling(ANYWHERE)
"""Models that may be under any name in any level."""
LEVELS: Mapping[str, Any] = _Schemas(MAPPERS)
DEVICE_MODELS: Mapping[str, Any] = _DeviceModels()
