"""Common part of clocked digital blocks."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from neuroest.blocks.base import (
    FREE_CLOCK,
    AreaCost,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
)
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.process_scaling import (
    FAR,
    GatedBlock,
    gated,
    leakage_of_gates,
    logic_area_ratio,
    logic_delay_ratio,
    logic_energy_ratio,
    nodes_apart,
)
from neuroest.core import units as u
from neuroest.equations import adder_trees
from neuroest.equations import digital as equations
from neuroest.specs.base import Frequency
from neuroest.specs.parameters import DEFINED, Record, non_negative, positive, quantity

LOGIC_ERROR: ModelErrors = model_errors(
    energy=ModelError(1.6, "as for multiply-accumulate units"),
    area=ModelError(1.5, "as for multiply-accumulate units"),
    static_power=ModelError(3, "threshold options of the real library"),
)
"""Error of the model of a synthesised datapath."""


class LogicLibraryParameters(Record):
    """Arithmetic blocks of a standard-cell library."""

    model = "logic_library"

    reference_voltage: u.Volt = positive(exact=DEFINED)
    """Supply of the energies."""
    add_energy: u.JoulePerBit = positive()
    """Energy of an integer addition per bit."""
    multiply_energy: u.JoulePerSquareBit = positive()
    """Energy of an integer multiplication per cell of a gate and an adder."""
    product_gate_share: u.Dimensionless = quantity(minimum=0.0, maximum=1.0, absent=1.0)
    """Share of the gate in the energy of a cell. A product of a and b bits has a b gates and (a - 1) (b - 1) adders;
    with 1, the default, it has a b whole cells."""
    compare_energy: u.JoulePerBit = positive()
    """Energy of a comparison per bit."""
    register_energy: u.JoulePerBit = positive()
    """Energy of writing and reading a register per bit."""
    clock_energy: u.JoulePerBit = non_negative(absent=0.0)
    """Clock energy of a register without a write, per bit and cycle; part of the register energy."""
    adder_area: u.SquareMetrePerBit = positive()
    """Area of an adder per bit."""
    multiplier_area: u.SquareMetrePerSquareBit = positive()
    """Area of a multiplier per product of bits."""
    comparator_area: u.SquareMetrePerBit = positive()
    """Area of a comparator per bit."""
    register_area: u.SquareMetrePerBit = positive()
    """Area of a register per bit."""
    overhead: u.Dimensionless = positive(symbol="kappa_dig")
    """Energy of a real datapath with its control over that of its arithmetic."""
    area_overhead: u.Dimensionless = positive()
    """Area of a real datapath with its control over that of its arithmetic."""
    dual_rail_area: u.Dimensionless = non_negative(maximum=10.0, absent=0.0)
    """Area of asynchronous logic with two wires for each bit over that of the same function with a clock."""
    leakage_width: u.Dimensionless = non_negative()
    """Leaking transistor width of a two-input gate, in feature sizes."""
    register_file_depth: u.Dimensionless = non_negative(absent=0.0)
    """Growth of a register file's energy with the logarithm of its words, to base two."""
    register_port_area: u.Dimensionless = non_negative(absent=0.0)
    """Area of one further port of a register file at each stored bit, of the area of that bit."""
    full_adder_delay: u.Second = non_negative(absent=0.0)
    """Delay of a full adder from carry to carry, loaded by the next one."""
    register_delay: u.Second = non_negative(absent=0.0)
    """Clock-to-output delay of a register plus its setup time."""
    clock_margin: u.Dimensionless = quantity(minimum=1.0, absent=1.0)
    """Shortest clock period over the delay of the longest path, for skew, jitter and variation."""


class ClockedBlock(GatedBlock):
    """Datapath with registers."""

    free_running_clock: Frequency | None = None
    """Free-running clock of all registers, whether or not they are written. Without it, only written registers are
    clocked."""


_TREE_GROWTH = 1.0
"""Bits by which each level of an adder tree is wider than the previous one, so that no sum overflows."""


def free_clock_costs(
    path: str, clock_energy: u.JoulePerBit, domains: Iterable[tuple[u.Bit, u.PerSecond]]
) -> list[StaticCost]:
    """Power of clocks that reach so many registers whether or not they are written: one cost, or none."""
    powers = [equations.free_running_clock_power(clock_energy, bits, clock) for bits, clock in domains]
    if not powers:
        return []
    return [StaticCost(path, FREE_CLOCK, sum(powers[1:], start=powers[0]), switching=True)]


class LibraryLogic(Component[LogicLibraryParameters]):
    """Circuit of the cells of a library, whose registers a clock may reach in every cycle."""

    def scaled(self, energy: u.Joule) -> u.Joule:
        """Energy on the chip's process and supply, including the overhead of a real datapath."""
        return energy * logic_energy_ratio(self, self.device.reference_voltage) * self.device.overhead

    @property
    def runs_freely(self) -> bool:
        """Whether the registers are clocked in every cycle."""
        return "free_running_clock" in self.options

    def clock_check(self) -> Check:
        """Whether the library states the clock energy of a register.

        Checks
        ------
        clock_energy_known
            a free-running clock needs the clock_energy of the library, which its device file does not state
        """
        return self.require("infeasible", "clock_energy_known", self.device.clock_energy, ">", 0.0, "J/bit")


class Datapath(LibraryLogic, ABC):
    """A clocked datapath of standard cells."""

    synchronous = True
    scales_with_process = True
    clocked_by = "clock_frequency"
    """Option that states the clock."""

    def booked(self, costs: Iterable[tuple[str, str, u.Joule]]) -> list[EnergyCost]:
        """Energy terms by action and name, from the energies of the library."""
        (quantity,) = self.owns
        return [self.energy(action, term, self.scaled(energy), quantity) for action, term, energy in costs]

    def add(self, bits: u.Bit) -> u.Joule:
        """Energy of an addition in the library."""
        return equations.adder_energy(self.device.add_energy, bits)

    def multiply(self, bits_a: u.Bit, bits_b: u.Bit) -> u.Joule:
        """Energy of a multiplication in the library."""
        d = self.device
        return equations.multiplier_energy(d.multiply_energy, bits_a, bits_b, d.product_gate_share)

    def compare(self, bits: u.Bit) -> u.Joule:
        """Energy of a comparison in the library."""
        return equations.comparator_energy(self.device.compare_energy, bits)

    def registers(self, bits: u.Bit) -> u.Joule:
        """Energy of writing a word in the library, without the clock if that runs freely."""
        return self.written(bits, clocked_anyway=self.runs_freely)

    def written(self, bits: u.Bit, *, clocked_anyway: bool) -> u.Joule:
        """Energy of writing a word in the library, without the clock if that is charged in every cycle."""
        energy = self.device.register_energy
        if clocked_anyway:  # the spreads of both overlap, but a written register takes at least its clock
            energy = np.maximum(energy - self.device.clock_energy, 0.0)
        return equations.register_energy(energy, bits)

    def free_clocks(self, network: NetworkContext) -> dict[str, tuple[u.Bit, u.PerSecond]]:
        """Bits of the registers with a free-running clock, and its frequency, by clock domain."""
        clock = self.options.get("free_running_clock")
        return {} if clock is None else {"registers": (self.register_bits(network), clock)}

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Register bits of the datapath, all lanes."""
        return 0.0

    @abstractmethod
    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of the datapath in the library, all lanes."""

    def area(self, network: NetworkContext) -> u.SquareMetre:
        """Area on the chip's process, including the overhead of a real datapath."""
        return self.datapath_area(network) * logic_area_ratio(self) * self.device.area_overhead

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one instance."""
        return [AreaCost(self.path, "datapath", self.area(network))]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of all gates that fit in the datapath's area, and power of free-running clocks."""
        power = leakage_of_gates(self, self.area(network), self.device.leakage_width)
        leakage = StaticCost(self.path, "leakage", power)
        energy = self.scaled(self.device.clock_energy)
        return [leakage, *free_clock_costs(self.path, energy, self.free_clocks(network).values())]

    def slept(self, costs: list[StaticCost], network: NetworkContext) -> list[StaticCost]:
        """Leakage with power switches open; a free-running clock continues."""
        return gated(self, costs, self.area(network), self.device.leakage_width)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the library is of a node near the chip's, is fast enough, and states the clock of a register."""
        checks = [*self._node_checks(), *self._clock_checks(network)]
        return [*checks, self.clock_check()] if self.free_clocks(network) else checks

    def adder_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of the widest numbers that one cycle adds."""
        return network.accumulator_bits

    def _clock_checks(self, network: NetworkContext) -> list[Check]:
        """Whether a cycle is long enough for the fastest adder, if the library states its delays.

        Checks
        ------
        clock_settles
            a cycle is shorter than a register and the fastest adder of this width take; lower the clock, or raise the
            supply voltage
        """
        o, d = self.options, self.device
        clock = o.get(self.clocked_by)
        if clock is None or not np.all(d.full_adder_delay > 0.0):
            return []
        depth = adder_trees.look_ahead_depth(self.adder_bits(network))
        time = adder_trees.stage_time(depth, o.get("cycles", 1.0), d.full_adder_delay, d.register_delay)
        time = time * logic_delay_ratio(self, d.reference_voltage)
        if not np.any(time > 1.0 / clock):
            return []
        return [self.require("design_rule", "clock_settles", time, "<=", 1.0 / clock, "s")]

    def _node_checks(self) -> list[Check]:
        """Whether the library is scaled over more nodes than published libraries confirm.

        Checks
        ------
        library_node
            its library is from a node far from the chip's, where published products take up to five times the
            energy; use one of a closer node
        """
        moved = nodes_apart(self)
        if not np.any(moved > FAR):
            return []
        checks = self.require("extrapolation", "library_node", moved, "<=", FAR)
        # areas follow published gates within the spread of the process, and where the energy is corrected, the band
        # of the correction covers what published products take more
        corrected = np.any(self.process.energy_correction != 1.0)
        return [replace(checks, quantities=("static_power",) if corrected else ("energy", "static_power"))]


class Multiplying(Datapath, ABC):
    """Datapath of multipliers that add their products to sums in registers."""

    def element_area(self, factor: u.Bit, other: u.Bit, sums: u.Bit, storage: u.Bit = 0.0) -> u.SquareMetre:
        """Area of multiplier, adder and the registers of both factors and the sum."""
        d = self.device
        multiplier = equations.multiplier_area(d.multiplier_area, factor, other)
        registers = equations.register_area(d.register_area, factor + other + sums + storage)
        return multiplier + equations.adder_area(d.adder_area, sums) + registers
