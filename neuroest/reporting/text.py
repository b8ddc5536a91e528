"""Laying out plain text: columns, bars, wrapped lines, and colour where it is wanted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 80
"""Columns that every table fits in."""

_BOLD, _RED, _DIM, _END = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, eq=False)
class Style:
    """How text is drawn.

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
        """`text`, standing out."""
        return f"{_BOLD}{text}{_END}" if self.colour and text else text

    def dim(self, text: str) -> str:
        """`text`, standing back."""
        return f"{_DIM}{text}{_END}" if self.colour and text else text

    def red(self, text: str) -> str:
        """`text`, as a warning."""
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


def columns(rows: Iterable[Sequence[str]], align: str, *, gap: int = 2, indent: int = 0) -> list[str]:
    """Rows as lines with aligned columns; `align` has one ``<`` or ``>`` a column.

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


def fitting_columns(rows: Iterable[Sequence[str]], align: str, *, indent: int = 0) -> list[str]:
    """Rows as aligned columns, as far apart as 80 columns allow."""
    table = [tuple(row) for row in rows]
    lines: list[str] = []
    for gap in (3, 2, 1):
        lines = columns(table, align, gap=gap, indent=indent)
        if max(map(len, lines), default=0) <= WIDTH:
            break
    return lines


def wrapped(text: str, *, indent: int = 0, hanging: int | None = None, width: int = WIDTH) -> list[str]:
    """`text` broken into lines; the lines after the first are indented by `hanging`."""
    rest = indent if hanging is None else hanging
    return textwrap.wrap(
        text, width, initial_indent=" " * indent, subsequent_indent=" " * rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def bullets(items: Iterable[str], *, indent: int = 2, width: int = WIDTH) -> list[str]:
    """One item a line, with a dash."""
    return [
        line
        for item in items
        for line in wrapped(f"- {item}", indent=indent, hanging=indent + 2, width=width)
    ]


def one_line(text: str) -> str:
    """`text` without line breaks and characters that steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
