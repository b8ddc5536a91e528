"""Spikes of a diffusive neuron whose drive goes on after its first spike, with the residue that each spike leaves.

Residue halves the time to the next filament again and again, so a neuron that is driven on fires in a burst. Two things
end it: circuits that end the drive of a timestep at the spike, and a residue so large that the field of the remaining
drive sustains the complete filament, which then stays on until the drive ends.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask, equal_columns_once
from neuroest.core.provenance import equation
from neuroest.core.recording import recording_of, surely
from neuroest.equations import filament_growth, firing_statistics

_MEAN_FILAMENT = 0.375
"""Mean filament between two spikes over the gap that the residue leaves; within 0.02 of the rate equations
(docs/models/neurons.md, "After a spike")."""
_OUTER, _INNER, _WHOLE = 1.0, 4.0, 6.0
"""Mathematics: weights of Simpson's rule, and their sum."""
_DISCRIMINANT = 4.0
"""Mathematics: of the two states of rest of a filament, F (s - R - F) = u."""
_MOST_SPIKES = 200
"""Spikes of a burst up to which it is followed; numerical."""
_ROUNDING = 1e-6
"""Share of a pulse that a spike may come late by rounding; numerical."""


class _Burst(NamedTuple):
    """Drive of a burst, one number for all neurons or one for each, without units.

    pulse, pause: time of the drive in a timestep, and the rest of the timestep; end: driven time of all its timesteps;
    first: that to the spike of a rested neuron; delay: time from a spike to the end of its drive, infinite if it lasts;
    dead: time after a spike in which nothing grows; decayed: share that a filament loses in a pause; held_residue:
    residue from which on the field sustains a complete filament.
    """

    pulse: Array
    pause: Array
    end: Array
    first: Array
    delay: Array
    dead: Array
    decayed: Array
    voltage: Array
    mobility: Array
    offset: Array
    residue_rate: Array
    filament_decay: Array
    residue_decay: Array
    held_residue: Array

    @property
    def rates(self) -> tuple[Array, Array, Array, Array, Array]:
        """Mobility, offset and rates of the ions, in the order that equations take."""
        return self.mobility, self.offset, self.residue_rate, self.filament_decay, self.residue_decay

    def at(self, places: NDArray[np.intp]) -> "_Burst":
        """The burst of some of the neurons."""
        return _Burst(*(one if one.size == 1 else one[places] for one in self))


@equation
def burst_spikes(
    drive_time: u.Second, period: u.Second, steps: u.Dimensionless, idle_time: u.Second, bursts: u.Dimensionless,
    steps_to_first: u.Dimensionless, ending_delay: u.Second, dead_time: u.Second, drive_voltage: u.Volt,
    gate_voltage: u.Volt, field_mobility: u.PerVoltSecond, field_offset: u.Dimensionless, residue_rate: u.PerSecond,
    filament_decay: u.PerSecond, residue_decay: u.PerSecond,
) -> u.Dimensionless:  # fmt: skip
    """Spikes of a diffusive neuron in a burst of driven timesteps, on average over those of an inference. [1].

    Parameters
    ----------
    drive_time, period : float or ndarray
        Time of the drive in a timestep, h, and of the timestep, T. [s]
    steps : float or ndarray
        Timesteps of a burst, in which the neuron is driven. [1]
    idle_time : float or ndarray
        Time without a drive from one burst to the next. [s]
    bursts : float or ndarray
        Bursts of an inference. [1]
    steps_to_first : float or ndarray
        Timesteps to the first spike of a rested neuron. [1]
    ending_delay : float or ndarray
        Time from a spike to the end of the drive of its timestep; infinite for a drive that lasts. [s]
    dead_time : float or ndarray
        Time after a spike in which no filament grows. [s]
    drive_voltage, gate_voltage : float or ndarray
        Drive, V, and gate behind a complete filament, V_g. [V]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]
    residue_rate : float or ndarray
        Rate at which filament turns into residue, beta. [1/s]
    filament_decay : float or ndarray
        Rate at which the filament dissolves, gamma_1. [1/s]
    residue_decay : float or ndarray
        Rate at which the residue dissolves, gamma_2. [1/s]

    Returns
    -------
    float or ndarray
        Spikes. [1]

    Notes
    -----
    Formula: interval t_i = t_after(R_i), dR/dt = 0.375 beta (1 - R) - gamma_2 R while driven; on to the end of the
        drive where mu (V - V_g)/alpha >= (gamma_1 + beta)(1 - R)

    Valid: pulses that are long against t_after, or periods short against 1/(gamma_1 + beta); spikes within a fifth of
        the rate equations, or one of few

    References
    ----------
    docs/models/neurons.md, "After a spike".

    Examples
    --------
    Bench rates at 0.9 V, pulses of 14.2 ms in four timesteps that need one for the first spike, which end with their
    spike: four spikes.

    >>> f"{burst_spikes(0.0142, 0.0142, 4.0, 1.0, 1.0, 1.0, 1e-6, 1e-6, 0.9, 0.86, 240.0, 0.01, 32.0, 970.0, 8.0):.0f}"
    '4'
    """
    spikes: u.Dimensionless = equal_columns_once(
        _spikes, drive_time, period, steps, idle_time, bursts, steps_to_first, ending_delay, dead_time, drive_voltage,
        gate_voltage, field_mobility, field_offset, residue_rate, filament_decay, residue_decay, axes=2,
    )  # fmt: skip
    return spikes


@equation
def burst_on_time(
    drive_time: u.Second, period: u.Second, steps: u.Dimensionless, idle_time: u.Second, bursts: u.Dimensionless,
    steps_to_first: u.Dimensionless, ending_delay: u.Second, dead_time: u.Second, drive_voltage: u.Volt,
    gate_voltage: u.Volt, field_mobility: u.PerVoltSecond, field_offset: u.Dimensionless, residue_rate: u.PerSecond,
    filament_decay: u.PerSecond, residue_decay: u.PerSecond,
) -> u.Second:  # fmt: skip
    """Time for which the input drives a complete filament, for each spike of a burst. [s].

    Parameters
    ----------
    drive_time, period : float or ndarray
        Time of the drive in a timestep, h, and of the timestep, T. [s]
    steps : float or ndarray
        Timesteps of a burst, in which the neuron is driven. [1]
    idle_time : float or ndarray
        Time without a drive from one burst to the next. [s]
    bursts : float or ndarray
        Bursts of an inference. [1]
    steps_to_first : float or ndarray
        Timesteps to the first spike of a rested neuron. [1]
    ending_delay : float or ndarray
        Time from a spike to the end of the drive of its timestep; infinite for a drive that lasts. [s]
    dead_time : float or ndarray
        Time after a spike in which no filament grows. [s]
    drive_voltage, gate_voltage : float or ndarray
        Drive, V, and gate behind a complete filament, V_g. [V]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]
    residue_rate : float or ndarray
        Rate at which filament turns into residue, beta. [1/s]
    filament_decay : float or ndarray
        Rate at which the filament dissolves, gamma_1. [1/s]
    residue_decay : float or ndarray
        Rate at which the residue dissolves, gamma_2. [1/s]

    Returns
    -------
    float or ndarray
        Time, without that in which the gate charges. [s]

    Notes
    -----
    Formula: min(delay, rest of the drive) for each spike whose filament the field sustains

    Valid: as `burst_spikes`

    References
    ----------
    docs/models/neurons.md, "After a spike".

    Examples
    --------
    A drive that ends a microsecond after each spike.

    >>> on = burst_on_time(0.0142, 0.0142, 4.0, 1.0, 1.0, 0.9, 1e-6, 1e-6, 0.9, 0.5, 240.0, 0.01, 32.0, 970.0, 8.0)
    >>> f"{on:.0e} s"
    '1e-06 s'
    """
    found: u.Second = equal_columns_once(
        _on_time, drive_time, period, steps, idle_time, bursts, steps_to_first, ending_delay, dead_time, drive_voltage,
        gate_voltage, field_mobility, field_offset, residue_rate, filament_decay, residue_decay, axes=2,
    )  # fmt: skip
    return found


def _spikes(*given: u.Numeric) -> Any:
    """Spikes of a burst, from what the equations take."""
    shape, burst, idle, count = _of(*given)
    spikes, _ = _all(burst, idle, count, np.ones_like(count, dtype=bool))
    return (spikes / count).reshape(shape)[()]


def _on_time(*given: u.Numeric) -> Any:
    """Time for which complete filaments are driven, over the spikes; from what the equations take."""
    shape, burst, idle, count = _of(*given)
    # Whether a residue can grow to where the field sustains a filament: beyond that of a spike, it settles.
    fresh = np.asarray(firing_statistics.residue_after_spike(burst.voltage, *burst.rates))
    settled = burst.residue_rate / (burst.residue_rate + burst.residue_decay)
    may_stay = np.asarray(burst.held_residue <= np.maximum(fresh, settled) * (1.0 + _ROUNDING))
    stays = np.broadcast_to(may_stay, count.shape)
    # a recording has all of them already, for their spikes
    spikes, on = _all(
        burst, idle, count, stays if recording_of(burst) is None else np.ones_like(count, dtype=bool)
    )
    on = np.where(stays, on, 0.0)
    *_, residue_rate, filament_decay, _ = given
    return (on / np.maximum(spikes, 1.0)).reshape(shape)[()] / (filament_decay + residue_rate)


def _of(
    drive_time: u.Second, period: u.Second, steps: u.Dimensionless, idle: u.Second, bursts: u.Dimensionless,
    first: u.Dimensionless, delay: u.Second, dead: u.Second, voltage: u.Volt, gate: u.Volt, mobility: u.PerVoltSecond,
    offset: u.Dimensionless, residue_rate: u.PerSecond, filament_decay: u.PerSecond, residue_decay: u.PerSecond,
) -> tuple[tuple[int, ...], _Burst, Array, Array]:  # fmt: skip
    """Shape of the numbers, burst, idle time and bursts on one axis.

    Times are in settling times of the filament, voltages in what the filament gains of them.
    """
    settling = filament_decay + residue_rate
    gain = filament_growth.filament_gain(mobility, filament_decay, residue_rate)
    pulse, pause = drive_time * settling, np.maximum(period - drive_time, 0.0) * settling
    end, decayed = steps * pulse * (1.0 + _ROUNDING), -np.expm1(-pause)
    numbers = (
        pulse, pause, end, first * pulse, delay * settling, dead * settling, decayed, voltage * gain, 1.0, offset,
        residue_rate / settling, filament_decay / settling, residue_decay / settling,
        1.0 - (voltage - gate) * gain / offset, idle * settling, np.maximum(bursts, 1.0),
    )  # fmt: skip
    plain = [np.asarray(number, dtype=float) for number in numbers]
    shape = np.broadcast_shapes(*(one.shape for one in plain))
    *drive, idle_time, count = plain
    on_one_axis = (one.ravel() if one.size == 1 else np.broadcast_to(one, shape).ravel() for one in drive)
    idle_time, count = (np.broadcast_to(one, shape).ravel() for one in (idle_time, count))
    return shape, _Burst(*on_one_axis), idle_time, count


def _all(burst: _Burst, idle: Array, count: Array, driven: Mask) -> tuple[Array, Array]:
    """Spikes and time of complete filaments in all bursts of an inference; before the first a neuron has rested."""
    rested, residue, on = _run(burst, None, driven)
    later, _, also = _run(burst, residue * np.exp(-burst.residue_decay * idle), driven & (count > 1.0))
    return rested + (count - 1.0) * later, on + (count - 1.0) * also


def _run(burst: _Burst, residue: Array | None, driven: Mask) -> tuple[Array, Array, Array]:
    """Spikes of one burst, the residue at its end, and the time for which complete filaments are driven.

    A neuron that is not `driven` has no burst; without a residue neurons have rested. One that fires no more leaves the
    arrays, since few fire often.
    """
    if (recording := recording_of(burst, residue, driven)) is not None:
        return _recorded_run(recording, burst, residue, driven)
    spikes, ended, on = np.zeros(driven.shape), np.zeros(driven.shape), np.zeros(driven.shape)
    at = driven.nonzero()[0]
    b = burst.at(at)
    fresh = np.asarray(firing_statistics.residue_after_spike(b.voltage, *b.rates))
    # the place of a neuron is the driven time of the burst that has passed; a timestep is `pulse` of it
    if residue is None:
        last = np.zeros(at.shape)
        place = b.first + last
    else:
        ended[:] = residue
        last = residue[at]
        place = b.first * _share_of_first(b, last, fresh)
    left, stays_on = np.maximum(fresh, last), np.zeros(at.shape)
    ends = np.isfinite(b.delay)
    some_end, some_last = bool(ends.any()), not ends.all()
    for turn in range(_MOST_SPIKES):
        fires = place <= b.end
        if not fires.all():
            gone, still = (~fires).nonzero()[0], fires.nonzero()[0]
            spikes[at[gone]], ended[at[gone]], on[at[gone]] = turn, last[gone], stays_on[gone]
            at, place, left, stays_on = at[still], place[still], left[still], stays_on[still]
            b = b.at(still)
        if not at.size:
            break
        last, driven_on, interval, place, idle = _spike(
            b, place, left, some_end=some_end, some_last=some_last
        )
        stays_on = stays_on + driven_on
        left = _grown(b, last, _MEAN_FILAMENT, interval, idle)
    else:
        spikes[at], ended[at], on[at] = _MOST_SPIKES, last, stays_on
    return spikes, ended, on


def _recorded_run(
    recording: Any, b: _Burst, residue: Array | None, driven: Mask
) -> tuple[Array, Array, Array]:
    """The same as a loop in which each neuron goes on while it fires."""
    fresh = np.asarray(firing_statistics.residue_after_spike(b.voltage, *b.rates))
    last = np.zeros(driven.shape) if residue is None else residue
    place = b.first + last if residue is None else b.first * _share_of_first(b, last, fresh)

    def step(state: list[Any]) -> list[Any]:
        turns, place, _, left, stays_on, going = state
        new, driven_on, interval, following, idle = _spike(b, place, left, some_end=True, some_last=True)
        grown = _grown(b, new, _MEAN_FILAMENT, interval, idle)
        after = (turns + 1.0, following, new, grown, stays_on + driven_on)
        after = tuple(np.where(going, one, other) for one, other in zip(after, state, strict=False))
        return [*after, going & (after[1] <= b.end)]

    none = np.zeros(driven.shape)
    first = [none, place, last, np.maximum(fresh, last), none, driven & (place <= b.end)]
    spikes, _, ended, _, on, _ = recording.loop(first, step, _MOST_SPIKES)
    return np.asarray(spikes), np.asarray(ended), np.asarray(on)


def _spike(
    b: _Burst, place: Array, residue: Array, *, some_end: bool, some_last: bool
) -> tuple[Array, Array, Array, Array, Array]:
    """What a spike leaves: residue, driven time of its filament, interval, place of the next, idle time until then.

    Some drives may end with the spike, and some may last.
    """
    ends = np.isfinite(b.delay)
    pulses = np.ceil(place / b.pulse * (1.0 - _ROUNDING))
    over = pulses * b.pulse
    held, rest = residue >= b.held_residue, np.maximum(over - place, 0.0)
    driven_on, left = np.zeros(place.shape), residue
    if not surely(np.logical_not(held.any())):
        driven_on = np.where(held, np.minimum(b.delay, rest), 0.0)
        # a complete filament fills the gap, and turns into residue all the faster
        left = _grown(b, residue, 1.0, driven_on, 0.0)
    interval = _after(b, left)
    # a filament that needs several pulses of a drive that ends keeps its place in them; one that is cut off by the
    # end of a lasting drive decays until the next
    ended = lasting = over
    if some_end:
        whole = np.ceil(interval / b.pulse * (1.0 - _ROUNDING)) * b.pulse
        ended = over + np.where(interval > b.pulse, whole, interval)
    if some_last:
        interval = interval + np.where(ends, 0.0, b.dead)
        cut_off = np.where(held | (interval <= rest), 0.0, rest * b.decayed)
        lasting = np.where(held, over, place) + (interval + cut_off)
    following = np.where(ends, ended, lasting)
    passed = np.ceil(following / b.pulse * (1.0 - _ROUNDING)) - pulses
    return left, driven_on, interval, following, passed * b.pause


def _share_of_first(b: _Burst, residue: Array, fresh: Array) -> Array:
    """Time to the first spike with the residue of an earlier burst, over that of a rested neuron."""
    empty = filament_growth.integration_time(b.voltage, *b.rates)
    gain = filament_growth.filament_gain(b.mobility, b.filament_decay, b.residue_rate) * b.voltage
    gap = 1.0 + b.offset
    fold = np.maximum(gap - 2.0 * np.sqrt(gain), 0.0)

    def slope(at: Array) -> Array:
        left = gap - at
        filament = (left - np.sqrt(np.maximum(left * left - _DISCRIMINANT * gain, 0.0))) / 2.0
        return np.asarray(np.maximum(b.residue_rate * filament - b.residue_decay * at, np.finfo(float).tiny))

    # up to the fold the filament follows the residue: time that a rested neuron takes to reach it, by Simpson's rule
    below = np.minimum(residue, fold)
    ends = _OUTER / slope(0.0 * below) + _OUTER / slope(below)
    reached = below / _WHOLE * (ends + _INNER / slope(below / 2.0))
    left = np.maximum(empty - reached, np.minimum(_after(b, fresh), empty))
    left = np.where(residue > fold, np.minimum(_after(b, residue), left), left)
    whole = np.where(np.isfinite(empty), empty, 1.0)
    return np.clip(left / whole, 0.0, 1.0)


def _after(b: _Burst, residue: Array) -> Array:
    """Time of the next filament with a residue."""
    return np.asarray(
        firing_statistics.integration_time_after_spike(
            b.voltage,
            np.minimum(residue, 1.0 - b.offset),
            b.mobility,
            b.offset,
            b.residue_rate,
            b.filament_decay,
        )
    )


def _grown(b: _Burst, residue: Array, filament: float, driven: Array, idle: Any) -> Array:
    """Residue after a driven and an idle time; the filament is a share of the gap that the residue leaves."""
    fed = filament * b.residue_rate
    settled = fed / (fed + b.residue_decay)
    after = settled + (residue - settled) * np.exp(-(fed + b.residue_decay) * driven)
    return np.asarray(after * np.exp(-b.residue_decay * idle))
