"""Static memory cell whose read port discharges its column."""

from typing import Literal

from neuroest.blocks.attributes import chosen
from neuroest.blocks.cells.static_memory import STATIC_CELL_ERROR, ReadPortCell, ReadPortParameters
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import positive


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
    """Static memory cell whose read port discharges its column."""

    schema = CurrentCellBlock
    discharges = True
    example = "current_sram_28nm"
    prior_error = STATIC_CELL_ERROR
    device: CurrentCellParameters

    limits_current: bool = chosen("current_linearity", "auto")
    """Whether rows are driven only so far that a full read leaves the column in saturation."""

    def precharge_load(self) -> u.Farad:
        """Gates of the transistors that precharge one column."""
        return self.process.gate_capacitance * self.at_node(self.device.precharge_width)
