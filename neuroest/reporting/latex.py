"""Tables and documents as LaTeX (booktabs, siunitx) that fit the columns of a paper."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroest.core.document import (
    ABSENT,
    Citation,
    Document,
    Interval,
    Number,
    Quantity,
    Share,
    Span,
    Table,
    as_number,
    text_of,
)
from neuroest.core.files import read_data
from neuroest.core.text_layout import one_line
from neuroest.core.units import prefix_of, scale_of
from neuroest.reporting.bibliography import _key as bibtex_key
from neuroest.reporting.bibliography import escaped
from neuroest.reporting.comparison_document import (
    attribution_lines,
    attribution_rule,
    differences_table,
    pace_notes,
    pace_table,
    ratios_table,
)
from neuroest.reporting.estimate_document import designs_table, estimate_document, unproven_note
from neuroest.reporting.formatting import with_subscripts
from neuroest.results.estimate import Estimate

if TYPE_CHECKING:
    from neuroest.results.comparison import Comparison

PACKAGES = r"\usepackage{booktabs,siunitx,array,graphicx}"
"""LaTeX packages that these tables need."""

_WORDS: Mapping[str, Mapping[str, str]] = read_data(Path(__file__).with_suffix(".yaml"))
_PREFIXES, _UNITS = _WORDS["prefixes"], _WORDS["units"]
_COLUMN, _PAGE = 46.0, 78.0
"""Characters per line in a two-column paper, and on a single-column page."""
_LINES = 36.0
"""Maximum number of table lines on a page."""
_LONGEST = 30
"""Cell length in characters above which it is broken into lines."""
_EM = 0.54
"""Mean width of a character in em."""
_FEW, _MANY = 4, 5
"""Rows up to which a table with more than this number of columns is transposed."""
_BREAKS = re.compile(r"(?<=[._/:=;-])(?=\w)|\s+")
_MEASURE = re.compile(
    r"-?\d[\d.]*(?:e[+-]?\d+)?(?: \.\. -?\d[\d.]*(?:e[+-]?\d+)?)?(?: [\w^/]{1,8})?|-|too slow|fails|"
)
"""Text of a number, of a quantity or of an interval, or of a word instead of one."""
_POWER = re.compile(r"(?<![\d.])([\d.]++)e([+-]?\d+)")


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
    # siunitx sets other units letter by letter
    literal = re.fullmatch(r"[A-Za-z0-9/^.* ()-]+", unit) is not None
    letters = unit.replace("*", ".").replace(" ", ".") if literal else tex(unit)
    return 1.0, _UNITS.get(unit) or _WORDS["names"].get(unit) or letters


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


def to_latex(table: Table, caption: str, label: str = "", differences: str = "") -> str:
    """Table as LaTeX tables that fit on the page; the first has the label, and may refer to a table of differences."""
    if not table.head:
        return f"% {one_line(caption)}: nothing\n"
    if 0 < len(table.rows) <= _FEW and len(table.head) > _MANY and not table.align:
        # a few long rows become columns
        head_row = ("quantity", *map(str, range(1, len(table.rows) + 1)))
        table = Table.of(head_row, zip(table.head, *table.rows, strict=True))
    table = table.noted
    columns = range(len(table.head))
    rows = [row for row in table.rows if not isinstance(row[0], Span)]
    compact = [
        side == ">" or (all(_is_compact(row[n]) for row in rows) and bool(rows))
        for n, side in enumerate(table.sides)
    ]
    texts = [[text_of(row[column]) for row in rows] for column in columns]
    widths = [_width(table.head[c], texts[c], breaks=not compact[c]) for c in columns]
    letters = [max(map(len, texts[c]), default=0) for c in columns]
    total = sum(widths) + 2.0 * len(columns)
    if _COLUMN < total < _PAGE:  # the longest texts take what room a page leaves
        longest = max((c for c in columns if not compact[c]), key=lambda c: letters[c], default=None)
        if longest is not None:
            spare = min(_PAGE - total, max(0.0, letters[longest] - widths[longest]))
            widths[longest] += spare
            total += spare
    star = "*" if total > _COLUMN else ""
    shrunk = min(1.0, (_PAGE if star else _COLUMN) / total)
    kinds = "".join(
        ("r" if side == ">" else "l")
        if compact[n]
        else rf">{{\raggedright\arraybackslash}}p{{{_EM * widths[n]:.2f}em}}"
        for n, side in enumerate(table.sides)
    )
    head = " & ".join(_broken(name.replace("_", " ")) for name in table.head)
    written = [f"% needs {PACKAGES}"]
    for index, chunk in enumerate(_pages(table.rows, widths, _LINES / shrunk)):
        about = tex(f"{caption.rstrip('.')}." if not index else f"{caption.partition('.')[0]}, continued.")
        about += (
            rf" What differs between them is in Table~\ref{{{differences}}}."
            if differences and not index
            else ""
        )
        written += [
            rf"\begin{{table{star}}}[tb]", r"\centering\emergencystretch=2em\hbadness=10000", r"\footnotesize",
            r"\setlength{\tabcolsep}{3pt}",
            rf"\caption{{{about}}}", *([rf"\label{{{label}{f':{index + 1}' if index else ''}}}"] if label else []),
            # shrunk where it is wider than the text, never stretched
            r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
            rf"\begin{{tabular}}{{@{{}}{kinds}@{{}}}}", r"\toprule",
            *((rf"{head} \\", r"\midrule") if any(table.head) else ()),
            *(rf"{_row(row, compact)} \\" for row in chunk), r"\bottomrule", r"\end{tabular}}", rf"\end{{table{star}}}",
            # LaTeX holds back no more than a few tables at a time
            *([r"\clearpage"] if index % 3 == 2 else []),
        ]  # fmt: skip
    return "\n".join(written) + "\n"


def document_latex(document: Document) -> str:
    """The tables of a document as LaTeX, and its texts as comments."""
    tables = [to_latex(table, table.title or document.title) for table in document.tables]
    return "\n".join([*tables, *(f"% {text}" for text in document.texts)]) + "\n"


def estimate_latex(estimate: Estimate) -> str:
    """Estimate as LaTeX: all its tables; checks, basis and exclusions as comments."""
    return document_latex(estimate_document(estimate))


def comparison_latex(comparison: Comparison) -> str:
    """Comparison as LaTeX: differences and exclusions, then results, then ratios."""
    return "\n".join(comparison_tables(comparison).values())


def comparison_tables(comparison: Comparison, place: str = "") -> dict[str, str]:
    """Tables of a comparison by name: what differs and is left out, results, ratios and paces; labelled for `place`."""
    labels, network = {one.architecture: one.title for one in comparison.estimates}, comparison.design.network
    names = [one.title for one in comparison.estimates]
    label = {name: f"tab:{name}{place}" for name in ("differences", "results", "ratios", "paces")}
    alike = "; ".join(f"{item.what}: {item.values[0]}" for item in comparison.differences if not item.differs)
    same = f"What differs between the designs. The same in all designs: {alike or '-'}"
    left = [("all", "; ".join(comparison.left_out_by_all) or "-")]
    left += [(name, "; ".join(items) or "-") for name, items in zip(names, comparison.left_out, strict=True)]
    products = [
        (baseline.title, line)
        for baseline in comparison.baselines
        for line in attribution_lines(comparison, baseline)
    ]
    rule = attribution_rule(comparison)
    return {
        "differences": to_latex(differences_table(comparison, names), same, label["differences"])
        + to_latex(Table.of(("by", "left out"), left, "<<"), "What the designs leave out"),
        "results": results_latex(comparison.estimates, label["results"]),
        "ratios": to_latex(
            ratios_table(comparison, labels),
            f"{comparison.design.title} over its baselines on {network}. {unproven_note()} on a side",
            label["ratios"], label["differences"],
        )
        + to_latex(
            Table.of(("over", "ratio as a product of the contributions of parts"), products, "<<"),
            f"What the ratios consist of. {rule[:1].upper()}{rule[1:]}",
        ),
        "paces": "".join(
            to_latex(
                table, f"{table.title} on {network}. {'; '.join(pace_notes(comparison, one, labels))}",
                label["paces"] if one is comparison.baselines[0] else "",
            )
            for one in comparison.baselines
            for table in (pace_table(comparison, one, labels),)
        ),
    }  # fmt: skip


def results_latex(estimates: Sequence[Estimate], label: str) -> str:
    """The main results of several designs on one network."""
    of = "" if len(estimates) > 1 else f" of {estimates[0].title}"
    about = (
        f"Results{of} on {estimates[0].network}. Medians, and the 10th and 90th percentile over the uncertainty "
        f"of the inputs. {unproven_note()}"
    )
    return to_latex(designs_table(estimates, nominal=False, marked=True, titled=True), about, label)


def _is_compact(cell: Any) -> bool:
    """Whether a cell is a number, a quantity, an interval or nothing, which is not broken into lines."""
    if cell is None or cell is ABSENT or isinstance(cell, Quantity | Number | Interval | Share):
        return True
    return bool(_MEASURE.fullmatch(cell)) if isinstance(cell, str) else as_number(cell) is not None


def _row(row: Sequence[Any], compact: Sequence[bool]) -> str:
    if isinstance(row[0], Span):
        return rf"\multicolumn{{{len(row)}}}{{@{{}}l@{{}}}}{{\textit{{{tex(row[0].text)}}}}}"
    return " & ".join(
        _measure(cell) if fits else _text(cell) for cell, fits in zip(row, compact, strict=True)
    )


def _measure(cell: Any) -> str:
    """A number, a quantity or an interval."""
    if isinstance(cell, Quantity):
        return quantity(cell.value, cell.unit) + r"\rlap{$^\ast$}" * cell.marked
    if isinstance(cell, Number):
        return number(cell.value) + r"\rlap{$^\ast$}" * cell.marked
    if isinstance(cell, Interval):
        factor, _ = scale(cell.high, cell.unit)
        return f"{number(cell.low / factor)} to {quantity(cell.high, cell.unit)}"
    if cell == "-":
        return "--"
    if isinstance(cell, str | Share):
        text = _POWER.sub(r"\\num{\1e\2}", tex(str(cell).strip())).replace(" .. ", " to ")
        return _units(text)
    found = as_number(cell)
    return number(found, 4) if found is not None and math.isfinite(found) else "--"


def _pages(
    rows: Sequence[tuple[Any, ...]], widths: Sequence[float], most: float
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows split into parts that fit on a page."""
    part: list[tuple[Any, ...]] = []
    used = 0
    for row in rows:
        cells = zip(row[: 1 if isinstance(row[0], Span) else None], widths, strict=False)
        height = max(math.ceil(1.15 * len(text_of(cell)) / width) for cell, width in cells)
        if used + height > most and part:
            yield part
            part, used = [], 0
        part.append(row)
        used += height
    yield part


def _text(cell: Any) -> str:
    """A cell of a text column; citations as such."""
    if isinstance(cell, Citation):
        return rf"\cite{{{','.join(map(bibtex_key, cell.keys))}}}" if cell.keys else ""
    return _units(_broken(text_of(cell)))


def _units(text: str) -> str:
    """Text of LaTeX with micro and squares as symbols."""
    return re.sub(r"(?<=\d )u(?=[A-Z]|m\b|s\b|ohm\b)", r"$\\mu$", text).replace(
        r"\textasciicircum{}2", "$^2$"
    )


def _broken(text: str) -> str:
    """Text for LaTeX with line breaks allowed at dots of paths and anywhere in hashes."""
    pieces = [piece[i : i + 16] for piece in _BREAKS.split(text) for i in range(0, max(len(piece), 1), 16)]
    plain = tex(text)
    if max(map(len, _BREAKS.split(text)), default=0) > _LONGEST:
        return r"\allowbreak{}".join(tex(piece) for piece in pieces).replace(
            r"\allowbreak{}\allowbreak{}", r"\allowbreak{}"
        )
    return re.sub(r"\.(?=[A-Za-z])", r".\\allowbreak{}", plain)


def _width(name: str, cells: Sequence[str], *, breaks: bool) -> float:
    """Width of a column in characters; a text column only needs room for its longest word."""
    if not breaks:
        formatted = [re.sub(r"e[+-]\d+", "xxxx", cell) for cell in cells]
        return float(max(1, *map(len, (name, *formatted))))
    texts = [name.replace("_", " "), *cells]
    pieces = [len(piece) for text in texts for piece in _BREAKS.split(text)]
    return float(max(min(max(pieces), _LONGEST), min(max(map(len, texts)), _LONGEST)) + 1)


def preamble(options: Mapping[str, str] | None = None) -> str:
    """Preamble of a minimal article for the tables."""
    chosen = ",".join((options or {}).values())
    fonts = r"\usepackage[T1]{fontenc}\usepackage{lmodern,graphicx}"
    return f"\\documentclass[{chosen}]{{article}}\n{fonts}\n{PACKAGES}\n"
