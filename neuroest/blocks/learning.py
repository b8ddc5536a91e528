"""Digital datapath that computes traces, tags, errors and weight changes with a learning rule."""

from __future__ import annotations

from typing import Literal

import numpy as np

from neuroest.blocks.base import EnergyCost, NetworkContext
from neuroest.blocks.digital.base import LOGIC_ERROR, ClockedBlock, Datapath, LogicLibraryParameters
from neuroest.blocks.roles import Learns
from neuroest.core import units as u
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, Frequency, WordWidth
from neuroest.specs.learning import Arithmetic, LearningContext


class LearningEngineBlock(ClockedBlock):
    """Programmable datapath that computes weight changes with the workload's rule."""

    record = LogicLibraryParameters
    model: Literal["learning_engine"]
    lanes: Count
    """Values updated per cycle, if the rule needs no more products than there are multipliers."""
    multipliers: Count = 1.0
    """Multipliers per lane. A rule with more multiplications needs more cycles."""
    operand_bits: WordWidth
    """Bits of the factors and of the sums of a lane."""
    clock_frequency: Frequency
    """Clock."""
    timing: Literal["after_inference", "alongside"] = "after_inference"
    """after_inference: the next sample waits until the weights are updated; alongside: weights are updated during the
    inference, for example if the weight memory is free between two reads."""
    weight_reads: Literal["own", "shared"] = "own"
    """shared: weights that a spike reads are updated and written back at once, so learning does not read them again."""


class LearningEngine(Datapath, Learns):
    """Multipliers, an adder and a register per lane."""

    schema = LearningEngineBlock
    owns = ("learning arithmetic",)
    overhead = ("learning arithmetic",)
    prior_error = LOGIC_ERROR

    def cycles(self, arithmetic: Arithmetic) -> u.Dimensionless:
        """Cycles of a formula in one lane."""
        return np.maximum(np.ceil(arithmetic.multiplications / self.options["multipliers"]), 1.0)

    def formula_energy(self, arithmetic: Arithmetic) -> u.Joule:
        """Energy of a formula in the library: its products, their sum, and the register of the result."""
        bits = self.options["operand_bits"]
        multiply = self.multiply(bits, bits)
        energy = arithmetic.multiplications * multiply + arithmetic.additions * self.add(bits)
        return energy + self.registers(bits)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies of each kind of change; none if the network does not learn."""
        rule: LearningContext | None = network.learning
        if rule is None:
            return []
        costs = {
            "update": rule.update, "tag": rule.tag, "threshold": rule.threshold, "trace": Arithmetic(0.0, 1.0),
            "error": Arithmetic(0.0, 1.0), "error_product": Arithmetic(1.0, 1.0),
            "accumulation": Arithmetic(0.0, 1.0),
        }  # fmt: skip
        return self.booked((action, action, self.formula_energy(each)) for action, each in costs.items())

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Register bits of the factors and the result of each lane."""
        return self.options["lanes"] * self.options["operand_bits"] * (self.options["multipliers"] + 1.0)

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of multipliers, adder and registers of each lane."""
        d, bits, several = self.device, self.options["operand_bits"], self.options["multipliers"]
        lane = (
            several * equations.multiplier_area(d.multiplier_area, bits, bits)
            + equations.adder_area(d.adder_area, bits)
            + equations.register_area(d.register_area, bits * (several + 1.0))
        )
        return self.options["lanes"] * lane
