"""Neuron of a ferroelectric transistor that switches after enough pulses below its coercive voltage."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Check, NetworkContext
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.neurons.accumulating import AccumulatingNeuron, AccumulatingNeuronParameters
from neuroest.core import units as u
from neuroest.equations import accumulating as equations
from neuroest.equations import array_lines, neuron_geometry
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import positive


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
    """Ferroelectric transistor that switches abruptly after enough pulses below its coercive voltage.

    Model errors
    ------------
    energy
        pulse, read-out and reset circuits of this neuron have not been measured on a chip
    area
        no layout exists
    """

    schema = FerroelectricNeuronBlock
    example = "ferroelectric_accumulating"
    in_time = "neuroest.dynamics.pulses_in_time.PulsedVoltageInTime"
    prior_error = model_errors(energy=1.5, area=1.5)
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
        gate = array_lines.line_toggle_energy(self.gate_capacitance(), d.pulse_voltage)
        switched = equations.polarisation_energy(d.remanent_polarisation, d.film_area, d.pulse_voltage)
        return equations.firing_energy(self.pulses(), gate) + switched

    def reset_energy(self) -> u.Joule:
        """Energy of charging the gate and reversing the polarisation back."""
        d = self.device
        gate = array_lines.line_toggle_energy(self.gate_capacitance(), d.reset_voltage)
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
