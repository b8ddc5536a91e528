from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Command

CHIP, NETWORK = "analog_lif_28nm", "mlp_mnist_spiking"


def test_the_front_of_a_file(command: Command, tmp_path: Path) -> None:
    file = str(tmp_path / "s.csv")
    command(
        "sweep", CHIP, "-w", NETWORK, "--set", "chip.tile.array.rows=16,32,64,128", "--keep", "area_m2,worst_ir_drop",
        "-o", file,
    )  # fmt: skip
    done = command("pareto", file, "--minimize", "area_m2", "--minimize", "worst_ir_drop")
    assert done.code == 0
    areas = pd.read_csv(io.StringIO(done.out))["area_m2"]
    assert areas.is_monotonic_increasing
    assert "feasible points" in done.err


@pytest.mark.parametrize(
    ("name", "content"), [("bad.parquet", b"no table"), ("bad.csv", b"\xff\xfe\x00"), ("empty.csv", b"")]
)
def test_a_file_that_is_no_table_is_one_line(
    command: Command, tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    done = command("pareto", str(file), "--minimize", "area_m2", "--minimize", "latency_s")
    assert done.code == 1
    assert done.err.startswith(f"error: {file} cannot be read: ")


def test_bad_input(command: Command, tmp_path: Path) -> None:
    assert "at least two objectives" in command("pareto", str(tmp_path / "x.parquet"), "--minimize", "a").err
    assert command("pareto", str(tmp_path / "x.parquet"), "--minimize", "a", "--minimize", "b").code == 1
    file = tmp_path / "sweep.csv"
    pd.DataFrame({"energy_per_inference_J": [1.0, 2.0], "feasible": [True, True]}).to_csv(file, index=False)
    wrong = command("pareto", str(file), "--minimize", "energy", "--maximize", "throughputt")
    assert wrong.err.startswith("error: --maximize: unknown column of the sweep 'throughputt'")
