"""Time to the first spike of many devices at once, each with its own pulses, without noise.

Each device has its own steps, which resolve its filament and never pass a pulse edge or half of the remaining gap. A
fit calls this function thousands of times.
"""

from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.stimulus import Array

_STEPS_PER_SETTLING = 6.0
_GAP_SHARE = 0.15
_SHARE_OF_PULSE = 0.01
"""Step over the time that a pulse has lasted: once the filament rides on the residue, only that moves."""
_MOST_ROUNDS = 400_000
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
    voltage, on, off, most = spread(level), spread(width), spread(gap), spread(most_pulses)
    filament, rest, left = np.zeros(len(on)), np.zeros(len(on)), on.copy()
    time, pulses, closest = np.zeros(len(on)), np.ones(len(on)), np.zeros(len(on))
    fired, active = np.full(len(on), np.inf), np.arange(len(on))
    final_residue, standing = rest.copy(), rest.copy()
    for _ in range(_MOST_ROUNDS):
        if not len(active):
            break
        a = active
        part = Rates(*(value[a] for value in vars(r).values()))
        drive = part.field_mobility * voltage[a]
        step = step_length(part, drive, filament[a], rest[a], left[a], on[a])
        new_filament, new_rest = move(part, drive, filament[a], rest[a], step)
        total, before = new_filament + new_rest, filament[a] + rest[a]
        done = total >= 1.0
        share = np.where(done, (1.0 - before) / np.where(done, total - before, 1.0), 1.0)
        spent = step * np.clip(share, 0.0, 1.0)
        filament[a], rest[a] = new_filament, new_rest
        time[a] += spent
        left[a] -= spent
        closest[a] = np.maximum(closest[a], np.minimum(total, 1.0))
        fired[a] = np.where(done, time[a], fired[a])
        final_residue[a] = np.where(done, np.minimum(new_rest, 1.0), final_residue[a])
        ended = ~done & (left[a] <= 1e-12 * on[a])
        e = a[ended]
        filament[e], rest[e] = decayed(Rates(*(v[e] for v in vars(r).values())), filament[e], rest[e], off[e])
        time[e] += off[e]
        left[e] = on[e]
        pulses[e] += 1.0
        still = np.zeros(len(a), dtype=bool)
        still[ended] = np.abs(rest[e] - standing[e]) < _STANDSTILL
        standing[e] = rest[e]
        active = a[~done & (pulses[a] <= most[a]) & ~still]
    values = (fired, np.where(np.isfinite(fired), pulses, np.inf), final_residue, closest)
    return FirstSpike(*(value.reshape(shape) for value in values))


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


def decayed(r: Rates, filament: Any, rest: Any, gap: Any) -> tuple[Array, Array]:
    """Exact solution without a field: the filament dissolves and feeds the residue."""
    settling = r.filament_decay + r.residue_rate
    keep, stay = np.exp(-settling * gap), np.exp(-r.residue_decay * gap)
    difference = settling - r.residue_decay
    near = np.abs(difference) * gap < 1e-9
    fed = np.where(near, gap * stay, (stay - keep) / np.where(near, 1.0, difference))
    return filament * keep, rest * stay + r.residue_rate * filament * fed
