"""Neurons of an estimated chip in time, at its operating point: spikes and energy next to those of the estimate."""

from __future__ import annotations

import numpy as np

from neuroest.core.document import Document, Documented, Table
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Asked, neuron_in_time
from neuroest.pipeline.operating_point import LayerOperatingPoint, operating_points
from neuroest.results.estimate import Estimate

TOLERANCE = 0.2
"""Relative difference of spikes and of energy up to which estimate and simulation agree."""


@frozen_dataclass
class SimulatedPoint:
    """A neuron of one layer in time, driven as the estimate prices it.

    Attributes
    ----------
    point : LayerOperatingPoint
        The drive, and what the estimate has for it.
    spikes : float
        Spikes of the neuron for one of the network.
    energy : float
        Energy from its supplies for one spike of the network. [J]
    """

    point: LayerOperatingPoint
    spikes: float
    energy: float

    @property
    def agrees(self) -> bool:
        """Whether spikes and energy of the estimate are within a fifth."""
        pairs = ((self.point.own_spikes, self.spikes), (self.point.energy, self.energy))
        return all(abs(priced - run) <= TOLERANCE * max(priced, run) for priced, run in pairs)


@frozen_dataclass
class OperatingPointReport(Documented):
    """Neurons of all layers of a chip in time."""

    architecture: str
    workload: str
    points: tuple[SimulatedPoint, ...]

    def rows(self) -> list[dict[str, object]]:
        """One row a layer."""
        return [_row(point) for point in self.points]

    def document(self) -> Document:
        """Table of the layers."""
        head = (
            "layer",
            "driven",
            "timestep",
            "spikes: estimate",
            "simulated",
            "energy: estimate",
            "simulated",
            "",
        )
        rows = [
            (p.point.layer, f"{p.point.burst.steps:g} x {format_quantity(float(p.point.burst.pulse), 's')}",
             format_quantity(float(p.point.burst.period), "s"), f"{p.point.own_spikes:.3g}", f"{p.spikes:.3g}",
             format_quantity(p.point.energy, "J"), format_quantity(p.energy, "J"), "agrees" if p.agrees else "differs")
            for p in self.points
        ]  # fmt: skip
        title = f"{self.architecture} on {self.workload}: a neuron for one spike of the network"
        return Document(title, (Table.of(head, rows, "<<>>>>><", gap=2, folded=True),))


def _row(run: SimulatedPoint) -> dict[str, object]:
    point, burst = run.point, run.point.burst
    return {
        "layer": point.layer, "timestep_s": float(burst.period), "pulse_s": float(burst.pulse),
        "driven_timesteps": float(burst.steps), "spikes_estimate": point.own_spikes, "spikes_simulated": run.spikes,
        "energy_estimate_J": point.energy, "energy_simulated_J": run.energy, "agrees": run.agrees,
    }  # fmt: skip


def simulate_operating_point(estimate: Estimate) -> OperatingPointReport:
    """Run a typical neuron of each layer with the drive that an estimate prices.

    Parameters
    ----------
    estimate : Estimate
        Estimate of a chip and a spiking network.

    Returns
    -------
    OperatingPointReport

    Raises
    ------
    NeuroestError
        If no layer has neurons behind columns, or if their model is not run in time.
    """
    points = tuple(_simulated(estimate, point) for point in operating_points(estimate))
    return OperatingPointReport(estimate.architecture, estimate.workload.name, points)


def _simulated(estimate: Estimate, point: LayerOperatingPoint) -> SimulatedPoint:
    device = estimate.design.devices[point.neuron.path]
    running = neuron_in_time(Asked(device.spec.name, component=point.neuron))
    run = running.bursts(point.burst, running.drive.nominal)
    bursts = max(round(point.spikes), 1)
    energy = float(sum(np.max(term) for term in run.energy.values()))
    return SimulatedPoint(point, float(run.counts[0]) / bursts, energy / bursts)
