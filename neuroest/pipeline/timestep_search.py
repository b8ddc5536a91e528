"""Timesteps for which neurons are driven just as long as they must be in timesteps of that length.

Neurons that forget need a longer drive in a longer timestep, and a longer drive makes the timestep longer. As long as
the timestep that the chip makes rises with the one that drives are sized for, each is a bound of the one where both
agree; where it jumps past that one, the interval around the jump is narrowed until its upper end is as good.
"""

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array, Mask
from neuroest.core.frozen_dataclass import frozen_dataclass

_CLOSE = 1e-9
"""Share by which both timesteps may differ; numerical."""
_NARROW = 1e-6
"""Width of an interval over its ends; the upper end is taken if both timesteps differ more; numerical."""
_AS_GOOD = 1e-7
"""Share by which the timestep made at that end may be shorter where it is taken without a smaller interval; numerical.
"""
_FARTHEST = float(np.log(16.0))
"""Largest step of an extrapolation, as a logarithm; numerical."""


@frozen_dataclass(eq=False)
class TimestepSearch:
    """Timesteps that are tried next, one for each design point, and what is known of those tried before.

    Attributes
    ----------
    asked : array
        Timesteps that the drives are sized for; zero where they are sized for the layers alone. [s]
    sought : array of bool
        Points whose timestep is still looked for.
    low, high : array
        The longest one that made a longer timestep, and the shortest that did not. [s]
    off_high : array
        The logarithm of the timestep that the latter made over it.
    before, off_before : array
        The last that was tried, and the logarithm of the timestep that it made over it.
    """

    asked: Array
    sought: Mask
    low: Array
    high: Array
    off_high: Array
    before: Array
    off_before: Array

    @classmethod
    def idle(cls, points: int) -> Self:
        """No search at any of the points of a list; of one point where it is none."""
        shape = (points, 1) if points > 1 else (1,)
        return cls(
            np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape), np.full(shape, np.inf),
            np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan),
        )  # fmt: skip

    def joined_by(self, sized_for: Array, timestep: Array, guess: Array, late: Mask) -> Self:
        """The same with points that are late.

        Parameters
        ----------
        sized_for : array
            Timestep that their drives are sized for. [s]
        timestep : array
            Timestep that the chip makes with them. [s]
        guess : array
            Timestep to try first. [s]
        late : array of bool
            The points.
        """
        new = late & (self.asked == 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            off = np.log(timestep / sized_for)
        return replace(
            self, asked=np.where(new, guess, self.asked), sought=self.sought | new,
            low=np.where(new, sized_for, self.low), high=np.where(new, np.inf, self.high),
            before=np.where(new, sized_for, self.before), off_before=np.where(new, off, self.off_before),
        )  # fmt: skip

    def at(self, places: NDArray[np.intp]) -> Self:
        """The search at some points of a list."""
        return type(self)(*(value[places] for value in self._values()))

    def with_some(self, places: NDArray[np.intp], part: Self) -> Self:
        """The search with what is known of some points of a list."""
        found = [value.copy() for value in self._values()]
        for value, new in zip(found, part._values(), strict=True):
            value[places] = new
        return type(self)(*found)

    def _values(self) -> tuple[Any, ...]:
        return self.asked, self.sought, self.low, self.high, self.off_high, self.before, self.off_before

    def after(self, timestep: Array) -> Self:
        """The search when drives for the timesteps asked have made these. [s]."""
        with np.errstate(
            all="ignore"
        ):  # of points that are not sought, and of extrapolations that are not taken
            off = np.log(timestep / self.asked)
            longer = off > 0.0
            # a bound that no longer holds, since another level has moved, is given up
            low = np.where(longer, self.asked, np.where(self.asked > self.low, self.low, 0.0))
            high = np.where(longer, np.where(self.asked < self.high, self.high, np.inf), self.asked)
            close, narrow = np.abs(off) <= _CLOSE, high <= low * (1.0 + _NARROW)
            off_high = np.where(longer, self.off_high, off)
            # no timestep in between is better than the upper end, if that made itself
            jumps = narrow & (off > _NARROW) & (off_high >= -_AS_GOOD)
            slope = (off - self.off_before) / np.log(self.asked / self.before)
            reach = self.asked * np.exp(np.clip(-off / slope, -_FARTHEST, _FARTHEST))
            between = (low > 0.0) & np.isfinite(high)
            closer = np.abs(off) <= np.abs(self.off_before) / 2.0
            # without both ends what the chip made is a bound: the next is at least as far
            bound = np.where(longer, np.fmax(timestep, reach), np.fmin(timestep, reach))
            inside = np.where(closer & (reach > low) & (reach < high), reach, np.sqrt(low * high))
            tried = np.where(between, inside, bound)
        # points that were found are sought again where another level has moved since
        going = (self.asked > 0.0) & ~close & ~jumps & ~(narrow & ~longer) & np.isfinite(timestep)
        ended = np.where(jumps, high, self.asked)
        return replace(
            self, asked=np.where(going, tried, ended), sought=going, low=low, high=high, off_high=off_high,
            before=np.where(going, self.asked, self.before), off_before=np.where(going, off, self.off_before),
        )  # fmt: skip
