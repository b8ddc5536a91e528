"""Inputs and results of experiments, shared helpers, and additional parameters for time-domain models."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from neuroest.core import units as u
from neuroest.core.document import Block, Document, Documented
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.core.units import format_quantity
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import DiffusiveCells, Run, draw_devices, integration_time
from neuroest.dynamics.in_time import Array, Segment
from neuroest.fitting.measurements import published
from neuroest.specs.parameters import NORMALISED, Record, non_negative, positive, quantity


class ThresholdSwitchParameters(Record):
    """Volatile threshold switch with a series resistor and a capacitor across it."""

    model = "threshold_switch"
    circuit_of: ClassVar[str] = "threshold_switch_neuron"
    """Block whose circuit it is."""
    in_time: ClassVar[str] = "neuroest.dynamics.circuits_in_time.SwitchInTime"
    """What runs it in time."""

    supply_voltage: u.Volt = positive(symbol="V_s", exact=NORMALISED)
    """Supply behind the series resistor."""
    threshold_voltage: u.Volt = positive(symbol="V_t", exact=NORMALISED)
    """Voltage at which the switch turns on."""
    hold_voltage: u.Volt = positive(symbol="V_h", exact=NORMALISED)
    """Voltage at which the switch turns off."""
    series_resistance: u.Ohm = positive(symbol="R_s", exact=NORMALISED)
    """Resistor between supply and capacitor."""
    on_resistance: u.Ohm = positive(symbol="R_on", exact=NORMALISED)
    """Resistance of the switch while on."""
    off_resistance: u.Ohm = positive(symbol="R_off", exact=NORMALISED)
    """Resistance of the switch while off."""
    capacitance: u.Farad = positive(symbol="C", exact=NORMALISED)
    """Capacitor across the switch."""
    threshold_variation: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between cycles."""
    threshold_mismatch: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between devices."""


class LifBehaviourParameters(Record):
    """Behaviour in time of a leaky integrate-and-fire neuron, in addition to the parameters of its cost."""

    model = "lif_behaviour"
    in_time: ClassVar[str] = "neuroest.dynamics.circuits_in_time.DigitalInTime"
    """What runs it in time."""

    leak_time_constant: u.Second = positive(symbol="tau", exact=NORMALISED)
    """Time constant of the membrane."""
    refractory_time: u.Second = non_negative(exact=NORMALISED)
    """Time after a spike in which the input is ignored."""
    threshold_variation: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between cycles."""
    threshold_mismatch: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between devices."""
    state_bits: u.Dimensionless = quantity(minimum=2, maximum=48, integer=True, exact=NORMALISED)
    """Width of the digital state."""
    digital_threshold: u.Dimensionless = positive(exact=NORMALISED)
    """Threshold of the digital neuron, in its least bits."""
    decay_shift: u.Dimensionless = quantity(minimum=0, maximum=48, integer=True, exact=NORMALISED)
    """Decay shift: in each step, the digital state decreases by itself shifted right by this many bits."""


@frozen_dataclass
class Report(Documented):
    """A result as a document, as data for JSON, and as a table whose first row is its header.

    Attributes
    ----------
    figures : mapping
        What draws each figure into a file, by name; the only one may have none.
    """

    blocks: tuple[Block, ...]
    data: dict[str, Any]
    table: tuple[tuple[Any, ...], ...]
    figures: Mapping[str, Callable[[Path], Any]] = MappingProxyType({})

    def document(self) -> Document:
        """Facts and tables."""
        return Document("", self.blocks)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        return self.data

    def rows(self) -> list[dict[str, Any]]:
        """The table, one mapping a row."""
        return [dict(zip(self.table[0], row, strict=True)) for row in self.table[1:]]

    def plot(self, path: str | Path) -> list[Path]:
        """Save its figure; each of several has its name after that of the path.

        Returns
        -------
        list of Path
            Files that were written.

        Raises
        ------
        NeuroestError
            If it has no curve.
        """
        if not self.figures:
            raise NeuroestError(f"{path}: the result has no curve to draw")
        alone, path = len(self.figures) == 1, Path(path)
        files = {name: path if alone else path.with_stem(f"{path.stem}_{name}") for name in self.figures}
        for name, file in files.items():
            self.figures[name](file)
        return list(files.values())


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
