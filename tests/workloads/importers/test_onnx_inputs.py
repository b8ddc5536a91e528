"""Inputs of ONNX files: open axes, batches and positions, weights among the inputs; and the flags that name them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from neuroest.workloads.importers import ImportOptions, NetworkImportError, import_network, workload_from_file
from neuroest.workloads.layers import geometry, layer_table
from tests.each import each

RNG = np.random.default_rng(4)


def stored(name: str, *shape: int) -> TensorProto:
    return numpy_helper.from_array(RNG.standard_normal(shape).astype(np.float32), name)


def written(path: Path, nodes, tensors, inputs, outputs=("y",), opset: int = 17, kinds=None) -> Path:
    kinds = kinds or {}
    graph = helper.make_graph(
        nodes, "g",
        [
            helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), shape)
            for name, shape in inputs.items()
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs], tensors,
    )  # fmt: skip
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    )
    path.write_bytes(model.SerializeToString())
    return path


def sentence(path: Path) -> Path:
    """Three inputs of one open length, as exporters of BERT write them: ids, mask and types."""
    nodes = [
        helper.make_node("Gather", ["words", "ids"], ["w"]),
        helper.make_node("Gather", ["kinds", "types"], ["t"]),
        helper.make_node("Add", ["w", "t"], ["e"]),
        helper.make_node("Cast", ["mask"], ["m"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["m", "last"], ["u"]),
        helper.make_node("Mul", ["e", "u"], ["g"]),
        helper.make_node("MatMul", ["g", "weights"], ["y"]),
    ]
    tensors = [
        stored("words", 1000, 12), stored("kinds", 2, 12), stored("weights", 12, 5),
        numpy_helper.from_array(np.array([2]), "last"),
    ]  # fmt: skip
    names = ("ids", "mask", "types")
    inputs = dict.fromkeys(names, ("batch", "sequence"))
    return written(path, nodes, tensors, inputs, kinds=dict.fromkeys(names, TensorProto.INT64))


@pytest.mark.parametrize(
    "options",
    [
        ImportOptions(axes={"sequence": 16}),
        ImportOptions(input_shape=(16,)),
        ImportOptions(input_shape=(1, 16)),
    ],
)
def test_three_inputs_of_one_open_length_need_one_flag(tmp_path: Path, options: ImportOptions) -> None:
    path = sentence(tmp_path / "s.onnx")
    with pytest.raises(NetworkImportError, match=r"open axes: sequence of 'ids' .*--axis sequence=16"):
        import_network(path)
    loaded = workload_from_file(path, options)
    shapes = geometry(loaded.spec)
    assert shapes.total_macs == 16 * 12 * 5
    # the tables are weights of the network: 1000 and 2 rows of 12
    assert shapes.total_weights == 12 * 5 + 1002 * 12
    lookups = [layer for layer in loaded.spec.layers if layer.type == "lookup"]
    assert [(one.rows, one.width) for one in lookups] == [(1000, 12), (2, 12)]


def test_a_flag_that_fits_nothing_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = sentence(tmp_path / "s.onnx")
    for options, said in (
        (
            ImportOptions(axes={"sequenze": 16}),
            "no open axis has this name; open axes: .*did you mean 'sequence'",
        ),
        (ImportOptions(input_shapes={"id": (16,)}), "no such input"),
        (ImportOptions(input_shapes={"ids": (3, 4, 5)}), "has 3 extents and does not fit 'ids'"),
        (ImportOptions(input_shape=(3, 4, 5, 6)), "fits no input"),
        (ImportOptions(axes={"sequence": 16}, batch=4), "--batch 4: the first extent of 'ids'"),
        (ImportOptions(timesteps=4), "--timesteps changes nothing for an ONNX file"),
    ):
        with pytest.raises(NetworkImportError, match=said):
            import_network(path, options)


def gated(path: Path, rows: int) -> Path:
    nodes = [
        helper.make_node("Gemm", ["x", "a"], ["p"]), helper.make_node("Gemm", ["x", "b"], ["q"]),
        helper.make_node("Sigmoid", ["p"], ["s"]), helper.make_node("Mul", ["s", "q"], ["m"]),
        helper.make_node("Gemm", ["m", "c"], ["y"]),
    ]  # fmt: skip
    return written(
        path, nodes, [stored("a", 8, 20), stored("b", 8, 20), stored("c", 20, 8)], {"x": (rows, 8)}
    )


def test_rows_of_a_matrix_are_tokens_unless_they_are_said_to_be_a_batch(tmp_path: Path) -> None:
    path = gated(tmp_path / "g.onnx", 64)
    network = import_network(path)
    assert any(
        "64, the first extent of 'x' (64 x 8), is taken for positions" in line for line in network.assumed
    )
    assert geometry(network.workload().spec).total_macs == 64 * 3 * 160
    assert geometry(workload_from_file(path, ImportOptions(batch=64)).spec).total_macs == 3 * 160
    assert any("is taken for positions" in note for note in network.workload().spec.assumed)


def test_a_batch_that_some_nodes_take_for_timesteps_is_refused(tmp_path: Path) -> None:
    """Convolutions of 8 frames of a sample, then a cell over the 8 as timesteps, as in silero-vad."""
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["c"], kernel_shape=[3], pads=[1, 1]),
        helper.make_node("ReduceMean", ["c"], ["r"], axes=[2], keepdims=0),
        helper.make_node("Unsqueeze", ["r", "one"], ["u"]),
        helper.make_node("LSTM", ["u", "w", "v"], ["h", "y"], hidden_size=5),
    ]
    tensors = [
        stored("k", 6, 2, 3), stored("w", 1, 20, 6), stored("v", 1, 20, 5),
        numpy_helper.from_array(np.array([1]), "one"),
    ]  # fmt: skip
    path = written(tmp_path / "v.onnx", nodes, tensors, {"x": (8, 2, 10)})
    with pytest.raises(NetworkImportError, match="8 is a batch for some nodes and positions"):
        import_network(path)
    products = 8 * (10 * 6 * 2 * 3) + 8 * 20 * (6 + 5)
    assert geometry(workload_from_file(path, ImportOptions(batch=1)).spec).total_macs == products


def test_an_input_that_only_stands_for_weights_is_weights(tmp_path: Path) -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[3, 3])
    path = written(tmp_path / "w.onnx", [node], [], {"x": (1, 3, 8, 8), "w": (4, 3, 3, 3)})
    shapes = geometry(workload_from_file(path).spec)
    assert (shapes.total_macs, shapes.total_weights) == (36 * 27 * 4, 27 * 4)


def test_a_fixed_shape_that_is_replaced_is_said(tmp_path: Path) -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[3, 3])
    path = written(tmp_path / "w.onnx", [node], [stored("w", 4, 3, 3, 3)], {"x": (1, 3, 8, 8)})
    network = import_network(path, ImportOptions(input_shape=(3, 6, 6)))
    assert any("replaces the fixed shape of 'x' (1 x 3 x 8 x 8)" in line for line in network.assumed)
    assert geometry(network.workload().spec).total_macs == 16 * 27 * 4


@pytest.mark.parametrize(("stride", "pads", "group"), [(2, 1, 1), (1, 0, 1), (2, 0, 2)])
def test_products_of_a_transposed_convolution(tmp_path: Path, stride: int, pads: int, group: int) -> None:
    node = helper.make_node(
        "ConvTranspose", ["x", "w"], ["y"], kernel_shape=[3, 3], strides=[stride] * 2, pads=[pads] * 4, group=group
    )  # fmt: skip
    path = written(tmp_path / "t.onnx", [node], [stored("w", 4, 5, 3, 3)], {"x": (1, 4, 6, 7)})
    loaded = workload_from_file(path)
    shapes = geometry(loaded.spec)
    # each of 6 x 7 elements of 4 channels meets all 5 x 3 x 3 weights of its channel
    assert (shapes.total_macs, shapes.total_weights) == (6 * 7 * 4 * 45, 4 * 45)
    side = [(extent - 1) * stride + 3 - 2 * pads for extent in (6, 7)]
    assert shapes.output_shapes[-1] == (5 * group, *side)


@each(
    "node, tensors, products",
    [
        (helper.make_node("Einsum", ["x", "w"], ["y"], equation="bsd,dhk->bshk"), [stored("w", 8, 2, 3)], 6 * 8 * 6),
        (helper.make_node("Einsum", ["x", "x"], ["y"], equation="bsd,btd->bst"), [], 6 * 6 * 8),
        (helper.make_node("MatMulNBits", ["x", "q", "s"], ["y"], domain="com.microsoft", K=8, N=5, bits=4,
                          block_size=16),
         [numpy_helper.from_array(np.zeros((5, 1, 8), np.uint8), "q"), stored("s", 5)], 6 * 8 * 5),
        (helper.make_node("FusedMatMul", ["x", "w"], ["y"], domain="com.microsoft", transB=1), [stored("w", 3, 8)],
         6 * 8 * 3),
        (helper.make_node("MultiHeadAttention", ["x", "x", "x"], ["y"], domain="com.microsoft", num_heads=2), [],
         2 * 6 * 6 * 8),
        (helper.make_node("GroupQueryAttention", ["x", "", "", "", "", "n", "n"], ["y"], domain="com.microsoft",
                          num_heads=2, kv_num_heads=1), [numpy_helper.from_array(np.array([6], np.int32), "n")],
         2 * 6 * 6 * 4),
        (helper.make_node("Attention", ["x", "w", "b"], ["y"], domain="com.microsoft", num_heads=2),
         [stored("w", 8, 24), stored("b", 24)], 6 * 8 * 24 + 2 * 6 * 6 * 8),
    ],
)  # fmt: skip
def test_products_of_einsum_and_of_fused_operators(tmp_path: Path, node, tensors, products: int) -> None:
    last = helper.make_node("MatMul", ["y", "last"], ["out"])
    width = {"Einsum": 3 if tensors else 6, "MatMulNBits": 5, "FusedMatMul": 3, "GroupQueryAttention": 4}
    outputs = width.get(node.op_type, 8)
    path = written(
        tmp_path / "f.onnx", [node, last], [*tensors, stored("last", outputs, 2)], {"x": (1, 6, 8)}, ("out",)
    )
    rows = 12 if node.op_type == "Einsum" and tensors else 6
    assert geometry(workload_from_file(path).spec).total_macs == products + rows * outputs * 2


@each(
    "operator, factors",
    [
        ("SkipLayerNormalization", ("x", "scale")), ("SkipSimplifiedLayerNormalization", ("x", "scale")),
        ("FastGelu", ()), ("BiasGelu", ("scale",)), ("RotaryEmbedding", ("scale", "scale")),
    ],
)  # fmt: skip
def test_fused_operators_without_products_keep_the_shape(tmp_path: Path, operator: str, factors) -> None:
    nodes = [
        helper.make_node(operator, ["x", *factors], ["n"], domain="com.microsoft"),
        helper.make_node("MatMul", ["n", "w"], ["y"]),
    ]
    path = written(tmp_path / "k.onnx", nodes, [stored("scale", 8), stored("w", 8, 3)], {"x": (1, 6, 8)})
    assert geometry(workload_from_file(path).spec).total_macs == 6 * 8 * 3


def test_a_value_is_repeated_over_a_larger_constant(tmp_path: Path) -> None:
    """A one-hot as JAX writes it: indices of [n, 1] against 257 stored numbers."""
    nodes = [
        helper.make_node("Unsqueeze", ["x", "last"], ["u"]),
        helper.make_node("Equal", ["u", "range"], ["e"]),
        helper.make_node("Cast", ["e"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["f", "w"], ["y"]),
    ]
    tensors = [
        numpy_helper.from_array(np.array([2]), "last"), stored("w", 257, 4),
        numpy_helper.from_array(np.arange(257, dtype=np.float32).reshape(1, 1, 257), "range"),
    ]  # fmt: skip
    path = written(tmp_path / "o.onnx", nodes, tensors, {"x": ("n", 20)})
    assert geometry(workload_from_file(path).spec).total_macs == 20 * 257 * 4


def test_vector_work_needs_no_flag(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["p"]),
        helper.make_node("TopK", ["p", "k"], ["top", "where"]),
        helper.make_node("CumSum", ["top", "axis"], ["c"]),
        helper.make_node("Sin", ["c"], ["y"]),
    ]
    tensors = [
        stored("w", 8, 10), numpy_helper.from_array(np.array([3]), "k"), numpy_helper.from_array(np.array(1), "axis"),
    ]  # fmt: skip
    spec = workload_from_file(written(tmp_path / "v.onnx", nodes, tensors, {"x": (1, 8)})).spec
    assert "host" not in {layer.type for layer in spec.layers}
    assert geometry(spec).output_shapes[-1] == (3,)


def test_widths_are_those_of_each_layer(tmp_path: Path) -> None:
    """Activations of 16 bits by the zero point of a quantiser, the others by `Quant` nodes; the last layer has none."""
    bits = {
        name: numpy_helper.from_array(np.float32(value), name)
        for name, value in (("three", 3), ("four", 4), ("eight", 8), ("s", 0.1), ("z", 0))
    }
    quant = {"domain": "qonnx.custom_op.general", "signed": 1, "narrow": 0}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "zero"], ["q"], name="levels"),
        helper.make_node("DequantizeLinear", ["q", "s", "zero"], ["d"]),
        helper.make_node("Quant", ["w1", "s", "z", "four"], ["a"], **quant),
        helper.make_node("MatMul", ["d", "a"], ["p"], name="first"),
        helper.make_node("Relu", ["p"], ["r"]),
        helper.make_node("Quant", ["r", "s", "z", "three"], ["t"], **quant),
        helper.make_node("Quant", ["w2", "s", "z", "eight"], ["b"], **quant),
        helper.make_node("MatMul", ["t", "b"], ["v"], name="second"),
        helper.make_node("MatMul", ["v", "w3"], ["y"], name="third"),
    ]
    tensors = [
        *bits.values(), stored("w1", 8, 6), stored("w2", 6, 2), stored("w3", 2, 2),
        numpy_helper.from_array(np.array(0, np.uint16), "zero"),
    ]  # fmt: skip
    path = written(tmp_path / "q.onnx", nodes, tensors, {"x": (1, 8)}, opset=21)
    network = import_network(path, ImportOptions(weight_bits=6, activation_bits=5))
    spec = network.workload().spec
    assert (spec.precision.weights, spec.precision.activations) == (8, 16)
    assert [(layer.weight_bits, layer.input_bits) for layer in spec.layers] == [(4, None), (None, 3), (6, 5)]
    table = layer_table(spec)
    assert list(map(int, table.weight_bits)) == [4, 8, 6]
    assert list(map(int, table.activation_bits)) == [16, 3, 5]
    assert list(map(int, table.output_bits)) == [3, 5, 16], "what is read next; the last ones leave the chip"
    assert int(table.total_weight_bits) == 4 * 48 + 8 * 12 + 6 * 4
    assert spec.assumed == (
        "The file has weights of 4 bits in first, 8 bits in second.",
        "6 bits of weights in third are assumed: the file does not quantise them (--weight-bits).",
        "The file has activations of 3 bits in second, 16 bits in first.",
        "5 bits of activations in third are assumed: the file does not quantise them (--activation-bits).",
        "24 bits of a sum are assumed (--accumulator-bits).",
    )


def test_a_known_name_in_an_unknown_domain_is_said(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Silu", ["m"], ["y"], name="gate", domain="com.example"),
    ]
    loaded = workload_from_file(written(tmp_path / "s.onnx", nodes, [stored("w", 4, 3)], {"x": (1, 4)}))
    assert [layer.type for layer in loaded.spec.layers] == ["fully_connected"]
    assert "Silu of 'com.example' is taken by its name." in loaded.spec.assumed


def test_a_step_of_training_is_refused_by_name(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("ReluGrad", ["m", "x"], ["y"], name="back", domain="com.microsoft"),
    ]
    path = written(tmp_path / "t.onnx", nodes, [stored("w", 4, 3)], {"x": (1, 4)})
    with pytest.raises(NetworkImportError, match="a step of training: ReluGrad 'back' computes gradients"):
        import_network(path)


def test_a_gemm_with_more_axes_is_a_matrix_product(tmp_path: Path) -> None:
    """As Deeploy fuses a bias: (1, 6, 4) times (1, 4, 3) of stored numbers."""
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["y"])]
    tensors = [stored("w", 1, 4, 3), stored("b", 3)]
    spec = workload_from_file(written(tmp_path / "g.onnx", nodes, tensors, {"x": (1, 6, 4)})).spec
    assert geometry(spec).total_macs == 6 * 4 * 3


def test_a_layer_that_no_output_needs_is_said(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["y"], name="wanted"),
        helper.make_node("MatMul", ["x", "v"], ["z"], name="head"),
    ]
    nodes.reverse()
    tensors = [stored("w", 4, 3), stored("v", 4, 2)]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])], tensors,
    )  # fmt: skip
    path = tmp_path / "u.onnx"
    path.write_bytes(helper.make_model(graph).SerializeToString())
    spec = workload_from_file(path).spec
    assert geometry(spec).total_macs == 4 * 3
    assert spec.assumed[0] == "head: not counted, since no output of the network needs them."


def test_a_loop_over_a_sequence_is_a_recurrent_cell(tmp_path: Path) -> None:
    """As TensorFlow writes a cell: both matrices are states of the loop that stay as they are; 7 steps."""

    def info(name: str, *shape: int) -> object:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    step = helper.make_tensor_value_info("step", TensorProto.INT64, [])
    go, on = (helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("go", "on"))
    kept = [info("w", 3, 4), info("r", 4, 4)]
    body = helper.make_graph(
        [
            helper.make_node("Gather", ["sequence", "step"], ["now"]),
            helper.make_node("MatMul", ["now", "w"], ["a"]),
            helper.make_node("MatMul", ["state", "r"], ["b"]),
            helper.make_node("Add", ["a", "b"], ["c"]),
            helper.make_node("Tanh", ["c"], ["next"]),
            helper.make_node("Identity", ["go"], ["on"]),
            helper.make_node("Identity", ["next"], ["each"]),
        ],
        "body",
        [step, go, info("state", 1, 4), *kept],
        [on, info("next", 1, 4), *kept, info("each", 1, 4)],
    )  # fmt: skip
    reads = ["count", "begin", "zero", "wi", "re"]
    nodes = [
        helper.make_node("Transpose", ["x"], ["sequence"], perm=[1, 0, 2]),
        helper.make_node("Loop", reads, ["last", "", "", "all"], body=body, name="cell"),
        helper.make_node("MatMul", ["last", "head"], ["y"]),
    ]  # fmt: skip
    tensors = [
        stored("wi", 3, 4), stored("re", 4, 4), stored("head", 4, 2),
        numpy_helper.from_array(np.zeros((1, 4), np.float32), "zero"),
        numpy_helper.from_array(np.array(7), "count"), numpy_helper.from_array(np.array([True]).all(), "begin"),
    ]  # fmt: skip
    spec = workload_from_file(written(tmp_path / "l.onnx", nodes, tensors, {"x": (1, 7, 3)})).spec
    assert [layer.cell for layer in spec.layers if layer.type == "recurrent_cell"] == ["simple"]
    assert geometry(spec).total_macs == 7 * (3 + 4) * 4 + 4 * 2
    assert any("Loop 'cell' is counted as a recurrent cell (simple)" in line for line in spec.assumed)
