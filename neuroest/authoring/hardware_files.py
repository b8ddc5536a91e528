"""Convert hardware files of ZigZag and architectures of SANA-FE to architectures and devices.

A file of ZigZag states the energy of one multiply-accumulate and of one access of each memory, which moves
`bandwidth_max` bits (ZigZag's `parser/accelerator_validator.py`, `cost_model`). It states areas without a unit, and no
clock, node or leakage.

An architecture of SANA-FE is the inverse of `neuroest export sana-fe`: a synapse, a soma, the messages and hops of one
core type become the energies and times of events (`event_energies`). SANA-FE has no keys for area, static power and
synapse memory; these come from a shipped device.
"""

import math
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from neuroest.authoring.templates import ImportedDevice, imported_device, quantity_text
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import parse_quantity
from neuroest.loading.library import load_architecture, load_device
from neuroest.registry import is_yaml_with
from neuroest.specs.file_text import decoded, file_content
from neuroest.specs.reading import Document, read_text

# --- ZigZag --------------------------------------------------------------------------------------------------------

_ZIGZAG = r"^operational_array\s*:"
_PICO, _GIGA = 1e-12, 1e9
_PARTS: Mapping[str, Any] = read_data(Path(__file__).with_name("zigzag_hardware.yaml"))
_STORES: Mapping[str, str] = _PARTS["stores"]
_CLOCK = parse_quantity(_PARTS["array"]["clock_frequency"], "Hz")
"""Assumed clock. [1/s]"""


@frozen_dataclass
class ImportedHardware:
    """An architecture made from a ZigZag hardware file.

    Attributes
    ----------
    text : str
        The architecture file.
    stated, assumed, unused : tuple of str
        Values used from the file, values that it lacks, and values without a counterpart here.
    """

    text: str
    stated: tuple[str, ...]
    assumed: tuple[str, ...]
    unused: tuple[str, ...]


@frozen_dataclass
class _Memory:
    """One memory in the file."""

    name: str
    size: float
    read: float
    write: float
    width: float
    operands: tuple[str, ...]
    served: tuple[str, ...]


@dataclass
class _Account:
    """Collects which entries of the file are used, assumed or unused."""

    stated: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def is_zigzag_hardware(path: Path) -> bool:
    """Whether a file is a ZigZag hardware file, by one of its keys."""
    return is_yaml_with(path, _ZIGZAG)


def import_zigzag_hardware(path: Path, name: str) -> ImportedHardware:
    """Convert the array and memories of a hardware file to an architecture.

    Raises
    ------
    SpecError
        With the place of an entry that is missing, is not a number, or states no energy.
    """
    account = _Account()
    # The text with only the last `ports` of each memory, as ZigZag reads it; line numbers are kept.
    text = decoded(file_content(path, str(path)), str(path))
    lines, first = text.split("\n"), -1
    for number, line in enumerate(lines):
        if re.match(r" {2}\w", line):
            first = -1
        elif re.match(r" {4}ports\s*:", line):
            if first >= 0:
                account.unused.append(f"ports of line {first + 1}, which line {number + 1} states again")
                lines[first:number] = [""] * (number - first)
            first = number
        elif first >= 0 and re.match(r" {4}\w", line):
            first = -1
    text = "\n".join(lines)
    (document, *_) = read_text(text, str(path))
    content = _ZigZag(document, account).architecture(name, path.name)
    made = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=112)
    with tempfile.TemporaryDirectory(prefix="neuroest-") as folder:
        draft = Path(folder) / f"{name}.yaml"
        draft.write_text(made, encoding="utf-8")
        load_architecture(str(draft))
    return ImportedHardware(made, tuple(account.stated), tuple(_PARTS["assumed"]), tuple(account.unused))


class _ZigZag:
    def __init__(self, document: Document, account: _Account) -> None:
        self._fault, self._account = document.fault, account
        root = document.data if isinstance(document.data, dict) else {}
        self._array = self._mapping(("operational_array",), root.get("operational_array"))
        here: tuple[str | int, ...] = ("operational_array",)
        names = self._texts((*here, "dimensions"), self._array.get("dimensions"))
        sizes = self._array.get("sizes")
        if not isinstance(sizes, list) or len(sizes) != len(names):
            raise self._fault((*here, "sizes"), f"{len(names)} dimensions need as many sizes")
        self._extents = {
            name: self._number((*here, "sizes", index), size, 1.0)
            for index, (name, size) in enumerate(zip(names, sizes, strict=True))
        }
        if self._array.get("is_imc"):
            raise self._fault(
                ("operational_array", "is_imc"),
                "an in-memory array has no energies in the file, ZigZag calculates them with its own model at 28 nm; "
                "describe the macro (docs/describe_a_macro.md), or start from cim_sram_28nm",
            )
        memories = self._mapping(("memories",), root.get("memories"))
        self._memories = [self._memory(str(key), value) for key, value in memories.items()]
        account.unused += [str(key) for key in root if key not in {"name", "memories", "operational_array"}]

    def _mapping(self, place: tuple[str | int, ...], found: Any) -> Mapping[str, Any]:
        if not isinstance(found, dict) or not found:
            raise self._fault(place, "expected a mapping, as hardware of ZigZag has it")
        return found

    def _number(self, place: tuple[str | int, ...], found: Any, least: float = 0.0) -> float:
        if (
            isinstance(found, bool)
            or not isinstance(found, int | float)
            or not least <= found
            or not math.isfinite(found)
        ):
            said = "is missing" if found is None else f"is {str(found)[:40]!r}"
            raise self._fault(place, f"{said}; expected a number of at least {least:g}")
        return float(found)

    def _texts(self, place: tuple[str | int, ...], found: Any) -> tuple[str, ...]:
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self._fault(place, "expected a list of texts")
        return tuple(found)

    def _memory(self, name: str, found: Any) -> _Memory:
        place: tuple[str | int, ...] = ("memories", name)
        about = self._mapping(place, found)
        operands = self._texts((*place, "operands"), about.get("operands"))
        served = self._texts((*place, "served_dimensions"), about.get("served_dimensions"))
        for key, values, known in (
            ("operands", operands, _STORES),
            ("served_dimensions", served, self._extents),
        ):
            for one in values:
                if one not in known:
                    raise self._fault((*place, key), f"{one[:20]!r} is unknown; allowed: {', '.join(known)}")
        if about.get("auto_cost_extraction"):
            raise self._fault(
                (*place, "auto_cost_extraction"),
                "its energies come from CACTI and not from the file; state them",
            )
        ports = about.get("ports")
        if not isinstance(ports, list) or not ports:
            raise self._fault((*place, "ports"), "expected a list of ports")
        widths = []
        for index, port in enumerate(ports):
            width = port.get("bandwidth_max") if isinstance(port, dict) else None
            widths.append(self._number((*place, "ports", index, "bandwidth_max"), width, 1.0))
        read, write = (self._number((*place, key), about.get(key)) for key in ("r_cost", "w_cost"))
        size = self._number((*place, "size"), about.get("size"), 1.0)
        return _Memory(name, size, read * _PICO, write * _PICO, max(widths), operands, served)

    def _shared(self, memory: _Memory) -> bool:
        """Whether all units reach a memory."""
        return set(memory.served) == set(self._extents)

    def _external(self) -> _Memory | None:
        """The last memory, which is off-chip; None if the units share no other memory."""
        last, inner = self._memories[-1], self._memories[:-1]
        if set(last.operands) != set(_STORES):
            raise self._fault(("memories", last.name), "the last memory must hold I1, I2 and O")
        if not all(
            any(operand in one.operands and self._shared(one) for one in inner) for operand in ("I1", "O")
        ):
            return None
        if not last.read > 0.0:
            raise self._fault(("memories", last.name, "r_cost"), "must be above zero for a memory outside")
        return last

    def architecture(self, name: str, file: str) -> dict[str, Any]:
        """Text of the architecture."""
        external = self._external()
        inner = self._memories if external is None else self._memories[:-1]
        registers = [one for one in inner if not self._shared(one)]
        within = [one for one in inner if self._shared(one)]
        shared = {key: next((one for one in within if key in one.operands), None) for key in _STORES}
        for one in inner:
            if one not in registers and one not in shared.values():
                self._account.unused.append(f"memory {one.name}: another one is closer to the units")
        blocks: dict[str, Any] = {} if external is None else {"memory": self._link(external)}
        for memory in dict.fromkeys(one for one in shared.values() if one is not None):
            stores = [_STORES[operand] for operand, one in shared.items() if one is memory]
            blocks[_key(memory.name)] = self._block(memory, stores)
        for operand in ("I1", "O"):
            if shared[operand] is None:
                raise self._fault(
                    ("memories",), f"no memory on the chip holds {operand} of all units; the array needs one"
                )
        blocks["array"] = self._level(registers)
        if shared["I2"] is None:
            weights = next((one for one in registers if "I2" in one.operands), None)
            if weights is None:
                raise self._fault(("memories",), "no memory holds I2, the weights")
            blocks[_key(weights.name)] = self._weights_in_units(weights, blocks["array"]["columns"])
        blocks["vector_unit"] = {**_PARTS["vector_unit"], "lanes": blocks["array"]["columns"]}
        chip = {"count": 1, "overheads": _PARTS["overheads"], **blocks}
        description = f"Array of {file}, hardware of ZigZag."
        return {**_PARTS["architecture"], "name": name, "description": description, "chip": chip}

    def _link(self, memory: _Memory) -> dict[str, Any]:
        """The off-chip memory: the mean of read and write, since a link has one energy per bit."""
        self._account.stated.append(f"{memory.name}: energy of a bit and rate of the memory outside")
        if memory.write != memory.read:
            self._account.unused.append(
                f"{memory.name}: w_cost; a link has one energy per bit, that of a read"
            )
        energy = _claim(f"{memory.read / memory.width / _PICO:.6g} pJ/bit", f"r_cost of {memory.name}.")
        rate = _claim(f"{memory.width * _CLOCK / _GIGA:.6g} Gbit/s", "Its port in each cycle.")
        return {**_PARTS["link"], "parameters": {"energy": energy, "rate": rate}}

    def _block(self, memory: _Memory, stores: list[str]) -> dict[str, Any]:
        self._account.stated.append(
            f"{memory.name}: capacity, width and energies of a memory for {', '.join(stores)}"
        )
        energies = {
            key: _claim(f"{max(value, 1e-21) / memory.width / _PICO:.6g} pJ/bit", f"{name} of {memory.name}.")
            for key, name, value in (
                ("read_energy", "r_cost", memory.read),
                ("write_energy", "w_cost", memory.write),
            )
        }
        return _macro(memory.size, memory.width, stores, energies)

    def _weights_in_units(self, memory: _Memory, columns: float) -> dict[str, Any]:
        """Registers of all units as the weight memory: loading writes them, a multiply-accumulate reads them."""
        self._account.stated.append(f"{memory.name}: the memory of weights, its w_cost of loading them")
        self._account.unused.remove(f"{memory.name}: w_cost, of loading it")
        copies = math.prod(self._extents.values()) / math.prod(self._extents[name] for name in memory.served)
        energy = _claim(f"{memory.write / memory.width / _PICO:.6g} pJ/bit", f"w_cost of {memory.name}.")
        nothing = _claim("1e-9 pJ/bit", "Reading is part of mac_energy; the smallest number instead of zero.")
        energies = {"read_energy": nothing, "write_energy": energy}
        return _macro(memory.size * copies, memory.width * columns, ["weights"], energies)

    def _level(self, registers: list[_Memory]) -> dict[str, Any]:
        """The units: register energy is part of a multiply-accumulate; shared registers count by their share."""
        here: tuple[str | int, ...] = ("operational_array",)
        unit = self._number((*here, "unit_energy"), self._array.get("unit_energy")) * _PICO
        self._account.stated.append("operational_array: size and energy of a unit")
        summed: set[str] = set()
        for one in registers:
            energy = one.read + (one.write if "O" in one.operands else 0.0)
            unit += energy / math.prod(self._extents[name] for name in one.served)
            self._account.stated.append(f"{one.name}: its accesses in each multiply-accumulate")
            if "O" in one.operands:
                summed |= set(one.served)
            else:
                self._account.unused.append(f"{one.name}: w_cost, of loading it")
        if not unit > 0.0:
            raise self._fault((*here, "unit_energy"), "must be above zero together with the registers")
        if "unit_area" in self._array:
            self._account.unused.append("unit_area and areas of memories, which have no unit")
        names = list(self._extents)
        reduced = summed or set(names[1:2] or names)
        rows = math.prod(self._extents[name] for name in reduced)
        columns = math.prod(self._extents.values()) / rows
        bits = self._array.get("input_precision")
        if bits is not None and not (isinstance(bits, list) and len(bits) == 2):
            raise self._fault((*here, "input_precision"), "expected two numbers of bits")
        rationale = "unit_energy, and the registers: reading an operand, reading and writing a sum."
        block = {**_PARTS["unit"]}
        for index, (key, value) in enumerate(
            zip(("activation_bits", "weight_bits"), bits or (), strict=False)
        ):
            block[key] = f"{self._number((*here, 'input_precision', index), value, 1.0):.0f} bit"
        block["parameters"] = {"mac_energy": _claim(f"{unit / _PICO:.6g} pJ", rationale)}
        return {**_PARTS["array"], "rows": int(rows), "columns": int(columns), "unit": block}


def _claim(value: str, rationale: str) -> dict[str, Any]:
    unsure = "The file says neither how it was found nor how sure it is."
    return {**_PARTS["claim"], "value": value, "rationale": f"{rationale} {unsure}"}


def _macro(size: float, width: float, stores: list[str], energies: Mapping[str, Any]) -> dict[str, Any]:
    """A memory on the chip, with size and width in bits."""
    shape = {"capacity": f"{size:.0f} bit", "width": f"{width:.0f} bit"}
    return {**_PARTS["memory"], **shape, "stores": stores, "parameters": energies}


def _key(name: str) -> str:
    """A block name: lower-case letters, digits and underscores."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    taken = {"memory", "array", "overheads", "count"}
    return f"m_{plain}" if not plain or not plain[0].isalpha() or plain in taken else plain


# --- SANA-FE -------------------------------------------------------------------------------------------------------

TEMPLATE = "loihi_events"
"""Device that supplies values for which SANA-FE has no key."""
_SOURCE = "sana_fe_architecture"
_SANA_FE = r"^architecture\s*:"
_NUMBERED = re.compile(r"([{,]\s*|^\s+)(\d+)(\s*:)", re.MULTILINE)
_RANGE = re.compile(r"\[(\d+)\.\.(\d+)\]\s*\Z")
_SIDES = ("north", "east", "south", "west")


_MEANING = (
    "An active update is an access, an update and a spike out; hops are the mean of four directions; a spike takes its "
    "message out and in."
)


def is_sana_fe_architecture(path: Path) -> bool:
    """Whether a file is a SANA-FE architecture, by its first key."""
    return is_yaml_with(path, _SANA_FE)


def import_sana_fe_architecture(path: Path, name: str) -> ImportedDevice:
    """Convert the first core of the first tile to a device described by event energies.

    Raises
    ------
    SpecError
        With the place of a value that is missing or not a nonnegative number.
    """
    text = decoded(file_content(path, str(path)), str(path))
    (document, *_) = read_text(_NUMBERED.sub(r'\1"\2"\3', text), str(path))
    numbers, spans, unused = _SanaFe(document).events()
    example = load_device(TEMPLATE)
    entries: dict[str, dict[str, Any]] = {
        key: {
            "value": quantity_text(value, example.claims[key].unit),
            "basis": "assumed",
            "source": _SOURCE,
            "rationale": "From the file, which gives neither spread nor origin.",
            **({"spread": _spread(spans[key], example.claims[key].unit)} if key in spans else {}),
        }
        for key, value in numbers.items()
    }
    return imported_device(
        path, name, example, entries, description=f"Core of {path.name}, an architecture of SANA-FE.",
        source=(_SOURCE, "Architecture file"), process=example.spec.process, unused=unused, notes=(_MEANING,),
    )  # fmt: skip


def _spread(span: tuple[float, float], unit: str) -> dict[str, Any]:
    return {"low": quantity_text(span[0], unit), "high": quantity_text(span[1], unit)}


class _SanaFe:
    def __init__(self, document: Document) -> None:
        self._fault = document.fault
        root = document.data if isinstance(document.data, dict) else {}
        self._chip = self._mapping(("architecture",), root.get("architecture"))

    def _mapping(self, place: tuple[str | int, ...], found: Any) -> Mapping[str, Any]:
        if not isinstance(found, dict):
            raise self._fault(place, "expected a mapping, as architectures of SANA-FE have it")
        return found

    def _first(
        self,
        place: tuple[str | int, ...],
        parent: Mapping[str, Any],
        key: str,
        unused: list[str],
        model: str = "",
    ) -> tuple[tuple[str | int, ...], Mapping[str, Any]]:
        """The first unit of a section whose model is not a pure spike source; other units are not used."""
        found = parent.get(key)
        if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
            raise self._fault((*place, key), f"expected a list of {key}")
        fits = [
            i for i, one in enumerate(found)
            if not model or not isinstance(one.get("attributes"), dict) or one["attributes"].get("model") != model
        ]  # fmt: skip
        chosen = fits[0] if fits else 0
        unused += [f"{key} {str(one.get('name'))[:40]}" for i, one in enumerate(found) if i != chosen]
        return (*place, key, chosen), found[chosen]

    def _number(
        self, place: tuple[str | int, ...], unit: Mapping[str, Any], key: str, *, positive: bool = False
    ) -> float:
        about = self._mapping((*place, "attributes"), unit.get("attributes"))
        value = about.get(key)
        number = math.nan if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
        if not 0.0 <= number < math.inf or (positive and not number):
            said = "is missing" if value is None else f"is {str(value)[:40]!r}"
            least = "above 0" if positive else "at least 0"
            raise self._fault((*place, "attributes", key), f"{said}; expected a number in SI units, {least}")
        return number

    def events(self) -> tuple[dict[str, float], dict[str, tuple[float, float]], list[str]]:
        """Event parameters, the range of those that differ by direction, and unused entries."""
        unused: list[str] = []
        place, tile = self._first(("architecture",), self._chip, "tile", unused)
        hops = {
            kind: [self._number(place, tile, f"{kind}_{side}_hop") for side in _SIDES]
            for kind in ("energy", "latency")
        }
        inside, core = self._first(place, tile, "core", unused)
        parts = {
            key: self._first(inside, core, key, unused, model)
            for key, model in (("axon_in", ""), ("synapse", ""), ("soma", "input"), ("axon_out", ""))
        }

        def of(part: str, key: str, *, positive: bool = False) -> float:
            return self._number(*parts[part], key, positive=positive)

        access, update, out = (
            {kind: of("soma", f"{kind}_{what}") for kind in ("energy", "latency")}
            for what in ("access_neuron", "update_neuron", "spike_out")
        )
        numbers = {
            "synaptic_operation_energy": of("synapse", "energy_process_spike"),
            "synaptic_operation_time": of("synapse", "latency_process_spike", positive=True),
            "inactive_update_energy": access["energy"],
            "active_update_energy": access["energy"] + update["energy"] + out["energy"],
            "update_time": access["latency"],
            "active_update_time": access["latency"] + update["latency"] + out["latency"],
            "spike_energy": of("axon_out", "energy_message_out") + of("axon_in", "energy_message_in"),
            "spike_time": max(of("axon_out", "latency_message_out"), of("axon_in", "latency_message_in")),
            "hop_energy": sum(hops["energy"]) / len(_SIDES),
            "hop_time": sum(hops["latency"]) / len(_SIDES),
            "synchronisation_time": self._barrier(),
            "neurons_per_core": self._number(inside, core, "max_neurons_supported", positive=True),
        }
        counted = _RANGE.search(str(core.get("name", "")))
        numbers["cores_per_tile"] = float(int(counted[2]) - int(counted[1]) + 1) if counted else 1.0
        spans = {
            key: (min(hops[kind]), max(hops[kind]))
            for key, kind in (("hop_energy", "energy"), ("hop_time", "latency"))
            if min(hops[kind]) < max(hops[kind])
        }
        return numbers, spans, unused

    def _barrier(self) -> float:
        """Barrier time; the largest entry if given as a table over tiles."""
        about = self._chip.get("attributes")
        found = about.get("latency_sync", 0.0) if isinstance(about, dict) else 0.0
        values = list(found.values()) if isinstance(found, dict) else [found]
        numbers = [
            v
            for v in values
            if isinstance(v, int | float) and not isinstance(v, bool) and 0.0 <= v < math.inf
        ]
        if not numbers or len(numbers) < len(values):
            raise self._fault(("architecture", "attributes", "latency_sync"), "expected times in seconds")
        return float(max(numbers))
