"""Fits recover what the data hold, and say what they do not."""

from functools import cache

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.pulse_response import Rates, first_spike
from neuroest.fitting.estimation import Fit, fit
from neuroest.fitting.headers import LAYOUTS, Experiment, Measurements, example_folder
from neuroest.fitting.measurements import read_measurements
from neuroest.fitting.predictions import predict
from neuroest.loading.library import load_device

pytestmark = pytest.mark.slow
TEMPLATE = {name: claim.value for name, claim in load_device("diffusive_bench").claims.items()}
LENGTH = 0.2
TRUTH = {"field_mobility": 230.0, "residue_rate": 30.0, "filament_decay": 800.0, "residue_decay": 8.0}


def measurements(name, **columns):
    rows = len(next(iter(columns.values())))
    arrays = {key: np.asarray(value, dtype=float) for key, value in columns.items()}
    experiment = Experiment(LAYOUTS[name], arrays, tuple(range(rows)), "test")
    return Measurements("test", (experiment,))


def drive_data(noise, devices=1, spread=0.0, seed=0):
    """First spikes at a constant drive and after pulses; the truth is simulated here, not by the predictions."""
    generator = np.random.default_rng(seed)
    level = np.tile([0.35, 0.45, 0.6, 0.8, 1.0, 1.3, 2.0], devices)
    device = np.repeat(np.arange(devices), 7)
    drive = np.exp(spread * generator.standard_normal(devices))[device]
    rates = Rates(TRUTH["field_mobility"] * drive, 0.01, 30.0, 800.0, 8.0)
    time = first_spike(rates, level, 10.0, 1.0, 1).time
    time = time * np.exp(noise * generator.standard_normal(len(level)))
    return measurements("integration_time", voltage=level, integration_time=time, device=device)


def test_rates_are_recovered_from_noisy_times_at_constant_drive() -> None:
    found = fit(drive_data(0.02, devices=3), TEMPLATE, conduction_length=LENGTH, starts=4)
    assert found.converged
    for name in found.fitted:
        # within three of the stated deviations, and those are no worse than a factor two
        assert abs(np.log(found.values[name] / TRUTH[name])) < 3.0 * found.deviations[name]
        assert found.factor(name) < 2.0
    assert {"field_mobility", "residue_decay"} <= set(found.fitted)


def test_the_spread_between_devices_is_estimated() -> None:
    found = fit(
        drive_data(0.01, devices=12, spread=0.08, seed=1), TEMPLATE, conduction_length=LENGTH, starts=2
    )
    # twelve devices give a deviation to 20 %
    assert found.device_to_device == pytest.approx(0.08, rel=0.5)
    assert found.deviations["field_mobility"] >= found.device_to_device / np.sqrt(12)


@pytest.mark.nightly
def test_a_start_far_away_ends_at_the_same_place() -> None:
    data = drive_data(0.0)
    near = fit(data, TEMPLATE, conduction_length=LENGTH, starts=2)
    far = fit(data, TEMPLATE | {"field_mobility": 900.0}, conduction_length=LENGTH, starts=2, seed=5)
    # a start from another template holds what it cannot see elsewhere, which costs a few per cent at most
    assert near.misfit["integration_time"] < 0.03
    assert far.misfit["integration_time"] < 0.03


def test_capacitance_and_rearm_voltage_are_not_reported_apart() -> None:
    found = fit(
        read_measurements(example_folder() / "zhao2025_spike_interval.csv"),
        TEMPLATE,
        conduction_length=LENGTH,
    )
    # intervals hold R_c C_g ln(1/rearm) only: 10 pF with the template's 0.2
    assert found.fitted == ("gate_capacitance",)
    assert found.values["gate_capacitance"] == pytest.approx(10e-12, rel=0.1)
    assert "rearm_fraction" in found.held
    assert any("rearm_fraction" in text for text in found.combinations)
    assert "field_mobility" in found.held


def test_paired_pulses_of_the_paper_give_the_decay_that_their_ends_give_by_hand() -> None:
    # 5.7 ms after 3 ms and 0.2 ms after 1 s: ln(5.7/0.2)/0.997 s = 3.36 /s. Zhao et al. state 5 /s for another device.
    found = fit(
        read_measurements(example_folder() / "zhao2025_paired_pulse.csv"),
        TEMPLATE,
        conduction_length=LENGTH,
        starts=2,
    )
    assert found.values["residue_decay"] == pytest.approx(3.36, rel=0.1)
    assert found.misfit["paired_pulse"] < 0.1


@cache
def first_spike_fitted() -> Fit:
    data = read_measurements(example_folder() / "zhao2025_first_spike.csv")
    return fit(data, TEMPLATE, conduction_length=LENGTH, starts=1)


@pytest.mark.nightly
def test_one_pulse_train_tells_one_parameter() -> None:
    found = first_spike_fitted()
    assert found.fitted == ("field_mobility",)
    # the device is faster than the published rates, which need 97 pulses instead of 44
    assert 180.0 < found.values["field_mobility"] < 260.0


@pytest.mark.nightly
def test_held_parameters_widen_the_band() -> None:
    data = read_measurements(example_folder() / "zhao2025_first_spike.csv")
    certain = dict.fromkeys(TRUTH, 1e-06)
    narrow = fit(data, TEMPLATE, conduction_length=LENGTH, template_deviations=certain, starts=1)
    wide = first_spike_fitted()
    assert wide.deviations["field_mobility"] > 3.0 * narrow.deviations["field_mobility"]


def test_resistances_are_recovered_from_a_sweep() -> None:
    # up to 1.5 V and back in 0.1 s; truth 200 kohm and 20 Gohm, 3 % noise
    time = np.linspace(0.0, 0.1, 21)
    voltage = 1.5 * (1.0 - np.abs(time / 0.05 - 1.0))
    empty = measurements("current_voltage", time=time, voltage=voltage, current=np.arange(1.0, 22.0))
    values = TEMPLATE | {"on_resistance": 2e5, "off_resistance": 2e10}
    sets = {name: np.array([value]) for name, value in values.items()}
    current = np.zeros(21)
    part = predict(empty, sets, LENGTH)[0]
    current[part.used] = part.predicted[0]
    current *= np.exp(0.03 * np.random.default_rng(0).standard_normal(21))
    found = fit(
        measurements("current_voltage", time=time, voltage=voltage, current=current), TEMPLATE,
        conduction_length=LENGTH, starts=1,
    )  # fmt: skip
    assert found.values["off_resistance"] == pytest.approx(2e10, rel=0.1)
    assert found.values["on_resistance"] == pytest.approx(2e5, rel=0.1)


def sweep(rows, peak, cycles=(0.0,), length=0.5):
    """Up and down in a time for each cycle, with a compliance of 10 uA."""
    share = np.linspace(0.0, 1.0, rows)
    level = peak * (1.0 - np.abs(2.0 * share - 1.0))
    return {
        "time": np.concatenate([length * (share + cycle) for cycle in cycles]),
        "voltage": np.tile(level, len(cycles)), "cycle": np.repeat(cycles, rows),
        "current": np.full(rows * len(cycles), 1e-12), "compliance": np.full(rows * len(cycles), 1e-5),
    }  # fmt: skip


def swept(columns, **changed):
    values = {name: np.array([value, 1.3 * value]) for name, value in (TEMPLATE | TRUTH | changed).items()}
    return predict(measurements("current_voltage", **columns), values, LENGTH)[0].predicted


def test_cycles_of_a_sweep_that_run_at_once_are_those_that_run_alone() -> None:
    short, long = sweep(101, 1.2, length=0.2), sweep(151, 1.5, (1.0,), length=0.3)
    both = {name: np.concatenate([short[name], long[name]]) for name in short}
    alone = np.concatenate([swept(short, on_resistance=5e4), swept(long, on_resistance=5e4)], axis=1)
    together = swept(both, on_resistance=5e4)
    assert together == pytest.approx(alone, rel=1e-9)
    assert np.any(np.isclose(together, 1e-5, rtol=1e-9))


def test_the_steps_within_a_row_resolve_a_sweep_of_500_rows() -> None:
    coarse, fine = swept(sweep(501, 1.5), on_resistance=5e4), swept(sweep(4001, 1.5), on_resistance=5e4)
    # rows below 1 mV are left out: one at either end, and two
    miss = np.abs(np.log(coarse / fine[:, 6::8]))
    assert np.quantile(miss, 0.99) < 0.01


def test_the_same_seed_gives_the_same_fit() -> None:
    data = read_measurements(example_folder() / "zhao2025_firing_probability.csv")
    first, second = (fit(data, TEMPLATE, conduction_length=LENGTH, seed=3) for _ in range(2))
    assert first.values == second.values


@pytest.mark.nightly
def test_a_neuron_of_the_stochastic_simulation_is_recovered() -> None:
    # examples/measurements/make_simulated_neuron.py; its pulses and pairs are those of another device than its times
    data = read_measurements(example_folder() / "simulated_neuron.csv")
    found = fit(data, TEMPLATE, conduction_length=LENGTH, starts=1)
    truth = {
        "field_mobility": 240.0, "residue_rate": 28.0, "filament_decay": 900.0, "residue_decay": 9.0,
        "firing_median_voltage": 0.95, "firing_voltage_spread": 0.05, "gate_capacitance": 7e-12,
    }  # fmt: skip
    assert set(truth) <= set(found.fitted)
    for name, value in truth.items():
        assert abs(np.log(found.values[name] / value)) < np.log(found.factor(name, 0.99)), name
    for name in ("field_mobility", "residue_rate", "filament_decay", "residue_decay"):
        assert found.values[name] == pytest.approx(truth[name], rel=0.06), name
    # intervals hold the product
    product = found.values["gate_capacitance"] * np.log(1.0 / found.values["rearm_fraction"])
    assert product == pytest.approx(7e-12 * np.log(5.0), rel=0.03)
    assert found.cycle_to_cycle == pytest.approx(0.03, rel=0.3)
    assert "off_resistance" in found.held


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("integration_time", {"voltage": [0.8, 0.9], "integration_time": [35.0, 22.0]}),
        ("pulse_train", {"voltage": [0.8], "pulse_width": [0.1], "gap": [0.1], "pulses_to_fire": [88.0]}),
    ],
)
def test_times_in_the_wrong_unit_are_reported_at_once(name: str, columns) -> None:
    """Seconds for milliseconds: the search would follow each run for minutes."""
    with pytest.raises(NeuroestError, match=r"check the units, or give a slower neuron with --from"):
        fit(measurements(name, **columns), TEMPLATE, conduction_length=LENGTH)


def test_what_the_data_do_not_determine_is_written_as_a_bound() -> None:
    """One side of the band is the fitted value, the other the far end of the band of the template."""
    from neuroest.fitting.spec_writer import _undetermined

    claim = load_device("switch_generic_28nm").claims["off_resistance"]
    entry = _undetermined("off_resistance", claim, "ohm", 2.0 * claim.high)
    assert entry["spread"]["shape"] == "one_sided"
    assert set(entry["spread"]) == {"low", "shape"}
    assert set(_undetermined("off_resistance", claim, "ohm", claim.low / 2.0)["spread"]) == {"high", "shape"}
    with pytest.raises(NeuroestError, match="do not determine"):
        _undetermined("off_resistance", None, "ohm", 1e9)
