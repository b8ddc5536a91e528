"""Scores: each published value compared with its estimate, and the coverage of the bands."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.validation.case_spec import CLASSES, Evidence, Published
from neuroest.validation.cases import CaseResult, Prediction
from neuroest.validation.expressions import unit_factor

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
