"""Scaling of analog circuits with the supply and node of the chip."""

from typing import Literal, TypeVar

import numpy as np

from neuroest.blocks.base import Component, either
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import technology
from neuroest.specs.parameters import Record, non_negative

_DeviceT_co = TypeVar("_DeviceT_co", bound=Record | None, covariant=True)


class CircuitParameters(Record):
    """Parameters of analog circuits with energies and times at one supply."""

    circuit_voltage: u.Volt = non_negative(maximum=10.0, absent=0.0)
    """Supply voltage of its energies and times. Default: the nominal supply of its process, or of the chip's process if
    it states none."""


def moves_between_nodes(here: Process, there: Process) -> bool:
    """Whether both processes state scaling laws for analog circuits."""
    factors = (
        process.analog_energy_factor * process.analog_area_factor * process.analog_time_factor
        for process in (here, there)
    )
    return all(bool(np.all(np.asarray(factor) > 0.0)) for factor in factors)


class AnalogCircuit(Component[_DeviceT_co]):
    """A circuit whose energies, areas and times follow supply and node by the laws of analog circuits."""

    analog_circuit = True

    def circuit_voltage(self) -> u.Volt:
        """Supply for which its values are stated: that of its device, otherwise the nominal supply of its process."""
        nominal = (self.device_process or self.process).nominal_supply_voltage
        stated: u.Volt = self.device.circuit_voltage  # type: ignore[union-attr]
        return either(stated > 0.0, stated, nominal)

    def supply_voltage(self) -> u.Volt:
        """Supply of the circuit: that of the chip."""
        return self.technology.supply_voltage

    def _at_node(self, quantity: Literal["energy", "area", "time"], value: u.Numeric) -> u.Numeric:
        """Value on the chip's process; unchanged if either process has no law."""
        here, there = self.process, self.device_process
        if there is None or not moves_between_nodes(here, there):
            return value
        name = f"analog_{quantity}_factor"
        return value * technology.analog_node_ratio(getattr(here, name), getattr(there, name))

    def at_supply(self, energy: u.Joule) -> u.Joule:
        """Energy at the chip's node and supply; proportional to the square of the supply."""
        return technology.voltage_scaled_energy(
            self._at_node("energy", energy), self.supply_voltage(), self.circuit_voltage()
        )

    def energy_at_node(self, energy: u.Joule) -> u.Joule:
        """Energy at the chip's node for a voltage other than the chip's supply."""
        return self._at_node("energy", energy)

    def area_at_node(self, area: u.SquareMetre) -> u.SquareMetre:
        """Area at the chip's node."""
        return self._at_node("area", area)

    def time_at_supply(self, time: u.Second) -> u.Second:
        """Time at the chip's node and supply, by the delay of logic on a typical die of either process."""
        here, there, supply = self.process, self.device_process, self.supply_voltage()
        if there is None or not moves_between_nodes(here, there):
            return time * _slowness(there or here, supply, self.circuit_voltage())
        at_nominal = time * _slowness(there, there.nominal_supply_voltage, self.circuit_voltage())
        return self._at_node("time", at_nominal) * _slowness(here, supply, here.nominal_supply_voltage)


def _slowness(process: Process, supply: u.Volt, reference: u.Volt) -> u.Dimensionless:
    return process.delay_factor(supply) / process.delay_factor(reference)
