"""Digital arrays that pass over zeros, against hand calculations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from neuroest.workloads.importers.writing import loaded_text, workload_text
from tests.chips import SYSTOLIC, changed, count, energy
from tests.levels.test_digital_arrays import CONVOLUTION, cycles
from tests.workloads.test_number_layers import text

BASE, ARRAY = "digital_int8_28nm", "chip.array"
INPUTS = {f"{ARRAY}.zero_skipping": "inputs"}
BOTH = {f"{ARRAY}.zero_skipping": "inputs_and_weights"}
DENSITY, PRUNED = 0.5, 0.1
"""Shares of the inputs and of the weights that are not zero."""
MACS = 64 * 144 * 32


def network() -> Any:
    written = workload_text(text([16, 8, 8], [CONVOLUTION]))
    return loaded_text(written.replace("mean_absolute:", f"density: {PRUNED}, mean_absolute:"), "n")


def run(folder: Path, changes: dict[str, Any]) -> Estimate:
    return estimate(changed(BASE, {**SYSTOLIC, **changes}, folder), network())


def test_zeros_take_no_cycle_and_no_product(tmp_path: Path) -> None:
    dense, inputs, both = (run(tmp_path, changes) for changes in ({}, INPUTS, BOTH))
    assert cycles(dense) == pytest.approx(2 * (64 + 254))
    # 64 vectors stream by; what fills and drains the array has no zeros to skip
    assert cycles(inputs) == pytest.approx(2 * (64 * DENSITY + 254))
    assert cycles(both) == pytest.approx(2 * (64 * DENSITY * PRUNED + 254))
    waiting = run(tmp_path, {**INPUTS, f"{ARRAY}.load_balance": 0.8})
    assert cycles(waiting) == pytest.approx(2 * (64 * DENSITY / 0.8 + 254))
    tree = {f"{ARRAY}.summation": "tree"}
    assert cycles(run(tmp_path, {**tree, **INPUTS})) == pytest.approx(DENSITY * cycles(run(tmp_path, tree)))
    # units that wait longer than the zeros took are no slower than a dense array
    assert cycles(run(tmp_path, {**INPUTS, f"{ARRAY}.load_balance": 0.1})) == pytest.approx(cycles(dense))
    assert count(dense, "unit", "multiply_accumulate") == MACS
    assert count(inputs, "unit", "multiply_accumulate") == pytest.approx(DENSITY * MACS)
    # what is left has no zeros: every product switches
    assert count(both, "unit", "multiply") == pytest.approx(DENSITY * PRUNED * MACS)
    for result in (dense, inputs, both):
        assert 0.0 < result.totals["share_of_peak"] <= 1.0


def test_the_root_of_a_tree_adds_in_the_cycles_that_are_left(tmp_path: Path) -> None:
    tree = {f"{ARRAY}.summation": "tree"}
    dense, inputs, both = (run(tmp_path, {**tree, **changes}) for changes in ({}, INPUTS, BOTH))
    # 144 inputs are two blocks of 128 rows: two roots for each of 64 x 32 outputs, and 144 - 2 additions
    roots = 64 * 32 * 2
    for result, kept in ((dense, 1.0), (inputs, DENSITY), (both, DENSITY * PRUNED)):
        assert count(result, "unit", "column_sum") == pytest.approx(kept * roots)
        assert count(result, "unit", "tree_sum") == pytest.approx(kept * (MACS - roots))
    # units that wait take more cycles, in which the root adds as well
    waiting = run(tmp_path, {**tree, **BOTH, f"{ARRAY}.load_balance": 0.5})
    assert count(waiting, "unit", "column_sum") == pytest.approx(2 * DENSITY * PRUNED * roots)
    gated = run(tmp_path, {**tree, f"{ARRAY}.gating": "zero_inputs"})
    assert count(gated, "unit", "column_sum") == roots


def test_a_network_without_zeros_among_its_weights_is_reported(tmp_path: Path) -> None:
    dense = loaded_text(workload_text(text([16, 8, 8], [CONVOLUTION])), "n")
    chip = changed(BASE, {**SYSTOLIC, **BOTH}, tmp_path)
    for net, found in ((dense, False), (network(), True)):
        checks = [k for k in estimate(chip, net).checks if k.name == "weights_with_zeros"]
        assert [(k.component, k.passed) for k in checks] == [(ARRAY, found)]


def test_gated_zeros_take_their_cycle_and_no_energy(tmp_path: Path) -> None:
    dense, gated = run(tmp_path, {}), run(tmp_path, {f"{ARRAY}.gating": "zero_inputs"})
    assert cycles(gated) == cycles(dense)
    assert gated.totals["share_of_peak"] == dense.totals["share_of_peak"]
    assert count(gated, "unit", "multiply_accumulate") == pytest.approx(DENSITY * MACS)
    assert energy(gated, component="unit", term="add") == pytest.approx(
        DENSITY * energy(dense, component="unit", term="add")
    )
    assert count(gated, "activations", "read") == count(dense, "activations", "read")


def test_operands_are_stored_with_their_places_instead_of_zeros(tmp_path: Path) -> None:
    whole = run(tmp_path, BOTH)
    packed = run(tmp_path, {**BOTH, f"{ARRAY}.index_bits": "4 bit"})
    # 8 bits with places of 4 bits
    assert count(packed, "activations", "read") == pytest.approx(
        0.5 * 1.5 * count(whole, "activations", "read")
    )
    assert count(packed, "weights", "read") == pytest.approx(0.1 * 1.5 * count(whole, "weights", "read"))
    assert energy(packed, component="weights") < energy(whole, component="weights")


def test_weights_that_stream_by_come_for_inputs_that_are_no_zeros(tmp_path: Path) -> None:
    order = {f"{ARRAY}.dataflow": "output_stationary"}
    dense, skipping = run(tmp_path, order), run(tmp_path, {**order, **INPUTS})
    assert count(skipping, "weights", "read") == pytest.approx(DENSITY * count(dense, "weights", "read"))
    # a fan-in of 144 streams by the 64 positions; 32 outputs stream by inputs that stay
    assert cycles(skipping) == pytest.approx(144 * DENSITY + 254)
    stay = {f"{ARRAY}.dataflow": "input_stationary", **INPUTS}
    assert cycles(run(tmp_path, stay)) == pytest.approx(2 * (32 * DENSITY + 254))


def test_rows_that_stay_skip_zeros_too(tmp_path: Path) -> None:
    rows = {
        "mapper": "row_stationary", "count": 1, "rows": 12, "columns": 14, "filters_per_unit": 4,
        "channels_per_unit": 4, "gating": "none", "clock_frequency": "500 MHz", "batch": 1,
        "unit": {"model": "multiply_accumulate", "device": "logic_45nm_horowitz", "weight_bits": "8 bit",
                 "activation_bits": "8 bit", "accumulator_bits": "32 bit", "storage": "1 kbit"},
    }  # fmt: skip
    dense, skipping = (
        run(tmp_path, {ARRAY: {**rows, "zero_skipping": how}}) for how in ("none", "inputs_and_weights")
    )
    assert cycles(skipping) == pytest.approx(DENSITY * PRUNED * cycles(dense))
    assert count(skipping, "unit", "multiply_accumulate") == pytest.approx(DENSITY * PRUNED * MACS)


def test_spikes_and_transformed_inputs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="spikes are not numbers"):
        estimate(changed(BASE, {**SYSTOLIC, **INPUTS}, tmp_path), "mlp_mnist_spiking")
    with pytest.raises(NeuroestError, match="Winograd transforms"):
        run(tmp_path, {**INPUTS, f"{ARRAY}.convolution": "winograd"})
    for key, value in (("load_balance", 0.5), ("index_bits", "4 bit")):
        with pytest.raises(NeuroestError, match="zero_skipping"):
            run(tmp_path, {f"{ARRAY}.{key}": value})
