"""ONNX files as others export them: a fixed batch, weights behind a reshape, labels next to scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import neuroest
from neuroest.network_simulation.onnx_run import OnnxNetwork
from neuroest.workloads.importers import workload_from_file
from neuroest.workloads.layers import geometry


def mnist_8(path: Path) -> Path:
    """The graph of MNIST-8 of the ONNX model zoo (CNTK), node by node, with random weights; it is not shipped.

    5 x 5 convolutions to 8 and 16 channels, maxima over 2 x 2 and 3 x 3, and a matrix that a `Reshape` of a stored
    tensor makes of 16 x 4 x 4 x 10 elements; the batch of one is fixed in the `Reshape` before it.
    """
    generator = np.random.default_rng(8)

    def stored(name: str, *shape: int) -> TensorProto:
        return numpy_helper.from_array(generator.standard_normal(shape).astype(np.float32) / 5.0, name)

    pool = {"pads": [0, 0, 0, 0], "auto_pad": "NOTSET"}
    convolution = {
        "kernel_shape": [5, 5],
        "auto_pad": "SAME_UPPER",
        "strides": [1, 1],
        "dilations": [1, 1],
        "group": 1,
    }
    nodes = [
        helper.make_node("Reshape", ["Parameter193", "shape1"], ["matrix"], name="Times212_reshape1"),
        helper.make_node("Conv", ["Input3", "Parameter5"], ["c1"], name="Convolution28", **convolution),
        helper.make_node("Add", ["c1", "Parameter6"], ["p1"], name="Plus30"),
        helper.make_node("Relu", ["p1"], ["r1"], name="ReLU32"),
        helper.make_node(
            "MaxPool", ["r1"], ["m1"], name="Pooling66", kernel_shape=[2, 2], strides=[2, 2], **pool
        ),
        helper.make_node("Conv", ["m1", "Parameter87"], ["c2"], name="Convolution110", **convolution),
        helper.make_node("Add", ["c2", "Parameter88"], ["p2"], name="Plus112"),
        helper.make_node("Relu", ["p2"], ["r2"], name="ReLU114"),
        helper.make_node(
            "MaxPool", ["r2"], ["m2"], name="Pooling160", kernel_shape=[3, 3], strides=[3, 3], **pool
        ),
        helper.make_node("Reshape", ["m2", "shape0"], ["flat"], name="Times212_reshape0"),
        helper.make_node("MatMul", ["flat", "matrix"], ["t"], name="Times212"),
        helper.make_node("Add", ["t", "Parameter194"], ["Plus214_Output_0"], name="Plus214"),
    ]
    tensors = [
        stored("Parameter193", 16, 4, 4, 10), stored("Parameter5", 8, 1, 5, 5), stored("Parameter6", 8, 1, 1),
        stored("Parameter87", 16, 8, 5, 5), stored("Parameter88", 16, 1, 1), stored("Parameter194", 1, 10),
        numpy_helper.from_array(np.array([1, 256]), "shape0"), numpy_helper.from_array(np.array([256, 10]), "shape1"),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, "CNTKGraph", [helper.make_tensor_value_info("Input3", TensorProto.FLOAT, [1, 1, 28, 28])],
        [helper.make_tensor_value_info("Plus214_Output_0", TensorProto.FLOAT, [1, 10])], tensors,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 8)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def test_mnist_8_has_its_products_and_runs_sample_by_sample(tmp_path: Path) -> None:
    path = mnist_8(tmp_path / "mnist-8.onnx")
    shapes = geometry(workload_from_file(path).spec)
    # 28 x 28 x 8 x 25, 14 x 14 x 16 x 8 x 25 and 256 x 10
    assert shapes.total_macs == 156_800 + 627_200 + 2_560
    network = OnnxNetwork(path)
    assert [layer.matrices.shape for layer in network.layers] == [(1, 8, 25), (1, 16, 200), (1, 10, 256)]
    samples = np.random.default_rng(1).random((5, 1, 28, 28))
    together = network.run(samples)
    alone = np.concatenate([network.run(one[np.newaxis]) for one in samples])
    assert together.shape == (5, 10)
    assert together == pytest.approx(alone)


def test_behave_on_mnist_8_counts_what_the_estimate_counts(tmp_path: Path) -> None:
    from neuroest.network_simulation.dense import simulate_dense

    path = mnist_8(tmp_path / "mnist-8.onnx")
    generator = np.random.default_rng(2)
    images = generator.random((24, 1, 28, 28)).astype(np.float32)
    labels = np.argmax(OnnxNetwork(path).run(images), axis=1)
    np.savez(tmp_path / "test.npz", input=images[:12], labels=labels[:12])
    np.savez(tmp_path / "train.npz", input=images[12:], labels=labels[12:])
    found = simulate_dense(
        "adc_crossbar_28nm", str(path), tmp_path / "test.npz", tmp_path / "train.npz", chips=2
    )
    accuracies = {one.name: one.accuracy.value for one in found.results}
    assert accuracies["floating point"] == pytest.approx(1.0)
    assert accuracies["chip"] > 0.5
    estimate = neuroest.estimate("adc_crossbar_28nm", str(path))
    assert found.chip.totals["energy_per_inference_J"] == pytest.approx(
        estimate.totals["energy_per_inference_J"]
    )


def test_a_classifier_of_scikit_learn_runs_and_is_estimated(tmp_path: Path) -> None:
    skl2onnx = pytest.importorskip("skl2onnx")
    from sklearn.neural_network import MLPClassifier

    generator = np.random.default_rng(3)
    data = generator.random((60, 8)).astype(np.float32)
    classes = (data.sum(axis=1) * 3).astype(int) % 3
    model = MLPClassifier((6,), max_iter=20, random_state=1)
    with pytest.warns(UserWarning, match="converge"):  # it does not converge in so few steps, nor must it
        model.fit(data, classes)
    for number, options in enumerate(({}, {"zipmap": False})):
        path = tmp_path / f"classifier{number}.onnx"
        path.write_bytes(
            skl2onnx.to_onnx(
                model, data[:1], options={id(model): options} if options else None
            ).SerializeToString()
        )
        assert OnnxNetwork(path).run(data[:7]) == pytest.approx(model.predict_proba(data[:7]), abs=1e-5)
        loaded = workload_from_file(path)
        assert geometry(loaded.spec).total_macs == 8 * 6 + 6 * 3
        assert "host" not in {layer.type for layer in loaded.spec.layers}


def test_one_of_several_outputs_is_chosen_by_name(tmp_path: Path) -> None:
    weights = [numpy_helper.from_array(np.eye(3, count, dtype=np.float32), f"w{count}") for count in (2, 3)]
    nodes = [helper.make_node("MatMul", ["x", f"w{count}"], [f"y{count}"]) for count in (2, 3)]
    outs = [helper.make_tensor_value_info(f"y{count}", TensorProto.FLOAT, [None, count]) for count in (2, 3)]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3])]
    path = tmp_path / "two.onnx"
    path.write_bytes(
        helper.make_model(helper.make_graph(nodes, "g", inputs, outs, weights)).SerializeToString()
    )
    with pytest.raises(neuroest.NeuroestError, match=r"2 outputs \(y2, y3\); choose one with --output NAME"):
        OnnxNetwork(path)
    with pytest.raises(neuroest.NeuroestError, match="y4"):
        OnnxNetwork(path, "y4")
    network = OnnxNetwork(path, "y2")
    assert network.run(np.ones((4, 3))).shape == (4, 2)
    assert len(network.layers) == 1
