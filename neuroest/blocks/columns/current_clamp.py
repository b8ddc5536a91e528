"""Current conveyor that clamps a column and passes its current to the neuron."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from neuroest.blocks.base import AreaCost, Component, Costs, EnergyCost, NetworkContext, Place
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.roles import ClampsColumn
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import Record, positive


class CurrentClampParameters(Record):
    """Current conveyor that holds a column at its potential and hands its current to the neuron."""

    model: ClassVar[str] = "current_clamp"
    folder: ClassVar[str] = "drivers"

    bias_current: u.Ampere = positive(symbol="I_b")
    """Current that the conveyor draws while it works."""
    input_resistance: u.Ohm = positive(symbol="R_in")
    """Small-signal resistance that the column sees."""
    footprint: u.SquareMetre = positive()
    """Area of one conveyor."""


class CurrentClampBlock(DeviceBlock):
    """Circuit at each column that holds its potential and hands the current to the neuron."""

    record: ClassVar[type[Record] | None] = CurrentClampParameters
    model: Literal["current_clamp"]


class CurrentClamp(Component[CurrentClampParameters], ClampsColumn):
    """Current conveyor between a column and its neuron."""

    schema: ClassVar[type[Block]] = CurrentClampBlock
    samples_columns: ClassVar[bool] = False
    """Whether the rows can go idle while the neuron still integrates."""
    family: ClassVar[str] = "interface"
    owns: ClassVar[tuple[str, ...]] = ("column interface bias",)
    prior_error: ClassVar[ModelErrors] = model_errors(
        area=ModelError(1.5, "bias and layout overhead"),
    )

    def column_energies(self, read_time: u.Second) -> list[EnergyCost]:
        """Bias of the conveyor while the column is read, without what the cells bring of it.

        A sink of constant current takes the current of the column, and the supply of the conveyor gives the rest.
        """
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, read_time)
        return [self.energy("column_bias", "bias", bias, "column interface bias")]

    def alone(self, place: Place) -> Costs:
        """With its bias during one read."""
        return replace(super().alone(place), energies=self.column_energies(place["read_time"]))

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor."""
        return [AreaCost(self.path, "conveyor", self.device.footprint)]

    def input_resistance(self) -> u.Ohm:
        """Resistance that the column sees."""
        return self.device.input_resistance
