"""Figures of many points: a sweep along a parameter, a Pareto front, a break-even, requirements, random bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.exploration.random_bits import RATES
from neuroest.plotting import quantity_axes, style
from neuroest.reporting.formatting import percent, short_causes
from neuroest.results.quantities import QUANTITIES, column_name, label_and_unit
from neuroest.results.target import STATISTICS, Goal

if TYPE_CHECKING:
    import pandas as pd

    from neuroest.exploration.pareto import ParetoResult
    from neuroest.exploration.random_bits import RandomBits
    from neuroest.exploration.sweep import SweepResult
    from neuroest.reporting.data_files import SweepPoints
    from neuroest.results.target import Target, TargetAxis

_WIDTH = 0.75 * style.PAGE
_GREY = "#999999"
_MOST_LINES = 6
"""Most lines in one figure; more combinations are points."""
_ENERGY = "energy_per_inference_J"
_HIDDEN = 0.004
"""Relative distance below which two lines lie on one another."""


def points_figure(sweep: SweepPoints, width: float) -> Any:
    """Two results of the points of a sweep with their Pareto front (less is better)."""
    figure, axes = style.new_figure(width, width * 0.75)
    columns = list(sweep.results)
    table = sweep.formatted[columns].dropna()
    table = table[np.all(table > 0.0, axis=1)]
    front = sweep.front.sort_values(columns[0])
    axes.plot(table[columns[0]], table[columns[1]], "o", ms=1.6, color=_GREY, mew=0.0, rasterized=True)
    axes.plot(front[columns[0]], front[columns[1]], "-o", ms=2.6, color="black", drawstyle="steps-post")
    for axis, name in ((axes.xaxis, columns[0]), (axes.yaxis, columns[1])):
        label, unit = label_and_unit(name)
        quantity_axes.logarithmic(axis, unit, label)
    style.headline(axes, f"{len(table)} points of the sweep and the Pareto front of {sweep.count}")
    return figure


@style.styled
def pareto_figure(result: ParetoResult, path: str | Path | None) -> Any:
    """The front as a step, dominated points in grey; a third objective is the size of the marks."""
    x, y = result.objectives[:2]
    front = result.frame.sort_values(x)
    figure, axes = style.new_figure(_WIDTH, 3.6)
    axes.scatter(
        result.sample[x], result.sample[y], s=4, color=_GREY, linewidths=0, label="dominated", zorder=1
    )
    size: Any = 16.0
    if len(result.objectives) > 2:
        third = front[result.objectives[2]].to_numpy(float)
        spread = np.ptp(third)
        size = 8.0 + 50.0 * ((third - third.min()) / spread if spread else 0.0 * third)
        axes.set_title(f"Larger marks: larger {label_and_unit(result.objectives[2])[0]}", loc="left")
    elif len(front) > 1:
        where = "post" if (x in result.minimize) else "pre"
        axes.step(front[x], front[y], where=where, color="black", zorder=2)
    axes.scatter(front[x], front[y], s=size, color="white", edgecolors="black", linewidths=0.9,
                 label="Pareto front", zorder=3)  # fmt: skip
    for axis, name in ((axes.xaxis, x), (axes.yaxis, y)):
        quantity_axes.result_axis(axis, name, result.sample[name].to_numpy(float))
    axes.legend()
    return style.save_figure(figure, path)


@style.styled
def sweep_figure(
    result: SweepResult, quantity: str | None, along: str | None, path: str | Path | None
) -> Any:
    """A result along a parameter: a line for each combination of the others where they are few, else points."""
    frame, parameters = result.sample(), list(result.parameters)
    results = list(result.metadata["quantities"])
    numbers = [name for name in parameters if frame[name].dtype.kind in "fi"]
    x = along if along in frame else _named_in(numbers, along)
    x, y = x or next(iter(numbers), ""), quantity or _asked(frame, results)
    check_names("parameter", [x], numbers, "a figure needs a parameter that is a number")
    if y not in results:
        raise UnknownNameError("result", y, [QUANTITIES[name].alias or name for name in results])
    formatted = frame[np.isfinite(frame[x].to_numpy(float)) & np.isfinite(frame[y].to_numpy(float))]
    if formatted.empty:
        raise NeuroestError(f"no row has an estimate of {y}")
    others = [name for name in parameters if name != x and len(set(formatted[name])) > 1]
    units: Mapping[str, str] = result.metadata.get("units", {})
    figure, axes = style.new_figure(_WIDTH, 3.2)
    if len(formatted[others].drop_duplicates()) <= _MOST_LINES:
        _lines_along(axes, formatted, x, y, others, units)
    else:
        good = formatted["feasible"].to_numpy(bool)
        for part, colour, label in (
            (formatted[~good], _GREY, "not feasible"), (formatted[good], "black", "feasible"),
        ):  # fmt: skip
            axes.scatter(part[x], part[y], s=4, color=colour, linewidths=0, label=label)
        axes.legend()
    unit = units.get(x, "1")
    quantity_axes.quantity_axis(axes.xaxis, unit, _parameter(x, unit), formatted[x].to_numpy(float))
    quantity_axes.result_axis(axes.yaxis, y, formatted[y].to_numpy(float))
    return style.save_figure(figure, path)


def _named_in(columns: Sequence[str], path: str | None) -> str | None:
    """The column of a parameter by its path, whole or by its last words."""
    return next((n for n in columns if n.startswith(f"{path}_") or f".{n}".endswith(f".{path}")), path)


def _asked(frame: pd.DataFrame, results: Sequence[str]) -> str:
    """The energy, or else the first result that varies between rows."""
    order = sorted(results, key=lambda name: name != _ENERGY)
    return next((name for name in order if np.unique(frame[name].dropna()).size > 1), order[0])


def _parameter(column: str, unit: str) -> str:
    """The path of a parameter's column as words."""
    return short_causes([column.removesuffix(column_name("", unit))])[0]


def _lines_along(
    axes: Any, formatted: pd.DataFrame, x: str, y: str, others: Sequence[str], units: Mapping[str, str]
) -> None:
    groups = formatted.groupby(list(others), sort=False, dropna=False) if others else [((), formatted)]
    lines: list[tuple[str, pd.DataFrame]] = []
    for key, part in groups:
        ordered = part.sort_values(x)
        words = [
            f"{_parameter(n, units.get(n, '1'))} {style.tick_label(v, units.get(n, '1'))}"
            if isinstance(v, int | float)
            else str(v)
            for n, v in zip(others, key, strict=True)
        ]
        lines.append((", ".join(words), ordered))
    for place, same in enumerate(_coincident(lines, x, y)):
        names, ordered = [name for name, _ in same], same[0][1]
        look = {
            "color": style.colour(place),
            "ls": style.dashes(place),
            "marker": style.marker(place),
            "ms": 2.6,
        }
        axes.plot(ordered[x], ordered[y], **look, label="\n".join(names))
        missed = ordered[~ordered["feasible"].to_numpy(bool)]
        axes.scatter(
            missed[x], missed[y], s=22, marker="x", color=style.colour(place), linewidths=0.8, zorder=3
        )
    if others:
        columns = style.legend_columns(axes.figure.get_figwidth(), axes.get_legend_handles_labels()[1], 3)
        axes.figure.legend(loc="outside lower center", ncols=columns)
    if not formatted["feasible"].all():
        axes.set_title("Crosses: not feasible", loc="left")


def _coincident(
    lines: Sequence[tuple[str, pd.DataFrame]], x: str, y: str
) -> list[list[tuple[str, pd.DataFrame]]]:
    """Lines in groups of those that would lie on one another."""
    groups: list[list[tuple[str, pd.DataFrame]]] = []
    for name, part in lines:
        for group in groups:
            first = group[0][1]
            if len(first) == len(part) and all(
                np.allclose(first[column].to_numpy(float), part[column].to_numpy(float), rtol=_HIDDEN)
                for column in (x, y)
            ):
                group.append((name, part))
                break
        else:
            groups.append([(name, part)])
    return groups


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
    low, median = (np.where(np.isfinite(band), band, np.nan) for band in (found.low, found.median))
    axes.plot(values, median, color=style.colour(0), label="median")
    axes.axhspan(
        1.0 / beyond,
        beyond,
        color=_GREY,
        alpha=style.SHADE,
        lw=0.0,
        label=f"within {percent(found.relevance)}",
    )
    shown = np.concatenate([low, median, found.high, [1.0 / beyond, beyond]])
    shown = shown[np.isfinite(shown)]
    high = np.minimum(found.high, 1.05 * shown.max())  # infinite where a tenth of the draws miss a limit
    axes.fill_between(values, low, high, color=style.colour(0), alpha=style.SHADE, lw=0.0, label="p10 to p90")
    axes.axhline(1.0, color=_GREY, linewidth=0.6)
    if axis.today and found.today is not None and math.isfinite(found.today.median):
        axes.plot([axis.today], [found.today.median], "*", color="black", label="today")
    _axis(axes.xaxis, axis)
    axes.set_xlim(values[0], values[-1])
    quantity_axes.quantity_axis(axes.yaxis, "1", _ratio(found), shown)
    axes.set_ylim(top=1.05 * shown.max())
    columns = style.legend_columns(figure.get_figwidth(), axes.get_legend_handles_labels()[1], 4)
    figure.legend(loc="outside lower center", ncols=columns)
    style.headline(figure, found.label)
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
    what, pace = label_and_unit(found.quantity)[0], found.pace.replace("_", " ")
    return f"{what} over that of {found.titles[found.baseline]}, {pace}"


_SIDES = (("energy", "J", "energy of a bit"), ("area", "m^2", "area of all units"))


@style.styled
def random_bits_figure(result: RandomBits, path: str | Path | None) -> Any:
    """Medians as lines and p10 to p90 shaded, energy on the left and area on the right, both logarithmic."""
    figure, panels = style.new_figure(style.PAGE, 3.2, ncols=2)
    titles = [one.title for one in result.generators]
    for axes, (quantity, unit, label) in zip(panels, _SIDES, strict=True):
        for title, (low, middle, high) in result.along(quantity, RATES).items():
            index = titles.index(title)
            colour, dashes = style.colour(index), style.dashes(index)
            axes.plot(RATES, middle, ls=dashes, color=colour, label=title)
            axes.fill_between(RATES, low, high, color=colour, alpha=style.SHADE, lw=0.0)
        axes.set_xscale("log")
        axes.set_yscale("log")
        quantity_axes.quantity_axis(axes.yaxis, unit, label)
        quantity_axes.quantity_axis(axes.xaxis, "1/s", "bits needed")
        axes.set_xlim(float(np.min(RATES)), float(np.max(RATES)))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=style.legend_columns(figure.get_figwidth(), labels, 3),
        title=style.MEDIANS, title_fontsize=style.points(6.0),
    )  # fmt: skip
    return style.save_figure(figure, path)
