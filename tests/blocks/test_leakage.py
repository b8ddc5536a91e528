"""Leakage: thresholds between the flavours, the supply, routers by their gates, memories that keep their flavour."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from neuroest.core.errors import SpecError
from neuroest.loading.library import load_device, named
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.each import each

CHIP, NET = "digital_spiking_28nm", "mlp_mnist_spiking"
FAST = {"technology.process": "cmos_28nm_hp"}
ALL_STANDARD = {"technology.standard_threshold_share": "100 %", "technology.low_threshold_share": "0 %"}


def leakage(found: Estimate, component: str) -> float:
    """Leakage of one instance. [W]."""
    return float(
        next(
            s.power for s in found.evaluation.costs.statics if (s.component, s.term) == (component, "leakage")
        )
    )


def test_leakage_follows_the_supply_as_the_models_of_an_open_kit_do() -> None:
    # mean of NMOS_VTL and PMOS_VTL of FreePDK45 at 300 K in nA/um, by ngspice 44
    simulated = {0.44: 26.47, 0.55: 34.67, 0.66: 45.34, 0.77: 59.32, 0.88: 77.59, 0.99: 102.0, 1.1: 135.4}
    process = load_device("cmos_45nm_hp").claims
    slope = process["leakage_supply_slope"].value
    for supply, current in simulated.items():
        assert math.exp(slope * (supply - 1.1)) == pytest.approx(current / simulated[1.1], rel=0.07)


@pytest.mark.parametrize("component", ["chip.core.neuron", "chip.noc"])
def test_logic_at_a_lower_supply_leaks_less_than_in_proportion(component: str) -> None:
    full, lower = (
        leakage(estimate(CHIP, NET, {**FAST, "technology.supply_voltage": supply}), component)
        for supply in ("0.9 V", "0.7 V")
    )
    # 2.5 per volt of the fast transistors, and the supply itself
    assert lower / full == pytest.approx(math.exp(-2.5 * 0.2) * 0.7 / 0.9)


def test_a_mix_of_thresholds_leaks_between_the_two_flavours() -> None:
    slow, fast = (leakage(estimate(CHIP, NET, s), "chip.noc") for s in ({}, FAST))
    options = load_device("thresholds_planar").claims
    standard = leakage(estimate(CHIP, NET, ALL_STANDARD), "chip.noc")
    off = load_device("cmos_28nm_lp").claims["off_current"].value
    assert slow < standard < fast
    assert standard / slow == pytest.approx(options["standard_off_current"].value / off)
    mixed = estimate(CHIP, NET, {**ALL_STANDARD, "technology.standard_threshold_share": "10 %"})
    by_hand = 0.1 * options["standard_off_current"].value + 0.9 * options["high_off_current"].value
    assert leakage(mixed, "chip.noc") / slow == pytest.approx(by_hand / off)


def test_memories_keep_the_flavour_of_their_device() -> None:
    memory = "chip.core.synapse_memory"
    own = leakage(estimate(CHIP, NET), memory)
    assert leakage(estimate(CHIP, NET, ALL_STANDARD), memory) == pytest.approx(own)
    assert leakage(estimate(CHIP, NET, FAST), memory) == pytest.approx(own)


def test_shares_of_more_than_all_gates_are_refused() -> None:
    shares = {"technology.standard_threshold_share": "70 %", "technology.low_threshold_share": "40 %"}
    with pytest.raises(SpecError, match="more than 100 %"):
        estimate(CHIP, NET, shares)


def test_a_router_of_fast_transistors_leaks_as_a_generator_of_network_circuits_says() -> None:
    """DSENT, five ports of 64 bits and four flits at 45 nm, low thresholds, 340 K: 4.75 mW."""
    settings = {
        "technology.process": "cmos_45nm_lp", "technology.low_threshold_share": "100 %",
        "technology.supply_voltage": "1 V", "technology.temperature": "340 K",
        "technology.process.leakage_doubling_temperature": "39 K",
    }  # fmt: skip
    found = estimate("analog_lif_28nm", "shd_recurrent_spiking", settings)
    assert 4.75e-3 / 2.5 < leakage(found, "chip.noc") < 4.75e-3 * 2.5


def test_the_leakage_of_the_28_nm_memory_is_that_of_its_cells() -> None:
    # three transistors of 57 nm at 0.1 nA/um and 0.9 V, and a third of that for the periphery
    per_bit = 3 * 57e-9 * 0.1e-3 * 0.9 * 4 / 3
    claim = load_device("sram_28nm_anchored").claims["leakage_power"]
    assert claim.value / (64 * 1024 * 8) == pytest.approx(per_bit, rel=0.03)
    assert claim.source != "frenkel2019"


@each("process", sorted(n for n in named("device") if n.startswith("cmos_")))
def test_every_process_says_how_its_leakage_follows_the_supply(process: str) -> None:
    assert 0.5 < load_device(process).claims["leakage_supply_slope"].value < 5.0


def test_a_process_of_a_user_without_a_slope_is_read_as_before(tmp_path: Path) -> None:
    text = Path(load_device("cmos_28nm_hp").file).read_text()
    head, _, rest = text.partition("  leakage_supply_slope:\n")
    (tmp_path / "cmos_mine.yaml").write_text(
        (head + rest[rest.index("  leakage_doubling_temperature:") :]).replace(
            "name: cmos_28nm_hp", "name: cmos_mine"
        )
    )
    full, lower = (
        leakage(
            estimate(
                CHIP,
                NET,
                {"technology.process": str(tmp_path / "cmos_mine.yaml"), "technology.supply_voltage": supply},
            ),
            "chip.noc",
        )
        for supply in ("0.9 V", "0.7 V")
    )
    assert lower / full == pytest.approx(0.7 / 0.9)
