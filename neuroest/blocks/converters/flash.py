"""Flash converter from its circuit."""

from typing import Literal

from neuroest.blocks.base import NetworkContext
from neuroest.blocks.converters import base
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.specs.parameters import CHOSEN, non_negative, positive


class FlashAdcParameters(base.ClockedAdcParameters):
    """Flash converter from its circuit."""

    comparator_energy: u.Joule = positive(symbol="E_cmp")
    """Energy of one decision."""
    ladder_energy: u.Joule = non_negative()
    """Energy of the reference ladder in one conversion."""
    ladder_area: u.SquareMetre = non_negative()
    """Area of the reference ladder."""
    clock_cycles: u.Dimensionless = positive(exact=CHOSEN)
    """Clock cycles of one conversion."""


class FlashAdcBlock(base.ClockedAdcBlock):
    """Flash converter from its circuit."""

    record = FlashAdcParameters
    model: Literal["flash_adc"]


class FlashAdc(base.ClockedConverter):
    """Flash converter: one comparator per step."""

    schema = FlashAdcBlock
    prior_error = base.CORE_ERROR
    device: FlashAdcParameters

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: a conversion takes a few cycles."""
        return 1.0 / converters.flash_time(self.device.clock_cycles, self.clock_period())

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of all comparators and the ladder."""
        comparator, ladder = self.device.comparator_energy, self.device.ladder_energy
        return converters.flash_energy(bits, self.at_supply(comparator), self.at_supply(ladder))

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of all comparators and the ladder."""
        return self.area_at_node(
            converters.flash_area(bits, self.device.comparator_area, self.device.ladder_area)
        )

    def acquisition_time(
        self, given_share: u.Dimensionless, bits: u.Dimensionless, network: NetworkContext
    ) -> u.Second:
        """Half of a cycle, before the comparators decide."""
        return self.clock_period() / 2.0
