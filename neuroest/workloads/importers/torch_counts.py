"""Operations that a PyTorch model really computes while it is traced, counted one by one.

A workload has the density of inputs at the bits of the chip, where small numbers round to zero. The harness of
NeuroBench counts numbers that are not zero in floating point, and leaves out weights that are zero.
"""

from collections import Counter
from typing import Any

import numpy as np

from neuroest.workloads.importers.network import CountedOperations
from neuroest.workloads.importers.torch_neurons import is_neuron

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
