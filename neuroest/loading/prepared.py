"""Specs of shipped files that an earlier start, or the build of the wheel, has read and checked.

An entry is used only if every file that the spec depends on still has the content that was checked. A file with a
problem has no entry, so its messages come from reading it.
"""

import hashlib
from collections.abc import Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from neuroest.core.errors import printable
from neuroest.core.files import read_entry, write_entry
from neuroest.loading.kinds import data_folder, shipped
from neuroest.specs.base import Spec
from neuroest.specs.inheritance import resolved
from neuroest.specs.loaded import Loaded, decoded, encoded
from neuroest.specs.reading import Document, read_document

Stamp: TypeAlias = tuple[int, ...]

_FAULTS = (OSError, ValueError, TypeError, LookupError, AttributeError, ImportError, RecursionError)
"""What an entry that somebody has changed may lead to."""


class Unparsed(Document):
    """A document that is parsed when somebody asks for its content or for the place of a value.

    Parameters
    ----------
    paths : sequence of Path
        The file and the chain of its bases.
    digests : sequence of str
        SHA-256 of each.
    """

    def __init__(self, paths: Sequence[Path], digests: Sequence[str]) -> None:
        vars(self).update(paths=tuple(paths), digests=tuple(digests))
        vars(self).update(file=printable(str(paths[0])), sha256=digests[0])

    @cached_property
    def parsed(self) -> Document:
        """The document as `resolved` returns it."""
        return resolved([read_document(path) for path in vars(self)["paths"]])

    @property
    def _data(self) -> Any:
        return self.parsed.kept_data

    def with_data(self, data: Any) -> Document:
        """The document with `data` as content and the existing positions."""
        return self.parsed.with_data(data)

    def origin(self, path: Sequence[str | int]) -> tuple[Document, Sequence[str | int]]:
        """The document whose file contains the value at `path`, and its path there."""
        return self.parsed.origin(path)

    @property
    def root(self) -> Any:
        """Top of the parsed file."""
        return self.parsed.root

    @property
    def chain(self) -> tuple[Document, ...]:
        """The document of each file, this document's own file first."""
        paths, digests = vars(self)["paths"], vars(self)["digests"]
        return (
            self,
            *(Unparsed([path], [digest]) for path, digest in zip(paths[1:], digests[1:], strict=True)),
        )


def stamp(path: Path) -> Stamp:
    """Cache key that changes if the file is replaced or rewritten."""
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return ()  # the reader reports problems with the file or its name
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size


def prepared(kind: str, path: Path) -> Loaded[Any] | None:
    """The checked spec of a shipped file as an entry has it; None without an entry, or if a file has changed."""
    chain = _chain(kind, path)
    return _verified(kind, chain, (*map(stamp, chain), stamp(_sources()))) if chain else None


def keep(kind: str, chain: Sequence[Path], loaded: Loaded[Any]) -> None:
    """Keep a checked spec for later starts, if its files, and those that it is based on, are shipped."""
    if all(shipped(kind).get(path.stem) == path for path in chain):
        write_entry(*entry_of(kind, loaded))


def entry_of(kind: str, loaded: Loaded[Any]) -> tuple[str, Any]:
    """Name and content of the entry of a checked spec."""
    chain = {Path(document.file).stem: document.sha256 for document in loaded.document.chain}
    sources = _digest(_sources(), stamp(_sources()))
    name = _name(kind, Path(loaded.file).stem)
    return name, {"chain": chain, "sources": sources, "spec": encoded(loaded.spec)}


def _name(kind: str, name: str) -> str:
    return f"{kind}-{name}.json"


def _sources() -> Path:
    return data_folder("device") / "sources.yaml"


@lru_cache(maxsize=8)
def _digest(path: Path, _stamp: Stamp) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _entry(kind: str, name: str) -> Any:
    return read_entry(_name(kind, name))


@cache
def _chain(kind: str, path: Path) -> tuple[Path, ...]:
    """A file and its bases as its entry lists them; empty without an entry."""
    if shipped(kind).get(path.stem) != path:
        return ()
    try:
        chain = tuple(shipped(kind)[name] for name in _entry(kind, path.stem)["chain"])
    except _FAULTS:
        return ()
    return chain if chain[:1] == (path,) else ()


@lru_cache(maxsize=1024)
def _verified(kind: str, chain: tuple[Path, ...], stamps: tuple[Stamp, ...]) -> Loaded[Any] | None:
    content = _entry(kind, chain[0].stem)
    try:
        digests = [*content["chain"].values()]
        files = [hashlib.sha256(path.read_bytes()).hexdigest() for path in chain]
        if files != digests or content["sources"] != _digest(_sources(), stamps[-1]):
            return None
        spec = decoded(content["spec"])
    except _FAULTS:
        return None
    document = Unparsed(chain, digests)
    return Loaded(spec, document.file, document.sha256, document) if isinstance(spec, Spec) else None
