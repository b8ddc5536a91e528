"""Common part of both 1M1T1R neuron models: integration, firing statistics, gate node, and limits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np

from neuroest.blocks import base
from neuroest.blocks.electrical_point import Burst, ElectricalPoint, Loads
from neuroest.blocks.neurons.base import FiringRule, Neuron
from neuroest.blocks.neurons.diffusive_ions import (
    IonDynamics,
    IonKineticsParameters,
    at_temperature,
    median_firing_time,
)
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE, resistance_at_corner, threshold_at_corner
from neuroest.core import units as u
from neuroest.equations import (
    crossbar_wires,
    filament_bursts,
    filament_conduction,
    filament_growth,
    firing_statistics,
    integration,
    neuron_geometry,
)
from neuroest.equations import diffusive_neuron as diffusive
from neuroest.specs.base import PositiveNumber, Voltage, WholeNumber
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record

if TYPE_CHECKING:
    from neuroest.blocks.circuit import Circuit

_CIRCUIT = Path(__file__).with_name("diffusive_circuit.yaml")
_DECISION = 0.02
"""Decision time as a share of the rupture time; numerical."""
_LEAST_RESISTANCE = 1e-3
"""Share of the load resistance used for an output transistor without resistance; numerical."""
_MARGIN = 1.05
"""Drive over that of the integration rule, so that the neuron fires by the rate equations as well: the largest error of
the rule (docs/models/integration.md)."""
_LEAST_SEPARATION = 5.0
"""Speed ratio of filament and residue below which the closed form of the integration time deviates by more than 15 %
from the rate equations (docs/models/neurons.md)."""


LITTLE = 0.05
"""Share of the drive lost by the unswitched memristor to the gate node, and share of the integration time for gate
charging, above which the closed forms deviate by as much."""


_LONGEST_PHASE, _FEW_STEPS = 120.0, 5.0
"""Filament settling times between drives above which a spike of fewer steps is driven for more than a tenth too long,
compared with the rate equations (docs/models/integration.md)."""
_HOLD_ERROR, _HOLD_ERRORS = 0.01, (0.01, 0.04)
"""Hold-time error of the integration rule per settling time in a period, and its limits, compared with the rate
equations (docs/models/integration.md)."""
_LATE, _NEVER = 0.1, 0.5
"""Timing error above which a spike counts as late, and above which the rate equations may not fire at all, over the
timesteps."""
_ROUNDING = 1e-9
"""Rounding error of a drive that ends after its delay, of a sum over spikes; numerical."""
_NEARBY = 1e-3
"""Relative step of the hold time for the sensitivity of the timesteps; numerical."""
_WHOLE = 1e-9
"""Tolerance of the search for the hold time, as a share of an integration; numerical."""


_WARMER = 10.0  # K
"""Temperature difference from room temperature over which ion rates change by half (0.3 eV)."""


_SETTLED = 3.0
"""Time constants after which a node counts as charged (95 %)."""


def _filament_steps(
    hold_time: u.Second, period: u.Second, slowness: u.Dimensionless, voltage: u.Volt, *rates: u.Numeric
) -> u.Dimensionless:
    """Timesteps to a spike of a device that is slower than the rate equations."""
    return integration.filament_steps_to_fire(hold_time / slowness, period / slowness, voltage, *rates)


class DiffusiveBlock(DeviceBlock):
    """Options of a diffusive neuron on a chip."""

    rest_time_constants: WholeNumber = 5.0
    """Wait between inferences in residue decay times, so the residue does not affect the next inference."""
    firing_deviations: PositiveNumber | None = None
    """Margin of the drive in standard deviations of the firing amplitude, over pulses and devices together: 2 for one
    miss in 44 spikes. The drive length then follows from the device's measured statistics. Default: the length from the
    rate equations, and misfires are not counted."""
    erasing_voltage: Voltage | None = None
    """Amplitude of a reverse pulse that erases the residue before each inference, instead of waiting for its decay."""
    partners = MappingProxyType({"kinetics": IonKineticsParameters})
    kinetics: str | None = None
    """Name or path of a device spec of model `ion_kinetics`; its barriers set the ion rates at the chip's temperature.
    If left out, the rates at the measurement temperature apply."""


class DiffusiveNeuronBase(Neuron):
    """Common part of the 1M1T1R neurons: ion dynamics, the gate node and the output branch."""

    time_parameter = ("field_mobility", -1.0)
    all_times: ClassVar[Mapping[str, float]] = {
        "field_mobility": -1.0, "residue_rate": -1.0, "filament_decay": -1.0, "residue_decay": -1.0,
        "firing_pulse_time": 1.0,
    }  # fmt: skip
    conducts_while_driven = True
    fires_again = True
    state_can_be_read = False
    in_time = "neuroest.dynamics.diffusive_in_time.DiffusiveInTime"
    owns: ClassVar[tuple[str, ...]] = (
        "neuron gate charge",
        "neuron divider",
        "neuron output branch",
        "neuron output load",
        "neuron sub-threshold current",
        "neuron erasing",
    )

    device: IonDynamics

    @classmethod
    def circuit(cls, values: Mapping[str, float]) -> Circuit:
        """Circuit of filament, residue, gate node and output branch."""
        from neuroest.blocks.circuit import DECAYED, read_circuit  # noqa: PLC0415 - only an export needs it

        held = values["control_resistance"] * values["gate_capacitance"] + values["relaxation_time"]
        load = _LEAST_RESISTANCE * values["load_resistance"]
        computed = {
            "gate_capacitance": values["gate_capacitance"],
            "control_resistance": values["control_resistance"],
            "output_resistance": max(values["transistor_on_resistance"], load),
            "output_capacitance": values["load_capacitance"],
            "drive_scale": values["input_voltage"],
            "decision_time": _DECISION * values["relaxation_time"],
        }
        level, rest = values["input_voltage"], DECAYED * held
        return read_circuit(_CIRCUIT, IonDynamics, values, computed, level=level, rest=rest)

    @classmethod
    def with_partners(
        cls, device: Any, partners: Mapping[str, Record], technology: base.TechnologyPoint
    ) -> Any:
        """Device with ion rates at the chip's temperature, from the barriers of its ion kinetics."""
        return at_temperature(
            device, cast("IonKineticsParameters", partners["kinetics"]), technology.temperature
        )

    def with_input_scaled(self, share: u.Dimensionless) -> Self:
        """Neuron whose memristor sees a lower voltage, so that it integrates for longer or never fires."""
        return self.with_device(input_voltage=self.device.input_voltage * share)

    def drive_voltage(self) -> u.Volt:
        """Voltage across memristor and gate node."""
        return self.device.input_voltage

    def loads(self, point: ElectricalPoint) -> Loads:
        """Memristor without a filament; its capacitance in series with the gate node is at most that of the node."""
        return Loads(column=self.gate_capacitance(), conductance=1.0 / self.device.off_resistance)

    def fed_checks(self, source: u.Ohm) -> list[base.Check]:
        """Checks whether the complete filament, in series with the source, lifts the gate above its threshold.

        Checks
        ------
        fed_output_turns_on
            the current of the cells that feed the neuron is too small to turn its output on
        """
        d = self.device
        gate = diffusive.gate_peak_voltage(
            d.input_voltage, d.on_resistance + source, self.control_resistance()
        )
        return [self.require("design_rule", "fed_output_turns_on", gate, ">=", self.output_threshold(), "V")]

    @abstractmethod
    def gate_capacitance(self) -> u.Farad:
        """Capacitance of the gate node."""

    @abstractmethod
    def control_resistance(self) -> u.Ohm:
        """Resistor from the gate node to ground."""

    @abstractmethod
    def off_power(self) -> u.Watt:
        """Leakage of the output transistor."""

    def gate_peak_voltage(self) -> u.Volt:
        """Gate voltage once the filament is complete."""
        d = self.device
        return diffusive.gate_peak_voltage(d.input_voltage, d.on_resistance, self.control_resistance())

    def output_threshold(self) -> u.Volt:
        """Gate voltage at which the output transistor turns on, at the chip's corner."""
        return threshold_at_corner(self, self.device.output_threshold)

    def transistor_on_resistance(self) -> u.Ohm:
        """Resistance of the output transistor in its on state, at the chip's corner."""
        return resistance_at_corner(self, self.device.transistor_on_resistance)

    def rearm_voltage(self) -> u.Volt:
        """Gate voltage below which the next integration begins."""
        return self.device.rearm_fraction * self.device.input_voltage

    def activation(self) -> u.Dimensionless:
        """Ratio of the ion rates at the chip's temperature to those at room temperature, for which they are stated."""
        return firing_statistics.activation_factor(
            self.device.activation_energy, self.technology.temperature, ROOM_TEMPERATURE
        )

    def ion_rates(self) -> tuple[u.PerVoltSecond, u.Dimensionless, u.PerSecond, u.PerSecond, u.PerSecond]:
        """Mobility, offset and rates of the ions at the chip's temperature, in the order that the equations take."""
        d, faster = self.device, self.activation()
        return (
            d.field_mobility * faster, d.field_offset, d.residue_rate * faster, d.filament_decay * faster,
            d.residue_decay * faster,
        )  # fmt: skip

    @property
    def counts_misfires(self) -> bool:
        """Whether the drive length follows from measured statistics for a required share of spikes."""
        return "firing_deviations" in self.options

    def assured_voltage(self) -> u.Volt:
        """Drive amplitude in the worst case in which the neuron must still fire."""
        d = self.device
        if not self.counts_misfires:
            return d.input_voltage
        return d.input_voltage - self.options["firing_deviations"] * self.firing_deviation()

    def firing_deviation(self) -> u.Volt:
        """Standard deviation of the firing amplitude over pulses and devices."""
        d = self.device
        return firing_statistics.total_firing_spread(d.firing_voltage_spread, d.firing_device_spread)

    def relaxation_time(self) -> u.Second:
        """Rupture time of the filament at the chip's temperature."""
        return self.device.relaxation_time / self.activation()

    def integration_time(self) -> u.Second:
        """Time to switch at the input voltage: the ions move only while it is applied.

        By the rate equations or, where misfires are counted, by the measured statistics: the rate equations say how the
        time moves with the amplitude, the measured pulses how long it is.
        """
        rates = self.ion_rates()
        nominal = filament_growth.integration_time(self.device.input_voltage, *rates)
        if not self.counts_misfires:
            return nominal
        # the pulses were measured at the temperature of the stated rates, and the drive is on at that of the chip
        return firing_statistics.assured_firing_time(
            filament_growth.integration_time(self.assured_voltage(), *rates),
            median_firing_time(self.device),
            self.device.firing_pulse_time,
        )

    def firing_rule(self) -> FiringRule:
        """Rule by which filament and residue close the gap, and open it again between drives."""
        numbers = (self._slowness(), self.device.input_voltage, *self.ion_rates())
        return FiringRule(_filament_steps, numbers)

    def drive_margin(self) -> u.Dimensionless:
        """Error of the rule; measured statistics have a margin of their own."""
        return 1.0 if self.counts_misfires else _MARGIN

    def _slowness(self) -> u.Dimensionless:
        """Ratio of the device's integration time to that from the rate equations, by which its time is slowed."""
        voltage = self.device.input_voltage
        return self.integration_time() / filament_growth.integration_time(voltage, *self.ion_rates())

    def typical_slowness(self) -> u.Dimensionless:
        """Integration time of a typical device over that from the rate equations: measured pulses if it has any."""
        if not self.counts_misfires:
            return 1.0
        return self.device.firing_pulse_time / median_firing_time(self.device)

    def ending_delay(self) -> u.Second:
        """Time from the completed filament to the end of the drive, where circuits end it at the spike."""
        return _SETTLED * self.device.on_resistance * self.gate_capacitance()

    def drive_checks(self, hold_time: u.Second, period: u.Second) -> list[base.Check]:
        """Whether the integration rule is valid for these drives: in hold time, and in the resulting timesteps.

        Checks
        ------
        integration_rule_range
            the integration rule overestimates the drive by more than a tenth: inputs are so sparse that the residue
            fades between them; settling times of the filament between inputs
        spike_comes_in_time
            the spike may come early or late: the residue has almost settled when the neuron fires, so the
            integration rule is sensitive to the hold time; timing error over its timesteps
        drive_above_threshold
            the neuron may never fire: the drive is as close to the threshold as the error of the integration rule;
            timing error over its timesteps
        """
        _, _, residue_rate, filament_decay, _ = self.ion_rates()
        phase = (filament_decay + residue_rate) * period / self._slowness()
        whole = hold_time >= self.integration_time() * (1.0 - _WHOLE)
        steps = self.steps_to_fire(hold_time, period)
        few = np.logical_and(~whole, steps < _FEW_STEPS)
        worst = np.max(np.where(few, phase, 0.0), axis=-1, keepdims=True)
        with np.errstate(invalid="ignore"):
            moved = np.log(steps / self.steps_to_fire(hold_time * (1.0 + _NEARBY), period)) / np.log1p(
                _NEARBY
            )
        error = np.clip(_HOLD_ERROR * phase, *_HOLD_ERRORS)
        off = np.max(np.where(whole | ~np.isfinite(moved), 0.0, moved * error), axis=-1, keepdims=True)
        return [
            self.require("extrapolation", "integration_rule_range", worst, "<=", _LONGEST_PHASE),
            self.require("advice", "spike_comes_in_time", off, "<=", _LATE),
            self.require("extrapolation", "drive_above_threshold", off, "<=", _NEVER),
        ]

    def refractory_time(self) -> u.Second:
        """Time for the control resistor to discharge the gate node, at least the rupture time of the filament."""
        discharge = diffusive.refractory_time(
            self.control_resistance(), self.gate_capacitance(), self.gate_peak_voltage(), self.rearm_voltage()
        )
        return np.maximum(discharge, self.relaxation_time())

    def time_after_spike(self) -> u.Second:
        """Integration time of a neuron with the residue of its last spike."""
        voltage, rates = self.device.input_voltage, self.ion_rates()
        residue = firing_statistics.residue_after_spike(voltage, *rates)
        return firing_statistics.integration_time_after_spike(voltage, residue, *rates[:-1])

    def spikes_of(self, burst: Burst) -> u.Dimensionless:
        """Spikes in a drive for one of the network: as long as it lasts, each sooner by the residue of the last."""
        return filament_bursts.burst_spikes(*self._of_burst(burst))

    def conducting_steps(self, burst: Burst) -> u.Dimensionless:
        """Drive to the first spike, and that to later ones, which begin in the gap that the residue leaves."""
        first: u.Dimensionless = np.minimum(self._steps_to_first(burst), burst.steps)
        between = self.typical_slowness() * self.time_after_spike() / burst.pulse
        ended = np.minimum((self.spikes_of(burst) - 1.0) * between, burst.steps - first)
        later_steps = ended if burst.ends else burst.steps - first
        # mean conductance on the way to a later spike over that on the way to the first
        d, rates = self.device, self.ion_rates()
        residue = firing_statistics.residue_after_spike(d.input_voltage, *rates)
        left, known = 1.0 - residue, d.conduction_length > 0.0
        length = base.either(known, d.conduction_length, 1.0)
        resistance = filament_conduction.memristor_resistance(
            residue, d.on_resistance, d.off_resistance, length
        )
        # growth in the gap that is left is that in a whole one with a stronger field
        mobility, offset, residue_rate, filament_decay, residue_decay = rates
        later = filament_conduction.integrating_conductance(
            d.input_voltage / (left * left), mobility, offset / left, residue_rate, filament_decay, residue_decay,
            d.on_resistance, resistance, length / left, self.control_resistance(),
        )  # fmt: skip
        return first + later_steps * base.either(known, later * self.integrating_resistance(), 1.0)

    def on_time(self, burst: Burst) -> u.Second:
        """Time for which the drive sustains a complete filament."""
        return filament_bursts.burst_on_time(*self._of_burst(burst))

    def _steps_to_first(self, burst: Burst) -> u.Dimensionless:
        """Timesteps in which a rested typical device fires."""
        slow, voltage, rates = self.typical_slowness(), self.device.input_voltage, self.ion_rates()
        period = np.maximum(burst.period, burst.pulse)
        steps = _filament_steps(burst.pulse, period, slow, voltage, *rates)
        # a drive of a whole integration is on for as long as the closed form of it says
        alone = slow * filament_growth.integration_time(voltage, *rates) / burst.pulse
        return np.where(alone <= 1.0, alone, steps)

    def _of_burst(self, burst: Burst) -> tuple[Any, ...]:
        """What equations of bursts take, of the typical device."""
        slow = self.typical_slowness()
        mobility, offset, *rates = self.ion_rates()
        delay = self.ending_delay() if burst.ends else np.inf
        return (
            burst.pulse, np.maximum(burst.period, burst.pulse), burst.steps, burst.idle, burst.number,
            self._steps_to_first(burst), delay, self.refractory_time(), self.device.input_voltage,
            self.gate_peak_voltage(), mobility / slow, offset, *(rate / slow for rate in rates),
        )  # fmt: skip

    def recovery_time(self) -> u.Second:
        """Time for the residue to dissolve, or length of the reverse pulse that erases it."""
        if self.reset_between_inferences:
            return self.erasing_time()
        return firing_statistics.residue_rest_time(
            self.device.residue_decay * self.activation(), self.options["rest_time_constants"]
        )

    @property
    def reset_between_inferences(self) -> bool:
        """Whether a reverse pulse erases the residue."""
        return "erasing_voltage" in self.options

    def erasing_time(self) -> u.Second:
        """Length of the reverse pulse for a whole filament turned into residue, the maximum possible."""
        mobility, offset, *_ = self.ion_rates()
        return firing_statistics.erasing_time(1.0, self.options["erasing_voltage"], mobility, offset)

    def erasing_energy(self) -> u.Joule:
        """Energy of the gate node and, as an upper bound, of the complete filament and control resistor in series."""
        voltage = self.options["erasing_voltage"]
        through = diffusive.divider_energy(
            voltage, self.device.on_resistance, self.control_resistance(), self.erasing_time()
        )
        return through + crossbar_wires.line_toggle_energy(self.gate_capacitance(), voltage)

    def memory_time(self) -> u.Second:
        """Time constant of the filament's dissolution."""
        return 1.0 / (self.device.filament_decay * self.activation())

    def burst_checks(self, burst: Burst) -> list[base.Check]:
        """Whether it fires as often as that of the network, and opens again.

        Checks
        ------
        drive_releases
            the drive stays on after a spike and sustains the filament, so that the output latches until the drive
            ends; let the spike end the drive (after_spike: drive_ends of a sampled_clamp or pulse_coupling)
        """
        on = np.max(np.asarray(self.on_time(burst)), axis=-1, keepdims=True)
        allowed = np.maximum(self.refractory_time(), self.ending_delay())
        return [
            *super().burst_checks(burst),
            self.check("design_rule", "drive_releases", on <= allowed * (1.0 + _ROUNDING), on, allowed, "s"),
        ]

    def membrane(self) -> None:
        """None: filament and residue follow rate equations of their own."""

    def state_memory(self) -> u.Second:
        """Time constant of the residue, which outlasts the filament."""
        return 1.0 / (self.device.residue_decay * self.activation())

    def firing_spreads(self) -> tuple[u.Dimensionless, u.Dimensionless]:
        """Relative deviations of the drive time, from those of the firing voltage and the slope of the time in it."""
        d, rates = self.device, self.ion_rates()
        lower, upper = (
            filament_growth.integration_time(d.input_voltage * (1.0 + side * _NEARBY), *rates)
            for side in (-1.0, 1.0)
        )
        slope = np.log(lower / upper) / (2.0 * _NEARBY)
        scale = slope / d.input_voltage
        return scale * d.firing_device_spread, scale * d.firing_voltage_spread

    def endurance(self) -> u.Dimensionless:
        """Filament cycles before the device fails."""
        return self.device.endurance

    def output_pulse_duration(self, high_time: u.Second) -> u.Second:
        """Time for which the output branch conducts in one spike whose input continues after the switching."""
        return diffusive.output_pulse_duration(
            high_time, self.control_resistance(), self.gate_capacitance(),
            self.gate_peak_voltage(), self.output_threshold(),
        )  # fmt: skip

    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[base.EnergyCost]:
        """Energies of gate node, divider, output branch and load of a spike; sub-threshold current of each timestep."""
        d, high = self.device, np.maximum(drive_time - hold_time, on_time)
        gate = diffusive.gate_charge_energy(
            self.gate_capacitance(), d.input_voltage, self.gate_peak_voltage(), self.rearm_voltage()
        )
        divider = diffusive.divider_energy(d.input_voltage, d.on_resistance, self.control_resistance(), high)
        branch = diffusive.output_branch_energy(
            d.output_supply_voltage, d.load_resistance, self.transistor_on_resistance(),
            self.output_pulse_duration(high),
        )  # fmt: skip
        load = diffusive.output_load_energy(d.load_capacitance, d.output_supply_voltage)
        leak = diffusive.subthreshold_energy(d.input_voltage, self.integrating_resistance(), hold_time)
        erasing = []
        if self.reset_between_inferences:
            erasing = [self.energy("inference", "erasing", self.erasing_energy(), "neuron erasing")]
        return [
            *erasing,
            self.energy("spike", "gate_charge", gate, "neuron gate charge"),
            self.energy("spike", "divider", divider, "neuron divider"),
            self.energy("spike", "output_branch", branch, "neuron output branch"),
            self.energy("spike", "output_load", load, "neuron output load"),
            self.energy("time_step", "sub_threshold", leak, "neuron sub-threshold current"),
        ]

    def firing_probability(self) -> u.Dimensionless:
        """Firing probability in the drive of a spike if misfires are counted, otherwise in one pulse as measured."""
        d = self.device
        if self.counts_misfires:
            return firing_statistics.firing_probability(self.options["firing_deviations"], 0.0, 1.0)
        return firing_statistics.firing_probability(
            d.input_voltage, d.firing_median_voltage, self.firing_deviation()
        )

    def left_out(self) -> list[str]:
        """Exclusions: ion rates at another temperature than the chip's, and erasure that was never measured."""
        erased = []
        if self.reset_between_inferences:
            erased = [
                "whether a reverse pulse erases residue as fast as the field created it: no measurement is known"
            ]
        follows = np.logical_or(self.device.activation_energy > 0.0, self.spec.kinetics is not None)
        if np.all(np.logical_or(follows, self.technology.temperature == ROOM_TEMPERATURE)):
            return erased
        return [
            *erased,
            (
                "ions of the neurons at the temperature of the chip (no activation_energy and no kinetics): they move "
                "as measured"
            ),
        ]

    def characteristics(self, network: base.NetworkContext) -> list[base.Characteristic]:
        """Figures of merit of the gate node: capacitance, resistance, noise and number of electrons."""
        node = self.gate_capacitance()
        noise = neuron_geometry.thermal_noise_voltage(self.technology.temperature, node)
        return [
            *super().characteristics(network),
            self.characteristic("integration time after a spike", self.time_after_spike(), "s"),
            self.characteristic("capacitance of the gate node", node, "F"),
            self.characteristic("control resistor", self.control_resistance(), "ohm"),
            self.characteristic("thermal noise on the gate node", noise, "V"),
            self.characteristic(
                "electrons on the gate node",
                neuron_geometry.stored_electrons(node, self.gate_peak_voltage()),
                "1",
            ),
        ]

    def statics(self, network: base.NetworkContext) -> list[base.StaticCost]:
        """Leakage of the output transistor."""
        return [base.StaticCost(self.path, "leakage", self.off_power())]

    def integrating_resistance(self) -> u.Ohm:
        """Mean resistance over an integration, as the filament grows; off-resistance without a conduction length."""
        d, known = self.device, self.device.conduction_length > 0.0
        conductance = filament_conduction.integrating_conductance(
            d.input_voltage, *self.ion_rates(), d.on_resistance, d.off_resistance,
            base.either(known, d.conduction_length, 1.0), self.control_resistance(),
        )  # fmt: skip
        return base.either(known, 1.0 / conductance, d.off_resistance)

    def gate_charging(self) -> u.Dimensionless:
        """Gate-charging time relative to the closing of the gap; zero without a conduction length."""
        d, known = self.device, self.device.conduction_length > 0.0
        charging = filament_conduction.gate_charging(
            d.input_voltage, d.field_mobility * self.activation(), d.field_offset, self.gate_capacitance(),
            self.control_resistance(), d.on_resistance, d.off_resistance, base.either(known, d.conduction_length, 1.0),
        )  # fmt: skip
        return base.either(known, charging, 0.0)

    def _erasing_checks(self) -> list[base.Check]:
        """Whether the reverse pulse stays within the rails, and ends before a filament forms from the other side.

        Checks
        ------
        erasing_within_rails
            the reverse pulse exceeds the supply that it is made from
        erasing_makes_no_filament
            the reverse pulse lasts so long that it grows a filament from the other electrode
        """
        if not self.reset_between_inferences:
            return []
        voltage = self.options["erasing_voltage"]
        supply = self.technology.supply_voltage
        time = self.erasing_time()
        opposite = filament_growth.integration_time(voltage, *self.ion_rates())
        return [
            self.require("design_rule", "erasing_within_rails", voltage, "<=", supply, "V"),
            self.require("design_rule", "erasing_makes_no_filament", time, "<=", opposite / 2.0, "s"),
        ]

    def checks(self, network: base.NetworkContext) -> list[base.Check]:
        """Whether the neuron fires, forgets, and can drive its load.

        Checks
        ------
        thermal_noise
            the gate node is so small that thermal noise fires the output
        """
        return [
            *self._erasing_checks(),
            *self._ion_checks(),
            *self._gate_checks(),
            *self._output_checks(),
            self.noise_check(self.gate_capacitance(), self.output_threshold()),
        ]

    def _ion_checks(self) -> list[base.Check]:
        """Validity of the closed form of the integration time and of the ion temperature.

        Checks
        ------
        timescale_separation
            filament and residue move at nearly the same speed, so the integration time is underestimated
        neuron_fires
            the input voltage is at or below the threshold, so the neuron never fires
        firing_statistics_stated
            misfires are counted, but the device states no firing_pulse_time
        ions_at_temperature
            no activation energy is stated, so the ion rates are those of room temperature
        """
        d = self.device
        threshold = filament_growth.dc_threshold_voltage(
            d.field_mobility, d.field_offset, d.residue_rate, d.filament_decay, d.residue_decay
        )
        separation = filament_growth.timescale_separation(d.residue_rate, d.filament_decay, d.residue_decay)
        temperature = self.technology.temperature
        stated = np.logical_or(d.activation_energy > 0.0, self.spec.kinetics is not None)
        known = np.logical_or(stated, np.abs(temperature - ROOM_TEMPERATURE) <= _WARMER)
        counted = np.logical_or(not self.counts_misfires, d.firing_pulse_time > 0.0)
        return [
            self.check_range("timescale_separation", separation, _LEAST_SEPARATION, np.inf, "1"),
            self.require("infeasible", "neuron_fires", self.assured_voltage(), ">", threshold, "V"),
            self.check("infeasible", "firing_statistics_stated", counted, d.firing_pulse_time, 0.0, "s"),
            self.check("extrapolation", "ions_at_temperature", known, temperature, ROOM_TEMPERATURE, "K"),
        ]

    def _gate_checks(self) -> list[base.Check]:
        """Whether the gate node leaves the drive to the memristor, and is discharged before the next integration.

        Checks
        ------
        output_turns_off
            the off-state leakage of the memristor turns the output on without a spike
        gate_rearms
            the gate node does not reach the voltage at which the neuron can fire again, so it never resets
        drive_stays
            the gate node takes more than a twentieth of the drive before switching, so the integration time is
            underestimated
        gate_charges
            the complete filament charges the gate node slowly, which the integration time does not include
        gate_waits
            the neuron latches on instead of spiking: its gate node charges before the filament is complete, which
            removes the drive; use a larger gate node
        """
        d, peak = self.device, self.gate_peak_voltage()
        resting = diffusive.gate_peak_voltage(d.input_voltage, d.off_resistance, self.control_resistance())
        charging = _SETTLED * d.on_resistance * self.gate_capacitance()
        little = LITTLE * self.integration_time()
        most = filament_growth.LARGEST_GATE_CHARGING
        return [
            self.require("infeasible", "output_turns_off", resting, "<", self.output_threshold(), "V"),
            self.require("infeasible", "gate_rearms", peak, ">", self.rearm_voltage(), "V"),
            self.check_range("drive_stays", resting / d.input_voltage, 0.0, LITTLE, "1"),
            self.require("extrapolation", "gate_charges", charging, "<=", little, "s"),
            self.require("extrapolation", "gate_waits", self.gate_charging(), "<=", most),
        ]

    def _output_checks(self) -> list[base.Check]:
        """Whether the output turns on, swings, and drives its load.

        Checks
        ------
        output_drives_load
            the load resistor is too large to charge the output within a third of the pulse
        output_turns_on
            the gate node does not reach the threshold of the output
        output_swings
            the output falls by less than half of its supply, which no inverter detects as a spike
        """
        d = self.device
        swing, duration = d.load_resistance * d.load_capacitance, self.output_pulse_duration(0.0)
        height = diffusive.output_swing(
            d.output_supply_voltage, d.load_resistance, self.transistor_on_resistance()
        )
        return [
            self.require("design_rule", "output_drives_load", _SETTLED * swing, "<=", duration, "s"),
            self.require(
                "infeasible", "output_turns_on", self.gate_peak_voltage(), ">", self.output_threshold(), "V"
            ),
            self.require("design_rule", "output_swings", height, ">=", d.output_supply_voltage / 2.0, "V"),
        ]
