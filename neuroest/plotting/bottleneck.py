"""Throughput limits: time of each resource in each layer, and a roofline."""

from typing import Any

import numpy as np

from neuroest.plotting import quantity_axes, style
from neuroest.reporting.estimate_views import View, slowest
from neuroest.reporting.text_style import words

_MOST_LAYERS = 40


def bottleneck_figure(view: View, width: float) -> Any:
    """Left the time of each resource for one step of each layer, right a hierarchical roofline.

    In the roofline a layer is at its throughput, once for every resource that moves data, at the operations that
    it does for a bit that the resource moves. Diagonals are the data rates, the dashed line is the rate of the
    computing units in their best layer.
    """
    layers, roof = view.occupation[:_MOST_LAYERS], view.roofline
    panels = 2 if roof.rates else 1
    figure, axes = style.new_figure(
        width, max(1.9 if panels == 2 else 1.1, 0.9 + 0.16 * len(layers)), ncols=panels, squeeze=False
    )
    resources = list(dict.fromkeys(name for _, times in layers for name in times))
    looks = {name: (style.marker(i), style.colour(i)) for i, name in enumerate(resources)}
    _times(axes[0][0], layers, looks)
    if panels == 2:
        _roofline(axes[0][1], roof, looks)
    handles = [
        style.line(ls="", marker=marker, ms=4.0, color=colour, label=words(name))
        for name, (marker, colour) in looks.items()
    ]
    handles.append(
        style.line(ls="", marker="o", ms=4.0, mfc="white", mec="black", label="open: not the limit")
    )
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=style.legend_columns(figure.get_figwidth(), [one.get_label() for one in handles], 5),
    )
    return figure


def _times(axes: Any, layers: Any, looks: dict[str, tuple[str, str]]) -> None:
    for row, (_, times) in zip(range(len(layers))[::-1], layers, strict=True):
        limits = slowest(times)
        for name, time in sorted(times.items(), key=lambda pair: pair[1]):
            marker, colour = looks[name]
            face = colour if name in limits else "white"
            axes.plot([time], [row], marker, ms=4.0, mec=colour, mfc=face, mew=0.8)
        if times:
            axes.plot(
                (min(times.values()), max(times.values())), (row, row), color="#cccccc", lw=0.6, zorder=0
            )
    quantity_axes.logarithmic(axes.xaxis, "s", "time for one step of the layer")
    axes.set_yticks(range(len(layers)), [words(name) for name, _ in reversed(layers)])
    axes.set_ylim(-0.6, max(len(layers), 2) - 0.4)


def _roofline(axes: Any, roof: Any, looks: dict[str, tuple[str, str]]) -> None:
    for point in roof.points:
        marker, colour = looks[point.resource]
        face = colour if point.limits else "white"
        axes.plot(
            [point.intensity], [point.attained], marker, ms=4.0, mec=colour, mfc=face, mew=0.8, zorder=3
        )
    intensities = np.array([point.intensity for point in roof.points])
    span = np.array((intensities.min() / 3.0, intensities.max() * 3.0))
    top = max([point.attained for point in roof.points] + [roof.computing]) * 3.0
    bottom = min(point.attained for point in roof.points) / 3.0
    for name, rate in roof.rates.items():
        axes.plot(span, rate * span, color=looks[name][1], lw=0.9, zorder=1)
    axes.axhline(
        roof.computing,
        color=looks[roof.unit][1] if roof.unit in looks else "black",
        lw=0.9,
        ls="--",
        zorder=1,
    )
    axes.loglog()
    axes.set_xlim(*span)
    axes.set_ylim(bottom, top)
    quantity_axes.logarithmic(axes.xaxis, "1", "operational intensity (operations per bit moved)")
    quantity_axes.logarithmic(axes.yaxis, "1", "operations per second")
