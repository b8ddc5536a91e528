"""Yield, cost and carbon of a die."""

from typing import Any

import numpy as np

from neuroest.blocks.chip.stacked_tier import StackedTierParameters
from neuroest.blocks.roles import EmitsCarbon, PricesDie
from neuroest.core import units as u
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import stacked_tiers
from neuroest.pipeline.energy import Array


@frozen_dataclass(eq=False)
class DieTier:
    """A stacked tier of a die.

    Attributes
    ----------
    device : StackedTierParameters
        How it is stacked.
    area, vias : Numeric
        Area of its blocks with their white space [m^2], and vias to the tier below [1].
    """

    device: StackedTierParameters
    area: u.Numeric
    vias: u.Numeric


@frozen_dataclass(eq=False)
class Die:
    """Area of a die [m^2], and its stacked tiers."""

    area: Array
    tiers: tuple[DieTier, ...] = ()


def _first(chip: Chip, role: type[Any]) -> Any:
    """The chip's block of a role; None without one."""
    return next((block for _, block in chip.find(role)), None)


def good_shares(chip: Chip, die: Die) -> tuple[u.Numeric, ...]:
    """Share of the dies whose lowest tier works, and whose other tiers do, from the lowest up. [1].

    Empty if the chip has no block for it.
    """
    block = _first(chip, PricesDie)
    if block is None:
        return ()
    own = [block.good_share(tier.area, tier.device.defect_density) for tier in die.tiers]
    stacked = (
        stacked_tiers.stacking_yield(share, tier.device.stacking_yield, tier.vias, tier.device.via_failure)
        for share, tier in zip(own, die.tiers, strict=True)
    )
    return (block.good_share(die.area), *stacked)


def _good_share(chip: Chip, die: Die) -> u.Numeric:
    """Share of the dies of which all tiers work. [1]."""
    share: u.Numeric = 1.0
    for one in good_shares(chip, die):
        share = share * one
    return share


def yield_and_cost(chip: Chip, die: Die) -> tuple[Array, Array] | None:
    """Yield and cost of a good die in US dollars; None if the chip has no block for it. [1], [USD]."""
    block = _first(chip, PricesDie)
    if block is None:
        return None
    good = _good_share(chip, die)
    stacked = sum((tier.device.tier_wafer_cost for tier in die.tiers), start=0.0)
    return np.asarray(good), np.asarray(block.cost(die.area, good, stacked))


def wafers(chip: Chip, die: Die, chips: u.Numeric) -> Array | None:
    """Wafers needed for a number of good dies; None if the chip has no block for it. [1]."""
    block = _first(chip, PricesDie)
    if block is None:
        return None
    good = np.asarray(block.dies(die.area) * _good_share(chip, die))
    return np.asarray(np.where(good > 0.0, chips / np.where(good > 0.0, good, 1.0), np.inf))


def carbon(chip: Chip, die: Die, power: Array) -> tuple[Array, Array] | None:
    """Carbon from making a good die, and from its electricity in use; None if the chip has no block for it. [kg]."""
    block = _first(chip, EmitsCarbon)
    if block is None:
        return None
    known = yield_and_cost(chip, die)
    return np.asarray(block.embodied(die.area, None if known is None else known[0])), np.asarray(
        block.operational(power)
    )
