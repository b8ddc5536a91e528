"""Networks in NIR files: the neuromorphic intermediate representation, a graph of neurons and weights in HDF5.

Another process reads the file (`hdf5`): no link leads out of it, and no dataset is larger than announced.
"""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.files import array, file_sha256, formatted, members, opened, reading
from neuroest.workloads.importers.network import (
    OF_SHAPES,
    ImportedNetwork,
    ImportOptions,
    NetworkImportError,
    Value,
    fitting_name,
)

_MOST_NODES = 5_000
_DEEPEST = 8
_SPIKING = frozenset({"IF", "LIF", "CubaLIF", "Threshold"})
_SILENT = frozenset({"LI", "CubaLI", "I"})
_MATRICES = frozenset({"Linear", "Affine"})


@frozen_dataclass
class _Node:
    """A node of the graph, its subgraphs taken apart."""

    name: str
    kind: str
    data: Mapping[str, Any]


def read_nir(path: Path, options: ImportOptions) -> ImportedNetwork:
    """The network of a NIR file.

    Raises
    ------
    NetworkImportError
        When the file is damaged, is no NIR graph, or has loops that are no recurrent layer.
    """
    with opened(path) as store, reading(path, "NIR graph"):
        if "node" not in store:
            raise NetworkImportError("not a NIR graph (it has no group 'node')")
        options.refuse("a NIR file", *OF_SHAPES[1:])
        return _Reader(store["node"]).network(path, options)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _gather(
    group: Any, prefix: str, nodes: dict[str, _Node], edges: list[tuple[str, str]], depth: int
) -> None:
    """Nodes of a graph and its subgraphs; a subgraph's own Input and Output are joints that pass on."""
    if depth > _DEEPEST:
        raise NetworkImportError(f"graphs nested deeper than {_DEEPEST} levels")
    for name, node in members(group["nodes"]):
        content = dict(members(node))
        kind, full = _text(array(content["type"])), prefix + name
        if kind == "NIRGraph":
            _gather(node, f"{full}.", nodes, edges, depth + 1)
            nodes[full] = _Node(full, "Joint in", {})
            nodes[f"{full}>"] = _Node(f"{full}>", "Joint out", {})
            for inner in [n for n in nodes if n.rpartition(".")[0] == full]:
                if nodes[inner].kind in {"Input", "Output"}:
                    is_input = nodes[inner].kind == "Input"
                    edges.append((full, inner) if is_input else (inner, f"{full}>"))
                    nodes[inner] = _Node(inner, "Joint", {})
        else:
            nodes[full] = _Node(full, kind, content)
        if len(nodes) > _MOST_NODES:
            raise NetworkImportError(f"more than {_MOST_NODES} nodes")
    subgraphs = {n for n, one in nodes.items() if one.kind == "Joint in"}
    for first, second in array(group["edges"]):
        a, b = prefix + _text(first), prefix + _text(second)
        for name in (a, b):
            if name not in nodes:
                raise NetworkImportError(f"an edge names {name[:60]!r}, which is not a node")
        edges.append((f"{a}>" if a in subgraphs else a, b))


class _Reader:
    """Follows the edges from the input and drives a builder."""

    def __init__(self, graph: Any) -> None:
        self.nodes: dict[str, _Node] = {}
        edges: list[tuple[str, str]] = []
        _gather(graph, "", self.nodes, edges, 0)
        self.before: dict[str, list[str]] = {name: [] for name in self.nodes}
        for first, second in dict.fromkeys(edges):
            self.before[second].append(first)
        self.recurrent: dict[str, str] = {}
        self.in_loops: set[str] = set()
        self.excluded: list[str] = []
        self.time_constants: dict[str, float] = {}
        self.shortest: dict[str, float] = {}
        self.fired: set[str] = set()
        self._find_recurrent()

    def _find_recurrent(self) -> None:
        """A matrix between the output and the input of the same neurons is their recurrent weights."""
        for name, node in self.nodes.items():
            if node.kind not in _SPIKING | _SILENT:
                continue
            for source in list(self.before[name]):
                back = self._path_back(source)
                matrix = back[-1]
                forth = self._path_back(self.before[matrix][0]) if len(self.before[matrix]) == 1 else [""]
                if name not in {matrix, forth[-1]}:
                    continue
                if self.nodes[matrix].kind not in _MATRICES:
                    raise NetworkImportError(
                        f"{name!r} is fed back through {source!r} ({self.nodes[source].kind}); only a matrix "
                        "(Linear or Affine) can be recurrent weights"
                    )
                self.before[name].remove(source)
                self.recurrent[name] = matrix
                for one in (*back[:-1], *forth[:-1]):
                    if self.nodes[one].kind == "Delay":
                        self._note_delay(self.nodes[one])
                        self.in_loops.add(one)

    def _path_back(self, name: str) -> list[str]:
        """A node, and those before it until one that is no joint and no delay."""
        path = [name]
        while (
            (self.nodes[path[-1]].kind.startswith("Joint") or self.nodes[path[-1]].kind == "Delay")
            and len(self.before[path[-1]]) == 1
            and self.before[path[-1]][0] not in path
        ):
            path.append(self.before[path[-1]][0])
        return path

    def _note_delay(self, node: _Node) -> None:
        longest = float(np.max(array(node.data["delay"]), initial=0.0))
        self.excluded.append(f"buffering of spikes over the delays of {node.name} (up to {longest:g} s)")

    def order(self) -> list[str]:
        """Nodes so that each comes after what it reads."""
        done = set(self.recurrent.values())
        waiting = {
            name: [one for one in before if one not in done]
            for name, before in self.before.items()
            if name not in done
        }
        try:
            return list(TopologicalSorter(waiting).static_order())
        except CycleError as error:
            stuck = error.args[1][0]
            raise NetworkImportError(
                f"{stuck[:60]!r} waits for itself: a cycle that is not a recurrent layer of its own neurons"
            ) from None

    def network(self, path: Path, options: ImportOptions) -> ImportedNetwork:
        """The network of the graph."""
        inputs = [node for node in self.nodes.values() if node.kind == "Input"]
        if len(inputs) != 1:
            raise NetworkImportError(f"the graph has {len(inputs)} inputs; one is needed")
        shape = options.input_shape
        if not shape:
            shape = tuple(int(one) for one in np.atleast_1d(array(inputs[0].data["shape"])))
            if len(shape) == 2:
                shape = (*shape, 1)
            if len(shape) not in {1, 3}:
                raise NetworkImportError(
                    f"the input has {len(shape)} extents; give the shape of one sample with --input-shape"
                )
        self.shape = shape
        self.builder = NetworkBuilder(shape)
        values: dict[str, Value] = {}
        outputs: list[Value] = []
        for name in self.order():
            node = self.nodes[name]
            sources = [values[one] for one in self.before[name] if one in values]
            if node.kind == "Input":
                values[name] = self.builder.input
            elif not sources:
                continue
            elif node.kind == "Output":
                outputs += sources
            else:
                values[name] = self._take(node, sources)
        return self.builder.finished(
            outputs, name=path.stem, origin=formatted(path), format="NIR", sha256=file_sha256(path), coding="spiking",
            options=options, timesteps=options.timesteps, excluded=tuple(self.excluded),
            time_constants=self.time_constants, shortest_time_constants=self.shortest,
        )  # fmt: skip

    def _take(self, node: _Node, sources: list[Value]) -> Value:
        value = sources[0]
        if len(sources) > 1:
            spikes = "all" if all(self._fires(source) for source in sources) else None
            value = self.builder.add(f"{node.name}_sum", sources, spikes)
        kind = node.kind
        if kind.startswith("Joint"):
            return value
        if kind in _MATRICES:
            weight = node.data["weight"]
            outputs, inputs = (int(one) for one in weight.shape[-2:])
            if value is self.builder.input and len(self.shape) > 1 and prod(self.shape) != inputs:
                raise NetworkImportError(
                    f"{node.name[:60]!r} reads {inputs} elements, and the input is {self.shape}: with a batch or time "
                    "axis in it; give the shape of one sample with --input-shape"
                )
            made = self.builder.linear(node.name, value, inputs, outputs)
            return self.builder.weighed(made, array(weight))
        if kind in {"Conv1d", "Conv2d"}:
            return self._convolution(node, value)
        if kind in {"SumPool2d", "AvgPool2d"}:
            return self._pooling(node, value)
        if kind in _SPIKING | _SILENT:
            return self._neurons(node, value)
        if kind == "Scale":
            return value if self.builder.is_weighted(value) else self.builder.element_wise(node.name, [value])
        if kind == "Flatten":
            return value
        if kind == "Delay":
            if node.name not in self.in_loops:
                self._note_delay(node)
            return value
        return self.builder.not_supported(kind, node.name, [value], value.shape)

    def _numbers(self, node: _Node, key: str, default: int) -> tuple[int, int]:
        found = np.atleast_1d(array(node.data[key])) if key in node.data else np.array([default])
        if found.dtype.kind in "OSU":
            text = _text(found[0])
            if text == "same":
                return -1, -1
            found = np.array([0])  # "valid"
        numbers = [int(one) for one in found]
        if len(numbers) > 1:
            return numbers[0], numbers[1]
        return (numbers[0], default) if node.kind == "Conv1d" else (numbers[0], numbers[0])

    def _convolution(self, node: _Node, value: Value) -> Value:
        weight = node.data["weight"]
        dims = tuple(int(one) for one in weight.shape)
        kernel = (dims[2], dims[3]) if node.kind == "Conv2d" else (dims[2], 1)
        stride, dilation = self._numbers(node, "stride", 1), self._numbers(node, "dilation", 1)
        padding = self._numbers(node, "padding", 0)
        edges = ((padding[0], padding[0]), (padding[1], padding[1]))
        if padding[0] < 0:
            totals = [dilation[axis] * (kernel[axis] - 1) for axis in (0, 1)]
            edges = tuple((total // 2, total - total // 2) for total in totals)  # type: ignore[assignment]
        groups = int(array(node.data["groups"])) if "groups" in node.data else 1
        if value.map[0] != dims[1] * groups:
            raise NetworkImportError(
                f"{node.name[:60]!r} expects {dims[1] * groups} channels and is given {value.map[0]}"
            )
        made = self.builder.convolution(node.name, value, dims[0], kernel, stride, edges, dilation, groups)
        return self.builder.weighed(made, array(weight))

    def _pooling(self, node: _Node, value: Value) -> Value:
        if node.kind == "AvgPool2d":
            self.builder.notes.append(
                "A mean of spikes passes on each of them, as a sum does, and the weights behind are smaller."
            )
        return self.builder.pooling(
            node.name, value, "sum", self._numbers(node, "kernel_size", 1), self._numbers(node, "stride", 1),
            self._numbers(node, "padding", 0),
        )  # fmt: skip

    def _neurons(self, node: _Node, value: Value) -> Value:
        if node.name in self.recurrent:
            value = self._recurrent_layer(node, value)
        elif not self.builder.is_weighted(value):
            value = self.builder.without_weights(node.name, value)
        if fitting_name(node.name) != value.layer:
            self.builder.notes.append(
                f"{value.layer} has the neurons of node {node.name[:60]!r} of the graph."
            )
        if node.kind == "IF":
            self._never_forget(value)
        if node.kind in _SPIKING:
            self.fired.add(value.layer)
        if node.kind in _SILENT:
            self.builder.note_silent(value, node.kind)
        for key in ("tau", "tau_mem", "v_threshold", "threshold"):
            if key not in node.data:
                continue
            found = np.asarray(array(node.data[key]), dtype=np.float64)
            if np.any(np.isnan(found)):
                raise NetworkImportError(f"{node.name[:60]!r}: {key} contains something that is not a number")
            finite = found[np.isfinite(found)]
            if not key.startswith("tau"):
                continue
            if finite.size < found.size:
                self._never_forget(value)
            if finite.size:
                self.time_constants[value.layer] = float(np.max(finite))
                self.shortest[value.layer] = float(np.min(finite))
        return value

    def _fires(self, value: Value) -> bool:
        """Whether a value is made of spikes: the input's, those of neurons, or sums of them."""
        layer = self.builder.layers.get(value.layer)
        return layer is None or value.layer in self.fired or layer.passes_all

    def _never_forget(self, value: Value) -> None:
        self.builder.notes.append(
            f"{value.layer} has neurons without leak; whether those of a chip leak is not checked."
        )

    def _recurrent_layer(self, node: _Node, value: Value) -> Value:
        weight = self.nodes[self.recurrent[node.name]].data["weight"]
        forward = self.builder.layers.get(value.layer)
        if forward is None or forward.type != "fully_connected":
            raise NetworkImportError(
                f"{node.name[:60]!r} has recurrent weights, but no matrix (Linear or Affine) before it"
            )
        outputs = prod(value.shape)
        if tuple(weight.shape[-2:]) != (outputs, outputs):
            raise NetworkImportError(
                f"the recurrent weights of {node.name[:60]!r} are not {outputs} x {outputs}"
            )
        matrix = np.asarray(array(weight)).reshape(outputs, outputs)
        if not np.any(matrix - np.diag(np.diagonal(matrix))):
            self.excluded.append(f"feedback of each neuron of {node.name} to itself ({outputs} weights)")
            return value
        return self.builder.recurrent(value, matrix)
