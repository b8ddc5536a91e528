"""Designs along an axis with their break-even points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.plotting import quantity_axes, style
from neuroest.reporting.formatting import short_causes

if TYPE_CHECKING:
    from neuroest.exploration.breakeven_result import BreakEvenPoint, BreakevenResult

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
    columns = style.legend_columns(figure.get_figwidth(), axes[0, 0].get_legend_handles_labels()[1], 2)
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(
        *handles, loc="outside lower center", ncols=columns, title=title, title_fontsize=style.points(6.0)
    )
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
    if known.size and quantity_axes.wide(known):
        axes.set_yscale("log")
    few = len(result.values) <= _FEW
    if quantity_axes.wide(result.values) or (few and result.values[-1] == 2.0 * result.values[-2]):
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
    quantity_axes.result_axis(axes.yaxis, quantity, known)
    quantity_axes.quantity_axis(axes.xaxis, result.unit, short_causes([result.label])[0], result.values)
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
