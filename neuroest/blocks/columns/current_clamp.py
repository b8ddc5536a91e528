"""Circuit that clamps a column and passes its current on: class A, or a follower of the column's current."""

from dataclasses import replace
from typing import ClassVar, Literal, Self

import numpy as np

from neuroest.blocks.base import AreaCost, Costs, NetworkContext, StaticCost
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import AnalogCircuit
from neuroest.blocks.roles import ClampsColumn
from neuroest.core import units as u
from neuroest.equations import converters, front_ends
from neuroest.specs.base import PositiveFraction, PositiveNumber
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import CHOSEN, DEFINED, Record, non_negative, positive


class CurrentClampParameters(Record):
    """Current conveyor that fixes the voltage of a column and passes its current on."""

    bias_current: u.Ampere = positive(symbol="I_b")
    """Largest current of the column that the conveyor carries. In class A it always flows."""
    standing_current: u.Ampere = non_negative(absent=0.0, symbol="I_s")
    """Current that always flows in a conveyor whose output follows the column, such as a regulated cascode or a
    push-pull stage: that of its amplifier. Without it, the conveyor is class A, and its whole bias flows."""
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

    @property
    def follows_column(self) -> bool:
        """Whether the current of the output is that of the column, so that only a part of the bias always flows."""
        return bool(np.any(np.asarray(self.device.standing_current) > 0.0))

    @property
    def flowing(self) -> tuple[str, u.Ampere]:
        """Name of the current that flows whatever the column carries, and the current."""
        d = self.device
        return ("standing", d.standing_current) if self.follows_column else ("bias", d.bias_current)

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

    def sized_for(self, current: u.Ampere) -> Self:
        """Conveyor for a column with this current: biased for it, or drawn for it if its device states how."""
        return (
            self.biased_for(current)
            if self.spec.bias_follows == "mapped_current"
            else self.drawn_for(current)
        )

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs with the bias during one read, sized or set for the column current if it is given.

        A sink of constant current takes the current of the column, and the supply of the conveyor gives the rest. A
        follower takes its standing current, and gives what the supply of the cells does not. A bias that always flows
        is static power.
        """
        current, supply = point.get("column_current", None), self.technology.supply_voltage
        sized = self if current is None else self.sized_for(current)
        name, standing = sized.flowing
        energies, statics = [], []
        if self.spec.bias == "while_read":
            energy = converters.front_end_bias_energy(standing, supply, point.read_time)
            energies.append(self.energy("column_bias", name, energy, "column interface bias"))
        else:
            statics.append(StaticCost(self.path, name, front_ends.bias_power(standing, supply)))
        given = point.get("clamp_current", 0.0)
        if self.follows_column and np.any(np.asarray(given) > 0.0):
            energy = converters.front_end_bias_energy(given, supply, point.read_time)
            energies.append(self.energy("column_bias", "column_current", energy, "column interface bias"))
        return Costs(energies, sized.areas(network), statics)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor."""
        return [AreaCost(self.path, "conveyor", self.area_at_node(self.device.footprint))]

    def input_resistance(self) -> u.Ohm:
        """Resistance that the column sees."""
        return self.device.input_resistance
