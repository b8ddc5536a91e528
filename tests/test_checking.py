from __future__ import annotations

import os
from pathlib import Path

import pytest

from neuroest import check_files
from neuroest.loading.library import shipped

DEVICE = """\
kind: device
name: mine
model: reported_neuron
description: A neuron of mine.
maturity: {stage: laboratory_device, reason: Measured.}
fab_compatibility: {status: unknown, reason: Nobody has said.}
defaults: {basis: assumed, rationale: an example}
parameters:
  spike_energy: 2 pJ
  input_hold_time: 10 ns
  maximum_spike_rate: 1 MHz
  static_power: 0 W
  footprint: 10 um^2
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["architecture", "device", "workload"])
def test_everything_that_ships_is_well(kind: str) -> None:
    assert check_files(shipped(kind).values()) == ()


def test_a_device_of_ones_own_is_well(tmp_path: Path) -> None:
    assert check_files([write(tmp_path, "mine.yaml", DEVICE)]) == ()


def test_a_file_without_a_suffix_is_no_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "mine", DEVICE)
    assert check_files(["mine"]) == ()


@pytest.mark.parametrize(
    ("change", "path", "hints"),
    [
        (("2 pJ", "2 pF"), "parameters.spike_energy", ("capacitance", "energy")),
        (("2 pJ", "2"), "parameters.spike_energy", ("no unit",)),
        (("2 pJ", "-2 pJ"), "parameters.spike_energy", ("above 0",)),
        (("2 pJ", ".nan"), "parameters.spike_energy", ("finite",)),
        (("spike_energy", "spike_enrgy"), "parameters.spike_enrgy", ("did you mean 'spike_energy'",)),
        (("reported_neuron", "reported_neurn"), "model", ("did you mean 'reported_neuron'",)),
        (("name: mine", "name: yours"), "name", ("mine.yaml",)),
        (("kind: device", "kind: devices"), "kind", ("did you mean 'device'",)),
        (("kind: device\n", ""), "kind", ("is missing", "architecture")),
    ],
)
def test_problems_say_where_and_what(
    tmp_path: Path, change: tuple[str, str], path: str, hints: tuple[str, ...]
) -> None:
    file = write(tmp_path, "mine.yaml", DEVICE.replace(*change))
    problems = check_files([file])
    (problem,) = [problem for problem in problems if problem.path.startswith(path)]
    assert problem.file == str(file)
    assert problem.line >= 1
    for hint in hints:
        assert hint in problem.message


def test_a_setting_that_is_missing_has_the_line_it_belongs_to(tmp_path: Path) -> None:
    text = DEVICE.replace("  footprint: 10 um^2\n", "")
    (problem,) = check_files([write(tmp_path, "mine.yaml", text)])
    assert problem.path == "parameters.footprint"
    assert "is missing" in problem.message


def test_an_architecture_is_checked_with_what_it_refers_to(tmp_path: Path) -> None:
    chip = shipped("architecture")["diffusive_28nm_derived"].read_text(encoding="utf-8")
    write(tmp_path, "mine.yaml", DEVICE.replace("2 pJ", "2 pF"))
    chip = chip.replace("device: rram_hfox_28nm", "device: mine.yaml").replace(
        "baseline: analog_lif_28nm", "baseline: analog_lif_28"
    )
    file = write(tmp_path, "diffusive_28nm_derived.yaml", chip)
    problems = check_files([file])
    assert any(
        Path(problem.file).name == "mine.yaml" and "capacitance" in problem.message for problem in problems
    )
    assert any(problem.path == "baseline" and "analog_lif_28nm" in problem.message for problem in problems)


def test_unknown_devices_are_told_beside_other_faults(tmp_path: Path) -> None:
    chip = shipped("architecture")["diffusive_28nm_derived"].read_text(encoding="utf-8")
    chip = chip.replace("device: rram_hfox_28nm", "device: rram_hfox_28").replace("rows: 128", "rows: 0")
    chip = chip.replace("process: cmos_28nm_lp", "process: cmos_28nm")
    found = {
        problem.path: problem.message
        for problem in check_files([write(tmp_path, "diffusive_28nm_derived.yaml", chip)])
    }
    assert "below the minimum" in found["chip.tile.array.rows"]
    assert "did you mean 'rram_hfox_28nm'" in found["chip.tile.array.cell.device"]
    assert "did you mean" in found["technology.process"]


def test_baselines_that_name_each_other_are_no_endless_loop(tmp_path: Path) -> None:
    chip = shipped("architecture")["loihi_14nm"].read_text(encoding="utf-8")
    for name, other in (("first", "second"), ("second", "first")):
        text = chip.replace("name: loihi_14nm", f"name: {name}\nbaseline: {other}.yaml")
        write(tmp_path, f"{name}.yaml", text)
    assert check_files(sorted(tmp_path.iterdir())) == ()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(os.urandom(2000))
    listing = write(tmp_path, "list.yaml", "- 1\n- 2\n")
    found = check_files([tmp_path, tmp_path / "missing.yaml", binary, listing])
    assert {problem.file for problem in found} >= {
        str(p) for p in (tmp_path, tmp_path / "missing.yaml", binary, listing)
    }


def test_a_bibliography_is_checked_by_its_schema(tmp_path: Path) -> None:
    file = write(tmp_path, "sources.yaml", "kind: sources\nsources:\n  me2025: {type: artcle, title: Mine}\n")
    (problem,) = check_files([file])
    assert "article" in problem.message
