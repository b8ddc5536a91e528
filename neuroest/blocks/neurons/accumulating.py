"""Common part of neurons that integrate pulses in a material.

The column's result sets the strength of a pulse. A read-out checks after each pulse whether the device has fired, and
a reset restores it. The state stays between pulses, so all neurons are reset before the next inference as well.
"""

import math
from abc import abstractmethod
from dataclasses import replace

import numpy as np

from neuroest.blocks.base import AreaCost, Characteristic, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.neurons.base import Membrane, Neuron
from neuroest.core import units as u
from neuroest.equations import accumulating as equations
from neuroest.equations._numbers import rounded_up
from neuroest.specs.parameters import EXACT, Record, non_negative, positive

_ALMOST = 1e-4
"""Share of a drive by which a search for the shortest one may exceed whole pulses; numerical."""


class AccumulatingNeuronParameters(Record):
    """Parameters of all accumulating neurons."""

    pulse_voltage: u.Volt = positive(maximum=20.0, symbol="V_p")
    """Supply of an input pulse."""
    pulse_time: u.Second = positive(symbol="t_p")
    """Width of a full input pulse."""
    reset_voltage: u.Volt = positive(maximum=20.0, symbol="V_reset")
    """Supply of the reset pulse."""
    reset_time: u.Second = positive(symbol="t_reset")
    """Width of the reset pulse."""
    read_voltage: u.Volt = positive(maximum=10.0, symbol="V_read")
    """Read voltage of the state."""
    read_time: u.Second = positive(symbol="t_read")
    """Time of reading the state after a pulse."""
    decision_energy: u.Joule = non_negative()
    """Energy of comparing the state with the threshold."""
    pulses_spread: u.Dimensionless = positive()
    """Standard deviation of the number of pulses to fire over its mean, from spike to spike."""
    memory_time: u.Second = positive(absent=math.inf)
    """Decay time constant of the state between pulses; without it, the state is assumed not to decay."""
    idle_power: u.Watt = non_negative()
    """Static power of an idle neuron's circuits."""
    device_area: u.SquareMetre = positive()
    """Area of the device."""
    circuit_area: u.SquareMetre = positive()
    """Area of the transistors that pulse, read and reset it."""
    endurance_shape: u.Dimensionless = positive(maximum=100.0, symbol="beta", absent=math.inf)
    """Weibull slope of the cycles to failure between neurons; `endurance` is then the 63 % point. Without it, all
    neurons are assumed to fail at the same time."""
    endurance_devices: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Devices that were cycled for the claimed endurance."""
    endurance_points: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Points of the cycling curve of the claimed endurance."""
    endurance: u.Dimensionless = positive(symbol="N_end")
    """Resets before the device fails."""


class AccumulatingNeuron(Neuron):
    """Common part: pulses to fire, their energy, and the reset."""

    no_circuit = "no source describes the circuits that pulse, read and reset it"
    time_parameter = ("pulse_time", 1.0)
    owns = ("neuron accumulation", "neuron reset", "neuron state read")
    device: AccumulatingNeuronParameters

    @property
    def reset_between_inferences(self) -> bool:
        """Whether neurons are reset between inferences: always, since the state persists."""
        return True

    @abstractmethod
    def pulses(self) -> u.Dimensionless:
        """Full pulses from reset to firing."""

    @abstractmethod
    def accumulation_energy(self) -> u.Joule:
        """Energy of the pulses for one spike."""

    @abstractmethod
    def reset_energy(self) -> u.Joule:
        """Energy of one reset."""

    @abstractmethod
    def read_energy(self) -> u.Joule:
        """Energy of the device during a read of its state."""

    def integration_time(self) -> u.Second:
        """Total length of all full pulses, during which the column must provide its result."""
        return self.pulses() * self.device.pulse_time

    def reads_in_step(self, hold_time: u.Second) -> u.Dimensionless:
        """Reads of the state in a timestep: one per full pulse, or the corresponding part."""
        return np.maximum(rounded_up(hold_time / self.device.pulse_time * (1.0 - _ALMOST)), 1.0)

    def time_after_drive(self, hold_time: u.Second) -> u.Second:
        """Time for reading the state after each pulse, and for the reset after a spike."""
        return self.reads_in_step(hold_time) * self.device.read_time + self.device.reset_time

    def time_between_drives(self, hold_time: u.Second) -> u.Second:
        """Time for reading the state after each pulse."""
        return self.reads_in_step(hold_time) * self.device.read_time

    def refractory_time(self) -> u.Second:
        """Time for reading the state after the last pulse, and for the reset after a spike."""
        return self.device.read_time + self.device.reset_time

    def minimum_interval(self) -> u.Second:
        """Time of all pulses of a spike with their reads, and of the reset."""
        d = self.device
        return equations.accumulating_interval(self.pulses(), d.pulse_time, d.read_time, d.reset_time)

    def recovery_time(self) -> u.Second:
        """Time of one reset of all neurons together, so that inferences start from the same state."""
        return self.device.reset_time

    def memory_time(self) -> u.Second:
        """Decay time constant of the state."""
        return self.device.memory_time

    def membrane(self) -> Membrane | None:
        """Material that pulses change, whose pulses to fire differ from spike to spike."""
        found = super().membrane()
        return found and replace(found, threshold_spread=self.device.pulses_spread)

    def endurance(self) -> u.Dimensionless:
        """Resets before the device fails."""
        return self.device.endurance

    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[EnergyCost]:
        """Energies of the pulses and reset of a spike, of the reads of a timestep, and of the resets per inference."""
        d, reset, reads = self.device, self.reset_energy(), self.reads_in_step(hold_time)
        pulses = self.accumulation_energy()
        return [
            self.energy("spike", "accumulation", pulses, "neuron accumulation"),
            self.energy("spike", "reset", reset, "neuron reset"),
            self.energy("time_step", "state_read", reads * self.read_energy(), "neuron state read"),
            self.energy("time_step", "decision", reads * d.decision_energy, "neuron state read"),
            self.energy("inference", "reset_before_inference", reset, "neuron reset"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Areas of the device and its circuits, side by side."""
        return [
            AreaCost(self.path, "device", self.device.device_area),
            AreaCost(self.path, "circuits", self.device.circuit_area),
        ]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power of the circuits without an input."""
        return [StaticCost(self.path, "idle", self.device.idle_power)]

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Pulses per spike, their variability, and their energy."""
        pulses = self.pulses()
        return [
            *super().characteristics(network),
            self.characteristic("pulses to fire", pulses, "1"),
            self.characteristic(
                "standard deviation of the pulses to fire", pulses * self.device.pulses_spread, "1"
            ),
            self.characteristic("energy of the pulses of a spike", self.accumulation_energy(), "J"),
            self.characteristic("energy of a reset", self.reset_energy(), "J"),
        ]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether it integrates more than one pulse.

        Checks
        ------
        neuron_accumulates
            the first full pulse fires the neuron, so it integrates nothing
        """
        pulses = self.pulses()
        return [
            self.require("design_rule", "neuron_accumulates", pulses, ">=", 2.0),
        ]
