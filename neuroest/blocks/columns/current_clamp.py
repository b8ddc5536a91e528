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
    """Column current for which bias, resistance and area are stated; a conveyor is sized in proportion to its column's
    current. Without it, the conveyor is the same at every column."""
    minimum_bias: u.Ampere = non_negative(absent=0.0)
    """Minimum bias of a conveyor sized for a smaller current."""
    bias_headroom: u.Dimensionless = positive(symbol="h", absent=1.0, exact=CHOSEN)
    """Bias over the mean current of a column, if the bias follows the mapped current."""


class CurrentClampBlock(DeviceBlock):
    """Circuit at each column that clamps its voltage and passes the current to the neuron."""

    record: ClassVar[type[Record] | None] = CurrentClampParameters
    model: Literal["current_clamp"]
    active_rows: PositiveFraction = 0.5
    """Share of the simultaneously read rows for whose current the conveyor is sized, if its device states how."""
    current_spreads: PositiveNumber = 3.0
    """Standard deviations of the column current for which the conveyor is sized, for rows in pairs driven with opposite
    signs, whose column carries the difference of the cell currents."""
    bias: Literal["while_read", "always"] = "while_read"
    """When the bias flows: while its column is read, or always, which is static power."""
    bias_follows: Literal["stated_current", "mapped_current"] = "stated_current"
    """stated_current: the bias of the device, sized for active_rows if the device states how; mapped_current: set for
    each layer to the mean column current, or that of one active row if larger, times the device's bias_headroom, with
    the conveyor area as stated."""


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
        """Conveyor for a column with this current, if its device states how to size it."""
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
        """Conveyor biased for the mean current of a layer, with input resistance n U_T / I in weak inversion."""
        d = self.device
        bias = d.bias_headroom * current
        resistance = converters.weak_inversion_resistance(d.input_resistance, d.bias_current, bias)
        device = d.changed(bias_current=bias, input_resistance=resistance)
        return replace(self, device=device)  # type: ignore[arg-type]

    def bias_statics(self) -> list[StaticCost]:
        """Static bias that flows whether or not the column is read."""
        if self.spec.bias == "while_read":
            return []
        supply = self.technology.supply_voltage
        return [StaticCost(self.path, "bias", front_ends.bias_power(self.device.bias_current, supply))]

    def column_energies(self, read_time: u.Second) -> list[EnergyCost]:
        """Energy of the conveyor's bias while the column is read, except for the part that the cell current supplies.

        A sink of constant current takes the current of the column, and the supply of the conveyor gives the rest.
        """
        if self.spec.bias == "always":
            return []
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, read_time)
        return [self.energy("column_bias", "bias", bias, "column interface bias")]

    def alone(self, place: Place) -> Costs:
        """Costs with the bias during one read, sized or set for the column current if it is given."""
        given = place.given.get("column_current")
        follows = self.spec.bias_follows == "mapped_current"
        drawn = self if given is None else self.biased_for(given) if follows else self.drawn_for(given)
        energies = drawn.column_energies(place["read_time"])
        return Costs(energies, drawn.areas(place.network), drawn.bias_statics())

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor."""
        return [AreaCost(self.path, "conveyor", self.area_at_node(self.device.footprint))]

    def input_resistance(self) -> u.Ohm:
        """Resistance that the column sees."""
        return self.device.input_resistance
