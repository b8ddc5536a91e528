"""Resistive cell in series with a selector (1S1R)."""

from typing import Literal

from neuroest.blocks.cells.crosspoint import CrosspointCell, CrosspointCellBlock, CrosspointCellParameters
from neuroest.blocks.model_error import model_errors


class SelectorCellParameters(CrosspointCellParameters):
    """Resistive memory in series with a two-terminal selector."""


class SelectorCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory and one two-terminal selector."""

    record = SelectorCellParameters
    model: Literal["one_selector_one_resistor"]


class SelectorCell(CrosspointCell):
    """Resistive memory in series with a two-terminal selector.

    Model errors
    ------------
    energy
        dummy rows and read margins are not in the model
    area
        dummy rows
    """

    schema = SelectorCellBlock
    example = "rram_1s1r_generic"
    prior_error = model_errors(energy=1.3, area=1.2)
    device: SelectorCellParameters
