"""Effect of the input spreads: tornado and distributions, and what measured values have taught."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.statistics import NORMAL_P90, quantiles
from neuroest.plotting import style
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import short_causes
from neuroest.results.quantities import QUANTITIES, label_and_unit

if TYPE_CHECKING:
    from neuroest.exploration.sensitivity import Bar, SensitivityResult
    from neuroest.exploration.uncertainty import UncertaintyResult
    from neuroest.results.estimate import Band
    from neuroest.validation.calibrate import Learnt

_LOW = {"facecolor": "white", "hatch": "////"}
_HIGH = {"facecolor": "#56b4e9"}
_MOST_BARS = 10
_BAR = 0.25
"""Inches of a bar, whose name may have two lines."""
_LONGEST_TITLE = 46
_PALE = "#d9d9d9"


def _tornado(figure: Any, axes: Any, bars: Sequence[Bar], base: float, total: str) -> None:
    """Bars from the total at a cause's p10 to the total at its p90, the longest on top."""
    for row, bar in enumerate(reversed(bars)):
        for end, fill in ((bar.low, _LOW), (bar.high, _HIGH)):
            if math.isfinite(end):
                axes.barh(row, end - base, left=base, height=0.65, edgecolor="black", linewidth=0.4, **fill)
            else:
                axes.text(base, row, " no estimate at one end", va="center", fontsize=style.points(5.5))
    axes.set_yticks(
        range(len(bars)),
        [style.named(cause) for cause in short_causes([b.cause for b in bars])[::-1]],
        multialignment="right",
    )
    axes.axvline(base, color="black", lw=0.8)
    if all(end > 0.0 for bar in bars for end in (base, bar.low, bar.high) if math.isfinite(end)):
        axes.set_xscale("log")
    style.result_axis(axes.xaxis, total)
    handles = [style.patch("parameter at its p10", _LOW), style.patch("at its p90", _HIGH)]
    style.legend_outside(figure, 2, handles)


def tornado_figure(view: View, width: float, total: str = "energy_per_inference_J") -> Any:
    """A total of an estimate with each cause of uncertainty at its p10 and p90, and the others as stated."""
    bars = view.tornado(total)[:_MOST_BARS]
    figure, axes = style.new_figure(width, 0.95 + _BAR * max(len(bars), 2))
    _tornado(figure, axes, bars, view.estimate.totals[total] or math.nan, total)
    style.headline(axes, style.design_label(view, total, _LONGEST_TITLE))
    return figure


@style.styled
def sensitivity_figure(result: SensitivityResult, quantity: str, path: str | Path | None, most: int) -> Any:
    """Bars from p10 to p90 of each cause, and its Sobol indices at the right where there are any."""
    check_names("result", [quantity], result.tornado)
    bars = [bar for bar in result.tornado[quantity] if bar.low != bar.high][:most]
    if not bars:
        raise NeuroestError(f"no spread moves {quantity}")
    shares = {share.cause: share for share in result.sobol.get(quantity, ())}
    panels: dict[str, Any] = {"ncols": 2, "sharey": True, "width_ratios": (5, 3)} if shares else {}
    figure, found = style.new_figure(
        style.PAGE if shares else 0.75 * style.PAGE, 0.95 + _BAR * max(len(bars), 2), **panels
    )
    axes = found[0] if shares else found
    _tornado(figure, axes, bars, result.base[quantity], quantity)
    if shares:
        # first-order and total shares of the variance
        drawn = [(row, shares[bar.cause]) for row, bar in enumerate(reversed(bars)) if bar.cause in shares]
        for shift, fill, label, numbers in (
            (0.15, "white", "first order", [(s.first, s.first_confidence) for _, s in drawn]),
            (-0.15, "black", "total", [(s.total, s.total_confidence) for _, s in drawn]),
        ):
            found[1].errorbar(
                [value for value, _ in numbers], [row + shift for row, _ in drawn],
                xerr=[width for _, width in numbers], fmt="o", markersize=3.5,
                color="black", markerfacecolor=fill, linewidth=0.8, label=label,
            )  # fmt: skip
        found[1].axvline(0.0, color=_PALE, linewidth=0.6, zorder=0)
        found[1].set_xlim(left=min(-0.05, found[1].get_xlim()[0]), right=max(1.0, found[1].get_xlim()[1]))
        style.quantity_axis(found[1].xaxis, "1", "Sobol index, 95 % confidence")
        found[1].legend(loc="lower right")
    style.headline(figure, result.label)
    return style.save_figure(figure, path)


def distribution_figure(views: Sequence[View], width: float, total: str = "energy_per_inference_J") -> Any:
    """Distribution of a total over the uncertainty of the inputs, one row a design."""
    views = [view for view in views if view.samples[total].size][: style.MOST_DESIGNS]
    figure, axes = style.new_figure(width, 0.8 + 0.26 * max(len(views), 2))
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
        found = view.estimate.headline(total)
        axes.plot([found.value], [row], "|", color="black", ms=7.0, mew=1.2)
        axes.plot([found.nominal], [row], "o", color="black", ms=2.5, mfc="white", mew=0.8)
    style.logarithmic(axes.xaxis, unit, label)
    axes.set_yticks(range(len(views)), [style.design_label(view, total) for view in reversed(views)])
    marks = [
        style.line(ls="", marker="|", color="black", ms=7.0, mew=1.2, label="median"),
        style.line(ls="", marker="o", color="black", ms=2.5, mfc="white", mew=0.8, label="nominal"),
    ]
    style.legend_outside(figure, 2, marks)
    return figure


@style.styled
def uncertainty_figure(result: UncertaintyResult, quantity: str, path: str | Path | None) -> Any:
    """Cumulative distributions of both levels and of each alone."""
    check_names("result", [quantity], result.samples)
    values = result.samples[quantity]
    figure, axes = style.new_figure(0.75 * style.PAGE, 3.0)
    for label, part, dashes, width, colour in (
        ("knowledge of the means alone", values[1:, 0], "-", 3.0, "#8c8c8c"),
        ("variability of devices alone", values[0, 1:], ":", 1.4, "black"),
        ("both", values[1:, 1:], "-", 0.9, "black"),
    ):
        known = np.sort(part[np.isfinite(part)])
        if known.size:
            shares = np.arange(1, known.size + 1) / known.size
            axes.step(known, shares, dashes, color=colour, linewidth=width, label=label)
    for level in (0.1, 0.5, 0.9):
        axes.axhline(level, color=_PALE, linewidth=0.6, zorder=0)
    axes.set_yticks([0.0, 0.1, 0.5, 0.9, 1.0], ["0", "p10", "p50", "p90", "1"])
    low, high = quantiles(values[np.isfinite(values)], (0.005, 0.995))
    style.result_axis(axes.xaxis, quantity, (low, high))
    if high > low:
        axes.set_xlim(low, high)
    axes.set_ylabel("Share of the samples below")
    style.legend_outside(figure, 3)
    style.headline(figure, result.label)
    return style.save_figure(figure, path)


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
    style.quantity_axis(left.xaxis, "1", "standard deviations of the prior")
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
    style.logarithmic(axes.xaxis, "1", "ratio to the median before")


def _bar(axes: Any, row: float, band: Band, over: float, look: dict[str, Any]) -> None:
    if over > 0.0 and math.isfinite(band.low) and band.low > 0.0:
        axes.plot([band.low / over, band.high / over], [row, row], **look)
