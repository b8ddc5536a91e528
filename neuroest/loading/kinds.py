"""File kinds that the program reads, with schema, loader and folder."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.lazy_registry import load
from neuroest.registry import FILE_KINDS

if TYPE_CHECKING:
    from neuroest.specs.base import Spec

_PACKAGE = Path(__file__).parent.parent


@frozen_dataclass
class Kind:
    """One kind of file, identified by its key ``kind``.

    Attributes
    ----------
    home : str
        Schema, as ``module.Class`` of this package.
    loader : str
        Function that loads a path and raises `SpecError` with all problems, in the same notation.
    folder, packaged : str
        Folder of the shipped files, in a checkout and inside the installed package; empty if none ship.
    """

    home: str
    loader: str
    folder: str = ""
    packaged: str = ""

    @property
    def schema(self) -> "type[Spec]":
        """Class that validates such a file."""
        found: type[Spec] = load(f"neuroest.{self.home}")
        return found

    def read(self, path: Path) -> Any:
        """Load a file and check everything that it refers to."""
        return load(f"neuroest.{self.loader}")(path)


KINDS: Mapping[str, Kind] = {name: Kind(*row) for name, row in FILE_KINDS.items()}
"""All kinds of files, by the value of the key ``kind``."""


def data_folder(kind: str) -> Path:
    """Folder of the shipped files of a kind: inside the installed package or in the checkout."""
    packaged = _PACKAGE / KINDS[kind].packaged
    return packaged if packaged.is_dir() else _PACKAGE.parent / KINDS[kind].folder


@cache
def shipped(kind: str) -> Mapping[str, Path]:
    """Shipped files of a kind by name, in alphabetical order; empty if the kind has no folder."""
    return files_in(data_folder(kind)) if KINDS[kind].folder else frozen({})


def files_in(folder: Path) -> Mapping[str, Path]:
    """Spec files of a folder by name, in alphabetical order."""
    return frozen(dict(sorted((p.stem, p) for p in folder.rglob("*.yaml") if p.name != "sources.yaml")))


@cache
def data_digest() -> str:
    """SHA-256 of the names and contents of all shipped files except validation cases."""
    digest = hashlib.sha256()
    for folder in map(data_folder, ("architecture", "contest", "device", "workload")):
        for file in sorted(folder.rglob("*.yaml")):
            digest.update(f"{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()
