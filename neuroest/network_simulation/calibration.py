"""Choose offset and full scale of each layer's stage on samples that are not test samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neuroest.core.progress import Progress, silent
from neuroest.dynamics.diffusive_cells import dc_threshold_voltage
from neuroest.dynamics.in_time import Array
from neuroest.network_simulation.chip_network import LayerOnChip
from neuroest.network_simulation.columns import Trim
from neuroest.network_simulation.diffusive_neurons import DiffusiveKind
from neuroest.network_simulation.files import Samples
from neuroest.network_simulation.networks import NeuronLayer
from neuroest.network_simulation.neurons import (
    IdealNeurons,
    Neurons,
    decided,
    ideal_network,
    ideal_neurons,
    run_network,
)
from neuroest.network_simulation.runs import Run
from neuroest.network_simulation.simulation import Conditions, Simulation

GAINS = (0.5, 0.65, 0.8, 1.0, 1.3, 1.7)
"""Drives for the ideal neuron's threshold, relative to the full drive of the estimate."""
OFFSETS = (0.0, 0.5, 1.0)
"""Offsets of voltages, relative to the voltage below which a diffusive neuron never fires."""
_MOST_NEURONS = 900
"""Number of neurons times samples in one trial of a hidden layer."""
_MOST_SAMPLES = 150
"""Samples of the calibration that are used."""


@dataclass
class _Recorded:
    """Ideal neurons whose results are recorded."""

    neurons: IdealNeurons
    results: list[Array]

    def advance(self, results: Array) -> Array:
        self.results.append(results)
        return self.neurons.advance(results)


@dataclass
class _Replayed:
    """Spikes (samples, timesteps, neurons) of an earlier run."""

    spikes: Array
    timestep: int = -1

    def advance(self, results: Array) -> Array:
        self.timestep += 1
        return np.asarray(self.spikes[:, self.timestep])


def calibrate(
    simulation: Simulation, samples: Samples, note: Callable[[str], None] = silent,
    conditions: Conditions | None = None, progress: Progress = silent,
) -> dict[str, Trim]:  # fmt: skip
    """Trims that match each layer to the ideal one: two numbers per layer, none per neuron.

    A hidden layer is fitted to the spike counts of the ideal network. The output layer is fitted to the share of
    correctly classified samples; ties are decided by the counts. Each layer gets the spikes of the calibrated layers
    before it, a recurrent one its own ideal spikes. All trials of a layer run at once.
    """
    conditions = conditions or Conditions()
    samples = samples.first(_MOST_SAMPLES)
    network = simulation.stored(conditions)
    run = Run(np.arange(len(samples.labels)), simulation.chips)
    products = simulation.products(network, run, conditions)
    wanted = ideal_network(simulation.network.trained, samples.spikes)
    found: dict[str, Trim] = {}
    spikes: dict[str, Array] = {}
    for number, layer in enumerate(network.layers):
        progress(number / len(network.layers))
        chip = simulation.network.layers[layer.name]
        if chip.stage is None:
            continue
        results: list[Array] = []
        neurons: dict[str, Neurons] = {**ideal_neurons(network, len(run.samples))}
        neurons[layer.name] = _Recorded(IdealNeurons(layer, len(run.samples)), results)
        neurons |= {name: _Replayed(one) for name, one in spikes.items()}
        run_network(network, samples.spikes, products, neurons)
        labels = samples.labels if layer is network.output else None
        trials = _Trials(layer, number, chip, run, conditions, np.stack(results, axis=1))
        score, trim = max(trials.scores(wanted[layer.name], labels), key=lambda trial: trial[0])
        found[layer.name] = trim
        quality = (
            f"{100.0 * score[0]:.1f} % of the calibration samples"
            if labels is not None
            else f"mean squared difference of counts {-score[1]:.3g}"
        )
        note(f"{layer.name}: {trimmed(trim)}; {quality}")
        if labels is None:
            spikes[layer.name] = trials.counts([trim], len(run.samples))[0] > 0
    progress(1.0)
    return found


def trimmed(trim: Trim) -> str:
    """A trim in words."""
    offset = f"{100.0 * trim.offset:.3g} % + " if trim.offset else ""
    return f"{offset}a full drive at {trim.full:.3g} thresholds"


@dataclass
class _Trials:
    """One layer under several trims, with the same results."""

    layer: NeuronLayer
    number: int
    chip: LayerOnChip
    run: Run
    conditions: Conditions
    results: Array

    def trims(self) -> list[Trim]:
        """Trims to try."""
        stage, kind = self.chip.stage, self.chip.kind
        assert stage is not None  # noqa: S101 - only layers with a stage are calibrated
        if not isinstance(kind, DiffusiveKind) or stage.form == "width":
            return [Trim(0.0, stage.full / gain) for gain in GAINS]
        never = dc_threshold_voltage(kind.cells) / stage.drive
        nominal = stage.drive / float(np.max(kind.cells.input_voltage))
        return [Trim(offset * never, nominal / gain) for offset in OFFSETS for gain in GAINS]

    def scores(self, wanted: Array, labels: Array | None) -> list[tuple[tuple[float, float], Trim]]:
        """Score of each trim: accuracy if there are classes, then the counts."""
        samples, _, neurons = self.results.shape
        few = samples if labels is not None else min(samples, max(1, _MOST_NEURONS // neurons))
        trims, target = self.trims(), wanted[:few].sum(axis=1)
        found = []
        for trim, one in zip(trims, self.counts(trims, few), strict=True):
            error = -float(np.mean((np.minimum(one, 1).sum(axis=1) - target) ** 2))
            right = float(np.mean(decided(one) == labels[:few])) if labels is not None else 0.0
            found.append(((right, error), trim))
        return found

    def counts(self, trims: Sequence[Trim], few: int) -> list[Array]:
        """Spike counts of the first samples for several trims, with the same devices for each."""
        many, results = len(trims), self.results[:few]
        offsets, fulls = (
            np.repeat([getattr(trim, name) for trim in trims], few)[:, None] for name in ("offset", "full")
        )
        run = Run(np.tile(self.run.samples[:few], many), self.run.chips)
        trim = Trim(offsets, fulls)  # type: ignore[arg-type]  # one for each sample
        neurons = self.chip.neurons(self.layer, self.number, trim, run, self.conditions.effects)
        for timestep in range(results.shape[1]):
            neurons.advance(np.tile(results[:, timestep], (many, 1)))
        counts = np.stack(neurons.counts, axis=1)  # type: ignore[attr-defined]
        return [counts[each * few : (each + 1) * few] for each in range(many)]
