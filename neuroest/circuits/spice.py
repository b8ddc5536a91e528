"""A circuit as a SPICE subcircuit of ngspice: behavioural sources, and a capacitor for each state."""

from collections.abc import Callable

from neuroest.blocks.circuit import Circuit
from neuroest.circuits.expressions import rewritten


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
