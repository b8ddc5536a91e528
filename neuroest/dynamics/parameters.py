"""Additional parameters for time-domain models."""

from typing import ClassVar

from neuroest.core import units as u
from neuroest.specs.parameters import NORMALISED, Record, non_negative, positive, quantity


class ThresholdSwitchParameters(Record):
    """Volatile threshold switch with a series resistor and a capacitor across it."""

    model = "threshold_switch"
    circuit_of: ClassVar[str] = "threshold_switch_neuron"
    """Block whose circuit it is."""
    in_time: ClassVar[str] = "neuroest.dynamics.switch_in_time.SwitchInTime"
    """What runs it in time."""

    supply_voltage: u.Volt = positive(symbol="V_s", exact=NORMALISED)
    """Supply behind the series resistor."""
    threshold_voltage: u.Volt = positive(symbol="V_t", exact=NORMALISED)
    """Voltage at which the switch turns on."""
    hold_voltage: u.Volt = positive(symbol="V_h", exact=NORMALISED)
    """Voltage at which the switch turns off."""
    series_resistance: u.Ohm = positive(symbol="R_s", exact=NORMALISED)
    """Resistor between supply and capacitor."""
    on_resistance: u.Ohm = positive(symbol="R_on", exact=NORMALISED)
    """Resistance of the switch while on."""
    off_resistance: u.Ohm = positive(symbol="R_off", exact=NORMALISED)
    """Resistance of the switch while off."""
    capacitance: u.Farad = positive(symbol="C", exact=NORMALISED)
    """Capacitor across the switch."""
    threshold_variation: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between cycles."""
    threshold_mismatch: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between devices."""


class LifBehaviourParameters(Record):
    """Behaviour in time of a leaky integrate-and-fire neuron, in addition to the parameters of its cost."""

    model = "lif_behaviour"
    in_time: ClassVar[str] = "neuroest.dynamics.digital_in_time.DigitalInTime"
    """What runs it in time."""

    leak_time_constant: u.Second = positive(symbol="tau", exact=NORMALISED)
    """Time constant of the membrane."""
    refractory_time: u.Second = non_negative(exact=NORMALISED)
    """Time after a spike in which the input is ignored."""
    threshold_variation: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between cycles."""
    threshold_mismatch: u.Dimensionless = non_negative(exact=NORMALISED)
    """Relative deviation of the threshold between devices."""
    state_bits: u.Dimensionless = quantity(minimum=2, maximum=48, integer=True, exact=NORMALISED)
    """Width of the digital state."""
    digital_threshold: u.Dimensionless = positive(exact=NORMALISED)
    """Threshold of the digital neuron, in its least bits."""
    decay_shift: u.Dimensionless = quantity(minimum=0, maximum=48, integer=True, exact=NORMALISED)
    """Decay shift: in each step, the digital state decreases by itself shifted right by this many bits."""
