"""A fault of a case is reported in one line: where, what, and what is allowed."""

import math
import re
import shutil

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError, QuantityError, SpecError, UnknownNameError
from neuroest.core.units import Dimension
from neuroest.loading.kinds import data_folder
from neuroest.specs.reading import read_document
from neuroest.validation.board import reproduce
from neuroest.validation.case_spec import LIMITS
from neuroest.validation.cases import load_case, run_case, selected_cases, shipped_cases
from neuroest.validation.expressions import (
    ExpressionError,
    check_unit,
    evaluate_expression,
    expression_dimension,
    unit_dimension,
    unit_factor,
)
from tests.each import each


def copied(folder, name="odin", **changes):
    """A copy of a case with texts of its file changed; the new text is under the old one in `changes`."""
    copy = shutil.copytree(data_folder("validation_case") / name, folder / name)
    file = copy / "published.yaml"
    text = file.read_text()
    for old, new in changes.get("texts", {}).items():
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)
    return copy


def reported(folder):
    """The only line that a case is refused with."""
    with pytest.raises(NeuroestError) as error:
        reproduce([str(folder)])
    lines = str(error.value).splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.fixture(scope="module")
def result():
    return run_case(load_case("odin")).estimates["full_rate"].evaluation


def line_of(text, name="odin"):
    """The line of a case that begins with a text."""
    lines = (data_folder("validation_case") / name / "published.yaml").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(text))


AREA = "value: 0.086\n        unit: mm^2\n        predicted: area_m2\n"


def area(value="0.086", unit="mm^2", predicted="area_m2", more=""):
    return {AREA: f"value: {value}\n        unit: {unit}\n        predicted: {predicted}\n{more}"}


@each("value", ["0", "-0.086", "-0.0", ".nan", ".inf", "1e-320", "1e200"])
def test_a_published_value_is_above_0(tmp_path, value):
    line = reported(copied(tmp_path, texts=area(value)))
    here = rf"published\.yaml:{line_of('value: 0.086')}:\d+: published\.0\.values\.area\.value: "
    assert re.search(here, line)
    assert "must be " in line
    if value in {"0", "-0.086", "-0.0"}:
        assert line.endswith("must be finite and above 0, since scores are ratios")


@pytest.mark.parametrize(
    ("predicted", "given"),
    [
        ("area_m2 / (1 - 1)", r"inf mm\^2"),
        ("area_m2 / (area_m2 - area_m2) * (area_m2 - area_m2)", r"nan mm\^2"),
        ("area_m2 - area_m2", r"0 mm\^2"),
        ("-area_m2", r"-0\.\d+ mm\^2"),
        ("area_m2 * 10 ** 400", r"inf mm\^2"),
        ("area_m2 * (-8) ** 0.5", r"nan mm\^2"),
        ("area_m2 * 1e150", r"\d\.\d+e\+14[89] mm\^2; must be from 1e-100 to 1e\+100"),
        ("area_m2 - 0.085 * mm ** 2", r"-\d\S* mm\^2 at p10"),
    ],
)
def test_a_prediction_is_finite_and_above_0(tmp_path, predicted, given):
    line = reported(copied(tmp_path, texts=area(predicted=predicted)))
    assert re.search(
        rf"published\.yaml:{line_of('predicted: area_m2')}:\d+: published\.0\.values\.area\.predicted: gives "
        + given,
        line,
    ), line
    assert "must be " in given or line.endswith("must be finite and above 0")


@each("changes, key, message", [
        (area(unit="mJ"), "unit", "'mJ' is the unit of an energy such as 1.4 pJ; `predicted` is an area such as 4"),
        (area(unit="''"), "unit", "'' is the unit of a plain number such as 0.2; `predicted` is an area such as 4"),
        (area(unit="mm"), "unit", "'mm' is the unit of a length such as 28 nm; `predicted` is an area such as 4 um^2"),
        (area(unit="mm//2"), "unit", "cannot read the unit 'mm//2'; write it like "),
        (area(unit="/s"), "unit", "cannot read the unit '/s'; write it like "),
        (area(unit="mm^2*"), "unit", "cannot read the unit 'mm^2*'; write it like "),
        (area(unit="mn^2"), "unit", "unknown unit 'mn' in 'mn^2'; did you mean "),
        (area(unit="GMCA"), "unit", "unknown unit 'GMCA' in 'GMCA'; did you mean 'GMAC'?"),
        (area(predicted="aera_m2"), "predicted", "unknown total 'aera_m2'; did you mean 'area_m2'?"),
        (area(predicted="aera(chip)"), "predicted", "unknown function 'aera'; did you mean 'area'?"),
        (area(predicted="instances(chip, a)"), "predicted", "'instances(chip, a)' has 2 arguments; it takes 1"),
        (area(predicted="area_m2 + latency_s"), "predicted", "'area_m2 + latency_s' takes an area such as 4 um^2"),
        (area(predicted="area_m2 + 1"), "predicted", "'area_m2 + 1' takes an area such as 4 um^2 and a plain number"),
        (area(predicted="area_m2 ** area_m2"), "predicted", "the exponent 'area_m2' in the expression"),
        (area(predicted="area_m2 ** 0.5"), "predicted", "must be a whole number up to 12 on an area"),
        (area(predicted="0.086 * mm ** 2"), "predicted", "names no total and no part of the estimate"),
        (area(predicted="area_m2 +"), "predicted", "cannot read the expression 'area_m2 +'"),
        (area(predicted="area_m2 * True"), "predicted", "'True' in the expression 'area_m2 * True' is not a total"),
        (area(predicted="energy(chip, rea) * m ** 2 / J"), "predicted", "unknown action or term of chip 'rea'"),
        (area(predicted="area(chip.corr)"), "predicted", "unknown part with an area 'chip.corr'; did you mean 'chip.c"),
    ])  # fmt: skip
def test_units_and_expressions_are_reported_with_their_place(tmp_path, changes, key, message):
    line = reported(copied(tmp_path, texts=changes))
    number = line_of({"unit": "unit: mm^2", "predicted": "predicted: area_m2"}[key])
    assert re.search(rf"odin/published\.yaml:{number}:\d+: published\.0\.values\.area\.{key}: ", line), line
    assert message in line


@each(
    "text",
    [
        "(" * 300 + "area_m2" + ")" * 300,
        "area_m2" + " + area_m2" * 200,
        "9 ** 9 ** 9 * area_m2 + \0",
        "area_m2 * 1" + "0" * 400,
    ],
)
def test_monstrous_expressions_are_reported_in_a_line(text):
    with pytest.raises(ExpressionError) as error:
        expression_dimension(text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


def test_powers_beyond_all_numbers_stop_nothing(result):
    assert expression_dimension("9 ** 9 ** 9 * area_m2") == Dimension(metre=2)
    assert not np.isfinite(evaluate_expression("9 ** 9 ** 9 * area_m2", result)[0])


@each(
    "unit, expression",
    [
        ("TOPS", "operations / initiation_interval_s"),
        ("GOPS/mm^2", "operations / initiation_interval_s / area_m2"),
        ("TOPS/W", "operations / energy_per_inference_J"),
        ("fJ/MAC", "dynamic_energy_J / multiply_accumulates"),
        ("pJ/SOP", "energy_per_inference_J / synaptic_operations"),
        ("MSOP/s", "synaptic_operations / initiation_interval_s"),
        ("inference/s", "throughput_per_s"),
        ("fps", "1 / latency_s"),
        ("mJ/query", "static_power_W * latency_s + dynamic_energy_J"),
        ("uJ/inference", "static_energy_J + power(chip) * time(chip.core)"),
        ("mW", "power(chip) + static_power(chip) - average_power_W"),
        ("MiB", "total_weight_bits"),
        ("MiB/mm^2", "total_weight_bits / area(chip)"),
        ("MB", "64 * count(chip.memory, read)"),
        ("%", "area(chip.core) / area_m2"),
        ("", "instances(chip.tile) * computing_units"),
        ("nJ", "power(chip.core) * 2304 * ns"),
        ("mm", "area_m2 / (3 * mm)"),
        ("um^4", "area_m2 ** 2"),
        ("1/um^2", "area_m2 ** -1"),
    ],
)
def test_operations_inferences_and_bits_are_counts(unit, expression):
    check_unit(expression, unit)
    with pytest.raises(QuantityError, match="is the unit of"):
        check_unit(f"({expression}) * ns", unit)


@each(
    "unit, expression",
    [
        ("MSOP", "synaptic_operations / initiation_interval_s"),
        ("TOPS", "operations"),
        ("TOPS/s", "operations / initiation_interval_s"),
        ("TOPS/W", "operations / average_power_W"),
        ("inference", "throughput_per_s"),
        ("ms", "throughput_per_s"),
        ("fJ/MAC/s", "dynamic_energy_J / multiply_accumulates"),
        ("mW", "energy(chip)"),
    ],
)
def test_a_unit_of_another_dimension_is_refused(unit, expression):
    with pytest.raises(QuantityError, match="is the unit of"):
        check_unit(expression, unit)


@each("unit", ["MSOP//s", "MSOP/", "*s", "/", "mJ/*s", "1/am^12/am^12/am^12", "am^12*am^12"])
def test_malformed_units_are_refused(unit):
    with pytest.raises(QuantityError):
        unit_factor(unit)


def test_units_are_read_from_left_to_right():
    # as those of spec files are: 3 J/s*s is an energy
    assert unit_dimension("J/s*s") == unit_dimension("J")
    assert unit_factor("kOP/ms*us") == pytest.approx(1.0, rel=1e-12)
    assert unit_factor("GOPS/mm**2") == unit_factor("GOPS/mm^2")
    assert unit_dimension("GOPS") == Dimension(second=-1)


@each("name", [*shipped_cases()])
def test_every_shipped_unit_has_the_dimension_of_its_prediction(name):
    for quantity, stated in load_case(name).published.items():
        assert unit_dimension(stated.unit) == expression_dimension(stated.predicted), quantity


@each("changed, key, message", [
        (("class: bookkeeping", "tolerance: 50 %"), "tolerance", "0.5 is too wide; bookkeeping takes a `tolera"),
        (("class: bookkeeping", "tolerance: 1.01 %"), "tolerance", "0.0101 is too wide"),
        (("class: structural", "tolerance: 16 %"), "tolerance", "0.16 is too wide; structural takes a `tolera"),
        (("class: structural", "factor: 1.1"), "factor", "at most 15%; `factor` is for bottom_up"),
        (("class: bookkeeping", "published_digits: 3", "tolerance: 1.2 %"), "tolerance", "0.0013 for 3 published"),
        (("class: bookkeeping", "published_digits: 2", "tolerance: 1 %"), "published_digits", "37.5 has 3 digits"),
        (("class: bookkeeping", "published_digits: 0", "tolerance: 1 %"), "published_digits", "0 is below the minimum"),
        (("class: structural", "tolerance: 2 %", "factor: 2"), "tolerance", "give `tolerance` or `factor`"),
    ])  # fmt: skip
def test_no_class_allows_more_than_its_width(tmp_path, changed, key, message):
    folder = copied(tmp_path, texts={"class: structural\n        tolerance: 2 %": "\n        ".join(changed)})
    line = reported(folder)
    assert re.search(rf"published\.yaml:\d+:\d+: published\.0\.values\.throughput\.{key}: ", line), line
    assert message in line


def test_rounding_of_published_digits_is_allowed_as_well(tmp_path):
    # 37.5 may stand for 37.45 to 37.55, which is 0.13 %
    texts = {
        "class: structural\n        tolerance: 2 %": "class: bookkeeping\n        published_digits: 3\n        "
        "tolerance: 1.13 %"
    }
    case = load_case(copied(tmp_path, texts=texts))
    assert case.published["throughput"].rounding == pytest.approx(0.05 / 37.5)
    assert load_case("odin").published["throughput"].rounding == 0.0


def test_the_shipped_cases_keep_to_their_classes_but_for_two_roundings():
    assert dict(LIMITS) == {
        "bookkeeping": pytest.approx(0.01, rel=1e-9),
        "structural": pytest.approx(0.15, rel=1e-9),
    }
    wider = {
        (name, quantity): (stated.tolerance, stated.rounding)
        for name in shipped_cases()
        for quantity, stated in load_case(name).published.items()
        if stated.quantity_class in LIMITS and stated.tolerance > LIMITS[stated.quantity_class]
    }
    case = "keyword_spotting_processors"
    # half a unit of the second digit of 0.0063 and of 0.0015
    assert wider == {
        (case, "cpu_energy"): (0.015, pytest.approx(0.5 / 63)),
        (case, "movidius_energy"): (0.04, pytest.approx(0.5 / 15)),
    }


def test_a_fault_of_a_group_is_reported_once(tmp_path):
    line = reported(
        copied(tmp_path, "neurram", texts={"anchor: word_lines_out_4_in_2": "anchor: word_lines"})
    )
    assert "published.2.defaults.anchor: unknown anchor 'word_lines'; did you mean 'word_lines_out" in line


ANCHORED = "anchor: converter_energy_low"


@each(
    "changed, message",
    [
        ("anchor: converter_energy_high", "a value cannot be its own anchor; leave it out"),
        (
            "anchor: throughput_bits_1",
            "'throughput_bits_1' is in 'TOPS', this value in 'pJ'; both need one unit",
        ),
        (
            "anchor: array_energy_high",
            "'array_energy_high' is itself anchored, at 'array_energy_low'; give one that",
        ),
        (
            "anchor: converter_energy_lo",
            "unknown anchor 'converter_energy_lo'; did you mean 'converter_energy_low'?",
        ),
        (
            f"{ANCHORED}\n        class: bookkeeping\n        tolerance: 1 %",
            "bookkeeping has no anchor; only structural",
        ),
    ],
)
def test_an_anchor_is_another_value_of_the_case_in_the_same_unit(tmp_path, changed, message):
    line = reported(copied(tmp_path, "jia_2020", texts={ANCHORED: changed}))
    assert re.search(r"published\.yaml:\d+:\d+: published\.1\.values\.converter_energy_high\.anchor: ", line)
    assert message in line


def test_the_anchor_of_a_group_holds_for_the_others_of_it():
    published = load_case("neurram").published
    assert published["word_lines_out_4_in_2"].anchor is None
    assert published["word_lines_out_3_in_1"].anchor == "word_lines_out_4_in_2"


def test_a_group_whose_anchor_nothing_else_takes_is_scored(tmp_path):
    folder = copied(tmp_path, texts={"status: read\n": "status: read\n      anchor: throughput\n"})
    file = folder / "published.yaml"
    text = file.read_text()
    start, end = text.index("      area:\n"), text.index("      throughput:\n")
    others, rest = text.index("      idle_clock:\n"), text.index("not_scored:")
    file.write_text(text[:start] + text[end:others] + text[rest:])
    assert [row.verdict for row in reproduce([str(folder)]).rows] == ["within"]


def test_an_anchor_has_no_band():
    rows = reproduce(["jia_2020", "neurram"]).rows
    for row in (row for row in rows if row.verdict == "anchor"):
        assert row.low == row.median == row.high == row.published


def test_a_missing_file_of_a_run_is_reported_with_its_folder(tmp_path):
    folder = copied(tmp_path, texts={"architecture: chip.yaml": "architecture: chap.yaml"})
    line = reported(folder)
    assert re.search(r"published\.yaml:9:\d+: runs\.full_rate\.architecture: no file ", line)
    assert line.endswith(str(folder / "chap.yaml"))


def test_an_unknown_chip_of_a_run_is_reported_with_its_place(tmp_path):
    line = reported(copied(tmp_path, texts={"architecture: chip.yaml": "architecture: loihi_14nn"}))
    assert re.search(r"published\.yaml:9:\d+: runs\.full_rate\.architecture: unknown architecture", line)
    assert line.endswith("unknown architecture 'loihi_14nn'; did you mean 'loihi_14nm'?")


@each(
    "path, value, message",
    [
        ("chip.core.count", "many", "expected a plain number such as 0.2, got 'many'; or auto"),
        ("chip.core.cunt", "3", "unknown key 'cunt'; did you mean 'count'?"),
        ("technology.temperature", "30", "30 has no unit; expected a temperature such as 300 K"),
        ("chip.core.synapse_memory.acess_energy", "1 pJ", "did you mean"),
        ("workload.precision.weights", "four", "got 'four'"),
        ("workload.precision.wieghts", "4 bit", "did you mean 'workload.precision.weights'?"),
    ],
)
def test_a_bad_setting_of_a_run_is_reported_in_the_file_of_the_case(tmp_path, path, value, message):
    texts = {"workload: one_event_each.yaml": f"workload: one_event_each.yaml, settings: {{{path}: {value}}}"}
    line = reported(copied(tmp_path, texts=texts))
    assert re.search(rf"published\.yaml:9:\d+: runs\.full_rate\.settings\.{re.escape(path)}: ", line), line
    assert message in line
    assert "--set" not in line


def test_faults_of_all_runs_are_reported_together(tmp_path):
    texts = {"activations: 2 bit": "activations: two", "activations: 4 bit": "activations: four"}
    folder = copied(tmp_path, "jia_2020", texts=texts)
    with pytest.raises(SpecError) as error:
        run_case(load_case(folder))
    assert [problem.path for problem in error.value.problems] == [
        f"runs.bits_{bits}.settings.workload.precision.activations" for bits in (2, 4)
    ]


def test_the_name_of_a_case_is_that_of_its_folder(tmp_path):
    folder = copied(tmp_path).rename(tmp_path / "odin_2")
    line = reported(folder)
    assert re.search(r"published\.yaml:2:\d+: name: 'odin' is not the name of its folder, 'odin_2'$", line)


def test_the_folder_has_the_name_that_it_is_called_by(tmp_path, monkeypatch):
    folder = copied(tmp_path)
    monkeypatch.chdir(folder)
    assert load_case(".").spec.name == "odin"
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "odin").symlink_to(folder.rename(tmp_path / "elsewhere"))
    assert load_case(tmp_path / "linked" / "odin").spec.name == "odin"


def test_a_case_that_is_given_twice_counts_once():
    once, twice = (
        reproduce(["odin"]),
        reproduce(["odin", str(data_folder("validation_case") / "odin"), "odin"]),
    )
    assert len(twice.rows) == len(once.rows)
    assert twice.summaries == once.summaries


def test_two_cases_of_one_name_are_refused(tmp_path):
    folder = copied(tmp_path)
    with pytest.raises(SpecError, match=r"name: 'odin' is also the case in .*; give one of them"):
        selected_cases(["odin", str(folder)])


def test_what_is_no_folder_of_a_case_is_reported_as_such(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    assert (
        reported(tmp_path / "mine")
        == f"{tmp_path / 'mine'}: no published.yaml in this folder, which makes it a case"
    )
    assert reported(tmp_path / "none") == f"{tmp_path / 'none'}: no such folder"
    file = data_folder("validation_case") / "odin" / "published.yaml"
    assert reported(file) == f"{file}: is a file; give the folder of a case"
    monkeypatch.chdir(tmp_path)
    assert reported("mine") == "mine: no published.yaml in this folder, which makes it a case"


def test_an_unknown_case_is_reported_with_one_mark_at_its_end():
    with pytest.raises(UnknownNameError) as error:
        load_case("odinn")
    assert str(error.value) == "unknown validation case 'odinn'; did you mean 'odin'?"
    with pytest.raises(UnknownNameError) as error:
        load_case("zzz")
    assert str(error.value).endswith("; or give the path of a folder with published.yaml")


def test_what_a_group_leaves_out_is_reported_once_for_each_value(tmp_path):
    with pytest.raises(SpecError) as error:
        load_case(copied(tmp_path, texts={"      source: frenkel2019\n": ""}))
    assert [p.message for p in error.value.problems] == ["source is missing"] * len(
        load_case("odin").published
    )


def test_a_case_knows_its_file():
    case = load_case("odin")
    assert case.document.data == read_document(case.folder / "published.yaml").data
    assert math.isclose(case.published["area"].value, 0.086)
