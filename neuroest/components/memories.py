"""Memories on the chip."""

from __future__ import annotations

from typing import ClassVar

from neuroest.components.base import (
    AreaCost,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    leakage_at_chip_temperature,
    leakage_ratio,
    logic_delay_ratio,
    logic_energy_ratio,
)
from neuroest.devices.digital import SramParameters
from neuroest.equations import memories as equations
from neuroest.units import Second


class Sram(Component[SramParameters]):
    """Static memory whose cost follows power laws of capacity and width."""

    model: ClassVar[str] = "sram"
    synchronous: ClassVar[bool] = True

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one read and one write of a word."""
        d, ratio = self.device, logic_energy_ratio(self, self.device.reference_voltage)
        read = equations.sram_access_energy(
            self.options["capacity"], self.options["width"], d.read_energy, d.reference_capacity,
            d.reference_width, d.read_capacity_exponent, d.read_width_exponent,
        )  # fmt: skip
        write = equations.sram_access_energy(
            self.options["capacity"], self.options["width"], d.write_energy, d.reference_capacity,
            d.reference_width, d.write_capacity_exponent, d.write_width_exponent,
        )  # fmt: skip
        return [
            self.energy("read", "read", read * ratio, "memory access", owner="memory"),
            self.energy("write", "write", write * ratio, "memory access", owner="memory"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the macro; between processes it follows the memory cell, not logic."""
        d = self.device
        area = equations.sram_area(self.options["capacity"], d.area, d.reference_capacity, d.area_exponent)
        if self.device_process is not None:
            area = area * (self.process.sram_bitcell_area / self.device_process.sram_bitcell_area)
        return [AreaCost(self.path, "macro", area)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the macro."""
        d = self.device
        power = equations.sram_leakage(
            self.options["capacity"], d.leakage_power, d.reference_capacity, d.leakage_exponent
        )
        ratio = leakage_ratio(self, d.reference_voltage)
        leakage = leakage_at_chip_temperature(self, power * ratio, d.leakage_temperature)
        return [StaticCost(self.path, "leakage", leakage)]

    def access_time(self) -> Second:
        """Time of one access."""
        d = self.device
        time = equations.sram_access_time(
            self.options["capacity"], d.access_time, d.reference_capacity, d.access_time_exponent
        )
        return time * logic_delay_ratio(self, d.reference_voltage)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether capacity and width lie within the fit."""
        d = self.device
        return [
            self.check_range(
                "memory_capacity", self.options["capacity"], d.minimum_capacity, d.maximum_capacity, "bit",
                "capacity lies outside the memory fit",
            ),
            self.check_range(
                "memory_width", self.options["width"], d.minimum_width, d.maximum_width, "bit",
                "word width lies outside the memory fit",
            ),
        ]  # fmt: skip
