"""Time-to-digital converter for columns whose result is a time."""

from typing import Literal

from neuroest.blocks.base import Check
from neuroest.blocks.converters.base import ResolvedAdcBlock, SampledConverter
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.specs.parameters import RANGE_END, positive


class TimeConverterParameters(CircuitParameters):
    """Time-to-digital converter: a counter or delay line that stops at the edge of a pulse."""

    step_time: u.Second = positive(symbol="t_lsb")
    """Time of one step."""
    step_energy: u.Joule = positive(symbol="E_lsb")
    """Energy of one step."""
    footprint: u.SquareMetre = positive()
    """Area of one converter."""
    maximum_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Highest resolution of the circuit."""


class TimeConverterBlock(ResolvedAdcBlock):
    """Time-to-digital converter for columns whose result is a time."""

    record = TimeConverterParameters
    model: Literal["time_to_digital"]


class TimeConverter(SampledConverter):
    """Time-to-digital converter: one time step per code."""

    schema = TimeConverterBlock
    takes_times = True
    prior_error = PUBLISHED
    device: TimeConverterParameters

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: a conversion takes the time of all steps."""
        return 1.0 / converters.ramp_time(bits, self.time_at_supply(self.device.step_time))

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of all steps, for the longest time."""
        return converters.time_converter_energy(bits, self.at_supply(self.device.step_energy))

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one converter."""
        return self.area_at_node(self.device.footprint)

    def range_checks(self, bits: u.Dimensionless) -> list[Check]:
        """Whether the resolution is within the limit of the circuit.

        Checks
        ------
        converter_resolution
            resolution is beyond the range of this kind of converter
        """
        return [
            self.check_range(
                "converter_resolution", bits, 1.0, self.device.maximum_bits, "1", severity="infeasible"
            )
        ]
