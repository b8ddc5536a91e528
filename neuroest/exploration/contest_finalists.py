"""The finalists of a contest: the few best chips of each team in each cell, with samples of their cost."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.error_analysis.draws import Posterior, draw
from neuroest.exploration.batch_evaluation import box_of, evaluate_points
from neuroest.exploration.contest_field import Field
from neuroest.exploration.contest_search import KEPT, PACE, Place, Search, cost_of
from neuroest.exploration.passing_share import meets, share_that_passes
from neuroest.exploration.space import Constraint
from neuroest.exploration.structures import Group
from neuroest.pipeline.attribution import Ledger, ledger
from neuroest.pipeline.evaluate import evaluate

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
        self._ledgers: dict[tuple[int, Place], Ledger] = {}
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
        """Costs of all requested chips, each chip in all of its cells at once."""
        cells: dict[int, set[Place]] = {}
        for (_, place), rows in wanted.items():
            for row in rows:
                cells.setdefault(int(self._search.chip[row]), set()).add(place)
        costs = {
            (chip, place): cost
            for chip, places in cells.items()
            for place, cost in sampled(
                self._search.field,
                chip,
                sorted(places),
                self.objective,
                self._samples,
                self._seed,
                self._posterior,
            )
        }
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
        group, moved = _moved(self._search.field, one.chip, place[:1], place[1:])
        return share_that_passes(group, moved, self._samples, self._seed, self.objective, self._posterior)

    def ledger(self, one: Best, place: Place) -> Ledger:
        """What each component of a chip takes in a cell, at the stated inputs and in each sample."""
        if (one.chip, place) not in self._ledgers:
            group, moved = _moved(self._search.field, one.chip, place[:1], place[1:])
            values = {**group.values, **{path: value.reshape(1) for path, value in moved.items()}}
            claims = {path: claim for path, claim in group.claims.items() if path not in moved}
            drawn = draw(claims, self._samples, self._seed, posterior=self._posterior)
            stated = ledger(group.design, evaluate(group.design, group.workload, values))
            sampled = evaluate(group.design, group.workload, {**values, **drawn})
            self._ledgers[one.chip, place] = stated.followed_by(ledger(group.design, sampled, self._samples))
        return self._ledgers[one.chip, place]


def _moved(field: Field, number: int, xs: Sequence[int], ys: Sequence[int]) -> tuple[Group, dict[str, Array]]:
    """Group of a chip, and the values that its choices and the axes set."""
    structure, chip = field.chip(number)
    group, chosen = structure.group, structure.values(chip)
    first, second = field.resolved.numeric
    moved = {
        **{
            path: np.asarray(track.levels)[list(xs)].reshape(1, -1, 1, 1)
            for path, track in first.tracks.items()
        },
        **{
            path: np.asarray(track.levels)[list(ys)].reshape(1, 1, -1, 1)
            for path, track in second.tracks.items()
        },
        **{path: np.full((1, 1, 1, 1), value) for path, value in chosen.items()},
    }
    return group, moved


def sampled(
    field: Field,
    number: int,
    places: Sequence[Place],
    objective: str,
    samples: int,
    seed: int,
    posterior: Posterior | None = None,
) -> Iterator[tuple[Place, Array]]:
    """Samples of the cost of a chip in some cells; infinite without an estimate.

    Values set by an axis or a choice of the chip are exact. Each other cause has its own random stream, so that two
    chips share the samples of common causes.
    """
    xs, ys = (sorted({place[axis] for place in places}) for axis in (0, 1))
    group, moved = _moved(field, number, xs, ys)
    claims = {path: claim for path, claim in group.claims.items() if path not in moved}
    drawn = draw(claims, samples, seed, posterior=posterior)
    step = max(1, box_of(group) // (len(xs) * len(ys)))
    parts = []
    for start in range(0, samples, step):
        stop = min(start + step, samples)
        given = {path: values[start:stop].reshape(-1, 1, 1, 1) for path, values in drawn.items()}
        shape = (stop - start, len(xs), len(ys))
        found = evaluate_points(group, {**given, **moved}, shape, (objective,), judged=False)
        parts.append(cost_of(found.totals[objective], found.feasible, objective).reshape(shape))
    cost = np.concatenate(parts)
    for x, y in places:
        yield (x, y), cost[:, xs.index(x), ys.index(y)]
