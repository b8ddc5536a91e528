"""Breakdowns of totals: as shares of a bar, and in absolute terms with bands."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neuroest.plotting import quantity_axes, style
from neuroest.reporting.estimate_views import Breakdown, View
from neuroest.reporting.formatting import formatted, percent, typeset
from neuroest.reporting.text_style import words

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
    fills = {by: _fills(found_of[by]) for by in _KINDS}
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
    quantity_axes.logarithmic(first.xaxis, unit, label)
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


def _fills(found: Sequence[Breakdown | None]) -> dict[str, Mapping[str, str]]:
    return {name: style.fill_of(index) for index, name in enumerate(_largest(found, _MOST_PARTS))}


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
    quantity_axes.quantity_axis(axes.xaxis, "%", f"share by {by}")
    return others


def _largest(found: Sequence[Breakdown | None], most: int) -> list[str]:
    """Names of the parts that are large in some design; what is small in all of them is not among them."""
    best = _largest_shares(found)
    order = sorted(best.items(), key=lambda pair: -pair[1])
    large = [name for name, share in order if share >= _LEAST_SHARE and not _is_neuron(name)]
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
        quantity_axes.logarithmic(panel.xaxis, unit, f"{label} by {by}, p10 to p90")
        panel.set_yticks(range(len(names)), [words(name) for name in reversed(names)])
        panel.set_ylim(-0.6, max(len(names), 1) - 0.4)
        panel.grid(axis="x", color="#dddddd", lw=0.4)
        panel.set_axisbelow(True)
    handles = [
        style.line(
            color=style.colour(i),
            marker=style.marker(i),
            ms=3.0,
            lw=0.9,
            label=style.named(view.label),
        )
        for i, view in enumerate(views)
    ]
    columns = style.legend_columns(figure.get_figwidth(), [one.get_label() for one in handles], len(views))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
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
