"""Digital compute-in-memory, against hand calculations."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from neuroest.core.errors import NeuroestError
from neuroest.exploration.sweep import sweep
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.chips import area, changed, count, energy, failed
from tests.each import each
from tests.levels.test_digital_arrays import CONVOLUTION, network

BASE = "digital_in_memory_28nm"
SMALL = {
    "chip.macro.count": 1, "chip.macro.columns": 64, "chip.macro.write_width": "256 bit", "chip.macro.unit.rows": 64,
    "chip.macro.unit.weights_per_multiplier": 1, "chip.macro.clock_frequency": "500 MHz",
}  # fmt: skip


def run(folder: Path, workload: Any, changes: dict[str, Any] | None = None) -> Estimate:
    return estimate(changed(BASE, {**SMALL, **(changes or {})}, folder), workload)


def cycles(result: Estimate) -> float:
    return float(np.sum(result.evaluation.timing.resources["chip.macro"])) * 500e6


def column(result: Estimate) -> Any:
    return result.evaluation.mapper.compute.slots["unit"]


# 144 inputs on 64 rows are three blocks; 32 weights of two slices fill 64 columns; 64 positions of 8 input bits
ONE = network(CONVOLUTION)


def test_input_bits_come_one_after_the_other_and_weights_are_written_between(tmp_path: Path) -> None:
    streaming, writing = 3 * 64 * 8, 3 * 64 * 64 * 4 / 256
    assert cycles(run(tmp_path, ONE)) == pytest.approx(streaming + writing)
    # a second weight at each multiplier is written while the first works; four blocks stay for good
    for held, read in ((2, 1), (4, 0)):
        result = run(tmp_path, ONE, {"chip.macro.unit.weights_per_multiplier": held})
        assert cycles(result) == pytest.approx(streaming)
        assert count(result, "weights", "read") * 512 == read * 144 * 32 * 8
        assert count(result, "unit", "write") == read * 144 * 32 * 8
    # two bits a cycle take half as long
    fast = run(tmp_path, ONE, {"chip.macro.unit.input_slice": "2 bit"})
    assert cycles(fast) == pytest.approx(streaming / 2 + writing)


def test_columns_work_as_often_as_bits_come(tmp_path: Path) -> None:
    result = run(tmp_path, ONE)
    each = 64 * 32 * 3 * 2 * 8  # positions, outputs, blocks of rows, slices, input bits
    assert count(result, "unit", "cycle") == each
    # 144 of 192 rows are filled; input bits of density d switch with 2 d (1 - d), half of the weight bits are one
    density = result.evaluation.layers.input_bit_density.item()
    lines = 2 * density * (1 - density)
    assert count(result, "unit", "input") == pytest.approx(each * 0.75 * lines / 0.5)
    assert count(result, "unit", "multiply") == pytest.approx(each * 0.75 * lines * 0.5 / 0.5)
    assert 0.0 < count(result, "unit", "tree") < each * 0.75
    # two slices are added once for each sum of a block
    assert count(result, "unit", "fusion") == 64 * 32 * 3
    assert count(result, "partial_sums", "write") * 512 == pytest.approx(64 * 32 * 24 * 3)


def test_a_quieter_network_takes_less_and_the_same_time(tmp_path: Path) -> None:
    still, busy = (
        run(tmp_path, ONE, {"chip.macro.unit.weight_bit_density": density}) for density in (0.1, 0.9)
    )
    assert energy(still, component="unit", action="tree") < energy(busy, component="unit", action="tree")
    assert energy(still, component="unit", action="cycle") == energy(busy, component="unit", action="cycle")
    assert still.totals["latency_s"] == busy.totals["latency_s"]


def test_the_clock_follows_from_the_adders_of_process_and_supply(tmp_path: Path) -> None:
    node = {"technology": {"process": "cmos_45nm_hp", "supply_voltage": "0.9 V", "temperature": "300 K"}}
    slow = run(tmp_path, ONE, {**node, "chip.macro.clock_frequency": None, "chip.macro.unit.rows": 256})
    # 4 + 2 x 8 - 2 adders of the tree, 8 of the accumulator (19 bits over 12, and its first), a product: 27 of 26 ps
    unit = column(slow)
    line = unit.line_delay(64.0)
    assert 0.0 < line < 26e-12 * 27
    assert unit.path_time(64.0) == pytest.approx(27 * 26e-12 + 47e-12 + line)
    assert unit.cycle_time(64.0) == pytest.approx(1.2 * unit.path_time(64.0))
    assert slow.totals["peak_operations_per_s"] == pytest.approx(2 * 256 * 32 / 8 / unit.cycle_time(64.0))
    staged = column(run(tmp_path, ONE, {**node, "chip.macro.unit.rows": 256, "chip.macro.unit.stages": 3}))
    assert staged.path_time(64.0) == pytest.approx(9 * 26e-12 + 47e-12 + staged.line_delay(64.0) / 3)
    lower = estimate(changed(BASE, SMALL, tmp_path), ONE, {"technology.supply_voltage": "0.7 V"})
    assert column(lower).cycle_time(64.0) > column(run(tmp_path, ONE)).cycle_time(64.0)


@each(
    "changes, adders",
    [
        # 256 numbers become two in ln(128) / ln(1.5) levels, whose 12 bits ripple; 8 of the accumulator
        ({"summation": "compressors"}, np.log(128) / np.log(1.5) + 12 + 8),
        # an accumulator of two numbers takes them in two more levels
        ({"summation": "carry_save"}, np.log(128) / np.log(1.5) + 2),
        # one more addition of sums four places apart, 17 bits in all: the accumulator grows by two, and its first
        ({"columns_per_accumulator": 2}, 18 + 1 + 4 + 3),
        ({"columns_per_accumulator": 2, "accumulator_bits": None}, 18 + 1 + 4),
        # Booth digits of two bits: products of five bits, so sums of 13; 19 - 13 + 1 of the accumulator
        ({"input_encoding": "booth", "input_slice": "2 bit"}, 5 + 14 + 7),
    ],
)  # fmt: skip
def test_the_longest_path_by_hand(changes: dict[str, Any], adders: float, tmp_path: Path) -> None:
    unit = {f"chip.macro.unit.{name}": value for name, value in changes.items()}
    result = column(run(tmp_path, ONE, {"chip.macro.unit.rows": 256, **unit}))
    assert result.adders_in_series() == pytest.approx(adders)


def test_compressors_have_no_adder_for_lowest_bits_and_follow_their_transistors(tmp_path: Path) -> None:
    tree, plain, drawn = (
        run(tmp_path, ONE, {f"chip.macro.unit.{name}": value for name, value in changes.items()})
        for changes in (
            {},
            {"summation": "compressors"},
            {"summation": "compressors", "adder_transistors": 14},
        )
    )
    # 64 products of four bits, 256, become a sum of ten: 246 full adders in place of 63 x 4 + 57
    assert column(tree).tree_bits() == pytest.approx(309)
    assert column(plain).tree_bits() == pytest.approx(246)
    assert energy(plain, component="unit", action="tree") == pytest.approx(
        246 / 309 * energy(tree, component="unit", action="tree")
    )
    assert energy(drawn, component="unit", action="tree") == pytest.approx(
        energy(plain, component="unit", action="tree") / 2
    )


def test_columns_of_a_weight_share_an_accumulator_or_have_none(tmp_path: Path) -> None:
    each, shared, none = (
        run(tmp_path, ONE, changes)
        for changes in (
            {},
            {"chip.macro.unit.columns_per_accumulator": 2},
            {"chip.macro.unit.accumulator_bits": None},
        )
    )
    cycles_of_columns = 64 * 32 * 3 * 2 * 8
    assert count(each, "unit", "accumulate") == cycles_of_columns
    assert count(shared, "unit", "accumulate") == cycles_of_columns / 2
    # the sums of both slices of a weight are added in each cycle, and none is left for the end
    assert count(shared, "unit", "fusion") == 0
    # two sums of ten bits, four places apart, for each pair
    assert column(shared).combining_bits() == pytest.approx((10 + 4) / 2)
    assert energy(none, component="unit", action="accumulate") == 0.0
    assert area(none, "unit") < area(each, "unit")
    assert "accumulator_missing" in failed(none)


def test_booth_digits_add_nothing_within_a_product(tmp_path: Path) -> None:
    def changes(encoding: str, bits: int) -> dict[str, Any]:
        slices = {"chip.macro.unit.input_slice": f"{bits} bit", "chip.macro.unit.accumulator_bits": "24 bit"}
        return {**slices, "chip.macro.unit.input_encoding": encoding}

    binary, booth, wide = (
        column(run(tmp_path, ONE, changes(*each))) for each in (("binary", 2), ("booth", 2), ("booth", 4))
    )
    # leaves of 6 bits and one addition of 4 bits in each row, against leaves of 5 bits
    assert binary.tree_bits() == pytest.approx(63 * 6 + 57 + 64 * 4)
    assert booth.tree_bits() == pytest.approx(63 * 5 + 57)
    # four bits are two digits, one addition of 5 bits, and leaves of 8 bits
    assert wide.tree_bits() == pytest.approx(63 * 8 + 57 + 64 * 5)
    assert booth.product_bits == pytest.approx(64 * 5)
    # a weight of one bit gates both bits of an input, without an addition
    gated = column(run(tmp_path, ONE, {**changes("binary", 2), "chip.macro.unit.weight_slice": "1 bit"}))
    assert gated.tree_bits() == pytest.approx(63 * 2 + 57)
    with pytest.raises(NeuroestError, match="multiple of two"):
        run(tmp_path, ONE, changes("booth", 3))


def test_carries_that_are_saved_cost_registers_and_one_addition_a_sum(tmp_path: Path) -> None:
    plain, saved = run(tmp_path, ONE), run(tmp_path, ONE, {"chip.macro.unit.summation": "carry_save"})
    assert count(saved, "unit", "fusion") == 3 * count(plain, "unit", "fusion")
    assert column(saved).sum_registers() == 2 * column(plain).sum_registers()
    # 63 x 4 - 6 less the ten of the last addition, and 38 behind them, in place of 309 and 19; 19 registers more
    assert column(saved).tree_bits() == pytest.approx(236)
    assert column(saved).accumulating_bits() == pytest.approx(38)


def test_area_of_a_column_by_its_transistors(tmp_path: Path) -> None:
    result = run(tmp_path, ONE)
    # 63 x 4 + 63 - 6 full adders in the tree and 19 behind it, of 28 transistors; 256 products of 4; four a gate of
    # 0.316 um^2; 19 registers of 7.57 um^2 at 45 nm; a fifth more for wires; 256 cells of 0.127 um^2
    drawn = ((63 * 4 + 57 + 19) * 28 + 256 * 4) / 4 * 0.316
    registers = 19 * 7.57 * 0.2473 / 0.66
    expected = 64 * ((drawn + registers) * 1.2 + 256 * 0.127) * 1e-12
    assert area(result, "unit") == pytest.approx(expected, rel=1e-3)


def test_weights_that_do_not_fit_are_refused_without_a_memory_of_weights(tmp_path: Path) -> None:
    without = {"chip.weights": None}
    with pytest.raises(NeuroestError, match=r"hold 1 blocks of weights, the network has 3"):
        run(tmp_path, ONE, without)
    held = run(tmp_path, ONE, {**without, "chip.macro.unit.weights_per_multiplier": 3})
    assert count(held, "unit", "write") == 0
    with pytest.raises(NeuroestError, match="a weight of 8 bits takes 2"):
        run(tmp_path, ONE, {"chip.macro.columns": 1})
    with pytest.raises(NeuroestError, match="not two results of the network"):
        estimate(BASE, "keyword_transformer_dense")


def test_an_accumulator_that_overflows_is_a_violated_rule(tmp_path: Path) -> None:
    # 4 bits of a product, 6 of 64 rows and 7 further bits of inputs
    assert "accumulator_width" not in failed(
        run(tmp_path, ONE, {"chip.macro.unit.accumulator_bits": "17 bit"})
    )
    assert "accumulator_width" in failed(run(tmp_path, ONE, {"chip.macro.unit.accumulator_bits": "16 bit"}))


def test_a_stated_clock_leaves_time_for_the_tree(tmp_path: Path) -> None:
    found = run(tmp_path, ONE, {"chip.macro.clock_frequency": None})
    assert "column_settles" not in {check.name for check in found.checks}
    fastest = 1.0 / float(column(found).path_time(64.0))
    assert fastest == pytest.approx(1.2 * float(found.evaluation.mapper.clock))
    for clock, fails in ((0.99 * fastest, False), (1.01 * fastest, True)):
        stated = run(tmp_path, ONE, {"chip.macro.clock_frequency": f"{clock} Hz"})
        assert ("column_settles" in failed(stated)) == fails


def test_lists_of_points_equal_their_points(tmp_path: Path) -> None:
    axes = {
        "chip.macro.unit.rows": [64, 200], "chip.macro.unit.stages": [1, 3],
        "chip.macro.unit.weights_per_multiplier": [1, 2], "chip.macro.unit.weight_slice": ["2 bit", "8 bit"],
    }  # fmt: skip
    frame = sweep(BASE, axes, "resnet18_imagenet_dense").to_frame()
    for row, point in zip(frame.to_dict("records"), product(*axes.values()), strict=True):
        alone = estimate(
            BASE, "resnet18_imagenet_dense", dict(zip(axes, map(str, point), strict=True))
        ).totals
        for name in ("energy_per_inference_J", "area_m2", "latency_s"):
            assert row[name] == pytest.approx(alone[name], rel=1e-12)


def test_nested_macros_work_side_by_side_like_flat_ones(tmp_path: Path) -> None:
    flat = run(tmp_path, ONE, {"chip.macro.count": 64})
    data = yaml.safe_load(Path(changed(BASE, {**SMALL, "chip.macro.count": 8}, tmp_path)).read_text("utf-8"))
    data["chip"]["cluster"] = {"count": 8, "macro": data["chip"].pop("macro")}
    file = tmp_path / f"{data['name']}.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    nested = estimate(file, ONE)
    for name in ("energy_per_inference_J", "area_m2", "latency_s", "peak_operations_per_s"):
        assert nested.totals[name] == pytest.approx(flat.totals[name], rel=1e-12)
