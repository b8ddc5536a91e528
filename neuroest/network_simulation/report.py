"""Results of a network run: text, data and a table."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.text_layout import stacked_columns
from neuroest.core.units import format_quantity
from neuroest.dynamics.diffusive_cells import integration_time
from neuroest.network_simulation.activity import ActivityProvenance, simulated_workload
from neuroest.network_simulation.comparison import ConditionResult, Experiment
from neuroest.network_simulation.conditions import OperatingConditions
from neuroest.network_simulation.spiking import Drive, LayerActivity
from neuroest.network_simulation.statistics import Interval, points
from neuroest.pipeline.estimate import estimate
from neuroest.registry import render
from neuroest.results.estimate import Estimate
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec


@frozen_dataclass(eq=False)
class NetworkSimulation:
    """Accuracy and energy of a network on simulated neurons.

    Attributes
    ----------
    outcomes : tuple of ConditionResult
        Ideal neurons, the device, and the device without one characteristic each.
    """

    study: Experiment
    outcomes: tuple[ConditionResult, ...]

    @property
    def _device(self) -> ConditionResult:
        return next(one for one in self.outcomes if one.name == "device")

    def to_text(self) -> str:
        """Text of the runs for a terminal."""
        study, origin, chips = self.study, self.study.origin, self.study.origin.chips
        dealt = f"{len(study.samples.labels)} samples divided among {chips.number} chips, seed {chips.seed}"
        lines = [f"{study.workload.spec.name}: {dealt}"]
        if origin.cell_errors:
            lines.append(
                "cells store their weights with the errors of the estimate, sampled for each chip; wires have IR "
                "drop"
            )
        lines += _condition_lines(study.chip.architecture, origin.place, origin.drives)
        lines += [
            *_activity_lines(origin.place, self._device.activity or {}),
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


@frozen_dataclass(eq=False)
class LayerSimulation:
    """Layers of simulated neurons with given currents."""

    chip: Estimate
    workload: Loaded[WorkloadSpec]
    activity: Mapping[str, LayerActivity]
    origin: ActivityProvenance
    settings: Mapping[str, str]

    @cached_property
    def energy_per_inference(self) -> float:
        """Estimated energy of one inference with the simulated spikes [J]."""
        changed, _ = simulated_workload(self.workload, self.activity, self.origin)
        return float(
            estimate(self.chip.called, changed, self.settings).totals["energy_per_inference_J"] or 0.0
        )

    def to_text(self) -> str:
        """Text of the layers for a terminal."""
        place = self.origin.place
        lines = [
            *_condition_lines(self.chip.architecture, place, self.origin.drives),
            *_activity_lines(place, self.activity),
            f"energy of one inference with these spikes: {self.energy_per_inference:.4g} J",
        ]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        place = self.origin.place
        return {
            "architecture": self.chip.architecture, "workload": self.workload.spec.name,
            "neuron": place.neuron.spec.name, "timestep_s": place.timestep, "layers": _activity_data(self.activity),
            "energy_per_inference_J": self.energy_per_inference,
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One row per layer."""
        return [
            {
                "layer": name,
                "rate": f"{v['rate']:.6g}",
                "spikes_per_timestep": f"{v['spikes_per_timestep']:.6g}",
            }
            for name, v in _activity_data(self.activity).items()
        ]

    def workload_text(self, name: str | None = None) -> str:
        """Text of the workload with the simulated activity."""
        return simulated_workload(self.workload, self.activity, self.origin, name=name)[1]


def _condition_lines(chip: str, place: OperatingConditions, drives: Mapping[str, Drive]) -> list[str]:
    """Circuit around the neurons, and the assumptions about it."""
    lines = [
        (
            f"{chip}: neurons {place.neuron.spec.name}, timestep {format_quantity(place.timestep, 's')}, input held "
            f"for {format_quantity(place.hold, 's')} of it, rows at {format_quantity(place.read_voltage, 'V')}"
        ),
        "a timestep contains a whole integration (integration: within_timestep), whatever the chip's estimate assumes",
        (
            "assumed: V_in = V_0 + R_T (I+ - I-) between 0 V and "
            f"{format_quantity(place.supply_voltage, 'V')}, the mirrored current of a pair of columns through a load"
        ),
    ]
    lines += [
        f"  {name}: V_0 {format_quantity(drive.offset, 'V')}, R_T {format_quantity(drive.transresistance, 'ohm')}"
        for name, drive in drives.items()
    ]
    fastest = float(np.max(integration_time(place.cells, place.supply_voltage)))
    if fastest > place.hold:
        lines.append(
            f"a neuron at rest, at {format_quantity(place.supply_voltage, 'V')} takes {format_quantity(fastest, 's')} "
            f"to fire, longer than the input is held: no single timestep fires it"
        )
    else:
        lines.append(
            f"a neuron at rest, at {format_quantity(place.supply_voltage, 'V')} fires after "
            f"{format_quantity(fastest, 's')}, {100.0 * fastest / place.hold:.0f} % of the time that its input is held"
        )
    volatile = 1.0 / float(np.max(place.cells.residue_decay))
    lines.append(
        f"between timesteps the residue remains: {format_quantity(volatile, 's')}; after a timestep "
        f"{100.0 * np.exp(-place.timestep / volatile):.0f} % are left"
    )
    return lines


def _activity_lines(place: OperatingConditions, found: Mapping[str, LayerActivity]) -> list[str]:
    """Activity of each layer, and warnings about the device."""
    lines = []
    for name, one in found.items():
        passed, all_spikes = float(np.sum(one.spikes)), float(np.sum(one.counts))
        text = f"{name}: {passed / one.counts.size:.3g} spikes a neuron and timestep"
        fired = one.first_spike[np.isfinite(one.first_spike)]
        if len(fired):
            text += (
                f", first after {np.median(fired) / place.timestep:.2g} timesteps (median of those that fire)"
            )
        lines.append(text)
        if all_spikes > passed:
            lost = 100.0 * (1.0 - passed / all_spikes)
            lines.append(
                f"  {lost:.3g} % of its spikes are second spikes in a timestep; the row drivers forward only one"
            )
        top = float(np.mean(one.voltage >= place.supply_voltage))
        if top > 0.0:
            lines.append(f"  {100.0 * top:.2g} % of its inputs are at the supply")
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
    origin, place = study.origin, study.origin.place

    def interval(one: Interval | None) -> list[float] | None:
        return None if one is None else list(astuple(one))

    return {
        "architecture": study.chip.architecture, "workload": study.workload.spec.name,
        "neuron": place.neuron.spec.name, "samples": len(study.samples.labels), "chips": origin.chips.number,
        "seed": origin.chips.seed, "timestep_s": place.timestep, "hold_s": place.hold,
        "supply_voltage_V": place.supply_voltage, "files": dict(origin.files),
        "drives": {
            name: {"offset_V": d.offset, "transresistance_ohm": d.transresistance}
            for name, d in origin.drives.items()
        },
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
            "latched": one.latched, "neurons": one.counts.shape[2],
        }
        for name, one in found.items()
    }  # fmt: skip
