"""Results of all draws: along one parameter, where those of two designs cross, and the share that passes all checks.

The draws are those of the bands of an estimate, and designs share the draws of common inputs.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.progress import Progress, silent
from neuroest.error_analysis.draws import SAMPLES, SEED, Posterior, draw
from neuroest.exploration.batch_evaluation import Points, box_of, evaluate_points, in_blocks
from neuroest.exploration.chunks import holds
from neuroest.exploration.space import Constraint, constraint, faults_of, wrong
from neuroest.exploration.structures import Group
from neuroest.results.estimate import Band

PASSING_SHARE = "passing_share"
"""Name of the share in a limit, and its column."""


def share_that_passes(
    group: Group, chosen: Mapping[str, Array], samples: int, seed: int, quantity: str,
    posterior: Posterior | None = None,
) -> float:  # fmt: skip
    """Share of the samples in which a design has an estimate and passes all checks.

    Parameters
    ----------
    group : Group
        Structure of the design.
    chosen : mapping of array
        Value of each path that the design sets, of one element. These are exact; everything else is drawn.
    samples, seed : int
        Samples and seed of the draw.
    quantity : str
        A result that must exist.
    posterior : Posterior, optional
        What measured values have taught of the causes.
    """
    return float(drawn(group, chosen, samples, seed, (quantity,), posterior).feasible.mean())


def drawn(
    group: Group, chosen: Mapping[str, Array], samples: int, seed: int, quantities: Sequence[str],
    posterior: Posterior | None = None,
) -> Points:  # fmt: skip
    """Results of a design in each sample of its uncertain inputs; what the design sets is exact."""
    claims = {path: claim for path, claim in group.claims.items() if path not in chosen}
    values = {**draw(claims, samples, seed, posterior=posterior), **chosen}
    columns = {path: np.broadcast_to(value.reshape(-1), samples) for path, value in values.items()}
    return in_blocks(group, columns, samples, quantities)


def bands_at(group: Group, chosen: Mapping[str, Array], quantities: Sequence[str]) -> dict[str, Band]:
    """Bands of results of a design, with the draws of `neuroest.estimate`; what the design sets is exact."""
    found = drawn(group, chosen, SAMPLES, SEED, quantities)
    return {name: Band.of(found.totals[name]) for name in quantities}


def meets(share: float, limits: Sequence[Constraint]) -> bool:
    """Whether a share meets all limits on it."""
    return all(bool(holds(limit, {PASSING_SHARE: np.array([share])}, 1, "1")[0]) for limit in limits)


def separated(texts: Sequence[str]) -> tuple[tuple[Constraint, ...], tuple[Constraint, ...]]:
    """Limits on results, and limits on the share of the samples that pass.

    Raises
    ------
    SpecError
        For a limit on the share with something else than a share.
    """
    limits = tuple(constraint(text, "--limit") for text in texts)
    on_share = tuple(one for one in limits if PASSING_SHARE in (one.left, one.right))
    for one in on_share:
        if faults := faults_of(one, {PASSING_SHARE: "1"}):
            raise wrong(str(one), faults[0], "--limit")
    return tuple(one for one in limits if one not in on_share), on_share


LEAST_SHARE = 0.5
"""Share of the draws that must have an estimate for a band to exist."""


def results_along(
    group: Group,
    moved: Mapping[str, Array],
    points: int,
    quantities: Sequence[str],
    progress: Progress = silent,
) -> dict[str, Array]:
    """Results by draw and point.

    Parameters
    ----------
    group : Group
        The chip and its network.
    moved : mapping
        Values of each varied path, by point or by draw and point; they replace the draws of that path.
    points : int
        Number of points.
    quantities : sequence of str
        The results.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    dict of array
        Draws by points, by result; NaN without an estimate.
    """
    drawn = {path: values.reshape(-1, 1, 1) for path, values in draw(group.claims).items()}
    columns = {path: np.atleast_2d(values)[..., np.newaxis] for path, values in moved.items()}
    step = max(1, box_of(group) // points)
    parts: dict[str, list[Array]] = {quantity: [] for quantity in quantities}
    for start in range(0, SAMPLES, step):
        stop = min(start + step, SAMPLES)
        given = {
            path: values[start:stop] if len(values) > 1 else values
            for path, values in {**drawn, **columns}.items()
        }
        shape = (stop - start, points)
        totals = evaluate_points(group, given, shape, list(quantities), judged=False).totals
        for quantity, blocks in parts.items():
            blocks.append(totals[quantity].reshape(shape))
        progress(stop / SAMPLES)
    return {quantity: np.concatenate(blocks) for quantity, blocks in parts.items()}


def band_at(samples: Array) -> list[Band | None]:
    """Band at each point; None if too few of the draws have an estimate."""
    shares = np.isfinite(samples).mean(axis=0)
    return [
        Band.of(column) if share >= LEAST_SHARE else None
        for column, share in zip(samples.T, shares, strict=True)
    ]


def break_even_values(along: Array, difference: Array) -> Array | None:
    """Where each draw crosses zero first; None if too few draws have an estimate.

    Parameters
    ----------
    along : array
        The parameter at each point, or its logarithm.
    difference : array
        Draws by points; NaN without an estimate.

    Returns
    -------
    array
        One value per draw with an estimate; an infinity on the side where a draw that does not cross would do so, so
        that quantiles cover all draws. That side follows from the sign of the draw and the direction of the median
        over the draws, so the median is finite where the median difference crosses zero.
    """
    known = difference[np.isfinite(difference).any(axis=1)]
    if len(known) < LEAST_SHARE * len(difference):
        return None
    ends = np.array([row[np.isfinite(row)][[0, -1]] for row in known])
    rising = bool(np.median(ends[:, 1]) > np.median(ends[:, 0]))
    return np.array([_passed(along, row, rising=rising) for row in known])


def _passed(along: Array, row: Array, *, rising: bool) -> float:
    known = np.flatnonzero(np.isfinite(row))
    at, row = along[known], row[known]
    change = np.flatnonzero(np.sign(row[:-1]) != np.sign(row[1:]))
    if change.size:
        one = int(change[0])
        return float(at[one] + (at[one + 1] - at[one]) * row[one] / (row[one] - row[one + 1]))
    return np.inf if (row[0] < 0.0) == rising else -np.inf


def band_over_draws(found: Array) -> Band:
    """Band over all draws; its ends may be infinite."""
    return Band(*(float(end) for end in np.quantile(found, (0.1, 0.5, 0.9), method="nearest")))
