"""Cells of a crossbar."""

from typing import ClassVar, Literal

from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock


class ResistiveCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory and one access transistor."""

    device_model: ClassVar[str | None] = "one_transistor_one_resistor"
    model: Literal["one_transistor_one_resistor"]


class CrosspointCellBlock(DeviceBlock):
    """Crossbar cell without a transistor."""

    write_scheme: Literal["half", "third"] = "half"
    """Voltage that a cell sees which is not to be written. half: half of the programming voltage on the lines of the
    written cell, none elsewhere; third: a third of it on every cell of the array."""


class SelectorCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory and one two-terminal selector."""

    device_model: ClassVar[str | None] = "one_selector_one_resistor"
    model: Literal["one_selector_one_resistor"]


class ChargeCellBlock(DeviceBlock):
    """Static memory cell that puts one bit of a product on a capacitor; the columns add charges."""

    device_model: ClassVar[str | None] = "charge_domain_sram"
    model: Literal["charge_domain_sram"]
    product: Literal["and", "xnor"]
    """and: an input of one passes the cell's bit, and an input of zero moves nothing; xnor: input and weight are plus
    or minus one, and each input raises one of two row lines in every read."""
    accumulation: Literal["shared_plate", "joined"]
    """shared_plate: the capacitors of a column have one plate in common, which floats while the other plates are
    driven; joined: each is charged on its own, and switches join them afterwards."""
    column_folding: Count = 1.0
    """Columns side by side that make one, each with its share of the rows: the array becomes as many times wider and
    lower, and its row lines pass as many times more cells than they serve."""


class PassiveCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory alone."""

    device_model: ClassVar[str | None] = "passive"
    model: Literal["passive"]
