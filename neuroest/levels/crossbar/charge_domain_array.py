"""Array of static memory cells with capacitors, whose columns add charges."""

from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.cells.charge_domain_sram import ChargeCell
from neuroest.core import units as u
from neuroest.equations import array_lines, charge, converters, crossbar_wires
from neuroest.levels.crossbar.static_array import StaticArray


class ChargeDomainArray(StaticArray):
    """Array whose cells charge capacitors: no static current, and columns that carry voltages."""

    cell: ChargeCell
    """The cell."""

    def row_current(self, network: NetworkContext) -> u.Ampere:
        """Zero for one-bit rows, which inverters charge; for analog rows, the current of a buffer while they settle."""
        if not self.driver.analog:
            return 0.0
        charged = self.row_capacitance()
        if not self.cell.follows_row:
            each = self.cell.device.unit_capacitance + self.cell.plate_load()
            charged = charged + self.options["columns"] * each
        return charge.charging_current(charged, self.options["read_voltage"], self.settled_time(network))

    def source_conductance(self, network: NetworkContext) -> u.Siemens:
        """Conductance of the transistors that drive all capacitors of a column."""
        return self.options["rows"] / self.cell.product_resistance()

    def column_pitch(self) -> u.Metre:
        """Distance between neighbouring columns, with all folds of a column."""
        return self.cell.options["column_folding"] * self.cell.pitch()

    def row_energy(self) -> u.Joule:
        """Energy of raising one row line to the level that it passes to the capacitors."""
        return array_lines.column_swing_energy(
            self.row_capacitance(), self.options["read_voltage"], self.read_supply_voltage()
        )

    def plate_ratio(self) -> u.Dimensionless:
        """Capacitance of a column's plate to ground over the capacitor of one cell."""
        return self.column_capacitance() / self.cell.device.unit_capacitance

    def plate_capacitance(self) -> u.Farad:
        """Total capacitance on the plate of a column."""
        return self.options["rows"] * self.cell.device.unit_capacitance + self.column_capacitance()

    def full_scale(self, network: NetworkContext) -> u.Volt:
        """Column voltage if all products are one."""
        return charge.plate_swing(self.options["read_voltage"], self.options["rows"], self.plate_ratio())

    def capacitors_charged(
        self, network: NetworkContext, cells: u.Numeric, input_density: u.Numeric
    ) -> u.Numeric:
        """Unit capacitors charged in one column read, for this many cells in use and this share of ones.

        Buffers that make voltages of the inputs give the charge of each capacitor, whatever its plate does.
        """
        ones = self.product_probability(network, input_density)
        if self.cell.common_plate and not self.driver.analog:
            return charge.shared_plate_charges(cells, ones, self.options["rows"], self.plate_ratio())
        return charge.separate_charges(cells, ones)

    def mismatch_error(self) -> u.Dimensionless:
        """Column error from capacitor mismatch, over full scale."""
        return charge.capacitor_mismatch_error(self.cell.device.capacitance_spread, self.options["rows"])

    def settling_time(self, network: NetworkContext) -> u.Second:
        """Time until rows and plates are within the settling error; drivers are assumed to be large enough."""
        segment = self.segment_resistance()
        along = self.cell.options["column_folding"] * self.options["columns"]
        row = crossbar_wires.row_time_constant(0.0, along * segment, self.row_capacitance())
        source, wire = self.source_conductance(network), self.options["rows"] * segment
        column = crossbar_wires.column_time_constant_floating(source, wire, self.plate_capacitance())
        column = column + self.switching_time_constant(network, source, wire)
        return crossbar_wires.settling_time(row, column, self.settled_bits())

    def read_energies(self, network: NetworkContext, read_time: u.Second) -> list[EnergyCost]:
        """Energy of charging one unit capacitor and the parasitics of its driven plate to the read voltage."""
        cell, read, supply = self.cell, self.options["read_voltage"], self.read_supply_voltage()
        if cell.follows_row:
            supply = self.technology.supply_voltage
        capacitor = array_lines.column_swing_energy(cell.device.unit_capacitance, read, supply)
        plate = array_lines.column_swing_energy(cell.plate_load(), read, supply)
        found = [
            cell.energy("charge", "capacitors", capacitor, "cell capacitor charge"),
            cell.energy("product", "driven_plates", plate, "cell capacitor charge"),
        ]
        if cell.follows_row:
            standing = converters.front_end_bias_energy(cell.device.follower_current, supply, read_time)
            found.append(cell.energy("product", "followers", standing, "cell capacitor charge"))
        if self.unselected_cells_conduct:
            both = capacitor + plate
            found.append(cell.energy("off_diagonal_read", "capacitors", both, "cell capacitor charge"))
        return found

    def column_line_energies(self) -> list[EnergyCost]:
        """Energy of the lines that reset or join the capacitors of a column; its plate is charged by the cells."""
        control = array_lines.line_toggle_energy(
            self.options["rows"] * self.cell.control_load(), self.technology.supply_voltage
        )
        return [self.cell.energy("column_read", "control", control, "cell control")]
