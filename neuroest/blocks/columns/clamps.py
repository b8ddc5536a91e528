"""Circuits that clamp a column and pass on its current, or keep the result on a capacitor while a neuron integrates."""

from dataclasses import replace
from typing import ClassVar, Literal, Self, TypeAlias

import numpy as np

from neuroest.blocks.base import AreaCost, Costs, EnergyCost, NetworkContext, StaticCost, chosen
from neuroest.blocks.columns.sample_and_hold import droop_check
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import AnalogCircuit
from neuroest.blocks.roles import ClampsColumn, HoldsResults
from neuroest.core import units as u
from neuroest.equations import converters, crossbar_wires, front_ends
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


class SampledClampParameters(CurrentClampParameters):
    """Current conveyor that stores the column result and drives the neuron after the rows go idle."""

    hold_capacitance: u.Farad = positive(symbol="C_h")
    """Capacitor that stores the result."""
    hold_voltage: u.Volt = positive(maximum=10.0, exact=CHOSEN)
    """Largest voltage on the capacitor."""
    follower_current: u.Ampere = non_negative(absent=0.0)
    """Current of the follower while the neuron integrates. Without it, nothing drives the neuron but the capacitor."""
    droop_current: u.Ampere = non_negative()
    """Leakage current from the capacitor."""
    hold_footprint: u.SquareMetre = positive()
    """Area of one capacitor with its switch and follower."""
    ending_gates: u.Dimensionless = non_negative(absent=0.0)
    """Transistors through which a spike discharges the capacitor, in two-input NAND gates of the process; they are
    counted where a spike ends the drive, and what they leak is a part of `droop_current`."""


AfterSpike: TypeAlias = Literal["drive_ends", "drive_stays"]
"""What a spike does to the held result of its neuron."""


class SampledClampBlock(CurrentClampBlock):
    """Current conveyor with a capacitor that stores the result, so that rows are idle while a neuron integrates."""

    record = SampledClampParameters
    model: Literal["sampled_clamp"]  # type: ignore[assignment]
    after_spike: AfterSpike = "drive_ends"
    """drive_ends: a spike discharges the capacitor, so that a neuron which would fire again or stay on loses its drive
    for the rest of the timestep; drive_stays: the drive lasts as long as the result says."""


class SampledClamp(CurrentClamp, HoldsResults):
    """Conveyor with a capacitor that stores the result and drives the neuron.

    Model errors
    ------------
    area
        bias and layout overhead
    """

    schema: ClassVar[type[Block]] = SampledClampBlock
    samples_columns = True
    spike_ends_drive = chosen("after_spike", "drive_ends")
    owns = ("column interface bias", "held column result")
    prior_error = model_errors(area=1.5)
    device: SampledClampParameters

    @property
    def held(self) -> str:
        """Path under which the stages that store a result are counted."""
        return f"{self.path}:held"

    def _hold_energies(self, hold_time: u.Second) -> list[EnergyCost]:
        """Energies of the capacitor, and of the follower while the neuron integrates."""
        d, supply = self.device, self.technology.supply_voltage
        charge = crossbar_wires.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        follower = converters.front_end_bias_energy(d.follower_current, supply, hold_time)
        ledger = "held column result"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger),
            self.energy("hold", "follower", follower, ledger),
        ]

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs with the bias during one read, and with the result held for a neuron.

        In an array, a held value has to stay within half a step while the slowest neuron integrates.
        """
        costs, d = super().costs(network, point), self.device
        areas, checks = list(costs.areas), list(costs.checks)
        if point.get("spike_ends_drive", False):
            ending = d.ending_gates * self.process.gate_area
            areas.append(AreaCost(self.path, "ending", ending, counted_as=self.held))
        bits = point.get("settled_bits", None)
        if bits is not None:
            lost = converters.sample_droop(d.droop_current, point.longest_hold_time, d.hold_capacitance)
            checks.append(droop_check(self.path, lost, converters.half_step(d.hold_voltage, bits)))
        energies = [*costs.energies, *self._hold_energies(point.hold_time)]
        return replace(costs, energies=energies, areas=areas, checks=checks)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor, and of one stage that stores a result."""
        stage = AreaCost(
            self.path, "hold_stage", self.area_at_node(self.device.hold_footprint), counted_as=self.held
        )
        return [*super().areas(network), stage]

    def held_voltage(self) -> u.Volt:
        """Largest voltage on the capacitor, as stated."""
        return self.device.hold_voltage
