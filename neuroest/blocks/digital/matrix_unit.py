"""Unit for products of two computed factors."""

from typing import Literal

from neuroest.blocks.base import Check, EnergyCost, NetworkContext
from neuroest.blocks.digital.base import LOGIC_ERROR, LogicLibraryParameters, Multiplying
from neuroest.blocks.roles import MultipliesComputedFactors
from neuroest.core import units as u
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, Frequency, WordWidth
from neuroest.specs.blocks import DeviceBlock


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
