"""Plain text that fits a terminal of 80 columns: aligned columns, wrapped lines, bars and optional colour."""

import json
import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from neuroest.core.frozen import frozen_dataclass

WIDTH = 80
"""Width of every table, in characters."""

_LEAST_ROOM = 20
"""Fewest characters into which the texts of a column are wrapped."""
_BREAKS = re.compile(r"(?<= )(?=[^ ])|(?<=[A-Za-z_]\.)(?=[a-z_])")
"""Places where a text in a column may be broken: before a word, and after a dot of a path."""
_NO_BREAK = "\N{NO-BREAK SPACE}"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|[afpnumkMGT]?(?:J|W|s|V|A|Hz|ohm|m|F|S)(?:\^2)?)(?![\w/]))")


class Printed(ABC):
    """A result with a text: `print` and a notebook show the text, a prompt its lead."""

    @abstractmethod
    def to_text(self) -> str:
        """The result as text of 80 columns."""

    @property
    def lead(self) -> str:
        """The result in one line; of a result without one of its own, the first line of its text."""
        return next((line.strip() for line in self.to_text().splitlines() if line.strip()), "")

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.lead}>"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - only notebooks need it

        return f"<pre>{escape(self.to_text())}</pre>"


class Exported(ABC):
    """A result that is plain data too."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The whole result as plain data."""

    def to_json(self) -> str:
        """The whole result as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)


def columns(rows: Iterable[Sequence[str]], align: str, *, gap: int = 2, indent: int = 0) -> list[str]:
    """Format rows as lines with aligned columns; `align` has one ``<`` or ``>`` per column.

    Examples
    --------
    >>> columns([("a", "1"), ("bcd", "20")], "<>")
    ['a     1', 'bcd  20']
    """
    table = [tuple(row) for row in rows]
    widths = [max((len(row[i]) for row in table), default=0) for i in range(len(align))]
    lines = []
    for row in table:
        cells = [f"{cell:{side}{width}}" for cell, side, width in zip(row, align, widths, strict=True)]
        lines.append((" " * indent + (" " * gap).join(cells)).rstrip())
    return lines


def fitting_columns(
    rows: Iterable[Sequence[str]], align: str, *, indent: int = 0, widest: int = 3
) -> list[list[str]]:
    """Lines of each row in aligned columns, as far apart as 80 characters allow but at most `widest`.

    If they do not fit, the texts of the widest column at the left are wrapped, where that leaves them enough room.

    Examples
    --------
    >>> fitting_columns([("1", "word " * 16)], "><")
    [['1 word word word word word word word word word word word word word word word', '  word']]
    """
    table = [tuple(row) for row in rows]
    lines: list[str] = []
    for gap in range(widest, 0, -1):
        lines = columns(table, align, gap=gap, indent=indent)
        if max(map(len, lines), default=0) <= WIDTH:
            return [[line] for line in lines]
    widths = [max(map(len, cells)) for cells in zip(*table, strict=True)]
    texts = [width if side == "<" else 0 for width, side in zip(widths, align, strict=True)]
    long, gap = texts.index(max(texts)), min(widest, 2)
    room = WIDTH - indent - sum(widths) - gap * (len(widths) - 1) + texts[long]
    if room < _LEAST_ROOM:
        return [[line] for line in lines]
    parts = [_in_parts(row[long], room) for row in table]
    split = [
        [part if at == long else cell * (number == 0) for at, cell in enumerate(row)]
        for row, of_row in zip(table, parts, strict=True)
        for number, part in enumerate(of_row)
    ]
    found = iter(columns(split, align, gap=gap, indent=indent))
    return [[next(found) for _ in of_row] for of_row in parts]


def _in_parts(text: str, width: int) -> list[str]:
    """A text in lines of a width, also broken at the dots of a path, that keep the spaces it begins with."""
    start = len(text) - len(text.lstrip(" "))
    lines = [text[:start]]
    for word in _BREAKS.split(text[start:]):
        if lines[-1].strip() and len(lines[-1] + word.rstrip()) > width:
            lines.append(" " * start)
        lines[-1] += word
    return [line.rstrip() for line in lines]


def wrapped(text: str, *, indent: int = 0, hanging: int | None = None, width: int = WIDTH) -> list[str]:
    """Wrap `text` into lines that keep a number with its unit; lines after the first are indented by `hanging`."""
    rest = indent if hanging is None else hanging
    lines = textwrap.wrap(
        _BEFORE_UNIT.sub(_NO_BREAK, text), width, initial_indent=" " * indent, subsequent_indent=" " * rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace(_NO_BREAK, " ") for line in lines]


def noted(texts: Iterable[str]) -> list[str]:
    """Wrap texts below a heading, each indented."""
    return [line for text in texts for line in wrapped(text, indent=2, hanging=4)]


def stacked_columns(rows: Iterable[Sequence[str]], align: str) -> list[str]:
    """Format rows as aligned columns; columns that do not fit into 80 characters follow below, with the row number.

    Examples
    --------
    >>> stacked_columns([("name", "note"), ("a", "x" * 80)], "<<")[1:]
    ['1  a', '', '   note', '1  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...']
    """
    table = [tuple(row) for row in rows]
    whole = columns(table, align)
    if max(map(len, whole), default=0) <= WIDTH:
        return whole
    numbers = ["", *map(str, range(1, len(table)))]
    left = max(map(len, numbers))
    table = [tuple(_cut(cell, WIDTH - left - 2) for cell in row) for row in table]
    widths = [max(len(row[i]) for row in table) for i in range(len(align))]
    lines: list[str] = []
    first = 0
    while first < len(align):
        last, room = first, WIDTH - left
        while last < len(align) and (room := room - widths[last] - 2) >= 0:
            last += 1
        rest = [(number, *row[first:last]) for number, row in zip(numbers, table, strict=True)]
        lines += [*([""] if lines else []), *columns(rest, ">" + align[first:last])]
        first = last
    return lines


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of what a spreadsheet computes when it opens a file."""


def cell_text(text: str) -> str:
    """A text as the cell of a CSV file: an apostrophe comes before one that a spreadsheet would take for a formula.

    A number with a sign, and a single character, stay as they are.

    Examples
    --------
    >>> cell_text("=1+1"), cell_text("@SUM(A1)"), cell_text("area"), cell_text("-1.5e-3"), cell_text("-")
    ("'=1+1", "'@SUM(A1)", 'area', '-1.5e-3', '-')
    """
    return f"'{text}" if len(text) > 1 and text.startswith(_BEGINNINGS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_BOLD, _RED, _DIM, _END = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@frozen_dataclass(eq=False)
class Style:
    """Text style of a terminal or file.

    Attributes
    ----------
    colour : bool
        Whether to use the terminal's bold, dim and red.
    blocks : bool
        Whether the terminal can show block characters; bars are drawn with ``#`` otherwise.
    """

    colour: bool = False
    blocks: bool = True

    def bold(self, text: str) -> str:
        """`text` in bold."""
        return f"{_BOLD}{text}{_END}" if self.colour and text else text

    def dim(self, text: str) -> str:
        """`text` dimmed."""
        return f"{_DIM}{text}{_END}" if self.colour and text else text

    def red(self, text: str) -> str:
        """`text` in red, for warnings."""
        return f"{_RED}{text}{_END}" if self.colour and text else text

    def bar(self, share: float, cells: int) -> str:
        """A bar of `share` of `cells` characters.

        Examples
        --------
        >>> Style(blocks=False).bar(0.5, 8)
        '####'
        """
        eighths = round(min(max(share, 0.0), 1.0) * cells * 8)
        if not self.blocks:
            return "#" * round(eighths / 8)
        full, rest = divmod(eighths, 8)
        return "█" * full + (_EIGHTHS[rest] if rest else "")


PLAIN = Style()

# what draws text stays; all else that a terminal acts upon, or that reorders what is shown, is escaped
_STEERING = re.compile("(?!\x1b\\[(?:0|1|2|31)m)[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def for_terminal(text: str) -> str:
    r"""`text` with terminal control characters escaped, except those that `Style` writes.

    Examples
    --------
    >>> for_terminal("a\x1b]0;title\x07")
    'a\\x1b]0;title\\x07'
    """
    return _STEERING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def bullets(items: Iterable[str], *, indent: int = 2, width: int = WIDTH) -> list[str]:
    """One item per line, with a dash."""
    return [
        line
        for item in items
        for line in wrapped(f"- {item}", indent=indent, hanging=indent + 2, width=width)
    ]


def words(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


def one_line(text: str) -> str:
    """`text` without line breaks and terminal control characters."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
