from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from neuroest import check_files, compare, estimate
from neuroest.authoring.like import architecture_like
from neuroest.authoring.templates import new_device
from neuroest.loading.library import load_device, shipped

NETWORK = "mlp_mnist_spiking"


def made(folder: Path, like: str, **devices: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(architecture_like("mine", like, devices, folder), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "neuron",
    [n for n, p in shipped("device").items() if p.parent.name == "neurons" and n != "switch_vo2_heated"],
)
def test_every_neuron_fits_into_the_fabric_of_the_cmos_twin(tmp_path: Path, neuron: str) -> None:
    path = made(tmp_path, "analog_lif_28nm", neuron=neuron)
    assert check_files([path]) == ()
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert stated["base"] == stated["baseline"] == "analog_lif_28nm"
    assert all(place.startswith("chip.tile.array.readout.") for place in stated["set"])


def test_the_fabric_stays_and_only_the_neuron_leaves_something_out(tmp_path: Path) -> None:
    """The area of a chip made without its fabric was 0.47 of the twin's, because its circuits were missing."""
    path = made(tmp_path, "analog_lif_28nm", neuron="switch_generic_28nm")
    comparison = compare(str(path), "analog_lif_28nm", workload=NETWORK)
    # a switch whose file states no delay says so itself
    waiting = "delay of the switch (its file states none): it turns on at its threshold"
    assert comparison.left_out == ((waiting,), ())
    mine, twin = (result.totals["area_m2"] for result in comparison.estimates)
    assert mine == pytest.approx(twin, rel=0.05)


def test_a_neuron_alone_is_what_changes(tmp_path: Path) -> None:
    """The same as the change of one device by --set, but for the buffer that published numbers do not name."""
    path = made(tmp_path, "analog_lif_28nm", neuron="nbo2_capacitor_reported")
    setting = {"chip.tile.array.readout.neuron.device": "nbo2_capacitor_reported"}
    alone = estimate("analog_lif_28nm", NETWORK, settings=setting).totals
    buffered = estimate(str(path), NETWORK)
    assert sum(row.energy_J for row in buffered.breakdown if row.component.endswith("fan_out_buffer")) > 0.0
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "fan_out_buffer" not in line), encoding="utf-8")
    assert estimate(str(path), NETWORK).totals == alone


def test_a_neuron_file_counts_from_the_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chips").mkdir()
    (tmp_path / "ours.yaml").write_text(new_device("neuron", "ours", "threshold_switch_neuron"), "utf-8")
    monkeypatch.chdir(tmp_path)
    path = made(Path("chips"), "analog_lif_low_power_28nm", neuron="ours.yaml")
    neuron = yaml.safe_load(path.read_text(encoding="utf-8"))["set"]["chip.tile.array.readout.neuron"]
    assert neuron == {"model": "threshold_switch_neuron", "device": "../ours.yaml"}
    monkeypatch.chdir(tmp_path / "chips")
    assert check_files([Path("mine.yaml")]) == ()


@pytest.mark.parametrize(
    ("like", "highest"), [("analog_lif_28nm", "900 mV"), ("analog_lif_low_power_28nm", "800 mV")]
)
def test_an_assumed_supply_of_a_switch_follows_the_chip(tmp_path: Path, like: str, highest: str) -> None:
    """A switch of 350 mV came out of `fit` with 1.2 V of a template, and every chip of it failed a check."""
    ours, assumed = tmp_path / "ours.yaml", new_device("neuron", "ours", "threshold_switch_neuron")
    ours.write_text(assumed.replace("value: 900 mV", "value: 650 mV"), "utf-8")
    path = made(tmp_path, like, neuron=str(ours))
    neuron = yaml.safe_load(path.read_text("utf-8"))["set"]["chip.tile.array.readout.neuron"]
    assert neuron["parameters"] == {"supply_voltage": highest}
    failed = {check.name for check in estimate(str(path), NETWORK).failed_checks}
    assert not failed & {"drive_within_rails", "held_result_reaches_neuron"}


def test_what_a_model_needs_comes_from_a_shipped_chip_and_choices_of_the_chip_stay(tmp_path: Path) -> None:
    path = made(tmp_path, "adc_crossbar_28nm", adc="ramp_28nm_circuit")
    text = path.read_text(encoding="utf-8")
    assert "# columns_per_ramp as in ramp_crossbar_28nm" in text
    converter = yaml.safe_load(text)["set"]["chip.tile.array.readout.converter"]
    assert converter["columns_per_ramp"] == 128
    assert converter["dropped_bits"] == 4
    assert check_files([path]) == ()


def test_cells_are_read_below_the_voltage_that_disturbs_them(tmp_path: Path) -> None:
    cell = tmp_path / "cell.yaml"
    text = shipped("device")["rram_hfox_28nm"].read_text(encoding="utf-8")
    text = text.replace("name: rram_hfox_28nm", "name: cell")
    text = text.replace(
        "value: 0.5 V\n    spread: {low: 0.3 V, high: 0.7 V}", "value: 50 mV\n    spread: {factor: 1.1}"
    )
    cell.write_text(text, encoding="utf-8")
    assert load_device(str(cell)).claims["read_voltage_limit"].value == pytest.approx(0.05)
    changes = yaml.safe_load(made(tmp_path, "adc_crossbar_28nm", cell=str(cell)).read_text("utf-8"))["set"]
    assert changes["chip.tile.array.read_voltage"] == "50 mV"
