"""Integration over timesteps: limits, and the diffusive memristor against its rate equations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neuroest.dynamics.pulse_response import Rates, first_spike
from neuroest.equations import filament_growth, integration
from tests.each import each
from tests.equations.parameter_sets import BENCH

SAMPLES: dict[str, dict[str, float]] = {
    "timesteps_per_spike": {"output_rate": 0.05, "timesteps": 100.0},
    "hold_time": {"integration_time": 3.33e-6, "share": 0.05},
    "full_drives_per_spike": {"threshold": 10.7, "largest_result": 3.0, "interval": 100.0},
    "trimmed_full_scale": {"threshold": 10.7, "full_drives": 4.0},
    "mean_drive_share": {"full_scale": 1.85, "power": 1.0},
    "leaky_steps_to_fire": {
        "drive_time": 0.3e-3,
        "period": 0.5e-3,
        "driven_time_constant": 1e-3,
        "idle_time_constant": 2e-3,
        "final_state": 2.0,
        "start_state": 0.1,
    },
    "leaky_drive_time": {"steps": 3.0, "period": 1e-3, "time_constant": 2e-3, "integration_time": 1e-3},
    "leaky_integration_time": {"charge_time": 1e-3, "time_constant": 2e-3},
    "settled_state": {"integration_time": 1e-3, "time_constant": 2e-3},
    "counted_memory": {"time_constant": 1e-3, "period": 1e-3, "integration_time": 1e-3},
    "filament_steps_to_fire": {
        "drive_time": 0.5e-3,
        "period": 1e-3,
        "drive_voltage": 0.8,
        "field_mobility": 150.0,
        "field_offset": 0.01,
        "residue_rate": 20.0,
        "filament_decay": 600.0,
        "residue_decay": 5.0,
    },
}


@given(steps=st.integers(1, 1000), memory=st.floats(1e-3, 1e3))
def test_share_of_a_leaky_timestep(steps: int, memory: float) -> None:
    assume(steps < 5.0 * memory)  # beyond, the last timesteps add less than rounding
    full, period = 1.0, 1.0
    hold = integration.leaky_drive_time(steps, period, memory, full)
    final = integration.settled_state(full, memory)
    found = integration.leaky_steps_to_fire(hold, period, memory, memory, final, 0.0)
    assert found == pytest.approx(steps, rel=1e-6)


def test_a_state_that_fades_in_a_timestep_takes_a_whole_integration() -> None:
    for steps in (1.0, 2.0, 50.0):
        assert integration.leaky_drive_time(steps, 100.0, 1e-2, 0.4) == pytest.approx(0.4, rel=1e-12)
    # without a leak to speak of, a share in each
    assert integration.leaky_drive_time(50.0, 1e-3, 1e6, 0.4) == pytest.approx(0.008, rel=1e-6)


def test_a_drive_that_never_pauses_takes_the_integration_time() -> None:
    period = 1e-6
    steps = integration.filament_steps_to_fire(period, period, 0.8, *BENCH)
    assert steps * period == pytest.approx(filament_growth.integration_time(0.8, *BENCH), rel=1e-9)


def test_a_duty_below_the_threshold_never_fires() -> None:
    least = filament_growth.dc_threshold_voltage(*BENCH) / 0.8
    hold = np.array([0.99, 1.01]) * least * 1e-5
    never, fires = integration.filament_steps_to_fire(hold, 1e-5, 0.8, *BENCH)
    assert np.isinf(never)
    assert np.isfinite(fires)


HOLDS = [
    (volts, phase, steps)
    for volts in (0.6, 0.8, 0.9, 1.0)
    for phase in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 80.0, 120.0)
    for steps in (2, 5, 20, 100)
    # otherwise even a drive that never pauses takes more timesteps
    if steps * phase / (BENCH[2] + BENCH[3]) >= filament_growth.integration_time(volts, *BENCH)
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("volts", "phase", "steps"),
    [
        pytest.param(*case, marks=() if place % 4 == 0 else pytest.mark.nightly)
        for place, case in enumerate(HOLDS)
    ],
)
def test_hold_time_against_the_rate_equations(volts: float, phase: float, steps: int) -> None:
    period = phase / (BENCH[2] + BENCH[3])
    holds = np.linspace(1e-3, 1.0, 2000) * period
    least = holds[integration.filament_steps_to_fire(holds, period, volts, *BENCH) <= steps][0]
    tried = least * np.linspace(0.9, 1.11, 43)
    fired = first_spike(Rates(*BENCH), volts, tried, period - tried, 2.0 * steps).time
    needed = tried[fired <= steps * period][0]
    assert 0.96 < least / needed < (1.03 if phase <= 5.0 else 1.05 if phase <= 80.0 else 1.1)


@each("full_scale", [0.3, 1.3, 1.85, 3.0])
@each("power", [1.0, 2.0])
def test_the_mean_drive_is_that_of_normal_results(full_scale: float, power: float) -> None:
    results = np.linspace(-9.0, 9.0, 200_001)
    weights = np.exp(-results * results / 2.0)
    mean = np.sum(weights * np.clip(results / full_scale, 0.0, 1.0) ** power) / np.sum(weights)
    assert integration.mean_drive_share(full_scale, power) == pytest.approx(mean, rel=1e-6)
