"""Array of static memory cells whose columns are dividers of resistances."""

from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.cells.divider_sram import DividerCell
from neuroest.core import units as u
from neuroest.equations import array_lines, crossbar_wires, static_cells
from neuroest.levels.crossbar.static_array import StaticArray

HALF = 1.0 / 2.0
"""Share of ones at which cell mismatch moves a column most."""


class DividerArray(StaticArray):
    """Array whose cells pull their columns up or down: current flows throughout a read."""

    cell: DividerCell
    """The cell."""

    def source_conductance(self, network: NetworkContext) -> u.Siemens:
        """Conductance of all cells that are read at once, whichever way they pull."""
        return self.rows_at_once() * self.cell.conductance()

    def full_scale(self, network: NetworkContext) -> u.Volt:
        """Supply voltage of the columns: they swing from ground to it."""
        return self.options["read_voltage"]

    def mismatch_error(self) -> u.Dimensionless:
        """Column error from cell mismatch over full scale, with half of the cells pulling up."""
        return self.mismatch_at(HALF)

    def mismatch_at(self, probability: u.Numeric) -> u.Numeric:
        """Column error from cell mismatch; zero if all cells pull to the same rail."""
        spread = self.cell.device.current_spread
        return static_cells.divider_mismatch_error(spread, self.rows_at_once(), probability)

    def settling_time(self, network: NetworkContext) -> u.Second:
        """Time until rows and columns are within the settling error."""
        segment = self.segment_resistance()
        along, down = self.options["columns"] * segment, self.options["rows"] * segment
        row = crossbar_wires.row_time_constant(0.0, along, self.row_capacitance())
        source = self.source_conductance(network)
        column = crossbar_wires.column_time_constant_floating(source, down, self.column_capacitance())
        column = column + self.switching_time_constant(network, source, down)
        return crossbar_wires.settling_time(row, column, self.settled_bits())

    def read_energies(self, network: NetworkContext, read_time: u.Second) -> list[EnergyCost]:
        """Energy that a pull-up cell draws into its column during a read."""
        ones = self.product_probability(network, network.active_share)
        brought = static_cells.divider_charge(
            self.cell.conductance(), self.options["read_voltage"], read_time, ones
        )
        energy = brought * self.read_supply_voltage()
        found = [self.cell.energy("charge", "divider", energy, "cell read current")]
        if self.unselected_cells_conduct:
            pulled_up = energy * ones  # of all cells, as many as pull up
            found.append(self.cell.energy("off_diagonal_read", "divider", pulled_up, "cell read current"))
        return found

    def column_line_energies(self) -> list[EnergyCost]:
        """Energy of charging a column from its voltage after the previous read, about half of the supply."""
        charge = array_lines.column_swing_energy(
            self.column_capacitance(), HALF * self.options["read_voltage"], self.read_supply_voltage()
        )
        return [self.cell.energy("column_read", "column_line", charge, "column line charge")]
