"""Names that no file can have, names of nothing, and fields that no table has: one error each, in its place."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import neuroest
from neuroest.core.errors import NeuroestError, SpecError
from neuroest.exploration.sweep import read_sweep
from neuroest.fitting.measurements import read_measurements
from neuroest.loading.library import load_device, shipped
from neuroest.validation.cases import load_case

CHIP, NET = "analog_lif_28nm", "shd_recurrent_spiking"
LONG = "x" * 300


@pytest.mark.parametrize(
    "name", [LONG, f"{LONG}.yaml", f"/{LONG}", "d/" * 3000 + "x.yaml", "a\0b.yaml", "\ud800.yaml"], ids=ascii
)
@pytest.mark.parametrize(
    "use",
    [
        lambda name: neuroest.estimate(name, NET),
        lambda name: neuroest.estimate(CHIP, name),
        lambda name: neuroest.estimate(CHIP, f"{name}.onnx"),
        lambda name: neuroest.estimate(CHIP, NET, {"chip.tile.array.cell.device": name}),
        load_device,
        load_case,
        lambda name: read_sweep(f"{name}.parquet"),
        read_measurements,
    ],
    ids=["chip", "network", "model", "device of a chip", "device", "case", "sweep", "measurements"],
)
def test_a_name_that_no_file_can_have(use: Callable[[str], Any], name: str) -> None:
    with pytest.raises(NeuroestError) as caught:
        use(name)
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def named_devices() -> list[tuple[str, str]]:
    """Shipped chips with the devices that their files name."""
    return [
        (chip, name)
        for chip, file in shipped("architecture").items()
        for name in re.findall(r"device: ([a-z]\w*)", file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ("no_such_process", "unknown device 'no_such_process'"),
        (LONG, "unknown device"),
        ("missing.yaml", "missing.yaml: no such file"),
        ("lif_28nm_circuit", "expected a"),
    ],
)
def test_check_looks_for_the_process_of_a_device(tmp_path: Path, process: str, expected: str) -> None:
    chip, name = next(found for found in named_devices() if load_device(found[1]).spec.process is not None)
    text = shipped("device")[name].read_text(encoding="utf-8")
    file = tmp_path / f"{name}.yaml"
    shutil.copy(shipped("device")[name], file)
    assert neuroest.check_files([file]) == ()
    line = next(line for line in text.splitlines() if line.startswith("process:"))
    file.write_text(text.replace(line, f"process: {process}"), encoding="utf-8")
    problems = neuroest.check_files([file])
    assert len(problems) == 1
    assert expected in str(problems[0])
    assert problems[0].line == text.splitlines().index(line) + 1
    altered = tmp_path / f"{chip}.yaml"
    content = shipped("architecture")[chip].read_text(encoding="utf-8")
    altered.write_text(re.sub(rf"device: {name}\b", f"device: ./{name}.yaml", content), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        neuroest.estimate(altered, NET)
    assert caught.value.problems[0].line == problems[0].line


def test_a_field_longer_than_any_is_refused_in_its_line(tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    file.write_text(f"time [s],voltage [V]\n0,1\n1,{'1' * 140_000}\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"big\.csv:3:1: not a valid CSV row: field larger"):
        read_measurements(file)


def test_many_short_lines_are_read_in_no_time(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    file.write_text("time [s],voltage [V]\n" + "1,1\n" * 250_000, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(SpecError):
        read_measurements(file)
    assert time.process_time() - began < 10.0
