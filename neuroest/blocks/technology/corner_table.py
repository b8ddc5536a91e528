"""Table of process corners: slow and fast transistors by node, supply and temperature."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import SpecError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.file_text import CsvTable, read_csv

_NANO, _MILLI = 1e9, 1e3
_NAMES = MappingProxyType({"slow": "ss", "fast": "ff"})
_TYPICAL = "tt"
_MIXED = frozenset({"sf", "fs"})


@frozen_dataclass(eq=False)
class CornerTable:
    """Ratios of slow and fast transistors to typical ones.

    Attributes
    ----------
    nodes, shares, temperatures : array
        Coordinates, ascending: node, supply over the nominal one, temperature. [m, 1, K]
    ratios : mapping
        Natural logarithm of the ratio of each quantity, by corner and quantity, over node, share and temperature.
    shifts : mapping
        Threshold of an n-type transistor less that of a typical one, by corner, over the same. [V]
    kits : tuple of str
        Design kit of each node.
    """

    TEXTS: ClassVar[tuple[str, ...]] = ("kit", "corner")
    AXES: ClassVar[tuple[str, ...]] = ("node_nm", "supply_share", "temperature_K")
    QUANTITIES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"delay": "delay_ps", "energy": "energy_fJ", "leakage": "leakage_pA", "drive": "drive_n_uA"}
    )
    """Columns whose ratio each quantity is."""
    COLD: ClassVar[frozenset[str]] = frozenset({"delay", "energy"})
    """Quantities with a value at the lowest temperature only, because they hardly depend on it."""
    THRESHOLD: ClassVar[str] = "threshold_n_mV"

    nodes: Array
    shares: Array
    temperatures: Array
    ratios: Mapping[tuple[str, str], Array]
    shifts: Mapping[str, Array]
    kits: tuple[str, ...]
    file: str
    sha256: str

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Required columns of a file."""
        return (*cls.TEXTS, *cls.AXES, *cls.QUANTITIES.values(), cls.THRESHOLD)

    def summary(self) -> str:
        """Range of the table, in one line."""
        kits = ", ".join(
            f"{node * _NANO:g} nm ({kit})" for node, kit in zip(self.nodes, self.kits, strict=True)
        )
        return (
            f"{kits}; {self.shares[0]:g} to {self.shares[-1]:g} times the nominal supply, "
            f"{self.temperatures[0]:g} K to {self.temperatures[-1]:g} K"
        )

    @classmethod
    def read(cls, path: Path) -> CornerTable:
        """Read the table from a CSV file; lines that begin with ``#`` are ignored.

        Raises
        ------
        SpecError
            With all that is wrong in the file.
        """
        return _Grid(read_csv(path)).table()


class _Grid:
    """Builder of grids from the rows of a file."""

    def __init__(self, table: CsvTable) -> None:
        table.require(CornerTable.columns())
        self.file = table
        cold = [CornerTable.QUANTITIES[name] for name in CornerTable.COLD]
        numeric = [name for name in CornerTable.columns() if name not in CornerTable.TEXTS]
        numbers = table.numbers(numeric, may_be_empty=cold)
        texts = {name: table.texts(name) for name in CornerTable.TEXTS}
        self.rows: dict[tuple[float, str, float, float], Mapping[str, float]] = {}
        self.kit: dict[float, str] = {}
        for place, (line, _) in enumerate(table.rows):
            values = {name: column[place] for name, column in numbers.items()}
            self._row(line, texts["kit"][place], texts["corner"][place], values)

    def _wrong(self, message: str, line: int = 0, name: str = "") -> SpecError:
        return SpecError([self.file.problem(message, line, name)])

    def _row(self, line: int, kit: str, corner: str, values: Mapping[str, float]) -> None:
        if corner not in {*_NAMES.values(), _TYPICAL, *_MIXED}:
            raise self._wrong(f"{corner!r} is not a corner; allowed: ss, tt, ff, sf, fs", line, "corner")
        node, share, temperature = (values[name] for name in CornerTable.AXES)
        if self.kit.setdefault(node, kit) != kit:
            raise self._wrong("has two kits for one node", line, "kit")
        if (node, corner, share, temperature) in self.rows:
            raise self._wrong("has two rows for the same transistors", line, "corner")
        self.rows[node, corner, share, temperature] = values

    def table(self) -> CornerTable:
        """Rows as grids of logarithms of ratios."""
        known = [(node, share, warm) for node, corner, share, warm in self.rows if corner == _TYPICAL]
        axes = [sorted({key[place] for key in known}) for place in range(3)]
        ratios, shifts = {}, {}
        for corner, short in _NAMES.items():
            for quantity, column in CornerTable.QUANTITIES.items():
                cold = quantity in CornerTable.COLD
                used = [axes[0], axes[1], axes[2][:1] if cold else axes[2]]
                found = np.log(self._values(used, short, column) / self._values(used, _TYPICAL, column))
                ratios[corner, quantity] = np.repeat(found, len(axes[2]), axis=2) if cold else found
            typical, own = (self._values(axes, name, CornerTable.THRESHOLD) for name in (_TYPICAL, short))
            shifts[corner] = (own - typical) / _MILLI
        nodes, shares, temperatures = (np.asarray(axis) for axis in axes)
        return CornerTable(
            nodes / _NANO, shares, temperatures, MappingProxyType(ratios), MappingProxyType(shifts),
            tuple(self.kit[node] for node in axes[0]), self.file.file, self.file.sha256,
        )  # fmt: skip

    def _values(self, axes: Sequence[Sequence[float]], corner: str, column: str) -> Array:
        found = np.full([len(axis) for axis in axes], np.nan)
        for place in np.ndindex(found.shape):
            node, share, temperature = (axis[i] for axis, i in zip(axes, place, strict=True))
            row = self.rows.get((node, corner, share, temperature))
            if row is not None:
                found[place] = row[column]
            if not math.isfinite(found[place]):
                what = f"{node:g} nm, {share:g} times the nominal supply and {temperature:g} K"
                raise self._wrong(f"needs the {column} of {corner} at {what}")
        return found
