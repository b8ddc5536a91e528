"""Inputs that once ended in a traceback, a warning, a line of a shell or a formula, each found by using the program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import neuroest
from neuroest.core.document import Table
from neuroest.core.errors import NeuroestError, SpecError
from neuroest.exploration.space import constraint, space_from
from neuroest.loading.library import load_architecture, shipped
from neuroest.publishing.paper.plan import STEPS, read_plan
from neuroest.publishing.paper.run import _read_state
from tests.each import each

CHIP, NETWORK = "diffusive_28nm_derived", "mlp_mnist_spiking"


def changed(name: str, folder: Path, *changes: tuple[str, str], kind: str = "architecture") -> Path:
    text = shipped(kind)[name].read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / f"{name}.yaml"
    file.write_text(text, "utf-8")
    return file


@each(
    "name, kind, change, line",
    [
        ("loihi_14nm", "architecture", ("  core:", "  mapper:"), "16:3: chip.mapper: 'mapper' is a key of blocks and"),
        ("loihi_14nm", "architecture", ("  core:", "  model:"), "16:3: chip.model: 'model' is a key of blocks and"),
        ("mixed_spiking_28nm", "architecture", ("count_bits: 8 bit", "count_bits: 2000 bit"),
         "units.unit.count_bits: 2000 bit is above the maximum 64 bit"),
        ("vit_tiny_imagenet_dense", "workload", ("operations: 7, inputs: [block_5]", "operations: 7, inputs: [64]"),
         "layers.67.inputs.0: expected text, got 64"),
        ("vit_tiny_imagenet_dense", "workload", ("operations: 7, inputs: [block_5]", "operations: 7, inputs: []"),
         "layers.67.inputs: names no layer; leave it out to read the layer before this one"),
    ],
)  # fmt: skip
def test_a_file_is_refused_at_its_place(
    tmp_path: Path, name: str, kind: str, change: tuple[str, str], line: str
) -> None:
    file = changed(name, tmp_path, change, kind=kind)
    problems = [str(problem) for problem in neuroest.check_files([file])]
    assert any(line in problem for problem in problems), problems
    assert all(problem.startswith(f"{file}:") for problem in problems)
    with pytest.raises(SpecError) as caught:
        neuroest.estimate(*((file, NETWORK) if kind == "architecture" else ("gpu_h100", file)))
    assert line in str(caught.value)


@each("content", ["[]", "null", '{"steps": 5}', '{"steps": {"fit": []}}', '{"steps": {"fit": {}}}'])
def test_a_record_of_another_shape_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content, "utf-8")
    with pytest.raises(
        NeuroestError, match=r"state.json: is no record of steps; remove it to run all steps again"
    ):
        _read_state(tmp_path / "state.json")


def test_a_record_of_no_steps_is_one(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"steps": {}}', "utf-8")
    assert _read_state(tmp_path / "state.json") == {"steps": {}}


@each(
    "line",
    [
        r'title: "x\ntouch SHELL\n#"', r'network: "n\ntouch SHELL"', r'curves: ["a\rb.csv"]',
        r'options: {fit: ["--label=\u2028x"]}',
    ],
)  # fmt: skip
def test_no_line_of_a_plan_becomes_a_line_of_the_script(tmp_path: Path, line: str) -> None:
    file = tmp_path / "paper.yaml"
    file.write_text(f"{line}\n", "utf-8")
    with pytest.raises(NeuroestError, match="must be one line of printable characters") as caught:
        read_plan(file, STEPS)
    assert "\n" not in str(caught.value)


def test_no_cell_of_a_table_is_a_formula() -> None:
    texts = ["=1+1", "+1+cmd|' /C calc'!A1", "-1+1", "@SUM(A1)", "\t=1", "area", "-1.5", "+3e-9", "-"]
    lines = Table.of_records([{"=head": text} for text in texts]).to_csv().split("\n")
    assert lines[0] == "'=head"
    assert [line.strip('"')[0] for line in lines[1:6]] == ["'"] * 5
    assert lines[6:10] == ["area", "-1.5", "+3e-9", "-"]


@pytest.mark.slow
def test_no_cell_of_a_sweep_or_a_report_is_a_formula(tmp_path: Path) -> None:
    points, space = tmp_path / "points.csv", tmp_path / "space.yaml"
    cell = load_architecture(CHIP).document.data["chip"]["tile"]["array"]["cell"]
    axes = {"chip.tile.array.cell": {"=cmd|A1": cell, "plain": cell}}
    space.write_text(yaml.safe_dump({"kind": "space", "axes": axes}), "utf-8")
    neuroest.sweep(CHIP, space, NETWORK, output=points)
    labels = [line.split(",")[0].strip('"') for line in points.read_text("utf-8").splitlines()[1:]]
    assert labels == ["'=cmd|A1", "plain"]


@each(
    "text, parts",
    [
        ("area_m2 <= 4 mm^2", ("area_m2", "<=", "4 mm^2")), ("  a<b ", ("a", "<", "b")),
        ("a == b <= c", ("a", "==", "b <= c")), ("1 V!=b", ("1 V", "!=", "b")),
    ],
)  # fmt: skip
def test_a_comparison_has_two_sides(text: str, parts: tuple[str, str, str]) -> None:
    found = constraint(text)
    assert (found.left, found.sign, found.right) == parts


@each("text", ["", "<= 4", "a <=", " " * 20_000 + "..", "a", "<="])
def test_what_is_no_comparison_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="expected a comparison such as"):
        constraint(text)


@each("text", ["1..", "1..2:", "1..2:3:log:4", "1..2::log", "1..2:3:square", "1..:3"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match=r"expected lo\.\.hi|is not a scale"):
        space_from({"chip.x": text})


COLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
import neuroest
sys.setswitchinterval(1e-5)
chips = ["adc_crossbar_28nm", "charge_domain_65nm", "gpu_h100", "sar_crossbar_28nm"] * 2
found = list(ThreadPoolExecutor(8).map(lambda chip: neuroest.estimate(chip, "mlp_mnist_dense"), chips))
print([one.totals["energy_per_inference_J"] for one in found])
"""


@pytest.mark.slow
def test_first_estimates_in_threads_are_those_of_one_thread() -> None:
    chips = ("adc_crossbar_28nm", "charge_domain_65nm", "gpu_h100", "sar_crossbar_28nm")
    expected = [neuroest.estimate(chip, "mlp_mnist_dense").totals["energy_per_inference_J"] for chip in chips]
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", COLD], capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == pytest.approx([*expected, *expected], rel=1e-12)
