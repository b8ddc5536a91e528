"""Accuracy of the kinds of model in a report against published chips, from the recorded scoreboard."""

from collections.abc import Sequence

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import words
from neuroest.core.units import percent
from neuroest.reporting.estimate_views import View
from neuroest.validation.board import Record, RecordedCase, level_of, models_by_path, recorded
from neuroest.validation.scoring import Row, Summary


@frozen_dataclass
class DesignCoverage:
    """Parts of one design that have been compared with a published chip.

    Attributes
    ----------
    level : str
        Kind of its computing level.
    chips, others : tuple of RecordedCase
        Cases of that kind: chips, and design studies or simulators.
    unseen : tuple of (str, float)
        Block models that no case of a chip contains, with their share of the energy of an inference, the largest
        over the networks.
    unseen_share : tuple of float
        Share of all of them together, smallest and largest over the networks.
    """

    architecture: str
    level: str
    chips: tuple[RecordedCase, ...]
    others: tuple[RecordedCase, ...]
    unseen: tuple[tuple[str, float], ...]
    unseen_share: tuple[float, float]

    @property
    def words(self) -> str:
        """The comparison in one or two sentences."""
        kind = words(self.level)
        chips = "; ".join(case.title for case in self.chips)
        summary = f"No validation case is a chip of this kind ({kind})."
        if chips:
            summary = f"Validation cases of this kind ({kind}): {chips}."
        if not self.unseen:
            return f"{summary} Every block model of the design occurs in a validation case of a chip."
        low, high = (percent(share) for share in self.unseen_share)
        share = low if low == high else f"{low} to {high}"
        named = ", ".join(words(name) for name, _ in self.unseen)
        return f"{summary} No validation case of a chip contains {named}; they account for {share} of its energy."


@frozen_dataclass
class ValidationCoverage:
    """The part of the recorded scoreboard that concerns the designs of a report.

    Attributes
    ----------
    rows : tuple of Row
        Scored values of cases of the same kinds of computing level.
    by_level : tuple of (str, tuple of Summary)
        Values of chips by class, for each of those kinds.
    chips : tuple of Summary
        Values of chips of all kinds by class.
    """

    record: Record
    designs: tuple[DesignCoverage, ...]
    rows: tuple[Row, ...]
    by_level: tuple[tuple[str, tuple[Summary, ...]], ...]
    chips: tuple[Summary, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """Kinds of computing level in the report."""
        return tuple(dict.fromkeys(design.level for design in self.designs))

    @property
    def words(self) -> str:
        """Scoreboard results for the kinds of model in the report."""
        reported = [f"The published values were rebuilt by neuroest {self.record.version}."]
        for level, found in self.by_level:
            if not found:
                reported.append(f"No chip with a level of kind {words(level)} is among the cases.")
            elif not any(summary.quantity_class == "bottom_up" for summary in found):
                reported.append(
                    f"No value of a chip with a level of kind {words(level)} was predicted from process and device "
                    "values alone."
                )
        reported += [
            f"Of the bottom-up values of all chips {percent(summary.coverage)} lie between p10 and p90."
            for summary in self.chips
            if summary.coverage is not None
        ]
        if self.record.left_out_coverage is not None:
            reported.append(
                f"With a band width calibrated without the chip in question, "
                f"{percent(self.record.left_out_coverage)} do; the target is {percent(self.record.goal)}."
            )
        return " ".join(reported)

    def table(self) -> list[tuple[str, str, str, str, str, str]]:
        """Kind, class, values, values within tolerance, worst ratio and coverage, for these kinds and for all chips."""
        rows = []
        for level, found in (*self.by_level, ("all kinds", self.chips)):
            kind = words(level)
            rows += [summary_cells(kind, summary) for summary in found]
            if not found:
                rows.append((kind, "no chip", "-", "-", "-", "-"))
        return rows


TABLE_HEAD = ("kind of level", "class", "values", "within tolerance", "worst ratio", "inside p10 to p90")
"""Columns of `ValidationCoverage.table`."""


def summary_cells(kind: str, summary: Summary) -> tuple[str, str, str, str, str, str]:
    """A class of values as cells of a table."""
    coverage = "-" if summary.coverage is None else percent(summary.coverage)
    name = words(summary.quantity_class)
    return kind, name, str(summary.count), str(summary.within), f"{summary.worst_ratio:.3g}", coverage


def scoreboard_rows(validation_coverage: ValidationCoverage) -> list[dict[str, object]]:
    """Every scored value, with whether its case has a level of a kind in the report."""
    alike = {(row.case, row.quantity) for row in validation_coverage.rows}
    return [
        {
            "case": row.case, "title": validation_coverage.record.by_case[row.case].title, "evidence": row.evidence,
            "level_in_report": (row.case, row.quantity) in alike, "quantity": row.quantity,
            "class": row.quantity_class, "unit": row.unit, "published": row.published, "predicted": row.predicted,
            "p10": row.low, "p90": row.high, "ratio": row.ratio, "inside": row.inside, "verdict": row.verdict,
            "cause": " ".join(row.cause.split()), "source": row.source, "locator": row.locator,
        }
        for row in validation_coverage.record.rows
        if row.scored
    ]  # fmt: skip


def validation_coverage(views: Sequence[View]) -> ValidationCoverage:
    """Accuracy of the kinds of model in these results against published chips."""
    record = recorded()
    levels: dict[str, str] = {}
    shares: dict[str, list[dict[str, float]]] = {}
    for view in views:
        levels.setdefault(view.architecture, level_of(view.estimate))
        shares.setdefault(view.architecture, []).append(_shares(view))
    seen = {model for case in record.cases if case.is_chip for model in case.models}
    designs = []
    for name, level in levels.items():
        cases = [case for case in record.cases if level in case.levels]
        found = [{m: s for m, s in one.items() if m not in seen} for one in shares[name]]
        unseen = {
            m: max(one.get(m, 0.0) for one in found) for m in dict.fromkeys(m for one in found for m in one)
        }
        sums = [sum(one.values()) for one in found]
        designs.append(
            DesignCoverage(
                name, level, tuple(c for c in cases if c.is_chip), tuple(c for c in cases if not c.is_chip),
                tuple(sorted(unseen.items(), key=lambda pair: -pair[1])), (min(sums), max(sums)),
            )
        )  # fmt: skip
    rows = record.of_levels(levels.values())
    by_level = tuple(
        (level, record.summaries(record.of_levels((level,)))) for level in dict.fromkeys(levels.values())
    )
    return ValidationCoverage(record, tuple(designs), rows, by_level, record.summaries(record.rows))


def _shares(view: View) -> dict[str, float]:
    """Share of the inference energy by block model, including models without energy."""
    models = models_by_path(view.estimate)
    total = view.estimate.totals["energy_per_inference_J"] or 0.0
    shares = dict.fromkeys(models.values(), 0.0)
    for row in view.estimate.breakdown:
        name = models.get(row.component)
        if name is not None and total:
            shares[name] += row.energy_J / total
    return shares
