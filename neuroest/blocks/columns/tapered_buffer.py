"""Tapered buffer behind each neuron."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Component, EnergyCost, NetworkContext
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import logic_area_ratio
from neuroest.core import units as u
from neuroest.equations import wiring
from neuroest.specs.base import Count, Length
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, positive, quantity


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
