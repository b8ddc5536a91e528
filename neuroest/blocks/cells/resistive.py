"""Resistive memory cells: behind a transistor, passive, or behind a selector."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Characteristic, Check, NetworkContext, chosen, either
from neuroest.blocks.cells.base import CellParameters, ResistiveMemory
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.process_scaling import at_corner, resistance_at_corner
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import crossbar as equations
from neuroest.equations import memory_cells
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, non_negative, positive, quantity


class ResistiveCellParameters(CellParameters):
    """Resistive memory with an access transistor."""

    access_width: u.Metre = positive(maximum=1e-4, symbol="W_acc")
    """Width of the access transistor; on a process with smaller cells it scales with the side of the cell."""
    access_on_current: u.AmperePerMetre = positive(absent=0.0)
    """Saturation current of the access transistor per width at its programming gate voltage; without it, that of the
    core transistors of the process."""
    access_resistance: u.Ohm = non_negative(symbol="R_acc")
    """Series resistance of the access transistor."""
    cell_feature_squares: u.Dimensionless = positive(symbol="A_cell/F^2")
    """Cell area in squares of the feature size (F^2)."""
    minimum_cell_area: u.SquareMetre = non_negative()
    """Area below which the cell cannot shrink, because of its programming transistor."""


class ResistiveCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory and one access transistor."""

    record = ResistiveCellParameters
    model: Literal["one_transistor_one_resistor"]


class ResistiveCell(ResistiveMemory):
    """One resistive memory and its access transistor.

    Model errors
    ------------
    energy
        dummy rows and read margins are not in the model
    area
        dummy rows and well ties
    """

    schema = ResistiveCellBlock
    unmoved = "its resistances are those of another process and do not scale; area and transistor scale with the node"
    idle_rows_conduct = False
    has_plates = True
    prior_error = model_errors(energy=1.3, area=1.2)
    example = "rram_hfox_28nm"
    device: ResistiveCellParameters

    def area(self) -> u.SquareMetre:
        """Area of one cell."""
        return self.area_on(self.process)

    def area_on(self, process: Process) -> u.SquareMetre:
        """Area of one cell on a process."""
        d = self.device
        return memory_cells.cell_area(d.cell_feature_squares, process.feature_size, d.minimum_cell_area)

    def access_width(self) -> u.Metre:
        """Width of the access transistor: determined by the write current at any node, as far as the cell has room."""
        there = memory_cells.cell_pitch(self.area_on(self.device_process or self.process))
        return memory_cells.access_width_in_cell(self.device.access_width, there, self.pitch())

    def loads(self, point: ElectricalPoint) -> Loads:
        """Gate of one access transistor on the row, its junction and the memristor on the column."""
        junction = self.process.drain_capacitance * self.access_width()
        gate = self.process.gate_capacitance * self.access_width()
        return Loads(gate, junction + self.device.memristor_capacitance)

    def limited(self, conductance: u.Siemens) -> u.Siemens:
        """Conductance with the access transistor in series."""
        return equations.access_limited_conductance(
            conductance, resistance_at_corner(self, self.device.access_resistance)
        )

    def limited_as_drawn(self, conductance: u.Siemens) -> u.Siemens:
        """Conductance with the access transistor of a typical die in series."""
        return equations.access_limited_conductance(conductance, self.device.access_resistance)

    def half_select_energy(self, rows: u.Dimensionless, columns: u.Dimensionless) -> u.Joule:
        """Zero: the transistors of the other rows are off."""
        return 0.0

    def column_checks(self, network: NetworkContext, point: ElectricalPoint) -> list[Check]:
        """Read disturb, and whether the access transistor supports the programming current and fits the cell.

        Checks
        ------
        access_carries_writing
            the access transistor is too narrow for the programming current
        access_fits_cell
            the cell is smaller than its access transistor with contacts
        wires_fit_cell
            the cell is narrower than the pitch of the metal wires that cross it
        """
        d, process = self.device, self.process
        stated = either(d.access_on_current > 0.0, d.access_on_current, process.on_current)
        current = at_corner(self, "drive", stated)
        width = memory_cells.access_transistor_width(d.program_current, current, 1.0, 0.0)
        taken = memory_cells.transistor_limited_cell_area(self.access_width(), process.feature_size)
        return [
            *super().column_checks(network, point),
            self.require("design_rule", "access_carries_writing", width, "<=", self.access_width(), "m"),
            self.require("design_rule", "access_fits_cell", taken, "<=", self.area(), "m^2"),
            self.require("design_rule", "wires_fit_cell", process.metal_pitch, "<=", self.pitch(), "m"),
        ]


_HELD_AT = {
    "half": ({"whole", "half"}, {"none", "half"}),
    "third": ({"whole", "third"}, {"none", "two thirds"}),
}
"""Fractions of the programming voltage on the rows and columns, for one polarity, by scheme."""
_HALF_SELECT_MARGIN = 6.0
"""Minimum ratio of a cell's current to the leakage of all half-selected cells of a line, to be read or written."""
_CROSSPOINT_ERROR = model_errors(
    energy=ModelError(1.3, "dummy rows and read margins are not in the model"),
    area=ModelError(1.2, "dummy rows"),
)
"""Error of the model of a cell without a transistor."""


class CrosspointCellParameters(CellParameters):
    """Resistive memory at the crossing of two wires, without a transistor."""

    half_pitch: u.Metre = positive(maximum=1e-5, symbol="p")
    """Half of the pitch of the array's wires."""
    layers: u.Dimensionless = quantity(minimum=1, maximum=256, integer=True, exact=CHOSEN)
    """Stacked layers of cells."""
    nonlinearity: u.Dimensionless = quantity(minimum=1, symbol="k_NL")
    """Current at a voltage over the current at half of it; two is ohmic."""
    turn_on_voltage: u.Volt = non_negative(maximum=10.0, absent=0.0)
    """Voltage across a cell below which its selector stays off."""


class CrosspointCellBlock(DeviceBlock):
    """Crossbar cell without a transistor."""

    write_scheme: Literal["half", "third"] = "half"
    """Write-disturb scheme: voltage across unselected cells. half: half of the programming voltage on the lines of the
    written cell, zero elsewhere; third: one third on every cell of the array."""


class CrosspointCell(ResistiveMemory):
    """Common part of the cells without a transistor."""

    holds_parts = True
    device: CrosspointCellParameters

    def write_levels(self, unipolar: bool) -> float:
        """Voltages of a row; with both polarities also of a column, since the two swap roles."""
        rows, columns = _HELD_AT[self.spec.write_scheme]
        return float(len(rows if unipolar else rows | columns))

    def highest_column_voltage(self, unipolar: bool) -> u.Volt:
        """Highest column voltage during writing; the written cell itself is grounded if there is one polarity."""
        whole: u.Volt = self.device.program_voltage
        if not unipolar:
            return whole
        return memory_cells.two_thirds_voltage(whole) if self.thirds else memory_cells.half_voltage(whole)

    def area(self) -> u.SquareMetre:
        """Area of one crosspoint, divided by the number of stacked layers."""
        return memory_cells.passive_cell_area(self.device.half_pitch, self.device.layers)

    def pitch(self) -> u.Metre:
        """Wire pitch, whatever number of layers shares the area."""
        return 2.0 * self.device.half_pitch

    def loads(self, point: ElectricalPoint) -> Loads:
        """Capacitance of the memristor on both wires."""
        return Loads(self.device.memristor_capacitance, self.device.memristor_capacitance)

    thirds: bool = chosen("write_scheme", "third")
    """Whether unselected cells see a third of the programming voltage."""

    def half_selected_cell_current(self) -> u.Ampere:
        """Current of a cell that shares a line with the one that is written."""
        d = self.device
        if self.thirds:
            return memory_cells.third_voltage_current(d.program_current, d.nonlinearity)
        return d.program_current / d.nonlinearity

    def half_select_power(self, rows: u.Dimensionless, columns: u.Dimensionless) -> u.Watt:
        """Power of the cells that see part of the programming voltage."""
        d = self.device
        if self.thirds:
            return memory_cells.third_select_power(
                rows, columns, d.program_voltage, self.half_selected_cell_current()
            )
        return memory_cells.half_select_power(
            rows, columns, d.program_voltage, d.program_current, d.nonlinearity
        )

    def half_select_energy(self, rows: u.Dimensionless, columns: u.Dimensionless) -> u.Joule:
        """Energy of the cells that see part of the programming voltage during one pulse."""
        return self.half_select_power(rows, columns) * self.device.program_time

    def characteristics_at(self, point: ElectricalPoint) -> list[Characteristic]:
        """Figures of merit for reading one cell with floating lines, and for writing one."""
        rows, columns = point.array_rows, point.array_columns
        sneak = memory_cells.sneak_conductance(point.cell_conductance, rows, columns)
        power = self.half_select_power(rows, columns)
        return [
            self.characteristic("sneak conductance past one cell if other lines float", sneak, "S"),
            self.characteristic("power of half-selected cells while one is written", power, "W"),
            self.characteristic("largest side of an array that can be written", self.writable_side(), "1"),
        ]

    def writable_side(self) -> u.Dimensionless:
        """Rows and columns up to which the written cell dominates the half-selected ones."""
        return memory_cells.selector_array_side(
            self.device.program_current, self.half_selected_cell_current(), _HALF_SELECT_MARGIN
        )

    def column_checks(self, network: NetworkContext, point: ElectricalPoint) -> list[Check]:
        """Read disturb, selector, and half-select currents during writing.

        Checks
        ------
        selector_opens
            the read voltage does not open the selector of the cell
        half_select
            the half-selected cells of a line leak more than a sixth of the written cell's current; use a smaller
            array or a stronger selector
        """
        d, side = self.device, np.maximum(point.array_rows, point.array_columns)
        return [
            *super().column_checks(network, point),
            self.require("infeasible", "selector_opens", point.read_voltage, ">=", d.turn_on_voltage, "V"),
            self.require("design_rule", "half_select", side, "<=", self.writable_side()),
        ]


class PassiveCellParameters(CrosspointCellParameters):
    """Passive resistive memory at the crosspoint of two wires."""


class PassiveCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory alone."""

    record = PassiveCellParameters
    model: Literal["passive"]


class PassiveCell(CrosspointCell):
    """Passive cell: a resistive memory alone."""

    schema = PassiveCellBlock
    example = "rram_passive_generic"
    prior_error = _CROSSPOINT_ERROR
    device: PassiveCellParameters


class SelectorCellParameters(CrosspointCellParameters):
    """Resistive memory in series with a two-terminal selector."""


class SelectorCellBlock(CrosspointCellBlock):
    """Crossbar cell of one resistive memory and one two-terminal selector."""

    record = SelectorCellParameters
    model: Literal["one_selector_one_resistor"]


class SelectorCell(CrosspointCell):
    """Resistive memory in series with a two-terminal selector."""

    schema = SelectorCellBlock
    example = "rram_1s1r_generic"
    prior_error = _CROSSPOINT_ERROR
    device: SelectorCellParameters
