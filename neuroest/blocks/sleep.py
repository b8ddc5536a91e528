"""Sleep of blocks between inferences: sleep power and wake-up cost."""

from typing import Any, Literal, TypeAlias

from neuroest.blocks.base import Component, StaticCost
from neuroest.blocks.process_scaling import gate_width, off_current
from neuroest.blocks.technology.process import Process
from neuroest.core import units as u
from neuroest.equations import power, technology
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive

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
