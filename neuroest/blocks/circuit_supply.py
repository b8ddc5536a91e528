"""How the values of analog circuits follow the supply of the chip."""

from __future__ import annotations

from typing import Any, ClassVar

from neuroest.blocks.base import Component, either
from neuroest.core import units as u
from neuroest.equations import technology
from neuroest.specs.parameters import Record, non_negative


class CircuitParameters(Record):
    """What analog circuits share whose energies and times are known at one supply."""

    model: ClassVar[str] = ""

    circuit_voltage: u.Volt = non_negative(maximum=10.0, absent=0.0)
    """Supply that its energies and times belong to; without it the nominal supply of its process, or of the chip's
    where it states no process."""


def circuit_voltage(component: Component[Any]) -> u.Volt:
    """Supply that the values of a circuit belong to: as its device states, else the nominal one of its process."""
    nominal = (component.device_process or component.process).nominal_supply_voltage
    stated = component.device.circuit_voltage
    return either(stated > 0.0, stated, nominal)


def energy_at_supply(component: Component[Any], energy: u.Joule) -> u.Joule:
    """Energy at the chip's supply, with its square."""
    return technology.voltage_scaled_energy(
        energy, component.technology.supply_voltage, circuit_voltage(component)
    )


def slowness_at_supply(component: Component[Any]) -> u.Dimensionless:
    """Delay of logic at the chip's supply over that at the nominal one of its process, of a typical die."""
    process = component.process
    fit = process.delay_cubic, process.delay_quadratic, process.delay_linear, process.delay_constant
    here, nominal = (
        technology.logic_delay_factor(supply, *fit)
        for supply in (component.technology.supply_voltage, process.nominal_supply_voltage)
    )
    return here / nominal


def time_at_supply(component: Component[Any], time: u.Second) -> u.Second:
    """Time at the chip's supply, with the delay of logic of the circuit's process."""
    process = component.device_process or component.process
    fit = process.delay_cubic, process.delay_quadratic, process.delay_linear, process.delay_constant
    here, there = (
        technology.logic_delay_factor(supply, *fit)
        for supply in (component.technology.supply_voltage, circuit_voltage(component))
    )
    return time * (here / there)
