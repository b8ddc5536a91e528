"""What each operator of ONNX is in a workload.

A handler takes a node and returns the value of its first output, a list for several, or None where it cannot.
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

from neuroest.core.data_file import read_data
from neuroest.workloads.importers import operation_counts
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.network import NetworkImportError, Pair, Shape, Value
from neuroest.workloads.shapes import GATES

Found: TypeAlias = Value | list[Value] | None
SAME = frozenset({"SAME_LOWER", "SAME_UPPER"})
"""Values of `auto_pad` that keep the size of a map, but for the stride."""
_DEEPEST = 8
"""Loops and branches within each other."""


class Node:
    """A node of an ONNX graph, with the reader that knows its tensors."""

    def __init__(self, reader: Any, proto: Any) -> None:
        self.reader = reader
        self.builder: NetworkBuilder = reader.builder
        self.operator: str = proto.op_type
        self.domain: str = proto.domain
        self.inputs: list[str] = [*proto.input, *captured(proto)]
        self.places: list[str] = list(proto.output)
        self.outputs: list[str] = [name for name in proto.output if name]
        self.name: str = proto.name or (self.outputs[0] if self.outputs else proto.op_type)
        self.attributes = {one.name: one for one in proto.attribute}

    def ints(self, name: str, default: list[int]) -> list[int]:
        """An attribute that is a list of integers."""
        return list(self.attributes[name].ints) if name in self.attributes else default

    def integer(self, name: str, default: int) -> int:
        """An attribute that is an integer."""
        return int(self.attributes[name].i) if name in self.attributes else default

    def text(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        return self.attributes[name].s.decode("utf-8", "replace") if name in self.attributes else default

    def live(self, index: int) -> Value | None:
        """The value of an input that depends on the network's input."""
        return self.reader.values.get(self.inputs[index]) if index < len(self.inputs) else None

    @property
    def lives(self) -> list[Value]:
        """Values of all inputs that depend on the network's input."""
        return [self.reader.values[name] for name in self.inputs if name in self.reader.values]

    def shape(self, index: int) -> Shape:
        """Shape of an input as ONNX has it."""
        found: Shape = self.reader.shape(self.inputs[index])
        return found

    @property
    def out(self) -> Shape:
        """Shape of the first output as ONNX has it."""
        found: Shape = self.reader.shape(self.outputs[0])
        return found

    @property
    def sample(self) -> Shape:
        """Shape of the first output as a workload has it."""
        found: Shape = self.reader.sample(self.out)
        return found

    def mapped(self, index: int) -> Value | None:
        """An input as channels, rows and columns in the order of ONNX."""
        value = self.live(index)
        if value is None:
            return None
        return self.builder.shaped(value, self.reader.sample(self.shape(index)), self.name)

    def channels_first(self, index: int) -> Value | None:
        """The same where an operator may have its channels last; None where it has."""
        return None if self.integer("channels_last", 0) else self.mapped(index)

    @property
    def batch(self) -> int:
        """Samples that the file computes together."""
        found: int = self.reader.batch
        return found

    def weigh(self, value: Value, index: int) -> Value:
        """Take the statistics of a stored tensor for a layer."""
        base = self.reader.constants.get(self.inputs[index], "")
        if base in self.reader.statistics:
            self.builder.weights[value.layer] = self.reader.statistics[base]
            # directions of a cell share a tensor, not weights
            if self.builder.layers[value.layer].type != "recurrent_cell":
                self.builder.note_user(value, self.inputs[index])
        return value


Handler: TypeAlias = Callable[..., Found]


def captured(proto: Any, depth: int = 0) -> list[str]:
    """Names that the bodies of a loop or branch read from outside or inside."""
    graphs = [graph for one in proto.attribute for graph in (one.g, *one.graphs)] if depth <= _DEEPEST else []
    return [
        name for graph in graphs for node in graph.node for name in (*node.input, *captured(node, depth + 1))
    ]


def _pair(numbers: list[int]) -> Pair:
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (numbers[0], 1)


def same_padding(extent: int, stride: int, span: int, auto: str) -> Pair:
    """Padding before and after an axis so that it has an output for each stride; `span` is the reach of the kernel."""
    total = max(0, (-(-extent // stride) - 1) * stride + span - extent)
    small, large = total // 2, total - total // 2
    return (small, large) if auto == "SAME_UPPER" else (large, small)


def _edges(node: Node, kernel: Pair, stride: Pair, dilation: Pair, value: Value) -> tuple[Pair, Pair]:
    """Padding at both edges of rows and columns."""
    pads = node.ints("pads", [0, 0] * len(node.ints("kernel_shape", [1, 1])))
    auto = node.text("auto_pad", "NOTSET")
    if auto in SAME:
        spans = [step * (extent - 1) + 1 for extent, step in zip(kernel, dilation, strict=True)]
        rows, columns = (same_padding(*one, auto) for one in zip(value.map[1:], stride, spans, strict=True))
        return rows, columns
    if auto == "VALID":
        return (0, 0), (0, 0)
    if len(pads) == 2:
        return (pads[0], pads[1]), (0, 0)
    return (pads[0], pads[2]), (pads[1], pads[3])


def _convolution(node: Node, weights: int = 1) -> Found:
    value = node.mapped(0)
    if value is None or node.live(weights) is not None:
        return None
    dims = node.shape(weights)
    if not 3 <= len(dims) <= 4:
        return None
    kernel = _pair(list(dims[2:]))
    groups = node.integer("group", 1)
    if _pair(node.ints("kernel_shape", list(dims[2:]))) != kernel or value.map[0] != dims[1] * groups:
        raise NetworkImportError(
            f"{node.name[:60]!r} states {groups} groups and a kernel of {node.ints('kernel_shape', [])}; its weights "
            f"{tuple(dims)} do not fit {value.map[0]} channels"
        )
    stride, dilation = (_pair(node.ints(name, [1, 1][: len(dims) - 2])) for name in ("strides", "dilations"))
    padding = _edges(node, kernel, stride, dilation, value)
    made = node.builder.convolution(node.name, value, dims[0], kernel, stride, padding, dilation, groups)
    return node.weigh(made, weights)


def _gemm(node: Node, weights: int = 1) -> Found:
    value = node.live(0)
    if value is None or node.live(weights) is not None or node.integer("transA", 0):
        return None
    dims = node.shape(weights)
    inputs, outputs = dims[::-1] if node.integer("transB", 0) else dims
    made = node.builder.linear(node.name, value, inputs, outputs, _positions(node, node.shape(0)))
    return node.weigh(made, weights)


def _positions(node: Node, shape: Shape) -> int:
    return max(1, prod(shape[:-1]) // node.batch)


def _matmul(node: Node, right: int = 1) -> Found:
    left_value, right_value = node.live(0), node.live(right)
    left, other = node.shape(0), node.shape(right)
    summed = other[-2] if len(other) > 1 else other[0]
    if left[-1] != summed:
        raise NetworkImportError(f"{node.name[:60]!r} multiplies {tuple(left)} by {tuple(other)}")
    if left_value is not None and right_value is not None:
        left, other = (left if len(left) > 1 else (1, *left)), (other if len(other) > 1 else (*other, 1))
        heads = max(1, prod(left[:-2]) // node.batch)
        return node.builder.product(
            node.name, left_value, right_value, (heads, left[-2], left[-1], other[-1])
        )
    if left_value is not None:
        outputs = other[-1] if len(other) > 1 else 1
        if len(other) > 2 and prod(other[:-2]) > 1:
            return None
        made = node.builder.linear(node.name, left_value, left[-1], outputs, _positions(node, left))
        return node.weigh(made, right)
    if right_value is None or len(left) > 2:
        return None
    positions = max(1, prod(other) // max(other[-2] if len(other) > 1 else other[0], 1) // node.batch)
    return node.weigh(node.builder.linear(node.name, right_value, left[-1], left[0], positions), 0)


def _of_first(make: Callable[..., Found]) -> Callable[..., Found]:
    """A handler of what comes in first; not supported where that does not depend on the network's input."""

    @wraps(make)
    def handler(node: Node, **settings: Any) -> Found:
        value = node.live(0)
        return None if value is None else make(node, value, **settings)

    return handler


def _pooling(node: Node, mode: str) -> Found:
    value = node.channels_first(0)
    kernel = node.ints("kernel_shape", [])
    if value is None or not 1 <= len(kernel) <= 2 or any(d != 1 for d in node.ints("dilations", [1])):
        return None
    window, stride = _pair(kernel), _pair(node.ints("strides", [1] * len(kernel)))
    edges = _edges(node, window, stride, (1, 1), value)
    out = _pair(list(node.out[2:]))
    return node.builder.pooling(node.name, value, mode, window, stride, (edges[0][0], edges[1][0]), out)


def _global_pooling(node: Node, mode: str) -> Found:
    value = node.channels_first(0)
    return None if value is None else node.builder.pooling(node.name, value, mode, None)


@_of_first
def _reduction(node: Node, value: Value, mode: str = "") -> Found:
    shape = node.shape(0)
    kept = tuple(extent for extent in node.out[1:] if extent > 1)
    if mode and len(shape) == 4 and kept == tuple(e for e in shape[1:2] if e > 1):
        return _global_pooling(node, mode)
    reduced = node.builder.element_wise(node.name, [value])
    return node.builder.moved(f"{node.name}_reduced", [reduced], node.sample)


@_of_first
def _activation(node: Node, value: Value, *, rectifies: bool = False) -> Found:
    return node.builder.activation(node.name, value, rectifies=rectifies)


@_of_first
def _normalisation(node: Node, value: Value) -> Found:
    return node.builder.normalisation(node.name, value)


def _element_wise(node: Node, operations: str) -> Found:
    """Operations on each element: how many is a constant of `operation_counts`."""
    return node.builder.element_wise(node.name, node.lives[:1], getattr(operation_counts, operations))


def _view(node: Node) -> Found:
    return node.live(0)


def _sum(node: Node) -> Found:
    values = node.lives
    if len(values) > 1:
        return node.builder.add(node.name, values)
    return _with_constant(node)


def _with_constant(node: Node) -> Found:
    """A bias or factor that the weights before take up; else one operation an element."""
    value = node.lives[0]
    if len(node.lives) > 1 or not node.builder.is_weighted(value) or value.layer in node.builder.activated:
        return node.builder.element_wise(node.name, node.lives)
    return value


@_of_first
def _dynamic_quantisation(node: Node, value: Value) -> Found:
    """Levels that are chosen for each sample: step and zero point are single numbers."""
    node.reader.constants.update(dict.fromkeys(node.outputs[1:], ""))
    node.reader.excluded.setdefault("search of the largest activation of each sample (dynamic quantisation)")
    return value


@_of_first
def _rearrangement(node: Node, value: Value) -> Found:
    if prod(node.sample) == prod(value.shape):
        return value
    return node.builder.moved(node.name, [value], node.sample)


@_of_first
def _split(node: Node, value: Value) -> Found:
    return [
        node.builder.moved(f"{node.name}_{index}", [value], node.reader.sample(node.reader.shape(name)))
        for index, name in enumerate(node.outputs)
    ]


def _resize(node: Node) -> Found:
    return _rearrangement(node) if node.text("mode", "nearest") == "nearest" else None


def _concatenation(node: Node, first: int = 0, each: int = 1) -> Found:
    """Factors that begin with an input and come with others, such as their steps and zero points."""
    places = range(first, len(node.inputs), each)
    values = [value for place in places if (value := node.live(place)) is not None]
    if len(values) < len(places):  # joined with something stored
        return node.builder.moved(node.name, values, node.sample)
    return node.builder.concatenation(node.name, values, node.sample)


def _cell(node: Node, kind: str) -> Found:
    value = node.live(0)
    if value is None or node.live(1) is not None or node.live(2) is not None:
        return None
    steps, features = node.shape(0)[1 if node.integer("layout", 0) else 0], node.shape(0)[-1]
    directions, rows = node.shape(1)[0], node.shape(1)[1]
    hidden = node.integer("hidden_size", rows // GATES[kind])
    values = [
        node.builder.cell(f"{node.name}_{index}", value, kind, features, hidden, steps)
        for index in range(directions)
    ]
    for one in values:
        node.weigh(one, 1)
    joined = node.builder.concatenation(node.name, values)
    last = node.builder.moved(f"{node.name}_last", [joined], (directions * hidden,))
    by_place = dict(zip(node.places, [joined, last, last], strict=False))
    return [by_place[place] for place in node.outputs]


def _attention(node: Node) -> Found:
    query, key, value = (node.live(index) for index in range(3))
    if query is None or key is None or value is None or node.domain == "com.microsoft":
        return None
    left, right, third = (node.shape(index) for index in range(3))
    if len(left) == 4:
        heads, rows, summed, columns, width = left[1], left[2], left[3], right[2], third[3]
    else:
        heads = node.integer("q_num_heads", 0)
        if heads < 1 or node.integer("kv_num_heads", heads) != heads:
            return None
        rows, summed, columns, width = left[1], left[2] // heads, right[1], third[2] // heads
    scores = node.builder.product(f"{node.name}_scores", query, key, (heads, rows, summed, columns))
    shares = node.builder.element_wise(f"{node.name}_softmax", [scores], operation_counts.SOFTMAX)
    return node.builder.product(f"{node.name}_context", shares, value, (heads, rows, columns, width))


NAMES = read_data(Path(__file__).with_suffix(".yaml"))
_HANDLERS: Mapping[str, Handler] = {
    handler.__name__.strip("_"): handler
    for handler in (
        _activation, _attention, _cell, _concatenation, _convolution, _dynamic_quantisation, _element_wise, _gemm,
        _global_pooling, _matmul, _normalisation, _pooling, _rearrangement, _reduction, _resize, _split, _sum, _view,
        _with_constant,
    )
}  # fmt: skip
OPERATORS: Mapping[str, Handler] = {
    name: partial(_HANDLERS[row["is"]], **row.get("with", {}))
    for row in NAMES["operators"]
    for name in row["names"]
}
"""Handler of each operator."""
