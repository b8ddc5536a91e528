"""Goodness of fit: whether the model misses its data by more than the scatter of the data.

A condition is a set of rows with equal settings. Repeated rows and different devices show how much the mean of its
residuals scatters; any excess is model error. A fit with only one or two conditions to spare cannot be rejected by its
data, so fewer parameters are fitted until at least `SPARE_CONDITIONS` remain.
"""

import numpy as np

from neuroest.core.extras import extra
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.predictions import Rows, error_is_stated, relative_error

SPARE_CONDITIONS = 2
"""Minimum number of conditions minus fitted parameters."""
SYSTEMATIC_LIMIT = 0.15
"""Largest accepted RMS log error of a model over its conditions; the bands cover smaller errors."""
_SIGNIFICANT = 1e-3
"""Probability below which a misfit is not attributed to scatter."""
_UNREPEATED_SCATTER = 0.3
"""Standard deviation of the logarithm assumed for rows that are not repeated and state no error."""
_SMALLEST_SCATTER = 1e-3
"""Standard deviation of the logarithm below which rows agree to the last digit of an instrument."""
_REPEATS = 3
"""Minimum number of repeated rows for their own scatter to be used."""


@frozen_dataclass
class Misfit:
    """Misfit of a model in one experiment.

    Attributes
    ----------
    systematic : float
        RMS log error over the conditions that scatter does not explain.
    probability : float
        Probability that scatter alone causes a misfit this large.
    conditions : int
        Number of conditions in the experiment.
    """

    experiment: str
    systematic: float
    probability: float
    conditions: int

    @property
    def rejected(self) -> bool:
        """Whether the experiment rejects the model."""
        return self.systematic > SYSTEMATIC_LIMIT and self.probability < _SIGNIFICANT

    def __str__(self) -> str:
        return (
            f"the model does not describe {self.experiment}: it misses the {self.conditions} conditions by a factor "
            f"{np.exp(self.systematic):.3g} beyond the scatter of the data"
        )


def condition_labels(part: Rows) -> Array:
    """Index of the condition that each residual belongs to."""
    settings = [name for name in part.experiment.layout.columns if name != part.experiment.layout.result]
    values = np.stack([part.experiment.columns[name][part.rows] for name in settings], axis=1)
    return np.unique(values, axis=0, return_inverse=True)[1].ravel()


def testable(part: Rows) -> bool:
    """Whether an experiment measures times, counts or currents, whose misfit is a factor."""
    return part.experiment.layout.name not in {"firing_probability", "paired_pulse"}


def misfit(part: Rows, parameters: int) -> Misfit | None:
    """Misfit of the model in an experiment of times, counts or currents; None for probabilities and differences."""
    if not testable(part):
        return None
    error = relative_error(part)
    residual = part.residuals[0] * error
    label: Array = condition_labels(part)
    device = part.experiment.column("device", -1.0)[part.rows]
    count = np.bincount(label)
    mean: Array = np.bincount(label, residual) / count
    within, between = _scatter(residual, label, device)
    if within is None:
        within = float(np.mean(error**2)) if error_is_stated(part.experiment) else _UNREPEATED_SCATTER**2
    devices = np.array([len(np.unique(device[label == at])) for at in range(len(count))])
    variance: Array = np.maximum(within / count + between / devices, _SMALLEST_SCATTER**2)
    freedom = max(1, len(count) - parameters)
    statistic = float(np.sum(np.square(mean) / variance))
    systematic = float(np.sqrt(max(0.0, float(np.mean(np.square(mean) - variance)))))
    probability = float(extra("scipy.stats", "lab").chi2.sf(statistic, freedom))
    return Misfit(part.experiment.layout.name, systematic, probability, len(count))


def _scatter(residual: Array, label: Array, device: Array) -> tuple[float | None, float]:
    """Variance within repeated rows of one condition and device, and variance between devices."""
    cell = np.unique(np.stack([label, device], axis=1), axis=0, return_inverse=True)[1].ravel()
    count = np.bincount(cell)
    means = np.bincount(cell, residual) / count
    freedom = len(residual) - len(count)
    inner = float(np.sum(np.square(residual - means[cell])))
    within = inner / freedom if freedom >= _REPEATS else None
    # the spread between devices is what remains after the mean of each condition is subtracted
    centred = residual - (np.bincount(label, residual) / np.bincount(label))[label]
    labels = np.unique(device)
    if len(labels) < 2 or len(np.unique(label)) == len(count):
        return within, 0.0
    offset = [float(np.mean(centred[device == each])) for each in labels]
    rows = len(residual) / len(labels)
    between = max(0.0, float(np.var(offset, ddof=1)) - (within or 0.0) / rows)
    return within, between


def needed_shift(shifts: Array, residuals: Array) -> float:
    """Smallest range of shifts of a logarithmic parameter that can match every row individually.

    Parameters
    ----------
    shifts : ndarray
        Shifts of the parameter that were tried, in ascending order; includes 0.
    residuals : ndarray of shape (shifts, rows)
        Residuals at each shift. A row whose residual never changes sign cannot be matched and is ignored.

    Returns
    -------
    float
        Smallest shift that matches a row, maximized over the rows; 0 if no row can be matched.

    Examples
    --------
    Two rows, matched at shifts of -1 and 2:

    >>> shifts = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    >>> needed_shift(shifts, np.stack([shifts + 1.0, shifts - 2.0], axis=1))
    2.0
    """
    met = np.sign(residuals[:-1]) * np.sign(residuals[1:]) <= 0.0
    ends = np.minimum(np.maximum(np.abs(shifts[:-1]), np.abs(shifts[1:]))[:, None], np.inf)
    nearest = np.min(np.where(met, ends, np.inf), axis=0)
    return float(np.max(nearest[np.isfinite(nearest)], initial=0.0))
