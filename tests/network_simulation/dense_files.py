"""A small dense network in ONNX with all kinds of layers, and samples that it decides by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.network_simulation.onnx_run import OnnxNetwork


def network_file(path: Path, classes: int = 3, seed: int = 0) -> Path:
    """Convolutions with stride, groups and padding, poolings, a residual block, attention and a linear layer."""
    onnx = pytest.importorskip("onnx", reason="needs onnx")
    helper, numpy_helper, TensorProto = onnx.helper, onnx.numpy_helper, onnx.TensorProto
    draw = np.random.default_rng(seed)
    stored = []

    def weights(name: str, *shape: int) -> str:
        values = draw.normal(0.0, 1.0 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32)
        stored.append(numpy_helper.from_array(values, name))
        return name

    nodes = [
        helper.make_node("Conv", ["x", weights("w0", 8, 2, 3, 3)], ["a"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", weights("w1", 8, 4, 3, 3), weights("b1", 8)], ["c"], pads=[2, 2, 2, 2],
                         group=2, dilations=[2, 2]),
        helper.make_node("Add", ["b", "c"], ["d"]),
        helper.make_node("MaxPool", ["d"], ["e"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("AveragePool", ["e"], ["f"], kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 1, 1]),
        helper.make_node("Flatten", ["f"], ["g"]),
        helper.make_node("Gemm", ["g", weights("w2", 12, 8 * 16), weights("b2", 12)], ["h"], transB=1, alpha=0.5),
        helper.make_node("Relu", ["h"], ["i"]),
        helper.make_node("MatMul", ["i", weights("w3", 12, classes)], ["y"]),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2, 16, 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", classes])], stored,
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def write_dense(folder: Path) -> Path:
    """The network, and two sets of samples with their classes, in a folder."""
    network, draw = OnnxNetwork(network_file(folder / "net.onnx")), np.random.default_rng(6)
    for name, number in (("test", 60), ("calibration", 20)):
        inputs = draw.normal(0.0, 1.0, (number, 2, 16, 16)).astype(np.float32)
        np.savez(folder / f"{name}.npz", input=inputs, labels=np.argmax(network.run(inputs), axis=1))
    return folder
