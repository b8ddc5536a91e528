"""A device as files of a circuit simulator, and how far ngspice agrees with `neuroest simulate` on them."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neuroest.blocks.circuit import Circuit
from neuroest.circuits.bench import (
    Expected,
    NoSpikeError,
    circuit_of,
    column_of,
    deck,
    expected,
)
from neuroest.core.document import Document, Table
from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.units import format_quantity, parse_quantity


def subcircuit(name: str, circuit: Circuit, heading: list[str]) -> str:
    """Text of the subcircuit; each number is a parameter of it."""
    say = _names(circuit)
    lines = [*(f"* {line}" for line in heading), f".subckt {name} {' '.join(circuit.ports)}"]
    for parameter, stated in circuit.parameters.items():
        lines += [f"* {stated.meaning}", f".param {parameter}={stated.value:.12g}"]
    for state, about in circuit.states.items():
        lines += [
            f"* state: {about.meaning}",
            f"C{state} {state} 0 {{{about.time}}}",
            f"B{state} 0 {state} I={rewritten(about.rate, say)}",
        ]
    if circuit.input == "current":
        lines += ["* the input is a virtual ground", "Vsense in 0 0"]
    for number, current in enumerate(circuit.currents, 1):
        expression = rewritten(current.expression, say)
        lines += [f"* {current.meaning}", f"Bcurrent{number} {current.start} {current.end} I={expression}"]
    for number, capacitor in enumerate(circuit.capacitors, 1):
        ends = f"{capacitor.start} {capacitor.end}"
        lines += [
            f"* capacitor: {capacitor.meaning}",
            f"Ccapacitor{number} {ends} {{{capacitor.capacitance}}}",
        ]
    lines += ["* flag of a spike", f"Bflag spike 0 V={rewritten(circuit.spike, say)}", ".ends", ""]
    return "\n".join(lines)


def _names(circuit: Circuit) -> Callable[[str], str]:
    """What each name is called; definitions are written out, since a node for each could take any value on the way."""

    def say(word: str) -> str:
        if word == "I(in)":
            return "I(Vsense)"
        if word in circuit.parameters:
            return f"{{{word}}}"
        if word in circuit.definitions:
            return f"({rewritten(circuit.definitions[word], say)})"
        return f"V({word})" if word in circuit.states else word

    return say


_HEAD = ('`include "constants.vams"', '`include "disciplines.vams"', "")


def module(name: str, circuit: Circuit, heading: list[str]) -> str:
    """Text of the module; each number is a parameter of it."""
    inner = inner_nodes(circuit)
    lines = [*(f"// {line}" for line in heading), *_HEAD, f"module {name}({', '.join(circuit.ports)});"]
    lines += [f"  inout {', '.join(circuit.ports)};", f"  electrical {', '.join(circuit.ports)};"]
    lines += [f"  electrical {node};{about}" for node, about in inner.items()]
    for parameter, about in circuit.parameters.items():
        unit = "" if about.unit == "1" else f" [{about.unit}]"
        lines.append(f"  parameter real {parameter} = {real(about.value)}; // {about.meaning}{unit}")
    if circuit.definitions:
        lines.append(f"  real {', '.join(circuit.definitions)};")
    lines += ["  analog begin"]

    def say(word: str) -> str:
        return f"V({word})" if word in circuit.states else word

    lines += [f"    {what} = {rewritten(text, say)};" for what, text in circuit.definitions.items()]
    for state, of_state in circuit.states.items():
        lines += [
            f"    I({state}) <+ ddt({of_state.time}*V({state}));",
            f"    I({state}) <+ -({rewritten(of_state.rate, say)});",
        ]
    if circuit.input == "current":
        lines.append("    V(in) <+ 0; // the input is a virtual ground")
    for current in circuit.currents:
        branch = _branch(current.start, current.end)
        lines.append(f"    I({branch}) <+ {rewritten(current.expression, say)}; // {current.meaning}")
    for part in circuit.capacitors:
        branch = _branch(part.start, part.end)
        lines.append(f"    I({branch}) <+ ddt({part.capacitance}*V({branch})); // {part.meaning}")
    lines += [f"    V(spike) <+ {rewritten(circuit.spike, say)};", "  end", "endmodule", ""]
    return "\n".join(lines)


def real(value: float) -> str:
    """A number as Verilog-A reads it as real: one of digits alone is an integer of 32 bits there.

    >>> real(242e9), real(0.2), real(1e-15)
    ('242000000000.0', '0.2', '1e-15')
    """
    text = f"{value:.12g}"
    return text if {".", "e"} & set(text) else f"{text}.0"


def inner_nodes(circuit: Circuit) -> dict[str, str]:
    """Nodes that are no ports, each with what it is."""
    nodes = {state: f" // {about.meaning}" for state, about in circuit.states.items()}
    ends = [end for current in circuit.currents for end in (current.start, current.end)]
    ends += [end for part in circuit.capacitors for end in (part.start, part.end)]
    return nodes | {end: "" for end in ends if end != "0" and end not in circuit.ports}


def _branch(start: str, end: str) -> str:
    return start if end == "0" else f"{start},{end}"


_WORD = re.compile(r"[VI]\([^()]*\)|(?<![\w.])[A-Za-z_]\w*")


def rewritten(expression: str, name: Callable[[str], str]) -> str:
    """An expression with every name and probe replaced by what `name` says for it.

    >>> rewritten("2e-3*V(in,gate)*exp(x)", str.upper)
    '2e-3*V(IN,GATE)*EXP(X)'
    """
    return _WORD.sub(lambda found: name(found.group()), expression)


FORMATS = ("spice", "verilog-a")
DEFAULT_SYNAPSE = "rram_passive_generic"
DEFAULT_CELLS = 16
TOLERANCE = 0.05
"""Deviation from `neuroest simulate` up to which a circuit simulator agrees; a convention."""
_LONGEST_RUN = 600.0
"""Seconds after which a run of the circuit simulator is given up; a convention."""


@frozen_dataclass
class Export:
    """Files of one device.

    Attributes
    ----------
    files : mapping of str to str
        Text of each file by its name; the model is the first.
    benches : mapping of str to Expected
        What `neuroest simulate` says of the input of each bench.
    no_bench : str
        Why there are none.
    """

    neuron: str
    form: str
    files: Mapping[str, str]
    benches: Mapping[str, Expected]
    no_bench: str = ""

    @property
    def model(self) -> str:
        """Text of the compact model."""
        return next(iter(self.files.values()))

    def write(self, folder: Path, *, force: bool = False) -> list[Path]:
        """Write all files into a folder.

        Raises
        ------
        NeuroestError
            For a file that exists, unless `force`.
        """
        places = [folder / name for name in self.files]
        there = [str(place) for place in places if place.exists()]
        if there and not force:
            raise NeuroestError(f"{there[0]} exists; --force replaces it")
        folder.mkdir(parents=True, exist_ok=True)
        for place, text in zip(places, self.files.values(), strict=True):
            write_whole(place, text.encode("utf-8"))
        return places


def export(
    form: str, neuron: str, *, level: str | None = None, changes: Mapping[str, str] | None = None,
    synapse: str = DEFAULT_SYNAPSE, cells: int = DEFAULT_CELLS,
) -> Export:  # fmt: skip
    """The compact model of a neuron with its parameters, and benches of the neuron and of a column.

    Parameters
    ----------
    form : str
        ``spice`` for a subcircuit of ngspice, ``verilog-a`` for a module.
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    level : str, optional
        Input of the benches, with unit; what the device states if not given.
    changes : mapping of str to str, optional
        Changed parameters of the neuron, with units.
    synapse : str
        Device spec of the cells of the column.
    cells : int
        Cells of the column.

    Returns
    -------
    Export

    Raises
    ------
    UnknownNameError
        For a form that does not exist.
    NeuroestError
        For a device without a circuit, with the cause.
    """
    check_names("format", [form], FORMATS)
    found = circuit_of(neuron, changes)
    unit = "V" if found.circuit.input == "voltage" else "A"
    number = None if level is None else parse_quantity(level, unit)
    column = column_of(synapse, cells)
    name = found.name
    changed = "".join(f" --set {path}='{value}'" for path, value in found.changes.items())
    heading = [
        f"{name}: {found.device.spec.model}, written by neuroest {package_version()}",
        f"command: neuroest export {form} {found.neuron}{changed}",
        f"device spec: sha256 {found.device.sha256}",
        "left out: noise, differences of devices, temperature",
        f"sources of the numbers: neuroest show {found.neuron}",
    ]
    osdi = form == "verilog-a"
    files = {f"{name}.lib": subcircuit(name, found.circuit, heading)}
    if osdi:  # a subcircuit around the compiled module, so that the benches are those of SPICE
        ports = " ".join(found.circuit.ports)
        wrapper = (
            f"* {name}: the compiled module {name}_va as a subcircuit; compile it with: openvaf {name}.va",
            f".subckt {name} {ports}", f"N1 {ports} {name}_model", f".model {name}_model {name}_va", ".ends", "",
        )  # fmt: skip
        files = {
            f"{name}.va": module(f"{name}_va", found.circuit, heading),
            f"{name}.lib": "\n".join(wrapper),
        }
    benches, cause = {}, ""
    try:
        for what, cells_ in (("bench", None), ("column", column)):
            due = benches[f"{name}_{what}.cir"] = expected(found, number, cells_)
            files[f"{name}_{what}.cir"] = deck(found, due, cells_, osdi)
    except (NoSpikeError, UnknownNameError) as error:  # also of a model that `simulate` does not know
        cause = f"no bench: {error}"
    return Export(neuron, form, MappingProxyType(files), MappingProxyType(benches), cause)


@frozen_dataclass
class Agreement:
    """One number by `neuroest simulate` and by ngspice."""

    bench: str
    quantity: str
    unit: str
    simulated: float
    circuit: float

    @property
    def deviation(self) -> float:
        """Circuit over simulation, minus one."""
        return self.circuit / self.simulated - 1.0

    @property
    def agrees(self) -> bool:
        """Whether it stays within `TOLERANCE`."""
        return abs(self.deviation) <= TOLERANCE


def ngspice() -> str | None:
    """Path of ngspice, or None where it is not installed."""
    return shutil.which("ngspice")


def agreement(export: Export) -> tuple[Agreement, ...]:
    """Delay, period and energy of a spike of all benches by ngspice, next to `neuroest simulate`.

    Raises
    ------
    NeuroestError
        Where ngspice is not installed or finds no spike, and for Verilog-A where OpenVAF is not.
    """
    if export.no_bench:
        raise NeuroestError(f"{export.neuron}: {export.no_bench}")
    if (program := ngspice()) is None:
        raise NeuroestError("--check needs ngspice, which is not installed (Debian package: ngspice)")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        export.write(Path(folder))
        if export.form == "verilog-a":
            if (compiler := openvaf()) is None:
                raise NeuroestError(
                    "--check of Verilog-A needs OpenVAF (openvaf), which is not installed; spice needs none"
                )
            module = next(iter(export.files))
            run = _output_of([compiler, module], folder)
            if run.returncode:
                raise NeuroestError(
                    f"openvaf does not compile {module}: {run.stderr.strip().splitlines()[-1]}"
                )
        for file, due in export.benches.items():
            printed = _run(
                program, file, folder, ("delay_s", "energy_J", *(["period_s"] if due.period else []))
            )
            bench = file.removesuffix(".cir").rpartition("_")[2].replace("bench", "neuron")
            for quantity, unit, value in (
                ("delay", "s", due.delay), ("period", "s", due.period), ("energy", "J", due.energy),
            ):  # fmt: skip
                if value is not None:
                    rows.append(Agreement(bench, quantity, unit, value, printed[f"{quantity}_{unit}"]))
    return tuple(rows)


def openvaf() -> str | None:
    """Path of OpenVAF, or None where it is not installed."""
    return shutil.which("openvaf")


def _output_of(command: list[str], folder: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the program of this name on the path, on a file of ours
        command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST_RUN, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _run(program: str, file: str, folder: str, wanted: tuple[str, ...]) -> dict[str, float]:
    run, found = _output_of([program, "-b", file], folder), {}
    for line in run.stdout.splitlines():
        name, _, text = line.partition(" ")
        if name in wanted and text.strip():  # of what it did not find it prints the name alone
            found[name] = float(text)
    if lacking := [name for name in wanted if name not in found]:
        said = [line.strip() for line in run.stderr.splitlines() if line.strip()]
        last = said[-1] if said else "it says nothing"
        raise NeuroestError(f"ngspice finds no {', '.join(lacking)} in {file}: {last}")
    return found


def agreement_text(rows: tuple[Agreement, ...]) -> str:
    """The agreement as a table."""
    head = ("bench", "quantity", "simulate", "ngspice", "deviation", "")
    cells = [
        (
            row.bench, row.quantity, format_quantity(row.simulated, row.unit), format_quantity(row.circuit, row.unit),
            f"{100.0 * row.deviation:+.1f} %", "agrees" if row.agrees else "differs",
        )
        for row in rows
    ]  # fmt: skip
    return Document("", (Table.of(head, cells, "<<>>><", gap=2),)).to_text()


def agreement_rows(rows: tuple[Agreement, ...]) -> list[dict[str, Any]]:
    """The agreement as mappings."""
    return [
        {
            "bench": r.bench, "quantity": r.quantity, "unit": r.unit, "simulate": r.simulated, "ngspice": r.circuit,
            "deviation": r.deviation, "agrees": r.agrees,
        }
        for r in rows
    ]  # fmt: skip
