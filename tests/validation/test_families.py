"""Summaries by family of chips."""

import dataclasses
import math

import pytest

from neuroest.loading.library import bibliography
from neuroest.validation.board import reproduce
from neuroest.validation.cases import load_case, shipped_cases
from neuroest.validation.scoring import Row, cost_of, family_summaries, node_summaries
from tests.each import each


def row(
    case: str, unit: str, ratio: float, *, inside: bool = True, evidence: str = "measured_silicon"
) -> Row:
    """A bottom-up value of 1 in `unit` whose band has this median and a width of a factor e."""
    return Row(
        case=case, quantity="value", quantity_class="bottom_up", evidence=evidence, status="read", unit=unit,
        published=1.0, predicted=ratio, low=1.0, median=ratio, high=math.e, ratio=ratio, inside=inside, allowed="x2",
        verdict="within", reason="", cause="", source="", locator="",
    )  # fmt: skip


@each(
    "unit, cost",
    [
        ("mm^2", ("area", 1.0)), ("pJ/SOP", ("energy", 1.0)), ("mW", ("energy", 1.0)), ("TOPS/W", ("energy", -1.0)),
        ("fps", ("time", -1.0)), ("us", ("time", 1.0)), ("%", None), ("TOPS/mm^2", None),
    ],
)  # fmt: skip
def test_a_unit_says_what_is_dear(unit, cost):
    assert cost_of(unit) == cost


def test_a_common_bias_is_gone_when_each_chip_is_divided_by_the_others():
    rows = [row("a", "pJ", 0.5), row("b", "TOPS/W", 2.0), row("c", "mW", 0.5), row("a", "mm^2", 0.8)]
    (blind, every) = family_summaries(rows, dict.fromkeys("abc", "analog"), frozenset("ab"))
    assert (blind.blind, blind.chips, blind.values) == (True, 2, 3)
    assert blind.left_out_factor is None  # two chips give no median of the others
    assert (every.chips, every.values) == (3, 4)
    assert every.median_factor == pytest.approx(2.0)
    assert every.energy_median == pytest.approx(0.5)
    assert every.area_median == pytest.approx(0.8)
    # energies of the three chips agree; the one area has no other chip to be divided by
    assert every.left_out_factor == pytest.approx(1.0)
    assert every.mean_band_width == pytest.approx(1.0)


def test_each_chip_counts_once_where_it_says_so():
    rows = [row("a", "pJ", 0.25, inside=False), *(row("b", "pJ", 1.0) for _ in range(9))]
    (every,) = family_summaries(rows, dict.fromkeys("ab", "digital"), frozenset())
    assert every.coverage == pytest.approx(0.9)
    assert every.coverage_by_chip == pytest.approx(0.5)
    assert every.energy_median == pytest.approx(0.5)


def test_design_studies_and_cases_without_a_family_count_nowhere():
    rows = [row("a", "pJ", 1.0, evidence="design_study"), row("b", "pJ", 1.0)]
    assert family_summaries(rows, {"a": "analog"}, frozenset()) == []


def test_blind_cases_take_no_part_in_the_width_of_the_bands():
    board = reproduce(["odin", "jia_2020", "envision"])
    assert set(board.calibration.chosen) == {"odin", "jia_2020"}
    blind = next(summary for summary in board.families if summary.blind)
    assert (blind.family, blind.chips) == ("digital", 1)
    assert board.to_dict()["families"][0]["family"] == board.families[0].family
    logic = {summary.nodes for summary in board.nodes if summary.family != "analog"}
    assert logic == {"all", "20 nm to 28 nm"}  # odin and envision


def test_values_are_grouped_by_the_node_of_their_run():
    rows = [
        row("a", "pJ", 0.25, inside=False),
        row("b", "TOPS/W", 2.0),
        row("b", "mm^2", 0.8),
        row("c", "pJ", 9.0),
    ]
    nodes = {("a", "value"): 28e-9, ("b", "value"): 22e-9, ("c", "value"): 5e-9}
    found = node_summaries(rows, dict.fromkeys("abc", "digital"), nodes)
    every, energy, small, *areas = sorted(
        found, key=lambda s: (s.kind != "energy", s.nodes != "all", s.nodes)
    )
    assert (every.nodes, every.chips, every.median) == ("all", 3, pytest.approx(0.5))
    area = areas[-1]
    assert (energy.nodes, energy.chips, energy.coverage) == (
        "20 nm to 28 nm",
        2,
        pytest.approx(0.5, rel=1e-9),
    )
    assert energy.median == pytest.approx((0.25 * 0.5) ** 0.5)
    assert energy.left_out_factor is None  # two chips give no median of the others
    assert (small.nodes, small.median) == ("below 20 nm", pytest.approx(9.0))
    assert (area.kind, area.values) == ("area", 1)
    analog = node_summaries(rows, dict.fromkeys("abc", "analog"), nodes)
    assert [s.chips for s in analog] == [s.chips for s in found]
    assert node_summaries(rows, dict.fromkeys("abc", "processor"), nodes) == []


def test_a_row_of_eight_chips_says_that_it_is_biased():
    chips = "abcdefgh"
    families = {chip: "digital" if chip < "e" else "spiking" for chip in chips}
    nodes = {(chip, "value"): 28e-9 for chip in chips}
    rows = [row(chip, "pJ", 0.5 if chip < "e" else 2.0) for chip in chips]
    digital, spiking, both, *_ = node_summaries(rows, families, nodes)
    assert [s.family for s in (digital, spiking, both)] == ["digital", "spiking", "both"]
    assert (digital.median, spiking.median, both.median) == pytest.approx((0.5, 2.0, 1.0))
    # chips of one family agree; each is twice or half of the median of three of its own and four others
    assert (digital.left_out_factor, both.left_out_factor) == pytest.approx((1.0, 4.0))
    assert not any(s.biased for s in (digital, both))
    low, _ = node_summaries([row(chip, "pJ", 0.5) for chip in chips], dict.fromkeys(chips, "digital"), nodes)
    assert low.biased


def test_the_median_of_the_band_is_what_is_compared():
    off = dataclasses.replace(row("a", "pJ", 3.0), median=1.5)
    (every,) = family_summaries([off], {"a": "analog"}, frozenset())
    assert (every.median_factor, every.energy_median) == pytest.approx((1.5, 1.5))


def test_a_centre_that_was_found_on_the_chips_changes_nothing_in_what_is_left_out():
    rows = [row(chip, "pJ", ratio) for chip, ratio in zip("abc", (1.0, 2.0, 4.0), strict=True)]
    centred = [dataclasses.replace(each, median=each.ratio / 2) for each in rows]
    (plain,) = family_summaries(rows, dict.fromkeys("abc", "analog"), frozenset())
    (moved,) = family_summaries(centred, dict.fromkeys("abc", "analog"), frozenset())
    assert moved.energy_median == pytest.approx(plain.energy_median / 2)
    assert moved.left_out_factor == plain.left_out_factor
    # 1 over the median of 2 and 4, 2 over that of 1 and 4, 4 over that of 1 and 2, in logarithms
    assert plain.left_out_factor == pytest.approx(8**0.5)


def _blind():
    return [load_case(name) for name in shipped_cases() if load_case(name).spec.blind]


def test_eight_analog_and_eight_digital_or_spiking_chips_were_described_blind():
    silicon = [case.spec.family for case in _blind() if case.spec.evidence == "measured_silicon"]
    assert silicon.count("analog") >= 8
    assert silicon.count("digital") + silicon.count("spiking") >= 8


def test_a_blind_case_states_its_choices_and_solves_nothing_from_its_values():
    for case in _blind():
        assert any("Choices before the ratio was seen" in note for note in case.spec.notes), case.spec.name
        assert case.spec.fitted == ()


def test_a_blind_value_whose_source_was_not_seen_says_so():
    for case in _blind():
        known = {**bibliography(), **case.spec.sources}
        for name, value in case.published.items():
            if value.status == "read":
                assert known[value.source].seen != "none", f"{case.spec.name}.{name}"
            if value.status == "read_elsewhere":
                assert value.cited_in is not None, f"{case.spec.name}.{name}"
