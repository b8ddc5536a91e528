"""Neuron of one transistor whose floating body collects the holes of impact ionisation until it latches."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.neurons.base import Neuron
from neuroest.core.units import Ampere, Second, SquareMetre, Volt
from neuroest.equations.accumulating import pulse_energy
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import RANGE_END, Record, non_negative, positive


class SingleTransistorNeuronParameters(Record):
    """Transistor with a floating body that integrates holes and latches."""

    drain_voltage: Volt = positive(maximum=10.0, symbol="V_d")
    """Voltage across the transistor while it integrates."""
    drain_current: Ampere = positive(symbol="I_d")
    """Mean current of the transistor while it integrates."""
    integration_time: Second = positive(symbol="t_i")
    """Time of full drive until the body latches."""
    reset_time: Second = non_negative(symbol="t_r")
    """Time without drain voltage in which the holes leave."""
    breakdown_voltage: Volt = positive(exact=RANGE_END)
    """Drain voltage that destroys the transistor."""
    footprint: SquareMetre = positive()
    """Area of the transistor, and of what senses its latch and resets it."""


class SingleTransistorNeuronBlock(DeviceBlock):
    """Neuron of one transistor with a floating body."""

    record = SingleTransistorNeuronParameters
    model: Literal["single_transistor_neuron"]


class SingleTransistorNeuron(Neuron):
    """One transistor whose floating body integrates; taking the drain voltage away is the reset."""

    schema = SingleTransistorNeuronBlock
    fills = ("neuron",)
    owns = ("neuron channel current",)
    example = "single_transistor_soi"
    prior_error = model_errors(
        energy=ModelError(2.0, "the circuit that senses the latch is not in the model"),
        area=ModelError(2.0, "no layout exists"),
    )
    device: SingleTransistorNeuronParameters

    def integration_time(self) -> Second:
        """Time of full drive until the body latches."""
        return self.device.integration_time

    def refractory_time(self) -> Second:
        """Time in which the holes leave."""
        return self.device.reset_time

    def spike_energies(
        self, drive_time: Second, hold_time: Second, on_time: Second = 0.0
    ) -> list[EnergyCost]:
        """Channel current of each timestep for as long as the input is on, whether or not the neuron fires."""
        channel = pulse_energy(self.device.drain_voltage, self.device.drain_current, drive_time)
        return [self.energy("time_step", "channel", channel, "neuron channel current")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Transistor and circuit side by side."""
        return [AreaCost(self.path, "footprint", self.device.footprint)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the transistor stands its drain voltage.

        Checks
        ------
        drain_voltage
            the drain voltage destroys the transistor
        """
        drain, most = self.device.drain_voltage, self.device.breakdown_voltage
        return [self.require("design_rule", "drain_voltage", drain, "<", most, "V")]
