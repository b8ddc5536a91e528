"""Find and load spec files: shipped ones by name, others by path.

A `Library` is a frozen view of the data folders. It caches loaded files: shipped files do not change while a process
runs, and user files are keyed by their content.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from neuroest.core.errors import (
    NeuroestError,
    Problem,
    QuantityError,
    SpecError,
    UnknownNameError,
    check_names,
    did_you_mean,
    raise_all,
)
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.lazy_registry import left_out, load
from neuroest.loading.kinds import KINDS, data_folder, files_in, shipped
from neuroest.loading.prepared import Stamp, Unparsed, keep, prepared, stamp
from neuroest.registry import DATA_PACKAGES, DEVICE_MODELS, importer_of
from neuroest.specs.architecture import ArchitectureSpec, misnamed
from neuroest.specs.base import Spec
from neuroest.specs.claims import Claim, resolve_claim
from neuroest.specs.device import DeviceSpec, SourceSpec, SourcesSpec
from neuroest.specs.file_text import is_path
from neuroest.specs.inheritance import chain_of, resolved
from neuroest.specs.loaded import Loaded, Named
from neuroest.specs.messages import problem_at, validate
from neuroest.specs.parameters import Record
from neuroest.specs.reading import Document, read_document
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import check_workload

if TYPE_CHECKING:
    from neuroest.specs.population import PopulationSpec

_T = TypeVar("_T", bound=Spec)

_CONFUSED = ("architecture", "workload", "device", "contest")
"""Kinds whose names are given to the command line, where one may be taken for another."""
_SOURCE_KEY = re.compile(r"^  (\w+):", re.MULTILINE)
_REFUSED_MODELS = frozenset({".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".pt2"})
"""Suffixes of pickles; they count as model files so that they are rejected with a clear message."""


@frozen_dataclass(eq=False)
class Device:
    """A loaded device spec with its claims in SI units."""

    spec: DeviceSpec
    record: type[Record]
    claims: Mapping[str, Claim]
    file: str
    sha256: str
    table: Any = None
    """The device's table, if its model uses one."""

    @property
    def sources(self) -> Mapping[str, SourceSpec]:
        """Bibliography for the claims: the shared one plus the file's own."""
        return {**bibliography(), **self.spec.sources}

    @cached_property
    def _placed(self) -> dict[str, Mapping[str, Claim]]:
        return {}

    def claims_at(self, path: str) -> Mapping[str, Claim]:
        """The claims for a device at a given path in a design, by path; cached per path."""
        if path not in self._placed:
            named = ((f"{path}.{name}", claim) for name, claim in self.claims.items())
            self._placed[path] = frozen({key: replace(claim, path=key) for key, claim in named})
        return self._placed[path]


@cache
def named(kind: str) -> Mapping[str, Path]:
    """Files of a kind that a name may refer to: shipped ones, then those of plug-ins."""
    found = dict(shipped(kind))
    for plugin, package in DATA_PACKAGES.items():
        for place in package.__path__:
            for name, path in files_in(Path(place) / KINDS[kind].folder).items():
                if found.setdefault(name, path) != path:
                    left_out(f"{kind} {name!r} of {plugin}", "the name is taken")
    return frozen(found)


def is_shipped(kind: str, file: str) -> bool:
    """Whether a file is one that a name refers to, so that its user did not write it."""
    return Path(file) in named(kind).values()


def devices_of(model: str) -> Mapping[str, Path]:
    """Files of the devices of a model that a name may refer to."""
    stated = re.compile(rf"""^model:\s*["']?{re.escape(model)}\b""", re.MULTILINE)
    return {
        name: path
        for name, path in named("device").items()
        if stated.search(path.read_text(encoding="utf-8"))
    }


@frozen_dataclass
class _Packed:
    files: Mapping[str, Mapping[str, Path]]
    folder: Path


_packed: ContextVar[_Packed | None] = ContextVar("neuroest_packed", default=None)


@contextmanager
def packed_files(files: Mapping[str, Mapping[str, Path]], folder: Path) -> Iterator[None]:
    """Within the ``with`` block, names refer to these files, by kind and name, before shipped ones.

    Paths may refer only to files in `folder`.
    """
    token = _packed.set(_Packed(files, folder.resolve()))
    try:
        yield
    finally:
        _packed.reset(token)


def find_file(kind: str, name: str, named_in: Path | None = None) -> Path:
    """Path of a spec, given by its name or its path.

    Parameters
    ----------
    kind : str
        ``architecture``, ``device`` or ``workload``.
    name : str
        A name from `named`, or a path (anything with a slash or a YAML suffix).
    named_in : Path, optional
        File that refers to it; a relative path is resolved from its folder first.

    Raises
    ------
    UnknownNameError
        When nothing ships under that name.
    NeuroestError
        If the path of a spec in a bundle points outside the bundle.
    """
    if not isinstance(name, str):
        raise NeuroestError(f"{kind}: expected a name, a path or a loaded spec, got {type(name).__name__}")
    packed = _packed.get()
    if is_path(name):
        given = Path(name)
        near = named_in.parent / given if named_in is not None and not given.is_absolute() else given
        if given.name == name and given.stem in shipped(kind) and not (stamp(given) or stamp(near)):
            raise UnknownNameError(kind, name, (), f"the shipped one is named {given.stem}, without a suffix")
        if packed is None:
            return given if stamp(given) and not stamp(near) else near
        if not near.resolve().is_relative_to(packed.folder):
            raise NeuroestError(f"{name!r} leads out of the bundle")
        return near
    carried = packed.files.get(kind, {}) if packed is not None else {}
    found = carried.get(name) or shipped(kind).get(name)
    found = found or named(kind).get(name)  # search plug-ins last, since it is slow
    if found is None:
        raise _unknown(kind, name, carried.keys() | named(kind).keys())
    return found


def _unknown(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that nothing of a kind has: it may belong to another kind, or to a file next to us."""
    if stamp(Path(f"{name}.yaml")):
        return UnknownNameError(kind, name, (), f"write {name}.yaml for the file of that name")
    if stamp(Path(name)):
        return UnknownNameError(kind, name, (), f"the file of that name is no .yaml with `kind: {kind}`")
    others = [other for other in _CONFUSED if other != kind and name in named(other)]
    if others:
        return UnknownNameError(kind, name, (), f"it is a file of kind {others[0]}")
    return UnknownNameError(
        kind, name, known, f"see `neuroest list {kind}s`, or give the path of a .yaml file"
    )


def _file(kind: str, name: str | Path, named_in: Path | None = None) -> Path:
    """The path itself, or the file that a name refers to."""
    return name if isinstance(name, Path) else find_file(kind, name, named_in)


def load_architecture(name: Named) -> Loaded[ArchitectureSpec]:
    """Load an architecture by shipped name or path.

    Parameters
    ----------
    name : str, Path or Loaded
        Shipped name or path; an architecture that is loaded already is returned as it is.

    Returns
    -------
    Loaded
        The validated spec with its file.

    Raises
    ------
    SpecError
        With all problems of the file.
    UnknownNameError
        When nothing ships under that name.
    """
    if isinstance(name, Loaded):
        return name
    path = _file("architecture", name)
    ready = prepared("architecture", path) if _packed.get() is None else None
    if ready is not None:
        return ready
    chain = tuple(_chain(path))
    return _architecture(chain, tuple(map(stamp, chain)))


def labelled(
    chips: Sequence[Named], networks: Sequence[Named], labels: Mapping[str, str]
) -> tuple[list[Named], list[Named]]:
    """Architectures and workloads of which some have other titles, by their names.

    Raises
    ------
    UnknownNameError
        For a label of anything else.
    """
    if not labels:
        return list(chips), list(networks)
    files: list[Loaded[Any]] = [*map(load_architecture, chips), *map(load_workload, networks)]
    names = [file.spec.name for file in files]
    check_names("design or network of --label", labels, names)
    found: list[Named] = [
        replace(file, spec=file.spec.model_copy(update={"title": labels[name]})) if name in labels else file
        for file, name in zip(files, names, strict=True)
    ]
    return found[: len(chips)], found[len(chips) :]


def named_by_title(chips: Sequence[Named]) -> list[Named]:
    """Architectures whose name is their title, for a document; those of one title keep their names."""
    files = [*map(load_architecture, chips)]
    titles = [file.spec.label for file in files]
    return [
        replace(file, spec=file.spec.model_copy(update={"name": title})) if titles.count(title) == 1 else file
        for file, title in zip(files, titles, strict=True)
    ]


def baseline_of(chip: Loaded[ArchitectureSpec]) -> Path | None:
    """File of the baseline that an architecture names; None where it names none.

    Raises
    ------
    UnknownNameError
        When nothing is called so.
    """
    named_one = chip.spec.baseline
    return None if named_one is None else find_file("architecture", named_one, Path(chip.file))


def architecture_document(path: Path, problems: list[Problem] | None = None) -> Document:
    """Content of an architecture file merged with the files it is based on, not yet validated.

    Parameters
    ----------
    path : Path
        The file.
    problems : list of Problem, optional
        Collects changes that cannot be applied, which are then skipped; without it, they are errors.

    Raises
    ------
    SpecError
        If one of the files cannot be read, or its changes cannot be applied.
    """
    return resolved([*_chain(path).values()], problems)


def _chain(path: Path) -> dict[Path, Document]:
    return chain_of(path, partial(_document, ArchitectureSpec), partial(find_file, "architecture"))


@lru_cache(maxsize=512)
def _architecture(chain: tuple[Path, ...], _stamps: tuple[Stamp, ...]) -> Loaded[ArchitectureSpec]:
    document = architecture_document(chain[0])
    spec = validate(ArchitectureSpec, document)
    raise_all(problem_at(document, place, text) for place, text in misnamed(spec.chip))
    loaded = Loaded(spec, document.file, document.sha256, document)
    raise_all(_unknown_sources(loaded))
    keep("architecture", chain, loaded)
    return loaded


def is_model_file(name: str | Path) -> bool:
    """Whether a name is a model file that an importer reads (by suffix or content), or a pickle, which is rejected."""
    suffix = Path(name).suffix.lower()
    return suffix in _REFUSED_MODELS or (suffix != "" and importer_of(Path(name)) is not None)


def load_workload(name: Named) -> Loaded[WorkloadSpec]:
    """Load a workload by shipped name or path and check its shapes; a model file is imported.

    Parameters
    ----------
    name : str, Path or Loaded
        Shipped name, or path of a workload or model file; a workload that is loaded already is returned as it is.

    Returns
    -------
    Loaded
        The validated spec with its file.

    Raises
    ------
    SpecError
        With all problems of the file.
    UnknownNameError
        When nothing ships under that name.
    """
    if isinstance(name, Loaded):
        return name
    if isinstance(name, str | Path) and is_model_file(name):
        workload: Loaded[WorkloadSpec] = load("neuroest.workloads.importers.workload_from_file")(name)
        return workload
    path = _file("workload", name)
    return _workload(path, stamp(path))


@lru_cache(maxsize=128)
def _workload(path: Path, _stamp: Stamp) -> Loaded[WorkloadSpec]:
    ready = prepared("workload", path)
    if ready is not None:
        return ready
    data = _parsed(path, _stamp).kept_data
    if isinstance(data, dict) and data.get("kind") == "population":
        from neuroest.specs.population import PopulationSpec  # noqa: PLC0415 - few networks are populations

        loaded = network_of(read_spec(PopulationSpec, path))
    else:
        loaded = read_spec(WorkloadSpec, path)
        raise_all(workload_problems(loaded))
    keep("workload", [path], loaded)
    return loaded


def network_of(loaded: "Loaded[PopulationSpec]") -> Loaded[WorkloadSpec]:
    """The network described by a file of populations, with the usual checks.

    Raises
    ------
    SpecError
        With all problems of its numbers and sources.
    """
    from neuroest.specs.population import as_workload, place_in_file  # noqa: PLC0415 - few networks are populations

    spec, document = loaded.spec, loaded.document
    network, faults = as_workload(spec)
    problems = [problem_at(document, place, text) for place, text in faults]
    if network is not None:
        found = check_workload(network)
        problems = [problem_at(document, place_in_file(spec, place), text) for place, text in found]
    problems += _unknown_sources(loaded)
    if problems or network is None:
        raise SpecError(problems)
    return Loaded(network, loaded.file, loaded.sha256, document)


def workload_problems(loaded: Loaded[WorkloadSpec]) -> list[Problem]:
    """Problems of a network's shapes and cited sources."""
    problems = [problem_at(loaded.document, place, text) for place, text in check_workload(loaded.spec)]
    return problems + _unknown_sources(loaded)


def _unknown_sources(
    loaded: "Loaded[WorkloadSpec] | Loaded[PopulationSpec] | Loaded[DeviceSpec] | Loaded[ArchitectureSpec]",
) -> list[Problem]:
    """A problem for each cited source that is in neither the file nor the shared bibliography."""
    if isinstance(loaded.document, Unparsed):
        return []  # its entry was made after this check
    known = shared_sources() | loaded.spec.sources.keys()
    return [
        problem_at(loaded.document, place, f"unknown source {key!r}{did_you_mean(key, known)}", at_value=True)
        for place, key in _cited(loaded.document.kept_data)
        if key not in known
    ]


def _cited(data: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Source keys that a document cites, with their places."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in {"source", "cited_in"} and isinstance(value, str):
                yield (*place, key), value
            elif key != "sources":
                yield from _cited(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _cited(value, (*place, index))


def load_device(name: str | Path, named_in: Path | None = None) -> Device:
    """Load a device by shipped name or path, with its claims in SI units.

    Parameters
    ----------
    name : str or Path
        Shipped name or path.
    named_in : Path, optional
        File that names the device; relative paths start at its folder.

    Returns
    -------
    Device
        Parameters, with claims in SI units.

    Raises
    ------
    SpecError
        With all problems of the file.
    UnknownNameError
        When nothing ships under that name.
    """
    path = _file("device", name, named_in)
    device = _device(path, stamp(path))
    if device.spec.table is None:
        return device
    table = path.with_name(device.spec.table)
    return _with_table(device, table, stamp(table))


def device_without_values(name: str | Path, named_in: Path | None = None) -> Device:
    """The device alone, for lists of many: neither its claims nor its table are read and checked."""
    loaded = read_spec(DeviceSpec, _file("device", name, named_in))
    return Device(loaded.spec, device_model(loaded.spec.model), frozen({}), loaded.file, loaded.sha256)


@lru_cache(maxsize=64)
def _with_table(device: Device, path: Path, _stamp: Stamp) -> Device:
    return replace(device, table=device.record.table.read(path))


def shared_sources() -> frozenset[str]:
    """Keys of the shared bibliography, without reading its entries, which most runs do not print.

    Reading the whole file takes 1/14 of the time of a cold estimate. In that file, keys are indented by two spaces and
    their content by more. A test checks that both ways of reading agree.
    """
    path = data_folder("device") / "sources.yaml"
    return _shared_sources(path, stamp(path))


@lru_cache(maxsize=8)
def _shared_sources(path: Path, _stamp: Stamp) -> frozenset[str]:
    return frozenset(_SOURCE_KEY.findall(path.read_text(encoding="utf-8")))


def bibliography() -> Mapping[str, SourceSpec]:
    """The shared bibliography by key."""
    return frozen(load_sources(data_folder("device") / "sources.yaml").spec.sources)


def load_sources(path: Path) -> Loaded[SourcesSpec]:
    """Read a bibliography file."""
    return read_spec(SourcesSpec, path)


def read_spec(schema: type[_T], path: Path) -> Loaded[_T]:
    """Load and validate a file; cached until the file changes.

    Raises
    ------
    SpecError
        With all problems of the file, or if it is of another kind.
    """
    loaded: Loaded[_T] = _load(schema, path, stamp(path))  # type: ignore[assignment]
    return loaded


def _document(schema: type[Spec], path: Path) -> Document:
    document = _parsed(path, stamp(path))
    (expected,) = get_args(schema.model_fields["kind"].annotation)
    data = document.kept_data
    if not isinstance(data, dict):
        raise SpecError([Problem(document.file, 1, 1, "", f"expected a mapping with `kind: {expected}`")])
    given = data.get("kind")
    if given != expected:
        found = f"kind is {given!r}, expected {expected!r}"
        missing = f"is missing: `kind: {expected}`"
        raise SpecError([problem_at(document, ["kind"], missing if given is None else found)])
    return document


@lru_cache(maxsize=512)
def _parsed(path: Path, _stamp: Stamp) -> Document:
    return read_document(path)


@lru_cache(maxsize=512)
def _load(schema: type[Spec], path: Path, _stamp: Stamp) -> Loaded[Spec]:
    document = _document(schema, path)
    return Loaded(validate(schema, document), document.file, document.sha256, document)


def device_model(name: str) -> type[Record]:
    """Parameter record of a device model.

    Raises
    ------
    UnknownNameError
        When no such model exists.
    """
    check_names("device model", [name], DEVICE_MODELS)
    record: type[Record] = DEVICE_MODELS[name]
    return record


@lru_cache(maxsize=512)
def _device(path: Path, _stamp: Stamp) -> Device:
    ready = prepared("device", path)
    if ready is not None:
        return device_of(ready)
    loaded = read_spec(DeviceSpec, path)
    device = device_of(loaded)
    keep("device", [path], loaded)
    return device


def device_of(loaded: Loaded[DeviceSpec]) -> Device:
    """Build a device from a spec, with its claims in SI units.

    Raises
    ------
    SpecError
        With all problems of its parameters and sources.
    """
    spec, document = loaded.spec, loaded.document
    if spec.model not in DEVICE_MODELS:
        message = f"unknown device model {spec.model!r}{did_you_mean(spec.model, DEVICE_MODELS)}"
        raise SpecError([problem_at(document, ["model"], message, at_value=True)])
    record = DEVICE_MODELS[spec.model]
    declared = record.parameters()
    problems: list[Problem] = []
    claims: dict[str, Claim] = {}
    for name in spec.parameters.keys() - declared.keys():
        message = f"{spec.model} has no parameter {name!r}{did_you_mean(name, declared)}"
        problems.append(problem_at(document, ["parameters", name], message))
    for name, info in declared.items():
        if name not in spec.parameters:
            if info.absent is not None:
                continue
            example = info.check.json_schema()["examples"][0]
            message = f"is missing: {info.description.rstrip('.')} (such as {example})"
            where = document.position(["parameters"])
            problems.append(Problem(loaded.file, *where, f"parameters.{name}", message))
            continue
        given = spec.parameters[name]
        try:
            claims[name] = resolve_claim(
                name, given, info.check, spec.defaults, about=record, origin=spec.name
            )
        except QuantityError as error:
            place = ["parameters", name, "value"]
            problems.append(problem_at(document, place, str(error), at_value=True))
    wrong = record.disordered({name: claim.value for name, claim in claims.items()})
    problems += [
        problem_at(document, ["parameters", n, "value"], why, at_value=True) for n, why in wrong.items()
    ]
    if (record.table is None) != (spec.table is None):
        message = (
            f"{spec.model} has no table"
            if record.table is None
            else "is missing: the name of the CSV file in the same folder with the values"
        )
        problems.append(problem_at(document, ["table"], message))
    problems += _unknown_sources(loaded)
    if spec.survey is not None and not isinstance(document, Unparsed):
        from neuroest.specs.survey import survey_problems  # noqa: PLC0415 - few devices have a row

        problems += survey_problems(document, ["survey"], "neurons", spec.survey)
    raise_all(problems)
    return Device(spec, record, frozen(claims), loaded.file, loaded.sha256)
