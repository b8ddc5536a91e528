"""``neuroest reproduce`` as it is called."""

import csv
import io
import json
import re
import shutil

import pytest

from neuroest.loading.kinds import data_folder
from neuroest.validation.board import recorded

pytest.importorskip("neuroest.cli.shared")
cli = pytest.importorskip("neuroest.cli")


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        cli.main(["reproduce", *arguments])
    captured = capsys.readouterr()
    return stop.value.code, captured.out, captured.err


def test_a_case_as_a_table(capsys):
    code, out, _ = run(capsys, "odin")
    assert code == 0
    assert "energy_per_synaptic_operation" in out
    assert "within" in out
    area = next(line for line in out.splitlines() if line.strip().startswith("area "))
    assert re.search(r"within, in [\d.]+ \.\. [\d.]+$", area)
    assert re.search(r"\d+% inside p10 to p90", " ".join(out.split()))


def test_a_case_as_json(capsys):
    code, out, _ = run(capsys, "puma", "--format", "json")
    assert code == 0
    data = json.loads(out)
    assert data["failed"] == []
    assert {row["case"] for row in data["rows"]} == {"puma"}
    assert data["calibration"] is None  # one case says nothing about coverage


def test_a_moved_value_gives_another_exit_code(capsys, tmp_path):
    folder = shutil.copytree(data_folder("validation_case") / "odin", tmp_path / "odin")
    file = folder / "published.yaml"
    file.write_text(file.read_text().replace("value: 37.5", "value: 40"))
    code, out, _ = run(capsys, str(folder))
    assert code == 3
    assert "OUTSIDE: odin.throughput" in out


def test_an_unknown_case_is_one_line(capsys):
    code, out, err = run(capsys, "odinn")
    assert code == 1
    assert out == ""
    assert "did you mean 'odin'" in err
    assert err.count("\n") == 1


def test_what_is_wrong_with_a_case_is_one_line_and_no_traceback(capsys, tmp_path):
    folder = shutil.copytree(data_folder("validation_case") / "odin", tmp_path / "odin")
    file = folder / "published.yaml"
    text = file.read_text()
    for old, new in (("value: 0.086", "value: 0"), ("predicted: area_m2", "predicted: area_m2 / (1 - 1)")):
        file.write_text(text.replace(old, new))
        code, out, err = run(capsys, str(folder))
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith(str(file))


def test_a_case_given_twice_counts_once(capsys):
    _, once, _ = run(capsys, "odin")
    _, twice, _ = run(capsys, "odin", "odin")
    assert twice == once


def test_rows_for_programs_and_the_record_for_reports(capsys, tmp_path):
    code, out, _ = run(capsys, "odin", "--format", "csv", "--record", str(tmp_path / "board.json"))
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["quantity"] for row in rows if row["class"] == "structural"] == ["throughput"]
    area = next(row for row in rows if row["quantity"] == "area")
    assert (area["inside"], area["allowed"], area["source"]) == ("yes", "x1.5", "frenkel2019")
    assert float(area["p10"]) < float(area["p50"]) < float(area["p90"])
    assert area["locator"] == "abstract"
    assert area["reason"].startswith("two memories")
    found = recorded(tmp_path / "board.json")
    assert [case.name for case in found.cases] == ["odin"]
    assert found.left_out_coverage is None  # one chip cannot be left out of itself
    assert len(found.rows) == len(rows)


def test_the_figure_is_written(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    code, _, _ = run(capsys, "odin", "--figure", str(tmp_path / "f.svg"))
    assert code == 0
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")
