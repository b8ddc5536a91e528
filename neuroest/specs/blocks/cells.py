"""Cells of a crossbar."""

from typing import ClassVar, Literal

from neuroest.specs.blocks import DeviceBlock


class ResistiveCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory and one access transistor."""

    device_model: ClassVar[str | None] = "one_transistor_one_resistor"
    model: Literal["one_transistor_one_resistor"]


class SelectorCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory and one two-terminal selector."""

    device_model: ClassVar[str | None] = "one_selector_one_resistor"
    model: Literal["one_selector_one_resistor"]


class PassiveCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory alone."""

    device_model: ClassVar[str | None] = "passive"
    model: Literal["passive"]
