"""Results of columns as widths of pulses at the neurons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.pipeline.estimate import estimate
from tests.chips import count, energy, failed, run

CHIP, SHD = "diffusive_low_power_28nm", "shd_recurrent_spiking"
INTERFACE = "chip.tile.array.readout.interface"


def test_energy_of_a_pulse_by_hand() -> None:
    result = estimate(CHIP, SHD)
    held = count(result, "interface", "hold")
    # one result a neuron and timestep
    assert held == 100 * 220
    # 100 fF x 0.6 V x 0.9 V, and 2 fF x (0.9 V)^2
    assert energy(result, term="hold_capacitor") == pytest.approx(held * 54e-15)
    assert energy(result, term="switch", component="interface") == pytest.approx(held * 1.62e-15)
    # 2 nA x 0.9 V for the hold time of each layer, 20 neurons of the output and 200 of the hidden one
    mapper = result.evaluation.mapper
    hold = np.ravel(mapper.compute.hold_time(mapper.network))
    assert energy(result, term="comparator") == pytest.approx(1.8e-9 * 100 * (200 * hold[0] + 20 * hold[1]))
    # 23.1 ms over 20 timesteps
    assert hold[1] == pytest.approx(23.1e-3 / 20, rel=0.01)


def test_the_neuron_is_driven_to_the_rail_and_no_further(tmp_path: Path) -> None:
    assert failed(estimate(CHIP, SHD)) == set()
    sampled = {"model": "sampled_clamp", "device": "sampled_clamp_28nm", "bias_follows": "mapped_current"}
    assert "held_result_reaches_neuron" in failed(run(CHIP, SHD, {INTERFACE: sampled}, tmp_path))
    beyond = estimate(CHIP, SHD, {"chip.tile.array.readout.neuron.input_voltage": "0.95 V"})
    assert {"drive_within_rails", "held_result_reaches_neuron"} <= failed(beyond)


def test_comparators_that_differ_cost_accuracy() -> None:
    poor = estimate(CHIP, SHD, {f"{INTERFACE}.threshold_error": "60 mV"})
    errors = poor.evaluation.column_errors
    # a tenth of the swing, which stands for three standard deviations of the results
    share = np.ravel(errors.causes["comparators of the pulses"] / errors.result)
    assert share == pytest.approx(0.3)
    assert poor.totals["effective_bits"] < estimate(CHIP, SHD).totals["effective_bits"]


def test_a_clamp_that_conducts_for_its_neuron_is_reported() -> None:
    naive = {check.name for check in estimate("diffusive_28nm_capacitor", SHD).failed_checks}
    assert "columns_conduct_long" in naive
    assert "columns_conduct_long" not in failed(estimate("analog_lif_28nm", SHD))
