"""Benches for a circuit, next to `neuroest simulate` on the same input, and the numbers of the circuit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from neuroest.blocks.circuit import Circuit
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.diffusive_cells import NEURON_MODELS, load_cells
from neuroest.dynamics.run import record_of, simulate
from neuroest.equations import crossbar_wires
from neuroest.loading.library import Device, load_device
from neuroest.registry import COMPONENTS


@frozen_dataclass
class DeviceCircuit:
    """The circuit of one device.

    Attributes
    ----------
    neuron : str
        What the device was asked for by: a name or a path.
    name : str
        Name of the subcircuit and of the module.
    """

    neuron: str
    name: str
    device: Device
    circuit: Circuit
    changes: Mapping[str, str]


def circuit_of(neuron: str, changes: Mapping[str, str] | None = None) -> DeviceCircuit:
    """Circuit of a device spec of a neuron.

    Raises
    ------
    NeuroestError
        For a device that is no neuron or whose circuit is not known, with the cause.
    """
    device = load_device(neuron)
    block = _block(device)
    circuit = None
    if block is not None and hasattr(block, "circuit"):
        circuit = block.circuit(_values(device, neuron, block, changes or {}))
    if circuit is None:
        raise NeuroestError(f"{neuron}: no circuit to export: {_cause(device, block)}")
    name = device.spec.name
    named = name if name[0].isalpha() else f"neuron_{name}"
    return DeviceCircuit(neuron, named, device, circuit, dict(changes or {}))


def no_circuit(neuron: str) -> str:
    """Why a device has no circuit, or nothing."""
    try:
        circuit_of(neuron)
    except NeuroestError as error:
        return str(error).rpartition(": ")[2]
    return ""


def _block(device: Device) -> Any:
    model = getattr(device.record, "circuit_of", device.spec.model)
    return COMPONENTS.get(model)


def _values(device: Device, neuron: str, block: Any, changes: Mapping[str, str]) -> dict[str, float]:
    if device.spec.model in NEURON_MODELS:
        cells = load_cells(neuron, changes=changes)
        return {field.name: float(getattr(cells, field.name)) for field in fields(cells)}
    own = record_of(device, changes)
    values = {name: float(getattr(own, name)) for name in own.declared}
    if block.behaviour:
        other = record_of(load_device(block.behaviour), {})
        stated = {*device.claims, *changes}
        values |= {n: float(getattr(other, n)) for n in other.declared if n not in stated}
    return values


def _cause(device: Device, block: Any) -> str:
    if block is None or not hasattr(block, "circuit"):
        return f"a {device.spec.model} is not a neuron with its own circuit"
    return str(block.no_circuit)


class NoSpikeError(NeuroestError):
    """A neuron whose spikes no bench can show, with the cause."""


MOST_SPIKES = 5
"""Spikes that a bench waits for; a convention."""
_STEPS = 500
"""Longest steps of the circuit simulator within a delay or period, at least; it takes shorter ones by itself."""
_WIDTH = 2.0
"""Length of a pulse over the delay, where a constant input lets the neuron stay on; a convention."""
_EDGE = 1e-3
"""Edge of an input over delay or pulse; numerical. Without one, the first step would miss the charge of a line."""
_LONGER = 2.0
"""Length of a constant input over that of the run."""


@frozen_dataclass
class Expected:
    """What `neuroest simulate` finds, and how it was asked.

    Attributes
    ----------
    spikes : int
        Spikes within the duration.
    period : float or None
        Mean interval between them; None of a single spike. [s]
    energy : float
        From all supplies until the end, over the spikes. [J]
    pulse : tuple of float or None
        Length of a pulse and gap behind it, where the input is a train of as many pulses as spikes. [s]
    """

    level: float
    duration: float
    spikes: int
    delay: float
    period: float | None
    energy: float
    pulse: tuple[float, float] | None
    command: str


@frozen_dataclass
class Column:
    """Cells in parallel between the rows and the neuron.

    Attributes
    ----------
    conductance : float
        Of one cell. [S]
    capacitance : float
        Of the line, all cells together. [F]
    """

    synapse: str
    cells: int
    conductance: float
    capacitance: float

    @property
    def resistance(self) -> float:
        """All cells in parallel. [ohm]."""
        return 1.0 / (self.cells * self.conductance)


def column_of(synapse: str, cells: int) -> Column:
    """A column of cells that stand half-way between their two conductances.

    Raises
    ------
    NeuroestError
        For a device that is no resistive cell.
    """
    claims = load_device(synapse).claims
    if not {"low_conductance", "high_conductance"} <= set(claims):
        raise NeuroestError(f"{synapse} has no low and high conductance; name a resistive cell")
    mean = (claims["low_conductance"].value + claims["high_conductance"].value) / 2.0
    each = claims["memristor_capacitance"].value if "memristor_capacitance" in claims else 0.0
    return Column(synapse, cells, mean, cells * each)


def expected(
    device_circuit: DeviceCircuit, level: float | None = None, column: Column | None = None
) -> Expected:
    """Spikes of the same input by `neuroest simulate`, with the charge of the line of a column.

    Raises
    ------
    NoSpikeError
        Where a circuit simulator would have no spikes to show either.
    """
    level = device_circuit.circuit.level if level is None else level
    changes = dict(device_circuit.changes)
    source = device_circuit.circuit.source_adds_to
    if column is not None and source:
        changes[source] = f"{device_circuit.circuit.parameters[source].value + column.resistance!r} ohm"
    run = _Run(device_circuit, level, changes, column)
    first = run.of()
    times = [spike["time_s"] for spike in first["spikes"]]
    if not times:
        raise NoSpikeError(f"it does not fire at {run.level}")
    if first.get("first_switch_s") == [None]:
        raise NoSpikeError("the gate follows the filament and removes its drive, so no filament completes")
    if len(times) == 1 and first.get("latched"):
        # a constant input keeps it on, so it gets a train of pulses
        width, gap = _WIDTH * times[0], device_circuit.circuit.rest
        data = run.of(stimulus="pulses", width=width, gap=gap, pulses=MOST_SPIKES)
        times = [spike["time_s"] for spike in data["spikes"]]
        if len(times) != MOST_SPIKES:
            raise NoSpikeError(
                f"a constant input keeps it on, and {MOST_SPIKES} pulses give {len(times)} spikes"
            )
        period = (times[-1] - times[0]) / (len(times) - 1)
        return run.outcome(data, MOST_SPIKES * (width + gap), times, period, (width, gap))
    times = times[:MOST_SPIKES]
    period = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else None
    duration = first["duration_s"] if period is None else times[-1] + period / 2.0
    return run.outcome(run.of(duration=duration), duration, times, period, None)


class _Run:
    """Runs of `neuroest simulate` on one neuron, without noise, at one level."""

    def __init__(
        self, device_circuit: DeviceCircuit, level: float, changes: Mapping[str, str], column: Column | None
    ) -> None:
        self.found, self.number, self.changes, self.column = device_circuit, level, changes, column
        self.level = f"{level:.12g} {'V' if device_circuit.circuit.input == 'voltage' else 'A'}"
        self.command = ""

    def of(self, **options: Any) -> dict[str, Any]:
        """One run; its command is kept."""
        words = [f"neuroest simulate {self.found.neuron} --no-noise --level '{self.level}'"]
        for name, value in options.items():
            shown = f"'{value:.9g} s'" if isinstance(value, float) else value
            words.append(f"--{name} {shown}")
        words += [f"--set {name}='{value}'" for name, value in self.changes.items()]
        self.command = " ".join(words)
        behaviour = getattr(COMPONENTS.get(self.found.device.spec.model), "behaviour", "")
        if behaviour:
            words.append(f"--behaviour {behaviour}")
            options["behaviour"] = behaviour
        stated = {"level": self.level, "noise": False, "changes": self.changes, **options}
        return simulate(self.found.neuron, **stated).to_dict()

    def outcome(
        self, data: dict[str, Any], duration: float, times: list[float], period: float | None,
        pulse: tuple[float, float] | None,
    ) -> Expected:  # fmt: skip
        """What was found of a run with these spikes."""
        if len(data["spikes"]) != len(times):
            raise NoSpikeError(f"a run of {duration:g} s does not repeat its {len(times)} spikes")
        # the comparator of the bench is an ideal one, which conducts nothing straight through
        energy = sum(value for term, value in data["energy_J"].items() if term != "slow_edge")
        if self.column is not None and self.found.circuit.input == "voltage":
            # the line is charged through the cells as often as the input rises
            rises = 1 if pulse is None else MOST_SPIKES
            energy += rises * crossbar_wires.line_toggle_energy(self.column.capacitance, self.number)
        return Expected(
            self.number, duration, len(times), times[0], period, energy / len(times), pulse, self.command
        )


def deck(
    device_circuit: DeviceCircuit, due: Expected, column: Column | None = None, osdi: bool = False
) -> str:
    """Input file of ngspice: it prints delay, period and energy of a spike."""
    circuit, name = device_circuit.circuit, device_circuit.name
    step = min([due.delay, *([due.period] if due.period else [])]) / _STEPS
    what = "neuron alone" if column is None else f"neuron behind a column of {column.cells} {column.synapse}"
    lines = [
        f"* {name}: {what}",
        f"* the same input by: {due.command}",
        f"* it gives: delay {due.delay:.5g} s, "
        + (f"period {due.period:.5g} s, " if due.period else "")
        + f"energy {due.energy:.5g} J a spike",
        f".include {name}.lib",
        *_source(device_circuit, due, column),
    ]
    if circuit.supply:
        lines.append(f"Vdd vdd 0 {circuit.parameters[circuit.supply].value:.12g}")
    lines += [
        f"Xneuron {' '.join(circuit.ports)} {name}",
        ".options reltol=1e-4 method=gear",
        ".control",
        *([f"pre_osdi {name}.osdi"] if osdi else []),
        f"tran {step:.4g} {due.duration:.9g} 0 {step:.4g} uic",
        "meas tran delay when v(spike)=0.5 rise=1",
    ]
    if due.period:
        lines += [
            f"meas tran last when v(spike)=0.5 rise={due.spikes}",
            f"let period=(last-delay)/{due.spikes - 1}",
        ]
    # what a driver takes from a supply of that voltage; what flows back when a pulse ends returns nothing
    power = [f"{due.level:.12g}*(abs(i(Vsource))-i(Vsource))/2"] if circuit.input == "voltage" else []
    power += ["-v(vdd)*i(Vdd)"] if circuit.supply else []
    lines += [
        f"let power={'+'.join(power) or '0'}",
        "meas tran total integ power",
        f"let energy=total/{due.spikes}",
        "echo delay_s $&delay",
        *(["echo period_s $&period"] if due.period else []),
        "echo energy_J $&energy",
        ".endc",
        ".end",
        "",
    ]
    return "\n".join(lines)


def _source(device_circuit: DeviceCircuit, due: Expected, column: Column | None) -> list[str]:
    """What drives the node ``in``: a source that rises at once, or rows through their cells."""
    width, gap = due.pulse or (_LONGER * due.duration, due.duration)
    edge = _EDGE * min(width, due.delay)
    level = f"PULSE(0 {due.level:.12g} 0 {edge:.6g} {edge:.6g} {width - edge:.9g} {width + gap:.9g})"
    if device_circuit.circuit.input == "voltage":
        if column is None:
            return [f"Vsource source 0 {level}", "Vin source in 0"]
        return [f"Vsource source 0 {level}", *_cells(column, "in")]
    if column is None:
        return [f"Isource 0 in {level}"]
    # rows at one volt into a virtual ground, whose current a mirror passes on at the ratio that gives the level
    ratio = due.level * column.resistance
    return [
        "Vrows source 0 1",
        *_cells(column, "line"),
        "Vclamp line 0 0",
        "* mirror between the column and the neuron",
        f"Fmirror 0 in Vclamp {ratio:.12g}",
    ]


def _cells(column: Column, line: str) -> list[str]:
    cells = [f"Rcell{n} source {line} {1.0 / column.conductance:.9g}" for n in range(1, column.cells + 1)]
    return [*cells, *([f"Cline {line} 0 {column.capacitance:.6g}"] if column.capacitance else [])]
