"""Measure the accuracy of a spiking network against the error of its results, and write it into its workload.

::

    python docs/tools/accuracy_curve.py examples/digits_snn/digits_spiking.yaml \
        examples/digits_snn/weights.npz examples/digits_snn/test.npz

No chip is used: errors of a stated size are drawn into the results of every layer of the ideal network. What was
measured is under ``task.against_error`` of the workload, so that an estimate of any chip states an accuracy.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

from neuroest.blocks.neurons.base import Membrane
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array
from neuroest.loading.library import load_workload
from neuroest.network_simulation.columns import Stage, Trim
from neuroest.network_simulation.files import Samples, read_network, read_samples
from neuroest.network_simulation.networks import Network, NeuronLayer
from neuroest.network_simulation.neurons import (
    Devices,
    Effects,
    ExactProducts,
    LinearNeurons,
    Neurons,
    Products,
    decided,
    ideal_network,
    ideal_neurons,
    run_network,
)
from neuroest.workloads.importers.files import file_sha256

SOURCE = "accuracy_curve"
RATIOS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
"""Ratios of the variance of the results to that of their errors."""
DEVIATIONS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.6)
"""Relative deviations of the drive that fires a neuron."""
_CHIPS = 8
"""Sets of errors that stay, among which the samples are divided."""
_REPEATS = 3
"""Draws of all errors for each ratio."""
_GAINS = (0.7, 1.0, 1.4)
"""Full scales that are tried for each layer, over one threshold."""


@frozen_dataclass
class ErrorCurve:
    """Accuracy of a network with errors in the results of every layer.

    Attributes
    ----------
    exact : float
        Accuracy without errors.
    lasting, fluctuating : tuple of float
        Accuracy at each of `RATIOS` with errors of the weights that stay, and with errors that are new in each read.
    between, within : tuple of float
        Accuracy at each of `DEVIATIONS` of the firing drive, between neurons and from spike to spike.
    signed, unsigned : float
        Accuracy without errors on neurons that keep their charge between timesteps and take drives of both signs, and
        on such that take no negative drive; a full drive is one threshold.
    samples : int
        Samples of the test.
    """

    exact: float
    lasting: tuple[float, ...]
    fluctuating: tuple[float, ...]
    between: tuple[float, ...]
    within: tuple[float, ...]
    signed: float
    unsigned: float
    samples: int


class _Fluctuating:
    """Neurons whose results have an error that is new in each timestep."""

    def __init__(self, neurons: Neurons, deviation: float, generator: np.random.Generator) -> None:
        self.neurons, self.deviation, self.generator = neurons, deviation, generator

    def advance(self, results: Array) -> Array:
        return self.neurons.advance(results + self.deviation * self.generator.standard_normal(results.shape))


class _Deviating:
    """Neurons that need another drive than the ideal one, always or until their next spike."""

    def __init__(
        self, neurons: Neurons, deviation: float, generator: np.random.Generator, *, within: bool
    ) -> None:
        self.neurons, self.deviation, self.generator, self.within = neurons, deviation, generator, within
        self.gains: Array | None = None

    def advance(self, results: Array) -> Array:
        if self.gains is None:
            shape = results.shape if self.within else (_CHIPS, results.shape[1])
            drawn = self._drawn(shape)
            self.gains = drawn if self.within else drawn[np.arange(len(results)) % _CHIPS]
        spikes = self.neurons.advance(results * self.gains)
        if self.within:
            self.gains = np.where(spikes, self._drawn(results.shape), self.gains)
        return spikes

    def _drawn(self, shape: tuple[int, ...]) -> Array:
        return np.asarray(np.exp(self.deviation * self.generator.standard_normal(shape)))


class _Lasting:
    """Weights with an error that stays, another one for each set of samples."""

    def __init__(
        self, layer: NeuronLayer, deviation: float, generator: np.random.Generator, samples: int
    ) -> None:
        shape = layer.matrix.shape
        self.sets = [(layer.matrix + deviation * generator.standard_normal(shape)).T for _ in range(_CHIPS)]
        self.of_row = np.repeat(np.arange(samples) % _CHIPS, layer.positions)

    def of(self, rows: Array) -> Array:
        found = np.zeros((len(rows), self.sets[0].shape[1]))
        for number, matrix in enumerate(self.sets):
            chosen = self.of_row == number
            found[chosen] = rows[chosen].astype(float) @ matrix
        return found


class _Watched(ExactProducts):
    """Exact products that remember the mean square of their rows."""

    def __init__(self, layer: NeuronLayer) -> None:
        super().__init__(layer)
        self.squares: list[float] = []

    def of(self, rows: Array) -> Array:
        self.squares.append(float(np.mean(np.sum(rows.astype(float) ** 2, axis=1))))
        return super().of(rows)


def measure(network: Network, samples: Samples, seed: int = 0) -> ErrorCurve:
    """Measure the curve of a network.

    The variance of an error is that of the layer's results over the ratio. An error of the weights that stays gives the
    same variance, on average over the inputs.
    """
    spikes = samples.spikes
    results: dict[str, list[Array]] = {}
    watched = {layer.name: _Watched(layer) for layer in network.layers}
    run_network(
        network, spikes, watched, ideal_neurons(network, len(spikes)),
        lambda name, found: results.setdefault(name, []).append(found),
    )  # fmt: skip
    deviations = {name: float(np.std(np.stack(found))) for name, found in results.items()}
    rows = {name: float(np.sqrt(np.mean(one.squares))) for name, one in watched.items()}

    def right(products: dict[str, Products], neurons: dict[str, Neurons]) -> float:
        found = run_network(network, spikes, products, neurons)
        return float(np.mean(decided(found[network.output.name]) == samples.labels))

    def exact() -> dict[str, Products]:
        return {layer.name: ExactProducts(layer) for layer in network.layers}

    def lasting(ratio: float, generator: np.random.Generator) -> float:
        products: dict[str, Products] = {}
        for layer in network.layers:
            in_steps = deviations[layer.name] / np.sqrt(ratio) * layer.threshold / layer.step
            products[layer.name] = _Lasting(layer, in_steps / rows[layer.name], generator, len(spikes))
        return right(products, ideal_neurons(network, len(spikes)))

    def fluctuating(ratio: float, generator: np.random.Generator) -> float:
        ideal = ideal_neurons(network, len(spikes))
        neurons: dict[str, Neurons] = {
            name: _Fluctuating(one, deviations[name] / np.sqrt(ratio), generator)
            for name, one in ideal.items()
        }
        return right(exact(), neurons)

    def deviating(deviation: float, generator: np.random.Generator, *, within: bool = False) -> float:
        ideal = ideal_neurons(network, len(spikes))
        neurons: dict[str, Neurons] = {
            name: _Deviating(one, deviation, generator, within=within) for name, one in ideal.items()
        }
        return right(exact(), neurons)

    def repeated(of: object, ratio: float) -> float:
        draws = [np.random.default_rng([seed, number]) for number in range(_REPEATS)]
        return float(np.mean([of(ratio, draw) for draw in draws]))  # type: ignore[operator]

    trimmed = {
        kind: _on_neurons(network, samples, exact(), signed=kind == "signed")
        for kind in ("signed", "unsigned")
    }
    answers = decided(ideal_network(network, spikes)[network.output.name])
    within = partial(deviating, within=True)
    return ErrorCurve(
        float(np.mean(answers == samples.labels)),
        tuple(repeated(lasting, ratio) for ratio in RATIOS),
        tuple(repeated(fluctuating, ratio) for ratio in RATIOS),
        tuple(repeated(deviating, deviation) for deviation in DEVIATIONS),
        tuple(repeated(within, deviation) for deviation in DEVIATIONS),
        **trimmed,
        samples=len(spikes),
    )


def _on_neurons(network: Network, samples: Samples, products: dict[str, Products], *, signed: bool) -> float:
    """Accuracy on linear neurons without deviations, at the best full scale that all layers have in common."""
    stage = Stage("amplitude", 1.0, 1.0, 1.0, signed=signed)
    number, rng = np.arange(len(samples.labels)), np.random.default_rng(0)
    quiet, best = Effects(noise=False, spread=False), 0.0
    for gain in _GAINS:
        neurons: dict[str, Neurons] = {
            layer.name: LinearNeurons(
                Membrane(1.0, signed=signed), stage, Trim(0.0, 1.0 / gain), (len(number), layer.outputs),
                Devices(number, 1, 1), (rng, rng), quiet,
            )
            for layer in network.layers
        }  # fmt: skip
        found = run_network(network, samples.spikes, products, neurons)
        right = decided(found[network.output.name]) == samples.labels
        best = max(best, float(np.mean(right)))
    return best


def block(found: ErrorCurve) -> str:
    """The curve as a workload states it."""

    def row(values: tuple[float, ...]) -> str:
        """Numbers to a tenth of a percent."""
        return "[" + ", ".join(f"{round(value, 3):g}" for value in values) + "]"

    return (
        "  against_error:\n"
        f"    signal_to_error_ratio: {row(RATIOS)}\n"
        f"    lasting: {row(found.lasting)}\n"
        f"    fluctuating: {row(found.fluctuating)}\n"
        f"    deviation: {row(DEVIATIONS)}\n    between: {row(found.between)}\n"
        f"    within: {row(found.within)}\n"
        f"    exact: {found.exact:.3f}\n    signed: {found.signed:.3f}\n    unsigned: {found.unsigned:.3f}\n"
        f"    basis: simulated\n    source: {SOURCE}\n"
        f"    conditions: {found.samples} test samples, three draws of all errors\n"
    )


def written(text: str, found: ErrorCurve, weights: Path, samples: Path) -> str:
    """The text of a workload with the curve in place of an older one."""
    lines = text.splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines) if line.startswith("  against_error:")), None)
    if start is not None:
        end = next(number for number in range(start + 1, len(lines)) if not lines[number].startswith("    "))
        del lines[start:end]
    task = next(number for number, line in enumerate(lines) if line.startswith("task:"))
    after = next(number for number in range(task + 1, len(lines)) if not lines[number].startswith("  "))
    lines.insert(after, block(found))
    text = "".join(lines)
    source = (
        f"  {SOURCE}:\n    type: misc\n    title: Accuracy of the network with errors in the results of every layer\n"
        "    year: 2026\n    seen_note: 'docs/tools/accuracy_curve.py; "
        f"weights {file_sha256(weights)}; samples {file_sha256(samples)}'\n"
    )
    if f"  {SOURCE}:\n" in text:
        return text
    return text.replace("sources:\n", f"sources:\n{source}", 1)


def main() -> None:
    """Measure and write."""
    workload, weights, samples = map(Path, sys.argv[1:4])
    spec = load_workload(workload).spec
    found = measure(read_network(weights, spec)[0], read_samples(samples, spec))
    text = written(workload.read_text(encoding="utf-8"), found, weights, samples)
    workload.write_text(text, encoding="utf-8")
    sys.stdout.write(block(found))


if __name__ == "__main__":
    main()
