"""Estimates and comparisons as self-contained HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from neuroest.reporting.accuracy_text import exactness_words
from neuroest.reporting.breakdown import ComponentSum, area_by_component, energy_by_component
from neuroest.reporting.formatting import check_line, percent, short, shown, shown_band, words
from neuroest.reporting.table import basis_words, maturity_words, reported_values
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit

if TYPE_CHECKING:
    from neuroest.results.comparison import Comparison

_CELL = "padding:2px 10px;border:0;text-align:left;font-variant-numeric:tabular-nums;vertical-align:top"
_NUMBER = _CELL.replace("left", "right", 1)
_BAR = "display:inline-block;height:0.7em;background:#4a7ab5"
_LEAST_SHARE = 1e-3


def estimate_html(estimate: Estimate) -> str:
    """An estimate as a fragment of HTML that needs nothing from outside; all text from files is escaped."""
    return (
        '<div class="neuroest">'
        f"{_heading(f'{estimate.architecture} on {estimate.workload.name}')}"
        f"{_paragraph(estimate.design.spec.description)}"
        f"{_paragraph('rests on ' + maturity_words(estimate))}"
        f"{_table(('', 'value', 'p10 .. p90', 'median', 'band mostly from'), _total_rows(estimate))}"
        f"{_details('Energy of one inference', energy_by_component(estimate), 'J', opened=True)}"
        f"{_details('Area', area_by_component(estimate), 'm^2', opened=False)}"
        f"{_closing(estimate)}"
        "</div>"
    )


def comparison_html(comparison: Comparison) -> str:
    """A comparison as a fragment of HTML: what differs first, then what is left out, then ratios."""
    names = [result.architecture for result in comparison.estimates]
    different = [(item.what, *item.values) for item in comparison.differences if item.differs]
    alike = [(item.what, item.values[0]) for item in comparison.differences if not item.differs]
    left_out = [
        (name, "; ".join(items) or "-") for name, items in zip(names, comparison.left_out, strict=True)
    ]
    left_out.append(("all", "; ".join(comparison.left_out_by_all) or "-"))
    return (
        '<div class="neuroest">'
        f"{_heading(f'{names[0]} beside ' + ', '.join(names[1:]))}"
        f"{_table(('different', *names), _escaped(different))}"
        f"{_table(('alike', ''), _escaped(alike))}"
        f"{_table(('left out by', ''), _escaped(left_out))}"
        f"{_table(('ratio', 'over', 'value', 'p10 .. p90', 'projected or assumed'), _ratio_rows(comparison))}"
        "</div>"
    )


def _ratio_rows(comparison: Comparison) -> Iterable[Sequence[str]]:
    for ratio in comparison.ratios:
        band = "" if ratio.low is None or ratio.high is None else f"{ratio.low:.3g} .. {ratio.high:.3g}"
        unproven = f"{percent(ratio.unproven[0])} over {percent(ratio.unproven[1])}"
        label = label_and_unit(ratio.quantity)[0]
        yield [escape(text) for text in (label, ratio.baseline, f"{ratio.value:.3g}", band, unproven)]


def _total_rows(estimate: Estimate) -> Iterable[Sequence[str]]:
    for name, value in estimate.totals.items():
        if value is None:
            continue
        label, unit = label_and_unit(name)
        band = estimate.bands.totals.get(name)
        causes = estimate.bands.causes.get(name, ())
        interval, median = shown_band(band, unit)
        cause = f"{short(causes[0][0])} ({percent(causes[0][1])})" if causes else ""
        yield [escape(text) for text in (label, shown(value, unit), interval, median, cause)]


def _details(title: str, parts: Sequence[ComponentSum], unit: str, *, opened: bool) -> str:
    total = sum(part.value for part in parts)
    rows = []
    for part in parts:
        for term in part.terms:
            share = term.value / total if total else 0.0
            if share >= _LEAST_SHARE:
                name = f"{short(part.component)} {words(term.term)}"
                bar = f'<span style="{_BAR};width:{share * 12:.2f}em"></span>'
                rows.append((escape(name), escape(shown(term.value, unit)), escape(percent(share)), bar))
    state = " open" if opened else ""
    return f"<details{state}><summary>{escape(title)}</summary>{_table((), rows)}</details>"


def _closing(estimate: Estimate) -> str:
    items = [check_line(check) for check in estimate.failed_checks]
    exactness = exactness_words(estimate)
    items += [exactness] if exactness else []
    items += [f"{name} rests on {basis_words(shares)}" for name, shares in estimate.basis_share.items()]
    items += [f"reported by its source: {text}" for text in reported_values(estimate)]
    items += [f"left out: {item}" for item in estimate.exclusions]
    items.append(f"{len(estimate.source_keys)} sources")
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def _escaped(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[escape(cell) for cell in row] for row in rows]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    header = "".join(f'<th style="{_CELL}">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(_cell(cell, first=index == 0) for index, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table>{f'<thead><tr>{header}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _cell(content: str, *, first: bool) -> str:
    style = _NUMBER if not first and content[:1].isdigit() else _CELL
    return f'<td style="{style}">{content}</td>'


def _heading(text: str) -> str:
    return f"<p><strong>{escape(text)}</strong></p>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
