"""Sense amplifier: a one-bit result."""

from typing import Literal

from neuroest.blocks.converters.base import SampledConverter
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import non_negative, positive


class SenseAmplifierParameters(CircuitParameters):
    """Sense amplifier: one comparison of a column with a reference."""

    decision_energy: u.Joule = positive()
    """Energy of one decision."""
    decision_time: u.Second = positive()
    """Time of one decision."""
    offset: u.Volt = non_negative(maximum=1.0)
    """Input-referred offset, one standard deviation."""
    footprint: u.SquareMetre = positive()
    """Area of one amplifier."""


class SenseAmplifierBlock(DeviceBlock):
    """Sense amplifier: a one-bit result."""

    record = SenseAmplifierParameters
    model: Literal["sense_amplifier"]


class SenseAmplifier(SampledConverter):
    """Comparison of a column with a reference: a one-bit result."""

    schema = SenseAmplifierBlock
    takes_columns = True
    prior_error = PUBLISHED
    device: SenseAmplifierParameters

    def bits(
        self, rows: u.Dimensionless, input_bits: u.Dimensionless, cell_bits: u.Dimensionless
    ) -> u.Dimensionless:
        """One."""
        return 1.0

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Decisions per second."""
        return 1.0 / self.time_at_supply(self.device.decision_time)

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of one decision."""
        return self.at_supply(self.device.decision_energy)

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one amplifier."""
        return self.area_at_node(self.device.footprint)
