"""Shapes of an ONNX graph: the library's inference, and the integer arithmetic on shapes that it leaves open.

Exporters write `Shape`, `Gather`, `Div` and the like to compute a target size. On static shapes those are
constants of a few elements; the reference implementation of the standard works them out, until no shape changes.
The library has no shapes of fused operators and of those that the version of a file does not have; they are here.
"""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np

from neuroest.workloads.importers.files import brief
from neuroest.workloads.importers.network import NetworkImportError
from neuroest.workloads.importers.onnx_operators import NAMES, OPERATORS

Shape: TypeAlias = tuple[int, ...]
_FLOAT = 1
"""Number of the type of single-precision numbers in the format."""
_SAME = frozenset(
    name for row in NAMES["operators"] if row["is"] in NAMES["same_shape"] for name in row["names"]
)
"""Operators that keep the shape, also where the version of the standard that a file names does not have them."""


def fused_shapes(graph: Any, known: Mapping[str, Shape]) -> dict[str, tuple[int, Shape]]:
    """Type and shape of outputs of fused operators whose inputs are known and which are not known themselves."""
    found: dict[str, tuple[int, Shape]] = {}
    kinds = {one.name: one.data_type for one in graph.initializer}
    for info in (*graph.input, *graph.value_info, *graph.output):
        kinds[info.name] = info.type.tensor_type.elem_type
    for node in graph.node:
        rule = SHAPES.get(node.op_type) or (_same if node.op_type in _SAME else None)
        if rule is None or all(name in known for name in node.output if name):
            continue
        if any(name and name not in known for name in node.input):
            continue
        numbers = [
            kinds.get(name, 0) for name in node.input if name and kinds.get(name, 0) in {_FLOAT, 10, 11, 16}
        ]
        shapes = [known.get(name, ()) for name in node.input]
        try:
            outs = rule(_Attributes(node), shapes)
        except (IndexError, ValueError, ZeroDivisionError):
            continue  # the shape stays open, and the operator is named
        for name, shape in zip(node.output, outs, strict=False):
            if name and name not in known and shape is not None and all(extent > 0 for extent in shape):
                found[name] = ((numbers or [_FLOAT])[0], tuple(int(extent) for extent in shape))
    return found


class _Attributes:
    """Integers among the attributes of a node."""

    def __init__(self, node: Any) -> None:
        self._all = {one.name: one for one in node.attribute}

    def __call__(self, name: str, default: int = 0) -> int:
        return int(self._all[name].i) if name in self._all else default

    def several(self, name: str) -> list[int]:
        """An attribute that is a list."""
        return list(self._all[name].ints) if name in self._all else []


_Rule: TypeAlias = Callable[[_Attributes, Sequence[Shape]], Sequence[Shape | None]]


def _same(_: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    return [shapes[0]]


def _product(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    left, right = list(shapes[0]), list(shapes[1])
    if of("transA"):
        left[-2:] = left[:-3:-1]
    if of("transB"):
        right[-2:] = right[:-3:-1]
    if left[-1] != right[-2]:
        raise ValueError("factors do not fit")
    first, second = left[:-2], right[:-2]
    leading = max(first, second, key=len)
    return [(*leading, left[-2], right[-1])]


def _concatenation(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    axis = of("axis") % len(shapes[0])
    return [(*shapes[0][:axis], sum(shape[axis] for shape in shapes), *shapes[0][axis + 1 :])]


def _embedding(_: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    out = (*shapes[0], shapes[2][1])
    return [out, (shapes[0][0],), out]


def _multi_head(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    query, key, value = shapes[:3]
    past = shapes[6] if len(shapes) > 6 else ()
    heads = of("num_heads")
    cache = (query[0], heads, key[1] + (past[2] if past else 0), key[2] // heads)
    return [(*query[:2], value[2]), cache, (*cache[:3], value[2] // heads)]


def _grouped(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    query, heads, stored = shapes[0], of("num_heads"), of("kv_num_heads")
    packed = len(shapes) < 2 or not shapes[1]
    width = query[2] // (heads + 2 * stored) if packed else query[2] // heads
    past = shapes[3] if len(shapes) > 3 else ()
    cache = (query[0], stored, max(query[1], past[2]) if past else query[1], width)
    return [(*query[:2], heads * width), cache, cache]


def _attention(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    sizes = of.several("qkv_hidden_sizes") or [shapes[1][1] // 3] * 3
    return [(*shapes[0][:2], sizes[2])]


def _table(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    table, indices, axis = shapes[0], shapes[1], of("gather_axis")
    width = prod(shapes[2]) * of("block_size", 128) // table[0]
    whole = (table[0], min(width, table[1] * max(1, 8 // of("bits", 4))))
    return [(*whole[:axis], *indices, *whole[axis + 1 :])]


def _mean(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    axes = {axis % len(shapes[0]) for axis in of.several("axes") or [of("axes")]}
    kept = [1 if index in axes else extent for index, extent in enumerate(shapes[0])]
    return [tuple(kept) if of("keepdims", 1) else tuple(e for i, e in enumerate(kept) if i not in axes)]


SHAPES: Mapping[str, _Rule] = {
    **dict.fromkeys(("MatMulNBits", "MatMulBnb4"), lambda of, shapes: [(*shapes[0][:-1], of("N"))]),
    **dict.fromkeys(("FusedMatMul", "DynamicQuantizeMatMul", "Gemm", "MatMulIntegerToFloat"), _product),
    "Concat": _concatenation,
    **dict.fromkeys(
        ("SkipLayerNormalization", "SkipSimplifiedLayerNormalization"),
        lambda _, shapes: [shapes[0], None, None, shapes[0]],
    ),
    **dict.fromkeys(("Attention", "QAttention"), _attention),
    "EmbedLayerNormalization": _embedding,
    "MultiHeadAttention": _multi_head,
    "GroupQueryAttention": _grouped,
    "GatherBlockQuantized": _table,
    "IntegerMean": _mean,
}
"""Rule of each operator: shapes of the outputs from attributes and shapes of the inputs."""


_LEAST_ROUNDS = 12
_MOST_VISITS = 400_000
"""Nodes that inference may go through again and again."""
_MOST_ELEMENTS = 1024


def inferred(model: Any) -> tuple[Any, frozenset[str]]:
    """The graph with the shape of every tensor that follows from its inputs, and outputs whose shape is a guess.

    Raises
    ------
    NetworkImportError
        When shapes contradict each other.
    """
    fused = [node for node in model.graph.node if node.op_type in SHAPES and not _has_rule(node)]
    given: dict[str, tuple[int, tuple[int, ...]]] = {}
    ours = {id(node) for node in fused}
    originals, guessed = _stand_in(
        model.graph, [node for node in model.graph.node if not _has_rule(node) and id(node) not in ours]
    )
    # list the domains of nodes that the inference has no rule for, without which it refuses the model
    listed = {one.domain for one in model.opset_import}
    for domain in dict.fromkeys(node.domain for node in model.graph.node):
        if domain not in listed and not (domain == "ai.onnx" and "" in listed):
            model.opset_import.add(domain=domain, version=1)
    for _ in range(max(_LEAST_ROUNDS, _MOST_VISITS // len(model.graph.node))):
        model = _inferred_once(model)
        known = {**{name: shape for name, (_, shape) in given.items()}, **static_shapes(model.graph)}
        if all(name in known for node in model.graph.node for name in node.output if name):
            break
        more = fused_shapes(model.graph, known)
        given |= more
        folded = _fold(model, known)
        _state(model.graph, given)
        if not folded and not more:
            open_ = _first_open(model.graph, known)
            if open_ is None:
                break
            put, taken = _stand_in(model.graph, [open_])
            originals, guessed = {**originals, **put}, guessed | taken
    else:
        model = _inferred_once(model)
    _state(model.graph, given)
    nodes = [originals.get(node.output[0], node) if node.output else node for node in model.graph.node]
    copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)
    return model.graph, frozenset(guessed)


def _state(graph: Any, given: Mapping[str, tuple[int, tuple[int, ...]]]) -> None:
    """Write the shapes of fused operators into a graph, for the inference behind them."""
    from onnx import helper  # noqa: PLC0415 - an extra

    there = {info.name: info for info in (*graph.value_info, *graph.output)}
    for name, (kind, shape) in given.items():
        info = helper.make_tensor_value_info(name, kind, shape)
        if name in there:
            there[name].CopyFrom(info)
        else:
            graph.value_info.append(info)


def _inferred_once(model: Any) -> Any:
    """The model with the shapes that the library infers in one pass."""
    from onnx import shape_inference  # noqa: PLC0415 - an extra

    try:
        return shape_inference.infer_shapes(model, data_prop=True)
    except Exception as error:
        raise NetworkImportError(f"shapes do not fit together ({brief(error)})") from None


def _has_rule(node: Any) -> bool:
    """Whether the library knows the operator, and so the shape of what it puts out."""
    from onnx import defs  # noqa: PLC0415 - an extra

    return bool(node.domain in {"", "ai.onnx"} and defs.has(node.op_type, ""))


def _first_open(graph: Any, known: Mapping[str, tuple[int, ...]]) -> Any | None:
    """The first node whose output has no shape though its inputs have, and which nobody here can express anyway."""
    for node in graph.node:
        unknown = any(name and name not in known for name in node.output)
        if unknown and node.op_type not in OPERATORS and any(name in known for name in node.input):
            return node
    return None


def _stand_in(graph: Any, nodes: list[Any]) -> tuple[dict[str, Any], set[str]]:
    """Put operators of the standard with the same shapes in the place of some nodes.

    Returns the nodes by their output, and the outputs of those that nothing is known of: they put out what they read.
    """
    from onnx import helper  # noqa: PLC0415 - an extra

    stored = {tensor.name for tensor in graph.initializer}
    originals: dict[str, Any] = {}
    guessed: set[str] = set()
    for node in nodes:
        if not node.output:
            continue
        kept = type(node).FromString(node.SerializeToString())
        originals[node.output[0]] = kept
        if node.op_type in NAMES["stand_ins"]:
            name, *places = NAMES["stand_ins"][node.op_type]
            reads = node.input[slice(*places)]
            made = helper.make_node(name, reads, node.output if name == "LSTM" else node.output[:1])
            made.attribute.extend(
                one
                for one in kept.attribute
                if one.name not in NAMES["not_in_stand_ins"] or (one.name == "axis" and name == "Concat")
            )
            if name == "Cast":
                made.attribute.append(helper.make_attribute("to", 1))
        else:
            reads = [one for one in node.input if one not in stored] or list(node.input)
            made = helper.make_node("Dropout", reads[:1], node.output[:1])
            if node.op_type not in OPERATORS:
                guessed.add(node.output[0])
        node.CopyFrom(made)
    return originals, guessed


def static_shapes(graph: Any) -> dict[str, tuple[int, ...]]:
    """Shapes of the tensors of a graph that are numbers throughout."""
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for info in (*graph.value_info, *graph.input, *graph.output):
        tensor = info.type.tensor_type
        if tensor.HasField("shape") and all(dim.HasField("dim_value") for dim in tensor.shape.dim):
            shapes[info.name] = tuple(dim.dim_value for dim in tensor.shape.dim)
    return shapes


def _fold(model: Any, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Replace nodes that compute a few known integers by those; whether there were any."""
    from onnx import numpy_helper  # noqa: PLC0415 - an extra

    graph = model.graph
    values = {one.name: numpy_helper.to_array(one) for one in graph.initializer if _is_small(one)}
    kept = []
    for node in graph.node:
        found = constant_value(model, node, values, shapes)
        if found is None or found.dtype.kind not in "bi" or found.size > _MOST_ELEMENTS:
            kept.append(node)
            continue
        values[node.output[0]] = found
        graph.initializer.append(numpy_helper.from_array(found, node.output[0]))
    if len(kept) == len(graph.node):
        return False
    del graph.node[:]
    graph.node.extend(kept)
    del graph.value_info[:]
    return True


def _is_small(tensor: Any) -> bool:
    return tensor.data_type in _INTEGERS and prod(tensor.dims) <= _MOST_ELEMENTS


def constant_value(
    model: Any, node: Any, values: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]
) -> Any | None:
    """What a node computes from known integers alone; None where that is not known, or an error of the network."""
    from onnx import helper  # noqa: PLC0415 - an extra
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415 - an extra

    if len(node.output) != 1:
        return None
    attributes = {one.name: one for one in node.attribute}
    if node.op_type == "Shape":
        shape = shapes.get(node.input[0])
        start = attributes["start"].i if "start" in attributes else 0
        end = attributes["end"].i if "end" in attributes else None
        return None if shape is None else np.array(shape[start:end], dtype=np.int64)
    if node.op_type == "Size":
        shape = shapes.get(node.input[0])
        return None if shape is None else np.array(prod(shape), dtype=np.int64)
    reads = [name for name in node.input if name]
    if node.op_type not in NAMES["folded"] or not all(name in values for name in reads):
        return None
    if node.op_type == "Constant" and not ("value" in attributes and _is_small(attributes["value"].t)):
        return None
    if node.op_type == "ConstantOfShape" and np.prod(values[reads[0]], dtype=float) > _MOST_ELEMENTS:
        return None
    infos = [helper.make_empty_tensor_value_info(name) for name in (*reads, node.output[0])]
    graph = helper.make_graph([node], "constants", infos[:-1], infos[-1:])
    opsets = {one.domain: one.version for one in model.opset_import}
    try:
        with np.errstate(all="raise"):
            return np.asarray(
                ReferenceEvaluator(graph, opsets).run(None, {name: values[name] for name in reads})[0]
            )
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return None  # left to the inference of shapes, which says what does not fit


_INTEGERS = frozenset({6, 7, 9})
"""Numbers of the types of whole numbers and truth values in the format."""
