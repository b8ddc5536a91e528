"""Bus along all units of a level."""

from __future__ import annotations

from typing import ClassVar, Literal

from neuroest.blocks.interconnect.base import Wires, WiresBlock
from neuroest.core.units import Dimensionless, Metre
from neuroest.specs.blocks import Block


class BusBlock(WiresBlock):
    """One bus along all children of the level; everybody hears each transfer."""

    model: Literal["bus"]


class Bus(Wires):
    """Bus along all places; every transfer charges it from end to end."""

    schema: ClassVar[type[Block]] = BusBlock
    everybody_hears: ClassVar[bool] = True

    def length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """The bus passes each place once."""
        return tile_pitch * places

    def total_length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """One line past all places."""
        return self.length(tile_pitch, places)
