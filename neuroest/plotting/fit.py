"""Figure of a fit for a paper: data, curve and band of each experiment, sweeps in the order of time."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Array
from neuroest.equations import device_curves
from neuroest.fitting.adequacy import quantile
from neuroest.fitting.estimation import Fit
from neuroest.fitting.headers import LABELS
from neuroest.fitting.laws.base import LawFit
from neuroest.fitting.laws.curve import CurveLaw
from neuroest.fitting.laws.resistive import surviving
from neuroest.fitting.predictions import Rows
from neuroest.plotting import quantity_axes, style
from neuroest.reporting.formatting import typeset

_POINTS = 160
_BEYOND = 0.04
"""How far a curve goes on beyond its data, over the span of the axis."""
_MOST_CURVES = 6
_PANELS_IN_A_ROW = 3
_BAND = "80 % band"
_DIFFERENCE = 1e-4
_TOLD = 0.8
"""Probability of a band."""
_TINY = 1e-300


@frozen_dataclass
class Curve:
    """One curve with its band, the rows of data that belong to it, and what sets it apart from the others."""

    x: Array
    y: Array
    low: Array | None
    high: Array | None
    rows: Array
    label: str = ""


@style.styled
def draw_fit(result: Fit, path: Path, label: str = "data") -> None:
    """Data with curve and band, one panel an experiment."""
    count = len(result.rows)
    across = 2 if count == 2 * 2 else min(count, _PANELS_IN_A_ROW)
    down = -(-count // across)
    width = style.PAGE if across > 1 else 0.6 * style.PAGE
    figure, axes = style.new_figure(width, 2.3 * down + 0.2, nrows=down, ncols=across, squeeze=False)
    for place, part in enumerate(result.rows):
        axis = axes[place // across][place % across]
        law = next((fit for fit in result.laws if fit.rows is part), None)
        if part.experiment.layout.name == "current_voltage":
            _sweep(axis, part, law, label)
        else:
            _experiment(axis, part, law, label)
    for place in range(count, across * down):
        axes[place // across][place % across].remove()
    if result.rejected:
        style.headline(figure, "model rejected by the data")
    style.save_figure(figure, path)


def abscissa(part: Rows) -> str:
    """The setting that changes most from row to row."""
    layout = part.experiment.layout
    columns = part.experiment.columns
    if layout.name == "endurance":
        return "failed"
    choices = [name for name in layout.columns if name != layout.result]
    return max(choices, key=lambda name: (len(np.unique(columns[name][part.used])), name == "voltage"))


def curves(part: Rows, law: LawFit | None) -> list[Curve]:
    """One curve for each combination of the other settings."""
    layout, columns = part.experiment.layout, part.experiment.columns
    along = abscissa(part)
    others = [name for name in layout.columns if name not in {layout.result, along}]
    varied = [name for name in others if len(np.unique(columns[name][part.used])) > 1]
    settings = (
        np.stack([columns[name][part.used] for name in varied]) if varied else np.zeros((1, len(part.used)))
    )
    kinds, label = np.unique(settings, axis=1, return_inverse=True)
    found = []
    for kind in range(kinds.shape[1]):
        rows = np.flatnonzero(label.ravel() == kind)
        words = ", ".join(
            _setting(name, float(kinds[at, kind]), layout.columns[name]) for at, name in enumerate(varied)
        )
        formula = law is not None and isinstance(law.law, CurveLaw)
        made = _by_formula if formula else _by_rows
        found.append(made(part, law, along, rows, words))
    return found


def _setting(name: str, value: float, unit: str) -> str:
    """A setting in the legend."""
    if name == "rising":
        return "pulses up" if value else "pulses down"
    return typeset(format_quantity(value, unit, 3))


def _by_rows(part: Rows, _law: LawFit | None, along: str, rows: Array, words: str) -> Curve:
    """The predictions of the rows themselves, in the order of the abscissa; one where rows repeat."""
    x = part.experiment.columns[along][part.used][rows]
    kept = np.unique(x, return_index=True)[1]
    ends = [None if end is None else end[rows][kept] for end in (part.low, part.high)]
    if part.experiment.layout.name == "firing_probability":
        ends = [None if end is None else np.clip(end, 0.0, 1.0) for end in ends]
    return Curve(x[kept], part.predicted[0][rows][kept], ends[0], ends[1], rows, words)


def _by_formula(part: Rows, law: LawFit | None, along: str, rows: Array, words: str) -> Curve:
    """The law between and a little beyond its rows, with the band of its parameters and of its misfit."""
    if law is None or not isinstance(law.law, CurveLaw):
        raise TypeError("a curve by formula needs a law that is one")
    columns = {name: values[part.used][rows] for name, values in part.experiment.columns.items()}
    x = columns[along]
    if quantity_axes.wide(x[x > 0.0]) and np.all(x > 0.0) and along != "pulse":
        low, high = np.log(np.min(x)), np.log(np.max(x))
        grid = np.exp(np.linspace(low - _BEYOND * (high - low), high + _BEYOND * (high - low), _POINTS))
    else:
        span = float(np.ptp(x))
        start = float(np.min(x)) - (_BEYOND * span if np.min(x) > _BEYOND * span else 0.0)
        grid = np.linspace(start, float(np.max(x)) + _BEYOND * span, _POINTS)
    fixed = {name: np.full(_POINTS, values[0]) for name, values in columns.items()} | {along: grid}
    names = [name for name in law.law.unknowns if name in law.values]

    def predicted(shift: Mapping[str, float]) -> Array:
        formula: Any = law.law
        values = {
            name: np.asarray(value) for name, value in {**law.settings, **law.bounds, **law.values}.items()
        }
        for name, way in shift.items():
            values[name] = values[name] + way if name in formula.signed else values[name] * np.exp(way)
        return np.asarray(formula.predict(fixed, values), dtype=float)

    middle = predicted({})
    chance = part.experiment.layout.name == "firing_probability"
    slopes = []
    for name in names:
        up, down = predicted({name: _DIFFERENCE}), predicted({name: -_DIFFERENCE})
        change = up - down if chance else np.log(np.maximum(up, _TINY) / np.maximum(down, _TINY))
        slopes.append(change / (2.0 * _DIFFERENCE))
    ways = np.array(slopes) * np.array([law.deviations[name] for name in names])[:, None]
    # what follows from the fit has a band too, and is no part of the curve
    kept = [[*law.values].index(name) for name in names]
    correlation = law.correlation[np.ix_(kept, kept)]
    spread = np.sqrt(np.maximum(np.einsum("ik,ij,jk->k", ways, correlation, ways), 0.0))
    reach = quantile(_TOLD, min(law.freedoms[name] for name in names)) * spread
    ends = (middle - reach, middle + reach) if chance else (middle * np.exp(-reach), middle * np.exp(reach))
    if chance:
        ends = (np.maximum(ends[0], 0.0), np.minimum(ends[1], 1.0))
    if part.experiment.layout.name == "firing_rate":
        # slopes have no limit where firing starts, yet no neuron fires faster at a smaller current
        ends = (ends[0], np.minimum.accumulate(ends[1][::-1])[::-1])
    return Curve(grid, middle, ends[0], ends[1], rows, words)


def _experiment(axis: Any, part: Rows, law: LawFit | None, label: str) -> None:
    layout = part.experiment.layout
    along = abscissa(part)
    x, unit = part.experiment.columns[along][part.used], layout.columns[layout.result]
    x_unit = layout.columns[along]
    if layout.name == "endurance" and law is not None:
        _lifetimes(axis, part, law, label)
        return
    drawn = curves(part, law)
    several = len(drawn) > 1
    some = np.unique(np.linspace(0, len(drawn) - 1, min(len(drawn), _MOST_CURVES)).round().astype(int))
    for number, curve in enumerate(drawn[at] for at in some):
        colour = style.colour(number)
        name = curve.label if several else "fit, 80 % band"
        alone = len(curve.x) == 1  # a line or an area through one point would not be seen
        axis.plot(curve.x, curve.y, "_" if alone else "-", ms=9.0, color=colour, label=name, zorder=3)
        if curve.low is not None and curve.high is not None:
            band = axis.vlines if alone else axis.fill_between
            band(curve.x, curve.low, curve.high, color=colour, alpha=0.2, linewidth=6.0 if alone else 0.0)
        shown = "" if several and number else label
        axis.plot(
            x[curve.rows],
            part.measured[curve.rows],
            label=shown or None,
            **_points(number, colour if several else "black"),
        )
    if len(some) < len(drawn):
        axis.plot([], [], linestyle="none", label=f"{len(some)} of {len(drawn)} settings")
    if quantity_axes.wide(part.measured[part.measured > 0.0]) and unit != "%" and np.all(part.measured > 0.0):
        axis.set_yscale("log")
    if np.all(x > 0.0) and quantity_axes.wide(x) and along != "pulse":
        axis.set_xscale("log")
    quantity_axes.quantity_axis(axis.yaxis, "1" if unit == "%" else unit, LABELS[layout.result])
    quantity_axes.quantity_axis(axis.xaxis, x_unit, LABELS[along])
    axis.legend(loc="best")


def _lifetimes(axis: Any, part: Rows, law: LawFit, label: str) -> None:
    """Share of the devices that have failed after a number of cycles, those still tested counted as in the law."""
    cycles, failed = part.experiment.columns["cycles"], part.experiment.columns["failed"] > 0.0
    used, survive = surviving(cycles, failed)
    low, high = np.log(np.min(cycles)), np.log(np.max(cycles))
    grid = np.exp(np.linspace(low - _BEYOND * (high - low), high + _BEYOND * (high - low), _POINTS))

    def share(life: float, shape: float) -> Array:
        scale = life / float(np.log(2.0)) ** (1.0 / shape)
        return np.asarray(1.0 - device_curves.surviving_share(grid, scale, shape))

    life, shape = law.values["endurance"], law.values["shape"]
    corners = [
        share(life * law.factor("endurance") ** a, shape * law.factor("shape") ** b)
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    axis.plot(grid, 100.0 * share(life, shape), color=style.colour(0), label=f"fit, {_BAND}")
    axis.fill_between(
        grid,
        100.0 * np.min(corners, axis=0),
        100.0 * np.max(corners, axis=0),
        color=style.colour(0),
        alpha=0.2,
        linewidth=0,
    )
    axis.plot(cycles[used], 100.0 * (1.0 - survive), label=label, **_points(0))
    if quantity_axes.wide(cycles):
        axis.set_xscale("log")
    quantity_axes.quantity_axis(axis.xaxis, "1", "cycles")
    quantity_axes.quantity_axis(axis.yaxis, "1", "failed devices (%)")
    axis.legend(loc="best")


def _points(number: int, colour: str = "black") -> dict[str, Any]:
    return {
        "color": colour, "marker": style.marker(number), "linestyle": "none", "markersize": 2.6,
        "markerfacecolor": "white", "markeredgewidth": 0.6, "zorder": 5, "alpha": 0.8,
    }  # fmt: skip


def _sweep(axis: Any, part: Rows, law: LawFit | None, label: str) -> None:
    """Current against voltage in the order in which it was measured, so that a hysteresis stays a loop.

    The bands are those of the voltages at which the switch turns on and off.
    """
    columns = part.experiment.columns
    voltage = columns["voltage"][part.used]
    breaks = [0, *np.flatnonzero(_restarts(part)), len(voltage)]
    for number, (start, end) in enumerate(itertools.pairwise(sorted(set(breaks)))):
        axis.plot(voltage[start:end], part.measured[start:end], color="0.6", linewidth=0.6,
                  marker="o", markersize=1.5, label=None if number else label)  # fmt: skip
    first = sorted(set(breaks))[1]
    axis.plot(
        voltage[:first],
        part.predicted[0][:first],
        color=style.colour(0),
        linewidth=1.2,
        label="fit",
        zorder=6,
    )
    for name in ("threshold_voltage", "hold_voltage"):
        if law is None or name not in law.values:
            continue
        middle, factor = law.values[name], law.factor(name)
        for side in {float(np.sign(v)) for v in voltage[:first] if v}:
            ends = sorted((side * middle / factor, side * middle * factor))
            axis.axvspan(*ends, color=style.colour(0), alpha=0.2, linewidth=0, label=_BAND)
    axis.set_yscale("log")
    quantity_axes.quantity_axis(axis.yaxis, "A", "current")
    quantity_axes.quantity_axis(axis.xaxis, "V", "voltage")
    handles, names = axis.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    axis.legend(once.values(), once.keys(), loc="best")


def _restarts(part: Rows) -> Array:
    """Rows at which another sweep begins: another number or device, or a voltage that jumps back."""
    experiment = part.experiment
    labels = np.stack([experiment.column("device", -1.0), experiment.column("cycle", 0.0)])[:, part.used]
    return np.concatenate([[False], np.any(np.diff(labels) != 0.0, axis=0)])
