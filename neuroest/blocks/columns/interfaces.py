"""Circuits at a column: clamps, what is between it and a neuron, and circuits that weight and merge columns."""

from dataclasses import replace
from typing import ClassVar, Literal, Self, TypeAlias

import numpy as np

from neuroest.blocks.base import AreaCost, Component, Costs, EnergyCost, NetworkContext, StaticCost, chosen
from neuroest.blocks.columns.sample_and_hold import droop_check
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import WITHOUT_COSTS, exact_model, model_errors
from neuroest.blocks.process_scaling import AnalogCircuit
from neuroest.blocks.roles import (
    ClampsColumn,
    CouplesDirectly,
    HoldsResults,
    IdealColumn,
    LeavesColumnFloating,
    MergesColumns,
)
from neuroest.core import units as u
from neuroest.equations import converters, crossbar_wires, drivers, front_ends
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

    def loads(self, point: ElectricalPoint) -> Loads:
        """Virtual ground of the input."""
        return Loads(clamp=self.device.input_resistance)


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


class VoltageModeBlock(Block):
    """No circuit: the column voltage is the neuron's input, attenuated by idle rows."""

    model: Literal["voltage_mode"]


class IdealInterfaceBlock(Block):
    """No circuit and no loss; the estimate lists it as an exclusion."""

    model: Literal["ideal"]


class VoltageMode(Component[None], LeavesColumnFloating):
    """No circuit: the neuron sees the column voltage."""

    schema = VoltageModeBlock
    prior_error = WITHOUT_COSTS


class IdealInterface(Component[None], IdealColumn):
    """No circuit and no loss; the estimate lists it as an exclusion."""

    schema = IdealInterfaceBlock
    prior_error = WITHOUT_COSTS


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
        charge = crossbar_wires.column_swing_energy(
            point.neuron_capacitance, point.read_voltage, point.read_supply_voltage
        )
        return Costs([self.energy("couple", "input_charge", charge, "neuron input charge")])


class PulseCouplingParameters(SampledClampParameters):
    """Clamp with a capacitor whose discharge times a supply pulse at the neuron."""

    comparator_capacitance: u.Farad = positive()
    """Capacitance that the comparator charges by the supply when it ends the pulse."""
    comparator_delay: u.Dimensionless = positive(maximum=1.0, exact=CHOSEN)
    """Delay of the comparator over the longest pulse. Its current follows: slow neurons have slow ones."""
    switch_capacitance: u.Farad = non_negative()
    """Capacitance of the switch that connects the neuron to the supply, and of the input that it charges."""
    threshold_error: u.Volt = non_negative(symbol="sigma_V")
    """Standard deviation between neurons of the comparator voltage that ends the pulse."""


class PulseCouplingBlock(CurrentClampBlock):
    """Pulse width as the result of a column: the neuron sees the supply until the column's charge is used up."""

    record = PulseCouplingParameters
    model: Literal["pulse_coupling"]  # type: ignore[assignment]
    after_spike: AfterSpike = "drive_ends"
    """drive_ends: a spike discharges the capacitor, which ends the pulse, so that a neuron which would fire again or
    stay on loses its drive for the rest of the timestep; drive_stays: the pulse lasts as long as the result says."""


class PulseCoupling(SampledClamp):
    """Capacitor that is charged by a column and discharged by a constant current, with a starved comparator.

    While charge is left a switch connects the neuron to the supply, so that its input is at the rail whatever the
    result, and the rows rest. The comparator is biased so that its delay is a stated share of the pulse.

    Model errors
    ------------
    energy
        no such circuit was simulated
    area
        bias and layout overhead
    """

    schema = PulseCouplingBlock
    adds_results = True
    owns = ("column interface bias", "timed neuron pulse")
    prior_error = model_errors(energy=1.5, area=1.5)
    device: PulseCouplingParameters

    def _hold_energies(self, hold_time: u.Second) -> list[EnergyCost]:
        """Energies of the capacitor, the comparator during the pulse, and the switch that makes it."""
        d, supply = self.device, self.technology.supply_voltage
        charge = crossbar_wires.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        current = converters.comparator_current(
            d.comparator_capacitance, supply, d.comparator_delay * hold_time
        )
        comparator = converters.front_end_bias_energy(d.follower_current + current, supply, hold_time)
        switch = crossbar_wires.line_toggle_energy(d.switch_capacitance, supply)
        ledger = "timed neuron pulse"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger),
            self.energy("hold", "comparator", comparator, ledger),
            self.energy("hold", "switch", switch, ledger),
        ]

    def driven_voltage(self) -> u.Volt:
        """Supply voltage."""
        return self.technology.supply_voltage

    def threshold_spread(self) -> u.Dimensionless:
        """Comparator error, over full scale."""
        return self.device.threshold_error / self.device.hold_voltage


class CurrentMirrorParameters(Record):
    """Current mirror that weights the current of one column and adds it to a common line."""

    bias_current: u.Ampere = positive(symbol="I_m")
    """Current of one active mirror."""
    relative_error: u.Dimensionless = non_negative(maximum=1.0)
    """Mismatch of the mirror, one standard deviation."""
    footprint: u.SquareMetre = positive()
    """Area of one mirror at unit weight."""


class CurrentMirrorBlock(DeviceBlock):
    """Mirror at each column that weights its current by the significance of its bit slice and merges arrays."""

    record = CurrentMirrorParameters
    model: Literal["current_mirror"]


class CurrentMirror(AnalogCircuit[CurrentMirrorParameters], MergesColumns):
    """Mirror that weights a column's current and adds it to the line of its neuron.

    Model errors
    ------------
    area
        bias and layout overhead
    """

    schema = CurrentMirrorBlock
    owns = ("current merging",)
    prior_error = model_errors(area=1.5)

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs at one column: the bias during one read, and as many unit transistors as its weight.

        Slices are weighted by powers of two, and a ratio of n takes n unit transistors.
        """
        units = converters.mirror_unit_transistors(point.slices, point.cell_bits)
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, point.read_time)
        area = self.area_at_node(self.device.footprint) * units / point.slices
        return Costs(
            [self.energy("merge", "bias", bias, "current merging")], [AreaCost(self.path, "mirror", area)]
        )


class CapacitiveMergeParameters(Record):
    """Capacitor with switches at each column, weighted by the significance of the column's bit."""

    unit_capacitance: u.Farad = positive(symbol="C_m")
    """Capacitor of the lowest bit."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitors."""
    relative_error: u.Dimensionless = non_negative(maximum=1.0)
    """Error of a column's weight from mismatch and parasitics, one standard deviation."""
    switch_width_ratio: u.Dimensionless = positive()
    """Total width of the switches at one column over the feature size."""
    switch_area: u.SquareMetre = non_negative()
    """Area of the switches at one column."""


class CapacitiveMergeBlock(DeviceBlock):
    """Capacitor at each column that samples its voltage and shares its charge with those of the other bits."""

    record = CapacitiveMergeParameters
    model: Literal["capacitive_merge"]
    topology: Literal["binary", "c_2c"] = "binary"
    """binary: the column of a bit has a capacitor of its weight; c_2c: all columns have the same one, and links of two
    units between them weight the bits."""


class CapacitiveMerge(AnalogCircuit[CapacitiveMergeParameters], MergesColumns):
    """Capacitors that sample the column voltages and share their charge by the weight of their bit.

    Model errors
    ------------
    energy
        clocks of the switches, and resets between conversions
    area
        dummies and routing between the columns
    """

    schema = CapacitiveMergeBlock
    owns = ("charge merging",)
    prior_error = model_errors(energy=2, area=1.5)

    is_ladder = chosen("topology", "c_2c")
    """Whether equal capacitors and links weight the bits."""

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs at one column, on average over the bits of a weight.

        The capacitor is charged to half of the supply on average, and so are the gates of its switches. It is sized
        by matching at any node. The links of a ladder float with its nodes, so that a leg takes at most its own
        capacitance.
        """
        d, supply, slices = self.device, self.technology.supply_voltage, point.slices
        units = (
            1.0 if self.is_ladder else converters.mirror_unit_transistors(slices, point.cell_bits) / slices
        )
        charge = crossbar_wires.column_swing_energy(units * d.unit_capacitance, supply / 2.0, supply)
        gates = self.process.gate_capacitance * d.switch_width_ratio * self.process.feature_size
        control = crossbar_wires.line_toggle_energy(gates, supply)
        if self.is_ladder:
            ladder = drivers.capacitive_ladder_area(
                slices, d.unit_capacitance, d.capacitance_density, d.switch_area
            )
            area = ladder / slices
        else:
            area = units * d.unit_capacitance / d.capacitance_density + d.switch_area
        return Costs(
            [
                self.energy("merge", "capacitors", charge, "charge merging"),
                self.energy("merge", "switches", control, "charge merging"),
            ],
            [AreaCost(self.path, "capacitor", self.area_at_node(area))],
        )
