"""Multiply-accumulate unit with published numbers."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Component, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.model_error import PUBLISHED
from neuroest.core import units as u
from neuroest.specs.base import WordWidth
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class ReportedMacParameters(Record):
    """Multiply-accumulate unit with published numbers."""

    mac_energy: u.Joule = positive()
    """Energy of one multiply-accumulate, including operand and sum registers."""
    static_power: u.Watt = non_negative()
    """Power of an idle unit, if the energy does not include it."""
    footprint: u.SquareMetre = non_negative()
    """Area of one unit, including its registers."""


class ReportedMacBlock(DeviceBlock):
    """Processing element of a digital array, known by its published energy and area."""

    record = ReportedMacParameters
    model: Literal["reported_mac"]
    weight_bits: WordWidth
    """Bits of the weight operand."""
    activation_bits: WordWidth
    """Bits of the activation operand."""
    accumulator_bits: WordWidth
    """Bits of the partial sum."""


class ReportedMac(Component[ReportedMacParameters]):
    """Published processing element: one energy per multiply-accumulate, independent of its operands."""

    schema = ReportedMacBlock
    synchronous = True
    owns = ("multiply-accumulate as reported",)
    example = "mac_zigzag"
    prior_error = PUBLISHED

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one multiply-accumulate, at the supply of its source."""
        cost = self.energy(
            "multiply_accumulate", "reported", self.device.mac_energy, "multiply-accumulate as reported"
        )
        return [cost]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one unit."""
        return [AreaCost(self.path, "datapath", self.device.footprint)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of an idle unit."""
        return [StaticCost(self.path, "static", self.device.static_power)]
