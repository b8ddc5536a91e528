"""Points of the unit cube, chunk by chunk, with independent chunks.

numpy's Philox could serve the random sampler, but neither numpy nor scipy can evaluate a permutation at one index:
their Latin hypercube would keep all points in the memory of each worker. The Feistel network here needs its own hash,
which then also draws the random numbers.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array
from neuroest.core.installed import extra
from neuroest.exploration.space import Sampler

_Whole = NDArray[np.uint64]

_ROUNDS = 6
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
_MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9)  # first multiplier of the splitmix64 finaliser
_MIX_LAST = np.uint64(0x94D049BB133111EB)  # second multiplier of it
_SHIFT, _SHIFT_BETWEEN, _SHIFT_AGAIN = np.uint64(30), np.uint64(27), np.uint64(31)


def unit_points(sampler: Sampler, start: int, stop: int, samples: int, dimensions: int, seed: int) -> Array:
    """Points `start` to `stop` of a sequence of `samples`, each coordinate in [0, 1).

    Parameters
    ----------
    sampler : str
        ``random``, ``latin_hypercube`` or ``sobol``.
    start, stop : int
        Range of points. A point depends only on its index and the seed, not on the slice.
    """
    if dimensions == 0:
        return np.empty((stop - start, 0))
    if sampler == "sobol":
        return _sobol(start, stop, dimensions, seed)
    index = np.arange(start, stop, dtype=np.uint64)
    jitter = np.stack([_hashed(index, _key(seed, axis, 0)) for axis in range(dimensions)], axis=-1)
    if sampler == "random":
        return jitter
    strata = np.stack([permuted(index, samples, _key(seed, axis, 1)) for axis in range(dimensions)], axis=-1)
    return np.asarray(np.minimum((strata + jitter) / samples, np.nextafter(1.0, 0.0)))


def _key(seed: int, axis: int, stream: int) -> np.uint64:
    return np.uint64(np.random.SeedSequence([seed, axis, stream]).generate_state(1, np.uint64)[0])


def _mixed(value: _Whole) -> _Whole:
    with np.errstate(over="ignore"):  # arithmetic modulo 2^64 is intended
        value = (value ^ (value >> _SHIFT)) * _MIX_AGAIN
        value = (value ^ (value >> _SHIFT_BETWEEN)) * _MIX_LAST
    return value ^ (value >> _SHIFT_AGAIN)


def _hashed(index: _Whole, key: np.uint64) -> Array:
    """Uniform numbers by counter: the splitmix64 generator started at the key."""
    with np.errstate(over="ignore"):
        bits = _mixed(key + (index + np.uint64(1)) * _MIX)
    return np.asarray((bits >> np.uint64(11)) * 2.0**-53)


def permuted(index: _Whole, length: int, key: np.uint64) -> Array:
    """Pseudo-random permutation of `length` at each index: a Feistel network with cycle walking."""
    half = np.uint64(max(1, (max(length - 1, 1).bit_length() + 1) // 2))
    mask = (np.uint64(1) << half) - np.uint64(1)
    found = _feistel(index, half, mask, key)
    outside = found >= length
    while np.any(outside):
        found[outside] = _feistel(found[outside], half, mask, key)
        outside = found >= length
    return found.astype(np.float64)


def _feistel(index: _Whole, half: np.uint64, mask: np.uint64, key: np.uint64) -> _Whole:
    left, right = index >> half, index & mask
    with np.errstate(over="ignore"):
        for number in range(_ROUNDS):
            left, right = right, left ^ (_mixed(right + key + np.uint64(number) * _MIX) & mask)
    return (left << half) | right


def _sobol(start: int, stop: int, dimensions: int, seed: int) -> Array:
    engine = extra("scipy.stats", "explore").qmc.Sobol(
        dimensions, scramble=True, rng=np.random.default_rng(seed)
    )
    if start:
        engine.fast_forward(start)
    with warnings.catch_warnings():  # a slice has no power-of-two length, but the whole may have
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(engine.random(stop - start))
