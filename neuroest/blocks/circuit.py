"""Neuron circuits for circuit simulators: currents, capacitors and states, in one language.

A block describes its circuit once, in a YAML file or in these words; `neuroest.circuits` writes it as a SPICE
subcircuit and as Verilog-A.
An expression may hold ``V(node)``, ``V(from,to)``, ``I(in)``, names of parameters, states and definitions, ``+ - * /``,
``exp``, ``ln``, ``tanh``, ``max`` and ``min``, which both languages share.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal

from neuroest.core.errors import NeuroestError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.parameters import Record

SHARPNESS = 1e-4
"""Width of a threshold relative to its value; numerical. Circuit simulators need finite slopes."""
DECISIONS = 50.0
"""Ratio of the fastest time of the circuit to the time constant of a state that stores an event; numerical."""
DECAYED = 5.0
"""Time constants after which a node counts as discharged; a convention, with less than one per cent left."""
_HALF = 0.5
"""Half of a state; mathematics."""
_HALF_WIDTH = 0.001
"""Width of the decision whether such a state is above one half; numerical."""
_FULL = 0.99
"""State at which a timer counts as fully set; numerical."""
TIMER = 1.4426950408889634
"""1/ln 2: ratio of a timer's time constant to the delay after which it has decayed to one half."""


@frozen_dataclass
class Parameter:
    """A number of the circuit, in SI."""

    value: float
    unit: str
    meaning: str


@frozen_dataclass
class Current:
    """Current that flows from one node to another; the node ``0`` is ground."""

    start: str
    end: str
    expression: str
    meaning: str


@frozen_dataclass
class Capacitor:
    """Capacitor between two nodes; its capacitance is an expression of parameters."""

    start: str
    end: str
    capacitance: str
    meaning: str


@frozen_dataclass
class State:
    """State variable: ``time * d(state)/dt = rate``, starting at zero. The time is an expression of parameters."""

    time: str
    rate: str
    meaning: str


@frozen_dataclass
class Circuit:
    """The circuit of one neuron.

    Attributes
    ----------
    input : str
        ``voltage``: a source drives the node ``in``; ``current``: ``in`` is a virtual ground that takes a current.
    ports : tuple of str
        Nodes to the outside: ``in``, perhaps ``vdd`` and an output, and ``spike``, an ideal flag of 0 or 1 V that rises
        when the neuron fires.
    parameters : mapping of str to Parameter
        All numbers of the equations.
    definitions : mapping of str to str
        Expressions with a name; each may name those before it.
    spike : str
        Expression of the flag.
    level : float
        Voltage or current at the input of a bench. [V or A]
    rest : float
        Time without an input after which the neuron is as before a spike, but for what its material remembers. [s]
    supply : str
        Parameter with the voltage of ``vdd``; empty where there is none.
    source_adds_to : str
        Parameter that a resistance of the source adds to; empty for an input that takes a current.
    """

    input: Literal["voltage", "current"]
    ports: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, str]
    states: Mapping[str, State]
    currents: tuple[Current, ...]
    capacitors: tuple[Capacitor, ...]
    spike: str
    level: float
    rest: float
    supply: str = ""
    source_adds_to: str = ""


def step(expression: str) -> str:
    """Smooth step from 0 below zero to 1 above; its slope is as wide as the scale of the expression."""
    return f"({_HALF}*(1+tanh({expression})))"


def beyond(expression: str, scale: str) -> str:
    """Whether an expression is above zero, with a transition as sharp as the scale requires."""
    return step(f"({expression})/({SHARPNESS}*{scale})")


def decided(state: str) -> str:
    """Whether a state is above one half."""
    return step(f"({state}-{_HALF})/{_HALF_WIDTH}")


def may_end(state: str, timer: str) -> str:
    """Whether a state may end: its timer is fully set, or the state is already below one half."""
    return f"max({step(f'({timer}-{_FULL})/{_HALF_WIDTH}')},1-{decided(state)})"


def remembered(set_by: str, reset_by: str, state: str, time: str, meaning: str) -> State:
    """State that is set to one by one condition, reset to zero by another, and otherwise keeps its value.

    It is linear in itself, so that a long step of a simulator has one solution and not two.
    """
    return State(time, f"{set_by}*(1-{state})-{reset_by}*{state}", meaning)


def held_after(state: str, cause: str, time: str, hold: str, meaning: str) -> State:
    """Timer that is set to one while its cause is above one half, and decays to one half in the time `hold`."""
    on, share = decided(cause), f"{time}/max({TIMER}*{hold},{time})"
    return State(time, f"{on}*(1-{state})-(1-{on})*{state}*{share}", meaning)


def _short(description: str) -> str:
    """Meaning of a parameter, without its remark on devices that do not state it."""
    return description.partition(";")[0].rstrip(".") + "."


def numbers_of(
    record: type[Record], values: Mapping[str, float], names: Iterable[str]
) -> dict[str, Parameter]:
    """Parameters of a circuit as the record of a device declares them."""
    declared = record.parameters()
    return {
        name: Parameter(float(values[name]), declared[name].check.unit, _short(declared[name].description))
        for name in names
    }


_DECISIONS: Mapping[str, Callable[..., str]] = {
    "step": step,
    "beyond": beyond,
    "decided": decided,
    "may_end": may_end,
}
_DECISION = re.compile(rf"\b({'|'.join(_DECISIONS)})\(")


def written_out(expression: str) -> str:
    """An expression whose decisions are written out.

    Examples
    --------
    >>> written_out("1-decided(on)") == f"1-{decided('on')}"
    True
    """
    found = _DECISION.search(expression)
    if found is None:
        return expression
    begin = place = found.end()
    depth, arguments = 0, []
    while depth >= 0:
        if place == len(expression):
            raise NeuroestError(f"{expression!r}: a bracket is not closed")
        letter = expression[place]
        depth += (letter == "(") - (letter == ")")
        if depth < 0 or (letter == "," and depth == 0):
            arguments.append(written_out(expression[begin:place].strip()))
            begin = place + 1
        place += 1
    decision = _DECISIONS[found[1]](*arguments)
    return f"{expression[: found.start()]}{decision}{written_out(expression[place:])}"


def _state(name: str, about: Mapping[str, str]) -> State:
    """A state by its rate, or one that remembers, or a timer."""
    time, meaning = about["time"], about["meaning"]
    if "rate" in about:
        return State(time, written_out(about["rate"]), meaning)
    if "after" in about:
        return held_after(name, about["after"], time, about["hold"], meaning)
    return remembered(written_out(about["set"]), written_out(about["reset"]), name, time, meaning)


def read_circuit(
    file: Path, record: type[Record], values: Mapping[str, float], computed: Mapping[str, float],
    *, level: float, rest: float, trigger: str = "", also: Iterable[str] = (),
) -> Circuit:  # fmt: skip
    """Circuit of a YAML file with the numbers of a device.

    Parameters
    ----------
    file : Path
        The file: `numbers` of the record, those that are `computed` with unit and meaning, and the fields of
        `Circuit`. A state has a `rate`; or what makes it one (`set`) and zero (`reset`); or the state that it
        follows (`after`) for a time (`hold`).
    record : type
        Record that declares the numbers.
    values, computed : mapping of str to float
        Numbers of the device, and those of the block.
    level, rest : float
        As for `Circuit`.
    trigger : str, optional
        What the word `trigger` in a `set` stands for.
    also : iterable of str, optional
        Further numbers of the record.
    """
    rows = read_data(file)
    stated = numbers_of(record, values, (*rows["numbers"], *also))
    own = {name: Parameter(value, *rows["computed"][name]) for name, value in computed.items()}
    for about in rows["states"].values():
        if about.get("set") == "trigger":
            about["set"] = trigger
    return Circuit(
        input=rows["input"],
        ports=tuple(rows["ports"]),
        parameters=stated | own,
        definitions={name: written_out(text) for name, text in rows["definitions"].items()},
        states={name: _state(name, about) for name, about in rows["states"].items()},
        currents=tuple(Current(*row) for row in rows["currents"]),
        capacitors=tuple(Capacitor(*row) for row in rows["capacitors"]),
        spike=rows["spike"],
        level=level,
        rest=rest,
        supply=rows.get("supply", ""),
        source_adds_to=rows.get("source_adds_to", ""),
    )
