"""Mirror that weights the bit slices of a weight and merges the currents of arrays."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Costs, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import AnalogCircuit
from neuroest.blocks.roles import MergesColumns
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class CurrentMirrorParameters(Record):
    """Current mirror that weights the current of one column and adds it to a common line."""

    bias_current: u.Ampere = positive(symbol="I_m")
    """Current of one active mirror."""
    relative_error: u.Dimensionless = non_negative(maximum=1.0)
    """Mismatch of the mirror, one standard deviation."""
    footprint: u.SquareMetre = positive()
    """Area of one mirror at unit weight."""


class CurrentMirrorBlock(DeviceBlock):
    """Mirror at each column that weights its current by the significance of its bit slice and merges arrays."""

    record = CurrentMirrorParameters
    model: Literal["current_mirror"]


class CurrentMirror(AnalogCircuit[CurrentMirrorParameters], MergesColumns):
    """Mirror that weights a column's current and adds it to the line of its neuron.

    Model errors
    ------------
    area
        bias and layout overhead
    """

    schema = CurrentMirrorBlock
    owns = ("current merging",)
    prior_error = model_errors(area=1.5)

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs at one column: the bias during one read, and as many unit transistors as its weight.

        Slices are weighted by powers of two, and a ratio of n takes n unit transistors.
        """
        units = converters.mirror_unit_transistors(point.slices, point.cell_bits)
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, point.read_time)
        area = self.area_at_node(self.device.footprint) * units / point.slices
        return Costs(
            [self.energy("merge", "bias", bias, "current merging")], [AreaCost(self.path, "mirror", area)]
        )
