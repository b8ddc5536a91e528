"""The metrics of NeuroBench: by hand, and equal to its harness where it is installed."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.loading.library import load_workload
from neuroest.workloads.importers.neurobench import neurobench_results
from neuroest.workloads.importers.recordings import read_recording

STEPS, SAMPLES = 10, 6


def test_a_spiking_perceptron_by_hand() -> None:
    """784-512-512-10, 20 steps, inputs at 0.1307, all neurons at 0.1, 8-bit weights (its shipped file)."""
    found = neurobench_results(load_workload("mlp_mnist_spiking").spec)
    weights, neurons = 784 * 512 + 512 * 512 + 512 * 10, 512 + 512 + 10
    assert found["Footprint"] == weights
    assert found["ParameterCount"] == weights
    assert found["SynapticOperations"]["Dense"] == 20 * weights
    spikes = 20 * (784 * 0.1307 * 512 + 512 * 0.1 * 512 + 512 * 0.1 * 10)
    assert found["SynapticOperations"]["Effective_ACs"] == pytest.approx(spikes, rel=1e-9)
    assert found["SynapticOperations"]["Effective_MACs"] == 0.0
    assert found["ActivationSparsity"] == pytest.approx(0.9, rel=1e-12)
    assert found["MembraneUpdates"] == 20 * neurons
    assert found["NeuronOperations"]["Neuron Dense Ops"] == 4 * 20 * neurons


def test_a_dense_network_multiplies() -> None:
    spec = load_workload("mlp_mnist_dense").spec
    found = neurobench_results(spec)
    assert found["SynapticOperations"]["Effective_ACs"] == 0.0
    assert 0.0 < found["SynapticOperations"]["Effective_MACs"] <= found["SynapticOperations"]["Dense"]
    assert list(found["ActivationSparsityByLayer"]) == ["hidden_1", "hidden_2"]
    assert "MembraneUpdates" not in found


def harness(model: Any, sample: Any, snntorch: bool) -> dict[str, Any]:
    """All metrics by neurobench itself."""
    import torch
    from neurobench.benchmarks import Benchmark
    from neurobench.metrics import static, workload
    from neurobench.models import SNNTorchModel, TorchModel
    from torch.utils.data import DataLoader, TensorDataset

    data = TensorDataset(sample, torch.zeros(len(sample), dtype=torch.long))
    measured = [workload.ActivationSparsity, workload.ActivationSparsityByLayer, workload.SynapticOperations]
    if snntorch:
        measured += [workload.MembraneUpdates, workload.NeuronOperations]
    wrapped = SNNTorchModel(model) if snntorch else TorchModel(model)
    fixed = [static.Footprint, static.ParameterCount, static.ConnectionSparsity]
    found: dict[str, Any] = Benchmark(
        wrapped, DataLoader(data, batch_size=len(sample)), [], [], [fixed, measured]
    ).run(quiet=True)
    return found


def test_all_metrics_of_a_spiking_network_equal_the_harness() -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'neuroest[dev-import]'")
    snn = pytest.importorskip("snntorch", reason="needs snnTorch: pip install 'neuroest[dev-import]'")
    pytest.importorskip("neurobench", reason="needs NeuroBench: pip install 'neuroest[dev-import]'")
    torch.manual_seed(3)
    model = torch.nn.Sequential(
        torch.nn.Linear(30, 20), snn.Leaky(beta=0.9, threshold=0.2, init_hidden=True),
        torch.nn.Linear(20, 5), snn.Leaky(beta=0.9, threshold=0.2, init_hidden=True, output=True),
    )  # fmt: skip
    with torch.no_grad():
        model[0].weight[:, :7] = 0.0
    sample = (torch.rand(SAMPLES, STEPS, 30) < 0.3).float()
    sample[..., :7] = 0.0  # the harness leaves weights of zero out, a workload knows no single weight
    theirs = harness(copy.deepcopy(model), sample, snntorch=True)

    def run(model: Any, sample: Any) -> Any:
        return torch.stack([model(step)[0] for step in sample])

    ours = neurobench_results(neuroest.trace(model, sample.transpose(0, 1), time_first=True, run=run))
    for name in ("Footprint", "ParameterCount", "ConnectionSparsity"):
        assert ours[name] == theirs[name], name
    assert ours["SynapticOperations"] == pytest.approx(theirs["SynapticOperations"], rel=1e-6)
    assert ours["ActivationSparsity"] == pytest.approx(theirs["ActivationSparsity"], rel=1e-6)
    by_layer = list(theirs["ActivationSparsityByLayer"].values())
    assert list(ours["ActivationSparsityByLayer"].values()) == pytest.approx(by_layer, rel=1e-6)
    assert round(ours["MembraneUpdates"] * SAMPLES) == round(theirs["MembraneUpdates"] * SAMPLES)
    assert ours["NeuronOperations"] == pytest.approx(theirs["NeuronOperations"], rel=1e-6)


def frameworks() -> tuple[Any, Any]:
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'neuroest[dev-import]'")
    snn = pytest.importorskip("snntorch", reason="needs snnTorch: pip install 'neuroest[dev-import]'")
    pytest.importorskip("neurobench", reason="needs NeuroBench: pip install 'neuroest[dev-import]'")
    torch.manual_seed(0)
    return torch, snn


@pytest.mark.parametrize("sizes", [(20, 256, 256, 256, 35), (96, 50, 2), (96, 32, 48, 2)])
def test_spiking_baselines_have_the_integers_of_the_harness(sizes: tuple[int, ...]) -> None:
    """Sizes of the spiking networks for keyword spotting and motor prediction in NeuroBench v1, from memory."""
    torch, snn = frameworks()
    parts = []
    for place, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        last = place == len(sizes) - 2
        parts += [
            torch.nn.Linear(inputs, outputs), snn.Leaky(beta=0.9, threshold=0.3, init_hidden=True, output=last)
        ]  # fmt: skip
    model, sample = torch.nn.Sequential(*parts), (torch.rand(SAMPLES, STEPS, sizes[0]) < 0.3).float()
    theirs = harness(copy.deepcopy(model), sample, snntorch=True)

    def run(model: Any, sample: Any) -> Any:
        return torch.stack([model(step)[0] for step in sample])

    ours = neurobench_results(neuroest.trace(model, sample.transpose(0, 1), time_first=True, run=run))
    for name in ("Footprint", "ParameterCount", "ConnectionSparsity"):
        assert ours[name] == theirs[name], name
    for name in ("SynapticOperations", "NeuronOperations"):
        for kind, mean in theirs[name].items():
            assert round(ours[name][kind] * SAMPLES) == round(mean * SAMPLES), kind
    assert round(ours["MembraneUpdates"] * SAMPLES) == round(theirs["MembraneUpdates"] * SAMPLES)


def test_results_of_the_harness_are_activity_of_a_workload(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    spikes = {"Effective_MACs": 0, "Effective_ACs": 9.0, "Dense": 99.0}
    path.write_text(
        json.dumps({"ActivationSparsityByLayer": {"1": 0.9, "3": 0.75}, "SynapticOperations": spikes}),
        "utf-8",
    )
    found = {one.name: one.means for one in read_recording(path, samples=6).layers}
    assert found["1"]["rate"][0] == pytest.approx(0.1, rel=1e-12)
    assert found["3"]["rate"][0] == pytest.approx(0.25, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "has no ActivationSparsityByLayer"),
        ("[1]", "has no ActivationSparsityByLayer"),
        ('{"ActivationSparsityByLayer": {"a": 1.5}}', "sparsity of 'a' is 1.5"),
        ('{"ActivationSparsityByLayer": {"a": "x"}}', "sparsity of 'a' is no number"),
        ('{"ActivationSparsityByLayer": ', "damaged"),
    ],
)
def test_other_json_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text, "utf-8")
    with pytest.raises(NeuroestError, match=message):
        read_recording(path, samples=6)
