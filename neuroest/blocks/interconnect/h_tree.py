"""H-tree to all units of a level."""

from typing import Literal

from neuroest.blocks.interconnect.base import Wires, WiresBlock
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import wiring


class HTreeBlock(WiresBlock):
    """Tree from the middle of the level to its children, with two equal branches at each node."""

    model: Literal["h_tree"]


class HTree(Wires):
    """Balanced tree from the middle of the chip; a transfer goes up to the root and down again.

    Model errors
    ------------
    energy
        detours of the wires and the sizes of repeaters are not in the model
    area
        as for its energy
    """

    schema = HTreeBlock
    prior_error = model_errors(energy=1.5, area=1.5)

    def length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Twice the distance from the root to a leaf of a full tree."""
        leaves = wiring.h_tree_leaves(places)
        return 2.0 * wiring.h_tree_path_length(wiring.h_tree_side(tile_pitch, leaves), leaves)

    def total_length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """All branches of the full tree."""
        leaves = wiring.h_tree_leaves(places)
        return wiring.h_tree_total_length(wiring.h_tree_side(tile_pitch, leaves), leaves)
