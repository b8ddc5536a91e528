"""Data sheets: a device with its claims, an architecture as a tree, a network by layers."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from neuroest.core.document import Block, Document, Gap, Heading, Paragraph, Points, Table
from neuroest.core.errors import NeuroestError, SpecError, UnknownNameError
from neuroest.core.text_layout import one_line, words
from neuroest.core.units import formatted, formatted_interval
from neuroest.design.build import TEMPERATURE, Design, Part, build
from neuroest.design.chip import heat_path
from neuroest.exploration.contest_spec import ContestFile, read_contest
from neuroest.loading.library import (
    Device,
    bibliography,
    devices_of,
    load_architecture,
    load_device,
    load_workload,
    named,
)
from neuroest.registry import BLOCKS, DEVICE_MODELS, LEVELS
from neuroest.reporting.bibliography import reference
from neuroest.reporting.catalogue_entries import summary
from neuroest.reporting.formatting import coding_words, corner_words
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.blocks import Block as SchemaBlock
from neuroest.specs.claims import DESIGN, Claim, ClaimSpec
from neuroest.specs.file_text import is_path
from neuroest.specs.inheritance import resolved_text
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document as FileText
from neuroest.specs.reading import read_document
from neuroest.specs.workload import WorkloadSpec, workload_claims
from neuroest.workloads.layers import geometry


def show(name: str) -> str:
    """Data sheets of everything named `name`: device, architecture, workload, model, mapper or source.

    Parameters
    ----------
    name : str
        Anything that `neuroest.list_entries` names, or the path of a spec file.

    Returns
    -------
    str
        Text of 80 columns.

    Raises
    ------
    UnknownNameError
        When nothing is called so.
    SpecError
        When the file has problems.

    Examples
    --------
    >>> print(show("sar_adc").splitlines()[0])
    device model sar_adc
    """
    return "\n".join(sheet.to_text() for sheet in sheets(name))


def sheets(name: str) -> list[Document]:
    """Data sheets of everything named `name`; things of different kinds may share a name.

    Parameters
    ----------
    name : str
        A shipped name, a model, a mapper, the key of a source, or the path of a spec file.

    Raises
    ------
    UnknownNameError
        When nothing is called so.
    SpecError
        When the file has problems.
    """
    if is_path(name):
        document = read_document(Path(name))
        kind = _stated_kind(document)
        if kind not in _FILES:
            message = f"kind is {kind!r}; expected one of {', '.join(_FILES)}"
            raise SpecError([problem_at(document, ["kind"], message, at_value=True)])
        return [_FILES[kind].sheet(_FILES[kind].load(name))]
    found = [file.sheet(file.load(name)) for kind, file in _FILES.items() if name in named(kind)]
    if name in DEVICE_MODELS or name in BLOCKS:
        found.append(model_sheet(name))
    if name in LEVELS:
        level = LEVELS[name]
        about = (Paragraph(summary(level), hanging=0), Gap(), Heading("keys of the level"))
        found.append(Document(f"mapper {name}", (*about, *_fields(level))))
    if name in bibliography():
        found.append(Document(f"source {name}", (Paragraph(reference(bibliography()[name]), hanging=0),)))
    if not found:
        everything = {*DEVICE_MODELS, *BLOCKS, *LEVELS, *bibliography()}.union(*map(named, _FILES))
        raise UnknownNameError("name", name, everything, "`neuroest list` shows all of them")
    return found


def _stated_kind(document: FileText) -> Any:
    """Kind that the file states; populations are shown as the network that they are."""
    kind = document.data.get("kind") if isinstance(document.data, dict) else None
    return "workload" if kind == "population" else kind


def whole_file(name: str) -> str:
    """Complete file of an architecture, with its bases resolved.

    Raises
    ------
    UnknownNameError
        When no architecture is called so.
    SpecError
        When the file has problems.
    """
    return resolved_text(load_architecture(name).document)


def value_rows(name: str) -> list[dict[str, Any]]:
    """Every value of a device, architecture or workload with its basis and source, as rows of a table.

    Raises
    ------
    NeuroestError
        When what is called so holds no values.
    """
    kinds = [_stated_kind(read_document(Path(name)))] if is_path(name) else _FILES
    found = [
        (kind, file.claims(file.load(name)))
        for kind, file in _FILES.items()
        if file.claims is not None and kind in kinds and (is_path(name) or name in named(kind))
    ]
    if not found:
        raise NeuroestError(
            f"{name} is not an architecture, device or workload; only these have a table of values"
        )
    return [
        {
            "kind": kind, "path": path, "value": claim.value, "unit": claim.unit,
            "p10": claim.low if claim.has_spread else None, "p90": claim.high if claim.has_spread else None,
            "basis": claim.basis, "source": claim.source or "", "locator": claim.locator or "", "file": claim.origin,
        }
        for kind, claims in found
        for path, claim in claims.items()
    ]  # fmt: skip


def _plain(written: float | str) -> str:
    """Value as stated in the file, without the zeros of a large number."""
    if not isinstance(written, float):
        return str(written)
    text = f"{written:.12g}"
    short = f"{written:e}".replace("e+0", "e").replace("e+", "e")
    mantissa, _, exponent = short.partition("e")
    short = f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
    return short if abs(written) >= 1e6 and len(short) < len(text) else text


def device_sheet(device: Device) -> Document:
    """A device: description, maturity, and every parameter with its basis and source."""
    spec = device.spec
    fab = spec.fab_compatibility
    blocks: list[Block] = [
        *_description(spec.description),
        f"maturity: {words(spec.maturity.stage)}. {one_line(spec.maturity.reason)}",
        f"fabrication: {words(fab.status)}. {one_line(fab.reason)}",
    ]
    if spec.process:
        blocks.append(f"values of the process: {spec.process}")
    if device.table is not None:
        blocks.append(f"table: {spec.table}, {device.table.summary()}")
    blocks += [Gap(), Heading("parameters")]
    for name, claim in device.claims.items():
        given = spec.parameters[name]
        written = given.value if isinstance(given, ClaimSpec) else given
        blocks += _claim(name, _plain(written), claim)
        for choice, stated in claim.scenarios.items():
            number = formatted(stated.value, stated.unit)
            blocks.append(_note(f"scenario {choice}: {number}; {_provenance(stated)}", 2))
        for other in given.alternatives if isinstance(given, ClaimSpec) else ():
            where = ", ".join(text for text in (other.source, other.locator) if text)
            note = f": {one_line(other.note)}" if other.note else ""
            blocks.append(_note(f"also {_plain(other.value)}; {where}{note}", 2))
    if spec.reported:
        blocks += [Gap(), Heading("reported by the source, not used in any sum")]
        for value in spec.reported:
            where = ", ".join(text for text in (value.source, value.locator) if text)
            blocks.append(
                _item(f"{value.quantity}: {value.value} [{value.basis}] {one_line(value.scope)}; {where}")
            )
    blocks += _listed("notes", spec.notes)
    cited = (key for claim in device.claims.values() for key in (claim.source, claim.cited_in))
    used = sorted({key for key in cited if key is not None})
    blocks += [Gap(), Heading("sources")] if used else []
    blocks += [_item(f"[{key}] {reference(device.sources[key])}") for key in used]
    return Document(f"device {spec.name}, model {spec.model}", tuple(blocks))


def architecture_sheet(loaded: Loaded[ArchitectureSpec]) -> Document:
    """A chip as a tree of levels and blocks with their choices and devices."""
    design = build(loaded)
    spec = design.spec
    supply = formatted(design.claims["technology.supply_voltage"].value, "V")
    technology = (spec.technology.process, corner_words(design), supply, _temperature(design))
    blocks = (
        *_description(spec.description),
        f"technology: {', '.join(text for text in technology if text)}",
        f"operation: {words(spec.operation.mode)}",
        *(f"based on: {Path(base.file).stem}" for base in loaded.document.chain[1:]),
        *([f"baseline: {spec.baseline}"] if spec.baseline else []),
        Gap(),
        *_tree(design.root, design, 0),
        *_listed("left out", spec.exclusions),
    )
    return Document(f"architecture {spec.name}", blocks)


def _description(text: str) -> tuple[Block, ...]:
    return Paragraph(one_line(text), hanging=0), Gap()


def _item(text: str, hanging: int = 2) -> Paragraph:
    """One of a list of texts."""
    return Paragraph(text, indent=2, hanging=hanging)


def _note(text: str, hanging: int = 0) -> Paragraph:
    """What is dimmed below one of a list of texts."""
    return Paragraph(text, "dim", 4, hanging)


def _listed(title: str, texts: Iterable[str]) -> tuple[Block, ...]:
    points = tuple(map(one_line, texts))
    return (Gap(), Heading(title), Points(points)) if points else ()


def _temperature(design: Design) -> str:
    """Temperature of the die, or how it follows from its power."""
    stated = design.claims.get(TEMPERATURE)
    if stated is not None:
        return formatted(stated.value, "K")
    ambient, resistance = heat_path({path: claim.value for path, claim in design.claims.items()})
    return f"as its power heats it, in air of {formatted(ambient, 'K')} ({formatted(resistance, 'K/W')})"


def _tree(part: Part, design: Design, depth: int) -> Iterator[Paragraph]:
    device = design.devices.get(part.path)
    yield Paragraph(f"{part.name}: {_choices(part, design)}", indent=2 * depth, hanging=4)
    if device is not None:
        below = [f"device {device.spec.name} ({words(device.spec.maturity.stage)})"]
        for name in getattr(part.spec, "parameters", ()):
            claim = design.claims[f"{part.path}.{name}"]
            below.append(f"{name} = {formatted(claim.value, claim.unit)} here")
        yield from (Paragraph(text, indent=2 * depth + 4, hanging=0) for text in below)
    for child in part.parts.values():
        yield from _tree(child, design, depth + 1)


def _choices(part: Part, design: Design) -> str:
    """Model and choices of a part in one line."""
    words_of = [getattr(part.spec, "mapper", None) or getattr(part.spec, "model", "")]
    for name in type(part.spec).model_fields:
        value = getattr(part.spec, name)
        claim = design.claims.get(f"{part.path}.{name}")
        if name in {"model", "mapper", "device", "parameters"} or name in part.parts or value is None:
            continue
        if claim is not None:
            unit = "Hz" if name.endswith(("frequency", "sample_rate")) else claim.unit
            words_of.append(f"{words(name)} {formatted(claim.value, unit)}")
        elif isinstance(value, str):
            words_of.append(f"{words(name)} {value}")
        elif isinstance(value, tuple):
            words_of.append(f"{words(name)} {', '.join(map(str, value))}")
    return "; ".join(word for word in words_of if word)


def workload_sheet(loaded: Loaded[WorkloadSpec]) -> Document:
    """A network: purpose, layers with shapes and operations, and every activity with its basis and source."""
    spec = loaded.spec
    claims = workload_claims(spec)
    blocks: list[Block] = [*_description(spec.description), f"coding: {coding_words(spec.coding, claims)}"]
    if (task := spec.task) is not None:
        known = task.value is not None
        quality = f", {task.metric} {task.value:.4g} [{task.basis}] {task.source or ''}" if known else ""
        blocks.append(f"task: {task.dataset}{quality}".rstrip())
    blocks += [
        f"input: {' x '.join(map(str, spec.input.shape))}",
        Gap(),
        _layers(spec),
        Gap(),
        Heading("values"),
    ]
    for path, claim in claims.items():
        blocks += _claim(path.removeprefix("workload."), formatted(claim.value, claim.unit), claim)
    return Document(f"workload {spec.name}", (*blocks, *_listed("notes", spec.notes)))


def _layers(spec: WorkloadSpec) -> Table:
    shape = geometry(spec)
    rows = [
        (
            layer.name, words(layer.type), " x ".join(map(str, shape.output_shapes[index])),
            f"{shape.weights[index]:.0f}", f"{shape.macs[index]:.0f}",
        )
        for index, layer in enumerate(spec.layers)
    ]  # fmt: skip
    rows.append(("total", "", "", f"{shape.total_weights:.0f}", f"{shape.total_macs:.0f}"))
    return Table(("layer", "type", "output", "weights", "MACs"), tuple(rows), "<<>>>", gap=2)


def model_sheet(name: str) -> Document:
    """A model with the parameters of its devices, the choices of its blocks, and its shipped devices."""
    record, block = DEVICE_MODELS.get(name), BLOCKS.get(name)
    if record is None:
        stated = BLOCKS[name]
        about: list[Block] = [Paragraph(summary(stated), hanging=0)]
        if stated.record is not None:
            about += [Gap(), Paragraph(f"device model: {stated.device_model()}", hanging=0)]
        return Document(f"block model {name}", (*about, *_says(stated)))
    ships = devices_of(name)
    blocks: list[Block] = [Paragraph(summary(record), hanging=0), Gap()]
    blocks += [
        f"shipped devices are in device_specs/{path.parent.name}/" for path in list(ships.values())[:1]
    ]
    if record.table is not None:
        columns = ", ".join(record.table.columns())
        blocks += [
            "`table` of each names a CSV file in the same folder",
            _item(f"with the columns {columns}", 0),
        ]
    blocks += [Gap(), Heading("parameters")]
    for parameter, info in record.parameters().items():
        symbol = f", {info.symbol}" if info.symbol else ""
        unit = "no unit" if info.check.unit == "1" else info.check.unit
        due = "" if info.absent is None else ", optional"
        blocks.append(_item(f"{parameter} ({unit}{symbol}{due}): {info.description}"))
    blocks += _says(block) if block is not None else ()
    blocks += [Gap(), Heading("shipped devices"), _item(", ".join(ships), 0)] if ships else []
    return Document(f"device model {name}", tuple(blocks))


def _says(block: type[SchemaBlock]) -> tuple[Block, ...]:
    """Keys of a block in addition to its model and its device."""
    fields = tuple(_fields(block, {"model", "device", "parameters"}))
    return (Gap(), Heading("keys of the block"), *fields) if fields else ()


def _fields(spec: Any, known: Collection[str] = ()) -> Iterator[Paragraph]:
    """The fields of a block or level, without the `known` ones."""
    described: Mapping[str, str] = spec.descriptions()
    for field, info in spec.model_fields.items():
        if field not in known:
            slot = "slot, " if field in spec.slots else ""
            need = "" if info.is_required() else " (optional)"
            yield _item(f"{field}{need}: {slot}{one_line(described.get(field, ''))}")


def _claim(name: str, written: str, claim: Claim) -> Iterator[Paragraph]:
    """Parameter with its band and basis, and below it its source and rationale."""
    shape = "" if claim.spread_words == "p10 .. p90" else f", {claim.spread_words}"
    band = f"  ({formatted_interval(claim.low, claim.high, claim.unit)}{shape})" if claim.has_spread else ""
    yield _item(f"{name} = {written}{band}  [{claim.basis}]")
    if claim.basis != DESIGN and (about := _provenance(claim)):
        yield _note(about)


def _provenance(claim: Claim) -> str:
    source = ", ".join(text for text in (claim.source, claim.locator) if text)
    read = claim.cited_in and f"read in {claim.cited_in}"
    conditions = claim.conditions and f"conditions: {one_line(claim.conditions)}"
    stated = (one_line(source), read, conditions, one_line(claim.rationale or ""))
    return "; ".join(text for text in stated if text)


def contest_sheet(contest_file: ContestFile) -> Document:
    """A contest: objective, limits, contenders, and the alternatives of each contender."""
    spec = contest_file.spec
    blocks: list[Block] = [
        *_description(spec.description),
        f"decides: least {spec.minimize}",
        f"limits: {'; '.join(spec.limits) or 'none'}",
        f"axes of the map: {', '.join(spec.regime)}",
        Gap(),
        Heading("contenders"),
    ]
    for name, one in spec.contenders.items():
        choices = f"; chooses {', '.join(one.alternatives)}" if one.alternatives else ""
        blocks.append(_item(f"{name}: {one.title}, in {one.architecture}{choices}", 4))
    blocks += [Gap(), Heading("alternatives")] if spec.alternatives else []
    blocks += [_item(f"{name}: {', '.join(labels)}", 4) for name, labels in spec.alternatives.items()]
    return Document(f"contest {spec.name}", tuple(blocks))


class _File(NamedTuple):
    """Operations on a kind of spec file."""

    load: Callable[[str], Any]
    sheet: Callable[[Any], Document]
    claims: Callable[[Any], Mapping[str, Claim]] | None


_FILES: Mapping[str, _File] = {
    "architecture": _File(load_architecture, architecture_sheet, lambda loaded: build(loaded).claims),
    "device": _File(load_device, device_sheet, attrgetter("claims")),
    "workload": _File(load_workload, workload_sheet, lambda loaded: workload_claims(loaded.spec)),
    "contest": _File(read_contest, contest_sheet, None),
}
"""The kinds of file that can be shown."""
