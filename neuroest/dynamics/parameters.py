"""What the time-domain models need beyond what an estimate needs."""

from __future__ import annotations

from typing import ClassVar

from neuroest.core.units import Dimensionless, Farad, Ohm, Second, Volt
from neuroest.specs.parameters import NORMALISED, Record, non_negative, positive, quantity


class ThresholdSwitchParameters(Record):
    """Volatile threshold switch with a series resistor and a capacitor across it."""

    model: ClassVar[str] = "threshold_switch"
    folder: ClassVar[str] = "lab"

    supply_voltage: Volt = positive("Supply behind the series resistor.", symbol="V_s", exact=NORMALISED)
    threshold_voltage: Volt = positive(
        "Voltage at which the switch turns on.", symbol="V_t", exact=NORMALISED
    )
    hold_voltage: Volt = positive("Voltage at which the switch turns off.", symbol="V_h", exact=NORMALISED)
    series_resistance: Ohm = positive(
        "Resistor between supply and capacitor.", symbol="R_s", exact=NORMALISED
    )
    on_resistance: Ohm = positive("Resistance of the switch while on.", symbol="R_on", exact=NORMALISED)
    off_resistance: Ohm = positive("Resistance of the switch while off.", symbol="R_off", exact=NORMALISED)
    capacitance: Farad = positive("Capacitor across the switch.", symbol="C", exact=NORMALISED)
    threshold_variation: Dimensionless = non_negative(
        "Relative deviation of the threshold between cycles.", exact=NORMALISED
    )
    threshold_mismatch: Dimensionless = non_negative(
        "Relative deviation of the threshold between devices.", exact=NORMALISED
    )


class LifBehaviourParameters(Record):
    """Behaviour in time of a leaky integrate-and-fire neuron, beside the parameters of its cost."""

    model: ClassVar[str] = "lif_behaviour"
    folder: ClassVar[str] = "lab"

    leak_time_constant: Second = positive("Time constant of the membrane.", symbol="tau", exact=NORMALISED)
    refractory_time: Second = non_negative(
        "Time after a spike in which the input is ignored.", exact=NORMALISED
    )
    threshold_variation: Dimensionless = non_negative(
        "Relative deviation of the threshold between cycles.", exact=NORMALISED
    )
    threshold_mismatch: Dimensionless = non_negative(
        "Relative deviation of the threshold between devices.", exact=NORMALISED
    )
    state_bits: Dimensionless = quantity(
        "Width of the digital state.", minimum=2, maximum=48, integer=True, exact=NORMALISED
    )
    digital_threshold: Dimensionless = positive(
        "Threshold of the digital neuron, in its least bits.", exact=NORMALISED
    )
    decay_shift: Dimensionless = quantity(
        "The digital state loses itself shifted right by this many bits in a step.",
        minimum=0,
        maximum=48,
        integer=True,
        exact=NORMALISED,
    )
