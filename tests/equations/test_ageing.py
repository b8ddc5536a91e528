"""Claims about conductances that change after writing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import ageing, crossbar

EV = 1.602176634e-19
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
    "retention_at_temperature": {
        "retention_time": 3.156e8,
        "activation_energy": 1.5 * EV,
        "temperature": 400.0,
        "reference_temperature": 358.15,
    },
    "disturb_rewriting_energy": {"programming_energy": 180e-12, "disturb_reads": 1e6},
    "rewriting_rate": {"retention_time": 3.156e7, "disturb_reads": 1e9, "read_rate": 1e3},
    "refresh_power": {"array_programming_energy": 0.27e-3, "retention_time": 1e6},
    "retention_time": {
        "attempt_time": 1e-13,
        "activation_energy": 1.602e-19,
        "temperature": 358.0,
        "boltzmann": 1.380649e-23,
    },
    "refresh_share": {"retention_time": 4e5, "disturb_reads": 1e9, "read_rate": 1e3},
    "failed_share": {"cycles": 1e5, "endurance": 1e6, "shape": 2.0},
    "cycles_to_failure": {"endurance": 1e6, "shape": 2.0, "cells": 1e4, "groups": 8.0, "spares": 2.0},
    "cycles_to_share": {"share": 0.01, "endurance": 1e6, "shape": 1.5},
    "wear_lifetime": {"cycles": 1e6, "per_sample": 2.0, "sample_rate": 10.0},
}


def test_drift_of_exponent_0_01_takes_2_3_percent_a_decade() -> None:
    # 10^-0.01 = 0.97724
    assert ageing.drifted_conductance(1.0, 10.0, 1.0, 0.01, 0.0) == pytest.approx(0.97724, rel=1e-5)


def test_nothing_has_drifted_before_the_reference_time() -> None:
    np.testing.assert_array_equal(
        ageing.drifted_conductance(1.0, np.array([0.0, 0.5, 1.0]), 1.0, 0.1, 0.03), 1.0
    )


def test_mean_and_spread_of_many_cells_against_drawn_exponents() -> None:
    exponents = np.random.default_rng(3).normal(0.06, 0.02, 400_000)
    cells = (3.156e7 / 20.0) ** -exponents
    mean = ageing.drifted_conductance(1.0, 3.156e7, 20.0, 0.06, 0.02)
    assert mean == pytest.approx(np.mean(cells), rel=3e-3)
    spread = crossbar.lognormal_relative_spread(0.02 * ageing.drift_logarithm(3.156e7, 20.0))
    assert spread == pytest.approx(np.std(cells) / np.mean(cells), rel=5e-3)


def test_flicker_noise_builds_up_with_the_logarithm_of_time() -> None:
    # ln((20 + 2.5e-7)/5e-7) = 17.50, ln((3.156e7 + ...)/5e-7) = 31.78
    early, late = ageing.flicker_spread(0.0088, np.array([20.0, 3.156e7]), 250e-9)
    assert late / early == pytest.approx(math.sqrt(31.776 / 17.504), rel=1e-4)
    assert ageing.flicker_spread(0.0088, 0.0, 250e-9) == 0.0


def test_relaxation_of_ten_years_against_the_published_growth_of_the_error() -> None:
    # arXiv:2502.04524v1, abstract: the error of a product of a 64 x 64 array grows from 0.06 at 1 s to 0.2 at 10 years
    spread = ageing.relaxation_spread(
        np.array([1.0, 3.156e8]), 1.0, 0.41183342 / 88, 0.04201137 * math.log(10) / 88
    )
    assert spread[1] / spread[0] == pytest.approx(0.2 / 0.06, rel=0.15)


@given(st.floats(0.0, 0.15), st.floats(1.0, 1e9), st.floats(1.0, 100.0))
def test_without_spread_drift_only_goes_down(exponent: float, time: float, longer: float) -> None:
    then = ageing.drifted_conductance(1.0, time, 1.0, exponent, 0.0)
    assert ageing.drifted_conductance(1.0, time * longer, 1.0, exponent, 0.0) <= then <= 1.0


def test_ten_years_at_85_c_by_hand() -> None:
    # 1.5 eV / k = 17406.8 K; 1/398.15 - 1/358.15 = -2.8051e-4 1/K; exp(-4.8828) = 7.576e-3: 27.7 days at 125 C
    days = ageing.retention_at_temperature(3652.5, 1.5 * EV, 398.15, 358.15)
    assert days == pytest.approx(27.67, rel=1e-3)


def test_without_a_barrier_temperature_changes_nothing() -> None:
    assert ageing.retention_at_temperature(1.0, 0.0, 500.0, 300.0) == 1


def test_what_stays_stays_at_every_temperature() -> None:
    assert ageing.retention_at_temperature(math.inf, 1.5 * EV, 1000.0, 300.0) == math.inf
    assert ageing.rewriting_rate(math.inf, math.inf, 1e9) == 0.0


@given(st.floats(0.1, 4.0), st.floats(250.0, 500.0), st.floats(1.0, 100.0))
def test_hotter_never_keeps_longer(barrier: float, temperature: float, warmer: float) -> None:
    cool = ageing.retention_at_temperature(1.0, barrier * EV, temperature, 300.0)
    hot = ageing.retention_at_temperature(1.0, barrier * EV, temperature + warmer, 300.0)
    assert hot < cool


@given(st.floats(1.0, 1e9), st.floats(1.0, 1e15), st.floats(0.0, 1e9))
def test_rewriting_serves_both_causes(kept: float, reads: float, rate: float) -> None:
    found = ageing.rewriting_rate(kept, reads, rate)
    assert found >= 1.0 / kept
    assert found >= rate / reads


def test_a_state_that_is_kept_for_ever_needs_no_refresh():
    np.testing.assert_allclose(ageing.refresh_power(0.27e-3, np.array([np.inf, 1e3])), [0.0, 0.27e-6])


def test_retention_falls_with_temperature_by_arrhenius():
    barrier = 1.602176634e-19
    hot, cold = ageing.retention_time(1e-13, barrier, np.array([398.0, 358.0]))
    # 1 eV / k = 11604.5 K; 11604.5 x (1/358 - 1/398) = 3.2578; exp = 26.0
    assert cold / hot == pytest.approx(26.0, rel=2e-3)


@given(st.floats(1.0, 1e9), st.floats(1.0, 1e15), st.floats(0.0, 1e9))
def test_refreshes_and_rewriting_by_reads_add_up_to_one_rate(kept: float, reads: float, rate: float) -> None:
    refreshed = ageing.refresh_share(kept, reads, rate) / kept
    assert refreshed + rate / reads == pytest.approx(ageing.rewriting_rate(kept, reads, rate), rel=1e-9)
    assert ageing.refresh_share(np.inf, reads, 0.0) == 1


@pytest.mark.parametrize("shape", [1.0, 1.7, 4.0])
def test_the_first_failure_is_that_of_a_monte_carlo(shape: float) -> None:
    rng, cells, draws = np.random.default_rng(3), 500, 20_000
    first = np.concatenate(
        [(1e6 * rng.weibull(shape, (2000, cells))).min(axis=1) for _ in range(draws // 2000)]
    )
    law = ageing.cycles_to_failure(1e6, shape, float(cells), 1.0, 0.0)
    assert law == pytest.approx(first.mean(), rel=0.02)


def test_the_failed_share_is_that_of_a_monte_carlo() -> None:
    lives = 1e6 * np.random.default_rng(4).weibull(1.5, 400_000)
    for cycles in (1e5, 5e5, 1e6):
        assert ageing.failed_share(cycles, 1e6, 1.5) == pytest.approx((lives < cycles).mean(), rel=0.02)


def test_the_share_that_has_failed_tells_the_cycles_and_back() -> None:
    cycles = ageing.cycles_to_share(0.07, 1e6, 1.5)
    assert ageing.failed_share(cycles, 1e6, 1.5) == pytest.approx(0.07, rel=1e-12)


def test_spares_of_every_group_last_no_less_than_they_do_in_a_monte_carlo() -> None:
    rng, groups, cells, spares = np.random.default_rng(5), 200, 100, 1
    lives = np.sort(1e6 * rng.weibull(2.0, (300, groups, cells)), axis=-1)
    drawn = lives[..., spares].min(axis=-1).mean()
    law = ageing.cycles_to_failure(1e6, 2.0, float(cells), float(groups), float(spares))
    assert 0.85 * drawn < law <= 1.02 * drawn
    assert law > ageing.cycles_to_failure(1e6, 2.0, float(cells), float(groups), 0.0)


def test_groups_without_spares_are_one_group() -> None:
    one = ageing.cycles_to_failure(1e6, 2.0, 6400.0, 1.0, 0.0)
    assert ageing.cycles_to_failure(1e6, 2.0, 100.0, 64.0, 0.0) == pytest.approx(one, rel=1e-12)


def test_cells_that_are_all_alike_fail_at_once() -> None:
    assert ageing.cycles_to_failure(1e6, np.inf, 1e9, 64.0, 3.0) == 1_000_000
    assert ageing.failed_share(0.99e6, 1e6, np.inf) == 0.0
    assert ageing.failed_share(1.01e6, 1e6, np.inf) == 1


def test_cells_that_are_never_rewritten_last_for_ever():
    np.testing.assert_allclose(ageing.wear_lifetime(1e6, np.array([0.0, 10.0]), 1.0), [np.inf, 1e5])
