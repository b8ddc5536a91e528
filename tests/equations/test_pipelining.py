"""Claims about pipelines of layers."""

from __future__ import annotations

import pytest

from neuroest.equations import pipelining

SAMPLES: dict[str, dict[str, float]] = {
    "layer_pipelined_latency": {"timesteps": 20.0, "step_time": 100e-9, "layers": 3.0},
    "data_timestep": {"period": 1.4, "timesteps": 100.0},
    "initiation_interval": {"timesteps": 20.0, "step_time": 100e-9, "recovery_time": 500e-9},
    "rest_in_turns": {"recovery_time": 0.4, "working_time": 0.12, "neurons": 2.0},
    "event_latency": {"timesteps": 100.0, "step_time": 14e-3, "passage_time": 6e-3},
    "longest_work_in_turns": {"period": 0.26, "recovery_time": 0.4, "neurons": 2.0},
    "barrier_step_time": {
        "update_time": 1.4e-6,
        "receiving_time": 9e-6,
        "sending_time": 1e-7,
        "link_time": 2e-7,
        "flight_time": 2e-8,
        "barrier_time": 465e-9,
    },
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


def test_the_slowest_of_receiver_sender_and_link_sets_a_step():
    # 1 us of updates, then receiving, sending and the link at once, 20 ns of flight and a barrier of 465 ns
    others = {"update_time": 1e-6, "flight_time": 20e-9, "barrier_time": 465e-9}
    for longest in ("receiving_time", "sending_time", "link_time"):
        work = {"receiving_time": 2e-6, "sending_time": 2e-6, "link_time": 2e-6, longest: 9e-6}
        assert pipelining.barrier_step_time(**work, **others) == pytest.approx(10.485e-6, rel=1e-12)


def test_neurons_that_work_as_long_as_they_can_have_rested_when_their_turn_comes():
    # 0.4 s of rest, 2 neurons: 0.3 s of every second inference of 0.35 s are work, and the rest fits exactly
    work = pipelining.longest_work_in_turns(0.35, 0.4, 2.0)
    assert work == pytest.approx(0.3)
    assert pipelining.initiation_interval(
        1.0, work, pipelining.rest_in_turns(0.4, work, 2.0)
    ) == pytest.approx(0.35)
