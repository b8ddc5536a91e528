"""Search for the best designs of a space that is too large to sweep, by a genetic algorithm on the batch function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.progress import Progress, silent
from neuroest.core.text_layout import wrapped
from neuroest.core.units import format_quantity
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.chunks import Job, plain
from neuroest.exploration.draws_along import PASSING_SHARE, bands_at, meets, separated, share_that_passes
from neuroest.exploration.pareto import ParetoResult, non_dominated, objective_values
from neuroest.exploration.space import Constraint, ExplorationError, Space
from neuroest.exploration.structures import AxisValues, Group
from neuroest.exploration.sweep import STANDARD, PrintedPoints, make_job
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, Headline, label_and_unit, quantity_names
from neuroest.specs.loaded import Named, listed

if TYPE_CHECKING:
    import pandas as pd

POPULATION, GENERATIONS = 100, 60
SAMPLES = 256
"""Samples of the share in which a design passes its checks."""
_MOST_IN_A_GENERATION, _MOST_GENERATIONS = 10_000, 100_000
"""Largest population: every design is compared with every other one in memory."""
_NEAR = 0.1
"""Step along a range without points, as a share of it; a convention."""
_NO_CHANGE = 5e-4
"""Relative change that three digits do not show."""


@frozen_dataclass
class Step:
    """The design next to the best one along an axis.

    Attributes
    ----------
    path, value, best : str
        The path, its value there, and that of the best design.
    change : float or None
        Relative change of the first objective; None without an estimate.
    failed : str
        Check or constraint that fails there; empty if all pass.
    """

    path: str
    value: str
    best: str
    change: float | None
    failed: str

    def words(self, objective: str) -> str:
        """What this step costs.

        Examples
        --------
        >>> Step("technology.supply_voltage", "800 mV", "700 mV", 0.22, "").words("energy_per_inference_J")
        '800 mV costs 22 % more energy per inference'
        """
        if self.failed or self.change is None:
            return f"{self.value} fails {self.failed.removeprefix('constraint ')}"
        if abs(self.change) < _NO_CHANGE:
            return f"{self.value} gives the same {label_and_unit(objective)[0]}"
        verb = "costs" if QUANTITIES[objective].better == "less" and self.change > 0.0 else "gives"
        size = f"{100.0 * abs(self.change):.3g} % {'more' if self.change > 0.0 else 'less'}"
        return f"{self.value} {verb} {size} {label_and_unit(objective)[0]}"


@frozen_dataclass
class OptimisationResult(PrintedPoints):
    """Result of a search.

    Attributes
    ----------
    front : ParetoResult
        The best feasible designs; the single best one for one objective.
    bands : mapping of Band
        Of each objective at the first of these designs, with the draws of `neuroest.estimate`.
    steps : tuple of Step
        What the designs next to the first one would cost, along each axis.
    evaluations : int
        Number of different designs evaluated.
    generations, seed : int
        Generations and seed of the search.
    interrupted : bool
        Whether Ctrl-C ended the search before its last generation.
    """

    front: ParetoResult
    bands: Mapping[str, Band]
    steps: tuple[Step, ...]
    evaluations: int
    generations: int
    seed: int
    interrupted: bool = False

    def to_frame(self) -> pd.DataFrame:
        """The best designs."""
        return self.front.frame

    def plot(self, path: str | Path | None = None) -> Any:
        """Figure of the front."""
        return self.front.plot(path)

    def to_text(self) -> str:
        """The first of the best designs in words: its bands, and what the designs next to it would cost."""
        first, objective = self.front.frame.iloc[0], next(iter(self.bands))
        lines = [f"{len(self.front.frame)} best of {self.evaluations} designs by nominal results"]
        for name, band in self.bands.items():
            label, unit = label_and_unit(name)
            low, median, high = (format_quantity(end, unit) for end in (band.low, band.median, band.high))
            spread = f"median {median}, p10 .. p90 {low} .. {high}" if np.isfinite(band.median) else "no band"
            lines.append(f"{label}: {spread}, nominal {format_quantity(first[name], unit)}")
        lines[-1] += f"; passes all checks in {100.0 * first[PASSING_SHARE]:.0f} % of the samples"
        for path in dict.fromkeys(step.path for step in self.steps):
            near = [step for step in self.steps if step.path == path]
            why = ", ".join(step.words(objective) for step in near)
            lines.append(f"{path} {near[0].best}, because {why}")
        return "\n".join(line for text in lines for line in wrapped(text, hanging=2))

    def some_rows(self, most: int) -> pd.DataFrame:
        """The first of the best designs."""
        return self.front.frame.head(most)

    @property
    def lead(self) -> str:
        """The first of the best designs, with its band."""
        first = self.front.frame.iloc[0]
        name, band = next(iter(self.bands.items()))
        label, unit = label_and_unit(name)
        place = ", ".join(
            f"{path} {best}" for path, best in dict.fromkeys((one.path, one.best) for one in self.steps)
        )
        return f"{label} {Headline.of(first[name], band).words(unit)} at {place}, median (p10 .. p90)"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.to_text())}</pre>{render(self, 'table').to_html()}"


@frozen_dataclass
class _Point:
    """A design: its structure, and the value of each path of its numeric axes."""

    group: Group
    chosen: Mapping[str, Array]

    def passing_share(self, objective: str, seed: int) -> float:
        """Share of the samples of the bands in which the design passes all checks."""
        return share_that_passes(self.group, self.chosen, SAMPLES, seed, objective)


class _Archive:
    """Cache of evaluated designs by their coordinates."""

    def __init__(
        self, job: Job, objectives: Sequence[str], signs: Array, on_share: Sequence[Constraint]
    ) -> None:
        self.job, self.objectives, self.signs, self.on_share = job, objectives, signs, on_share
        # Variables for pymoo: the numeric axes, then the choices.
        kinds = extra("pymoo.core.variable", "explore")
        variables: dict[str, Any] = {}
        for index, axis in enumerate(self.job.resolved.numeric):
            name, track = f"n{index}", next(iter(axis.tracks.values()))
            if axis.size is not None:
                variables[name] = kinds.Integer(bounds=(0, axis.size - 1))
            elif track.whole:
                variables[name] = kinds.Integer(bounds=(int(track.low), int(track.high)))
            else:
                variables[name] = kinds.Real(bounds=(0.0, 1.0))
        for index, choice in enumerate(self.job.resolved.choices):
            variables[f"c{index}"] = kinds.Choice(options=list(range(len(choice.labels))))
        self.variables = variables
        self.rows: dict[tuple[Any, ...], tuple[Array, str | None]] = {}
        """Objectives of each design, and what fails; None if nothing does."""
        self.keys: list[tuple[Any, ...]] = []
        self.frames: list[pd.DataFrame] = []
        self.points: list[_Point] = []
        """The design of each row of the frames, as `keys` has its coordinates."""

    def evaluate(self, designs: Sequence[Mapping[str, Any]]) -> tuple[Array, Array]:
        keys = [tuple(float(design[name]) for name in self.variables) for design in designs]
        fresh = [key for key in dict.fromkeys(keys) if key not in self.rows]
        if fresh:
            self._compute(fresh)
        values = np.array([self.rows[key][0] for key in keys])
        return values, np.array([[0.0 if self.rows[key][1] is None else 1.0] for key in keys])

    def _compute(self, keys: Sequence[tuple[Any, ...]]) -> None:
        import pandas as pd  # noqa: PLC0415

        resolved, table = self.job.resolved, np.array(keys).reshape(len(keys), -1)
        given: dict[str, Array] = {}
        for column, axis in enumerate(resolved.numeric):
            for path, track in axis.tracks.items():
                given[path] = _values(track, table[:, column])
        groups = np.zeros(len(keys), dtype=np.intp)
        for column, choice in enumerate(resolved.choices, start=len(resolved.numeric)):
            groups = groups * len(choice.labels) + table[:, column].astype(np.intp)
        columns, keep = self.job.marked(given, groups, self.job.at(given, groups))
        frame = pd.DataFrame(plain(columns))
        points = [
            _Point(resolved.groups[group], {path: values[row : row + 1] for path, values in given.items()})
            for row, group in enumerate(groups.tolist())
        ]
        if self.on_share:  # designs that pass their checks in too few samples are not feasible
            for row in np.flatnonzero(frame["feasible"].to_numpy(bool) & keep).tolist():
                share = points[row].passing_share(self.objectives[0], SEED)
                if not meets(share, self.on_share):
                    frame.loc[row, "feasible"] = False
                    frame.loc[row, "failed_check"] = " and ".join(
                        f"constraint {one}" for one in self.on_share
                    )
        self.frames.append(frame[keep])
        self.points.extend(points[row] for row in np.flatnonzero(keep).tolist())
        self.keys.extend(keys[row] for row in np.flatnonzero(keep).tolist())
        values = objective_values(frame, self.objectives) * self.signs
        feasible = frame["feasible"].to_numpy(bool) & keep & np.isfinite(values).all(axis=1)
        values = np.where(np.isfinite(values), values, np.finfo(np.float64).max ** 0.5)
        failed = frame["failed_check"].astype(object).where(keep, "a constraint").fillna("the objective")
        for key, value, passed, why in zip(keys, values, feasible, failed, strict=True):
            self.rows[key] = (value, None if passed else str(why))

    def steps(self, best: tuple[Any, ...]) -> Iterator[Step]:
        """Designs next to a feasible one: one value further along each axis, and every other choice."""
        least = self.rows[best][0][0]
        if not least:
            return  # nothing is a share of zero
        moves: list[tuple[str, str, str, tuple[Any, ...]]] = []
        for place, (path, values) in enumerate(self._next_to(best)):
            moves += [
                (path, text, values[best[place]], (*best[:place], value, *best[place + 1 :]))
                for value, text in values.items()
                if value != best[place]
            ]
        fresh = [key for *_, key in moves if key not in self.rows]
        if fresh:
            self._compute(list(dict.fromkeys(fresh)))
        for path, text, own, key in moves:
            (value, *_), failed = self.rows[key]
            yield Step(path, text, own, None if failed else float(value / least - 1.0), failed or "")

    def _next_to(self, best: tuple[Any, ...]) -> Iterator[tuple[str, dict[Any, str]]]:
        """Path of each variable with its nearest values, the design's own among them, as coordinates and in words."""
        for place, axis in zip(best, self.job.resolved.numeric, strict=False):
            path, track = next(iter(axis.tracks.items()))
            if axis.size is not None:
                near = [one for one in (place - 1.0, place, place + 1.0) if 0.0 <= one < axis.size]
            else:
                low, high = (track.low, track.high) if track.whole else (0.0, 1.0)
                step = max((high - low) * _NEAR, 1.0 if track.whole else 0.0)
                step = float(round(step)) if track.whole else step
                near = [one for one in (place - step, place, place + step) if low <= one <= high]
            unit = self.job.resolved.units[path]
            values = _values(track, np.array(near))
            yield path, {one: format_quantity(float(v), unit) for one, v in zip(near, values, strict=True)}
        for choice in self.job.resolved.choices:
            yield choice.path, {float(number): label for number, label in enumerate(choice.labels)}


def _values(track: AxisValues, place: Array) -> Array:
    """Values of a path at coordinates of its axis."""
    if track.levels is not None:
        return np.asarray(track.levels)[place.astype(np.intp)]
    return place if track.whole else track.at(place)


def optimize(
    architecture: Named,
    space: Space | str | Path | Mapping[str, Any],
    workload: Named,
    minimize: Sequence[str] = (),
    maximize: Sequence[str] = (),
    *,
    limits: Sequence[str] = (),
    population: int = POPULATION,
    generations: int = GENERATIONS,
    seed: int = 1,
    settings: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> OptimisationResult:
    """Search for the best designs of a space, for one or several objectives.

    Parameters
    ----------
    architecture, space, workload
        As in `sweep`; ranges without a number of points are continuous, and constraints apply.
    minimize, maximize : sequence of str
        Results by name, including the unit.
    limits : sequence of str
        Comparisons that every design must meet, such as ``"accuracy >= 92 %"``. `passing_share` is the share of the
        samples in which a design passes all checks; a limit on it takes some hundred evaluations a design.
    population, generations : int
        Designs per generation, and number of generations.
    seed : int
        The same seed gives the same result.
    settings : mapping, optional
        Values to change at every point, by path.
    progress : callable
        Callback that receives the finished share.

    Returns
    -------
    OptimisationResult
        The best feasible designs with their `passing_share`, and the number of designs evaluated.

    Raises
    ------
    ExplorationError
        If no feasible design was found.
    """
    minimize, maximize = quantity_names(listed(minimize)), quantity_names(listed(maximize))
    objectives = [*minimize, *maximize]
    if not objectives:
        raise ExplorationError("nothing to optimize; name a result with --minimize or --maximize")
    if len(set(objectives)) < len(objectives):
        raise ExplorationError("each objective is named once, to minimize or to maximize")
    for word, count, most in (
        ("population", population, _MOST_IN_A_GENERATION), ("generations", generations, _MOST_GENERATIONS),
    ):  # fmt: skip
        if not 1 <= count <= most:
            raise ExplorationError(f"{word} is {count}; allowed: 1 to {most}")
    on_results, on_share = separated(limits)
    sides = [side for one in on_results for side in (one.left, one.right) if side in QUANTITIES]
    quantities = tuple(dict.fromkeys((*objectives, *sides, *STANDARD)))
    job = make_job(architecture, space, workload, sampler="random", quantities=quantities, settings=settings)
    job = replace(job, constraints=(*job.constraints, *on_results))
    job.check()
    signs = np.array([1.0] * len(minimize) + [-1.0] * len(maximize))
    archive = _Archive(job, objectives, signs, on_share)
    if not archive.variables:
        raise ExplorationError("the space has no axis, so there is nothing to optimise")
    interrupted = False
    try:
        _search(archive, population, generations, seed, progress)
    except KeyboardInterrupt:
        if not archive.frames:
            raise
        interrupted = True  # what has been evaluated is kept
    evaluations = len(archive.rows)
    front, first = _front(archive, minimize, maximize, signs)
    best = archive.points[first]
    bands = bands_at(best.group, best.chosen, objectives)
    steps = tuple(archive.steps(archive.keys[first]))
    return OptimisationResult(front, bands, steps, evaluations, generations, seed, interrupted)


def _search(archive: _Archive, population: int, generations: int, seed: int, progress: Progress) -> None:
    problem_class = extra("pymoo.core.problem", "explore").Problem
    mixed = extra("pymoo.core.mixed", "explore")
    survival = extra("pymoo.algorithms.moo.nsga2", "explore").RankAndCrowding()

    class Batch(problem_class):  # type: ignore[misc,valid-type]
        def __init__(self) -> None:
            super().__init__(vars=archive.variables, n_obj=len(archive.objectives), n_ieq_constr=1)

        def _evaluate(self, X: Any, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"], out["G"] = archive.evaluate(list(np.atleast_1d(X)))

    algorithm = mixed.MixedVariableGA(pop_size=population, survival=survival)
    extra("pymoo.optimize", "explore").minimize(
        Batch(), algorithm, ("n_gen", generations), seed=seed, verbose=False,
        callback=lambda done: progress(done.n_gen / generations),
    )  # fmt: skip


def _front(
    archive: _Archive, minimize: Sequence[str], maximize: Sequence[str], signs: Array
) -> tuple[ParetoResult, int]:
    """The best designs, and the number of the first of them among all."""
    import pandas as pd  # noqa: PLC0415

    objectives = [*minimize, *maximize]
    frame = pd.concat(archive.frames, ignore_index=True)
    feasible = frame[frame["feasible"].to_numpy(bool)]
    feasible = feasible[np.all(np.isfinite(objective_values(feasible, objectives)), axis=1)]
    if feasible.empty:
        failed = frame["failed_check"].dropna()
        why = f"; most fail {failed.mode().iloc[0]}" if len(failed) else "; all miss the constraints"
        raise ExplorationError(f"none of {len(archive.rows)} designs is feasible{why}")
    values = objective_values(feasible, objectives) * signs
    best = feasible[non_dominated(values)]
    inputs = [name for name in feasible.columns if name not in QUANTITIES]
    best = best.drop_duplicates(inputs).sort_values(objectives[0], kind="stable")
    best[PASSING_SHARE] = [archive.points[row].passing_share(objectives[0], SEED) for row in best.index]
    first = int(best.index[0])
    best = best.reset_index(drop=True)
    return ParetoResult(best, tuple(minimize), tuple(maximize), len(feasible), feasible[objectives]), first
