"""Multiply-accumulate units: from adders and registers, or with published numbers."""

from typing import Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import AreaCost, Check, Component, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.digital.base import _TREE_GROWTH, ClockedBlock, LogicLibraryParameters, Multiplying
from neuroest.blocks.model_error import PUBLISHED, model_errors
from neuroest.blocks.process_scaling import logic_delay_ratio, typical_delay_ratio
from neuroest.core import units as u
from neuroest.equations import adder_trees
from neuroest.equations import digital as equations
from neuroest.specs.base import GATED, BitCount, FrequencyOrGated, WordWidth
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class MultiplyAccumulateBlock(ClockedBlock):
    """Processing element of a digital array: multiplier, adder, registers, and its share of a column's adder tree."""

    record = LogicLibraryParameters
    model: Literal["multiply_accumulate"]
    weight_bits: WordWidth
    """Bits of the weight operand."""
    activation_bits: WordWidth
    """Bits of the activation operand."""
    accumulator_bits: WordWidth
    """Bits of the partial sum."""
    weight_slice: WordWidth | None = None
    """Weight bits multiplied per cycle (1: bit-serial weights). A product needs one cycle per weight slice, each with a
    shifted addition. Default: all bits in parallel."""
    storage: BitCount | None = None
    """Operand storage of each unit, in addition to the datapath registers."""
    storage_clock: FrequencyOrGated | None = None
    """Clock of the storage. A rate: a free-running clock; gated: a word is clocked only when it is written, and the
    datapath clock drives its clock gate, which counts as one register. Default: the storage is clocked like the
    datapath registers."""

    @field_validator("storage_clock")
    @classmethod
    def _needs_storage(cls, stated: float | str | None, info: ValidationInfo) -> float | str | None:
        if stated is not None and info.data.get("storage") is None:
            raise PydanticCustomError("storage", "the clock of a storage needs a `storage`")
        return stated


class MultiplyAccumulate(Multiplying):
    """Processing element of a digital array, with its share of the column's adder tree if the array has trees.

    Model errors
    ------------
    energy
        glitches, operand isolation and register files inside a processing element
    area
        control, bypasses and test logic inside a processing element
    static_power
        threshold options of the real library
    """

    schema = MultiplyAccumulateBlock
    owns = ("multiply-accumulate",)
    prior_error = model_errors(energy=1.6, area=1.5, static_power=3)
    clocked_by = "array_clock"

    @property
    def in_tree(self) -> bool:
        """Whether an adder tree sums the products of a column."""
        return "tree_inputs" in self.options

    def sliced(self, weight_bits: u.Bit) -> tuple[u.Bit, u.Numeric]:
        """Weight bits multiplied at once, and the cycles for all bits of a weight of this width."""
        if "weight_slice" not in self.options:
            return weight_bits, 1.0
        taken = np.minimum(self.options["weight_slice"], weight_bits)
        return taken, np.ceil(weight_bits / taken)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies of one product, and of its accumulation and storage: a spike needs no multiplier."""
        sums = self.options["accumulator_bits"]
        factor, cycles = self.sliced(network.weight_bits)
        anyway = not self.gated and "storage" in self.free_clocks(network)
        bit = self.written(1.0, clocked_anyway=anyway)
        # the input stays for all slices of a weight, and what is added changes with each of them
        costs = [
            ("multiply_accumulate", "add", cycles * self.add(sums)),
            ("multiply_accumulate", "registers", self.registers(cycles * sums + network.activation_bits)),
        ]
        if self.in_tree:
            costs = [
                ("multiply_accumulate", "registers", self.registers(network.activation_bits)),
                *((action, term, cycles * energy) for action, term, energy in self.tree_energies(network)),
                ("column_sum", "add", cycles * self.add(sums)),
                ("column_sum", "registers", cycles * self.registers(sums)),
            ]
        # how often operands change is another count than how often sums do
        multiplied = self.multiply(factor, network.activation_bits)
        products = [] if network.spiking else [("multiply", "multiply", cycles * multiplied)]
        costs = [*products, *costs]
        costs += [
            ("storage_bit", "storage", bit),
            ("input_addition", "transform", self.add(network.activation_bits)),
            ("output_addition", "transform", self.add(sums)),
        ]
        return self.booked(costs)

    def tree_energies(self, network: NetworkContext) -> list[tuple[str, str, u.Joule]]:
        """Energies of one addition in a tree, averaged over its levels, and of the register of each sum."""
        inputs = self.options["tree_inputs"]
        additions = np.maximum(inputs - 1.0, 1.0)
        product = self.product_bits(network)
        adders = equations.adder_tree_energy(inputs, self.device.add_energy, product, _TREE_GROWTH)
        kept = self.registers(self.tree_registers(product))
        return [("tree_addition", "add", adders / additions), ("tree_sum", "registers", kept / additions)]

    def product_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of what is added: a product, or a weight that a spike selects."""
        activation = 0.0 if network.spiking else network.activation_bits
        return equations.product_bits(self.sliced(network.weight_bits)[0], activation)

    def tree_registers(self, product: u.Bit) -> u.Bit:
        """Registers of a tree whose leaves are products of this width, without the sum at its root."""
        inputs = self.options["tree_inputs"]
        return adder_trees.tree_stage_registers(inputs, product, _TREE_GROWTH, self.tree_stages())

    def tree_stages(self) -> u.Dimensionless:
        """Pipeline stages of the tree: those stated, or the fewest that settle in a cycle, at most its levels."""
        o, d = self.options, self.device
        if "tree_stages" in o:
            return o["tree_stages"]
        levels = np.maximum(np.ceil(np.log2(o["tree_inputs"])), 1.0)
        product = equations.product_bits(self.sliced(o["weight_bits"])[0], o["activation_bits"])
        ratio = typical_delay_ratio(self, d.reference_voltage)
        time = ratio * d.full_adder_delay * adder_trees.ripple_tree_depth(o["tree_inputs"], product)
        cycle = 1.0 / o["array_clock"] - ratio * d.register_delay
        known = (cycle > 0.0) & (time > 0.0)
        return np.where(known, np.clip(np.ceil(time / np.where(known, cycle, 1.0)), 1.0, levels), levels)

    def adder_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of a sum."""
        return self.options["accumulator_bits"]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether sums fit, a stated gate has a clock to act on, and the stages of a tree settle in a cycle.

        Checks
        ------
        accumulator_width
            the accumulator is narrower than a product of a weight and an activation, so products are truncated before
            they are added; their error is not in the estimate
        storage_clock
            storage_clock: gated changes nothing, because without a free_running_clock all registers are clocked only
            when they are written; state the clock of the datapath, or leave it out
        tree_settles
            a stage of the tree of adders takes longer than a cycle; use more tree_stages
        """
        o, d, checks = self.options, self.device, super().checks(network)
        leaves = self.product_bits(network)
        checks.append(self.require("advice", "accumulator_width", o["accumulator_bits"], ">=", leaves, "bit"))
        if self.gated:
            checks.append(self.check("advice", "storage_clock", self.runs_freely))
        if "tree_stages" not in o or not np.all(d.full_adder_delay > 0.0):
            return checks
        depth = adder_trees.ripple_tree_depth(o["tree_inputs"], leaves)
        time = adder_trees.stage_time(depth, o["tree_stages"], d.full_adder_delay, d.register_delay)
        time = time * logic_delay_ratio(self, d.reference_voltage)
        cycle = 1.0 / o["array_clock"]
        return [*checks, self.require("design_rule", "tree_settles", time, "<=", cycle, "s")]

    def sum_bits(self) -> u.Bit:
        """Sum registers: one per unit, or its share of those in a tree and at the tree's root."""
        o = self.options
        if not self.in_tree:
            return o["accumulator_bits"]
        product = equations.product_bits(self.sliced(o["weight_bits"])[0], o["activation_bits"])
        return (self.tree_registers(product) + o["accumulator_bits"]) / o["tree_inputs"]

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Register bits of weight, activation, sum, and stored operands."""
        o = self.options
        factor = self.sliced(o["weight_bits"])[0]
        return factor + o["activation_bits"] + self.sum_bits() + o.get("storage", 0.0)

    def free_clocks(self, network: NetworkContext) -> dict[str, tuple[u.Bit, u.PerSecond]]:
        """Clock domains: the datapath and, if it has a clock of its own, the storage."""
        datapath, o = self.options.get("free_running_clock"), self.options
        stored = o.get("storage", 0.0)
        domains = {
            "registers": (self.register_bits(network) - stored, datapath),
            "storage": (stored, o.get("storage_clock", datapath)),
        }
        if self.gated:
            # the gate of a word loads the clock as a register does; words are as wide as the widest operand
            width = np.maximum(np.maximum(o["weight_bits"], o["activation_bits"]), o["accumulator_bits"])
            domains["storage"] = (np.ceil(stored / width), datapath)
        return {name: (bits, clock) for name, (bits, clock) in domains.items() if clock is not None}

    @property
    def gated(self) -> bool:
        """Whether a word of the storage is clocked only when it is written."""
        return bool(getattr(self.spec, "storage_clock", None) == GATED)

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of multiplier, adder and the registers of weight, activation and sum."""
        o, d = self.options, self.device
        factor = self.sliced(o["weight_bits"])[0]
        if not self.in_tree:
            return self.element_area(
                factor, o["activation_bits"], o["accumulator_bits"], o.get("storage", 0.0)
            )
        product = equations.product_bits(factor, o["activation_bits"])
        tree = equations.adder_tree_area(o["tree_inputs"], d.adder_area, product, _TREE_GROWTH)
        root = equations.adder_area(d.adder_area, o["accumulator_bits"])
        return (
            equations.multiplier_area(d.multiplier_area, factor, o["activation_bits"])
            + (tree + root) / o["tree_inputs"]
            + equations.register_area(d.register_area, self.register_bits(network))
        )


class ReportedMacParameters(Record):
    """Multiply-accumulate unit with published numbers."""

    mac_energy: u.Joule = positive()
    """Energy of one multiply-accumulate, including operand and sum registers."""
    static_power: u.Watt = non_negative()
    """Power of an idle unit, if the energy does not include it."""
    footprint: u.SquareMetre = non_negative()
    """Area of one unit, including its registers."""


class ReportedMacBlock(DeviceBlock):
    """Processing element of a digital array, known by its published energy and area."""

    record = ReportedMacParameters
    model: Literal["reported_mac"]
    weight_bits: WordWidth
    """Bits of the weight operand."""
    activation_bits: WordWidth
    """Bits of the activation operand."""
    accumulator_bits: WordWidth
    """Bits of the partial sum."""


class ReportedMac(Component[ReportedMacParameters]):
    """Published processing element: one energy per multiply-accumulate, independent of its operands."""

    schema = ReportedMacBlock
    synchronous = True
    owns = ("multiply-accumulate as reported",)
    example = "mac_zigzag"
    prior_error = PUBLISHED

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one multiply-accumulate, at the supply of its source."""
        cost = self.energy(
            "multiply_accumulate", "reported", self.device.mac_energy, "multiply-accumulate as reported"
        )
        return [cost]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one unit."""
        return [AreaCost(self.path, "datapath", self.device.footprint)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of an idle unit."""
        return [StaticCost(self.path, "static", self.device.static_power)]
