"""Figures of studies: sweeps and their fronts, requirements, random bits, break-even and contests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.core.units import percent
from neuroest.exploration.pareto import non_dominated
from neuroest.exploration.random_bits import RATES
from neuroest.plotting import style
from neuroest.reporting.formatting import short_causes
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, column_name, label_and_unit
from neuroest.results.studies import STATISTICS, Cell, Contest, Goal, RegimeAxis

if TYPE_CHECKING:
    import pandas as pd

    from neuroest.exploration.breakeven_result import BreakEvenPoint, BreakevenResult
    from neuroest.exploration.pareto import ParetoResult
    from neuroest.exploration.random_bits import RandomBits
    from neuroest.exploration.sweep import SweepResult
    from neuroest.reporting.data_files import SweepPoints
    from neuroest.results.studies import Target, TargetAxis


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
        style.logarithmic(axis, unit, label)
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
    # the column of a parameter by its path, whole or by its last words
    named = (n for n in numbers if n.startswith(f"{along}_") or f".{n}".endswith(f".{along}"))
    x = along if along in frame else next(named, along)
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
    if not others or len(formatted[others].drop_duplicates()) <= _MOST_LINES:
        _lines_along(axes, formatted, x, y, others, units)
    else:
        good = formatted["feasible"].to_numpy(bool)
        for part, colour, label in (
            (formatted[~good], _GREY, "not feasible"), (formatted[good], "black", "feasible"),
        ):  # fmt: skip
            if len(part):
                axes.scatter(part[x], part[y], s=4, color=colour, linewidths=0, label=label)
        axes.legend()
    unit = units.get(x, "1")
    style.quantity_axis(axes.xaxis, unit, _parameter(x, unit), formatted[x].to_numpy(float))
    style.result_axis(axes.yaxis, y, formatted[y].to_numpy(float))
    return style.save_figure(figure, path)


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
        style.legend_outside(axes.figure, 3)
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


# --- Requirements of a device --------------------------------------------------------------------------------------

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
    style.quantity_axis(axes.yaxis, "1", _ratio(found), shown)
    axes.set_ylim(top=1.05 * shown.max())
    style.legend_outside(figure, 4)
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
    style.legend_outside(figure, 3, handles)
    fixed = "".join(
        f", {axis.name.replace('_', ' ')} {style.tick_label(float(f'{axis.values[place]:.3g}'), axis.unit)}"
        for axis, place in zip(rest, at, strict=True)
    )
    style.headline(figure, f"{found.label}\n{_ratio(found)}{fixed}")
    return figure


def _axis(axis: Any, one: TargetAxis) -> None:
    style.quantity_axis(axis, one.unit, one.name.replace("_", " "), np.array(one.values))


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
        style.quantity_axis(axes.yaxis, unit, label)
        style.quantity_axis(axes.xaxis, "1/s", "bits needed")
        axes.set_xlim(float(np.min(RATES)), float(np.max(RATES)))
    style.legend_outside(figure, 3, panels[0].get_legend_handles_labels()[0], title=style.MEDIANS)
    return style.save_figure(figure, path)


# --- Break-even ----------------------------------------------------------------------------------------------------

_FEW = 12
"""Points that each have a tick."""
_ROW = 0.075
"""Height of a line of text over that of the axes."""


@style.styled
def breakeven_figure(result: BreakevenResult, path: str | Path | None) -> Any:
    """Medians as lines, p10 to p90 shaded; break-even points as vertical lines, with their bands above the axes.

    One panel for each result.
    """
    banded = {
        quantity: [one for one in result.of(quantity)[1] if one.band and np.isfinite(one.band.median)]
        for quantity in result.quantities
    }
    above = max(map(len, banded.values()))
    panels = len(result.quantities)
    figure, axes = style.new_figure(
        0.72 * style.PAGE, panels * ((3.2 if panels == 1 else 2.4) + 0.3 * above), nrows=panels, squeeze=False
    )
    for panel, (quantity, rows) in zip(axes[:, 0], banded.items(), strict=True):
        _panel(panel, result, quantity, rows)
    title = style.MEDIANS
    if any(any(curve.failed) for curve in result.curves):
        title += "; crosses: a check fails"
    style.legend_outside(figure, 2, axes[0, 0].get_legend_handles_labels()[0], title=title)
    return style.save_figure(figure, path)


def _panel(axes: Any, result: BreakevenResult, quantity: str, rows: list[BreakEvenPoint]) -> None:
    """One result along the axis."""
    curves, points = result.of(quantity)
    points = tuple(point for point in points if point.on_axis)
    spans = []
    for index, curve in enumerate(curves):
        low, median, high = curve.percentiles()
        colour, dashes = style.colour(index), style.dashes(index)
        label = style.named(curve.label).replace("\n", "")
        axes.plot(result.values, median, ls=dashes, color=colour, label=label, lw=1.4 if index == 0 else 1.0)
        axes.fill_between(result.values, low, high, color=colour, alpha=style.SHADE, lw=0.0)
        missed = np.array([bool(check) for check in curve.failed])
        if missed.any():
            axes.scatter(
                result.values[missed], median[missed], s=12, marker="x", color=colour, linewidths=0.8, zorder=3
            )  # fmt: skip
        spans += [low, high]
    known = np.concatenate(spans)
    known = known[np.isfinite(known) & (known > 0.0)]
    if known.size and style.wide(known):
        axes.set_yscale("log")
    few = len(result.values) <= _FEW
    if style.wide(result.values) or (few and result.values[-1] == 2.0 * result.values[-2]):
        axes.set_xscale("log")
    for row, point in enumerate(rows):
        _band_above(axes, result, row, point)
    for point in points:
        axes.axvline(point.headline, color=style.colour(result.names.index(point.other)), lw=0.6, ls=":")
        if point not in rows:
            axes.annotate(
                style.tick_label(float(f"{point.headline:.3g}"), result.unit), (point.headline, 0.98),
                xycoords=("data", "axes fraction"), va="top", ha="left", xytext=(3, 0), textcoords="offset points",
            )  # fmt: skip
    if np.isfinite(result.stated) and result.values[0] < result.stated < result.values[-1]:
        axes.axvline(result.stated, color="#808080", lw=0.8, ls=(0, (1, 2)), zorder=0, label="as in the file")
    if result.published is not None:
        band = result.published.band
        axes.axvspan(
            band.low, band.high, color="#999999", alpha=style.SHADE, lw=0.0, zorder=0,
            label="break-even by published energies",
        )  # fmt: skip
    axes.set_xlim(result.values[0], result.values[-1])
    style.result_axis(axes.yaxis, quantity, known)
    style.quantity_axis(axes.xaxis, result.unit, short_causes([result.label])[0], result.values)
    if few:
        axes.set_xticks(result.values, [f"{value:g}" for value in result.values])
        axes.xaxis.set_minor_locator(style.matplotlib("ticker").NullLocator())


def _band_above(axes: Any, result: BreakevenResult, row: int, point: Any) -> None:
    """The band of a break-even point above the axes, in the colour of the other chip."""
    colour, height = style.colour(result.names.index(point.other)), 1.0 + _ROW * (1.7 * row + 0.5)
    edges = (float(result.values[0]), float(result.values[-1]))
    middle = point.band.median
    low, high = max(point.band.low, edges[0]), min(point.band.high, edges[1])
    across = axes.get_xaxis_transform()
    axes.plot((low, high), (height, height), color=colour, lw=1.2, transform=across, clip_on=False)
    axes.plot([middle], [height], "o", ms=3.0, color=colour, transform=across, clip_on=False)
    first, second, third = (
        style.tick_label(float(f"{value:.3g}"), result.unit) for value in (low, middle, high)
    )
    below, above = ("<" if point.band.low < edges[0] else ""), (">" if point.band.high > edges[1] else "")
    text = f"break-even {second} ({below}{first} to {above}{third})"
    left = axes.transAxes.inverted().transform(axes.transData.transform((middle, 1.0)))[0] < 0.5
    axes.text(
        0.0 if left else 1.0, height + 0.75 * _ROW, text, transform=axes.transAxes, fontsize=style.points(6.0),
        va="center", ha="left" if left else "right",
    )  # fmt: skip


# --- Contests ------------------------------------------------------------------------------------------------------

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
        style.legend_outside(figure, _LEGEND_COLUMNS, handles)
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
    if value < 100.0:
        return f"{value:.2g}"
    return f"{value:.0f}" if value < 1e4 else f"{value:.0e}".replace("e+0", "e")


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
    style.cell_axis(axis, found.unit, found.label, places, found.values)


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
        style.result_axis(axis, name, table[name])
    axes.legend()
    style.headline(
        axes, f"{contest.network}: chips that pass, at their stated inputs, and the front of each contender"
    )
    return style.save_figure(figure, path)
