"""Block with published area and power."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Component, NetworkContext, StaticCost
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.roles import CoversWork
from neuroest.core import units as u
from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative


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
