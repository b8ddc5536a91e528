"""1M1T1R neuron with node capacitance, control resistor and footprint as published."""

from typing import Literal

from neuroest.blocks.base import AreaCost, NetworkContext
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.neurons.diffusive_base import DiffusiveBlock, DiffusiveNeuronBase
from neuroest.blocks.neurons.diffusive_ions import IonDynamics
from neuroest.blocks.process_scaling import leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.specs.parameters import CHOSEN, EXACT, non_negative, positive


class DiffusiveNeuronParameters(IonDynamics):
    """1M1T1R neuron with stated node capacitance, control resistor and footprint."""

    gate_capacitance: u.Farad = positive(symbol="C_g", exact=EXACT)
    """Total capacitance of the gate node."""
    control_resistance: u.Ohm = positive(symbol="R_c", exact=CHOSEN)
    """Resistor from the gate node to ground."""
    transistor_width: u.Metre = positive(maximum=1e-2, symbol="W", exact=CHOSEN)
    """Width of the output transistor."""
    off_current: u.Ampere = non_negative(symbol="I_off")
    """Leakage of the output transistor while off."""
    footprint: u.SquareMetre = positive()
    """Area of the neuron as published."""


class DiffusiveNeuronBlock(DiffusiveBlock):
    """Published neuron of one diffusive memristor, one transistor and one resistor."""

    record = DiffusiveNeuronParameters
    model: Literal["diffusive_1m1t1r"]


class DiffusiveNeuron(DiffusiveNeuronBase):
    """1M1T1R neuron with node capacitance, control resistor and footprint as published.

    Model errors
    ------------
    energy
        the bench circuit was measured, not a circuit on a chip
    """

    schema = DiffusiveNeuronBlock
    example = "diffusive_bench"
    prior_error = model_errors(energy=1.5)
    device: DiffusiveNeuronParameters

    def gate_capacitance(self) -> u.Farad:
        """Gate-node capacitance as stated."""
        return self.device.gate_capacitance

    def control_resistance(self) -> u.Ohm:
        """Control resistor as stated."""
        return self.device.control_resistance

    def off_power(self) -> u.Watt:
        """Leakage of the output transistor from its stated off-current."""
        power = self.device.off_current * self.device.output_supply_voltage
        return leakage_at_chip_temperature(self, power)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Footprint as stated."""
        return [AreaCost(self.path, "footprint", self.device.footprint)]
