"""Neurons that one output of the network owns for itself: memristive, analog CMOS, and as published.

State of such a neuron lives in ions or on a capacitor. It cannot be saved and swapped, so there are as many
physical neurons as the network has outputs.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, Self

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
    either,
    leakage_at_chip_temperature,
)
from neuroest.devices.neurons import (
    AnalogLifParameters,
    ReportedNeuronParameters,
    ThresholdSwitchNeuronParameters,
)
from neuroest.equations import crossbar, filament_growth, neuron_geometry
from neuroest.equations import diffusive_neuron as diffusive
from neuroest.equations import neurons as equations
from neuroest.units import Dimensionless, Farad, Joule, Kelvin, Second, Volt

_NOISE_SIGMAS = 6.0
"""Standard deviations of kT/C noise that a threshold must exceed; a convention, once in 10^9 for a Gaussian."""

_ALIKE = 2.0
"""Factor between the currents of two neurons, one standard deviation apart, up to which they count as alike."""

_MUCH_LESS = 0.2
"""Share of the series resistor up to which the closed switch counts as one of little resistance: the discharge then
takes up to half as long again as the closed form says while the drive stays on (docs/models/neurons.md)."""

_SOME_HEATING = 1e-6
"""Share of a threshold that is reckoned with where a check refuses all estimates; numerical, not physical."""


class Neuron(Component[Any]):
    """What a crossbar must know of the neuron at its columns."""

    reset_between_inferences: ClassVar[bool] = False
    """Whether its state outlives an inference, so that each neuron is reset before the next one."""

    def driven(self, share: Dimensionless) -> Self:
        """The neuron when it is given this share of the input that it was designed for.

        Neurons whose circuit does not say what a weaker input does stay as they are.
        """
        return self

    @property
    def feels_drive(self) -> bool:
        """Whether it is known what a weaker input does to the neuron."""
        return type(self).driven is not Neuron.driven

    def with_device(self, **values: Any) -> Self:
        """The same neuron with some other numbers of its device."""
        return replace(self, device=self.device.changed(**values))

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

    def noise_check(self, node: Farad, swing: Volt, what: str) -> Check:
        """Whether thermal noise stays far below the voltage that separates rest from firing."""
        needed = neuron_geometry.noise_limited_capacitance(self.technology.temperature, swing, _NOISE_SIGMAS)
        return Check("thermal_noise", self.path, "limit", node >= needed, what, node, needed, "F")

    def neuron_energy(self, action: str, term: str, energy: Any, ledger: str) -> EnergyCost:
        """An energy term in the ledger of neurons."""
        return self.energy(action, term, energy, ledger, owner="neuron")


class ReportedNeuron(Neuron):
    """Neuron known by its published energy, area and rate."""

    model: ClassVar[str] = "reported_neuron"
    device: ReportedNeuronParameters

    def driven(self, share: Dimensionless) -> Self:
        """A weaker input is held for longer in proportion, as if it charged something; what follows stays."""
        d = self.device
        longer = d.input_hold_time / share
        interval = 1.0 / d.maximum_spike_rate + longer - d.input_hold_time
        return self.with_device(input_hold_time=longer, maximum_spike_rate=1.0 / interval)

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

    def driven(self, share: Dimensionless) -> Self:
        """The membrane is charged by a smaller current."""
        return self.with_device(maximum_input_current=self.device.maximum_input_current * share)

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
            self.neuron_energy("spike", "short_circuit", self.short_circuit(), "neuron short circuit"),
        ]

    def short_circuit(self) -> Joule:
        """Crowbar of the comparator: what is stated, and what flows while the membrane crosses its window.

        The ramp is that of the largest current; a smaller one crosses more slowly and costs more.
        """
        d = self.device
        edge = equations.ramp_edge_time(d.membrane_capacitance, d.conduction_window, d.maximum_input_current)
        slow = diffusive.slow_edge_energy(edge, d.short_circuit_current, d.supply_voltage)
        return d.short_circuit_energy + slow

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

    def mismatch(self) -> Volt:
        """Standard deviation of the threshold voltages of its transistors, zero where the device does not state it."""
        side = np.sqrt(self.device.matched_gate_area)
        return equations.threshold_mismatch(self.device.matching_coefficient, side, side)

    def current_spread(self) -> Dimensionless:
        """Factor between the currents of two neurons that are one standard deviation apart."""
        return equations.subthreshold_current_spread(
            self.mismatch(), self.device.slope_factor, equations.thermal_voltage(self.technology.temperature)
        )

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Mismatch between neurons, and how long a slow one takes."""
        spread = self.current_spread()
        return [
            *super().characteristics(network),
            self.characteristic("mismatch of threshold voltages", self.mismatch(), "V"),
            self.characteristic(
                "factor between currents of two neurons, one standard deviation", spread, "1"
            ),
            self.characteristic(
                "integration time of a neuron slow by one standard deviation",
                self.input_hold_time() * spread, "s",
            ),
        ]  # fmt: skip

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the membrane can reach its threshold, above noise, and whether neurons are alike."""
        d, spread = self.device, self.current_spread()
        stated = np.asarray(d.short_circuit_energy + d.short_circuit_current * d.conduction_window) > 0.0
        return [
            Check(
                "neuron_fires", self.path, "refuse", d.threshold_voltage < d.supply_voltage,
                "the threshold is not below the supply, so the membrane never reaches it", d.threshold_voltage,
                d.supply_voltage, "V",
            ),
            self.noise_check(
                d.membrane_capacitance, d.threshold_voltage,
                "the membrane is so small that thermal noise fires the neuron",
            ),
            Check(
                "neurons_match", self.path, "limit", spread <= _ALIKE,
                "currents of two neurons differ by more than a factor of two at one standard deviation", spread,
                _ALIKE,
            ),
            Check(
                "short_circuit_stated", self.path, "range", stated,
                "no energy or current of the comparator's short circuit is stated, so that spikes cost too little",
            ),
        ]  # fmt: skip


class ThresholdSwitch(Neuron):
    """Neuron of a volatile threshold switch with an explicit capacitor.

    The driven column charges the capacitor through the series resistor until the switch turns on and empties it.
    """

    model: ClassVar[str] = "threshold_switch_neuron"
    device: ThresholdSwitchNeuronParameters

    def driven(self, share: Dimensionless) -> Self:
        """The column charges the capacitor towards a lower voltage."""
        return self.with_device(supply_voltage=self.device.supply_voltage * share)

    def heating_left(self) -> Dimensionless:
        """Thresholds at the chip's temperature over those that the device states."""
        left = equations.transition_voltage_factor(
            self.technology.temperature, self.device.transition_temperature, self.stated_temperature()
        )
        return either(left > _SOME_HEATING, left, _SOME_HEATING)

    def stated_temperature(self) -> Kelvin:
        """Temperature that the thresholds of the device belong to."""
        stated = self.device.reference_temperature
        return either(stated > 0.0, stated, ROOM_TEMPERATURE)

    def threshold_voltage(self) -> Volt:
        """Voltage at which the switch turns on at the chip's temperature."""
        return self.device.threshold_voltage * self.heating_left()

    def hold_voltage(self) -> Volt:
        """Voltage below which it turns off again at the chip's temperature."""
        return self.device.hold_voltage * self.heating_left()

    def input_hold_time(self) -> Second:
        """Time to charge the capacitor from the hold to the threshold voltage."""
        d = self.device
        return equations.switch_charge_time(
            d.series_resistance, d.off_resistance, d.capacitance, d.supply_voltage, self.threshold_voltage(),
            self.hold_voltage(),
        )  # fmt: skip

    def discharge_time(self) -> Second:
        """Time that the switch is on."""
        d = self.device
        return equations.switch_discharge_time(
            d.on_resistance, d.capacitance, self.threshold_voltage(), self.hold_voltage()
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
        return filament_growth.firing_probability(
            d.supply_voltage, self.threshold_voltage(), d.threshold_spread
        )

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Capacitor and discharge of a spike; leakage of the open switch in each time step."""
        d = self.device
        charge = equations.switch_recharge_energy(
            d.capacitance, d.supply_voltage, self.threshold_voltage(), self.hold_voltage()
        )
        discharge = equations.switch_discharge_energy(
            d.supply_voltage, d.series_resistance, d.on_resistance, self.discharge_time()
        )
        leak = equations.switch_leakage_energy(
            d.supply_voltage,
            self.threshold_voltage(),
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
        d, threshold, hold = self.device, self.threshold_voltage(), self.hold_voltage()
        # what holds it on at another temperature is a smaller current in the same ratio as the voltage
        smallest = equations.smallest_series_resistance(
            d.supply_voltage, hold, d.hold_current * self.heating_left()
        )
        largest = equations.largest_series_resistance(
            d.supply_voltage, threshold, threshold / d.off_resistance
        )
        closed = d.on_resistance / d.series_resistance
        apart = threshold - hold
        temperature = self.technology.temperature
        return [
            Check(
                "switch_below_transition", self.path, "refuse", temperature < d.transition_temperature,
                "the chip is at or above the transition of the switch, which never opens", temperature,
                d.transition_temperature, "K",
            ),
            Check(
                "thresholds_below_transition", self.path, "refuse",
                self.stated_temperature() < d.transition_temperature,
                "the temperature of the thresholds is not below the transition of the switch",
                self.stated_temperature(), d.transition_temperature, "K",
            ),
            Check(
                "neuron_fires", self.path, "refuse", d.supply_voltage > threshold,
                "the drive is at or below the threshold of the switch, so the neuron never fires",
                d.supply_voltage, threshold, "V",
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
            self.check_range(
                "switch_conducts", closed, 0.0, _MUCH_LESS, "1",
                "the closed switch has no small resistance beside the series resistor, so that the discharge is too "
                "short",
            ),
            self.noise_check(
                d.capacitance, either(apart > 0.0, apart, threshold),
                "the capacitor is so small that thermal noise fires the neuron",
            ),
        ]  # fmt: skip
