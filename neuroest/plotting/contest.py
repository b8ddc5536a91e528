"""A contest as figures: the map of its regime, and the Pareto fronts where the workload lies."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np

from neuroest.core.errors import check_names
from neuroest.exploration.pareto import non_dominated
from neuroest.plotting import quantity_axes, style
from neuroest.results.contest import Cell, Contest, RegimeAxis
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, label_and_unit

_CELL = 0.42
"""Height of a cell in inches."""
_SMALL = 4.5
"""Points of the words in a cell for no venue."""
_ROOM = 0.96
"""Share of the width of a cell that its words may take."""
_FADED = 0.35
"""Opacity of a cell whose margin is within the band."""
_LEGEND_COLUMNS = 4
OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "win": {"facecolor": "#009e73", "hatch": ""}, "tie": {"facecolor": "#f7f7f7", "hatch": "..."},
    "level": {"facecolor": "#d9d9d9", "hatch": ""}, "loss": {"facecolor": "#e69f00", "hatch": "///"},
}  # fmt: skip
"""Fills of the outcomes of one contender."""
SHORT: Mapping[str, str] = {
    "keeps_up": "too slow", "neuron_lifetime_s >= 1 year": "wears out", "a model outside of its range": "range",
    "ir_drop": "wires", "no estimate in more than a tenth of the samples": "frail",
}  # fmt: skip
"""Words for a contender without a chip that fit a cell."""


@style.styled
def map_figure(contest: Contest, path: str | Path | None, of: str | None = None) -> Any:
    """Winner of each cell in colour, margin and band in words, break-even lines between winners.

    Cells with a tie, or that are level, are pale. Of one contender the map shows its cost over that of the
    best of the others, and why it has no chip.
    """
    if of is not None:
        check_names("contender", (of,), contest.titles)
    x, y = contest.axes
    figure, axes = style.new_figure(style.PAGE, 1.45 + _CELL * len(y.values))
    fills = (
        {name: style.tint_of(place) for place, name in enumerate(contest.titles)} if of is None else OUTCOMES
    )
    rectangle = style.matplotlib("patches").Rectangle
    seen, texts = set(), []
    for cell in contest.cells:
        key, words = (cell.winner, _words(cell)) if of is None else _outcome(cell, of)
        if key:
            seen.add(key)
            alpha = _FADED if of is None and cell.verdict in {"tie", "level"} else 1.0
            axes.add_patch(rectangle((cell.x, cell.y), 1, 1, linewidth=0.0, alpha=alpha, **fills[key]))
        texts.append(axes.text(
            cell.x + 0.5, cell.y + 0.5, words, ha="center", va="center", fontsize=style.points(_SMALL),
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
        ))  # fmt: skip
    _edges(contest, axes, lambda cell: cell.winner if of is None else _outcome(cell, of)[0])
    axes.set_xlim(0, len(x.values))
    axes.set_ylim(0, len(y.values))
    _ticks(axes.xaxis, x)
    _ticks(axes.yaxis, y)
    here = (x.reference, y.reference)
    axes.add_patch(
        rectangle(here, 1, 1, fill=False, edgecolor="black", linewidth=0.8, linestyle=":", zorder=4)
    )
    labels = contest.titles if of is None else {key: key for key in OUTCOMES}
    handles = [style.patch(labels[key], fill) for key, fill in fills.items() if key in seen]
    handles += [style.line(ls="", label=label) for label in _shortened(figure, axes, texts)]
    if handles:
        columns = style.legend_columns(
            figure.get_figwidth(), [one.get_label() for one in handles], _LEGEND_COLUMNS
        )
        figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    style.headline(figure, _title(contest, of))
    return style.save_figure(figure, path)


def _title(contest: Contest, of: str | None) -> str:
    what = label_and_unit(contest.objective)[0]
    if of is not None:
        return (
            f"{contest.network}: {what} of the best chip of {contest.titles[of]} over that of the best other "
            "contender, median and p10 to p90.\nDotted: the workload itself. Lines: where the outcome changes."
        )
    return (
        f"{contest.network}: contender with the {contest.best} {what}, and how many times as much the runner-up needs "
        "(p10 to p90).\n"
        "Pale: tie or level. Dotted: the workload itself. Lines: break-even."
    )


def _outcome(cell: Cell, of: str) -> tuple[str, str]:
    """Outcome of one contender in a cell, and what is in it."""
    if of in cell.ratio:
        return cell.verdicts[of], _banded(cell.ratio[of])
    if cell.winner == of:
        return "win", "alone"
    reason = cell.reasons.get(of, "").rpartition(": ")[0].split(": ")[0].partition(" (")[0]
    return "", SHORT.get(reason, reason.partition(" ")[0].replace("_", " "))


def _words(cell: Cell) -> str:
    if not cell.winner:
        return "nobody"
    if cell.margin is None:
        return "alone"
    return _banded(cell.margin)


def _banded(band: Band) -> str:
    low, median, high = (_number(value) for value in (band.low, band.median, band.high))
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


def _shortened(figure: Any, axes: Any, texts: Sequence[Any]) -> list[str]:
    """Where cells are too narrow for their words, leave the medians and letters; what these mean, for the legend."""
    figure.draw_without_rendering()
    room = _ROOM * axes.get_window_extent().width / (axes.get_xlim()[1] - axes.get_xlim()[0])

    def too_wide() -> bool:
        return any(text.get_window_extent().width > room for text in texts)

    if not too_wide():
        return []
    for text in texts:
        text.set_text(text.get_text().split("\n")[0])
    meanings = ["numbers: medians"]
    if too_wide():
        words = dict.fromkeys(text.get_text() for text in texts if text.get_text()[:1].isalpha())
        letters = dict(zip(words, ascii_lowercase, strict=False))
        for text in texts:
            text.set_text(letters.get(text.get_text(), text.get_text()))
        meanings += [f"{letter}: {word}" for word, letter in letters.items()]
    return meanings


def _edges(contest: Contest, axes: Any, key: Callable[[Cell], str]) -> None:
    """The edges between cells that differ, such as those of different winners."""
    x, y = contest.axes
    for i in range(len(x.values)):
        for j in range(len(y.values)):
            here = key(contest.cell(i, j))
            if i + 1 < len(x.values) and key(contest.cell(i + 1, j)) != here:
                axes.plot([i + 1, i + 1], [j, j + 1], color="black", linewidth=1.2, zorder=3)
            if j + 1 < len(y.values) and key(contest.cell(i, j + 1)) != here:
                axes.plot([i, i + 1], [j + 1, j + 1], color="black", linewidth=1.2, zorder=3)


def _ticks(axis: Any, found: RegimeAxis) -> None:
    places = [place + 0.5 for place in range(len(found.values))]
    quantity_axes.cell_axis(axis, found.unit, found.label, places, found.values)


@style.styled
def front_figure(contest: Contest, path: str | Path | None) -> Any:
    """Every chip that competes where the workload lies, and the front of each contender (less is better in both)."""
    first, second = "area_m2", contest.objective
    figure, axes = style.new_figure(0.75 * style.PAGE, 3.6)
    table: Mapping[str, Any] = {name: np.array(values) for name, values in contest.points.items()}
    sign = -1.0 if QUANTITIES[second].better == "more" else 1.0
    for place, (name, title) in enumerate(contest.titles.items()):
        own = table["contender"] == name
        if not own.any():
            continue
        values = np.stack([table[first][own], table[second][own]], axis=1)
        best = values[non_dominated(values * np.array([1.0, sign]))]
        best = best[np.argsort(best[:, 0])]
        colour, marker = style.colour(place), style.marker(place)
        axes.plot(*values.T, marker, ms=2.0, color=colour, mew=0.0, alpha=0.4)
        axes.plot(*best.T, color=colour, marker=marker, ms=3.5, drawstyle="steps-post", label=title)
    for axis, name in ((axes.xaxis, first), (axes.yaxis, second)):
        quantity_axes.result_axis(axis, name, table[name])
    axes.legend()
    style.headline(
        axes,
        f"{contest.network}: chips that pass, at their stated inputs, and the front of each contender",
    )
    return style.save_figure(figure, path)
