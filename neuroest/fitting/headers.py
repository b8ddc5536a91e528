"""Headers of measurement files: names, units, the header's row, and the columns of each kind of experiment.

A file contains one experiment, identified by its columns or by the comment ``# experiment: name``, or several,
identified by a column ``experiment``; cells that an experiment does not have stay empty.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import QuantityError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.units import parse_unit

_COLUMNS: Mapping[str, Mapping[str, Any]] = read_data(Path(__file__).with_name("columns.yaml"))
UNITS: Mapping[str, str] = frozen({name: about["unit"] for name, about in _COLUMNS.items()})
"""Unit of each column of a measurement."""
LABELS: Mapping[str, str] = frozen(
    {n: about.get("label", n.replace("_", " ")) for n, about in _COLUMNS.items()}
)
"""Words for each column on an axis."""
MAY_BE_ZERO = frozenset(name for name, about in _COLUMNS.items() if about.get("may_be_zero"))
ALIASES: Mapping[str, tuple[str, ...]] = frozen(
    {name: tuple(about["names"]) for name, about in _COLUMNS.items() if "names" in about}
)
"""Aliases of each column, in lower case with underscores."""
IGNORED = frozenset({"", "index", "no", "point", "row", "dataname", "datavalue"})
"""Row-number columns that instruments write."""
_KNOWN = MappingProxyType(
    {alias: name for name, aliases in ALIASES.items() for alias in (name, *aliases)}
    | {"experiment": "experiment"}
)
_BRACKETS = "[]()"
_BEFORE_UNIT = re.compile(r"[/,]|\sin\s")
_UNIT_WORDS = MappingProxyType(
    {
        "volt": "V", "volts": "V", "ampere": "A", "amperes": "A", "amp": "A", "amps": "A", "second": "s",
        "seconds": "s", "sec": "s", "ohms": "ohm", "siemens": "S", "farad": "F", "hertz": "Hz", "kelvin": "K",
    }
)  # fmt: skip
"""Units as words, as oscilloscopes and people write them."""
_OF_CHANNELS = MappingProxyType({"V": "voltage", "mV": "voltage", "A": "current", "mA": "current"})
_CHANNEL = re.compile(r"(?:ch|chan|channel)?_?\d+\Z")
"""Channels of an oscilloscope; a unit says what they are."""
_PLACE = re.compile(r"\[\d+\]|\(\d+\)\Z")
"""Number of a run in the columns of a Keysight B2900 and a Keithley 4200, such as ``Smu1.V[1][1]`` and ``AV(1)``."""
_OF_B2900 = re.compile(r"smu\d+\.[a-z]+(?:\[\d+\])+\Z")
_SEPARATED = re.compile(r"[\s.\-]+")
_AMOUNT = re.compile(r"\|(.+)\|\Z")
"""Amount of a quantity, such as ``|I|``."""
_QUALIFIER = re.compile(
    r"(?:(?:smu|ch|channel)_?\d+|we\(\d+\)|smu|sourced?|measured?|applied|anode|drain|top|device|dut|set|actual)"
    r"_+(?=.)"
)
"""Prefixes of a quantity's name: the channel, the terminal, the source."""
_MEASURED = re.compile(r"(?:a|anode|drain)_?[iv]\Z|(?:smu_?\d*_)?measured?_|we\(1\)_")
"""Names that instruments give to what they measured, which wins over a formula or a set value of the same name."""
_OF_TERMINALS = re.compile(r"(?:a|anode|drain)_?[iv]\Z")
"""Column names that a Keithley 4200 uses for its first terminal. Its values are in SI units, but it writes no units."""
_DATA_NAME, _DATA_VALUE = "dataname", "datavalue"
"""First cells of the header and of a row of a Keysight EasyEXPERT file; its numbers are in SI units."""
_SEARCHED = 1000
"""Number of lines searched for a header; instruments write a preamble above it."""
CELSIUS = MappingProxyType(dict.fromkeys(("°C", "C", "degC", "deg C", "℃", "Celsius", "celsius"), 273.15))
"""Temperature units with an offset, and their zero point in kelvin."""
_NEVER = frozenset({"K", *CELSIUS})
"""Temperature units; a column `T` with one of them is not a time."""
_FEWEST_KNOWN = 2
"""Number of recognized columns that make a line the header."""


def column_of(cell: str) -> tuple[str, str | None]:
    """Name and unit of a column from its heading.

    Parameters
    ----------
    cell : str
        The heading, with its unit in brackets or parentheses, or after a slash, a comma or ``in``.

    Returns
    -------
    tuple of str and str or None
        The column's standard name if the heading or an alias of it is known, otherwise the heading in lower case; and
        the unit as written, or None.

    Examples
    --------
    >>> column_of("Delay Time (us)")
    ('integration_time', 'us')
    >>> column_of("U / V")
    ('voltage', 'V')
    """
    said, unit = _name_and_unit(without_run(cell))
    name = _name(said)
    if name == "t" and unit in _NEVER:
        name = "temperature"
    found = _known(name)
    if found is None and unit is None:
        # a unit as suffix, as in the logs of programs: voltage_V, I_uA
        said, _, suffix = said.rpartition("_")
        if said and _is_unit(suffix) and (found := _known(_name(said))) is not None:
            unit = suffix
    unit = _UNIT_WORDS.get((unit or "").lower(), unit)
    if found is None and unit is not None and unit in _OF_CHANNELS and _CHANNEL.match(name):
        found = _OF_CHANNELS[unit]
    return found or name, unit or None


def without_run(cell: str) -> str:
    """A heading without the number of its run.

    Examples
    --------
    >>> without_run("AV(1)"), without_run("Smu1.V[1][1]"), without_run("WE(1).Current (A)")
    ('AV', 'Smu1.V', 'WE(1).Current (A)')
    """
    return _PLACE.sub("", cell.strip())


def _known(name: str) -> str | None:
    """Standard name of a column; None if neither it nor an alias is known."""
    if name in UNITS:
        return name
    plain = _QUALIFIER.sub("", name)
    return next((_KNOWN[one] for one in (name, plain, _QUALIFIER.sub("", plain)) if one in _KNOWN), None)


def _name_and_unit(text: str) -> tuple[str, str | None]:
    """A header as ``name [unit]``, ``name (unit)``, ``name / unit``, ``name, unit`` or ``name in unit``."""
    # earlier brackets belong to the name, such as `WE(1).Current`
    opens = max(text.rfind(bracket) for bracket in "[(")
    if opens >= 0 and text[-1] in "])" and not set(text[opens + 1 : -1]) & set(_BRACKETS):
        return text[:opens].rstrip(), text[opens + 1 : -1].strip()
    if mark := _BEFORE_UNIT.search(text):
        return text[: mark.start()], text[mark.end() :].strip()
    return text, None


def preference(cell: str) -> int:
    """Which of two columns of one quantity to read, the higher one: measured, stated, an amount, a further channel.

    Examples
    --------
    >>> [preference(cell) for cell in ("AI", "WE(1).Current (A)", "I", "|I|", "CH2")]
    [3, 3, 2, 1, 0]
    """
    name = _name(_name_and_unit(cell.strip())[0])
    if _MEASURED.match(name):
        return 3
    if _CHANNEL.match(name):
        return 0
    return 1 if name.startswith("abs") else 2


def _name(text: str) -> str:
    return _SEPARATED.sub("_", _AMOUNT.sub(r"abs_\1", text.strip().lower()))


def is_si(cells: Sequence[str]) -> bool:
    """Whether a header comes from an instrument that omits units because all its numbers are in SI units.

    Examples
    --------
    >>> is_si(["DataName", "V1", "I1"]), is_si(["AnodeI", "AnodeV", "Time"]), is_si(["voltage", "current"])
    (True, True, False)
    """
    names = [_name(without_run(cell)) for cell in cells]
    return bool(names) and (
        is_data_name(cells[0])
        or any(_OF_TERMINALS.match(name) for name in names)
        or any(_OF_B2900.match(cell.strip().lower()) for cell in cells)
    )


def is_data_name(cell: str) -> bool:
    """Whether a cell begins the header of a Keysight EasyEXPERT table."""
    return _name(cell) == _DATA_NAME


def is_data_value(cell: str) -> bool:
    """Whether a cell begins a row of readings of a Keysight EasyEXPERT table."""
    return _name(cell) == _DATA_VALUE


def header_row(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    """Index of the header row: the first row with two known columns, or row 0 if it has one; otherwise None."""
    known = {*UNITS, "experiment"}
    first = None
    for place, (_, cells) in enumerate(rows[:_SEARCHED]):
        count = sum(column_of(cell)[0] in known for cell in cells)
        if count >= _FEWEST_KNOWN or is_data_name(cells[0]):
            return place
        first = 0 if count and not place else first
    return first


def all_numbers(cells: Sequence[str]) -> bool:
    """Whether all filled cells of a row are numbers, at least one."""
    filled = [cell for cell in cells if cell]
    try:
        return bool(filled) and all(plain_number(cell) is not None for cell in filled)
    except ValueError:
        return False


def units_row(cells: Sequence[str]) -> bool:
    """Whether a row below the header contains units of the columns and no numbers."""
    found = [cell.strip("[]() ") for cell in cells if cell.strip("[]() ")]
    return bool(found) and all(_is_unit(_UNIT_WORDS.get(text.lower(), text)) for text in found)


def _is_unit(text: str) -> bool:
    if text[:1].isdigit():
        return False
    if text in CELSIUS:
        return True
    try:
        parse_unit(text)
    except QuantityError:
        return False
    return True


_YES_OR_NO = MappingProxyType(
    dict.fromkeys(("yes", "true", "up", "ja"), "1") | dict.fromkeys(("no", "false", "down", "nein"), "0")
)


def plain_number(text: str, *, decision: bool = False) -> float:
    """Parse a number as instruments and people write it, or a yes or no if `decision` is true.

    Raises
    ------
    ValueError
        If the text is neither.

    Examples
    --------
    >>> plain_number("0,62"), plain_number("yes", decision=True)
    (0.62, 1.0)
    """
    return float(_YES_OR_NO.get(text.lower(), text) if decision else decimal_point(text))


_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?\Z")


def decimal_point(text: str) -> str:
    """Replace a decimal comma by a point; other text is unchanged."""
    return text.replace(",", ".") if _DECIMAL_COMMA.match(text) else text


@frozen_dataclass
class Layout:
    """Columns of one kind of experiment.

    Attributes
    ----------
    columns : mapping of str to str
        Unit of each required column.
    optional : mapping of str to str
        Unit of each optional column.
    result : str
        The measured column; the others are settings of the measurement.
    fewest : int
        Minimum number of rows for a fit.
    error : float
        Relative error of a result if the file states none.
    """

    name: str
    about: str
    columns: Mapping[str, str]
    optional: Mapping[str, str]
    result: str
    fewest: int = 1
    error: float = 0.05


_LABELS = ("device", "cycle", "uncertainty")
"""Columns that every experiment may have."""


LAYOUTS: Mapping[str, Layout] = {
    name: Layout(**{
        **about,
        "name": name, "columns": {one: UNITS[one] for one in about["columns"]},
        "optional": {one: UNITS[one] for one in (*_LABELS, *about.get("optional", ()))},
    })
    for name, about in read_data(Path(__file__).with_name("experiments.yaml")).items()
}  # fmt: skip
"""Experiments by name."""


@frozen_dataclass
class Experiment:
    """Rows of one experiment, in SI units."""

    layout: Layout
    columns: Mapping[str, Array]
    lines: tuple[int, ...]
    file: str

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.lines)

    def column(self, name: str, default: float = math.nan) -> Array:
        """A column, with a default for rows that do not state it."""
        stated = self.columns.get(name, np.full(self.rows, math.nan))
        return np.where(np.isfinite(stated), stated, default)

    def at(self, rows: Any) -> "Experiment":
        """The experiment with some of its rows."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return replace(self, columns=columns, lines=tuple(self.lines[row] for row in rows))


@frozen_dataclass
class Measurements:
    """Measurements of a file."""

    file: str
    experiments: tuple[Experiment, ...]
    comments: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def named(self, name: str) -> Experiment | None:
        """The experiment of the given kind, or None."""
        return next((e for e in self.experiments if e.layout.name == name), None)


@frozen_dataclass
class Stated:
    """What the user says of files that do not say it.

    Attributes
    ----------
    columns : str
        Header of files without one, such as ``voltage [V],current [A]``, or in place of their own; ``-`` for a column
        that is not needed.
    read_voltage : str
        Voltage at which states are read, such as ``0.1 V``: a current at it is a conductance.
    """

    columns: str = ""
    read_voltage: str = ""


def example_folder() -> Path:
    """Folder of the shipped measurements: inside the installed package or in the checkout."""
    package = Path(__file__).parent.parent
    packaged = package / "example_measurements"
    return packaged if packaged.is_dir() else package.parent / "examples" / "measurements"
