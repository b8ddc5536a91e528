"""Levels and memories with a supply of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.chips import changed, energy

BASE, NET = "digital_int8_28nm", "mlp_mnist_dense"


def run(folder: Path, changes: dict[str, Any], supply: str = "0.9 V") -> Estimate:
    return estimate(changed(BASE, changes, folder), NET, {"technology.supply_voltage": supply})


def leakage(result: Estimate, path: str) -> float:
    rows = [r for r in result.evaluation.statics if (r.component, r.term) == (path, "leakage")]
    return float(np.squeeze(sum(r.total for r in rows)))


def busy(result: Estimate, path: str) -> float:
    return float(np.sum(result.evaluation.timing.resources[path]))


def test_logic_below_the_supply_of_its_memories(tmp_path: Path) -> None:
    whole, split = run(tmp_path, {}), run(tmp_path, {"chip.array.supply_voltage": "0.7 V"})
    low = run(tmp_path, {}, "0.7 V")
    # units follow the square of their own supply, memories keep that of the chip
    assert energy(split, component="unit") / energy(whole, component="unit") == pytest.approx(
        (0.7 / 0.9) ** 2
    )
    assert leakage(split, "chip.array.unit") == pytest.approx(leakage(low, "chip.array.unit"))
    assert energy(split, component="weights") == energy(whole, component="weights")
    assert busy(split, "chip.weights") == busy(whole, "chip.weights")
    assert "level shifters between voltage domains, and their converters" in split.exclusions
    assert "level shifters between voltage domains, and their converters" not in whole.exclusions


def test_a_memory_with_a_supply_of_its_own(tmp_path: Path) -> None:
    low, split = run(tmp_path, {}, "0.7 V"), run(tmp_path, {"chip.weights.supply_voltage": "0.9 V"}, "0.7 V")
    high = run(tmp_path, {})
    for of in (lambda e: energy(e, component="weights"), lambda e: leakage(e, "chip.weights"),
               lambda e: busy(e, "chip.weights")):  # fmt: skip
        assert of(split) == pytest.approx(of(high))
        assert of(split) != pytest.approx(of(low))
    assert energy(split, component="activations") == pytest.approx(energy(low, component="activations"))


def test_a_domain_at_the_supply_of_the_chip_changes_nothing(tmp_path: Path) -> None:
    same = run(tmp_path, {"chip.array.supply_voltage": "0.9 V", "chip.weights.supply_voltage": "0.9 V"})
    plain = run(tmp_path, {})
    for name in ("energy_per_inference_J", "area_m2", "latency_s"):
        assert same.totals[name] == plain.totals[name]


def test_a_domain_has_a_corner_and_a_range_of_its_own(tmp_path: Path) -> None:
    chip = changed(BASE, {"chip.array.supply_voltage": "0.7 V"}, tmp_path)
    slow = {"technology.corner": "slow"}
    split, low = (
        leakage(estimate(chip, NET, slow), "chip.array.unit"),
        leakage(estimate(changed(BASE, {}, tmp_path), NET, {**slow, "technology.supply_voltage": "0.7 V"}),
                "chip.array.unit"),
    )  # fmt: skip
    assert split == pytest.approx(low)
    # the table of the corners ends at 0.7 of the nominal supply
    for supply, covered in (("0.7 V", True), ("0.6 V", False)):
        chip = changed(BASE, {"chip.array.supply_voltage": supply}, tmp_path)
        checks = [k for k in estimate(chip, NET, slow).checks if k.name == "corner_supply"]
        assert {k.component: k.passed for k in checks} == {"technology": True, "chip.array.unit": covered}
    with pytest.raises(NeuroestError, match="supply is outside"):
        run(tmp_path, {"chip.array.supply_voltage": "0.3 V"})


@pytest.mark.parametrize(
    ("chip", "network", "changes", "where"),
    [
        ("loihi_14nm", "mlp_mnist_spiking", {"chip.core.supply_voltage": "0.6 V"}, "chip.core"),
        ("digital_spiking_mram_28nm", "mlp_mnist_spiking",
         {"chip.core.synapse_memory.supply_voltage": "0.7 V"}, "chip.core.synapse_memory"),
    ],
)  # fmt: skip
def test_a_supply_that_moves_no_published_value_is_reported(
    chip: str, network: str, changes: dict[str, Any], where: str, tmp_path: Path
) -> None:
    plain, split = (estimate(changed(chip, c, tmp_path), network) for c in ({}, changes))
    # logic that no block lists follows the supply of the block that it belongs to
    energies = [
        [row.energy_J for row in e.breakdown if row.component != "chip.overheads"] for e in (plain, split)
    ]
    assert energies[0] == energies[1]
    failed = [{k.component for k in e.checks if k.name == "supply_of_published_values" and not k.passed}
              for e in (plain, split)]  # fmt: skip
    assert failed == [set(), {where}]


@pytest.mark.parametrize(("supply", "limit"), [("0.3 V", "limit 600 mV"), ("1.5 V", "limit 1.1 V")])
def test_the_refusal_of_a_supply_names_the_limit_that_it_passes(supply: str, limit: str) -> None:
    with pytest.raises(NeuroestError, match=limit):
        estimate("digital_spiking_28nm", "mlp_mnist_spiking", {"technology.supply_voltage": supply})
