"""Draws of everything that is not known: spreads of parameters and errors of models."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.statistics import NORMAL_P90
from neuroest.specs.claims import Claim

SAMPLES = 512
SEED = 20250


def draw(claims: Mapping[str, Claim], samples: int, seed: int) -> dict[str, Array]:
    """Samples of every claim that states a spread; claims of one group move together.

    A value above zero is drawn log-normal on either side of its median, so that the ends of its spread are its
    10th and 90th percentile; others are drawn normal in the same way. No sample leaves the bounds of its quantity.
    Each cause has a stream of its own, so that a band does not move because another parameter came or went, and two
    designs share what they have in common.
    """
    shared: dict[str, Array] = {}
    values: dict[str, Array] = {}
    for path in sorted(claims):
        claim = claims[path]
        if not claim.has_spread or claim.low == claim.high:
            continue
        key = common_cause(claim)
        if key not in shared:
            stream = np.random.default_rng((seed, zlib.crc32(key.encode())))
            shared[key] = stream.standard_normal((samples, 1))
        values[path] = spread_over(claim, shared[key])
    return values


def common_cause(claim: Claim) -> str:
    """What a claim's doubt is shared with: claims of one group, or of one parameter of one file, move together."""
    return f"{claim.origin}:{claim.group or claim.path.rpartition('.')[2]}"


def spread_over(claim: Claim, z: Array) -> Array:
    """Values of a claim that lie `z` standard deviations from its median, within the bounds of its quantity."""
    if claim.value > 0.0 and claim.low > 0.0:
        up, down = np.log(claim.high / claim.value) / NORMAL_P90, np.log(claim.value / claim.low) / NORMAL_P90
        values = claim.value * np.exp(np.where(z > 0.0, z * up, z * down))
    else:
        up, down = (claim.high - claim.value) / NORMAL_P90, (claim.value - claim.low) / NORMAL_P90
        values = claim.value + np.where(z > 0.0, z * up, z * down)
    return within_bounds(claim, values)


def within_bounds(claim: Claim, values: Array) -> Array:
    """Samples of a claim with those outside of the bounds of its quantity moved to the nearest bound."""
    return np.asarray(np.clip(values, claim.minimum, claim.maximum))
