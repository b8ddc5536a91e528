"""Digital units with a clock: accumulators, counters of ones, vector units, products of factors, coding of spikes."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext, chosen, either
from neuroest.blocks.digital.base import (
    LOGIC_ERROR,
    ClockedBlock,
    Datapath,
    LogicLibraryParameters,
    Multiplying,
)
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import GatedBlock
from neuroest.blocks.roles import AddsPartialSums, CodesSpikes, ExecutesElementwise, MultipliesComputedFactors
from neuroest.core import units as u
from neuroest.equations import adder_trees, converters
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, CountOrAuto, Frequency, SumWidth, WordWidth
from neuroest.specs.blocks import DeviceBlock


class VectorUnitBlock(ClockedBlock):
    """Digital unit for element-wise operations: pooling, addition, activation."""

    record = LogicLibraryParameters
    model: Literal["vector_unit"]
    lanes: Count
    """Elements that one instance processes per clock cycle."""
    clock_frequency: Frequency
    """Clock."""
    rescaling: Literal["none", "shift", "multiply"] = "none"
    """Requantisation of a weighted layer's sum to the activation bits. multiply: by a factor per output channel; shift:
    by a power of two, at no cost; none: the unit does not do it, and the estimate reports this."""
    scale_bits: WordWidth = 16.0
    """Bits of the requantisation factor."""


class VectorUnit(Datapath, ExecutesElementwise):
    """Unit for pooling, element-wise addition and activation.

    Model errors
    ------------
    energy
        the model counts one addition or comparison per element
    area
        real units contain lookup tables and several functions
    static_power
        threshold options of the real library
    """

    schema = VectorUnitBlock
    owns = ("element-wise operation",)
    prior_error = model_errors(energy=1.8, area=2, static_power=3)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies of an addition or comparison at accumulator width, including the register of the result.

        What is neither counts as an addition; spikes are compared at one bit.
        """
        bits, spike = network.accumulator_bits, 1.0
        kept = self.registers(bits)
        costs = {
            "activation": self.compare(bits) + kept,
            "comparison": self.compare(bits) + kept,
            "spike_comparison": self.compare(spike) + self.registers(spike),
            "addition": self.add(bits) + kept,
            "operation": self.add(bits) + kept,
        }
        energies = [(action, action, energy) for action, energy in costs.items()]
        if self.multiplies:
            scale = self.multiply(bits, self.options["scale_bits"])
            energies.append(("activation", "rescaling", scale))
        return self.booked(energies)

    multiplies: bool = chosen("rescaling", "multiply")
    """Whether sums are requantised to activation bits by a factor."""

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether stated factor bits belong to a unit that multiplies by a factor.

        Checks
        ------
        scale_bits
            scale_bits changes nothing, because sums are not multiplied by a factor; set rescaling to multiply, or
            leave it out
        """
        checks = super().checks(network)
        if "scale_bits" in self.spec.model_fields_set:
            checks.append(self.check("advice", "scale_bits", self.multiplies))
        return checks

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Register bits of the result of each lane."""
        return self.options["lanes"] * network.accumulator_bits

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of adder, comparator and register of each lane."""
        bits, d = network.accumulator_bits, self.device
        lane = equations.adder_area(d.adder_area, bits) + equations.comparator_area(d.comparator_area, bits)
        if self.multiplies:
            lane = lane + equations.multiplier_area(d.multiplier_area, bits, self.options["scale_bits"])
        return self.options["lanes"] * (lane + equations.register_area(d.register_area, bits))


class MatrixUnitBlock(DeviceBlock):
    """Systolic array next to crossbars for products of two computed factors, such as attention."""

    record = LogicLibraryParameters
    model: Literal["matrix_unit"]
    rows: Count
    """Rows of multipliers: the summation dimension."""
    columns: Count
    """Columns of multipliers: positions of the stationary factor."""
    operand_bits: WordWidth
    """Bits of each factor."""
    accumulator_bits: WordWidth
    """Bits of a sum."""
    clock_frequency: Frequency
    """Clock."""


class MatrixUnit(Multiplying, MultipliesComputedFactors):
    """Systolic array for products of two computed factors, such as queries and keys."""

    schema = MatrixUnitBlock
    owns = ("dynamic product",)
    prior_error = LOGIC_ERROR

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one multiply-accumulate of two activations."""
        sums, bits = self.options["accumulator_bits"], network.activation_bits
        multiply = self.multiply(bits, bits)
        terms = {"multiply": multiply, "add": self.add(sums), "registers": self.registers(sums + bits)}
        return self.booked(("multiply_accumulate", term, energy) for term, energy in terms.items())

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of all elements of the array."""
        o = self.options
        element = self.element_area(o["operand_bits"], o["operand_bits"], o["accumulator_bits"])
        return o["rows"] * o["columns"] * element

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether its operands are wide enough.

        Checks
        ------
        operands_fit
            the activations of the network are wider than the operands of the matrix unit
        """
        bits, wide = network.activation_bits, self.options["operand_bits"]
        return [self.require("infeasible", "operands_fit", bits, "<=", wide, "bit")]


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
            ("coincidence", "and", self.multiply(_BIT, _BIT)),
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
        return [*super().checks(network), self.require("infeasible", "count_fits", most, "<=", holds)]


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
