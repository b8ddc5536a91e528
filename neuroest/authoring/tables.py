"""Convert tables of devices and cell files of other tools to device specs.

A table has one device per row, as on data sheets. Cell files are those of NVSim, NVMExplorer, CiMLoop and AccelForge;
the values that they miss are listed.
"""

import math
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
    imported_device,
    own_sources,
    quantity_text,
    spec_name,
)
from neuroest.core.errors import NeuroestError, Problem, QuantityError, SpecError, did_you_mean, followed_by
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.units import article, describe_dimension, parse_unit
from neuroest.loading.kinds import shipped
from neuroest.loading.library import Device, load_device, shared_sources
from neuroest.registry import DEVICE_MODELS, is_yaml_with
from neuroest.specs.claims import BASES
from neuroest.specs.file_text import decoded, file_content, read_csv

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
        row = _Row(table.file, line)
        if len(cells) > len(columns):
            row.report(
                "", f"has {len(cells)} cells under {len(columns)} columns; put text with commas in quotes"
            )
        for column, cell in zip(columns, cells, strict=False):
            if not cell:
                continue
            if column.name in _TEXTS:
                row.texts[column.name] = cell
            else:
                row.values.setdefault(column.name, {})[column.part] = cell, column.unit
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


CELL_SUFFIX = ".cell"
"""Suffix of such files."""

_RESISTIVE = frozenset({"memristor", "rram", "reram", "pcram", "pcm", "mram", "sttram", "stt-mram"})
_OTHER = frozenset({"sram", "dram", "edram", "fbram", "slcnand", "mlcnand", "fefet", "ctt"})
_PROCESS = "cmos_28nm_lp"
_FEATURES = "F^2", "F"
_DATA = read_data(Path(__file__).with_name("cell_file.yaml"))
_NUMBERS: Mapping[str, str] = frozen(_DATA["numbers"])
_ACCESS: Mapping[str, Sequence[str]] = frozen(_DATA["access"])
_LARGEST: Mapping[str, Mapping[str, Any]] = frozen(_DATA["largest"])
_CONDUCTANCES = ("high_conductance", "low_conductance")
_WORDS = ("MemCellType", "AccessType")
# a name may be followed by a unit, or by the meaning of its values: `-DeviceRoadmap -1LP 1HP 2LSTP:  2`
_LINE = re.compile(r"-\s*+(\w++)\s*+(?:\(([^)]*+)\)\s*+|(?<=\s)[^:()]*+)?:(.*)\Z")
_MARK = r"^-MemCellType\s*:"
# --- Cell files ----------------------------------------------------------------------------------------------------

_CELL_SOURCE = "cell_file"
_OF_THE_ARRAY = (
    "ReadPulse belongs to the array here: set its `pulse_width`, which scales the energy of a read.",
)


def is_cell_file(path: Path) -> bool:
    """Whether a file is a memory cell file, by its suffix, or by its first entry if AccelForge uses a YAML suffix."""
    return path.suffix.lower() == CELL_SUFFIX or is_yaml_with(path, _MARK)


@frozen_dataclass
class CellFile:
    """Content of a cell file: numbers in SI units, words, line numbers, and unused entries."""

    file: str
    numbers: Mapping[str, float]
    words: Mapping[str, str]
    lines: Mapping[str, int]
    unused: Sequence[str]

    def first(self, *names: str) -> str | None:
        """The first of several entries that is in the file."""
        return next((name for name in names if name in self.numbers), None)

    def largest(self, *names: str) -> str | None:
        """The entry with the largest number among those in the file."""
        present = [name for name in names if name in self.numbers]
        return max(present, key=self.numbers.__getitem__) if present else None

    def place(self, *names: str) -> str:
        """Lines of entries."""
        return ", ".join(f"line {self.lines[name]}, {name}" for name in names)


def read_cell(path: Path) -> CellFile:
    """Read a cell file and report all problems at once.

    Raises
    ------
    SpecError
        If the file is missing, too large or not text; for a line with the wrong format, an invalid or nonpositive
        number, a wrong unit, or contradictions.
    """
    text = decoded(file_content(path, str(path)), str(path))
    problems: list[Problem] = []
    numbers: dict[str, float] = {}
    words: dict[str, str] = {}
    lines: dict[str, int] = {}
    unused: list[str] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("//")[0].split("#")[0].strip()
        if not line:
            continue
        match = _LINE.match(line)
        if match is None:
            problems.append(
                Problem(str(path), number, 1, "", f"expected `-Name (unit): value`, got {line[:40]!r}")
            )
            continue
        name, unit, value = match[1], match[2] and match[2].strip(), match[3].strip()
        if name in lines:
            problems.append(Problem(str(path), number, 1, name, f"is already on line {lines[name]}"))
        elif name in _WORDS:
            words[name], lines[name] = value, number
        elif name in _NUMBERS:
            lines[name] = number
            try:
                numbers[name] = _number(name, unit, value)
            except QuantityError as error:
                problems.append(Problem(str(path), number, 1, name, str(error)))
        else:
            unused.append(name)
    cell = CellFile(str(path), numbers, words, lines, tuple(unused))
    kind = words.get("MemCellType", "").lower()
    if kind in _OTHER:  # then other problems do not matter
        problems = []
    problems += _contradictions(cell) if not problems else []
    if problems:
        raise SpecError(problems)
    return cell


def _number(name: str, unit: str | None, text: str) -> float:
    due = _NUMBERS[name]
    try:
        value = float(text.split(maxsplit=1)[0] if text else "")
    except ValueError:
        raise QuantityError(f"{text[:40]!r} is not a number") from None
    if not math.isfinite(value) or value <= 0.0:
        raise QuantityError(f"{text[:40]} must be a finite number above zero")
    if due in {"F^2", "features"}:
        if unit not in _FEATURES[:1] if due == "F^2" else unit != "F":
            raise QuantityError(f"is in {unit or 'no unit'}; expected {'F^2' if due == 'F^2' else 'F'}")
        return value
    if unit is None and due != "nm":
        raise QuantityError(f"has no unit; write it as `-{name} ({due})`")
    factor, dimension = parse_unit(unit or due)
    if dimension != parse_unit(due)[1]:
        raise QuantityError(f"is in {unit}; expected {describe_dimension(parse_unit(due)[1])}")
    return value * factor


def _contradictions(cell: CellFile) -> list[Problem]:
    def problem(name: str, message: str) -> Problem:
        return Problem(cell.file, cell.lines.get(name, 0), 1, name, message)

    kind = cell.words.get("MemCellType", "")
    if not kind:
        return [problem("MemCellType", "is missing, so this is not a cell file")]
    if kind.lower() not in _RESISTIVE:
        known = "memristor, RRAM, PCRAM, PCM, MRAM, STTRAM"
        why = "stores no weight as a resistance" if kind.lower() in _OTHER else "is unknown"
        return [problem("MemCellType", f"{kind[:40]} {why}; cells that become synapses: {known}")]
    access = cell.words.get("AccessType", "CMOS")
    if access.lower() not in _ACCESS:
        return [problem("AccessType", f"{access[:40]} is unknown{did_you_mean(access, _ACCESS)}")]
    contradictions = []
    on, off = _resistances(cell)
    if on is None or off is None:
        contradictions.append(
            problem("ResistanceOn" if on is None else "ResistanceOff", "is missing and has no default")
        )
    elif cell.numbers[off] <= cell.numbers[on]:
        contradictions.append(
            problem(off, f"{cell.numbers[off]:g} ohm is not above the {cell.numbers[on]:g} ohm of {on}")
        )
    return contradictions


def _resistances(cell: CellFile) -> tuple[str | None, str | None]:
    return (
        cell.first("ResistanceOnAtReadVoltage", "ResistanceOn"),
        cell.first("ResistanceOffAtReadVoltage", "ResistanceOff"),
    )


def import_cell(
    path: Path, name: str, *, process: str | None = None, template: str | None = None
) -> ImportedDevice:
    """Convert a cell file to a synapse spec.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Name of the new device.
    process : str, optional
        CMOS process that sets the feature size. By default, the process of the file's node, or 28 nm.
    template : str, optional
        Synapse that supplies missing values.

    Raises
    ------
    SpecError
        With all problems of the file.
    NeuroestError
        If process and file contradict each other, or if the template has another model.
    """
    cell = read_cell(path)
    model, usual = _ACCESS[cell.words.get("AccessType", "CMOS").lower()]
    example = load_device(template or usual)
    if example.spec.model != model:
        raise NeuroestError(
            f"{template} is {article(example.spec.model)}; {path.name} is {article(model)}; --from must be one too"
        )
    chosen, feature_size, why = _process(cell, process)
    return imported_device(
        path, name, example, _stated(cell, example, feature_size, why),
        description=f"{cell.words['MemCellType']} cell of {path.name}, a cell file of a memory simulator.",
        source=(_CELL_SOURCE, "Cell file"), process=chosen, unused=cell.unused,
        notes=_OF_THE_ARRAY if "ReadPulse" in cell.unused else (),
    )  # fmt: skip


def _process(cell: CellFile, given: str | None) -> tuple[str, float, str]:
    """Process, its feature size, and its origin."""
    node = cell.numbers.get("ProcessNode")
    if given is None and node is not None:
        sizes = {n: _feature_size(n) for n in shipped("device") if n.startswith("cmos_")}
        fitting = [n for n, size in sizes.items() if math.isclose(size, node, rel_tol=1e-6)]
        if not fitting:
            raise NeuroestError(
                f"{cell.file}: no process of {node * 1e9:g} nm ships; name one with --process"
            )
        given = next((n for n in fitting if n.endswith("_lp")), fitting[0])
        return given, node, f"the file's node of {node * 1e9:g} nm"
    chosen = given or _PROCESS
    size = _feature_size(chosen)
    if node is not None and not math.isclose(size, node, rel_tol=1e-6):
        raise NeuroestError(f"{cell.file}: is for {node * 1e9:g} nm, and {chosen} has {size * 1e9:g} nm")
    return chosen, size, f"{size * 1e9:g} nm" + ("" if given else ", since the file states no node")


def _feature_size(process: str) -> float:
    device = load_device(process)
    if "feature_size" not in device.claims:
        raise NeuroestError(f"{process} is {article(device.spec.model)}, not a CMOS process")
    return device.claims["feature_size"].value


def _stated(cell: CellFile, example: Device, feature_size: float, why: str) -> dict[str, dict[str, Any]]:
    """Values stated in the file or derived from it, for parameters that the template has."""
    numbers = cell.numbers
    found: dict[str, dict[str, Any]] = {}

    def put(key: str, value: float, rationale: str, *names: str, basis: str = "assumed") -> None:
        if key in example.claims:
            found[key] = {
                "value": quantity_text(value, example.claims[key].unit),
                "basis": basis,
                "source": _CELL_SOURCE,
                "locator": cell.place(*names),
                "rationale": rationale,
            }

    for key, name, state in zip(_CONDUCTANCES, _resistances(cell), ("on", "off"), strict=True):
        if name is not None:
            put(key, 1.0 / numbers[name], f"One over the resistance of the cell that is {state}.", name)
    put("bits_per_cell", 1.0, "Cell files describe memory cells of one bit.", "MemCellType")
    for key, entry in _LARGEST.items():
        if name := cell.largest(*entry["of"]):
            put(key, numbers[name], entry["rationale"], name)
    implied = []
    for what in ("Set", "Reset"):
        names = tuple(f"{what}{part}" for part in ("Energy", "Voltage", "Pulse"))
        if all(name in numbers for name in names):
            energy, pulse_voltage, time = (numbers[name] for name in names)
            implied.append((energy / pulse_voltage / time, names))
    if "program_current" not in found and implied:
        current, names = max(implied)
        why_so = "Energy over voltage and time of the pulse."
        put("program_current", current, why_so, *names, basis="derived")
    if "AccessCMOSWidth" in numbers:
        width = f"{numbers['AccessCMOSWidth']:g} feature sizes of {why}."
        size = numbers["AccessCMOSWidth"] * feature_size
        put("access_width", size, width, "AccessCMOSWidth", basis="derived")
    if "CellArea" in numbers:
        floor = "The file states no smallest area of its cell."
        put("minimum_cell_area", 0.0, floor, "CellArea")
        pitch = f"Half of the side of a square of {numbers['CellArea']:g} squares of {why}."
        side = math.sqrt(numbers["CellArea"]) * feature_size
        put("half_pitch", side / 2.0, pitch, "CellArea", basis="derived")
    for voltage in ("Reset", "Read"):  # values stated for reading take precedence
        half, full = f"ResistanceOnAtHalf{voltage}Voltage", f"ResistanceOnAt{voltage}Voltage"
        if half in numbers and full in numbers:
            # ratio of the current at a voltage to the current at half of it: twice the ratio of the resistances
            ratio = "Twice the resistance at half of the voltage over that at the whole."
            put("nonlinearity", 2.0 * numbers[half] / numbers[full], ratio, half, full, basis="derived")
    return found
