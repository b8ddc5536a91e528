"""Static memory cell that pulls its column up or down, so that the column is a divider of resistances."""

from typing import Literal

from neuroest.blocks.attributes import chosen
from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, ReadPortCell, ReadPortParameters
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.core import units as u
from neuroest.equations import array_lines, static_cells
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


_HALF = 1.0 / 2.0
"""Share of ones at which cell mismatch moves a column most, and of the supply that a column keeps from a read."""


class DividerCell(ReadPortCell):
    """Static memory cell that pulls its column up or down: current flows throughout a read."""

    schema = DividerCellBlock
    divides = True
    transistors_at_line = 2.0  # one pulls up, one down
    example = "divider_sram_65nm"
    prior_error = STATIC_CELL_ERROR
    device: DividerCellParameters

    signed_product: bool = chosen("product", "xnor")
    """Whether input and weight are plus or minus one, so that each input raises one of two lines."""

    def conductance(self) -> u.Siemens:
        """Conductance with which a cell pulls on its column."""
        return static_cells.pull_conductance(self.current(), self.technology.supply_voltage)

    # --- a column of cells

    def source_conductance(self, point: ElectricalPoint) -> u.Siemens:
        """Conductance of all cells that are read at once, whichever way they pull."""
        return point.rows * self.conductance()

    def full_scale(self, point: ElectricalPoint) -> u.Volt:
        """Supply voltage of the columns: they swing from ground to it."""
        return point.read_voltage

    def mismatch_error(self, point: ElectricalPoint) -> u.Dimensionless:
        """Column error from cell mismatch over full scale, with half of the cells pulling up."""
        return self.mismatch_at(point, _HALF)

    def mismatch_at(self, point: ElectricalPoint, probability: u.Numeric) -> u.Numeric:
        """Column error from cell mismatch; zero if all cells pull to the same rail."""
        return static_cells.divider_mismatch_error(self.device.current_spread, point.rows, probability)

    def read_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energy that a pull-up cell draws in a read, and that of charging a column from its voltage after the last."""
        read, supply = point.read_voltage, point.read_supply_voltage
        ones = self.product_probability(network, network.active_share)
        brought = static_cells.divider_charge(self.conductance(), read, point.read_time, ones)
        energy = brought * supply
        line = array_lines.column_swing_energy(point.column_capacitance, _HALF * read, supply)
        costs = [
            self.energy("charge", "divider", energy, "cell read current"),
            self.energy("column_read", "column_line", line, "column line charge"),
        ]
        if self.unselected_cells_conduct:
            pulled_up = energy * ones  # of all cells, as many as pull up
            costs.append(self.energy("off_diagonal_read", "divider", pulled_up, "cell read current"))
        return costs
