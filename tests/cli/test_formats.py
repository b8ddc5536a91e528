"""Every verb that prints a table prints it in every form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import CHIP, FIXTURES, NETWORK, Command

VERBS = {
    "estimate": (CHIP, "-w", NETWORK),
    "compare": (CHIP, str(FIXTURES / "chip_cmos.yaml"), "-w", NETWORK),
    "uncertainty": (CHIP, "-w", NETWORK, "--samples", "16", "--chips", "2"),
    "sensitivity": (CHIP, "-w", NETWORK),
    "breakeven": (CHIP, "digital_spiking_28nm", "-w", NETWORK, "--along", "workload.input.activity.rate=0.01..0.3"),
    "sweep": (CHIP, "-w", NETWORK, "--set", "chip.tile.array.rows=64,128"),
    "explain": (CHIP, "energy", "-w", NETWORK),
    "cite": ("diffusive_28nm_derived",),
    "list": ("architectures",),
    "show": ("diffusive_bench",),
    "reproduce": ("odin",),
    "check": (NETWORK,),
    "simulate": ("diffusive_bench", "--level", "0.5 V", "--duration", "50 ms"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_every_form_of_every_table(command: Command, verb: str) -> None:
    for form in ("csv", "json", "markdown", "latex"):
        outcome = command(verb, *VERBS[verb], "--format", form)
        assert outcome.code == 0, outcome.err
        if form == "csv":
            rows = list(csv.reader(io.StringIO(outcome.out)))
            assert rows
            assert {len(row) for row in rows} == {len(rows[0])}
        elif form == "json":
            assert json.loads(outcome.out)
        elif form == "markdown":
            assert any(line.startswith("|--") for line in outcome.lines)
            if verb == "breakeven":  # a document has the points, not the curves
                assert 2 <= len(outcome.lines) - 2 < 10
        else:
            assert r"\begin{table" in outcome.out
            assert outcome.out.count(r"\begin{") == outcome.out.count(r"\end{")


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown", "latex"])
def test_what_changed_and_what_moved(command: Command, tmp_path: Path, form: str) -> None:
    one, two = tmp_path / "a.json", tmp_path / "b.json"
    command("estimate", CHIP, "-w", NETWORK, "--format", "json", "-o", str(one))
    setting = ("--set", "chip.tile.array.rows=64")
    command("estimate", CHIP, "-w", NETWORK, "--format", "json", "-o", str(two), *setting)
    outcome = command("diff", str(one), str(two), "--format", form)
    assert outcome.code == 0, outcome.err
    assert "area" in outcome.out
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(outcome.out)))
        assert {row["kind"] for row in rows} >= {"total", "component", "cause"}


def test_a_front_in_every_form(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "sweep.csv"
    file.write_text(
        "area_m2,energy_per_inference_J,feasible\n1e-6,2e-6,True\n2e-6,1e-6,True\n3e-6,3e-6,True\n"
    )
    wanted = ("pareto", str(file), "--minimize", "area_m2", "--minimize", "energy_per_inference_J")
    assert command(*wanted).out.splitlines()[0].startswith("area_m2,energy_per_inference_J")
    assert len(json.loads(command(*wanted, "--format", "json").out)) == 2
    assert command(*wanted, "--format", "table").out.splitlines()[0].split()[:2] == [
        "area_m2",
        "energy_per_inference_J",
    ]
    assert command(*wanted, "--format", "markdown").out.startswith("| area")
    assert command(*wanted, "--format", "latex").out.startswith("% needs")
    assert command(*wanted, "--format", "xml").code == 2


def test_values_of_what_has_none_is_one_line(command: Command) -> None:
    outcome = command("show", "horowitz2014", "--format", "csv")
    assert outcome.code == 1
    assert len(outcome.err.splitlines()) == 1
    assert "is not an architecture, device or workload" in outcome.err
