"""Networks on the chip and links off it."""

from typing import ClassVar, Literal

from pydantic import Field

from neuroest.specs.base import Frequency, LengthOrAuto, PositiveNumberOrAuto, WordWidth, WordWidthOrAuto
from neuroest.specs.blocks import DeviceBlock


class MeshBlock(DeviceBlock):
    """Two-dimensional mesh of routers between the level's children."""

    device_model: ClassVar[str | None] = "mesh"
    model: Literal["mesh"]
    packet: Literal["address_event", "frame"]
    """address_event: one packet a spike that carries an address; frame: all elements of a layer in a row."""
    packet_bits: WordWidthOrAuto = "auto"
    """Bits of one address-event packet; auto: what the addresses need, with header."""
    hops: PositiveNumberOrAuto = "auto"
    """Routers that a packet passes; auto: from the sizes of neighbouring layers placed side by side."""
    destinations: PositiveNumberOrAuto = "auto"
    """Places that one packet goes to; auto: every place that holds a part of the next layer's fan-in."""
    tile_pitch: LengthOrAuto = "auto"
    """Distance between neighbouring routers; auto: the side of what hangs on one router."""
    routing: Literal["unicast", "multicast"] = "unicast"
    """unicast: one packet for every place; multicast: one packet that is copied where its ways part."""


class WiresBlock(DeviceBlock):
    """What networks without routers share."""

    device_model: ClassVar[str | None] = "wires"
    packet: Literal["address_event", "frame"]
    """address_event: one packet a spike that carries an address; frame: all elements of a layer in a row."""
    packet_bits: WordWidthOrAuto = "auto"
    """Bits of one address-event packet; auto: what the addresses need, with header."""
    tile_pitch: LengthOrAuto = "auto"
    """Distance between neighbouring places; auto: the side of what hangs on one of them."""
    width: WordWidth
    """Wires side by side."""
    clock_frequency: Frequency
    """Transfers per second."""


class BusBlock(WiresBlock):
    """One bus along all children of the level; everybody hears each transfer."""

    model: Literal["bus"]


class HTreeBlock(WiresBlock):
    """Tree from the middle of the level to its children, branching in two at equal lengths."""

    model: Literal["h_tree"]


class OffChipBlock(DeviceBlock):
    """Link off the chip, or the memory that hangs on it."""

    device_model: ClassVar[str | None] = "off_chip_link"
    model: Literal["off_chip_link"]
    carries: tuple[Literal["inputs", "outputs", "weights", "activations", "between_chips"], ...] = Field(
        min_length=1
    )
    """What goes over the link. weights: those that no memory of the chip can hold, and those that are written into
    cells in operation; activations: what a layer reads and writes, where both together exceed the memory that stores
    activations, and what waits between the parts of a network; between_chips: what layers on different chips exchange,
    where the chip's own count is above one."""
