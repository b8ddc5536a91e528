"""The smallest argument at which a rising function reaches a value, for many functions at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array, Mask
from neuroest.core.operations import NotRecordedError
from neuroest.core.recording import recording_of, surely_none

_ROUNDS = 64
"""Most rounds; numerical. Fifty suffice if every step is a bisection."""
_SMALL = 1e-9
"""Relative size below which a step that stops short of the root counts as small; numerical."""
_CLOSEST = 1e-14
"""Relative width of an interval at which the search ends; numerical."""
_BLUR = 5e-16
"""Relative rounding error of a value: two numbers closer than this to a value reach it equally well; numerical."""


def least_reaching(
    values_of: Callable[[NDArray[np.intp]], Callable[[Array], Array]],
    wanted: Array,
    low: Array,
    high: Array,
    *guesses: Array,
) -> Array:
    """Smallest argument in an interval at which a rising function reaches a value.

    Chandrupatla's method (Adv. Eng. Software 28 (1997) 145) interpolates where that is safe and halves the interval
    elsewhere. The result for a function does not depend on the others.

    Parameters
    ----------
    values_of : callable
        Some of the functions, from their indices: values from an argument for each; not below zero, and zero at zero.
    wanted : ndarray
        Value to reach, one for each function; above zero. Infinite where nothing is sought.
    low, high : ndarray
        Ends of the intervals.
    guesses : ndarray
        Arguments to try first, in this order; one outside of the remaining interval is replaced by a normal step.

    Returns
    -------
    ndarray
        Arguments, to a relative accuracy of 10^-14, or to the rounding error of the value where a function is flat; the
        upper end where a function stays below its value.

    Examples
    --------
    >>> one = np.ones(1)
    >>> f"{least_reaching(lambda places: np.square, 2.0 * one, 0.0 * one, 2.0 * one, one)[0]:.6f}"
    '1.414214'
    """
    places = np.flatnonzero(np.isfinite(wanted))
    with np.errstate(divide="ignore", invalid="ignore"):  # a rate without a drive may be NaN
        at_high = values_of(places)(high[places])
        enough = ~(at_high < wanted[places])
        places, at_high = places[enough], at_high[enough]
        least, most, needed = low[places], high[places], wanted[places]
        at_low = values_of(places)(least) if np.any(least > 0.0) else 0.0 * least
    at_low = np.where(at_low > 0.0, at_low, 0.0)
    answer = np.array(high)
    answer[places] = np.where(at_low >= needed, least, most)
    between = (at_low < needed) & (at_high >= needed)
    places, ends = places[between], _Interval(most, at_high, least, at_low, most, at_high, needed).of(between)
    value_of = values_of(places)
    with np.errstate(all="ignore"):  # in interpolations that are not used
        for turn in range(_ROUNDS):
            if not places.size:
                break
            tried = ends.next()
            if turn < len(guesses):
                guess = guesses[turn][places]
                tried = np.where(ends.contain(guess), guess, tried)
            elif turn == len(guesses):  # the whole interval may be needed
                whole = high[places]
                tried = np.where((ends.least == whole) & ends.nothing_below, whole * (1.0 - _CLOSEST), tried)
            ends = ends.divided(tried, value_of(tried))
            least = ends.least
            answer[places] = least
            searched = (ends.width > _CLOSEST * least) & ~ends.alike
            if not searched.all():
                places, ends = places[searched], ends.of(searched)
                value_of = values_of(places)
    return answer


def recorded_least_reaching(
    value_of: Callable[[Any], Any], wanted: Any, low: Any, high: Any, *guesses: Any
) -> Any:
    """The same with symbolic arrays: each element goes its own rounds, which a plan repeats."""
    recording = recording_of(wanted, low, high, guesses) or recording_of(value_of(high))
    if recording is None:
        raise NotRecordedError("nothing that a search reads moves")
    shape = np.broadcast_shapes(*map(np.shape, (wanted, low, high, *guesses)))
    wanted, low, high, *guesses = (np.broadcast_to(one, shape) for one in (wanted, low, high, *guesses))  # type: ignore[assignment]
    from_zero = surely_none(low > 0.0)  # where the value is known

    def step(state: list[Any]) -> list[Any]:
        """Try both ends, the guesses, and just below the upper end, as the whole interval may be needed."""
        *known, turn, going = state
        ends = _Interval._make((*known, wanted))
        first, second = turn == 0.0, turn == 1.0
        whole = (turn == 2.0 + len(guesses)) & (ends.least == high) & ends.nothing_below
        tried = np.where(whole, high * (1.0 - _CLOSEST), ends.next())
        for number, guess in enumerate(guesses):
            tried = np.where((turn == 2.0 + number) & ends.contain(guess), guess, tried)
        value = value_of(np.where(first, high, np.where(second, low, tried)))
        at_low = np.where((low > 0.0) & (value > 0.0), value, 0.0)
        between = ends.divided(tried, value)
        at_high = ends._replace(at_new=value, at_older=value)
        found = [
            np.where(first, one, np.where(second, other, another))
            for one, other, another in zip(at_high, ends._replace(at_other=at_low), between, strict=True)
        ]
        new = _Interval(*found)
        is_between = (at_low < wanted) & (ends.at_new >= wanted)
        apart = (new.width > _CLOSEST * new.least) & ~new.alike
        goes_on = np.where(first, ~(value < wanted), np.where(second, is_between, apart))
        after = [*new[:-1], turn + np.where(first & from_zero, 2.0, 1.0)]
        return [
            *(np.where(going, one, other) for one, other in zip(after, state, strict=False)),
            going & goes_on,
        ]

    nothing = 0.0 * high
    start = [high, nothing, low, nothing, high, nothing, nothing, np.isfinite(wanted)]
    *known, turn, _ = recording.loop(start, step, _ROUNDS)
    ends = _Interval._make((*known, wanted))
    at_ends = np.where((turn == 2.0) & (ends.at_other >= wanted), low, high)
    return np.where(turn > 2.0, ends.least, at_ends)


class _Interval(NamedTuple):
    """Intervals around the roots: the newest end, the other end, the previous end, and the values there."""

    new: Array
    at_new: Array
    other: Array
    at_other: Array
    older: Array
    at_older: Array
    wanted: Array

    def of(self, places: NDArray[np.intp] | Mask) -> _Interval:
        """Intervals of some of the functions."""
        return _Interval(*(item[places] for item in self))

    def divided(self, tried: Array, value: Array) -> _Interval:
        """Narrow the intervals with the values at a point inside."""
        new, at_new, other, at_other, *_, wanted = self
        same = (value >= wanted) == (at_new >= wanted)
        return _Interval(
            tried, value, np.where(same, other, new), np.where(same, at_other, at_new),
            np.where(same, new, other), np.where(same, at_new, at_other), wanted,
        )  # fmt: skip

    @property
    def least(self) -> Array:
        """Ends at which the functions reach the value."""
        return np.where(self.at_new >= self.wanted, self.new, self.other)

    @property
    def alike(self) -> Mask:
        """Whether the values at both ends are the one to reach, but for rounding."""
        return np.asarray(np.abs(self.at_new - self.at_other) <= _BLUR * self.wanted)

    @property
    def width(self) -> Array:
        """Width of the intervals."""
        return np.abs(self.new - self.other)

    def contain(self, number: Array) -> Mask:
        """Whether a number is inside each interval."""
        return np.asarray((number - self.new) * (number - self.other) < 0.0)

    @property
    def nothing_below(self) -> Mask:
        """Whether the function is still zero at the lower end."""
        return np.asarray(np.minimum(self.at_new, self.at_other) == 0.0)

    def next(self) -> Array:
        """Arguments to try next."""
        new, at_new, other, at_other, older, at_older, wanted = self
        gap, back = other - new, older - new
        above, beyond, before = at_new - wanted, at_other - wanted, at_older - wanted
        rise, far, change = beyond - above, beyond - before, before - above
        place, value, farther = gap / (other - older), rise / far, back / gap
        safe = (value * value < place) & ((1.0 - value) ** 2 < 1.0 - place)
        share = above / rise * before / far - farther * above / change * beyond / far
        reached, reached_before = above >= 0.0, before >= 0.0
        share, nothing = np.where(safe, share, 1.0 / 2.0), at_other == 0.0
        if not surely_none(nothing):
            # above a threshold the square of a rate grows in proportion to the distance
            square = at_new * at_new
            line = (square - wanted * wanted) / (square - at_older * at_older) * farther
            rising = nothing & reached & reached_before & (line > 0.0) & (line < 1.0)
            share = np.where(rising, line, share)
        # a step too small to pass the number is followed by a larger one
        moved = np.where(reached == reached_before, np.abs(back), 0.0)
        step, width, largest = 8.0 * moved, np.abs(gap), np.maximum(new, other)
        step = np.where((moved < _SMALL * largest) & (step < width / 2.0), step, 0.0)
        # where a function is flat a shorter step changes no digit of its value; one such step from the value to reach
        # shows whether that is its first place
        blur = _BLUR * wanted
        step = np.fmax(np.fmax(step, _CLOSEST / 2.0 * largest), np.abs(back / change) * blur)
        share = np.where(np.abs(above) <= blur, 0.0, share)
        least = np.minimum(step / width, 1.0 / 2.0)
        return np.asarray(new + np.clip(share, least, 1.0 - least) * gap)
