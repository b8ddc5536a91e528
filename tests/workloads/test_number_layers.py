"""Layers of numbers, of the host and of nothing: concatenation, products, cells, direct coding."""

from __future__ import annotations

import numpy as np
import pytest

import neuroest
from neuroest.specs.workload import WorkloadSpec, workload_exclusions
from neuroest.workloads.importers.writing import loaded_text, workload_text
from neuroest.workloads.layers import check_workload, geometry, layer_table

ASSUMED = {"basis": "assumed", "rationale": "a test"}
DENSE = {"density": 0.5, "bit_density": 0.2, **ASSUMED}


def text(shape: list[int], layers: list[dict], *, spiking: bool = False, **changes) -> dict:
    activity = {"rate": 0.1, **ASSUMED} if spiking else DENSE
    data = {
        "kind": "workload", "name": "n", "description": "d.", "coding": "spiking" if spiking else "dense",
        "precision": {"weights": 8, "accumulator": 24}, "weights": {"mean_absolute": 0.2, **ASSUMED},
        "input": {"shape": shape, "activity": activity}, "activity": activity,
        "layers": [{"name": f"l{index}", **layer} for index, layer in enumerate(layers)],
    }  # fmt: skip
    if spiking:
        data["timesteps"] = 5
    else:
        data["precision"]["activations"] = 8
    return {**data, **changes}


def spec(*given, **changes) -> WorkloadSpec:
    return WorkloadSpec.model_validate(text(*given, **changes))


def faults(one: WorkloadSpec) -> dict[str, str]:
    return {".".join(map(str, place)): message for place, message in check_workload(one)}


CONVOLUTION = {"type": "convolution", "outputs": 4, "kernel": 1}


def test_a_concatenation_passes_on_the_mean_by_elements() -> None:
    one = spec(
        [2, 3, 3],
        [{**CONVOLUTION, "activity": {**DENSE, "density": 0.9}},
         {**CONVOLUTION, "outputs": 12, "inputs": ["input"], "activity": {**DENSE, "density": 0.3}},
         {"type": "concatenation", "inputs": ["l0", "l1"]}],
    )  # fmt: skip
    table = layer_table(one)
    assert table.output_shapes[2] == (16, 3, 3)
    assert table.output_density[2] == pytest.approx((4 * 0.9 + 12 * 0.3) / 16)
    assert (table.macs[2], table.window_elements[2]) == (0, 0)


def test_a_concatenation_needs_equal_rows_and_columns() -> None:
    one = spec([2, 3, 3], [CONVOLUTION, {"type": "concatenation", "inputs": ["l0", "input"]},
                           {"type": "pooling", "mode": "maximum", "kernel": 3},
                           {"type": "concatenation", "inputs": ["l1", "l2"]}])  # fmt: skip
    assert "equal rows and columns" in faults(one)["layers.3.inputs"]


def test_attention_from_its_parts_has_the_counts_of_hand_calculation() -> None:
    # 5 tokens of 8 features in 2 heads
    one = spec(
        [8, 5, 1],
        [{**CONVOLUTION, "outputs": 8},
         {**CONVOLUTION, "outputs": 8, "inputs": ["input"]},
         {**CONVOLUTION, "outputs": 8, "inputs": ["input"]},
         {"type": "matrix_product", "inputs": ["l0", "l1"], "heads": 2, "over": "channels"},
         {"type": "element_wise", "operations": 5},
         {"type": "matrix_product", "inputs": ["l4", "l2"], "heads": 2, "over": "positions"}],
    )  # fmt: skip
    shapes = geometry(one)
    assert shapes.output_shapes[3] == (10, 5, 1)
    assert shapes.output_shapes[5] == (8, 5, 1)
    assert shapes.macs.tolist() == [320, 320, 320, 2 * 5 * 5 * 4, 0, 2 * 5 * 5 * 4]
    assert shapes.weights.tolist() == [64, 64, 64, 0, 0, 0]
    assert shapes.stationary_elements.tolist() == [0, 0, 0, 40, 0, 40]


def test_factors_that_do_not_fit_are_refused() -> None:
    one = spec(
        [8, 5, 1], [CONVOLUTION, {"type": "matrix_product", "inputs": ["l0", "input"], "over": "channels"}]
    )
    assert "do not fit: 4 elements a head meet 8" in faults(one)["layers.1.over"]
    one = spec(
        [8, 5, 1],
        [CONVOLUTION, {"type": "matrix_product", "inputs": ["l0", "l0"], "heads": 3, "over": "channels"}],
    )
    assert "3 heads" in faults(one)["layers.1.heads"]


@pytest.mark.parametrize(("cell", "gates"), [("simple", 1), ("gru", 3), ("lstm", 4)])
def test_a_cell_sees_its_input_and_itself(cell: str, gates: int) -> None:
    table = layer_table(
        spec(
            [12, 7, 1],
            [{"type": "recurrent_cell", "cell": cell, "outputs": 5, "activity": {**DENSE, "density": 1.0}}],
        )
    )
    assert table.total_macs == 7 * gates * 5 * (12 + 5)
    assert table.total_weights == gates * 5 * (12 + 5)
    assert table.output_shapes == ((5, 7, 1),)
    # 12 inputs of density 0.5 and 5 states of density 1
    assert table.input_density[0] == pytest.approx((12 * 0.5 + 5 * 1.0) / 17)


def test_a_cell_waits_for_itself_on_a_digital_array() -> None:
    layers = [{"type": "recurrent_cell", "cell": "lstm", "outputs": 64}]
    same = [{"type": "convolution", "kernel": 1, "outputs": 256}]

    def latency(found: list[dict], shape: list[int]) -> float:
        loaded = loaded_text(workload_text(text(shape, found)), "n")
        return neuroest.estimate("digital_int8_28nm", loaded).totals["latency_s"]

    # 256 sums of 96 inputs at 50 positions: the cell pays the way through the array in every step
    assert latency(layers, [32, 50, 1]) > 2 * latency(same, [96, 50, 1])


def test_cells_of_numbers_and_spiking_neurons_do_not_mix() -> None:
    one = spec([4, 2, 1], [{"type": "recurrent_cell", "cell": "gru", "outputs": 3}], spiking=True)
    assert "spiking coding has `recurrent`" in faults(one)["layers.0.type"]


def test_numbers_at_a_spiking_input_have_a_density_and_bits() -> None:
    direct = {"shape": [4], "bits": 8, "activity": DENSE}
    one = spec(
        [4],
        [{"type": "fully_connected", "outputs": 3}, {"type": "fully_connected", "outputs": 2}],
        spiking=True,
        input=direct,
    )
    table = layer_table(one)
    assert table.input_bits.tolist() == [8, 1]
    assert table.input_rate == pytest.approx([0.5, 0.1])
    assert table.input_bit_density == pytest.approx([0.2, 0.1])
    assert faults(spec([4], [{"type": "fully_connected", "outputs": 3}], input=direct))["input.bits"]


def test_a_pooling_passes_the_bits_of_numbers_on() -> None:
    direct = {"shape": [1, 4, 4], "bits": 8, "activity": DENSE}
    one = spec(
        [1, 4, 4],
        [{"type": "pooling", "mode": "average", "kernel": 2}, CONVOLUTION, CONVOLUTION],
        spiking=True,
        input=direct,
    )
    assert geometry(one).input_bits.tolist() == [8, 8, 1]


@pytest.mark.parametrize("chip", ["diffusive_28nm_derived", "digital_spiking_28nm", "loihi_14nm"])
def test_chips_of_spikes_refuse_numbers_at_the_input(chip: str) -> None:
    data = text([4], [{"type": "fully_connected", "outputs": 3}], spiking=True)
    data["input"] = {"shape": [4], "bits": 8, "activity": DENSE}
    with pytest.raises(neuroest.MappingError, match="direct coding"):
        neuroest.estimate(chip, loaded_text(workload_text(data), "n"))


def test_what_the_host_computes_costs_nothing_and_is_listed() -> None:
    one = spec(
        [8], [{"type": "fully_connected", "outputs": 6}, {"type": "host", "shape": [4], "operator": "TopK"},
              {"type": "rearrangement", "shape": [2, 2, 1]}, {"type": "fully_connected", "outputs": 2}],
    )  # fmt: skip
    assert geometry(one).total_macs == 48 + 8
    assert workload_exclusions(one) == ("layer l1 (TopK), which the host computes",)
    assert np.array_equal(geometry(one).window_elements, np.zeros(4))


def test_a_time_constant_needs_a_time_step() -> None:
    layer = {"type": "fully_connected", "outputs": 3, "time_constant": "20 ms"}
    assert "time_step" in faults(spec([4], [layer], spiking=True))["layers.0.time_constant"]
    one = spec([4], [layer], spiking=True, time_step="1 ms")
    assert geometry(one).time_constant_steps.tolist() == pytest.approx([20.0])
