"""Circuits at the ends of lines."""

from __future__ import annotations

from neuroest.equations import front_ends as equations

SAMPLES: dict[str, dict[str, float]] = {
    "drawn_bias": {
        "stated_bias": 8e-5,
        "current": 1e-5,
        "stated_current": 4e-5,
        "least_bias": 5e-6,
    },
    "bias_power": {"bias_current": 8e-5, "supply_voltage": 0.9},
}


def test_a_small_current_leaves_the_least_bias() -> None:
    assert equations.drawn_bias(80e-6, 1e-6, 40e-6, 5e-6) == 5e-6
