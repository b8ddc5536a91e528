"""A design space applied to its chips: one group per structure, with numbers as arrays.

Choices (a device, a block, an architecture, a workload) split the space into groups of one structure each; inside a
group every axis is an array of numbers, and one call of `neuroest.pipeline.evaluation` serves thousands of points.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.plans import Plans
from neuroest.design.build import Design, InputFile
from neuroest.design.chip import DISCREPANCY
from neuroest.design.overrides import (
    design_with,
    ending_in,
    is_whole,
    network_with,
    settings_of,
    whole_path,
    whole_paths,
    workload_with,
)
from neuroest.error_analysis.draws import discrepancy_claims
from neuroest.exploration.space import CHOICES, Axis, Levels, Range, Space, wrong
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.assignment import settled
from neuroest.pipeline.estimate import design_for
from neuroest.results.quantities import QUANTITIES
from neuroest.specs.base import QuantityField, numeric_options
from neuroest.specs.claims import Claim
from neuroest.specs.loaded import Loaded, Named
from neuroest.specs.workload import WorkloadSpec, number_field

_MOST_GROUPS = 4096


@frozen_dataclass
class AxisValues:
    """Numbers of one path along an axis."""

    levels: Array | None
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False

    def at(self, place: Array) -> Array:
        """Values at positions in [0, 1) of the axis."""
        if self.levels is not None:
            return np.asarray(self.levels[np.floor(place * self.levels.size).astype(np.intp)])
        if self.whole:
            return np.floor(self.low + place * (self.high - self.low + 1.0))
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** place)
        return self.low + place * (self.high - self.low)


@frozen_dataclass
class NumericAxis:
    """An axis of numbers, the same in all groups."""

    tracks: Mapping[str, AxisValues]
    size: int | None
    """Number of points on a grid; None for a range without a number of points."""


@frozen_dataclass
class ChoiceAxis:
    """An axis of choices."""

    path: str
    labels: tuple[str, ...]


@frozen_dataclass
class Group:
    """One structure."""

    choices: Mapping[str, str]
    design: Design
    workload: WorkloadSpec
    claims: Mapping[str, Claim]

    @property
    def label(self) -> str:
        """Architecture and workload in figures."""
        return f"{self.design.spec.label} on {self.workload.label}"

    @property
    def values(self) -> dict[str, Any]:
        """Values of all claims as stated in the files; models count as exact, without the centres of their bands."""
        return {
            path: 1.0 if path.startswith(DISCREPANCY) else claim.value for path, claim in self.claims.items()
        }

    @cached_property
    def plans(self) -> Plans:
        """Plans of its evaluation, recorded when lists are long."""
        return Plans()

    def settled(self) -> Group:
        """The structure with each layer fixed to the level on which it costs least at the values in the files."""
        return replace(self, design=settled(self.design, self.workload, self.values))


@frozen_dataclass
class Resolved:
    """A space that fits its chips.

    Attributes
    ----------
    numeric, choices
        The axes.
    groups : tuple of Group
        Every combination of the choices, the last choice fastest.
    units : mapping
        SI unit of each numeric path.
    files : tuple of InputFile
        All input files.
    """

    numeric: tuple[NumericAxis, ...]
    choices: tuple[ChoiceAxis, ...]
    groups: tuple[Group, ...]
    units: Mapping[str, str]
    files: tuple[InputFile, ...]

    def without_groups(self) -> Resolved:
        """The axes alone."""
        return replace(self, groups=())

    def grid_shape(self) -> tuple[int, ...]:
        """Points along each numeric axis."""
        for axis in self.numeric:
            if axis.size is None:
                raise wrong(next(iter(axis.tracks)), "a grid needs the number of points: lo..hi:n")
        return tuple(axis.size or 0 for axis in self.numeric)


def resolve(
    architecture: Named,
    workload: Named,
    space: Space,
    settings: Mapping[str, str] | None = None,
) -> Resolved:
    """A space applied to its chips and networks.

    Raises
    ------
    SpecError, UnknownNameError
        For a path that is not a parameter, and for invalid values.
    """
    with space.placed():
        return _resolve(architecture, workload, spelled_out(space, architecture, workload), settings)


def spelled_out(space: Space, architecture: Named, workload: Named) -> Space:
    """Expand the short paths of a space to the full paths of the chip and the network.

    Raises
    ------
    NeuroestError
        If a short path is ambiguous.
    """
    short = [
        path for axis in space.axes for path in axis.tracks if path not in CHOICES and not is_whole(path)
    ]
    sides = [side for one in space.constraints for side in (one.left, one.right) if side not in QUANTITIES]
    if not short and all(is_whole(side) for side in sides):
        return space
    chip, net = load_architecture(architecture), load_workload(workload)
    whole = {path: whole_path(path, chip, net.spec) for path in short}
    moved = [whole.get(path, path) for axis in space.axes for path in axis.tracks]
    twice = next((path for path in moved if moved.count(path) > 1), None)
    if twice is not None:
        raise wrong(twice, "is moved by more than one axis")
    whole |= {side: ending_in(side, moved) for side in sides}
    axes = tuple(
        replace(axis, tracks={whole.get(path, path): track for path, track in axis.tracks.items()})
        for axis in space.axes
    )
    constraints = tuple(
        replace(one, left=whole.get(one.left, one.left), right=whole.get(one.right, one.right))
        for one in space.constraints
    )
    places = {whole.get(path, path): at for path, at in space.places.items()}
    places |= {
        str(now): space.places[str(was)]
        for was, now in zip(space.constraints, constraints, strict=True)
        if str(was) in space.places
    }
    for path, at in space.places.items():
        short_path, equals, value = path.partition("=")
        if equals and short_path in whole:
            places[f"{whole[short_path]}={value}"] = at
    return replace(
        space, axes=axes, constraints=constraints, places=MappingProxyType({**space.places, **places})
    )


def _resolve(
    architecture: Named,
    workload: Named,
    space: Space,
    settings: Mapping[str, str] | None,
) -> Resolved:
    choices = [axis for axis in space.axes if _is_choice(axis)]
    numeric = [axis for axis in space.axes if not _is_choice(axis)]
    labels = [ChoiceAxis(axis.name, _labels(axis)) for axis in choices]
    count = int(np.prod([len(axis.labels) for axis in labels])) if labels else 1
    if count > _MOST_GROUPS:
        raise wrong(labels[0].path, f"{count} combinations of choices are too many (at most {_MOST_GROUPS})")
    groups = []
    for picked in itertools.product(*(range(len(axis.labels)) for axis in labels)):
        changes: dict[str, Any] = settings_of(settings)
        for axis, index in zip(choices, picked, strict=True):
            for path, track in axis.tracks.items():
                changes[path] = track.contents[index]  # type: ignore[union-attr]
        for axis in numeric:  # so that a number missing from the file can be varied
            for path, track in axis.tracks.items():
                changes.setdefault(path, _first(track))
        chosen = {axis.path: axis.labels[index] for axis, index in zip(labels, picked, strict=True)}
        groups.append(candidate(architecture, workload, changes, chosen))
    return resolved(groups, labels, [numeric_axis(axis, groups) for axis in numeric])


def resolved(
    candidates: Sequence[Candidate], choices: Sequence[ChoiceAxis], axes: Sequence[NumericAxis]
) -> Resolved:
    """The space of chips that are already built and of numeric axes that all of them have.

    Parameters
    ----------
    candidates : sequence of Candidate
        Every combination of the choices, the last choice fastest.
    choices : sequence of ChoiceAxis
        The choices in which the candidates differ.
    axes : sequence of NumericAxis
        Numbers that vary in all of them.
    """
    units = {path: candidates[0].group.claims[path].unit for axis in axes for path in axis.tracks}
    files = dict.fromkeys(file for one in candidates for file in one.files)
    return Resolved(tuple(axes), tuple(choices), tuple(one.group for one in candidates), units, tuple(files))


@frozen_dataclass
class Candidate:
    """A chip built with one set of choices, and its origin.

    Attributes
    ----------
    group : Group
        The structure.
    chip : Loaded
        The architecture that it was built from.
    changes : mapping
        Changed values, by path.
    files : tuple of InputFile
        All files read to build it.
    """

    group: Group
    chip: Loaded[Any]
    changes: Mapping[str, Any]
    files: tuple[InputFile, ...]

    def with_value(self, path: str, text: str) -> Claim:
        """The claim of a path from its text.

        Raises
        ------
        SpecError
            If the text is not a valid value.
        """
        if self.changes.get(path) == text:
            return self.group.claims[path]
        if path.startswith("workload."):
            return workload_with(self.group.workload, {path: text})[path]
        return design_with(self.chip, {**self.changes, path: text}).claims[path]


def candidate(
    architecture: Named, workload: Named, changes: Mapping[str, Any],
    chosen: Mapping[str, str], *, links: bool = True,
) -> Candidate:  # fmt: skip
    """A chip on a network with some values changed, and with `links` that fit its pace where the file says auto.

    Raises
    ------
    SpecError, UnknownNameError
        For an unknown path or an invalid value.
    """
    chip = load_architecture(changes.get("architecture", architecture))
    net = load_workload(changes.get("workload", workload))
    rest = {path: value for path, value in changes.items() if path not in CHOICES}
    try:
        rest = whole_paths(rest, chip, net.spec)
        net = replace(net, spec=network_with(net.spec, rest))
        design = design_for(chip, rest, net.spec) if links else design_with(chip, rest)
        claims = {**design.claims, **workload_with(net.spec, rest), **discrepancy_claims(design)}
    except NeuroestError as error:
        if chosen and isinstance(error, UnknownNameError):
            where = ", ".join(f"{path}={label}" for path, label in chosen.items())
            raise wrong(error.name, f"{error.fault} (with {where})") from None
        raise
    files = (*design.files, InputFile("workload", net.spec.name, net.file, net.sha256))
    group = Group(dict(chosen), design, net.spec, claims)
    return Candidate(group, chip, rest, files)


def _is_choice(axis: Axis) -> bool:
    tracks = axis.tracks.values()
    return axis.name in CHOICES or any(isinstance(track, Levels) and not track.numeric for track in tracks)


def _labels(axis: Axis) -> tuple[str, ...]:
    for path, track in axis.tracks.items():
        if not isinstance(track, Levels):
            raise wrong(path, "a choice lists its values; it has no range")
    first = axis.tracks[axis.name]
    return first.labels if isinstance(first, Levels) else ()


def _first(track: Levels | Range) -> Any:
    return track.contents[0] if isinstance(track, Levels) else track.low


def numeric_axis(axis: Axis, groups: Sequence[Candidate]) -> NumericAxis:
    """A numeric axis applied to chips; all of them must have its paths.

    Raises
    ------
    SpecError
        For a path that one of them lacks, and for invalid values.
    """
    tracks = {}
    size: int | None = None
    for path, track in axis.tracks.items():
        if any(path not in one.group.claims for one in groups):
            raise wrong(path, "is a choice that no number answers to in every chip of the space")
        tracks[path] = _track(groups[0], path, track)
        size = len(track.labels) if isinstance(track, Levels) else track.points
    return NumericAxis(tracks, size)


def _track(group: Candidate, path: str, track: Levels | Range) -> AxisValues:
    if isinstance(track, Levels):
        return AxisValues(np.array([group.with_value(path, text).value for text in track.contents]))
    low, high = group.with_value(path, track.low).value, group.with_value(path, track.high).value
    text = f"{path}={track.low}..{track.high}"
    if low == high:
        raise wrong(text, "the range is empty")
    if low > high:
        raise wrong(text, "the range is inverted; the lower end comes first")
    if track.log and low <= 0.0:
        raise wrong(text, "a range on a logarithmic scale begins above zero")
    whole = _is_whole(group.group.design, path)
    if track.points is None:
        return AxisValues(None, low, high, track.log, whole)
    levels = np.geomspace(low, high, track.points) if track.log else np.linspace(low, high, track.points)
    if whole:
        rounded = np.round(levels)
        if np.any(np.abs(levels - rounded) > 1e-9 * np.abs(levels)):
            raise wrong(f"{text}:{track.points}", "takes whole numbers only, but these steps are not")
        levels = rounded
    return AxisValues(levels, low, high, track.log, whole)


def claimed_field(design: Design, path: str) -> QuantityField | None:
    """Bounds of a parameter; None if it is not a parameter of a device or a network."""
    if path.startswith("workload."):
        return number_field(path)
    owner, _, name = path.rpartition(".")
    device = design.devices.get(owner)
    info = device.record.parameters().get(name) if device is not None else None
    return None if info is None else info.check


def _is_whole(design: Design, path: str) -> bool:
    if (field := claimed_field(design, path)) is not None:
        return field.integer
    owner, _, name = path.rpartition(".")
    specs: dict[str, Any] = {part.path: part.spec for part in design.root.walk()}
    specs.update(technology=design.spec.technology, operation=design.spec.operation)
    schema: Any = type(specs[owner]) if owner in specs else None
    options = numeric_options(schema) if schema is not None else {}
    return name in options and options[name].integer
