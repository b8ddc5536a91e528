"""What the spread of the inputs does: tornado and distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from neuroest.plotting.canvas import MOST_DESIGNS, design_label, logarithmic, named, new_figure, patch
from neuroest.plotting.exploration import short_causes
from neuroest.reporting.estimate_views import View
from neuroest.results.quantities import label_and_unit

_LOW = {"facecolor": "white", "hatch": "////"}
_HIGH = {"facecolor": "#56b4e9"}
_MOST_BARS = 10
_LONGEST_TITLE = 46


def tornado_figure(view: View, width: float, total: str = "energy_per_inference_J") -> Any:
    """The total with each cause of doubt at its p10 and its p90, the others as they are."""
    bars = view.tornado(total)[:_MOST_BARS]
    figure, axes = new_figure(width, 0.95 + 0.19 * max(len(bars), 2))
    label, unit = label_and_unit(total)
    base = view.estimate.totals[total] or math.nan
    for row, bar in enumerate(reversed(bars)):
        for end, fill in ((bar.low, _LOW), (bar.high, _HIGH)):
            if math.isfinite(end):
                axes.barh(row, end - base, left=base, height=0.65, edgecolor="black", linewidth=0.4, **fill)
            else:
                axes.text(base, row, " no estimate at one end", va="center", fontsize=5.5)
    axes.set_yticks(range(len(bars)), [named(cause) for cause in short_causes([b.cause for b in bars])[::-1]])
    axes.axvline(base, color="black", lw=0.8)
    logarithmic(axes.xaxis, unit)
    axes.set_xlabel(label)
    axes.set_title(design_label(view, total, _LONGEST_TITLE))
    handles = [patch("parameter at its p10", _LOW), patch("at its p90", _HIGH)]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False)
    return figure


def distribution_figure(views: Sequence[View], width: float, total: str = "energy_per_inference_J") -> Any:
    """Distribution of a total over what is not known of the inputs, one row a design."""
    views = [view for view in views if view.samples[total].size][:MOST_DESIGNS]
    figure, axes = new_figure(width, 0.8 + 0.26 * max(len(views), 2))
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
    logarithmic(axes.xaxis, unit)
    axes.set_yticks(range(len(views)), [design_label(view, total) for view in reversed(views)])
    # beside long names the label is wider than the axes
    axes.set_xlabel(f"{label}; stroke: the estimate", loc="right")
    return figure
