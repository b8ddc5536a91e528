"""Yield, cost and carbon of a die."""

from typing import Any

import numpy as np

from neuroest.blocks.roles import EmitsCarbon, PricesDie
from neuroest.core import units as u
from neuroest.design.chip import Chip
from neuroest.pipeline.energy import Array


def _first(chip: Chip, role: type[Any]) -> Any:
    """The chip's block of a role; None without one."""
    return next((block for _, block in chip.find(role)), None)


def yield_and_cost(chip: Chip, die: Array) -> tuple[Array, Array] | None:
    """Yield and cost of a good die in US dollars; None if the chip has no block for it. [1], [USD]."""
    block = _first(chip, PricesDie)
    if block is None:
        return None
    return np.asarray(block.good_share(die)), np.asarray(block.cost(die))


def wafers(chip: Chip, die: Array, chips: u.Numeric) -> Array | None:
    """Wafers needed for a number of good dies; None if the chip has no block for it. [1]."""
    block = _first(chip, PricesDie)
    if block is None:
        return None
    good = np.asarray(block.good_dies(die))
    return np.asarray(np.where(good > 0.0, chips / np.where(good > 0.0, good, 1.0), np.inf))


def carbon(chip: Chip, die: Array, power: Array) -> tuple[Array, Array] | None:
    """Carbon from making a good die, and from its electricity in use; None if the chip has no block for it. [kg]."""
    block = _first(chip, EmitsCarbon)
    if block is None:
        return None
    known = yield_and_cost(chip, die)
    return np.asarray(block.embodied(die, None if known is None else known[0])), np.asarray(
        block.operational(power)
    )
