"""Analog circuit at each column, active once per read."""

from typing import Literal

from neuroest.blocks.base import AreaCost, EnergyCost, NetworkContext
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.process_scaling import AnalogCircuit, CircuitParameters
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import non_negative, positive


class AnalogStageParameters(CircuitParameters):
    """Analog circuit that is active once per value: a buffer, a current adder, a charging unit with comparator."""

    model = "analog_stage"

    action_energy: u.Joule = positive(symbol="E_st")
    """Energy of passing on one value."""
    relative_error: u.Dimensionless = non_negative(maximum=1.0, symbol="eps_st")
    """Error added to a value: one standard deviation relative to full scale."""
    footprint: u.SquareMetre = non_negative()
    """Area of one stage."""


class AnalogStageBlock(DeviceBlock):
    """Analog circuit at each column, active once per read."""

    record = AnalogStageParameters
    model: Literal["analog_stage"]


class AnalogStage(AnalogCircuit[AnalogStageParameters]):
    """Circuit at each column, active once per read: a current adder, a charging unit with comparator."""

    schema = AnalogStageBlock
    owns = ("analog column stage",)
    prior_error = PUBLISHED

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one read of one column."""
        energy = self.at_supply(self.device.action_energy)
        return [self.energy("column_read", "stage", energy, "analog column stage")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area at one column."""
        return [AreaCost(self.path, "stage", self.area_at_node(self.device.footprint))]
