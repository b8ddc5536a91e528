"""First ratios of blind cases: each value has one, it never changes, and the scoreboard shows both."""

import dataclasses
import functools
import hashlib
import math
import shutil

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.loading.kinds import data_folder
from neuroest.validation.board import reproduce, write_first
from neuroest.validation.case_spec import FIRST_FILE, FirstValue, first_text, read_first
from neuroest.validation.cases import load_case, shipped_cases
from neuroest.validation.scoring import first_summaries
from tests.each import each
from tests.validation.test_families import row
from tests.validation.test_verb import run


@functools.cache
def blind():
    return [name for name in shipped_cases() if load_case(name).spec.blind]


def copied(tmp_path, name):
    return shutil.copytree(data_folder("validation_case") / name, tmp_path / name)


def test_every_value_of_a_blind_case_has_a_first_ratio_or_a_reason_for_none():
    for name in blind():
        case = load_case(name)
        assert case.first is not None, name
        assert case.first.name == name
        known = {*case.first.values, *case.first.unknown}
        anchors = {value.anchor for value in case.published.values()}
        assert {value for value in case.published if value not in anchors} <= known, name
    assert [name for name in shipped_cases() if load_case(name).first and name not in blind()] == []


def test_files_are_as_the_command_writes_them():
    for name in blind():
        file = shipped_cases()[name] / FIRST_FILE
        assert first_text(read_first(file)) == file.read_text(encoding="utf-8"), name


def test_those_of_the_history_never_change():
    """The digest changes only by a value that had none; those from now on have no commit and are not in it."""
    digest = hashlib.sha256()
    for name in sorted(blind()):
        for value, first in sorted(load_case(name).first.values.items()):
            if first.commit is not None:
                digest.update(f"{name} {value} {first.model_dump_json()}\n".encode())
    assert digest.hexdigest() == "83e516a10b9b73b043fcaaa1faff6d19b8e111813703f7c41d22b325f72e2b47"


@each(
    "case, value, stated",
    [
        ("si_2020", "efficiency_four", "0.60"), ("si_2020", "efficiency_eight", "0.79"),
        ("hung_2023", "efficiency_eight", "0.083"), ("hung_2023", "efficiency_binary", "0.14"),
        ("xue_2021", "efficiency_eight", "0.18"), ("xue_2020", "access_time_four", "1.40"),
        ("yao_2020", "density", "0.34"), ("dynap_cnn", "area", "0.65"), ("speck", "resting_power", "0.12"),
        ("mori_2023", "rate_over_area", "2.34"), ("vega", "retention_power", "0.25"), ("gap8", "energy", "1.71"),
        ("gap9", "energy_persons", "0.0745"), ("xue_2021", "access_time_eight", "3.38"),
    ],
)  # fmt: skip
def test_pages_and_cases_of_the_time_stated_the_same(case, value, stated):
    ratio = load_case(case).first.values[value].ratio
    digits = len(stated.partition(".")[2])
    assert abs(ratio - float(stated)) <= 0.51 * 10.0**-digits


def test_a_case_that_is_restated_keeps_its_first_ratios(tmp_path):
    folder = copied(tmp_path, "vega")
    first = (folder / FIRST_FILE).read_bytes()
    before = reproduce([str(folder)])
    file = folder / "published.yaml"
    text = file.read_text()
    stated = "of(all, average_power_W) - of(least, average_power_W)"
    assert stated in text
    file.write_text(text.replace(stated, f"1.1 * ({stated})"))
    after = reproduce([str(folder)])
    assert after.rows[0].ratio == pytest.approx(1.1 * before.rows[0].ratio)
    assert after.first == before.first
    assert after.first_and_present[0].first == before.first_and_present[0].first
    with pytest.raises(NeuroestError, match="which never change"):
        write_first(after)
    assert (folder / FIRST_FILE).read_bytes() == first


def test_a_value_that_is_described_gets_its_first_ratio_and_no_other_moves(capsys, tmp_path):
    folder = copied(tmp_path, "mori_2023")
    whole = read_first(folder / FIRST_FILE)
    kept = {"rate_over_area": whole.values["rate_over_area"]}
    (folder / FIRST_FILE).write_text(first_text(whole.model_copy(update={"values": kept})))
    code, out, _ = run(capsys, str(folder), "--first")
    assert code == 0
    assert out.count(", first ") == 2
    written = read_first(folder / FIRST_FILE)
    assert written.values["rate_over_area"] == kept["rate_over_area"]
    (now,) = (r for r in reproduce([str(folder)]).rows if r.quantity == "efficiency")
    added = written.values["efficiency"]
    assert added.commit is None
    assert (added.predicted, added.p10, added.p90) == pytest.approx(
        (now.predicted, now.low, now.high), rel=1e-5
    )
    text = (folder / FIRST_FILE).read_bytes()
    code, out, err = run(capsys, str(folder), "--first")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "never change" in err
    assert (folder / FIRST_FILE).read_bytes() == text


def test_a_case_without_the_file_gets_one(capsys, tmp_path):
    folder = copied(tmp_path, "vega")
    (folder / FIRST_FILE).unlink()
    assert reproduce([str(folder)]).first_and_present == ()
    assert run(capsys, str(folder), "--first")[0] == 0
    assert list(read_first(folder / FIRST_FILE).values) == ["retention_power"]


@pytest.mark.parametrize(("cases", "words"), [(("odin",), "odin is not blind"), ((), "name them")])
def test_what_has_no_first_ratio_is_refused_in_a_line(capsys, cases, words):
    code, out, err = run(capsys, *cases, "--first")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert words in err


def test_a_bad_file_is_a_line_with_its_place(capsys, tmp_path):
    folder = copied(tmp_path, "vega")
    text = (folder / FIRST_FILE).read_text()
    (folder / FIRST_FILE).write_text(text.replace("predicted: ", "predicted: -", 1))
    code, out, err = run(capsys, str(folder))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "first.yaml:8:" in err
    (folder / FIRST_FILE).write_text(text.replace("name: vega", "name: gap8"))
    code, out, err = run(capsys, str(folder))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.endswith("first.yaml: name: 'gap8' is not the name of the case, 'vega'\n")


def test_first_and_present_errors_are_of_the_same_values():
    def first(predicted, low, high):
        return FirstValue(
            unit="pJ",
            published=1.0,
            predicted=predicted,
            p10=low,
            p50=predicted,
            p90=high,
            date="2026-11-27",
            version="0",
        )

    rows = [row("a", "pJ", 2.0), row("b", "pJ", 1.5), row("b", "mm^2", 1.0), row("c", "pJ", 9.0)]
    rows[2] = dataclasses.replace(rows[2], quantity="area")
    values = {
        ("a", "value"): first(0.25, 0.1, 0.9),
        ("b", "value"): first(4.0, 0.5, 8.0),
        ("b", "area"): first(3.0, 3.0, 3.0),
    }
    analog, every = first_summaries(rows, dict.fromkeys("abc", "analog"), values)
    assert (analog.family, every.family) == ("analog", "all")
    assert (every.chips, every.values) == (2, 2)  # the area had no band at first
    assert every.first.median_factor == pytest.approx(4.0)
    assert every.present.median_factor == pytest.approx(math.sqrt(3.0))
    assert every.first.coverage == pytest.approx(0.5)
    assert every.first.mean_band_width == pytest.approx((math.log(9.0) + math.log(16.0)) / 2.0)
    assert every.present.mean_band_width == pytest.approx(1.0)


def test_the_page_shows_both(board):
    analog = next(s for s in board.first_and_present if s.family == "analog")
    every = next(s for s in board.first_and_present if s.family == "all")
    assert every.values == sum(s.values for s in board.first_and_present) - every.values
    assert (analog.chips, analog.values) == (37, 90)
    # from the code of the commits that described these chips
    assert analog.first.median_factor == pytest.approx(2.70, abs=0.005)
    assert analog.first.coverage == pytest.approx(43 / 90)
    digital = next(s for s in board.first_and_present if s.family == "digital")
    assert (digital.chips, digital.values) == (30, 73)
    assert digital.first.median_factor == pytest.approx(1.73, abs=0.005)
    assert every.first.median_factor == pytest.approx(1.98, abs=0.005)
