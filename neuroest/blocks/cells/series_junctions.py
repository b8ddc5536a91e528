"""Cell of two magnetic junctions and switches, whose column is a string of resistances."""

from typing import Literal

from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, StaticCell, StaticCellParameters
from neuroest.blocks.process_scaling import leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import non_negative, positive


class SeriesJunctionsParameters(StaticCellParameters):
    """Two junctions in opposite states; the input selects which of them is in the string."""

    low_resistance: u.Ohm = positive(symbol="R_P")
    """Resistance of a junction in its parallel state."""
    high_resistance: u.Ohm = positive(symbol="R_AP")
    """Resistance of a junction in its antiparallel state."""
    resistance_spread: u.Dimensionless = non_negative(maximum=1.0, symbol="sigma_R")
    """Standard deviation of the resistance of one junction over its mean."""
    switch_width: u.Metre = positive(maximum=1e-4, symbol="W_s")
    """Width of the transistor that connects a junction into the string."""
    switch_resistance: u.Ohm = non_negative(symbol="R_s")
    """Resistance of the transistor that connects a junction into the string."""
    load_capacitance: u.Farad = positive(symbol="C_L")
    """Capacitor at the end of a string, which discharges through it."""
    program_voltage: u.Volt = positive(maximum=100.0, symbol="V_w")
    """Write voltage of a junction."""
    program_current: u.Ampere = positive(symbol="I_w")
    """Write current of a junction."""
    endurance: u.Dimensionless = positive()
    """Write cycles before a junction fails."""


class SeriesJunctionsBlock(DeviceBlock):
    """Two junctions in opposite states with switches; the cells of a column are in series."""

    record = SeriesJunctionsParameters
    model: Literal["series_junctions"]


class SeriesJunctionsCell(StaticCell):
    """Two junctions in opposite states: a product of one connects the low resistance into the string."""

    schema = SeriesJunctionsBlock
    in_series = True
    example = "series_junctions_28nm"
    prior_error = STATIC_CELL_ERROR
    device: SeriesJunctionsParameters

    @property
    def signed_product(self) -> bool:
        """Whether inputs and weights are plus or minus one: each input connects one of the two junctions."""
        return True

    def area(self) -> u.SquareMetre:
        """Area of one cell."""
        return self.transistor_area()

    def resistances(self) -> tuple[u.Ohm, u.Ohm]:
        """Resistance of a cell for a product of one and for any other product, including its switch."""
        d = self.device
        return d.low_resistance + d.switch_resistance, d.high_resistance + d.switch_resistance

    def row_load(self) -> u.Farad:
        """Gate of one switch on each of the two lines of an input."""
        return self.process.gate_capacitance * self.at_node(self.device.switch_width)

    def column_load(self) -> u.Farad:
        """Junctions of two switches."""
        return 2.0 * self.process.drain_capacitance * self.at_node(self.device.switch_width)

    def endurance(self) -> u.Dimensionless:
        """Write cycles as the device states them."""
        return self.device.endurance

    def writing_energy(self, rows: u.Dimensionless, supply_voltage: u.Volt) -> u.Joule:
        """Energy of writing both junctions and charging the lines."""
        d = self.device
        pulses = 2.0 * d.program_voltage * d.program_current * d.write_time
        return pulses + super().writing_energy(rows, supply_voltage)

    def leakage(self) -> u.Watt:
        """Leakage of one cell at the chip's temperature; junctions themselves need no supply."""
        return leakage_at_chip_temperature(self, self.device.leakage_power)
