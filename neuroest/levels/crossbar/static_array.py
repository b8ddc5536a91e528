"""Array of static memory cells, whose columns add charges."""

from abc import abstractmethod

from neuroest.blocks.base import AreaCost, Characteristic, Check, NetworkContext, StaticCost
from neuroest.blocks.cells.static_memory import StaticCell
from neuroest.core import units as u
from neuroest.equations import array_lines, charge, converters, writing
from neuroest.levels.crossbar.array import CrossbarArray

EVEN = 0.5
"""Share of ones among bits that are one or zero equally often."""


class StaticArray(CrossbarArray):
    """Array whose weights are in static memory cells: no static current flows between reads."""

    cell: StaticCell
    """The cell."""

    @property
    def every_input_toggles(self) -> bool:
        """Whether every input raises a row line in every read, whatever its value."""
        return self.cell.signed_product

    @property
    def offset_subtraction(self) -> str:
        """No correction: the highest bit of two's complement counts negative, and plus and minus one need no offset."""
        return "none"

    def conductance(self, network: NetworkContext) -> u.Siemens:
        """Zero: a charged capacitor carries no current."""
        return 0.0

    def parallel_wires(self) -> u.Dimensionless:
        """Parallel wires as chosen, otherwise one: settled lines carry no current, so wires cause no loss."""
        return self.options.get("parallel_wires", 1.0)

    def ir_drop(self, network: NetworkContext, active_fraction: u.Numeric) -> u.Dimensionless:
        """Zero: settled lines carry no current."""
        return 0.0 * active_fraction

    def cell_programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell."""
        return self.cell.writing_energy(self.options["rows"], self.technology.supply_voltage)

    def programming_time(self) -> u.Second:
        """Time to write one whole array."""
        cells = self.options["rows"] * self.options["columns"]
        together = self.options.get("cells_programmed_together", self.options["columns"])
        return writing.array_programming_time(
            cells, together, self.cell.write_pulses(), self.cell.device.write_time, 0.0
        )

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power of the array's circuits, and leakage of the memory cells."""
        return [*super().statics(network), StaticCost(self.cell.path, "leakage", self.cell.leakage())]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Areas of the array, and of the decoders and write circuits at the edges of its cells."""
        return [*super().areas(network), AreaCost(self.cell.path, "edges", self.cell.edge_area())]

    def row_current(self, network: NetworkContext) -> u.Ampere:
        """Zero: rows end at gates and capacitors."""
        return 0.0

    def drawn_row_current(self, network: NetworkContext) -> u.Ampere:
        """Zero on a typical die as well."""
        return self.row_current(network)

    def drawn_source_conductance(self, network: NetworkContext) -> u.Siemens:
        """Conductance of the cells of a column for which its switches are sized: that of the actual cells."""
        return self.source_conductance(network)

    def products_of_one(
        self, network: NetworkContext, cells: u.Numeric, input_density: u.Numeric
    ) -> u.Numeric:
        """Cells of one column whose product is one in a read."""
        return charge.separate_charges(cells, self.product_probability(network, input_density))

    def product_probability(self, network: NetworkContext, input_density: u.Numeric) -> u.Numeric:
        """Probability that a product is one, for this share of ones at the input."""
        if self.cell.signed_product:  # a product of plus or minus one is one where both have the same sign
            return 0.0 * input_density + charge.product_probability(1.0, EVEN)
        return charge.product_probability(input_density, network.weight_bit_density)

    def capacitors_charged(
        self, network: NetworkContext, cells: u.Numeric, input_density: u.Numeric
    ) -> u.Numeric:
        """Products of a column that draw charge in a read, for this many cells in use and this share of ones."""
        return self.products_of_one(network, cells, input_density)

    @property
    def unselected_cells_conduct(self) -> bool:
        """Whether driven cells without a weight cost energy: only cells of signed products, which have no zero."""
        return self.cell.signed_product

    def mismatch_at(self, probability: u.Numeric) -> u.Numeric:
        """Column error from cell mismatch if products are one with this probability."""
        return self.mismatch_error() + 0.0 * probability

    @abstractmethod
    def mismatch_error(self) -> u.Dimensionless:
        """Column error from cell mismatch, over full scale."""

    @abstractmethod
    def full_scale(self, network: NetworkContext) -> u.Volt:
        """Column voltage if all products are one."""

    def plate_capacitance(self) -> u.Farad:
        """Total capacitance of a column."""
        return self.column_capacitance()

    def signal_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of a column at full scale."""
        return array_lines.line_toggle_energy(self.plate_capacitance(), self.full_scale(network))

    def cell_checks(self, network: NetworkContext) -> list[Check]:
        """Whether cell mismatch stays below the read resolution of the columns.

        Checks
        ------
        column_mismatch
            the mismatch of the cells exceeds half a step of the read resolution of the columns
        """
        error = self.mismatch_error()
        step = converters.half_step(1.0, self.noise_bits(network))
        return [self.require("design_rule", "column_mismatch", error, "<=", step)]

    def noise_check(self, network: NetworkContext) -> Check:
        """Whether the thermal noise of the columns stays below their read resolution.

        Checks
        ------
        column_noise
            the thermal noise of the columns exceeds the quantisation noise of their read resolution
        """
        floor = charge.charge_noise_energy_floor(self.technology.temperature, self.noise_bits(network))
        signal = self.signal_energy(network)
        return self.require("design_rule", "column_noise", floor, "<=", signal, "J")

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that a designer of such columns asks for."""
        error = self.mismatch_error()
        swing = self.full_scale(network)
        found = [
            self.characteristic("settling time", self.settling_time(network), "s"),
            self.characteristic("read time", self.read_time(network), "s"),
            self.characteristic("energy to program a cell", self.programming_energy(network), "J"),
            self.characteristic("time to program an array", self.programming_time(), "s"),
            self.characteristic("capacitance of a column", self.plate_capacitance(), "F"),
            self.characteristic("full scale of a column", swing, "V"),
            self.characteristic("error of a column from mismatch, over its full scale", error, "1"),
        ]
        found.extend(self.column_characteristics(network))
        if self.converter is not None:
            found.append(self.characteristic("resolution of the converters", self.resolution(network), "1"))
            step = 2.0 * converters.half_step(swing, self.resolution(network))
            found.append(self.characteristic("step of the converters at a column", step, "V"))
        return found
