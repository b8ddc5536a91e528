"""Write an imported network as a readable and editable workload file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from neuroest.core.errors import Problem, SpecError, raise_all
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import problem_at, validate
from neuroest.specs.reading import read_text
from neuroest.specs.workload import ACTIVITY_QUANTITIES, WorkloadSpec
from neuroest.workloads.importers.network import (
    ImportedNetwork,
    NetworkImportError,
    Recorded,
    fitting_name,
    require_supported,
    unsupported_lines,
)
from neuroest.workloads.layers import check_workload

_WIDTH = 118


@cache
def _assumed() -> Mapping[str, dict[str, Any]]:
    """Assumed values without a recording, by quantity."""
    return frozen(read_data(Path(__file__).with_name("assumed_activity.yaml")))


def workload_data(network: ImportedNetwork, name: str | None = None) -> dict[str, Any]:
    """Content of the workload file of a network."""
    options = network.options
    precision: dict[str, Any] = {"weights": options.weight_bits}
    if network.coding == "dense":
        precision["activations"] = options.activation_bits
    precision["accumulator"] = options.accumulator_bits
    data: dict[str, Any] = {
        "kind": "workload",
        "name": fitting_name(name or network.name, "network"),
        "description": f"Imported from {network.origin} ({network.format}).",
        "coding": network.coding,
    }
    if network.coding == "spiking":
        data["timesteps"] = network.timesteps
        if options.time_step is not None:
            data["time_step"] = f"{options.time_step:.9g} s"
    data["precision"] = precision
    data["weights"] = _weights(network)
    data["input"] = {"shape": list(network.input_shape)}
    if network.input_bits is not None:
        data["input"]["bits"] = network.input_bits
    if "input" in network.recorded:
        data["input"]["activity"] = recorded_activity(network.recorded["input"])
    else:
        numbers = network.coding == "dense" or network.input_bits is not None
        data["input"]["activity"] = dict(_assumed()["signed" if numbers else "spiking"])
    data["activity"] = _assumed()["spiking" if network.coding == "spiking" else "rectified"]
    data["layers"] = [_layer(network, index) for index in range(len(network.layers))]
    unsupported = unsupported_lines(network)
    excluded = list(network.excluded)
    notes = [f"sha256 of the imported file: {network.sha256}", *network.notes]
    if network.time_constants and options.time_step is None:
        longest = max(network.time_constants.values())
        notes.append(
            f"Membrane time constants of up to {longest:.4g} s were not checked; import with --time-step."
        )
    if options.unsupported == "ignore":
        excluded += [f"{line}, which the import ignored" for line in unsupported]
    elif options.unsupported == "host":
        notes += [f"On the host: {line}" for line in unsupported]
    if excluded:
        data["excluded"] = excluded
    if network.assumed:
        data["assumed"] = list(network.assumed)
    if network.recorded:
        data["sources"] = {"recording": recording_source(network.recording)}
    return {**data, "notes": notes}


def recording_source(recording: Mapping[str, Any]) -> dict[str, Any]:
    """The bibliography entry of a recording."""
    known = [key for key in ("file", "dataset", "samples", "date", "sha256") if key in recording]
    return {
        "type": "misc",
        "title": str(recording.get("title", "Recorded activity")),
        "year": int(str(recording.get("date", date.today().isoformat()))[:4]),
        "seen_note": "; ".join(f"{key}: {recording[key]}" for key in known),
    }


def _weights(network: ImportedNetwork) -> dict[str, Any]:
    mean = network.mean_absolute_weight
    if mean is None:
        return dict(_assumed()["weights"])
    each = [float(f"{value:.4g}") for value in (mean, *(value for value, _ in network.weights.values()))]
    count = sum(number for _, number in network.weights.values())
    weights: dict[str, Any] = {
        "mean_absolute": each[0],
        "basis": "derived",
        "rationale": f"mean over the {count} weights of the file, each over the largest of its layer",
    }
    if len(network.weights) > 1:
        weights["spread"] = {"low": min(each), "high": max(each)}
    return weights


def recorded_activity(recorded: Recorded, source: str = "recording") -> dict[str, Any]:
    """The activity of a recorded layer, as a workload file states it."""
    conditions = (
        f"mean of {recorded.samples} samples; low and high are the 10th and 90th percentile of samples"
    )
    claims: dict[str, Any] = {}
    for quantity, value in recorded.values.items():
        mean = float(f"{value:.9g}")
        low, high = (float(f"{ends[quantity]:.4g}") for ends in (recorded.low, recorded.high))
        claims[quantity] = {
            "value": mean,
            "basis": "simulated",
            "source": source,
            "conditions": conditions,
            "spread": {"low": min(low, mean), "high": max(high, mean)},
        }
    return claims


def with_activity(
    workload: Loaded[WorkloadSpec], found: Mapping[str, Recorded], word: str
) -> tuple[dict[str, Any], str]:
    """Content of a workload's file with recorded activity of some layers, and a free key for its source."""
    data = workload.document.data
    key, number = word, 1
    while key in data.get("sources", {}):
        number += 1
        key = f"{word}_{number}"
    owners = {"input": data["input"], **{layer["name"]: layer for layer in data["layers"]}}
    for name, recorded in found.items():
        # the threshold is of the weights and stays; other numbers that are not recorded belonged to the former spikes
        before = owners[name].get("activity") or {}
        stays = {"threshold": before["threshold"]} if "threshold" in before else {}
        owners[name]["activity"] = stays | recorded_activity(recorded, key)
    return data, key


def under_name(
    data: dict[str, Any], name: str | None, workload: Loaded[WorkloadSpec]
) -> tuple[Loaded[WorkloadSpec], str]:
    """A changed workload, under another name if one is given, and the text of its file."""
    if name is not None:
        data["name"] = name
    text = workload_text(data)
    return loaded_text(text, name or workload.file), text


def _layer(network: ImportedNetwork, index: int) -> dict[str, Any]:
    layer = network.layers[index]
    before = network.layers[index - 1].name if index else "input"
    entry: dict[str, Any] = {"name": layer.name, "type": layer.type}
    if layer.inputs != (before,) or layer.type in {"add", "concatenation", "matrix_product"}:
        entry["inputs"] = list(layer.inputs)
    entry.update(layer.fields)
    if network.options.time_step is not None and layer.name in network.time_constants:
        longest = network.time_constants[layer.name]
        entry["time_constant"] = f"{longest:.6g} s"
        if (shortest := network.shortest_time_constants.get(layer.name, longest)) < longest:
            entry["shortest_time_constant"] = f"{shortest:.6g} s"
    own = layer.type not in {"pooling", "add", "concatenation", "rearrangement", "element_wise"}
    if layer.name in network.recorded:
        wanted = ACTIVITY_QUANTITIES[network.coding]
        if set(network.recorded[layer.name].values) >= set(wanted):
            entry["activity"] = recorded_activity(network.recorded[layer.name])
    elif network.coding == "dense" and own != (layer.name in network.rectified):
        entry["activity"] = _assumed()["signed" if own else "rectified"]
    return entry


def workload_text(data: Mapping[str, Any]) -> str:
    """A workload file's text from what it says."""
    body = dict(data)
    layers = body.pop("layers")
    tail = {key: body.pop(key) for key in ("excluded", "assumed", "sources", "notes") if key in body}
    parts = [_dump(body), "layers:\n"]
    named: dict[int, str] = {}
    parts.extend(_layer_text(layer, named) for layer in layers)
    if tail:
        parts.append(_dump(tail, default_flow_style=False))
    return "".join(parts)


def _dump(data: Any, **layout: Any) -> str:
    settings = {"allow_unicode": True, "width": _WIDTH, "default_flow_style": None, **layout}
    text: str = yaml.dump(data, Dumper=_NoAlias, sort_keys=False, **settings)
    return text


def _flow(data: Any) -> str:
    text = _dump(data, allow_unicode=False, width=10**6, default_flow_style=True)
    return text.removesuffix("...\n").strip()


class _NoAlias(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _layer_text(layer: Mapping[str, Any], named: dict[int, str]) -> str:
    """A layer on one line if it fits; an activity that repeats becomes an anchor at its first place."""
    plain = {key: value for key, value in layer.items() if key != "activity"}
    activity = layer.get("activity")
    line = _flow(plain)
    if activity is None:
        return f"- {line}\n"
    if id(activity) in named:
        return f"- {line[:-1]}, activity: *{named[id(activity)]}}}\n"
    shared = next((name for name, one in _assumed().items() if one is activity), "")
    head = "".join(f"  {key}: {_flow(value)}\n" for key, value in plain.items())
    anchor = f" &{shared}" if shared else ""
    if shared:
        named[id(activity)] = shared
    inner = "".join(f"    {row}\n" for row in _dump(activity).splitlines())
    return f"- {head[2:]}  activity:{anchor}\n{inner}"


def loaded_workload(network: ImportedNetwork, name: str | None = None) -> Loaded[WorkloadSpec]:
    """An imported network as a validated workload.

    Raises
    ------
    UnsupportedOperatorError
        When an operator is not supported and the policy is ``error``.
    NetworkImportError
        When a spiking network states no timesteps, or what came out is no workload.
    """
    require_supported(network)
    if network.coding == "spiking" and network.timesteps is None:
        raise NetworkImportError(
            f"{network.origin}: a spiking network without timesteps; import it with --timesteps, such as 20"
        )
    text = workload_text(workload_data(network, name))
    try:
        return loaded_text(text, network.origin, network.sha256)
    except SpecError as error:  # lines are those of a text that nobody has seen
        raise SpecError([replace(one, line=0, column=0) for one in error.problems]) from None


def loaded_text(text: str, file: str, sha256: str | None = None) -> Loaded[WorkloadSpec]:
    """The text of a workload file, validated as a file would be.

    Raises
    ------
    SpecError
        With all problems.
    """
    documents = read_text(text, file)
    if len(documents) != 1:
        raise SpecError([Problem(file, 0, 0, "", "a workload file holds exactly one document")])
    document = documents[0]
    spec = validate(WorkloadSpec, document)
    raise_all(problem_at(document, place, message) for place, message in check_workload(spec))
    return Loaded(spec, file, sha256 or document.sha256, document)


def write_workload(network: ImportedNetwork, path: Path) -> Loaded[WorkloadSpec]:
    """Write a network as a workload file, after reading it back with the same checks.

    Raises
    ------
    NetworkImportError
        If the file exists already or cannot be written.
    """
    loaded = loaded_workload(network, path.stem)
    text = workload_text(workload_data(network, path.stem))
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise NetworkImportError(f"{path}: exists already; name another file") from None
    except OSError as error:
        raise NetworkImportError(f"{path}: cannot be written: {error.strerror}") from None
    return loaded
