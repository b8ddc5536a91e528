"""Compare the network on the chip with the ideal one, and with each effect of the chip left out."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.dynamics.compact import Idealised
from neuroest.dynamics.in_time import Array
from neuroest.network_simulation.activity import ActivityProvenance, simulated_workload
from neuroest.network_simulation.calibration import calibrate
from neuroest.network_simulation.columns import ArrayErrors
from neuroest.network_simulation.diffusive_neurons import DiffusiveEffects, DiffusiveKind
from neuroest.network_simulation.files import Samples
from neuroest.network_simulation.neurons import decided, ideal_network
from neuroest.network_simulation.runs import Interval, difference, share
from neuroest.network_simulation.simulation import DRIVES, Conditions, KeptGroups, LayerActivity, Simulation
from neuroest.pipeline.estimate import estimate
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec

_CHARACTERISTICS = read_data(Path(__file__).with_name("left_out.yaml"))["characteristics"]


def _conditions(row: Mapping[str, Any]) -> Conditions:
    """Conditions of a run without one effect."""
    effects = DiffusiveEffects(**row.get("effects", {}), idealised=Idealised(**row.get("idealised", {})))
    return Conditions(effects, ArrayErrors(**row.get("array", {})), **row.get("options", {}))


WITHOUT: Mapping[str, Conditions] = {name: _conditions(row) for name, row in _CHARACTERISTICS.items()}
"""Conditions of a run without one effect of the chip."""
_OF_CELLS = frozenset({"cell_errors", "wire_resistance"})
_OF_STAGES = frozenset({"threshold_firing", "stage_errors", "stochasticity", "device_spread"})


@frozen_dataclass
class ConditionResult:
    """Result of the network under one condition.

    Attributes
    ----------
    accuracy : Interval
        Share of correct decisions, with its 95 % interval.
    against_ideal, against_device : Interval or None
        Difference from the ideal neurons and from the chip with all effects, on the same samples.
    spikes : float
        Transmitted spikes per inference.
    neuron_energy : float or None
        Simulated supply energy of the neurons per inference. [J]
    estimated_neuron_energy, energy : float or None
        Estimated dynamic energy of the neurons and energy of the chip, with these spikes. [J]
    """

    name: str
    about: str
    accuracy: Interval
    against_ideal: Interval | None
    against_device: Interval | None
    spikes: float
    neuron_energy: float | None
    estimated_neuron_energy: float | None
    energy: float | None
    activity: Mapping[str, LayerActivity] | None = None


@frozen_dataclass
class Experiment:
    """Network, chip and samples of a comparison."""

    simulation: Simulation
    workload: Loaded[WorkloadSpec]
    samples: Samples
    origin: ActivityProvenance
    settings: Mapping[str, str]

    @property
    def diffusive(self) -> bool:
        """Whether a layer has diffusive neurons."""
        return any(isinstance(one.kind, DiffusiveKind) for one in self.simulation.network.layers.values())

    def effects(self, names: Sequence[str]) -> list[str]:
        """Effects to leave out one at a time; those that this chip does not have are refused, or left out of `all`.

        Raises
        ------
        NeuroestError
            If an effect was named that this chip does not have.
        """
        layers = self.simulation.network.layers.values()
        absent = {name for name, row in _CHARACTERISTICS.items() if row.get("of") and not self.diffusive}
        absent |= {name for name in _OF_CELLS if all(one.weights is None for one in layers)}
        absent |= {name for name in _OF_STAGES if all(one.stage is None for one in layers)}
        if named := sorted(absent & set(names)):
            raise NeuroestError(
                f"{self.simulation.network.chip.architecture} has no {named[0].replace('_', ' ')} to leave out"
            )
        return [name for name in (WITHOUT if "all" in names else dict.fromkeys(names)) if name not in absent]


def compare(
    study: Experiment,
    without: Sequence[str],
    calibration: Samples | None = None,
    note: Callable[[str], None] = silent,
    progress: Progress = silent,
    kept: KeptGroups | None = None,
) -> list[ConditionResult]:
    """Run ideal neurons, ideal neurons on the chip's columns, the chip, and the chip without some effects.

    Parameters
    ----------
    study : Experiment
        The network on the chip.
    without : sequence of str
        Effects to leave out, one at a time.
    calibration : Samples, optional
        If given, the stages are calibrated again for each run that leaves an effect out.
    note : callable
        Called with a description of the next run.
    progress : callable
        Called with the completed fraction of the runs.
    kept : KeptGroups, optional
        Groups of samples that an interrupted run has finished.
    """
    simulation, samples, kept = study.simulation, study.samples, kept or KeptGroups(None, "")
    names, whole = study.effects(without), Conditions()
    ideal = ideal_network(simulation.network.trained, samples.spikes)
    reference = _right(study, ideal)
    found = [
        _ideal(study, "ideal_neurons", "leaky integrators of the training", ideal, None),
        _ideal(
            study, "ideal_behind_columns", "the same with the chip's weights",
            simulation.behind_columns(samples.spikes, whole), reference,
        ),
    ]  # fmt: skip
    note("the chip")
    trims = study.origin.trims
    device = kept.run(
        simulation, "device", samples.spikes, trims, whole, None, part(progress, 0, len(names) + 1)
    )
    right = _right(study, {name: one.counts for name, one in device.items()})
    found.append(_outcome(study, "device", "everything", device, reference, None))
    for number, name in enumerate(names):
        note(f"without {name.replace('_', ' ')}")
        conditions, chosen = WITHOUT[name], trims
        if calibration is not None and conditions.threshold:
            chosen = calibrate(simulation, calibration, conditions=conditions)
        slopes = None if conditions.threshold else _slopes(device)
        running = part(progress, number + 1, len(names) + 1)
        left = kept.run(simulation, name, samples.spikes, chosen, conditions, slopes, running)
        about = str(_CHARACTERISTICS[name]["meaning"])
        found.append(_outcome(study, f"without_{name}", about, left, reference, right))
    return found


def _right(study: Experiment, spikes: Mapping[str, Array]) -> Array:
    """Which samples the output layer decides rightly."""
    answers = decided(spikes[study.simulation.network.trained.output.name])
    return np.asarray(answers == study.samples.labels)


def _ideal(
    study: Experiment, name: str, about: str, spikes: Mapping[str, Array], reference: Array | None
) -> ConditionResult:
    right = _right(study, spikes)
    total = sum(float(np.sum(one)) for one in spikes.values()) / len(right)
    against = None if reference is None else difference(right, reference)
    return ConditionResult(name, about, share(right), against, None, total, None, None, None)


def _outcome(
    study: Experiment, name: str, about: str, found: Mapping[str, LayerActivity], reference: Array, whole: Array | None
) -> ConditionResult:  # fmt: skip
    right = _right(study, {layer: one.counts for layer, one in found.items()})
    samples, chip = len(right), study.simulation.network.chip
    workload, _ = simulated_workload(study.workload, found, study.origin, spikes=study.samples.spikes)
    priced = estimate(chip.called, workload, study.settings)
    paths = study.simulation.network.neuron_paths
    dynamic = [row for row in priced.breakdown if row.kind == "dynamic" and row.component in paths]
    simulated = sum(one.energy for one in found.values()) / samples
    return ConditionResult(
        name, about, share(right), difference(right, reference),
        None if whole is None else difference(right, whole),
        sum(float(np.sum(one.spikes)) for one in found.values()) / samples,
        simulated if simulated > 0.0 else None,
        sum(row.energy_J for row in dynamic), priced.totals["energy_per_inference_J"], found,
    )  # fmt: skip


def _slopes(found: Mapping[str, LayerActivity]) -> dict[str, float]:
    """Spikes per full drive for which neurons without a threshold are as active as the chip's."""
    slopes, middles = {}, (np.arange(DRIVES) + 1.0 / 2.0) / DRIVES
    for name, one in found.items():
        rate, low, high = float(np.mean(one.spikes)), 0.0, 1e6
        # the first step holds results that give no drive
        drives, every = np.concatenate([[0.0], one.drives[1:]]), max(float(np.sum(one.drives)), 1.0)
        for _ in range(100):
            middle = (low + high) / 2.0
            few = float(np.sum(np.minimum(middle * middles, 1.0) * drives)) / every < rate
            low, high = (middle, high) if few else (low, middle)
        slopes[name] = high
    return slopes
