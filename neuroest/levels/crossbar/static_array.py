"""Arrays of static memory cells: columns add charges or currents, or divide resistances."""

from abc import abstractmethod

import numpy as np

from neuroest.blocks.base import AreaCost, Characteristic, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.cells.charge_domain_sram import ChargeCell
from neuroest.blocks.cells.current_domain_sram import CurrentCell
from neuroest.blocks.cells.divider_sram import DividerCell
from neuroest.blocks.cells.static_memory import StaticCell
from neuroest.core import units as u
from neuroest.equations import (
    array_lines,
    charge,
    converters,
    crossbar_wires,
    static_cells,
    writing,
)
from neuroest.levels.crossbar.array import CrossbarArray

EVEN = 0.5
"""Share of ones among bits that are one or zero equally often."""


class StaticArray(CrossbarArray):
    """Array whose weights are in static memory cells: no static current flows between reads."""

    cell: StaticCell
    """The cell."""

    @property
    def every_input_toggles(self) -> bool:
        """Whether every input raises a row line in every read, whatever its value."""
        return self.cell.signed_product

    @property
    def offset_subtraction(self) -> str:
        """No correction: the highest bit of two's complement counts negative, and plus and minus one need no offset."""
        return "none"

    def conductance(self, network: NetworkContext) -> u.Siemens:
        """Zero: a charged capacitor carries no current."""
        return 0.0

    def parallel_wires(self) -> u.Dimensionless:
        """Parallel wires as chosen, otherwise one: settled lines carry no current, so wires cause no loss."""
        return self.options.get("parallel_wires", 1.0)

    def ir_drop(self, network: NetworkContext, active_fraction: u.Numeric) -> u.Dimensionless:
        """Zero: settled lines carry no current."""
        return 0.0 * active_fraction

    def cell_programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell."""
        return self.cell.writing_energy(self.options["rows"], self.technology.supply_voltage)

    def programming_time(self) -> u.Second:
        """Time to write one whole array."""
        cells = self.options["rows"] * self.options["columns"]
        together = self.options.get("cells_programmed_together", self.options["columns"])
        return writing.array_programming_time(
            cells, together, self.cell.write_pulses(), self.cell.device.write_time, 0.0
        )

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power of the array's circuits, and leakage of the memory cells."""
        return [*super().statics(network), StaticCost(self.cell.path, "leakage", self.cell.leakage())]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Areas of the array, and of the decoders and write circuits at the edges of its cells."""
        return [*super().areas(network), AreaCost(self.cell.path, "edges", self.cell.edge_area())]

    def row_current(self, network: NetworkContext) -> u.Ampere:
        """Zero for rows that inverters charge; for analog rows, the current of a buffer while they settle."""
        if not self.driver.analog:
            return 0.0
        return charge.charging_current(
            self.driven_row_capacitance(), self.options["read_voltage"], self.settled_time(network)
        )

    def driven_row_capacitance(self) -> u.Farad:
        """Capacitance that the driver of an analog row charges."""
        return self.row_capacitance()

    def row_cells(self) -> u.Dimensionless:
        """Cells along the wire of a row."""
        return self.options["columns"]

    def settling_time(self, network: NetworkContext) -> u.Second:
        """Time until rows and columns are within the settling error; drivers are assumed to be large enough.

        Columns that the cells discharge do so during the pulse, and only the rows settle.
        """
        segment = self.segment_resistance()
        row = crossbar_wires.row_time_constant(0.0, self.row_cells() * segment, self.row_capacitance())
        column: u.Second = 0.0
        if not self.cell.discharges:
            source, wire = self.source_conductance(network), self.options["rows"] * segment
            column = crossbar_wires.column_time_constant_floating(source, wire, self.plate_capacitance())
            column = column + self.switching_time_constant(network, source, wire)
        return crossbar_wires.settling_time(row, column, self.settled_bits())

    def drawn_row_current(self, network: NetworkContext) -> u.Ampere:
        """Zero on a typical die as well."""
        return self.row_current(network)

    def drawn_source_conductance(self, network: NetworkContext) -> u.Siemens:
        """Conductance of the cells of a column for which its switches are sized: that of the actual cells."""
        return self.source_conductance(network)

    def products_of_one(
        self, network: NetworkContext, cells: u.Numeric, input_density: u.Numeric
    ) -> u.Numeric:
        """Cells of one column whose product is one in a read."""
        return charge.separate_charges(cells, self.product_probability(network, input_density))

    def product_probability(self, network: NetworkContext, input_density: u.Numeric) -> u.Numeric:
        """Probability that a product is one, for this share of ones at the input."""
        if self.cell.signed_product:  # a product of plus or minus one is one where both have the same sign
            return 0.0 * input_density + charge.product_probability(1.0, EVEN)
        return charge.product_probability(input_density, network.weight_bit_density)

    def capacitors_charged(
        self, network: NetworkContext, cells: u.Numeric, input_density: u.Numeric
    ) -> u.Numeric:
        """Products of a column that draw charge in a read, for this many cells in use and this share of ones."""
        return self.products_of_one(network, cells, input_density)

    @property
    def unselected_cells_conduct(self) -> bool:
        """Whether driven cells without a weight cost energy: only cells of signed products, which have no zero."""
        return self.cell.signed_product

    def mismatch_at(self, probability: u.Numeric) -> u.Numeric:
        """Column error from cell mismatch if products are one with this probability."""
        return self.mismatch_error() + 0.0 * probability

    @abstractmethod
    def mismatch_error(self) -> u.Dimensionless:
        """Column error from cell mismatch, over full scale."""

    @abstractmethod
    def full_scale(self, network: NetworkContext) -> u.Volt:
        """Column voltage if all products are one."""

    def plate_capacitance(self) -> u.Farad:
        """Total capacitance of a column."""
        return self.column_capacitance()

    def signal_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of a column at full scale."""
        return array_lines.line_toggle_energy(self.plate_capacitance(), self.full_scale(network))

    def cell_checks(self, network: NetworkContext) -> list[Check]:
        """Whether cell mismatch stays below the read resolution of the columns.

        Checks
        ------
        column_mismatch
            the mismatch of the cells exceeds half a step of the read resolution of the columns
        """
        error = self.mismatch_error()
        step = converters.half_step(1.0, self.noise_bits(network))
        return [self.require("design_rule", "column_mismatch", error, "<=", step)]

    def noise_check(self, network: NetworkContext) -> Check:
        """Whether the thermal noise of the columns stays below their read resolution.

        Checks
        ------
        column_noise
            the thermal noise of the columns exceeds the quantisation noise of their read resolution
        """
        floor = charge.charge_noise_energy_floor(self.technology.temperature, self.noise_bits(network))
        signal = self.signal_energy(network)
        return self.require("design_rule", "column_noise", floor, "<=", signal, "J")

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that a designer of such columns asks for."""
        error = self.mismatch_error()
        swing = self.full_scale(network)
        found = [
            self.characteristic("settling time", self.settling_time(network), "s"),
            self.characteristic("read time", self.read_time(network), "s"),
            self.characteristic("energy to program a cell", self.programming_energy(network), "J"),
            self.characteristic("time to program an array", self.programming_time(), "s"),
            self.characteristic("capacitance of a column", self.plate_capacitance(), "F"),
            self.characteristic("full scale of a column", swing, "V"),
            self.characteristic("error of a column from mismatch, over its full scale", error, "1"),
        ]
        found.extend(self.column_characteristics(network))
        if self.converter is not None:
            found.append(self.characteristic("resolution of the converters", self.resolution(network), "1"))
            step = 2.0 * converters.half_step(swing, self.resolution(network))
            found.append(self.characteristic("step of the converters at a column", step, "V"))
        return found


class ChargeDomainArray(StaticArray):
    """Array whose cells charge capacitors: no static current, and columns that carry voltages."""

    cell: ChargeCell
    """The cell."""

    def driven_row_capacitance(self) -> u.Farad:
        """Line of a row, with the capacitors of its cells if they do not follow it by transistors of their own."""
        charged = self.row_capacitance()
        if self.cell.follows_row:
            return charged
        each = self.cell.device.unit_capacitance + self.cell.plate_load()
        return charged + self.options["columns"] * each

    def row_cells(self) -> u.Dimensionless:
        """Cells along the wire of a row, with all folds of a column."""
        return self.cell.options["column_folding"] * self.options["columns"]

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


class CurrentDomainArray(StaticArray):
    """Array whose columns are precharged and then discharged by the cells of driven rows.

    A column keeps what is left on it when the rows have gone low, so that cells conduct for the pulse alone, however
    long the conversion takes.
    """

    cell: CurrentCell
    """The cell."""

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
