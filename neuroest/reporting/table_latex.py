"""Any table as LaTeX (booktabs, siunitx)."""

import math
import re
from collections.abc import Sequence
from typing import Any

from neuroest.reporting.bibliography import _key as bibtex_key
from neuroest.reporting.latex import PACKAGES, number, pages, tex
from neuroest.reporting.table_model import Citation, Table, as_number, text_of
from neuroest.reporting.text_style import one_line

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


def to_latex(table: Table, label: str) -> str:
    """Table as LaTeX tables that fit on the page."""
    if not table.head:
        return f"% {one_line(label)}: nothing\n"
    if 0 < len(table.rows) <= _FEW and len(table.head) > _MANY:
        table = _turned(table)
    columns = range(len(table.head))
    numeric = [table.is_numeric(column) for column in columns]
    texts = [[text_of(row[column]) for row in table.rows] for column in columns]
    widths = [_width(table.head[c], texts[c], breaks=not numeric[c]) for c in columns]
    letters = [max(map(len, texts[c]), default=0) for c in columns]
    total = sum(widths) + 2.0 * len(columns)
    if _COLUMN < total < _PAGE:  # the longest texts take what room a page leaves
        longest = max((c for c in columns if not numeric[c]), key=lambda c: letters[c], default=None)
        if longest is not None:
            spare = min(_PAGE - total, max(0.0, letters[longest] - widths[longest]))
            widths[longest] += spare
            total += spare
    star = "*" if total > _COLUMN else ""
    shrunk = min(1.0, (_PAGE if star else _COLUMN) / total)
    kinds = "".join(
        "r" if numeric[n] else rf">{{\raggedright\arraybackslash}}p{{{_EM * widths[n]:.2f}em}}"
        for n in columns
    )
    head = " & ".join(_broken(name.replace("_", " ")) for name in table.head)
    written = [f"% needs {PACKAGES} and graphicx"]

    def height(row: tuple[Any, ...]) -> int:
        return max(math.ceil(1.15 * len(text_of(cell)) / w) for cell, w in zip(row, widths, strict=True))

    for index, chunk in enumerate(pages(table.rows, height, _LINES / shrunk)):
        caption = f"{tex(label)}{', continued' if index else ''}."
        body = [" & ".join(_tex(row[n]) if numeric[n] else _text(row[n]) for n in columns) for row in chunk]
        written += [
            rf"\begin{{table{star}}}[tb]", r"\centering", r"\footnotesize", r"\setlength{\tabcolsep}{3pt}",
            rf"\caption{{{caption}}}",
            # shrunk where it is wider than the text, never stretched
            r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
            rf"\begin{{tabular}}{{@{{}}{kinds}@{{}}}}", r"\toprule", rf"{head} \\", r"\midrule",
            *(rf"{line} \\" for line in body), r"\bottomrule", r"\end{tabular}}", rf"\end{{table{star}}}",
            *([r"\clearpage"] if index % 3 == 2 else []),
        ]  # fmt: skip
    return "\n".join(written) + "\n"


def _turned(table: Table) -> Table:
    """Table of a few long rows, transposed."""
    head = ("quantity", *map(str, range(1, len(table.rows) + 1)))
    return Table.of(head, zip(table.head, *table.rows, strict=True))


def _text(cell: Any) -> str:
    """A cell of a text column; citations as such."""
    if isinstance(cell, Citation):
        return rf"\cite{{{','.join(map(bibtex_key, cell.keys))}}}" if cell.keys else ""
    return _broken(text_of(cell))


def _broken(text: str) -> str:
    """Text for LaTeX with line breaks allowed at dots of paths and anywhere in hashes."""
    pieces = [piece[i : i + 16] for piece in _BREAKS.split(text) for i in range(0, max(len(piece), 1), 16)]
    plain = tex(text)
    if max(map(len, _BREAKS.split(text)), default=0) > _LONGEST:
        return r"\allowbreak{}".join(tex(piece) for piece in pieces).replace(
            r"\allowbreak{}\allowbreak{}", r"\allowbreak{}"
        )
    return re.sub(r"\.(?=[A-Za-z])", r".\\allowbreak{}", plain)


def _tex(value: Any) -> str:
    found = as_number(value)
    return number(found, 4) if found is not None and math.isfinite(found) else "--"


def _width(name: str, cells: Sequence[str], *, breaks: bool) -> float:
    """Width of a column in characters; a text column only needs room for its longest word."""
    if not breaks:
        formatted = [re.sub(r"e[+-]\d+", "xxxx", cell) for cell in cells]
        return float(max(map(len, (name, *formatted))))
    texts = [name.replace("_", " "), *cells]
    pieces = [len(piece) for text in texts for piece in _BREAKS.split(text)]
    return float(max(min(max(pieces), _LONGEST), min(max(map(len, texts)), _LONGEST)) + 1)
