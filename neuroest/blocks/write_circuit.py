"""Writing of cells: program and verify, or pulses of a learning rule; decoders, switches, shifters and charge pump."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np

from neuroest.blocks.base import (
    AreaCost,
    Characteristic,
    Check,
    Component,
    Costs,
    EnergyCost,
    NetworkContext,
    StaticCost,
    chosen,
    slot,
)
from neuroest.blocks.cells.base import Cell, ResistiveMemory
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.process_scaling import gate_leakage, leakage_at_chip_temperature
from neuroest.blocks.roles import COLUMN_ACCESS, TIMERS
from neuroest.blocks.row_drivers import LevelShifter, LevelShifterBlock
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import (
    ageing,
    crossbar_wires,
    drivers,
    learning,
    mapping,
    power,
    technology,
    write_circuits,
)
from neuroest.specs.base import Count, CountOrAuto, CurrentOrAuto, Time, VoltageOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import RANGE_END, Record, non_negative, positive, quantity

UPDATE, UPDATE_ROW, VERIFY = "update_pulse", "update_row", "update_verify"
"""Actions of learning: a pulse on a cell, a pulse on its row or column, and the verifying read of a cell."""
INHIBIT = "inhibited_column"
"""Action of learning: a column held at the pulse amplitude, which protects its cell."""
FALLING = 1.0 / 2.0
"""Share of the pulses that lower a conductance; a convention, since weights move both ways."""
SPIKE_ROW, SPIKE_COLUMN = "spike_row", "spike_column"
"""Actions of pulses that time pairs of spikes by themselves: lines driven by a spike on either side of an array."""


@frozen_dataclass(eq=False)
class Lines:
    """Lines on one side of an array's cells, for writing.

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

    count: u.Dimensionless
    drivers: u.Dimensionless
    levels: float
    current: u.Ampere
    highest: u.Volt
    read: bool
    shifted: bool = False
    held: bool = False

    @property
    def switches(self) -> u.Dimensionless:
        """Switches of all lines: of their drivers, of shared drivers, and in front of the read circuits."""
        each = 2.0 * self.count if self.held else self.count
        shared = np.where(self.drivers < self.count, each, 0.0)
        return self.drivers * self.levels + shared + (self.count if self.read else 0.0)


@frozen_dataclass(eq=False)
class Written:
    """Array properties that write circuits need.

    Attributes
    ----------
    rows, columns, plates : Lines or None
        Lines of the array; cells without a transistor have no plates.
    plates_along_columns : bool
        Whether plates run next to columns, one for each.
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
    energy : Numeric
        Energy of one write at the programming voltage. [J]
    """

    rows: Lines
    columns: Lines
    plates: Lines | None
    plates_along_columns: bool
    voltage: u.Volt
    cell_current: u.Ampere
    together: u.Dimensionless
    arrays_together: u.Dimensionless
    pulses: u.Dimensionless
    pitch: u.Metre
    time: u.Second
    energy: u.Joule

    @property
    def lines(self) -> tuple[Lines, ...]:
        """All groups of lines."""
        return (self.rows, self.columns) if self.plates is None else (self.rows, self.columns, self.plates)


class ChargePumpParameters(Record):
    """Dickson charge pump: capacitors, parasitics and surrounding circuits."""

    maximum_voltage: u.Volt = positive(maximum=100.0, exact=RANGE_END)
    """Maximum voltage of its transistors and capacitors."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitors."""
    parasitic_fraction: u.Dimensionless = positive(maximum=1.0, symbol="alpha")
    """Capacitance of a clocked plate to ground over that of the capacitor."""
    clock_frequency: u.PerSecond = positive(symbol="f_p")
    """Clock of the pump."""
    area_factor: u.Dimensionless = quantity(minimum=1.0, maximum=100.0)
    """Ratio of the pump area (with switches, clock drivers and regulation) to its capacitor area."""
    idle_power: u.Watt = non_negative()
    """No-load power of its oscillator and regulation."""


class ChargePumpBlock(DeviceBlock):
    """Dickson charge pump that generates the programming voltage from a lower voltage."""

    record = ChargePumpParameters
    model: Literal["charge_pump"]
    stages: CountOrAuto = "auto"
    """Number of stages; auto: the number with the lowest power."""
    input_voltage: VoltageOrAuto = "auto"
    """Supply and clock voltage; auto: the chip's supply. Any other voltage is supplied externally."""
    largest_current: CurrentOrAuto = "auto"
    """Design current, which limits the cells written in parallel; auto: the current that the drivers need."""
    arrays_per_pump: CountOrAuto = "auto"
    """Arrays that share one pump; auto: all arrays of a chip."""


class ChargePump(Component[ChargePumpParameters]):
    """Dickson charge pump.

    Model errors
    ------------
    energy
        losses in switches and regulation are not in the model
    area
        reservoirs of charge and test logic are not in the model
    static_power
        oscillators and references differ
    """

    schema = ChargePumpBlock
    part_of_array = True
    owns = ("write supply loss",)
    overhead = ("write supply loss",)
    prior_error = model_errors(energy=1.4, area=2, static_power=3)
    device: ChargePumpParameters

    def input_voltage(self) -> u.Volt:
        """Supply voltage of the pump: as chosen, or the chip's."""
        return self.options.get("input_voltage", self.technology.supply_voltage)

    def stages(self, voltage: u.Volt) -> u.Dimensionless:
        """Stages: as chosen, or the number with the lowest power."""
        if "stages" in self.options:
            return self.options["stages"]
        return write_circuits.charge_pump_stages(
            voltage, self.input_voltage(), self.device.parasitic_fraction
        )

    def efficiency(self, voltage: u.Volt) -> u.Dimensionless:
        """Efficiency: output power over input power."""
        return write_circuits.charge_pump_efficiency(
            self.stages(voltage), self.input_voltage(), voltage, self.device.parasitic_fraction
        )

    def arrays_served(self, arrays_together: u.Dimensionless) -> u.Dimensionless:
        """Arrays behind one pump that are written simultaneously: in the worst case all of them."""
        behind = self.options.get("arrays_per_pump", np.inf)
        return np.minimum(behind, arrays_together)

    def needed_current(self, written: Written) -> u.Ampere:
        """Current of all cells that are written simultaneously."""
        return written.together * written.cell_current * self.arrays_served(written.arrays_together)

    def current(self, written: Written) -> u.Ampere:
        """Design current."""
        return self.options.get("largest_current", self.needed_current(written))

    def capacitance(self, written: Written) -> u.Farad:
        """Total capacitance of all stages."""
        return write_circuits.charge_pump_capacitance(
            self.stages(written.voltage), self.current(written), self.device.clock_frequency,
            self.input_voltage(), written.voltage,
        )  # fmt: skip

    def loss(self, output_energy: u.Joule, voltage: u.Volt) -> EnergyCost:
        """Energy loss in addition to the output energy."""
        lost = write_circuits.supply_loss_energy(output_energy, self.efficiency(voltage))
        return self.energy("program", "pump_loss", lost, "write supply loss")

    def idling(self, written: Written) -> EnergyCost:
        """Share of one cell in the no-load energy while its array, and others behind the pump, are written."""
        cells = written.rows.count * written.columns.count * self.arrays_served(written.arrays_together)
        energy = power.static_energy(self.device.idle_power, written.time) / cells
        return self.energy("program", "idle", energy, "write supply loss")

    def characteristics_at(self, point: ElectricalPoint) -> list[Characteristic]:
        """Figures of merit that a designer of pumps asks for."""
        written = point.written
        voltage = written.voltage
        return [
            self.characteristic("stages of the charge pump", self.stages(voltage), "1"),
            self.characteristic("current of the charge pump", self.current(written), "A"),
            self.characteristic("capacitance of the charge pump", self.capacitance(written), "F"),
            self.characteristic("efficiency of the charge pump", self.efficiency(voltage), "1"),
        ]

    def written_checks(self, written: Written) -> list[Check]:
        """Whether the pump reaches the voltage, tolerates it, and delivers the current.

        Checks
        ------
        pump_reaches_voltage
            the stages of the charge pump do not reach the programming voltage; give it more, or auto
        pump_is_needed
            the programming voltage is not above the input voltage of the charge pump
        pump_stands_voltage
            the programming voltage exceeds the rating of the charge pump
        pump_delivers
            the cells written at once draw more current than the charge pump is designed for
        """
        source, voltage, rated = self.input_voltage(), written.voltage, self.device.maximum_voltage
        open_voltage = write_circuits.charge_pump_open_voltage(self.stages(voltage), source)
        needed, current = self.needed_current(written), self.current(written)
        return [
            self.require("infeasible", "pump_reaches_voltage", voltage, "<", open_voltage, "V"),
            self.require("design_rule", "pump_is_needed", voltage, ">", source, "V"),
            self.require("design_rule", "pump_stands_voltage", voltage, "<=", rated, "V"),
            self.require("design_rule", "pump_delivers", needed, "<=", current, "A"),
        ]


class WriteCircuitParameters(Record):
    """High-voltage transistors and decoder gates around an array for writing."""

    maximum_voltage: u.Volt = positive(maximum=100.0, exact=RANGE_END)
    """Maximum voltage of its switches."""
    gate_length: u.Metre = positive(maximum=1e-5, symbol="L")
    """Minimum gate length of a transistor for this voltage."""
    contact_length: u.Metre = positive(maximum=1e-5, symbol="s")
    """Contact length next to such a gate."""
    on_current: u.AmperePerMetre = positive()
    """Saturation current of this transistor per width, with its gate at the programming voltage."""
    current_linearity: u.Dimensionless = positive(maximum=1.0, symbol="k_lin")
    """Ratio of write current to saturation current, for a small voltage drop in a switch."""
    minimum_width: u.Metre = positive(maximum=1e-4)
    """Minimum width of this transistor."""
    off_current: u.AmperePerMetre = non_negative()
    """Leakage of this transistor per width at 300 K."""
    layout_factor: u.Dimensionless = quantity(minimum=1.0, maximum=100.0)
    """Ratio of the area of decoders and switches with wires to that of gates and transistors."""
    gate_width: u.Metre = positive(maximum=1e-4)
    """Width of all transistors of one input of a decoder's gate."""
    latch_gates: u.Dimensionless = non_negative()
    """Two-input gates that store the data of one write driver."""
    timer_energy: u.Joule = non_negative(absent=0.0)
    """Energy of switching a diffusive memristor that times the spikes of a line; without it, there are no timers."""
    timer_area: u.SquareMetre = non_negative(absent=0.0)
    """Area of such a timer with its series transistor."""


class WriteCircuitBlock(DeviceBlock):
    """Row and column decoders, drivers and switches at all lines, and the source of the programming voltage."""

    slots = ("level_shifter", "pump")
    record = WriteCircuitParameters
    model: Literal["write_circuit"]
    polarity: Literal["both", "one"] = "both"
    """both: cells are set and reset with opposite polarity, so each end of a cell must reach the full voltage; one:
    with pulses of one polarity, while the other end of a cell is grounded through a transistor."""
    plates: Literal["along_columns", "along_rows"] = "along_columns"
    """Direction of the third lines of cells with a transistor, for polarity both: a line next to each column, which
    carries its cells' current, or next to each row, which carries the current of all written cells of the row."""
    columns_per_driver: Count = 1.0
    """Columns that share one write driver through switches, one after another."""
    between_writes: Literal["off", "powered"] = "off"
    """Whether decoders, shifters and pump are powered between writes."""
    update_access: Literal["rows", "rows_and_columns"] = "rows"
    """Cells that a learning rule can write in parallel: cells of a row, so the cells of a column take a row each; or
    also cells of a column, with decoders and data at both ends."""
    update_order: Literal["row_by_row", "whole_array"] = "row_by_row"
    """whole_array: simultaneous pulses on all rows and columns, which overlap at the cells that change, if a rule
    updates all synapses of a layer."""
    update_timing: Literal["datapath", "overlapping_pulses", "diffusive_timers"] = "datapath"
    """Detection of the time between two spikes. datapath: a learning_engine with traces; overlapping_pulses: each spike
    drives its line at half of the amplitude for an `overlap_window`, and cells change where two pulses overlap;
    diffusive_timers: each spike switches a diffusive memristor at its line, which relaxes by itself. The last two
    support pairs of spikes only."""
    overlap_window: Time | None = None
    """Time for which a spike drives its line, for overlapping_pulses."""
    update_bit_lines: Literal["along_columns", "along_rows"] = "along_columns"
    """along_columns: the pulse of a learning rule drives the columns of the cells that change. along_rows: all cells of
    a row share its bit line, so while some of them are raised, the columns of all others are held at the amplitude, and
    only cells that fall have their columns driven."""
    update_verification: Literal["none", "after_each_pulse"] = "none"
    """Whether a cell is verified by a read after each pulse of a learning rule."""
    level_shifter: LevelShifterBlock | None = None
    """Level shifters in front of the switches of a line; needed if the programming voltage exceeds the supply."""
    pump: ChargePumpBlock | None = None
    """On-chip source of the programming voltage; without it, the voltage is supplied externally."""


class WriteCircuit(Component[WriteCircuitParameters]):
    """Decoders, drivers and switches of one array, with the blocks in its slots.

    Model errors
    ------------
    energy
        sequencing and data lines of writing are not in the model
    area
        as for row drivers, from drivers and shifters of compute-in-memory macros
    static_power
        threshold options of the real library
    """

    schema = WriteCircuitBlock
    part_of_array = True
    owns = ("write addressing", "write circuit leakage")
    overhead = ("write addressing", "write circuit leakage")
    prior_error = model_errors(energy=2, area=ModelError(2.5, source="andrulis2024cimloop"), static_power=3)
    device: WriteCircuitParameters

    shifter: LevelShifter | None = slot("level_shifter")
    """Level shifter; None without one."""

    pump: ChargePump | None = slot("pump")
    """Charge pump; None if the voltage is supplied externally."""

    @property
    def parts(self) -> list[Component[Any]]:
        """This circuit and the blocks in its slots."""
        return [self, *self.slots.values()]

    unipolar: bool = chosen("polarity", "one")
    """Whether cells are written with one polarity only."""

    def drivers(self, columns: u.Dimensionless) -> u.Dimensionless:
        """Write drivers of the columns of one array."""
        return mapping.block_count(columns, self.options["columns_per_driver"])

    def supplied(
        self, drivers: u.Dimensionless, cell_current: u.Ampere, arrays_together: u.Dimensionless
    ) -> u.Dimensionless:
        """Cells with their own driver that the pump can write in parallel; every row has one, for cells of a column."""
        pump = self.pump
        largest = np.inf if pump is None else pump.options.get("largest_current", np.inf)
        served = arrays_together if pump is None else pump.arrays_served(arrays_together)
        return write_circuits.cells_at_once(drivers, largest, cell_current, served)

    def shifters(self, written: Written) -> u.Dimensionless:
        """Level shifters of one array: one less than the voltages of each driver, and one for each select line."""
        supply = self.technology.supply_voltage
        found: u.Numeric = 0.0
        for lines in written.lines:
            if not lines.shifted:
                needed = lines.drivers * (lines.levels - 1.0)
                found = found + np.where(lines.highest > supply, needed, 0.0)
        columns, select = written.columns, self.options["columns_per_driver"]
        shared = np.logical_and(columns.drivers < columns.count, columns.highest > supply)
        return found + np.where(shared, select, 0.0)

    def instances(self, written: Written, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Number of each part per array, except for a pump that the whole chip shares."""
        found: dict[str, u.Numeric] = {self.path: units}
        if self.shifter is not None:
            found[self.shifter.path] = units * self.shifters(written)
        if self.pump is not None and "arrays_per_pump" in self.pump.options:
            found[self.pump.path] = mapping.block_count(units, self.pump.options["arrays_per_pump"])
        return found

    def gates(self, written: Written) -> u.Dimensionless:
        """Two-input gates of the row and column decoders, and of the data latches of the drivers."""
        rows, columns = written.rows.count, written.columns
        shared = self.options["columns_per_driver"]
        select = np.where(shared > 1.0, write_circuits.decoder_gates(shared), 0.0)
        return write_circuits.decoder_gates(rows) + select + columns.drivers * self.device.latch_gates

    def width(self, lines: Lines) -> u.Metre:
        """Width of the switches of a line, sized for a typical die."""
        d = self.device
        carried = drivers.driver_width(lines.current, d.on_current, d.current_linearity)
        return np.maximum(carried, d.minimum_width)

    def gate_leakage(self, written: Written) -> u.Watt:
        """Leakage of decoders and switches of one array while powered."""
        d = self.device
        width: u.Metre = sum((lines.switches * self.width(lines) for lines in written.lines), start=0.0)
        narrowest = technology.gate_leakage_power(d.off_current, d.minimum_width, written.voltage)
        switches = leakage_at_chip_temperature(self, narrowest) * (width / d.minimum_width)
        return self.gates(written) * gate_leakage(self, d.gate_width) + switches

    def shifter_leakage(self) -> u.Watt:
        """Leakage of one level shifter."""
        if self.shifter is None:
            return 0.0
        return leakage_at_chip_temperature(self.shifter, self.shifter.device.leakage_power)

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs of a cell programmed with verification, in addition to its own; no static power if switched off.

        Areas are those of the gates, the switches, one shifter and one pump.
        """
        written: Written = point.written
        statics = [] if self.spec.between_writes == "off" else self.standing_costs(written)
        d = self.device
        gates = self.gates(written) * self.process.gate_area * d.layout_factor
        switches: u.SquareMetre = 0.0
        for lines in written.lines:
            width = self.width(lines)
            each = write_circuits.switch_area(width, d.gate_length, d.contact_length, d.layout_factor)
            switches = switches + lines.switches * each
        areas = [AreaCost(self.path, "decoders", gates), AreaCost(self.path, "switches", switches)]
        if self.spec.update_timing == "diffusive_timers":
            timers = written.rows.count + written.columns.count
            areas.append(AreaCost(self.path, TIMERS, timers * d.timer_area))
        if self.spec.update_access == "rows_and_columns":
            both = write_circuits.decoder_gates(written.columns.count) + written.rows.count * d.latch_gates
            second = both * self.process.gate_area * d.layout_factor
            areas.append(AreaCost(self.path, COLUMN_ACCESS, second))
        if self.shifter is not None:
            areas.append(AreaCost(self.shifter.path, "shifter", self.shifter.footprint()))
        if self.pump is not None:
            pump, capacitance = self.pump.device, self.pump.capacitance(written)
            area = write_circuits.charge_pump_area(capacitance, pump.capacitance_density, pump.area_factor)
            areas.append(AreaCost(self.pump.path, "pump", area))
        return Costs(self.written_energies(written), areas, statics, self._checks(written))

    def characteristics_at(self, point: ElectricalPoint) -> list[Characteristic]:
        """Cells written at once, level shifters, and the pump."""
        written = point.written
        figures = [self.characteristic("cells of an array written at once", written.together, "1")]
        if self.shifter is not None:
            number = self.shifters(written)
            figures.append(self.characteristic("level shifters of an array", number, "1"))
        if self.pump is not None:
            figures.extend(self.pump.characteristics_at(point))
        return figures

    def standing_costs(self, written: Written) -> list[StaticCost]:
        """Static power of the circuit while it is powered."""
        statics = [StaticCost(self.path, "leakage", self.gate_leakage(written))]
        if self.shifter is not None:
            statics.append(StaticCost(self.shifter.path, "leakage", self.shifter_leakage()))
        if self.pump is not None:
            statics.append(StaticCost(self.pump.path, "idle", self.pump.device.idle_power))
        return statics

    def written_energies(self, written: Written) -> list[EnergyCost]:
        """Energy of writing one cell in addition to its own: address, level shifting, leakage and supply."""
        energies = [self.energy("program", "addressing", self.address_energy(written), "write addressing")]
        if self.spec.between_writes == "off":
            cells = written.rows.count * written.columns.count
            drawn = self.gate_leakage(written) + self.shifters(written) * self.shifter_leakage()
            leaked = power.static_energy(drawn, written.time) / cells
            energies.append(self.energy("program", "leakage", leaked, "write circuit leakage"))
            if self.pump is not None:
                energies.append(self.pump.idling(written))
        if self.shifter is not None:
            shifted = write_circuits.level_shift_energy(
                written.pulses, self.toggles(written), self.shifter.toggle_energy()
            )
            energies.append(self.shifter.energy("program", "shift", shifted, "write level shift"))
        if self.pump is not None:
            energies.append(self.pump.loss(written.energy, written.voltage))
        return energies

    def address_energy(self, written: Written) -> u.Joule:
        """Energy of selecting the next group of cells, per cell of the group."""
        process, width = self.process, self.device.gate_width
        of_rows, of_columns = (
            write_circuits.decoder_capacitance(
                lines.count, written.pitch, process.wire_capacitance, width, process.gate_capacitance
            )
            for lines in (written.rows, written.columns)
        )
        load = of_rows + np.where(self.options["columns_per_driver"] > 1.0, of_columns, 0.0)
        return crossbar_wires.line_toggle_energy(load, self.technology.supply_voltage) / written.together

    def toggles(self, written: Written) -> u.Dimensionless:
        """Shifters that toggle per cell and pulse: those of its column, and its share of those of its row."""
        supply = self.technology.supply_voltage
        found: u.Numeric = 0.0
        for lines in written.lines:
            along_rows = lines is written.rows or (
                lines is written.plates and not written.plates_along_columns
            )
            each = 1.0 / written.together if along_rows else 1.0
            found = found + np.where(lines.highest > supply, each, 0.0)
        return found

    def _checks(self, written: Written) -> list[Check]:
        """Whether switches and shifters tolerate the voltage, and drivers and pump support this number of cells.

        Checks
        ------
        write_switch_voltage
            the programming voltage exceeds the rating of the switches of the write circuit
        cells_written_together
            more cells of an array are written at once than it has write drivers
        write_voltage
            cells are written above the supply without a level_shifter in the write circuit
        write_shifter_voltage
            the programming voltage exceeds the rating of the level shifters
        """
        voltage, supply, rated = written.voltage, self.technology.supply_voltage, self.device.maximum_voltage
        together, drivers = written.together, written.columns.drivers
        checks = [
            self.require("design_rule", "write_switch_voltage", voltage, "<=", rated, "V"),
            self.require("design_rule", "cells_written_together", together, "<=", drivers),
        ]
        if self.shifter is None:
            checks.append(self.require("infeasible", "write_voltage", voltage, "<=", supply, "V"))
        else:
            rated, path = self.shifter.device.maximum_voltage, self.shifter.path
            checks.append(
                self.require("design_rule", "write_shifter_voltage", voltage, "<=", rated, "V", path=path)
            )
        if self.pump is not None:
            checks.extend(self.pump.written_checks(written))
        return checks


@frozen_dataclass(eq=False)
class Writing:
    """Writing of the cells of an array.

    Attributes
    ----------
    cell : Cell
        The cell.
    circuit : WriteCircuit or None
        Its write circuit, if the file has one.
    point : ElectricalPoint
        Lines and voltages of the array.
    options : mapping
        Numeric choices of the array: `arrays_programmed_together`, and `cells_programmed_together` and
        `refresh_interval` if stated.
    shifts_rows : bool
        Whether the row drivers have level shifters.
    """

    cell: Cell
    circuit: WriteCircuit | None
    point: ElectricalPoint
    options: Mapping[str, u.Numeric]
    shifts_rows: bool

    @property
    def memory(self) -> ResistiveMemory:
        """The cell of an array whose weights are conductances."""
        return cast("ResistiveMemory", self.cell)

    def read_power(self, conductance: u.Siemens) -> u.Watt:
        """Power of the read that verifies a cell of this conductance. [W]."""
        return conductance * self.point.read_voltage * self.point.read_supply_voltage

    def cell_energy(self, conductance: u.Siemens) -> u.Joule:
        """Energy of writing one cell to this mean conductance, including its lines. [J]."""
        return self.cell.programming_energy(self.point, self.read_power(conductance))

    def energy(self, cell_energy: u.Joule) -> u.Joule:
        """Energy of writing one cell that takes this energy itself, with its write circuit and its supply. [J]."""
        costs = [] if self.circuit is None else self.circuit.written_energies(self.written)
        return sum((cost.energy for cost in costs), start=cell_energy)

    @cached_property
    def cells_together(self) -> u.Dimensionless:
        """Cells written in parallel: as chosen, or one row, or the part of it that drivers and pump support."""
        if "cells_programmed_together" in self.options:
            return self.options["cells_programmed_together"]
        columns = self.point.array_columns
        if self.circuit is None:
            return columns
        drivers, arrays = self.circuit.drivers(columns), self.options["arrays_programmed_together"]
        return self.circuit.supplied(drivers, self.cell_current, arrays)

    @cached_property
    def cell_current(self) -> u.Ampere:
        """Current from the programming supply for one written cell, half-selected cells of its lines included. [A]."""
        d = self.memory.device
        line_energy = self.memory.half_select_energy(self.point.array_rows, self.point.array_columns)
        return d.program_current + line_energy / (d.program_voltage * d.program_time)

    @cached_property
    def written(self) -> Written:
        """Array properties that the write circuits need."""
        circuit, cell = self.circuit, self.cell
        if circuit is None:
            raise NeuroestError(f"{self.point.array_path} has no write_circuit")
        if not isinstance(cell, ResistiveMemory):
            raise NeuroestError(f"the write circuits of {cell.path} are in its area; leave out write_circuit")
        rows, columns = self.point.array_rows, self.point.array_columns
        d, other_current, together = cell.device, cell.half_selected_cell_current(), self.cells_together
        one, voltage, levels = circuit.unipolar, d.program_voltage, cell.write_levels(circuit.unipolar)
        in_row = write_circuits.written_line_current(columns, together, d.program_current, other_current)
        in_column = write_circuits.written_line_current(rows, 1.0, d.program_current, other_current)
        along_columns, drivers = circuit.spec.plates == "along_columns", circuit.drivers(columns)
        current = 0.0 if cell.has_plates else in_row
        row = Lines(rows, rows, levels, current, voltage, read=True, shifted=self.shifts_rows)
        highest = cell.highest_column_voltage(one)
        column = Lines(columns, drivers, levels, in_column, highest, read=True, held=cell.holds_parts)
        plate = None
        if cell.has_plates and not one:
            plate = (
                Lines(columns, drivers, levels, in_column, voltage, read=False)
                if along_columns
                else Lines(rows, rows, levels, in_row, voltage, read=False)
            )
        return Written(
            row, column, plate, along_columns, voltage, self.cell_current, together,
            self.options["arrays_programmed_together"], d.write_pulses, cell.pitch(), self.time,
            cell.programming_energy(self.point, 0.0),
        )  # fmt: skip

    @cached_property
    def interval(self) -> u.Second:
        """Interval at which weights are rewritten even if never read: as chosen, or before they fade. [s]."""
        kept = self.cell.storage.retention_time
        if "refresh_interval" in self.options:
            return np.minimum(kept, self.options["refresh_interval"])
        return kept

    @cached_property
    def time(self) -> u.Second:
        """Time to write one whole array. [s]."""
        cell, cells = self.cell, self.point.array_rows * self.point.array_columns
        return write_circuits.array_programming_time(
            cells,
            self.cells_together,
            cell.storage.write_pulses,
            cell.storage.write_time,
            cell.storage.verify_time,
        )

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Learning pulses, and the rewriting of cells that reads disturb or that fade."""
        energies, statics = self._update_energies(network, point.written_conductance), []
        reads = self.cell.storage.disturb_reads
        if np.any(np.isfinite(reads)):
            disturbed = ageing.disturb_rewriting_energy(point.programming_energy, reads)
            energies.append(self.cell.energy("cell_read", "disturb_rewriting", disturbed, "cell rewriting"))
        if np.any(np.isfinite(self.interval)):
            rewriting = ageing.refresh_power(point.programming_energy, self.interval)
            statics.append(StaticCost(self.cell.path, "refresh", rewriting, self.cell.programmed))
        return Costs(energies, (), statics)

    def _update_energies(self, network: NetworkContext, conductance: u.Siemens) -> list[EnergyCost]:
        """Energies of the pulses of a learning rule: cell, half-selected cells, lines, and surrounding circuits."""
        circuit, cell, point = self.circuit, self.cell, self.point
        if network.learning is None or circuit is None or not isinstance(cell, ResistiveMemory):
            return []
        voltage, quantity = cell.update_voltage(), "cell programming"
        half_selected = cell.half_select_energy(point.array_rows, point.array_columns)
        column = crossbar_wires.line_toggle_energy(point.column_capacitance, voltage)
        shared = circuit.spec.update_bit_lines == "along_rows"
        across = column * FALLING if shared else column
        along = crossbar_wires.line_toggle_energy(point.row_capacitance, voltage)
        read = self.read_power(conductance) * cell.storage.verify_time
        pulse = cell.update_energy(conductance)
        taken = pulse + half_selected + across
        once = replace(self.written, pulses=1.0, time=cell.update_time() * point.array_rows, energy=taken)
        # what the circuits draw while they are on is power, for as long as the network learns
        around = [
            replace(cost, action=UPDATE)
            for cost in circuit.written_energies(once)
            if cost.term not in {"leakage", "idle"}
        ]
        costs = [
            cell.energy(UPDATE, "pulse", pulse, quantity),
            cell.energy(UPDATE, "column_line", across, quantity),
            cell.energy(UPDATE_ROW, "row_line", along, quantity),
            cell.energy(VERIFY, "verification", read, quantity),
            *around,
        ]
        if shared:
            costs.append(cell.energy(INHIBIT, "inhibited_column", column, quantity))
            lost = circuit.written_energies(replace(once, energy=column))
            costs += [replace(cost, action=INHIBIT) for cost in lost if cost.term == "pump_loss"]
        if circuit.spec.update_timing != "datapath":
            costs += self._timing_energies(circuit, conductance)
        if np.any(np.asarray(half_selected) > 0.0):
            costs.insert(1, cell.energy(UPDATE, "half_selected", half_selected, quantity))
        return costs

    def _timing_energies(self, circuit: WriteCircuit, conductance: u.Siemens) -> list[EnergyCost]:
        """Energies of a spike that finds its timing relative to another by itself: half-driven lines, or timers."""
        cell, point = self.memory, self.point
        half = cell.update_voltage() / 2.0
        sides = (
            (SPIKE_ROW, point.row_capacitance, point.array_columns),
            (SPIKE_COLUMN, point.column_capacitance, point.array_rows),
        )
        costs = []
        for action, capacitance, cells in sides:
            line = crossbar_wires.line_toggle_energy(capacitance, half)
            costs.append(cell.energy(action, "line", line, "cell programming"))
            if circuit.spec.update_timing == "diffusive_timers":
                timer = circuit.energy(action, "timer", circuit.device.timer_energy, "write addressing")
                costs.append(timer)
                continue
            window = circuit.options["overlap_window"]
            through = learning.pulse_energy(half, conductance, conductance, window, cells)
            costs.append(cell.energy(action, "half_selected", through, "cell programming"))
        return costs
