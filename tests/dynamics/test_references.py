"""Threshold switch, leaky integrators and the particle against what can be worked by hand."""

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.in_time import constant
from neuroest.dynamics.reference_neurons import (
    digital_lif_spikes,
    simulate_analog_lif,
    simulate_switch,
    switch_latches,
)
from neuroest.loading.library import load_device


def record(name, **changes):
    device = load_device(name)
    return device.record(**({n: c.value for n, c in device.claims.items()} | changes))


def test_period_of_the_threshold_switch_is_that_of_its_exponentials() -> None:
    # charge from 0.3 to 0.9 V towards 1.2*10/10.1 = 1.18812 V with 100k*10M/10.1M * 1 pF = 99.0099 ns:
    # 99.0099 ln(0.88812/0.28812) = 111.450 ns; discharge towards 1.2*5/105 = 0.057143 V with 4.7619 ns:
    # 4.7619 ln(0.842857/0.242857) = 5.925 ns
    run = simulate_switch(record("threshold_switch_example"), constant(1.2, 3e-6))
    np.testing.assert_allclose(np.diff(run.spike_times), 117.375e-9, rtol=1e-4)


def test_period_does_not_depend_on_the_step() -> None:
    switch = record("threshold_switch_example")
    coarse = simulate_switch(switch, constant(1.2, 1e-6), step=20e-9)
    fine = simulate_switch(switch, constant(1.2, 1e-6), step=0.5e-9)
    np.testing.assert_allclose(coarse.spike_times, fine.spike_times, rtol=1e-9)
    assert coarse.energy["supply"][0] == pytest.approx(fine.energy["supply"][0], rel=1e-9)


def test_energy_of_the_threshold_switch_is_within_7_percent_of_its_closed_form() -> None:
    # docs/models/neurons.md: 0.80 pJ, and the closed form is less than 7 % above the circuit
    run = simulate_switch(record("threshold_switch_example"), constant(1.2, 20e-6))
    assert run.energy["supply"][0] / run.counts[0] == pytest.approx(0.80e-12, rel=0.07)


@pytest.mark.parametrize(("resistance", "words"), [(10e3, "stays on"), (20e6, "never reaches")])
def test_a_load_line_outside_the_window_latches_and_says_why(resistance, words) -> None:
    switch = record("threshold_switch_example", series_resistance=resistance)
    assert words in switch_latches(switch)
    duration = 20 * resistance * 1e-12
    assert len(simulate_switch(switch, constant(1.2, duration), step=duration / 2000).spike_times) <= 1


def test_interval_of_the_analog_neuron_is_the_closed_form() -> None:
    # 2 pA, 20 ms, 20 fF: 2 V asymptote; 20 ms ln(2/1.55) + 2 ms = 7.098 ms
    run = simulate_analog_lif(
        record("lif_28nm_circuit"), record("lif_behaviour_generic"), constant(2e-12, 0.1)
    )
    np.testing.assert_allclose(np.diff(run.spike_times), 7.0978e-3, rtol=1e-4)
    # membrane: the input charge of 2 pA for all but the blind 2 ms after each of 14 spikes, from 0.9 V
    assert run.energy["membrane"][0] == pytest.approx(2e-12 * 0.9 * (0.1 - 14 * 2e-3), rel=0.02)


def test_too_small_a_current_never_fires_the_analog_neuron() -> None:
    # asymptote I tau/C = 0.4 V below the 0.45 V threshold
    run = simulate_analog_lif(
        record("lif_28nm_circuit"), record("lif_behaviour_generic"), constant(0.4e-12, 0.5)
    )
    assert len(run.spike_times) == 0


def test_digital_neuron_by_hand() -> None:
    # shift 4: 100; 100-6+100=194; 194-12+100=282; ... threshold 300 reached in the fourth step: 282-17+100 = 365
    behaviour = record("lif_behaviour_generic", digital_threshold=300.0)
    spikes, states = digital_lif_spikes(behaviour, np.full((5, 1), 100.0))
    assert list(states[:, 0]) == [100, 194, 282, 0, 100]
    assert list(spikes[:, 0]) == [False, False, False, True, False]


def test_digital_state_saturates_instead_of_wrapping() -> None:
    behaviour = record("lif_behaviour_generic", state_bits=8.0, digital_threshold=127.0)
    spikes, _ = digital_lif_spikes(behaviour, np.full((1, 1), 1000.0))
    assert spikes[0, 0]


def test_digital_neuron_refuses_fractions_and_thresholds_beyond_its_word() -> None:
    with pytest.raises(NeuroestError, match="whole numbers"):
        digital_lif_spikes(record("lif_behaviour_generic"), np.full((1, 1), 0.5))
    with pytest.raises(NeuroestError, match="does not fit"):
        digital_lif_spikes(record("lif_behaviour_generic", state_bits=8.0), np.ones((1, 1)))


def test_a_switch_that_opens_slowly_adds_its_relaxation_to_the_period() -> None:
    # plus the 117.375 ns above: 250 ns on, in which the capacitor falls on to 0.057143 V, and the charge from there
    # to 0.3 V: 99.0099 ln(1.130977/0.88812) = 23.934 ns
    run = simulate_switch(record("threshold_switch_example"), constant(1.2, 8e-6), relaxation=250e-9)
    np.testing.assert_allclose(np.diff(run.spike_times), 391.309e-9, rtol=1e-4)


@pytest.mark.slow
def test_a_large_step_takes_no_event_of_a_long_run() -> None:
    switch = record("threshold_switch_example")
    fine = simulate_switch(switch, constant(1.2, 30e-6), step=1e-9)
    usual = simulate_switch(switch, constant(1.2, 30e-6))
    np.testing.assert_allclose(usual.spike_times, fine.spike_times, rtol=1e-9)
