"""Resistive cell in series with a selector (1S1R)."""

from __future__ import annotations

from typing import ClassVar, Literal

from neuroest.blocks.cells.crosspoint import CrosspointCell, CrosspointCellBlock, CrosspointCellParameters
from neuroest.specs.blocks import Block
from neuroest.specs.parameters import Record


class SelectorCellParameters(CrosspointCellParameters):
    """Resistive memory in series with a two-terminal selector."""

    model: ClassVar[str] = "one_selector_one_resistor"


class SelectorCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory and one two-terminal selector."""

    record: ClassVar[type[Record] | None] = SelectorCellParameters
    model: Literal["one_selector_one_resistor"]


class SelectorCell(CrosspointCell):
    """Resistive memory in series with a two-terminal selector."""

    schema: ClassVar[type[Block]] = SelectorCellBlock
    device: SelectorCellParameters
