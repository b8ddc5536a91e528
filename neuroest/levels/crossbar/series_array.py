"""Array whose columns are strings of cells in series."""

from neuroest.blocks.base import Characteristic, EnergyCost, NetworkContext
from neuroest.blocks.cells.series_junctions import SeriesJunctionsCell
from neuroest.core import units as u
from neuroest.equations import array_lines, crossbar_wires, series_cells
from neuroest.levels.crossbar.static_array import StaticArray

HALF = 1.0 / 2.0
"""Share of ones for which nominal errors are stated."""


class SeriesArray(StaticArray):
    """Array whose columns add resistances: the load of a column is charged, then discharged through all cells."""

    cell: SeriesJunctionsCell
    """The cell."""

    def source_conductance(self, network: NetworkContext) -> u.Siemens:
        """Conductance of a whole string with equal numbers of low and high resistances."""
        low, high = self.cell.resistances()
        return 1.0 / (self.options["rows"] * HALF * (low + high))

    def plate_capacitance(self) -> u.Farad:
        """Capacitance of the load, and of the cells and wires of the string."""
        return self.cell.device.load_capacitance + self.column_capacitance()

    def full_scale(self, network: NetworkContext) -> u.Volt:
        """Difference between the smallest and the largest sum at the read time of the middle one."""
        return series_cells.string_swing(self.options["read_voltage"], *self.cell.resistances())

    def mismatch_error(self) -> u.Dimensionless:
        """Column error from junction mismatch over full scale, with half of the junctions low."""
        return self.mismatch_at(HALF)

    def mismatch_at(self, probability: u.Numeric) -> u.Numeric:
        """Column error from junction mismatch for another share of products of one."""
        d = self.cell.device
        return series_cells.string_mismatch_error(
            d.resistance_spread, d.low_resistance, d.high_resistance, self.rows_at_once(), probability
        )

    def string_time(self, resistance: u.Ohm) -> u.Second:
        """Time in which a column of equal resistances discharges to half."""
        rows = self.options["rows"]
        return series_cells.string_time(
            rows, resistance, self.cell.device.load_capacitance, self.column_capacitance() / rows
        )

    def settling_time(self, network: NetworkContext) -> u.Second:
        """Time until the rows have settled and the slowest column has discharged to half.

        A converter of times counts while the columns fall, so that it begins when the fastest has.
        """
        along = self.options["columns"] * self.segment_resistance()
        row = crossbar_wires.row_time_constant(0.0, along, self.row_capacitance())
        fastest, slowest = self.cell.resistances()
        counts = self.converter is not None and self.converter.takes_times
        string = self.string_time(fastest if counts else slowest)
        return crossbar_wires.settling_time(row, 0.0, self.settled_bits()) + string

    def read_energies(self, network: NetworkContext, read_time: u.Second) -> list[EnergyCost]:
        """No energy per product: a read takes the charge of the column, whatever the sum."""
        return []

    def column_line_energies(self) -> list[EnergyCost]:
        """Energy of charging the load and the string, which a read discharges."""
        charge = array_lines.column_swing_energy(
            self.plate_capacitance(), self.options["read_voltage"], self.read_supply_voltage()
        )
        return [self.cell.energy("column_read", "column_line", charge, "column line charge")]

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit, including the time between adjacent sums, which a time converter must resolve."""
        low, high = self.cell.resistances()
        step = (self.string_time(high) - self.string_time(low)) / self.options["rows"]
        return [*super().characteristics(network), self.characteristic("time between two sums", step, "s")]
