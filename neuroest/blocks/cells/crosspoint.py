"""Resistive cells at the crosspoint of two wires: alone, or in series with a two-terminal selector (1S1R)."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Characteristic, Check, NetworkContext, chosen
from neuroest.blocks.cells.base import CellParameters, ResistiveMemory
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.core import units as u
from neuroest.equations import memory_cells
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, non_negative, positive, quantity

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

    def loads(self) -> Loads:
        """Capacitance of the memristor on both wires."""
        return Loads(self.device.memristor_capacitance, self.device.memristor_capacitance)

    def limited(self, conductance: u.Siemens) -> u.Siemens:
        """Stated conductance: it includes all series elements."""
        return conductance

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
