"""NeuroBench metrics of a network, under the names of its harness, so that results can be compared.

A result of the harness is a mean over samples (neurobench 2.3, `metrics/static` and `metrics/workload`). A workload
knows rates and not single spikes, so its counts are expectations; of a network that was traced they are counted in the
run, as the harness counts them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.importers.network import CountedOperations, ImportedNetwork
from neuroest.workloads.importers.torch_trace import count_operations
from neuroest.workloads.layers import LayerTable, layer_table

_OPERATIONS_OF_A_LEAKY_NEURON = 4
"""Operations that the harness counts for an update of a leaky neuron with a reset by subtraction; its convention."""
_NEURON_OPERATIONS = {
    ("Leaky", "subtract"): _OPERATIONS_OF_A_LEAKY_NEURON, ("Leaky", "zero"): _OPERATIONS_OF_A_LEAKY_NEURON,
    ("Synaptic", "subtract"): 6, ("Synaptic", "zero"): 8,
    ("Lapicque", "subtract"): 11, ("Lapicque", "zero"): 11,
    ("Alpha", "subtract"): 18, ("Alpha", "zero"): 24,
}  # fmt: skip
"""Operations of an update by class and reset; the convention of the harness, `neuron_ops_reset_operations`."""
_BYTE = 8
"""Bits of a byte."""
_DECIMALS = 4
"""Digits to which the harness rounds the sparsity of connections."""


def neurobench_results(network: WorkloadSpec | ImportedNetwork) -> dict[str, Any]:
    """Compute the metrics of a network, by the names of the harness.

    Parameters
    ----------
    network : WorkloadSpec or ImportedNetwork
        A workload, or an imported network. The latter also has the zero weights and, if traced, the parameters and
        their bytes.

    Returns
    -------
    dict
        ``Footprint`` [bytes], ``ParameterCount``, ``ConnectionSparsity``, ``ActivationSparsity``,
        ``ActivationSparsityByLayer``, ``SynapticOperations`` (Dense, Effective_MACs, Effective_ACs), and of spiking
        networks ``MembraneUpdates`` and ``NeuronOperations``. Unknown metrics are missing.
    """
    imported = network if isinstance(network, ImportedNetwork) else None
    spec = imported.workload().spec if imported is not None else network
    if not isinstance(spec, WorkloadSpec):
        raise TypeError(f"expected a workload, got {type(network).__name__}")
    table = layer_table(spec)
    results: dict[str, Any] = _static(spec, table, imported)
    if imported is not None and imported.counted is not None:
        return results | _counted(imported.counted, spiking=spec.coding == "spiking")
    neurons = np.ravel(table.output_elements * table.is_weighted)
    rates = np.ravel(np.broadcast_to(table.output_rate, neurons.shape))
    if spec.coding != "spiking":  # the last layer has no activation function that the harness could watch
        neurons = np.where(np.arange(neurons.size) == np.flatnonzero(neurons)[-1], 0.0, neurons)
    kept = np.flatnonzero(neurons > 0.0)
    if kept.size:
        share = float(np.sum(neurons * rates) / np.sum(neurons))
        results["ActivationSparsity"] = 1.0 - share
        results["ActivationSparsityByLayer"] = {table.names[i]: 1.0 - float(rates[i]) for i in kept}
    results["SynapticOperations"] = _synaptic(spec, table)
    if spec.coding == "spiking":
        steps = int(spec.timesteps or 1)
        # a potential that leaks or is driven changes in every step; the harness leaves out those that rest
        updates = float(np.sum(neurons)) * steps
        results["MembraneUpdates"] = updates
        results["NeuronOperations"] = {
            "Effective Neuron Ops": updates * _OPERATIONS_OF_A_LEAKY_NEURON,
            "Neuron Dense Ops": updates * _OPERATIONS_OF_A_LEAKY_NEURON,
        }
    return results


def neurobench_run(
    model: Any, sample: Any, *, run: Callable[[Any, Any], Any] | None = None, neurons: tuple[type, ...] = ()
) -> dict[str, Any]:
    """Compute the metrics of a PyTorch model by running it, even if no workload can express it.

    Parameters
    ----------
    model, sample
        The model and its input; the first axis counts samples, as in the harness.
    run : callable, optional
        How the model is run, if not as ``model(sample)``.
    neurons : tuple of types
        Modules of the model's own whose outputs are spikes; `add_activation_module` of the harness.

    Returns
    -------
    dict
        As in `neurobench_results`.
    """
    run_counts, (parameters, stored) = count_operations(model, sample, run=run, neurons=neurons)
    return {"Footprint": stored, "ParameterCount": parameters} | _counted(run_counts, spiking=True)


def _static(spec: WorkloadSpec, table: LayerTable, imported: ImportedNetwork | None) -> dict[str, Any]:
    """What does not depend on data. Without the bytes of a model they are those of the weights at their precision."""
    found: dict[str, Any] = {}
    if imported is not None and imported.parameters is not None:
        found["Footprint"], found["ParameterCount"] = imported.stored_bytes, imported.parameters
    else:
        found["Footprint"] = int(np.ceil(float(table.total_weights) * spec.precision.weights / _BYTE))
        found["ParameterCount"] = int(table.total_weights)
    if imported is not None and imported.zero_weights:
        weights = sum(number for _, number in imported.weights.values())
        zeros = sum(imported.zero_weights[name] for name in imported.weights)
        found["ConnectionSparsity"] = round(zeros / weights, _DECIMALS)
    return found


def _counted(run: CountedOperations, *, spiking: bool) -> dict[str, Any]:
    """What depends on data, of a traced run: means over its samples."""
    found: dict[str, Any] = {}
    every = sum(of for _, of in run.activations.values())
    active = sum(number for number, _ in run.activations.values())
    found["ActivationSparsity"] = (every - active) / every if every else 0.0
    found["ActivationSparsityByLayer"] = {
        name: (of - number) / of for name, (number, of) in run.activations.items() if of
    }
    zeros, weights = run.weights
    if weights:
        found["ConnectionSparsity"] = round(zeros / weights, _DECIMALS)
    found["SynapticOperations"] = {
        "Effective_MACs": run.multiplications / run.samples, "Effective_ACs": run.additions / run.samples,
        "Dense": run.dense / run.samples,
    }  # fmt: skip
    if spiking and run.updates:
        found["MembraneUpdates"] = sum(changed for changed, _ in run.updates.values()) / run.samples
        if all(kind in _NEURON_OPERATIONS for kind in run.updates):
            sums = [
                sum(_NEURON_OPERATIONS[kind] * pair[place] for kind, pair in run.updates.items())
                for place in (0, 1)
            ]
            found["NeuronOperations"] = {
                "Effective Neuron Ops": sums[0] / run.samples, "Neuron Dense Ops": sums[1] / run.samples,
            }  # fmt: skip
    return found


def _synaptic(spec: WorkloadSpec, table: LayerTable) -> dict[str, float]:
    """Products with all and with active inputs; those of spikes are accumulations."""
    active = np.ravel(table.layer_synaptic_operations)
    steps = np.asarray(table.timesteps if spec.coding == "spiking" else 1.0)
    dense = float(np.sum((table.connections + table.recurrent_connections) * steps))
    in_numbers = np.ones(active.size, dtype=bool)
    if spec.coding == "spiking":
        first = [
            (place == 0 and layer.inputs is None) or "input" in (layer.inputs or ())
            for place, layer in enumerate(spec.layers)
        ]
        in_numbers = np.asarray(first) & (spec.input.bits is not None)
        in_numbers |= np.ravel(np.broadcast_to(table.numbers, active.shape)) > 0.0
    return {
        "Effective_MACs": float(np.sum(active[in_numbers])),
        "Effective_ACs": float(np.sum(active[~in_numbers])),
        "Dense": dense,
    }
