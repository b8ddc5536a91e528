"""Figures for papers: column widths of the venues, embedded fonts, readable in grey and by the colour-blind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.errors import NeuroestError
from neuroest.reporting.quantities import BANDED, label_and_unit, short_names, shown, words
from neuroest.reporting.views import Breakdown, View, pareto_front

if TYPE_CHECKING:
    from neuroest.reporting.comparison import Comparison

VENUES: Mapping[str, tuple[float, float]] = {
    "ieee": (3.5, 7.16),
    "acm": (3.33, 7.0),
    "nature": (3.5, 7.2),
    "springer": (3.31, 6.85),
}
"""Width of one and of two columns in inches."""
FORMATS = ("pdf", "svg", "png")
MOST_DESIGNS = 24
"""Designs that one figure has room for."""

_COLOURS = ("#004949", "#e69f00", "#56b4e9", "#8c2d04", "#cc79a7", "#009e73", "#f0e442")
"""Of Okabe and Ito, ordered so that neighbours differ in lightness."""
_HATCHES = ("", "//", "", "xx", "..", "", "\\\\")
_AGAIN = ("++", "oo", "--", "||", "**", "OO", "++")
_MOST_PARTS = 11
_LEAST_SHARE = 0.02
_OTHERS = "others"
_STYLE = {
    "font.size": 7.0, "axes.titlesize": 7.0, "axes.labelsize": 7.0, "xtick.labelsize": 6.5, "ytick.labelsize": 6.5,
    "legend.fontsize": 6.0, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6,
    "hatch.linewidth": 0.4, "lines.linewidth": 0.9, "pdf.fonttype": 42, "svg.fonttype": "path",
    "svg.hashsalt": "neuroest", "savefig.dpi": 300, "text.usetex": False, "text.parse_math": False,
}  # fmt: skip
_LABELS = {"energy": ("energy per inference", "J"), "area": ("area", "m^2"), "latency": ("latency", "s")}
_TOTALS = {"energy": "energy_per_inference_J", "area": "area_m2", "latency": "latency_s"}


def report_module(module: str) -> Any:
    """A module of the extra ``neuroest[report]``."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        name = module.partition(".")[0]
        raise NeuroestError(f"this needs {name}: pip install 'neuroest[report]'") from error


def draw(path: Path, make: Callable[[], Any]) -> tuple[Path, ...]:
    """Draw a figure and write it as PDF, SVG and PNG; the same result gives the same files."""
    with report_module("matplotlib").rc_context(_STYLE):
        figure = make()
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        written = []
        for form in FORMATS:
            file = path.with_name(f"{path.name}.{form}")
            metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(form)
            figure.savefig(file, metadata=metadata)
            written.append(file)
    return tuple(written)


def _figure(width: float, height: float, columns: int = 1, **options: Any) -> tuple[Any, Any]:
    figure = report_module("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, columns, **options)


def _quantity_axis(axis: Any, unit: str) -> None:
    """Ticks of a logarithmic axis as quantities."""
    ticker = report_module("matplotlib.ticker")
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: shown(value, unit) if value > 0.0 else ""))

    def between(value: float, _: int) -> str:
        low, high = sorted(axis.get_view_interval())
        # less than two decades have too few powers of ten to read values from
        if low <= 0.0 or high / low > 50.0:
            return ""
        leading = round(value / 10.0 ** math.floor(math.log10(value) + 1e-9))
        return shown(value, unit) if leading in ((2, 5) if high / low > 4.0 else range(1, 10)) else ""

    axis.set_minor_formatter(ticker.FuncFormatter(between))
    axis.set_major_locator(ticker.LogLocator(numticks=5))


def _design(view: View, total: str) -> str:
    return view.architecture + (" *" if view.marked(total) else "")


def breakdown_figure(views: Sequence[View], quantity: str, width: float) -> Any:
    """Totals with bands beside the shares of components and of layers, one row a design."""
    views = views[:MOST_DESIGNS]
    total = _TOTALS[quantity]
    kinds = [by for by in ("component", "layer") if views[0].breakdown(quantity, by) is not None]
    height = 0.9 + 0.22 * len(views) + 0.55
    figure, axes = _figure(width, height, 1 + len(kinds), sharey=True)
    rows = np.arange(len(views))[::-1]
    label, unit = _LABELS[quantity]
    first = axes[0]
    for row, view in zip(rows, views, strict=True):
        value, found = view.estimate.totals[total], view.estimate.bands.totals.get(total)
        if found is not None:
            first.plot((found.low, found.high), (row, row), color="#666666", lw=2.0, solid_capstyle="butt")
        marker = {"mfc": "white", "mec": "black"} if view.marked(total) else {"mfc": "black", "mec": "black"}
        first.plot([value], [row], "o", ms=4.0, **marker)
    first.set_xscale("log")
    _quantity_axis(first.xaxis, unit)
    first.tick_params(axis="x", rotation=30)
    first.set_yticks(rows, [_design(view, total) for view in views])
    first.set_title(f"{label}, p10 to p90")
    for axes_of_kind, by in zip(axes[1:], kinds, strict=True):
        _stacked(axes_of_kind, rows, [view.breakdown(quantity, by) for view in views], by, 4 - len(kinds))
    if any(view.marked(total) for view in views):
        figure.supxlabel("* and open marker: rests in part on projected or assumed values", fontsize=6.0)
    return figure


def _stacked(axes: Any, rows: Any, found: Sequence[Breakdown | None], by: str, legend: int) -> None:
    sums: dict[str, float] = {}
    for breakdown in found:
        for item in breakdown.slices if breakdown else ():
            sums[item.name] = sums.get(item.name, 0.0) + item.share
    large = [name for name, _ in sorted(sums.items(), key=lambda pair: -pair[1])][:_MOST_PARTS]
    fills = {name: _fill(index) for index, name in enumerate(large)} | {_OTHERS: {"facecolor": "#999999"}}
    for row, breakdown in zip(rows, found, strict=True):
        shares = {item.name: item.share for item in breakdown.slices} if breakdown else {}
        kept = {name: shares[name] for name in large if shares.get(name, 0.0) >= _LEAST_SHARE}
        kept[_OTHERS] = max(0.0, sum(shares.values()) - sum(kept.values()))
        left = 0.0
        for name, share in kept.items():
            axes.barh(
                row, share * 100, left=left, height=0.7, edgecolor="black", linewidth=0.3, **fills[name]
            )
            left += share * 100
    patches = report_module("matplotlib.patches")
    handles = [
        patches.Patch(edgecolor="black", linewidth=0.3, label=words(name), **fill)
        for name, fill in fills.items()
    ]
    axes.set_xlim(0, 100)
    axes.set_title(f"share by {by} (%)")
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.18),
        ncols=legend,
        frameon=False,
        handlelength=1.2,
        columnspacing=0.8,
    )


def _fill(index: int) -> dict[str, str]:
    """Colour and hatching of a part; the colours come round with other hatching."""
    turn, place = divmod(index, len(_COLOURS))
    return {"facecolor": _COLOURS[place], "hatch": _HATCHES[place] if turn == 0 else _AGAIN[place]}


def ratios_figure(comparison: Comparison, width: float) -> Any:
    """Ratios of the design over each baseline with bands; open markers rest on projected or assumed values."""
    baselines = comparison.baselines[:MOST_DESIGNS]
    names = [result.architecture for result in baselines]
    figure, axes = _figure(width, 0.8 + 0.42 * len(names))
    markers = dict(zip(BANDED, "osD^", strict=True))
    place = {name: len(names) - 1 - i for i, name in enumerate(names)}
    for ratio in comparison.ratios:
        if ratio.baseline not in place:
            continue
        index = BANDED.index(ratio.quantity)
        row = place[ratio.baseline] + 0.27 - 0.18 * index
        colour = _COLOURS[(0, 3, 5, 4)[index]]
        if ratio.low is not None and ratio.high is not None:
            axes.plot((ratio.low, ratio.high), (row, row), color=colour, lw=1.4)
        face = "white" if max(ratio.unproven) >= 0.05 else colour
        axes.plot([ratio.value], [row], markers[ratio.quantity], ms=3.6, mfc=face, mec=colour, mew=0.8)
    axes.axvline(1.0, color="black", lw=0.6, ls=":")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(report_module("matplotlib.ticker").LogLocator(numticks=6))
    axes.xaxis.set_major_formatter(
        report_module("matplotlib.ticker").FuncFormatter(lambda value, _: f"{value:g}")
    )
    axes.set_yticks(list(place.values()), list(place))
    axes.set_xlabel(
        f"{comparison.design.architecture} over baseline, p10 to p90\nopen: in part projected or assumed"
    )
    lines = report_module("matplotlib.lines")
    handles = [
        lines.Line2D(
            [],
            [],
            color=_COLOURS[(0, 3, 5, 4)[i]],
            marker=markers[name],
            ms=3.6,
            label=label_and_unit(name)[0],
        )
        for i, name in enumerate(BANDED)
    ]
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return figure


def tradeoff_figure(views: Sequence[View], width: float) -> Any:
    """Energy against area, the size by throughput; designs on the Pareto front of the three are filled."""
    views = views[:MOST_DESIGNS]
    figure, axes = _figure(width, width * 0.82)
    table = np.array(
        [
            [
                view.estimate.totals[name] or math.nan
                for name in ("area_m2", "energy_per_inference_J", "throughput_per_s")
            ]
            for view in views
        ]
    )
    front = pareto_front(table * (1.0, 1.0, -1.0))
    sizes = 14.0 + 60.0 * _relative(np.log(table[:, 2]))
    for index, view in enumerate(views):
        area, energy, _ = table[index]
        for name, along in (("area_m2", "x"), ("energy_per_inference_J", "y")):
            found = view.estimate.bands.totals.get(name)
            if found is not None:
                span = (found.low, found.high)
                axes.plot(
                    *((span, (energy, energy)) if along == "x" else ((area, area), span)),
                    color="#aaaaaa",
                    lw=0.7,
                    zorder=1,
                )
        axes.scatter(
            [area],
            [energy],
            s=sizes[index],
            c="black" if front[index] else "white",
            edgecolors="black",
            linewidths=0.7,
            zorder=2,
        )
        axes.annotate(f"{index + 1}", (area, energy), xytext=(5, 4), textcoords="offset points", fontsize=6.5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    _quantity_axis(axes.xaxis, "m^2")
    _quantity_axis(axes.yaxis, "J")
    axes.set_xlabel(
        "area\n" + _wrapped_names([f"{i + 1} {view.architecture}" for i, view in enumerate(views)]),
        linespacing=1.3,
    )
    axes.set_ylabel("energy per inference")
    axes.set_title("filled: Pareto front of energy, area, throughput; larger: faster")
    return figure


def _wrapped_names(names: Sequence[str]) -> str:
    return "\n".join(",  ".join(names[start : start + 2]) for start in range(0, len(names), 2))


def _relative(values: Any) -> Any:
    span = np.ptp(values)
    return (values - np.min(values)) / span if span > 0.0 else np.full(len(values), 0.5)


def tornado_figure(view: View, width: float, total: str = "energy_per_inference_J") -> Any:
    """The total with each parameter at its p10 and its p90, the others as they are."""
    swings = view.tornado(total)
    figure, axes = _figure(width, 0.8 + 0.19 * max(len(swings), 2))
    label, unit = label_and_unit(total)
    base = view.estimate.totals[total] or math.nan
    names = short_names([swing.path for swing in swings])
    for row, swing in enumerate(reversed(swings)):
        for end, colour, hatch in ((swing.at_low, "white", "///"), (swing.at_high, _COLOURS[0], "")):
            axes.barh(
                row,
                end - base,
                left=base,
                height=0.65,
                color=colour,
                hatch=hatch,
                edgecolor="black",
                linewidth=0.4,
            )
    axes.set_yticks(range(len(swings)), [words(names[swing.path]) for swing in reversed(swings)])
    axes.axvline(base, color="black", lw=0.8)
    axes.set_xscale("log")
    _quantity_axis(axes.xaxis, unit)
    axes.set_xlabel(f"{label}\nhatched: parameter at p10, full: at p90")
    axes.set_title(f"{view.architecture} on {view.workload}")
    return figure


def distribution_figure(views: Sequence[View], width: float, total: str = "energy_per_inference_J") -> Any:
    """Distribution of a total over what is not known of the inputs, one row a design."""
    views = [view for view in views if view.samples[total].size][:MOST_DESIGNS]
    figure, axes = _figure(width, 0.8 + 0.26 * max(len(views), 2))
    label, unit = label_and_unit(total)
    for row, view in zip(range(len(views))[::-1], views, strict=True):
        samples = view.samples[total]
        samples = samples[np.isfinite(samples) & (samples > 0.0)]
        if samples.size and np.ptp(samples) > 0.0:
            heights, edges = np.histogram(np.log10(samples), bins=30)
            centres = 10.0 ** np.repeat(edges, 2)[1:-1]
            tops = row + 0.75 * np.repeat(heights, 2) / heights.max()
            axes.fill_between(centres, row, tops, color="#c8c8c8", lw=0.0)
            axes.plot(centres, tops, color="black", lw=0.5)
        axes.plot([view.estimate.totals[total]], [row], "|", color="black", ms=7.0, mew=1.2)
    axes.set_xscale("log")
    _quantity_axis(axes.xaxis, unit)
    axes.set_yticks(range(len(views)), [_design(view, total) for view in reversed(views)])
    axes.set_xlabel(f"{label}; stroke: the estimate")
    return figure


def bottleneck_figure(view: View, width: float) -> Any:
    """What each resource needs for one step of each layer; the slowest, filled, is what limits the throughput."""
    layers = view.occupation
    figure, axes = _figure(width, 0.9 + 0.16 * max(len(layers), 3))
    resources = list(dict.fromkeys(name for _, times in layers for name in times))
    markers = "osD^v<>ph*"
    for row, (_, times) in zip(range(len(layers))[::-1], layers, strict=True):
        slowest = max(times, key=lambda name: times[name]) if times else ""
        for name, time in times.items():
            index = resources.index(name)
            colour = _COLOURS[index % 6]
            face = colour if name == slowest else "white"
            axes.plot([time], [row], markers[index % len(markers)], ms=4.0, mec=colour, mfc=face, mew=0.8)
        if times:
            axes.plot((min(times.values()), times[slowest]), (row, row), color="#cccccc", lw=0.6, zorder=0)
    axes.set_xscale("log")
    _quantity_axis(axes.xaxis, "s")
    axes.set_yticks(range(len(layers)), [name for name, _ in reversed(layers)])
    axes.set_ylim(-0.6, max(len(layers), 2) - 0.4)
    axes.set_xlabel("time for one step of the layer; filled: what limits it")
    lines = report_module("matplotlib.lines")
    handles = [
        lines.Line2D(
            [], [], ls="", marker=markers[i % len(markers)], ms=4.0, color=_COLOURS[i % 6], label=words(name)
        )
        for i, name in enumerate(resources)
    ]
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    return figure


def area_map_figure(view: View, width: float) -> Any:
    """The chip as a rectangle divided among its components in proportion to their area; no placement is implied."""
    found = view.breakdown("area", "component")
    slices = found.slices if found else ()
    figure, axes = _figure(width, width * 0.8)
    for index, (item, (x, y, w, h)) in enumerate(
        zip(slices, squarified([s.value for s in slices]), strict=True)
    ):
        white = item.name.endswith("white_space")
        tone = "#ffffff" if white else ("#dddddd", "#bbbbbb", "#eeeeee", "#cccccc")[index % 4]
        axes.add_patch(
            report_module("matplotlib.patches").Rectangle(
                (x, y), w, h, facecolor=tone, edgecolor="black", linewidth=0.5, hatch="//" if white else ""
            )
        )
        text = f"{words(item.name)}\n{shown(item.value, 'm^2')}"
        if w * width * 72 > 3.9 * max(map(len, text.splitlines())) and h * width * 0.8 * 72 > 19.0:
            axes.text(
                x + w / 2,
                y + h / 2,
                text,
                ha="center",
                va="center",
                fontsize=6.0,
                bbox={"facecolor": tone, "edgecolor": "none", "pad": 1.0},
            )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_axis_off()
    axes.set_title(
        f"{view.architecture} for {view.workload}: {shown(view.estimate.totals['area_m2'], 'm^2')}"
    )
    return figure


def squarified(values: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """Rectangles (left, bottom, width, height) in the unit square, near to squares, for values in falling order.

    Examples
    --------
    >>> squarified([2.0, 1.0, 1.0])
    [(0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5)]
    """
    total = sum(values)
    left = [value / total for value in values] if total > 0.0 else []
    placed: list[tuple[float, float, float, float]] = []
    x, y, w, h = 0.0, 0.0, 1.0, 1.0
    while left:
        side = min(w, h)
        count, worst = 0, math.inf
        while count < len(left):
            row = left[: count + 1]
            if sum(row) <= 0.0:
                break
            depth = sum(row) / side
            now = max(max(depth / (v / depth), (v / depth) / depth) if v > 0.0 else worst for v in row)
            if now > worst:
                break
            count, worst = count + 1, now
        count = max(count, 1)
        row = left[:count]
        depth = sum(row) / side if side else 0.0
        spot = 0.0
        for value in row:
            length = value / depth if depth else 0.0
            placed.append((x, y + spot, depth, length) if w >= h else (x + spot, y, length, depth))
            spot += length
        x, y, w, h = (x + depth, y, w - depth, h) if w >= h else (x, y + depth, w, h - depth)
        left = left[count:]
    return placed


def sweep_figure(points: Any, columns: Sequence[str], width: float) -> Any:
    """Two results of every point of a sweep with their Pareto front (less is better)."""
    figure, axes = _figure(width, width * 0.75)
    table = points.dropna()
    table = table[np.all(table > 0.0, axis=1)]
    front = table[lower_left_front(table)].sort_values(columns[0])
    axes.plot(table[columns[0]], table[columns[1]], "o", ms=1.6, color="#999999", mew=0.0, rasterized=True)
    axes.plot(front[columns[0]], front[columns[1]], "-o", ms=2.6, color="black", drawstyle="steps-post")
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis, name in ((axes.xaxis, columns[0]), (axes.yaxis, columns[1])):
        _quantity_axis(axis, label_and_unit(name)[1])
    axes.set_xlabel(label_and_unit(columns[0])[0])
    axes.set_ylabel(label_and_unit(columns[1])[0])
    axes.set_title(f"{len(table)} points of the sweep and their Pareto front")
    return figure


def lower_left_front(table: Any) -> Any:
    """Which rows of two columns no other row undercuts in both, in the order of `n log n`."""
    values = np.asarray(table, dtype=np.float64)
    order = np.lexsort((values[:, 1], values[:, 0]))
    kept = np.zeros(len(values), dtype=bool)
    best = math.inf
    for index in order:
        if values[index, 1] < best:
            kept[index], best = True, values[index, 1]
    return kept
