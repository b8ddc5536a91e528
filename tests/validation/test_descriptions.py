"""Errors of a description: the rule of docs/calibration.md, and what the shipped file has of it."""

from __future__ import annotations

import math

import pytest
from description_factors import (
    GUIDE,
    LEAST_CHIPS,
    LEAST_LEFT_OUT,
    LEAST_OF_LOGIC,
    LONGER,
    SHIPPED_EXPONENT,
    DescribedValue,
    coverage,
    described_once,
    factors,
    narrowest,
    read_described,
    smallest_factor,
)
from stated_numbers import left_out

from neuroest.error_analysis.draws import discrepancies
from neuroest.validation.scoring import COVERAGE_GOAL


def value(
    chip: str, ratio: float, half: float = 0.0, family: str = "analog", day: str = GUIDE
) -> DescribedValue:
    bands = dict.fromkeys(LONGER, (math.log(ratio), half))
    return DescribedValue(chip, "energy", family, "energy", bands, day)


def test_the_shipped_factors_follow_from_the_record() -> None:
    for each in factors(read_described()):
        shipped = discrepancies().description_errors[each.family][each.cost]
        assert shipped.factor == pytest.approx(each.factor), (each.family, each.cost)
        assert shipped.exponent == pytest.approx(each.exponent), (each.family, each.cost)
        assert each.left_out >= LEAST_LEFT_OUT or each.exponent == pytest.approx(SHIPPED_EXPONENT)
        assert f"{len(each.chips)} chips {each.chosen}" in shipped.rationale
        assert each.coverage >= COVERAGE_GOAL


def test_the_factor_is_the_smallest_step_that_holds_four_chips_of_five() -> None:
    chips = {
        name: [value(name, ratio)] for name, ratio in zip("abcde", (1.0, 1.2, 0.7, 1.98, 30.0), strict=True)
    }
    assert smallest_factor(chips, SHIPPED_EXPONENT) == pytest.approx(2.0)
    assert coverage(chips, SHIPPED_EXPONENT, 1.95) == pytest.approx(0.6)


def test_a_band_that_holds_a_value_asks_for_nothing_more() -> None:
    wide = {"a": [value("a", 3.0, half=math.log(3.01))]}
    assert smallest_factor(wide, SHIPPED_EXPONENT) == pytest.approx(1.0)
    # two of three values of a chip are two thirds of a chip
    chips = {"a": [value("a", 1.0), value("a", 1.0), value("a", 9.0)]}
    assert coverage(chips, SHIPPED_EXPONENT, 1.0) == pytest.approx(2.0 / 3.0)


def test_the_narrowest_pair_takes_an_error_once() -> None:
    def chip(error: float, wide: float) -> list[DescribedValue]:
        bands = {0.0: (math.log(error), 0.0), SHIPPED_EXPONENT: (math.log(error), math.log(wide))}
        return [DescribedValue("a", "area", "digital", "area", bands, GUIDE)]

    errors = {str(n): chip(error, 4.0) for n, error in enumerate((1.0, 1.5, 0.7, 2.0, 1.1))}
    pair, others, left_out = narrowest(errors, (0.0, SHIPPED_EXPONENT))
    assert pair == pytest.approx((0.0, 1.5))
    assert set(others) == set(errors)
    assert left_out == pytest.approx(0.8)
    errors = {str(n): chip(error, 1.295) for n, error in enumerate((1.0, 1.29, 0.8, 2.0, 1.1))}
    pair, _, _ = narrowest(errors, (0.0, SHIPPED_EXPONENT))
    assert pair == pytest.approx((SHIPPED_EXPONENT, 1.0))


@pytest.mark.parametrize(
    ("new", "old", "others", "chosen"),
    [
        (LEAST_CHIPS, 2, 0, "since the guide"),
        (LEAST_CHIPS - 1, 1, 0, "of the family"),
        (LEAST_CHIPS - 2, 1, 9, "of all families"),
    ],
)
def test_chips_since_the_guide_come_first_and_all_families_last(
    new: int, old: int, others: int, chosen: str
) -> None:
    values = [value(f"new{n}", 2.0) for n in range(new)]
    values += [value(f"old{n}", 2.0, day="2026-11-27") for n in range(old)]
    values += [value(f"other{n}", 2.0, family="spiking") for n in range(others)]
    analog = next(
        each for each in factors([*values, *_times()]) if (each.family, each.cost) == ("analog", "energy")
    )
    assert analog.chosen == chosen
    assert len(analog.chips) == {"since the guide": new, "of the family": new + old}.get(
        chosen, new + old + others
    )


@pytest.mark.parametrize(
    ("chips", "new", "chosen"),
    [
        (LEAST_OF_LOGIC, 0, "of the family"),
        (LEAST_OF_LOGIC, LEAST_OF_LOGIC - 1, "of the family"),
        (0, LEAST_OF_LOGIC, "since the guide"),
        (9, 0, "of logic and memories"),
    ],
)
def test_few_spiking_chips_are_taken_together_with_digital_ones(chips: int, new: int, chosen: str) -> None:
    values = [value(f"old{n}", 2.0, family="spiking", day="2026-11-27") for n in range(chips)]
    values += [value(f"new{n}", 2.0, family="spiking") for n in range(new)]
    values += [value(f"other{n}", 3.0, family="digital", day="2026-11-27") for n in range(20)]
    spiking = next(
        each for each in factors([*values, *_times()]) if (each.family, each.cost) == ("spiking", "energy")
    )
    assert spiking.chosen == chosen
    assert len(spiking.chips) == (chips + 20 if chosen == "of logic and memories" else chips + new)
    assert spiking.factor == pytest.approx(3.0 if chosen == "of logic and memories" else 2.0)


def test_first_descriptions_have_the_widths_of_the_other_chips() -> None:
    ratios = [1.0] * 7 + [1.5, 9.0]
    values = [value(str(n), ratio, family="digital") for n, ratio in enumerate(ratios)]
    digital = next(each for each in described_once(values + _times()) if each.family == "digital")
    assert (digital.chips, digital.values) == (9, 9)
    assert digital.median_factor == pytest.approx(1.0)
    # without either of the two that are off, seven of eight are right, and their factor is 1
    assert digital.coverage == pytest.approx(7 / 9)
    assert digital.coverage_by_chip == pytest.approx(7 / 9)


def test_descriptions_since_a_day_have_the_widths_of_all_chips() -> None:
    values = [value(str(n), 1.5, family="digital", day="2026-11-27") for n in range(30)]
    newest = [value(f"new{n}", ratio, family="digital") for n, ratio in enumerate([1.2, 3.0])]
    (digital,) = (e for e in described_once([*values, *newest, *_times()], GUIDE) if e.family == "digital")
    assert (digital.chips, digital.values) == (2, 2)
    assert digital.median_factor == pytest.approx(math.sqrt(1.2 * 3.0))
    assert digital.coverage == pytest.approx(0.5)


def _times() -> list[DescribedValue]:
    """Two values of each other cost, since a factor needs chips to leave out."""
    return [
        DescribedValue(chip, cost, family, cost, dict.fromkeys(LONGER, (0.0, 0.1)), GUIDE)
        for chip in "ab"
        for family, cost in (("analog", "area"), ("analog", "time"), ("spiking", "rest"))
    ]


def test_what_a_law_of_the_other_chips_leaves_by_hand() -> None:
    # 1, 2 and 6 differ from the means of the others, 4, 3.5 and 1.5, by 3, 1.5 and 4.5
    assert left_out([1.0, 2.0, 6.0], [[], [], []]) == pytest.approx(math.exp(3.0))
    # lines through the other two points are at -2, 3.5 and 3, so 3, 1.5 and 3 are left
    assert left_out([1.0, 2.0, 6.0], [[0.0], [1.0], [2.0]]) == pytest.approx(math.exp(3.0))
