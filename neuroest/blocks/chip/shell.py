"""Fixed blocks of a chip, and the shell around chips: a board, a frame, a rack, or a building with its cooling."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, Component, NetworkContext, StaticCost
from neuroest.blocks.model_error import PUBLISHED, exact_model
from neuroest.blocks.roles import CoversWork, SurroundsChip
from neuroest.core import units as u
from neuroest.equations import power as equations
from neuroest.specs.base import Count, FractionOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class FixedBlockParameters(Record):
    """A block with published area and power at full activity, such as a row of a paper's component table."""

    power: u.Watt = non_negative()
    """Power while the chip is active, independent of the network."""
    footprint: u.SquareMetre = non_negative()
    """Area of the block."""


Work = Literal["additions", "element_operations", "activations", "weights", "partial_sums", "state"]
"""Functions of a block with published power: a kind of operation, or storage of a kind of content."""


class FixedBlockBlock(DeviceBlock):
    """A block with published area and power. It counts at full activity while the chip is powered."""

    record = FixedBlockParameters
    model: Literal["fixed_block"]
    shared_by: Count = 1.0
    """Number of level instances that share one block."""
    covers: tuple[Work, ...] = ()
    """Functions of the block. Its published power covers this work, so no other block is charged for it."""


class FixedBlock(Component[FixedBlockParameters], CoversWork):
    """A block by its published area and power."""

    schema = FixedBlockBlock
    prior_error = PUBLISHED

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area as published, for one instance of the level."""
        return [AreaCost(self.path, "block", self.device.footprint / self.options["shared_by"])]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power as published, for one instance of the level."""
        return [StaticCost(self.path, "full_activity", self.device.power / self.options["shared_by"])]


class ShellParameters(Record):
    """Surroundings of chips: other parts with their power, power conversion, cooling."""

    idle_power: u.Watt = non_negative()
    """Idle power of the shell's own parts: memories, regulators, clocks, switches, fans, host."""
    active_power: u.Watt = non_negative(absent=0.0)
    """Additional power of these parts while the system computes."""
    efficiency: u.Dimensionless = positive(
        maximum=1.0, absent=1.0, exact="without it, the losses are part of the powers"
    )
    """Output power over input power of the power conversion."""
    overhead: u.Dimensionless = non_negative(absent=0.0)
    """Ratio of cooling and distribution power to all heat dissipated in the shell."""
    bit_energy: u.JoulePerBit = non_negative(absent=0.0)
    """Energy per bit between two shells. Only population spikes are counted."""


class ShellBlock(DeviceBlock):
    """A board, frame, rack or building around chips."""

    record = ShellParameters
    model: Literal["shell"]
    around: str | None = None
    """Name of the enclosed shell, such as `board`. Left out if this shell encloses the chips."""
    holds: Count = 1.0
    """Chips, or enclosed shells, in one such shell."""
    duty: FractionOrAuto = "auto"
    """Share of the time in which the shell's own parts draw their active power. auto: the share in which the chip
    computes, which is all of the time for back-to-back inferences."""


class Shell(Component[ShellParameters], SurroundsChip):
    """System shell around chips."""

    schema = ShellBlock
    prior_error = exact_model("powers and efficiencies are inputs with spreads of their own")

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether a stated duty makes sense: the shell's own parts draw more power while they work.

        Checks
        ------
        duty_of_shell
            duty changes nothing, because the device states no active_power; leave it out
        """
        if "duty" not in self.options:
            return []
        return [self.check("advice", "duty_of_shell", self.device.active_power > 0.0)]

    def number(self, inside: u.Dimensionless) -> u.Dimensionless:
        """Number of shells for this many chips or enclosed shells."""
        return np.ceil(inside / self.options["holds"])

    def power(self, inside: u.Watt, number: u.Dimensionless, computing: u.Dimensionless) -> u.Watt:
        """Power of all these shells with their contents, for this share of computing time."""
        d = self.device
        return equations.power_into_shell(
            inside, number, d.idle_power, d.active_power, self.options.get("duty", computing), d.efficiency,
            d.overhead,
        )  # fmt: skip

    def idle(self, inside: u.Watt, number: u.Dimensionless) -> u.Watt:
        """Idle power of all these shells with their contents."""
        d = self.device
        return equations.power_into_shell(inside, number, d.idle_power, 0.0, 0.0, d.efficiency, d.overhead)
