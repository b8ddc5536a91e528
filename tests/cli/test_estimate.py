from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

import neuroest
from neuroest.cli.shared import DEFAULT_ARCHITECTURE, DEFAULT_WORKLOAD
from tests.cli.conftest import CHIP, NETWORK, Command
from tests.each import each

REQUIRED_TOTALS = {
    "area_m2",
    "energy_per_inference_J",
    "dynamic_energy_J",
    "static_energy_J",
    "latency_s",
    "throughput_per_s",
    "average_power_W",
    "power_density_W_per_m2",
    "synaptic_operations",
    "energy_per_synaptic_operation_J",
}


def test_without_arguments_the_chip_is_next_to_its_twin(command: Command) -> None:
    formatted = command("estimate")
    twin = neuroest.load_architecture(DEFAULT_ARCHITECTURE).spec.baseline
    assert formatted.code == 0
    assert twin is not None
    assert f"{DEFAULT_ARCHITECTURE} and {twin} on {DEFAULT_WORKLOAD}" in formatted.out
    assert "ratio: first over baseline" in formatted.out
    assert 25 <= len(formatted.lines) <= 42  # one screen, with the products of four ratios
    whole = command("estimate", "--full")
    assert f"{twin} on {DEFAULT_WORKLOAD}" in whole.out
    assert "the two chips may differ in scope" in " ".join(whole.out.split())


@pytest.mark.parametrize(
    "arguments", [(), (CHIP, "-w", NETWORK), ("adc_crossbar_28nm", "-w", "resnet18_imagenet_dense")]
)
def test_a_table_fits_80_columns(command: Command, arguments: tuple[str, ...]) -> None:
    assert max(map(len, command("estimate", *arguments).lines)) <= 80


def test_the_json_holds_what_was_promised(command: Command) -> None:
    reported = json.loads(command("estimate", CHIP, "-w", NETWORK, "--format", "json").out)
    assert reported["totals"].keys() >= REQUIRED_TOTALS
    assert {
        "schema_version",
        "neuroest_version",
        "architecture",
        "workload",
        "breakdown",
        "checks",
    } <= reported.keys()
    assert {"basis_share", "sources", "exclusions", "inputs", "bands", "settings"} <= reported.keys()
    assert {"layer", "component", "term", "energy_J", "area_m2", "count"} <= reported["breakdown"][0].keys()
    assert reported["totals"] == neuroest.estimate(CHIP, NETWORK).totals


def test_the_json_of_two_designs_is_that_of_the_first_with_its_baseline(command: Command) -> None:
    reported = json.loads(command("estimate", "--format", "json").out)
    assert reported["architecture"] == DEFAULT_ARCHITECTURE
    assert (
        reported["baseline"]["architecture"] == neuroest.load_architecture(DEFAULT_ARCHITECTURE).spec.baseline
    )


def test_the_csv_adds_up(command: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(command("estimate", CHIP, "-w", NETWORK, "--format", "csv").out)))
    totals = neuroest.estimate(CHIP, NETWORK).totals
    assert sum(float(row["energy_J"]) for row in rows) == pytest.approx(
        totals["energy_per_inference_J"], rel=1e-9
    )
    assert sum(float(row["area_m2"]) for row in rows) == pytest.approx(totals["area_m2"], rel=1e-9)
    assert {row["architecture"] for row in rows} == {"chip_fast"}


def test_a_setting_changes_the_result_and_is_reported(command: Command) -> None:
    before = json.loads(command("estimate", CHIP, "-w", NETWORK, "--format", "json").out)
    changed = command("estimate", CHIP, "-w", NETWORK, "--set", "chip.tile.array.rows=64", "--format", "json")
    after = json.loads(changed.out)
    assert after["settings"] == {"chip.tile.array.rows": "64"}
    assert after["totals"]["computing_units"] > before["totals"]["computing_units"]
    table = command("estimate", CHIP, "-w", NETWORK, "--set", "chip.tile.array.rows=64")
    assert "set: chip.tile.array.rows=64" in table.out


@each(
    "arguments, hints",
    [
        (("loihi_14", "-w", NETWORK), ("unknown architecture 'loihi_14'", "did you mean 'loihi_14nm'?")),
        ((CHIP, "-w", "shd"), ("unknown workload 'shd'",)),
        (("nowhere/chip.yaml",), ("nowhere/chip.yaml",)),
        ((CHIP, "-w", NETWORK, "--set", "rows"), ("--set: rows: expected path=value",)),
        ((CHIP, "-w", NETWORK, "--set", "chip.tile.array.rowz=3"), ("rowz",)),
        ((CHIP, "-w", NETWORK, "--set", "technology.supply_voltage=5 pJ"), ("5 pJ", "energy", "voltage")),
        ((CHIP, "-w", NETWORK, "--set", "technology.supply_voltage=0.9"), ("has no unit",)),
        ((CHIP, "-w", "mlp_mnist_dense"), ("spiking neurons", "dense network")),
        ((CHIP, "-w", NETWORK, "--set", "chip.tile.count=1"), ("arrays",)),
    ],
)
def test_bad_input_is_a_line_on_stderr_and_exit_1(
    command: Command, arguments: tuple[str, ...], hints: tuple[str, ...]
) -> None:
    wrong = command("estimate", *arguments)
    assert wrong.code == 1
    assert wrong.out == ""
    assert "Traceback" not in wrong.err
    for hint in hints:
        assert hint in wrong.err


def test_an_unknown_format_is_wrong_usage(command: Command) -> None:
    assert command("estimate", CHIP, "--format", "xml").code == 2


def test_strict_exits_with_3_where_a_check_fails(command: Command) -> None:
    arguments = ("estimate", CHIP, "-w", NETWORK, "--set", "chip.tile.array.ir_drop_limit=0.0001 %")
    relaxed = command(*arguments)
    assert relaxed.code == 0
    assert "design check failed: tile.array" in " ".join(relaxed.out.split())
    strict = command(*arguments, "--strict")
    assert strict.code == 3
    assert strict.out == relaxed.out
    assert command("estimate", CHIP, "-w", NETWORK, "--strict").code == 0


def test_a_failed_check_is_a_note_where_the_result_has_no_room_for_it(command: Command) -> None:
    failing = ("--set", "chip.tile.array.ir_drop_limit=0.0001 %")
    reported = command("estimate", CHIP, "-w", NETWORK, *failing, "--format", "csv")
    assert reported.code == 0
    assert "design check failed" in reported.err
    assert "design check failed" not in reported.out


def test_a_file_is_written_whole(command: Command, tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text("before")
    target.chmod(0o640)
    written = command("estimate", CHIP, "-w", NETWORK, "--format", "json", "-o", str(target))
    assert written.code == 0
    assert written.out == written.err == ""
    assert json.loads(target.read_text())["architecture"] == "chip_fast"
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_is_written_through(command: Command, tmp_path: Path) -> None:
    target, link = tmp_path / "result.csv", tmp_path / "link.csv"
    target.touch()
    link.symlink_to(target)
    assert command("estimate", CHIP, "-w", NETWORK, "--format", "csv", "-o", str(link)).code == 0
    assert link.is_symlink()
    assert target.read_text().startswith("architecture,")


@pytest.mark.parametrize("place", ["missing/result.txt", "."])
def test_an_unwritable_place_is_one_line_and_leaves_nothing(
    command: Command, tmp_path: Path, place: str
) -> None:
    wrong = command("estimate", CHIP, "-w", NETWORK, "-o", str(tmp_path / place))
    assert wrong.code == 1
    assert wrong.out == ""
    assert len(wrong.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(command: Command) -> None:
    wrong = command("estimate", CHIP, "-w", NETWORK, "-o", "/dev/full")
    assert wrong.code == 1
    assert "No space left" in wrong.err
    assert Path("/dev/full").is_char_device()
