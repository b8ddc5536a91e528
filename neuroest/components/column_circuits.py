"""Circuits between the columns of an array and their neurons, and behind a neuron."""

from __future__ import annotations

from typing import ClassVar

from neuroest.components.base import AreaCost, Check, Component, EnergyCost, NetworkContext
from neuroest.components.converters import droop_check
from neuroest.devices.arrays import (
    CurrentClampParameters,
    CurrentMirrorParameters,
    SampledClampParameters,
    TaperedBufferParameters,
)
from neuroest.equations import converters, drivers
from neuroest.equations import crossbar as equations
from neuroest.units import Dimensionless, Farad, Ohm, Second


class CurrentClamp(Component[CurrentClampParameters]):
    """Current conveyor between a column and its neuron."""

    model: ClassVar[str] = "current_clamp"
    frees_array: ClassVar[bool] = False
    """Whether the rows can go idle while the neuron still integrates."""

    def column_energies(self, read_time: Second) -> list[EnergyCost]:
        """Bias of the conveyor while the column is read."""
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, read_time)
        return [self.energy("column_read", "bias", bias, "column interface bias", owner="interface")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor."""
        return [AreaCost(self.path, "conveyor", self.device.footprint)]

    def input_resistance(self) -> Ohm:
        """Resistance that the column sees."""
        return self.device.input_resistance


class SampledClamp(CurrentClamp):
    """Conveyor whose result is stored on a capacitor, which presents it to the neuron by itself."""

    model: ClassVar[str] = "sampled_clamp"
    frees_array: ClassVar[bool] = True
    device: SampledClampParameters

    @property
    def held(self) -> str:
        """What the stages that store a result are counted under."""
        return f"{self.path}:held"

    def hold_energies(self, hold_time: Second) -> list[EnergyCost]:
        """The capacitor, and the follower while the neuron integrates."""
        d, supply = self.device, self.technology.supply_voltage
        charge = equations.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        follower = converters.front_end_bias_energy(d.follower_current, supply, hold_time)
        ledger = "held column result"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger, owner="interface"),
            self.energy("hold", "follower", follower, ledger, owner="interface"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor, and of one stage that stores a result."""
        stage = AreaCost(self.path, "hold_stage", self.device.hold_footprint, counted_as=self.held)
        return [*super().areas(network), stage]

    def droop_check(self, hold_time: Second, bits: Dimensionless) -> Check:
        """Whether the stored value keeps to half a step while the neuron integrates."""
        d = self.device
        lost = converters.sample_droop(d.droop_current, hold_time, d.hold_capacitance)
        return droop_check(self.path, lost, converters.half_step(d.hold_voltage, bits))


class CurrentMirror(Component[CurrentMirrorParameters]):
    """Mirror that weighs a column's current and adds it to the line of its neuron."""

    model: ClassVar[str] = "current_mirror"

    def column_energies(self, read_time: Second) -> list[EnergyCost]:
        """Bias of the mirror while the column is read."""
        supply = self.technology.supply_voltage
        bias = converters.front_end_bias_energy(self.device.bias_current, supply, read_time)
        return [self.energy("merge", "bias", bias, "current merging")]

    def mirror_area(self, slices: Dimensionless, cell_bits: Dimensionless) -> AreaCost:
        """Area at one column: slices are weighed by powers of two, and a ratio of n takes n unit transistors."""
        units = converters.mirror_unit_transistors(slices, cell_bits)
        return AreaCost(self.path, "mirror", self.device.footprint * units / slices)


class FanOutBuffer(Component[TaperedBufferParameters]):
    """Tapered buffer that restores a neuron's output and drives the wire to where its spikes go."""

    model: ClassVar[str] = "tapered_buffer"

    def load(self) -> Farad:
        """Wire and receivers."""
        wire = self.process.wire_capacitance * self.options["wire_length"]
        return wire + self.options["receivers"] * self.device.input_capacitance

    def spike_costs(self) -> list[EnergyCost]:
        """Energy of one spike."""
        energy = drivers.tapered_buffer_energy(
            self.load(), self.technology.supply_voltage, self.device.stage_ratio
        )
        return [self.energy("spike", "buffer", energy, "neuron fan-out buffer")]

    def stages(self) -> Dimensionless:
        """Inverters one after the other."""
        return drivers.tapered_buffer_stages(
            self.load(), self.device.input_capacitance, self.device.stage_ratio
        )

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """All stages."""
        d = self.device
        return [
            AreaCost(
                self.path,
                "buffer",
                drivers.tapered_buffer_area(d.inverter_area, self.stages(), d.stage_ratio),
            )
        ]


class VoltageMode(Component[None]):
    """No circuit: the neuron sees the voltage of the column."""

    model: ClassVar[str] = "voltage_mode"


class IdealInterface(Component[None]):
    """No circuit and no loss, which the estimate lists as left out."""

    model: ClassVar[str] = "ideal"
