"""Recorded activity for the layers of a workload: spikes or rates in .npz, CSV or NIRData files."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.statistics import quantiles
from neuroest.core.units import format_quantity
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import ACTIVITY_QUANTITIES, WorkloadSpec, input_quantities
from neuroest.workloads.importers.files import LARGEST_ARRAY, file_sha256, model_file, safe_array, shown
from neuroest.workloads.importers.network import NetworkImportError, Recorded, checked_fraction
from neuroest.workloads.importers.statistics import Tally, number_statistics, spike_statistics
from neuroest.workloads.importers.writing import (
    loaded_text,
    recorded_activity,
    recording_source,
    workload_text,
)
from neuroest.workloads.layers import geometry

_MOST_MEMBERS = 2_000
_SAME_STEP = 1e-3
"""Relative difference of time steps that rounding may make."""
_MOST_ROWS = 5_000_000
_MOST_BYTES = 2**30
_QUANTITIES = ("rate", "density", "bit_density")
_LARGEST_PLACE = 1e9
_EVENTS = {"layer", "sample", "timestep", "neuron"}


@dataclass(frozen=True)
class LayerRecording:
    """What a file holds for one layer: an array (samples, timesteps, neurons ...), or means."""

    name: str
    spikes: Any = None
    means: Mapping[str, Any] = field(default_factory=dict)
    samples: int | None = None


@dataclass(frozen=True)
class Recording:
    """A recording file."""

    file: str
    sha256: str
    layers: tuple[LayerRecording, ...]
    samples: int | None = None
    time_step: float | None = None


def renamed(recording: Recording, names: Sequence[str]) -> Recording:
    """A recording whose layers have other names, each given as ``recorded=layer``.

    Raises
    ------
    NetworkImportError
        For a text without both names.
    UnknownNameError
        For a name that was not recorded.
    """
    other = {}
    for text in names:
        old, equals, new = text.partition("=")
        if not (old and equals and new):
            raise NetworkImportError(
                f"{text[:60]!r}: expected RECORDED=LAYER, such as lif1=fully_connected_1"
            )
        if old not in {one.name for one in recording.layers}:
            raise UnknownNameError("recorded name", old[:60], [one.name for one in recording.layers])
        other[old] = new
    layers = tuple(replace(one, name=other.get(one.name, one.name)) for one in recording.layers)
    return replace(recording, layers=layers)


def read_recording(path: Path, *, samples: int | None = None, time_step: float | None = None) -> Recording:
    """Read recorded activity; the suffix says what the file is.

    Parameters
    ----------
    path : Path
        ``.npz`` with an array (samples, timesteps, neurons ...) for each layer, ``.csv`` with the columns layer and
        rate (or density and bit_density) or sample, timestep, layer and neuron of each spike, or NIRData in ``.h5``.
    samples : int, optional
        Samples of the recording, where the file does not say.
    time_step : float, optional
        Time step of NIRData events [s].

    Raises
    ------
    NetworkImportError
        When the file cannot be read or holds no activity.
    """
    model_file(path)
    readers = {".npz": _npz, ".csv": _csv, ".h5": _nir_data, ".hdf5": _nir_data, ".nird": _nir_data}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise NetworkImportError(
            f"{shown(path)}: unknown suffix {path.suffix!r}; .npz, .csv and .h5 are read"
        )
    try:
        layers, found_step = reader(path, time_step)
    except NeuroestError as error:
        text = str(error)
        raise NetworkImportError(text if text.startswith(shown(path)) else f"{shown(path)}: {text}") from None
    if not layers:
        raise NetworkImportError(f"{shown(path)}: holds no activity")
    return Recording(shown(path), file_sha256(path), tuple(layers), samples, found_step)


def _npz(path: Path, _: float | None) -> tuple[list[LayerRecording], float | None]:
    layers: dict[str, LayerRecording] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(one.file_size for one in members) > _MOST_BYTES:
                raise NetworkImportError(f"unpacks to more than {_MOST_BYTES // 2**20} MiB and is not read")
            for member in members:
                if not member.filename.endswith(".npy") or member.flag_bits & 1:
                    raise NetworkImportError(f"{member.filename[:60]!r} is no array of numpy")
                if member.file_size > LARGEST_ARRAY:
                    raise NetworkImportError(f"{member.filename[:60]!r} unpacks to {member.file_size} bytes")
                with archive.open(member) as stream:
                    name = member.filename.removesuffix(".npy")
                    array = safe_array(stream, repr(name[:60]), member.file_size)
                _place(layers, name, array)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise NetworkImportError(f"no .npz file, or one that is damaged ({str(error)[:80]})") from None
    return list(layers.values()), None


def _place(layers: dict[str, LayerRecording], name: str, array: Any) -> None:
    """An array `layer` holds spikes, an array `layer.rate` the mean rate of each sample."""
    layer, _, quantity = name.rpartition(".")
    if quantity in _QUANTITIES and layer:
        if array.ndim > 1:
            raise NetworkImportError(f"{name[:60]!r} must be one number a sample")
        means = {**(layers[layer].means if layer in layers else {}), quantity: np.atleast_1d(array)}
        layers[layer] = LayerRecording(layer, means=means, samples=int(np.size(array)))
    elif array.ndim < 2:
        raise NetworkImportError(
            f"{name[:60]!r} has {array.ndim} axes; spikes have samples, timesteps and neurons, rates are named "
            f"{name[:40]}.rate"
        )
    else:
        layers[name] = LayerRecording(name, spikes=array, samples=int(array.shape[0]))


def _csv(path: Path, _: float | None) -> tuple[list[LayerRecording], float | None]:
    if path.stat().st_size > _MOST_BYTES:
        raise NetworkImportError(f"larger than {_MOST_BYTES // 2**20} MiB")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = set(reader.fieldnames or ())
            if columns >= _EVENTS:
                return _events(reader), None
            if "layer" in columns and columns & set(_QUANTITIES):
                return _means(reader), None
    except (UnicodeDecodeError, csv.Error) as error:
        raise NetworkImportError(f"no CSV text ({str(error)[:80]})") from None
    raise NetworkImportError(
        "needs the columns layer and rate (or density and bit_density), or sample, timestep, layer and neuron"
    )


def _number(row: Mapping[str, str | None], key: str, line: int) -> float:
    text = row.get(key) or ""
    try:
        return float(text)
    except ValueError:
        raise NetworkImportError(f"line {line}: {key} is {text[:40]!r}, expected a number") from None


def _means(reader: Any) -> list[LayerRecording]:
    layers = {}
    for line, row in enumerate(reader, start=2):
        if line > _MOST_MEMBERS:
            raise NetworkImportError(f"more than {_MOST_MEMBERS} lines")
        name = (row.get("layer") or "").strip()
        if not name or name in layers:
            raise NetworkImportError(f"line {line}: layer {name[:40]!r} is empty or stands there twice")
        means = {}
        for quantity in _QUANTITIES:
            if row.get(quantity):
                mean = checked_fraction(_number(row, quantity, line), f"line {line}: {quantity}")
                low, high = (
                    checked_fraction(_number(row, f"{quantity}_{end}", line), f"line {line}: {quantity}_{end}")
                    if row.get(f"{quantity}_{end}") else mean
                    for end in ("low", "high")
                )  # fmt: skip
                means[quantity] = (mean, min(low, mean), max(high, mean))
        count = int(_number(row, "samples", line)) if row.get("samples") else None
        layers[name] = LayerRecording(name, means=means, samples=count)
    return list(layers.values())


def _events(reader: Any) -> list[LayerRecording]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for line, row in enumerate(reader, start=2):
        if line > _MOST_ROWS:
            raise NetworkImportError(f"more than {_MOST_ROWS} spikes")
        event = tuple(_number(row, key, line) for key in ("sample", "timestep", "neuron"))
        if not all(0.0 <= one <= _LARGEST_PLACE and one == int(one) for one in event):
            raise NetworkImportError(
                f"line {line}: sample, timestep and neuron must be whole numbers, counted from 0"
            )
        place = int(event[0]), int(event[1]), int(event[2])
        found.setdefault((row.get("layer") or "").strip(), []).append(place)
    return [LayerRecording(name, spikes=tuple(events)) for name, events in found.items()]


def _nir_data(path: Path, time_step: float | None) -> tuple[list[LayerRecording], float | None]:
    from neuroest.workloads.importers.nir_file import array, members, opened  # noqa: PLC0415 - an extra

    layers: list[LayerRecording] = []
    steps: set[float] = set()
    with opened(path) as store:
        if "nodes" not in store:
            raise NetworkImportError("no NIRData (it has no group 'nodes')")
        try:
            for name, node in members(store["nodes"]):
                observables = dict(members(node["observables"])) if "observables" in node else {}
                spikes = observables.get("spikes")
                if spikes is None:
                    continue
                content = dict(members(spikes))
                about = {**dict(spikes.attrs), **{k: array(v) for k, v in content.items() if v.ndim == 0}}
                if "data" in content:
                    data = array(content["data"], LARGEST_ARRAY)
                    if "dt" in about:
                        steps.add(float(np.asarray(about["dt"])))
                    layers.append(LayerRecording(name, spikes=data, samples=int(data.shape[0])))
                else:
                    layers.append(_gridded(name, content, about, time_step, array))
        except (LookupError, OSError, ValueError, TypeError, AttributeError, RuntimeError) as error:
            raise NetworkImportError(f"no NIRData, or damaged ({str(error)[:80]})") from None
    if len(steps) > 1:
        raise NetworkImportError(f"the layers have different time steps: {sorted(steps)}")
    return layers, next(iter(steps), time_step)


def _gridded(
    name: str, content: Mapping[str, Any], about: Mapping[str, Any], time_step: float | None, array: Any
) -> LayerRecording:
    """Events with times, put into timesteps."""
    if time_step is None or time_step <= 0.0:
        raise NetworkImportError(f"{name[:60]!r} holds events with times; give --time-step, such as 1e-3")
    indices, times = array(content["idx"]), array(content["time"])
    neurons, steps = int(about["n_neurons"]), round(float(about["t_max"]) / time_step)
    if steps < 1 or neurons < 1 or indices.shape != times.shape:
        raise NetworkImportError(
            f"{name[:60]!r} has no neurons, no timesteps, or not as many times as events"
        )
    if indices.shape[0] * steps * neurons > LARGEST_ARRAY:
        raise NetworkImportError(f"{name[:60]!r} would be {steps} timesteps of {neurons} neurons, too many")
    grid = np.zeros((indices.shape[0], steps, neurons), dtype=np.uint16)
    sample, place = np.nonzero(indices >= 0)
    neuron, moment = indices[sample, place], np.asarray(times[sample, place], dtype=np.float64)
    if np.any(neuron >= neurons) or not np.all((moment >= 0.0) & (moment <= float(about["t_max"]))):
        raise NetworkImportError(
            f"{name[:60]!r} has spikes of neurons beyond its {neurons}, or beyond the time from 0 to {about['t_max']} s"
        )
    step = np.minimum((moment / time_step).astype(np.int64), steps - 1)
    np.add.at(grid, (sample, step, neuron), 1)
    return LayerRecording(name, spikes=grid, samples=int(grid.shape[0]))


def measured(recording: Recording, spec: WorkloadSpec) -> dict[str, Recorded]:
    """Activity by layer, checked against the workload's neurons and timesteps.

    Raises
    ------
    UnknownNameError
        For a layer that the workload does not have.
    NetworkImportError
        When neurons, timesteps or samples do not fit.
    """
    shapes = geometry(spec)
    sizes = dict(zip(shapes.names, map(prod, shapes.output_shapes), strict=True))
    sizes["input"] = prod(spec.input.shape)
    found = {}
    given, due_step = recording.time_step, spec.time_step
    if given and due_step and abs(given - due_step) > _SAME_STEP * due_step:
        raise NetworkImportError(
            f"{recording.file}: was recorded with timesteps of {format_quantity(given, 's')}, the workload has "
            f"{format_quantity(due_step, 's')}"
        )
    for one in recording.layers:
        if one.name not in sizes:
            raise UnknownNameError(
                "layer", one.name[:60], sizes, "a recording names the layers of the workload"
            )
        due = input_quantities(spec) if one.name == "input" else ACTIVITY_QUANTITIES[spec.coding]
        if one.spikes is not None:
            found[one.name] = _from_array(one, recording, spec, sizes[one.name], due)
        else:
            found[one.name] = _from_means(one, recording, due)
    return found


def _from_array(
    one: LayerRecording, recording: Recording, spec: WorkloadSpec, neurons: int, due: Sequence[str]
) -> Recorded:
    tally = Tally()
    if not np.size(one.spikes):
        raise NetworkImportError(f"{recording.file}: {one.name!r} is empty")
    if due != ("rate",):
        if isinstance(one.spikes, tuple):
            raise NetworkImportError(
                f"{recording.file}: {one.name!r} holds spikes, but the layer has numbers"
            )
        if prod(one.spikes.shape[1:]) != neurons:
            raise NetworkImportError(
                _misfit(recording, one.name, prod(one.spikes.shape[1:]), neurons, "elements")
            )
        bits = spec.input.bits if one.name == "input" and spec.input.bits else spec.precision.activations or 8
        tally.take(number_statistics(one.spikes, 0, bits))
        return tally.recorded()
    steps = int(spec.timesteps or 1)
    if isinstance(one.spikes, tuple):
        samples = recording.samples or 1 + max(event[0] for event in one.spikes)
        if max(event[0] for event in one.spikes) >= samples:
            raise NetworkImportError(f"{recording.file}: {one.name!r} has more than {samples} samples")
        beyond = max(event[1] for event in one.spikes), max(event[2] for event in one.spikes)
        if beyond[0] >= steps or beyond[1] >= neurons:
            raise NetworkImportError(
                f"{recording.file}: {one.name!r} fires in timestep {beyond[0]} at neuron {beyond[1]}; the workload has "
                f"{steps} timesteps and {neurons} neurons, counted from 0"
            )
        counts = np.bincount([event[0] for event in one.spikes], minlength=samples).astype(np.float64)
        tally.take({"rate": counts, "elements": neurons, "steps": steps})
        return tally.recorded()
    spikes = one.spikes
    if spikes.shape[1] != steps:
        raise NetworkImportError(_misfit(recording, one.name, spikes.shape[1], steps, "timesteps"))
    if prod(spikes.shape[2:]) != neurons:
        raise NetworkImportError(_misfit(recording, one.name, prod(spikes.shape[2:]), neurons, "neurons"))
    if np.any(spikes != np.rint(spikes)):
        raise NetworkImportError(
            f"{recording.file}: {one.name!r} holds fractions, not spikes; means are named {one.name}.rate, one a sample"
        )
    tally.take(spike_statistics(spikes, 0, 1))
    return tally.recorded()


def _misfit(recording: Recording, name: str, has: int, needs: int, what: str) -> str:
    return f"{recording.file}: {name!r} was recorded with {has} {what}, the workload has {needs}"


def _from_means(one: LayerRecording, recording: Recording, due: Sequence[str]) -> Recorded:
    missing = [quantity for quantity in due if quantity not in one.means]
    if missing:
        raise NetworkImportError(f"{recording.file}: {one.name!r} states no {missing[0]}")
    values, low, high = {}, {}, {}
    for quantity in due:
        given = one.means[quantity]
        if isinstance(given, tuple):
            values[quantity], low[quantity], high[quantity] = given
        else:
            each = np.asarray(given, dtype=np.float64)
            for number in (float(each.min()), float(each.max())):
                checked_fraction(number, f"{recording.file}: {quantity} of {one.name!r}")
            values[quantity] = float(each.mean())
            low[quantity], _, high[quantity] = quantiles(each)
    samples = one.samples or recording.samples
    if samples is None:
        raise NetworkImportError(f"{recording.file}: how many samples were averaged? give --samples")
    return Recorded(values, low, high, samples)


def attach_activity(
    workload: Loaded[WorkloadSpec],
    recording: Recording,
    *,
    dataset: str,
    day: str | None = None,
    name: str | None = None,
) -> tuple[Loaded[WorkloadSpec], str]:
    """A workload with recorded activity in place of what it stated, and the text of its file.

    Parameters
    ----------
    workload : Loaded
        The workload; its own file stays as it is.
    recording : Recording
        What `read_recording` returned.
    dataset : str
        What the samples were drawn from.
    day : str, optional
        Date of the recording, year first; today if nothing is said.
    name : str, optional
        Name of the new workload.
    """
    found = measured(recording, workload.spec)
    data = workload.document.data
    key, number = "recording", 1
    while key in data.get("sources", {}):
        number += 1
        key = f"recording_{number}"
    for layer in data["layers"]:
        if layer["name"] in found:
            layer["activity"] = recorded_activity(found[layer["name"]], key)
    if "input" in found:
        data["input"]["activity"] = recorded_activity(found["input"], key)
    about = {
        "title": f"Recorded activity of {data['name']} on {dataset}",
        "file": Path(recording.file).name,
        "dataset": dataset,
        "samples": max(one.samples for one in found.values()),
        "date": day or date.today().isoformat(),
        "sha256": recording.sha256,
    }
    data.setdefault("sources", {})[key] = recording_source(about)
    if name is not None:
        data["name"] = name
    text = workload_text(data)
    return loaded_text(text, name or workload.file), text
