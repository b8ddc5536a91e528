from __future__ import annotations

import os
import shutil
import textwrap
from pathlib import Path

import numpy as np
import pytest

from neuroest import check_files, estimate, refused_networks, sweep
from neuroest.error_analysis import draws
from neuroest.fitting.headers import example_folder
from neuroest.loading.library import shipped
from neuroest.reporting.data_sheets import whole_file
from neuroest.validation.cases import shipped_cases
from tests.each import each

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


@each(
    "change, path, hints",
    [
        (("2 pJ", "2 pF"), "parameters.spike_energy", ("capacitance", "energy")),
        (("2 pJ", "2"), "parameters.spike_energy", ("no unit",)),
        (("2 pJ", "-2 pJ"), "parameters.spike_energy", ("below the minimum 0",)),
        (("2 pJ", ".nan"), "parameters.spike_energy", ("finite",)),
        (("spike_energy", "spike_enrgy"), "parameters.spike_enrgy", ("did you mean 'spike_energy'",)),
        (("reported_neuron", "reported_neurn"), "model", ("did you mean 'reported_neuron'",)),
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
    chip = whole_file("diffusive_28nm_derived")
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


def test_unknown_devices_are_reported_with_other_faults(tmp_path: Path) -> None:
    chip = whole_file("diffusive_28nm_derived")
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


def test_a_baseline_that_cannot_be_read_is_reported_at_its_line(tmp_path: Path) -> None:
    chip = shipped("architecture")["loihi_14nm"].read_text(encoding="utf-8")
    (tmp_path / "other.yaml").mkdir()
    file = write(tmp_path, "mine.yaml", chip.replace("name: loihi_14nm", "name: mine\nbaseline: other.yaml"))
    (problem,) = check_files([file])
    assert (problem.file, problem.path, problem.line > 0) == (str(file), "baseline", True)
    assert "other.yaml" in problem.message


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


SPACE = """\
kind: space
axis: {}
axes: {a: [], b: {from: 1, poins: 3}, c: {from: few, to: 3 V}, d: [1, 1]}
sampler: gird
samples: 0
linked: [{a: [1, 2], b: [1]}]
constraints: [hello]
"""


def test_a_space_is_checked_at_its_places(tmp_path: Path) -> None:
    found = {p.path: (p.line, p.message) for p in check_files([write(tmp_path, "space.yaml", SPACE)])}
    assert found["axis"] == (2, "unknown key 'axis'; did you mean 'axes'?")
    assert found["axes.b.poins"] == (3, "unknown key 'poins'; did you mean 'points'?")
    assert found["axes.c"] == (3, "'few' is not a number")
    assert found["axes.d"] == (3, "lists a value twice")
    assert found["sampler"][0] == 4
    assert "did you mean 'grid'" in found["sampler"][1]
    assert found["samples"] == (5, "0 is below the minimum 1")
    assert found["linked.0"] == (6, "linked paths need equally many values each")
    assert found["constraints.0"][0] == 7
    assert len(found) == 10  # the two others: the empty list of a, and the end that b lacks


def test_a_path_that_two_axes_move_is_found(tmp_path: Path) -> None:
    text = "kind: space\naxes: {a: [1, 2]}\nlinked: [{a: [1, 2], b: [1, 2]}]\n"
    (problem,) = check_files([write(tmp_path, "space.yaml", text)])
    assert (problem.line, problem.message) == (2, "a is moved by more than one axis")


def test_validation_cases_are_checked_with_their_expressions(tmp_path: Path) -> None:
    some = sorted(shipped_cases().values())[::10]
    assert check_files(folder / "published.yaml" for folder in some) == ()
    text = (shipped_cases()["odin"] / "published.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "odin"
    folder.mkdir()
    changed = text.replace("class:", "clas:", 1)
    (problem,) = check_files([write(folder, "published.yaml", changed)])
    assert "unknown key 'clas'; did you mean 'class'?" in problem.message


def test_a_binary_chip_and_a_case_with_it_name_what_is_missing(tmp_path: Path) -> None:
    folder = shutil.copytree(shipped_cases()["bineareye"], tmp_path / "bineareye")
    chip = folder / "chip.yaml"
    before, _, after = chip.read_text("utf-8").partition("    sums:")
    chip.write_text(before + after[after.index("    array:") :], "utf-8")
    for file in (chip, folder / "published.yaml"):
        (problem,) = check_files([file])
        assert "nothing on the chip stores partial_sums" in problem.message


def test_model_discrepancies_are_checked(tmp_path: Path) -> None:
    assert check_files([draws.FILE]) == ()
    text = draws.FILE.read_text(encoding="utf-8").replace("scale:", "scael:", 1)
    messages = [problem.message for problem in check_files([write(tmp_path, "mine.yaml", text)])]
    assert "unknown key 'scael'; did you mean 'scale'?" in messages


ADC = """\
kind: architecture
name: mine
description: The shipped fabric, changed.
base: adc_crossbar_28nm
"""


@pytest.mark.parametrize(
    ("change", "who", "why"),
    [
        (
            "remove: [chip.tile.buffer]\n",
            "dense networks are refused",
            "nothing on the chip stores activations",
        ),
        ("remove: [chip.tile.state]\n", "spiking networks are refused", "nothing on the chip stores state"),
        (
            "set: {chip.tile.array.input: {model: capacitive_dac, device: capacitive_dac_28nm}}\n",
            "dense networks of 8 bits are refused",
            "resolution is beyond",
        ),
    ],
    ids=["activations", "state", "bits"],
)
def test_networks_that_a_sound_chip_refuses_are_named(
    change: str, who: str, why: str, tmp_path: Path
) -> None:
    file = write(tmp_path, "mine.yaml", ADC + change)
    assert check_files([file]) == ()
    (limit,) = refused_networks(file)
    assert limit.message.startswith(f"{who}: ")
    assert why in limit.message


def test_chips_that_ship_refuse_no_network_that_they_are_for() -> None:
    assert [limit for file in shipped("architecture").values() for limit in refused_networks(file)] == []
    assert refused_networks(shipped("device")["rram_hfox_28nm"]) == ()


def test_a_file_of_a_user_may_have_any_name(tmp_path: Path) -> None:
    """As for `estimate`, which reads it by its path."""
    chip = write(tmp_path, "chip.yaml", ADC)
    assert "name: chip\n" not in ADC
    assert check_files([chip, write(tmp_path, "my neuron (2).yaml", DEVICE)]) == ()


def test_a_file_of_a_library_has_the_name_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library finds its files by file name."""
    file = write(tmp_path, "chip.yaml", ADC)
    monkeypatch.setattr("neuroest.pipeline.check.named", lambda kind: {"chip": file})
    (problem,) = check_files([file])
    assert problem.path == "name"
    assert "found as 'chip'; both must agree" in problem.message


FIVE_FAULTS = {
    "chip": """\
        kind: architecture
        name: chip
        description: Six faults.
        base: analog_lif_28nm
        baseline: analog_lif_28
        set:
          chip.tile.array.rows: 128 um
          chip.tile.array.readout.neuron: {model: reported_neuron, device: ./no_such.yaml}
          chip.tile.arra.columns: 64
          chip.tile.buffer.capacity: -8 KiB
          chip.tile.array.readout.partial_sums: analog
        """,
    "device": """\
        kind: device
        name: device
        model: reported_neuron
        description: Seven faults.
        maturity: {stage: labratory_device, reason: twelve devices measured}
        fab_compatibility: {status: unknown, reason: no fab was asked}
        defaults: {basis: measured, source: ours, locator: page 12, spread: {factor: 0.5}}
        parameters: {spike_energy: 40 fK, input_hold_tim: 100 ns, maximum_spike_rate: 1 MHz, static_power: -1 W}
        sources: {outs: {type: misc, title: Notebook, authors: ['Doe, Jane'], year: 2026}}
        """,
    "network": """\
        kind: workload
        name: network
        description: Six faults.
        coding: spiking
        timesteps: 10 ms
        precision: {weights: 8, accumulator: 24}
        weights: {mean_absolute: 2, basis: assumed, rationale: a guess}
        input: {shape: [784], activity: {rate: 0.1}}
        activity: {rate: {value: 0.1, basis: guessed}}
        layers:
          - {name: hidden, type: fully_conected, outputs: 100}
          - {name: output, type: fully_connected, outputs: 0}
        """,
    "rules": """\
        kind: architecture
        name: rules
        description: A wrong unit, and a rule between a cell and what writes it.
        base: adc_crossbar_28nm
        set:
          chip.tile.array.rows: 12 s
          chip.tile.array.cell: {model: current_domain_sram, device: current_sram_28nm}
        """,
    "contest": """\
        kind: contest
        name: contest
        description: Six faults.
        minimize: energy_per_inferenc_J
        limits: [area_m2 <= 20 mm, latenc_s <= 3 ms]
        contenders:
          one: {title: One, architecture: digtal_spiking_28nm, alternatives: [suply]}
          two: {title: Two, architecture: digital_spiking_28nm}
        alternatives: {supply: {0.8 V: {technology.supply_voltage: 0.8 V}}}
        regime: {period: 1 ms..1 s:3:log, spike_rate: [1, 2]}
        """,
    "space": """\
        kind: space
        axes: {array.rows: [64, 128]}
        constraints: [array.rows >= 64, areas <= 3 mm^2, area_m2 <= 3 mm, latency_s <= 3]
        """,
}
FOUND = {
    "chip": ["did you mean 'analog_lif_28nm'", "128 um is a length", "no_such.yaml: no such file",
             "did you mean 'array'", "-8 KiB is below", "did you mean 'analog_merge'"],
    "device": ["did you mean 'laboratory_device'", "unknown source 'ours'", "0.5 is below", "parameters.footprint",
               "40 fK is a temperature", "did you mean 'input_hold_time'", "-1 W is below"],
    "network": ["10 ms is a time", "2 is above", "states no basis", "'guessed' is not allowed",
                "did you mean 'fully_connected'", "layers.1.outputs"],
    "rules": ["12 s is a time", "leave out write_circuit"],
    "contest": ["did you mean 'energy_per_inference_J'", "20 mm is a length", "did you mean 'latency_s'",
                "did you mean 'digital_spiking_28nm'", "did you mean 'supply'", "is an alternative of no contender"],
    "space": ["did you mean 'area'", "3 mm is a length", "3 has no unit"],
}  # fmt: skip


@each("name", FIVE_FAULTS)
def test_one_fault_does_not_hide_the_others(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_text(textwrap.dedent(FIVE_FAULTS[name]), encoding="utf-8")
    problems = [str(problem) for problem in check_files([path])]
    for words in FOUND[name]:
        assert len([line for line in problems if words in line]) == 1, words
    assert len(problems) == len(FOUND[name])


def test_files_of_other_programs_are_checked_too(tmp_path: Path) -> None:
    curves = tmp_path / "curves.csv"
    curves.write_text("Voltage (V),Delay (us)\n1,2\n2,x\n", encoding="utf-8")
    (found,) = check_files([curves])
    assert (found.line, found.message) == (3, "integration_time: 'x' is not a number")
    weights = tmp_path / "weights.pt"
    weights.touch()
    assert "pickle" in str(check_files([weights]))
    text = tmp_path / "notes.txt"
    text.touch()
    assert "not a file suffix that neuroest reads" in str(check_files([text]))
    assert check_files([example_folder() / "zhao2025_paired_pulse.csv"]) == ()


def _results(path: Path) -> None:
    path.write_text(estimate("analog_lif_28nm", "mlp_mnist_spiking").to_json(), encoding="utf-8")


def _swept(path: Path) -> None:
    sweep("analog_lif_28nm", {"chip.tile.array.rows": [64, 128]}, "mlp_mnist_spiking", output=path)


def _recorded(path: Path) -> None:
    np.savez(path, hidden=np.ones((2, 3, 4)))


KINDS_OF_FILE = {
    "results.json": (_results, '{"totals": 1}', "contains no result"),
    "neurobench.json": (
        lambda path: path.write_text('{"ActivationSparsityByLayer": {"hidden": 0.9}}', encoding="utf-8"),
        "[1", "JSON",
    ),
    "sweep.csv": (_swept, "area_m2,feasible\n1,False\n", "contains no feasible point"),
    "sweep.parquet": (_swept, "none", "is not a sweep"),
    "spikes.npz": (_recorded, "none", "npz"),
    "rates.csv": (
        lambda path: path.write_text("layer,rate\nhidden,0.1\n", encoding="utf-8"), "layer,rate\nhidden,x\n", "x"
    ),
    "stimulus.csv": (
        lambda path: path.write_text("time [s],voltage [V]\n0,0.5\n1,0\n", encoding="utf-8"),
        "time [s],voltage [V]\n0,x\n", "expected two numbers",
    ),
    "bundle.zip": (None, "none", "is not a bundle"),
}  # fmt: skip
"""A good file of each kind that verbs read or write, a bad one, and words of what is said of that."""


@each("name", KINDS_OF_FILE)
def test_every_kind_of_file_that_a_verb_reads_is_checked(name: str, tmp_path: Path) -> None:
    good, bad, words = KINDS_OF_FILE[name]
    path = tmp_path / name
    if good is not None:
        good(path)
        assert check_files([path]) == ()
    path.write_text(bad, encoding="utf-8")
    found = [str(problem) for problem in check_files([path])]
    assert found
    assert all(words in line for line in found)
    assert all(line.count(str(path)) == 1 for line in found)
