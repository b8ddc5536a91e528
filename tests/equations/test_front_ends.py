"""Circuits at the ends of lines."""

from __future__ import annotations

import math

import pytest

from neuroest.equations import crossbar
from neuroest.equations import front_ends as equations
from tests.each import each

CLAMP = {
    "read_voltage": 0.1,
    "column_conductance": 1e-4,
    "input_resistance": 3e3,
    "bias_current": 12e-6,
}
SAMPLES: dict[str, dict[str, float]] = {
    "mean_magnitude": {"spread": 1e-5},
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
    "clamp_depth": CLAMP,
    "class_a_gain": {**CLAMP, "depth": 0.7},
    "class_a_curvature": {
        "column_conductance": CLAMP["column_conductance"],
        "input_resistance": CLAMP["input_resistance"],
        "depth": 0.7,
        "pair_spread": 4e-5,
    },
    "bias_power": {"bias_current": 8e-5, "supply_voltage": 0.9},
}


def test_a_small_current_leaves_the_least_bias() -> None:
    assert equations.drawn_bias(80e-6, 1e-6, 40e-6, 5e-6) == pytest.approx(5e-6, rel=1e-9)


def test_a_weakly_coupled_load_sees_the_sum_and_a_strongly_coupled_one_the_mean() -> None:
    def column(rows: float, load: float) -> float:
        return float(equations.loaded_column_voltage(1.0, rows * 1e-9, load))

    # 1 nS a row against 1 kohm: 1 uV a row; against 1 Tohm the drive whatever the number of rows
    assert column(1, 1e-3) == pytest.approx(1e-6, rel=1e-5)
    assert column(20, 1e-3) == pytest.approx(20e-6, rel=1e-4)
    assert column(1, 1e-12) == pytest.approx(0.999, abs=1e-5)
    assert column(20, 1e-12) == pytest.approx(1.0, abs=1e-4)


@each("bias", [5e-6, 12e-6, 36e-6, 1.0])
def test_gain_and_curve_of_a_clamp_are_the_slopes_of_its_current(bias: float) -> None:
    """Slope of the current by conductance, and how that slope moves with the conductance of both columns of a pair."""
    voltage, conductance, resistance, spread, step = 0.1, 80e-6, 3e3, 40e-6, 1e-8

    def current(more: float) -> float:
        return float(crossbar.biased_clamp_current(voltage, conductance + more, resistance, bias))

    depth = equations.clamp_depth(voltage, conductance, resistance, bias)
    assert current(0.0) == pytest.approx(bias * -math.expm1(-depth), rel=1e-6)
    slope = (current(step) - current(-step)) / (2.0 * step)
    assert equations.class_a_gain(voltage, conductance, resistance, bias, depth) == pytest.approx(
        slope / voltage, rel=1e-4
    )
    up, down = (current(2.0 * step) - current(0.0)) / step, (current(0.0) - current(-2.0 * step)) / step
    moved = abs(math.log(up / down)) / (2.0 * step) * spread / 2.0
    found = equations.class_a_curvature(conductance, resistance, depth, spread)
    assert found == pytest.approx(moved, rel=1e-2)


def test_a_column_never_takes_more_than_the_bias_of_its_clamp() -> None:
    for conductance in (1e-7, 1e-4, 1e-2):
        for resistance in (0.0, 300.0, 3e3):
            assert crossbar.biased_clamp_current(0.1, conductance, resistance, 12e-6) <= 12e-6
