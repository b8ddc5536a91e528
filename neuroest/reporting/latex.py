"""Results as LaTeX tables (booktabs, siunitx) that fit the column of a two-column paper."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from neuroest.core.data_file import read_data
from neuroest.core.units import prefix_of
from neuroest.reporting.accuracy_text import accuracy_words
from neuroest.reporting.attribution_text import attribution_lines, attribution_rule
from neuroest.reporting.bibliography import escaped
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import check_line, scale_of, short, with_subscripts
from neuroest.reporting.pace_table import pace_notes, pace_table
from neuroest.reporting.text_style import words
from neuroest.results.comparison import LEAST_UNPROVEN, scope_note
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import MAIN, label_and_unit
from neuroest.specs.claims import Claim

if TYPE_CHECKING:
    from neuroest.reporting.validation_coverage import ValidationCoverage
    from neuroest.results.comparison import Comparison

_Row = TypeVar("_Row")

PACKAGES = r"\usepackage{booktabs,siunitx,array}"
"""LaTeX packages that these tables need."""

_WORDS: Mapping[str, Mapping[str, str]] = read_data(Path(__file__).with_suffix(".yaml"))
_PREFIXES, _UNITS = _WORDS["prefixes"], _WORDS["units"]
_LEAST_ROWS = 4
"""Minimum rows of the last part of a table divided over pages."""
_LINES_OF_A_PAGE = 44
_LETTERS_OF_A_LINE = 72
"""Lines per page and characters per line of the small print of a table in a plain article."""


def tex(text: str) -> str:
    r"""Text escaped for LaTeX; a long name may break after its underscores.

    Examples
    --------
    >>> print(tex("a_b 100 % of <script>"))
    a\_\allowbreak{}b 100 \% of \textless{}script\textgreater{}\allowbreak{}
    >>> print(tex("HfO2"))
    HfO\textsubscript{2}
    """
    reported = []
    for character in escaped(with_subscripts(text)):
        if character in _WORDS["characters"]:
            reported.append(_WORDS["characters"][character])
        elif ord(character) < 0x180:
            reported.append(character)
        else:
            plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
            reported.append(escaped(plain) or "?")
    out = "".join(reported).replace(r"\textquotedbl{}", "''")
    return (
        out.replace(r"\_", r"\_\allowbreak{}")
        .replace("/", r"/\allowbreak{}")
        .replace(":", r":\allowbreak{}")
        .replace("=", r"=\allowbreak{}")
        .replace(r"\textgreater{}", r"\textgreater{}\allowbreak{}")
    )


def number(value: float, digits: int = 3) -> str:
    r"""A number for siunitx, with three digits by default.

    Examples
    --------
    >>> print(number(12345.0), number(0.5))
    \num{1.23e4} \num{0.5}
    """
    size = abs(value)
    if value == 0.0 or 1e-3 <= size < 1e4:
        places = 0 if value == 0.0 else max(0, digits - 1 - math.floor(math.log10(size)))
        text = f"{float(f'{value:.{digits}g}'):.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return rf"\num{{{text}}}"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return rf"\num{{{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}}}"


def scale(value: float, unit: str) -> tuple[float, str]:
    """Factor and siunitx unit for a readable value."""
    size = abs(value)
    if unit == "m^2" and size > 0.0:
        factor, name = scale_of(size, unit)
        return factor, rf"{_PREFIXES[name[0]]}\metre\squared"
    if unit in _UNITS and size > 0.0 and math.isfinite(size):
        factor, prefix = prefix_of(size)
        return factor, f"{_PREFIXES[prefix]}{_UNITS[unit]}"
    if unit in {"1", ""}:
        return 1.0, ""
    return 1.0, _UNITS.get(unit) or _WORDS["names"].get(unit) or _literal(unit)


def _literal(unit: str) -> str:
    """A unit as siunitx sets it letter by letter."""
    return (
        unit.replace("*", ".").replace(" ", ".") if re.fullmatch(r"[A-Za-z0-9/^.* ()-]+", unit) else tex(unit)
    )


def quantity(value: float | None, unit: str) -> str:
    r"""A value with its unit for siunitx.

    Examples
    --------
    >>> print(quantity(3.52e-1, "J"))
    \qty{352}{\milli\joule}
    """
    if value is None:
        return "--"
    factor, name = scale(value, unit)
    text = number(value / factor)
    return rf"\qty{text.removeprefix(chr(92) + 'num')}{{{name}}}" if name else text


def band(low: float | None, high: float | None, value: float, unit: str) -> str:
    """An interval in the unit that `value` is written in."""
    if low is None or high is None:
        return ""
    factor, _ = scale(value, unit)
    return f"[{number(low / factor, 2)}, {number(high / factor, 2)}]"


def results_table(views: Sequence[View], caption: str = "", label: str = "results") -> str:
    """The main results of several designs on one network, three lines per design."""
    rows = []
    for view in views:
        result = view.estimate
        rows.append(rf"\multicolumn{{4}}{{@{{}}l@{{}}}}{{{tex(view.label)}}} \\")
        values, bands = [], []
        for name in MAIN:
            found, unit = result.headline(name), label_and_unit(name)[1]
            value = found.value
            mark = r"\rlap{$^\ast$}" if view.marked(name) else ""
            values.append(quantity(value, unit) + mark)
            if not value or found.low is None or found.high is None:
                bands.append("")
            else:
                bands.append(band(found.low, found.high, value, unit))
        rows.append(" & ".join(values) + r" \\")
        rows.append(" & ".join(rf"{{\scriptsize {b}}}" if b else "" for b in bands) + r" \\[2pt]")
    about = caption or f"Results on {tex(views[0].workload)}."
    about += (
        " Medians; in brackets the 10th and 90th percentile over the uncertainty of the inputs, in the unit of the "
        "value."
        rf" $^\ast$~At least \qty{{{LEAST_UNPROVEN * 100:g}}}{{\percent}} is based on projected or assumed values."
    )
    head = " & ".join(("Area", "Energy", "Latency", "Throughput"))
    return _table(about, label, "@{}" + "l" * 4 + "@{}", head, rows, stretched=True)


def breakdown_table(view: View, label: str, by: str = "component") -> str:
    """Energy of one inference in parts with shares and bands."""
    found = view.breakdown("energy", by)
    rows = []
    for item in found.slices if found else ():
        if item.share >= 1e-3:
            cells = (
                tex(item.name),
                quantity(item.value, "J"),
                number(item.share * 100),
                rf"{{\scriptsize {band(item.low, item.high, item.value, 'J')}}}",
            )
            rows.append(" & ".join(cells) + r" \\")
    caption = f"Energy of one inference of {tex(view.label)} on {tex(view.workload)} by {by}."
    ragged = r">{\raggedright\arraybackslash}p"
    columns = rf"@{{}}{ragged}{{0.34\columnwidth}}rr{ragged}{{0.3\columnwidth}}@{{}}"
    return _table(caption, label, columns, r"Part & Energy, nominal & \unit{\percent} & p10, p90", rows)


def tiers_table(estimate: Estimate, label: str) -> str:
    """Area, vias, heat and yield of the tiers of a stacked chip, the highest first."""
    rows = [
        " & ".join(
            (
                tex(words(short(row.tier))) if row.blocks else "logic", quantity(row.area_m2, "m^2"),
                number(row.width * 100), number(row.vias), quantity(row.power_W, "W"),
                quantity(row.temperature_rise_K, "K"), "--" if row.good_share is None else number(row.good_share * 100),
                tex(", ".join(words(short(path)) for path in row.blocks)) or "all other blocks",
            )
        )
        + r" \\"
        for row in reversed(estimate.tiers)
    ]  # fmt: skip
    caption = (
        f"Tiers of {tex(estimate.title)} on {tex(estimate.workload.name)}; the widest makes the area, and the rise is "
        "above the logic."
    )
    ragged = r">{\raggedright\arraybackslash}p"
    columns = rf"@{{}}{ragged}{{0.2\columnwidth}}rrrrrr{ragged}{{0.6\columnwidth}}@{{}}"
    head = r"Tier & Area & \unit{\percent} & Vias & Power & Rise & Yield, \unit{\percent} & Contains"
    return _table(caption, label, columns, head, rows, wide=True)


def differences_table(comparison: Comparison, label: str) -> str:
    """Table of differences and exclusions, to be read before any ratio."""
    names = [result.title for result in comparison.estimates]
    rows = []
    for item in comparison.differences:
        if item.differs:
            rows.append(rf"\multicolumn{{2}}{{@{{}}l}}{{\textit{{{tex(item.what)}}}}} \\")
            rows += [rf"{tex(n)} & {tex(v)} \\" for n, v in zip(names, item.values, strict=True)]
    rows.append(r"\multicolumn{2}{@{}l}{\textit{left out}} \\")
    if comparison.left_out_by_all:
        rows.append(rf"by all & {tex('; '.join(comparison.left_out_by_all))} \\")
    also = "also by " if comparison.left_out_by_all else "by "
    for name, left in zip(names, comparison.left_out, strict=True):
        rows.append(rf"{also}{tex(name)} & {tex('; '.join(left)) or '--'} \\")
    alike = "; ".join(f"{d.what}: {d.values[0]}" for d in comparison.differences if not d.differs)
    caption = f"What differs between the designs. The same in all designs: {tex(alike) or '--'}."
    return _chunked(
        caption,
        label,
        (0.27, 0.67),
        "Property and design & ",
        rows,
    )


def ratios_table(comparison: Comparison, label: str, differences: str) -> str:
    """Ratios with bands and what makes them; the caption refers to the table of differences."""
    rows, said = [], []
    for baseline in comparison.baselines:
        over = f"Over {baseline.title}, " if len(comparison.baselines) > 1 else ""
        said += [f"{over}{line}" for line in attribution_lines(comparison, baseline)]
        over = f"over {tex(baseline.title)}{scope_note(comparison.design, baseline)}"
        rows.append(rf"\multicolumn{{3}}{{@{{}}l@{{}}}}{{\textit{{{over}}}}} \\")
        for ratio in comparison.ratios:
            if ratio.baseline == baseline.architecture:
                mark = r"$^\ast$" if ratio.marked else r"\phantom{$^\ast$}"
                interval = (
                    f"[{_end(ratio.low)}, {_end(ratio.high)}]"
                    if ratio.low is not None and ratio.high is not None
                    else "--"
                )
                rows.append(
                    rf"{tex(label_and_unit(ratio.quantity)[0].partition(' ')[0])} & {number(ratio.value)}{mark} "
                    rf"& {{\scriptsize {interval}}} \\"
                )
    said.append(attribution_rule(comparison))
    caption = (
        rf"{tex(comparison.design.title)} over its baselines on {tex(comparison.design.workload.name)}; "
        rf"what differs between them is in Table~\ref{{{differences}}}. "
        r"$^\ast$~At least "
        rf"\qty{{{LEAST_UNPROVEN * 100:g}}}{{\percent}} of a side is based on projected or assumed values. "
        rf"{tex('; '.join(said))}."
    )
    return _table(caption, label, "@{}lrl@{}", "Result & Ratio~ & p10, p90", rows)


def paces_table(comparison: Comparison, label: str) -> str:
    """Energies at the three paces, with the periods at which each chip works."""
    rows: list[str] = []
    notes: dict[str, None] = {}
    for baseline in comparison.baselines:
        rows.append(rf"\multicolumn{{5}}{{@{{}}l@{{}}}}{{\textit{{over {tex(baseline.title)}}}}} \\")
        for first, *cells in pace_table(comparison, baseline).rows:
            name = rf"\textit{{{tex(first)}}}" if not first.startswith(" ") else tex(first.strip())
            rows.append(
                " & ".join((name, *(rf"{{\scriptsize {_typeset(cell)}}}" for cell in cells))) + r" \\"
            )
        notes |= dict.fromkeys(pace_notes(comparison, baseline))
    caption = (
        f"Median energy of an inference of {comparison.design.title} and its baselines on "
        f"{comparison.design.workload.name} at stated pace. {'; '.join(notes)}."
    )
    columns = r"@{}>{\raggedright\arraybackslash}p{0.3\columnwidth}rrrr@{}"
    return _table(tex(caption), label, columns, "Median & Design & Baseline & Ratio & p10, p90", rows)


def _typeset(text: str) -> str:
    """Text cell with typeset quantities: powers of ten and micro."""
    powers = re.sub(r"(?<![\d.])([\d.]++)e([+-]?\d+)", r"\\num{\1e\2}", tex(text))
    return re.sub(r"(?<=\d )u(?=[A-Za-z])", r"$\\mu$", powers)


def scoreboard_table(standing: ValidationCoverage, label: str) -> str:
    """Accuracy of the kinds of model against published chips, by class."""
    rows, last = [], ""
    for kind, *cells in standing.table():
        if kind != last:
            rows.append(rf"\multicolumn{{5}}{{@{{}}l@{{}}}}{{\textit{{{tex(kind)}}}}} \\")
            last = kind
        rows.append(" & ".join(tex(cell) for cell in cells) + r" \\")
    unseen = " ".join(f"{design.architecture}: {design.words}" for design in standing.designs)
    caption = (
        f"Values of published chips and the estimates, by kind of computing level and class. {standing.words}"
    )
    table = _table(tex(caption), label, "@{}lrrrr@{}", r"Class & Values & Within & Worst & Inside", rows)
    return table + f"% {' '.join(unseen.split())}\n"


def _end(value: float) -> str:
    """An end of a band: three digits near one, where the third may matter, two elsewhere."""
    return number(value, 3 if 0.1 <= value < 1000.0 else 2)


def assumptions_table(claims: Iterable[tuple[str, Claim]], label: str) -> str:
    """Assumed or projected parameters with their bands and reasons."""
    rows = []
    for owner, claim in claims:
        interval = f" {band(claim.low, claim.high, claim.value, claim.unit)}" if claim.has_spread else ""
        why = claim.rationale or claim.description
        source = f" [{tex(claim.source)}]" if claim.source else ""
        rows.append(
            rf"{tex(f'{owner}: ' if owner else '')}{tex(words(short(claim.path).rpartition('.')[2]))} & "
            rf"{quantity(claim.value, claim.unit)}{interval} & {claim.basis} & {tex(why)}{source} \\"
        )
    return _chunked(
        "Assumed and projected parameters.",
        label,
        (0.24, 0.21, 0.12, 0.36),
        "Parameter & Value [p10, p90] & Basis & Reason",
        rows,
    )


def estimate_latex(estimate: Estimate) -> str:
    """Estimate as LaTeX: results, energy by component, failed checks and exclusions."""
    view = View(estimate)
    reported = [
        f"% needs {PACKAGES}",
        results_table([view], label="tab:results"),
        breakdown_table(view, "tab:energy"),
        *([tiers_table(estimate, "tab:tiers")] if estimate.tiers else []),
    ]
    reported += [f"% {line}" for line in _notes(estimate)]
    return "\n".join(reported) + "\n"


def comparison_latex(comparison: Comparison) -> str:
    """Comparison as LaTeX: differences and exclusions, then results, then ratios."""
    views = [View(result) for result in comparison.estimates]
    tables = (
        differences_table(comparison, "tab:differences"),
        results_table(views, label="tab:results"),
        ratios_table(comparison, "tab:ratios", "tab:differences"),
        paces_table(comparison, "tab:paces"),
    )
    return "\n".join((f"% needs {PACKAGES}", *tables)) + "\n"


def _notes(estimate: Estimate) -> list[str]:
    lines = [check_line(check) for check in estimate.remarks]
    exactness = accuracy_words(estimate)
    lines += [exactness] if exactness else []
    lines += [f"assumed of the network: {item}" for item in estimate.workload.assumed]
    lines += [f"left out: {item}" for item in estimate.exclusions]
    return [" ".join(line.split()) for line in lines]


def _table(
    caption: str,
    label: str,
    columns: str,
    head: str,
    rows: Sequence[str],
    *,
    stretched: bool = False,
    wide: bool = False,
) -> str:
    star = "*" if wide else ""
    environment, width = ("tabular*", r"{\columnwidth}") if stretched else ("tabular", "")
    gap = "1pt" if stretched else "3pt"
    fill = r"@{\extracolsep{\fill}}" if stretched else ""
    if stretched:
        columns = "@{}" + fill + columns.removeprefix("@{}")
    lines = (
        rf"\begin{{table{star}}}[tb]",
        r"\centering\emergencystretch=2em\hbadness=10000", r"\footnotesize", rf"\setlength{{\tabcolsep}}{{{gap}}}",
        rf"\caption{{{caption}}}", rf"\label{{{label}}}", rf"\begin{{{environment}}}{width}{{{columns}}}",
        r"\toprule", rf"{head} \\", r"\midrule", *rows, r"\bottomrule", rf"\end{{{environment}}}",
        rf"\end{{table{star}}}",
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def _chunked(caption: str, label: str, widths: Sequence[float], head: str, rows: Sequence[str]) -> str:
    """Tables across both columns of a page, each at most one page long."""
    columns = "@{}" + "".join(rf">{{\raggedright\arraybackslash}}p{{{w}\textwidth}}" for w in widths) + "@{}"
    chunks = pages(rows, lambda row: _lines_of(row, widths), _LINES_OF_A_PAGE)
    while len(chunks) > 1 and len(chunks[-1]) < _LEAST_ROWS < len(chunks[-2]):
        chunks[-1].insert(0, chunks[-2].pop())  # a table of a row or two is not worth its head
    tables = []
    for index, chunk in enumerate(chunks):
        about = caption if index == 0 else f"{caption.partition('.')[0]}, continued."
        name = label if index == 0 else f"{label}:{index + 1}"
        # LaTeX holds back no more than a few tables at a time
        flushed = "\\clearpage\n" if index % 3 == 2 else ""
        tables.append(_table(about, name, columns, head, chunk, wide=True) + flushed)
    return "\n".join(tables)


def pages(rows: Iterable[_Row], height: Callable[[_Row], float], most: float) -> list[list[_Row]]:
    """Rows split into parts that fit on a page."""
    parts: list[list[_Row]] = [[]]
    used = 0.0
    for row in rows:
        if used + height(row) > most and parts[-1]:
            parts.append([])
            used = 0.0
        parts[-1].append(row)
        used += height(row)
    return parts


def _lines_of(row: str, widths: Sequence[float]) -> int:
    """Approximate number of lines of a row without its commands, on a single-column page."""
    cells = [re.sub(r"\\[a-zA-Z]+(\{\})?|[\\{}$]", "", cell).strip() for cell in row.split(" & ")]
    return max(
        (math.ceil(len(c) / (w * _LETTERS_OF_A_LINE)) for c, w in zip(cells, widths, strict=False)), default=1
    )


def preamble(options: Mapping[str, str] | None = None) -> str:
    """Preamble of a minimal article for the tables."""
    chosen = ",".join((options or {}).values())
    fonts = r"\usepackage[T1]{fontenc}\usepackage{lmodern,graphicx}"
    return f"\\documentclass[{chosen}]{{article}}\n{fonts}\n{PACKAGES}\n"
