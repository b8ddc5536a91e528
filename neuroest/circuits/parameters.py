"""The circuit of a device, with the numbers that `neuroest simulate` integrates."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from neuroest.blocks.circuit import Circuit
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.diffusive_cells import NEURON_MODELS, load_cells
from neuroest.dynamics.run import record_of
from neuroest.loading.library import Device, load_device
from neuroest.registry import COMPONENTS


@frozen_dataclass
class DeviceCircuit:
    """The circuit of one device.

    Attributes
    ----------
    neuron : str
        What the device was asked for by: a name or a path.
    name : str
        Name of the subcircuit and of the module.
    """

    neuron: str
    name: str
    device: Device
    circuit: Circuit
    changes: Mapping[str, str]


def circuit_of(neuron: str, changes: Mapping[str, str] | None = None) -> DeviceCircuit:
    """Circuit of a device spec of a neuron.

    Raises
    ------
    NeuroestError
        For a device that is no neuron or whose circuit is not known, with the cause.
    """
    device = load_device(neuron)
    block = _block(device)
    circuit = None
    if block is not None and hasattr(block, "circuit"):
        circuit = block.circuit(_values(device, neuron, block, changes or {}))
    if circuit is None:
        raise NeuroestError(f"{neuron}: no circuit to export: {_cause(device, block)}")
    name = device.spec.name
    named = name if name[0].isalpha() else f"neuron_{name}"
    return DeviceCircuit(neuron, named, device, circuit, dict(changes or {}))


def no_circuit(neuron: str) -> str:
    """Why a device has no circuit, or nothing."""
    try:
        circuit_of(neuron)
    except NeuroestError as error:
        return str(error).rpartition(": ")[2]
    return ""


def _block(device: Device) -> Any:
    model = getattr(device.record, "circuit_of", device.spec.model)
    return COMPONENTS.get(model)


def _values(device: Device, neuron: str, block: Any, changes: Mapping[str, str]) -> dict[str, float]:
    if device.spec.model in NEURON_MODELS:
        cells = load_cells(neuron, changes=changes)
        return {field.name: float(getattr(cells, field.name)) for field in fields(cells)}
    own = record_of(device, changes)
    values = {name: float(getattr(own, name)) for name in own.declared}
    if block.behaviour:
        other = record_of(load_device(block.behaviour), {})
        stated = {*device.claims, *changes}
        values |= {n: float(getattr(other, n)) for n in other.declared if n not in stated}
    return values


def _cause(device: Device, block: Any) -> str:
    if block is None or not hasattr(block, "circuit"):
        return f"a {device.spec.model} is not a neuron with its own circuit"
    return str(block.no_circuit)
