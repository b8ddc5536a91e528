"""Static memory cell that pulls its column up or down, so that the column is a divider of resistances."""

from typing import Literal

from neuroest.blocks.attributes import chosen
from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, ReadPortCell, ReadPortParameters
from neuroest.core import units as u
from neuroest.equations import static_cells
from neuroest.specs.blocks import DeviceBlock


class DividerCellParameters(ReadPortParameters):
    """Static memory cell that pulls its column to the supply if its product is one, and to ground otherwise.

    `current_linearity` is for half of the supply across the cell, the mean of what pulls up and what pulls down.
    """


class DividerCellBlock(DeviceBlock):
    """Static memory cell that pulls its column up or down; the cells of a column form a resistive divider."""

    record = DividerCellParameters
    model: Literal["divider_sram"]
    product: Literal["and", "xnor"] = "xnor"
    """xnor: input and weight are plus or minus one, and each input raises one of two row lines in every read; and: a
    cell pulls up if its input and its bit are one, and pulls down otherwise."""


class DividerCell(ReadPortCell):
    """Static memory cell that pulls its column up or down during a read."""

    schema = DividerCellBlock
    divides = True
    example = "divider_sram_65nm"
    prior_error = STATIC_CELL_ERROR
    device: DividerCellParameters

    signed_product: bool = chosen("product", "xnor")
    """Whether input and weight are plus or minus one, so that each input raises one of two lines."""

    def conductance(self) -> u.Siemens:
        """Conductance with which a cell pulls on its column."""
        return static_cells.pull_conductance(self.current(), self.technology.supply_voltage)

    def row_load(self) -> u.Farad:
        """Gates of the pull-up and pull-down transistors."""
        return 2.0 * super().row_load()

    def column_load(self) -> u.Farad:
        """Junctions of the pull-up and pull-down transistors."""
        return 2.0 * super().column_load()
