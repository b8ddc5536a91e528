"""Resistive cell in series with a selector (1S1R)."""

from typing import ClassVar, Literal

from neuroest.blocks.cells.crosspoint import CrosspointCell, CrosspointCellBlock, CrosspointCellParameters
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
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
    example: ClassVar[str] = "rram_1s1r_generic"
    prior_error: ClassVar[ModelErrors] = model_errors(
        energy=ModelError(1.3, "dummy rows and read margins are not in the model"),
        area=ModelError(1.2, "dummy rows"),
    )
    device: SelectorCellParameters
