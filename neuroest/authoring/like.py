"""Make a variant of a chip with your own neuron, cell or converter: a short file based on that chip.

The fabric stays the same, so both chips omit the same parts. Circuits that the new neuron needs are added if missing.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroest.authoring.templates import yaml_line
from neuroest.blocks.roles import HoldsResults
from neuroest.core.errors import NeuroestError, first_few
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import article, format_quantity, parse_quantity
from neuroest.design.build import build
from neuroest.design.chip import instantiate
from neuroest.loading.kinds import shipped
from neuroest.loading.library import Device, architecture_document, find_file, load_architecture, load_device
from neuroest.pipeline.check import check_files
from neuroest.registry import COMPONENTS, roles_of
from neuroest.specs.claims import DESIGN
from neuroest.specs.file_text import is_path

_MOST_NAMED = 4
_BUFFER, _STANDARD = "fan_out_buffer", "tapered_buffer"


@frozen_dataclass
class _Place:
    """Location of a device in a chip, and what the chip must have to accept it.

    Attributes
    ----------
    role : str
        Role of the matching blocks.
    holder, key : str
        Key of the mapping that contains the block, and key of the block in it.
    lacking : str
        Description of a chip without such a block.
    """

    role: str
    holder: str
    key: str
    lacking: str


_PLACES: Mapping[str, _Place] = {
    "neuron": _Place("neuron", "readout", "neuron", "no array of it is read by neurons"),
    "cell": _Place("cell", "array", "cell", "it has no crossbar array"),
    "adc": _Place("converter", "readout", "converter", "no array of it is read by converters"),
}


def architecture_like(
    name: str, like: str, devices: Mapping[str, str], folder: Path | None = None, title: str | None = None
) -> str:
    """A copy of a chip with some devices replaced.

    Parameters
    ----------
    name : str
        Name of the new architecture.
    like : str
        The original chip: a shipped name or a path.
    devices : mapping of str to str
        Shipped name or path of each replacement, by ``neuron``, ``cell`` or ``adc``.
    folder : Path, optional
        Folder of the new file; its paths are relative to it. By default, the working directory.
    title : str, optional
        Name of the chip in figures and tables.

    Returns
    -------
    str
        Text of a file with `base` and `set` that passes the check.

    Raises
    ------
    NeuroestError
        If the chip has no place for a device or cannot run with it; the message contains the check's findings.
    """
    chip = architecture_document(find_file("architecture", like)).data
    changes: dict[str, tuple[Any, str]] = {}
    for what, device in devices.items():
        changes |= device_changes(chip, like, what, device)
    with tempfile.TemporaryDirectory(prefix="neuroest-") as place:
        draft = Path(place) / f"{name}.yaml"
        draft.write_text(_text(name, like, devices, changes, Path(place), title), encoding="utf-8")
        problems = check_files([draft])
    if problems:
        found = "; ".join(dict.fromkeys(f"{p.path}: {p.message}" if p.path else p.message for p in problems))
        raise NeuroestError(
            f"{like} cannot take {' and '.join(devices.values())}: {found}{_examples(devices)}"
        )
    return _text(name, like, devices, changes, folder or Path(), title)


def device_changes(chip: Any, like: str, what: str, device: str) -> dict[str, tuple[Any, str]]:
    """New values by path, each with the reason for the comment above it."""
    place = _PLACES[what]
    found = load_device(device)
    if place.role not in roles_of(found.spec.model):
        raise NeuroestError(f"{device} is {article(found.spec.model)}, not {article(what)}")
    held = _held(chip["chip"], "chip", place)
    if not held:
        others = first_few(_chips_of(None, place), _MOST_NAMED)
        raise NeuroestError(
            f"{like} has no {what} to replace: {place.lacking}; chips that have one: {others}"
        )
    changes: dict[str, tuple[Any, str]] = {}
    for path, node in held.items():
        changes[f"{path}.{place.key}"] = _block(found, device, node[place.key], place)
        if what == "neuron":
            block, reason = changes[f"{path}.{place.key}"]
            block, because = _supplied(found, block, like, path)
            changes[f"{path}.{place.key}"] = block, "; ".join(filter(None, (reason, because)))
            changes |= _circuits(found, path, node)
        elif what == "cell":
            changes |= _read_voltage(found, path, node)
    return changes


def _held(node: Any, path: str, place: _Place) -> dict[str, Mapping[str, Any]]:
    """Mappings of a chip that contain a block of this kind, by path."""
    held: dict[str, Mapping[str, Any]] = {}
    for key, value in node.items():
        if not isinstance(value, dict):
            continue
        if key == place.holder and isinstance(value.get(place.key), dict):
            held[f"{path}.{key}"] = value
        held |= _held(value, f"{path}.{key}", place)
    return held


def _block(device: Device, named: str, old: Mapping[str, Any], place: _Place) -> tuple[dict[str, Any], str]:
    """The block of a device: keys shared with the chip's block, and required keys from a shipped chip."""
    model = device.spec.model
    fields = COMPONENTS[model].schema.model_fields
    block: dict[str, Any] = {"model": model, "device": named}
    block |= {
        key: value
        for key, value in old.items()
        if key in fields and key not in {"model", "device", "parameters"}
    }
    missing = {key for key, field in fields.items() if field.is_required()} - block.keys()
    for name in _chips_of(model, place) if missing else ():
        example = _blocks(name, place)[model]
        block |= {key: value for key, value in example.items() if key in missing}
        return block, f"{', '.join(sorted(missing))} as in {name}"
    return block, ""


def _blocks(chip: str, place: _Place) -> dict[str, Mapping[str, Any]]:
    """Blocks of this kind in a shipped chip, by model."""
    held = _held(architecture_document(shipped("architecture")[chip]).data["chip"], "chip", place)
    return {str(node[place.key].get("model")): node[place.key] for node in held.values()}


def _chips_of(model: str | None, place: _Place) -> list[str]:
    """Shipped chips with a block of that model, or of any model."""
    found = {name: _blocks(name, place) for name in shipped("architecture")}
    return [name for name, blocks in found.items() if (model in blocks if model else blocks)]


def _examples(devices: Mapping[str, str]) -> str:
    """Shipped chips designed for devices of the same models."""
    found = {
        model: _chips_of(model, _PLACES[what])
        for what, model in ((what, load_device(device).spec.model) for what, device in devices.items())
    }
    return "".join(
        f"; --like can name a chip with a {m}: {first_few(names, _MOST_NAMED)}"
        for m, names in found.items()
        if names
    )


def _written(name: str, folder: Path) -> str:
    """Reference to a device from a file in the given folder."""
    if not is_path(name):
        return name
    path = os.path.relpath(name, folder)
    return path if os.sep in path else f"./{path}"


def _circuits(device: Device, path: str, readout: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    """Circuits that a neuron needs and that the chip's readout lacks."""
    buffer = COMPONENTS[device.spec.model].output_buffer
    if buffer == "inside" or _BUFFER in readout:
        return {}
    place = _Place("", "readout", _BUFFER, "")
    standard = _blocks(_chips_of(_STANDARD, place)[0], place)[_STANDARD]
    reason = {
        "outside": "the neuron's model ends at its switch, which cannot drive a wire",
        "unstated": "published figures of a neuron do not state the load of its spikes; "
        "remove this block if yours include it",
    }[buffer]
    return {f"{path}.{_BUFFER}": (standard, reason)}


def _supplied(device: Device, block: dict[str, Any], like: str, path: str) -> tuple[dict[str, Any], str]:
    """The block of a switch at a voltage that the chip can drive it with, if a higher one is only assumed."""
    claim, threshold = (device.claims.get(name) for name in ("supply_voltage", "threshold_voltage"))
    if claim is None or threshold is None or claim.basis not in {"assumed", DESIGN}:
        return block, ""
    design = build(load_architecture(like))
    chip = instantiate(design, {place: stated.value for place, stated in design.claims.items()})
    reached = [
        part.driven_voltage()
        for part in chip.components()
        if part.path == f"{path}.interface" and isinstance(part, HoldsResults)
    ]
    highest = float(min([chip.technology.supply_voltage, *reached]))
    if not threshold.value < highest < claim.value:
        return block, ""
    above, due = (format_quantity(volts, "V", 3) for volts in (claim.value, highest))
    because = f"the columns drive the switch with at most {due}; the {above} in its file are assumed"
    return {**block, "parameters": {"supply_voltage": due}}, because


def _read_voltage(device: Device, path: str, array: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    """New read voltage of the array if the new cell cannot use the old one."""
    from neuroest.specs.base import SUPPLY  # noqa: PLC0415 - cells only

    claim = device.claims.get("read_voltage_limit")
    stated = array.get("read_voltage")
    if claim is None or not isinstance(stated, str):
        return {}
    if stated != SUPPLY and parse_quantity(stated, "V") <= claim.value:
        return {}
    reason = f"the cell is disturbed above its read_voltage_limit; the chip has {stated}"
    return {f"{path}.read_voltage": (format_quantity(claim.value, "V", 6), reason)}


def _text(
    name: str,
    like: str,
    devices: Mapping[str, str],
    changes: Mapping[str, tuple[Any, str]],
    folder: Path,
    title: str | None,
) -> str:
    """The file as if it were in a folder, so that its paths resolve from there."""
    base = _written(like, folder)
    chip = Path(like).stem if is_path(like) else like
    replaced = " and ".join(f"{Path(device).stem} as its {what}" for what, device in devices.items())
    lines = [
        f"# {chip} with {replaced}; everything else is as in that chip, for a like-for-like comparison:",
        f"#   neuroest compare {name}.yaml {base} -w WORKLOAD",
        "kind: architecture",
        f"name: {name}",
        *([f"title: {yaml_line(title)}"] if title else []),
        "description: >-",
        f"  {chip} with {replaced}. State here what the chip is and what it is not.",
        f"base: {base}",
        f"baseline: {base}",
        "set:",
    ]
    for path, (value, reason) in changes.items():
        lines += [f"  # {reason}"] if reason else []
        moved = {**value, "device": _written(value["device"], folder)} if isinstance(value, dict) else value
        lines.append(f"  {path}: {yaml_line(moved)}")
    return "\n".join(lines) + "\n"
