"""Run one neuron of any kind in time, with one input or a set of them, and report the result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from neuroest.core.document import Block, Table
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.statistics import quantiles
from neuroest.core.text_layout import words
from neuroest.core.units import article, format_quantity, parse_quantity, parse_unit
from neuroest.dynamics import reference_neurons
from neuroest.dynamics.agreement import TOLERANCE, compare_energy, compare_spike
from neuroest.dynamics.characterisation import characterise, characteristics_report
from neuroest.dynamics.circuits_in_time import AnalogInTime, DigitalInTime, NumbersInTime, SwitchInTime
from neuroest.dynamics.compact import simulate as simulate_cells
from neuroest.dynamics.diffusive_cells import (
    NEURON_MODELS,
    dc_threshold_voltage,
    draw_devices,
    immediate_switching_voltage,
    integration_time,
)
from neuroest.dynamics.diffusive_in_time import DiffusiveInTime
from neuroest.dynamics.experiments import LifBehaviourParameters, Report
from neuroest.dynamics.in_time import (
    Array,
    Asked,
    NeuronInTime,
    Noise,
    Segment,
    SpikeRun,
    changed_values,
    constant,
    neuron_in_time,
    plain_numbers,
    pulse_pair,
    pulse_train,
    sampled,
)
from neuroest.dynamics.pulses_in_time import PulsedInTime
from neuroest.loading.library import Device, load_device
from neuroest.registry import render
from neuroest.specs.file_text import is_path, read_csv

_SILENCE = 5.0
"""Silence at the end of a run over the longest interval from which on it is reported; a convention."""
_USUAL_SPIKES = 40
"""Spikes of a run whose length nobody gives; a convention."""
_TRACED = 1000
"""Points of the trace of a neuron that is known by its numbers; a convention."""
_REPETITIONS = 60
"""Repetitions of each point of a characteristic; a convention."""
_LONGEST_WAIT = 1e3
"""Delay over charge and relaxation up to which an input that nobody limits is made longer for it."""


@frozen_dataclass
class Request(Asked):
    """Simulation request; times in seconds."""

    stimulus: str = "constant"
    level: str | None = None
    duration: float | None = None
    width: float = 1e-3
    gap: float = 1e-3
    pulses: int = 100
    devices: int = 1
    seed: int = 0
    noise: bool = True
    rupture: bool = True
    step: float | None = None
    spikes: int | None = None
    behaviour: str = ""
    progress: Progress = silent

    def lasting(self, running: NeuronInTime, level: float, usual: float) -> float:
        """Length of a constant input: as given, for the requested number of spikes, or the default."""
        if self.spikes is not None:
            return running.lasting(level, self.spikes)
        return self.duration or usual

    def generator(self) -> Noise:
        """Random generator for noise, or None."""
        return np.random.default_rng(self.seed) if self.noise else None


@frozen_dataclass
class Traces:
    """Waveforms of one run.

    Attributes
    ----------
    values : dict of array
        ``time``, ``input``, ``gate`` and, of a diffusive neuron, ``filament`` and ``residue``.
    labels : tuple of str
        Of input, and of gate or membrane.
    units : tuple of str
        Of time, input and gate.
    """

    values: Mapping[str, Array]
    title: str
    labels: tuple[str, str]
    units: tuple[str, str, str]


def _shown(neuron: str) -> str:
    """A neuron as a figure names it: a file by its name alone."""
    return Path(neuron).stem if is_path(neuron) else neuron


def simulate(
    neuron: str, stimulus: str = "constant", *, characteristics: str | Sequence[str] = (), compare: bool | None = None,
    devices: int | None = None, energy: bool = False, hold: float = 0.0, **options: Any,
) -> Report:  # fmt: skip
    """Simulate a neuron with one input and report spikes and supply energy, or simulate its characteristics.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    stimulus : str
        ``constant``, ``pulses``, ``pair``, or the path of a CSV file of time and voltage.
    characteristics : str or sequence of str
        Experiments over a set of inputs in place of one: ``rate``, ``least_drive``, ``spike_energy``, ``intervals``,
        ``limits`` and those of its model; ``all`` for each, with a reason for missing ones.
    compare : bool, optional
        Simulate characteristics under the conditions of the published measurements and show these; by default, only for
        `MEASURED_NEURON`.
    devices : int, optional
        Devices that are simulated, or repetitions of each point of a characteristic; by default, 1 or 60.
    energy : bool
        Compare the simulated energy of one spike with the closed forms of an estimate.
    hold : float
        With `energy`: time that the input stays on after switching. [s]
    **options
        Other fields of `Request`, such as ``level="0.8 V"`` or ``seed=1``.

    Returns
    -------
    Report

    Raises
    ------
    NeuroestError
        If the device has no time-domain model, if the input does not fit it, or if it does not show a requested
        characteristic.
    """
    names = [characteristics] if isinstance(characteristics, str) else list(characteristics)
    usual = _REPETITIONS if names else 1
    request = Request(neuron, stimulus=stimulus, devices=usual if devices is None else devices, **options)
    if names:
        # characteristics have inputs of their own
        shared = {"devices", "seed", "progress", *(one.name for one in fields(Asked))}
        own = [one for one in fields(Request) if one.name not in shared]
        given = [one.name for one in own if getattr(request, one.name) != one.default]
        given += [name for name, asked in (("energy", energy), ("hold", hold)) if asked]
        if given:
            raise NeuroestError(
                f"--{given[0]} belongs to a single input; characteristics have inputs of their own"
            )
        if request.devices < 2:
            raise NeuroestError("--devices: a characteristic needs at least 2")
        found = characterise(
            request, names, devices=request.devices, seed=request.seed, compare=compare, progress=request.progress
        )  # fmt: skip
        return characteristics_report(neuron, found)
    if compare is not None:
        raise NeuroestError("--compare belongs to characteristics; name one, or all")
    model = load_device(neuron).spec.model
    if not energy:
        running = neuron_in_time(request)
        if request.spikes is not None and (request.duration is not None or stimulus != "constant"):
            raise NeuroestError(
                "--spikes sets the length of a constant input; leave out --duration and --stimulus"
            )
        if request.behaviour and not isinstance(running, AnalogInTime):
            raise NeuroestError(f"{neuron} is {article(model)}; --behaviour belongs to CMOS integrators")
        return _RUNNERS[next(kind for kind in type(running).__mro__ if kind in _RUNNERS)](running, request)
    if model in NEURON_MODELS:
        return _energy_report(request, hold)
    if hold:
        raise NeuroestError("--hold of --energy belongs to diffusive neurons")
    agreement = compare_spike(neuron, request.changes, request.temperature)
    rows = agreement.rows()
    table = (tuple(rows[0]), *(tuple(row.values()) for row in rows))
    data = {"neuron": neuron, "agrees": agreement.agrees, "quantities": rows}
    return Report(agreement.blocks(), data, table)


def stimulus_of(request: Request, level: float, duration: float, unit: str) -> list[Segment]:
    """The requested input."""
    kind = request.stimulus
    if kind == "constant":
        return constant(level, duration)
    if kind == "pulses":
        return pulse_train(level, request.width, request.gap, request.pulses)
    if kind == "pair":
        return pulse_pair(level, request.width, request.gap)
    if kind.endswith(".csv"):
        return stimulus_file(Path(kind), unit)
    raise UnknownNameError(
        "stimulus", kind, ("constant", "pulses", "pair"), "or give the path of a .csv file"
    )


def stimulus_file(path: Path, unit: str | None = None) -> list[Segment]:
    """Read an input waveform from a file; by default in volt or ampere.

    Raises
    ------
    NeuroestError
        With the line that is not a pair of numbers, or if the header is wrong.
    """
    table = read_csv(path, "time [s], voltage [V]")
    cells = table.heading
    if len(cells) != 2 or not all("[" in cell and cell.endswith("]") for cell in cells):
        raise NeuroestError(
            f"{path}: expected the header `time [s], voltage [V]` with units, got {', '.join(cells)!r}"
        )
    factors = []
    for cell, allowed in zip(cells, (("s",), ("V", "A") if unit is None else (unit,)), strict=True):
        factor, dimension = parse_unit(cell.partition("[")[2][:-1])
        if dimension not in [parse_unit(due)[1] for due in allowed]:
            raise NeuroestError(f"{path}: column {cell} must be in {' or '.join(allowed)}")
        factors.append(factor)
    found = []
    for number, row in table.rows:
        try:
            first, second = map(float, row)
        except ValueError:
            raise NeuroestError(
                f"{path}:{number}: expected two numbers, got {', '.join(row)[:60]!r}"
            ) from None
        found.append((first * factors[0], second * factors[1]))
    data = np.array(found).reshape(-1, 2)
    try:
        return sampled(data[:, 0], data[:, 1])
    except NeuroestError as error:
        raise NeuroestError(f"{path}: {error}") from None


def _level(request: Request, unit: str, default: float | None) -> float:
    if request.level is None:
        if default is None:
            raise NeuroestError("this neuron needs an input: give --level")
        return default
    try:
        return parse_quantity(request.level, unit)
    except NeuroestError as error:
        raise NeuroestError(f"--level: {error}") from None


def _described(running: NeuronInTime, level: float) -> float:
    """Check that the neuron's model covers a drive."""
    drive = running.drive
    if 0.0 <= level <= drive.largest:
        return level
    why = f": {drive.why_largest}" if drive.why_largest and level > 0.0 else ""
    most = f" to {drive.text(drive.largest)}" if np.isfinite(drive.largest) else " on"
    raise NeuroestError(f"--level: the {drive.name} is described from {drive.text(0.0)}{most}{why}")


def _diffusive(running: DiffusiveInTime, request: Request) -> Report:
    typical = running.cells
    level = _level(request, "V", float(typical.input_voltage))
    closed = float(np.max(integration_time(typical, level)))
    usual = 5.0 * closed if np.isfinite(closed) else 100.0 / float(typical.settling)
    duration = request.lasting(running, level, usual)
    generator = request.generator()
    if generator is not None and request.devices > 1:
        cells = draw_devices(typical, request.neuron, request.devices, generator)
    else:
        cells = typical.broadcast(request.devices)
    run = simulate_cells(
        cells, stimulus_of(request, level, duration, "V"), generator=generator, step=request.step,
        rupture=request.rupture, kept=1, progress=request.progress,
    )  # fmt: skip
    first = run.first_switch[np.isfinite(run.first_switch)]
    fast = float(np.max(immediate_switching_voltage(typical)))
    due = format_quantity(closed, "s") if np.isfinite(closed) else "never"
    lines: list[Block] = [
        (f"first complete filament: {_band(first, 's')} in {len(first)} of {request.devices} devices; closed form at "
        f"a constant {format_quantity(level, 'V')}: {due}"),
        (f"at {format_quantity(typical.temperature, 'K')}: never fires below "
        f"{format_quantity(dc_threshold_voltage(typical), 'V')}, without residue from {format_quantity(fast, 'V')} on"),
    ]  # fmt: skip
    if np.any(run.latched):
        share = f"{int(np.sum(run.latched))} of {request.devices} outputs"
        lines.append(
            f"latching: {share} stay on although the gate should have reset; rates and energies of the closed forms "
            "do not hold here"
        )
    lines += _energy_lines(run)
    extra = {"first_switch_s": plain_numbers(run.first_switch), "latched": int(np.sum(run.latched))}
    return _report(request, run, lines, "gate node", extra=extra)


def _energy_lines(run: SpikeRun) -> list[Block]:
    rows = [
        (words(term), format_quantity(float(np.mean(energy)), "J")) for term, energy in run.energy.items()
    ]
    return [
        "energy from the supplies over the run, mean of the devices:",
        Table.of(("", ""), rows, "<<", indent=2, gap=2),
    ]


def _band(values: Array, unit: str) -> str:
    if not len(values):
        return "none"
    low, middle, high = quantiles(values)
    if len(values) == 1:
        return format_quantity(float(middle), unit)
    return (
        f"{format_quantity(float(middle), unit)} "
        f"({format_quantity(float(low), unit)} to {format_quantity(float(high), unit)})"
    )


def _report(
    request: Request, run: SpikeRun, found: Sequence[Block], state: str, unit: str = "V",
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> Report:  # fmt: skip
    """Spikes of a run, then what was found of this kind of neuron; its figure has the input and the state."""
    mean, intervals = float(np.mean(run.counts)), run.intervals()
    lines = [
        f"{request.neuron}, {run.devices} device{'s' * (run.devices > 1)}, {format_quantity(run.duration, 's')}",
        f"spikes: {mean:.4g} a device, {format_quantity(mean / run.duration, '1/s')}",
    ]
    if len(intervals):
        variation = float(np.std(intervals) / np.mean(intervals))
        lines.append(f"intervals: {_band(intervals, 's')}, coefficient of variation {variation:.2g}")
    spikes = [(int(d), float(t)) for d, t in zip(run.spike_devices, run.spike_times, strict=True)]
    data = {
        "neuron": request.neuron,
        "duration_s": run.duration,
        "devices": request.devices,
        "spikes": [{"device": device, "time_s": time} for device, time in spikes],
        "energy_J": {term: float(np.mean(value)) for term, value in run.energy.items()},
        **extra,
    }
    title = f"{_shown(request.neuron)}, {_shown(request.stimulus)} input"
    traces = Traces(run.traces, title, ("input", state), ("s", unit, "V"))
    table = (("device", "spike_time [s]"), *spikes)
    return Report((*lines, *found), data, table, {"": partial(render, traces, "figure")})


def record_of(device: Device, changes: Mapping[str, str]) -> Any:
    """Numbers of a device with some of them changed, as its record."""
    return device.record(**changed_values(device, changes))


def _switch(running: SwitchInTime, request: Request) -> Report:
    switch, relaxation, delay = running.switch, running.relaxation, running.delay
    notes: list[str] = []
    if running.component is not None:
        notes.append(
            f"the switch stays on for the {format_quantity(relaxation, 's')} until it is fully off again"
            + ("" if running.delay_scatter[0] else "; its file states no differences between devices")
        )
        notes += _as_a_chip_drives(request)
    level = _level(request, "V", float(switch.supply_voltage))
    waits = 0.0 if delay is None else float(np.max(delay(np.array(level), np.array(level), np.array(1e-30))))
    charge = float(switch.series_resistance * switch.capacitance)
    usual = 40.0 * (charge + relaxation + min(waits, _LONGEST_WAIT * (charge + relaxation)))
    run = reference_neurons.simulate_switch(
        switch, stimulus_of(request, level, request.lasting(running, level, usual), "V"), devices=request.devices,
        generator=request.generator(), step=request.step, relaxation=relaxation, delay=delay,
        delay_scatter=running.delay_scatter, progress=request.progress,
    )  # fmt: skip
    lines = []
    driven = switch.changed(supply_voltage=level) if request.stimulus == "constant" else switch
    if reason := reference_neurons.switch_latches(driven):
        lines.append(f"no oscillation: {reason}")
    elif request.stimulus == "constant":
        lines += _fallen_silent(run)
    spikes = float(np.sum(run.counts))
    if spikes:
        per = float(np.sum(run.energy["supply"])) / spikes
        stays = " with the drive left on" if relaxation else ""
        lines.append(f"energy from the supply: {format_quantity(per, 'J')} a spike{stays}")
    return _report(request, run, [*lines, *notes], "capacitor", extra={"latched": bool(reason)})


def _fallen_silent(run: SpikeRun) -> list[str]:
    """Switches with a cycle whose sampled threshold exceeds the drive."""
    intervals = run.intervals()
    if not len(intervals):
        return []
    last = np.full(run.devices, np.inf)
    last[run.spike_devices.astype(int)] = -np.inf
    np.maximum.at(last, run.spike_devices.astype(int), run.spike_times)
    silent_for = run.duration - last
    silent_ones = int(np.sum(np.isfinite(last) & (silent_for > _SILENCE * np.max(intervals))))
    if not silent_ones:
        return []
    who = f"{silent_ones} of {run.devices} devices fall silent"
    return [f"{who}: a cycle drew a threshold above what the drive reaches; rates are means of the whole run"]


def _as_a_chip_drives(request: Request) -> list[str]:
    """Energy and rate of a spike if the drive ends with the spike, as an estimate assumes."""
    try:
        found = {
            q.name: q for q in compare_spike(request.neuron, request.changes, request.temperature).quantities
        }
    except NeuroestError as error:
        return [f"as a chip drives it: {error}"]
    simulated, closed = (format_quantity(v, "J") for v in (found["energy"].simulated, found["energy"].closed))
    rates = [1.0 / v for v in (found["shortest interval"].simulated, found["shortest interval"].closed)]
    rate = " and ".join(format_quantity(v, "1/s") for v in rates)
    return [
        f"as a chip drives it, ending with the spike: {simulated} a spike; the estimate has {closed}",
        f"highest rate of such spikes: {rate} in the estimate",
    ]


def _accumulating(running: PulsedInTime, request: Request) -> Report:
    """Pulses with a read after each."""
    d = running.component.device
    level = _described(running, _level(request, running.drive.unit, running.drive.nominal))
    pulses = request.pulses
    if request.spikes is not None:
        pulses = int(np.ceil(running.lasting(level, request.spikes) / running.slot))
    train = pulse_train(running.length(level), float(d.pulse_time), float(d.read_time), pulses)
    run = running.simulate(train, np.full(request.devices, level), request.generator(), request.progress)
    width, drive = format_quantity(float(d.pulse_time), "s"), running.drive.text(level)
    lines = [f"{pulses} pulses of {width} at {drive}, each followed by a read", *_energy_lines(run)]
    return _report(request, run, [*lines, *_as_a_chip_drives(request)], "state", "1")


def _analog(running: AnalogInTime, request: Request) -> Report:
    behaviour, generator = running.behaviour, request.generator()
    level = _level(request, "A", running.drive.nominal)
    duration = request.lasting(running, level, running.lasting(level, _USUAL_SPIKES))
    pause = behaviour.refractory_time
    whose = f"leak as its file states, {'refractory time too' if pause else 'no refractory time'}"
    if request.behaviour:
        other = load_device(request.behaviour)
        if other.spec.model != LifBehaviourParameters.model:
            raise NeuroestError(
                f"{request.behaviour} is {article(other.spec.model)}; expected a lif_behaviour"
            )
        behaviour = record_of(other, {})
        whose = f"leak and refractory time from {request.behaviour}"
        if pause:
            behaviour = behaviour.changed(refractory_time=pause)
            whose = f"leak from {request.behaviour}, refractory time as its file states"
        if request.spikes is None:
            duration = request.duration or 20.0 * float(behaviour.leak_time_constant)
    if level > running.drive.largest:
        whose += f"; beyond {running.drive.text(running.drive.largest)}, its largest membrane current"
    stimulus = stimulus_of(request, level, duration, "A")
    if generator is not None and request.devices > 1:
        factors = running.differences(request.devices, generator)
        stimulus = [Segment(part.duration, part.level * factors) for part in stimulus]
    run = reference_neurons.simulate_analog_lif(
        running.component.device, behaviour, stimulus, devices=request.devices, generator=generator,
        step=request.step, progress=request.progress,
    )  # fmt: skip
    lines = [whose, *_energy_lines(run), *_as_a_chip_drives(request)]
    return _report(request, run, lines, "membrane", "A")


def _by_numbers(running: NumbersInTime, request: Request) -> Report:
    """A leaky integrator of the published numbers."""
    level = _described(running, _level(request, "1", running.drive.nominal))
    duration = request.lasting(running, level, running.lasting(level, _USUAL_SPIKES))
    run = running.simulate(
        stimulus_of(request, level, duration, "1"), request.devices, _TRACED, request.progress
    )
    whose = "a leaky integrator of its published numbers, which do not include noise; 1 is a full drive"
    lines = [whose, *_energy_lines(run), *_as_a_chip_drives(request)]
    return _report(request, run, lines, "state", "1")


def _digital(running: DigitalInTime, request: Request) -> Report:
    behaviour = running.behaviour
    added = _level(request, "1", None)
    steps = request.pulses if request.spikes is None else int(running.lasting(added, request.spikes))
    spikes, _ = reference_neurons.digital_lif_spikes(behaviour, np.full((steps, request.devices), added))
    when, who = np.nonzero(spikes)
    lines = [
        f"{request.neuron}: digital neuron, {steps} steps, {added:g} added in each",
        f"spikes: {float(np.mean(np.sum(spikes, axis=0))):.4g} a device, {float(np.mean(spikes)):.4g} a step",
    ]
    rows = list(zip(who.tolist(), when.tolist(), strict=True))
    data = {
        "neuron": request.neuron, "steps": steps, "devices": request.devices,
        "spikes": [{"device": device, "step": step} for device, step in rows],
    }  # fmt: skip
    return Report(tuple(lines), data, (("device", "step"), *rows))


def _energy_report(request: Request, hold: float) -> Report:
    """One spike from simulation and from the closed forms of the estimate, side by side."""
    cells = cast("DiffusiveInTime", neuron_in_time(request)).cells
    level = _level(request, "V", float(cells.input_voltage))
    compared = compare_energy(cells, level, hold=hold)
    lines: list[Block] = [
        f"{request.neuron}: one spike at {format_quantity(level, 'V')}",
        f"input on for {format_quantity(hold, 's')} after the switch",
        f"integration time simulated: {format_quantity(compared.simulated_integration_time, 's')}",
        f"integration time in closed form: {format_quantity(compared.integration_time, 's')}",
    ]
    terms = []
    for row in compared.rows:
        tolerance = TOLERANCE[row.term]
        allowed = "bound" if not np.isfinite(tolerance) else f"{100.0 * tolerance:.2g} %"
        deviation = f"{100.0 * row.deviation:+.1f} %" if np.isfinite(row.deviation) else "-"
        energies = (format_quantity(row.simulated, "J"), format_quantity(row.closed, "J"))
        terms.append((row.term.replace("_", " "), *energies, deviation, allowed, row.verdict))
    head = ("term", "simulated", "closed form", "deviation", "tolerance", "")
    lines.append(Table.of(head, terms, "<>>>><", gap=2))
    if compared.latched:
        lines.append(
            "latching: the gate follows the filament and removes its drive, so the output stays on; the closed "
            "forms are not valid here"
        )
    else:
        lines.append("before switch: the closed form is an upper bound; a part of it charges the gate node")
    data = {
        "neuron": request.neuron, "level_V": level, "hold_s": hold, "latched": compared.latched,
        "terms": [
            {"term": r.term, "simulated_J": r.simulated, "closed_form_J": r.closed, "verdict": r.verdict}
            for r in compared.rows
        ],
    }  # fmt: skip
    table = [(r.term, r.simulated, r.closed, r.verdict) for r in compared.rows]
    title = f"{_shown(request.neuron)}: energy of one spike at {format_quantity(level, 'V')}"
    return Report(
        tuple(lines), data, (("term", "simulated [J]", "closed_form [J]", "verdict"), *table),
        {"": partial(render, compared, "figure", title)},
    )  # fmt: skip


_RUNNERS: Mapping[type[NeuronInTime], Callable[[Any, Request], Report]] = {
    DiffusiveInTime: _diffusive, SwitchInTime: _switch, AnalogInTime: _analog, PulsedInTime: _accumulating,
    DigitalInTime: _digital, NumbersInTime: _by_numbers,
}  # fmt: skip
"""What each kind of neuron in time reports of a run."""
