"""Subthreshold analog CMOS leaky integrate-and-fire neuron, from its circuit."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from neuroest.blocks.base import AreaCost, Characteristic, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.circuit import DECAYED, Circuit, read_circuit
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.neurons.base import LeakingNeuron, Membrane
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE, leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.equations import crossbar_wires, diffusive_neuron, integration
from neuroest.equations import neurons as equations
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, non_negative, positive


class AnalogLifParameters(Record):
    """Subthreshold analog CMOS leaky integrate-and-fire neuron, from its circuit."""

    membrane_capacitance: u.Farad = positive(symbol="C_mem")
    """Membrane capacitor."""
    parasitic_capacitance: u.Farad = non_negative()
    """Capacitance switched by the comparator and the reset."""
    threshold_voltage: u.Volt = positive(symbol="V_th")
    """Membrane voltage at which the neuron fires."""
    supply_voltage: u.Volt = positive(symbol="V_dd", exact=CHOSEN)
    """Supply of the neuron."""
    bias_current: u.Ampere = non_negative()
    """Sum of the bias and leakage currents."""
    maximum_input_current: u.Ampere = positive()
    """Largest membrane current, which sets the highest rate."""
    short_circuit_energy: u.Joule = non_negative(absent=0.0)
    """Crowbar energy of the comparator per spike, in addition to that of its slow input edge."""
    short_circuit_current: u.Ampere = non_negative(symbol="I_peak", absent=0.0)
    """Peak short-circuit current of the comparator while the membrane crosses its threshold."""
    conduction_window: u.Volt = non_negative(symbol="dV", absent=0.0)
    """Range of membrane voltages with short-circuit current in the comparator."""
    transistor_area: u.SquareMetre = positive()
    """Area of the transistors and their wiring."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the membrane capacitor."""
    matching_coefficient: u.VoltMetre = non_negative(symbol="A_VT", absent=0.0)
    """Threshold-voltage mismatch times the square root of the gate area."""
    matched_gate_area: u.SquareMetre = positive(absent=math.inf)
    """Gate area of the transistors that set the membrane current."""
    switch_width: u.Metre = non_negative(absent=0.0)
    """Width of the transistors at the membrane that are off while it integrates; without it, it does not leak."""
    switch_leakage: u.Dimensionless = positive(maximum=1.0, absent=1.0, exact=CHOSEN)
    """Leakage of these transistors over that of the process: less than one for two in series or a gate below ground."""
    junction_leakage: u.Ampere = non_negative(absent=0.0)
    """Leakage of their drain junctions at 300 K, which no gate voltage lowers."""
    memory_time: u.Second = positive(symbol="tau_mem", absent=math.inf)
    """Leak time constant that a bias sets; without it, the longest that the switches at the membrane allow."""
    refractory_time: u.Second = non_negative(symbol="t_ref", absent=0.0)
    """Time after a spike in which the input is ignored; without it, the reset is assumed to be immediate."""
    slope_factor: u.Dimensionless = positive(symbol="n", absent=1.4)
    """Subthreshold slope factor."""


class AnalogLifBlock(DeviceBlock):
    """Analog CMOS leaky integrate-and-fire neuron from its circuit."""

    record = AnalogLifParameters
    model: Literal["analog_lif"]


_CIRCUIT = Path(__file__).with_name("analog_lif_circuit.yaml")
_RESET_SHARE = 0.001
"""Duration of the reset as a share of the refractory time; numerical."""
_ALIKE = 2.0
"""Ratio of the currents of two neurons, one standard deviation apart, up to which they count as equal."""


class AnalogLif(LeakingNeuron):
    """Subthreshold analog CMOS leaky integrate-and-fire neuron from its circuit.

    Model errors
    ------------
    energy
        short-circuit current at slow ramps is a one-parameter estimate
    area
        guard rings and bias distribution
    """

    time_parameter = ("membrane_capacitance", 1.0)
    schema = AnalogLifBlock
    owns = ("neuron membrane charge", "neuron short circuit")
    prior_error = model_errors(energy=2, area=1.5)
    example = "lif_28nm_circuit"
    behaviour = "lif_behaviour_generic"
    in_time = "neuroest.dynamics.circuits_in_time.AnalogInTime"
    device: AnalogLifParameters

    @classmethod
    def circuit(cls, values: Mapping[str, float]) -> Circuit:
        """Mirrored input current into the membrane, its leak, and a comparator that resets it and blocks the input."""
        charge = values["membrane_capacitance"] * values["threshold_voltage"]
        shortest, leak = charge / values["maximum_input_current"], values["leak_time_constant"]
        blind = max(values["refractory_time"], _RESET_SHARE * shortest)
        crowbar = values["short_circuit_energy"] / values["supply_voltage"] ** 2
        computed = {
            "leak_time_constant": leak,
            "blind_time": blind,
            "switched_capacitance": values["parasitic_capacitance"] + crowbar,
            "decision_time": _RESET_SHARE * blind,
        }
        level, rest = charge / blind, blind + DECAYED * leak
        return read_circuit(_CIRCUIT, AnalogLifParameters, values, computed, level=level, rest=rest)

    def with_input_scaled(self, share: u.Dimensionless) -> Self:
        """Neuron with its membrane charged by a smaller current."""
        return self.with_device(maximum_input_current=self.device.maximum_input_current * share)

    def maximum_rate(self) -> Any:
        """Rate at the largest membrane current, without leak and refractory time."""
        d = self.device
        return equations.integrator_maximum_rate(
            d.maximum_input_current, d.membrane_capacitance, d.threshold_voltage
        )

    def integration_time(self) -> u.Second:
        """Time to charge the membrane to threshold at the largest current."""
        return integration.leaky_integration_time(1.0 / self.maximum_rate(), self.held_time())

    def membrane(self) -> Membrane | None:
        """Membrane that currents of either sign charge and discharge, with the mismatch of its input mirror."""
        found = super().membrane()
        return found and replace(found, gain_spread=np.log(self.current_spread()), signed=True)

    def refractory_time(self) -> u.Second:
        """Refractory time as stated by the device."""
        return self.device.refractory_time

    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[EnergyCost]:
        """Energies of the membrane, switched parasitics, and the comparator's short-circuit current."""
        d = self.device
        membrane = equations.membrane_charge_energy(
            d.membrane_capacitance, d.threshold_voltage, d.supply_voltage
        )
        parasitic = crossbar_wires.line_toggle_energy(d.parasitic_capacitance, d.supply_voltage)
        return [
            self.energy("spike", "membrane", membrane, "neuron membrane charge"),
            self.energy("spike", "parasitic", parasitic, "neuron membrane charge"),
            self.energy("spike", "short_circuit", self.short_circuit(), "neuron short circuit"),
        ]

    def short_circuit(self) -> u.Joule:
        """Short-circuit energy of the comparator: the stated part, and that of the membrane's slow crossing.

        The ramp is that of the largest current; a smaller one crosses more slowly and costs more.
        """
        d = self.device
        edge = equations.ramp_edge_time(d.membrane_capacitance, d.conduction_window, d.maximum_input_current)
        slow = diffusive_neuron.slow_edge_energy(edge, d.short_circuit_current, d.supply_voltage)
        return d.short_circuit_energy + slow

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Areas of the transistors and the membrane capacitor."""
        d = self.device
        capacitor = equations.capacitor_area(d.membrane_capacitance, d.capacitance_density)
        return [
            AreaCost(self.path, "transistors", d.transistor_area),
            AreaCost(self.path, "capacitor", capacitor),
        ]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of bias and leakage currents, which flow whether or not the neuron spikes."""
        power = self.device.bias_current * self.device.supply_voltage
        return [StaticCost(self.path, "bias", leakage_at_chip_temperature(self, power, ROOM_TEMPERATURE))]

    def mismatch(self) -> u.Volt:
        """Standard deviation of the transistors' threshold voltages; zero if the device states none."""
        side = np.sqrt(self.device.matched_gate_area)
        return equations.threshold_mismatch(self.device.matching_coefficient, side, side)

    def current_spread(self) -> u.Dimensionless:
        """Ratio of the currents of two neurons that are one standard deviation apart."""
        return equations.subthreshold_current_spread(
            self.mismatch(), self.device.slope_factor, equations.thermal_voltage(self.technology.temperature)
        )

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Mismatch between neurons, and the time of a slow one."""
        spread = self.current_spread()
        return [
            *super().characteristics(network),
            self.characteristic("mismatch of threshold voltages", self.mismatch(), "V"),
            self.characteristic(
                "factor between currents of two neurons, one standard deviation", spread, "1"
            ),
            self.characteristic(
                "integration time of a neuron slow by one standard deviation",
                self.integration_time() * spread, "s",
            ),
        ]  # fmt: skip

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the membrane can reach its threshold, above noise, and whether neurons are sufficiently equal.

        Checks
        ------
        neuron_fires
            the threshold is not below the supply, so the membrane never reaches it
        neurons_match
            currents of two neurons differ by more than a factor of two at one standard deviation
        short_circuit_stated
            the device states no short-circuit energy or current of the comparator, so spikes cost too little
        thermal_noise
            the membrane capacitance is so small that thermal noise fires the neuron
        """
        d, spread = self.device, self.current_spread()
        stated = np.asarray(d.short_circuit_energy + d.short_circuit_current * d.conduction_window) > 0.0
        return [
            self.require("infeasible", "neuron_fires", d.threshold_voltage, "<", d.supply_voltage, "V"),
            self.noise_check(d.membrane_capacitance, d.threshold_voltage),
            self.require("design_rule", "neurons_match", spread, "<=", _ALIKE),
            self.check("extrapolation", "short_circuit_stated", stated),
        ]
