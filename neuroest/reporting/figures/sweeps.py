"""Points of a sweep with their Pareto front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from neuroest.reporting.figures.canvas import logarithmic, new_figure
from neuroest.reporting.quantities import label_and_unit


def sweep_figure(points: Any, columns: Sequence[str], width: float) -> Any:
    """Two results of every point of a sweep with their Pareto front (less is better)."""
    figure, axes = new_figure(width, width * 0.75)
    table = points.dropna()
    table = table[np.all(table > 0.0, axis=1)]
    front = table[lower_left_front(table)].sort_values(columns[0])
    axes.plot(table[columns[0]], table[columns[1]], "o", ms=1.6, color="#999999", mew=0.0, rasterized=True)
    axes.plot(front[columns[0]], front[columns[1]], "-o", ms=2.6, color="black", drawstyle="steps-post")
    for axis, name in ((axes.xaxis, columns[0]), (axes.yaxis, columns[1])):
        logarithmic(axis, label_and_unit(name)[1])
    axes.set_xlabel(label_and_unit(columns[0])[0])
    axes.set_ylabel(label_and_unit(columns[1])[0])
    axes.set_title(f"{len(table)} points of the sweep and their Pareto front")
    return figure


def lower_left_front(table: Any) -> Any:
    """Which rows of two columns no other row undercuts in both, in the order of `n log n`."""
    values = np.asarray(table, dtype=np.float64)
    order = np.lexsort((values[:, 1], values[:, 0]))
    kept = np.zeros(len(values), dtype=bool)
    best = math.inf
    for index in order:
        if values[index, 1] < best:
            kept[index], best = True, values[index, 1]
    return kept
