"""Accuracy and energy of a simulated network, with each characteristic left out."""

from pathlib import Path

import numpy as np

from neuroest.network_simulation.report import NetworkSimulation
from neuroest.plotting import quantity_axes, style


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
    style.headline(figure, f"{study.workload.spec.name} on {study.simulation.network.chip.architecture}")
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
