"""Table of process corners: what slow and fast dies make of a transistor, by node, supply and temperature."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.errors import Problem, SpecError, did_you_mean
from neuroest.specs.file_text import decoded, file_content

Array: TypeAlias = NDArray[np.float64]

_NANO, _MILLI = 1e9, 1e3
_NAMES = MappingProxyType({"slow": "ss", "fast": "ff"})
_TYPICAL = "tt"
_MIXED = frozenset({"sf", "fs"})


@dataclass(frozen=True, eq=False, repr=False)
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
    """Column that each quantity is the ratio of."""
    COLD: ClassVar[frozenset[str]] = frozenset({"delay", "energy"})
    """Quantities that have a value at the lowest temperature only, where they hardly depend on it."""
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
        """Columns that a file must have."""
        return (*cls.TEXTS, *cls.AXES, *cls.QUANTITIES.values(), cls.THRESHOLD)

    def summary(self) -> str:
        """What the table covers, in a line."""
        kits = ", ".join(
            f"{node * _NANO:g} nm ({kit})" for node, kit in zip(self.nodes, self.kits, strict=True)
        )
        return (
            f"{kits}; {self.shares[0]:g} to {self.shares[-1]:g} times the nominal supply, "
            f"{self.temperatures[0]:g} K to {self.temperatures[-1]:g} K"
        )

    @classmethod
    def read(cls, path: Path) -> CornerTable:
        """The table of a CSV file, lines that begin with ``#`` left out.

        Raises
        ------
        SpecError
            With all that is wrong in the file.
        """
        return _Reader(path).table()


class _Reader:
    """Collects the rows of a table and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        content = file_content(path, self.file)
        self.sha256 = hashlib.sha256(content).hexdigest()
        lines = enumerate(decoded(content, self.file).split("\n"), 1)
        kept = [(number, line) for number, line in lines if line.strip() and not line.startswith("#")]
        if len(kept) <= 1:
            raise self._wrong("has no rows")
        heading = [name.strip() for name in kept[0][1].split(",")]
        missing = [name for name in CornerTable.columns() if name not in heading]
        if missing:
            raise SpecError(
                [
                    Problem(
                        self.file,
                        kept[0][0],
                        1,
                        name,
                        f"is not among the columns{did_you_mean(name, heading)}",
                    )
                    for name in missing
                ]
            )
        self.rows: dict[tuple[float, str, float, float], Mapping[str, float]] = {}
        self.kit: dict[float, str] = {}
        for number, line in kept[1:]:
            self._row(number, dict(zip(heading, (cell.strip() for cell in line.split(",")), strict=False)))

    def _wrong(self, message: str, line: int = 0, name: str = "") -> SpecError:
        return SpecError([Problem(self.file, line, 1 if line else 0, name, message)])

    def _row(self, line: int, cells: Mapping[str, str]) -> None:
        values = {}
        cold = {CornerTable.QUANTITIES[name] for name in CornerTable.COLD}
        for name in CornerTable.columns():
            if name in CornerTable.TEXTS:
                continue
            text = cells.get(name, "")
            values[name] = math.nan if name in cold and not text else _number(text)
            if values[name] <= 0.0:
                raise self._wrong(f"{text!r} is not a number above zero", line, name)
        corner = cells["corner"]
        if corner not in {*_NAMES.values(), _TYPICAL, *_MIXED}:
            raise self._wrong(f"{corner!r} is no corner; allowed: ss, tt, ff, sf, fs", line, "corner")
        node, share, temperature = (values[name] for name in CornerTable.AXES)
        if self.kit.setdefault(node, cells["kit"]) != cells["kit"]:
            raise self._wrong("has two kits for one node", line, "kit")
        if (node, corner, share, temperature) in self.rows:
            raise self._wrong("has two rows for the same transistors", line, "corner")
        self.rows[node, corner, share, temperature] = values

    def table(self) -> CornerTable:
        """The rows as grids of ratios."""
        known = [(node, share, warm) for node, corner, share, warm in self.rows if corner == _TYPICAL]
        axes = [sorted({key[place] for key in known}) for place in range(3)]
        ratios, shifts = {}, {}
        for corner, short in _NAMES.items():
            for quantity, column in CornerTable.QUANTITIES.items():
                cold = quantity in CornerTable.COLD
                ratios[corner, quantity] = self._grid(axes, short, column, cold=cold)
            typical, own = (self._values(axes, name, CornerTable.THRESHOLD) for name in (_TYPICAL, short))
            shifts[corner] = (own - typical) / _MILLI
        nodes, shares, temperatures = (np.asarray(axis) for axis in axes)
        return CornerTable(
            nodes / _NANO, shares, temperatures, MappingProxyType(ratios), MappingProxyType(shifts),
            tuple(self.kit[node] for node in axes[0]), self.file, self.sha256,
        )  # fmt: skip

    def _grid(self, axes: Sequence[Sequence[float]], corner: str, column: str, *, cold: bool) -> Array:
        """Logarithms of the ratios."""
        used = [axes[0], axes[1], axes[2][:1] if cold else axes[2]]
        found = np.log(self._values(used, corner, column) / self._values(used, _TYPICAL, column))
        return np.repeat(found, len(axes[2]), axis=2) if cold else found

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


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return -math.inf
    return value if math.isfinite(value) else -math.inf
