"""Every chip of a contest with the link that fits each cell, and the two axes of its map.

Chips of one contender that differ only in numbers (rows, bits, volts) form one structure. It is built once, and all
of its chips are evaluated together.
"""

import itertools
import math
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.core.arrays import Array
from neuroest.core.errors import (
    MappingError,
    NeuroestError,
    Problem,
    QuantityError,
    SpecError,
    UnknownNameError,
    raise_all,
)
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import parse_quantity
from neuroest.design.build import InputFile, differ_in_numbers
from neuroest.design.links import LinkChoice
from neuroest.design.overrides import design_with
from neuroest.exploration.contest_spec import (
    PERIOD,
    SPIKE_RATE,
    TIME_CONSTANT,
    ContenderSpec,
    ContestFile,
    read_contest,
)
from neuroest.exploration.space import Axis, ExplorationError, Levels, wrong
from neuroest.exploration.structures import (
    AxisValues,
    Candidate,
    ChoiceAxis,
    Group,
    NumericAxis,
    Resolved,
    candidate,
    numeric_axis,
    resolved,
)
from neuroest.loading.kinds import shipped
from neuroest.loading.library import find_file, load_architecture, load_workload
from neuroest.pipeline.estimate import design_for, open_links
from neuroest.results.studies import RegimeAxis
from neuroest.specs.loaded import Loaded, Named
from neuroest.specs.messages import problem_at
from neuroest.specs.workload import WorkloadSpec, workload_claims


def with_links(
    contest: ContestFile, network: WorkloadSpec, operation: Mapping[str, Any], axes: Sequence[Axis]
) -> ContestFile:
    """The contest with the links that fit the corners of its map as an alternative of chips with an open link.

    The links are chosen for the first circuit of each contender, at the ends of each axis and at the pace of the data.
    All contenders with an open link may take any of them, and the search takes the best in every cell, as of any other
    alternative.

    Parameters
    ----------
    contest : ContestFile
        The contest.
    network : WorkloadSpec
        The network.
    operation : mapping
        How all chips operate, by path.
    axes : sequence of Axis
        The axes of the map.
    """
    corners = [{**operation, **corner} for corner in _corners(network, axes, operation)]
    found: dict[str, list[LinkChoice]] = {}
    for name, contender in contest.spec.contenders.items():
        if choices := [*_choices(contest, contender, network, corners)]:
            found[name] = choices
    if not found:
        return contest
    alternatives = dict(contest.spec.alternatives)
    for choice in itertools.chain.from_iterable(found.values()):
        labels = alternatives.setdefault(_name(choice), {})
        alternatives[_name(choice)] = {**labels, choice.words: choice.chosen}
    contenders = {
        name: one.model_copy(
            update={"alternatives": (*one.alternatives, *dict.fromkeys(map(_name, found.get(name, ()))))}
        )
        for name, one in contest.spec.contenders.items()
    }
    spec = contest.spec.model_copy(update={"alternatives": alternatives, "contenders": contenders})
    return replace(contest, loaded=replace(contest.loaded, spec=spec))


def _name(choice: LinkChoice) -> str:
    """Name of the alternative: that of the link in the chip."""
    return choice.path.removeprefix("chip.").replace(".", "_")


def _corners(
    network: WorkloadSpec, axes: Sequence[Axis], operation: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    """Settings of pace and spike rates at the ends of the axes, and at the pace of the data."""
    ends = {axis.name: _ends(axis) for axis in axes if axis.name in {PERIOD, _PERIOD, SPIKE_RATE}}
    claims = workload_claims(network)
    rates = {path: claim.value for path, claim in claims.items() if path.endswith("activity.rate")}
    paces = [*ends.get(PERIOD, ends.get(_PERIOD, ()))]
    if "workload.period" in claims or not paces:
        own = claims.get("workload.period")
        paces.append(str(operation.get(_PERIOD, "")) if own is None else f"{own.value!r} s")
    for pace, factor in itertools.product(paces, ends.get(SPIKE_RATE, ("1",))):
        times = parse_quantity(factor, "1")
        moved = {path: f"{rate * times!r}" for path, rate in rates.items()} if times != 1.0 else {}
        yield {**({_PERIOD: pace} if pace else {}), **moved}


def _ends(axis: Axis) -> tuple[str, ...]:
    track = axis.tracks[axis.name]
    if isinstance(track, Levels):
        return tuple(dict.fromkeys((str(track.contents[0]), str(track.contents[-1]))))
    return track.low, track.high


def _choices(
    contest: ContestFile,
    contender: ContenderSpec,
    network: WorkloadSpec,
    corners: Sequence[Mapping[str, Any]],
) -> Iterator[LinkChoice]:
    """Links that fit the first circuit of a contender at each corner where it keeps the pace."""
    loaded = load_architecture(find_file("architecture", contender.architecture, Path(contest.loaded.file)))
    settings = dict(contender.settings)
    for name in contender.alternatives:
        settings.update(next(iter(contest.spec.alternatives[name].values())))
    of_chip = {path: value for path, value in settings.items() if not path.startswith("workload.")}
    try:
        left_open = open_links(design_with(loaded, of_chip))
    except NeuroestError:  # reported with its place where every circuit is built
        return
    if not left_open:
        return
    for corner in corners:
        try:
            design = design_for(loaded, {**settings, **corner}, network)
        except MappingError:  # it does not keep this pace
            continue
        yield from design.link_choices


CHIP = "chip"
"""Column that distinguishes the chips of a contest."""
_MODE, _PERIOD = "operation.mode", "operation.period"
_DATA_PERIOD = "workload.period"
_WORKLOAD, _TIMESTEPS = "workload.", "workload.timesteps"
_MOST_STRUCTURES = 4096
_POINTS = 65_536
"""Most chips times cells of circuits that are evaluated together: twice as many take longer each. Numerical."""
_PART = 64
"""Families that a worker unpacks at once; they share most of their text. Numerical."""


@frozen_dataclass
class Structure:
    """Chips of a contender that differ only in numbers.

    Attributes
    ----------
    contender : str
        Name of the contender.
    choices : mapping
        Label of each alternative that changes the circuit of the chip, by name.
    numbers : mapping
        Labels of each alternative that changes only numbers, by name; a chip has one label of each.
    stated : mapping
        Values that each of these labels sets, by path.
    order : tuple of str
        All alternatives, in the order of the contender.
    axes : tuple of NumericAxis
        Values along each of `numbers`; values from the files if a label sets nothing.
    group : Group
        The chip as built.
    """

    contender: str
    choices: Mapping[str, str]
    numbers: Mapping[str, tuple[str, ...]]
    stated: Mapping[str, Mapping[str, Mapping[str, float]]]
    order: tuple[str, ...]
    axes: tuple[NumericAxis, ...]
    group: Group

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of labels of each of `numbers`."""
        return tuple(len(labels) for labels in self.numbers.values())

    @property
    def chips(self) -> int:
        """Number of chips."""
        return math.prod(self.shape)

    @property
    def label(self) -> str:
        """The contender and its circuits; this identifies the structure."""
        return "/".join((self.contender, *self.choices.values()))

    def chosen(self, chip: int) -> dict[str, str]:
        """Label of every alternative for one of the chips."""
        places = np.unravel_index(chip, self.shape) if self.shape else ()
        found = {
            name: labels[int(place)]
            for (name, labels), place in zip(self.numbers.items(), places, strict=True)
        }
        return {name: self.choices[name] if name in self.choices else found[name] for name in self.order}

    def values(self, chip: int) -> dict[str, float]:
        """Numbers set by the choices of one of the chips, by path."""
        chosen = self.chosen(chip)
        return {p: v for name in self.numbers for p, v in self.stated[name][chosen[name]].items()}

    def teams(self, by: str | None) -> list[str]:
        """Team of each chip: its contender, or its choice of the compared alternative."""
        if by is not None and by in self.choices:
            return [self.choices[by]] * self.chips
        if by is not None and by in self.numbers:
            return [self.chosen(chip)[by] for chip in range(self.chips)]
        return [self.contender] * self.chips


@frozen_dataclass
class Family:
    """Circuits that differ in nothing but numbers, such as those of two links, and are evaluated together.

    Attributes
    ----------
    structures : tuple of Structure
        The circuits.
    firsts : tuple of int
        Index of the first chip of each in the field.
    axes : tuple of NumericAxis
        Axes of the numbers in which they differ; each point is a member, in order.
    """

    structures: tuple[Structure, ...]
    firsts: tuple[int, ...]
    axes: tuple[NumericAxis, ...]


@frozen_dataclass
class Field:
    """All chips of a contest and the map on which they compete.

    Attributes
    ----------
    structures : tuple of Structure
        The chips, in the order of the groups of `resolved`.
    resolved : Resolved
        Choice axis of the structures, and the two axes of the map.
    axes : tuple of RegimeAxis
        The axes as data.
    """

    structures: tuple[Structure, ...]
    resolved: Resolved
    axes: tuple[RegimeAxis, RegimeAxis]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of points along the two axes."""
        return len(self.axes[0].values), len(self.axes[1].values)

    @property
    def here(self) -> tuple[int, int]:
        """Indices of the workload's own point."""
        return self.axes[0].reference, self.axes[1].reference

    @cached_property
    def alternatives(self) -> tuple[str, ...]:
        """Names of the alternatives of all structures."""
        return tuple(dict.fromkeys(name for one in self.structures for name in one.order))

    @cached_property
    def firsts(self) -> NDArray[np.intp]:
        """Index of the first chip of each structure, and the number of all chips."""
        return np.cumsum([0, *(one.chips for one in self.structures)])

    @property
    def chips(self) -> int:
        """Number of chips."""
        return int(self.firsts[-1])

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """All structures, those together that differ in nothing but numbers."""
        found: dict[Any, list[list[int]]] = {}
        for number, one in enumerate(self.structures):
            paths = frozenset({*one.group.claims, *one.group.design.absent})
            likely = found.setdefault((one.contender, paths), [])
            own = next((each for each in likely if _together(self.structures[each[0]], one)), None)
            if own is None:
                likely.append([number])
            else:
                own.append(number)
        families = []
        for each in itertools.chain.from_iterable(found.values()):
            most = max(1, _POINTS // (self.structures[each[0]].chips * math.prod(self.shape)))
            families += [each[first : first + most] for first in range(0, len(each), most)]
        return tuple(self.family(members) for members in sorted(families))

    def family(self, members: Sequence[int]) -> Family:
        """Some circuits as one family, by their indices."""
        structures = tuple(self.structures[one] for one in members)
        return Family(structures, tuple(int(self.firsts[one]) for one in members), _axes_between(structures))

    def __getstate__(self) -> dict[str, Any]:
        """What a worker needs, which evaluates families: designs of all chips would take 700 MiB of its memory."""
        return {
            "structures": (),
            "resolved": self.resolved.without_groups(),
            "axes": self.axes,
            "alternatives": self.alternatives,
            "families": _PackedFamilies(self.families),
        }

    def chip(self, number: int) -> tuple[Structure, int]:
        """Structure of a chip, and the index of the chip in it."""
        structure = int(np.searchsorted(self.firsts, number, side="right")) - 1
        return self.structures[structure], number - int(self.firsts[structure])


class _PackedFamilies:
    """Families that are unpacked one part at a time; the circuits of a family share the design of its first."""

    def __init__(self, families: Sequence[Family]) -> None:
        packed = [
            replace(
                one, structures=tuple(replace(each, group=one.structures[0].group) for each in one.structures)
            )
            for one in families
        ]
        self._count = len(packed)
        self._parts = [pickle.dumps(packed[at : at + _PART]) for at in range(0, len(packed), _PART)]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Family:
        return _unpacked(self._parts[number // _PART])[number % _PART]


@lru_cache(maxsize=1)
def _unpacked(part: bytes) -> list[Family]:
    families: list[Family] = pickle.loads(part)  # noqa: S301 - our own, from the process that sent the field
    return families


def _together(one: Structure, other: Structure) -> bool:
    """Whether two circuits of a contender differ in nothing but numbers, and vary in the same numbers."""
    tracks = ([track for axis in each.axes for track in axis.tracks.items()] for each in (one, other))
    return differ_in_numbers(one.group.design, other.group.design) and all(
        path == other_path and np.array_equal(np.asarray(track.levels), np.asarray(other_track.levels))
        for (path, track), (other_path, other_track) in zip(*tracks, strict=True)
    )


def _axes_between(members: Sequence[Structure]) -> tuple[NumericAxis, ...]:
    """Axes of the numbers in which circuits differ: one for each alternative if each number follows one, else one."""
    values = [{**one.group.design.absent, **one.group.values} for one in members]
    differing = {
        path: np.array([each[path] for each in values])
        for path, first in values[0].items()
        if any(each[path] != first for each in values)
    }
    labels = ({one.choices[name] for one in members} for name in members[0].choices)
    by_alternative = tuple(len(each) for each in labels if len(each) > 1)
    for shape in (by_alternative, (len(members),)):
        if math.prod(shape) != len(members):
            continue
        levels: list[dict[str, AxisValues]] = [{} for _ in shape]
        for path, found in differing.items():
            grid = found.reshape(shape)
            for axis, tracks in enumerate(levels):
                along = np.moveaxis(grid, axis, 0).reshape(shape[axis], -1)
                if np.any(along != along[0]):
                    tracks[path] = AxisValues(along[:, 0])
        if sum(map(len, levels)) == len(differing):
            break
    return tuple(NumericAxis(tracks, size) for tracks, size in zip(levels, shape, strict=True))


def field_of(contest: ContestFile, workload: Named, axes: Sequence[Axis]) -> Field:
    """The chips of a contest on a network, and the axes of its map.

    Parameters
    ----------
    contest : ContestFile
        The contest file.
    workload : str, Path or Loaded
        The network.
    axes : sequence of Axis
        The two axes, replacing those of the file.

    Raises
    ------
    NeuroestError
        If a chip cannot be built, or values do not form an axis.
    """
    net = load_workload(workload)
    first, second = axes
    if first.name == second.name:
        raise wrong(first.name, "is both axes of the map; name two")
    for axis in axes:
        if axis.name == SPIKE_RATE:
            _rate_axis(axis, net.spec)  # raises before chips are built
    operation = {**_operation(net.spec, axes), **_moved(axes)}
    build = _Build(with_links(contest, net.spec, operation, axes), net, operation)
    structures = tuple(one for name in contest.spec.contenders for one in build.structures(name))
    found = [_axis(axis, net.spec, build.candidates) for axis in axes]
    space = resolved(
        build.candidates,
        [ChoiceAxis(CHIP, tuple(one.label for one in structures))],
        [numeric for numeric, _ in found],
    )
    rules = InputFile("contest", contest.spec.name, contest.loaded.file, contest.loaded.sha256)
    space = replace(space, files=(*space.files, rules))
    return Field(structures, space, (found[0][1], found[1][1]))


def check_contest(path: str | Path) -> ContestFile:
    """Read a contest from its file and build every circuit of its chips.

    Raises
    ------
    SpecError
        With all problems of the file, or with the first chip of each contender that cannot be built.
    """
    contest = read_contest(path)
    base = {**_paced(contest.axes), **_moved(contest.axes)}
    base = {place: value for place, value in base.items() if not place.startswith(_WORKLOAD)}
    build = _Build(contest, None, base)
    problems: list[Problem] = []
    for name in contest.spec.contenders:
        try:
            list(build.structures(name))
        except SpecError as error:
            problems += error.problems
    raise_all(problems)
    return contest


class _Build:
    """Builds the chips of a contest: each circuit once, with its numbers as axes."""

    def __init__(self, contest: ContestFile, net: Loaded[Any] | None, base: Mapping[str, Any]) -> None:
        # a contest file is checked without a network, so its settings for the network are left out
        self.contest, self.base, self.checks = contest, base, net is None
        self.net = load_workload(next(iter(shipped("workload")))) if net is None else net
        self.candidates: list[Candidate] = []
        self.loaded: dict[str, Loaded[Any]] = {}

    def structures(self, name: str) -> Iterator[Structure]:
        """Every circuit of one contender."""
        spec, contender = self.contest.spec, self.contest.spec.contenders[name]
        first = {one: next(iter(spec.alternatives[one])) for one in contender.alternatives}
        probe = self._built(name, contender, first)
        numbers = [one for one in first if self._moves_numbers(name, contender, first, one, probe)]
        # numbers that every label sets can be varied; if one label omits them, it uses the values of the file
        base = {one: label for one, label in first.items() if one in numbers and not self._silent(one)}
        stated = {
            one: {label: self._values(name, probe, given) for label, given in spec.alternatives[one].items()}
            for one in numbers
        }
        circuits = [one for one in contender.alternatives if one not in numbers]
        for labels in itertools.product(*(spec.alternatives[one] for one in circuits)):
            choices = dict(zip(circuits, labels, strict=True))
            if len(self.candidates) >= _MOST_STRUCTURES:
                raise ExplorationError(
                    f"more than {_MOST_STRUCTURES} circuits are too many for a contest; leave alternatives out"
                )
            built = self._built(name, contender, base | choices, choices)
            self.candidates.append(built)
            axes = tuple(self._along(name, built.group, choices, stated[one]) for one in numbers)
            labels_of = {one: tuple(spec.alternatives[one]) for one in numbers}
            order = tuple(contender.alternatives)
            yield Structure(name, choices, labels_of, stated, order, axes, built.group)

    def _built(
        self, name: str, contender: ContenderSpec, settled: Mapping[str, str],
        choices: Mapping[str, str] | None = None,
    ) -> Candidate:  # fmt: skip
        """Build a chip with some labels fixed; an error names `choices`."""
        file = find_file("architecture", contender.architecture, Path(self.contest.loaded.file))
        if str(file) not in self.loaded:
            self.loaded[str(file)] = load_architecture(file)
        settings = dict(contender.settings)
        for one, label in settled.items():
            settings.update(self.contest.spec.alternatives[one][label])
        changes = {**self.base, **{path: _text(value) for path, value in settings.items()}}
        if self.checks:
            changes = {path: value for path, value in changes.items() if not path.startswith(_WORKLOAD)}
        named = settled if choices is None else choices
        try:
            return candidate(
                self.loaded[str(file)], self.net, changes, {CHIP: "/".join((name, *named.values()))},
                links=not self.checks,
            )  # fmt: skip
        except NeuroestError as error:
            if isinstance(error, SpecError):
                of_axes = [one for one in error.problems if one.path in self.base and not self.checks]
                if of_axes:
                    raise wrong(
                        of_axes[0].path, of_axes[0].message.partition(" (with ")[0], "--axis"
                    ) from None
            raise self._placed(name, named, error) from None

    def _silent(self, one: str) -> bool:
        """Whether one label of an alternative omits a value that another label sets."""
        given = self.contest.spec.alternatives[one].values()
        return any(values.keys() != next(iter(given)).keys() for values in given)

    def _moves_numbers(
        self, name: str, contender: ContenderSpec, first: Mapping[str, str], one: str, probe: Candidate
    ) -> bool:
        """Whether the labels of an alternative differ only in numbers that the chip has with every label."""
        paths = {path for values in self.contest.spec.alternatives[one].values() for path in values}
        if not paths or not paths <= probe.group.claims.keys():
            return False
        if not self._silent(one):
            return True
        without = {other: label for other, label in first.items() if other != one}
        return paths <= self._built(name, contender, without).group.claims.keys()

    def _values(self, name: str, probe: Candidate, given: Mapping[str, Any]) -> Mapping[str, float]:
        try:
            return {path: probe.with_value(path, str(value)).value for path, value in given.items()}
        except NeuroestError as error:
            raise self._placed(name, {}, error) from None

    def _along(
        self, name: str, group: Group, choices: Mapping[str, str], labels: Mapping[str, Mapping[str, float]]
    ) -> NumericAxis:
        paths = dict.fromkeys(path for values in labels.values() for path in values)
        for path in paths:
            if path not in group.claims:
                error = UnknownNameError("parameter", path, group.claims, "the chip has no such number")
                raise self._placed(name, choices, error)
        given = {
            path: [values.get(path, group.claims[path].value) for values in labels.values()] for path in paths
        }
        tracks = {path: AxisValues(np.array(values)) for path, values in given.items()}
        return NumericAxis(tracks, len(labels))

    def _placed(self, name: str, choices: Mapping[str, str], error: NeuroestError) -> SpecError:
        """Report a problem of a chip at its contender in the file."""
        chosen = ", ".join(f"{one}: {label}" for one, label in choices.items())
        text = str(error).splitlines()[0] + (f" (with {chosen})" if chosen else "")
        return SpecError([problem_at(self.contest.loaded.document, ("contenders", name), text)])


def _operation(spec: WorkloadSpec, axes: Sequence[Axis]) -> dict[str, str]:
    """Pace of all chips: an axis or the period of the data; without either each chip runs at its own maximum."""
    if paced := _paced(axes):
        return paced
    claim = workload_claims(spec).get(_DATA_PERIOD)
    return {} if claim is None else {_MODE: "always_on", _PERIOD: f"{claim.value!r} s"}


def _paced(axes: Sequence[Axis]) -> dict[str, str]:
    """Operation of all chips where an axis sets their pace; empty without one."""
    names = {axis.name for axis in axes}
    if TIME_CONSTANT in names:
        return {_MODE: "streaming"}
    return {_MODE: "always_on"} if names & {PERIOD, _PERIOD} else {}


def _moved(axes: Sequence[Axis]) -> dict[str, Any]:
    """First value of each path on an axis, so that a number missing from the file can be varied."""
    found = {}
    for axis in axes:
        if axis.name != SPIKE_RATE:
            for path, track in axis.tracks.items():
                key = _PERIOD if path in {PERIOD, TIME_CONSTANT} else path
                found[key] = track.contents[0] if isinstance(track, Levels) else track.low
    return found


def _text(value: Any) -> Any:
    """A value of a file in the form of `--set`; blocks stay mappings."""
    return value if value is None or isinstance(value, Mapping | list) else str(value)


def _axis(axis: Axis, spec: WorkloadSpec, candidates: Sequence[Candidate]) -> tuple[NumericAxis, RegimeAxis]:
    if axis.name == SPIKE_RATE:
        return _rate_axis(axis, spec)
    claims = workload_claims(spec)
    name = axis.name
    if name == TIME_CONSTANT:
        return _time_constant_axis(axis, spec, candidates)
    if name == PERIOD:
        axis = Axis({_PERIOD: axis.tracks[PERIOD]})
    path = axis.name
    numeric = numeric_axis(axis, candidates)
    levels = numeric.tracks[path].levels
    if levels is None:
        raise wrong(path, "a map needs the number of points: lo..hi:n")
    claim = candidates[0].group.claims[path]
    stated = claims.get(_DATA_PERIOD) if path == _PERIOD else claims.get(path)
    own = None if stated is None else stated.value
    values, place = _with_reference(levels, own)
    tracks = {p: replace(track, levels=values) for p, track in numeric.tracks.items() if p == path}
    if len(numeric.tracks) > 1:  # linked paths keep their own values, and no value is inserted
        values, tracks = levels, dict(numeric.tracks)
        place = _nearest(levels, own)
    label = "period of the data" if path == _PERIOD else path
    known = own is not None and bool(values[place] == own)
    data = RegimeAxis(name, label, claim.unit, tuple(map(float, values)), place, known)
    return NumericAxis(tracks, values.size), data


def _time_constant_axis(
    axis: Axis, spec: WorkloadSpec, candidates: Sequence[Candidate]
) -> tuple[NumericAxis, RegimeAxis]:
    """The longest time constant of the network, as the period of an inference with as many timesteps in it."""
    constants = [layer.time_constant for layer in spec.layers if layer.time_constant is not None]
    timesteps = workload_claims(spec).get(_TIMESTEPS)
    if not constants or spec.time_step is None or timesteps is None:
        raise wrong(
            TIME_CONSTANT, f"{spec.name} states no time constants, with a `time_step`, of its neurons"
        )
    inferences = timesteps.value * spec.time_step / max(constants)
    numeric = numeric_axis(Axis({_PERIOD: axis.tracks[TIME_CONSTANT]}), candidates)
    levels = numeric.tracks[_PERIOD].levels
    if levels is None:
        raise wrong(TIME_CONSTANT, "a map needs the number of points: lo..hi:n")
    values, place = _with_reference(levels, max(constants))
    known = bool(values[place] == max(constants))
    data = RegimeAxis(
        TIME_CONSTANT, "time constant of the network", "s", tuple(map(float, values)), place, known
    )
    return NumericAxis({_PERIOD: AxisValues(values * inferences)}, values.size), data


def _rate_axis(axis: Axis, spec: WorkloadSpec) -> tuple[NumericAxis, RegimeAxis]:
    """A factor on every spike rate of the workload, including its input."""
    claims = workload_claims(spec)
    rates = {path: claim.value for path, claim in claims.items() if path.endswith("activity.rate")}
    if not rates:
        message = f"{spec.name} has no spikes; name another axis, or a spiking network with -w"
        raise wrong(SPIKE_RATE, message, "--axis")
    values, place = _with_reference(_factors(axis), 1.0)
    most, highest = max((rate, path) for path, rate in rates.items()), float(values[-1])
    if highest * most[0] > 1.0:
        text = f"{highest:g} times as many spikes are more than one a timestep at {most[1]}"
        raise wrong(SPIKE_RATE, f"{text}; allowed up to {1.0 / most[0]:.3g}")
    tracks = {path: AxisValues(rate * values) for path, rate in rates.items()}
    label = "spike rate, times that of the workload"
    data = RegimeAxis(SPIKE_RATE, label, "1", tuple(map(float, values)), place, stated=True)
    return NumericAxis(tracks, values.size), data


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
    """Values in rising order including the stated one, and its index; the middle if none is stated."""
    values = np.unique(levels)
    if stated is not None and values[0] <= stated <= values[-1]:
        near = np.isclose(values, stated, rtol=1e-9)
        values = np.where(near, stated, values) if near.any() else np.unique(np.append(values, stated))
    return values, _nearest(values, stated)


def _nearest(values: Array, stated: float | None) -> int:
    return values.size // 2 if stated is None else int(np.argmin(np.abs(values - stated)))
