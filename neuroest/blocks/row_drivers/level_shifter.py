"""Level shifter between the logic supply and the row voltage."""

from typing import Literal

from neuroest.blocks.base import AreaCost, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.process_scaling import AnalogCircuit, leakage_at_chip_temperature
from neuroest.blocks.row_drivers.base import DRIVER_ERROR
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import RANGE_END, Record, non_negative, positive


class LevelShifterParameters(Record):
    """Level shifter between logic and a row with a voltage above the logic supply."""

    toggle_energy: u.Joule = positive()
    """Energy of one pulse with both edges."""
    maximum_voltage: u.Volt = positive(maximum=100.0, exact=RANGE_END)
    """Maximum voltage of its transistors."""
    leakage_power: u.Watt = non_negative()
    """Leakage of one shifter."""
    footprint: u.SquareMetre = positive()
    """Area of one shifter."""


class LevelShifterBlock(DeviceBlock):
    """Level shifter between logic and a row."""

    record = LevelShifterParameters
    model: Literal["level_shifter"]


class LevelShifter(AnalogCircuit[LevelShifterParameters]):
    """Level shifter in front of a row."""

    schema = LevelShifterBlock
    owns = ("level shift", "write level shift")
    overhead = ("write level shift",)
    prior_error = DRIVER_ERROR

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one level-shifted pulse of a row."""
        return [self.energy("row_toggle", "shift", self.toggle_energy(), "level shift")]

    def toggle_energy(self) -> u.Joule:
        """Energy of one pulse at the chip's node."""
        return self.energy_at_node(self.device.toggle_energy)

    def footprint(self) -> u.SquareMetre:
        """Area of one shifter at the chip's node."""
        return self.area_at_node(self.device.footprint)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one shifter."""
        return [AreaCost(self.path, "shifter", self.footprint())]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of one shifter."""
        power = leakage_at_chip_temperature(self, self.device.leakage_power)
        return [StaticCost(self.path, "leakage", power)]
