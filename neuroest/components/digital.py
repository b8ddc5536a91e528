"""Digital datapaths: adders, multipliers, neurons that are shared in time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from neuroest.components.base import (
    FREE_CLOCK,
    AreaCost,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    leakage_at_chip_temperature,
    logic_area_ratio,
    logic_energy_ratio,
)
from neuroest.devices.digital import LogicLibraryParameters
from neuroest.equations import accelerators, converters, neurons, technology, winograd
from neuroest.equations import digital as equations
from neuroest.units import Bit, Joule, SquareMetre

_TREE_GROWTH = 1.0
"""Bits by which each level of a tree of adders is wider than the one before, so that no sum overflows."""


class Datapath(Component[LogicLibraryParameters], ABC):
    """A clocked datapath of standard cells."""

    synchronous: ClassVar[bool] = True
    moves: ClassVar[bool] = True
    ledger: ClassVar[str] = ""

    def scaled(self, energy: Joule) -> Joule:
        """Energy on the chip's process and supply, with the overhead of a real datapath."""
        return energy * logic_energy_ratio(self, self.device.reference_voltage) * self.device.overhead

    def add(self, bits: Bit) -> Joule:
        """Energy of an addition in the library."""
        return equations.adder_energy(self.device.add_energy, bits)

    def compare(self, bits: Bit) -> Joule:
        """Energy of a comparison in the library."""
        return equations.comparator_energy(self.device.compare_energy, bits)

    def registers(self, bits: Bit) -> Joule:
        """Energy of writing a word in the library; a free-running clock pays for its part of it in every cycle."""
        clocked = self.device.clock_energy if self.runs_freely else 0.0
        return equations.register_energy(self.device.register_energy - clocked, bits)

    @property
    def runs_freely(self) -> bool:
        """Whether the clock reaches all registers in every cycle."""
        return "free_running_clock" in self.options

    def register_bits(self, network: NetworkContext) -> Bit:
        """Registers of the datapath, all lanes."""
        return 0.0

    @abstractmethod
    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """Area of the datapath in the library, for all its lanes."""

    def area(self, network: NetworkContext) -> SquareMetre:
        """Area on the chip's process, with the overhead of a real datapath."""
        return self.datapath_area(network) * logic_area_ratio(self) * self.device.area_overhead

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one instance."""
        return [AreaCost(self.path, "datapath", self.area(network))]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of all gates that fit the datapath's area."""
        gates = self.area(network) / self.process.gate_area
        width = gates * self.device.leakage_width * self.process.feature_size
        power = technology.gate_leakage_power(self.process.off_current, width, self.technology.supply_voltage)
        leakage = StaticCost(self.path, "leakage", leakage_at_chip_temperature(self, power))
        if not self.runs_freely:
            return [leakage]
        clock = equations.free_running_clock_power(
            self.scaled(self.device.clock_energy),
            self.register_bits(network),
            self.options["free_running_clock"],
        )
        return [leakage, StaticCost(self.path, FREE_CLOCK, clock)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the library tells what a clocked register takes."""
        if not self.runs_freely:
            return []
        known = self.device.clock_energy
        return [
            Check(
                "clock_energy_known", self.path, "refuse", known > 0.0,
                "a free-running clock needs the clock_energy of the library, which its device file does not state",
                known, 0.0, "J/bit",
            )
        ]  # fmt: skip


class Accumulator(Datapath):
    """Adders that merge partial sums."""

    model: ClassVar[str] = "accumulator"

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of adding one partial sum and keeping the result."""
        bits = network.accumulator_bits
        energy = self.add(bits) + self.registers(bits)
        return [self.energy("addition", "addition", self.scaled(energy), "partial-sum addition")]

    def register_bits(self, network: NetworkContext) -> Bit:
        """The result of each lane."""
        return self.options["lanes"] * network.accumulator_bits

    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """Adder and register of each lane."""
        bits = network.accumulator_bits
        lane = equations.adder_area(self.device.adder_area, bits)
        return self.options["lanes"] * (lane + equations.register_area(self.device.register_area, bits))


class VectorUnit(Datapath):
    """Unit for pooling, element-wise addition and activation."""

    model: ClassVar[str] = "vector_unit"

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of an addition or comparison at accumulator width, with a register that keeps the result.

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
        found = [
            self.energy(action, action, self.scaled(energy), "element-wise operation")
            for action, energy in costs.items()
        ]
        if self.multiplies:
            scale = equations.multiplier_energy(self.device.multiply_energy, bits, self.options["scale_bits"])
            found.append(self.energy("activation", "rescaling", self.scaled(scale), "element-wise operation"))
        return found

    @property
    def multiplies(self) -> bool:
        """Whether sums are brought back to the bits of an activation by a factor."""
        return bool(self.spec.rescaling == "multiply")

    def register_bits(self, network: NetworkContext) -> Bit:
        """The result of each lane."""
        return self.options["lanes"] * network.accumulator_bits

    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """Adder, comparator and register of each lane."""
        bits, d = network.accumulator_bits, self.device
        lane = equations.adder_area(d.adder_area, bits) + equations.comparator_area(d.comparator_area, bits)
        if self.multiplies:
            lane = lane + equations.multiplier_area(d.multiplier_area, bits, self.options["scale_bits"])
        return self.options["lanes"] * (lane + equations.register_area(d.register_area, bits))


class DigitalNeuron(Datapath):
    """Digital leaky integrate-and-fire datapath."""

    model: ClassVar[str] = "digital_lif"

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one update (leak, add, compare) and of adding one weight to a state."""
        bits = self.options["state_bits"]
        update = neurons.leaky_integration_energy(self.add(bits), self.add(bits), self.compare(bits))
        return [
            self.energy("update", "update", self.scaled(update), "digital neuron arithmetic"),
            self.energy("accumulate", "addition", self.scaled(self.add(bits)), "digital neuron arithmetic"),
        ]

    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """Two adders, a comparator and a register in each lane."""
        bits, d = self.options["state_bits"], self.device
        lane = 2.0 * equations.adder_area(d.adder_area, bits) + equations.comparator_area(
            d.comparator_area, bits
        )
        return self.options["lanes"] * (lane + equations.register_area(d.register_area, bits))


class SpikeCoder(Datapath):
    """Random comparisons in front of a spiking network, and counters behind it."""

    model: ClassVar[str] = "spike_coder"

    def count_bits(self, network: NetworkContext) -> Bit:
        """Bits of a counter that holds a spike in every timestep."""
        most = 1.0
        return np.ceil(converters.equivalent_resolution(network.timesteps, most))

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """A comparison with a new random number, a counter that goes up, and a comparison of two counts."""
        number, count = self.options["input_bits"], self.count_bits(network)
        costs = {
            "encode": self.compare(number) + self.registers(number),
            "count": self.add(count) + self.registers(count),
            "decide": self.compare(count) + self.registers(count),
        }
        return [
            self.energy(action, action, self.scaled(energy), "spike coding")
            for action, energy in costs.items()
        ]

    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """Comparator, random number and adder of each lane, and all counters."""
        o, d, count = self.options, self.device, self.count_bits(network)
        lane = (
            equations.comparator_area(d.comparator_area, o["input_bits"])
            + equations.register_area(d.register_area, o["input_bits"])
            + equations.adder_area(d.adder_area, count)
        )
        return o["lanes"] * lane + o["counters"] * equations.register_area(d.register_area, count)


class Multiplying(Datapath, ABC):
    """Datapath of multipliers that each add their product to a sum in a register."""

    def product_energies(self, factor: Bit, other: Bit, sums: Bit) -> list[tuple[str, Joule]]:
        """Energy of one multiply-accumulate in the library, term by term."""
        d = self.device
        return [
            ("multiply", equations.multiplier_energy(d.multiply_energy, factor, other)),
            ("add", self.add(sums)),
            ("registers", self.registers(sums + other)),
        ]

    def element_area(self, factor: Bit, other: Bit, sums: Bit, storage: Bit = 0.0) -> SquareMetre:
        """Multiplier, adder and the registers of both factors and the sum."""
        d = self.device
        multiplier = equations.multiplier_area(d.multiplier_area, factor, other)
        registers = equations.register_area(d.register_area, factor + other + sums + storage)
        return multiplier + equations.adder_area(d.adder_area, sums) + registers


class MultiplyAccumulate(Multiplying):
    """Processing element of a digital array, with its share of the tree of its column where the array has trees."""

    model: ClassVar[str] = "multiply_accumulate"

    @property
    def in_tree(self) -> bool:
        """Whether a tree adds the products of a column."""
        return "tree_inputs" in self.options

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one multiply-accumulate, or of its parts where a tree adds: a spike needs no multiplier."""
        sums = self.options["accumulator_bits"]
        parts = self.product_energies(network.weight_bits, network.activation_bits, sums)
        taken = [part for part in parts if not (network.spiking and part[0] == "multiply")]
        bit = self.registers(1.0)
        costs = [("multiply_accumulate", term, energy) for term, energy in taken]
        if self.in_tree:
            costs = [
                *(("multiply_accumulate", term, energy) for term, energy in taken if term == "multiply"),
                ("multiply_accumulate", "registers", self.registers(network.activation_bits)),
                *self.tree_energies(network),
                ("column_sum", "add", self.add(sums)),
                ("column_sum", "registers", self.registers(sums)),
            ]
        costs += [
            ("storage_bit", "storage", bit),
            ("input_addition", "transform", self.add(network.activation_bits)),
            ("output_addition", "transform", self.add(sums)),
        ]
        return [
            self.energy(action, term, self.scaled(energy), "multiply-accumulate")
            for action, term, energy in costs
        ]

    def tree_energies(self, network: NetworkContext) -> list[tuple[str, str, Joule]]:
        """Energy of one addition of a tree, the mean over its levels, and of the register that keeps its sum."""
        inputs = self.options["tree_inputs"]
        additions = np.maximum(inputs - 1.0, 1.0)
        product = network.weight_bits + (0.0 if network.spiking else network.activation_bits)
        adders = equations.adder_tree_energy(inputs, self.device.add_energy, product, _TREE_GROWTH)
        kept = self.registers(equations.adder_tree_registers(inputs, product, _TREE_GROWTH))
        return [
            ("tree_addition", "add", adders / additions),
            ("tree_addition", "registers", kept / additions),
        ]

    def sum_bits(self) -> Bit:
        """Registers of sums: one in each unit, or its share of those of a tree and of the sum at the tree's root."""
        o = self.options
        if not self.in_tree:
            return o["accumulator_bits"]
        product = o["weight_bits"] + o["activation_bits"]
        tree = equations.adder_tree_registers(o["tree_inputs"], product, _TREE_GROWTH)
        return (tree + o["accumulator_bits"]) / o["tree_inputs"]

    def register_bits(self, network: NetworkContext) -> Bit:
        """Weight, activation, sum, and operands that are stored beside them."""
        o = self.options
        return o["weight_bits"] + o["activation_bits"] + self.sum_bits() + o.get("storage", 0.0)

    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """Multiplier, adder and the registers of weight, activation and sum."""
        o, d = self.options, self.device
        if not self.in_tree:
            return self.element_area(
                o["weight_bits"], o["activation_bits"], o["accumulator_bits"], o.get("storage", 0.0)
            )
        product = o["weight_bits"] + o["activation_bits"]
        tree = equations.adder_tree_area(o["tree_inputs"], d.adder_area, product, _TREE_GROWTH)
        root = equations.adder_area(d.adder_area, o["accumulator_bits"])
        return (
            equations.multiplier_area(d.multiplier_area, o["weight_bits"], o["activation_bits"])
            + (tree + root) / o["tree_inputs"]
            + equations.register_area(d.register_area, self.register_bits(network))
        )


class DigitalArray(Component[None]):
    """Array of processing elements: what it has beside them."""

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Adders that transform inputs and sums, where the array has them."""
        if self.spec.convolution == "direct":
            return []
        unit, o = self.slots["unit"], self.options
        inputs = winograd.INPUT_ADDITIONS * o["rows"] / winograd.PRODUCTS
        outputs = o["columns"] * accelerators.transform_adders(
            winograd.OUTPUT_ADDITIONS, o["rows"], winograd.PRODUCTS
        )
        bits = inputs * unit.options["activation_bits"] + outputs * unit.options["accumulator_bits"]
        area = equations.adder_area(unit.device.adder_area, bits)
        return [AreaCost(self.path, "transform", area * logic_area_ratio(unit) * unit.device.area_overhead)]


class MatrixUnit(Multiplying):
    """Systolic array for products of two computed factors, such as queries and keys."""

    model: ClassVar[str] = "matrix_unit"

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one multiply-accumulate of two activations."""
        sums, bits = self.options["accumulator_bits"], network.activation_bits
        return [
            self.energy("multiply_accumulate", term, self.scaled(energy), "dynamic product")
            for term, energy in self.product_energies(bits, bits, sums)
        ]

    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """All elements of the array."""
        o = self.options
        element = self.element_area(o["operand_bits"], o["operand_bits"], o["accumulator_bits"])
        return o["rows"] * o["columns"] * element

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether its operands are wide enough."""
        bits, wide = network.activation_bits, self.options["operand_bits"]
        return [
            Check(
                "operands_fit", self.path, "refuse", bits <= wide,
                "the activations of the network are wider than the operands of the matrix unit", bits, wide, "bit",
            )
        ]  # fmt: skip


class BitSerialCell(Datapath):
    """Memory cell with a one-bit multiplier and a full adder."""

    model: ClassVar[str] = "bit_serial_cell"
    stores: ClassVar[bool] = True

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one cycle of one cell: a product of bits and a one-bit addition."""
        bit = 1.0
        energy = equations.multiplier_energy(self.device.multiply_energy, bit, bit) + self.add(bit)
        return [self.energy("cycle", "cycle", self.scaled(energy), "bit-serial cell")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """The memory cell of the process beside its logic."""
        return [
            *super().areas(network),
            AreaCost(self.path, "memory_cell", self.process.sram_bitcell_area),
        ]

    def area(self, network: NetworkContext) -> SquareMetre:
        """Logic that is drawn into the pitch of the memory cell, by its transistors."""
        return self.datapath_area(network)

    def datapath_area(self, network: NetworkContext) -> SquareMetre:
        """One-bit multiplier and full adder on the chip's process."""
        return equations.transistor_area(self.process.gate_area, self.options["transistors"])
