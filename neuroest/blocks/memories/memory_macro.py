"""Memory known by its published numbers."""

import math
from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.memories.base import Memory, MemoryBlock
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.process_scaling import leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.equations import memories as equations
from neuroest.specs.parameters import RANGE_END, Record, non_negative, positive


class MemoryMacroParameters(Record):
    """Memory with stated energy, area and power per bit: embedded DRAM, magnetic or resistive macros."""

    read_energy: u.JoulePerBit = positive()
    """Read energy per bit, including the periphery of the macro."""
    write_energy: u.JoulePerBit = positive()
    """Write energy per bit, including the periphery of the macro."""
    area: u.SquareMetrePerBit = positive()
    """Area of the macro per bit."""
    leakage_power: u.WattPerBit = non_negative()
    """Leakage per bit."""
    refresh_power: u.WattPerBit = non_negative()
    """Refresh power per bit; zero for non-volatile and static memories."""
    read_time: u.Second = positive()
    """Time of one read."""
    write_time: u.Second = positive()
    """Time of one write."""
    minimum_capacity: u.Bit = positive(exact=RANGE_END)
    """Smallest macro for which the values are valid."""
    maximum_capacity: u.Bit = positive(exact=RANGE_END)
    """Largest macro for which the values are valid."""
    endurance: u.Dimensionless = positive(absent=math.inf)
    """Writes before a bit fails."""


class MemoryMacroBlock(MemoryBlock):
    """Memory modelled by its values per bit: embedded DRAM, magnetic or resistive macros."""

    record = MemoryMacroParameters
    model: Literal["memory_macro"]


class MemoryMacro(Memory):
    """Memory modelled by its values per bit."""

    schema = MemoryMacroBlock
    example = "gain_cell_16nm"
    prior_error = PUBLISHED
    device: MemoryMacroParameters

    @property
    def volatile(self) -> bool:
        """Whether contents are lost at power-off: in memories that need refresh."""
        return bool(np.any(self.device.refresh_power > 0.0))

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy per word, from the energy per bit."""
        width = self.options["width"]
        return self.accesses(width * self.device.read_energy, width * self.device.write_energy)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the macro as stated, periphery included."""
        return [AreaCost(self.path, "macro", self.options["capacity"] * self.device.area)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage at the chip's temperature, and refresh power."""
        leakage = equations.bitcell_leakage_power(self.options["capacity"], self.device.leakage_power)
        refresh = equations.bitcell_leakage_power(self.options["capacity"], self.device.refresh_power)
        return [
            StaticCost(self.path, "leakage", leakage_at_chip_temperature(self, leakage, own=self.flavour)),
            StaticCost(self.path, "refresh", refresh),
        ]

    def access_time(self) -> u.Second:
        """Slower of read and write time."""
        return np.maximum(self.device.read_time, self.device.write_time)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether capacity and process are within the range of the stated values.

        Checks
        ------
        memory_capacity
            capacity is outside the range of the macro's values
        memory_process
            the values of the macro are those of another process, used unscaled
        supply_of_published_values
            its supply_voltage changes nothing, because the values of the macro are published ones, at one supply
        """
        d, capacity, chosen = self.device, self.options["capacity"], self.spec
        supply_counts = chosen.supply_voltage is None or chosen.sleep == "retention"
        return [
            self.check_range("memory_capacity", capacity, d.minimum_capacity, d.maximum_capacity, "bit"),
            self.check("extrapolation", "memory_process", self.device_process is None),
            self.check("advice", "supply_of_published_values", supply_counts),
        ]
