"""Results of all draws along one parameter, and where the draws of two designs cross.

The draws are those of the bands of an estimate, and designs share the draws of common inputs.
"""

from collections.abc import Mapping

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.progress import Progress, silent
from neuroest.error_analysis.draws import SAMPLES, draw
from neuroest.exploration.batch_evaluation import box_of, evaluate_points
from neuroest.exploration.structures import Group
from neuroest.results.estimate import Band

LEAST_SHARE = 0.5
"""Share of the draws that must have an estimate for a band to exist."""


def results_along(
    group: Group, moved: Mapping[str, Array], points: int, quantity: str, progress: Progress = silent
) -> Array:
    """A result by draw and point.

    Parameters
    ----------
    group : Group
        The chip and its network.
    moved : mapping
        Values of each varied path, by point or by draw and point; they replace the draws of that path.
    points : int
        Number of points.
    quantity : str
        The result.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    array
        Draws by points; NaN without an estimate.
    """
    drawn = {path: values.reshape(-1, 1, 1) for path, values in draw(group.claims).items()}
    columns = {path: np.atleast_2d(values)[..., np.newaxis] for path, values in moved.items()}
    step, parts = max(1, box_of(group) // points), []
    for start in range(0, SAMPLES, step):
        stop = min(start + step, SAMPLES)
        given = {
            path: values[start:stop] if len(values) > 1 else values
            for path, values in {**drawn, **columns}.items()
        }
        shape = (stop - start, points)
        parts.append(
            evaluate_points(group, given, shape, [quantity], judged=False).totals[quantity].reshape(shape)
        )
        progress(stop / SAMPLES)
    return np.concatenate(parts)


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
