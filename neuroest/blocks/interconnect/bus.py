"""Bus along all units of a level."""

from typing import Literal

from neuroest.blocks.interconnect.base import Wires, WiresBlock
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u


class BusBlock(WiresBlock):
    """One bus along all children of the level; each transfer is broadcast."""

    model: Literal["bus"]


class Bus(Wires):
    """Bus along all nodes; every transfer charges its full length.

    Model errors
    ------------
    energy
        detours of the wires and the sizes of repeaters are not in the model
    area
        as for its energy
    """

    schema = BusBlock
    everybody_hears = True
    prior_error = model_errors(energy=1.5, area=1.5)

    def length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Length: the bus passes each node once."""
        return tile_pitch * places

    def total_length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Length of one line past all nodes."""
        return self.length(tile_pitch, places)
