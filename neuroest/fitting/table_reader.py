"""Read one table of measurements: which column is what, in which unit, and the value of each cell in SI units.

All problems are reported at once, each with its place and what to do.
"""

import math
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from typing import NoReturn

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import (
    Problem,
    QuantityError,
    SpecError,
    did_you_mean,
    followed_by,
    printable,
    raise_all,
)
from neuroest.core.units import describe_dimension, parse_quantity, parse_unit
from neuroest.fitting import headers
from neuroest.fitting.headers import LAYOUTS, UNITS, Experiment, Layout, Measurements, Stated
from neuroest.fitting.tables import (
    EXAMPLE,
    Arranged,
    arranged,
    flag_columns,
    guessed,
    one_reading_a_row,
    series_at_end,
    shown,
    under,
    unnumbered,
)
from neuroest.specs.file_text import CsvTable, shortened

_OVERFLOW = 9.9e37
"""Smallest value that Keithley and Keysight instruments write for an out-of-range reading."""
_OVERFLOWN = "is what an instrument writes on overflow; delete the row"
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+\Z|[+-]?\d{1,3}(?:,\d{3})+\.\d+\Z")
_UNSIGNED = {"voltage", "current"}
_SWEPT = {"current_voltage", "pulse_response", "voltage_trace"}
"""Experiments with signed voltage and current; in the others, both are amplitudes of the applied signal."""
_DRIVEN = {"integration_time", "pulse_train", "relaxation", "oscillation", "spike_interval", "paired_pulse"}
"""Experiments on the response to a voltage; zero volts is no input."""
_MAGNITUDES = {
    "s": (1e-18, 1e15), "V": (1e-9, 1e6), "A": (1e-21, 1e6), "ohm": (1e-6, 1e21), "F": (1e-24, 1e3), "S": (1e-21, 1e6),
    "K": (1e-3, 1e5), "m^2": (1e-21, 1e3), "1": (1e-15, 1e18), "1/s": (1e-15, 1e18), "%": (1e-15, 1e3),
}  # fmt: skip
"""Plausible range of a measured nonzero number, by unit."""
_OF_EITHER_SIGN = frozenset({"set_voltage", "reset_voltage", "low_resistance", "high_resistance"})
"""Columns whose sign is that of the polarity; their amounts are read."""
_DECISIONS = frozenset({"failed", "rising"})
"""Columns of yes or no, 1 or 0."""
_NAMES = frozenset({"device", "cycle"})
"""Columns whose cells may be names; each name is mapped to a number that does not occur in files."""
_NUMBER = re.compile(r"[+-]?[\d.,]")
_FIRST_NAME = 1e6
"""Number of the first name, larger than any device number in practice."""
_SIGNED_TIME = frozenset({"current_voltage", "voltage_trace"})
"""Experiments whose time may begin before zero: an oscilloscope counts from its trigger."""
_MOST_NOISE = 0.5
"""Share of the conductances that may be at or below zero, as noise of an open device; a convention."""
_LABELS = ("device", "cycle", "uncertainty")
"""Columns that every experiment may have."""
_STATES = (
    ("conductance", "resistance"), ("conductance", "current"), ("low_resistance", "on_current"),
    ("high_resistance", "off_current"),
)  # fmt: skip
"""States that experiments need, each with a column that gives it: its inverse, or a current at a read voltage."""
_STATES_ALONE = "programmed_states"
"""Experiment that is a list of states and has no other column."""
_COMMENT = re.compile(r"#\s*(\w+)\s*:\s*(.*?)\s*\Z")


def read_table(
    table: CsvTable, stated: Stated, labels: dict[tuple[str, str], float] | None = None, path: str = ""
) -> Measurements:
    """Read the measurements of one table.

    Parameters
    ----------
    table : CsvTable
        Its cells as text.
    stated : Stated
        What the user says of the file.
    labels : dict, optional
        Numbers of the names of devices and cycles so far, which the tables of a workbook share.
    path : str
        Path of the file if the table's name is another, as that of a sheet is.

    Raises
    ------
    SpecError
        With all problems of the table.
    """
    return _Reader(table, stated, {} if labels is None else labels, path or table.file).read()


class _Reader:
    def __init__(
        self, table: CsvTable, stated: Stated, labels: dict[tuple[str, str], float], path: str
    ) -> None:
        self.table, self.file, self.problems, self.stated = table, table.file, list[Problem](), stated
        self.path = shlex.quote(path)
        self.cells: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self.faults: dict[str, list[int]] = {}
        self.labels = labels
        self.si = False
        self.heading: Sequence[str] = ()
        self.written: Sequence[str] = ()
        self.strange: list[tuple[int, str, str]] = []
        self.unread: list[str] = []
        self.wrong: dict[str, list[str]] = {}
        self.filled: Sequence[bool] = ()
        self.flagged: Sequence[bool] = ()
        self.blank: set[str] = set()
        self.twice: dict[str, str] = {}
        self.unitless: list[str] = []
        self.read_from: dict[str, str] = {}
        self.notes: list[str] = []
        self.zeros: dict[str, float] = {}
        self.comments: dict[str, str] = {}
        for comment in table.comments:
            if match := _COMMENT.match(comment):
                self.comments.setdefault(match[1].lower(), match[2])

    def report(self, line: int, message: str, column: int = 1) -> None:
        self.problems.append(Problem(self.file, line, column, "", message))

    def stop(self, line: int, message: str) -> NoReturn:
        self.report(line, message)
        raise SpecError(self.problems)

    def read(self) -> Measurements:
        found = self.arranged()
        line, heading, data = found.line, found.heading, found.rows
        self.heading, self.written = heading, found.written or heading
        self.si = headers.is_si(self.written)
        self.notes += [found.note] if found.note else []
        # whether each column has a value in some row
        width = range(len(heading))
        self.filled = [any(place < len(cells) and cells[place] for _, cells in data) for place in width]
        self.flagged = flag_columns(data, len(heading))
        names, factors = self.header(heading)
        kinds = self.kinds_of(line, names, factors)
        if "pulse" in names[len(heading) :]:
            at = {line: place for place, line in enumerate(dict.fromkeys(line for line, _ in data))}
            data = [
                (line, [*cells, *[""] * (len(heading) - len(cells)), str(at[line])]) for line, cells in data
            ]
        groups: dict[str, list[tuple[int, dict[str, float]]]] = {}
        empty = 0
        for number, cells in data:
            if len(cells) > len(names):
                self.bad_row(number, f"has {len(cells)} cells, the header {len(names)}")
                continue
            given = dict(zip(names, cells, strict=False))
            kind = given.pop("experiment", None) or kinds
            if kind == kinds and not any(given.get(name) for name in LAYOUTS[kind].columns):
                empty += 1  # of columns of other lengths next to these
                continue
            if kind not in LAYOUTS:
                self.bad_row(number, f"unknown experiment {shortened(kind)!r}{did_you_mean(kind, LAYOUTS)}")
                continue
            if kind not in groups:
                self.refuse_columns(line, LAYOUTS[kind])
            groups.setdefault(kind, []).append((number, self.values(number, given, factors, LAYOUTS[kind])))
        self.report_cells()
        raise_all(self.problems)
        if not groups:
            self.stop(line, "has a header and no data")
        experiments = tuple(self.experiment(LAYOUTS[kind], rows) for kind, rows in groups.items())
        raise_all(self.problems)
        if empty:
            self.notes.append(f"{empty} rows without values in these columns are left out")
        used = {
            *(n for e in experiments for n in (*e.layout.columns, *e.layout.optional)), *self.read_from.values(),
            "read_voltage" if self.read_from else "", "experiment",
        }  # fmt: skip
        left = [
            shortened(cell)
            for cell, name in zip(heading, names, strict=False)
            if name not in used and name not in UNITS
        ]
        left = [*self.unread, *(cell for cell in left if headers.column_of(cell)[0] not in headers.IGNORED)]
        left += [
            cell for cell, name in zip(heading, names, strict=False) if name in UNITS and name not in used
        ]
        unread = (f"columns not read: {', '.join(dict.fromkeys(left))}",) if left else ()
        return Measurements(self.file, experiments, self.comments, (*unread, *self.notes))

    def arranged(self) -> Arranged:
        """The header and its rows; refused with the command that says it if there is none."""
        rows = [(self.table.line, self.table.heading), *self.table.rows]
        if stated := self.stated.columns or self.comments.get("columns", ""):
            return under(stated, rows)
        found = arranged(rows)
        if found is None:
            line, cells = rows[0]
            begins, guess = shortened(", ".join(cell for cell in cells if cell)), guessed(rows)
            how = one_reading_a_row(cells)
            if guess and not how:
                how = f"say what its columns are, such as: {self.command(guess)}"
            how = how or "write one reading a row"
            self.stop(
                line, f"there is no header line; expected something like `{EXAMPLE}`, found {begins!r}; {how}"
            )
        return found

    def command(self, header: str) -> str:
        """The command that reads the file with a stated header."""
        voltage = " --read-voltage '0.1 V'" if "on_current" in header and not self.knows_read_voltage else ""
        return f"neuroest fit {self.path} --columns '{header}'{voltage}"

    def header(self, cells: Sequence[str]) -> tuple[list[str], dict[str, float]]:
        """Name of each column and factor of its unit; of two columns of one name, the filled or preferred one."""
        names: list[str] = []
        factors: dict[str, float] = {}
        for place, cell in enumerate(cells, 1):
            name, unit = headers.column_of(cell)
            if name == "experiment" or name in headers.IGNORED:
                names.append(name if name == "experiment" else f"column_{place}")
                if not name and self.filled[place - 1]:
                    self.unread.append(f"column {place} (without a name)")
                continue
            if name == "compliance" and unit is None and self.flagged[place - 1]:
                names.append(f"column_{place}")  # the fit finds the compliance by itself
                continue
            if name not in UNITS:
                self.strange.append((place, cell.strip(), name))
                names.append(f"column_{place}")
                continue
            if name in names:
                earlier = names.index(name)
                ours, before = (
                    headers.preference(cells[at]) if self.filled[at] else -1 for at in (place - 1, earlier)
                )
                if ours > before:
                    names[earlier] = f"column_{earlier + 1}"
                    self.blank.discard(name)
                else:
                    names.append(f"column_{place}")
                    if ours == before > 0:
                        same = cells[earlier] == cell
                        self.twice[name] = f"{name} occurs twice" + (
                            "" if same else f", as {cells[earlier]!r} and {cell!r}"
                        )
                    continue
            if not self.filled[place - 1]:
                self.blank.add(name)
            names.append(name)
            factors[name] = self.factor(name, unit, UNITS[name])
        if {"pulses_to_fire", "conductance"} <= set(names) and "pulse" not in names:
            # if each pulse has a conductance, the pulse number is an index, not a count
            names[names.index("pulses_to_fire")] = "pulse"
            factors["pulse"] = factors.pop("pulses_to_fire")
        return names, factors

    def factor(self, name: str, unit: str | None, due: str) -> float:
        """Factor of a column's unit; what is wrong with it counts only if the experiment needs the column."""
        dimension = parse_unit(due)[1]
        if unit is None:
            if not self.si and any(dimension):
                self.unitless.append(name)
            return 1.0
        if name == "temperature" and unit in headers.CELSIUS:
            self.zeros[name] = headers.CELSIUS[unit]
            return 1.0
        try:
            factor, given = parse_unit(unit)
        except QuantityError as error:
            self.wrong.setdefault(name, []).append(f"column {name}: {error}")
            return 1.0
        if given != dimension:
            fault = f"column {name} is in {unit}; expected {describe_dimension(dimension)}"
            self.wrong.setdefault(name, []).append(fault)
        return factor

    def refuse_columns(self, line: int, layout: Layout) -> None:
        """Report what is wrong with the columns that an experiment needs, in one message if units are missing."""
        due = {*layout.columns, *layout.optional, *self.read_from.values()}
        for name in [n for n in self.wrong if n in due]:
            for fault in self.wrong.pop(name):
                self.report(line, fault)
        if due & self.twice.keys():
            self.report(line, self.said_twice(due))
            return
        bare = [name for name in self.unitless if name in due]
        if bare:
            self.unitless = []
            asked = ", ".join(f"`{name} [{UNITS[name]}]`" for name in bare)
            lacks = "column {} has no unit" if len(bare) == 1 else "columns {} have no units"
            self.report(
                line,
                f"{lacks.format(', '.join(bare))}; write {'it' if len(bare) == 1 else 'them'} as {asked}, or read the "
                f"file with: {self.command(self.proposed(due))}",
            )

    def said_twice(self, due: Collection[str]) -> str:
        """Message about columns of one name, with a command that reads the first of each."""
        twice = "; ".join(text for name, text in self.twice.items() if name in due)
        return f"{twice}; choose one of each, such as: {self.command(self.proposed(due))}"

    def proposed(self, due: Collection[str]) -> str:
        """Stated header that reads the first column of each name that is due, with units where they are missing.

        Of runs side by side, it reads the columns of all.
        """
        written: dict[int, str] = {}
        taken: set[str] = set()
        beside = self.written is not self.heading
        first_of_many = len(self.written) - series_at_end(self.written)
        for place, cell in enumerate(self.written):
            stem = unnumbered(cell) if place == first_of_many else cell
            name, unit = headers.column_of(stem)
            if name in due and (beside or (name not in taken and self.filled[place])):
                taken.add(name)
                unit = unit or UNITS[name]
                written[place] = name if unit == "1" else f"{name} [{unit}]"
        return shown(self.written, written)

    def kinds_of(self, line: int, names: list[str], factors: dict[str, float]) -> str:
        """Experiment of the rows; empty where a column names it."""
        if "experiment" in names:
            return ""
        if self.comments.get("experiment"):
            return self.kind_of(line, names)
        if self.blank:
            # the columns of another experiment next to these, without a value
            kept = [f"column_{at}" if name in self.blank else name for at, name in enumerate(names, 1)]
            if not self.whole(kept):
                self.derive(line, kept, factors)
            if self.whole(kept):
                names[:] = kept
        states = {"conductance", "resistance"} & {*names} or (self.knows_read_voltage and "current" in names)
        if states and "pulse_width" in names and not {"pulse", "time"} & {*names}:
            self.derive(line, counted := [*names, "pulse"], factors)
            if self.whole(counted):
                names[:], factors["pulse"] = counted, 1.0
                self.notes.append("each row is a pulse, in their order")
        elif not self.whole(names):
            self.derive(line, names, factors)
        return self.kind_of(line, names)

    @property
    def knows_read_voltage(self) -> bool:
        """Whether the file or the user states the voltage at which states were read."""
        stated = self.stated.read_voltage or self.comments.get("read_voltage")
        return bool(stated) or any(headers.column_of(cell)[0] == "read_voltage" for cell in self.heading)

    def derive(self, line: int, names: list[str], factors: dict[str, float]) -> None:
        """Take a resistance, or a current at a read voltage, as the state that an experiment needs."""
        states = {source: target for target, source in _STATES if source in names and target not in names}
        for sources in ({"resistance"}, {"current"}, {"on_current", "off_current"}):
            if not sources <= states.keys():
                continue
            changed = [states[name] if name in sources else name for name in names]
            kinds = self.whole(changed)
            if not kinds:
                continue
            if sources & self.twice.keys():
                self.stop(line, self.said_twice(sources | {"set_voltage", "reset_voltage"}))
            if sources != {"resistance"} and not self.knows_read_voltage:
                self.stop(
                    line,
                    f"{kinds[0].name} needs a {' and a '.join(sorted(states[one] for one in sources))}; a current "
                    "is one at a read voltage, so say it: "
                    f"neuroest fit {self.path} --read-voltage '0.1 V', or a line "
                    "`# read_voltage: 0.1 V` above the header",
                )
            names[:] = changed
            for source in sources:
                self.read_from[states[source]] = source
                factors[states[source]] = factors[source]
                words = "1 over the resistance" if source == "resistance" else (
                    f"from the {source.replace('_', ' ')} at the read voltage")  # fmt: skip
                self.notes.append(f"{states[source].replace('_', ' ')} is {words}")
            return

    def state(self, name: str, value: float, given: Mapping[str, str], factors: Mapping[str, float]) -> float:
        """A state from a resistance or a current: conductance or, at a read voltage, resistance."""
        if self.read_from[name] == "resistance":
            return 1.0 / value if value else math.inf
        text = given.get("read_voltage", "")
        if text:
            voltage = headers.plain_number(text) * factors["read_voltage"]
        else:
            voltage = parse_quantity(self.stated.read_voltage or self.comments["read_voltage"], "V")
        over, under = (value, voltage) if name == "conductance" else (voltage, value)
        return abs(over / under) if under else math.inf

    def whole(self, names: Sequence[str]) -> list[Layout]:
        """Experiments that have all their columns.

        A list of states has no column but them: with others, known or nearly so, it is another experiment's.
        """
        others = {*names} & UNITS.keys() - {"conductance", "read_voltage", *_LABELS}
        alone = not others and not any(_near(name) for _, _, name in self.strange)
        return [one for one in _whole(names) if one.name != _STATES_ALONE or alone]

    def kind_of(self, line: int, names: Sequence[str]) -> str:
        stated = self.comments.get("experiment")
        if stated is not None:
            return stated
        whole = self.whole(names)
        if len(whole) == 1:
            return whole[0].name
        if whole:
            self.stop(
                line,
                f"the columns are those of {' and of '.join(one.name for one in whole)}; keep those of one, such as: "
                f"{self.command(self.proposed([*whole[-1].columns, *whole[-1].optional]))}",
            )
        nearest = max(LAYOUTS.values(), key=lambda layout: len(layout.columns.keys() & set(names)))
        missing = ", ".join(f"{n} [{nearest.columns[n]}]" for n in nearest.columns if n not in names)
        lacks = f"; {nearest.name} lacks {missing}" if missing else ""
        if self.strange:
            how = ""
            if many := series_at_end(self.heading):
                how = f"; if the last {many} columns are readings of one row: {self.command(self.proposed(UNITS))}"
            self.stop(line, _unknown_columns(self.strange) + lacks + how)
        self.stop(line, f"the columns match no experiment{lacks}; the experiments are {', '.join(LAYOUTS)}")
        raise AssertionError

    def values(
        self, number: int, given: Mapping[str, str], factors: Mapping[str, float], layout: Layout
    ) -> dict[str, float]:
        found: dict[str, float] = {}
        for name in (*layout.columns, *layout.optional):
            text = given.get(name, "")
            if not text:
                if name in layout.columns:
                    self.bad_row(
                        number, f"{layout.name} needs a value for {name}; delete the row if it was not read"
                    )
                continue
            if name in _NAMES and not _NUMBER.match(text):
                found[name] = self.labels.setdefault((name, text), _FIRST_NAME + len(self.labels))
                continue
            try:
                number_of_file = headers.plain_number(text, decision=name in _DECISIONS)
            except ValueError:
                why = "; write it without marks between the thousands" if _THOUSANDS.match(text) else ""
                self.bad_cell(number, name, printable(shortened(text)), f"is not a number{why}")
                continue
            value = number_of_file * factors[name] + self.zeros.get(name, 0.0)
            if name in self.read_from and math.isfinite(value):
                value = self.state(name, value, given, factors)
            value = abs(value) if name in _OF_EITHER_SIGN else value
            stepped = name in _UNSIGNED or (name == "time" and layout.name in _SIGNED_TIME)
            if stepped and abs(value) < _MAGNITUDES[UNITS[name]][0]:
                value = 0.0  # the zero of a sweep made in steps, or the trigger
            fault = _OVERFLOWN if _OVERFLOW <= abs(number_of_file) < math.inf else _fault(layout, name, value)
            if fault:
                self.bad_cell(number, name, text, fault)
            else:
                found[name] = value
        return found

    def bad_row(self, line: int, fault: str) -> None:
        self.faults.setdefault(fault, []).append(line)

    def bad_cell(self, line: int, name: str, text: str, fault: str) -> None:
        self.cells.setdefault((name, fault), []).append((line, text))

    def report_cells(self) -> None:
        """One message per cause: its first row or cell, and the number of further ones."""
        for fault, lines in self.faults.items():
            more = f"; {_further(len(lines), 'row')} as well" if len(lines) > 1 else ""
            self.report(lines[0], f"{fault}{more}")
        for (name, fault), found in self.cells.items():
            line, text = found[0]
            more = f"; {_further(len(found), 'cell')} of this column as well" if len(found) > 1 else ""
            self.report(line, f"{name}: {text!r} {fault}{more}")

    def experiment(self, layout: Layout, rows: list[tuple[int, dict[str, float]]]) -> Experiment:
        if len(rows) < layout.fewest:
            given = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
            self.report(rows[0][0], f"{layout.name} has {given}; at least {layout.fewest} are needed")
        if layout.name not in _SIGNED_TIME and any(values.get("time", 0.0) < 0.0 for _, values in rows):
            later = [row for row in rows if row[1].get("time", 0.0) >= 0.0]
            self.notes.append(f"{len(rows) - len(later)} rows before time zero are left out")
            rows = later or rows
        names = [n for n in (*layout.columns, *layout.optional) if any(n in values for _, values in rows)]
        columns = {n: np.array([values.get(n, math.nan) for _, values in rows]) for n in names}
        if layout.name in _SIGNED_TIME:
            self.check_time(columns, [number for number, _ in rows])
        dead = columns.get("conductance", np.ones(1)) <= 0.0
        if np.mean(dead) > _MOST_NOISE:
            self.report(
                rows[int(np.argmax(dead))][0],
                f"conductance is not above zero in {np.sum(dead)} of {len(rows)} rows",
            )
        elif np.any(dead):
            self.notes.append(
                f"conductance is not above zero in {np.sum(dead)} of {len(rows)} rows: noise of an open device"
            )
        return Experiment(layout, columns, tuple(number for number, _ in rows), self.file)

    def check_time(self, columns: dict[str, Array], lines: Sequence[int]) -> None:
        if "time" not in columns:
            return
        if np.min(columns["time"]) < 0.0:
            columns["time"] = columns["time"] - np.min(columns["time"])
        # unnumbered sweeps begin where time restarts
        if "cycle" not in columns:
            back = (np.diff(columns["time"]) < 0.0) & (columns["time"][1:] <= columns["time"][0])
            columns["cycle"] = np.concatenate([[0.0], np.cumsum(back)])
        sweep = columns["cycle"]
        backwards = (np.diff(columns["time"]) <= 0.0) & (np.diff(sweep) == 0.0)
        if np.any(backwards):
            place = int(np.argmax(backwards)) + 1
            self.report(
                lines[place], "time does not increase within a sweep; number the sweeps in a column `cycle`"
            )


def _whole(names: Sequence[str]) -> list[Layout]:
    """Experiments that have all their columns, without those whose columns another one has as well."""
    whole = [layout for layout in LAYOUTS.values() if layout.columns.keys() <= set(names)]
    return [
        one
        for one in whole
        if not any(
            one is not other
            and one.columns.keys() <= {*other.columns, *other.optional}
            and not other.columns.keys() <= {*one.columns, *one.optional}
            for other in whole
        )
    ]


def _further(count: int, word: str) -> str:
    """All but the first of some rows or cells."""
    return f"1 more {word}" if count == 2 else f"{count - 1} more {word}s"


def _unknown_columns(strange: Sequence[tuple[int, str, str]]) -> str:
    """Advice on columns that belong to no experiment, in one line."""
    near = next((hint for _, _, name in strange if (hint := _near(name))), "")
    names = ", ".join(repr(shortened(cell)) for _, cell, _ in strange)
    header = f"a header looks like `{EXAMPLE}`"
    if len(strange) == 1:
        return followed_by(f"column {strange[0][0]}: unknown column {names}{near}", header)
    unknown = f"columns {strange[0][0]} to {strange[-1][0]}: unknown columns {names}{near}"
    return followed_by(unknown, f"{header}, with one reading a row and devices in a column `device`")


def _near(name: str) -> str:
    hint = did_you_mean(name, UNITS)
    return hint if hint.startswith("; did you mean") else ""


def _fault(layout: Layout, name: str, value: float) -> str:
    """Problem of a number in a column; empty if there is none."""
    unit = UNITS[name]
    least, most = _MAGNITUDES[unit]
    if not math.isfinite(value):
        return "is not a finite number"
    if value < 0.0 and name in _UNSIGNED and layout.name not in _SWEPT:
        return "is negative; give the amplitude, without a sign"
    if name == "conductance" or (name == "time" and layout.name in {*_SIGNED_TIME, "retention"}):
        value = abs(value) or least  # noise, or a time before the trigger; the rows together show which
    if name not in _UNSIGNED and value < 0.0:
        return "is negative"
    if value == 0.0 and (name not in headers.MAY_BE_ZERO or (name == "voltage" and layout.name in _DRIVEN)):
        return "must be above zero"
    if name == "probability" and value > 1.0:
        return "is above 100 %"
    if value and not least <= abs(value) <= most:
        return f"is not a plausible measurement; between {least:g} and {most:g} {unit} is allowed"
    return ""
