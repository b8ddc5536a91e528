"""Neurons as circuits: the equations of `simulate`, text that a simulator takes, and what ngspice makes of it."""

from __future__ import annotations

import re
import shlex
import textwrap
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from neuroest.blocks import circuit as circuit_words
from neuroest.blocks.circuit import Circuit
from neuroest.circuits.bench import circuit_of, no_circuit
from neuroest.circuits.export import (
    TOLERANCE,
    Export,
    agreement,
    export,
    inner_nodes,
    ngspice,
    openvaf,
    rewritten,
    subcircuit,
)
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.units import Ampere, Second, Volt
from neuroest.equations import filament_conduction
from neuroest.loading.library import load_device, shipped
from neuroest.registry import roles_of
from neuroest.specs.parameters import Record, positive
from tests.cli.conftest import Command, command
from tests.each import each

__all__ = ["command"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "circuit_export.md"
WITHOUT_NGSPICE = "ngspice is not installed (Debian package: ngspice)"
_CELLS = 6
exported = cache(export)
_ROW = re.compile(r"^\| `(\w+)` \| (.*) \|$", re.MULTILINE)
_CAUSE = re.compile(r"^\| ([^|]+) \| (`\w+`(?:, `\w+`)*) \|$", re.MULTILINE)


@cache
def neurons() -> list[str]:
    """Every neuron that ships, and the devices of the lab that `simulate` runs."""
    found = []
    for name in shipped("device"):
        record = load_device(name).record
        if (
            "neuron" in roles_of(load_device(name).spec.model)
            or hasattr(record, "circuit_of")
            or name == "lif_behaviour_generic"
        ):
            found.append(name)
    return found


def table() -> dict[str, list[str]]:
    """Rows of the table of agreement on the page, by neuron."""
    found = {name: cells.split(" | ") for name, cells in _ROW.findall(PAGE.read_text(encoding="utf-8"))}
    return {name: cells for name, cells in found.items() if len(cells) == _CELLS}


def without_numbers() -> dict[str, str]:
    """Cause of every neuron that the table of agreement does not have."""
    text = PAGE.read_text(encoding="utf-8").partition("| not in the table")[2]
    return {name: cause for cause, names in _CAUSE.findall(text) for name in re.findall(r"\w+", names)}


@cache
def with_a_circuit() -> list[str]:
    """Those whose equations a circuit can have."""
    return [name for name in neurons() if not no_circuit(name)]


AGREE = list(table())
LONG = {"diffusive_3nm_projection", "diffusive_65nm_estimate", "switch_ag_bench"}
"""Four seconds each; others of their kind are tried with each change."""


def names_of(expression: str) -> set[str]:
    """Names and probes in an expression."""
    found: list[str] = []
    rewritten(expression, lambda word: found.append(word) or word)
    return set(found)


def unknown_names(circuit: Circuit) -> set[str]:
    """Names in the expressions of a circuit that nothing in it declares; there must be none."""
    functions = {"exp", "ln", "tanh", "max", "min", "I(in)"}
    known = {*circuit.parameters, *circuit.states, *circuit.definitions, *functions}
    nodes = {*circuit.ports, *inner_nodes(circuit)}
    texts = [*circuit.definitions.values(), circuit.spike, *(c.expression for c in circuit.currents)]
    texts += [c.capacitance for c in circuit.capacitors]
    texts += [text for state in circuit.states.values() for text in (state.rate, state.time)]
    return {
        word
        for text in texts
        for word in names_of(text)
        if word not in known
        and not (word.startswith("V(") and set(word[2:-1].replace(" ", "").split(",")) <= nodes)
    }


# Words of Verilog-AMS that no name may be (LRM 2.4, Annex B), as far as they are words of the field.
RESERVED = {
    "above", "abs", "ac_stim", "analog", "and", "begin", "branch", "case", "cross", "ddt", "ddx", "delay", "disable",
    "discrete", "driver", "edge", "else", "end", "event", "exclude", "exp", "final_step", "flow", "from", "function",
    "ground", "if", "inf", "initial", "input", "integer", "ln", "log", "max", "min", "module", "nature", "net",
    "node_alias", "noise_table", "or", "output", "parameter", "potential", "real", "release", "repeat", "resistance",
    "slew", "small", "sqrt", "strong", "supply0", "supply1", "table", "tanh", "time", "timer", "transition", "tri",
    "units", "wait", "weak", "while", "white_noise", "wire", "xor",
}  # fmt: skip


@each("name", with_a_circuit)
def test_a_circuit_names_only_what_it_declares(name: str) -> None:
    circuit = circuit_of(name).circuit
    assert unknown_names(circuit) == set()
    nodes = {end for part in (*circuit.currents, *circuit.capacitors) for end in (part.start, part.end)}
    names = {*circuit.parameters, *circuit.states, *circuit.definitions, *circuit.ports, *nodes} - {"in"}
    assert not names & RESERVED
    # one name, one thing: SPICE has one space of names for nodes and parameters, and no case
    groups = (circuit.parameters, circuit.states, circuit.definitions, nodes | set(circuit.ports))
    every = [word.lower() for group in groups for word in group]
    assert len(every) == len(set(every))


def test_numbers_of_the_circuit_are_those_of_the_device() -> None:
    found = circuit_of("switch_generic_28nm")
    claims = load_device("switch_generic_28nm").claims
    for name in ("threshold_voltage", "hold_voltage", "capacitance", "on_resistance", "relaxation_time"):
        assert found.circuit.parameters[name].value == claims[name].value
    changed = circuit_of("switch_generic_28nm", {"capacitance": "1 pF"})
    assert changed.circuit.parameters["capacitance"].value == pytest.approx(1e-12)
    # the node of an integrated neuron comes from its geometry, as `simulate` takes it: 2.6 fF (docs/models/neurons.md)
    node = circuit_of("diffusive_28nm_derived").circuit.parameters["gate_capacitance"].value
    assert node == pytest.approx(2.6e-15, rel=0.02)


@each("closed", [0.0, 0.5, 0.9, 1.0])
def test_the_memristor_of_the_circuit_is_that_of_the_equation(closed: float) -> None:
    circuit = circuit_of("diffusive_bench").circuit
    numbers = {name: about.value for name, about in circuit.parameters.items()}
    text = circuit.definitions["memristance"]
    value = eval(text, {"exp": np.exp}, {**numbers, "closed": closed})
    equation = filament_conduction.memristor_resistance(
        closed, numbers["on_resistance"], numbers["off_resistance"], numbers["conduction_length"]
    )
    assert value == pytest.approx(float(equation), rel=1e-9)


@pytest.mark.slow
def test_both_languages_have_the_same_files_and_numbers(tmp_path: Path) -> None:
    spice, verilog = (exported(form, "switch_vo2_oscillator") for form in ("spice", "verilog-a"))
    assert list(spice.files) == [
        "switch_vo2_oscillator.lib", "switch_vo2_oscillator_bench.cir", "switch_vo2_oscillator_column.cir",
    ]  # fmt: skip
    assert list(verilog.files)[:2] == ["switch_vo2_oscillator.va", "switch_vo2_oscillator.lib"]
    given = re.findall(r"^\.param (\w+)=(\S+)$", spice.model, re.MULTILINE)
    compiled = re.findall(r"parameter real (\w+) = (\S+);", verilog.model)
    assert {name: float(number) for name, number in given} == {
        name: float(number) for name, number in compiled
    }
    assert all(
        "." in number or "e" in number for _, number in compiled
    )  # whole numbers would be integers there
    bench = verilog.files["switch_vo2_oscillator_bench.cir"]
    assert "pre_osdi switch_vo2_oscillator.osdi" in bench
    assert "pre_osdi" not in spice.files["switch_vo2_oscillator_bench.cir"]
    spice.write(tmp_path)
    with pytest.raises(NeuroestError, match="exists; --force replaces it"):
        spice.write(tmp_path)
    assert spice.write(tmp_path, force=True)


@pytest.mark.slow
def test_the_command_in_a_bench_gives_the_numbers_in_it(command: Command) -> None:
    found = exported("spice", "switch_generic_28nm")
    for due in found.benches.values():
        _, verb, *arguments = shlex.split(due.command)
        rows = command(verb, *arguments, "--format", "csv").lines[1:]
        times = [float(row.split(",")[1]) for row in rows]
        assert len(times) == due.spikes == 5
        assert times[0] == pytest.approx(due.delay, rel=1e-6)


@pytest.mark.slow
def test_what_has_no_circuit_says_why() -> None:
    for name, cause in (
        ("nbo2_capacitor_reported", "its numbers are published, without a circuit"),
        ("phase_change_accumulating", "no source describes the circuits"),
        ("rram_hfox_28nm", "not a neuron with its own circuit"),
    ):
        with pytest.raises(NeuroestError, match=cause):
            export("spice", name)
    with pytest.raises(UnknownNameError, match="did you mean 'spice'"):
        export("spise", "switch_generic_28nm")
    with pytest.raises(NeuroestError, match="low and high conductance"):
        export("spice", "switch_generic_28nm", synapse="sram_28nm_lstp")
    derived = exported("spice", "diffusive_28nm_derived")
    assert "gate follows the filament" in derived.no_bench
    assert list(derived.files) == ["diffusive_28nm_derived.lib"]
    with pytest.raises(NeuroestError, match="gate follows the filament"):
        agreement(derived)


@pytest.mark.slow
def test_the_page_has_every_neuron_with_its_numbers_or_the_cause_without() -> None:
    causes = without_numbers()
    assert sorted([*AGREE, *causes]) == sorted(neurons())
    assert set(AGREE) <= set(with_a_circuit())
    for name, cause in causes.items():
        found = exported("spice", name).no_bench if name in with_a_circuit() else no_circuit(name)
        assert cause in found


@pytest.mark.slow
@pytest.mark.skipif(ngspice() is None, reason=WITHOUT_NGSPICE)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.nightly if name in LONG else ()) for name in AGREE]
)
def test_ngspice_agrees_with_simulate(name: str) -> None:
    rows = agreement(exported("spice", name))
    assert {row.bench for row in rows} == {"neuron", "column"}
    for row in rows:
        assert abs(row.deviation) <= TOLERANCE, row
    shown = table()[name]
    alone = {row.quantity: 100.0 * row.deviation for row in rows if row.bench == "neuron"}
    for quantity, cell in zip(("delay", "period", "energy"), shown[1::2], strict=False):
        if quantity in alone:  # a point apart where another ngspice takes other steps
            assert float(cell.removesuffix(" %").replace("−", "-")) == pytest.approx(alone[quantity], abs=1.0)
        else:
            assert cell == "—"


@pytest.mark.slow
@pytest.mark.skipif(ngspice() is None or openvaf() is None, reason="needs ngspice and openvaf")
@pytest.mark.parametrize("name", ["switch_generic_28nm", "lif_28nm_circuit", "diffusive_bench"])
def test_the_compiled_module_agrees_as_well(name: str) -> None:
    for row in agreement(export("verilog-a", name)):
        assert abs(row.deviation) <= TOLERANCE, row


@pytest.mark.slow
@pytest.mark.skipif(ngspice() is None, reason=WITHOUT_NGSPICE)
def test_check_runs_the_benches_and_says_where_they_differ(command: Command, tmp_path: Path) -> None:
    outcome = command("export", "spice", "switch_generic_28nm", "-o", str(tmp_path), "--check")
    assert outcome.code == 0
    assert len([line for line in outcome.lines if line.endswith("agrees")]) == 6
    assert (tmp_path / "switch_generic_28nm_column.cir").exists()


@pytest.mark.slow
@pytest.mark.skipif(ngspice() is None, reason=WITHOUT_NGSPICE)
def test_a_wrong_circuit_would_be_found() -> None:
    found = exported("spice", "switch_generic_28nm")
    text = found.files["switch_generic_28nm.lib"]
    number = re.search(r"\.param capacitance=(\S+)", text)
    assert number is not None
    halved = text.replace(number.group(), f".param capacitance={float(number.group(1)) / 2.0}")
    wrong = Export(found.neuron, "spice", {**found.files, "switch_generic_28nm.lib": halved}, found.benches)
    assert not all(row.agrees for row in agreement(wrong))


@pytest.mark.slow
def test_export_prints_the_model_and_check_needs_a_simulator(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = command("export", "verilog-a", "lif_28nm_circuit").out
    assert "module lif_28nm_circuit_va(in, vdd, spike);" in printed
    monkeypatch.setattr("neuroest.circuits.export.ngspice", lambda: None)
    refused = command("export", "spice", "switch_generic_28nm", "--check")
    assert refused.code == 1
    assert "Debian package: ngspice" in refused.err
    monkeypatch.setattr("neuroest.circuits.export.ngspice", lambda: "ngspice")
    monkeypatch.setattr("neuroest.circuits.export.openvaf", lambda: None)
    refused = command("export", "verilog-a", "switch_generic_28nm", "--check")
    assert "needs OpenVAF" in refused.err


def test_the_circuit_of_the_page_on_new_neurons_is_one() -> None:
    # the snippet of docs/extending/neuron.md, as the method of a class with the record of the example
    page = (ROOT / "docs" / "extending" / "neuron.md").read_text(encoding="utf-8")
    snippet = page.partition("## Its circuit")[2].partition("```py\n")[2].partition("```")[0]
    names = {name: getattr(circuit_words, name) for name in dir(circuit_words) if not name.startswith("_")}

    class Transistor(Record):
        drain_voltage: Volt = positive()
        drain_current: Ampere = positive()
        integration_time: Second = positive()
        reset_time: Second = positive()

    Transistor.descriptions = classmethod(lambda cls: dict.fromkeys(cls.declared, "Stated."))  # type: ignore[method-assign]
    exec(textwrap.dedent(snippet).replace("@classmethod\n", ""), names)
    values = {"drain_voltage": 2.8, "drain_current": 250e-6, "integration_time": 50e-9, "reset_time": 10e-9}
    block = type("Block", (), {"schema": type("Schema", (), {"record": Transistor})})
    circuit = names["circuit"](block, values)
    assert unknown_names(circuit) == set()
    assert ".subckt one in spike" in subcircuit("one", circuit, [])


@pytest.mark.slow
@pytest.mark.skipif(ngspice() is None, reason=WITHOUT_NGSPICE)
@pytest.mark.parametrize(("exponent", "floor"), [(-1, 10), (0, 0), (1, 0)])
def test_a_switch_that_waits_agrees_as_well(tmp_path: Path, exponent: int, floor: int) -> None:
    # from its threshold on it waits some 20 ns, while its node rises by a tenth
    text = Path(load_device("switch_generic_28nm").file).read_text(encoding="utf-8")
    delay = f"""
  switching_delay: {{value: 20 ns, spread: {{factor: 1.1}}, basis: assumed, rationale: Chosen for this test.}}
  delay_steepness: {{value: 6, spread: {{factor: 1.1}}, basis: assumed, rationale: Chosen for this test.}}
  reference_voltage: {{value: 1 V, basis: assumed, rationale: Chosen for this test.}}
  delay_exponent: {{value: {exponent}, basis: assumed, rationale: Chosen for this test.}}
  delay_floor: {{value: {floor} ns, spread: {{factor: 1.1}}, basis: assumed, rationale: Chosen for this test.}}
"""
    named = text.replace("name: switch_generic_28nm", "name: waiting").rstrip("\n")
    head, _, tail = named.partition("parameters:\n")
    (tmp_path / "waiting.yaml").write_text(f"{head}parameters:{delay}{tail}\n", encoding="utf-8")
    found = export("spice", str(tmp_path / "waiting.yaml"))
    assert found.benches["waiting_bench.cir"].delay > 5e-9  # 1.4 ns without the delay
    for row in agreement(found):
        assert abs(row.deviation) <= TOLERANCE, row


@pytest.mark.slow
def test_verilog_a_takes_every_number_as_real() -> None:
    """The load of diffusive_3nm_projection is 242 Gohm: as digits alone it overflows the integers of the language."""
    text = next(iter(export("verilog-a", "diffusive_3nm_projection").files.values()))
    stated = re.findall(r"parameter real (\w+) = ([^;]+);", text)
    assert stated
    assert all(re.search(r"[.e]", number) for _, number in stated), stated
