"""Closed-form laws: robust least squares on logarithms, with bands from leaving out conditions and devices."""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import replace

import numpy as np

from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.dynamics.in_time import Array
from neuroest.fitting.adequacy import condition_labels, misfit, needed_shifts, quantile, running
from neuroest.fitting.headers import Experiment
from neuroest.fitting.laws.base import LEAST_DEVIATION, Columns, Law, LawFit, Values
from neuroest.fitting.predictions import Rows, binomial_residuals, relative_error

_MOST_GROUPS = 40
"""Maximum number of groups of conditions for leave-one-out."""
_ROW_GROUPS = 20
"""Number of groups of rows for leave-one-out, regardless of condition."""
_FEWEST_REPEATS = 4
"""Number of rows under a single condition that determine a constant; a convention."""
_FEWEST_DEVICES = 3
"""Minimum number of devices for a device-to-device spread."""
_FEWEST_REPEATED = 5
"""Minimum number of repetitions, beyond the first of each condition and device, for a spread between cycles."""
_SMALLEST_SCALE = 0.02
"""Smallest log scatter used to identify outliers."""
_NORMAL_MEDIAN = 1.4826
"""Ratio of the standard deviation to the median absolute deviation of a normal distribution."""
_FAR = 1.5
"""Number of standard deviations beyond which a row gets less weight."""
_FLOOR = 0.01
"""Log misfit that counts as zero: laws with smaller errors are equally good."""
_TINY = 1e-300
_UNKNOWN = 1e3
"""Standard deviation of an unknown logarithm."""
_BOUND = np.log(1e12)
_TOLD = 0.8
"""Probability of the interval stated in a spec."""
_REACH, _SHIFTS = np.log(1e4), 185
"""Shifts of an unknown that are tried if a law is rejected, in steps of 0.1 in the natural logarithm."""
_DIFFERENCE = 1e-4
"""Step of an unknown for a finite difference; numerical."""
_PATIENCE = 200
"""Maximum number of evaluations of a law in one search; numerical."""
_OTHER_START = np.log(4.0)
"""Distance of the other starts of a search from the first, in each unknown."""
_AS_GOOD = 2.71
"""Excess of the squared residuals up to which another solution is as good; 90 % quantile of chi square."""
_APART = 3.0
"""Standard deviations beyond which two solutions are different ones."""
_OVERLOOKED = 0.1
"""Share of the smallest measured result that a row without a result may hide; a convention."""
_EDGE = np.log(1e6)
"""Distance from the start beyond which an unknown has left the range of the data."""


@frozen_dataclass
class CurveLaw(Law):
    """A law given by a formula of its columns.

    Attributes
    ----------
    predict : callable
        Returns the result of each row from columns and values.
    start : callable
        Returns starting values from columns and results.
    settings : callable
        Returns the parameters that the law or the range of the data fixes.
    signed : frozenset of str
        Unknowns that may be zero or negative; the others are fitted as logarithms.
    own_levels : bool
        Whether each device has its own level, such as a memory state. If so, the spread between devices does not
        measure the scatter of rows.
    silent_rows : bool
        Whether rows with a result of zero count: they are met by any result below a tenth of the smallest one measured.
    constant : bool
        Whether the result is the same under all conditions, so that repeated rows under one of them determine it.
    """

    predict: Callable[[Columns, Mapping[str, Array]], u.Numeric]
    start: Callable[[Columns, Array], Values]
    settings: Callable[[Columns], dict[str, float]] = lambda _columns: {}
    signed: frozenset[str] = frozenset()
    own_levels: bool = False
    constant: bool = False
    silent_rows: bool = False

    def fit(self, experiment: Experiment) -> LawFit:
        """Fit all rows, then refit with each condition and each device left out."""
        layout = experiment.layout
        # rows with a value in every column and a positive result
        seen = layout.name == "firing_probability" or experiment.columns[layout.result] > 0.0
        if self.silent_rows and np.any(seen):
            seen = experiment.columns[layout.result] >= 0.0
        every = np.stack([experiment.columns[name] for name in layout.columns])
        used = np.flatnonzero(np.all(np.isfinite(every), axis=0) & seen)
        if not len(used):
            raise NeuroestError(f"no row of {layout.name} has a result above zero")
        columns = {name: values[used] for name, values in experiment.columns.items()}
        result = columns[experiment.layout.result]
        settings = self.settings(columns)
        problem = _Curve(self, experiment, used, columns, settings)
        labels = condition_labels(problem.part(np.zeros(len(used)) + 1.0))
        count, size = len(np.unique(labels)), len(self.unknowns)
        if self.constant and count == 1 and len(used) >= _FEWEST_REPEATS:
            labels, count = np.arange(len(used)), len(used)  # each row is left out in turn
        if count <= size:
            least = f", or {_FEWEST_REPEATS} rows at one" if self.constant else ""
            unknowns = "1 unknown needs" if size == 1 else f"{size} unknowns need"
            raise NeuroestError(
                f"{self.about}: {unknowns} at least {size + 1} different conditions{least}; "
                f"{experiment.layout.name} has {count}"
            )
        start = problem.inward(self.start(columns, result))
        point, elsewhere = problem.search(start)
        values = problem.outward(point)
        part = problem.part(problem.predicted(point))
        device = experiment.column("device", -1.0)[used]
        covariance, freedom, left_out = _left_out(problem, point, labels, device)
        between, devices = _devices(problem, point, device)
        variance = np.diag(covariance) + np.diag(between)
        shares = [np.diag(covariance) ** 2 / freedom, np.diag(between) ** 2 / max(1, devices - 1)]
        freedoms = np.where(variance > 0.0, variance**2 / np.maximum(sum(shares), _TINY), freedom)
        deviation = np.sqrt(np.maximum(variance, LEAST_DEVIATION**2))
        freedoms = np.maximum(freedoms, 1.0)
        missed, influence = misfit(part, size), problem.influence(point)
        # an unknown that hardly affects the results is poorly known, even if the search barely moves it
        apart = problem.levelled(point, device) if self.own_levels else problem
        scatter = float(np.std(apart.deviation(point))) / np.sqrt(len(used))
        deviation = np.minimum(np.maximum(deviation, scatter / influence), _UNKNOWN)
        if missed is not None:
            # the law may miss any other condition by as much as it misses these
            deviation = np.hypot(deviation, np.minimum(missed.systematic / influence, _UNKNOWN))
        if missed is not None and missed.rejected:
            shifts = np.linspace(-_REACH, _REACH, _SHIFTS)
            needed = needed_shifts(shifts, point, lambda points: np.array([*map(problem.deviation, points)]))
            deviation = np.maximum(deviation, needed / quantile(_TOLD, float(count - size)))
        reservations = [
            *(("", text) for text in running(missed)),
            *self._unsettled(start, point, elsewhere, deviation),
        ]
        total = covariance + between
        scale = np.sqrt(np.maximum(np.diag(total), _TINY))
        means = np.bincount(labels, problem.deviation(point)) / np.bincount(labels)
        spread = float(np.mean(means**2)) + _FLOOR**2
        return LawFit(
            law=self, values=values, settings=settings,
            deviations=dict(zip(self.unknowns, map(float, deviation), strict=True)),
            freedoms=dict(zip(self.unknowns, map(float, freedoms), strict=True)),
            rows=problem.shown(part.predicted[0]), misfit=missed, left_out=left_out,
            score=float(count * np.log(spread) + size * np.log(count)), conditions=count,
            correlation=total / np.outer(scale, scale),
            between_devices=float(np.sqrt(devices * between[0, 0])) if devices >= _FEWEST_DEVICES else None,
            between_cycles=_between_cycles(problem.deviation(point), labels, device),
            reservations=tuple(reservations),
        )  # fmt: skip

    def _unsettled(
        self, start: Array, point: Array, elsewhere: Array, deviation: Array
    ) -> Iterator[tuple[str, str]]:
        """Unknowns with another solution that is as good, and those at the edge of the search."""
        apart = np.any(np.abs(elsewhere) > _APART * deviation, axis=0)
        far = np.abs(point - start) > _EDGE
        for at, name in enumerate(self.unknowns):
            if apart[at]:
                yield name, "searches from other starts end as well elsewhere"
            if far[at] and name not in self.signed:
                yield name, "it left the range of the data, by more than a factor 1e6"


def _between_cycles(deviation: Array, labels: Array, device: Array) -> float | None:
    """Standard deviation of repeated rows of one condition and device; None for too few of them."""
    _, kinds = np.unique(np.stack([labels.astype(float), device]), axis=1, return_inverse=True)
    kinds = np.ravel(kinds)
    rows = np.bincount(kinds)
    about = deviation - (np.bincount(kinds, deviation) / rows)[kinds]
    freedom = int(np.sum(np.maximum(rows - 1, 0)))
    return float(np.sqrt(np.sum(about * about) / freedom)) if freedom >= _FEWEST_REPEATED else None


class _Curve:
    """One law on the rows of one experiment, as a function of transformed unknowns."""

    def __init__(
        self, law: CurveLaw, experiment: Experiment, used: Array, columns: Columns, settings: Mapping[str, float]
    ) -> None:  # fmt: skip
        self.law, self.experiment, self.used = law, experiment, used
        self.columns, self.settings = columns, settings
        measured = columns[experiment.layout.result]
        self.silent = (measured == 0.0) & law.silent_rows
        least = _OVERLOOKED * np.min(measured[~self.silent], initial=np.inf)
        self.measured = np.where(self.silent, least, measured)
        self.chance = experiment.layout.name == "firing_probability"
        self.scale: float | None = None

    def inward(self, values: Values) -> Array:
        found = [v if n in self.law.signed else np.log(max(v, _TINY)) for n, v in self.named(values)]
        return np.array(found, dtype=float)

    def named(self, values: Values) -> list[tuple[str, float]]:
        return [(name, float(values[name])) for name in self.law.unknowns]

    def outward(self, point: Array) -> dict[str, float]:
        return {
            name: float(value if name in self.law.signed else np.exp(value))
            for name, value in zip(self.law.unknowns, point, strict=True)
        }

    def predicted(self, point: Array) -> Array:
        values = {name: np.asarray(value) for name, value in {**self.settings, **self.outward(point)}.items()}
        return np.asarray(self.law.predict(self.columns, values), dtype=float)

    def deviation(self, point: Array) -> Array:
        """Logarithm of predicted over measured, or the binomial deviation of a probability."""
        predicted = self.predicted(point)
        if self.chance:
            return np.asarray(binomial_residuals(self.experiment, self.used, predicted))
        found = np.nan_to_num(self._ways(predicted), nan=_BOUND)
        return np.asarray(np.clip(found, -_BOUND, _BOUND))

    def _ways(self, predicted: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log(np.maximum(predicted, _TINY) / np.maximum(self.measured, _TINY))
        return np.where(self.silent, np.maximum(found, 0.0), found)

    def part(self, predicted: Array) -> Rows:
        shown = predicted[None, :]
        part = Rows(self.experiment, self.used, self.measured, shown, np.zeros(shown.shape))
        return replace(part, residuals=self._ways(predicted)[None, :] / relative_error(part))

    def shown(self, predicted: Array) -> Rows:
        """Rows to report: all but the silent ones at which the law is silent too."""
        kept = ~self.silent | (predicted > self.measured)
        part = self.part(predicted)
        shown = part.predicted[:, kept], part.residuals[:, kept]
        return Rows(self.experiment, self.used[kept], self.measured[kept], *shown)

    def influence(self, point: Array) -> Array:
        """RMS, over the rows, of the derivative of the logarithm of the result with respect to each unknown."""
        shifts = _DIFFERENCE * np.eye(len(point))
        slopes = [
            (self.deviation(point + s) - self.deviation(point - s)) / (2.0 * _DIFFERENCE) for s in shifts
        ]
        return np.asarray(np.maximum(np.sqrt(np.mean(np.square(slopes), axis=1)), _TINY))

    def levelled(self, point: Array, device: Array) -> "_Curve":
        """The same rows, with the mean offset of each device removed."""
        place = np.unique(device, return_inverse=True)[1]
        means = np.bincount(place, self.deviation(point)) / np.bincount(place)
        found = copy(self)
        found.measured = self.measured * np.exp(means[place])
        return found

    def search(self, start: Array) -> tuple[Array, Array]:
        """Best solution from several starts, and the steps from it to others that are as good."""
        every = np.ones(len(self.used), dtype=bool)
        ends = [self.solve(start + way, every) for way in (0.0, _OTHER_START, -_OTHER_START)]
        costs = np.array([self._cost(end) for end in ends])
        best = int(np.argmin(costs - (np.arange(len(ends)) == 0) * _FLOOR))
        as_good = costs - costs[best] < _AS_GOOD
        return ends[best], np.array([end - ends[best] for end in ends])[as_good]

    def _cost(self, point: Array) -> float:
        """Squared residuals in units of the scatter, robust against outliers."""
        if self.scale is None:
            raise ValueError("the scatter is known after a first search")
        away = self.deviation(point) / self.scale
        return float(np.sum(2.0 * _FAR**2 * (np.sqrt(1.0 + away**2) - 1.0)))

    def solve(self, start: Array, chosen: Array) -> Array:
        """Least squares over some rows. Outliers relative to the scatter of the first fit get less weight."""
        least_squares = extra("scipy.optimize", "lab").least_squares
        if self.scale is None:
            start = least_squares(lambda point: self.deviation(point)[chosen], start, max_nfev=_PATIENCE).x
            middle = float(np.median(np.abs(self.deviation(start)[chosen])))
            self.scale = max(_SMALLEST_SCALE, _FAR * _NORMAL_MEDIAN * middle)
        found = least_squares(
            lambda point: self.deviation(point)[chosen] / self.scale,
            start,
            loss="soft_l1",
            max_nfev=_PATIENCE,
        )
        return np.asarray(found.x)


def _left_out(problem: _Curve, point: Array, labels: Array, device: Array) -> tuple[Array, float, float]:
    """Leave-one-condition-out covariance, its degrees of freedom, and the errors on the left-out rows."""
    kinds = np.unique(labels)
    groups = np.minimum(len(kinds), _MOST_GROUPS)
    group = np.searchsorted(kinds, labels) % groups
    moved, missed = [], []
    for each in range(groups):
        mine = group == each
        other = problem.solve(point, ~mine)
        moved.append(other - point)
        residual = problem.deviation(other)[mine]
        missed += [float(np.mean(residual[labels[mine] == one])) for one in np.unique(labels[mine])]
    way = np.array(moved)
    covariance = (groups - 1) / groups * way.T @ way
    # a few conditions may agree by chance, although their rows scatter more
    parts = min(_ROW_GROUPS, len(labels))
    turn = np.arange(len(labels)) % parts
    if problem.law.own_levels:
        problem = problem.levelled(point, device)
    without = np.array([problem.solve(point, turn != one) - point for one in range(parts)])
    rows = (parts - 1) / parts * np.sum(without**2, axis=0)
    wider = np.sqrt(np.maximum(1.0, rows / np.maximum(np.diag(covariance), _TINY)))
    return (
        covariance * np.outer(wider, wider), float(max(1, len(kinds) - len(point))),
        np.nan if problem.chance else float(np.sqrt(np.mean(np.square(missed)))),
    )  # fmt: skip


def _devices(problem: _Curve, point: Array, device: Array) -> tuple[Array, int]:
    """Leave-one-device-out covariance; zero if there are too few devices."""
    names = np.unique(device)
    if len(names) < 2:
        return np.zeros((len(point), len(point))), len(names)
    way = np.array([problem.solve(point, device != name) - point for name in names])
    return (len(names) - 1) / len(names) * way.T @ way, len(names)
