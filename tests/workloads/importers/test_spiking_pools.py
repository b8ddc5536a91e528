"""Events after pools of spikes: the same in a trace, from attached spikes, and in a run of the framework."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.specs.layers import Pooling
from neuroest.workloads.importers.recordings import attach_activity, read_recording
from neuroest.workloads.layers import layer_table
from neuroest.workloads.shapes import Axis, window_uses

torch = pytest.importorskip("torch")
STEPS, SAMPLES = 5, 3


def snntorch_neurons() -> torch.nn.Module:
    snn = pytest.importorskip("snntorch")
    return snn.Leaky(beta=0.9, threshold=0.05, init_hidden=True)


def spikingjelly_neurons() -> torch.nn.Module:
    neuron = pytest.importorskip("spikingjelly.activation_based.neuron")
    return neuron.LIFNode(tau=2.0, v_threshold=0.1)


def norse_neurons() -> torch.nn.Module:
    norse = pytest.importorskip("norse.torch")

    class Cell(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = norse.LIFBoxCell(norse.LIFBoxParameters(v_th=torch.tensor(0.02)))
            self.state = None

        def forward(self, current: torch.Tensor) -> torch.Tensor:
            spikes, self.state = self.cell(current, self.state)
            return spikes

    return Cell()


LIBRARIES = {"snntorch": snntorch_neurons, "spikingjelly": spikingjelly_neurons, "norse": norse_neurons}


def stepwise(model: torch.nn.Module, frames: torch.Tensor) -> torch.Tensor:
    return torch.stack([model(one) for one in frames])


def traced(library: str, pool: torch.nn.Module, size: int):
    torch.manual_seed(3)
    neurons = LIBRARIES[library]
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), neurons(), pool, torch.nn.Conv2d(4, 3, 2), neurons()
    )
    frames = (torch.rand(STEPS, SAMPLES, 1, size, size) < 0.3).float()
    frames[0] = 0.0  # nearly nothing fires in the first timestep, which must not count twice
    spikes: dict[str, list[torch.Tensor]] = {"0": [], "3": []}
    for name, place in (("0", 1), ("3", 4)):
        model[place].register_forward_hook(lambda *given, name=name: spikes[name].append(given[2].detach()))
    network = neuroest.trace(model, frames, time_first=True, run=stepwise)
    recorded = {key: torch.stack(some).numpy() for key, some in spikes.items()}
    return network, frames.numpy(), recorded


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    "size", [10, 11]
)  # eight and nine rows before the pool: the last row is in no window
def test_each_spike_passes_a_mean_in_trace_attached_and_framework(
    library: str, size: int, tmp_path: Path
) -> None:
    network, frames, spikes = traced(library, torch.nn.AvgPool2d(2), size)
    loaded = network.workload()
    first, pool, second = loaded.spec.layers
    assert isinstance(pool, Pooling)
    assert pool.mode == "sum"
    # the run of the framework: spikes in windows of two by two, per element of the pooled map
    inside = spikes["0"][..., : (size - 2) // 2 * 2, : (size - 2) // 2 * 2]
    rows = (size - 2) // 2
    events = float(inside.sum()) / (STEPS * SAMPLES * 4 * rows * rows)
    assert 0.01 < events < 1.0
    rates = {first.name: spikes["0"].mean(), pool.name: events, second.name: spikes["3"].mean()}
    table = layer_table(loaded.spec)
    assert table.output_rate == pytest.approx([float(rates[name]) for name in table.names], rel=1e-6)

    by_sample = {
        name: np.moveaxis(array, 0, 1).reshape(SAMPLES, STEPS, -1)
        for name, array in (("input", frames), (first.name, spikes["0"]), (second.name, spikes["3"]))
    }
    np.savez(tmp_path / "spikes.npz", **by_sample)
    bare = replace(network, recorded={}).workload()
    attached, _ = attach_activity(
        bare, read_recording(tmp_path / "spikes.npz"), dataset="random", day="2026-01-01"
    )
    again = layer_table(attached.spec)
    assert again.output_rate == pytest.approx(table.output_rate, rel=1e-8)
    assert again.synaptic_operations == pytest.approx(table.synaptic_operations, rel=1e-8)


def test_the_first_timestep_counts_once_where_a_convolution_reads_a_maximum() -> None:
    network, _, spikes = traced("snntorch", torch.nn.MaxPool2d(2), 10)
    maxima = spikes["0"].reshape(STEPS, SAMPLES, 4, 4, 2, 4, 2).max(axis=(4, 6))
    (pool,) = [layer.name for layer in network.layers if layer.type == "pooling"]
    assert network.recorded[pool].values["rate"] == pytest.approx(float(maxima.mean()), rel=1e-7)
    assert network.recorded[pool].timesteps == pytest.approx([float(step.mean()) for step in maxima])


def test_windows_of_each_element() -> None:
    assert Axis(5, 3, 2, 0).uses == (1, 1, 2, 1, 1)
    assert Axis(4, 3, 1, 1).uses == (2, 3, 3, 2)
    pool = Pooling(name="p", type="pooling", mode="sum", kernel=3, stride=2)
    uses = window_uses(pool, (2, 5, 5))
    assert uses.sum() == 2 * 4 * 9
    assert uses[0, 2].tolist() == [2, 2, 4, 2, 2]


class Branches(torch.nn.Module):
    """Two branches of spikes, added up before a convolution, as in spike-element-wise residual networks."""

    def __init__(self, neurons) -> None:
        super().__init__()
        self.first, self.a = torch.nn.Conv2d(1, 4, 3), neurons()
        self.second, self.b = torch.nn.Conv2d(4, 4, 3, padding=1), neurons()
        self.third, self.c = torch.nn.Conv2d(4, 3, 2), neurons()

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        passed = self.a(self.first(frames))
        return self.c(self.third(self.b(self.second(passed)) + passed))


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_spike_of_two_branches_passes_their_sum(library: str, tmp_path: Path) -> None:
    torch.manual_seed(5)
    model = Branches(LIBRARIES[library])
    frames = (torch.rand(STEPS, SAMPLES, 1, 10, 10) < 0.3).float()
    spikes: dict[str, list[torch.Tensor]] = {"a": [], "b": [], "c": []}
    for name, some in spikes.items():
        getattr(model, name).register_forward_hook(lambda *given, some=some: some.append(given[2].detach()))
    network = neuroest.trace(model, frames, time_first=True, run=stepwise)
    loaded = network.workload()
    found = {key: torch.stack(some).numpy() for key, some in spikes.items()}
    rates = [float(found["a"].mean()), float(found["b"].mean()), float((found["a"] + found["b"]).mean())]
    assert rates[1] > 0.0
    table = layer_table(loaded.spec)
    assert [layer.type for layer in loaded.spec.layers] == [
        "convolution",
        "convolution",
        "add",
        "convolution",
    ]
    assert table.output_rate == pytest.approx([*rates, float(found["c"].mean())], rel=1e-6)
    by_sample = {
        name: np.moveaxis(array, 0, 1).reshape(SAMPLES, STEPS, -1)
        for name, array in zip(
            ("input", *table.names[:2], table.names[3]), (frames.numpy(), *found.values()), strict=True
        )
    }
    np.savez(tmp_path / "spikes.npz", **by_sample)
    bare = replace(network, recorded={}).workload()
    attached, _ = attach_activity(
        bare, read_recording(tmp_path / "spikes.npz"), dataset="random", day="2026-01-01"
    )
    assert layer_table(attached.spec).output_rate == pytest.approx(table.output_rate, rel=1e-8)
