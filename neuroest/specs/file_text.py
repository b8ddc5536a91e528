"""Read the text of a spec file, or report why it cannot be read: missing, too large, not a regular file, not UTF-8."""

import difflib
import re
import stat
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from neuroest.core.errors import NeuroestError, Problem, SpecError, printable, raise_all

Place: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1; (0, 0) if there is none."""

LARGEST_FILE = 2**20

_SUFFIXES = (".yaml", ".yml")
SPEC_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
"""Name of a spec, and of its file without the suffix."""
_TOO_LARGE = "larger than {} KiB, the most that is read"
_BYTE_ORDER_MARK = "\ufeff"
_MOST_CHARACTERS = 20
_MOST_NEIGHBOURS = 2000
# Control characters, the line breaks U+0085, U+2028 and U+2029 (editors hide them, the parser counts them), a byte
# order mark after the start, and code points that are not characters.
_UNWANTED = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_UNWANTED_IN_ASCII = re.compile("[^\t\n\r\x20-\x7e]")


def _unwanted(text: str) -> re.Pattern[str]:
    # the whole pattern takes milliseconds to compile; most texts do not need it
    return _UNWANTED_IN_ASCII if text.isascii() else re.compile(_UNWANTED)


def check_new_spec(path: Path, *, force: bool = False) -> None:
    """Check that a spec can be written to a path.

    Raises
    ------
    NeuroestError
        If the name is not a valid spec name, the folder does not exist, or a file would be overwritten.
    """
    if path.suffix not in _SUFFIXES or not SPEC_NAME.match(path.stem):
        raise NeuroestError(
            f"{path}: the name of a spec is small letters, digits and underscores, then .yaml; try my_neuron.yaml"
        )
    if not path.parent.is_dir():
        raise NeuroestError(f"{path}: the folder {path.parent} does not exist")
    if path.exists() and not force:
        raise NeuroestError(f"{path} exists; give another name, or --force to replace it")


def is_path(name: str) -> bool:
    """Whether a spec is given by path: anything with a slash or a YAML suffix. Otherwise it is a shipped name."""
    return name.endswith(_SUFFIXES) or "/" in name or "\\" in name


def file_content(path: Path, file: str, largest: int = LARGEST_FILE) -> bytes:
    """Bytes of a regular file. The file type is checked before opening: opening a pipe could block.

    Raises
    ------
    SpecError
        If the file does not exist, is not a regular file, is too large or cannot be read.
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
    """Whether a regular file exists at this path. An invalid file name returns false and raises no error."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder exists at this path. An invalid folder name returns false and raises no error."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def decoded(content: bytes, file: str, largest: int = LARGEST_FILE) -> str:
    """Decode the bytes of a spec file, without its byte order mark.

    Raises
    ------
    SpecError
        If the file is too large, is not UTF-8, or contains characters that do not belong in a text file.
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
    raise_all(problems)
    return text


def unwanted_character(text: str) -> str:
    r"""Name of the first character that a spec file must not contain, or an empty text.

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
    r"""Line and column of the position after a text.

    Examples
    --------
    >>> place_after("a: 1\r\nb: ")
    (2, 4)
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def shortened(text: str, most: int = 60) -> str:
    """Shorten a text to one line of about `most` characters.

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
