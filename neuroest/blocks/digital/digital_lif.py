"""Digital leaky integrate-and-fire datapath, time-multiplexed over neurons."""

from __future__ import annotations

from typing import ClassVar, Literal

from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.digital.base import Datapath, LogicLibraryParameters
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.roles import UpdatesNeurons
from neuroest.core import units as u
from neuroest.equations import digital as equations
from neuroest.equations import neurons
from neuroest.specs.base import Count, Frequency, WordWidth
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import Record


class DigitalNeuronBlock(DeviceBlock):
    """Digital leaky integrate-and-fire datapath that is shared by many neurons in time."""

    record: ClassVar[type[Record] | None] = LogicLibraryParameters
    model: Literal["digital_lif"]
    state_bits: WordWidth
    """Bits of state of one neuron."""
    lanes: Count
    """Neurons that one instance updates in a clock cycle."""
    clock_frequency: Frequency
    """Clock."""


class DigitalNeuron(Datapath, UpdatesNeurons):
    """Digital leaky integrate-and-fire datapath."""

    schema: ClassVar[type[Block]] = DigitalNeuronBlock
    owns: ClassVar[tuple[str, ...]] = ("digital neuron arithmetic",)
    prior_error: ClassVar[ModelErrors] = model_errors(
        energy=ModelError(2, "schedulers and configuration of a real neuron datapath are not in the model"),
        area=ModelError(2, "as for energy"),
        static_power=ModelError(3, "threshold options of the real library"),
    )

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one update (leak, add, compare) and of adding one weight to a state."""
        bits = self.options["state_bits"]
        update = neurons.leaky_integration_energy(self.add(bits), self.add(bits), self.compare(bits))
        return [
            self.energy("update", "update", self.scaled(update), "digital neuron arithmetic"),
            self.energy("accumulate", "addition", self.scaled(self.add(bits)), "digital neuron arithmetic"),
        ]

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Two adders, a comparator and a register in each lane."""
        bits, d = self.options["state_bits"], self.device
        lane = 2.0 * equations.adder_area(d.adder_area, bits) + equations.comparator_area(
            d.comparator_area, bits
        )
        return self.options["lanes"] * (lane + equations.register_area(d.register_area, bits))
