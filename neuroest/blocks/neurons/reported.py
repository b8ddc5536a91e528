"""Neuron with values reported by its authors."""

import math
from typing import Literal, Self

import numpy as np

from neuroest.blocks.base import AreaCost, EnergyCost, NetworkContext, StaticCost, either
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.neurons.base import Neuron
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class ReportedNeuronParameters(Record):
    """Neuron with values reported by its authors."""

    spike_energy: u.Joule = positive()
    """Energy of one spike, within the scope that the source states."""
    input_hold_time: u.Second = non_negative(absent=0.0)
    """Time under full drive from the reset state to a spike; the default is the shortest spike interval."""
    memory_time: u.Second = positive(symbol="tau", absent=math.inf)
    """Decay time constant between timesteps; without it, the neuron is assumed to keep its state."""
    maximum_spike_rate: u.PerSecond = positive()
    """Highest spike rate."""
    static_power: u.Watt = non_negative()
    """Power of an idle neuron, if the spike energy does not include it."""
    footprint: u.SquareMetre = positive()
    """Area of one neuron."""
    endurance: u.Dimensionless = positive(absent=math.inf)
    """Spikes before the device fails; without it, wear is not considered."""


class ReportedNeuronBlock(DeviceBlock):
    """Neuron known by its published energy, area and rate."""

    record = ReportedNeuronParameters
    model: Literal["reported_neuron"]


class ReportedNeuron(Neuron):
    """Neuron known by its published energy, area and rate."""

    time_parameter = ("input_hold_time", 1.0)
    schema = ReportedNeuronBlock
    no_circuit = "its numbers are published, without a circuit"
    owns = ("neuron spike as reported",)
    output_buffer = "unstated"
    example = "lif_28nm_besrour"
    prior_error = PUBLISHED
    device: ReportedNeuronParameters

    def with_input_scaled(self, share: u.Dimensionless) -> Self:
        """Neuron that integrates a weaker input for proportionally longer; its other times are unchanged."""
        d, full = self.device, self.integration_time()
        longer = full / share
        interval = 1.0 / d.maximum_spike_rate + longer - full
        return self.with_device(input_hold_time=longer, maximum_spike_rate=1.0 / interval)

    def integration_time(self) -> u.Second:
        """Time to a spike as stated, or the shortest interval between spikes."""
        d = self.device
        return either(d.input_hold_time > 0.0, d.input_hold_time, 1.0 / d.maximum_spike_rate)

    def memory_time(self) -> u.Second | None:
        """Time constant of forgetting, if the device states one."""
        return self.device.memory_time if np.any(np.isfinite(self.device.memory_time)) else None

    def refractory_time(self) -> u.Second:
        """Remainder of the shortest spike interval."""
        return np.maximum(1.0 / self.device.maximum_spike_rate - self.integration_time(), 0.0)

    def endurance(self) -> u.Dimensionless | None:
        """Spikes before the device fails, if it states a number."""
        return self.device.endurance if np.any(np.isfinite(self.device.endurance)) else None

    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[EnergyCost]:
        """Energy of a spike as reported."""
        energy = self.device.spike_energy
        return [self.energy("spike", "reported", energy, "neuron spike as reported")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Footprint as reported."""
        return [AreaCost(self.path, "footprint", self.device.footprint)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power as reported."""
        return [StaticCost(self.path, "static", self.device.static_power)]
