"""Keys that cannot change a result are refused, or a check says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from tests.chips import SYSTOLIC, changed
from tests.each import each

BASE, NET = "digital_int8_28nm", "mlp_mnist_dense"
WHY = {"spread": {"low": 0.5, "high": 1.0}, "rationale": "not published"}


def run(folder: Path, changes: dict[str, Any]) -> neuroest.Estimate:
    return neuroest.estimate(changed(BASE, changes, folder), NET)


def test_a_spread_of_what_a_dense_array_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="zero_skipping"):
        run(tmp_path, {"chip.array.load_balance": 1.0, "chip.array.uncertain": {"load_balance": WHY}})


def test_a_key_without_what_it_acts_on_is_reported(tmp_path: Path) -> None:
    shell = {"model": "shell", "device": "converter_on_die", "duty": 0.5}
    idle = run(
        tmp_path,
        {
            "chip.array.tiling": "search", "operation.inferences_per_programming": 10, "chip.converter": shell,
            "chip.array.unit.storage": "64 bit", "chip.array.unit.storage_clock": "gated",
            "chip.vector_unit.rescaling": "shift", "chip.vector_unit.scale_bits": "8 bit",
            "chip.neuron.synaptic_operation": "update",
        },
    )  # fmt: skip
    found = {check.name for check in idle.checks if not check.passed}
    assert {
        "tiles_between_memories",
        "cells_to_rewrite",
        "duty_of_shell",
        "storage_clock",
        "scale_bits",
        "synaptic_operation",
    } <= found
    without = run(tmp_path, {"chip.array.unit.storage": "64 bit", "chip.vector_unit.rescaling": "shift"})
    assert idle.totals["energy_per_inference_J"] == without.totals["energy_per_inference_J"]


def test_stages_of_a_tree_are_reported_in_a_systolic_array(tmp_path: Path) -> None:
    one, other = run(tmp_path, SYSTOLIC), run(tmp_path, {**SYSTOLIC, "chip.array.tree_stages": 2})
    found = [{check.name for check in each.checks if not check.passed} for each in (one, other)]
    assert found[1] - found[0] == {"tree_stages"}
    assert one.totals == other.totals


def test_keys_of_crossbars_without_what_they_act_on_are_reported(tmp_path: Path) -> None:
    array, plain = "chip.tile.array.", neuroest.estimate("adc_crossbar_28nm", NET)
    idle = neuroest.estimate(
        "adc_crossbar_28nm",
        NET,
        {
            f"{array}offset_subtraction": "none",
            f"{array}drift_correction": "common_gain",
            f"{array}inferences_per_pass": "4",
            f"{array}readout.converter.takes": "current",
            f"{array}readout.interface.current_spreads": "2",
            f"{array}write_circuit.overlap_window": "10 ns",
        },
    )
    idle_keys = {
        "offset_subtraction_used",
        "drift_correction_used",
        "inferences_per_pass_used",
        "takes_used",
        "current_spreads_used",
        "overlap_window_used",
    }
    failed = [{check.name for check in each.checks if not check.passed} for each in (plain, idle)]
    assert failed[1] - failed[0] == idle_keys
    assert idle.totals == plain.totals
    stated = neuroest.estimate("adc_crossbar_28nm", NET, {f"{array}readout.converter.bits": "6"})
    assert "dropped_bits_used" in {check.name for check in stated.checks if not check.passed}


PUBLISHED = [
    ("loihi_14nm", "technology.low_threshold_share", "5 %", "thresholds_of_published_values"),
    ("loihi_14nm", "technology.corner", "slow", "corner_of_published_values"),
    ("loihi_14nm", "technology.supply_voltage", "0.7 V", "published_supply"),
    ("loihi_14nm", "workload.precision.weights", "16 bit", "synapse_bits"),
    ("spinnaker_130nm", "chip.core.events.active_fraction", 0.3, "active_fraction"),
    ("spinnaker_130nm", "chip.core.events.unused_cores", "power_gated", "unused_cores"),
    ("digital_spiking_28nm", "technology.threshold_options", "thresholds_planar", "threshold_options"),
    ("digital_spiking_28nm", "technology.sleep_options", "sleep_generic", "sleep_options"),
    ("digital_spiking_28nm", "chip.core.state_memory.sleep", "retention", "time_to_sleep"),
]


@each("chip, key, value, check", PUBLISHED)
def test_what_a_spiking_chip_cannot_follow_is_reported(chip: str, key: str, value: Any, check: str) -> None:
    with_key, without = (
        neuroest.estimate(chip, "keyword_spotting_spiking", settings) for settings in ({key: value}, {})
    )
    found, before = ({k.name for k in each.checks if not k.passed} for each in (with_key, without))
    assert found - before == {check}
    assert with_key.totals == without.totals


ACTING = [
    {"technology.low_threshold_share": "5 %", "technology.threshold_options": "thresholds_planar"},
    {"chip.core.neuron.sleep": "between_timesteps", "technology.sleep_options": "sleep_generic"},
    {
        "chip.core.state_memory.sleep": "retention",
        "operation.mode": "always_on",
        "operation.period": "1 s",
    },
]


@pytest.mark.parametrize("settings", ACTING)
def test_what_acts_is_not_reported(settings: dict[str, Any]) -> None:
    names = {"threshold_options", "sleep_options", "time_to_sleep", "thresholds_of_published_values"}
    acting = neuroest.estimate("digital_spiking_28nm", "keyword_spotting_spiking", settings)
    assert not names & {check.name for check in acting.checks if not check.passed}
