"""Convert SANA-FE architectures to devices described by event energies (`event_energies`).

The inverse of `neuroest export sana-fe`: a synapse, a soma, the messages and hops of one core type become the energies
and times of events. SANA-FE has no keys for area, static power and synapse memory; these come from a shipped device.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroest.authoring.templates import ImportedDevice, imported_device, quantity_text
from neuroest.loading.library import load_device
from neuroest.registry import is_yaml_with
from neuroest.specs.file_text import decoded, file_content
from neuroest.specs.reading import Document, read_text

TEMPLATE = "loihi_events"
"""Device that supplies values for which SANA-FE has no key."""
_SOURCE = "sana_fe_architecture"
_MARK = r"^architecture\s*:"
_NUMBERED = re.compile(r"([{,]\s*|^\s+)(\d+)(\s*:)", re.MULTILINE)
_RANGE = re.compile(r"\[(\d+)\.\.(\d+)\]\s*\Z")
_SIDES = ("north", "east", "south", "west")


_MEANING = (
    "An active update is an access, an update and a spike out; hops are the mean of four directions; a spike takes its "
    "message out and in."
)


def is_sana_fe_architecture(path: Path) -> bool:
    """Whether a file is a SANA-FE architecture, by its first key."""
    return is_yaml_with(path, _MARK)


def import_sana_fe_architecture(path: Path, name: str) -> ImportedDevice:
    """Convert the first core of the first tile to a device described by event energies.

    Raises
    ------
    SpecError
        With the place of a value that is missing or not a nonnegative number.
    """
    text = decoded(file_content(path, str(path)), str(path))
    (document, *_) = read_text(_NUMBERED.sub(r'\1"\2"\3', text), str(path))
    numbers, spans, unused = _Reader(document).events()
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


class _Reader:
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
