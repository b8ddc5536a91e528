"""Keys that cannot change a result are refused, or a check says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from tests.chips import SYSTOLIC, changed

BASE, NET = "digital_int8_28nm", "mlp_mnist_dense"
WHY = {"spread": {"low": 0.5, "high": 1.0}, "rationale": "not published"}


def run(folder: Path, changes: dict[str, Any]) -> neuroest.Estimate:
    return neuroest.estimate(changed(BASE, changes, folder), NET)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"chip.array.load_balance": 1.0, "chip.array.uncertain": {"load_balance": WHY}}, "zero_skipping"),
        ({**SYSTOLIC, "chip.array.tree_stages": 2}, "for `summation: tree`"),
        (
            {"chip.vector_unit.rescaling": "shift", "chip.vector_unit.scale_bits": "8 bit"},
            "rescaling: multiply",
        ),
    ],
)
def test_a_key_for_another_choice_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(NeuroestError, match=message):
        run(tmp_path, changes)


def test_a_key_without_what_it_acts_on_is_reported(tmp_path: Path) -> None:
    shell = {"model": "shell", "device": "converter_on_die", "duty": 0.5}
    idle = run(
        tmp_path,
        {
            "chip.array.tiling": "search", "operation.inferences_per_programming": 10, "chip.converter": shell,
            "chip.array.unit.storage": "64 bit", "chip.array.unit.storage_clock": "gated",
        },
    )  # fmt: skip
    found = {check.name for check in idle.checks if not check.passed}
    assert {"tiles_between_memories", "cells_to_rewrite", "duty_of_shell", "storage_clock"} <= found
    without = run(tmp_path, {"chip.array.unit.storage": "64 bit"})
    assert idle.totals["energy_per_inference_J"] == without.totals["energy_per_inference_J"]
