"""What is explored: the axes of a design space, as a file or a command line states them.

An axis moves one path, or several that are linked. Its values are listed, or lie in a range. Nothing here knows a
chip; `neuroest.exploration.groups` holds the axes against one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from neuroest.errors import Problem, SpecError, did_you_mean
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document, read_document

Sampler: TypeAlias = Literal["grid", "random", "latin_hypercube", "sobol"]
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
CHOICES = ("architecture", "workload")
"""Axes that choose a whole file."""
SETTING = "--set"
_RANGE = re.compile(
    r"\s*(?P<low>.+?)\s*\.\.\s*(?P<high>[^:]+?)\s*(?::\s*(?P<points>[^:]+?)\s*)?(?::\s*(?P<scale>\w+)\s*)?\Z"
)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*(?P<unit>.*)\Z")
_COMPARISON = re.compile(r"\s*(?P<left>.+?)\s*(?P<sign><=|>=|==|!=|<|>)\s*(?P<right>.+?)\s*\Z")
_MOST_LISTED = 1_000
"""Most values that an axis lists; each is checked as a file that states it would be. A range has more."""
_MOST_AXES = 100
_MOST_POINTS = 10**6


@dataclass(frozen=True)
class Levels:
    """Listed values: texts as a file would state them, or whole blocks by label."""

    labels: tuple[str, ...]
    contents: tuple[Any, ...]

    @property
    def numeric(self) -> bool:
        """Whether every value is a number with or without a unit."""
        return all(isinstance(item, str) and _NUMBER.match(item) for item in self.contents)


@dataclass(frozen=True)
class Range:
    """All values from `low` to `high`; `points` of them on a grid."""

    low: str
    high: str
    points: int | None = None
    log: bool = False


@dataclass(frozen=True)
class Axis:
    """One direction of the space.

    Attributes
    ----------
    tracks : mapping
        Values of each path that the axis moves; all are as long as each other.
    """

    tracks: Mapping[str, Levels | Range]

    @property
    def name(self) -> str:
        """The first path."""
        return next(iter(self.tracks))


@dataclass(frozen=True)
class Constraint:
    """A comparison that must hold, of paths, results and quantities."""

    left: str
    sign: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


@dataclass(frozen=True)
class Space:
    """A design space.

    Attributes
    ----------
    axes : tuple of Axis
        Directions, the last of them fastest on a grid.
    constraints : tuple of Constraint
        What must hold.
    sampler, samples, seed
        How points are drawn, as the file says; a caller may say otherwise.
    """

    axes: tuple[Axis, ...]
    constraints: tuple[Constraint, ...] = ()
    sampler: Sampler = "grid"
    samples: int | None = None
    seed: int = 0
    file: str = field(default="", compare=False)


def space_from(
    axes: Mapping[str, Sequence[Any] | str], constraints: Iterable[str] = (), **options: Any
) -> Space:
    """A space from Python values: ``{"chip.tile.array.rows": [64, 128], "technology.supply_voltage": "0.6..0.9 V:7"}``.

    Raises
    ------
    SpecError
        With everything that is wrong.
    """
    found = [
        setting_axis(path, values if isinstance(values, str) else None, values)
        for path, values in axes.items()
    ]
    return Space(_distinct(found), tuple(constraint(text) for text in constraints), **options)


def settings_space(texts: Sequence[str], constraints: Sequence[str] = ()) -> Space:
    """A space from ``path=a,b,c`` and ``path=lo..hi:n[:log]`` texts; ``one+other=...`` links two paths."""
    axes: list[Axis] = []
    problems: list[Problem] = []
    for text in texts:
        path, equals, values = text.partition("=")
        try:
            if not equals or not path.strip() or not values.strip():
                raise _wrong(
                    text, "expected path=a,b,c or path=lo..hi:n, such as chip.tile.array.rows=64,128,256"
                )
            axes.append(setting_axis(path.strip(), values.strip()))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return Space(_distinct(axes), tuple(constraint(text) for text in constraints))


def setting_axis(path: str, text: str | None, values: Sequence[Any] = ()) -> Axis:
    """One axis, of a text or of listed values."""
    if text is None:
        track: Levels | Range = _levels(path, [str(value) for value in values])
    elif _is_range(path, text):
        track = _range(path, text)
    else:
        track = _levels(path, [item.strip() for item in text.split(",")])
    return Axis({one.strip(): track for one in path.split("+")})


def _is_range(path: str, text: str) -> bool:
    """Whether a text is meant as lo..hi; paths of files may hold two dots as well, and lists a comma."""
    return path not in CHOICES and "," not in text and ".." in text and not text.lstrip().startswith("..")


def constraint(text: str) -> Constraint:
    """A comparison from its text.

    Raises
    ------
    SpecError
        When it compares nothing.
    """
    match = _COMPARISON.match(text)
    if match is None:
        raise _wrong(text, "expected a comparison such as area_m2 <= 50 mm^2", "constraint")
    return Constraint(match["left"], match["sign"], match["right"])


def read_space(path: str | Path) -> Space:
    """A space from its file.

    Raises
    ------
    SpecError
        With everything that is wrong, each at its place.
    """
    document = read_document(Path(path))
    data = document.data
    if not isinstance(data, dict) or data.get("kind") != "space":
        raise SpecError([Problem(document.file, 1, 1, "", "expected a mapping with `kind: space`")])
    return _FileReader(document).space()


class _FileReader:
    _KEYS = ("kind", "name", "description", "axes", "linked", "constraints", "sampler", "samples", "seed")

    def __init__(self, document: Document) -> None:
        self.document, self.data = document, document.data
        self.problems: list[Problem] = []

    def space(self) -> Space:
        for key in self.data.keys() - set(self._KEYS):
            self._add((key,), f"unknown key {key!r}{did_you_mean(str(key), self._KEYS)}")
        axes = [self._axis(("axes", path), {path: given}) for path, given in self._mapping("axes").items()]
        for index, group in enumerate(self._list("linked")):
            if isinstance(group, dict) and group:
                axes.append(self._axis(("linked", index), group))
            else:
                self._add(("linked", index), "expected a mapping of paths to values that move together")
        constraints = []
        for index, text in enumerate(self._list("constraints")):
            try:
                constraints.append(constraint(str(text)))
            except SpecError as error:
                self._add(("constraints", index), error.problems[0].message)
        sampler = self.data.get("sampler", "grid")
        if sampler not in SAMPLERS:
            self._add(("sampler",), f"{sampler!r} is no sampler{did_you_mean(str(sampler), SAMPLERS)}")
        samples, seed = self._whole("samples", 1), self._whole("seed", 0)
        if self.problems:
            raise SpecError(self.problems)
        kept = tuple(axis for axis in axes if axis is not None)
        return Space(_distinct(kept), tuple(constraints), sampler, samples, seed or 0, self.document.file)

    def _add(self, place: tuple[str | int, ...], message: str) -> None:
        self.problems.append(problem_at(self.document, place, message))

    def _mapping(self, key: str) -> Mapping[str, Any]:
        found = self.data.get(key, {})
        if not isinstance(found, dict):
            self._add((key,), "expected a mapping of paths to values")
            return {}
        return found

    def _list(self, key: str) -> Sequence[Any]:
        found = self.data.get(key, [])
        if not isinstance(found, list):
            self._add((key,), "expected a list")
            return []
        return found

    def _whole(self, key: str, least: int) -> int | None:
        found = self.data.get(key)
        if found is None:
            return None
        if (
            isinstance(found, bool)
            or not isinstance(found, int | float)
            or found != int(found)
            or found < least
        ):
            self._add((key,), f"{found!r} is no whole number of at least {least}")
            return None
        return int(found)

    def _axis(self, place: tuple[str | int, ...], group: Mapping[str, Any]) -> Axis | None:
        tracks: dict[str, Levels | Range] = {}
        for path, given in group.items():
            try:
                tracks[path] = _track(path, given, linked=len(group) > 1)
            except SpecError as error:
                self.problems += [
                    problem_at(self.document, (*place, path) if place[0] == "linked" else place, p.message)
                    for p in error.problems
                ]
        lengths = {_length(track) for track in tracks.values()}
        if len(lengths) > 1:
            self._add(place, "linked paths need equally many values each")
        return Axis(tracks) if tracks else None


def _track(path: str, given: Any, *, linked: bool) -> Levels | Range:
    if isinstance(given, list):
        items = [str(item) if not isinstance(item, dict | list) else item for item in given]
        return _levels(path, items, repeated=linked)
    if isinstance(given, dict) and "from" in given:
        unknown = given.keys() - {"from", "to", "points", "scale"}
        if unknown or "to" not in given:
            raise _wrong(path, "a range states `from`, `to`, and perhaps `points` and `scale: log`")
        text = f"{given['from']}..{given['to']}"
        text += f":{given['points']}" if "points" in given else ""
        return _range(path, text + (f":{given['scale']}" if "scale" in given else ""), named=True)
    if isinstance(given, dict) and given:
        return Levels(tuple(map(str, given)), tuple(given.values()))
    if isinstance(given, str) and _is_range(path, given):
        return _range(path, given)
    return _levels(path, [str(given)])


def _levels(path: str, items: Sequence[Any], *, repeated: bool = False) -> Levels:
    if not items or any(item == "" for item in items):
        raise _wrong(path, "has no values, or an empty one; write path=a,b,c")
    if len(items) > _MOST_LISTED:
        raise _wrong(path, f"lists {len(items)} values, at most {_MOST_LISTED} are allowed; a range has more")
    if any(not isinstance(item, str) for item in items):
        raise _wrong(path, "whole blocks need a label each: a mapping of labels to blocks")
    if not repeated and len(set(items)) < len(items):
        raise _wrong(path, "lists a value twice")
    return Levels(tuple(items), tuple(items))


def _range(path: str, text: str, *, named: bool = False) -> Range:
    match = _RANGE.match(text)
    if match is None:
        raise _wrong(f"{path}={text}", "expected lo..hi:n or lo..hi:n:log, such as 0.6 V..0.9 V:7")
    points, scale = match["points"], match["scale"]
    if points in {"log", "linear"} and scale is None:
        points, scale = None, points
    if scale not in {None, "log", "linear"}:
        raise _wrong(f"{path}={text}", f"{scale!r} is no scale; allowed: log, linear")
    low, high = match["low"], match["high"]
    for end in (low, high):
        if not _NUMBER.match(end):
            raise _wrong(f"{path}={text}", f"{end!r} is no number")
    unit = _NUMBER.match(high)
    if unit is not None and unit["unit"] and not _NUMBER.match(low)["unit"]:  # type: ignore[index]
        low = f"{low} {unit['unit']}"
    count = None
    if points is not None:
        if not points.isdigit() or not 2 <= int(points) <= _MOST_POINTS:
            raise _wrong(
                path if named else f"{path}={text}", f"{points} is no number of points of a range (2 to 10^6)"
            )
        count = int(points)
    return Range(low, high, count, scale == "log")


def _length(track: Levels | Range) -> int | None:
    return track.points if isinstance(track, Range) else len(track.labels)


def _distinct(axes: Iterable[Axis]) -> tuple[Axis, ...]:
    found = tuple(axes)
    paths = [path for axis in found for path in axis.tracks]
    if len(paths) > _MOST_AXES:
        raise _wrong(paths[0], f"and others: {len(paths)} paths are moved, at most {_MOST_AXES} are allowed")
    for path in paths:
        if paths.count(path) > 1:
            raise _wrong(path, "is moved by more than one axis")
    return found


def _wrong(path: str, message: str, where: str = SETTING) -> SpecError:
    return SpecError([Problem(where, 0, 0, path, message)])
