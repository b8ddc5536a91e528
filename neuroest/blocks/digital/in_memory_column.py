"""Memory cells that compute: columns with an adder tree and an accumulator, and cells with a bit-serial adder."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.digital.base import _TREE_GROWTH, Datapath, LogicLibraryParameters
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import (
    at_corner,
    leakage_at_chip_temperature,
    logic_area_ratio,
    logic_delay_ratio,
)
from neuroest.core import units as u
from neuroest.equations import adder_trees, crossbar_wires, static_cells, technology, wiring
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
    input_encoding: Literal["binary", "booth"] = "binary"
    """binary: each bit of a slice gates the weight, and the products of a slice are added; booth: two bits make a digit
    of -2 to 2, which selects a multiple of the weight without an adder."""
    summation: Literal["tree", "compressors", "carry_save"] = "tree"
    """tree: ripple-carry adders at each level; compressors: each level reduces three numbers to two, and one
    ripple-carry adder follows in each cycle; carry_save: the same, and carries propagate once for a whole sum."""
    stages: Count = 1.0
    """Pipeline stages of the tree, with registers between them; 1: no registers inside the tree."""
    accumulator_bits: WordWidth | None = None
    """Bits of the register behind the tree, which accumulates the sums of all input slices. Without it, nothing is
    accumulated: a sum of each cycle leaves the column."""
    columns_per_accumulator: Count = 1.0
    """Neighbouring columns, with slices of one weight, whose sums are added in each cycle before one accumulator."""
    adder_transistors: Count = 28.0
    """Transistors of a full adder, which its area and energy follow: a static mirror adder has 28, one of pass gates 14
    to 20, an approximate one fewer."""
    multiplier_transistors: Count | None = None
    """Transistors of a one-bit product. Default: 4, a NOR gate; for booth 18, a selector of a multiple."""
    cell_area: PositiveNumber = 1.0
    """Area of a memory cell over that of the process's six-transistor cell."""
    weight_bit_density: PositiveFraction = 0.5
    """Probability that a bit of a weight is one."""


_RANDOM = 0.5
"""Probability that a random bit switches, for which library energies are stated."""
_BIT = 1.0
_BOOTH_BITS = 2.0
"""Input bits of a Booth digit of radix four."""
_BOOTH_LINES = 3.0
"""Lines of a Booth digit: its sign, and whether it is one or two."""
_MIRROR_ADDER = 28.0
"""Transistors of the static adder for which a library's addition energy is stated."""
_NOR, _BOOTH_SELECTOR = 4.0, 18.0
"""Transistors of a gate of two inputs, and of a Booth selector of one bit (G. Goto et al., "A 4.1-ns compact 54 x 54-b
multiplier utilizing sign-select Booth encoders", IEEE J. Solid-State Circuits 32, 1676-1682 (1997), unverified)."""


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
    def booth(self) -> bool:
        """Whether inputs come as Booth digits."""
        return bool(self.spec.input_encoding == "booth")

    @property
    def carries_saved(self) -> bool:
        """Whether an accumulator holds a sum and a carry."""
        return bool(self.spec.summation == "carry_save")

    @property
    def leaf_bits(self) -> u.Bit:
        """Bits of a product of the slices of a weight and of an input."""
        inputs, weight = self.options["input_slice"], self.options["weight_slice"]
        if self.booth:
            return weight + np.where(inputs > _BOOTH_BITS, inputs, _BOOTH_BITS - _BIT)
        return equations.product_bits(weight, inputs)

    @property
    def partial_products(self) -> u.Dimensionless:
        """Numbers that the products of a row consist of."""
        return np.ceil(self.options["input_slice"] / (_BOOTH_BITS if self.booth else _BIT))

    @property
    def partial_bits(self) -> u.Bit:
        """Bits of one of them."""
        return self.options["weight_slice"] + (_BIT if self.booth else 0.0)

    @property
    def sum_bits(self) -> u.Bit:
        """Bits of a sum of all rows."""
        return self.leaf_bits + np.log2(self.options["rows"])

    @property
    def combined_bits(self) -> u.Bit:
        """Bits of the sum of the columns that share an accumulator."""
        o, joined = self.options, self.options["columns_per_accumulator"]
        return self.sum_bits + np.where(joined > _BIT, (joined - _BIT) * o["weight_slice"] + _BIT, 0.0)

    @property
    def multiplier_transistors(self) -> u.Dimensionless:
        """Transistors of a one-bit product, as stated or of the usual gate."""
        return self.options.get("multiplier_transistors", _BOOTH_SELECTOR if self.booth else _NOR)

    @property
    def product_bits(self) -> u.Bit:
        """One-bit products of all rows."""
        return self.options["rows"] * self.partial_products * self.partial_bits

    def tree_bits(self) -> u.Bit:
        """Full adders of the tree, including those of multi-bit multipliers."""
        o = self.options
        numbers = np.where(self.partial_bits > _BIT, self.partial_products, _BIT)
        inside = o["rows"] * self.partial_bits * (numbers - _BIT)
        if self.spec.summation == "tree":
            return equations.adder_tree_area(o["rows"], _BIT, self.leaf_bits, _TREE_GROWTH) + inside
        compressors = adder_trees.compressor_tree_adders(o["rows"], self.leaf_bits, _TREE_GROWTH)
        return compressors + inside - (self.sum_bits if self.carries_saved else 0.0)

    def combining_bits(self) -> u.Bit:
        """Full adders that add the columns before an accumulator, for each column; twice as many with saved carries."""
        o = self.options
        adders = adder_trees.place_tree_adders(o["columns_per_accumulator"], self.sum_bits, o["weight_slice"])
        return adders / o["columns_per_accumulator"] * (2.0 if self.carries_saved else _BIT)

    def accumulating_bits(self) -> u.Bit:
        """Full adders of an accumulator: two rows of them add a sum and a carry to a sum and a carry."""
        return self.options.get("accumulator_bits", 0.0) * (2.0 if self.carries_saved else _BIT)

    def sum_registers(self) -> u.Bit:
        """Registers of an accumulator: a sum, and also a carry for carry-save summation."""
        return self.accumulating_bits()

    def stage_registers(self) -> u.Bit:
        """Registers inside the tree."""
        o = self.options
        kept = adder_trees.tree_stage_registers(o["rows"], self.leaf_bits, _TREE_GROWTH, o["stages"])
        return kept * (_BIT if self.spec.summation == "tree" else 2.0)

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Registers of the tree, and of the accumulator by the column."""
        return self.stage_registers() + self.sum_registers() / self.options["columns_per_accumulator"]

    def activity(self, input_bit_density: u.Dimensionless) -> tuple[u.Numeric, u.Numeric, u.Numeric]:
        """Switching of input lines, products and tree, relative to random data."""
        weights = self.options["weight_bit_density"]
        lines = adder_trees.product_toggle_rate(input_bit_density, _BIT)
        if self.booth:
            products = adder_trees.booth_toggle_rate(input_bit_density)
        else:
            products = adder_trees.product_toggle_rate(input_bit_density, weights)
        leaves = products
        if not self.booth:
            o = self.options
            leaves = adder_trees.slice_toggle_rate(
                products, o["input_slice"], o["weight_slice"], self.leaf_bits
            )
        tree = adder_trees.tree_activity(self.options["rows"], self.leaf_bits, _TREE_GROWTH, leaves)
        return lines / _RANDOM, products / _RANDOM, tree

    def transistors(self, number: u.Dimensionless) -> u.Joule:
        """Energy of a circuit in the library, by its transistors over those of the full adder of an addition."""
        return self.add(_BIT) * number / _MIRROR_ADDER

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies per cycle of one column with random data, by dependence on the data."""
        adder = self.transistors(self.options["adder_transistors"])
        costs = [
            ("multiply", "multiply", self.transistors(self.multiplier_transistors) * self.product_bits),
            ("tree", "add", adder * self.tree_bits()),
            ("cycle", "stages", self.registers(self.stage_registers())),
            ("cycle", "combine", adder * self.combining_bits()),
            ("accumulate", "add", adder * self.accumulating_bits() + self.registers(self.sum_registers())),
            (
                "fusion",
                "add",
                self.add(np.maximum(self.options.get("accumulator_bits", 0.0), self.combined_bits)),
            ),
        ]
        return [
            *(self.energy(a, term, self.scaled(e), "in-memory column") for a, term, e in costs),
            self.energy("input", "input", self.line_energy() * _RANDOM, "in-memory input line"),
            self.energy("write", "write", self.write_energy(), "in-memory write"),
        ]

    def row_pitch(self) -> u.Metre:
        """Width of a column at one of its rows."""
        return np.sqrt((self.logic_area() + self.cells_area()) / self.options["rows"])

    def line_capacitance(self) -> u.Farad:
        """Capacitance of one input line for the part that crosses this column."""
        gates = self.partial_bits * self.process.gate_capacitance * self.gate_width()
        return self.process.wire_capacitance * self.row_pitch() + gates

    def line_energy(self) -> u.Joule:
        """Energy of a rising edge on the input lines of all rows, for the part that crosses this column."""
        o = self.options
        lines = o["rows"] * (self.partial_products * _BOOTH_LINES if self.booth else o["input_slice"])
        return (
            crossbar_wires.line_toggle_energy(self.line_capacitance(), self.technology.supply_voltage) * lines
        )

    def gate_width(self) -> u.Metre:
        """Transistor width of a gate input."""
        return self.device.leakage_width * self.process.feature_size

    def write_energy(self) -> u.Joule:
        """Energy of writing one bit: one of two bit lines along all cells of a bit falls."""
        p, o = self.process, self.options
        cells = o["rows"] * o["weights_per_multiplier"]
        height = np.sqrt(p.sram_bitcell_area * o["cell_area"])
        line = cells * (p.wire_capacitance * height + p.drain_capacitance * p.feature_size)
        return crossbar_wires.line_toggle_energy(line, self.technology.supply_voltage)

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
        accumulated = self.accumulating_bits() / o["columns_per_accumulator"]
        transistors = (
            self.product_bits * self.multiplier_transistors + selected
            + (self.tree_bits() + self.combining_bits() + accumulated) * o["adder_transistors"]
        )  # fmt: skip
        drawn = equations.transistor_area(self.process.gate_area, transistors)
        kept = self.stage_registers() + self.sum_registers() / o["columns_per_accumulator"]
        registers = equations.register_area(self.device.register_area, kept)
        return (drawn + registers * logic_area_ratio(self)) * self.device.area_overhead

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the logic, and of each cell as of one gate."""
        width = self.cell_bits() * self.gate_width()
        power = technology.gate_leakage_power(self.process.off_current, width, self.technology.supply_voltage)
        cells = StaticCost(self.path, "cells", leakage_at_chip_temperature(self, power))
        return [*super().statics(network), cells]

    def adders_in_series(self) -> u.Dimensionless:
        """Full adders on the longest path: of the tree, of the columns that are combined, and of the accumulator."""
        o, joined = self.options, self.options["columns_per_accumulator"]
        summed = o.get("accumulator_bits", 0.0)
        levels, places = np.log2(joined), (joined - _BIT) * o["weight_slice"]
        if self.carries_saved:
            # four numbers to two at each level of columns and in the accumulator, two full adders in series
            behind = 2.0 * levels + np.where(summed > 0.0, 2.0, 0.0)
            return adder_trees.carry_save_depth(o["rows"]) + behind
        if self.spec.summation == "compressors":
            depth = adder_trees.carry_save_depth(o["rows"]) + self.sum_bits
        else:
            depth = adder_trees.ripple_tree_depth(o["rows"], self.leaf_bits)
        grown = np.maximum(summed - self.combined_bits, 0.0) + _BIT
        return depth + levels + places + np.where(summed > 0.0, grown, 0.0)

    def line_delay(self, columns: u.Dimensionless) -> u.Second:
        """Delay of an input line across so many columns, with repeaters."""
        p = self.process
        time_constant = wiring.inverter_time_constant(
            self.technology.supply_voltage, p.gate_capacitance, at_corner(self, "drive", p.on_current)
        )
        per_length = self.line_capacitance() / self.row_pitch()
        return wiring.repeated_wire_delay(
            columns * self.row_pitch(), p.wire_resistance, per_length, time_constant
        )

    def path_time(self, columns: u.Dimensionless) -> u.Second:
        """Delay of the longest path: input line, product, tree, combined columns and accumulator in their stages."""
        o, d = self.options, self.device
        # the product of two bits is taken to be as slow as a full adder
        depth = self.adders_in_series() + _BIT
        time = adder_trees.stage_time(depth, o["stages"], d.full_adder_delay, d.register_delay)
        return time * logic_delay_ratio(self, d.reference_voltage) + self.line_delay(columns) / o["stages"]

    def cycle_time(self, columns: u.Dimensionless) -> u.Second:
        """Shortest clock cycle of an array of so many columns: the longest path with its margin."""
        return self.path_time(columns) * self.device.clock_margin

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the accumulator is wide enough for a sum of all rows, and a slice holds whole Booth digits.

        Checks
        ------
        accumulator_width
            the accumulator is narrower than a sum of all rows over all input bits
        accumulator_missing
            inputs come in several slices, whose sums nothing accumulates; state accumulator_bits
        whole_digits
            a Booth digit has two bits of an input; make input_slice a multiple of two
        """
        o, checks = self.options, super().checks(network)
        if "accumulator_bits" in o:
            rest = np.maximum(network.activation_bits - o["input_slice"], 0.0)
            needed = np.ceil(self.combined_bits) + rest
            checks.append(
                self.require("design_rule", "accumulator_width", o["accumulator_bits"], ">=", needed, "bit")
            )
        else:
            slices = np.ceil(network.activation_bits / o["input_slice"])
            checks.append(self.require("design_rule", "accumulator_missing", slices, "<=", 1.0))
        if self.booth:
            digits = o["input_slice"] / _BOOTH_BITS
            checks.append(self.require("infeasible", "whole_digits", digits, ">=", np.ceil(digits)))
        return checks


class BitSerialCellBlock(DeviceBlock):
    """Memory cell of a bit-serial array, with a one-bit multiplier and a full adder."""

    record = LogicLibraryParameters
    model: Literal["bit_serial_cell"]
    transistors: Count = 34.0
    """Transistors of its logic: a static mirror adder has 28, a product of two bits 6."""


class BitSerialCell(Datapath):
    """Memory cell with a one-bit multiplier and a full adder.

    Model errors
    ------------
    energy
        glitches in ripple adders; full-custom or compiled layout
    area
        full-custom layout in the pitch of the memory cell, or compiled layout
    static_power
        threshold options of the real library
    """

    schema = BitSerialCellBlock
    holds_state = True
    owns = ("bit-serial cell",)
    prior_error = model_errors(energy=1.6, area=1.5, static_power=3)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy per cycle of one cell: a product of bits and a one-bit addition."""
        bit = 1.0
        energy = self.multiply(bit, bit) + self.add(bit)
        return self.booked([("cycle", "cycle", energy)])

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the process's memory cell and the logic next to it."""
        return [*super().areas(network), AreaCost(self.path, "memory_cell", self.process.sram_bitcell_area)]

    def area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of logic laid out in the pitch of the memory cell, by its transistors."""
        return self.datapath_area(network)

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of a one-bit multiplier and full adder on the chip's process."""
        return equations.transistor_area(self.process.gate_area, self.options["transistors"])
