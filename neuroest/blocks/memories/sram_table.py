"""Static memory from a table over node, banks, capacity and width."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import (
    AreaCost,
    Characteristic,
    Check,
    EnergyCost,
    NetworkContext,
    StaticCost,
    either,
)
from neuroest.blocks.memories.base import Memory, MemoryBlock
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import at_corner, leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import SpecError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.provenance import recorded
from neuroest.equations import memories as equations
from neuroest.equations import technology
from neuroest.equations._numbers import bracketed, interpolated
from neuroest.specs.base import Count
from neuroest.specs.file_text import CsvTable, read_csv
from neuroest.specs.parameters import EXACT, Record, positive

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
    def read(cls, path: Path) -> "MemoryTable":
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
        # gaps are memories with fewer words than any in the table, at corners of grid cells that extend beyond it; each
        # takes the step from the narrower word that the next larger capacity takes
        for width in range(1, values.shape[-1]):
            for capacity in range(values.shape[-2] - 2, -1, -1):
                here, narrower = values[..., capacity, width], values[..., capacity, width - 1]
                larger = values[..., capacity + 1, width] - values[..., capacity + 1, width - 1]
                values[..., capacity, width] = np.where(np.isnan(here), narrower + larger, here)
        if np.any(np.isnan(values)):
            raise self.wrong(
                "has gaps: every node and number of banks needs every capacity with every width, but for memories of "
                "few words"
            )
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


class SramTableParameters(Record):
    """SRAM from a table over node, banks, capacity and word width, with correction factors for the table."""

    table = MemoryTable

    cell_squares: u.PerBit = positive(exact=EXACT)
    """Area of the table's memory cell in squares of its node."""
    read_energy_factor: u.Dimensionless = positive()
    """Ratio of a real macro's read energy to that of the table."""
    write_energy_factor: u.Dimensionless = positive()
    """Ratio of a real macro's write energy to that of the table."""
    area_factor: u.Dimensionless = positive()
    """Ratio of a real macro's area to that of the table with the process's memory cell."""
    leakage_factor: u.Dimensionless = positive()
    """Ratio of a real macro's leakage to that of the table."""
    access_time_factor: u.Dimensionless = positive()
    """Ratio of a real macro's access time to that of the table."""


class SramTableBlock(MemoryBlock):
    """Static memory from the table of a memory model."""

    record = SramTableParameters
    model: Literal["sram_table"]
    banks: Count = 1.0
    """Banks that share the capacity, each with its own periphery, so that all can be accessed simultaneously."""


_TWO_PORT_CELL = 8.0 / 6.0
"""Ratio of the transistor count of a cell with one read and one write port to that of a single-port cell."""


class TabulatedSram(Memory):
    """Static memory with costs from a table over node, banks, capacity and word width.

    Model errors
    ------------
    energy
        compiler, corner and shape of the real macro; its deviation from the table is a factor of the device
    area
        as for energy
    static_power
        threshold options beyond those in the device's band
    """

    schema = SramTableBlock
    prior_error = model_errors(energy=1.15, area=1.15, static_power=1.5)
    device: SramTableParameters
    table: MemoryTable

    def node(self) -> u.Metre:
        """Node of the table used for the chip: its own, or the nearest end of the table."""
        nodes = self.table.nodes
        node = self.process.feature_size
        return either(node < nodes[0], float(nodes[0]), either(node > nodes[-1], float(nodes[-1]), node))

    def beyond(self) -> Any:
        """Whether the chip's node is finer than any in the table."""
        return self.process.feature_size < self.table.nodes[0]

    def place(self, axis: str, value: u.Numeric) -> Any:
        """Position of a coordinate on an axis of the table."""
        return bracketed(np.log(getattr(self.table, axis)), np.log(np.asarray(value, dtype=np.float64)))

    def logarithms(self) -> Any:
        """Logarithms of all table quantities for this memory, with quantities on the first axis."""
        found = interpolated(
            self.table.values,
            [
                self.place("nodes", self.node()),
                self.place("banks", self.options["banks"]),
                self.place("capacities", self.options["capacity"]),
                self.place("widths", self.options["width"]),
            ],
        )
        return np.asarray(found)

    def quantity(self, name: str) -> u.Numeric:
        """One table quantity for this memory, in SI units."""
        place = tuple(MemoryTable.QUANTITIES).index(name)
        return self.reported(np.exp(self.logarithms()[place]), name)

    def reported(self, value: u.Numeric, name: str) -> u.Numeric:
        """A table value with its coordinates, for derivations."""
        found: u.Numeric = recorded(
            value, name, "power laws between the rows of a table", "docs/models/digital.md",
            node=self.process.feature_size, banks=self.options["banks"], capacity=self.options["capacity"],
            width=self.options["width"],
        )  # fmt: skip
        return found

    def reference_voltage(self) -> u.Volt:
        """Supply for which the table's values are stated."""
        return self.reported(interpolated(self.table.supplies, [self.place("nodes", self.node())]), "supply")

    def ratio(self, of: Any) -> u.Dimensionless:
        """Scaling of the table's value to the chip's supply, and to its process if that is finer."""
        voltage = self.reference_voltage()
        same = of(self, voltage, self.process)
        return either(self.beyond(), of(self, voltage, self.device_process or self.process), same)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one read and one write of a word; on processes finer than the table's it scales with the lines."""
        voltage = self.reference_voltage()
        home = self.device_process or self.process
        ratio = either(
            self.beyond(),
            equations.line_energy_factor(
                self.process.sram_bitcell_area,
                home.sram_bitcell_area,
                self.technology.supply_voltage,
                voltage,
            ),
            technology.supply_energy_factor(self.technology.supply_voltage, voltage),
        )
        ratio = at_corner(self, "switching_energy", ratio)
        return self.accesses(
            self.quantity("read_pJ") * self.device.read_energy_factor * ratio,
            self.quantity("write_pJ") * self.device.write_energy_factor * ratio,
        )

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the macro, with the memory cell of the chip's process in place of the table's."""
        cell = technology.cell_area_ratio(
            self.process.sram_bitcell_area, self.device.cell_squares, self.node()
        )
        area = self.quantity("area_mm2") * self.device.area_factor * cell
        return [AreaCost(self.path, "macro", area)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the macro at the chip's temperature."""
        leakage = (
            self.quantity("leakage_uW") * self.device.leakage_factor * self.ratio(TabulatedSram.leakage_ratio)
        )
        warm = self.warmest()
        rise = interpolated(
            self.table.leakage_rise,
            [self.place("nodes", self.node()), bracketed(self.table.temperatures, warm)],
        )
        leakage = leakage * self.reported(np.exp(rise), "leakage_rise")
        return [
            StaticCost(self.path, "leakage", leakage_at_chip_temperature(self, leakage, warm, self.flavour))
        ]

    def warmest(self) -> u.Kelvin:
        """Temperature up to which the table states leakage; above it, the process extrapolates."""
        known, here = self.table.temperatures, self.technology.temperature
        return either(here < known[0], float(known[0]), either(here > known[-1], float(known[-1]), here))

    def access_time(self) -> u.Second:
        """Time from one access to the next: the access time or the cycle time, whichever is longer."""
        time = np.maximum(self.quantity("access_ns"), self.quantity("cycle_ns"))
        return time * self.device.access_time_factor * self.ratio(TabulatedSram.delay_ratio)

    def busy_time(self, reads: u.Numeric, writes: u.Numeric) -> u.Second:
        """Time of these accesses, with all banks in parallel, each with one port."""
        return (reads + writes) * self.access_time() / self.options["banks"]

    def words(self) -> u.Dimensionless:
        """Words of one bank."""
        return self.options["capacity"] / (self.options["width"] * self.options["banks"])

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that a designer asks for: words per bank, and cycle time."""
        return [
            self.characteristic("words_per_bank", self.words(), "1"),
            self.characteristic("access_time", self.access_time(), "s"),
        ]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the table contains this memory, process and temperature.

        Checks
        ------
        memory_words
            a bank has fewer words than any in the memory table
        memory_node
            the memory table has no node as coarse as this process
        memory_node_beyond
            the process is finer than any node of the memory table and scaled from the finest
        memory_temperature
            the memory table has no leakage at this temperature; it is extrapolated with that of the process
        """
        t, o = self.table, self.options
        node, temperature = self.process.feature_size, self.technology.temperature
        inside = [
            ("memory_capacity", o["capacity"], t.capacities[0], t.capacities[-1], "bit", "capacity"),
            ("memory_width", o["width"], t.widths[0], t.widths[-1], "bit", "word width"),
            ("memory_banks", o["banks"], t.banks[0], t.banks[-1], "1", "number of banks"),
        ]
        return [
            *self.flavour_checks(),
            *(
                self.check_range(
                    name, value, low, high, unit, f"{what} is outside the memory table", "infeasible"
                )
                for name, value, low, high, unit, what in inside
            ),
            self.require("infeasible", "memory_words", self.words(), ">=", t.fewest_words),
            self.require("infeasible", "memory_node", node, "<=", t.nodes[-1], "m"),
            self.require("extrapolation", "memory_node_beyond", node, ">=", t.nodes[0], "m"),
            self.check_range("memory_temperature", temperature, t.temperatures[0], t.temperatures[-1], "K"),
        ]
