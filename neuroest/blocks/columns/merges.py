"""Circuits that weight and merge columns: current mirrors, or capacitors that share their charge."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Costs, NetworkContext, chosen
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import AnalogCircuit
from neuroest.blocks.roles import MergesColumns
from neuroest.core import units as u
from neuroest.equations import converters, crossbar_wires, drivers
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


class CapacitiveMergeParameters(Record):
    """Capacitor with switches at each column, weighted by the significance of the column's bit."""

    unit_capacitance: u.Farad = positive(symbol="C_m")
    """Capacitor of the lowest bit."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitors."""
    relative_error: u.Dimensionless = non_negative(maximum=1.0)
    """Error of a column's weight from mismatch and parasitics, one standard deviation."""
    switch_width_ratio: u.Dimensionless = positive()
    """Total width of the switches at one column over the feature size."""
    switch_area: u.SquareMetre = non_negative()
    """Area of the switches at one column."""


class CapacitiveMergeBlock(DeviceBlock):
    """Capacitor at each column that samples its voltage and shares its charge with those of the other bits."""

    record = CapacitiveMergeParameters
    model: Literal["capacitive_merge"]
    topology: Literal["binary", "c_2c"] = "binary"
    """binary: the column of a bit has a capacitor of its weight; c_2c: all columns have the same one, and links of two
    units between them weight the bits."""


class CapacitiveMerge(AnalogCircuit[CapacitiveMergeParameters], MergesColumns):
    """Capacitors that sample the column voltages and share their charge by the weight of their bit.

    Model errors
    ------------
    energy
        clocks of the switches, and resets between conversions
    area
        dummies and routing between the columns
    """

    schema = CapacitiveMergeBlock
    owns = ("charge merging",)
    prior_error = model_errors(energy=2, area=1.5)

    is_ladder = chosen("topology", "c_2c")
    """Whether equal capacitors and links weight the bits."""

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs at one column, on average over the bits of a weight.

        The capacitor is charged to half of the supply on average, and so are the gates of its switches. It is sized
        by matching at any node. The links of a ladder float with its nodes, so that a leg takes at most its own
        capacitance.
        """
        d, supply, slices = self.device, self.technology.supply_voltage, point.slices
        units = (
            1.0 if self.is_ladder else converters.mirror_unit_transistors(slices, point.cell_bits) / slices
        )
        charge = crossbar_wires.column_swing_energy(units * d.unit_capacitance, supply / 2.0, supply)
        gates = self.process.gate_capacitance * d.switch_width_ratio * self.process.feature_size
        control = crossbar_wires.line_toggle_energy(gates, supply)
        if self.is_ladder:
            ladder = drivers.capacitive_ladder_area(
                slices, d.unit_capacitance, d.capacitance_density, d.switch_area
            )
            area = ladder / slices
        else:
            area = units * d.unit_capacitance / d.capacitance_density + d.switch_area
        return Costs(
            [
                self.energy("merge", "capacitors", charge, "charge merging"),
                self.energy("merge", "switches", control, "charge merging"),
            ],
            [AreaCost(self.path, "capacitor", self.area_at_node(area))],
        )
