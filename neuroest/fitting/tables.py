"""Tables in measurement files: their cells in any encoding, where their header is, and which rows are readings.

Instruments write preambles above the header, and programs that measure several runs repeat both. A row may hold many
readings, such as all pulses of a train, or one of each run where the runs are side by side.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import TypeAlias

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import Problem, SpecError, printable
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.fitting import headers
from neuroest.specs.file_text import CsvTable, csv_of, decoded, file_content, shortened

EXAMPLE = "voltage [V],integration_time [ms]"
"""Header of the simplest measurement."""
_LARGEST = 2**25
"""Maximum file size in bytes; measurements are longer than specs."""
_MOST_ROWS = 1_000_000
"""Maximum number of rows of a workbook; real lab data have fewer."""
_OLD_WORKBOOK, _WORKBOOK = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
"""First bytes of an .xls and of an .xlsx workbook; the name says less, since instruments call text .xls as well."""
_BINARY = (
    (b"MATLAB 5.0", "MATLAB", "writematrix"), (b"\x89HDF", "HDF5", "numpy.savetxt"),
    (b"\x93NUMPY", "numpy", "numpy.savetxt"),
)  # fmt: skip
"""First bytes of binary files of arrays, whose they are, and what writes their arrays as text."""
_NUMBER = r"[+-]?\d+(?:[.,]\d*)?(?:[eE][+-]?\d+)?"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:[ ]+{_NUMBER})+\s*\Z")
_ROW = re.compile(rf"\s*{_NUMBER}(?:[ ,;\t]+{_NUMBER})+\s*\Z")
_CELL = re.compile(r"\S+(?: [\[(][^\])]*[\])])?")
"""A cell in blank-separated text, with the unit in brackets after its name."""


@frozen_dataclass
class Sheet:
    """A table, with the name of its sheet; the name is empty if the file has no sheets."""

    name: str
    table: CsvTable


def sheets_of(path: Path) -> list[Sheet]:
    """Cells of a text file, or of each nonempty sheet of a workbook.

    Raises
    ------
    SpecError
        If the file is neither text nor a workbook, or is too large or empty.
    """
    file = str(path)
    content = file_content(path, file, _LARGEST)
    if content.startswith((_OLD_WORKBOOK, _WORKBOOK)) or path.suffix.lower() == ".xlsx":
        try:
            cells = _old_cells(content) if content.startswith(_OLD_WORKBOOK) else _cells(content)
        except (
            zipfile.BadZipFile, struct.error, ArithmeticError, AssertionError, AttributeError, LookupError, OSError,
            SyntaxError, TypeError, ValueError,
        ) as error:  # fmt: skip
            why = printable(shortened(str(error) or type(error).__name__))
            _refuse(file, f"is not a workbook that can be read ({why}); save it as .csv")
        digest = hashlib.sha256(content).hexdigest()
        found = [_sheet(name, rows, file, digest) for name, rows in cells]
        kept = [sheet for sheet in found if sheet is not None]
        if not kept:
            _refuse(file, f"has no header line; expected something like `{EXAMPLE}`")
        return kept
    for first, whose, how in _BINARY:
        if content.startswith(first):
            _refuse(
                file,
                f"is a binary file of {whose}; write its columns as .csv with a header, such as with {how}",
            )
    text = _text(content, file)
    digest = hashlib.sha256(content).hexdigest()
    return [Sheet("", csv_of(_separated(_with_header(text)), file, digest, EXAMPLE))]


def _refuse(file: str, message: str) -> None:
    raise SpecError([Problem(file, 0, 0, "", message)])


def _text(content: bytes, file: str) -> str:
    """Decode UTF-8, UTF-16 with a byte-order mark, or the Latin encoding of instruments and Excel."""
    coding = "utf-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        coding = "utf-16"
    elif b"\0" not in content:
        try:
            content.decode(coding)
        except UnicodeDecodeError:
            coding = "cp1252"
    if coding != "utf-8":
        try:
            content = content.decode(coding).encode()
        except UnicodeDecodeError as error:
            _refuse(file, f"is not text: {error.reason}; save it as UTF-8")
    return decoded(content, file, _LARGEST)


def _with_header(text: str) -> str:
    """Uncomment a header that is a comment, as numpy writes it; other text is unchanged."""
    lines = text.splitlines()
    first = next(
        (at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), 0
    )
    above = lines[first - 1].lstrip() if first else ""
    if not above.startswith("#") or ":" in above or not _ROW.match(lines[first]):
        return text
    return "\n".join([*lines[: first - 1], above.lstrip("# "), *lines[first:]])


def _separated(text: str) -> str:
    """Replace blanks between numbers by tabs; other text is unchanged."""
    lines = text.splitlines()
    filled = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    # names separated by blanks, above numbers that tabs separate as often
    tabbed = len(filled) > 1 and "\t" not in filled[0] and "\t" in filled[1]
    if tabbed and len(_CELL.findall(filled[0])) == len(filled[1].rstrip("\t").split("\t")) > 1:
        above = filled[0]
        return "\n".join("\t".join(_CELL.findall(line)) if line == above else line for line in lines)
    if not filled or 2 * sum(bool(_NUMBERS.match(line)) for line in filled) < len(filled):
        return text
    return "\n".join(
        line if line.lstrip().startswith("#") else "\t".join(_CELL.findall(line)) for line in lines
    )


_Cells: TypeAlias = list[tuple[str, Sequence[Sequence[object]]]]
"""Name and cells of each sheet; a cell without a value is None."""


def _cells(content: bytes) -> _Cells:
    book = extra("openpyxl", "lab").load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return [
        (sheet.title, list(islice(sheet.iter_rows(values_only=True), _MOST_ROWS + 1)))
        for sheet in book.worksheets
    ]


def _old_cells(content: bytes) -> _Cells:
    xlrd = extra("xlrd", "lab")
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
        return [
            (
                sheet.name,
                [[None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value for cell in row] for row in sheet],
            )
            for sheet in book.sheets()
        ]
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        raise ValueError(str(error)) from None


def _sheet(name: str, cells: Sequence[Sequence[object]], file: str, digest: str) -> Sheet | None:
    """A sheet as a table; None if it is empty."""
    if len(cells) > _MOST_ROWS:
        _refuse(file, f"has more than {_MOST_ROWS} rows")
    rows = [
        (line, ["" if cell is None else str(cell).strip() for cell in row])
        for line, row in enumerate(cells, 1)
    ]
    filled = [row for row in rows if any(row[1])]
    comments = [row[0] for _, row in filled if row[0].startswith("#")]
    kept = [row for row in filled if not row[1][0].startswith("#")]
    if not kept:
        return None
    (line, heading), data = kept[0], kept[1:]
    return Sheet(name, CsvTable(file, digest, heading, line, data, comments))


UNUSED = "-"
"""Name of a column that is not needed, in a stated header."""
ALONG = "..."
"""Last name of a stated header whose column before it goes on to the end of each row."""
MOST_ASKED = 12
"""Most columns of a file whose header is asked for one by one; rows with more are trains, one in a row."""
_FEWEST_ALONG = 2
"""Fewest readings of a row of many."""
_FLAGS = frozenset({"t", "f", "true", "false", "yes", "no", "0", "1"})
"""Cells of a column that says whether a reading was at compliance, as KickStart writes one."""
_CONDITION = re.compile(r"\s*([A-Za-z]\w*)\s*=\s*([\d.,]+)")
"""Heading of a column that has the readings at one condition, such as `V=0.5 V`."""
_FEWEST_CONDITIONS = 2
_SETTINGS = frozenset({"voltage", "pulse_width", "pulse", "time"})
"""Columns that set each row: the readings along it are repetitions. Without them, they are pulses."""
_MOST_TITLES = 3
"""Most lines of text between a header and its readings, such as the units and comments of Origin."""
_SAME_SWEEP = 0.01
"""Largest difference of the settings of two runs, as a share of their range, by which a run without a header shows."""
Row = tuple[int, Sequence[str]]


@frozen_dataclass
class Arranged:
    """A header with its rows.

    Attributes
    ----------
    line : int
        Line of the header in the file.
    heading : list of str
        Cells of the header.
    rows : list of tuples
        Line and cells of each row of readings.
    written : list of str
        Cells of the header unchanged, where the runs in it are side by side.
    note : str
        How those runs were read.
    """

    line: int
    heading: list[str]
    rows: list[Row]
    written: Sequence[str] = ()
    note: str = ""


def arranged(rows: Sequence[Row]) -> Arranged | None:
    """Find the header and its rows, without preambles; None if there is no header.

    A header that occurs again begins a new run, which a column `cycle` numbers. What precedes it is no reading.

    Examples
    --------
    >>> rows = [(1, ["V", "I"]), (2, ["1", "2"]), (3, ["run 2", ""]), (4, ["V", "I"]), (5, ["1", "3"])]
    >>> found = arranged(rows)
    >>> found.heading, found.rows
    (['V', 'I', 'cycle'], [(2, ['1', '2', '0']), (5, ['1', '3', '1'])])
    """
    start = headers.header_row(rows)
    if start is None:
        return None
    line, cells = rows[start]
    heading = named_by_instrument(list(cells), rows[:start])
    width, runs = len(heading), [list[Row]()]
    for number, row in rows[start + 1 :]:
        if list(row) == list(cells):
            while runs[-1] and not any(headers.all_numbers([cell]) for cell in runs[-1][-1][1]):
                runs[-1].pop()  # the title of the next run
            runs.append([])
        elif len(row) > width and not any(row[width:]):
            runs[-1].append((number, row[:width]))
        else:
            runs[-1].append((number, row))
    if headers.is_data_name(cells[0]):
        runs = [[row for row in run if headers.is_data_value(row[1][0])] for run in runs]
    heading = with_units(heading, runs[0])
    if len(runs) == 1:
        return beside(Arranged(line, _continued(heading, runs[0]), runs[0]))
    numbered: list[Row] = [
        (number, [*row, *[""] * (width - len(row)), str(run)])
        for run, part in enumerate(runs)
        for number, row in part
    ]
    return Arranged(line, [*heading, "cycle"], numbered)


def with_units(heading: Sequence[str], rows: list[Row]) -> list[str]:
    """The header with the units that a line below it states; lines of text above the readings leave `rows`.

    Examples
    --------
    >>> rows = [(2, ["s", "ohm"]), (3, ["65 C", "4 s"]), (4, ["0.1", "230"])]
    >>> with_units(["Time", "Resistance"], rows), rows
    (['Time [s]', 'Resistance [ohm]'], [(4, ['0.1', '230'])])
    """
    found = list(heading)
    first = next((at for at, (_, cells) in enumerate(rows) if any(map(_is_number, cells))), 0)
    for _, cells in rows[:first] if first <= _MOST_TITLES else ():
        if headers.units_row(cells) and not any(headers.column_of(cell)[1] for cell in found):
            units = [unit.strip("[]() ") for unit in cells] + [""] * (len(found) - len(cells))
            found = [f"{cell} [{unit}]" if unit else cell for cell, unit in zip(found, units, strict=False)]
        del rows[0]
    return found


def _is_number(cell: str) -> bool:
    return headers.all_numbers([cell])


def _continued(heading: list[str], rows: Sequence[Row]) -> list[str]:
    """The header, repeated over columns without a name if the settings of the named ones repeat in them.

    Examples
    --------
    >>> rows = [(2, ["0", "1e-9", "0", "2e-9"]), (3, ["1", "1e-6", "1", "3e-6"])]
    >>> _continued(["V", "I", "", ""], rows)
    ['V', 'I', 'V', 'I']
    """
    found = list(heading)
    start = width = place = 0
    while place < len(heading):
        if heading[place].strip():
            start = place
            width = next(
                (at for at, cell in enumerate(heading[place:]) if not cell.strip()), len(heading) - place
            )
            place += width
        elif width and _repeats(_numbers(rows, start), _numbers(rows, place)):
            found[place : place + width] = heading[start : start + width]
            place += width
        else:
            place += 1
    return found[: len(heading)]


def _repeats(settings: Array, others: Array) -> bool:
    """Whether most of the settings of two runs are equal; those that an instrument measures at its limit are not."""
    both = np.isfinite(settings) & np.isfinite(others)
    if not np.any(both):
        return False
    return float(np.median(np.abs(settings - others)[both])) <= _SAME_SWEEP * float(np.ptp(settings[both]))


def _numbers(rows: Sequence[Row], place: int) -> Array:
    """Numbers of a column; NaN where it has none."""
    cells = (cells[place] if place < len(cells) else "" for _, cells in rows)
    return np.array([headers.plain_number(cell) if _is_number(cell) else np.nan for cell in cells])


def beside(found: Arranged) -> Arranged:
    """Runs next to each other, with equal headers, one below the other; a column `cycle` numbers them.

    Columns before them that occur once, such as a time, belong to each run.

    Examples
    --------
    >>> rows = [(2, ["0", "5", "6"]), (3, ["1", "7", ""])]
    >>> found = beside(Arranged(1, ["t [s]", "R [ohm]", "R [ohm]"], rows))
    >>> found.heading, found.rows
    (['t [s]', 'R [ohm]', 'cycle'], [(2, ['0', '5', '0']), (3, ['1', '7', '0']), (2, ['0', '6', '1'])])
    """
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(found.heading):
        if headers.column_of(cell)[0] in headers.UNITS:
            places.setdefault(headers.without_run(cell), []).append(place)
    again = {cell: where for cell, where in places.items() if len(where) > 1}
    runs = {len(where) for where in again.values()}
    once = [where[0] for where in places.values() if len(where) == 1]
    if (
        len(runs) != 1
        or max(once, default=-1) > min(where[0] for where in again.values())
        or "cycle" in again
    ):
        return found
    longer: list[Row] = []
    partial = 0
    for run in range(runs.pop()):
        of_run = [where[run] for where in again.values()]
        for line, cells in found.rows:
            taken = [cells[at] if at < len(cells) else "" for at in (*once, *of_run)]
            filled = [bool(cell) for cell in taken[len(once) :]]
            partial += any(filled) and not all(filled)
            if all(filled):
                longer.append((line, [*taken, str(run)]))
    heading = [*(found.heading[at] for at in once), *again, "cycle"]
    note = "runs side by side are read one after the other"
    if partial:
        note += f"; {partial} of their rows lack a cell, and are left out"
    return Arranged(found.line, heading, longer, found.heading, note)


def named_by_instrument(heading: list[str], above: Sequence[Row]) -> list[str]:
    """The header with the quantities of channels that the user of a Keysight EasyEXPERT has named.

    The preamble lists the names of the currents and voltages of all channels, and which of them sweeps.

    Examples
    --------
    >>> above = [(1, ["TestParameter", "Channel.VName", "Vg", "Vtop"]),
    ...          (2, ["TestParameter", "Channel.IName", "Ig", "Itop"]),
    ...          (3, ["TestParameter", "Channel.Func", "CONST", "VAR1"])]
    >>> named_by_instrument(["DataName", "Itop", "Vtop", "R"], above)
    ['DataName', 'current [A]', 'voltage [V]', 'R']
    """
    listed = {row[1]: list(row[2:]) for _, row in above if len(row) > 1 and row[0] == "TestParameter"}
    functions = listed.get("Channel.Func", [])
    sweeps = [place for place, name in enumerate(functions) if name.startswith("VAR")]
    found = list(heading)
    for column, written in (("Channel.VName", "voltage [V]"), ("Channel.IName", "current [A]")):
        names = listed.get(column, [])
        first = [names[place] for place in sweeps if place < len(names)]
        here = next((name for name in (*first, *names) if name and name in heading), None)
        if here is not None:
            found[heading.index(here)] = written
    return found


def under(stated: str, rows: Sequence[Row]) -> Arranged:
    """Rows under a header that the user states.

    With `...` at its end, each row holds many readings of the last column. They are pulses, numbered in a column
    `pulse`, and each row is a train; or repetitions, where other columns set the voltage, pulse or time of the row.

    Examples
    --------
    >>> under("-,conductance [S],...", [(1, ["up", "1e-6", "2e-6"])]).rows
    [(1, ['up', '1e-6', '0', '0']), (1, ['up', '2e-6', '1', '0'])]
    """
    named = [cell.strip() for cell in stated.split(",")]
    along = named[-1] == ALONG
    heading = ["" if cell == UNUSED else cell for cell in (named[:-1] if along else named)]
    due = [place for place, cell in enumerate(heading) if cell]

    def readable(cells: Sequence[str]) -> bool:
        return headers.all_numbers([cells[place] for place in due if place < len(cells)])

    if along:
        return _along(heading, rows)
    first = next((at for at, (_, cells) in enumerate(rows) if readable(cells)), len(rows))
    line = rows[max(first - 1, 0)][0]
    wide = max((len(cells) for _, cells in rows[first:]), default=0)
    return beside(Arranged(line, heading + [""] * (wide - len(heading)), list(rows[first:])))


def _along(heading: list[str], rows: Sequence[Row]) -> Arranged:
    """One row for each reading of rows of many; rows with other text than numbers are titles."""
    lead = len(heading) - 1
    due = [place for place, cell in enumerate(heading[:lead]) if cell]
    pulses = not _SETTINGS & {headers.column_of(cell)[0] for cell in heading}
    longer: list[Row] = []
    trains = 0
    for number, cells in rows:
        readings = [cell for cell in cells[lead:] if cell]
        if len(readings) < _FEWEST_ALONG or not headers.all_numbers([*(cells[at] for at in due), *readings]):
            continue
        longer += [
            (number, [*cells[:lead], cell, *([str(pulse), str(trains)] if pulses else [])])
            for pulse, cell in enumerate(readings)
        ]
        trains += 1
    return Arranged(rows[0][0], [*heading, *(["pulse", "cycle"] if pulses else [])], longer)


def guessed(rows: Sequence[Row]) -> str:
    """Header to propose for a file without one; empty if its rows are neither few columns nor a train."""
    numbers = next((cells for _, cells in rows if headers.all_numbers(cells)), None)
    if numbers is not None and (groups := _groups(numbers)):
        one = ["voltage [V]", "current [A]", *[UNUSED] * (groups[1] - 2)]
        return ",".join([*[*one, UNUSED] * (groups[0] - 1), *one])
    if numbers is not None and len(numbers) == 1:
        return "conductance [S]"
    if numbers is not None and len(numbers) <= MOST_ASKED:
        return ",".join(["voltage [V]", "current [A]", *[UNUSED] * (len(numbers) - 2)])
    cells = max((cells for _, cells in rows), key=len)
    labels = [place for place, cell in enumerate(cells) if cell and not headers.all_numbers([cell])]
    lead = labels[-1] + 1 if labels else 0
    if len(cells) - lead < _FEWEST_ALONG:
        some = sum(map(_is_number, cells)) >= _FEWEST_ALONG
        return "voltage [V],current [A]" if some else ""
    return ",".join([*[UNUSED] * lead, "conductance [S]", ALONG])


def _groups(cells: Sequence[str]) -> tuple[int, int] | None:
    """Number and width of groups of cells of equal width that empty cells separate; None if there are none.

    Examples
    --------
    >>> _groups(["1", "2", "", "3", "4", ""]), _groups(["1", "2", "3"])
    ((2, 2), None)
    """
    widths = [len(list(run)) for filled, run in groupby(cells, key=bool) if filled]
    return (len(widths), widths[0]) if len(widths) > 1 and len(set(widths)) == 1 and widths[0] > 1 else None


def unnumbered(cell: str) -> str:
    """A name without the number at its end.

    Examples
    --------
    >>> unnumbered("i_12"), unnumbered("V1"), unnumbered("time")
    ('i', 'V', 'time')
    """
    stem = cell.rstrip("0123456789")
    return cell if stem == cell else stem.removesuffix("_")


def series_at_end(heading: Sequence[str]) -> int:
    """Number of columns at the end whose names differ only in a number, such as ``i_0, i_1, i_2``; 0 if fewer than 2.

    Examples
    --------
    >>> series_at_end(["pulse_v", "i_0", "i_1", "i_2"]), series_at_end(["V1", "I1"])
    (3, 0)
    """
    cells = [cell.strip() for cell in heading]
    stems = [stem if (stem := unnumbered(cell)) != cell else "" for cell in cells]
    count = 0
    for stem in reversed(stems):
        if not stem or stem != stems[-1]:
            break
        count += 1
    return count if count >= _FEWEST_ALONG else 0


def shown(heading: Sequence[str], written: Mapping[int, str]) -> str:
    """Stated header that reads some columns of a table: `written` has the name and unit of each by its place."""
    many = series_at_end(heading)
    last = len(heading) - many
    names = [written.get(place, UNUSED) for place in range(len(heading))]
    if many and last in written:
        return ",".join([*names[: last + 1], ALONG])
    while names and names[-1] == UNUSED:
        names.pop()
    return ",".join(names)


def flag_columns(rows: Sequence[Row], width: int) -> list[bool]:
    """Whether each column has nothing but flags, such as T and F."""
    cells = [
        {row[place].lower() for _, row in rows if place < len(row) and row[place]} for place in range(width)
    ]
    return [bool(found) and found <= _FLAGS for found in cells]


def one_reading_a_row(cells: Sequence[str]) -> str:
    """Advice on a table with a column for each value of one condition; empty for any other."""
    conditions = [match for cell in cells if (match := _CONDITION.match(cell))]
    if len({match[1] for match in conditions}) != 1 or len(conditions) < _FEWEST_CONDITIONS:
        return ""
    name, value = conditions[0].groups()
    column = headers.column_of(name)[0]
    column = f"{column} [{headers.UNITS[column]}]" if column in headers.UNITS else name
    return f"each column is a condition; write one reading a row: `{column},integration_time [us]`, then `{value},...`"
