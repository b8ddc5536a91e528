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
    at_corner,
    leakage_at_chip_temperature,
    resistance_at_corner,
    threshold_at_corner,
)
from neuroest.devices.lab import ION_BARRIERS, IonKineticsParameters
from neuroest.devices.neurons import (
    AnalogLifParameters,
    DiffusiveNeuronParameters,
    IntegratedDiffusiveNeuronParameters,
    IonDynamics,
    ReportedNeuronParameters,
    ThresholdSwitchNeuronParameters,
)
from neuroest.equations import crossbar, filament_growth, neuron_geometry
from neuroest.equations import diffusive_neuron as diffusive
from neuroest.equations import neurons as equations
from neuroest.units import Dimensionless, Farad, Kelvin, Ohm, Second, SquareMetre, Volt, Watt

_NOISE_SIGMAS = 6.0
"""Standard deviations of kT/C noise that the threshold must exceed; a convention, once in 10^9 for a Gaussian."""

_LEAST_SEPARATION = 5.0
"""Ratio of the speeds of filament and residue below which the closed form of the integration time is off by more than
15 %, against the rate equations (docs/models/neurons.md)."""


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


def at_temperature(device: IonDynamics, kinetics: IonKineticsParameters, temperature: Kelvin) -> IonDynamics:
    """A neuron's device with its rates at a temperature instead of that they were measured at."""
    rates = {
        rate: getattr(device, rate)
        * filament_growth.activation_factor(
            getattr(kinetics, barrier), temperature, kinetics.reference_temperature
        )
        for rate, barrier in ION_BARRIERS.items()
    }
    return type(device)(**{**vars(device), **rates})


class _DiffusiveNeuron(Neuron):
    """Common part of the 1M1T1R neurons: ion dynamics, the gate node and the output branch."""

    device: IonDynamics

    @abstractmethod
    def gate_capacitance(self) -> Farad:
        """Capacitance of the gate node."""

    @abstractmethod
    def control_resistance(self) -> Ohm:
        """Resistor from the gate node to ground."""

    @abstractmethod
    def off_power(self) -> Watt:
        """Leakage of the output transistor."""

    def gate_peak_voltage(self) -> Volt:
        """Gate voltage once the filament is complete."""
        d = self.device
        return diffusive.gate_peak_voltage(d.input_voltage, d.on_resistance, self.control_resistance())

    def output_threshold(self) -> Volt:
        """Gate voltage at which the output transistor turns on, at the chip's corner."""
        return threshold_at_corner(self, self.device.output_threshold)

    def transistor_on_resistance(self) -> Ohm:
        """Output transistor that is on, at the chip's corner."""
        return resistance_at_corner(self, self.device.transistor_on_resistance)

    def rearm_voltage(self) -> Volt:
        """Gate voltage below which the next integration begins."""
        return self.device.rearm_fraction * self.device.input_voltage

    def input_hold_time(self) -> Second:
        """Integration time at the input voltage: the ions move only while it is applied."""
        d = self.device
        return filament_growth.integration_time(
            d.input_voltage,
            d.field_mobility,
            d.field_offset,
            d.residue_rate,
            d.filament_decay,
            d.residue_decay,
        )

    def refractory_time(self) -> Second:
        """Time for the control resistor to discharge the gate node."""
        return diffusive.refractory_time(
            self.control_resistance(), self.gate_capacitance(), self.gate_peak_voltage(), self.rearm_voltage()
        )

    def rest_time(self) -> Second:
        """Time for the residue to dissolve."""
        return filament_growth.residue_rest_time(
            self.device.residue_decay, self.options["rest_time_constants"]
        )

    def memory_time(self) -> Second:
        """Time constant with which the filament dissolves."""
        return 1.0 / self.device.filament_decay

    def endurance(self) -> Dimensionless:
        """Filament cycles."""
        return self.device.endurance

    def high_time(self, read_time: Second) -> Second:
        """Time that the input stays on after the neuron has switched."""
        return np.maximum(read_time - self.input_hold_time(), 0.0)

    def output_pulse_duration(self, read_time: Second) -> Second:
        """Time that the output branch conducts in one spike."""
        return diffusive.output_pulse_duration(
            self.high_time(read_time), self.control_resistance(), self.gate_capacitance(),
            self.gate_peak_voltage(), self.output_threshold(),
        )  # fmt: skip

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Gate node, divider, output branch and load of a spike; sub-threshold current of each time step."""
        d = self.device
        gate = diffusive.gate_charge_energy(
            self.gate_capacitance(), d.input_voltage, self.gate_peak_voltage(), self.rearm_voltage()
        )
        divider = diffusive.divider_energy(
            d.input_voltage, d.on_resistance, self.control_resistance(), self.high_time(read_time)
        )
        branch = diffusive.output_branch_energy(
            d.output_supply_voltage, d.load_resistance, self.transistor_on_resistance(),
            self.output_pulse_duration(read_time),
        )  # fmt: skip
        load = diffusive.output_load_energy(d.load_capacitance, d.output_supply_voltage)
        leak = diffusive.subthreshold_energy(d.input_voltage, d.off_resistance, self.input_hold_time())
        return [
            self.neuron_energy("spike", "gate_charge", gate, "neuron gate charge"),
            self.neuron_energy("spike", "divider", divider, "neuron divider"),
            self.neuron_energy("spike", "output_branch", branch, "neuron output branch"),
            self.neuron_energy("spike", "output_load", load, "neuron output load"),
            self.neuron_energy("time_step", "sub_threshold", leak, "neuron sub-threshold current"),
        ]

    def firing_probability(self) -> Dimensionless:
        """Probability to fire at the input voltage, for the pulse that the device's statistics were taken with."""
        d = self.device
        return filament_growth.firing_probability(
            d.input_voltage, d.firing_median_voltage, d.firing_voltage_spread
        )

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """What the gate node is, and what it resists."""
        node = self.gate_capacitance()
        noise = neuron_geometry.thermal_noise_voltage(self.technology.temperature, node)
        return [
            *super().characteristics(network),
            self.characteristic("capacitance of the gate node", node, "F"),
            self.characteristic("control resistor", self.control_resistance(), "ohm"),
            self.characteristic("thermal noise on the gate node", noise, "V"),
            self.characteristic(
                "electrons on the gate node",
                neuron_geometry.stored_electrons(node, self.gate_peak_voltage()),
                "1",
            ),
        ]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the output transistor."""
        return [StaticCost(self.path, "leakage", self.off_power())]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the neuron fires at all, and whether its output can drive its load."""
        d = self.device
        threshold = filament_growth.dc_threshold_voltage(
            d.field_mobility, d.field_offset, d.residue_rate, d.filament_decay, d.residue_decay
        )
        swing = d.load_resistance * d.load_capacitance
        duration = self.output_pulse_duration(0.0)
        separation = filament_growth.timescale_separation(d.residue_rate, d.filament_decay, d.residue_decay)
        return [
            self.check_range(
                "timescale_separation", separation, _LEAST_SEPARATION, np.inf, "1",
                "filament and residue move at nearly the same speed, so that the integration time is too short",
            ),
            Check(
                "neuron_fires", self.path, "refuse", d.input_voltage > threshold,
                "the input voltage is at or below the threshold, so the neuron never fires",
                d.input_voltage, threshold, "V",
            ),
            Check(
                "output_drives_load", self.path, "limit", 3.0 * swing <= duration,
                "the load resistor is too large to charge the output within a third of the pulse",
                3.0 * swing, duration, "s",
            ),
            Check(
                "output_turns_on", self.path, "refuse", self.gate_peak_voltage() > self.output_threshold(),
                "the gate node does not reach the threshold of the output", self.gate_peak_voltage(),
                self.output_threshold(), "V",
            ),
        ]  # fmt: skip


class DiffusiveNeuron(_DiffusiveNeuron):
    """1M1T1R neuron with node capacitance, control resistor and footprint as published."""

    model: ClassVar[str] = "diffusive_1m1t1r"
    device: DiffusiveNeuronParameters

    def gate_capacitance(self) -> Farad:
        """Capacitance of the gate node as stated."""
        return self.device.gate_capacitance

    def control_resistance(self) -> Ohm:
        """Control resistor as stated."""
        return self.device.control_resistance

    def off_power(self) -> Watt:
        """Leakage of the output transistor from its stated off-current."""
        power = self.device.off_current * self.device.output_supply_voltage
        return leakage_at_chip_temperature(self, power)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Footprint as stated."""
        return [AreaCost(self.path, "footprint", self.device.footprint)]


class IntegratedDiffusiveNeuron(_DiffusiveNeuron):
    """1M1T1R neuron on a chip: node capacitance, control resistor and footprint follow from the geometry."""

    model: ClassVar[str] = "diffusive_1m1t1r_integrated"
    device: IntegratedDiffusiveNeuronParameters

    def memristor_area(self) -> SquareMetre:
        """Area of the via that holds the memristor."""
        return self.device.via_side * self.device.via_side

    def memristor_capacitance(self) -> Farad:
        """Capacitance of the unswitched memristor."""
        return neuron_geometry.plate_capacitance(
            self.device.relative_permittivity, self.memristor_area(), self.device.oxide_thickness
        )

    def gate_capacitance(self) -> Farad:
        """Gate, memristor, local wire and explicit capacitor."""
        d = self.device
        return neuron_geometry.node_capacitance(
            self.process.gate_capacitance, d.transistor_width, self.memristor_capacitance(),
            self.process.wire_capacitance, d.local_wire_length, d.explicit_capacitance,
        )  # fmt: skip

    def control_resistance(self) -> Ohm:
        """Resistor that gives the wanted refractory time with this node."""
        ratio = self.device.input_voltage / self.rearm_voltage()
        return diffusive.control_resistance_for_refractory(
            self.device.refractory_time, self.gate_capacitance(), ratio
        )

    def off_power(self) -> Watt:
        """Leakage of the output transistor on the chip's process."""
        power = diffusive.off_state_power(
            self.process.off_current, self.device.transistor_width, self.device.output_supply_voltage
        )
        return leakage_at_chip_temperature(self, power)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Largest of transistor, via and resistor when stacked, their sum side by side."""
        d = self.device
        transistor = d.transistor_width * (d.transistor_length_pitches * self.process.gate_pitch)
        resistor = neuron_geometry.thin_film_resistor_area(
            d.resistor_resistivity, d.resistor_thickness, self.control_resistance()
        )
        combine = (
            neuron_geometry.stacked_footprint
            if self.spec.layout == "stacked"
            else neuron_geometry.planar_footprint
        )
        return [AreaCost(self.path, "footprint", combine(transistor, self.memristor_area(), resistor))]

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Terms of the bare neuron, and the inverter that restores its slow output edge."""
        d = self.device
        edge = diffusive.slow_edge_energy(
            d.restoration_edge_time,
            at_corner(self, "drive", d.restoration_peak_current),
            self.technology.supply_voltage,
        )
        restoration = self.neuron_energy("spike", "restoration", edge, "neuron output restoration")
        return [*super().spike_energies(read_time), restoration]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Feed-through and noise of the small node."""
        d, node = self.device, self.gate_capacitance()
        memristor = self.memristor_capacitance()
        allowed = neuron_geometry.feedthrough_limit(
            node - memristor, d.input_voltage, self.output_threshold()
        )
        needed = neuron_geometry.noise_limited_capacitance(
            self.technology.temperature, self.output_threshold(), _NOISE_SIGMAS
        )
        return [
            *super().checks(network),
            Check(
                "input_feedthrough", self.path, "limit", memristor <= allowed,
                "the edge of the input couples to the gate node and may trigger the output", memristor, allowed, "F",
            ),
            Check(
                "thermal_noise", self.path, "limit", node >= needed,
                "the gate node is so small that thermal noise fires the output", node, needed, "F",
            ),
        ]  # fmt: skip


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
