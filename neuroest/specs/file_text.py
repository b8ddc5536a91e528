"""The text of a spec file and of a CSV file, or why it cannot be read: missing, too large, not a file, not UTF-8.

A CSV file has a header line, ``#`` comments, and one row per line. Faults are reported with their line.
"""

import csv
import difflib
import hashlib
import math
import re
import stat
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from neuroest.core.errors import NeuroestError, Problem, SpecError, did_you_mean, printable, raise_all
from neuroest.core.frozen import frozen_dataclass

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


_MOST_PROBLEMS = 20


@frozen_dataclass
class CsvTable:
    """Cells of a CSV file without the white space around them.

    Attributes
    ----------
    heading : list of str
        Cells of the header line.
    line : int
        Number of the header line.
    rows : list of tuple
        Line number and cells of each row; a row may be shorter or longer than the heading.
    comments : list of str
        Comment lines with their ``#``.
    """

    file: str
    sha256: str
    heading: Sequence[str]
    line: int
    rows: Sequence[tuple[int, Sequence[str]]]
    comments: Sequence[str]

    def problem(self, message: str, line: int = 0, column: str = "") -> Problem:
        """A problem in the file, at a line if one is given."""
        return Problem(self.file, line, 1 if line else 0, column, message)

    def texts(self, name: str) -> list[str]:
        """Cells of a column; empty where a row is too short for it."""
        place = self.heading.index(name)
        return [cells[place] if place < len(cells) else "" for _, cells in self.rows]

    def require(self, names: Collection[str]) -> None:
        """Refuse a table that lacks columns or has no rows.

        Raises
        ------
        SpecError
            With each column that is missing.
        """
        if not self.rows:
            raise SpecError([self.problem("has no rows")])
        missing = [name for name in names if name not in self.heading]
        if missing:
            raise SpecError(
                self.problem(f"is not among the columns{did_you_mean(name, self.heading)}", self.line, name)
                for name in missing
            )

    def numbers(
        self, names: Collection[str], may_be_empty: Collection[str] = ()
    ) -> Mapping[str, list[float]]:
        """Columns of numbers above zero. An allowed empty cell becomes NaN.

        Raises
        ------
        SpecError
            With the cells that contain anything else.
        """
        found = {name: [_positive(text) for text in self.texts(name)] for name in names}
        problems = []
        for name, values in found.items():
            bad = [place for place, value in enumerate(values) if math.isnan(value)]
            texts = self.texts(name) if bad else []
            problems += [
                self.problem(f"{texts[place]!r} is not a number above zero", self.rows[place][0], name)
                for place in bad
                if texts[place] or name not in may_be_empty
            ]
        raise_all(problems[:_MOST_PROBLEMS])
        return found


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if 0.0 < value < math.inf else math.nan


def delimiter_of(lines: Sequence[str]) -> str:
    """Delimiter of the cells: semicolons or tabs if at least half of the lines contain them, otherwise commas.

    With semicolons or tabs, a comma may be the decimal separator.

    Examples
    --------
    >>> delimiter_of(["Keithley 2450", "Voltage, V;Delay, us", "0,6;5,79", "0,8;0,15"])
    ';'
    """
    return next(
        (sign for sign in ";\t" if 2 * sum(sign in line for line in lines) >= max(1, len(lines))), ","
    )


def read_csv(path: Path, example: str = "") -> CsvTable:
    """Read the cells of a CSV file with commas, semicolons or tabs.

    Parameters
    ----------
    path : Path
        The file.
    example : str
        A header line for the message about a file without one.

    Raises
    ------
    SpecError
        If the file is not text, is too large, is not CSV, or has no header line.
    """
    file = str(path)
    content = file_content(path, file)
    return csv_of(decoded(content, file), file, hashlib.sha256(content).hexdigest(), example)


def csv_of(text: str, file: str, digest: str, example: str = "") -> CsvTable:
    """Read the cells of a CSV text; see `read_csv`."""
    lines = text.splitlines()
    comments = [line.strip() for line in lines if line.lstrip().startswith("#")]
    kept = ["" if line.lstrip().startswith("#") else line for line in lines]
    delimiter = delimiter_of([line for line in kept if line.strip(" ,;\t")])
    reader = csv.reader(kept, delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((reader.line_num, stripped))
    except csv.Error as error:
        raise SpecError([Problem(file, reader.line_num, 1, "", f"not a valid CSV row: {error}")]) from None
    if not rows:
        hint = f"; expected something like `{example}`" if example else ""
        raise SpecError([Problem(file, 0, 0, "", f"has no header line{hint}")])
    line, heading = rows[0]
    return CsvTable(file, digest, heading, line, rows[1:], comments)
