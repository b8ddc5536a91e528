"""Neuron with values reported by its authors."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal, Self

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost, either
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.neurons.base import LeakingNeuron, Membrane
from neuroest.blocks.process_scaling import gate_leakage
from neuroest.core import units as u
from neuroest.core.arrays import Mask
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, DEFINED, Record, non_negative, positive


class ReportedNeuronParameters(Record):
    """Neuron with values reported by its authors."""

    spike_energy: u.Joule = non_negative()
    """Energy of one spike, within the scope that the source states."""
    input_hold_time: u.Second = non_negative(absent=0.0)
    """Time under full drive from the reset state to a spike; the default is the shortest spike interval."""
    memory_time: u.Second = positive(symbol="tau", absent=math.inf)
    """Decay time constant between timesteps; without it, the longest that the switches at its membrane allow."""
    membrane_capacitance: u.Farad = positive(symbol="C_mem", absent=math.inf)
    """Membrane capacitor of an analog CMOS neuron, which is part of the footprint; without it, it keeps its state."""
    threshold_voltage: u.Volt = positive(symbol="V_th", absent=math.inf)
    """Membrane voltage at which it fires."""
    switch_width: u.Metre = non_negative(absent=0.0)
    """Width of the transistors at the membrane that are off while it integrates; without it, it does not leak."""
    switch_leakage: u.Dimensionless = positive(maximum=1.0, absent=1.0, exact=CHOSEN)
    """Leakage of these transistors over that of the process: less than one for two in series or a gate below ground."""
    junction_leakage: u.Ampere = non_negative(absent=0.0)
    """Leakage of their drain junctions at 300 K, which no gate voltage lowers."""
    maximum_spike_rate: u.PerSecond = positive()
    """Highest spike rate."""
    static_power: u.Watt = non_negative()
    """Power of an idle neuron, if the spike energy does not include it."""
    footprint: u.SquareMetre = non_negative()
    """Area of one neuron."""
    supply_voltage: u.Volt = positive(maximum=10.0, absent=math.inf, exact=DEFINED)
    """Supply for which the numbers are reported. Below the supply of the chip its spikes are shifted to that; without
    it, they are taken to have the chip's levels."""
    shifter_gates: u.Dimensionless = non_negative(absent=0.0)
    """Area of the circuit that shifts a spike to the chip's supply, in two-input NAND gates of the process."""
    shifter_energy: u.Joule = non_negative(absent=0.0)
    """Energy of one shifted spike."""
    shifter_width: u.Metre = non_negative(absent=0.0)
    """Width of its transistors that leak."""
    endurance: u.Dimensionless = positive(absent=math.inf)
    """Spikes before the device fails; without it, wear is not considered."""


class ReportedNeuronBlock(DeviceBlock):
    """Neuron known by its published energy, area and rate."""

    record = ReportedNeuronParameters
    model: Literal["reported_neuron"]


class ReportedNeuron(LeakingNeuron):
    """Neuron known by its published energy, area and rate."""

    time_parameter = ("input_hold_time", 1.0)
    all_times: ClassVar[Mapping[str, float]] = {"input_hold_time": 1.0, "maximum_spike_rate": -1.0}
    schema = ReportedNeuronBlock
    no_circuit = "its numbers are published, without a circuit"
    owns = ("neuron spike as reported", "neuron level shift")
    output_buffer = "unstated"
    example = "lif_28nm_besrour"
    prior_error = PUBLISHED
    device: ReportedNeuronParameters

    def with_input_scaled(self, share: u.Dimensionless) -> Self:
        """Neuron that integrates a weaker input for proportionally longer; its other times are unchanged."""
        d, full = self.device, self.integration_time()
        longer = full / share
        interval = 1.0 / d.maximum_spike_rate + longer - full
        return self.with_device(input_hold_time=longer, maximum_spike_rate=1.0 / interval)

    def integration_time(self) -> u.Second:
        """Time to a spike as stated, or the shortest interval between spikes."""
        d = self.device
        return either(d.input_hold_time > 0.0, d.input_hold_time, 1.0 / d.maximum_spike_rate)

    def membrane(self) -> Membrane | None:
        """State of an integrator that takes currents of either sign."""
        found = super().membrane()
        return found and replace(found, signed=True)

    def refractory_time(self) -> u.Second:
        """Remainder of the shortest spike interval."""
        return np.maximum(1.0 / self.device.maximum_spike_rate - self.integration_time(), 0.0)

    def endurance(self) -> u.Dimensionless | None:
        """Spikes before the device fails, if it states a number."""
        return self.device.endurance if np.any(np.isfinite(self.device.endurance)) else None

    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[EnergyCost]:
        """Energy of a spike as reported, and of its shift to the chip's supply."""
        d = self.device
        shift = either(self.is_shifted(), d.shifter_energy, 0.0)
        return [
            self.energy("spike", "reported", d.spike_energy, "neuron spike as reported"),
            self.energy("spike", "level_shift", shift, "neuron level shift"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Footprint as reported, and the circuit that shifts its spikes."""
        d = self.device
        shifter = either(self.is_shifted(), d.shifter_gates * self.process.gate_area, 0.0)
        return [AreaCost(self.path, "footprint", d.footprint), AreaCost(self.path, "level_shifter", shifter)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power as reported, and leakage of the circuit that shifts its spikes."""
        leak = either(self.is_shifted(), gate_leakage(self, self.device.shifter_width), 0.0)
        return [
            StaticCost(self.path, "static", self.device.static_power),
            StaticCost(self.path, "level_shifter", leak),
        ]

    def is_shifted(self) -> Mask:
        """Whether the chip's circuits have a higher supply than the neuron."""
        return np.asarray(self.device.supply_voltage < self.technology.supply_voltage)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether its spikes reach the circuits behind it.

        Checks
        ------
        spikes_reach_supply
            the numbers are of a lower supply than the chip's, and what shifts its spikes is not stated
            (shifter_gates), so it costs nothing
        """
        d = self.device
        stated = np.logical_or(np.logical_not(self.is_shifted()), d.shifter_gates > 0.0)
        return [self.check("extrapolation", "spikes_reach_supply", stated)]
