"""Whether a model describes its data: what it misses beyond the scatter that the data themselves show.

A condition is a set of rows with equal settings. The mean of its residuals scatters by what repeated rows and different
devices show; what lies beyond belongs to the model. A fit that leaves a condition or two for a test at most cannot be
rejected by its data, so fewer parameters are fitted until at least `SPARE_CONDITIONS` remain.
"""

from dataclasses import dataclass

import numpy as np

from neuroest.core.extras import extra
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.predictions import Rows, error_is_stated, relative_error

SPARE_CONDITIONS = 2
"""Conditions that must remain once each fitted parameter has taken one."""
SYSTEMATIC_LIMIT = 0.15
"""Root mean square of the logarithm by which a model may miss its conditions; below, the bands carry it."""
_SIGNIFICANT = 1e-3
"""Probability below which a misfit is not taken for scatter."""
_UNREPEATED_SCATTER = 0.3
"""Deviation of the logarithm granted to rows that neither repeat nor state their error."""
_SMALLEST_SCATTER = 1e-3
"""Deviation of the logarithm below which rows are equal to the last digit that an instrument writes."""
_REPEATS = 3
"""Repeated rows from which their own scatter counts."""


@dataclass(frozen=True)
class Misfit:
    """What a model misses in one experiment.

    Attributes
    ----------
    systematic : float
        Root mean square over the conditions of the logarithm that scatter does not account for.
    probability : float
        Probability of a misfit as large by scatter alone.
    conditions : int
        Conditions of the experiment.
    """

    experiment: str
    systematic: float
    probability: float
    conditions: int

    @property
    def rejected(self) -> bool:
        """Whether the model does not describe the experiment."""
        return self.systematic > SYSTEMATIC_LIMIT and self.probability < _SIGNIFICANT

    def __str__(self) -> str:
        return (
            f"the model does not describe {self.experiment}: it misses the {self.conditions} conditions by a factor "
            f"{np.exp(self.systematic):.3g} beyond the scatter of the data"
        )


def condition_labels(part: Rows) -> Array:
    """Number of the condition of each residual."""
    settings = [name for name in part.experiment.layout.columns if name != part.experiment.layout.result]
    values = np.stack([part.experiment.columns[name][part.rows] for name in settings], axis=1)
    return np.unique(values, axis=0, return_inverse=True)[1].ravel()


def testable(part: Rows) -> bool:
    """Whether an experiment is of times, counts or currents, whose misfit is a factor."""
    return part.experiment.layout.name not in {"firing_probability", "paired_pulse"}


def misfit(part: Rows, parameters: int) -> Misfit | None:
    """What the model misses in an experiment of times, counts or currents; None for probabilities and differences."""
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
    """Variance within repeated rows of a condition and a device, and between devices."""
    cell = np.unique(np.stack([label, device], axis=1), axis=0, return_inverse=True)[1].ravel()
    count = np.bincount(cell)
    means = np.bincount(cell, residual) / count
    freedom = len(residual) - len(count)
    inner = float(np.sum(np.square(residual - means[cell])))
    within = inner / freedom if freedom >= _REPEATS else None
    # devices differ by what is left of each once the mean of its conditions is taken off
    centred = residual - (np.bincount(label, residual) / np.bincount(label))[label]
    labels = np.unique(device)
    if len(labels) < 2 or len(np.unique(label)) == len(count):
        return within, 0.0
    offset = [float(np.mean(centred[device == each])) for each in labels]
    rows = len(residual) / len(labels)
    between = max(0.0, float(np.var(offset, ddof=1)) - (within or 0.0) / rows)
    return within, between


def needed_shift(shifts: Array, residuals: Array) -> float:
    """Shift of a logarithmic parameter within which each row by itself can be met.

    Parameters
    ----------
    shifts : ndarray
        Shifts of the parameter that were tried, in ascending order, with 0 among them.
    residuals : ndarray of shape (shifts, rows)
        Residuals at each; a row whose residual changes its sign nowhere cannot be met and does not count.

    Returns
    -------
    float
        The largest over the rows of the smallest shift that meets each; 0 where none can be met.

    Examples
    --------
    Two rows, met at a shift of -1 and of 2:

    >>> shifts = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    >>> needed_shift(shifts, np.stack([shifts + 1.0, shifts - 2.0], axis=1))
    2.0
    """
    met = np.sign(residuals[:-1]) * np.sign(residuals[1:]) <= 0.0
    ends = np.minimum(np.maximum(np.abs(shifts[:-1]), np.abs(shifts[1:]))[:, None], np.inf)
    nearest = np.min(np.where(met, ends, np.inf), axis=0)
    return float(np.max(nearest[np.isfinite(nearest)], initial=0.0))
