"""Layers of spiking neurons in PyTorch libraries: which they are, and which weights they own apart from their state."""

from typing import Any, Literal

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.workloads.importers.torch_names import NAMES
from neuroest.workloads.importers.trained_weights import SUBTRACT, SUBTRACT_LATER, ZERO, TrainedNeurons


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
