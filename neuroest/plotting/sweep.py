"""Figures of many points: a sweep along a parameter, a Pareto front, a break-even."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.errors import NeuroestError, check_names
from neuroest.plotting import style
from neuroest.reporting.formatting import short_causes
from neuroest.results.quantities import column_name, label_and_unit

if TYPE_CHECKING:
    import pandas as pd

    from neuroest.exploration.breakeven import BreakevenResult
    from neuroest.exploration.pareto import ParetoResult
    from neuroest.exploration.sweep import SweepResult
    from neuroest.reporting.sweep_data import SweepPoints

_WIDTH = 0.75 * style.PAGE
_GREY = "#999999"
_LINES = (("-", "black"), ("--", "black"), (":", "black"), ("-.", "black"), ("-", _GREY), ("--", _GREY))
"""Styles of lines that differ without colour."""


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
        style.logarithmic(axis, unit)
        axis.set_label_text(label)
    axes.set_title(f"{len(table)} points of the sweep and the Pareto front of {sweep.count}")
    return figure


@style.styled
def pareto_figure(result: ParetoResult, path: str | Path | None) -> Any:
    """The front as a step, dominated points in grey; a third objective is the size of the marks."""
    x, y = result.objectives[:2]
    front = result.frame.sort_values(x)
    figure, axes = style.new_figure(_WIDTH, 3.6)
    axes.scatter(result.sample[x], result.sample[y], s=4, color=_GREY, linewidths=0, label="beaten", zorder=1)
    size: Any = 16.0
    if len(result.objectives) > 2:
        third = front[result.objectives[2]].to_numpy(float)
        spread = np.ptp(third)
        size = 8.0 + 50.0 * ((third - third.min()) / spread if spread else 0.0 * third)
        axes.set_title(f"larger marks: larger {style.result_label(result.objectives[2])}", loc="left")
    elif len(front) > 1:
        where = "post" if (x in result.minimize) else "pre"
        axes.step(front[x], front[y], where=where, color="black", zorder=2)
    axes.scatter(front[x], front[y], s=size, color="white", edgecolors="black", linewidths=0.9,
                 label="Pareto front", zorder=3)  # fmt: skip
    for axis, name in ((axes.xaxis, x), (axes.yaxis, y)):
        style.result_axis(axis, name, result.sample[name].to_numpy(float))
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
    x, y = x or next(iter(numbers), ""), quantity or _first_that_varies(frame, results)
    for what, name, known in (("parameter", x, numbers), ("result", y, results)):
        check_names(what, [name], known, "a figure needs a parameter that is a number")
    formatted = frame[np.isfinite(frame[x].to_numpy(float)) & np.isfinite(frame[y].to_numpy(float))]
    if formatted.empty:
        raise NeuroestError(f"no row has an estimate of {y}")
    others = [name for name in parameters if name != x and len(set(formatted[name])) > 1]
    units: Mapping[str, str] = result.metadata.get("units", {})
    figure, axes = style.new_figure(_WIDTH, 3.2)
    if len(formatted[others].drop_duplicates()) <= len(_LINES):
        _lines_along(axes, formatted, x, y, others, units)
    else:
        good = formatted["feasible"].to_numpy(bool)
        for part, colour, label in (
            (formatted[~good], _GREY, "not feasible"), (formatted[good], "black", "feasible"),
        ):  # fmt: skip
            axes.scatter(part[x], part[y], s=4, color=colour, linewidths=0, label=label)
        axes.legend()
    unit = units.get(x, "1")
    style.quantity_axis(axes.xaxis, unit, _parameter(x, unit), formatted[x].to_numpy(float))
    style.result_axis(axes.yaxis, y, formatted[y].to_numpy(float))
    return style.save_figure(figure, path)


def _named_in(columns: Sequence[str], path: str | None) -> str | None:
    """The column of a parameter by its path, whole or by its last words."""
    return next((n for n in columns if n.startswith(f"{path}_") or f".{n}".endswith(f".{path}")), path)


def _first_that_varies(frame: pd.DataFrame, results: Sequence[str]) -> str:
    """The first result that varies between rows."""
    return next((name for name in results if np.unique(frame[name].dropna()).size > 1), results[0])


def _parameter(column: str, unit: str) -> str:
    """The path of a parameter's column as words."""
    return short_causes([column.removesuffix(column_name("", unit))])[0]


def _lines_along(
    axes: Any, formatted: pd.DataFrame, x: str, y: str, others: Sequence[str], units: Mapping[str, str]
) -> None:
    groups = formatted.groupby(list(others), sort=False, dropna=False) if others else [((), formatted)]
    for (key, part), (dashes, colour) in zip(groups, _LINES, strict=False):
        ordered = part.sort_values(x)
        words = [
            f"{_parameter(n, units.get(n, '1'))} {style.tick_label(v, units.get(n, '1'))}"
            if isinstance(v, int | float)
            else str(v)
            for n, v in zip(others, key, strict=True)
        ]
        axes.plot(ordered[x], ordered[y], dashes, color=colour, label=", ".join(words))
        missed = ordered[~ordered["feasible"].to_numpy(bool)]
        axes.scatter(missed[x], missed[y], s=14, marker="x", color=colour, linewidths=0.8, zorder=3)
    if others:
        axes.figure.legend(loc="outside lower center", ncols=3)
    if not formatted["feasible"].all():
        axes.set_title("crosses: not feasible", loc="left")


@style.styled
def breakeven_figure(result: BreakevenResult, path: str | Path | None) -> Any:
    """Medians of both results along the parameter, p10 to p90 shaded, break-even points marked."""
    figure, axes = style.new_figure(_WIDTH, 3.0)
    bands = result.bands()
    for index, ((low, median, high), name) in enumerate(zip(bands, result.names, strict=True)):
        colour = style.COLOURS[index]
        axes.plot(result.places, median, "-" if index == 0 else "--", color=colour, label=name)
        axes.fill_between(result.places, low, high, color=colour, alpha=style.SHADE, lw=0.0)
    for crossing in result.break_even_points:
        axes.axvline(crossing.headline, color=_GREY, linewidth=0.6)
        axes.annotate(
            style.tick_label(float(f"{crossing.headline:.3g}"), result.unit), (crossing.headline, 0.98),
            xycoords=("data", "axes fraction"), va="top", ha="left", xytext=(3, 0), textcoords="offset points",
        )  # fmt: skip
    both = np.concatenate(bands, axis=None)
    style.result_axis(axes.yaxis, result.quantity, both[np.isfinite(both)])
    style.quantity_axis(axes.xaxis, result.unit, short_causes([result.path])[0], result.values)
    axes.legend(title=style.MEDIANS, title_fontsize=6.0)
    return style.save_figure(figure, path)
