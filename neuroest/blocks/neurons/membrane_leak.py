"""Leak of a membrane capacitor through the switches at it."""

from typing import Any

import numpy as np

from neuroest.blocks.base import Component, either
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE, leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.equations import neurons as equations


def leak_current(neuron: Component[Any]) -> u.Ampere:
    """Current that leaves the membrane while it integrates, at the nominal supply and temperature of the chip. [A].

    The off-current of its switches, and that of their drain junctions, which no gate voltage lowers.
    """
    d = neuron.device
    cold = neuron.process.off_current * d.switch_width * d.switch_leakage + d.junction_leakage
    return leakage_at_chip_temperature(neuron, cold, ROOM_TEMPERATURE)


def longest_memory(neuron: Component[Any]) -> u.Second:
    """Longest time constant that the capacitor can hold; infinite for a device that states no switch. [s]."""
    d, leaks = neuron.device, np.asarray(neuron.device.switch_width) > 0.0
    current = either(leaks, leak_current(neuron), 1.0)
    longest = equations.membrane_hold_time(d.membrane_capacitance, d.threshold_voltage, current)
    return either(leaks, longest, np.inf)
