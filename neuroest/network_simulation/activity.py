"""Write simulated spikes as the activity of a workload, with everything needed to repeat the simulation."""

import hashlib
from collections.abc import Mapping
from datetime import date

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.units import format_quantity, parse_quantity
from neuroest.core.version import package_version
from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.conditions import Chips, OperatingConditions
from neuroest.network_simulation.spiking import Drive, LayerActivity
from neuroest.network_simulation.statistics import Interval
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.importers.network import Recorded
from neuroest.workloads.importers.statistics import Tally, spike_statistics
from neuroest.workloads.importers.writing import under_name, with_activity

MODEL = "1M1T1R rate equations with noise, rupture and differences of devices (docs/models/neurons.md)"


@frozen_dataclass
class ActivityProvenance:
    """Origin of simulated spikes.

    Attributes
    ----------
    chip : str
        Architecture whose columns drive the neurons.
    files : dict of str to str
        Hash of each input file, by its content.
    cell_errors : bool
        Whether cell errors of the estimate and IR drop are included.
    """

    chip: str
    place: OperatingConditions
    drives: Mapping[str, Drive]
    chips: Chips
    kinetics: str
    files: Mapping[str, str]
    cell_errors: bool = False


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
    data, key = with_activity(workload, {name: _recorded(one) for name, one in seen.items()}, "simulation")
    samples = len(next(iter(found.values())).counts)
    if accuracy is not None and data.get("task"):
        data["task"] = {
            **{k: v for k, v in data["task"].items() if k == "dataset"},
            "metric": "accuracy", "value": f"{100.0 * accuracy.value:.2f} %", "basis": "simulated", "source": key,
            "conditions": (
                f"{samples} samples, 95 % interval {100.0 * accuracy.low:.1f} % to {100.0 * accuracy.high:.1f} %; "
                f"neurons {origin.place.neuron.spec.name} on {origin.chip}"
            ),
        }  # fmt: skip
    today = day or date.today().isoformat()
    data.setdefault("sources", {})[key] = {
        "type": "misc",
        "title": f"Spikes of {data['name']} on {origin.chip}, simulated with the compact model of its neurons",
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
    drives = ", ".join(
        f"{name} {format_quantity(d.offset, 'V')} + {format_quantity(d.transresistance, 'ohm')} times current"
        for name, d in origin.drives.items()
    )
    parts = {
        "model": MODEL, "program": f"neuroest {package_version()} behave", "neuron": origin.place.neuron.spec.name,
        "kinetics": origin.kinetics, "chips": origin.chips.number, "seed": origin.chips.seed, "samples": samples,
        "timestep": format_quantity(origin.place.timestep, "s"), "input circuit": drives, "date": day,
        **({"cells": "with the errors of the estimate"} if origin.cell_errors else {}),
        **{f"sha256 of the {what}": value for what, value in origin.files.items()},
        "sha256": digest.hexdigest(),
    }  # fmt: skip
    return "; ".join(f"{key}: {value}" for key, value in parts.items())


def parse_drive(text: str) -> tuple[str, Drive]:
    """Parse a drive option: ``LAYER=OFFSET,LOAD``, such as ``hidden=0.1 V,300 kohm``.

    Raises
    ------
    NeuroestError
        For any other format.
    """
    layer, found, values = text.partition("=")
    parts = values.split(",")
    if not found or not layer.strip() or len(parts) != 2:
        raise NeuroestError(
            f"--drive {text[:60]!r}: expected LAYER=OFFSET,LOAD such as hidden='0.1 V,300 kohm'"
        )
    try:
        offset, load = parse_quantity(parts[0].strip(), "V"), parse_quantity(parts[1].strip(), "ohm")
    except NeuroestError as error:
        raise NeuroestError(f"--drive {layer.strip()}: {error}") from None
    if not load > 0.0:
        raise NeuroestError(f"--drive {layer.strip()}: the load must be above zero")
    return layer.strip(), Drive(offset, load)
