"""Read weights and samples of a network from .npz files that contain only arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array
from neuroest.network_simulation.networks import Network, NeuronLayer, PassiveLayer, Reset, Window
from neuroest.specs.layers import (
    Add,
    AnyLayer,
    Concatenation,
    Convolution,
    FullyConnected,
    Pooling,
    Rearrangement,
    Recurrent,
)
from neuroest.specs.workload import WorkloadSpec, layer_codings
from neuroest.workloads.importers.files import (
    fault,
    file_sha256,
    formatted,
    model_file,
    reading,
    stored_arrays,
)
from neuroest.workloads.layers import geometry

_MOST_MEMBERS = 2000
"""Arrays of a file of weights: seven of each layer."""
_LARGEST = 1e30
"""Largest step or threshold, so that squared potentials do not overflow; in the network's own units."""
_FIELDS = ("step", "decay", "threshold", "recurrent", "bias", "reset")
_SPIKES_IN_ORDER = (FullyConnected, Recurrent, Convolution)


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


def read_arrays(path: Path, most: int = _MOST_MEMBERS) -> dict[str, Array]:
    """The arrays of an .npz file by name; objects are never read.

    Raises
    ------
    NeuroestError
        If the file is not an .npz file, is damaged, or contains something else.
    """
    model_file(path)
    with reading(path, ".npz file"):
        found = dict(stored_arrays(path, most))
    for name, array in found.items():
        if not np.all(np.isfinite(array)):
            raise fault(path, f"{name!r} contains a number that is not finite")
    return found


def weighted_layers(spec: WorkloadSpec) -> list[FullyConnected | Recurrent | Convolution]:
    """The layers with neurons.

    Raises
    ------
    NeuroestError
        If the network does not spike, or has a layer that does not run in spikes.
    """
    if spec.coding != "spiking":
        raise NeuroestError(f"{spec.name} is a dense network; its neurons do not spike")
    layers: list[FullyConnected | Recurrent | Convolution] = []
    for layer, coding in zip(spec.layers, layer_codings(spec), strict=True):
        if coding != "spiking":
            raise NeuroestError(
                f"{spec.name}: layer {layer.name} computes with numbers; only layers in spikes run"
            )
        if isinstance(layer, _SPIKES_IN_ORDER):
            layers.append(layer)
        elif not isinstance(layer, Pooling | Add | Concatenation | Rearrangement):
            kinds = "fully_connected, recurrent, convolution, pooling, add, concatenation and rearrangement"
            raise NeuroestError(f"{spec.name}: layer {layer.name} is a {layer.type}; only {kinds} run")
    if not layers:
        raise NeuroestError(f"{spec.name} has no layer with neurons")
    return layers


def read_network(path: Path, spec: WorkloadSpec) -> tuple[Network, str]:
    """Weights of each layer of a workload, and the hash of their file.

    For a layer NAME the file has NAME (outputs, inputs), of a convolution (outputs, inputs, rows, columns), as whole
    numbers, and may have NAME.recurrent, NAME.step (the weight of one), NAME.bias, NAME.decay, NAME.threshold and
    NAME.reset of its neurons (`Reset`).

    Raises
    ------
    NeuroestError
        If an array is missing, has the wrong shape, or exceeds the bits of the workload.
    """
    arrays, weighted = read_arrays(path), {layer.name for layer in weighted_layers(spec)}
    for name in arrays:
        owner, _, field = name.partition(".")
        if owner not in weighted or (field and field not in _FIELDS):
            raise UnknownNameError(
                f"array of {formatted(path)}", name[:60], [*sorted(weighted), *(f"NAME.{f}" for f in _FIELDS)]
            )
    shapes = {"input": tuple(spec.input.shape)}
    steps: list[NeuronLayer | PassiveLayer] = []
    before = "input"
    for layer, shape in zip(spec.layers, geometry(spec).output_shapes, strict=True):
        sources = tuple(layer.inputs or (before,))
        given = [shapes[name] for name in sources]
        if isinstance(layer, _SPIKES_IN_ORDER):
            steps.append(_neurons(path, arrays, layer, given, sources, spec.precision.weights))
        else:
            steps.append(_passive(spec, layer, given, sources, shape))
        shapes[layer.name] = tuple(shape)
        before = layer.name
    return Network(tuple(steps)), file_sha256(path)


def _neurons(
    path: Path, arrays: Mapping[str, Array], layer: FullyConnected | Recurrent | Convolution,
    given: Sequence[tuple[int, ...]], sources: tuple[str, ...], bits: int,
) -> NeuronLayer:  # fmt: skip
    """A layer with neurons and its weights."""
    name, window, own = layer.name, None, None
    if isinstance(layer, Convolution):
        if layer.groups > 1:
            raise fault(
                path, f"layer {name} is a convolution of {layer.groups} groups; only those of one group run"
            )
        window = _window(given[0], layer)
        shape: tuple[int, ...] = (layer.outputs, given[0][0], *window.kernel)
    else:
        shape = (layer.outputs, sum(int(np.prod(one)) for one in given))
    weights = _matrix(path, arrays, name, shape, bits)
    if isinstance(layer, Recurrent):
        own = _matrix(path, arrays, f"{name}.recurrent", (layer.outputs, layer.outputs), bits)
    values = {field: _number(path, arrays, f"{name}.{field}") for field in ("step", "decay", "threshold")}
    if not 0.0 <= values["decay"] <= 1.0:
        raise fault(path, f"{name}.decay must lie from 0 to 1, got {values['decay']:g}")
    bias = arrays.get(f"{name}.bias")
    if bias is not None and bias.shape != (layer.outputs,):
        raise fault(path, f"{name}.bias has the shape {bias.shape}, the workload {(layer.outputs,)}")
    reset = float(np.ravel(arrays.get(f"{name}.reset", np.zeros(1)))[0])
    if reset not in set(Reset):
        kinds = ", ".join(f"{int(one)} ({one.name.lower()})" for one in Reset)
        raise fault(path, f"{name}.reset must be one of {kinds}, got {reset:g}")
    return NeuronLayer(
        name, weights.reshape(layer.outputs, -1), own, **values,
        bias=None if bias is None else bias.astype(float), reset=Reset(int(reset)), window=window, sources=sources,
    )  # fmt: skip


def _passive(
    spec: WorkloadSpec, layer: AnyLayer, given: Sequence[tuple[int, ...]], sources: tuple[str, ...],
    shape: tuple[int, ...],
) -> PassiveLayer:  # fmt: skip
    """A layer without neurons."""
    if isinstance(layer, Pooling):
        return PassiveLayer(layer.name, layer.mode, sources, _window(given[0], layer))
    if isinstance(layer, Add):
        return PassiveLayer(layer.name, "add", sources)
    if np.prod(shape) != sum(np.prod(one) for one in given):
        raise NeuroestError(
            f"{spec.name}: layer {layer.name} leaves out or repeats elements, which does not run"
        )
    return PassiveLayer(layer.name, "joined", sources)


def _window(shape: tuple[int, ...], layer: Convolution | Pooling) -> Window:
    """Windows of a convolution or a pooling over a map."""

    def pair(extent: Any) -> tuple[int, int]:
        return (int(extent), int(extent)) if isinstance(extent, int) else (int(extent[0]), int(extent[1]))

    kernel = (shape[1], shape[2]) if layer.kernel == "global" else pair(layer.kernel)
    stride = kernel if layer.stride is None else pair(layer.stride)
    dilation = pair(layer.dilation) if isinstance(layer, Convolution) else (1, 1)
    return Window(shape, kernel, stride, pair(layer.padding), dilation)


def _matrix(path: Path, arrays: Mapping[str, Array], name: str, shape: tuple[int, ...], bits: int) -> Array:
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
    if found is None:
        raise fault(
            path, f"has no {name}; the ideal neuron needs a step, a decay and a threshold in each layer"
        )
    if np.size(found) != 1:
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
    # as many as the last layer with neurons has outputs
    shapes = dict(zip((layer.name for layer in spec.layers), geometry(spec).output_shapes, strict=True))
    classes = int(np.prod(shapes[weighted_layers(spec)[-1].name]))
    if np.any(labels != np.round(labels)) or np.any((labels < 0) | (labels >= classes)):
        raise fault(path, f"'labels' must be whole numbers from 0 to {classes - 1}")
    return Samples(spikes.astype(bool), labels.astype(int), formatted(path), file_sha256(path))
