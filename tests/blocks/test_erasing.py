"""A reverse pulse that erases the residue of diffusive neurons, instead of a rest."""

from __future__ import annotations

import pytest

from neuroest.pipeline.estimate import estimate
from tests.chips import area, count, energy, failed

CHIP, SHD = "diffusive_low_power_28nm", "shd_recurrent_spiking"
VOLTAGE = "chip.tile.array.readout.neuron.erasing_voltage"


def test_a_pulse_takes_the_place_of_the_rest() -> None:
    alone = {"chip.tile.array.readout.neurons_per_output": "1"}
    rests, erases = estimate(CHIP, SHD, alone), estimate(CHIP, SHD, {**alone, VOLTAGE: "0.8 V"})
    # two decay times of 0.2 s against (1.01 - 0.5)/(150 x 0.8)
    saved = rests.totals["initiation_interval_s"] - erases.totals["initiation_interval_s"]
    assert saved == pytest.approx(0.4 - 4.25e-3, rel=1e-6)
    # (0.8 V)^2 over 1 Mohm and the control resistor for 4.25 ms, of each of 220 neurons
    assert count(erases, "neuron", "inference") == 220
    assert energy(erases, term="erasing") == pytest.approx(220 * 0.64 / 28.4e6 * 4.25e-3, rel=0.02)
    # four gates of 0.316 um^2, of transistors that take 1.33 times as much
    more = area(erases, "neuron") - area(rests, "neuron")
    assert more == pytest.approx(220 * 4 * 0.316e-12 * 1.33, rel=0.01)
    assert energy(rests, term="erasing") == 0.0
    assert not failed(erases)
    assert any("reverse pulse" in text for text in erases.exclusions)


def test_a_pulse_beyond_the_rails_is_reported() -> None:
    assert "erasing_within_rails" in failed(estimate(CHIP, SHD, {VOLTAGE: "1.2 V"}))
