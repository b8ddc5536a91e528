"""Leakage of memories whose device belongs to another flavour of process than the chip."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import neuroest
from neuroest.pipeline.estimate import estimate
from tests.chips import changed

ANY = {"width": "64 bit", "stores": ["queues"]}


def leakage(folder: Path, process: str, supply: str, temperature: str = "300 K", **memory: str) -> float:
    """Leakage of one more memory of 64 KiB on the int8 baseline. [W]."""
    chip = changed("digital_int8_28nm", {"chip.more": {**ANY, "capacity": "64 KiB", **memory}}, folder)
    at = {
        "technology.process": process,
        "technology.supply_voltage": supply,
        "technology.temperature": temperature,
    }
    result = estimate(chip, "mlp_mnist_dense", at).evaluation
    return next(
        float(row.total) for row in result.statics if (row.component, row.term) == ("chip.more", "leakage")
    )


@pytest.mark.parametrize("temperature", ["300 K", "350 K"])
def test_a_low_power_memory_leaks_the_same_next_to_fast_logic(tmp_path: Path, temperature: str) -> None:
    low = {"model": "sram", "device": "sram_28nm_lstp"}
    beside_slow, beside_fast = (
        leakage(tmp_path, f"cmos_28nm_{flavour}", "0.9 V", temperature, **low) for flavour in ("lp", "hp")
    )
    assert beside_fast == pytest.approx(beside_slow, rel=1e-12)
    # by hand: 7.993 uW at 330 K and 0.92 V, doubling every 19.8 K, 3.3 per volt of the off-current
    kelvin = float(temperature.removesuffix(" K"))
    supply = 0.9 / 0.92 * math.exp(-3.3 * 0.02)
    assert beside_slow == pytest.approx(7.993e-6 * supply * 2 ** ((kelvin - 330) / 19.8), rel=1e-3)


@pytest.mark.parametrize(
    # the supply moves the table by the process of its device, which is of 22 nm
    ("model", "device", "within"),
    [("sram", "sram_28nm_anchored", 1e-9), ("sram_table", "sram_cacti_lstp", 0.05)],
)
def test_a_low_power_memory_is_as_slow_next_to_fast_logic(
    tmp_path: Path, model: str, device: str, within: float
) -> None:
    memory = {
        "model": model,
        "device": device,
        "capacity": "64 KiB",
        "width": "64 bit",
        "stores": ["weights"],
    }
    chip = changed("digital_int8_28nm", {"chip.weights": memory}, tmp_path)
    slow, fast = (
        estimate(chip, "mlp_mnist_dense", {"technology.process": f"cmos_28nm_{flavour}"})
        .evaluation.timing.resources["chip.weights"].sum()
        for flavour in ("lp", "hp")
    )  # fmt: skip
    assert fast == pytest.approx(slow, rel=within)


def test_a_memory_next_to_fast_logic_has_the_range_of_its_own_transistors() -> None:
    keys = {"device": "sram_28nm_anchored", "capacity": "64 KiB", "width": "64 bit", "stores": ["weights"]}
    low, high = (
        neuroest.block("sram", **keys, process="cmos_22nm_hp", supply_voltage=supply).failed_checks
        for supply in ("0.57 V", "0.8 V")
    )
    assert "memory_supply" in {check.name for check in low} - {check.name for check in high}


def test_no_low_power_memory_leaks_more_than_a_fast_one(tmp_path: Path) -> None:
    low = leakage(tmp_path, "cmos_22nm_hp", "0.85 V", model="sram", device="sram_28nm_lstp")
    fast = leakage(tmp_path, "cmos_22nm_hp", "0.85 V", model="sram", device="sram_22nm_hp")
    assert low < fast / 100


def test_beyond_its_table_a_memory_keeps_its_flavour_too(tmp_path: Path) -> None:
    low = {"model": "sram_table", "device": "sram_cacti_lstp"}
    beside_slow, beside_fast, at_home = (
        leakage(tmp_path, process, "0.8 V", **low)
        for process in ("cmos_14nm_lp", "cmos_14nm_hp", "cmos_22nm_lp")
    )
    assert beside_fast == pytest.approx(beside_slow, rel=1e-12)
    # the same transistors, narrower by the node
    assert beside_slow / at_home == pytest.approx(14 / 22, rel=1e-9)


def test_a_memory_from_a_distant_node_is_an_extrapolation() -> None:
    # 65 nm over 5 nm is 13, 7 nm over 5 nm is 1.4
    at_5nm = {"technology.process": "cmos_5nm_lp", "technology.supply_voltage": "0.7 V"}
    found = {}
    for device in ("sram_65nm_anchored", "sram_7nm_anchored"):
        changes = {**at_5nm, "chip.weights.device": device}
        result = estimate("digital_int8_7nm", "keyword_spotting_dense", changes)
        found[device] = [
            c for c in result.failed_checks if (c.name, c.component) == ("library_node", "chip.weights")
        ]
    (far,) = found["sram_65nm_anchored"]
    assert far.severity == "extrapolation"
    assert far.value == pytest.approx(13.0)
    assert found["sram_7nm_anchored"] == []
