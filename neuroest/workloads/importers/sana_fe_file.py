"""Networks of SANA-FE in YAML: groups of neurons, and edges between groups or between single neurons.

`network: {groups: [{name, neurons: [0..9: [..]]}], edges: [a -> b: [type: dense]]}` (SANA-FE's `src/yaml_snn.cpp`). A
workload has all connections between two groups or none, so a group that is connected in part is refused.
"""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from neuroest.core.errors import SpecError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.file_text import decoded, file_content
from neuroest.specs.reading import Document, read_text
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.files import file_sha256, formatted, reading
from neuroest.workloads.importers.network import (
    OF_SHAPES,
    ImportedNetwork,
    ImportOptions,
    NetworkImportError,
    Value,
)

# keys of YAML that are numbers, which neurons and their cores are named by; our reader wants text
_NUMBERED = re.compile(r"^([^\S\n]*+(?:- )++\s*+\{?+\s*+)(\d++(?:\.{1,2}\d++)?)(\s*+:)", re.MULTILINE)
_NEURONS = re.compile(r"^(\d+)(?:\.\.(\d+))?$")
_EDGE = re.compile(r"^\s*(\w+)(?:\.(\d+))?\s*->\s*(\w+)(?:\.(\d+))?\s*$")
_LARGEST_GROUP = 10**6
Place: TypeAlias = tuple[str | int, ...]
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
    reader = _Reader(document)
    with reading(path, "network of SANA-FE"):
        options.refuse("a SANA-FE network", *OF_SHAPES)
        network, ends = reader.network()
        return network.finished(
            ends, name=path.stem, origin=path.name, format="SANA-FE", sha256=file_sha256(path), coding="spiking",
            options=options, timesteps=options.timesteps,
        )  # fmt: skip


@frozen_dataclass
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


class _Reader:
    """Groups of a document, and its edges, which drive a builder."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.sizes = self._groups()
        self.reads: dict[str, list[str]] = {name: [] for name in self.sizes}
        self.first: dict[str, Place] = {}
        self.convolutions: dict[str, _Convolution] = {}

    def _fault(self, place: Place, message: str) -> SpecError:
        return self.document.fault(place, message[:300])

    def _list(self, key: str) -> list[Any]:
        root = self.document.data.get("network") if isinstance(self.document.data, dict) else None
        found = root.get(key) if isinstance(root, dict) else None
        if not isinstance(found, list) or not found:
            raise self._fault(("network", key), f"expected a list of {key}")
        return found

    def _groups(self) -> dict[str, int]:
        """Neurons of each group: one more than the largest number."""
        sizes: dict[str, int] = {}
        for place, group in enumerate(self._list("groups")):
            where: Place = ("network", "groups", place)
            if (
                not isinstance(group, dict)
                or not isinstance(group.get("neurons"), list)
                or "name" not in group
            ):
                raise self._fault(where, "a group has a name and a list of neurons")
            name, largest = str(group["name"]), -1
            if name in sizes:
                raise self._fault(where, f"group {name[:40]} appears twice in the file")
            for index, neuron in enumerate(group["neurons"]):
                text = str(next(iter(neuron), "")) if isinstance(neuron, dict) else str(neuron)
                match = _NEURONS.match(text)
                if match is None:
                    message = f"expected the number of a neuron, or 0..9; got {text[:40]!r}"
                    raise self._fault((*where, "neurons", index), message)
                largest = max(largest, int(match[2] or match[1]))
            if not 0 <= largest < _LARGEST_GROUP:
                raise self._fault(where, f"group {name[:40]} has no neurons, or more than {_LARGEST_GROUP}")
            sizes[name] = largest + 1
        return sizes

    def _edges(self) -> Iterator[tuple[Place, re.Match[str], dict[str, Any]]]:
        """Place, names and attributes of each edge."""
        for place, edge in enumerate(self._list("edges")):
            where: Place = ("network", "edges", place)
            text = str(next(iter(edge), "")) if isinstance(edge, dict) else str(edge)
            match = _EDGE.match(text)
            if match is None or (match[2] is None) != (match[4] is None):
                raise self._fault(where, f"expected a -> b or a.0 -> b.1; got {text[:40]!r}")
            for group, neuron in ((match[1], match[2]), (match[3], match[4])):
                if group not in self.sizes or (neuron is not None and int(neuron) >= self.sizes[group]):
                    named = f"{group[:40]}{f'.{neuron}' if neuron else ''}"
                    raise self._fault(where, f"{named} is in no group")
            stated = next(iter(edge.values()), None) if isinstance(edge, dict) else None
            entries = stated if isinstance(stated, list) else [stated]
            yield (where, match, {k: v for one in entries if isinstance(one, dict) for k, v in one.items()})

    def _convolution(self, where: Place, given: dict[str, Any], source: str, target: str) -> _Convolution:
        """A convolution that connects two groups."""

        def whole(key: str, default: int | None = None) -> int:
            value = given.get(key, default)
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LARGEST_GROUP:
                message = f"conv2d needs {key}, a whole number above 0; got {str(value)[:20]!r}"
                raise self._fault(where, message)
            return value

        found = _Convolution(
            whole("input_channels"), (whole("input_height"), whole("input_width")),
            (whole("kernel_height"), whole("kernel_width")), (whole("stride_height", 1), whole("stride_width", 1)),
            whole("kernel_count", 1),
        )  # fmt: skip
        if (found.inputs, found.outputs) != (self.sizes[source], self.sizes[target]):
            given_sizes = f"{self.sizes[source]} and {self.sizes[target]}"
            message = (
                f"conv2d connects {found.inputs} neurons to {found.outputs}, the groups have {given_sizes}"
            )
            raise self._fault(where, message)
        return found

    def _connect(self) -> None:
        """Find which groups are connected."""
        pairs: dict[tuple[str, str], set[tuple[int, int]] | None] = {}
        places: dict[tuple[str, str], Place] = {}
        for where, match, attributes in self._edges():
            source, target = key = (match[1], match[3])
            places.setdefault(key, where)
            kind = str(attributes.get("type", ""))
            if match[2] is not None:
                known = pairs.setdefault(key, set())
                if known is not None:
                    known.add((int(match[2]), int(match[4])))
            elif kind in {"dense", "conv2d"}:
                pairs[key] = None
                if kind == "conv2d":
                    self.convolutions[target] = self._convolution(where, attributes, source, target)
            else:
                message = f"type {kind[:40] or 'missing'} is not read; allowed: dense, conv2d"
                raise self._fault(where, message)
        for (source, target), single in pairs.items():
            whole, place = self.sizes[source] * self.sizes[target], places[source, target]
            if single is not None and len(single) < whole:
                message = f"{len(single)} of {whole} connections of {source} -> {target}"
                raise self._fault(place, f"{message}; a workload has all or none")
            self.reads[target].append(source)
            self.first.setdefault(target, place)
        for target in self.convolutions:
            if len(self.reads[target]) > 1:
                message = f"{target[:40]} reads a conv2d and further groups, which is not read"
                raise self._fault(self.first[target], message)

    def network(self) -> tuple[NetworkBuilder, list[Value]]:
        """All layers, in the order of computation, and those that no other reads."""
        self._connect()
        forward = {name: [one for one in sources if one != name] for name, sources in self.reads.items()}
        inputs = [name for name, sources in forward.items() if not sources]
        if len(inputs) != 1:
            listed = ", ".join(inputs)[:120] or "none"
            raise self._fault(
                ("network", "groups"), f"one group must be the input that reads no other: {listed}"
            )
        try:
            order = list(TopologicalSorter(forward).static_order())
        except CycleError as error:
            cycle = " -> ".join(error.args[1])
            raise self._fault(("network", "edges"), f"groups in a cycle: {cycle}") from None
        network = NetworkBuilder((self.sizes[inputs[0]],))
        values = {inputs[0]: network.input}
        for name in order[1:]:
            value = network.concatenation(f"{name}_inputs", [values[one] for one in forward[name]])
            chosen = self.convolutions.get(name)
            if chosen is None:
                neurons = prod(value.shape)
                value = network.linear(
                    name, network.shaped(value, (neurons,), name), neurons, self.sizes[name]
                )
            else:
                value = network.shaped(value, (chosen.channels, *chosen.size), name)
                value = network.convolution(name, value, chosen.kernels, chosen.kernel, chosen.stride)
            values[name] = network.recurrent(value, np.zeros(1)) if name in self.reads[name] else value
        if inputs[0] in self.reads[inputs[0]]:
            raise self._fault(self.first[inputs[0]], f"{inputs[0]}, the input, reads itself")
        read = {source for sources in forward.values() for source in sources}
        return network, [values[name] for name in order if name not in read]
