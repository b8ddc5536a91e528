"""Row driver that encodes a number as a voltage with a resistor ladder."""

from typing import Literal

from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.row_drivers.base import (
    DRIVER_ERROR,
    RowDriverBlock,
    VoltageDriver,
    VoltageDriverParameters,
)
from neuroest.core import units as u
from neuroest.equations import drivers
from neuroest.specs.parameters import positive


class ResistiveLadderParameters(VoltageDriverParameters):
    """R-2R ladder at each row, with an output buffer for the row current."""

    unit_resistance: u.Ohm = positive(symbol="R")
    """Resistance R of the ladder."""
    resistor_area: u.SquareMetre = positive()
    """Area of one resistor R."""


class ResistiveLadderBlock(RowDriverBlock):
    """R-2R digital-to-analog converter at the end of each row."""

    record = ResistiveLadderParameters
    model: Literal["resistive_ladder"]


class ResistiveLadder(VoltageDriver):
    """R-2R ladder at each row."""

    schema = ResistiveLadderBlock
    prior_error = DRIVER_ERROR
    device: ResistiveLadderParameters

    def own_energies(
        self, read_voltage: u.Volt, row_current: u.Ampere, read_time: u.Second, network: NetworkContext
    ) -> list[EnergyCost]:
        """Energies of the static current of the ladder, and the buffer."""
        ladder = drivers.resistive_ladder_energy(
            self.bits_per_read(network), read_voltage, self.device.unit_resistance, read_time
        )
        return [self.input_energy("ladder", ladder), self.buffer_energy(row_current, read_time)]

    def own_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of the resistors."""
        return self.area_at_node(
            drivers.resistive_ladder_area(self.bits_per_read(network), self.device.resistor_area)
        )
