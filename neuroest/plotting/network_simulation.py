"""Accuracy beside energy, with each characteristic left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from neuroest.network_simulation.comparison import ConditionResult
from neuroest.plotting.device_lab import pyplot, save_figure

_BLUE, _ORANGE, _GREEN = "#0072b2", "#d55e00", "#009e73"


def draw_outcomes(outcomes: list[ConditionResult], title: str, path: Path) -> None:
    """One row a run: accuracy with its interval on the left, energy of chip and neurons on the right."""
    plt = pyplot()
    height = 1.4 + 0.3 * len(outcomes)
    figure, axes = plt.subplots(1, 2, figsize=(8.6, height), layout="constrained", sharey=True)
    place = np.arange(len(outcomes))[::-1]
    values = np.array([100.0 * o.accuracy.value for o in outcomes])
    ends = np.array([[100.0 * o.accuracy.low, 100.0 * o.accuracy.high] for o in outcomes])
    left, right = axes
    left.axvline(values[0], color="black", linewidth=0.8, linestyle=":")
    left.errorbar(
        values,
        place,
        xerr=np.abs(ends.T - values),
        fmt="o",
        color=_BLUE,
        capsize=2.5,
        markersize=4,
        linewidth=1.2,
    )
    left.set_yticks(place, [o.name.replace("_", " ") for o in outcomes])
    left.set_xlabel("accuracy (%), 95 % interval")
    left.set_title(title)
    for label, colour, marker, energies in (
        ("whole chip, estimate", _BLUE, "o", [o.energy for o in outcomes]),
        ("neurons, estimate", _ORANGE, "^", [o.estimated_neuron_energy for o in outcomes]),
        ("neurons, simulation", _GREEN, "x", [o.neuron_energy for o in outcomes]),
    ):
        known = [n for n, e in enumerate(energies) if e]
        if known:
            right.plot(
                [energies[n] for n in known], place[known], marker, color=colour, label=label, markersize=5
            )
    right.set_xscale("log")
    right.set_xlabel("energy of one inference (J)")
    right.legend(loc="upper center", borderpad=0.0)  # ideal neurons have no energy
    right.grid(axis="y", linewidth=0.3)
    left.grid(axis="y", linewidth=0.3)
    save_figure(figure, path)
