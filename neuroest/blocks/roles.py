"""Roles of blocks: what the stages ask of a block, one protocol per role.

A block plays a role by inheriting it, so that a block of another package is found, counted and timed like those that
ship. Roles of free blocks are asked for with `Chip.find`; those of a crossbar's circuits with `isinstance`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from neuroest.blocks.base import AreaCost, Check, Component, EnergyCost, NetworkContext
from neuroest.core import units as u


class Role:
    """A role; what it may use of the block that plays it."""

    path: str
    options: Mapping[str, u.Numeric]
    spec: Any
    device: Any


class SharedInTime(Role):
    """Executes actions one after the other for all layers that it serves."""

    def action_rate(self) -> u.PerSecond:
        """Actions of one instance in a second: its lanes at its clock."""
        return self.options["lanes"] * self.options["clock_frequency"]


class AddsPartialSums(SharedInTime):
    """Adds partial sums; action ``addition``."""


class ExecutesElementwise(SharedInTime):
    """Executes activations, pooling and element-wise operations."""


class UpdatesNeurons(SharedInTime):
    """Updates neurons whose states lie in a memory; action ``update``."""


class CodesSpikes(SharedInTime, ABC):
    """Encodes input spikes and decodes output spikes; actions ``encode``, ``count`` and ``decide``."""

    @abstractmethod
    def count_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of the count of one output."""


class Learns(SharedInTime):
    """Computes changes of weights, tags, traces, errors and thresholds.

    Actions ``update``, ``tag``, ``trace``, ``error``, ``error_product``, ``threshold`` and ``accumulation``.
    """


class MultipliesComputedFactors(Role):
    """Multiplies two computed factors; action ``multiply_accumulate``."""


class ChargesClock(Role):
    """Says what clock, control and floor plan add to the blocks of a chip."""


class PricesDie(Role):
    """Says yield and cost of a die."""


class EmitsCarbon(Role):
    """Says the carbon of making a die and of running it."""


class ExecutesInstructions(Role):
    """Runs a program next to the units of the chip."""


class SurroundsChip(Role):
    """Is around chips and takes power for them: a board, a frame, a rack."""


class CoversWork(Role):
    """Stands for work that its published power covers, listed in ``covers``."""


class ClampsColumn(Role, ABC):
    """Holds a column at its potential and passes its current on.

    Action ``column_bias``: reads of a column, less the share of its bias that the cells bring.
    """

    samples_columns: ClassVar[bool] = False
    """Whether the rows can be idle while a neuron still integrates."""

    @abstractmethod
    def input_resistance(self) -> u.Ohm:
        """Resistance that the column sees."""

    @abstractmethod
    def column_energies(self, read_time: u.Second) -> list[EnergyCost]:
        """Energy while the column is read."""


class HoldsResults(ClampsColumn, ABC):
    """Clamps a column and holds its result for the neuron; action ``hold``."""

    adds_results: ClassVar[bool] = False
    """Whether a result that comes while the neuron still has the last one prolongs its drive, so that none is lost."""

    @property
    @abstractmethod
    def held(self) -> str:
        """Path that the stages which hold a result are counted under."""

    @abstractmethod
    def hold_energies(self, hold_time: u.Second) -> list[EnergyCost]:
        """Energy of holding a result for a neuron."""

    @abstractmethod
    def held_voltage(self) -> u.Volt:
        """Largest voltage that a result is held at."""

    def driven_voltage(self) -> u.Volt:
        """Voltage that the neuron sees of the largest result."""
        return self.held_voltage()

    def threshold_spread(self) -> u.Dimensionless:
        """Error of what the held result is compared with, over full scale; zero where nothing is compared."""
        return 0.0

    @abstractmethod
    def droop_check(self, hold_time: u.Second, bits: u.Dimensionless) -> Check:
        """Whether the held result loses less than the read-out resolves."""


class MergesColumns(Role, ABC):
    """Weighs the columns of a weight's bits and adds them before the read-out; action ``merge``, one a column read."""

    @abstractmethod
    def merge_energies(
        self, read_time: u.Second, slices: u.Dimensionless, cell_bits: u.Dimensionless
    ) -> list[EnergyCost]:
        """Energy at one column, on average over the bits of a weight."""

    @abstractmethod
    def merge_area(self, slices: u.Dimensionless, cell_bits: u.Dimensionless) -> AreaCost:
        """Area at one column, on average over the bits of a weight."""


class LeavesColumnFloating(Role):
    """Has no circuit: the voltage of the column is the result."""


class CouplesDirectly(LeavesColumnFloating, ABC):
    """Lets the column drive the neuron itself; action ``couple``, one a column read."""

    @abstractmethod
    def coupling_energies(
        self, input_capacitance: u.Farad, drive: u.Volt, supply: u.Volt
    ) -> list[EnergyCost]:
        """Energy of charging the neuron's input to the drive of the rows, from the supply of the rows."""


class IdealColumn(Role):
    """Has no circuit and no loss; the estimate says that it is left out."""


class DrivesOneBit(Role, ABC):
    """Drives a row or does not, bit after bit."""

    @property
    @abstractmethod
    def shifter(self) -> Component[Any] | None:
        """Level shifter in front of the row, if there is one."""


class IntegratesInput(Role, ABC):
    """Weights the bits of an input by repetition, so that one conversion covers them all."""

    @abstractmethod
    def magnitude_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of an input that take a read."""
