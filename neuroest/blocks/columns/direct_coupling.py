"""Columns that drive their neurons directly, as in bench measurements."""

from typing import Literal

from neuroest.blocks.base import Component, EnergyCost
from neuroest.blocks.model_error import exact_model
from neuroest.blocks.roles import CouplesDirectly
from neuroest.core import units as u
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

    def coupling_energies(
        self, input_capacitance: u.Farad, drive: u.Volt, supply: u.Volt
    ) -> list[EnergyCost]:
        """Charge of the neuron's input, delivered by the supply of the rows."""
        charge = array_lines.column_swing_energy(input_capacitance, drive, supply)
        return [self.energy("couple", "input_charge", charge, "neuron input charge")]
