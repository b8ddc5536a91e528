"""Results of a network run: text, data and a table."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import Printed, stacked_columns
from neuroest.core.units import format_quantity
from neuroest.network_simulation.activity import simulated_workload
from neuroest.network_simulation.calibration import trimmed
from neuroest.network_simulation.comparison import ConditionResult, Experiment
from neuroest.network_simulation.runs import Interval, points
from neuroest.network_simulation.simulation import LayerActivity
from neuroest.registry import render


@frozen_dataclass(eq=False)
class NetworkSimulation(Printed):
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

    def to_text(self) -> str:
        """Text of the runs for a terminal."""
        study, chips = self.study, self.study.origin.chips
        dealt = f"{len(study.samples.labels)} samples divided among {chips.number} chips, seed {chips.seed}"
        lines = [
            f"{study.workload.spec.name} on {study.simulation.network.chip.architecture}: {dealt}",
            *_condition_lines(study),
            *_activity_lines(self._device.activity or {}),
            "",
            *_outcome_table(self.outcomes),
        ]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return _outcome_data(self.study, self.outcomes)

    def rows(self) -> list[dict[str, str]]:
        """One row per run."""
        return _outcome_rows(self.outcomes)

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


def _condition_lines(study: Experiment) -> list[str]:
    """The chip around the neurons, and what is assumed about it."""
    network = study.simulation.network
    lines = []
    for name, one in network.layers.items():
        text = f"  {name}: {one.device}, weights of {one.bits} bits"
        stage = one.stage
        if stage is not None:
            trim = study.origin.trims[name]
            form = "pulses" if stage.form == "width" else "drives"
            text += (
                f", {form} of up to {format_quantity(stage.hold, 's')} in timesteps of "
                f"{format_quantity(stage.period, 's')}, {trimmed(trim)}"
            )
            if one.neurons_per_output > 1:
                text += f", {one.neurons_per_output} neurons an output in turn"
        lines.append(text)
    lines += [
        f"  assumed: {text}"
        for text in dict.fromkeys(t for one in network.layers.values() for t in one.assumed)
    ]
    return lines


def _activity_lines(found: Mapping[str, LayerActivity]) -> list[str]:
    """Activity of each layer, and warnings about the device."""
    lines = []
    for name, one in found.items():
        passed, all_spikes = float(np.sum(one.spikes)), float(np.sum(one.counts))
        text = f"{name}: {passed / one.counts.size:.3g} spikes a neuron and timestep"
        if passed:
            text += f", first after {one.first_spike:.2g} timesteps (median of those that fire)"
        lines.append(text)
        if all_spikes > passed:
            lost = 100.0 * (1.0 - passed / all_spikes)
            lines.append(
                f"  {lost:.3g} % of its spikes are second spikes in a timestep; the row drivers forward only one"
            )
        if one.full > 0.0:
            lines.append(f"  {100.0 * one.full:.2g} % of its drives are full")
        if one.saturated > 0.0:
            lines.append(f"  {100.0 * one.saturated:.2g} % of its states are at an end of their range")
        if one.latched > 0.0:
            lines.append(
                f"  {100.0 * one.latched:.3g} % of its neurons never complete their filament: the gate follows it and "
                "removes the drive, so the output follows the input and nothing is integrated; the published rate "
                "equations do not describe a spike here"
            )
    return lines


def _outcome_table(outcomes: Sequence[ConditionResult]) -> list[str]:
    """One line per outcome."""
    head = ("", "accuracy (95 %)", "against ideal", "against device")
    rows = [(*head, "spikes", "neurons sim.", "neurons est.", "chip")]
    rows += [
        (
            one.name.replace("_", " "), one.accuracy.percent(), points(one.against_ideal), points(one.against_device),
            f"{one.spikes:.1f}", _energy(one.neuron_energy), _energy(one.estimated_neuron_energy), _energy(one.energy),
        )
        for one in outcomes
    ]  # fmt: skip
    lines = stacked_columns(rows, "<<<<>>>>")
    lines.append("points with 95 % intervals, on the same samples; spikes and energies of one inference")
    lines += [f"{one.name.replace('_', ' ')}: {one.about}" for one in outcomes if one.about]
    return lines


def _energy(value: float | None) -> str:
    return "" if value is None else format_quantity(value, "J", 3)


def _outcome_rows(outcomes: Sequence[ConditionResult]) -> list[dict[str, str]]:
    """The runs as table rows, with shares in percent and differences in percentage points."""
    return [
        {
            "run": one.name,
            **_percent("accuracy", "%", one.accuracy),
            **_percent("against_ideal", "points", one.against_ideal),
            **_percent("against_device", "points", one.against_device),
            **{name: "" if value is None else f"{value:.6g}" for name, value in _per_inference(one).items()},
        }
        for one in outcomes
    ]


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


def _outcome_data(study: Experiment, outcomes: Sequence[ConditionResult]) -> dict[str, Any]:
    """Everything as data for JSON."""
    origin, network = study.origin, study.simulation.network

    def interval(one: Interval | None) -> list[float] | None:
        return None if one is None else list(astuple(one))

    return {
        "architecture": network.chip.architecture, "workload": study.workload.spec.name,
        "neurons": list(network.neurons), "samples": len(study.samples.labels), "chips": origin.chips.number,
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
                **_per_inference(one), "layers": _activity_data(one.activity or {}),
            }
            for one in outcomes
        ],
    }  # fmt: skip


def _activity_data(found: Mapping[str, LayerActivity]) -> dict[str, Any]:
    """Rates of each layer."""
    return {
        name: {
            "rate": float(np.mean(one.spikes)), "spikes_per_timestep": float(np.mean(one.counts)),
            "latched": one.latched, "full_drives": one.full, "saturated": one.saturated,
            "neurons": one.counts.shape[2],
        }
        for name, one in found.items()
    }  # fmt: skip
