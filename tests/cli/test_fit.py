from __future__ import annotations

import json
from pathlib import Path

import pytest

from neuroest.fitting.headers import example_folder
from neuroest.loading.library import load_device
from tests.cli.conftest import Command
from tests.each import each

PAIRS = str(example_folder() / "zhao2025_paired_pulse.csv")
CHANCE = str(example_folder() / "zhao2025_firing_probability.csv")


@pytest.mark.slow
def test_from_one_file_to_a_comparison_in_four_commands(command: Command, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    fitted = command("fit", PAIRS, "--model", "diffusive_1m1t1r", "-o", "my_neuron.yaml", "--starts", "2")
    assert fitted.code == 0, fitted.err
    chip = "my_chip.yaml"
    made = command(
        "new", "architecture", "--like", "analog_lif_28nm", "--neuron", "my_neuron.yaml", "-o", chip
    )
    assert made.code == 0, made.err
    estimated = command("estimate", chip, "-w", "mlp_mnist_spiking", "--format", "json")
    assert estimated.code == 0, estimated.err
    assert json.loads(estimated.out)["totals"]["energy_per_inference_J"] > 0.0
    compared = command("compare", chip, "analog_lif_28nm", "-w", "mlp_mnist_spiking")
    assert compared.code == 0, compared.err
    assert "analog_lif_28nm" in compared.out
    assert command("check", "my_neuron.yaml").code == 0


def test_the_spec_says_what_was_fitted_and_what_was_not(command: Command, tmp_path) -> None:
    pytest.importorskip("scipy")
    spec = tmp_path / "chance.yaml"
    formatted = command("fit", CHANCE, "-o", str(spec), "-p", str(tmp_path / "fit.png"))
    assert formatted.code == 0, formatted.err
    assert "not identified, kept at diffusive_bench" in formatted.out
    device = load_device(str(spec))
    median, mobility = device.claims["firing_median_voltage"], device.claims["field_mobility"]
    # a line through three probits has 0.886 V; weighted by their errors the middle point pulls it to 0.878 V
    assert median.value == pytest.approx(0.878, abs=0.005)
    assert median.low < median.value < median.high
    assert median.basis == "measured"
    assert mobility.basis == "assumed"
    assert mobility.rationale is not None
    assert "Not from this measurement" in mobility.rationale
    assert (tmp_path / "fit.png").stat().st_size > 5000


def test_json_of_a_fit(command: Command) -> None:
    pytest.importorskip("scipy")
    reported = json.loads(command("fit", CHANCE, "--format", "json").out)
    assert set(reported["fitted"]) == {"firing_median_voltage", "firing_voltage_spread"}
    assert reported["converged"]


def test_an_existing_spec_is_kept_unless_forced(command: Command, tmp_path) -> None:
    pytest.importorskip("scipy")
    spec = tmp_path / "mine.yaml"
    spec.write_text("precious")
    refused = command("fit", CHANCE, "-o", str(spec))
    assert refused.code == 1
    assert "--force" in refused.err
    assert spec.read_text() == "precious"
    assert command("fit", CHANCE, "-o", str(spec), "--force").code == 0
    assert "kind: device" in spec.read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yaml"]


def test_data_that_no_neuron_gives_make_no_spec(command: Command, tmp_path) -> None:
    pytest.importorskip("scipy")
    # probability falls with voltage
    data = tmp_path / "upside_down.csv"
    data.write_text("voltage [V],pulse_width [ms],probability [%]\n0.8,15,99\n0.9,15,50\n1.0,15,1\n")
    spec = tmp_path / "never.yaml"
    formatted = command("fit", str(data), "-o", str(spec))
    assert formatted.code == 1
    assert "contradiction: firing_probability: probability falls with voltage" in formatted.out
    assert "no spec was written" in formatted.err
    assert not spec.exists()


@each(
    "arguments, words",
    [
        ((PAIRS, "--model", "threshold_switch"), "cannot be fitted"),
        ((PAIRS, "-o", "My Neuron.yaml"), "try my_neuron.yaml"),
        ((PAIRS, "-o", "nowhere/mine.yaml"), "does not exist"),
        ((PAIRS, "--from", "lif_28nm_circuit"), "--from needs a diffusive_1m1t1r"),
        (("missing.csv",), "missing.csv"),
        ((PAIRS, "-p", "figure.bmp"), "written as"),
    ],
)
def test_bad_input_is_one_clear_line(command: Command, arguments: tuple[str, ...], words: str) -> None:
    formatted = command("fit", *arguments)
    assert formatted.code == 1
    assert words in formatted.err
    assert len(formatted.err.strip().splitlines()) == 1
    assert not Path("mine.yaml").exists()


@pytest.mark.slow
def test_data_that_contradict_each_other_make_no_spec(command: Command, tmp_path) -> None:
    data, spec = tmp_path / "both_ways.csv", tmp_path / "never.yaml"
    data.write_text("voltage [V],integration_time [ms]\n0.8,35\n0.8,0.4\n0.9,0.5\n1.0,0.05\n1.1,0.006\n")
    refused = command("fit", str(data), "-o", str(spec), "--starts", "1")
    assert refused.code == 1
    assert "contradict each other" in refused.err
    assert "no spec was written" in refused.err
    assert not spec.exists()
    assert command("fit", str(data), "-o", str(spec), "--starts", "1", "--accept-misfit").code == 0
