"""Neurons in time from their circuits: leaky integrators, digital neurons, and a threshold switch with a capacitor."""

from dataclasses import replace
from typing import Any

import numpy as np

from neuroest.blocks.electrical_point import Burst
from neuroest.core.errors import NeuroestError
from neuroest.core.progress import Progress, silent
from neuroest.core.units import format_quantity
from neuroest.dynamics.experiments import LifBehaviourParameters, ThresholdSwitchParameters
from neuroest.dynamics.in_time import (
    Array,
    Asked,
    ClosedForms,
    Drive,
    NeuronInTime,
    Noise,
    OneSpike,
    Segment,
    SpikeRun,
    Stimulus,
    changed_values,
    constant,
    driven,
    pulses_of,
    spike_energy,
    total_duration,
)
from neuroest.dynamics.reference_neurons import (
    Delay,
    Membrane,
    digital_lif_spikes,
    simulate_analog_lif,
    simulate_membrane,
    simulate_switch,
)
from neuroest.equations import device_curves, threshold_switches
from neuroest.equations.integration import settled_state
from neuroest.loading.library import Device

_PATIENCE = 3.5
"""Number of integration times for three spikes at full drive."""
_AFTER = 1.0 + 1e-9
"""Time of a spike to just behind it, over it; numerical."""
_TRACED = 1000
"""Number of steps of a run with a trace."""
_ENDLESS = 1e6
"""Memory of a membrane without leak, in integration times."""
_OF_A_SPIKE = ("membrane", "parasitic", "short_circuit", "slow_edge")
"""Energy per spike; bias currents are static power."""


class AnalogInTime(NeuronInTime):
    """A CMOS integrator with the leak and the refractory time stated in its file, as in an estimate."""

    no_variation = "a CMOS neuron has no deviation between cycles in its file, but for thermal noise (kT/C)"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.component: Any = asked.block(device)
        d = self.component.device
        largest = float(d.maximum_input_current)
        self.drive = Drive(
            "input current", "A", largest, largest, "the file states this as the largest membrane current"
        )
        full = float(d.membrane_capacitance * d.threshold_voltage) / largest
        memory = self.component.memory_time()
        leak = np.inf if memory is None else float(memory)
        self.behaviour = LifBehaviourParameters(
            leak_time_constant=leak if np.isfinite(leak) else _ENDLESS * full,
            refractory_time=float(d.refractory_time), threshold_variation=0.0, threshold_mismatch=0.0,
            state_bits=16.0, digital_threshold=1.0, decay_shift=0.0,
        )  # fmt: skip

    def _simulate(self, stimulus: Stimulus, devices: int = 1, parts: int = 1) -> SpikeRun:
        step = max(segment.duration for segment in stimulus) / parts
        run = simulate_analog_lif(self.component.device, self.behaviour, stimulus, devices=devices, step=step)
        run.energy = {term: run.energy[term] for term in _OF_A_SPIKE}
        return run

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Run with currents of finite duration."""
        return self._simulate(driven(levels, durations), len(levels), _TRACED if kept else 1)

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """Pulses of its current."""
        return self._simulate(pulses_of(burst, level))

    def least_drive(self) -> float:
        """Leakage current at the threshold."""
        d, memory = self.component.device, self.component.memory_time()
        return 0.0 if memory is None else float(d.membrane_capacitance * d.threshold_voltage / memory)

    def differences(self, devices: int, generator: np.random.Generator) -> Array:
        """Currents of neurons whose transistors do not match."""
        spread = np.log(float(np.max(self.component.current_spread())))
        return np.asarray(np.exp(spread * generator.standard_normal(devices)))

    def one_spike(self) -> OneSpike:
        """Three spikes at the largest current."""
        closed, level = float(self.component.minimum_interval()), self.drive.nominal
        run = self._simulate(constant(level, _PATIENCE * closed))
        if len(run.spike_times) < 2:
            raise NeuroestError("the membrane never reaches its threshold at the largest current")
        last = self._simulate(constant(level, float(run.spike_times[1]) * _AFTER))
        energy = sum(float(drawn[0]) for drawn in last.energy.values())
        notes = ("at the largest input current; bias currents are static power in both",)
        return OneSpike(
            float(run.spike_times[0]),
            float(np.diff(run.spike_times)[0]),
            energy / float(last.counts[0]),
            notes,
        )


class NumbersInTime(NeuronInTime):
    """A neuron by its closed forms: a leaky integrator with its integration, memory and refractory time."""

    no_variation = "it is known by published numbers, which do not describe single cycles"
    no_temperature = "it is known by published numbers, which belong to one temperature"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.component: Any = asked.block(device)
        self.drive = Drive("input", "1", 1.0, 1.0, "the numbers belong to a full drive")
        full, memory = float(self.component.integration_time()), self.component.memory_time()
        tau = min(np.inf if memory is None else float(memory), _ENDLESS * full)
        self.final = float(settled_state(full, tau))
        self.leaks = tau < _ENDLESS * full
        self.membrane = Membrane(self.final / tau, tau, 1.0, float(self.component.refractory_time()))

    def closed(self, level: float) -> ClosedForms:
        """Closed forms for a constant drive: a leak slows drives down that settle near the threshold."""
        without_leak = super().closed(level)
        if not self.leaks or not np.isfinite(without_leak.integration_time):
            return without_leak
        settled = level * self.final
        if settled <= 1.0:
            return ClosedForms(np.inf, np.inf, np.nan)
        time = self.membrane.time_constant * float(np.log(settled / (settled - 1.0)))
        return replace(without_leak, integration_time=time, interval=time + self.membrane.refractory_time)

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Run with shares of the full drive of finite duration; each spike has the published energy."""
        return self.simulate(driven(levels, durations), len(levels), parts=_TRACED if kept else 1)

    def simulate(
        self, stimulus: Stimulus, devices: int, parts: int = 1, progress: Progress = silent
    ) -> SpikeRun:
        """Under any input."""
        step = total_duration(stimulus) / parts
        run = simulate_membrane(self.membrane, stimulus, devices=devices, step=step, progress=progress)
        run.energy = {"spikes": run.counts * spike_energy(self.component)}
        return run

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """Pulses of the full drive."""
        return self.simulate(pulses_of(burst, level), 1)

    def least_drive(self) -> float:
        """Leak at the threshold, as a share of the full drive."""
        return 1.0 / self.final if self.leaks else 0.0

    def one_spike(self) -> OneSpike:
        """One spike at full drive."""
        full = float(self.component.integration_time())
        run = self.simulate(constant(1.0, full * _AFTER), 1)
        notes = (
            "described by published numbers, not by equations in time; the numbers are used as published",
        )
        when = float(run.spike_times[0]) if len(run.spike_times) else np.inf
        return OneSpike(
            when, when + float(self.component.refractory_time()), spike_energy(self.component), notes
        )


_LONGEST = 2_000
"""Number of steps to wait with a weak input; a convention."""


class DigitalInTime(NeuronInTime):
    """An integer leaky integrator with decay by shift; time is counted in steps."""

    no_variation = "a digital neuron repeats exactly"
    time_unit = "1"
    no_temperature = "a digital neuron adds the same numbers at any temperature"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.behaviour: Any = LifBehaviourParameters(**changed_values(device, asked.changes))
        threshold = float(self.behaviour.digital_threshold)
        self.drive = Drive(
            "number added in a step",
            "1",
            threshold,
            threshold,
            "the threshold itself, which fires in each step",
            "{:.4g} a step",
        )

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Whole numbers in steps of one."""
        steps = int(np.ceil(np.max(durations)))
        on = np.arange(steps)[:, None] < durations[None, :]
        spikes, states = digital_lif_spikes(self.behaviour, on * np.round(levels)[None, :])
        when, who = np.nonzero(spikes)
        traces = {
            "time": np.arange(steps) + 1.0, "gate": states[:, 0].astype(float),
            "input": (on * np.round(levels))[:, 0],
        }  # fmt: skip
        return SpikeRun(float(steps), len(levels), who.astype(float), when + 1.0, {}, traces if kept else {})

    def levels(self, count: int) -> Array:
        """Integer inputs, starting with the smallest that fires."""
        low = self.least_drive()
        return np.unique(np.round(np.geomspace(max(low, 1.0), self.drive.top(), count)))

    def least_drive(self) -> float:
        """Decay per step of a state just below the threshold."""
        top, shift = int(self.behaviour.digital_threshold) - 1, int(self.behaviour.decay_shift)
        return float((top >> shift) + 1) if shift else 1.0

    def patience(self) -> float:
        """A number of steps."""
        return float(_LONGEST)

    def lasting(self, level: float, spikes: int) -> float:
        """Number of steps; for a weak input, limited by the decay."""
        return min(spikes * 4.0 * self.drive.nominal / level, self.patience())

    def one_spike(self) -> OneSpike:
        """Not available: no chip uses this neuron directly.

        Raises
        ------
        NeuroestError
            Always.
        """
        raise NeuroestError("a digital neuron of the lab has no energies, so no spike of it can be priced")


_SWITCH_PATIENCE = 3.0
"""Number of integration times after which a switch at its nominal drive counts as silent."""
_MANY = 100
"""Spikes that the patience with a switch of the lab lasts for; a convention."""


class SwitchInTime(NeuronInTime):
    """A threshold switch with a resistor and a capacitor, from event to event."""

    stays_on = "the drive holds the closed switch above its hold voltage"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.delay: Delay | None = None
        stated = device.claims.get("switching_delay")
        between, within = (None, None) if stated is None else (stated.device_to_device, stated.cycle_to_cycle)
        self.delay_scatter = (between or 0.0, within or 0.0)
        self.relaxation = 0.0
        if device.spec.model == ThresholdSwitchParameters.model:
            self.switch = ThresholdSwitchParameters(**changed_values(device, asked.changes))
            self.no_temperature = "a switch of the lab states no transition temperature"
        else:
            self._of_a_chip(device, asked)
        self.drive = Drive("supply voltage", "V", float(self.switch.supply_voltage))
        varies = self.delay_scatter[1] if self.delay is not None else float(self.switch.threshold_variation)
        if not varies:
            what = "the threshold" if self.delay is None else "its delay"
            self.no_variation = f"its file states no deviation of {what} between cycles"

    def _of_a_chip(self, device: Device, asked: Asked) -> None:
        block: Any = asked.block(device)
        transition = float(block.device.transition_temperature)
        if not np.isfinite(transition):
            self.no_temperature = (
                "its file states no transition temperature, so nothing in its model depends on temperature"
            )
        if block.technology.temperature >= transition:
            raise NeuroestError(
                f"{asked.neuron}: at {format_quantity(block.technology.temperature, 'K')} it is at or above its "
                f"transition of {format_quantity(transition, 'K')}, and never opens"
            )
        self.component = block
        self.switch = switch_behaviour(block.device, block.thermal_headroom())
        self.delay, self.relaxation = switch_delay(block.device), float(block.device.relaxation_time)

    def _simulate(
        self, stimulus: list[Segment], generator: Noise = None, devices: int = 1,
        parts: int = 1,
    ) -> SpikeRun:  # fmt: skip
        """A run in one step for each stretch: events are exact, and nobody looks at a trace of fewer parts."""
        return simulate_switch(
            self.switch, stimulus, devices=devices, generator=generator, relaxation=self.relaxation,
            delay=self.delay, delay_scatter=self.delay_scatter,
            step=max(segment.duration for segment in stimulus) / parts,
        )  # fmt: skip

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Run with supply voltages of finite duration."""
        return self._simulate(driven(levels, durations), generator, len(levels), _TRACED if kept else 1)

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """Pulses of its supply."""
        return self._simulate(pulses_of(burst, level))

    def lasting(self, level: float, spikes: int) -> float:
        """By the closed forms; of a switch of the lab by its time constants."""
        if self.component is not None:
            return super().lasting(level, spikes)
        return spikes * _SWITCH_PATIENCE * float(self.switch.series_resistance * self.switch.capacitance)

    def patience(self) -> float:
        """By the closed forms; of a switch of the lab by its time constants."""
        return super().patience() if self.component is not None else self.lasting(self.drive.nominal, _MANY)

    def least_drive(self) -> float:
        """Smallest supply for which the node of an open switch reaches the threshold."""
        switch = self.switch
        final = threshold_switches.switch_final_voltage(
            switch.series_resistance, switch.off_resistance, switch.supply_voltage
        )
        return float(switch.supply_voltage * switch.threshold_voltage / final)

    def closed(self, level: float) -> ClosedForms:
        """With the node of the closed switch at the voltage set by the drive, from which the next charge begins."""
        block = self.at(level) if level > self.least_drive() else None
        if block is None:
            return super().closed(level)
        d = block.device
        sustained = threshold_switches.switch_final_voltage(d.series_resistance, d.on_resistance, level)
        if sustained >= block.hold_voltage():
            return ClosedForms(super().closed(level).integration_time, np.inf, np.nan)
        start = sustained + threshold_switches.switch_rest_voltage(
            block.hold_voltage() - sustained, d.relaxation_time, d.on_resistance, d.capacitance
        )
        charge = threshold_switches.switch_charge_time(
            d.series_resistance, d.off_resistance, d.capacitance, level, block.threshold_voltage(), start
        )
        first = threshold_switches.switch_charge_time(
            d.series_resistance, d.off_resistance, d.capacitance, level, block.threshold_voltage(), 0.0
        )
        waits = block.incubation_time()
        return ClosedForms(
            float(first + waits), float(charge + waits + block.refractory_time()),
            spike_energy(block) + float(block.sustained_energy(d.relaxation_time)),
        )  # fmt: skip

    def one_spike(self) -> OneSpike:
        """Two spikes; from the rest after the first to the end of the second counts."""
        if self.component is None:
            raise NeuroestError(
                "a switch of the lab is not a neuron of a chip, so it has no drive from a chip"
            )
        block, drive = self.component, self.drive.nominal
        closed, pulse = float(block.integration_time()), float(block.discharge_time())
        patience = _SWITCH_PATIENCE * (closed + block.time_constant())
        first = self._simulate(constant(drive, patience)).spike_times
        if not len(first):
            raise NeuroestError("the switch never turns on under its drive")
        # the drive ends with the spike, which is the discharge; the node that keeps the switch on then discharges
        # freely
        begin = [Segment(float(first[0]) * _AFTER + pulse, drive), Segment(pulse + self.relaxation, 0.0)]
        before = self._simulate(begin)
        start = before.duration
        again = self._simulate([*begin, Segment(patience, drive)]).spike_times
        if len(again) < 2:
            return OneSpike(np.inf, np.inf, np.inf, ("the switch does not turn on a second time",))
        second = float(again[1])
        after = self._simulate([*begin, Segment((second - start) * _AFTER + pulse, drive)])
        sustained = float(block.sustained_energy(block.device.relaxation_time))
        notes = ["the drive ends with the spike"]
        if sustained:
            notes.append(
                f"a drive that stays on while the switch relaxes takes up to {format_quantity(sustained, 'J')} more a "
                "spike; the estimate of a chip counts what its columns hold on"
            )
        energy = float(after.energy["supply"][0] - before.energy["supply"][0])
        return OneSpike(second - start, second - float(first[0]), energy, tuple(notes))


def switch_behaviour(device: Any, headroom: Any = 1.0) -> ThresholdSwitchParameters:
    """A neuron of an estimate as its behaviour in time has it: deviations relative to the threshold."""
    shared = set(ThresholdSwitchParameters.parameters()) & set(type(device).parameters())
    values = {name: float(getattr(device, name)) for name in shared}
    values |= {name: float(values[name] * headroom) for name in ("threshold_voltage", "hold_voltage")}
    return ThresholdSwitchParameters(
        **values,
        threshold_variation=float(device.threshold_spread / device.threshold_voltage),
        threshold_mismatch=0.0,
    )


def switch_delay(device: Any) -> Delay | None:
    """Delay of a switch from the moment at which its node reaches a voltage, where its file states one."""
    if not float(device.switching_delay) + float(device.delay_floor):
        return None

    def delay(voltage: Any, final: Any, time_constant: Any) -> Any:
        return device_curves.incubation_time(
            voltage, final, time_constant, device.reference_voltage, device.switching_delay, device.delay_steepness,
            device.delay_exponent, device.delay_floor,
        )  # fmt: skip

    return delay
