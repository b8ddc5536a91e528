"""Train a spiking network and its dense twin on scikit-learn's digits, and record what they do.

Run it with ``pip install 'neuroest[torch]' snntorch scikit-learn``; it takes about 15 s on one core and writes
`recording.npz`, `recording_dense.npz`, `weights.npz`, `test.npz`, `calibration.npz`, `digits_spiking.yaml`,
`digits_dense.yaml` and `training.json` beside itself.
What is committed came from this script. `compare.py` needs the results only.
"""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import snntorch as snn
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from snntorch import surrogate

import neuroest
from neuroest.workloads.importers import ImportOptions

HERE = Path(__file__).parent
SEED = 7
TIMESTEPS = 10
HIDDEN = 96
EPOCHS = 60
BATCH = 64
RECORDED = 120
CALIBRATION = 200
DECAY = 0.9
BITS = 8
SPIKE_PENALTY = 1e-3


class Spiking(torch.nn.Module):
    """64-96-10, leaky integrate-and-fire, input as spikes whose probability is the pixel."""

    def __init__(self) -> None:
        super().__init__()
        gradient = surrogate.fast_sigmoid(slope=25)
        self.hidden = torch.nn.Linear(64, HIDDEN, bias=False)
        self.hidden_neurons = snn.Leaky(beta=DECAY, spike_grad=gradient)
        self.output = torch.nn.Linear(HIDDEN, 10, bias=False)
        self.output_neurons = snn.Leaky(beta=DECAY, spike_grad=gradient)
        with torch.no_grad():  # without biases the usual start is too quiet to learn from
            self.hidden.weight.mul_(2.0)
            self.output.weight.mul_(2.0)

    def forward(self, spikes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Spikes of the output and of the hidden layer, timesteps first."""
        first, last = self.hidden_neurons.init_leaky(), self.output_neurons.init_leaky()
        outputs, hidden = [], []
        for step in range(spikes.shape[0]):
            fired, first = self.hidden_neurons(self.hidden(spikes[step]), first)
            answer, last = self.output_neurons(self.output(fired), last)
            outputs.append(answer)
            hidden.append(fired)
        return torch.stack(outputs), torch.stack(hidden)


class Dense(torch.nn.Module):
    """The same layers with rectifiers, once."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(64, HIDDEN, bias=False)
        self.output = torch.nn.Linear(HIDDEN, 10, bias=False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Scores of the ten digits."""
        return self.output(torch.relu(self.hidden(pixels)))


def quantised(model: torch.nn.Module) -> torch.nn.Module:
    """Round every weight to eight bits of its layer's range."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                step = parameter.abs().max() / (2 ** (BITS - 1) - 1)
                parameter.copy_(torch.round(parameter / step) * step)
    return model


def encoded(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A spike with the pixel's intensity as its probability, in every timestep anew."""
    drawn = torch.rand((TIMESTEPS, *pixels.shape), generator=generator)
    return (drawn < pixels).float()


def save_network(model: Spiking) -> None:
    """Whole-number weights of each layer with the size of one step, and what their neurons do with them."""
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for name, layer in (("hidden", model.hidden), ("output", model.output)):
        step = layer.weight.abs().max() / (2 ** (BITS - 1) - 1)
        arrays[name] = torch.round(layer.weight / step).to(torch.int8).detach().numpy()
        arrays[f"{name}.step"] = np.float64(step.item())
        arrays[f"{name}.decay"] = np.float64(DECAY)
        arrays[f"{name}.threshold"] = np.float64(1.0)
    np.savez_compressed(HERE / "weights.npz", **arrays)


def save_samples(name: str, spikes: torch.Tensor, labels: torch.Tensor) -> None:
    """Input spikes (samples, timesteps, neurons) and the class of each sample."""
    np.savez_compressed(
        HERE / name, input=spikes.transpose(0, 1).bool().numpy(), labels=labels.to(torch.uint8).numpy()
    )


def batches(count: int, generator: torch.Generator) -> list[torch.Tensor]:
    """The samples in another order for each epoch."""
    return list(torch.randperm(count, generator=generator).split(BATCH))


def train_spiking(pixels: torch.Tensor, labels: torch.Tensor, generator: torch.Generator) -> Spiking:
    """Cross entropy of the output's spike counts, and in the second half a small price on hidden spikes."""
    model = Spiking()
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(EPOCHS):
        price = SPIKE_PENALTY if epoch > EPOCHS // 2 else 0.0
        for chosen in batches(len(pixels), generator):
            outputs, hidden = model(encoded(pixels[chosen], generator))
            loss = torch.nn.functional.cross_entropy(outputs.sum(0), labels[chosen])
            loss = loss + price * hidden.sum((0, 2)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model


def train_dense(pixels: torch.Tensor, labels: torch.Tensor, generator: torch.Generator) -> Dense:
    """Cross entropy."""
    model = Dense()
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(EPOCHS // 2):
        for chosen in batches(len(pixels), generator):
            loss = torch.nn.functional.cross_entropy(model(pixels[chosen]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model


def main() -> None:
    """Train, measure, record, write."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    digits = load_digits()
    split = train_test_split(
        digits.data / 16.0, digits.target, test_size=0.2, random_state=SEED, stratify=digits.target
    )
    train, test = (torch.tensor(part, dtype=torch.float32) for part in split[:2])
    train_labels, test_labels = (torch.tensor(part) for part in split[2:])
    spiking = quantised(train_spiking(train, train_labels, generator))
    dense = quantised(train_dense(train, train_labels, generator))
    spikes = encoded(test, torch.Generator().manual_seed(SEED + 1))
    with torch.no_grad():
        outputs, hidden = spiking(spikes)
        accuracy = (outputs.sum(0).argmax(1) == test_labels).float().mean().item()
        activations = torch.relu(dense.hidden(test))
        dense_accuracy = (dense(test).argmax(1) == test_labels).float().mean().item()
    chosen = slice(0, RECORDED)
    np.savez_compressed(
        HERE / "recording.npz",
        input=spikes[:, chosen].transpose(0, 1).bool().numpy(),
        hidden=hidden[:, chosen].transpose(0, 1).bool().numpy(),
        output=outputs[:, chosen].transpose(0, 1).bool().numpy(),
    )
    save_network(spiking)
    save_samples("test.npz", spikes, test_labels)
    few = slice(0, CALIBRATION)
    seen = encoded(train[few], torch.Generator().manual_seed(SEED + 2))
    save_samples("calibration.npz", seen, train_labels[few])
    largest = activations[chosen].max()
    np.savez_compressed(
        HERE / "recording_dense.npz",
        input=(test[chosen] * 16).to(torch.uint8).numpy(),
        hidden=torch.round(activations[chosen] / largest * 255).to(torch.uint8).numpy(),
    )
    options = ImportOptions(weight_bits=BITS, activation_bits=BITS)
    for model, sample, name, first, reached in (
        (spiking, spikes[:, chosen], "digits_spiking", True, accuracy),
        (dense, test[chosen], "digits_dense", False, dense_accuracy),
    ):
        path = HERE / f"{name}.yaml"
        path.unlink(missing_ok=True)
        neuroest.trace(
            model,
            sample,
            time_first=first,
            name=name,
            options=options,
            dataset=f"scikit-learn digits, test split of seed {SEED}",
        ).save(path)
        task = (
            f"task:\n  dataset: scikit-learn digits\n  metric: accuracy\n  value: {100 * reached:.2f} %\n"
            "  basis: simulated\n  source: recording\n"
            f"  conditions: {len(test)} test samples, 8-bit weights, examples/digits_snn/train.py\n"
        )
        path.write_text(
            path.read_text(encoding="utf-8").replace("coding:", f"{task}coding:", 1), encoding="utf-8"
        )
    record = {
        "spiking_accuracy": round(accuracy, 4),
        "dense_accuracy": round(dense_accuracy, 4),
        "test_samples": len(test),
        "recorded_samples": RECORDED,
        "timesteps": TIMESTEPS,
        "hidden_neurons": HIDDEN,
        "weight_bits": BITS,
        "seed": SEED,
        "rates": {
            "input": round(float(spikes[:, chosen].mean()), 5),
            "hidden": round(float(hidden[:, chosen].mean()), 5),
            "output": round(float(outputs[:, chosen].mean()), 5),
        },
        "recording_sha256": hashlib.sha256((HERE / "recording.npz").read_bytes()).hexdigest(),
        "recording_dense_sha256": hashlib.sha256((HERE / "recording_dense.npz").read_bytes()).hexdigest(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "snntorch": snn.__version__,
        },
    }
    (HERE / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
