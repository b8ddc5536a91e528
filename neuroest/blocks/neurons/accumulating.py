"""Neurons that add up pulses in a device: phase change, and ferroelectric transistors below their coercive voltage."""

import math
from abc import abstractmethod
from dataclasses import replace
from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Characteristic, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.neurons.base import Membrane, Neuron
from neuroest.core import units as u
from neuroest.equations import accumulating as equations
from neuroest.equations import crossbar, crossbar_wires, neuron_geometry
from neuroest.equations._numbers import rounded_up
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import EXACT, Record, non_negative, positive

_ALMOST = 1e-4
"""Share of a drive by which a search for the shortest one may exceed whole pulses; numerical."""


_ACCUMULATING_ERROR = model_errors(
    energy=ModelError(
        1.5, "pulse, read-out and reset circuits of this neuron have not been measured on a chip"
    ),
    area=ModelError(1.5, "no layout exists"),
)
"""Error of the models of neurons that integrate in a material."""


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
        return [self.require("design_rule", "neuron_accumulates", pulses, ">=", 2.0)]


class PhaseChangeNeuronParameters(AccumulatingNeuronParameters):
    """Neuron of a phase-change cell that crystallises pulse by pulse and is reset by melting."""

    pulse_current: u.Ampere = positive(symbol="I_p")
    """Amplitude of a full crystallising pulse."""
    conductance_step: u.Siemens = positive(symbol="dG")
    """Mean increase of the conductance per full pulse."""
    threshold_conductance: u.Siemens = positive(symbol="G_fire")
    """Conductance at which the neuron fires."""
    reset_current: u.Ampere = positive(symbol="I_reset")
    """Amplitude of the melting pulse."""


class PhaseChangeNeuronBlock(DeviceBlock):
    """Neuron of a phase-change cell that crystallises pulse by pulse."""

    record = PhaseChangeNeuronParameters
    model: Literal["phase_change_neuron"]


class PhaseChangeNeuron(AccumulatingNeuron):
    """Phase-change cell that crystallises pulse by pulse; melting resets it."""

    schema = PhaseChangeNeuronBlock
    example = "phase_change_accumulating"
    in_time = "neuroest.dynamics.pulses_in_time.PulsedInTime"
    prior_error = _ACCUMULATING_ERROR
    device: PhaseChangeNeuronParameters

    def pulses(self) -> u.Dimensionless:
        """Pulses to fire, from the accumulation curve."""
        return equations.pulses_to_conductance(
            self.device.threshold_conductance, self.device.conductance_step
        )

    def accumulation_energy(self) -> u.Joule:
        """Energy of crystallising pulses, with their current drawn at the full supply voltage."""
        d = self.device
        pulse = equations.pulse_energy(d.pulse_voltage, d.pulse_current, d.pulse_time)
        return equations.firing_energy(self.pulses(), pulse)

    def reset_energy(self) -> u.Joule:
        """Energy of the melting pulse."""
        d = self.device
        return equations.pulse_energy(d.reset_voltage, d.reset_current, d.reset_time)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the reset is stronger than a crystallising pulse.

        Checks
        ------
        reset_melts
            the reset current does not exceed the current of a crystallising pulse, so it melts nothing
        """
        d = self.device
        return [
            *super().checks(network),
            self.require("design_rule", "reset_melts", d.reset_current, ">", d.pulse_current, "A"),
        ]

    def read_energy(self) -> u.Joule:
        """Read energy at the threshold, where the cell conducts most before its reset."""
        d = self.device
        return crossbar.cell_read_energy(d.threshold_conductance, d.read_voltage, d.read_voltage, d.read_time)


class FerroelectricNeuronParameters(AccumulatingNeuronParameters):
    """Neuron of a ferroelectric transistor whose film switches under pulses below its coercive voltage."""

    film_thickness: u.Metre = positive(maximum=1e-6, symbol="d")
    """Thickness of the ferroelectric film."""
    film_area: u.SquareMetre = positive(symbol="A")
    """Area of the film, the gate of the transistor."""
    film_share: u.Dimensionless = positive(maximum=1.0, symbol="s")
    """Share of the gate voltage that is across the film."""
    relative_permittivity: u.Dimensionless = positive(symbol="eps_r")
    """Permittivity of the film."""
    remanent_polarisation: u.CoulombPerSquareMetre = positive(symbol="P_r")
    """Remanent polarisation."""
    activation_field: u.VoltPerMetre = positive(symbol="E_a")
    """Activation field of the switching time."""
    field_exponent: u.Dimensionless = positive(symbol="alpha")
    """Exponent of the field in the switching time."""
    attempt_time: u.Second = positive(symbol="tau_0")
    """Switching time at an infinite field."""
    read_current: u.Ampere = positive()
    """Current of the switched transistor during a read of its state."""


class FerroelectricNeuronBlock(DeviceBlock):
    """Neuron of a ferroelectric transistor that switches after enough pulses."""

    record = FerroelectricNeuronParameters
    model: Literal["ferroelectric_neuron"]


class FerroelectricNeuron(AccumulatingNeuron):
    """Ferroelectric transistor that switches abruptly after enough pulses below its coercive voltage."""

    schema = FerroelectricNeuronBlock
    example = "ferroelectric_accumulating"
    in_time = "neuroest.dynamics.pulses_in_time.PulsedVoltageInTime"
    prior_error = _ACCUMULATING_ERROR
    device: FerroelectricNeuronParameters

    def switching_time(self, gate_voltage: u.Volt) -> u.Second:
        """Switching time of the film at a gate voltage."""
        d = self.device
        field = equations.film_field(gate_voltage, d.film_share, d.film_thickness)
        return equations.ferroelectric_switching_time(
            field, d.activation_field, d.field_exponent, d.attempt_time
        )

    def pulses(self) -> u.Dimensionless:
        """Switching time in pulses."""
        return equations.pulses_to_switch(
            self.switching_time(self.device.pulse_voltage), self.device.pulse_time
        )

    def gate_capacitance(self) -> u.Farad:
        """Capacitance of the film as a plate capacitor; the voltage divider with its series elements reduces it."""
        d = self.device
        return neuron_geometry.plate_capacitance(d.relative_permittivity, d.film_area, d.film_thickness)

    def accumulation_energy(self) -> u.Joule:
        """Energy of charging the gate for each pulse, and of reversing the polarisation once."""
        d = self.device
        gate = crossbar_wires.line_toggle_energy(self.gate_capacitance(), d.pulse_voltage)
        switched = equations.polarisation_energy(d.remanent_polarisation, d.film_area, d.pulse_voltage)
        return equations.firing_energy(self.pulses(), gate) + switched

    def reset_energy(self) -> u.Joule:
        """Energy of charging the gate and reversing the polarisation back."""
        d = self.device
        gate = crossbar_wires.line_toggle_energy(self.gate_capacitance(), d.reset_voltage)
        return gate + equations.polarisation_energy(d.remanent_polarisation, d.film_area, d.reset_voltage)

    def read_energy(self) -> u.Joule:
        """Energy of the switched transistor's drain current."""
        d = self.device
        return equations.pulse_energy(d.read_voltage, d.read_current, d.read_time)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the reset is strong enough, and whether reads leave the state undisturbed.

        Checks
        ------
        reset_switches
            the reset pulse is shorter than the switching time of the film
        read_keeps_state
            the reads of one inference together switch the film
        """
        d = self.device
        reset, disturbed = self.switching_time(d.reset_voltage), self.switching_time(d.read_voltage)
        reading = network.timesteps * d.read_time
        switched = np.asarray(reset <= d.reset_time)
        return [
            *super().checks(network),
            self.check("design_rule", "reset_switches", switched, reset, d.reset_time, "s"),
            self.require("design_rule", "read_keeps_state", reading, "<=", disturbed, "s"),
        ]
