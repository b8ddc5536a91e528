"""Bands of the results from the uncertainty of the parameters' means."""

from collections.abc import Mapping

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.frozen import named
from neuroest.error_analysis.draws import common_cause
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.soundness import estimate_exists
from neuroest.results.quantities import BANDED, QUANTITIES
from neuroest.results.uncertainty import Band, Bands, Sample
from neuroest.specs.claims import Claim

_NOISE_SIGMAS = 4.0
"""Standard deviations of chance below which a rank correlation counts as noise."""
_FEWEST_SAMPLES = 10
"""Feasible samples needed to name causes."""
_MOST_CAUSES = 5
_NEAR = 0.5
"""Least rank correlation of parameters of one cause; a bound that clips samples takes a part of it."""


def sample_of(result: Evaluation, drawn: Mapping[str, Array], samples: int, seed: int) -> Sample:
    """Totals with bands, one value per sample, from a batch with one point per sample."""
    with np.errstate(all="ignore"):  # later steps leave out samples without an estimate
        feasible = estimate_exists(result, samples)
        values = {name: np.asarray(QUANTITIES[name].of(result), dtype=np.float64) for name in BANDED}
    totals = {name: np.broadcast_to(value.reshape(-1), (samples,)) for name, value in values.items()}
    return Sample(drawn, totals, feasible, seed)


def bands_of(sample: Sample, claims: Mapping[str, Claim]) -> Bands:
    """Percentiles of the totals over the samples, and the parameters that affect them most.

    Parameters that vary together count once, under the name of the first.
    """
    feasible, drawn = sample.feasible, sample.drawn
    totals: dict[str, Band] = {}
    causes: dict[str, tuple[tuple[str, float], ...]] = {}
    together: dict[int, tuple[str, ...]] = {}
    ranks = _ranks(np.concatenate(list(drawn.values()), axis=1).T[:, feasible]) if drawn else np.empty((0, 0))
    for name, values in sample.totals.items():
        kept = values[feasible]
        if kept.size and np.all(np.isfinite(kept)):
            totals[name] = Band.of(kept)
            causes[name] = _causes(tuple(drawn), ranks, kept, claims, together)
    return Bands(
        named(totals, "result with a band"), float(feasible.mean()), causes, feasible.size, sample.seed,
        {paths[0]: paths for paths in together.values() if len(paths) > 1},
    )  # fmt: skip


def _causes(
    paths: tuple[str, ...], ranks: Array, result: Array, claims: Mapping[str, Claim],
    together: dict[int, tuple[str, ...]],
) -> tuple[tuple[str, float], ...]:  # fmt: skip
    """Squared rank correlations above noise, largest first; `together` keeps what varies together with each."""
    if result.size < _FEWEST_SAMPLES or np.ptp(result) == 0.0 or not paths:
        return ()
    shares = (ranks @ _ranks(result[np.newaxis, :])[0] / result.size) ** 2
    noise = _NOISE_SIGMAS**2 / result.size
    found: dict[str, float] = {}
    counted: set[str] = set()
    for index in np.argsort(-shares, kind="stable").tolist():
        if shares[index] <= noise or len(found) == _MOST_CAUSES:
            break
        if paths[index] not in counted:
            if index not in together:
                together[index] = _alike(index, paths, ranks, claims)
            alike = together[index]
            counted.update(alike)
            found[alike[0]] = float(shares[index])
    return tuple(found.items())


def _alike(index: int, paths: tuple[str, ...], ranks: Array, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """Paths of one common cause, which have the samples of one stream."""
    if paths[index] not in claims:
        return (paths[index],)
    cause = common_cause(claims[paths[index]])
    near = np.flatnonzero(np.abs(ranks @ ranks[index]) > _NEAR * ranks.shape[1])  # spares most of the paths
    return tuple(
        paths[one] for one in near if paths[one] in claims and common_cause(claims[paths[one]]) == cause
    )


def _ranks(rows: Array) -> Array:
    """Ranks along each row, with mean zero and standard deviation one."""
    count = rows.shape[1]
    places = np.arange(count) - (count - 1) / 2.0
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, np.argsort(rows, axis=1), places / places.std(), axis=1)
    return np.asarray(ranks)
