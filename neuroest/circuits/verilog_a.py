"""A circuit as a Verilog-A module without analog events, so that compilers for OSDI take it as well."""

from neuroest.blocks.circuit import Circuit
from neuroest.circuits.expressions import rewritten

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
