"""Rows of any result in the forms that documents and programs take: CSV, JSON, Markdown and LaTeX."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from neuroest.reporting.csv_export import to_csv
from neuroest.reporting.latex import PACKAGES, number, tex
from neuroest.reporting.markdown import table
from neuroest.reporting.text_style import one_line

Row = Mapping[str, Any]


class Table(list[Row]):
    """Rows that keep their columns where there is none of them."""

    def __init__(self, rows: Iterable[Row], columns: Sequence[str] = ()) -> None:
        super().__init__(rows)
        self.columns = tuple(columns)


Rows = Sequence[Row]

_COLUMN, _PAGE = 46.0, 78.0
"""Letters that fit the column of a two-column paper, and the page of one with a single column."""
_LINES = 36.0
"""Lines of a table that a page has room for."""
_LONGEST = 30
"""Letters of a cell above which it is broken into lines."""
_EM = 0.54
"""Mean width of a letter in em."""
_FEW, _MANY = 4, 5
"""Up to so many rows of more than so many columns, a table is turned by a quarter."""
_BREAKS = re.compile(r"(?<=[._/:=;-])(?=\w)|\s+")


def rows_csv(rows: Rows) -> str:
    """Rows as CSV, the unit of each column in its name."""
    return to_csv(columns_of(rows), [{name: _plain(v) for name, v in row.items()} for row in rows])


def rows_json(rows: Rows) -> str:
    """Rows as a list of objects; what is no finite number is null."""
    plain = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    return json.dumps(plain, indent=2, allow_nan=False, default=str) + "\n"


def rows_markdown(rows: Rows) -> str:
    r"""Rows as a table of Markdown.

    Examples
    --------
    >>> print(rows_markdown([{"total": "area_m2", "p10": 1.5e-6}]), end="")
    | total | p10 |
    |---|--:|
    | area\_m2 | 1.5e-06 |
    """
    columns = columns_of(rows)
    if not columns:
        return "Nothing.\n"
    align = "".join(">" if _is_numeric(rows, name) else "<" for name in columns)
    cells = [[_text(row.get(name)) for name in columns] for row in rows]
    return "\n".join(table(columns, cells, align)) + "\n"


def rows_latex(rows: Rows, label: str) -> str:
    """Rows as tables of booktabs and siunitx, each as long as a page has room for and never wider than the text."""
    if not columns_of(rows):
        return f"% {one_line(label)}: nothing\n"
    if rows and len(rows) <= _FEW and len(columns_of(rows)) > _MANY:
        rows = _turned(rows)
    columns = columns_of(rows)
    numeric = {name: _is_numeric(rows, name) for name in columns}
    widths = {name: _width(rows, name, breaks=not numeric[name]) for name in columns}
    total = sum(widths.values()) + 2.0 * len(columns)
    if _COLUMN < total < _PAGE:  # the longest texts take what room a page leaves
        longest = max((n for n in columns if not numeric[n]), key=lambda n: _letters(rows, n), default=None)
        if longest is not None:
            spare = min(_PAGE - total, max(0.0, _letters(rows, longest) - widths[longest]))
            widths[longest] += spare
            total += spare
    star = "*" if total > _COLUMN else ""
    shrunk = min(1.0, (_PAGE if star else _COLUMN) / total)
    kinds = "".join(
        "r" if numeric[n] else rf">{{\raggedright\arraybackslash}}p{{{_EM * widths[n]:.2f}em}}"
        for n in columns
    )
    head = " & ".join(_broken(name.replace("_", " ")) for name in columns)
    written = [f"% needs {PACKAGES} and graphicx"]
    for index, chunk in enumerate(_chunks(rows, widths, _LINES / shrunk)):
        caption = f"{tex(label)}{', continued' if index else ''}."
        body = [
            " & ".join(_tex(row.get(n)) if numeric[n] else _broken(_text(row.get(n))) for n in columns)
            for row in chunk
        ]
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


def _chunks(rows: Sequence[Row], widths: Mapping[str, float], most: float) -> list[list[Row]]:
    chunks: list[list[Row]] = [[]]
    used = 0.0
    for row in rows:
        lines = max((math.ceil(1.15 * len(_text(row.get(n))) / w) for n, w in widths.items()), default=1)
        if used + lines > most and chunks[-1]:
            chunks.append([])
            used = 0.0
        chunks[-1].append(row)
        used += lines
    return chunks


def _turned(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A few rows of many columns as many rows of a few columns."""
    return [
        {"quantity": name, **{str(i): row.get(name) for i, row in enumerate(rows, 1)}}
        for name in columns_of(rows)
    ]


def _broken(text: str) -> str:
    """Text for LaTeX whose paths may break at their dots and whose hashes anywhere."""
    pieces = [piece[i : i + 16] for piece in _BREAKS.split(text) for i in range(0, max(len(piece), 1), 16)]
    plain = tex(text)
    if max(map(len, _BREAKS.split(text)), default=0) > _LONGEST:
        return r"\allowbreak{}".join(tex(piece) for piece in pieces).replace(
            r"\allowbreak{}\allowbreak{}", r"\allowbreak{}"
        )
    return re.sub(r"\.(?=[A-Za-z])", r".\\allowbreak{}", plain)


def columns_of(rows: Rows) -> tuple[str, ...]:
    """Every column that a row has, in the order of their coming; of no rows those that they would have."""
    return tuple(dict.fromkeys((*getattr(rows, "columns", ()), *(str(name) for row in rows for name in row))))


def rows_of(frame: Any) -> Rows:
    """Rows of a data frame, or rows as they are."""
    if isinstance(frame, Table):
        return frame
    if hasattr(frame, "to_dict"):
        found = [{str(k): v for k, v in row.items()} for row in frame.to_dict(orient="records")]
        return Table(found, tuple(map(str, frame.columns)))
    return Table([dict(row) for row in frame])


def _is_numeric(rows: Sequence[Row], name: str) -> bool:
    values = [row.get(name) for row in rows if row.get(name) is not None]
    return bool(values) and all(_as_number(value) is not None for value in values)


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool | np.bool_ | str):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    found = _as_number(value)
    if found is not None:
        if not math.isfinite(found):
            return None
        return int(found) if isinstance(value, int) else found
    return value if isinstance(value, str | bool | None) else _text(value)


def _text(value: Any) -> str:
    found = _as_number(value)
    if found is not None:
        return f"{found:.6g}" if math.isfinite(found) else "-"
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return "; ".join(map(_text, value))
    return one_line(str(value))


def _tex(value: Any) -> str:
    found = _as_number(value)
    return number(found, 4) if found is not None and math.isfinite(found) else "--"


def _letters(rows: Sequence[Row], name: str) -> int:
    return max((len(_text(row.get(name))) for row in rows), default=0)


def _width(rows: Sequence[Row], name: str, *, breaks: bool) -> float:
    """Letters that a column needs; one of words no more than it takes to break them."""
    if not breaks:
        shown = [re.sub(r"e[+-]\d+", "xxxx", _text(row.get(name))) for row in rows]
        return float(max(map(len, (name, *shown))))
    texts = [name.replace("_", " "), *(_text(row.get(name)) for row in rows)]
    pieces = [len(piece) for text in texts for piece in _BREAKS.split(text)]
    return float(max(min(max(pieces), _LONGEST), min(max(map(len, texts)), _LONGEST)) + 1)
