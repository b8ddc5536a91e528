"""Timesteps and the drives of neurons within them, made to fit each other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, reduce
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import UNKNOWN_PACE, Check, Pace
from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.recording import recording_of, surely_none
from neuroest.design.build import Design
from neuroest.design.chip import Chip, instantiate
from neuroest.levels.base import MappedLevel
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.pipeline.action_counts import ActionCounts, count_actions
from neuroest.pipeline.mapping import map_network, mappers_for
from neuroest.pipeline.timing import Timing, Unpaced, streamed_timestep, time_network, times_at_any_pace
from neuroest.specs.learning import LearningRule
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import LayerTable, layer_table

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
        return type(self)(*(value[places] for value in self.values()))

    def with_some(self, places: NDArray[np.intp], part: Self) -> Self:
        """The search with what is known of some points of a list."""
        found = [value.copy() for value in self.values()]
        for value, new in zip(found, part.values(), strict=True):
            value[places] = new
        return type(self)(*found)

    def values(self) -> tuple[Any, ...]:
        """All of them, in their order."""
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


DATA_PERIOD = "workload.period"
FIRING_SLACK = 0.1
"""Share by which neurons may fire later than the network's; a convention, the error of the closed forms."""
_FEW = 512
"""Number of points whose round takes hardly longer than that of one; numerical."""
_ROUNDS = 40
"""Most rounds in which a timestep and the drives within it are made to fit; numerical, where nothing jumps some six."""


@frozen_dataclass(eq=False)
class Points:
    """Design points: a chip and a network with values.

    Attributes
    ----------
    design, workload
        The structure.
    values : mapping
        Value of every claim by path.
    """

    design: Design
    workload: WorkloadSpec
    values: Mapping[str, u.Numeric]

    @cached_property
    def list_length(self) -> int:
        """Points of a list; one for a single point and for an open grid."""
        if {*map(type, self.values.values())} == {float}:
            return 1
        shapes = {np.shape(value) for value in self.values.values() if not isinstance(value, float)}
        long = [shape for shape in shapes if max(shape, default=1) > 1]
        return int(long[0][0]) if len(long) == 1 and len(long[0]) == 2 else 1

    @cached_property
    def layers(self) -> LayerTable:
        """The network."""
        others = self.values.keys() - self.design.claims.keys()
        moved = {path: self.values[path] for path in others if path.startswith("workload.")}
        return layer_table(self.workload, moved, self.list_length)

    @cached_property
    def chip(self) -> Chip:
        """The chip; the period of one that streams is that of the data, unless it is stated."""
        chip = instantiate(self.design, self.values)
        if chip.operation.mode != "streaming":
            return chip
        if self.workload.coding != "spiking":
            raise MappingError(f"streaming needs timesteps, and {self.workload.name} is dense; use always_on")
        claim = self.workload.resolved[0].get(DATA_PERIOD)
        stated = self.values.get(DATA_PERIOD, None if claim is None else claim.value)
        if chip.period is None and stated is None:
            raise MappingError(
                f"streaming needs the period of the data, which {self.workload.name} does not state; give "
                "operation.period"
            )
        return replace(chip, period=stated if chip.period is None else chip.period)

    def at(self, places: NDArray[np.intp]) -> Points:
        """Some points of a list."""
        values = {path: _of(value, places, self.list_length) for path, value in self.values.items()}
        return Points(self.design, self.workload, values)


@frozen_dataclass(eq=False)
class Settled:
    """What is settled before a network is mapped: the level of each layer, how it learns, how chips divide it."""

    owner: Sequence[int]
    rule: LearningRule | None
    partition: str


class Timed(NamedTuple):
    """Mapping, counts and times of a network, what of these has no pace, and checks of how they were found."""

    levels: tuple[MappedLevel, ...]
    counts: ActionCounts
    timing: Timing
    unpaced: Unpaced
    checks: tuple[Check, ...] = ()


def fit_timesteps(points: Points, settled: Settled) -> Timed:
    """Mapping, counts and times with drives that are as long as the timesteps ask for.

    Neurons that forget are driven for longer where the rest of the chip stretches the timestep, and the longer drive
    stretches it a little more. Both are made to agree where neurons would fire too late with the drive that their own
    layer asks for. Of a list, only points where they do not agree yet go through the rounds.

    Raises
    ------
    MappingError
        When the chip cannot run the network whatever its numbers.
    """
    alone = _timed(points, settled, [UNKNOWN_PACE] * len(points.chip.computing_levels()))
    if points.chip.data_period is not None:
        # drives are sized for timesteps of the data, and nothing is left to search for
        paces = []
        for level in alone.levels:
            step, pace = streamed_timestep(points.chip, level.mapper.steps), _own_pace(level)
            paces.append(UNKNOWN_PACE if pace is UNKNOWN_PACE else replace(pace, least_timestep=step))
        return _timed(points, settled, paces, alone)
    idle = [TimestepSearch.idle(points.list_length)] * len(alone.levels)
    late = _with_late_points(idle, alone)
    searches = [search for search, _ in late]
    if all(surely_none(search.sought) for search in searches):
        return alone
    own = [_own_pace(level, *one) for level, one in zip(alone.levels, late, strict=True)]
    recording = recording_of([search.sought for search in searches])
    if recording is not None:
        return _recorded(recording, points, settled, searches, own, alone)
    searches, own, found = _searched(points, settled, searches, own, alone)
    return _checked(found or _timed(points, settled, _paces(searches, own), alone), searches)


def _checked(timed: Timed, searches: Sequence[TimestepSearch]) -> Timed:
    """The same with checks that timesteps were found."""
    pairs = zip(timed.levels, searches, strict=True)
    message = (
        f"no timestep was found in {_ROUNDS} rounds for which the drives of the neurons make it just as long"
    )
    checks = tuple(
        Check("timestep_found", level.path, "infeasible", ~search.sought, message, search.asked, unit="s")
        for level, search in pairs
        if not surely_none(search.sought)
    )
    return timed._replace(checks=checks)


def _recorded(
    recording: Any, points: Points, settled: Settled, searches: Sequence[TimestepSearch], own: Sequence[Pace],
    alone: Timed,
) -> Timed:  # fmt: skip
    """Timesteps of a point that is recorded: the rounds are a loop, and its last number says whether they go on."""

    def numbers_of(searches: Sequence[TimestepSearch]) -> list[Any]:
        going = reduce(np.logical_or, (search.sought for search in searches))
        every = (*(value for search in searches for value in search.values()), going)
        return [value.reshape(1, 1) for value in every]

    def searches_of(numbers: Sequence[Any]) -> list[TimestepSearch]:
        left = iter(numbers)
        return [TimestepSearch(*itertools.islice(left, len(search.values()))) for search in searches]

    def step(numbers: list[Any]) -> list[Any]:
        tried = searches_of(numbers)
        new = numbers_of(_after(tried, _timed(points, settled, _paces(tried, own), alone)))
        return [np.where(numbers[-1], one, other) for one, other in zip(new, numbers, strict=True)]

    ended = searches_of(recording.loop(numbers_of(searches), step, _ROUNDS))
    return _checked(_timed(points, settled, _paces(ended, own), alone), ended)


def _after(searches: Sequence[TimestepSearch], timed: Timed) -> list[TimestepSearch]:
    """The searches when the timesteps asked have been tried."""
    pairs = zip(searches, timed.levels, strict=True)
    found = [search.after(timed.timing.timestep(level)) for search, level in pairs]
    if len(found) > 1:  # levels move each other
        return [search for search, _ in _with_late_points(found, timed)]
    return found


def _searched(
    points: Points, settled: Settled, searches: list[TimestepSearch], own: list[Pace], alone: Timed | None,
    rounds: int = _ROUNDS,
) -> tuple[list[TimestepSearch], list[Pace], Timed | None]:  # fmt: skip
    """The timesteps of each level after at most so many rounds, and its pace; and the times, where they are known.

    Points of a list that agree are left out of the rounds.
    """
    found = None
    for turn in range(rounds):
        sought = reduce(np.logical_or, (np.any(search.sought, axis=-1) for search in searches))
        if not sought.any():
            break
        if 2 * np.count_nonzero(sought) <= sought.size == points.list_length > _FEW:
            places, length = np.flatnonzero(sought), sought.size
            some = [search.at(places) for search in searches]
            paces = [_at(pace, places, length) for pace in own]
            parts, paces, _ = _searched(points.at(places), settled, some, paces, None, rounds - turn)
            searches = [search.with_some(places, part) for search, part in zip(searches, parts, strict=True)]
            own = [_with_some(pace, places, part, length) for pace, part in zip(own, paces, strict=True)]
            return searches, own, None
        timed = _timed(points, settled, _paces(searches, own), alone)
        alone = alone or timed
        own = [_near(pace, level) for pace, level in zip(own, timed.levels, strict=True)]
        after = _after(searches, timed)
        same = all(np.array_equal(one.asked, other.asked) for one, other in zip(searches, after, strict=True))
        searches, found = after, timed if same else None
    return searches, own, found


def _with_late_points(
    searches: Sequence[TimestepSearch], timed: Timed
) -> list[tuple[TimestepSearch, u.Second | None]]:
    """The searches, with points whose neurons fire later than the network's in the timestep that the chip makes.

    With each is the time of the drives of such points in the timestep that is tried first, by layer. [s].
    """
    return [
        _with_late(search, level, timed.timing) for search, level in zip(searches, timed.levels, strict=True)
    ]


def _with_late(
    search: TimestepSearch, level: MappedLevel, timing: Timing
) -> tuple[TimestepSearch, u.Second | None]:
    array, network, step = level.mapper.compute, level.mapper.network, timing.timestep(level)
    if not is_crossbar(array) or array.neuron is None or not np.any(level.own > 0.0):
        return search, None
    drive = array.drive(network)
    late = np.asarray(drive.overstretched(step) > 1.0 + FIRING_SLACK)
    late = late & (step > 0.0) & np.isfinite(step)
    if surely_none(late):
        return search, None
    # a chip that is no slower than its drives are sized for makes no neuron late
    own = np.asarray(drive.own_timestep)
    late = late & (step > own)
    if surely_none(late):
        return search, None
    times = (timing.resources[level.path], timing.step)
    taken, made = (np.max(time * level.own, axis=-1, keepdims=True) for time in times)
    guess, hold = drive.stretched(step, np.minimum(taken / made, 1.0), late)
    return search.joined_by(own, step, np.asarray(guess), late), hold


def _own_pace(level: MappedLevel, search: TimestepSearch | None = None, hold: u.Second | None = None) -> Pace:
    """Times of a level that no timestep changes; unknown where it has no neurons in its arrays.

    With a search, the time of drives from which that of the points sought is not far. [s].
    """
    array, network = level.mapper.compute, level.mapper.network
    if not is_crossbar(array) or array.neuron is None:
        return UNKNOWN_PACE
    known = _near(Pace(own_hold=array.drive(network).own_hold, drive_time=array.drive_time(network)), level)
    if search is None or hold is None or recording_of(search.sought) is not None:
        return known  # a plan would compute it for all points
    return replace(known, near_hold=np.where(search.sought, hold, array.hold_time(network)))


def _near(pace: Pace, level: MappedLevel) -> Pace:
    """The same with what has been found for the level at another pace."""
    array = level.mapper.compute
    if not is_crossbar(array):
        return pace
    network = level.mapper.network
    return replace(pace, near_hold=array.hold_time(network), near_timestep=network.pace.least_timestep)


def _at(pace: Pace, places: NDArray[np.intp], length: int) -> Pace:
    """Times of a level at some points of a list of that length."""
    known = {name: _of(time, places, length) for name, time in vars(pace).items() if time is not None}
    return replace(pace, **known)


def _with_some(pace: Pace, places: NDArray[np.intp], part: Pace, length: int) -> Pace:
    """Times of a level with what has been found for some points of a list of that length."""

    def put(whole: u.Numeric, some: u.Numeric) -> Array:
        found = np.array(
            np.broadcast_to(whole, (length, max(np.shape(whole)[-1:] + np.shape(some)[-1:], default=1)))
        )
        found[places] = some
        return found

    if pace.near_hold is None or part.near_hold is None:
        return pace
    return replace(
        pace, near_hold=put(pace.near_hold, part.near_hold),
        near_timestep=put(pace.near_timestep, part.near_timestep),
    )  # fmt: skip


def _paces(searches: Sequence[TimestepSearch], own: Sequence[Pace]) -> list[Pace]:
    """The pace of each level: unknown where nothing is asked of it."""
    return [
        UNKNOWN_PACE if surely_none(search.asked) else replace(pace, least_timestep=search.asked)
        for search, pace in zip(searches, own, strict=True)
    ]


def _of(value: u.Numeric, places: NDArray[np.intp], length: int) -> u.Numeric:
    """A value at some points of a list of that length."""
    return np.asarray(value)[places] if np.ndim(value) > 1 and np.shape(value)[0] == length else value


def _timed(points: Points, settled: Settled, paces: Sequence[Pace], alone: Timed | None = None) -> Timed:
    """Mapping, counts and times of a network at a pace for each level.

    What has been mapped and counted at another pace is taken from there, unless it depends on how long steps take.
    """
    chip, layers = points.chip, points.layers
    if alone is None or any(level.mapper.placed_by_time for level in alone.levels):
        levels = map_network(chip, mappers_for(chip, layers, settled.owner, paces, settled.rule))
        counts = count_actions(layers, levels, settled.partition)
        unpaced = times_at_any_pace(chip, layers, levels, counts)
    else:
        levels = tuple(level.at_pace(pace) for level, pace in zip(alone.levels, paces, strict=True))
        counts, unpaced = alone.counts, alone.unpaced
    return Timed(levels, counts, time_network(chip, layers, levels, counts, unpaced), unpaced)
