"""Vector units, and units for products of two computed factors."""

from typing import Literal

from neuroest.blocks.base import Check, EnergyCost, NetworkContext, chosen
from neuroest.blocks.digital.base import (
    LOGIC_ERROR,
    ClockedBlock,
    Datapath,
    LogicLibraryParameters,
    Multiplying,
)
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import ExecutesElementwise, MultipliesComputedFactors
from neuroest.core import units as u
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, Frequency, WordWidth
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
            scale = equations.multiplier_energy(self.device.multiply_energy, bits, self.options["scale_bits"])
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
        multiply = equations.multiplier_energy(self.device.multiply_energy, bits, bits)
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
