"""Row driver that encodes a number as the width of a pulse."""

from typing import Literal

from neuroest.blocks.attributes import chosen
from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.blocks.row_drivers.base import DRIVER_ERROR, RowDriver, RowDriverBlock, RowDriverParameters
from neuroest.core import units as u
from neuroest.equations import drivers
from neuroest.specs.base import Count
from neuroest.specs.parameters import non_negative


class PulseWidthDriverParameters(RowDriverParameters, CircuitParameters):
    """Row driver with a pulse width proportional to its input."""

    conversion_energy: u.Joule = non_negative()
    """Energy of converting one number to one pulse."""
    converter_area: u.SquareMetre = non_negative()
    """Area of the counter or delay line of one row."""


class PulseWidthBlock(RowDriverBlock):
    """Pulse-width driver at the end of each row: one `pulse_width` of the array per input step."""

    record = PulseWidthDriverParameters
    model: Literal["pulse_width"]
    coding: Literal["width", "count"] = "width"
    """width: one pulse that is as long as the number; count: as many pulses of one `pulse_width`, edges included, and
    each of them charges the row."""
    rows_per_converter: Count = 1.0
    """Rows that share one digital-to-time converter in series."""


class PulseWidthDriver(RowDriver):
    """Row driver with a pulse width proportional to its input."""

    schema = PulseWidthBlock
    prior_error = DRIVER_ERROR
    device: PulseWidthDriverParameters
    whole_numbers = True
    counts_pulses: bool = chosen("coding", "count")
    """Whether a number is as many pulses."""

    def drive_time(self, pulse_width: u.Second, network: NetworkContext) -> u.Second:
        """Time of the largest number, in shortest pulses, for each row that shares a converter."""
        longest = drivers.pulse_width_modulation_time(1.0, self.bits_per_read(network), pulse_width)
        return longest * self.options["rows_per_converter"]

    def own_energies(
        self, read_voltage: u.Volt, row_current: u.Ampere, read_time: u.Second, network: NetworkContext
    ) -> list[EnergyCost]:
        """Energy of the counter or delay line."""
        return [self.input_energy("pulse_width", self.at_supply(self.device.conversion_energy))]

    def own_area(self, network: NetworkContext) -> u.SquareMetre:
        """Share of one row in the area of a counter or delay line."""
        return self.area_at_node(self.device.converter_area) / self.options["rows_per_converter"]
