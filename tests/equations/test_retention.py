"""Claims about weights that fade."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import retention

EV = 1.602176634e-19
SAMPLES: dict[str, dict[str, float]] = {
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
}


def test_ten_years_at_85_c_by_hand() -> None:
    # 1.5 eV / k = 17406.8 K; 1/398.15 - 1/358.15 = -2.8051e-4 1/K; exp(-4.8828) = 7.576e-3: 27.7 days at 125 C
    days = retention.retention_at_temperature(3652.5, 1.5 * EV, 398.15, 358.15)
    assert days == pytest.approx(27.67, rel=1e-3)


def test_without_a_barrier_temperature_changes_nothing() -> None:
    assert retention.retention_at_temperature(1.0, 0.0, 500.0, 300.0) == 1


def test_what_stays_stays_at_every_temperature() -> None:
    assert retention.retention_at_temperature(math.inf, 1.5 * EV, 1000.0, 300.0) == math.inf
    assert retention.rewriting_rate(math.inf, math.inf, 1e9) == 0.0


@given(st.floats(0.1, 4.0), st.floats(250.0, 500.0), st.floats(1.0, 100.0))
def test_hotter_never_keeps_longer(barrier: float, temperature: float, warmer: float) -> None:
    cool = retention.retention_at_temperature(1.0, barrier * EV, temperature, 300.0)
    hot = retention.retention_at_temperature(1.0, barrier * EV, temperature + warmer, 300.0)
    assert hot < cool


@given(st.floats(1.0, 1e9), st.floats(1.0, 1e15), st.floats(0.0, 1e9))
def test_rewriting_serves_both_causes(kept: float, reads: float, rate: float) -> None:
    found = retention.rewriting_rate(kept, reads, rate)
    assert found >= 1.0 / kept
    assert found >= rate / reads


def test_a_state_that_is_kept_for_ever_needs_no_refresh():
    np.testing.assert_allclose(retention.refresh_power(0.27e-3, np.array([np.inf, 1e3])), [0.0, 0.27e-6])


def test_retention_falls_with_temperature_by_arrhenius():
    barrier = 1.602176634e-19
    hot, cold = retention.retention_time(1e-13, barrier, np.array([398.0, 358.0]))
    # 1 eV / k = 11604.5 K; 11604.5 x (1/358 - 1/398) = 3.2578; exp = 26.0
    assert cold / hot == pytest.approx(26.0, rel=2e-3)


@given(st.floats(1.0, 1e9), st.floats(1.0, 1e15), st.floats(0.0, 1e9))
def test_refreshes_and_rewriting_by_reads_add_up_to_one_rate(kept: float, reads: float, rate: float) -> None:
    refreshed = retention.refresh_share(kept, reads, rate) / kept
    assert refreshed + rate / reads == pytest.approx(retention.rewriting_rate(kept, reads, rate), rel=1e-9)
    assert retention.refresh_share(np.inf, reads, 0.0) == 1
