"""Claims about a spiking neuron and its quantised twin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import twins

_EVENT = {"hops": 1.0, "weight_reads": 1.0, "weight_bits": 4.0, "memory_read_energy": 0.04e-12}

SAMPLES: dict[str, dict[str, float]] = {
    "matched_activation_bits": {"timesteps": 5.0},
    "mean_active_share": {"timesteps": 5.0, "spike_rate": 0.06},
    "synaptic_event_energy": {**_EVENT, "event_hop_energy": 3e-12, "accumulate_energy": 0.05e-12},
    "synaptic_value_energy": {**_EVENT, "value_hop_energy": 0.25e-12, "activation_bits": 3.0},
    "multiply_accumulate_energy": {"activation_bits": 3.0, "partial_product_energy": 0.05e-12},
    "potential_update_energy": {
        "compare_energy": 0.05e-12,
        "potential_bits": 8.0,
        "memory_read_energy": 0.04e-12,
    },
    "spiking_neuron_energy": {
        "timesteps": 5.0,
        "inputs": 4096.0,
        "spike_rate": 0.06,
        "event_energy": 3.2e-12,
        "update_energy": 0.7e-12,
    },
    "quantised_neuron_energy": {
        "inputs": 4096.0,
        "value_energy": 0.9e-12,
        "active_share": 0.1,
        "multiply_accumulate_energy": 0.16e-12,
    },
    "crossover_spike_rate": {
        "timesteps": 5.0,
        "inputs": 4096.0,
        "event_energy": 3.2e-12,
        "update_energy": 0.7e-12,
        "value_energy": 0.9e-12,
        "multiply_accumulate_energy": 0.16e-12,
    },
    "operations_crossover_rate": {
        "timesteps": 10.0,
        "active_share": 0.5,
        "multiply_accumulate_energy": 4.6e-12,
        "accumulate_energy": 0.9e-12,
    },
    "broadcast_spike_rate": {"broadcast_energy": 0.4e-12, "event_energy": 3.2e-12},
}

energies = st.floats(1e-15, 1e-10)


@given(st.integers(1, 4096))
def test_matched_bits_tell_apart_all_counts_and_not_one_bit_more(timesteps: int) -> None:
    assert twins.matched_activation_bits(float(timesteps)) == timesteps.bit_length()


@given(st.integers(1, 64), st.floats(1.0, 1e5), energies, energies, energies, st.floats(0.0, 1.0))
def test_at_the_crossover_both_need_the_same(
    timesteps: int, inputs: float, event: float, update: float, value: float, share: float
) -> None:
    multiply = share * event  # dearer multiplications than events leave no crossover
    rate = twins.crossover_spike_rate(timesteps, inputs, event, update, value, multiply)
    active = 2.0 * timesteps * rate / (timesteps + 1.0)
    if rate <= 0.0 or active >= 1.0:
        return
    spiking = twins.spiking_neuron_energy(timesteps, inputs, rate, event, update)
    quantised = twins.quantised_neuron_energy(
        inputs, value, twins.mean_active_share(timesteps, rate), multiply
    )
    assert spiking == pytest.approx(quantised, rel=1e-6)


def test_no_rate_is_low_enough_where_updates_alone_cost_more() -> None:
    assert twins.crossover_spike_rate(10.0, 4.0, 1e-12, 1e-9, 1e-12, 0.0) == 0.0


def test_no_rate_is_too_high_where_multiplying_costs_more_than_events() -> None:
    assert twins.crossover_spike_rate(3.0, 64.0, 1e-12, 0.0, 1e-12, 4e-12) == float("inf")


@given(st.integers(1, 64), st.floats(0.0, 1.0))
def test_the_active_share_lies_within_its_bounds(timesteps: int, rate: float) -> None:
    share = twins.mean_active_share(timesteps, rate)
    assert rate <= share + 1e-12
    assert share <= min(timesteps * rate, 1.0) + 1e-12
