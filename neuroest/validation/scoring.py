"""Scores: each published value compared with its estimate, the coverage of the bands, and errors by family.

Families are analog, digital and spiking chips, and processors; only bottom-up values of chips count there. A ratio is
the median of the band, the headline value of results, over the published value. It is converted to a cost ratio: twice
the published efficiency is half the energy, and twice the published rate is half the time.
"""

import itertools
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.validation.case_spec import CLASSES, FAMILIES, Evidence, FirstValue, Published
from neuroest.validation.cases import CaseResult, Prediction
from neuroest.validation.expressions import unit_dimension, unit_factor

Verdict = Literal["within", "known_miss", "moved", "outside", "anchor"]
_DRIFT = 0.05
"""Relative change of a known miss above which the case needs a review."""
COVERAGE_GOAL = 0.8
"""Target share of published values between p10 and p90, by definition."""
SCALES = (0.0, 0.5, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 4.0)
"""Exponents of the model discrepancies tried in the calibration."""
_ROUNDING = 1e-9


@frozen_dataclass
class Row:
    """One published value and its estimate.

    Attributes
    ----------
    ratio : float
        Predicted over published.
    inside : bool
        Whether the published value is between p10 and p90.
    verdict : str
        ``within`` its tolerance; ``known_miss``: outside, as the case says, with its cause; ``moved``: a known
        miss that is no longer where it was; ``outside``: outside and nobody has said why; ``anchor``: the point
        at which a scaling is set equal.
    """

    case: str
    quantity: str
    quantity_class: str
    evidence: str
    status: str
    unit: str
    published: float
    predicted: float
    low: float
    median: float
    high: float
    ratio: float
    inside: bool
    allowed: str
    verdict: Verdict
    reason: str
    cause: str
    source: str
    locator: str

    @property
    def failed(self) -> bool:
        """Whether the value has moved out of the range stated in its case."""
        return self.verdict in {"moved", "outside"}

    @property
    def banded(self) -> bool:
        """Whether the prediction has a band; a count without uncertain inputs is neither inside nor outside."""
        return self.high > self.low * (1.0 + _ROUNDING)

    @property
    def scored(self) -> bool:
        """Whether the row is evidence: an anchor is not."""
        return self.verdict != "anchor"


@frozen_dataclass
class Summary:
    """Summary of one class of quantities with one kind of evidence.

    Attributes
    ----------
    count, within : int
        Number of values, and number within their tolerance.
    median_absolute_log_ratio : float
        Median of |ln(predicted / published)|.
    worst_ratio : float
        The ratio farthest from one.
    coverage : float or None
        Share of values between p10 and p90, among those with a band.
    mean_band_width : float or None
        Mean of ln(p90 / p10) over the same values.
    """

    quantity_class: str
    count: int
    within: int
    median_absolute_log_ratio: float
    worst_ratio: float
    coverage: float | None
    mean_band_width: float | None


@frozen_dataclass
class Calibration:
    """Width of the model discrepancies versus coverage of published values.

    Attributes
    ----------
    coverage : mapping
        Coverage of all bottom-up values of chips, by exponent of the discrepancies.
    by_chip : mapping
        The same with every chip counted once: mean of the shares of its values.
    chosen : mapping
        For each chip the smallest exponent that covers the *other* chips: their values, and each of them counted once.
    width : mapping
        Mean of ln(p90 / p10) over the same values, by exponent.
    left_out_coverage : float
        Share of a chip's values inside the bands when the exponent is chosen without this chip, averaged over chips.
    left_out_of_values : float
        Share of all values inside the bands when the exponent is chosen without their chip.
    left_out_by_chip : mapping
        The same, chip by chip.
    shipped : float
        The shipped exponent.
    """

    coverage: Mapping[float, float]
    by_chip: Mapping[float, float]
    width: Mapping[float, float]
    chosen: Mapping[str, float]
    left_out_coverage: float
    left_out_of_values: float
    left_out_by_chip: Mapping[str, float]
    shipped: float

    @property
    def left_out_standard_error(self) -> float:
        """Standard error of `left_out_coverage`, from the spread of the chips' shares."""
        shares = list(self.left_out_by_chip.values())
        return statistics.stdev(shares) / math.sqrt(len(shares))


def case_rows(result: CaseResult) -> list[Row]:
    """Scores of all published values of a case."""
    published = result.case.published
    found = result.predictions()
    anchors = {stated.anchor for stated in published.values() if stated.anchor is not None}
    return [
        _row(result, name, stated, found[name], is_anchor=name in anchors)
        for name, stated in published.items()
    ]


def _row(
    result: CaseResult, name: str, stated: Published, found: Prediction, *, is_anchor: bool
) -> Row:  # fmt: skip
    spec = result.case.spec
    ratio = found.value / stated.value
    verdict: Verdict = (
        "anchor" if is_anchor and stated.quantity_class == "structural" else _verdict(stated, ratio)
    )
    if verdict == "anchor":
        found = Prediction(stated.value, stated.value, stated.value, stated.value)
    slack = _ROUNDING * abs(stated.value)
    return Row(
        case=spec.name, quantity=name, quantity_class=stated.quantity_class, evidence=spec.evidence,
        status=stated.status, unit=stated.unit, published=stated.value, predicted=found.value, low=found.low,
        median=found.median, high=found.high, ratio=1.0 if verdict == "anchor" else ratio,
        inside=found.low - slack <= stated.value <= found.high + slack,
        allowed=f"{stated.tolerance:.3g}" if stated.tolerance is not None else f"x{stated.factor:g}",
        verdict=verdict, reason=stated.reason, cause=stated.known_miss.cause if stated.known_miss else "",
        source=stated.source, locator=stated.locator,
    )  # fmt: skip


def _verdict(stated: Published, ratio: float) -> Verdict:
    if stated.tolerance is not None:
        within = abs(ratio - 1.0) <= stated.tolerance * (1.0 + _ROUNDING)
    else:
        factor = (stated.factor or 1.0) * (1.0 + _ROUNDING)
        within = 1.0 / factor <= ratio <= factor
    if stated.known_miss is None:
        return "within" if within else "outside"
    still = abs(ratio / stated.known_miss.ratio - 1.0) <= _DRIFT
    return "known_miss" if still and not within else "moved"


CHIPS: tuple[Evidence, ...] = ("measured_silicon", "vendor_estimate")
"""Kinds of evidence from a chip, used for coverage."""


def summaries(rows: Sequence[Row], evidence: Sequence[Evidence] = CHIPS) -> Iterator[Summary]:
    """Summary of each class for one kind of evidence; chips, design studies and simulators stay separate."""
    for quantity_class in CLASSES:
        chosen = [
            row
            for row in rows
            if row.quantity_class == quantity_class and row.scored and row.evidence in evidence
        ]
        if not chosen:
            continue
        logs = [math.log(row.ratio) for row in chosen]
        banded = [row for row in chosen if row.banded and quantity_class == "bottom_up"]
        yield Summary(
            quantity_class, len(chosen), sum(row.verdict == "within" for row in chosen),
            float(np.median(np.abs(logs))), math.exp(max(logs, key=abs)),
            float(np.mean([row.inside for row in banded])) if banded else None,
            float(np.mean([math.log(row.high / row.low) for row in banded])) if banded else None,
        )  # fmt: skip


def calibrate(results: Sequence[CaseResult], shipped: float) -> Calibration | None:
    """Coverage versus width of the discrepancies, with leave-one-chip-out; None with fewer than two chips.

    Blind cases are excluded: the width is chosen without them, so their coverage tests it.
    """
    hits: dict[float, dict[str, list[bool]]] = {scale: {} for scale in SCALES}
    widths: dict[float, list[float]] = {scale: [] for scale in SCALES}
    for result in results:
        spec = result.case.spec
        published = result.case.published
        banded = {row.quantity for row in case_rows(result) if row.banded}
        names = [n for n, s in published.items() if s.quantity_class == "bottom_up" and n in banded]
        if not names or spec.evidence not in CHIPS or spec.blind:
            continue
        for scale in SCALES:
            found = result.predictions(scale, described=False)
            hits[scale][spec.name] = [
                found[name].low <= published[name].value <= found[name].high for name in names
            ]
            widths[scale] += [math.log(found[name].high / found[name].low) for name in names]
    chips = list(hits[SCALES[0]])
    if len(chips) < 2:
        return None

    def coverage(scale: float, without: str | None = None) -> float:
        return float(np.mean([hit for chip in chips if chip != without for hit in hits[scale][chip]]))

    def by_chip(scale: float, without: str | None = None) -> float:
        # errors of values from one chip are correlated, so twenty values add little to a few
        return float(np.mean([np.mean(hits[scale][chip]) for chip in chips if chip != without]))

    def smallest(without: str | None) -> float:
        both = ((scale, min(by_chip(scale, without), coverage(scale, without))) for scale in SCALES)
        return next((scale for scale, share in both if share >= COVERAGE_GOAL), SCALES[-1])

    chosen = {chip: smallest(chip) for chip in chips}
    left_out = {chip: hits[chosen[chip]][chip] for chip in chips}
    left_out_by_chip = {chip: float(np.mean(found)) for chip, found in left_out.items()}
    return Calibration(
        {scale: coverage(scale) for scale in SCALES}, {scale: by_chip(scale) for scale in SCALES},
        {s: float(np.mean(w)) for s, w in widths.items()}, chosen,
        float(np.mean(list(left_out_by_chip.values()))),
        float(np.mean([hit for found in left_out.values() for hit in found])), left_out_by_chip, shipped,
    )  # fmt: skip


def row_data(row: Row) -> dict[str, Any]:
    """A row as plain data, with values in SI units and in the unit of the source."""
    factor = unit_factor(row.unit)
    return {**asdict(row), "published_SI": row.published * factor, "predicted_SI": row.predicted * factor}


Kind: TypeAlias = Literal["area", "energy", "time"]
_COSTS: Mapping[str, tuple[Kind, float]] = {
    "m^2": ("area", 1.0), "J": ("energy", 1.0), "W": ("energy", 1.0), "1/J": ("energy", -1.0),
    "s": ("time", 1.0), "1/s": ("time", -1.0),
}  # fmt: skip
"""Units of costs and of inverse costs: kind of cost, and sign of its logarithm."""
_NODES: Sequence[tuple[str, float]] = (
    ("above 28 nm", 30e-9), ("20 nm to 28 nm", 19e-9), ("below 20 nm", 0.0),
)  # fmt: skip
"""Ranges of nodes and their lower ends in metres, with a margin; FinFET processes begin below 20 nm."""
# --- Errors by family ----------------------------------------------------------------------------------------------

_ENOUGH_CHIPS = 8
"""Chips whose median says something about others. A convention."""
_BIAS = 1.25
"""Median of that many chips, or of its inverse, from which on models are wrong there. A convention."""
LOGIC = frozenset({"digital", "spiking"})
"""Families whose costs are those of logic and memories."""
SUMMED_BY_NODE = LOGIC | {"analog"}
"""Families with enough chips for a summary by kind of cost and node."""
EVERY_NODE = "all"
"""Range that has all nodes."""


@frozen_dataclass
class FamilySummary:
    """Bottom-up values of the chips of one family.

    Attributes
    ----------
    family : str
        How the chips compute.
    blind : bool
        Whether only chips that were described before their ratios were seen are included.
    chips, values : int
        Number of chips and values.
    median_factor : float
        Exponential of the median of |ln(p50 / published)| over the values.
    left_out_factor : float or None
        The same for nominal ratios, after each chip's values are divided by the median of
        the other chips, separately for areas, energies and times: the error that remains after centering on the other
        chips. None with fewer than three chips.
    area_median, energy_median : float or None
        Median over chips of p50 over published value, for areas, and for energies and powers; each chip counts once.
    coverage, coverage_by_chip : float
        Share of the values inside p10 to p90, and the mean of the chips' shares.
    mean_band_width : float
        Mean of ln(p90 / p10).
    """

    family: str
    blind: bool
    chips: int
    values: int
    median_factor: float
    left_out_factor: float | None
    area_median: float | None
    energy_median: float | None
    coverage: float
    coverage_by_chip: float
    mean_band_width: float


@frozen_dataclass
class NodeSummary:
    """Bottom-up values of the chips of a family at some nodes, for one kind of cost.

    Attributes
    ----------
    kind : str
        Areas, energies (and powers) or times.
    nodes : str
        Range of nodes.
    family : str
        How the chips compute, or ``both`` for digital and spiking ones.
    chips, values : int
        Number of chips and values.
    median : float
        Median over chips of p50 over published cost; each chip counts once.
    left_out_factor : float or None
        Exponential of the median of |ln| of each chip's median over that of the other chips: the error that remains
        after centering on them. None with fewer than three chips.
    coverage, coverage_by_chip : float
        Share of the values inside p10 to p90, and the mean of the chips' shares.
    mean_band_width : float
        Mean of ln(p90 / p10).
    """

    kind: Kind
    nodes: str
    family: str
    chips: int
    values: int
    median: float
    left_out_factor: float | None
    coverage: float
    coverage_by_chip: float
    mean_band_width: float

    @property
    def biased(self) -> bool:
        """Whether eight chips or more have a median outside 0.8 to 1.25."""
        return self.chips >= _ENOUGH_CHIPS and abs(math.log(self.median)) > math.log(_BIAS)


@frozen_dataclass
class Errors:
    """Errors of some bottom-up values and their bands.

    Attributes
    ----------
    median_factor : float
        Exponential of the median of |ln(p50 / published)|.
    coverage : float
        Share of the values inside p10 to p90.
    mean_band_width : float
        Mean of ln(p90 / p10).
    """

    median_factor: float
    coverage: float
    mean_band_width: float


@frozen_dataclass
class FirstSummary:
    """Bottom-up values of the blind chips of one family, as first predicted and as predicted now.

    Attributes
    ----------
    family : str
        How the chips compute, or ``all``.
    chips, values : int
        Number of chips, and of values with a band both times.
    first, present : Errors
        Before any change that the ratio could have led to, and now.
    """

    family: str
    chips: int
    values: int
    first: Errors
    present: Errors


def cost_of(unit: str) -> tuple[Kind, float] | None:
    """Kind of cost that a unit measures, and -1 if it is an inverse cost, else 1; None for other units.

    Examples
    --------
    >>> cost_of("TOPS/W"), cost_of("mm^2"), cost_of("%")
    (('energy', -1.0), ('area', 1.0), None)
    """
    by_dimension = {unit_dimension(known): cost for known, cost in _COSTS.items()}
    return by_dimension.get(unit_dimension(unit))


def family_summaries(
    rows: Sequence[Row], families: Mapping[str, str], blind: frozenset[str]
) -> list[FamilySummary]:
    """Summaries of each family, of its blind chips and of all.

    Parameters
    ----------
    rows : sequence of Row
        Scored values of any cases.
    families : mapping
        Family by case name; a case that is not in it is ignored.
    blind : frozenset of str
        Cases that were described before their ratios were seen.
    """
    scored = [
        row
        for row in rows
        if row.quantity_class == "bottom_up" and row.banded and row.evidence in CHIPS and row.case in families
    ]
    found = []
    for family, only_blind in itertools.product(FAMILIES, (True, False)):
        chosen = [r for r in scored if families[r.case] == family and (r.case in blind or not only_blind)]
        if chosen:
            found.append(_summary(chosen, family, only_blind))
    return found


def first_summaries(
    rows: Sequence[Row], families: Mapping[str, str], first: Mapping[tuple[str, str], FirstValue]
) -> list[FirstSummary]:
    """First and present errors of the blind chips of each family, and of all.

    Parameters
    ----------
    rows : sequence of Row
        Scored values of any cases.
    families : mapping
        Family by case name; a case that is not in it is ignored.
    first : mapping
        First predictions by case and name of the value; values without one are ignored.
    """
    pairs = [
        # the row as it was scored first, and now
        (replace(
            row, unit=then.unit, published=then.published, predicted=then.predicted, low=then.p10, median=then.p50,
            high=then.p90, ratio=then.ratio, inside=then.inside,
        ), row)
        for row in rows
        if (then := first.get((row.case, row.quantity))) is not None and row.case in families
        and row.quantity_class == "bottom_up" and row.evidence in CHIPS
    ]  # fmt: skip
    banded = [(before, now) for before, now in pairs if before.banded and now.banded]
    groups = [(family, [pair for pair in banded if families[pair[1].case] == family]) for family in FAMILIES]
    return [
        FirstSummary(
            family, len({now.case for _, now in chosen}), len(chosen),
            _errors([before for before, _ in chosen]), _errors([now for _, now in chosen]),
        )
        for family, chosen in (*groups, ("all", banded))
        if chosen
    ]  # fmt: skip


def _errors(rows: Sequence[Row]) -> Errors:
    return Errors(
        math.exp(statistics.median(abs(_of_band(row)) for row in rows)),
        statistics.mean(row.inside for row in rows),
        statistics.mean(math.log(row.high / row.low) for row in rows),
    )


def node_summaries(
    rows: Sequence[Row], families: Mapping[str, str], nodes: Mapping[tuple[str, str], float]
) -> list[NodeSummary]:
    """Summaries of analog, digital and spiking chips by kind of cost and node.

    Parameters
    ----------
    rows : sequence of Row
        Scored values of any cases.
    families : mapping
        Family by case name; a case that is not in it is ignored.
    nodes : mapping
        Node of the run that a value belongs to, by case and name of the value. [m]
    """
    found: dict[tuple[Kind, str], list[Row]] = {}
    for row in rows:
        counts = row.quantity_class == "bottom_up" and row.banded and row.evidence in CHIPS
        cost, node = cost_of(row.unit), nodes.get((row.case, row.quantity))
        if counts and cost is not None and node is not None and families.get(row.case) in SUMMED_BY_NODE:
            for nodes_of_row in (EVERY_NODE, next(name for name, smallest in _NODES if node >= smallest)):
                found.setdefault((cost[0], nodes_of_row), []).append(row)
    summaries = []
    for kind, name in itertools.product(get_args(Kind), (EVERY_NODE, *(name for name, *_ in _NODES))):
        every = found.get((kind, name), [])
        groups = {
            family: [r for r in every if families[r.case] == family] for family in sorted(SUMMED_BY_NODE)
        }
        if all(groups[family] for family in LOGIC):
            groups["both"] = [r for r in every if families[r.case] in LOGIC]
        for family, chosen in groups.items():
            if not chosen:
                continue
            by_chip, errors = _by_chip(chosen), _errors(chosen)
            medians = [statistics.median(_cost_log(row, _of_band) for row in own) for own in by_chip.values()]
            left_out = [
                abs(median - statistics.median(medians[:place] + medians[place + 1 :]))
                for place, median in enumerate(medians)
                if len(medians) > 2
            ]
            summaries.append(
                NodeSummary(
                    kind, name, family, len(by_chip), len(chosen), math.exp(statistics.median(medians)),
                    math.exp(statistics.median(left_out)) if left_out else None, errors.coverage,
                    _coverage(by_chip), errors.mean_band_width,
                )
            )  # fmt: skip
    return summaries


def _by_chip(rows: Sequence[Row]) -> dict[str, list[Row]]:
    return {
        chip: [row for row in rows if row.case == chip] for chip in dict.fromkeys(row.case for row in rows)
    }


def _coverage(by_chip: Mapping[str, Sequence[Row]]) -> float:
    """Mean of the chips' shares of values inside p10 to p90."""
    return statistics.mean(statistics.mean(row.inside for row in own) for own in by_chip.values())


def _summary(rows: Sequence[Row], family: str, blind: bool) -> FamilySummary:
    by_chip, errors = _by_chip(rows), _errors(rows)
    centres = {chip: _centres(found, _of_band) for chip, found in by_chip.items()}
    nominal = {chip: _centres(found, _of_nominal) for chip, found in by_chip.items()}
    left_out = []
    for row in rows:
        if (cost := cost_of(row.unit)) is not None:
            # from the median of the other chips for this cost; from 0 where no other chip has one
            others = [of[cost[0]] for chip, of in nominal.items() if chip != row.case and cost[0] in of]
            left_out.append(abs(cost[1] * _of_nominal(row) - (statistics.median(others) if others else 0.0)))
    return FamilySummary(
        family, blind, len(by_chip), len(rows), errors.median_factor,
        math.exp(statistics.median(left_out)) if len(by_chip) > 2 and left_out else None,
        _over_chips(centres, "area"), _over_chips(centres, "energy"), errors.coverage, _coverage(by_chip),
        errors.mean_band_width,
    )  # fmt: skip


def _of_band(row: Row) -> float:
    return math.log(row.median / row.published)


def _of_nominal(row: Row) -> float:
    return math.log(row.ratio)


def _cost_log(row: Row, log: Callable[[Row], float]) -> float:
    cost = cost_of(row.unit)
    return log(row) * (1.0 if cost is None else cost[1])


def _centres(rows: Sequence[Row], log: Callable[[Row], float]) -> dict[Kind, float]:
    """Median logarithm of a chip's ratios for each kind of cost."""
    found: dict[Kind, list[float]] = {}
    for row in rows:
        if (cost := cost_of(row.unit)) is not None:
            found.setdefault(cost[0], []).append(_cost_log(row, log))
    return {kind: statistics.median(values) for kind, values in found.items()}


def _over_chips(centres: Mapping[str, Mapping[Kind, float]], kind: Kind) -> float | None:
    found = [chip[kind] for chip in centres.values() if kind in chip]
    return math.exp(statistics.median(found)) if found else None
