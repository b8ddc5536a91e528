"""Array of static memory cells whose currents discharge the columns."""

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext
from neuroest.blocks.cells.current_domain_sram import CurrentCell
from neuroest.core import units as u
from neuroest.equations import array_lines, charge, crossbar_wires, static_cells
from neuroest.levels.crossbar.static_array import StaticArray


class CurrentDomainArray(StaticArray):
    """Array with precharged columns that the cells discharge while their rows are driven.

    A column keeps what is left on it when the rows have gone low, so that cells conduct for the pulse alone, however
    long the conversion takes.
    """

    cell: CurrentCell
    """The cell."""

    def row_current(self, network: NetworkContext) -> u.Ampere:
        """None with pulses, which inverters give; with voltages what a buffer charges the gates of a row with."""
        if not self.driver.analog:
            return 0.0
        return charge.charging_current(
            self.row_capacitance(), self.options["read_voltage"], self.settled_time(network)
        )

    def source_conductance(self, network: NetworkContext) -> u.Siemens:
        """Current of the cells that are read at once over the voltage of a column."""
        return self.rows_at_once() * self.cell.current() / self.options["read_voltage"]

    def full_scale(self, network: NetworkContext) -> u.Volt:
        """Voltage by which a column falls when all products of a read are one and inputs are largest."""
        return static_cells.discharge_swing(
            self.rows_at_once(), self.cell.current(), self.drive_time(network), self.column_capacitance()
        )

    def mismatch_error(self) -> u.Dimensionless:
        """Error of a column from currents that differ, over its full scale."""
        return static_cells.current_mismatch_error(self.cell.device.current_spread, self.rows_at_once())

    def mismatch_at(self, probability: u.Numeric) -> u.Numeric:
        """Cells that do not conduct have no error."""
        return self.mismatch_error() * np.sqrt(probability)

    def settling_time(self, network: NetworkContext) -> u.Second:
        """Time until the rows are within the settling error; the columns fall for the pulse."""
        along = self.options["columns"] * self.segment_resistance()
        row = crossbar_wires.row_time_constant(0.0, along, self.row_capacitance())
        return crossbar_wires.settling_time(row, 0.0, self.settled_bits())

    def read_energies(self, network: NetworkContext, read_time: u.Second) -> list[EnergyCost]:
        """Charge that a product takes off its column, at most its share; it is given back before the next read."""
        cells = np.minimum(self.rows_at_once(), np.maximum(network.fan_in, 1.0))
        taken = static_cells.discharge_charge(
            self.products_of_one(cells, network.active_share), self.cell.current(), self.drive_time(network),
            self.column_capacitance(), self.options["read_voltage"],
        )  # fmt: skip
        energy = taken * self.read_supply_voltage()
        return [self.cell.cell_energy("charge", "discharge", energy, "cell read current")]

    def column_line_energies(self) -> list[EnergyCost]:
        """Gates of the transistors that charge a column."""
        control = array_lines.line_toggle_energy(self.cell.precharge_load(), self.technology.supply_voltage)
        return [self.cell.cell_energy("column_read", "precharge", control, "cell control")]

    def cell_checks(self, network: NetworkContext) -> list[Check]:
        """Mismatch, and whether the cells stay in saturation.

        Checks
        ------
        column_in_saturation
            a full read discharges the column below the voltage where the cell currents drop; shorten pulse_width,
            drive the rows below the supply (current_linearity of the cell), or read fewer rows_at_once
        """
        left = self.options["read_voltage"] - self.cell.device.saturation_voltage
        swing = self.full_scale(network)
        return [
            *super().cell_checks(network),
            self.require("design_rule", "column_in_saturation", swing, "<=", left, "V"),
        ]
