"""Neuron of a phase-change cell that crystallises pulse by pulse; melting resets it."""

from typing import Literal

from neuroest.blocks.base import Check, NetworkContext
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.neurons.accumulating import AccumulatingNeuron, AccumulatingNeuronParameters
from neuroest.core import units as u
from neuroest.equations import accumulating as equations
from neuroest.equations import crossbar
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import positive


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
    """Phase-change cell that crystallises pulse by pulse; melting resets it.

    Model errors
    ------------
    energy
        pulse, read-out and reset circuits of this neuron have not been measured on a chip
    area
        no layout exists
    """

    schema = PhaseChangeNeuronBlock
    example = "phase_change_accumulating"
    in_time = "neuroest.dynamics.pulses_in_time.PulsedInTime"
    prior_error = model_errors(energy=1.5, area=1.5)
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
