"""Compare the network on the chip with the ideal one, and with each effect left out; results as text and data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.document import Block, Document, Documented, Gap, Paragraph, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.core.text_layout import words
from neuroest.core.units import format_quantity
from neuroest.dynamics.compact import Idealised
from neuroest.dynamics.in_time import Array
from neuroest.network_simulation.activity import ActivityProvenance, simulated_workload
from neuroest.network_simulation.calibration import calibrate, trimmed
from neuroest.network_simulation.columns import ArrayErrors
from neuroest.network_simulation.diffusive_neurons import DiffusiveEffects, DiffusiveKind
from neuroest.network_simulation.files import Samples
from neuroest.network_simulation.neurons import decided, ideal_network
from neuroest.network_simulation.runs import Interval, difference, points, share
from neuroest.network_simulation.simulation import DRIVES, Conditions, KeptGroups, LayerActivity, Simulation
from neuroest.pipeline.estimate import estimate
from neuroest.registry import render
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec

_CHARACTERISTICS = read_data(Path(__file__).with_name("left_out.yaml"))["characteristics"]


WITHOUT: Mapping[str, Conditions] = {
    name: Conditions(
        DiffusiveEffects(**row.get("effects", {}), idealised=Idealised(**row.get("idealised", {}))),
        ArrayErrors(**row.get("array", {})),
        **row.get("options", {}),
    )
    for name, row in _CHARACTERISTICS.items()
}
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


@frozen_dataclass(eq=False)
class NetworkSimulation(Documented):
    """Accuracy and energy of a network on a simulated chip.

    Attributes
    ----------
    outcomes : tuple of ConditionResult
        Ideal neurons, the chip, and the chip without one effect each.
    """

    study: Experiment
    outcomes: tuple[ConditionResult, ...]

    @property
    def _device(self) -> ConditionResult:
        return next(one for one in self.outcomes if one.name == "device")

    @property
    def lead(self) -> str:
        """Accuracy of the chip with all its effects."""
        study = self.study
        where = f"{study.workload.spec.name} on {study.simulation.network.chip.architecture}"
        return f"{where}: {self._device.accuracy.percent()} of {len(study.samples.labels)} samples"

    def document(self) -> Document:
        """The conditions, the activity of the layers, and the runs in a table."""
        study, chips = self.study, self.study.origin.chips
        dealt = f"{len(study.samples.labels)} samples divided among {chips.number} chips, seed {chips.seed}"
        energies = ("neurons sim.", "neurons est.", "chip")
        head = ("", "accuracy (95 %)", "against ideal", "against device", "spikes", *energies)
        rows = [
            (
                words(one.name),
                one.accuracy.percent(),
                points(one.against_ideal),
                points(one.against_device),
                f"{one.spikes:.1f}",
                _energy(one.neuron_energy),
                _energy(one.estimated_neuron_energy),
                _energy(one.energy),
            )
            for one in self.outcomes
        ]
        return Document(
            f"{study.workload.spec.name} on {study.simulation.network.chip.architecture}: {dealt}",
            (
                *_condition_lines(study), *_activity_lines(self._device.activity or {}), Gap(),
                Table.of(head, rows, "<<<<>>>>", gap=2, folded=True),
                "points with 95 % intervals, on the same samples; spikes and energies of one inference",
                *(f"{words(one.name)}: {one.about}" for one in self.outcomes if one.about),
            ),
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        origin, network = self.study.origin, self.study.simulation.network

        def interval(one: Interval | None) -> list[float] | None:
            return None if one is None else list(astuple(one))

        return {
            "architecture": network.chip.architecture, "workload": self.study.workload.spec.name,
            "neurons": list(network.neurons), "samples": len(self.study.samples.labels), "chips": origin.chips.number,
            "seed": origin.chips.seed, "files": dict(origin.files),
            "layers": {
                name: {
                    "neuron": one.device, "weight_bits": one.bits, "neurons_per_output": one.neurons_per_output,
                    **({} if one.stage is None else {
                        "form": one.stage.form, "hold_s": one.stage.hold, "timestep_s": one.stage.period,
                        "offset": origin.trims[name].offset, "full_drive_thresholds": origin.trims[name].full,
                    }),
                }
                for name, one in network.layers.items()
            },
            "assumed": list(dict.fromkeys(text for one in network.layers.values() for text in one.assumed)),
            "runs": [
                {
                    "name": one.name, "about": one.about, "accuracy": interval(one.accuracy),
                    "against_ideal": interval(one.against_ideal), "against_device": interval(one.against_device),
                    **_per_inference(one),
                    "layers": {
                        name: {
                            "rate": float(np.mean(seen.spikes)), "spikes_per_timestep": float(np.mean(seen.counts)),
                            "latched": seen.latched, "full_drives": seen.full, "saturated": seen.saturated,
                            "neurons": seen.counts.shape[2],
                        }
                        for name, seen in (one.activity or {}).items()
                    },
                }
                for one in self.outcomes
            ],
        }  # fmt: skip

    def rows(self) -> list[dict[str, str]]:
        """One row per run."""
        return [
            {
                "run": one.name,
                **_percent("accuracy", "%", one.accuracy),
                **_percent("against_ideal", "points", one.against_ideal),
                **_percent("against_device", "points", one.against_device),
                **{
                    name: "" if value is None else f"{value:.6g}"
                    for name, value in _per_inference(one).items()
                },
            }
            for one in self.outcomes
        ]

    def plot(self, path: Path) -> None:
        """Plot accuracy and energy of the runs."""
        render(self, "figure", path)

    def workload_text(self, name: str | None = None) -> str:
        """Text of the workload with the simulated activity."""
        device, study = self._device, self.study
        return simulated_workload(
            study.workload, device.activity or {}, study.origin, name=name, spikes=study.samples.spikes,
            accuracy=device.accuracy,
        )[1]  # fmt: skip


def _condition_lines(study: Experiment) -> Iterator[Block]:
    """The chip around the neurons, and what is assumed about it."""
    layers = study.simulation.network.layers
    for name, one in layers.items():
        text = f"{name}: {one.device}, weights of {one.bits} bits"
        stage = one.stage
        if stage is not None:
            form = "pulses" if stage.form == "width" else "drives"
            text += (
                f", {form} of up to {format_quantity(stage.hold, 's')} in timesteps of "
                f"{format_quantity(stage.period, 's')}, {trimmed(study.origin.trims[name])}"
            )
            if one.neurons_per_output > 1:
                text += f", {one.neurons_per_output} neurons an output in turn"
        yield Paragraph(text, indent=2)
    for text in dict.fromkeys(text for one in layers.values() for text in one.assumed):
        yield Paragraph(f"assumed: {text}", indent=2)


def _activity_lines(found: Mapping[str, LayerActivity]) -> Iterator[Block]:
    """Activity of each layer, and warnings about the device."""
    for name, one in found.items():
        passed, all_spikes = float(np.sum(one.spikes)), float(np.sum(one.counts))
        text = f"{name}: {passed / one.counts.size:.3g} spikes a neuron and timestep"
        if passed:
            text += f", first after {one.first_spike:.2g} timesteps (median of those that fire)"
        yield text
        lost = 1.0 - passed / all_spikes if all_spikes else 0.0
        latched = (
            "of its neurons never complete their filament: the gate follows it and removes the drive, so the output "
            "follows the input and nothing is integrated; the published rate equations do not describe a spike here"
        )
        for of_all, digits, what in (
            (lost, 3, "of its spikes are second spikes in a timestep; the row drivers forward only one"),
            (one.full, 2, "of its drives are full"),
            (one.saturated, 2, "of its states are at an end of their range"),
            (one.latched, 3, latched),
        ):
            if of_all > 0.0:
                yield Paragraph(f"{100.0 * of_all:.{digits}g} % {what}", indent=2)


def _energy(value: float | None) -> str:
    return "" if value is None else format_quantity(value, "J", 3)


def _percent(name: str, unit: str, interval: Interval | None) -> dict[str, str]:
    values = ("", "", "") if interval is None else [f"{100.0 * v:.6g}" for v in astuple(interval)]
    return dict(zip((f"{name}_{unit}", f"{name}_low_{unit}", f"{name}_high_{unit}"), values, strict=True))


def _per_inference(one: ConditionResult) -> dict[str, float | None]:
    return {
        "spikes_per_inference": one.spikes,
        "simulated_neuron_energy_J": one.neuron_energy,
        "estimated_neuron_energy_J": one.estimated_neuron_energy,
        "energy_per_inference_J": one.energy,
    }
