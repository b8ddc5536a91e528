"""Inputs and results of experiments, and shared helpers."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.core.units import format_quantity
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.compact_record import Run
from neuroest.dynamics.diffusive_cells import DiffusiveCells, draw_devices, integration_time
from neuroest.dynamics.stimulus import Array, Segment
from neuroest.fitting.measurements import published


@frozen_dataclass
class Series:
    """Points of one curve; `low` and `high` are its 10 % and 90 % quantiles over devices or cycles."""

    label: str
    x: Array
    y: Array
    low: Array | None = None
    high: Array | None = None
    measured: bool = False


@frozen_dataclass
class Value:
    """One value of a characteristic from simulation and, if the block has one, its closed form; else NaN."""

    name: str
    simulated: float
    closed: float
    unit: str

    def text(self) -> str:
        """The value as text."""
        closed = "" if np.isnan(self.closed) else f"; closed form {_in_words(self.closed, self.unit)}"
        if np.isnan(self.simulated):
            return f"{self.name}: none{closed}"
        return f"{self.name}: {_in_words(self.simulated, self.unit)}{closed}"


def _in_words(value: float, unit: str) -> str:
    if not np.isfinite(value):
        return "never" if unit == "s" else "none"
    return f"{value:.3g}" if unit == "1" else format_quantity(value, unit)


@frozen_dataclass
class Characteristic:
    """One experiment: curves, waveforms, and findings in words.

    Attributes
    ----------
    x, y : tuple of str and str
        Label and SI unit of the axes.
    misses : tuple of float
        Simulated over measured, minus one, at each published point; absolute if `y` is a probability.
    waveforms : dict of str to ndarray
        Time and traces of a typical device.
    intervals : ndarray, optional
        Intervals between spikes, if their distribution is of interest. [s]
    values : tuple of Value
        Single numbers.
    absent : str
        Why the neuron's model does not have it; empty if it does.
    """

    name: str
    title: str
    x: tuple[str, str]
    y: tuple[str, str]
    series: tuple[Series, ...]
    findings: tuple[str, ...]
    misses: tuple[float, ...] = ()
    waveforms: dict[str, Array] = field(default_factory=dict)
    logarithmic: bool = False
    intervals: Array | None = None
    values: tuple[Value, ...] = ()
    absent: str = ""


@frozen_dataclass
class Bench:
    """Inputs of an experiment.

    Attributes
    ----------
    cells : DiffusiveCells
        The typical neuron.
    neuron : str
        Name or path of its spec, which states the device-to-device deviations.
    devices : int
        Number of devices or repetitions per point.
    compare : bool
        Whether the published measurement belongs to this neuron.
    """

    cells: DiffusiveCells
    neuron: str
    devices: int = 100
    seed: int = 0
    compare: bool = True
    step: float | None = None

    def drawn(self, generator: np.random.Generator) -> DiffusiveCells:
        """Sample different devices."""
        return draw_devices(self.cells, self.neuron, self.devices, generator)

    def run(
        self, cells: DiffusiveCells, stimulus: list[Segment], generator: Any = None, kept: int = 0,
        until_switched: bool = False,
    ) -> Run:  # fmt: skip
        """Run one simulation."""
        return simulate(
            cells, stimulus, generator=generator, step=self.step, kept=kept, until_switched=until_switched
        )


def median_and_band(values: list[Array]) -> tuple[Array, Array, Array]:
    """Median, 10 % and 90 % quantile of each."""
    found = np.array([quantiles(v) for v in values])
    return found[:, 1], found[:, 0], found[:, 2]


def misses_of(simulated: Array, measured: Array) -> tuple[float, ...]:
    """Simulated over measured, minus one."""
    return tuple(float(v) for v in simulated / measured - 1.0)


def misses_in_words(misses: tuple[float, ...]) -> str:
    """The misses in words."""
    formatted = ", ".join(f"{100.0 * m:+.0f} %" for m in misses)
    return f"simulated against measured, point by point: {formatted}"


def conditions_of(
    bench: Bench, name: str, fallback: Mapping[str, Array]
) -> tuple[Mapping[str, Array], Array | None]:
    """Conditions of the published measurement with its result, or scaled conditions for another neuron."""
    if not bench.compare:
        return fallback, None
    experiment = published(name).experiments[0]
    return experiment.columns, experiment.columns[experiment.layout.result]


def pulse_for(cells: DiffusiveCells, level: float) -> float:
    """Pulse width equal to the integration time at a level [s]."""
    time = float(np.max(integration_time(cells, level)))
    return time if np.isfinite(time) else 10.0 / float(np.max(cells.settling))


def repeat(cells: DiffusiveCells, times: int) -> DiffusiveCells:
    """Repeat the same neurons several times."""
    index = np.tile(np.arange(cells.devices), times)
    return cells.take(index)
