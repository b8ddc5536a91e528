"""Analog-to-digital converter known by its published numbers."""

from typing import Literal

from neuroest.blocks.converters.base import SampledConverter
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, positive, quantity


class ReportedAdcParameters(CircuitParameters):
    """Analog-to-digital converter known by its published numbers."""

    bits: u.Dimensionless = quantity(minimum=1, maximum=24, exact=CHOSEN)
    """Resolution."""
    conversion_energy: u.Joule = positive()
    """Energy of one conversion."""
    sample_rate: u.PerSecond = positive(exact=CHOSEN)
    """Conversions per second."""
    footprint: u.SquareMetre = positive()
    """Area of one converter."""


class ReportedAdcBlock(DeviceBlock):
    """Analog-to-digital converter known by its published numbers."""

    record = ReportedAdcParameters
    model: Literal["reported_adc"]


class ReportedAdc(SampledConverter):
    """Converter as published."""

    schema = ReportedAdcBlock
    prior_error = PUBLISHED
    device: ReportedAdcParameters

    def bits(
        self, rows: u.Dimensionless, input_bits: u.Dimensionless, cell_bits: u.Dimensionless
    ) -> u.Dimensionless:
        """Resolution as published."""
        return self.device.bits

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second as published."""
        return self.device.sample_rate

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of one conversion as published, at the chip's supply."""
        return self.at_supply(self.device.conversion_energy)

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one converter as published."""
        return self.area_at_node(self.device.footprint)
