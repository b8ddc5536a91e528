"""Compare the network on device neurons with the ideal one, and with each device characteristic left out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from neuroest.core.data_file import read_data
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.compact import Idealised
from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.activity import ActivityProvenance, simulated_workload
from neuroest.network_simulation.calibration import calibrate
from neuroest.network_simulation.columns import IDEAL, ArrayErrors, Columns
from neuroest.network_simulation.files import NeuronLayer, Samples
from neuroest.network_simulation.reference import decided, ideal_network, ideal_spikes
from neuroest.network_simulation.spiking import LayerActivity, SimulationOptions, run_network
from neuroest.network_simulation.statistics import Interval, difference, share
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec

_CHARACTERISTICS = read_data(Path(__file__).with_name("left_out.yaml"))["characteristics"]
WITHOUT: Mapping[str, SimulationOptions] = {
    name: SimulationOptions(**row.get("options", {}), idealised=Idealised(**row.get("idealised", {})))
    for name, row in _CHARACTERISTICS.items()
}
"""The six characteristics and the device-to-device spread, each left out."""


@frozen_dataclass
class ConditionResult:
    """Result of the network under one condition.

    Attributes
    ----------
    accuracy : Interval
        Share of correct decisions, with its 95 % interval.
    against_ideal, against_device : Interval or None
        Difference from the ideal neurons and from the full device model, on the same samples.
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

    chip: Estimate
    workload: Loaded[WorkloadSpec]
    layers: list[NeuronLayer]
    samples: Samples
    origin: ActivityProvenance
    settings: Mapping[str, str]

    @property
    def setting(self) -> SimulationOptions:
        """Effects of the chip that are included when nothing is left out."""
        return SimulationOptions(array=ArrayErrors() if self.origin.cell_errors else IDEAL)


def compare(
    study: Experiment,
    without: list[str],
    calibration: Samples | None = None,
    note: Callable[[str], None] | None = None,
    progress: Progress = silent,
) -> list[ConditionResult]:
    """Run ideal neurons, ideal neurons on the chip's columns, the device, and the device without some effects.

    Parameters
    ----------
    study : Study
        The network on the chip.
    without : list of str
        Characteristics to leave out, one at a time.
    calibration : Samples, optional
        If given, the input circuits are recalibrated for each run that leaves an effect out.
    note : callable, optional
        Called with a description of the next run.
    progress : callable, optional
        Called with the completed fraction of the runs.
    """
    say, place, chips = note or (lambda _: None), study.origin.place, study.origin.chips
    run = partial(run_network, place, study.layers, spikes=study.samples.spikes, chips=chips)
    ideal = ideal_network(study.layers, study.samples.spikes)
    reference = decided(ideal[study.layers[-1].name]) == study.samples.labels
    columns = _behind_columns(study)
    found = [
        _ideal(study, "ideal_neurons", "leaky integrators of the training", ideal, None),
        _ideal(study, "ideal_behind_columns", "the same behind the chip's columns", columns, reference),
    ]
    say("the device")
    whole = run(drives=study.origin.drives, setting=study.setting)
    right = decided(whole[study.layers[-1].name].counts) == study.samples.labels
    found.append(_outcome(study, "device", "everything", whole, reference, None))
    for number, name in enumerate(without):
        progress((number + 1) / (len(without) + 1))
        say(f"without {name.replace('_', ' ')}")
        setting, drives = replace(WITHOUT[name], array=study.setting.array), study.origin.drives
        if calibration is not None and setting.threshold:
            drives = calibrate(place, study.layers, calibration, chips, setting=setting)
        slopes = None if setting.threshold else _slopes(whole)
        left = run(drives=drives, setting=setting, slopes=slopes)
        found.append(
            _outcome(study, f"without_{name}", _CHARACTERISTICS[name]["meaning"], left, reference, right)
        )
    return found


def _behind_columns(study: Experiment) -> dict[str, Array]:
    """Ideal neurons driven by the chip's currents, in units of the current at their threshold."""
    found, given = {}, study.samples.spikes
    place, chips = study.origin.place, study.origin.chips
    for number, layer in enumerate(study.layers):
        columns = Columns(place, layer, chips, number, study.setting.array)
        given = ideal_spikes(
            layer, given, partial(_in_units, columns, place.unit_current(layer) / layer.threshold)
        )
        found[layer.name] = given
    return found


def _in_units(columns: Columns, unit: float, rows: Array) -> Array:
    return columns.currents(rows) / unit


def _ideal(
    study: Experiment, name: str, about: str, spikes: Mapping[str, Array], reference: Array | None
) -> ConditionResult:
    right = decided(spikes[study.layers[-1].name]) == study.samples.labels
    total = sum(float(np.sum(one)) for one in spikes.values()) / len(right)
    against = None if reference is None else difference(right, reference)
    return ConditionResult(name, about, share(right), against, None, total, None, None, None)


def _outcome(
    study: Experiment, name: str, about: str, found: Mapping[str, LayerActivity], reference: Array, whole: Array | None
) -> ConditionResult:  # fmt: skip
    right = decided(found[study.layers[-1].name].counts) == study.samples.labels
    samples = len(right)
    workload, _ = simulated_workload(study.workload, found, study.origin, spikes=study.samples.spikes)
    priced = estimate(study.chip.called, workload, study.settings)
    path = priced.evaluation.mapper.compute.neuron.path
    dynamic = [row for row in priced.breakdown if row.kind == "dynamic" and row.component == path]
    simulated = sum(sum(one.energy.values()) for one in found.values()) / samples
    return ConditionResult(
        name, about, share(right), difference(right, reference),
        None if whole is None else difference(right, whole),
        sum(float(np.sum(one.spikes)) for one in found.values()) / samples,
        simulated if simulated > 0.0 else None,
        sum(row.energy_J for row in dynamic), priced.totals["energy_per_inference_J"], found,
    )  # fmt: skip


def _slopes(found: Mapping[str, LayerActivity]) -> dict[str, float]:
    """Spikes per volt for which neurons without a threshold are as active as the device."""
    slopes = {}
    for name, one in found.items():
        rate, low, high = float(np.mean(one.spikes)), 0.0, 1e6
        for _ in range(100):
            middle = 0.5 * (low + high)
            few = float(np.mean(np.minimum(middle * one.voltage, 1.0))) < rate
            low, high = (middle, high) if few else (low, middle)
        slopes[name] = high
    return slopes
