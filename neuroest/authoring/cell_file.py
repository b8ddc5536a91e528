"""Convert cell files of NVSim, NVMExplorer, CiMLoop and AccelForge to synapse specs, and list missing values."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from neuroest.authoring.templates import ImportedDevice, imported_device, quantity_text
from neuroest.core.errors import NeuroestError, Problem, QuantityError, SpecError, did_you_mean
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.units import article, describe_dimension, parse_unit
from neuroest.loading.kinds import shipped
from neuroest.loading.library import Device, load_device
from neuroest.registry import is_yaml_with
from neuroest.specs.file_text import decoded, file_content

CELL_SUFFIX = ".cell"
"""Suffix of such files."""

_RESISTIVE = frozenset({"memristor", "rram", "reram", "pcram", "pcm", "mram", "sttram", "stt-mram"})
_OTHER = frozenset({"sram", "dram", "edram", "fbram", "slcnand", "mlcnand", "fefet", "ctt"})
_PROCESS = "cmos_28nm_lp"
_FEATURES = "F^2", "F"
_DATA = read_data(Path(__file__).with_suffix(".yaml"))
_NUMBERS: Mapping[str, str] = frozen(_DATA["numbers"])
_ACCESS: Mapping[str, Sequence[str]] = frozen(_DATA["access"])
_LARGEST: Mapping[str, Mapping[str, Any]] = frozen(_DATA["largest"])
_CONDUCTANCES = ("high_conductance", "low_conductance")
_WORDS = ("MemCellType", "AccessType")
# a name may be followed by a unit, or by the meaning of its values: `-DeviceRoadmap -1LP 1HP 2LSTP:  2`
_LINE = re.compile(r"-\s*+(\w++)\s*+(?:\(([^)]*+)\)\s*+|(?<=\s)[^:()]*+)?:(.*)\Z")
_MARK = r"^-MemCellType\s*:"
_SOURCE = "cell_file"
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
        source=(_SOURCE, "Cell file"), process=chosen, unused=cell.unused,
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
                "source": _SOURCE,
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
    if "program_current" not in found and (implied := _implied_current(cell)):
        current, names = implied
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


def _implied_current(cell: CellFile) -> tuple[float, tuple[str, ...]] | None:
    found = []
    for what in ("Set", "Reset"):
        names = tuple(f"{what}{part}" for part in ("Energy", "Voltage", "Pulse"))
        if all(name in cell.numbers for name in names):
            energy, voltage, time = (cell.numbers[name] for name in names)
            found.append((energy / voltage / time, names))
    return max(found) if found else None
