"""Cyclic converter: one comparator and one amplifier decide one bit in each cycle and double what is left."""

from __future__ import annotations

from typing import Literal

from neuroest.blocks.converters.base import ClockedAdcBlock, ClockedAdcParameters, ClockedConverter
from neuroest.blocks.model_error import model_errors
from neuroest.core.units import Ampere, Dimensionless, Joule, PerSecond, SquareMetre
from neuroest.equations import converters
from neuroest.specs.parameters import positive


class CyclicAdcParameters(ClockedAdcParameters):
    """Cyclic converter from its circuit."""

    comparator_energy: Joule = positive(symbol="E_cmp")
    """Energy of one decision."""
    amplifier_current: Ampere = positive(symbol="I_a")
    """Bias current of the amplifier that doubles the residue."""
    amplifier_area: SquareMetre = positive()
    """Area of the amplifier with its capacitors."""


class CyclicAdcBlock(ClockedAdcBlock):
    """Cyclic converter from its circuit."""

    record = CyclicAdcParameters
    model: Literal["cyclic_adc"]


class CyclicAdc(ClockedConverter):
    """Cyclic converter.

    Model errors
    ------------
    energy
        a circuit on paper, without reference, clock and calibration
    area
        no layout exists
    """

    schema = CyclicAdcBlock
    fills = ("converter",)
    example = "cyclic_adc_65nm"
    prior_error = model_errors(energy=2.5, area=2.5)
    device: CyclicAdcParameters

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """One cycle to sample and one for each bit."""
        rate: PerSecond = 1.0 / converters.successive_approximation_time(bits, self.clock_period())
        return rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """One decision for each bit, and the bias of the amplifier all along."""
        d, supply = self.device, self.technology.supply_voltage
        time = 1.0 / self.sample_rate(bits)
        bias = converters.front_end_bias_energy(d.amplifier_current, supply, time)
        return bits * self.at_supply(d.comparator_energy) + bias

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Comparator and amplifier, whatever the resolution."""
        return self.device.comparator_area + self.device.amplifier_area
