"""Tables of values that a device spec may include, for models without a good formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array
from neuroest.core.errors import SpecError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.file_text import CsvTable, read_csv

_NANO, _KIBIBYTE = 1e9, 8192.0


@frozen_dataclass(eq=False)
class MemoryTable:
    """Memories of one family over node, banks, capacity and word width.

    Attributes
    ----------
    nodes, banks, capacities, widths : array
        Coordinates of the grid, ascending. [m, 1, bit, bit]
    supplies : array
        Supply that the values of each node belong to. [V]
    values : array
        Natural logarithms of the quantities in SI, in the order of `QUANTITIES`; the last axes are those of the grid.
        They rise along the axes that `RISING` names.
    fewest_words : float
        Least number of words in a bank of any memory of the table.
    temperatures : array
        Temperatures that the leakage is known at, ascending; the first is that of the grid. [K]
    leakage_rise : array
        Natural logarithm of the leakage over that at the first temperature, by node and temperature.
    """

    AXES: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"node_nm": 1e9, "banks": 1.0, "capacity_bit": 1.0, "width_bit": 1.0}
    )
    """Columns of the coordinates, each with the number of its units per SI unit: 22 over 1e9 is the double 22e-9."""
    QUANTITIES: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"read_pJ": 1e12, "write_pJ": 1e12, "area_mm2": 1e6, "leakage_uW": 1e6, "access_ns": 1e9, "cycle_ns": 1e9}
    )  # fmt: skip
    """Columns of the values, each with the number of its units per SI unit."""
    RISING: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            **dict.fromkeys(("read_pJ", "write_pJ", "area_mm2"), ("node_nm", "capacity_bit", "width_bit")),
            "leakage_uW": ("capacity_bit",),
            **dict.fromkeys(("access_ns", "cycle_ns"), ("node_nm", "capacity_bit")),
        }
    )
    """Axes along which no value may decrease; dips in the source are levelled out."""
    OTHERS: ClassVar[tuple[str, ...]] = ("temperature_K", "supply_V")

    nodes: Array
    banks: Array
    capacities: Array
    widths: Array
    supplies: Array
    values: Array
    fewest_words: float
    temperatures: Array
    leakage_rise: Array
    levelled: Mapping[str, float]
    """Largest factor by which levelling moved a value of each quantity."""
    file: str
    sha256: str

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Required columns of a file."""
        return (*cls.AXES, *cls.OTHERS, *cls.QUANTITIES)

    def summary(self) -> str:
        """Range of the table, in one line."""
        nodes = f"{self.nodes[0] * _NANO:g} nm to {self.nodes[-1] * _NANO:g} nm"
        capacities = f"{self.capacities[0] / _KIBIBYTE:g} KiB to {self.capacities[-1] / _KIBIBYTE:g} KiB"
        return (
            f"{nodes}, {capacities}, words of {self.widths[0]:g} to {self.widths[-1]:g} bits, {self.banks[0]:g} to "
            f"{self.banks[-1]:g} banks, {self.temperatures[0]:g} K to {self.temperatures[-1]:g} K"
        )

    @classmethod
    def read(cls, path: Path) -> MemoryTable:
        """Read the table from a CSV file; lines that begin with ``#`` are ignored.

        Raises
        ------
        SpecError
            With all that is wrong in the file.
        """
        return _Grid(read_csv(path)).table()


class _Grid:
    """Builder of a grid from the rows of a file."""

    def __init__(self, rows: CsvTable) -> None:
        rows.require(MemoryTable.columns())
        self.rows = rows
        units = {**MemoryTable.AXES, **MemoryTable.QUANTITIES}
        found = rows.numbers(MemoryTable.columns())
        self.columns = {name: np.asarray(values) / units.get(name, 1.0) for name, values in found.items()}

    def wrong(self, message: str, line: int = 0, name: str = "") -> SpecError:
        return SpecError([self.rows.problem(message, line, name)])

    def table(self) -> MemoryTable:
        """Rows as a grid, with gaps filled."""
        temperature = self.columns["temperature_K"]
        coldest = temperature == temperature.min()
        found = [np.unique(self.columns[name][coldest], return_inverse=True) for name in MemoryTable.AXES]
        axes, index = [axis for axis, _ in found], tuple(place for _, place in found)
        shape = tuple(len(axis) for axis in axes)
        if len(set(zip(*index, strict=True))) < len(index[0]):
            raise self.wrong("has two rows for the same memory")
        values = np.full((len(MemoryTable.QUANTITIES), *shape), np.nan)
        for place, name in enumerate(MemoryTable.QUANTITIES):
            values[place][index] = np.log(self.columns[name][coldest])
        supplies = np.full(shape[0], np.nan)
        supplies[index[0]] = self.columns["supply_V"][coldest]
        words = self.columns["capacity_bit"] / (self.columns["width_bit"] * self.columns["banks"])
        fewest = float(words.min())
        self._close_gaps(values)
        temperatures, rise = self._leakage_rise(axes, index, coldest)
        nodes, banks, capacities, widths = axes
        levelled = {}
        for place, (name, rising) in enumerate(MemoryTable.RISING.items()):
            level = risen(values[place], [tuple(MemoryTable.AXES).index(axis) for axis in rising])
            levelled[name] = float(np.exp(np.abs(level - values[place]).max()))
            values[place] = level
        return MemoryTable(
            nodes, banks, capacities, widths, supplies, values, fewest, temperatures, risen(rise, [1]),
            MappingProxyType(levelled), self.rows.file, self.rows.sha256,
        )  # fmt: skip

    def _close_gaps(self, values: Array) -> None:
        """Fill in memories with fewer words than any in the table, as corners of grid cells that extend beyond it.

        Each takes the step from the narrower word that the next larger capacity takes.
        """
        for width in range(1, values.shape[-1]):
            for capacity in range(values.shape[-2] - 2, -1, -1):
                here, narrower = values[..., capacity, width], values[..., capacity, width - 1]
                larger = values[..., capacity + 1, width] - values[..., capacity + 1, width - 1]
                values[..., capacity, width] = np.where(np.isnan(here), narrower + larger, here)
        if np.any(np.isnan(values)):
            message = (
                "has gaps: every node and number of banks needs every capacity with every width, but for memories of "
                "few words"
            )
            raise self.wrong(message)

    def _leakage_rise(
        self, axes: Sequence[Array], index: tuple[NDArray[np.intp], ...], coldest: NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        temperature = self.columns["temperature_K"]
        known = np.unique(temperature)
        rise = np.full((len(axes[0]), len(known)), np.nan)
        rise[:, 0] = 0.0
        leakage = dict(
            zip(zip(*index, strict=True), np.log(self.columns["leakage_uW"][coldest]), strict=True)
        )
        for row in np.flatnonzero(~coldest):
            place = tuple(
                int(np.searchsorted(axis, self.columns[name][row]))
                for name, axis in zip(MemoryTable.AXES, axes, strict=True)
            )
            base = leakage.get(place)
            if base is None:
                message = "this memory has no row at the lowest temperature"
                raise self.wrong(message, self.rows.rows[int(row)][0], "temperature_K")
            at = int(np.searchsorted(known, temperature[row]))
            rise[place[0], at] = np.log(self.columns["leakage_uW"][row]) - base
        if np.any(np.isnan(rise)):
            message = "needs the leakage of one memory of every node at every temperature"
            raise self.wrong(message, 0, "temperature_K")
        return known, rise


def risen(values: Array, axes: Sequence[int]) -> Array:
    """The grid with dips along the axes removed, half from the points before and half from those after.

    The largest value up to a point and the smallest from it on both rise along every axis, so their mean does; where
    the grid rises already, all three are the same.
    """
    before, behind = values, values
    for axis in axes:
        before = np.maximum.accumulate(before, axis=axis)
        behind = np.flip(np.minimum.accumulate(np.flip(behind, axis), axis=axis), axis)
    return (before + behind) / 2.0
