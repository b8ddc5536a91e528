"""Documents of paragraphs, lists, breakdowns and tables, with their output formats.

A document is printed on a terminal, in Markdown, HTML and LaTeX; a table also as CSV and JSON. A cell is text, a
number, a `Quantity`, a `Number`, an `Interval`, a `Share`, a list of these, or None. Documents get it as text with
its unit, programs as a number in SI units.
"""

from __future__ import annotations

import csv
import io
import json
import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import (
    PLAIN,
    WIDTH,
    Printed,
    Style,
    bullets,
    cell_text,
    fitting_columns,
    one_line,
    stacked_columns,
    wrapped,
)
from neuroest.core.units import formatted, formatted_interval, percent

# --- Tables --------------------------------------------------------------------------------------------------------

_SPECIAL = frozenset("\\`*_{}[]<>|#~$!&")
_CELL = "padding:2px 10px;border:0;text-align:left;font-variant-numeric:tabular-nums;vertical-align:top"
_NUMBER = _CELL.replace("left", "right", 1)
_BAR = "display:inline-block;height:0.7em;background:#4a7ab5"
_BAR_EM = 12.0
MARK = "*"
"""Mark of a number that a note explains."""


@frozen_dataclass
class Quantity:
    """A value in SI units with its unit; `marked` where a note explains it."""

    value: float | None
    unit: str
    marked: bool = False

    def __str__(self) -> str:
        return formatted(self.value, self.unit) + MARK * self.marked


@frozen_dataclass
class Number:
    """A number without a unit, of three digits in the shortest form; `marked` where a note explains it."""

    value: float
    marked: bool = False

    def __str__(self) -> str:
        return (
            f"{self.value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
            + MARK * self.marked
        )


@frozen_dataclass
class Interval:
    """An interval in SI units with its unit, which is empty for numbers."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        if not self.unit:
            return f"{Number(self.low)} .. {Number(self.high)}"
        return formatted_interval(self.low, self.high, self.unit)


@frozen_dataclass
class Share:
    """A share of a whole; HTML also draws a bar."""

    value: float

    def __str__(self) -> str:
        return percent(self.value)


@frozen_dataclass
class Citation:
    """Keys of sources; LaTeX cites them."""

    keys: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.keys)


class _Nothing(Enum):
    ABSENT = "-"


ABSENT: Final = _Nothing.ABSENT
"""Cell absent from its row: empty in documents, no key in JSON."""


@frozen_dataclass
class Span:
    """First cell of a row that heads the rows below it; the other cells are empty."""

    text: str

    def __str__(self) -> str:
        return self.text


@frozen_dataclass
class Table:
    """A table of cells.

    Attributes
    ----------
    head : tuple of str
        Names of the columns.
    rows : tuple of tuple
        Cells, one a column.
    align : str
        ``<`` or ``>`` a column; by default columns of numbers are at the right.
    title : str
        What a document prints above it.
    notes : tuple of tuple of str
        What a document prints below each row of a table on a terminal, and as its last column elsewhere.
    indent : int, optional
        Characters to the left of it in a document on a terminal; two below a title.
    gap : int
        Characters between columns in a document on a terminal, fewer where 80 columns need it.
    folded : bool
        Whether columns that do not fit on a terminal follow below the others.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    align: str = ""
    title: str = ""
    notes: tuple[tuple[str, ...], ...] = ()
    indent: int | None = None
    gap: int = 3
    folded: bool = False

    @classmethod
    def of(
        cls, head: Iterable[str], rows: Iterable[Sequence[Any]], align: str = "", title: str = "", **layout: Any
    ) -> Table:  # fmt: skip
        """Make a table from any sequences; `layout` has the other attributes."""
        return cls(tuple(head), tuple(tuple(row) for row in rows), align, title, **layout)

    @classmethod
    def of_records(cls, records: Any, head: Iterable[str] = ()) -> Table:
        """Make a table from mappings or a data frame, with all columns in order of appearance."""
        if isinstance(records, Table):
            return records
        if hasattr(records, "to_dict"):
            head, records = map(str, records.columns), records.to_dict(orient="records")
        found = [{str(name): cell for name, cell in record.items()} for record in records]
        names = tuple(dict.fromkeys((*head, *(name for record in found for name in record))))
        return cls.of(names, ([record.get(name, ABSENT) for name in names] for record in found))

    @property
    def sides(self) -> str:
        """Alignment of the columns."""
        return self.align or "".join(">" if self.is_numeric(i) else "<" for i in range(len(self.head)))

    def is_numeric(self, column: int) -> bool:
        """Whether a column is numeric and not empty."""
        cells = [row[column] for row in self.rows if row[column] is not None and row[column] is not ABSENT]
        return bool(cells) and all(as_number(cell) is not None for cell in cells)

    def to_text(self) -> str:
        """The table for a terminal of 80 columns."""
        cells = [self.head, *([_written(cell) for cell in row] for row in self.rows)]
        return "\n".join(stacked_columns(cells, self.sides)) + "\n"

    def lines(self, style: Style = PLAIN, *, indent: int = 0, widest: int = 2) -> list[str]:
        """The table as lines of text, with columns at most `widest` apart to fit 80 columns, and its notes.

        A table of texts that does not fit has one line for each cell, below the first of its row.
        """
        spans = {at for at, row in enumerate(self.rows, 1) if row and isinstance(row[0], Span)}
        rows = [self.head, *([_indented(cell) for cell in row] for row in self.rows)]
        cells = [("",) * len(row) if at in spans else row for at, row in enumerate(rows)]
        lines = fitting_columns(cells, self.sides, indent=indent, widest=widest)
        if max(len(line) for row in lines for line in row) > WIDTH:
            if self.folded:
                return stacked_columns(cells, self.sides)
            if ">" not in self.sides:
                return self._stacked(rows, indent)
        shown = [*map(style.dim, lines[0])] if any(self.head) else []
        for at, of_row in enumerate(lines[1:], 1):
            shown += [style.bold(rows[at][0])] if at in spans else of_row
            for note in self.notes[at - 1] if self.notes else ():
                shown += [style.dim(text) for text in wrapped(note, indent=4, hanging=6)]
        return shown

    def _stacked(self, rows: Sequence[Sequence[str]], indent: int) -> list[str]:
        lines: list[str] = []
        for first, *others in rows[1:]:
            lines += wrapped(first, indent=indent, hanging=indent + 2)
            for name, cell in zip(self.head[1:], others, strict=True):
                lines += wrapped(f"{name}: {cell}", indent=indent + 2, hanging=indent + 4)
        return lines

    @property
    def noted(self) -> Table:
        """The table with its notes as a last column."""
        if not self.notes:
            return self
        rows = [(*row, "; ".join(notes)) for row, notes in zip(self.rows, self.notes, strict=True)]
        return Table.of((*self.head, "note"), rows, self.align and f"{self.align}<", self.title)

    def to_markdown(self) -> str:
        r"""The table in Markdown, with special characters escaped.

        Examples
        --------
        >>> print(Table.of_records([{"total": "area_m2", "p10": 1.5e-6}]).to_markdown(), end="")
        | total | p10 |
        |---|--:|
        | area\_m2 | 1.5e-06 |
        """
        if not self.head:
            return "Nothing.\n"
        marks = "|".join("--:" if side == ">" else "---" for side in self.sides)
        reported = [
            f"| {' | '.join(plain(text_of(cell)) for cell in row)} |" for row in (self.head, *self.rows)
        ]
        return "\n".join([reported[0], f"|{marks}|", *reported[1:]]) + "\n"

    def to_html(self) -> str:
        """The table as an HTML fragment with its own style, for notebooks."""
        style = [_NUMBER if side == ">" else _CELL for side in self.sides]
        head = "".join(f'<th style="{_CELL}">{_html(name)}</th>' for name in self.head)
        cells = [
            [f'<td style="{s}">{_html(cell)}</td>' for s, cell in zip(style, row, strict=True)]
            for row in self.rows
        ]
        body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def to_csv(self) -> str:
        """The table as CSV (RFC 4180 quoting, line feeds); values that are not finite are empty, formulas are texts."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow([cell_text(name) for name in self.head])
        for row in self.rows:
            values = map(value_of, row)
            writer.writerow([cell_text(value) if isinstance(value, str) else value for value in values])
        return buffer.getvalue()

    def to_json(self) -> str:
        """The table as a list of objects; values that are not finite are null."""
        records = [
            {name: value_of(c) for name, c in zip(self.head, row, strict=True) if c is not ABSENT}
            for row in self.rows
        ]
        return json.dumps(records, indent=2, allow_nan=False, default=str) + "\n"


def plain(text: str) -> str:
    r"""Text escaped for Markdown.

    Examples
    --------
    >>> print(plain("a_b <script>"))
    a\_b \<script\>
    """
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in one_line(text))


def as_number(cell: Any) -> float | None:
    """Number of any type as a float; None for anything else."""
    if isinstance(cell, Quantity | Number | Share):
        return cell.value
    if isinstance(cell, str) or _is_truth(cell):
        return None
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _is_truth(cell: Any) -> bool:
    return type(cell).__name__ in {"bool", "bool_"}  # of Python or of numpy, which is not imported for this


def value_of(cell: Any) -> Any:
    """Machine-readable value of a cell."""
    found = as_number(cell)
    if found is not None:
        if not math.isfinite(found):
            return None
        return int(found) if isinstance(cell, int) else found
    if cell is None or cell is ABSENT:
        return None
    return bool(cell) if _is_truth(cell) else cell if isinstance(cell, str) else text_of(cell)


def text_of(cell: Any) -> str:
    """Text of a cell in a document."""
    if isinstance(cell, Quantity | Number | Interval | Share | Span):
        return str(cell)
    found = as_number(cell)
    if found is not None:
        return f"{found:.6g}" if math.isfinite(found) else "-"
    if cell is None or cell is ABSENT:
        return "-"
    if isinstance(cell, list | tuple):
        return "; ".join(map(text_of, cell))
    return one_line(str(cell))


def _indented(cell: Any) -> str:
    """Text of a cell with the spaces that it begins with, as in a terminal."""
    return (
        " " * (len(cell) - len(cell.lstrip(" "))) + text_of(cell) if isinstance(cell, str) else text_of(cell)
    )


def _written(cell: Any) -> str:
    """Text of a cell in a terminal: numbers with four digits, booleans as words."""
    if _is_truth(cell):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.4g}" if math.isfinite(cell) else "-"
    return text_of(cell)


def _html(cell: Any) -> str:
    from html import escape  # noqa: PLC0415 - a start that prints text does not need it

    bar = ""
    if isinstance(cell, Share):
        bar = f' <span style="{_BAR};width:{cell.value * _BAR_EM:.2f}em"></span>'
    return escape(text_of(cell)) + bar


def records_csv(head: Iterable[str], records: Iterable[Mapping[str, Any]]) -> str:
    """Mappings as CSV with the given columns; missing values are empty."""
    return Table.of_records(list(records), head).to_csv()


# --- Documents -----------------------------------------------------------------------------------------------------

_BAR_CELLS, _NAME = 8, 28
"""Characters of a bar and of a name in a breakdown on a terminal."""


@frozen_dataclass
class Heading:
    """Heading of a section of a document."""

    text: str


@frozen_dataclass
class Paragraph:
    """A paragraph; on a terminal with its indentation, bold, dimmed or as a warning."""

    text: str
    tone: Literal["", "warning", "dim", "bold"] = ""
    indent: int = 0
    hanging: int = 2


@frozen_dataclass
class Points:
    """A list of points below a line that says what they are."""

    items: tuple[str, ...]
    title: str = ""
    indent: int = 0


@frozen_dataclass
class Facts:
    """Texts with a label each; on a terminal the texts begin after `width` characters."""

    items: tuple[tuple[str, str], ...]
    width: int = 0


@frozen_dataclass
class Part:
    """A part of a total, or a part of such a part, with its number times the value of each."""

    name: str
    value: float
    level: int = 0
    product: str = ""


@frozen_dataclass
class Breakdown:
    """A total in parts with their shares."""

    title: str
    unit: str
    total: float
    parts: tuple[Part, ...]

    def share(self, value: float) -> float:
        """Share of the total; zero of none."""
        return value / self.total if self.total else 0.0

    def table(self) -> Table:
        """The parts as a table, those of a part with a dot."""
        rows = [
            (
                f"{'· ' * part.level}{part.name}", Quantity(part.value, self.unit), Share(self.share(part.value)),
                part.product,
            )
            for part in self.parts
        ]  # fmt: skip
        return Table.of(("part", "value", "share", "number of each"), rows, "<>><", self.title)

    def lines(self, style: Style) -> list[str]:
        """The parts as lines with bars."""
        lines = [style.bold(self.title)]
        for part in self.parts:
            share, label = self.share(part.value), "  " * (part.level + 1) + part.name
            bar = f"{style.bar(share, _BAR_CELLS):<{_BAR_CELLS}}"
            numbers = (
                f"{formatted(part.value, self.unit):>11}{percent(share):>8}  {bar}  {part.product}".rstrip()
            )
            lines += [label, " " * _NAME + numbers] if len(label) >= _NAME else [f"{label:{_NAME}}{numbers}"]
        return lines


@frozen_dataclass
class Gap:
    """An empty line on a terminal; nothing elsewhere."""


Block: TypeAlias = Heading | Paragraph | Points | Facts | Breakdown | Table | Gap | str


@frozen_dataclass
class Document:
    """Paragraphs, headings, tables and lists below a title, which may be empty."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> Iterator[Table]:
        """All tables; breakdowns too."""
        for block in self.blocks:
            if isinstance(block, Table | Breakdown):
                yield block if isinstance(block, Table) else block.table()

    @property
    def texts(self) -> Iterator[str]:
        """All that is no table, in lines."""
        for block in self.blocks:
            if isinstance(block, Points):
                of = f"{block.title.rstrip(':')}: " if block.title else ""
                yield from (f"{of}{one_line(item)}" for item in block.items)
            elif isinstance(block, Facts):
                yield from (f"{label}: {one_line(text)}" for label, text in block.items)
            elif isinstance(block, Paragraph | str):
                yield one_line(block if isinstance(block, str) else block.text)

    def to_text(self, style: Style = PLAIN) -> str:
        """The document for a terminal of 80 columns, with at most one empty line at once."""
        lines = [*map(style.bold, wrapped(self.title, hanging=2))]
        for block in self.blocks:
            lines += [""] * bool(lines and lines[-1]) if isinstance(block, Gap) else _lines(block, style)
        return "\n".join(lines).rstrip("\n") + "\n"

    def to_markdown(self) -> str:
        """The document in Markdown; text from files is escaped."""
        found = [f"## {plain(self.title)}\n"] if self.title else []
        for kind, content in self._pieces():
            if kind == "list":
                found.append("".join(f"- {plain(item)}\n" for item in content))
            elif kind == "table":
                found.append(content.to_markdown())
            else:
                found.append(f"{'### ' * (kind == 'heading')}{plain(content)}\n")
        return "\n".join(found)

    def to_html(self) -> str:
        """The document as a self-contained HTML fragment; text from files is escaped."""
        found = [f"<p><strong>{_html(self.title)}</strong></p>"] if self.title else []
        for kind, content in self._pieces():
            if kind == "list":
                found.append("<ul>" + "".join(f"<li>{_html(item)}</li>" for item in content) + "</ul>")
            elif kind == "table":
                found.append(content.to_html())
            else:
                text = _html(content)
                found.append(f"<p>{f'<strong>{text}</strong>' if kind == 'heading' else text}</p>")
        return f'<div class="neuroest">{"".join(found)}</div>'

    def _pieces(self) -> Iterator[tuple[Literal["heading", "text", "list", "table"], Any]]:
        """The blocks as what Markdown and HTML consist of."""
        for block in self.blocks:
            if isinstance(block, Table | Breakdown):
                table = (block if isinstance(block, Table) else block.table()).noted
                if table.title:
                    yield "heading", table.title
                yield "table", table
            elif isinstance(block, Heading):
                yield "heading", block.text
            elif isinstance(block, Points):
                if block.title:
                    yield "text", block.title
                yield "list", block.items
            elif isinstance(block, Facts):
                yield "list", [f"{label}: {text}" for label, text in block.items]
            elif isinstance(block, Paragraph | str):
                yield "text", block if isinstance(block, str) else block.text


class Documented(Printed):
    """A result with a document, which print and the command line show as text and a notebook as HTML."""

    @abstractmethod
    def document(self) -> Document:
        """The result in words and tables."""

    def to_text(self, style: Style = PLAIN) -> str:
        """The document as text of 80 columns."""
        return self.document().to_text(style)

    def _repr_html_(self) -> str:
        return self.document().to_html()


def _lines(block: Block, style: Style) -> list[str]:
    if isinstance(block, Breakdown):
        return block.lines(style)
    if isinstance(block, Table):
        title = [style.bold(line) for line in wrapped(block.title, hanging=2)]
        indent = 2 * bool(title) if block.indent is None else block.indent
        return [*title, *block.lines(style, indent=indent, widest=block.gap)]
    if isinstance(block, Heading):
        return [style.bold(line) for line in wrapped(block.text, hanging=2)]
    if isinstance(block, Points):
        title = wrapped(block.title, indent=block.indent, hanging=block.indent + 2)
        return [*title, *bullets(map(one_line, block.items), indent=block.indent + 2)]
    if isinstance(block, Facts):
        return [
            line
            for label, text in block.items
            for line in wrapped(
                f"{label + ': ':<{block.width}}{text}", indent=2, hanging=2 + (block.width or 2)
            )
        ]
    if isinstance(block, Paragraph):
        draw = {"warning": style.red, "dim": style.dim, "bold": style.bold}.get(block.tone, str)
        return [
            draw(line)
            for line in wrapped(block.text, indent=block.indent, hanging=block.indent + block.hanging)
        ]
    return wrapped(block, hanging=2) if isinstance(block, str) else []
