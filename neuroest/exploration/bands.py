"""Bands of the results from what is not known about the means of the parameters."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuroest.build import Design
from neuroest.evaluation import Evaluation, evaluate
from neuroest.exploration.discrepancy import discrepancy_claims
from neuroest.soundness import sound_points
from neuroest.specs.claims import Claim
from neuroest.specs.workload import WorkloadSpec
from neuroest.units import Numeric

Array = NDArray[np.float64]

_Z90 = 1.2815515655446004  # 90th percentile of the standard normal distribution
_NOISE_SIGMAS = 4.0
"""A rank correlation below so many standard deviations of chance names no cause."""
_FEWEST_SAMPLES = 10
"""Fewer feasible samples than this name no cause."""
SAMPLES = 512
SEED = 20250


@dataclass(frozen=True, eq=False)
class Band:
    """10th, 50th and 90th percentile of a result."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, eq=False)
class Bands:
    """Bands of the totals of an estimate.

    Attributes
    ----------
    totals : mapping
        Band by the name of the total.
    feasible : float
        Share of the samples in which the estimate exists; the percentiles are of those.
    causes : mapping
        For each total the parameters that move it most, with their share of its logarithmic variance by rank.
    samples, seed : int
        Of the draw.
    """

    totals: Mapping[str, Band]
    feasible: float
    causes: Mapping[str, tuple[tuple[str, float], ...]]
    samples: int
    seed: int


def draw(claims: Mapping[str, Claim], samples: int, seed: int) -> dict[str, Array]:
    """Samples of every claim that states a spread; claims of one group move together.

    A value above zero is drawn log-normal on either side of its median, so that the ends of its spread are its
    10th and 90th percentile; others are drawn normal in the same way. No sample leaves the bounds of its quantity. Each
    cause has a stream of its own, so that
    a band does not move because another parameter came or went, and two designs share what they have in common.
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
        up, down = np.log(claim.high / claim.value) / _Z90, np.log(claim.value / claim.low) / _Z90
        values = claim.value * np.exp(np.where(z > 0.0, z * up, z * down))
    else:
        up, down = (claim.high - claim.value) / _Z90, (claim.value - claim.low) / _Z90
        values = claim.value + np.where(z > 0.0, z * up, z * down)
    return within_bounds(claim, values)


def within_bounds(claim: Claim, values: Array) -> Array:
    """Samples of a claim with those outside of the bounds of its quantity moved to the nearest bound."""
    return np.asarray(np.clip(values, claim.minimum, claim.maximum))


@dataclass(frozen=True, eq=False)
class SampledTotals:
    """Totals of every sample.

    Attributes
    ----------
    quantities : mapping
        Array of samples by the name of the total.
    feasible : array of bool
        Whether the sample has an estimate.
    """

    quantities: Mapping[str, Array]
    feasible: NDArray[np.bool_]


def sampled_totals(result: Evaluation, samples: int) -> SampledTotals:
    """Totals that have bands, one value a sample, from a batch of as many points."""
    feasible = sound_points(result, (samples,))
    for check in result.checks:
        if check.severity == "refuse":
            feasible &= np.broadcast_to(np.asarray(check.passed).reshape(-1), (samples,))
    quantities = {
        "energy_per_inference_J": result.energy,
        "area_m2": result.area,
        "latency_s": result.timing.latency,
        "throughput_per_s": 1.0 / result.period,
    }
    spread = {
        n: np.broadcast_to(np.asarray(q, dtype=np.float64).reshape(-1), (samples,))
        for n, q in quantities.items()
    }
    return SampledTotals(spread, feasible)


@dataclass(frozen=True, eq=False)
class Sample:
    """One draw of everything that is not known, and what it makes of an estimate.

    Attributes
    ----------
    drawn : mapping
        Samples of each parameter and model discrepancy that has a spread, by path.
    totals : SampledTotals
        The totals of each sample.
    samples, seed : int
        Of the draw.
    """

    drawn: Mapping[str, Array]
    totals: SampledTotals
    samples: int
    seed: int


def drawn_values(
    design: Design, claims: Mapping[str, Claim], samples: int = SAMPLES, seed: int = SEED
) -> dict[str, Array]:
    """Samples of all parameters that state a spread and of the models' discrepancies."""
    return draw({**claims, **discrepancy_claims(design)}, samples, seed)


def sample_estimate(
    design: Design,
    workload: WorkloadSpec,
    claims: Mapping[str, Claim],
    samples: int = SAMPLES,
    seed: int = SEED,
) -> Sample:
    """Totals of an estimate over the knowledge spread of its inputs; two designs share what they have in common."""
    drawn = drawn_values(design, claims, samples, seed)
    values: dict[str, Numeric] = {path: claim.value for path, claim in claims.items()}
    values.update(drawn)
    with np.errstate(all="ignore"):  # draws without an estimate are left out by what is made of them
        totals = sampled_totals(evaluate(design, workload, values), samples)
    return Sample(drawn, totals, samples, seed)


def sample_bands(sample: Sample) -> Bands:
    """Percentiles of the totals of a sample, and the parameters that move them most."""
    drawn, sampled = sample.drawn, sample.totals
    feasible = sampled.feasible
    totals: dict[str, Band] = {}
    causes: dict[str, tuple[tuple[str, float], ...]] = {}
    ranks = _ranks(np.concatenate(list(drawn.values()), axis=1).T[:, feasible]) if drawn else np.empty((0, 0))
    for name, array in sampled.quantities.items():
        kept = array[feasible]
        if kept.size == 0 or not np.all(np.isfinite(kept)):
            continue
        low, median, high = quantiles(kept, (0.1, 0.5, 0.9))
        totals[name] = Band(float(low), float(median), float(high))
        causes[name] = _causes(tuple(drawn), ranks, kept)
    return Bands(totals, float(feasible.mean()), causes, sample.samples, sample.seed)


def estimate_bands(
    design: Design,
    workload: WorkloadSpec,
    claims: Mapping[str, Claim],
    samples: int = SAMPLES,
    seed: int = SEED,
) -> Bands:
    """Percentiles of the totals over the knowledge spread of all parameters and of the models themselves."""
    return sample_bands(sample_estimate(design, workload, claims, samples, seed))


def quantiles(values: Array, probabilities: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of a sample by linear interpolation between its order statistics, numpy's default.

    `numpy.quantile` gives the same numbers, but loads masked arrays first, which a short run would wait for.
    """
    ordered = np.sort(values)
    places = np.asarray(probabilities) * (ordered.size - 1)
    return tuple(float(q) for q in np.interp(places, np.arange(ordered.size), ordered))


def _causes(paths: tuple[str, ...], ranks: Array, result: Array) -> tuple[tuple[str, float], ...]:
    """Squared rank correlations above noise, largest first."""
    if result.size < _FEWEST_SAMPLES or np.ptp(result) == 0.0 or not paths:
        return ()
    shares = (ranks @ _ranks(result[np.newaxis, :])[0] / result.size) ** 2
    noise = _NOISE_SIGMAS**2 / result.size
    largest = np.argsort(-shares)[:5]
    return tuple((paths[index], float(shares[index])) for index in largest if shares[index] > noise)


def _ranks(rows: Array) -> Array:
    """Ranks along each row, with mean zero and standard deviation one."""
    order = np.empty_like(rows)
    np.put_along_axis(order, np.argsort(rows, axis=1), np.arange(rows.shape[1], dtype=np.float64), axis=1)
    return np.asarray((order - order.mean(axis=1, keepdims=True)) / order.std(axis=1, keepdims=True))
