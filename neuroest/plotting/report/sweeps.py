"""Points of a sweep with their Pareto front."""

from __future__ import annotations

from typing import Any

import numpy as np

from neuroest.plotting.canvas import logarithmic, new_figure
from neuroest.reporting.sweep_data import SweepPoints
from neuroest.results.quantities import label_and_unit


def sweep_figure(sweep: SweepPoints, width: float) -> Any:
    """Two results of the points of a sweep with their Pareto front (less is better)."""
    figure, axes = new_figure(width, width * 0.75)
    columns = list(sweep.results)
    table = sweep.shown[columns].dropna()
    table = table[np.all(table > 0.0, axis=1)]
    front = sweep.front.sort_values(columns[0])
    axes.plot(table[columns[0]], table[columns[1]], "o", ms=1.6, color="#999999", mew=0.0, rasterized=True)
    axes.plot(front[columns[0]], front[columns[1]], "-o", ms=2.6, color="black", drawstyle="steps-post")
    for axis, name in ((axes.xaxis, columns[0]), (axes.yaxis, columns[1])):
        logarithmic(axis, label_and_unit(name)[1])
    axes.set_xlabel(label_and_unit(columns[0])[0])
    axes.set_ylabel(label_and_unit(columns[1])[0])
    axes.set_title(f"{len(table)} points of the sweep and the Pareto front of {sweep.count}")
    return figure
