"""Designs side by side: ratios with bands, and energy against area with the Pareto front."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from neuroest.exploration.pareto import non_dominated
from neuroest.plotting import quantity_axes, style
from neuroest.reporting.estimate_views import View
from neuroest.results.comparison import Comparison
from neuroest.results.quantities import MAIN, label_and_unit

_TALLEST = 7.0
"""Inches that a column leaves for the rows of a figure with its caption."""
_NARROW = 30
"""Letters of a name where two names are next to each other."""
_STEP = 0.1
"""Decades from a marker to its number, about."""
_AXES = ("area_m2", "energy_per_inference_J", "throughput_per_s")


def ratios_figure(comparison: Comparison, width: float) -> Any:
    """Ratios of the design over each baseline with bands; open markers are based on projected or assumed values."""
    baselines = comparison.baselines[: style.MOST_DESIGNS]
    names = [result.architecture for result in baselines]
    shown = {result.architecture: result.title for result in baselines}
    figure, axes = style.new_figure(width, 0.95 + min(0.4, _TALLEST / len(names)) * len(names))
    place = {name: len(names) - 1 - i for i, name in enumerate(names)}
    for ratio in comparison.ratios:
        if ratio.baseline not in place:
            continue
        index = MAIN.index(ratio.quantity)
        row = place[ratio.baseline] + 0.27 - 0.18 * index
        colour = style.colour(index)
        if ratio.low is not None and ratio.high is not None:
            axes.plot((ratio.low, ratio.high), (row, row), color=colour, lw=1.4)
        face = "white" if ratio.marked else colour
        axes.plot([ratio.value], [row], style.marker(index), ms=3.6, mfc=face, mec=colour, mew=0.8)
    axes.axvline(1.0, color="black", lw=0.6, ls=":")
    quantity_axes.logarithmic(axes.xaxis, "1", "ratio over the baseline, p10 to p90")
    axes.set_yticks(list(place.values()), [style.named(shown[name]) for name in place])
    axes.set_ylim(-0.5, len(names) - 0.5)
    handles = [
        style.line(color=style.colour(i), marker=style.marker(i), ms=3.6, label=label_and_unit(name)[0])
        for i, name in enumerate(MAIN)
    ]
    open_marker = {"marker": "o", "ls": "", "ms": 3.6, "mfc": "white", "mec": "black"}
    handles.append(style.line(label="open: in part projected or assumed", **open_marker))
    columns = style.legend_columns(figure.get_figwidth(), [one.get_label() for one in handles], 2)
    figure.legend(handles=handles, loc="outside upper center", ncols=columns)
    return figure


def tradeoff_figure(views: Sequence[View], width: float) -> Any:
    """Energy against area, the size by throughput; designs on the Pareto front of the three are filled."""
    views = views[: style.MOST_DESIGNS]
    columns = 2 if max(len(view.label) for view in views) <= _NARROW else 1
    lines = math.ceil(len(views) / columns)
    figure, axes = style.new_figure(width, width * 0.7 + 0.13 * (lines + 2))
    table = np.array([[view.estimate.headline(name).value or math.nan for name in _AXES] for view in views])
    front = non_dominated(table * (1.0, 1.0, -1.0))
    sizes = 14.0 + 60.0 * _relative(np.log(table[:, 2]))
    for index, view in enumerate(views):
        area, energy, _ = table[index]
        across, up = (view.estimate.headline(name) for name in _AXES[:2])
        if across.low is not None:
            axes.plot((across.low, across.high), (energy, energy), color="#aaaaaa", lw=0.7, zorder=1)
        if up.low is not None:
            axes.plot((area, area), (up.low, up.high), color="#aaaaaa", lw=0.7, zorder=1)
        colour = style.colour(index)
        face = colour if front[index] else "white"
        marker = "s" if any(view.marked(name) for name in _AXES) else "o"
        axes.scatter(
            [area],
            [energy],
            s=sizes[index],
            c=face,
            marker=marker,
            edgecolors=colour,
            linewidths=0.9,
            zorder=2,
        )
        _numbered(axes, index, table)
    quantity_axes.logarithmic(axes.xaxis, "m^2", "area")
    quantity_axes.logarithmic(axes.yaxis, "J", "energy per inference")
    around = {"ls": "", "ms": 4.0, "mec": "black", "mew": 0.7}
    handles = [
        style.line(
            marker="o", mfc="black", label="on the Pareto front of energy, area, throughput", **around
        ),
        style.line(
            marker="s", mfc="white", label="square: in part projected or assumed; larger: faster", **around
        ),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=1)
    reported = [f"{i + 1} {style.named(view.label).replace(chr(10), '')}" for i, view in enumerate(views)]
    numbers = [style.line(ls="", label=name) for name in reported]
    figure.legend(
        handles=numbers,
        loc="outside lower center",
        ncols=columns,
        handlelength=0.0,
        handletextpad=0.0,
    )
    return figure


def _numbered(axes: Any, index: int, table: Any) -> None:
    """The number of a design, on the side of its marker that is farthest from the others."""
    area, energy, _ = table[index]
    others = np.delete(np.log10(table[:, :2]), index, axis=0)
    here = np.log10(table[index, :2])
    sides = ((5, 4), (5, -9), (-9, 4), (-9, -9))

    def room(side: tuple[int, int]) -> float:
        spot = here + _STEP * np.sign(side)
        return float(np.min(np.hypot(*(others - spot).T))) if len(others) else 0.0

    best = max(sides, key=room)
    axes.annotate(
        f"{index + 1}", (area, energy), xytext=best, textcoords="offset points", fontsize=style.points(6.5)
    )


def _relative(values: Any) -> Any:
    span = np.ptp(values)
    return (values - np.min(values)) / span if span > 0.0 else np.full(len(values), 0.5)
