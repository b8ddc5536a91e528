"""Errors of a description: what chips that were described once say of the next one.

The record has the first description of every blind chip, estimated with the models of today; the rule is that of
docs/calibration.md.
"""

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias, get_args

from neuroest.core.frozen import frozen_dataclass
from neuroest.error_analysis.draws import DescribedCost
from neuroest.levels.base import Family
from neuroest.loading.kinds import data_folder
from neuroest.validation.scoring import COVERAGE_GOAL, LOGIC, cost_of

FILE = "first_descriptions.json"
"""Next to the cases; docs/tools/first_descriptions.py writes it."""
LEAST_CHIPS = 8
"""Chips of a family that a factor takes; with fewer, those of all families take their place."""
LEAST_OF_LOGIC = 15
"""The same of digital and of spiking chips, whose blocks are the same: of fewer, two decide the factor."""
GUIDE = "2026-12-01"
"""Day from which on descriptions follow docs/describe_a_macro.md and docs/describe_a_chip.md as they are."""
LEAST_LEFT_OUT = 0.75
"""Share inside of chips left out below which a narrower exponent is not taken."""
SHIPPED_EXPONENT = 1.2
"""Exponent of the errors of models that is chosen without an error of the description."""
EXPONENTS = (0.0, 0.3, 0.6, 0.9, SHIPPED_EXPONENT)
"""Exponents that are tried together with a factor."""
LONGER = (*EXPONENTS, 1.5, 1.8, 2.1, 2.4)
"""Those of energies of analog chips; the record has a band for each."""
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
        Energy (or power at work), power at rest, area or time.
    bands : mapping of float to tuple of float
        By exponent of the errors of models: ln(p50 / published) of the cost (of the inverse, where an efficiency or a
        rate is published), and half of ln(p90 / p10).
    day : str
        Day of the description, as YYYY-MM-DD.
    """

    chip: str
    quantity: str
    family: str
    cost: str
    bands: Mapping[float, tuple[float, float]]
    day: str

    def inside(self, exponent: float, factor: float) -> bool:
        """Whether the published value is inside the band that also has an error of the description.

        Examples
        --------
        >>> value = DescribedValue("a", "area", "analog", "area", {1.2: (math.log(2.0), math.log(1.5))}, "")
        >>> value.inside(1.2, 1.0), value.inside(1.2, 2.0)
        (False, True)
        """
        error, half_width = self.bands[exponent]
        return error**2 <= half_width**2 + math.log(factor) ** 2

    def width(self, exponent: float, factor: float) -> float:
        """ln(p90 / p10) with an error of the description."""
        return 2.0 * math.hypot(self.bands[exponent][1], math.log(factor))


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
    exponent : float
        Exponent of the errors of models. [1]
    factor : float
        p90 over median, and median over p10. [1]
    median_factor : float
        Exponential of the median over chips of the median abs(ln error). [1]
    others : mapping of str to tuple of float
        Exponent and factor of the others, by chip that is left out.
    before, coverage, left_out : float
        Share of the values inside, each chip once: without the factor, with it, and each chip with exponent and factor
        of the others.
    mean_width : float
        Mean of ln(p90/p10) with the factor, each chip once.
    """

    family: str
    cost: str
    chips: tuple[str, ...]
    chosen: Chosen
    exponent: float
    factor: float
    others: Mapping[str, tuple[float, float]]
    median_factor: float
    before: float
    coverage: float
    left_out: float
    mean_width: float


Chips: TypeAlias = Mapping[str, Sequence[DescribedValue]]


def read_described() -> list[DescribedValue]:
    """Read the record of first descriptions; values that are no cost are left out."""
    data = json.loads((data_folder("validation_case") / FILE).read_text(encoding="utf-8"))
    return [
        DescribedValue(
            chip, key, stated["family"], value.get("cost", cost[0]),
            {
                float(exponent): (cost[1] * math.log(p50 / value["published"]), 0.5 * math.log(p90 / p10))
                for exponent, (p10, p50, p90) in value["bands"].items()
            },
            value["day"],
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
        if cost != "rest" or family in LOGIC
    ]


def _factor(family: str, cost: str, values: Sequence[DescribedValue]) -> DescriptionFactor:
    chosen, chips = _chips(family, cost, values)
    pair, others, kept = narrowest(chips, LONGER if (family, cost) == ("analog", "energy") else EXPONENTS)
    if kept < LEAST_LEFT_OUT:
        pair, others, kept = narrowest(chips, (SHIPPED_EXPONENT,))
    exponent, factor = pair
    logs = (statistics.median(abs(value.bands[exponent][0]) for value in each) for each in chips.values())
    return DescriptionFactor(
        family, cost, tuple(chips), chosen, exponent, factor, others, math.exp(statistics.median(logs)),
        coverage(chips, exponent, 1.0), coverage(chips, exponent, factor), kept, _width(chips, exponent, factor),
    )  # fmt: skip


def _chips(family: str, cost: str, values: Sequence[DescribedValue]) -> tuple[Chosen, Chips]:
    """The chips that the error of a family in a cost comes from."""
    of_family = [value for value in values if value.family == family]
    logic = [value for value in values if {value.family, family} <= LOGIC]
    tried: list[tuple[Chosen, Sequence[DescribedValue]]] = [
        ("since the guide", [value for value in of_family if value.day >= GUIDE]),
        ("of the family", of_family),
        ("of logic and memories", logic),
        ("of all families", values),
    ]
    if cost != "energy" and family in LOGIC:  # no activity acts on it, and the blocks are the same
        tried = tried[2:]
    if cost == "rest":
        tried = tried[:1]
    grouped = [(name, _by_chip(found)) for name, found in tried]
    own = ("since the guide", "of the family")
    least = dict.fromkeys(own, LEAST_OF_LOGIC) if family in LOGIC and cost != "rest" else {}
    return next((each for each in grouped if len(each[1]) >= least.get(each[0], LEAST_CHIPS)), grouped[-1])


def _by_chip(values: Iterable[DescribedValue]) -> dict[str, list[DescribedValue]]:
    found: dict[str, list[DescribedValue]] = {}
    for value in values:
        found.setdefault(value.chip, []).append(value)
    return found


def coverage(chips: Chips, exponent: float, factor: float) -> float:
    """Mean over chips of the share of their values inside, with this error of the description."""
    return statistics.mean(
        statistics.mean(value.inside(exponent, factor) for value in values) for values in chips.values()
    )


def _width(chips: Chips, exponent: float, factor: float) -> float:
    """Mean over chips of the mean ln(p90/p10) of their values."""
    return statistics.mean(
        statistics.mean(value.width(exponent, factor) for value in values) for values in chips.values()
    )


def smallest_factor(chips: Chips, exponent: float) -> float:
    """Smallest of 1, 1.05, 1.1 ... with which 80 % of the chips are inside, each counted once."""
    steps = range(int((_LARGEST - 1.0) / _STEP) + 1)
    tried = (round(1.0 + _STEP * step, 2) for step in steps)
    return next((factor for factor in tried if coverage(chips, exponent, factor) >= COVERAGE_GOAL), _LARGEST)


def narrowest(
    chips: Chips, exponents: Sequence[float]
) -> tuple[tuple[float, float], Mapping[str, tuple[float, float]], float]:
    """Exponent of the errors of models and factor of a description with the narrowest bands that hold 80 %.

    Returns
    -------
    pair : tuple of float
        The exponent and the factor.
    others : mapping of str to tuple of float
        Those of the others, by chip that is left out.
    left_out : float
        Share inside of each chip with the pair of the others.
    """

    def best(among: Chips) -> tuple[float, float]:
        pairs = [(exponent, smallest_factor(among, exponent)) for exponent in exponents]
        return min(pairs, key=lambda pair: _width(among, *pair))

    others = {name: best({n: each for n, each in chips.items() if n != name}) for name in chips}
    left_out = statistics.mean(coverage({name: chips[name]}, *pair) for name, pair in others.items())
    return best(chips), others, left_out


@frozen_dataclass
class DescribedOnce:
    """Values of the chips of a family from their first descriptions, each chip with the widths of the others.

    Attributes
    ----------
    family : str
        How the chips compute.
    chips, values : int
        Number of chips and values.
    median_factor : float
        Exponential of the median of |ln(p50 / published)|. [1]
    coverage, coverage_by_chip : float
        Share of the values inside p10 to p90, and the mean of the chips' shares.
    mean_width : float
        Mean of ln(p90 / p10).
    """

    family: str
    chips: int
    values: int
    median_factor: float
    coverage: float
    coverage_by_chip: float
    mean_width: float


def described_once(values: Sequence[DescribedValue], since: str = "") -> list[DescribedOnce]:
    """What a description by somebody else would get today: first descriptions, each chip left out, by family.

    Parameters
    ----------
    values : sequence of DescribedValue
        The whole record, from which the factors come.
    since : str, optional
        Day from which on descriptions are scored, as YYYY-MM-DD.
    """
    chosen = {(each.family, each.cost): each for each in factors(values)}
    scored = [each for each in values if each.day >= since]
    found = []
    for family in (name for name in get_args(Family) if any(each.family == name for each in scored)):
        errors, widths, inside = [], [], dict[str, list[bool]]()
        for value in (each for each in scored if each.family == family):
            whole = chosen[family, value.cost]
            pair = whole.others.get(value.chip, (whole.exponent, whole.factor))
            errors.append(abs(value.bands[pair[0]][0]))
            widths.append(value.width(*pair))
            inside.setdefault(value.chip, []).append(value.inside(*pair))
        found.append(
            DescribedOnce(
                family, len(inside), len(errors), math.exp(statistics.median(errors)),
                statistics.mean(hit for own in inside.values() for hit in own),
                statistics.mean(map(statistics.mean, inside.values())), statistics.mean(widths),
            )
        )  # fmt: skip
    return found
