from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from neuroest.loading.library import load_workload
from tests.cli.conftest import Command
from tests.each import each
from tests.network_simulation.dense_files import write_dense
from tests.network_simulation.small import write

DIGITS = Path(__file__).parents[2] / "examples" / "digits_snn"
CHIP = "diffusive_bench_28nm"
SMALL = ("--set", "chip.tile.array.readout.integration=within_timestep", "--chips", "1", "--count", "2")


def given(files: dict) -> tuple[str, ...]:
    return (
        CHIP, "-w", str(files["workload"]), "--weights", str(files["weights"]), "--samples", str(files["samples"]),
        *SMALL,
    )  # fmt: skip


def test_accuracy_is_next_to_energy_and_the_workload_is_written(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    out = tmp_path / "active.yaml"
    done = command(
        "behave", *given(files), "--without", "cascaded_connection", "-o", str(out), "-p", str(tmp_path / "f.svg"),
        "--label", f"{CHIP}=Own_neuron",
    )  # fmt: skip
    assert done.code == 0, done.err
    for words in (
        "against ideal",
        "without cascaded connection",
        "a full drive at",
        "results below zero give no drive",
    ):
        assert words in done.out
    spec = load_workload(out).spec
    assert spec.layers[0].activity is not None
    assert spec.layers[0].activity.rate.basis == "simulated"
    assert command("estimate", CHIP, "-w", str(out)).code == 0
    assert "on Own_neuron" in (tmp_path / "f.svg").read_text("utf-8")


def test_json_has_intervals_rates_energies_and_what_was_assumed(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    reported = json.loads(command("behave", *given(files), "--format", "json").out)
    device = reported["runs"][2]
    assert device["name"] == "device"
    low, high = device["accuracy"][1:]
    assert 0.0 <= low <= device["accuracy"][0] <= high <= 1.0
    assert device["simulated_neuron_energy_J"] > 0.0
    assert device["layers"]["hidden"]["spikes_per_timestep"] >= device["layers"]["hidden"]["rate"] > 0.0
    assert reported["layers"]["hidden"]["weight_bits"] == 8
    assert "results below zero give no drive" in reported["assumed"]


@pytest.mark.parametrize(
    "chip", ["digital_spiking_28nm", "loihi_14nm", "phase_change_neuron_28nm", "adc_crossbar_28nm"]
)
def test_other_chips_run_as_well(command: Command, tmp_path, chip) -> None:
    files = write(tmp_path)
    done = command(
        "behave", chip, "-w", str(files["workload"]), "--weights", str(files["weights"]), "--samples",
        str(files["samples"]), "--format", "csv", "--without", "all",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.lines[3].startswith("device,")


def test_an_interrupted_run_goes_on_where_it_stopped(command: Command, tmp_path, monkeypatch) -> None:
    files, kept = write(tmp_path), tmp_path / "kept.npz"
    monkeypatch.setattr("neuroest.network_simulation.simulation._PATIENCE", 0.0)
    monkeypatch.setattr("neuroest.network_simulation.simulation._MOST_SAMPLES", 1)
    whole = command("behave", *given(files), "--format", "json").out
    calls = []

    def stopped(*_: object) -> None:
        calls.append(kept.exists())
        if len(calls) == 2:
            raise KeyboardInterrupt

    from neuroest.network_simulation.simulation import Simulation

    of_group = Simulation._of_group
    monkeypatch.setattr(Simulation, "_of_group", lambda *a, **o: (stopped(), of_group(*a, **o))[1])
    assert command("behave", *given(files), "--resume", str(kept)).code != 0
    assert kept.exists()
    other = command("behave", *given(files), "--seed", "5", "--resume", str(kept))
    assert "is kept from a run of another chip" in other.err
    again = command("behave", *given(files), "--resume", str(kept), "--format", "json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["runs"] == json.loads(whole)["runs"]
    # one group came from the file
    assert len(calls) == 3
    assert not kept.exists()


@each(
    "extra, words",
    [
        (("--trim", "hiden=0,1"), "did you mean 'hidden'"),
        (("--trim", "hidden=1 V,2"), "--trim"),
        (("--without", "leak"), "leaky_integration"),
        (("--recalibrate",), "needs --calibration"),
        (("-o", "nowhere/mine.yaml"), "does not exist"),
        (("-p", "figure.bmp"), "written as"),
        (("--calibration", "SAMPLES"), "must not be the samples"),
        (("--weights", "missing.npz"), "missing.npz"),
    ],
)
def test_bad_input_is_one_clear_line(command: Command, tmp_path, extra, words) -> None:
    files = write(tmp_path)
    formatted = command(
        "behave", *given(files), *(str(files["samples"]) if e == "SAMPLES" else e for e in extra)
    )
    assert formatted.code == 1
    assert words in formatted.err
    assert len(formatted.err.strip().splitlines()) == 1


def test_an_effect_that_a_chip_does_not_have_is_one_line(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    done = command(
        "behave", "digital_spiking_28nm", "-w", str(files["workload"]), "--weights", str(files["weights"]),
        "--samples", str(files["samples"]), "--without", "cascaded_connection",
    )  # fmt: skip
    assert done.code == 1
    assert "has no cascaded connection to leave out" in done.err


@each(
    "change, words",
    [
        ({"labels": np.array([0, 5])}, "from 0 to 1"),
        ({"labels": None}, "needs 'labels'"),
        ({"input": np.zeros((2, 3, 4))}, "expected (samples, 4, 4)"),
        ({"input": np.full((2, 4, 4), 0.5)}, "zeros and ones"),
        ({"input": None}, "has no array 'input'"),
    ],
)
def test_samples_that_do_not_fit_are_refused(command: Command, tmp_path, change, words) -> None:
    files = write(tmp_path)
    arrays = {"input": np.zeros((2, 4, 4), dtype=bool), "labels": np.array([0, 1]), **change}
    np.savez(files["samples"], **{k: v for k, v in arrays.items() if v is not None})
    formatted = command("behave", *given(files))
    assert formatted.code == 1
    assert words in formatted.err
    assert len(formatted.err.strip().splitlines()) == 1


def test_no_pickle_and_no_broken_archive_is_opened(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    files["weights"].write_bytes(b"PK\x03\x04 not an archive")
    formatted = command("behave", *given(files))
    assert formatted.code == 1
    assert "damaged" in formatted.err


@pytest.mark.slow
def test_a_line_for_each_learning_rate(command: Command) -> None:
    done = command(
        "behave", "learning_crossbar_28nm", "-w", str(DIGITS / "digits_learning.yaml"), "--weights",
        str(DIGITS / "weights.npz"), "--learn", str(DIGITS / "calibration.npz"), "--samples", str(DIGITS / "test.npz"),
        "--fresh", "--rate", "0.01", "--rate", "0.1", "--count", "20",
    )  # fmt: skip
    assert done.code == 0
    assert "learns by eprop_factorised" in " ".join(done.out.split())
    assert len([line for line in done.out.splitlines() if "%" in line]) == 3


def test_learning_runs_on_ideal_neurons(command: Command) -> None:
    done = command(
        "behave", "learning_crossbar_28nm", "-w", str(DIGITS / "digits_learning.yaml"), "--weights",
        str(DIGITS / "weights.npz"), "--learn", str(DIGITS / "calibration.npz"), "--samples", str(DIGITS / "test.npz"),
        "--recalibrate",
    )  # fmt: skip
    assert done.code != 0
    assert "--learn runs on ideal neurons; leave out --recalibrate" in done.err


def test_dense_networks_run_on_arrays_with_converters(command: Command, tmp_path: Path) -> None:
    folder = write_dense(tmp_path)
    net, test, calibration = (str(folder / name) for name in ("net.onnx", "test.npz", "calibration.npz"))
    base = ("behave", "adc_crossbar_28nm", "-w", net, "--samples", test)
    done = command(*base, "--calibration", calibration, "--chips", "1", "--count", "12")
    assert done.code == 0
    assert "quantised" in done.out
    assert "effective bits" in done.out
    assert "give --samples and --calibration" in command(*base).err
    assert "must not be the samples" in command(*base, "--calibration", test).err
    assert (
        "unknown output 'x.yaml'; allowed: y"
        in command(*base, "--calibration", calibration, "-o", "x.yaml").err
    )
    assert "did you mean" in command(*base, "--calibration", calibration, "--without", "nois").err


@pytest.mark.slow
def test_neurons_take_what_is_estimated_for_the_activity_that_they_had(
    command: Command, tmp_path: Path
) -> None:
    """Spikes, thresholds and drives of the run are those of the estimate next to it."""
    out = tmp_path / "active.yaml"
    chip = "diffusive_low_power_28nm"
    done = command(
        "behave", chip, "-w", str(DIGITS / "digits_spiking.yaml"), "--weights", str(DIGITS / "weights.npz"),
        "--samples", str(DIGITS / "test.npz"), "--calibration", str(DIGITS / "calibration.npz"), "--count", "12",
        "--format", "json", "-o", str(out),
    )  # fmt: skip
    device = json.loads(done.out)["runs"][2]
    simulated, estimated = (device[f"{one}_neuron_energy_J"] for one in ("simulated", "estimated"))
    assert estimated == pytest.approx(simulated, rel=0.25)
    hidden = load_workload(out).spec.layers[0].activity
    assert hidden is not None
    assert hidden.threshold == load_workload(DIGITS / "digits_spiking.yaml").spec.layers[0].activity.threshold
    assert hidden.drive.value == pytest.approx(0.026, rel=0.2)
