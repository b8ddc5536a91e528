"""The search of a contest: evaluate every chip in every cell at its stated inputs, and keep the best.

Circuits that differ in nothing but numbers are evaluated at once with all of their numbers. Only chips that could win
are kept; for the others the failed checks are counted. So millions of chips need little memory.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array, Mask
from neuroest.core.frozen import frozen_dataclass
from neuroest.exploration.batch_evaluation import PASSED, Codes, Labels, Points, block_of, box_of, joined
from neuroest.exploration.chunks import Blocks, Columns, Job, box_points, holds, plain
from neuroest.exploration.contest_field import Field, Structure
from neuroest.exploration.pareto import non_dominated
from neuroest.exploration.space import Constraint
from neuroest.exploration.sweep import SweepResult
from neuroest.results.quantities import QUANTITIES

Place: TypeAlias = tuple[int, int]
RANGE = "a model outside of its range"
KEPT = 6
"""Number of cheapest chips of a circuit that are kept in a cell."""
PACE = "initiation_interval_s"
"""Result that gives the maximum speed of a chip, independent of its operating pace."""
SECOND = "energy_per_inference_J"
"""Result that ranks chips of equal cost, such as those that outlive their use."""
_AREA = "area_m2"
_OBJECTIVE, _REASON, _CHIP, _CHIPS = "objective", "failed_check", "chip", "chips"


def cost_of(values: Array, exists: Mask, objective: str) -> Array:
    """Cost to minimize: the result, or its inverse if more is better, so that ratios stay ratios; else infinite.

    More than `Quantity.enough` costs as much as enough, and so does a result that does not apply, such as the lifetime
    of what does not wear.
    """
    quantity = QUANTITIES[objective]
    compared = np.asarray(quantity.as_objective(values))
    with np.errstate(all="ignore"):
        cost = 1.0 / compared if quantity.better == "more" else compared
    return np.where(exists & np.isfinite(cost), cost, np.inf)


@frozen_dataclass(kw_only=True)
class ContestJob(Job):
    """Everything that a worker needs for a contest; a chunk is a family of circuits with all of their numbers.

    Attributes
    ----------
    field : Field
        The chips and the map.
    objectives : tuple of str
        The results to minimize, one contest each, of the same chips.
    limits : tuple of Constraint
        Limits on every chip.
    by : str or None
        Alternative whose choices compete.
    """

    field: Field
    objectives: tuple[str, ...]
    limits: tuple[Constraint, ...]
    by: str | None

    def __getstate__(self) -> dict[str, Any]:
        """What a worker needs; the field has the designs."""
        return {**vars(self), "resolved": self.resolved.without_groups()}

    @cached_property
    def points(self) -> int:
        """Chips times cells."""
        return self.field.chips * math.prod(self.field.shape)

    @cached_property
    def chunks(self) -> int:
        """Families of circuits."""
        return len(self.field.families)

    def rows_done(self, rows: int) -> int:
        """An even share of the points, since a circuit keeps few of them."""
        return self.points // self.chunks

    def description(self) -> dict[str, Any]:
        """Definition of the job, as plain data."""
        numbers = [
            {"circuit": one.label, "numbers": {name: dict(labels) for name, labels in one.stated.items()}}
            for one in self.field.structures
        ]
        limits = [str(one) for one in self.limits]
        asked = {"objectives": list(self.objectives), "limits": limits, "by": self.by}
        return {**super().description(), **asked, "numbers": numbers}

    def compute(self, number: int) -> Columns:
        """The rows of one family: of each circuit the best chips in each cell, and the reasons why others fail."""
        family = self.field.families[number]
        first = family.structures[0]
        axes = (*family.axes, *first.axes, *self.resolved.numeric)
        shape = (*(axis.size or 0 for axis in family.axes), *first.shape, *self.field.shape)
        group, count = first.group, first.chips * math.prod(self.field.shape)
        box = max(box_of(group), math.prod(shape) if family.axes else 0)
        boxes = Blocks.of(shape, math.prod(shape), block_of(group), box).of_chunk(0)
        points = joined([box_points(group, axes, *one, self._evaluated) for one in boxes])
        found = [
            self._rows_for(objective, structure, index, points.at(slice(place * count, (place + 1) * count)))
            for place, (structure, index) in enumerate(zip(family.structures, family.firsts, strict=True))
            for objective in self.objectives
        ]
        return {name: _joined([columns[name] for columns in found]) for name in found[0]}

    def _rows_for(self, objective: str, structure: Structure, first: int, points: Points) -> Columns:
        """Rows of one circuit, whose first chip has this index in the field."""
        cost, codes, words = self._judged(points, objective)
        rows, counts = self._kept(structure, cost, points, codes)
        columns: Columns = {_OBJECTIVE: _alike(objective, rows.size)}
        columns["contender"] = _alike(structure.contender, rows.size)
        for name in self.field.alternatives:
            columns[name] = _alike(structure.choices.get(name), rows.size)
        chip, cell = np.divmod(rows, math.prod(self.field.shape))
        places = np.unravel_index(chip, structure.shape) if structure.shape else ()
        for (name, labels), place in zip(structure.numbers.items(), places, strict=True):
            columns[name] = Labels(place.astype(np.int16), labels)
        for axis, place in zip(self.resolved.numeric, np.unravel_index(cell, self.field.shape), strict=True):
            for path, track in axis.tracks.items():
                columns[self.parameters[path]] = np.asarray(track.levels)[place]
        for name in self.quantities:
            columns[name] = points.totals[name][rows]
        columns["feasible"] = codes[rows] == PASSED
        columns[_REASON] = Labels(codes[rows], words)
        columns[_CHIPS] = counts.astype(np.float64)
        columns[_CHIP] = (chip + first).astype(np.float64)
        return columns

    def _judged(self, points: Points, objective: str) -> tuple[Array, Codes, tuple[str, ...]]:
        """Cost of each point, infinite if it may not compete, and the reason."""
        codes, words = points.failed.copy(), list(points.reasons)

        def refuse(wrong: Mask, reason: str) -> None:
            codes[wrong & (codes == PASSED)] = len(words)
            words.append(reason)

        refuse(points.extrapolates, RANGE)
        for one in self.limits:
            met = holds(one, points.totals, codes.size, self.unit_of(one))
            for side in {one.left, one.right} & points.totals.keys():
                met = met | np.isnan(points.totals[side])  # an absent result meets every limit
            refuse(~met, str(one))
        values = points.totals[objective]
        refuse(~np.isfinite(QUANTITIES[objective].as_objective(values)), f"{objective} does not apply")
        return cost_of(values, codes == PASSED, objective), codes, tuple(words)

    def _kept(
        self, structure: Structure, cost: Array, points: Points, codes: Codes
    ) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Points to keep, and the number of chips that each represents.

        These are the cheapest points, the points without a cheaper one that is as fast and, at the workload's own cell,
        the points without a cheaper one that is as small.
        """
        cells = math.prod(self.field.shape)
        shape = (structure.chips, cells)
        area, pace, second = (points.totals[name].reshape(shape) for name in (_AREA, PACE, SECOND))
        cost, codes = cost.reshape(shape), codes.reshape(shape)
        counts = np.zeros(cost.shape, dtype=np.int64)
        here = int(np.ravel_multi_index(self.field.here, self.field.shape))
        teams = np.array(structure.teams(self.by), dtype=object)
        for team in dict.fromkeys(teams):
            own = np.flatnonzero(teams == team)
            best, where = _cheapest(cost[own], second[own])
            counts[own[best], where] = 1
            able = np.isfinite(cost[own])
            for values, places in ((pace, np.flatnonzero(able.sum(axis=0) > KEPT)), (area, [here])):
                for place in places:
                    passed = own[able[:, place]]
                    front = non_dominated(np.stack([values[passed, place], cost[passed, place]], axis=1))
                    counts[passed[front], place] = 1
            for code in np.unique(codes[own]):
                if code != PASSED:
                    failing = codes[own] == code
                    many = failing.sum(axis=0)
                    named = np.flatnonzero(many)
                    counts[own[failing.argmax(axis=0)][named], named] = many[named]
        rows = np.flatnonzero(counts)
        return rows, counts.reshape(-1)[rows]


def _cheapest(cost: Array, second: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of the few cheapest of each column; of equal ones those with the smaller second number."""
    dearest = np.partition(cost, KEPT - 1, axis=0)[KEPT - 1] if len(cost) > KEPT else np.inf
    rows, columns = np.nonzero(np.isfinite(cost) & (cost <= dearest))
    order = np.lexsort((rows, second[rows, columns], cost[rows, columns], columns))
    rows, columns = rows[order], columns[order]
    few = np.arange(columns.size) - np.searchsorted(columns, columns) < KEPT
    return rows[few], columns[few]


def _alike(word: str | None, rows: int) -> Labels:
    """One word in all rows, or none."""
    codes = np.full(rows, PASSED if word is None else 0, dtype=np.int16)
    return Labels(codes, () if word is None else (word,))


def _joined(parts: Sequence[Labels | NDArray[Any]]) -> Labels | NDArray[Any]:
    """One column of several, one after the other."""
    if isinstance(parts[0], Labels):
        return Labels.joined(part for part in parts if isinstance(part, Labels))
    return np.concatenate([part for part in parts if not isinstance(part, Labels)])


class Search:
    """Result of the search for one objective, by team and cell.

    Attributes
    ----------
    totals : mapping
        Results of each row.
    chip, cost : array
        Chip of each row, and its cost; infinite if the row represents excluded chips.
    """

    def __init__(self, sweep_result: SweepResult, job: ContestJob, objective: str) -> None:
        columns, field = _columns(sweep_result, objective), job.field
        self.field = field
        self.totals = {name: np.asarray(columns[name], dtype=np.float64) for name in job.quantities}
        self.chip = np.asarray(columns[_CHIP]).astype(np.intp)
        reasons = columns[_REASON]
        self._codes, self._words = reasons.codes, reasons.words
        self._count = np.asarray(columns[_CHIPS]).astype(np.int64)
        self.cost = cost_of(self.totals[objective], self._codes == PASSED, objective)
        teams = [team for one in field.structures for team in one.teams(job.by)]
        self.teams = tuple(dict.fromkeys(teams))
        numbers = {team: number for number, team in enumerate(self.teams)}
        of_chip = np.array([numbers[team] for team in teams])
        self.sizes = np.bincount(of_chip, minlength=len(self.teams))
        self._groups = self._by_place(of_chip[self.chip], columns, job)

    def _by_place(
        self, team: NDArray[np.intp], columns: Mapping[str, Any], job: ContestJob
    ) -> Mapping[tuple[str, Place], NDArray[np.intp]]:
        """Rows of each team in each cell, the cheapest first."""
        places = []
        for axis in self.field.resolved.numeric:
            path, track = next(iter(axis.tracks.items()))
            values = np.asarray(columns[job.parameters[path]], dtype=np.float64)
            levels = np.asarray(track.levels)
            places.append(np.abs(values[:, np.newaxis] - levels).argmin(axis=1))
        shape = (len(self.teams), *self.field.shape)
        cell = np.ravel_multi_index((team, *places), shape)
        order = np.lexsort((self.chip, self.totals[SECOND], self.cost, cell))
        bounds = np.searchsorted(cell[order], np.arange(math.prod(shape) + 1))
        found = {}
        for number, (first, last) in enumerate(itertools.pairwise(bounds)):
            owner, x, y = (int(place) for place in np.unravel_index(number, shape))
            found[self.teams[owner], (x, y)] = order[first:last]
        return found

    def places(self) -> Iterable[tuple[str, Place]]:
        """Every team in every cell."""
        return self._groups.keys()

    def able(self, team: str, place: Place) -> NDArray[np.intp]:
        """Rows of the chips of a team that may compete in a cell, the cheapest first."""
        rows = self._groups[team, place]
        return rows[np.isfinite(self.cost[rows])]

    def reasons(self, team: str, place: Place) -> tuple[Counter[str], Mapping[str, int]]:
        """Number of excluded chips of a team in a cell by reason, with one example chip per reason."""
        counts: Counter[str] = Counter()
        example: dict[str, int] = {}
        for row in self._groups[team, place]:
            if self._codes[row] != PASSED:
                word = self._words[self._codes[row]]
                counts[word] += int(self._count[row])
                example.setdefault(word, int(self.chip[row]))
        return counts, example

    def circuit(self, row: int) -> Mapping[str, str]:
        """Choices of the circuit of a row."""
        return self.field.chip(int(self.chip[row]))[0].choices

    def failing(self, team: str, place: Place) -> list[tuple[Mapping[str, str], str, int]]:
        """Circuit, reason and number of the excluded chips of a team in a cell."""
        return [
            (self.circuit(row), self._words[self._codes[row]], int(self._count[row]))
            for row in self._groups[team, place]
            if self._codes[row] != PASSED
        ]  # fmt: skip


def _columns(sweep_result: SweepResult, objective: str) -> Mapping[str, Any]:
    """The rows of one objective."""
    if sweep_result.columns is not None:
        kept = plain({_OBJECTIVE: sweep_result.columns[_OBJECTIVE]})[_OBJECTIVE] == objective
        return {
            name: Labels(values.codes[kept], values.words) if isinstance(values, Labels) else values[kept]
            for name, values in sweep_result.columns.items()
        }
    import pandas as pd  # noqa: PLC0415 - heavy, and only a run with a file needs it

    frame = pd.concat(sweep_result.pieces(), ignore_index=True)
    frame = frame[frame[_OBJECTIVE] == objective]
    codes, words = pd.factorize(frame[_REASON])
    own = {str(name): frame[name].to_numpy() for name in frame.columns if name != _REASON}
    return {**own, _REASON: Labels(codes.astype(np.int16), tuple(map(str, words)))}
