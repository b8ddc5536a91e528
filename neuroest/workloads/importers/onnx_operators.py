"""What each operator of ONNX is in a workload.

A handler takes a node and returns the value of its first output, a list for several, or None where it cannot.
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from math import prod
from pathlib import Path
from typing import Any

from neuroest.core.files import read_data
from neuroest.workloads.importers import onnx_fused as fused
from neuroest.workloads.importers import operation_counts
from neuroest.workloads.importers.network import NetworkImportError, Pair, Shape, Value, as_map
from neuroest.workloads.importers.onnx_node import Found, Handler, Node
from neuroest.workloads.shapes import GATES

SAME = frozenset({"SAME_LOWER", "SAME_UPPER"})
"""Values of `auto_pad` that keep the size of a map, but for the stride."""


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
    if node.live(0) is None or node.live(weights) is not None:
        return None
    shape, dims = node.shape(0), node.shape(weights)
    rank, groups = len(dims) - 2, node.integer("group", 1)
    if rank < 1:
        return None
    stated = node.ints("kernel_shape", list(dims[2:]))
    if stated != list(dims[2:]) or len(shape) != len(dims) or shape[1] != dims[1] * groups:
        raise NetworkImportError(
            f"{node.name[:60]!r} states {groups} groups and a kernel of {stated}; its weights {tuple(dims)} do not fit "
            f"{shape[1] if len(shape) > 1 else 0} channels"
        )
    if rank > 2 or shape[0] != node.batch:
        # over three axes or over several maps: its windows one after the other, multiplied at each place
        whole, out = node.live(0), node.out
        places = prod(out) // out[1] // node.batch
        if whole is None or places < 1:
            return None
        windows = node.builder.moved(f"{node.name}_windows", [whole], (groups * prod(dims[1:]), places, 1))
        made = node.builder.convolution(node.name, windows, dims[0], (1, 1), groups=groups)
        return node.weigh(node.whole(made), weights)
    value = node.mapped()
    if value is None:
        return None
    kernel = _pair(list(dims[2:]))
    stride, dilation = (_pair(node.ints(name, [1, 1][:rank])) for name in ("strides", "dilations"))
    padding = _edges(node, kernel, stride, dilation, value)
    made = node.builder.convolution(node.name, value, dims[0], kernel, stride, padding, dilation, groups)
    return node.weigh(node.whole(made), weights)


def _transposed_convolution(node: Node) -> Found:
    """Each element of the input times the whole kernel; products that meet in the output are added up."""
    value = node.live(0)
    if value is None or node.live(1) is not None:
        return None
    shape, dims, groups = node.shape(0), node.shape(1), node.integer("group", 1)
    if len(shape) != len(dims) or shape[1] != dims[0] or dims[0] % groups:
        raise NetworkImportError(
            f"{node.name[:60]!r} states {groups} groups; its weights {tuple(dims)} do not fit {tuple(shape)}"
        )
    places = prod(shape) // shape[1] // node.batch
    read = node.builder.shaped(value, (shape[1], places, 1), node.name)
    made = node.builder.convolution(node.name, read, groups * prod(dims[1:]), (1, 1), groups=groups)
    node.whole(made, prod(shape) // shape[1] * groups * prod(dims[1:]))
    result = node.builder.moved(f"{node.weigh(made, 1).layer}_placed", [made], node.sample)
    strides = node.ints("strides", [1] * (len(dims) - 2))
    additions = -(-prod(dims[2:]) // prod(strides)) - 1
    return node.builder.element_wise(f"{node.name}_overlap", [result], additions) if additions > 0 else result


def _gemm(node: Node, weights: int = 1) -> Found:
    value, dims = node.live(0), node.shape(weights)
    if value is None or node.live(weights) is not None or node.integer("transA", 0) or len(dims) != 2:
        return _matmul(node, weights)
    inputs, outputs = dims[::-1] if node.integer("transB", 0) else dims
    made = node.builder.linear(node.name, value, inputs, outputs, _positions(node, node.shape(0)))
    return node.weigh(node.whole(made), weights)


def _positions(node: Node, shape: Shape) -> int:
    return max(1, prod(shape[:-1]) // node.batch)


def _matmul(node: Node, right: int = 1) -> Found:
    left_value, right_value = node.live(0), node.live(right)
    left, other = _turned(node.shape(0), node.integer("transA", 0)), node.shape(right)
    other = _turned(other, node.integer("transB", 0))
    summed = other[-2] if len(other) > 1 else other[0]
    if not left or not other or left[-1] != summed:
        raise NetworkImportError(f"{node.name[:60]!r} multiplies {tuple(left)} by {tuple(other)}")
    left, other = (left if len(left) > 1 else (1, *left)), (other if len(other) > 1 else (*other, 1))
    if left_value is not None and right_value is not None:
        heads = max(1, prod(node.out) // (left[-2] * other[-1]) // node.batch)
        sizes = (heads, left[-2], summed, other[-1])
        return node.whole(node.builder.product(node.name, left_value, right_value, sizes))
    value, stored = (left_value, right) if left_value is not None else (right_value, 0)
    if value is None:
        return None
    weights = other if left_value is not None else left
    groups = prod(weights[:-2])
    outputs = other[-1] if left_value is not None else left[-2]
    positions = max(1, prod(node.out) // (groups * outputs) // node.batch)
    if groups > 1:
        return node.weigh(fused.grouped_product(node, value, groups, summed, outputs, positions), stored)
    made = node.builder.linear(node.name, value, summed, outputs, positions)
    return node.weigh(node.whole(made), stored)


def _turned(shape: Shape, is_turned: int) -> Shape:
    return (*shape[:-2], shape[-1], shape[-2]) if is_turned and len(shape) > 1 else shape


def _einsum(node: Node) -> Found:
    """A product of two factors: indices of both that stay are heads, those that go are summed."""
    terms = _einsum_terms(node)
    if terms is None:
        return None
    (left, right), out, extents = terms
    both = [name for name in left if name in right]
    heads = prod(extents[name] for name in both if name in out)
    summed = prod(extents[name] for name in both if name not in out)
    rows, columns = (
        prod(extents[name] for name in one if name in out and name not in both) for one in (left, right)
    )
    left_value, right_value = node.live(0), node.live(1)
    if any(name not in out and name not in both for name in left + right):
        return None
    batch = node.batch
    if left_value is not None and right_value is not None:
        if heads % batch:
            return None
        sizes = (heads // batch, rows, summed, columns)
        return node.whole(node.builder.product(node.name, left_value, right_value, sizes))
    value, stored = (left_value, 1) if left_value is not None else (right_value, 0)
    outputs, positions = (columns, rows) if stored else (rows, columns)
    if value is None or positions % batch:
        return None
    if heads > 1:
        made = fused.grouped_product(node, value, heads, summed, outputs, positions // batch)
    else:
        made = node.whole(node.builder.linear(node.name, value, summed, outputs, positions // batch))
    return node.weigh(made, stored)


def _einsum_terms(node: Node) -> tuple[list[list[str]], list[str], dict[str, int]] | None:
    """Indices of two factors and of the result, and their extents; None for other equations."""
    equation = node.text("equation", "").replace(" ", "")
    given, arrow, result = equation.partition("->")
    factors = given.split(",")
    if len(factors) != 2 or not arrow:
        return None
    extents: dict[str, int] = {}
    named: list[list[str]] = []
    for index, factor in enumerate(factors):
        shape = node.shape(index)
        before, dots, after = factor.partition("...")
        hidden = [f"...{number}" for number in range(len(shape) - len(before + after), 0, -1)] if dots else []
        names = [*before, *hidden, *after]
        if len(names) != len(shape) or len(set(names)) < len(names):
            return None
        for name, extent in zip(names, shape, strict=True):
            extents[name] = max(extents.get(name, 1), extent)
        named.append(names)
    before, dots, after = result.partition("...")
    hidden = sorted((name for name in extents if name.startswith("...")), reverse=True) if dots else []
    return named, [*before, *hidden, *after], extents


def _gather(node: Node) -> Found:
    """Elements of what comes in, or rows of a stored table."""
    value, indices = node.live(0), node.live(1)
    if value is not None:
        return _moved(node, value)
    if indices is None:
        return None
    made = node.builder.lookup(node.name, indices, node.shape(0), node.sample)
    return node.weigh(made, 0)


def _of_first(make: Callable[..., Found]) -> Callable[..., Found]:
    """A handler of what comes in first; not supported where that does not depend on the network's input."""

    @wraps(make)
    def handler(node: Node, **settings: Any) -> Found:
        value = node.live(0)
        return None if value is None else make(node, value, **settings)

    return handler


def _pooling(node: Node, mode: str) -> Found:
    value = node.channels_first()
    kernel = node.ints("kernel_shape", [])
    if value is None or not kernel:
        return None
    if len(kernel) > 2 or any(d != 1 for d in node.ints("dilations", [1])):
        windows = node.builder.moved(f"{node.name}_windows", [value], node.sample)
        return node.builder.element_wise(node.name, [windows], max(1, prod(kernel) - 1))
    shape = node.shape(0)
    if shape[0] != node.batch:  # several maps of a sample
        value = node.builder.shaped(value, as_map((shape[0] * shape[1] // node.batch, *shape[2:])), node.name)
    window, stride = _pair(kernel), _pair(node.ints("strides", [1] * len(kernel)))
    edges = _edges(node, window, stride, (1, 1), value)
    out = _pair(list(node.out[2:]))
    return node.builder.pooling(node.name, value, mode, window, stride, (edges[0][0], edges[1][0]), out)


def _global_pooling(node: Node, mode: str) -> Found:
    value = node.channels_first()
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


@_of_first
def _comparisons(node: Node, value: Value) -> Found:
    """Vector work of one operation for each element that is read, such as a search for the largest."""
    searched = node.builder.element_wise(node.name, [value])
    return [
        node.builder.shaped(searched, node.reader.sample(node.reader.shape(name)), f"{node.name}_{index}")
        for index, name in enumerate(node.outputs)
    ]


@_of_first
def _one_hot(node: Node, value: Value) -> Found:
    """One comparison for each element that is written."""
    return node.builder.element_wise(node.name, node.broadcast([value]))


def _map(node: Node) -> Found:
    """Numbers under names, or names of classes in the place of their numbers."""
    value = node.lives[0]
    known = node.reader.shapes.get(node.outputs[0])
    return value if known is None or any(extent <= 0 for extent in known) else _moved(node, value)


def _linear_model(node: Node) -> Found:
    """A classifier or regression of scikit-learn, whose coefficients are an attribute."""
    value = node.live(0)
    coefficients = node.attributes.get("coefficients")
    if value is None or coefficients is None or not coefficients.floats:
        return None
    inputs = node.shape(0)[-1]
    outputs = len(coefficients.floats) // inputs
    made = node.builder.linear(node.name, value, inputs, outputs, _positions(node, node.shape(0)))
    made = node.builder.weighed(made, list(coefficients.floats))
    return [made] * len(node.outputs)


def _view(node: Node) -> Found:
    return node.live(0)


def _quantiser(node: Node) -> Found:
    """Scaling and rounding, which the layers before take up as they do a bias."""
    return node.live(0)


def _sum(node: Node) -> Found:
    values = node.broadcast(node.lives)
    if len(values) > 1:
        return node.builder.add(node.name, values)
    return _with_constant(node)


def _with_constant(node: Node) -> Found:
    """A bias or factor that the weights before take up; else one operation an element."""
    values = node.broadcast(node.lives)
    if (
        len(values) > 1
        or not node.builder.is_weighted(values[0])
        or values[0].layer in node.builder.activated
    ):
        return node.builder.element_wise(node.name, values)
    return values[0]


@_of_first
def _dynamic_quantisation(node: Node, value: Value) -> Found:
    """Levels that are chosen for each sample: step and zero point are single numbers."""
    node.reader.constants.update(dict.fromkeys(node.outputs[1:], ""))
    node.reader.excluded.setdefault("search of the largest activation of each sample (dynamic quantisation)")
    return value


def _rearrangement(node: Node) -> Found:
    return _moved(node, node.lives[0])


def _moved(node: Node, value: Value) -> Value:
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
        node.weigh(node.whole(one, prod(node.shape(0)[:-1]) * hidden), 1)
    joined = node.builder.concatenation(node.name, values)
    last = node.builder.moved(f"{node.name}_last", [joined], (directions * hidden,))
    by_place = dict(zip(node.places, [joined, last, last], strict=False))
    return [by_place[place] for place in node.outputs]


def _attention(node: Node) -> Found:
    if node.domain == "com.microsoft":
        return fused.packed_attention(node)
    query, key, value = (node.live(index) for index in range(3))
    if query is None or key is None or value is None:
        return None
    left, right, third = (node.shape(index) for index in range(3))
    if len(left) == 4:
        heads, rows, summed, columns, width = left[1], left[2], left[3], right[2], third[3]
    else:
        heads = node.integer("q_num_heads", 0)
        if heads < 1 or node.integer("kv_num_heads", heads) != heads:
            return None
        rows, summed, columns, width = left[1], left[2] // heads, right[1], third[2] // heads
    return fused.attended(node, query, key, value, (heads, rows, summed, columns, width))


NAMES = read_data(Path(__file__).with_suffix(".yaml"))
_HANDLERS: Mapping[str, Handler] = {
    handler.__name__.strip("_"): handler
    for handler in (
        _activation, _attention, _cell, _comparisons, _concatenation, _convolution, _dynamic_quantisation, _einsum,
        _element_wise, _gather, _gemm, _global_pooling, _linear_model, _map, _matmul, _normalisation, _one_hot,
        _pooling, _quantiser, _rearrangement, _reduction, _resize, _split, _sum, _transposed_convolution, _view,
        _with_constant,
        fused.embedding, fused.grouped_attention, fused.multi_head_attention, fused.packed_product,
        fused.packed_table, fused.skip_normalisation,
    )
}  # fmt: skip
OPERATORS: Mapping[str, Handler] = {
    name: partial(_HANDLERS[row["is"]], **row.get("with", {}))
    for row in NAMES["operators"]
    for name in row["names"]
}
"""Handler of each operator."""
