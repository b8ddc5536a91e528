"""Modules of PyTorch: names of operations, layers of spiking neurons and their own weights, operations counted.

A workload has the density of inputs at the bits of the chip, where small numbers round to zero. The harness of
NeuroBench counts numbers that are not zero in floating point, and leaves out weights that are zero.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.workloads.importers.network import CountedOperations
from neuroest.workloads.importers.trained_weights import SUBTRACT, SUBTRACT_LATER, ZERO, TrainedNeurons

NAMES: Mapping[str, frozenset[str]] = {
    kind: frozenset(names) for kind, names in read_data(Path(__file__).with_suffix(".yaml")).items()
}


def _classes(module: Any) -> set[str]:
    return {f"{cls.__module__.partition('.')[0]}.{cls.__name__}" for cls in type(module).__mro__}


def is_neuron(module: Any) -> bool:
    """Whether a module is a layer of spiking neurons of a library that is known."""
    return bool(NAMES["neurons"] & _classes(module))


def is_silent(module: Any) -> bool:
    """Whether a layer of neurons never spikes."""
    return bool(NAMES["silent_neurons"] & _classes(module))


def is_sequence(module: Any) -> bool:
    """Whether the first axis of what a neuron layer reads is time."""
    if getattr(module, "step_mode", "s") == "m":
        return True
    classes = _classes(module)
    return bool(NAMES["norse_sequences"] & classes) and not NAMES["norse_cells"] & classes


def reset_neurons(model: Any) -> None:
    """Forget the membrane potentials of a run before."""
    for module in model.modules():
        if not is_neuron(module):
            continue
        libraries = {name.partition(".")[0] for name in _classes(module)}
        if "spikingjelly" in libraries and hasattr(module, "reset"):
            module.reset()
        elif "snntorch" in libraries and getattr(module, "init_hidden", False):
            for name in ("reset_mem", "reset_hidden"):
                if hasattr(module, name):
                    getattr(module, name)()
                    break


@frozen_dataclass
class OwnWeights:
    """Weights inside of a layer of neurons.

    Attributes
    ----------
    kind : str
        ``none``; ``recurrent``: a matrix from the neurons back to themselves; ``both``: one from the input and one
        back; ``self``: one weight from each neuron to itself; ``unknown``: matrices that are none of these.
    forward, back : tensor or None
        The matrices.
    count : int
        All weights in matrices, or those of ``self``.
    """

    kind: Literal["none", "recurrent", "both", "self", "unknown"]
    forward: Any = None
    back: Any = None
    count: int = 0


def own_weights(module: Any, torch: Any) -> OwnWeights:
    """Which weights a layer of neurons owns."""
    back = getattr(module, "recurrent", None)  # snnTorch
    if isinstance(back, torch.nn.Linear):
        return OwnWeights("recurrent", back=back.weight, count=back.weight.numel())
    given, returned = getattr(module, "input_weights", None), getattr(module, "recurrent_weights", None)
    if isinstance(given, torch.Tensor) and isinstance(returned, torch.Tensor):  # Norse
        return OwnWeights("both", given, returned, given.numel() + returned.numel())
    joint = getattr(module, "rc", None)
    if isinstance(joint, torch.nn.Linear) and type(module).__name__ == "LinearRecurrentContainer":
        matrix = joint.weight  # SpikingJelly: input and last spikes side by side
        inputs = matrix.shape[0]
        return OwnWeights("both", matrix[:, :inputs], matrix[:, inputs:], matrix.numel())
    matrices = [one for one in module.parameters() if one.dim() > 1]
    if matrices:
        return OwnWeights("unknown", count=sum(one.numel() for one in matrices))
    single = getattr(back, "V", None)
    if isinstance(single, torch.Tensor):
        return OwnWeights("self", count=single.numel())
    return OwnWeights("none")


def trained_neurons(module: Any, torch: Any) -> TrainedNeurons:
    """Decay, threshold and reset of a layer of leaky integrate-and-fire neurons in discrete time."""
    classes = _classes(module)
    libraries = {name.partition(".")[0] for name in classes}
    try:
        if "snntorch" in libraries:
            return _of_snntorch(module, classes, torch)
        if "spikingjelly" in libraries:
            return _of_spikingjelly(module, classes, torch)
        if "norse" in libraries and any("LIFBox" in name for name in classes):
            return _of_norse(module, torch)
    except _NotAlikeError as error:
        return TrainedNeurons(reason=str(error))
    name = type(module).__name__
    return TrainedNeurons(reason=f"{name} neurons are no leaky integrators with one state")


class _NotAlikeError(Exception):
    """Neurons of a layer differ, or do not follow the equation of `TrainedNeurons`."""


def _one(value: Any, what: str, torch: Any) -> float:
    """The one value of a parameter of all neurons."""
    numbers = torch.as_tensor(value, dtype=torch.float64).detach().reshape(-1)
    if not len(numbers) or bool((numbers != numbers[0]).any()):
        raise _NotAlikeError(f"its neurons differ in their {what}; behave gives those of a layer one value")
    return float(numbers[0])


def _of_snntorch(module: Any, classes: set[str], torch: Any) -> TrainedNeurons:
    if not classes & {"snntorch.Leaky", "snntorch.RLeaky"} or getattr(module, "inhibition", False):
        raise _NotAlikeError(f"{type(module).__name__} neurons are no leaky integrators with one state")
    kinds = {"subtract": SUBTRACT_LATER, "zero": ZERO}
    reset = str(getattr(module, "reset_mechanism", ""))
    if reset not in kinds:
        raise _NotAlikeError(f"its neurons have the reset {reset!r}; write subtract or zero")
    if not getattr(module, "reset_delay", True):
        raise _NotAlikeError("its neurons have reset_delay=False; behave knows the default, reset_delay=True")
    decay = min(max(_one(module.beta, "decay", torch), 0.0), 1.0)
    return TrainedNeurons(decay, _one(module.threshold, "threshold", torch), 1.0, kinds[reset])


def _of_spikingjelly(module: Any, classes: set[str], torch: Any) -> TrainedNeurons:
    if not hasattr(module, "v_threshold"):
        raise _NotAlikeError("its neurons are inside of a container that states no threshold")
    reset = getattr(module, "v_reset", None)
    if reset is not None and float(reset) != 0.0:
        raise _NotAlikeError(f"its neurons are reset to {float(reset):g}, neither to zero nor by subtraction")
    kind, threshold = (SUBTRACT if reset is None else ZERO), _one(module.v_threshold, "threshold", torch)
    if "spikingjelly.LIFNode" in classes:
        share = 1.0 / _one(module.tau, "time constant", torch)
    elif "spikingjelly.ParametricLIFNode" in classes:
        share = float(module.w.detach().sigmoid())
    elif "spikingjelly.IFNode" in classes:
        return TrainedNeurons(1.0, threshold, 1.0, kind)
    else:
        raise _NotAlikeError(f"{type(module).__name__} neurons are no leaky integrators with one state")
    return TrainedNeurons(1.0 - share, threshold, share if module.decay_input else 1.0, kind)


def _of_norse(module: Any, torch: Any) -> TrainedNeurons:
    p = module.p
    share = float(getattr(module, "dt", 1e-3)) * _one(p.tau_mem_inv, "time constant", torch)
    for name in ("v_leak", "v_reset"):
        if _one(getattr(p, name, 0.0), name, torch) != 0.0:
            raise _NotAlikeError(f"its neurons have a {name} other than zero")
    return TrainedNeurons(1.0 - share, _one(p.v_th, "threshold", torch), share, ZERO)


PRODUCTS = frozenset({"addmm", "baddbmm", "bmm", "linear", "matmul", "mm"})
"""Operations that multiply matrices."""
CONVOLUTIONS = frozenset({"convolution", "_convolution"})


def as_numpy(tensor: Any) -> Any:
    """The numbers of a tensor, the short kinds of floating point in 32 bits."""
    kept = tensor.detach().cpu()
    return (kept.float() if kept.is_floating_point() and kept.element_size() < 4 else kept).numpy()


class OperationCounter:
    """Sums over the calls of a run.

    Parameters
    ----------
    torch : module
        PyTorch.
    model : torch.nn.Module
        The model that runs.
    samples : int
        Samples of the run.
    neurons : tuple of types
        Modules of neurons that no library has.
    """

    def __init__(self, torch: Any, model: Any, samples: int, neurons: tuple[type, ...] = ()) -> None:
        self.torch, self.model, self.samples, self.neurons = torch, model, samples, neurons
        self.sums: Counter[str] = Counter()
        self.activations: dict[str, Counter[str]] = {}
        self.updates: dict[tuple[str, str], Counter[str]] = {}
        self.before: dict[str, Any] = {}
        self.cells = 0
        self.complete = True
        self.weights = self._weights()  # before the model runs, since it may write into them

    def counted(self) -> CountedOperations | None:
        """All sums; None where a module computed something that is not seen."""
        if not self.complete:
            return None
        return CountedOperations(
            samples=self.samples, dense=self.sums["dense"], multiplications=self.sums["multiplications"],
            additions=self.sums["additions"],
            activations={name: (one["active"], one["all"]) for name, one in self.activations.items()},
            updates={kind: (one["changed"], one["all"]) for kind, one in self.updates.items()},
            weights=self.weights,
        )  # fmt: skip

    def _weights(self) -> tuple[int, int]:
        """Weights of zero and all weights; of recurrent modules the biases too, as the harness has them."""
        nn, found = self.torch.nn, []
        for module in self.model.modules():
            if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d):
                found.append(as_numpy(module.weight))
            elif isinstance(module, nn.RNNBase | nn.RNNCellBase):
                found += [as_numpy(one) for one in module.parameters(recurse=False)]
        return sum(int(np.sum(one == 0)) for one in found), sum(one.size for one in found)

    def product(self, inputs: Any, weights: Any) -> None:
        """Count a product of matrices, the weights (inputs, outputs) on the right."""
        if self.cells:
            return  # counted as a whole when the cell leaves
        active = (inputs != 0).reshape(-1, inputs.shape[-1]).sum(dim=0)
        stored = (weights != 0).sum(dim=-1)
        every = inputs.numel() * int(weights.shape[-1])
        self._add(inputs, int((active * stored).sum()), every)

    def convolution(self, arguments: tuple[Any, ...]) -> None:
        """Count a convolution; taps at the border that read padding are none."""
        inputs, weights, groups = arguments[0], arguments[1], int(arguments[8])
        stored = (weights != 0).double().unflatten(0, (groups, -1)).sum(dim=1)
        whole = self.torch.full_like(stored, float(weights.shape[0] // groups))

        def counts(active: Any, taps: Any) -> int:
            # the taps of all output channels of a group at once; whole numbers up to 2^53 are exact
            found = self.torch.ops.aten.convolution.default(active, taps, None, *arguments[3:9])
            return round(float(found.sum()))

        active = (inputs != 0).double()
        self._add(inputs, counts(active, stored), counts(self.torch.ones_like(active), whole))

    def _add(self, inputs: Any, products: int, every: int) -> None:
        spikes = bool(((inputs == 0) | (inputs.abs() == 1)).all())
        self.sums["additions" if spikes else "multiplications"] += products
        self.sums["dense"] += every

    def enters(self, module: Any, path: str) -> None:
        """Remember the potentials before a layer of neurons runs, and whether it has run before."""
        self.cells += int(isinstance(module, self.torch.nn.RNNCellBase))
        if is_neuron(module):
            potentials = getattr(module, "mem", None)
            stored = as_numpy(potentials) if isinstance(potentials, self.torch.Tensor) else 0.0
            self.before[path] = (path in self.before, stored)

    def leaves(self, module: Any, path: str, given: tuple[Any, ...], outputs: Any) -> None:
        """Count outputs of an activation function, and potentials that changed; in the first timestep all of them."""
        nn = self.torch.nn
        if isinstance(module, nn.RNNCellBase):
            self.cells -= 1
            self._cell(module, given)
        elif isinstance(module, nn.RNNBase):
            self.complete = False
        if not (is_neuron(module) or isinstance(module, (nn.ReLU, nn.Sigmoid, *self.neurons))):
            return
        # in numpy, where the operations of the count are not taken for those of the model
        found = as_numpy(outputs[0] if isinstance(outputs, tuple) else outputs)
        tally = self.activations.setdefault(path.rpartition(".")[2], Counter())
        tally["active"] += int(np.count_nonzero(found))
        tally["all"] += found.size
        potentials = getattr(module, "mem", None)
        if not is_neuron(module) or not isinstance(potentials, self.torch.Tensor):
            return
        again, before = self.before[path]
        changed = np.count_nonzero(as_numpy(potentials) - before) if again else potentials.numel()
        kind = (type(module).__name__, str(getattr(module, "_reset_mechanism", "")))
        sums = self.updates.setdefault(kind, Counter())
        sums["changed"] += int(changed)
        sums["all"] += potentials.numel()

    def _cell(self, module: Any, given: tuple[Any, ...]) -> None:
        """Count the products of a recurrent cell; those of the gates of an LSTM too, as the harness has them."""
        nn = self.torch.nn
        if not isinstance(module, nn.LSTMCell | nn.RNNCell):
            self.complete = False
            return
        states = given[1] if len(given) > 1 and given[1] is not None else ()
        hidden = [as_numpy(one) != 0 for one in (states if isinstance(states, tuple) else (states,))]
        inputs = as_numpy(given[0]) != 0
        pairs = [(inputs, module.weight_ih), *((one, module.weight_hh) for one in hidden[:1])]
        sums = sum(one.astype(np.int64) @ (as_numpy(weights) != 0).T for one, weights in pairs)
        effective, every = (
            int(np.sum(sums)),
            sum(one[..., :1].size * weights.numel() for one, weights in pairs),
        )
        if isinstance(module, nn.LSTMCell):
            biases = [as_numpy(one) != 0 for one in (module.bias_ih, module.bias_hh)] if module.bias else []
            open_gates = (sums + sum(one.astype(np.int64) for one in biases)) != 0
            enters, forgets, cell, leaves = np.split(open_gates, 4, axis=-1)
            kept = (enters & cell).astype(np.int64) + (forgets & hidden[1] if hidden else 0)
            effective += int(np.sum(kept) + np.sum(leaves & (kept != 0)))
            every += leaves.size * (3 if hidden else 2)  # kept, entered and put out
        self._add(given[0], effective, every)
