"""Figures for print: black, grey and hatching, readable without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.atomic_files import write_figure
from neuroest.core.errors import UnknownNameError
from neuroest.core.statistics import quantiles
from neuroest.core.units import format_quantity
from neuroest.exploration.errors import ExplorationError, extra
from neuroest.results.quantities import column_name, label_and_unit

if TYPE_CHECKING:
    import pandas as pd

    from neuroest.exploration.breakeven import BreakevenResult
    from neuroest.exploration.pareto import ParetoResult
    from neuroest.exploration.sensitivity import SensitivityResult, Share
    from neuroest.exploration.sweep import SweepResult
    from neuroest.exploration.uncertainty import UncertaintyResult

_NARROW = 200.0
"""Ratio of the ends of a logarithmic axis below which decades alone are too few marks."""
_YEAR = 31_557_600.0  # s, the Julian year
_WIDTH, _WIDE = 5.6, 7.2  # inches, a column and a half, and two
_STYLE = {
    "font.size": 9.0, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8, "savefig.dpi": 200,
    "pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "neuroest",
}  # fmt: skip
_SUFFIXES = (".pdf", ".svg", ".png")
_LINES = (
    ("-", "black"), ("--", "black"), (":", "black"), ("-.", "black"), ("-", "#8a8a8a"), ("--", "#8a8a8a"),
)  # fmt: skip
"""Styles of lines that are told apart without colour."""
_DARK, _LIGHT, _PALE = "#333333", "#b8b8b8", "#d9d9d9"


def _figure(height: float, width: float = _WIDTH, **panels: Any) -> tuple[Any, Any]:
    figure_module = extra("matplotlib.figure", "explore")
    figure = figure_module.Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**panels)


def _finished(figure: Any, path: str | Path | None) -> Any:
    if path is not None:
        file = Path(path)
        if file.suffix not in _SUFFIXES:
            raise ExplorationError(f"{file}: a figure ends in {', '.join(_SUFFIXES)}")
        write_figure(figure, file)
    return figure


def _title(figure: Any, text: str) -> None:
    """A line over the whole figure, so that long names on the left do not push it out on the right."""
    figure.suptitle(text, fontsize=9, x=0.01, horizontalalignment="left")


def _styled() -> Any:
    return extra("matplotlib", "explore").rc_context(_STYLE)


def _words(name: str) -> str:
    """A column as words with its unit: ``energy per inference (J)``."""
    label, unit = label_and_unit(name)
    if unit == "1":
        return name if "." in name else label
    return f"{label} ({unit.replace('^2', '²')})"


def _engineering(axis: Any, name: str) -> None:
    """Tick labels with prefixes instead of powers of ten."""
    ticker = extra("matplotlib.ticker", "explore")
    label, unit = label_and_unit(name)
    if unit == "1":
        return
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: _printed(value, unit)))
    axis.set_minor_formatter(ticker.NullFormatter())
    low, high = sorted(axis.get_view_interval())
    if axis.get_scale() == "log":
        narrow = high / max(low, 1e-300) < _NARROW
        axis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0,), numticks=7))
    else:
        scale = _YEAR if unit == "s" and high > _YEAR else 1.0
        ticks = ticker.MaxNLocator(5).tick_values(low / scale, high / scale) * scale
        axis.set_major_locator(ticker.FixedLocator([tick for tick in ticks if low <= tick <= high]))
    axis.set_label_text(label)


def _parameter_axis(axis: Any, unit: str) -> None:
    """Values of a parameter with their unit; of few decades also some between the powers of ten."""
    ticker = extra("matplotlib.ticker", "explore")
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: _printed(value, unit)))
    axis.set_minor_formatter(ticker.NullFormatter())
    if axis.get_scale() == "log":
        low, high = axis.get_view_interval()
        narrow = high / max(low, 1e-300) < _NARROW
        axis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0,), numticks=7))
    else:
        axis.set_major_locator(ticker.MaxNLocator(6))


def _printed(value: float, unit: str) -> str:
    return format_quantity(value, unit).replace("^2", "²").replace(" u", " µ")


def short_causes(causes: Sequence[str]) -> list[str]:
    """Causes as words: the last two of a path, more of it where two would read alike.

    Examples
    --------
    >>> short_causes(["chip.tile.array.cell.area", "chip.core.cell.area", "model_discrepancy.mesh.energy"])
    ['array › cell › area', 'core › cell › area', 'model of mesh › energy']
    """
    found = []
    for cause in causes:
        if "." not in cause or " " in cause:
            found.append(cause.replace("_", " ").replace(":", ": "))
            continue
        words = cause.split(".")
        if words[0] == "model_discrepancy":
            found.append(f"model of {words[1]} › {words[2]}".replace("_", " "))
            continue
        rivals = [other.split(".") for other in causes if other != cause and "." in other]
        count = 2
        while count < len(words) and any(rival[-count:] == words[-count:] for rival in rivals):
            count += 1
        found.append(" › ".join(words[-count:]).replace("_", " "))
    return found


def tornado_figure(result: SensitivityResult, quantity: str, path: str | Path | None, most: int) -> Any:
    """Bars from p10 to p90 of each cause, the longest on top; beside them its Sobol indices where there are."""
    if quantity not in result.tornado:
        raise UnknownNameError("result", quantity, result.tornado)
    bars = [bar for bar in result.tornado[quantity] if bar.low != bar.high][:most]
    if not bars:
        raise ExplorationError(f"no spread moves {quantity}")
    base = result.base[quantity]
    shares = {share.cause: share for share in result.sobol.get(quantity, ())}
    with _styled():
        height = 0.9 + 0.27 * len(bars)
        if shares:
            figure, (axes, right) = _figure(height, _WIDE, ncols=2, sharey=True, width_ratios=(5, 3))
            _variance(right, [shares.get(bar.cause) for bar in reversed(bars)])
        else:
            figure, axes = _figure(height)
        known = [v for bar in bars for v in (bar.low, bar.high) if np.isfinite(v)] + [base]
        wide = min(known) > 0.0 and max(known) / min(known) > 5.0
        for row, bar in enumerate(reversed(bars)):
            for value, colour, hatch in ((bar.low, _PALE, "////"), (bar.high, _DARK, "")):
                if np.isfinite(value):
                    axes.barh(
                        row, value - base, left=base, height=0.62, color=colour, hatch=hatch, edgecolor=_DARK,
                        linewidth=0.6,
                    )  # fmt: skip
                else:
                    axes.text(base, row, " no estimate at one end", va="center", fontsize=7)
        axes.axvline(base, color="black", linewidth=1.0)
        axes.set_yticks(range(len(bars)), short_causes([bar.cause for bar in reversed(bars)]), fontsize=8)
        axes.tick_params(axis="y", length=0)
        if wide:
            axes.set_xscale("log")
        axes.set_xlabel(_words(quantity))
        if label_and_unit(quantity)[1] != "1":
            _engineering(axes.xaxis, quantity)
        patch = extra("matplotlib.patches", "explore").Patch
        figure.legend(
            handles=[patch(facecolor=_PALE, edgecolor=_DARK, hatch="////", label="parameter at p10"),
                     patch(facecolor=_DARK, edgecolor=_DARK, label="parameter at p90")],
            frameon=False, loc="outside lower center", ncols=2, fontsize=8,
        )  # fmt: skip
        _title(figure, f"{result.architecture} on {result.workload}")
        return _finished(figure, path)


def _variance(axes: Any, shares: Sequence[Share | None]) -> None:
    """First-order and total shares of the variance, with 95 % confidence."""
    drawn = [(row, share) for row, share in enumerate(shares) if share is not None]
    for shift, fill, label, numbers in (
        (0.15, "white", "first order", [(s.first, s.first_confidence) for _, s in drawn]),
        (-0.15, "black", "total", [(s.total, s.total_confidence) for _, s in drawn]),
    ):
        axes.errorbar(
            [value for value, _ in numbers], [row + shift for row, _ in drawn], xerr=[width for _, width in numbers],
            fmt="o", markersize=3.5, color="black", markerfacecolor=fill, linewidth=0.8, label=label,
        )  # fmt: skip
    axes.axvline(0.0, color=_PALE, linewidth=0.6, zorder=0)
    axes.set_xlim(left=min(-0.05, axes.get_xlim()[0]), right=max(1.0, axes.get_xlim()[1]))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Sobol index, 95 % confidence")
    axes.legend(frameon=False, fontsize=7, loc="best")


def pareto_figure(result: ParetoResult, path: str | Path | None) -> Any:
    """The front as a step, the beaten points in grey; a third objective is the size of the marks."""
    x, y = result.objectives[:2]
    front = result.frame.sort_values(x)
    with _styled():
        figure, axes = _figure(3.8)
        axes.scatter(
            result.sample[x], result.sample[y], s=5, color=_LIGHT, linewidths=0, label="beaten", zorder=1
        )
        size: Any = 22.0
        if len(result.objectives) > 2:
            third = front[result.objectives[2]].to_numpy(float)
            spread = np.ptp(third)
            size = 10.0 + 60.0 * ((third - third.min()) / spread if spread else 0.0 * third)
        elif len(front) > 1:
            where = "post" if (x in result.minimize) else "pre"
            axes.step(front[x], front[y], where=where, color="black", linewidth=0.9, zorder=2)
        axes.scatter(
            front[x],
            front[y],
            s=size,
            color="white",
            edgecolors="black",
            linewidths=1.0,
            label="Pareto front",
            zorder=3,
        )
        for axis, name, scale in ((axes.xaxis, x, axes.set_xscale), (axes.yaxis, y, axes.set_yscale)):
            values = result.sample[name].to_numpy(float)
            if values.min() > 0.0 and values.max() / values.min() > 20.0:
                scale("log")
            axis.set_label_text(_words(name))
            _engineering(axis, name)
        if len(result.objectives) > 2:
            axes.set_title(f"larger marks: larger {_words(result.objectives[2])}", fontsize=8, loc="left")
        axes.legend(frameon=False, fontsize=8)
        return _finished(figure, path)


def sweep_figure(
    result: SweepResult, quantity: str | None, along: str | None, path: str | Path | None
) -> Any:
    """A result along a parameter: a line for each combination of the others where they are few, else points."""
    frame, parameters = result.sample(), list(result.parameters)
    results = list(result.metadata["quantities"])
    numbers = [name for name in parameters if frame[name].dtype.kind in "fi"]
    x, y = along or next(iter(numbers), ""), quantity or results[0]
    for what, name, known in (("parameter", x, numbers), ("result", y, results)):
        if name not in known:
            raise UnknownNameError(what, name, known, "a figure needs a parameter that is a number")
    shown = frame[np.isfinite(frame[x].to_numpy(float)) & np.isfinite(frame[y].to_numpy(float))]
    if shown.empty:
        raise ExplorationError(f"no row has an estimate of {y}")
    others = [name for name in parameters if name != x and len(set(shown[name])) > 1]
    with _styled():
        figure, axes = _figure(3.6)
        if len(shown[others].drop_duplicates()) <= len(_LINES):
            _lines_along(axes, shown, x, y, others, result.metadata.get("units", {}))
        else:
            good = shown["feasible"].to_numpy(bool)
            for part, colour, label in (
                (shown[~good], _LIGHT, "a limit is missed"),
                (shown[good], _DARK, "feasible"),
            ):
                axes.scatter(part[x], part[y], s=5, color=colour, linewidths=0, label=label)
            axes.legend(frameon=False, fontsize=8)
        for name, scale in ((x, axes.set_xscale), (y, axes.set_yscale)):
            values = shown[name].to_numpy(float)
            if values.min() > 0.0 and values.max() / values.min() > 20.0:
                scale("log")
        unit = result.metadata.get("units", {}).get(x, "1")
        axes.set_xlabel(_parameter(x, unit))
        _parameter_axis(axes.xaxis, unit)
        axes.set_ylabel(_words(y))
        _engineering(axes.yaxis, y)
        return _finished(figure, path)


def _parameter(column: str, unit: str) -> str:
    """The path of a parameter's column as words."""
    return short_causes([column.removesuffix(column_name("", unit))])[0]


def _lines_along(
    axes: Any, shown: pd.DataFrame, x: str, y: str, others: list[str], units: Mapping[str, str]
) -> None:
    groups = shown.groupby(others, sort=False, dropna=False) if others else [((), shown)]
    for (key, part), (style, colour) in zip(groups, _LINES, strict=False):
        ordered = part.sort_values(x)
        words = [
            f"{_parameter(n, units.get(n, '1'))} {_printed(v, units.get(n, '1'))}"
            if isinstance(v, int | float)
            else str(v)
            for n, v in zip(others, key, strict=True)
        ]
        axes.plot(ordered[x], ordered[y], style, color=colour, linewidth=1.3, label=", ".join(words))
        missed = ordered[~ordered["feasible"].to_numpy(bool)]
        axes.scatter(missed[x], missed[y], s=18, marker="x", color=colour, linewidths=0.9, zorder=3)
    if others:
        axes.legend(frameon=False, fontsize=8)
    if not shown["feasible"].all():
        axes.set_title("crosses: a limit is missed", fontsize=8, loc="left")


def distribution_figure(result: UncertaintyResult, quantity: str, path: str | Path | None) -> Any:
    """Cumulative distributions of both levels and of each alone."""
    if quantity not in result.samples:
        raise UnknownNameError("result", quantity, result.samples)
    values = result.samples[quantity]
    lines = (
        ("knowledge of the means alone", values[1:, 0], "-", 3.6, _LIGHT),
        ("variability of devices alone", values[0, 1:], ":", 1.6, "black"),
        ("both", values[1:, 1:], "-", 0.9, "black"),
    )  # fmt: skip
    with _styled():
        figure, axes = _figure(3.4)
        kept = values[np.isfinite(values)]
        for label, part, style, width, colour in lines:
            known = np.sort(part[np.isfinite(part)])
            if known.size:
                axes.step(
                    known,
                    np.arange(1, known.size + 1) / known.size,
                    style,
                    color=colour,
                    linewidth=width,
                    label=label,
                )
        for level in (0.1, 0.5, 0.9):
            axes.axhline(level, color=_PALE, linewidth=0.6, zorder=0)
        axes.set_yticks([0.0, 0.1, 0.5, 0.9, 1.0], ["0", "p10", "p50", "p90", "1"])
        low, high = quantiles(kept, (0.005, 0.995))
        if low > 0.0 and high / low > 20.0:
            axes.set_xscale("log")
        if high > low:
            axes.set_xlim(low, high)
        axes.set_ylabel("share of the samples below")
        axes.set_xlabel(_words(quantity))
        _engineering(axes.xaxis, quantity)
        axes.legend(frameon=False, fontsize=8)
        _title(figure, f"{result.architecture} on {result.workload}")
        return _finished(figure, path)


def breakeven_figure(result: BreakevenResult, path: str | Path | None) -> Any:
    """Both results along the parameter, break-even points marked."""
    with _styled():
        figure, axes = _figure(3.4)
        for values, name, style in (
            (result.first, result.names[0], "-"),
            (result.second, result.names[1], "--"),
        ):
            axes.plot(result.values, values, style, color="black", linewidth=1.3, label=name)
        for crossing in result.crossings:
            axes.axvline(crossing.value, color=_LIGHT, linewidth=0.9)
            axes.annotate(
                _printed(crossing.value, result.unit), (crossing.value, 0.98),
                xycoords=("data", "axes fraction"), fontsize=8, va="top", ha="left", xytext=(3, 0),
                textcoords="offset points",
            )  # fmt: skip
        both = np.concatenate([result.first, result.second])
        both = both[np.isfinite(both)]
        if both.min() > 0.0 and both.max() / both.min() > 20.0:
            axes.set_yscale("log")
        if result.values.min() > 0.0 and result.values.max() / result.values.min() > 20.0:
            axes.set_xscale("log")
        axes.set_ylabel(_words(result.quantity))
        _engineering(axes.yaxis, result.quantity)
        axes.set_xlabel(short_causes([result.path])[0])
        _parameter_axis(axes.xaxis, result.unit)
        axes.legend(frameon=False, fontsize=8)
        return _finished(figure, path)
