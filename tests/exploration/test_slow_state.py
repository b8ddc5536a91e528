"""Map of who holds a slow state: its axis, its networks, its files, and the sizes of capacitors."""

from __future__ import annotations

import numpy as np
import pytest
import slow_state

from neuroest.core.errors import NeuroestError
from neuroest.exploration.contest import contest
from neuroest.pipeline.estimate import estimate

FOLDER = slow_state.FOLDER
NETWORK = FOLDER / "fan_in_64.yaml"


def test_the_time_constant_sets_the_timestep_of_chips_that_stream() -> None:
    found = contest(
        FOLDER / "contest.yaml", NETWORK, axes={"time_constant": ["100 ms", "1 s"], "spike_rate": [1, 2]}, samples=16
    )  # fmt: skip
    axis = found.axes[0]
    assert (axis.name, axis.reference) == ("time_constant", 0)
    assert axis.values == pytest.approx((0.1, 1.0))
    word = next(one for one in found.standings if one.contender == "memory_word")
    # ten timesteps of a hundred are a time constant; the numbers of a map are those of single estimates
    alone = estimate(
        FOLDER / "memory_word.yaml", NETWORK,
        {"operation.mode": "streaming", "operation.period": "1 s", "technology.supply_voltage": "0.7 V",
         "chip.core.synapse_memory.capacity": "4 KiB", "technology.transistors": "low_leakage_planar",
         "chip.core.neuron.clock_frequency": "20 MHz", "chip.core.vector_unit.clock_frequency": "20 MHz"},
    )  # fmt: skip
    assert word.chip == "digital supply 0.7 V, synapses 4 KiB, digital transistors low leakage"
    assert word.totals["energy_per_inference_J"] == pytest.approx(
        alone.totals["energy_per_inference_J"], rel=1e-9
    )
    # phase change keeps its state, so it is no leaky neuron
    assert "neuron_time_constant" in next(
        one.reason for one in found.standings if one.contender == "phase_change"
    )


def test_a_network_without_time_constants_has_no_such_axis() -> None:
    with pytest.raises(NeuroestError, match="states no time constants"):
        contest(FOLDER / "contest.yaml", "shd_recurrent_spiking", samples=16)


def test_a_block_set_to_null_is_left_out() -> None:
    found = estimate(FOLDER / "memory_word.yaml", NETWORK)
    assert not [row for row in found.breakdown if row.component in {"chip.link", "chip.noc"}]


def test_files_of_the_map_are_of_its_contest() -> None:
    rows = slow_state.read(slow_state.MAP)
    assert {row["fan_in"] for row in rows} == set(map(str, slow_state.FAN_INS))
    assert {row["objective"] for row in rows} == set(slow_state.OBJECTIVES)
    for row in rows:
        # the highest lifetime wins, and what does not wear has ten years of it
        if row["objective"] == "neuron_lifetime_s":
            lives = [float(row[name]) for name in ("capacitor", "memory_word") if row[name]]
            assert lives == pytest.approx([3.156e8] * len(lives), rel=1e-3)
            continue
        costs = {name: float(row[name]) for name in ("capacitor", "memory_word", "ions") if row[name]}
        if row["winner"] and row["winner"] in costs:
            assert costs[row["winner"]] <= min(costs.values()) * 1.1


def test_a_longer_time_constant_never_needs_a_smaller_capacitor() -> None:
    rows = slow_state.read(slow_state.HOLDERS)
    for name in slow_state.KINDS:
        own = [row for row in rows if row["holder"] == name and row["capacitance_F"]]
        sizes = np.array([float(row["capacitance_F"]) for row in own])
        areas = np.array([float(row["area_m2"]) for row in own])
        assert np.all(np.diff(sizes) >= 0.0)
        assert np.all(np.diff(areas) >= 0.0)
    # 0.45 V x C / 10 pA: 2.22 pF hold 100 ms, on 1111 um^2 at 2 fF/um^2 and 7 um^2 of transistors
    (row,) = [
        one
        for one in rows
        if one["holder"] == "capacitor, one transistor" and one["time_constant_s"] == "0.1"
    ]
    assert float(row["capacitance_F"]) == pytest.approx(2.222e-12, rel=1e-3)
    assert float(row["area_m2"]) == pytest.approx(1118e-12, rel=1e-3)
