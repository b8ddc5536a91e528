"""Cells of a resistive crossbar: with an access transistor, with a selector, and bare."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import Characteristic, Check, Component, EnergyCost
from neuroest.devices.arrays import (
    CrosspointCellParameters,
    PassiveCellParameters,
    ResistiveCellParameters,
    SelectorCellParameters,
)
from neuroest.equations import crossbar as equations
from neuroest.equations import retention
from neuroest.units import Ampere, Dimensionless, Farad, Joule, Metre, Second, Siemens, SquareMetre, Volt

_HALF_SELECT_MARGIN = 6.0
"""Times the leakage of all half-selected cells of a line that a cell's current must reach, to be read or written."""


class Cell(Component[Any]):
    """What the array must know of its cell."""

    idle_rows_conduct: ClassVar[bool] = True
    """Whether the cells of idle rows load the columns; a transistor cuts them off."""

    @abstractmethod
    def area(self) -> SquareMetre:
        """Area of one cell."""

    @abstractmethod
    def row_load(self) -> Farad:
        """What one cell hangs on its row."""

    @abstractmethod
    def column_load(self) -> Farad:
        """What one cell hangs on its column."""

    @abstractmethod
    def limited(self, conductance: Siemens) -> Siemens:
        """Conductance with what stands in series."""

    @abstractmethod
    def half_select_energy(self, rows: Dimensionless, columns: Dimensionless) -> Joule:
        """Energy of the cells beside the written one during one programming pulse."""

    def pitch(self) -> Metre:
        """Side of one cell, taken as square."""
        return equations.cell_pitch(self.area())

    def cell_energy(self, action: str, term: str, energy: Joule, ledger: str) -> EnergyCost:
        """An energy term in the ledger of cells."""
        return self.energy(action, term, energy, ledger, owner="cell")

    def programming_energy(
        self, rows: Dimensionless, columns: Dimensionless, line_energy: Joule, read_power: Any
    ) -> Joule:
        """Energy of writing one cell with verification, the half-selected cells of its lines included."""
        d = self.device
        beside = self.half_select_energy(rows, columns)
        return equations.write_verify_energy(
            d.write_pulses, d.program_voltage, d.program_current, d.program_time, line_energy + beside,
            read_power * d.verify_time,
        )  # fmt: skip

    def retention_time(self) -> Second:
        """Time for which a weight is kept at the chip's temperature."""
        d = self.device
        return retention.retention_at_temperature(
            d.retention_time,
            d.retention_activation_energy,
            self.technology.temperature,
            d.retention_temperature,
        )

    @property
    def programmed(self) -> str:
        """What the cells that hold a weight are counted under."""
        return f"{self.path}:programmed"

    def cell_characteristics(
        self, conductance: Siemens, rows: Dimensionless, columns: Dimensionless
    ) -> list[Characteristic]:
        """What an expert of this kind of cell asks for."""
        return []

    def cell_checks(self, read_voltage: Volt, rows: Dimensionless, columns: Dimensionless) -> list[Check]:
        """Whether reading leaves the state alone."""
        limit = self.device.read_voltage_limit
        return [
            Check(
                "read_disturb", self.path, "limit", read_voltage <= limit,
                "the read voltage disturbs the state of the cells", read_voltage, limit, "V",
            )
        ]  # fmt: skip


class ResistiveCell(Cell):
    """One resistive memory and its access transistor."""

    model: ClassVar[str] = "one_transistor_one_resistor"
    idle_rows_conduct: ClassVar[bool] = False
    device: ResistiveCellParameters

    def area(self) -> SquareMetre:
        """Area of one cell."""
        d = self.device
        return equations.cell_area(d.cell_feature_squares, self.process.feature_size, d.minimum_cell_area)

    def row_load(self) -> Farad:
        """Gate of one access transistor."""
        return self.process.gate_capacitance * self.device.access_width

    def column_load(self) -> Farad:
        """Transistor junction and memristor."""
        return self.process.drain_capacitance * self.device.access_width + self.device.memristor_capacitance

    def limited(self, conductance: Siemens) -> Siemens:
        """Conductance with the access transistor in series."""
        return equations.access_limited_conductance(conductance, self.device.access_resistance)

    def half_select_energy(self, rows: Dimensionless, columns: Dimensionless) -> Joule:
        """Nothing: the transistors of the other rows are off."""
        return 0.0

    def cell_checks(self, read_voltage: Volt, rows: Dimensionless, columns: Dimensionless) -> list[Check]:
        """Read disturb, and whether the access transistor carries the programming current and fits the cell."""
        d, process = self.device, self.process
        width = equations.access_transistor_width(d.program_current, process.on_current, 1.0, 0.0)
        taken = equations.transistor_limited_cell_area(d.access_width, process.feature_size)
        return [
            *super().cell_checks(read_voltage, rows, columns),
            Check(
                "access_carries_writing", self.path, "limit", d.access_width >= width,
                "the access transistor is too narrow for the programming current on this process", width,
                d.access_width, "m",
            ),
            Check(
                "access_fits_cell", self.path, "limit", self.area() >= taken,
                "the cell is smaller than its access transistor with contacts", taken, self.area(), "m^2",
            ),
        ]  # fmt: skip


class CrosspointCell(Cell):
    """Common part of the cells without a transistor."""

    device: CrosspointCellParameters

    def area(self) -> SquareMetre:
        """Area of one crossing, shared by the layers that are stacked."""
        return equations.passive_cell_area(self.device.half_pitch, self.device.layers)

    def pitch(self) -> Metre:
        """Pitch of the wires, whatever number of layers shares the area."""
        return 2.0 * self.device.half_pitch

    def row_load(self) -> Farad:
        """The memristor itself."""
        return self.device.memristor_capacitance

    def column_load(self) -> Farad:
        """The memristor itself."""
        return self.device.memristor_capacitance

    def limited(self, conductance: Siemens) -> Siemens:
        """Nothing stands in series that the stated conductances do not contain."""
        return conductance

    def half_select_current(self) -> Ampere:
        """Current of a cell at half of the programming voltage."""
        return self.device.program_current / self.device.nonlinearity

    def half_select_energy(self, rows: Dimensionless, columns: Dimensionless) -> Joule:
        """Cells of the same row and column at half of the programming voltage, during one pulse."""
        d = self.device
        power = equations.half_select_power(
            rows, columns, d.program_voltage, d.program_current, d.nonlinearity
        )
        energy: Joule = power * d.program_time
        return energy

    def cell_characteristics(
        self, conductance: Siemens, rows: Dimensionless, columns: Dimensionless
    ) -> list[Characteristic]:
        """What reading one cell with floating lines, and writing one, would meet."""
        d = self.device
        sneak = equations.sneak_conductance(conductance, rows, columns)
        power = equations.half_select_power(
            rows, columns, d.program_voltage, d.program_current, d.nonlinearity
        )
        return [
            self.characteristic("sneak conductance beside one cell if other lines float", sneak, "S"),
            self.characteristic("power of half-selected cells while one is written", power, "W"),
            self.characteristic("largest side of an array that can be written", self.writable_side(), "1"),
        ]

    def writable_side(self) -> Dimensionless:
        """Rows and columns up to which the written cell stands out of the half-selected ones."""
        return equations.selector_array_side(
            self.device.program_current, self.half_select_current(), _HALF_SELECT_MARGIN
        )

    def cell_checks(self, read_voltage: Volt, rows: Dimensionless, columns: Dimensionless) -> list[Check]:
        """Read disturb, selector, and half-select currents while a cell is written."""
        d, side = self.device, np.maximum(rows, columns)
        return [
            *super().cell_checks(read_voltage, rows, columns),
            Check(
                "selector_opens", self.path, "refuse", read_voltage >= d.turn_on_voltage,
                "the read voltage does not open the selector of the cell", read_voltage, d.turn_on_voltage, "V",
            ),
            Check(
                "half_select", self.path, "limit", side <= self.writable_side(),
                "the half-selected cells of a line leak more than a sixth of the written cell's current; use a "
                "smaller array or a stronger selector", side, self.writable_side(),
            ),
        ]  # fmt: skip


class SelectorCell(CrosspointCell):
    """Resistive memory in series with a two-terminal selector."""

    model: ClassVar[str] = "one_selector_one_resistor"
    device: SelectorCellParameters


class PassiveCell(CrosspointCell):
    """Resistive memory alone."""

    model: ClassVar[str] = "passive"
    device: PassiveCellParameters
