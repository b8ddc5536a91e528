"""Train a network by its learning rule on the cells of a chip: accuracy, pulses and energy of the training.

Neurons are the ideal ones of the network. The simulation covers how the cells respond to the updates that the rule
requests.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.document import Document, Documented, Gap, Quantity, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.overrides import settings_of
from neuroest.dynamics.in_time import Array
from neuroest.loading.library import load_workload
from neuroest.network_simulation.files import Samples, read_network, read_samples, refuse_same
from neuroest.network_simulation.learned_cells import LearningCells, PulseResponse
from neuroest.network_simulation.networks import Network, NeuronLayer, Reset
from neuroest.network_simulation.neurons import decided, ideal_network
from neuroest.network_simulation.rule import RuleState
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import ClaimSpec
from neuroest.specs.learning import LEARNING, LearningSpec
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec


@frozen_dataclass(eq=False)
class Training:
    """One training of a network on a chip.

    Attributes
    ----------
    learning_rate : float
        Factor on the updates of the rule.
    before, after, ideal : float
        Test accuracy before the training, after it, and after training on ideal cells that perform every change
        exactly.
    mean_change : float
        Mean requested change per update, relative to the weight range.
    due : float
        Number of requested updates per sample.
    pulses_per_cell : float
        Mean pulses per sample and cell of the learning layers.
    chip : Estimate
        Estimate of the chip with that mean change.
    samples : int
        Training samples over all epochs.
    """

    learning_rate: float
    before: float
    after: float
    ideal: float
    mean_change: float
    due: float
    pulses_per_cell: float
    chip: Estimate
    samples: int

    @property
    def energy(self) -> float:
        """Energy of the training, for inference and learning [J]."""
        return float((self.chip.totals["energy_per_sample_J"] or 0.0) * self.samples)

    def row(self) -> dict[str, float | None]:
        """The training as one row."""
        return {
            "learning_rate": self.learning_rate, "accuracy_before": self.before, "accuracy": self.after,
            "accuracy_of_ideal_cells": self.ideal, "mean_change": self.mean_change, "updates_due": self.due,
            "pulses_per_cell": self.pulses_per_cell, "samples": float(self.samples), "training_energy_J": self.energy,
            "first_cell_failure_s": self.chip.totals["first_cell_failure_s"],
            "failed_cells_share": self.chip.totals["failed_cells_share"],
        }  # fmt: skip


@frozen_dataclass(eq=False)
class LearnedNetwork(Documented):
    """Training runs of a network on a chip, one for each learning rate."""

    architecture: str
    workload: str
    rule: str
    tested: int
    trainings: tuple[Training, ...]

    def document(self) -> Document:
        """The training runs in a table."""
        one = self.trainings[0]
        head = ("rate", "right", "ideal cells", "mean change", "pulses/cell", "training", "first failure")
        rows = [
            (
                f"{found.learning_rate:.3g}", f"{found.after:.1%}", f"{found.ideal:.1%}", f"{found.mean_change:.3g}",
                f"{found.pulses_per_cell:.3g}", Quantity(found.energy, "J"),
                Quantity(found.chip.totals["first_cell_failure_s"], "s"),
            )
            for found in self.trainings
        ]  # fmt: skip
        return Document(
            f"{self.workload} learns by {self.rule} on {self.architecture}",
            (
                f"{one.samples} samples, tested on {self.tested}", f"before: {one.before:.1%} right", Gap(),
                Table.of(head, rows, ">" * len(head)),
            ),
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "architecture": self.architecture, "workload": self.workload, "rule": self.rule,
            "test_samples": self.tested, "trainings": [found.row() for found in self.trainings],
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One row per learning rate."""
        return [found.row() for found in self.trainings]


def learn_network(
    architecture: str, workload: str, weights: Path, training: Path, samples: Path, *, epochs: int = 1,
    rates: Sequence[float] = (), fresh: bool = False, count: int | None = None, seed: int = 0,
    settings: Mapping[str, str] | None = None, notify: Callable[[str], None] = lambda _: None,
) -> LearnedNetwork:  # fmt: skip
    """Train a network by its rule on the cells of a chip, and test it.

    Parameters
    ----------
    architecture, workload : str
        Shipped names, or paths; the workload states its `learning`.
    weights : Path
        Whole-number weights of each layer, .npz.
    training, samples : Path
        Input spikes and classes for training, and others for testing.
    epochs : int
        Number of passes over the training samples.
    rates : sequence of float
        Learning rates; by default, the workload's own.
    fresh : bool
        Whether the learning layers start from zero weights.
    count : int, optional
        Number of test samples to use.
    seed : int
        Seed of cells, noise and order.
    settings : mapping of str to str, optional
        Changed values by path, as in `neuroest.estimate`.
    notify : callable
        Called with a description of the next run.

    Raises
    ------
    NeuroestError
        If the workload does not learn, files do not match it, or its rule cannot be simulated.
    """
    refuse_same("--learn", training, samples)
    changes, network = settings_of(settings), load_workload(workload)
    chip = estimate(architecture, network, changes)
    spec, learning = chip.workload, chip.workload.learning
    if learning is None:
        raise NeuroestError(f"{spec.name} has no `learning`")
    layers, before_it = list(read_network(weights, network.spec)[0].layers), "input"
    for layer in layers:
        if layer.window is not None or layer.bias is not None or layer.reset is not Reset.SUBTRACT_LATER:
            raise NeuroestError(
                f"layer {layer.name}: learning runs on fully connected and recurrent layers without a bias, whose "
                "neurons subtract their threshold in the next timestep"
            )
        if layer.sources != (before_it,):
            raise NeuroestError(f"layer {layer.name}: learning runs on layers that each read the one before")
        before_it = layer.name
    shown, tested = read_samples(training, spec), read_samples(samples, spec).first(count)
    named = set(learning.layers or [layer.name for layer in layers])
    found = []
    for rate in rates or (float(chip.claims[f"{LEARNING}learning_rate"].value),):
        notify(f"learning at a rate of {rate:g}")
        course = _Course(layers, named, learning, rate, shown, epochs, fresh, seed)
        before = _accuracy(course.start(), tested)
        cells = course.run(PulseResponse.of(chip))
        ideal = course.run(PulseResponse(exact=True))
        shown_samples = epochs * len(shown.labels)
        due = cells.due / shown_samples
        priced = estimate(
            architecture, _as_simulated(network, learning, chip, due, cells.mean_change), changes
        )
        found.append(
            Training(
                rate, before, _accuracy(cells.layers, tested), _accuracy(ideal.layers, tested), cells.mean_change,
                due, cells.pulses / shown_samples, priced, shown_samples,
            )
        )  # fmt: skip
    return LearnedNetwork(
        chip.called, chip.workload_called, learning.called, len(tested.labels), tuple(found)
    )


@frozen_dataclass
class _Learned:
    """Layers after training, mean pulses per cell, requested updates, and their mean change."""

    layers: list[NeuronLayer]
    pulses: float
    due: float
    mean_change: float


@frozen_dataclass
class _Course:
    """Training setup: samples, layers, epochs and order."""

    layers: list[NeuronLayer]
    named: set[str]
    learning: LearningSpec
    rate: float
    shown: Samples
    epochs: int
    fresh: bool
    seed: int

    def start(self) -> list[NeuronLayer]:
        """The layers before the training."""
        if not self.fresh:
            return self.layers
        return [
            layer.with_matrix(0.0 * layer.matrix) if layer.name in self.named else layer
            for layer in self.layers
        ]

    def run(self, response: PulseResponse) -> _Learned:
        """Train on cells with the given response."""
        rng = np.random.default_rng(self.seed)
        rule, layers = self.learning.stated, self.start()
        largest = [float(np.max(np.abs(layer.matrix))) for layer in self.layers]
        cells = {
            place: LearningCells(layer.matrix / largest[place], response, rng, rule.write)
            for place, layer in enumerate(layers)
            if layer.name in self.named
        }
        state = RuleState(rule, layers, cells, rng)
        for _ in range(self.epochs):
            for sample in rng.permutation(len(self.shown.labels)):
                spikes = self.shown.spikes[sample].astype(float)
                for place, change in state.sample(spikes, int(self.shown.labels[sample])):
                    cells[place].change(self.rate * change)
                    weights = cells[place].weights * largest[place]
                    state.layers[place] = state.layers[place].with_matrix(weights)
        number = sum(one.number for one in cells.values())
        due = sum(one.due for one in cells.values())
        asked = sum(one.asked for one in cells.values())
        pulses = sum(one.pulses for one in cells.values())
        return _Learned(state.layers, pulses / max(number, 1.0), due, asked / max(due, 1.0))


def _as_simulated(
    network: Loaded[WorkloadSpec], learning: LearningSpec, chip: Estimate, due: float, mean_change: float
) -> Loaded[WorkloadSpec]:
    """The workload with the number and size of updates from the simulation."""
    counts = chip.evaluation.learning.counts
    expected = float(np.sum(counts.synaptic_updates + counts.skipped))
    share = due / expected if expected else 0.0
    why = f"{due:.4g} updates of a sample were due and asked for {mean_change:.4g} on average, in a simulated training"

    def claimed(value: float) -> ClaimSpec:
        return ClaimSpec(value=min(max(value, 0.0), 1.0), basis="derived", rationale=why)

    changed = {
        "learning_rate": 1.0, "skipped": claimed(1.0 - share),
        # if there are more updates than the workload's rates allow, each update counts as several
        "mean_change": claimed(mean_change * max(share, 1.0)),
    }  # fmt: skip
    spec = network.spec.model_copy(update={"learning": learning.model_copy(update=changed)})
    return replace(network, spec=spec)


def _accuracy(layers: list[NeuronLayer], tested: Samples) -> float:
    """Share of samples classified correctly by the output neurons."""
    output: Array = ideal_network(Network(tuple(layers)), tested.spikes)[layers[-1].name]
    return float(np.mean(decided(output) == tested.labels))
