"""Scaling of device values to the chip's process, supply, temperature and corner."""

from typing import Any, Literal

import numpy as np

from neuroest.blocks.base import Component
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import technology as scaling

_CornerQuantity = Literal["delay", "drive", "leakage", "switching_energy"]

ROOM_TEMPERATURE = 300.0
"""Reference temperature in K; part of the definition of the processes' off-current."""


FAR = 4.0
"""Ratio of two nodes above which scaling a library is reported; a convention."""


def nodes_apart(component: Component[Any]) -> u.Dimensionless:
    """Ratio of the feature sizes of the chip's process and of that of the device, at least one."""
    if component.device_process is None:
        return 1.0
    here, there = component.process.feature_size, component.device_process.feature_size
    return np.maximum(here / there, there / here)


def logic_energy_ratio(component: Component[Any], reference_voltage: u.Volt) -> u.Dimensionless:
    """Energy ratio of logic at the chip's process and supply to logic at the device's process and voltage.

    Between processes it follows the fits at their nominal supplies, within a process the square of the voltage.
    """
    here, there = component.process, component.device_process
    supply = component.technology.supply_voltage
    if there is None:
        return at_corner(
            component, "switching_energy", scaling.supply_energy_factor(supply, reference_voltage)
        )
    ours, theirs = here.nominal_supply_voltage, there.nominal_supply_voltage
    between = here.energy_factor(ours) / there.energy_factor(theirs)
    between = between * (here.energy_correction / there.energy_correction)
    supplies = scaling.supply_energy_factor(supply, ours)
    ratio = between * supplies * scaling.supply_energy_factor(theirs, reference_voltage)
    return at_corner(component, "switching_energy", ratio)


def logic_delay_ratio(
    component: Component[Any], reference_voltage: u.Volt, reference: Process | None = None
) -> u.Dimensionless:
    """Delay ratio of logic at the chip's process and supply to logic at the device's, or another, and its voltage."""
    here, there = component.process, reference or component.device_process or component.process
    ratio = here.delay_factor(component.technology.supply_voltage) / there.delay_factor(reference_voltage)
    return at_corner(component, "delay", ratio * (here.delay_correction / there.delay_correction))


def at_corner(component: Component[Any], quantity: _CornerQuantity, typical: u.Numeric) -> u.Numeric:
    """Value at the chip's corner, from a typical one: delay, energy, drive current or leakage."""
    corner = component.technology.corner
    if corner is None:
        return typical
    depth = corner.leakage_depth if quantity == "leakage" else corner.speed_depth
    return typical * scaling.corner_factor(getattr(corner, quantity), depth)


def threshold_at_corner(component: Component[Any], threshold: u.Volt) -> u.Volt:
    """Threshold voltage of a transistor of the chip's process at its corner."""
    corner = component.technology.corner
    if corner is None:
        return threshold
    return scaling.threshold_at_corner(threshold, corner.threshold_shift, corner.speed_depth)


def resistance_at_corner(component: Component[Any], resistance: u.Numeric) -> u.Numeric:
    """On-resistance of a transistor at the chip's corner: inversely proportional to its current."""
    return (
        resistance if component.technology.corner is None else resistance / at_corner(component, "drive", 1.0)
    )


def logic_area_ratio(component: Component[Any]) -> u.Dimensionless:
    """Area ratio of logic on the chip's process to logic on the device's process."""
    here, there = component.process, component.device_process or component.process
    return here.logic_area_factor / there.logic_area_factor


def leakage_at_chip_temperature(
    component: Component[Any],
    leakage: u.Watt,
    stated_at: u.Kelvin = ROOM_TEMPERATURE,
    own: Process | None = None,
) -> u.Watt:
    """Leakage at the chip's temperature and corner, for the transistors of the chip's process or another one."""
    doubling = (own or component.process).leakage_doubling_temperature
    typical = scaling.leakage_at_temperature(leakage, component.technology.temperature, stated_at, doubling)
    return at_corner(component, "leakage", typical)


def off_current(process: Process, supply: u.Volt) -> u.AmperePerMetre:
    """Leakage per transistor width of a process at a supply and 300 K."""
    return scaling.off_current_at_supply(
        process.off_current, process.leakage_supply_slope, supply, process.nominal_supply_voltage
    )


def leakage_ratio(component: Component[Any], reference_voltage: u.Volt) -> u.Dimensionless:
    """Leakage ratio per gate of equal circuits on the chip's process and supply to those on the device's."""
    here, there = component.process, component.device_process or component.process
    supply = component.technology.supply_voltage
    return scaling.leakage_factor(
        here.feature_size, there.feature_size, off_current(here, supply), off_current(there, reference_voltage),
        supply, reference_voltage,
    )  # fmt: skip


def gate_leakage(component: Component[Any], width: u.Metre, supply: u.Volt | None = None) -> u.Watt:
    """Leakage of this transistor width at the chip's temperature, at the chip's or another supply."""
    voltage = component.technology.supply_voltage if supply is None else supply
    power = scaling.gate_leakage_power(off_current(component.process, voltage), width, voltage)
    return leakage_at_chip_temperature(component, power)


def leakage_of_gates(
    component: Component[Any], area: u.SquareMetre, width_in_features: u.Dimensionless
) -> u.Watt:
    """Leakage of all gates that fit in an area of the chip's process, each with this leaking width in feature sizes."""
    return gate_leakage(component, gate_width(component, area, width_in_features))


def gate_width(component: Component[Any], area: u.SquareMetre, width_in_features: u.Dimensionless) -> u.Metre:
    """Transistor width of all gates that fit in an area of the chip's process, each this many feature sizes wide."""
    process = component.process
    return area / process.gate_area * width_in_features * process.feature_size
