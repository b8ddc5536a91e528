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
from neuroest.workloads.importers.neurobench import neurobench_results, neurobench_run
from neuroest.workloads.importers.recordings import read_recording
from tests.each import each

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
    wrapped = model
    if not isinstance(model, TorchModel):
        wrapped = SNNTorchModel(model) if snntorch else TorchModel(model)
    fixed = [static.Footprint, static.ParameterCount, static.ConnectionSparsity]
    found: dict[str, Any] = Benchmark(
        wrapped, DataLoader(data, batch_size=len(sample)), [], [], [fixed, measured]
    ).run(quiet=True)
    return found


def test_all_metrics_of_a_spiking_network_equal_the_harness() -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install '.[dev-import]'")
    snn = pytest.importorskip("snntorch", reason="needs snnTorch: pip install '.[dev-import]'")
    pytest.importorskip("neurobench", reason="needs NeuroBench: pip install '.[dev-import]'")
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
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install '.[dev-import]'")
    snn = pytest.importorskip("snntorch", reason="needs snnTorch: pip install '.[dev-import]'")
    pytest.importorskip("neurobench", reason="needs NeuroBench: pip install '.[dev-import]'")
    torch.manual_seed(0)
    return torch, snn


def equal(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Every metric of the harness is ours too, its integers exactly."""
    for name, value in theirs.items():
        pairs = value.items() if isinstance(value, dict) else [(name, value)]
        found = ours[name] if isinstance(value, dict) else {name: ours[name]}
        for kind, mean in pairs:
            assert found[kind] == pytest.approx(mean, rel=1e-12), (name, kind)


@pytest.mark.parametrize(
    ("sizes", "bias", "reset", "weights", "dense"),
    [
        # speech commands: examples/gsc/SNN.py, whose recorded results are 583 900 bytes and 29 030 400 in 200 steps
        ((20, 256, 256, 256, 35), True, "subtract", 583_900, 29_030_400 // 200),
        # motor prediction of both primates: examples/primate_reaching/SNN2.py, as on the leaderboard
        ((96, 50, 2), False, "zero", 19_648, 4900),
        ((192, 50, 2), False, "zero", 38_848, 9700),
    ],
)  # fmt: skip
def test_spiking_baselines_have_the_integers_of_the_harness(
    sizes: tuple[int, ...], bias: bool, reset: str, weights: int, dense: int
) -> None:
    """Networks of NeuroBench v1 for keyword spotting and motor prediction."""
    torch, snn = frameworks()
    parts = []
    for place, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        last = place == len(sizes) - 2
        neurons = snn.Leaky(beta=0.9, threshold=0.3, init_hidden=True, output=last, reset_mechanism=reset)
        parts += [torch.nn.Linear(inputs, outputs, bias=bias), neurons]
    model, sample = torch.nn.Sequential(*parts), (torch.rand(SAMPLES, STEPS, sizes[0]) < 0.3).float()
    theirs = harness(copy.deepcopy(model), sample, snntorch=True)

    def run(model: Any, sample: Any) -> Any:
        return torch.stack([model(step)[0] for step in sample])

    ours = neurobench_results(neuroest.trace(model, sample.transpose(0, 1), time_first=True, run=run))
    equal(ours, theirs)
    assert ours["SynapticOperations"]["Dense"] == dense * STEPS
    assert ours["Footprint"] == pytest.approx(weights, abs=100)  # the constants of neurons are stored too


def keyword_network(torch: Any) -> Any:
    """M5 of examples/gsc/ANN.py in NeuroBench, for speech commands; its recorded results: 109 228 bytes, 1 880 256."""
    nn, channels = torch.nn, (1, 32, 32, 64, 64)
    parts = []
    for place, (inputs, outputs) in enumerate(itertools.pairwise(channels)):
        kernel, stride = (80, 16) if place == 0 else (3, 1)
        parts += [
            nn.Conv1d(inputs, outputs, kernel, stride), nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(4)
        ]  # fmt: skip
    return nn.Sequential(*parts, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, 35)).eval()


def test_dense_networks_have_the_integers_of_the_harness() -> None:
    """Small numbers that round to zero at the bits of a chip, borders and weights of zero count as they do there."""
    torch, _ = frameworks()
    nn = torch.nn
    perceptron = nn.Sequential(nn.Linear(96, 64), nn.ReLU(), nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10))
    with torch.no_grad():
        perceptron[0].weight[:, :9] = 0.0
    borders = nn.Sequential(nn.Conv2d(4, 6, 3, padding=2, groups=2), nn.ReLU(), nn.Conv2d(6, 2, 1, 2))
    samples = torch.randn(4, 96), torch.relu(torch.randn(3, 4, 8, 8)), 0.1 * torch.randn(2, 1, 8000)
    for model, sample in zip((perceptron, borders, keyword_network(torch)), samples, strict=True):
        theirs = harness(copy.deepcopy(model), sample, snntorch=False)
        ours = neurobench_results(neuroest.trace(model, sample))
        equal(ours, theirs)
    assert (ours["Footprint"], ours["SynapticOperations"]["Dense"]) == (109_228, 1_880_256)


@pytest.mark.parametrize("kind", ["LSTMCell", "RNNCell"])
def test_recurrent_cells_have_the_integers_of_the_harness(kind: str) -> None:
    """A cell and a linear layer over time, as in examples/mackey_glass/lstm_model.py of NeuroBench."""
    torch, _ = frameworks()
    cell = getattr(torch.nn, kind)

    class Recurrent(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.act, self.last = cell(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1)

        def forward(self, samples: Any) -> Any:
            state, found = (torch.full((3, 8), 0.1), torch.full((3, 8), 0.2)), []
            state = state if kind == "LSTMCell" else state[0]
            for one in samples:
                state = self.cell(one, state)
                found.append(self.last(self.act(state[0] if kind == "LSTMCell" else state)))
            return torch.stack(found)

    model, samples = Recurrent(), torch.relu(torch.randn(STEPS, 3, 5))
    theirs = harness(copy.deepcopy(model), samples, snntorch=False)
    ours = neurobench_results(neuroest.trace(model, samples, time_first=True))
    for name, mean in theirs["SynapticOperations"].items():
        # the harness takes the first axis for samples, here it is time; a state of zeros, which it leaves out of the
        # dense products (`cylce_tuple_ones` makes no ones of tuples in tuples), does not occur
        assert ours["SynapticOperations"][name] * 3 == pytest.approx(mean * STEPS, rel=1e-12), name


def in_windows(torch: Any, samples: Any, steps: int) -> Any:
    """Sums over parts of a sample, written into a tensor of their own as in examples/primate_reaching of NeuroBench."""
    sums = torch.zeros((steps, samples.shape[-1]))
    for step in range(steps):
        sums[step, :] = samples[2 * step : 2 * step + 2].sum(dim=0)
    return sums


def test_samples_copied_into_a_fresh_tensor() -> None:
    """The 3D perceptron for motor prediction: 7 sums are one input, and its first layer has 7 x 96 inputs."""
    torch, _ = frameworks()
    nn = torch.nn

    class Perceptron(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.fc1, self.fc2, self.act = nn.Linear(7 * 96, 32), nn.Linear(32, 2), nn.ReLU()

        def forward(self, samples: Any) -> Any:
            read = [in_windows(torch, one, 7).permute(1, 0).contiguous().view(1, -1) for one in samples]
            return torch.stack([self.fc2(self.act(self.fc1(one))) for one in read])

    model, sample = Perceptron(), (torch.rand(1, 14, 96) < 0.1).float()
    theirs, traced = harness(copy.deepcopy(model), sample, snntorch=False), neuroest.trace(model, sample)
    equal(neurobench_results(traced), theirs)
    kinds = [layer.type for layer in traced.layers]
    assert kinds.count("fully_connected") == 2
    filled = next(layer for layer in traced.layers if layer.name.endswith("filled"))
    assert len(filled.inputs) == 7
    several = (torch.rand(4, 14, 96) < 0.1).float()
    equal(neurobench_run(model, several), harness(copy.deepcopy(model), several, snntorch=False))


def test_a_run_counts_what_no_workload_can_say() -> None:
    """SNN3 for motor prediction: a normalised window, potentials as outputs, no axis of samples within."""
    torch, snn = frameworks()
    nn = torch.nn

    class Windows(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.fc1, self.fc2 = nn.LayerNorm([7, 96]), nn.Linear(96, 32), nn.Linear(32, 2)
            self.lif1, self.lif2 = (snn.Leaky(beta=0.5, threshold=0.3, init_hidden=True) for _ in range(2))

        def one(self, samples: Any) -> Any:
            for neurons in (
                self.lif1,
                self.lif2,
            ):  # `reset_hidden` of snnTorch does not know copies of a model
                neurons.mem = torch.zeros_like(neurons.mem)
            for step in self.norm(in_windows(torch, samples, 7)):
                self.lif2(self.fc2(self.lif1(self.fc1(step))))
            return self.lif2.mem.clone()

        def forward(self, samples: Any) -> Any:
            return torch.stack([self.one(one) for one in samples])

    from neurobench.models import TorchModel

    model, sample = Windows().eval(), (torch.rand(5, 14, 96) < 0.1).float()
    wrapped = TorchModel(copy.deepcopy(model))
    wrapped.add_activation_module(snn.SpikingNeuron)
    theirs, ours = harness(wrapped, sample, snntorch=False), neurobench_run(model, sample)
    equal(ours, theirs)
    assert ours["SynapticOperations"]["Dense"] == 7 * (96 * 32 + 32 * 2)
    assert ours["SynapticOperations"]["Effective_ACs"] > 0


def test_neurons_of_the_models_own_in_a_run() -> None:
    """Recurrent neurons as those of examples/mswc_fscil, and a recurrent convolution as in examples/obj_detection."""
    torch, _ = frameworks()
    nn = torch.nn

    class Neurons(nn.Module):  # type: ignore[misc]
        def __init__(self, forward: Any, back: Any) -> None:
            super().__init__()
            self.W, self.V = forward, back

        def forward(self, samples: Any) -> Any:
            driven = [self.W(one) for one in samples.unbind(1)]
            potential, spikes, found = torch.zeros_like(driven[0]), torch.zeros_like(driven[0]), []
            for drive in driven:
                potential = 0.8 * (potential - spikes) + drive + self.V(spikes)
                spikes = potential.gt(0.3).float()
                found.append(spikes)
            return torch.stack(found, dim=1)

    from neurobench.models import TorchModel

    vectors = (torch.rand(3, STEPS, 12) < 0.3).float()
    maps = torch.relu(torch.randn(2, 4, 3, 8, 8))
    for parts, sample in (
        ((nn.Linear(12, 9), nn.Linear(9, 9, bias=False)), vectors),
        ((nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.Conv2d(5, 5, 3, padding=1)), maps),
    ):
        model = nn.Sequential(Neurons(*parts))
        wrapped = TorchModel(copy.deepcopy(model))
        wrapped.add_activation_module(Neurons)
        ours = neurobench_run(model, sample, neurons=(Neurons,))
        equal(ours, harness(wrapped, sample, snntorch=False))
        assert ours["SynapticOperations"]["Effective_ACs"] > 0


def test_a_run_refuses_what_it_does_not_see() -> None:
    torch, _ = frameworks()
    with pytest.raises(NeuroestError, match=r"inside of nn\.LSTM"):
        neurobench_run(torch.nn.LSTM(3, 4), torch.rand(2, 5, 3))
    with pytest.raises(NeuroestError, match="multiplies nothing"):
        neurobench_run(torch.nn.ReLU(), torch.rand(2, 3))


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


@each(
    "text, message",
    [
        ("{}", "has no ActivationSparsityByLayer"),
        ("[1]", "has no ActivationSparsityByLayer"),
        ('{"ActivationSparsityByLayer": {"a": 1.5}}', "sparsity of 'a' is 1.5"),
        ('{"ActivationSparsityByLayer": {"a": "x"}}', "sparsity of 'a' is not a number"),
        ('{"ActivationSparsityByLayer": ', "damaged"),
    ],
)
def test_other_json_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text, "utf-8")
    with pytest.raises(NeuroestError, match=message):
        read_recording(path, samples=6)
