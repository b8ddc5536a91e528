"""Neurons to compare with: a threshold switch with a capacitor, an analog and a digital leaky integrator.

Between events each of them is linear, so steps of any length are exact.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neuroest.blocks.neurons.analog_lif import AnalogLifParameters
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.experiments import LifBehaviourParameters, ThresholdSwitchParameters
from neuroest.dynamics.in_time import Array, Noise, SpikeRun, Spikes, Stimulus, steps_of, total_duration
from neuroest.equations import neurons as equations
from neuroest.equations import threshold_switches
from neuroest.equations.diffusive_neuron import slow_edge_energy
from neuroest.equations.integration import settled_state

_STEPS_PER_TIME_CONSTANT = 50.0
_SAMPLES = 4_000
"""Number of points of a trace."""
_MOST_SPIKES = 2e6
"""Spikes of a device that a run waits for; a convention."""
_NOTHING = 1e-300
"""In place of a slope of nothing; numerical."""
_ROUNDING = 1e-9
"""Share of the threshold that a sum of pulses may lack by rounding; numerical."""


Delay = Callable[[Array, Array, Array], Array]
"""Time from reaching a voltage until a switch turns on, from that voltage, the final one and the time constant."""


@dataclass
class _SwitchState:
    """State of each switch that determines its next event; times are absolute, infinite if no event is scheduled."""

    voltage: Array
    on: Array
    trip: Array
    opens: Array
    closes: Array
    drawn: Array


def simulate_switch(
    switch: ThresholdSwitchParameters,
    stimulus: Stimulus,
    *,
    devices: int = 1,
    generator: Noise = None,
    step: float | None = None,
    relaxation: float = 0.0,
    delay: Delay | None = None,
    delay_scatter: tuple[float, float] = (0.0, 0.0),
    progress: Progress = silent,
) -> SpikeRun:
    """Simulate relaxation oscillations of a threshold switch with a capacitor and a possibly varying supply.

    The switch conducts for the time of `relaxation` after its voltage has fallen below the hold voltage. [s] With a
    `delay` it turns on that long after its node has reached the threshold; a drive that ends before has done nothing.
    `delay_scatter` is the relative deviation of delays between devices and between cycles.

    From event to event the node follows one exponential, which is taken exactly, so that neither period nor energy
    depends on the step; that only sets where the trace of the first device is sampled.
    """
    threshold = np.full(devices, float(switch.threshold_voltage))
    if generator is not None:
        threshold = threshold * _lognormal(generator, float(switch.threshold_mismatch), devices)
    shape, never = np.zeros(devices), np.full(devices, np.inf)
    state = _SwitchState(
        shape.copy(), np.zeros(devices, dtype=bool),
        threshold * _lognormal(generator, float(switch.threshold_variation), devices), never.copy(), never.copy(),
        shape.copy(),
    )  # fmt: skip
    between, within = delay_scatter
    slower = _lognormal(generator, between, devices)
    events = _SwitchEvents(switch, threshold, relaxation, delay, generator, slower, within)
    spikes, rows, time = Spikes(), [], 0.0
    length = total_duration(stimulus) / _SAMPLES if step is None else step
    for segment, parts in zip(stimulus, steps_of(stimulus, length), strict=True):
        part = segment.duration / parts
        supply = np.broadcast_to(np.asarray(segment.level, dtype=float), (devices,))
        for _ in range(parts):
            rows.append((time, state.voltage[0], float(supply[0])))
            left = np.full(devices, part)
            while np.any(left > 0.0):
                left = events.next(state, supply, time + part, left, spikes)
            time += part
            progress(time / total_duration(stimulus))
    return spikes.run(time, devices, {"supply": state.drawn}, rows)


class _SwitchEvents:
    """Moves all switches to their next event or to the end of a step."""

    def __init__(
        self, switch: ThresholdSwitchParameters, threshold: Array, relaxation: float, delay: Delay | None,
        generator: Noise, slower: Array, delay_variation: float,
    ) -> None:  # fmt: skip
        self.slower, self.delay_variation = slower, delay_variation
        self.switch, self.threshold, self.relaxation = switch, threshold, relaxation
        self.delay, self.generator = delay, generator

    def next(self, state: _SwitchState, supply: Array, end: float, left: Array, spikes: Spikes) -> Array:
        """Remaining time of the step after one event of each switch that has an event in it."""
        switch, series = self.switch, float(self.switch.series_resistance)
        resistance = np.where(state.on, float(switch.on_resistance), float(switch.off_resistance))
        conductance = 1.0 / series + 1.0 / resistance
        final, tau = supply / series / conductance, float(switch.capacitance) / conductance
        goal = np.where(state.on, float(switch.hold_voltage), state.trip)
        now = end - left
        self._incubate(state, final, tau, now)
        relaxing, waiting = np.isfinite(state.opens), np.isfinite(state.closes)
        falls = state.on & ~relaxing & (state.voltage > goal) & (final < goal)
        rises = ~state.on & ~waiting & (state.voltage < goal) & (final > goal)
        crosses = falls | rises
        ratio = np.where(crosses, (final - state.voltage) / np.where(crosses, final - goal, 1.0), 1.0)
        wait = np.where(crosses, tau * np.log(np.maximum(ratio, 1.0)), np.inf)
        wait = np.where(relaxing, np.maximum(state.opens - now, 0.0), wait)
        wait = np.where(waiting, np.maximum(state.closes - now, 0.0), wait)
        event = wait < left
        spent = np.where(event, wait, left)
        moved = (state.voltage - final) * tau * -np.expm1(-spent / tau)
        state.drawn += supply * ((supply - final) * spent - moved) / series
        after = final + (state.voltage - final) * np.exp(-spent / tau)
        state.voltage = np.where(event & crosses, goal, after)
        self._switch(state, event, falls, rises, now + spent, spikes)
        return np.asarray(np.where(event, left - spent, 0.0))

    def _incubate(self, state: _SwitchState, final: Array, tau: Array, now: Array) -> None:
        """Start the delay at the threshold, and stop it if the drive is gone."""
        if self.delay is None:
            return
        driven = ~state.on & (final > state.trip)
        state.closes = np.where(driven, state.closes, np.inf)
        begins = driven & np.isinf(state.closes) & (state.voltage >= state.trip)
        if np.any(begins):
            scatter = self.slower * _lognormal(self.generator, self.delay_variation, len(now))
            due = now + self.delay(state.voltage, final, tau) * scatter
            state.closes = np.where(begins, due, state.closes)

    def _switch(
        self, state: _SwitchState, event: Array, falls: Array, rises: Array, moment: Array, spikes: Spikes
    ) -> None:
        waits = self.delay is not None
        turns_on = event & ~state.on & ~(rises if waits else np.zeros_like(rises))
        starts_to_open = event & falls & (self.relaxation > 0.0)
        turns_off = event & state.on & ~starts_to_open
        spikes.add(np.flatnonzero(turns_on), moment[turns_on])
        state.opens = np.where(
            starts_to_open, moment + self.relaxation, np.where(turns_off, np.inf, state.opens)
        )
        state.closes = np.where(turns_on, np.inf, state.closes)
        fresh = _lognormal(self.generator, float(self.switch.threshold_variation), len(moment))
        state.trip = np.where(turns_off, self.threshold * fresh, state.trip)
        state.on = state.on ^ (turns_on | turns_off)


def switch_latches(switch: ThresholdSwitchParameters) -> str:
    """Why a threshold switch does not oscillate; empty if it does."""
    supply, threshold, hold = switch.supply_voltage, switch.threshold_voltage, switch.hold_voltage
    largest = threshold_switches.limiting_series_resistance(
        supply, threshold, threshold / switch.off_resistance
    )
    smallest = threshold_switches.limiting_series_resistance(supply, hold, hold / switch.on_resistance)
    if not supply > threshold or switch.series_resistance >= largest:
        return (
            f"the supply never reaches the threshold; the series resistor must stay below {largest:.3g} ohm"
        )
    if switch.series_resistance <= smallest:
        return f"the switch stays on; the series resistor must exceed {smallest:.3g} ohm"
    return ""


@frozen_dataclass
class Membrane:
    """A leaky integrator: its state rises with the drive, leaks, and is emptied at its threshold.

    Attributes
    ----------
    gain : float
        Slope of the state without a leak over the drive.
    time_constant : float
        Of the leak. [s]
    threshold : float
        State at which it fires.
    refractory_time : float
        Time after a spike in which the drive is ignored. [s]
    variation, mismatch : float
        Relative deviation of the threshold between cycles and between devices.
    """

    gain: float
    time_constant: float
    threshold: float
    refractory_time: float
    variation: float = 0.0
    mismatch: float = 0.0


def simulate_membrane(
    membrane: Membrane,
    stimulus: Stimulus,
    *,
    devices: int = 1,
    generator: Noise = None,
    step: float | None = None,
    progress: Progress = silent,
) -> SpikeRun:
    """Simulate leaky integrate-and-fire neurons, exactly from event to event.

    The step only sets where the trace of the first device is sampled.

    Returns
    -------
    SpikeRun
        In place of energies: ``drive``, the integral of the drive, and ``driven``, the time that it was taken. [s]
    """
    tau, total = membrane.time_constant, total_duration(stimulus)
    threshold = membrane.threshold * _lognormal(generator, membrane.mismatch, devices)
    length = min(tau / _STEPS_PER_TIME_CONSTANT, total / 100.0) if step is None else step
    state, blind = np.zeros(devices), np.zeros(devices)
    trip = threshold * _lognormal(generator, membrane.variation, devices)
    taken, driven, spikes, rows, time = np.zeros(devices), np.zeros(devices), Spikes(), [], 0.0
    # Reject a run that would take too long.
    due = sum(
        segment.duration
        / (
            membrane.refractory_time
            + membrane.threshold / max(float(np.max(segment.level)) * membrane.gain, _NOTHING)
        )
        for segment in stimulus
    )
    if due > _MOST_SPIKES:
        raise NeuroestError(
            f"about {due:.3g} spikes in {total_duration(stimulus):.3g} s, at most {_MOST_SPIKES:g}; give a shorter "
            "duration or a weaker drive"
        )
    for segment, parts in zip(stimulus, steps_of(stimulus, length), strict=True):
        part = segment.duration / parts
        drive = np.broadcast_to(np.asarray(segment.level, dtype=float), (devices,))
        final = drive * membrane.gain * tau
        for _ in range(parts):
            rows.append((time, state[0], float(drive[0])))
            left = np.full(devices, part)
            while np.any(left > 0.0):
                rest = np.minimum(blind, left)
                blind, left = blind - rest, left - rest
                crosses = (final > trip) & (left > 0.0)
                ratio = np.where(crosses, (final - state) / np.where(crosses, final - trip, 1.0), 1.0)
                wait = np.where(crosses, tau * np.log(np.maximum(ratio, 1.0)), np.inf)
                event = wait < left
                spent = np.where(event, wait, left)
                state = np.where(event, 0.0, final + (state - final) * np.exp(-spent / tau))
                left = left - spent
                taken += drive * spent
                driven += (drive > 0.0) * spent
                spikes.add(np.flatnonzero(event), (time + part - left)[event])
                blind = np.where(event, membrane.refractory_time, blind)
                if np.any(event):
                    fresh = threshold * _lognormal(generator, membrane.variation, devices)
                    trip = np.where(event, fresh, trip)
            time += part
            progress(time / total)
    return spikes.run(time, devices, {"drive": taken, "driven": driven}, rows)


def simulate_analog_lif(
    neuron: AnalogLifParameters,
    behaviour: LifBehaviourParameters,
    stimulus: Stimulus,
    *,
    devices: int = 1,
    generator: Noise = None,
    step: float | None = None,
    progress: Progress = silent,
) -> SpikeRun:
    """Leaky integrate-and-fire neuron under an input current, with its refractory time."""
    capacitance = float(neuron.membrane_capacitance)
    membrane = Membrane(
        1.0 / capacitance, float(behaviour.leak_time_constant), float(neuron.threshold_voltage),
        float(behaviour.refractory_time), float(behaviour.threshold_variation), float(behaviour.threshold_mismatch),
    )  # fmt: skip
    run = simulate_membrane(
        membrane, stimulus, devices=devices, generator=generator, step=step, progress=progress
    )
    charge, counts, time = run.energy["drive"], run.counts, run.duration
    supply = float(neuron.supply_voltage)
    # the comparator conducts while the membrane crosses its window, at the mean of the current while there is one
    driven = np.maximum(run.energy["driven"], np.finfo(float).tiny)
    mean = np.maximum(charge / driven, np.finfo(float).tiny)
    edge = equations.ramp_edge_time(capacitance, float(neuron.conduction_window), mean)
    slow = slow_edge_energy(edge, float(neuron.short_circuit_current), supply)
    run.energy = {
        "membrane": charge * supply,
        "parasitic": counts * float(neuron.parasitic_capacitance) * supply * supply,
        "short_circuit": counts * float(neuron.short_circuit_energy),
        "slow_edge": counts * slow,
        "bias": np.full(devices, float(neuron.bias_current) * supply * time),
    }
    return run


def simulate_accumulating(
    integration_time: float | Array,
    memory_time: float,
    stimulus: Stimulus,
    *,
    devices: int = 1,
    reset_time: float = 0.0,
    variation: float = 0.0,
    generator: Noise = None,
    progress: Progress = silent,
) -> SpikeRun:
    """Simulate a material that accumulates pulses, decays between them, is read after each, and is reset after firing.

    The threshold is a state of one. During a pulse the state rises at a constant speed while it fades. Only the read
    after the pulse detects that a device has fired, so the spike is at the end of its pulse. A level below one is a
    pulse that ends before its segment does. A pulse that would begin during the reset is withheld.

    Parameters
    ----------
    integration_time : float or ndarray
        Time of full pulses from reset to firing, of all or of each device. [s]
    memory_time : float
        Decay time constant of the state. [s]
    reset_time : float
        Duration of the reset, counted from the end of the segment after the pulse that fired. [s]
    variation : float
        Relative deviation of the threshold between cycles.

    Returns
    -------
    SpikeRun
        In place of energies: ``drive``, the time that each device was pulsed [s], and ``reads``, how often it was read.
    """
    state, time, total = np.zeros(devices), 0.0, total_duration(stimulus)
    full = np.broadcast_to(np.asarray(integration_time, dtype=float), (devices,))
    final = settled_state(full, memory_time) if np.isfinite(memory_time) else np.full(devices, np.inf)
    trip, blind = _lognormal(generator, variation, devices), np.zeros(devices)
    fires, driven, reads = np.zeros(devices, dtype=bool), np.zeros(devices), np.zeros(devices)
    spikes, rows = Spikes(), []
    for segment in stimulus:
        level = np.broadcast_to(np.asarray(segment.level, dtype=float), (devices,))
        rows.append((time, state[0], float(level[0])))
        # the reset begins behind the segment in which the read finds the spike
        ready = fires & ~(level > 0.0)
        pulse = np.where(blind > 0.0, 0.0, np.clip(level, 0.0, 1.0) * segment.duration)
        if np.isfinite(memory_time):
            held = np.exp(-(segment.duration - pulse) / memory_time)
            keep = np.exp(-pulse / memory_time)
            state = (state * keep + final * (1.0 - keep)) * held
        else:
            state = state + pulse / full
        driven, reads = driven + pulse, reads + (pulse > 0.0)
        time += segment.duration
        blind = np.where(ready, reset_time, np.maximum(blind - segment.duration * (1.0 + _ROUNDING), 0.0))
        fires = fires & ~ready
        fired = (pulse > 0.0) & (state >= trip - _ROUNDING)
        spikes.add(np.flatnonzero(fired), np.full(int(np.sum(fired)), time))
        state, fires = np.where(fired, 0.0, state), fires | fired
        if np.any(fired):
            trip = np.where(fired, _lognormal(generator, variation, devices), trip)
        progress(time / total)
    return spikes.run(time, devices, {"drive": driven, "reads": reads}, rows)


def digital_lif_spikes(behaviour: LifBehaviourParameters, inputs: Array) -> tuple[Array, Array]:
    """Spikes and states of a digital neuron with decay by shift.

    Parameters
    ----------
    behaviour : LifBehaviourParameters
        Word length, threshold and shift.
    inputs : ndarray of shape (steps, neurons)
        Integer added in each step.

    Returns
    -------
    spikes : ndarray of bool
        One row a step.
    states : ndarray of int
        After the step.
    """
    if not np.all(inputs == np.round(inputs)):
        raise NeuroestError("a digital neuron takes whole numbers as input")
    top = 2 ** (int(behaviour.state_bits) - 1) - 1
    shift, threshold = int(behaviour.decay_shift), int(behaviour.digital_threshold)
    if threshold > top:
        raise NeuroestError(
            f"the threshold {threshold} does not fit a state of {int(behaviour.state_bits)} bits"
        )
    state = np.zeros(inputs.shape[1], dtype=np.int64)
    spikes, states = np.zeros(inputs.shape, dtype=bool), np.zeros(inputs.shape, dtype=np.int64)
    for row, added in enumerate(inputs.astype(np.int64)):
        state = np.clip(state - (state >> shift if shift else 0) + added, -top - 1, top)
        spikes[row] = state >= threshold
        state = np.where(spikes[row], 0, state)
        states[row] = state
    return spikes, states


def _lognormal(generator: Noise, relative: float, devices: int) -> Array:
    if generator is None or relative == 0.0:
        return np.ones(devices)
    deviation = np.sqrt(np.log1p(relative**2))
    return np.asarray(np.exp(deviation * generator.standard_normal(devices)))
