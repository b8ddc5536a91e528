"""Robust least squares with bounds and several starts, and which parameters the data determine.

All parameters are positive and are fitted as logarithms, so a deviation is a factor. The singular values of the
weighted sensitivities (the square root of the Fisher information) show which parameters the data cannot determine.
These are not fitted and keep the template's values.
"""

from collections.abc import Mapping
from dataclasses import field, replace

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.progress import Progress, silent
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Array
from neuroest.fitting import predictions
from neuroest.fitting.adequacy import (
    SPARE_CONDITIONS,
    Bands,
    Scatter,
    bands,
    condition_labels,
    contradictions_of,
    linearised,
    misfit,
    needed_shifts,
    quantile,
    running,
    testable,
    variability,
)
from neuroest.fitting.headers import Experiment, Measurements
from neuroest.fitting.laws.base import IDENTIFIED_WITHIN, Completion, LawFit

CANDIDATES = (
    "field_mobility",
    "residue_rate",
    "filament_decay",
    "residue_decay",
    "gate_capacitance",
    "rearm_fraction",
    "on_resistance",
    "off_resistance",
    "firing_median_voltage",
    "firing_voltage_spread",
)
"""Parameters that a fit may change.

The residual gap, `field_offset`, matters only in the last percent of the filament's growth. Data cannot separate it
from the mobility.
"""
MISFIT_LIMIT = 1.0
"""Largest median log misfit of a fit that still describes its data; exp(1) is a factor of 2.7."""
_HELD_FIRST = (
    "on_resistance",
    "rearm_fraction",
    "gate_capacitance",
    "filament_decay",
    "residue_rate",
    "residue_decay",
)
_BOUND = np.log(1e4)
_AT_EDGE = np.log(1.01)
"""Distance of a parameter from its bound within which the search has ended at it; numerical."""
_START_SPREAD = np.log(4.0)
_DIFFERENCE = 1e-4
_BEND_STEP = 0.03
_MOST_SETTLINGS = 3e3
"""Longest simulated time, relative to the filament's time constant. A numerical limit: a fit needs thousands of
runs."""
CORRELATED = 0.8
"""Correlation above which only the combination of two parameters is known."""
_REFINED = 3
_MOST_TRIALS, _MOST_TRIALS_OF_SWEEPS = 100, 40
"""Trials of a search. The steps of a sweep take long; a search from a bad start is cut short, the best one goes on."""
_ROWS_OF_A_SEARCH, _STEPS_OF_A_SEARCH = 50, 0.125
"""Rows of a cycle of a sweep, and share of the steps between them, that a search follows; numerical."""
_DEVICES_FOR_A_DEVIATION = 3
_REPEATED_TIMES = frozenset({"integration_time", "pulse_train"})
_SHIFTS = 93
"""Shifts of a parameter that are tried, in steps of 0.2 in the natural logarithm."""
_PATIENCE = 1e3
"""Simulated time for displayed predictions, as a multiple of the measured time."""
_WIDEST = 1e6
"""Band factor above which a parameter counts as undetermined; a convention."""
_AS_GOOD = 2.71
"""Excess cost up to which a second minimum is as good as the best: 90 % quantile of chi square, one degree of
freedom."""
_SHOWN = 0.8
"""Probability of the band in a figure, the same as for a spread."""
_SAME_PLACE = np.log(1.1)
_UNKNOWN = np.log(2.0)
"""Standard deviation of the logarithm of a fixed parameter if the template states no spread."""


@frozen_dataclass
class Fit:
    """Result of a fit.

    Attributes
    ----------
    values : dict of str to float
        Every parameter, fitted or fixed, in SI units.
    deviations, freedoms : dict of str to float
        Standard deviation of the logarithm of each fitted parameter, and its degrees of freedom.
    correlation : ndarray
        Between the fitted parameters, in the order of `fitted`.
    held : dict of str to str
        Why each remaining candidate was not fitted.
    combinations : tuple of str
        Combinations of parameters that the data do not determine.
    singular_values : ndarray
        Singular values of the sensitivities of all candidates that affect the data, largest first.
    chi_square : float
        Squared residuals per degree of freedom.
    shares : dict of str to dict of str to float
        Share of scatter, devices, model error and fixed parameters in the variance of each fitted parameter.
    rejected : str
        Why the model does not describe the data; empty if it does. For a rejected model, the deviations are widened
        until each individual row is inside the band.
    laws : tuple of LawFit
        The laws that were fitted; empty for the rate equations of a diffusive neuron.
    completions : dict of str to Completion
        Values that follow from the fitted ones or were chosen to be consistent with them.
    reservations : tuple of str
        Why the values of the rate equations are not called measured; those of laws are in the laws.
    refusals : tuple of str
        Why no chip can use the values.
    """

    values: dict[str, float]
    fitted: tuple[str, ...]
    deviations: dict[str, float]
    freedoms: dict[str, float]
    correlation: Array
    held: dict[str, str]
    combinations: tuple[str, ...]
    singular_values: Array
    chi_square: float
    rows: list[predictions.Rows]
    refined_starts: int
    agreeing_starts: int
    converged: bool
    contradictions: tuple[str, ...]
    device_to_device: float | None
    cycle_to_cycle: float | None
    shares: dict[str, dict[str, float]]
    rejected: str = ""
    laws: tuple[LawFit, ...] = ()
    completions: Mapping[str, Completion] = field(default_factory=dict)
    reservations: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    def law_of(self, name: str) -> LawFit | None:
        """The law that fitted or fixed a parameter."""
        return next((f for f in self.laws if name in {*f.values, *f.settings, *f.bounds}), None)

    def reservations_of(self, name: str) -> tuple[str, ...]:
        """Why a fitted value is not called measured; empty if it may be."""
        law = self.law_of(name)
        if law is None:
            return self.reservations
        open_ended = (
            (f"the data leave it open by more than a factor {IDENTIFIED_WITHIN:g}",)
            if name in law.left_open
            else ()
        )
        return (*(why for of, why in law.reservations if of in {"", name}), *open_ended)

    def factor(self, name: str, share: float = 0.8) -> float:
        """Half-width of the interval of a fitted parameter, as a factor; for 80 % it is p90 over median.

        Infinite if the data do not determine the parameter.
        """
        wide = quantile(share, self.freedoms[name]) * self.deviations[name]
        return float(np.exp(wide)) if wide < np.log(_WIDEST) else np.inf

    def groups(self) -> dict[str, str]:
        """Correlation group of each fitted parameter that rises with others."""
        named: dict[str, str] = {}
        for first in range(len(self.fitted)):
            for second in range(first):
                if self.correlation[first, second] > CORRELATED:
                    group = named.get(self.fitted[second], f"fit_{self.fitted[second]}")
                    named[self.fitted[second]] = named[self.fitted[first]] = group
        return named

    def opposed(self) -> list[tuple[str, str, float]]:
        """Pairs of fitted parameters with negative correlation: one falls as the other rises."""
        size = range(len(self.fitted))
        return [
            (self.fitted[b], self.fitted[a], float(self.correlation[a, b]))
            for a in size for b in size if b < a and self.correlation[a, b] < -CORRELATED
        ]  # fmt: skip

    @property
    def misfit(self) -> dict[str, float]:
        """Median relative error of each experiment; absolute for probabilities."""
        found = {}
        for part in self.rows:
            predicted = part.predicted[0]
            if part.experiment.layout.name == "firing_probability":
                deviation = np.abs(predicted - part.measured)
            elif part.experiment.layout.name == "paired_pulse":
                deviation = np.abs(predicted - part.measured) / np.max(np.abs(part.measured))
            else:
                # the prediction for a neuron below its rheobase is silence
                with np.errstate(divide="ignore"):
                    deviation = np.abs(np.log(predicted / part.measured))
            found[part.experiment.layout.name] = float(np.median(deviation))
        return found


def _refuse_slow(data: Measurements, template: Mapping[str, float]) -> None:
    """Reject times that are too long to simulate with the template. Wrong units cause this too.

    Raises
    ------
    NeuroestError
        With the longest time of the data and the template's own.
    """
    own = 1.0 / (template["filament_decay"] + template["residue_rate"])
    for experiment in data.experiments:
        times = [experiment.column(name, 0.0) for name in ("integration_time", "interval", "pulse_width")]
        trains = experiment.column("pulses_to_fire", 0.0) * (
            experiment.column("pulse_width", 0.0) + experiment.column("gap", 0.0)
        )
        longest = float(np.max([*(np.max(one) for one in times), np.max(trains)]))
        if longest > _MOST_SETTLINGS * own:
            raise NeuroestError(
                f"{data.file}: {experiment.layout.name} has times of {format_quantity(longest, 's')}, beyond "
                f"{_MOST_SETTLINGS:g} times the {format_quantity(own, 's')} in which the filament of the starting "
                "neuron settles; check the units, or give a slower neuron with --from"
            )


class _Problem:
    """Residuals and sensitivities as functions of the logarithms of some parameters."""

    def __init__(
        self, data: Measurements, template: Mapping[str, float], conduction_length: float, progress: Progress = silent,
        steps: float = 1.0,
    ) -> None:  # fmt: skip
        self.data, self.length = data, conduction_length
        self.progress, self.done = progress, 0
        sweep = data.named("current_voltage")
        self.sweeps, self.steps = sweep is not None, steps
        self.rows = sum(one.rows for one in data.experiments)
        self.names = (*CANDIDATES, "field_offset", "control_resistance")
        self.template = {name: np.log(template[name]) for name in self.names}
        self.rough = self
        """What a search follows: of a long sweep, some of its rows."""
        if sweep is not None and steps == 1.0 and (rows := _rows_of_a_search(sweep)) is not None:
            others = [one for one in data.experiments if one is not sweep]
            rough = replace(data, experiments=(*others, sweep.at(rows)))
            self.rough = _Problem(rough, template, conduction_length, steps=_STEPS_OF_A_SEARCH)

    def many(
        self, free: tuple[str, ...], points: Array, patience: float = predictions.SILENT_AFTER
    ) -> list[predictions.Rows]:
        sets = len(points)
        values = {name: np.exp(np.full(sets, self.template[name])) for name in self.names}
        for column, name in enumerate(free):
            values[name] = np.exp(points[:, column])
        return predictions.predict(self.data, values, self.length, patience, self.steps)

    def searched(self) -> None:
        """Report that one more search is done. The total depends on how many parameters the data do not determine."""
        self.done += 1
        most = _REFINED + (len(CANDIDATES) - 1) * 3
        self.progress(min(self.done / most, 1.0))

    def centre(self, names: tuple[str, ...]) -> Array:
        return np.array([self.template[name] for name in names])

    def residuals(self, free: tuple[str, ...], points: Array) -> Array:
        return np.clip(predictions.flat(self.many(free, points)), -1e6, 1e6)

    def sensitivities(self, free: tuple[str, ...], point: Array) -> Array:
        size = len(free)
        shifts = _DIFFERENCE * np.eye(size)
        moved = self.residuals(free, np.concatenate([point + shifts, point - shifts]))
        return np.asarray((moved[:size] - moved[size:]).T / (2.0 * _DIFFERENCE))


def _rows_of_a_search(sweep: Experiment) -> Array | None:
    """Rows of each cycle that a search follows, equally far apart, with the peaks; None if these are most of them."""
    cycle, voltage = sweep.column("cycle", 0.0), np.abs(sweep.columns["voltage"])
    starts = np.flatnonzero(np.append(True, cycle[1:] != cycle[:-1]))
    kept = []
    for first, end in zip(starts, np.append(starts[1:], sweep.rows), strict=True):
        count = min(end - first, _ROWS_OF_A_SEARCH)
        kept += [
            *np.linspace(first, end - 1, count).round().astype(int),
            first + np.argmax(voltage[first:end]),
        ]
    rows = np.unique(kept)
    return rows if 2 * len(rows) < sweep.rows else None


class _Together:
    """Residuals of a search with the sensitivities that it asks for next, unless it rejects the trial."""

    def __init__(self, problem: _Problem, free: tuple[str, ...]) -> None:
        self.problem, self.free = problem, free
        self.point: Array | None = None
        self.slopes: Array = np.zeros(0)

    def residuals(self, point: Array) -> Array:
        # one run for both: a sweep takes hardly longer for both than for one of them
        size = len(self.free)
        shifts = _DIFFERENCE * np.eye(size)
        moved = self.problem.residuals(
            self.free, np.concatenate([point[None, :], point + shifts, point - shifts])
        )
        self.slopes = np.asarray((moved[1 : size + 1] - moved[size + 1 :]).T / (2.0 * _DIFFERENCE))
        self.point = point.copy()
        return np.asarray(moved[0])

    def sensitivities(self, point: Array) -> Array:
        if self.point is None or not np.array_equal(self.point, point):
            self.residuals(point)
        return self.slopes


def fit(
    data: Measurements,
    template: Mapping[str, float],
    *,
    conduction_length: float,
    template_deviations: Mapping[str, float] | None = None,
    starts: int = 8,
    seed: int = 0,
    progress: Progress = silent,
) -> Fit:
    """Fit a diffusive neuron to measurements.

    Parameters
    ----------
    data : Measurements
        The measurements.
    template : mapping of str to float
        Starting values of all parameters; parameters that do not affect the data keep them.
    conduction_length : float
        Decay length of the conduction through the gap.
    template_deviations : mapping of str to float, optional
        Standard deviation of the logarithm of the template's values. The uncertainty of a fixed parameter widens the
        bands of the fitted ones.
    starts : int
        Number of starting points; the first is the template.
    seed : int
        Seed of the other starting points.
    progress : callable, optional
        Called with the completed fraction of the searches.

    Raises
    ------
    NeuroestError
        If scipy is missing, or if no parameter can be fitted.
    """
    _refuse_slow(data, template)
    problem = _Problem(data, template, conduction_length, progress)
    generator = np.random.default_rng(seed)
    seen = _seen(problem, CANDIDATES, generator)
    if not seen:
        raise NeuroestError(f"{data.file}: no parameter of the neuron has an influence on these data")
    point, agreeing, elsewhere = _search(problem, seen, starts, generator)
    singular: Array = np.linalg.svd(problem.sensitivities(seen, point), compute_uv=False)
    kept = _identified(problem, seen, point, elsewhere)
    free, point = kept.free, kept.point
    held = {name: "no row depends on it" for name in CANDIDATES if name not in seen}
    if "on_resistance" in held:
        sweep = data.named("current_voltage")
        bound = None if sweep is None else predictions.on_resistance_bound(sweep)
        held["on_resistance"] = (
            "only a sweep of the current determines it" if bound is None
            else f"every row of the on state is at compliance, so it is at most {format_quantity(bound, 'ohm')}"
        )  # fmt: skip
    held |= kept.held
    known = {name: _UNKNOWN for name in seen if name not in free}
    known |= {name: d for name, d in (template_deviations or {}).items() if name in known}
    scatter, reported = _reported(problem, free, point, known, kept.elsewhere)
    values = {name: float(np.exp(problem.template[name])) for name in problem.names}
    values |= {name: float(np.exp(p)) for name, p in zip(free, point, strict=True)}
    deviations, freedoms = (
        dict(zip(free, map(float, of), strict=True)) for of in (reported.deviation, reported.freedom)
    )
    rows = _banded(problem, free, point, reported)
    misfits = [found for part in rows if (found := misfit(part, len(free))) is not None]
    rejected = "; ".join(str(found) for found in misfits if found.rejected)
    if rejected:
        # until the data lie inside: each 80 % interval holds the value that would match any individual row
        needed = needed_shifts(
            np.linspace(-_BOUND, _BOUND, _SHIFTS), point, lambda points: problem.residuals(free, points)
        )
        deviations = {
            name: max(deviations[name], float(shift) / quantile(0.8, freedoms[name]))
            for name, shift in zip(free, needed, strict=True)
        }
    reservations = [text for found in misfits for text in running(found)]
    refined = min(starts, _REFINED)
    if refined > 1 and agreeing < 2:
        reservations.append(f"{agreeing} of {refined} searches end where the best one does")
    edges = np.abs(point - problem.centre(free)) > _BOUND - _AT_EDGE
    reservations += [
        f"{name} ends at the edge of its search" for name, edge in zip(free, edges, strict=True) if edge
    ]
    return Fit(
        values=values, fitted=free, deviations=deviations, freedoms=freedoms, correlation=reported.correlation,
        held=held, combinations=kept.combinations, singular_values=singular, chi_square=reported.chi_square,
        rows=rows, rejected=rejected, refined_starts=refined, reservations=tuple(reservations),
        agreeing_starts=agreeing, converged=kept.converged,
        contradictions=tuple(text for e in data.experiments for text in contradictions_of(e)),
        device_to_device=scatter.between if scatter.devices >= _DEVICES_FOR_A_DEVIATION else None,
        cycle_to_cycle=scatter.within,
        shares={n: {of: float(share[at]) for of, share in reported.shares.items()} for at, n in enumerate(free)},
    )  # fmt: skip


def _banded(problem: _Problem, free: tuple[str, ...], point: Array, known: Bands) -> list[predictions.Rows]:
    """Predictions of all rows with the 80 % band from the deviations and correlations of the parameters."""
    ways = np.diag(known.deviation)
    moved = problem.many(free, np.concatenate([point[None, :], point + ways, point - ways]), _PATIENCE)
    reach = quantile(_SHOWN, float(np.min(known.freedom)))
    found, size = [], len(free)
    for part in moved:
        shown, up, down = part.predicted[0], part.predicted[1 : size + 1], part.predicted[size + 1 :]
        ratio = testable(part) and bool(np.all(part.predicted > 0.0))
        slopes = (np.log(up / down) if ratio else up - down) / 2.0
        spread = reach * np.sqrt(np.maximum(np.einsum("ik,ij,jk->k", slopes, known.correlation, slopes), 0.0))
        low, high = (
            (shown * np.exp(-spread), shown * np.exp(spread)) if ratio else (shown - spread, shown + spread)
        )
        found.append(
            replace(part, predicted=part.predicted[:1], residuals=part.residuals[:1], low=low, high=high)
        )
    return found


@frozen_dataclass
class _Identified:
    """Parameters that remain to be fitted after all undetermined ones are fixed."""

    free: tuple[str, ...]
    point: Array
    held: dict[str, str]
    combinations: tuple[str, ...]
    converged: bool
    elsewhere: Array


def _identified(problem: _Problem, free: tuple[str, ...], point: Array, elsewhere: Array) -> _Identified:
    held: dict[str, str] = {}
    combinations: list[str] = []
    parts = problem.many(free, point[None, :])
    conditions = sum(len(np.unique(condition_labels(part))) for part in parts)
    most = max(1, conditions - SPARE_CONDITIONS) if all(map(testable, parts)) else len(free)
    while True:
        reported = _reported(problem, free, point, elsewhere=elsewhere)[1]
        reach = np.array([quantile(0.8, f) for f in reported.freedom]) * reported.deviation
        known, tested = bool(np.all(reach <= np.log(IDENTIFIED_WITHIN))), len(free) <= most
        if (known and tested) or len(free) == 1:
            point, converged = _refine(problem, problem, free, point)
            return _Identified(free, point, held, tuple(combinations), converged, elsewhere)
        # the next to fix is the least determined one; among equals, the one with the best external value
        equal = [name for name, r in zip(free, reach, strict=True) if r > 0.3 * float(np.max(reach))]
        loose = next((name for name in _HELD_FIRST if name in equal), free[int(np.argmax(reach))])
        if "gate_capacitance" in equal and "rearm_fraction" in free:
            # intervals determine only their product; the capacitance is the one known from elsewhere
            loose = "rearm_fraction"
        if known:
            held[loose] = f"{conditions} conditions can determine at most {most} values fitted at once"
        else:
            # the direction along which the data do not change, as a product of powers
            weakest = np.linalg.svd(problem.sensitivities(free, point), full_matrices=True)[2][-1]
            powers = weakest / weakest[int(np.argmax(np.abs(weakest)))]
            shown = [f"{name}^{p:.2g}" for name, p in zip(free, powers, strict=True) if abs(p) > 0.2]
            combinations.append(f"{loose}: open along {' '.join(shown)}")
            held[loose] = f"the data leave it open by more than a factor {IDENTIFIED_WITHIN:g}"
        keep = [name != loose for name in free]
        free = tuple(name for name in free if name != loose)
        # the newly fixed parameter may have been the only difference between two minima
        starts = [point[keep], *(point[keep] + way for way in elsewhere[:, keep])]
        # and a solution far along a flat valley is a poor starting point
        starts.append(problem.centre(free))
        point, elsewhere, _, _ = _best(problem, free, starts)


def _reported(
    problem: _Problem, free: tuple[str, ...], point: Array, held: Mapping[str, float] | None = None,
    elsewhere: Array | None = None,
) -> tuple[Scatter, Bands]:  # fmt: skip
    """Estimate the scatter of the data and the resulting uncertainty of the parameters."""
    held = held or {}
    names = tuple(dict.fromkeys((*free, "field_mobility", *held)))
    full = np.append(point, problem.centre(names[len(free) :]))
    slopes = problem.sensitivities(names, full)
    parts = problem.many(free, point[None, :])
    drive = slopes[:, names.index("field_mobility")]
    # the slope of a logarithmic time is the slope of its residual times its relative error
    edges = np.cumsum([0, *(part.residuals.shape[1] for part in parts)])
    timed = {
        number: drive[edges[number] : edges[number + 1]] * predictions.relative_error(part)
        for number, part in enumerate(parts)
        if part.experiment.layout.name in _REPEATED_TIMES
    }
    scatter = variability(parts, timed)
    columns = [names.index(name) for name in held]
    moved = slopes[:, columns] * np.array([held[name] for name in held])
    variance = (scatter.between or 0.0) ** 2 + (scatter.within or 0.0) ** 2
    shifted = None
    if variance:
        # second derivative of the residuals of single times with respect to the logarithm of the drive
        points = np.stack([full, full, full])
        points[:, names.index("field_mobility")] += np.array([-_BEND_STEP, 0.0, _BEND_STEP])
        low, middle, high = problem.residuals(names, points)
        single = [
            np.full(p.residuals.shape[1], p.experiment.layout.name == "integration_time") for p in parts
        ]
        bend = np.where(np.concatenate(single), (low - 2.0 * middle + high) / _BEND_STEP**2, 0.0)
        shifted = 0.5 * variance * bend
    line = linearised(parts, slopes[:, : len(free)], drive)
    return scatter, bands(line, scatter, moved, elsewhere, shifted)


def _seen(problem: _Problem, names: tuple[str, ...], generator: np.random.Generator) -> tuple[str, ...]:
    """Parameters that affect at least one row somewhere near the template."""
    centre = problem.centre(names)
    influence = np.zeros(len(names))
    for _ in range(3):
        place = centre + 0.3 * generator.standard_normal(len(names))
        influence = np.maximum(influence, np.linalg.norm(problem.sensitivities(names, place), axis=0))
    measured = problem.data.named("current_voltage")
    sweep = measured is not None and predictions.on_resistance_bound(measured) is None
    # gate peaks depend on the filament resistance only at the 0.1 % level, below the resolution of any row
    # and pulse pairs depend on it only at values that no real device has
    return tuple(
        n for n, size in zip(names, influence, strict=True) if size > 0.05 and (sweep or n != "on_resistance")
    )


def _search(
    problem: _Problem, free: tuple[str, ...], starts: int, generator: np.random.Generator
) -> tuple[Array, int, Array]:
    """The best solution, the number of starts that agree with it, and the steps to solutions that are about as good."""
    centre = problem.centre(free)
    trial = centre + _START_SPREAD * generator.standard_normal((4 * starts, len(free)))
    trial[0] = centre
    costs = np.sum(_robust(problem.residuals(free, trial)), axis=1)
    chosen = trial[[0, *np.argsort(costs)[: max(0, min(starts, _REFINED) - 1)]]]
    point, elsewhere, agreeing, _ = _best(problem, free, list(chosen))
    return point, agreeing, elsewhere


def _best(problem: _Problem, free: tuple[str, ...], starts: list[Array]) -> tuple[Array, Array, int, bool]:
    """Best solution of the search, steps to others about as good, number of starts that agree with it, convergence."""
    rough = problem.rough
    # each row of the search stands for those between them too
    weight = problem.rows / rough.rows
    ends = [_refine(problem, rough, free, start) for start in starts]
    final = np.array(
        [weight * float(np.sum(_robust(rough.residuals(free, point[None, :])))) for point, _ in ends]
    )
    best = int(np.argmin(final))
    if problem.sweeps and not ends[best][1]:
        # only the best of the searches that were cut short is worth going on with
        ends[best] = _refine(problem, rough, free, ends[best][0])
        final[best] = weight * float(np.sum(_robust(rough.residuals(free, ends[best][0][None, :]))))
    ways = np.array([point - ends[best][0] for point, _ in ends])
    near = (final <= final[best] * 1.05 + 1e-3) & (np.max(np.abs(ways), axis=1) < _SAME_PLACE)
    as_good = (final - final[best] < _AS_GOOD) & ~near
    return ends[best][0], ways[as_good], int(np.sum(near)), ends[best][1]


def _robust(residuals: Array) -> Array:
    return np.asarray(2.0 * (np.sqrt(1.0 + residuals**2) - 1.0))


def _refine(problem: _Problem, on: _Problem, free: tuple[str, ...], start: Array) -> tuple[Array, bool]:
    """Where a search on all rows, or on some of them, ends; and whether it has converged."""
    least_squares = extra("scipy.optimize", "lab").least_squares
    centre = problem.centre(free)
    low, high = centre - _BOUND, centre + _BOUND
    run = _Together(on, free) if problem.sweeps else None
    result = least_squares(
        run.residuals if run else lambda point: on.residuals(free, point[None, :])[0],
        np.clip(start, low + 1e-6, high - 1e-6),
        jac=run.sensitivities if run else lambda point: on.sensitivities(free, point),
        bounds=(low, high),
        loss="soft_l1",
        max_nfev=_MOST_TRIALS_OF_SWEEPS if problem.sweeps else _MOST_TRIALS,
        ftol=1e-6,
        xtol=1e-6,
        gtol=1e-8,
    )
    problem.searched()
    return np.asarray(result.x), bool(result.status > 0)
