"""Check spec files and everything they refer to, and report all problems at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import CodingError, MappingError, NeuroestError, Problem, SpecError, did_you_mean
from neuroest.core.lazy_registry import load
from neuroest.design.build import Design, build, load_process, misnamed_process
from neuroest.dynamics.in_time import refused_alone
from neuroest.loading.kinds import KINDS
from neuroest.loading.library import (
    architecture_document,
    device_of,
    find_file,
    is_model_file,
    load_architecture,
    load_device,
    load_workload,
    named,
    network_of,
    workload_problems,
)
from neuroest.pipeline.evaluation import evaluate
from neuroest.registry import importer_suffixes
from neuroest.specs.architecture import AUTO, KEYS_OF_PARTS, ArchitectureSpec, ComputingLevel, misnamed
from neuroest.specs.loaded import Loaded, listed
from neuroest.specs.mending import mended
from neuroest.specs.messages import problem_at, problem_of_line
from neuroest.specs.reading import Document, read_document
from neuroest.specs.workload import WorkloadSpec

_BITS = (1, 8)
"""Bits of weights and activations of the smallest networks; a chip may be built for either; a convention."""
_LAYER = "layer"
"""Name of their layer."""
_RECORDING = "workloads.importers.recordings.read_recording"
_SWEEP = "reporting.data_files.read_sweep"
_OTHER_FILES: Mapping[str, tuple[str, ...]] = {
    ".cell": ("authoring.tables.read_cell",),
    ".csv": ("fitting.measurements.read_measurements", "authoring.tables.import_table"),
    ".xlsx": ("fitting.measurements.read_measurements",),
    ".json": ("reporting.difference.read_results", _RECORDING),
    ".npz": (_RECORDING, "network_simulation.files.read_arrays"),
    ".nird": (_RECORDING,),
    ".parquet": (_SWEEP,),
    ".zip": ("reporting.bundle.read_bundle",),
}
"""Readers of files other than specs, by suffix; if there are several, one must accept the file."""
_STIMULUS = "dynamics.run.stimulus_file"
_BY_COLUMNS: Mapping[frozenset[str], str] = {
    frozenset({"feasible"}): _SWEEP,
    frozenset({"layer"}): _RECORDING,
    frozenset({"time [s]", "voltage [V]"}): _STIMULUS,
    frozenset({"time [s]", "current [A]"}): _STIMULUS,
}
"""What reads a .csv with such columns, where it has no others that measurements have."""
_LONGEST_HEAD = 65_536
"""Characters of a first line that are read; a convention."""
_LIBRARIES: Mapping[str, str] = {
    "architecture": "architecture",
    "device": "device",
    "workload": "workload",
    "population": "workload",
}
"""Kinds of file that a library finds by file name, and the library of each."""


def check_files(files: Iterable[str | Path]) -> tuple[Problem, ...]:
    """Find all problems of some files; the result is empty for valid files.

    The `kind` of a file states its type. Networks of other programs, cell files, measured curves, recorded activity,
    results, sweeps and bundles are recognised by their suffix, and a .csv by its columns. An architecture is checked
    with its baseline, all devices it refers to, and the smallest networks of either coding: a chip that refuses these
    refuses all networks. A device is checked with all its claims, a workload with its shapes, a validation case with
    its expressions. A stand-in replaces each faulty value, so one fault does not hide the others.

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
    for file in listed(files):
        found.update(dict.fromkeys(_problems(Path(file))))
    return tuple(found)


def _problems(path: Path) -> list[Problem]:
    if path.suffix.lower() not in {".yaml", ".yml", ""}:
        return _of_other_file(path)
    try:
        document = read_document(path)
        kind = _kind(document)
    except SpecError as error:
        return list(error.problems)
    problems = _misnamed(document, path, _LIBRARIES[kind]) if kind in _LIBRARIES else []
    try:
        if kind == "architecture":
            problems += _of_architecture(path)
        elif kind in _FURTHER:
            problems += _of_spec(kind, document, path)
            problems += _process(document, path) if kind == "device" else []
            problems += _refused(document, path) if kind == "device" and not problems else []
        else:
            KINDS[kind].read(path)
    except SpecError as error:
        problems += error.problems
    except NeuroestError as error:
        problems.append(Problem(document.file, 0, 0, "", str(error)))
    placed = [problem.message for problem in problems if problem.line]
    return sorted({
        problem for problem in problems
        if problem.line or not any(problem.message in message for message in placed)
    })  # fmt: skip


def _of_other_file(path: Path) -> list[Problem]:
    """Problems of files other than specs: networks, cells, curves, tables of devices, recordings, results, sweeps."""
    readers = [load_workload]
    if not is_model_file(path):
        known = _OTHER_FILES.get(path.suffix.lower())
        if path.suffix.lower() == ".csv":
            known = _by_columns(path) or known
        if known is None:
            allowed = ", ".join((".yaml", *_OTHER_FILES, *importer_suffixes()))
            message = f"{path.suffix} is not a file suffix that neuroest reads; allowed: {allowed}"
            return [Problem(str(path), 0, 0, "", message)]
        readers = [load(f"neuroest.{name}") for name in known]
    found: list[Problem] = []
    for reader in readers:
        try:
            reader(path)
        except SpecError as error:
            found = found or [*error.problems]
        except NeuroestError as error:
            message = str(error).removeprefix(f"{path}").lstrip(": ")
            found = found or [Problem(str(path), 0, 0, "", message)]
        else:
            return []
    return found


def _by_columns(path: Path) -> tuple[str, ...]:
    """Reader of a .csv by the columns of its first line; none for measurements and for an unreadable file."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            head = {cell.strip().strip('"') for cell in file.readline(_LONGEST_HEAD).split(",")}
    except (OSError, ValueError):  # its reader says what is wrong
        return ()
    stimulus = len(head) == 2
    return next(
        (
            (reader,)
            for columns, reader in _BY_COLUMNS.items()
            if columns <= head and (stimulus or reader != _STIMULUS)
        ),
        (),
    )


def _of_architecture(path: Path) -> list[Problem]:
    """Problems of a chip, of its devices and baseline, and of the interaction of its parts.

    The value of the base replaces a faulty value. Without a base, rules across blocks are left out, since they would
    check a chip that the file does not describe.
    """
    problems: list[Problem] = []
    document = architecture_document(path, problems)
    of_devices = _devices(document, path)
    problems += [*_baseline(document, path), *of_devices]
    base = getattr(document, "base", None)
    found = mended(ArchitectureSpec, document, base.data if base is not None else None)
    problems += found.problems
    if found.spec is None:
        return problems
    wrong = list(misnamed(found.spec.chip))
    problems += found.news([problem_at(document, place, text) for place, text in wrong])
    if any(place[-1] in KEYS_OF_PARTS for place, _ in wrong):  # such a part looks the same as what a level is
        return problems
    if problems:
        chip = Loaded(found.spec, document.file, document.sha256, found.document)
    else:
        chip = KINDS["architecture"].read(path)
    try:
        design = build(chip)
    except SpecError as error:
        return problems + found.news(error.problems)
    if found.invented:
        return problems
    refusals, unsupported = _smallest_refusals(design)
    if all(refusals.values()):  # whatever the network
        # what stops the narrowest network stops all; a binary chip is not wrong for refusing eight bits
        faults = [text for (_, bits), texts in refusals.items() if bits == min(_BITS) for text in texts]
        lines = [line for text in faults or unsupported for line in text.split("\n")]
        problems += found.news([problem_of_line(found.document, line) for line in lines])
    return problems


def _network(loaded: Loaded[Any]) -> None:
    if problems := workload_problems(loaded):
        raise SpecError(problems)


_FURTHER: Mapping[str, Callable[[Loaded[Any]], object]] = {
    "device": device_of,
    "workload": _network,
    "population": network_of,
}
"""What reads a file that its schema rejects, with placeholders for its faulty values."""


def _of_spec(kind: str, document: Document, path: Path) -> list[Problem]:
    """Problems of a device, a network or populations: those of the schema, and those of everything in it."""
    found = mended(KINDS[kind].schema, document)
    problems = list(found.problems)
    if found.spec is None:
        return problems
    try:
        if problems:
            _FURTHER[kind](Loaded(found.spec, document.file, document.sha256, found.document))
        else:
            KINDS[kind].read(path)
    except SpecError as error:
        problems += found.news(error.problems)
    return problems


def refused_networks(file: str | Path) -> tuple[Problem, ...]:
    """Networks that a valid chip refuses although it runs others: all of one coding, or those with many bits.

    Parameters
    ----------
    file : str or Path
        Path of an architecture; other files refuse nothing.

    Returns
    -------
    tuple of Problem
        Each names the networks and the reason.
    """
    path = Path(file)
    if path.suffix.lower() not in {".yaml", ".yml", ""}:
        return ()
    document = read_document(path)
    if _kind(document) != "architecture":
        return ()
    document = architecture_document(path)
    found, _ = _smallest_refusals(build(KINDS["architecture"].read(path)))
    refused: list[tuple[str, str]] = []
    for coding in dict.fromkeys(coding for coding, _ in found):
        own = {bits: faults for (other, bits), faults in found.items() if other == coding}
        if all(own.values()):
            refused += [(f"{coding} networks are refused", text) for text in own[max(own)]]
            continue
        refused += [
            (f"{coding} networks of {bits} bits are refused", text)
            for bits, faults in own.items()
            for text in faults
        ]
    return tuple(
        replace(problem, message=f"{who}: {problem.message}")
        for who, text in refused
        for problem in (problem_of_line(document, line) for line in text.split("\n"))
    )


@lru_cache(maxsize=1)
def _smallest_refusals(design: Design) -> tuple[dict[tuple[str, int], list[str]], list[str]]:
    """Why the smallest networks have no estimate, by coding and bits; and codings that the chip does not support."""
    found: dict[tuple[str, int], list[str]] = {}
    wrong: list[str] = []
    for coding in ("dense", "spiking"):
        try:
            found |= {
                (coding, bits): _refusals_of_levels(design, _smallest_network(coding, bits)) for bits in _BITS
            }
        except CodingError as error:
            wrong.append(str(error))
    return found, wrong


def _smallest_network(coding: str, bits: int) -> WorkloadSpec:
    """One weight between an input and an output that are always active."""
    active = {"basis": "assumed", "rationale": "the smallest network", "value": 1}
    always = {"rate": active} if coding == "spiking" else {"density": active, "bit_density": active}
    precision = {"weights": bits, "accumulator": 2 * bits}
    return WorkloadSpec.model_validate({
        "kind": "workload", "name": "smallest", "description": "Smallest network.", "coding": coding,
        "precision": precision if coding == "spiking" else {**precision, "activations": bits},
        "weights": {"mean_absolute": 1, "basis": "assumed", "rationale": "the smallest network"},
        "input": {"shape": [1], "activity": always}, "activity": always,
        "layers": [{"name": _LAYER, "type": "fully_connected", "outputs": 1}],
        **({"timesteps": 1} if coding == "spiking" else {}),
    })  # fmt: skip


def _refusals_of_levels(design: Design, network: WorkloadSpec) -> list[str]:
    """Why no level of a chip runs a network of one layer; empty if one does.

    Levels that name their layers each get it in turn, since no network but the designer's has these names.
    """
    levels = [part for part in design.root.walk() if isinstance(part.spec, ComputingLevel)]
    stated = [getattr(part.spec, "layers", None) for part in levels]
    if not levels or any(words is None or AUTO in words for words in stated):
        return _refusals(design, network)
    faults: dict[str, None] = {}
    wrong: list[CodingError] = []
    for level in levels:
        try:
            own = _refusals(replace(design, layer_levels={_LAYER: level.path}), network)
        except CodingError as error:
            wrong.append(error)
            continue
        if not own:
            return []
        faults.update(dict.fromkeys(own))
    if not faults and wrong:
        raise wrong[0]
    return list(faults)


def _refusals(design: Design, network: WorkloadSpec) -> list[str]:
    """Why a chip has no estimate on a network; empty if it has one."""
    values = {path: claim.value for path, claim in design.claims.items()}
    with np.errstate(all="ignore"):
        try:
            checks = evaluate(design, network, values).refusing_checks
        except CodingError:
            raise
        except MappingError as error:
            return [str(error)]
    return [f"{check.component}: {check.message}" for check in checks if not np.all(check.passed)]


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


def _misnamed(document: Document, path: Path, library: str) -> list[Problem]:
    """A file of a library, which users name by its file name, must have that name; any other may have its own."""
    name = document.data.get("name")
    in_library = path.resolve() in {file.resolve() for file in named(library).values()}
    if in_library and isinstance(name, str) and name != path.stem:
        message = (
            f"is {name!r} in the library file {path.name!r}, which is found as {path.stem!r}; both must agree"
        )
        return [problem_at(document, ["name"], message, at_value=True)]
    return []


def _devices(document: Document, path: Path) -> list[Problem]:
    """Problems of the devices that an architecture names, even where its own schema is violated."""
    problems: list[Problem] = []
    for place, name in _named_devices(document.data):
        if name == AUTO:  # a network and its pace decide; any other block refuses the word
            continue
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


def _refused(document: Document, path: Path) -> list[Problem]:
    """Why every chip refuses a valid device."""
    device = load_device(path)
    why = refused_alone(device, {name: claim.value for name, claim in device.claims.items()})
    return [problem_at(document, ["parameters"], text) for text in why]


def _baseline(document: Document, path: Path) -> list[Problem]:
    name = document.data.get("baseline")
    if not isinstance(name, str):
        return []
    try:
        build(load_architecture(find_file("architecture", name, path)))
    except SpecError as error:
        if any(problem.line for problem in error.problems):
            return list(error.problems)
        return [problem_at(document, ["baseline"], str(error), at_value=True)]  # no file that could be read
    except NeuroestError as error:
        return [problem_at(document, ["baseline"], str(error), at_value=True)]
    return []
