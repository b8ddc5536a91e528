"""Train a spiking network and its dense twin on scikit-learn's digits, quantise both, and record what they do.

Run it with ``pip install '.[torch]' snntorch scikit-learn``; it takes one or two minutes on one core and writes,
next to itself, the recordings, the workloads and `training.json`. What is committed came from this script. `compare.py`
needs the results only.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import snntorch as snn
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from snntorch import surrogate

import neuroest
from neuroest.loading.library import load_device
from neuroest.workloads.importers.network import ImportOptions

HERE = Path(__file__).parent
SEED = 7
SEEDS = (7, 8, 9, 10, 11)
"""The first is recorded; the others show how much of a difference is chance. The data are always split by SEED."""
TIMESTEPS = 10
HIDDEN = 96
EPOCHS = 60
BATCH = 64
RECORDED = 120
CALIBRATION = 200
DECAY = 0.9
BITS = 8
NARROW = 4
"""Bits that distinguish the spike counts of ten timesteps."""
CELL = "rram_hfox_28nm"
PROGRAMMINGS = 20
SPIKE_PENALTY = 1e-3
SIZES = (16, 24, 32, 48, 64)
"""Hidden neurons of smaller dense networks; the first that is as accurate as the spiking one is compared too."""


class Spiking(torch.nn.Module):
    """64-96-10, leaky integrate-and-fire, input as spikes whose probability is the pixel."""

    def __init__(self) -> None:
        super().__init__()
        gradient = surrogate.fast_sigmoid(slope=25)
        self.hidden = torch.nn.Linear(64, HIDDEN, bias=False)
        self.hidden_neurons = snn.Leaky(beta=DECAY, spike_grad=gradient)
        self.output = torch.nn.Linear(HIDDEN, 10, bias=False)
        self.output_neurons = snn.Leaky(beta=DECAY, spike_grad=gradient)
        self.bits: int | None = None
        with torch.no_grad():  # without biases the usual start is too quiet to learn from
            self.hidden.weight.mul_(2.0)
            self.output.weight.mul_(2.0)

    def forward(self, spikes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Spikes of the output and of the hidden layer, timesteps first."""
        first, last = self.hidden_neurons.init_leaky(), self.output_neurons.init_leaky()
        outputs, hidden = [], []
        for step in range(spikes.shape[0]):
            fired, first = self.hidden_neurons(product(self.hidden, spikes[step], self.bits), first)
            answer, last = self.output_neurons(product(self.output, fired, self.bits), last)
            outputs.append(answer)
            hidden.append(fired)
        return torch.stack(outputs), torch.stack(hidden)


class Dense(torch.nn.Module):
    """The same layers with rectifiers, once."""

    def __init__(self, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(64, hidden, bias=False)
        self.output = torch.nn.Linear(hidden, 10, bias=False)
        self.bits: int | None = None
        self.activation_bits: int | None = None
        self.largest = 1.0

    def activations(self, pixels: torch.Tensor) -> torch.Tensor:
        """What the output layer reads."""
        sums = torch.relu(product(self.hidden, levels(pixels, self.activation_bits, 1.0), self.bits))
        return levels(sums, self.activation_bits, self.largest)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Scores of the ten digits."""
        return product(self.output, self.activations(pixels), self.bits)


def rounded(weights: torch.Tensor, bits: int | None) -> torch.Tensor:
    """Weights at so many bits of their layer's range; gradients pass as if nothing had been rounded."""
    if bits is None:
        return weights
    step = weights.detach().abs().max() / (2 ** (bits - 1) - 1)
    return weights + (torch.round(weights / step) * step - weights).detach()


def levels(values: torch.Tensor, bits: int | None, largest: float) -> torch.Tensor:
    """Numbers from zero to the largest at so many bits; gradients pass within the range."""
    if bits is None:
        return values
    inside = values.clamp(0.0, largest)
    step = largest / (2**bits - 1)
    return inside + (torch.round(inside / step) * step - inside).detach()


def product(layer: torch.nn.Linear, values: torch.Tensor, bits: int | None) -> torch.Tensor:
    """A layer with its weights at so many bits."""
    if bits is None:
        return layer(values)
    return torch.nn.functional.linear(values, rounded(layer.weight, bits))


def quantised(model: Any, bits: int = BITS) -> Any:
    """Round every weight to so many bits of its layer's range, for good."""
    with torch.no_grad():
        for layer in (model.hidden, model.output):
            layer.weight.copy_(rounded(layer.weight, bits))
    return model


def encoded(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A spike with the pixel's intensity as its probability, in every timestep again."""
    drawn = torch.rand((TIMESTEPS, *pixels.shape), generator=generator)
    return (drawn < pixels).float()


def batches(count: int, generator: torch.Generator) -> list[torch.Tensor]:
    """The samples in another order for each epoch."""
    return list(torch.randperm(count, generator=generator).split(BATCH))


def fit(
    model: Any, epochs: int, count: int, generator: torch.Generator, rate: float, loss_of: Callable[..., Any]
) -> Any:
    """Adam on a loss of the epoch and the chosen samples."""
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    for epoch in range(epochs):
        for chosen in batches(count, generator):
            loss = loss_of(model, epoch, chosen)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model


@dataclass(frozen=True)
class Data:
    """Pixels from 0 to 1 and labels."""

    train: torch.Tensor
    test: torch.Tensor
    train_labels: torch.Tensor
    test_labels: torch.Tensor

    def spiking_loss(self, generator: torch.Generator, *, later: bool) -> Callable[..., Any]:
        """Cross entropy of the output's spike counts; in the second half, or `later`, a price on hidden spikes."""

        def loss(model: Spiking, epoch: int, chosen: torch.Tensor) -> torch.Tensor:
            outputs, hidden = model(encoded(self.train[chosen], generator))
            price = SPIKE_PENALTY if later or epoch > EPOCHS // 2 else 0.0
            entropy = torch.nn.functional.cross_entropy(outputs.sum(0), self.train_labels[chosen])
            return entropy + price * hidden.sum((0, 2)).mean()

        return loss

    def dense_loss(self, model: Dense, epoch: int, chosen: torch.Tensor) -> torch.Tensor:
        """Cross entropy."""
        return torch.nn.functional.cross_entropy(model(self.train[chosen]), self.train_labels[chosen])

    def spiking_accuracy(self, model: Spiking, spikes: torch.Tensor) -> float:
        """Share of test digits whose output neuron spikes most."""
        with torch.no_grad():
            return float((model(spikes)[0].sum(0).argmax(1) == self.test_labels).float().mean())

    def dense_accuracy(self, model: Dense) -> float:
        """Share of test digits with the largest score."""
        with torch.no_grad():
            return float((model(self.test).argmax(1) == self.test_labels).float().mean())


def digits() -> Data:
    """The digits, a fifth of them for the test."""
    found = load_digits()
    split = train_test_split(
        found.data / 16.0, found.target, test_size=0.2, random_state=SEED, stratify=found.target
    )
    train, test = (torch.tensor(part, dtype=torch.float32) for part in split[:2])
    train_labels, test_labels = (torch.tensor(part) for part in split[2:])
    return Data(train, test, train_labels, test_labels)


@dataclass(frozen=True)
class Trained:
    """All networks of one seed, by what was done to them."""

    spiking: dict[str, Spiking]
    dense: dict[str, Dense]
    spikes: torch.Tensor


def copied(model: Any) -> Any:
    """A model of the same weights."""
    made = Dense(model.hidden.out_features) if isinstance(model, Dense) else Spiking()
    made.load_state_dict(model.state_dict())
    return made


def narrowed(data: Data, dense: Dense, weight_bits: int, epochs: int, generator: torch.Generator) -> Dense:
    """A dense network with narrow activations, trained on for some epochs with everything rounded."""
    with torch.no_grad():
        largest = float(torch.quantile(dense.activations(data.train).reshape(-1)[::7], 0.999))
    model = copied(dense)
    model.bits, model.activation_bits, model.largest = weight_bits, NARROW, largest
    fit(model, epochs, len(data.train), generator, 5e-4, data.dense_loss)
    return quantised(model, weight_bits)


def train(data: Data, seed: int) -> Trained:
    """Train both networks, then round or retrain copies of them.

    ``8`` and ``4``: weights rounded after training, with 4 bits the dense network's activations too; ``4_retrained``:
    trained on with everything rounded; ``4_of_24``: the same with so many hidden neurons.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    count = len(data.train)
    spiking = fit(Spiking(), EPOCHS, count, generator, 2e-3, data.spiking_loss(generator, later=False))
    dense = fit(Dense(), EPOCHS // 2, count, generator, 2e-3, data.dense_loss)
    found = Trained({}, {}, encoded(data.test, torch.Generator().manual_seed(seed + 1)))
    found.spiking[f"{BITS}"] = quantised(copied(spiking), BITS)
    found.spiking[f"{NARROW}"] = quantised(copied(spiking), NARROW)
    found.dense[f"{BITS}"] = quantised(copied(dense), BITS)
    found.dense[f"{BITS}_activations_{NARROW}"] = narrowed(data, dense, BITS, 0, generator)
    found.dense[f"{NARROW}"] = narrowed(data, dense, NARROW, 0, generator)
    found.dense[f"{NARROW}_retrained"] = narrowed(data, dense, NARROW, EPOCHS // 2, generator)
    model = copied(spiking)
    model.bits = NARROW
    fit(model, EPOCHS // 2, count, generator, 5e-4, data.spiking_loss(generator, later=True))
    model.bits = None
    found.spiking[f"{NARROW}_retrained"] = quantised(model, NARROW)
    for size in SIZES:
        small = fit(Dense(size), EPOCHS, count, generator, 2e-3, data.dense_loss)
        found.dense[f"{NARROW}_of_{size}"] = narrowed(data, small, NARROW, EPOCHS // 2, generator)
    return found


def on_cells(model: Spiking, generator: torch.Generator) -> Spiking:
    """The network with each weight in a pair of memristive cells, off by what devices differ.

    A positive weight is in the first cell of its pair, a negative one in the second, at one of the cell's levels.
    Deviations are those between devices that the cell's spec states at both ends of its range, linear between them.
    """
    claims = load_device(CELL).claims
    low, high = claims["low_conductance"], claims["high_conductance"]
    steps = 2.0 ** claims["bits_per_cell"].value - 1.0
    made = copied(model)
    with torch.no_grad():
        for layer in (made.hidden, made.output):
            largest = layer.weight.abs().max()
            pair = torch.stack([layer.weight.clamp(min=0.0), (-layer.weight).clamp(min=0.0)]) / largest
            share = torch.round(pair * steps) / steps
            deviation = low.value * (low.device_to_device or 0.0) * (1.0 - share)
            deviation = deviation + high.value * (high.device_to_device or 0.0) * share
            conductance = low.value + share * (high.value - low.value)
            conductance = conductance + deviation * torch.randn(share.shape, generator=generator)
            programmed = conductance.clamp(min=0.0)
            layer.weight.copy_(largest * (programmed[0] - programmed[1]) / (high.value - low.value))
    return made


def accuracies(data: Data, found: Trained, seed: int) -> dict[str, float]:
    """Of every network of a seed."""
    made = {f"spiking_{name}": data.spiking_accuracy(m, found.spikes) for name, m in found.spiking.items()}
    made |= {f"dense_{name}": data.dense_accuracy(m) for name, m in found.dense.items()}
    generator = torch.Generator().manual_seed(seed + 2)
    for name in (f"{BITS}", f"{NARROW}_retrained"):
        programmed = [on_cells(found.spiking[name], generator) for _ in range(PROGRAMMINGS)]
        made[f"spiking_{name}_on_cells"] = float(
            np.mean([data.spiking_accuracy(one, found.spikes) for one in programmed])
        )
    return made


def save_samples(name: str, spikes: torch.Tensor, labels: torch.Tensor) -> None:
    """Input spikes (samples, timesteps, neurons) and the class of each sample."""
    np.savez_compressed(
        HERE / name, input=spikes.transpose(0, 1).bool().numpy(), labels=labels.to(torch.uint8).numpy()
    )


def write_network(data: Data, found: Trained) -> None:
    """What `neuroest behave` needs: whole-number weights, what the neurons do with them, and samples."""
    arrays: dict[str, Any] = {}
    model = found.spiking[f"{BITS}"]
    for name, layer in (("hidden", model.hidden), ("output", model.output)):
        step = layer.weight.abs().max() / (2 ** (BITS - 1) - 1)
        arrays[name] = torch.round(layer.weight / step).to(torch.int8).detach().numpy()
        arrays[f"{name}.step"] = np.float64(step.item())
        arrays[f"{name}.decay"], arrays[f"{name}.threshold"] = np.float64(DECAY), np.float64(1.0)
    np.savez_compressed(HERE / "weights.npz", **arrays)
    save_samples("test.npz", found.spikes, data.test_labels)
    few = slice(0, CALIBRATION)
    seen = encoded(data.train[few], torch.Generator().manual_seed(SEED + 2))
    save_samples("calibration.npz", seen, data.train_labels[few])


def write_recordings(data: Data, found: Trained) -> dict[str, str]:
    """Spikes and activations of the first test digits; returns the files' hashes."""
    chosen, hashes = slice(0, RECORDED), {}
    for suffix, spiking, dense in (
        ("", f"{BITS}", f"{BITS}"), (f"_{NARROW}bit", f"{NARROW}_retrained", f"{NARROW}_retrained"),
    ):  # fmt: skip
        with torch.no_grad():
            outputs, hidden = found.spiking[spiking](found.spikes)
            activations = found.dense[dense].activations(data.test)[chosen]
        top = 2 ** (NARROW if suffix else BITS) - 1
        np.savez_compressed(
            HERE / f"recording{suffix}.npz",
            input=found.spikes[:, chosen].transpose(0, 1).bool().numpy(),
            hidden=hidden[:, chosen].transpose(0, 1).bool().numpy(),
            output=outputs[:, chosen].transpose(0, 1).bool().numpy(),
        )
        pixels = data.test[chosen] * (top if suffix else 16)
        np.savez_compressed(
            HERE / f"recording_dense{suffix}.npz",
            input=torch.round(pixels).to(torch.uint8).numpy(),
            hidden=torch.round(activations / activations.max() * top).to(torch.uint8).numpy(),
        )
        for name in (f"recording{suffix}", f"recording_dense{suffix}"):
            hashes[f"{name}_sha256"] = hashlib.sha256((HERE / f"{name}.npz").read_bytes()).hexdigest()
    return hashes


def write_workload(
    model: Any, sample: torch.Tensor, name: str, accuracy: float, bits: int, tested: int
) -> None:
    """The workload that a trace of the model on the sample gives, with its accuracy in it."""
    path = HERE / f"{name}.yaml"
    path.unlink(missing_ok=True)
    neuroest.trace(
        model,
        sample,
        time_first=isinstance(model, Spiking),
        name=name,
        options=ImportOptions(weight_bits=bits, activation_bits=bits),
        dataset=f"scikit-learn digits, test split of seed {SEED}",
    ).save(path)
    task = (
        f"task:\n  dataset: scikit-learn digits\n  metric: accuracy\n  value: {100 * accuracy:.2f} %\n"
        "  basis: simulated\n  source: recording\n"
        f"  conditions: {tested} test samples, {bits}-bit weights, examples/digits_snn/train.py\n"
    )
    path.write_text(
        path.read_text(encoding="utf-8").replace("coding:", f"{task}coding:", 1), encoding="utf-8"
    )


def write_workloads(data: Data, found: Trained, reached: dict[str, float], equal: str) -> dict[str, Any]:
    """The networks that are compared; returns the spike rates of the recorded digits."""
    chosen, rates = slice(0, RECORDED), {}
    pairs = {f"{BITS}": "", f"{NARROW}_retrained": f"_{NARROW}bit"}
    for name, suffix in pairs.items():
        bits, spikes = (NARROW if suffix else BITS), found.spikes[:, chosen]
        with torch.no_grad():
            outputs, hidden = found.spiking[name](spikes)
        rates[f"{bits}"] = {
            "input": round(float(spikes.mean()), 5),
            "hidden": round(float(hidden.mean()), 5),
            "output": round(float(outputs.mean()), 5),
        }
        accuracy = reached[f"spiking_{name}"]
        write_workload(found.spiking[name], spikes, f"digits_spiking{suffix}", accuracy, bits, len(data.test))
    for name, suffix in {**pairs, equal: f"_{NARROW}bit_small"}.items():
        # as it is without rounding of activations, whose bits the trace takes the statistics at
        model, bits = copied(found.dense[name]), NARROW if suffix else BITS
        accuracy = reached[f"dense_{name}"]
        write_workload(model, data.test[chosen], f"digits_dense{suffix}", accuracy, bits, len(data.test))
    return rates


def summary(each: dict[int, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Accuracy of the recorded seed, and mean and deviation over all."""
    return {
        name: {
            "recorded": round(each[SEED][name], 4),
            "mean": round(float(np.mean([one[name] for one in each.values()])), 4),
            "standard_deviation": round(float(np.std([one[name] for one in each.values()], ddof=1)), 4),
        }
        for name in each[SEED]
    }


def main() -> None:
    """Train, measure, record, write."""
    torch.set_num_threads(1)
    data = digits()
    found = {seed: train(data, seed) for seed in SEEDS}
    each = {seed: accuracies(data, found[seed], seed) for seed in SEEDS}
    hashes = write_recordings(data, found[SEED])
    write_network(data, found[SEED])
    accuracy = summary(each)
    target = accuracy[f"spiking_{NARROW}_retrained"]["mean"]
    small = next((h for h in SIZES if accuracy[f"dense_{NARROW}_of_{h}"]["mean"] >= target), HIDDEN)
    equal = f"{NARROW}_of_{small}" if small in SIZES else f"{NARROW}_retrained"
    rates = write_workloads(data, found[SEED], each[SEED], equal)
    record = {
        "accuracy": accuracy,
        "small_hidden_neurons": small,
        "seeds": list(SEEDS),
        "test_samples": len(data.test),
        "recorded_samples": RECORDED,
        "timesteps": TIMESTEPS,
        "hidden_neurons": HIDDEN,
        "cell": CELL,
        "programmings": PROGRAMMINGS,
        "rates": rates,
        **hashes,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "snntorch": snn.__version__,
        },
    }
    (HERE / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
