"""Many devices at once, each with its own pulses: the time to the first spike, and the state after a pulse.

Each device has its own steps, which resolve its filament and never pass a pulse edge or half of the remaining gap. A
fit calls this function thousands of times.

The rate equations are the same as in `compact`, with rupture, without noise, and with individual steps per device. A
complete filament persists until the gate is so close to the input that the field no longer sustains it. Then it
ruptures, and the next one grows as the gate discharges. The result is smooth in all parameters except for the last
spike of a pulse.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array

_STEPS_PER_SETTLING = 6.0
_GAP_SHARE = 0.15
_SHARE_OF_PULSE = 0.01
"""Step over the time that a pulse has lasted: once the filament rides on the residue, only that moves."""
_MOST_ROUNDS_TO_A_SPIKE = 400_000
_STANDSTILL = 1e-6
"""Minimum residue that a pulse must add; otherwise, the device counts as permanently silent."""


@frozen_dataclass
class Rates:
    """Rates of the ions; arrays of one shape or numbers."""

    field_mobility: Any
    field_offset: Any
    residue_rate: Any
    filament_decay: Any
    residue_decay: Any

    def at(self, places: NDArray[np.bool_]) -> "Rates":
        """Rates of some of the devices."""
        return Rates(*(value[places] for value in vars(self).values()))


@frozen_dataclass
class FirstSpike:
    """Activity of a device until its first spike.

    Attributes
    ----------
    time : ndarray
        Time of the spike; infinite if there is none during the pulses. [s]
    pulses : ndarray
        Number of pulses until the spike, including the one that fired.
    residue : ndarray
        Residue at the spike.
    closest : ndarray
        Largest sum of filament and residue, 1 if the device fired.
    """

    time: Array
    pulses: Array
    residue: Array
    closest: Array


def first_spike(rates: Rates, level: Any, width: Any, gap: Any, most_pulses: Any) -> FirstSpike:
    """First spike with pulses of a constant level.

    Parameters
    ----------
    rates : Rates
        Rates of each device.
    level, width, gap : float or ndarray
        Voltage, length and distance of the pulses. [V], [s], [s]
    most_pulses : float or ndarray
        Pulses after which a device counts as silent.
    """
    shape = np.broadcast_shapes(
        *(np.shape(v) for v in (*vars(rates).values(), level, width, gap, most_pulses))
    )

    def spread(value: Any) -> Array:
        return np.array(np.broadcast_to(np.asarray(value, dtype=float), shape).ravel())

    r = Rates(*(spread(value) for value in vars(rates).values()))
    drive, on, off, most = r.field_mobility * spread(level), spread(width), spread(gap), spread(most_pulses)
    count = len(on)
    found = FirstSpike(np.full(count, np.inf), np.full(count, np.inf), np.zeros(count), np.zeros(count))
    active: NDArray[np.intp] = np.arange(count)
    pause = _Pause.of(r, off)
    filament, rest, time, closest, standing, pulses = (np.zeros(count) for _ in range(6))
    left, pulses = on, pulses + 1.0
    for _ in range(_MOST_ROUNDS_TO_A_SPIKE):
        if not len(active):
            break
        step = step_length(r, drive, filament, rest, left, on)
        before = filament + rest
        filament, rest = move(r, drive, filament, rest, step)
        total = filament + rest
        done = total >= 1.0
        if np.count_nonzero(done):
            share = np.where(done, (1.0 - before) / np.where(done, total - before, 1.0), 1.0)
            step = step * np.clip(share, 0.0, 1.0)
        time, left = time + step, left - step
        closest = np.maximum(closest, np.minimum(total, 1.0))
        gone = done
        ended = ~done & (left <= 1e-12 * on)
        if np.count_nonzero(ended):
            after = pause.over(filament, rest)
            filament, rest = np.where(ended, after[0], filament), np.where(ended, after[1], rest)
            time, left = np.where(ended, time + off, time), np.where(ended, on, left)
            pulses = pulses + ended
            gone = done | (pulses > most) | (ended & (np.abs(rest - standing) < _STANDSTILL))
            standing = np.where(ended, rest, standing)
        if np.count_nonzero(gone):  # what is left is few, and moves to the front
            found.time[active[done]], found.pulses[active[done]] = time[done], pulses[done]
            found.residue[active[done]] = np.minimum(rest[done], 1.0)
            found.closest[active[gone]] = closest[gone]
            active = active[~gone]
            numbers = drive, on, off, most, filament, rest, time, closest, standing, left, pulses
            drive, on, off, most, filament, rest, time, closest, standing, left, pulses = (
                each[~gone] for each in numbers
            )
            r, pause = r.at(~gone), pause.at(~gone)
    found.closest[active] = closest
    return FirstSpike(*(value.reshape(shape) for value in vars(found).values()))


def step_length(r: Rates, drive: Array, filament: Array, rest: Array, left: Array, width: Array) -> Array:
    """Step that resolves filament and gap, and ends with the pulse at the latest."""
    gap = r.field_offset + np.maximum(1.0 - filament - rest, 0.0)
    settling = r.filament_decay + r.residue_rate
    # a residue that decays as fast as it grows closes no gap and needs no small steps
    growth = np.maximum(drive / gap - settling * filament, 0.0) + np.maximum(
        r.residue_rate * filament - r.residue_decay * rest, 0.0
    )
    longest = np.maximum(1.0 / (_STEPS_PER_SETTLING * settling), _SHARE_OF_PULSE * (width - left))
    steps = np.minimum(longest, _GAP_SHARE * gap / np.maximum(growth, 1e-300))
    return np.asarray(np.minimum(steps, left))


@frozen_dataclass
class _Share:
    """What is left and what is added over a step, or over half of it."""

    keep: Any
    gain: Any
    stay: Any
    feed: Any

    @classmethod
    def of(cls, r: Rates, step: Any) -> "_Share":
        settling = r.filament_decay + r.residue_rate
        # a step may be so short that 1 - keep would be zero
        fed = r.residue_rate / 2.0 * -np.expm1(-r.residue_decay * step) / np.maximum(r.residue_decay, 1e-300)
        return cls(
            np.exp(-settling * step),
            -np.expm1(-settling * step) / settling,
            np.exp(-r.residue_decay * step),
            fed,
        )

    def after(self, push: Array, filament: Array, rest: Array) -> tuple[Array, Array]:
        grown = filament * self.keep + push * self.gain
        return grown, rest * self.stay + (filament + grown) * self.feed


@frozen_dataclass
class Step:
    """An exponential midpoint step of one length, which many steps of that length share."""

    half: _Share
    whole: _Share
    empty: Any
    """Gap of an empty device, field offset included."""

    @classmethod
    def of(cls, r: Rates, step: Any) -> "Step":
        """The step of a length. [s]."""
        return cls(_Share.of(r, step / 2.0), _Share.of(r, step), 1.0 + r.field_offset)

    def move(self, drive: Array, filament: Array, rest: Array) -> tuple[Array, Array]:
        """Filament and residue after the step; `drive` is mobility times voltage."""
        closed = np.minimum(filament + rest, 1.0)
        grown, left = self.half.after(drive / (self.empty - closed), filament, rest)
        closed = np.minimum(grown + left, 1.0)
        return self.whole.after(drive / (self.empty - closed), filament, rest)


def move(r: Rates, drive: Array, filament: Array, rest: Array, step: Array) -> tuple[Array, Array]:
    """Filament and residue after an exponential midpoint step; `drive` is mobility times voltage."""
    return Step.of(r, step).move(drive, filament, rest)


@frozen_dataclass
class _Pause:
    """What is left and what is added over a time without a field."""

    residue_rate: Any
    keep: Any
    stay: Any
    fed: Any

    @classmethod
    def of(cls, r: Rates, gap: Any) -> "_Pause":
        settling = r.filament_decay + r.residue_rate
        keep, stay = np.exp(-settling * gap), np.exp(-r.residue_decay * gap)
        difference = settling - r.residue_decay
        near = np.abs(difference) * gap < 1e-9
        fed = np.where(near, gap * stay, (stay - keep) / np.where(near, 1.0, difference))
        return cls(r.residue_rate, keep, stay, fed)

    def at(self, places: NDArray[np.bool_]) -> "_Pause":
        return _Pause(*(value[places] for value in vars(self).values()))

    def over(self, filament: Any, rest: Any) -> tuple[Array, Array]:
        return filament * self.keep, rest * self.stay + self.residue_rate * filament * self.fed


def decayed(r: Rates, filament: Any, rest: Any, gap: Any) -> tuple[Array, Array]:
    """Exact solution without a field: the filament dissolves and feeds the residue."""
    return _Pause.of(r, gap).over(filament, rest)


_STEPS_PER_RELEASE = 12.0
_QUIET = 1e-3
"""Share of the input below which a charge left on the gate no longer limits the step."""
_MOST_ROUNDS = 100_000


@frozen_dataclass
class Reset:
    """Currents that discharge and charge the gate; arrays of one shape or numbers."""

    on_resistance: Any
    control_resistance: Any
    gate_capacitance: Any


@frozen_dataclass
class Rested:
    """Filament, residue and gate voltage of each device between two pulses."""

    filament: Any = 0.0
    residue: Any = 0.0
    gate: Any = 0.0


@frozen_dataclass
class PulseResponse:
    """Activity of a device in one pulse.

    Attributes
    ----------
    time : ndarray
        Time from the edge of the pulse to the first spike; infinite where none came. [s]
    switches : ndarray
        Number of completed filaments. The output has fewer spikes if its gate does not discharge in between.
    closest : ndarray
        Largest sum of filament and residue before the first spike, 1 where the device fired.
    after : Rested
        State at the end of the pulse, its filament ruptured where it was complete.
    """

    time: Array
    switches: Array
    closest: Array
    after: Rested


def pulse_response(
    rates: Rates,
    reset: Reset,
    level: Any,
    width: Any,
    start: Rested | None = None,
    *,
    until_fired: bool = False,
) -> PulseResponse:
    """One pulse of a constant level, with every spike that fits into it.

    Parameters
    ----------
    rates, reset : Rates, Reset
        Each device.
    level, width : float or ndarray
        Voltage and length of the pulse. [V], [s]
    start : Rested, optional
        State before the pulse; empty by default.
    until_fired : bool
        Whether a device may stop at its first spike.
    """
    start = start or Rested()
    records = (vars(rates), vars(reset), vars(start))
    given = (*(value for record in records for value in record.values()), level, width)
    shape = np.broadcast_shapes(*(np.shape(v) for v in given))
    flat = [np.array(np.broadcast_to(np.asarray(v, dtype=float), shape).ravel()) for v in given]
    r, circuit = Rates(*flat[:5]), Reset(*flat[5:8])
    filament, residue, gate, voltage, left = flat[8:]
    on = left.copy()
    first, switches = np.full(len(on), np.inf), np.zeros(len(on))
    closest = np.minimum(filament + residue, 1.0)
    active = np.flatnonzero(left > 0.0)
    for _ in range(_MOST_ROUNDS):
        if not len(active):
            break
        a, part = active, Rates(*(v[active] for v in vars(r).values()))
        release = circuit.control_resistance[a] * circuit.gate_capacitance[a]
        charged = gate[a] > _QUIET * voltage[a]
        # early steps of a pulse are short; the share of the pulse that has passed counts from its last spike on
        step = step_length(part, part.field_mobility * voltage[a], filament[a], residue[a], left[a], on[a])
        step = np.where(charged, np.minimum(step, release / _STEPS_PER_RELEASE), step)
        drive = part.field_mobility * np.maximum(voltage[a] - gate[a] * np.exp(-0.5 * step / release), 0.0)
        grown, rest = move(part, drive, filament[a], residue[a], step)
        total, before = grown + rest, filament[a] + residue[a]
        done = total >= 1.0
        share = np.clip(np.where(done, (1.0 - before) / np.where(done, total - before, 1.0), 1.0), 0.0, 1.0)
        left[a] -= step * share
        first[a] = np.where(done & np.isinf(first[a]), on[a] - left[a], first[a])
        switches[a] += done
        filament[a], residue[a] = grown, rest
        gate[a] *= np.exp(-step * share / release)
        closest[a] = np.maximum(closest[a], np.minimum(total, 1.0))
        fired = a[done]
        if len(fired):
            _hold(r, circuit, fired, filament, residue, gate, voltage, left)
        ended = left[a] <= 1e-12 * on[a]
        active = a[~(ended | (done if until_fired else False))]
    after = Rested(filament.reshape(shape), residue.reshape(shape), gate.reshape(shape))
    return PulseResponse(first.reshape(shape), switches.reshape(shape), closest.reshape(shape), after)


def _hold(
    r: Rates, circuit: Reset, fired: Array, filament: Array, residue: Array, gate: Array, voltage: Array, left: Array
) -> None:  # fmt: skip
    """The complete filament charges the gate until the field that sustains it vanishes, then ruptures."""
    on, control = circuit.on_resistance[fired], circuit.control_resistance[fired]
    kept = 1.0 - np.minimum(residue[fired], 1.0)
    settling = r.filament_decay[fired] + r.residue_rate[fired]
    final = voltage[fired] * control / (on + control)
    let_go = voltage[fired] - settling * kept * r.field_offset[fired] / r.field_mobility[fired]
    reaches = (final > let_go) & (let_go > gate[fired])
    ratio = np.where(reaches, (final - gate[fired]) / np.where(reaches, final - let_go, 1.0), np.inf)
    ratio = np.where(let_go <= gate[fired], 1.0, ratio)
    constant = circuit.gate_capacitance[fired] * on * control / (on + control)
    spent = np.minimum(constant * np.log(ratio), left[fired])
    gate[fired] = final + (gate[fired] - final) * np.exp(-spent / constant)
    grown = spent * (r.residue_rate[fired] * kept - r.residue_decay[fired] * residue[fired])
    residue[fired] = np.clip(residue[fired] + grown, 0.0, 1.0)
    filament[fired] = 0.0
    left[fired] -= spent


def rested(rates: Rates, reset: Reset, state: Rested, gap: Any) -> Rested:
    """The state after a gap without input: exact."""
    filament, residue = decayed(rates, state.filament, state.residue, gap)
    gate = state.gate * np.exp(-gap / (reset.control_resistance * reset.gate_capacitance))
    return Rested(filament, residue, gate)
