"""Figures of the device lab: for print, in grey and for eyes that tell few colours apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.atomic_files import write_figure
from neuroest.core.errors import NeuroestError
from neuroest.core.units import format_quantity
from neuroest.dynamics.energy import EnergyComparison
from neuroest.dynamics.experiments import Characteristic, Series
from neuroest.fitting.estimation import Fit

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#56b4e9")
"""Okabe and Ito; they differ in lightness too, and every line has its own dashes and marker beside."""
_DASHES = ("-", "--", ":", "-.")
_MARKERS = ("o", "^", "v", "D")
_MEASURED = {"color": "black", "marker": "s", "linestyle": "none", "markerfacecolor": "white", "zorder": 5}
_SUFFIXES = {".png", ".pdf", ".svg"}
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "figure.dpi": 150,
    "svg.hashsalt": "neuroest",
}
_PREFIXES = (
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "µ"),
    (1e-9, "n"),
    (1e-12, "p"),
)


def pyplot() -> Any:
    """Matplotlib as all figures of the lab use it.

    Raises
    ------
    NeuroestError
        Without matplotlib.
    """
    try:
        import matplotlib as mpl  # noqa: PLC0415
    except ImportError:
        raise NeuroestError("figures need matplotlib: pip install 'neuroest[lab]'") from None
    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    plt.rcParams.update(_STYLE)
    return plt


def check_figure_path(path: Path) -> None:
    """Whether a figure can be written there, before anybody waits for its numbers.

    Raises
    ------
    NeuroestError
        For an unknown format, a missing folder, or without matplotlib.
    """
    if path.suffix not in _SUFFIXES:
        raise NeuroestError(f"{path}: figures are written as {', '.join(sorted(_SUFFIXES))}")
    if not path.parent.is_dir():
        raise NeuroestError(f"{path}: the folder {path.parent} does not exist")
    pyplot()


def _scale(values: Any, unit: str) -> tuple[float, str]:
    """Factor and unit with prefix for an axis."""
    size = np.abs(np.asarray(values, dtype=float))
    size = size[np.isfinite(size) & (size > 0.0)]
    if unit == "1" or not len(size):
        return 1.0, "" if unit == "1" else unit
    factor, prefix = next(((f, p) for f, p in _PREFIXES if np.max(size) >= f), _PREFIXES[-1])
    return factor, prefix + unit.replace("ohm", "Ω")


def _label(text: str, unit: str) -> str:
    return f"{text} ({unit})" if unit else text


def save_figure(figure: Any, path: Path) -> None:
    """Write a figure, the same bytes each time."""
    write_figure(figure, path)
    pyplot().close(figure)


def draw_characteristic(found: Characteristic, path: Path) -> None:
    """Curves of one characteristic, with the waveforms of a typical device beside them."""
    plt = pyplot()
    figure, axes = plt.subplots(1, 2, figsize=(8.2, 3.6), layout="constrained", width_ratios=(1, 1.15))
    left, right = axes
    if found.intervals is not None and len(found.intervals) > 10:
        _histogram(left, found.intervals)
    elif found.waveforms:
        _waveforms(left, found.waveforms)
    else:
        left.set_axis_off()
    x_factor, x_unit = _scale(
        np.concatenate([s.x for s in found.series]) if found.series else [1.0], found.x[1]
    )
    y_factor, y_unit = _scale(
        np.concatenate([s.y for s in found.series]) if found.series else [1.0], found.y[1]
    )
    drawn = 0
    for series in found.series:
        _curve(right, series, drawn, x_factor, y_factor)
        drawn += not series.measured
    if found.logarithmic:
        right.set_xscale("log")
        if found.y[1] != "1":
            right.set_yscale("log")
    if "probability" not in found.y[0] and not (found.logarithmic and found.y[1] != "1"):
        right.set_ylim(bottom=0.0)
    right.set_xlabel(_label(found.x[0], x_unit))
    right.set_ylabel(_label(found.y[0], y_unit))
    right.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    figure.suptitle(found.title, x=0.01, ha="left", fontweight="bold")
    save_figure(figure, path)


def _curve(axis: Any, series: Series, number: int, x_factor: float, y_factor: float) -> None:
    x, y = series.x / x_factor, series.y / y_factor
    if series.measured:
        axis.plot(x, y, label=series.label, **_MEASURED)
        return
    colour = _COLOURS[number % len(_COLOURS)]
    axis.plot(
        x,
        y,
        _DASHES[number % 4],
        color=colour,
        marker=_MARKERS[number % 4],
        markersize=3.5,
        label=series.label,
    )
    if series.low is not None and series.high is not None:
        axis.fill_between(
            x, series.low / y_factor, series.high / y_factor, color=colour, alpha=0.18, linewidth=0
        )


def _histogram(axis: Any, intervals: Any) -> None:
    factor, unit = _scale(intervals, "s")
    axis.hist(intervals / factor, bins=40, color=_COLOURS[0], edgecolor="white", linewidth=0.3)
    axis.set_xlabel(_label("interval between spikes", unit))
    axis.set_ylabel("intervals")


def _cropped(traces: dict[str, Any]) -> dict[str, Any]:
    """The stretch about the first spikes, where a run is too long to be seen whole."""
    time, gate = traces["time"], traces["gate"][:, 0]
    rises = np.flatnonzero((gate[1:] > 0.5 * np.max(gate)) & (gate[:-1] <= 0.5 * np.max(gate)))
    if len(rises) <= _MOST_SPIKES:
        return traces
    first, last = time[rises[0]], time[rises[_MOST_SPIKES]]
    kept = (time >= first - 0.5 * (last - first)) & (time <= last)
    return {name: values[kept] for name, values in traces.items()}


_MOST_SPIKES = 12


def _waveforms(axis: Any, traces: dict[str, Any]) -> None:
    """Input, gate and filament of the first device; of both where there are two."""
    traces = _cropped(traces)
    factor, unit = _scale(traces["time"], "s")
    time = traces["time"] / factor
    axis.step(time, traces["input"][:, 0], where="post", color="0.72", linewidth=0.8, label="input")
    axis.plot(time, traces["gate"][:, 0], color=_COLOURS[0], linewidth=1.0, label="gate node")
    if traces["gate"].shape[1] > 1:
        axis.step(time, traces["input"][:, 1], where="post", color="0.55", linewidth=0.8, linestyle="--")
        axis.plot(
            time,
            traces["gate"][:, 1],
            "--",
            color=_COLOURS[1],
            linewidth=1.0,
            label="gate node, higher input",
        )
    state = traces["filament"][:, 0] + traces["residue"][:, 0]
    axis.plot(time, state, ":", color="black", linewidth=1.0, label="filament + residue")
    axis.set_ylim(0.0, 1.35 * max(1.0, float(np.max(traces["input"]))))
    axis.set_xlabel(_label("time", unit))
    axis.set_ylabel("voltage (V) or state")
    axis.legend(loc="upper left", ncols=2)


def draw_traces(
    traces: dict[str, Any],
    title: str,
    path: Path,
    labels: tuple[str, str] = ("input", "gate node"),
    units: tuple[str, str, str] = ("s", "V", "V"),
) -> None:
    """Waveforms of one run: input above, gate or membrane below; `units` of time, input and gate."""
    plt = pyplot()
    figure, axes = plt.subplots(
        2, 1, figsize=(6.4, 3.8), layout="constrained", sharex=True, height_ratios=(1, 2)
    )
    factor, unit = _scale(traces["time"], units[0])
    time = traces["time"] / factor
    both = (traces["input"], traces["gate"])
    for axis, trace, label, base in zip(axes, both, labels, units[1:], strict=True):
        values = trace if trace.ndim == 1 else trace[:, 0]
        scale, shown = _scale(values, base)
        axis.step(time, values / scale, where="post", color=_COLOURS[0], linewidth=1.0)
        axis.set_ylabel(_label(label, shown))
        axis.set_ylim(bottom=min(0.0, 1.1 * float(np.min(values)) / scale))
    if "filament" in traces:
        twin = axes[1].twinx()
        state = traces["filament"][:, 0] + traces["residue"][:, 0]
        twin.plot(time, state, ":", color="black", linewidth=1.0)
        twin.spines["right"].set_visible(True)
        twin.set_ylabel("filament + residue (dotted)")
        twin.set_ylim(0.0, 1.05)
    axes[1].set_xlabel(_label("time", unit))
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    save_figure(figure, path)


def draw_energy(compared: EnergyComparison, title: str, path: Path) -> None:
    """Energy of a spike by simulation and by closed form, side by side."""
    plt = pyplot()
    figure, axis = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    rows = [row for row in compared.rows if row.simulated > 0.0 or row.closed > 0.0]
    place = np.arange(len(rows))
    for shift, name, colour, hatch in (
        (-0.2, "simulated", _COLOURS[0], ""), (0.2, "closed form", _COLOURS[3], "///"),
    ):  # fmt: skip
        values = [row.simulated if name == "simulated" else row.closed for row in rows]
        bars = axis.bar(
            place + shift,
            values,
            0.38,
            color=colour,
            hatch=hatch,
            edgecolor="black",
            linewidth=0.5,
            label=name,
        )
        axis.bar_label(bars, [format_quantity(v, "J") if v else "" for v in values], fontsize=7, padding=2)
    axis.set_yscale("log")
    axis.margins(y=0.15)
    axis.set_xticks(place, [row.term.replace("_", " ") for row in rows])
    axis.set_ylabel("energy of one spike (J)")
    axis.legend(loc="upper left")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    save_figure(figure, path)


def draw_fit(result: Fit, path: Path) -> None:
    """Data against fit above, residuals below, and the correlations of what was fitted."""
    plt = pyplot()
    columns = len(result.rows) + 1
    figure, axes = plt.subplots(2, columns, figsize=(3.1 * columns, 4.8), layout="constrained", squeeze=False,
                                height_ratios=(2, 1))  # fmt: skip
    for column, part in enumerate(result.rows):
        layout = part.experiment.layout
        axis_name = _abscissa(part.experiment.columns, layout.columns, layout.result)
        x = part.experiment.columns[axis_name][part.used]
        order = np.argsort(x, kind="stable")
        x_factor, x_unit = _scale(x, layout.columns[axis_name])
        unit = "1" if layout.columns[layout.result] == "%" else layout.columns[layout.result]
        y_factor, y_unit = _scale(part.measured, unit)
        upper, lower = axes[0, column], axes[1, column]
        upper.plot(x / x_factor, part.measured / y_factor, label="data", **_MEASURED)
        upper.plot(
            x[order] / x_factor,
            part.predicted[0][order] / y_factor,
            "-o",
            color=_COLOURS[0],
            markersize=3,
            label="fit",
        )
        if _is_wide(part.measured) and layout.columns[layout.result] != "%":
            upper.set_yscale("log")
        upper.set_title(layout.name.replace("_", " "))
        upper.set_ylabel(_label(layout.result.replace("_", " "), y_unit))
        upper.legend(loc="best")
        lower.axhline(0.0, color="0.6", linewidth=0.8)
        lower.plot(x / x_factor, part.residuals[0][: len(x)], "o", color=_COLOURS[1], markersize=4)
        lower.set_ylabel("residual / uncertainty")
        lower.set_xlabel(_label(axis_name.replace("_", " "), x_unit))
    _correlations(axes[0, -1], result.fitted, result.correlation)
    _singular(axes[1, -1], result.singular_values)
    save_figure(figure, path)


def _abscissa(columns: Any, layout: Any, result: str) -> str:
    """The setting that changes most from row to row."""
    choices = [n for n in layout if n not in {result, "time"}]
    best: str = max(choices, key=lambda n: (len(np.unique(columns[n])), n == "voltage"))
    return best


def _is_wide(values: Any) -> bool:
    return bool(np.min(values) > 0.0 and np.max(values) > 30.0 * np.min(values))


def _correlations(axis: Any, names: Sequence[str], matrix: Any) -> None:
    axis.imshow(matrix, vmin=-1.0, vmax=1.0, cmap="PuOr")
    short = [name.replace("_", " ") for name in names]
    axis.set_xticks(range(len(names)), short, rotation=40, ha="right", fontsize=7)
    axis.set_yticks(range(len(names)), short, fontsize=7)
    for row in range(len(names)):
        for column in range(len(names)):
            value = matrix[row, column]
            axis.text(column, row, f"{value:+.1f}", ha="center", va="center", fontsize=7,
                      color="white" if abs(value) > 0.75 else "black")  # fmt: skip
    axis.spines[:].set_visible(False)
    axis.set_title("correlation")


def _singular(axis: Any, values: Any) -> None:
    axis.semilogy(
        np.arange(1, len(values) + 1), np.maximum(values, 1e-12), "o-", color=_COLOURS[0], markersize=4
    )
    axis.set_xticks(np.arange(1, len(values) + 1))
    axis.set_xlabel("direction")
    axis.set_ylabel("singular value")
    axis.set_title("what the data see")
