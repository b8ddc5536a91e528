"""Weights and thresholds that a trace writes: the ideal network that reads them spikes as the traced one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
snn = pytest.importorskip("snntorch")

import neuroest  # noqa: E402
from neuroest.network_simulation.files import read_network, read_samples  # noqa: E402
from neuroest.network_simulation.neurons import ideal_network  # noqa: E402
from neuroest.workloads.importers.network import ImportOptions, NetworkImportError  # noqa: E402

FINE = ImportOptions(weight_bits=20)
"""So many bits that rounding moves no spike."""


class Convolutions(torch.nn.Module):
    """Two convolutions, a normalisation and a pooling of spikes, with neurons of three kinds."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = torch.nn.Conv2d(1, 6, 3, padding=1), torch.nn.BatchNorm2d(6)
        self.second, self.last = torch.nn.Conv2d(6, 8, 3, stride=2), torch.nn.Linear(8, 10)
        self.pool = torch.nn.MaxPool2d(2)
        self.one, self.two = snn.Leaky(beta=0.9), snn.Leaky(beta=0.8, reset_mechanism="zero")
        self.three = snn.Leaky(beta=0.95, threshold=0.7)
        self.norm.running_mean.uniform_(-0.2, 0.2)
        self.norm.running_var.uniform_(0.5, 2.0)
        with torch.no_grad():
            self.norm.weight.uniform_(1.0, 2.0)
            for layer in (self.first, self.second, self.last):
                layer.weight.mul_(4.0)

    def forward(self, spikes):
        one, two, three = self.one.init_leaky(), self.two.init_leaky(), self.three.init_leaky()
        found = []
        for step in spikes:
            fired, one = self.one(self.norm(self.first(step)), one)
            fired, two = self.two(self.second(self.pool(fired)), two)
            out, three = self.three(self.last(fired.flatten(1)), three)
            found.append(out)
        return torch.stack(found)


def spikes(*shape: int, rate: float = 0.3):
    return (torch.rand(shape, generator=torch.Generator().manual_seed(3)) < rate).float()


def written(traced, folder: Path, labels):
    files = folder / "w.npz", folder / "s.npz"
    workload = traced.save(folder / "net.yaml", weights=files[0], samples=files[1], labels=labels)
    return workload, read_network(files[0], workload.spec)[0], read_samples(files[1], workload.spec)


def test_spiking_convolutions_repeat_the_traced_network_spike_for_spike(tmp_path) -> None:
    torch.manual_seed(0)
    model, sample = Convolutions().eval(), spikes(8, 6, 1, 6, 6)
    traced = neuroest.trace(model, sample, time_first=True, name="net", options=FINE)
    workload, network, samples = written(traced, tmp_path, torch.arange(6))
    with torch.no_grad():
        expected = model(sample).transpose(0, 1).numpy()
    np.testing.assert_array_equal(ideal_network(network, samples.spikes)["last"], expected)
    assert 0.02 < expected.mean() < 0.9
    # the weights of the first convolution hold the normalisation behind it
    scale = (model.norm.weight / torch.sqrt(model.norm.running_var + model.norm.eps)).detach().numpy()
    first = network.layers[0]
    found = first.step * first.weights.reshape(6, -1)
    np.testing.assert_allclose(
        found, model.first.weight.detach().numpy().reshape(6, -1) * scale[:, None], atol=1e-4
    )
    threshold = workload.spec.layers[0].activity.threshold
    assert threshold.basis == "simulated"
    assert threshold.spread.low <= threshold.value <= threshold.spread.high


def test_a_traced_network_takes_two_commands_to_joules_and_accuracy(tmp_path) -> None:
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(16, 12), snn.Leaky(beta=0.9, init_hidden=True))
    with torch.no_grad():
        model[0].weight.mul_(3.0)

    def run(net, x):
        return torch.stack([net(step) for step in x])

    traced = neuroest.trace(model, spikes(6, 4, 16), run=run, time_first=True, name="net")
    traced.save(
        tmp_path / "net.yaml", weights=tmp_path / "w.npz", samples=tmp_path / "s.npz", labels=[0, 1, 2, 3]
    )
    found = neuroest.simulate_network(
        "analog_lif_28nm", str(tmp_path / "net.yaml"), tmp_path / "w.npz", tmp_path / "s.npz"
    )
    device = found.outcomes[2]
    assert 0.0 <= device.accuracy.value <= 1.0
    assert device.energy > 0.0


@pytest.mark.parametrize("kind", ["soft", "hard", "without a leak"])
def test_neurons_of_spikingjelly(tmp_path, kind) -> None:
    pytest.importorskip("spikingjelly")
    from spikingjelly.activation_based import functional, layer, neuron

    torch.manual_seed(2)
    make = {
        "soft": lambda: neuron.LIFNode(tau=2.0, v_reset=None),
        "hard": lambda: neuron.LIFNode(tau=3.0, decay_input=False),
        "without a leak": neuron.IFNode,
    }[kind]
    model = torch.nn.Sequential(layer.Linear(30, 40), make(), layer.Linear(40, 5, bias=False), make())
    functional.set_step_mode(model, "m")
    with torch.no_grad():
        for number in (0, 2):
            model[number].weight.mul_(8.0)
    sample = spikes(10, 8, 30)
    traced = neuroest.trace(model, sample, time_first=True, name="net", options=FINE)
    _, network, samples = written(traced, tmp_path, torch.zeros(8))
    functional.reset_net(model)
    with torch.no_grad():
        expected = model(sample).transpose(0, 1).numpy()
    assert np.mean(ideal_network(network, samples.spikes)[network.output.name] != expected) < 0.01
    assert expected.mean() > 0.01


def test_what_behave_cannot_run_is_one_line(tmp_path) -> None:
    synaptic = torch.nn.Sequential(torch.nn.Linear(4, 3), snn.Synaptic(alpha=0.5, beta=0.9, init_hidden=True))
    mixed = torch.nn.Sequential(
        torch.nn.Linear(4, 3), snn.Leaky(beta=torch.tensor([0.1, 0.5, 0.9]), init_hidden=True)
    )
    sample = spikes(5, 2, 4)

    def run(net, x):
        return torch.stack([net(step) for step in x])

    for model, words in ((synaptic, "no leaky integrators"), (mixed, "differ in their decay")):
        traced = neuroest.trace(model, sample, run=run, time_first=True, name="net")
        with pytest.raises(NetworkImportError, match=words) as caught:
            traced.save(tmp_path / "net.yaml", weights=tmp_path / "w.npz")
        assert "\n" not in str(caught.value)
        assert not list(tmp_path.iterdir())
    dense = neuroest.trace(torch.nn.Linear(4, 3), torch.rand(2, 4), name="net")
    with pytest.raises(NetworkImportError, match="no traced spiking network"):
        dense.save(tmp_path / "net.yaml", weights=tmp_path / "w.npz")
    leaky = torch.nn.Sequential(torch.nn.Linear(4, 3), snn.Leaky(beta=0.9, init_hidden=True))
    traced = neuroest.trace(leaky, sample, run=run, time_first=True, name="net")
    for labels, words in ((None, "give labels"), ([0], "1 labels for 2 samples")):
        with pytest.raises(NetworkImportError, match=words):
            traced.save(tmp_path / "net.yaml", samples=tmp_path / "s.npz", labels=labels)
    assert "torch" in sys.modules
