"""Circuits at the rows of a crossbar."""

from typing import ClassVar, Literal

from neuroest.specs.base import Count, VoltageOrAuto
from neuroest.specs.blocks import DeviceBlock


class LevelShifterBlock(DeviceBlock):
    """Level shifter between logic and a row."""

    device_model: ClassVar[str | None] = "level_shifter"
    model: Literal["level_shifter"]


class SpikeDriverBlock(DeviceBlock):
    """One-bit driver at the end of each row; a number enters bit by bit."""

    slots: ClassVar[tuple[str, ...]] = ("level_shifter",)
    device_model: ClassVar[str | None] = "spike_driver"
    model: Literal["spike_driver"]
    drive_voltage: VoltageOrAuto = "auto"
    """Voltage that a row of transistor gates swings by; auto: the supply. Above the supply it takes a level shifter."""
    level_shifter: LevelShifterBlock | None = None
    """Level shifter in front of each row, if there is one."""


class PulseWidthBlock(DeviceBlock):
    """Driver at the end of each row that is on in proportion to the input, one `pulse_width` of the array a step."""

    device_model: ClassVar[str | None] = "pulse_width"
    model: Literal["pulse_width"]
    rows_per_converter: Count = 1.0
    """Rows that share one converter of numbers to times, one after the other."""


class AnalogBufferBlock(DeviceBlock):
    """Analogue buffers along the rows or columns of a large array, which hand a value on without converting it."""

    device_model: ClassVar[str | None] = "analog_stage"
    model: Literal["analog_buffer"]
    every: Count
    """Cells of a line from one buffer to the next."""
    first: Literal["driven", "buffered"]
    """driven: the first piece of a line stands at its own driver; buffered: a buffer stands in front of it as well."""


class CapacitiveDacBlock(DeviceBlock):
    """Charge-redistribution digital-to-analog converter at the end of each row."""

    device_model: ClassVar[str | None] = "capacitive_dac"
    model: Literal["capacitive_dac"]


class ResistiveLadderBlock(DeviceBlock):
    """R-2R digital-to-analog converter at the end of each row."""

    device_model: ClassVar[str | None] = "resistive_ladder"
    model: Literal["resistive_ladder"]
