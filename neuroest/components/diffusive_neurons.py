"""Neurons of a diffusive memristor, a transistor and a resistor: measured on the bench, and on a chip."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Characteristic,
    Check,
    EnergyCost,
    NetworkContext,
    StaticCost,
    leakage_at_chip_temperature,
)
from neuroest.components.neurons import Neuron
from neuroest.devices.neurons import (
    DiffusiveNeuronParameters,
    IntegratedDiffusiveNeuronParameters,
    IonDynamics,
)
from neuroest.equations import diffusive_neuron as diffusive
from neuroest.equations import filament_growth, neuron_geometry
from neuroest.units import Dimensionless, Farad, Ohm, Second, SquareMetre, Volt, Watt

_NOISE_SIGMAS = 6.0
"""Standard deviations of kT/C noise that the threshold must exceed; a convention, once in 10^9 for a Gaussian."""

_LEAST_SEPARATION = 5.0
"""Ratio of the speeds of filament and residue below which the closed form of the integration time is off by more than
15 %, against the rate equations (docs/models/neurons.md)."""


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
            self.gate_peak_voltage(), self.device.output_threshold,
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
            d.output_supply_voltage, d.load_resistance, d.transistor_on_resistance,
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
                "output_turns_on", self.path, "refuse", self.gate_peak_voltage() > d.output_threshold,
                "the gate node does not reach the threshold of the output", self.gate_peak_voltage(),
                d.output_threshold, "V",
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
            d.restoration_edge_time, d.restoration_peak_current, self.technology.supply_voltage
        )
        restoration = self.neuron_energy("spike", "restoration", edge, "neuron output restoration")
        return [*super().spike_energies(read_time), restoration]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Feed-through and noise of the small node."""
        d, node = self.device, self.gate_capacitance()
        memristor = self.memristor_capacitance()
        allowed = neuron_geometry.feedthrough_limit(node - memristor, d.input_voltage, d.output_threshold)
        needed = neuron_geometry.noise_limited_capacitance(
            self.technology.temperature, d.output_threshold, _NOISE_SIGMAS
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
