"""Cost of learning on one or several chips: energy, time, area and first failure, with bands."""

from collections.abc import Sequence

from neuroest.core.text_layout import fitting_columns
from neuroest.reporting.formatting import formatted, formatted_interval
from neuroest.reporting.text_style import PLAIN, Style, words
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit

_SHOWN = {
    "energy": "learning_energy_J", "time": "learning_time_s", "area share": "learning_area_share",
    "first failure": "first_cell_failure_s",
}  # fmt: skip
"""Heading of each column and its total."""


def brief_cells(estimate: Estimate, name: str) -> tuple[str, str, str]:
    """Total, band to two digits, and nominal value; the last two are empty for a total without a band."""
    unit, found = label_and_unit(name)[1], estimate.headline(name)
    if found.low is None or found.high is None:
        return formatted(found.value, unit), "", ""
    low, high = (float(f"{value:.2g}") for value in (found.low, found.high))
    return formatted(found.value, unit), formatted_interval(low, high, unit), formatted(found.nominal, unit)


def learning_table(estimates: Sequence[Estimate], style: Style = PLAIN) -> list[str]:
    """Learning of all designs in one table; empty if no network learns.

    A dash is where a chip has no number of its own: an energy that that of inference contains, or cells that do not
    wear out.
    """
    learners = [estimate for estimate in estimates if estimate.workload.learning is not None]
    if not learners:
        return []
    rules = dict.fromkeys(words(e.workload.learning.called) for e in learners if e.workload.learning)
    rows: list[tuple[str, ...]] = [("", *_SHOWN)]
    for estimate in learners:
        values, bands, _ = zip(*(brief_cells(estimate, name) for name in _SHOWN.values()), strict=True)
        rows += [(estimate.architecture, *values), (" p10..p90", *bands)]
    lines = fitting_columns(rows, "<" + ">" * len(_SHOWN))
    return [
        f"learning by {', '.join(rules)}, on top of the inference of each sample",
        style.dim(lines[0]),
        *lines[1:],
        "",
    ]
