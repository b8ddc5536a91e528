"""Array of static memory cells whose currents discharge the columns."""

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext
from neuroest.blocks.cells.current_domain_sram import CurrentCell
from neuroest.core import units as u
from neuroest.equations import array_lines, charge, crossbar_wires, static_cells
from neuroest.levels.crossbar.static_array import StaticArray


class CurrentDomainArray(StaticArray):
    """Array whose columns are precharged and then discharged by the cells of driven rows.

    A column keeps what is left on it when the rows have gone low, so that cells conduct for the pulse alone, however
    long the conversion takes.
    """

    cell: CurrentCell
    """The cell."""

    def row_current(self, network: NetworkContext) -> u.Ampere:
        """Zero for pulses from inverters; for analog rows, the current of a buffer that charges the gates of a row."""
        if not self.driver.analog:
            return 0.0
        return charge.charging_current(
            self.row_capacitance(), self.options["read_voltage"], self.settled_time(network)
        )

    def source_conductance(self, network: NetworkContext) -> u.Siemens:
        """Current of the cells that are read at once, over the column voltage."""
        return self.rows_at_once() * self.cell_current(network) / self.options["read_voltage"]

    def full_scale(self, network: NetworkContext) -> u.Volt:
        """Voltage drop of a column if all products of a read are one and inputs are at their largest."""
        swing = self._swing(network)
        return np.minimum(swing, self.largest_swing()) if self.limits_current else swing

    @property
    def limits_current(self) -> bool:
        """Whether rows are driven so far that a full read leaves the column in saturation."""
        return self.cell.limits_current

    def largest_swing(self) -> u.Volt:
        """Voltage drop of a column at which its cells leave saturation."""
        return self.options["read_voltage"] - self.cell.device.saturation_voltage

    def _swing(self, network: NetworkContext) -> u.Volt:
        """Voltage drop of a full read with the current that the device states."""
        return static_cells.discharge_swing(
            self.rows_at_once(), self.cell.current(), self.drive_time(network), self.column_capacitance()
        )

    def cell_current(self, network: NetworkContext) -> u.Ampere:
        """Current of a cell: of the device, or at most that of a full read within the saturation of the column."""
        current = self.cell.current()
        if not self.limits_current:
            return current
        return current * np.minimum(self.largest_swing() / self._swing(network), 1.0)

    def mismatch_error(self) -> u.Dimensionless:
        """Column error from cell-current mismatch, over full scale."""
        return static_cells.current_mismatch_error(self.cell.device.current_spread, self.rows_at_once())

    def mismatch_at(self, probability: u.Numeric) -> u.Numeric:
        """Column error from cells that conduct; the others have none."""
        return self.mismatch_error() * np.sqrt(probability)

    def settling_time(self, network: NetworkContext) -> u.Second:
        """Time until the rows are within the settling error; the columns discharge during the pulse."""
        along = self.options["columns"] * self.segment_resistance()
        row = crossbar_wires.row_time_constant(0.0, along, self.row_capacitance())
        return crossbar_wires.settling_time(row, 0.0, self.settled_bits())

    def read_energies(self, network: NetworkContext, read_time: u.Second) -> list[EnergyCost]:
        """Charge that a product removes from its column, at most its share; it is restored before the next read."""
        cells = np.minimum(self.rows_at_once(), np.maximum(network.fan_in, 1.0))
        taken = static_cells.discharge_charge(
            self.products_of_one(network, cells, network.active_share), self.cell_current(network),
            self.drive_time(network), self.column_capacitance(), self.options["read_voltage"],
        )  # fmt: skip
        energy = taken * self.read_supply_voltage()
        return [self.cell.energy("charge", "discharge", energy, "cell read current")]

    def column_line_energies(self) -> list[EnergyCost]:
        """Energy of the gates of the transistors that precharge a column."""
        control = array_lines.line_toggle_energy(self.cell.precharge_load(), self.technology.supply_voltage)
        return [self.cell.energy("column_read", "precharge", control, "cell control")]

    def cell_checks(self, network: NetworkContext) -> list[Check]:
        """Mismatch of the cells, and whether they stay in saturation.

        Checks
        ------
        column_in_saturation
            a full read discharges the column below the voltage where the cell currents drop; shorten pulse_width,
            drive the rows below the supply (current_linearity: auto of the cell), or read fewer rows_at_once
        """
        swing = self.full_scale(network)
        return [
            *super().cell_checks(network),
            self.require("design_rule", "column_in_saturation", swing, "<=", self.largest_swing(), "V"),
        ]
