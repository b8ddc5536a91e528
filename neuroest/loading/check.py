"""Checking spec files and everything they refer to, all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from neuroest.core.errors import NeuroestError, Problem, SpecError, did_you_mean
from neuroest.design.build import build, load_process, misnamed_process
from neuroest.loading.kinds import KINDS
from neuroest.loading.library import architecture_document, find_file, load_architecture, load_device
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document, read_document

_NAMED_LIKE_THEIR_FILES = frozenset({"architecture", "device", "workload"})


def check_files(files: Iterable[str | Path]) -> tuple[Problem, ...]:
    """Every problem of some spec files; nothing if all is well.

    What a file is, its `kind` says. An architecture is checked with all devices it refers to and its baseline, a
    device with all its claims, a workload with its shapes, a validation case with its expressions.

    Parameters
    ----------
    files : iterable of str or Path
        Paths.

    Returns
    -------
    tuple of Problem
        Each with file, line and column, in the order of the files and, within one, of its lines.
    """
    found: dict[Problem, None] = {}
    for file in files:
        found.update(dict.fromkeys(_problems(Path(file))))
    return tuple(found)


def _problems(path: Path) -> list[Problem]:
    try:
        document = read_document(path)
        kind = _kind(document)
    except SpecError as error:
        return list(error.problems)
    problems = _misnamed(document, path) if kind in _NAMED_LIKE_THEIR_FILES else []
    try:
        if kind == "architecture":
            document = architecture_document(path)
            problems += [*_baseline(document, path), *_devices(document, path)]
        found = KINDS[kind].read(path)
        if kind == "architecture":
            build(found)
        elif kind == "device":
            problems += _process(document, path)
    except SpecError as error:
        problems += error.problems
    except NeuroestError as error:
        problems.append(Problem(document.file, 0, 0, "", str(error)))
    return sorted(set(problems))


def _kind(document: Document) -> str:
    known = ", ".join(KINDS)
    if not isinstance(document.data, dict):
        raise SpecError([Problem(document.file, 1, 1, "", f"expected a mapping that says its kind: {known}")])
    kind = document.data.get("kind")
    if kind is None:
        raise SpecError([Problem(document.file, 1, 1, "kind", f"is missing; allowed: {known}")])
    if not isinstance(kind, str) or kind not in KINDS:
        message = f"unknown kind {kind!r}{did_you_mean(str(kind), KINDS)}"
        message += "" if "allowed" in message else f"; allowed: {known}"
        raise SpecError([problem_at(document, ["kind"], message, at_value=True)])
    return kind


def _misnamed(document: Document, path: Path) -> list[Problem]:
    name = document.data.get("name")
    if isinstance(name, str) and name != path.stem:
        message = f"is {name!r} in a file called {path.name!r}; name and file name must agree"
        return [problem_at(document, ["name"], message, at_value=True)]
    return []


def _devices(document: Document, path: Path) -> list[Problem]:
    """Problems of the devices that an architecture names, even where its own schema is violated."""
    problems: list[Problem] = []
    for place, name in _named_devices(document.data):
        try:
            load_device(name, path)
        except SpecError as error:
            problems += error.problems
        except NeuroestError as error:
            problems.append(problem_at(document, place, str(error), at_value=True))
    return problems


def _named_devices(node: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and (key == "device" or (*place, key) == ("technology", "process")):
                yield (*place, key), value
            yield from _named_devices(value, (*place, key))


def _process(document: Document, path: Path) -> list[Problem]:
    """Problems of the process that a device was taken on."""
    name = document.data.get("process")
    if not isinstance(name, str):
        return []
    try:
        load_process(name, path)
    except NeuroestError as error:
        return misnamed_process(document, error)
    return []


def _baseline(document: Document, path: Path) -> list[Problem]:
    name = document.data.get("baseline")
    if not isinstance(name, str):
        return []
    try:
        build(load_architecture(find_file("architecture", name, path)))
    except SpecError as error:
        return list(error.problems)
    except NeuroestError as error:
        return [problem_at(document, ["baseline"], str(error), at_value=True)]
    return []
