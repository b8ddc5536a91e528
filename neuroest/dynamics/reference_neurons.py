"""Neurons to compare with: a threshold switch with a capacitor, an analog and a digital leaky integrator.

Between events each of them is linear, so that every step is exact whatever its length.
"""

from __future__ import annotations

import numpy as np

from neuroest.blocks.neurons.analog_lif import AnalogLifParameters
from neuroest.core.errors import NeuroestError
from neuroest.dynamics.parameters import LifBehaviourParameters, ThresholdSwitchParameters
from neuroest.dynamics.spikes import SpikeRun, Spikes
from neuroest.dynamics.stimulus import Array, Stimulus, steps_of, total_duration
from neuroest.equations import neurons as equations
from neuroest.equations.integration import settled_state

_STEPS_PER_TIME_CONSTANT = 50.0
_MOST_EVENTS = 6
_FEW_STEPS = 20_000
_STEPS_PER_CHARGING = 20.0
_ROUNDING = 1e-9
"""Share of the threshold that a sum of pulses may lack by rounding; numerical."""


def simulate_switch(
    switch: ThresholdSwitchParameters,
    stimulus: Stimulus,
    *,
    devices: int = 1,
    generator: np.random.Generator | None = None,
    step: float | None = None,
    relaxation: float = 0.0,
) -> SpikeRun:
    """Relaxation oscillations of a threshold switch with a capacitor under a supply that may vary.

    The switch conducts for the time of `relaxation` after its voltage has fallen below the hold voltage. [s]

    Charging and discharging are taken with the exact exponential step. A crossing within a step is found on the
    exponential, and the rest of the step belongs to the other state, so that the period does not depend on the
    step. One trace is kept.
    """
    threshold = np.full(devices, float(switch.threshold_voltage))
    if generator is not None:
        threshold = threshold * _lognormal(generator, float(switch.threshold_mismatch), devices)
    capacitance, series = float(switch.capacitance), float(switch.series_resistance)
    fast = capacitance / (1.0 / series + 1.0 / float(switch.on_resistance))
    length = _switch_step(switch, stimulus, fast / 5.0) if step is None else step
    voltage, on = np.zeros(devices), np.zeros(devices, dtype=bool)
    trip = threshold * _lognormal(generator, float(switch.threshold_variation), devices)
    drawn, spikes, rows, time = np.zeros(devices), Spikes(), [], 0.0
    opens = np.full(devices, np.inf)
    for segment, parts in zip(stimulus, steps_of(stimulus, length), strict=True):
        part = segment.duration / parts
        supply = np.broadcast_to(np.asarray(segment.level, dtype=float), (devices,))
        for _ in range(parts):
            rows.append((time, voltage[0], float(supply[0])))
            left = np.full(devices, part)
            for _ in range(_MOST_EVENTS):  # at most a few fall within one step
                state = np.where(on, float(switch.on_resistance), float(switch.off_resistance))
                conductance = 1.0 / series + 1.0 / state
                final, tau = supply / series / conductance, capacitance / conductance
                goal = np.where(on, float(switch.hold_voltage), trip)
                relaxing = np.isfinite(opens)
                falls = on & ~relaxing & (voltage > goal) & (final < goal)
                crosses = falls | (~on & (voltage < goal) & (final > goal))
                ratio = np.where(crosses, (final - voltage) / np.where(crosses, final - goal, 1.0), 1.0)
                wait = np.where(crosses, tau * np.log(np.maximum(ratio, 1.0)), np.inf)
                wait = np.where(relaxing, np.maximum(opens - (time + part - left), 0.0), wait)
                event = wait < left
                spent = np.where(event, wait, left)
                after = final + (voltage - final) * np.exp(-spent / tau)
                mean_drop = supply - final
                moved = (voltage - final) * tau * -np.expm1(-spent / tau)
                drawn += supply * (mean_drop * spent - moved) / series
                voltage, left = np.where(event & crosses, goal, after), left - spent
                moment = time + part - left
                who = event & ~on
                spikes.add(np.flatnonzero(who), moment[who])
                fresh = _lognormal(generator, float(switch.threshold_variation), devices)
                if relaxation > 0.0:
                    opens = np.where(
                        event & falls, moment + relaxation, np.where(event & relaxing, np.inf, opens)
                    )
                    event = event & ~falls
                trip = np.where(event & on, threshold * fresh, trip)
                on = on ^ event
                if not np.any(left > 0.0):
                    break
            time += part
    who, when = spikes.arrays()
    traces = dict(zip(("time", "gate", "input"), map(np.array, zip(*rows, strict=True)), strict=True))
    return SpikeRun(time, devices, who, when, {"supply": drawn}, traces)


def _switch_step(switch: ThresholdSwitchParameters, stimulus: Stimulus, fine: float) -> float:
    """Step that shows the discharge or, where that would take very many, the charging; events are exact anyway."""
    if total_duration(stimulus) / fine <= _FEW_STEPS:
        return fine
    highest = max(float(np.max(segment.level)) for segment in stimulus)
    series, off = float(switch.series_resistance), float(switch.off_resistance)
    final, tau = highest * off / (series + off), float(switch.capacitance) / (1.0 / series + 1.0 / off)
    threshold, hold = float(switch.threshold_voltage), float(switch.hold_voltage)
    if not final > threshold > hold:
        return max(fine, tau / _STEPS_PER_TIME_CONSTANT)
    return max(fine, tau * float(np.log((final - hold) / (final - threshold))) / _STEPS_PER_CHARGING)


def switch_latches(switch: ThresholdSwitchParameters) -> str:
    """Why a threshold switch does not oscillate, or nothing."""
    supply, threshold, hold = switch.supply_voltage, switch.threshold_voltage, switch.hold_voltage
    largest = equations.largest_series_resistance(supply, threshold, threshold / switch.off_resistance)
    smallest = equations.smallest_series_resistance(supply, hold, hold / switch.on_resistance)
    if not supply > threshold or switch.series_resistance >= largest:
        return (
            f"the supply never reaches the threshold; the series resistor must stay below {largest:.3g} ohm"
        )
    if switch.series_resistance <= smallest:
        return f"the switch stays on; the series resistor must exceed {smallest:.3g} ohm"
    return ""


def simulate_analog_lif(
    neuron: AnalogLifParameters,
    behaviour: LifBehaviourParameters,
    stimulus: Stimulus,
    *,
    devices: int = 1,
    generator: np.random.Generator | None = None,
    step: float | None = None,
) -> SpikeRun:
    """Leaky integrate-and-fire neuron under an input current, with its refractory time."""
    tau, capacitance = float(behaviour.leak_time_constant), float(neuron.membrane_capacitance)
    threshold = float(neuron.threshold_voltage) * _lognormal(
        generator, float(behaviour.threshold_mismatch), devices
    )
    length = min(tau / _STEPS_PER_TIME_CONSTANT, total_duration(stimulus) / 100.0) if step is None else step
    voltage, blind = np.zeros(devices), np.zeros(devices)
    trip = threshold * _lognormal(generator, float(behaviour.threshold_variation), devices)
    charge, spikes, rows, time = np.zeros(devices), Spikes(), [], 0.0
    for segment, parts in zip(stimulus, steps_of(stimulus, length), strict=True):
        part = segment.duration / parts
        current = np.broadcast_to(np.asarray(segment.level, dtype=float), (devices,))
        final = current * tau / capacitance
        shortest = np.where(final > trip, tau * trip / np.maximum(final, trip), np.inf)
        most = 3 + int(part / max(float(np.min(shortest)), part / 1e6))
        for _ in range(parts):
            rows.append((time, voltage[0], float(current[0])))
            left = np.full(devices, part)
            for _ in range(most):
                rest = np.minimum(blind, left)
                blind, left = blind - rest, left - rest
                crosses = (final > trip) & (left > 0.0)
                ratio = np.where(crosses, (final - voltage) / np.where(crosses, final - trip, 1.0), 1.0)
                wait = np.where(crosses, tau * np.log(np.maximum(ratio, 1.0)), np.inf)
                event = wait < left
                spent = np.where(event, wait, left)
                voltage = np.where(event, 0.0, final + (voltage - final) * np.exp(-spent / tau))
                left = left - spent
                charge += current * spent
                spikes.add(np.flatnonzero(event), (time + part - left)[event])
                blind = np.where(event, float(behaviour.refractory_time), blind)
                fresh = threshold * _lognormal(generator, float(behaviour.threshold_variation), devices)
                trip = np.where(event, fresh, trip)
                if not np.any(left > 0.0):
                    break
            time += part
    who, when = spikes.arrays()
    counts = np.bincount(who.astype(int), minlength=devices)
    supply = float(neuron.supply_voltage)
    energy = {
        "membrane": charge * supply,
        "parasitic": counts * float(neuron.parasitic_capacitance) * supply * supply,
        "short_circuit": counts * float(neuron.short_circuit_energy),
        "bias": np.full(devices, float(neuron.bias_current) * supply * time),
    }
    traces = dict(zip(("time", "gate", "input"), map(np.array, zip(*rows, strict=True)), strict=True))
    return SpikeRun(time, devices, who, when, energy, traces)


def simulate_accumulating(
    integration_time: float, memory_time: float, stimulus: Stimulus, *, devices: int = 1
) -> SpikeRun:
    """A material that adds up full pulses, fades between them, and is read and reset after each.

    The state of one is the threshold; while a pulse is on it moves at a constant speed against what fades. Nothing
    tells that the device has fired until the read after the pulse, so a spike stands at the end of its pulse.
    """
    state, time = np.zeros(devices), 0.0
    final = settled_state(integration_time, memory_time) if np.isfinite(memory_time) else np.inf
    spikes, rows = Spikes(), []
    for segment in stimulus:
        on = np.broadcast_to(np.asarray(segment.level, dtype=float), (devices,)) > 0.0
        rows.append((time, state[0], float(on[0])))
        keep = np.exp(-segment.duration / memory_time)
        moved = segment.duration / integration_time if np.isinf(final) else final * (1.0 - keep)
        state, time = state * keep + on * moved, time + segment.duration
        fired = on & (state >= 1.0 - _ROUNDING)
        spikes.add(np.flatnonzero(fired), np.full(int(np.sum(fired)), time))
        state = np.where(fired, 0.0, state)
    who, when = spikes.arrays()
    traces = dict(zip(("time", "gate", "input"), map(np.array, zip(*rows, strict=True)), strict=True))
    return SpikeRun(time, devices, who, when, {}, traces)


def digital_lif_spikes(behaviour: LifBehaviourParameters, inputs: Array) -> tuple[Array, Array]:
    """Spikes and states of a digital neuron with a shift for its decay.

    Parameters
    ----------
    behaviour : LifBehaviourParameters
        Word length, threshold and shift.
    inputs : ndarray of shape (steps, neurons)
        Whole number added in each step.

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


def _lognormal(generator: np.random.Generator | None, relative: float, devices: int) -> Array:
    if generator is None or relative == 0.0:
        return np.ones(devices)
    deviation = np.sqrt(np.log1p(relative**2))
    return np.asarray(np.exp(deviation * generator.standard_normal(devices)))
