from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from neuroest.loading.library import load_workload
from tests.cli.conftest import Command
from tests.network_simulation.dense_files import write_dense
from tests.network_simulation.small import write

DIGITS = Path(__file__).parents[2] / "examples" / "digits_snn"
CHIP = "diffusive_bench_28nm"
DRIVES = ("--drive", "hidden=0 V,280 kohm", "--drive", "output=0 V,480 kohm")


def given(files: dict) -> tuple[str, ...]:
    return (
        CHIP, "-w", str(files["workload"]), "--weights", str(files["weights"]), "--samples", str(files["samples"]),
        "--chips", "1", "--count", "2",
    )  # fmt: skip


def test_accuracy_is_next_to_energy_and_the_workload_is_written(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    out = tmp_path / "active.yaml"
    formatted = command(
        "behave", *given(files), *DRIVES, "--without", "cascaded_connection", "-o", str(out), "-p",
        str(tmp_path / "f.png"),
    )  # fmt: skip
    assert formatted.code == 0, formatted.err
    for words in (
        "assumed: V_in = V_0 + R_T (I+ - I-) between 0 V and 900 mV", "against ideal", "without cascaded connection",
        "timestep 38.6 ms, input held for 34.6 ms", "fires after 23.1 ms",
    ):  # fmt: skip
        assert words in formatted.out
    spec = load_workload(out).spec
    assert spec.layers[0].activity is not None
    assert spec.layers[0].activity.rate.basis == "simulated"
    assert command("estimate", CHIP, "-w", str(out)).code == 0
    assert (tmp_path / "f.png").stat().st_size > 5000


def test_json_has_intervals_rates_and_energies(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    reported = json.loads(command("behave", *given(files), *DRIVES, "--format", "json").out)
    device = reported["runs"][2]
    assert device["name"] == "device"
    low, high = device["accuracy"][1:]
    assert 0.0 <= low <= device["accuracy"][0] <= high <= 1.0
    # the estimate prices one spike a timestep; the device fires more often than that
    assert device["simulated_neuron_energy_J"] > device["estimated_neuron_energy_J"] > 0.0
    assert device["layers"]["hidden"]["spikes_per_timestep"] >= device["layers"]["hidden"]["rate"] > 0.0


def test_cells_with_errors_are_reported_and_recorded(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    out = tmp_path / "written.yaml"
    formatted = command("behave", *given(files), *DRIVES, "--cell-errors", "-o", str(out))
    assert formatted.code == 0, formatted.err
    assert "store their weights with the errors of the estimate" in " ".join(formatted.out.split())
    assert "cells: with the errors of the estimate" in " ".join(out.read_text("utf-8").split())
    refused = command(
        "behave", CHIP, "-w", str(files["workload"]), "--currents", "x.npz", "--drive", "hidden=0 V,1 kohm",
        "--cell-errors",
    )  # fmt: skip
    assert refused.code == 1
    assert "leave out --cell-errors" in refused.err


def test_a_layer_under_given_currents(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    currents = tmp_path / "currents.npz"
    np.savez(currents, hidden=np.tile([0.0, 2e-6, 3.2e-6], (2, 4, 1)))
    out = tmp_path / "driven.yaml"
    formatted = command(
        "behave", CHIP, "-w", str(files["workload"]), "--currents", str(currents), "--drive", "hidden=0 V,280 kohm",
        "-o", str(out), "--format", "csv",
    )  # fmt: skip
    assert formatted.code == 0, formatted.err
    header, row = formatted.lines
    assert header == "layer,rate,spikes_per_timestep"
    rate = load_workload(out).spec.layers[0].activity.rate.value
    assert float(row.split(",")[1]) == pytest.approx(rate, rel=1e-4)
    assert 0.0 < rate < 1.0


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ((), "give --calibration"),
        (("--drive", "hidden=0 V,1 kohm"), "missing for output"),
        (("--drive", "hiden=0 V,1 kohm"), "did you mean 'hidden'"),
        ((*DRIVES, "--without", "leak"), "leaky_integration"),
        ((*DRIVES, "--recalibrate"), "needs --calibration"),
        ((*DRIVES, "-o", "nowhere/mine.yaml"), "does not exist"),
        ((*DRIVES, "-p", "figure.bmp"), "written as"),
        ((*DRIVES, "--currents", "x.npz"), "leave out --weights"),
        (("--calibration", "SAMPLES"), "must not be the samples"),
        ((*DRIVES, "--weights", "missing.npz"), "missing.npz"),
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


@pytest.mark.parametrize(
    ("change", "words"),
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
    formatted = command("behave", *given(files), *DRIVES)
    assert formatted.code == 1
    assert words in formatted.err
    assert len(formatted.err.strip().splitlines()) == 1


def test_no_pickle_and_no_broken_archive_is_opened(command: Command, tmp_path) -> None:
    files = write(tmp_path)
    files["weights"].write_bytes(b"PK\x03\x04 not an archive")
    formatted = command("behave", *given(files), *DRIVES)
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
    assert "learns by eprop_factorised" in done.out
    assert len([line for line in done.out.splitlines() if "%" in line]) == 3


def test_learning_runs_on_ideal_neurons(command: Command) -> None:
    done = command(
        "behave", "learning_crossbar_28nm", "-w", str(DIGITS / "digits_learning.yaml"), "--weights",
        str(DIGITS / "weights.npz"), "--learn", str(DIGITS / "calibration.npz"), "--samples", str(DIGITS / "test.npz"),
        "--cell-errors",
    )  # fmt: skip
    assert done.code != 0
    assert "--learn runs on ideal neurons; leave out --cell-errors" in done.err


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
