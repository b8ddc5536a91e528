"""Tiers of a stacked chip over each other, each with the area of its blocks."""

from typing import Any

from neuroest.core.errors import NeuroestError
from neuroest.plotting import quantity_axes, style
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import percent, short
from neuroest.reporting.text_style import words

_ROW_INCHES, _LEGEND_INCHES = 0.32, 0.135
_MOST_PARTS = 9
_LEAST_SHARE = 0.02
"""Share of the widest tier below which a part is drawn as one of the others; a convention."""


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
    quantity_axes.quantity_axis(axes.xaxis, "m^2", "area")
    axes.set_title("Tiers, share of the area of the die")
    looks = [*fills.values(), style.OTHERS_FILL]
    style.legend_below(below, [style.patch(*look) for look in zip(labels, looks, strict=True)], columns)
    return figure
