"""Values over several runs, and values without a band."""

import re
import shutil

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.core.units import Dimension
from neuroest.validation.board import reproduce
from neuroest.validation.cases import shipped_cases
from neuroest.validation.expressions import ExpressionError, expression_dimension, expression_runs

RUNS = "  full_rate: {architecture: chip.yaml, workload: one_event_each.yaml}\n"
SLOW = (
    "  half_rate: {architecture: chip.yaml, workload: one_event_each.yaml, "
    "settings: {workload.input.activity.rate: 0.5}}\n"
)


def case(folder, predicted, unit, value=1):
    """ODIN at two rates, with one published value."""
    copied = folder / "odin"
    shutil.copytree(shipped_cases()["odin"], copied)
    path = copied / "published.yaml"
    text = path.read_text().replace(RUNS, RUNS + SLOW)
    head, rest = text.split("published:\n")
    tail = rest[rest.index("not_scored:") :]
    group = (
        "published:\n  - values:\n      one:\n"
        f"        value: {value}\n        unit: '{unit}'\n        predicted: {predicted}\n"
        "        source: frenkel2019\n        locator: abstract\n        status: read\n"
        "        class: bottom_up\n        factor: 100\n        reason: a test\n"
    )
    path.write_text(head + group + tail)
    return str(copied)


def predicted(folder, text, unit):
    (row,) = reproduce([case(folder, text, unit)]).rows
    return row


def test_a_slope_over_two_runs_is_what_an_operation_adds(tmp_path):
    slope = predicted(
        tmp_path / "slope",
        "(dynamic_energy_J - of(half_rate, dynamic_energy_J))"
        " / (synaptic_operations - of(half_rate, synaptic_operations))",
        "pJ/SOP",
    )
    full = predicted(tmp_path / "full", "dynamic_energy_J", "pJ")
    half = predicted(tmp_path / "half", "of(half_rate, dynamic_energy_J)", "pJ")
    # 65536 operations at the full rate, half of them at half the rate
    assert slope.predicted == pytest.approx((full.predicted - half.predicted) / 32768)
    # what both runs share moves together: the band of the difference is that of one energy, not of two apart
    assert slope.high / slope.low < 1.3 * full.high / full.low


def test_a_run_with_itself_has_a_ratio_of_one_and_no_band(tmp_path):
    row = predicted(tmp_path, "dynamic_energy_J / of(full_rate, dynamic_energy_J)", "")
    assert (row.predicted, row.low, row.high) == pytest.approx((1, 1, 1), rel=1e-9)
    assert not row.banded


def test_a_count_without_a_band_is_in_the_ratios_and_not_in_the_coverage(tmp_path):
    board = reproduce([case(tmp_path, "synaptic_operations", "SOP", 65000)])
    (row,) = board.rows
    assert not row.banded
    assert row.ratio == pytest.approx(65536 / 65000)
    (summary,) = board.summaries
    assert (summary.count, summary.within) == (1, 1)
    assert summary.coverage is None
    assert board.calibration is None
    assert board.families == ()


def test_an_unknown_run_is_refused_with_its_place(tmp_path):
    with pytest.raises(NeuroestError) as error:
        reproduce([case(tmp_path, "of(half_rat, area_m2)", "mm^2")])
    line = str(error.value)
    assert re.search(
        r"published\.yaml:\d+:\d+: published\.0\.values\.one\.predicted: unknown run 'half_rat'", line
    )
    assert "did you mean 'half_rate'" in line


def test_runs_of_an_expression_have_dimensions_as_without_them():
    assert expression_dimension("of(a, area_m2) / of(b, area_m2)") == Dimension()
    assert expression_runs("of(a, area_m2) / of(b, energy(chip.x)) + area_m2 * 0") == ["a", "b"]
    for text in ("of(area_m2)", "of('a', area_m2)", "of(a.b, area_m2)", "of(a, area_m2, b)"):
        with pytest.raises(ExpressionError, match="takes the name of a run and an expression"):
            expression_dimension(text)
