"""CSV files: a header line, ``#`` comments, and one row per line. Faults are reported with their line."""

import csv
import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from neuroest.core.errors import Problem, SpecError, did_you_mean, raise_all
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.specs.file_text import decoded, file_content

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
