from __future__ import annotations

import os
import textwrap
from dataclasses import asdict
from pathlib import Path

import pytest

from neuroest import check_files
from neuroest.core.errors import MappingError, SpecError
from neuroest.loading.library import architecture_document, load_architecture, shipped
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.bundle import BUNDLE, rerun, write_bundle
from neuroest.reporting.data_sheets import whole_file
from neuroest.reporting.explanation import explain
from neuroest.reporting.report import report, write_text
from neuroest.specs.inheritance import MOST_BASES
from tests.each import each

NETWORK = "mlp_mnist_spiking"
ARRAY = "chip.tile.array"


def written(folder: Path, name: str, body: str) -> Path:
    """A derived chip; its body begins at line 4."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    head = f"kind: architecture\nname: {name}\ndescription: A chip of a test.\n"
    path.write_text(head + textwrap.dedent(body), encoding="utf-8")
    return path


def whole(folder: Path, name: str, like: str = "analog_lif_28nm") -> Path:
    """A whole chip that states everything itself."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(whole_file(like).replace(f"name: {like}", f"name: {name}"), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    (line,) = [n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if text in line]
    return line


def refusal(path: Path) -> str:
    """The one line that a chip is refused with."""
    with pytest.raises(SpecError) as caught:
        load_architecture(path)
    (problem,) = caught.value.problems
    return str(problem)


@each("name", sorted(shipped("architecture")))
def test_the_resolved_file_of_every_chip_loads_to_the_same_design(name: str, tmp_path: Path) -> None:
    text = whole_file(name)
    assert "base:" not in text.splitlines()
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    again, one = load_architecture(path), load_architecture(name)
    assert again.spec == one.spec
    assert again.document.data == one.document.data
    assert len(again.document.chain) == 1
    assert whole_file(str(path)) == text


def test_shipped_chips_say_each_fact_once() -> None:
    chips = [path.read_text("utf-8").splitlines() for path in shipped("architecture").values()]
    # thirty-two chips took 600 lines before each could state its tags in a line of its own
    assert sum(map(len, chips)) <= len(chips) * (600 / 32 + 1)


def test_values_blocks_and_removals_are_applied(tmp_path: Path) -> None:
    base = load_architecture("adc_crossbar_28nm").document.data
    path = written(
        tmp_path,
        "mine",
        """\
        base: adc_crossbar_28nm
        operation: {mode: always_on, period: 1 ms}
        remove: [chip.tile.state, chip.tile.neuron, baseline]
        set:
          technology.supply_voltage: 0.8 V
          chip.tile.array.rows: 256
          chip.tile.array.cell: {model: one_transistor_one_resistor, device: rram_22nm_intel}
          chip.tile.array.cell.parameters: {high_conductance: 60 uS}
        """,
    )
    data = architecture_document(path).data
    tile = {key: value for key, value in base["chip"]["tile"].items() if key not in {"state", "neuron"}}
    cell = {
        "model": "one_transistor_one_resistor",
        "device": "rram_22nm_intel",
        "parameters": {"high_conductance": "60 uS"},
    }
    assert data == {
        "kind": "architecture",
        "name": "mine",
        "description": "A chip of a test.",
        "technology": base["technology"] | {"supply_voltage": "0.8 V"},
        "operation": {"mode": "always_on", "period": "1 ms"},
        "exclusions": base["exclusions"],
        "chip": base["chip"] | {"tile": tile | {"array": tile["array"] | {"rows": 256, "cell": cell}}},
    }
    assert base == load_architecture("adc_crossbar_28nm").document.data
    assert load_architecture(path).spec.baseline is None


def test_bases_chain_and_the_nearest_file_wins(tmp_path: Path) -> None:
    whole(tmp_path, "first")
    written(tmp_path, "second", f"base: first.yaml\nset:\n  {ARRAY}.rows: 64\n  {ARRAY}.columns: 32\n")
    third = written(tmp_path, "third", f"base: second.yaml\nset:\n  {ARRAY}.rows: 256\n")
    loaded = load_architecture(third)
    array = loaded.document.data["chip"]["tile"]["array"]
    assert (array["rows"], array["columns"]) == (256, 32)
    assert [Path(d.file).name for d in loaded.document.chain] == ["third.yaml", "second.yaml", "first.yaml"]
    result = estimate(third, NETWORK)
    files = {Path(f.file).name: f.sha256 for f in result.files if f.kind == "architecture"}
    assert list(files) == ["third.yaml", "second.yaml", "first.yaml"]
    assert len(set(files.values())) == 3


def test_an_edit_of_a_base_is_noticed(tmp_path: Path) -> None:
    base = whole(tmp_path, "first")
    path = written(tmp_path, "second", "base: first.yaml\n")
    assert load_architecture(path) is load_architecture(path)
    before = estimate(path, NETWORK)
    base.write_text(base.read_text("utf-8").replace("rows: 128", "rows: 64"), encoding="utf-8")
    assert load_architecture(path).document.data["chip"]["tile"]["array"]["rows"] == 64
    assert estimate(path, NETWORK).totals["area_m2"] != before.totals["area_m2"]


def test_paths_in_a_base_count_from_its_own_folder(tmp_path: Path) -> None:
    device = shipped("device")["lif_28nm_besrour"].read_text("utf-8")
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "mine.yaml").write_text(device.replace("name: lif_28nm_besrour", "name: mine"))
    base = written(
        tmp_path / "lab",
        "first",
        f"base: analog_lif_28nm\nset:\n  {ARRAY}.readout.neuron.device: mine.yaml\n",
    )
    far = written(tmp_path / "chips", "second", "base: ../lab/first.yaml\n")
    assert estimate(far, NETWORK).totals == estimate(base, NETWORK).totals
    beside = tmp_path / "chips" / "copy.yaml"
    beside.write_text(whole_file(str(far)), encoding="utf-8")
    assert load_architecture(beside).spec == load_architecture(far).spec
    assert check_files([far]) == ()


@each(
    "body, line, says",
    [
        ("base: analog_lif_28m\n", 4, "base: unknown architecture 'analog_lif_28m'; did you mean 'analog_lif_28nm'?"),
        ("base: first.yml\n", 4, "first.yml: no such file; did you mean 'first.yaml'"),
        ("base: [first]\n", 4, "base: expected text"),
        ("base: first.yaml\nsets: {}\n", 5, "unknown key 'sets'; did you mean 'set'?"),
        ("base: first.yaml\nchip: {count: 1}\n", 5, "unknown key 'chip'"),
        ("base: first.yaml\nset: [a]\n", 5, "set: expected a mapping"),
        ("base: first.yaml\nset:\n  chip.tile.aray.rows: 1\n", 6, "no 'aray' in chip.tile; did you mean 'array'?"),
        ("base: first.yaml\nset:\n  chp.count: 1\n", 6, "first.yaml has no 'chp'; did you mean 'chip'?"),
        ("base: first.yaml\nset:\n  chip.count.rows: 1\n", 6, "chip.count of first.yaml is a value and has no keys"),
        ("base: first.yaml\nset:\n  name: other\n", 6, "also changes name, which this file states before"),
        ("base: first.yaml\nremove:\n  - chip.tile.stat\n", 6, "first.yaml has no 'stat' in chip.tile"),
        ("base: first.yaml\nremove:\n  - chip.tile.buffer\n  - chip.tile\n", 7, "also changes chip.tile.buffer"),
        ("base: first.yaml\nset:\n  chip.count: 1\n  chip: {count: 1}\n", 7, "also changes chip.count"),
        (f"base: first.yaml\nset:\n  {ARRAY}.rows: many\n", 6, f"{ARRAY}.rows: "),
        (f"base: first.yaml\nset:\n  {ARRAY}.rwos: 2\n", 6, "unknown key 'rwos'; did you mean 'rows'?"),
        (f"base: first.yaml\nremove: [{ARRAY}.rows]\n", 5, f"{ARRAY}.rows: is missing"),
        (f"base: first.yaml\nset:\n  {ARRAY}.cell:\n    model: passive\n    devic: a\n", 8, "unknown key 'devic'"),
        (f"base: first.yaml\nset:\n  {ARRAY}.cell: null\n", 6, f"{ARRAY}.cell"),
    ],
)  # fmt: skip
def test_a_fault_of_a_derived_file_is_reported_at_its_line(
    tmp_path: Path, body: str, line: int, says: str
) -> None:
    whole(tmp_path, "first")
    path = written(tmp_path, "second", body)
    with pytest.raises(SpecError) as caught:
        load_architecture(path)
    problem = next(p for p in caught.value.problems if says in str(p))
    assert (problem.file, problem.line) == (str(path), line)
    assert "\n" not in str(problem)
    assert problem in check_files([path])


def test_a_fault_of_a_base_is_reported_in_the_file_of_the_base(tmp_path: Path) -> None:
    base = whole(tmp_path, "first")
    text = base.read_text("utf-8").replace("rows: 128", "rows: many")
    base.write_text(text.replace("device: rram_hfox_28nm", "device: rram_hfox_28"), encoding="utf-8")
    path = written(tmp_path, "second", f"base: first.yaml\nset:\n  {ARRAY}.columns: few\n")
    found = {p.path: (p.file, p.line) for p in check_files([path])}
    assert found == {
        f"{ARRAY}.rows": (str(base), line_of(base, "rows: many")),
        f"{ARRAY}.columns": (str(path), 6),
        f"{ARRAY}.cell.device": (str(base), line_of(base, "device: rram_hfox_28}")),
    }  # fmt: skip


def test_a_network_that_does_not_fit_is_reported_in_the_file_that_has_the_level(tmp_path: Path) -> None:
    base = whole(tmp_path, "first", "digital_spiking_28nm")
    path = written(tmp_path, "second", "base: first.yaml\nset:\n  chip.core.count: 1\n")
    with pytest.raises(MappingError) as caught:
        estimate(path, NETWORK)
    assert str(caught.value).startswith(f"{base}:{line_of(base, '  core:')}:3: chip.core: ")


def test_whole_files_have_nothing_to_change(tmp_path: Path) -> None:
    path = whole(tmp_path, "first")
    path.write_text(path.read_text("utf-8") + "set:\n  chip.count: 2\n", encoding="utf-8")
    assert "set: needs a `base`" in refusal(path)


def test_a_base_of_another_kind_is_refused(tmp_path: Path) -> None:
    device = shipped("device")["rram_hfox_28nm"]
    path = written(tmp_path, "mine", f"base: {os.path.relpath(device, tmp_path)}\n")
    assert "kind is 'device', expected 'architecture'" in refusal(path)


def test_cycles_and_long_chains_are_refused_with_one_line(tmp_path: Path) -> None:
    first = written(tmp_path, "first", "base: second.yaml\n")
    second = written(tmp_path, "second", "base: first.yaml\n")
    assert refusal(first) == f"{second}:4:7: base: leads back to {first}, which is based on this file"
    alone = written(tmp_path, "alone", "base: alone.yaml\n")
    assert f"{alone}:4:7: base: leads back to" in refusal(alone)
    whole(tmp_path, "chip_0")
    for index in range(1, MOST_BASES + 2):
        last = written(tmp_path, f"chip_{index}", f"base: chip_{index - 1}.yaml\n")
    assert load_architecture(tmp_path / f"chip_{MOST_BASES}.yaml").spec.name == f"chip_{MOST_BASES}"
    assert f"at most {MOST_BASES} may follow each other" in refusal(last)


@pytest.mark.slow
def test_a_setting_changes_a_derived_chip_as_a_whole_one(tmp_path: Path) -> None:
    settings = {
        f"{ARRAY}.rows": "64",
        f"{ARRAY}.cell.high_conductance": "60 uS",
        "technology.ambient_temperature": "300 K",
        "technology.thermal_resistance": "20 K/W",
    }
    path = tmp_path / "diffusive_bench_28nm.yaml"
    path.write_text(whole_file("diffusive_bench_28nm"), encoding="utf-8")
    derived, own = (estimate(chip, NETWORK, settings) for chip in ("diffusive_bench_28nm", path))
    assert derived.totals == own.totals
    assert [*map(asdict, derived.breakdown)] == [*map(asdict, own.breakdown)]
    for quantity in ("energy_per_inference_J", f"{ARRAY}.rows"):
        assert str(explain(derived, quantity)) == str(explain(own, quantity))
    with pytest.raises(SpecError, match=r"--set: base=adc_crossbar_28nm: unknown key 'base'"):
        estimate("diffusive_bench_28nm", NETWORK, {"base": "adc_crossbar_28nm"})


def test_a_bundle_of_a_derived_chip_runs_again(tmp_path: Path) -> None:
    whole(tmp_path / "chips" / "bases", "first", "adc_crossbar_28nm")
    mine = written(tmp_path / "chips", "mine", f"base: bases/first.yaml\nset:\n  {ARRAY}.rows: 64\n")
    made = report([mine, "diffusive_sampled_28nm"], [NETWORK])
    write_text(made, tmp_path)
    write_bundle(made, tmp_path)
    again = rerun(tmp_path / BUNDLE)
    assert again.same
    assert len(again.difference.results) == 2
