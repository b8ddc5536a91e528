"""One run of one neuron as a user asks for it: any kind of neuron, its input, and a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.core.progress import Progress, silent
from neuroest.core.statistics import quantiles
from neuroest.core.text_layout import columns
from neuroest.core.units import format_quantity, parse_quantity, parse_unit
from neuroest.dynamics.agreement import compare_spike
from neuroest.dynamics.compact import simulate as simulate_cells
from neuroest.dynamics.diffusive_cells import (
    NEURON_MODELS,
    DiffusiveCells,
    dc_threshold_voltage,
    draw_devices,
    immediate_switching_voltage,
    integration_time,
    load_cells,
)
from neuroest.dynamics.energy import TOLERANCE, compare_energy
from neuroest.dynamics.in_time import component_of
from neuroest.dynamics.reference_neurons import (
    digital_lif_spikes,
    simulate_accumulating,
    simulate_analog_lif,
    simulate_switch,
    switch_latches,
)
from neuroest.dynamics.spikes import SpikeRun, plain_numbers
from neuroest.dynamics.stimulus import Array, Segment, constant, pulse_pair, pulse_train, sampled
from neuroest.dynamics.switch_in_time import switch_behaviour, switch_delay
from neuroest.loading.library import Device, load_device
from neuroest.registry import render
from neuroest.specs.csv_table import read_csv
from neuroest.specs.file_text import is_path

_BEHAVIOUR = "lif_behaviour_generic"
_LONGEST_WAIT = 1e3
"""Delay over charge and relaxation up to which an input that nobody limits is made longer for it."""


@dataclass(frozen=True)
class Request:
    """What to simulate; times in seconds."""

    neuron: str
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
    changes: Mapping[str, str] = field(default_factory=dict)
    kinetics: str = "ion_kinetics_silver"
    temperature: float | None = None
    barrier_shift: float = 0.0
    step: float | None = None
    progress: Progress = silent

    def generator(self) -> np.random.Generator | None:
        """Source of noise, or None."""
        return np.random.default_rng(self.seed) if self.noise else None


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Report:
    """A result as text, as data for JSON, and as a table whose first row is its header."""

    lines: tuple[str, ...]
    data: dict[str, Any]
    table: tuple[tuple[Any, ...], ...]

    def to_text(self) -> str:
        """Text, one fact a line."""
        return "\n".join(self.lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        return self.data

    def rows(self) -> list[dict[str, Any]]:
        """The table, one mapping a row."""
        return [dict(zip(self.table[0], row, strict=True)) for row in self.table[1:]]


def simulate(
    neuron: str, stimulus: str = "constant", *, energy: bool = False, hold: float = 0.0,
    plot: str | Path | None = None, **options: Any,
) -> Report:  # fmt: skip
    """What a neuron does under an input, with the energy from its supplies.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    stimulus : str
        ``constant``, ``pulses``, ``pair``, or the path of a CSV file of time and voltage.
    energy : bool
        Compare the energy of one spike by simulation with that of the closed forms of an estimate.
    hold : float
        With `energy`: time that the input stays on after the switch. [s]
    plot : str or Path, optional
        Figure to draw.
    **options
        Other fields of `Request`, such as ``level="0.8 V"`` or ``devices=100``.

    Returns
    -------
    Report

    Raises
    ------
    NeuroestError
        For a device without a time-domain model, and for an input that does not fit it.
    """
    request = Request(neuron, stimulus, **options)
    drawn = None if plot is None else Path(plot)
    if not energy:
        return simulate_neuron(request, drawn)
    if load_device(neuron).spec.model in NEURON_MODELS:
        return energy_report(request, hold, drawn)
    if plot is not None or hold:
        raise NeuroestError("--plot and --hold of --energy belong to diffusive neurons")
    found = compare_spike(neuron, request.changes)
    rows = found.rows()
    table = (tuple(rows[0]), *(tuple(row.values()) for row in rows))
    return Report(tuple(found.lines()), {"neuron": neuron, "agrees": found.agrees, "quantities": rows}, table)


def simulate_neuron(request: Request, plot: Path | None = None) -> Report:
    """Run any neuron of which a time-domain model exists.

    Raises
    ------
    UnknownNameError
        For a device whose model has none.
    """
    model = load_device(request.neuron).spec.model
    runners: dict[str, Callable[[Request, Path | None], Report]] = {
        **dict.fromkeys(NEURON_MODELS, _diffusive),
        "threshold_switch": _switch,
        "threshold_switch_neuron": _switch,
        "analog_lif": _analog,
        "phase_change_neuron": _accumulating,
        "ferroelectric_neuron": _accumulating,
        "lif_behaviour": _digital,
    }
    hint = f"{request.neuron} is known by its numbers and not by equations in time"
    check_names("time-domain model", [model], runners, hint)
    if model not in NEURON_MODELS and (request.temperature is not None or request.barrier_shift):
        raise NeuroestError(
            f"{request.neuron} is a {model}; temperature and barriers belong to diffusive neurons"
        )
    return runners[model](request, plot)


def stimulus_of(request: Request, level: float, duration: float, unit: str) -> list[Segment]:
    """The input that was asked for."""
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
    """Input over time from a file, in volt or ampere where no unit is asked for.

    Raises
    ------
    NeuroestError
        With the line that is no pair of numbers, or when the header is another one.
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


def _cells(request: Request) -> DiffusiveCells:
    return load_cells(
        request.neuron, kinetics=request.kinetics, changes=request.changes, temperature=request.temperature,
        barrier_shift=request.barrier_shift,
    )  # fmt: skip


def _diffusive(request: Request, plot: Path | None) -> Report:
    typical = _cells(request)
    level = _level(request, "V", float(typical.input_voltage))
    closed = float(np.max(integration_time(typical, level)))
    duration = request.duration or (5.0 * closed if np.isfinite(closed) else 100.0 / float(typical.settling))
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
    lines = [
        (f"first complete filament: {_band(first, 's')} in {len(first)} of {request.devices} devices; closed form at "
        f"a constant {format_quantity(level, 'V')}: {due}"),
        (f"at {format_quantity(typical.temperature, 'K')}: never fires below "
        f"{format_quantity(dc_threshold_voltage(typical), 'V')}, without residue from {format_quantity(fast, 'V')} on"),
    ]  # fmt: skip
    if np.any(run.latched):
        share = f"{int(np.sum(run.latched))} of {request.devices} outputs"
        lines.append(
            f"latching: {share} stay on although the gate should have let go; rates and energies of the closed forms "
            "do not hold here"
        )
    lines += _energy_lines(run)
    _plot(run.traces, request, plot, "gate node")
    extra = {"first_switch_s": plain_numbers(run.first_switch), "latched": int(np.sum(run.latched))}
    return _report(request, run, lines, extra)


def _energy_lines(run: SpikeRun) -> list[str]:
    means = {term: float(np.mean(energy)) for term, energy in run.energy.items()}
    return [
        "energy from the supplies over the run, mean of the devices:",
        *(f"  {term.replace('_', ' '):<16} {format_quantity(mean, 'J')}" for term, mean in means.items()),
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


def _report(request: Request, run: SpikeRun, found: list[str], extra: Mapping[str, Any]) -> Report:
    """Spikes of a run, then what was found of this kind of neuron."""
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
    return Report((*lines, *found), data, (("device", "spike_time [s]"), *spikes))


def record_of(device: Device, changes: Mapping[str, str]) -> Any:
    """Numbers of a device with some of them changed, as its record."""
    values = {name: claim.value for name, claim in device.claims.items()}
    check_names("parameter", changes, values)
    for name, text in changes.items():
        values[name] = device.record.parameters()[name].check.read(text)
    return device.record(**values)


def _switch(request: Request, plot: Path | None) -> Report:
    device = load_device(request.neuron)
    switch = record_of(device, request.changes)
    notes: list[str] = []
    relaxation, delay = 0.0, None
    if device.spec.model == "threshold_switch_neuron":
        relaxation, delay = float(switch.relaxation_time), switch_delay(switch)
        notes.append(
            f"the switch stays on for the {format_quantity(relaxation, 's')} until it is fully off again; differences "
            "between devices are left out, since the spec states none"
        )
        notes += _as_a_chip_drives(request)
        switch = switch_behaviour(switch)
    level = _level(request, "V", float(switch.supply_voltage))
    waits = 0.0 if delay is None else float(np.max(delay(np.array(level), np.array(level), np.array(1e-30))))
    charge = float(switch.series_resistance * switch.capacitance)
    duration = request.duration or 40.0 * (
        charge + relaxation + min(waits, _LONGEST_WAIT * (charge + relaxation))
    )
    run = simulate_switch(
        switch, stimulus_of(request, level, duration, "V"), devices=request.devices, generator=request.generator(),
        step=request.step, relaxation=relaxation, delay=delay, progress=request.progress,
    )  # fmt: skip
    lines = []
    if reason := switch_latches(switch):
        lines.append(f"no oscillation: {reason}")
    spikes = float(np.sum(run.counts))
    if spikes:
        per = float(np.sum(run.energy["supply"])) / spikes
        stays = " with the drive left on" if relaxation else ""
        lines.append(f"energy from the supply: {format_quantity(per, 'J')} a spike{stays}")
    _plot(run.traces, request, plot, "capacitor")
    return _report(request, run, [*lines, *notes], {"latched": bool(reason)})


def _as_a_chip_drives(request: Request) -> list[str]:
    """Energy of a spike whose drive ends with it, which is what an estimate prices."""
    try:
        found = compare_spike(request.neuron, request.changes)
    except NeuroestError as error:
        return [f"as a chip drives it: {error}"]
    energy = next(q for q in found.quantities if q.name == "energy")
    pair = [format_quantity(value, "J") for value in (energy.simulated, energy.closed)]
    return [f"as a chip drives it, ending with the spike: {pair[0]} a spike; the estimate has {pair[1]}"]


def _accumulating(request: Request, plot: Path | None) -> Report:
    """Full pulses with a read after each; their energy is that of the blocks."""
    device = load_device(request.neuron)
    component: Any = component_of(device, request.changes)
    d, full = component.device, float(component.integration_time())
    train = pulse_train(1.0, float(d.pulse_time), float(d.read_time), request.pulses)
    run = simulate_accumulating(full, float(d.memory_time), train, devices=request.devices)
    _plot(run.traces, request, plot, "state", "1")
    spikes = float(np.mean(run.counts))
    pulses = float(component.accumulation_energy()) / float(component.pulses()) * request.pulses
    reads = float(component.read_energy() + d.decision_energy) * request.pulses
    parts = {"pulses": pulses, "reads": reads, "resets": float(component.reset_energy()) * spikes}
    run.energy |= {name: np.full(request.devices, value) for name, value in parts.items()}
    lines = [f"full pulses of {format_quantity(float(d.pulse_time), 's')}, each followed by a read; no noise"]
    return _report(request, run, [*lines, *_energy_lines(run)], {})


def _analog(request: Request, plot: Path | None) -> Report:
    neuron = record_of(load_device(request.neuron), request.changes)
    behaviour = record_of(load_device(_BEHAVIOUR), {})
    level = _level(request, "A", None)
    duration = request.duration or 20.0 * float(behaviour.leak_time_constant)
    run = simulate_analog_lif(
        neuron, behaviour, stimulus_of(request, level, duration, "A"), devices=request.devices,
        generator=request.generator(), step=request.step, progress=request.progress,
    )  # fmt: skip
    _plot(run.traces, request, plot, "membrane", "A")
    lines = [f"leak and refractory time from {_BEHAVIOUR}", *_energy_lines(run)]
    return _report(request, run, lines, {})


def _digital(request: Request, plot: Path | None) -> Report:
    behaviour = record_of(load_device(request.neuron), request.changes)
    added = _level(request, "1", None)
    if plot is not None:
        raise NeuroestError("a digital neuron has no waveform to draw")
    steps = request.pulses
    spikes, _ = digital_lif_spikes(behaviour, np.full((steps, request.devices), added))
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


def _plot(traces: dict[str, Array], request: Request, plot: Path | None, label: str, unit: str = "V") -> None:
    if plot is not None:
        found = Traces(
            traces,
            f"{_shown(request.neuron)}, {_shown(request.stimulus)} input",
            ("input", label),
            ("s", unit, "V"),
        )
        render(found, "figure", plot)


def energy_report(request: Request, hold: float, plot: Path | None = None) -> Report:
    """One spike by simulation and by the closed forms of the estimate, side by side."""
    cells = _cells(request)
    level = _level(request, "V", float(cells.input_voltage))
    compared = compare_energy(cells, level, hold=hold)
    lines = [
        f"{request.neuron}: one spike at {format_quantity(level, 'V')}",
        f"input on for {format_quantity(hold, 's')} after the switch",
        f"integration time simulated: {format_quantity(compared.simulated_integration_time, 's')}",
        f"integration time in closed form: {format_quantity(compared.integration_time, 's')}",
    ]
    terms = [("term", "simulated", "closed form", "deviation", "tolerance", "")]
    for row in compared.rows:
        tolerance = TOLERANCE[row.term]
        allowed = "bound" if not np.isfinite(tolerance) else f"{100.0 * tolerance:.2g} %"
        deviation = f"{100.0 * row.deviation:+.1f} %" if np.isfinite(row.deviation) else "-"
        energies = (format_quantity(row.simulated, "J"), format_quantity(row.closed, "J"))
        terms.append((row.term.replace("_", " "), *energies, deviation, allowed, row.verdict))
    lines += columns(terms, "<>>>><")
    if compared.latched:
        lines.append(
            "latching: the gate follows the filament and removes its drive, so the output stays on; the closed "
            "forms are not valid here"
        )
    else:
        lines.append("before switch: the closed form is an upper bound; a part of it charges the gate node")
    if plot is not None:
        title = f"{_shown(request.neuron)}: energy of one spike at {format_quantity(level, 'V')}"
        render(compared, "figure", title, plot)
    data = {
        "neuron": request.neuron, "level_V": level, "hold_s": hold, "latched": compared.latched,
        "terms": [
            {"term": r.term, "simulated_J": r.simulated, "closed_form_J": r.closed, "verdict": r.verdict}
            for r in compared.rows
        ],
    }  # fmt: skip
    table = [(r.term, r.simulated, r.closed, r.verdict) for r in compared.rows]
    return Report(tuple(lines), data, (("term", "simulated [J]", "closed_form [J]", "verdict"), *table))
