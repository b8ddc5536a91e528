"""Current conveyor that clamps a column and passes its current to the neuron."""

from dataclasses import replace
from typing import ClassVar, Literal, Self

import numpy as np

from neuroest.blocks.base import AreaCost, Costs, EnergyCost, NetworkContext, Place, StaticCost
from neuroest.blocks.circuit_supply import AnalogCircuit
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import ClampsColumn
from neuroest.core import units as u
from neuroest.equations import converters, front_ends
from neuroest.specs.base import PositiveFraction, PositiveNumber
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import CHOSEN, DEFINED, Record, non_negative, positive


class CurrentClampParameters(Record):
    """Current conveyor that fixes the voltage of a column and passes its current to the neuron."""

    bias_current: u.Ampere = positive(symbol="I_b")
    """Current of the active conveyor."""
    input_resistance: u.Ohm = positive(symbol="R_in")
    """Small-signal input resistance."""
    footprint: u.SquareMetre = positive()
    """Area of one conveyor."""
    carried_current: u.Ampere = non_negative(absent=0.0, symbol="I_c", exact=DEFINED)
    """Current of a column that bias, resistance and area are stated for; a conveyor is drawn for its column in
    proportion. Without it the conveyor is the same at every column."""
    minimum_bias: u.Ampere = non_negative(absent=0.0)
    """Minimum bias of a conveyor that is sized for a smaller current."""
    bias_headroom: u.Dimensionless = positive(symbol="h", absent=1.0, exact=CHOSEN)
    """Bias over the mean current of a column, if the bias follows the mapped current."""


class CurrentClampBlock(DeviceBlock):
    """Circuit at each column that holds its potential and hands the current to the neuron."""

    record: ClassVar[type[Record] | None] = CurrentClampParameters
    model: Literal["current_clamp"]
    active_rows: PositiveFraction = 0.5
    """Share of the rows that are read at once whose current the conveyor is drawn for, where its device says how."""
    current_spreads: PositiveNumber = 3.0
    """Standard deviations of the column's current that the conveyor is drawn for, where rows in pairs are driven in
    opposite ways, so that the column carries the difference of its cells' currents."""
    bias: Literal["while_read", "always"] = "while_read"
    """When the bias flows: while its column is read, or always, which is static power."""
    bias_follows: Literal["stated_current", "mapped_current"] = "stated_current"
    """stated_current: the bias of the device, drawn for active_rows where the device says how; mapped_current: set for
    each layer to the mean current of its columns, or that of one active row where this is more, times the device's
    bias_headroom, with the conveyor's area as stated."""


class CurrentClamp(AnalogCircuit[CurrentClampParameters], ClampsColumn):
    """Current conveyor between a column and its neuron.

    Model errors
    ------------
    area
        bias and layout overhead
    """

    schema: ClassVar[type[Block]] = CurrentClampBlock
    samples_columns = False
    """Whether the rows can go idle while the neuron still integrates."""
    family = "interface"
    owns: ClassVar[tuple[str, ...]] = ("column interface bias",)
    prior_error = model_errors(area=1.5)

    def drawn_for(self, current: u.Ampere) -> Self:
        """The conveyor of a column of that current, where its device says how it is drawn."""
        d = self.device
        if not np.any(np.asarray(d.carried_current) > 0.0):
            return self
        bias = front_ends.drawn_bias(d.bias_current, current, d.carried_current, d.minimum_bias)
        drawn = bias / d.bias_current
        device = d.changed(
            bias_current=bias, input_resistance=d.input_resistance / drawn, footprint=d.footprint * drawn
        )
        return replace(self, device=device)  # type: ignore[arg-type]

    def biased_for(self, current: u.Ampere) -> Self:
        """Biased for the mean current of a layer, with the input resistance of weak inversion, n U_T over the bias."""
        d = self.device
        bias = d.bias_headroom * current
        resistance = converters.weak_inversion_resistance(d.input_resistance, d.bias_current, bias)
        device = d.changed(bias_current=bias, input_resistance=resistance)
        return replace(self, device=device)  # type: ignore[arg-type]

    def bias_statics(self) -> list[StaticCost]:
        """Bias that flows whether or not the column is read."""
        if self.spec.bias == "while_read":
            return []
        supply = self.technology.supply_voltage
        return [StaticCost(self.path, "bias", front_ends.bias_power(self.device.bias_current, supply))]

    def column_energies(self, read_time: u.Second) -> list[EnergyCost]:
        """Bias of the conveyor while the column is read, without what the cells bring of it.

        A sink of constant current takes the current of the column, and the supply of the conveyor gives the rest.
        """
        if self.spec.bias == "always":
            return []
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, read_time)
        return [self.energy("column_bias", "bias", bias, "column interface bias")]

    def alone(self, place: Place) -> Costs:
        """With its bias during one read, drawn for the current of its column where that is given."""
        given = place.given.get("column_current")
        drawn = self if given is None else self.drawn_for(given)
        energies = drawn.column_energies(place["read_time"])
        return Costs(energies, drawn.areas(place.network), drawn.bias_statics())

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor."""
        return [AreaCost(self.path, "conveyor", self.area_at_node(self.device.footprint))]

    def input_resistance(self) -> u.Ohm:
        """Resistance that the column sees."""
        return self.device.input_resistance
