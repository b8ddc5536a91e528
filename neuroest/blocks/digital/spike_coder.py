"""Encoder of input spikes and decoder of output spikes."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.digital.base import Datapath, LogicLibraryParameters
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import GatedBlock
from neuroest.blocks.roles import CodesSpikes
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, Frequency, WordWidth


class SpikeCoderBlock(GatedBlock):
    """Encodes numeric inputs of a spiking network as spikes, and decodes its output by counting spikes."""

    record = LogicLibraryParameters
    model: Literal["spike_coder"]
    input: Literal["numbers", "events"] = "numbers"
    """numbers: the chip generates random spikes at a rate proportional to each number; events: spikes enter the chip,
    as from a sensor."""
    input_bits: WordWidth
    """Bits of an input number. In each timestep it is compared with a random number of the same width."""
    output: Literal["counts", "class"]
    """Output of the chip. counts: spike count of each output; class: index of the output with the most spikes."""
    counters: Count
    """Outputs whose spikes can be counted."""
    lanes: Count
    """Input comparisons, or counted spikes, per clock cycle."""
    clock_frequency: Frequency
    """Clock."""


class SpikeCoder(Datapath, CodesSpikes):
    """Comparisons with random numbers at the input of a spiking network, and counters at its output.

    Model errors
    ------------
    energy
        as for vector units
    area
        as for vector units
    static_power
        threshold options of the real library
    """

    schema = SpikeCoderBlock
    owns = ("spike coding",)
    prior_error = model_errors(energy=1.8, area=2, static_power=3)

    def count_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of a counter for one spike per timestep."""
        most = 1.0
        return np.ceil(converters.equivalent_resolution(network.timesteps, most))

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies of a comparison with a new random number, of a counter increment, and of comparing two counts."""
        number, count = self.options["input_bits"], self.count_bits(network)
        costs = {
            "encode": self.compare(number) + self.registers(number),
            "count": self.add(count) + self.registers(count),
            "decide": self.compare(count) + self.registers(count),
        }
        return self.booked((action, action, energy) for action, energy in costs.items())

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of comparator, random-number register and adder of each lane, and of all counters."""
        o, d, count = self.options, self.device, self.count_bits(network)
        lane = (
            equations.comparator_area(d.comparator_area, o["input_bits"])
            + equations.register_area(d.register_area, o["input_bits"])
            + equations.adder_area(d.adder_area, count)
        )
        return o["lanes"] * lane + o["counters"] * equations.register_area(d.register_area, count)
