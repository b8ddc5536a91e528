"""Figures of the device lab: neurons in time, networks in time, and fits with their data."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.agreement import EnergyComparison
from neuroest.dynamics.experiments import Characteristic, Series
from neuroest.dynamics.in_time import Array
from neuroest.dynamics.run import Traces
from neuroest.equations import device_curves
from neuroest.fitting.adequacy import quantile
from neuroest.fitting.estimation import Fit
from neuroest.fitting.headers import LABELS
from neuroest.fitting.laws.base import LawFit
from neuroest.fitting.laws.curve import CurveLaw
from neuroest.fitting.laws.resistive import surviving
from neuroest.fitting.predictions import Rows
from neuroest.network_simulation.comparison import NetworkSimulation
from neuroest.plotting import style
from neuroest.reporting.formatting import typeset

MEASURED: Mapping[str, Any] = {
    "color": "black",
    "marker": "s",
    "linestyle": "none",
    "markerfacecolor": "white",
    "zorder": 5,
}
"""Measured points."""
_MOST_SPIKES = 12
_STEPS = 1e-4
"""Range of intervals over their mean up to which they are the same but for numerics; numerical."""


@style.styled
def draw_characteristic(found: Characteristic, path: Path) -> None:
    """Curves of one characteristic, next to the intervals or waveforms of a typical device where it has some."""
    intervals = np.zeros(0) if found.intervals is None else found.intervals
    many = len(intervals) > 10 and np.ptp(intervals) > _STEPS * np.mean(intervals)
    if not many and not found.waveforms:
        figure, right = style.new_figure(0.6 * style.PAGE, 3.0)
    else:
        figure, (left, right) = style.new_figure(style.PAGE, 3.0, ncols=2, width_ratios=(1, 1.15))
        if many:
            bins: Any = 40
            if style.wide(intervals):
                bins = np.geomspace(np.min(intervals), np.max(intervals), bins)
                left.set_xscale("log")
            left.hist(intervals, bins=bins, color=style.colour(0), edgecolor="white", linewidth=0.3)
            style.quantity_axis(left.xaxis, "s", "interval between spikes")
            left.set_ylabel("Number of intervals")
            left.yaxis.set_major_locator(style.matplotlib("ticker").MaxNLocator(integer=True))
        else:
            _waveforms(left, found.waveforms)
    drawn = 0
    for series in found.series:
        _curve(right, series, drawn)
        drawn += not series.measured
    across, up = (
        np.concatenate([np.ravel(getattr(one, axis)) for one in found.series]) for axis in ("x", "y")
    )
    if found.logarithmic or (found.x[1] != "1" and _spans(across)):
        right.set_xscale("log")
    if found.y[1] != "1" and (found.logarithmic or _spans(up)):
        right.set_yscale("log")
    elif "probability" not in found.y[0]:
        right.set_ylim(bottom=0.0)
    style.quantity_axis(right.xaxis, found.x[1], found.x[0])
    style.quantity_axis(right.yaxis, found.y[1], found.y[0])
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), borderaxespad=0.2)
    style.headline(figure, found.title)
    style.save_figure(figure, path)


def _spans(values: Any) -> bool:
    """Whether values span so much that their axis is logarithmic; a zero, as of a silent neuron, needs a linear one."""
    finite = values[np.isfinite(values)]
    return bool(finite.size) and style.wide(finite)


def _curve(axis: Any, series: Series, number: int) -> None:
    if series.measured:
        axis.plot(series.x, series.y, label=series.label, **MEASURED)
        return
    colour = style.colour(number)
    axis.plot(series.x, series.y, ls=style.dashes(number), color=colour,
              marker=style.marker(number), markersize=3.0, label=series.label)  # fmt: skip
    if series.low is not None and series.high is not None:
        axis.fill_between(series.x, series.low, series.high, color=colour, alpha=0.18, linewidth=0)


def _state(axis: Any, traces: dict[str, Any]) -> None:
    """Membrane, capacitor or material of one neuron over time."""
    time, state = traces["time"], traces["gate"]
    axis.plot(time, state, color=style.colour(0))
    style.quantity_axis(axis.xaxis, "s", "time")
    style.quantity_axis(axis.yaxis, "1", "state of one neuron")


def _waveforms(axis: Any, traces: dict[str, Any]) -> None:
    """Input, gate and filament of the first device; of both where there are two."""
    if "filament" not in traces:
        _state(axis, traces)
        return
    time, gate = traces["time"], traces["gate"][:, 0]
    rises = np.flatnonzero((gate[1:] > 0.5 * np.max(gate)) & (gate[:-1] <= 0.5 * np.max(gate)))
    if len(rises) > _MOST_SPIKES:  # too long to be seen whole: the stretch about the first spikes
        first, last = time[rises[0]], time[rises[_MOST_SPIKES]]
        kept = (time >= first - 0.5 * (last - first)) & (time <= last)
        traces = {name: values[kept] for name, values in traces.items()}
        time = traces["time"]
    axis.step(time, traces["input"][:, 0], where="post", color="0.72", linewidth=0.8, label="input")
    axis.plot(time, traces["gate"][:, 0], color=style.colour(0), label="gate node")
    if traces["gate"].shape[1] > 1:
        axis.step(time, traces["input"][:, 1], where="post", color="0.55", linewidth=0.8, linestyle="--")
        axis.plot(time, traces["gate"][:, 1], "--", color=style.colour(1), label="gate node, higher input")
    state = traces["filament"][:, 0] + traces["residue"][:, 0]
    axis.plot(time, state, ":", color="black", label="filament + residue")
    axis.set_ylim(0.0, 1.35 * max(1.0, float(np.max(traces["input"]))))
    style.quantity_axis(axis.xaxis, "s", "time")
    style.quantity_axis(axis.yaxis, "1", "voltage (V) or state")
    axis.legend(loc="upper left", ncols=2)


@style.styled
def draw_traces(found: Traces, path: Path) -> None:
    """Waveforms of one run: input above, gate or membrane below."""
    traces = found.values
    figure, axes = style.new_figure(0.9 * style.PAGE, 3.4, nrows=2, sharex=True, height_ratios=(1, 2))
    time = traces["time"]
    both = (traces["input"], traces["gate"])
    for axis, trace, label, unit in zip(axes, both, found.labels, found.units[1:], strict=True):
        values = trace if trace.ndim == 1 else trace[:, 0]
        axis.step(time, values, where="post", color=style.colour(0))
        axis.set_ylim(bottom=min(0.0, 1.1 * float(np.min(values))))
        style.quantity_axis(axis.yaxis, unit, label)
    if "filament" in traces:
        twin = axes[1].twinx()
        state = traces["filament"][:, 0] + traces["residue"][:, 0]
        twin.plot(time, state, ":", color="black", linewidth=1.0)
        twin.spines["right"].set_visible(True)
        twin.set_ylim(0.0, 1.05)
        style.quantity_axis(twin.yaxis, "1", "filament + residue (dotted)")
    style.quantity_axis(axes[1].xaxis, found.units[0], "time")
    style.headline(figure, found.title)
    style.save_figure(figure, path)


@style.styled
def draw_energy(compared: EnergyComparison, title: str, path: Path) -> None:
    """Energy of a spike by simulation and by closed form, side by side."""
    figure, axis = style.new_figure(0.9 * style.PAGE, 3.0)
    rows = [row for row in compared.rows if row.simulated > 0.0 or row.closed > 0.0]
    place = np.arange(len(rows))
    for shift, name, colour, hatch in (
        (-0.2, "simulated", style.colour(0), ""), (0.2, "closed form", style.colour(5), "///"),
    ):  # fmt: skip
        values = [row.simulated if name == "simulated" else row.closed for row in rows]
        bars = axis.bar(place + shift, values, 0.38, color=colour, hatch=hatch, edgecolor="black", linewidth=0.5,
                        label=name)  # fmt: skip
        axis.bar_label(bars, [format_quantity(v, "J") if v else "" for v in values], padding=2)
    axis.set_yscale("log")
    axis.margins(y=0.15)
    style.logarithmic(axis.yaxis, "J", "energy of one spike")
    axis.set_xticks(place, [row.term.replace("_", " ") for row in rows])
    axis.legend(loc="upper left")
    style.headline(figure, title)
    style.save_figure(figure, path)


@style.styled
def draw_outcomes(simulation: NetworkSimulation, path: Path) -> None:
    """One row a run: accuracy with its interval on the left, energy of chip and neurons on the right."""
    outcomes, study = simulation.outcomes, simulation.study
    figure, (left, right) = style.new_figure(style.PAGE, 1.2 + 0.24 * len(outcomes), ncols=2, sharey=True)
    place = np.arange(len(outcomes))[::-1]
    values = np.array([100.0 * o.accuracy.value for o in outcomes])
    ends = np.array([[100.0 * o.accuracy.low, 100.0 * o.accuracy.high] for o in outcomes])
    left.axvline(values[0], color="black", linewidth=0.8, linestyle=":")
    left.errorbar(
        values, place, xerr=np.abs(ends.T - values), fmt="o", color=style.colour(0), capsize=2.5, markersize=4
    )
    left.set_yticks(place, [o.name.replace("_", " ") for o in outcomes])
    style.quantity_axis(left.xaxis, "%", "accuracy, 95 % interval")
    style.headline(figure, f"{study.workload.spec.label} on {study.simulation.network.chip.title}")
    for label, colour, marker, energies in (
        ("whole chip, estimate", style.colour(0), "o", [o.energy for o in outcomes]),
        ("neurons, estimate", style.colour(1), "^", [o.estimated_neuron_energy for o in outcomes]),
        ("neurons, simulation", style.colour(2), "x", [o.neuron_energy for o in outcomes]),
    ):
        known = [n for n, e in enumerate(energies) if e]
        if known:
            right.plot(
                [energies[n] for n in known], place[known], marker, color=colour, label=label, markersize=4
            )
    style.logarithmic(right.xaxis, "J", "energy of one inference")
    right.legend(loc="upper center", borderpad=0.0)  # ideal neurons have no energy
    for axes in (left, right):
        axes.grid(axis="y", linewidth=0.3)
    style.save_figure(figure, path)


# --- Fits ----------------------------------------------------------------------------------------------------------

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


def _logarithmic_grid(x: Array) -> Array:
    """Points between the least and the largest value, and a little beyond, evenly spaced on a logarithmic axis."""
    low, high = np.log(np.min(x)), np.log(np.max(x))
    return np.exp(np.linspace(low - _BEYOND * (high - low), high + _BEYOND * (high - low), _POINTS))


def _by_formula(part: Rows, law: LawFit | None, along: str, rows: Array, words: str) -> Curve:
    """The law between and a little beyond its rows, with the band of its parameters and of its misfit."""
    if law is None or not isinstance(law.law, CurveLaw):
        raise TypeError("a curve by formula needs a law that is one")
    columns = {name: values[part.used][rows] for name, values in part.experiment.columns.items()}
    x = columns[along]
    if style.wide(x[x > 0.0]) and np.all(x > 0.0) and along != "pulse":
        grid = _logarithmic_grid(x)
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
    if style.wide(part.measured[part.measured > 0.0]) and unit != "%" and np.all(part.measured > 0.0):
        axis.set_yscale("log")
    if np.all(x > 0.0) and style.wide(x) and along != "pulse":
        axis.set_xscale("log")
    style.quantity_axis(axis.yaxis, "1" if unit == "%" else unit, LABELS[layout.result])
    style.quantity_axis(axis.xaxis, x_unit, LABELS[along])
    axis.legend(loc="best")


def _lifetimes(axis: Any, part: Rows, law: LawFit, label: str) -> None:
    """Share of the devices that have failed after a number of cycles, those still tested counted as in the law."""
    cycles, failed = part.experiment.columns["cycles"], part.experiment.columns["failed"] > 0.0
    used, survive = surviving(cycles, failed)
    grid = _logarithmic_grid(cycles)

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
    if style.wide(cycles):
        axis.set_xscale("log")
    style.quantity_axis(axis.xaxis, "1", "cycles")
    style.quantity_axis(axis.yaxis, "1", "failed devices (%)")
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
    # rows at which another sweep begins: another number or device, or a voltage that jumps back
    experiment = part.experiment
    labels = np.stack([experiment.column("device", -1.0), experiment.column("cycle", 0.0)])[:, part.used]
    breaks = [0, *(np.flatnonzero(np.any(np.diff(labels) != 0.0, axis=0)) + 1), len(voltage)]
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
    style.quantity_axis(axis.yaxis, "A", "current")
    style.quantity_axis(axis.xaxis, "V", "voltage")
    handles, names = axis.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    axis.legend(once.values(), once.keys(), loc="best")
