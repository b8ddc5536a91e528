"""Shapes of an ONNX graph: the library's inference, and the integer arithmetic on shapes that it leaves open.

Exporters write `Shape`, `Gather`, `Div` and the like to compute a target size. On static shapes those are
constants of a few elements; they are worked out here, with nothing but integers, until no shape changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from neuroest.workloads.importers.files import brief
from neuroest.workloads.importers.network import NetworkImportError
from neuroest.workloads.importers.onnx_operators import OPERATORS

Integers: TypeAlias = Any
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
    originals, guessed = _stand_in(model.graph, [node for node in model.graph.node if not _has_rule(node)])
    for _ in range(max(_LEAST_ROUNDS, _MOST_VISITS // len(model.graph.node))):
        model = _inferred_once(model)
        known = _shapes(model.graph)
        if all(name in known for node in model.graph.node for name in node.output if name):
            break
        if not _fold(model.graph, known):
            open_ = _first_open(model.graph, known)
            if open_ is None:
                break
            put, more = _stand_in(model.graph, [open_])
            originals, guessed = {**originals, **put}, guessed | more
    else:
        model = _inferred_once(model)
    nodes = [originals.get(node.output[0], node) if node.output else node for node in model.graph.node]
    copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)
    return model.graph, frozenset(guessed)


def _inferred_once(model: Any) -> Any:
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
        if node.op_type in _STAND_INS:
            name, places = _STAND_INS[node.op_type]
            made = helper.make_node(
                name, node.input[places], node.output if name == "LSTM" else node.output[:1]
            )
            made.attribute.extend(
                one
                for one in kept.attribute
                if one.name not in _FOREIGN or (one.name == "axis" and name == "Concat")
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


_FOREIGN = frozenset({"axis", "block_size", "channels_last"})
"""Attributes that the operators of the standard do not have."""
_STAND_INS: Mapping[str, tuple[str, slice]] = MappingProxyType(
    {
        "DequantizeLinear": ("Cast", slice(0, 1)),
        "DynamicQuantizeLSTM": ("LSTM", slice(0, 3)),
        "QGemm": ("Gemm", slice(0, 4, 3)),
        "QLinearAdd": ("Add", slice(0, 4, 3)),
        "QLinearAveragePool": ("AveragePool", slice(0, 1)),
        "QLinearConcat": ("Concat", slice(2, None, 3)),
        "QLinearGlobalAveragePool": ("GlobalAveragePool", slice(0, 1)),
        "QLinearMul": ("Mul", slice(0, 4, 3)),
        "QuantizeLinear": ("QuantizeLinear", slice(0, 3)),
    }
)
"""Operators beyond the standard that runtimes write when they quantise: what has the same shapes, and what it reads."""


def _shapes(graph: Any) -> dict[str, tuple[int, ...]]:
    found = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for info in (*graph.value_info, *graph.input, *graph.output):
        tensor = info.type.tensor_type
        if tensor.HasField("shape") and all(dim.HasField("dim_value") for dim in tensor.shape.dim):
            found[info.name] = tuple(dim.dim_value for dim in tensor.shape.dim)
    return found


def _fold(graph: Any, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Replace nodes that compute a few known integers by those; whether there were any."""
    from onnx import numpy_helper  # noqa: PLC0415 - an extra

    values: dict[str, Integers] = {}
    for tensor in graph.initializer:
        if tensor.data_type in {6, 7} and np.prod(tensor.dims) <= _MOST_ELEMENTS:
            values[tensor.name] = numpy_helper.to_array(tensor)
    kept, folded = [], False
    for node in graph.node:
        found = None
        try:
            found = _value(node, values, shapes)
        except (IndexError, ValueError, TypeError, ZeroDivisionError):
            found = None
        if found is None or np.size(found) > _MOST_ELEMENTS:
            kept.append(node)
            continue
        array = np.asarray(found, dtype=np.int64)
        values[node.output[0]] = array
        graph.initializer.append(numpy_helper.from_array(array, node.output[0]))
        folded = True
    if folded:
        del graph.node[:]
        graph.node.extend(kept)
        del graph.value_info[:]
    return folded


def _value(
    node: Any, values: Mapping[str, Integers], shapes: Mapping[str, tuple[int, ...]]
) -> Integers | None:
    from onnx import numpy_helper  # noqa: PLC0415 - an extra

    if len(node.output) != 1:
        return None
    attributes = {one.name: one for one in node.attribute}
    if node.op_type == "Shape":
        shape = shapes.get(node.input[0])
        if shape is None:
            return None
        start = attributes["start"].i if "start" in attributes else 0
        end = attributes["end"].i if "end" in attributes else len(shape)
        return np.array(shape[start:end], dtype=np.int64)
    if node.op_type == "Constant" and "value" in attributes:
        tensor = attributes["value"].t
        if tensor.data_type in {6, 7} and np.prod(tensor.dims) <= _MOST_ELEMENTS:
            return numpy_helper.to_array(tensor)
        return None
    if node.op_type not in _ARITHMETIC or not all(name in values for name in node.input if name):
        return None
    return _ARITHMETIC[node.op_type](attributes, *[values[name] for name in node.input if name])


def _divided(_: Any, a: Integers, b: Integers) -> Integers:
    if np.any(b == 0):
        raise ZeroDivisionError
    return (np.sign(a) * np.sign(b)) * (np.abs(a) // np.abs(b))


def _axis(attributes: Any) -> int:
    return int(attributes["axis"].i) if "axis" in attributes else 0


def _unsqueezed(attributes: Any, a: Integers, axes: Integers | None = None) -> Integers:
    where = axes if axes is not None else attributes["axes"].ints
    return np.expand_dims(a, tuple(int(one) for one in where))


def _squeezed(attributes: Any, a: Integers, axes: Integers | None = None) -> Integers:
    where = axes if axes is not None else attributes["axes"].ints if "axes" in attributes else None
    return np.squeeze(a, None if where is None else tuple(int(one) for one in where))


def _sliced(_: Any, a: Integers, starts: Integers, ends: Integers, *more: Integers) -> Integers:
    axes = more[0] if more else np.arange(np.size(starts))
    steps = more[1] if len(more) > 1 else np.ones(np.size(starts), dtype=np.int64)
    cut = [slice(None)] * a.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        cut[int(axis)] = slice(int(start), int(end), int(step))
    return a[tuple(cut)]


def _filled(attributes: Any, shape: Integers) -> Integers | None:
    value = attributes["value"].t if "value" in attributes else None
    if value is None or value.data_type not in {6, 7} or np.prod(shape, dtype=float) > _MOST_ELEMENTS:
        return None
    from onnx import numpy_helper  # noqa: PLC0415 - an extra

    return np.full(tuple(int(one) for one in shape), int(numpy_helper.to_array(value).reshape(-1)[0]))


_ARITHMETIC: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "Identity": lambda _, a: a,
        "Cast": lambda attributes, a: a if attributes["to"].i in {6, 7} else None,
        "Gather": lambda attributes, a, b: np.take(a, b, axis=_axis(attributes)),
        "Concat": lambda attributes, *a: np.concatenate(a, axis=_axis(attributes)),
        "Unsqueeze": _unsqueezed,
        "Squeeze": _squeezed,
        "Add": lambda _, a, b: a + b,
        "Sub": lambda _, a, b: a - b,
        "Mul": lambda _, a, b: a * b,
        "Div": _divided,
        "Mod": lambda _, a, b: np.mod(a, b) if np.all(b != 0) else None,
        "Slice": _sliced,
        "Transpose": lambda attributes, a: np.transpose(
            a, tuple(attributes["perm"].ints) if "perm" in attributes else None
        ),
        "Reshape": lambda _, a, b: a.reshape(tuple(int(one) for one in b)),
        "Equal": lambda _, a, b: (a == b).astype(np.int64),
        "Where": lambda _, c, a, b: np.where(c != 0, a, b),
        "ConstantOfShape": _filled,
    }
)
