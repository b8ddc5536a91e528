"""Convert a table of devices, one per row as on data sheets, to one device spec per row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neuroest.authoring.templates import (
    ImportedDevice,
    checked,
    device_text,
    filled,
    own_sources,
    quantity_text,
    spec_name,
)
from neuroest.core.errors import Problem, QuantityError, SpecError, did_you_mean, followed_by
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import article, describe_dimension, parse_unit
from neuroest.loading.library import Device, load_device, shared_sources
from neuroest.registry import DEVICE_MODELS
from neuroest.specs.claims import BASES
from neuroest.specs.file_text import read_csv

TABLE_SUFFIX = ".csv"
"""Suffix of such files."""

_TEXTS = (
    "name", "model", "description", "stage", "fab_compatibility", "process", "basis", "source", "doi", "locator",
    "conditions", "rationale", "notes",
)  # fmt: skip
_PARTS = ("low", "high", "factor")
_HEADER = re.compile(r"(\w++)(?:\s++(low|high|factor))?\s*+(?:[\[(](.*)[\])])?\Z")
_SOURCE = "data_sheet"
_SUGGESTED = 20
"""Maximum number of unknown columns that are compared with all known ones, since this is slow."""
_MOST_DEVICES = 1_000
"""Maximum number of rows; each becomes a file."""
_NEEDS_SOURCE = frozenset({"measured", "simulated", "projected"})


@frozen_dataclass
class _Column:
    """A column: a text about the device, or a part of a parameter, with its unit."""

    name: str
    part: str = "value"
    unit: str | None = None


@dataclass
class _Row:
    """State while reading a row."""

    file: str
    line: int
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, tuple[str, str | None]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, column: str, message: str) -> None:
        """Record a problem and its place."""
        self.problems.append(Problem(self.file, self.line, 1, column, message))


def import_table(path: Path, template: str | None = None) -> list[ImportedDevice]:
    """Read all devices of a table, or report all problems.

    Parameters
    ----------
    path : Path
        CSV file with commas, semicolons or tabs; comment lines begin with ``#``.
    template : str, optional
        Device that supplies missing values; without it, a row must state all values.

    Raises
    ------
    SpecError
        With all problems of all rows.
    """
    table = read_csv(path, "name, model, parameter [unit]")
    if not table.rows:
        raise SpecError([table.problem("needs a header line and a row for each device")])
    if len(table.rows) > _MOST_DEVICES:
        raise SpecError([table.problem(f"{len(table.rows)} devices, at most {_MOST_DEVICES} are allowed")])
    columns = _columns(table.file, table.line, table.heading)
    example = load_device(template) if template is not None else None
    found: list[ImportedDevice] = []
    problems: list[Problem] = []
    names: dict[str, int] = {}
    for line, cells in table.rows:
        row = _sorted_out(table.file, line, columns, cells)
        name = spec_name(row.texts.get("name", ""))
        if not row.texts.get("name"):
            row.report("name", "is missing")
        elif name in names:
            row.report("name", f"{name} is the name of line {names[name]} already")
        names.setdefault(name, line)
        made = None if row.problems else _device(row, name, example, path.name)
        problems += row.problems
        if made is not None:
            found.append(made)
    if problems:
        raise SpecError(problems)
    return found


def _columns(file: str, line: int, cells: Sequence[str]) -> list[_Column]:
    parameters = {name for record in DEVICE_MODELS.values() for name in record.parameters()}
    found: dict[tuple[str, str], _Column] = {}
    problems: list[Problem] = []
    for place, cell in enumerate(cells, 1):
        match = _HEADER.match(cell)
        name, part, unit = match.groups() if match else (cell, None, None)
        unit = unit if unit is None else unit.strip()
        if name not in parameters and (name not in _TEXTS or part or unit):
            known = did_you_mean(name, (*_TEXTS, *sorted(parameters))) if len(problems) < _SUGGESTED else ""
            problems.append(Problem(file, line, 1, f"column {place}", f"unknown column {cell[:60]!r}{known}"))
        column = _Column(name, part or "value", unit)
        if (column.name, column.part) in found:
            problems.append(Problem(file, line, 1, f"column {place}", f"{cell[:60]} occurs twice"))
        if unit is not None:
            try:
                parse_unit(unit)
            except QuantityError as error:
                problems.append(Problem(file, line, 1, f"column {place}", str(error)))
        found[column.name, column.part] = column
    missing = [name for name in ("name", "model") if (name, "value") not in found]
    problems += [Problem(file, line, 1, "", f"lacks a column `{name}`") for name in missing]
    if problems:
        raise SpecError(problems)
    return list(found.values())


def _sorted_out(file: str, line: int, columns: Sequence[_Column], cells: Sequence[str]) -> _Row:
    row = _Row(file, line)
    if len(cells) > len(columns):
        row.report("", f"has {len(cells)} cells under {len(columns)} columns; put text with commas in quotes")
    for column, cell in zip(columns, cells, strict=False):
        if not cell:
            continue
        if column.name in _TEXTS:
            row.texts[column.name] = cell
        else:
            row.values.setdefault(column.name, {})[column.part] = cell, column.unit
    return row


def _device(row: _Row, name: str, example: Device | None, file: str) -> ImportedDevice | None:
    """The device of a row; None if the row has problems, which are then recorded in it."""
    model = row.texts.get("model", "")
    if model not in DEVICE_MODELS:
        row.report("model", f"unknown device model {model!r}{did_you_mean(model, DEVICE_MODELS)}")
        return None
    sources = _sources(row, file)
    claims = {key: _claim(row, key, model, sources) for key in row.values}
    due = {key for key, info in DEVICE_MODELS[model].parameters().items() if info.absent is None}
    missing = sorted(due - claims.keys())
    if missing and example is None:
        row.report(
            "", f"lacks {', '.join(missing)}; add columns, or name a device to take them from with --from"
        )
    elif missing and example is not None and example.spec.model != model:
        other = f"{example.spec.name} is {article(example.spec.model)}, not {article(model)}"
        row.report("", f"lacks {', '.join(missing)}, and {other}")
    if row.problems:
        return None
    taken = {} if example is None else {
        key: filled(example.claims[key], example, f"Not in {file}.") for key in missing
    }  # fmt: skip
    texts = row.texts
    notes = [texts["notes"]] if "notes" in texts else []
    if taken and example is not None:
        notes.append(f"Not in {file} and taken from {example.spec.name}: {', '.join(taken)}.")
    text = device_text(
        name, model, texts.get("description", f"{texts['name']}, from line {row.line} of {file}."), claims | taken,
        maturity=(texts.get("stage", "concept"), _reported("stage", row, file)),
        fabrication=(texts.get("fab_compatibility", "unknown"), _reported("fab_compatibility", row, file)),
        process=texts.get("process"), notes=notes,
        sources=sources | (own_sources(example, taken) if example is not None else {}),
    )  # fmt: skip
    try:
        return ImportedDevice(name, text, checked(name, text, f"{row.file}:{row.line}"), missing)
    except SpecError as error:
        row.problems += error.problems
        return None


def _reported(column: str, row: _Row, file: str) -> str:
    return f"As {file} says." if column in row.texts else f"{file} does not say."


def _sources(row: _Row, file: str) -> dict[str, Any]:
    """The row's own bibliography: empty if it cites the shared one, the table itself if it names no source."""
    source = row.texts.get("source")
    if source in shared_sources():
        return {}
    entry = {"type": "misc", "title": source or f"Table {file}, line {row.line}", "seen": "primary"}
    if source:
        entry |= {"seen": "secondary", "seen_note": f"Values as given in {file}."}
    if "doi" in row.texts:
        entry["doi"] = row.texts["doi"]
    return {_SOURCE: entry}


def _claim(row: _Row, name: str, model: str, sources: Mapping[str, Any]) -> dict[str, Any]:
    parameters = DEVICE_MODELS[model].parameters()
    if name not in parameters:
        unknown = f"{model} has no such parameter{did_you_mean(name, parameters)}"
        row.report(name, followed_by(unknown, "leave the cell empty"))
        return {}
    check, parts = parameters[name].check, row.values[name]
    entry: dict[str, Any] = {}
    for part, (cell, unit) in parts.items():
        if part == "factor":
            try:
                entry[part] = float(cell)
            except ValueError:
                row.report(name, f"factor {cell[:40]!r} is not a number")
            continue
        try:
            text = cell if unit is None or (check.unit == "1" and unit == "1") else _with_unit(cell, unit)
            entry[part] = quantity_text(check.read(text), check.unit)
        except QuantityError as error:
            bare = unit is None and check.unit != "1"
            hint = f"; or give the column its unit, `{name} [{check.unit}]`" if bare else ""
            row.report(name, f"{error}{hint}")
    if "value" not in parts:
        row.report(name, "has a spread but no value")
    spread = {key: entry.pop(key) for key in _PARTS if key in entry}
    texts = row.texts
    basis = texts.get("basis", "assumed")
    if basis not in BASES:
        row.report("basis", f"unknown basis {basis!r}; allowed: {', '.join(BASES)}")
    elif basis in _NEEDS_SOURCE and "source" not in texts:
        row.report("source", f"is missing, and what is {basis} needs one")
    cited = next(iter(sources), texts.get("source", ""))
    entry |= {"basis": basis, "source": cited} | {
        k: texts[k] for k in ("locator", "conditions") if k in texts
    }
    if rationale := texts.get(
        "rationale", "" if "basis" in texts else "The table does not say how it is known."
    ):
        entry["rationale"] = rationale
    return entry | ({"spread": spread} if spread else {})


def _with_unit(cell: str, unit: str) -> str:
    """A number with the unit of its column."""
    try:
        float(cell)
    except ValueError:
        due = describe_dimension(parse_unit(unit)[1])
        raise QuantityError(f"{cell[:40]!r} is not a number; put the unit in the header ({due})") from None
    return f"{cell} {unit}"
