"""Memory cell with an adder for bit-serial arithmetic."""

from typing import Literal

from neuroest.blocks.base import AreaCost, EnergyCost, NetworkContext
from neuroest.blocks.digital.base import Datapath, LogicLibraryParameters
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import digital as equations
from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock


class BitSerialCellBlock(DeviceBlock):
    """Memory cell of a bit-serial array, with a one-bit multiplier and a full adder."""

    record = LogicLibraryParameters
    model: Literal["bit_serial_cell"]
    transistors: Count = 34.0
    """Transistors of its logic: a static mirror adder has 28, a product of two bits 6."""


class BitSerialCell(Datapath):
    """Memory cell with a one-bit multiplier and a full adder.

    Model errors
    ------------
    energy
        glitches in ripple adders; full-custom or compiled layout
    area
        full-custom layout in the pitch of the memory cell, or compiled layout
    static_power
        threshold options of the real library
    """

    schema = BitSerialCellBlock
    holds_state = True
    owns = ("bit-serial cell",)
    prior_error = model_errors(energy=1.6, area=1.5, static_power=3)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy per cycle of one cell: a product of bits and a one-bit addition."""
        bit = 1.0
        energy = equations.multiplier_energy(self.device.multiply_energy, bit, bit) + self.add(bit)
        return self.booked([("cycle", "cycle", energy)])

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the process's memory cell and the logic next to it."""
        return [
            *super().areas(network),
            AreaCost(self.path, "memory_cell", self.process.sram_bitcell_area),
        ]

    def area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of logic laid out in the pitch of the memory cell, by its transistors."""
        return self.datapath_area(network)

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of a one-bit multiplier and full adder on the chip's process."""
        return equations.transistor_area(self.process.gate_area, self.options["transistors"])
