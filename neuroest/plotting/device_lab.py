"""Figures of the device lab and of a simulated network: for print, in grey and for readers with colour blindness."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.units import format_quantity
from neuroest.dynamics.agreement import EnergyComparison
from neuroest.dynamics.experiments import Characteristic, Series
from neuroest.dynamics.run import Traces
from neuroest.network_simulation.comparison import NetworkSimulation
from neuroest.plotting import quantity_axes, style

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
    many = found.intervals is not None and len(found.intervals) > 10 and _differ(found.intervals)
    if not many and not found.waveforms:
        figure, right = style.new_figure(0.6 * style.PAGE, 3.0)
    else:
        figure, (left, right) = style.new_figure(style.PAGE, 3.0, ncols=2, width_ratios=(1, 1.15))
        if many:
            _histogram(left, found.intervals)
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
    quantity_axes.quantity_axis(right.xaxis, found.x[1], found.x[0])
    quantity_axes.quantity_axis(right.yaxis, found.y[1], found.y[0])
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), borderaxespad=0.2)
    style.headline(figure, found.title)
    style.save_figure(figure, path)


def _spans(values: Any) -> bool:
    """Whether values span so much that their axis is logarithmic; a zero, as of a silent neuron, needs a linear one."""
    finite = values[np.isfinite(values)]
    return bool(finite.size) and quantity_axes.wide(finite)


def _curve(axis: Any, series: Series, number: int) -> None:
    if series.measured:
        axis.plot(series.x, series.y, label=series.label, **MEASURED)
        return
    colour = style.colour(number)
    axis.plot(series.x, series.y, ls=style.dashes(number), color=colour,
              marker=style.marker(number), markersize=3.0, label=series.label)  # fmt: skip
    if series.low is not None and series.high is not None:
        axis.fill_between(series.x, series.low, series.high, color=colour, alpha=0.18, linewidth=0)


def _differ(intervals: Any) -> bool:
    """Whether intervals differ by more than the steps of a simulation."""
    return bool(np.ptp(intervals) > _STEPS * np.mean(intervals))


def _histogram(axis: Any, intervals: Any) -> None:
    bins: Any = 40
    if quantity_axes.wide(intervals):
        bins = np.geomspace(np.min(intervals), np.max(intervals), bins)
        axis.set_xscale("log")
    axis.hist(intervals, bins=bins, color=style.colour(0), edgecolor="white", linewidth=0.3)
    quantity_axes.quantity_axis(axis.xaxis, "s", "interval between spikes")
    axis.set_ylabel("Number of intervals")
    axis.yaxis.set_major_locator(style.matplotlib("ticker").MaxNLocator(integer=True))


def _cropped(traces: dict[str, Any]) -> dict[str, Any]:
    """The stretch about the first spikes, where a run is too long to be seen whole."""
    time, gate = traces["time"], traces["gate"][:, 0]
    rises = np.flatnonzero((gate[1:] > 0.5 * np.max(gate)) & (gate[:-1] <= 0.5 * np.max(gate)))
    if len(rises) <= _MOST_SPIKES:
        return traces
    first, last = time[rises[0]], time[rises[_MOST_SPIKES]]
    kept = (time >= first - 0.5 * (last - first)) & (time <= last)
    return {name: values[kept] for name, values in traces.items()}


def _state(axis: Any, traces: dict[str, Any]) -> None:
    """Membrane, capacitor or material of one neuron over time."""
    time, state = traces["time"], traces["gate"]
    axis.plot(time, state, color=style.colour(0))
    quantity_axes.quantity_axis(axis.xaxis, "s", "time")
    quantity_axes.quantity_axis(axis.yaxis, "1", "state of one neuron")


def _waveforms(axis: Any, traces: dict[str, Any]) -> None:
    """Input, gate and filament of the first device; of both where there are two."""
    if "filament" not in traces:
        _state(axis, traces)
        return
    traces = _cropped(traces)
    time = traces["time"]
    axis.step(time, traces["input"][:, 0], where="post", color="0.72", linewidth=0.8, label="input")
    axis.plot(time, traces["gate"][:, 0], color=style.colour(0), label="gate node")
    if traces["gate"].shape[1] > 1:
        axis.step(time, traces["input"][:, 1], where="post", color="0.55", linewidth=0.8, linestyle="--")
        axis.plot(time, traces["gate"][:, 1], "--", color=style.colour(1), label="gate node, higher input")
    state = traces["filament"][:, 0] + traces["residue"][:, 0]
    axis.plot(time, state, ":", color="black", label="filament + residue")
    axis.set_ylim(0.0, 1.35 * max(1.0, float(np.max(traces["input"]))))
    quantity_axes.quantity_axis(axis.xaxis, "s", "time")
    quantity_axes.quantity_axis(axis.yaxis, "1", "voltage (V) or state")
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
        quantity_axes.quantity_axis(axis.yaxis, unit, label)
    if "filament" in traces:
        twin = axes[1].twinx()
        state = traces["filament"][:, 0] + traces["residue"][:, 0]
        twin.plot(time, state, ":", color="black", linewidth=1.0)
        twin.spines["right"].set_visible(True)
        twin.set_ylim(0.0, 1.05)
        quantity_axes.quantity_axis(twin.yaxis, "1", "filament + residue (dotted)")
    quantity_axes.quantity_axis(axes[1].xaxis, found.units[0], "time")
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
    quantity_axes.logarithmic(axis.yaxis, "J", "energy of one spike")
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
    quantity_axes.quantity_axis(left.xaxis, "%", "accuracy, 95 % interval")
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
    quantity_axes.logarithmic(right.xaxis, "J", "energy of one inference")
    right.legend(loc="upper center", borderpad=0.0)  # ideal neurons have no energy
    for axes in (left, right):
        axes.grid(axis="y", linewidth=0.3)
    style.save_figure(figure, path)
