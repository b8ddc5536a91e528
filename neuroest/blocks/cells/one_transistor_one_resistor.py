"""Resistive cell behind a transistor (1T1R)."""

from typing import Literal

from neuroest.blocks.base import Check, NetworkContext, either
from neuroest.blocks.cells.base import CellParameters, ResistiveMemory
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import at_corner, resistance_at_corner
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import crossbar as equations
from neuroest.equations import memory_cells
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import non_negative, positive


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

    def loads(self) -> Loads:
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
