"""What belongs to the chip as a whole, and blocks that are known by their published power."""

from typing import ClassVar, Literal

from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock

Work = Literal["additions", "element_operations", "activations", "weights", "partial_sums", "state"]
"""What a block known by its published power may do: a kind of operation, or storing a kind of content."""


class FixedBlock(DeviceBlock):
    """A block with a published area and power that is charged at full activity as long as the chip is powered."""

    device_model: ClassVar[str | None] = "fixed_block"
    model: Literal["fixed_block"]
    shared_by: Count = 1.0
    """Instances of the level that share one such block."""
    stands_for: tuple[Work, ...] = ()
    """What the block does, so that no other block is asked to do it; its published power covers that work."""


class OverheadsBlock(DeviceBlock):
    """Floor plan, clock, control and the cooling limit of the chip."""

    device_model: ClassVar[str | None] = "chip_overheads"
    model: Literal["chip_overheads"]


class DieCostBlock(DeviceBlock):
    """Yield and cost of a good die; costs nothing in energy or area."""

    device_model: ClassVar[str | None] = "die_cost"
    model: Literal["die_cost"]
    yield_model: Literal["negative_binomial", "poisson", "murphy"] = "negative_binomial"
    """How defects fall on the wafer. negative_binomial: in clusters, as the device's clustering says; poisson:
    independently of each other, which no clustering makes worse; murphy: with a density that varies triangularly."""
