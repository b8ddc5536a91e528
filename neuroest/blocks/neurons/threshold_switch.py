"""Neuron of a volatile threshold switch with a capacitor across it and a resistor in series."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, either
from neuroest.blocks.circuit import DECAYED, DECISIONS, Circuit, State, beyond, read_circuit
from neuroest.blocks.electrical_point import Burst
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.neurons.base import FiringRule, Membrane, Neuron
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE
from neuroest.core import units as u
from neuroest.equations import device_curves, firing_statistics, integration, threshold_switches
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import (
    CHOSEN,
    DEFINED,
    EXACT,
    RANGE_END,
    Record,
    non_negative,
    positive,
    quantity,
)


class ThresholdSwitchNeuronParameters(Record):
    """Neuron of a volatile threshold switch with a capacitor across it and a resistor in series."""

    ordered = (("hold_voltage", "threshold_voltage"), ("on_resistance", "off_resistance"))
    supply_voltage: u.Volt = positive(symbol="V_s", exact=CHOSEN)
    """Drive voltage from the column."""
    threshold_voltage: u.Volt = positive(symbol="V_t")
    """Voltage at which the switch turns on."""
    hold_voltage: u.Volt = positive(symbol="V_h")
    """Hold voltage, below which it turns off again."""
    hold_current: u.Ampere = positive(symbol="I_h")
    """Hold current, which keeps the switch on."""
    on_resistance: u.Ohm = positive(symbol="R_on")
    """Resistance while on."""
    off_resistance: u.Ohm = positive(symbol="R_off")
    """Resistance while off."""
    series_resistance: u.Ohm = positive(symbol="R_s", exact=CHOSEN)
    """Resistor between the input and the capacitor."""
    capacitance: u.Farad = positive(symbol="C", exact=CHOSEN)
    """Capacitor across the switch, including that of the switch."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Capacitor density."""
    relaxation_time: u.Second = non_negative(symbol="t_rel")
    """Time until the switch is completely off again."""
    threshold_spread: u.Volt = positive(symbol="sigma_V")
    """Standard deviation of the threshold from cycle to cycle."""
    switch_area: u.SquareMetre = positive()
    """Area of the switch."""
    transistor_area: u.SquareMetre = non_negative()
    """Area of the transistors below the switch: output and reset."""
    endurance_shape: u.Dimensionless = positive(maximum=100.0, symbol="beta", absent=math.inf)
    """Weibull slope of the cycles to failure between neurons; `endurance` is then the 63 % point. Without it, all
    neurons are assumed to fail at the same time."""
    endurance_devices: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Devices that were cycled for the claimed endurance."""
    endurance_points: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Points of the cycling curve of the claimed endurance."""
    endurance: u.Dimensionless = positive(symbol="N_end")
    """Switching cycles before the device fails."""
    transition_temperature: u.Kelvin = positive(symbol="T_c", absent=math.inf)
    """Transition temperature of a self-heated switch; without it, the thresholds do not depend on the chip temperature.
    """
    reference_temperature: u.Kelvin = positive(symbol="T_0", absent=0.0, exact=DEFINED)
    """Temperature of the threshold measurement; default: room temperature."""
    switching_delay: u.Second = non_negative(symbol="t_r", absent=0.0)
    """Time from a step to the reference voltage until the switch turns on, in addition to `delay_floor`; without
    either, it turns on at its threshold."""
    delay_floor: u.Second = non_negative(symbol="t_0", absent=0.0)
    """Voltage-independent part of the delay: charging of device and wires, or a slow step that the field does not
    drive."""
    delay_steepness: u.Dimensionless = non_negative(symbol="S", absent=0.0)
    """Minus d ln t/d ln V of the switching delay at the reference voltage."""
    reference_voltage: u.Volt = positive(symbol="V_r", absent=1.0, exact=DEFINED)
    """Reference voltage of the delay."""
    delay_exponent: u.Dimensionless = quantity(
        minimum=-2.0, maximum=2.0, symbol="k", absent=-1.0, exact=DEFINED
    )
    """Law of the delay: 1: exponential in V; 0: power of V; -1: exponential in 1/V."""
    lowest_delay_voltage: u.Volt = non_negative(absent=0.0, exact=RANGE_END)
    """Lowest voltage at which the delay was measured."""
    highest_delay_voltage: u.Volt = positive(absent=math.inf, exact=RANGE_END)
    """Highest voltage at which the delay was measured."""


class ThresholdSwitchBlock(DeviceBlock):
    """Neuron of a volatile threshold switch, a resistor and an explicit capacitor."""

    record = ThresholdSwitchNeuronParameters
    model: Literal["threshold_switch_neuron"]
    idle_input: Literal["grounded", "open"] = "grounded"
    """Termination of the resistor while the column is not read. grounded: the capacitor discharges through it; open:
    the capacitor keeps its charge, except for leakage of the open threshold switch. The switch that this needs is not
    described by any block."""


_MUCH_LESS = 0.2
"""Ratio of the closed switch's resistance to the series resistor up to which the closed form of the discharge is used;
with the drive on, it is then at most half too short (docs/models/neurons.md)."""


_ROUNDING = 2.0**-30
"""Rounding error of a sum of times; numerical, not physical."""
_CIRCUIT = Path(__file__).with_name("threshold_switch_circuit.yaml")
_OF_ITS_DELAY = ("switching_delay", "delay_steepness", "reference_voltage", "delay_exponent", "delay_floor")
"""Additional parameters of the circuit of a switch with a delay."""
_DELAYS = ("switching_delay", "delay_floor")
"""A switch has a delay if any of these times is above zero."""
_SOME_HEATING = 1e-6
"""Minimum relative threshold used for a point that a check refuses anyway; numerical, not physical."""


def _delayed_steps(
    hold_time: u.Second, period: u.Second, delay: u.Second, *charging: u.Numeric
) -> u.Dimensionless:
    """Timesteps to a spike of a capacitor whose switch turns on after a delay."""
    left = hold_time - delay * (1.0 - _ROUNDING)
    return either(
        left > 0.0, integration.leaky_steps_to_fire(np.maximum(left, 0.0), period, *charging), np.inf
    )


class ThresholdSwitch(Neuron):
    """Neuron of a volatile threshold switch with an explicit capacitor.

    The driven column charges the capacitor through the series resistor until the switch turns on and empties it.

    Model errors
    ------------
    energy
        no circuit of this neuron on a chip has been measured
    area
        no layout exists
    """

    schema = ThresholdSwitchBlock
    owns = ("neuron capacitor charge", "neuron discharge", "neuron sub-threshold current")
    output_buffer = "outside"
    conducts_while_driven = True
    in_time = "neuroest.dynamics.circuits_in_time.SwitchInTime"
    example = "switch_generic_28nm"
    prior_error = model_errors(energy=1.5, area=1.5)
    device: ThresholdSwitchNeuronParameters

    @classmethod
    def circuit(cls, values: Mapping[str, float]) -> Circuit:
        """Circuit of resistor, capacitor and a switch with hysteresis and a relaxation time."""
        fast = values["capacitance"] / (1.0 / values["series_resistance"] + 1.0 / values["on_resistance"])
        known = {"relaxation_time": 0.0, **values}
        waits = any(known.get(name, 0.0) for name in _DELAYS)
        empty = DECAYED * values["series_resistance"] * values["capacitance"]
        found = read_circuit(
            _CIRCUIT, ThresholdSwitchNeuronParameters, known, {"decision_time": fast / DECISIONS},
            level=values["supply_voltage"], rest=known["relaxation_time"] + empty,
            trigger=beyond("waited-1", "1") if waits else "reached", also=_OF_ITS_DELAY if waits else (),
        )  # fmt: skip
        if not waits:
            return found
        # the share of the delay ends at one; its rate follows the momentary voltage
        voltage = "ln(max(V(node),threshold_voltage/2)/reference_voltage)"
        law = f"(exp(delay_exponent*{voltage})-1)/delay_exponent" if known["delay_exponent"] else voltage
        faster = f"exp(delay_steepness*({law}))"
        delay = "(switching_delay+delay_floor)"
        waited = State(
            delay,
            f"reached*{delay}*{faster}/(switching_delay+delay_floor*{faster})-(1-reached)*waited*{delay}/decision_time",
            "share of the delay that is over since the threshold was reached",
        )
        return replace(found, states={"waited": waited, **found.states})

    def with_input_scaled(self, share: u.Dimensionless) -> Self:
        """Neuron whose column charges the capacitor towards a lower voltage."""
        return self.with_device(supply_voltage=self.device.supply_voltage * share)

    def drive_voltage(self) -> u.Volt:
        """Voltage at the series resistor."""
        return self.device.supply_voltage

    def thermal_headroom(self) -> u.Dimensionless:
        """Ratio of the thresholds at the chip's temperature to those that the device states."""
        left = threshold_switches.transition_voltage_factor(
            self.technology.temperature, self.device.transition_temperature, self.stated_temperature()
        )
        return either(left > _SOME_HEATING, left, _SOME_HEATING)

    def stated_temperature(self) -> u.Kelvin:
        """Temperature for which the device states its thresholds."""
        stated = self.device.reference_temperature
        return either(stated > 0.0, stated, ROOM_TEMPERATURE)

    def threshold_voltage(self) -> u.Volt:
        """Turn-on voltage of the switch at the chip's temperature."""
        return self.device.threshold_voltage * self.thermal_headroom()

    def hold_voltage(self) -> u.Volt:
        """Turn-off voltage of the switch at the chip's temperature."""
        return self.device.hold_voltage * self.thermal_headroom()

    def rest_voltage(self) -> u.Volt:
        """Capacitor voltage once the switch is completely off, at which the next charging begins."""
        d = self.device
        return threshold_switches.switch_rest_voltage(
            self.hold_voltage(), d.relaxation_time, d.on_resistance, d.capacitance
        )

    def time_constant(self) -> u.Second:
        """Time constant of the node while the switch is open."""
        d = self.device
        return threshold_switches.switch_time_constant(d.series_resistance, d.off_resistance, d.capacitance)

    def final_voltage(self) -> u.Volt:
        """Steady-state voltage of the node under the drive with the switch open."""
        d = self.device
        return threshold_switches.switch_final_voltage(
            d.series_resistance, d.off_resistance, d.supply_voltage
        )

    def _waits(self) -> bool:
        """Whether the switch has a delay."""
        return any(np.any(getattr(self.device, name)) for name in _DELAYS)

    def incubation_time(self) -> u.Second:
        """Delay from the threshold until the switch turns on; zero for a switch without delay."""
        d = self.device
        if not self._waits():
            return 0.0
        return device_curves.incubation_time(
            self.threshold_voltage(), self.final_voltage(), self.time_constant(), d.reference_voltage,
            d.switching_delay, d.delay_steepness, d.delay_exponent, d.delay_floor,
        )  # fmt: skip

    def firing_voltage(self) -> u.Volt:
        """Node voltage at turn-on: the threshold, or the voltage reached after the delay."""
        if not self._waits():
            return self.threshold_voltage()
        left = np.exp(-self.incubation_time() / self.time_constant())
        final = self.final_voltage()
        return final - (final - self.threshold_voltage()) * left

    def integration_time(self) -> u.Second:
        """Time to charge the capacitor from its rest voltage to the threshold, and the delay of the switch."""
        d = self.device
        charge = threshold_switches.switch_charge_time(
            d.series_resistance, d.off_resistance, d.capacitance, d.supply_voltage, self.threshold_voltage(),
            self.rest_voltage(),
        )  # fmt: skip
        return charge + self.incubation_time()

    @property
    def time_parameter(self) -> tuple[str, float]:
        """Delay of the switch if that is most of the integration time, otherwise the capacitor."""
        waits = self._waits() and np.all(2.0 * self.incubation_time() > self.integration_time())
        return (
            "switching_delay" if waits and np.all(self.device.switching_delay > 0.0) else "capacitance"
        ), 1.0

    def firing_rule(self) -> FiringRule:
        """Rule for charging through the resistor, and discharging through it while the input is grounded.

        The delay of a switch that has one must fit into one drive.
        """
        m = self.membrane()
        return FiringRule(_delayed_steps, (m.delay, m.driven, m.idle, m.final, m.rest))

    def membrane(self) -> Membrane:
        """Capacitor that charges through the resistor, and discharges through it while the input is grounded."""
        d, threshold = self.device, self.threshold_voltage()
        driven = self.time_constant()
        return Membrane(
            self.integration_time(), driven,
            driven if self.spec.idle_input == "grounded" else d.off_resistance * d.capacitance,
            self.final_voltage() / threshold, self.rest_voltage() / threshold, self.incubation_time(),
            self.refractory_time(), threshold_spread=d.threshold_spread / threshold,
        )  # fmt: skip

    def least_drive(self) -> u.Second:
        """Delay of the switch."""
        return self.incubation_time()

    def discharge_time(self) -> u.Second:
        """Time for which the switch is on."""
        d = self.device
        return threshold_switches.switch_discharge_time(
            d.on_resistance, d.capacitance, self.firing_voltage(), self.hold_voltage()
        )

    def refractory_time(self) -> u.Second:
        """Discharge time and relaxation time of the switch."""
        return self.discharge_time() + self.device.relaxation_time

    def endurance(self) -> u.Dimensionless:
        """Switching cycles before the device fails."""
        return self.device.endurance

    def firing_probability(self) -> u.Dimensionless:
        """Probability that the threshold of one cycle is below the drive."""
        d = self.device
        return firing_statistics.firing_probability(
            d.supply_voltage, self.threshold_voltage(), d.threshold_spread
        )

    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[EnergyCost]:
        """Energies of capacitor, discharge and sustained switch of a spike; leakage of the open switch in a drive."""
        d = self.device
        charge = threshold_switches.switch_recharge_energy(
            d.capacitance, d.supply_voltage, self.firing_voltage(), self.rest_voltage()
        )
        discharge = threshold_switches.switch_discharge_energy(
            d.supply_voltage, d.series_resistance, d.on_resistance, self.discharge_time()
        )
        leak = threshold_switches.switch_leakage_energy(
            d.supply_voltage, self.firing_voltage(), d.off_resistance, drive_time
        )
        return [
            self.energy("spike", "capacitor", charge, "neuron capacitor charge"),
            self.energy("spike", "discharge", discharge, "neuron discharge"),
            self.energy("spike", "sustained", self.sustained_energy(on_time), "neuron discharge"),
            self.energy("time_step", "off_leakage", leak, "neuron sub-threshold current"),
        ]

    def on_time(self, burst: Burst) -> u.Second:
        """Time after the discharge for which the drive stays on while the switch is still closed."""
        rest = burst.pulse - self.integration_time() - self.discharge_time()
        return np.clip(rest, 0.0, self.device.relaxation_time)

    def sustained_energy(self, on_time: u.Second) -> u.Joule:
        """Energy of a drive that stays on while the switch relaxes."""
        d = self.device
        return threshold_switches.switch_discharge_energy(
            d.supply_voltage, d.series_resistance, d.on_resistance, on_time
        )

    def left_out(self) -> list[str]:
        """Exclusion: a delay that is not stated."""
        if self._waits():
            return []
        return ["delay of the switch (its file states none): it turns on at its threshold"]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Areas of the switch above the transistors, and of the capacitor next to them."""
        d = self.device
        area = threshold_switches.switch_neuron_area(
            d.switch_area, d.transistor_area, d.capacitance, d.capacitance_density
        )
        return [AreaCost(self.path, "footprint", area)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the switch turns on, and turns off again.

        Checks
        ------
        delay_in_range
            the switch is driven at a voltage at which its delay was not measured
        switch_below_transition
            the chip is at or above the transition of the switch, which never opens
        thresholds_below_transition
            the temperature of the thresholds is not below the transition of the switch
        neuron_fires
            the drive is at or below the threshold of the switch, so the neuron never fires
        switch_opens
            the series resistance is so small that the switch stays on and never opens again
        switch_charges
            the leakage of the open switch keeps the capacitor below the threshold
        hysteresis
            the hold voltage is not below the threshold, so the neuron does not oscillate
        switch_conducts
            the on-resistance is not small compared with the series resistor, so the discharge is too short
        thermal_noise
            the capacitor is so small that thermal noise fires the neuron
        """
        d, threshold, hold = self.device, self.threshold_voltage(), self.hold_voltage()
        # what holds it on at another temperature is a smaller current in the same ratio as the voltage
        smallest = threshold_switches.limiting_series_resistance(
            d.supply_voltage, hold, d.hold_current * self.thermal_headroom()
        )
        largest = threshold_switches.limiting_series_resistance(
            d.supply_voltage, threshold, threshold / d.off_resistance
        )
        closed = d.on_resistance / d.series_resistance
        apart = threshold - hold
        temperature, stated = self.technology.temperature, self.stated_temperature()
        delay = self.check_range(
            "delay_in_range", self.final_voltage(), d.lowest_delay_voltage, d.highest_delay_voltage, "V"
        )
        return [
            *([delay] if self._waits() else []),
            self.require(
                "infeasible", "switch_below_transition", temperature, "<", d.transition_temperature, "K"
            ),
            self.require(
                "infeasible", "thresholds_below_transition", stated, "<", d.transition_temperature, "K"
            ),
            self.require("infeasible", "neuron_fires", d.supply_voltage, ">", threshold, "V"),
            self.require("design_rule", "switch_opens", smallest, "<=", d.series_resistance, "ohm"),
            self.require("infeasible", "switch_charges", d.series_resistance, "<", largest, "ohm"),
            self.require("infeasible", "hysteresis", d.threshold_voltage, ">", d.hold_voltage, "V"),
            self.check_range("switch_conducts", closed, 0.0, _MUCH_LESS, "1"),
            self.noise_check(d.capacitance, either(apart > 0.0, apart, threshold)),
        ]
