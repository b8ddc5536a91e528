"""Column of memory cells with multipliers, an adder tree and an accumulator."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.digital.base import _TREE_GROWTH, Datapath, LogicLibraryParameters
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import leakage_at_chip_temperature, logic_area_ratio, logic_delay_ratio
from neuroest.core import units as u
from neuroest.equations import adder_trees, array_lines, register_circuits, static_cells, technology
from neuroest.equations import digital as equations
from neuroest.specs.base import Count, PositiveFraction, PositiveNumber, WordWidth
from neuroest.specs.blocks import DeviceBlock


class InMemoryColumnBlock(DeviceBlock):
    """Column of memory cells whose products with the inputs are summed digitally by one adder tree."""

    record = LogicLibraryParameters
    model: Literal["in_memory_column"]
    rows: Count
    """Inputs whose products the tree sums."""
    weight_slice: WordWidth
    """Bits of a weight stored in a row of the column; wider weights take several columns, whose sums are added."""
    weights_per_multiplier: Count = 1.0
    """Weights that share a multiplier and its tree; one of them is used at a time."""
    input_slice: WordWidth = 1.0
    """Bits of an input per cycle."""
    summation: Literal["tree", "carry_save"] = "tree"
    """tree: ripple-carry adders at each level; carry_save: each level reduces three numbers to two, and the carries
    propagate once for a whole sum."""
    stages: Count = 1.0
    """Pipeline stages of the tree, with registers between them; 1: no registers inside the tree."""
    accumulator_bits: WordWidth
    """Bits of the register behind the tree, which accumulates the sums of all input bits."""
    adder_transistors: Count = 28.0
    """Transistors of a full adder: a static mirror adder has 28."""
    multiplier_transistors: Count = 4.0
    """Transistors of a one-bit product: a NOR gate has 4."""
    cell_area: PositiveNumber = 1.0
    """Area of a memory cell over that of the process's six-transistor cell."""
    weight_bit_density: PositiveFraction = 0.5
    """Probability that a bit of a weight is one."""


_RANDOM = 0.5
"""Probability that a random bit switches, for which library energies are stated."""
_BIT = 1.0
_MIRROR_ADDER = 28.0
"""Transistors of the static adder for which a library's addition energy is stated."""


class InMemoryColumn(Datapath):
    """Cells, multipliers, tree and accumulator of one column.

    Model errors
    ------------
    energy
        glitches in a tree without registers; full-custom or compiled adders
    area
        full-custom layout in the pitch of the memory cell, or compiled layout
    static_power
        threshold options of the real library
    """

    schema = InMemoryColumnBlock
    holds_state = True
    owns = ("in-memory column", "in-memory input line", "in-memory write")
    overhead = ("in-memory write",)
    prior_error = model_errors(energy=1.6, area=1.5, static_power=3)

    @property
    def leaf_bits(self) -> u.Bit:
        """Bits of a product: those of the weight slice, plus those of the input slice if it has several."""
        inputs = self.options["input_slice"]
        return self.options["weight_slice"] + np.where(inputs > _BIT, inputs, 0.0)

    @property
    def bits_per_cell_row(self) -> u.Dimensionless:
        """One-bit products in each row."""
        return self.options["weight_slice"] * self.options["input_slice"]

    def tree_bits(self) -> u.Bit:
        """Full adders of the tree, including those of multi-bit multipliers."""
        o = self.options
        inside = o["rows"] * o["weight_slice"] * (o["input_slice"] - _BIT)
        return equations.adder_tree_area(o["rows"], _BIT, self.leaf_bits, _TREE_GROWTH) + inside

    def sum_registers(self) -> u.Bit:
        """Registers of the accumulator: a sum, and also a carry for carry-save summation."""
        saved = self.spec.summation == "carry_save"
        return self.options["accumulator_bits"] * (2.0 if saved else _BIT)

    def stage_registers(self) -> u.Bit:
        """Registers inside the tree."""
        o = self.options
        kept = adder_trees.tree_stage_registers(o["rows"], self.leaf_bits, _TREE_GROWTH, o["stages"])
        return kept * (2.0 if self.spec.summation == "carry_save" else _BIT)

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Registers of the tree and of the accumulator."""
        return self.stage_registers() + self.sum_registers()

    def activity(self, input_bit_density: u.Dimensionless) -> tuple[u.Numeric, u.Numeric, u.Numeric]:
        """Switching of input lines, products and tree, relative to random data."""
        weights = self.options["weight_bit_density"]
        lines = adder_trees.product_toggle_rate(input_bit_density, _BIT)
        products = adder_trees.product_toggle_rate(input_bit_density, weights)
        tree = adder_trees.tree_activity(self.options["rows"], self.leaf_bits, _TREE_GROWTH, products)
        return lines / _RANDOM, products / _RANDOM, tree

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies per cycle of one column with random data, by dependence on the data."""
        o, bits = self.options, self.bits_per_cell_row * self.options["rows"]
        product = self.add(_BIT) * o["multiplier_transistors"] / _MIRROR_ADDER
        costs = [
            ("multiply", "multiply", product * bits),
            ("tree", "add", self.add(self.tree_bits())),
            ("cycle", "stages", self.registers(self.stage_registers())),
            ("cycle", "accumulate", self.add(o["accumulator_bits"]) + self.registers(self.sum_registers())),
            ("fusion", "add", self.add(o["accumulator_bits"])),
        ]
        return [
            *(self.energy(a, term, self.scaled(e), "in-memory column") for a, term, e in costs),
            self.energy("input", "input", self.line_energy() * _RANDOM, "in-memory input line"),
            self.energy("write", "write", self.write_energy(), "in-memory write"),
        ]

    def line_energy(self) -> u.Joule:
        """Energy of a rising edge on the input lines of all rows, for the part that crosses this column."""
        p, o = self.process, self.options
        across = np.sqrt((self.logic_area() + self.cells_area()) / o["rows"])
        gates = o["weight_slice"] * o["input_slice"] * p.gate_capacitance * self.gate_width()
        line = o["input_slice"] * p.wire_capacitance * across + gates
        return array_lines.line_toggle_energy(line, self.technology.supply_voltage) * o["rows"]

    def gate_width(self) -> u.Metre:
        """Transistor width of a gate input."""
        return self.device.leakage_width * self.process.feature_size

    def write_energy(self) -> u.Joule:
        """Energy of writing one bit: one of two bit lines along all cells of a bit falls."""
        p, o = self.process, self.options
        cells = o["rows"] * o["weights_per_multiplier"]
        height = np.sqrt(p.sram_bitcell_area * o["cell_area"])
        line = cells * (p.wire_capacitance * height + p.drain_capacitance * p.feature_size)
        return array_lines.line_toggle_energy(line, self.technology.supply_voltage)

    def cell_bits(self) -> u.Bit:
        """Bits of all weights of the column."""
        o = self.options
        return o["rows"] * o["weight_slice"] * o["weights_per_multiplier"]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Areas of the cells and of the logic between them."""
        return [*super().areas(network), AreaCost(self.path, "memory_cells", self.cells_area())]

    def cells_area(self) -> u.SquareMetre:
        """Area of the memory cells alone."""
        return static_cells.bitcell_area(
            self.options["cell_area"], self.process.sram_bitcell_area, self.cell_bits()
        )

    def area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of the logic, by its transistors and registers."""
        return self.logic_area()

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of the logic on the chip's process."""
        return self.logic_area()

    def logic_area(self) -> u.SquareMetre:
        """Area of multipliers, weight selection, adders and registers."""
        o, several = self.options, self.options["weights_per_multiplier"] > _BIT
        selected = np.where(several, self.cell_bits() * 2.0, 0.0)  # a pass gate for each cell
        transistors = (
            self.bits_per_cell_row * o["rows"] * o["multiplier_transistors"] + selected
            + (self.tree_bits() + o["accumulator_bits"]) * o["adder_transistors"]
        )  # fmt: skip
        drawn = equations.transistor_area(self.process.gate_area, transistors)
        registers = register_circuits.register_area(
            self.device.register_area, self.stage_registers() + self.sum_registers()
        )
        return (drawn + registers * logic_area_ratio(self)) * self.device.area_overhead

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the logic, and of each cell as of one gate."""
        width = self.cell_bits() * self.gate_width()
        power = technology.gate_leakage_power(self.process.off_current, width, self.technology.supply_voltage)
        cells = StaticCost(self.path, "cells", leakage_at_chip_temperature(self, power))
        return [*super().statics(network), cells]

    def cycle_time(self) -> u.Second:
        """Minimum cycle time: products, tree and accumulator in their pipeline stages."""
        o, d = self.options, self.device
        if self.spec.summation == "carry_save":
            depth = adder_trees.carry_save_depth(o["rows"] + 2.0)
        else:
            grown = o["accumulator_bits"] - self.leaf_bits - np.log2(o["rows"])
            depth = adder_trees.ripple_tree_depth(o["rows"], self.leaf_bits) + np.maximum(grown, 0.0) + _BIT
        # the product of two bits is taken to be as slow as a full adder
        time = adder_trees.stage_time(depth + _BIT, o["stages"], d.full_adder_delay, d.register_delay)
        return time * logic_delay_ratio(self, d.reference_voltage)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the accumulator is wide enough for a sum of all rows.

        Checks
        ------
        accumulator_width
            the accumulator is narrower than a sum of all rows over all input bits
        """
        o = self.options
        needed = self.leaf_bits + np.ceil(np.log2(o["rows"])) + network.activation_bits - o["input_slice"]
        return [
            *super().checks(network),
            self.require("design_rule", "accumulator_width", o["accumulator_bits"], ">=", needed, "bit"),
        ]
