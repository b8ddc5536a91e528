"""Memories on the chip."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    leakage_at_chip_temperature,
    leakage_ratio,
    logic_area_ratio,
    logic_delay_ratio,
    logic_energy_ratio,
)
from neuroest.devices.digital import LogicLibraryParameters, MemoryMacroParameters, SramParameters
from neuroest.equations import digital, technology
from neuroest.equations import memories as equations
from neuroest.units import Bit, Dimensionless, Joule, Numeric, Second

_LARGEST_REGISTER_FILE = 32768.0
"""Bits above which nobody builds a memory of flip-flops; design practice."""
_TWO_PORT_CELL = 8.0 / 6.0
"""Transistors of a cell with one read and one write port over those of one with a single port."""


class Memory(Component[Any]):
    """What counting and timing must know of a memory."""

    family: ClassVar[str] = "memory"
    synchronous: ClassVar[bool] = True

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
        area = digital.register_file_area(d.register_area, self.options["width"], self.words())
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

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether a memory of cells were the better choice."""
        return [
            self.check_range(
                "memory_capacity", self.options["capacity"], 1.0, _LARGEST_REGISTER_FILE, "bit",
                "register files of this size are built as memory cells",
            )
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
