"""Passive resistive cell at the crosspoint of two wires."""

from typing import ClassVar, Literal

from neuroest.blocks.cells.crosspoint import CrosspointCell, CrosspointCellBlock, CrosspointCellParameters
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.specs.blocks import Block
from neuroest.specs.parameters import Record


class PassiveCellParameters(CrosspointCellParameters):
    """Passive resistive memory at the crosspoint of two wires."""

    model: ClassVar[str] = "passive"


class PassiveCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory alone."""

    record: ClassVar[type[Record] | None] = PassiveCellParameters
    model: Literal["passive"]


class PassiveCell(CrosspointCell):
    """Resistive memory alone."""

    schema: ClassVar[type[Block]] = PassiveCellBlock
    example: ClassVar[str] = "rram_passive_generic"
    prior_error: ClassVar[ModelErrors] = model_errors(
        energy=ModelError(1.3, "dummy rows and read margins are not in the model"),
        area=ModelError(1.2, "dummy rows"),
    )
    device: PassiveCellParameters
