"""Circuits that write the cells of a crossbar."""

from __future__ import annotations

from typing import ClassVar

from neuroest.devices.base import Record, non_negative, positive, quantity
from neuroest.units import (
    AmperePerMetre,
    Dimensionless,
    FaradPerSquareMetre,
    Metre,
    PerSecond,
    Volt,
    Watt,
)


class WriteCircuitParameters(Record):
    """Transistors that stand the programming voltage, and the gates of decoders, around an array that is written."""

    model: ClassVar[str] = "write_circuit"
    folder: ClassVar[str] = "drivers"

    maximum_voltage: Volt = positive("Highest voltage that its switches stand.", maximum=100.0)
    gate_length: Metre = positive(
        "Shortest gate of a transistor that stands this voltage.", maximum=1e-5, symbol="L"
    )
    contact_length: Metre = positive("Length of a contact beside such a gate.", maximum=1e-5, symbol="s")
    on_current: AmperePerMetre = positive(
        "Saturation current of such a transistor per width, with the programming voltage at its gate."
    )
    current_linearity: Dimensionless = positive(
        "Write current over saturation current, so that a switch loses little of the voltage.",
        maximum=1.0,
        symbol="k_lin",
    )
    minimum_width: Metre = positive("Narrowest such transistor.", maximum=1e-4)
    off_current: AmperePerMetre = non_negative("Leakage of such a transistor per width at 300 K.")
    layout_factor: Dimensionless = quantity(
        "Area of decoders and switches with their wires over that of gates and transistors.",
        minimum=1.0,
        maximum=100.0,
    )
    gate_width: Metre = positive("Width of all transistors of one input of a decoder's gate.", maximum=1e-4)
    latch_gates: Dimensionless = non_negative("Two-input gates that keep the data of one write driver.")


class ChargePumpParameters(Record):
    """Dickson charge pump: capacitors, their parasitics and what stands beside them."""

    model: ClassVar[str] = "charge_pump"
    folder: ClassVar[str] = "drivers"

    maximum_voltage: Volt = positive(
        "Highest voltage that its transistors and capacitors stand.", maximum=100.0
    )
    capacitance_density: FaradPerSquareMetre = positive("Density of the capacitors.", symbol="c_A")
    parasitic_fraction: Dimensionless = positive(
        "Capacitance of a clocked plate to ground over that of the capacitor.", maximum=1.0, symbol="alpha"
    )
    clock_frequency: PerSecond = positive("Clock of the pump.", symbol="f_p")
    area_factor: Dimensionless = quantity(
        "Area of the pump with switches, clock drivers and regulation over that of its capacitors.",
        minimum=1.0,
        maximum=100.0,
    )
    idle_power: Watt = non_negative("Power of its oscillator and regulation while it is on without a load.")
