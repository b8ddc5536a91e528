"""Every chip of a contest, built, and the space of them and of the regime's two axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, QuantityError, SpecError
from neuroest.core.units import parse_quantity
from neuroest.design.build import InputFile
from neuroest.design.overrides import design_with
from neuroest.exploration.contest_spec import PERIOD, SPIKE_RATE, ContestFile, Entry, read_contest
from neuroest.exploration.errors import ExplorationError
from neuroest.exploration.space import Axis, Levels, wrong
from neuroest.exploration.structures import (
    AxisValues,
    Candidate,
    ChoiceAxis,
    NumericAxis,
    Resolved,
    candidate,
    numeric_axis,
    resolved,
)
from neuroest.loading.library import load_architecture, load_workload
from neuroest.results.contest import RegimeAxis
from neuroest.specs.loaded import Loaded, Named
from neuroest.specs.messages import problem_at
from neuroest.specs.workload import WorkloadSpec, workload_claims

CHIP = "chip"
"""Column that distinguishes the chips of a contest."""
_MODE, _PERIOD = "operation.mode", "operation.period"
_DATA_PERIOD = "workload.period"
_MOST_CHIPS = 4096


@dataclass(frozen=True)
class Field:
    """All chips of a contest and where they meet.

    Attributes
    ----------
    entries : tuple of Entry
        The chips, in the order of the groups of `resolved`.
    resolved : Resolved
        One choice among the chips, and the two axes of the regime.
    axes : tuple of RegimeAxis
        The axes as data.
    """

    entries: tuple[Entry, ...]
    resolved: Resolved
    axes: tuple[RegimeAxis, RegimeAxis]

    @property
    def shape(self) -> tuple[int, int]:
        """Places along the two axes."""
        return len(self.axes[0].values), len(self.axes[1].values)

    def columns(self, x: int, y: int) -> dict[str, float]:
        """Value of every path that the axes move, in one cell."""
        return {
            path: float(np.asarray(track.levels)[place])
            for axis, place in zip(self.resolved.numeric, (x, y), strict=True)
            for path, track in axis.tracks.items()
        }


def field_of(contest: ContestFile, workload: Named, axes: Sequence[Axis]) -> Field:
    """The chips of a contest on a network, and the axes of its map.

    Parameters
    ----------
    contest : ContestFile
        Who competes.
    workload : str, Path or Loaded
        The network.
    axes : sequence of Axis
        The two axes, in place of those of the file.

    Raises
    ------
    NeuroestError
        For a chip that cannot be built, and for values that are no axis.
    """
    net = workload if isinstance(workload, Loaded) else load_workload(workload)
    first, second = axes
    if first.name == second.name:
        raise wrong(first.name, "is both axes of the map; name two")
    entries = tuple(contest.entries())
    if len(entries) > _MOST_CHIPS:
        raise ExplorationError(
            f"{len(entries)} chips are too many for a contest (at most {_MOST_CHIPS}); leave alternatives out"
        )
    operation = _operation(net.spec, axes)
    chips: dict[str, Any] = {}
    candidates = []
    for entry in entries:
        file = str(entry.architecture)
        if file not in chips:
            chips[file] = load_architecture(entry.architecture)
        candidates.append(_built(contest, entry, chips[file], net, {**operation, **_moved(axes)}))
    found = [_axis(axis, net.spec, candidates) for axis in axes]
    space = resolved(
        candidates,
        [ChoiceAxis(CHIP, tuple(entry.label for entry in entries))],
        [numeric for numeric, _ in found],
    )
    rules = InputFile("contest", contest.spec.name, contest.loaded.file, contest.loaded.sha256)
    space = replace(space, files=(*space.files, rules))
    return Field(entries, space, (found[0][1], found[1][1]))


def check_contest(path: str | Path) -> ContestFile:
    """A contest from its file, every chip of it built as well.

    Raises
    ------
    SpecError
        With what is wrong with the file, or with the first chip that cannot be built.
    """
    contest = read_contest(path)
    paced = any(axis.name in {PERIOD, _PERIOD} for axis in contest.axes)
    base = {**({_MODE: "always_on"} if paced else {}), **_moved(contest.axes)}
    base = {place: value for place, value in base.items() if not place.startswith("workload.")}
    for entry in contest.entries():
        _design(contest, entry, load_architecture(entry.architecture), base)
    return contest


def _operation(spec: WorkloadSpec, axes: Sequence[Axis]) -> dict[str, str]:
    """Pace of all chips: an axis, or the period of the data; without either each as fast as it can."""
    if any(axis.name in {PERIOD, _PERIOD} for axis in axes):
        return {_MODE: "always_on"}
    claim = workload_claims(spec).get(_DATA_PERIOD)
    return {} if claim is None else {_MODE: "always_on", _PERIOD: f"{claim.value!r} s"}


def _moved(axes: Sequence[Axis]) -> dict[str, Any]:
    """First value of each path that an axis moves, so that a number which a file leaves out is there to be moved."""
    found = {}
    for axis in axes:
        if axis.name != SPIKE_RATE:
            for path, track in axis.tracks.items():
                key = _PERIOD if path == PERIOD else path
                found[key] = track.contents[0] if isinstance(track, Levels) else track.low
    return found


def _built(
    contest: ContestFile, entry: Entry, chip: Loaded[Any], net: Loaded[Any], base: Mapping[str, Any]
) -> Candidate:
    changes = {**base, **{path: _text(value) for path, value in entry.settings.items()}}
    try:
        return candidate(chip, net, changes, {CHIP: entry.label})
    except NeuroestError as error:
        raise _placed(contest, entry, error) from None


def _design(contest: ContestFile, entry: Entry, chip: Loaded[Any], base: Mapping[str, Any]) -> None:
    changes = {**base, **{path: _text(value) for path, value in entry.settings.items()}}
    try:
        design_with(chip, changes)
    except NeuroestError as error:
        raise _placed(contest, entry, error) from None


def _placed(contest: ContestFile, entry: Entry, error: NeuroestError) -> SpecError:
    """What is wrong with a chip, at its contender in the file."""
    chosen = ", ".join(f"{name}: {label}" for name, label in entry.choices.items())
    text = str(error).splitlines()[0]
    place = ("contenders", entry.contender)
    return SpecError(
        [problem_at(contest.loaded.document, place, f"{text}" + (f" (with {chosen})" if chosen else ""))]
    )


def _text(value: Any) -> Any:
    """A value of a file as `--set` takes it; blocks stay mappings."""
    return value if isinstance(value, Mapping | list) else str(value)


def _axis(axis: Axis, spec: WorkloadSpec, candidates: Sequence[Candidate]) -> tuple[NumericAxis, RegimeAxis]:
    if axis.name == SPIKE_RATE:
        return _rate_axis(axis, spec)
    claims = workload_claims(spec)
    name = axis.name
    if name == PERIOD:
        axis = Axis({_PERIOD: axis.tracks[PERIOD]})
    path = axis.name
    numeric = numeric_axis(axis, candidates)
    levels = numeric.tracks[path].levels
    if levels is None:
        raise wrong(path, "a map needs the number of points: lo..hi:n")
    claim = candidates[0].group.claims[path]
    stated = claims.get(_DATA_PERIOD) if path == _PERIOD else claims.get(path)
    values, place = _with_reference(levels, None if stated is None else stated.value)
    tracks = {p: replace(track, levels=values) for p, track in numeric.tracks.items() if p == path}
    if len(numeric.tracks) > 1:  # linked paths keep their own values, and no other one is put among them
        values, tracks, place = (
            levels,
            dict(numeric.tracks),
            _nearest(levels, None if stated is None else stated.value),
        )
    label = "period of the data" if path == _PERIOD else path
    known = stated is not None and bool(values[place] == stated.value)
    data = RegimeAxis(name, label, claim.unit, tuple(map(float, values)), place, known)
    return NumericAxis(tracks, values.size), data


def _rate_axis(axis: Axis, spec: WorkloadSpec) -> tuple[NumericAxis, RegimeAxis]:
    """A factor on every spike rate of the workload, that of its input as well."""
    claims = workload_claims(spec)
    rates = {path: claim.value for path, claim in claims.items() if path.endswith("activity.rate")}
    if not rates:
        raise wrong(SPIKE_RATE, f"{spec.name} has no spikes; a map of a dense network names another axis")
    values, place = _with_reference(_factors(axis), 1.0)
    most, highest = max((rate, path) for path, rate in rates.items()), float(values[-1])
    if highest * most[0] > 1.0:
        raise wrong(
            SPIKE_RATE,
            f"{highest:g} times as many spikes are more than one a timestep at {most[1]}; allowed up to "
            f"{1.0 / most[0]:.3g}",
        )
    tracks = {path: AxisValues(rate * values) for path, rate in rates.items()}
    label = "spike rate, times that of the workload"
    return NumericAxis(tracks, values.size), RegimeAxis(
        SPIKE_RATE,
        label,
        "1",
        tuple(map(float, values)),
        place,
        True,  # noqa: FBT003
    )


def _factors(axis: Axis) -> Array:
    track = axis.tracks[SPIKE_RATE]
    texts = track.contents if isinstance(track, Levels) else (track.low, track.high)
    try:
        numbers = [parse_quantity(str(text), "1") for text in texts]
    except QuantityError as error:
        raise wrong(SPIKE_RATE, str(error)) from None
    if min(numbers) <= 0.0:
        raise wrong(SPIKE_RATE, "is a factor on the rates of the workload and must be above zero")
    if isinstance(track, Levels):
        return np.array(numbers)
    if track.points is None:
        raise wrong(SPIKE_RATE, "a map needs the number of points: lo..hi:n")
    low, high = numbers
    found = np.geomspace(low, high, track.points) if track.log else np.linspace(low, high, track.points)
    return np.asarray(found)


def _with_reference(levels: Array, stated: float | None) -> tuple[Array, int]:
    """Values in rising order with the stated one among them, and its place; the middle where none is stated."""
    values = np.unique(levels)
    if stated is not None and values[0] <= stated <= values[-1]:
        near = np.isclose(values, stated, rtol=1e-9)
        values = np.where(near, stated, values) if near.any() else np.unique(np.append(values, stated))
    return values, _nearest(values, stated)


def _nearest(values: Array, stated: float | None) -> int:
    return values.size // 2 if stated is None else int(np.argmin(np.abs(values - stated)))
