"""Analog buffers that divide rows or columns into segments."""

from typing import Literal

from neuroest.blocks.base import AreaCost, EnergyCost, NetworkContext
from neuroest.blocks.columns.analog_stage import AnalogStageParameters
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.process_scaling import AnalogCircuit
from neuroest.core import units as u
from neuroest.equations import converters as equations
from neuroest.equations import mapping
from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock


class AnalogBufferBlock(DeviceBlock):
    """Analog buffers along the rows or columns of a large array, which pass on a value without conversion."""

    record = AnalogStageParameters
    model: Literal["analog_buffer"]
    every: Count
    """Cells of a line between buffers."""
    first: Literal["driven", "buffered"]
    """driven: the first segment of a line is driven by its own driver; buffered: a buffer is in front of it as well."""


class AnalogBuffer(AnalogCircuit[AnalogStageParameters]):
    """Buffers that divide the lines of an array into segments."""

    schema = AnalogBufferBlock
    owns = ("analog buffering",)
    prior_error = PUBLISHED

    def pieces(self, cells: u.Dimensionless) -> u.Dimensionless:
        """Segments of a line with this many cells."""
        return mapping.block_count(cells, self.options["every"])

    def buffers(self, cells: u.Dimensionless) -> u.Dimensionless:
        """Buffers along a line with this many cells."""
        return self.pieces(cells) - (1.0 if self.spec.first == "driven" else 0.0)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of passing on one value."""
        energy = self.at_supply(self.device.action_energy)
        return [self.energy("pass", "buffer", energy, "analog buffering")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one buffer."""
        return [AreaCost(self.path, "buffers", self.area_at_node(self.device.footprint))]

    def error(self, cells: u.Dimensionless) -> u.Dimensionless:
        """Error at the end of a line; each buffer contributes its own."""
        return equations.cascaded_error(self.device.relative_error, self.buffers(cells))
