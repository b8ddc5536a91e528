"""Static memory cell that adds its product as a charge, and the columns of such cells, which carry voltages."""

from typing import Literal

from neuroest.blocks.base import EnergyCost, NetworkContext, chosen
from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, StaticCell, StaticCellParameters
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.core import units as u
from neuroest.equations import converters, crossbar_wires, static_cells
from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import non_negative, positive


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

    def loads(self) -> Loads:
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

    def source_conductance(self, point: ElectricalPoint) -> u.Siemens:
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
        return static_cells.separate_charges(cells, probability)

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
