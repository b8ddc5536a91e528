"""Read the cells of measurement files: text in any common encoding and separator, and workbooks."""

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from neuroest.core.errors import Problem, SpecError, printable
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
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
        return _workbook(content, file)
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
    above = _header_in_blanks(filled)
    if above is not None:
        return "\n".join("\t".join(_CELL.findall(line)) if line == above else line for line in lines)
    if not filled or 2 * sum(bool(_NUMBERS.match(line)) for line in filled) < len(filled):
        return text
    return "\n".join(
        line if line.lstrip().startswith("#") else "\t".join(_CELL.findall(line)) for line in lines
    )


def _header_in_blanks(filled: list[str]) -> str | None:
    """A first line whose names are separated by blanks, above numbers that tabs separate as often; None otherwise."""
    if len(filled) < 2 or "\t" in filled[0] or "\t" not in filled[1]:
        return None
    return filled[0] if len(_CELL.findall(filled[0])) == len(filled[1].rstrip("\t").split("\t")) > 1 else None


def _workbook(content: bytes, file: str) -> list[Sheet]:
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
