"""Cyclic converter: one comparator and one amplifier decide one bit in each cycle and double what is left."""

from __future__ import annotations

from typing import ClassVar, Literal

from neuroest.blocks.converters.base import ClockedAdcBlock, ClockedAdcParameters, ClockedConverter
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.core.units import Ampere, Dimensionless, Joule, PerSecond, SquareMetre
from neuroest.equations import converter_circuits
from neuroest.equations import converters as equations
from neuroest.specs.blocks import Block
from neuroest.specs.parameters import Record, positive


class CyclicAdcParameters(ClockedAdcParameters):
    """Cyclic converter from its circuit."""

    model: ClassVar[str] = "cyclic_adc"

    comparator_energy: Joule = positive(symbol="E_cmp")
    """Energy of one decision."""
    amplifier_current: Ampere = positive(symbol="I_a")
    """Bias current of the amplifier that doubles the residue."""
    amplifier_area: SquareMetre = positive()
    """Area of the amplifier with its capacitors."""


class CyclicAdcBlock(ClockedAdcBlock):
    """Cyclic converter from its circuit."""

    record: ClassVar[type[Record] | None] = CyclicAdcParameters
    model: Literal["cyclic_adc"]


class CyclicAdc(ClockedConverter):
    """Cyclic converter."""

    schema: ClassVar[type[Block]] = CyclicAdcBlock
    fills: ClassVar[tuple[str, ...]] = ("converter",)
    example: ClassVar[str] = "cyclic_adc_65nm"
    prior_error: ClassVar[ModelErrors] = model_errors(
        energy=ModelError(2.5, "a circuit on paper, without reference, clock and calibration"),
        area=ModelError(2.5, "no layout exists"),
    )
    device: CyclicAdcParameters

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """One cycle to sample and one for each bit."""
        rate: PerSecond = 1.0 / converter_circuits.successive_approximation_time(bits, self.clock_period())
        return rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """One decision for each bit, and the bias of the amplifier all along."""
        d, supply = self.device, self.technology.supply_voltage
        time = 1.0 / self.sample_rate(bits)
        bias = equations.front_end_bias_energy(d.amplifier_current, supply, time)
        return bits * self.at_supply(d.comparator_energy) + bias

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Comparator and amplifier, whatever the resolution."""
        return self.device.comparator_area + self.device.amplifier_area
