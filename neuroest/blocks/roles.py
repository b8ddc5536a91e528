"""Roles of blocks: interfaces through which the stages use blocks, one protocol per role.

A block plays a role by inheriting it, so that a block of another package is found, counted and timed like those that
ship. Roles of free blocks are asked for with `Chip.find`; those of a crossbar's circuits with `isinstance`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from neuroest.blocks.base import Component, NetworkContext, TechnologyPoint
from neuroest.core import units as u

TIMERS = "timers"
"""Term for the diffusive memristors that time spikes, one per line."""
COLUMN_ACCESS = "column_access"
"""Term for circuits that only learning needs: a column decoder and data at the rows."""


class Role:
    """Base of all roles; states the properties that it uses of the block."""

    path: str
    options: Mapping[str, u.Numeric]
    spec: Any
    device: Any
    technology: TechnologyPoint


class SharedInTime(Role):
    """Executes actions in sequence for all layers that it serves."""

    def action_rate(self) -> u.PerSecond:
        """Actions per second of one instance: its lanes times its clock."""
        return self.options["lanes"] * self.options["clock_frequency"]


class AddsPartialSums(SharedInTime):
    """Adds partial sums; action ``addition``."""


class ExecutesElementwise(SharedInTime):
    """Executes activations, pooling and element-wise operations."""


class UpdatesNeurons(SharedInTime):
    """Updates neurons whose states are in a memory; action ``update``."""


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


class ChargesClock(Role, ABC):
    """States the overheads of clock, control and floor plan on the blocks of a chip."""

    @property
    @abstractmethod
    def resting_power_density(self) -> u.WattPerSquareMetre:
        """Power of a die that waits for work over its area, if `resting_clock` is stated."""


class PricesDie(Role):
    """States yield and cost of a die."""


class StacksTier(Role):
    """Contains blocks that stand over those of another tier."""


class EmitsCarbon(Role):
    """States the carbon of making a die and of operating it."""


class ExecutesInstructions(Role):
    """Runs a program next to the units of the chip."""


class SurroundsChip(Role):
    """Encloses chips and draws power for them: a board, a frame, a rack."""


class SensesInput(Role, ABC):
    """Senses what the network reads; action ``event``."""

    @property
    @abstractmethod
    def on_die(self) -> bool:
        """Whether it is part of the chip."""

    @abstractmethod
    def sensors(self, network: NetworkContext) -> u.Dimensionless:
        """Sensors that serve all inputs of the network."""


class CoversWork(Role):
    """Represents work that its published power includes, listed in ``covers``."""


class ClampsColumn(Role):
    """Clamps a column at its potential, as its `loads` say, and passes on its current.

    Action ``column_bias``: reads of a column, less the share of its bias that the cells bring.
    """

    samples_columns: ClassVar[bool] = False
    """Whether the rows can be idle while a neuron still integrates."""


class HoldsResults(ClampsColumn, ABC):
    """Clamps a column and holds its result for the neuron; action ``hold``."""

    spike_ends_drive: bool = False
    """Whether a spike of the neuron discharges the held result, and so ends its drive for this timestep."""
    adds_results: ClassVar[bool] = False
    """Whether a result that arrives while the neuron still has the previous one extends its drive, so that none is
    lost."""

    @property
    @abstractmethod
    def held(self) -> str:
        """Path under which the stages that hold a result are counted."""

    @abstractmethod
    def held_voltage(self) -> u.Volt:
        """Largest voltage at which a result is held."""

    def driven_voltage(self) -> u.Volt:
        """Voltage at the neuron for the largest result."""
        return self.held_voltage()

    def threshold_spread(self) -> u.Dimensionless:
        """Error of the comparison level for the held result, over full scale; zero without a comparison."""
        return 0.0


class MergesColumns(Role):
    """Weights and adds the columns of a weight's bits before the read-out; action ``merge``, one per column read."""


class LeavesColumnFloating(Role):
    """Has no circuit: the column voltage is the result."""


class CouplesDirectly(LeavesColumnFloating):
    """Lets the column drive the neuron itself; action ``couple``, one per column read."""


class IdealColumn(Role):
    """Has no circuit and no loss; the estimate lists it as an exclusion."""


class DrivesOneBit(Role, ABC):
    """Drives a row or not, one bit after another."""

    @property
    @abstractmethod
    def shifter(self) -> Component[Any] | None:
        """Level shifter in front of the row; None without one."""


class IntegratesInput(Role, ABC):
    """Weights the bits of an input by repetition, so that one conversion covers them all."""

    @abstractmethod
    def magnitude_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of an input that take one read each."""
