"""Circuits at the ends of lines."""

from __future__ import annotations

import pytest

from neuroest.equations import front_ends as equations

SAMPLES: dict[str, dict[str, float]] = {
    "drawn_bias": {
        "stated_bias": 8e-5,
        "current": 1e-5,
        "stated_current": 4e-5,
        "least_bias": 5e-6,
    },
    "loaded_column_voltage": {
        "drive_voltage": 1.0,
        "active_conductance": 1e-8,
        "load_conductance": 1e-12,
    },
    "opposed_column_current": {
        "read_voltage": 0.2,
        "window": 1e-5,
        "pairs": 100.0,
        "active_share": 0.5,
        "cell_mean_square": 0.25,
    },
    "bias_power": {"bias_current": 8e-5, "supply_voltage": 0.9},
}


def test_a_small_current_leaves_the_least_bias() -> None:
    assert equations.drawn_bias(80e-6, 1e-6, 40e-6, 5e-6) == 5e-6


def test_a_weakly_coupled_load_sees_the_sum_and_a_strongly_coupled_one_the_mean() -> None:
    def column(rows: float, load: float) -> float:
        return float(equations.loaded_column_voltage(1.0, rows * 1e-9, load))

    # 1 nS a row against 1 kohm: 1 uV a row; against 1 Tohm the drive whatever the number of rows
    assert column(1, 1e-3) == pytest.approx(1e-6, rel=1e-5)
    assert column(20, 1e-3) == pytest.approx(20e-6, rel=1e-4)
    assert column(1, 1e-12) == pytest.approx(0.999, abs=1e-5)
    assert column(20, 1e-12) == pytest.approx(1.0, abs=1e-4)
