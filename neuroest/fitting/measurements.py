"""Read measurement files: tables, workbooks and several devices, with the rows of each kind of experiment joined."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.fitting import headers
from neuroest.fitting.headers import UNITS, Experiment, Measurements, Stated, example_folder
from neuroest.fitting.table_reader import read_table
from neuroest.fitting.tables import sheets_of
from neuroest.specs.file_text import is_file

_FIRST_RUN = 1e12
"""Number of the first sweep of a second sheet, larger than the number of any name."""
_OF_SETTINGS = frozenset({"settings", "calc", "formulas"})
"""Sheets of a Keithley 4200 that hold no readings."""


def read_measurements(path: Path | str, stated: Stated = Stated()) -> Measurements:  # noqa: B008 - frozen
    """Read the measurements of a CSV file and report all problems at once.

    Raises
    ------
    SpecError
        With place and fix: a column without a unit or with the wrong dimension, a missing column, text instead of a
        number, a value that is not finite or not possible, time that does not increase, too few rows.
    """
    sheets = sheets_of(Path(path))
    if len(sheets) == 1:
        return read_table(sheets[0].table, stated)
    used = []
    for sheet in sheets:
        rows = [(sheet.table.line, sheet.table.heading), *sheet.table.rows]
        start = headers.header_row(rows)
        if start is not None and sum(headers.column_of(cell)[0] in UNITS for cell in rows[start][1]) > 1:
            used.append(sheet)
    used = used or sheets[:1]
    # what a Keithley 4200 was set to is a table too, but none of readings
    used = [sheet for sheet in used if sheet.name.lower() not in _OF_SETTINGS] or used
    labels: dict[tuple[str, str], float] = {}
    tables = [(sheet.name, replace(sheet.table, file=f"{path} ({sheet.name})")) for sheet in used]
    found = [read_table(table, stated, labels, str(path)) for _, table in tables]
    others = ", ".join(sheet.name for sheet in sheets if sheet not in used)
    notes = [f"sheets without a header of measurements, not read: {others}"] if others else []
    if len(found) > 1:
        names = ", ".join(sheet.name for sheet in used)
        notes.append(f"sheets {names} are read as runs of one device; name devices in a column `device`")
        # sweeps are renumbered, so that they differ from those of other runs
        for run, one in enumerate(found):
            cycles = [e.column("cycle", 0.0) + run * _FIRST_RUN for e in one.experiments]
            numbered = zip(one.experiments, cycles, strict=True)
            experiments = tuple(replace(e, columns={**e.columns, "cycle": cycle}) for e, cycle in numbered)
            found[run] = replace(one, experiments=experiments)
    known = dict.fromkeys(note for one in found for note in one.notes)
    return replace(_joined(found), file=str(path), notes=(*notes, *known))


def read_devices(paths: Sequence[Path], stated: Stated = Stated()) -> Measurements:  # noqa: B008 - frozen
    """Read the measurements of several files; a file that names no device counts as a separate device.

    Raises
    ------
    NeuroestError
        If a file is given twice.
    SpecError
        With the problems of the first file that cannot be read.
    """
    seen: dict[Path, Path] = {}
    for path in paths:
        twice = seen.setdefault(path.resolve(), path)
        if twice is not path:
            raise NeuroestError(
                f"{path}: is given twice, as {twice}; a device counted twice narrows every band"
            )
    files = [read_measurements(path, stated) for path in paths]
    if len(files) == 1:
        return files[0]
    notes = tuple(f"{file.file}: {note}" for file in files for note in file.notes)
    return replace(_joined(_of_devices(files)), notes=notes)


def _of_devices(files: Sequence[Measurements]) -> list[Measurements]:
    """Renumber the devices so that they differ from those of other files."""
    most: dict[str, float] = {}
    for experiment in (e for file in files for e in file.experiments):
        highest, kind = float(np.nanmax(experiment.column("device", 0.0))), experiment.layout.name
        most[kind] = max(most.get(kind, 0.0), highest)

    def apart(e: Experiment, number: int) -> Experiment:
        device = e.column("device", 0.0) + number * (most[e.layout.name] + 1.0)
        return replace(e, columns={**e.columns, "device": device})

    return [
        replace(file, experiments=tuple(apart(e, at) for e in file.experiments))
        for at, file in enumerate(files)
    ]


def _joined(files: Sequence[Measurements]) -> Measurements:
    """Merge measurements: concatenate the rows of each kind of experiment."""
    kinds = dict.fromkeys(e.layout.name for file in files for e in file.experiments)
    joined = []
    for kind in kinds:
        parts = [e for file in files for e in file.experiments if e.layout.name == kind]
        names = dict.fromkeys(name for part in parts for name in part.columns)
        columns = {name: np.concatenate([part.column(name) for part in parts]) for name in names}
        lines = tuple(line for part in parts for line in part.lines)
        joined.append(Experiment(parts[0].layout, columns, lines, parts[0].file))
    comments = {key: text for file in reversed(files) for key, text in file.comments.items()}
    return Measurements(", ".join(Path(file.file).name for file in files), tuple(joined), comments)


def published(name: str) -> Measurements:
    """Path of a shipped published measurement.

    Raises
    ------
    NeuroestError
        If no such file ships.
    """
    path = example_folder() / f"{name}.csv"
    if not is_file(path):
        raise NeuroestError(f"no published measurement {name!r} ships")
    return read_measurements(path)
