"""The contract of a neuron in time: what `simulate`, `characterise` and the comparison with estimates ask of one.

The block of a neuron names the class that fulfils it (`Neuron.in_time`), so that no experiment knows a model by name.
One that states no class runs by its own closed forms.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.blocks.base import Check, NetworkContext, TechnologyPoint
from neuroest.blocks.neurons.base import Neuron
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE
from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.lazy_registry import load
from neuroest.core.units import format_quantity
from neuroest.dynamics.spikes import SpikeRun
from neuroest.dynamics.stimulus import Array, Segment
from neuroest.loading.library import Device, load_device
from neuroest.registry import COMPONENTS

_PROCESS = "cmos_28nm_lp"
"""Process of the circuits around a neuron whose file names none."""
_LAYOUT = "stacked"
"""Where a neuron of parts may have them, above one another; it changes its area alone."""
_WHOLE_INTEGRATIONS = 100.0
"""Integrations at the nominal drive for which a weaker drive is waited for; a convention."""
_JUST_ABOVE = 0.05
"""Lowest drive of a curve over the least one, less one; a convention."""
_LONGER = 1.3
"""Time that some spikes are waited for over that of their closed form; a convention."""
_ENOUGH = 1.5
"""Drive over the least one at which a neuron fires whose nominal drive is too weak; a convention."""
_UPWARDS = 2.0
"""Largest drive of a curve over the nominal one, where the model does not limit it; a convention."""


@dataclass(frozen=True)
class Drive:
    """What drives a neuron.

    Attributes
    ----------
    nominal : float
        Drive that an estimate takes for full.
    largest : float
        Largest one that its model describes.
    why_largest : str
        Why the model ends there.
    form : str
        How a drive without a unit is written.
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
        """A drive in words."""
        return self.form.format(level) if self.unit == "1" else format_quantity(level, self.unit)


@dataclass(frozen=True)
class OneSpike:
    """What a run in time gives of one spike as a chip drives it; NaN of what does not exist, whose cause is a note."""

    integration_time: float
    interval: float
    energy: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClosedForms:
    """Closed forms under a drive that stays on.

    Attributes
    ----------
    integration_time : float
        To the first spike; infinite where none comes. [s]
    interval : float
        From one spike to the next; NaN where the block does not know. [s]
    energy : float
        Of one spike, without static power; NaN where the block does not know. [J]
    """

    integration_time: float
    interval: float
    energy: float


class NeuronInTime(ABC):
    """A neuron that runs in time.

    Attributes
    ----------
    component : Neuron or None
        The block that an estimate makes of it; None of a device of the lab, which no chip can use.
    drive : Drive
        What drives it.
    no_variation : str
        Why two of its cycles do not differ; empty where they do.
    no_temperature : str
        Why its temperature changes nothing; empty where it does.
    stays_on : str
        What a neuron of this kind does that fires once and not again.
    has_ions : bool
        Whether ions over a barrier move in it.
    time_unit : str
        Unit of its times; ``1`` where they are counted in steps.
    """

    component: Any = None
    drive: Drive
    no_variation: str = ""
    no_temperature: str = ""
    stays_on: str = "it gives no further spike"
    has_ions: bool = False
    time_unit: str = "s"

    @abstractmethod
    def run(
        self, levels: Array, durations: Array, generator: np.random.Generator | None = None, kept: int = 0
    ) -> SpikeRun:
        """One neuron for each level, driven constantly for its duration and no more after it.

        Its energies are those of spikes and drives; static power is left out.
        """

    @abstractmethod
    def one_spike(self) -> OneSpike:
        """One spike with the drive of a chip: on until the neuron has fired, off until it is ready again.

        Raises
        ------
        NeuroestError
            Where it never fires under its drive.
        """

    @abstractmethod
    def least_drive(self) -> float:
        """Closed form of the drive below which it never fires; zero where any drive fires it in the end."""

    def at(self, level: float) -> Any:
        """The block under another drive, or None where it does not know what that does."""
        if self.component is None or not self.component.supports_input_scaling:
            return None
        return self.component.with_input_scaled(level / self.drive.nominal)

    def closed(self, level: float) -> ClosedForms:
        """Closed forms under a drive of that level that stays on."""
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
        """Time after which a neuron counts as silent. [s]."""
        return _WHOLE_INTEGRATIONS * self.whole_integration()

    def whole_integration(self) -> float:
        """Time to a spike at the nominal drive, or above the least one where the nominal one never fires. [s]."""
        nominal = self.closed(self.drive.nominal).integration_time
        if np.isfinite(nominal):
            return nominal
        return self.closed(_ENOUGH * self.least_drive()).integration_time

    def lasting(self, level: float, spikes: int) -> float:
        """Time in which about so many spikes come under a drive. [s]."""
        closed = self.closed(level)
        due = closed.integration_time + _LONGER * spikes * closed.interval
        return float(due) if np.isfinite(due) else self.patience()

    def fires(self, levels: Array, duration: float) -> Array:
        """Which drives fire it within a time."""
        return np.asarray(self.run(levels, np.full(len(levels), duration)).counts > 0)

    def static_power(self) -> float:
        """Power without any spike. [W]."""
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
        """Factors that make the drive of one neuron that of others, which differ as the file states."""
        return np.ones(devices)

    def experiments(self) -> Mapping[str, Callable[..., Any]]:
        """Experiments of this kind of neuron alone, besides those that every neuron has."""
        return MappingProxyType({})

    def bench(self, devices: int, seed: int, *, compare: bool) -> Any:
        """What those experiments work on."""
        raise NotImplementedError

    def failing_checks(self, level: float) -> tuple[Check, ...]:
        """Checks of the block that fail under a drive; of one whose block knows no others, those of the nominal one."""
        block = self.at(level) or self.component
        if block is None:
            return ()
        return tuple(check for check in block.checks(any_network()) if not bool(np.all(check.passed)))


def spike_energy(block: Neuron) -> float:
    """Energy of a spike whose drive ends with it, by the closed forms of an estimate. [J]."""
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


def any_network() -> NetworkContext:
    """A network of one bit and one timestep, where a block asks for one and does not depend on it."""
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
    """The block that an estimate makes of a device, by itself at the temperature that its values belong to."""
    values = changed_values(device, changes)
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


@dataclass(frozen=True)
class Asked:
    """A neuron and the conditions that were asked for.

    Attributes
    ----------
    changes : mapping of str to str
        Changed parameters, with units.
    kinetics : str
        Spec with noise and barriers of the ions of a diffusive neuron.
    temperature : float, optional
        Of the device. [K]
    barrier_shift : float
        Height of the barriers of its ions above those of the spec. [J]
    """

    neuron: str
    changes: Mapping[str, str]
    kinetics: str = "ion_kinetics_silver"
    temperature: float | None = None
    barrier_shift: float = 0.0

    def block(self, device: Device) -> Neuron:
        """The block of an estimate."""
        return component_of(device, self.changes, self.temperature)


def neuron_in_time(asked: Asked) -> NeuronInTime:
    """The neuron of a device spec as it runs in time.

    Raises
    ------
    NeuroestError
        For a device that is no neuron, an unknown parameter, or a temperature that its model does not know.
    """
    device = load_device(asked.neuron)
    model = device.spec.model
    owner = COMPONENTS.get(model, device.record)
    home = getattr(owner, "in_time", "")
    if not home:
        raise NeuroestError(f"{asked.neuron} is a {model}, which is no neuron model")
    if asked.temperature is not None and not (np.isfinite(asked.temperature) and asked.temperature > 0.0):
        raise NeuroestError(f"the temperature must be above 0 K, got {asked.temperature:g} K")
    made: NeuronInTime = load(home)(device, asked)
    if made.no_temperature and asked.temperature is not None:
        raise NeuroestError(f"{asked.neuron}: no --temperature here: {made.no_temperature}")
    if asked.barrier_shift and not made.has_ions:
        raise NeuroestError(f"{asked.neuron} is a {model}; barriers of ions belong to diffusive neurons")
    return made
