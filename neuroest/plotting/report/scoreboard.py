"""Predicted against published, with what speaks of the designs of a report standing out."""

from __future__ import annotations

import math
from typing import Any

from neuroest.plotting.canvas import COLOURS, MARKERS, line, logarithmic, new_figure
from neuroest.reporting.formatting import words
from neuroest.reporting.validation_coverage import CLASSES, ValidationCoverage
from neuroest.validation.record import in_si

_AROUND = (0.5, 2.0)


def scoreboard_figure(standing: ValidationCoverage, width: float) -> Any:
    """Left every scored value, predicted against published; right the ratio of the bottom-up values with bands."""
    alike = {(row.case, row.quantity) for row in standing.rows}
    rows = [row for row in standing.record.rows if row.scored and row.predicted > 0.0]
    bottom_up = [row for row in rows if row.quantity_class == "bottom_up"]
    cases = list(dict.fromkeys(row.case for row in bottom_up))
    figure, axes = new_figure(width, max(2.3, 0.9 + 0.21 * len(cases)), 2, width_ratios=(1.0, 1.15))
    style = dict(zip(CLASSES, zip(MARKERS, COLOURS, strict=False), strict=False))
    ends = []
    for row in rows:
        published, predicted, _, _ = in_si(row)
        marker, colour = style[row.quantity_class]
        face = colour if (row.case, row.quantity) in alike else "none"
        axes[0].plot([published], [predicted], marker, ms=3.0, mfc=face, mec=colour, mew=0.6)
        ends += [published]
    span = (min(ends) / 3.0, max(ends) * 3.0)
    axes[0].plot(span, span, color="black", lw=0.6)
    axes[0].fill_between(
        span, [s * _AROUND[0] for s in span], [s * _AROUND[1] for s in span], color="#e8e8e8", lw=0
    )
    logarithmic(axes[0].xaxis, "1", 6)
    logarithmic(axes[0].yaxis, "1", 6)
    axes[0].set_xlabel("published, in SI units; grey: a factor of two")
    axes[0].set_ylabel("predicted")
    _ratios(axes[1], standing, bottom_up, cases, alike, style["bottom_up"][1])
    handles = [line(ls="", marker=m, ms=3.5, color=c, label=words(name)) for name, (m, c) in style.items()]
    handles.append(
        line(ls="", marker="o", ms=3.5, mfc="none", mec="black", label="open: other kind of design")
    )
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
    return figure


def _ratios(
    axes: Any,
    standing: ValidationCoverage,
    rows: Any,
    cases: list[str],
    alike: set[tuple[str, str]],
    colour: str,
) -> None:
    for place, case in enumerate(reversed(cases)):
        own = [row for row in rows if row.case == case]
        for index, row in enumerate(own):
            at = place + 0.7 * ((index + 0.5) / len(own) - 0.5)
            low, high = row.low / row.published, row.high / row.published
            if low > 0.0 and math.isfinite(high):
                axes.plot((low, high), (at, at), color=colour, lw=0.6)
            face = colour if (row.case, row.quantity) in alike else "white"
            axes.plot([row.ratio], [at], MARKERS[2], ms=2.4, mfc=face, mec=colour, mew=0.5)
    axes.axvline(1.0, color="black", lw=0.6)
    logarithmic(axes.xaxis, "1", 6)
    found = standing.record.by_case
    axes.set_yticks(
        range(len(cases)),
        [found[c].title + ("" if found[c].is_chip else " (no chip)") for c in reversed(cases)],
    )
    axes.set_ylim(-0.6, len(cases) - 0.4)
    axes.set_xlabel("predicted over published, bottom-up")
