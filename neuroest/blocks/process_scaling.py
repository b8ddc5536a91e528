"""Scaling of circuits to another node and supply, the supply that a circuit has, and how blocks sleep."""

from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from neuroest.blocks.base import Component, StaticCost, either
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import power, technology
from neuroest.equations import technology as scaling
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive

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
    return at_corner(component, "delay", typical_delay_ratio(component, reference_voltage, reference))


def typical_delay_ratio(
    component: Component[Any], reference_voltage: u.Volt, reference: Process | None = None
) -> u.Dimensionless:
    """The same on a typical die, for which a chip is designed."""
    here, there = component.process, reference or component.device_process or component.process
    ratio = here.delay_factor(component.technology.supply_voltage) / there.delay_factor(reference_voltage)
    return ratio * (here.delay_correction / there.delay_correction)


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


MemorySleep: TypeAlias = Literal["none", "retention", "off"]
"""Sleep states of a memory: none; at a supply that just retains its bits; or without supply, so that they are lost."""
GatedSleep: TypeAlias = Literal["none", "off", "between_timesteps"]
"""Sleep states of a stateless block: none, between inferences, or whenever a timestep has no more work for it."""
LEFT_OUT = "area of power switches and retention regulators, and the time that sleeping blocks take to wake"


class GatedBlock(DeviceBlock):
    """A stateless block that can be power-gated."""

    sleep: GatedSleep = "none"
    """off: power gating between the inferences of an always_on chip; between_timesteps: also in each timestep after the
    block has finished its work, for any operation mode, if layers pass on their spikes after every timestep and no
    event is read on arrival. See `technology.sleep_options`."""


class SleepOptions(Record):
    """Sleep options of blocks."""

    model = "sleep_options"

    retention_voltage: u.Volt = positive(maximum=5.0)
    """Retention voltage of a memory cell."""
    retention_loss: u.Dimensionless = non_negative(
        maximum=1.0, absent=1.0, exact="one for a linear regulator, zero for a second supply"
    )
    """Share of the voltage difference between the chip's supply and the retention voltage that is lost: 1 for a linear
    regulator or a diode on the die, 0 for a second supply or a lossless converter."""
    gated_leakage_share: u.Dimensionless = non_negative(maximum=1.0)
    """Ratio of a power-gated block's leakage to that of the active block."""
    cell_width: u.Dimensionless = positive(maximum=1000.0)
    """Transistor width in a memory cell whose nodes follow the supply, in feature sizes."""


def gated_share(component: Component[Any]) -> u.Dimensionless:
    """Ratio of leakage with power switches open to that of the active block."""
    return options_of(component).gated_leakage_share


def retention_share(component: Component[Any], flavour: Process) -> u.Dimensionless:
    """Ratio of a memory's power at its retention voltage to its leakage at the chip's supply."""
    supply = component.technology.supply_voltage
    kept = power.retention_supply(supply, options_of(component).retention_voltage)
    drawn = power.retention_draw(supply, kept, options_of(component).retention_loss)
    size = component.process.feature_size
    return technology.leakage_factor(
        size, size, off_current(flavour, kept), off_current(flavour, supply), drawn, supply
    )


def wake(component: Component[Any], width: u.Metre, asleep_at: u.Volt) -> u.Joule:
    """Energy of charging the nodes of this width from the sleep supply to the full supply."""
    process = component.process
    charged = power.domain_capacitance(width, process.gate_capacitance, process.drain_capacitance)
    return power.wake_energy(charged, component.technology.supply_voltage, asleep_at)


def gated(
    component: Component[Any], costs: list[StaticCost], area: u.SquareMetre, width: Any
) -> list[StaticCost]:
    """Leakage of gates with power switches open, of `width` feature sizes per gate area, and their recharge energy."""
    if not isinstance(component.spec, GatedBlock) or component.spec.sleep == "none":
        return costs  # what keeps weights in its cells cannot be cut off
    waking = wake(component, gate_width(component, area, width), 0.0)
    often = component.spec.sleep == "between_timesteps"
    return [sleeping(cost, "leakage", gated_share(component), waking, often=often) for cost in costs]


def options_of(component: Component[Any]) -> SleepOptions:
    """Sleep options of the chip, which the builder loads if a block sleeps."""
    options: SleepOptions = component.technology.sleep
    return options


def sleeping(
    cost: StaticCost, term: str, share: u.Dimensionless, waking: u.Joule, *, often: bool = False
) -> StaticCost:
    """Static cost with its value in sleep if it is the sleeping term, once per inference or more `often`."""
    return cost.asleep(share, waking, often=often) if cost.term == term else cost
