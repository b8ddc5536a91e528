"""A neuron in time for `simulate` and comparisons with estimates: its interface, inputs and results.

A neuron's block names the class that implements it (`Neuron.in_time`), so experiments do not depend on model names. A
block without a class runs with its own closed forms.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import Check, NetworkContext, TechnologyPoint
from neuroest.blocks.electrical_point import Burst
from neuroest.blocks.neurons.base import Neuron
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE
from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.lazy_registry import load
from neuroest.core.units import article, format_quantity
from neuroest.loading.library import Device, load_device
from neuroest.registry import COMPONENTS

Array = NDArray[Any]
Noise: TypeAlias = np.random.Generator | None
"""Random generator of a run with noise; None for a run without."""
_MOST_STEPS = 20_000_000


@frozen_dataclass
class Segment:
    """An interval of constant input.

    Attributes
    ----------
    duration : float
        Length. [s]
    level : float or ndarray
        Voltage or current, one for all devices or one for each.
    on : ndarray, optional
        For how long from the start each device gets it, and nothing afterwards; by default, until the end. [s]
    """

    duration: float
    level: Any
    on: Any = None


Stimulus = Sequence[Segment]


def constant(level: Any, duration: float) -> list[Segment]:
    """A step that lasts as long as the run."""
    return [Segment(_length(duration, "duration"), level)]


def pulse_train(level: Any, width: float, gap: float, pulses: int) -> list[Segment]:
    """Pulses of one width, each followed by a gap at zero."""
    if pulses < 1:
        raise NeuroestError(f"a pulse train needs at least one pulse, got {pulses}")
    pulse, rest = Segment(_length(width, "pulse width"), level), Segment(_length(gap, "gap"), 0.0)
    return [pulse, rest] * pulses


def pulse_pair(level: Any, width: float, gap: float) -> list[Segment]:
    """Two pulses with a gap between them."""
    return pulse_train(level, width, gap, 2)[:3]


def sampled(times: Array, levels: Array) -> list[Segment]:
    """A sampled waveform, each value held until the next sample.

    Raises
    ------
    NeuroestError
        If times do not increase or a sample is not finite.
    """
    if len(times) < 2:
        raise NeuroestError("a stimulus needs at least two samples")
    if not (np.all(np.isfinite(times)) and np.all(np.isfinite(levels))):
        raise NeuroestError("the stimulus contains a sample that is not a finite number")
    steps = np.diff(times)
    if np.any(steps <= 0.0):
        place = int(np.argmax(steps <= 0.0)) + 2
        raise NeuroestError(f"time does not increase at sample {place} of the stimulus")
    return [Segment(float(step), float(level)) for step, level in zip(steps, levels[:-1], strict=True)]


def steps_of(stimulus: Stimulus, longest: float) -> list[int]:
    """Number of equal steps of each segment, none longer than `longest`.

    Raises
    ------
    NeuroestError
        If the step is invalid, or there are too many steps.
    """
    plan = [max(1, int(np.ceil(s.duration / longest - 1e-9))) if longest > 0.0 else 0 for s in stimulus]
    if not longest > 0.0 or sum(plan) > _MOST_STEPS:
        raise NeuroestError(
            f"a step of {longest:g} s would take {sum(plan)} steps; allowed are 1 to {_MOST_STEPS}"
        )
    return plan


def total_duration(stimulus: Stimulus) -> float:
    """Length of a stimulus. [s]."""
    return float(sum(segment.duration for segment in stimulus))


def _length(value: float, what: str) -> float:
    if not (np.isfinite(value) and value > 0.0):
        raise NeuroestError(f"the {what} must be a time above zero, got {value:g} s")
    return float(value)


@dataclass
class SpikeRun:
    """Spikes of some devices and their energy.

    Attributes
    ----------
    duration : float
        Length of the run. [s]
    spike_devices, spike_times : ndarray
        Device and time of each spike. [s]
    energy : dict of str to ndarray
        Supply energy by term and device. [J]
    traces : dict of str to ndarray
        Time, input, gate or membrane, and further states of the devices that are kept.
    """

    duration: float
    devices: int
    spike_devices: Array
    spike_times: Array
    energy: dict[str, Array]
    traces: dict[str, Array]

    @property
    def counts(self) -> Array:
        """Spikes of each device."""
        return np.bincount(self.spike_devices.astype(int), minlength=self.devices).astype(float)

    def intervals(self) -> Array:
        """All intervals between spikes of the same device [s]."""
        order = np.lexsort((self.spike_times, self.spike_devices))
        times, devices = self.spike_times[order], self.spike_devices[order]
        return np.asarray(np.diff(times)[np.diff(devices) == 0])


class Spikes:
    """Collects the spikes of a run."""

    def __init__(self) -> None:
        self.found: list[tuple[Array, Array]] = [(np.zeros(0), np.zeros(0))]

    def add(self, devices: Array, times: Array) -> None:
        """Record one spike for each of some devices."""
        self.found.append((devices.astype(float), times))

    def arrays(self) -> tuple[Array, Array]:
        """Devices and times of all spikes, in time order."""
        devices, times = zip(*self.found, strict=True)
        return np.concatenate(devices), np.concatenate(times)

    def run(
        self, duration: float, devices: int, energy: dict[str, Array], rows: Sequence[tuple[float, ...]]
    ) -> SpikeRun:
        """The run with these spikes; the rows of its trace have time, state and input of the first device."""
        columns = map(np.array, zip(*rows, strict=True))
        traces = dict(zip(("time", "gate", "input"), columns, strict=True))
        return SpikeRun(duration, devices, *self.arrays(), energy, traces)


def plain_numbers(values: Array) -> list[float | None]:
    """Numbers for JSON: None if not finite."""
    return [float(v) if np.isfinite(v) else None for v in values]


_PROCESS = "cmos_28nm_lp"
"""Process of the circuits around a neuron whose file names none."""
_LAYOUT = "stacked"
"""Where a neuron of parts may have them, above one another; it changes its area alone."""
_WHOLE_INTEGRATIONS = 100.0
"""Integrations at the nominal drive for which a weaker drive is waited for; a convention."""
_JUST_ABOVE = 0.05
"""Lowest drive of a curve over the least one, less one; a convention."""
_LONGER = 1.3
"""Time to wait for spikes, relative to the closed form; a convention."""
_ENOUGH = 1.5
"""Drive over the least one at which a neuron fires whose nominal drive is too weak; a convention."""
_JUST_ENOUGH = 1.0 + 1e-4
"""Drive of a burst over that with which the neuron just fires; numerical."""
_UPWARDS = 2.0
"""Largest drive of a curve over the nominal one, where the model does not limit it; a convention."""


@frozen_dataclass
class Drive:
    """Input drive of a neuron.

    Attributes
    ----------
    nominal : float
        Full drive in an estimate.
    largest : float
        Largest drive that its model describes.
    why_largest : str
        Reason for this limit.
    form : str
        Notation of a drive without a unit.
    """

    name: str
    unit: str
    nominal: float
    largest: float = np.inf
    why_largest: str = ""
    form: str = "{:.3g} of a full drive"

    def top(self) -> float:
        """End of a curve against the drive."""
        return float(min(self.largest, _UPWARDS * self.nominal))

    def text(self, level: float) -> str:
        """A drive as text."""
        return self.form.format(level) if self.unit == "1" else format_quantity(level, self.unit)


@frozen_dataclass
class OneSpike:
    """Simulated results for one spike with the drive of a chip; NaN for missing values, with the cause in a note."""

    integration_time: float
    interval: float
    energy: float
    notes: tuple[str, ...] = ()


@frozen_dataclass
class ClosedForms:
    """Closed forms for a constant drive.

    Attributes
    ----------
    integration_time : float
        Time to the first spike; infinite if there is none. [s]
    interval : float
        Interval between spikes; NaN if the block has no value. [s]
    energy : float
        Energy per spike, without static power; NaN if the block has no value. [J]
    """

    integration_time: float
    interval: float
    energy: float


class NeuronInTime(ABC):
    """A neuron in the time domain.

    Attributes
    ----------
    component : Neuron or None
        Its block in an estimate; None for a lab device that no chip can use.
    drive : Drive
        What drives it.
    no_variation : str
        Why there is no cycle-to-cycle variation; empty if there is.
    no_temperature : str
        Why temperature has no effect; empty if it has.
    stays_on : str
        Behavior of such a neuron when it fires only once.
    has_ions : bool
        Whether ions move over a barrier in it.
    time_unit : str
        Unit of its times; ``1`` if counted in steps.
    """

    component: Any = None
    drive: Drive
    no_variation: str = ""
    no_temperature: str = ""
    stays_on: str = "it gives no further spike"
    has_ions: bool = False
    time_unit: str = "s"

    @abstractmethod
    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """One neuron for each level, driven constantly for its duration and no more after it.

        Its energies are those of spikes and drives; static power is left out.
        """

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """One neuron through the bursts of driven timesteps of an inference, without noise.

        Raises
        ------
        NeuroestError
            If the model is not run under pulses.
        """
        raise NeuroestError("its model is not run under the pulses of a chip")

    @abstractmethod
    def one_spike(self) -> OneSpike:
        """One spike with the drive of a chip: on until the neuron has fired, off until it is ready again.

        Raises
        ------
        NeuroestError
            If it never fires with its drive.
        """

    @abstractmethod
    def least_drive(self) -> float:
        """Closed form of the drive below which it never fires; zero if any drive eventually fires it."""

    def at(self, level: float) -> Any:
        """The block with another drive, or None if its effect is unknown."""
        if self.component is None or not self.component.supports_input_scaling:
            return None
        return self.component.with_input_scaled(level / self.drive.nominal)

    def closed(self, level: float) -> ClosedForms:
        """Closed forms for a constant drive of the given level."""
        if not level > 0.0:
            return ClosedForms(np.inf, np.inf, np.nan)
        block = self.at(level)
        if block is None:
            return ClosedForms(np.nan, np.nan, np.nan)
        time = float(block.integration_time())
        if not np.isfinite(time):
            return ClosedForms(np.inf, np.inf, np.nan)
        return ClosedForms(time, float(block.minimum_interval()), spike_energy(block))

    def patience(self) -> float:
        """Time after which a neuron counts as silent [s]."""
        return _WHOLE_INTEGRATIONS * self.whole_integration()

    def whole_integration(self) -> float:
        """Time to a spike at the nominal drive, or above the least one where the nominal one never fires. [s]."""
        nominal = self.closed(self.drive.nominal).integration_time
        if np.isfinite(nominal):
            return nominal
        return self.closed(_ENOUGH * self.least_drive()).integration_time

    def lasting(self, level: float, spikes: int) -> float:
        """Approximate time for a number of spikes with a drive [s]."""
        closed = self.closed(level)
        due = closed.integration_time + _LONGER * spikes * closed.interval
        return float(due) if np.isfinite(due) else self.patience()

    def fires(self, levels: Array, duration: float) -> Array:
        """Whether each drive fires it within a time."""
        return np.asarray(self.run(levels, np.full(len(levels), duration)).counts > 0)

    def static_power(self) -> float:
        """Power without any spike [W]."""
        if self.component is None:
            return 0.0
        return float(sum(np.max(cost.power) for cost in self.component.statics(any_network())))

    def levels(self, count: int) -> Array:
        """Drives of a curve, the nominal one among them: from where it just fires, or from a hundredth, upwards."""
        low, nominal = self.least_drive(), self.drive.nominal
        top = max(self.drive.top(), min(self.drive.largest, _UPWARDS * low))
        if not low < top:
            return np.array([nominal])
        if low <= 0.0:
            return np.unique([*np.geomspace(nominal / 100.0, top, count), nominal])
        above = np.geomspace(_JUST_ABOVE, (top - low) / low, count)
        return np.unique([*(low * (1.0 + above)), nominal])

    def differences(self, devices: int, generator: np.random.Generator) -> Array:
        """Drive factors of different neurons, with the device-to-device spread of the file."""
        return np.ones(devices)

    def experiments(self) -> Mapping[str, Callable[..., Any]]:
        """Experiments of this kind of neuron, in addition to the common ones."""
        return MappingProxyType({})

    def bench(self, devices: int, seed: int, *, compare: bool) -> Any:
        """Object that the experiments work on; None for a kind without experiments of its own."""
        return None

    def failing_checks(self, level: float) -> tuple[Check, ...]:
        """Checks of the block that fail under a drive; those of the nominal drive if the block has no others."""
        block = self.at(level) or self.component
        if block is None:
            return ()
        return tuple(check for check in block.checks(any_network()) if not bool(np.all(check.passed)))


def spike_energy(block: Neuron) -> float:
    """Energy of a spike if the drive ends with the spike, by the closed forms of an estimate. [J]."""
    time = block.integration_time()
    return float(
        sum(
            np.max(cost.energy)
            for cost in block.spike_energies(time, time)
            if cost.action in {"spike", "time_step"}
        )
    )


def driven(levels: Array, durations: Array) -> list[Segment]:
    """Drives that end at times of their own, as stretches of constant value."""
    ends = np.unique(durations)
    lengths = np.diff(ends, prepend=0.0)
    return [
        Segment(float(length), np.where(durations >= end, levels, 0.0))
        for length, end in zip(lengths, ends, strict=True)
    ]


def pulses_of(burst: Burst, level: float) -> list[Segment]:
    """The drive of all bursts of an inference, a trifle longer, for neurons that just fire."""
    pulse, driven = float(burst.pulse) * _JUST_ENOUGH, round(float(burst.steps))
    timestep = [Segment(pulse, level), Segment(float(burst.period) - pulse, 0.0)]
    one = [*timestep * driven, Segment(float(burst.idle), 0.0)]
    return [part for part in one * max(round(float(burst.number)), 1) if part.duration > 0.0]


def any_network() -> NetworkContext:
    """A network of one bit and one timestep, for blocks that require a network but do not depend on it."""
    return NetworkContext(
        spiking=True, timesteps=1.0, weight_bits=1.0, activation_bits=1.0, accumulator_bits=1.0,
        mean_absolute_weight=1.0,
    )  # fmt: skip


def changed_values(device: Device, changes: Mapping[str, str]) -> dict[str, float]:
    """Numbers of a device with some of them changed."""
    values = {name: claim.value for name, claim in device.claims.items()}
    check_names("parameter", changes, values)
    for name, text in changes.items():
        values[name] = device.record.parameters()[name].check.read(text)
    return values


def component_of(device: Device, changes: Mapping[str, str], temperature: float | None = None) -> Neuron:
    """The block of a device in an estimate, alone, at the temperature of the device's values."""
    return component_with(device, changed_values(device, changes), temperature)


def refused_alone(device: Device, values: Mapping[str, float]) -> tuple[str, ...]:
    """Why every chip refuses a device with these values: what contradicts itself, and the checks of a neuron.

    Parameters
    ----------
    device : Device
        The device.
    values : mapping of str to float
        Its parameters; for its own, those of its claims. [SI]
    """
    wrong = device.record.disordered(values)
    cls = COMPONENTS.get(device.spec.model)
    if wrong or cls is None or not issubclass(cls, Neuron):
        return tuple(wrong.values())
    with np.errstate(all="ignore"):
        checks = component_with(device, values, None).checks(any_network())
    refusing = [one for one in checks if one.severity == "infeasible" and not np.all(one.passed)]
    return tuple(one.message for one in refusing)


def component_with(device: Device, values: Mapping[str, float], temperature: float | None) -> Neuron:
    """The block of a device with these values, alone."""
    cls = COMPONENTS[device.spec.model]
    record = device.record.from_values({f"d.{name}": value for name, value in values.items()}, "d")
    process = load_device(device.spec.process or _PROCESS)
    around: Any = process.record.from_values({f"p.{n}": c.value for n, c in process.claims.items()}, "p")
    stated = float(getattr(record, "reference_temperature", 0.0)) or ROOM_TEMPERATURE
    point = TechnologyPoint(
        around, around.nominal_supply_voltage, stated if temperature is None else temperature
    )
    given = {"model": device.spec.model, "device": device.spec.name, "layout": _LAYOUT}
    fields = cls.schema.model_fields
    spec = cls.schema.model_validate({name: value for name, value in given.items() if name in fields})
    numbers = {name: getattr(spec, name) for name in fields}
    options = {name: value for name, value in numbers.items() if isinstance(value, float)}
    made: Neuron = cls("neuron", spec, record, None, options, point, MappingProxyType({}))
    return made


@frozen_dataclass
class Asked:
    """A neuron and the requested conditions.

    Attributes
    ----------
    changes : mapping of str to str
        Changed parameters, with units.
    kinetics : str
        Spec with noise and barriers of the ions of a diffusive neuron.
    temperature : float, optional
        Of the device. [K]
    barrier_shift : float
        Increase of its ion barriers above the spec's values. [J]
    component : Neuron, optional
        Block of an estimated chip, which is run in place of that of the device alone.
    """

    neuron: str
    changes: Mapping[str, str] = field(default_factory=dict)
    kinetics: str = "ion_kinetics_silver"
    temperature: float | None = None
    barrier_shift: float = 0.0
    component: Neuron | None = None

    def block(self, device: Device) -> Neuron:
        """The block of an estimate."""
        return self.component or component_of(device, self.changes, self.temperature)


def neuron_in_time(asked: Asked) -> NeuronInTime:
    """Time-domain neuron of a device spec.

    Raises
    ------
    NeuroestError
        If the device is not a neuron, a parameter is unknown, or the model does not cover the temperature.
    """
    device = load_device(asked.neuron)
    model = device.spec.model
    owner = COMPONENTS.get(model, device.record)
    home = getattr(owner, "in_time", "")
    if not home:
        raise NeuroestError(f"{asked.neuron} is {article(model)}, which is not a neuron model")
    if asked.temperature is not None and not (np.isfinite(asked.temperature) and asked.temperature > 0.0):
        raise NeuroestError(f"the temperature must be above 0 K, got {asked.temperature:g} K")
    made: NeuronInTime = load(home)(device, asked)
    if made.no_temperature and asked.temperature is not None:
        raise NeuroestError(f"{asked.neuron}: no --temperature here: {made.no_temperature}")
    if asked.barrier_shift and not made.has_ions:
        raise NeuroestError(
            f"{asked.neuron} is {article(model)}; barriers of ions belong to diffusive neurons"
        )
    return made
