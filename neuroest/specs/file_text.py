"""The text of a spec file, or why it has none: missing, too large, no regular file, not UTF-8."""

import difflib
import re
import stat
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from neuroest.core.errors import Problem, SpecError, printable

Place: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1; (0, 0) where there is none."""

LARGEST_FILE = 2**20

_SUFFIXES = (".yaml", ".yml")
_TOO_LARGE = "larger than {} KiB, the most that is read"
_BYTE_ORDER_MARK = "\ufeff"
_MOST_CHARACTERS = 20
_MOST_NEIGHBOURS = 2000
# In addition to control characters these are the line breaks U+0085, U+2028 and U+2029, which editors do not show but
# the parser counts, a byte order mark that is not at the start, and what is no character at all.
_UNWANTED = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_UNWANTED_IN_ASCII = re.compile("[^\t\n\r\x20-\x7e]")


def _unwanted(text: str) -> re.Pattern[str]:
    # the whole pattern takes milliseconds to compile, which a text without it need not wait for
    return _UNWANTED_IN_ASCII if text.isascii() else re.compile(_UNWANTED)


def is_path(name: str) -> bool:
    """Whether a spec is given by its path: anything with a slash or a YAML suffix; else it is a shipped name."""
    return name.endswith(_SUFFIXES) or "/" in name or "\\" in name


def file_content(path: Path, file: str, largest: int = LARGEST_FILE) -> bytes:
    """Bytes of a regular file, which is looked at before it is opened: opening a pipe could block.

    Raises
    ------
    SpecError
        If there is no such file, or if it is no regular file, too large or not readable.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            message = "this is a folder; name a file in it"
        elif not stat.S_ISREG(status.st_mode):
            message = "this is not a regular file"
        elif status.st_size > largest:
            message = _TOO_LARGE.format(largest // 1024)
        else:
            with path.open("rb") as stream:
                return stream.read(largest + 1)
    except (FileNotFoundError, NotADirectoryError):
        message = _no_such_file(path)
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise SpecError([Problem(file, 0, 0, "", message)])


def is_file(path: Path) -> bool:
    """Whether there is such a regular file; a name that no file can have is no error."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; a name that no folder can have is no error."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def decoded(content: bytes, file: str, largest: int = LARGEST_FILE) -> str:
    """Text of the bytes of a spec file, without its byte order mark.

    Raises
    ------
    SpecError
        If they are too many or no UTF-8 text, or hold characters that a text file has no use for.
    """
    if len(content) > largest:
        raise SpecError([Problem(file, 0, 0, "", _TOO_LARGE.format(largest // 1024))])
    end, message = 0, ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "this is UTF-16 text; save it as UTF-8"
    elif b"\0" in content:
        end, message = content.index(b"\0"), "this is a binary file (it contains a NUL byte), not UTF-8 text"
    else:
        try:
            text = content.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
        except UnicodeDecodeError as error:
            end, message = (
                error.start,
                f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8",
            )
    if message:
        place = place_after(content[:end].decode("utf-8", "replace").removeprefix(_BYTE_ORDER_MARK))
        raise SpecError([Problem(file, *place, "", message)])
    problems = [
        Problem(file, *place_after(text[: match.start()]), "", f"{character_name(match[0])} is not allowed")
        for match in islice(_unwanted(text).finditer(text), _MOST_CHARACTERS)
    ]
    if problems:
        raise SpecError(problems)
    return text


def unwanted_character(text: str) -> str:
    r"""Name of the first character that a spec file must not hold, or nothing.

    Examples
    --------
    >>> unwanted_character("a bell\a"), unwanted_character("10 µm")
    ('character U+0007', '')
    """
    match = _unwanted(text).search(text)
    return character_name(match[0]) if match else ""


def character_name(character: str) -> str:
    """Return the code point of a character that cannot be shown."""
    return f"character U+{ord(character):04X}"


def place_after(text: str) -> Place:
    r"""Line and column of what follows a text.

    Examples
    --------
    >>> place_after("a: 1\r\nb: ")
    (2, 4)
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def shortened(text: str, most: int = 60) -> str:
    """Return a text on one line of not much more than `most` characters.

    Examples
    --------
    >>> shortened("diffusive memristor", 10)
    'diffusive…'
    """
    return printable(text if len(text) <= most else text[: most - 1] + "…")


def _no_such_file(path: Path) -> str:
    try:
        neighbours = islice(path.parent.iterdir(), _MOST_NEIGHBOURS)
        names = {entry.name.lower(): printable(entry.name) for entry in neighbours}
    except OSError:
        return f"no such file; there is no folder '{printable(str(path.parent))}'"
    near = [f"'{names[name]}'" for name in difflib.get_close_matches(path.name.lower(), names)]
    return "no such file" + (f"; did you mean {' or '.join(near)}?" if near else "")
