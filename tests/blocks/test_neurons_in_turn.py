"""Physical neurons that take turns at one output: they wear less, and rest while others work."""

from __future__ import annotations

import pytest

from neuroest.pipeline.estimate import estimate
from tests.chips import area, count

CHIP, SHD = "diffusive_low_power_28nm", "shd_recurrent_spiking"
TURNS = "chip.tile.array.readout.neurons_per_output"


def test_neurons_in_turn_by_hand() -> None:
    one, two, five = (estimate(CHIP, SHD, {TURNS: turns}) for turns in ("1", "2", "5"))
    work = one.totals["initiation_interval_s"] - 0.4
    # with two, the rest of 0.4 s fits into the work of the other; five neurons wear less
    assert work > 0.4
    assert two.totals["initiation_interval_s"] == pytest.approx(work, rel=1e-9)
    assert five.totals["initiation_interval_s"] == pytest.approx(work, rel=1e-9)
    assert five.totals["latency_s"] == one.totals["latency_s"]
    assert five.totals["physical_neurons"] == 5 * one.totals["physical_neurons"]
    assert area(five, "neuron") == pytest.approx(5 * area(one, "neuron"))
    # a fifth of the spikes each, at a higher rate of inferences
    faster = one.totals["initiation_interval_s"] / five.totals["initiation_interval_s"]
    assert five.totals["neuron_lifetime_s"] == pytest.approx(5 * one.totals["neuron_lifetime_s"] / faster)
    # one neuron of each output works
    assert count(five, "neuron", "time_step") == count(one, "neuron", "time_step")
    # the multiplexer selects among them
    assert area(five, "multiplexer") > area(one, "multiplexer")
    assert not any("take turns" in text for text in five.exclusions)
