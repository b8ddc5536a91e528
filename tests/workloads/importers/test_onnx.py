from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs neuroest[onnx]")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

import neuroest  # noqa: E402
from neuroest.core.errors import MappingError  # noqa: E402
from neuroest.workloads.importers import import_network, workload_from_file  # noqa: E402
from neuroest.workloads.importers.network import ImportOptions, NetworkImportError, UnsupportedOperatorError  # noqa: E402
from neuroest.workloads.layers import geometry  # noqa: E402
from tests.each import each  # noqa: E402
from tests.workloads.importers.models import Graph, inverted_residual, resnet, transformer  # noqa: E402

RESNETS = {"resnet18": ((2, 2, 2, 2), False), "resnet50": ((3, 4, 6, 3), True)}
# torchvision's own numbers (GFLOPS of the model cards) to all digits, as torch's counter gives them halved
MACS = {"resnet18": 1_814_073_344, "resnet50": 4_089_184_256}
# parameters of the model cards without biases and batch normalisation
WEIGHTS = {"resnet18": 11_678_912, "resnet50": 25_502_912}


@pytest.fixture(scope="module")
def resnets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("resnets")
    return {
        name: resnet(folder / f"{name}.onnx", blocks, bottleneck=bottleneck)
        for name, (blocks, bottleneck) in RESNETS.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", list(RESNETS))
def test_a_resnet_has_the_published_macs_and_weights(resnets: dict[str, Path], name: str) -> None:
    shapes = geometry(workload_from_file(resnets[name]).spec)
    assert shapes.total_macs == MACS[name]
    assert shapes.total_weights == WEIGHTS[name]


@pytest.mark.slow
def test_resnet18_from_onnx_has_the_layers_of_the_shipped_workload(resnets: dict[str, Path]) -> None:
    ours = geometry(neuroest.load_workload("resnet18_imagenet_dense").spec)
    theirs = geometry(workload_from_file(resnets["resnet18"]).spec)
    for name in ("macs", "weights", "connections", "output_elements"):
        assert sorted(getattr(ours, name)) == sorted(getattr(theirs, name))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(RESNETS))
def test_import_and_estimate_take_less_than_three_seconds_cold(resnets: dict[str, Path], name: str) -> None:
    program = (
        "import time; import neuroest; "
        f"neuroest.estimate('digital_int8_28nm', {str(resnets[name])!r}); print(time.process_time())"
    )
    spent = [
        float(
            subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
        )
        for _ in range(2)
    ]
    # of processor time of all threads, start of Python included: about 0.8 s
    assert min(spent) < 3.0


def test_import_write_and_read_back_gives_the_same_counts(tmp_path: Path, resnets: dict[str, Path]) -> None:
    files = [resnets["resnet18"], inverted_residual(tmp_path / "m.onnx"), transformer(tmp_path / "t.onnx")]
    for index, file in enumerate(files):
        network = import_network(file)
        written = network.save(tmp_path / f"network_{index}.yaml")
        read = neuroest.load_workload(tmp_path / f"network_{index}.yaml")
        direct = network.workload(written.spec.name)
        assert read.spec == direct.spec
        assert np.array_equal(geometry(read.spec).macs, geometry(direct.spec).macs)


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    network = import_network(inverted_residual(tmp_path / "m.onnx"))
    network.save(tmp_path / "m.yaml")
    with pytest.raises(NetworkImportError, match="exists already"):
        network.save(tmp_path / "m.yaml")


def test_a_depthwise_convolution_keeps_its_groups(tmp_path: Path) -> None:
    shapes = geometry(workload_from_file(inverted_residual(tmp_path / "m.onnx")).spec)
    # 14 x 14 positions: 16 x 96 expansion, 9 a channel depthwise, 96 x 16 projection
    assert shapes.total_macs == 196 * (16 * 96 + 9 * 96 + 96 * 16)
    assert max(shapes.groups) == 96


def test_an_encoder_block_has_the_macs_of_its_matrices(tmp_path: Path) -> None:
    loaded = workload_from_file(transformer(tmp_path / "t.onnx"))
    shapes = geometry(loaded.spec)
    tokens, width = 10, 32
    # four projections, two products of tokens x tokens x width, two layers of four times the width
    assert shapes.total_macs == tokens * (4 * width**2 + 2 * tokens * width + 8 * width**2)
    assert shapes.total_weights == 12 * width**2
    assert [layer.over for layer in loaded.spec.layers if layer.type == "matrix_product"] == [
        "channels",
        "positions",
    ]
    assert neuroest.estimate("digital_int8_28nm", loaded).totals["energy_per_inference_J"] > 0


def test_a_crossbar_refuses_the_product_of_two_computed_factors(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="multiplies two computed factors"):
        neuroest.estimate("adc_crossbar_28nm", workload_from_file(transformer(tmp_path / "t.onnx")))


@each("operator, gates", [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
@each("direction", ["forward", "bidirectional"])
def test_a_recurrent_cell_has_one_matrix_for_each_gate(
    tmp_path: Path, operator: str, gates: int, direction: str
) -> None:
    graph = Graph(7, 1, 12)  # 7 steps of 12 features
    ways = 2 if direction == "bidirectional" else 1
    out = graph.node(
        operator, "x", graph.weights(ways, gates * 5, 12), graph.weights(ways, gates * 5, 5), hidden_size=5,
        direction=direction, outputs=2,
    )  # fmt: skip
    last = graph.node("Squeeze", graph.nodes[-1].output[1], graph.store(np.array([1])))
    assert out
    dense = graph.node(
        "Gemm",
        graph.node("Reshape", last, graph.store(np.array([1, ways * 5]))),
        graph.weights(3, ways * 5),
        transB=1,
    )
    loaded = workload_from_file(graph.write(tmp_path / "cell.onnx", dense))
    shapes = geometry(loaded.spec)
    assert shapes.total_macs == ways * 7 * gates * 5 * (12 + 5) + 3 * ways * 5
    assert shapes.total_weights == ways * gates * 5 * (12 + 5) + 3 * ways * 5
    assert neuroest.estimate("digital_int8_28nm", loaded).totals["latency_s"] > 0


def test_quantised_operators_set_the_bits(tmp_path: Path) -> None:
    graph = Graph(1, 3, 8, 8)
    one, zero = graph.store(np.float32(0.1)), graph.store(np.uint8(0))
    weights = graph.store(np.ones((4, 3, 3, 3), np.int8))
    signed = graph.store(np.int8(0))
    value = graph.node("QuantizeLinear", "x", one, zero)
    value = graph.node("QLinearConv", value, one, zero, weights, one, signed, one, zero, kernel_shape=[3, 3])
    out = graph.node("DequantizeLinear", value, one, zero)
    loaded = workload_from_file(graph.write(tmp_path / "q.onnx", out), ImportOptions(weight_bits=16))
    assert loaded.spec.precision.weights == 8
    assert geometry(loaded.spec).total_macs == 36 * 27 * 4
    assert loaded.spec.weights.mean_absolute == 1


@pytest.mark.parametrize("raw", [True, False])
def test_weights_of_four_bits_are_read_and_set_the_bits(tmp_path: Path, *, raw: bool) -> None:
    codes = np.arange(-7, 8, dtype=np.int64).repeat(4)[:55].reshape(11, 5)
    four = helper.make_tensor("codes", TensorProto.INT4, codes.shape, codes.reshape(-1).tolist())
    if raw:
        data = codes.reshape(-1) & 15
        data = np.append(data, 0).reshape(-1, 2)
        four = TensorProto(name="codes", data_type=TensorProto.INT4, dims=codes.shape)
        four.raw_data = (data[:, 0] | data[:, 1] << 4).astype(np.uint8).tobytes()
    nodes = [
        helper.make_node("DequantizeLinear", ["codes", "scale"], ["weight"]),
        helper.make_node("MatMul", ["x", "weight"], ["y"]),
    ]
    ends = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, size]) for n, size in (("x", 11), ("y", 5))
    ]
    stored = [four, helper.make_tensor("scale", TensorProto.FLOAT, [], [0.1])]
    graph = helper.make_graph(nodes, "four", ends[:1], ends[1:], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), tmp_path / "four.onnx")
    network = import_network(tmp_path / "four.onnx")
    assert network.workload().spec.precision.weights == 4
    assert network.mean_absolute_weight == pytest.approx(np.abs(codes).mean() / 7)


def test_unequal_padding_and_rounding_up_keep_the_sizes(tmp_path: Path) -> None:
    graph = Graph(1, 3, 7, 7)
    value = graph.node("Conv", "x", graph.weights(4, 3, 2, 2), kernel_shape=[2, 2], auto_pad="SAME_UPPER")
    out = graph.node("MaxPool", value, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    shapes = geometry(workload_from_file(graph.write(tmp_path / "p.onnx", out)).spec)
    assert shapes.output_shapes[-1] == (4, 4, 4)
    assert shapes.total_macs == 49 * 12 * 4


def test_a_one_dimensional_convolution_has_one_column(tmp_path: Path) -> None:
    graph = Graph(1, 8, 100)
    out = graph.node("Conv", "x", graph.weights(16, 8, 5), kernel_shape=[5], pads=[2, 2], strides=[2])
    shapes = geometry(workload_from_file(graph.write(tmp_path / "c.onnx", out)).spec)
    assert shapes.output_shapes == ((16, 50, 1),)
    assert shapes.total_macs == 50 * 40 * 16


def strange(path: Path) -> Path:
    graph = Graph(1, 4, 6, 6)
    value = graph.convolution("x", 4, 8, 3, 1, 1)
    value = graph.node("Relu", graph.node("LpNormalization", value, name="strange"))
    return graph.write(path, graph.convolution(value, 8, 2, 1))


def test_an_unsupported_operator_is_refused_with_its_share(tmp_path: Path) -> None:
    with pytest.raises(
        UnsupportedOperatorError, match=r"LpNormalization 'strange' \(at least [\d.]+ % of the op"
    ) as reported:
        workload_from_file(strange(tmp_path / "s.onnx"))
    assert "\n" not in str(reported.value)
    assert "--unsupported host" in str(reported.value)


def test_an_operator_on_the_host_is_an_exclusion_of_the_estimate(tmp_path: Path) -> None:
    loaded = workload_from_file(strange(tmp_path / "s.onnx"), ImportOptions(unsupported="host"))
    assert [layer.type for layer in loaded.spec.layers] == ["convolution", "host", "convolution"]
    exclusions = neuroest.estimate("digital_int8_28nm", loaded).exclusions
    assert any("LpNormalization" in line and "host" in line for line in exclusions)


def test_an_ignored_operator_is_listed_too(tmp_path: Path) -> None:
    loaded = workload_from_file(strange(tmp_path / "s.onnx"), ImportOptions(unsupported="ignore"))
    assert [layer.type for layer in loaded.spec.layers] == ["convolution", "convolution"]
    assert any(
        "LpNormalization" in line for line in neuroest.estimate("digital_int8_28nm", loaded).exclusions
    )


def test_activity_without_a_recording_is_marked_assumed(tmp_path: Path) -> None:
    loaded = workload_from_file(inverted_residual(tmp_path / "m.onnx"))
    claims = neuroest.estimate("digital_int8_28nm", loaded).claims
    found = {c.basis for path, c in claims.items() if path.startswith("workload.") and "density" in path}
    assert found == {"assumed"}


def minimal() -> Graph:
    graph = Graph(1, 4)
    graph.node("Gemm", "x", graph.store(np.ones((3, 4), np.float32), "w"), transB=1, name="dense")
    return graph


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(NetworkImportError) as reported:
        workload_from_file(path)
    assert "\n" not in str(reported.value)
    assert str(reported.value).startswith(str(path))
    return str(reported.value)


@each("location", ["../secret.bin", "/etc/passwd", "weights/../../secret.bin", "", "a\x00b", "link.bin"])
def test_weights_outside_of_the_folder_are_not_read(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret.bin").write_bytes(b"\x01" * 48)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    graph = minimal()
    tensor = graph.stored[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    model = graph.model(graph.nodes[-1].output[0])
    assert "outside of the model's folder" in refused(folder / "m.onnx", model.SerializeToString())


def test_weights_next_to_the_model_are_read(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(np.linspace(-1, 1, 12, dtype=np.float32).tobytes())
    graph = minimal()
    tensor = graph.stored[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="w.bin")
    loaded = workload_from_file(graph.write(tmp_path / "m.onnx", graph.nodes[-1].output[0]))
    assert loaded.spec.weights.mean_absolute == pytest.approx(np.abs(np.linspace(-1, 1, 12)).mean(), rel=1e-3)
    (tmp_path / "w.bin").write_bytes(b"short")
    with pytest.raises(NetworkImportError, match="has no such part"):
        workload_from_file(tmp_path / "m.onnx")


def test_shapes_suffice_where_the_weights_are_not_there(tmp_path: Path) -> None:
    graph = minimal()
    whole = workload_from_file(graph.write(tmp_path / "whole.onnx", graph.nodes[-1].output[0]))
    tensor = graph.stored[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="not_there.bin")
    tensor.external_data.add(key="length", value="48")
    found = import_network(graph.write(tmp_path / "m.onnx", graph.nodes[-1].output[0]), ImportOptions())
    assert any("'not_there.bin' is not there" in note for note in found.notes)
    assert found.workload().spec.layers == whole.spec.layers
    assert found.mean_absolute_weight is None


def test_a_local_response_normalisation_takes_five_operations_an_element(tmp_path: Path) -> None:
    graph = Graph(1, 2, 3, 3)
    graph.node("Conv", "x", graph.weights(2, 2, 1, 1))
    graph.node("LRN", graph.nodes[-1].output[0], size=5)
    loaded = workload_from_file(graph.write(tmp_path / "m.onnx", graph.nodes[-1].output[0]))
    assert loaded.spec.layers[-1].operations == 5


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    graph = minimal()
    content = graph.model(graph.nodes[-1].output[0]).SerializeToString()
    for length in (1, len(content) // 3, len(content) - 5):
        assert "truncated" in refused(tmp_path / "m.onnx", content[:length])
    for noise in (b"hello", b"\x00" * 100, b"PK\x03\x04" + b"\xff" * 50):
        assert "truncated" in refused(tmp_path / "m.onnx", noise)


def test_an_empty_file_a_folder_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "m.onnx", b"")
    (tmp_path / "folder.onnx").mkdir()
    for name in ("folder.onnx", "missing.onnx"):
        with pytest.raises(NetworkImportError, match=name):
            workload_from_file(tmp_path / name)


def test_a_cycle_is_refused(tmp_path: Path) -> None:
    graph = minimal()
    first = helper.make_node("Add", ["x", "b"], ["a"], name="first")
    second = helper.make_node("Relu", ["a"], ["b"], name="second")
    graph.nodes += [first, second]
    assert "a cycle" in refused(tmp_path / "m.onnx", graph.model("b").SerializeToString())


def test_huge_shapes_cost_no_memory(tmp_path: Path) -> None:
    graph = Graph(1, 4)
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [3, 4], np.ones(12))
    del tensor.dims[:]
    tensor.dims.extend([2**40, 2**20])
    graph.stored.append(tensor)
    out = graph.node("Gemm", "x", "w")
    content = graph.model(out).SerializeToString()
    tracemalloc.start()
    refused(tmp_path / "m.onnx", content)
    big = Graph(1, 2**31, 2**31)
    refused(tmp_path / "b.onnx", big.model(big.node("Relu", "x")).SerializeToString())
    expanded = Graph(1, 4)
    target = expanded.store(np.array([2**20, 2**20, 4]))
    made = expanded.node("Expand", "x", target)
    refused(tmp_path / "e.onnx", expanded.model(expanded.node("Relu", made)).SerializeToString())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


def test_weights_that_are_not_there_are_refused(tmp_path: Path) -> None:
    graph = minimal()
    graph.stored[0].raw_data = b"\x00" * 8
    assert "announces 12 elements" in refused(
        tmp_path / "m.onnx", graph.model(graph.nodes[-1].output[0]).SerializeToString()
    )


def test_open_sizes_ask_for_the_shape_of_a_sample(tmp_path: Path) -> None:
    graph = Graph("n", 3, "height", "width")
    path = graph.write(tmp_path / "m.onnx", graph.convolution("x", 3, 4, 3))
    with pytest.raises(NetworkImportError, match=r"--input-shape"):
        workload_from_file(path)
    shapes = geometry(workload_from_file(path, ImportOptions(input_shape=(3, 10, 12))).spec)
    assert shapes.output_shapes == ((4, 8, 10),)


def test_shapes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    graph = Graph(1, 5)
    out = graph.node("Gemm", "x", graph.store(np.ones((3, 4), np.float32)), transB=1)
    assert "expects 4 elements and is given 5" in refused(
        tmp_path / "m.onnx", graph.model(out).SerializeToString()
    )


def test_a_batch_of_several_samples_counts_one(tmp_path: Path) -> None:
    graph = Graph(6, 4, 5, 5)
    value = graph.node("Flatten", graph.convolution("x", 4, 2, 3))
    out = graph.node("Gemm", value, graph.weights(3, 18), transB=1)
    shapes = geometry(workload_from_file(graph.write(tmp_path / "m.onnx", out)).spec)
    assert shapes.total_macs == 9 * 36 * 2 + 18 * 3


def branched(path: Path, *, constant: bool) -> Path:
    """A network with two products in the first branch and one in the second."""
    graph = Graph(1, 4)
    bodies = []
    for name, count in (("first", 2), ("second", 1)):
        nodes = [
            helper.make_node("MatMul", ["x" if index == 0 else f"p{index}", "w"], [f"p{index + 1}"])
            for index in range(count)
        ]
        out = helper.make_tensor_value_info(f"p{count}", TensorProto.FLOAT, [1, 4])
        bodies.append(helper.make_graph(nodes, name, [], [out], [numbers("w", 4, 4)]))
    if constant:
        condition = graph.node("Not", graph.store(np.zeros((), bool)))
    else:
        condition = graph.node(
            "Greater", graph.node("ReduceMax", "x", keepdims=0), graph.store(np.float32(0))
        )
    out = graph.node("If", condition, then_branch=bodies[0], else_branch=bodies[1], name="branch")
    return graph.write(path, graph.node("Gemm", out, graph.weights(3, 4), transB=1))


def test_a_branch_is_chosen_by_a_constant_or_by_the_user(tmp_path: Path) -> None:
    path = branched(tmp_path / "m.onnx", constant=True)
    assert geometry(workload_from_file(path).spec).total_macs == 2 * 16 + 12
    path = branched(tmp_path / "n.onnx", constant=False)
    with pytest.raises(UnsupportedOperatorError, match=r"If 'branch' .*16 weights, 57 % of .*--branch then"):
        workload_from_file(path)
    for word, products in (("then", 2), ("else", 1)):
        loaded = workload_from_file(path, ImportOptions(branch=word))
        assert geometry(loaded.spec).total_macs == products * 16 + 12
        assert any(f"--branch {word}" in note for note in loaded.spec.assumed)


def test_weights_of_a_branch_that_are_constants_of_its_nodes_count(tmp_path: Path) -> None:
    """As silero-vad keeps them: one branch with 4 x 4 numbers, the other with 4 x 4 and 4 x 2 of which none is used."""
    out = [helper.make_tensor_value_info("r", TensorProto.FLOAT, [1, 4])]

    def branch(*extents: int) -> object:
        constants = [
            helper.make_node("Constant", [], [f"c{wide}"], value=numbers(f"v{wide}", 4, wide))
            for wide in extents
        ]
        return helper.make_graph([*constants, helper.make_node("MatMul", ["x", "c4"], ["r"])], "b", [], out)

    nodes = [
        helper.make_node("ReduceMax", ["x"], ["m"], keepdims=0),
        helper.make_node("Cast", ["m"], ["go"], to=TensorProto.BOOL),
        helper.make_node("If", ["go"], ["s"], name="branch", then_branch=branch(4), else_branch=branch(4, 2)),
        helper.make_node("MatMul", ["s", "w"], ["y"]),
    ]
    path = saved(tmp_path / "c.onnx", nodes, [numbers("w", 4, 2)], shape=(1, 4))
    with pytest.raises(
        UnsupportedOperatorError, match=r"If 'branch' .*24 weights, 75 % of those in the file"
    ):
        workload_from_file(path)


def test_no_change_of_bytes_is_more_than_a_refusal(tmp_path: Path) -> None:
    content = transformer(tmp_path / "t.onnx", tokens=3, width=8, heads=2).read_bytes()
    generator = np.random.default_rng(5)
    path = tmp_path / "f.onnx"
    refusals, runs = [], 150
    for _ in range(runs):
        changed = bytearray(content)
        for place in generator.integers(0, len(content), 3):
            changed[place] = int(generator.integers(0, 256))
        path.write_bytes(bytes(changed))
        try:
            found = workload_from_file(path)
        except neuroest.NeuroestError as error:
            refusals.append(str(error))
        else:  # the change hit a weight or a name
            assert geometry(found.spec).total_macs > 0
    assert [text for text in refusals if not text.startswith(str(path)) or "\n" in text] == []
    assert 0 < len(refusals) < runs


def saved(path: Path, nodes, weights=(), shape=(1, 8), domains=(), opset=17) -> Path:
    """A graph as a careless or hostile writer may leave it: nothing is checked."""
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], list(weights),
    )  # fmt: skip
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    path.write_bytes(helper.make_model(graph, opset_imports=opsets).SerializeToString())
    return path


def numbers(name: str, *shape: int, kind=np.float32):
    return numpy_helper.from_array(np.ones(shape, dtype=kind), name)


@pytest.mark.parametrize("domains", [(), ("com.other",)])
def test_an_operator_of_another_library_amid_the_network_follows_the_policy(tmp_path: Path, domains) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["a"]),
        helper.make_node("Strange\x1b[31m", ["a"], ["b"], domain="com.other"),
        helper.make_node("MatMul", ["b", "w"], ["y"]),
    ]
    path = saved(tmp_path / "s.onnx", nodes, [numbers("w", 8, 8)], domains=domains)
    with pytest.raises(
        UnsupportedOperatorError, match="shape is unknown and taken to be its input's"
    ) as caught:
        workload_from_file(path)
    assert str(caught.value).isprintable()
    for policy, layers in (("host", 3), ("ignore", 2)):
        spec = workload_from_file(path, ImportOptions(unsupported=policy)).spec
        assert len(spec.layers) == layers
        assert geometry(spec).total_macs == 128


def test_dynamic_quantisation_costs_no_layers(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "step", "zero"]),
        helper.make_node("ConvInteger", ["q", "w", "zero"], ["c"]),
        helper.make_node("Cast", ["c"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["step", "w_step"], ["steps"]),
        helper.make_node("Mul", ["f", "steps"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["y"]),
    ]
    weights = [numbers("w", 4, 3, 3, 3, kind=np.int8), numbers("w_step"), numbers("bias", 1, 4, 1, 1)]
    spec = workload_from_file(saved(tmp_path / "d.onnx", nodes, weights, (1, 3, 8, 8))).spec
    assert [layer.type for layer in spec.layers] == ["convolution"]
    assert any("dynamic quantisation" in line for line in spec.excluded)


def test_quantised_operators_beyond_the_standard_keep_the_network(tmp_path: Path) -> None:
    other = "com.microsoft"
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], domain=other),
        helper.make_node("QLinearConv", ["q", "s", "z", "w", "s", "z", "s", "z"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("QLinearAdd", ["c", "s", "z", "c", "s", "z", "s", "z"], ["a"], domain=other),
        helper.make_node(
            "QLinearConcat", ["s", "z", "a", "s", "z", "c", "s", "z"], ["k"], domain=other, axis=1
        ),
        helper.make_node("QLinearGlobalAveragePool", ["k", "s", "z", "s", "z"], ["p"], domain=other),
        helper.make_node("Flatten", ["p"], ["l"]),
        helper.make_node("QGemm", ["l", "s", "z", "g", "s", "z"], ["m"], domain=other, transB=1),
        helper.make_node("QLinearSoftmax", ["m", "s", "z", "s", "z"], ["y"], domain=other, axis=1),
    ]
    weights = [
        numbers("s"), numbers("z", kind=np.uint8), numbers("w", 4, 3, 3, 3, kind=np.uint8),
        numbers("g", 5, 8, kind=np.uint8),
    ]  # fmt: skip
    spec = workload_from_file(saved(tmp_path / "q.onnx", nodes, weights, (1, 3, 8, 8), domains=(other,))).spec
    assert geometry(spec).total_macs == 64 * 4 * 27 + 5 * 8
    types = [layer.type for layer in spec.layers]
    assert "host" not in types
    assert types.count("concatenation") == types.count("pooling") == 1


@pytest.mark.parametrize("layout", [0, 1])
def test_a_cell_that_reads_time_first_has_its_batch_on_the_second_axis(tmp_path: Path, layout: int) -> None:
    nodes = [
        helper.make_node("LSTM", ["x", "w", "r"], ["h", "last"], hidden_size=6, layout=layout),
        helper.make_node("Squeeze", ["last", "first" if layout == 0 else "second"], ["s"]),
        helper.make_node("MatMul", ["s", "out"], ["y"]),
    ]
    weights = [
        numbers("w", 1, 24, 5), numbers("r", 1, 24, 6), numbers("out", 6, 2),
        numpy_helper.from_array(np.array([0]), "first"), numpy_helper.from_array(np.array([1]), "second"),
    ]  # fmt: skip
    shape = ("T", "N", 5) if layout == 0 else ("N", "T", 5)
    path = saved(tmp_path / "c.onnx", nodes, weights, shape)
    with pytest.raises(NetworkImportError, match="--input-shape"):
        workload_from_file(path)
    spec = workload_from_file(path, ImportOptions(input_shape=(9, 5))).spec
    assert geometry(spec).total_macs == 9 * 4 * 6 * (5 + 6) + 12


@each(
    "node, weights, shape, said",
    [
        (("MatMul", {}), numbers("w", 8, 8), (1, 9), "multiplies"),
        (("Conv", {"kernel_shape": [5, 5]}), numbers("w", 4, 3, 3, 3), (1, 3, 8, 8), r"a kernel of \[5, 5\]"),
        (("Conv", {"group": 0}), numbers("w", 4, 3, 3, 3), (1, 3, 8, 8), "states 0 groups"),
        (("Conv", {"group": 7}), numbers("w", 4, 3, 3, 3), (1, 3, 8, 8), "states 7 groups"),
        (
            ("MatMul", {}),
            helper.make_tensor("w", TensorProto.STRING, [8, 8], [b"a"] * 64),
            (1, 8),
            "contains text",
        ),
    ],
)
def test_attributes_and_weights_that_contradict_each_other_are_refused(
    tmp_path: Path, node, weights, shape, said: str
) -> None:
    made = helper.make_node(node[0], ["x", "w"], ["y"], **node[1])
    with pytest.raises(NetworkImportError, match=said) as caught:
        workload_from_file(saved(tmp_path / "b.onnx", [made], [weights], shape))
    assert len(str(caught.value).splitlines()) == 1


def test_weights_that_are_not_finite_are_reported(tmp_path: Path) -> None:
    weights = numpy_helper.from_array(np.full((8, 8), np.nan, dtype=np.float32), "w")
    path = saved(tmp_path / "n.onnx", [helper.make_node("MatMul", ["x", "w"], ["y"])], [weights])
    assert any("not finite" in note for note in workload_from_file(path).spec.notes)


@pytest.mark.parametrize(
    ("operator", "factors", "operations"),
    # an element of Softmax: largest, difference, exponential, sum, quotient; of the norms: (mean, difference,) square,
    # sum, factor, scale (, shift)
    [("Softmax", (), 5), ("LayerNormalization", ("w", "w"), 7), ("RMSNormalization", ("w",), 4)],
)
def test_operations_an_element(
    tmp_path: Path, operator: str, factors: tuple[str, ...], operations: int
) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "weight"], ["a"]),
        helper.make_node(operator, ["a", *factors], ["y"]),
    ]
    file = saved(tmp_path / "norm.onnx", nodes, [numbers("weight", 8, 4), numbers("w", 4)], (1, 8))
    assert workload_from_file(file).spec.layers[-1].operations == operations
