"""Passive resistive cell at the crosspoint of two wires."""

from typing import Literal

from neuroest.blocks.cells.crosspoint import CrosspointCell, CrosspointCellBlock, CrosspointCellParameters
from neuroest.blocks.model_error import model_errors


class PassiveCellParameters(CrosspointCellParameters):
    """Passive resistive memory at the crosspoint of two wires."""


class PassiveCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory alone."""

    record = PassiveCellParameters
    model: Literal["passive"]


class PassiveCell(CrosspointCell):
    """Passive cell: a resistive memory alone.

    Model errors
    ------------
    energy
        dummy rows and read margins are not in the model
    area
        dummy rows
    """

    schema = PassiveCellBlock
    example = "rram_passive_generic"
    prior_error = model_errors(energy=1.3, area=1.2)
    device: PassiveCellParameters
