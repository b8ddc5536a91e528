"""A document of paragraphs, lists and tables, with its output formats: terminal, Markdown, HTML and LaTeX."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Literal, TypeAlias

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import wrapped
from neuroest.reporting.formatting import formatted, percent
from neuroest.reporting.table_model import Quantity, Share, Table, plain
from neuroest.reporting.text_style import PLAIN, Style, bullets, one_line

_BAR, _NAME = 8, 28
"""Characters of a bar and of a name in a breakdown on a terminal."""


@frozen_dataclass
class Heading:
    """Heading of a section of a document."""

    text: str


@frozen_dataclass
class Paragraph:
    """A paragraph; on a terminal with its indentation, dimmed or as a warning."""

    text: str
    tone: Literal["", "warning", "dim"] = ""
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
            bar = f"{style.bar(share, _BAR):<{_BAR}}"
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
    """A title with paragraphs, headings, tables and lists."""

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
            lines += [""] * bool(lines[-1]) if isinstance(block, Gap) else _lines(block, style)
        return "\n".join(lines).rstrip("\n") + "\n"

    def to_markdown(self) -> str:
        """The document in Markdown; text from files is escaped."""
        found = [f"## {plain(self.title)}\n"]
        for block in self.blocks:
            if isinstance(block, Table | Breakdown):
                table = (block if isinstance(block, Table) else block.table()).noted
                found += [*([f"### {plain(table.title)}\n"] if table.title else []), table.to_markdown()]
            elif isinstance(block, Heading):
                found.append(f"### {plain(block.text)}\n")
            elif isinstance(block, Points | Facts):
                found += [f"{plain(block.title)}\n"] if isinstance(block, Points) and block.title else []
                found.append("".join(f"- {plain(item)}\n" for item in _items(block)))
            elif isinstance(block, Paragraph | str):
                found.append(f"{plain(block if isinstance(block, str) else block.text)}\n")
        return "\n".join(found)

    def to_html(self) -> str:
        """The document as a self-contained HTML fragment; text from files is escaped."""
        found = [_strong(self.title)]
        for block in self.blocks:
            if isinstance(block, Table | Breakdown):
                table = (block if isinstance(block, Table) else block.table()).noted
                found += [*([_strong(table.title)] if table.title else []), table.to_html()]
            elif isinstance(block, Heading):
                found.append(_strong(block.text))
            elif isinstance(block, Points | Facts):
                found += (
                    [f"<p>{escape(block.title)}</p>"] if isinstance(block, Points) and block.title else []
                )
                found.append("<ul>" + "".join(f"<li>{escape(item)}</li>" for item in _items(block)) + "</ul>")
            elif isinstance(block, Paragraph | str):
                found.append(f"<p>{escape(block if isinstance(block, str) else block.text)}</p>")
        return f'<div class="neuroest">{"".join(found)}</div>'


def _strong(text: str) -> str:
    return f"<p><strong>{escape(text)}</strong></p>"


def _items(block: Points | Facts) -> Iterable[str]:
    return block.items if isinstance(block, Points) else (f"{label}: {text}" for label, text in block.items)


def _lines(block: Block, style: Style) -> list[str]:
    if isinstance(block, Breakdown):
        return block.lines(style)
    if isinstance(block, Table):
        title = [style.bold(line) for line in wrapped(block.title, hanging=2)]
        return [*title, *block.lines(style, indent=2 * bool(title), widest=3)]
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
        draw = {"warning": style.red, "dim": style.dim}.get(block.tone, str)
        return [
            draw(line)
            for line in wrapped(block.text, indent=block.indent, hanging=block.indent + block.hanging)
        ]
    return wrapped(block, hanging=2) if isinstance(block, str) else []
