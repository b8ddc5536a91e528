"""Block by its published area and power."""

from typing import ClassVar, Literal

from neuroest.blocks.base import AreaCost, Component, NetworkContext, StaticCost
from neuroest.blocks.model_error import ModelErrors, exact_model
from neuroest.blocks.roles import CoversWork
from neuroest.core import units as u
from neuroest.specs.base import Count
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import Record, non_negative


class FixedBlockParameters(Record):
    """A block with published area and power at full activity, such as a row of a paper's component table."""

    model: ClassVar[str] = "fixed_block"
    folder: ClassVar[str] = "measured_chips"

    power: u.Watt = non_negative()
    """Power while the chip is active, independent of the network."""
    footprint: u.SquareMetre = non_negative()
    """Area of the block."""


Work = Literal["additions", "element_operations", "activations", "weights", "partial_sums", "state"]
"""What a block known by its published power may do: a kind of operation, or storing a kind of content."""


class FixedBlockBlock(DeviceBlock):
    """A block with a published area and power that is charged at full activity as long as the chip is powered."""

    record: ClassVar[type[Record] | None] = FixedBlockParameters
    model: Literal["fixed_block"]
    shared_by: Count = 1.0
    """Instances of the level that share one such block."""
    covers: tuple[Work, ...] = ()
    """What the block does, so that no other block is asked to do it; its published power covers that work."""


class FixedBlock(Component[FixedBlockParameters], CoversWork):
    """A block by its published area and power."""

    schema: ClassVar[type[Block]] = FixedBlockBlock
    prior_error: ClassVar[ModelErrors] = exact_model(
        "its values are published; their spread is in its device file"
    )

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area as published, for one instance of the level."""
        return [AreaCost(self.path, "block", self.device.footprint / self.options["shared_by"])]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power as published, for one instance of the level."""
        return [StaticCost(self.path, "full_activity", self.device.power / self.options["shared_by"])]
