from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command

CHIP = "diffusive_28nm_derived"
FAST = ("uncertainty", CHIP, "-w", "mlp_mnist_spiking", "--samples", "50", "--chips", "2")


def test_one_row_a_result(command: Command) -> None:
    done = command(*FAST, "--results", "area_m2,energy_per_inference_J")
    assert done.code == 0
    head = next(at for at, line in enumerate(done.lines) if "median" in line)
    assert [line.split()[0] for line in done.lines[head + 1 : head + 3]] == ["area", "energy"]
    assert max(map(len, done.lines)) <= 80


def test_json_and_a_figure(command: Command, tmp_path: Path) -> None:
    done = command(*FAST, "--format", "json", "-p", str(tmp_path / "d.png"))
    assert {row["level"] for row in json.loads(done.out)} == {"knowledge", "variability", "both"}
    assert (tmp_path / "d.png").stat().st_size > 1000


def test_samples_that_no_memory_holds(command: Command) -> None:
    assert "do not fit in memory; ask for at most" in command(*FAST[:4], "--samples", "90000000").err
    done = command("sensitivity", *FAST[1:4], "--sobol", "1099511627776")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "do not fit in memory; ask for at most" in done.err


def test_the_same_seed_prints_the_same(command: Command) -> None:
    assert command(*FAST).out == command(*FAST).out != command(*FAST, "--seed", "3").out


def test_no_samples_are_no_run(command: Command) -> None:
    done = command(*FAST[:-4], "--samples", "0")
    assert (done.code, done.err) == (1, "error: the number of samples is 0; ask for at least 1\n")


def test_results_that_do_not_exist_or_apply(command: Command) -> None:
    assert "did you mean 'area'" in command(*FAST, "--results", "areas").err
    assert "does not apply" in command(*FAST, "--results", "tops_per_watt").err
