"""One neuron, its spike priced twice: run in time under the drive that an estimate assumes, and by the closed forms.

The drive is on until the neuron has fired and off until it is ready again, as a chip presents it in a timestep. What a
model's closed forms may be off by is what its block states; a spike that is off by more is named with its cause.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.blocks.base import ROOM_TEMPERATURE, NetworkContext, TechnologyPoint
from neuroest.blocks.neurons.base import Neuron
from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.text_layout import columns, wrapped
from neuroest.core.units import format_quantity
from neuroest.dynamics.diffusive_cells import NEURON_MODELS, DiffusiveCells, load_cells
from neuroest.dynamics.energy import compare_energy
from neuroest.dynamics.parameters import LifBehaviourParameters, ThresholdSwitchParameters
from neuroest.dynamics.reference_neurons import simulate_accumulating, simulate_analog_lif, simulate_switch
from neuroest.dynamics.stimulus import Segment, constant, pulse_train
from neuroest.equations import device_curves
from neuroest.loading.library import Device, load_device
from neuroest.registry import COMPONENTS

TIME_TOLERANCE = 0.2
"""Relative error of the closed forms of times: that of a discharge through a switch of a fifth of the resistor."""
_PROCESS = "cmos_28nm_lp"
"""Process of the circuits around a neuron whose file names none."""
_LAYOUT = "stacked"
"""Where a neuron of parts may have them, above one another; it changes its area alone."""
_PATIENCE = 3.0
"""Integration times after which a neuron counts as silent."""
_AFTER = 1.0 + 1e-9
"""Time of a spike to just behind it, over it; numerical."""
_NO_SPIKE = frozenset({"gate_waits", "neuron_fires", "switch_charges"})
"""Checks that fail where a neuron gives no spike."""
_ENDLESS = 1e6
"""Integration times that a membrane without a leak keeps its charge."""


@dataclass(frozen=True)
class Quantity:
    """One number of a spike, twice.

    Attributes
    ----------
    simulated, closed : float
        In SI.
    tolerance : float
        Factor within which they must agree.
    """

    name: str
    simulated: float
    closed: float
    unit: str
    tolerance: float

    @property
    def ratio(self) -> float:
        """Simulated over closed form."""
        return self.simulated / self.closed if self.closed else np.nan

    @property
    def agrees(self) -> bool:
        """Whether the two lie within the tolerance of each other."""
        return bool(1.0 / self.tolerance <= self.ratio <= self.tolerance) or self.simulated == self.closed


@dataclass(frozen=True)
class Agreement:
    """A spike of a neuron by simulation and by the closed forms of the estimate.

    Attributes
    ----------
    notes : tuple of str
        What the comparison assumes, what else would cost, and why numbers differ where they do.
    spikes : bool
        Whether the neuron spikes in time.
    silent : tuple of str
        Of one that does not, the checks of the estimate that say so.
    """

    neuron: str
    model: str
    quantities: tuple[Quantity, ...]
    notes: tuple[str, ...] = ()
    spikes: bool = True
    silent: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all numbers do; without a spike in time, whether the estimate says so."""
        return all(one.agrees for one in self.quantities) and (self.spikes or bool(self.silent))

    def lines(self) -> list[str]:
        """The comparison for a terminal."""
        head = [f"{self.neuron} ({self.model})"]
        if not self.spikes:
            flagged = (
                f"the estimate flags it: {', '.join(self.silent)}"
                if self.silent
                else "the estimate does not say so"
            )
            head += wrapped(f"no spike in time; {flagged}", hanging=2)
        rows = [("one spike", "simulated", "estimate", "ratio", "stated error", "")]
        for one in self.quantities:
            verdict = "agrees" if one.agrees else "differs"
            rows.append(
                (one.name, format_quantity(one.simulated, one.unit), format_quantity(one.closed, one.unit),
                 f"{one.ratio:.3g}", f"factor {one.tolerance:.3g}", verdict)
            )  # fmt: skip
        notes = [line for note in self.notes for line in wrapped(note, hanging=2)]
        return [*head, *columns(rows, "<>>>><"), *notes]

    def rows(self) -> list[dict[str, Any]]:
        """One row a number."""
        return [
            {"quantity": q.name, "simulated": q.simulated, "estimate": q.closed, "unit": q.unit,
             "stated_factor": q.tolerance, "agrees": q.agrees}
            for q in self.quantities
        ]  # fmt: skip


@dataclass(frozen=True)
class _Simulated:
    """What a run in time gives of one spike."""

    integration_time: float
    interval: float
    energy: float
    notes: tuple[str, ...] = ()


def compare_spike(neuron: str, changes: Mapping[str, str] | None = None) -> Agreement:
    """Compare one spike of a neuron by simulation with the closed forms of its estimate.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    changes : mapping of str to str, optional
        Changed parameters of the neuron, with units.

    Raises
    ------
    NeuroestError
        For a device that is no neuron of a chip, or one that never fires.
    """
    device = load_device(neuron)
    model = device.spec.model
    check_names("neuron model", [model], _RUNS)
    component = component_of(device, changes or {})
    closed_time = float(component.integration_time())
    if not np.isfinite(closed_time):
        raise NeuroestError(f"{neuron}: never fires under its drive, so there is no spike to compare")
    energy = sum(
        float(cost.energy)
        for cost in component.spike_energies(closed_time, closed_time)
        if cost.action in {"spike", "time_step"}
    )
    interval = float(component.minimum_interval())
    found = _RUNS[model](component, neuron, changes or {})
    factor = (
        component.prior_error["energy"].factor if "energy" in component.prior_error else 1.0 + TIME_TOLERANCE
    )
    times = 1.0 + TIME_TOLERANCE
    area = float(sum(cost.area for cost in component.areas(_any_network())))
    quantities = (
        Quantity("integration time", found.integration_time, closed_time, "s", times),
        Quantity("shortest interval", found.interval, interval, "s", times),
        Quantity("energy", found.energy, energy, "J", factor),
        Quantity("area", area, area, "m^2", times),
    )
    kept = tuple(q for q in quantities if np.isfinite(q.simulated))
    notes = (*found.notes, *_as_reported(component, energy, area))
    spikes = bool(np.isfinite(found.energy))
    return Agreement(neuron, model, kept, notes, spikes, () if spikes else _flagged(component))


def _flagged(component: Neuron) -> tuple[str, ...]:
    """Checks of a neuron that fail and say that it gives no spike."""
    return tuple(
        check.name
        for check in component.checks(_any_network())
        if check.name in _NO_SPIKE and not bool(np.all(check.passed))
    )


def _as_reported(component: Any, energy: float, area: float) -> list[str]:
    """The same neuron by the numbers that a group would report of it."""
    if component.model == "reported_neuron":
        return []
    memory = component.time_constant() if hasattr(component, "time_constant") else component.memory_time()
    parts = [
        f"spike_energy {format_quantity(energy, 'J')}",
        f"input_hold_time {format_quantity(float(component.integration_time()), 's')}",
        f"maximum_spike_rate {format_quantity(1.0 / float(component.minimum_interval()), '1/s')}",
        f"footprint {format_quantity(area, 'm^2')}",
    ]
    if memory is not None and np.isfinite(memory):
        parts.append(f"memory_time {format_quantity(float(memory), 's')}")
    return [f"the same as a reported_neuron: {', '.join(parts)}"]


def component_of(device: Device, changes: Mapping[str, str]) -> Neuron:
    """The block that an estimate makes of a device, by itself at the temperature that its values belong to."""
    values = {name: claim.value for name, claim in device.claims.items()}
    check_names("parameter", changes, values)
    for name, text in changes.items():
        values[name] = device.record.parameters()[name].check.read(text)
    cls = COMPONENTS[device.spec.model]
    record = device.record.from_values({f"d.{name}": value for name, value in values.items()}, "d")
    process = load_device(device.spec.process or _PROCESS)
    around: Any = process.record.from_values({f"p.{n}": c.value for n, c in process.claims.items()}, "p")
    stated = float(getattr(record, "reference_temperature", 0.0))
    point = TechnologyPoint(around, around.nominal_supply_voltage, stated or ROOM_TEMPERATURE)
    given = {"model": device.spec.model, "device": device.spec.name, "layout": _LAYOUT}
    fields = cls.schema.model_fields
    spec = cls.schema.model_validate({name: value for name, value in given.items() if name in fields})
    numbers = {name: getattr(spec, name) for name in fields}
    options = {name: value for name, value in numbers.items() if isinstance(value, float)}
    made: Neuron = cls("neuron", spec, record, None, options, point, MappingProxyType({}))
    return made


def _any_network() -> NetworkContext:
    return NetworkContext(
        spiking=True, timesteps=1.0, weight_bits=1.0, activation_bits=1.0, accumulator_bits=1.0,
        mean_absolute_weight=1.0,
    )  # fmt: skip


def _switch(component: Any, _neuron: str, _changes: Mapping[str, str]) -> _Simulated:
    """Two spikes of a threshold switch; from the rest after the first to the end of the second counts."""
    switch = switch_behaviour(component.device, component.thermal_headroom())
    delay = switch_delay(component.device)
    relaxation, drive = float(component.device.relaxation_time), float(component.device.supply_voltage)
    closed, pulse = float(component.integration_time()), float(component.discharge_time())

    def run(stimulus: list[Segment]) -> Any:
        return simulate_switch(switch, stimulus, relaxation=relaxation, delay=delay, step=_whole(stimulus))

    patience = _PATIENCE * (closed + component.time_constant())
    first = run(constant(drive, patience)).spike_times
    if not len(first):
        raise NeuroestError("the switch never turns on under its drive")
    # the drive ends with the spike, that is with the discharge; what then still holds the switch on empties without it
    begin = [Segment(float(first[0]) * _AFTER + pulse, drive), Segment(pulse + relaxation, 0.0)]
    before = run(begin)
    start = before.duration
    again = run([*begin, Segment(patience, drive)]).spike_times
    if len(again) < 2:
        return _Simulated(np.inf, np.inf, np.inf, ("the switch does not turn on a second time",))
    second = float(again[1])
    after = run([*begin, Segment((second - start) * _AFTER + pulse, drive)])
    held, notes = float(component.held_energy()), ["the drive ends with the spike, as the estimate assumes"]
    if held:
        notes.append(
            f"a drive that stays on while the switch relaxes takes up to {format_quantity(held, 'J')} more a spike; "
            "the estimate leaves it out and says so"
        )
    energy = float(after.energy["supply"][0] - before.energy["supply"][0])
    return _Simulated(second - start, second - float(first[0]), energy, tuple(notes))


def switch_behaviour(device: Any, headroom: Any = 1.0) -> ThresholdSwitchParameters:
    """A neuron of an estimate as its behaviour in time has it: deviations relative to the threshold."""
    shared = set(ThresholdSwitchParameters.parameters()) & set(type(device).parameters())
    values = {name: float(getattr(device, name)) for name in shared}
    values |= {name: float(values[name] * headroom) for name in ("threshold_voltage", "hold_voltage")}
    return ThresholdSwitchParameters(
        **values,
        threshold_variation=float(device.threshold_spread / device.threshold_voltage),
        threshold_mismatch=0.0,
    )


def switch_delay(device: Any) -> Callable[[Any, Any, Any], Any] | None:
    """Delay of a switch from the moment at which its node reaches a voltage, where its file states one."""
    if not float(device.switching_delay) + float(device.delay_floor):
        return None

    def delay(voltage: Any, final: Any, time_constant: Any) -> Any:
        return device_curves.incubation_time(
            voltage, final, time_constant, device.reference_voltage, device.switching_delay, device.delay_steepness,
            device.delay_exponent, device.delay_floor,
        )  # fmt: skip

    return delay


def _whole(stimulus: list[Segment]) -> float:
    """One step a segment: events are exact, and nobody looks at the trace."""
    return max(segment.duration for segment in stimulus)


def _analog(component: Any, _neuron: str, _changes: Mapping[str, str]) -> _Simulated:
    """Three spikes of a leaky integrator at its largest current."""
    d, closed = component.device, float(component.integration_time())
    tau = float(d.memory_time) if np.isfinite(d.memory_time) else _ENDLESS * closed
    behaviour = LifBehaviourParameters(
        leak_time_constant=tau, refractory_time=0.0, threshold_variation=0.0, threshold_mismatch=0.0, state_bits=16.0,
        digital_threshold=1.0, decay_shift=0.0,
    )  # fmt: skip
    run = simulate_analog_lif(
        d, behaviour, constant(float(d.maximum_input_current), (_PATIENCE + 0.5) * closed), step=closed / 10.0
    )
    if len(run.spike_times) < 2:
        raise NeuroestError("the membrane never reaches its threshold at the largest current")
    last = simulate_analog_lif(
        d, behaviour, constant(float(d.maximum_input_current), float(run.spike_times[1]) * _AFTER),
        step=closed / 10.0,
    )  # fmt: skip
    energy = sum(
        float(last.energy[term][0]) for term in ("membrane", "parasitic", "short_circuit", "slow_edge")
    )
    notes = ("at the largest input current; bias currents are static power in both",)
    return _Simulated(
        float(run.spike_times[0]), float(np.diff(run.spike_times)[0]), energy / float(last.counts[0]), notes
    )


def _accumulating(component: Any, _neuron: str, _changes: Mapping[str, str]) -> _Simulated:
    """Full pulses, each followed by a read, until the device fires and is reset."""
    d, pulses = component.device, float(component.pulses())
    memory = float(d.memory_time)
    train = pulse_train(1.0, float(d.pulse_time), float(d.read_time), int(_PATIENCE * pulses) + 2)
    run = simulate_accumulating(float(component.integration_time()), memory, train)
    if not len(run.spike_times):
        raise NeuroestError("the state fades faster than full pulses add to it")
    first = float(run.spike_times[0])
    count = round((first + float(d.read_time)) / float(d.pulse_time + d.read_time))
    whole = float(component.accumulation_energy()) * count / pulses
    reads = count * float(component.read_energy() + d.decision_energy)
    energy = whole + float(component.reset_energy()) + reads
    interval = first + float(d.read_time) + float(d.reset_time)
    notes = (f"{count} pulses to fire in time, {pulses:g} in closed form; a read after each",)
    return _Simulated(count * float(d.pulse_time), interval, energy, notes)


def _reported(component: Any, _neuron: str, _changes: Mapping[str, str]) -> _Simulated:
    """A neuron known by its numbers: they are taken unchanged, so there is nothing that could differ."""
    full, memory = float(component.integration_time()), component.memory_time()
    run = simulate_accumulating(full, np.inf if memory is None else float(memory), constant(1.0, full))
    energy = float(component.device.spike_energy)
    notes = ("described by published numbers, not by equations in time; the numbers are used as published",)
    when = float(run.spike_times[0]) if len(run.spike_times) else np.inf
    return _Simulated(when, when + float(component.refractory_time()), energy, notes)


def _diffusive(_component: Any, neuron: str, changes: Mapping[str, str]) -> _Simulated:
    """One spike of the rate equations from an empty device."""
    cells: DiffusiveCells = load_cells(neuron, changes=dict(changes))
    compared = compare_energy(cells, float(np.max(cells.input_voltage)))
    if compared.latched:
        reason = (
            "the neuron latches on in the rate equations: its gate follows the filament and removes the drive; the "
            "estimate flags it (gate_waits)"
        )
        return _Simulated(np.nan, np.nan, np.nan, (reason,))
    total = sum(row.simulated for row in compared.rows)
    notes = (
        "the next spike comes sooner by the residue of this one (intrinsic plasticity), so intervals are not compared",
    )
    return _Simulated(compared.simulated_integration_time, np.nan, total, notes)


_RUNS: Mapping[str, Callable[[Any, str, Mapping[str, str]], _Simulated]] = MappingProxyType(
    {
        **dict.fromkeys(NEURON_MODELS, _diffusive), "threshold_switch_neuron": _switch, "analog_lif": _analog,
        "phase_change_neuron": _accumulating, "ferroelectric_neuron": _accumulating, "reported_neuron": _reported,
    }
)  # fmt: skip
"""How each model of a neuron is run in time for one spike."""
