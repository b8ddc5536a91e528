"""Analog circuits at a column, analog buffers along lines, and tapered buffers behind neurons."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Component, EnergyCost, NetworkContext
from neuroest.blocks.model_error import PUBLISHED, model_errors
from neuroest.blocks.process_scaling import AnalogCircuit, CircuitParameters, logic_area_ratio
from neuroest.core import units as u
from neuroest.equations import converters as equations
from neuroest.equations import mapping, wiring
from neuroest.specs.base import Count, Length
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, non_negative, positive, quantity


class AnalogStageParameters(CircuitParameters):
    """Analog circuit that is active once per value: a buffer, a current adder, a charging unit with comparator."""

    model = "analog_stage"

    action_energy: u.Joule = positive(symbol="E_st")
    """Energy of passing on one value."""
    relative_error: u.Dimensionless = non_negative(maximum=1.0, symbol="eps_st")
    """Error added to a value: one standard deviation relative to full scale."""
    footprint: u.SquareMetre = non_negative()
    """Area of one stage."""


class AnalogStageBlock(DeviceBlock):
    """Analog circuit at each column, active once per read."""

    record = AnalogStageParameters
    model: Literal["analog_stage"]


class AnalogStage(AnalogCircuit[AnalogStageParameters]):
    """Circuit at each column, active once per read: a current adder, a charging unit with comparator."""

    schema = AnalogStageBlock
    owns = ("analog column stage",)
    prior_error = PUBLISHED

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one read of one column."""
        energy = self.at_supply(self.device.action_energy)
        return [self.energy("column_read", "stage", energy, "analog column stage")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area at one column."""
        return [AreaCost(self.path, "stage", self.area_at_node(self.device.footprint))]


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


class TaperedBufferParameters(Record):
    """Chain of inverters of increasing size behind a neuron."""

    stage_ratio: u.Dimensionless = quantity(minimum=1.5, maximum=20, exact=CHOSEN)
    """Size ratio of consecutive stages."""
    input_capacitance: u.Farad = positive(symbol="C_0")
    """Input of the first inverter, and of each receiver."""
    inverter_area: u.SquareMetre = positive()
    """Area of the first inverter."""


class FanOutBufferBlock(DeviceBlock):
    """Tapered buffer behind each neuron."""

    record = TaperedBufferParameters
    model: Literal["tapered_buffer"]
    wire_length: Length
    """Wire from a neuron to the receiver of its spikes: a router or the next rows."""
    receivers: Count
    """Inputs at the end of that wire."""


class FanOutBuffer(Component[TaperedBufferParameters]):
    """Tapered buffer that restores a neuron's output and drives the wire to the receivers of its spikes.

    Model errors
    ------------
    energy
        as for one-bit row drivers
    area
        layout overhead
    """

    schema = FanOutBufferBlock
    scales_with_process = True
    owns = ("neuron fan-out buffer",)
    prior_error = model_errors(energy=1.5, area=1.5)

    def load(self) -> u.Farad:
        """Capacitance of wire and receivers."""
        wire = self.process.wire_capacitance * self.options["wire_length"]
        return wire + self.options["receivers"] * self.input_capacitance()

    def input_capacitance(self) -> u.Farad:
        """Gate capacitance of an inverter, with the same width in feature sizes as on the device's process."""
        here, there = self.process, self.device_process or self.process
        width = here.feature_size / there.feature_size
        return self.device.input_capacitance * width * here.gate_capacitance / there.gate_capacitance

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one spike."""
        energy = wiring.tapered_buffer_energy(
            self.load(), self.technology.supply_voltage, self.device.stage_ratio
        )
        return [self.energy("spike", "buffer", energy, "neuron fan-out buffer")]

    def stages(self) -> u.Dimensionless:
        """Inverters in series."""
        return wiring.tapered_buffer_stages(self.load(), self.input_capacitance(), self.device.stage_ratio)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of all stages."""
        d = self.device
        return [
            AreaCost(
                self.path,
                "buffer",
                wiring.tapered_buffer_area(
                    d.inverter_area * logic_area_ratio(self), self.stages(), d.stage_ratio
                ),
            )
        ]
