"""Memories on the chip."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Characteristic,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    at_corner,
    either,
    leakage_at_chip_temperature,
    leakage_ratio,
    logic_area_ratio,
    logic_delay_ratio,
    logic_energy_ratio,
)
from neuroest.devices.digital import (
    LogicLibraryParameters,
    MemoryMacroParameters,
    SramParameters,
    SramTableParameters,
)
from neuroest.devices.tables import MemoryTable
from neuroest.equations import _grids as grids
from neuroest.equations import digital, technology
from neuroest.equations import memories as equations
from neuroest.provenance import recorded
from neuroest.units import Bit, Dimensionless, Joule, Kelvin, Metre, Numeric, Second, Volt

_LARGEST_REGISTER_FILE = 32768.0
"""Bits above which nobody builds a memory of flip-flops; design practice."""
_MOST_REGISTER_PORTS = 8.0
"""Ports beyond which a file is built of multi-ported cells or of copies; design practice."""
_TWO_PORT_CELL = 8.0 / 6.0
"""Transistors of a cell with one read and one write port over those of one with a single port."""


class Memory(Component[Any]):
    """What counting and timing must know of a memory."""

    family: ClassVar[str] = "memory"
    synchronous: ClassVar[bool] = True
    moves: ClassVar[bool] = True
    stores: ClassVar[bool] = True

    @abstractmethod
    def access_time(self) -> Second:
        """Time of one access."""

    def busy_time(self, reads: Numeric, writes: Numeric) -> Second:
        """Time that so many accesses take."""
        return (reads + writes) * self.access_time()

    def accesses(self, read: Joule, write: Joule) -> list[EnergyCost]:
        """Energy of reading and of writing one word."""
        return [
            self.energy("read", "read", read, "memory access", owner="memory"),
            self.energy("write", "write", write, "memory access", owner="memory"),
        ]


class MemoryMacro(Memory):
    """Memory by its values per bit."""

    model: ClassVar[str] = "memory_macro"
    device: MemoryMacroParameters

    @property
    def forgets(self) -> bool:
        """What needs no refresh keeps its state by itself."""
        return bool(np.any(self.device.refresh_power > 0.0))

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Bits of a word."""
        width = self.options["width"]
        return self.accesses(width * self.device.read_energy, width * self.device.write_energy)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the macro as stated, periphery included."""
        return [AreaCost(self.path, "macro", self.options["capacity"] * self.device.area)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage at the chip's temperature, and refresh."""
        leakage = equations.bitcell_leakage_power(self.options["capacity"], self.device.leakage_power)
        refresh = equations.bitcell_leakage_power(self.options["capacity"], self.device.refresh_power)
        return [
            StaticCost(self.path, "leakage", leakage_at_chip_temperature(self, leakage)),
            StaticCost(self.path, "refresh", refresh),
        ]

    def access_time(self) -> Second:
        """The slower of both."""
        return np.maximum(self.device.read_time, self.device.write_time)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether capacity and process are those that the values stand for."""
        d = self.device
        return [
            self.check_range(
                "memory_capacity", self.options["capacity"], d.minimum_capacity, d.maximum_capacity, "bit",
                "capacity lies outside of what the values of the macro stand for",
            ),
            Check(
                "memory_process", self.path, "range", self.device_process is None,
                "the values of the macro belong to another process and are used as they stand",
            ),
        ]  # fmt: skip


class RegisterFile(Memory):
    """Registers with a multiplexer."""

    model: ClassVar[str] = "register_file"
    device: LogicLibraryParameters

    def words(self) -> Dimensionless:
        """Words that the capacity holds."""
        return self.options["capacity"] / self.options["width"]

    @property
    def shared(self) -> bool:
        """Whether reading and writing wait for one another."""
        return not {"read_ports", "write_ports"} & set(self.options)

    def ports(self, name: str) -> Dimensionless:
        """Words of a kind that move in one cycle."""
        ports: Dimensionless = self.options.get(name, 1.0)
        return ports

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of a word: it grows with the depth of the multiplexer."""
        d = self.device
        energy = digital.register_file_energy(
            d.register_energy, self.options["width"], self.words(), d.register_file_depth
        )
        energy = energy * logic_energy_ratio(self, d.reference_voltage) * d.overhead
        return self.accesses(energy, energy)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Registers on the chip's process, with the overhead of a real datapath."""
        d = self.device
        further = self.ports("read_ports") + self.ports("write_ports") - 2.0
        area = digital.register_file_area(
            d.register_area, self.options["width"], self.words(), further, d.register_port_area
        )
        return [AreaCost(self.path, "registers", area * logic_area_ratio(self) * d.area_overhead)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of all gates that fit the area."""
        gates = self.areas(network)[0].area / self.process.gate_area
        width = gates * self.device.leakage_width * self.process.feature_size
        power = technology.gate_leakage_power(self.process.off_current, width, self.technology.supply_voltage)
        return [StaticCost(self.path, "leakage", leakage_at_chip_temperature(self, power))]

    def access_time(self) -> Second:
        """One cycle."""
        time: Second = 1.0 / self.options["clock_frequency"]
        return time

    def busy_time(self, reads: Numeric, writes: Numeric) -> Second:
        """Cycles of the ports that are busy longest."""
        if self.shared:
            return super().busy_time(reads, writes)
        cycles = np.maximum(reads / self.ports("read_ports"), writes / self.ports("write_ports"))
        time: Second = cycles * self.access_time()
        return time

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether a memory of cells were the better choice."""
        return [
            self.check_range(
                "memory_capacity", self.options["capacity"], 1.0, _LARGEST_REGISTER_FILE, "bit",
                "register files of this size are built as memory cells",
            ),
            self.check_range(
                "register_ports", self.ports("read_ports") + self.ports("write_ports"), 2.0, _MOST_REGISTER_PORTS,
                "1", "register files with so many ports are built of cells with a port for each, or of copies",
            ),
        ]  # fmt: skip


class Sram(Memory):
    """Static memory whose cost follows power laws of capacity and width."""

    model: ClassVar[str] = "sram"
    device: SramParameters

    @property
    def macro(self) -> Bit:
        """Capacity of one macro."""
        return self.options["capacity"] / self.options["banks"]

    @property
    def cells(self) -> Dimensionless:
        """Size of the memory cell over that of one with a single port."""
        return _TWO_PORT_CELL if self.spec.ports == "read_and_write" else 1.0

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one read and one write of a word."""
        d, ratio = self.device, logic_energy_ratio(self, self.device.reference_voltage)
        read = equations.sram_access_energy(
            self.macro, self.options["width"], d.read_energy, d.reference_capacity,
            d.reference_width, d.read_capacity_exponent, d.read_width_exponent,
        )  # fmt: skip
        write = equations.sram_access_energy(
            self.macro, self.options["width"], d.write_energy, d.reference_capacity,
            d.reference_width, d.write_capacity_exponent, d.write_width_exponent,
        )  # fmt: skip
        return self.accesses(read * ratio, write * ratio)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the macro; between processes it follows the memory cell, not logic."""
        d = self.device
        macro = equations.sram_area(self.macro, d.area, d.reference_capacity, d.area_exponent)
        area = macro * self.options["banks"] * self.cells
        if self.device_process is not None:
            area = area * (self.process.sram_bitcell_area / self.device_process.sram_bitcell_area)
        return [AreaCost(self.path, "macro", area)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the macro."""
        d = self.device
        macro = equations.sram_leakage(self.macro, d.leakage_power, d.reference_capacity, d.leakage_exponent)
        power = macro * self.options["banks"] * self.cells
        ratio = leakage_ratio(self, d.reference_voltage)
        leakage = leakage_at_chip_temperature(self, power * ratio, d.leakage_temperature)
        return [StaticCost(self.path, "leakage", leakage)]

    def access_time(self) -> Second:
        """Time of one access."""
        d = self.device
        time = equations.sram_access_time(
            self.macro, d.access_time, d.reference_capacity, d.access_time_exponent
        )
        return time * logic_delay_ratio(self, d.reference_voltage)

    def busy_time(self, reads: Numeric, writes: Numeric) -> Second:
        """All banks work side by side, and so do the two ports of a macro."""
        accesses = np.maximum(reads, writes) if self.spec.ports == "read_and_write" else reads + writes
        time: Second = accesses * self.access_time() / self.options["banks"]
        return time

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether capacity and width lie within the fit."""
        d = self.device
        return [
            self.check_range(
                "memory_capacity", self.macro, d.minimum_capacity, d.maximum_capacity, "bit",
                "capacity lies outside the memory fit",
            ),
            self.check_range(
                "memory_width", self.options["width"], d.minimum_width, d.maximum_width, "bit",
                "word width lies outside the memory fit",
            ),
        ]  # fmt: skip


class TabulatedSram(Memory):
    """Static memory whose cost stands in a table over node, banks, capacity and word width."""

    model: ClassVar[str] = "sram_table"
    device: SramTableParameters
    table: MemoryTable

    def node(self) -> Metre:
        """Node of the table that stands for the chip's: its own, or the end of the table that is nearest."""
        nodes = self.table.nodes
        node = self.process.feature_size
        return either(node < nodes[0], float(nodes[0]), either(node > nodes[-1], float(nodes[-1]), node))

    def beyond(self) -> Any:
        """Whether the chip's node is finer than any of the table."""
        return self.process.feature_size < self.table.nodes[0]

    def place(self, axis: str, value: Numeric) -> Any:
        """Where a coordinate lies on an axis of the table."""
        return grids.bracketed(np.log(getattr(self.table, axis)), np.log(np.asarray(value, dtype=np.float64)))

    def logarithms(self) -> Any:
        """Logarithms of all quantities of the table for this memory, the quantities first."""
        found = grids.interpolated(
            self.table.values,
            [
                self.place("nodes", self.node()),
                self.place("banks", self.options["banks"]),
                self.place("capacities", self.options["capacity"]),
                self.place("widths", self.options["width"]),
            ],
        )
        return np.asarray(found)

    def quantity(self, name: str) -> Numeric:
        """One quantity of the table for this memory, in SI."""
        place = tuple(MemoryTable.QUANTITIES).index(name)
        return self.told(np.exp(self.logarithms()[place]), name)

    def told(self, value: Numeric, name: str) -> Numeric:
        """A number of the table with what it was looked up by."""
        found: Numeric = recorded(
            value, name, "power laws between the rows of a table", "docs/models/digital.md",
            node=self.process.feature_size, banks=self.options["banks"], capacity=self.options["capacity"],
            width=self.options["width"],
        )  # fmt: skip
        return found

    def reference_voltage(self) -> Volt:
        """Supply that the table's values belong to."""
        return self.told(
            grids.interpolated(self.table.supplies, [self.place("nodes", self.node())]), "supply"
        )

    def ratio(self, of: Any) -> Dimensionless:
        """How a law moves the table's value to the chip's supply, and to its process where that is finer."""
        voltage = self.reference_voltage()
        same = of(self, voltage, self.process)
        return either(self.beyond(), of(self, voltage, self.device_process or self.process), same)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one read and one write of a word; on finer processes than the table's it follows the lines."""
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
        leakage = self.quantity("leakage_uW") * self.device.leakage_factor * self.ratio(leakage_ratio)
        warm = self.warmest()
        rise = grids.interpolated(
            self.table.leakage_rise,
            [self.place("nodes", self.node()), grids.bracketed(self.table.temperatures, warm)],
        )
        leakage = leakage * self.told(np.exp(rise), "leakage_rise")
        return [StaticCost(self.path, "leakage", leakage_at_chip_temperature(self, leakage, warm))]

    def warmest(self) -> Kelvin:
        """Temperature up to which the table has the leakage; the process carries it on from there."""
        known, here = self.table.temperatures, self.technology.temperature
        return either(here < known[0], float(known[0]), either(here > known[-1], float(known[-1]), here))

    def access_time(self) -> Second:
        """Time from one access to the next: that of the access, or of the cycle where that is longer."""
        time = np.maximum(self.quantity("access_ns"), self.quantity("cycle_ns"))
        return time * self.device.access_time_factor * self.ratio(logic_delay_ratio)

    def busy_time(self, reads: Numeric, writes: Numeric) -> Second:
        """All banks work side by side, each with one port."""
        time: Second = (reads + writes) * self.access_time() / self.options["banks"]
        return time

    def words(self) -> Dimensionless:
        """Words of one bank."""
        return self.options["capacity"] / (self.options["width"] * self.options["banks"])

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """What a designer asks for: the words of a bank, and how fast they follow each other."""
        return [
            self.characteristic("words_per_bank", self.words(), "1"),
            self.characteristic("access_time", self.access_time(), "s"),
        ]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the table has such a memory, on such a process and at such a temperature."""
        t, o = self.table, self.options
        node, temperature = self.process.feature_size, self.technology.temperature
        inside = [
            ("memory_capacity", o["capacity"], t.capacities[0], t.capacities[-1], "bit", "capacity"),
            ("memory_width", o["width"], t.widths[0], t.widths[-1], "bit", "word width"),
            ("memory_banks", o["banks"], t.banks[0], t.banks[-1], "1", "number of banks"),
        ]
        return [
            *(
                self.check_range(name, value, low, high, unit, f"{what} lies outside of the memory table", "refuse")
                for name, value, low, high, unit, what in inside
            ),
            Check(
                "memory_words", self.path, "refuse", self.words() >= t.fewest_words,
                "a bank has fewer words than any of the memory table", self.words(), t.fewest_words,
            ),
            Check(
                "memory_node", self.path, "refuse", node <= t.nodes[-1],
                "the memory table has no node as coarse as this process", node, t.nodes[-1], "m",
            ),
            Check(
                "memory_node_beyond", self.path, "range", node >= t.nodes[0],
                "the process is finer than any node of the memory table and scaled from the finest",
                node, t.nodes[0], "m",
            ),
            self.check_range(
                "memory_temperature", temperature, t.temperatures[0], t.temperatures[-1], "K",
                "the memory table has no leakage at this temperature; carried on by the process",
            ),
        ]  # fmt: skip
