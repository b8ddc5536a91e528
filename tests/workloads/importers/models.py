"""Networks in ONNX, written with the helper of the onnx package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """A graph that grows node by node."""

    def __init__(self, *shape: int | str) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []
        self.shape = shape
        self.count = 0

    def store(self, array: np.ndarray, name: str | None = None) -> str:
        self.count += 1
        name = name or f"stored_{self.count}"
        self.stored.append(numpy_helper.from_array(array, name))
        return name

    def weights(self, *shape: int) -> str:
        generator = np.random.default_rng(self.count)
        return self.store(generator.standard_normal(shape, dtype=np.float32))

    def node(
        self, operator: str, *inputs: str, outputs: int = 1, name: str | None = None, **attributes
    ) -> str:
        self.count += 1
        out = [f"value_{self.count}_{index}" for index in range(outputs)]
        self.nodes.append(
            helper.make_node(
                operator, list(inputs), out, name=name or f"{operator}_{self.count}", **attributes
            )
        )
        return out[0]

    def convolution(
        self,
        read: str,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        padding: int = 0,
        group: int = 1,
    ) -> str:
        out = self.node(
            "Conv", read, self.weights(outputs, inputs // group, kernel, kernel), kernel_shape=[kernel, kernel],
            strides=[stride, stride], pads=[padding] * 4, group=group,
        )  # fmt: skip
        scale = self.store(np.ones(outputs, np.float32))
        return self.node("BatchNormalization", out, scale, scale, scale, scale)

    def model(self, *outputs: str) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes, "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(self.shape))],
            [helper.make_empty_tensor_value_info(out) for out in outputs], self.stored,
        )  # fmt: skip
        for out in graph.output:
            out.type.tensor_type.elem_type = TensorProto.FLOAT
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])

    def write(self, path: Path, *outputs: str) -> Path:
        path.write_bytes(self.model(*outputs).SerializeToString())
        return path


def resnet(path: Path, blocks: tuple[int, ...], *, bottleneck: bool) -> Path:
    """ResNet as in torchvision: 7 x 7 stem, four stages, projection shortcuts."""
    graph = Graph("batch", 3, 224, 224)
    value = graph.node("Relu", graph.convolution("x", 3, 64, 7, 2, 3))
    value = graph.node("MaxPool", value, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 64
    for stage, count in enumerate(blocks):
        width = 64 * 2**stage
        outputs = 4 * width if bottleneck else width
        for block in range(count):
            stride = 2 if stage and not block else 1
            if bottleneck:
                inner = graph.node("Relu", graph.convolution(value, channels, width, 1))
                inner = graph.node("Relu", graph.convolution(inner, width, width, 3, stride, 1))
                inner = graph.convolution(inner, width, outputs, 1)
            else:
                inner = graph.node("Relu", graph.convolution(value, channels, width, 3, stride, 1))
                inner = graph.convolution(inner, width, width, 3, 1, 1)
            if stride > 1 or channels != outputs:
                value = graph.convolution(value, channels, outputs, 1, stride)
            value = graph.node("Relu", graph.node("Add", inner, value))
            channels = outputs
    value = graph.node("Flatten", graph.node("GlobalAveragePool", value))
    out = graph.node("Gemm", value, graph.weights(1000, channels), graph.weights(1000), transB=1)
    return graph.write(path, out)


def inverted_residual(path: Path) -> Path:
    """A block of MobileNetV2: expansion, depthwise convolution, projection, shortcut."""
    graph = Graph(1, 16, 14, 14)
    value = graph.node("Clip", graph.convolution("x", 16, 96, 1))
    value = graph.node("Clip", graph.convolution(value, 96, 96, 3, 1, 1, group=96))
    value = graph.convolution(value, 96, 16, 1)
    return graph.write(path, graph.node("Add", value, "x"))


def transformer(path: Path, tokens: int = 10, width: int = 32, heads: int = 4) -> Path:
    """One encoder block, with reshapes and transpositions as exporters write them."""
    graph = Graph(1, tokens, width)
    each = width // heads
    split = graph.store(np.array([1, tokens, heads, each]))
    joined = graph.store(np.array([1, tokens, width]))
    scale, shift = graph.weights(width), graph.weights(width)

    def projected(read: str, permutation: list[int]) -> str:
        value = graph.node("MatMul", read, graph.weights(width, width))
        value = graph.node("Add", value, graph.weights(width))
        return graph.node("Transpose", graph.node("Reshape", value, split), perm=permutation)

    query, key = projected("x", [0, 2, 1, 3]), projected("x", [0, 2, 3, 1])
    scores = graph.node("Softmax", graph.node("MatMul", query, key), axis=-1)
    context = graph.node("MatMul", scores, projected("x", [0, 2, 1, 3]))
    context = graph.node("Reshape", graph.node("Transpose", context, perm=[0, 2, 1, 3]), joined)
    value = graph.node("Add", graph.node("MatMul", context, graph.weights(width, width)), "x")
    value = graph.node("LayerNormalization", value, scale, shift, axis=-1)
    inner = graph.node("Relu", graph.node("MatMul", value, graph.weights(width, 4 * width)))
    return graph.write(
        path, graph.node("Add", graph.node("MatMul", inner, graph.weights(4 * width, width)), value)
    )
