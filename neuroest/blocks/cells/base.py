"""Common part of crossbar cells."""

import math
from abc import abstractmethod
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from neuroest.blocks.base import AreaCost, Check, Component, Costs, EnergyCost, NetworkContext, either
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import (
    ageing,
    crossbar,
    crossbar_wires,
    drivers,
    learning,
    memory_cells,
    write_circuits,
)
from neuroest.specs.parameters import CHOSEN, EXACT, Record, non_negative, positive, quantity


class CellParameters(Record):
    """Parameters of all resistive memory cells of a crossbar."""

    ordered = (("low_conductance", "high_conductance"),)
    low_conductance: u.Siemens = non_negative(symbol="G_min")
    """Conductance that represents zero."""
    high_conductance: u.Siemens = positive(symbol="G_max")
    """Conductance that represents the largest weight."""
    conductance_spread: u.Dimensionless = non_negative(absent=0.0)
    """Standard deviation of the logarithm of a programmed conductance, from cell to cell."""
    programming_error: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Standard deviation of a written conductance from its target, over the highest one."""
    low_programming_error: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Standard deviation of a written conductance from its target for cells at the low conductance, over the highest
    one."""
    stuck_low_share: u.Dimensionless = non_negative(maximum=1.0, symbol="p_0", absent=0.0)
    """Share of the cells that are stuck at the low conductance."""
    stuck_high_share: u.Dimensionless = non_negative(maximum=1.0, symbol="p_1", absent=0.0)
    """Share of the cells that are stuck at the high conductance."""
    high_drift_exponent: u.Dimensionless = non_negative(maximum=1.0, symbol="nu_high", absent=0.0)
    """Drift exponent of the high conductance after writing; without it there is no drift."""
    low_drift_exponent: u.Dimensionless = non_negative(maximum=1.0, symbol="nu_low", absent=0.0)
    """Drift exponent of the low conductance after writing."""
    high_drift_exponent_spread: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Standard deviation of the high conductance's drift exponent from cell to cell."""
    low_drift_exponent_spread: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Standard deviation of the low conductance's drift exponent from cell to cell."""
    drift_reference_time: u.Second = positive(symbol="t_0", absent=1.0)
    """Time after writing for which the conductances are stated."""
    relaxation_spread: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Standard deviation of the relaxation of written conductances at the first read, over the highest
    one."""
    relaxation_growth: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Growth of the relaxation's standard deviation per decade of time."""
    low_relaxation_spread: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Standard deviation of the relaxation of cells at the low conductance, over the highest conductance."""
    low_relaxation_growth: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Growth of that standard deviation per decade of time, for cells at the low conductance."""
    relaxation_reference_time: u.Second = positive(absent=1.0)
    """Time of the first read after writing, for the relaxation."""
    read_noise: u.Dimensionless = non_negative(maximum=1.0, absent=0.0)
    """Standard deviation of a conductance from read to read, over the highest one."""
    flicker_noise: u.Dimensionless = non_negative(maximum=1.0, symbol="Q_s", absent=0.0)
    """Square root of the relative spectral density of 1/f noise times frequency."""
    flicker_pulse_width: u.Second = positive(symbol="t_read", absent=1e-6)
    """Width of the read pulses of the 1/f noise measurement."""
    bits_per_cell: u.Dimensionless = quantity(minimum=1, maximum=16, exact=CHOSEN)
    """Bits that one cell can hold."""
    memristor_capacitance: u.Farad = non_negative(symbol="C_m")
    """Capacitance of one memristor on its column."""
    read_voltage_limit: u.Volt = positive()
    """Read voltage above which reading disturbs the state."""
    program_voltage: u.Volt = positive(symbol="V_p")
    """Amplitude of a programming pulse."""
    program_current: u.Ampere = positive(symbol="I_p")
    """Current of a programming pulse."""
    program_time: u.Second = positive(symbol="t_p")
    """Width of a programming pulse."""
    verify_time: u.Second = non_negative(symbol="t_v")
    """Time of the read between programming pulses."""
    write_pulses: u.Dimensionless = positive(symbol="N_p")
    """Programming pulses per cell with verification."""
    endurance: u.Dimensionless = positive(symbol="N_end")
    """Write cycles before a cell fails."""
    endurance_shape: u.Dimensionless = positive(maximum=100.0, symbol="beta", absent=math.inf)
    """Weibull slope of the cycles to failure between cells; `endurance` is then the 63 % point. Without it, all cells
    are assumed to fail at the same time."""
    endurance_devices: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Devices that were cycled for the claimed endurance. A claim without this number, or without a failure criterion
    among its conditions, has a wider band."""
    endurance_points: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Points of the cycling curve of the claimed endurance."""
    update_states: u.Dimensionless = non_negative(maximum=1e6, symbol="K", absent=0.0)
    """Learning pulses from one end of the window to the other. Without it, as many as the bits of the cell distinguish.
    """
    update_voltage: u.Volt = non_negative(maximum=100.0, absent=0.0)
    """Amplitude of a learning pulse, whose current follows from the cell's conductance. Without it, learning pulses are
    programming pulses."""
    update_time: u.Second = non_negative(absent=0.0)
    """Width of a learning pulse; without it, the width of a programming pulse."""
    rising_nonlinearity: u.Dimensionless = non_negative(maximum=100.0, symbol="nu_up", absent=0.0)
    """Nonlinearity of upward steps: they decrease by exp(-nu) from the low to the high conductance."""
    falling_nonlinearity: u.Dimensionless = non_negative(maximum=100.0, symbol="nu_down", absent=0.0)
    """Nonlinearity of downward steps, from the high to the low conductance."""
    update_noise: u.Dimensionless = non_negative(maximum=100.0, absent=0.0)
    """Standard deviation of a step from pulse to pulse, over the mean step."""
    update_spread: u.Dimensionless = non_negative(maximum=100.0, absent=0.0)
    """Standard deviation of the mean step from device to device, over the mean of all devices."""
    retention_time: u.Second = positive(symbol="t_ret", absent=math.inf)
    """Time after which a weight must be rewritten; without it, weights are assumed to be permanent."""
    retention_temperature: u.Kelvin = positive(maximum=1000.0, symbol="T_ret", absent=300.0)
    """Temperature of the retention time."""
    retention_activation_energy: u.Joule = non_negative(symbol="E_ret", absent=0.0)
    """Activation energy of retention; without it, retention does not depend on temperature."""
    disturb_reads: u.Dimensionless = positive(absent=math.inf)
    """Reads after which a weight must be rewritten; without it, reads are assumed not to disturb it."""


@frozen_dataclass(eq=False)
class Summation:
    """How a column adds up the products of its cells, and what reads of it follow.

    Attributes
    ----------
    domain : str
        What is summed: `conductance`, or of static cells `charge`, `current` or `divider`.
    flows : bool
        Whether the sum is a current that flows through conductances for as long as rows are driven. Other sums are
        charges of static cells.
    settles : bool
        Whether a column settles to its sum, instead of collecting it during the pulse.
    grows : bool
        Whether the sum grows with the width of a pulse.
    some_rows : bool
        Whether a part of the rows can be summed by itself.
    single_columns : bool
        Whether columns can be driven one after the other.
    takes_pulses, takes_voltages : bool
        Whether an input can be the width of a pulse, or a voltage of its row, instead of a bit.
    result : str
        The sum in words, as where a pulse cannot weigh it.
    refusal : str
        Inputs and read-outs that such columns can have, as where others are refused.
    """

    domain: str
    flows: bool = False
    settles: bool = True
    grows: bool = False
    some_rows: bool = True
    single_columns: bool = False
    takes_pulses: bool = False
    takes_voltages: bool = False
    result: str = ""
    refusal: str = ""


CURRENTS = Summation(
    "conductance", flows=True, grows=True, single_columns=True, takes_pulses=True, takes_voltages=True
)
"""Sum of the currents of conductances."""


@frozen_dataclass(eq=False)
class Storage:
    """How long a cell stores a weight, and how it is written.

    Attributes
    ----------
    bits : Dimensionless
        Bits that one cell can hold.
    retention_time : Second
        Time for which a weight is retained at the chip's temperature.
    disturb_reads : Dimensionless
        Reads after which a weight must be rewritten.
    endurance : Dimensionless
        Write cycles before a cell fails.
    write_pulses : Dimensionless
        Pulses to write a cell.
    write_time : Second
        Time of one of these pulses.
    verify_time : Second
        Time of the read between them.
    """

    bits: u.Dimensionless
    retention_time: u.Second
    disturb_reads: u.Dimensionless
    endurance: u.Dimensionless
    write_pulses: u.Dimensionless
    write_time: u.Second
    verify_time: u.Second


class Cell(Component[Any]):
    """Properties of a cell that the array needs."""

    idle_rows_conduct: ClassVar[bool] = True
    """Whether the cells of idle rows load the columns; access transistors disconnect them."""
    summation: ClassVar[Summation] = CURRENTS
    """How its columns add up products."""
    signed_product: bool = False
    """Whether input and weight are plus or minus one, so that each input raises one of two lines in every read."""
    follows_row: bool = False
    """Whether a source follower in the cell charges its capacitor to the voltage of the row."""
    family = "cell"
    part_of_array = True
    owns = (
        "cell read current",
        "row line charge",
        "column line charge",
        "cell capacitor charge",
        "cell control",
        "cell programming",
        "cell rewriting",
    )
    overhead = ("cell programming",)

    @abstractmethod
    def area(self) -> u.SquareMetre:
        """Area of one cell."""

    @abstractmethod
    def loads(self, point: ElectricalPoint) -> Loads:
        """Capacitances of one cell on its row and column."""

    @property
    @abstractmethod
    def storage(self) -> Storage:
        """How long it stores a weight, and how it is written."""

    @abstractmethod
    def programming_energy(self, point: ElectricalPoint, read_power: u.Watt) -> u.Joule:
        """Energy of writing one cell, including its lines and the reads that verify it."""

    @abstractmethod
    def source_conductance(self, point: ElectricalPoint, conductance: u.Siemens) -> u.Siemens:
        """Conductance of the cells that drive a column in one read, for this mean conductance of a cell."""

    @abstractmethod
    def row_current(
        self, point: ElectricalPoint, columns: u.Dimensionless, conductance: u.Siemens, time: u.Second
    ) -> u.Ampere:
        """Largest current of a row with this many conducting cells of a mean conductance, driven for this time."""

    @abstractmethod
    def read_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energies of the cells of a read, and of the columns that they drive."""

    @abstractmethod
    def read_counts(
        self, network: NetworkContext, point: ElectricalPoint, reads: u.Numeric, columns: u.Numeric,
        used: u.Numeric, input_density: u.Numeric,
    ) -> dict[str, u.Numeric]:  # fmt: skip
        """Actions of the cells in these reads of cells and of columns with this many cells in use, by name."""

    @abstractmethod
    def column_checks(self, network: NetworkContext, point: ElectricalPoint) -> list[Check]:
        """Checks of the cells and of a column of them."""

    @abstractmethod
    def signal_energy(self, point: ElectricalPoint, conductance: u.Siemens, time: u.Second) -> u.Joule:
        """Energy of a column at full scale, whose cells of this mean conductance are driven for this time."""

    def column_capacitance(self, point: ElectricalPoint) -> u.Farad:
        """Total capacitance of a column."""
        return point.column_capacitance

    def column_figures(self, point: ElectricalPoint) -> list[tuple[str, u.Numeric, str]]:
        """Names, values and units of what a designer asks of a column of charges."""
        return []

    has_stuck_cells: bool = False
    """Whether the device states a share of stuck cells."""

    def ends(self, age: u.Second | None) -> tuple[u.Siemens, u.Siemens]:
        """Lowest and highest conductance at this age without series elements; none if columns add charges."""
        return 0.0, 0.0

    def limited(self, conductance: u.Siemens) -> u.Siemens:
        """Conductance with the elements in series with it: as stated, if that contains them."""
        return conductance

    def limited_as_drawn(self, conductance: u.Siemens) -> u.Siemens:
        """Conductance with its series elements on a typical die, for which circuits are sized."""
        return self.limited(conductance)

    @property
    def unselected_cells_conduct(self) -> bool:
        """Whether a driven cell without a weight costs energy: it conducts at its lowest conductance."""
        return True

    @property
    def rows_at_read_voltage(self) -> bool:
        """Whether rows are driven to the read voltage, instead of the logic swing of gates."""
        return self.idle_rows_conduct

    def pitch(self) -> u.Metre:
        """Side of one cell, assumed to be square."""
        return memory_cells.cell_pitch(self.area())

    @property
    def folding(self) -> u.Dimensionless:
        """Adjacent columns of cells that form one column of the array."""
        return 1.0

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one cell."""
        return [AreaCost(self.path, "cells", self.area())]

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Energies of reads, lines and writing of one cell, its area and leakage, and checks of its columns."""
        written = point.cell_programming_energy
        energies = [
            *self.read_energies(network, point),
            self.energy("row_toggle", "row_line", point.row_energy, "row line charge"),
            self.energy("program", "programming", written, "cell programming"),
        ]
        return Costs(energies, self.areas(network), self.statics(network), self.column_checks(network, point))

    @property
    def programmed(self) -> str:
        """Path under which cells that store a weight are counted."""
        return f"{self.path}:programmed"


class ResistiveMemory(Cell):
    """Cell whose conductance represents the weight."""

    device: CellParameters
    has_plates: ClassVar[bool] = False
    """Whether a cell has a third line behind its transistor, in addition to row and column."""
    holds_parts: ClassVar[bool] = False
    """Whether lines next to the written cells are held at fractions of the programming voltage."""

    def write_levels(self, unipolar: bool) -> float:
        """Voltages to which the line of a written cell is switched."""
        return 2.0

    def highest_column_voltage(self, unipolar: bool) -> u.Volt:
        """Highest column voltage during writing."""
        return self.device.program_voltage

    def half_selected_cell_current(self) -> u.Ampere:
        """Current of a cell that shares a line with the written cell."""
        return 0.0

    @abstractmethod
    def half_select_energy(self, rows: u.Dimensionless, columns: u.Dimensionless) -> u.Joule:
        """Energy of the cells on the lines of the written cell during one programming pulse."""

    def ends(self, age: u.Second | None) -> tuple[u.Siemens, u.Siemens]:
        """Lowest and highest conductance at this age without series elements; None: as written."""
        d = self.device
        if age is None:
            return d.low_conductance, d.high_conductance
        low = ageing.drifted_conductance(
            d.low_conductance, age, d.drift_reference_time, d.low_drift_exponent, d.low_drift_exponent_spread
        )
        high = ageing.drifted_conductance(
            d.high_conductance,
            age,
            d.drift_reference_time,
            d.high_drift_exponent,
            d.high_drift_exponent_spread,
        )
        return low, high

    @cached_property
    def storage(self) -> Storage:
        """As the device states."""
        d = self.device
        kept = ageing.retention_at_temperature(
            d.retention_time, d.retention_activation_energy, self.technology.temperature, d.retention_temperature
        )  # fmt: skip
        return Storage(
            d.bits_per_cell, kept, d.disturb_reads, d.endurance, d.write_pulses, d.program_time, d.verify_time
        )

    @cached_property
    def has_stuck_cells(self) -> bool:  # type: ignore[override]
        """Whether the device states a share of stuck cells."""
        d = self.device
        return bool(
            np.any(np.asarray(d.stuck_low_share) > 0.0) or np.any(np.asarray(d.stuck_high_share) > 0.0)
        )

    @property
    def ages(self) -> bool:
        """Whether the device states changes of its conductances after writing."""
        d = self.device
        stated = (
            d.high_drift_exponent, d.low_drift_exponent, d.high_drift_exponent_spread, d.low_drift_exponent_spread,
            d.relaxation_spread, d.relaxation_growth, d.low_relaxation_spread, d.low_relaxation_growth,
        )  # fmt: skip
        return any(np.any(number > 0.0) for number in stated)

    def source_conductance(self, point: ElectricalPoint, conductance: u.Siemens) -> u.Siemens:
        """Conductance of all cells in parallel."""
        return point.conducting_rows * conductance

    def signal_energy(self, point: ElectricalPoint, conductance: u.Siemens, time: u.Second) -> u.Joule:
        """Energy that all cells of one column dissipate in one read."""
        read = point.read_voltage
        return point.rows * crossbar.cell_read_energy(conductance, read, read, time)

    def read_counts(
        self, network: NetworkContext, point: ElectricalPoint, reads: u.Numeric, columns: u.Numeric,
        used: u.Numeric, input_density: u.Numeric,
    ) -> dict[str, u.Numeric]:  # fmt: skip
        """Cells that conduct."""
        return {"cell_read": reads}

    def row_current(
        self, point: ElectricalPoint, columns: u.Dimensionless, conductance: u.Siemens, time: u.Second
    ) -> u.Ampere:
        """Current of all cells at the read voltage."""
        return drivers.row_current(point.read_voltage, columns, 1.0, conductance)

    def programming_energy(self, point: ElectricalPoint, read_power: u.Watt) -> u.Joule:
        """Energy of writing one cell with verification, including its lines and the half-selected cells on them."""
        d = self.device
        column = crossbar_wires.line_toggle_energy(point.column_capacitance, d.program_voltage)
        around = column + crossbar_wires.line_toggle_energy(point.row_capacitance, d.program_voltage)
        half_selected = self.half_select_energy(point.array_rows, point.array_columns)
        return write_circuits.write_verify_energy(
            d.write_pulses, d.program_voltage, d.program_current, d.program_time, around + half_selected,
            read_power * d.verify_time,
        )  # fmt: skip

    def update_states(self) -> u.Dimensionless:
        """Update steps of a cell from one end of its window to the other."""
        d = self.device
        return either(d.update_states > 0.0, d.update_states, 2.0**d.bits_per_cell - 1.0)

    def update_voltage(self) -> u.Volt:
        """Amplitude of a learning pulse: its own, or that of programming."""
        d = self.device
        return either(d.update_voltage > 0.0, d.update_voltage, d.program_voltage)

    def update_time(self) -> u.Second:
        """Width of a learning pulse: its own, or that of programming."""
        d = self.device
        return either(d.update_time > 0.0, d.update_time, d.program_time)

    def update_energy(self, conductance: u.Siemens) -> u.Joule:
        """Energy of one learning pulse in a cell, from its conductance or from the write current."""
        d = self.device
        ohmic = learning.pulse_energy(
            self.update_voltage(), conductance, conductance, self.update_time(), 1.0
        )
        limited = write_circuits.write_verify_energy(
            1.0, d.program_voltage, d.program_current, d.program_time, 0.0, 0.0
        )
        return either(d.update_voltage > 0.0, ohmic, limited)

    def read_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Current of the cells that hold weights, and of the idle cells between the groups of a convolution."""
        supply = point.cell_supply_voltage
        used, off_diagonal = (
            crossbar.cell_read_energy(conductance, point.read_voltage, supply, point.read_time)
            * point.current_share
            for conductance in (point.cell_conductance, point.lowest_conductance)
        )
        costs = [
            self.energy("cell_read", "read_current", used, "cell read current"),
            self.energy("off_diagonal_read", "read_current", off_diagonal, "cell read current"),
        ]
        if point.reads_reference:  # its cells are in the middle of the window, as weights are on average
            costs.append(self.energy("reference_read", "reference_current", used, "cell read current"))
        if point.column_energy is not None:
            costs.append(self.energy("column_read", "column_line", point.column_energy, "column line charge"))
        return costs

    def column_checks(self, network: NetworkContext, point: ElectricalPoint) -> list[Check]:
        """Whether reads leave the state undisturbed, any cells can be written, and noise stays below a step.

        Checks
        ------
        read_disturb
            the read voltage disturbs the state of the cells
        cells_can_be_written
            the shares of cells stuck at either end leave none that can be written
        column_noise
            the thermal noise of the cells exceeds half a step of the read resolution of the columns
        """
        limit = self.device.read_voltage_limit
        stuck = self.device.stuck_low_share + self.device.stuck_high_share
        floor = crossbar.thermal_noise_energy_floor(self.technology.temperature, point.read_bits)
        array, signal = point.array_path, point.signal_energy
        return [
            self.require("design_rule", "read_disturb", point.read_voltage, "<=", limit, "V"),
            self.require("infeasible", "cells_can_be_written", stuck, "<", 1.0),
            self.require("design_rule", "column_noise", floor, "<=", signal, "J", path=array),
        ]
