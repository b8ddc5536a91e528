"""Derived architecture files: `base` with `set` and `remove`.

The files of the chain are merged as plain data before validation, and nothing is evaluated. The result records the file
and line of every value, so a fault is reported at its origin.
"""

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import Field

from neuroest.core.errors import Problem, SpecError, UnknownNameError, did_you_mean, raise_all
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.architecture import ArchitectureSpec, Heading, Operation, Tag, Technology
from neuroest.specs.file_text import is_file, is_path
from neuroest.specs.messages import dotted, problem_at, reached, validate
from neuroest.specs.reading import Document

MOST_BASES = 8
"""Limit on the depth of a chain of base files."""

_CHANGES = frozenset({"base", "remove", "set"})
_REFERENCES = frozenset(
    {"device", "kinetics", "process", "corners", "transistors", "threshold_options"}
    | {"sleep_options", "package", "baseline"}
)
"""Keys whose value may be a file path, relative to the file that states it."""
_WIDTH = 112
_Path: TypeAlias = tuple[str | int, ...]


class DerivedArchitecture(Heading):
    """A chip based on another one, with changes.

    The `base` is resolved before validation. Keys that the file does not mention keep the base's values.
    """

    base: str
    """Architecture that this one starts from: a shipped name, or a path relative to this file."""
    technology: Technology | None = None
    """Replaces all of the base's `technology`."""
    operation: Operation | None = None
    """Replaces all of the base's `operation`."""
    baseline: str | None = None
    """Replaces the base's `baseline`."""
    tags: tuple[Tag, ...] = ()
    """Search terms for `neuroest list`. They are not inherited from the base."""
    exclusions: tuple[str, ...] = ()
    """Replaces the base's list."""
    remove: tuple[str, ...] = ()
    """Dotted paths of base entries that this chip does not have, such as `chip.tile.state`."""
    set: dict[str, Any] = Field(default={})
    """New value or whole new block by dotted path, such as `chip.tile.array.rows`: 256. All keys of the path except the
    last must exist in the base."""


@frozen_dataclass
class _Derived(Document):
    """A document on top of its base.

    Attributes
    ----------
    written : Document
        The derived file alone.
    base : Document
        Its base.
    places : mapping
        Location in `written` of each value that differs from the base, by its path in `data`.
    """

    written: Document = field(repr=False)
    base: Document = field(repr=False)
    places: Mapping[_Path, _Path] = field(repr=False)

    def origin(self, path: Sequence[str | int]) -> tuple[Document, Sequence[str | int]]:
        for end in range(len(path), 0, -1):
            place = self.places.get(tuple(path[:end]))
            if place is not None:
                return self.written, (*place, *path[end:])
        return self.base.origin(path) if path else (self.written, path)

    @property
    def chain(self) -> tuple[Document, ...]:
        return (self.written, *self.base.chain)


def chain_of(
    path: Path, read: Callable[[Path], Document], find: Callable[[str, Path], Path]
) -> dict[Path, Document]:
    """An architecture file and its chain of bases, nearest first.

    Parameters
    ----------
    path : Path
        The file.
    read : callable
        Reads the document of a file.
    find : callable
        Finds a named architecture from the file that names it.

    Raises
    ------
    SpecError
        If a file cannot be read, a base does not exist, or the chain is circular.
    """
    document = read(path)
    chain = {path: document}
    seen: set[Path] = set()
    while isinstance(name := document.kept_data.get("base"), str):
        seen.add(path.resolve())
        try:
            path = find(name, path)
        except UnknownNameError as error:
            raise SpecError([problem_at(document, ["base"], str(error), at_value=True)]) from None
        message = ""
        if path.resolve() in seen:
            message = f"leads back to {path}, which is based on this file"
        elif len(chain) > MOST_BASES:
            message = f"is base number {len(chain)} of {next(iter(chain))}; at most {MOST_BASES} may follow each other"
        if message:
            raise SpecError([problem_at(document, ["base"], message, at_value=True)])
        try:
            further = read(path)
        except SpecError as error:
            if is_file(path):
                raise
            message = f"{error.problems[0].file}: {error.problems[0].message}"
            raise SpecError([problem_at(document, ["base"], message, at_value=True)]) from None
        chain[path] = document = further
    return chain


def resolved(chain: Sequence[Document], problems: list[Problem] | None = None) -> Document:
    """Merge a chain of files into one document, the derived file first.

    Parameters
    ----------
    chain : sequence of Document
        The files.
    problems : list of Problem, optional
        Collects the invalid changes of the first file, which are then left out.

    Raises
    ------
    SpecError
        With all problems of the first file, from the last base upward, that has invalid changes.
    """
    document, *further = chain
    if "base" in document.kept_data:
        if problems is None or not further:
            return _applied(document, validate(DerivedArchitecture, document), resolved(further))
        from neuroest.specs.mending import mended  # noqa: PLC0415 - only a check goes on after a fault

        found, base = mended(DerivedArchitecture, document), resolved(further)
        problems += found.problems
        return base if found.spec is None else _applied(found.document, found.spec, base, problems)
    message = "needs a `base`, the architecture that it changes"
    stray = [problem_at(document, [key], message) for key in document.kept_data.keys() & _CHANGES]
    raise_all(stray)
    return document


def resolved_text(document: Document) -> str:
    """Write an architecture as one complete file, without a base."""
    import yaml  # noqa: PLC0415 - few runs write a file

    stated = document.data
    data = {key: stated[key] for key in ArchitectureSpec.model_fields if key in stated}
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None)


def _applied(
    written: Document, spec: DerivedArchitecture, base: Document, refused: list[Problem] | None = None
) -> Document:
    stated = written.data
    own = stated.keys() - _CHANGES
    data = _moved(base.data, Path(base.file).parent, Path(written.file).parent)
    for key in ("tags", "title"):
        data.pop(key, None)
    data.update({key: stated[key] for key in own})
    places: dict[_Path, _Path] = {(key,): (key,) for key in own}
    problems: list[Problem] = []
    changes: list[tuple[str, _Path]] = [(path, ("remove", index)) for index, path in enumerate(spec.remove)]
    changes += [(path, ("set", path)) for path in spec.set]
    for path, place in changes:
        *way, last = path.split(".")
        removes = place[0] == "remove"
        holder, message = _holder(data, way, last if removes else None, spec.base)
        other = next((other for other in places if other[: len(way) + 1] == (*way, last)), None)
        if other is not None:
            message = f"also changes {dotted(other)}, which this file states before; state one of them"
        if message:
            problems.append(problem_at(written, place, message, at_value=removes))
            continue
        if removes:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(spec.set[path])
        places[*way, last] = place
    if problems and refused is None:
        raise SpecError(problems)
    if refused is not None:
        refused += problems
    return _Derived(written.file, data, written.sha256, written.root, written, base, places)


def _holder(data: Any, way: Sequence[str], last: str | None, base: str) -> tuple[Any, str]:
    """The parent mapping of a path, or why there is none. It must contain `last`, unless `last` is None."""
    path = [*way, last] if last is not None else way
    node, count = reached(data, path)
    if count < len(path):
        where = f" in {'.'.join(path[:count])}" if count else ""
        known = node if isinstance(node, dict) else ()
        return None, f"leads nowhere: {base} has no {path[count]!r}{where}{did_you_mean(path[count], known)}"
    holder, _ = reached(data, way)
    if not isinstance(holder, dict):
        return None, f"leads nowhere: {'.'.join(way)} of {base} is a value and has no keys"
    return holder, ""


def _moved(node: Any, there: Path, here: Path) -> Any:
    """A copy with relative paths converted from one folder to another."""
    if isinstance(node, list):
        return [_moved(item, there, here) for item in node]
    if not isinstance(node, dict):
        return node
    moved = {key: _moved(value, there, here) for key, value in node.items()}
    for key in moved.keys() & _REFERENCES if there != here else ():
        name = moved[key]
        if isinstance(name, str) and is_path(name) and not Path(name).is_absolute() and is_file(there / name):
            moved[key] = os.path.relpath(there / name, here)
    return moved
