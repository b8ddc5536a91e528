"""Networks of SANA-FE in YAML: groups of neurons, and edges between groups or between single neurons.

`network: {groups: [{name, neurons: [0..9: [..]]}], edges: [a -> b: [type: dense]]}` (SANA-FE's `src/yaml_snn.cpp`). A
workload has all connections between two groups or none, so a group that is connected in part is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import SpecError
from neuroest.specs.file_text import decoded, file_content
from neuroest.specs.reading import Document, read_text
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.files import file_sha256, formatted, reading
from neuroest.workloads.importers.network import ImportedNetwork, ImportOptions, NetworkImportError, Value

# keys of YAML that are numbers, which neurons and their cores are named by; our reader wants text
_NUMBERED = re.compile(r"^(\s*(?:- )+\s*\{?\s*)(\d+(?:\.{1,2}\d+)?)(\s*:)", re.MULTILINE)
_NEURONS = re.compile(r"^(\d+)(?:\.\.(\d+))?$")
_EDGE = re.compile(r"^\s*(\w+)(?:\.(\d+))?\s*->\s*(\w+)(?:\.(\d+))?\s*$")
_LARGEST_GROUP = 10**6
_MOST_NODES = 500_000
"""Keys and values that are read: a file states each weight."""


def read_sana_fe(path: Path, options: ImportOptions) -> ImportedNetwork:
    """The network of a SANA-FE file.

    Raises
    ------
    SpecError
        With the place of what is none of the format, or is no connection of whole groups.
    """
    file = formatted(path)
    text = decoded(file_content(path, file), file)
    (document, *_) = read_text(_NUMBERED.sub(r'\1"\2"\3', text), file, _MOST_NODES)
    if options.timesteps is None:
        raise NetworkImportError(
            f"{file}: a network of SANA-FE states no timesteps; import it with --timesteps"
        )
    sizes, edges = _groups(document), _edges(document)
    with reading(path, "network of SANA-FE"):
        network, ends = _built(document, sizes, edges)
        return network.finished(
            ends, name=path.stem, origin=path.name, format="SANA-FE", sha256=file_sha256(path), coding="spiking",
            options=options, timesteps=options.timesteps,
        )  # fmt: skip


def _fault(document: Document, place: tuple[str | int, ...], message: str) -> SpecError:
    return document.fault(place, message[:300])


def _list(document: Document, key: str) -> list[Any]:
    root = document.data.get("network") if isinstance(document.data, dict) else None
    found = root.get(key) if isinstance(root, dict) else None
    if not isinstance(found, list) or not found:
        raise _fault(document, ("network", key), f"expected a list of {key}")
    return found


def _groups(document: Document) -> dict[str, int]:
    """Neurons of each group: one more than the largest number."""
    sizes: dict[str, int] = {}
    for place, group in enumerate(_list(document, "groups")):
        where: tuple[str | int, ...] = ("network", "groups", place)
        if not isinstance(group, dict) or not isinstance(group.get("neurons"), list) or "name" not in group:
            raise _fault(document, where, "a group has a name and a list of neurons")
        name, largest = str(group["name"]), -1
        if name in sizes:
            raise _fault(document, where, f"group {name[:40]} appears twice in the file")
        for index, neuron in enumerate(group["neurons"]):
            text = str(next(iter(neuron), "")) if isinstance(neuron, dict) else str(neuron)
            match = _NEURONS.match(text)
            if match is None:
                message = f"expected the number of a neuron, or 0..9; got {text[:40]!r}"
                raise _fault(document, (*where, "neurons", index), message)
            largest = max(largest, int(match[2] or match[1]))
        if not 0 <= largest < _LARGEST_GROUP:
            raise _fault(document, where, f"group {name[:40]} has no neurons, or more than {_LARGEST_GROUP}")
        sizes[name] = largest + 1
    return sizes


def _edges(document: Document) -> Iterator[tuple[int, re.Match[str], Any]]:
    for place, edge in enumerate(_list(document, "edges")):
        text = str(next(iter(edge), "")) if isinstance(edge, dict) else str(edge)
        match = _EDGE.match(text)
        if match is None or (match[2] is None) != (match[4] is None):
            where = ("network", "edges", place)
            raise _fault(document, where, f"expected a -> b or a.0 -> b.1; got {text[:40]!r}")
        yield place, match, next(iter(edge.values()), None) if isinstance(edge, dict) else None


def _kind(attributes: Any) -> str:
    entries = attributes if isinstance(attributes, list) else [attributes]
    return next((str(one["type"]) for one in entries if isinstance(one, dict) and "type" in one), "")


@dataclass(frozen=True)
class _Convolution:
    """Sizes of an edge of type conv2d, which pads nothing."""

    channels: int
    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    kernels: int

    @property
    def inputs(self) -> int:
        """Neurons that it reads."""
        return self.channels * self.size[0] * self.size[1]

    @property
    def outputs(self) -> int:
        """Neurons that it feeds."""
        rows, columns = (
            (size - kernel) // stride + 1
            for size, kernel, stride in zip(self.size, self.kernel, self.stride, strict=True)
        )
        return self.kernels * max(rows, 0) * max(columns, 0)


def _convolution(document: Document, where: tuple[str | int, ...], attributes: Any) -> _Convolution:
    entries = attributes if isinstance(attributes, list) else [attributes]
    given = {key: value for one in entries if isinstance(one, dict) for key, value in one.items()}

    def whole(key: str, default: int | None = None) -> int:
        value = given.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LARGEST_GROUP:
            raise _fault(
                document, where, f"conv2d needs {key}, a whole number above 0; got {str(value)[:20]!r}"
            )
        return value

    return _Convolution(
        whole("input_channels"), (whole("input_height"), whole("input_width")),
        (whole("kernel_height"), whole("kernel_width")), (whole("stride_height", 1), whole("stride_width", 1)),
        whole("kernel_count", 1),
    )  # fmt: skip


def _fitting(
    document: Document, where: tuple[str | int, ...], attributes: Any, groups: tuple[int, int]
) -> _Convolution:
    """A convolution that connects two groups of these sizes."""
    found = _convolution(document, where, attributes)
    if (found.inputs, found.outputs) != groups:
        given = f"{groups[0]} and {groups[1]}"
        message = f"conv2d connects {found.inputs} neurons to {found.outputs}, the groups have {given}"
        raise _fault(document, where, message)
    return found


@dataclass(frozen=True)
class _Connections:
    """Groups that each group reads, where the first edge into it stands, and which of them are convolutions."""

    reads: dict[str, list[str]]
    first: dict[str, tuple[str | int, ...]]
    convolutions: dict[str, _Convolution]


def _connected(
    document: Document, sizes: dict[str, int], edges: Iterator[tuple[int, re.Match[str], Any]]
) -> _Connections:
    """Which groups are connected."""
    convolutions: dict[str, _Convolution] = {}
    pairs: dict[tuple[str, str], set[tuple[int, int]] | None] = {}
    places: dict[tuple[str, str], tuple[str | int, ...]] = {}
    for place, match, attributes in edges:
        where, key = ("network", "edges", place), (match[1], match[3])
        for group, neuron in ((match[1], match[2]), (match[3], match[4])):
            if group not in sizes or (neuron is not None and int(neuron) >= sizes[group]):
                raise _fault(document, where, f"{group[:40]}{f'.{neuron}' if neuron else ''} is in no group")
        places.setdefault(key, where)
        if match[2] is not None:
            known = pairs.setdefault(key, set())
            if known is not None:
                known.add((int(match[2]), int(match[4])))
        elif _kind(attributes) == "dense":
            pairs[key] = None
        elif _kind(attributes) == "conv2d":
            convolutions[match[3]] = _fitting(document, where, attributes, (sizes[match[1]], sizes[match[3]]))
            pairs[key] = None
        else:
            message = f"type {_kind(attributes)[:40] or 'missing'} is not read; allowed: dense, conv2d"
            raise _fault(document, where, message)
    for (source, target), single in pairs.items():
        whole = sizes[source] * sizes[target]
        if single is not None and len(single) < whole:
            message = (
                f"{len(single)} of {whole} connections of {source} -> {target}; a workload has all or none"
            )
            raise _fault(document, places[source, target], message)
    reads: dict[str, list[str]] = {name: [] for name in sizes}
    first: dict[str, tuple[str | int, ...]] = {}
    for source, target in pairs:
        reads[target].append(source)
        first.setdefault(target, places[source, target])
    mixed = next((target for target in convolutions if len(reads[target]) > 1), None)
    if mixed is not None:
        raise _fault(
            document, first[mixed], f"{mixed[:40]} reads a conv2d and further groups, which is not read"
        )
    return _Connections(reads, first, convolutions)


def _built(
    document: Document, sizes: dict[str, int], edges: Iterator[tuple[int, re.Match[str], Any]]
) -> tuple[NetworkBuilder, list[Value]]:
    connected = _connected(document, sizes, edges)
    reads, first = connected.reads, connected.first
    forward = {name: [one for one in sources if one != name] for name, sources in reads.items()}
    inputs = [name for name, sources in forward.items() if not sources]
    if len(inputs) != 1:
        listed = ", ".join(inputs)[:120] or "none"
        raise _fault(
            document, ("network", "groups"), f"one group must be the input that reads no other: {listed}"
        )
    try:
        order = list(TopologicalSorter(forward).static_order())
    except CycleError as error:
        cycle = " -> ".join(error.args[1])
        raise _fault(document, ("network", "edges"), f"groups in a cycle: {cycle}") from None
    network = NetworkBuilder((sizes[inputs[0]],))
    values = {inputs[0]: network.input}
    for name in order:
        if name not in values:
            sources = [values[one] for one in forward[name]]
            value = network.concatenation(f"{name}_inputs", sources)
            chosen = connected.convolutions.get(name)
            if chosen is None:
                neurons = prod(value.shape)
                value = network.linear(name, network.shaped(value, (neurons,), name), neurons, sizes[name])
            else:
                value = network.shaped(value, (chosen.channels, *chosen.size), name)
                value = network.convolution(name, value, chosen.kernels, chosen.kernel, chosen.stride)
            values[name] = network.recurrent(value, np.zeros(1)) if name in reads[name] else value
    if inputs[0] in reads[inputs[0]]:
        raise _fault(document, first[inputs[0]], f"{inputs[0]}, the input, reads itself")
    read = {source for sources in forward.values() for source in sources}
    return network, [values[name] for name in order if name not in read]
