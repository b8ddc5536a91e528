"""Single-slope converter from its circuit."""

from typing import ClassVar, Literal

from neuroest.blocks.converters import base
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.specs.base import Count
from neuroest.specs.parameters import non_negative, positive


class RampAdcParameters(base.ClockedAdcParameters):
    """Single-slope converter from its circuit: a shared ramp, with a comparator and a latch per column."""

    comparator_cycle_energy: u.Joule = positive()
    """Energy of the comparator in one clock cycle."""
    mean_fraction: u.Dimensionless = positive(maximum=1.0, exact="mean of a uniform distribution")
    """Average share of the ramp before the comparator decides."""
    latch_energy: u.Joule = positive()
    """Energy of the latch for one bit."""
    generator_energy: u.Joule = non_negative()
    """Energy of the ramp generator and counter in one conversion."""
    latch_area: u.SquareMetre = positive()
    """Area of the latch for one bit."""
    generator_area: u.SquareMetre = non_negative()
    """Area of the ramp generator and counter."""


class RampAdcBlock(base.ClockedAdcBlock):
    """Single-slope converter from its circuit."""

    record = RampAdcParameters
    model: Literal["ramp_adc"]
    columns_per_ramp: Count
    """Columns that share one ramp and one counter."""


class RampAdc(base.ClockedConverter):
    """Single-slope converter whose ramp several columns share."""

    schema = RampAdcBlock
    ramps: ClassVar[bool] = True
    prior_error = base.CORE_ERROR
    device: RampAdcParameters

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: a conversion takes one cycle per step."""
        return 1.0 / converters.ramp_time(bits, self.clock_period())

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of comparator, latch and a share of the ramp."""
        d = self.device
        return converters.ramp_energy(
            bits, self.at_supply(d.comparator_cycle_energy), d.mean_fraction, self.at_supply(d.latch_energy),
            self.at_supply(d.generator_energy), self.options["columns_per_ramp"]
        )  # fmt: skip

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of comparator, latch and a share of the ramp."""
        d = self.device
        return self.area_at_node(
            converters.ramp_area(
                bits, d.comparator_area, d.latch_area, d.generator_area, self.options["columns_per_ramp"]
            )
        )

    def input_capacitance(self, bits: u.Dimensionless, given: u.Farad) -> u.Farad:
        """Gate capacitance of a comparator, which the sample drives without a follower."""
        return 0.0
