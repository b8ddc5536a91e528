"""Results of studies as frozen data: contests, and what a device would have to be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.text_layout import Exported, Printed
from neuroest.registry import render
from neuroest.results.comparison import Attribution, Pace, Verdict
from neuroest.results.estimate import SCHEMA_VERSION, Band
from neuroest.results.quantities import QUANTITIES, Headline, column_name, label_and_unit

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


CellVerdict: TypeAlias = Literal["win", "tie", "level", "alone", "nobody"]
VERDICTS: Mapping[CellVerdict, str] = {
    "win": "the band of the margin is above 1, and the contenders make a relevant part of it",
    "tie": "the band of the margin contains 1",
    "level": "the margin, or the part of the neurons in it, is not relevant",
    "alone": "no other contender has a chip that passes every check and limit",
    "nobody": "no contender has such a chip",
}
"""Outcomes in a cell of the map, with their definitions."""


@frozen_dataclass(eq=False)
class RegimeAxis:
    """One axis of the map.

    Attributes
    ----------
    name, label, unit : str
        Name in the contest, name in words, and unit of the values.
    values : tuple of float
        Points at which the chips were compared.
    reference : int
        Index of the workload's own value, or of the nearest one.
    stated : bool
        Whether the workload itself states that value.
    """

    name: str
    label: str
    unit: str
    values: tuple[float, ...]
    reference: int
    stated: bool


@frozen_dataclass(eq=False)
class Cell:
    """One cell of the map.

    Attributes
    ----------
    x, y : int
        Indices along the two axes.
    verdict : str
        One of `VERDICTS`.
    winner, runner_up : str
        The contender that costs less than every other one in at least half of the samples, and the closest competitor;
        empty if there is none.
    margin : Band or None
        Cost of the runner-up over the cost of the winner, sample by sample; shared parameters are drawn once for both.
    chip : str
        Choices of the winner's chip.
    median : mapping
        Median of the objective for the best chip of each contender that has one.
    ratio : mapping
        Cost of each of them over the cost of the best other one, sample by sample.
    reasons : mapping
        Why each other contender has no chip: the check that rejects most of its chips.
    """

    x: int
    y: int
    verdict: CellVerdict
    winner: str
    runner_up: str
    margin: Band | None
    chip: str
    median: Mapping[str, float]
    ratio: Mapping[str, Band]
    verdicts: Mapping[str, Verdict]
    reasons: Mapping[str, str]


@frozen_dataclass(eq=False)
class BreakEven:
    """Where two contenders cost the same, between two cells that they win.

    Attributes
    ----------
    along : str
        Axis along which the winner changes.
    at : float
        Value on the other axis.
    before, after : str
        Who wins below and above.
    value : float or None
        Value at which both medians are equal; None if one contender has no chip on one side.
    low, high : float
        Bounds of that value: where the ends of the band cross, or the two cells.
    """

    along: str
    at: float
    before: str
    after: str
    value: float | None
    low: float
    high: float


@frozen_dataclass(eq=False)
class DeadEnd:
    """One or two choices with which no chip of a contender may compete.

    Attributes
    ----------
    choices : mapping
        Label of each alternative by its name.
    reasons : mapping
        Number of these chips that each check rejects, the most frequent check first.
    of : int
        Chips with these choices.
    """

    choices: Mapping[str, str]
    reasons: Mapping[str, int]
    of: int


@frozen_dataclass(eq=False)
class Standing:
    """Result of a contender at the workload's own cell.

    Attributes
    ----------
    contender, title : str
        Its name.
    chip : str
        Choices of its best chip; empty if it has none.
    totals : mapping
        Results of that chip at its stated inputs.
    value : Band or None
        The objective.
    ratio : Band or None
        Cost relative to the winner: the objective, or its inverse if more is better.
    works : float
        Share of the samples in which the chip has an estimate.
    passes : float
        Share of the samples in which it passes all checks as well.
    attribution : str
        That ratio as a product over what differs; empty for the winner, a contender without a chip, or an objective
        without attribution.
    reason : str
        Why it has no chip, otherwise empty.
    dead_ends : tuple of DeadEnd
        Choices with which no chip of the contender may compete; only for a contender that has a chip.
    """

    contender: str
    title: str
    chip: str
    totals: Mapping[str, float]
    value: Band | None
    ratio: Band | None
    works: float
    passes: float
    attribution: str
    reason: str
    dead_ends: tuple[DeadEnd, ...]


@frozen_dataclass(eq=False)
class Contest(Printed, Exported):
    """Who wins where.

    Attributes
    ----------
    name, workload, network : str
        The contest, and the network by its name and by its title.
    objective : str
        The result that was minimised.
    limits : tuple of str
        What every chip had to meet.
    titles : mapping
        Title of each contender by its name.
    axes : tuple of RegimeAxis
        The two axes of the map, x and y.
    cells : tuple of Cell
        All cells, y fastest.
    lines : tuple of BreakEven
        Lines between the winners.
    standings : tuple of Standing
        Ranking at the workload's own cell, the best first.
    points : mapping
        Area, objective and contender of every valid chip in that cell, as columns, for the Pareto figure.
    chips, samples, seed : int
        Number of chips in every cell, and samples and seed of the bands.
    given : str
        What measured values of a chip the bands are conditioned on, in words; empty for none.
    relevance : float
        Least share by which a win or a loss differs from equal, and that the neuron contributes to it.
    bounds : tuple of str
        Contenders that are bounds: they win no cell.
    """

    name: str
    workload: str
    network: str
    objective: str
    limits: tuple[str, ...]
    titles: Mapping[str, str]
    axes: tuple[RegimeAxis, RegimeAxis]
    cells: tuple[Cell, ...]
    lines: tuple[BreakEven, ...]
    standings: tuple[Standing, ...]
    points: Mapping[str, Sequence[Any]]
    chips: int
    samples: int
    seed: int
    given: str
    relevance: float
    bounds: tuple[str, ...]

    def labelled(self, labels: Mapping[str, str]) -> Contest:
        """The same with other titles of contenders or of the network, by their names.

        Raises
        ------
        UnknownNameError
            For a label of anything else.
        """
        check_names("contender or network of --label", labels, [*self.titles, self.workload])
        titles = {name: labels.get(name, title) for name, title in self.titles.items()}
        standings = tuple(replace(one, title=titles[one.contender]) for one in self.standings)
        network = labels.get(self.workload, self.network)
        return replace(self, titles=titles, standings=standings, network=network)

    @property
    def best(self) -> str:
        """Which value of the objective wins: the highest if more is better, otherwise the lowest."""
        return "highest" if QUANTITIES[self.objective].better == "more" else "lowest"

    @property
    def wins(self) -> Mapping[str, tuple[int, int]]:
        """Count the cells that each contender wins, and those where it is ahead in a tie or level."""
        return {
            name: (
                sum(cell.winner == name and cell.verdict in {"win", "alone"} for cell in self.cells),
                sum(cell.winner == name and cell.verdict in {"tie", "level"} for cell in self.cells),
            )
            for name in self.titles
            if name not in self.bounds
        }

    def outcomes(self, name: str) -> Mapping[Verdict, int]:
        """Count the wins, losses, ties and level cells of a contender against the best other one.

        A cell in which it is alone is a win; one in which it has no chip does not count.
        """
        found: dict[Verdict, int] = {"win": 0, "loss": 0, "tie": 0, "level": 0}
        for cell in self.cells:
            outcome = "win" if cell.verdict == "alone" and cell.winner == name else cell.verdicts.get(name)
            if outcome is not None:
                found[outcome] += 1
        return found

    def cell(self, x: int, y: int) -> Cell:
        """The cell at two indices."""
        return self.cells[x * len(self.axes[1].values) + y]

    def to_dict(self) -> dict[str, Any]:
        """The contest as plain data, the layout that ``--format json`` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "neuroest_version": package_version(),
            "contest": self.name, "workload": self.workload, "objective": self.objective,
            "limits": list(self.limits), "contenders": dict(self.titles), "chips": self.chips,
            "samples": self.samples, "seed": self.seed, "given": self.given or None,
            "relevance": self.relevance, "bounds": list(self.bounds),
            "axes": [asdict(axis) for axis in self.axes],
            "cells": [_finite(asdict(cell)) for cell in self.cells],
            "lines": [asdict(line) for line in self.lines],
            "standings": [_finite(asdict(one)) for one in self.standings],
            "points": {name: list(values) for name, values in self.points.items()},
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """The map as rows of a table, one per cell."""
        found: list[dict[str, Any]] = render(self, "rows")
        return found

    def to_frame(self) -> pd.DataFrame:
        """The map as a table, one row per cell."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        return pd.DataFrame(self.rows())

    def to_text(self) -> str:
        """Standings, map and lines as text of 80 columns."""
        return str(render(self, "document", screen=True).to_text())

    def plot(self, path: str | Path | None = None, of: str | None = None) -> Any:
        """The map with winner and margin in each cell and the lines between winners.

        Parameters
        ----------
        path : path, optional
            ``.pdf``, ``.svg`` or ``.png`` to write to.
        of : str, optional
            A contender: the map then shows its cost relative to the best other contender.
        """
        return render(self, "figure", path, of)

    def plot_front(self, path: str | Path | None = None) -> Any:
        """Plot objective against area of all chips at the workload's own cell, with a Pareto front per contender."""
        return render(self, "front", path)

    def __repr__(self) -> str:
        unit = QUANTITIES[self.objective].unit
        shown = [
            f"{one.title} {Headline.of(one.value.median, one.value).words(unit)}"
            for one in self.standings
            if one.value is not None
        ]
        order = ", ".join(shown) or "no contender has a chip"
        what = f"{label_and_unit(self.objective)[0]} on {self.workload}, {len(self.cells)} cells"
        return f"<Contest {self.name}: {what}; median (p10 .. p90): {order}>"

    def _repr_html_(self) -> str:
        return str(render(self, "document").to_html())


def _finite(value: Any) -> Any:
    """Plain data without numbers that are not finite."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


Goal: TypeAlias = Literal["win", "level"]
Statistic: TypeAlias = Literal["median", "p90"]
GOALS: Mapping[Goal, str] = {"win": "wins", "level": "loses nothing relevant"}
"""Goals, with their meaning."""
STATISTICS: tuple[Statistic, ...] = ("median", "p90")
Interval: TypeAlias = tuple[float, float]


@frozen_dataclass(eq=False)
class TargetAxis:
    """One parameter of the device.

    Attributes
    ----------
    name, unit : str
        Its name and unit; `integration_time` is all parameters of the times of the neuron.
    today : float or None
        The value in the device file; None if the device does not state it.
    values : tuple of float
        The values that were tried.
    stated : bool
        Whether the range was asked for.
    """

    name: str
    unit: str
    today: float | None
    values: tuple[float, ...]
    stated: bool


@frozen_dataclass(eq=False)
class Target(Printed, Exported):
    """A chip against another one, over values of parameters of its neuron.

    Attributes
    ----------
    design, device, baseline, workload : str
        The chip and its neuron, what it is compared with, and the network.
    titles : mapping
        Name in figures of each of these.
    pace : str
        One of `neuroest.results.comparison.PACES`.
    quantity : str
        The result that is compared.
    relevance : float
        Margin of a win; a loss within it is level.
    limits : tuple of str
        What the chip must meet in a draw to count.
    axes : tuple of TargetAxis
        The parameters, the first of them the one that requirements are stated in.
    low, median, high : array
        p10, median and p90 of the ratio, one axis for each parameter; infinite where too few draws have an estimate.
    wins, levels : array
        Share of the draws in which the ratio is beyond the margin, or no relevant loss.
    reach_win, reach_level : float
        Share of the draws in which any of the values does that.
    today : Band or None
        The ratio with the values in the device file; None if it does not state one of the parameters.
    verdict : str or None
        Whether that is a win, a loss, a tie or level.
    attribution_today : Attribution or None
        That ratio as a product; None where the chip has no estimate at the stated inputs.
    neuron_share_today : float
        Share of the neurons in the result then.
    best : tuple of float
        The values with the least median.
    attribution : Attribution or None
        The ratio there as a product; None where the chip has no estimate at the stated inputs.
    largest : tuple
        Components that take most there, with their shares.
    neuron_share : float
        Share of the neurons there.
    missed : float
        Share of the draws in which the chip is late, misses a limit or has no estimate there.
    failed : tuple of str
        Checks that the chip fails there and does not fail today.
    refusal : str
        Why it has no estimate there at the stated inputs; empty if it has one.
    draws : int
        Number of draws.
    nearest : mapping
        For a goal that no value of a stated range reaches at the median: the nearest value outside of it that does.
    """

    design: str
    device: str
    baseline: str
    workload: str
    titles: Mapping[str, str]
    pace: Pace
    quantity: str
    relevance: float
    limits: tuple[str, ...]
    axes: tuple[TargetAxis, ...]
    low: Array
    median: Array
    high: Array
    wins: Array
    levels: Array
    reach_win: float
    reach_level: float
    today: Band | None
    verdict: Verdict | None
    attribution_today: Attribution | None
    neuron_share_today: float
    best: tuple[float, ...]
    attribution: Attribution | None
    largest: tuple[tuple[str, float], ...]
    neuron_share: float
    missed: float
    failed: tuple[str, ...]
    refusal: str
    draws: int
    nearest: Mapping[Goal, float]

    def labelled(self, labels: Mapping[str, str]) -> Target:
        """The same with other titles of the device, a chip or the network, by their names.

        Raises
        ------
        UnknownNameError
            For a label of anything else.
        """
        check_names("device, design or network of --label", labels, list(self.titles))
        return replace(self, titles={**self.titles, **labels})

    @property
    def label(self) -> str:
        """Device, chips and network in figures and LaTeX."""
        device, design, baseline, workload = (
            self.titles[name] for name in (self.device, self.design, self.baseline, self.workload)
        )
        return f"{device} in {design} against {baseline} on {workload}"

    def score(self, goal: Goal, statistic: Statistic) -> Array:
        """Distance of the ratio from the goal, in logarithms: negative where it is reached.

        A win needs a median beyond the margin, and at p90 a band below 1 as well; level needs a median, or a p90, of
        no relevant loss.
        """
        beyond = math.log1p(self.relevance)
        with np.errstate(divide="ignore"):
            median, high = np.log(self.median), np.log(self.high)
        if goal == "level":
            return (median if statistic == "median" else high) - beyond
        win = median + beyond
        return np.asarray(win if statistic == "median" else np.maximum(win, high))

    def reached(self, goal: Goal, statistic: Statistic) -> bool:
        """Whether any of the values reaches a goal."""
        return bool(np.any(self.score(goal, statistic) <= 0.0))

    def intervals(self, goal: Goal, statistic: Statistic, others: tuple[int, ...] = ()) -> list[Interval]:
        """Intervals of the first parameter that reach a goal, at places of the others.

        An end that is one of the values tried is that of the range.
        """
        scores = self.score(goal, statistic).reshape(len(self.axes[0].values), -1)
        at = int(np.ravel_multi_index(others, self.median.shape[1:])) if others else 0
        scores = scores[:, at]
        values = np.array(self.axes[0].values)
        good, found = scores <= 0.0, list[Interval]()
        starts = np.flatnonzero(good & ~np.concatenate([[False], good[:-1]]))
        ends = np.flatnonzero(good & ~np.concatenate([good[1:], [False]]))
        for first, last in zip(starts.tolist(), ends.tolist(), strict=True):
            low = values[first] if first == 0 else _crossing(values, scores, first, first - 1)
            high = values[last] if last == len(values) - 1 else _crossing(values, scores, last, last + 1)
            found.append((float(low), float(high)))
        return found

    def others(self, most: int = 7) -> Iterator[tuple[int, ...]]:
        """Places of the other parameters to show requirements at, evenly over their values."""
        each = most if len(self.axes) <= 2 else 3
        places = [
            sorted({round(place) for place in np.linspace(0, len(axis.values) - 1, each)})
            for axis in self.axes[1:]
        ]
        yield from itertools.product(*places)

    def to_dict(self) -> dict[str, Any]:
        """The region and the requirements as plain data."""

        def plain(values: Array) -> list[Any]:
            nothing: Any = None
            kept: list[Any] = np.where(np.isfinite(values), values.astype(object), nothing).tolist()
            return kept

        return {
            "schema_version": SCHEMA_VERSION, "neuroest_version": package_version(),
            "design": self.design, "device": self.device, "baseline": self.baseline, "workload": self.workload,
            "pace": self.pace, "quantity": self.quantity, "relevance": self.relevance, "limits": list(self.limits),
            "axes": [asdict(axis) for axis in self.axes], "draws": self.draws, "nearest": dict(self.nearest),
            "today": None if self.today is None else {
                **{end: v if math.isfinite(v) else None for end, v in asdict(self.today).items()},
                "verdict": self.verdict, "neuron_share": self.neuron_share_today,
                "attribution": None if self.attribution_today is None else self.attribution_today.to_dict(),
            },
            "reachable": {"win": self.reach_win, "level": self.reach_level},
            "requirements": [
                {"goal": goal, "statistic": statistic, **self._at(others),
                 "intervals": [list(one) for one in self.intervals(goal, statistic, others)]}
                for goal in GOALS for statistic in STATISTICS for others in self.others()
            ],
            "best": {
                "values": list(self.best), "failed_checks": list(self.failed), "refusal": self.refusal,
                "share_missed": self.missed, "neuron_share": self.neuron_share,
                "largest": [list(one) for one in self.largest],
                "attribution": None if self.attribution is None else self.attribution.to_dict(),
            },
            "ratio": {"p10": plain(self.low), "median": plain(self.median), "p90": plain(self.high)},
            "share_of_draws": {"win": self.wins.tolist(), "level": self.levels.tolist()},
        }  # fmt: skip

    def _at(self, others: tuple[int, ...]) -> dict[str, float]:
        return {
            column_name(axis.name, axis.unit): axis.values[place]
            for axis, place in zip(self.axes[1:], others, strict=True)
        }

    def to_frame(self) -> pd.DataFrame:
        """Ratio and shares at every combination of values as a table."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        grid = np.meshgrid(*(axis.values for axis in self.axes), indexing="ij")
        frame: dict[str, Array] = {
            column_name(axis.name, axis.unit): values.ravel()
            for axis, values in zip(self.axes, grid, strict=True)
        }
        for name, values in (
            ("ratio_p10", self.low), ("ratio_median", self.median), ("ratio_p90", self.high),
            ("share_win", self.wins), ("share_level", self.levels),
        ):  # fmt: skip
            frame[name] = np.where(np.isfinite(values), values, np.nan).ravel()
        return pd.DataFrame(frame)

    def rows(self) -> list[dict[str, Any]]:
        """The requirements as rows of a table."""
        found: list[dict[str, Any]] = render(self, "rows")
        return found

    def to_text(self) -> str:
        """The requirements as text of 80 columns."""
        return str(render(self, "document").to_text())

    def plot(self, path: str | Path | None = None) -> Any:
        """The ratio along the parameter, or the region of two of them; written to `path` if given, and returned."""
        return render(self, "figure", path)

    @property
    def lead(self) -> str:
        """The ratio today, and in what share of the draws the device wins."""
        now = "no estimate today"
        if self.today is not None:
            now = f"today {self.today.median:.3g} ({self.today.low:.3g} .. {self.today.high:.3g}) {self.verdict}"
        share = (
            f"wins in {100.0 * self.reach_win:.0f} %, level in {100.0 * self.reach_level:.0f} % of the draws"
        )
        what = label_and_unit(self.quantity)[0]
        return f"{self.device} in {self.design} against {self.baseline}: {what}, {now}; {share}"


def _crossing(values: Array, scores: Array, good: int, bad: int) -> float:
    """Value at which a score crosses zero between two places, along the logarithm of positive values."""
    if not math.isfinite(scores[bad]) or not math.isfinite(scores[good]):
        return float(values[good])
    share = scores[good] / (scores[good] - scores[bad])
    if values[good] > 0.0 and values[bad] > 0.0:
        return float(values[good] * (values[bad] / values[good]) ** share)
    return float(values[good] + (values[bad] - values[good]) * share)
