"""Recorded activity for the layers of a workload: spikes or rates in .npz, CSV or NIRData files."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from neuroest.core.errors import UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.core.units import format_quantity
from neuroest.specs.layers import Pooling
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import ACTIVITY_QUANTITIES, WorkloadSpec, input_quantities, layer_codings
from neuroest.workloads.importers import files, writing
from neuroest.workloads.importers.network import NetworkImportError, Recorded, checked_fraction
from neuroest.workloads.importers.statistics import Tally, number_statistics, spike_statistics
from neuroest.workloads.layers import geometry
from neuroest.workloads.shapes import NETWORK_INPUT, window_uses

_MOST_MEMBERS = 2_000
_SAME_STEP = 1e-3
"""Relative difference of time steps that rounding may make."""
_MOST_ROWS = 5_000_000
_MOST_BYTES = 2**30
_QUANTITIES = ("rate", "density", "bit_density")
_LARGEST_PLACE = 1e9
_EVENTS = {"layer", "sample", "timestep", "neuron"}


@frozen_dataclass
class LayerRecording:
    """Recorded data of one layer.

    Attributes
    ----------
    spikes : array, optional
        By sample, timestep and neuron.
    events : array, optional
        Sample, timestep and neuron of each spike.
    means : mapping
        Mean, 10th and 90th percentile over samples by quantity, where neither is known.
    """

    name: str
    spikes: Any = None
    events: Any = None
    means: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    samples: int | None = None


@frozen_dataclass
class Recording:
    """A recording file."""

    file: str
    sha256: str
    layers: tuple[LayerRecording, ...]
    samples: int | None = None
    time_step: float | None = None


_Reader: TypeAlias = Callable[[Path, float | None], tuple[list[LayerRecording], float | None]]


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
    """Read recorded activity; the suffix gives the file format.

    Parameters
    ----------
    path : Path
        ``.npz`` with an array (samples, timesteps, neurons ...) for each layer, ``.csv`` with the columns layer and
        rate (or density and bit_density) or sample, timestep, layer and neuron of each spike, or NIRData in ``.h5``.
    samples : int, optional
        Number of samples, if the file does not state it.
    time_step : float, optional
        Time step of NIRData events [s].

    Raises
    ------
    NetworkImportError
        If the file cannot be read or contains no activity.
    """
    files.model_file(path)
    readers: dict[str, _Reader] = {".npz": _npz, ".csv": _csv, ".json": _neurobench}
    readers |= dict.fromkeys((".h5", ".hdf5", ".nird"), _nir_data)
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise files.fault(
            path, f"unknown suffix {path.suffix!r}; .npz, .csv, .h5 and .json of NeuroBench are read"
        )
    with files.reading(path, "recording"):
        if reader in {_csv, _neurobench} and path.stat().st_size > _MOST_BYTES:  # read as a whole
            raise NetworkImportError(f"larger than {_MOST_BYTES // 2**20} MiB")
        layers, found_step = reader(path, time_step)
        if not layers:
            raise NetworkImportError("contains no activity")
    return Recording(files.formatted(path), files.file_sha256(path), tuple(layers), samples, found_step)


def _npz(path: Path, _: float | None) -> tuple[list[LayerRecording], float | None]:
    layers: dict[str, LayerRecording] = {}
    for name, array in files.stored_arrays(path, _MOST_MEMBERS):
        _place(layers, name, array)
    return list(layers.values()), None


def _place(layers: dict[str, LayerRecording], name: str, array: Any) -> None:
    """An array `layer` holds spikes, an array `layer.rate` the mean rate of each sample."""
    layer, _, quantity = name.rpartition(".")
    if quantity in _QUANTITIES and layer:
        if array.ndim > 1:
            raise NetworkImportError(f"{name[:60]!r} must be one number a sample")
        each = np.atleast_1d(array).astype(np.float64)
        for number in (float(each.min()), float(each.max())):
            checked_fraction(number, f"{quantity} of {layer!r}")
        low, _median, high = quantiles(each)
        means = layers[layer].means if layer in layers else {}
        layers[layer] = LayerRecording(
            layer, means={**means, quantity: (float(each.mean()), low, high)}, samples=each.size
        )
    elif array.ndim < 2:
        raise NetworkImportError(
            f"{name[:60]!r} has {array.ndim} axes; spikes have samples, timesteps and neurons, rates are named "
            f"{name[:40]}.rate"
        )
    else:
        layers[name] = LayerRecording(name, spikes=array, samples=int(array.shape[0]))


def _neurobench(path: Path, _: float | None) -> tuple[list[LayerRecording], float | None]:
    """Results of the harness: what of each layer is not zero, of spikes the rate, of numbers the density."""
    found = json.loads(path.read_text("utf-8"))
    sparsity = found.get("ActivationSparsityByLayer") if isinstance(found, dict) else None
    if not isinstance(sparsity, dict) or not sparsity:
        raise NetworkImportError("has no ActivationSparsityByLayer; run NeuroBench with this metric")
    operations = found.get("SynapticOperations")
    spikes = isinstance(operations, dict) and bool(operations.get("Effective_ACs"))
    layers = []
    for name, value in sparsity.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise NetworkImportError(f"the sparsity of {name[:60]!r} is not a number")
        active = 1.0 - checked_fraction(value, f"sparsity of {name[:60]!r}")
        layers.append(LayerRecording(name, means={"rate" if spikes else "density": (active, active, active)}))
    return layers, None


def _csv(path: Path, _: float | None) -> tuple[list[LayerRecording], float | None]:
    table = pd.read_csv(
        path, encoding="utf-8-sig", dtype={"layer": str}, nrows=_MOST_ROWS + 1, low_memory=False
    )
    if len(table) > _MOST_ROWS:
        raise NetworkImportError(f"more than {_MOST_ROWS} lines")
    if not isinstance(
        table.index, pd.RangeIndex
    ):  # pandas takes the cells that are too many for names of the rows
        raise NetworkImportError("line 2: more cells than the header has columns")
    if set(table) >= _EVENTS:
        return _events(table), None
    if "layer" in table and set(_QUANTITIES) & set(table):
        return _means(table), None
    raise NetworkImportError(
        "needs the columns layer and rate (or density and bit_density), or sample, timestep, layer and neuron"
    )


def _numbers(table: pd.DataFrame, columns: Iterable[str], *, may_be_empty: bool = False) -> pd.DataFrame:
    """Columns of numbers; not a number where a cell is empty and may be."""
    numbers: pd.DataFrame = table[list(columns)].apply(pd.to_numeric, errors="coerce")
    for column in numbers:
        wrong = numbers[column].isna() & ~(may_be_empty & table[column].isna())
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            text = str(table[column].fillna("").iloc[row])
            raise NetworkImportError(f"line {row + 2}: {column} is {text[:40]!r}, expected a number")
    return numbers


def _means(table: pd.DataFrame) -> list[LayerRecording]:
    names = table["layer"].fillna("").str.strip()
    wrong = (names == "") | names.duplicated()
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise NetworkImportError(f"line {row + 2}: layer {names[row][:40]!r} is empty or appears twice")
    known = [f"{quantity}{end}" for quantity in _QUANTITIES for end in ("", "_low", "_high")]
    numbers = _numbers(table, [one for one in (*known, "samples") if one in table], may_be_empty=True)
    layers = []
    for row, name in enumerate(names):
        given = numbers.iloc[row].dropna()
        checked = {
            key: checked_fraction(float(given[key]), f"line {row + 2}: {key}")
            for key in known
            if key in given
        }
        means = {}
        for quantity in (one for one in _QUANTITIES if one in checked):
            mean = checked[quantity]
            low, high = (checked.get(f"{quantity}_{end}", mean) for end in ("low", "high"))
            means[quantity] = (mean, min(low, mean), max(high, mean))
        layers.append(
            LayerRecording(name, means=means, samples=int(given["samples"]) if "samples" in given else None)
        )
    return layers


def _events(table: pd.DataFrame) -> list[LayerRecording]:
    places = _numbers(table, ("sample", "timestep", "neuron"))
    wrong = ((places < 0) | (places > _LARGEST_PLACE) | (places % 1 != 0)).any(axis=1)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise NetworkImportError(
            f"line {row + 2}: sample, timestep and neuron must be whole numbers, counted from 0"
        )
    named = places.astype(np.int64).groupby(table["layer"].fillna("").str.strip(), sort=False)
    return [LayerRecording(str(name), events=events.to_numpy()) for name, events in named]


def _nir_data(path: Path, time_step: float | None) -> tuple[list[LayerRecording], float | None]:
    from neuroest.workloads.importers.files import array, members, opened  # noqa: PLC0415 - few recordings are NIR

    layers: list[LayerRecording] = []
    steps: set[float] = set()
    with opened(path) as store:
        if "nodes" not in store:
            raise NetworkImportError("not a NIRData file (it has no group 'nodes')")
        for name, node in members(store["nodes"]):
            observables = dict(members(node["observables"])) if "observables" in node else {}
            spikes = observables.get("spikes")
            if spikes is None:
                continue
            content = dict(members(spikes))
            about = {**spikes.attributes, **{k: array(v) for k, v in content.items() if v.ndim == 0}}
            if "data" in content:
                data = array(content["data"], files.LARGEST_ARRAY)
                if "dt" in about:
                    steps.add(float(np.asarray(about["dt"])))
                layers.append(LayerRecording(name, spikes=data, samples=int(data.shape[0])))
            else:
                layers.append(_gridded(name, content, about, time_step, array))
    if len(steps) > 1:
        raise NetworkImportError(f"the layers have different time steps: {sorted(steps)}")
    return layers, next(iter(steps), time_step)


def _gridded(
    name: str, content: Mapping[str, Any], about: Mapping[str, Any], time_step: float | None, array: Any
) -> LayerRecording:
    """Events with times, put into timesteps."""
    if time_step is None or time_step <= 0.0:
        raise NetworkImportError(f"{name[:60]!r} contains events with times; give --time-step, such as 1e-3")
    indices, times = array(content["idx"]), array(content["time"])
    neurons, steps = int(about["n_neurons"]), round(float(about["t_max"]) / time_step)
    if steps < 1 or neurons < 1 or indices.shape != times.shape:
        raise NetworkImportError(
            f"{name[:60]!r} has no neurons, no timesteps, or not as many times as events"
        )
    if indices.shape[0] * steps * neurons > files.LARGEST_ARRAY:
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
    given, due_step = recording.time_step, spec.time_step
    if given and due_step and abs(given - due_step) > _SAME_STEP * due_step:
        raise NetworkImportError(
            f"{recording.file}: was recorded with timesteps of {format_quantity(given, 's')}, the workload has "
            f"{format_quantity(due_step, 's')}"
        )
    unknown = next((one.name for one in recording.layers if one.name not in sizes), None)
    if unknown is not None:
        raise UnknownNameError("layer", unknown[:60], sizes, "a recording names the layers of the workload")
    found = {}
    with files.reading(Path(recording.file), "recording"):
        for one in recording.layers:
            due = input_quantities(spec) if one.name == "input" else ACTIVITY_QUANTITIES[spec.coding]
            if one.spikes is None and one.events is None:
                missing = [quantity for quantity in due if quantity not in one.means]
                if missing:
                    raise NetworkImportError(f"{one.name!r} states no {missing[0]}")
                samples = one.samples or recording.samples
                if samples is None:
                    raise NetworkImportError("how many samples were averaged? give --samples")
                values, low, high = ({key: one.means[key][place] for key in due} for place in range(3))
                found[one.name] = Recorded(values, low, high, samples)
            else:
                found[one.name] = _counted(one, recording, spec, sizes[one.name], due)
    return {**found, **_pooled(recording, spec, found)}


def _pooled(recording: Recording, spec: WorkloadSpec, known: Mapping[str, Recorded]) -> dict[str, Recorded]:
    """Events after each sum of recorded spikes whose windows do not meet all elements equally often.

    Where they do, the rate follows from that of the spikes.
    """
    spikes = {one.name: one.spikes for one in recording.layers if one.spikes is not None}
    shapes = geometry(spec)
    codings = layer_codings(spec)
    found: dict[str, Recorded] = {}
    for index, layer in enumerate(spec.layers):
        (source, *_) = shapes.reads[index]
        name = "input" if source == NETWORK_INPUT else shapes.names[source]
        if not isinstance(layer, Pooling) or layer.mode != "sum" or codings[index] != "spiking":
            continue
        if name not in spikes or layer.name in known or shapes.input_bits[index] > 1.0:
            continue
        shape = spec.input.shape if source == NETWORK_INPUT else shapes.output_shapes[source]
        uses = window_uses(layer, shape)
        if np.all(uses == uses.flat[0]):
            continue
        each = np.asarray(spikes[name], dtype=np.float64)
        each = each.reshape(*each.shape[:2], *shape)
        tally = Tally()
        tally.take(
            {
                "rate": (each * uses).reshape(len(each), -1).sum(axis=1),
                "elements": prod(shapes.output_shapes[index]),
                "steps": each.shape[1],
            }
        )
        if not tally.exceeds_one():
            found[layer.name] = tally.recorded()
    return found


def _counted(
    one: LayerRecording, recording: Recording, spec: WorkloadSpec, neurons: int, due: Sequence[str]
) -> Recorded:
    """Activity from a recording of single elements."""
    tally = Tally()
    steps = int(spec.timesteps or 1)
    if not np.size(one.spikes if one.events is None else one.events):
        raise NetworkImportError(f"{one.name!r} is empty")
    if due != ("rate",):
        if one.events is not None:
            raise NetworkImportError(f"{one.name!r} contains spikes, but the layer has numbers")
        _require(one, prod(one.spikes.shape[1:]), neurons, "elements")
        bits = spec.input.bits if one.name == "input" and spec.input.bits else spec.precision.activations or 8
        tally.take(number_statistics(one.spikes, 0, bits))
    elif one.events is not None:
        sample, step, neuron = (int(last) for last in one.events.max(axis=0))
        samples = recording.samples or 1 + sample
        if sample >= samples:
            raise NetworkImportError(f"{one.name!r} has more than {samples} samples")
        if step >= steps or neuron >= neurons:
            raise NetworkImportError(
                f"{one.name!r} fires in timestep {step} at neuron {neuron}; the workload has {steps} timesteps and "
                f"{neurons} neurons, counted from 0"
            )
        counts = np.bincount(one.events[:, 0], minlength=samples).astype(np.float64)
        tally.take({"rate": counts, "elements": neurons, "steps": steps})
    else:
        _require(one, one.spikes.shape[1], steps, "timesteps")
        _require(one, prod(one.spikes.shape[2:]), neurons, "neurons")
        if np.any(one.spikes != np.rint(one.spikes)):
            raise NetworkImportError(
                f"{one.name!r} contains fractions, not spikes; means are named {one.name}.rate, one a sample"
            )
        tally.take(spike_statistics(one.spikes, 0, 1))
    return tally.recorded()


def _require(one: LayerRecording, has: int, needs: int, what: str) -> None:
    if has != needs:
        raise NetworkImportError(f"{one.name!r} was recorded with {has} {what}, the workload has {needs}")


def attach_activity(
    workload: Loaded[WorkloadSpec],
    recording: Recording,
    *,
    dataset: str,
    day: str | None = None,
    name: str | None = None,
) -> tuple[Loaded[WorkloadSpec], str]:
    """Replace the activity of a workload by that of a recording.

    Parameters
    ----------
    workload : Loaded
        The workload; its file is not changed.
    recording : Recording
        Result of `read_recording`.
    dataset : str
        Data set of the samples.
    day : str, optional
        Date of the recording, year first; today by default.
    name : str, optional
        Name of the new workload.

    Returns
    -------
    Loaded, str
        The workload with the recorded activity, and the text of its file.
    """
    found = measured(recording, workload.spec)
    data, key = writing.with_activity(workload, found, "recording")
    about = {
        "title": f"Recorded activity of {data['name']} on {dataset}",
        "file": Path(recording.file).name,
        "dataset": dataset,
        "samples": max(one.samples for one in found.values()),
        "date": day or date.today().isoformat(),
        "sha256": recording.sha256,
    }
    data.setdefault("sources", {})[key] = writing.recording_source(about)
    return writing.under_name(data, name, workload)
