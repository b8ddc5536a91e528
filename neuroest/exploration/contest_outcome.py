"""Finalists of a contest, and its outcome: winners of the cells, lines between winners, standings, dead ends."""

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from neuroest.core.arrays import Array, Mask
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.error_analysis.draws import Posterior, draw
from neuroest.exploration.batch_evaluation import box_of, evaluate_points
from neuroest.exploration.contest_field import Field, Structure
from neuroest.exploration.contest_search import KEPT, PACE, RANGE, SECOND, Place, Search, cost_of
from neuroest.exploration.draws_along import meets, share_that_passes
from neuroest.exploration.space import Constraint
from neuroest.exploration.structures import Group
from neuroest.pipeline.attribution import ATTRIBUTED, Ledger, ledger
from neuroest.pipeline.evaluation import evaluate
from neuroest.results.comparison import Attribution, verdict
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES
from neuroest.results.studies import BreakEven, Cell, CellVerdict, DeadEnd, RegimeAxis, Standing

Pair: TypeAlias = tuple[int, Place]
"""A chip in a cell."""
WORKS = 0.9
"""Share of the samples in which a chip must have an estimate, so that the p90 of its cost exists."""
_ROUNDS = 3
"""Rounds of sampling; a further round tries faster chips if no chip of a team has an estimate in enough samples."""
_FASTER = 0.9
"""Largest ratio of the interval of these faster chips to the interval of the previous ones."""


@frozen_dataclass
class Best:
    """The chip of a team in a cell, its row in the search, and samples of its cost."""

    row: int
    chip: int
    cost: Array
    median: float


class Finalists:
    """The chip that represents each team in each cell: the lowest median among the few cheapest chips.

    Attributes
    ----------
    best : mapping
        That chip, if there is one.
    objective : str
        The result that is minimised.
    tried : mapping
        Number of chips sampled without success if there is none.
    """

    def __init__(
        self, search: Search, objective: str, samples: int, seed: int, passing: Sequence[Constraint] = (),
        posterior: Posterior | None = None,
    ) -> None:  # fmt: skip
        self._search, self.objective, self._passing = search, objective, passing
        self._samples, self._seed, self._posterior = samples, seed, posterior
        self._ledgers: dict[Pair, Ledger] = {}
        self._draws: dict[tuple[str, frozenset[str]], Mapping[str, Array]] = {}
        self.best: dict[tuple[str, Place], Best] = {}
        self.tried: dict[tuple[str, Place], int] = {}
        done: dict[tuple[str, Place], list[int]] = {}
        for _ in range(_ROUNDS):
            wanted = {
                key: self._chosen(*key, done.get(key, ())) for key in search.places() if key not in self.best
            }
            self._sample(wanted)
            for (team, place), rows in wanted.items():
                done.setdefault((team, place), []).extend(rows)
        self.tried = {key: len(rows) for key, rows in done.items() if rows and key not in self.best}

    def _chosen(self, team: str, place: Place, tried: Sequence[int]) -> list[int]:
        """Rows of the cheapest chips of a team in a cell, or of chips faster than all tried so far."""
        rows = self._search.able(team, place)
        if tried:
            interval = self._search.totals[PACE]
            rows = rows[interval[rows] <= _FASTER * interval[list(tried)].min()]
        return [int(row) for row in rows[:KEPT]]

    def _sample(self, wanted: Mapping[tuple[str, Place], Sequence[int]]) -> None:
        """Costs of all requested chips, all chips of one circuit in all of their cells at once."""
        together: dict[Any, dict[Pair, None]] = {}
        for (_, place), rows in wanted.items():
            for chip in self._search.chip[rows].tolist():
                structure, own = self._search.field.chip(chip)
                circuit = structure.label, frozenset(structure.values(own))
                together.setdefault(circuit, {})[chip, place] = None
        costs = {pair: cost for pairs in together.values() for pair, cost in self._sampled([*pairs])}
        for key, rows in wanted.items():
            found = []
            for row in rows:
                chip = int(self._search.chip[row])
                cost = costs[chip, key[1]]
                if np.isfinite(cost).mean() >= WORKS:
                    found.append(Best(row, chip, cost, quantiles(cost, (0.5,))[0]))
            found.sort(key=lambda one: one.median)  # of equal ones the first, which takes less energy
            if best := next((one for one in found if self._passes(one, key[1])), None):
                self.best[key] = best

    def _passes(self, one: Best, place: Place) -> bool:
        """Whether a chip meets the limits on the share of the samples that pass."""
        return not self._passing or meets(self.passing_share(one, place), self._passing)

    def passing_share(self, one: Best, place: Place) -> float:
        """Share of the samples in which a chip passes all checks in a cell."""
        group, moved = _moved(self._search.field, [(one.chip, place)])
        return share_that_passes(group, moved, self._samples, self._seed, self.objective, self._posterior)

    def ledger(self, one: Best, place: Place) -> Ledger:
        """What each component of a chip takes in a cell, at the stated inputs and in each sample."""
        if (one.chip, place) not in self._ledgers:
            pairs = [(best.chip, cell) for (_, cell), best in self.best.items() if best.chip == one.chip]
            self._ledgers.update(self._ledgers_of([*dict.fromkeys(pairs)]))
        return self._ledgers[one.chip, place]

    def _ledgers_of(self, pairs: Sequence[Pair]) -> Iterator[tuple[Pair, Ledger]]:
        """The same for a chip in all of its cells."""
        group, moved = _moved(self._search.field, pairs)
        points, stated = 1 + self._samples, group.values
        values = {
            **{path: np.repeat(each, points).reshape(-1, 1) for path, each in moved.items()},
            **{
                path: np.tile(np.append(stated.get(path, 1.0), samples), len(pairs)).reshape(-1, 1)
                for path, samples in self._drawn(pairs[0][0], moved).items()
            },
        }
        result = evaluate(group.design, group.workload, {**stated, **values})
        every = ledger(group.design, result, points * len(pairs))
        for number, pair in enumerate(pairs):
            yield pair, every.at(slice(number * points, (number + 1) * points))

    def _drawn(self, chip: int, moved: Mapping[str, Array]) -> Mapping[str, Array]:
        """Draws of everything that neither an axis nor a choice of a chip sets, the same for chips of one structure."""
        structure = self._search.field.chip(chip)[0]
        key = structure.label, frozenset(moved)
        if key not in self._draws:
            claims = {path: claim for path, claim in structure.group.claims.items() if path not in moved}
            self._draws[key] = draw(claims, self._samples, self._seed, posterior=self._posterior)
        return self._draws[key]

    def _sampled(self, pairs: Sequence[Pair]) -> Iterator[tuple[Pair, Array]]:
        """Samples of the cost of chips of one circuit in some cells; infinite without an estimate.

        Values set by an axis or a choice of the chip are exact. Each other cause has its own random stream, so that two
        chips share the samples of common causes.
        """
        group, moved = _moved(self._search.field, pairs)
        drawn = self._drawn(pairs[0][0], moved)
        columns = {path: values.reshape(1, -1, 1) for path, values in moved.items()}
        step = max(1, box_of(group) // len(pairs))
        parts = []
        for start in range(0, self._samples, step):
            stop = min(start + step, self._samples)
            given = {path: values[start:stop].reshape(-1, 1, 1) for path, values in drawn.items()}
            shape = (stop - start, len(pairs))
            found = evaluate_points(group, {**given, **columns}, shape, (self.objective,), judged=False)
            cost = cost_of(found.totals[self.objective], found.feasible, self.objective)
            parts.append(cost.reshape(shape))
        yield from zip(pairs, np.ascontiguousarray(np.concatenate(parts).T), strict=True)


def _moved(field: Field, pairs: Sequence[Pair]) -> tuple[Group, dict[str, Array]]:
    """Group of chips of one circuit, and the values that their choices and the axes set in some cells."""
    chips = [field.chip(chip) for chip, _ in pairs]
    chosen = [structure.values(own) for structure, own in chips]
    moved = {
        path: np.asarray(track.levels)[[place[number] for _, place in pairs]]
        for number, axis in enumerate(field.resolved.numeric)
        for path, track in axis.tracks.items()
    }
    return chips[0][0].group, {
        **moved,
        **{path: np.array([one[path] for one in chosen]) for path in chosen[0]},
    }


_FRAIL = "no estimate in more than a tenth of the samples"
_CAUSES = 3
"""Number of reasons shown for a team without a chip."""


class Outcome:
    """Cells, lines and standings of a contest.

    Parameters
    ----------
    search : Search
        Results of all chips in all cells.
    finalists : Finalists
        The chip of each team in each cell.
    limits : tuple of str
        Limits on every chip.
    titles : mapping
        Title of each team.
    bounds : tuple of str
        Teams that are bounds and win no cell.
    relevance : float
        Least share by which a win or a loss differs from equal.
    """

    def __init__(
        self, search: Search, finalists: Finalists, limits: tuple[str, ...], titles: Mapping[str, str],
        bounds: tuple[str, ...], relevance: float,
    ) -> None:  # fmt: skip
        self._search, self._finalists, self._best = search, finalists, finalists.best
        self._limits, self._titles = limits, titles
        self._bounds, self._relevance = bounds, relevance
        self._objective = finalists.objective
        self._ranges: dict[int, Mapping[str, Mask]] = {}
        nx, ny = search.field.shape
        self._cells = {(x, y): self._cell((x, y)) for x in range(nx) for y in range(ny)}

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, y fastest."""
        return tuple(self._cells.values())

    def points(self, objective: str) -> Mapping[str, Sequence[Any]]:
        """Area, objective and team of the stored chips at the workload's own cell."""
        here = self._search.field.here
        rows = [(team, row) for team in self._search.teams for row in self._search.able(team, here)]
        return {
            "contender": [team for team, _ in rows],
            "chip": [self._words(int(self._search.chip[row])) for _, row in rows],
            **{
                name: [
                    float(QUANTITIES[name].as_objective(self._search.totals[name][row])) for _, row in rows
                ]
                for name in dict.fromkeys(("area_m2", objective))
            },
        }

    def _cell(self, place: Place) -> Cell:
        order = self._order(place)
        here = {name: self._best[name, place] for name in self._search.teams if (name, place) in self._best}
        reasons = {name: self._reason(name, place) for name in self._search.teams if name not in here}
        shown = [name for name in (*order, *self._bounds) if name in here]
        medians = {name: self._value(here[name].cost).median for name in shown}
        if not order:
            return Cell(*place, "nobody", "", "", None, "", medians, {}, {}, reasons)
        winner = order[0]
        chip = self._words(here[winner].chip)
        opponents = {name: winner for name in medians if name != winner}
        if len(order) > 1:
            opponents[winner] = order[1]
        ratios = {
            name: band
            for name, other in opponents.items()
            if (band := _ratio(here[name].cost, here[other].cost)) is not None
        }
        verdicts = {
            name: verdict(band, self._contribution(name, opponents[name], place, band), self._relevance)
            for name, band in ratios.items()
        }
        if len(order) == 1:
            return Cell(*place, "alone", winner, "", None, chip, medians, ratios, verdicts, reasons)
        margin = _ratio(here[order[1]].cost, here[winner].cost)
        won = verdicts.get(winner, "tie")
        judged: CellVerdict = "tie" if won == "loss" else won
        return Cell(*place, judged, winner, order[1], margin, chip, medians, ratios, verdicts, reasons)

    def _value(self, cost: Array) -> Band:
        """The objective behind samples of a cost."""
        if QUANTITIES[self._objective].better != "more":
            return Band(*quantiles(cost))
        with np.errstate(divide="ignore"):
            return Band(*quantiles(1.0 / cost))

    def _contribution(self, name: str, other: str, place: Place, band: Band) -> float:
        """Part of the ratio of two teams that what competes contributes: the neurons, or all of the chip."""
        found = self._attribution(name, other, place, band)
        return band.median if found is None else found.contribution

    def _attribution(self, name: str, other: str, place: Place, band: Band) -> Attribution | None:
        attribute = ATTRIBUTED.get(self._objective)
        if attribute is None or not 0.0 < band.median < math.inf:
            return None
        one, two = (self._finalists.ledger(self._best[team, place], place) for team in (name, other))
        return attribute(one, two, band.median, None)

    def _order(self, place: Place) -> list[str]:
        """Rank the contenders in a cell: first the one that beats every other in half of the samples, then the closest.

        Median costs decide if no contender beats all others, and of equal ones the energy.
        """
        here = {
            name: self._best[name, place]
            for name in self._search.teams
            if (name, place) in self._best and name not in self._bounds
        }
        second = self._search.totals[SECOND]
        by_median = sorted(here, key=lambda name: (here[name].median, float(second[here[name].row])))
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
        structure, own = self._search.field.chip(chip)
        return _choices(structure.chosen(own))

    def _reason(self, name: str, place: Place) -> str:
        """Reasons why the chips of a team are excluded in a cell, with the number of chips."""
        counts, example = self._search.reasons(name, place)
        size = self._search.sizes[self._search.teams.index(name)]
        able = int(size - sum(counts.values()))
        # the chips that got furthest come first: they pass the checks, then the model ranges, then the limits
        stages = {**dict.fromkeys(self._limits, 2), RANGE: 1}
        if able:
            frail = f"{_FRAIL} ({self._finalists.tried[name, place]} were sampled)"
            counts[frail], stages[frail] = able, 3
        if RANGE in counts:
            named = f"{RANGE} ({self._range(example[RANGE], place)})"
            counts[named], stages[named] = counts.pop(RANGE), 1
        order = sorted(counts, key=lambda one: (-stages.get(one, 0), -counts[one]))
        return ", ".join(f"{reason}: {counts[reason]} of {size}" for reason in order[:_CAUSES])

    def _range(self, number: int, place: Place) -> str:
        """Range checks of the models that a chip extrapolates in a cell."""
        if number not in self._ranges:
            self._ranges[number] = self._extrapolations(*self._search.field.chip(number))
        return ", ".join(what for what, passed in self._ranges[number].items() if not passed[place])

    def _extrapolations(self, structure: Structure, chip: int) -> Mapping[str, Mask]:
        """Which model range checks a chip passes in each cell."""
        shape = self._search.field.shape
        columns: dict[str, Array] = {}
        for axis, across in zip(self._search.field.resolved.numeric, ((-1, 1, 1), (1, -1, 1)), strict=True):
            columns |= {path: np.asarray(track.levels).reshape(across) for path, track in axis.tracks.items()}
        values = {**structure.group.values, **structure.values(chip), **columns}
        result = evaluate(structure.group.design, structure.group.workload, values)
        extrapolations: dict[str, Mask] = {}
        with np.errstate(all="ignore"):
            for check in result.checks:
                passed = np.asarray(check.passed)
                if check.severity == "extrapolation" and not np.all(passed):
                    name = f"{check.name} of {check.component}"
                    kept = np.broadcast_to(passed[..., 0] if passed.ndim else passed, shape)
                    extrapolations[name] = np.logical_and(extrapolations.get(name, np.True_), kept)
        return extrapolations

    def standings(self) -> Iterator[Standing]:
        """Each team at the workload's own cell, the best first."""
        place = self._search.field.here
        order = self._order(place)
        shown = [*order, *(name for name in self._bounds if order and (name, place) in self._best)]
        here = {name: self._best[name, place] for name in shown}
        for name, one in here.items():
            totals = {key: float(values[one.row]) for key, values in self._search.totals.items()}
            ratio = _ratio(one.cost, here[order[0]].cost)
            differs = ratio is not None and name != order[0]
            made = self._attribution(name, order[0], place, ratio) if ratio is not None and differs else None
            yield Standing(
                name, self._titles[name], self._words(one.chip), totals, self._value(one.cost), ratio,
                float(np.isfinite(one.cost).mean()), self._finalists.passing_share(one, place),
                "" if made is None else made.words, "", self._dead_ends(name, place),
            )  # fmt: skip
        for name in self._search.teams:
            if name not in here:
                yield Standing(
                    name, self._titles[name], "", {}, None, None, 0.0, 0.0, "", self._reason(name, place), ()
                )

    def _dead_ends(self, name: str, place: Place) -> tuple[DeadEnd, ...]:
        """Choices with which no chip of a team works in a cell: single choices, then pairs, with the reasons.

        A pair is listed only if neither of its choices is a dead end alone.
        """
        failing = self._search.failing(name, place)
        able = [self._search.circuit(row) for row in self._search.able(name, place)]
        tried = [*able, *(circuit for circuit, _, _ in failing)]
        dead_ends: list[DeadEnd] = []
        for size in (1, 2):
            for circuit in _distinct(tried, size):
                if any(set(one.choices.items()) <= set(circuit.items()) for one in dead_ends):
                    continue
                if not any(circuit.items() <= one.items() for one in able):
                    causes: Counter[str] = Counter()
                    for one, reason, count in failing:
                        if circuit.items() <= one.items():
                            causes[reason] += count
                    dead_ends.append(DeadEnd(circuit, dict(causes.most_common()), causes.total()))
        return tuple(dead_ends)

    def lines(self) -> Iterator[BreakEven]:
        """Lines between cells with different winners."""
        cells = self._cells
        for along, across in ((0, 1), (1, 0)):
            axis, other = self._search.field.axes[along], self._search.field.axes[across]
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
            pair = self._best.get((after, end)), self._best.get((before, end))
            band = None if pair[0] is None or pair[1] is None else _ratio(pair[0].cost, pair[1].cost)
            if band is None:  # one of them has no chip here: the order changes, but the costs are never equal
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
    """Band of a cost ratio over the samples in which at least one cost is finite; None without any."""
    with np.errstate(all="ignore"):
        ratios = above / below
    kept = ratios[~np.isnan(ratios)]
    return Band(*quantiles(kept)) if kept.size else None


def _crossing(first: float, second: float, low: float, high: float) -> float | None:
    """Axis value at which a ratio equals one, as a power law between two cells; None if there is none."""
    if not (0.0 < first < math.inf and 0.0 < second < math.inf) or (first > 1.0) == (second > 1.0):
        return None
    share = math.log(first) / (math.log(first) - math.log(second))
    if low > 0.0:
        return float(low * (high / low) ** share)
    return float(low + (high - low) * share)


def _choices(chosen: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {label}" for name, label in chosen.items()).replace("_", " ")


def _distinct(circuits: Sequence[Mapping[str, str]], size: int) -> list[Mapping[str, str]]:
    """Every choice, or every pair of choices, that occurs in the circuits."""
    parts = (part for one in circuits for part in itertools.combinations(one.items(), size))
    return [dict(part) for part in dict.fromkeys(parts)]
