"""Goodness of fit: whether the model misses its data by more than the scatter of the data.

A condition is a set of rows with equal settings, direction and place in the sequence. Repeated rows and different
devices show how much the mean of its residuals scatters; any excess is model error. A fit with only one or two
conditions to spare cannot be rejected by its data, so fewer parameters are fitted until at least `SPARE_CONDITIONS`
remain. Residuals of one sign over long stretches show that the law has another shape than the data, even where it is
close to them.
"""

from collections.abc import Iterator

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.layouts import Experiment
from neuroest.fitting.predictions import Rows, error_is_stated, relative_error
from neuroest.fitting.sequence import few_changes, places

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
_VARIED = frozenset(
    {"current_voltage", "endurance", "programmed_states", "pulse_response", "switching_states"}
)
"""Experiments whose rows at the same settings may differ by much."""
_MANY_REPEATS = 5
"""Number of repeated rows above which a wide scatter counts as measured, not as a contradiction."""
_RUNNING = 0.01
"""Probability of so few changes of sign below which residuals run; a convention."""


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
    runs : float
        RMS log error over the conditions if the residuals run along them by more than the error of a reading, else 0.
    """

    experiment: str
    systematic: float
    probability: float
    conditions: int
    runs: float = 0.0

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
    """Index of the condition that each residual belongs to, in the order of the sequence and the settings."""
    settings = [name for name in part.experiment.layout.columns if name != part.experiment.layout.result]
    values = [places(part.experiment)[part.rows], *(part.experiment.columns[n][part.rows] for n in settings)]
    return np.unique(np.stack(values, axis=1), axis=0, return_inverse=True)[1].ravel()


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
    size = float(np.sqrt(np.mean(np.square(mean))))
    beyond = size > float(np.median(error)) and few_changes(mean) < _RUNNING
    return Misfit(
        part.experiment.layout.name, systematic, probability, len(count), runs=size if beyond else 0.0
    )


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


def running(found: Misfit | None) -> Iterator[str]:
    """Residuals that run, in words."""
    if found is not None and found.runs:
        yield (
            f"the residuals of {found.experiment} run: {100.0 * found.runs:.2g} % over the {found.conditions} "
            "conditions, so the model has another shape than the data"
        )


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


def contradictions_of(experiment: Experiment) -> list[str]:
    """Rows with the same conditions but contradictory results, in words.

    More voltage must not take longer, and a few repeated rows must not differ by more than a factor of ten.
    """
    layout, found = experiment.layout, []
    settings = [n for n in layout.columns if n != layout.result]
    groups: dict[tuple[float, ...], list[float]] = {}
    device = experiment.column("device", 0.0)
    for row in range(experiment.rows):
        key = (device[row], *(experiment.columns[n][row] for n in settings))
        groups.setdefault(key, []).append(float(experiment.columns[layout.result][row]))
    # lifetimes and states vary naturally; sweeps and pulse trains depend on history
    if layout.name not in _VARIED:
        apart = {
            key: max(values) / min(values)
            for key, values in groups.items()
            if 1 < len(values) < _MANY_REPEATS and 0.0 < 10.0 * min(values) < max(values)
        }
        if apart:
            worst = max(apart, key=apart.__getitem__)
            formatted = ", ".join(f"{n} {v:.4g}" for n, v in zip(("device", *settings), worst, strict=True))
            more = f", and by more than 10 at {len(apart) - 1} other conditions" if len(apart) > 1 else ""
            found.append(
                f"{layout.name}: repeated rows differ by a factor {apart[worst]:.3g} ({formatted}){more}"
            )
    if layout.name == "firing_probability":
        found += _falling(experiment, rising=True)
    if layout.name == "integration_time":
        found += _falling(experiment, rising=False)
    return found


def _falling(experiment: Experiment, *, rising: bool) -> list[str]:
    voltage, result = experiment.columns["voltage"], experiment.columns[experiment.layout.result]
    if len(np.unique(voltage)) < 3:
        return []
    order = np.argsort(voltage, kind="stable")
    slope = np.polyfit(voltage[order], result[order] if rising else np.log(result[order]), 1)[0]
    if (slope < 0.0) == rising:
        way = "falls" if rising else "rises"
        return [f"{experiment.layout.name}: {experiment.layout.result} {way} with voltage"]
    return []
