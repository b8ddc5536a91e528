"""Unit that ANDs two spike vectors and counts the ones."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext
from neuroest.blocks.digital.base import ClockedBlock, Datapath, LogicLibraryParameters
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, SumWidth

_BIT = 1.0
"""Bits of a spike, and bits by which each level of a counting tree is wider than the previous one."""


class AndCountBlock(ClockedBlock):
    """AND gates for two spike vectors, a tree that counts the ones, and an accumulator for the counts."""

    record = LogicLibraryParameters
    model: Literal["and_count_unit"]
    inputs: Count
    """Spike pairs per clock cycle."""
    count_bits: SumWidth
    """Bits of the sum of an output, and of the threshold that it is compared with."""


class AndCountUnit(Datapath):
    """Products of spikes: one output of a product of two computed factors, with several pairs per cycle.

    Model errors
    ------------
    energy
        glitches in the tree of counts, and the wires that bring the spikes
    area
        control and wires of the array
    static_power
        threshold options of the real library
    """

    schema = AndCountBlock
    owns = ("spike coincidence",)
    prior_error = model_errors(energy=1.6, area=1.5, static_power=3)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies of an AND that switches, an addition of the tree, an accumulation of a count, and a decision."""
        d, o = self.device, self.options
        inputs, bits = o["inputs"], o["count_bits"]
        tree = equations.adder_tree_energy(inputs, d.add_energy, _BIT, _BIT)
        costs = [
            ("coincidence", "and", equations.multiplier_energy(d.multiply_energy, _BIT, _BIT)),
            ("tree_addition", "add", tree / np.maximum(inputs - 1.0, 1.0)),
            ("load", "registers", self.registers(_BIT)),
            ("count", "add", self.add(bits)),
            ("count", "registers", self.registers(bits)),
            ("decide", "compare", self.compare(bits)),
            ("decide", "registers", self.registers(bits)),
        ]
        return self.booked(costs)

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Register bits of both vectors, the sum, and the threshold."""
        return 2.0 * self.options["inputs"] * _BIT + 2.0 * self.options["count_bits"]

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of AND gates, tree, accumulator, comparator and registers."""
        d, inputs, bits = self.device, self.options["inputs"], self.options["count_bits"]
        return (
            inputs * equations.multiplier_area(d.multiplier_area, _BIT, _BIT)
            + equations.adder_tree_area(inputs, d.adder_area, _BIT, _BIT)
            + equations.adder_area(d.adder_area, bits)
            + equations.comparator_area(d.comparator_area, bits)
            + equations.register_area(d.register_area, self.register_bits(network))
        )

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether a sum cannot overflow.

        Checks
        ------
        count_fits
            an output adds up more pairs of spikes than its sum can hold; raise count_bits
        """
        most, holds = network.largest_fan_in, 2.0 ** self.options["count_bits"] - 1.0
        return [
            *super().checks(network),
            self.require("infeasible", "count_fits", most, "<=", holds),
        ]
