"""Goodness of fit, and uncertainty of fitted parameters from scatter, device-to-device spread and model error.

A condition is a set of rows with equal settings, direction and place in the sequence. Repeated rows and different
devices show how much the mean of its residuals scatters; any excess is model error. A fit with only one or two
conditions to spare cannot be rejected by its data, so fewer parameters are fitted until at least `SPARE_CONDITIONS`
remain. Residuals of one sign over long stretches show that the law has another shape than the data, even where it is
close to them.

Bands come from a sandwich estimator: the bread is the curvature of the robust loss, the meat comes from the residuals.
It adds three contributions. First, rows scatter, with a separate variance for each experiment. Second, devices differ:
all rows of one device are late or early together, so twenty rows of one device are not twenty devices. Third, the model
error is the same in every repetition of a condition, so repetition does not average it out. Each contribution is
estimated from a few numbers, so quantiles of Student's distribution replace normal ones.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.dynamics.in_time import Array
from neuroest.fitting.headers import Experiment
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


def needed_shifts(shifts: Array, point: Array, residuals: Callable[[Array], Array]) -> Array:
    """`needed_shift` of each parameter, varied alone, by the residuals at many points."""
    ways = np.eye(len(point))
    return np.array([needed_shift(shifts, residuals(point + shifts[:, None] * way)) for way in ways])


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


MODEL_ERROR = 0.01
"""Relative error of a predicted time compared with the full simulation; shared by all rows of a condition."""
_FEW = 4.0
"""Degrees of freedom below which an experiment's own scatter is no more certain than a typical reading error."""
_PRIOR = 5.0
"""Degrees of freedom assigned to a stated or typical error."""
_UNIT_SCORE = 0.3443
"""Mean square slope of the soft L1 loss for standard normal residuals: 1 - E[1/(1 + r^2)]."""
_DRIVEN = frozenset({"integration_time", "pulse_train", "paired_pulse"})
"""Experiments in which a more strongly driven device is early in every row."""
_SMALLEST = 1e-6
_UNSEEN = 1e-9
"""Curvature, relative to the largest, below which a direction counts as flat."""
_NOTHING_KNOWN = 1e6
"""Variance of a logarithm along a flat direction."""

_Piece: TypeAlias = tuple[str, Array, float]
"""A part of the covariance: its cause, and its degrees of freedom at the end."""


@frozen_dataclass
class Scatter:
    """Relative spread of the drive between and within devices; None without repeated measurements."""

    between: float | None = None
    within: float | None = None
    devices: int = 1


@frozen_dataclass
class Bands:
    """Standard deviations of the logarithms of the fitted parameters.

    Attributes
    ----------
    deviation : ndarray
        Standard deviations.
    freedom : ndarray
        Degrees of freedom of each, for Student's quantiles.
    correlation : ndarray
        Between the parameters.
    chi_square : float
        Sum of robustly weighted squared residuals per degree of freedom.
    shares : dict of str to ndarray
        Share of each parameter's variance by origin: `scatter`, `devices`, `model`, `held` and `minima`.
    """

    deviation: Array
    freedom: Array
    correlation: Array
    chi_square: float
    shares: dict[str, Array]


@frozen_dataclass
class Linear:
    """A fit linearized at its solution: residuals, their slopes and their grouping.

    Attributes
    ----------
    residuals : ndarray
        One per row.
    slopes : ndarray of shape (rows, parameters)
        Derivatives with respect to the logarithms of the fitted parameters.
    drive : ndarray
        Derivative of each residual with respect to the logarithm of the drive.
    experiment, condition, device : ndarray of int
        Group of each row; device is -1 if none is named.
    parts : list of Rows
        The experiments, in the order of their numbers.
    """

    residuals: Array
    slopes: Array
    drive: Array
    experiment: Array
    condition: Array
    device: Array
    parts: list[Rows]


def linearised(parts: list[Rows], slopes: Array, drive: Array) -> Linear:
    """Concatenate the rows of all experiments, with the groups that they share."""
    experiments, conditions, devices = [], [], []
    known: dict[tuple[object, ...], int] = {}
    for number, part in enumerate(parts):
        layout = part.experiment.layout
        settings = [n for n in layout.columns if n != layout.result]
        devices.append(part.experiment.column("device", -1.0)[part.rows].astype(int))
        experiments.append(np.full(len(part.rows), number))
        for place, row in enumerate(part.rows):
            # a second number in a row counts as a separate condition
            second = place >= len(part.used)
            key = (layout.name, second, *(float(part.experiment.columns[n][row]) for n in settings))
            conditions.append(known.setdefault(key, len(known)))
    residuals = np.concatenate([part.residuals[0] for part in parts])
    driven = np.concatenate(
        [np.full(p.residuals.shape[1], p.experiment.layout.name in _DRIVEN) for p in parts]
    )
    return Linear(
        residuals, slopes, np.where(driven, drive, 0.0), np.concatenate(experiments), np.array(conditions),
        np.concatenate(devices), parts,
    )  # fmt: skip


def bands(
    fit: Linear, scatter: Scatter, held: Array | None = None, elsewhere: Array | None = None,
    shifted: Array | None = None,
) -> Bands:  # fmt: skip
    """Standard deviations, their degrees of freedom and correlations.

    Parameters
    ----------
    fit : Linear
        The fit, linearized at its solution.
    scatter : Scatter
        Spread between and within devices.
    held : ndarray of shape (rows, held parameters), optional
        Change of each residual when a fixed parameter changes by one standard deviation.
    elsewhere : ndarray of shape (minima, parameters), optional
        Step to each other minimum that describes the data equally well within chance.
    shifted : ndarray, optional
        Possible shift of each residual due to scatter of the drive: the mean time is not the time at the mean drive.
    """
    r, size = fit.residuals, fit.slopes.shape[1]
    score = r / np.sqrt(1.0 + r * r)
    bend = np.power(1.0 + r * r, -1.5)
    numbers = range(len(fit.parts))
    mean_bend = np.array([float(np.mean(bend[fit.experiment == e])) for e in numbers])[fit.experiment]
    curvature = (fit.slopes * mean_bend[:, None]).T @ fit.slopes
    values, axes = np.linalg.eigh(curvature)
    # a direction that affects no row has no curvature and no score, so the data say nothing about it
    unseen = values <= _UNSEEN * values[-1]
    bread = (axes / np.where(unseen, np.inf, values)) @ axes.T
    open_ends = (axes * np.where(unseen, _NOTHING_KNOWN, 0.0)) @ axes.T
    pull = fit.slopes @ bread  # shift of each parameter due to the score of each row
    leverage = mean_bend * np.einsum("ij,ij->i", pull, fit.slopes)
    pieces: list[_Piece] = [("scatter", open_ends, np.inf)]
    pieces += _scattered(fit, scatter, score, mean_bend, pull, leverage)
    pieces += _missed(fit, score, mean_bend, pull, leverage)
    if held is not None and held.shape[1]:
        moved = pull.T @ (mean_bend[:, None] * held)
        pieces.append(("held", moved @ moved.T, np.inf))
    if shifted is not None:
        moved = pull.T @ (mean_bend * shifted)
        pieces.append(("model", np.outer(moved, moved), np.inf))
    if elsewhere is not None:
        pieces += [("minima", np.outer(way, way), np.inf) for way in elsewhere]
    total = sum((piece for _, piece, _ in pieces), np.zeros((size, size)))
    variance = np.maximum(np.diag(total), _SMALLEST**2)
    deviation = np.sqrt(variance)
    weights = np.power(1.0 + r * r, -0.5)
    chi_square = float(np.sum(weights * r * r) / max(1, len(r) - size))
    shares = {
        origin: sum((np.diag(p) for o, p, _ in pieces if o == origin), np.zeros(size)) / variance
        for origin in ("scatter", "devices", "model", "held", "minima")
    }
    # degrees of freedom of a sum of variances, each estimated from a few numbers (Satterthwaite 1946)
    grouped: dict[tuple[str, float], Array] = {}
    for origin, piece, of_piece in pieces:
        grouped[origin, of_piece] = grouped.get((origin, of_piece), 0.0) + np.diag(piece)
    spent = sum((part**2 / of_part for (_, of_part), part in grouped.items()), np.zeros(size))
    freedom = np.where(spent > 0.0, variance**2 / np.where(spent > 0.0, spent, 1.0), np.inf)
    return Bands(deviation, freedom, total / np.outer(deviation, deviation), chi_square, shares)


def _scattered(
    fit: Linear, scatter: Scatter, score: Array, mean_bend: Array, pull: Array, leverage: Array
) -> Iterator[_Piece]:
    """Scatter of rows, per experiment, and of whole devices."""
    for e in range(len(fit.parts)):
        mine = fit.experiment == e
        freedom = float(np.sum(mine)) - float(np.sum(leverage[mine]))
        left = score[mine]
        if scatter.between and scatter.devices > 1:
            # scores minus the mean offset of each device, which costs a degree of freedom for each offset
            drive, device = fit.drive[mine], fit.device[mine]
            labels = np.unique(device[drive != 0.0])
            for name in labels:
                own = device == name
                left[own] -= drive[own] * (drive[own] @ left[own]) / (drive[own] @ drive[own])
            freedom -= max(0, len(labels) - 1)
        stated = error_is_stated(fit.parts[e].experiment)
        # prior knowledge of the errors counts as a few extra rows
        prior = _PRIOR if stated or freedom < _FEW else 0.0
        known = max(prior + freedom, 1.0)
        # few rows are fitted closely, so their loss is nearly quadratic and its slope is the residual itself
        unit = max(_UNIT_SCORE, float(mean_bend[mine][0]) ** 2)
        variance = (prior * unit + float(np.sum(left**2))) / known
        yield "scatter", variance * pull[mine].T @ pull[mine], known
    if scatter.between and scatter.devices > 1:
        # rows that name no device form one extra device
        for label in np.unique(fit.device):
            mine = fit.device == label
            moved = pull[mine].T @ (mean_bend[mine] * fit.drive[mine]) * scatter.between
            yield "devices", np.outer(moved, moved), float(scatter.devices - 1)


def _missed(fit: Linear, score: Array, mean_bend: Array, pull: Array, leverage: Array) -> Iterator[_Piece]:
    """Model error per condition, from the means of repeated rows, but at least the model's stated error."""
    for e, part in enumerate(fit.parts):
        mine = np.flatnonzero(fit.experiment == e)
        labels, place, counts = np.unique(fit.condition[mine], return_inverse=True, return_counts=True)
        means = np.bincount(place, weights=score[mine]) / counts
        within = float(np.sum((score[mine] - means[place]) ** 2)) / max(1, len(mine) - len(labels))
        freedom = max(1.0, len(labels) - float(np.sum(leverage[mine])))
        beyond = float(np.sum(means**2 - within / counts)) / freedom if np.max(counts) > 1 else 0.0
        own = (mean_bend[mine] * MODEL_ERROR / relative_error(part)) ** 2
        for label in range(len(labels)):
            rows = mine[place == label]
            direction = np.sum(pull[rows], axis=0)
            size = max(beyond, float(np.mean(own[place == label])))
            yield "model", size * np.outer(direction, direction), freedom if beyond > 0.0 else np.inf


def quantile(share: float, freedom: float) -> float:
    """Half-width, in standard deviations, of the central interval of Student's distribution."""
    return float(extra("scipy.stats", "lab").t.ppf(0.5 + share / 2.0, min(freedom, 1e6)))


def variability(parts: list[Rows], slopes: Mapping[int, Array]) -> Scatter:
    """Standard deviations of the drive between devices and between cycles, from repeated measurements of times.

    A late device behaves like one with a weaker drive. The slope of its logarithmic time versus drive converts one into
    the other.
    """
    drive, named = [], []
    for number, part in enumerate(parts):
        columns = part.experiment.columns
        if number not in slopes or not {"device", "cycle"} & columns.keys():
            continue
        slope = slopes[number]
        usable = np.abs(slope) > _USABLE
        late = np.log(part.measured / part.predicted[0]) / np.where(usable, slope, 1.0)
        drive.append(late[usable])
        named.append(part.experiment.column("device", 0.0)[usable])
    if not drive:
        return Scatter()
    # an analysis of variance, between and within devices
    deviation, device = np.concatenate(drive), np.concatenate(named)
    labels, place, counts = np.unique(device, return_inverse=True, return_counts=True)
    means = np.bincount(place, deviation) / counts
    freedom = len(deviation) - len(labels)
    within = float(np.sum((deviation - means[place]) ** 2)) / freedom if freedom >= _REPEATS else None
    between = None
    if len(labels) >= 2:
        between = max(0.0, float(np.var(means, ddof=1)) - (within or 0.0) / float(np.mean(counts)))
    root = [None if value is None else float(np.sqrt(value)) for value in (between, within)]
    return Scatter(root[0], root[1], len(labels))


_USABLE = 0.05
"""Slope of logarithmic time versus drive below which a late row carries no information about the drive."""
