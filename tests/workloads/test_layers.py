"""Shapes and counts against hand calculation, published totals and brute force."""

from __future__ import annotations

import gc
import itertools
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from neuroest.core.errors import SpecError, UnknownNameError
from neuroest.specs.workload import WorkloadSpec, workload_claims
from neuroest.workloads import layers as module
from neuroest.workloads.layers import LayerTable, geometry, layer_table
from neuroest.workloads.shapes import ShapeInference
from tests.each import each

WORKLOADS = Path(__file__).parents[2] / "workloads"


def shipped(name: str) -> WorkloadSpec:
    return WorkloadSpec.model_validate(
        yaml.safe_load((WORKLOADS / f"{name}.yaml").read_text(encoding="utf-8"))
    )


def network(shape: list[int], *layers: dict, rate: float = 0.1, timesteps: int = 1) -> WorkloadSpec:
    known = {"basis": "assumed", "rationale": "a test"}
    return WorkloadSpec.model_validate(
        {
            "kind": "workload",
            "name": "network",
            "description": "A test.",
            "coding": "spiking",
            "timesteps": timesteps,
            "precision": {"weights": 8, "accumulator": 24},
            "weights": {"mean_absolute": 0.25, **known},
            "input": {"shape": shape, "activity": {"rate": rate, **known}},
            "activity": {"rate": rate, **known},
            "layers": [{"name": f"layer_{index}", **layer} for index, layer in enumerate(layers)],
        }
    )


def convolution(outputs: int, kernel: object, **more: object) -> dict:
    return {"type": "convolution", "outputs": outputs, "kernel": kernel, **more}


def fully_connected(outputs: int, **more: object) -> dict:
    return {"type": "fully_connected", "outputs": outputs, **more}


def pooling(kernel: object, mode: str = "average", **more: object) -> dict:
    return {"type": "pooling", "kernel": kernel, "mode": mode, **more}


def one(shape: list[int], layer: dict) -> dict[str, float]:
    table = geometry(network(shape, layer))
    return {name: float(value[0]) for name, value in vars(table).items() if isinstance(value, np.ndarray)}


def faults(spec: WorkloadSpec) -> dict[str, str]:
    return {".".join(map(str, place)): message for place, message in ShapeInference(spec).faults}


def test_perceptron_has_the_macs_and_synaptic_operations_of_hand_calculation() -> None:
    # 784 x 512 + 512 x 512 + 512 x 10 = 401408 + 262144 + 5120 = 668672; times 20 steps times 0.1 = 1 337 344
    spec = shipped("mlp_mnist_spiking")
    table = layer_table(spec, {"workload.input.activity.rate": 0.1, "workload.activity.rate": 0.1})
    assert_array_equal(table.macs, [401408, 262144, 5120])
    assert table.total_macs == table.total_weights == 668672
    assert table.synaptic_operations == pytest.approx(1.337344e6, rel=1e-12)


def test_resnet18_has_the_macs_and_parameters_that_torchvision_states() -> None:
    # torchvision: 11 689 512 parameters and 1.81 GFLOPS; batch normalisation has a gain and an offset for
    # each of 4800 channels, the classifier 1000 biases
    table = geometry(shipped("resnet18_imagenet_dense"))
    assert table.total_weights + 2 * 4800 + 1000 == 11689512
    assert table.total_macs == 1814073344
    assert table.output_shapes[table.names.index("stem")] == (64, 112, 112)
    assert table.output_shapes[table.names.index("stem_pool")] == (64, 56, 56)
    assert table.output_shapes[table.names.index("stage4_block2_add")] == (512, 7, 7)
    channels = sum(
        shape[0] for shape, kind in zip(table.output_shapes, table.types, strict=True) if "conv" in kind
    )
    assert channels == 4800


def test_vgg9_has_the_layers_of_its_published_code() -> None:
    # 3*64 + 64*64 + 64*128 + 128*128 + 128*256 + 2*256*256 = 192704 kernels of 3x3 weights, then 4096 x 1024
    # and 1024 x 10
    table = geometry(shipped("vgg9_cifar10_spiking"))
    assert table.total_weights == 9 * 192704 + 4096 * 1024 + 10240
    assert table.output_shapes[table.names.index("pool3")] == (256, 4, 4)
    dense = geometry(shipped("vgg9_cifar10_dense"))
    assert_array_equal(dense.macs, table.macs)


def test_mobilenet_has_the_macs_and_parameters_that_its_authors_state() -> None:
    # 569 million MACs, 4.24 million parameters; two of batch normalisation for each of 10 944 channels, and 1000 biases
    table = geometry(shipped("mobilenet_v1_imagenet_dense"))
    assert table.macs.sum() == pytest.approx(569e6, rel=1e-3)
    channels = sum(
        shape[0] for name, shape in zip(table.names, table.output_shapes, strict=True) if "pool" not in name
    )
    parameters = table.weights.sum() + 2 * (channels - 1000) + 1000
    assert parameters == pytest.approx(4.24e6, rel=3e-3)
    assert table.weights.sum() == 4_209_088


def test_keyword_spotter_has_the_published_layers() -> None:
    # 390 x 256 + 256 x 256 + 256 x 29 = 99840 + 65536 + 7424
    for coding in ("spiking", "dense"):
        table = layer_table(shipped(f"keyword_spotting_{coding}"))
        assert_array_equal(table.weights, [99840, 65536, 7424])
    assert layer_table(shipped("keyword_spotting_spiking")).timesteps == 10


def test_convolution_of_a_resnet_block() -> None:
    layer = one([64, 56, 56], convolution(64, 3, padding=1))
    assert layer["reduction"] == 576
    assert layer["positions"] == 3136
    assert layer["macs"] == 3136 * 576 * 64
    # in each direction 56 positions x 3 taps less one tap at either edge
    assert layer["input_taps"] == 166 * 166 * 64
    assert layer["connections"] == 166 * 166 * 64 * 64
    assert layer["line_buffer_elements"] == 2 * 56 * 64


def test_depthwise_convolution_has_one_channel_a_group() -> None:
    layer = one([32, 10, 10], convolution(32, 3, padding=1, groups=32))
    assert (layer["reduction"], layer["outputs"], layer["groups"]) == (9, 1, 32)
    assert layer["weights"] == 9 * 32
    assert layer["macs"] == 100 * 9 * 32


def test_groups_divide_weights_and_macs() -> None:
    whole, split = (one([8, 6, 6], convolution(12, 3, groups=groups)) for groups in (1, 4))
    assert split["weights"] * 4 == whole["weights"]
    assert split["macs"] * 4 == whole["macs"]
    assert split["input_taps"] == whole["input_taps"]


def test_a_pointwise_convolution_of_stride_two_reads_a_quarter() -> None:
    layer = one([16, 8, 8], convolution(32, 1, stride=2))
    assert layer["input_elements"] == 16 * 64
    assert layer["input_taps"] == 16 * 16
    assert layer["line_buffer_elements"] == 0


def test_recurrent_layer_adds_its_own_neurons_to_the_fan_in() -> None:
    table = layer_table(shipped("shd_recurrent_spiking"))
    assert (table.reduction[0], table.recurrent_reduction[0]) == (700, 200)
    assert table.weights[0] == table.macs[0] == 700 * 200 + 200 * 200
    assert (table.connections[0], table.recurrent_connections[0]) == (140000, 40000)
    # 100 (0.1 x 140000 + 0.003 x 40000 + 0.003 x 4000)
    assert table.synaptic_operations == pytest.approx(1.4132e6, rel=1e-12)


def test_fully_connected_layer_flattens_a_map() -> None:
    layer = one([3, 4, 5], fully_connected(7))
    assert (layer["reduction"], layer["positions"], layer["weights"]) == (60, 1, 420)


def test_pooling_and_addition_have_no_weights() -> None:
    spec = network(
        [4, 8, 8],
        convolution(6, 3, padding=1),
        convolution(6, 3, padding=1),
        {"type": "add", "inputs": ["layer_0", "layer_1"]},
        pooling(2, stride=2),
        pooling("global"),
    )
    table = geometry(spec)
    assert_array_equal(table.is_weighted, [1, 1, 0, 0, 0])
    assert_array_equal(table.is_addition, [0, 0, 1, 0, 0])
    assert_array_equal(table.is_pooling, [0, 0, 0, 1, 1])
    for counts in (table.macs, table.weights, table.connections, table.reduction):
        assert_array_equal(counts[2:], 0)
    assert_array_equal(table.window_elements, [0, 0, 2, 4, 16])
    assert_array_equal(table.input_elements, [256, 384, 768, 384, 96])
    assert_array_equal(table.output_elements, [384, 384, 384, 96, 6])
    assert_array_equal(table.positions, [64, 64, 64, 16, 1])
    assert_array_equal(table.fan_out_layers, [2, 1, 1, 1, 0])
    assert table.reads == ((-1,), (0,), (0, 1), (2,), (3,))
    assert table.line_buffer_elements[3] == 8 * 6
    assert table.line_buffer_elements[4] == 0
    assert (table.input_elements_total, table.output_elements_total) == (256, 6)


def brute_force(shape: tuple[int, int, int], layer: dict) -> tuple[int, int, int]:
    """Positions, taps that meet the map, and synapse uses, by going through every one of them."""
    channels, rows, columns = shape
    (kr, kc), (sr, sc), (pr, pc), (dr, dc) = (
        layer[key] for key in ("kernel", "stride", "padding", "dilation")
    )
    positions = taps = 0
    for row in range(-pr, rows + pr, sr):
        for column in range(-pc, columns + pc, sc):
            if row + dr * (kr - 1) >= rows + pr or column + dc * (kc - 1) >= columns + pc:
                continue
            positions += 1
            taps += sum(
                0 <= row + dr * i < rows and 0 <= column + dc * j < columns
                for i, j in itertools.product(range(kr), range(kc))
            )
    uses = taps * (channels // layer["groups"]) * layer["outputs"]
    return positions, taps * channels, uses


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel=pairs,
    stride=pairs,
    padding=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    groups=st.integers(1, 3),
    per_group=st.tuples(st.integers(1, 2), st.integers(1, 2)),
)
@settings(max_examples=75)
def test_convolution_counts_equal_brute_force(
    size, kernel, stride, padding, dilation, groups, per_group
) -> None:
    shape = (groups * per_group[0], *size)
    layer = convolution(
        groups * per_group[1], kernel, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    positions, taps, uses = brute_force(shape, layer)
    spec = network(list(shape), layer)
    if positions == 0:
        assert set(faults(spec)) == {"layers.0.kernel"}
        return
    counts = one(list(shape), layer)
    assert counts["positions"] == positions
    assert counts["input_taps"] == taps
    assert counts["connections"] == uses
    assert counts["macs"] == positions * kernel[0] * kernel[1] * per_group[0] * layer["outputs"]
    assert counts["connections"] <= counts["macs"]
    assert counts["output_elements"] == positions * layer["outputs"]


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel=pairs,
    stride=pairs,
    channels=st.integers(1, 3),
)
@settings(max_examples=50)
def test_pooling_counts_equal_brute_force(size, kernel, stride, channels) -> None:
    shape = [channels, *size]
    spec = network(shape, pooling(kernel, stride=stride))
    layer = {
        "kernel": kernel,
        "stride": stride,
        "padding": (0, 0),
        "dilation": (1, 1),
        "groups": 1,
        "outputs": 1,
    }
    positions, taps, _ = brute_force((channels, *size), layer)
    if positions == 0:
        assert "layers.0.kernel" in faults(spec)
        return
    table = geometry(spec)
    assert table.positions[0] == positions
    assert table.input_taps[0] == taps
    assert table.output_elements[0] == positions * channels


def test_strides_that_do_not_divide_leave_the_rest_of_the_map() -> None:
    # torch: floor((7 + 0 - 3)/2) + 1 = 3 and floor((8 - 3)/2) + 1 = 3
    assert one([1, 7, 8], convolution(1, 3, stride=2))["positions"] == 9


@each(
    "shape, layers, expected",
    [
        (
            [1, 4, 4],
            [convolution(2, 7, padding=1)],
            {"layers.0.kernel": "reaches over 7 columns, but the padded"},
        ),
        ([1, 4, 4], [convolution(2, 3, dilation=2)], {"layers.0.kernel": "reaches over 5 columns"}),
        (
            [6, 4, 4],
            [convolution(6, 3, groups=4)],
            {"layers.0.groups": "6 output channels do not divide into 4"},
        ),
        (
            [16],
            [convolution(2, 3)],
            {"layers.0.type": "a convolution needs channels, rows and columns, but reads 16"},
        ),
        ([16], [pooling(2)], {"layers.0.type": "a pooling needs channels"}),
        ([3, 8], [fully_connected(2)], {"input.shape": "[features] or [channels, rows, columns]"}),
        ([8], [], {"layers": "at least one layer"}),
        (
            [8],
            [fully_connected(2, name="input")],
            {"layers.0.name": "already the name of the network's input"},
        ),
        (
            [8],
            [fully_connected(2, inputs=["layer_1"]), fully_connected(2)],
            {"layers.0.inputs.0": "not an earlier layer"},
        ),
        (
            [8],
            [fully_connected(2), fully_connected(2, inputs=["layr_0"])],
            {"layers.1.inputs.0": "did you mean 'layer_0'"},
        ),
        (
            [8],
            [fully_connected(2), fully_connected(2, inputs=["input"])],
            {"layers.0.name": "nothing reads 'layer_0'"},
        ),
        (
            [8],
            [fully_connected(2, inputs=["input", "input"])],
            {"layers.0.inputs": "only an addition reads several"},
        ),
        ([8], [{"type": "add", "inputs": ["input"]}], {"layers.0.inputs": "at least two"}),
        ([1, 4, 4], [pooling("global", stride=1)], {"layers.0.stride": "kernel: global"}),
        ([1, 4, 4], [pooling(2, padding=2)], {"layers.0.padding": "only padding"}),
    ],
)
def test_shape_problems_name_the_place(
    shape: list[int], layers: list[dict], expected: dict[str, str]
) -> None:
    found = faults(network(shape, *layers))
    assert set(found) == set(expected)
    for place, words in expected.items():
        assert words in found[place]


def test_an_addition_needs_equal_shapes() -> None:
    spec = network(
        [4, 8, 8],
        convolution(4, 3, padding=1),
        convolution(8, 1, inputs=["input"]),
        {"type": "add", "inputs": ["layer_0", "layer_1"]},
    )
    assert faults(spec) == {
        "layers.2.inputs": "an addition needs equal shapes, but layer_0 has 4 channels of 8 x 8, "
        "layer_1 has 8 channels of 8 x 8"
    }


def test_duplicate_names_are_reported() -> None:
    spec = network(
        [8], fully_connected(4, name="a"), fully_connected(3, name="a"), fully_connected(2, name="b")
    )
    assert faults(spec) == {"layers.1.name": "'a' is already the name of layer 0"}


def test_all_shape_problems_are_found_and_none_follows_from_another() -> None:
    spec = network(
        [3, 8, 8], convolution(4, 9), pooling(2), convolution(4, 3, inputs=["nowhere"]), fully_connected(2)
    )
    assert set(faults(spec)) == {"layers.0.kernel", "layers.2.inputs.0"}


def test_tables_of_faulty_networks_are_refused() -> None:
    with pytest.raises(SpecError, match=r"workload network: layers\.0\.kernel"):
        layer_table(network([1, 2, 2], convolution(1, 3)))


def test_a_layer_without_activity_takes_the_default_and_a_pooling_what_it_reads() -> None:
    spec = network(
        [1, 4, 4],
        convolution(2, 3, padding=1, activity={"rate": 0.3, "basis": "assumed", "rationale": "x"}),
        pooling(2),
        convolution(2, 1),
        {"type": "add", "inputs": ["layer_1", "layer_2"]},
        fully_connected(2),
        rate=0.1,
    )
    table = layer_table(spec, {"workload.input.activity.rate": 0.5})
    assert_allclose(table.output_rate, [0.3, 0.3, 0.1, 0.2, 0.1], rtol=1e-15)
    assert_allclose(table.input_rate, [0.5, 0.3, 0.3, 0.2, 0.2], rtol=1e-15)
    assert_array_equal(table.input_density, table.input_rate)
    assert_array_equal(table.input_bit_density, table.input_rate)


def test_an_activity_of_a_pooling_itself_wins() -> None:
    table = layer_table(shipped("vgg9_cifar10_dense"))
    pool = table.names.index("pool1")
    assert table.output_density[pool] == pytest.approx(0.65, rel=1e-9)
    assert table.input_density[pool + 1] == pytest.approx(0.65, rel=1e-9)
    assert table.input_bit_density[pool + 1] == pytest.approx(0.25, rel=1e-9)
    assert table.input_rate[pool + 1] == pytest.approx(0.65, rel=1e-9)


def test_dense_coding_happens_once_and_skips_zeros_only_in_its_effective_operations() -> None:
    table = layer_table(shipped("mlp_mnist_dense"))
    assert (table.timesteps, table.activation_bits, table.coding) == (1, 8, "dense")
    expected = 0.19 * 401408 + 0.4 * 262144 + 0.4 * 5120
    assert table.synaptic_operations == pytest.approx(expected, rel=1e-12)


def test_a_spike_has_one_bit() -> None:
    assert layer_table(shipped("mlp_mnist_spiking")).activation_bits == 1


def test_rates_of_single_layers_and_of_all_can_be_replaced() -> None:
    spec = shipped("mlp_mnist_spiking")
    table = layer_table(spec, {"workload.activity.rate": 0.2, "workload.layers.hidden_2.activity.rate": 0.05})
    assert_array_equal(table.output_rate, [0.2, 0.05, 0.2])
    table = layer_table(spec, {"workload.timesteps": 7.0, "workload.precision.weights": 4.0})
    assert (table.timesteps, table.weight_bits) == (7, 4)


def test_values_of_the_file_are_not_changed_by_replacing_them() -> None:
    spec = shipped("mlp_mnist_spiking")
    before = layer_table(spec)
    layer_table(spec, {"workload.activity.rate": 0.9})
    assert_array_equal(layer_table(spec).output_rate, before.output_rate)
    with pytest.raises(ValueError, match="read-only"):
        before.macs[0] = 1


@pytest.mark.parametrize("name", ["mlp_mnist_spiking", "shd_recurrent_spiking", "resnet18_imagenet_dense"])
def test_a_batch_equals_its_points(name: str) -> None:
    spec = shipped(name)
    generator = np.random.default_rng(1)
    paths = [path for path, claim in workload_claims(spec).items() if claim.unit == "1"]
    points = {path: generator.uniform(0, 1, (5, 1)) for path in paths}
    batch = layer_table(spec, points)
    assert batch.input_rate.shape == (5, len(batch.names))
    for index in range(5):
        single = layer_table(spec, {path: float(values[index, 0]) for path, values in points.items()})
        assert_allclose(np.asarray(batch.synaptic_operations)[index], single.synaptic_operations, rtol=1e-12)
        for field in fields(LayerTable):
            value = getattr(batch, field.name)
            if isinstance(value, np.ndarray) and value.ndim == 2:
                assert_allclose(
                    value[index], np.broadcast_to(getattr(single, field.name), value[index].shape), rtol=1e-12
                )


def test_two_swept_rates_keep_an_axis_each() -> None:
    spec = shipped("mlp_mnist_spiking")
    values = {
        "workload.input.activity.rate": np.linspace(0, 1, 3).reshape(3, 1, 1),
        "workload.activity.rate": np.linspace(0, 1, 4).reshape(1, 4, 1),
        "workload.timesteps": np.array([10.0]).reshape(1, 1, 1),
    }
    table = layer_table(spec, values)
    assert table.input_rate.shape == (3, 4, 3)
    operations = np.asarray(table.synaptic_operations)
    assert operations.shape == (3, 4)
    assert operations[-1, -1] == pytest.approx(6686720)


def test_an_unknown_value_is_an_error_and_those_of_others_are_left_alone() -> None:
    spec = shipped("mlp_mnist_spiking")
    with pytest.raises(UnknownNameError, match=r"did you mean 'workload\.layers\.hidden_1\.activity\.rate'"):
        layer_table(spec, {"workload.layers.hiden_1.activity.rate": 0.2})
    assert layer_table(spec, {"chip.tile.count": 3.0}).total_macs == 668672


def test_a_batch_without_room_for_the_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="last axis of length one"):
        layer_table(shipped("mlp_mnist_spiking"), {"workload.activity.rate": np.array([0.1, 0.2])})


def test_geometry_is_worked_out_once_and_forgotten_with_its_spec() -> None:
    spec = shipped("shd_recurrent_spiking")
    assert geometry(spec) is geometry(spec)
    assert id(spec) in module._plans
    key = id(spec)
    gc.freeze()  # what there was before need not be searched
    del spec
    gc.collect()
    assert key not in module._plans


def test_a_changed_copy_of_a_spec_has_its_own_geometry() -> None:
    spec = shipped("mlp_mnist_spiking")
    geometry(spec)
    shorter = spec.model_copy(update={"layers": spec.layers[:1]})
    assert geometry(shorter).names == ("hidden_1",)


def test_a_table_of_resnet18_takes_well_under_a_millisecond() -> None:
    spec = shipped("resnet18_imagenet_dense")
    layer_table(spec)
    spent = []
    for _ in range(20):
        begin = time.perf_counter()
        layer_table(spec, {"workload.activity.density": 0.5})
        spent.append(time.perf_counter() - begin)
    assert min(spent) < 1e-3  # about 0.1 ms; the best of twenty, since the machine may be busy
