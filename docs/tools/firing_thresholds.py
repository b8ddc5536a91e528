"""Measure the threshold of trained neurons over the standard deviation of their results, and what drives a spike.

``python docs/tools/firing_thresholds.py`` reads the weights and test samples of ``examples/digits_snn``, trains a
recurrent network of the shape of `shd_recurrent_spiking` on synthetic words (twenty classes of 700 channels, whose
rates rise and fall at times of their own), and writes ``docs/tools/firing_thresholds.csv``, from which
``docs/models/integration.md`` and the default threshold of a workload have their numbers. It needs torch.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

HERE = Path(__file__).parent
DIGITS = HERE.parents[1] / "examples" / "digits_snn"
CHANNELS, HIDDEN, CLASSES, STEPS = 700, 200, 20, 100
BATCHES, BATCH, TESTED = 260, 48, 200
HIDDEN_DECAY, OUTPUT_DECAY = math.exp(-14.0 / 20.0), 0.95
HEAD = ("network", "layer", "rate", "threshold", "timesteps", "drive", "zero_mean_share")
Array = NDArray[Any]


def statistics(
    network: str, layer: str, results: Array, spikes: Array, weights: Array, density: float
) -> tuple[Any, ...]:
    """Numbers of a layer; results in thresholds, as (samples, timesteps, neurons).

    The standard deviation is that of `neuroest.equations.accuracy.dot_product_spread`, of which estimates know.
    """
    spread = float(np.sqrt(np.mean(weights**2)) * np.sqrt(weights.shape[1] * density))
    lasting, drive = [], []
    for sample, step, neuron in np.argwhere(spikes)[:4000]:
        before = results[sample, step::-1, neuron]
        reached = np.cumsum(before) >= 1.0
        steps = int(np.argmax(reached)) + 1 if reached.any() else len(before)
        lasting.append(steps)
        drive.append(np.maximum(before[:steps], 0.0).mean() / spread)
    return (
        network, layer, f"{spikes.mean():.4f}", f"{1.0 / spread:.3g}", f"{np.mean(lasting):.2f}",
        f"{np.mean(drive):.3g}", f"{np.clip(results / (3.0 * spread), 0.0, 1.0).mean():.3f}",
    )  # fmt: skip


def digits() -> list[tuple[Any, ...]]:
    """The trained network of the example, layer by layer."""
    found, weights = [], np.load(DIGITS / "weights.npz")
    given = np.load(DIGITS / "test.npz")["input"].astype(float)
    for layer in ("hidden", "output"):
        threshold, decay = float(weights[f"{layer}.threshold"]), float(weights[f"{layer}.decay"])
        scaled = weights[layer] * float(weights[f"{layer}.step"]) / threshold
        results = given @ scaled.T
        state, spikes = np.zeros(results[:, 0].shape), np.zeros(results.shape)
        for step in range(results.shape[1]):
            state = decay * state + results[:, step]
            spikes[:, step] = state >= 1.0
            state = state - spikes[:, step]
        found.append(statistics("digits", layer, results, spikes, scaled, given.mean()))
        given = spikes
    return found


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, potential: Any) -> Any:
        ctx.save_for_backward(potential)
        return (potential > 0).float()

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (potential,) = ctx.saved_tensors
        return gradient / (1.0 + 10.0 * potential.abs()) ** 2


def _words(random: np.random.Generator) -> torch.Tensor:
    """Rate of each channel over time, by class, with a mean of a tenth."""
    time = np.arange(STEPS)[:, None, None]
    found = []
    for _ in range(CLASSES):
        centre = random.uniform(5.0, 85.0, (CHANNELS, 2))
        width = random.uniform(2.0, 6.0, (CHANNELS, 2))
        height = random.gamma(1.0, 1.0, (CHANNELS, 2)) * (random.random((CHANNELS, 2)) < 0.5)
        found.append((height * np.exp(-0.5 * ((time - centre) / width) ** 2)).sum(axis=-1))
    rates = np.array(found)
    return torch.tensor(np.clip(rates * 0.1 / rates.mean(), 0.0, 1.0), dtype=torch.float32)


def _batch(rates: torch.Tensor, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Spikes of words that begin at different times and are of different loudness."""
    words = torch.randint(CLASSES, (size,))
    shifted = [torch.roll(rates[word], int(torch.randint(-6, 7, ())), 0) for word in words]
    loudness = torch.exp(0.3 * torch.randn(size, 1, CHANNELS))
    chance = torch.stack(shifted) * loudness * 0.8 + 0.02
    return (torch.rand_like(chance) < chance).float(), words


def words() -> list[tuple[Any, ...]]:
    """The recurrent network after training, layer by layer."""
    torch.manual_seed(1)
    rates = _words(np.random.default_rng(1))
    inward, around, outward = (
        torch.nn.Parameter(torch.randn(rows, columns) * scale / math.sqrt(columns))
        for rows, columns, scale in ((HIDDEN, CHANNELS, 0.6), (HIDDEN, HIDDEN, 0.2), (CLASSES, HIDDEN, 1.5))
    )
    training = torch.optim.Adam([inward, around, outward], lr=2e-3)

    def run(given: torch.Tensor) -> list[torch.Tensor]:
        size, fed = len(given), given @ inward.T
        state, fired = torch.zeros(size, HIDDEN), torch.zeros(size, HIDDEN)
        last, answer = torch.zeros(size, CLASSES), torch.zeros(size, CLASSES)
        kept: list[list[torch.Tensor]] = [[] for _ in range(5)]
        for step in range(STEPS):
            first = fed[:, step] + fired @ around.T
            state = HIDDEN_DECAY * state * (1.0 - fired) + first
            fired = _Spike.apply(state - 1.0)
            second = fired @ outward.T
            last = OUTPUT_DECAY * last * (1.0 - answer) + second
            answer = _Spike.apply(last - 1.0)
            for rows, value in zip(kept, (first, fired, second, answer, last), strict=True):
                rows.append(value)
        return [torch.stack(rows, dim=1) for rows in kept]

    for _ in range(BATCHES):
        given, labels = _batch(rates, BATCH)
        _, hidden, _, output, potential = run(given)
        scores = output.sum(dim=1) + 0.5 * potential.amax(dim=1)
        busy = (
            torch.clamp(hidden.mean() - 0.004, min=0.0) + 0.1 * ((output.mean(dim=(0, 1)) - 0.02) ** 2).mean()
        )
        loss = torch.nn.functional.cross_entropy(scores, labels) + 40.0 * busy
        training.zero_grad()
        loss.backward()
        training.step()
    with torch.no_grad():
        given, _ = _batch(rates, TESTED)
        first, hidden, second, output, _ = (value.numpy() for value in run(given))
    drawn = (
        ("hidden", first, hidden, inward.detach().numpy(), float(given.mean())),
        ("output", second, output, outward.detach().numpy(), float(hidden.mean())),
    )
    return [statistics("words", *layer) for layer in drawn]


def main() -> None:
    """Write the table."""
    rows = [*digits(), *words()]
    with (HERE / "firing_thresholds.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
