"""Yield and cost of a die."""

from __future__ import annotations

from typing import Any

import numpy as np

from neuroest.blocks.roles import PricesDie
from neuroest.design.chip import Chip
from neuroest.pipeline.energy import Array


def yield_and_cost(chip: Chip, die: Array) -> tuple[Array, Array] | None:
    """Share of good dies and cost of one of them in US dollars; None where the chip has no block for it. [1], [USD]."""
    found = chip.find(PricesDie)
    if not found:
        return None
    block: Any = found[0][1]
    return np.asarray(block.good_share(die)), np.asarray(block.cost(die))
