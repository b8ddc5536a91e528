"""What measured values have taught, as a figure: causes and totals before and after."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroest.core.errors import NeuroestError
from neuroest.core.statistics import NORMAL_P90
from neuroest.plotting import quantity_axes, style
from neuroest.reporting.formatting import short_causes
from neuroest.results.quantities import QUANTITIES

if TYPE_CHECKING:
    from neuroest.results.estimate import Band
    from neuroest.validation.learnt import Learnt

_MOST = 10
_BEFORE = {"color": "#bdbdbd", "linewidth": 5.0}
_AFTER = {"color": "black", "linewidth": 1.6}
_ELSEWHERE = {"color": "#0072b2", "linewidth": 1.6}


@style.styled
def learnt_figure(learnt: Learnt, path: str | Path | None) -> Any:
    """Scores of the causes, and measured values and totals relative to their medians before, p10 to p90."""
    causes = learnt.causes[:_MOST]
    if not causes:
        raise NeuroestError("no cause moved: the values say nothing about this chip")
    rows = max(len(causes), len(learnt.values) + len(learnt.totals))
    figure, (left, right) = style.new_figure(style.PAGE, 1.1 + 0.19 * rows, ncols=2)
    for row, one in enumerate(reversed(causes)):
        left.plot([-NORMAL_P90, NORMAL_P90], [row, row], **_BEFORE)
        ends = [one.moved + sign * NORMAL_P90 * one.narrowed for sign in (-1.0, 1.0)]
        left.plot(ends, [row, row], **_AFTER)
        left.plot([one.moved], [row], "o", color="black", markersize=3)
    names = short_causes([one.cause.replace("model_discrepancy:", "model ") for one in causes])[::-1]
    left.set_yticks(range(len(causes)), [style.named(name) for name in names])
    quantity_axes.quantity_axis(left.xaxis, "1", "standard deviations of the prior")
    _ratios(right, learnt)
    figure.legend(
        handles=[
            style.line(label="before", **_BEFORE), style.line(label="this chip", **_AFTER),
            style.line(label="another chip", **_ELSEWHERE),
            style.line(label="measured", color="#d55e00", marker="D", linestyle="none", markersize=4),
        ],
        loc="outside lower center", ncols=4,
    )  # fmt: skip
    style.headline(figure, f"{learnt.architecture}: {learnt.calibration.spec.name}")
    return style.save_figure(figure, path)


def _ratios(axes: Any, learnt: Learnt) -> None:
    """Totals and measured values over their medians before."""
    names: list[str] = []
    for total in reversed(learnt.totals):
        at = len(names)
        _bar(axes, at, total.prior, total.prior.median, _BEFORE)
        _bar(axes, at + 0.15, total.here, total.prior.median, _AFTER)
        _bar(axes, at - 0.15, total.elsewhere, total.prior.median, _ELSEWHERE)
        names.append(QUANTITIES[total.name].label)
    for value in reversed(learnt.values):
        at = len(names)
        _bar(axes, at, value.before, value.before.median, _BEFORE)
        _bar(axes, at, value.after, value.before.median, _AFTER)
        axes.plot([value.value / value.before.median], [at], "D", color="#d55e00", markersize=4)
        names.append(value.name if value.used else f"{value.name} (contradicts)")
    axes.set_yticks(range(len(names)), [style.named(name) for name in names])
    axes.set_xscale("log")
    quantity_axes.logarithmic(axes.xaxis, "1", "ratio to the median before")


def _bar(axes: Any, row: float, band: Band, over: float, look: dict[str, Any]) -> None:
    if over > 0.0 and math.isfinite(band.low) and band.low > 0.0:
        axes.plot([band.low / over, band.high / over], [row, row], **look)
