"""Layers of spiking neurons in PyTorch libraries: which they are, and which weights they own apart from their state."""

from typing import Any, Literal

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.workloads.importers.torch_names import NAMES


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
