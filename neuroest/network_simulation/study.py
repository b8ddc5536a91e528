"""Simulate a spiking network on the chip of an estimate, or single layers with given currents."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.progress import Progress, part, silent
from neuroest.design.short_paths import settings_of
from neuroest.loading.library import load_workload
from neuroest.network_simulation.activity import ActivityProvenance
from neuroest.network_simulation.calibration import calibrate
from neuroest.network_simulation.columns import IDEAL, ArrayErrors
from neuroest.network_simulation.comparison import WITHOUT, Experiment, compare
from neuroest.network_simulation.conditions import Chips, operating_conditions
from neuroest.network_simulation.files import (
    read_currents,
    read_network,
    read_samples,
    refuse_same,
    to_leave_out,
)
from neuroest.network_simulation.report import LayerSimulation, NetworkSimulation
from neuroest.network_simulation.spiking import Drive, SimulationOptions, run_layer
from neuroest.pipeline.estimate import estimate
from neuroest.specs.loaded import listed


def _check_drives(drives: Mapping[str, Drive], names: Sequence[str]) -> None:
    check_names("layer", drives, names)
    missing = [name for name in names if name not in drives]
    if missing:
        raise NeuroestError(f"--drive is missing for {', '.join(missing)}")


def simulate_network(
    architecture: str, workload: str, weights: str | Path, samples: str | Path, *,
    calibration: str | Path | None = None, drives: Mapping[str, Drive] | None = None,
    without: Sequence[str] = (), recalibrate: bool = False, cell_errors: bool = False, count: int | None = None,
    chips: int = 8, seed: int = 0, settings: Mapping[str, str] | None = None, kinetics: str = "ion_kinetics_silver",
    notify: Callable[[str], None] = silent, progress: Progress = silent,
) -> NetworkSimulation:  # fmt: skip
    """Accuracy and energy of a spiking network on the neurons of a chip.

    The stochastic compact model of the chip's neurons, driven by the column currents, gives the spikes.

    Parameters
    ----------
    architecture, workload : str
        Shipped names, or paths.
    weights, samples : str or Path
        Integer weights of each layer; input spikes and the class of each sample, .npz.
    calibration : str or Path, optional
        Samples for choosing offset and load of each layer; must differ from `samples`.
    drives : mapping of str to Drive, optional
        Offset [V] and load [ohm] of the input circuit of each layer, instead of a calibration.
    without : sequence of str
        Characteristics for additional runs that leave one out each; ``all`` for each of them.
    recalibrate : bool
        Choose offset and load again for each run that leaves something out.
    cell_errors : bool
        Draw each cell with the errors of the estimate, and include the IR drop of the wires.
    count : int, optional
        Number of samples to use.
    chips, seed : int
        Number of chips that share the samples, and the seed of all random numbers.
    settings : mapping of str to str, optional
        Changed values by path, as in `neuroest.estimate`.
    kinetics : str
        Device spec with conduction, noise and barriers of the ions.
    notify, progress : callable
        Called with the name of the next run, and with the completed fraction of the work.

    Returns
    -------
    NetworkSimulation
        Accuracy, spikes and energy of each run.

    Raises
    ------
    NeuroestError
        If files do not match the workload, or a layer has no drive.
    """
    weights, samples = Path(weights), Path(samples)
    calibration = None if calibration is None else Path(calibration)
    left_out = to_leave_out("characteristic", listed(without), WITHOUT)
    _check_request(samples, calibration, drives, recalibrate=recalibrate)
    changes = settings_of(settings)
    network = load_workload(workload)
    layers, weights_hash = read_network(weights, network.spec)
    tested = read_samples(samples, network.spec).first(count)
    seen = read_samples(calibration, network.spec) if calibration is not None else None
    chip = estimate(architecture, workload, changes)
    place, group = operating_conditions(chip, layers, kinetics), Chips(chips, seed)
    files = {"weights": weights_hash, "samples": tested.sha256}
    options = SimulationOptions(array=ArrayErrors() if cell_errors else IDEAL)
    running, chosen = progress if drives else part(progress, 1, 2), dict(drives or {})
    if drives:
        _check_drives(drives, [layer.name for layer in layers])
    elif seen is not None:
        notify("choosing offset and load of each layer")
        chosen = calibrate(
            place, layers, seen, group, lambda text: notify(f"  {text}"), options, part(progress, 0, 2)
        )
        files["calibration samples"] = seen.sha256
    origin = ActivityProvenance(chip.architecture, place, chosen, group, kinetics, files, cell_errors)
    study = Experiment(chip, network, layers, tested, origin, changes)
    again = seen if recalibrate else None
    outcomes = compare(study, left_out, again, lambda text: notify(f"running {text}"), running)
    return NetworkSimulation(study, tuple(outcomes))


def _check_request(
    samples: Path, calibration: Path | None, drives: Mapping[str, Drive] | None, *, recalibrate: bool
) -> None:  # fmt: skip
    """Reject incompatible options."""
    if calibration is None and not drives:
        raise NeuroestError("give --calibration to choose offset and load of each layer on, or --drive")
    if recalibrate and calibration is None:
        raise NeuroestError("--recalibrate needs --calibration")
    if calibration is not None:
        refuse_same("--calibration", calibration, samples)


def simulate_layers(
    architecture: str, workload: str, currents: Path, drives: Mapping[str, Drive], *, count: int | None = None,
    chips: int = 8, seed: int = 0, settings: Mapping[str, str] | None = None, kinetics: str = "ion_kinetics_silver",
) -> LayerSimulation:  # fmt: skip
    """Spikes of layers of simulated neurons with given column currents.

    Parameters
    ----------
    currents : Path
        Input currents of the layers, .npz. [A]
    drives : mapping of str to Drive
        Offset [V] and load [ohm] of the input circuit of each layer.

    Returns
    -------
    LayerSimulation

    Raises
    ------
    NeuroestError
        If the file does not match the workload, or a layer has no drive.

    See Also
    --------
    simulate_network : describes the other parameters.
    """
    changes = settings_of(settings)
    network = load_workload(workload)
    found, digest = read_currents(currents, network.spec)
    chip = estimate(architecture, workload, changes)
    place, group = operating_conditions(chip, [], kinetics), Chips(chips, seed)
    _check_drives(drives, list(found))
    activity = {
        name: run_layer(place, drives[name], current[:count], chips=group, number=number)
        for number, (name, current) in enumerate(found.items())
    }
    origin = ActivityProvenance(chip.architecture, place, drives, group, kinetics, {"currents": digest})
    return LayerSimulation(chip, network, activity, origin, changes)
