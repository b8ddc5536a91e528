"""Static memory from a table over capacity and width."""

from typing import Any, Literal

import numpy as np

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
from neuroest.blocks.memories.memory_table import MemoryTable
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import at_corner, leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.core.provenance import recorded
from neuroest.equations import memories as equations
from neuroest.equations import technology
from neuroest.equations._numbers import bracketed, interpolated
from neuroest.specs.base import Count
from neuroest.specs.parameters import EXACT, Record, positive


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
