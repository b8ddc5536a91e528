"""Simulate a spiking network on the chip of an estimate."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.installed import package_version
from neuroest.core.progress import Progress, part, silent
from neuroest.design.overrides import settings_of
from neuroest.loading.library import load_workload
from neuroest.network_simulation.activity import ActivityProvenance
from neuroest.network_simulation.calibration import calibrate
from neuroest.network_simulation.chip_network import ChipNetwork
from neuroest.network_simulation.columns import Trim
from neuroest.network_simulation.comparison import WITHOUT, Experiment, NetworkSimulation, compare
from neuroest.network_simulation.files import read_network, read_samples, refuse_same, to_leave_out
from neuroest.network_simulation.runs import Chips
from neuroest.network_simulation.simulation import KeptGroups, Simulation
from neuroest.pipeline.estimate import estimate
from neuroest.specs.loaded import Named, listed


def simulate_network(
    architecture: Named, workload: Named, weights: str | Path, samples: str | Path, *,
    calibration: str | Path | None = None, trims: Mapping[str, Trim] | None = None,
    without: Sequence[str] = (), recalibrate: bool = False, count: int | None = None, chips: int = 8, seed: int = 0,
    settings: Mapping[str, str] | None = None, kinetics: str = "ion_kinetics_silver",
    resume: str | Path | None = None, notify: Callable[[str], None] = silent, progress: Progress = silent,
) -> NetworkSimulation:  # fmt: skip
    """Accuracy and energy of a spiking network on the chip that an estimate prices.

    Parameters
    ----------
    architecture, workload : str, Path or Loaded
        Shipped names, or files.
    weights, samples : str or Path
        Integer weights of each layer; input spikes and the class of each sample, .npz.
    calibration : str or Path, optional
        Samples for choosing offset and full scale of each layer; must differ from `samples`. Without them, a full
        drive stands for the result that the estimate states.
    trims : mapping of str to Trim, optional
        Offset and full scale of the stages of each layer, instead of a calibration.
    without : sequence of str
        Effects for additional runs that leave one out each; ``all`` for each of them.
    recalibrate : bool
        Calibrate again for each run that leaves something out.
    count : int, optional
        Number of samples to use.
    chips, seed : int
        Number of chips that share the samples, and the seed of all random numbers.
    settings : mapping of str to str, optional
        Changed values by path, as in `neuroest.estimate`.
    kinetics : str
        Device spec with conduction, noise and barriers of the ions of diffusive neurons.
    resume : str or Path, optional
        File, .npz, of finished samples, from which the same call goes on after an interruption; removed at the end.
    notify, progress : callable
        Called with the name of the next run, and with the completed fraction of the work.

    Returns
    -------
    NetworkSimulation
        Accuracy, spikes and energy of each run.

    Raises
    ------
    NeuroestError
        If files do not match the workload, or the chip has a part that no run describes.
    """
    weights, samples = Path(weights), Path(samples)
    calibration = None if calibration is None else Path(calibration)
    to_leave_out("effect", listed(without), WITHOUT)  # the chip decides later which of them it has
    if recalibrate and calibration is None:
        raise NeuroestError("--recalibrate needs --calibration")
    if calibration is not None:
        refuse_same("--calibration", calibration, samples)
    changes = settings_of(settings)
    network = load_workload(workload)
    trained, weights_hash = read_network(weights, network.spec)
    tested = read_samples(samples, network.spec).first(count)
    seen = read_samples(calibration, network.spec) if calibration is not None else None
    chip = estimate(architecture, workload, changes)
    on_chip = ChipNetwork.of(chip, trained, kinetics)
    simulation = Simulation(on_chip, Chips(chips, seed))
    check_names("layer", trims or {}, on_chip.trims)
    files = {"weights": weights_hash, "samples": tested.sha256}
    chosen, running = {**on_chip.trims, **(trims or {})}, progress
    if seen is not None and not trims and on_chip.trims:
        files["calibration samples"] = seen.sha256
        notify("choosing offset and full scale of each layer")
        chosen = calibrate(simulation, seen, lambda text: notify(f"  {text}"), progress=part(progress, 0, 2))
        running = part(progress, 1, 2)
    origin = ActivityProvenance(chip.architecture, on_chip.neurons, chosen, simulation.chips, kinetics, files)
    study = Experiment(simulation, network, tested, origin, changes)
    # everything that the spikes of a run depend on
    parts = [
        package_version(), chip.architecture, repr(sorted(changes.items())), repr(sorted(files.items())),
        repr(sorted(chosen.items())), repr(origin.chips), kinetics, str(len(tested.labels)),
        repr([(name, one.stage, one.bits) for name, one in on_chip.layers.items()]),
    ]  # fmt: skip
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    kept, again = KeptGroups(None if resume is None else Path(resume), digest), seen if recalibrate else None
    outcomes = compare(study, listed(without), again, lambda text: notify(f"running {text}"), running, kept)
    kept.finished()
    return NetworkSimulation(study, tuple(outcomes))
