"""Trains of pulses give back the response that they were made with, and the spec is used by estimates and training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.equations import learning
from neuroest.fitting.device_fit import DeviceFit, fit
from neuroest.fitting.headers import example_folder
from neuroest.loading.library import load_device
from neuroest.network_simulation.learned_cells import PulseResponse

LOW, HIGH, STATES, UP, DOWN = 2e-6, 40e-6, 200, 2.0, 4.0
CHIP, NETWORK = "learning_crossbar_28nm", "shd_recurrent_learning"


def trains(path: Path, *, noise: float, spread: float, read: float, devices: int = 6, seed: int = 3) -> Path:
    """Trains up and down on several devices that follow `step_size`, read with noise."""
    rng = np.random.default_rng(seed)
    rows = ["# basis: simulated", "pulse,conductance [uS],rising,device,voltage [V],pulse_width [ns]"]
    for device in range(devices):
        gain = 1.0 + spread * rng.standard_normal()
        for rising, bent in ((1, UP), (0, DOWN)):
            state = 0.0 if rising else 1.0
            for pulse in range(STATES + 1):
                seen = LOW + (HIGH - LOW) * state + read * rng.standard_normal()
                rows.append(
                    f"{pulse},{max(1e6 * seen, 0.05):.5g},{rising},{device},{1.2 if rising else -1.2},50"
                )
                step = learning.step_size(state if rising else 1.0 - state, float(STATES), bent)
                moved = float(step) * gain * (1.0 + noise * rng.standard_normal())
                state = float(np.clip(state + (moved if rising else -moved), 0.0, 1.0))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def within(found: DeviceFit, name: str, truth: float) -> bool:
    return abs(np.log(found.result.values[name] / truth)) <= np.log(found.result.factor(name, 0.98))


def test_both_ways_give_states_nonlinearities_noise_and_spread(tmp_path: Path) -> None:
    found = fit(trains(tmp_path / "trains.csv", noise=0.8, spread=0.25, read=0.3e-6))
    assert found.result.laws[0].law.name == "pulse_saturating_both"
    for name, truth in (
        ("rising_nonlinearity", UP), ("falling_nonlinearity", DOWN), ("update_noise", 0.8), ("update_spread", 0.25),
        ("high_conductance", HIGH),
    ):  # fmt: skip
        assert within(found, name, truth), name
    assert found.result.values["update_states"] == STATES
    assert found.result.values["update_voltage"] == pytest.approx(1.2)
    assert found.result.values["update_time"] == pytest.approx(50e-9)


@pytest.mark.slow
def test_noise_of_the_reads_is_no_noise_of_the_steps(tmp_path: Path) -> None:
    quiet, loud = (
        fit(
            trains(tmp_path / f"{read}.csv", noise=0.8, spread=0.1, read=read),
            model="one_transistor_one_resistor",
        )
        for read in (0.0, 0.6e-6)
    )
    assert within(quiet, "update_noise", 0.8)
    assert within(loud, "update_noise", 0.8)
    # the readings themselves by several steps of 0.24 uS, the root mean square of both ways: 2 (0.6/0.24)^2 + 0.8^2
    assert "readings scatter by 3." in " ".join(loud.result.laws[0].notes)


def test_trains_one_way_leave_the_other_assumed(tmp_path: Path) -> None:
    rows = [f"{n},{60.0 - 50.0 * np.exp(-n / 15.0):.6g}" for n in range(51)]
    (tmp_path / "up.csv").write_text("\n".join(["pulse,conductance [uS]", *rows]) + "\n", encoding="utf-8")
    found = fit(tmp_path / "up.csv")
    found.write(tmp_path / "mine.yaml")
    claims = load_device(str(tmp_path / "mine.yaml")).claims
    assert claims["rising_nonlinearity"].value == pytest.approx(50.0 / 15.0, rel=0.01)
    assert claims["falling_nonlinearity"].basis == "assumed"
    # the first step is that of the curve, 50/15 uS of a window of 50 uS
    first = learning.step_size(0.0, claims["update_states"].value, claims["rising_nonlinearity"].value)
    assert first == pytest.approx(1.0 / 15.0, rel=0.01)


def test_a_published_train_hides_the_noise_of_its_steps_behind_its_readings() -> None:
    # 1000 pulses each way on a cell of Gong et al. 2018; aihwkit fits the same device with read-like noise of 75 x
    # 0.00135 and a scatter of 5 x 0.00135 a step, on a scale from -1 to 1
    found = fit(example_folder() / "gong2018_pulse_trains.csv", model="one_transistor_one_resistor").result
    assert found.values["update_states"] == 999
    window = (found.values["high_conductance"] - found.values["low_conductance"]) / 13e-6
    step = window / 999
    assert step == pytest.approx(0.00135, rel=0.5)
    assert "update_noise" not in found.fitted
    assert 5.0 * 0.00135 < found.laws[0].bounds["update_noise"] * step < 75.0 * 0.00135


@pytest.mark.slow
def test_a_fitted_device_learns_on_a_chip(tmp_path: Path) -> None:
    found = fit(trains(tmp_path / "trains.csv", noise=0.8, spread=0.25, read=0.3e-6))
    found.write(tmp_path / "mine.yaml")
    settings = {"chip.tile.array.cell.device": str(tmp_path / "mine.yaml")}
    mine, other = neuroest.estimate(CHIP, NETWORK, settings), neuroest.estimate(CHIP, NETWORK)
    response = PulseResponse.of(mine)
    assert (response.states, response.noise) == pytest.approx(
        (STATES, found.result.values["update_noise"]), rel=1e-3
    )
    assert response.rising == pytest.approx(found.result.values["rising_nonlinearity"], rel=1e-3)
    assert response.falling > response.rising
    # the same change takes as many more pulses as there are states, 15 of the four bits that the other cell resolves
    assert mine.totals["pulses_per_cell"] / other.totals["pulses_per_cell"] == pytest.approx(STATES / 15.0)
    paths = set(mine.used_paths)
    assert {
        f"chip.tile.array.cell.{name}" for name in ("update_states", "update_voltage", "update_time")
    } <= paths


def test_a_train_that_comes_back_is_asked_for_its_ways(tmp_path: Path) -> None:
    up = [10.0 + 50.0 * (1.0 - np.exp(-n / 20.0)) for n in range(64)]
    rows = "".join(f"{at},{g:.4g}\n" for at, g in enumerate([*up, *up[::-1]], 1))
    (tmp_path / "data.csv").write_text("pulse,conductance [uS]\n" + rows, encoding="utf-8")
    with pytest.raises(NeuroestError, match="goes up and down; count each way from its first pulse"):
        fit(tmp_path / "data.csv", model="one_transistor_one_resistor")
