"""Attention on crossbar chips: static projections on arrays, dynamic products in a matrix unit or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import MappingError, RangeError
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.chips import count, energy, run

CHIP, NETWORK = "attention_crossbar_28nm", "keyword_transformer_dense"
# 99 tokens of width 64, one head: 99 x 99 x 64 products for the scores, as many for the weighted values, twelve times
PRODUCTS = 12 * 2 * 99 * 99 * 64


@pytest.fixture(scope="module")
def result() -> Estimate:
    return estimate(CHIP, NETWORK)


def test_the_shipped_transformer_has_the_parameters_of_its_paper(result: Estimate) -> None:
    # KWT-1 has 607 thousand parameters (Berg et al., Interspeech 2021): embedding 40 x 64, twelve blocks of
    # 4 x 64 x 64 + 2 x 64 x 256, 64 x 12 for the words; the rest is positions, biases and normalisations
    weights = result.evaluation.layers.total_weights
    assert weights == 40 * 64 + 12 * (4 * 64 * 64 + 2 * 64 * 256) + 64 * 12 == 593152
    positions, token, biases = 99 * 64, 64, 64 + 12 * (64 + 256 + 64 + 4 * 64) + 12
    assert weights + positions + token + biases == pytest.approx(607e3, rel=1e-3)


def test_products_are_done_by_the_matrix_unit_and_projections_by_the_arrays(result: Estimate) -> None:
    assert count(result, "products", "multiply_accumulate") == PRODUCTS
    t = result.evaluation.layers
    dynamic = t.stationary_elements > 0
    assert np.all(result.evaluation.mapped.placement.units[..., dynamic] == 0)
    assert np.all(result.evaluation.mapped.placement.units[..., t.weights > 0] > 0)
    reads = result.evaluation.counts.actions["chip.tile.array.cell", "cell_read"]
    assert np.all(reads[..., dynamic] == 0)


def test_energy_of_a_product_by_hand(result: Estimate) -> None:
    # Horowitz's 8-bit multiplication is 0.2 pJ at 45 nm and 0.9 V, quadratic in the bits, 28 nm and 0.9 V by the fits
    multiply = energy(result, component="products", term="multiply") / PRODUCTS
    add = energy(result, component="products", term="add") / PRODUCTS
    # 8 x 8 bits at 0.2 pJ against 24 bits of an adder of 0.1 pJ for 32: 0.2 / 0.075
    assert multiply / add == pytest.approx(0.2 / 0.075, rel=0.1)


def test_time_of_the_products_by_hand(result: Estimate) -> None:
    # 64 x 32 multipliers: scores take ceil(64/64) x ceil(99/32) = 4 passes, values ceil(99/64) x ceil(64/32) = 4, each
    # of 99 + 64 + 32 - 2 = 193 cycles; 1544 cycles a block, twelve blocks take turns: 18 528 cycles of 5 ns
    times = result.evaluation.timing.resources["chip.products"]
    assert np.sum(times) == pytest.approx(18528 * 5e-9)
    assert result.totals["initiation_interval_s"] == pytest.approx(18528 * 5e-9)


def test_two_units_halve_the_time(tmp_path: Path) -> None:
    one = run(CHIP, NETWORK, {"chip.products.clock_frequency": "50 MHz"}, tmp_path)
    two = run(CHIP, NETWORK, {"chip.products.clock_frequency": "100 MHz"}, tmp_path)
    assert two.totals["initiation_interval_s"] == pytest.approx(one.totals["initiation_interval_s"] / 2)


def test_both_factors_are_read_from_the_buffer(tmp_path: Path, result: Estimate) -> None:
    # wide enough for all 99 keys and tokens nothing is read twice: 8 bits of both factors, 64 bits an access
    wide = run(CHIP, NETWORK, {"chip.products.rows": 128, "chip.products.columns": 128}, tmp_path)
    reads = wide.evaluation.counts.actions["chip.tile.buffer", "read"]
    scores = wide.evaluation.layers.names.index("scores_1")
    assert float(reads[..., scores].item()) == pytest.approx(2 * 99 * 64 * 8 / 64)
    # 32 columns: queries stream by four times
    narrow = result.evaluation.counts.actions["chip.tile.buffer", "read"][..., scores]
    assert float(narrow.item()) == pytest.approx((4 + 1) * 99 * 64 * 8 / 64)


def test_without_the_unit_it_is_refused_with_what_writing_would_take(tmp_path: Path) -> None:
    # keys and values: 2 x 99 x 64 a block, twelve blocks, two cells of each value (two slices would be four)
    with pytest.raises(MappingError, match=r"6.1e\+05 cell writes.*1.1e\+05 inferences.*matrix_unit"):
        run(CHIP, NETWORK, {"chip.products": None}, tmp_path)


def test_operands_wider_than_the_unit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="wider than the operands"):
        run(CHIP, NETWORK, {"chip.products.operand_bits": "4 bit"}, tmp_path)


def test_a_unit_without_products_costs_its_area_only(tmp_path: Path) -> None:
    result = run(CHIP, "mlp_mnist_dense", {}, tmp_path)
    assert energy(result, component="products") == 0.0
    assert any(
        r.kind == "area" and r.component == "chip.products" and r.area_m2 > 0 for r in result.breakdown
    )
