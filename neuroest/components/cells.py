"""Cells of a crossbar: resistive with an access transistor, with a selector, and bare; and with a capacitor."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    Characteristic,
    Check,
    Component,
    EnergyCost,
    at_corner,
    leakage_at_chip_temperature,
    resistance_at_corner,
)
from neuroest.devices.arrays import (
    ChargeCellParameters,
    CrosspointCellParameters,
    PassiveCellParameters,
    ResistiveCellParameters,
    SelectorCellParameters,
)
from neuroest.equations import charge, drift, retention, selection, writing
from neuroest.equations import crossbar as equations
from neuroest.units import (
    Ampere,
    Dimensionless,
    Farad,
    Joule,
    Metre,
    Second,
    Siemens,
    SquareMetre,
    Volt,
    Watt,
)

_HELD_AT = {
    "half": ({"whole", "half"}, {"none", "half"}),
    "third": ({"whole", "third"}, {"none", "two thirds"}),
}
"""Parts of the programming voltage that the rows and the columns are held at, for one sign of it, by scheme."""
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
    def bits(self) -> Dimensionless:
        """Bits that one cell can hold."""

    @abstractmethod
    def retention_time(self) -> Second:
        """Time for which a weight is kept at the chip's temperature."""

    @abstractmethod
    def disturb_reads(self) -> Dimensionless:
        """Reads after which a weight must be written again."""

    @abstractmethod
    def endurance(self) -> Dimensionless:
        """Write cycles before a cell fails."""

    @abstractmethod
    def write_pulses(self) -> Dimensionless:
        """Pulses that writing a cell takes."""

    def pitch(self) -> Metre:
        """Side of one cell, taken as square."""
        return equations.cell_pitch(self.area())

    def cell_energy(self, action: str, term: str, energy: Joule, ledger: str) -> EnergyCost:
        """An energy term in the ledger of cells."""
        return self.energy(action, term, energy, ledger, owner="cell")

    @property
    def programmed(self) -> str:
        """What the cells that hold a weight are counted under."""
        return f"{self.path}:programmed"


class ResistiveMemory(Cell):
    """Cell whose conductance is the weight."""

    def limited_as_drawn(self, conductance: Siemens) -> Siemens:
        """The same on a typical die, which circuits are drawn for."""
        return self.limited(conductance)

    @abstractmethod
    def limited(self, conductance: Siemens) -> Siemens:
        """Conductance with what stands in series."""

    has_plates: ClassVar[bool] = False
    """Whether a cell has a third line beside its row and its column, that behind its transistor."""
    holds_parts: ClassVar[bool] = False
    """Whether lines beside the written cells are held at parts of the programming voltage."""

    def write_levels(self, one_sign: bool) -> float:
        """Voltages that the line of a written cell is switched to."""
        return 2.0

    def highest_column_voltage(self, one_sign: bool) -> Volt:
        """Highest voltage of a column while cells are written."""
        voltage: Volt = self.device.program_voltage
        return voltage

    def beside_current(self) -> Ampere:
        """Current of a cell that shares a line with the one that is written."""
        return 0.0

    @abstractmethod
    def half_select_energy(self, rows: Dimensionless, columns: Dimensionless) -> Joule:
        """Energy of the cells beside the written one during one programming pulse."""

    def ends(self, age: Second | None) -> tuple[Siemens, Siemens]:
        """Lowest and highest conductance so long after writing, nothing in series; None: as they were written."""
        d = self.device
        if age is None:
            return d.low_conductance, d.high_conductance
        low = drift.drifted_conductance(
            d.low_conductance, age, d.drift_reference_time, d.low_drift_exponent, d.low_drift_exponent_spread
        )
        high = drift.drifted_conductance(
            d.high_conductance,
            age,
            d.drift_reference_time,
            d.high_drift_exponent,
            d.high_drift_exponent_spread,
        )
        return low, high

    @property
    def has_stuck_cells(self) -> bool:
        """Whether the device states that some of its cells cannot be written."""
        d = self.device
        return bool(
            np.any(np.asarray(d.stuck_low_share) > 0.0) or np.any(np.asarray(d.stuck_high_share) > 0.0)
        )

    @property
    def ages(self) -> bool:
        """Whether the device states how its conductances change after writing."""
        d = self.device
        stated = (
            d.high_drift_exponent, d.low_drift_exponent, d.high_drift_exponent_spread, d.low_drift_exponent_spread,
            d.relaxation_spread, d.relaxation_growth, d.low_relaxation_spread, d.low_relaxation_growth,
        )  # fmt: skip
        return any(np.any(number > 0.0) for number in stated)

    def bits(self) -> Dimensionless:
        """Bits as the device states them."""
        held: Dimensionless = self.device.bits_per_cell
        return held

    def disturb_reads(self) -> Dimensionless:
        """Reads as the device states them."""
        reads: Dimensionless = self.device.disturb_reads
        return reads

    def endurance(self) -> Dimensionless:
        """Write cycles as the device states them."""
        cycles: Dimensionless = self.device.endurance
        return cycles

    def write_pulses(self) -> Dimensionless:
        """Pulses with verification as the device states them."""
        pulses: Dimensionless = self.device.write_pulses
        return pulses

    def programming_energy(
        self, rows: Dimensionless, columns: Dimensionless, line_energy: Joule, read_power: Any
    ) -> Joule:
        """Energy of writing one cell with verification, the half-selected cells of its lines included."""
        d = self.device
        beside = self.half_select_energy(rows, columns)
        return writing.write_verify_energy(
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

    def cell_characteristics(
        self, conductance: Siemens, rows: Dimensionless, columns: Dimensionless
    ) -> list[Characteristic]:
        """What an expert of this kind of cell asks for."""
        return []

    def cell_checks(self, read_voltage: Volt, rows: Dimensionless, columns: Dimensionless) -> list[Check]:
        """Whether reading leaves the state alone, and whether there are cells that can be written."""
        limit = self.device.read_voltage_limit
        stuck = self.device.stuck_low_share + self.device.stuck_high_share
        return [
            Check(
                "read_disturb", self.path, "limit", read_voltage <= limit,
                "the read voltage disturbs the state of the cells", read_voltage, limit, "V",
            ),
            Check(
                "cells_can_be_written", self.path, "refuse", stuck < 1.0,
                "the shares of cells stuck at either end leave none that can be written", stuck, 1.0,
            ),
        ]  # fmt: skip


class ResistiveCell(ResistiveMemory):
    """One resistive memory and its access transistor."""

    model: ClassVar[str] = "one_transistor_one_resistor"
    idle_rows_conduct: ClassVar[bool] = False
    has_plates: ClassVar[bool] = True
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
        return equations.access_limited_conductance(
            conductance, resistance_at_corner(self, self.device.access_resistance)
        )

    def limited_as_drawn(self, conductance: Siemens) -> Siemens:
        """Conductance with the access transistor of a typical die in series."""
        return equations.access_limited_conductance(conductance, self.device.access_resistance)

    def half_select_energy(self, rows: Dimensionless, columns: Dimensionless) -> Joule:
        """Nothing: the transistors of the other rows are off."""
        return 0.0

    def cell_checks(self, read_voltage: Volt, rows: Dimensionless, columns: Dimensionless) -> list[Check]:
        """Read disturb, and whether the access transistor carries the programming current and fits the cell."""
        d, process = self.device, self.process
        current = at_corner(self, "drive", process.on_current)
        width = equations.access_transistor_width(d.program_current, current, 1.0, 0.0)
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
            Check(
                "wires_fit_cell", self.path, "limit", self.pitch() >= process.metal_pitch,
                "the cell is narrower than the pitch of the metal wires that cross it", process.metal_pitch,
                self.pitch(), "m",
            ),
        ]  # fmt: skip


class CrosspointCell(ResistiveMemory):
    """Common part of the cells without a transistor."""

    holds_parts: ClassVar[bool] = True
    device: CrosspointCellParameters

    def write_levels(self, one_sign: bool) -> float:
        """Those of a row; with voltages of both signs those of a column as well, which then changes places with it."""
        rows, columns = _HELD_AT[self.spec.write_scheme]
        return float(len(rows if one_sign else rows | columns))

    def highest_column_voltage(self, one_sign: bool) -> Volt:
        """With one sign that of the columns beside the written cell, which itself is grounded."""
        whole: Volt = self.device.program_voltage
        if not one_sign:
            return whole
        return selection.two_thirds_voltage(whole) if self.thirds else selection.half_voltage(whole)

    def beside_current(self) -> Ampere:
        """That of a half-selected cell."""
        return self.half_select_current()

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

    @property
    def thirds(self) -> bool:
        """Whether cells that are not written see a third of the programming voltage."""
        return bool(self.spec.write_scheme == "third")

    def half_select_current(self) -> Ampere:
        """Current of a cell that shares a line with the one that is written."""
        d = self.device
        if self.thirds:
            return selection.third_voltage_current(d.program_current, d.nonlinearity)
        return d.program_current / d.nonlinearity

    def half_select_power(self, rows: Dimensionless, columns: Dimensionless) -> Watt:
        """Power of the cells that see a part of the programming voltage."""
        d = self.device
        if self.thirds:
            return selection.third_select_power(rows, columns, d.program_voltage, self.half_select_current())
        return selection.half_select_power(
            rows, columns, d.program_voltage, d.program_current, d.nonlinearity
        )

    def half_select_energy(self, rows: Dimensionless, columns: Dimensionless) -> Joule:
        """Cells that see a part of the programming voltage, during one pulse."""
        energy: Joule = self.half_select_power(rows, columns) * self.device.program_time
        return energy

    def cell_characteristics(
        self, conductance: Siemens, rows: Dimensionless, columns: Dimensionless
    ) -> list[Characteristic]:
        """What reading one cell with floating lines, and writing one, would meet."""
        sneak = selection.sneak_conductance(conductance, rows, columns)
        power = self.half_select_power(rows, columns)
        return [
            self.characteristic("sneak conductance beside one cell if other lines float", sneak, "S"),
            self.characteristic("power of half-selected cells while one is written", power, "W"),
            self.characteristic("largest side of an array that can be written", self.writable_side(), "1"),
        ]

    def writable_side(self) -> Dimensionless:
        """Rows and columns up to which the written cell stands out of the half-selected ones."""
        return selection.selector_array_side(
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


class ChargeCell(Cell):
    """Static memory cell that puts one bit of a product on a capacitor."""

    model: ClassVar[str] = "charge_domain_sram"
    stores: ClassVar[bool] = True
    idle_rows_conduct: ClassVar[bool] = False
    device: ChargeCellParameters

    @property
    def signed_product(self) -> bool:
        """Whether input and weight are plus or minus one, so that each input raises one of two lines."""
        return bool(self.spec.product == "xnor")

    @property
    def common_plate(self) -> bool:
        """Whether the capacitors of a column have one floating plate, or are joined after they were charged."""
        return bool(self.spec.accumulation == "shared_plate")

    def area(self) -> SquareMetre:
        """Area of one cell with the capacitor above it."""
        d = self.device
        squares = equations.cell_area(d.cell_feature_squares, self.process.feature_size, 0.0)
        return charge.stacked_cell_area(squares, d.unit_capacitance, d.capacitance_density)

    def row_load(self) -> Farad:
        """Junction of the transistor that passes the level of the row line."""
        return self.process.drain_capacitance * self.device.product_width

    def column_load(self) -> Farad:
        """Junctions of the transistors that reset or join the capacitor, if it has any."""
        return self.process.drain_capacitance * self.device.control_width

    def plate_load(self) -> Farad:
        """What the product drives to its level beside the capacitor: the plate's own, and the transistors at it."""
        d = self.device
        passing = 2.0 if self.signed_product else 1.0
        junctions = passing * self.process.drain_capacitance * d.product_width
        return d.plate_parasitic * d.unit_capacitance + junctions

    def edge_area(self) -> SquareMetre:
        """Share of one cell in the decoders and circuits for writing around its array."""
        return self.area() * (1.0 / self.device.array_efficiency - 1.0)

    def control_load(self) -> Farad:
        """Gates that one cell hangs on the lines which reset or join capacitors."""
        return self.process.gate_capacitance * self.device.control_width

    def bits(self) -> Dimensionless:
        """One."""
        return 1.0

    def retention_time(self) -> Second:
        """As long as there is a supply."""
        return math.inf

    def disturb_reads(self) -> Dimensionless:
        """Reading leaves the latch alone."""
        return math.inf

    def endurance(self) -> Dimensionless:
        """Transistors do not wear out by being written."""
        return math.inf

    def write_pulses(self) -> Dimensionless:
        """One."""
        return 1.0

    def word_load(self) -> Farad:
        """What one cell hangs on the word line by which its row is written."""
        wire = self.process.wire_capacitance * self.pitch()
        return wire + 2.0 * self.process.gate_capacitance * self.device.access_width

    def bit_load(self) -> Farad:
        """What one cell hangs on the bit line by which it is written."""
        wire = self.process.wire_capacitance * self.pitch()
        return wire + self.process.drain_capacitance * self.device.access_width

    def writing_energy(self, rows: Dimensionless, supply_voltage: Volt) -> Joule:
        """Energy of writing one cell: its share of the word line, and one of two bit lines."""
        word = equations.line_toggle_energy(self.word_load(), supply_voltage)
        return word + equations.line_toggle_energy(rows * self.bit_load(), supply_voltage)

    def leakage(self) -> Watt:
        """Leakage of one cell at the chip's temperature."""
        return leakage_at_chip_temperature(self, self.device.leakage_power)
