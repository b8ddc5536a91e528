from __future__ import annotations

import json
import re

import pytest

from neuroest.loading.library import load_architecture, shipped
from neuroest.reporting.catalogue import CATALOGUE
from tests.cli.conftest import Command
from tests.each import each


def plain(line: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", line)


@each("kind", CATALOGUE)
def test_each_kind_is_listed_one_a_line_with_name_first(command: Command, kind: str) -> None:
    listed = command("list", kind)
    assert listed.code == 0
    rows = [line.split("\t") for line in listed.lines]
    assert {len(row) for row in rows} == {3}
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert all(row[1] for row in rows)


def test_without_a_kind_one_screen_counts_the_files(command: Command) -> None:
    listed = command("list")
    assert len(listed.lines) <= 30
    assert max(map(len, listed.lines)) <= 80
    counts = {line.split()[0]: int(line.split()[1]) for line in listed.lines[: listed.lines.index("")]}
    assert counts["chips"] == len(shipped("architecture"))
    assert counts["networks"] == len(shipped("workload"))
    groups = set(counts) - {"chips", "networks", "contests", "devices"}
    assert counts["devices"] == len(shipped("device")) == sum(counts[group] for group in groups)
    names = [line.split("\t")[0] for line in command("list", "--long").lines]
    assert names == [*shipped("architecture"), *shipped("device"), *shipped("workload")]


def test_a_table_has_one_line_each_and_the_most_mature_first(command: Command) -> None:
    lines = command("list", "chips", "--format", "table").lines
    assert len(lines) == 1 + len(shipped("architecture"))
    stages = [
        next(stage for stage in ("product", "test chip", "concept", "") if stage in line)
        for line in lines[1:]
    ]
    assert stages.index("product") < stages.index("test chip") < stages.index("concept")
    assert len(command("list", "chips", "--format", "table", "--long").lines) > len(lines)


def test_devices_say_their_folder(command: Command) -> None:
    groups = {line.split("\t")[0]: line.split("\t")[2] for line in command("list", "devices").lines}
    assert groups["diffusive_bench"] == "neurons"


def test_the_singular_is_understood(command: Command) -> None:
    assert command("list", "device").out == command("list", "devices").out


def test_a_terminal_gets_a_table_with_maturity(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neuroest.cli.list.sys.stdout.isatty", lambda: True, raising=False)
    listed = command("list", "devices")
    assert "\t" not in listed.out
    assert max(len(plain(line)) for line in listed.lines) <= 80
    assert any("diffusive_bench" in line and "laboratory device" in line for line in listed.lines)


def test_an_unknown_kind_is_refused(command: Command) -> None:
    wrong = command("list", "gadgets")
    assert wrong.code == 1
    assert "unknown kind 'gadgets'" in wrong.err


def test_a_kind_of_device_may_be_asked_for(command: Command) -> None:
    rows = [line.split("\t") for line in command("list", "neurons").lines]
    assert {row[2] for row in rows} == {"neurons"}
    assert "ferroelectric_accumulating" in {row[0] for row in rows}


def test_a_word_narrows_the_list(command: Command) -> None:
    found = [line.split("\t")[0] for line in command("list", "devices", "Ferroelectric").lines]
    assert "ferroelectric_accumulating" in found
    assert "diffusive_bench" not in found
    missing = command("list", "devices", "perovskite_xyz")
    assert missing.code == 1
    assert "perovskite_xyz" in missing.err


def test_a_terminal_groups_devices_by_kind(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neuroest.cli.list.sys.stdout.isatty", lambda: True, raising=False)
    lines = [plain(line) for line in command("list", "devices").lines]
    headings = [line for line in lines if line.startswith("devices: ")]
    assert [heading.split(" (")[0] for heading in headings] == sorted(h.split(" (")[0] for h in headings)
    count = sum(int(heading.split("(")[1].rstrip(")")) for heading in headings)
    assert count == len(shipped("device"))


def test_tags_find_baselines_and_are_the_file_s_own(command: Command) -> None:
    listed = command("list", "architectures", "--format", "json").out
    groups = {entry["name"]: entry["group"].split(", ") for entry in json.loads(listed)}
    assert "baseline" in groups["digital_int8_28nm"]
    assert "published" in groups["loihi_14nm"]
    # a chip with a base states its own tags
    assert load_architecture("threshold_switch_28nm").spec.tags == ("memristor_neurons",)
    assert "baseline" not in groups["adc_crossbar_28nm"]


def test_a_format_that_was_asked_for_is_used_in_a_pipe(command: Command) -> None:
    assert "\t" in command("list", "workloads").out
    assert "\t" not in command("list", "workloads", "--format", "table").out
