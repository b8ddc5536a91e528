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
    together: dict[str, list[str]] = {}
    for path in drawn:
        together.setdefault(common_cause(claims[path]) if path in claims else path, []).append(path)
    groups = {paths[0]: tuple(paths) for paths in together.values()}
    columns = [drawn[path] for path in groups]
    ranks = _ranks(np.concatenate(columns, axis=1).T[:, feasible]) if drawn else np.empty((0, 0))
    for name, values in sample.totals.items():
        kept = values[feasible]
        if kept.size and np.all(np.isfinite(kept)):
            totals[name] = Band.of(kept)
            causes[name] = _causes(tuple(groups), ranks, kept)
    return Bands(
        named(totals, "result with a band"),
        float(feasible.mean()),
        causes,
        feasible.size,
        sample.seed,
        {path: paths for path, paths in groups.items() if len(paths) > 1},
    )


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
    count = rows.shape[1]
    places = np.arange(count) - (count - 1) / 2.0
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, np.argsort(rows, axis=1), places / places.std(), axis=1)
    return np.asarray(ranks)
