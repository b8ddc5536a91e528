"""ONNX files as others export them: a fixed batch, weights behind a reshape, labels next to scores."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import neuroest
from neuroest.network_simulation.onnx_run import OnnxNetwork
from neuroest.workloads.importers import workload_from_file
from neuroest.workloads.layers import geometry

EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist8"


def test_mnist_8_is_the_published_file_and_knows_digits() -> None:
    """The hash is the `model_sha` in the manifest of the model zoo; the sample of the zoo is not shipped."""
    path = EXAMPLE / "mnist-8.onnx"
    published = "2f06e72de813a8635c9bc0397ac447a601bdbfa7df4bebc278723b958831c9bf"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == published
    shapes = geometry(workload_from_file(path).spec)
    # 28 x 28 x 8 x 25, 14 x 14 x 16 x 8 x 25 and 256 x 10
    assert shapes.total_macs == 156_800 + 627_200 + 2_560
    network = OnnxNetwork(path)
    assert [layer.matrices.shape for layer in network.layers] == [(1, 8, 25), (1, 16, 200), (1, 10, 256)]
    samples = np.load(EXAMPLE / "test.npz")
    images, labels = samples["input"].astype(np.float32), samples["labels"]
    scores = network.run(images)
    assert int(np.sum(np.argmax(scores, axis=1) == labels)) == 183
    alone = np.concatenate([network.run(one[np.newaxis]) for one in images[:5]])
    assert scores[:5] == pytest.approx(alone)


def test_behave_on_mnist_8_counts_what_the_estimate_counts(tmp_path: Path) -> None:
    from neuroest.network_simulation.dense import simulate_dense

    path = EXAMPLE / "mnist-8.onnx"
    few = {name: np.load(EXAMPLE / f"{name}.npz") for name in ("test", "calibration")}
    for name, data in few.items():
        np.savez(tmp_path / f"{name}.npz", input=data["input"][:20], labels=data["labels"][:20])
    found = simulate_dense(
        "adc_crossbar_28nm", str(path), tmp_path / "test.npz", tmp_path / "calibration.npz", chips=2
    )
    accuracies = {one.name: one.accuracy.value for one in found.results}
    assert accuracies["floating point"] == pytest.approx(accuracies["quantised"], abs=0.1)
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
