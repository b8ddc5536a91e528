"""Results of columns as widths of pulses at the neurons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.pipeline.estimate import estimate
from tests.chips import count, energy, failed, run

CHIP, SHD = "diffusive_low_power_28nm", "shd_recurrent_spiking"
INTERFACE, NEURON = "chip.tile.array.readout.interface", "chip.tile.array.readout.neuron"
AT = {
    "technology.supply_voltage": "0.9 V",
    f"{NEURON}.input_voltage": "0.9 V",
    f"{INTERFACE}.hold_capacitance": "100 fF",
}
"""Supply, drive and capacitor of the numbers by hand."""


def test_energy_of_a_pulse_by_hand() -> None:
    result = estimate(CHIP, SHD, AT)
    held = count(result, "interface", "hold")
    # one result a neuron and timestep
    assert held == 100 * 220
    # 100 fF x 0.6 V x 0.9 V, and 2 fF x (0.9 V)^2
    assert energy(result, term="hold_capacitor") == pytest.approx(held * 54e-15)
    assert energy(result, term="switch", component="interface") == pytest.approx(held * 1.62e-15)
    # 10 fF x (0.9 V)^2 over a delay of a hundredth of the pulse, whatever that takes
    assert energy(result, term="comparator") == pytest.approx(held * 0.81e-12)
    mapper = result.evaluation.mapper
    hold = np.ravel(mapper.compute.hold_time(mapper.network))
    # 28.3 ms in two timesteps: a threshold of 3.7 deviations is the sum of two results within three of them
    assert hold == pytest.approx(28.34e-3 / 2, rel=0.01)


def test_the_neuron_is_driven_to_the_rail_and_no_further(tmp_path: Path) -> None:
    # a drive for the slowest device fires the typical one in both timesteps
    assert failed(estimate(CHIP, SHD, AT)) == {"neuron_fires_once"}
    sampled = {"model": "sampled_clamp", "device": "sampled_clamp_28nm", "bias_follows": "mapped_current"}
    assert "held_result_reaches_neuron" in failed(run(CHIP, SHD, {INTERFACE: sampled}, tmp_path))
    beyond = estimate(CHIP, SHD, AT | {"chip.tile.array.readout.neuron.input_voltage": "0.95 V"})
    assert {"drive_within_rails", "held_result_reaches_neuron"} <= failed(beyond)


def test_comparators_that_differ_cost_accuracy() -> None:
    poor = estimate(CHIP, SHD, AT | {f"{INTERFACE}.threshold_error": "60 mV"})
    errors = poor.evaluation.column_errors
    # a tenth of the swing, which stands for half a threshold of 3.7 standard deviations of the results
    share = np.ravel(errors.causes["comparators of the pulses"] / errors.result)
    assert share == pytest.approx(0.185)
    assert poor.totals["effective_bits"] < estimate(CHIP, SHD, AT).totals["effective_bits"]


def test_one_full_scale_serves_comparator_droop_and_clipping() -> None:
    """1 pA off 100 fF in 14.2 ms is 0.142 V of 0.6 V, and full scale 1.85 standard deviations."""
    leaky = estimate(CHIP, SHD, AT | {f"{INTERFACE}.droop_current": "1 pA"})
    errors = leaky.evaluation.column_errors
    causes = {name: np.ravel(error / errors.result) for name, error in errors.causes.items()}
    lost = 1e-12 * 14.17e-3 / 100e-15 / 0.6
    assert causes["droop of held results"] == pytest.approx(1.85 * lost / np.sqrt(12.0), rel=2e-3)
    # results of a normal distribution beyond 1.85 deviations, by numerical integration
    beyond = np.linspace(1.85, 12.0, 200_001)
    density = np.exp(-beyond * beyond / 2.0) / np.sqrt(2.0 * np.pi)
    excess = np.sqrt(np.trapezoid((beyond - 1.85) ** 2 * density, beyond))
    assert causes["results beyond full scale"] == pytest.approx(excess, rel=1e-4)
    # of a neuron that one result can fire, none is lost
    whole = estimate(CHIP, SHD, AT | {"chip.tile.array.readout.largest_result": "4"})
    assert np.all(whole.evaluation.column_errors.causes["results beyond full scale"] == 0.0)


def test_full_scale_by_hand() -> None:
    """One threshold, or the fewest equal parts of it that the columns are made for."""
    for largest, parts in (("4", 1), ("3", 2), ("1.5", 3)):
        priced = estimate(CHIP, SHD, AT | {"chip.tile.array.readout.largest_result": largest})
        array, network = priced.evaluation.mapper.compute, priced.evaluation.mapper.network
        drive = array.drive(network)
        assert np.ravel(drive.steps) == pytest.approx(parts)
        assert np.ravel(drive.full_scale) == pytest.approx(3.7 / parts)
        assert np.ravel(array.hold_time(network)) == pytest.approx(28.34e-3 / parts, rel=0.01)


def test_a_clamp_that_conducts_for_its_neuron_is_reported() -> None:
    naive = {check.name for check in estimate("diffusive_28nm_capacitor", SHD).remarks}
    assert "columns_conduct_long" in naive
    assert "columns_conduct_long" not in failed(estimate("analog_lif_circuit_28nm", SHD))
