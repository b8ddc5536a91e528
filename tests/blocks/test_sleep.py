"""Memories, routers and links that sleep between inferences."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import SpecError
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate

CHIP, NET = "digital_spiking_28nm", "mlp_mnist_spiking"
MEMORY, QUEUE = "chip.core.synapse_memory", "chip.core.queue"
SECOND = {"operation.mode": "always_on", "operation.period": "1 s"}
ALL = {
    f"{MEMORY}.sleep": "retention",
    f"{QUEUE}.sleep": "off",
    "chip.noc.sleep": "off",
    "chip.link.sleep": "off",
}


def energy(found: Estimate, component: str, term: str) -> float:
    """Static energy of one term in one inference. [J]."""
    return sum(
        r.energy_J for r in found.breakdown if (r.kind, r.component, r.term) == ("static", component, term)
    )


def test_a_memory_in_retention_leaks_by_the_law_of_the_supply_while_nothing_works() -> None:
    awake, asleep = (
        estimate(CHIP, NET, SECOND),
        estimate(CHIP, NET, {**SECOND, f"{MEMORY}.sleep": "retention"}),
    )
    power = energy(awake, MEMORY, "leakage")  # over one second
    idle = 1.0 - asleep.totals["latency_s"]
    # 0.9 V to 0.5 V at 3.3 per volt of low-power transistors; a linear regulator draws that current from 0.9 V
    share = math.exp(-3.3 * 0.4)
    assert energy(asleep, MEMORY, "leakage_asleep") == pytest.approx(power * share * idle, rel=1e-6)
    assert energy(asleep, MEMORY, "leakage") == pytest.approx(power * (1.0 - idle), rel=1e-6)
    own_supply = {
        **SECOND, f"{MEMORY}.sleep": "retention", "technology.sleep_options.retention_loss": 0,
    }  # fmt: skip
    alone = estimate(CHIP, NET, own_supply)
    assert energy(alone, MEMORY, "leakage_asleep") == pytest.approx(
        power * share * 0.5 / 0.9 * idle, rel=1e-6
    )


def test_waking_a_memory_charges_its_cells_again() -> None:
    asleep = estimate(CHIP, NET, {**SECOND, f"{MEMORY}.sleep": "retention"})
    claims = asleep.claims
    per_width = sum(claims[f"technology.process.{kind}_capacitance"].value for kind in ("gate", "drain"))
    cells = asleep.claims[f"{MEMORY}.capacity"].value * float(
        np.squeeze(asleep.evaluation.mapped.instances[MEMORY])
    )
    by_hand = cells * 12 * 28e-9 * per_width * 0.9 * 0.4
    assert energy(asleep, MEMORY, "leakage_waking") == pytest.approx(by_hand, rel=1e-6)


def test_routers_and_links_behind_open_switches_keep_a_share() -> None:
    link = {"chip.link.static_power": "always_on"}
    awake, asleep = estimate(CHIP, NET, SECOND | link), estimate(CHIP, NET, SECOND | ALL | link)
    idle = 1.0 - asleep.totals["latency_s"]
    for component, term in (("chip.noc", "leakage"), ("chip.link", "idle"), (QUEUE, "leakage")):
        assert energy(asleep, component, f"{term}_asleep") == pytest.approx(
            0.05 * energy(awake, component, term) * idle, rel=1e-6
        )
    assert energy(asleep, "chip.link", "idle_waking") == pytest.approx(4.2e-3 * 1e-6, rel=1e-6)
    assert asleep.totals["static_energy_J"] < 0.4 * awake.totals["static_energy_J"]


def test_datapaths_behind_open_switches_keep_a_share_and_charge_their_gates() -> None:
    path = "chip.core.neuron"
    awake, asleep = estimate(CHIP, NET, SECOND), estimate(CHIP, NET, {**SECOND, f"{path}.sleep": "off"})
    idle = 1.0 - asleep.totals["latency_s"]
    assert energy(asleep, path, "leakage_asleep") == pytest.approx(
        0.05 * energy(awake, path, "leakage") * idle
    )
    claims = asleep.claims
    area = sum(r.area_m2 for r in asleep.breakdown if (r.kind, r.component) == ("area", path))
    width = (
        area / claims["technology.process.gate_area"].value * claims[f"{path}.leakage_width"].value * 28e-9
    )
    per_width = sum(claims[f"technology.process.{kind}_capacitance"].value for kind in ("gate", "drain"))
    assert energy(asleep, path, "leakage_waking") == pytest.approx(width * per_width * 0.9 * 0.9, rel=1e-6)


def test_nothing_sleeps_in_a_chip_that_never_waits() -> None:
    plain, sleepy = estimate(CHIP, NET), estimate(CHIP, NET, ALL)
    assert sleepy.totals == plain.totals
    assert any("time that sleeping blocks take to wake" in text for text in sleepy.exclusions)
    assert not any("sleeping blocks" in text for text in plain.exclusions)


def test_the_parts_of_an_estimate_with_sleeping_blocks_add_up() -> None:
    found = estimate(CHIP, NET, SECOND | ALL)
    static = sum(row.energy_J for row in found.breakdown if row.kind == "static")
    assert static == pytest.approx(found.totals["static_energy_J"], rel=1e-12)
    assert found.totals["average_power_W"] == pytest.approx(found.totals["energy_per_inference_J"] / 1.0)
    assert found.bands.totals["energy_per_inference_J"].low > 0.0
    for term in ("leakage", "leakage_asleep", "leakage_waking"):
        step = neuroest.explain(found, f"{MEMORY}.static.{term}").step
        assert step.value == pytest.approx(energy(found, MEMORY, term))


def test_a_batch_of_periods_gives_what_its_points_give() -> None:
    periods = ["1 ms", "10 ms", "1 s"]
    frame = neuroest.sweep(CHIP, {"operation.period": periods}, NET, settings={**SECOND, **ALL}).to_frame()
    for row, period in enumerate(periods):
        alone = estimate(CHIP, NET, {**SECOND, **ALL, "operation.period": period})
        assert frame["energy_per_inference_J"].iloc[row] == pytest.approx(
            alone.totals["energy_per_inference_J"], rel=1e-12
        )


def test_a_memory_that_keeps_weights_cannot_be_switched_off() -> None:
    with pytest.raises(SpecError, match="loses its weights; use retention"):
        estimate(CHIP, NET, {**SECOND, f"{MEMORY}.sleep": "off"})


def test_a_supply_below_the_retention_voltage_is_not_raised(tmp_path: Path) -> None:
    settings = {
        **SECOND, f"{MEMORY}.sleep": "retention", "technology.sleep_options.retention_voltage": "0.95 V",
    }  # fmt: skip
    found = estimate(CHIP, NET, settings)
    awake = estimate(CHIP, NET, SECOND)
    assert energy(found, MEMORY, "leakage_waking") == 0.0
    asleep = energy(found, MEMORY, "leakage") + energy(found, MEMORY, "leakage_asleep")
    assert asleep == pytest.approx(energy(awake, MEMORY, "leakage"))


def test_logic_that_no_block_lists_leaks_by_its_area_and_sleeps_with_its_memory() -> None:
    awake, asleep = (estimate(CHIP, NET, {**SECOND, f"{MEMORY}.sleep": how}) for how in ("none", "retention"))
    value = {name: claim.value for name, claim in asleep.claims.items()}
    area = sum(row.area_m2 for row in awake.breakdown if (row.kind, row.component) == ("area", MEMORY))
    gates = 0.24 * area / value["technology.process.gate_area"]
    width = gates * 5 * value["technology.process.feature_size"]
    power = width * value["technology.process.off_current"] * 0.9
    idle = 1.0 - asleep.totals["latency_s"]
    powered = [
        energy(found, "chip.overheads", "leakage") + energy(found, "chip.overheads", "leakage_awake")
        for found in (awake, asleep)
    ]
    latency = asleep.totals["latency_s"]
    assert energy(asleep, "chip.overheads", "leakage_awake") == pytest.approx(power * latency, rel=1e-6)
    for term in ("leakage", "leakage_awake", "leakage_asleep"):
        step = neuroest.explain(asleep, f"chip.overheads.static.{term}").step
        assert step.value == pytest.approx(energy(asleep, "chip.overheads", term))
        assert ("with core.synapse_memory" in str(step)) == (term != "leakage")
    assert powered[0] - powered[1] == pytest.approx(power * idle, rel=1e-6)
    gated = power * value["technology.sleep_options.gated_leakage_share"] * idle
    assert energy(asleep, "chip.overheads", "leakage_asleep") == pytest.approx(gated, rel=1e-6)


ARRAYS, SPEECH, ROUTERS = "diffusive_low_power_28nm", "shd_recurrent_spiking", "chip.noc"
NO_SLEEP = {f"{ROUTERS}.sleep": "none", "chip.tile.vector_unit.sleep": "none"}


def test_routers_sleep_within_the_timesteps_of_slow_neurons() -> None:
    """Back to back: the chip is never idle as a whole, but its neurons leave the routers nothing to do."""
    awake, asleep = estimate(ARRAYS, SPEECH, NO_SLEEP), estimate(ARRAYS, SPEECH)
    interval = asleep.totals["initiation_interval_s"]
    assert interval == awake.totals["initiation_interval_s"]
    assert interval is not None
    power = energy(awake, ROUTERS, "leakage") / interval
    times = np.squeeze(asleep.evaluation.timing.resources[ROUTERS])  # of one timestep, by layer
    working = 100.0 * float(times.sum())
    assert working < 1e-3 * interval
    assert energy(asleep, ROUTERS, "leakage") == pytest.approx(power * working, rel=1e-6)
    assert energy(asleep, ROUTERS, "leakage_asleep") == pytest.approx(
        0.05 * power * (interval - working), rel=1e-6
    )


def test_logic_that_no_block_lists_sleeps_within_timesteps_as_its_block_does() -> None:
    awake, asleep = estimate(ARRAYS, SPEECH, NO_SLEEP), estimate(ARRAYS, SPEECH)
    value = {name: claim.value for name, claim in awake.claims.items()}
    interval, saved = asleep.totals["initiation_interval_s"] or 0.0, 0.0
    for block in (ROUTERS, "chip.tile.vector_unit"):
        area = sum(row.area_m2 for row in awake.breakdown if (row.kind, row.component) == ("area", block))
        gates = value["chip.overheads.control_area_fraction"] * area / value["technology.process.gate_area"]
        gates /= value["technology.transistors.gate_area_ratio"]
        width = gates * value["chip.overheads.leakage_width"] * value["technology.process.feature_size"]
        working = np.squeeze(asleep.evaluation.timing.resources.get(block, 0.0))  # of one timestep, by layer
        saved += (
            width
            * value["technology.transistors.off_current"]
            * np.exp(value["technology.process.leakage_supply_slope"] * (1.1 - 0.9))
            * 1.1
            * (interval - 100.0 * float(np.sum(working)))
        )
    powered = [energy(found, "chip.overheads", "leakage") for found in (awake, asleep)]
    assert powered[0] - powered[1] == pytest.approx(saved, rel=1e-6)
    gated = saved * value["technology.sleep_options.gated_leakage_share"]
    assert energy(asleep, "chip.overheads", "leakage_asleep") == pytest.approx(gated, rel=1e-6)


def test_a_block_wakes_once_for_each_layer_and_timestep() -> None:
    once = estimate(ARRAYS, SPEECH, {**SECOND, "operation.period": "1.5 s", f"{ROUTERS}.sleep": "off"})
    often = estimate(ARRAYS, SPEECH, {**SECOND, "operation.period": "1.5 s"})
    layers = np.count_nonzero(np.squeeze(often.evaluation.timing.resources[ROUTERS]))
    assert energy(often, ROUTERS, "leakage_waking") == pytest.approx(
        100.0 * layers * energy(once, ROUTERS, "leakage_waking"), rel=1e-6
    )
    unused = estimate(ARRAYS, SPEECH, {"chip.tile.vector_unit.sleep": "between_timesteps"})
    assert energy(unused, "chip.tile.vector_unit", "leakage_waking") == 0.0  # the network has no pooling


def test_a_block_never_works_for_longer_than_the_inference() -> None:
    fast = estimate("digital_spiking_28nm", NET, {"chip.core.neuron.sleep": "between_timesteps"})
    plain = estimate("digital_spiking_28nm", NET)
    total = sum(energy(fast, "chip.core.neuron", f"leakage{when}") for when in ("", "_asleep"))
    assert total <= energy(plain, "chip.core.neuron", "leakage") * (1.0 + 1e-9)


def test_between_events_nothing_sleeps_by_timesteps() -> None:
    events = {"chip.tile.array.reads": "each_event"}
    found, plain = estimate(ARRAYS, SPEECH, events), estimate(ARRAYS, SPEECH, {**events, **NO_SLEEP})
    assert found.totals["static_energy_J"] == pytest.approx(plain.totals["static_energy_J"], rel=1e-9)
