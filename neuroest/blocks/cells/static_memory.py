"""Static memory cells whose columns add charges: no static current flows between reads."""

import math
from abc import abstractmethod

from neuroest.blocks.base import AreaCost, Check, NetworkContext, StaticCost
from neuroest.blocks.cells.base import Cell
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.process_scaling import leakage_at_chip_temperature, leakage_ratio
from neuroest.core import units as u
from neuroest.equations import converters, crossbar_wires, memory_cells, static_cells
from neuroest.specs.parameters import Record, non_negative, positive

STATIC_CELL_ERROR: ModelErrors = model_errors(
    energy=ModelError(1.8, "banks, resets and the timing of a macro are not in the model of its cells"),
    area=ModelError(
        1.5, "power switches, well ties and the edges of banks are not in the model of its cells"
    ),
    static_power=ModelError(3, "threshold options of the real cell"),
)
"""Error of the model of a static memory cell that computes."""


class StaticCellParameters(Record):
    """Parameters of all static compute cells."""

    array_efficiency: u.Dimensionless = positive(maximum=1.0, symbol="eta_a")
    """Share of the array area taken by cells; the rest is decoders and write circuits."""
    bitcell_ratio: u.Dimensionless = non_negative(maximum=100.0, symbol="A_cell/A_6T", absent=0.0)
    """Transistor area of the cell over that of a six-transistor memory cell of the chip's process."""
    cell_feature_squares: u.Dimensionless = non_negative(symbol="A_cell/F^2", absent=0.0)
    """Transistor area of the cell in squares of the feature size, if known in this form; the larger of both counts."""
    access_width: u.Metre = positive(maximum=1e-4, symbol="W_acc")
    """Width of an access transistor for writing."""
    write_time: u.Second = positive(symbol="t_w")
    """Time to write one row."""
    leakage_power: u.Watt = non_negative()
    """Leakage of one cell at 300 K."""


_EVEN = 0.5
"""Share of ones among bits that are one or zero equally often."""


class StaticCell(Cell):
    """Common part of the static compute cells, at any node, and of the columns that they form."""

    holds_state = True
    idle_rows_conduct = False
    adds_charges = True
    scales_with_process = True
    device: StaticCellParameters

    def at_node(self, width: u.Metre) -> u.Metre:
        """A device width at the chip's node."""
        there = self.device_process
        if there is None:
            return width
        return static_cells.width_at_node(width, self.process.feature_size, there.feature_size)

    def transistor_area(self) -> u.SquareMetre:
        """Area of the cell's transistors."""
        d = self.device
        least = static_cells.bitcell_area(d.bitcell_ratio, self.process.sram_bitcell_area)
        return memory_cells.cell_area(d.cell_feature_squares, self.process.feature_size, least)

    def bits(self) -> u.Dimensionless:
        """One."""
        return 1.0

    def retention_time(self) -> u.Second:
        """Infinite: a weight is retained as long as there is a supply."""
        return math.inf

    def disturb_reads(self) -> u.Dimensionless:
        """Infinite: reads do not disturb the latch."""
        return math.inf

    def endurance(self) -> u.Dimensionless:
        """Infinite: writes do not wear out transistors."""
        return math.inf

    def write_pulses(self) -> u.Dimensionless:
        """One."""
        return 1.0

    def write_time(self) -> u.Second:
        """Time to write one row."""
        return self.device.write_time

    def verify_time(self) -> u.Second:
        """Zero: nothing is verified."""
        return 0.0

    def word_load(self) -> u.Farad:
        """Load of one cell on the word line through which its row is written."""
        wire = self.process.wire_capacitance * self.pitch()
        return wire + 2.0 * self.process.gate_capacitance * self.at_node(self.device.access_width)

    def bit_load(self) -> u.Farad:
        """Load of one cell on the bit line through which it is written."""
        wire = self.process.wire_capacitance * self.pitch()
        return wire + self.process.drain_capacitance * self.at_node(self.device.access_width)

    def programming_energy(self, point: ElectricalPoint, read_power: u.Watt) -> u.Joule:
        """Energy of writing one cell: its share of the word line, and one of two bit lines."""
        supply = self.technology.supply_voltage
        word = crossbar_wires.line_toggle_energy(self.word_load(), supply)
        return word + crossbar_wires.line_toggle_energy(point.array_rows * self.bit_load(), supply)

    def leakage(self) -> u.Watt:
        """Leakage of one cell at the chip's temperature and node."""
        leakage, there = self.device.leakage_power, self.device_process
        if there is not None:
            leakage = leakage * leakage_ratio(self, there.nominal_supply_voltage)
        return leakage_at_chip_temperature(self, leakage)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one cell, and of the decoders and write circuits at the edges."""
        edges = self.area() * (1.0 / self.device.array_efficiency - 1.0)
        return [*super().areas(network), AreaCost(self.path, "edges", edges)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of one cell."""
        return [StaticCost(self.path, "leakage", self.leakage())]

    # --- a column of cells

    @property
    def unselected_cells_conduct(self) -> bool:
        """Whether driven cells without a weight cost energy: only cells of signed products, which have no zero."""
        return self.signed_product

    def product_probability(self, network: NetworkContext, input_density: u.Numeric) -> u.Numeric:
        """Probability that a product is one, for this share of ones at the input."""
        if self.signed_product:  # a product of plus or minus one is one where both have the same sign
            return 0.0 * input_density + static_cells.product_probability(1.0, _EVEN)
        return static_cells.product_probability(input_density, network.weight_bit_density)

    def capacitors_charged(
        self, point: ElectricalPoint, cells: u.Numeric, probability: u.Numeric
    ) -> u.Numeric:
        """Products of a column that draw charge in a read, for this many cells in use and probability of a one."""
        return static_cells.separate_charges(cells, probability)

    def column_capacitance(self, point: ElectricalPoint) -> u.Farad:
        """Total capacitance of a column."""
        return point.column_capacitance

    def driven_row_capacitance(self, point: ElectricalPoint) -> u.Farad:
        """Capacitance that the driver of an analog row charges."""
        return point.row_capacitance

    def row_current(self, point: ElectricalPoint, time: u.Second) -> u.Ampere:
        """Zero for rows that inverters charge; for analog rows, the current of a buffer that charges one in a time."""
        if not point.analog_rows:
            return 0.0
        return static_cells.charging_current(self.driven_row_capacitance(point), point.read_voltage, time)

    @abstractmethod
    def source_conductance(self, point: ElectricalPoint) -> u.Siemens:
        """Conductance of the cells that drive a column in one read."""

    @abstractmethod
    def full_scale(self, point: ElectricalPoint) -> u.Volt:
        """Swing of a column if all products are one."""

    @abstractmethod
    def mismatch_error(self, point: ElectricalPoint) -> u.Dimensionless:
        """Column error from cell mismatch, over full scale."""

    def mismatch_at(self, point: ElectricalPoint, probability: u.Numeric) -> u.Numeric:
        """Column error from cell mismatch if products are one with this probability."""
        return self.mismatch_error(point) + 0.0 * probability

    def signal_energy(self, point: ElectricalPoint) -> u.Joule:
        """Energy of a column at full scale."""
        return crossbar_wires.line_toggle_energy(self.column_capacitance(point), self.full_scale(point))

    def column_checks(self, network: NetworkContext, point: ElectricalPoint) -> list[Check]:
        """Whether cell mismatch and thermal noise stay below the read resolution of the columns.

        Checks
        ------
        column_mismatch
            the mismatch of the cells exceeds half a step of the read resolution of the columns
        column_noise
            the thermal noise of the columns exceeds the quantisation noise of their read resolution
        """
        error, step = self.mismatch_error(point), converters.half_step(1.0, point.read_bits)
        floor = static_cells.charge_noise_energy_floor(self.technology.temperature, point.read_bits)
        array, signal = point.array_path, point.signal_energy
        return [
            self.require("design_rule", "column_mismatch", error, "<=", step, path=array),
            self.require("design_rule", "column_noise", floor, "<=", signal, "J", path=array),
        ]
