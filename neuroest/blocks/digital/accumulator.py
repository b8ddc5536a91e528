"""Adders of partial sums."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext, either
from neuroest.blocks.digital.base import LOGIC_ERROR, ClockedBlock, Datapath, LogicLibraryParameters
from neuroest.blocks.roles import AddsPartialSums
from neuroest.core import units as u
from neuroest.equations import adder_trees
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, CountOrAuto, Frequency

CARRIED_BITS: u.Bit = 1.0
"""Bits that a carry changes on average: every second sum of random bits carries, through 1 + 1/2 + 1/4 + ... bits."""


class AccumulatorBlock(ClockedBlock):
    """Digital adders for the partial sums of several arrays and the slices of a weight."""

    record = LogicLibraryParameters
    model: Literal["accumulator"]
    lanes: Count
    """Additions per clock cycle of one instance."""
    clock_frequency: Frequency
    """Clock."""
    operand_bits: CountOrAuto | None = None
    """Bits of the addend, such as a converter result, if fewer than the sum's: the remaining bits of the sum are
    clocked but rarely change. auto: the bits of the converters of its computing level. Default: every bit changes."""
    results_joined: CountOrAuto = 1.0
    """Results for the bits of one weight that an adder tree without registers combines before the register, at most the
    bits of a weight: columns that are converted simultaneously. auto: as many conversions as a weight takes, and as an
    array has converters for. 1: each result goes into the register."""


class Accumulator(Datapath, AddsPartialSums):
    """Adders for partial sums."""

    schema = AccumulatorBlock
    owns = ("partial-sum addition",)
    prior_error = LOGIC_ERROR

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of adding one partial sum and storing the result; for combined results, the share of one of them."""
        bits, joined, operand = network.accumulator_bits, self.joined(network), self.operand(network)
        places = network.weight_bits / joined
        changed = adder_trees.changed_sum_bits(
            adder_trees.joined_bits(joined, operand, places, bits), CARRIED_BITS, bits
        )
        tree = self.add(adder_trees.place_tree_adders(joined, operand, places))
        energy = (tree + self.add(changed) + self.registers(changed) + self.kept(bits - changed)) / joined
        return self.booked([("addition", "addition", energy)])

    def joined(self, network: NetworkContext) -> u.Dimensionless:
        """Results combined to one number before the register."""
        chosen = self.options.get("results_joined", network.results_together)
        return np.minimum(chosen, network.weight_bits)

    def operand(self, network: NetworkContext) -> u.Bit:
        """Bits of the addend: as chosen, those of the converters, or all of the sum."""
        bits = network.accumulator_bits
        if self.spec.operand_bits is None:
            return bits
        known = self.options.get("operand_bits", network.result_bits)
        return either(np.asarray(known) > 0.0, np.minimum(known, bits), bits)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the addend width is known if it is to follow the converters.

        Checks
        ------
        added_width_known
            operand_bits or results_joined is auto, but it does not serve exactly one level with converters, so every
            result is added at the full width of the sum; state them
        """
        checks = super().checks(network)
        if "auto" in (self.spec.operand_bits, self.spec.results_joined):
            checks.append(self.check("advice", "added_width_known", np.asarray(network.result_bits) > 0.0))
        return checks

    def kept(self, bits: u.Bit) -> u.Joule:
        """Energy of clocking unchanged bits: the clock's part, or a whole write if that part is unknown."""
        if self.runs_freely:
            return 0.0
        clock, write = self.device.clock_energy, self.device.register_energy
        return equations.register_energy(np.where(np.asarray(clock) > 0.0, clock, write), bits)

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Register bits of all lanes; lanes whose results are combined share one register."""
        return self.options["lanes"] * network.accumulator_bits / self.joined(network)

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Adder and register of each lane."""
        bits = network.accumulator_bits
        joined, operand = self.joined(network), self.operand(network)
        tree = adder_trees.place_tree_adders(joined, operand, network.weight_bits / joined)
        lane = equations.adder_area(self.device.adder_area, bits + tree) / joined
        kept = equations.register_area(self.device.register_area, self.register_bits(network))
        return self.options["lanes"] * lane + kept
