"""One-bit word-line driver: a row is driven or not."""

from typing import Literal

from neuroest.blocks.attributes import slot
from neuroest.blocks.base import Check, Component, NetworkContext
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.roles import DrivesOneBit
from neuroest.blocks.row_drivers.base import RowDriver, RowDriverBlock, RowDriverParameters
from neuroest.blocks.row_drivers.level_shifter import LevelShifterBlock, LevelShifterParameters
from neuroest.core import units as u
from neuroest.specs.base import VoltageOrAuto


class OneBitDriverParameters(RowDriverParameters):
    """One-bit row driver: a tapered inverter chain sized for its row."""


class OneBitDriverBlock(RowDriverBlock):
    """One-bit driver at the end of each row; inputs are bit-serial."""

    slots = ("level_shifter",)
    record = OneBitDriverParameters
    model: Literal["one_bit_driver"]
    drive_voltage: VoltageOrAuto = "auto"
    """Voltage swing of a row of transistor gates; auto: the supply voltage. A swing above the supply needs a level
    shifter."""
    level_shifter: LevelShifterBlock | None = None
    """Level shifter in front of each row, if needed."""


class OneBitDriver(RowDriver, DrivesOneBit):
    """One-bit row driver.

    Model errors
    ------------
    energy
        level shifters and decoders are not in the model
    area
        a peer tool multiplies the area of drivers by 1 to 9 for three compute-in-memory macros
    """

    analog_circuit = False
    schema = OneBitDriverBlock
    prior_error = model_errors(energy=1.5, area=ModelError(2.5, source="andrulis2024cimloop"))
    device: OneBitDriverParameters

    shifter: Component[LevelShifterParameters] | None = slot("level_shifter")
    """Level shifter; None without one."""

    def drive_voltage(self) -> u.Volt:
        """Voltage swing of the row: as chosen, or the supply."""
        return self.options.get("drive_voltage", self.technology.supply_voltage)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the row voltage can be generated.

        Checks
        ------
        shifter_voltage
            the row voltage exceeds the rating of the level shifter
        row_voltage
            rows are driven above the supply without a level_shifter
        """
        drive, supply = self.drive_voltage(), self.technology.supply_voltage
        if self.shifter is None:
            return [self.require("infeasible", "row_voltage", drive, "<=", supply, "V")]
        most = self.shifter.device.maximum_voltage
        return [self.require("infeasible", "shifter_voltage", drive, "<=", most, "V", path=self.shifter.path)]
