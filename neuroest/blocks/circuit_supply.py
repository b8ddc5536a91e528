"""Scaling of analog circuits with the supply and node of the chip."""

from typing import Any, Literal

import numpy as np

from neuroest.blocks.base import Component, either
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import technology
from neuroest.specs.parameters import Record, non_negative


class CircuitParameters(Record):
    """Parameters of analog circuits with energies and times at one supply."""

    circuit_voltage: u.Volt = non_negative(maximum=10.0, absent=0.0)
    """Supply voltage of its energies and times. Default: the nominal supply of its process, or of the chip's process if
    it states none."""


def circuit_voltage(component: Component[Any]) -> u.Volt:
    """Supply that the values of a circuit belong to: as its device states, else the nominal one of its process."""
    nominal = (component.device_process or component.process).nominal_supply_voltage
    stated = component.device.circuit_voltage
    return either(stated > 0.0, stated, nominal)


def moves_between_nodes(here: Process, there: Process) -> bool:
    """Whether both processes say how analog circuits move between them."""
    factors = (
        process.analog_energy_factor * process.analog_area_factor * process.analog_time_factor
        for process in (here, there)
    )
    return all(bool(np.all(np.asarray(factor) > 0.0)) for factor in factors)


def _at_node(
    component: Component[Any], quantity: Literal["energy", "area", "time"], value: u.Numeric
) -> u.Numeric:
    """A value of an analog circuit on the chip's process; as it is where either process has no law."""
    here, there = component.process, component.device_process
    if there is None or not moves_between_nodes(here, there):
        return value
    name = f"analog_{quantity}_factor"
    return value * technology.analog_node_ratio(getattr(here, name), getattr(there, name))


def energy_at_supply(component: Component[Any], energy: u.Joule) -> u.Joule:
    """Energy at the chip's node and supply, with its square."""
    return technology.voltage_scaled_energy(
        _at_node(component, "energy", energy), component.technology.supply_voltage, circuit_voltage(component)
    )


def energy_at_node(component: Component[Any], energy: u.Joule) -> u.Joule:
    """Energy at the chip's node, of a circuit whose voltage is not the chip's supply."""
    return _at_node(component, "energy", energy)


def area_at_node(component: Component[Any], area: u.SquareMetre) -> u.SquareMetre:
    """Area at the chip's node."""
    return _at_node(component, "area", area)


def _slowness(process: Process, supply: u.Volt, reference: u.Volt) -> u.Dimensionless:
    return process.delay_factor(supply) / process.delay_factor(reference)


def slowness_at_supply(component: Component[Any]) -> u.Dimensionless:
    """Delay of logic at the chip's supply over that at the nominal one of its process, of a typical die."""
    process = component.process
    return _slowness(process, component.technology.supply_voltage, process.nominal_supply_voltage)


def time_at_supply(component: Component[Any], time: u.Second) -> u.Second:
    """Time at the chip's node and supply, with the delay of logic of a typical die of either process."""
    supply, own = component.technology.supply_voltage, circuit_voltage(component)
    there = component.device_process
    if there is None or not moves_between_nodes(component.process, there):
        return time * _slowness(there or component.process, supply, own)
    at_nominal = time * _slowness(there, there.nominal_supply_voltage, own)
    return _at_node(component, "time", at_nominal) * slowness_at_supply(component)
