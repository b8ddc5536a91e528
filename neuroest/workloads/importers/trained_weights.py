"""Weights and thresholds of a traced spiking network, as `neuroest behave` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.workloads.importers.network import NetworkImportError

SUBTRACT_LATER, SUBTRACT, ZERO = 0, 1, 2
"""What a neuron subtracts after a spike: its threshold in the next timestep, at once, or everything."""


@frozen_dataclass
class TrainedNeurons:
    """Neurons of a layer in discrete time: v = decay v + gain x, a spike above the threshold.

    Attributes
    ----------
    reset : int
        What a spike subtracts.
    reason : str
        Why the neurons follow another equation; empty if they do not.
    """

    decay: float = 1.0
    threshold: float = 1.0
    gain: float = 1.0
    reset: int = SUBTRACT_LATER
    reason: str = ""


@frozen_dataclass
class TrainedLayer:
    """Weights (outputs, inputs, and rows and columns of a kernel) and neurons of a layer, as they were trained."""

    weights: Any
    bias: Any = None
    recurrent: Any = None
    neurons: TrainedNeurons | None = None

    def normalised(self, scale: Any, shift: Any) -> TrainedLayer:
        """The layer with a normalisation of its results folded into its weights."""
        shaped = np.reshape(scale, (-1, *([1] * (np.ndim(self.weights) - 1))))
        bias = 0.0 if self.bias is None else self.bias
        return replace(self, weights=self.weights * shaped, bias=bias * scale + shift)


@frozen_dataclass
class TrainedNetwork:
    """Layers with neurons of a traced network, and the traced samples.

    Attributes
    ----------
    layers : mapping of str to TrainedLayer
        By the names of the workload.
    samples : ndarray
        Input (samples, timesteps, ...).
    bits : int
        Bits of a stored weight, sign included.
    """

    layers: Mapping[str, TrainedLayer]
    samples: Any
    bits: int
    faults: tuple[str, ...] = field(default=())

    def arrays(self) -> dict[str, Any]:
        """Arrays of the file of weights: whole numbers, their step, and the neurons of each layer.

        Raises
        ------
        NetworkImportError
            If a layer has no neurons, or neurons that follow another equation.
        """
        found: dict[str, Any] = {}
        top = 2 ** (self.bits - 1) - 1
        if self.faults:
            raise NetworkImportError(self.faults[0])
        for name, layer in self.layers.items():
            neurons = layer.neurons
            if neurons is None:
                raise NetworkImportError(f"layer {name} has weights but no spiking neurons, so no threshold")
            if neurons.reason:
                raise NetworkImportError(f"layer {name}: {neurons.reason}")
            own = np.zeros(1) if layer.recurrent is None else layer.recurrent
            step = float(max(np.max(np.abs(layer.weights)), np.max(np.abs(own)))) / top
            if not step > 0.0:
                raise NetworkImportError(f"layer {name}: all weights are zero")
            kind = np.int8 if self.bits <= 8 else np.int32
            found[name] = np.rint(layer.weights / step).astype(kind)
            if layer.recurrent is not None:
                found[f"{name}.recurrent"] = np.rint(layer.recurrent / step).astype(kind)
            if layer.bias is not None and np.any(layer.bias):
                found[f"{name}.bias"] = layer.bias * neurons.gain
            found[f"{name}.step"] = np.float64(step * neurons.gain)
            found[f"{name}.decay"] = np.float64(neurons.decay)
            found[f"{name}.threshold"] = np.float64(neurons.threshold)
            if neurons.reset != SUBTRACT_LATER:
                found[f"{name}.reset"] = np.int8(neurons.reset)
        if not found:
            raise NetworkImportError("the network has no layer with weights and spiking neurons")
        return found

    def sample_arrays(self, labels: Any) -> dict[str, Any]:
        """Arrays of a file with the traced samples and their classes.

        Raises
        ------
        NetworkImportError
            If the samples are not spikes, or there is not one label for each.
        """
        found, classes = np.asarray(self.samples), np.asarray(labels).reshape(-1)
        if not np.all((found == 0) | (found == 1)):
            raise NetworkImportError(
                "the samples are numbers, not spikes; behave needs spikes with time as first axis"
            )
        if len(classes) != len(found):
            raise NetworkImportError(f"there are {len(classes)} labels for {len(found)} samples")
        return {"input": found.reshape(*found.shape[:2], -1).astype(bool), "labels": classes.astype(np.int64)}


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays as .npz, completely or not at all.

    Raises
    ------
    NetworkImportError
        For a name with another ending.
    """
    if path.suffix != ".npz":
        raise NetworkImportError(f"{path}: arrays are written as .npz")
    stream = BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    write_whole(path, stream.getvalue())
