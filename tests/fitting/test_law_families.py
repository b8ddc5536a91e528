"""Laws of resistive cells, accumulating devices and CMOS neurons give back what the data were made with."""

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.fitting.device_fit import DeviceFit, fit
from neuroest.fitting.headers import LAYOUTS
from neuroest.fitting.laws.table import FAMILIES, LAWS, REQUESTED
from neuroest.loading.library import load_device
from neuroest.registry import DEVICE_MODELS

EV = 1.602176634e-19


def fitted(folder: Path, header: str, rows: list[tuple[float, ...]], **options) -> DeviceFit:
    path = folder / "data.csv"
    path.write_text(
        "\n".join([header, *(",".join(f"{cell:.7g}" for cell in row) for row in rows)]) + "\n", "utf-8"
    )
    return fit(path, **options)


def holds(found: DeviceFit, name: str, truth: float) -> bool:
    """Whether a band, widened to 98 %, holds the truth."""
    return abs(np.log(found.result.values[name] / truth)) <= np.log(found.result.factor(name, 0.98))


def written(found: DeviceFit, folder: Path):
    found.write(folder / "mine.yaml")
    return load_device(str(folder / "mine.yaml")).claims


def test_each_law_names_a_layout_a_model_with_a_family_and_unknowns_in_words() -> None:
    assert len({law.name for law in LAWS}) == len(LAWS)
    for law in (*LAWS, *(one for laws in REQUESTED.values() for one in laws)):
        assert law.experiment in LAYOUTS
        assert law.model in FAMILIES
        assert law.model in DEVICE_MODELS
        alone = (
            law.name.startswith("rate_") or law.name == "drift_none"
        )  # what they determine follows from them
        assert set(law.unknowns) & set(DEVICE_MODELS[law.model].parameters()) or alone
    for family in FAMILIES.values():
        assert load_device(family.template).spec.model == family.model


def test_potentiation_that_saturates(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    rows = [
        (n, (60.0 - 50.0 * np.exp(-n / 15.0)) * np.exp(0.03 * noise.standard_normal())) for n in range(51)
    ]
    found = fitted(tmp_path, "Pulse #,Conductance (uS)", rows)
    assert found.result.laws[0].law.name == "pulse_saturating"
    assert holds(found, "low_conductance", 10e-6)
    assert holds(found, "high_conductance", 60e-6)
    assert written(found, tmp_path)["high_conductance"].basis == "measured"


def test_depression_has_the_same_ends(tmp_path: Path) -> None:
    rows = [(n, 10.0 + 50.0 * np.exp(-n / 15.0)) for n in range(51)]
    found = fitted(tmp_path, "pulse,G [uS]", rows)
    assert found.result.values["low_conductance"] == pytest.approx(10e-6, rel=0.01)
    assert found.result.values["high_conductance"] == pytest.approx(60e-6, rel=0.01)


def test_a_straight_curve_may_be_a_cell_or_a_crystallising_neuron(tmp_path: Path) -> None:
    noise = np.random.default_rng(2)
    rows = [(n, (1.0 + 0.25 * n) * np.exp(0.02 * noise.standard_normal())) for n in range(41)]
    found = fitted(tmp_path, "pulse,G [uS]", rows)
    assert "as good" in found.to_text()
    neuron = fitted(tmp_path, "pulse,G [uS]", rows, model="phase_change_neuron")
    assert holds(neuron, "conductance_step", 0.25e-6)
    # its threshold must lie on the curve
    assert written(neuron, tmp_path)["threshold_conductance"].value <= 11.5e-6


def test_drift_and_its_absence(tmp_path: Path) -> None:
    times = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5]
    noise = np.random.default_rng(3)
    drifting = [(t, 20.0 * t**-0.05 * np.exp(0.01 * noise.standard_normal())) for t in times]
    found = fitted(tmp_path, "time [s],conductance [uS]", drifting)
    assert holds(found, "high_drift_exponent", 0.05)
    still = [(t, 20.0 * np.exp(0.01 * noise.standard_normal())) for t in times]
    assert fitted(tmp_path, "time [s],conductance [uS]", still).result.laws[0].law.name == "drift_none"


def test_devices_at_levels_of_their_own_drift_alike(tmp_path: Path) -> None:
    noise = np.random.default_rng(3)
    rows = [
        (t, level * t**-0.05 * np.exp(0.01 * noise.standard_normal()), device)
        for device, level in enumerate((8.0, 20.0, 35.0))
        for t in (1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
    ]
    found = fitted(tmp_path, "time [s],conductance [uS],device", rows)
    assert holds(found, "high_drift_exponent", 0.05)
    assert found.result.factor("high_drift_exponent") < 1.2
    # three devices show no more than three levels
    assert found.result.laws[0].factor("written_conductance") > 1.5


def test_a_barrier_from_retention_at_several_temperatures(tmp_path: Path) -> None:
    noise = np.random.default_rng(4)
    rows = [
        (
            t,
            1e4
            * np.exp(1.2 * EV / 1.380649e-23 * (1.0 / t - 1.0 / 400.0))
            * np.exp(0.1 * noise.standard_normal()),
        )
        for t in (400.0, 420.0, 440.0, 460.0, 480.0)
        for _ in range(3)
    ]
    found = fitted(tmp_path, "Temperature (K),TTF (s)", rows)
    assert holds(found, "retention_activation_energy", 1.2 * EV)
    assert written(found, tmp_path)["retention_temperature"].value == 400


def test_endurance_counts_devices_that_outlived_the_test(tmp_path: Path) -> None:
    # median life 1e6 cycles: with shape two the scale is 1e6/sqrt(ln 2) = 1.201e6
    life = 1.2011e6 * np.sqrt(-np.log(np.random.default_rng(5).random(60)))
    rows = [(min(one, 1.1e6), float(one < 1.1e6)) for one in life]
    found = fitted(tmp_path, "cycles,failed", rows)
    assert holds(found, "endurance", 1e6)
    assert found.result.laws[0].values["shape"] == pytest.approx(2.0, rel=0.3)
    naive = float(np.median([cycles for cycles, failed in rows if failed]))
    assert naive < 0.85e6 < found.result.values["endurance"]


def test_too_few_failures_say_how_long_devices_last_at_least(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="half of them last 1e\\+06 cycles at least"):
        fitted(tmp_path, "cycles,failed", [(1e6, 0.0)] * 5 + [(1e4, 1.0)])


def test_read_noise_of_two_causes(tmp_path: Path) -> None:
    noise = np.random.default_rng(6)
    rows = [
        (g, np.hypot(0.2, 0.03 * g) * np.exp(0.05 * noise.standard_normal()))
        for g in (1, 2, 5, 10, 20, 40)
        for _ in range(3)
    ]
    found = fitted(tmp_path, "conductance [uS],noise [uS]", rows)
    assert found.result.laws[0].law.name == "noise_mixed"
    assert holds(found, "read_noise", np.hypot(0.2 / 40.0, 0.03))


def test_a_cmos_neuron_by_its_f_i_curve(tmp_path: Path) -> None:
    # 1 pA of rheobase and 20 ms: 20 fC a spike; 2 ms of rest
    noise = np.random.default_rng(7)
    rows = [
        (i, np.exp(0.02 * noise.standard_normal()) / (2e-3 + 20e-3 * np.log(i / (i - 1.0))))
        for i in (1.1, 1.3, 1.6, 2.0, 3.0, 5.0, 8.0, 12.0)
    ]
    found = fitted(tmp_path, "Input current (pA),Firing rate (Hz)", rows)
    law = found.result.laws[0]
    assert law.law.name == "rate_leaky_refractory"
    assert holds(found, "memory_time", 20e-3)
    claims = written(found, tmp_path)
    # 20 fC over the threshold of the spec that fills up
    truth = 20e-15 / claims["threshold_voltage"].value
    assert claims["membrane_capacitance"].low < truth < claims["membrane_capacitance"].high
    assert claims["membrane_capacitance"].basis == "derived"
    assert claims["maximum_input_current"].value == pytest.approx(12e-12)


def test_a_ferroelectric_film_by_pulse_trains(tmp_path: Path) -> None:
    rows = [
        (v, 10.0, 100.0, np.ceil(1e-13 * np.exp(25.0 / v) / 10e-9)) for v in (1.6, 1.7, 1.8, 1.9, 2.0, 2.1)
    ]
    found = fitted(
        tmp_path, "voltage [V],pulse_width [ns],gap [ns],pulses", rows, model="ferroelectric_neuron"
    )
    law = found.result.laws[0]
    assert law.law.name == "merz"
    assert law.values["activation_voltage"] == pytest.approx(25.0, rel=0.05)
    claims = written(found, tmp_path)
    film = claims["film_share"].value / claims["film_thickness"].value
    assert claims["activation_field"].value == pytest.approx(
        law.values["activation_voltage"] * film, rel=1e-3
    )
    # level and slope are known together only, and fall and rise together in the samples
    assert claims["attempt_time"].group == claims["activation_field"].group
    assert claims["attempt_time"].opposite != claims["activation_field"].opposite
