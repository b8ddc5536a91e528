"""Circuits that write the cells of an array: decoders, switches with level shifters at its lines, and a charge pump."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Characteristic,
    Check,
    Component,
    EnergyCost,
    StaticCost,
    leakage_at_chip_temperature,
)
from neuroest.components.inputs import LevelShifter
from neuroest.devices.writing import ChargePumpParameters, WriteCircuitParameters
from neuroest.equations import crossbar as equations
from neuroest.equations import drivers, mapping, power, technology, write_circuits
from neuroest.units import (
    Ampere,
    Dimensionless,
    Farad,
    Joule,
    Metre,
    Numeric,
    Second,
    SquareMetre,
    Volt,
    Watt,
)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of an array on one side of its cells, as writing meets them.

    Attributes
    ----------
    count : Numeric
        Lines of one array.
    drivers : Numeric
        Drivers of them: one each, or fewer that are switched from line to line.
    levels : float
        Voltages that a driver switches its line to.
    current : Numeric
        Largest current of one line. [A]
    highest : Numeric
        Highest voltage of a line. [V]
    read : bool
        Whether a circuit reads or drives them otherwise, which a switch keeps the programming voltage from.
    shifted : bool
        Whether that circuit has level shifters for these lines already.
    held : bool
        Whether lines that share a driver are held at a voltage while it writes on another one.
    """

    count: Dimensionless
    drivers: Dimensionless
    levels: float
    current: Ampere
    highest: Volt
    read: bool
    shifted: bool = False
    held: bool = False

    @property
    def switches(self) -> Dimensionless:
        """Switches of all lines: of their drivers, those that share a driver out, and those before other circuits."""
        each = 2.0 * self.count if self.held else self.count
        shared = np.where(self.drivers < self.count, each, 0.0)
        return self.drivers * self.levels + shared + (self.count if self.read else 0.0)


@dataclass(frozen=True, eq=False)
class Written:
    """What the circuits that write must know of their array.

    Attributes
    ----------
    rows, columns, plates : Lines or None
        Lines of the array; cells without a transistor have no plates.
    plates_along_columns : bool
        Whether plates run beside columns, one for each.
    voltage : Numeric
        Programming voltage. [V]
    cell_current : Numeric
        Current from the programming supply for one written cell, half-selected ones included. [A]
    together : Numeric
        Cells that are written at once.
    arrays_together : Numeric
        Arrays of the chip that are written at the same time.
    pulses : Numeric
        Pulses of one write with verification.
    pitch : Numeric
        Distance between two lines. [m]
    time : Numeric
        Time to write the whole array. [s]
    """

    rows: Lines
    columns: Lines
    plates: Lines | None
    plates_along_columns: bool
    voltage: Volt
    cell_current: Ampere
    together: Dimensionless
    arrays_together: Dimensionless
    pulses: Dimensionless
    pitch: Metre
    time: Second

    @property
    def lines(self) -> tuple[Lines, ...]:
        """All kinds of lines."""
        return (self.rows, self.columns) if self.plates is None else (self.rows, self.columns, self.plates)


class ChargePump(Component[ChargePumpParameters]):
    """Dickson charge pump."""

    model: ClassVar[str] = "charge_pump"
    device: ChargePumpParameters

    def input_voltage(self) -> Volt:
        """Voltage of its supply as chosen, or the chip's."""
        return self.options.get("input_voltage", self.technology.supply_voltage)

    def stages(self, voltage: Volt) -> Dimensionless:
        """Stages as chosen, or those that take least power."""
        if "stages" in self.options:
            return self.options["stages"]
        return write_circuits.charge_pump_stages(
            voltage, self.input_voltage(), self.device.parasitic_fraction
        )

    def efficiency(self, voltage: Volt) -> Dimensionless:
        """Power at its output over the power that it takes."""
        return write_circuits.charge_pump_efficiency(
            self.stages(voltage), self.input_voltage(), voltage, self.device.parasitic_fraction
        )

    def arrays_served(self, arrays_together: Dimensionless) -> Dimensionless:
        """Arrays behind one pump that are written at the same time: all of them, at worst."""
        behind = self.options.get("arrays_per_pump", np.inf)
        served: Dimensionless = np.minimum(behind, arrays_together)
        return served

    def needed_current(self, written: Written) -> Ampere:
        """Current of all cells that are written at once."""
        return written.together * written.cell_current * self.arrays_served(written.arrays_together)

    def current(self, written: Written) -> Ampere:
        """Current that it is made for."""
        return self.options.get("largest_current", self.needed_current(written))

    def capacitance(self, written: Written) -> Farad:
        """Capacitance of all stages."""
        return write_circuits.charge_pump_capacitance(
            self.stages(written.voltage), self.current(written), self.device.clock_frequency,
            self.input_voltage(), written.voltage,
        )  # fmt: skip

    def area_cost(self, written: Written) -> AreaCost:
        """Area of one pump."""
        d = self.device
        area = write_circuits.charge_pump_area(
            self.capacitance(written), d.capacitance_density, d.area_factor
        )
        return AreaCost(self.path, "pump", area)

    def loss(self, output_energy: Joule, voltage: Volt) -> EnergyCost:
        """What it takes beside the energy at its output."""
        lost = write_circuits.supply_loss_energy(output_energy, self.efficiency(voltage))
        return self.energy("program", "pump_loss", lost, "write supply loss")

    def idling(self, written: Written) -> EnergyCost:
        """Share of one cell in what it takes without a load while its array is written, with others behind it."""
        cells = written.rows.count * written.columns.count * self.arrays_served(written.arrays_together)
        energy = power.static_energy(self.device.idle_power, written.time) / cells
        return self.energy("program", "idle", energy, "write supply loss")

    def written_characteristics(self, written: Written) -> list[Characteristic]:
        """What a designer of pumps asks for."""
        voltage = written.voltage
        return [
            self.characteristic("stages of the charge pump", self.stages(voltage), "1"),
            self.characteristic("current of the charge pump", self.current(written), "A"),
            self.characteristic("capacitance of the charge pump", self.capacitance(written), "F"),
            self.characteristic("efficiency of the charge pump", self.efficiency(voltage), "1"),
        ]

    def written_checks(self, written: Written) -> list[Check]:
        """Whether it reaches the voltage, stands it, and delivers the current."""
        source, voltage = self.input_voltage(), written.voltage
        open_voltage = write_circuits.charge_pump_open_voltage(self.stages(voltage), source)
        needed, current = self.needed_current(written), self.current(written)
        return [
            Check(
                "pump_reaches_voltage", self.path, "refuse", open_voltage > voltage,
                "the stages of the charge pump do not reach the programming voltage; give it more, or auto", voltage,
                open_voltage, "V",
            ),
            Check(
                "pump_is_needed", self.path, "limit", voltage > source,
                "the programming voltage is not above that which the charge pump is fed with", voltage, source, "V",
            ),
            Check(
                "pump_stands_voltage", self.path, "limit", voltage <= self.device.maximum_voltage,
                "the programming voltage exceeds what the charge pump stands", voltage, self.device.maximum_voltage,
                "V",
            ),
            Check(
                "pump_delivers", self.path, "limit", needed <= current,
                "the cells written at once take more current than the charge pump is made for", needed, current, "A",
            ),
        ]  # fmt: skip


class WriteCircuit(Component[WriteCircuitParameters]):
    """Decoders, drivers and switches of one array, with what stands in their slots."""

    model: ClassVar[str] = "write_circuit"
    device: WriteCircuitParameters

    @property
    def shifter(self) -> LevelShifter | None:
        """Level shifter, if there is one."""
        return self.slots.get("level_shifter")  # type: ignore[return-value]

    @property
    def pump(self) -> ChargePump | None:
        """Charge pump, if the voltage is made on the chip."""
        return self.slots.get("pump")  # type: ignore[return-value]

    @property
    def parts(self) -> list[Component[Any]]:
        """This circuit and what stands in its slots."""
        return [self, *self.slots.values()]

    @property
    def one_sign(self) -> bool:
        """Whether cells are written by voltages of one sign only."""
        return bool(self.spec.polarity == "one")

    def drivers(self, columns: Dimensionless) -> Dimensionless:
        """Write drivers of the columns of one array."""
        return mapping.block_count(columns, self.options["columns_per_driver"])

    def cells_at_once(
        self, columns: Dimensionless, cell_current: Ampere, arrays_together: Dimensionless
    ) -> Dimensionless:
        """Cells of a row that drivers and pump can write at once."""
        pump = self.pump
        largest = np.inf if pump is None else pump.options.get("largest_current", np.inf)
        served = arrays_together if pump is None else pump.arrays_served(arrays_together)
        return write_circuits.cells_at_once(self.drivers(columns), largest, cell_current, served)

    def shifters(self, written: Written) -> Dimensionless:
        """Level shifters of one array: one for each voltage but one of a driver, and for each line that selects."""
        supply = self.technology.supply_voltage
        found: Numeric = 0.0
        for lines in written.lines:
            if not lines.shifted:
                needed = lines.drivers * (lines.levels - 1.0)
                found = found + np.where(lines.highest > supply, needed, 0.0)
        select = np.where(
            written.columns.drivers < written.columns.count, self.options["columns_per_driver"], 0.0
        )
        return found + np.where(written.columns.highest > supply, select, 0.0)

    def instances(self, written: Written, units: Numeric) -> Mapping[str, Numeric]:
        """How many there are of each part, but for a pump that a whole chip shares."""
        found: dict[str, Numeric] = {self.path: units}
        if self.shifter is not None:
            found[self.shifter.path] = units * self.shifters(written)
        if self.pump is not None and "arrays_per_pump" in self.pump.options:
            found[self.pump.path] = mapping.block_count(units, self.pump.options["arrays_per_pump"])
        return found

    def gates(self, written: Written) -> Dimensionless:
        """Two-input gates of the decoders of rows and columns, and of what keeps the data of the drivers."""
        rows, columns = written.rows.count, written.columns
        shared = self.options["columns_per_driver"]
        select = np.where(shared > 1.0, write_circuits.decoder_gates(shared), 0.0)
        return write_circuits.decoder_gates(rows) + select + columns.drivers * self.device.latch_gates

    def width(self, lines: Lines) -> Metre:
        """Width of the switches of a line, as drawn for a typical die."""
        d = self.device
        carried = drivers.driver_width(lines.current, d.on_current, d.current_linearity)
        width: Metre = np.maximum(carried, d.minimum_width)
        return width

    def written_areas(self, written: Written) -> list[AreaCost]:
        """Area of the gates, of the switches, of one shifter and of one pump."""
        d = self.device
        gates = self.gates(written) * self.process.gate_area * d.layout_factor
        switches: SquareMetre = sum(
            (
                lines.switches
                * write_circuits.switch_area(
                    self.width(lines), d.gate_length, d.contact_length, d.layout_factor
                )
                for lines in written.lines
            ),
            start=0.0,
        )
        found = [AreaCost(self.path, "decoders", gates), AreaCost(self.path, "switches", switches)]
        if self.shifter is not None:
            found.append(AreaCost(self.shifter.path, "shifter", self.shifter.device.footprint))
        if self.pump is not None:
            found.append(self.pump.area_cost(written))
        return found

    def gate_leakage(self, written: Written) -> Watt:
        """Leakage of decoders and switches of one array while they are powered."""
        supply, d = self.technology.supply_voltage, self.device
        width = self.gates(written) * d.gate_width
        core = technology.gate_leakage_power(self.process.off_current, width, supply)
        through: Metre = sum((lines.switches * self.width(lines) for lines in written.lines), start=0.0)
        thick = technology.gate_leakage_power(d.off_current, through, written.voltage)
        return leakage_at_chip_temperature(self, core + thick)

    def shifter_leakage(self) -> Watt:
        """Leakage of one level shifter."""
        if self.shifter is None:
            return 0.0
        return leakage_at_chip_temperature(self.shifter, self.shifter.device.leakage_power)

    def written_statics(self, written: Written) -> list[StaticCost]:
        """What is drawn all the time, unless everything is switched off between writes."""
        if self.spec.between_writes == "off":
            return []
        found = [StaticCost(self.path, "leakage", self.gate_leakage(written))]
        if self.shifter is not None:
            found.append(StaticCost(self.shifter.path, "leakage", self.shifter_leakage()))
        if self.pump is not None:
            found.append(StaticCost(self.pump.path, "idle", self.pump.device.idle_power))
        return found

    def written_energies(self, written: Written, output_energy: Joule) -> list[EnergyCost]:
        """What one cell takes beside its own energy: addresses, shifted levels, leakage meanwhile, and the supply.

        Parameters
        ----------
        written : Written
            The array.
        output_energy : float or array
            Energy of writing the cell, taken at the programming voltage. [J]
        """
        found = [self.energy("program", "addressing", self.address_energy(written), "write addressing")]
        if self.spec.between_writes == "off":
            cells = written.rows.count * written.columns.count
            drawn = self.gate_leakage(written) + self.shifters(written) * self.shifter_leakage()
            leaked = power.static_energy(drawn, written.time) / cells
            found.append(self.energy("program", "leakage", leaked, "write circuit leakage"))
            if self.pump is not None:
                found.append(self.pump.idling(written))
        if self.shifter is not None:
            shifted = write_circuits.level_shift_energy(
                written.pulses, self.toggles(written), self.shifter.device.toggle_energy
            )
            found.append(self.shifter.energy("program", "shift", shifted, "write level shift"))
        if self.pump is not None:
            found.append(self.pump.loss(output_energy, written.voltage))
        return found

    def address_energy(self, written: Written) -> Joule:
        """Energy of selecting another group of cells, for each of them."""
        process, d = self.process, self.device
        load = write_circuits.decoder_capacitance(
            written.rows.count,
            written.pitch,
            process.wire_capacitance,
            d.gate_width,
            process.gate_capacitance,
        )
        across = write_circuits.decoder_capacitance(
            written.columns.count, written.pitch, process.wire_capacitance, d.gate_width,
            process.gate_capacitance,
        )  # fmt: skip
        load = load + np.where(self.options["columns_per_driver"] > 1.0, across, 0.0)
        return equations.line_toggle_energy(load, self.technology.supply_voltage) / written.together

    def toggles(self, written: Written) -> Dimensionless:
        """Shifters that move for one cell in a pulse: those of its column, and its share of those of its row."""
        supply = self.technology.supply_voltage
        found: Numeric = 0.0
        for lines in written.lines:
            along_rows = lines is written.rows or (
                lines is written.plates and not written.plates_along_columns
            )
            each = 1.0 / written.together if along_rows else 1.0
            found = found + np.where(lines.highest > supply, each, 0.0)
        return found

    def written_checks(self, written: Written) -> list[Check]:
        """Whether switches and shifters stand the voltage, and drivers and pump write so many cells."""
        d, supply = self.device, self.technology.supply_voltage
        highest = written.voltage
        found = [
            Check(
                "write_switch_voltage", self.path, "limit", highest <= d.maximum_voltage,
                "the programming voltage exceeds what the switches of the write circuit stand", highest,
                d.maximum_voltage, "V",
            ),
            Check(
                "cells_written_together", self.path, "limit", written.together <= written.columns.drivers,
                "more cells of an array are written at once than it has write drivers", written.together,
                written.columns.drivers,
            ),
        ]  # fmt: skip
        if self.shifter is None:
            found.append(
                Check(
                    "write_voltage", self.path, "refuse", highest <= supply,
                    "cells are written above the supply without a level_shifter in the write circuit", highest,
                    supply, "V",
                )
            )  # fmt: skip
        else:
            most = self.shifter.device.maximum_voltage
            found.append(
                Check(
                    "write_shifter_voltage", self.shifter.path, "limit", highest <= most,
                    "the programming voltage exceeds what the level shifters stand", highest, most, "V",
                )
            )  # fmt: skip
        if self.pump is not None:
            found.extend(self.pump.written_checks(written))
        return found
