"""Static memory cell that adds its product as a charge."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from neuroest.blocks.base import leakage_at_chip_temperature
from neuroest.blocks.cells.base import Cell
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.core import units as u
from neuroest.equations import charge
from neuroest.equations import crossbar as equations
from neuroest.specs.base import Count
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class ChargeCellParameters(Record):
    """Static memory cell that puts the product of its bit and an input bit on a capacitor."""

    model: ClassVar[str] = "charge_domain_sram"
    folder: ClassVar[str] = "synapses"

    unit_capacitance: u.Farad = positive(maximum=1e-12, symbol="C_u")
    """Capacitor of one cell."""
    capacitance_spread: u.Dimensionless = non_negative(maximum=1.0, symbol="sigma_C")
    """Standard deviation of one capacitor over its mean."""
    plate_parasitic: u.Dimensionless = non_negative(maximum=2.0)
    """Capacitance of the driven plate to ground over that of the capacitor."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Capacitance per area of the metal layers above the cell."""
    array_efficiency: u.Dimensionless = positive(maximum=1.0, symbol="eta_a")
    """Share of an array that its cells fill; decoders and circuits for writing take the rest."""
    cell_feature_squares: u.Dimensionless = positive(symbol="A_cell/F^2")
    """Area of the cell's transistors in squares of the feature size."""
    product_width: u.Metre = positive(maximum=1e-4, symbol="W_p")
    """Width of the transistor that passes the level of a row line to the capacitor."""
    product_resistance: u.Ohm = positive(symbol="R_p")
    """Resistance between row line and capacitor."""
    access_width: u.Metre = positive(maximum=1e-4, symbol="W_acc")
    """Width of an access transistor for writing."""
    control_width: u.Metre = non_negative(maximum=1e-4, absent=0.0)
    """Width of the transistors of a cell that reset or join capacitors in every read, whatever the input."""
    write_time: u.Second = positive(symbol="t_w")
    """Time to write one row."""
    leakage_power: u.Watt = non_negative()
    """Leakage of one cell at 300 K."""


class ChargeCellBlock(DeviceBlock):
    """Static memory cell that puts one bit of a product on a capacitor; the columns add charges."""

    record: ClassVar[type[Record] | None] = ChargeCellParameters
    model: Literal["charge_domain_sram"]
    product: Literal["and", "xnor"]
    """and: an input of one passes the cell's bit, and an input of zero moves nothing; xnor: input and weight are plus
    or minus one, and each input raises one of two row lines in every read."""
    accumulation: Literal["shared_plate", "joined"]
    """shared_plate: the capacitors of a column have one plate in common, which floats while the other plates are
    driven; joined: each is charged on its own, and switches join them afterwards."""
    column_folding: Count = 1.0
    """Columns side by side that make one, each with its share of the rows: the array becomes as many times wider and
    lower, and its row lines pass as many times more cells than they serve."""


class ChargeCell(Cell):
    """Static memory cell that puts one bit of a product on a capacitor."""

    schema: ClassVar[type[Block]] = ChargeCellBlock
    holds_state: ClassVar[bool] = True
    idle_rows_conduct: ClassVar[bool] = False
    adds_charges: ClassVar[bool] = True
    prior_error: ClassVar[ModelErrors] = model_errors(
        energy=ModelError(1.8, "banks, resets and the timing of a macro are not in the model of its cells"),
        area=ModelError(
            1.5, "power switches, well ties and the edges of banks are not in the model of its cells"
        ),
        static_power=ModelError(3, "threshold options of the real cell"),
    )
    device: ChargeCellParameters

    @property
    def signed_product(self) -> bool:
        """Whether input and weight are plus or minus one, so that each input raises one of two lines."""
        return bool(self.spec.product == "xnor")

    @property
    def common_plate(self) -> bool:
        """Whether the capacitors of a column have one floating plate, or are joined after they were charged."""
        return bool(self.spec.accumulation == "shared_plate")

    def area(self) -> u.SquareMetre:
        """Area of one cell with the capacitor above it."""
        d = self.device
        squares = equations.cell_area(d.cell_feature_squares, self.process.feature_size, 0.0)
        return charge.stacked_cell_area(squares, d.unit_capacitance, d.capacitance_density)

    def row_load(self) -> u.Farad:
        """Junction of the transistor that passes the level of the row line."""
        return self.process.drain_capacitance * self.device.product_width

    def column_load(self) -> u.Farad:
        """Junctions of the transistors that reset or join the capacitor, if it has any."""
        return self.process.drain_capacitance * self.device.control_width

    def plate_load(self) -> u.Farad:
        """What the product drives to its level beside the capacitor: the plate's own, and the transistors at it."""
        d = self.device
        passing = 2.0 if self.signed_product else 1.0
        junctions = passing * self.process.drain_capacitance * d.product_width
        return d.plate_parasitic * d.unit_capacitance + junctions

    def edge_area(self) -> u.SquareMetre:
        """Share of one cell in the decoders and circuits for writing around its array."""
        return self.area() * (1.0 / self.device.array_efficiency - 1.0)

    def control_load(self) -> u.Farad:
        """Gates that one cell hangs on the lines which reset or join capacitors."""
        return self.process.gate_capacitance * self.device.control_width

    def bits(self) -> u.Dimensionless:
        """One."""
        return 1.0

    def retention_time(self) -> u.Second:
        """As long as there is a supply."""
        return math.inf

    def disturb_reads(self) -> u.Dimensionless:
        """Reading leaves the latch alone."""
        return math.inf

    def endurance(self) -> u.Dimensionless:
        """Transistors do not wear out by being written."""
        return math.inf

    def write_pulses(self) -> u.Dimensionless:
        """One."""
        return 1.0

    def word_load(self) -> u.Farad:
        """What one cell hangs on the word line by which its row is written."""
        wire = self.process.wire_capacitance * self.pitch()
        return wire + 2.0 * self.process.gate_capacitance * self.device.access_width

    def bit_load(self) -> u.Farad:
        """What one cell hangs on the bit line by which it is written."""
        wire = self.process.wire_capacitance * self.pitch()
        return wire + self.process.drain_capacitance * self.device.access_width

    def writing_energy(self, rows: u.Dimensionless, supply_voltage: u.Volt) -> u.Joule:
        """Energy of writing one cell: its share of the word line, and one of two bit lines."""
        word = equations.line_toggle_energy(self.word_load(), supply_voltage)
        return word + equations.line_toggle_energy(rows * self.bit_load(), supply_voltage)

    def leakage(self) -> u.Watt:
        """Leakage of one cell at the chip's temperature."""
        return leakage_at_chip_temperature(self, self.device.leakage_power)
