"""Neurons of a diffusive memristor, a transistor and a resistor: measured on the bench, and on a chip."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Self

import numpy as np

from neuroest.components.base import (
    ROOM_TEMPERATURE,
    AreaCost,
    Characteristic,
    Check,
    EnergyCost,
    NetworkContext,
    StaticCost,
    at_corner,
    either,
    leakage_at_chip_temperature,
    resistance_at_corner,
    threshold_at_corner,
)
from neuroest.components.neurons import Neuron
from neuroest.devices.lab import ION_BARRIERS, IonKineticsParameters
from neuroest.devices.neurons import (
    DiffusiveNeuronParameters,
    IntegratedDiffusiveNeuronParameters,
    IonDynamics,
)
from neuroest.equations import diffusive_neuron as diffusive
from neuroest.equations import filament_growth, neuron_geometry
from neuroest.equations.neurons import capacitor_area
from neuroest.units import Dimensionless, Farad, Kelvin, Ohm, Second, SquareMetre, Volt, Watt

_LEAST_SEPARATION = 5.0
"""Ratio of the speeds of filament and residue below which the closed form of the integration time is off by more than
15 %, against the rate equations (docs/models/neurons.md)."""

_LITTLE = 0.05
"""Share of the drive that the unswitched memristor may lose to the gate node, and of the integration time that the
gate may take to charge, before the closed forms are off by as much."""

_WARMER = 10.0  # K
"""Distance from room temperature over which rates of ions change by half (0.3 eV)."""

_SETTLED = 3.0
"""Time constants after which a node counts as charged: 95 %."""


def at_temperature(device: IonDynamics, kinetics: IonKineticsParameters, temperature: Kelvin) -> IonDynamics:
    """A neuron's device with its rates at a temperature instead of that they were measured at.

    The barriers of single rates take the place of the one that the device states for all of them.
    """
    rates = {
        rate: getattr(device, rate)
        * filament_growth.activation_factor(
            getattr(kinetics, barrier), temperature, kinetics.reference_temperature
        )
        for rate, barrier in ION_BARRIERS.items()
    }
    return type(device)(**{**vars(device), **rates, "activation_energy": 0.0})


class _DiffusiveNeuron(Neuron):
    """Common part of the 1M1T1R neurons: ion dynamics, the gate node and the output branch."""

    device: IonDynamics

    def driven(self, share: Dimensionless) -> Self:
        """The memristor sees a lower voltage, and integrates for longer or never fires."""
        return self.with_device(input_voltage=self.device.input_voltage * share)

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

    def activation(self) -> Dimensionless:
        """Rates of the ions at the chip's temperature over those at room temperature, at which they are stated."""
        return filament_growth.activation_factor(
            self.device.activation_energy, self.technology.temperature, ROOM_TEMPERATURE
        )

    def input_hold_time(self) -> Second:
        """Integration time at the input voltage: the ions move only while it is applied."""
        d, faster = self.device, self.activation()
        return filament_growth.integration_time(
            d.input_voltage,
            d.field_mobility * faster,
            d.field_offset,
            d.residue_rate * faster,
            d.filament_decay * faster,
            d.residue_decay * faster,
        )

    def refractory_time(self) -> Second:
        """Time for the control resistor to discharge the gate node, and at least for the filament to rupture."""
        discharge = diffusive.refractory_time(
            self.control_resistance(), self.gate_capacitance(), self.gate_peak_voltage(), self.rearm_voltage()
        )
        return np.maximum(discharge, self.device.relaxation_time)

    def rest_time(self) -> Second:
        """Time for the residue to dissolve."""
        return filament_growth.residue_rest_time(
            self.device.residue_decay * self.activation(), self.options["rest_time_constants"]
        )

    def memory_time(self) -> Second:
        """Time constant with which the filament dissolves."""
        return 1.0 / (self.device.filament_decay * self.activation())

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

    def gate_charging(self) -> Dimensionless:
        """Time constants of the gate within the closing of the gap; zero where no conduction length is stated."""
        d, known = self.device, self.device.conduction_length > 0.0
        length = either(known, d.conduction_length, 1.0)
        charging = filament_growth.gate_charging(
            d.input_voltage, d.field_mobility * self.activation(), d.field_offset, self.gate_capacitance(),
            self.control_resistance(), d.on_resistance, d.off_resistance, length,
        )  # fmt: skip
        return either(known, charging, 0.0)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the neuron fires at all and forgets, and whether its output can drive its load."""
        return [
            *self._ion_checks(),
            *self._gate_checks(),
            *self._output_checks(),
            self.noise_check(
                self.gate_capacitance(), self.output_threshold(),
                "the gate node is so small that thermal noise fires the output",
            ),
        ]  # fmt: skip

    def _ion_checks(self) -> list[Check]:
        """What the closed form of the integration time and the temperature of the ions rest on."""
        d = self.device
        threshold = filament_growth.dc_threshold_voltage(
            d.field_mobility, d.field_offset, d.residue_rate, d.filament_decay, d.residue_decay
        )
        separation = filament_growth.timescale_separation(d.residue_rate, d.filament_decay, d.residue_decay)
        temperature = self.technology.temperature
        stated = np.logical_or(d.activation_energy > 0.0, self.spec.kinetics is not None)
        known = np.logical_or(stated, np.abs(temperature - ROOM_TEMPERATURE) <= _WARMER)
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
                "ions_at_temperature", self.path, "range", known,
                "no activation energy is stated, so that the rates of the ions are those of room temperature",
                temperature, ROOM_TEMPERATURE, "K",
            ),
        ]  # fmt: skip

    def _gate_checks(self) -> list[Check]:
        """Whether the gate node leaves the drive to the memristor, and is empty when the next integration begins."""
        d, peak = self.device, self.gate_peak_voltage()
        resting = diffusive.gate_peak_voltage(d.input_voltage, d.off_resistance, self.control_resistance())
        charging = _SETTLED * d.on_resistance * self.gate_capacitance()
        return [
            Check(
                "output_turns_off", self.path, "refuse", resting < self.output_threshold(),
                "the open memristor lets so much through that the output is on without a spike", resting,
                self.output_threshold(), "V",
            ),
            Check(
                "gate_rearms", self.path, "refuse", self.rearm_voltage() < peak,
                "the gate node does not reach the voltage at which the neuron can fire again, so that nothing resets",
                peak, self.rearm_voltage(), "V",
            ),
            self.check_range(
                "drive_stays", resting / d.input_voltage, 0.0, _LITTLE, "1",
                "the gate node takes more than a twentieth of the drive before the switch, so that the integration "
                "time is too short",
            ),
            Check(
                "gate_charges", self.path, "range", charging <= _LITTLE * self.input_hold_time(),
                "the complete filament charges the gate node slowly, which is not in the integration time", charging,
                _LITTLE * self.input_hold_time(), "s",
            ),
            Check(
                "gate_waits", self.path, "range", self.gate_charging() <= filament_growth.LARGEST_GATE_CHARGING,
                "the gate node charges while the gap closes and takes the drive away, so that by the rate equations "
                "the output stays on instead of spiking; a larger gate node waits", self.gate_charging(),
                filament_growth.LARGEST_GATE_CHARGING,
            ),
        ]  # fmt: skip

    def _output_checks(self) -> list[Check]:
        """Whether the output turns on, swings, and drives its load."""
        d = self.device
        swing, duration = d.load_resistance * d.load_capacitance, self.output_pulse_duration(0.0)
        height = diffusive.output_swing(
            d.output_supply_voltage, d.load_resistance, self.transistor_on_resistance()
        )
        return [
            Check(
                "output_drives_load", self.path, "limit", _SETTLED * swing <= duration,
                "the load resistor is too large to charge the output within a third of the pulse",
                _SETTLED * swing, duration, "s",
            ),
            Check(
                "output_turns_on", self.path, "refuse", self.gate_peak_voltage() > self.output_threshold(),
                "the gate node does not reach the threshold of the output", self.gate_peak_voltage(),
                self.output_threshold(), "V",
            ),
            Check(
                "output_swings", self.path, "limit", height >= d.output_supply_voltage / 2.0,
                "the output falls by less than half of its supply, which no inverter takes for a spike", height,
                d.output_supply_voltage / 2.0, "V",
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
        stacked = combine(transistor, self.memristor_area(), resistor)
        capacitor = capacitor_area(d.explicit_capacitance, d.capacitance_density)
        return [AreaCost(self.path, "footprint", stacked + capacitor)]

    def edge_time(self) -> Second:
        """Time that the restoring inverter conducts through: that of the gate's fall, unless the device states one."""
        stated = self.device.restoration_edge_time
        return either(stated > 0.0, stated, self.device.refractory_time)

    def spike_energies(self, read_time: Second) -> list[EnergyCost]:
        """Terms of the bare neuron, and the inverter that restores its slow output edge."""
        d = self.device
        edge = diffusive.slow_edge_energy(
            self.edge_time(),
            at_corner(self, "drive", d.restoration_peak_current),
            self.technology.supply_voltage,
        )
        restoration = self.neuron_energy("spike", "restoration", edge, "neuron output restoration")
        return [*super().spike_energies(read_time), restoration]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Feed-through to the small node, and whether all of its area is known."""
        d, node = self.device, self.gate_capacitance()
        memristor = self.memristor_capacitance()
        allowed = neuron_geometry.feedthrough_limit(
            node - memristor, d.input_voltage, self.output_threshold()
        )
        placed = np.logical_or(np.isfinite(d.capacitance_density), d.explicit_capacitance <= 0.0)
        return [
            *super().checks(network),
            Check(
                "input_feedthrough", self.path, "limit", memristor <= allowed,
                "the edge of the input couples to the gate node and may trigger the output", memristor, allowed, "F",
            ),
            Check(
                "edge_follows_gate", self.path, "range", self.edge_time() >= d.refractory_time / 2.0,
                "the stated edge of the output is much shorter than the fall of the gate that it follows",
                self.edge_time(), d.refractory_time / 2.0, "s",
            ),
            Check(
                "capacitor_has_area", self.path, "refuse", placed,
                "a capacitor was added without its density, so that it would take no area; state capacitance_density",
                d.explicit_capacitance, 0.0, "F",
            ),
        ]  # fmt: skip
