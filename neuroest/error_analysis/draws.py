"""Draws of all uncertain inputs: spreads of parameters and errors of models."""

import math
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.statistics import NORMAL_P90
from neuroest.specs.claims import Claim

if TYPE_CHECKING:
    from neuroest.error_analysis.posterior import Posterior

SAMPLES = 512
"""Draws behind every band, unless a run asks for another number; also the length of a block of draws."""
SEED = 20250
_KEPT = 2**12
"""Cached streams: enough for all claims of a dozen chips."""


def draw(
    claims: Mapping[str, Claim],
    samples: int = SAMPLES,
    seed: int = SEED,
    block: int = 0,
    posterior: "Posterior | None" = None,
) -> dict[str, Array]:
    """Draw samples of every claim with a spread; claims of one group vary together.

    A value above zero is drawn log-normal on either side of its median, so that the ends of its spread are its
    10th and 90th percentile; others are drawn normal in the same way. Spreads with a bound or another shape are drawn
    as `Spread` describes. No sample leaves the bounds of its quantity.
    Each cause has its own random stream. So adding or removing another parameter does not change a band, and two
    designs share the samples of common causes. Block 0 is that of an estimate; others have streams of their own. A
    posterior moves the samples of the causes that measured values inform; all others stay.
    """
    stream = cause_stream(samples)
    shared: dict[str, Array] = {}
    if posterior is not None:
        shared.update(posterior.scores(lambda cause: stream(cause, samples, seed, block)))
    values: dict[str, Array] = {}
    for path in sorted(claims):
        claim = claims[path]
        if not claim.has_spread or claim.low == claim.high:
            continue
        key = common_cause(claim)
        if key not in shared:
            shared[key] = stream(key, samples, seed, block)
        values[path] = spread_over(claim, shared[key])
    return values


def _new_stream(cause: str, samples: int, seed: int, block: int) -> Array:
    """Standard normal scores of one cause, as a column: the middles of equally probable parts, in random order.

    This is Latin hypercube sampling (McKay, Beckman and Conover, Technometrics 21, 239, 1979) with the middle of each
    part, so that the percentiles of one cause have no error of chance.
    """
    generator = np.random.default_rng((seed, zlib.crc32(cause.encode()), block))
    scores = np.empty((samples, 1))
    scores[np.argsort(generator.standard_normal(samples)), 0] = _middle_scores(samples)
    scores.flags.writeable = False
    return scores


@lru_cache(maxsize=8)
def _middle_scores(samples: int) -> Array:
    """Quantiles of a standard normal variable in the middles of equally probable parts, ascending."""
    from statistics import NormalDist  # noqa: PLC0415 - a run without bands needs none

    lower = np.array([NormalDist().inv_cdf((part + 0.5) / samples) for part in range((samples + 1) // 2)])
    return np.concatenate([lower, -lower[: samples // 2][::-1]])


_kept_stream = lru_cache(maxsize=_KEPT)(_new_stream)


def cause_stream(samples: int) -> Callable[[str, int, int, int], Array]:
    """What gives the scores of a cause by samples, seed and block; short ones are cached for chips that share them."""
    return _kept_stream if samples <= SAMPLES else _new_stream


def common_cause(claim: Claim) -> str:
    """Key of claims that vary together: one group, or one parameter of one file."""
    return f"{claim.origin}:{claim.group or claim.path.rpartition('.')[2]}"


def spread_over(claim: Claim, z: Array) -> Array:
    """Values of a claim `z` standard deviations from its median, within the bounds of its quantity."""
    z = -z if claim.opposite else z
    if claim.shape == "log_uniform":
        return within_bounds(claim, claim.low * np.exp(probability(z) * np.log(claim.high / claim.low)))
    if claim.shape == "one_sided":
        upwards = claim.high > claim.value
        place = _one_sided(z if upwards else -z, claim.bound == "hard")
        place = place if upwards else -place
    elif claim.bound:
        above, below = (_side(z, claim.bound in {"hard", end}) for end in ("high", "low"))
        place = np.where(z > 0.0, above, below)
    else:
        place = _side(z, bounded=False)
    if claim.value > 0.0 and claim.low > 0.0:
        up, down = np.log(claim.high / claim.value), np.log(claim.value / claim.low)
        values = claim.value * np.exp(np.where(place > 0.0, place * up, place * down))
    else:
        up, down = claim.high - claim.value, claim.value - claim.low
        values = claim.value + np.where(place > 0.0, place * up, place * down)
    return within_bounds(claim, values)


def probability(z: Array) -> Array:
    """Probability that a standard normal variable is below `z`."""
    return np.asarray(0.5 * (1.0 + _error_function(z / np.sqrt(2.0))))


def _side(z: Array, bounded: bool) -> Array:
    """Distance of a sample from the median, relative to the end on its side: 1 at the end.

    A tenth of all samples exceed an end that is a percentile. Between the median and a bound the distribution is
    uniform, since only these two are known.
    """
    return 2.0 * probability(z) - 1.0 if bounded else z / NORMAL_P90


def _one_sided(z: Array, bounded: bool) -> Array:
    """Distance of a sample from the value, relative to the other end; one-sided, like the upper half of a normal."""
    below = probability(z)
    if bounded:
        return below
    from statistics import NormalDist  # noqa: PLC0415 - few claims need it, and a short run would wait for it

    inverse = NormalDist().inv_cdf
    folded = np.frompyfunc(inverse, 1, 1)(np.minimum(0.5 + 0.5 * below, 1.0 - np.finfo(np.float64).epsneg))
    return np.asarray(folded, dtype=np.float64) / inverse(0.95)


def _error_function(x: Array) -> Array:
    """Error function of each element; numpy has none."""
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(x), dtype=np.float64)


def within_bounds(claim: Claim, values: Array) -> Array:
    """Samples of a claim with those outside of the bounds of its quantity moved to the nearest bound."""
    return np.asarray(np.clip(values, claim.minimum, claim.maximum))
