"""Trace PyTorch models on a batch: plain models, and models of snnTorch, SpikingJelly and Norse.

The layers come from the operations that PyTorch dispatches in a forward pass, so functions count like modules.
Spikes are counted at the neurons, numbers where the next layer reads them.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from neuroest.core.installed import extra
from neuroest.workloads.importers import network
from neuroest.workloads.importers.files import brief
from neuroest.workloads.importers.torch_modules import reset_neurons
from neuroest.workloads.importers.torch_watch import Watch


def trace_model(
    model: Any,
    sample: Any,
    *,
    run: Callable[[Any, Any], Any] | None = None,
    time_first: bool = False,
    name: str | None = None,
    dataset: str | None = None,
    options: network.ImportOptions | None = None,
) -> network.ImportedNetwork:
    """Trace a model on a batch.

    Parameters
    ----------
    model : torch.nn.Module
        The model; it is run once, in evaluation mode and without gradients.
    sample : torch.Tensor
        A batch: samples first, or timesteps first and samples second with `time_first`.
    run : callable, optional
        How the model is run, if not as ``model(sample)``: for example with a loop over timesteps.
    time_first : bool
        Whether the first axis of the sample is time.
    name, dataset : str, optional
        Name of the workload, and data set of the batch.
    options : ImportOptions, optional
        Bits, and treatment of operators that a workload cannot express.

    Returns
    -------
    ImportedNetwork
        ``.workload()`` returns a workload for estimates, ``.save(path)`` writes it.

    Raises
    ------
    NetworkImportError
        If PyTorch is missing, the model fails on the sample, or the network cannot be traced.
    """
    torch = extra("torch", "torch")
    _checked(torch, model, sample, time_first=time_first)
    watch = Watch(torch, model, sample, options or network.ImportOptions(), time_first=time_first)
    out = _watched(torch, watch, run)
    return watch.network(out, name or type(model).__name__, dataset)


def count_operations(
    model: Any,
    sample: Any,
    *,
    run: Callable[[Any, Any], Any] | None = None,
    neurons: tuple[type, ...] = (),
) -> tuple[network.CountedOperations, tuple[int, int]]:
    """Count the operations of a model, even if no workload can express it.

    Parameters
    ----------
    model : torch.nn.Module
        The model; it is run once, in evaluation mode and without gradients.
    sample : torch.Tensor
        Its input; the first axis counts samples.
    run : callable, optional
        How the model is run, if not as ``model(sample)``.
    neurons : tuple of types
        Modules of the model's own whose outputs are spikes.

    Returns
    -------
    CountedOperations, (int, int)
        The sums, and the number of parameters with the stored bytes.

    Raises
    ------
    NetworkImportError
        When the model fails on the sample, multiplies nothing stored by the sample, or has a module that is not seen.
    """
    torch = extra("torch", "torch")
    _checked(torch, model, sample, time_first=False)
    watch = Watch(torch, model, sample, network.ImportOptions(), only_counts=True)
    watch.counter.neurons = neurons
    _watched(torch, watch, run)
    found = watch.counter.counted()
    if found is None:
        raise network.NetworkImportError(
            "operations inside of nn.LSTM, nn.GRU, nn.RNN and nn.GRUCell are not counted; those of nn.LSTMCell and "
            "nn.RNNCell are"
        )
    if not found.dense:
        raise network.NetworkImportError("the run multiplies nothing by weights that the model stores")
    return found, watch.extent


def _checked(torch: Any, model: Any, sample: Any, *, time_first: bool) -> None:
    if not isinstance(model, torch.nn.Module):
        raise network.NetworkImportError(f"the model must be a torch.nn.Module, not {type(model).__name__}")
    if not isinstance(sample, torch.Tensor) or sample.dim() < 1 + int(time_first):
        raise network.NetworkImportError("the sample must be one tensor whose first axis is the batch")
    if not sample.numel():
        raise network.NetworkImportError(f"the sample is empty: {tuple(sample.shape)}")


def _watched(torch: Any, watch: Watch, run: Callable[[Any, Any], Any] | None) -> Any:
    """What a model puts out while it is watched."""
    from neuroest.workloads.importers.torch_operators import Recorder  # noqa: PLC0415

    model = watch.model
    was_training = model.training
    model.eval()
    reset_neurons(model)
    try:
        with ExitStack() as stack:
            stack.enter_context(torch.no_grad())
            stack.enter_context(torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH))
            fast = torch.backends.mha.get_fastpath_enabled()
            torch.backends.mha.set_fastpath_enabled(False)
            stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
            for handle in watch.hooks():
                stack.callback(handle.remove)
            stack.enter_context(Recorder(watch))
            try:
                return model(watch.sample) if run is None else run(model, watch.sample)
            except network.NetworkImportError:
                raise
            except Exception as error:  # of the model itself, which is its user's
                said = f"{type(error).__name__}: {brief(error, 200)}"
                raise network.NetworkImportError(f"the model fails on the sample: {said}") from error
    finally:
        model.train(was_training)
        reset_neurons(model)
