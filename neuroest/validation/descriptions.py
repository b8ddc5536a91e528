"""Errors of a description: what chips that were described once say of the next one.

The record has the first description of every blind chip, estimated with the models of today; the rule is that of
docs/calibration.md.
"""

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from neuroest.core.frozen import frozen_dataclass
from neuroest.error_analysis.draws import DescribedCost
from neuroest.levels.base import Family
from neuroest.loading.kinds import data_folder
from neuroest.validation.families import LOGIC, cost_of
from neuroest.validation.scoring import COVERAGE_GOAL

FILE = "first_descriptions.json"
"""Next to the cases; docs/tools/first_descriptions.py writes it."""
LEAST_CHIPS = 8
"""Chips of a family that a factor takes; with fewer, those of all families take their place."""
GUIDE = "2026-12-01"
"""Day from which on descriptions follow docs/describe_a_macro.md and docs/describe_a_chip.md as they are."""
_STEP = 0.05
_LARGEST = 20.0
Chosen: TypeAlias = Literal["since the guide", "of the family", "of logic and memories", "of all families"]


@frozen_dataclass
class DescribedValue:
    """A published value and its estimate from the first description, without the error of a description.

    Attributes
    ----------
    chip, quantity : str
        Names of the case and of the value.
    family : str
        How the chip computes.
    cost : str
        Energy (or power), area or time.
    log_error : float
        ln(p50 / published) of the cost: of the inverse, where an efficiency or a rate is published.
    half_width : float
        Half of ln(p90 / p10).
    day : str
        Day of the description, as YYYY-MM-DD.
    """

    chip: str
    quantity: str
    family: str
    cost: str
    log_error: float
    half_width: float
    day: str

    def inside(self, factor: float) -> bool:
        """Whether the published value is inside the band that also has an error of the description.

        Examples
        --------
        >>> value = DescribedValue("a", "area", "analog", "area", math.log(2.0), math.log(1.5), "")
        >>> value.inside(1.0), value.inside(2.0)
        (False, True)
        """
        return self.log_error**2 <= self.half_width**2 + math.log(factor) ** 2


@frozen_dataclass
class DescriptionFactor:
    """Error of a description for one family and cost.

    Attributes
    ----------
    family, cost : str
        Where it applies.
    chips : tuple of str
        Chips that it is computed from.
    chosen : str
        Which chips these are: those of the family since the guide, all of the family, or those of all families.
    factor : float
        p90 over median, and median over p10. [1]
    median_factor : float
        Exponential of the median over chips of the median abs(ln error). [1]
    before, coverage, left_out : float
        Share of the values inside, each chip once: without the factor, with it, and each chip with that of the others.
    mean_width : float
        Mean of ln(p90/p10) with the factor.
    """

    family: str
    cost: str
    chips: tuple[str, ...]
    chosen: Chosen
    factor: float
    median_factor: float
    before: float
    coverage: float
    left_out: float
    mean_width: float


Chips: TypeAlias = Mapping[str, Sequence[DescribedValue]]


def read_described(path: Path | None = None) -> list[DescribedValue]:
    """Read the record of first descriptions; values that are no cost are left out."""
    data = json.loads((path or data_folder("validation_case") / FILE).read_text(encoding="utf-8"))
    return [
        DescribedValue(
            chip, key, stated["family"], cost[0], cost[1] * math.log(value["p50"] / value["published"]),
            0.5 * math.log(value["p90"] / value["p10"]), value["day"],
        )
        for chip, stated in data.items()
        for key, value in stated["values"].items()
        if (cost := cost_of(value["unit"])) is not None
    ]  # fmt: skip


def factors(values: Iterable[DescribedValue]) -> list[DescriptionFactor]:
    """Errors of a description for every family and cost, by the rule of docs/calibration.md."""
    known = list(values)
    return [
        _factor(family, cost, [value for value in known if value.cost == cost])
        for family in get_args(Family)
        for cost in get_args(DescribedCost)
    ]


def _factor(family: str, cost: str, values: Sequence[DescribedValue]) -> DescriptionFactor:
    of_family = [value for value in values if value.family == family]
    tried: tuple[tuple[Chosen, Chips], ...] = (
        ("since the guide", _by_chip(value for value in of_family if value.day >= GUIDE)),
        ("of the family", _by_chip(of_family)),
        ("of logic and memories", _by_chip(value for value in values if {value.family, family} <= LOGIC)),
        ("of all families", _by_chip(values)),
    )
    chosen, chips = next((each for each in tried if len(each[1]) >= LEAST_CHIPS), tried[-1])
    factor = smallest_factor(chips)
    logs = (statistics.median(abs(value.log_error) for value in each) for each in chips.values())
    left_out = [
        coverage({name: each}, smallest_factor({n: e for n, e in chips.items() if n != name}))
        for name, each in chips.items()
    ]
    return DescriptionFactor(
        family, cost, tuple(chips), chosen, factor, math.exp(statistics.median(logs)), coverage(chips, 1.0),
        coverage(chips, factor), statistics.mean(left_out),
        statistics.mean(
            2.0 * math.hypot(value.half_width, math.log(factor)) for each in chips.values() for value in each
        ),
    )  # fmt: skip


def _by_chip(values: Iterable[DescribedValue]) -> dict[str, list[DescribedValue]]:
    found: dict[str, list[DescribedValue]] = {}
    for value in values:
        found.setdefault(value.chip, []).append(value)
    return found


def coverage(chips: Chips, factor: float) -> float:
    """Mean over chips of the share of their values inside, with this error of the description."""
    return statistics.mean(
        statistics.mean(value.inside(factor) for value in values) for values in chips.values()
    )


def smallest_factor(chips: Chips) -> float:
    """Smallest of 1, 1.05, 1.1 ... with which 80 % of the chips are inside, each counted once."""
    steps = range(int((_LARGEST - 1.0) / _STEP) + 1)
    tried = (round(1.0 + _STEP * step, 2) for step in steps)
    return next((factor for factor in tried if coverage(chips, factor) >= COVERAGE_GOAL), _LARGEST)
