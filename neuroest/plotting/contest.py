"""A contest as figures: the map of its regime, and the Pareto fronts where the workload lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.exploration.pareto import non_dominated
from neuroest.plotting.style import (
    COLOURS,
    MARKERS,
    PAGE,
    figure_title,
    fill_of,
    matplotlib,
    new_figure,
    patch,
    quantity_axis,
    result_label,
    save_figure,
    styled,
    tick_label,
    wide,
)
from neuroest.results.quantities import QUANTITIES, label_and_unit

if TYPE_CHECKING:
    from neuroest.results.contest import Cell, Contest, RegimeAxis

_CELL = 0.42
"""Height of a cell in inches."""
_SMALL = 4.5
_FADED = 0.35
"""Opacity of a cell whose margin is within the band."""
_LEGEND_COLUMNS = 4


@styled
def map_figure(contest: Contest, path: str | Path | None) -> Any:
    """Winner of each cell in colour, margin and band in words, break-even lines between winners.

    Cells in which the band of the margin contains 1 are pale.
    """
    x, y = contest.axes
    shape = (len(x.values), len(y.values))
    figure, axes = new_figure(PAGE, 1.45 + _CELL * shape[1])
    rectangle = matplotlib("patches").Rectangle
    fills = {name: fill_of(place) for place, name in enumerate(contest.titles)}
    for cell in contest.cells:
        if cell.winner:
            alpha = _FADED if cell.verdict == "ties" else 1.0
            box = rectangle((cell.x, cell.y), 1, 1, linewidth=0.0, alpha=alpha, **fills[cell.winner])
            axes.add_patch(box)
        axes.text(
            cell.x + 0.5, cell.y + 0.5, _words(cell), ha="center", va="center", fontsize=_SMALL,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
        )  # fmt: skip
    _break_even(contest, axes)
    axes.set_xlim(0, shape[0])
    axes.set_ylim(0, shape[1])
    _ticks(axes.xaxis, x)
    _ticks(axes.yaxis, y)
    here = (x.reference, y.reference)
    axes.add_patch(
        rectangle(here, 1, 1, fill=False, edgecolor="black", linewidth=0.8, linestyle=":", zorder=4)
    )
    won = {cell.winner for cell in contest.cells}
    handles = [patch(contest.titles[name], fill) for name, fill in fills.items() if name in won]
    figure.legend(handles=handles, loc="outside lower center", ncols=_LEGEND_COLUMNS)
    figure_title(
        figure,
        f"{contest.workload}: who takes least {label_and_unit(contest.objective)[0]}, and how many times as much the "
        "next takes (p10 to p90).\nPale: the band contains 1. Dotted: the workload itself. Lines: break-even.",
    )
    return save_figure(figure, path)


def _words(cell: Cell) -> str:
    if not cell.winner:
        return "nobody"
    if cell.margin is None:
        return "alone"
    low, median, high = (_number(value) for value in (cell.margin.low, cell.margin.median, cell.margin.high))
    return f"{median}\n{low} to {high}"


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "∞"
    return (
        f"{value:.2g}"
        if value < 100.0
        else f"{value:.0f}"
        if value < 1e4
        else f"{value:.0e}".replace("e+0", "e")
    )


def _break_even(contest: Contest, axes: Any) -> None:
    """The edges between cells of different winners."""
    x, y = contest.axes
    for i in range(len(x.values)):
        for j in range(len(y.values)):
            here = contest.cell(i, j).winner
            if i + 1 < len(x.values) and contest.cell(i + 1, j).winner != here:
                axes.plot([i + 1, i + 1], [j, j + 1], color="black", linewidth=1.2, zorder=3)
            if j + 1 < len(y.values) and contest.cell(i, j + 1).winner != here:
                axes.plot([i, i + 1], [j + 1, j + 1], color="black", linewidth=1.2, zorder=3)


def _ticks(axis: Any, found: RegimeAxis) -> None:
    axis.set_ticks(
        [place + 0.5 for place in range(len(found.values))],
        labels=[tick_label(value, found.unit) for value in found.values],
    )
    axis.set_label_text(found.label)


@styled
def front_figure(contest: Contest, path: str | Path | None) -> Any:
    """Every chip that competes where the workload lies, and the front of each contender (less is better in both)."""
    first, second = "area_m2", contest.objective
    figure, axes = new_figure(0.75 * PAGE, 3.6)
    table: Mapping[str, Any] = {name: np.array(values) for name, values in contest.points.items()}
    sign = -1.0 if QUANTITIES[second].better == "more" else 1.0
    for place, (name, title) in enumerate(contest.titles.items()):
        own = table["contender"] == name
        if not own.any():
            continue
        values = np.stack([table[first][own], table[second][own]], axis=1)
        best = values[non_dominated(values * np.array([1.0, sign]))]
        best = best[np.argsort(best[:, 0])]
        colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
        axes.plot(*values.T, marker, ms=2.0, color=colour, mew=0.0, alpha=0.4)
        axes.plot(*best.T, color=colour, marker=marker, ms=3.5, drawstyle="steps-post", label=title)
    for axis, name in ((axes.xaxis, first), (axes.yaxis, second)):
        if len(table[name]) and wide(table[name]):
            axis._set_axes_scale("log")  # noqa: SLF001 - the one way that serves both axes
        quantity_axis(axis, label_and_unit(name)[1], result_label(name))
    axes.legend()
    axes.set_title(
        f"{contest.workload}: chips that pass, at their stated inputs, and the front of each contender",
        loc="left",
    )
    return save_figure(figure, path)
