"""Static memory cell whose read port discharges its column."""

from __future__ import annotations

from typing import ClassVar, Literal

from neuroest.blocks.base import logic_delay_ratio
from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, StaticCell, StaticCellParameters
from neuroest.blocks.model_error import ModelErrors
from neuroest.core import units as u
from neuroest.equations import static_cells
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class CurrentCellParameters(StaticCellParameters):
    """Static memory cell whose read port draws a current from its column where its bit and an input are one."""

    model: ClassVar[str] = "current_domain_sram"

    read_width: u.Metre = positive(maximum=1e-4, symbol="W_r")
    """Width of the transistors of the read port."""
    current_linearity: u.Dimensionless = positive(maximum=1.0, symbol="k_I")
    """Current of the read port over that of one such transistor at the on current of the process."""
    current_spread: u.Dimensionless = non_negative(maximum=1.0, symbol="sigma_I")
    """Standard deviation of the current of one cell over its mean."""
    saturation_voltage: u.Volt = positive(maximum=5.0, symbol="V_sat")
    """Voltage of a column below which the current of its cells falls."""
    precharge_width: u.Metre = positive(maximum=1e-3)
    """Width of the transistors that charge a column before each read."""


class CurrentCellBlock(DeviceBlock):
    """Static memory cell that discharges its column; the columns are charged to the read voltage before each read."""

    record: ClassVar[type[Record] | None] = CurrentCellParameters
    model: Literal["current_domain_sram"]


class CurrentCell(StaticCell):
    """Static memory cell whose read port discharges its column."""

    schema: ClassVar[type[Block]] = CurrentCellBlock
    discharges: ClassVar[bool] = True
    example: ClassVar[str] = "current_sram_28nm"
    prior_error: ClassVar[ModelErrors] = STATIC_CELL_ERROR
    device: CurrentCellParameters

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

    def row_load(self) -> u.Farad:
        """Gate of the read port."""
        return self.process.gate_capacitance * self.at_node(self.device.read_width)

    def column_load(self) -> u.Farad:
        """Junction of the read port."""
        return self.process.drain_capacitance * self.at_node(self.device.read_width)

    def precharge_load(self) -> u.Farad:
        """Gates of the transistors that charge one column."""
        return self.process.gate_capacitance * self.at_node(self.device.precharge_width)
