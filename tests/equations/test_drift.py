"""Claims about conductances that change after writing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import crossbar, drift

SAMPLES: dict[str, dict[str, float]] = {
    "drift_logarithm": {"time": 86400.0, "reference_time": 20.0},
    "drifted_conductance": {
        "initial_conductance": 40e-6,
        "time": 1e4,
        "reference_time": 1.0,
        "drift_exponent": 0.01,
        "exponent_spread": 0.004,
    },
    "relaxation_spread": {
        "time": 1e6,
        "reference_time": 1.0,
        "reference_spread": 0.03,
        "growth": 0.01,
    },
    "flicker_spread": {"flicker_noise": 0.0088, "time": 20.0, "pulse_width": 250e-9},
    "weight_share": {"low": 1e-6, "high": 25e-6, "low_then": 0.5e-6, "high_then": 18e-6},
}


def test_drift_of_exponent_0_01_takes_2_3_percent_a_decade() -> None:
    # 10^-0.01 = 0.97724
    assert drift.drifted_conductance(1.0, 10.0, 1.0, 0.01, 0.0) == pytest.approx(0.97724, rel=1e-5)


def test_nothing_has_drifted_before_the_reference_time() -> None:
    np.testing.assert_array_equal(
        drift.drifted_conductance(1.0, np.array([0.0, 0.5, 1.0]), 1.0, 0.1, 0.03), 1.0
    )


def test_mean_and_spread_of_many_cells_against_drawn_exponents() -> None:
    exponents = np.random.default_rng(3).normal(0.06, 0.02, 400_000)
    cells = (3.156e7 / 20.0) ** -exponents
    mean = drift.drifted_conductance(1.0, 3.156e7, 20.0, 0.06, 0.02)
    assert mean == pytest.approx(np.mean(cells), rel=3e-3)
    spread = crossbar.lognormal_relative_spread(0.02 * drift.drift_logarithm(3.156e7, 20.0))
    assert spread == pytest.approx(np.std(cells) / np.mean(cells), rel=5e-3)


def test_flicker_noise_builds_up_with_the_logarithm_of_time() -> None:
    # ln((20 + 2.5e-7)/5e-7) = 17.50, ln((3.156e7 + ...)/5e-7) = 31.78
    early, late = drift.flicker_spread(0.0088, np.array([20.0, 3.156e7]), 250e-9)
    assert late / early == pytest.approx(math.sqrt(31.776 / 17.504), rel=1e-4)
    assert drift.flicker_spread(0.0088, 0.0, 250e-9) == 0.0


def test_relaxation_of_ten_years_against_the_published_growth_of_the_error() -> None:
    # arXiv:2502.04524v1, abstract: the error of a product of a 64 x 64 array grows from 0.06 at 1 s to 0.2 at 10 years
    spread = drift.relaxation_spread(
        np.array([1.0, 3.156e8]), 1.0, 0.41183342 / 88, 0.04201137 * math.log(10) / 88
    )
    assert spread[1] / spread[0] == pytest.approx(0.2 / 0.06, rel=0.15)


@given(st.floats(0.0, 0.15), st.floats(1.0, 1e9), st.floats(1.0, 100.0))
def test_without_spread_drift_only_goes_down(exponent: float, time: float, longer: float) -> None:
    then = drift.drifted_conductance(1.0, time, 1.0, exponent, 0.0)
    assert drift.drifted_conductance(1.0, time * longer, 1.0, exponent, 0.0) <= then <= 1.0
