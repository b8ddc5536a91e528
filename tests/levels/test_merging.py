"""Columns that are merged before one conversion: counts, areas and resolution by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError
from neuroest.results.estimate import Estimate
from tests.chips import area, arrays, count, energy, known, run

ARRAY = "chip.tile.array."
ADC, CHARGE, DENSE = "adc_crossbar_28nm", "charge_domain_65nm", "mlp_mnist_dense"
MERGE = {"model": "capacitive_merge", "device": "capacitive_merge_28nm"}
MIRROR = {"model": "current_mirror", "device": "current_mirror_28nm"}
SAR = {"model": "sar_adc", "device": "sar_65nm_circuit", "clock_frequency": "200 MHz", "dropped_bits": 0}


def charges(folder: Path, **readout: Any) -> Estimate:
    changes = {f"{ARRAY}readout.{name}": value for name, value in readout.items()}
    return run(CHARGE, DENSE, changes, folder)


def test_bits_of_a_weight_take_one_conversion_and_none_of_the_shifts(tmp_path: Path) -> None:
    apart, merged = charges(tmp_path), charges(tmp_path, merge=MERGE)
    # 8-bit weights in cells of one bit: eight columns, which share one converter as before and take one slot
    assert count(apart, "converter", "conversion") == 8 * count(merged, "converter", "conversion")
    assert arrays(apart) == arrays(merged)
    assert area(apart, "converter") == pytest.approx(area(merged, "converter"))
    conversions = count(merged, "converter", "conversion")
    assert count(merged, "merge", "merge") == pytest.approx(8 * conversions)
    assert count(merged, "sample_and_hold", "sample") == pytest.approx(conversions)
    # 255 capacitors of 1.5 fF for eight columns, each charged to half of 1 V from 1 V
    each = 255 / 8 * 1.5e-15 * 0.5 * 1.0
    assert energy(merged, term="capacitors", component="merge") == pytest.approx(8 * conversions * each)
    # fingers and switches of 28 nm take 65/28 of their area at 65 nm
    at_28 = arrays(merged) * 256 * (255 / 8 * 1.5e-15 / 2e-3 + 1e-12)
    assert area(merged, "merge") == pytest.approx(at_28 * 65 / 28, rel=1e-3)
    turns = [
        r.evaluation.mapper.compute.columns_in_turn(r.evaluation.mapper.network) for r in (apart, merged)
    ]
    assert turns == [8, 1]


def test_a_part_of_the_bits_is_merged_and_the_groups_are_added(tmp_path: Path) -> None:
    apart, half = charges(tmp_path), charges(tmp_path, merge=MERGE, merged_slices=4)
    whole, same = charges(tmp_path, merge=MERGE), charges(tmp_path, merge=MERGE, merged_slices=8)
    conversions = [count(r, "converter", "conversion") for r in (apart, half, whole)]
    assert conversions[0] == pytest.approx(4 * conversions[1])
    assert conversions[1] == pytest.approx(2 * conversions[2])
    # 15 capacitors of 1.5 fF for four columns
    each = 15 / 4 * 1.5e-15 * 0.5 * 1.0
    assert energy(half, term="capacitors", component="merge") == pytest.approx(8 * conversions[2] * each)
    found = [float(np.ravel(r.evaluation.signal_to_error_ratio)[0]) for r in (whole, same, half, apart)]
    assert found[0] == pytest.approx(found[1])
    assert found[1] < found[2] < found[3]


def test_groups_have_all_bits_of_a_weight(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="does not divide the 8 slices"):
        charges(tmp_path, merge=MERGE, merged_slices=3)
    with pytest.raises(MappingError, match="nothing merges columns"):
        charges(tmp_path, merged_slices=4)


def test_a_merged_sum_has_more_levels(tmp_path: Path) -> None:
    apart, merged = (
        charges(tmp_path, converter=SAR | {"dropped_bits": 0}),
        charges(tmp_path, converter=SAR | {"dropped_bits": 8}, merge=MERGE),
    )
    # 1152 + 1 levels take 11 bits; 1152 x 255 + 1 take 19, of which the converter leaves eight out
    assert known(apart, "resolution of the converters") == 11
    assert known(merged, "resolution of the converters") == 19 - 8


def test_pairs_are_subtracted_before_one_conversion(tmp_path: Path) -> None:
    apart = run(ADC, DENSE, {}, tmp_path)
    merged = run(
        ADC, DENSE, {f"{ARRAY}readout.merge": MIRROR, f"{ARRAY}readout.merged": "slices_and_pairs"}, tmp_path
    )
    slices = float(apart.evaluation.mapper.compute.weights.slices(apart.evaluation.mapper.network))
    assert slices == 2  # seven bits and a sign in pairs of cells of four bits
    assert count(apart, "converter", "conversion") == 2 * slices * count(merged, "converter", "conversion")
    # one bit more for the sign and four for the second digit: 128 x 2 x 255 + 1 levels take 16, 128 x 15 + 1 take 11
    found = [known(r, "resolution of the converters") for r in (apart, merged)]
    assert found == [11 - 4, 16 - 4]  # the chip drops four and covers a quarter of the sums


def test_a_ladder_weights_the_bits_with_equal_capacitors(tmp_path: Path) -> None:
    ladder = charges(tmp_path, merge=MERGE | {"topology": "c_2c"})
    conversions = count(ladder, "converter", "conversion")
    # each of eight columns charges 1.5 fF to half of 1 V from 1 V
    assert energy(ladder, term="capacitors", component="merge") == pytest.approx(
        8 * conversions * 1.5e-15 * 0.5 * 1.0
    )
    # 8 legs, 7 links of two and a termination: 23 capacitors for eight columns
    at_28 = arrays(ladder) * 256 * (23 / 8 * 1.5e-15 / 2e-3 + 1e-12)
    assert area(ladder, "merge") == pytest.approx(at_28 * 65 / 28, rel=1e-3)
    with pytest.raises(MappingError, match="weights bits, and cells have 4; use binary"):
        run(ADC, DENSE, {f"{ARRAY}readout.merge": MERGE | {"topology": "c_2c"}}, tmp_path)


def test_fewer_columns_than_are_merged_cannot_share_a_converter(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="8 columns are merged"):
        charges(tmp_path, merge=MERGE, columns_per_converter=4)


def test_currents_are_not_merged_by_capacitors_nor_charges_by_mirrors(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="capacitive_merge"):
        charges(tmp_path, merge=MIRROR)


def test_merging_leaves_the_results_as_exact_as_its_own_error_allows(tmp_path: Path) -> None:
    fine = {**SAR, "bits": 12}
    exact = {**MERGE, "parameters": {"relative_error": 0}}
    none = charges(tmp_path, converter=fine, merge=exact)
    some = charges(tmp_path, converter=fine, merge=MERGE)
    assert some.totals["signal_to_error_ratio"] < none.totals["signal_to_error_ratio"]
