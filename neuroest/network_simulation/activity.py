"""Write simulated spikes as the activity of a workload, with everything needed to repeat the simulation."""

import hashlib
from collections.abc import Mapping
from datetime import date

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.dynamics.in_time import Array
from neuroest.network_simulation.columns import Trim
from neuroest.network_simulation.runs import Chips, Interval
from neuroest.network_simulation.simulation import LayerActivity
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.importers.network import Recorded
from neuroest.workloads.importers.statistics import Tally, spike_statistics
from neuroest.workloads.importers.writing import under_name, with_activity

MODEL = "neurons of the chip in timesteps, with its cells, stages and deviations (docs/accuracy.md)"


@frozen_dataclass
class ActivityProvenance:
    """Origin of simulated spikes.

    Attributes
    ----------
    chip : str
        Architecture on which the network runs.
    neurons : tuple of str
        Kinds of its neurons.
    trims : mapping of str to Trim
        Setting of the stages of each layer.
    files : dict of str to str
        Hash of each input file, by its content.
    """

    chip: str
    neurons: tuple[str, ...]
    trims: Mapping[str, Trim]
    chips: Chips
    kinetics: str
    files: Mapping[str, str]


def simulated_workload(
    workload: Loaded[WorkloadSpec], found: Mapping[str, LayerActivity], origin: ActivityProvenance, *,
    name: str | None = None, spikes: Array | None = None, accuracy: Interval | None = None, day: str | None = None,
) -> tuple[Loaded[WorkloadSpec], str]:  # fmt: skip
    """A workload with the simulated activity of its layers, and the text of its file.

    Parameters
    ----------
    workload : Loaded
        The workload; its file is not changed.
    found : mapping of str to LayerActivity
        Simulated layers.
    origin : Origin
        Origin of the spikes.
    name : str, optional
        Name of the new workload.
    spikes : ndarray, optional
        Input spikes of the same samples.
    accuracy : Interval, optional
        Share of correctly classified samples.
    day : str, optional
        ISO date; today by default.
    """
    seen = {name: one.spikes for name, one in found.items()} | ({} if spikes is None else {"input": spikes})
    recorded = {name: _recorded(one) for name, one in seen.items()}
    for layer in origin.trims:
        drive = found[layer].drive
        recorded[layer] = recorded[layer].with_quantity("drive", float(drive.mean()), drive)
    data, key = with_activity(workload, recorded, "simulation")
    samples = len(next(iter(found.values())).counts)
    if accuracy is not None and data.get("task"):
        data["task"] = {
            **{k: v for k, v in data["task"].items() if k == "dataset"},
            "metric": "accuracy", "value": f"{100.0 * accuracy.value:.2f} %", "basis": "simulated", "source": key,
            "conditions": (
                f"{samples} samples, 95 % interval {100.0 * accuracy.low:.1f} % to {100.0 * accuracy.high:.1f} %; "
                f"neurons {', '.join(origin.neurons)} on {origin.chip}"
            ),
        }  # fmt: skip
    today = day or date.today().isoformat()
    data.setdefault("sources", {})[key] = {
        "type": "misc",
        "title": f"Spikes of {data['name']} on {origin.chip}, simulated",
        "year": int(today[:4]),
        "seen_note": _about(found, origin, samples, today),
    }
    return under_name(data, name, workload)


def _recorded(spikes: Array) -> Recorded:
    tally = Tally()
    tally.take(spike_statistics(spikes, 0, 1))
    return tally.recorded()


def _about(found: Mapping[str, LayerActivity], origin: ActivityProvenance, samples: int, day: str) -> str:
    digest = hashlib.sha256()
    for name, one in found.items():
        digest.update(name.encode())
        digest.update(np.packbits(one.spikes).tobytes())
    trims = ", ".join(
        f"{name} {trim.offset:.4g} + result over {trim.full:.4g} thresholds"
        for name, trim in origin.trims.items()
    )
    parts = {
        "model": MODEL, "program": f"neuroest {package_version()} behave", "neurons": ", ".join(origin.neurons),
        "kinetics": origin.kinetics, "chips": origin.chips.number, "seed": origin.chips.seed, "samples": samples,
        **({"drives": trims} if trims else {}), "date": day,
        **{f"sha256 of the {what}": value for what, value in origin.files.items()},
        "sha256": digest.hexdigest(),
    }  # fmt: skip
    return "; ".join(f"{key}: {value}" for key, value in parts.items())


def parse_trim(text: str) -> tuple[str, Trim]:
    """Parse a setting of a layer: ``LAYER=OFFSET,FULL``, such as ``hidden=0,1.3``.

    Raises
    ------
    NeuroestError
        For any other format.
    """
    layer, found, values = text.partition("=")
    parts = values.split(",")
    try:
        offset, full = (float(part) for part in parts)
    except ValueError:
        offset = full = np.nan
    if not (found and layer.strip() and np.isfinite(offset) and np.isfinite(full) and full > 0.0):
        raise NeuroestError(
            f"--trim {text[:60]!r}: expected LAYER=OFFSET,FULL such as hidden=0,1.3: the drive at a result of zero "
            "over the full drive, and the result of a full drive in thresholds"
        )
    return layer.strip(), Trim(offset, full)
