"""What measured values teach about common causes: an affine map of their standard normal scores.

Every uncertain input and every model's error is a function of one standard normal score (`draws`). Measured values
change the joint distribution of the scores in a few directions only, at most one for each value. So the posterior is

    score = z + directions @ (mean + (deviation - 1) * (directions.T @ z))

where z are the independent scores of the prior, from the same streams. Any number of draws follows from the same seed,
and a cause that no value informs keeps its draws.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.frozen_dataclass import frozen_dataclass

_NEGLIGIBLE = 1e-9
"""Change of a standard deviation below which a direction counts as not informed: rounding."""


@frozen_dataclass(eq=False)
class Posterior:
    """Joint distribution of the scores of some causes after conditioning.

    Attributes
    ----------
    causes : tuple of str
        Causes by name, as `neuroest.error_analysis.draws.common_cause` calls them.
    directions : array
        Orthonormal directions in the space of the scores: causes by directions.
    mean, deviation : array
        Mean and standard deviation along each direction, in standard deviations of the prior.
    """

    causes: tuple[str, ...]
    directions: Array
    mean: Array
    deviation: Array

    @classmethod
    def of(cls, causes: Sequence[str], shift: Array, reduction: Array) -> "Posterior":
        """Posterior from the means of the scores and a root of the lost covariance.

        Parameters
        ----------
        causes : sequence of str
            Names.
        shift : array
            Mean of each score; in the span of `reduction`, up to rounding.
        reduction : array
            Causes by columns: the covariance is the unit matrix less ``reduction @ reduction.T``.

        Examples
        --------
        Two scores, and one is measured as precisely as it was known: its variance halves.

        >>> found = Posterior.of(("a", "b"), np.array([0.5, 0.0]), np.array([[np.sqrt(0.5)], [0.0]]))
        >>> [round(float(value), 4) for value in found.deviations()]
        [0.7071, 1.0]
        """
        basis, _, _ = np.linalg.svd(np.column_stack([reduction, shift]), full_matrices=False)
        inner = basis.T @ reduction
        values, turned = np.linalg.eigh(inner @ inner.T)
        directions = basis @ turned
        mean = directions.T @ shift
        kept = (values > _NEGLIGIBLE) | (np.abs(mean) > _NEGLIGIBLE)
        deviation = np.sqrt(np.clip(1.0 - values, 0.0, None))
        return cls(tuple(causes), directions[:, kept], mean[kept], deviation[kept])

    def moved(self, scores: Array) -> Array:
        """Scores of the posterior from those of the prior, draws by causes."""
        along = scores @ self.directions
        return np.asarray(scores + (self.mean + (self.deviation - 1.0) * along) @ self.directions.T)

    def means(self) -> Array:
        """Mean of the score of each cause."""
        return np.asarray(self.directions @ self.mean)

    def deviations(self) -> Array:
        """Standard deviation of the score of each cause."""
        return np.asarray(np.sqrt(1.0 - (self.directions**2) @ (1.0 - self.deviation**2)))

    def carried(self, correlation: Callable[[str], float]) -> "Posterior":
        """Posterior of another chip, some of whose causes only correlate with those of this chip.

        Parameters
        ----------
        correlation : callable
            Correlation between the two scores of a cause: 1 for one that both chips have in common.
        """
        shares = np.array([correlation(cause) for cause in self.causes])[:, np.newaxis]
        reduction = shares * self.directions * np.sqrt(1.0 - self.deviation**2)
        return Posterior.of(self.causes, shares[:, 0] * self.means(), reduction)

    def scores(self, stream: Callable[[str], Array]) -> Mapping[str, Array]:
        """Draws of each cause, as a column, from the streams of the prior by cause."""
        prior = np.concatenate([stream(cause) for cause in self.causes], axis=1)
        moved = self.moved(prior)
        return {cause: moved[:, [index]] for index, cause in enumerate(self.causes)}
