"""The 1M1T1R neuron as a circuit: the rate equations of its filament and residue, its gate node and its output."""

from collections.abc import Mapping

from neuroest.blocks.circuit import (
    DECAYED,
    SHARPNESS,
    Capacitor,
    Circuit,
    Current,
    Parameter,
    State,
    beyond,
    decided,
    numbers_of,
    remembered,
)
from neuroest.specs.parameters import Record

_OF_THE_CIRCUIT = (
    "field_mobility", "field_offset", "residue_rate", "filament_decay", "residue_decay", "conduction_length",
    "relaxation_time", "on_resistance", "off_resistance", "output_threshold", "output_supply_voltage",
    "load_resistance",
)  # fmt: skip
"""Parameters of the record that the circuit uses directly."""
_DECISION = 0.02
"""Decision time as a share of the rupture time; numerical."""
_RUPTURED = 1e-3
"""Remaining filament at which a rupture counts as complete; numerical."""
_NEARLY = 10.0
"""Decision widths below one at which a filament counts as complete; numerical."""
_LEAST_RESISTANCE = 1e-3
"""Share of the load resistance used for an output transistor without resistance; numerical."""


def diffusive_circuit(record: type[Record], values: Mapping[str, float]) -> Circuit:
    """Circuit of a 1M1T1R neuron.

    A filament that is complete is kept so by its field. Once no field holds it, it ruptures; that is an extension of
    the published rate equations (docs/device_lab.md), and the same as in `neuroest.dynamics.compact`.
    """
    parameters = numbers_of(record, values, _OF_THE_CIRCUIT)
    parameters |= {
        "gate_capacitance": Parameter(values["gate_capacitance"], "F", "Total capacitance of the gate node."),
        "control_resistance": Parameter(
            values["control_resistance"], "ohm", "Resistor from the gate node to ground."
        ),
        "output_resistance": Parameter(
            max(values["transistor_on_resistance"], _LEAST_RESISTANCE * values["load_resistance"]), "ohm",
            "Resistance of the output transistor while on.",
        ),
        "output_capacitance": Parameter(
            values["load_capacitance"], "F", "Capacitance at the output of the neuron."
        ),
        "drive_scale": Parameter(values["input_voltage"], "V", "Voltage that small drives compare with; numerical."),
        "decision_time": Parameter(
            _DECISION * values["relaxation_time"], "s", "Time of the states that remember; numerical."
        ),
    }  # fmt: skip
    return Circuit(
        input="voltage",
        ports=("in", "out", "vdd", "spike"),
        parameters=parameters,
        definitions=_DEFINITIONS,
        states=_STATES,
        currents=(
            Current("in", "gate", "V(in,gate)/memristance", "memristor"),
            Current("gate", "0", "V(gate)/control_resistance", "control resistor"),
            Current("vdd", "out", "V(vdd,out)/load_resistance", "load"),
            Current("out", "0", "conducting*V(out)/output_resistance", "output transistor"),
        ),
        capacitors=(
            Capacitor("gate", "0", "gate_capacitance", "gate node"),
            Capacitor("out", "0", "output_capacitance", "what the output drives"),
        ),
        spike="conducting",
        level=values["input_voltage"],
        rest=DECAYED
        * (values["control_resistance"] * values["gate_capacitance"] + values["relaxation_time"]),
        source_adds_to="on_resistance",
        supply="output_supply_voltage",
    )


_DEFINITIONS = {
    "drive": "max(V(in,gate),0)",
    "gap": "max(1-filament-residue,0)",
    "closed": "min(max(filament+residue,0),1)",
    "memristance": (
        "on_resistance*closed+off_resistance*exp(-closed/conduction_length)"
        "*(1-exp(-(1-closed)/conduction_length))/(1-exp(-1/conduction_length))"
    ),
    "let_go": beyond(
        "(filament_decay+residue_rate)*filament*field_offset-field_mobility*drive",
        "field_mobility*drive_scale",
    ),
    "breaks": decided("rupturing"),
    "conducting": beyond("V(gate)-output_threshold", "output_threshold"),
}
_TIME = "1/(filament_decay+residue_rate)"
_STATES = {
    "filament": State(
        _TIME,
        f"((1-breaks)*field_mobility*drive/(field_offset+gap)-breaks*filament/relaxation_time"
        f"-max(filament+residue-1,0)*field_mobility*drive_scale/({SHARPNESS}*field_offset))*{_TIME}-filament",
        "filament, one when complete together with the residue",
    ),
    "residue": State(
        _TIME, f"(residue_rate*filament-residue_decay*residue)*{_TIME}", "residue of earlier filaments"
    ),
    "complete": remembered(
        beyond(f"filament+residue-1+{_NEARLY}*{SHARPNESS}", "1"), beyond(f"{_RUPTURED}-filament", str(_RUPTURED)),
        "complete", "decision_time", "one from a complete filament on, until it has ruptured",
    ),
    "rupturing": remembered(
        "complete*let_go", "(1-complete)", "rupturing", "decision_time",
        "one from the moment that no field holds a complete filament, until it has ruptured",
    ),
}  # fmt: skip
