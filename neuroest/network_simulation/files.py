"""Read weights and samples of a network from .npz files that contain only arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.dynamics.stimulus import Array
from neuroest.specs.layers import FullyConnected, Recurrent
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.importers.files import (
    fault,
    file_sha256,
    formatted,
    model_file,
    reading,
    stored_arrays,
)

_MOST_MEMBERS = 200
_LARGEST = 1e30
"""Largest step or threshold, so that squared potentials do not overflow; in the network's own units."""
_FIELDS = ("step", "decay", "threshold", "recurrent")


@frozen_dataclass
class NeuronLayer:
    """Weights of one layer, and the neuron model used in training.

    Attributes
    ----------
    weights : ndarray of shape (outputs, inputs)
        Whole numbers.
    recurrent : ndarray of shape (outputs, outputs) or None
        Weights for the layer's own spikes of the previous timestep.
    step : float
        Value of an integer weight of one.
    decay, threshold : float
        Leaky integrate-and-fire neuron: the share of its state that remains after a timestep, and its threshold.
    """

    name: str
    weights: Array
    recurrent: Array | None
    step: float
    decay: float
    threshold: float

    @property
    def outputs(self) -> int:
        """Neurons of the layer."""
        return int(self.weights.shape[0])

    @property
    def matrix(self) -> Array:
        """All weights of a neuron in one row: input weights, then recurrent weights."""
        return self.weights if self.recurrent is None else np.hstack([self.weights, self.recurrent])

    def with_matrix(self, matrix: Array) -> NeuronLayer:
        """The layer with other weights: input weights, then recurrent weights."""
        inputs = self.weights.shape[1]
        own = None if self.recurrent is None else matrix[:, inputs:]
        return replace(self, weights=matrix[:, :inputs], recurrent=own)


@frozen_dataclass
class Samples:
    """Input spikes (samples, timesteps, neurons) and the class of each sample."""

    spikes: Array
    labels: Array
    file: str
    sha256: str

    def first(self, count: int | None) -> Samples:
        """The first samples."""
        return replace(self, spikes=self.spikes[:count], labels=self.labels[:count])


def to_leave_out(what: str, names: Sequence[str], known: Mapping[str, Any]) -> list[str]:
    """Names of what is left out, each once; ``all`` stands for everything that is known.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    """
    check_names(what, [name for name in names if name != "all"], known)
    return list(known if "all" in names else dict.fromkeys(names))


def refuse_same(option: str, file: Path, samples: Path) -> None:
    """Refuse to measure the accuracy on the samples that something is chosen or learned on.

    Raises
    ------
    NeuroestError
        If both are the same file.
    """
    if file.resolve() == samples.resolve():
        raise NeuroestError(f"{option} must not be the samples that the accuracy is measured on")


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of an .npz file by name; objects are never read.

    Raises
    ------
    NeuroestError
        If the file is not an .npz file, is damaged, or contains something else.
    """
    model_file(path)
    with reading(path, ".npz file"):
        found = dict(stored_arrays(path, _MOST_MEMBERS))
    for name, array in found.items():
        if not np.all(np.isfinite(array)):
            raise fault(path, f"{name!r} contains a number that is not finite")
    return found


def weighted_layers(spec: WorkloadSpec) -> list[FullyConnected | Recurrent]:
    """The layers with neurons, each feeding the next.

    Raises
    ------
    NeuroestError
        If the network has another structure.
    """
    if spec.coding != "spiking":
        raise NeuroestError(f"{spec.name} is a dense network; its neurons do not spike")
    found: list[FullyConnected | Recurrent] = []
    before = "input"
    for layer in spec.layers:
        if layer.type == "rearrangement":
            continue  # a rearrangement only reorders values and computes nothing
        if not isinstance(layer, FullyConnected | Recurrent):
            raise NeuroestError(
                f"{spec.name}: layer {layer.name} is a {layer.type}; only fully_connected and recurrent layers run"
            )
        if layer.inputs is not None and layer.inputs != (before,):
            raise NeuroestError(
                f"{spec.name}: layer {layer.name} reads {', '.join(layer.inputs)}; each layer must read the one before"
            )
        found.append(layer)
        before = layer.name
    if not found:
        raise NeuroestError(f"{spec.name} has no layer with neurons")
    return found


def read_network(path: Path, spec: WorkloadSpec) -> tuple[list[NeuronLayer], str]:
    """Weights of each layer of a workload, and the hash of their file.

    For a layer NAME the file has NAME (outputs, inputs) as whole numbers, and may have NAME.recurrent,
    NAME.step (the weight of one), NAME.decay and NAME.threshold of its neurons.

    Raises
    ------
    NeuroestError
        If an array is missing, has the wrong shape, or exceeds the bits of the workload.
    """
    arrays, layers, inputs = read_arrays(path), weighted_layers(spec), int(np.prod(spec.input.shape))
    known = {layer.name for layer in layers}
    for name in arrays:
        owner, _, field = name.partition(".")
        if owner not in known or (field and field not in _FIELDS):
            raise UnknownNameError(
                f"array of {formatted(path)}", name[:60], [*known, *(f"NAME.{f}" for f in _FIELDS)]
            )
    found = []
    for layer in layers:
        weights = _matrix(path, arrays, layer.name, (layer.outputs, inputs), spec.precision.weights)
        own = None
        if isinstance(layer, Recurrent):
            shape = (layer.outputs, layer.outputs)
            own = _matrix(path, arrays, f"{layer.name}.recurrent", shape, spec.precision.weights)
        values = {
            field: _number(path, arrays, f"{layer.name}.{field}") for field in ("step", "decay", "threshold")
        }
        if not 0.0 <= values["decay"] <= 1.0:
            raise fault(path, f"{layer.name}.decay must lie from 0 to 1, got {values['decay']:g}")
        found.append(NeuronLayer(layer.name, weights, own, **values))
        inputs = layer.outputs
    return found, file_sha256(path)


def _matrix(path: Path, arrays: Mapping[str, Array], name: str, shape: tuple[int, int], bits: int) -> Array:
    if name not in arrays:
        raise fault(path, f"has no array {name!r} of shape {shape}")
    found = arrays[name]
    if found.shape != shape:
        raise fault(path, f"{name} has the shape {found.shape}, the workload {shape}")
    top = 2 ** (bits - 1) - 1
    if np.any(found != np.round(found)) or np.any(np.abs(found.astype(float)) > top):
        raise fault(
            path,
            f"{name} must hold whole numbers from -{top} to {top}, weights of {bits} bits; "
            f"put the size of one step into {name}.step",
        )
    if not np.any(found):
        raise fault(path, f"all weights of {name} are zero")
    return np.asarray(found.astype(float))


def _number(path: Path, arrays: Mapping[str, Array], name: str) -> float:
    found: Any = arrays.get(name)
    if found is None or np.size(found) != 1:
        raise fault(path, f"{name} must be one number, the ideal neuron's")
    value = float(np.ravel(found)[0])
    if name.endswith(".decay"):
        return value
    if not value > 0.0:
        raise fault(path, f"{name} must be above zero, got {value:g}")
    if not 1.0 / _LARGEST <= value <= _LARGEST:
        raise fault(path, f"{name} must lie from {1.0 / _LARGEST:g} to {_LARGEST:g}, got {value:g}")
    return value


def read_samples(path: Path, spec: WorkloadSpec) -> Samples:
    """Input spikes of a workload, and the class of each sample.

    Raises
    ------
    NeuroestError
        If they do not match the workload, are not spikes, or have no classes.
    """
    arrays = read_arrays(path)
    spikes = arrays.get("input")
    if spikes is None:
        raise fault(path, "has no array 'input' (samples, timesteps, neurons)")
    steps, neurons = int(spec.timesteps or 1), int(np.prod(spec.input.shape))
    if spikes.ndim != 3 or spikes.shape[1:] != (steps, neurons) or not len(spikes):
        raise fault(path, f"'input' has the shape {spikes.shape}, expected (samples, {steps}, {neurons})")
    if not np.all((spikes == 0) | (spikes == 1)):
        raise fault(path, "'input' must hold spikes, zeros and ones")
    labels = arrays.get("labels")
    if labels is None or labels.shape != (len(spikes),):
        raise fault(path, f"needs 'labels', the class of each of the {len(spikes)} samples")
    classes = weighted_layers(spec)[-1].outputs
    if np.any(labels != np.round(labels)) or np.any((labels < 0) | (labels >= classes)):
        raise fault(path, f"'labels' must be whole numbers from 0 to {classes - 1}")
    return Samples(spikes.astype(bool), labels.astype(int), formatted(path), file_sha256(path))


def read_currents(path: Path, spec: WorkloadSpec) -> tuple[dict[str, Array], str]:
    """Input currents [A] (samples, timesteps, neurons) by layer, and the hash of their file.

    Raises
    ------
    NeuroestError
        If the workload lacks a layer, or if the number of timesteps or neurons differs.
    """
    arrays = read_arrays(path)
    outputs = {layer.name: layer.outputs for layer in weighted_layers(spec)}
    check_names(f"layer of {formatted(path)}", [name[:60] for name in arrays], outputs)
    for name, current in arrays.items():
        due = (int(spec.timesteps or 1), outputs[name])
        if current.ndim != 3 or current.shape[1:] != due or not len(current):
            raise fault(path, f"{name} has the shape {current.shape}, expected (samples, {due[0]}, {due[1]})")
    if not arrays:
        raise fault(path, "contains no currents")
    return {name: array.astype(float) for name, array in arrays.items()}, file_sha256(path)
