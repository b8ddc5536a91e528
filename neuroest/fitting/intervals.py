"""How well a fit knows its parameters, with what scatters, what differs and what the model misses.

Bands come from a sandwich: the bread is the curvature of the robust loss, the meat what the residuals show. Three
things add up in it. Rows scatter, in each experiment by an amount of its own. Devices differ, and all rows of one
device are late or early together, so that twenty rows of one device are not twenty devices. And the model misses its
data by the same amount in every repetition of a condition, which no repetition averages out. Each is known from a few
numbers only, for which the quantiles of Student's distribution replace the normal ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neuroest.core.extras import extra
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.predictions import Rows, error_is_stated, relative_error

MODEL_ERROR = 0.01
"""Relative error of a predicted time against the full simulation; all rows of a condition share it."""
_FEW = 4.0
"""Degrees of freedom below which an experiment's own scatter is no better known than a usual reading error."""
_PRIOR = 5.0
"""Degrees of freedom that a stated or usual error counts for."""
_UNIT_SCORE = 0.3443
"""Mean square of the soft L1 loss's slope for normal residuals of deviation one: 1 - E[1/(1 + r^2)]."""
_DRIVEN = frozenset({"integration_time", "pulse_train", "paired_pulse"})
"""Experiments in which a device that is driven by more is early in every row."""
_SMALLEST = 1e-6
_UNSEEN = 1e-9
"""Curvature over the largest one below which a direction counts as flat."""
_NOTHING_KNOWN = 1e6
"""Variance of a logarithm along a flat direction."""


@dataclass(frozen=True)
class Scatter:
    """Between devices and within them, as relative deviations of the drive; None where the data do not repeat."""

    between: float | None = None
    within: float | None = None
    devices: int = 1


@dataclass(frozen=True)
class Bands:
    """Deviations of the logarithms of the fitted parameters.

    Attributes
    ----------
    deviation : ndarray
        Standard deviations.
    freedom : ndarray
        Degrees of freedom of each, for Student's quantiles.
    correlation : ndarray
        Between the parameters.
    chi_square : float
        Robustly weighted squared residuals per degree of freedom.
    shares : dict of str to ndarray
        Share of each parameter's variance by origin: `scatter`, `devices`, `model`, `held` and `minima`.
    """

    deviation: Array
    freedom: Array
    correlation: Array
    chi_square: float
    shares: dict[str, Array]


@dataclass(frozen=True)
class Linear:
    """A fit at its end: residuals, their slopes, and what belongs together.

    Attributes
    ----------
    residuals : ndarray
        One a row.
    slopes : ndarray of shape (rows, parameters)
        Against the logarithms of the fitted parameters.
    drive : ndarray
        Slope of each residual against the logarithm of the drive.
    experiment, condition, device : ndarray of int
        To what each row belongs; device -1 where none is named.
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
    """Put the rows of all experiments in line with what they share."""
    experiments, conditions, devices = [], [], []
    known: dict[tuple[object, ...], int] = {}
    for number, part in enumerate(parts):
        layout = part.experiment.layout
        settings = [n for n in layout.columns if n != layout.result]
        devices.append(part.experiment.column("device", -1.0)[part.rows].astype(int))
        experiments.append(np.full(len(part.rows), number))
        for place, row in enumerate(part.rows):
            # a second number of a row is a condition of its own
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
    """Deviations, their degrees of freedom and correlations.

    Parameters
    ----------
    fit : Linear
        The fit at its end.
    scatter : Scatter
        How devices differ.
    held : ndarray of shape (rows, held parameters), optional
        Change of each residual if a held parameter moves by its own deviation.
    elsewhere : ndarray of shape (minima, parameters), optional
        Way to each other minimum that describes the data no worse than chance allows.
    shifted : ndarray, optional
        What the scatter of the drive may shift each residual by: the mean time is not the time at the mean drive.
    """
    r, size = fit.residuals, fit.slopes.shape[1]
    score = r / np.sqrt(1.0 + r * r)
    bend = np.power(1.0 + r * r, -1.5)
    numbers = range(len(fit.parts))
    mean_bend = np.array([float(np.mean(bend[fit.experiment == e])) for e in numbers])[fit.experiment]
    curvature = (fit.slopes * mean_bend[:, None]).T @ fit.slopes
    values, axes = np.linalg.eigh(curvature)
    # a direction that no row sees has no curvature, no score moves along it, and nothing is known of it
    unseen = values <= _UNSEEN * values[-1]
    bread = (axes / np.where(unseen, np.inf, values)) @ axes.T
    open_ends = (axes * np.where(unseen, _NOTHING_KNOWN, 0.0)) @ axes.T
    pull = fit.slopes @ bread  # what a row's score moves each parameter by
    leverage = mean_bend * np.einsum("ij,ij->i", pull, fit.slopes)
    pieces = [("scatter", open_ends, np.inf), *_scattered(fit, scatter, score, mean_bend, pull, leverage)]
    pieces.extend(_missed(fit, score, mean_bend, pull, leverage))
    if held is not None and held.shape[1]:
        moved = pull.T @ (mean_bend[:, None] * held)
        pieces.append(("held", moved @ moved.T, np.inf))
    if shifted is not None:
        moved = pull.T @ (mean_bend * shifted)
        pieces.append(("model", np.outer(moved, moved), np.inf))
    if elsewhere is not None:
        pieces.extend(("minima", np.outer(way, way), np.inf) for way in elsewhere)
    total = sum((piece for _, piece, _ in pieces), np.zeros((size, size)))
    variance = np.maximum(np.diag(total), _SMALLEST**2)
    deviation = np.sqrt(variance)
    weights = np.power(1.0 + r * r, -0.5)
    chi_square = float(np.sum(weights * r * r) / max(1, len(r) - size))
    shares = {
        origin: sum((np.diag(p) for o, p, _ in pieces if o == origin), np.zeros(size)) / variance
        for origin in ("scatter", "devices", "model", "held", "minima")
    }
    return Bands(
        deviation, _freedom(pieces, variance), total / np.outer(deviation, deviation), chi_square, shares
    )


def _scattered(
    fit: Linear, scatter: Scatter, score: Array, mean_bend: Array, pull: Array, leverage: Array
) -> list[tuple[str, Array, float]]:
    """Rows, each experiment by itself, and devices as wholes."""
    pieces: list[tuple[str, Array, float]] = []
    for e in range(len(fit.parts)):
        mine = fit.experiment == e
        freedom = float(np.sum(mine)) - float(np.sum(leverage[mine]))
        left = score[mine]
        if scatter.between and scatter.devices > 1:
            left, counted = _without_devices(left, fit.drive[mine], fit.device[mine])
            freedom -= counted
        stated = error_is_stated(fit.parts[e].experiment)
        # what is known of the errors beforehand counts as much as some rows
        prior = _PRIOR if stated or freedom < _FEW else 0.0
        known = max(prior + freedom, 1.0)
        # few rows are fitted closely, and their loss is nearly a square: its slope is then the residual itself
        unit = max(_UNIT_SCORE, float(mean_bend[mine][0]) ** 2)
        variance = (prior * unit + float(np.sum(left**2))) / known
        pieces.append(("scatter", variance * pull[mine].T @ pull[mine], known))
    if scatter.between and scatter.devices > 1:
        # rows that name no device come from one more
        for label in np.unique(fit.device):
            mine = fit.device == label
            moved = pull[mine].T @ (mean_bend[mine] * fit.drive[mine]) * scatter.between
            pieces.append(("devices", np.outer(moved, moved), float(scatter.devices - 1)))
    return pieces


def _without_devices(score: Array, drive: Array, device: Array) -> tuple[Array, int]:
    """Scores less what each device as a whole is off by, and how many numbers that took."""
    left, labels = score.copy(), np.unique(device[drive != 0.0])
    for label in labels:
        mine = device == label
        left[mine] -= drive[mine] * (drive[mine] @ score[mine]) / (drive[mine] @ drive[mine])
    return left, max(0, len(labels) - 1)


def _missed(
    fit: Linear, score: Array, mean_bend: Array, pull: Array, leverage: Array
) -> list[tuple[str, Array, float]]:
    """What the model misses its conditions by: as the means of repeated rows show, and no less than its own error."""
    found = []
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
            found.append(
                ("model", size * np.outer(direction, direction), freedom if beyond > 0.0 else np.inf)
            )
    return found


def _freedom(pieces: list[tuple[str, Array, float]], variance: Array) -> Array:
    """Degrees of freedom of a sum of variances, each known from a few numbers (Satterthwaite 1946)."""
    grouped: dict[tuple[str, float], Array] = {}
    for origin, piece, freedom in pieces:
        grouped[origin, freedom] = grouped.get((origin, freedom), 0.0) + np.diag(piece)
    spent = sum((part**2 / freedom for (_, freedom), part in grouped.items()), np.zeros(len(variance)))
    return np.asarray(np.where(spent > 0.0, variance**2 / np.where(spent > 0.0, spent, 1.0), np.inf))


def quantile(share: float, freedom: float) -> float:
    """Deviations on either side that hold a share of Student's distribution."""
    return float(extra("scipy.stats", "lab").t.ppf(0.5 + share / 2.0, min(freedom, 1e6)))


def variability(parts: list[Rows], slopes: Mapping[int, Array]) -> Scatter:
    """Deviations of the drive between devices and between cycles, from times that were measured repeatedly.

    A device that is late behaves as if it were driven by less; the slope of its logarithmic time against the drive
    turns the one into the other.
    """
    drive, labels = [], []
    for number, part in enumerate(parts):
        columns = part.experiment.columns
        if number not in slopes or not {"device", "cycle"} & columns.keys():
            continue
        slope = slopes[number]
        usable = np.abs(slope) > _USABLE
        late = np.log(part.measured / part.predicted[0]) / np.where(usable, slope, 1.0)
        drive.append(late[usable])
        labels.append(part.experiment.column("device", 0.0)[usable])
    if not drive:
        return Scatter()
    return _components(np.concatenate(drive), np.concatenate(labels))


_USABLE = 0.05
"""Slope of a logarithmic time against the drive below which a late row says nothing of the drive."""


def _components(deviation: Array, device: Array) -> Scatter:
    """Standard deviations between and within groups, by the analysis of variance."""
    labels, counts = np.unique(device, return_counts=True)
    groups = [deviation[device == label] for label in labels]
    means = np.array([np.mean(group) for group in groups])
    inner = sum(float(np.sum((group - np.mean(group)) ** 2)) for group in groups)
    freedom = len(deviation) - len(labels)
    within = inner / freedom if freedom >= 3 else None
    between = None
    if len(labels) >= 2:
        size = float(np.mean(counts))
        between = max(0.0, float(np.var(means, ddof=1)) - (within or 0.0) / size)
    root = [None if value is None else float(np.sqrt(value)) for value in (between, within)]
    return Scatter(root[0], root[1], len(labels))
