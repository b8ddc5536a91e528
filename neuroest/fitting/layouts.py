"""Layouts of measurements: the columns of each kind of experiment, and its rows in SI units.

A file contains one experiment, identified by its columns or by the comment ``# experiment: name``, or several,
identified by a column ``experiment``; cells that an experiment does not have stay empty.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.fitting.headers import UNITS


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


def _layout(name: str, *, columns: Sequence[str], optional: Sequence[str] = (), **about: Any) -> Layout:
    needed, further = ({n: UNITS[n] for n in names} for names in (columns, (*_LABELS, *optional)))
    return Layout(name=name, columns=needed, optional=further, **about)


LAYOUTS: Mapping[str, Layout] = {
    name: _layout(name, **about)
    for name, about in read_data(Path(__file__).with_name("experiments.yaml")).items()
}
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
