"""Layers, shapes and activity of a PyTorch model while it runs."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from math import prod
from typing import Any

import numpy as np

from neuroest.specs.layers import Pooling
from neuroest.workloads.importers import network
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.statistics import Tally, number_statistics, spike_statistics
from neuroest.workloads.importers.torch_modules import (
    OperationCounter,
    as_numpy,
    is_neuron,
    is_sequence,
    is_silent,
    own_weights,
    trained_neurons,
)
from neuroest.workloads.importers.trained_weights import TrainedLayer, TrainedNetwork
from neuroest.workloads.shapes import window_uses


@dataclass
class Watch:
    """What is known while a model runs: which layer a tensor comes from, and what each layer put out."""

    torch: Any
    model: Any
    sample: Any
    options: network.ImportOptions
    time_first: bool = False
    only_counts: bool = False
    layers: dict[Any, network.Value] = field(default_factory=dict)
    stack: list[str] = field(default_factory=list)
    opaque: int = 0

    def __post_init__(self) -> None:
        skip = 2 if self.time_first else 1
        self.batch = int(self.sample.shape[skip - 1])
        self.steps = int(self.sample.shape[0]) if self.time_first else 1
        self.spiking = any(is_neuron(module) for module in self.model.modules())
        self.builder = NetworkBuilder(network.as_map(tuple(self.sample.shape[skip:])))
        self.values = self.torch.utils.weak.WeakIdKeyDictionary()
        self.values[self.sample] = self.builder.input
        self.tallies: dict[str, Tally] = {}
        self.fired: set[str] = set()
        self.trained: dict[str, TrainedLayer] = {}
        self.faults: list[str] = []
        self.results: dict[str, Any] = {}
        self.potentials = self.torch.utils.weak.WeakIdKeyDictionary()
        self.measured = self.torch.utils.weak.WeakIdKeyDictionary()
        self.timesteps = 0
        self.counter = OperationCounter(self.torch, self.model, self.batch)
        self.excluded: dict[str, None] = {}
        kept = [*self.model.parameters(), *self.model.buffers()]
        self.extent = (  # before the model runs, since neurons keep their states among the buffers
            sum(int(one.numel()) for one in self.model.parameters()),
            sum(int(one.numel()) * int(one.element_size()) for one in kept),
        )
        self.stored = {one.untyped_storage().data_ptr() for one in kept}
        self.origins = self.torch.utils.weak.WeakIdKeyDictionary()
        self.bases = self.torch.utils.weak.WeakIdKeyDictionary()
        self.written = self.torch.utils.weak.WeakIdKeyDictionary()

    def hooks(self) -> list[Any]:
        """Hooks that keep track of the module at work."""
        handles = []
        nn = self.torch.nn
        for path, module in self.model.named_modules():
            closed = is_neuron(module) or isinstance(module, nn.LSTM | nn.GRU | nn.RNN)
            closed &= not self.only_counts
            handles.append(module.register_forward_pre_hook(partial(self._enter, path, closed)))
            handles.append(module.register_forward_hook(partial(self._leave, path, closed)))
        return handles

    def _enter(self, path: str, closed: bool, module: Any, *_: Any) -> None:
        self.counter.enters(module, path)
        self.stack.append(path)
        self.opaque += int(closed)

    def _leave(self, path: str, closed: bool, module: Any, given: tuple[Any, ...], out: Any) -> None:
        self.stack.pop()
        self.opaque -= int(closed)
        self.counter.leaves(module, path, given, out)
        if closed and not self.opaque and given and self.value(given[0]) is not None:
            if is_neuron(module):
                self._fired(module, given[0], tensors(out, self.torch), path)
            else:
                self._cells(module, given[0], out, path)

    def value(self, tensor: Any) -> network.Value | None:
        """The layer that a tensor comes from."""
        if not isinstance(tensor, self.torch.Tensor):
            return None
        found: network.Value | None = self.values.get(tensor)
        base = self.bases.get(tensor, tensor)
        if found is None and base in self.written:
            found = self.values[tensor] = self._filled(tensor)
            if base in self.potentials:
                self.potentials[tensor] = self.potentials[base]
        return found

    def note_views(self, views: Sequence[Any], given: Any) -> bool:
        """Remember which tensor of no layer is shown by views, since the model may write into it through them.

        False where there is nothing to remember; else what the views show is known when they are read.
        """
        is_fresh = given not in self.values or given in self.written or given in self.bases
        if not isinstance(given, self.torch.Tensor) or not is_fresh:
            return False
        storage = given.untyped_storage().data_ptr()
        if not views or any(one is given or one.untyped_storage().data_ptr() != storage for one in views):
            return False
        for view in views:
            self.bases[view] = self.bases.get(given, given)
        return True

    def note_write(self, view: Any, value: network.Value) -> None:
        """Remember what the model writes into a part of a tensor; what showed it before is read again."""
        base = self.bases[view]
        known = self.written.get(base, ())
        self.written[base] = known if value in known else (*known, value)
        for one in [base, *(one for one, of in self.bases.items() if of is base)]:
            self.values.pop(one, None)
        if view in self.potentials:
            self.potentials[base] = self.potentials[view]

    def _filled(self, tensor: Any) -> network.Value:
        """What a tensor holds, or a view of it, whose parts were written one by one."""
        parts: tuple[network.Value, ...] = self.written[self.bases.get(tensor, tensor)]
        if self.spiking or self.only_counts:
            return parts[0]
        shape = self.shape(tensor)
        if len(parts) == 1 and np.prod(parts[0].shape) == np.prod(shape):
            return parts[0]
        key = ("written", tuple(part.layer for part in parts), shape, tensor.storage_offset(), self.here)
        return self.once(key, self.builder.moved, f"{self.here or 'tensor'}_filled", list(parts), shape)

    def shape(self, tensor: Any) -> network.Shape:
        """The shape of one sample in a tensor, where the batch is the first axis or somewhere within."""
        shape = tuple(int(extent) for extent in tensor.shape)
        batch, steps = self.batch, self.steps
        if shape and (shape[0] == batch or (steps > 1 and shape[0] == batch * steps)):
            return network.as_map(shape[1:])
        if len(shape) > 1 and shape[1] == batch:
            return network.as_map(shape[2:] if self.spiking else (shape[0], *shape[2:]))
        if self.spiking and shape and shape[0] % batch == 0:  # timesteps and samples on one axis
            return network.as_map(shape[1:])
        return (max(1, int(np.prod(shape)) // batch),)

    def origin(self, tensor: Any) -> tuple[Any, ...]:
        """Which stored tensors of the model a tensor was computed from, so that rounded weights are known again."""
        found: tuple[Any, ...] = self.origins.get(tensor, ())
        if not found:
            storage = tensor.untyped_storage().data_ptr()
            found = ((storage, tensor.storage_offset()),) if storage in self.stored else ()
        return found

    def note_origin(self, given: Sequence[Any], outs: Sequence[Any]) -> None:
        """Remember what an operation on stored tensors alone was given."""
        before = {
            one for tensor in given if isinstance(tensor, self.torch.Tensor) for one in self.origin(tensor)
        }
        for out in outs if before else ():
            self.origins[out] = tuple(sorted(before))

    @property
    def here(self) -> str:
        """Path of the module at work."""
        return self.stack[-1] if self.stack else ""

    def once(self, key: Any, make: Callable[..., network.Value], *given: Any) -> network.Value:
        """A layer that is made when it is met first, and met again in every timestep."""
        if key not in self.layers:
            self.layers[key] = make(*given)
        return self.layers[key]

    def note_weights(self, layer: str, weights: Any, bias: Any = None, recurrent: Any = None) -> None:
        """Remember the weights of a layer of a spiking network."""
        if self.spiking and not self.only_counts:
            arrays = (
                None if one is None else as_numpy(one).astype(float) for one in (weights, bias, recurrent)
            )
            self.trained[layer] = TrainedLayer(*arrays)

    def _threshold(self, layer: str, recorded: network.Recorded) -> network.Recorded:
        """Activity of a layer with its threshold over the standard deviation of its results."""
        known = self.trained.get(layer)
        if known is None or known.neurons is None or known.neurons.reason or layer not in self.results:
            return recorded
        number, total, squares = self.results[layer]
        with np.errstate(divide="ignore", invalid="ignore"):
            spreads = np.sqrt(np.maximum(squares / number - (total / number) ** 2, 0.0))
            whole = float(np.sqrt(squares.sum() / number.sum() - (total.sum() / number.sum()) ** 2))
        some, threshold = spreads[spreads > 0.0], known.neurons.threshold / known.neurons.gain
        if not (whole > 0.0 and some.size):
            return recorded
        return recorded.with_quantity("threshold", threshold / whole, threshold / some)

    def note_norm(self, layer: str, given: Sequence[Any], epsilon: float) -> None:
        """Fold a normalisation of the results of a layer into its weights: gain, shift, mean and variance."""
        known = self.trained.get(layer)
        if known is None or known.neurons is not None or any(one is None for one in given[2:]):
            self.faults.append(
                f"layer {layer}: a normalisation does not follow its weights, so it cannot be folded"
            )
            return
        mean, variance = (as_numpy(one).astype(float) for one in given[2:])
        gain, shift = (
            fallback if one is None else as_numpy(one).astype(float)
            for one, fallback in zip(given[:2], (np.ones_like(mean), np.zeros_like(mean)), strict=True)
        )
        scale = gain / np.sqrt(variance + epsilon)
        self.trained[layer] = known.normalised(scale, shift - mean * scale)

    def seen(self, tensor: Any) -> None:
        """Measure a tensor of numbers where a layer reads it."""
        value = self.value(tensor)
        if value is None or value.layer in self.fired:  # spikes were counted where they came from
            return
        state = (value.layer, tensor._version)  # noqa: SLF001 - nothing else says that a tensor was written into
        if self.measured.get(tensor) == state:  # several layers read it, or one in two steps
            return
        self.measured[tensor] = state
        if self.spiking and value.layer != "input":
            layer = self.builder.layers[value.layer]
            if layer.passes_all:  # was counted where it was made
                return
            if layer.type in {"pooling", "add", "concatenation", "rearrangement"}:
                # what a maximum or sum of layers passes on counts as a spike wherever it is not zero
                found = spike_statistics(np.sign(np.abs(self._by_sample(as_numpy(tensor)))), 1)
                self.tallies.setdefault(value.layer, Tally()).take(found)
            return
        tally = self.tallies.setdefault(value.layer, Tally())
        if not tally.samples:
            read, axis = (self.sample, int(self.time_first)) if value.layer == "input" else (tensor, 0)
            tally.take(input_statistics(read, axis, self.options.activation_bits, spiking=self.spiking))

    def reads_spikes(self, tensor: Any) -> bool:
        """Whether a tensor holds spikes, or sums of spikes."""
        if not self.spiking:
            return False
        layer = self.values[tensor].layer
        if layer == "input":
            array = as_numpy(self.sample)
            return bool(np.all((array == 0) | (array == 1)))
        return layer in self.fired or self.builder.layers[layer].passes_all

    def note_pooled(self, tensor: Any, pooled: network.Value) -> None:
        """Count the spikes that a sum passes on, where its windows do not meet each element equally often."""
        source = self.values[tensor].layer
        if source not in self.fired and source != "input":
            return
        layer = self.builder.layers[pooled.layer]
        spikes = self._by_sample(as_numpy(tensor))
        shape = network.Value(source, network.as_map(spikes.shape[2:])).map
        uses = window_uses(Pooling.model_validate({"name": "pool", "type": "pooling", **layer.fields}), shape)
        if np.all(uses == uses.flat[0]):
            return
        events = (spikes.reshape(*spikes.shape[:2], *shape) != 0) * uses
        each = events.reshape(*spikes.shape[:2], -1).sum(axis=2)
        elements = prod(pooled.shape)
        self.tallies.setdefault(pooled.layer, Tally()).take(
            {
                "rate": each.sum(axis=0).astype(np.float64),
                "elements": elements,
                "steps": len(each),
                "timesteps": [float(one.mean()) / elements for one in each],
            }
        )

    def refuse_potential(self, tensor: Any) -> None:
        """Weights that read membrane potentials multiply numbers, which a spiking layer does not say."""
        if tensor in self.potentials:
            raise network.NetworkImportError(
                f"{self.here or 'the model'} reads the membrane potentials of {self.potentials[tensor]}, not its "
                "spikes; such a layer cannot be expressed in spiking coding"
            )

    def _by_sample(self, array: Any) -> Any:
        """An array with timesteps first and samples second."""
        if array.shape[0] == self.batch:
            return array[None]
        if self.steps > 1 and array.shape[0] == self.batch * self.steps:
            return array.reshape(self.steps, self.batch, *array.shape[1:])
        if array.ndim > 1 and array.shape[1] == self.batch:
            return array
        if array.shape[0] % self.batch:
            raise network.NetworkImportError("the batch is not the first axis of what a layer reads")
        return array.reshape(-1, self.batch, *array.shape[1:])

    def _fired(self, module: Any, given: Any, outs: Sequence[Any], path: str) -> None:
        if not outs:
            return
        found: network.Value = self.values[given]
        spikes = outs[0]
        axis = 1 if is_sequence(module) else 0
        value = self._with_own_weights(module, given, path, tuple(spikes.shape[axis + 1 :]))
        builder = self.builder
        source = value.layer
        kind = builder.layers[source].type if source in builder.layers else ""
        if kind == "pooling":
            before = builder.layers[source].inputs[0]
            builder.notes.append(
                f"{source} pools before its neurons; {before} counts as having them, each as active as theirs."
            )
        elif not builder.is_weighted(value) and kind not in {"add", "host"}:
            value = self.once(("neurons", path), builder.without_weights, path, found)
        self.values[spikes] = value
        for state in outs[1:]:  # potentials may leave the network; what reads them is refused
            if state is not spikes:
                self.values[state] = value
                self.potentials[state] = path
        owner = builder.layers[source].inputs[0] if kind == "pooling" else value.layer
        # add to number, sum and sum of squares of the results of a layer, by sample
        results = as_numpy(given)
        each = np.moveaxis(results.astype(float), axis, 0).reshape(results.shape[axis], -1)
        sums = np.stack([np.full(len(each), each.shape[1]), each.sum(axis=1), (each * each).sum(axis=1)])
        self.results[owner] = self.results.get(owner, 0.0) + sums
        if owner in self.trained and self.trained[owner].neurons is None:
            self.trained[owner] = replace(self.trained[owner], neurons=trained_neurons(module, self.torch))
        if is_silent(module):
            builder.note_silent(value, type(module).__name__)
            return
        counted = as_numpy(spikes)
        if np.any((counted != 0) & (counted != 1)):
            builder.notes.append(
                f"{value.layer} has graded spikes; each counts as one event, whatever its value."
            )
            counted = np.sign(np.abs(counted))
        tally = self.tallies.setdefault(value.layer, Tally())
        tally.take(spike_statistics(counted, axis))
        self.fired.add(value.layer)
        if kind == "pooling" and before in builder.layers:
            self.tallies.setdefault(before, Tally()).take(spike_statistics(counted, axis))
        self.timesteps = max(self.timesteps, tally.steps)

    def _with_own_weights(self, module: Any, given: Any, path: str, shape: network.Shape) -> network.Value:
        """The layer that neurons belong to, with the weights that are in the neurons' own module."""
        own = own_weights(module, self.torch)
        value: network.Value = self.values[given]
        if own.kind == "recurrent" and self.builder.is_weighted(value):
            back = getattr(module, "recurrent", None)
            return self.once(
                ("recurrent", value.layer), self._recurrent, value, own.back, getattr(back, "bias", None)
            )
        if own.kind == "both":
            self.seen(given)
            outputs = int(own.back.shape[0])
            put = partial(self.builder.put, outputs=outputs)
            made = self.once(("own", path), put, "recurrent", path, [value], (outputs,))
            self.note_weights(made.layer, own.forward, None, own.back)
            weights = [own.forward.detach().reshape(-1), own.back.detach().reshape(-1)]
            return self.builder.weighed(made, as_numpy(self.torch.cat(weights)))
        if own.kind == "self":
            line = f"feedback of each neuron of {path} to itself ({own.count} weights)"
            self.excluded.setdefault(line)
        elif own.kind != "none":
            name = type(module).__name__
            reason = f"its {own.count} weights do not form a fully connected recurrent layer"
            layer = (name, path, [value], network.as_map(shape), reason)
            return self.once(("own", path), self.builder.not_supported, *layer)
        return value

    def _recurrent(self, value: network.Value, weights: Any, bias: Any = None) -> network.Value:
        before = self.builder.layers[value.layer]
        if before.type != "fully_connected":
            raise network.NetworkImportError(
                f"{before.name} has recurrent neurons but is not a fully connected layer"
            )
        made = self.builder.recurrent(value, as_numpy(weights))
        if (trained := self.trained.pop(value.layer, None)) is not None:
            every = [
                one for one in (trained.bias, None if bias is None else as_numpy(bias)) if one is not None
            ]
            total = np.sum(every, axis=0) if every else None
            self.trained[made.layer] = replace(trained, bias=total, recurrent=as_numpy(weights).astype(float))
        for key, known in list(self.layers.items()):
            if known == value:
                self.layers[key] = made
        return made

    def _cells(self, module: Any, given: Any, out: Any, path: str) -> None:
        kind = {"LSTM": "lstm", "GRU": "gru"}.get(type(module).__name__, "simple")
        current: network.Value = self.values[given]
        self.seen(given)
        axis = 0 if module.batch_first else 1
        if given.dim() > 2 and given.shape[axis] != self.batch:
            raise network.NetworkImportError(
                f"{path or type(module).__name__} reads the batch on axis {axis}, which has {given.shape[axis]} "
                f"samples, and the sample has {self.batch}; where time is its first axis, give time_first=True"
            )
        steps = int(given.shape[1] if module.batch_first and given.dim() > 2 else given.shape[0])
        features = int(given.shape[-1])
        directions = 2 if module.bidirectional else 1
        for layer in range(module.num_layers):
            parts = []
            for direction in range(directions):
                label = f"{layer}" + ("_reverse" if direction else "")
                made = self.builder.cell(
                    f"{path}_{label}", current, kind, features, module.hidden_size, steps
                )
                parts.append(self.builder.weighed(made, as_numpy(getattr(module, f"weight_hh_l{label}"))))
            current = self.builder.concatenation(f"{path}_{layer}", parts)
            features = module.hidden_size * directions
        self.values[out[0]] = current
        last = self.builder.moved(f"{path}_last", [current], (features,))
        for state in tensors(out[1], self.torch):
            self.values[state] = last

    def _check_timesteps(self) -> None:
        """Neurons that ran another number of times than the sample has timesteps took time for samples."""
        if not self.spiking or not self.timesteps or self.builder.unsupported:
            return
        if self.steps > 1 and self.timesteps != self.steps:
            raise network.NetworkImportError(
                f"the sample has {self.steps} timesteps, but the neurons ran {self.timesteps}; say how the model runs "
                "with run=, such as run=lambda net, x: torch.stack([net(one) for one in x])"
            )
        if self.timesteps == 1:
            self.builder.notes.append(
                "The neurons ran for one timestep; if an axis of the sample is time, put it first and trace with "
                "time_first=True."
            )

    def _recorded(self) -> dict[str, network.Recorded]:
        """What was measured, without sums whose rate is above one, which follows from what they read."""
        found: dict[str, network.Recorded] = {}
        for layer, tally in self.tallies.items():
            sums = layer != "input" and self.builder.layers[layer].fields.get("mode") == "sum"
            if sums and tally.exceeds_one():
                self.builder.notes.append(
                    f"{layer} passes on more than one spike an element and timestep: its rate is that of what it "
                    "reads, times the mean number of elements in a window."
                )
            elif tally.samples:
                found[layer] = self._threshold(layer, tally.recorded())
        return found

    def network(self, out: Any, name: str, dataset: str | None) -> network.ImportedNetwork:
        """The network that was seen."""
        outs = [
            one for one in tensors(out, self.torch) if one.dim()
        ]  # no sums over the whole batch, such as a loss
        ends = [v for v in map(self.value, outs) if v is not None]
        if not ends:
            raise network.NetworkImportError(
                "the output does not follow from the sample by operations that PyTorch dispatches"
            )
        if not self.spiking:
            for tensor in outs:
                self.seen(tensor)
        self._check_timesteps()
        digest = hashlib.sha256()
        for key, tensor in self.model.state_dict().items():
            digest.update(key.encode())
            digest.update(np.ascontiguousarray(as_numpy(tensor)).tobytes())
        recorded = self._recorded()
        numbers = self.spiking and "input" in recorded and "density" in recorded["input"].values
        about: dict[str, Any] = {
            "title": f"Activity of {name} on a batch of {self.batch} samples, traced with PyTorch",
            "samples": self.batch,
            "date": date.today().isoformat(),
            "sha256": hashlib.sha256(np.ascontiguousarray(as_numpy(self.sample)).tobytes()).hexdigest(),
        }
        if dataset:
            about["dataset"] = dataset
        parameters, stored = self.extent
        axes = (1, 0) if self.time_first else (0, 1)
        samples = as_numpy(self.sample) if self.time_first else as_numpy(self.sample)[:, None]
        trained = TrainedNetwork(
            self.trained, np.moveaxis(samples, axes, (0, 1)), self.options.weight_bits, tuple(self.faults)
        )
        return self.builder.finished(
            list(dict.fromkeys(ends)), name=name, origin=f"PyTorch model {name}", format="PyTorch",
            sha256=digest.hexdigest(), coding="spiking" if self.spiking else "dense", options=self.options,
            timesteps=self.timesteps or self.options.timesteps,
            input_bits=self.options.activation_bits if numbers else None, recorded=recorded, recording=about,
            excluded=tuple(self.excluded), parameters=parameters, stored_bytes=stored,
            counted=self.counter.counted(), trained=trained if self.spiking else None,
        )  # fmt: skip


def input_statistics(tensor: Any, axis: int, bits: int, *, spiking: bool) -> dict[str, Any]:
    """Statistics of what a layer reads: of spikes where all elements are zero or one in a spiking network."""
    array = as_numpy(tensor)
    if spiking and np.all((array == 0) | (array == 1)):
        return spike_statistics(array, axis)
    return number_statistics(array, axis, bits)


def tensors(out: Any, torch: Any) -> list[Any]:
    """All tensors of what a module returns, in order."""
    if isinstance(out, torch.Tensor):
        return [out]
    if isinstance(out, Mapping):
        return [t for one in out.values() for t in tensors(one, torch)]
    if isinstance(out, list | tuple):
        return [t for one in out for t in tensors(one, torch)]
    return []
