"""Columns that converters hold, rows in opposed pairs, and narrow results in wide sums."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.loading.kinds import data_folder
from tests.chips import changed, energy

CASES = data_folder("validation_case")


def array_of(case: str, workload: str, settings: dict[str, Any] | None = None) -> Any:
    result = neuroest.estimate(CASES / case / "chip.yaml", CASES / case / workload, settings or {})
    mapper = result.evaluation.mapper
    return mapper.compute, mapper.network


def test_a_column_settles_through_the_amplifier_that_takes_its_current() -> None:
    def settling(resistance: str) -> float:
        settings = {"chip.array.readout.converter.input_resistance": resistance}
        array, network = array_of("xue_2020", "binary.yaml", settings)
        return float(np.max(array.settling_time(network)))

    assert settling("1.8 kohm") < settling("5.4 kohm") < settling("0 ohm")
    assert settling("1 Gohm") == pytest.approx(settling("0 ohm"), rel=1e-3)
    array, network = array_of("xue_2020", "binary.yaml")
    conductance = float(np.max(array.conducting_rows() * array.weights.conductance(network)))
    # C R/(1 + G R) instead of C/G for a part of the whole, and no more than that
    assert settling("1.8 kohm") / settling("0 ohm") > conductance * 1.8e3 / (1.0 + conductance * 1.8e3)


def test_a_clamp_of_opposed_rows_is_drawn_for_the_difference_of_their_currents() -> None:
    array, network = array_of("liu_2020", "first_layer.yaml")
    # three times 0.2 V x 16.65 uS x the root of 784 pairs, half of them driven, mean square pi/8 of the weights
    expected = 3.0 * 0.2 * 16.65e-6 * math.sqrt(784 * 0.5 * math.pi / 8.0)
    assert float(np.squeeze(array.carried_current(network))) == pytest.approx(expected, rel=0.01)


def test_a_clamp_of_opposed_rows_carries_the_published_range_of_a_converter() -> None:
    # Khaddam-Aljameh 2022: gains spread by 7.09 % or 2.48 MHz/uA, and the oscillators reach 3.3 GHz, so 94 uA
    array, network = array_of("khaddam_2022", "fill.yaml", {"workload.weights.mean_absolute": 0.2})
    published = 3.3e9 / (2.48e12 / 0.0709)
    assert float(np.squeeze(array.carried_current(network))) == pytest.approx(published, rel=0.15)


def test_a_column_of_opposed_rows_has_no_current_where_all_weights_are_zero() -> None:
    settings = {"workload.weights.mean_absolute": 1e-6}
    array, network = array_of("liu_2020", "first_layer.yaml", settings)
    assert float(np.squeeze(array.carried_current(network))) < 1e-9


def added(folder: Path, **more: int | str) -> float:
    """Energy of all additions of a chip whose accumulator has these further keys."""
    accumulator = {
        "model": "accumulator", "device": "logic_45nm_horowitz", "lanes": 128, "clock_frequency": "500 MHz",
    }  # fmt: skip
    chip = changed("adc_crossbar_28nm", {"chip.tile.accumulator": {**accumulator, **more}}, folder)
    return energy(neuroest.estimate(chip, "mlp_mnist_dense"), component="accumulator", term="addition")


@pytest.mark.parametrize(("operand", "changes"), [(3, 4.0), (23, 24.0), (30, 24.0)])
def test_bits_of_a_sum_beyond_what_is_added_are_clocked_only(
    operand: int, changes: float, tmp_path: Path
) -> None:
    # 3.4 fJ to add and 9 fJ to write a bit, of which 4.5 fJ clock it; the sum has 24 bits
    whole = 24.0 * (3.4 + 9.0)
    assert added(tmp_path, operand_bits=operand) / added(tmp_path) == pytest.approx(
        (changes * (3.4 + 9.0) + (24.0 - changes) * 4.5) / whole, rel=1e-6
    )


def test_a_tree_over_the_bits_of_a_weight_writes_one_register_for_all_of_them(tmp_path: Path) -> None:
    # eight results of 4 bits: 40 adders join them, 13 bits of the sum of 24 add and are written, 11 are clocked
    one = 5.0 * (3.4 + 9.0) + 19.0 * 4.5
    tree = (40.0 * 3.4 + 13.0 * (3.4 + 9.0) + 11.0 * 4.5) / 8.0
    apart = added(tmp_path, operand_bits=4)
    assert added(tmp_path, operand_bits=4, results_joined=8) / apart == pytest.approx(tree / one, rel=1e-6)
    # weights of eight bits have no more results than that to join
    assert added(tmp_path, operand_bits=4, results_joined=16) == added(
        tmp_path, operand_bits=4, results_joined=8
    )


def test_widths_and_joined_results_follow_the_converters(tmp_path: Path) -> None:
    # converters of 7 bits; two cells of four bits hold the magnitude of a weight of eight bits, each with a converter
    assert added(tmp_path, operand_bits="auto", results_joined="auto") == pytest.approx(
        added(tmp_path, operand_bits=7, results_joined=2)
    )


def test_a_width_that_follows_nothing_is_said() -> None:
    path = "chip.tile.accumulator.operand_bits"
    names = [
        {check.name for check in neuroest.estimate(chip, network, {path: "auto"}).remarks}
        for chip, network in (
            ("adc_crossbar_28nm", "mlp_mnist_dense"),
            ("counting_neurons_28nm", "mlp_mnist_spiking"),
        )
    ]
    assert ["added_width_known" in found for found in names] == [False, True]


def test_lines_of_several_wires_lose_less_and_charge_more_if_they_are_wider_than_a_cell(
    tmp_path: Path,
) -> None:
    def found(wires: int) -> Any:
        chip = changed("adc_crossbar_28nm", {"chip.tile.array.parallel_wires": wires}, tmp_path)
        return neuroest.estimate(chip, "mlp_mnist_dense").evaluation.mapper.compute

    one, two, many = found(1), found(2), found(100)
    assert many.segment_resistance() == pytest.approx(one.segment_resistance() / 100)
    wire = 128 * one.cell.pitch() * one.process.wire_capacitance
    replaced = (one.cell.pitch() / one.process.metal_pitch) ** 2
    assert 2 < replaced < 100  # of minimum wires by one that is as wide as a cell
    assert two.column_capacitance() == pytest.approx(one.column_capacitance())
    for line in ("column_capacitance", "row_capacitance"):
        added = getattr(many, line)() - getattr(one, line)()
        assert added == pytest.approx((100 / replaced - 1) * wire)


def test_auto_takes_the_fewest_wires_that_keep_the_loss_within_its_limit(tmp_path: Path) -> None:
    def lost(**changes: Any) -> tuple[float, float]:
        stated = {f"chip.tile.array.{name}": value for name, value in changes.items()}
        found = neuroest.estimate(changed("adc_crossbar_28nm", stated, tmp_path), "mlp_mnist_dense")
        array = found.evaluation.mapper.compute
        low, high = array.memory.ends(None)
        x = (
            array.memory.limited_as_drawn((low + high) / 2.0)
            * array.segment_resistance()
            * 2.0
            * 128**2
            / 3.0
        )
        return float(array.parallel_wires()), float(x / (1.0 + x))

    single = lost(parallel_wires=1)[1]
    limit = single / 3.0
    wires, loss = lost(parallel_wires="auto", ir_drop_limit=limit)
    assert loss <= limit < lost(parallel_wires=wires - 1.0, ir_drop_limit=limit)[1]
    assert wires > 3.0
    assert lost(parallel_wires="auto", ir_drop_limit=single * 1.01)[0] == 1
    # charge-domain cells carry no current when they are read
    array = neuroest.estimate(
        "charge_domain_65nm", "mlp_mnist_dense", {"chip.tile.array.parallel_wires": "auto"}
    )
    assert array.evaluation.mapper.compute.parallel_wires() == 1
