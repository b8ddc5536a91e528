"""Input voltages and currents as intervals of constant value, so that every edge falls on a step."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass

Array = NDArray[Any]
Noise: TypeAlias = np.random.Generator | None
"""Random generator of a run with noise; None for a run without."""
_MOST_STEPS = 20_000_000


@frozen_dataclass
class Segment:
    """An interval of constant input.

    Attributes
    ----------
    duration : float
        Length. [s]
    level : float or ndarray
        Voltage or current, one for all devices or one for each.
    on : ndarray, optional
        For how long from the start each device gets it, and nothing afterwards; by default, until the end. [s]
    """

    duration: float
    level: Any
    on: Any = None


Stimulus = Sequence[Segment]


def constant(level: Any, duration: float) -> list[Segment]:
    """A step that lasts as long as the run."""
    return [Segment(_length(duration, "duration"), level)]


def pulse_train(level: Any, width: float, gap: float, pulses: int) -> list[Segment]:
    """Pulses of one width, each followed by a gap at zero."""
    if pulses < 1:
        raise NeuroestError(f"a pulse train needs at least one pulse, got {pulses}")
    pulse, rest = Segment(_length(width, "pulse width"), level), Segment(_length(gap, "gap"), 0.0)
    return [pulse, rest] * pulses


def pulse_pair(level: Any, width: float, gap: float) -> list[Segment]:
    """Two pulses with a gap between them."""
    return pulse_train(level, width, gap, 2)[:3]


def sampled(times: Array, levels: Array) -> list[Segment]:
    """A sampled waveform, each value held until the next sample.

    Raises
    ------
    NeuroestError
        If times do not increase or a sample is not finite.
    """
    if len(times) < 2:
        raise NeuroestError("a stimulus needs at least two samples")
    if not (np.all(np.isfinite(times)) and np.all(np.isfinite(levels))):
        raise NeuroestError("the stimulus contains a sample that is not a finite number")
    steps = np.diff(times)
    if np.any(steps <= 0.0):
        place = int(np.argmax(steps <= 0.0)) + 2
        raise NeuroestError(f"time does not increase at sample {place} of the stimulus")
    return [Segment(float(step), float(level)) for step, level in zip(steps, levels[:-1], strict=True)]


def steps_of(stimulus: Stimulus, longest: float) -> list[int]:
    """Number of equal steps of each segment, none longer than `longest`.

    Raises
    ------
    NeuroestError
        If the step is invalid, or there are too many steps.
    """
    plan = [max(1, int(np.ceil(s.duration / longest - 1e-9))) if longest > 0.0 else 0 for s in stimulus]
    if not longest > 0.0 or sum(plan) > _MOST_STEPS:
        raise NeuroestError(
            f"a step of {longest:g} s would take {sum(plan)} steps; allowed are 1 to {_MOST_STEPS}"
        )
    return plan


def total_duration(stimulus: Stimulus) -> float:
    """Length of a stimulus. [s]."""
    return float(sum(segment.duration for segment in stimulus))


def _length(value: float, what: str) -> float:
    if not (np.isfinite(value) and value > 0.0):
        raise NeuroestError(f"the {what} must be a time above zero, got {value:g} s")
    return float(value)
