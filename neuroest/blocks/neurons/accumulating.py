"""What neurons share that integrate pulses in a material.

The column's result sets the strength of a pulse. A read-out checks after each pulse whether the device has fired, and
a reset restores it. The state stays between pulses, so all neurons are reset before the next inference as well.
"""

import math
from abc import abstractmethod

import numpy as np

from neuroest.blocks.base import AreaCost, Characteristic, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.neurons.base import Neuron
from neuroest.core import units as u
from neuroest.equations import accumulating as equations
from neuroest.equations._arithmetic import rounded_up
from neuroest.specs.parameters import EXACT, Record, non_negative, positive


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
    """Standard deviation of the pulses to fire over their mean, from spike to spike."""
    memory_time: u.Second = positive(absent=math.inf)
    """Decay time constant of the state between pulses; without it the state is assumed not to decay."""
    idle_power: u.Watt = non_negative()
    """Power of an idle neuron's circuits."""
    device_area: u.SquareMetre = positive()
    """Area of the device itself."""
    circuit_area: u.SquareMetre = positive()
    """Area of the transistors that pulse, read and reset it."""
    endurance_shape: u.Dimensionless = positive(maximum=100.0, symbol="beta", absent=math.inf)
    """Weibull slope of the cycles to failure from neuron to neuron, which `endurance` is then the 63 % point of;
    without it all neurons are taken to fail at once."""
    endurance_devices: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Devices that were cycled for the claimed endurance."""
    endurance_points: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Points of the cycling curve of the claimed endurance."""
    endurance: u.Dimensionless = positive(symbol="N_end")
    """Resets before the device fails."""


class AccumulatingNeuron(Neuron):
    """Common part: pulses to fire, what they cost, and the reset."""

    no_circuit = "no source describes the circuits that pulse, read and reset it"
    time_parameter = ("pulse_time", 1.0)
    owns = ("neuron accumulation", "neuron reset", "neuron state read")
    device: AccumulatingNeuronParameters

    @property
    def reset_between_inferences(self) -> bool:
        """Its state stays."""
        return True

    @abstractmethod
    def pulses(self) -> u.Dimensionless:
        """Full pulses from reset to firing."""

    @abstractmethod
    def accumulation_energy(self) -> u.Joule:
        """Energy of the pulses that one spike is made of."""

    @abstractmethod
    def reset_energy(self) -> u.Joule:
        """Energy of one reset."""

    @abstractmethod
    def read_energy(self) -> u.Joule:
        """Energy that the device takes while its state is read."""

    def integration_time(self) -> u.Second:
        """Length of all full pulses together, for which the column must say how strong they are."""
        return self.pulses() * self.device.pulse_time

    def reads_in_step(self, hold_time: u.Second) -> u.Dimensionless:
        """Reads of the state in a timestep: one after each full pulse, or after the part of a pulse that it has."""
        return np.maximum(rounded_up(hold_time / self.device.pulse_time), 1.0)

    def time_after_drive(self, hold_time: u.Second) -> u.Second:
        """Reading the state after each pulse, and the reset that a spike takes."""
        return self.reads_in_step(hold_time) * self.device.read_time + self.device.reset_time

    def time_between_drives(self, hold_time: u.Second) -> u.Second:
        """Reading the state after each pulse."""
        return self.reads_in_step(hold_time) * self.device.read_time

    def refractory_time(self) -> u.Second:
        """Reading the state after the last pulse, and the reset that a spike takes."""
        return self.device.read_time + self.device.reset_time

    def minimum_interval(self) -> u.Second:
        """All pulses of a spike with their reads, and the reset."""
        d = self.device
        return equations.accumulating_interval(self.pulses(), d.pulse_time, d.read_time, d.reset_time)

    def recovery_time(self) -> u.Second:
        """One reset of all neurons together, so that one inference does not begin where the last one ended."""
        return self.device.reset_time

    def memory_time(self) -> u.Second:
        """Time constant with which the state fades."""
        return self.device.memory_time

    def endurance(self) -> u.Dimensionless:
        """Resets that the device stands."""
        return self.device.endurance

    def spike_energies(self, drive_time: u.Second, hold_time: u.Second) -> list[EnergyCost]:
        """Pulses and reset of a spike; the reads of a timestep; the reset of every neuron before an inference."""
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
        """The device and its circuits, side by side."""
        return [
            AreaCost(self.path, "device", self.device.device_area),
            AreaCost(self.path, "circuits", self.device.circuit_area),
        ]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """What the circuits draw without an input."""
        return [StaticCost(self.path, "idle", self.device.idle_power)]

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """How many pulses make a spike, how surely, and what they cost."""
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
        """Whether it integrates at all.

        Checks
        ------
        neuron_accumulates
            the first full pulse fires the neuron, so it integrates nothing
        """
        pulses = self.pulses()
        return [
            self.require("design_rule", "neuron_accumulates", pulses, ">=", 2.0),
        ]
