"""What a device would have to be as a figure: the ratio along a parameter, or the region of two."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.plotting import quantity_axes, style
from neuroest.results.quantities import label_and_unit
from neuroest.results.target import STATISTICS, Goal

if TYPE_CHECKING:
    from neuroest.results.target import Target, TargetAxis

_WIDTH = 0.75 * style.PAGE
_GREY = "#999999"
_REGIONS = (
    ("win, at p90", "#009e73"), ("win, at the median", "#99d8c9"), ("level, at p90", "#bdbdbd"),
    ("level, at the median", "#e5e5e5"), ("loss, or too slow", "#e69f00"),
)  # fmt: skip
"""Outcomes of a pair of values, the first that holds, and their colours."""


@style.styled
def target_figure(found: Target, path: str | Path | None) -> Any:
    """One parameter: median and band of the ratio, with the margin; more: the region of the first two.

    A third parameter is at the value with the least median. A star is the device as it is today.
    """
    figure = _along(found) if len(found.axes) == 1 else _region(found)
    return style.save_figure(figure, path)


def _along(found: Target) -> Any:
    axis = found.axes[0]
    figure, axes = style.new_figure(_WIDTH, 3.0)
    values, beyond = np.array(axis.values), 1.0 + found.relevance
    low, median, high = (
        np.where(np.isfinite(band), band, np.nan) for band in (found.low, found.median, found.high)
    )
    axes.fill_between(values, low, high, color=style.colour(0), alpha=style.SHADE, lw=0.0)
    axes.plot(values, median, color=style.colour(0), label="median")
    axes.axhspan(
        1.0 / beyond, beyond, color=_GREY, alpha=style.SHADE, lw=0.0, label=f"within {found.relevance:.0%}"
    )
    axes.axhline(1.0, color=_GREY, linewidth=0.6)
    if axis.today and found.today is not None and math.isfinite(found.today.median):
        axes.plot([axis.today], [found.today.median], "*", color="black", label="today")
    _axis(axes.xaxis, axis)
    quantity_axes.quantity_axis(axes.yaxis, "1", _ratio(found), median[np.isfinite(median)])
    axes.legend(title=style.MEDIANS, title_fontsize=style.points(6.0))
    return figure


def _region(found: Target) -> Any:
    first, second, *rest = found.axes
    # a further parameter is where the ratio is least
    at = tuple(axis.values.index(value) for axis, value in zip(found.axes[2:], found.best[2:], strict=True))
    goals: tuple[Goal, ...] = ("win", "level")
    scores = [found.score(goal, statistic) for goal in goals for statistic in reversed(STATISTICS)]
    region = np.full(found.median.shape, len(scores))
    for place in reversed(range(len(scores))):
        region = np.where(scores[place] <= 0.0, place, region)
    flat = region.reshape(*region.shape[:2], -1)
    region = flat[..., int(np.ravel_multi_index(at, region.shape[2:])) if at else 0]
    figure, axes = style.new_figure(_WIDTH, 3.6)
    colours = style.matplotlib("colors").ListedColormap([colour for _, colour in _REGIONS])
    axes.pcolormesh(
        first.values, second.values, region.T, cmap=colours, vmin=-0.5, vmax=len(_REGIONS) - 0.5, shading="nearest",
        rasterized=True,
    )  # fmt: skip
    for axis, where in ((axes.xaxis, first), (axes.yaxis, second)):
        _axis(axis, where)
    inside = all(axis.today and axis.values[0] <= axis.today <= axis.values[-1] for axis in (first, second))
    if inside:
        axes.plot([first.today], [second.today], "*", color="black", ms=8.0)
    handles = [
        style.patch(label, {"facecolor": colour, "hatch": ""}) for place, (label, colour) in enumerate(_REGIONS)
        if np.any(region == place)
    ]  # fmt: skip
    if inside:
        handles.append(style.line(marker="*", color="black", linestyle="none", label="today"))
    columns = style.legend_columns(figure.get_figwidth(), [one.get_label() for one in handles], 3)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    fixed = "".join(
        f", {axis.name.replace('_', ' ')} {style.tick_label(float(f'{axis.values[place]:.3g}'), axis.unit)}"
        for axis, place in zip(rest, at, strict=True)
    )
    style.headline(figure, f"{found.label}\n{_ratio(found)}{fixed}")
    return figure


def _axis(axis: Any, one: TargetAxis) -> None:
    quantity_axes.quantity_axis(axis, one.unit, one.name.replace("_", " "), np.array(one.values))


def _ratio(found: Target) -> str:
    return f"{label_and_unit(found.quantity)[0]} over the other chip, {found.pace.replace('_', ' ')}"
