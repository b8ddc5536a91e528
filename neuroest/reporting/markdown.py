"""Results as Markdown, for issues, reviews and documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from neuroest.reporting.accuracy_text import exactness_words
from neuroest.reporting.estimate_views import LEAST_UNPROVEN, View
from neuroest.reporting.formatting import check_line, percent, shown, shown_band, shown_interval
from neuroest.reporting.table import basis_words, reported_values
from neuroest.reporting.text_style import one_line
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import BANDED, label_and_unit

if TYPE_CHECKING:
    from neuroest.results.comparison import Comparison

_SPECIAL = frozenset("\\`*_{}[]<>|#~$!&")
_LEAST_SHARE = 1e-3


def plain(text: str) -> str:
    r"""Any text so that Markdown prints it and obeys none of it.

    Examples
    --------
    >>> print(plain("a_b <script>"))
    a\_b \<script\>
    """
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in one_line(text))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> list[str]:
    """A table; the cells are escaped."""
    marks = ["--:" if side == ">" else "---" for side in align or "<" * len(head)]
    lines = ["| " + " | ".join(map(plain, head)) + " |", "|" + "|".join(marks) + "|"]
    return [*lines, *("| " + " | ".join(map(plain, row)) + " |" for row in rows)]


def results_rows(views: Sequence[View]) -> list[list[str]]:
    """For each design its main results with bands; a mark stands at what is projected or assumed."""
    rows = []
    for view in views:
        cells = [view.architecture]
        for name in BANDED:
            value, unit = view.estimate.totals[name], label_and_unit(name)[1]
            found = view.estimate.bands.totals.get(name)
            interval = f" ({shown_interval(found.low, found.high, unit)})" if found else ""
            cells.append(f"{shown(value, unit)}{'*' if view.marked(name) else ''}{interval}")
        rows.append(cells)
    return rows


def estimate_markdown(estimate: Estimate) -> str:
    """An estimate as Markdown: results, energy and area in parts, failed checks, what is left out."""
    view = View(estimate)
    lines = [f"## {plain(estimate.architecture)} on {plain(estimate.workload.name)}", ""]
    if estimate.settings:
        lines += [
            "Changed: " + ", ".join(f"{plain(p)} = {plain(v)}" for p, v in estimate.settings.items()),
            "",
        ]
    rows = []
    for name, value in estimate.totals.items():
        if value is not None:
            label, unit = label_and_unit(name)
            found = estimate.bands.totals.get(name)
            rows.append((label, shown(value, unit), *shown_band(found, unit)))
    lines += [*table(("result", "value", "p10 .. p90", "median"), rows, "<>>>"), ""]
    for quantity in ("energy", "area"):
        parts = view.breakdown(quantity, "component")
        if parts is not None and parts.slices:
            shares = [
                (s.name, shown(s.value, parts.unit), percent(s.share))
                for s in parts.slices
                if s.share >= _LEAST_SHARE
            ]
            lines += [*table((f"{quantity} by component", "value", "share"), shares, "<>>"), ""]
    lines += [f"- {plain(check_line(check))}" for check in estimate.failed_checks]
    exactness = exactness_words(estimate)
    lines += [f"- {plain(exactness)}"] if exactness else []
    lines += [f"- {name} rests on {plain(basis_words(s))}" for name, s in estimate.basis_share.items()]
    lines += [f"- reported by its source: {plain(text)}" for text in reported_values(estimate)]
    lines += [f"- left out: {plain(item)}" for item in estimate.exclusions]
    return "\n".join(lines) + "\n"


def comparison_markdown(comparison: Comparison) -> str:
    """A comparison as Markdown: what differs and what is left out, then results, then ratios."""
    names = [result.architecture for result in comparison.estimates]
    lines = [f"## {plain(names[0])} beside {plain(', '.join(names[1:]))}", "", *differences_lines(comparison)]
    views = [View(result) for result in comparison.estimates]
    head = ("design", *(label_and_unit(name)[0] for name in BANDED))
    lines += ["", "### Results", "", *table(head, results_rows(views), "<>>>>"), ""]
    return "\n".join([*lines, *ratio_lines(comparison)]) + "\n"


def differences_lines(comparison: Comparison) -> list[str]:
    """What is alike, what differs and what is left out."""
    names = [result.architecture for result in comparison.estimates]
    different = [(d.what, *d.values) for d in comparison.differences if d.differs]
    alike = [(d.what, d.values[0]) for d in comparison.differences if not d.differs]
    left = [(n, "; ".join(items) or "-") for n, items in zip(names, comparison.left_out, strict=True)]
    left.append(("all", "; ".join(comparison.left_out_by_all) or "-"))
    return [
        "### What differs", "", *table(("different", *names), different), "", *table(("alike", ""), alike), "",
        "### Left out", "", *table(("by", "left out"), left),
    ]  # fmt: skip


def ratio_lines(comparison: Comparison) -> list[str]:
    """Ratios with bands and what they rest on."""
    rows = []
    for ratio in comparison.ratios:
        mark = "*" if max(ratio.unproven) >= LEAST_UNPROVEN else ""
        interval = f"{ratio.low:.3g} .. {ratio.high:.3g}" if ratio.low is not None else ""
        unproven = f"{percent(ratio.unproven[0])} and {percent(ratio.unproven[1])}"
        cells = (
            label_and_unit(ratio.quantity)[0],
            ratio.baseline,
            f"{ratio.value:.3g}{mark}",
            interval,
            unproven,
        )
        rows.append(cells)
    head = ("result", "over", "ratio", "p10 .. p90", "projected or assumed, design and baseline")
    note = f"\\* at least {percent(LEAST_UNPROVEN)} rests on projected or assumed values."
    return ["### Ratios", "", *table(head, rows, "<<>>>"), "", note]
