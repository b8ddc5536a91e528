"""What the time-domain models need beyond what an estimate needs."""

from __future__ import annotations

from typing import ClassVar

from neuroest.core.units import Dimensionless, Farad, Ohm, Second, Volt
from neuroest.specs.parameters import NORMALISED, Record, non_negative, positive, quantity


class ThresholdSwitchParameters(Record):
    """Volatile threshold switch with a series resistor and a capacitor across it."""

    model: ClassVar[str] = "threshold_switch"
    folder: ClassVar[str] = "lab"

    supply_voltage: Volt = positive(symbol="V_s", exact=NORMALISED)
    """Supply behind the series resistor."""
    threshold_voltage: Volt = positive(symbol="V_t", exact=NORMALISED)
    """Voltage at which the switch turns on."""
    hold_voltage: Volt = positive(symbol="V_h", exact=NORMALISED)
    """Voltage at which the switch turns off."""
    series_resistance: Ohm = positive(symbol="R_s", exact=NORMALISED)
    """Resistor between supply and capacitor."""
    on_resistance: Ohm = positive(symbol="R_on", exact=NORMALISED)
    """Resistance of the switch while on."""
    off_resistance: Ohm = positive(symbol="R_off", exact=NORMALISED)
    """Resistance of the switch while off."""
    capacitance: Farad = positive(symbol="C", exact=NORMALISED)
    """Capacitor across the switch."""
    threshold_variation: Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between cycles."""
    threshold_mismatch: Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between devices."""


class LifBehaviourParameters(Record):
    """Behaviour in time of a leaky integrate-and-fire neuron, beside the parameters of its cost."""

    model: ClassVar[str] = "lif_behaviour"
    folder: ClassVar[str] = "lab"

    leak_time_constant: Second = positive(symbol="tau", exact=NORMALISED)
    """Time constant of the membrane."""
    refractory_time: Second = non_negative(exact=NORMALISED)
    """Time after a spike in which the input is ignored."""
    threshold_variation: Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between cycles."""
    threshold_mismatch: Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between devices."""
    state_bits: Dimensionless = quantity(minimum=2, maximum=48, integer=True, exact=NORMALISED)
    """Width of the digital state."""
    digital_threshold: Dimensionless = positive(exact=NORMALISED)
    """Threshold of the digital neuron, in its least bits."""
    decay_shift: Dimensionless = quantity(minimum=0, maximum=48, integer=True, exact=NORMALISED)
    """The digital state loses itself shifted right by this many bits in a step."""
