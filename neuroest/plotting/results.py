"""Figures of an estimate and of a comparison, by name: what `Estimate.plot` and `Comparison.plot` draw."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.text_layout import words
from neuroest.core.units import formatted, percent
from neuroest.exploration.pareto import non_dominated
from neuroest.plotting import style
from neuroest.plotting.chip import area_map_figure, energy_map_figure
from neuroest.plotting.style import COLUMN, PAGE, save_figure, styled
from neuroest.plotting.uncertainty import distribution_figure, tornado_figure
from neuroest.reporting.estimate_views import Breakdown, View, slowest
from neuroest.reporting.formatting import short, typeset
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
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
    style.logarithmic(axes.xaxis, "1", "ratio over the baseline, p10 to p90")
    axes.set_yticks(list(place.values()), [style.named(shown[name]) for name in place])
    axes.set_ylim(-0.5, len(names) - 0.5)
    handles = [
        style.line(color=style.colour(i), marker=style.marker(i), ms=3.6, label=label_and_unit(name)[0])
        for i, name in enumerate(MAIN)
    ]
    open_marker = {"marker": "o", "ls": "", "ms": 3.6, "mfc": "white", "mec": "black"}
    handles.append(style.line(label="open: in part projected or assumed", **open_marker))
    style.legend_outside(figure, 2, handles, "upper")
    return figure


def tradeoff_figure(views: Sequence[View], width: float) -> Any:
    """Energy against area, the size by throughput; designs on the Pareto front of the three are filled."""
    views = views[: style.MOST_DESIGNS]
    columns = 2 if max(len(view.label) for view in views) <= _NARROW else 1
    lines = math.ceil(len(views) / columns)
    figure, axes = style.new_figure(width, width * 0.7 + 0.13 * (lines + 2))
    table = np.array([[view.estimate.headline(name).value or math.nan for name in _AXES] for view in views])
    front = non_dominated(table * (1.0, 1.0, -1.0))
    values = np.log(table[:, 2])
    span = np.ptp(values)
    sizes = 14.0 + 60.0 * ((values - np.min(values)) / span if span > 0.0 else np.full(len(values), 0.5))
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
    style.logarithmic(axes.xaxis, "m^2", "area")
    style.logarithmic(axes.yaxis, "J", "energy per inference")
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
        handles=numbers, loc="outside lower center", ncols=columns, handlelength=0.0, handletextpad=0.0
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


LABELS: Mapping[str, tuple[str, str]] = {
    "energy": ("energy per inference", "J"),
    "area": ("area", "m^2"),
    "latency": ("latency", "s"),
    "learning": ("energy of learning from a sample", "J"),
}
TOTALS: Mapping[str, str] = {
    "energy": "energy_per_inference_J", "area": "area_m2", "latency": "latency_s",
    "learning": "learning_energy_J",
}  # fmt: skip
MOST_BESIDE = 4
"""Most designs whose parts are drawn side by side."""
_KINDS = ("component", "layer")
_BAR_INCHES, _LEGEND_INCHES = 0.22, 0.135
"""Height of a row of bars, and of a line of the legend below them."""
_MOST_PARTS = 9
_LONGEST_LINE = 32
_MOST_ROWS = 10
_LEAST_SHARE = 0.02
_OTHERS = "others"


def breakdown_figure(views: Sequence[View], quantity: str, width: float) -> Any:
    """Totals with bands, and the shares of components and of layers, one row a design."""
    views = views[: style.MOST_DESIGNS]
    total = TOTALS[quantity]
    found_of = {by: [view.breakdown(quantity, by) for view in views] for by in _KINDS}
    fills = {
        by: {name: style.fill_of(index) for index, name in enumerate(_largest(found_of[by], _MOST_PARTS))}
        for by in _KINDS
    }
    bars = _BAR_INCHES * (len(views) + 1)
    columns = {
        by: style.legend_columns(
            style.venue_width(width) / 3.0, [_entry(name, found_of[by]) for name in of], 2
        )
        for by, of in fills.items()
    }
    legend = _LEGEND_INCHES * max(-(-(len(of) + 1) // columns[by]) for by, of in fills.items())
    figure, axes, below = style.legended_figure(width, bars, legend, 3)
    rows = np.arange(len(views))[::-1]
    label, unit = LABELS[quantity]
    first = axes[0]
    for row, view in zip(rows, views, strict=True):
        found = view.estimate.headline(total)
        if found.low is not None:
            first.plot((found.low, found.high), (row, row), color="#666666", lw=2.0, solid_capstyle="butt")
        face = "white" if view.marked(total) else "black"
        first.plot([found.value], [row], "o", ms=4.0, mfc=face, mec="black")
    style.logarithmic(first.xaxis, unit, label)
    first.set_yticks(rows, [style.design_label(view, total, _LONGEST_LINE) for view in views])
    first.set_title("Median, p10 to p90")
    for axes_of_kind, place, by in zip(axes[1:], below[1:], _KINDS, strict=True):
        rest = _stacked(axes_of_kind, rows, found_of[by], by, fills[by])
        handles = [style.patch(_entry(name, found_of[by]), fill) for name, fill in fills[by].items()]
        handles += [style.patch(_OTHERS, style.OTHERS_FILL)] if rest else []
        style.legend_below(place, handles, columns[by])
    _totals(axes[-1], rows, [formatted(view.estimate.headline(total).value, unit) for view in views])
    if any(view.marked(total) for view in views):
        figure.supxlabel("* and open marker: in part projected or assumed values", fontsize=style.points(6.0))
    return figure


def _totals(axes: Any, rows: Any, texts: Sequence[str]) -> None:
    """The whole of each bar in absolute terms at its end."""
    for row, text in zip(rows, texts, strict=True):
        axes.annotate(
            typeset(text), (1.0, row), (3.0, 0.0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=style.points(6.0), annotation_clip=False,
        )  # fmt: skip


def _stacked(
    axes: Any, rows: Any, found: Sequence[Breakdown | None], by: str, fills: Mapping[str, Mapping[str, str]]
) -> bool:
    """Bars of shares, and whether some are of parts without a fill of their own."""
    others = False
    for row, breakdown in zip(rows, found, strict=True):
        shares = {item.name: item.share for item in breakdown.slices} if breakdown else {}
        kept = {
            name: shares[name]
            for name in fills
            if shares.get(name, 0.0) >= (0.0 if _is_neuron(name) else _LEAST_SHARE) and name in shares
        }
        rest = max(0.0, sum(shares.values()) - sum(kept.values()))
        others = others or rest > 1e-9
        left = 0.0
        for name, share in (*kept.items(), (_OTHERS, rest)):
            fill = fills.get(name, style.OTHERS_FILL)
            axes.barh(row, share * 100, left=left, height=0.7, edgecolor="black", linewidth=0.3, **fill)
            left += share * 100
    axes.set_xlim(0, 100)
    style.quantity_axis(axes.xaxis, "%", f"share by {by}")
    return others


def _largest(found: Sequence[Breakdown | None], most: int) -> list[str]:
    """Names of the parts that are large in some design; what is small in all of them is not among them."""
    best = _largest_shares(found)
    large = [n for n in sorted(best, key=lambda n: -best[n]) if best[n] >= _LEAST_SHARE and not _is_neuron(n)]
    neurons = [name for name in best if _is_neuron(name)]
    return [*large[: most - len(neurons)], *neurons]


def _is_neuron(name: str) -> bool:
    """Whether a part is the neurons, which have a colour of their own however small they are."""
    return name.rpartition(".")[2] == "neuron"


def _entry(name: str, found: Sequence[Breakdown | None]) -> str:
    """A part in the legend; neurons with their shares, which may be too small to be seen."""
    if not _is_neuron(name):
        return words(name)
    shares = [
        item.share for breakdown in found if breakdown for item in breakdown.slices if item.name == name
    ]
    low, high = percent(min(shares)), percent(max(shares))
    return f"{words(name)} ({low if low == high else f'{low} to {high}'})"


def _largest_shares(found: Sequence[Breakdown | None]) -> dict[str, float]:
    """The largest share of each part in any of the designs."""
    best: dict[str, float] = {}
    for breakdown in found:
        for item in breakdown.slices if breakdown else ():
            best[item.name] = max(best.get(item.name, 0.0), item.share)
    return best


def parts_figure(views: Sequence[View], quantity: str, width: float) -> Any:
    """Components and layers in absolute terms, medians with bands, a few designs next to each other."""
    views = views[:MOST_BESIDE]
    label, unit = LABELS[quantity]
    chosen = [_rows_of([view.breakdown(quantity, by) for view in views]) for by in _KINDS]
    most = max(map(len, chosen))
    figure, axes = style.new_figure(width, 0.75 + (0.1 + 0.035 * len(views)) * max(most, 4), ncols=2)
    for panel, by, names in zip(axes, _KINDS, chosen, strict=True):
        for index, view in enumerate(views):
            found = view.breakdown(quantity, by)
            slices = {item.name: item for item in found.slices} if found else {}
            shift = 0.6 * ((index + 0.5) / len(views) - 0.5)
            for row, name in enumerate(names):
                item = slices.get(name)
                if item is None:
                    continue
                colour, at = style.colour(index), len(names) - 1 - row - shift
                if item.low is not None and item.high is not None and item.low > 0.0:
                    panel.plot((item.low, item.high), (at, at), color=colour, lw=0.9)
                middle = item.value if item.median is None else item.median
                panel.plot([middle], [at], style.marker(index), ms=3.0, mfc=colour, mec=colour)
        style.logarithmic(panel.xaxis, unit, f"{label} by {by}, p10 to p90")
        panel.set_yticks(range(len(names)), [words(name) for name in reversed(names)])
        panel.set_ylim(-0.6, max(len(names), 1) - 0.4)
        panel.grid(axis="x", color="#dddddd", lw=0.4)
        panel.set_axisbelow(True)
    handles = [
        style.line(
            color=style.colour(i), marker=style.marker(i), ms=3.0, lw=0.9, label=style.named(view.label)
        )
        for i, view in enumerate(views)
    ]
    style.legend_outside(figure, len(views), handles)
    return figure


def _rows_of(found: Sequence[Breakdown | None]) -> list[str]:
    """The largest parts, in the order of the first design where they are layers."""
    best = _largest_shares(found)
    neurons = [name for name in best if _is_neuron(name)]
    kept = sorted(best, key=lambda name: -best[name])[:_MOST_ROWS]
    kept = [*(name for name in kept if name not in neurons), *neurons]
    if found and found[0] is not None and found[0].by == "layer":
        return [name for name in best if name in kept]
    return kept


_MOST_LAYERS = 40


def bottleneck_figure(view: View, width: float) -> Any:
    """Left the time of each resource for one step of each layer, right a hierarchical roofline.

    In the roofline a layer is at its throughput, once for every resource that moves data, at the operations that
    it does for a bit that the resource moves. Diagonals are the data rates, the dashed line is the rate of the
    computing units in their best layer.
    """
    layers, roof = view.occupation[:_MOST_LAYERS], view.roofline
    panels = 2 if roof.rates else 1
    figure, axes = style.new_figure(
        width, max(1.9 if panels == 2 else 1.1, 0.9 + 0.16 * len(layers)), ncols=panels, squeeze=False
    )
    resources = list(dict.fromkeys(name for _, times in layers for name in times))
    looks = {name: (style.marker(i), style.colour(i)) for i, name in enumerate(resources)}
    _times(axes[0][0], layers, looks)
    if panels == 2:
        _roofline(axes[0][1], roof, looks)
    handles = [
        style.line(ls="", marker=marker, ms=4.0, color=colour, label=words(name))
        for name, (marker, colour) in looks.items()
    ]
    handles.append(
        style.line(ls="", marker="o", ms=4.0, mfc="white", mec="black", label="open: not the limit")
    )
    style.legend_outside(figure, 5, handles, "upper")
    return figure


def _times(axes: Any, layers: Any, looks: dict[str, tuple[str, str]]) -> None:
    for row, (_, times) in zip(range(len(layers))[::-1], layers, strict=True):
        limits = slowest(times)
        for name, time in sorted(times.items(), key=lambda pair: pair[1]):
            marker, colour = looks[name]
            face = colour if name in limits else "white"
            axes.plot([time], [row], marker, ms=4.0, mec=colour, mfc=face, mew=0.8)
        if times:
            axes.plot(
                (min(times.values()), max(times.values())), (row, row), color="#cccccc", lw=0.6, zorder=0
            )
    style.logarithmic(axes.xaxis, "s", "time for one step of the layer")
    axes.set_yticks(range(len(layers)), [words(name) for name, _ in reversed(layers)])
    axes.set_ylim(-0.6, max(len(layers), 2) - 0.4)


def _roofline(axes: Any, roof: Any, looks: dict[str, tuple[str, str]]) -> None:
    for point in roof.points:
        marker, colour = looks[point.resource]
        face = colour if point.limits else "white"
        axes.plot(
            [point.intensity], [point.attained], marker, ms=4.0, mec=colour, mfc=face, mew=0.8, zorder=3
        )
    intensities = np.array([point.intensity for point in roof.points])
    span = np.array((intensities.min() / 3.0, intensities.max() * 3.0))
    top = max([point.attained for point in roof.points] + [roof.computing]) * 3.0
    bottom = min(point.attained for point in roof.points) / 3.0
    for name, rate in roof.rates.items():
        axes.plot(span, rate * span, color=looks[name][1], lw=0.9, zorder=1)
    axes.axhline(
        roof.computing,
        color=looks[roof.unit][1] if roof.unit in looks else "black",
        lw=0.9,
        ls="--",
        zorder=1,
    )
    axes.loglog()
    axes.set_xlim(*span)
    axes.set_ylim(bottom, top)
    style.logarithmic(axes.xaxis, "1", "operational intensity (operations per bit moved)")
    style.logarithmic(axes.yaxis, "1", "operations per second")


_ROW_INCHES = 0.32


def tiers_figure(view: View, width: float) -> Any:
    """A bar for each tier, the highest on top, as long as its area; the widest is the area of the die.

    Raises
    ------
    NeuroestError
        If the chip has one tier.
    """
    rows = view.estimate.tiers
    if not rows:
        raise NeuroestError(f"{view.architecture} has no stacked tier to draw")
    widest = max(row.area_m2 for row in rows)
    sizes: dict[str, float] = {}
    for row in rows:
        for path, area in row.parts_m2.items():
            sizes[path] = max(sizes.get(path, 0.0), area)
    large = [path for path, area in sizes.items() if area >= _LEAST_SHARE * widest]
    neurons = [path for path in sizes if path.endswith(".neuron")]
    drawn = sorted(set(large) - set(neurons), key=lambda path: -sizes[path])[: _MOST_PARTS - len(neurons)]
    fills = {path: style.fill_of(index) for index, path in enumerate((*drawn, *neurons))}
    labels = [*(words(short(path)) for path in fills), "others"]
    columns = style.legend_columns(style.venue_width(width), labels, 2)
    legend = _LEGEND_INCHES * -(-len(labels) // columns)
    figure, (axes,), (below,) = style.legended_figure(width, _ROW_INCHES * (len(rows) + 1), legend, 1)
    for level, row in enumerate(rows):
        left = 0.0
        own = {path: row.parts_m2[path] for path in fills if path in row.parts_m2}
        parts = [*own.items(), ("others", row.area_m2 - sum(own.values()))]
        for path, area in parts:
            fill = fills.get(path, style.OTHERS_FILL)
            axes.barh(level, area, left=left, height=0.7, edgecolor="black", linewidth=0.3, **fill)
            left += area
        axes.annotate(
            percent(row.width),
            (left, level),
            (3.0, 0.0),
            textcoords="offset points",
            va="center",
            fontsize=style.points(6.0),
        )
    axes.set_yticks(range(len(rows)), ["logic", *(words(short(row.tier)) for row in rows[1:])])
    style.quantity_axis(axes.xaxis, "m^2", "area")
    axes.set_title("Tiers, share of the area of the die")
    looks = [*fills.values(), style.OTHERS_FILL]
    style.legend_below(below, [style.patch(*look) for look in zip(labels, looks, strict=True)], columns)
    return figure


_QUANTITIES = ("energy", "area", "latency", "learning")
_OF_SEVERAL: Mapping[str, Callable[[Sequence[View]], Any]] = {
    **{name: partial(breakdown_figure, quantity=name, width=PAGE) for name in _QUANTITIES},
    **{f"{name}_parts": partial(parts_figure, quantity=name, width=PAGE) for name in _QUANTITIES},
    "distribution": partial(distribution_figure, width=COLUMN),
}
"""Figures of any number of designs."""
_OF_ONE: Mapping[str, Callable[[View], Any]] = {
    "area_map": partial(area_map_figure, width=COLUMN),
    "bottleneck": partial(bottleneck_figure, width=PAGE),
    "energy_map": partial(energy_map_figure, width=COLUMN),
    "tiers": partial(tiers_figure, width=COLUMN),
    "tornado": partial(tornado_figure, width=COLUMN),
}
"""Figures of one design."""
_NO_PATH = "a file to write is path='...'"


@styled
def estimate_figure(result: Estimate, kind: str, path: str | Path | None) -> Any:
    """A figure of one design."""
    check_names("figure of an estimate", [kind], [*_OF_SEVERAL, *_OF_ONE], _NO_PATH)
    view = View(result)
    _check_learners(kind, [view])
    figure = _OF_ONE[kind](view) if kind in _OF_ONE else _OF_SEVERAL[kind]([view])
    return save_figure(figure, path)


@styled
def comparison_figure(result: Comparison, kind: str, path: str | Path | None) -> Any:
    """A figure of a design and its baselines."""
    check_names("figure of a comparison", [kind], ["ratios", "tradeoff", *_OF_SEVERAL], _NO_PATH)
    if kind == "ratios":
        return save_figure(ratios_figure(result, COLUMN), path)
    views = [View(estimate) for estimate in result.estimates]
    _check_learners(kind, views)
    make = partial(tradeoff_figure, width=COLUMN) if kind == "tradeoff" else _OF_SEVERAL[kind]
    return save_figure(make(views), path)


def _check_learners(kind: str, views: Sequence[View]) -> None:
    """Refuse a figure of learning for a design that spends no energy of its own on it."""
    idle = [view for view in views if not view.learning]
    if kind.startswith("learning") and idle:
        raise NeuroestError(f"{idle[0].architecture} spends no energy on learning with {idle[0].workload}")
