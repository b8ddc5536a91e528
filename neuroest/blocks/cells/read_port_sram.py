"""Static memory cells whose read port discharges a column or divides its voltage, and the columns of such cells."""

from typing import ClassVar, Literal

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext, chosen
from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, StaticCell, StaticCellParameters
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.process_scaling import logic_delay_ratio
from neuroest.core import units as u
from neuroest.equations import crossbar_wires, static_cells
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import non_negative, positive


class ReadPortParameters(StaticCellParameters):
    """Static memory cell with read-port transistors that pull on its column."""

    read_width: u.Metre = positive(maximum=1e-4, symbol="W_r")
    """Width of the transistors of the read port."""
    current_linearity: u.Dimensionless = positive(maximum=1.0, symbol="k_I")
    """Read-port current over the on-current of one such transistor in the process."""
    current_spread: u.Dimensionless = non_negative(maximum=1.0, symbol="sigma_I")
    """Standard deviation of the current of one cell over its mean."""


class ReadPortCell(StaticCell):
    """Static memory cell with read-port transistors that pull on its column."""

    device: ReadPortParameters
    transistors_at_line: ClassVar[float] = 1.0
    """Transistors of the read port with a gate at the row and a junction at the column."""

    def area(self) -> u.SquareMetre:
        """Area of one cell."""
        return self.transistor_area()

    def current(self) -> u.Ampere:
        """Current of one cell at the chip's node, supply and corner."""
        d, process = self.device, self.process
        nominal = process.nominal_supply_voltage
        return static_cells.cell_current(
            process.on_current, self.at_node(d.read_width), d.current_linearity,
            self.technology.supply_voltage / nominal, logic_delay_ratio(self, nominal, process),
        )  # fmt: skip

    def loads(self) -> Loads:
        """Gates of the read port on the row, and junctions on the column."""
        width = self.transistors_at_line * self.at_node(self.device.read_width)
        return Loads(self.process.gate_capacitance * width, self.process.drain_capacitance * width)


class CurrentCellParameters(ReadPortParameters):
    """Static memory cell whose read port draws current from its column if its bit and the input are one."""

    saturation_voltage: u.Volt = positive(maximum=5.0, symbol="V_sat")
    """Column voltage below which the cell current falls."""
    precharge_width: u.Metre = positive(maximum=1e-3)
    """Width of the transistors that precharge a column before each read."""


class CurrentCellBlock(DeviceBlock):
    """Static memory cell that discharges its column, which is precharged to the read voltage before each read."""

    record = CurrentCellParameters
    model: Literal["current_domain_sram"]
    current_linearity: Literal["stated", "auto"] = "stated"
    """Current of a cell. stated: by the `current_linearity` of the device; auto: at most the current with which a full
    read leaves the column at the saturation voltage, as of rows that are driven below the supply."""


class CurrentCell(ReadPortCell):
    """Static memory cell whose read port discharges its column, which is precharged before.

    A column keeps what is left on it when the rows have gone low, so that cells conduct for the pulse alone, however
    long the conversion takes.
    """

    schema = CurrentCellBlock
    discharges = True
    example = "current_sram_28nm"
    prior_error = STATIC_CELL_ERROR
    device: CurrentCellParameters

    limits_current: bool = chosen("current_linearity", "auto")
    """Whether rows are driven only so far that a full read leaves the column in saturation."""

    # --- a column of cells

    def source_conductance(self, point: ElectricalPoint) -> u.Siemens:
        """Current of the cells that are read at once, over the column voltage."""
        return point.rows * self.conducted_current(point) / point.read_voltage

    def largest_swing(self, point: ElectricalPoint) -> u.Volt:
        """Voltage drop of a column at which its cells leave saturation."""
        return point.read_voltage - self.device.saturation_voltage

    def full_scale(self, point: ElectricalPoint) -> u.Volt:
        """Voltage drop of a column if all products of a read are one and inputs are at their largest."""
        swing = self._stated_swing(point)
        return np.minimum(swing, self.largest_swing(point)) if self.limits_current else swing

    def _stated_swing(self, point: ElectricalPoint) -> u.Volt:
        """Voltage drop of a full read with the current that the device states."""
        return static_cells.discharge_swing(
            point.rows, self.current(), point.drive_time, point.column_capacitance
        )

    def conducted_current(self, point: ElectricalPoint) -> u.Ampere:
        """Current of a cell: of the device, or at most that of a full read within the saturation of the column."""
        current = self.current()
        if not self.limits_current:
            return current
        return current * np.minimum(self.largest_swing(point) / self._stated_swing(point), 1.0)

    def mismatch_error(self, point: ElectricalPoint) -> u.Dimensionless:
        """Column error from cell-current mismatch, over full scale."""
        return static_cells.current_mismatch_error(self.device.current_spread, point.rows)

    def mismatch_at(self, point: ElectricalPoint, probability: u.Numeric) -> u.Numeric:
        """Column error from cells that conduct; the others have none."""
        return self.mismatch_error(point) * np.sqrt(probability)

    def read_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Charge that a product removes from its column, at most its share, and the gates that precharge the column.

        The charge is restored before the next read.
        """
        cells = np.minimum(point.rows, np.maximum(network.fan_in, 1.0))
        ones = self.product_probability(network, network.active_share)
        taken = static_cells.discharge_charge(
            self.capacitors_charged(point, cells, ones), self.conducted_current(point), point.drive_time,
            point.column_capacitance, point.read_voltage,
        )  # fmt: skip
        energy = taken * point.read_supply_voltage
        gates = self.process.gate_capacitance * self.at_node(self.device.precharge_width)
        control = crossbar_wires.line_toggle_energy(gates, self.technology.supply_voltage)
        return [
            self.energy("charge", "discharge", energy, "cell read current"),
            self.energy("column_read", "precharge", control, "cell control"),
        ]

    def column_checks(self, network: NetworkContext, point: ElectricalPoint) -> list[Check]:
        """Mismatch and noise, and whether the cells stay in saturation.

        Checks
        ------
        column_in_saturation
            a full read discharges the column below the voltage where the cell currents drop; shorten pulse_width,
            drive the rows below the supply (current_linearity: auto of the cell), or read fewer rows_at_once
        """
        swing, largest, array = self.full_scale(point), self.largest_swing(point), point.array_path
        return [
            *super().column_checks(network, point),
            self.require("design_rule", "column_in_saturation", swing, "<=", largest, "V", path=array),
        ]


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
        line = crossbar_wires.column_swing_energy(point.column_capacitance, _HALF * read, supply)
        costs = [
            self.energy("charge", "divider", energy, "cell read current"),
            self.energy("column_read", "column_line", line, "column line charge"),
        ]
        if self.unselected_cells_conduct:
            pulled_up = energy * ones  # of all cells, as many as pull up
            costs.append(self.energy("off_diagonal_read", "divider", pulled_up, "cell read current"))
        return costs
