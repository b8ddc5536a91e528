"""Circuits that write the cells of a crossbar."""

from typing import ClassVar, Literal

from neuroest.specs.base import Count, CountOrAuto, CurrentOrAuto, VoltageOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.blocks.inputs import LevelShifterBlock


class ChargePumpBlock(DeviceBlock):
    """Dickson charge pump that makes the programming voltage out of a lower one."""

    device_model: ClassVar[str | None] = "charge_pump"
    model: Literal["charge_pump"]
    stages: CountOrAuto = "auto"
    """Its stages; auto: as many as take the least power."""
    input_voltage: VoltageOrAuto = "auto"
    """Voltage of its supply and clock; auto: that of the chip. Another one comes from outside."""
    largest_current: CurrentOrAuto = "auto"
    """Current that it is made for, which limits the cells that are written at once; auto: what the drivers ask for."""
    arrays_per_pump: CountOrAuto = "auto"
    """Arrays that share one pump; auto: all arrays of a chip."""


class WriteCircuitBlock(DeviceBlock):
    """Decoders of rows and columns, drivers and switches at all lines, and what makes the programming voltage."""

    slots: ClassVar[tuple[str, ...]] = ("level_shifter", "pump")
    device_model: ClassVar[str | None] = "write_circuit"
    model: Literal["write_circuit"]
    polarity: Literal["both", "one"] = "both"
    """both: cells are set and reset by voltages of opposite sign, so that both ends of a cell reach the whole voltage;
    one: by pulses of one sign, with the other end of a cell behind a transistor grounded."""
    plates: Literal["along_columns", "along_rows"] = "along_columns"
    """Where the third lines of cells with a transistor run, with polarity both: a line beside each column, which
    carries its cells' current, or beside each row, which carries that of all cells of the row that are written."""
    columns_per_driver: Count = 1.0
    """Columns that share one write driver through switches, one after the other."""
    between_writes: Literal["off", "powered"] = "off"
    """Whether decoders, shifters and pump are powered while nothing is written."""
    level_shifter: LevelShifterBlock | None = None
    """Level shifters in front of the switches of a line; needed where the programming voltage exceeds the supply."""
    pump: ChargePumpBlock | None = None
    """What makes the programming voltage on the chip; without it, the voltage comes from outside."""
