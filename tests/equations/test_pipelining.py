"""Claims about pipelines of layers."""

from __future__ import annotations

import pytest

from neuroest.equations import pipelining

SAMPLES: dict[str, dict[str, float]] = {
    "layer_pipelined_latency": {"timesteps": 20.0, "step_time": 100e-9, "layers": 3.0},
    "initiation_interval": {"timesteps": 20.0, "step_time": 100e-9, "recovery_time": 500e-9},
}


def test_latency_and_interval_are_different_numbers():
    # 20 steps of 100 ns through 3 layers: 2.2 us to the last output, the next inference after 2 us.
    assert pipelining.layer_pipelined_latency(20.0, 100e-9, 3.0) == pytest.approx(2.2e-6, rel=1e-12)
    assert pipelining.initiation_interval(20.0, 100e-9, 0.0) == pytest.approx(2.0e-6, rel=1e-12)


def test_pipeline_latency_equals_the_schedule():
    # Layer l works on step t at t + l: the last of T = 5 steps leaves the last of L = 4 layers after 8 slots.
    slots = max(step + layer for step in range(5) for layer in range(4)) + 1
    assert pipelining.layer_pipelined_latency(5.0, 1.0, 4.0) == slots


def test_waiting_for_the_residue_dominates_a_fast_interval():
    # Five time constants of 200 ms against 20 steps of 1 us.
    interval = pipelining.initiation_interval(20.0, 1e-6, 5 * 0.2)
    assert interval == pytest.approx(1.0, rel=1e-4)
