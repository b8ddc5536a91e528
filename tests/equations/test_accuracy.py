"""Claims about the errors of a column, against hand calculation and against random arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import accuracy, weight_spreads
from neuroest.equations import accuracy as equations
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "input_mean_square": {"bit_density": 0.3, "bits": 8.0},
    "dot_product_spread": {"fan_in": 128.0, "input_mean_square": 0.3, "weight_spread": 0.05},
    "thermal_noise_spread": {
        "temperature": 300.0,
        "total_conductance": 1e-3,
        "read_time": 10e-9,
        "read_voltage": 0.2,
        "full_weight": 39e-6,
    },
    "charge_noise_spread": {"temperature": 300.0, "signal_energy": 1e-12},
    "converter_step": {"rows": 128.0, "input_bits": 1.0, "cell_bits": 2.0, "bits": 7.0},
    "quantisation_spread": {"step": 2.0},
    "rounding_spread": {"step": 4.0},
    "clamp_gain": {"input_resistance": 3e3, "column_conductance": 1e-4},
    "clamp_curvature": {"input_resistance": 3e3, "column_conductance": 1e-4, "pair_spread": 4e-5},
    "column_sum_spread": {
        "rows": 128.0,
        "active_share": 0.3,
        "mean_conductance": 12e-6,
        "root_mean_square": 15e-6,
    },
    "settling_residue": {"read_time": 20e-9, "settling_time": 10e-9, "bits": 6.0},
    "signal_to_error_ratio": {"result_spread": 5.0, "error": 0.5},
    "decibels": {"power_ratio": 100.0},
    "effective_bits": {"power_ratio": 63.0},
    "column_sum_mean": {"active_inputs": 25.6, "mean_cell": 0.25, "rows": 128.0},
    "column_sum_variance": {
        "inputs": 128.0,
        "input_mean": 0.2,
        "input_mean_square": 0.2,
        "cell_mean": 0.25,
        "cell_mean_square": 0.25,
        "rows": 128.0,
    },
    "clipping_error": {"mean": 0.05, "variance": 0.0004, "lowest": 0.0, "highest": 0.08},
}


@each("bits, digits", [(1, 1), (1, 8), (2, 4), (4, 2), (7, 1)])
def test_gain_of_digits_is_their_sum_of_squares(bits: int, digits: int) -> None:
    base = 2**bits
    parts = [(base**place * (base - 1) / (base**digits - 1)) ** 2 for place in range(digits)]
    assert weight_spreads.digit_error_gain(float(bits), float(digits)) == pytest.approx(sum(parts), rel=1e-12)


@given(st.floats(1.0, 8.0), st.floats(1.0, 16.0))
def test_more_digits_never_make_the_error_larger(bits: float, digits: float) -> None:
    one = weight_spreads.digit_error_gain(bits, digits)
    assert weight_spreads.digit_error_gain(bits, digits + 1.0) <= one * (1.0 + 1e-12) <= 1.0 + 2e-12


@pytest.mark.parametrize("clip", [2.5, 3.0, 4.0])
def test_mean_square_of_clipped_gaussian_weights(clip: float) -> None:
    weights = np.clip(np.random.default_rng(1).normal(size=400_000), -clip, clip) / clip
    found = weight_spreads.weight_mean_square(float(np.mean(np.abs(weights))))
    assert found == pytest.approx(np.mean(weights**2), rel=0.03)


@each("low, high", [(0.09, 0.0175), (0.0, 0.1), (0.3, 0.0), (0.4, 0.5)])
def test_spread_of_stuck_cells_is_that_of_all_cells_drawn(low: float, high: float) -> None:
    shares = np.linspace(0.0, 1.0, 101)
    # each cell is at either end or where it was written, with the given probabilities
    mean = high + (1.0 - low - high) * shares
    square = high + (1.0 - low - high) * shares**2
    of_errors = np.mean(square - 2.0 * mean * shares + shares**2 - (mean - shares) ** 2)
    found = weight_spreads.stuck_cell_spread(40e-6, shares.mean(), np.mean(shares**2), low, high)
    assert found == pytest.approx(40e-6 * np.sqrt(of_errors), rel=1e-9)


def test_binary_weights_have_a_mean_square_of_one() -> None:
    assert weight_spreads.weight_mean_square(1.0) == 1


def test_mean_square_of_inputs_against_all_codes() -> None:
    codes = np.arange(256) / 255.0
    assert accuracy.input_mean_square(0.5, 8.0) == pytest.approx(np.mean(codes**2), rel=1e-12)
    assert accuracy.input_mean_square(0.2, 1.0) == pytest.approx(0.2)


def test_rounding_of_whole_numbers_against_all_of_them() -> None:
    numbers = np.arange(64)
    for step in (1, 2, 4, 8):
        error = numbers - step * np.floor(numbers / step)
        assert accuracy.rounding_spread(float(step)) == pytest.approx(np.std(error), rel=1e-12)


def test_curvature_of_clamps_against_random_columns() -> None:
    generator = np.random.default_rng(2)
    rows, share, resistance, low, window = 128, 0.3, 1e3, 1e-6, 39e-6
    weights = np.clip(generator.normal(size=(200, rows)), -3.0, 3.0) / 3.0
    plus, minus = (low + window * np.maximum(side, 0.0) for side in (weights, -weights))
    active = generator.random((400, rows)) < share
    first, second = active @ plus.T, active @ minus.T
    exact = first - second
    seen = first / (1.0 + resistance * first) - second / (1.0 + resistance * second)
    gain = np.sum(seen * exact) / np.sum(exact * exact)
    measured = np.std(seen / gain - exact) / np.std(exact)
    mean, square = np.mean(plus + minus), np.sqrt(np.mean((plus + minus) ** 2))
    spread = accuracy.column_sum_spread(float(rows), share, mean, square)
    found = accuracy.clamp_curvature(resistance, rows * share * mean / 2.0, spread)
    assert found == pytest.approx(measured, rel=0.15)


def test_thermal_noise_by_hand() -> None:
    # 2 k T G / t = 2 x 1.380649e-23 x 300 x 1e-3 / 1e-8 = 8.284e-16 A^2, root 28.78 nA, over 0.2 V x 40 uS
    found = accuracy.thermal_noise_spread(300.0, 1e-3, 1e-8, 0.2, 40e-6)
    assert found == pytest.approx(28.782e-9 / 8e-6, rel=1e-4)


def test_without_an_error_the_ratio_is_infinite_and_with_a_large_one_nothing_is_reported() -> None:
    assert accuracy.signal_to_error_ratio(1.0, 0.0) == np.inf
    assert accuracy.effective_bits(accuracy.signal_to_error_ratio(1.0, 1e9)) == pytest.approx(0.0, abs=1e-12)


def test_a_bit_more_takes_a_quarter_of_the_error_power() -> None:
    few, more = accuracy.effective_bits(np.array([1e6, 4e6]))
    assert more - few == pytest.approx(1.0, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("highest", [0.06, 0.08, 0.11])
def test_clipping_is_that_of_drawn_columns(highest: float) -> None:
    generator = np.random.default_rng(3)
    rows, ones, on = 128, 0.4, 0.25
    inputs = generator.random((200_000, rows)) < ones
    sums = (inputs & (generator.random(inputs.shape) < on)).sum(axis=1) / rows
    mean = equations.column_sum_mean(ones * rows, on, rows)
    variance = equations.column_sum_variance(rows, ones, ones, on, on, rows)
    assert sums.mean() == pytest.approx(mean, rel=0.01)
    assert sums.var() == pytest.approx(variance, rel=0.02)
    seen = np.sqrt(np.mean(np.maximum(sums - highest, 0.0) ** 2))
    # whole numbers near the normal distribution
    assert seen == pytest.approx(float(equations.clipping_error(mean, variance, 0.0, highest)), rel=0.06)


def test_a_range_far_outside_of_the_sums_takes_nothing() -> None:
    assert equations.clipping_error(0.5, 1e-4, 0.0, 1.0) == pytest.approx(0.0, abs=1e-12)
