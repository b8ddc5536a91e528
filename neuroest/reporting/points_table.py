"""Points of a sweep, a front or a search as a table, for terminals and notebooks."""

import math
from typing import Any

from neuroest.exploration.passing_share import PASSING_SHARE
from neuroest.exploration.sweep import PrintedPoints
from neuroest.reporting.formatting import short_names
from neuroest.reporting.table_model import Quantity, Share, Table
from neuroest.results.quantities import label_and_unit

_MOST_ROWS = 20
_WHERE_STATED = ("extrapolates", "failed_check")
"""Columns that the table has only if they say something of a point."""


def points_table(found: PrintedPoints) -> Table:
    """Some rows with their units: parameters, results that apply, and the checks that fail."""
    frame = found.some_rows(_MOST_ROWS).dropna(axis="columns", how="all")
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
