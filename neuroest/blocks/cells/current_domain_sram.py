"""Static memory cell whose read port discharges its column, and the columns of such cells."""

from typing import Literal

import numpy as np

from neuroest.blocks.attributes import chosen
from neuroest.blocks.base import Check, EnergyCost, NetworkContext
from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, ReadPortCell, ReadPortParameters
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.core import units as u
from neuroest.equations import array_lines, static_cells
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import positive


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
        control = array_lines.line_toggle_energy(gates, self.technology.supply_voltage)
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
