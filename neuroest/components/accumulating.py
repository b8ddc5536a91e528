"""Neurons that integrate in a material: phase-change cells and ferroelectric transistors.

The column's result sets the strength of a pulse, a read-out looks after each pulse whether the device has fired, and
a reset puts it back. The state stays between pulses, so all neurons are reset before the next inference as well.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from neuroest.components.base import AreaCost, Characteristic, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.components.neurons import Neuron
from neuroest.devices.accumulating import (
    AccumulatingNeuronParameters,
    FerroelectricNeuronParameters,
    PhaseChangeNeuronParameters,
)
from neuroest.equations import accumulating as equations
from neuroest.equations import crossbar, neuron_geometry
from neuroest.units import Dimensionless, Farad, Joule, Second, Volt


class AccumulatingNeuron(Neuron):
    """Common part: pulses to fire, what they cost, and the reset."""

    reset_between_inferences: ClassVar[bool] = True
    device: AccumulatingNeuronParameters

    @abstractmethod
    def pulses(self) -> Dimensionless:
        """Full pulses from reset to firing."""

    @abstractmethod
    def accumulation_energy(self) -> Joule:
        """Energy of the pulses that one spike is made of."""

    @abstractmethod
    def reset_energy(self) -> Joule:
        """Energy of one reset."""

    @abstractmethod
    def read_energy(self) -> Joule:
        """Energy that the device takes while its state is read."""

    def input_hold_time(self) -> Second:
        """Width of a pulse: the column must say how strong it is for so long."""
        return self.device.pulse_time

    def refractory_time(self) -> Second:
        """Reading the state after the pulse, and the reset that a spike takes."""
        return self.device.read_time + self.device.reset_time

    def minimum_interval(self) -> Second:
        """All pulses of a spike with their reads, and the reset."""
        d = self.device
        return equations.accumulating_interval(self.pulses(), d.pulse_time, d.read_time, d.reset_time)

    def rest_time(self) -> Second:
        """One reset of all neurons together, so that one inference does not begin where the last one ended."""
        return self.device.reset_time

    def memory_time(self) -> Second:
        """Time constant with which the state fades."""
        return self.device.memory_time

    def endurance(self) -> Dimensionless:
        """Resets that the device stands."""
        return self.device.endurance

    def steps_per_spike(self) -> Dimensionless:
        """Timesteps with a full pulse that a spike takes."""
        return self.pulses()

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Pulses and reset of a spike; a read in each time step; the reset of every neuron before an inference."""
        d, reset = self.device, self.reset_energy()
        pulses = self.accumulation_energy()
        return [
            self.neuron_energy("spike", "accumulation", pulses, "neuron accumulation"),
            self.neuron_energy("spike", "reset", reset, "neuron reset"),
            self.neuron_energy("time_step", "state_read", self.read_energy(), "neuron state read"),
            self.neuron_energy("time_step", "decision", d.decision_energy, "neuron state read"),
            self.neuron_energy("inference", "reset_before_inference", reset, "neuron reset"),
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
        """Whether it integrates at all, and whether it can fire within an inference."""
        pulses = self.pulses()
        return [
            Check(
                "neuron_fires", self.path, "limit", pulses <= network.timesteps,
                "the neuron needs more full pulses to fire than an inference has timesteps", pulses, network.timesteps,
            ),
            Check(
                "neuron_accumulates", self.path, "limit", pulses >= 2.0,
                "the first full pulse fires the neuron, so that it integrates nothing", pulses, 2.0,
            ),
        ]  # fmt: skip


class PhaseChangeNeuron(AccumulatingNeuron):
    """A phase-change cell that crystallises pulse by pulse; melting it is the reset."""

    model: ClassVar[str] = "phase_change_neuron"
    device: PhaseChangeNeuronParameters

    def pulses(self) -> Dimensionless:
        """From the accumulation curve."""
        return equations.pulses_to_conductance(
            self.device.threshold_conductance, self.device.conductance_step
        )

    def accumulation_energy(self) -> Joule:
        """Crystallising pulses, whose current the supply gives at its full voltage."""
        d = self.device
        pulse = equations.pulse_energy(d.pulse_voltage, d.pulse_current, d.pulse_time)
        return equations.firing_energy(self.pulses(), pulse)

    def reset_energy(self) -> Joule:
        """The melting pulse."""
        d = self.device
        return equations.pulse_energy(d.reset_voltage, d.reset_current, d.reset_time)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the reset is stronger than a pulse that crystallises."""
        d = self.device
        return [
            *super().checks(network),
            Check(
                "reset_melts", self.path, "limit", d.reset_current > d.pulse_current,
                "the reset current is no larger than that of a pulse that crystallises, so that it melts nothing",
                d.reset_current, d.pulse_current, "A",
            ),
        ]  # fmt: skip

    def read_energy(self) -> Joule:
        """At the threshold, where the cell conducts most before it is reset."""
        d = self.device
        return crossbar.cell_read_energy(d.threshold_conductance, d.read_voltage, d.read_voltage, d.read_time)


class FerroelectricNeuron(AccumulatingNeuron):
    """A ferroelectric transistor that switches, all or nothing, after enough pulses below its coercive voltage."""

    model: ClassVar[str] = "ferroelectric_neuron"
    device: FerroelectricNeuronParameters

    def switching_time(self, gate_voltage: Volt) -> Second:
        """Time at a gate voltage after which the film has switched."""
        d = self.device
        field = equations.film_field(gate_voltage, d.film_share, d.film_thickness)
        return equations.ferroelectric_switching_time(
            field, d.activation_field, d.field_exponent, d.attempt_time
        )

    def pulses(self) -> Dimensionless:
        """Switching time in pulses."""
        return equations.pulses_to_switch(
            self.switching_time(self.device.pulse_voltage), self.device.pulse_time
        )

    def gate_capacitance(self) -> Farad:
        """The film as a plate capacitor; what lies in series with it makes less of it."""
        d = self.device
        return neuron_geometry.plate_capacitance(d.relative_permittivity, d.film_area, d.film_thickness)

    def accumulation_energy(self) -> Joule:
        """Charging the gate for each pulse, and reversing the polarisation once."""
        d = self.device
        gate = crossbar.line_toggle_energy(self.gate_capacitance(), d.pulse_voltage)
        switched = equations.polarisation_energy(d.remanent_polarisation, d.film_area, d.pulse_voltage)
        return equations.firing_energy(self.pulses(), gate) + switched

    def reset_energy(self) -> Joule:
        """Charging the gate and reversing the polarisation back."""
        d = self.device
        gate = crossbar.line_toggle_energy(self.gate_capacitance(), d.reset_voltage)
        return gate + equations.polarisation_energy(d.remanent_polarisation, d.film_area, d.reset_voltage)

    def read_energy(self) -> Joule:
        """Drain current of the switched transistor."""
        d = self.device
        return equations.pulse_energy(d.read_voltage, d.read_current, d.read_time)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the reset is strong enough, and whether reading leaves the state alone."""
        d = self.device
        reset, disturbed = self.switching_time(d.reset_voltage), self.switching_time(d.read_voltage)
        reading = network.timesteps * d.read_time
        switched = np.asarray(reset <= d.reset_time)
        return [
            *super().checks(network),
            Check(
                "reset_switches", self.path, "limit", switched,
                "the reset pulse is shorter than the film takes to switch back", reset, d.reset_time, "s",
            ),
            Check(
                "read_keeps_state", self.path, "limit", disturbed >= reading,
                "the reads of one inference together switch the film", reading, disturbed, "s",
            ),
        ]  # fmt: skip
