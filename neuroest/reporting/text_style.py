"""Layout of plain text: columns, bars, wrapped lines and optional colour."""

import re
from collections.abc import Iterable

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import WIDTH, wrapped

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
