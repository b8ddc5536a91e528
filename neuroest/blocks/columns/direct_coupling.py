"""Columns that drive their neurons directly, as in bench measurements."""

from typing import Literal

from neuroest.blocks.base import Component, Costs, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import exact_model
from neuroest.blocks.roles import CouplesDirectly
from neuroest.equations import array_lines
from neuroest.specs.blocks import Block


class DirectCouplingBlock(Block):
    """No circuit: pulses on the rows drive the neuron through the cells, and it sees the mean of the active rows."""

    model: Literal["direct_coupling"]


class DirectCoupling(Component[None], CouplesDirectly):
    """Wire from the column to the neuron; the neuron's input is charged with the line."""

    schema = DirectCouplingBlock
    part_of_array = True
    owns = ("neuron input charge",)
    prior_error = exact_model("it has no circuit")

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Charge of the neuron's input to the row voltage, delivered by the supply of the rows."""
        if point.neuron_capacitance is None:
            return Costs()
        charge = array_lines.column_swing_energy(
            point.neuron_capacitance, point.read_voltage, point.read_supply_voltage
        )
        return Costs([self.energy("couple", "input_charge", charge, "neuron input charge")])
