"""A fair contest: each neuron or synapse in the best chip that it can have, at the same work and pace."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array, Mask
from neuroest.core.errors import UnknownNameError
from neuroest.core.statistics import quantiles
from neuroest.error_analysis.draws import SEED, draw
from neuroest.exploration.batch_evaluation import Labels, in_blocks
from neuroest.exploration.chunks import Job, holds
from neuroest.exploration.contest_field import Field, field_of
from neuroest.exploration.contest_spec import ContestFile, read_contest
from neuroest.exploration.space import Axis, Constraint, Levels, Range, constraint, setting_axis, wrong
from neuroest.exploration.sweep import SweepResult, Tick, run_job
from neuroest.pipeline.evaluate import evaluate
from neuroest.results.contest import BreakEven, Cell, Contest, RegimeAxis, Standing, Verdict
from neuroest.results.quantities import QUANTITIES, check_quantities
from neuroest.results.uncertainty import Band
from neuroest.specs.loaded import Named

SHIPPED = "spiking_neurons"
"""Contest that runs when none is named."""
SAMPLES = 256
_WORKS = 0.9
"""Share of the samples in which a chip must have an estimate, so that the p90 of its cost is one."""
_FRAIL = "no estimate in more than a tenth of the samples"
_FINALISTS = 6
"""Chips of a contender, the best at their stated inputs, whose medians are compared in a cell."""
_SHOWN = (
    "area_m2", "energy_per_inference_J", "dynamic_energy_J", "static_energy_J", "initiation_interval_s", "latency_s",
    "signal_to_error_ratio", "neuron_lifetime_s",
)  # fmt: skip
_CAUSES = 3
"""Reasons that are given for a contender without a chip."""
_RANGE = "a model outside of its range"
Place: TypeAlias = tuple[int, int]


def contest(
    rules: str | Path = SHIPPED,
    workload: Named = "shd_recurrent_spiking",
    *,
    axes: Mapping[str, Any] | None = None,
    limits: Sequence[str] = (),
    minimize: str | None = None,
    by: str | None = None,
    points: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    overwrite: bool = False,
    samples: int = SAMPLES,
    seed: int = SEED,
    started: Callable[[int, int], Tick] | None = None,
) -> Contest:
    """Who wins where: the best chip of each contender in every cell of a map, and by how much it wins.

    Parameters
    ----------
    rules : str or Path
        Shipped contest, or path of a contest file.
    workload : str, Path or Loaded
        The network that all run.
    axes : mapping, optional
        The two axes of the map in place of those of the file, such as ``{"period": "1 ms..10 s:9:log",
        "technology.supply_voltage": [0.7, 0.8, 0.9]}``. `period` is the time from one inference to the next,
        `spike_rate` a factor on all spike rates; anything else is a path that all contenders have.
    limits : sequence of str
        Comparisons that every chip must meet, in addition to those of the file.
    minimize : str, optional
        The result that decides, in place of that of the file.
    by : str, optional
        Name of an alternative whose choices compete in place of the contenders, such as ``column``.
    points : path, optional
        ``.parquet`` or ``.csv`` for all chips in all cells; a run that was cut off goes on from there.
    workers, scheduler, overwrite, started
        As in `neuroest.sweep`.
    samples, seed : int
        Of the draw of the bands.

    Returns
    -------
    Contest
        Map, lines between winners, and standings where the workload itself lies.

    Raises
    ------
    NeuroestError
        For a file or an axis that is wrong.

    Notes
    -----
    Chips are searched at their stated inputs: every combination of the alternatives in every cell. A chip that fails a
    check, extrapolates a model or misses a limit does not compete. Of the best few of each contender in each cell the
    one with the lowest median cost stands for it. A sample in which a chip has no estimate counts as one of endless
    cost, and a chip that has none in more than a tenth of them does not compete.

    Examples
    --------
    >>> from neuroest import contest
    >>> found = contest(axes={"period": ["10 ms", "1.4 s"], "spike_rate": [1, 2]}, samples=16)
    >>> len(found.cells), found.axes[0].values[found.axes[0].reference]
    (4, 1.4)
    """
    file = read_contest(rules)
    named = tuple(
        Axis({path: values}) if isinstance(values, Levels | Range) else setting_axis(path, values)
        for path, values in (axes or {}).items()
    )
    if named and len(named) != 2:
        raise wrong(", ".join(axis.name for axis in named), "the map has two axes; name both")
    objective = minimize or file.spec.minimize
    asked = tuple(constraint(text) for text in (*file.spec.limits, *limits))
    _check_limits(objective, asked)
    field = field_of(file, workload, named or file.axes)
    teams, titles = _teams(file, field, by)
    sides = [side for one in asked for side in (one.left, one.right) if side in QUANTITIES]
    kept = tuple(dict.fromkeys((objective, *_SHOWN, *sides)))
    job = Job(field.resolved, (), "grid", 0, seed, kept)
    replace(job, constraints=asked).check()
    found = run_job(job, points, workers=workers, scheduler=scheduler, overwrite=overwrite, started=started)
    search = _Search.of(found, field, job, objective, asked)
    return _Arena(field, search, teams, tuple(map(str, asked)), samples, seed).contest(
        file, titles, objective
    )


def _check_limits(objective: str, limits: Sequence[Constraint]) -> None:
    check_quantities((objective,))
    for one in limits:
        if not {one.left, one.right} & set(QUANTITIES):
            raise wrong(str(one), "a limit compares a result with a value", "limit")


def _teams(file: ContestFile, field: Field, by: str | None) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Who each chip competes for, and the titles of those."""
    if by is None:
        titles = {name: one.title for name, one in file.spec.contenders.items()}
        return tuple(entry.contender for entry in field.entries), titles
    if by not in file.spec.alternatives:
        raise UnknownNameError("alternative", by, file.spec.alternatives, "contenders compete without --by")
    # a contender that has no such choice competes as what it is
    teams = tuple(entry.choices.get(by, entry.contender) for entry in field.entries)
    return teams, {name: name.replace("_", " ") for name in dict.fromkeys(teams)}


@dataclass(frozen=True)
class _Search:
    """Every chip in every cell at its stated inputs.

    Attributes
    ----------
    cost : array
        What is minimized, infinite for a chip that may not compete; chips first, then the two axes.
    totals : mapping
        Results by name, in the same layout.
    reasons : array of object
        What stands in a chip's way, or None.
    """

    cost: Array
    totals: Mapping[str, Array]
    reasons: NDArray[np.object_]

    @classmethod
    def of(
        cls, found: SweepResult, field: Field, job: Job, objective: str, limits: Sequence[Constraint]
    ) -> _Search:
        shape = (len(field.entries), *field.shape)
        columns = _columns(found)
        totals = {name: np.asarray(columns[name], dtype=np.float64) for name in job.quantities}
        reasons = np.array([_cause(one) for one in columns["failed_check"]], dtype=object)
        reasons[np.asarray(columns["extrapolates"], dtype=bool) & _none(reasons)] = _RANGE
        for one in limits:
            met = holds(one, totals, reasons.size, job.unit_of(one))
            for side in {one.left, one.right} & totals.keys():
                met |= np.isnan(totals[side])  # what a chip does not have keeps to every limit
            reasons[_none(reasons) & ~met] = str(one)
        sign = -1.0 if QUANTITIES[objective].better == "more" else 1.0
        known = _none(reasons) & np.isfinite(totals[objective])
        reasons[_none(reasons) & ~known] = f"{objective} does not apply"
        cost = np.where(known, _cost(totals[objective], sign), np.inf)
        return cls(
            cost.reshape(shape), {n: v.reshape(shape) for n, v in totals.items()}, reasons.reshape(shape)
        )


def _cost(values: Array, sign: float) -> Array:
    """What is minimized: the result, or its inverse where more is better, so that ratios stay ratios."""
    with np.errstate(all="ignore"):
        return values if sign > 0.0 else 1.0 / values


def _columns(found: SweepResult) -> Mapping[str, Any]:
    if found.columns is not None:
        return {name: v.texts() if isinstance(v, Labels) else v for name, v in found.columns.items()}
    frame = found.to_frame()
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def _cause(found: Any) -> str | None:
    """A check by its name and its component, or None."""
    return found if isinstance(found, str) else None


def _none(reasons: NDArray[np.object_]) -> Mask:
    return np.array([one is None for one in reasons.reshape(-1)]).reshape(reasons.shape)


@dataclass(frozen=True)
class _Best:
    """The chip of a contender in a cell, with samples of its cost."""

    chip: int
    cost: Array
    median: float


class _Arena:
    """The finalists of all cells, sampled together, and what follows from them."""

    def __init__(
        self, field: Field, search: _Search, teams: Sequence[str], limits: tuple[str, ...], samples: int,
        seed: int,
    ) -> None:  # fmt: skip
        self.limits = limits
        self.field, self.search, self.teams = field, search, np.array(teams, dtype=object)
        self.samples, self.seed = samples, seed
        self.names = tuple(dict.fromkeys(teams))
        self.best: dict[tuple[str, Place], _Best] = {}

    def places(self) -> Iterator[Place]:
        nx, ny = self.field.shape
        yield from ((x, y) for x in range(nx) for y in range(ny))

    def contest(self, file: ContestFile, titles: Mapping[str, str], objective: str) -> Contest:
        self._sample(objective)
        cells = {place: self._cell(place) for place in self.places()}
        here = (self.field.axes[0].reference, self.field.axes[1].reference)
        return Contest(
            file.spec.name, self.field.resolved.groups[0].workload.name, objective, self.limits,
            MappingProxyType({name: titles[name] for name in self.names}), self.field.axes, tuple(cells.values()),
            tuple(self._lines(cells)), tuple(self._standings(here, titles)), self._points(here, objective),
            len(self.field.entries), self.samples, self.seed,
        )  # fmt: skip

    # --- samples

    def _finalists(self, name: str, place: Place) -> list[int]:
        """The few chips of a contender that cost least in a cell."""
        own = np.flatnonzero(self.teams == name)
        cost = self.search.cost[own, place[0], place[1]]
        order = own[np.argsort(cost, kind="stable")][:_FINALISTS]
        return [int(chip) for chip in order if np.isfinite(self.search.cost[chip, place[0], place[1]])]

    def _sample(self, objective: str) -> None:
        """Costs of all finalists, each chip in all of its cells at once."""
        wanted: dict[int, list[Place]] = {}
        finalists = {
            (name, place): self._finalists(name, place) for name in self.names for place in self.places()
        }
        for (_, place), chips in finalists.items():
            for chip in chips:
                wanted.setdefault(chip, []).append(place)
        drawn: dict[tuple[int, Place], Array] = {}
        for chip, places in wanted.items():
            for place, cost in zip(places, self._costs(chip, places, objective), strict=True):
                drawn[chip, place] = cost
        for key, chips in finalists.items():
            found = [
                _Best(chip, cost, quantiles(cost, (0.5,))[0])
                for chip in chips
                for cost in (drawn[chip, key[1]],)
            ]
            found = [one for one in found if np.isfinite(one.cost).mean() >= _WORKS]
            if found:
                self.best[key] = min(found, key=lambda one: one.median)

    def _costs(self, chip: int, places: Sequence[Place], objective: str) -> Array:
        """Samples of the cost of a chip in some cells, infinite where it has no estimate; cells first."""
        group = self.field.resolved.groups[chip]
        cells = [self.field.columns(*place) for place in places]
        moved = set(cells[0])
        # each cause has a stream of its own, so that two chips share what they have in common
        drawn = draw(
            {path: claim for path, claim in group.claims.items() if path not in moved},
            self.samples, self.seed,
        )  # fmt: skip
        given = {path: np.tile(values[:, 0], len(cells)) for path, values in drawn.items()}
        given |= {path: np.repeat([cell[path] for cell in cells], self.samples) for path in moved}
        found = in_blocks(group, given, len(cells) * self.samples, (objective,)).totals[objective]
        sign = -1.0 if QUANTITIES[objective].better == "more" else 1.0
        cost = _cost(found, sign).reshape(len(cells), self.samples)
        return np.where(np.isfinite(cost), cost, np.inf)

    # --- what follows

    def _cell(self, place: Place) -> Cell:
        order = self._order(place)
        here = {name: self.best[name, place] for name in order}
        reasons = {name: self._reason(name, place) for name in self.names if name not in here}
        medians = {name: one.median for name, one in here.items()}
        if not order:
            return Cell(*place, "nobody", "", "", None, "", medians, {}, reasons)
        winner = order[0]
        chip = self._words(here[winner].chip)
        if len(order) == 1:
            return Cell(*place, "alone", winner, "", None, chip, medians, {}, reasons)
        ratios = {
            name: _ratio(one.cost, here[order[1] if name == winner else winner].cost)
            for name, one in here.items()
        }
        known = {name: band for name, band in ratios.items() if band is not None}
        margin = _ratio(here[order[1]].cost, here[winner].cost)
        verdict: Verdict = "wins" if margin is not None and margin.low > 1.0 else "ties"
        return Cell(*place, verdict, winner, order[1], margin, chip, medians, known, reasons)

    def _order(self, place: Place) -> list[str]:
        """Contenders with a chip in a cell: who is ahead of each other in half of the samples, then the nearest to it.

        Medians of costs decide where nobody is ahead of all others.
        """
        here = {name: self.best[name, place] for name in self.names if (name, place) in self.best}
        by_median = sorted(here, key=lambda name: here[name].median)
        ahead = {
            (one, other): band.median
            for one in here for other in here
            if one != other and (band := _ratio(here[other].cost, here[one].cost)) is not None
        }  # fmt: skip
        best = [
            one
            for one in by_median
            if all(ahead.get((one, other), 1.0) >= 1.0 for other in here if other != one)
        ]
        if not by_median:
            return []
        winner = best[0] if best else by_median[0]
        rest = sorted(
            (name for name in by_median if name != winner), key=lambda name: ahead.get((winner, name), np.inf)
        )
        return [winner, *rest]

    def _words(self, chip: int) -> str:
        choices = self.field.entries[chip].choices
        return ", ".join(f"{name} {label}" for name, label in choices.items()).replace("_", " ")

    def _reason(self, name: str, place: Place) -> str:
        """What stands in the way of the chips of a contender in a cell, and of how many of them."""
        own = self.search.reasons[self.teams == name, place[0], place[1]]
        found = Counter(_FRAIL if one is None else str(one) for one in own)
        # the chips that came furthest first: past the checks, then within the models, then within the limits
        stages = {_FRAIL: 3, **dict.fromkeys(self.limits, 2), _RANGE: 1}
        if _RANGE in found:
            chip = int(
                np.flatnonzero((self.teams == name) & (self.search.reasons[:, place[0], place[1]] == _RANGE))[
                    0
                ]
            )
            named = f"{_RANGE} ({self._range(chip, place)})"
            found[named], stages[named] = found.pop(_RANGE), 1
        order = sorted(found, key=lambda one: (-stages.get(one, 0), -found[one]))
        return ", ".join(f"{reason}: {found[reason]} of {own.size}" for reason in order[:_CAUSES])

    def _range(self, chip: int, place: Place) -> str:
        """Check of the model that a chip extrapolates."""
        group = self.field.resolved.groups[chip]
        result = evaluate(group.design, group.workload, {**group.values, **self.field.columns(*place)})
        with np.errstate(all="ignore"):
            failed = (
                check
                for check in result.checks
                if check.severity == "extrapolation" and not np.all(check.passed)
            )
            return ", ".join(dict.fromkeys(f"{check.name} of {check.component}" for check in failed))

    def _standings(self, place: Place, titles: Mapping[str, str]) -> Iterator[Standing]:
        order = self._order(place)
        here = {name: self.best[name, place] for name in order}
        for name, one in here.items():
            totals = {
                key: float(values[one.chip, place[0], place[1]]) for key, values in self.search.totals.items()
            }
            yield Standing(
                name, titles[name], self._words(one.chip), totals, Band(*quantiles(one.cost)),
                _ratio(one.cost, here[order[0]].cost), float(np.isfinite(one.cost).mean()), "",
            )  # fmt: skip
        for name in self.names:
            if name not in here:
                yield Standing(name, titles[name], "", {}, None, None, 0.0, self._reason(name, place))

    def _points(self, place: Place, objective: str) -> Mapping[str, Sequence[Any]]:
        kept = np.flatnonzero(np.isfinite(self.search.cost[:, place[0], place[1]]))
        columns = dict.fromkeys(("area_m2", objective))
        return {
            "contender": [str(self.teams[chip]) for chip in kept],
            "chip": [self._words(int(chip)) for chip in kept],
            **{name: self.search.totals[name][kept, place[0], place[1]].tolist() for name in columns},
        }

    # --- lines between the winners

    def _lines(self, cells: Mapping[Place, Cell]) -> Iterator[BreakEven]:
        for along, across in ((0, 1), (1, 0)):
            axis, other = self.field.axes[along], self.field.axes[across]
            for fixed in range(len(other.values)):
                for step in range(len(axis.values) - 1):
                    ends = [_place(along, step + one, fixed) for one in (0, 1)]
                    before, after = (cells[end].winner for end in ends)
                    if before and after and before != after:
                        yield self._line(axis, step, other.values[fixed], before, after, ends)

    def _line(
        self, axis: RegimeAxis, step: int, at: float, before: str, after: str, ends: Sequence[Place]
    ) -> BreakEven:
        low, high = axis.values[step], axis.values[step + 1]
        bands = []
        for end in ends:
            pair = self.best.get((after, end)), self.best.get((before, end))
            band = None if pair[0] is None or pair[1] is None else _ratio(pair[0].cost, pair[1].cost)
            if band is None:  # one of them has no chip here: the order changes, but the two are nowhere equal
                return BreakEven(axis.name, at, before, after, None, low, high)
            bands.append(band)
        one, two = bands
        middle = _crossing(one.median, two.median, low, high)
        crossings = (_crossing(one.low, two.low, low, high), middle, _crossing(one.high, two.high, low, high))
        known = [value for value in crossings if value is not None]
        span = (min(known), max(known)) if len(known) == len(crossings) else (low, high)
        return BreakEven(axis.name, at, before, after, middle, *span)


def _place(along: int, step: int, fixed: int) -> Place:
    return (step, fixed) if along == 0 else (fixed, step)


def _ratio(above: Array, below: Array) -> Band | None:
    """Band of a ratio of costs over the samples in which at least one of the two is finite; None without any."""
    with np.errstate(all="ignore"):
        ratios = above / below
    kept = ratios[~np.isnan(ratios)]
    return Band(*quantiles(kept)) if kept.size else None


def _crossing(first: float, second: float, low: float, high: float) -> float | None:
    """Where a ratio that is a power of the axis between two cells equals one; None where it does not."""
    if not (0.0 < first < math.inf and 0.0 < second < math.inf) or (first > 1.0) == (second > 1.0):
        return None
    share = math.log(first) / (math.log(first) - math.log(second))
    if low > 0.0:
        return float(low * (high / low) ** share)
    return float(low + (high - low) * share)
