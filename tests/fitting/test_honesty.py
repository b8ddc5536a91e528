"""What strangers' data contradict or leave open is not called measured: repetition, dependent rows, homes, switches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.fitting.device_fit import DeviceFit, fit
from neuroest.fitting.headers import LAYOUTS, Experiment
from neuroest.fitting.predictions import compliance_current
from neuroest.fitting.sequence import places
from neuroest.loading.library import load_device
from neuroest.pipeline.check import check_files

UP_AND_DOWN = (
    "0,0,9.9e-7 4,0,4.77e-7 8,0,2.28e-7 12,0,9.69e-8 16,0,4.15e-8 20,0,1.57e-8 24,0,6.1e-9 28,0,2.28e-9 32,0,9.9e-10 "
    "0,1,1.0e-9 4,1,1.03e-8 8,1,4.56e-8 12,1,1.07e-7 16,1,2.09e-7 20,1,3.33e-7 24,1,4.69e-7 28,1,6.19e-7 32,1,7.98e-7"
)
"""A floating-gate cell whose steps up grow and whose steps down shrink: pulse, direction, conductance."""
RATES = "0,0 190,0 228,41.7 267,41.7 303,45.5 342,50 381,52.6 419,52.6 458,55.6 494,58.8 533,58.8 570,62.5 606,62.5"
"""Rate of a vanadium oxide oscillator [MHz] against its current [uA]; silent up to 190 uA."""


def fitted(place: Path, header: str, rows: str, **options) -> DeviceFit:
    file = place / "data.csv"
    file.write_text("\n".join([header, *rows.split()]) + "\n", encoding="utf-8")
    return fit(file, **options)


def loop(*ways: np.ndarray) -> str:
    return " ".join(f"{v:.6g},{i:.6g}" for v, i in np.concatenate(ways))


def test_up_and_down_is_no_repetition(tmp_path: Path) -> None:
    found = fitted(tmp_path, "pulse,rising,conductance [S]", UP_AND_DOWN)
    assert "does not describe pulse_response" in found.refusal
    (phase_change,) = [one for one in found.ranking if one.model == "phase_change_neuron"]
    assert phase_change.rejected


def test_both_ways_of_a_sweep_are_no_repetition() -> None:
    voltage = np.array([0.1, 0.5, 1.0, 0.5, 0.1, -0.5, -0.1])
    sweep = Experiment(
        LAYOUTS["current_voltage"], {"voltage": voltage, "current": voltage}, tuple(range(7)), "sweep"
    )
    place = places(sweep)
    assert place[1] != place[3]
    assert place[0] != place[4]
    assert place[1] != place[5]
    twice = {name: np.concatenate([v, v]) for name, v in sweep.columns.items()}
    twice["cycle"] = np.repeat([1.0, 2.0], 7)
    again = places(Experiment(sweep.layout, twice, tuple(range(14)), "sweep"))
    assert again[:7].tolist() == again[7:].tolist()


def test_residuals_that_run_are_not_called_measured(tmp_path: Path) -> None:
    # a stretched exponential, which no law of the delay is; its floor laws follow it to a few tens of percent
    voltage = np.linspace(0.6, 1.5, 25)
    rows = " ".join(f"{v:.4f},{1e-6 * np.exp(4.0 * v**-1.6):.5g}" for v in voltage)
    found = fitted(tmp_path, "voltage [V],integration_time [s]", rows, law="delay_power")
    assert any("run" in why for why in found.result.reservations_of("delay_steepness"))
    found.write(tmp_path / "mine.yaml")
    claim = load_device(str(tmp_path / "mine.yaml")).claims["delay_steepness"]
    assert claim.basis == "assumed"
    assert "Not called measured" in str(claim.rationale)


def test_dense_readings_are_no_independent_rows(tmp_path: Path) -> None:
    # a random walk of 2 % over 24 000 readings, 5 ms apart, and no drift
    walk = 2e-4 * np.cumsum(np.random.default_rng(0).standard_normal(24_000))
    rows = " ".join(f"{5e-3 * (n + 1):.4f},{6e-5 * (1.0 + w):.6g}" for n, w in enumerate(walk))
    found = fitted(tmp_path, "time [s],conductance [S]", rows)
    assert "24000 readings are" in found.to_text()
    exponent = found.result.laws[0].bounds["high_drift_exponent"]
    assert exponent < 0.03
    assert "high_drift_exponent" not in found.result.fitted


def test_slopes_of_parts_that_disagree_widen_the_exponent(tmp_path: Path) -> None:
    time = np.logspace(0, 3, 31)
    rows = " ".join(f"{t:.5g},{20.0 * t**-0.05 * (1 if t < 100 else (t / 100) ** -0.2):.5g}" for t in time)
    found = fitted(tmp_path, "time [s],conductance [uS]", rows)
    law = found.result.laws[0]
    assert any("disagree: +0.05, " in note for note in law.notes)
    assert law.factor("high_drift_exponent") > 1.5


def test_retention_of_one_state_does_not_set_the_window(tmp_path: Path) -> None:
    time = np.logspace(0, 4, 9)
    rows = " ".join(f"{t:.5g},{68.2 * t**-0.15:.5g}" for t in time)
    found = fitted(tmp_path, "time [s],conductance [nS]", rows)
    assert found.result.values["high_drift_exponent"] == pytest.approx(0.15, rel=0.01)
    assert found.result.values["high_conductance"] == pytest.approx(40e-6)
    assert "the drift was measured at 68.2 nS" in " ".join(found.to_text().split())
    assert "conductance at the high end" not in found.to_text()


def test_endurance_counts_devices_with_their_first_failure(tmp_path: Path) -> None:
    # four devices, read at checkpoints; the second stays broken
    rows = "1e3,0,1 1e5,1,1 1e3,0,2 1e4,1,2 1e5,1,2 1e3,0,3 1e5,0,3 2e5,1,3 1e3,0,4 1e6,0,4"
    found = fitted(tmp_path, "cycles,failed,device", rows)
    (law,) = found.result.laws
    assert sorted(law.rows.measured) == pytest.approx([1e4, 1e5, 2e5])
    assert "3 of 4 devices failed" in law.notes[0]
    with pytest.raises(NeuroestError, match=r"1 of 1 device failed.*each with its first failure in 3 rows"):
        fitted(tmp_path, "cycles,failed,device", "1e3,0,1 1e5,1,1 2e5,1,1")


def test_a_refractory_time_reaches_the_chip(tmp_path: Path) -> None:
    fires = " ".join(row for row in RATES.split() if not row.endswith(",0"))
    found = fitted(tmp_path, "current [uA],spike_rate [MHz]", fires)
    assert found.result.values["refractory_time"] == pytest.approx(10.5e-9, rel=0.03)
    found.write(tmp_path / "mine.yaml")
    neuron = neuroest.block("analog_lif", device=str(tmp_path / "mine.yaml"))
    (interval,) = [row.value for row in neuron.rows if row.term == "integration time"]
    (pause,) = [row.value for row in neuron.rows if row.term == "refractory time"]
    assert 1.0 / (interval + pause) == pytest.approx(62.5e6, rel=0.03)
    assert "do not call another device one" in " ".join(found.to_text().split())


def test_silent_rows_count(tmp_path: Path) -> None:
    found = fitted(tmp_path, "current [uA],spike_rate [MHz]", RATES)
    values = found.result.laws[0].values
    # the smallest current that fires is not below the largest one that does not
    assert values["threshold_charge"] / values["memory_time"] > 0.99 * 190e-6
    assert found.result.reservations_of("memory_time")


def test_an_end_that_no_train_reaches_is_the_lowest_reading(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).standard_normal(36)
    rows = " ".join(f"{n},{1.02e-6 * np.exp(-n / 4.6 + 0.02 * e):.5g}" for n, e in enumerate(noise))
    found = fitted(tmp_path, "pulse,conductance [S]", rows)
    found.write(tmp_path / "mine.yaml")
    claims = load_device(str(tmp_path / "mine.yaml")).claims
    lowest = min(float(row.split(",")[1]) for row in rows.split())
    assert claims["low_conductance"].value == pytest.approx(lowest, rel=1e-3)
    assert claims["low_conductance"].shape == "one_sided"
    assert claims["high_conductance"].value == pytest.approx(1.02e-6, rel=0.03)
    assert claims["high_conductance"].basis == "measured"
    assert claims["update_states"].value == 35


def test_a_zero_crossing_is_no_switch(tmp_path: Path) -> None:
    up = np.arange(0.0, 151.0, 3.0)
    voltage = np.concatenate([up, up[-2::-1], -up[1:], -up[-2::-1]])
    rows = " ".join(f"{v:g},{v - 33.05:.4f}" for v in voltage)
    with pytest.raises(NeuroestError, match="this is a resistor: both ways of 2 of 2 loops agree; 1 Mohm"):
        fitted(tmp_path, "voltage [mV],current [nA]", rows)


def test_a_current_against_the_voltage_shows_no_state(tmp_path: Path) -> None:
    # a resistor of 10 Mohm with a displacement current of the other sign: -40 nA up and -60 nA back
    up = np.arange(1, 31) / 10.0
    ways = (np.stack([up, 1e-7 * up - 40e-9], axis=1), np.stack([up[::-1], 1e-7 * up[::-1] - 60e-9], axis=1))
    with pytest.raises(
        NeuroestError, match="at 200 mV the current flows against the voltage in 1 of 1 loops"
    ):
        fitted(tmp_path, "voltage [V],current [A]", loop(*ways))


def test_a_switch_must_switch_in_most_loops(tmp_path: Path) -> None:
    up = np.arange(0.02, 1.01, 0.02)
    rows = ""
    for cycle in range(5):
        on = False
        for level in (*up, *up[-2::-1]):
            on = cycle < 2 and level >= (0.3 if on else 0.6)
            rows += f"{level:.2f},{level / (1e4 if on else 1e9):.5g},{cycle} "
    with pytest.raises(
        NeuroestError, match="2 of 5 loops turn on and off again; a switch must in most of them"
    ):
        fitted(tmp_path, "voltage [V],current [A],cycle", rows)


def test_a_switch_may_turn_off_gradually_and_lose_its_voltage_to_the_limit(tmp_path: Path) -> None:
    # 1 kohm, on at 4 V, where the limit of 20 mA leaves 3 V; back, 150 ohm until 3 V, then a power of the voltage
    up = np.arange(1, 41) / 10.0
    back = np.arange(30, 0, -1) / 10.0
    conductance = np.maximum(1e-3, (1.0 / 150.0) * (back / 3.0) ** 3.0)
    voltage = np.concatenate([up, [3.0], back])
    current = np.concatenate([up * 1e-3, [20e-3], back * conductance])
    found = fitted(
        tmp_path,
        "voltage [V],current [A]",
        "\n".join(f"{v},{i:.6g}" for v, i in zip(voltage, current, strict=True)),
    )
    assert found.kind == "this is a volatile switch: 1 of 1 loops turn on, and off again at a lower voltage"
    values = found.result.values
    assert values["threshold_voltage"] == pytest.approx(4.0)
    # half of the way as a logarithm, 387 ohm, is at (150/387)^(1/3) of 3 V
    assert values["hold_voltage"] == pytest.approx(3.0 * (150.0 / 387.0) ** (1.0 / 3.0), abs=0.1)
    assert values["off_resistance"] == pytest.approx(1e3)
    # 4 mA leak at the threshold, 5.5 mA hold it on: too close for any resistor
    assert "hardly above the leakage of 4 mA" in found.to_text()
    assert found.refusal == "the leakage of the open switch keeps the capacitor below the threshold"


def test_a_maximum_of_the_current_is_no_compliance() -> None:
    # a reset: the current grows to 0.7 V, where the cell turns off, and back along the high resistance
    voltage = np.concatenate([np.arange(0.01, 1.5, 0.01), np.arange(1.5, 0.0, -0.01)])
    current = np.where((np.arange(len(voltage)) < 75), voltage / 2e3, voltage / 3e4)
    found = Experiment(
        LAYOUTS["current_voltage"], {"voltage": voltage, "current": current}, (0,) * len(voltage), ""
    )
    assert np.all(np.isinf(compliance_current(found)))


def test_check_refuses_what_every_chip_refuses(tmp_path: Path) -> None:
    for name, changes, why in (
        (
            "switch_generic_28nm",
            {"hold_voltage": "0.9 V"},
            "hold_voltage 900 mV is not below threshold_voltage",
        ),
        (
            "rram_hfox_28nm",
            {"high_conductance": "68 nS"},
            "low_conductance 1 uS is not below high_conductance 68 nS",
        ),
        ("diffusive_bench", {"off_resistance": "1 kohm"}, "turns the output on without a spike"),
    ):
        device = load_device(name)
        text = Path(device.file).read_text("utf-8").splitlines()
        for key, value in changes.items():
            at = text.index(f"  {key}:")
            end = next(n for n in range(at + 1, len(text)) if not text[n].startswith("   "))
            text[at:end] = [f"  {key}: {{value: {value}, basis: assumed, rationale: a test}}"]
        file = tmp_path / f"{name}.yaml"
        file.write_text("\n".join(text) + "\n", encoding="utf-8")
        assert any(why in problem.message for problem in check_files([file])), name
