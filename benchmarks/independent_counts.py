"""Products and weights of an ONNX file, counted without neuroest: ONNX Runtime runs it and says every shape.

All values inside of the graph become outputs of the run, at the shapes that the inputs are given; products of a node
follow from what it read and put out. `foreign_networks.py` compares them with those of `neuroest import`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx
import onnxruntime

Shape: TypeAlias = tuple[int, ...]
_TYPES = {
    "tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64,
    "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
}  # fmt: skip

_ROUNDING = frozenset({"FloatQuant", "MultiThreshold", "Quant", "RMSNorm", "RequantShift", "Silu", "iGELU"})


@dataclass(frozen=True)
class Counted:
    """Products of one run, and stored weights that they use."""

    products: int
    weights: int


def count(path: Path, shapes: Mapping[str, Shape]) -> Counted:
    """Products of a file at these shapes of its inputs, batch included.

    Raises
    ------
    RuntimeError
        If ONNX Runtime does not run the file.
    """
    model = onnx.load(str(path))
    seen = _run(model, shapes)
    seen |= {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    stored = _stored(model.graph)
    products, weights = 0, {}
    for node in model.graph.node:
        rule = _RULES.get(node.op_type)
        if rule is None:
            continue
        given = [seen.get(name, ()) for name in node.input]
        out = next((seen[name] for name in node.output if name in seen), ())
        products += rule({one.name: one for one in node.attribute}, given, out)
        for name in node.input[:4]:
            if name in stored and len(seen.get(name, ())) > 1:
                weights[name] = prod(seen[name])
    return Counted(products, sum(weights.values()))


def _run(model: Any, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Shapes of all values of a run on zeros; whole numbers are one, since an index may not be too large."""
    names = list(dict.fromkeys(name for node in model.graph.node for name in node.output if name))
    known = {one.name for one in model.graph.output}
    probe = onnx.ModelProto.FromString(model.SerializeToString())
    probe.graph.output.extend(
        onnx.helper.make_empty_tensor_value_info(name) for name in names if name not in known
    )
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    settings.log_severity_level = 4
    for node in probe.graph.node:
        if node.op_type in _ROUNDING:  # is none of the standard, and keeps the shape
            node.CopyFrom(onnx.helper.make_node("Identity", node.input[:1], node.output[:1]))
    session = onnxruntime.InferenceSession(probe.SerializeToString(), settings)
    generator = np.random.default_rng(1)
    feed = {}
    for one in session.get_inputs():
        shape = shapes.get(one.name) or tuple(e if isinstance(e, int) and e > 0 else 1 for e in one.shape)
        kind = _TYPES[one.type]
        numbers = generator.random(shape) if np.issubdtype(kind, np.floating) else np.ones(shape)
        feed[one.name] = numbers.astype(kind)
    outs = session.run([one.name for one in session.get_outputs()], feed)
    found = {name: np.shape(array) for name, array in feed.items()}
    for one, value in zip(session.get_outputs(), outs, strict=True):
        if hasattr(value, "shape"):
            found[one.name] = tuple(value.shape)
    return found


def _stored(graph: Any) -> set[str]:
    """Names that follow from stored tensors alone."""
    stored = {tensor.name for tensor in graph.initializer}
    for node in graph.node:
        if all(name in stored for name in node.input if name):
            stored.update(node.output)
    return stored


def _convolution(_: Mapping[str, Any], given: list[Shape], out: Shape) -> int:
    return prod(out) * prod(given[1][1:])


def _quantised_convolution(_: Mapping[str, Any], given: list[Shape], out: Shape) -> int:
    return prod(out) * prod(given[3][1:])


def _transposed(_: Mapping[str, Any], given: list[Shape], _out: Shape) -> int:
    return prod(given[0]) * prod(given[1][1:])


def _gemm(attributes: Mapping[str, Any], given: list[Shape], out: Shape) -> int:
    turned = "transA" in attributes and attributes["transA"].i
    return prod(out) * given[0][0 if turned else -1]


def _product(_: Mapping[str, Any], given: list[Shape], out: Shape) -> int:
    return prod(out) * given[0][-1]


def _einsum(attributes: Mapping[str, Any], given: list[Shape], _: Shape) -> int:
    left = attributes["equation"].s.decode().replace(" ", "").partition("->")[0].split(",")
    extents: dict[str, int] = {}
    for names, shape in zip(left, given, strict=True):
        extents.update(
            zip(names.replace("...", ""), shape[len(shape) - len(names.replace("...", "")) :], strict=True)
        )
    return prod(extents.values()) if len(left) > 1 else 0


def _cell(gates: int) -> Callable[[Mapping[str, Any], list[Shape], Shape], int]:
    def rule(_: Mapping[str, Any], given: list[Shape], __: Shape) -> int:
        steps, batch = given[0][:2]
        directions, rows, features = given[1]
        return steps * batch * directions * rows * (features + rows // gates)

    return rule


def _quantised_cell(_: Mapping[str, Any], given: list[Shape], __: Shape) -> int:
    """`DynamicQuantizeLSTM` stores its weights by input, not by gate."""
    steps, batch = given[0][:2]
    directions, features, rows = given[1]
    return steps * batch * directions * rows * (features + rows // 4)


_RULES: Mapping[str, Callable[[Mapping[str, Any], list[Shape], Shape], int]] = {
    **dict.fromkeys(("Conv", "ConvInteger", "FusedConv"), _convolution),
    "QLinearConv": _quantised_convolution,
    "ConvTranspose": _transposed,
    **dict.fromkeys(("Gemm", "QGemm", "FusedGemm"), _gemm),
    **dict.fromkeys(("MatMul", "MatMulInteger", "QLinearMatMul", "FusedMatMul", "MatMulNBits"), _product),
    "Einsum": _einsum,
    "DynamicQuantizeLSTM": _quantised_cell,
    "LSTM": _cell(4),
    "GRU": _cell(3),
    "RNN": _cell(1),
}
