from __future__ import annotations

import io
import time
from pathlib import Path

import pandas as pd

from tests.cli.conftest import Command
from tests.each import each

CHIP, NETWORK = "analog_lif_28nm", "mlp_mnist_spiking"

ROWS = "chip.tile.array.rows=32,64"


def test_few_points_are_printed_as_csv(command: Command) -> None:
    done = command("sweep", CHIP, "-w", NETWORK, "--set", ROWS, "--keep", "area_m2,latency_s")
    assert done.code == 0
    frame = pd.read_csv(io.StringIO(done.out))
    assert list(frame.columns)[:3] == ["chip.tile.array.rows", "area_m2", "latency_s"]
    assert "2 points, 2 feasible" in done.err


def test_a_table_fits_a_terminal(command: Command) -> None:
    done = command("sweep", CHIP, "-w", NETWORK, "--set", "chip.tile.array.rows=64,128", "--format", "table")
    assert max(map(len, done.lines)) <= 80
    assert {"chip.tile.array.rows", "area_m2", "neuron_lifetime_s", "failed_check"} <= set(done.out.split())
    assert "nan" not in done.out


def test_what_cannot_be_printed_is_not_computed(command: Command, tmp_path: Path) -> None:
    many = ("sweep", CHIP, "-w", NETWORK, "--set", "chip.tile.array.rows=64..128", "--sampler", "random")
    begun = time.monotonic()
    done = command(*many, "--samples", "500000000")
    assert time.monotonic() - begun < 5.0
    assert done.err == "error: 500 000 000 points are too many without a file; name an output\n"
    done = command(*many, "--samples", "10001", "-p", str(tmp_path / "drawn.svg"))
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith(f"figure written to {tmp_path / 'drawn.svg'}\n")
    assert (tmp_path / "drawn.svg").exists()


def test_a_space_file_and_options_together(command: Command, tmp_path: Path) -> None:
    space, out = tmp_path / "space.yaml", tmp_path / "out.parquet"
    space.write_text(
        "kind: space\naxes: {chip.tile.array.rows: [64, 128], chip.tile.array.columns: [64, 128]}\n"
    )
    done = command(
        "sweep", CHIP, str(space), "-w", NETWORK, "--set", "chip.tile.array.rows=32", "-o", str(out)
    )
    assert done.code == 0
    assert pd.read_parquet(out)["chip.tile.array.rows"].tolist() == [32, 32]
    again = command(
        "sweep", CHIP, str(space), "-w", NETWORK, "--set", "chip.tile.array.rows=64", "-o", str(out)
    )
    assert again.code == 1
    assert "another input" in again.err


@each(
    "words, message",
    [
        (("--set", "chip.tile.array.rowz=1,2"), "did you mean 'rows'"),
        (("--set", "chip.tile.array.rows=9..3:3"), "inverted"),
        ((), "has no axis"),
        (("--set", ROWS, "--samples", "0"), "at least 1"),
        (("--set", "chip.tile.array.rows=64..128", "--samples", "1000000000000"), "--yes"),
        (("--set", ROWS, "--where", "area_m2 <= 1 V"), "expected an area"),
        (("--set", ROWS, "-o", "out.xlsx"), ".parquet or .csv"),
        (("--set", ROWS, "--keep", "areas"), "did you mean 'area'? Results are the totals"),
        (("nowhere.yaml",), "nowhere.yaml"),
    ],
)
def test_bad_input_is_one_clear_line(command: Command, words: tuple[str, ...], message: str) -> None:
    done = command("sweep", CHIP, *words, "-w", NETWORK)
    assert done.code == 1
    assert message in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_the_axes_of_the_figure_can_be_chosen(command: Command, tmp_path: Path) -> None:
    sweep = (
        "sweep",
        "analog_lif_28nm",
        "-w",
        "mlp_mnist_spiking",
        "--set",
        "chip.tile.array.rows=64,128,256",
    )
    done = command(
        *sweep, "-p", str(tmp_path / "a.svg"), "-x", "chip.tile.array.rows", "-y", "energy_per_inference_J"
    )
    assert done.code == 0
    assert "most of the others fail" in done.err
    assert "Energy per inference (" in (tmp_path / "a.svg").read_text("utf-8")
    wrong = command(*sweep, "-p", str(tmp_path / "b.svg"), "-y", "no_result")
    assert wrong.code == 1
    assert "no_result" in wrong.err
