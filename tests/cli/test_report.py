from __future__ import annotations

import contextlib
import io
import json
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from neuroest.cli import main
from tests.cli.conftest import CHIP, NETWORK, Command, Outcome

pytest.importorskip("matplotlib", reason="needs neuroest[report]")
pytest.importorskip("jinja2", reason="needs neuroest[report]")


class Made(NamedTuple):
    """A report with a bundle and the points of a sweep, and what the command said."""

    folder: Path
    outcome: Outcome


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("made")
    points = place / "sweep.csv"
    points.write_text(
        "area_m2,energy_per_inference_J,feasible\n1e-6,2e-6,True\n2e-6,1e-6,True\n3e-6,3e-6,False\n"
    )
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as stopped,
    ):
        main(
            ["report", CHIP, "-w", NETWORK, "-o", str(place / "out"), "--bundle", "--from", str(points)]
        )  # fmt: skip
    return Made(place / "out", Outcome(int(stopped.value.code or 0), out.getvalue(), err.getvalue()))


@pytest.mark.slow
def test_report_and_rerun_to_the_bit(command: Command, made: Made) -> None:
    assert made.outcome.code == 0, made.outcome.err
    assert "1 result in" in made.outcome.err
    again = command("rerun", str(made.folder / "bundle.zip"))
    assert again.code == 0, again.out
    assert "bit-identical" in again.out
    assert command("report", CHIP, "-w", NETWORK, "-o", str(made.folder)).err.startswith(
        "error: out exists and is kept"
    )


@pytest.mark.slow
def test_rerun_says_what_moved(command: Command, made: Made, tmp_path: Path) -> None:
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(made.folder / "bundle.zip") as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "results.json":
                data = json.loads(content)
                data["results"][0]["totals"]["area_m2"] *= 1.5
                content = json.dumps(data).encode()
            new.writestr(name, content)
    outcome = command("rerun", str(altered))
    assert outcome.code == 3
    assert "area" in outcome.out


def test_rerun_refuses_what_is_no_bundle(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    outcome = command("rerun", str(tmp_path / "a.zip"))
    assert outcome.code == 1
    assert len(outcome.err.splitlines()) == 1
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("../../evil", "x")
    assert "leads out of the bundle" in command("rerun", str(tmp_path / "b.zip")).err
    assert "no such file" in command("rerun", str(tmp_path / "none.zip")).err


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.5, 1.5, 2.5])
def test_a_report_that_is_terminated_leaves_nothing_behind(tmp_path: Path, delay: float) -> None:
    arguments = ["report", CHIP, "-w", NETWORK, "-o", str(tmp_path / "out"), "--bundle"]
    process = subprocess.Popen([sys.executable, "-m", "neuroest", *arguments], stderr=subprocess.PIPE)
    time.sleep(delay)
    process.send_signal(signal.SIGTERM)
    _, noise = process.communicate(timeout=30)
    assert b"Traceback" not in noise
    assert {path.name for path in tmp_path.iterdir()} <= {"out"}


def test_diff_fits_a_terminal(command: Command, tmp_path: Path) -> None:
    one, other = (str(tmp_path / name) for name in ("one.json", "other.json"))
    chip = ("estimate", "analog_lif_28nm", "-w", "mlp_mnist_spiking", "--format", "json")
    command(*chip, "-o", one)
    command(*chip, "--set", "chip.tile.array.rows=64", "-o", other)
    reported = command("diff", one, other)
    assert max(map(len, reported.lines)) <= 80
    shares = [float(line.split()[-2]) for line in reported.lines if line.endswith("%") and "->" in line]
    assert 90.0 < sum(shares[:7]) <= 100.5, "shares of what moved the area"


def test_diff_of_two_results(command: Command, tmp_path: Path) -> None:
    one, two = tmp_path / "a.json", tmp_path / "b.json"
    command("estimate", CHIP, "-w", NETWORK, "--format", "json", "-o", str(one))
    command(
        "estimate",
        CHIP,
        "-w",
        NETWORK,
        "--format",
        "json",
        "-o",
        str(two),
        "--set",
        "chip.tile.array.rows=256",
    )
    outcome = command("diff", str(one), str(two))
    assert outcome.code == 0
    assert "setting chip.tile.array.rows: as in the file -> 256" in outcome.out
    assert "area: " in outcome.out
    assert max(map(len, outcome.lines)) <= 100
    assert "bit-identical" in command("diff", str(one), str(one)).out
    (tmp_path / "c.json").write_text("{}")
    assert "contains no result" in command("diff", str(one), str(tmp_path / "c.json")).err


@pytest.mark.parametrize(("form", "mark"), [("markdown", "| area |"), ("latex", r"\begin{tabular}")])
def test_estimate_and_compare_for_documents(command: Command, form: str, mark: str) -> None:
    outcome = command("estimate", CHIP, "-w", NETWORK, "--format", form)
    assert outcome.code == 0, outcome.err
    assert mark in outcome.out
    both = command(
        "compare",
        "diffusive_28nm_derived",
        "analog_lif_28nm",
        "-w",
        "shd_recurrent_spiking",
        "--format",
        form,
    )
    assert both.code == 0, both.err
    assert mark in both.out


def test_bad_input_is_one_line_and_leaves_nothing(command: Command, tmp_path: Path) -> None:
    outcome = command(
        "report", CHIP, "-w", NETWORK, "-o", str(tmp_path / "out"), "--from", str(tmp_path / "no.parquet")
    )
    assert outcome.code == 1
    assert "no such file" in outcome.err
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("x")
    outcome = command("report", CHIP, "-w", NETWORK, "-o", str(tmp_path / "file" / "out"))
    assert outcome.code == 1
    assert len(outcome.err.splitlines()) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.slow
def test_a_sweep_is_shown(made: Made) -> None:
    assert (made.folder / "figures" / "sweep.pdf").is_file()
    assert 'id="sweepdata"' in (made.folder / "report.html").read_text()
