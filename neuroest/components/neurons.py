"""Neurons that one output of the network owns for itself: memristive, analog CMOS, and as published.

State of such a neuron lives in ions or on a capacitor. It cannot be saved and swapped, so there are as many
physical neurons as the network has outputs.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    ROOM_TEMPERATURE,
    AreaCost,
    Characteristic,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    leakage_at_chip_temperature,
)
from neuroest.devices.neurons import (
    AnalogLifParameters,
    ReportedNeuronParameters,
    ThresholdSwitchNeuronParameters,
)
from neuroest.equations import crossbar, filament_growth
from neuroest.equations import neurons as equations
from neuroest.units import Dimensionless, Second


class Neuron(Component[Any]):
    """What a crossbar must know of the neuron at its columns."""

    reset_between_inferences: ClassVar[bool] = False
    """Whether its state outlives an inference, so that each neuron is reset before the next one."""

    @abstractmethod
    def input_hold_time(self) -> Second:
        """Time that the input must be held until the neuron has integrated it."""

    @abstractmethod
    def refractory_time(self) -> Second:
        """Time after a spike before the next integration can begin."""

    @abstractmethod
    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Energy terms of a spike, of a time step in which the neuron is driven, fired or not, and of an inference."""

    def minimum_interval(self) -> Second:
        """Shortest time from one spike of the neuron to the next."""
        return self.input_hold_time() + self.refractory_time()

    def rest_time(self) -> Second:
        """Time between inferences that the neuron needs to forget."""
        return 0.0

    def memory_time(self) -> Second | None:
        """Time constant with which a membrane forgets; None where the device does not state it."""
        return None

    def endurance(self) -> Dimensionless | None:
        """Spikes before the device wears out, or None where it does not."""
        return None

    def steps_per_spike(self) -> Dimensionless:
        """Timesteps of full drive that a spike takes."""
        return 1.0

    def firing_probability(self) -> Dimensionless | None:
        """Probability that a drive of full length makes the neuron fire, or None where it is not known."""
        return None

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Times, and how sure a spike is."""
        found = [
            self.characteristic("integration time", self.input_hold_time(), "s"),
            self.characteristic("refractory time", self.refractory_time(), "s"),
            self.characteristic("highest spike rate", 1.0 / self.minimum_interval(), "1/s"),
        ]
        probability = self.firing_probability()
        if probability is not None:
            found.append(self.characteristic("firing probability", probability, "1"))
        return found

    def neuron_energy(self, action: str, term: str, energy: Any, ledger: str) -> EnergyCost:
        """An energy term in the ledger of neurons."""
        return self.energy(action, term, energy, ledger, owner="neuron")


class ReportedNeuron(Neuron):
    """Neuron known by its published energy, area and rate."""

    model: ClassVar[str] = "reported_neuron"
    device: ReportedNeuronParameters

    def input_hold_time(self) -> Second:
        """Time that the input must be held, as stated."""
        return self.device.input_hold_time

    def refractory_time(self) -> Second:
        """Rest of the shortest spike interval."""
        return np.maximum(1.0 / self.device.maximum_spike_rate - self.device.input_hold_time, 0.0)

    def endurance(self) -> Dimensionless | None:
        """Spikes, where the device states how many it stands."""
        return self.device.endurance if np.any(np.isfinite(self.device.endurance)) else None

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Energy of a spike as reported."""
        energy = self.device.spike_energy
        return [self.neuron_energy("spike", "reported", energy, "neuron spike as reported")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Footprint as reported."""
        return [AreaCost(self.path, "footprint", self.device.footprint)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power as reported."""
        return [StaticCost(self.path, "static", self.device.static_power)]


class AnalogLif(Neuron):
    """Subthreshold analog CMOS leaky integrate-and-fire neuron from its circuit."""

    model: ClassVar[str] = "analog_lif"
    device: AnalogLifParameters

    def maximum_rate(self) -> Any:
        """Rate at the largest membrane current."""
        d = self.device
        return equations.integrator_maximum_rate(
            d.maximum_input_current, d.membrane_capacitance, d.threshold_voltage
        )

    def input_hold_time(self) -> Second:
        """Time to charge the membrane to threshold at the largest current."""
        time: Second = 1.0 / self.maximum_rate()
        return time

    def refractory_time(self) -> Second:
        """Reset is immediate beside the integration."""
        return 0.0

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Membrane, switched parasitics, and the comparator's crowbar."""
        d = self.device
        membrane = equations.membrane_charge_energy(
            d.membrane_capacitance, d.threshold_voltage, d.supply_voltage
        )
        parasitic = crossbar.line_toggle_energy(d.parasitic_capacitance, d.supply_voltage)
        return [
            self.neuron_energy("spike", "membrane", membrane, "neuron membrane charge"),
            self.neuron_energy("spike", "parasitic", parasitic, "neuron membrane charge"),
            self.neuron_energy("spike", "short_circuit", d.short_circuit_energy, "neuron short circuit"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Transistors and the membrane capacitor."""
        d = self.device
        capacitor = equations.capacitor_area(d.membrane_capacitance, d.capacitance_density)
        return [
            AreaCost(self.path, "transistors", d.transistor_area),
            AreaCost(self.path, "capacitor", capacitor),
        ]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Bias and leakage currents, which flow whether or not the neuron spikes."""
        power = self.device.bias_current * self.device.supply_voltage
        return [StaticCost(self.path, "bias", leakage_at_chip_temperature(self, power, ROOM_TEMPERATURE))]

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Mismatch between neurons, where the device states what it follows from."""
        d = self.device
        side = np.sqrt(d.matched_gate_area)
        sigma = equations.threshold_mismatch(d.matching_coefficient, side, side)
        spread = equations.subthreshold_current_spread(
            sigma, d.slope_factor, equations.thermal_voltage(self.technology.temperature)
        )
        return [
            *super().characteristics(network),
            self.characteristic("mismatch of threshold voltages", sigma, "V"),
            self.characteristic(
                "factor between currents of two neurons, one standard deviation", spread, "1"
            ),
        ]


class ThresholdSwitch(Neuron):
    """Neuron of a volatile threshold switch with an explicit capacitor.

    The driven column charges the capacitor through the series resistor until the switch turns on and empties it.
    """

    model: ClassVar[str] = "threshold_switch_neuron"
    device: ThresholdSwitchNeuronParameters

    def input_hold_time(self) -> Second:
        """Time to charge the capacitor from the hold to the threshold voltage."""
        d = self.device
        return equations.switch_charge_time(
            d.series_resistance, d.off_resistance, d.capacitance, d.supply_voltage, d.threshold_voltage,
            d.hold_voltage,
        )  # fmt: skip

    def discharge_time(self) -> Second:
        """Time that the switch is on."""
        d = self.device
        return equations.switch_discharge_time(
            d.on_resistance, d.capacitance, d.threshold_voltage, d.hold_voltage
        )

    def refractory_time(self) -> Second:
        """Discharge, and relaxation of the switch."""
        return self.discharge_time() + self.device.relaxation_time

    def endurance(self) -> Dimensionless:
        """Switching cycles."""
        return self.device.endurance

    def firing_probability(self) -> Dimensionless:
        """Probability that the threshold of one cycle lies below the drive."""
        d = self.device
        return filament_growth.firing_probability(d.supply_voltage, d.threshold_voltage, d.threshold_spread)

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Capacitor and discharge of a spike; leakage of the open switch in each time step."""
        d = self.device
        charge = equations.switch_recharge_energy(
            d.capacitance, d.supply_voltage, d.threshold_voltage, d.hold_voltage
        )
        discharge = equations.switch_discharge_energy(
            d.supply_voltage, d.series_resistance, d.on_resistance, self.discharge_time()
        )
        leak = equations.switch_leakage_energy(
            d.supply_voltage,
            d.threshold_voltage,
            d.off_resistance,
            np.maximum(read_time, self.input_hold_time()),
        )
        return [
            self.neuron_energy("spike", "capacitor", charge, "neuron capacitor charge"),
            self.neuron_energy("spike", "discharge", discharge, "neuron discharge"),
            self.neuron_energy("time_step", "off_leakage", leak, "neuron sub-threshold current"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Switch above the transistors, and the capacitor beside them."""
        d = self.device
        area = equations.switch_neuron_area(
            d.switch_area, d.transistor_area, d.capacitance, d.capacitance_density
        )
        return [AreaCost(self.path, "footprint", area)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the switch turns on at all, and whether it turns off again."""
        d = self.device
        smallest = equations.smallest_series_resistance(d.supply_voltage, d.hold_voltage, d.hold_current)
        largest = equations.largest_series_resistance(
            d.supply_voltage, d.threshold_voltage, d.threshold_voltage / d.off_resistance
        )
        return [
            Check(
                "neuron_fires", self.path, "refuse", d.supply_voltage > d.threshold_voltage,
                "the drive is at or below the threshold of the switch, so the neuron never fires",
                d.supply_voltage, d.threshold_voltage, "V",
            ),
            Check(
                "switch_opens", self.path, "limit", d.series_resistance >= smallest,
                "the series resistor lets so much current pass that the switch never opens again",
                smallest, d.series_resistance, "ohm",
            ),
            Check(
                "switch_charges", self.path, "refuse", d.series_resistance < largest,
                "the leakage of the open switch keeps the capacitor below the threshold", d.series_resistance,
                largest, "ohm",
            ),
            Check(
                "hysteresis", self.path, "refuse", d.threshold_voltage > d.hold_voltage,
                "the hold voltage is not below the threshold, so that nothing oscillates", d.threshold_voltage,
                d.hold_voltage, "V",
            ),
        ]  # fmt: skip
