"""Build a design from validated specs: the tree of a chip and every number it uses.

A `Design` stores the structure (blocks and models) separately from the values: a flat table of claims by path. An
estimate of the nominal design point uses the values unchanged. A sweep or a Monte Carlo run replaces some of them by
arrays and keeps the structure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from neuroest.blocks.interconnect.off_chip_link import OffChipBlock
from neuroest.blocks.technology.process import (
    Package,
    Process,
    ProcessCorners,
    ThresholdOptions,
    TransistorFlavour,
)
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError, Problem, QuantityError, SpecError, did_you_mean, raise_all
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.units import article
from neuroest.design import links
from neuroest.design.links import LinkChoice
from neuroest.loading.library import Device, device_without_values, load_device
from neuroest.specs.architecture import ArchitectureSpec, Level
from neuroest.specs.base import SUPPLY, Spec, numeric_options
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.claims import DESIGN, Claim, ClaimSpec, Provenance, resolve_claim, uncertain_choice
from neuroest.specs.device import SourceSpec
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import problem_at
from neuroest.specs.parameters import Record
from neuroest.specs.reading import Document, read_document

TECHNOLOGY = "technology"
PROCESS = "technology.process"
CORNER = "technology.corner"
PACKAGE = "technology.package"
TRANSISTORS = "technology.transistors"
THRESHOLDS = "technology.threshold_options"
SLEEP = "technology.sleep_options"
TEMPERATURE = "technology.temperature"
LOGIC = "logic"
"""Name of the lowest tier: everything that no stacked tier contains."""
AMBIENT = "technology.ambient_temperature"


@frozen_dataclass(eq=False)
class Part:
    """One level or block of a chip's tree.

    Attributes
    ----------
    path : str
        Dotted path from the top, for example ``chip.tile.array.cell``.
    spec : Spec
        Its spec in the file.
    record : type of Record or None
        Parameter record class of its device model.
    reference_process : str or None
        Name of the process for which the device's values are valid.
    table : object or None
        Table of its device.
    parts : mapping
        Its parts by name: slots first, then blocks and levels in file order.
    """

    path: str
    spec: Level | Block
    record: type[Record] | None
    reference_process: str | None
    table: Any
    parts: Mapping[str, Part]

    @property
    def name(self) -> str:
        """Last element of the path."""
        return self.path.rpartition(".")[2]

    @cached_property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Name and path of each numeric choice that its spec may make."""
        return tuple((name, f"{self.path}.{name}") for name in numeric_options(type(self.spec)))

    @cached_property
    def at_supply(self) -> tuple[str, ...]:
        """Numeric choices that its spec leaves to the supply of the chip."""
        return tuple(name for name, _ in self.options if getattr(self.spec, name) == SUPPLY)

    @cached_property
    def partners(self) -> Mapping[str, type[Record]]:
        """Parameter records of the further devices that its spec names."""
        named = getattr(self.spec, "partners", {})
        return {name: record for name, record in named.items() if getattr(self.spec, name) is not None}

    def walk(self) -> Iterator[Part]:
        """This part and all parts inside it."""
        yield self
        for part in self.parts.values():
            yield from part.walk()


@frozen_dataclass
class InputFile:
    """An input file of a design."""

    kind: str
    name: str
    file: str
    sha256: str


@frozen_dataclass(eq=False)
class Design:
    """Structure and values of a chip.

    Attributes
    ----------
    spec : ArchitectureSpec
        The file it was built from.
    root : Part
        Top of the tree.
    claims : mapping
        Every parameter and numeric choice, by path.
    devices : mapping
        Device of each part that has one, by the part's path; the process, corner and package are under
        ``technology.process``, ``technology.corner`` and ``technology.package``.
    sources : mapping
        Bibliography entries that the claims may refer to.
    files : tuple of InputFile
        All files that were read.
    layer_levels : mapping or None
        Path of the computing level of each layer, if chosen by cost and already evaluated; otherwise None.
    open_links : tuple of str
        Paths of links whose device or sleep the file leaves to the pace of the chip.
    link_choices : tuple of LinkChoice
        Links that were chosen for it.
    """

    spec: ArchitectureSpec
    root: Part
    claims: Mapping[str, Claim]
    devices: Mapping[str, Device]
    sources: Mapping[str, SourceSpec] = field(repr=False)
    files: tuple[InputFile, ...]
    layer_levels: Mapping[str, str] | None = None
    open_links: tuple[str, ...] = ()
    link_choices: tuple[LinkChoice, ...] = ()

    @cached_property
    def values(self) -> Mapping[str, u.Numeric]:
        """The SI values of all claims by path."""
        return {path: claim.value for path, claim in self.claims.items()}

    @cached_property
    def absent(self) -> Mapping[str, float]:
        """Finite values of the parameters that the files of its devices leave out, by path."""
        stated = self.claims.keys()
        return {
            path: info.absent
            for place, device in self.devices.items()
            for name, info in device.record.parameters().items()
            if info.absent is not None
            and math.isfinite(info.absent)
            and (path := f"{place}.{name}") not in stated
        }


class _Read(NamedTuple):
    """A device as a design has read it, with its name and the file that names it."""

    name: str
    named_in: Path | None
    device: Device

    def unchanged(self) -> bool:
        """Whether the name still leads to the same device object."""
        try:
            return load_device(self.name, self.named_in) is self.device
        except NeuroestError:
            return False


_designs: WeakKeyDictionary[Loaded[ArchitectureSpec], tuple[Design, tuple[_Read, ...]]] = WeakKeyDictionary()
"""The design of each architecture in memory, and the devices that it was built with."""


class _Builder:
    """Collects claims, devices and problems while traversing the tree."""

    def __init__(self, loaded: Loaded[ArchitectureSpec]) -> None:
        self.loaded = loaded
        self.file = Path(loaded.file) if loaded.file != "<text>" else None
        self.claims: dict[str, Claim] = {}
        self.devices: dict[str, Device] = {}
        self.read: list[_Read] = []
        self.open_links: list[str] = []
        self.problems: list[Problem] = []

    def options(self, path: str, spec: Spec, where: tuple[str, ...]) -> None:
        """Choices as claims, with their uncertainty."""
        numbers = numeric_options(type(spec))
        for name, quantity in numbers.items():
            value = getattr(spec, name)
            if isinstance(value, float):
                key = f"{path}.{name}"
                self.claims[key] = Claim(
                    path=key, value=value, unit=quantity.unit, basis=DESIGN, about=type(spec),
                    low=value, high=value, origin=self.loaded.spec.name,
                )  # fmt: skip

        stated = [name for name in numbers if f"{path}.{name}" in self.claims]
        for name, given in getattr(spec, "uncertain", {}).items():
            continuous = [name for name in stated if not numbers[name].integer]
            message = f"is not a number stated here{did_you_mean(name, continuous)}"
            if name in stated:
                try:
                    claim = uncertain_choice(self.claims[f"{path}.{name}"], given, numbers[name])
                except QuantityError as error:
                    message = str(error)
                else:
                    self.claims[claim.path] = claim
                    continue
            self.problems.append(problem_at(self.loaded.document, (*where, "uncertain", name), message))

    def device(self, path: str, name: str, model: str, where: tuple[str, ...]) -> Device | None:
        try:
            device = self.load(name, self.file)
        except SpecError as error:
            reported = error.problems[0]
            if reported.line:
                self.problems.extend(error.problems)
            else:  # the file is missing or unreadable
                message = f"{reported.file}: {reported.message}"
                self.problems.append(problem_at(self.loaded.document, where, message, at_value=True))
            return None
        except NeuroestError as error:
            self.problems.append(problem_at(self.loaded.document, where, str(error), at_value=True))
            return None
        if device.spec.model != model:
            message = f"device {name!r} is {article(device.spec.model)}; this block needs {article(model)}"
            self.problems.append(problem_at(self.loaded.document, where, message, at_value=True))
            return None
        self.devices[path] = device
        return device

    def load(self, name: str, named_in: Path | None) -> Device:
        """A device; the design remembers where it came from."""
        device = load_device(name, named_in)
        self.read.append(_Read(name, named_in, device))
        return device

    def adopt(self, path: str, device: Device) -> None:
        self.claims.update(device.claims_at(path))

    def override(self, path: str, block: DeviceBlock, device: Device, where: tuple[str, ...]) -> None:
        declared = device.record.parameters()
        rationale = f"set in the architecture {self.loaded.spec.name}"
        own = Provenance.model_construct(basis="assumed", rationale=rationale)
        for name, given in block.parameters.items():
            place = (*where, "parameters", name)
            if name not in declared:
                message = f"{device.spec.model} has no parameter {name!r}{did_you_mean(name, declared)}"
                self.problems.append(problem_at(self.loaded.document, place, message))
                continue
            info = declared[name]
            stated = self.claims.get(f"{path}.{name}")
            choices = {} if stated is None else stated.scenarios
            if stated is not None and isinstance(given, str) and given in choices:
                self.claims[stated.path] = stated.under(given)
                continue
            defaults = None if isinstance(given, ClaimSpec) and given.basis else own
            try:
                claim = resolve_claim(
                    f"{path}.{name}", given, info.check, defaults,
                    about=info.record, origin=self.loaded.spec.name,
                )  # fmt: skip
            except QuantityError as error:
                message = f"{error}; or a scenario: {', '.join(choices)}" if choices else str(error)
                self.problems.append(problem_at(self.loaded.document, place, message, at_value=True))
                continue
            self.claims[claim.path] = claim

    def part(self, path: str, spec: Level | Block, where: tuple[str, ...]) -> Part:
        self.options(path, spec, where)
        record: type[Record] | None = None
        reference: str | None = None
        table = None
        if isinstance(spec, DeviceBlock) and spec.record is not None:
            name = self.link(path, spec, where) if links.is_open(spec) else spec.device
            device = (
                None if name is None else self.device(path, name, spec.device_model(), (*where, "device"))
            )
            if device is not None:
                record = device.record
                self.adopt(path, device)
                self.override(path, spec, device, where)
                reference, table = device.spec.process, device.table
                if reference is not None:
                    self.reference_process(path, reference, device)
            for name, partner in spec.partners.items():
                self.partner(f"{path}.{name}", getattr(spec, name), partner.model, (*where, name))
        names = [name for name in spec.slots if isinstance(getattr(spec, name, None), Spec)]
        inside: dict[str, Any] = {name: getattr(spec, name) for name in names}
        if isinstance(spec, Level):
            inside.update(spec.__pydantic_extra__ or {})
        parts = {name: self.part(f"{path}.{name}", child, (*where, name)) for name, child in inside.items()}
        return Part(path, spec, record, reference, table, frozen(parts))

    def link(self, path: str, spec: OffChipBlock, where: tuple[str, ...]) -> str | None:
        """Name of the link that represents an open one until a network and its pace decide."""
        self.open_links.append(path)
        try:
            return links.candidates(spec, self.file)[0].spec.name
        except NeuroestError as error:
            self.problems.append(
                problem_at(self.loaded.document, (*where, "device"), str(error), at_value=True)
            )
            return None

    def partner(self, path: str, name: str | None, model: str, where: tuple[str, ...]) -> None:
        """An additional device of a block, if the file names one."""
        device = self.device(path, name, model, where) if name is not None else None
        if device is not None:
            self.adopt(path, device)

    def reference_process(self, path: str, name: str, device: Device) -> None:
        if name == self.loaded.spec.technology.process:
            return
        try:
            process = load_process(name, Path(device.file))
        except NeuroestError as error:
            self.problems.extend(misnamed_process(read_document(device.file), error))
            return
        self.read.append(_Read(name, Path(device.file), process))
        self.devices[f"{path}.process"] = process
        self.adopt(f"{path}.process", process)


class _WithoutValues(_Builder):
    """Finds the parts of a chip and their devices, and leaves the numbers alone."""

    def load(self, name: str, named_in: Path | None) -> Device:
        """A device without its claims."""
        return device_without_values(name, named_in)

    def options(self, path: str, spec: Spec, where: tuple[str, ...]) -> None:
        """No claims."""

    def override(self, path: str, block: DeviceBlock, device: Device, where: tuple[str, ...]) -> None:
        """No claims."""


def differ_in_numbers(one: Design, other: Design) -> bool:
    """Whether two designs differ at most in the values of claims, as with another device of the same model.

    An evaluation of one with the values of the other gives the results of the other.
    """
    fields = one.spec.__dict__.keys() | other.spec.__dict__.keys()
    return (
        one.claims.keys() | one.absent.keys() == other.claims.keys() | other.absent.keys()
        and one.layer_levels == other.layer_levels
        and all(getattr(one.spec, name) == getattr(other.spec, name) for name in fields - _OF_FILE)
        and one.devices.keys() == other.devices.keys()
        and _same_but_numbers(one.root, other.root)
    )


_OF_FILE = frozenset({"chip", "name", "title", "description"})
"""Fields of an architecture that `Part` contains, or that no number depends on."""


def _same_but_numbers(one: Part, other: Part) -> bool:
    apart = {"device", "parameters", *one.spec.slots, *getattr(one.spec, "partners", ())}
    stated, others = (
        {name: value for name, value in part.spec.__dict__.items() if name not in apart}
        for part in (one, other)
    )
    return (
        (one.path, one.record, one.reference_process) == (other.path, other.record, other.reference_process)
        and type(one.spec) is type(other.spec)
        and stated == others
        and one.spec.model_fields_set == other.spec.model_fields_set
        and one.table is other.table
        and one.partners.keys() == other.partners.keys()
        and one.parts.keys() == other.parts.keys()
        and all(map(_same_but_numbers, one.parts.values(), other.parts.values()))
    )


def sleeps(spec: Spec) -> bool:
    """Whether a block enters a sleep mode between inferences."""
    return getattr(spec, "sleep", "none") != "none"


def load_process(name: str, named_in: Path) -> Device:
    """Process named in a device file.

    Raises
    ------
    NeuroestError
        If there is no such device, or if it is not a process.
    """
    process = load_device(name, named_in)
    if process.spec.model != Process.model:
        raise NeuroestError(f"{name!r} is {article(process.spec.model)}, expected {article(Process.model)}")
    return process


def misnamed_process(document: Document, error: NeuroestError) -> list[Problem]:
    """Problems of the process named by a device: those of its file, or a missing process, reported at the name."""
    if isinstance(error, SpecError) and error.problems[0].line:
        return list(error.problems)
    return [problem_at(document, ["process"], str(error), at_value=True)]


def build(loaded: Loaded[ArchitectureSpec]) -> Design:
    """Build the design described by an architecture file, with all devices it refers to.

    A loaded architecture keeps its design until the file of a device changes.

    Parameters
    ----------
    loaded : Loaded
        A validated architecture.

    Returns
    -------
    Design
        Structure and values.

    Raises
    ------
    SpecError
        With all problems of the architecture's references and of the referenced files.
    """
    design, devices = _designs.get(loaded, (None, ()))
    if design is not None and all(read.unchanged() for read in devices):
        return design
    builder = _Builder(loaded)
    design = _built(builder, loaded)
    _designs[loaded] = design, tuple(builder.read)
    return design


def build_without_values(loaded: Loaded[ArchitectureSpec]) -> Design:
    """The same design without claims, for lists of many chips."""
    return _built(_WithoutValues(loaded), loaded)


def _built(builder: _Builder, loaded: Loaded[ArchitectureSpec]) -> Design:
    technology = loaded.spec.technology
    builder.options(TECHNOLOGY, technology, ("technology",))
    builder.options("operation", loaded.spec.operation, ("operation",))
    process = builder.device(PROCESS, technology.process, Process.model, ("technology", "process"))
    if process is not None:
        builder.adopt(PROCESS, process)
    for path, name, model in (
        (CORNER, technology.corners if technology.corner != "typical" else None, ProcessCorners.model),
        (PACKAGE, technology.package, Package.model),
        (TRANSISTORS, technology.transistors, TransistorFlavour.model),
        (
            THRESHOLDS,
            technology.threshold_options if technology.mixes_thresholds else None,
            ThresholdOptions.model,
        ),
    ):
        if name is not None:
            field = "corners" if path == CORNER else path.rpartition(".")[2]
            device = builder.device(path, name, model, ("technology", field))
            if device is not None:
                builder.adopt(path, device)
    _check_technology(builder, loaded)
    root = builder.part("chip", loaded.spec.chip, ("chip",))
    if any(sleeps(part.spec) for part in root.walk()):
        options = builder.device(
            SLEEP, technology.sleep_options, "sleep_options", ("technology", "sleep_options")
        )
        if options is not None:
            builder.adopt(SLEEP, options)
    _check_tiers(builder, root)
    operation = loaded.spec.operation
    stated = operation.period is not None
    if operation.mode not in {"duty_cycled", "streaming"} and (operation.mode == "always_on") != stated:
        message = f"{operation.mode} has no period; it belongs to always_on, streaming and duty_cycled"
        if operation.mode == "always_on":
            message = "always_on needs the `period` from one inference to the next"
        builder.problems.append(problem_at(loaded.document, ("operation",), message))
    raise_all(builder.problems)
    files = [InputFile("architecture", loaded.spec.name, loaded.file, loaded.sha256)]
    files += [
        InputFile("architecture", Path(d.file).stem, d.file, d.sha256) for d in loaded.document.chain[1:]
    ]
    seen = {device.file: device for device in builder.devices.values()}
    files += [InputFile("device", d.spec.name, d.file, d.sha256) for d in seen.values()]
    tables = {d.table.file: (d.spec.table, d.table.sha256) for d in seen.values() if d.table is not None}
    files += [InputFile("table", str(name), file, sha256) for file, (name, sha256) in tables.items()]
    sources: dict[str, SourceSpec] = dict(loaded.spec.sources)
    for device in seen.values():
        sources.update(device.spec.sources)
    return Design(
        loaded.spec, root, frozen(builder.claims), frozen(builder.devices),
        frozen(sources), tuple(files), open_links=tuple(builder.open_links),
    )  # fmt: skip


def stacked_tiers(root: Part) -> dict[str, Part]:
    """Stacked tiers of a chip by name, which state what they are `over`."""
    return {name: part for name, part in root.parts.items() if hasattr(part.spec, "over")}


def _check_tiers(builder: _Builder, root: Part) -> None:
    """Whether stacked tiers stand over each other in one sequence, and contain blocks that exist, each once."""
    tiers = stacked_tiers(root)
    for part in root.walk():
        if hasattr(part.spec, "over") and part not in (root, *tiers.values()):
            message = "a tier stands over the whole chip; put it into the level `chip`"
            _refuse_tier(builder, part, "over", message)
    over: dict[str, str] = {}
    for name, part in tiers.items():
        below = part.spec.over  # type: ignore[union-attr]
        if below not in {LOGIC, *tiers}:
            known = [LOGIC, *(other for other in tiers if other != name)]
            _refuse_tier(builder, part, "over", f"there is no tier {below!r}{did_you_mean(below, known)}")
        elif below in over:
            message = f"{over[below]} stands over {below} too; let one of them stand over the other"
            _refuse_tier(builder, part, "over", message)
        else:
            over[below] = name
    below = LOGIC
    while below in over:
        below = over.pop(below)
    circle = [name for below, name in over.items() if below in tiers]
    if circle and not builder.problems:
        stand = f"{' and '.join(circle)} stand over each other in a circle"
        message = (
            f"{stand if circle[1:] else f'{circle[0]} stands over itself'}; let one tier stand over `logic`"
        )
        _refuse_tier(builder, tiers[circle[0]], "over", message)
    _check_contents(builder, root, tiers)


def _check_contents(builder: _Builder, root: Part, tiers: Mapping[str, Part]) -> None:
    """Whether stacked tiers contain blocks that exist, each once."""
    blocks = [part.path for part in root.walk() if isinstance(part.spec, Block) and part.name not in tiers]
    inside: dict[str, str] = {}
    for name, part in tiers.items():
        for path in part.spec.contains:  # type: ignore[union-attr]
            if path not in blocks and path.rpartition(".")[0] not in blocks:
                message = f"there is no block {path!r}{did_you_mean(path, blocks)}"
                _refuse_tier(builder, part, "contains", message)
            for other, holder in inside.items():
                if f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}."):
                    message = f"{path} is in {holder} as well; a block belongs to one tier"
                    _refuse_tier(builder, part, "contains", message)
            inside[path] = name


def _refuse_tier(builder: _Builder, part: Part, key: str, message: str) -> None:
    place = (*part.path.split("."), key)
    builder.problems.append(problem_at(builder.loaded.document, place, message, at_value=True))


def _check_technology(builder: _Builder, loaded: Loaded[ArchitectureSpec]) -> None:
    technology = loaded.spec.technology
    given = {
        name
        for name in ("temperature", "ambient_temperature", "package", "thermal_resistance")
        if getattr(technology, name) is not None
    }
    if given in (
        {"temperature"},
        {"ambient_temperature", "package"},
        {"ambient_temperature", "thermal_resistance"},
    ):
        return
    message = (
        "needs the `temperature` of the die, or `ambient_temperature` with a `package` or a `thermal_resistance`, and "
        f"not both; got {', '.join(sorted(given)) or 'none of them'}"
    )
    builder.problems.append(problem_at(loaded.document, ("technology",), message))
