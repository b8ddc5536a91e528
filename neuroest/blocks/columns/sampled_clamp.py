"""Clamp whose result is stored on a capacitor, so that the rows are idle while the neuron integrates."""

from dataclasses import replace
from typing import ClassVar, Literal

from neuroest.blocks.base import AreaCost, Check, Costs, EnergyCost, NetworkContext, Place
from neuroest.blocks.columns.current_clamp import CurrentClamp, CurrentClampBlock, CurrentClampParameters
from neuroest.blocks.columns.sample_and_hold import droop_check
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import HoldsResults
from neuroest.core import units as u
from neuroest.equations import array_lines, converters
from neuroest.specs.blocks import Block
from neuroest.specs.parameters import CHOSEN, non_negative, positive


class SampledClampParameters(CurrentClampParameters):
    """Current conveyor that keeps the column's result and presents it to the neuron after the rows went idle."""

    hold_capacitance: u.Farad = positive(symbol="C_h")
    """Capacitor that keeps the result."""
    hold_voltage: u.Volt = positive(maximum=10.0, exact=CHOSEN)
    """Largest voltage on the capacitor."""
    follower_current: u.Ampere = non_negative()
    """Current of the follower while the neuron integrates."""
    droop_current: u.Ampere = non_negative()
    """Leakage off the capacitor."""
    hold_footprint: u.SquareMetre = positive()
    """Area of one capacitor with its switch and follower."""


class SampledClampBlock(CurrentClampBlock):
    """The same circuit with a capacitor that keeps the result, so that the rows rest while a neuron integrates."""

    record = SampledClampParameters
    model: Literal["sampled_clamp"]  # type: ignore[assignment]


class SampledClamp(CurrentClamp, HoldsResults):
    """Conveyor whose result is stored on a capacitor, which presents it to the neuron by itself.

    Model errors
    ------------
    area
        bias and layout overhead
    """

    schema: ClassVar[type[Block]] = SampledClampBlock
    samples_columns = True
    owns = ("column interface bias", "held column result")
    prior_error = model_errors(area=1.5)
    device: SampledClampParameters

    @property
    def held(self) -> str:
        """What the stages that store a result are counted under."""
        return f"{self.path}:held"

    def hold_energies(self, hold_time: u.Second) -> list[EnergyCost]:
        """The capacitor, and the follower while the neuron integrates."""
        d, supply = self.device, self.technology.supply_voltage
        charge = array_lines.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        follower = converters.front_end_bias_energy(d.follower_current, supply, hold_time)
        ledger = "held column result"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger),
            self.energy("hold", "follower", follower, ledger),
        ]

    def alone(self, place: Place) -> Costs:
        """With its bias during one read, and the result held for a neuron."""
        costs = super().alone(place)
        return replace(costs, energies=[*costs.energies, *self.hold_energies(place["hold_time"])])

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor, and of one stage that stores a result."""
        stage = AreaCost(
            self.path, "hold_stage", self.area_at_node(self.device.hold_footprint), counted_as=self.held
        )
        return [*super().areas(network), stage]

    def held_voltage(self) -> u.Volt:
        """Largest voltage on the capacitor, as stated."""
        return self.device.hold_voltage

    def droop_check(self, hold_time: u.Second, bits: u.Dimensionless) -> Check:
        """Whether the stored value keeps to half a step while the neuron integrates."""
        d = self.device
        lost = converters.sample_droop(d.droop_current, hold_time, d.hold_capacitance)
        return droop_check(self.path, lost, converters.half_step(d.hold_voltage, bits))
