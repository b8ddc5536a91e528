"""Conditioning of the uncertain inputs and model errors on measured values: an iterated ensemble smoother.

Values are compared as logarithms, since errors of costs are factors. In each iteration the draws of the present
posterior go through the whole estimate, and a regression of the predicted logarithms on the scores gives the average
slopes, the scatter that no straight line explains, and from both the next posterior of the prior (an ensemble smoother
in Gauss-Newton form: Chen and Oliver, Math. Geosci. 44, 1 (2012); Raanes, Stordal and Evensen, Nonlin. Processes
Geophys. 26, 325 (2019)). For a straight line the result is exact. The scatter counts as an error of the measured
value, which keeps bands honest where the estimate bends. Slopes within the noise of the regression are zero
(localisation), so that causes without an effect keep their draws.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from neuroest.core.arrays import Array, Mask
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.error_analysis.draws import SAMPLES, SEED, Posterior, cause_stream

Prediction: TypeAlias = Callable[[Array], Array]
"""Logarithms of the predicted values, draws by values, from scores, draws by causes; not finite without an estimate."""

_MOST_ITERATIONS = 12
_FREE = 3
"""Iterations that use their own slopes only; later ones average them with those before, which ends swings."""
_SETTLED = 0.03
"""Change of a mean score from one iteration to the next, in standard deviations, at which iterations end."""
_NOISE_SIGMAS = 3.5
"""Standard errors below which a slope counts as noise: less than one of a thousand slopes that are zero exceeds it."""
_DRAWS_PER_CAUSE = 3
"""Draws for each coefficient of a regression, at least."""
CONTRADICTION = 2.576
"""Standard deviations between a measured value and its prediction above which they contradict each other: one of a
hundred draws is as far away."""


@frozen_dataclass(eq=False)
class Linear:
    """Average slopes of some logarithms.

    Attributes
    ----------
    slopes : array
        Causes by values.
    intercept : array
        Value at scores of zero.
    scatter : array
        Covariance that the slopes do not explain.
    """

    slopes: Array
    intercept: Array
    scatter: Array

    def of(self, kept: Mask) -> "Linear":
        """The same for some of the values."""
        return Linear(self.slopes[:, kept], self.intercept[kept], self.scatter[np.ix_(kept, kept)])

    def averaged(self, later: "Linear", weight: float) -> "Linear":
        """Average with the slopes of a later iteration, which have this weight."""
        pairs = zip(vars(self).values(), vars(later).values(), strict=True)
        return Linear(*((1.0 - weight) * before + weight * after for before, after in pairs))

    def covariance(self, deviations: Array) -> Array:
        """Covariance of the measured values before they are known, with their errors."""
        return np.asarray(self.slopes.T @ self.slopes + self.scatter + np.diag(deviations**2))


@frozen_dataclass(eq=False)
class Residual:
    """A measured value against its prediction from the others.

    Attributes
    ----------
    distance : float
        Measured less predicted logarithm, in standard deviations of both.
    logarithm : float
        The same as the logarithm of a ratio.
    alone : float
        Distance from the prediction without any measured value.
    """

    distance: float
    logarithm: float
    alone: float


@frozen_dataclass(eq=False)
class Conditioned:
    """Result of conditioning.

    Attributes
    ----------
    posterior : Posterior
        Of the scores.
    used : array of bool
        Values that the posterior is based on; the others contradict.
    residuals : tuple of Residual
        Every value against the prediction from the used ones, without itself.
    prior : Linear
        Average slopes over the prior.
    effective : float
        Effective number of posterior draws after weighting each by the ratio of its exact to its approximate density.
    iterations : int
        Until the means settled.
    draws : int
        Draws of each iteration.
    """

    posterior: Posterior
    used: Mask
    residuals: tuple[Residual, ...]
    prior: Linear
    effective: float
    iterations: int
    draws: int


def condition(
    predict: Prediction, causes: Sequence[str], measured: Array, deviations: Array, seed: int = SEED
) -> Conditioned:
    """Condition the scores of causes on measured values.

    Parameters
    ----------
    predict : callable
        The estimate.
    causes : sequence of str
        Names of the causes, which are the columns of the scores.
    measured, deviations : array
        Logarithm of each measured value, and its standard uncertainty.
    seed : int
        Of the draws.

    Returns
    -------
    Conditioned
        The posterior, with the values that contradict it.

    Raises
    ------
    NeuroestError
        If too few draws have an estimate.

    Examples
    --------
    A sum of two scores is measured as 2 with an error of 1: each score has a mean of 2 / 3.

    >>> found = condition(lambda z: z @ np.ones((2, 1)), ("a", "b"), np.array([2.0]), np.array([1.0]))
    >>> [round(float(value), 6) for value in found.posterior.means()]
    [0.666667, 0.666667]
    """
    scores = prior_scores(causes, seed)
    prior = linear(scores, predict(scores))
    used = consistent(prior, measured, deviations)
    posterior, count = _update(prior.of(used), causes, measured[used], deviations[used]), 0
    found = prior
    for count in range(1, _MOST_ITERATIONS + 1):
        before = posterior.means()
        moved = posterior.moved(scores)
        found = found.averaged(linear(moved, predict(moved)), 1.0 if count <= _FREE else 0.5)
        posterior = _update(found.of(used), causes, measured[used], deviations[used])
        if np.max(np.abs(posterior.means() - before), initial=0.0) < _SETTLED:
            break
    residuals = tuple(
        _residual(index, used, found if used[index] else prior, measured, deviations)
        for index in range(measured.size)
    )
    # effective size of the posterior draws as importance samples of the exact posterior
    moved = posterior.moved(scores)
    misfit = np.sum(((predict(moved)[:, used] - measured[used]) / deviations[used]) ** 2, axis=1)
    before, after = (np.sum((z @ posterior.directions) ** 2, axis=1) for z in (scores, moved))
    logs = 0.5 * (before - after - misfit)
    logs = np.where(np.isfinite(logs), logs, -np.inf)
    weights = np.exp(logs - logs.max())
    effective = float(weights.sum() ** 2 / np.sum(weights**2))
    return Conditioned(posterior, used, residuals, prior, effective, count, len(scores))


def prior_scores(causes: Sequence[str], seed: int = SEED) -> Array:
    """Scores of the prior, draws by causes: of each pair of the bands one, since both say the same of a slope."""
    stream = cause_stream(SAMPLES)
    blocks = 2 * -(-_DRAWS_PER_CAUSE * (len(causes) + 1) // SAMPLES)
    return np.concatenate(
        [
            np.concatenate([stream(cause, SAMPLES, seed, block)[::2] for cause in causes], axis=1)
            for block in range(blocks)
        ]
    )


def linear(scores: Array, predicted: Array) -> Linear:
    """Average slopes of predicted logarithms over draws of the scores.

    Raises
    ------
    NeuroestError
        If too few draws have an estimate for a regression.
    """
    known = np.isfinite(predicted).all(axis=1)
    rows, columns = int(known.sum()), scores.shape[1] + 1
    if rows < 2 * columns:
        raise NeuroestError(
            f"{rows} of {known.size} draws have an estimate of every measured value, too few to learn from; "
            "`neuroest estimate` shows which checks the others fail"
        )
    x, y = np.column_stack([np.ones(rows), scores[known]]), predicted[known]
    inverse = np.linalg.inv(x.T @ x)
    first = inverse @ (x.T @ y)
    noise = np.sqrt(np.sum((y - x @ first) ** 2, axis=0) / (rows - columns))
    errors = np.sqrt(np.diag(inverse))[:, np.newaxis] * noise
    kept = np.abs(first) > _NOISE_SIGMAS * errors
    kept[0] = True
    found = np.zeros_like(first)
    for index in range(y.shape[1]):
        chosen = kept[:, index]
        found[chosen, index] = np.linalg.lstsq(x[:, chosen], y[:, index], rcond=None)[0]
    left = y - x @ found
    return Linear(found[1:], found[0], np.atleast_2d(left.T @ left / rows))


def _update(found: Linear, causes: Sequence[str], measured: Array, deviations: Array) -> Posterior:
    """Posterior of the prior for a straight line."""
    root = np.linalg.cholesky(found.covariance(deviations))
    reduction = np.linalg.solve(root, found.slopes.T).T
    shift = reduction @ np.linalg.solve(root, measured - found.intercept)
    return Posterior.of(causes, shift, reduction)


def consistent(prior: Linear, measured: Array, deviations: Array) -> Mask:
    """Values that do not contradict the others; the worst is left out first."""
    used = np.ones(measured.size, dtype=np.bool_)
    while used.any():
        distances = np.array(
            [
                abs(_residual(index, used, prior, measured, deviations).distance) if used[index] else 0.0
                for index in range(measured.size)
            ]
        )
        alone = np.abs(measured - prior.intercept) / np.sqrt(np.diag(prior.covariance(deviations)))
        if distances.max() <= CONTRADICTION:
            break
        # two values that contradict each other are equally far apart: the one farther from the model goes
        worst = np.flatnonzero(distances >= 0.9 * distances.max())
        used[worst[np.argmax(alone[worst])]] = False
    return used


def _residual(index: int, used: Mask, found: Linear, measured: Array, deviations: Array) -> Residual:
    """One value against its prediction from the used ones, without itself."""
    others = used.copy()
    others[index] = False
    whole = found.covariance(deviations)
    gap = measured - found.intercept
    given = np.flatnonzero(others)
    weights = np.linalg.solve(whole[np.ix_(given, given)], whole[given, index])
    left = float(gap[index] - weights @ gap[given])
    variance = float(whole[index, index] - weights @ whole[given, index])
    alone = float(gap[index] / np.sqrt(whole[index, index]))
    return Residual(left / float(np.sqrt(variance)), left, alone)
