"""Data sheets: a device with its claims, an architecture as a tree, a network by layers."""

from collections.abc import Callable, Collection, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from neuroest.core.errors import NeuroestError, SpecError, UnknownNameError
from neuroest.core.text_layout import PLAIN, Style, bullets, columns, one_line, words, wrapped
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
from neuroest.reporting.formatting import coding_words, corner_words, formatted, formatted_interval
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.blocks import Block
from neuroest.specs.claims import DESIGN, Claim, ClaimSpec
from neuroest.specs.device import SourceSpec
from neuroest.specs.file_text import is_path
from neuroest.specs.inheritance import resolved_text
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document, read_document
from neuroest.specs.workload import WorkloadSpec, workload_claims
from neuroest.workloads.layers import geometry

_INDENT = 4


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
    return "\n".join(sheets(name))


def sheets(name: str, style: Style = PLAIN) -> list[str]:
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
        return [_FILES[kind].sheet(_FILES[kind].load(name), style)]
    found = [file.sheet(file.load(name), style) for kind, file in _FILES.items() if name in named(kind)]
    if name in DEVICE_MODELS or name in BLOCKS:
        found.append(model_sheet(name, style))
    if name in LEVELS:
        found.append(mapper_sheet(name, style))
    if name in bibliography():
        found.append(source_sheet(name, bibliography()[name], style))
    if not found:
        everything = {*DEVICE_MODELS, *BLOCKS, *LEVELS, *bibliography()}.union(*map(named, _FILES))
        raise UnknownNameError("name", name, everything, "`neuroest list` shows all of them")
    return found


def _stated_kind(document: Document) -> Any:
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


def device_sheet(device: Device, style: Style = PLAIN) -> str:
    """A device: description, maturity, and every parameter with its basis and source."""
    spec = device.spec
    lines = [style.bold(f"device {spec.name}, model {spec.model}"), *wrapped(one_line(spec.description)), ""]
    lines += wrapped(f"maturity: {words(spec.maturity.stage)}. {one_line(spec.maturity.reason)}", hanging=2)
    fab = spec.fab_compatibility
    lines += wrapped(f"fabrication: {words(fab.status)}. {one_line(fab.reason)}", hanging=2)
    if spec.process:
        lines += wrapped(f"values of the process: {spec.process}", hanging=2)
    if device.table is not None:
        lines += wrapped(f"table: {spec.table}, {device.table.summary()}", hanging=2)
    lines += ["", style.bold("parameters")]
    for name, claim in device.claims.items():
        given = spec.parameters[name]
        written = given.value if isinstance(given, ClaimSpec) else given
        lines += _claim_lines(name, _plain(written), claim, style)
        for choice, stated in claim.scenarios.items():
            about = (
                f"scenario {choice}: {formatted(stated.value, stated.unit)}; {'; '.join(_provenance(stated))}"
            )
            lines += [style.dim(x) for x in wrapped(about, indent=_INDENT, hanging=6)]
        for other in given.alternatives if isinstance(given, ClaimSpec) else ():
            where = ", ".join(text for text in (other.source, other.locator) if text)
            note = f": {one_line(other.note)}" if other.note else ""
            lines += [
                style.dim(x)
                for x in wrapped(f"also {_plain(other.value)}; {where}{note}", indent=_INDENT, hanging=6)
            ]
    if spec.reported:
        lines += ["", style.bold("reported by the source, not used in any sum")]
        for value in spec.reported:
            where = ", ".join(text for text in (value.source, value.locator) if text)
            text = f"{value.quantity}: {value.value} [{value.basis}] {one_line(value.scope)}; {where}"
            lines += wrapped(text, indent=2, hanging=4)
    lines += _notes(spec.notes, style)
    used = {
        key for claim in device.claims.values() for key in (claim.source, claim.cited_in) if key is not None
    }
    lines += ["", style.bold("sources")] if used else []
    for key in sorted(used):
        lines += wrapped(f"[{key}] {reference(device.sources[key])}", indent=2, hanging=4)
    return "\n".join(lines) + "\n"


def architecture_sheet(loaded: Loaded[ArchitectureSpec], style: Style = PLAIN) -> str:
    """A chip as a tree of levels and blocks with their choices and devices."""
    design = build(loaded)
    spec = design.spec
    lines = [style.bold(f"architecture {spec.name}"), *wrapped(one_line(spec.description)), ""]
    supply = design.claims["technology.supply_voltage"]
    parts = (
        spec.technology.process,
        corner_words(design),
        formatted(supply.value, "V"),
        _temperature(design),
    )
    lines += wrapped(f"technology: {', '.join(text for text in parts if text)}", hanging=2)
    lines.append(f"operation: {words(spec.operation.mode)}")
    lines += [f"based on: {Path(base.file).stem}" for base in loaded.document.chain[1:]]
    if spec.baseline:
        lines.append(f"baseline: {spec.baseline}")
    lines += ["", *_tree(design.root, design, 0)]
    if spec.exclusions:
        lines += ["", style.bold("left out"), *bullets(one_line(item) for item in spec.exclusions)]
    return "\n".join(lines) + "\n"


def _temperature(design: Design) -> str:
    """Temperature of the die, or how it follows from its power."""
    stated = design.claims.get(TEMPERATURE)
    if stated is not None:
        return formatted(stated.value, "K")
    ambient, resistance = heat_path({path: claim.value for path, claim in design.claims.items()})
    return f"as its power heats it, in air of {formatted(ambient, 'K')} ({formatted(resistance, 'K/W')})"


def _tree(part: Part, design: Design, depth: int) -> list[str]:
    device = design.devices.get(part.path)
    head = f"{part.name}: {_choices(part, design)}"
    lines = wrapped(head, indent=2 * depth, hanging=2 * depth + 4)
    if device is not None:
        text = f"device {device.spec.name} ({words(device.spec.maturity.stage)})"
        lines += wrapped(text, indent=2 * depth + 4)
        for name in getattr(part.spec, "parameters", ()):
            claim = design.claims[f"{part.path}.{name}"]
            lines += wrapped(f"{name} = {formatted(claim.value, claim.unit)} here", indent=2 * depth + 4)
    for child in part.parts.values():
        lines += _tree(child, design, depth + 1)
    return lines


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


def workload_sheet(loaded: Loaded[WorkloadSpec], style: Style = PLAIN) -> str:
    """A network: purpose, layers with shapes and operations, and every activity with its basis and source."""
    spec = loaded.spec
    shape = geometry(spec)
    claims = workload_claims(spec)
    lines = [style.bold(f"workload {spec.name}"), *wrapped(one_line(spec.description)), ""]
    lines.append(f"coding: {coding_words(spec.coding, claims)}")
    task = spec.task
    if task is not None:
        quality = (
            f", {task.metric} {task.value:.4g} [{task.basis}] {task.source or ''}"
            if task.value is not None
            else ""
        )
        lines += wrapped(f"task: {task.dataset}{quality}".rstrip(), hanging=2)
    lines.append(f"input: {' x '.join(map(str, spec.input.shape))}")
    lines += ["", *_layers(spec, shape), ""]
    lines += [style.bold("values")]
    for path, claim in claims.items():
        written = formatted(claim.value, claim.unit)
        lines += _claim_lines(path.removeprefix("workload."), written, claim, style)
    lines += _notes(spec.notes, style)
    return "\n".join(lines) + "\n"


def _layers(spec: WorkloadSpec, shape: Any) -> list[str]:
    rows = [("layer", "type", "output", "weights", "MACs")]
    for index, layer in enumerate(spec.layers):
        size = " x ".join(map(str, shape.output_shapes[index]))
        rows.append(
            (layer.name, words(layer.type), size, f"{shape.weights[index]:.0f}", f"{shape.macs[index]:.0f}")
        )
    rows.append(("total", "", "", f"{shape.total_weights:.0f}", f"{shape.total_macs:.0f}"))
    return columns(rows, "<<>>>")


def model_sheet(name: str, style: Style = PLAIN) -> str:
    """A model with the parameters of its devices, the choices of its blocks, and its shipped devices."""
    record, block = DEVICE_MODELS.get(name), BLOCKS.get(name)
    if record is None:
        stated = BLOCKS[name]
        lines = [style.bold(f"block model {name}"), *wrapped(summary(stated))]
        if stated.record is not None:
            lines += ["", *wrapped(f"device model: {stated.device_model()}")]
        return "\n".join([*lines, *_says(stated, style)]) + "\n"
    lines = [style.bold(f"device model {name}"), *wrapped(summary(record)), ""]
    ships = devices_of(name)
    lines += [f"shipped devices are in device_specs/{path.parent.name}/" for path in list(ships.values())[:1]]
    if record.table is not None:
        lines.append("`table` of each names a CSV file in the same folder")
        lines += wrapped(f"with the columns {', '.join(record.table.columns())}", indent=2, hanging=2)
    lines += ["", style.bold("parameters")]
    for parameter, info in record.parameters().items():
        symbol = f", {info.symbol}" if info.symbol else ""
        unit = "no unit" if info.check.unit == "1" else info.check.unit
        due = "" if info.absent is None else ", optional"
        lines += wrapped(f"{parameter} ({unit}{symbol}{due}): {info.description}", indent=2, hanging=4)
    lines += _says(block, style) if block is not None else []
    lines += ["", style.bold("shipped devices"), *wrapped(", ".join(ships), indent=2)] if ships else []
    return "\n".join(lines) + "\n"


def _says(block: type[Block], style: Style) -> list[str]:
    """Keys of a block in addition to its model and its device."""
    lines = _field_lines(block, {"model", "device", "parameters"})
    return ["", style.bold("keys of the block"), *lines] if lines else []


def mapper_sheet(name: str, style: Style = PLAIN) -> str:
    """A mapper and the keys of its level."""
    level = LEVELS[name]
    lines = [style.bold(f"mapper {name}"), *wrapped(summary(level)), "", style.bold("keys of the level")]
    return "\n".join([*lines, *_field_lines(level)]) + "\n"


def _field_lines(spec: Any, known: Collection[str] = ()) -> list[str]:
    """The fields of a block or level, without the `known` ones."""
    described: Mapping[str, str] = spec.descriptions()
    lines: list[str] = []
    for field, info in spec.model_fields.items():
        if field not in known:
            slot = "slot, " if field in spec.slots else ""
            need = "" if info.is_required() else " (optional)"
            lines += wrapped(
                f"{field}{need}: {slot}{one_line(described.get(field, ''))}", indent=2, hanging=4
            )
    return lines


def source_sheet(key: str, source: SourceSpec, style: Style = PLAIN) -> str:
    """A source of the bibliography."""
    return "\n".join([style.bold(f"source {key}"), *wrapped(reference(source))]) + "\n"


def _claim_lines(name: str, written: str, claim: Claim, style: Style) -> list[str]:
    """Parameter with its band and basis, and below it its source and rationale."""
    shape = "" if claim.spread_words == "p10 .. p90" else f", {claim.spread_words}"
    band = f"  ({formatted_interval(claim.low, claim.high, claim.unit)}{shape})" if claim.has_spread else ""
    lines = wrapped(f"{name} = {written}{band}  [{claim.basis}]", indent=2, hanging=4)
    about = "" if claim.basis == DESIGN else "; ".join(_provenance(claim))
    return lines + [style.dim(line) for line in wrapped(about, indent=_INDENT) if about]


def _provenance(claim: Claim) -> Iterator[str]:
    source = ", ".join(text for text in (claim.source, claim.locator) if text)
    if source:
        yield one_line(source)
    if claim.cited_in:
        yield f"read in {claim.cited_in}"
    if claim.conditions:
        yield f"conditions: {one_line(claim.conditions)}"
    if claim.rationale:
        yield one_line(claim.rationale)


def contest_sheet(contest_file: ContestFile, style: Style = PLAIN) -> str:
    """A contest: objective, limits, contenders, and the alternatives of each contender."""
    spec = contest_file.spec
    lines = [style.bold(f"contest {spec.name}"), *wrapped(one_line(spec.description)), ""]
    lines += wrapped(f"decides: least {spec.minimize}", hanging=2)
    lines += wrapped(f"limits: {'; '.join(spec.limits) or 'none'}", hanging=2)
    lines += wrapped(f"axes of the map: {', '.join(spec.regime)}", hanging=2)
    lines += ["", style.bold("contenders")]
    for name, one in spec.contenders.items():
        choices = f"; chooses {', '.join(one.alternatives)}" if one.alternatives else ""
        lines += wrapped(f"{name}: {one.title}, in {one.architecture}{choices}", indent=2, hanging=6)
    if spec.alternatives:
        lines += ["", style.bold("alternatives")]
    for name, labels in spec.alternatives.items():
        lines += wrapped(f"{name}: {', '.join(labels)}", indent=2, hanging=6)
    return "\n".join(lines) + "\n"


def _notes(notes: tuple[str, ...], style: Style) -> list[str]:
    return ["", style.bold("notes"), *bullets(one_line(note) for note in notes)] if notes else []


class _File(NamedTuple):
    """Operations on a kind of spec file."""

    load: Callable[[str], Any]
    sheet: Callable[[Any, Style], str]
    claims: Callable[[Any], Mapping[str, Claim]] | None


_FILES: Mapping[str, _File] = {
    "architecture": _File(load_architecture, architecture_sheet, lambda loaded: build(loaded).claims),
    "device": _File(load_device, device_sheet, attrgetter("claims")),
    "workload": _File(load_workload, workload_sheet, lambda loaded: workload_claims(loaded.spec)),
    "contest": _File(read_contest, contest_sheet, None),
}
"""The kinds of file that can be shown."""
