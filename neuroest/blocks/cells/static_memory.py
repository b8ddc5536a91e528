"""Static memory cells that compute, and their columns: no static current flows between reads.

A column adds charges on capacitors, is discharged by the read ports of its cells, or divides a voltage.
"""

import math
from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost, chosen
from neuroest.blocks.cells.base import Cell, Storage, Summation
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.process_scaling import leakage_at_chip_temperature, leakage_ratio, logic_delay_ratio
from neuroest.core import units as u
from neuroest.equations import converters, crossbar_wires, memory_cells, static_cells
from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock
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

    @property
    def storage(self) -> Storage:
        """A bit for as long as there is a supply: reads and writes do not wear it out, and nothing is verified."""
        return Storage(1.0, math.inf, math.inf, math.inf, 1.0, self.device.write_time, 0.0)

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

    def driven_row_capacitance(self, point: ElectricalPoint) -> u.Farad:
        """Capacitance that the driver of an analog row charges."""
        return point.row_capacitance

    def row_current(
        self, point: ElectricalPoint, columns: u.Dimensionless, conductance: u.Siemens, time: u.Second
    ) -> u.Ampere:
        """Zero for rows that inverters charge; for analog rows, the current of a buffer that charges one in a time."""
        if not point.analog_rows:
            return 0.0
        return static_cells.charging_current(self.driven_row_capacitance(point), point.read_voltage, time)

    def read_counts(
        self, network: NetworkContext, point: ElectricalPoint, reads: u.Numeric, columns: u.Numeric,
        used: u.Numeric, input_density: u.Numeric,
    ) -> dict[str, u.Numeric]:  # fmt: skip
        """Products that draw charge."""
        ones = self.product_probability(network, input_density)
        return {"charge": columns * self.capacitors_charged(point, used, ones)}

    def column_figures(self, point: ElectricalPoint) -> list[tuple[str, u.Numeric, str]]:
        """Capacitance, full scale, mismatch, and the step of the converters."""
        swing, bits = self.full_scale(point), point.get("resolution", None)
        figures = [
            ("capacitance of a column", self.column_capacitance(point), "F"),
            ("full scale of a column", swing, "V"),
            ("error of a column from mismatch, over its full scale", self.mismatch_error(point), "1"),
        ]
        if bits is not None:
            figures.append(
                ("step of the converters at a column", 2.0 * converters.half_step(swing, bits), "V")
            )
        return figures

    @abstractmethod
    def full_scale(self, point: ElectricalPoint) -> u.Volt:
        """Swing of a column if all products are one."""

    @abstractmethod
    def mismatch_error(self, point: ElectricalPoint) -> u.Dimensionless:
        """Column error from cell mismatch, over full scale."""

    def mismatch_at(self, point: ElectricalPoint, probability: u.Numeric) -> u.Numeric:
        """Column error from cell mismatch if products are one with this probability."""
        return self.mismatch_error(point) + 0.0 * probability

    def signal_energy(self, point: ElectricalPoint, conductance: u.Siemens, time: u.Second) -> u.Joule:
        """Energy of the charge of a column at full scale."""
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


class ReadPortParameters(StaticCellParameters):
    """Static memory cell with read-port transistors that pull on its column."""

    read_width: u.Metre = positive(maximum=1e-4, symbol="W_r")
    """Width of the transistors of the read port."""
    current_linearity: u.Dimensionless = positive(maximum=1.0, symbol="k_I")
    """Read-port current over the on-current of one such transistor in the process."""
    current_spread: u.Dimensionless = non_negative(maximum=1.0, symbol="sigma_I")
    """Standard deviation of the current of one cell over its mean."""


class ReadPortCell(StaticCell):
    """Static memory cell with read-port transistors that pull on its column."""

    device: ReadPortParameters
    transistors_at_line: ClassVar[float] = 1.0
    """Transistors of the read port with a gate at the row and a junction at the column."""

    def area(self) -> u.SquareMetre:
        """Area of one cell."""
        return self.transistor_area()

    def current(self) -> u.Ampere:
        """Current of one cell at the chip's node, supply and corner."""
        d, process = self.device, self.process
        nominal = process.nominal_supply_voltage
        return static_cells.cell_current(
            process.on_current, self.at_node(d.read_width), d.current_linearity,
            self.technology.supply_voltage / nominal, logic_delay_ratio(self, nominal, process),
        )  # fmt: skip

    def loads(self, point: ElectricalPoint) -> Loads:
        """Gates of the read port on the row, and junctions on the column."""
        width = self.transistors_at_line * self.at_node(self.device.read_width)
        return Loads(self.process.gate_capacitance * width, self.process.drain_capacitance * width)


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
    summation = Summation(
        "current", settles=False, grows=True, takes_pulses=True, takes_voltages=True,
        refusal="by currents for a time: its inputs are pulses (input: one_bit_driver or pulse_width) or voltages "
        "(capacitive_dac, resistive_ladder) and its columns are read by converters (readout: adc)",
    )  # fmt: skip
    example = "current_sram_28nm"
    prior_error = STATIC_CELL_ERROR
    device: CurrentCellParameters

    limits_current: bool = chosen("current_linearity", "auto")
    """Whether rows are driven only so far that a full read leaves the column in saturation."""

    # --- a column of cells

    def source_conductance(self, point: ElectricalPoint, conductance: u.Siemens) -> u.Siemens:
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
        control = crossbar_wires.line_toggle_energy(gates, self.technology.supply_voltage)
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


class DividerCellParameters(ReadPortParameters):
    """Static memory cell that pulls its column to the supply if its product is one, and to ground otherwise.

    `current_linearity` is for half of the supply across the cell, the mean of what pulls up and what pulls down.
    """


class DividerCellBlock(DeviceBlock):
    """Static memory cell that pulls its column up or down; the cells of a column form a resistive divider."""

    record = DividerCellParameters
    model: Literal["divider_sram"]
    product: Literal["and", "xnor"] = "xnor"
    """xnor: input and weight are plus or minus one, and each input raises one of two row lines in every read; and: a
    cell pulls up if its input and its bit are one, and pulls down otherwise."""


_HALF = 1.0 / 2.0
"""Share of ones at which cell mismatch moves a column most, and of the supply that a column keeps from a read."""


class DividerCell(ReadPortCell):
    """Static memory cell that pulls its column up or down: current flows throughout a read."""

    schema = DividerCellBlock
    summation = Summation(
        "divider", single_columns=True, result="the voltage of a divider",
        refusal="as dividers: its inputs come bit by bit (input: one_bit_driver) and its columns are read by "
        "converters (readout: adc)",
    )  # fmt: skip
    transistors_at_line = 2.0  # one pulls up, one down
    example = "divider_sram_65nm"
    prior_error = STATIC_CELL_ERROR
    device: DividerCellParameters

    signed_product: bool = chosen("product", "xnor")
    """Whether input and weight are plus or minus one, so that each input raises one of two lines."""

    def conductance(self) -> u.Siemens:
        """Conductance with which a cell pulls on its column."""
        return static_cells.pull_conductance(self.current(), self.technology.supply_voltage)

    # --- a column of cells

    def source_conductance(self, point: ElectricalPoint, conductance: u.Siemens) -> u.Siemens:
        """Conductance of all cells that are read at once, whichever way they pull."""
        return point.rows * self.conductance()

    def full_scale(self, point: ElectricalPoint) -> u.Volt:
        """Supply voltage of the columns: they swing from ground to it."""
        return point.read_voltage

    def mismatch_error(self, point: ElectricalPoint) -> u.Dimensionless:
        """Column error from cell mismatch over full scale, with half of the cells pulling up."""
        return self.mismatch_at(point, _HALF)

    def mismatch_at(self, point: ElectricalPoint, probability: u.Numeric) -> u.Numeric:
        """Column error from cell mismatch; zero if all cells pull to the same rail."""
        return static_cells.divider_mismatch_error(self.device.current_spread, point.rows, probability)

    def read_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energy that a pull-up cell draws in a read, and that of charging a column from its voltage after the last."""
        read, supply = point.read_voltage, point.read_supply_voltage
        ones = self.product_probability(network, network.active_share)
        brought = static_cells.divider_charge(self.conductance(), read, point.read_time, ones)
        energy = brought * supply
        line = crossbar_wires.column_swing_energy(point.column_capacitance, _HALF * read, supply)
        costs = [
            self.energy("charge", "divider", energy, "cell read current"),
            self.energy("column_read", "column_line", line, "column line charge"),
        ]
        if self.unselected_cells_conduct:
            pulled_up = energy * ones  # of all cells, as many as pull up
            costs.append(self.energy("off_diagonal_read", "divider", pulled_up, "cell read current"))
        return costs


class ChargeCellParameters(StaticCellParameters):
    """Static memory cell that puts the product of its bit and an input bit on a capacitor."""

    unit_capacitance: u.Farad = positive(maximum=1e-12, symbol="C_u")
    """Capacitor of one cell."""
    capacitance_spread: u.Dimensionless = non_negative(maximum=1.0, symbol="sigma_C")
    """Standard deviation of one capacitor over its mean."""
    plate_parasitic: u.Dimensionless = non_negative(maximum=2.0)
    """Capacitance of the driven plate to ground over that of the capacitor."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Capacitance per area of the metal layers above the cell."""
    product_width: u.Metre = positive(maximum=1e-4, symbol="W_p")
    """Width of the transistor that passes the level of a row line to the capacitor."""
    product_resistance: u.Ohm = positive(symbol="R_p")
    """Resistance between row line and capacitor."""
    control_width: u.Metre = non_negative(maximum=1e-4, absent=0.0)
    """Width of the transistors of a cell that reset or join capacitors in every read, whatever the input."""
    follower_current: u.Ampere = non_negative(maximum=1e-3, absent=0.0, symbol="I_f")
    """Current that a follower in a cell draws while its row is driven. Without it, a follower only charges."""


class ChargeCellBlock(DeviceBlock):
    """Static memory cell that puts one bit of a product on a capacitor; the columns add charges."""

    record = ChargeCellParameters
    model: Literal["charge_domain_sram"]
    product: Literal["and", "xnor"]
    """and: an input of one passes the cell's bit, and an input of zero moves nothing; xnor: input and weight are plus
    or minus one, and each input raises one of two row lines in every read."""
    accumulation: Literal["shared_plate", "joined"]
    """shared_plate: the capacitors of a column have one plate in common, which floats while the other plates are
    driven; joined: each is charged on its own, and switches join them afterwards."""
    charged_by: Literal["row", "follower"] = "row"
    """What charges a capacitor with analog inputs: the row line through a transistor of the cell, so that the buffer of
    the row gives the charge of all cells; or a source follower in the cell. The row then drives only its gate."""
    column_folding: Count = 1.0
    """Adjacent columns that form one folded column, each with a share of the rows: the array becomes wider and lower by
    this factor, and its row lines pass this many times more cells than they drive."""


class ChargeCell(StaticCell):
    """Static memory cell that puts one bit of a product on a capacitor: no static current flows."""

    schema = ChargeCellBlock
    summation = Summation(
        "charge", some_rows=False, takes_voltages=True, result="a charge on a capacitor",
        refusal="on capacitors: its inputs come bit by bit (input: one_bit_driver) or as voltages (capacitive_dac, "
        "resistive_ladder) and its columns are read by converters (readout: adc)",
    )  # fmt: skip
    prior_error = STATIC_CELL_ERROR
    device: ChargeCellParameters

    signed_product: bool = chosen("product", "xnor")
    """Whether input and weight are plus or minus one, so that each input raises one of two lines."""

    common_plate: bool = chosen("accumulation", "shared_plate")
    """Whether the capacitors of a column have one floating plate, instead of being joined after charging."""

    def area(self) -> u.SquareMetre:
        """Area of one cell with the capacitor above it."""
        d, there = self.device, self.device_process
        density = d.capacitance_density
        if there is not None:
            density = static_cells.finger_capacitance_density(
                density, self.process.metal_pitch, there.metal_pitch
            )
        return static_cells.stacked_cell_area(self.transistor_area(), d.unit_capacitance, density)

    def product_resistance(self) -> u.Ohm:
        """Resistance between row line and capacitor at the chip's node."""
        d, here, there = self.device, self.process, self.device_process
        if there is None:
            return d.product_resistance
        ratio = static_cells.transistor_resistance_ratio(
            here.nominal_supply_voltage, here.on_current, self.at_node(d.product_width),
            there.nominal_supply_voltage, there.on_current, d.product_width,
        )  # fmt: skip
        return d.product_resistance * ratio

    follows_row: bool = chosen("charged_by", "follower")
    """Whether a source follower in the cell charges the capacitor."""

    def loads(self, point: ElectricalPoint) -> Loads:
        """Loads of one cell on its lines.

        On the row, the junction of the transistor that passes its level, or the gate of the follower; on the column,
        junctions of the transistors that reset or join the capacitor, if it has any.
        """
        gate, junction = self.process.gate_capacitance, self.process.drain_capacitance
        row = (gate if self.follows_row else junction) * self.at_node(self.device.product_width)
        return Loads(row, junction * self.at_node(self.device.control_width))

    def plate_load(self) -> u.Farad:
        """Load on a product in addition to the capacitor: parasitics of the plate, and the transistors at it."""
        d = self.device
        passing = 2.0 if self.signed_product else 1.0
        junctions = passing * self.process.drain_capacitance * self.at_node(d.product_width)
        return d.plate_parasitic * d.unit_capacitance + junctions

    # --- a column of cells

    @property
    def rows_at_read_voltage(self) -> bool:
        """Rows are raised to the level that they pass to the capacitors."""
        return True

    @property
    def folding(self) -> u.Dimensionless:
        """Adjacent columns of cells that form one column of the array, as chosen."""
        return self.options["column_folding"]

    def driven_row_capacitance(self, point: ElectricalPoint) -> u.Farad:
        """Line of a row, with the capacitors of its cells if they do not follow it by transistors of their own."""
        charged = point.row_capacitance
        if self.follows_row:
            return charged
        return charged + point.array_columns * (self.device.unit_capacitance + self.plate_load())

    def source_conductance(self, point: ElectricalPoint, conductance: u.Siemens) -> u.Siemens:
        """Conductance of the transistors that drive all capacitors of a column."""
        return point.array_rows / self.product_resistance()

    def plate_ratio(self, point: ElectricalPoint) -> u.Dimensionless:
        """Capacitance of a column's plate to ground over the capacitor of one cell."""
        return point.column_capacitance / self.device.unit_capacitance

    def column_capacitance(self, point: ElectricalPoint) -> u.Farad:
        """Total capacitance on the plate of a column."""
        return point.array_rows * self.device.unit_capacitance + point.column_capacitance

    def full_scale(self, point: ElectricalPoint) -> u.Volt:
        """Column voltage if all products are one."""
        return static_cells.plate_swing(point.read_voltage, point.array_rows, self.plate_ratio(point))

    def capacitors_charged(
        self, point: ElectricalPoint, cells: u.Numeric, probability: u.Numeric
    ) -> u.Numeric:
        """Unit capacitors charged in one column read, for this many cells in use and probability of a one.

        Buffers that make voltages of the inputs give the charge of each capacitor, whatever its plate does.
        """
        if self.common_plate and not point.analog_rows:
            return static_cells.shared_plate_charges(
                cells, probability, point.array_rows, self.plate_ratio(point)
            )
        return super().capacitors_charged(point, cells, probability)

    def read_counts(
        self, network: NetworkContext, point: ElectricalPoint, reads: u.Numeric, columns: u.Numeric,
        used: u.Numeric, input_density: u.Numeric,
    ) -> dict[str, u.Numeric]:  # fmt: skip
        """Capacitors that are charged, and products, whose plates are driven even where a common plate follows."""
        charged = super().read_counts(network, point, reads, columns, used, input_density)
        ones = self.product_probability(network, input_density)
        return charged | {"product": columns * static_cells.separate_charges(used, ones)}

    def mismatch_error(self, point: ElectricalPoint) -> u.Dimensionless:
        """Column error from capacitor mismatch, over full scale."""
        return static_cells.capacitor_mismatch_error(self.device.capacitance_spread, point.array_rows)

    def read_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energies of one unit capacitor, of the parasitics of its driven plate, and of what joins or resets a column.

        The cells charge the plate of a column.
        """
        read, supply = point.read_voltage, point.read_supply_voltage
        if self.follows_row:
            supply = self.technology.supply_voltage
        capacitor = crossbar_wires.column_swing_energy(self.device.unit_capacitance, read, supply)
        plate = crossbar_wires.column_swing_energy(self.plate_load(), read, supply)
        gates = point.array_rows * self.process.gate_capacitance * self.at_node(self.device.control_width)
        control = crossbar_wires.line_toggle_energy(gates, self.technology.supply_voltage)
        costs = [
            self.energy("charge", "capacitors", capacitor, "cell capacitor charge"),
            self.energy("product", "driven_plates", plate, "cell capacitor charge"),
            self.energy("column_read", "control", control, "cell control"),
        ]
        if self.follows_row:
            standing = converters.front_end_bias_energy(self.device.follower_current, supply, point.read_time)
            costs.append(self.energy("product", "followers", standing, "cell capacitor charge"))
        if self.unselected_cells_conduct:
            both = capacitor + plate
            costs.append(self.energy("off_diagonal_read", "capacitors", both, "cell capacitor charge"))
        return costs
