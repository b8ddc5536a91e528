"""Results as comma-separated values with the unit in each column name, and points as a table for terminals."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from neuroest.exploration.draws_along import PASSING_SHARE
from neuroest.exploration.sweep import PrintedPoints
from neuroest.reporting.formatting import short_names
from neuroest.reporting.table_model import Quantity, Share, Table, records_csv
from neuroest.results.comparison import Comparison, PaceRow
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit


def breakdown_csv(estimates: Sequence[Estimate]) -> str:
    """Breakdowns as CSV, one row per term, with architecture and workload first."""
    rows = (
        {"architecture": result.architecture, "workload": result.workload.name, **asdict(row)}
        for result in estimates
        for row in result.breakdown
    )
    return records_csv((), rows)


def comparison_csv(comparison: Comparison) -> str:
    """Comparison as CSV: differences, exclusions of each side, paces, and ratios, in one table.

    Each row says its `kind` (``alike``, ``different``, ``left_out``, ``pace`` or ``ratio``) and what it is about.
    """
    names = [result.architecture for result in comparison.estimates]
    rows: list[dict[str, Any]] = []
    for item in comparison.differences:
        kind = "different" if item.differs else "alike"
        for name, value in zip(names, item.values, strict=True):
            rows.append({"kind": kind, "what": item.what, "design": name, "value": value})
    for name, result in zip(names, comparison.estimates, strict=True):
        rows += [{"kind": "left_out", "design": name, "value": item} for item in result.exclusions]
    rows += [
        {"kind": "pace", **pace_row(row), "verdict": comparison.verdict(row)} for row in comparison.paces
    ]
    for ratio in ratio_rows(comparison):
        rows.append({"kind": "ratio", "what": ratio.pop("quantity"), **ratio})
    columns = ("kind", "what", "design", "value", "baseline", "design_value", "baseline_value", "ratio")
    last = (
        "ratio_p10",
        "ratio_p90",
        "ratio_nominal",
        "verdict",
        "attribution",
        "design_unproven_share",
        "baseline_unproven_share",
    )
    return records_csv((*columns, *last), rows)


def pace_row(row: PaceRow) -> dict[str, Any]:
    """An energy at one pace, in the columns of the ratios."""
    return {
        "what": f"{row.label}, {row.pace}",
        "baseline": row.baseline,
        "design_value": row.design.value,
        "baseline_value": row.baseline_energy.value,
        "ratio": row.ratio.value,
        "ratio_p10": None if row.ratio.band is None else row.ratio.band.low,
        "ratio_p90": None if row.ratio.band is None else row.ratio.band.high,
        "attribution": None if row.attribution is None else row.attribution.words,
    }


def ratio_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """The ratios with the values on both sides, one row each."""
    rows = []
    for ratio in comparison.ratios:
        baseline = next(b for b in comparison.baselines if b.architecture == ratio.baseline)
        attribution = comparison.attribution(ratio)
        rows.append(
            {
                "quantity": ratio.quantity,
                "design": comparison.design.architecture,
                "baseline": ratio.baseline,
                "design_value": comparison.design.headline(ratio.quantity).value,
                "baseline_value": baseline.headline(ratio.quantity).value,
                "ratio": ratio.value,
                "ratio_p10": ratio.low,
                "ratio_p90": ratio.high,
                "ratio_nominal": ratio.nominal,
                "verdict": comparison.verdict(ratio),
                "attribution": attribution.words if attribution else None,
                "design_unproven_share": ratio.unproven[0],
                "baseline_unproven_share": ratio.unproven[1],
            }
        )
    return rows


_MOST_ROWS = 20
_WHERE_STATED = ("extrapolates", "failed_check")
"""Columns that the table has only if they say something of a point."""


def points_table(printed_points: PrintedPoints) -> Table:
    """Some rows with their units: parameters, results that apply, and the checks that fail."""
    frame = printed_points.some_rows(_MOST_ROWS).dropna(axis="columns", how="all")
    names = [name for name in map(str, frame) if name not in _WHERE_STATED or frame[name].astype(bool).any()]
    labels = [label_and_unit(name) for name in names]
    head = short_names(label for label, _ in labels)
    rows = [
        [
            Share(cell) if name == PASSING_SHARE else _cell(cell, unit)
            for name, (_, unit), cell in zip(names, labels, row, strict=True)
        ]
        for row in frame[names].itertuples(index=False)
    ]
    return Table.of([head[label] for label, _ in labels], rows)


def _cell(value: Any, unit: str) -> Any:
    """A number with its unit, nothing where there is none, or words."""
    if not isinstance(value, float):
        return value
    return Quantity(value if math.isfinite(value) else None, unit)
