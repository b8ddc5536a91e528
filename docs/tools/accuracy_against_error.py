"""Draw errors into real forward passes, and write what accuracy is left.

::

    python docs/tools/accuracy_against_error.py

An error of the results of every layer is drawn new for each image, with the variance of the layer's results over the
signal to error ratio. Three networks see made images of ten classes: a fully connected one of the shape of
``mlp_mnist_dense``; one of the layers of ``vgg9_cifar10_dense`` with an eighth of the channels; and one of those of
``resnet18_imagenet_dense`` with an eighth of the channels at 64 x 64. The first two are trained here, the layers of the
third are random and its last one is fitted. The table is ``validation/accuracy/accuracy_against_error.csv``.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float32]
Perturb = Callable[[Array], Array]
TABLE = Path(__file__).parents[2] / "validation" / "accuracy" / "accuracy_against_error.csv"
RATIOS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, np.inf)
CLASSES = 10


def images(count: int, size: int, channels: int, seed: int) -> tuple[Array, NDArray[np.int64]]:
    """Made images: each class has two waves of its own, in any phase and strength, under noise and foreign waves."""
    known, drawn = np.random.default_rng(1), np.random.default_rng(seed)
    waves = known.uniform(1.0, size / 5.0, (CLASSES, 2, 2)) * known.choice([-1.0, 1.0], (CLASSES, 2, 2))
    colours = known.normal(size=(CLASSES, 2, channels))
    labels = drawn.integers(CLASSES, size=count)
    y, x = np.mgrid[0:size, 0:size] / size
    found = 0.7 * drawn.normal(size=(count, channels, size, size))
    for part, strength in ((labels, 1.0), (drawn.integers(CLASSES, size=count), 0.4)):
        for wave in range(2):
            across = waves[part, wave, 0, None, None] * x + waves[part, wave, 1, None, None] * y
            shade = np.sin(2.0 * np.pi * (across + drawn.random((count, 1, 1))))
            found += strength * colours[part, wave][:, :, None, None] * shade[:, None]
    return found.astype(np.float32), labels


def unfolded(x: Array, stride: int = 1) -> Array:
    """Windows of 3 x 3 of padded maps, one to a row."""
    windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, x.shape[1] * 9)


def convolved(x: Array, weight: Array, stride: int = 1) -> Array:
    """A convolution of 3 x 3."""
    side = x.shape[2] // stride
    return (unfolded(x, stride) @ weight).reshape(x.shape[0], side, side, -1).transpose(0, 3, 1, 2)


def pooled(x: Array) -> Array:
    """Means of 2 x 2."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))


def folded_back(rows: Array, shape: tuple[int, ...]) -> Array:
    """Gradient of maps from that of their windows."""
    n, c, h, w = shape
    parts = rows.reshape(n, h, w, c, 3, 3).transpose(0, 3, 4, 5, 1, 2)
    out = np.zeros((n, c, h + 2, w + 2), np.float32)
    for i in range(3):
        for j in range(3):
            out[:, :, i : i + h, j : j + w] += parts[:, :, i, j]
    return out[:, :, 1:-1, 1:-1]


class Network:
    """Convolutions with means of 2 x 2 after every second one, then fully connected layers, trained by Adam."""

    def __init__(self, channels: tuple[int, ...], widths: tuple[int, ...], seed: int) -> None:
        drawn = np.random.default_rng(seed)
        shapes = [(a * 9, b) for a, b in pairwise(channels)]
        self.convolutions = len(shapes)
        shapes += list(pairwise(widths))
        self.weights = [(drawn.normal(size=s) * np.sqrt(2.0 / s[0])).astype(np.float32) for s in shapes]
        self.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in self.weights]
        self.steps = 0

    def forward(self, x: Array, perturb: Perturb) -> tuple[Array, list[tuple[Array, Array]]]:
        """Scores, and what the way back needs of each layer: its input and its result."""
        kept = []
        for layer, weight in enumerate(self.weights):
            convolution = layer < self.convolutions
            if layer == self.convolutions:
                x = x.reshape(x.shape[0], -1)
            result = perturb(convolved(x, weight) if convolution else x @ weight)
            kept.append((x, result))
            x = result if layer == len(self.weights) - 1 else np.maximum(result, 0.0)
            if convolution and layer % 2:
                x = pooled(x)
        return x, kept

    def train(self, x: Array, labels: NDArray[np.int64], epochs: int, rate: float, seed: int) -> None:
        """Adam on the cross entropy."""
        drawn = np.random.default_rng(seed)
        for _ in range(epochs):
            for batch in np.array_split(drawn.permutation(len(x)), max(len(x) // 50, 1)):
                self._step(x[batch], labels[batch], rate)

    def _step(self, x: Array, labels: NDArray[np.int64], rate: float) -> None:
        scores, kept = self.forward(x, lambda y: y)
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = share / share.sum(axis=1, keepdims=True)
        slope[np.arange(len(labels)), labels] -= 1.0
        slope = (slope / len(labels)).astype(np.float32)
        self.steps += 1
        for layer in reversed(range(len(self.weights))):
            given, result = kept[layer]
            if layer < self.convolutions:
                if slope.ndim == 2:
                    slope = slope.reshape(given.shape[0], result.shape[1], -1)
                    side = int(np.sqrt(slope.shape[2]))
                    slope = slope.reshape(*slope.shape[:2], side, side)
                if layer % 2:
                    slope = slope.repeat(2, axis=2).repeat(2, axis=3) / 4.0
            if layer < len(self.weights) - 1:
                slope = slope * (result > 0.0)
            weight = self.weights[layer]
            if layer < self.convolutions:
                rows = slope.transpose(0, 2, 3, 1).reshape(-1, weight.shape[1])
                change = unfolded(given).T @ rows
                slope = folded_back(rows @ weight.T, given.shape) if layer else slope
            else:
                change, slope = given.T @ slope, slope @ weight.T
            self._adam(layer, change, rate)

    def _adam(self, layer: int, change: Array, rate: float) -> None:
        first, second = self.moments[layer]
        first += 0.1 * (change - first)
        second += 0.001 * (change * change - second)
        scale = np.sqrt(1.0 - 0.999**self.steps) / (1.0 - 0.9**self.steps)
        self.weights[layer] -= (rate * scale * first / (np.sqrt(second) + 1e-8)).astype(np.float32)


def residual_features(x: Array, perturb: Perturb) -> Array:
    """Features of random residual layers: a first convolution, then eight blocks of two, as in ResNet-18."""
    drawn = np.random.default_rng(4)

    def weight(a: int, b: int) -> Array:
        return (drawn.normal(size=(a * 9, b)) * np.sqrt(2.0 / (a * 9))).astype(np.float32)

    x = pooled(np.maximum(perturb(convolved(x, weight(x.shape[1], 8), 2)), 0.0))
    for channels, stride in ((8, 1), (8, 1), (16, 2), (16, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
        inner = np.maximum(perturb(convolved(x, weight(x.shape[1], channels), stride)), 0.0)
        outer = perturb(convolved(inner, weight(channels, channels)))
        short = x if stride == 1 else pooled(np.concatenate([x, x], axis=1))
        x = np.maximum(short + outer, 0.0) / np.float32(np.sqrt(2.0))
    return x.reshape(x.shape[0], -1)


def with_errors(ratio: float, seed: int) -> Perturb:
    """Errors of the results of a layer at that ratio of variances."""
    drawn = np.random.default_rng(seed)

    def perturb(results: Array) -> Array:
        spread = 0.0 if np.isinf(ratio) else float(np.std(results)) / np.sqrt(ratio)
        return (results + spread * drawn.standard_normal(results.shape, dtype=np.float32)).astype(np.float32)

    return perturb


def trained(
    channels: tuple[int, ...], widths: tuple[int, ...], size: int, train: int, epochs: int, rate: float
) -> Callable[[Perturb], float]:
    """Accuracy of a network that was trained here, with errors."""
    network = Network(channels, widths, 2)
    x, labels = images(train, size, channels[0] if channels else 1, 5)
    seen, truth = images(500, size, channels[0] if channels else 1, 6)
    if not channels:
        x, seen = x.reshape(len(x), -1), seen.reshape(len(seen), -1)
    network.train(x, labels, epochs, rate, 3)
    return lambda perturb: float(np.mean(network.forward(seen, perturb)[0].argmax(axis=1) == truth))


def fitted() -> Callable[[Perturb], float]:
    """Accuracy of random residual layers with a fitted last one, with errors in all layers."""
    x, labels = images(800, 64, 3, 7)
    seen, truth = images(300, 64, 3, 8)
    features = residual_features(x, lambda y: y)
    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs = (features - centre) / spread
    wanted = np.eye(CLASSES)[labels] - 1.0 / CLASSES
    weight = np.linalg.solve(inputs.T @ inputs + 300.0 * np.eye(inputs.shape[1]), inputs.T @ wanted)

    def accuracy(perturb: Perturb) -> float:
        scores = ((residual_features(seen, perturb) - centre) / spread) @ weight
        return float(np.mean(perturb(scores.astype(np.float32)).argmax(axis=1) == truth))

    return accuracy


def main() -> None:
    """Write the table."""
    networks = {
        "mlp": trained((), (784, 512, 512, 10), 28, 3000, 3, 1e-3),
        "vgg9": trained((3, 8, 8, 16, 16, 32, 32), (512, 64, 10), 32, 1500, 5, 2e-3),
        "resnet18": fitted(),
    }
    TABLE.parent.mkdir(exist_ok=True)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["signal_to_error_ratio", *networks])
        for ratio in RATIOS:
            row = [f"{network(with_errors(ratio, 9)):.3f}" for network in networks.values()]
            writer.writerow([f"{ratio:g}", *row])
    sys.stdout.write(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
