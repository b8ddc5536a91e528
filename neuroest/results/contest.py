"""A contest of neurons and synapses as data: the map of its regime, the lines between the winners, the standings."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from neuroest.core.errors import check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.registry import render
from neuroest.results.comparison import Verdict
from neuroest.results.estimate import SCHEMA_VERSION, Band
from neuroest.results.quantities import QUANTITIES, Headline, label_and_unit

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
class Contest:
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

    def to_json(self) -> str:
        """The contest as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

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

    def __str__(self) -> str:
        return self.to_text()

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
